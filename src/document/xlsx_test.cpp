// Workbooks are opened with unzip and xmllint, and the cells read from the XML.
#include "document/xlsx.h"

#include "base/text.h"
#include "document/codes.h"
#include "document/samples.h"
#include "document/sheet_name.h"
#include "document/testing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::document {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_tools::Folder;
using testing_tools::run;

class XlsxTest : public ::testing::Test {
 protected:
  std::string part(const std::string& name) {
    const auto out = run(fmt::format("unzip -p '{}' {}", path, name));
    EXPECT_EQ(out.status, 0) << out.output;
    return out.output;
  }
  // What a cell holds: the text of a string cell (t="s" or "inlineStr"), else the number as written.
  std::string cell(const std::string& address, int sheet = 1) {
    return run(fmt::format("unzip -p '{0}' xl/worksheets/sheet{1}.xml > '{2}'; unzip -p '{0}' "
                           "xl/sharedStrings.xml > '{3}' 2>/dev/null; "
                           "i=$(xmllint --xpath "
                           "\"string(//*[local-name()='c'][@r='{4}']/*[local-name()='v'])\" '{2}'); "
                           "t=$(xmllint --xpath \"string(//*[local-name()='c'][@r='{4}']/@t)\" '{2}'); "
                           "if [ \"$t\" = s ]; then xmllint --xpath "
                           "\"string(//*[local-name()='si'][$((i+1))])\" '{3}'; "
                           "elif [ \"$t\" = inlineStr ]; then xmllint --xpath "
                           "\"string(//*[local-name()='c'][@r='{4}']//*[local-name()='t'])\" '{2}'; "
                           "else printf 'n:%s' \"$i\"; fi",
                           path, sheet, folder / "sheet.xml", folder / "strings.xml", address))
        .output;
  }
  void write(const Table& table) { write_xlsx(Workbook{{}, {{"表", table, nullptr}}}, path); }

  Folder folder;
  std::string path = folder / "a.xlsx";
};

std::string line(std::string text) {
  return text + "\n";
}

}  // namespace

TEST_F(XlsxTest, TheStatementComesBack) {
  write_xlsx(samples::statement(), path);
  EXPECT_EQ(run("unzip -tq " + path).status, 0);
  const std::string book = part("xl/workbook.xml");
  for (const char* name : {"说明", "表1　2020年10月断面生态补偿结算表", "示例河甲断面 补偿金额的由来"})
    EXPECT_THAT(book, HasSubstr(fmt::format("name=\"{}\"", name)));
  EXPECT_EQ(cell("B2", 1), line("生态补偿结算通知书"));
  EXPECT_EQ(cell("B4", 1), line("示例〔2020〕10号"));
  EXPECT_EQ(cell("G1", 2), line("补偿金额（元）"));
  EXPECT_EQ(cell("A2", 2), "n:1");
  EXPECT_EQ(cell("B2", 2), line("示例河甲断面（国控）"));
  EXPECT_EQ(cell("G4", 2), "n:1500000");
  EXPECT_EQ(cell("F4", 2), "n:1.275");
  EXPECT_EQ(cell("G6", 2), "n:-300000");
  EXPECT_EQ(cell("G7", 2), line("—"));  // missing is not zero
  EXPECT_EQ(cell("G8", 2), "n:2200000");
  EXPECT_EQ(cell("C2", 3), "n:500000");
  const std::string sheet = part("xl/worksheets/sheet2.xml");
  EXPECT_THAT(sheet, HasSubstr("state=\"frozen\""));
  EXPECT_THAT(sheet, HasSubstr("<autoFilter ref=\"A1:G7\"/>"));  // the totals stay out of the filter
  EXPECT_THAT(part("xl/styles.xml"), HasSubstr("#,##0.00"));
  EXPECT_THAT(part("docProps/core.xml"), HasSubstr("2020-11-10T01:30:00Z"));
}

TEST_F(XlsxTest, NothingBecomesAFormula) {
  Table table;
  table.columns = {{{"=A1", ""}}, {{"值", ""}, CellKind::number}};
  const std::vector<std::string> texts{"=1+1",    "=cmd|' /C calc'!A0", "+1",
                                       "-1",      "@SUM(A1)",           "\t=1",
                                       "0012345", "341602198001011234", "http://example.org",
                                       "{=A1}"};
  for (const std::string& text : texts) table.rows.push_back({text, text});
  write(table);
  const std::string sheet = part("xl/worksheets/sheet1.xml");
  EXPECT_THAT(sheet, Not(HasSubstr("<f>")));
  EXPECT_THAT(sheet, Not(HasSubstr("<hyperlink")));
  EXPECT_EQ(cell("A1"), line("=A1"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(cell(cell_address(i + 1, 0)), line(texts[i]));
    EXPECT_EQ(cell(cell_address(i + 1, 1)), line(texts[i]));
  }
}

TEST_F(XlsxTest, MoneyIsExactOrText) {
  Table table;
  table.columns = {{{"金额", ""}, CellKind::money}};
  const std::vector<std::pair<std::string, std::string>> cases{
      {"0.10", "n:0.1"},
      {"-20", "n:-20"},
      {"1234567890123.45", "n:1234567890123.45"},
      {"8000000000000.01", "n:8000000000000.01"},
      {"12345678901234567.89", line("12345678901234567.89")},
      {"99999999999999999999999999999999.99", line("99999999999999999999999999999999.99")},
      {"0.30000000000000000000000001", line("0.30000000000000000000000001")},
  };
  for (const auto& [given, wanted] : cases) table.rows.push_back({Cell("x", Decimal::parse(given))});
  write(table);
  for (std::size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(cell(cell_address(i + 1, 0)), cases[i].second);
}

// Whatever stands in the file as a number reads back as the very decimal.
TEST_F(XlsxTest, NumbersReadBackExactly) {
  Table table;
  table.columns = {{{"值", ""}, CellKind::number}};
  std::vector<Decimal> values;
  std::uint64_t state = 20201110;
  for (int i = 0; i < 3000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto magnitude = static_cast<std::int64_t>(state >> (1 + state % 60));
    values.push_back(Decimal::from_parts(i % 2 == 0 ? magnitude : -magnitude, static_cast<int>(state % 7)));
    table.rows.push_back({number_cell(values.back())});
  }
  write(table);
  const std::string sheet = part("xl/worksheets/sheet1.xml");
  int numbers = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string mark = fmt::format("<c r=\"A{}\"", i + 2);
    const std::size_t at = sheet.find(mark);
    ASSERT_NE(at, std::string::npos);
    const std::string one = sheet.substr(at, sheet.find("</c>", at) - at);
    if (one.find("t=\"") != std::string::npos) continue;  // text: kept as written
    const std::size_t from = one.find("<v>") + 3;
    EXPECT_EQ(Decimal::parse(one.substr(from, one.find("</v>") - from)), values[i]);
    ++numbers;
  }
  EXPECT_GT(numbers, 2000);
}

TEST_F(XlsxTest, TextComesBackAsItWas) {
  Table table;
  table.columns = {{{"文字", ""}}};
  const std::vector<std::string> texts{"a<b>&\"c\"'d'",         "_x0041_", "_x_x0041_", "𠮷", "一\n二",
                                       std::string(32'000, 'y')};
  for (const std::string& text : texts) table.rows.push_back({text});
  table.rows.push_back({std::string("x\0\x1by\xFF", 5)});
  write(table);
  EXPECT_EQ(run("unzip -p " + path + " xl/worksheets/sheet1.xml | xmllint --noout -").output, "");
  EXPECT_EQ(run("unzip -p " + path + " xl/sharedStrings.xml | xmllint --noout -").output, "");
  EXPECT_EQ(cell("A2"), line(texts[0]));
  EXPECT_EQ(cell("A3"), line("_x005F_x0041_"));  // Excel reads _x005F_ as the underscore
  EXPECT_EQ(cell("A4"), line("_x_x005F_x0041_"));
  EXPECT_EQ(cell("A5"), line("𠮷"));
  EXPECT_EQ(cell("A6"), line("一\n二"));
  EXPECT_EQ(cell("A7"), line(texts[5]));
  EXPECT_EQ(cell("A8"), line("x\uFFFD\uFFFDy\uFFFD"));
}

TEST_F(XlsxTest, TheSameWorkbookGivesTheSameBytes) {
  write_xlsx(samples::statement(), path);
  write_xlsx(samples::statement(), folder / "b.xlsx");
  EXPECT_EQ(read_file(path), read_file(folder / "b.xlsx"));
}

TEST_F(XlsxTest, RowsBeyondASheetGoOnInTheNext) {
  Sheet sheet;
  sheet.name = "清单";
  sheet.table.columns = {{{"序号", ""}, CellKind::number}};
  sheet.table.totals = Row{number_cell(Decimal(-1))};
  int next = 0;
  sheet.more = [&]() -> std::optional<Row> {
    if (next == 1'048'580) return std::nullopt;
    return Row{number_cell(Decimal(++next))};
  };
  write_xlsx(Workbook{{}, {sheet}}, path);
  const std::string book = part("xl/workbook.xml");
  EXPECT_THAT(book, HasSubstr("name=\"清单\""));
  EXPECT_THAT(book, HasSubstr("name=\"清单 (2)\""));
  EXPECT_EQ(run("unzip -p " + path + " xl/worksheets/sheet1.xml | grep -o '<row ' | wc -l").output,
            "1048576\n");
  EXPECT_EQ(cell("A1", 2), line("序号"));
  EXPECT_EQ(cell("A2", 2), "n:1048576");
  EXPECT_EQ(cell("A6", 2), "n:1048580");
  EXPECT_EQ(cell("A7", 2), "n:-1");
}

TEST_F(XlsxTest, RefusalsLeaveTheOldFileAlone) {
  write_file(path, "old");
  Table table;
  table.columns = {{{"文字", ""}}};
  table.rows = {{"a"}, {std::string(32'768, 'z')}};
  try {
    write(table);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::cell_too_long);
    EXPECT_EQ(error.where().field, "A3");
  }
  table.rows = {{"a", "b"}};
  EXPECT_THROW(write(table), Error);
  table.rows.clear();
  table.columns.resize(16'385);
  EXPECT_THROW(write(table), Error);
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(run("ls " + folder / "").output, "a.xlsx\n");
  try {
    write_xlsx(samples::statement(), folder / "no/such/folder.xlsx");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::xlsx_unwritable);
  }
}

TEST_F(XlsxTest, TakesEmptyBooksAndTables) {
  write_xlsx(Workbook{}, path);
  EXPECT_EQ(run("unzip -tq " + path).status, 0);
  write(Table{});
  EXPECT_EQ(run("unzip -tq " + path).status, 0);
  write_xlsx(Document{}, path);
  EXPECT_EQ(run("unzip -tq " + path).status, 0);
}

TEST(SheetName, IsLegalAndUnique) {
  SheetNames names;
  EXPECT_EQ(names.take("2020/10 [甲]:*?", Language::zh), "2020-10 -甲----");
  EXPECT_EQ(names.take("", Language::zh), "表2");
  EXPECT_EQ(names.take("'a'", Language::zh), "a");
  EXPECT_EQ(names.take("A", Language::zh), "A (2)");
  EXPECT_EQ(names.take("history", Language::en), "Sheet5");
  std::string rare;
  for (int i = 0; i < 20; ++i) rare += "𠮷";
  EXPECT_EQ(names.take(rare, Language::zh).size(), 15U * 4U);  // 31 units of UTF-16 hold 15 such characters
  const std::string again = names.take(rare, Language::zh);
  EXPECT_EQ(again.size(), 13U * 4U + 4U);
  EXPECT_TRUE(again.ends_with(" (2)"));
}

TEST(CellAddress, IsAsExcelShowsIt) {
  EXPECT_EQ(cell_address(0, 0), "A1");
  EXPECT_EQ(cell_address(9, 25), "Z10");
  EXPECT_EQ(cell_address(9, 27), "AB10");
  EXPECT_EQ(cell_address(1'048'575, 16'383), "XFD1048576");
}

}  // namespace tributary::document
