// Delivery against payment by hand: both legs or none, the authority's decision, what is bought today.
#include "rights/rights_testing.h"

#include <fmt/format.h>

namespace tributary::rights {

using namespace testing;

class SettlementOn : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Databases, SettlementOn, ::testing::ValuesIn(store::test_kinds()));

TEST_P(SettlementOn, DeliveryAgainstPayment) {
  w.give("A", "COD", 2'500, months(0, 37));
  w.rights.set_permit("A", "P-A", Month{jan + 60}, pair);
  w.deposit("B", 5'000'000);
  const std::int64_t price = value_of_rate(2'500, months(0, 37), 6'000);
  const std::vector<Order> orders{{"S1", "A", "COD", 2'500, months(0, 37)}, {"B1", "B", "CNY", 4'700'000}};
  w.rights.reserve(orders, exchange);
  w.rights.reserve(orders, exchange);  // a retry
  EXPECT_EQ(w.free_of("A", "COD", jan), 0);
  EXPECT_EQ(w.held("A", "COD", jan).pending_out, 2'500);
  EXPECT_EQ(w.free_of("B", "CNY", 0), 300'000);
  const Trade trade{.key = "T1",
                    .sell = "S1",
                    .buy = "B1",
                    .seller = "A",
                    .buyer = "B",
                    .instrument = "COD",
                    .quantity = 2'000,
                    .term = months(0, 37),
                    .lost = 500,
                    .lost_to = "LOSS",
                    .fen = price,
                    .charges = {{true, "FEE", "fee", 1'234}, {false, "TAX", "paid_use", 100'000}},
                    .certificate = "C"};
  Trade broke = trade;
  broke.key = "T0";
  broke.fen = 9'000'000;
  Trade later = trade;
  later.key = "T2";
  later.quantity = 501;
  later.lost = 0;
  later.lost_to = "";
  later.fen = 1;
  later.charges.clear();
  const std::vector<Trade> trades{broke, trade, later};
  const auto settled = w.rights.settle(trades, exchange);
  EXPECT_EQ(settled[0].error->code().name, "insufficient");  // a refused trade leaves its neighbours alone
  EXPECT_TRUE(settled[1].done);
  EXPECT_EQ(settled[2].error->code().name, "insufficient");  // 500 are left of the order
  EXPECT_EQ(settled[1].certificates, std::vector<std::string>{"C000001"});
  EXPECT_EQ(w.free_of("B", "COD", jan + 36), 1'500);
  EXPECT_EQ(w.held("LOSS", "COD", jan).part.amount, 500);
  EXPECT_EQ(w.free_of("A", "CNY", 0), price - 100'000);
  EXPECT_EQ(w.free_of("FEE", "CNY", 0), 1'234);
  EXPECT_EQ(w.rights.reservation("B1").parts[0].amount, 4'700'000 - price - 1'234);
  EXPECT_EQ(w.rights.permit_changes("P-A").size(), 1U);
  EXPECT_TRUE(w.rights.settle(trades, exchange)[1].done);  // the same key again: nothing more
  EXPECT_EQ(w.free_of("FEE", "CNY", 0), 1'234);
  Trade changed = trade;
  changed.fen += 1;
  EXPECT_EQ(w.rights.settle(std::span(&changed, 1), exchange)[0].error->code().name, "key_conflict");
  const std::vector<std::string> keys{"S1", "B1"};
  w.rights.release(keys, exchange);
  w.rights.release(keys, exchange);
  EXPECT_EQ(w.free_of("A", "COD", jan), 500);
  EXPECT_EQ(w.free_of("B", "CNY", 0), 5'000'000 - price - 1'234);
  EXPECT_EQ(w.troubles(), "");
}

// What a third account adds for the seller goes with the trade, and back with it; the serial numbers of what
// is lost on the way of a stock are claimed by the trade, also when the authority decides later.
TEST_P(SettlementOn, AReserveAddsForTheSeller) {
  w.give("A", "WATER", 100, {}, 2026);
  w.deposit("B", 1'000);
  w.deposit("RES", 500);
  const Trade trade{.key = "T1",
                    .seller = "A",
                    .buyer = "B",
                    .instrument = "WATER",
                    .quantity = 10,
                    .vintage = 2026,
                    .lost = 1,
                    .lost_to = "LOSS",
                    .fen = 300,
                    .charges = {{true, "FEE", "fee", 20}, {false, "RES", "supplement", -200}}};
  const auto code = [&](Trade other, const char* key, const Charge& charge) {
    other.key = key;
    other.charges = {charge};
    return std::string(w.rights.settle(std::span(&other, 1), exchange)[0].error->code().name);
  };
  EXPECT_EQ(code(trade, "X1", {true, "RES", "supplement", -200}), "bad_value");  // not the buyer's
  EXPECT_EQ(code(trade, "X2", {false, "C", "supplement", -200}), "kind_not_for_account");
  EXPECT_EQ(code(trade, "X3", {false, "RES", "supplement", -501}), "insufficient");
  EXPECT_TRUE(w.rights.settle(std::span(&trade, 1), exchange)[0].done);
  EXPECT_EQ(w.free_of("A", "CNY", 0), 500);
  EXPECT_EQ(w.free_of("B", "CNY", 0), 680);
  EXPECT_EQ(w.free_of("RES", "CNY", 0), 300);
  for (const bool granted : {false, true}) {
    Trade waits = trade;
    waits.key = granted ? "T3" : "T2";
    waits.conditional = true;
    EXPECT_TRUE(w.rights.settle(std::span(&waits, 1), exchange)[0].done);
    EXPECT_EQ(w.free_of("RES", "CNY", 0), 100);
    EXPECT_EQ(w.free_of("A", "CNY", 0), 500);
    w.rights.conclude(waits.key, granted, exchange);
    EXPECT_EQ(w.free_of("RES", "CNY", 0), granted ? 100 : 300);
    EXPECT_EQ(w.free_of("A", "CNY", 0), granted ? 1'000 : 500);
  }
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(SettlementOn, AConditionalTradeWaitsForTheAuthority) {
  w.give("A", "COD", 100, months(0, 12));
  w.deposit("B", 1'000);
  w.rights.register_saving("节水-1", "COD", 70, "A", pair);
  Trade t{.key = "T1",
          .seller = "A",
          .buyer = "B",
          .instrument = "COD",
          .quantity = 40,
          .term = months(0, 12),
          .fen = 600,
          .conditional = true,
          .deadline = parse_instant("2026-02-01 00:00"),
          .saving = "节水-1"};
  const std::vector<Order> orders{{"S", "A", "COD", 40, months(0, 12)}};
  w.rights.reserve(orders, exchange);
  t.sell = "S";
  EXPECT_TRUE(w.rights.settle(std::span(&t, 1), exchange)[0].done);
  EXPECT_EQ(w.held("B", "COD", jan).pending_in, 40);
  EXPECT_EQ(w.held("B", "CNY", 0).pending_out, 600);
  EXPECT_EQ(w.free_of("A", "COD", jan), 60);
  EXPECT_EQ(w.rights.transaction("T1").state, TransactionState::conditional);
  w.rights.conclude("T1", false, {"authority", "chief", "不同意", "pack 1"});
  EXPECT_EQ(w.free_of("A", "COD", jan), 100);
  EXPECT_EQ(w.free_of("B", "CNY", 0), 1'000);
  t.key = "T2";
  t.sell = "";
  w.rights.settle(std::span(&t, 1), exchange);
  w.rights.conclude("T2", true, {"authority", "chief", "同意", "pack 1"});
  EXPECT_EQ(w.free_of("B", "COD", jan), 40);
  EXPECT_EQ(w.free_of("A", "CNY", 0), 600);
  t.key = "T3";
  t.fen = 10;
  EXPECT_EQ(w.rights.settle(std::span(&t, 1), exchange)[0].error->code().name,
            "saving_sold");  // 30 of 70 are left
  t.saving = "";
  w.rights.settle(std::span(&t, 1), exchange);
  w.clock.set(parse_instant("2026-02-01 00:00"));
  EXPECT_EQ(code_of([&] {
              w.rights.conclude("T3", true, {"authority", "chief", "同意", "pack 1"});
            }),
            "wrong_state");
  EXPECT_EQ(w.rights.advance(first), 1);
  EXPECT_EQ(w.rights.transaction("T3").state, TransactionState::expired);
  EXPECT_EQ(w.free_of("A", "COD", jan + 5), 60);
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(SettlementOn, BoughtTodayIsFreeTomorrow) {
  w.give("A", "CEA", 100, {}, 2024);
  w.deposit("B", 1'000);
  const Trade t{.key = "T", .seller = "A", .buyer = "B", .instrument = "CEA", .quantity = 60, .fen = 500};
  w.rights.settle(std::span(&t, 1), exchange);
  EXPECT_EQ(w.held("B", "CEA", 2024).locked, 60);
  const Proposal sale{
      .key = "S", .kind = Kind::transfer, .instrument = "CEA", .from = "B", .to = "C", .quantity = 1};
  EXPECT_EQ(code_of([&] { w.rights.propose(sale, first); }), "insufficient");
  w.clock.set(parse_instant("2026-01-06 00:00"));
  EXPECT_EQ(w.free_of("B", "CEA", 2024), 60);
  w.done(sale);
  EXPECT_EQ(w.free_of("B", "CEA", 2024), 59);
  EXPECT_EQ(w.troubles(), "");
}

// The use for some months against payment: the buyer may not sell it on, the months after it never leave, and what he does not
// need any more goes back early.
TEST_P(SettlementOn, ATradeMayLease) {
  w.give("A", "COD", 1'000, months(0, 24));
  w.deposit("B", 100'000);
  w.rights.set_permit("A", "P-A", Month{jan + 60}, pair);
  w.rights.set_permit("B", "P-B", Month{jan + 60}, pair);
  const Order order{"S", "A", "COD", 600, months(2, 14)};
  w.rights.reserve(std::span(&order, 1), exchange);
  const Trade trade{.key = "T", .sell = "S", .seller = "A", .buyer = "B", .instrument = "COD", .quantity = 400, .term = months(2, 14),
                    .fen = 3'000, .conditional = true, .certificate = "L", .lease_months = 12};
  const auto code = [&](Trade t, std::string key, const auto& change) {
    t.key = std::move(key);
    change(t);
    const auto settled = w.rights.settle(std::span(&t, 1), exchange);
    return settled[0].error ? std::string(settled[0].error->code().name) : "";
  };
  EXPECT_EQ(code(trade, "X1", [](Trade& t) { t.lease_months = 11; }), "bad_term");
  EXPECT_EQ(code(trade, "X2", [](Trade& t) { t.lost = 1, t.lost_to = "LOSS"; }), "bad_value");
  EXPECT_EQ(code(trade, "T", [](Trade&) {}), "");
  EXPECT_EQ(w.held("B", "COD", jan + 2).leased, 0);
  const Proposal back{.key = "R", .kind = Kind::lease_return, .term = months(9, 14), .refers = "T"};
  EXPECT_EQ(code_of([&] { w.rights.propose(back, first); }), "wrong_state");  // not decided yet
  w.rights.conclude("T", true, {"authority", "chief", "同意", "1"});
  EXPECT_TRUE(is_lease(w.rights.transaction("T")));
  EXPECT_EQ(w.held("B", "COD", jan + 13).leased, 400);
  EXPECT_EQ(w.free_of("B", "COD", jan + 13), 0);
  EXPECT_EQ(w.free_of("A", "COD", jan + 14), 1'000);
  EXPECT_EQ(w.rights.certificates("T").at(0).account, "B");
  const Trade on{.key = "X3", .seller = "B", .buyer = "C", .instrument = "COD", .quantity = 1, .term = months(2, 3)};
  EXPECT_EQ(w.rights.settle(std::span(&on, 1), exchange)[0].error->code().name, "insufficient");
  // What the giver's permit is cut by while it is leased, it has again when it is back.
  const auto change = [&](const char* permit, int month) {
    std::int64_t sum = 0;
    for (const PermitChange& one : w.rights.permit_changes(permit))
      if (one.term.from.index <= jan + month && jan + month < one.term.to.index) sum += one.quantity;
    return sum;
  };
  EXPECT_EQ(change("P-A", 9), -400);
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::lease_return, .term = months(9, 13), .refers = "T"}); }), "bad_term");
  w.done(back);
  EXPECT_EQ(change("P-A", 9), 0);
  EXPECT_EQ(change("P-A", 8), -400);
  EXPECT_EQ(w.free_of("A", "COD", jan + 9), 800);  // 200 are still on order
  EXPECT_EQ(w.held("B", "COD", jan + 9).leased, 0);
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::lease_return, .term = months(8, 14), .refers = "T"}); }), "bad_term");
  EXPECT_EQ(change("P-B", 9), 0);  // his own was never raised
  // What is left goes back later, and nothing twice: not out of what he has on lease from another either.
  w.give("C", "COD", 1'000, months(0, 24));
  w.rights.set_permit("C", "P-C", Month{jan + 60}, pair);
  EXPECT_EQ(code(trade, "T3", [](Trade& t) { t.sell = "", t.seller = "C", t.conditional = false; }), "");
  EXPECT_EQ(code_of([&] { w.done({.key = "R2", .kind = Kind::lease_return, .term = months(9, 14), .refers = "T"}); }), "bad_term");
  EXPECT_EQ(w.rights.returnable("T"), (Term{{jan + 2}, {jan + 9}}));
  w.rights.propose({.key = "R3", .kind = Kind::lease_return, .term = months(6, 9), .refers = "T"}, first);
  EXPECT_FALSE(w.rights.returnable("T").has_value());
  EXPECT_EQ(code_of([&] { w.rights.propose({.key = "R4", .kind = Kind::lease_return, .term = months(5, 9), .refers = "T"}, first); }), "wrong_state");
  w.rights.reject("R3", second);
  w.done({.key = "R5", .kind = Kind::lease_return, .term = months(5, 9), .refers = "T"});
  EXPECT_EQ(w.rights.returnable("T"), (Term{{jan + 2}, {jan + 5}}));
  EXPECT_EQ(w.rights.returnable("T3"), (Term{{jan + 2}, {jan + 14}}));
  EXPECT_EQ(w.held("B", "COD", jan + 9).leased, 400);  // C's
  // What title passed of is not given back.
  EXPECT_EQ(code(trade, "T2", [](Trade& t) { t.quantity = 100, t.conditional = false, t.lease_months = 0; }), "");
  EXPECT_FALSE(w.rights.returnable("T2").has_value());
  EXPECT_FALSE(is_lease(w.rights.transaction("T2")));
  EXPECT_EQ(code_of([&] { w.done({.kind = Kind::lease_return, .term = months(2, 14), .refers = "T2"}); }), "wrong_state");
  EXPECT_EQ(w.troubles(), "");
}

// Months that were used while somebody decided are neither paid for nor given back.
TEST_P(SettlementOn, ALeaseIsDecidedBeforeItsMonthsAreOver) {
  w.give("A", "COD", 1'000, months(0, 24));
  w.deposit("B", 100'000);
  const Trade trade{.key = "T", .seller = "A", .buyer = "B", .instrument = "COD", .quantity = 400, .term = months(0, 6), .fen = 3'000,
                    .conditional = true, .lease_months = 12};
  ASSERT_TRUE(w.rights.settle(std::span(&trade, 1), exchange)[0].done);
  w.done({.key = "L", .kind = Kind::lease, .instrument = "COD", .from = "A", .to = "B", .quantity = 100, .term = months(0, 6), .max_months = 12});
  w.rights.propose({.key = "L2", .kind = Kind::lease, .instrument = "COD", .from = "A", .to = "B", .quantity = 1, .term = months(0, 6), .max_months = 12}, first);
  w.rights.propose({.key = "R", .kind = Kind::lease_return, .term = months(0, 6), .refers = "L"}, first);
  w.clock.set(parse_instant("2026-02-03 09:00"));
  EXPECT_EQ(code_of([&] { w.rights.conclude("T", true, {"authority", "chief", "同意", "1"}); }), "bad_term");
  EXPECT_EQ(code_of([&] { w.rights.approve("L2", second); }), "bad_term");
  EXPECT_EQ(code_of([&] { w.rights.approve("R", second); }), "bad_term");
  w.rights.conclude("T", false, {"authority", "chief", "不同意", "1"});
  w.rights.reject("R", second);
  w.rights.reject("L2", second);
  EXPECT_EQ(w.free_of("B", "CNY", 0), 100'000);
  EXPECT_EQ(w.rights.returnable("L"), (Term{{jan + 1}, {jan + 6}}));
  EXPECT_EQ(w.troubles(), "");
}

}  // namespace tributary::rights
