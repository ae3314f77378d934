// The registry by hand: each kind of transaction, its refusals, the verifier's eye for damage.
#include "rights/rights_testing.h"

#include <fmt/format.h>

namespace tributary::rights {

using namespace testing;

TEST(RightValue, OfTheNoteAndItsEdges) {
  struct {
    std::int64_t rate;
    const char *from, *to, *price;
    std::int64_t fen;
  } const rows[] = {
      {2'500, "2026-01", "2029-02", "6000", 4'625'000},  // the note's example: 37 months, 46,250.00 yuan
      {2'500, "2026-01", "2026-02", "6000", 125'000},
      {1, "2026-01", "2026-02", "6000", 50},
      {1, "2026-01", "2026-02", "60.6", 1},   // 0.505 fen, half up
      {1, "2026-01", "2026-02", "59.88", 0},  // 0.499 fen
      {0, "2026-01", "2026-02", "6000", 0},
      {1'000'000'000, "2026-01", "2126-01", "99999999", 999'999'990'000'000'000},
  };
  for (const auto& row : rows)
    EXPECT_EQ(
        value_of_rate(row.rate, {Month::parse(row.from), Month::parse(row.to)}, Decimal::parse(row.price)),
        row.fen)
        << row.rate << " " << row.price;
  EXPECT_EQ(value_of_stock(12'345, Decimal::parse("97.49")), 120'351'405);
  EXPECT_EQ(code_of([] { value_of_rate(1, months(3, 3), 1); }), "bad_term");
  EXPECT_EQ(code_of([] { value_of_rate(-1, months(0, 3), 1); }), "bad_value");
  EXPECT_EQ(code_of([] { value_of_rate(1'000'000'000'000'000, months(0, 1200), 1'000'000); }), "overflow");
  for (const char* bad : {"2026-13", "2026-0", "26-01", "2026/01", "0000-01", "2026-00", ""})
    EXPECT_EQ(code_of([&] { Month::parse(bad); }), "bad_month") << bad;
}

TEST(Lots, SplitExactlyAndJoin) {
  Lots lots;
  lots.add({101, 50});
  lots.add({1, 100});
  EXPECT_EQ(lots.blocks(), (std::vector<Block>{{1, 150}}));
  lots.add({201, 10});
  EXPECT_EQ(lots.quantity(), 160);
  const auto taken = lots.take(155);
  EXPECT_EQ(taken, (std::vector<Block>{{1, 150}, {201, 5}}));
  EXPECT_EQ(lots.blocks(), (std::vector<Block>{{206, 5}}));
  EXPECT_TRUE(partitions({1, 150}, {{1, 70}, {71, 80}}));
  EXPECT_FALSE(partitions({1, 150}, {{1, 70}, {72, 79}}));
  EXPECT_FALSE(partitions({1, 150}, {{1, 70}, {71, 81}}));
  EXPECT_DEATH(lots.add({208, 1}), "overlaps");
}

class RightsOn : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Databases, RightsOn, ::testing::ValuesIn(store::test_kinds()));

TEST_P(RightsOn, AFlowRightIsARateInEachMonth) {
  w.give("RES", "COD", 5'000, months(0, 60));
  w.done({.kind = Kind::allocate,
          .instrument = "COD",
          .from = "RES",
          .to = "A",
          .quantity = 2'000,
          .term = months(0, 60)});
  // Sold from month 12 to 24: before and after it A has all of it, which no single scalar could say.
  w.done({.kind = Kind::transfer,
          .instrument = "COD",
          .from = "A",
          .to = "B",
          .quantity = 1'500,
          .term = months(12, 24)});
  const auto a = w.rights.holdings({.account = "A", .instrument = "COD"});
  ASSERT_EQ(a.size(), 3U);
  EXPECT_EQ(a[0].part, (Part{jan, 12, "", 2'000}));
  EXPECT_EQ(a[1].part, (Part{jan + 12, 12, "", 500}));
  EXPECT_EQ(a[2].part, (Part{jan + 24, 36, "", 2'000}));
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::transfer,
                      .instrument = "COD",
                      .from = "A",
                      .to = "B",
                      .quantity = 501,
                      .term = months(0, 60)});
            }),
            "insufficient");
  EXPECT_EQ(w.free_of("B", "COD", jan + 12), 1'500);
  EXPECT_EQ(w.free_of("B", "COD", jan + 24), 0);
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, CapsPermitsAndTerms) {
  EXPECT_EQ(code_of([&] { w.give("A", "COD", 1'000'001, months(0, 1)); }), "over_cap");
  EXPECT_EQ(code_of([&] { w.give("A", "WATER", 1, {}, 2030); }), "over_cap");  // no cap was set
  EXPECT_EQ(code_of([&] { w.give("A", "COD", 1, months(119, 121)); }), "outside_validity");
  EXPECT_EQ(code_of([&] { w.give("A", "COD", 1, {}); }), "bad_term");
  w.give("A", "COD", 400'000, months(0, 24));
  const std::vector<Part> lower{{jan, 1, "", 399'999}};
  EXPECT_EQ(code_of([&] { w.rights.set_cap("COD", lower, pair); }), "over_cap");
  w.rights.set_permit("B", "P-B", Month{jan + 12}, pair);
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::transfer,
                      .instrument = "COD",
                      .from = "A",
                      .to = "B",
                      .quantity = 1,
                      .term = months(0, 13)});
            }),
            "beyond_permit");
  w.rights.set_permit("A", "P-A", Month{jan + 24}, pair);
  w.done({.key = "T",
          .kind = Kind::transfer,
          .instrument = "COD",
          .from = "A",
          .to = "B",
          .quantity = 7,
          .term = months(0, 12),
          .certificate = "亳排证〔2026〕"});
  const auto cuts = w.rights.permit_changes("P-A");
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].quantity, -7);
  EXPECT_EQ(cuts[0].term, months(0, 12));
  ASSERT_EQ(w.rights.certificates("T").size(), 1U);
  EXPECT_EQ(w.rights.certificates("T")[0].number, "亳排证〔2026〕000001");
  EXPECT_EQ(w.rights.certificates("T")[0].holder, "pb");
  EXPECT_EQ(code_of([&] { w.rights.set_permit("A", "P-A", Month{jan + 12}, pair); }), "beyond_permit");
  // What is beyond lapses, then the permit may end.
  w.done({.kind = Kind::expire, .instrument = "COD", .from = "A", .to = "CAN", .term = months(12, 24)});
  w.rights.set_permit("A", "P-A", Month{jan + 12}, pair);
  w.clock.set(parse_instant("2026-03-05 10:00"));
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::transfer,
                      .instrument = "COD",
                      .from = "A",
                      .to = "B",
                      .quantity = 1,
                      .term = months(1, 12)});
            }),
            "bad_term");  // February is over
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, StocksGoByVintageThenNumberAndRetirementNamesThem) {
  w.give("A", "CEA", 100, {}, 2025);  // 1-100
  w.give("A", "CEA", 100, {}, 2024);  // 101-200
  w.done({.kind = Kind::transfer, .instrument = "CEA", .from = "A", .to = "B", .quantity = 130});
  EXPECT_EQ(w.held("B", "CEA", 2024).blocks, (std::vector<Block>{{101, 100}}));
  EXPECT_EQ(w.held("B", "CEA", 2025).blocks, (std::vector<Block>{{1, 30}}));
  EXPECT_EQ(w.held("A", "CEA", 2025).blocks, (std::vector<Block>{{31, 70}}));
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::retire, .instrument = "CEA", .from = "B", .to = "RET", .quantity = 5});
            }),
            "bad_value");  // no claim
  w.done({.key = "R",
          .kind = Kind::retire,
          .instrument = "CEA",
          .from = "B",
          .to = "RET",
          .quantity = 110,
          .claim = "碳中和-1"});
  w.done({.key = "S",
          .kind = Kind::surrender,
          .instrument = "CEA",
          .from = "A",
          .to = "COMP",
          .quantity = 70,
          .vintage = 2025,
          .claim = "ENT-2025"});
  EXPECT_EQ(w.rights.transaction("R").parts, (std::vector<Part>{{2024, 1, "", 100}, {2025, 1, "", 10}}));
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::reverse, .refers = "R"}); }),
            "wrong_state");  // sinks never debit
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::transfer, .instrument = "CEA", .from = "RET", .to = "A", .quantity = 1});
            }),
            "kind_not_for_account");
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, TwoPersonsOneKey) {
  w.give("A", "COD", 100, months(0, 12));
  const Proposal p{.key = "T",
                   .kind = Kind::transfer,
                   .instrument = "COD",
                   .from = "A",
                   .to = "B",
                   .quantity = 60,
                   .term = months(0, 12)};
  w.rights.propose(p, first);
  w.rights.propose(p, first);  // a retry
  EXPECT_EQ(w.held("A", "COD", jan).pending_out, 60);
  EXPECT_EQ(w.held("B", "COD", jan).pending_in, 60);
  Proposal other = p;
  other.quantity = 61;
  EXPECT_EQ(code_of([&] { w.rights.propose(other, first); }), "key_conflict");
  EXPECT_EQ(code_of([&] { w.rights.approve("T", first); }), "same_person");
  EXPECT_EQ(code_of([&] { w.rights.approve("T", {"qian", "", "", "x"}); }), "bad_value");  // no reason
  EXPECT_EQ(w.rights.approve("T", second).state, TransactionState::completed);
  EXPECT_EQ(w.rights.approve("T", second).state, TransactionState::completed);  // a retry
  EXPECT_EQ(code_of([&] { w.rights.reject("T", second); }), "wrong_state");
  EXPECT_EQ(code_of([&] {
              w.rights.define({"X", InstrumentKind::flow, {"x", "x"}, "kg", "", "", false, true, 0, 1},
                              {"a", "a", "r", "v"});
            }),
            "same_person");
  // Opposite entry, once; not when the units have moved on.
  w.done({.key = "V", .kind = Kind::reverse, .refers = "T"});
  EXPECT_EQ(w.free_of("A", "COD", jan), 100);
  EXPECT_EQ(w.rights.transaction("T").reversed_by, "V");
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::reverse, .refers = "T"}); }), "wrong_state");
  w.done({.key = "T2",
          .kind = Kind::transfer,
          .instrument = "COD",
          .from = "A",
          .to = "B",
          .quantity = 60,
          .term = months(0, 12)});
  w.done({.kind = Kind::transfer,
          .instrument = "COD",
          .from = "B",
          .to = "C",
          .quantity = 1,
          .term = months(5, 6)});
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::reverse, .refers = "T2"}); }), "insufficient");
  EXPECT_EQ(w.rights.transactions("C", 0, 10).size(), 1U);
  const auto of_a = w.rights.transactions("A", 0, 3);
  ASSERT_EQ(of_a.size(), 3U);
  EXPECT_EQ(of_a[0].key, "T2");
  EXPECT_EQ(w.rights.transactions("", of_a[2].number, 100).size(), 1U);  // the issue that was first
  EXPECT_EQ(w.rights.waiting().size(), 0U);
  EXPECT_EQ(w.rights.accounts("gov:341602").size(), 8U);
  const auto history = w.rights.history("T");
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[1].act.actor, "zhao");
  EXPECT_EQ(history[1].act.approver, "qian");
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, CoolingOffTrustAndDeadlines) {
  w.give("A", "COD", 100, months(0, 12));
  Proposal p{.key = "T",
             .kind = Kind::transfer,
             .instrument = "COD",
             .from = "A",
             .to = "B",
             .quantity = 10,
             .term = months(0, 12),
             .delay_days = 2};
  w.rights.propose(p, first);
  const Transaction delayed = w.rights.approve("T", second);
  EXPECT_EQ(delayed.state, TransactionState::delayed);
  EXPECT_EQ(delayed.due, parse_instant("2026-01-07 12:00"));  // Monday + 2 working days
  EXPECT_EQ(w.rights.advance(first), 0);
  w.clock.set(parse_instant("2026-01-07 12:00"));
  EXPECT_EQ(w.rights.advance(first), 1);
  EXPECT_EQ(w.free_of("B", "COD", jan), 10);
  // An account frozen in the meantime: rejected, saying why, and A has it back.
  p.key = "T2";
  w.rights.propose(p, first);
  w.rights.approve("T2", second);
  w.rights.set_status("A", AccountStatus::frozen, pair);
  w.clock.set(parse_instant("2026-01-20 12:00"));
  EXPECT_EQ(w.rights.advance(first), 1);
  EXPECT_EQ(w.rights.transaction("T2").state, TransactionState::rejected);
  EXPECT_NE(w.rights.transaction("T2").note, "");
  w.rights.set_status("A", AccountStatus::open, pair);
  EXPECT_EQ(w.free_of("A", "COD", jan), 90);
  // On the list from noon of the 4th working day on.
  w.rights.trust("A", "B", 4, pair);
  p.key = "T3";
  w.rights.propose(p, first);
  EXPECT_EQ(w.rights.approve("T3", second).state, TransactionState::delayed);
  w.clock.set(parse_instant("2026-01-26 12:00"));
  p.key = "T4";
  w.rights.propose(p, first);
  EXPECT_EQ(w.rights.approve("T4", second).state, TransactionState::completed);
  w.rights.distrust("A", "B", pair);
  // Nobody approved in time.
  p.key = "T5";
  p.deadline = parse_instant("2026-01-27 00:00");
  w.rights.propose(p, first);
  w.clock.set(parse_instant("2026-01-27 00:00"));
  EXPECT_EQ(code_of([&] { w.rights.approve("T5", second); }), "wrong_state");
  w.rights.advance(first);
  EXPECT_EQ(w.rights.transaction("T5").state, TransactionState::expired);
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, FreezesTakeLaterCreditsFirstAndRankByAuthority) {
  w.give("A", "CEA", 100, {}, 2024);
  w.done({.kind = Kind::pledge, .instrument = "CEA", .from = "A", .quantity = 30, .beneficiary = "bank"});
  w.done({.key = "F1",
          .kind = Kind::freeze,
          .instrument = "CEA",
          .from = "A",
          .quantity = 100,
          .authority = "区法院",
          .rank = 2});
  EXPECT_EQ(w.held("A", "CEA", 2024).frozen, 70);  // the earlier pledge stands
  EXPECT_EQ(w.free_of("A", "CEA", 2024), 0);
  w.done({.key = "F2",
          .kind = Kind::freeze,
          .instrument = "CEA",
          .from = "A",
          .quantity = 50,
          .authority = "省高院",
          .rank = 1});
  w.give("B", "CEA", 500, {}, 2025);
  w.done({.kind = Kind::transfer, .instrument = "CEA", .from = "B", .to = "A", .quantity = 60});
  EXPECT_EQ(w.held("A", "CEA", 2025).frozen, 60);  // all of it: 130 of 150 are met
  // The higher authority's order is met in full, so its 50 may be taken; of the other's 100 only 80.
  EXPECT_EQ(
      code_of([&] { w.done({.kind = Kind::compulsory, .to = "COURT", .quantity = 81, .refers = "F1"}); }),
      "insufficient");
  w.done({.kind = Kind::compulsory, .to = "COURT", .quantity = 50, .refers = "F2"});
  EXPECT_EQ(w.held("COURT", "CEA", 2024).free, 50);
  w.done({.kind = Kind::transfer, .instrument = "CEA", .from = "B", .to = "A", .quantity = 40});
  EXPECT_EQ(w.held("A", "CEA", 2025).frozen, 80);
  EXPECT_EQ(w.free_of("A", "CEA", 2025), 20);
  w.done({.kind = Kind::unfreeze, .quantity = 90, .refers = "F1"});
  EXPECT_EQ(w.held("A", "CEA", 2024).frozen + w.held("A", "CEA", 2025).frozen, 10);
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::unfreeze, .quantity = 11, .refers = "F1"}); }),
            "insufficient");
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, LeasesReturnByThemselvesPledgesAndUnpaidStayHome) {
  w.give("RES", "COD", 1'000, months(0, 60));
  w.done({.kind = Kind::allocate,
          .instrument = "COD",
          .from = "RES",
          .to = "A",
          .quantity = 300,
          .term = months(0, 60),
          .unpaid = true});
  const Proposal lease{.key = "L",
                       .kind = Kind::lease,
                       .instrument = "COD",
                       .from = "A",
                       .to = "B",
                       .quantity = 100,
                       .term = months(2, 8),
                       .max_months = 12};
  EXPECT_EQ(code_of([&] { w.done(lease); }), "fee_unpaid");  // nothing paid for yet
  w.done({.kind = Kind::pay, .instrument = "COD", .from = "A", .quantity = 200, .term = months(0, 60)});
  w.done(lease);
  EXPECT_EQ(w.held("B", "COD", jan + 7).leased, 100);
  EXPECT_EQ(w.free_of("B", "COD", jan + 7), 0);    // to be used, not sold on
  EXPECT_EQ(w.free_of("A", "COD", jan + 8), 200);  // the month after it never left
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::lease,
                      .instrument = "COD",
                      .from = "A",
                      .to = "B",
                      .quantity = 1,
                      .term = months(0, 13),
                      .max_months = 12});
            }),
            "bad_term");
  w.done({.kind = Kind::lease_return, .term = months(5, 8), .refers = "L"});
  EXPECT_EQ(w.free_of("A", "COD", jan + 5), 200);
  EXPECT_EQ(w.free_of("A", "COD", jan + 4), 100);
  w.done({.key = "P",
          .kind = Kind::pledge,
          .instrument = "COD",
          .from = "A",
          .quantity = 80,
          .term = months(6, 12),
          .beneficiary = "bank"});
  EXPECT_EQ(w.held("A", "COD", jan + 6).pledged, 80);
  w.done({.kind = Kind::release, .quantity = 30, .refers = "P"});
  w.done({.kind = Kind::release, .refers = "P"});
  EXPECT_EQ(w.held("A", "COD", jan + 6).pledged, 0);
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::release, .quantity = 1, .refers = "P"}); }), "insufficient");
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, ConversionBooksWhatItTakes) {
  w.give("A", "COD", 1'001, months(0, 3));
  w.done({.key = "C",
          .kind = Kind::convert,
          .instrument = "COD",
          .from = "A",
          .to = "B",
          .quantity = 1'001,
          .term = months(0, 3),
          .ratio = {1, 2},
          .retired_to = "RET"});
  EXPECT_EQ(w.free_of("B", "COD", jan), 500);
  EXPECT_EQ(w.held("RET", "COD", jan).part.amount, 501);
  w.give("A", "CEA", 100, {}, 2026);
  w.done({.kind = Kind::convert,
          .instrument = "CEA",
          .from = "A",
          .to = "A",
          .quantity = 41,
          .ratio = {3, 2},
          .into = "WATER",
          .retired_to = "CAN",
          .issuer = "ISS"});
  EXPECT_EQ(w.free_of("A", "WATER", 2026), 61);  // 61.5
  EXPECT_EQ(w.held("CAN", "CEA", 2026).part.amount, 41);
  EXPECT_EQ(w.free_of("A", "CEA", 2026), 59);
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, AccountsBlockedFrozenAndClosed) {
  w.give("A", "COD", 10, months(0, 2));
  w.rights.set_status("B", AccountStatus::blocked, pair);
  w.done({.kind = Kind::transfer,
          .instrument = "COD",
          .from = "A",
          .to = "B",
          .quantity = 5,
          .term = months(0, 2)});
  const Proposal back{.key = "X",
                      .kind = Kind::transfer,
                      .instrument = "COD",
                      .from = "B",
                      .to = "A",
                      .quantity = 5,
                      .term = months(0, 2)};
  EXPECT_EQ(code_of([&] { w.done(back); }), "account_not_open");
  EXPECT_EQ(code_of([&] { w.rights.set_status("A", AccountStatus::closed, pair); }), "account_not_empty");
  w.done({.kind = Kind::compulsory,
          .instrument = "COD",
          .from = "B",
          .to = "RES",
          .quantity = 5,
          .term = months(0, 2)});
  w.rights.set_status("B", AccountStatus::closed, pair);
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::transfer,
                      .instrument = "COD",
                      .from = "A",
                      .to = "B",
                      .quantity = 5,
                      .term = months(0, 2)});
            }),
            "account_not_open");
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(RightsOn, TheVerifierFindsDamage) {
  w.give("A", "CEA", 100, {}, 2024);
  w.done({.key = "T", .kind = Kind::transfer, .instrument = "CEA", .from = "A", .to = "B", .quantity = 30});
  w.done({.key = "S", .kind = Kind::surrender, .instrument = "CEA", .from = "B", .to = "COMP", .quantity = 1, .claim = "2025", .surrendered_on = parse_date("2025-12-30")});
  ASSERT_EQ(w.troubles(), "");
  const auto rules_after = [&](const std::string& sql, const std::string& undo) {
    w.database.db().write([&](store::Transaction& t) { t.execute(sql); });
    std::set<std::string> out;
    for (const Fault& fault : w.rights.check()) out.insert(fault.rule);
    w.database.db().write([&](store::Transaction& t) { t.execute(undo); });
    return out;
  };
  using Rules = std::set<std::string>;
  EXPECT_EQ(rules_after("UPDATE right_lot SET length = length - 1 WHERE start = 31",
                        "UPDATE right_lot SET length = length + 1 WHERE start = 31"),
            Rules{"E9"});
  EXPECT_EQ(rules_after("UPDATE right_cap SET issued = issued - 1 WHERE instrument = 'CEA'",
                        "UPDATE right_cap SET issued = issued + 1 WHERE instrument = 'CEA'"),
            Rules{"I1"});
  EXPECT_EQ(rules_after("UPDATE right_transaction SET state = 5 WHERE key = 'T'",
                        "UPDATE right_transaction SET state = 2 WHERE key = 'T'"),
            Rules{"state"});
  EXPECT_EQ(rules_after("UPDATE right_transaction SET body = replace(body, '2025-12-30', '2025-12-31') WHERE key = 'S'",
                        "UPDATE right_transaction SET body = replace(body, '2025-12-31', '2025-12-30') WHERE key = 'S'"),
            Rules{"state"});
  EXPECT_EQ(rules_after("UPDATE ledger_balance SET posted = posted + 1 WHERE account = 2",
                        "UPDATE ledger_balance SET posted = posted - 1 WHERE account = 2"),
            Rules{"ledger"});
  EXPECT_EQ(rules_after("UPDATE right_account SET status = 3 WHERE code = 'A'",
                        "UPDATE right_account SET status = 1 WHERE code = 'A'"),
            Rules{"account"});
  EXPECT_EQ(rules_after("UPDATE right_state SET entries = entries + 1",
                        "UPDATE right_state SET entries = entries - 1"),
            Rules{"E13"});
  EXPECT_EQ(rules_after("UPDATE right_instrument SET period_to = period_to + 1 WHERE code = 'CEA'",
                        "UPDATE right_instrument SET period_to = period_to - 1 WHERE code = 'CEA'"),
            Rules{"instrument"});
  // The journal itself cannot be changed; who takes the lock off is found by the chain.
  EXPECT_EQ(code_of([&] {
              w.database.db().write(
                  [&](store::Transaction& t) { t.execute("UPDATE right_journal SET reason = 'x'"); });
            }),
            "constraint");
  w.database.db().write([&](store::Transaction& t) {
    t.execute(w.database.db().dialect() == store::Dialect::sqlite
                  ? "DROP TRIGGER right_journal_no_update"
                  : "ALTER TABLE right_journal DISABLE TRIGGER right_journal_no_change");
    t.execute("UPDATE right_journal SET reason = 'x' WHERE number = 3");
  });
  bool found = false;
  for (const Fault& fault : w.rights.check()) found = found || (fault.rule == "E13" && fault.subject == "3");
  EXPECT_TRUE(found);
  EXPECT_EQ(w.rights.daily_roots().size(), 1U);
}

}  // namespace tributary::rights
