// A market from its listing to its last day, and everything that must be refused on the way.
#include "venues/markets_testing.h"

namespace tributary::venues {

using namespace testing;
using exchange::Phase, exchange::Refusal, exchange::Stands;

class MarketsOn : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, MarketsOn, ::testing::ValuesIn(store::test_kinds()));

// 12 months at yuan per tonne and year: 100 kg at 1000 are 100 yuan.
TEST_P(MarketsOn, ADealIsDeliveredAgainstPaymentWhenItIsMade) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  EXPECT_EQ(f.markets.depth(no, 5).phase, Phase::continuous);
  EXPECT_EQ(f.order(no, "A", Side::sell, "1000", 300).order.state, "open");
  EXPECT_EQ(f.goods("A"), 4'700);  // set aside
  const Placed bought = f.order(no, "B", Side::buy, "1100", 500);
  EXPECT_EQ(bought.order.state, "partial");
  EXPECT_EQ(bought.order.left, 200);
  ASSERT_EQ(bought.deals.size(), 1U);
  const Deal& deal = bought.deals[0];
  EXPECT_EQ(deal.price, Decimal(1000));  // of the order that was there first
  EXPECT_EQ(deal.quantity, 300);
  EXPECT_EQ(deal.fen, 300'00);
  EXPECT_EQ(deal.kind, "continuous");
  EXPECT_EQ(f.goods("B"), 5'300);
  EXPECT_EQ(f.cash("A"), 100'000'00 + 300'00 - 6'00);
  // What is left of B's order needs 220 yuan, 1 % of it and a fen for each of 20 lots; the better price is his again at once.
  EXPECT_EQ(f.cash("B"), 100'000'00 - 300'00 - 3'00 - 220'00 - 2'20 - 20);
  EXPECT_EQ(f.cash("FEE"), 3'00);
  EXPECT_EQ(f.cash("TAX"), 6'00);
  EXPECT_EQ(f.w.rights.certificates(deal.trade).size(), 1U);
  EXPECT_FALSE(f.w.rights.permit_changes("P-A").empty());  // the seller's permit is cut with the deal
  EXPECT_EQ(f.troubles(no), "");
  EXPECT_EQ(f.markets.reduce(no, bought.order.id, "B", 400, agent("B")).left, 100);
  EXPECT_EQ(f.cash("B"), 100'000'00 - 300'00 - 3'00 - 110'00 - 1'10 - 10);
  EXPECT_EQ(f.markets.cancel(no, bought.order.id, "B", agent("B")).state, "cancelled");
  EXPECT_EQ(f.markets.cancel(no, bought.order.id, "B", agent("B")).state, "cancelled");  // a retry
  EXPECT_EQ(f.cash("B"), 100'000'00 - 300'00 - 3'00);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, ACallAuctionGathersAndClears) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 09:05");
  EXPECT_EQ(f.markets.depth(no, 5).phase, Phase::call);
  f.order(no, "A", Side::buy, "1010", 300);
  f.order(no, "B", Side::buy, "1000", 200);
  f.order(no, "C", Side::sell, "980", 100);
  const Placed late = f.order(no, "D", Side::sell, "990", 250);
  Depth shown = f.markets.depth(no, 5);
  EXPECT_EQ(shown.indicative, Decimal(1000));
  EXPECT_EQ(shown.indicative_quantity, 350);
  EXPECT_EQ(shown.indicative_surplus, 150);
  f.at("05 09:20");
  EXPECT_EQ(code_of([&] { f.markets.cancel(no, late.order.id, "D", agent("D")); }), "order_refused");
  EXPECT_EQ(code_of([&] { f.markets.cancel_all(no, "D", agent("D")); }), "order_refused");
  f.at("05 09:40");  // the auction of 09:30 with it
  const std::vector<Deal> deals = f.markets.deals(no, 1'000, 10);
  ASSERT_EQ(deals.size(), 3U);
  std::int64_t sum = 0;
  for (const Deal& deal : deals) {
    EXPECT_EQ(deal.kind, "call");
    EXPECT_EQ(deal.price, deals[0].price);  // one price for all
    sum += deal.quantity;
  }
  EXPECT_EQ(sum, 350);
  EXPECT_EQ(f.troubles(no), "");
  // What is left trades on; what of it is for the day lapses with it, and the close is tomorrow's reference.
  EXPECT_EQ(f.order(no, "C", Side::sell, "990", 150).deals.size(), 1U);
  f.at("05 15:00");
  EXPECT_TRUE(f.markets.orders(no, "", true, 1'000, 100).empty());
  const std::vector<MarketDay> days = f.markets.days(no, make_date(2026, 1, 1), make_date(2026, 1, 31));
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].deals, 4);
  EXPECT_EQ(days[0].quantity, 500);
  EXPECT_EQ(days[0].opening, deals[0].price);
  f.at("06 10:00");
  EXPECT_EQ(f.markets.depth(no, 5).reference, days[0].closing);
  EXPECT_EQ(f.w.rights.holdings({.account = "A", .instrument = "CNY"})[0].pending_out, 0);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, OffersAreListedAndPicked) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue({{"trading: continuous", "trading: listed_best"},
                                               {"market_orders: true\n", ""},
                                               {"  - {at: \"09:00\", do: call}\n  - {at: \"09:20\", do: no_cancel}\n", ""},
                                               {"uncross_open", "open"}}));
  f.at("05 10:00");
  const auto dear = f.order(no, "A", Side::sell, "1010", 100).order.id;
  const auto best = f.order(no, "B", Side::sell, "1000", 200).order.id;
  EXPECT_EQ(f.order(no, "C", Side::buy, "1000", 100).deals.size(), 0U);  // nothing meets by itself
  const auto pick = [&](const char* account, std::int64_t target, std::int64_t quantity) {
    return f.markets.submit(no, {.key = fmt::format("P{}", ++f.keys), .account = account, .quantity = quantity, .target = target},
                            agent(account));
  };
  EXPECT_EQ(pick("C", dear, 50).order.reason, Refusal::not_the_best);
  EXPECT_EQ(pick("B", best, 50).order.reason, Refusal::own_offer);
  const Placed picked = pick("D", best, 150);
  EXPECT_EQ(picked.order.state, "filled");
  EXPECT_EQ(picked.order.side, Side::buy);
  ASSERT_EQ(picked.deals.size(), 1U);
  EXPECT_EQ(picked.deals[0].kind, "listed");
  EXPECT_EQ(picked.deals[0].seller, "B");
  const Depth shown = f.markets.depth(no, 5);
  ASSERT_EQ(shown.offers.size(), 3U);
  EXPECT_EQ(shown.offers[1].quantity, 50);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, BothSidesOfABulkAgreementConfirmTheSameTerms) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  const auto propose = [&](const char* key, const char* price, const char* until) {
    return f.markets
        .submit(no,
                {.key = key,
                 .account = "A",
                 .side = Side::sell,
                 .price = Decimal::parse(price),
                 .quantity = 2'000,
                 .counterparty = "B",
                 .until = parse_instant(until)},
                agent("A"))
        .order;
  };
  EXPECT_EQ(propose("0", "1400", "2026-01-05 12:00").reason, Refusal::price_outside_band);
  const StoredOrder agreed = propose("1", "1200", "2026-01-05 12:00");
  EXPECT_EQ(agreed.state, "open");
  EXPECT_EQ(f.goods("A"), 3'000);
  ASSERT_EQ(f.markets.proposals_to(no, "B").size(), 1U);
  const std::string hash = Markets::terms_hash(f.markets.market(no), f.markets.proposals_to(no, "B")[0]);
  EXPECT_EQ(code_of([&] { f.markets.confirm(no, agreed.id, "B", std::string(64, '0'), agent("B")); }), "order_refused");
  EXPECT_EQ(code_of([&] { f.markets.confirm(no, agreed.id, "C", hash, agent("C")); }), "order_refused");
  const Placed done = f.markets.confirm(no, agreed.id, "B", hash, agent("B"));
  ASSERT_EQ(done.deals.size(), 1U);
  EXPECT_EQ(done.deals[0].kind, "bulk");
  EXPECT_EQ(done.deals[0].fen, 2'400'00);
  EXPECT_EQ(done.order.state, "filled");
  EXPECT_EQ(f.goods("B"), 7'000);
  EXPECT_EQ(f.markets.confirm(no, agreed.id, "B", hash, agent("B")).order.state, "filled");  // a retry
  const StoredOrder lapsed = propose("2", "1200", "2026-01-05 11:00");
  f.at("05 11:00");
  EXPECT_EQ(f.goods("A"), 3'000);  // his again
  EXPECT_EQ(f.markets.orders(no, "A", false, 1'000, 1)[0].id, lapsed.id);
  EXPECT_EQ(f.markets.orders(no, "A", false, 1'000, 1)[0].state, "expired");
  EXPECT_EQ(f.markets.withdraw(no, propose("3", "1200", "2026-01-05 12:00").id, "A", agent("A")).state, "cancelled");
  EXPECT_EQ(f.goods("A"), 3'000);
  f.at("05 15:00");
  const std::vector<MarketDay> days = f.markets.days(no, make_date(2026, 1, 5), make_date(2026, 1, 5));
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].closing, Decimal(1000));  // agreements do not set it
  EXPECT_EQ(days[0].bulk_quantity, 2'000);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, AnAuthorityDecidesOnEachDeal) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue({{"fees:", "approval: {days: 20}\nfees:"}}));
  f.at("05 10:00");
  f.order(no, "A", Side::sell, "1000", 300);
  f.order(no, "B", Side::buy, "1000", 100);
  f.order(no, "C", Side::buy, "1000", 200);
  EXPECT_EQ(f.goods("B"), 5'000);  // held until then
  EXPECT_EQ(code_of([&] { f.markets.decide(no, 1, true, agent("B")); }), "same_person");
  EXPECT_EQ(code_of([&] { f.markets.decide(no, 1, true, zhao); }), "same_person");
  f.markets.decide(no, 1, true, li);
  f.markets.decide(no, 2, false, li);
  EXPECT_EQ(code_of([&] { f.markets.decide(no, 1, false, li); }), "wrong_state");
  EXPECT_EQ(f.goods("B"), 5'100);
  EXPECT_EQ(f.goods("C"), 5'000);
  EXPECT_EQ(f.goods("A"), 4'900);
  EXPECT_EQ(f.cash("C"), 100'000'00);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, WhoMayTradeNoMoreLeavesTheBookAndTheNextIsServed) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  f.order(no, "A", Side::sell, "1000", 100);
  f.order(no, "B", Side::sell, "1010", 100);
  f.w.rights.set_status("A", rights::AccountStatus::frozen, rights::testing::pair);
  const Placed bought = f.order(no, "C", Side::buy, "1010", 100);
  ASSERT_EQ(bought.deals.size(), 1U);
  EXPECT_EQ(bought.deals[0].seller, "B");  // the frozen one, first in line a moment ago, is passed over
  EXPECT_EQ(f.markets.members(no)[0].state, "blocked");
  EXPECT_EQ(f.markets.orders(no, "A", false, 1'000, 1)[0].state, "cancelled");
  EXPECT_EQ(code_of([&] { f.order(no, "A", Side::sell, "1000", 100); }), "not_admitted");
  f.w.rights.set_status("A", rights::AccountStatus::open, rights::testing::pair);
  EXPECT_EQ(f.order(no, "A", Side::sell, "1000", 100).order.state, "open");
  EXPECT_EQ(f.markets.members(no)[0].state, "admitted");
  // A buyer whose permit has run out leaves it by the clock.
  f.order(no, "D", Side::buy, "900", 100);
  f.w.rights.set_permit("D", "", std::nullopt, rights::testing::pair);
  f.at("05 10:01");
  EXPECT_EQ(f.markets.orders(no, "D", false, 1'000, 1)[0].state, "cancelled");
  EXPECT_EQ(f.cash("D"), 100'000'00);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, WhatTheBookRefusesIsKeptAndMovesNothing) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  const auto reason = [&](const char* account, Side side, const char* price, std::int64_t quantity) {
    const Placed placed = f.order(no, account, side, price, quantity);
    EXPECT_EQ(placed.order.state, "refused");
    return placed.order.reason;
  };
  EXPECT_EQ(reason("A", Side::buy, "1210", 100), Refusal::price_outside_band);
  EXPECT_EQ(reason("A", Side::buy, "1000", 15), Refusal::quantity_off_lot);
  EXPECT_EQ(reason("A", Side::buy, "1000", 1'000), Refusal::above_listed);
  f.w.rights.propose({.key = "w",
                      .kind = rights::TransactionKind::withdraw,
                      .instrument = "CNY",
                      .from = "A",
                      .to = "BANK",
                      .quantity = 99'950'00},
                     rights::testing::first);
  EXPECT_EQ(reason("A", Side::buy, "1000", 100), Refusal::not_covered);
  EXPECT_NE(f.markets.orders(no, "A", false, 1'000, 1)[0].why, "");  // what the registry says of it
  EXPECT_EQ(f.cash("A"), 50'00);
  EXPECT_EQ(code_of([&] { f.order(no, "A", Side::buy, "1005", 10); }), "bad_value");  // between two ticks
  const OrderRequest once{.key = "x", .account = "B", .side = Side::sell, .price = Decimal(1000), .quantity = 100};
  const auto id = f.markets.submit(no, once, agent("B")).order.id;
  EXPECT_EQ(f.markets.submit(no, once, agent("B")).order.id, id);
  OrderRequest other = once;
  other.quantity = 200;
  EXPECT_EQ(code_of([&] { f.markets.submit(no, other, agent("B")); }), "key_conflict");
  EXPECT_EQ(code_of([&] { f.markets.cancel(no, id, "C", agent("C")); }), "not_yours");
  EXPECT_EQ(code_of([&] { f.markets.reduce(no, id, "B", 200, agent("B")); }), "bad_value");
  EXPECT_EQ(code_of([&] { f.markets.cancel(no, 99, "B", agent("B")); }), "unknown_order");
  EXPECT_EQ(f.goods("B"), 4'900);
  EXPECT_EQ(f.troubles(no), "");
}

TEST(Control, IsFollowedToItsEnd) {
  const Control one = in_the_end({{"a", "b"}, {"b", "c"}, {"d", "c"}});
  EXPECT_EQ(one, (Control{{"a", "c"}, {"b", "c"}, {"d", "c"}}));
  EXPECT_EQ(beneficial_owner(one, "d"), "c");
  EXPECT_EQ(beneficial_owner(one, "c"), "c");
  // They control each other: one stands for both, and for who is below.
  EXPECT_EQ(in_the_end({{"x", "y"}, {"y", "x"}, {"z", "y"}}), (Control{{"y", "x"}, {"z", "x"}}));
  EXPECT_EQ(in_the_end({{"s", "s"}}), Control{});
}

TEST_P(MarketsOn, WhoeverStandsBehindSeveralCountsAsOne) {
  Floor f(GetParam());
  MarketVenue venue = market_venue({{"bulk:", "limits: {holding: \"10100\"}\nbulk:"}});
  for (const char* account : {"A", "B"}) venue.control[f.w.rights.account(account).owner] = "mother";
  const std::int64_t no = f.open(venue);
  f.at("05 10:00");
  f.order(no, "A", Side::sell, "1000", 100);
  EXPECT_EQ(f.order(no, "B", Side::buy, "1000", 100).order.reason, Refusal::self_trade);
  EXPECT_EQ(f.markets.market(no).deals, 0);
  f.order(no, "C", Side::sell, "1010", 200);
  // 10,000 they hold together: 100 more are left for both.
  EXPECT_EQ(code_of([&] { f.order(no, "B", Side::buy, "1010", 110); }), "holding_limit");
  EXPECT_EQ(f.order(no, "B", Side::buy, "900", 50).order.state, "open");
  EXPECT_EQ(code_of([&] { f.order(no, "A", Side::buy, "900", 60); }), "holding_limit");
  EXPECT_EQ(f.order(no, "D", Side::buy, "1010", 200).order.state, "filled");  // nobody stands behind him
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, OfficesAndTradingAreKeptApart) {
  Floor f(GetParam());
  const std::int64_t draft = f.markets.list(market_venue(), f.listing(), zhao);
  EXPECT_EQ(code_of([&] { f.markets.approve(draft, zhao); }), "same_person");
  EXPECT_EQ(code_of([&] { f.markets.apply(draft, {"A", "涡河"}, agent("A")); }), "wrong_state");
  f.markets.reject(draft, qian);
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  for (const rights::Act& office : {zhao, qian, sun})
    EXPECT_EQ(code_of([&] {
                f.markets.submit(no,
                                 {.key = "k", .account = "A", .side = Side::sell, .price = Decimal(1000), .quantity = 10},
                                 office);
              }),
              "same_person");
  EXPECT_EQ(code_of([&] { f.markets.apply(no, {"RES", "涡河"}, agent("RES")); }), "not_admitted");
  EXPECT_EQ(code_of([&] { f.markets.halt(no, std::nullopt, agent("A")); }), "same_person");
  f.order(no, "A", Side::sell, "1000", 100);
  f.markets.halt(no, parse_instant("2026-01-05 11:00"), {"wei", "", "价格异常", "1"});
  EXPECT_EQ(f.markets.market(no).halt_reason, "价格异常");
  EXPECT_EQ(f.order(no, "B", Side::buy, "1000", 100).order.reason, Refusal::halted);
  EXPECT_EQ(f.markets.cancel_all(no, "A", agent("A")), 1);  // leaving is always possible
  f.at("05 11:00");
  EXPECT_EQ(f.order(no, "B", Side::buy, "1000", 100).order.state, "open");
  f.at("12 09:00");  // the last day was the 9th
  EXPECT_EQ(f.markets.market(no).state, "ended");
  EXPECT_EQ(f.cash("B"), 100'000'00);
  EXPECT_EQ(code_of([&] { f.order(no, "B", Side::buy, "1000", 100); }), "wrong_state");
  EXPECT_EQ(f.markets.days(no, make_date(2026, 1, 1), make_date(2026, 1, 31)).size(), 5U);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, AnAuctionThatCannotBeSettledHaltsTheMarketAndSaysWhy) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 09:05");
  f.order(no, "A", Side::sell, "1000", 100);
  f.order(no, "B", Side::buy, "1000", 100);
  f.w.rights.set_status("FEE", rights::AccountStatus::closed, rights::testing::pair);
  EXPECT_EQ(code_of([&] { f.at("05 09:31"); }), "not_settled");
  EXPECT_NE(f.markets.market(no).halt_reason.find("FEE"), std::string::npos) << f.markets.market(no).halt_reason;
  EXPECT_EQ(f.markets.market(no).deals, 0);
  f.at("05 09:32");  // it is not tried again and again
  EXPECT_EQ(f.markets.orders(no, "", true, 1'000, 10).size(), 2U);
  f.markets.end(no, {"wei", "", "手续费账户已销户", "1"});  // a closed account stays closed: the market ends, all is free again
  EXPECT_EQ(f.markets.market(no).state, "ended");
  EXPECT_EQ(f.goods("A"), 5'000);
  EXPECT_EQ(f.cash("B"), 100'000'00);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, NoAuctionWhileTradingIsHalted) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  const rights::Act wei{"wei", "", "价格异常", "1"};
  f.at("05 09:05");
  f.order(no, "A", Side::sell, "1000", 100);
  f.order(no, "B", Side::buy, "1000", 100);
  f.markets.halt(no, std::nullopt, wei);
  EXPECT_EQ(code_of([&] { f.markets.apply(no, {"C", "涡河"}, wei); }), "same_person");  // whoever halts does not trade
  f.at("05 09:40");
  EXPECT_EQ(f.markets.market(no).deals, 0);
  f.markets.resume(no, wei);
  f.at("05 09:41");  // now it is held
  EXPECT_EQ(f.markets.market(no).deals, 1);
  EXPECT_EQ(f.markets.depth(no, 5).phase, Phase::continuous);
  // Halted until the day is over: it falls away, and so do the orders of the day.
  f.at("06 09:05");
  f.order(no, "A", Side::sell, "1000", 100, Stands::gtc);
  f.order(no, "B", Side::buy, "1000", 100);
  f.markets.halt(no, std::nullopt, wei);
  f.at("06 16:00");
  EXPECT_EQ(f.markets.market(no).deals, 1);
  EXPECT_EQ(f.markets.depth(no, 5).phase, Phase::closed);
  EXPECT_EQ(f.markets.orders(no, "", true, 1'000, 10).size(), 1U);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, WhatIsDealtBelongsToTheDayOfItsSession) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 09:05");
  f.order(no, "A", Side::sell, "1000", 100);
  f.order(no, "B", Side::buy, "1000", 100);
  f.at("06 08:00");  // nobody kept the clock in between
  f.at("06 09:31");
  f.order(no, "A", Side::sell, "1010", 100);
  f.order(no, "B", Side::buy, "1010", 100);
  f.markets.end(no, zhao);  // the day that is cut short has its figures
  const std::vector<MarketDay> days = f.markets.days(no, make_date(2026, 1, 5), make_date(2026, 1, 6));
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].quantity, 100);
  EXPECT_EQ(days[0].closing, Decimal(1000));
  EXPECT_EQ(days[1].quantity, 100);
  EXPECT_EQ(days[1].closing, Decimal(1010));
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, WhoConfirmedDoesNotDecide) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue({{"fees:", "approval: {days: 20}\nfees:"}, {"bulk:", "limits: {holding: \"7000\"}\nbulk:"}}));
  f.at("05 10:00");
  const StoredOrder agreed = f.markets
                                 .submit(no,
                                         {.key = "1",
                                          .account = "A",
                                          .side = Side::sell,
                                          .price = Decimal(1000),
                                          .quantity = 1'500,
                                          .counterparty = "B",
                                          .until = parse_instant("2026-01-05 12:00")},
                                         agent("A"))
                                 .order;
  const rights::Act pen{"pen of B", "", "确认", "1"};
  const std::string hash = Markets::terms_hash(f.markets.market(no), agreed), head = f.markets.market(no).head;
  EXPECT_EQ(code_of([&] { f.markets.confirm(no, agreed.id, "B", std::string(64, '0'), pen); }), "order_refused");
  EXPECT_EQ(f.markets.market(no).head, head);  // what comes to nothing is no command
  f.markets.confirm(no, agreed.id, "B", hash, pen);
  EXPECT_EQ(code_of([&] { f.markets.decide(no, 1, true, pen); }), "same_person");
  EXPECT_EQ(code_of([&] { f.markets.resume(no, pen); }), "same_person");
  // What waits for the authority counts as held: 5,000 and 1,500.
  EXPECT_EQ(code_of([&] { f.order(no, "B", Side::buy, "900", 600); }), "holding_limit");
  EXPECT_EQ(f.order(no, "B", Side::buy, "900", 500).order.state, "open");
  EXPECT_EQ(f.markets.cancel_all(no, "C", agent("C")), 0);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, OrdersReducedByTheirOwnOwnersOthersAreProved) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue({{"cancel_newest", "decrement"}}));
  f.at("05 10:00");
  const auto sale = f.order(no, "A", Side::sell, "1000", 100).order.id;
  EXPECT_EQ(f.order(no, "A", Side::buy, "1000", 40).order.state, "cancelled");
  EXPECT_EQ(f.markets.orders(no, "A", true, 1'000, 5)[0].left, 60);
  EXPECT_EQ(f.goods("A"), 4'940);
  const std::string head = f.markets.market(no).head;
  EXPECT_EQ(code_of([&] { f.markets.reduce(no, sale, "A", 55, agent("A")); }), "order_refused");  // off lot
  EXPECT_EQ(f.markets.market(no).head, head);
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, OneOwnerHoldsNoMoreThanTheLimit) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue({{"bulk:", "limits: {holding: \"5300\"}\nbulk:"}}));
  f.at("05 10:00");
  f.order(no, "A", Side::buy, "900", 200);
  EXPECT_EQ(code_of([&] { f.order(no, "A", Side::buy, "900", 200); }), "holding_limit");
  EXPECT_EQ(f.order(no, "A", Side::buy, "900", 100).order.state, "open");
  // The share is one of what is issued: a quarter of the 20,000 there are is what each has already.
  const std::int64_t tight = f.open(market_venue({{"bulk:", "limits: {share: \"0.26\"}\nbulk:"}}));
  f.at("05 10:01");
  EXPECT_EQ(code_of([&] { f.order(tight, "B", Side::buy, "900", 300); }), "holding_limit");
  EXPECT_EQ(f.order(tight, "B", Side::buy, "900", 200).order.state, "open");
}

TEST_P(MarketsOn, AQuoteSaysWhatAnOrderWouldDoAndDoesNothing) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  f.order(no, "A", Side::sell, "1000", 100);
  const std::string before = f.markets.market(no).head;
  const OrderRequest request{.account = "B", .side = Side::buy, .price = Decimal(1100), .quantity = 300};
  const OrderQuote quote = f.markets.quote(no, request, "agent B");
  EXPECT_TRUE(quote.faults.empty());
  EXPECT_EQ(quote.at_once, 100);
  EXPECT_EQ(quote.at_once_fen, 100'00);
  EXPECT_EQ(quote.price_fen, 330'00);
  EXPECT_EQ(quote.charges_fen, 3'30);
  EXPECT_EQ(quote.set_aside, 333'60);
  EXPECT_EQ(quote.free, 100'000'00);
  OrderRequest much = request;
  much.side = Side::sell;
  much.quantity = 990;
  much.price = Decimal(1000);
  EXPECT_TRUE(f.markets.quote(no, much, "agent B").faults.empty());
  much.price = Decimal(2000);
  ASSERT_EQ(f.markets.quote(no, much, "agent B").faults.size(), 1U);
  EXPECT_EQ(f.markets.quote(no, much, "agent B").faults[0].where().field, "price_outside_band");
  EXPECT_EQ(f.markets.quote(no, much, "zhao").faults[0].code(), codes::same_person);
  EXPECT_EQ(f.markets.market(no).head, before);
  EXPECT_EQ(f.order(no, "B", Side::buy, "1000", 100).deals.size(), 1U);  // the book is as it was
  EXPECT_EQ(f.troubles(no), "");
}

TEST_P(MarketsOn, WhateverIsTamperedWithIsFound) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  f.order(no, "A", Side::sell, "1000", 100);
  f.order(no, "B", Side::buy, "1000", 50);
  f.at("05 15:00");
  f.at("06 10:00");
  f.order(no, "A", Side::sell, "1000", 100);
  ASSERT_EQ(f.troubles(no), "");
  for (const auto& [change, back] : std::initializer_list<std::pair<const char*, const char*>>{
           {"UPDATE venue_command SET reason = 'x' WHERE seq = 3", "UPDATE venue_command SET reason = '审查' WHERE seq = 3"},
           {"UPDATE venue_deal SET quantity = 60", "UPDATE venue_deal SET quantity = 50"},
           {"UPDATE venue_deal SET buyer = 'C'", "UPDATE venue_deal SET buyer = 'B'"},
           {"UPDATE venue_order SET left_over = left_over + 1 WHERE id = 3",
            "UPDATE venue_order SET left_over = left_over - 1 WHERE id = 3"},
           {"UPDATE venue_day SET closing = closing + 1", "UPDATE venue_day SET closing = closing - 1"},
           {"UPDATE venue_market SET commands = commands - 1", "UPDATE venue_market SET commands = commands + 1"}}) {
    f.w.database.db().write([&](store::Transaction& t) { t.execute(change); });
    EXPECT_FALSE(f.markets.verify(no).empty()) << change;
    f.w.database.db().write([&](store::Transaction& t) { t.execute(back); });
    ASSERT_EQ(f.troubles(no), "") << back;
  }
  // The registry gave back what an open order needs.
  const std::string key = fmt::format("market-{}-order-3", no);
  f.w.rights.release(std::span(&key, 1), rights::testing::exchange);
  EXPECT_FALSE(f.markets.verify(no).empty());
}

TEST_P(MarketsOn, WeekendsAreNoTradingDaysUnlessDeclared) {
  Floor f(GetParam());
  Listing week = f.listing();
  week.last_day = make_date(2026, 1, 11);  // a Sunday
  for (const bool every : {false, true}) {
    week.key = every ? "every" : "working";
    f.w.clock.set(parse_instant("2026-01-05 08:00"));
    const std::int64_t no = f.markets.list(every ? market_venue({{"lot:", "days: every\nlot:"}}) : market_venue(), week, zhao);
    f.markets.approve(no, qian);
    f.at("09 10:00");
    const Depth friday = f.markets.depth(no, 1);
    EXPECT_EQ(to_string(*friday.next_at), "2026-01-09 15:00");
    f.at("09 16:00");
    EXPECT_EQ(f.markets.depth(no, 1).next_at.has_value(), every);
    f.at("10 10:00");
    EXPECT_EQ(f.markets.depth(no, 1).phase, every ? Phase::continuous : Phase::closed);
    EXPECT_EQ(f.troubles(no), "");
  }
}

TEST(MarketDeclaration, IsReadStrictly) {
  const auto code = [](const char* from, const char* to) {
    return code_of([&] { (void)market_venue({{from, to}}); });
  };
  EXPECT_EQ(code("trading: continuous", "trading: talking"), "bad_value");
  EXPECT_EQ(code("lot: 10", "lot: 10\nlots: 10"), "unknown_key");
  EXPECT_EQ(code("lot: 10", "lot: 10\ndays: sundays"), "bad_value");
  EXPECT_EQ(code("at: \"09:20\"", "at: \"08:20\""), "bad_value");      // times rise
  EXPECT_EQ(code("do: no_cancel", "do: open"), "bad_value");           // a call ends by its auction
  EXPECT_EQ(code("do: uncross_open", "do: pause"), "bad_value");
  EXPECT_EQ(code("do: end", "do: pause"), "bad_value");                // the last step is the end
  EXPECT_EQ(code("at: \"15:00\"", "at: \"25:00\""), "bad_value");
  EXPECT_EQ(code("trading: continuous", "trading: listed_any"), "bad_value");  // listings know no call auction
  EXPECT_EQ(code("rate: \"0.01\"", "rate: \"0.01\", least_yuan: \"1\""), "bad_value");
  EXPECT_EQ(code("band: \"0.2\"", "band: 0.2"), "bad_value");
  EXPECT_EQ(code("lot: 10", "lot: 0"), "bad_rules");
}

}  // namespace tributary::venues
