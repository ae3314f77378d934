// check() finds what somebody did to the tables behind the ledger's back.
#include "ledger/ledger.h"
#include "store/codes.h"
#include "store/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::ledger {

namespace {

struct Damage {
  const char* name;
  const char* sql;
  std::vector<std::string> rules;  // each must be among those reported
};

// The ledger of the test: accounts 1 treasury, 2 town (floor 0), 3 plant (closed), 4 cap (COD/kg), 5 permit.
// Transfers: 1 P1 1→2 100; 2+3 D1 4→5 30, D2 2→1 40; 4 H1 2→1 20 pending; 5 H2 2→1 10; 6 S2 settles H2
// with 4.
const std::vector<Damage> damages = {
    {"balance", "UPDATE ledger_balance SET posted = posted + 1 WHERE account = 1", {"balance", "unit_sum"}},
    {"pending", "UPDATE ledger_balance SET pending_in = 0 WHERE account = 1", {"balance"}},
    {"thread_head", "UPDATE ledger_balance SET last_transfer = 1 WHERE account = 2", {"thread"}},
    {"no_balance", "DELETE FROM ledger_balance WHERE account = 3", {"account"}},
    {"closed_account", "UPDATE ledger_account SET is_open = 0 WHERE id = 2", {"account"}},
    {"unit", "UPDATE ledger_account SET unit = 'COD/kg' WHERE id = 1", {"unit", "unit_sum"}},
    {"amount", "UPDATE ledger_transfer SET amount = 99 WHERE number = 1", {"balance"}},
    {"direction", "UPDATE ledger_transfer SET debit = 2, credit = 1 WHERE number = 1", {"balance"}},
    {"other_account", "UPDATE ledger_transfer SET debit = 3 WHERE number = 1", {"balance", "thread"}},
    {"no_account", "UPDATE ledger_transfer SET debit = 9 WHERE number = 1", {"account"}},
    {"thread", "UPDATE ledger_transfer SET debit_before = 2 WHERE number = 4", {"thread"}},
    {"chain", "UPDATE ledger_transfer SET chain = 3, chain_size = 1 WHERE number = 3", {"chain"}},
    {"half_chain", "DELETE FROM ledger_transfer WHERE number = 3", {"chain", "journal", "balance"}},
    {"lost_transfer", "DELETE FROM ledger_transfer WHERE number = 6", {"journal", "hold", "balance"}},
    {"correction", "UPDATE ledger_transfer SET corrects = 'P0' WHERE number = 2", {"corrects"}},
    {"correction_of_later", "UPDATE ledger_transfer SET corrects = 'S2' WHERE number = 2", {"corrects"}},
    {"backdated", "UPDATE ledger_transfer SET legal_date = '2020-08-31' WHERE number = 6", {"closing"}},
    {"closing", "UPDATE ledger_state SET closed_through = '2020-09-30'", {"closing"}},
    {"hold_state", "UPDATE ledger_hold SET state = 3, resolved_by = 6 WHERE number = 5", {"hold"}},
    {"hold_reopened", "UPDATE ledger_hold SET state = 2, resolved_by = NULL WHERE number = 5", {"hold"}},
    {"hold_expired", "UPDATE ledger_hold SET state = 4 WHERE number = 4", {"hold", "balance"}},
    {"hold_posted", "UPDATE ledger_hold SET state = 1, resolved_by = 6 WHERE number = 4", {"hold"}},
    {"hold_amount", "UPDATE ledger_hold SET amount = 21 WHERE number = 4", {"hold"}},
    {"hold_lost", "DELETE FROM ledger_hold WHERE number = 4", {"hold"}},
    {"other_hold", "UPDATE ledger_transfer SET hold = 'H1' WHERE number = 6", {"hold"}},
    {"count", "UPDATE ledger_state SET transfers = 7", {"journal"}},
};

// What the database itself refuses.
const std::vector<std::string> refused = {
    "UPDATE ledger_balance SET posted = -1 WHERE account = 2",  // below the floor
    "UPDATE ledger_balance SET pending_out = -1 WHERE account = 2",
    "UPDATE ledger_transfer SET amount = 0 WHERE number = 1",
    "UPDATE ledger_transfer SET cause_id = '' WHERE number = 1",
    "UPDATE ledger_transfer SET credit = debit WHERE number = 1",
    "UPDATE ledger_transfer SET id = 'P1' WHERE number = 2",
    "UPDATE ledger_hold SET amount = 0 WHERE number = 4",
};

}  // namespace

class Check : public testing::TestWithParam<std::string> {
 protected:
  Check() : database_(GetParam()) {
    database_.db().migrate(migrations());
    ledger_.define_unit({"CNY", 2, {"人民币", "renminbi"}});
    ledger_.define_unit({"COD/kg", 3, {"化学需氧量", "COD"}});
    const std::vector<NewAccount> accounts{{"treasury", "CNY", "test"},
                                           {"town", "CNY", "test", 0},
                                           {"plant", "CNY", "test"},
                                           {"cap", "COD/kg", "test"},
                                           {"permit", "COD/kg", "test", 0}};
    ledger_.open_accounts(accounts);
    ledger_.close_account({3});
    ledger_.close(make_date(2020, 8, 31));
    const Cause cause{"case", "C-1"};
    const Date day = make_date(2020, 9, 15);
    const std::vector<Request> requests{
        {.id = "P1", .debit = {1}, .credit = {2}, .amount = 100, .cause = cause, .legal_date = day},
        {.id = "D1",
         .debit = {4},
         .credit = {5},
         .amount = 30,
         .cause = cause,
         .legal_date = day,
         .linked = true},
        {.id = "D2", .debit = {2}, .credit = {1}, .amount = 40, .cause = cause, .legal_date = day},
        {.action = Action::hold,
         .id = "H1",
         .debit = {2},
         .credit = {1},
         .amount = 20,
         .cause = cause,
         .legal_date = day},
        {.action = Action::hold,
         .id = "H2",
         .debit = {2},
         .credit = {1},
         .amount = 10,
         .cause = cause,
         .legal_date = day},
        {.action = Action::settle, .id = "S2", .amount = 4, .cause = cause, .legal_date = day, .hold = "H2"}};
    require_accepted(requests, ledger_.post(requests));
  }

  void lift_protection() {
    database_.db().write([&](store::Transaction& t) {
      if (t.dialect() == store::Dialect::sqlite) {
        t.execute("DROP TRIGGER ledger_transfer_no_update");
        t.execute("DROP TRIGGER ledger_transfer_no_delete");
      } else {
        t.execute("DROP TRIGGER ledger_transfer_no_change ON ledger_transfer");
      }
    });
  }
  void execute(std::string_view sql) {
    database_.db().write([&](store::Transaction& t) { t.execute(sql); });
  }

  store::TestDatabase database_;
  FixedClock clock_{parse_instant("2020-10-06 09:00")};
  Ledger ledger_{database_.db(), "341602", clock_};
};
INSTANTIATE_TEST_SUITE_P(Kinds, Check, testing::ValuesIn(store::test_kinds()),
                         [](const auto& named) { return named.param; });

TEST_P(Check, FindsEveryDamage) {
  EXPECT_TRUE(ledger_.check().empty());
  lift_protection();
  for (const auto& damage : damages) {
    // Damaged, looked at and put back.
    std::vector<Violation> found;
    const auto snapshot = store::Database::open(database_.url());
    std::vector<std::pair<std::string, std::vector<store::Row>>> saved;
    snapshot->read([&](store::Transaction& t) {
      for (const std::string table : {"ledger_state", "ledger_account", "ledger_balance", "ledger_transfer",
                                      "ledger_hold", "ledger_closing"})
        saved.emplace_back(table, t.query(fmt::format("SELECT * FROM {}", table)));
    });
    execute(damage.sql);
    found = ledger_.check();
    for (const auto& rule : damage.rules)
      EXPECT_TRUE(std::ranges::any_of(found, [&](const Violation& v) { return v.rule == rule; }))
          << damage.name << " not reported as " << rule;
    for (const auto& violation : found) {
      EXPECT_FALSE(violation.message.zh.empty());
      EXPECT_FALSE(violation.message.en.empty());
    }
    database_.db().write([&](store::Transaction& t) {
      for (const auto& [table, rows] : saved) {
        t.execute(fmt::format("DELETE FROM {}", table));
        for (const auto& row : rows) {
          std::vector<store::Value> values;
          std::string marks;
          for (std::size_t i = 0; i < row.size(); ++i) {
            marks += i == 0 ? "?" : ", ?";
            if (row.is_null(i)) {
              values.emplace_back();
              continue;
            }
            try {
              values.emplace_back(row.integer(i));
            } catch (const Error&) {
              values.emplace_back(row.text(i));
            }
          }
          t.execute_values(fmt::format("INSERT INTO {} VALUES ({})", table, marks), values);
        }
      }
    });
    ASSERT_TRUE(ledger_.check().empty()) << damage.name;
  }
}

TEST_P(Check, TheDatabaseRefusesByItself) {
  // Recorded is recorded.
  for (const char* sql :
       {"UPDATE ledger_transfer SET note = 'x' WHERE number = 1", "DELETE FROM ledger_transfer"}) {
    try {
      execute(sql);
      ADD_FAILURE() << sql;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), store::codes::constraint) << sql << ": " << error.what();
    }
  }
  lift_protection();
  for (const auto& sql : refused) {
    try {
      execute(sql);
      ADD_FAILURE() << sql;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), store::codes::constraint) << sql << ": " << error.what();
    }
  }
  EXPECT_TRUE(ledger_.check().empty());
}

// What a ledger remembers of accounts is given up when anybody else has changed them.
TEST_P(Check, RemembersNothingStale) {
  const auto other_database = store::Database::open(database_.url());
  Ledger other(*other_database, "341602", clock_);
  const auto pay = [](const std::string& id, std::int64_t amount) {
    return Request{.id = id,
                   .debit = {2},
                   .credit = {1},
                   .amount = amount,
                   .cause = {"case", "1"},
                   .legal_date = make_date(2020, 10, 1)};
  };
  const auto post = [](Ledger& ledger, const Request& request) {
    return ledger.post(std::span(&request, 1)).front();
  };
  // 100 - 40 - 4 posted, 20 held: 36 available.
  EXPECT_EQ(post(ledger_, pay("A1", 6)), Outcome::accepted);
  EXPECT_EQ(post(other, pay("B1", 30)), Outcome::accepted);
  EXPECT_EQ(post(ledger_, pay("A2", 1)), Outcome::below_floor);
  other.set_floor({2}, -1);
  EXPECT_EQ(post(ledger_, pay("A2", 1)), Outcome::accepted);
  // A transaction of the caller that is rolled back has never been.
  EXPECT_THROW(database_.db().write([&](store::Transaction& t) {
    const Request back{.id = "C1",
                       .debit = {1},
                       .credit = {2},
                       .amount = 50,
                       .cause = {"case", "1"},
                       .legal_date = make_date(2020, 10, 1)};
    EXPECT_EQ(ledger_.post(t, std::span(&back, 1)).front(), Outcome::accepted);
    throw std::runtime_error("changed my mind");
  }),
               std::runtime_error);
  EXPECT_EQ(post(ledger_, pay("A3", 1)), Outcome::below_floor);
  EXPECT_EQ(ledger_.balance({2}).available(), -1);
  EXPECT_TRUE(other.check().empty());
}

TEST_P(Check, ReleasesExpiredHolds) {
  const std::vector<Request> requests{{.action = Action::hold,
                                       .id = "H9",
                                       .debit = {1},
                                       .credit = {2},
                                       .amount = 5,
                                       .cause = {"case", "1"},
                                       .legal_date = make_date(2020, 10, 1),
                                       .expires = Instant{clock_.now().seconds + 10}}};
  require_accepted(requests, ledger_.post(requests));
  EXPECT_EQ(ledger_.release_expired(), 0);
  clock_.set({clock_.now().seconds + 10});
  EXPECT_EQ(ledger_.transfer("H9").state, State::pending);
  EXPECT_EQ(ledger_.release_expired(), 1);
  EXPECT_EQ(ledger_.release_expired(), 0);
  EXPECT_EQ(ledger_.transfer("H9").state, State::expired);
  EXPECT_TRUE(ledger_.check().empty());
}

}  // namespace tributary::ledger
