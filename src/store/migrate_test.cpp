#include "store/codes.h"
#include "store/sql_text.h"
#include "store/testing.h"

#include <thread>

#include <gtest/gtest.h>

namespace tributary::store {

namespace {

constexpr Migration party{101, "101_party",
                          "-- parties; with a ';' here\n"
                          "CREATE TABLE party (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, name TEXT,\n"
                          "  PRIMARY KEY (jurisdiction, id));\n\n"
                          "CREATE INDEX party_name ON party (jurisdiction, name);\n"
                          "INSERT INTO party VALUES ('c', 1, 'a;b');\n"};
constexpr Migration series{201, "201_series", "CREATE TABLE series (jurisdiction TEXT NOT NULL PRIMARY KEY)"};
constexpr Migration by_dialect{102, "102_dialect",
                               "CREATE TABLE mark (jurisdiction TEXT NOT NULL PRIMARY KEY, who TEXT);\n"
                               "-- dialect: sqlite\n"
                               "INSERT INTO mark VALUES ('c', 'sqlite');\n"
                               "  -- dialect:   postgresql  \n"
                               "DO $$ BEGIN INSERT INTO mark VALUES ('c', 'postgresql'); END $$;\n"
                               "-- dialect: any\n"
                               "UPDATE mark SET who = who || '!';\n"};

class Migrations : public testing::TestWithParam<std::string> {
 protected:
  Database& db() { return database_.db(); }
  std::int64_t count(const std::string& table) {
    return db().read([&](Transaction& t) { return t.first("SELECT count(*) FROM " + table)->integer(0); });
  }
  template <class... M>
  Code migrate(const M&... m) {
    const std::vector<Migration> list{m...};
    try {
      db().migrate(list);
    } catch (const Error& error) {
      place_ = to_string(error.where());
      return error.code();
    }
    return {};
  }
  TestDatabase database_{GetParam()};
  std::string place_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, Migrations, testing::ValuesIn(test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(Migrations, AppliesWhatIsMissingOnce) {
  EXPECT_EQ(migrate(series, party), Code{});
  EXPECT_EQ(count("party"), 1);
  EXPECT_EQ(count("series"), 0);
  EXPECT_EQ(migrate(party, series), Code{});
  EXPECT_EQ(count("party"), 1);
  database_.reopen();
  // A lower number may come later: modules grow apart.
  EXPECT_EQ(migrate(party, by_dialect, series), Code{});
  EXPECT_EQ(count("schema_migration"), 3);
  const auto who = db().read([](Transaction& t) { return t.first("SELECT who FROM mark")->text(0); });
  EXPECT_EQ(who, GetParam() + "!");
}

TEST_P(Migrations, AnEmptyListMakesAnEmptyDatabase) {
  EXPECT_EQ(migrate(), Code{});
  EXPECT_EQ(count("schema_migration"), 0);
}

TEST_P(Migrations, RefusesANewerDatabase) {
  migrate(party, series);
  EXPECT_EQ(migrate(party), codes::newer_schema);
  EXPECT_EQ(migrate(), codes::newer_schema);
}

TEST_P(Migrations, RefusesAChangedText) {
  migrate(party, series);
  constexpr Migration changed{201, "201_series",
                              "CREATE TABLE series (jurisdiction TEXT NOT NULL  PRIMARY KEY)"};
  EXPECT_EQ(migrate(party, changed), codes::changed_migration);
}

TEST_P(Migrations, RefusesANumberGivenTwiceAndAnUnknownDialect) {
  constexpr Migration twice{101, "101_other", "SELECT 1"};
  EXPECT_EQ(migrate(party, twice), codes::bad_migration);
  constexpr Migration oracle{103, "103_oracle", "\n-- dialect: oracle\nSELECT 1"};
  EXPECT_EQ(migrate(oracle), codes::bad_migration);
  EXPECT_EQ(place_, "103_oracle.sql:2");
}

TEST_P(Migrations, AFailingStepLeavesNothingOfItself) {
  constexpr Migration faulty{102, "102_faulty",
                             "CREATE TABLE half (jurisdiction TEXT NOT NULL PRIMARY KEY);\n"
                             "INSERT INTO party VALUES ('c', 2, 'b');\n"
                             "-- 断面\n"
                             "INSERT INTO nowhere VALUES (1);\n"};
  EXPECT_EQ(migrate(party, faulty, series), codes::sql);
  EXPECT_EQ(place_, "102_faulty.sql:4");
  EXPECT_EQ(count("party"), 1);
  EXPECT_EQ(count("schema_migration"), 1);
  EXPECT_THROW(count("half"), Error);
  EXPECT_THROW(count("series"), Error);
  EXPECT_EQ(migrate(party, by_dialect, series), Code{});  // the corrected program carries on
}

TEST_P(Migrations, AStepMayNotEndTheTransaction) {
  constexpr Migration ends{102, "102_ends", "CREATE TABLE x (jurisdiction TEXT); COMMIT;"};
  EXPECT_NE(migrate(ends), Code{});
}

TEST_P(Migrations, TwoProgramsAtOnce) {
  std::vector<std::jthread> programs;
  for (int i = 0; i < 3; ++i)
    programs.emplace_back([&] {
      const auto mine = Database::open(database_.url());
      const std::vector<Migration> list{party, by_dialect, series};
      EXPECT_NO_THROW(mine->migrate(list));
    });
  programs.clear();
  EXPECT_EQ(count("schema_migration"), 3);
  EXPECT_EQ(count("party"), 1);
}

TEST(SqlText, NumbersParameters) {
  struct Case {
    const char* from;
    const char* to;
  };
  const Case cases[] = {
      {"SELECT 1", "SELECT 1"},
      {"a=? AND b=?", "a=$1 AND b=$2"},
      {"'?' || ?", "'?' || $1"},
      {"'it''s ?' || ?", "'it''s ?' || $1"},
      {"\"a?\" = ?", "\"a?\" = $1"},
      {"? -- ?\n ?", "$1 -- ?\n $2"},
      {"/* ? '*/ ? /* -- */ ?", "/* ? '*/ $1 /* -- */ $2"},
      {"? -- the end?", "$1 -- the end?"},
      {"'open ?", "'open ?"},
      {"a - ? / ?", "a - $1 / $2"},
      {"?,?,?,?,?,?,?,?,?,?", "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10"},
  };
  for (const auto& c : cases) EXPECT_EQ(number_parameters(c.from).sql, c.to);
  EXPECT_EQ(number_parameters("? '?' ?").parameters, 2U);
  EXPECT_THROW(number_parameters("?1"), Error);
}

}  // namespace
}  // namespace tributary::store
