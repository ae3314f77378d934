// Commit, rollback, doomed transactions, retries: the rules that hold on both kinds.
#include "store/codes.h"
#include "store/testing.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace tributary::store {

namespace {

class Transactions : public testing::TestWithParam<std::string> {
 protected:
  Transactions() {
    db().write([](Transaction& t) {
      t.execute(
          "CREATE TABLE party (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, "
          "age BIGINT CHECK (age >= 0), PRIMARY KEY (jurisdiction, id))");
      t.execute(
          "CREATE TABLE child (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, parent BIGINT NOT NULL, "
          "PRIMARY KEY (jurisdiction, id), FOREIGN KEY (jurisdiction, parent) REFERENCES party)");
    });
  }
  Database& db() { return database_.db(); }
  std::int64_t parties() {
    return db().read([](Transaction& t) { return t.first("SELECT count(*) FROM party")->integer(0); });
  }
  static void add(Transaction& t, std::int64_t id) {
    t.execute("INSERT INTO party VALUES ('341602', ?, ?, 0)", id, "甲");
  }
  template <class Work>
  Code code_of(Work&& work) {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_FALSE(error.message().zh.empty());
      EXPECT_FALSE(error.hint().zh.empty());
      last_ = error.what();
      field_ = error.where().field;
      return error.code();
    }
    return {};
  }

  TestDatabase database_{GetParam()};
  std::string last_;
  std::string field_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, Transactions, testing::ValuesIn(test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(Transactions, CommitsWhenTheWorkReturns) {
  const int answer = db().write([](Transaction& t) {
    add(t, 1);
    return 42;
  });
  EXPECT_EQ(answer, 42);
  EXPECT_EQ(parties(), 1);
  database_.reopen();
  EXPECT_EQ(parties(), 1);
}

TEST_P(Transactions, RollsBackWhenTheWorkThrows) {
  EXPECT_THROW(db().write([](Transaction& t) {
    add(t, 1);
    throw std::runtime_error("changed my mind");
  }),
               std::runtime_error);
  EXPECT_EQ(parties(), 0);
  db().write([](Transaction& t) { add(t, 1); });
  EXPECT_EQ(parties(), 1);
}

TEST_P(Transactions, BrokenConstraints) {
  db().write([](Transaction& t) { add(t, 1); });
  const char* const breaks[] = {
      "INSERT INTO party VALUES ('341602', 1, 'again', 0)",
      "INSERT INTO party VALUES ('341602', 2, NULL, 0)",
      "INSERT INTO party VALUES ('341602', 3, 'young', -1)",
      "INSERT INTO child VALUES ('341602', 1, 99)",
  };
  for (const char* sql : breaks) {
    EXPECT_EQ(code_of([&] { db().write([&](Transaction& t) { t.execute(sql); }); }), codes::constraint)
        << sql;
  }
  code_of([&] { db().write([](Transaction& t) { add(t, 1); }); });
  EXPECT_NE(field_.find("party"), std::string::npos) << field_;
  EXPECT_EQ(parties(), 1);
}

TEST_P(Transactions, ASwallowedFailureStillDooms) {
  EXPECT_EQ(code_of([&] {
              db().write([](Transaction& t) {
                add(t, 1);
                EXPECT_THROW(add(t, 1), Error);
                EXPECT_THROW(add(t, 2), Error);  // doomed: not even a good one passes
              });
            }),
            codes::constraint);
  EXPECT_EQ(parties(), 0);
}

TEST_P(Transactions, AFailureMayBeToldInOtherWords) {
  constexpr Code taken{"test", 1, "taken", Kind::conflict};
  EXPECT_EQ(code_of([&] {
              db().write([&](Transaction& t) {
                add(t, 1);
                try {
                  add(t, 1);
                } catch (const Error&) {
                  throw Error(taken, {"已登记", "already registered"}, {},
                              {"换一个编号", "take another number"});
                }
              });
            }),
            taken);
  EXPECT_EQ(parties(), 0);
}

TEST_P(Transactions, WhatAVisitorThrowsDoesNotDoom) {
  db().write([](Transaction& t) {
    for (int id = 1; id <= 500; ++id) add(t, id);
  });
  int seen = 0;
  db().write([&](Transaction& t) {
    EXPECT_THROW(t.each(
                     [&](const Row&) {
                       if (++seen == 3) throw std::runtime_error("enough");
                     },
                     "SELECT id FROM party"),
                 std::runtime_error);
    add(t, 501);
  });
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(parties(), 501);
}

TEST_P(Transactions, ReadingDoesNotWrite) {
  EXPECT_EQ(code_of([&] { db().read([](Transaction& t) { add(t, 1); }); }), codes::read_only);
  constexpr std::string_view columns[] = {"jurisdiction", "id", "name"};
  EXPECT_EQ(code_of([&] { db().read([&](Transaction& t) { t.bulk("party", columns)->finish(); }); }),
            codes::read_only);
  EXPECT_EQ(parties(), 0);
}

TEST_P(Transactions, AReadIsOneSnapshot) {
  const auto other = Database::open(database_.url());
  db().read([&](Transaction& t) {
    EXPECT_EQ(t.first("SELECT count(*) FROM party")->integer(0), 0);
    other->write([](Transaction& u) { add(u, 1); });
    EXPECT_EQ(t.first("SELECT count(*) FROM party")->integer(0), 0);
  });
  EXPECT_EQ(parties(), 1);
}

TEST_P(Transactions, FaultyStatements) {
  const auto run = [&](auto&& work) { return code_of([&] { db().write(work); }); };
  EXPECT_EQ(run([](Transaction& t) { t.execute("SELEC 1"); }), codes::sql);
  EXPECT_NE(last_.find("SELEC 1"), std::string::npos) << last_;
  EXPECT_EQ(run([](Transaction& t) { t.query("SELECT * FROM nowhere"); }), codes::sql);
  EXPECT_EQ(run([](Transaction& t) { t.query("SELECT \"nothing\" FROM party"); }), codes::sql);
  EXPECT_EQ(run([](Transaction& t) { t.query("SELECT 1; SELECT 2"); }), codes::sql);
  EXPECT_EQ(run([](Transaction& t) { t.query("SELECT ?"); }), codes::sql);
  EXPECT_EQ(run([](Transaction& t) { t.query("SELECT id FROM party WHERE id = ?", 1, 2); }), codes::sql);
  EXPECT_EQ(run([](Transaction& t) { t.execute("COMMIT"); }), codes::sql);
  EXPECT_EQ(run([](Transaction& t) {
              t.query("SELECT sum(9223372036854775807) FROM (SELECT 1 UNION ALL SELECT 2) x");
            }),
            GetParam() == "sqlite" ? codes::sql : codes::bad_value);
  db().write([](Transaction& t) { add(t, 1); });  // the connection is as good as before
  EXPECT_EQ(parties(), 1);
}

TEST_P(Transactions, TheDatabaseInsideItsTransactionIsABug) {
  // Each dying process needs a connection of its own: a shared one would be left in the middle of its talk.
  const auto own = [&] { return Database::open(database_.url()); };
  EXPECT_DEATH(
      {
        const auto mine = own();
        mine->write([&](Transaction&) { mine->read([](Transaction&) {}); });
      },
      "broken invariant.*inside its own transaction");
  EXPECT_DEATH(
      {
        const auto mine = own();
        mine->read([&](Transaction&) { mine->check_integrity(); });
      },
      "broken invariant");
  EXPECT_DEATH(
      {
        const auto mine = own();
        mine->write([&](Transaction&) { mine->migrate({}); });
      },
      "broken invariant");
  EXPECT_DEATH(own()->write([&](Transaction& t) {
    add(t, 1);
    t.each([&](const Row&) { add(t, 2); }, "SELECT id FROM party");
  }),
               "broken invariant.*on their way");
}

// Every increment that was reported is in the counter, however many collide.
TEST_P(Transactions, ContendingWritersLoseNothing) {
  constexpr int threads = 3;
  constexpr int each = 20;
  db().write([](Transaction& t) { t.execute("INSERT INTO party VALUES ('c', 1, '计数', 0)"); });
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < threads; ++w)
      writers.emplace_back([&] {
        const auto mine = Database::open(database_.url());
        for (int i = 0; i < each;) try {
            mine->write([](Transaction& t) {
              const auto age = t.first("SELECT age FROM party WHERE id = 1")->integer(0);
              t.execute("UPDATE party SET age = ? WHERE id = 1", age + 1);
            });
            ++done;
            ++i;
          } catch (const Error& error) {
            ASSERT_EQ(error.code(), codes::busy) << error.what();  // ten times unlucky: once more
          }
      });
  }
  EXPECT_EQ(done, threads * each);
  const auto age = db().read([](Transaction& t) { return t.first("SELECT age FROM party")->integer(0); });
  EXPECT_EQ(age, threads * each);
}

TEST(PostgresqlTransactions, ASerializationFailureRunsTheWorkAgain) {
  TestDatabase database("postgresql");
  database.db().write(
      [](Transaction& t) { t.execute("CREATE TABLE queue (jurisdiction TEXT, place BIGINT)"); });
  const auto other = Database::open(database.url());
  const auto join = [](Transaction& t) {
    const auto before = t.first("SELECT count(*) FROM queue")->integer(0);
    t.execute("INSERT INTO queue VALUES ('c', ?)", before + 1);
  };
  int runs = 0;
  database.db().write([&](Transaction& t) {
    const bool first = ++runs == 1;
    const auto before = t.first("SELECT count(*) FROM queue")->integer(0);
    if (first) other->write(join);  // what we read is no longer true: 40001
    t.execute("INSERT INTO queue VALUES ('c', ?)", before + 1);
  });
  EXPECT_EQ(runs, 2);
  const auto places =
      database.db().read([](Transaction& t) { return t.query("SELECT place FROM queue ORDER BY place"); });
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].integer(0), 1);
  EXPECT_EQ(places[1].integer(0), 2);
}

// Even when the work swallows it.
TEST(PostgresqlTransactions, ASerializationFailureGivesUpAfterTenRuns) {
  TestDatabase database("postgresql");
  int runs = 0;
  try {
    database.db().write([&](Transaction& t) {
      ++runs;
      try {
        t.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
      } catch (const Error&) {
      }
    });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::busy);
  }
  EXPECT_EQ(runs, 10);
}

TEST(PostgresqlTransactions, ATableThatChangedUnderAPreparedStatement) {
  TestDatabase database("postgresql");
  const auto other = Database::open(database.url());
  database.db().write([](Transaction& t) {
    t.execute("CREATE TABLE shape (jurisdiction TEXT)");
    t.query("SELECT * FROM shape");
  });
  other->write([](Transaction& t) { t.execute("ALTER TABLE shape ADD COLUMN more BIGINT"); });
  database.db().read([](Transaction& t) { EXPECT_EQ(t.query("SELECT * FROM shape").size(), 0U); });
  database.db().write([](Transaction& t) {
    t.execute("INSERT INTO shape VALUES ('c', 1)");
    EXPECT_EQ(t.first("SELECT * FROM shape")->size(), 2U);
    t.execute("ALTER TABLE shape DROP COLUMN more");
    EXPECT_EQ(t.first("SELECT * FROM shape")->size(), 1U);
  });
}

TEST(SqliteTransactions, ABusyFileIsWaitedForAndThenReported) {
  TestDatabase database("sqlite");
  const auto impatient = Database::open(database.url() + "?busy_timeout=0");
  const auto work = [](Transaction& t) { t.execute("CREATE TABLE IF NOT EXISTS a (jurisdiction TEXT)"); };
  int runs = 0;
  database.db().write([&](Transaction& t) {
    work(t);
    try {
      impatient->write([&](Transaction& u) {
        ++runs;
        work(u);
      });
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), codes::busy);
    }
  });
  EXPECT_EQ(runs, 0);  // it never got in
  impatient->write(work);
}

TEST(SqliteTransactions, InMemory) {
  const auto db = Database::open("sqlite::memory:");
  db->write([](Transaction& t) { t.execute("CREATE TABLE a (jurisdiction TEXT)"); });
  db->write([](Transaction& t) { t.execute("INSERT INTO a VALUES ('c')"); });
  EXPECT_EQ(db->read([](Transaction& t) { return t.query("SELECT * FROM a").size(); }), 1U);
  EXPECT_TRUE(db->check_integrity().empty());
}

}  // namespace
}  // namespace tributary::store
