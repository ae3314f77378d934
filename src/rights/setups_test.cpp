// Set up by two persons, examined before it is proposed, followed back to the cap.
#include "rights/setups.h"

#include "rights/rights_testing.h"

namespace tributary::rights::testing {
namespace {

class SetupsOn : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
  Setups setups{w.database.db(), "341602", w.clock, w.rights};

  std::vector<std::string> against(const Proposal& p) {
    const auto number = w.rights.daily_roots().back().number;
    std::vector<std::string> out;
    for (const Error& e : w.rights.examine(p, first)) out.emplace_back(e.code().name);
    EXPECT_EQ(w.rights.daily_roots().back().number, number);  // looking writes nothing
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, SetupsOn, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

using Codes = std::vector<std::string>;

TEST_P(SetupsOn, NothingHoldsUntilASecondPersonAgrees) {
  const rights::Setup cap{.kind = SetupKind::cap, .instrument = "WATER", .cap = {2028, 1, "", 500}};
  setups.propose("C1", cap, first);
  EXPECT_EQ(setups.propose("C1", cap, first).state, TransactionState::proposed);  // a retry
  EXPECT_EQ(w.rights.use_of_cap("WATER").size(), 2u);
  EXPECT_EQ(code_of([&] { setups.propose("C1", {.kind = SetupKind::permit, .account = "A", .permit = "P"}, first); }),
            "key_conflict");
  const std::vector<std::string> one{"C1"};
  EXPECT_EQ(code_of([&] { setups.approve(one, first); }), "same_person");
  EXPECT_EQ(code_of([&] { setups.reject("C1", first); }), "same_person");
  setups.approve(one, second);
  setups.approve(one, second);  // a retry
  EXPECT_EQ(w.rights.use_of_cap("WATER").back().cap.amount, 500);
  EXPECT_EQ(setups.change("C1").approver, "qian");
  // The journal names both, and the first one's reason: the document.
  const JournalEntry entry = w.rights.caps_set("WATER").back();
  EXPECT_EQ(entry.act.actor + entry.act.approver + entry.act.reason, "zhaoqian申请");
  EXPECT_EQ(code_of([&] { setups.reject("C1", second); }), "wrong_state");
  EXPECT_EQ(code_of([&] { setups.change("C9"); }), "unknown_change");
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(SetupsOn, EveryKindIsDoneAndAllOrNone) {
  w.give("A", "COD", 100, months(0, 24));
  setups.propose("P", {.kind = SetupKind::permit, .account = "A", .permit = "P-1", .permit_to = Month{jan + 36}}, first);
  setups.propose("S", {.kind = SetupKind::status, .account = "B", .status = AccountStatus::blocked}, first);
  setups.propose("N", {.kind = SetupKind::account, .account = "E", .owner = "pe"}, first);
  setups.propose("V", {.kind = SetupKind::saving, .instrument = "WATER", .account = "A", .saving = "SV-1", .volume = 10}, first);
  // What could be done when it was proposed no longer can: none of them is.
  setups.propose("X", {.kind = SetupKind::permit, .account = "A", .permit = "P-2", .permit_to = Month{jan + 12}}, first);
  const std::vector<std::string> with_bad{"P", "S", "N", "V", "X"}, good{"P", "S", "N", "V"};
  EXPECT_EQ(code_of([&] { setups.approve(with_bad, second); }), "beyond_permit");
  EXPECT_EQ(setups.all(true).size(), 5u);
  EXPECT_EQ(w.rights.account("A").permit, "");
  setups.approve(good, second);
  EXPECT_EQ(w.rights.account("A").permit, "P-1");
  EXPECT_EQ(w.rights.account("B").status, AccountStatus::blocked);
  EXPECT_EQ(w.rights.account("E").owner, "pe");
  setups.cancel("X", first);
  EXPECT_EQ(setups.change("X").state, TransactionState::cancelled);
  EXPECT_TRUE(setups.all(true).empty());
  EXPECT_EQ(setups.all(false).size(), 5u);
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(SetupsOn, WhatCannotBeIsToldAtOnce) {
  w.give("A", "COD", 100, months(0, 24));
  const auto code = [&](const rights::Setup& s) { return code_of([&] { setups.propose("K", s, first); }); };
  EXPECT_EQ(code({.kind = SetupKind::cap, .instrument = "COD", .cap = {jan, 12, "", 99}}), "over_cap");
  EXPECT_EQ(code({.kind = SetupKind::cap, .instrument = "COD", .cap = {jan - 1, 12, "", 99}}), "outside_validity");
  EXPECT_EQ(code({.kind = SetupKind::cap, .instrument = "X", .cap = {jan, 12, "", 99}}), "unknown_instrument");
  EXPECT_EQ(code({.kind = SetupKind::permit, .account = "A"}), "bad_value");
  EXPECT_EQ(code({.kind = SetupKind::status, .account = "Z"}), "unknown_account");
  EXPECT_EQ(code({.kind = SetupKind::saving, .instrument = "WATER", .saving = "SV", .volume = 1}), "bad_value");  // whose?
  EXPECT_EQ(code({.kind = SetupKind::saving, .instrument = "WATER", .account = "Z", .saving = "SV", .volume = 1}), "unknown_account");
  EXPECT_EQ(code({.kind = SetupKind::account, .account = "A", .owner = "pa"}), "account_conflict");
  EXPECT_EQ(code({.kind = SetupKind::trust, .account = "A", .trusted = "A"}), "bad_value");
  EXPECT_EQ(code({.kind = SetupKind::trust, .account = "A", .trusted = "Z"}), "unknown_account");
  EXPECT_EQ(code({.kind = SetupKind::trust, .account = "A", .trusted = "B", .working_days = 61}), "bad_value");
  EXPECT_EQ(code({.kind = SetupKind::distrust, .account = "A", .trusted = "B"}), "bad_value");  // it is not on the list
  EXPECT_TRUE(setups.all(false).empty());
}

// I9: what is sent to an account on the list needs no cooling off, once the list has grown old enough.
TEST_P(SetupsOn, TrustedAccountsNeedNoCoolingOff) {
  w.give("A", "COD", 100, months(0, 24));
  const auto sent = [&](const std::string& key) {
    w.rights.propose({.key = key, .kind = Kind::transfer, .instrument = "COD", .from = "A", .to = "B", .quantity = 1,
                      .term = months(1, 5), .delay_days = 1},
                     first);
    return w.rights.approve(key, second).state;
  };
  EXPECT_EQ(sent("T1"), TransactionState::delayed);
  setups.propose("LIST", {.kind = SetupKind::trust, .account = "A", .trusted = "B", .working_days = 2}, first);
  EXPECT_EQ(code_of([&] { setups.approve(std::vector<std::string>{"LIST"}, first); }), "same_person");
  EXPECT_TRUE(w.rights.trusted("A").empty());
  setups.approve(std::vector<std::string>{"LIST"}, second);
  const auto list = w.rights.trusted("A");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].account, "B");
  EXPECT_GT(list[0].from, w.clock.now());
  EXPECT_EQ(sent("T2"), TransactionState::delayed);  // not yet
  w.clock.set(list[0].from);
  EXPECT_EQ(sent("T3"), TransactionState::completed);
  EXPECT_EQ(code_of([&] { setups.propose("AGAIN", {.kind = SetupKind::trust, .account = "A", .trusted = "B"}, first); }), "bad_value");
  setups.propose("OFF", {.kind = SetupKind::distrust, .account = "A", .trusted = "B"}, first);
  EXPECT_TRUE(w.rights.trusted("A").empty());  // it only takes away: at once, by one person
  EXPECT_EQ(setups.change("OFF").state, TransactionState::completed);
  setups.propose("OFF", {.kind = SetupKind::distrust, .account = "A", .trusted = "B"}, first);  // a retry
  EXPECT_EQ(sent("T4"), TransactionState::delayed);
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(SetupsOn, AnExaminationNamesEverythingAndWritesNothing) {
  w.give("A", "COD", 100, months(0, 24));
  w.rights.set_permit("B", "P-B", Month{jan + 6}, pair);
  Proposal p{.key = "T", .kind = Kind::transfer, .instrument = "COD", .from = "A", .to = "B", .quantity = 50,
             .term = months(1, 5)};
  EXPECT_EQ(against(p), Codes{});
  p.term = months(1, 12);
  EXPECT_EQ(against(p), Codes{"beyond_permit"});
  p.quantity = 500;  // too much, and beyond the receiver's permit
  EXPECT_EQ(against(p), (Codes{"insufficient", "beyond_permit"}));
  p.term.reset();
  EXPECT_EQ(against(p), Codes{"bad_term"});
  p.instrument = "NONE";
  EXPECT_EQ(against(p), Codes{"unknown_instrument"});
  // What only the completion would find.
  EXPECT_EQ(against({.key = "I", .kind = Kind::issue, .instrument = "COD", .from = "ISS", .to = "A",
                     .quantity = 1'000'000, .term = months(0, 2)}),
            Codes{"over_cap"});
  // Got free of charge: the fee comes first.
  w.give("RES", "COD", 100, months(0, 24));
  w.done({.kind = Kind::allocate, .instrument = "COD", .from = "RES", .to = "C", .quantity = 40, .term = months(0, 24),
          .unpaid = true});
  EXPECT_EQ(against({.key = "U", .kind = Kind::transfer, .instrument = "COD", .from = "C", .to = "A", .quantity = 10,
                     .term = months(1, 3)}),
            Codes{"fee_unpaid"});
  EXPECT_TRUE(w.rights.waiting().empty());
}

TEST_P(SetupsOn, TheChainLeadsFromTheCapToToday) {
  w.give("RES", "COD", 500, months(0, 24));
  w.done({.key = "OTHER", .kind = Kind::allocate, .instrument = "COD", .from = "RES", .to = "C", .quantity = 40,
          .term = months(0, 24)});
  w.done({.key = "TO-A", .kind = Kind::allocate, .instrument = "COD", .from = "RES", .to = "A", .quantity = 40,
          .term = months(0, 24)});
  w.done({.key = "PLEDGED", .kind = Kind::pledge, .instrument = "COD", .from = "A", .quantity = 1,
          .term = months(6, 12), .beneficiary = "bank"});
  w.done({.key = "SALE", .kind = Kind::transfer, .instrument = "COD", .from = "A", .to = "B", .quantity = 10,
          .term = months(6, 12), .certificate = "Z-"});
  w.done({.key = "LATER", .kind = Kind::allocate, .instrument = "COD", .from = "RES", .to = "A", .quantity = 5,
          .term = months(12, 24)});
  const auto keys = [](const std::vector<Transaction>& all) {
    Codes out;
    for (const auto& x : all) out.push_back(x.key);
    return out;
  };
  // Nothing of what others got beside, nor of what the seller got after he sold.
  EXPECT_EQ(keys(w.rights.chain("B", "COD", {})), (Codes{"K1", "TO-A", "SALE"}));
  EXPECT_EQ(keys(w.rights.chain("A", "COD", Term{{jan}, {jan + 1}})), (Codes{"K1", "TO-A"}));
  EXPECT_EQ(w.rights.caps_set("COD").size(), 1u);
  EXPECT_EQ(w.rights.certificates_of("B").size(), 1u);
  EXPECT_EQ(w.rights.certificate("Z-000001")->holder, "pb");
  EXPECT_FALSE(w.rights.certificate("Z-000002"));
  w.done({.key = "F", .kind = Kind::freeze, .instrument = "COD", .from = "B", .quantity = 4, .term = months(6, 9),
          .authority = "法院"});
  ASSERT_EQ(w.rights.freezes("B").size(), 1u);
  EXPECT_EQ(w.rights.freezes("B")[0].quantity, 4);
  w.done({.kind = Kind::unfreeze, .refers = "F"});
  EXPECT_TRUE(w.rights.freezes("").empty());
}

TEST_P(SetupsOn, TheVerifierComparesCertificatesPermitsAndTrust) {
  w.rights.set_permit("A", "P-A", Month{jan + 60}, pair);
  w.rights.set_permit("B", "P-B", Month{jan + 60}, pair);
  w.rights.trust("A", "B", 0, pair);
  w.rights.trust("A", "C", 3, pair);
  w.rights.distrust("A", "C", pair);
  w.give("A", "COD", 100, months(0, 24));
  w.done({.key = "T", .kind = Kind::transfer, .instrument = "COD", .from = "A", .to = "B", .quantity = 10,
          .term = months(6, 12), .certificate = "Z-"});
  w.done({.key = "L", .kind = Kind::lease, .instrument = "COD", .from = "A", .to = "B", .quantity = 20,
          .term = months(2, 8), .max_months = 12, .certificate = "Z-"});
  w.done({.key = "LR", .kind = Kind::lease_return, .term = months(5, 8), .refers = "L"});
  w.done({.key = "V", .kind = Kind::convert, .instrument = "COD", .from = "A", .to = "C", .quantity = 9,
          .term = months(0, 3), .ratio = {1, 2}, .retired_to = "RET"});
  ASSERT_EQ(w.troubles(), "");
  EXPECT_EQ(w.rights.permit_changes("P-A").size(), 4u);
  EXPECT_EQ(code_of([&] {
              w.done({.kind = Kind::pledge, .instrument = "COD", .from = "A", .quantity = 1, .term = months(1, 2),
                      .beneficiary = "b", .certificate = "Z-"});
            }),
            "bad_value");
  const auto rules_after = [&](const std::string& sql, const std::string& undo) {
    w.database.db().write([&](store::Transaction& t) { t.execute(sql); });
    Codes out;
    for (const Fault& fault : w.rights.check()) out.push_back(fault.rule);
    w.database.db().write([&](store::Transaction& t) { t.execute(undo); });
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
    return out;
  };
  EXPECT_EQ(rules_after("UPDATE right_certificate SET holder = 'pc' WHERE number = 'Z-000001'",
                        "UPDATE right_certificate SET holder = 'pb' WHERE number = 'Z-000001'"),
            Codes{"certificate"});
  EXPECT_EQ(rules_after("UPDATE right_certificate SET number = 'Z-000009' WHERE number = 'Z-000002'",
                        "UPDATE right_certificate SET number = 'Z-000002' WHERE number = 'Z-000009'"),
            Codes{"certificate"});
  EXPECT_EQ(rules_after("UPDATE right_permit_change SET quantity = quantity + 1 WHERE transaction_key = 'T'",
                        "UPDATE right_permit_change SET quantity = quantity - 1 WHERE transaction_key = 'T'"),
            Codes{"permit"});
  EXPECT_EQ(rules_after("UPDATE right_trust SET active_from = active_from + 1",
                        "UPDATE right_trust SET active_from = active_from - 1"),
            Codes{"trust"});
  EXPECT_EQ(w.troubles(), "");
}

}  // namespace
}  // namespace tributary::rights::testing
