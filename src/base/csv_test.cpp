#include "base/csv.h"

#include "base/codes.h"

#include <random>
#include <sstream>

#include <gtest/gtest.h>

namespace tributary {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records read_all(const std::string& text, CsvFormat format = {}) {
  std::istringstream in(text);
  CsvReader reader(in, "t.csv", format);
  Records out;
  while (reader.next()) out.emplace_back(reader.fields().begin(), reader.fields().end());
  return out;
}

TEST(Csv, Table) {
  const std::vector<std::pair<std::string, Records>> cases{
      {"", {}},
      {"a", {{"a"}}},
      {"a\n", {{"a"}}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\r\nc,d\r", {{"a", "b"}, {"c", "d"}}},
      {"\xef\xbb\xbf名称,值\n谯城区,1\n", {{"名称", "值"}, {"谯城区", "1"}}},
      {"a,,\n,\n", {{"a", "", ""}, {"", ""}}},
      {"\n\na\n", {{""}, {""}, {"a"}}},
      {"\"a,b\",\"c\"\"d\"\n", {{"a,b", "c\"d"}}},
      {"\"line 1\nline 2\",x\ny,z\n", {{"line 1\nline 2", "x"}, {"y", "z"}}},
      {"\"\",\"\"\"\"\n", {{"", "\""}}},
      {"a\rb,c\n", {{"a\rb", "c"}}},
      {"\"x\"\"y\",plain,\"p\"\"\"\"q\"", {{"x\"y", "plain", "p\"\"q"}}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read_all(text), expected) << text;
}

TEST(Csv, SeparatorAndComments) {
  CsvFormat format{.separator = ';', .comments_at_top = true};
  EXPECT_EQ(read_all("# source: \"x\n# more\na;b\n#not;a comment\n", format),
            (Records{{"a", "b"}, {"#not", "a comment"}}));
  EXPECT_EQ(read_all("# a,b\n"), (Records{{"# a", "b"}}));
  EXPECT_EQ(read_all("# only", {.comments_at_top = true}), Records{});
}

TEST(Csv, Errors) {
  struct Case {
    const char* text;
    long line;
    long column;
  };
  for (const auto& c : {Case{"a\n\"b", 2, 1}, Case{"a\n断面,\"b\nc,d\n", 2, 4}, Case{"a,\"b\"c\n", 1, 6},
                        Case{"断面\"x\n", 1, 3}, Case{"\"a\nb\"c\n", 2, 3}, Case{"\"a\"\rb\n", 1, 4}}) {
    std::istringstream in(c.text);
    CsvReader reader(in, "t.csv");
    try {
      while (reader.next()) {
      }
      ADD_FAILURE() << c.text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::bad_csv);
      EXPECT_EQ(e.where().file, "t.csv");
      EXPECT_EQ(e.where().line, c.line) << c.text;
      EXPECT_EQ(e.where().column, c.column) << c.text;
      EXPECT_FALSE(reader.next());
    }
  }
  std::istringstream utf16(
      std::string("\xff\xfe"
                  "a\0",
                  4));
  CsvReader reader(utf16, "t.csv");
  EXPECT_THROW(reader.next(), Error);
  EXPECT_THROW(read_all("\"" + std::string(300000, 'x'), {.longest_record = 100000}), Error);
}

TEST(Csv, Positions) {
  std::istringstream in("断面,值\n\"两\n行\",b,\"c\"\n\nx\n");
  CsvReader reader(in, "t.csv");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(to_string(reader.where(1)), "t.csv:1:4");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), 2);
  EXPECT_EQ(to_string(reader.where(1)), "t.csv:3:4");
  EXPECT_EQ(to_string(reader.where(3)), "t.csv:3:9");
  EXPECT_EQ(reader.raw(), "\"两\n行\",b,\"c\"");
  ASSERT_TRUE(reader.next());
  EXPECT_TRUE(reader.blank());
  EXPECT_EQ(reader.line(), 4);
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.blank());
  EXPECT_EQ(reader.line(), 5);
}

// What is written by the rules of RFC 4180 is read back, whatever falls on the edges of the buffer.
TEST(Csv, RoundTripRandom) {
  std::mt19937 random(20201110);
  for (int round = 0; round < 60; ++round) {
    Records records;
    std::string text;
    const int rows = 1 + static_cast<int>(random() % 400);
    for (int i = 0; i < rows; ++i) {
      std::vector<std::string> record;
      const int columns = 2 + static_cast<int>(random() % 4);
      for (int j = 0; j < columns; ++j) {
        std::string field;
        const std::size_t length = random() % (random() % 40 == 0 ? 9000 : 12);
        while (field.size() < length) field += "ab,\"\n\r谯 "[random() % 10];
        text += j == 0 ? "" : ",";
        const bool quote = field.find_first_of(",\"\r\n") != std::string::npos || random() % 3 == 0;
        if (quote) text += '"';
        for (char c : field) text.append(c == '"' ? 2 : 1, c);
        if (quote) text += '"';
        record.push_back(std::move(field));
      }
      text += random() % 2 == 0 ? "\r\n" : "\n";
      records.push_back(std::move(record));
    }
    ASSERT_EQ(read_all(text), records) << round;
  }
}

}  // namespace
}  // namespace tributary
