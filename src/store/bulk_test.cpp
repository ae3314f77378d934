// The bulk way writes the very rows that the slow way writes.
#include "store/codes.h"
#include "store/testing.h"

#include <bit>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace tributary::store {

namespace {

constexpr std::string_view columns[] = {"jurisdiction", "id", "n", "x", "s"};

class Bulk : public testing::TestWithParam<std::string> {
 protected:
  Bulk() {
    db().write([](Transaction& t) {
      for (const char* table : {"fast", "slow"})
        t.execute(std::string("CREATE TABLE ") + table +
                  " (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, n BIGINT, x DOUBLE PRECISION, s TEXT, "
                  "PRIMARY KEY (jurisdiction, id))");
    });
  }
  Database& db() { return database_.db(); }
  std::int64_t count(const std::string& table) {
    return db().read([&](Transaction& t) { return t.first("SELECT count(*) FROM " + table)->integer(0); });
  }
  TestDatabase database_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Kinds, Bulk, testing::ValuesIn(test_kinds()),
                         [](const auto& kind) { return kind.param; });

std::vector<std::vector<Value>> samples(int size) {
  std::mt19937_64 random(341602);
  const std::vector<std::string> pieces{"\t",      "\n",   "\r",   "\r\n", "\\",   "\\.", "\\N",
                                        "\n\\.\n", "'",    "\"",   "?",    "涡河", "🌊",  "a",
                                        ",",       "\x01", "\x7f", " ",    "\b",   "\v"};
  std::vector<std::vector<Value>> rows;
  for (int id = 1; id <= size; ++id) {
    std::string text;
    for (auto left = random() % 8; left > 0; --left) text += pieces[random() % pieces.size()];
    const double x = std::bit_cast<double>(random());
    const auto null = [&](Value value) { return random() % 10 == 0 ? Value{} : std::move(value); };
    rows.push_back({std::string("341602"), std::int64_t{id}, null(static_cast<std::int64_t>(random())),
                    null(std::isnan(x) ? 0.0 : x), null(text)});
  }
  return rows;
}

TEST_P(Bulk, EqualsRowByRow) {
  const auto rows = samples(5000);
  db().write([&](Transaction& t) {
    const auto writer = t.bulk("fast", columns);
    for (const auto& row : rows) writer->row(row);
    EXPECT_EQ(writer->finish(), 5000);
    for (const auto& row : rows)
      EXPECT_EQ(t.execute_values("INSERT INTO slow VALUES (?, ?, ?, ?, ?)", row), 1);
  });
  const auto all = [&](const std::string& table) {
    return db().read([&](Transaction& t) {
      return t.query("SELECT jurisdiction, id, n, x, s FROM " + table + " ORDER BY id");
    });
  };
  const auto fast = all("fast");
  const auto slow = all("slow");
  ASSERT_EQ(fast.size(), rows.size());
  ASSERT_EQ(slow.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto* row : {&fast[i], &slow[i]}) {
      EXPECT_EQ(row->integer(1), std::get<std::int64_t>(rows[i][1]));
      EXPECT_EQ(to_value(row->integer_or_null(2)), rows[i][2]);
      EXPECT_EQ(to_value(row->real_or_null(3)), rows[i][3]);
      EXPECT_EQ(to_value(row->text_or_null(4)), rows[i][4]);
    }
  }
}

TEST_P(Bulk, NoRowsAtAll) {
  db().write([&](Transaction& t) {
    EXPECT_EQ(t.bulk("fast", columns)->finish(), 0);
    EXPECT_EQ(t.execute("INSERT INTO slow (jurisdiction, id) VALUES ('c', 1)"), 1);
  });
  EXPECT_EQ(count("slow"), 1);
}

TEST_P(Bulk, AFailureUndoesEverything) {
  struct Case {
    const char* what;
    std::vector<Value> row;
    Code code;
  };
  const std::string c = "c";
  const Case cases[] = {
      {"twice the same key", {c, std::int64_t{1}, {}, {}, {}}, codes::constraint},
      {"no key", {c, Value{}, {}, {}, {}}, codes::constraint},
      {"not UTF-8", {c, std::int64_t{2}, {}, {}, std::string("\xC7\xDA")}, codes::bad_value},
      {"NaN", {c, std::int64_t{2}, {}, std::nan(""), {}}, codes::bad_value},
      {"too few columns", {c, std::int64_t{2}}, codes::sql},
  };
  for (const auto& bad : cases) {
    try {
      db().write([&](Transaction& t) {
        t.execute("INSERT INTO slow (jurisdiction, id) VALUES ('c', 1)");
        const auto writer = t.bulk("fast", columns);
        writer->row(std::vector<Value>{c, std::int64_t{1}, {}, {}, {}});
        writer->row(bad.row);
        writer->finish();
      });
      FAIL() << bad.what;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), bad.code) << bad.what << ": " << error.what();
    }
    EXPECT_EQ(count("fast"), 0) << bad.what;
    EXPECT_EQ(count("slow"), 0) << bad.what;
  }
}

TEST_P(Bulk, AWriterLeftUnfinishedDooms) {
  try {
    db().write([&](Transaction& t) {
      t.execute("INSERT INTO slow (jurisdiction, id) VALUES ('c', 1)");
      t.bulk("fast", columns)->row(std::vector<Value>{std::string("c"), std::int64_t{1}, {}, {}, {}});
    });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::unfinished_bulk);
  }
  EXPECT_EQ(count("fast"), 0);
  EXPECT_EQ(count("slow"), 0);
}

TEST_P(Bulk, WhatTheCallerThrowsMeanwhileComesThrough) {
  EXPECT_THROW(db().write([&](Transaction& t) {
    const auto writer = t.bulk("fast", columns);
    writer->row(std::vector<Value>{std::string("c"), std::int64_t{1}, {}, {}, {}});
    throw std::runtime_error("the file ended in the middle");
  }),
               std::runtime_error);
  EXPECT_EQ(count("fast"), 0);
}

TEST_P(Bulk, AnotherStatementMeanwhileIsABug) {
  const auto own = [&] { return Database::open(database_.url()); };
  EXPECT_DEATH(own()->write([&](Transaction& t) {
    const auto writer = t.bulk("fast", columns);
    t.query("SELECT 1");
  }),
               "broken invariant.*bulk writer is open");
  EXPECT_DEATH(own()->write([&](Transaction& t) { t.bulk("fast; DROP TABLE slow", columns); }),
               "broken invariant");
}

TEST_P(Bulk, UnknownTableOrColumn) {
  for (const std::string_view table : {"nowhere", "fast"}) {
    try {
      constexpr std::string_view wrong[] = {"jurisdiction", "nothing"};
      db().write([&](Transaction& t) { t.bulk(table, wrong)->finish(); });
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), codes::sql);
    }
  }
}

}  // namespace
}  // namespace tributary::store
