// What goes in comes out, the same on both kinds.
#include "store/codes.h"
#include "store/testing.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace tributary::store {

namespace {

class Values : public testing::TestWithParam<std::string> {
 protected:
  Values() {
    db().write([](Transaction& t) {
      t.execute(
          "CREATE TABLE sample (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, n BIGINT, x DOUBLE "
          "PRECISION, s TEXT, "
          "PRIMARY KEY (jurisdiction, id))");
    });
  }
  Database& db() { return database_.db(); }

  template <class N, class X, class S>
  Row round_trip(const N& n, const X& x, const S& s) {
    return db().write([&](Transaction& t) {
      t.execute("DELETE FROM sample");
      EXPECT_EQ(t.execute("INSERT INTO sample VALUES (?, ?, ?, ?, ?)", "341602", 1, n, x, s), 1);
      return *t.first("SELECT n, x, s FROM sample WHERE jurisdiction = ? AND id = ?", "341602", 1);
    });
  }
  Code code_of_text(const std::string& text) {
    try {
      round_trip(1, 1.0, text);
    } catch (const Error& error) {
      return error.code();
    }
    return {};
  }

  TestDatabase database_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Kinds, Values, testing::ValuesIn(test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(Values, Integers) {
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t n : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1} << 53,
                               Limits::max(), Limits::min(), Limits::min() + 1})
    EXPECT_EQ(round_trip(n, 0.0, "").integer(0), n);
  EXPECT_EQ(round_trip(true, 0.0, "").integer(0), 1);
  EXPECT_EQ(round_trip(false, 0.0, "").integer(0), 0);
}

TEST_P(Values, DoublesKeepTheirBits) {
  using Limits = std::numeric_limits<double>;
  std::vector<double> samples{0.1,
                              1.0 / 3,
                              1e-300,
                              -1e300,
                              Limits::max(),
                              Limits::min(),
                              Limits::denorm_min(),
                              2.0 / 3 * 1e17,
                              5.0,
                              -273.15,
                              Limits::infinity()};
  std::mt19937_64 random(20201028);
  while (samples.size() < 300) {
    const double x = std::bit_cast<double>(random());
    if (!std::isnan(x)) samples.push_back(x);
  }
  db().write([&](Transaction& t) {
    std::int64_t id = 0;
    for (const double x : samples) t.execute("INSERT INTO sample VALUES ('c', ?, 0, ?, '')", ++id, x);
  });
  std::size_t at = 0;
  db().read([&](Transaction& t) {
    t.each(
        [&](const Row& row) {
          EXPECT_EQ(std::bit_cast<std::uint64_t>(row.real(0)), std::bit_cast<std::uint64_t>(samples.at(at)))
              << samples[at];
          ++at;
        },
        "SELECT x FROM sample ORDER BY id");
  });
  EXPECT_EQ(at, samples.size());
}

TEST_P(Values, MinusZeroIsKeptAsZeroAndNanRefused) {
  EXPECT_FALSE(std::signbit(round_trip(0, -0.0, "").real(1)));
  try {
    round_trip(0, std::nan(""), "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::bad_value);
  }
}

TEST_P(Values, Texts) {
  for (const std::string text :
       {"", " ", "谯城区涡河大寺闸断面", "𠮷野家 🌊", "it's \"quoted\"", "what? -- no /* comment */ ?",
        "tab\tline\nreturn\r", "back\\slash \\N \\. \\x41", "$1 $$ %s", "e\xCC\x81 combining",
        "\xEF\xBB\xBF"
        "bom",
        "NULL"}) {
    EXPECT_EQ(round_trip(1, 1.0, text).text(2), text);
  }
  const std::string big(3'000'000, 'w');
  EXPECT_EQ(round_trip(1, 1.0, big).text(2), big);
}

TEST_P(Values, TextsThatNoDatabaseKeeps) {
  EXPECT_EQ(code_of_text(std::string("nul\0inside", 10)), codes::bad_value);
  EXPECT_EQ(code_of_text("\xC7\xDA\xB3\xC7"), codes::bad_value);  // GBK
  EXPECT_EQ(code_of_text("\xED\xA0\x80"), codes::bad_value);      // a surrogate
  EXPECT_EQ(code_of_text("\xC0\xAF"), codes::bad_value);          // overlong
}

TEST_P(Values, Nulls) {
  const Row row = round_trip(std::nullopt, std::optional<double>(), std::optional<std::string>());
  for (std::size_t column = 0; column < 3; ++column) EXPECT_TRUE(row.is_null(column));
  EXPECT_EQ(row.integer_or_null(0), std::nullopt);
  EXPECT_EQ(row.real_or_null(1), std::nullopt);
  EXPECT_EQ(row.text_or_null(2), std::nullopt);
  const auto code = [](const auto& read) {
    try {
      read();
    } catch (const Error& error) {
      return error.code();
    }
    return Code{};
  };
  EXPECT_EQ(code([&] { row.integer(0); }), codes::unexpected_null);
  EXPECT_EQ(code([&] { row.real(1); }), codes::unexpected_null);
  EXPECT_EQ(code([&] { row.text(2); }), codes::unexpected_null);

  const Row full = round_trip(std::optional(7), std::optional(0.5), std::optional<std::string>("涡河"));
  EXPECT_EQ(full.integer_or_null(0), 7);
  EXPECT_EQ(full.real_or_null(1), 0.5);
  EXPECT_EQ(full.text_or_null(2), "涡河");
  EXPECT_EQ(full.real(0), 7.0);
  EXPECT_EQ(code([&] { full.integer(1); }), codes::wrong_type);
  EXPECT_EQ(code([&] { full.integer(2); }), codes::wrong_type);
  EXPECT_EQ(code([&] { full.text(0); }), codes::wrong_type);
  EXPECT_EQ(code([&] { full.real(2); }), codes::wrong_type);
}

TEST_P(Values, QuestionMarksInsideLiteralsNamesAndComments) {
  const auto row = db().read([](Transaction& t) {
    return *t.first(
        "SELECT '?', 'it''s ?', /* ? */ s AS \"what?\" -- ?\n FROM sample WHERE id = ? UNION ALL SELECT '?', "
        "'x?', ? ",
        99, "found");
  });
  EXPECT_EQ(row.text(0), "?");
  EXPECT_EQ(row.text(2), "found");
}

TEST_P(Values, SumsMeansAndComparisonsHaveOneType) {
  const auto row = db().write([](Transaction& t) {
    for (const int n : {1, 2, 4})
      t.execute("INSERT INTO sample VALUES ('c', ?, ?, ?, ?)", n, n, n / 2.0, "s");
    return *t.first("SELECT count(*), sum(n), avg(n), sum(x), max(s), 1 < 2, min(n) = 7 FROM sample");
  });
  EXPECT_EQ(row.integer(0), 3);
  EXPECT_EQ(row.integer(1), 7);
  EXPECT_NEAR(row.real(2), 7.0 / 3, 1e-15);
  EXPECT_EQ(row.real(3), 3.5);
  EXPECT_EQ(row.text(4), "s");
  EXPECT_EQ(row.integer(5), 1);
  EXPECT_EQ(row.integer(6), 0);
}

TEST_P(Values, TextSortsByCodePointAndLikeTellsCaseApart) {
  const std::vector<std::string> sorted{"", "A", "Z", "a", "a b", "a-b", "ab", "断面", "涡河", "🌊"};
  db().write([&](Transaction& t) {
    std::int64_t id = 0;
    for (auto s = sorted.rbegin(); s != sorted.rend(); ++s)
      t.execute("INSERT INTO sample VALUES ('c', ?, 0, 0, ?)", ++id, *s);
  });
  db().read([&](Transaction& t) {
    std::vector<std::string> got;
    t.each([&](const Row& row) { got.push_back(row.text(0)); }, "SELECT s FROM sample ORDER BY s");
    EXPECT_EQ(got, sorted);
    EXPECT_EQ(t.first("SELECT count(*) FROM sample WHERE s LIKE ?", "a%")->integer(0), 4);
  });
}

TEST_P(Values, CountsOfChangedRows) {
  db().write([](Transaction& t) {
    EXPECT_EQ(t.execute("INSERT INTO sample VALUES ('c', 1, 1, 1, ''), ('c', 2, 2, 2, '')"), 2);
    EXPECT_EQ(t.execute("UPDATE sample SET n = n + ?", 1), 2);
    EXPECT_EQ(t.execute("UPDATE sample SET n = 0 WHERE id = ?", 77), 0);
    EXPECT_EQ(t.execute("INSERT INTO sample (jurisdiction, id) VALUES ('c', 1) ON CONFLICT DO NOTHING"), 0);
    EXPECT_EQ(t.execute("CREATE TABLE other (jurisdiction TEXT NOT NULL PRIMARY KEY)"), 0);
    EXPECT_EQ(t.execute("DELETE FROM sample"), 2);
    EXPECT_EQ(t.execute("SELECT 1"), 0);
    const auto returned = t.query("INSERT INTO sample (jurisdiction, id) VALUES ('c', ?) RETURNING id", 5);
    EXPECT_EQ(returned.at(0).integer(0), 5);
  });
}

TEST_P(Values, MoreStatementsThanTheCacheHolds) {
  db().write([](Transaction& t) {
    for (int turn = 0; turn < 2; ++turn)
      for (int i = 0; i < 600; ++i)
        EXPECT_EQ(t.first("SELECT " + std::to_string(i) + " + ?", 1)->integer(0), i + 1);
  });
}

TEST_P(Values, TheSameStatementWithOtherTypes) {
  db().write([](Transaction& t) {
    t.execute("INSERT INTO sample (jurisdiction, id, x) VALUES ('c', ?, ?)", 1, 3);
    t.execute("INSERT INTO sample (jurisdiction, id, x) VALUES ('c', ?, ?)", 2, 3.5);
    t.execute("INSERT INTO sample (jurisdiction, id, x) VALUES ('c', ?, ?)", 3, std::nullopt);
    const auto rows = t.query("SELECT x FROM sample ORDER BY id");
    EXPECT_EQ(rows.at(0).real(0), 3.0);
    EXPECT_EQ(rows.at(1).real(0), 3.5);
    EXPECT_TRUE(rows.at(2).is_null(0));
  });
}

}  // namespace
}  // namespace tributary::store
