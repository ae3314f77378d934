#include "cli/terminal.h"

#include "base/text.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tributary::cli {
namespace {

using document::CellKind;
using document::Language;
using document::Table;
using document::TreeNode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

int widest(const std::string& text) {
  int out = 0;
  for (const auto line : split(text, '\n')) out = std::max(out, display_width(line));
  return out;
}

Table settlement() {
  Table table;
  table.columns = {{{"断面", "Section"}},
                   {{"责任方", "Responsible"}},
                   {{"金额（元）", "Amount"}, CellKind::money},
                   {{"说明", "Note"}}};
  table.rows = {{"示例河甲断面（国控）", "甲镇", document::money_cell(Decimal::parse("1234567.5")),
                 "氨氮超标 0.45 倍，按办法第六条计算并封顶"},
                {"乙断面", "乙镇", document::money_cell(Decimal::parse("-20")), ""}};
  table.totals = document::Row{"合计", "", document::money_cell(Decimal::parse("1234547.5")), ""};
  return table;
}

}  // namespace

TEST(Screen, WidthAndColourComeFromTheTerminalAndTheEnvironment) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  std::optional<std::string> columns;
  const Environment environment = [&](const char* name) -> std::optional<std::string> {
    return std::string_view(name) == "COLUMNS" ? columns : std::nullopt;
  };
  EXPECT_EQ(screen_of(ends[1], environment).width, 100);
  EXPECT_FALSE(screen_of(ends[1], environment).tty);
  EXPECT_FALSE(screen_of(ends[1], environment).colour);
  columns = "72";
  EXPECT_EQ(screen_of(ends[1], environment).width, 72);
  columns = "3";
  EXPECT_EQ(screen_of(ends[1], environment).width, 20);
  for (const char* bad : {"", "abc", "-5", "0", "99999999999999"}) {
    columns = bad;
    EXPECT_EQ(screen_of(ends[1], environment).width, 100) << bad;
  }
  close(ends[0]), close(ends[1]);
}

TEST(Screen, PaintsOnlyWhereColourIsWanted) {
  EXPECT_EQ(paint("错误", Colour::red, {80, true, true}), "\x1b[31m错误\x1b[0m");
  EXPECT_EQ(paint("错误", Colour::red, {80, true, false}), "错误");
  EXPECT_EQ(paint("", Colour::red, {80, true, true}), "");
}

TEST(Wrap, BreaksWhereChineseAndEnglishMayBeBroken) {
  EXPECT_THAT(wrap("水质断面", 4), ElementsAre("水质", "断面"));
  EXPECT_THAT(wrap("水质断面", 5), ElementsAre("水质", "断面"));
  EXPECT_THAT(wrap("mean of the month", 8), ElementsAre("mean of", "the", "month"));
  EXPECT_THAT(wrap("一二，三", 4), ElementsAre("一", "二，", "三"));  // no comma at the head of a line
  EXPECT_THAT(wrap("一（二）", 4), ElementsAre("一", "（二", "）"));  // no opening bracket at the foot of one
  EXPECT_THAT(wrap("abcdefgh", 3), ElementsAre("abc", "def", "gh"));  // a word too wide
  EXPECT_THAT(wrap("一\n\n二", 10), ElementsAre("一", "", "二"));
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
  EXPECT_THAT(wrap("断", 1), ElementsAre("断"));
}

TEST(Wrap, LosesNothingAndFits) {
  std::mt19937 random(20201110);
  const std::vector<std::string> parts{"断", "面",  "，",  "（", "）", " ", "a",
                                       "bc", "COD", "1.5", "Ⅲ",  "𠮷", "é", "e\u0301"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0, n = static_cast<int>(random() % 40); i < n; ++i) text += parts[random() % parts.size()];
    const int width = 2 + static_cast<int>(random() % 20);
    std::string joined;
    for (const std::string& line : wrap(text, width)) {
      EXPECT_LE(display_width(line), width) << text;
      joined += line;
    }
    const auto blank = [](std::string s) {
      std::erase(s, ' ');
      return s;
    };
    EXPECT_EQ(blank(joined), blank(text));
  }
}

class TableAtWidth : public testing::TestWithParam<int> {};

TEST_P(TableAtWidth, FitsAndKeepsNumbersWhole) {
  for (const bool tty : {false, true}) {
    const std::string out = render_table(settlement(), Language::zh, {GetParam(), tty, false});
    EXPECT_LE(widest(out), GetParam()) << out;
    EXPECT_THAT(out, HasSubstr("1,234,567.50"));
    EXPECT_THAT(out, HasSubstr("-20.00"));
    EXPECT_THAT(out, HasSubstr("合计"));
    EXPECT_THAT(out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(out, Not(HasSubstr(" \n")));
  }
}

INSTANTIATE_TEST_SUITE_P(Terminal, TableAtWidth, testing::Values(20, 40, 60, 80, 120));

TEST(TerminalTable, LinesUpChineseAndNumbers) {
  Table table = settlement();
  for (auto& row : table.rows) row.pop_back();
  table.columns.pop_back();
  table.totals.reset();
  EXPECT_EQ(render_table(table, Language::zh, {80, false, false}),
            "断面                  责任方    金额（元）\n"
            "--------------------  ------  ------------\n"
            "示例河甲断面（国控）  甲镇    1,234,567.50\n"
            "乙断面                乙镇          -20.00\n");
}

TEST(TerminalTable, BecomesRecordsWhereNumbersWouldNotFit) {
  Table table;
  for (int i = 0; i < 6; ++i) table.columns.push_back({{fmt::format("第{}列", i), ""}, CellKind::money});
  table.rows.push_back({});
  for (int i = 0; i < 6; ++i) table.rows[0].push_back(document::money_cell(Decimal::from_int(123456789)));
  const std::string narrow = render_table(table, Language::zh, {40, false, false});
  EXPECT_LE(widest(narrow), 40);
  EXPECT_THAT(narrow, HasSubstr("第0列  123,456,789.00\n"));
  EXPECT_THAT(render_table(table, Language::zh, {120, false, false}), HasSubstr("第0列"));
}

TEST(TerminalTable, TakesAbsurdInput) {
  EXPECT_EQ(render_table({}, Language::zh, {}), "");
  Table table;
  table.columns = {{{"列", ""}}};
  EXPECT_THAT(render_table(table, Language::zh, {}), HasSubstr("（无）"));
  table.rows = {{"\x1b[31m\xFF\x07"}, {std::string(5000, 'x')}, {""}, {}};
  const std::string out = render_table(table, Language::zh, {40, true, false});
  EXPECT_EQ(out.find('\x1b'), std::string::npos);  // data cannot steer the terminal
  EXPECT_LE(widest(out), 40);
  EXPECT_EQ(std::count(out.begin(), out.end(), 'x'), 5000);
  table.rows = {{"1", "2"}};
  EXPECT_THROW(render_table(table, Language::zh, {}), Error);
}

TEST(TerminalTree, DrawsGuideLinesAndWrapsUnderTheLabel) {
  document::Tree tree;
  TreeNode root{{"补偿金额", "Amount"}, "500,000.00", {"元", "yuan"}, {"办法第六条", ""}, {}};
  root.children = {{{"档数", ""}, "1", {}, {}, {{{"氨氮", ""}, "1.45", {"mg/L", ""}, {}, {}}}},
                   {{"封顶", ""}, "2,000,000", {"元", "yuan"}, {"办法第六条第三款，每年每断面", ""}, {}}};
  tree.roots = {root};
  EXPECT_EQ(render_tree(tree, Language::zh, {80, false, false}),
            "补偿金额 = 500,000.00 元  办法第六条\n"
            "├─ 档数 = 1\n"
            "│  └─ 氨氮 = 1.45 mg/L\n"
            "└─ 封顶 = 2,000,000 元  办法第六条第三款，每年每断面\n");
  EXPECT_EQ(render_tree(tree, Language::zh, {30, false, false}),
            "补偿金额 = 500,000.00 元\n"
            "│  办法第六条\n"
            "├─ 档数 = 1\n"
            "│  └─ 氨氮 = 1.45 mg/L\n"
            "└─ 封顶 = 2,000,000 元  办\n"
            "      法第六条第三款，每年每断\n"
            "      面\n");
  EXPECT_THAT(render_tree(tree, Language::zh, {80, true, true}), HasSubstr("\x1b[1m500,000.00\x1b[0m 元"));
}

TEST(TerminalTree, KeepsAValueWhole) {
  document::Tree tree;
  tree.roots = {{{"监测数据批次号", ""}, "2020 1031 0731", {}, {}, {}}};
  EXPECT_EQ(render_tree(tree, Language::zh, {26, false, false}), "监测数据批次号\n   = 2020 1031 0731\n");
}

TEST(TerminalTree, TakesDeepTrees) {
  document::Tree tree;
  tree.roots.emplace_back();
  TreeNode* node = &tree.roots.front();
  for (int i = 0; i < 500; ++i) {
    node->label = {fmt::format("第{}层", i), ""};
    node->children.emplace_back();
    node = &node->children.front();
  }
  EXPECT_THAT(render_tree(tree, Language::zh, {80, true, false}), HasSubstr("第499层"));
}

TEST(KeyValues, WrapUnderTheValue) {
  const document::KeyValues list{
      {{{"付款方", ""}, {"示例区财政局（代甲镇）", ""}}, {{"期间", ""}, {"2020-10", ""}}}};
  EXPECT_EQ(render_key_values(list, Language::zh, {24, false, false}),
            "付款方  示例区财政局（代\n"
            "        甲镇）\n"
            "期间    2020-10\n");
}

class ProgressTest : public testing::Test {
 protected:
  Progress make(std::uint64_t total, bool tty = true, Progress::Measure measure = Progress::Measure::steps,
                int width = 80) {
    return Progress(
        {"导入", "Import"}, total, measure, Language::zh, {width, tty, false},
        [this](std::string_view text) { drawn.emplace_back(text); }, [this] { return now; });
  }
  std::vector<std::string> drawn;
  std::chrono::milliseconds now{5000};
};

TEST_F(ProgressTest, ShowsShareTimeAndRest) {
  auto progress = make(200);
  now += std::chrono::seconds(10);
  progress.at(50);
  ASSERT_EQ(drawn.size(), 1U);
  EXPECT_THAT(drawn[0], HasSubstr(" 25%  50/200  已用 0:10  剩余 0:30"));
  EXPECT_THAT(drawn[0], HasSubstr("███████░"));
  progress.at(200);  // within 100 ms: not drawn
  EXPECT_EQ(drawn.size(), 1U);
  progress.finish();
  EXPECT_THAT(drawn[1], HasSubstr("100%"));
  EXPECT_EQ(drawn.back(), "\n");
}

TEST_F(ProgressTest, IsSilentWithoutATerminal) {
  auto progress = make(10, false);
  progress.advance();
  progress.finish();
  EXPECT_TRUE(drawn.empty());
}

TEST_F(ProgressTest, WipesItsLineWhenLeftUnfinished) {
  {
    auto progress = make(10);
    progress.advance();
    const auto moved = std::move(progress);
  }
  EXPECT_EQ(drawn.back(), "\r\x1b[K");
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), "\r\x1b[K"), 1);
}

TEST_F(ProgressTest, FitsNarrowTerminalsAndOddTotals) {
  for (const int width : {20, 30, 40, 80}) {
    auto progress = make(3'000'000'000, true, Progress::Measure::bytes, width);
    now += std::chrono::minutes(75);
    progress.at(1'500'000'000);
    std::string line = drawn.back();
    line = line.substr(1, line.find('\x1b') - 1);
    EXPECT_LT(display_width(line), width);
  }
  auto unknown = make(0);
  unknown.at(1234);
  EXPECT_THAT(drawn.back(), HasSubstr("导入  1,234  已用 0:00"));
  auto beyond = make(10);
  beyond.at(25);
  EXPECT_THAT(drawn.back(), HasSubstr("100%"));
}

TEST(Amounts, AreReadable) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1500), "1.5 kB");
  EXPECT_EQ(bytes_text(999'960), "1.0 MB");
  EXPECT_EQ(bytes_text(7'200'000'000'000), "7.2 TB");
  EXPECT_EQ(duration_text(std::chrono::milliseconds(65'999)), "1:05");
  EXPECT_EQ(duration_text(std::chrono::hours(2) + std::chrono::seconds(3)), "2:00:03");
  EXPECT_EQ(duration_text(std::chrono::seconds(-3)), "0:00");
}

}  // namespace tributary::cli
