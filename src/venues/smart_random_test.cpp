// Random members, zones and limits on both databases; every write fails once; killed while closing.
#include "store/row_bomb_testing.h"
#include "venues/smart_stored.h"
#include "venues/smart_testing.h"

#include <random>
#include <set>

#include <sys/wait.h>

namespace tributary::venues {

using namespace testing;

namespace {

// A chain of three zones with a canal around, a limit on an area and one on what the river carries.
SmartVenue chain(int variant) {
  std::string links =
      "  - {id: a, from: U, to: M, loss: \"0.07\", capacity: 140, balance: {start: 20, lo: 0, hi: 150}}\n"
      "  - {id: b, from: M, to: D, loss: \"1/3\"}\n"
      "  - {id: c, from: U, to: D, loss: \"0.25\", capacity: 33}\n"
      "  - {id: r, from: M, to: U, back_of: a}";
  std::string more;
  if (variant % 2 == 1)
    more +=
        "constraints: [{id: area, terms: [{zone: M}, {zone: D}], max: 90}, {id: river, over: all, terms: "
        "[{link: c, coefficient: \"-0.5\"}], base: 12, min: 2}]\n";
  if (variant % 3 == 1) more += "mask: {farm: [farm], town: [farm, town]}\n";
  return smart_venue({{"zones: [U, D]", "zones: [U, M, D]"},
                      {"  - {from: U, to: D, loss: \"0.1\", capacity: 70}", links},
                      {"accounts:", more + "accounts:"},
                      {"certificate: W",
                       "fees: [{payer: buyer, kind: fee, to: FEE, rate: \"0.013\", least_yuan: \"0.5\"}, "
                       "{payer: seller, kind: tax, "
                       "to: FEE, rate: \"0.02\"}]\ncertificate: W"}});
}

std::int64_t held(SmartHall& h, const std::string& account) {
  return h.w.held(account, "WATER", 2026).part.amount;
}

// The same seed gives the same rounds everywhere. What must hold of any round is recomputed here from the
// result, the bids and the registry alone.
std::string run(SmartHall& h, unsigned seed, std::int64_t& added) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  std::string out;
  for (int nth = 0; nth < 3; ++nth) {
    SmartVenue venue = chain(static_cast<int>(seed));
    if (below(2) == 0) venue.approval_days = 5;
    const std::int64_t water = total(h.w, "WATER", 2026), cash = total(h.w, "CNY", 0);
    const std::int64_t no = h.announced(venue);
    constexpr std::array zones{"U", "M", "D"};
    for (const char* account : {"A", "B", "C", "D"})
      h.admit(no, account, zones[static_cast<std::size_t>(below(3))],
              venue.sold_for.empty() ? ""
              : below(2) == 0        ? "farm"
                                     : "town");
    h.w.clock.set(h.opens);
    std::vector<SmartBid> placed;
    for (int i = 0; i < 16; ++i) {
      const std::string account(1, static_cast<char>('A' + below(4)));
      const bool buy = below(3) != 0;
      SmartBid bid = h.make(buy, account, 1 + below(60), fmt::format("0.{:02}", 5 + below(buy ? 95 : 50)));
      if (!placed.empty() && below(5) == 0) {
        bid.replaces = placed[static_cast<std::size_t>(below(static_cast<int>(placed.size())))].key;
        if (below(3) == 0) bid.quantity = 0;
      }
      const std::string code = code_of([&] { h.rounds.bid(no, bid, agent_of(account)); });
      out += code + " ";
      if (code.empty() && bid.quantity > 0) placed.push_back(bid);
    }
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> before;  // water and cash
    for (const char* account : {"A", "B", "C", "D", "RES", "LOSS", "TAX", "FEE"})
      before[account] = {held(h, account), h.w.held(account, "CNY", 0).part.amount};
    h.w.clock.set(h.closes);
    SmartView view = h.rounds.close(no, second);
    const bool granted = below(3) != 0;
    if (view.state == "awaiting") view = h.rounds.decide(no, granted, authority);
    EXPECT_EQ(h.faults(no), "");
    EXPECT_EQ(total(h.w, "CNY", 0), cash);
    EXPECT_EQ(total(h.w, "WATER", 2026), water);
    EXPECT_EQ(under_way(h.w), 0) << "what was set aside is released once and wholly";
    EXPECT_EQ(h.w.troubles(), "");
    const Json result = Json::parse(view.result);
    const Json& clearing = result["clearing"];

    // W5 and W9, by account: what each one gave and got is what his bids say.
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> change;
    std::map<std::string, std::string> owner;
    const auto fen = [](const Json& yuan) {
      return (Decimal::parse(yuan.get<std::string>()) * Decimal(100)).to_int64();
    };
    std::int64_t fees = 0, bought = 0, sold = 0, buyers = 0, sellers = 0;
    std::map<std::string, StoredSmartBid> by_number;
    for (const StoredSmartBid& bid : h.rounds.bids(no)) by_number[std::to_string(bid.seq)] = bid;
    for (const Json& b : clearing["bids"]) {
      const StoredSmartBid& bid = by_number.at(b["id"]);
      const std::int64_t units = Decimal::parse(b["quantity"].get<std::string>()).to_int64(),
                         pays = fen(b["pays"]);
      std::int64_t fee = 0;
      for (const auto& c : charges_of(venue.fees, pays)) fee += c.buyer ? c.fen : 0;
      EXPECT_LE(pays + fee, bid.cover_fen);
      change[bid.account].first += units;
      change[bid.account].second -= pays + fee;
      fees += fee;
      bought += units;
      buyers += pays;
    }
    for (const Json& a : clearing["asks"]) {
      const StoredSmartBid& bid = by_number.at(a["id"]);
      const std::int64_t units = Decimal::parse(a["quantity"].get<std::string>()).to_int64(),
                         gets = fen(a["receives"]);
      std::int64_t fee = 0, price = 0;
      for (const Json& t : result["trades"])
        if (t["ask"] == bid.seq) price += t["fen"].get<std::int64_t>();
      for (const auto& c : charges_of(venue.fees, gets)) fee += c.buyer ? 0 : std::min(c.fen, price);
      change[bid.account].first -= units;
      change[bid.account].second += gets - fee;
      fees += fee;
      sold += units;
      sellers += gets;
    }
    const std::int64_t rent = result["booked"]["rent_account_fen"],
                       paid_in = result["booked"]["operator_fen"], lost = result["booked"]["lost"],
                       taken = result["booked"]["operator_takes"];
    EXPECT_EQ(buyers, sellers + rent - paid_in);
    EXPECT_EQ(rent - paid_in, result["booked"]["rent_fen"].get<std::int64_t>() +
                                  result["booked"]["rounding_fen"].get<std::int64_t>());
    EXPECT_EQ(sold, bought + lost + taken);
    change["RES"] = {taken, -paid_in};
    change["LOSS"] = {lost, 0};
    change["TAX"] = {0, rent};
    change["FEE"] = {0, fees};
    added += paid_in;
    const bool done = view.state == "settled";
    for (const auto& [account, had] : before) {
      EXPECT_EQ(held(h, account), had.first + (done ? change[account].first : 0)) << account;
      EXPECT_EQ(h.w.held(account, "CNY", 0).part.amount, had.second + (done ? change[account].second : 0))
          << account;
    }
    // W6, and an owner who meets himself.
    for (const BalanceView& b : h.rounds.balances(venue))
      for (const BalanceEntry& entry : b.entries) EXPECT_TRUE(b.lo <= entry.balance && entry.balance <= b.hi);
    for (const SmartOutcome& one : view.outcomes) EXPECT_NE(one.seller, one.buyer);
    Json told = result;
    told.erase("bids");  // every bid has random bits of its own in the chain
    out += view.state + " " + told.dump() + "\n";
    if (below(2) == 0) {
      const std::string code = code_of([&] {
        h.rounds.decide_call(
            h.rounds.call_out(venue, {fmt::format("{}", nth), "a", Decimal(1 + below(60))}, office), true,
            venue, second);
      });
      out += code + "\n";
    }
    h.later();
  }
  return out;
}

}  // namespace

TEST(SmartRandom, TheSameEverywhereAndNothingIsLost) {
  int settled = 0;
  std::int64_t added = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::set<std::string> courses;
    for (const std::string& kind : store::test_kinds()) {
      SmartHall h(kind);
      courses.insert(run(h, seed, added));
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << " on " << kind;
    }
    EXPECT_EQ(courses.size(), 1U) << "seed " << seed;
    settled += courses.begin()->find("settled") != std::string::npos;
  }
  EXPECT_GE(settled, 6);
  RecordProperty("added_by_the_operator_fen", static_cast<int>(added));
}

class SmartFaults : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, SmartFaults, ::testing::ValuesIn(store::test_kinds()));

// The 1st, 2nd, 3rd … row written fails until the call passes: nothing half-done stays.
TEST_P(SmartFaults, AFailedWriteLeavesNothing) {
  SmartHall h(GetParam());
  store::RowBomb bomb(h.w.database.db(), {"right_", "ledger_", "venue_"});
  const auto contents = [&] {
    std::string out = h.w.rights.state_hash() + bomb.counts();
    h.w.database.db().read([&](store::Transaction& t) {
      for (const char* columns :
           {"state || events || bids || head FROM venue_round", "state FROM venue_round_member",
            "COALESCE(replaced_by, 0) FROM venue_round_bid", "balance FROM venue_balance",
            "state FROM venue_call"})
        for (const store::Row& row : t.query(std::string("SELECT '' || ") + columns + " ORDER BY 1"))
          out += row.text(0) + "\n";
    });
    return out;
  };
  const auto until_it_passes = [&](const char* name, const auto& work, int at_least) {
    const std::string before = contents();
    int failed = 0;
    for (int n = 1; n < 900; ++n) {
      bomb.set(n);
      if (code_of(work).empty()) break;
      ++failed;
      ASSERT_EQ(contents(), before) << name << " write " << n;
      if (n % 16 != 0) continue;
      ASSERT_EQ(h.w.troubles(), "") << name << " write " << n;
    }
    EXPECT_GE(failed, at_least) << name;
    bomb.set(0);
    ASSERT_EQ(h.w.troubles(), "") << name;
  };
  SmartVenue venue = smart_venue({{"capacity: 70", "balance: {start: 10, lo: 0, hi: 80}"}});
  venue.approval_days = 5;
  const SmartNotice notice = h.notice();
  std::int64_t no = 0, call = 0;
  until_it_passes(
      "announce", [&] { no = h.rounds.announce(venue, notice, office); }, 3);
  until_it_passes(
      "approve", [&] { h.rounds.approve(no, second); }, 2);
  until_it_passes(
      "apply",
      [&] {
        h.rounds.apply(no, {"A", "U", ""}, agent_of("A"));
      },
      1);
  until_it_passes(
      "admit", [&] { h.rounds.admit(no, "A", true, clerk); }, 1);
  h.admit(no, "D", "D");
  h.w.clock.set(h.opens);
  const SmartBid first = h.make(false, "A", 90, "0.2");
  const SmartBid better = h.make(false, "A", 100, "0.2", "2026", first.key);
  until_it_passes(
      "ask", [&] { h.rounds.bid(no, first, agent_of("A")); }, 5);
  until_it_passes(
      "replace", [&] { h.rounds.bid(no, better, agent_of("A")); }, 8);
  h.bid(no, "D", 80, "0.9");
  h.w.clock.set(h.closes);
  until_it_passes(
      "close", [&] { h.rounds.close(no, second); }, 20);
  EXPECT_EQ(h.rounds.round(no).state, "awaiting");
  until_it_passes(
      "call out",
      [&] {
        call = h.rounds.call_out(venue, {"c", "U-D", Decimal(5)}, office);
      },
      1);
  until_it_passes(
      "decide the call", [&] { h.rounds.decide_call(call, true, venue, second); }, 2);
  until_it_passes(
      "decide", [&] { h.rounds.decide(no, true, authority); }, 15);
  EXPECT_EQ(h.rounds.round(no).state, "settled");
  EXPECT_EQ(h.water("D"), 1'063);
  EXPECT_EQ(h.faults(no), "");
}

class SmartKilled : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, SmartKilled, ::testing::ValuesIn(store::test_kinds()));

// The closing process is killed again and again, each time a step later in its work, until it comes through.
TEST_P(SmartKilled, ClosingResumesToTheSameResult) {
  SmartHall h(GetParam());
  const std::int64_t no = h.notes(smart_venue());
  int killed = 0, before = 0;
  for (bool through = false; !through && killed < 200;) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        const DeadlyClock clock(h.closes, killed + 1);
        const auto database = store::Database::open(h.w.database.url());
        SmartRounds(*database, "341602", clock, h.w.calendar, h.vault).close(no, second);
      } catch (...) {
        _exit(1);
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      const std::string state = h.rounds.round(no).state;
      ASSERT_TRUE(state == "announced" || state == "settled") << state;
      before += state == "announced";
      ++killed;
      ASSERT_EQ(h.w.troubles(), "") << killed;
    } else {
      ASSERT_EQ(WEXITSTATUS(status), 0);
      through = true;
    }
  }
  EXPECT_GE(before, 4);
  EXPECT_EQ(h.rounds.close(no, second).state, "settled");
  EXPECT_EQ(h.cash("TAX"), 7'00);
  EXPECT_EQ(under_way(h.w), 0);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

}  // namespace tributary::venues
