// Each pattern with the smallest example of it, and the nearest one that is none.
#include "exchange/surveillance_file.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {

Instant at(int day, int minute = 0) {
  return {1'790'000'000 + std::int64_t{day} * 86'400 + std::int64_t{minute} * 60};
}
Deal deal(const std::string& key, Instant when, const std::string& from, const std::string& to, std::int64_t quantity,
          int price, bool bulk = false) {
  return {key, when, "COD", from, to, quantity, Rational(price), bulk};
}
// "circle 1,2 | own_trade 3"
std::string told(const std::vector<Deal>& deals, const WatchRules& rules, const std::vector<OrderLife>& orders = {}) {
  std::vector<std::string> out;
  for (const Alert& a : watch(deals, orders, rules)) {
    EXPECT_FALSE(a.message.zh.empty());
    EXPECT_FALSE(a.message.en.empty());
    EXPECT_FALSE(a.parties.empty());
    out.push_back(fmt::format("{} {}", to_string(a.pattern), fmt::join(a.keys, ",")));
  }
  return fmt::format("{}", fmt::join(out, " | "));
}

TEST(Surveillance, NothingIsLookedForUnasked) {
  WatchRules none;
  none.own_trades = false;
  EXPECT_EQ(told({deal("1", at(0), "a", "a", 5, 10), deal("2", at(0), "a", "b", 5, 10), deal("3", at(1), "b", "a", 5, 10)}, none), "");
}

TEST(Surveillance, WhoMayNotTradeAndWhoTradesWithOneself) {
  WatchRules rules;
  rules.barred = {"staff"};
  rules.group_of = {{"a1", "A"}, {"a2", "A"}};
  EXPECT_EQ(told({deal("1", at(0), "a1", "a2", 5, 10), deal("2", at(1), "a1", "b", 5, 10), deal("3", at(2), "b", "staff", 1, 10)}, rules),
            "own_trade 1 | barred 3");
}

TEST(Surveillance, GoodsThatComeBack) {
  WatchRules rules;
  rules.circle_days = 10;
  rules.circle_share = Rational(8) / Rational(10);
  const Deal ab = deal("1", at(0), "a", "b", 100, 10), ba = deal("2", at(9), "b", "a", 80, 11);
  EXPECT_EQ(told({ab, ba}, rules), "circle 1,2");
  EXPECT_EQ(told({deal("1", at(0), "a", "b", 5'000'000'000, 10), deal("2", at(9), "b", "a", 4'000'000'000, 11)}, rules), "circle 1,2");
  EXPECT_EQ(told({ba, ab}, rules), "circle 1,2");                                                // in any order
  EXPECT_EQ(told({ab, deal("2", at(9), "b", "a", 79, 11)}, rules), "");                         // too unlike
  EXPECT_EQ(told({ab, deal("2", at(11), "b", "a", 100, 11)}, rules), "");                       // too late
  EXPECT_EQ(told({deal("1", at(0), "b", "a", 100, 10), deal("2", at(1), "b", "a", 100, 10)}, rules), "");  // one way
  EXPECT_EQ(told({ab, deal("2", at(1), "b", "c", 100, 10), deal("3", at(2), "c", "a", 100, 10)}, rules), "circle 1,2,3");
  // Through a company of the same control.
  rules.group_of = {{"c", "A"}, {"a", "A"}};
  EXPECT_EQ(told({ab, deal("2", at(1), "b", "c", 100, 10)}, rules), "circle 1,2");
  // Another instrument is another matter.
  Deal other = ba;
  other.instrument = "SO2";
  EXPECT_EQ(told({ab, other}, rules), "");
}

// A month in which everything goes one way, through six hands: no circle, and no search through all paths.
TEST(Surveillance, ManyDealsOneWay) {
  std::vector<Deal> deals;
  for (int i = 0; i < 3000; ++i)
    deals.push_back(deal(fmt::format("{:04}", i), at(i / 100, i % 100), std::string(1, static_cast<char>('a' + i % 6)),
                         std::string(1, static_cast<char>('a' + i % 6 + 1)), 10, 10));
  WatchRules rules;
  rules.circle_days = 30;
  EXPECT_EQ(told(deals, rules), "");
  deals.push_back(deal("back", at(31), "g", "f", 10, 10));
  EXPECT_NE(told(deals, rules).find("circle"), std::string::npos);
}

TEST(Surveillance, ALadderOfSmallPurchases) {
  WatchRules rules;
  rules.ladder_deals = 3;
  rules.ladder_quantity = 10;
  rules.ladder_minutes = 30;
  const std::vector<Deal> up{deal("1", at(0, 0), "b", "a", 10, 10), deal("2", at(0, 10), "c", "a", 1, 11), deal("3", at(0, 30), "b", "a", 1, 12)};
  EXPECT_EQ(told(up, rules), "ladder 1,2,3");
  auto slow = up;
  slow[2].at = at(0, 31);
  EXPECT_EQ(told(slow, rules), "");
  auto level = up;
  level[1].price = Rational(10);
  EXPECT_EQ(told(level, rules), "");
  auto large = up;
  large[1].quantity = 11;
  EXPECT_EQ(told(large, rules), "");
  // Others' deals between do not hide it.
  auto mixed = up;
  mixed.push_back(deal("x", at(0, 15), "d", "e", 5, 9));
  EXPECT_EQ(told(mixed, rules), "ladder 1,2,3");
}

TEST(Surveillance, ATransferOutsideMayCloseACircle) {
  WatchRules rules;
  rules.circle_days = 10;
  Deal back = deal("2", at(1, 10), "b", "a", 5, 0);
  back.outside = true;
  std::vector<Deal> both{deal("1", at(0, 10), "a", "b", 5, 12), back};
  EXPECT_EQ(told(both, rules), "circle 1,2");
  both[0].outside = true;  // nothing was traded
  EXPECT_EQ(told(both, rules), "");
  rules.barred = {"b"};
  EXPECT_EQ(told(std::vector<Deal>{back}, rules), "");
}

TEST(Surveillance, OrdersThatWereThereToBeSeen) {
  WatchRules rules;
  rules.layer_orders = 2;
  rules.layer_minutes = 5;
  const auto order = [](const char* key, Instant placed, Instant ended, bool buys, std::int64_t filled, bool withdrawn) {
    return OrderLife{key, placed, ended, "COD", "a", buys, 50, filled, withdrawn};
  };
  const std::vector<Deal> sold{deal("1", at(0, 10), "a", "b", 5, 12)};
  std::vector<OrderLife> bids{order("o1", at(0, 1), at(0, 11), true, 0, true), order("o2", at(0, 2), at(0, 15), true, 0, true)};
  EXPECT_EQ(told(sold, rules, bids), "layering 1,o1,o2");
  // The same orders behind two sales are one episode.
  std::vector<Deal> twice = sold;
  twice.push_back(sold.front());
  twice.back().key = "9";
  twice.back().at = {sold.front().at.seconds + 1};
  EXPECT_EQ(told(twice, rules, bids), "layering 1,9,o1,o2");
  bids[1].ended = at(0, 16);
  EXPECT_EQ(told(sold, rules, bids), "");
  bids[1] = order("o2", at(0, 2), at(0, 15), true, 1, true);  // partly filled: it was meant
  EXPECT_EQ(told(sold, rules, bids), "");
  bids[1] = order("o2", at(0, 2), at(0, 15), true, 0, false);  // ended with the session
  EXPECT_EQ(told(sold, rules, bids), "");
  bids[1] = order("o2", at(0, 2), at(0, 15), false, 0, true);  // the same side
  EXPECT_EQ(told(sold, rules, bids), "");
}

TEST(Surveillance, AnAgreedPriceFarFromTheBook) {
  WatchRules rules;
  rules.far_price = Rational(3) / Rational(10);
  rules.far_days = 5;
  std::vector<Deal> deals{deal("1", at(0), "a", "b", 1, 100), deal("2", at(4), "a", "b", 3, 104), deal("3", at(5), "a", "b", 9, 134, true)};
  // The mean of 100 and 3 × 104 is 103; a third above that is 133.9.
  EXPECT_EQ(told(deals, rules), "far_price 3");
  deals[2].price = Rational(1339) / Rational(10);
  EXPECT_EQ(told(deals, rules), "");
  deals[2].price = Rational(72);
  EXPECT_EQ(told(deals, rules), "far_price 3");
  deals[2].at = at(10);  // nothing to compare with
  EXPECT_EQ(told(deals, rules), "");
}

TEST(Surveillance, RefusesWhatMakesNoSense) {
  WatchRules rules;
  EXPECT_THROW((void)told({deal("1", at(0), "a", "b", 0, 1)}, rules), Error);
  EXPECT_THROW((void)told({deal("1", at(0), "a", "b", 1, -1)}, rules), Error);
  rules.ladder_deals = 1;
  EXPECT_THROW((void)told({deal("1", at(0), "a", "b", 1, 1)}, rules), Error);
}

TEST(Surveillance, ReadsAFileAndNamesItsFaults) {
  const std::string good = R"({"rules": {"groups": {"a/1": "A"}, "barred": ["x"], "circle": {"days": 10, "share": 0.8},
    "ladder": {"deals": 3, "quantity": 10, "minutes": 30}, "layering": {"orders": 2, "minutes": 5}, "far_price": {"share": "0.3", "days": 5}},
    "deals": [{"key": 1, "at": "2026-11-28 09:30", "instrument": "COD", "seller": "a/1", "buyer": "A", "qty": 500, "price": "6000.5"}],
    "orders": [{"key": "o", "placed": "2026-11-28 09:00", "ended": "2026-11-28 10:00", "instrument": "COD", "party": "b", "side": "sell",
                "qty": 5, "filled": 0, "withdrawn": true}]})";
  const WatchInput in = read_watch(good, "w.json");
  EXPECT_EQ(in.deals.at(0).price, Rational(12001) / Rational(2));
  EXPECT_EQ(in.orders.at(0).ended.seconds - in.orders.at(0).placed.seconds, 3600);
  EXPECT_EQ(watch(in.deals, in.orders, in.rules).at(0).pattern, Pattern::own_trade);
  const auto fault = [&](const std::string& what, const std::string& by) {
    std::string text = good;
    text.replace(text.find(what), what.size(), by);
    try {
      (void)read_watch(text, "w.json");
    } catch (const Error& e) {
      return e.where().field + " " + e.message().en;
    }
    return std::string("none");
  };
  EXPECT_NE(fault("\"qty\": 500", "\"qty\": 0").find("/deals/0/qty"), std::string::npos);
  EXPECT_NE(fault("\"days\": 10", "\"day\": 10").find("/rules/circle"), std::string::npos);
  EXPECT_NE(fault("0.8", "1.8").find("/rules/circle/share"), std::string::npos);
  EXPECT_NE(fault("\"sell\"", "\"hold\"").find("/orders/0/side"), std::string::npos);
  EXPECT_NE(fault("\"6000.5\"", "\"-1\"").find("/deals/0/price"), std::string::npos);
  EXPECT_NE(fault("\"barred\": [\"x\"]", "\"barred\": 5").find("/rules/barred"), std::string::npos);
}

// Whatever the order of the input, and every circle is one: goods pass from hand to hand in time and come back.
TEST(Surveillance, RandomDeals) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Deal> deals;
    for (int i = 0; i < 12; ++i) {
      const int from = static_cast<int>(random() % 4);
      const int to = (from + 1 + static_cast<int>(random() % 3)) % 4;
      deals.push_back(deal(fmt::format("{:02}", i), at(static_cast<int>(random() % 20)), std::string(1, static_cast<char>('a' + from)),
                           std::string(1, static_cast<char>('a' + to)), 5 + static_cast<int>(random() % 6), 10 + static_cast<int>(random() % 5)));
    }
    WatchRules rules;
    rules.circle_days = 6;
    rules.circle_share = Rational(1) / Rational(2);
    const std::string once = told(deals, rules);
    std::map<std::string, Deal> by_key;
    for (const Deal& d : deals) by_key.emplace(d.key, d);
    for (const Alert& a : watch(deals, {}, rules)) {
      ASSERT_GE(a.keys.size(), 2U);
      for (std::size_t i = 0; i < a.keys.size(); ++i) {
        const Deal& d = by_key.at(a.keys[i]);
        const Deal& next = by_key.at(a.keys[(i + 1) % a.keys.size()]);
        EXPECT_EQ(d.buyer, next.seller);
        if (i + 1 < a.keys.size()) {
          EXPECT_TRUE(std::tuple(d.at, d.key) < std::tuple(next.at, next.key));
        }
      }
      EXPECT_LE(by_key.at(a.keys.back()).at.seconds - by_key.at(a.keys.front()).at.seconds, 6 * 86'400);
    }
    std::ranges::shuffle(deals, random);
    EXPECT_EQ(told(deals, rules), once);
  }
}

}  // namespace
}  // namespace tributary::exchange
