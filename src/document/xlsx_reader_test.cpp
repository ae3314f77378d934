// What was written is read back; what is broken is refused.
#include "document/xlsx_reader.h"

#include "base/text.h"
#include "document/codes.h"
#include "document/xlsx.h"
#include "document/xlsx_testing.h"

#include <filesystem>
#include <random>

#include <gtest/gtest.h>

namespace tributary::document {
namespace {

std::string written(const Table& table) {
  const std::string path = ::testing::TempDir() + "xlsx-reader-test.xlsx";
  Workbook workbook;
  workbook.sheets.push_back({"数据", table, {}});
  write_xlsx(workbook, path);
  const std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

std::string packed(const std::string& sheet, const std::string& strings = "",
                   const std::string& styles = "") {
  return testing::packed(sheet, {{"xl/sharedStrings.xml", strings}, {"xl/styles.xml", styles}});
}

std::string code_of(const std::string& bytes) {
  try {
    first_sheet_as_csv(bytes);
    return "none";
  } catch (const Error& e) {
    return std::string(e.code().name);
  }
}

TEST(XlsxReader, ReadsBackWhatWasWritten) {
  Table table;
  table.columns = {{{"断面", "section"}}, {{"氨氮", "NH3-N"}, CellKind::number}};
  table.rows = {{"颜集", number_cell(Decimal::parse("0.300"))},
                {"带,逗号和\"引号\"", number_cell(Decimal::parse("-12.5"))}};
  EXPECT_EQ(first_sheet_as_csv(written(table)), "断面,氨氮\n颜集,0.3\n\"带,逗号和\"\"引号\"\"\",-12.5\n");
}

TEST(XlsxReader, KeepsRowsAndColumnsInTheirPlaces) {
  const std::string sheet =
      "<worksheet><sheetData><row r='2'><c r='B2' t='s'><v>0</v></c><c r='D2'><v>1.5</v></c></row>"
      "<row r='4'><c r='A4' t='inlineStr'><is><t>a\nb</t></is></c><c r='B4' t='b'><v>1</v></c><c r='C4' "
      "s='1'><v>44109.3333333333</v></c>"
      "<c r='D4' s='1'><v>44109</v></c></row></sheetData></worksheet>";
  const std::string strings = "<sst><si><t>共</t><r><t>享</t></r><rPh><t>gx</t></rPh></si></sst>";
  const std::string styles =
      "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy\"年\"m\"月\"'/></numFmts><cellXfs><xf "
      "numFmtId='0'/><xf numFmtId='170'/></cellXfs></styleSheet>";
  EXPECT_EQ(first_sheet_as_csv(packed(sheet, strings, styles)),
            "\n,共享,,1.5\n\na b,TRUE,2020-10-05 08:00,2020-10-05\n");
}

TEST(XlsxReader, RefusesWhatIsNoWorkbook) {
  EXPECT_EQ(code_of(""), "bad_workbook");
  EXPECT_EQ(code_of("PK\x03\x04rubbish"), "bad_workbook");
  EXPECT_EQ(code_of(packed("<worksheet>")), "bad_workbook");
  EXPECT_EQ(code_of(packed("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><worksheet>&a;</worksheet>")), "bad_workbook");
  EXPECT_EQ(code_of(packed("<worksheet><c r='XFE1'><v>1</v></c></worksheet>")), "bad_workbook");
  EXPECT_EQ(code_of(packed("<worksheet><c r='A1048577'><v>1</v></c></worksheet>")), "bad_workbook");
  EXPECT_EQ(code_of(packed("<worksheet><c r='A1' t='s'><v>7</v></c></worksheet>")), "bad_workbook");
  EXPECT_EQ(code_of(packed("<worksheet><c r='A1'><v>1e999</v></c></worksheet>")), "bad_workbook");
  EXPECT_EQ(code_of(packed("<worksheet><c r='A2'><v>1</v></c><c r='A1'><v>1</v></c></worksheet>")),
            "bad_workbook");
}

// What a clerk's Excel may have done to a form, and which cell is named for it.
TEST(FilledForms, HoldWhatWasTypedAndNothingElse) {
  const std::vector<std::vector<std::string>> rows{{"项目", "身份证号"}, {"岗位", "341602199001011234"}};
  const auto faults = [&](const testing::Parts& cells, const std::string& after = {}) {
    std::string out;
    for (const CellFault& fault : filled_form(packed(testing::sheet_of(rows, cells, after))).faults)
      out += fault.cell + " ";
    return out;
  };
  EXPECT_EQ(faults({}), "");
  EXPECT_EQ(filled_form(packed(testing::sheet_of(rows))).csv, "项目,身份证号\n岗位,341602199001011234\n");
  EXPECT_EQ(faults({{"A2", "<c r='A2'><f>1+1</f><v>2</v></c>"}}), "A2 ");
  EXPECT_EQ(faults({{"A2", "<c r='A2' t='str'><f>HYPERLINK(\"http://x\")</f><v>x</v></c>"}}), "A2 ");
  EXPECT_EQ(faults({{"A2", "<c r='A2' t='e'><v>#DIV/0!</v></c>"}}), "A2 ");
  // Fifteen digits are left of eighteen; sixteen small ones are a number as any other.
  EXPECT_EQ(faults({{"B2", "<c r='B2'><v>3.41602199001011E+17</v></c>"}}), "B2 ");
  EXPECT_EQ(faults({{"B2", "<c r='B2'><v>341602199001011234</v></c>"}}), "B2 ");
  EXPECT_EQ(faults({{"B2", "<c r='B2'><v>999999999999999</v></c>"}}), "");
  EXPECT_EQ(faults({{"B2", "<c r='B2'><v>0.1000000000000001</v></c>"}}), "");
  EXPECT_EQ(faults({}, "<mergeCells count='1'><mergeCell ref='A1:B1'/></mergeCells>"), "A1:B1 ");
  EXPECT_EQ(
      faults({{"A2", "<c r='A2'><f>1</f><v>1</v></c>"}}, "<mergeCells><mergeCell ref='A1:B1'/></mergeCells>"),
      "A2 A1:B1 ");
  const auto refused = [&](const testing::Parts& more) {
    try {
      filled_form(testing::packed(testing::sheet_of(rows), more));
      return std::string("taken");
    } catch (const Error& e) {
      return e.message().en;
    }
  };
  EXPECT_EQ(refused({}), "taken");
  EXPECT_EQ(refused({{"xl/vbaProject.bin", "x"}}), "the workbook has macros and is not taken in");
  EXPECT_EQ(refused({{"xl/VBAPROJECT.BIN", "x"}}), "the workbook has macros and is not taken in");
  EXPECT_EQ(refused({{"xl/sharedStrings.xml",
                      "<sst><si><t>" + std::string(std::size_t{40} << 20, ' ') + "</t></si></sst>"}}),
            "the workbook is too large");
}

TEST(XlsxReader, NeverFallsOverDamagedBytes) {
  Table table;
  table.columns = {{{"a", "a"}}};
  for (int i = 0; i < 50; ++i) table.rows.push_back({"x" + std::to_string(i)});
  const std::string good = written(table);
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    for (int k = 0; k < 5; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::string code = code_of(bytes);
    EXPECT_TRUE(code == "none" || code == "bad_workbook" || code == "bad_number" || code == "number_overflow")
        << code;
  }
}

}  // namespace
}  // namespace tributary::document
