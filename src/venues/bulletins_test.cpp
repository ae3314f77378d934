// What everybody is told of a day: markets, halts, auctions, totals of the registry, and the series of prices.
#include "venues/bulletins.h"
#include "venues/markets_testing.h"
#include "venues/smart_testing.h"

namespace tributary::venues {

using namespace testing;

class BulletinsOn : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, BulletinsOn, ::testing::ValuesIn(store::test_kinds()));

Date january(unsigned day) {
  return make_date(2026, 1, day);
}

TEST_P(BulletinsOn, ADayIsToldOnceItIsOver) {
  Floor f(GetParam());
  const Bulletins told(f.w.database.db(), "341602", f.w.clock);
  const std::int64_t no = f.open(market_venue());
  const std::int64_t quiet = f.open(market_venue());
  f.at("05 10:00");
  f.order(no, "A", Side::sell, "1000", 100);
  f.order(no, "B", Side::buy, "1000", 100);
  f.order(no, "A", Side::sell, "1050", 200);
  f.order(no, "C", Side::buy, "1050", 200);
  const Placed bulk = f.markets.submit(no,
                                       {.key = "bulk",
                                        .account = "A",
                                        .side = Side::sell,
                                        .price = Decimal(1200),
                                        .quantity = 1'000,
                                        .counterparty = "D",
                                        .until = parse_instant("2026-01-05 14:00")},
                                       agent("A"));
  f.markets.confirm(no, bulk.order.id, "D", Markets::terms_hash(f.markets.market(no), bulk.order), agent("D"));
  EXPECT_TRUE(told.days({}, 10).empty());  // nothing of a day that still runs
  EXPECT_TRUE(told.bulletin(january(5)).markets.empty());

  f.at("05 15:00");
  EXPECT_EQ(told.days({}, 10), std::vector<Date>{january(5)});
  const Bulletin day = told.bulletin(january(5));
  EXPECT_TRUE(day.running);
  ASSERT_EQ(day.markets.size(), 2U);
  const DayPrices& m = day.markets[0];
  EXPECT_EQ(m.market, no);
  EXPECT_EQ(m.title.en, "test");
  EXPECT_EQ(m.instrument, "COD");
  EXPECT_EQ(m.term, months(1, 13));
  EXPECT_EQ(m.day.opening, Decimal(1000));
  EXPECT_EQ(m.day.high, Decimal(1050));  // the bulk price is none of the book's
  EXPECT_EQ(m.day.low, Decimal(1000));
  EXPECT_EQ(m.day.quantity, 300);
  EXPECT_EQ(m.day.fen, 100'00 + 210'00);
  EXPECT_EQ(m.day.deals, 2);
  EXPECT_EQ(m.day.bulk_quantity, 1'000);
  EXPECT_EQ(m.day.bulk_fen, 1'200'00);
  EXPECT_EQ(m.day.bulk_deals, 1);
  EXPECT_EQ(day.markets[1].market, quiet);
  EXPECT_EQ(day.markets[1].day.opening, std::nullopt);
  EXPECT_EQ(day.markets[1].day.closing, Decimal(1000));  // the reference it began with
  EXPECT_TRUE(day.auctions.empty());
  f.at("06 08:00");
  EXPECT_FALSE(told.bulletin(january(5)).running);
}

TEST_P(BulletinsOn, HaltsStandWithTheirReasonsAndEnds) {
  Floor f(GetParam());
  const Bulletins told(f.w.database.db(), "341602", f.w.clock);
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  f.markets.halt(no, parse_instant("2026-01-05 11:00"), {"sun", "", "核查一笔大宗交易", "1"});
  f.at("05 12:00");
  f.markets.halt(no, std::nullopt, {"sun", "", "设备故障", "1"});
  f.at("06 09:05");
  f.markets.resume(no, {"sun", "", "已修复", "1"});
  const auto first = told.bulletin(january(5)).halts, second = told.bulletin(january(6)).halts;
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(first[0].reason, "核查一笔大宗交易");
  EXPECT_EQ(first[0].until, parse_instant("2026-01-05 11:00"));
  EXPECT_EQ(to_string(first[0].at), "2026-01-05 10:00");
  EXPECT_TRUE(first[1].resumed);  // when its time was over, by the clock
  EXPECT_EQ(first[2].until, std::nullopt);
  EXPECT_FALSE(first[2].resumed);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(second[0].resumed);
  EXPECT_EQ(second[0].reason, "已修复");
  const std::vector<Date> both{january(6), january(5)};
  EXPECT_EQ(told.days({}, 10), both);
  EXPECT_EQ(told.days(january(6), 10), std::vector<Date>{january(5)});
  EXPECT_EQ(told.days({}, 1), std::vector<Date>{january(6)});
  EXPECT_TRUE(told.days(january(5), 10).empty());
}

TEST_P(BulletinsOn, AuctionsAreToldWithPriceAndQuantityWhenTheyWereOpened) {
  Hall h(GetParam());
  const Bulletins told(h.w.database.db(), "341602", h.w.clock);
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  h.w.clock.set(parse_instant("2026-01-21 09:00"));  // the bids are opened the day after the close
  EXPECT_TRUE(told.days({}, 10).empty());
  h.auctions.close(no, "seed", qian);
  EXPECT_EQ(told.days({}, 10), std::vector<Date>{january(21)});
  const Bulletin day = told.bulletin(january(21));
  ASSERT_EQ(day.auctions.size(), 1U);
  EXPECT_EQ(day.auctions[0].number, no);
  EXPECT_EQ(day.auctions[0].price, h.auctions.auction(no).price);
  EXPECT_EQ(day.auctions[0].sold, 300);
  EXPECT_EQ(day.auctions[0].supply, 1'000);
  EXPECT_EQ(day.auctions[0].state, "settled");
  EXPECT_TRUE(told.bulletin(january(20)).auctions.empty());
}

TEST_P(BulletinsOn, RoundsAreToldWithTheirPricesWhenTheyWereCleared) {
  SmartHall h(GetParam());
  const Bulletins told(h.w.database.db(), "341602", h.w.clock);
  const std::int64_t no = h.notes(smart_venue());
  EXPECT_TRUE(told.days({}, 10).empty());
  h.w.clock.set(parse_instant("2026-01-21 09:00"));  // cleared the day after the close
  const SmartView closed = h.rounds.close(no, second);
  EXPECT_EQ(told.days({}, 10), std::vector<Date>{january(21)});
  EXPECT_TRUE(told.bulletin(january(20)).rounds.empty());
  const Bulletin day = told.bulletin(january(21));
  ASSERT_EQ(day.rounds.size(), 1U);
  const RoundNotice& round = day.rounds[0];
  EXPECT_EQ(round.number, no);
  EXPECT_EQ(round.instrument, "WATER");
  EXPECT_EQ(round.vintage, 2026);
  EXPECT_EQ(round.bids, 6);
  EXPECT_EQ(round.state, "settled");
  const Json clearing = Json::parse(closed.result).at("clearing");
  EXPECT_EQ(std::to_string(round.bought), clearing.at("water").at("bought").get<std::string>());
  EXPECT_EQ(round.rent_fen, Json::parse(closed.result).at("booked").at("rent_fen").get<std::int64_t>());
  EXPECT_GT(round.rent_fen, 0);
  ASSERT_EQ(round.prices.size(), 2U);
  EXPECT_EQ(round.prices[0].zone, "U");
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(round.prices[i].price, clearing.at("prices")[i].at("price").get<std::string>());
}

TEST_P(BulletinsOn, ARoundInWhichNothingWasBoughtHasNoPrices) {
  SmartHall h(GetParam());
  const std::int64_t no = h.announced(smart_venue());
  h.admit(no, "A", "U");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 100, "0.20");
  h.w.clock.set(h.closes);
  h.rounds.close(no, second);
  const Bulletin day = Bulletins(h.w.database.db(), "341602", h.w.clock).bulletin(january(20));
  ASSERT_EQ(day.rounds.size(), 1U);
  EXPECT_EQ(day.rounds[0].bought, 0);
  EXPECT_EQ(day.rounds[0].bids, 1);
  EXPECT_EQ(day.rounds[0].state, "cancelled");
  EXPECT_TRUE(day.rounds[0].prices.empty());
}

TEST_P(BulletinsOn, TheRegistrysTotalsAreThoseOfTheDay) {
  Floor f(GetParam());  // each of four holders was given 5,000 for the year
  const Bulletins told(f.w.database.db(), "341602", f.w.clock);
  std::int64_t issued = 0, times = 0;
  for (const rights::JournalEntry& entry : [&] {
         std::vector<rights::JournalEntry> all;
         f.w.rights.each_entry([&](const rights::JournalEntry& one) { all.push_back(one); });
         return all;
       }()) {
    if (entry.event != "completed") continue;
    const rights::Transaction x = f.w.rights.transaction(entry.transaction);
    if (x.kind != rights::TransactionKind::issue || x.instrument != "COD") continue;
    issued += x.parts.at(0).amount;
    ++times;
  }
  const Date day = day_of(f.w.rights.transactions("", std::numeric_limits<std::int64_t>::max(), 1).at(0).proposed);
  const auto totals = told.bulletin(day).totals;
  ASSERT_EQ(totals.size(), 1U);
  EXPECT_EQ(totals[0].instrument, "COD");
  EXPECT_EQ(totals[0].kind, rights::TransactionKind::issue);
  EXPECT_EQ(totals[0].period, months(1, 13).from.index);
  EXPECT_EQ(totals[0].count, 12);
  EXPECT_EQ(totals[0].amount, issued);
  EXPECT_EQ(totals[0].transactions, times);
  EXPECT_EQ(times, 4);
  // A reversal is told on its own day, and takes nothing back from the day before.
  f.at("07 10:00");
  f.w.give("RES", "COD", 7, months(1, 13));
  const rights::Transaction given = f.w.done(
      {.kind = rights::TransactionKind::allocate, .instrument = "COD", .from = "RES", .to = "A", .quantity = 7, .term = months(1, 13)});
  f.at("08 10:00");
  f.w.done({.kind = rights::TransactionKind::reverse, .refers = given.key});
  EXPECT_EQ(told.bulletin(january(7)).totals.at(0).amount, 7);
  const auto undone = told.bulletin(january(8)).totals;
  ASSERT_EQ(undone.size(), 1U);
  EXPECT_EQ(undone[0].kind, rights::TransactionKind::reverse);
  EXPECT_EQ(undone[0].instrument, "COD");
  EXPECT_EQ(undone[0].amount, 7);
  EXPECT_TRUE(told.bulletin(day + std::chrono::days{1}).totals.empty());
}

TEST_P(BulletinsOn, PricesComePageByPageAndFiltered) {
  Floor f(GetParam());
  const Bulletins told(f.w.database.db(), "341602", f.w.clock);
  const std::int64_t one = f.open(market_venue()), two = f.open(market_venue());
  for (unsigned day = 5; day <= 8; ++day) f.at(fmt::format("0{} 15:00", day));
  const auto all = told.prices({.limit = 100});
  ASSERT_EQ(all.size(), 8U);
  EXPECT_EQ(all.front().day.day, january(8));
  EXPECT_EQ(all.front().market, two);
  std::vector<DayPrices> paged;
  PriceFilter page{.limit = 3};
  for (;;) {
    const auto some = told.prices(page);
    if (some.empty()) break;
    paged.insert(paged.end(), some.begin(), some.end());
    page.after = std::pair{some.back().day.day, some.back().market};
  }
  ASSERT_EQ(paged.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(paged[i].market, all[i].market);
    EXPECT_EQ(paged[i].day.day, all[i].day.day);
  }
  EXPECT_EQ(told.prices({.market = one}).size(), 4U);
  EXPECT_EQ(told.first_day(), january(5));
  EXPECT_EQ(told.prices({.instrument = "COD", .from = january(6), .to = january(7)}).size(), 4U);
  EXPECT_TRUE(told.prices({.instrument = "NOX"}).empty());
}

}  // namespace tributary::venues
