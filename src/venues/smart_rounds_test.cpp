// Rounds of a smart market from announcement to settlement, and everything that must be refused on its way.
#include "base/text.h"
#include "exchange/smart_market_number.h"
#include "venues/smart_stored.h"
#include "venues/smart_testing.h"

#include <numeric>
#include <set>

namespace tributary::venues {

using namespace testing;

class SmartRoundsOn : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, SmartRoundsOn, ::testing::ValuesIn(store::test_kinds()));

// water-rights.md §8 with a transfer cap of 70: prices 0.35 and 0.50, rent 7.00, 7 lost on the way.
TEST_P(SmartRoundsOn, TheNotesMarketIsSettledToTheFen) {
  SmartHall h(GetParam());
  const std::int64_t no = h.notes(smart_venue());
  EXPECT_EQ(h.cash("D"), 100'000'00 - 72'00 - 35'00 - 24'00);  // set aside at the limits
  EXPECT_EQ(h.water("A"), 900);
  const SmartView done = h.rounds.close(no, second);
  EXPECT_EQ(done.state, "settled");
  EXPECT_EQ(h.water("A"), 900);
  EXPECT_EQ(h.water("B"), 940);
  EXPECT_EQ(h.water("C"), 1'030);
  EXPECT_EQ(h.water("D"), 1'123);
  EXPECT_EQ(h.water("LOSS"), 7);
  EXPECT_EQ(h.cash("A"), 100'000'00 + 35'00);
  EXPECT_EQ(h.cash("B"), 100'000'00 + 30'00);
  EXPECT_EQ(h.cash("C"), 100'000'00 - 10'50);
  EXPECT_EQ(h.cash("D"), 100'000'00 - 61'50);
  EXPECT_EQ(h.cash("TAX"), 7'00);
  EXPECT_EQ(h.cash("RES"), 1'000'00);
  EXPECT_EQ(under_way(h.w), 0);
  const Json result = Json::parse(done.result);
  EXPECT_EQ(result["clearing"]["prices"][0]["price"], "0.35");
  EXPECT_EQ(result["clearing"]["prices"][1]["price"], "0.5");
  EXPECT_EQ(result["clearing"]["welfare"], "57");
  EXPECT_EQ(result["clearing"]["rent"][0]["kind"], "capacity");
  EXPECT_EQ(result["clearing"]["rent"][0]["of"], "U-D");
  EXPECT_EQ(result["booked"]["rent_account_fen"], 700);
  EXPECT_EQ(result["booked"]["operator_fen"], 0);
  EXPECT_EQ(h.w.rights.certificates(done.outcomes[0].trade).size(), 1U);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
  EXPECT_EQ(h.rounds.close(no, authority).result_hash, done.result_hash);  // once more: no change
}

TEST_P(SmartRoundsOn, TheNotesMarketWithoutTransferAndWithoutLimit) {
  SmartHall h(GetParam());
  const std::int64_t none = h.notes(smart_venue({{"capacity: 70", "capacity: 0"}}));
  h.rounds.close(none, second);
  EXPECT_EQ(h.cash("C"), 100'000'00 - 10'00);  // 50 at 0.20
  EXPECT_EQ(h.cash("A"), 100'000'00 + 10'00);
  EXPECT_EQ(h.cash("D"), 100'000'00 - 54'00);  // 60 at 0.90
  EXPECT_EQ(h.cash("B"), 100'000'00 + 54'00);
  EXPECT_EQ(h.cash("TAX"), 0);
  EXPECT_EQ(h.water("LOSS"), 0);
  EXPECT_EQ(h.faults(none), "");
  SmartHall open(GetParam());
  const std::int64_t all = open.notes(smart_venue({{", capacity: 70", ""}}));
  open.rounds.close(all, second);
  EXPECT_EQ(open.water("D"), 1'150);
  EXPECT_EQ(open.water("C"), 1'000);
  EXPECT_EQ(open.water("LOSS"), 10);
  EXPECT_EQ(open.cash("A"), 100'000'00 + 42'75);  // 100 at 0.4275, the middle of what it may be
  EXPECT_EQ(open.cash("B"), 100'000'00 + 28'50);  // 60 at 0.475
  EXPECT_EQ(open.cash("D"), 100'000'00 - 71'25);
  EXPECT_EQ(open.cash("TAX"), 0);
  EXPECT_EQ(open.faults(all), "");
  EXPECT_EQ(open.w.troubles(), "");
}

SmartVenue valley(const std::string& more = {}) {
  return smart_venue({{"  - {from: U, to: D, loss: \"0.1\", capacity: 70}",
                       "  - {id: out, from: U, to: D, balance: {start: 160, lo: 0, hi: 200}}\n"
                       "  - {id: home, from: D, to: U, back_of: out}" +
                           more}});
}

std::string balance(SmartHall& h, const SmartVenue& venue) {
  return exact(h.rounds.balances(venue)[0].balance);
}

// water-rights.md §8: 160, out 30, of 15 more 10 fit, back 20, called out 50, then of 150 back 130 are
// allowed.
TEST_P(SmartRoundsOn, TransferAccountsCarryOverAndAreCalledOut) {
  SmartHall h(GetParam());
  const SmartVenue venue = valley();
  const auto trade = [&](const std::string& from, const std::string& to,
                         const std::vector<std::int64_t>& wanted) {
    const std::int64_t no = h.announced(venue);
    h.admit(no, "A", from);
    h.admit(no, "B", to);
    h.w.clock.set(h.opens);
    h.ask(no, "A", 500, "1");
    int price = 9;
    for (const std::int64_t quantity : wanted) h.bid(no, "B", quantity, std::to_string(price--));
    h.w.clock.set(h.closes);
    EXPECT_EQ(h.rounds.close(no, second).state, "settled");
    EXPECT_EQ(h.faults(no), "");
    h.later();
    return no;
  };
  const std::int64_t first = trade("U", "D", {30, 15});
  EXPECT_EQ(h.water("B"), 1'040);
  EXPECT_EQ(balance(h, venue), "200");
  trade("D", "U", {20});
  EXPECT_EQ(balance(h, venue), "180");
  EXPECT_EQ(code_of([&] { h.rounds.call_out(venue, {"c0", "out", Decimal(181)}, office); }), "balance_limit");
  const std::int64_t call = h.rounds.call_out(venue, {"c1", "out", Decimal(50)}, office);
  EXPECT_EQ(h.rounds.call_out(venue, {"c1", "out", Decimal(50)}, office), call);
  EXPECT_EQ(code_of([&] { h.rounds.call_out(venue, {"c1", "out", Decimal(51)}, office); }), "key_conflict");
  EXPECT_EQ(code_of([&] { h.rounds.decide_call(call, true, venue, office); }), "same_person");
  EXPECT_EQ(balance(h, venue), "180");
  h.rounds.decide_call(call, true, venue, second);
  h.rounds.decide_call(call, true, venue, second);  // once more: no change
  EXPECT_EQ(balance(h, venue), "130");
  trade("D", "U", {150});
  EXPECT_EQ(balance(h, venue), "0");
  EXPECT_EQ(h.water("B"), 1'190);
  EXPECT_EQ(h.faults(first), "");  // what came later changes nothing of it
  EXPECT_EQ(h.rounds.balances(venue)[0].entries.size(), 5U);
  EXPECT_EQ(h.w.troubles(), "");
}

// W6 whatever the authority says: a round that is refused gives its room back, and call-outs before keep to
// that.
TEST_P(SmartRoundsOn, ARefusedRoundGivesItsWaterCashAndRoomBack) {
  SmartHall h(GetParam());
  const SmartVenue venue = [] {
    SmartVenue out = valley();
    out.approval_days = 5;
    return out;
  }();
  const std::int64_t no = h.announced(venue);
  h.admit(no, "A", "U");
  h.admit(no, "B", "D");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 40, "1");
  h.bid(no, "B", 40, "2");
  h.w.clock.set(h.closes);
  const SmartView view = h.rounds.close(no, second);
  EXPECT_EQ(view.state, "awaiting");
  EXPECT_TRUE(view.decide_by.has_value());
  EXPECT_EQ(balance(h, venue), "200");
  h.later();
  const std::int64_t next =
      h.announced(venue, {.key = "next", .vintage = 2026, .opens = h.opens, .closes = h.closes});
  EXPECT_EQ(code_of([&] { h.rounds.call_out(venue, {"c1", "out", Decimal(161)}, office); }), "balance_limit");
  h.rounds.decide_call(h.rounds.call_out(venue, {"c2", "out", Decimal(160)}, office), true, venue, second);
  EXPECT_EQ(code_of([&] { h.rounds.decide(no, false, second); }), "same_person");
  h.w.clock.set(h.closes);
  EXPECT_EQ(code_of([&] { h.rounds.close(next, second); }), "undecided");
  EXPECT_EQ(h.rounds.decide(no, false, authority).state, "cancelled");
  EXPECT_EQ(balance(h, venue), "0");
  EXPECT_EQ(h.water("A"), 1'000);
  EXPECT_EQ(h.water("B"), 1'000);
  EXPECT_EQ(h.cash("B"), 100'000'00);
  EXPECT_EQ(under_way(h.w), 0);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.rounds.close(next, second).state, "cancelled");  // nobody came
  EXPECT_EQ(h.faults(next), "");
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(SmartRoundsOn, GrantedOrLate) {
  for (const bool granted : {true, false}) {
    SmartHall h(GetParam());
    SmartVenue venue = smart_venue();
    venue.approval_days = 5;
    const std::int64_t no = h.notes(venue);
    h.rounds.close(no, second);
    EXPECT_EQ(h.cash("TAX"), 0);  // held back with the rest
    EXPECT_EQ(h.water("D"), 1'000);
    if (granted) {
      h.rounds.decide(no, true, authority);
    } else {
      h.w.clock.set({h.closes.seconds + 6 * 86400});
      EXPECT_EQ(h.rounds.advance(second), 1);
    }
    EXPECT_EQ(h.rounds.round(no).state, granted ? "settled" : "cancelled");
    EXPECT_EQ(h.cash("TAX"), granted ? 7'00 : 0);
    EXPECT_EQ(h.water("D"), granted ? 1'123 : 1'000);
    EXPECT_EQ(under_way(h.w), 0);
    EXPECT_EQ(h.faults(no), "");
    EXPECT_EQ(h.w.troubles(), "");
  }
}

// The months of a flow right are the periods; fees come on top, a seller's out of what he gets.
TEST_P(SmartRoundsOn, MonthsOfAFlowRightWithFees) {
  SmartHall h(GetParam());
  const SmartVenue venue = smart_venue({{"instrument: WATER", "instrument: COD"},
                                        {"certificate: W",
                                         "fees: [{payer: buyer, kind: fee, to: FEE, rate: \"0.01\"}, {payer: "
                                         "seller, kind: tax, to: FEE, rate: \"0.02\"}]\n"
                                         "certificate: W"}});
  h.w.give("A", "COD", 100, months(1, 4));
  const std::int64_t no =
      h.announced(venue, {.key = "flow", .term = months(1, 4), .opens = h.opens, .closes = h.closes});
  EXPECT_EQ(h.rounds.round(no).periods(), (std::vector<std::string>{"2026-02", "2026-03", "2026-04"}));
  h.admit(no, "A", "U");
  h.admit(no, "D", "D");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 100, "1", "2026-03");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 1, "1", "2026-03"); }), "insufficient");
  h.ask(no, "A", 50, "1", "2026-02");
  h.bid(no, "D", 90, "2", "2026-03");
  EXPECT_EQ(code_of([&] { h.bid(no, "D", 90, "2", "2026-07"); }), "bad_value");
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.rounds.close(no, second).state, "settled");
  // 70 can be sent, 63 arrive; the price in U is 1, in D 2: the rent is 70·(1.8 − 1).
  EXPECT_EQ(h.w.free_of("D", "COD", jan + 2), 63);
  EXPECT_EQ(h.w.free_of("D", "COD", jan + 1), 0);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 100);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 2), 30);
  EXPECT_EQ(h.cash("D"), 100'000'00 - 126'00 - 1'26);
  EXPECT_EQ(h.cash("A"), 100'000'00 + 70'00 - 1'40);
  EXPECT_EQ(h.cash("TAX"), 56'00);
  EXPECT_EQ(h.cash("FEE"), 1'26 + 1'40);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

// An area that may take 50 more than it gives, in all rounds together; a purpose that is not for sale to
// another.
TEST_P(SmartRoundsOn, LimitsCountWhatEarlierRoundsUsed) {
  SmartHall h(GetParam());
  const SmartVenue venue = smart_venue(
      {{"accounts:", "constraints: [{id: area, kind: area-cap, terms: [{zone: D}], max: 50}]\naccounts:"}});
  std::int64_t no = h.notes(venue);
  h.rounds.close(no, second);
  EXPECT_EQ(h.water("D"), 1'110);  // 60 from within, 50 from above
  h.later();
  no = h.notes(venue);
  h.rounds.close(no, second);
  EXPECT_EQ(h.water("D"), 1'110 + 60);
  EXPECT_EQ(h.faults(no), "");
  h.later();
  SmartNotice notice = h.notice();
  notice.figures = {{"area", "max", "", Decimal(49), "旱情 / drought"}};
  EXPECT_EQ(code_of([&] { h.rounds.announce(venue, notice, office); }), "limits_conflict");
  notice.figures = {{"area", "capacity", "", Decimal(60), "x"}};
  EXPECT_EQ(code_of([&] { h.rounds.announce(venue, notice, office); }), "bad_value");
  notice.figures = {{"area", "max", "2026", Decimal(60), ""}};
  EXPECT_EQ(code_of([&] { h.rounds.announce(venue, notice, office); }), "bad_value");
  notice.figures = {{"area", "max", "2026", Decimal(65), "雨季 / rain"},
                    {"U-D", "capacity", "", Decimal(400), "检修完成 / works done"}};
  const std::int64_t wet = h.announced(venue, notice);
  h.admit(wet, "A", "U");
  h.admit(wet, "D", "D");
  h.w.clock.set(h.opens);
  h.ask(wet, "A", 100, "0.2");
  h.bid(wet, "D", 100, "0.9");
  h.w.clock.set(h.closes);
  h.rounds.close(wet, second);
  EXPECT_EQ(h.water("D"), 1'170 + 15);
  EXPECT_EQ(h.faults(wet), "");
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(SmartRoundsOn, WaterGoesOnlyToPurposesTheMaskAllows) {
  SmartHall h(GetParam());
  const SmartVenue venue =
      smart_venue({{"accounts:", "mask: {farm: [farm], town: [farm, town]}\naccounts:"}});
  const std::int64_t no = h.announced(venue);
  EXPECT_EQ(code_of([&] { h.rounds.apply(no, {"A", "U", "mine"}, agent_of("A")); }), "not_admitted");
  EXPECT_EQ(code_of([&] { h.rounds.apply(no, {"A", "X", "farm"}, agent_of("A")); }), "not_admitted");
  h.admit(no, "A", "U", "farm");
  h.admit(no, "B", "D", "town");
  h.admit(no, "C", "D", "town");
  h.admit(no, "D", "D", "farm");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 60, "0.2");
  h.ask(no, "B", 30, "0.3");
  h.bid(no, "C", 80, "0.9");
  h.bid(no, "D", 40, "0.5");
  h.w.clock.set(h.closes);
  const SmartView view = h.rounds.close(no, second);
  EXPECT_EQ(h.water("C"), 1'030);  // the farm's water is not for the town
  EXPECT_EQ(h.water("D"), 1'040);
  for (const SmartOutcome& one : view.outcomes) EXPECT_FALSE(one.seller == "A" && one.buyer == "C");
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

// Ten sold at the top of two lossy links leave broken units: the operator's account pays and takes what is
// due to nobody else.
TEST_P(SmartRoundsOn, WholeStepsAreTheOperatorsMatter) {
  SmartHall h(GetParam());
  const SmartVenue venue = smart_venue({{"loss: \"0.1\", capacity: 70", "loss: \"0.9\""}});
  const std::int64_t no = h.announced(venue);
  h.admit(no, "A", "U");
  h.admit(no, "B", "U");
  h.admit(no, "D", "D");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 15, "0.01");
  h.ask(no, "B", 4, "0.01");
  h.bid(no, "D", 100, "0.9");
  h.w.clock.set(h.closes);
  const SmartView view = h.rounds.close(no, second);
  const Json result = Json::parse(view.result);
  // 19 sold, 1 bought: the price in D is 0.9 at most, in U a tenth of it.
  EXPECT_EQ(h.water("D"), 1'001);
  const std::int64_t paid = 100'000'00 - h.cash("D"), got = h.cash("A") + h.cash("B") - 200'000'00;
  EXPECT_GT(got, paid);
  EXPECT_EQ(h.cash("RES"), 1'000'00 - (got - paid));
  EXPECT_EQ(result["booked"]["operator_fen"], got - paid);
  EXPECT_EQ(h.water("LOSS") + h.water("RES"), 18);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(SmartRoundsOn, NothingIsOpenedWhileTheOperatorCannotPay) {
  SmartHall h(GetParam());
  const SmartVenue venue = smart_venue({{"loss: \"0.1\", capacity: 70", "loss: \"0.9\""}});
  h.w.done({.kind = rights::TransactionKind::withdraw,
            .instrument = "CNY",
            .from = "RES",
            .to = "BANK",
            .quantity = 1'000'00});
  const std::int64_t no = h.announced(venue);
  h.admit(no, "A", "U");
  h.admit(no, "D", "D");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 19, "0.01");
  h.bid(no, "D", 100, "0.9");
  h.w.clock.set(h.closes);
  EXPECT_EQ(code_of([&] { h.rounds.close(no, second); }), "uncovered");
  EXPECT_EQ(h.rounds.round(no).state, "announced");
  EXPECT_EQ(code_of([&] { h.rounds.bids(no); }), "sealed");
  EXPECT_EQ(h.w.troubles(), "");
  h.w.deposit("RES", 100);
  EXPECT_EQ(h.rounds.close(no, second).state, "settled");
  EXPECT_EQ(h.faults(no), "");
}

// A member whose account was blocked after bidding is left out; the rest is cleared as if he had not come.
TEST_P(SmartRoundsOn, WhoMayNoLongerTradeIsLeftOut) {
  SmartHall h(GetParam());
  const std::int64_t no = h.notes(smart_venue());
  h.w.rights.set_status("B", rights::AccountStatus::frozen, rights::testing::pair);
  const SmartView view = h.rounds.close(no, second);
  const Json result = Json::parse(view.result);
  ASSERT_EQ(result["left_out"].size(), 1U);
  EXPECT_EQ(result["left_out"][0]["account"], "B");
  for (const SmartOutcome& one : view.outcomes) EXPECT_NE(one.seller, "B");
  EXPECT_EQ(h.water("D"), 1'063);
  EXPECT_EQ(h.w.held("B", "WATER", 2026).pending_out, 0);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(SmartRoundsOn, WhatIsRefused) {
  SmartHall h(GetParam());
  const SmartVenue venue = smart_venue(
      {{"price_yuan: {most: \"10\"}", "price_yuan: {least: \"0.05\", most: \"2\"}"}, {"step: 1", "step: 5"}});
  EXPECT_EQ(
      code_of([&] { h.rounds.announce(venue, {.key = "k", .opens = h.opens, .closes = h.closes}, office); }),
      "bad_value");
  EXPECT_EQ(code_of([&] {
              h.rounds.announce(
                  venue, {.key = "k", .term = months(1, 2), .opens = h.opens, .closes = h.closes}, office);
            }),
            "bad_value");
  const SmartNotice notice = h.notice();
  const std::int64_t no = h.rounds.announce(venue, notice, office);
  EXPECT_EQ(h.rounds.announce(venue, notice, office), no);
  EXPECT_EQ(code_of([&] { h.rounds.announce(venue, notice, second); }), "key_conflict");
  EXPECT_EQ(code_of([&] { h.rounds.approve(no, office); }), "same_person");
  EXPECT_EQ(code_of([&] { h.rounds.apply(no, {"A", "U", ""}, agent_of("A")); }), "wrong_state");
  h.rounds.approve(no, second);
  EXPECT_EQ(code_of([&] { h.rounds.apply(no, {"A", "U", ""}, office); }), "same_person");
  EXPECT_EQ(code_of([&] { h.rounds.apply(no, {"RES", "U", ""}, agent_of("RES")); }), "not_admitted");
  h.rounds.apply(no, {"A", "U", ""}, agent_of("A"));
  EXPECT_EQ(code_of([&] { h.rounds.admit(no, "A", true, agent_of("A")); }), "same_person");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 10, "1"); }), "not_admitted");
  h.rounds.admit(no, "A", true, clerk);
  h.admit(no, "C", "U");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 10, "1"); }), "too_early");
  h.w.clock.set(h.opens);
  EXPECT_EQ(code_of([&] { h.rounds.bid(no, h.make(false, "A", 10, "1"), agent_of("C")); }), "not_yours");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 12, "1"); }), "bad_value");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 10, "0.001"); }), "bad_value");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 10, "3"); }), "beyond_limits");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 2'000, "1"); }), "insufficient");
  EXPECT_EQ(code_of([&] { h.bid(no, "C", 1'000'000, "2"); }), "insufficient");
  const SmartBid first = h.make(false, "A", 10, "1");
  const Receipt receipt = h.rounds.bid(no, first, agent_of("A"));
  EXPECT_EQ(h.rounds.bid(no, first, agent_of("A")).hash, receipt.hash);
  SmartBid other = first;
  other.quantity = 15;
  EXPECT_EQ(code_of([&] { h.rounds.bid(no, other, agent_of("A")); }), "key_conflict");
  EXPECT_EQ(code_of([&] { h.bid(no, "A", 10, "0.5"); }), "own_side");
  EXPECT_FALSE(h.rounds.quote(no, h.make(true, "A", 10, "0.5"), "agent A").faults.empty());
  // Withdrawn, he may stand on the other side.
  const SmartBid withdrawal = h.make(false, "A", 0, "1", "2026", first.key);
  h.rounds.bid(no, withdrawal, agent_of("A"));
  EXPECT_EQ(h.water("A"), 1'000);
  EXPECT_EQ(code_of([&] { h.rounds.bid(no, h.make(false, "A", 10, "1", "2026", first.key), agent_of("A")); }),
            "bad_value");
  const SmartQuote quote = h.rounds.quote(no, h.make(true, "A", 10, "0.5"), "agent A");
  EXPECT_TRUE(quote.faults.empty());
  EXPECT_EQ(quote.set_aside, 5'00);
  EXPECT_EQ(quote.free, 100'000'00);
  h.bid(no, "A", 10, "0.5");
  EXPECT_EQ(h.rounds.own_bids(no, "A", "agent A").size(), 3U);
  EXPECT_EQ(code_of([&] { h.rounds.own_bids(no, "A", "agent C"); }), "not_yours");
  EXPECT_EQ(code_of([&] { h.rounds.bids(no); }), "sealed");
  EXPECT_EQ(code_of([&] { h.rounds.close(no, second); }), "too_early");
  EXPECT_EQ(code_of([&] { h.rounds.verify(no); }), "wrong_state");
  h.w.clock.set(h.closes);
  EXPECT_EQ(code_of([&] { h.bid(no, "A", 10, "0.5"); }), "too_late");
  EXPECT_EQ(h.rounds.bid(no, first, agent_of("A")).hash,
            receipt.hash);  // the same receipt, also after the close
  EXPECT_EQ(code_of([&] { h.rounds.close(no, agent_of("A")); }), "same_person");
  EXPECT_EQ(h.rounds.close(no, second).state, "cancelled");
  EXPECT_EQ(h.cash("A"), 100'000'00);
  EXPECT_EQ(code_of([&] { h.rounds.round(99); }), "unknown_round");
  EXPECT_EQ(code_of([&] { h.rounds.decide_call(99, true, venue, office); }), "unknown_call");
  EXPECT_EQ(h.w.troubles(), "");
}

// Two parties that one stands behind are one owner. Before the close neither is told what the other does.
TEST_P(SmartRoundsOn, WhoeverStandsBehindStandsOnOneSide) {
  SmartHall h(GetParam());
  SmartVenue venue = smart_venue();
  for (const char* account : {"A", "D"}) venue.control[h.w.rights.account(account).owner] = "mother";
  const std::int64_t no = h.announced(venue);
  for (const char* account : {"A", "B"}) h.admit(no, account, "U");
  h.admit(no, "D", "D");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 10, "0.5");
  const SmartBid crossing = h.make(true, "D", 10, "0.9");
  EXPECT_TRUE(h.rounds.quote(no, crossing, "agent D").faults.empty());
  const Receipt receipt = h.rounds.bid(no, crossing, agent_of("D"));
  h.bid(no, "B", 5, "0.8");
  h.w.clock.set(h.closes);
  const SmartView view = h.rounds.close(no, second);
  EXPECT_EQ(view.state, "settled");
  const Json result = Json::parse(view.result);
  ASSERT_EQ(result["left_out"].size(), 1U);
  EXPECT_EQ(result["left_out"][0]["account"], "D");
  EXPECT_EQ(result["left_out"][0]["bid"], receipt.seq);
  EXPECT_EQ(h.water("D"), 1'000);
  EXPECT_EQ(h.cash("D"), 100'000'00);
  EXPECT_EQ(h.water("B"), 1'005);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

// One person who bids for both knows of both, and is told at once.
TEST_P(SmartRoundsOn, WhoBidsForTwoAccountsOfOneOwnerIsToldAtOnce) {
  SmartHall h(GetParam());
  SmartVenue venue = smart_venue();
  for (const char* account : {"A", "D"}) venue.control[h.w.rights.account(account).owner] = "mother";
  const std::int64_t no = h.announced(venue);
  for (const auto& [account, zone] : {std::pair("A", "U"), std::pair("D", "D")}) {
    h.rounds.apply(no, {account, zone, ""}, agent_of("A"));
    h.rounds.admit(no, account, true, clerk);
  }
  h.w.clock.set(h.opens);
  h.rounds.bid(no, h.make(false, "A", 10, "0.5"), agent_of("A"));
  const SmartBid crossing = h.make(true, "D", 10, "0.9");
  EXPECT_EQ(h.rounds.quote(no, crossing, "agent A").faults.size(), 1U);
  EXPECT_EQ(code_of([&] { h.rounds.bid(no, crossing, agent_of("A")); }), "own_side");
}

}  // namespace tributary::venues
