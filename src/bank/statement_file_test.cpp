// Layouts and the files read by them: every fault with its place.
#include "bank/bank_testing.h"
#include "policy/codes.h"

#include <gtest/gtest.h>

namespace tributary::bank {
namespace {

using testing::code_of;
using testing::test_layout;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

// A layout in UTF-8 without the line above the heading.
BankLayout plain() {
  return test_layout(replaced(replaced(testing::bank_yaml, "GB18030", "UTF-8"), "  skip: 1\n", ""));
}

StatementFile read(const BankLayout& layout, const std::string& text) {
  return read_statement(text, "s.csv", layout, layout.accounts.at(0));
}

const std::string head = "交易日期,流水号,收入,支出,余额,对方账号,对方户名,摘要\n";

TEST(BankLayoutFile, IsReadStrictly) {
  struct Case {
    const char* what;
    const char* with;
    const char* code;
  };
  for (const Case& c : std::vector<Case>{
           {"thousands: true", "thousand: true", "unknown_key"},
           {"encoding: GB18030", "encoding: BIG5", "bad_value"},
           {"date: YYYYMMDD", "date: DDMMYYYY", "bad_value"},
           {"order: oldest_first", "order: any", "bad_value"},
           {"in: 收入, out: 支出", "in: 收入", "bad_value"},
           {"in: 收入, out: 支出", "in: 收入, out: 支出, amount: 金额", "bad_value"},
           {"serial: 流水号", "serial: 摘要", "bad_value"},
           {", remark: 摘要", "", "missing_key"},
           {"fill: amount", "fill: money", "bad_value"},
           {"  - {head: 附言, fill: remark}\n", "", "bad_value"},
           {"owner: fin, clearing: BANK", "", "bad_value"},
           {"account: MAIN", "account: MA/IN", "bad_value"},
           {"source: {document: 试验}\n", "", "missing_source"}}) {
    EXPECT_EQ(code_of([&] { test_layout(replaced(testing::bank_yaml, c.what, c.with)); }), c.code) << c.what;
  }
  EXPECT_EQ(code_of([] { find_account({test_layout()}, "OTHER"); }), "unknown_account");
}

TEST(BankLayoutFile, TheExampleOfTheDemonstrationIsMarkedAsOne) {
  const auto policy = policy::Policy::load(std::string(TRIBUTARY_SOURCE_DIR) + "/policies", "demo");
  const auto layouts = load_layouts(policy);
  ASSERT_EQ(layouts.size(), 1U);
  EXPECT_TRUE(layouts[0].example);
  EXPECT_FALSE(layouts[0].verified);
  EXPECT_EQ(layouts[0].accounts.size(), 1U);
}

TEST(StatementFileReading, TellsEveryFaultWithItsPlace) {
  const std::string text = head +
                           "20201101,1,\"1,000.50\",,\"1,000.50\",62,甲,a\n"
                           "20201131,2,1,,1,62,甲,a\n"
                           "20201101,,1,,1,62,甲,a\n"
                           "20201101,4,1,1,1,62,甲,a\n"
                           "20201101,5,,,1,62,甲,a\n"
                           "20201101,6,1.005,,1,62,甲,a\n"
                           "20201101,7,-1,,1,62,甲,a\n"
                           "20201101,8,\"10,00\",,1,62,甲,a\n"
                           "20201101,9,1,,,62,甲,a\n"
                           "20201101,10,1\n"
                           "20201101,11,99999999999999999999,,1,62,甲,a\n"
                           "2020-11-1,12,1,,1,62,甲,a\n";
  try {
    read(plain(), text);
    FAIL();
  } catch (const BadFile& e) {
    std::vector<std::pair<long, long>> places;
    for (const Error& f : e.faults()) {
      EXPECT_EQ(f.code().name, "bad_row");
      EXPECT_EQ(f.where().file, "s.csv");
      places.emplace_back(f.where().line, f.where().column);
    }
    EXPECT_EQ(places, (std::vector<std::pair<long, long>>{
                          {3, 1}, {4, 2}, {5, 4}, {6, 3}, {7, 3}, {8, 3}, {9, 3}, {10, 5}, {11, 0}, {12, 3}, {13, 1}}));
  }
}

TEST(StatementFileReading, HoldsBalancesAgainstLines) {
  const auto one = read(plain(), head + "20201101,1,1,,101.00,62,甲,a\n20201102,2,,\"1,000\",-899,62,甲,\"b,c\"\n\n");
  ASSERT_EQ(one.rows.size(), 2U);
  EXPECT_EQ(one.rows[1].fen, -100'000);
  EXPECT_EQ(one.rows[1].remark, "b,c");
  EXPECT_EQ(one.rows[1].balance, -89'900);
  EXPECT_EQ(one.sha256.size(), 64U);
  const std::string newest = replaced(replaced(testing::bank_yaml, "GB18030", "UTF-8"), "oldest_first", "newest_first");
  const auto turned = read(test_layout(newest), "x\n" + head + "20201102,2,,1,100,62,甲,b\n20201101,1,1,,101,62,甲,a\n");
  EXPECT_EQ(turned.rows[0].serial, "1");
  EXPECT_EQ(code_of([] { read(plain(), head + "20201101,1,1,,101,62,甲,a\n20201102,2,1,,101,62,甲,b\n"); }), "balance_broken");
  EXPECT_EQ(code_of([] { read(plain(), head + "20201102,1,1,,101,62,甲,a\n20201101,2,1,,102,62,甲,b\n"); }), "bad_row");
  EXPECT_EQ(code_of([] { read(plain(), head + "20201101,1,1,,101,62,甲,a\n20201101,1,1,,102,62,甲,b\n"); }), "bad_row");
  EXPECT_EQ(code_of([] { read(plain(), ""); }), "bad_file");
  EXPECT_EQ(code_of([] { read(plain(), "交易日期,流水号\n"); }), "bad_file");
  EXPECT_EQ(code_of([] { read(plain(), "交易日期," + head); }), "bad_file");
  EXPECT_EQ(code_of([] { read(plain(), head + "\xC7\xDA"); }), "bad_encoding");
  EXPECT_EQ(code_of([] { read(test_layout(), from_utf8(head, Encoding::gb18030) + "\xFF\xFF\n"); }), "bad_encoding");
}

TEST(StatementFileReading, WithSignedAmountsAndNoBalances) {
  std::string yaml = replaced(testing::bank_yaml, "in: 收入, out: 支出, balance: 余额, account: 对方账号, name: 对方户名",
                              "amount: 金额, own: 本方");
  yaml = replaced(replaced(replaced(yaml, "GB18030", "UTF-8"), "  skip: 1\n", ""), "YYYYMMDD", "YYYY/MM/DD");
  const auto file = read(test_layout(yaml), "流水号,本方,交易日期,金额,摘要\n7,1234567890,2020/11/01,-3.5,x\n");
  ASSERT_EQ(file.rows.size(), 1U);
  EXPECT_EQ(file.rows[0].fen, -350);
  EXPECT_EQ(file.rows[0].day, parse_date("2020-11-01"));
  EXPECT_FALSE(file.rows[0].balance);
  EXPECT_EQ(code_of([&] { read(test_layout(yaml), "流水号,本方,交易日期,金额,摘要\n7,999,2020/11/01,1,x\n"); }), "bad_row");
}

TEST(BankEncoding, GoesThereAndBack) {
  std::string all;
  for (int i = 0; i < 3000; ++i) all += "亳州谯城区𠮷€ä，";  // beyond one buffer, and beyond GBK
  EXPECT_EQ(to_utf8(from_utf8(all, Encoding::gb18030), Encoding::gb18030, "f"), all);
  EXPECT_EQ(from_utf8("中", Encoding::gb18030), "\xD6\xD0");
  EXPECT_EQ(code_of([&] { to_utf8("a\nb\xFF", Encoding::gb18030, "f"); }), "bad_encoding");
}

}  // namespace
}  // namespace tributary::bank
