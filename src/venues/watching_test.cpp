// Surveillance out of the database: each pattern made by real orders, and what is not looked for.
#include "venues/markets_testing.h"
#include "venues/smart_testing.h"
#include "venues/watching.h"

namespace tributary::venues {

using namespace testing;
using exchange::Pattern;

class WatchingOn : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, WatchingOn, ::testing::ValuesIn(store::test_kinds()));

namespace {

WatchDeclaration declared(const std::string& yaml) {
  return read_watching(policy::parse_yaml(yaml, "surveillance.yaml"), "test");
}
const std::string all_of_them = R"(look_for:
  - {pattern: circle, days: 3, share: "0.8", source: {document: 试}}
  - {pattern: ladder, deals: 3, quantity: 50, minutes: 60, source: {document: 试}}
  - {pattern: layering, orders: 2, minutes: 5, source: {document: 试}}
  - {pattern: far_price, share: "0.1", days: 3, source: {document: 试}}
)";

Watched look(Floor& f, const WatchDeclaration& d, unsigned from, unsigned to) {
  return watch_days(f.w.database.db(), "341602", f.w.clock, f.w.calendar, d, make_date(2026, 1, from), make_date(2026, 1, to));
}
std::string patterns(const Watched& w) {
  std::string out;
  for (const Seen& one : w.alerts) out += (out.empty() ? "" : " ") + std::string(exchange::to_string(one.pattern));
  return out;
}
void deal(Floor& f, std::int64_t no, const char* seller, const char* buyer, const char* price, std::int64_t quantity) {
  f.order(no, seller, Side::sell, price, quantity);
  ASSERT_EQ(f.order(no, buyer, Side::buy, price, quantity).deals.size(), 1U);
}

}  // namespace

TEST_P(WatchingOn, GoodsThatComeBackAreTold) {
  Floor f(GetParam());
  const WatchDeclaration d = declared(all_of_them);
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  deal(f, no, "A", "B", "1000", 200);
  f.at("06 10:00");
  deal(f, no, "B", "C", "1000", 200);
  EXPECT_EQ(patterns(look(f, d, 5, 7)), "");
  f.at("07 10:00");
  deal(f, no, "C", "A", "1000", 190);
  const Watched seen = look(f, d, 7, 8);  // the deals before are read as far as the circle reaches
  ASSERT_EQ(patterns(seen), "circle");
  EXPECT_EQ(seen.deals, 1);
  const Seen& alert = seen.alerts[0];
  ASSERT_EQ(alert.what.size(), 3U);
  EXPECT_EQ(alert.what[0].key, "market-1-deal-1");
  EXPECT_EQ(alert.what[0].seller, f.w.rights.account("A").owner);
  EXPECT_EQ(alert.what[2].market, no);
  EXPECT_EQ(alert.what[2].price, Decimal(1000));
  EXPECT_EQ(alert.parties.size(), 3U);
  // Given back outside the exchange, it has come back all the same.
  f.at("08 10:00");
  deal(f, no, "A", "D", "1000", 100);
  f.at("08 11:00");
  f.w.done({.key = "BACK", .kind = rights::TransactionKind::transfer, .instrument = "COD", .from = "D", .to = "A", .quantity = 100,
            .term = months(1, 13)});
  const Watched outside = look(f, d, 8, 9);
  ASSERT_EQ(patterns(outside), "circle");
  EXPECT_EQ(outside.deals, 1);
  EXPECT_EQ(outside.alerts[0].what.at(1).key, "BACK");
  EXPECT_EQ(outside.alerts[0].what.at(1).price, std::nullopt);
  EXPECT_EQ(alert.instrument, "COD");
  ASSERT_NE(alert.threshold, nullptr);
  EXPECT_EQ(alert.threshold->days, 3);
  EXPECT_EQ(patterns(look(f, d, 5, 7)), "");  // those days have no alert of their own
  EXPECT_EQ(patterns(look(f, declared("look_for: [{pattern: circle, days: 1, share: \"0.8\", source: {document: 试}}]"), 7, 8)),
            "");
}

TEST_P(WatchingOn, GoodsOfOtherMonthsAreOthers) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  Listing other = f.listing();
  other.term = months(1, 7);
  const std::int64_t half = f.markets.list(market_venue(), other, zhao);
  f.markets.approve(half, qian);
  for (const char* account : {"A", "B"}) {
    f.markets.apply(half, {account, "涡河"}, agent(account));
    f.markets.admit(half, account, true, sun);
  }
  f.at("05 10:00");
  deal(f, no, "A", "B", "1000", 200);
  deal(f, half, "B", "A", "1000", 200);
  EXPECT_EQ(patterns(look(f, declared(all_of_them), 5, 6)), "");
  deal(f, no, "B", "A", "1000", 200);
  EXPECT_EQ(patterns(look(f, declared(all_of_them), 5, 6)), "circle");
}

TEST_P(WatchingOn, TinyDealsThatDriveThePriceAreTold) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  for (const char* price : {"1000", "1010", "1020"}) deal(f, no, "A", "B", price, 50);
  EXPECT_EQ(patterns(look(f, declared(all_of_them), 5, 6)), "ladder");
  EXPECT_EQ(patterns(look(f, declared("{}"), 5, 6)), "");
  // The threshold of another instrument is none of this one's.
  const Watched other = look(
      f, declared("look_for: [{pattern: ladder, instruments: [NOX], deals: 3, quantity: 50, minutes: 60, source: {document: 试}}]"),
      5, 6);
  EXPECT_EQ(patterns(other), "");
  const auto missing = std::ranges::find(other.missing, Pattern::ladder, &NotLookedFor::pattern);
  ASSERT_NE(missing, other.missing.end());
  EXPECT_EQ(missing->instrument, "COD");
}

TEST_P(WatchingOn, OrdersWithdrawnByTheirOwnerSoonAfterADealAreTold) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  const auto one = f.order(no, "B", Side::buy, "900", 100).order.id, two = f.order(no, "B", Side::buy, "910", 100).order.id;
  deal(f, no, "B", "C", "1000", 100);  // B sells while its purchases make the book look deep
  f.at("05 10:02");
  f.markets.cancel(no, one, "B", agent("B"));
  EXPECT_EQ(patterns(look(f, declared(all_of_them), 5, 6)), "");
  f.markets.cancel(no, two, "B", agent("B"));
  const Watched seen = look(f, declared(all_of_them), 5, 6);
  ASSERT_EQ(patterns(seen), "layering");
  EXPECT_EQ(seen.orders, 2);
  ASSERT_EQ(seen.alerts[0].what.size(), 3U);
  EXPECT_FALSE(seen.alerts[0].what[0].order);
  EXPECT_TRUE(seen.alerts[0].what[1].order);
  EXPECT_EQ(seen.alerts[0].what[1].price, Decimal(900));
}

TEST_P(WatchingOn, WhatTheOfficeOrTheClockTakesOutIsNotWithdrawn) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  f.order(no, "B", Side::buy, "900", 100);
  f.order(no, "B", Side::buy, "910", 100);
  deal(f, no, "B", "C", "1000", 100);
  f.markets.end(no, zhao);
  EXPECT_EQ(look(f, declared(all_of_them), 5, 6).orders, 0);
}

TEST_P(WatchingOn, ABulkPriceFarFromTheBookIsTold) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  deal(f, no, "A", "B", "1000", 100);
  f.at("05 11:00");
  const Placed bulk = f.markets.submit(no,
                                       {.key = "bulk", .account = "A", .side = Side::sell, .price = Decimal(1200),
                                        .quantity = 1'000, .counterparty = "D", .until = parse_instant("2026-01-05 14:00")},
                                       agent("A"));
  f.markets.confirm(no, bulk.order.id, "D", Markets::terms_hash(f.markets.market(no), bulk.order), agent("D"));
  EXPECT_EQ(patterns(look(f, declared(all_of_them), 5, 6)), "far_price");
}

TEST_P(WatchingOn, BarredPartiesAndGroupsComeFromTheDeclaration) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  deal(f, no, "A", "B", "1000", 100);
  const std::string a = f.w.rights.account("A").owner, b = f.w.rights.account("B").owner;
  const Watched nobody = look(f, declared("{}"), 5, 6);
  EXPECT_EQ(patterns(nobody), "");
  EXPECT_EQ(nobody.deals, 1);
  EXPECT_EQ(nobody.missing.size(), 5U);  // nobody is barred, and four patterns have no threshold
  EXPECT_EQ(patterns(look(f, declared("barred: [{party: \"" + b + "\", source: {document: 试}}]"), 5, 6)), "barred");
  EXPECT_EQ(patterns(look(f, declared("groups: [{party: \"" + a + "\", controlled_by: \"" + b + "\", source: {document: 试}}]"),
                          5, 6)),
            "own_trade");
}

TEST_P(WatchingOn, TradesOfRoundsCountByTheirOwners) {
  SmartHall h(GetParam());
  const std::int64_t no = h.notes(smart_venue());
  const SmartView done = h.rounds.close(no, second);
  const std::string seller = h.w.rights.account("A").owner;
  const Date day = h.w.clock.today();
  const WatchDeclaration d = declared("barred: [{party: \"" + seller + "\", source: {document: 试}}]");
  const Watched seen =
      watch_days(h.w.database.db(), "341602", h.w.clock, h.w.calendar, d, day, day + std::chrono::days{1});
  EXPECT_EQ(seen.deals, static_cast<std::int64_t>(done.outcomes.size()));
  ASSERT_FALSE(seen.alerts.empty());
  const Named& trade = seen.alerts[0].what.at(0);
  EXPECT_EQ(trade.round, no);
  EXPECT_EQ(trade.seller, seller);
  EXPECT_EQ(trade.price, Decimal::parse("0.35"));  // the price of its zone
  EXPECT_EQ(trade.key, done.outcomes[0].trade);
}

TEST_P(WatchingOn, TradesOfAuctionsCountByTheirOwners) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  h.w.clock.set(parse_instant("2026-01-20 17:30"));
  h.auctions.close(no, "seed", qian);
  const std::string a = h.w.rights.account("A").owner;
  const WatchDeclaration d = declared("barred: [{party: \"" + a + "\", source: {document: 试}}]");
  const Watched seen = watch_days(h.w.database.db(), "341602", h.w.clock, h.w.calendar, d, make_date(2026, 1, 20),
                                  make_date(2026, 1, 21));
  EXPECT_EQ(seen.deals, 1);
  ASSERT_EQ(patterns(seen), "barred") << a;
  EXPECT_EQ(seen.alerts[0].what[0].auction, no);
  EXPECT_EQ(seen.alerts[0].what[0].key, "auction-1-trade-1");
  EXPECT_EQ(seen.alerts[0].what[0].buyer, a);
}

TEST(WatchDeclaration, IsReadStrictly) {
  const auto code = [](const std::string& yaml) { return code_of([&] { declared(yaml); }); };
  const std::string tail = ", source: {document: 试}}]";
  EXPECT_EQ(code("look_for: [{pattern: circle, days: 3, share: \"0.8\"}]"), "missing_source");
  EXPECT_EQ(code("look_for: [{pattern: circle, days: 3, share: \"1.8\"" + tail), "bad_value");
  EXPECT_EQ(code("look_for: [{pattern: circle, days: 3, share: \"0.8\", orders: 3" + tail), "unknown_key");
  EXPECT_EQ(code("look_for: [{pattern: ladder, deals: 1, quantity: 5, minutes: 5" + tail), "bad_value");
  EXPECT_EQ(code("look_for: [{pattern: wash, days: 3" + tail), "bad_value");
  EXPECT_EQ(code("looked_for: []"), "unknown_key");
  EXPECT_EQ(code("look_for: [{pattern: layering, orders: 2, minutes: 5, source: {document: a}}, {pattern: layering, orders: 3, "
                 "minutes: 5, source: {document: b}}]"),
            "bad_value");
}

TEST(WatchDeclaration, OfTheDemonstrationAreExamplesAndOfTheLawNone) {
  const std::string packs = std::string(TRIBUTARY_SOURCE_DIR) + "/policies";
  const WatchDeclaration demo = load_watching(policy::Policy::load(packs, "demo"));
  EXPECT_NE(demo.of(Pattern::ladder, "COD-GUO"), nullptr);
  EXPECT_EQ(demo.of(Pattern::ladder, "NOX"), nullptr);
  for (const Threshold& one : demo.thresholds) EXPECT_FALSE(one.verified);
  EXPECT_TRUE(load_watching(policy::Policy::load(packs, "cn-341602")).thresholds.empty());
}

}  // namespace tributary::venues
