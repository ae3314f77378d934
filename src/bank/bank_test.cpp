// From what is due to what the bank says of it, and back: two persons, no line twice, the difference explained.
#include "bank/bank_testing.h"
#include "bank/reference.h"
#include "compensate/statement_code.h"

#include <gtest/gtest.h>

namespace tributary::bank {
namespace {

using testing::code_of;
using testing::Line;
using testing::Office;

class BankDesk : public ::testing::TestWithParam<std::string> {
 protected:
  Office o{GetParam()};
  Bank& bank = *o.bank;
};
INSTANTIATE_TEST_SUITE_P(Databases, BankDesk, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(BankDesk, AStatementAndAWithdrawalGoOutAndComeBack) {
  o.post_statements();
  o.deposit("H-A", 50'000, "D-1");
  o.withdraw("H-A", 20'000, "W-1");
  auto waiting = bank.waiting("MAIN");
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].kind, "right");
  EXPECT_EQ(waiting[0].fen, 20'000);
  EXPECT_EQ(waiting[0].party, "gov:1");
  EXPECT_EQ(waiting[1].party, "gov:2");
  EXPECT_EQ(waiting[1].fen, 100'000'000);
  EXPECT_EQ(code_of([&] { bank.instruct("MAIN", {}, "zhao", "结算"); }), "nothing_payable");  // no account numbers
  EXPECT_EQ(code_of([&] { bank.instruct("MAIN", {"right:W-1"}, "zhao", "结算"); }), "no_payee");
  const auto payee = bank.propose_payee({"gov:1", "甲政府", "某支行", "62220001"}, "zhao", "来函");
  EXPECT_EQ(code_of([&] { bank.decide(payee, true, " ＺＨＡＯ", "自批"); }), "same_person");
  o.agree(payee);
  o.payee("gov:2", "62220002");
  const auto number = bank.instruct("MAIN", {}, "zhao", "结算");
  EXPECT_EQ(number, 1);
  EXPECT_TRUE(bank.waiting("MAIN").empty());
  EXPECT_EQ(code_of([&] { bank.file(1); }), "wrong_state");  // before another person looked at it
  const auto proposal = bank.proposals(true).at(0).id;
  EXPECT_EQ(code_of([&] { bank.decide(proposal, true, "zhao", "自批"); }), "same_person");
  o.agree(proposal);
  bank.decide(proposal, true, "qian", "已核对");  // a retry
  const std::string file = bank.file(1);
  EXPECT_EQ(sha256_hex(file), bank.batch(1).sha256);
  const auto lines = bank.lines(1);
  const std::string code =
      compensate::statement_code("341602", o.statements->statement(o.statement_of("gov:2")));
  EXPECT_EQ(to_utf8(file, Encoding::gb18030, "f"),
            "序号,收款账号,收款户名,开户行,金额,附言\r\n1,62220001,甲政府,某支行,200.00," + lines[0].reference +
                " 退回登记账户资金 H-A\r\n2,62220002,gov:2 户名,某支行,1000000.00," + lines[1].reference +
                " 生态保护补偿 " + code + "\r\n");
  // Nothing of a number stands in the clear.
  o.world.database.db().read([&](store::Transaction& t) {
    for (const char* sql : {"SELECT sealed FROM bank_payee", "SELECT sealed FROM bank_batch", "SELECT body FROM bank_proposal"})
      for (const auto& row : t.query(sql)) EXPECT_EQ(row.text(0).find("6222"), std::string::npos);
  });
  // Half a day: the ledger knows what the bank has not done.
  const Date today = o.world.clock.today();
  auto r = bank.reconcile("MAIN", today);
  EXPECT_EQ(r.bank, 0);
  EXPECT_EQ(r.ledger, 30'000);  // deposit and withdrawal; the statement is not paid yet
  EXPECT_EQ(r.unexplained, 0);
  ASSERT_EQ(r.differences.size(), 2U);
  EXPECT_EQ(r.differences[0].why, "booked");
  EXPECT_EQ(r.differences[0].fen, -50'000);
  EXPECT_EQ(r.differences[1].why, "instructed");
  EXPECT_EQ(r.differences[1].fen, 20'000);
  const std::vector<Line> said{{"20201102", "S1", 50'000, "缴存 H-A"},
                               {"20201102", "S2", -20'000, lines[0].reference},
                               {"20201102", "S3", -100'000'000, "付 " + lines[1].reference + " 补偿"},
                               {"20201102", "S4", 777, "利息"}};
  const auto report = o.import(200'000'000, said);
  EXPECT_EQ(report.matched, 2U);
  EXPECT_EQ(report.proposed, 0U);
  EXPECT_EQ(report.unmatched, 2U);
  EXPECT_EQ(bank.batch(1).state, "acknowledged");
  for (const auto& line : bank.lines(1)) EXPECT_EQ(line.state, "paid");
  const auto paid = o.statements->statement(o.statement_of("gov:2"));
  EXPECT_EQ(paid.state, compensate::StatementState::paid);
  EXPECT_NE(paid.events.back().note.find("S3"), std::string::npos);
  EXPECT_EQ(o.world.balance("fin", "cash"), -100'000'000);
  // The same file again changes nothing, not even a row.
  const auto before = o.world.row_counts();
  EXPECT_EQ(o.import(200'000'000, said).known, 4U);
  EXPECT_EQ(o.world.row_counts(), before);
  // The deposit was entered by hand already: joined to the line instead of made twice.
  EXPECT_NE(bank.entries("MAIN", "unmatched").at(0).note.en.find("D-1"), std::string::npos);
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "S1", "right:W-1", "zhao", "即此"); }), "not_payable");
  o.agree(bank.assign("MAIN", "S1", "right:D-1", "zhao", "已手工登记"));
  o.agree(bank.assign("MAIN", "S4", "not_ours", "zhao", "利息另账"));
  r = bank.reconcile("MAIN", today);
  EXPECT_EQ(r.unexplained, 0);
  ASSERT_EQ(r.differences.size(), 2U);
  EXPECT_EQ(r.differences[0].why, "not_ours");
  EXPECT_EQ(r.differences[1].why, "opening");
  EXPECT_EQ(r.bank - r.ledger, 200'000'777);
  EXPECT_EQ(o.troubles(), "");
}

TEST_P(BankDesk, WhatComesInIsBookedOnce) {
  o.post_statements();
  const auto id = o.statement_of("gov:1");
  const auto s = o.statements->statement(id);
  const auto report = o.import(0, {{"20201102", "1", 999, "H-A"},
                                   {"20201102", "2", 500, "存入 h-b, 谢谢"},
                                   {"20201102", "3", 10, "H-A H-B"},
                                   {"20201102", "4", 10, "XH-A"}});
  EXPECT_EQ(report.proposed, 2U);
  EXPECT_EQ(report.unmatched, 2U);
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "1", "account:H-B", "zhao", "x"); }), "wrong_state");
  for (const auto& p : bank.proposals(true))
    EXPECT_EQ(code_of([&] { bank.decide(p.id, true, "zhao", "x"); }), "same_person");
  o.decide_open();
  EXPECT_EQ(o.rights.holdings({.account = "H-A"}).at(0).free, 999);
  EXPECT_EQ(o.rights.holdings({.account = "H-B"}).at(0).free, 500);
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "3", "account:NONE", "zhao", "x"); }), "unknown_account");
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "3", "nonsense", "zhao", "x"); }), "bad_value");
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "9", "not_ours", "zhao", "x"); }), "unknown_line");
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "3", "statement:" + std::to_string(id), "zhao", "x"); }), "not_payable");
  o.agree(bank.assign("MAIN", "3", "account:H-A", "zhao", "电话核实"));
  EXPECT_EQ(o.rights.holdings({.account = "H-A"}).at(0).free, 1009);
  const auto r = bank.reconcile("MAIN", o.world.clock.today());
  EXPECT_EQ(r.unexplained, 0);
  EXPECT_EQ(r.bank, 1519);
  EXPECT_EQ(r.ledger, 1509);
  EXPECT_EQ(s.amount, 200'000'000);
  EXPECT_EQ(o.troubles(), "");
}

TEST_P(BankDesk, AStatementIsPaidInByTheCodeOnItsPaper) {
  o.post_statements();
  const auto id = o.statement_of("gov:1");
  const auto s = o.statements->statement(id);
  const std::string code = compensate::statement_code("341602", s);
  const std::string wrong = code.substr(0, code.size() - 1) + (code.back() == '0' ? '1' : '0');
  const auto report = o.import(0, {{"20201102", "1", s.amount, "生态补偿 " + wrong},
                                   {"20201102", "2", s.amount - 1, "生态补偿 " + code},
                                   {"20201102", "3", s.amount, "生态补偿（" + code + "）"},
                                   {"20201103", "4", s.amount, code}});
  EXPECT_EQ(report.matched, 1U);
  EXPECT_EQ(report.unmatched, 3U);
  EXPECT_EQ(o.statements->statement(id).state, compensate::StatementState::paid);
  EXPECT_EQ(o.world.balance("fin", "cash"), s.amount);
  EXPECT_NE(bank.entries("MAIN", "unmatched").back().note.en.find("settled already by line 3"), std::string::npos);
  EXPECT_EQ(bank.reconcile("MAIN", parse_date("2020-11-02")).unexplained, 0);
}

TEST_P(BankDesk, ABatchIsRefusedWithdrawnOrFails) {
  o.deposit("H-A", 1'000, "D");
  o.payee("gov:1", "6222");
  o.withdraw("H-A", 300, "W");
  bank.instruct("MAIN", {}, "zhao", "退款");
  EXPECT_EQ(code_of([&] { bank.instruct("MAIN", {}, "sun", "再来"); }), "nothing_payable");  // never in two batches
  EXPECT_EQ(code_of([&] { bank.propose_withdrawal(1, "zhao", "x"); }), "wrong_state");
  o.decide_open(false);
  EXPECT_EQ(bank.batch(1).state, "refused");
  EXPECT_EQ(bank.instruct("MAIN", {"right:W"}, "zhao", "退款"), 2);
  o.payee("gov:1", "6333");  // changed between draft and approval
  EXPECT_EQ(code_of([&] { o.decide_open(); }), "not_payable");
  o.decide_open(false);
  EXPECT_EQ(bank.instruct("MAIN", {}, "zhao", "退款"), 3);
  o.decide_open();
  const auto withdrawal = bank.propose_withdrawal(3, "qian", "写错");
  EXPECT_EQ(code_of([&] { bank.propose_withdrawal(3, "sun", "x"); }), "proposal_open");
  EXPECT_EQ(code_of([&] { bank.decide(withdrawal, true, "qian", "x"); }), "same_person");
  bank.decide(withdrawal, true, "zhao", "同意撤回");
  EXPECT_EQ(bank.batch(3).state, "withdrawn");
  EXPECT_EQ(code_of([&] { bank.file(3); }), "wrong_state");
  const auto old = bank.lines(3).at(0).reference;
  EXPECT_EQ(bank.instruct("MAIN", {}, "zhao", "退款"), 4);
  o.decide_open();
  EXPECT_EQ(code_of([&] { bank.propose_failed(bank.lines(4).at(0).reference, "zhao", "x"); }), "wrong_state");
  bank.acknowledge(4, "柜台回执 7");
  EXPECT_EQ(code_of([&] { bank.propose_withdrawal(4, "zhao", "x"); }), "wrong_state");
  o.agree(bank.propose_failed(bank.lines(4).at(0).reference, "zhao", "户名不符"));
  EXPECT_EQ(bank.lines(4).at(0).state, "failed");
  EXPECT_EQ(bank.instruct("MAIN", {}, "zhao", "退款"), 5);
  o.decide_open();
  // The bank carries out a withdrawn one nevertheless, a mistyped one, one of another amount, and the same twice.
  const std::string live = bank.lines(5).at(0).reference;
  std::string mistyped = live;
  std::swap(mistyped[4 + 5], mistyped[4 + 9]);
  const auto report = o.import(10'000, {{"20201102", "a", -300, old},
                                        {"20201102", "b", -300, mistyped},
                                        {"20201102", "c", -299, live},
                                        {"20201102", "d", -300, live},
                                        {"20201102", "e", -300, live},
                                        {"20201103", "f", 300, "退汇 " + live}});
  EXPECT_EQ(report.matched, 1U);
  EXPECT_EQ(report.unmatched, 5U);
  const auto left = bank.entries("MAIN", "unmatched");
  EXPECT_NE(left[0].note.en.find("withdrawn"), std::string::npos) << left[0].note.en;
  EXPECT_NE(left[1].note.en.find("check digits"), std::string::npos) << left[1].note.en;
  EXPECT_NE(left[2].note.en.find("differ"), std::string::npos) << left[2].note.en;
  EXPECT_NE(left[3].note.en.find("line d"), std::string::npos) << left[3].note.en;
  EXPECT_NE(left[4].note.en.find("came back"), std::string::npos) << left[4].note.en;
  EXPECT_EQ(bank.reconcile("MAIN", o.world.clock.today()).unexplained, 0);
  EXPECT_EQ(bank.batches().size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(bank.batches()[i].number, 5 - static_cast<std::int64_t>(i));
}

TEST_P(BankDesk, WhoConfirmedDoesNotPayByImportingEither) {
  o.post_statements();
  o.payee("gov:2", "6222");
  bank.instruct("MAIN", {}, "zhao", "结算");
  o.decide_open();
  const auto report = bank.import("MAIN", "s.csv", Office::statement(200'000'000, {{"20201102", "1", -100'000'000, bank.lines(1)[0].reference}}), "head");
  EXPECT_EQ(report.unmatched, 1U);
  const auto subject = "statement:" + std::to_string(o.statement_of("gov:2"));
  const auto id = bank.assign("MAIN", "1", subject, "head", "确认人不得登记付款");
  o.agree(id);
  EXPECT_EQ(o.statements->statement(o.statement_of("gov:2")).state, compensate::StatementState::paid);
  EXPECT_EQ(bank.lines(1)[0].state, "paid");
}

// A corrected statement waits until the instruction for the earlier one is withdrawn: else both would be paid.
TEST_P(BankDesk, WhatSupersedesAnInstructedStatementWaits) {
  o.post_statements();
  o.payee("gov:2", "6222");
  bank.instruct("MAIN", {}, "zhao", "结算");
  o.decide_open();
  const auto old = o.statement_of("gov:2");
  o.world.clock.set({o.world.clock.now().seconds + 60});
  o.world.import("corrected.csv", {{"乙断面", "2020-10-08", "5.0", "0.4", "0.08"}});
  o.world.clock.set({o.world.clock.now().seconds + 60});
  o.post_statements();
  const auto now = o.statements->statement(o.statement_of("gov:2"));
  ASSERT_EQ(now.supersedes, old);
  EXPECT_EQ(now.amount, 50'000'000);
  EXPECT_TRUE(bank.waiting("MAIN").empty());
  bank.decide(bank.propose_withdrawal(1, "zhao", "已更正"), true, "qian", "同意");
  ASSERT_EQ(bank.waiting("MAIN").size(), 1U);
  EXPECT_EQ(bank.waiting("MAIN")[0].fen, 50'000'000);
}

// A deposit entered by hand is not made again by its line; two of the same amount are two, when somebody says so.
TEST_P(BankDesk, ADepositByHandIsNotMadeTwice) {
  EXPECT_EQ(o.import(0, {{"20201102", "1", 700, "缴存 H-A"}}).proposed, 1U);  // before it is entered by hand
  const auto early = bank.proposals(true).at(0).id;
  o.deposit("H-A", 700, "D-1");
  EXPECT_EQ(code_of([&] { o.agree(early); }), "not_payable");
  bank.decide(early, false, "qian", "已手工登记");
  EXPECT_EQ(o.import(700, {{"20201103", "2", 700, "缴存 H-A"}, {"20201103", "3", 701, "H-A"}, {"20201103", "4", 700, "H-B"}}).unmatched, 1U);
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "1", "account:H-A", "zhao", "缴存"); }), "not_payable");
  o.agree(bank.assign("MAIN", "1", "right:D-1", "zhao", "即此"));
  o.agree(bank.assign("MAIN", "2", "account:H-A", "zhao", "缴存"));  // D-1 has its line now
  o.deposit("H-A", 701, "D-2");
  for (const Proposal& p : bank.proposals(true))
    code_of([&] { bank.decide(p.id, p.subject == "MAIN/4", "qian", "已核对"); });
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "3", "account:H-A", "zhao", "不是 D-21，另一笔"); }), "not_payable");
  o.agree(bank.assign("MAIN", "3", "account:H-A", "zhao", "不是 D-2，另一笔"));
  EXPECT_EQ(o.rights.holdings({.account = "H-A"}).at(0).free, 700 + 700 + 701 + 701);
  EXPECT_EQ(o.rights.holdings({.account = "H-B"}).at(0).free, 700);
  o.propose_deposit("H-B", 55, "D-3");  // and one that waits for the second person is one already
  o.import(2801, {{"20201104", "5", 55, "H-B"}});
  EXPECT_EQ(code_of([&] { bank.assign("MAIN", "5", "account:H-B", "zhao", "缴存"); }), "not_payable");
  o.rights.reject("D-3", {"qian", "", "重复", "pack 1"});
  o.agree(bank.assign("MAIN", "5", "account:H-B", "zhao", "缴存"));
  EXPECT_EQ(o.rights.holdings({.account = "H-B"}).at(0).free, 700 + 55);
  EXPECT_EQ(o.troubles(), "");
}

// The bank paid before it could be told: that counts for what the corrected statement owes.
TEST_P(BankDesk, WhatTheBankPaidOfASupersededStatementCounts) {
  for (const bool withdrawn : {false, true}) {
    Office at(GetParam());
    at.post_statements();
    at.payee("gov:2", "6222");
    at.bank->instruct("MAIN", {}, "zhao", "结算");
    at.decide_open();
    const auto old = at.statement_of("gov:2");
    if (withdrawn) at.bank->decide(at.bank->propose_withdrawal(1, "zhao", "已更正"), true, "qian", "同意");
    at.world.clock.set({at.world.clock.now().seconds + 60});
    at.world.import("corrected.csv", {{"乙断面", "2020-10-08", "5.0", "0.4", "0.08"}});
    at.world.clock.set({at.world.clock.now().seconds + 60});
    at.post_statements();
    const auto now = at.statement_of("gov:2");
    ASSERT_EQ(at.statements->statement(now).supersedes, old);
    EXPECT_EQ(code_of([&] { at.bank->assign("MAIN", "1", "statement:" + std::to_string(old), "zhao", "x"); }), "unknown_line");
    const auto report = at.import(200'000'000, {{"20201102", "1", -100'000'000, at.bank->lines(1)[0].reference}});
    EXPECT_EQ(report.matched, withdrawn ? 0U : 1U);
    if (withdrawn) at.agree(at.bank->assign("MAIN", "1", "statement:" + std::to_string(old), "zhao", "银行已付"));
    EXPECT_EQ(at.statements->statement(old).state, compensate::StatementState::paid);
    EXPECT_EQ(at.world.balance("fin", "cash"), -100'000'000);
    EXPECT_TRUE(at.bank->waiting("MAIN").empty());  // gov:2 owes half of it back
    const std::string code = compensate::statement_code("341602", at.statements->statement(now));
    EXPECT_EQ(at.import(100'000'000, {{"20201103", "2", 50'000'000, "退回 " + code}}).matched, 1U);
    EXPECT_EQ(at.world.balance("fin", "cash"), -50'000'000);
    EXPECT_EQ(at.world.balance("gov:2", "settlement"), 0);
    EXPECT_EQ(at.bank->reconcile("MAIN", at.world.clock.today() + std::chrono::days{1}).unexplained, 0);
    EXPECT_EQ(at.troubles(), "");
  }
}

// Once the successor is paid, what comes of the old instruction is money too much: for people, in the list.
TEST_P(BankDesk, NothingIsNettedWithAPaidSuccessor) {
  o.post_statements();
  o.payee("gov:2", "6222");
  bank.instruct("MAIN", {}, "zhao", "结算");
  o.decide_open();
  o.world.clock.set({o.world.clock.now().seconds + 60});
  o.world.import("corrected.csv", {{"乙断面", "2020-10-08", "5.0", "0.4", "0.08"}});
  o.world.clock.set({o.world.clock.now().seconds + 60});
  o.post_statements();
  o.statements->pay(o.statement_of("gov:2"), "clerk", "网银 18");
  const std::string reference = bank.lines(1)[0].reference;
  EXPECT_EQ(code_of([&] { bank.file(1); }), "not_payable");
  EXPECT_EQ(o.import(200'000'000, {{"20201102", "1", -100'000'000, reference}}).unmatched, 1U);
  EXPECT_EQ(bank.batch(1).state, "acknowledged");
  EXPECT_EQ(code_of([&] { bank.propose_withdrawal(1, "zhao", "x"); }), "wrong_state");
  EXPECT_EQ(code_of([&] { bank.propose_failed(reference, "zhao", "x"); }), "wrong_state");
  EXPECT_EQ(o.world.balance("fin", "cash"), -50'000'000);
  o.agree(bank.assign("MAIN", "1", "not_ours", "zhao", "多付，另行追回"));
  o.agree(bank.propose_failed(reference, "zhao", "多付，另行追回"));
  EXPECT_EQ(bank.reconcile("MAIN", o.world.clock.today()).unexplained, 0);
  EXPECT_EQ(o.troubles(), "");
}

// What somebody paid by hand meanwhile goes to the bank neither from the draft nor from the approved batch.
TEST_P(BankDesk, WhatIsPaidMeanwhileDoesNotGoOut) {
  for (const bool approved : {false, true}) {
    Office at(GetParam());
    at.post_statements();
    at.payee("gov:2", "6222");
    at.bank->instruct("MAIN", {}, "zhao", "结算");
    if (approved) at.decide_open();
    const auto id = at.statement_of("gov:2");
    at.statements->pay(id, "clerk", "网银 17");
    if (!approved) {
      EXPECT_EQ(code_of([&] { at.decide_open(); }), "not_payable");
      at.decide_open(false);
      EXPECT_EQ(at.bank->batch(1).state, "refused");
    } else {
      EXPECT_EQ(code_of([&] { at.bank->file(1); }), "not_payable");
      at.bank->decide(at.bank->propose_withdrawal(1, "zhao", "已手工付款"), true, "qian", "同意");
    }
    EXPECT_TRUE(at.bank->waiting("MAIN").empty());
    EXPECT_EQ(at.world.balance("fin", "cash"), -100'000'000);
    // The payment by hand comes in, and is joined to what is booked.
    at.import(200'000'000, {{"20201102", "1", -100'000'000, "补偿"}});
    at.agree(at.bank->assign("MAIN", "1", "statement:" + std::to_string(id), "zhao", "网银 17"));
    EXPECT_EQ(at.world.balance("fin", "cash"), -100'000'000);
    EXPECT_EQ(at.bank->reconcile("MAIN", at.world.clock.today()).unexplained, 0);
  }
}

TEST_P(BankDesk, FilesGoOnFromOneAnother) {
  o.import(100, {{"20201101", "1", 5, "a"}, {"20201101", "2", 5, "b"}}, "one.csv");
  const auto before = o.world.row_counts();
  EXPECT_EQ(code_of([&] { o.import(115, {{"20201102", "4", 5, "d"}}); }), "gap");
  EXPECT_EQ(code_of([&] { o.import(100, {{"20201031", "0", 5, "d"}, {"20201101", "1", 5, "a"}}); }), "gap");
  try {
    o.import(100, {{"20201101", "1", 5, "a"}, {"20201101", "2", 6, "b"}}, "two.csv");
    FAIL();
  } catch (const BadFile& e) {
    ASSERT_EQ(e.faults().size(), 1U);
    EXPECT_EQ(e.code().name, "serial_conflict");
    EXPECT_EQ(e.where().file, "two.csv");
    EXPECT_NE(e.message().en.find("one.csv line 4"), std::string::npos) << e.message().en;
    EXPECT_NE(e.message().en.find("0.05"), std::string::npos);
    EXPECT_NE(e.message().en.find("0.06"), std::string::npos);
  }
  EXPECT_EQ(o.world.row_counts(), before);
  const auto report = o.import(105, {{"20201101", "2", 5, "b"}, {"20201102", "3", -10, "c"}});
  EXPECT_EQ(report.known, 1U);
  EXPECT_EQ(report.unmatched, 1U);
  EXPECT_EQ(bank.reconcile("MAIN", parse_date("2020-11-01")).bank, 110);
  EXPECT_EQ(bank.reconcile("MAIN", parse_date("2020-11-02")).bank, 100);
  EXPECT_EQ(bank.entries("", "")[0].other_account, "6222000000000001");
}

// Whatever was altered behind the program's back is no reason of its own.
TEST_P(BankDesk, WhatTheTablesContradictIsUnexplained) {
  for (const bool balances : {true, false}) {
    Office at(GetParam());
    if (!balances) {
      std::string text = testing::bank_yaml;
      const std::string column = ", balance: 余额";
      text.erase(text.find(column), column.size());
      at.layouts = {testing::test_layout(text)};
    }
    at.post_statements();
    at.payee("gov:2", "6222");
    at.bank->instruct("MAIN", {}, "zhao", "结算");
    at.decide_open();
    at.deposit("H-B", 70, "D");
    at.import(200'000'000, {{"20201101", "1", -100'000'000, at.bank->lines(1)[0].reference}, {"20201101", "2", 5, "利息"}});
    const Date today = at.world.clock.today(), before = parse_date("2020-11-01");
    ASSERT_LT(before, today);
    const auto whys = [&](Date day) {
      std::string out;
      for (const Difference& d : at.bank->reconcile("MAIN", day).differences) out += d.why + " ";
      return out;
    };
    const std::string opening = balances ? "opening " : "";
    EXPECT_EQ(whys(before), "unmatched " + opening + "later ");  // the bank was quicker than the book
    EXPECT_EQ(whys(today), "unmatched " + opening + "booked ");
    EXPECT_EQ(at.bank->reconcile("MAIN", before).unexplained, 0);
    EXPECT_EQ(at.bank->reconcile("MAIN", today).unexplained, 0);
    const auto alter = [&](const char* sql) {
      at.world.database.db().write([&](store::Transaction& t) { EXPECT_EQ(t.execute(sql), 1); });
    };
    alter("UPDATE bank_entry SET fen = fen + 3 WHERE serial = '1'");
    EXPECT_NE(at.bank->reconcile("MAIN", before).unexplained, 0);
    EXPECT_NE(at.bank->reconcile("MAIN", today).unexplained, 0);
    EXPECT_NE(whys(today).find("unexplained"), std::string::npos);
    alter("UPDATE bank_entry SET fen = fen - 3 WHERE serial = '1'");
    EXPECT_EQ(at.bank->reconcile("MAIN", today).unexplained, 0);
    // A payment in the ledger that no statement and no transaction accounts for.
    alter("UPDATE statement SET state = 'posted' WHERE state = 'paid'");
    alter("UPDATE bank_entry SET state = 'unmatched', kind = NULL, subject = NULL WHERE serial = '1'");
    EXPECT_EQ(at.bank->reconcile("MAIN", today).unexplained, 100'000'000);
  }
}

// However long the history: a list opens what it shows.
TEST_P(BankDesk, AListOfLinesIsReadByThePage) {
  o.import(0, {{"20201101", "1", 5, "a"}, {"20201101", "2", -5, "b"}, {"20201101", "3", 5, "c"}, {"20201102", "4", 7, "d"}});
  o.agree(bank.assign("MAIN", "2", "not_ours", "zhao", "手续费"));
  int opened = 0;
  Seal seal = Office::seal();
  const auto open = seal.open;
  seal.open = [&](const std::string& sealed, const std::string& place) {
    ++opened;
    return open(sealed, place);
  };
  const Bank counted(Desk{o.world.database.db(), compensate::testing::World::tenant, o.world.clock, o.layouts, o.rights,
                          *o.statements, seal, "pack 1"});
  const auto serials = [&](const std::string& account, const std::string& state, const EntryPlace& after, int most) {
    std::string out;
    for (const Entry& e : counted.entries(account, state, after, most)) out += e.serial + " ";
    return out;
  };
  for (const char* account : {"", "MAIN"}) {
    opened = 0;
    EXPECT_EQ(serials(account, "", {}, 2), "1 2 ");
    EXPECT_EQ(opened, 2);
    EXPECT_EQ(serials(account, "", {"MAIN", 2}, 1), "3 ");
    EXPECT_EQ(serials(account, "", {"MAIN", 4}, 9), "");
    EXPECT_EQ(serials(account, "unmatched", {"MAIN", 1}, 1), "3 ");
    EXPECT_EQ(opened, 4);
    EXPECT_EQ(serials(account, "not_ours", {}, 9), "2 ");
    EXPECT_EQ(serials(account, "matched", {}, 9), "");
  }
  EXPECT_EQ(serials("", "", {"LATER", 0}, 9), "1 2 3 4 ");
  EXPECT_EQ(serials("", "", {"NEXT", 0}, 9), "");
  EXPECT_EQ(serials("OTHER", "", {}, 9), "");
}

TEST_P(BankDesk, TheKeepersOfKeysSeeEverySealedText) {
  o.payee("gov:1", "6222");
  o.deposit("H-A", 1'000, "D");
  o.withdraw("H-A", 300, "W");
  bank.instruct("MAIN", {}, "zhao", "退款");
  o.import(0, {{"20201101", "1", 5, "a"}});
  std::vector<std::string> places;
  each_sealed(o.world.database.db(), "341602", [&](const std::string& sealed, const std::string& place) {
    places.push_back(place);
    return std::optional(Office::seal().close(Office::seal().open(sealed, place) + " ", place));
  });
  EXPECT_EQ(places, (std::vector<std::string>{"bank/341602/payee/gov:1", "bank/341602/payee/gov:1", "bank/341602/batch/1",
                                              "bank/341602/entry/MAIN/1"}));
  EXPECT_EQ(bank.payee("gov:1")->number, "6222");
  EXPECT_EQ(bank.entries("MAIN", "").at(0).other_name, "某某");
}

}  // namespace
}  // namespace tributary::bank
