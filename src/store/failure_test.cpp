// What the person at the screen is told when the disk, the file, the server or the address is at fault.
#include "base/text.h"
#include "store/backend.h"
#include "store/codes.h"
#include "store/testing.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

namespace tributary::store {

namespace {

template <class Work>
Code code_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_FALSE(error.message().zh.empty());
    EXPECT_FALSE(error.hint().zh.empty());
    EXPECT_FALSE(error.hint().en.empty());
    return error.code();
  }
  return {};
}

std::string path_of(const TestDatabase& database) {
  return database.url().substr(7);
}

// A sound file of some hundred pages, closed, beside the database it was copied from.
std::string sample_file(TestDatabase& database) {
  const std::string path = path_of(database) + ".sample";
  const auto db = Database::open("sqlite:" + path);
  db->write([](Transaction& t) {
    t.execute(
        "CREATE TABLE a (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, s TEXT, PRIMARY KEY (jurisdiction, "
        "id))");
    for (int id = 0; id < 1000; ++id)
      t.execute("INSERT INTO a VALUES ('c', ?, ?)", id, std::string(300, 'x'));
  });
  return path;
}

TEST(BadUrl, IsToldApart) {
  for (const char* url :
       {"", "tributary.db", "mysql://host/db", "sqlite:", "sqlite:?vfs=unix", "sqlite:a.db?wait=1",
        "sqlite:a.db?busy_timeout=soon", "sqlite:a.db?busy_timeout=-1", "postgresql://[::1/x",
        "postgresql://host/db?nonsense=1"})
    EXPECT_EQ(code_of([&] { Database::open(url); }), codes::bad_url) << url;
}

TEST(BadUrl, HidesThePassword) {
  EXPECT_EQ(url_for_messages("postgresql://u:secret@h:5432/d?x=1"), "postgresql://u:***@h:5432/d?x=1");
  EXPECT_EQ(url_for_messages("postgresql://u:se@cret@h/d"), "postgresql://u:***@h/d");
  EXPECT_EQ(url_for_messages("postgresql://h/d?user=u&password=secret&x=1"),
            "postgresql://h/d?user=u&password=***&x=1");
  EXPECT_EQ(url_for_messages("postgresql:///d?password=secret"), "postgresql:///d?password=***");
  EXPECT_EQ(url_for_messages("postgresql://h:5432/d"), "postgresql://h:5432/d");
  EXPECT_EQ(url_for_messages("sqlite:a.db"), "sqlite:a.db");
  try {
    Database::open("postgresql://u:secret@127.0.0.1:1/d");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::cannot_open);
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  }
}

TEST(Sqlite, MakesTheFoldersItNeeds) {
  TestDatabase database("sqlite");
  const auto deep = path_of(database) + ".d/断面/a.db";
  Database::open("sqlite:" + deep);
  EXPECT_TRUE(std::filesystem::exists(deep));
}

TEST(Sqlite, CannotOpen) {
  TestDatabase database("sqlite");
  const std::string folder = std::filesystem::path(path_of(database)).parent_path().string();
  EXPECT_EQ(code_of([&] { Database::open("sqlite:" + folder); }), codes::cannot_open);
  EXPECT_EQ(code_of([&] { Database::open("sqlite:" + path_of(database) + "/below/a.db"); }),
            codes::cannot_open);
}

TEST(Sqlite, GarbageIsNoDatabase) {
  TestDatabase database("sqlite");
  const std::string path = path_of(database) + ".garbage";
  for (const std::string& bytes : {std::string(5000, 'g'), std::string("a,b,c\n1,2,3\n"),
                                   "SQLite format 3" + std::string(1, '\0') + std::string(4096, '\x7f')}) {
    std::ofstream(path, std::ios::binary) << bytes;
    EXPECT_EQ(code_of([&] { Database::open("sqlite:" + path); }), codes::corrupted);
  }
}

TEST(Sqlite, ATruncatedFileIsRefused) {
  TestDatabase database("sqlite");
  const auto path = sample_file(database);
  const auto whole = read_file(path);
  ASSERT_GT(whole.size(), 100U * 1024);
  for (const std::size_t size : {whole.size() - 1, whole.size() - 4096, whole.size() / 2, std::size_t{5000},
                                 std::size_t{4096}, std::size_t{1000}, std::size_t{50}}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    EXPECT_EQ(code_of([&] { Database::open("sqlite:" + path); }), codes::corrupted) << size;
  }
}

TEST(Sqlite, ADamagedPageIsFoundByTheCheck) {
  TestDatabase database("sqlite");
  const auto path = sample_file(database);
  EXPECT_TRUE(Database::open("sqlite:" + path)->check_integrity().empty());
  auto bytes = read_file(path);
  for (std::size_t i = 20 * 4096; i < 20 * 4096 + 64; ++i) bytes[i] = '\x5a';
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  const auto db = Database::open("sqlite:" + path);
  EXPECT_FALSE(db->check_integrity().empty());
  EXPECT_EQ(code_of([&] { db->read([](Transaction& t) { t.query("SELECT s FROM a"); }); }), codes::corrupted);
}

TEST(Sqlite, ADanglingReferenceIsFoundByTheCheck) {
  TestDatabase database("sqlite");
  database.db().write([](Transaction& t) {
    t.execute("CREATE TABLE up (id BIGINT NOT NULL PRIMARY KEY)");
    t.execute("CREATE TABLE down (up BIGINT REFERENCES up)");
  });
  EXPECT_TRUE(database.db().check_integrity().empty());
  // Written by a program that does not ask for foreign keys.
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_of(database).c_str(), &other), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, "INSERT INTO down VALUES (7)", nullptr, nullptr, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_close(other), SQLITE_OK);
  ASSERT_EQ(database.db().check_integrity().size(), 1U);
}

TEST(Sqlite, AFullDiskWritesNothingAndCanBeTriedAgain) {
  TestDatabase database("sqlite");
  auto& db = database.db();
  const auto fill = [&] {
    db.write([](Transaction& t) {
      for (int id = 0; id < 100; ++id)
        t.execute("INSERT INTO a VALUES ('c', ?, ?)", id, std::string(4000, 'x'));
    });
  };
  const auto count = [&] {
    return db.read([](Transaction& t) { return t.first("SELECT count(*) FROM a")->integer(0); });
  };
  db.write([](Transaction& t) {
    t.execute(
        "CREATE TABLE a (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, s TEXT, PRIMARY KEY (jurisdiction, "
        "id))");
  });
  const auto limit = [&](const char* pages) {
    db.write([&](Transaction& t) { t.query(std::string("PRAGMA max_page_count=") + pages); });
  };
  limit("40");
  EXPECT_EQ(code_of(fill), codes::disk_full);
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(code_of(fill), codes::disk_full);
  EXPECT_TRUE(db.check_integrity().empty());
  limit("100000");
  fill();
  EXPECT_EQ(count(), 100);
}

TEST(Postgresql, WithoutAServerToTestWithTestsFail) {
  const std::string url =
      std::getenv("TRIBUTARY_TEST_POSTGRES") == nullptr ? "" : std::getenv("TRIBUTARY_TEST_POSTGRES");
  ASSERT_NE(url, "") << "run by scripts/with-postgres";
  ASSERT_EQ(unsetenv("TRIBUTARY_TEST_POSTGRES"), 0);
  EXPECT_EQ(code_of([] { TestDatabase database("postgresql"); }), codes::cannot_open);
  ASSERT_EQ(setenv("TRIBUTARY_TEST_POSTGRES", url.c_str(), 1), 0);
}

TEST(Postgresql, RefusesADatabaseThatSortsOtherwise) {
  TestDatabase database("postgresql");
  const std::string name = "tributary_test_icu_" + std::to_string(getpid());
  command_postgresql(database.url(), "CREATE DATABASE " + name +
                                         " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' "
                                         "LOCALE_PROVIDER icu ICU_LOCALE 'zh'");
  std::string url = database.url();
  const auto slash = url.find('/', url.find("://") + 3);
  url.replace(slash + 1, url.find('?') - slash - 1, name);
  EXPECT_EQ(code_of([&] { Database::open(url); }), codes::cannot_open);
  command_postgresql(database.url(), "DROP DATABASE " + name);
}

TEST(Postgresql, TheServersComplaintsBecomeOurCodes) {
  TestDatabase database("postgresql");
  struct Case {
    const char* state;
    Code code;
  };
  const Case cases[] = {
      {"53100", codes::disk_full},
      {"58030", codes::disk_failure},
      {"XX001", codes::corrupted},
      {"XX002", codes::corrupted},
      {"40001", codes::busy},
      {"40P01", codes::busy},
      {"55P03", codes::busy},
      {"23505", codes::constraint},
      {"23503", codes::constraint},
      {"22003", codes::bad_value},
      {"25006", codes::read_only},
      {"57P01", codes::lost_connection},
      {"08006", codes::lost_connection},
      {"42601", codes::sql},
      {"57014", codes::sql},
  };
  for (const auto& c : cases)
    EXPECT_EQ(code_of([&] {
                database.db().write([&](Transaction& t) {
                  t.execute(std::string("DO $x$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '") + c.state +
                            "'; END $x$");
                });
              }),
              c.code)
        << c.state;
}

TEST(Postgresql, ALostConnectionIsToldAndThenOpenedAnew) {
  TestDatabase database("postgresql");
  auto& db = database.db();
  const auto other = Database::open(database.url());
  constexpr std::string_view columns[] = {"jurisdiction"};
  db.write([](Transaction& t) { t.execute("CREATE TABLE a (jurisdiction TEXT)"); });
  const auto kill = [&](std::int64_t process) {
    other->write(
        [&](Transaction& t) { t.query("SELECT pg_terminate_backend(CAST(? AS INTEGER), 5000)", process); });
  };
  const auto process = [](Transaction& t) { return t.first("SELECT pg_backend_pid()")->integer(0); };

  // Between two transactions: nobody notices.
  kill(db.read(process));
  db.write([](Transaction& t) { t.execute("INSERT INTO a VALUES ('1')"); });

  // In the middle of one, in each way of talking.
  using Talk = std::function<void(Transaction&)>;
  const Talk talks[] = {
      [](Transaction& t) { t.execute("INSERT INTO a VALUES ('2')"); },
      [](Transaction& t) { t.query("SELECT * FROM a"); }, [&](Transaction& t) { t.bulk("a", columns); },
      [](Transaction&) {},  // the commit finds out
  };
  for (const auto& talk : talks) {
    EXPECT_EQ(code_of([&] {
                db.write([&](Transaction& t) {
                  kill(process(t));
                  talk(t);
                });
              }),
              codes::lost_connection);
  }
  EXPECT_EQ(code_of([&] {
              db.write([&](Transaction& t) {
                const auto pid = process(t);
                const auto writer = t.bulk("a", columns);
                kill(pid);
                for (int i = 0; i < 100'000; ++i) writer->row(std::vector<Value>{std::string("3")});
                writer->finish();
              });
            }),
            codes::lost_connection);
  EXPECT_EQ(db.read([](Transaction& t) { return t.first("SELECT count(*) FROM a")->integer(0); }), 1);
  kill(db.read(process));
  EXPECT_NO_THROW(db.migrate({}));
}

TEST(Postgresql, TheCheckReadsTablesAndIndexes) {
  TestDatabase database("postgresql");
  auto& db = database.db();
  db.write([](Transaction& t) {
    t.execute("CREATE EXTENSION IF NOT EXISTS amcheck");
    t.execute("CREATE TABLE \"Odd name\" (jurisdiction TEXT PRIMARY KEY, x BIGINT)");
    t.execute("INSERT INTO \"Odd name\" VALUES ('c', -1)");
  });
  EXPECT_EQ(db.check_integrity(), std::vector<std::string>());
  db.write([](Transaction& t) {
    t.execute("ALTER TABLE \"Odd name\" ADD CONSTRAINT above CHECK (x > 0) NOT VALID");
    t.execute("CREATE VIEW broken AS SELECT 1 AS one");
    t.execute("CREATE MATERIALIZED VIEW kept AS SELECT * FROM \"Odd name\"");
    t.execute("UPDATE pg_index SET indisvalid = false WHERE indrelid = CAST('\"Odd name\"' AS regclass)");
  });
  const auto wrong = db.check_integrity();
  ASSERT_EQ(wrong.size(), 2U) << testing::PrintToString(wrong);
  EXPECT_NE(wrong[0].find("is not valid"), std::string::npos);
  EXPECT_NE(wrong[1].find("above"), std::string::npos);
}

}  // namespace
}  // namespace tributary::store
