// A fault at every write of every step: nothing half-done stays, and the same step again passes.
#include "bank/bank_testing.h"
#include "store/row_bomb_testing.h"

#include <thread>

#include <gtest/gtest.h>

namespace tributary::bank {
namespace {

using testing::code_of;
using testing::Office;

class BankFaults : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, BankFaults, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(BankFaults, AFailedWriteLeavesNothing) {
  Office o(GetParam());
  o.post_statements();
  o.deposit("H-A", 50'000, "D");
  o.withdraw("H-A", 20'000, "W");
  o.payee("gov:1", "6222");
  auto& db = o.world.database.db();
  store::RowBomb bomb(db, {"bank_", "right_", "ledger_", "statement"});
  const auto contents = [&] {
    std::string out = o.rights.state_hash() + bomb.counts();
    db.read([&](store::Transaction& t) {
      for (const auto& row : t.query("SELECT state FROM bank_batch ORDER BY number")) out += row.text(0) + "\n";
      for (const auto& row : t.query("SELECT state FROM bank_instruction ORDER BY batch, line")) out += row.text(0) + "\n";
      for (const auto& row : t.query("SELECT state FROM bank_entry ORDER BY seq")) out += row.text(0) + "\n";
      for (const auto& row : t.query("SELECT state FROM statement ORDER BY id")) out += row.text(0) + "\n";
    });
    return out;
  };
  const auto until_it_passes = [&](const char* name, const auto& work, int at_least) {
    const std::string before = contents();
    int failed = 0;
    for (int n = 1; n < 400; ++n) {
      bomb.set(n);
      if (code_of(work).empty()) break;
      ++failed;
      ASSERT_EQ(contents(), before) << name << " write " << n;
    }
    bomb.set(0);
    EXPECT_GE(failed, at_least) << name;
    EXPECT_NE(contents(), before) << name;
    ASSERT_EQ(o.troubles(), "") << name;
    ASSERT_EQ(o.bank->reconcile("MAIN", o.world.clock.today()).unexplained, 0) << name;
  };
  std::int64_t id = 0;
  until_it_passes("payee", [&] { id = o.bank->propose_payee({"gov:2", "乙", "某支行", "6333"}, "zhao", "来函"); }, 1);
  until_it_passes("payee agreed", [&] { o.agree(id); }, 2);
  until_it_passes("instruct", [&] { o.bank->instruct("MAIN", {}, "zhao", "结算"); }, 4);
  id = o.bank->proposals(true).at(0).id;
  until_it_passes("batch", [&] { o.agree(id); }, 2);
  const auto lines = o.bank->lines(1);
  ASSERT_EQ(lines.size(), 2U);
  until_it_passes(
      "import",
      [&] {
        o.import(200'000'000, {{"20201102", "1", -lines[0].fen, lines[0].reference},
                               {"20201102", "2", -lines[1].fen, lines[1].reference},
                               {"20201102", "3", 700, "H-A"},
                               {"20201102", "4", 5, "?"}});
      },
      15);
  id = o.bank->proposals(true).at(0).id;
  until_it_passes("deposit", [&] { o.agree(id); }, 10);
  until_it_passes("assign", [&] { id = o.bank->assign("MAIN", "4", "not_ours", "zhao", "利息"); }, 2);
  until_it_passes("assigned", [&] { o.agree(id); }, 2);
}

// The bank's answer arrives twice at the same time: one of the two finds it known.
TEST_P(BankFaults, TheSameFileTwiceAtOnceIsBookedOnce) {
  Office o(GetParam());
  o.post_statements();
  o.payee("gov:2", "6222");
  o.bank->instruct("MAIN", {}, "zhao", "结算");
  o.decide_open();
  const std::string bytes = Office::statement(
      200'000'000, {{"20201102", "1", -100'000'000, o.bank->lines(1)[0].reference}, {"20201102", "2", 7, "H-A"}});
  std::vector<std::string> faults(4);
  std::vector<ImportReport> reports(4);
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < faults.size(); ++i)
    clients.emplace_back([&, i] {
      try {
        const auto db = store::Database::open(o.world.database.url());
        const WorkCalendar calendar;
        rights::Rights rights(*db, "341602", o.world.clock, calendar);
        compensate::Compensation statements(*db, "341602", o.world.policy(), o.world.clock);
        Bank bank({*db, "341602", o.world.clock, o.layouts, rights, statements, Office::seal(), "pack 1"});
        reports[i] = bank.import("MAIN", "s.csv", bytes, "zhao");
      } catch (const std::exception& error) {
        faults[i] = error.what();
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(faults, std::vector<std::string>(4));
  std::size_t known = 0, matched = 0;
  for (const ImportReport& r : reports) {
    known += r.known;
    matched += r.matched;
  }
  EXPECT_EQ(known, 6U);
  EXPECT_EQ(matched, 1U);
  EXPECT_EQ(o.world.balance("fin", "cash"), -100'000'000);
  EXPECT_EQ(o.bank->entries("MAIN", "").size(), 2U);
  EXPECT_EQ(o.troubles(), "");
}

}  // namespace
}  // namespace tributary::bank
