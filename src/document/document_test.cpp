#include "document/document.h"

#include "base/text.h"
#include "document/codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::document {

TEST(Printable, KeepsTextAndReplacesWhatMustNotBePrinted) {
  struct Case {
    std::string given, wanted;
  };
  const std::string r = "\uFFFD";
  for (const Case& c : std::initializer_list<Case>{
           {"断面Ⅲ 𠮷 é\t1", "断面Ⅲ 𠮷 é\t1"},
           {"a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne"},
           {"\x1b[31m", r + "[31m"},
           {std::string("a\0b", 3), "a" + r + "b"},
           {"\x7F\u009B", r + r},
           {"100\u202E001", "100" + r + "001"},  // would read 100100
           {"\u2066x\u2069", r + "x" + r},
           {"\uFEFF标题", r + "标题"},
           {"\uFFFE\uFDD0", r + r},
           {"好\xB6\xCF", "好" + r + r},  // GBK bytes
           {"\xED\xA0\x80", r + r + r},   // a surrogate
           {"\xF0\x9F", r + r},
           {"", ""},
       }) {
    EXPECT_EQ(printable(c.given), c.wanted);
    EXPECT_TRUE(is_utf8(printable(c.given)));
  }
}

TEST(Pick, FallsBackToTheOtherLanguage) {
  EXPECT_EQ(pick({"断面", "Section"}, Language::zh), "断面");
  EXPECT_EQ(pick({"断面", "Section"}, Language::en), "Section");
  EXPECT_EQ(pick({"断面", "Section"}, Language::both), "断面 / Section");
  EXPECT_EQ(pick({"断面", ""}, Language::en), "断面");
  EXPECT_EQ(pick({"", "Section"}, Language::zh), "Section");
  EXPECT_EQ(pick({"COD", "COD"}, Language::both), "COD");
  EXPECT_EQ(pick({}, Language::both), "");
}

TEST(Dates, AreWrittenWithoutPadding) {
  EXPECT_EQ(long_date(make_date(2020, 1, 5), Language::zh), "2020年1月5日");
  EXPECT_EQ(long_date(make_date(2020, 12, 31), Language::en), "31 December 2020");
}

TEST(Cells, KeepTheExactValueBesideTheText) {
  const Cell money = money_cell(Decimal::parse("1234567.5"));
  EXPECT_EQ(money.text.zh, "1,234,567.50");
  EXPECT_EQ(money.exact, Decimal::parse("1234567.5"));
  EXPECT_THROW(money_cell(Decimal::parse("0.005")),
               Error);  // fen are the smallest part: nothing is rounded here
  EXPECT_EQ(number_cell(Decimal::parse("0.50")).text.zh, "0.50");
}

TEST(Tables, WithRaggedRowsAreRefused) {
  Table table;
  table.caption = {"表1", "Table 1"};
  table.columns = {{{"甲", "A"}}, {{"乙", "B"}}};
  table.rows = {{"1"}, {"1", "2"}, {"1", "2", "3"}};
  try {
    check(table);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::ragged_table);
    EXPECT_THAT(error.message().zh, testing::HasSubstr("第 3 行有 3 个单元格"));
  }
  table.rows.pop_back();
  check(table);
  table.totals = Row{"1", "2", "3"};
  EXPECT_THROW(check(table), Error);
}

TEST(Trees, AreFlattenedParentsFirst) {
  const std::vector<TreeNode> roots{
      {{"a", ""},
       "",
       {},
       {},
       {{{"b", ""}, "", {}, {}, {{{"c", ""}, "", {}, {}, {}}}}, {{"d", ""}, "", {}, {}, {}}}},
      {{"e", ""}, "", {}, {}, {}}};
  std::string order;
  for (const FlatNode& flat : flatten(roots)) {
    order += flat.node->label.zh;
    for (const bool last : flat.last_of_row) order += last ? '1' : '0';
    order += ' ';
  }
  EXPECT_EQ(order, "a0 b00 c001 d01 e1 ");
  EXPECT_TRUE(flatten({}).empty());
}

}  // namespace tributary::document
