// Everything that can be wrong with a file, as a table: where it is found and what it is called.
#include "base/text.h"
#include "observe/cell.h"
#include "observe/import.h"
#include "observe/import_testing.h"
#include "observe/observations.h"
#include "store/testing.h"

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

constexpr std::string_view header = "section,time,codmn,unit,status,note\n";

ImportMapping table_mapping() {
  ImportMapping m = samples::simple();
  m.values[0].unit_column = "unit";
  m.status_column = "status";
  m.statuses = {{"正常", Flag::valid}, {"停站", Flag::missing}};
  m.note_column = "note";
  return m;
}

class ImportErrors : public ::testing::Test {
 protected:
  ImportErrors() : database_("sqlite"), clock_(parse_instant("2020-11-23 10:00")) {
    database_.db().migrate(migrations());
  }
  ImportReport import(std::string_view content, const ImportMapping& mapping,
                      const ImportOptions& options = {}) {
    const PlaceLookup lookup = [](std::string_view name) -> std::optional<std::string> {
      if (name == "颜集" || name == "付桥闸") return "p:" + std::string(name);
      return std::nullopt;
    };
    const NearPlaces near = [](std::string_view name) {
      const std::vector<std::string> known{"颜集", "付桥闸"};
      return near_misses(name, known);
    };
    return import_csv({database_.db(), "341602", lookup, near, clock_}, folder_.write("table.csv", content),
                      mapping, options);
  }
  std::int64_t stored() {
    return database_.db().read(
        [](store::Transaction& t) { return t.first("SELECT COUNT(*) FROM observation")->integer(0); });
  }

  store::TestDatabase database_;
  FixedClock clock_;
  samples::TestFolder folder_;
};

// One bad row between two good ones: the good ones go in, the bad one is named.
TEST_F(ImportErrors, Rows) {
  struct Case {
    std::string_view row;
    std::string_view code;
    std::string_view field;
    long column;  // in characters
    std::string_view raw;
    std::string_view said;  // in the message or the hint
  };
  const std::vector<Case> cases{
      {"颜集,2020-10-02 08:00,\"1,5\",mg/L,正常,", "decimal_comma", "codmn", 21, "1,5", "小数点"},
      {"颜集,2020-10-02 08:00,\"1,234.5\",mg/L,正常,", "bad_value", "codmn", 21, "1,234.5", "千分位"},
      {"颜集,2020-10-02 08:00,-0.1,mg/L,正常,", "impossible_value", "codmn", 21, "-0.1", "不可能"},
      {"颜集,2020-10-02 08:00,abc,mg/L,正常,", "bad_value", "codmn", 21, "abc", "不是数字"},
      {"颜集,2020-10-02 08:00,１.５,mg/L,正常,", "bad_value", "codmn", 21, "１.５", "半角"},
      {"颜集,2020-10-02 08:00,inf,mg/L,正常,", "bad_value", "codmn", 21, "inf", "不是数字"},
      {"颜集,2020-10-02 08:00,0x10,mg/L,正常,", "bad_value", "codmn", 21, "0x10", "不是数字"},
      {"颜集,2020-10-02 08:00,1e99,mg/L,正常,", "bad_value", "codmn", 21, "1e99", "不是数字"},
      {"颜集,2020-10-02 08:00,1.5mg,mg/L,正常,", "bad_value", "codmn", 21, "1.5mg", "不是数字"},
      {"颜集,2020-10-02 08:00,<,mg/L,正常,", "bad_value", "codmn", 21, "<", "不是数字"},
      {"颜集,2020-10-02 08:00,<-1,mg/L,正常,", "bad_value", "codmn", 21, "<-1", "不是数字"},
      {"颜集,2020-10-02 08:00,1.234567890123456,mg/L,正常,", "too_many_digits", "codmn", 21,
       "1.234567890123456", "15"},
      {"颜集,2020-10-02 08:00,ND,mg/L,正常,", "no_detection_limit", "codmn", 21, "ND", "检出限"},
      {"颜集,2020-10-02 08:00,1.5,ug/L,正常,", "unit_mismatch", "unit", 25, "ug/L", "换算"},
      {"颜集,2020-10-02 08:00,1.5,,正常,", "unit_mismatch", "unit", 25, "", "换算"},
      {"颜集,2020-11-24 10:01,1.5,mg/L,正常,", "future_time", "time", 4, "2020-11-24 10:01", "还没有到"},
      {"颜集,2020-02-30 08:00,1.5,mg/L,正常,", "bad_time", "time", 4, "2020-02-30 08:00", "不是有效时间"},
      {"颜集,08:00,1.5,mg/L,正常,", "bad_time", "time", 4, "08:00", "不是有效时间"},
      {"颜集,,1.5,mg/L,正常,", "bad_time", "time", 4, "颜集,,1.5,mg/L,正常,", "没有时间"},
      {"颜隼,2020-10-02 08:00,1.5,mg/L,正常,", "unknown_place", "section", 1, "颜隼", "“颜集”"},
      {",2020-10-02 08:00,1.5,mg/L,正常,", "unknown_place", "section", 1, ",2020-10-02 08:00,1.5,mg/L,正常,",
       "名称是空的|没有地点名称"},
      {"颜集,2020-10-02 08:00,1.5,mg/L,检修,", "unknown_status", "status", 30, "检修", "停站"},
      {"颜集,2020-10-02 08:00,1.5,mg/L", "wrong_field_count", "", 0, "颜集,2020-10-02 08:00,1.5,mg/L",
       "6 列"},
      {"颜集,2020-10-02 08:00,1,5,mg/L,正常,", "wrong_field_count", "", 0,
       "颜集,2020-10-02 08:00,1,5,mg/L,正常,", "7 列"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.row);
    const std::int64_t before = stored();
    const std::string day =
        "2020-09-" + std::to_string(10 + before % 20);  // two rows that no earlier case stored
    const std::string content = std::string(header) + "颜集," + day + " 00:00,1.5,mg/L,正常,\n" +
                                std::string(c.row) + "\n颜集," + day + " 04:00,<0.025,mg/L,正常,\n";
    const ImportReport report = import(content, table_mapping());
    EXPECT_EQ(report.rows, 3);
    EXPECT_EQ(report.accepted, 2);
    EXPECT_EQ(report.rejected, 1);
    EXPECT_LE(before, stored());
    ASSERT_EQ(report.errors.size(), 1U);
    const RowError& error = report.errors.front();
    EXPECT_EQ(error.error.code().name, c.code);
    EXPECT_TRUE(error.error.where().file.ends_with("/table.csv"));
    EXPECT_EQ(error.error.where().line, 3);
    EXPECT_EQ(error.error.where().column, c.column);
    EXPECT_EQ(error.error.where().field, c.field);
    EXPECT_EQ(error.raw, c.raw);
    const std::string text = error.error.message().zh + error.error.hint().zh;
    bool said = false;
    for (const std::string_view one : split(c.said, '|')) said = said || text.find(one) != std::string::npos;
    EXPECT_TRUE(said) << text;
    EXPECT_FALSE(error.error.message().en.empty());
    EXPECT_FALSE(error.error.hint().en.empty());
  }
}

// What ends the import: nothing of the file is stored.
TEST_F(ImportErrors, Files) {
  const std::string good = std::string(header) + "颜集,2020-10-01 08:00,1.5,mg/L,正常,\n";
  struct Case {
    std::string_view name;
    std::string content;
    std::string_view code;
    long line;
    std::string_view said;
  };
  const std::vector<Case> cases{
      {"empty", "", "empty_file", 1, "空"},
      {"only a byte order mark", "\xEF\xBB\xBF", "empty_file", 1, "空"},
      {"blank lines", "\n\n\r\n", "empty_file", 1, "空"},
      {"open quote", good + "颜集,2020-10-02 08:00,\"1.5,mg/L,正常,\n颜集,2020-10-03 08:00,1,mg/L,正常,\n",
       "bad_csv", 3, "截断"},
      {"text after a quote", good + "颜集,2020-10-02 08:00,\"1\"5,mg/L,正常,\n", "bad_csv", 3, "引号"},
      {"record over 1 MiB",
       good + "颜集,2020-10-02 08:00,\"" + std::string(std::size_t{3} << 20, '1') + "\",mg/L,正常,\n",
       "bad_csv", 3, "超过"},
      {"NUL", good + std::string("颜集,2020-10-02 08:00,1\0.5,mg/L,正常,\n", 41), "nul_byte", 3, "空字节"},
      {"GBK",
       std::string("section,time,codmn,unit,status,note\n\xD1\xD5\xBC\xAF,2020-10-01 "
                   "08:00,1.5,mg/L,\xD5\xFD\xB3\xA3,\n"),
       "bad_encoding", 2, "GBK"},
      {"GBK header", std::string("\xB6\xCF\xC3\xE6,time\n"), "bad_encoding", 1, "另存为 UTF-8"},
      {"neither UTF-8 nor GBK", good + "\xFF\xFF,2020-10-02 08:00,1.5,mg/L,,\n", "bad_encoding", 3,
       "不是 UTF-8"},
      {"UTF-16", std::string("\xFF\xFEs\0e\0c\0", 8), "bad_encoding", 1, "UTF-16"},
      {"missing columns", "section,tiem,codmm,unit,status,note\n", "missing_column", 1,
       "是否指“codmm”、“tiem”"},
      {"duplicate column", "section,time,codmn,unit,status,note,codmn\n", "duplicate_column", 1,
       "第 3 列和第 7 列"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    try {
      import(c.content, table_mapping());
      ADD_FAILURE() << "was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code().name, c.code);
      EXPECT_EQ(error.where().line, c.line);
      const std::string text = error.message().zh + error.hint().zh;
      EXPECT_NE(text.find(c.said), std::string::npos) << text;
      EXPECT_FALSE(error.hint().en.empty());
    }
    EXPECT_EQ(stored(), 0);
  }
}

TEST_F(ImportErrors, TruncatedLastLine) {
  const std::string content =
      std::string(header) + "颜集,2020-10-01 08:00,1.5,mg/L,正常,\n颜集,2020-10-02 08:0";
  const ImportReport report = import(content, table_mapping());
  EXPECT_EQ(report.accepted, 1);
  ASSERT_EQ(report.errors.size(), 1U);
  EXPECT_EQ(report.errors.front().error.code().name, "truncated");
  EXPECT_EQ(report.errors.front().error.where().line, 3);
  // A whole last line without a line end is good.
  EXPECT_EQ(import(std::string(header) + "颜集,2020-10-02 08:00,1.5,mg/L,正常,", table_mapping()).rejected,
            0);
}

// The buffer moves between the two: nothing of the row before may be looked at.
TEST_F(ImportErrors, ShortRecordAfterAReadableRow) {
  std::string content(header);
  for (int i = 0; i < 5000; ++i) content += "颜集,2020-10-01 08:00,1.5,mg/L,正常,\n未登记的\n";
  const ImportReport report = import(content, table_mapping());
  EXPECT_EQ(report.accepted, 5000);
  EXPECT_EQ(report.rejected, 5000);
  EXPECT_EQ(report.error_count, 5000);
  EXPECT_EQ(report.reasons.at("wrong_field_count"), 5000);
}

TEST_F(ImportErrors, AcceptsWhatExcelWrites) {
  const std::string content =
      "\xEF\xBB\xBFsection , time,codmn,unit,status,note,,\r\n\"颜集\", 2020-10-01 08:00 , 1.50 "
      ",mg/L,正常,\"a \"\"b\"\"\r\nc\",,\r\n\r\n";
  const ImportReport report = import(content, table_mapping());
  EXPECT_EQ(report.accepted, 1);
  EXPECT_EQ(report.error_count, 0);
  const Observations all(database_.db(), "341602");
  const auto read = all.read(all.get("p:颜集", "codmn", "simple").id, Period::parse("2020"));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].value, 1.5);
  EXPECT_EQ(read[0].raw, " 1.50 ");
}

TEST_F(ImportErrors, StrictKeepsAllOutAndListsAll) {
  const std::string content = std::string(header) +
                              "颜集,2020-10-01 08:00,1.5,mg/L,正常,\n颜集,2020-10-02 08:00,x,kg,正常,\n" +
                              "颜集,2020-10-03 08:00,1.5,mg/L,正常,\n无此处,2020-13-01 08:00,1,mg/L,?,\n";
  const ImportReport report = import(content, table_mapping(), {.strict = true});
  EXPECT_EQ(report.outcome, ImportOutcome::refused);
  EXPECT_FALSE(report.file.has_value());
  EXPECT_EQ(report.accepted, 2);
  EXPECT_EQ(report.rejected, 2);
  EXPECT_EQ(report.error_count, 4);  // x; 13th month, status and place
  EXPECT_EQ(stored(), 0);
  EXPECT_EQ(import(content, table_mapping()).outcome, ImportOutcome::stored);
  EXPECT_EQ(stored(), 2);
}

TEST_F(ImportErrors, KeepsTheFirstErrorsAndTellsAll) {
  class Listener : public ImportListener {
   public:
    void rejected(const RowError&) override { ++heard; }
    void progress(std::uint64_t done, std::uint64_t bytes) override { last = done, total = bytes; }
    int heard = 0;
    std::uint64_t last = 0;
    std::uint64_t total = 0;
  } listener;
  std::string content(header);
  for (int i = 0; i < 50; ++i) content += "颜集,2020-10-01 08:00,x,mg/L,正常,\n";
  const ImportReport report =
      import_csv({database_.db(), "341602", samples::every_place(), {}, clock_},
                 folder_.write("many.csv", content), table_mapping(), {.errors_kept = 7}, &listener);
  EXPECT_EQ(report.errors.size(), 7U);
  EXPECT_EQ(report.error_count, 50);
  EXPECT_EQ(report.reasons.at("bad_value"), 50);
  EXPECT_EQ(listener.heard, 50);
  EXPECT_EQ(listener.last, content.size());
  EXPECT_EQ(listener.total, content.size());
}

TEST_F(ImportErrors, Units) {
  ImportMapping row = samples::simple();
  row.unit_row = true;
  EXPECT_EQ(import("section,time,codmn\n,,mg/L\n颜集,2020-10-01 08:00,1.5\n", row).accepted, 1);
  EXPECT_THROW(import("section,time,codmn\n,,ug/L\n颜集,2020-10-01 08:00,1500\n", row), Error);
  ImportMapping in_header = samples::simple();
  in_header.unit_in_header = true;
  EXPECT_EQ(import("section,time,codmn（mg/L）\n颜集,2020-10-02 08:00,1.5\n", in_header).accepted, 1);
  EXPECT_EQ(import("section,time,codmn(g/m3)\n颜集,2020-10-03 08:00,1.5\n", in_header).accepted, 1);
  EXPECT_THROW(import("section,time,codmn(μg/L)\n颜集,2020-10-04 08:00,1500\n", in_header), Error);
  // A source never changes its unit.
  ImportMapping other = samples::simple();
  other.values[0].unit = "ug/L";
  try {
    import("section,time,codmn\n颜集,2020-10-05 08:00,1500\n", other);
    ADD_FAILURE() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code().name, "unit_mismatch");
  }
  EXPECT_EQ(stored(), 3);
}

TEST(Cell, Table) {
  ImportMapping m = samples::simple();
  ValueColumn column = m.values[0];
  column.detection_limit = 0.01;
  struct Case {
    std::string_view text;
    Cell::Kind kind;
    double number;
  };
  using enum Cell::Kind;
  for (const Case& c : {Case{"1.5", number, 1.5},
                        Case{" 1.5\t", number, 1.5},
                        Case{"0", number, 0},
                        Case{"-0.0", number, 0},
                        Case{"3e-4", number, 3e-4},
                        Case{".5", number, 0.5},
                        Case{"1.50000000000000000", number, 1.5},
                        Case{"000000000000000000.5", number, 0.5},
                        Case{"100000000000000000", number, 1e17},
                        Case{"123456789012345", number, 123456789012345.0},
                        Case{"1234567890123456", bad, 0},
                        Case{"<0.025", below_limit, 0.025},
                        Case{"< 0.025", below_limit, 0.025},
                        Case{"＜0.025", below_limit, 0.025},
                        Case{"0.025L", below_limit, 0.025},
                        Case{"ND", below_limit, 0.01},
                        Case{"未检出", below_limit, 0.01},
                        Case{"", missing, 0},
                        Case{"--", missing, 0},
                        Case{"NaN", missing, 0},
                        Case{"*", not_measured, 0},
                        Case{"L", bad, 0},
                        Case{"-", bad, 0},
                        Case{"+1", bad, 0},
                        Case{"1 5", bad, 0},
                        Case{"nan", bad, 0},
                        Case{"<0", bad, 0}}) {
    const Cell cell = read_cell(c.text, m, column);
    EXPECT_EQ(cell.kind, c.kind) << c.text;
    EXPECT_EQ(cell.number, c.number) << c.text;
  }
}

}  // namespace
}  // namespace tributary::observe
