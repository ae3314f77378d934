// What a rule of the packs comes to, as the text of a notice: the figure with the articles behind it, or what is missing.
#include "known/of_rule.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tributary::known {
namespace {

const policy::Policy& pack() {
  static const policy::Policy out = policy::Policy::load(std::string(TRIBUTARY_SOURCE_DIR) + "/policies", "cn-341602");
  return out;
}

Figure of(const std::string& rule, std::vector<std::string> formulas, const char* on, std::map<std::string, Given> given) {
  return of_rule(pack(), {rule, std::move(formulas), parse_date(on), parse_date("2027-03-01"), std::move(given)});
}

bool has(const Figure& figure, const char* text) {
  return figure.value.find(text) != std::string::npos;
}

TEST(OfRule, TheRangeOfAFineByTheDayOfTheConduct) {
  const std::vector<std::string> range{"least_fine", "greatest_fine"};
  const Figure now = of("discharge-over-limit-penalty", range, "2026-10-31", {{"decided_under_code", {"true", ""}}});
  EXPECT_EQ(now.value.find("超许可排放罚款下限：100000 元\n超许可排放罚款上限：1000000 元\n由来（规则 discharge-over-limit-penalty，按 2026-10-31 的规定）：\n"), 0u) << now.value;
  EXPECT_TRUE(has(now, "超许可排放，法典下限：10 万元（中华人民共和国生态环境法典 第一千一百零三条）")) << now.value;
  EXPECT_EQ(now.detail, "rule:discharge-over-limit-penalty:2026-10-31");
  // Before the Code, decided before it: the regulation's floor.
  const Figure then = of("discharge-over-limit-penalty", range, "2026-08-14", {{"decided_under_code", {"false", ""}}});
  EXPECT_EQ(then.value.find("超许可排放罚款下限：200000 元\n"), 0u) << then.value;
  EXPECT_TRUE(has(then, "（排污许可管理条例 国务院令第736号 第三十四条）")) << then.value;
  // Before the Code, decided under it: the Code as the lighter.
  EXPECT_EQ(of("discharge-over-limit-penalty", range, "2026-08-14", {{"decided_under_code", {"true", ""}}}).value.find("超许可排放罚款下限：100000 元\n"), 0u);
}

TEST(OfRule, TheTwoStagesOfLateSurrender) {
  const std::vector<std::string> stages{"first_low", "first_high", "second_low", "second_high"};
  std::map<std::string, Given> given{{"shortfall", {"12500", "tCO2e"}}, {"price", {"0.008", "万元/tCO2e"}}, {"decided_under_code", {"true", ""}}, {"still_unpaid", {"false", ""}}};
  EXPECT_EQ(of("carbon-late-surrender-penalty", stages, "2026-12-31", given).value.find(
                "首次罚款下限：1000000 元\n首次罚款上限：5000000 元\n逾期未改再罚下限（仅法典）：0 元\n逾期未改再罚上限（仅法典）：0 元\n"), 0u);
  given["still_unpaid"] = {"true", ""};
  given["outstanding"] = {"12500", "tCO2e"};
  const Figure second = of("carbon-late-surrender-penalty", stages, "2026-12-31", given);
  EXPECT_EQ(second.value.find("首次罚款下限：1000000 元\n首次罚款上限：5000000 元\n逾期未改再罚下限（仅法典）：5000000 元\n逾期未改再罚上限（仅法典）：10000000 元\n"), 0u) << second.value;
  given.erase("price");
  given.erase("still_unpaid");
  // The first stage needs neither; what the second lacks is named.
  const Figure missing = of("carbon-late-surrender-penalty", stages, "2026-12-31", given);
  EXPECT_EQ(missing.value.find("首次罚款下限：1000000 元\n首次罚款上限：5000000 元\n逾期未改再罚下限（仅法典）：缺\n逾期未改再罚上限（仅法典）：缺\n"
                               "缺：责令改正后逾期仍未清缴；清缴时限前一个月成交均价（规则 carbon-late-surrender-penalty）。\n由来"), 0u)
      << missing.value;
}

// No document gives rate and steps: nothing is made up, and each of them is named.
TEST(OfRule, WhatNoDocumentGivesIsNamed) {
  const Figure charge = of("water-overuse", {"over", "charge"}, "2026-10-01", {{"metered", {"true", ""}}, {"used", {"5", "万m3"}}, {"plan", {"40000", "m3"}}, {"bought", {"0", "m3"}}});
  EXPECT_EQ(charge.value,
            "缺：单价（安徽现行水资源税额未见）；每档宽度（分档未见）；各档倍数（末档无上限）（各档倍数未见）。须连同依据填入参数后才能算出（规则 water-overuse）。");
}

TEST(OfRule, WhatCannotBeReadIsSaidAndAWrongQuestionThrown) {
  EXPECT_EQ(of("discharge-over-limit-penalty", {"least_fine"}, "2026-10-31", {{"decided_under_code", {"也许", ""}}}).value.find("缺：输入 decided_under_code"), 0u);
  EXPECT_EQ(of("discharge-over-limit-penalty", {"least_fine"}, "2026-08-14", {}).value,
            "缺：处罚决定在 2026-08-15（法典施行）以后作出（规则 discharge-over-limit-penalty）。");
  EXPECT_THROW((void)of("discharge-over-limit-penalty", {"no_such"}, "2026-10-31", {{"decided_under_code", {"true", ""}}}), Error);
  EXPECT_THROW((void)of("no-such-rule", {"x"}, "2026-10-31", {}), Error);
  EXPECT_THROW((void)of("discharge-over-limit-penalty", {"least_fine"}, "2020-10-31", {}), Error);  // not in force yet
}

// Entered as the guide says, in the county's own pack with the document: then there is a charge, and its source beside it.
TEST(OfRule, AnEnteredChargeHasItsDocument) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / fmt::format("water-charge-{}", getpid());
  fs::copy(std::string(TRIBUTARY_SOURCE_DIR) + "/policies", folder, fs::copy_options::recursive);
  fs::create_directories(folder / "cn-341602/parameters");
  std::ofstream(folder / "cn-341602/parameters/water-overuse.yaml") << R"(rule: water-overuse
version: 2006-04-15
known: 2026-12-01
parameters:
  rate:
    values: [{in_force: 2024-12-01, value: "0.5", source: {document: 试验水资源税税额表, number: 试〔2024〕1号}}]
  width:
    values: [{in_force: 2024-12-01, value: "20", source: {document: 试验水资源税税额表}}]
  multiple:
    values: [{in_force: 2024-12-01, value: {first: "1", second: "2", third: "3"}, source: {document: 试验水资源税税额表}}]
)";
  const policy::Policy entered = policy::Policy::load(folder.string(), "cn-341602");
  const Figure charge = of_rule(entered, {"water-overuse", {"over", "charge"}, parse_date("2026-10-01"), parse_date("2027-03-01"),
                                          {{"metered", {"true", ""}}, {"used", {"130000", "m3"}}, {"plan", {"100000", "m3"}}, {"bought", {"0", "m3"}}}});
  fs::remove_all(folder);
  // 20000 at 0.5 and 10000 at twice that.
  EXPECT_EQ(charge.value.find("超计划水量：30000 m3\n加价金额：20000 元\n"), 0u) << charge.value;
  EXPECT_TRUE(has(charge, "单价：0.5")) << charge.value;
  EXPECT_TRUE(has(charge, "（试验水资源税税额表 试〔2024〕1号）")) << charge.value;
}

}  // namespace
}  // namespace tributary::known
