// A fault at every write of every step: nothing half-done stays, and the same step again passes.
#include "bank/bank_testing.h"

#include <thread>

#include <gtest/gtest.h>

namespace tributary::bank {
namespace {

using testing::code_of;
using testing::Office;

class BankFaults : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, BankFaults, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

// Every write to the tables of money counts down; the one that reaches zero fails.
void arm(store::Database& db, std::vector<std::string>& tables) {
  db.write([&](store::Transaction& t) {
    const bool sqlite = t.dialect() == store::Dialect::sqlite;
    for (const auto& row : t.query(sqlite ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                          : "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
      for (const char* head : {"bank_", "right_", "ledger_", "statement"})
        if (row.text(0).starts_with(head)) tables.push_back(row.text(0));
    t.execute("CREATE TABLE bomb (left_ones BIGINT NOT NULL)");
    t.execute("INSERT INTO bomb VALUES (0)");
    if (!sqlite)
      t.execute(
          "CREATE FUNCTION bomb() RETURNS trigger AS $$ BEGIN UPDATE bomb SET left_ones = left_ones - 1; IF (SELECT "
          "left_ones FROM bomb) = 0 THEN RAISE EXCEPTION 'boom'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; "
          "RETURN NEW; END $$ LANGUAGE plpgsql");
    for (const std::string& table : tables)
      for (const char* what : {"INSERT", "UPDATE", "DELETE"})
        t.execute(sqlite ? fmt::format("CREATE TRIGGER bomb_{0}_{1} BEFORE {1} ON {0} BEGIN UPDATE bomb SET left_ones = "
                                       "left_ones - 1; SELECT RAISE(ABORT, 'boom') WHERE (SELECT left_ones FROM bomb) = 0; "
                                       "END",
                                       table, what)
                         : fmt::format("CREATE TRIGGER bomb_{0}_{1} BEFORE {1} ON {0} FOR EACH ROW EXECUTE FUNCTION bomb()",
                                       table, what));
  });
}

TEST_P(BankFaults, AFailedWriteLeavesNothing) {
  Office o(GetParam());
  o.post_statements();
  o.deposit("H-A", 50'000, "D");
  o.withdraw("H-A", 20'000, "W");
  o.payee("gov:1", "6222");
  auto& db = o.world.database.db();
  std::vector<std::string> tables;
  arm(db, tables);
  const auto contents = [&] {
    std::string out = o.rights.state_hash();
    db.read([&](store::Transaction& t) {
      for (const std::string& table : tables)
        out += fmt::format("{} {}\n", table, t.first(fmt::format("SELECT COUNT(*) FROM {}", table))->integer(0));
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
      db.write([&](store::Transaction& t) { t.execute("UPDATE bomb SET left_ones = ?", n); });
      if (code_of(work).empty()) break;
      ++failed;
      ASSERT_EQ(contents(), before) << name << " write " << n;
    }
    db.write([&](store::Transaction& t) { t.execute("UPDATE bomb SET left_ones = 0"); });
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
