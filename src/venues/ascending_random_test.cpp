// Random bidders by outcry on both databases; every write fails once; clients at the same time.
#include "store/row_bomb_testing.h"
#include "venues/random_testing.h"
#include "venues/terms.h"
#include "venues/venues_testing.h"

#include <array>
#include <atomic>
#include <random>
#include <set>
#include <thread>

namespace tributary::venues {

using namespace testing;

namespace {

struct Form {
  bool sale = true;
  std::int64_t limit = 0;  // seconds after the announced close
  AuctionVenue venue;
};

template <class Below>
Form random_kind(const Below& below) {
  Form out;
  out.sale = below(3) != 0;
  const bool first_round = below(3) == 0;
  const int by = 20 + 20 * below(4), most = below(4);
  const bool until = below(2) == 0;
  out.limit = until ? 50 : by * most;
  std::vector<std::pair<std::string, std::string>> changes{
      {"tie: random", "tie: time"},
      {"format: sealed",
       fmt::format("format: {}\nascending: {{{}step: {}, extension: {{within: 60, by: {}, {}}}, leaders: "
                   "numbers, freed: {}}}",
                   first_round ? "sealed_then_ascending" : "ascending", first_round ? "lasts: 300, " : "",
                   below(2) == 0 ? "{ticks: 1}" : "{share: \"0.06\"}", by,
                   until ? std::string("until: 50") : fmt::format("most: {}", most),
                   below(3) == 0 ? "at_close" : "at_once")}};
  if (!out.sale) changes.emplace_back("side: sale", "side: buy_back");
  if (!out.sale) changes.emplace_back("yuan: \"100\"", "yuan: \"300\"");
  if (below(2) == 0) changes.emplace_back("pricing: uniform", "pricing: pay_as_bid");
  if (below(3) == 0) changes.emplace_back("lot: 10", "max_share: \"0.4\"\nlot: 10");
  constexpr std::array under{"cancel", "lowest_bid", "reserve"};
  changes.emplace_back("undersubscription: reserve",
                       std::string("undersubscription: ") + under[static_cast<std::size_t>(below(3))]);
  out.venue = venue(changes);
  return out;
}

// What E8 says of the result, and that it is what everybody saw last.
void expect_fair(const Json& clearing, const Standing& last, const std::vector<StoredBid>& bids, bool sale,
                 std::int64_t supply) {
  std::int64_t filled = 0;
  for (const Json& row : clearing.at("rows")) {
    const Decimal price = Decimal::parse(row.at("price").get<std::string>());
    const std::int64_t part = row.at("filled");
    filled += part;
    if (clearing.at("price").is_null() || clearing.at("undersubscribed")) continue;
    const Decimal at = Decimal::parse(clearing.at("price").get<std::string>());
    const bool better = sale ? price > at : price < at, worse = sale ? price < at : price > at;
    EXPECT_TRUE(!better || part == row.at("quantity")) << "better than the price, and not full";
    EXPECT_TRUE(!worse || part == 0) << "worse than the price, and filled";
    const auto& bid =
        bids[static_cast<std::size_t>(Decimal::parse(row.at("bid").get<std::string>()).to_int64()) - 1];
    EXPECT_FALSE(bid.outbid_by.has_value());
  }
  EXPECT_LE(filled, supply);
  if (!last.price) return;
  EXPECT_EQ(clearing.at("price").get<std::string>(), last.price->to_string());
  std::int64_t led = 0;
  for (const auto& one : last.leaders) led += one.quantity;
  EXPECT_EQ(led, supply);
  EXPECT_EQ(filled, supply);
}

std::string run(Hall& h, unsigned seed, int& extended) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  std::string out;
  for (int round = 0; round < 2; ++round) {
    const Form kind = random_kind(below);
    const std::int64_t cash = total(h.w, "CNY", 0), goods = total(h.w, "COD", jan + 3),
                       supply = 10 * (4 + below(20));
    h.closes = {h.opens.seconds + 400};
    const std::int64_t no = h.announced(kind.venue, supply);
    for (const char* account : {"A", "B", "C"}) h.admit(no, account);
    std::int64_t now = h.opens.seconds + below(150);
    std::optional<Decimal> price;
    Standing last;
    for (int i = 0; i < 40; ++i) {
      h.w.clock.set({now});
      const AuctionView before = h.auctions.auction(no);
      const Standing seen = h.auctions.standing(no);
      const std::string account(1, static_cast<char>('A' + below(3)));
      // Mostly what would count, sometimes a step aside.
      Decimal offer =
          seen.next.value_or(kind.venue.reserve_price) + Decimal(10 * (below(4) - 1)) * Decimal(kind.sale ? 1 : -1);
      if (offer.sign() <= 0) offer = Decimal(10);
      const Bid bid{
          .key = fmt::format("b{}", i), .account = account, .price = offer, .quantity = 10 * (1 + below(12))};
      const std::string code = code_of([&] { h.auctions.bid(no, bid, agent(account)); });
      out += code + " ";
      const AuctionView after = h.auctions.auction(no);
      EXPECT_EQ(code == "too_late", now >= before.ends.seconds);
      EXPECT_GE(after.ends, before.ends);
      EXPECT_LE(after.ends.seconds, h.closes.seconds + kind.limit);
      if (!code.empty()) {
        EXPECT_EQ(after.ends, before.ends) << code;
      }
      last = now < after.ends.seconds ? h.auctions.standing(no) : last;
      if (price) {
        EXPECT_TRUE(last.price.has_value()) << "what was covered stays covered";
        EXPECT_TRUE(!last.price || (kind.sale ? *last.price >= *price : *last.price <= *price))
            << "the price never goes back";
      }
      price = last.price;
      now += below(3) == 0 ? 1 + below(60) : 1 + below(8);
    }
    const AuctionView told = h.auctions.auction(no);
    extended += told.extensions;
    h.w.clock.set({std::max(now, told.ends.seconds)});
    const AuctionView view = h.auctions.close(no, "", qian);
    EXPECT_TRUE(h.auctions.verify(no).empty());
    const Json result = Json::parse(view.result);
    expect_fair(result.at("clearing"), last, h.auctions.bids(no), kind.sale, supply);
    EXPECT_EQ(total(h.w, "CNY", 0), cash);
    EXPECT_EQ(total(h.w, "COD", jan + 3), goods);
    EXPECT_EQ(under_way(h.w), 0) << "what was set aside is released once and wholly";
    EXPECT_EQ(h.w.troubles(), "");
    out += fmt::format("{} {} {} {}\n", view.state, result.at("clearing").dump(), result.at("trades").dump(),
                       told.ends.seconds);
    h.opens = {h.closes.seconds + 9 * 86400};
  }
  return out;
}

}  // namespace

TEST(AscendingRandom, TheSameEverywhereAndFair) {
  int extended = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::set<std::string> courses;
    for (const std::string& kind : store::test_kinds()) {
      Hall h(kind);
      for (const char* account : {"A", "B", "C"}) h.w.give(account, "COD", 300, months(1, 13));
      courses.insert(run(h, seed, extended));
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << " on " << kind;
    }
    EXPECT_EQ(courses.size(), 1U) << "seed " << seed;
  }
  EXPECT_GE(extended, 10);
}

class AscendingFaults : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, AscendingFaults, ::testing::ValuesIn(store::test_kinds()));

// A bid that replaces an own one, outbids another for good and puts the end off: each row it writes fails
// once, and nothing half-done stays.
TEST_P(AscendingFaults, AFailedWriteLeavesNothing) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(
      venue({{"tie: random", "tie: time"},
             {"format: sealed",
              "format: ascending\nascending: {step: {ticks: 1}, extension: {within: 60, by: 60, most: 2}, "
              "leaders: numbers, freed: at_once}"}}),
      100);
  for (const char* account : {"A", "B", "C"}) h.admit(no, account);
  h.w.clock.set({h.closes.seconds - 1});
  h.bid(no, "A", "100", 50);
  h.bid(no, "B", "100", 100);
  store::RowBomb bomb(h.w.database.db(), {"right_", "ledger_", "venue_"});
  const auto contents = [&] {
    std::string out = h.w.rights.state_hash() + bomb.counts();
    h.w.database.db().read([&](store::Transaction& t) {
      for (const char* columns :
           {"events || bids || head || COALESCE(ends, 0) || extensions FROM venue_auction",
            "COALESCE(replaced_by, 0) || ' ' || COALESCE(outbid_by, 0) || sealed FROM venue_bid"})
        for (const store::Row& row : t.query(std::string("SELECT '' || ") + columns + " ORDER BY 1"))
          out += row.text(0) + "\n";
    });
    return out;
  };
  const std::string before = contents();
  const Bid better{.key = "better", .account = "A", .price = Decimal(120), .quantity = 100};
  int failed = 0;
  for (int n = 1; n < 300; ++n) {
    bomb.set(n);
    if (code_of([&] { h.auctions.bid(no, better, agent("A")); }).empty()) break;
    ++failed;
    ASSERT_EQ(contents(), before) << "write " << n;
  }
  bomb.set(0);
  EXPECT_GE(failed, 12);
  EXPECT_EQ(h.auctions.standing(no).leaders.size(), 1U);
  const std::string after = contents();
  EXPECT_EQ(h.w.troubles(), "");
  h.w.clock.set(h.auctions.auction(no).ends);
  int closed = 0;
  for (int n = 1; n < 300; ++n) {
    bomb.set(n);
    if (code_of([&] { h.auctions.close(no, "", qian); }).empty()) break;
    ++closed;
    ASSERT_EQ(contents(), after) << "write " << n;
  }
  bomb.set(0);
  EXPECT_GE(closed, 15);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

class AscendingTogether : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, AscendingTogether, ::testing::ValuesIn(store::test_kinds()));

// Three bidders at once, each going after what it sees: whoever was overtaken is told so, and the replay
// finds every bid that counted to have beaten the price of its moment.
TEST_P(AscendingTogether, EveryBidThatCountsBeatsThePriceOfItsMoment) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(
      venue({{"tie: random", "tie: time"},
             {"format: sealed",
              "format: ascending\nascending: {step: {ticks: 1}, extension: {within: 60, by: 60, most: 9}, "
              "leaders: numbers, freed: at_once}"}}),
      100);
  for (const char* account : {"A", "B", "C"}) h.admit(no, account);
  h.w.clock.set({h.closes.seconds - 1});
  std::vector<std::string> faults(3);
  std::atomic<int> counted = 0;
  std::vector<std::thread> clients;
  for (std::size_t client = 0; client < 3; ++client)
    clients.emplace_back([&, client] {
      try {
        const auto database = store::Database::open(h.w.database.url());
        Auctions auctions(*database, "341602", h.w.clock, h.w.calendar, h.vault);
        const std::string account(1, static_cast<char>('A' + client));
        for (int i = 0; i < 12; ++i) {
          const Decimal next = auctions.standing(no).next.value_or(Decimal(100));
          const std::string code = code_of([&] {
            auctions.bid(
                no,
                {.key = fmt::format("{}{}", account, i), .account = account, .price = next, .quantity = 60},
                agent(account));
          });
          if (code.empty()) ++counted;
          if (!code.empty() && code != "below_step" && code != "not_improved") faults[client] = code;
        }
      } catch (const std::exception& error) {
        faults[client] = error.what();
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(faults, std::vector<std::string>(3));
  h.w.clock.set(h.auctions.auction(no).ends);
  h.auctions.close(no, "", qian);
  EXPECT_EQ(h.auctions.bids(no).size(), static_cast<std::size_t>(counted.load()));
  EXPECT_GE(counted.load(), 4);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(under_way(h.w), 0);
  EXPECT_EQ(h.w.troubles(), "");
}

}  // namespace tributary::venues
