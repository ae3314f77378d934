// Random bidders on both databases; every write fails once; clients at the same time; killed while closing.
#include "store/row_bomb_testing.h"
#include "venues/terms.h"
#include "venues/random_testing.h"
#include "venues/venues_testing.h"

#include <atomic>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace tributary::venues {

using namespace testing;

namespace {

// The same seed gives the same auctions, bids and refusals everywhere.
std::string run(Hall& h, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  std::string out;
  for (int round = 0; round < 3; ++round) {
    const bool sale = below(3) != 0, asks = below(2) == 0;
    std::vector<std::pair<std::string, std::string>> changes{{"tie: random", "tie: time"}};
    if (!sale) changes.emplace_back("side: sale", "side: buy_back");
    if (asks) changes.emplace_back("fees:", "approval: {days: 5}\nfees:");
    if (below(2) == 0) changes.emplace_back("pricing: uniform", "pricing: pay_as_bid");
    if (below(2) == 0) changes.emplace_back("lot: 10", "max_share: \"0.4\"\nlot: 10");
    constexpr std::array under{"cancel", "lowest_bid", "reserve"};
    changes.emplace_back("undersubscription: reserve",
                         std::string("undersubscription: ") + under[static_cast<std::size_t>(below(3))]);
    const std::int64_t cash = total(h.w, "CNY", 0), goods = total(h.w, "COD", jan + 3);
    const std::int64_t no = h.announced(venue(changes), 10 * (1 + below(20)));
    for (const char* account : {"A", "B", "C"}) h.admit(no, account);
    h.w.clock.set(h.opens);
    std::vector<std::pair<std::string, std::string>> placed;  // key and account
    for (int i = 0; i < 8; ++i) {
      const std::string account(1, static_cast<char>('A' + below(3)));
      Bid bid{.key = fmt::format("b{}", i),
              .account = account,
              .price = Decimal(10 * (below(12) + (sale ? 8 : 1))),
              .quantity = 10 * (1 + below(8))};
      if (!placed.empty() && below(3) == 0)
        bid.improves = placed[static_cast<std::size_t>(below(static_cast<int>(placed.size())))].first;
      const std::string code = code_of([&] { h.auctions.bid(no, bid, agent(account)); });
      out += code + " ";
      if (code.empty()) placed.emplace_back(bid.key, account);
    }
    h.w.clock.set(h.closes);
    AuctionView view = h.auctions.close(no, fmt::format("seed {}", seed), qian);
    if (view.state == "awaiting") view = h.auctions.decide(no, below(2) == 0, li);
    EXPECT_TRUE(h.auctions.verify(no).empty());
    EXPECT_EQ(total(h.w, "CNY", 0), cash);
    EXPECT_EQ(total(h.w, "COD", jan + 3), goods);
    EXPECT_EQ(under_way(h.w), 0) << "what was set aside is released once and wholly";
    EXPECT_EQ(h.w.troubles(), "");
    Json result = Json::parse(view.result);
    result.erase("bids");  // every bid has random bits of its own in the chain
    out += view.state + " " + result.dump() + "\n";
    h.opens = {h.closes.seconds + 8 * 86400};
    h.closes = {h.opens.seconds + 86400};
  }
  return out;
}

}  // namespace

TEST(AuctionsRandom, TheSameEverywhereAndNothingIsLost) {
  int settled = 0;
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    std::set<std::string> courses;
    for (const std::string& kind : store::test_kinds()) {
      Hall h(kind);
      for (const char* account : {"A", "B", "C"}) h.w.give(account, "COD", 300, months(1, 13));
      courses.insert(run(h, seed));
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << " on " << kind;
    }
    EXPECT_EQ(courses.size(), 1U) << "seed " << seed;
    settled += courses.begin()->find("settled") != std::string::npos;
  }
  EXPECT_GE(settled, 3);
}

class AuctionFaults : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, AuctionFaults, ::testing::ValuesIn(store::test_kinds()));

// The 1st, 2nd, 3rd … row written fails until the call passes: nothing half-done stays.
TEST_P(AuctionFaults, AFailedWriteLeavesNothing) {
  Hall h(GetParam());
  store::RowBomb bomb(h.w.database.db(), {"right_", "ledger_", "venue_"});
  const auto contents = [&] {
    std::string out = h.w.rights.state_hash() + bomb.counts();
    h.w.database.db().read([&](store::Transaction& t) {
      for (const char* columns : {"state || events || bids || head FROM venue_auction",
                                  "state FROM venue_bidder", "COALESCE(replaced_by, 0) FROM venue_bid"})
        for (const store::Row& row : t.query(std::string("SELECT '' || ") + columns + " ORDER BY 1"))
          out += row.text(0) + "\n";
    });
    return out;
  };
  const auto until_it_passes = [&](const char* name, const auto& work, int at_least) {
    const std::string before = contents();
    int failed = 0;
    for (int n = 1; n < 600; ++n) {
      bomb.set(n);
      if (code_of(work).empty()) break;
      ++failed;
      ASSERT_EQ(contents(), before) << name << " write " << n;
      if (n % 8 != 0) continue;
      ASSERT_EQ(h.w.troubles(), "") << name << " write " << n;
    }
    EXPECT_GE(failed, at_least) << name;
    bomb.set(0);
    ASSERT_EQ(h.w.troubles(), "") << name;
  };
  const Announcement lot = h.announcement(100);
  const AuctionVenue asks = venue({{"fees:", "approval: {days: 5}\nfees:"}});
  std::int64_t no = 0;
  until_it_passes(
      "announce", [&] { no = h.auctions.announce(asks, lot, zhao); }, 10);
  until_it_passes(
      "approve", [&] { h.auctions.approve(no, qian); }, 2);
  until_it_passes(
      "apply",
      [&] {
        h.auctions.apply(no, {"A", "涡河"}, agent("A"));
      },
      5);
  until_it_passes(
      "admit", [&] { h.auctions.admit(no, "A", true, sun); }, 1);
  h.admit(no, "B");
  h.w.clock.set(h.opens);
  const Bid first{.key = "1", .account = "A", .price = Decimal(120), .quantity = 70};
  until_it_passes(
      "bid", [&] { h.auctions.bid(no, first, agent("A")); }, 5);
  const Bid better{.key = "2", .account = "A", .price = Decimal(130), .quantity = 70, .improves = "1"};
  until_it_passes(
      "improve", [&] { h.auctions.bid(no, better, agent("A")); }, 8);
  h.bid(no, "B", "120", 50);
  h.w.clock.set(h.closes);
  until_it_passes(
      "close", [&] { h.auctions.close(no, "seed", qian); }, 20);
  EXPECT_EQ(h.auctions.auction(no).state, "awaiting");
  until_it_passes(
      "decide", [&] { h.auctions.decide(no, true, li); }, 15);
  EXPECT_EQ(h.auctions.auction(no).state, "settled");
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 70);
  EXPECT_EQ(h.w.free_of("B", "COD", jan + 1), 30);
  EXPECT_TRUE(h.auctions.verify(no).empty());
}

class AuctionsTogether : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, AuctionsTogether, ::testing::ValuesIn(store::test_kinds()));

// Three bidders at once, each key sent twice, while somebody tries to close: the sequence has no gaps, each
// bid counts once.
TEST_P(AuctionsTogether, EveryBidCountsOnce) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  for (const char* account : {"A", "B", "C"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  std::vector<std::string> faults(4);
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client)
    clients.emplace_back([&, client] {
      try {
        const auto database = store::Database::open(h.w.database.url());
        Auctions auctions(*database, "341602", h.w.clock, h.w.calendar, h.vault);
        const std::string account(1, static_cast<char>('A' + client % 3));
        for (int i = 0; i < 8; ++i) {
          const Bid bid{.key = fmt::format("{}-{}", account, i),
                        .account = account,
                        .price = Decimal(100 + 10 * i),
                        .quantity = 50};
          // The fourth client sends again what the first one sends.
          const Receipt receipt = auctions.bid(no, bid, agent(account));
          if (auctions.bid(no, bid, agent(account)).hash != receipt.hash)
            faults[static_cast<std::size_t>(client)] = "another receipt";
        }
      } catch (const std::exception& error) {
        faults[static_cast<std::size_t>(client)] = error.what();
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(faults, std::vector<std::string>(4));
  h.w.clock.set(h.closes);
  std::vector<std::string> hashes(2);
  clients.clear();
  for (std::size_t i = 0; i < 2; ++i)
    clients.emplace_back([&, i] {
      try {
        const auto database = store::Database::open(h.w.database.url());
        hashes[i] = Auctions(*database, "341602", h.w.clock, h.w.calendar, h.vault)
                        .close(no, fmt::format("seed {}", i), qian)
                        .result_hash;
      } catch (const std::exception& error) {
        hashes[i] = error.what();
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(hashes[0], hashes[1]);  // one of them closed it
  EXPECT_EQ(h.auctions.bids(no).size(), 24U);
  EXPECT_EQ(h.auctions.auction(no).sold, 1'000);
  EXPECT_EQ(under_way(h.w), 0);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

class AuctionsKilled : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, AuctionsKilled, ::testing::ValuesIn(store::test_kinds()));

// The closing process is killed again and again, each time a step later in its work, until it comes through;
// on SQLite its result is the one that an undisturbed copy of the database gives.
TEST_P(AuctionsKilled, ClosingResumesToTheSameResult) {
  namespace fs = std::filesystem;
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  for (const char* account : {"A", "B", "C"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  for (int i = 0; i < 12; ++i) h.bid(no, std::string(1, static_cast<char>('A' + i % 3)), "120", 200);
  h.w.clock.set(h.closes);
  std::string wanted;
  if (GetParam() == "sqlite") {
    const std::string file = h.w.database.url().substr(std::string("sqlite:").size()), twin = file + ".twin";
    for (const char* part : {"", "-wal"})
      if (fs::exists(file + part)) fs::copy_file(file + part, twin + part);
    const auto untouched = store::Database::open("sqlite:" + twin);
    wanted = Auctions(*untouched, "341602", h.w.clock, h.w.calendar, h.vault).close(no, "seed", qian).result_hash;
  }
  int killed = 0, before = 0;
  for (bool through = false; !through && killed < 100;) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        const DeadlyClock clock(h.closes, killed + 1);
        const auto database = store::Database::open(h.w.database.url());
        Auctions(*database, "341602", clock, h.w.calendar, h.vault).close(no, "seed", qian);
      } catch (...) {
        _exit(1);
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      // Nothing of it has happened; or all, when it died on its way home.
      const std::string state = h.auctions.auction(no).state;
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
  const AuctionView done = h.auctions.close(no, "seed", qian);
  EXPECT_EQ(done.result_hash, wanted.empty() ? done.result_hash : wanted);
  EXPECT_EQ(done.sold, 1'000);
  EXPECT_EQ(under_way(h.w), 0);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

}  // namespace tributary::venues
