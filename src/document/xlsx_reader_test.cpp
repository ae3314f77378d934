// What was written is read back; what is broken is refused.
#include "document/xlsx_reader.h"

#include "base/text.h"
#include "document/codes.h"
#include "document/xlsx.h"

#include <filesystem>
#include <list>
#include <random>

#include <gtest/gtest.h>
#include <zip.h>

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

// A workbook from its parts, as other programs write them.
std::string packed(const std::string& sheet, const std::string& more_parts = "",
                   const std::string& styles = "") {
  const std::string path = ::testing::TempDir() + "xlsx-reader-parts.xlsx";
  std::filesystem::remove(path);
  int error = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE, &error);
  // The archive reads its parts when it is closed.
  std::list<std::string> parts;
  const auto add = [&](const char* name, const std::string& text) {
    if (text.empty()) return;
    const std::string& kept = parts.emplace_back(text);
    zip_file_add(zip, name, zip_source_buffer(zip, kept.data(), kept.size(), 0), 0);
  };
  add("xl/workbook.xml",
      "<workbook xmlns:r='r'><workbookPr/><sheets><sheet name='h' state='hidden' r:id='r0'/><sheet name='a' "
      "r:id='r1'/></sheets></workbook>");
  add("xl/_rels/workbook.xml.rels",
      "<Relationships><Relationship Id='r1' Target='worksheets/one.xml'/></Relationships>");
  add("xl/worksheets/one.xml", sheet);
  add("xl/sharedStrings.xml", more_parts);
  add("xl/styles.xml", styles);
  zip_close(zip);
  const std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
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
