#include "policy/rule_file.h"

#include "policy/codes.h"
#include "policy/packs_testing.h"

#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

struct Broken {
  const char* label;
  const char* what;  // in sample_rule
  const char* by;
  const char* code;
  long line;
  const char* words;  // in the English message or hint
  long column = 0;    // 0: not looked at
};

const std::vector<Broken> broken_rules{
    {"unknown key, near miss", "claims:", "claim:", "unknown_key", 6, "did you mean \"claims\""},
    {"unknown key in an input", "from: given}", "from: given, standrd: x}", "unknown_key", 12, "standrd"},
    {"unknown key in a formula", "    is: C * weight", "    is: C * weight\n    rounding: 2", "unknown_key",
     38, "known keys: is, round"},
    {"duplicate key", "per: section", "known: 2019-12-02\nper: section", "duplicate_key", 7, "line 5"},
    {"rule without source", "source: {document: doc}\n", "", "missing_source", 1, "add source"},
    {"value without source", ", value: \"10.5\", source: {document: doc}}", ", value: \"10.5\"}",
     "missing_source", 17, "source"},
    {"number without unit", "    unit: CNY\n    values:", "    values:", "missing_key", 15, "unit"},
    {"unit that does not exist", "unit: mg/L, from", "unit: mgL, from", "bad_unit", 11, "mgL"},
    {"wrong unit in a formula", "is: C * weight", "is: C + flow", "unit_mismatch", 37, "mg/L", 13},
    {"wrong unit in a quoted formula", "sum(factor: x) / 1 {mg/L}", "sum(factor: x)", "unit_mismatch", 40,
     "CNY", 39},
    {"paying in cubic metres", "amount: due", "amount: flow", "unit_mismatch", 47, "not money", 13},
    {"comparing different quantities", "when: due > 0", "when: due > flow", "unit_mismatch", 44,
     "unit mismatch"},
    {"unquoted decimal", "\"10.5\"", "10.5", "bad_value", 17, "write \"10.5\""},
    {"unquoted decimal of a tier", "above: \"1\"", "above: 1.0", "bad_value", 28, "quotes"},
    {"no number", "\"10.5\"", "\"ten\"", "bad_value", 17, "ten"},
    {"bad date", "known: 2019-12-01", "known: 2019-13-01", "bad_date", 5, "2019-13-01"},
    {"ends before it begins", "to: 2021-01-01", "to: 2019-01-01", "bad_value", 4, "before"},
    {"ends when it begins", "to: 2021-01-01", "to: 2020-01-01", "bad_value", 4, "before"},
    {"two values of the same dates", "in_force: 2020-06-01", "in_force: 2020-01-01", "overlapping_dates", 18,
     "line 17"},
    {"element left out", "{a: \"0.4\", b: \"0.6\"}", "{a: \"0.4\"}", "index_mismatch", 22, "\"b\""},
    {"element too many", "b: \"0.6\"}", "b: \"0.6\", c: \"1\"}", "index_mismatch", 22, "\"c\""},
    {"one value for an index", "{a: \"0.4\", b: \"0.6\"}", "\"0.5\"", "index_mismatch", 22, "lacks"},
    {"elements for a single value", "value: \"12\"", "value: {a: \"12\"}", "index_mismatch", 18, "single"},
    {"one value for all places", "{\"s:1\": \"20\"}", "\"20\"", "index_mismatch", 33, "by place"},
    {"tiers descend", "{above: \"1\", value: \"2\"}", "{above: \"-1\", value: \"2\"}", "bad_value", 28,
     "ascend"},
    {"two tiers alike", "{above: \"1\", value: \"2\"}", "{above: \"0.0\", value: \"2\"}", "bad_value", 28,
     "ascend"},
    {"no tiers", "tiers: [{above: \"0\", value: \"1\"}, {above: \"1\", value: \"2\"}]", "tiers: []",
     "bad_value", 28, "list"},
    {"a value for a table", "tiers: [{above: \"0\", value: \"1\"}, {above: \"1\", value: \"2\"}]",
     "value: \"1\"", "bad_value", 28, "tiers"},
    {"tiers for no table", "value: \"12\"", "tiers: [{above: \"0\", value: \"1\"}]", "bad_value", 18,
     "tiered table"},
    {"table without bounds", "    bounds: upper_inclusive\n", "", "missing_key", 24, "bounds"},
    {"table by place", "    by: place\n", "    by: place\n    over: \"1\"\n    bounds: upper_inclusive\n",
     "bad_value", 32, "table"},
    {"neither values nor a reason",
     "    values:\n      - {in_force: 2020-01-01, value: {\"s:1\": \"20\"}, source: {document: doc}}\n", "",
     "missing_key", 29, "unset"},
    {"no such type", "{unit: m3, from: given}", "{type: text, from: given}", "bad_value", 12, "choice"},
    {"choice without choices", "{unit: m3, from: given}", "{type: choice, from: given}", "bad_value", 12,
     "choices"},
    {"no such origin", "from: mean", "from: average", "bad_value", 11, "one of: given, mean"},
    {"total without unit", "{unit: m3, from: given}", "{type: boolean, from: total, indicator: cod}", "bad_value", 12, "number"},
    {"rights without a role", "{unit: m3, from: given}", "{unit: m3, from: rights, subject: COD}", "missing_key", 12, "role"},
    {"one month back", "{unit: m3, from: given}", "{unit: m3, from: total, indicator: cod, period: {months: 1}}", "bad_value", 12, "between 2 and 120"},
    {"by element without index", "{unit: m3, from: given}", "{unit: m3, from: total, indicator: {a: cod}}", "bad_value", 12, "no index"},
    {"by element that is none", "{unit: mg/L, from: mean}", "{unit: mg/L, from: total, indicator: {c: cod}}", "index_mismatch", 11, "\"c\""},
    {"vintages of nothing", "{unit: m3, from: given}", "{unit: m3, from: rights, subject: CEA, role: r, vintages: {}}", "bad_value", 12, "from, to"},
    {"surrendered otherwise", "{unit: m3, from: given}", "{unit: m3, from: rights, subject: CEA, role: r, surrendered: late}", "bad_value", 12, "so_far, in_time"},
    {"in time without a day", "{unit: m3, from: given}", "{unit: m3, from: rights, subject: CEA, role: r, surrendered: in_time}", "missing_key", 12, "due"},
    {"a day that few years have", "{unit: m3, from: given}", "{type: boolean, from: past, due: {month: 2, day: 29}}", "bad_value", 12, "every year"},
    {"a day that is past as a number", "{unit: m3, from: given}", "{unit: m3, from: past, due: {month: 12, day: 31}}", "bad_value", 12, "boolean"},
    {"parts that are weeks", "{unit: m3, from: given}", "{unit: m3, from: total, indicator: cod, each: week}", "bad_value", 12, "month, day"},
    {"event that is a number", "from: given}", "from: event, name: flood}", "bad_value", 12, "boolean"},
    {"no name", "  due:\n", "  2due:\n", "bad_value", 38, "cannot be a name"},
    {"reserved name", "  due:\n", "  then:\n", "bad_value", 38, "cannot be a name"},
    {"name used twice", "  due:\n", "  flow:\n", "duplicate_key", 40, "used twice"},
    {"index not declared", "x[factor]", "x[item]", "index_mismatch", 37, "indices"},
    {"element twice", "[a, b]", "[a, a]", "bad_value", 9, "twice"},
    {"period not known", "section × month", "section × week", "bad_value", 7, "section × month"},
    {"unknown name, near miss", "is: C * weight", "is: C * wieght", "unknown_name", 37,
     "did you mean \"weight\"", 13},
    {"formulas in a circle", "is: C * weight", "is: C * weight * due / due", "circular", 37, "circle"},
    {"syntax", "is: C * weight", "is: C * (weight", "syntax", 37, ""},
    {"condition that is a number", "when: due > 0", "when: due", "type_mismatch", 44, "boolean"},
    {"condition of assessment", "present(flow)", "flow", "type_mismatch", 41, "boolean"},
    {"payer is payee", "to: down", "to: up", "bad_value", 43, "payee"},
    {"tenths of fen", "places: 2, mode", "places: 3, mode", "bad_value", 48, "fen"},
    {"no rounding", "    round: {places: 2, mode: half_up}\n", "", "missing_key", 43, "round"},
    {"rounding not known", "mode: half_up", "mode: bankers", "bad_value", 48, "half_even"},
    {"negative window", "pays:", "objection: {working_days: -1, source: {document: d}}\npays:", "bad_value",
     42, "working_days"},
    {"window without source", "pays:", "objection: {working_days: 15}\npays:", "missing_source", 42,
     "source"},
    {"a list instead of a map", "  C[factor]: {unit: mg/L, from: mean}\n  flow: {unit: m3, from: given}",
     "  - C", "bad_value", 11, "map"},
    {"an input that is nothing", "{unit: m3, from: given}", "", "bad_value", 12, "map"},
};

TEST(RuleFile, TheSampleItselfLoads) {
  const auto rule = compile_sample(sample_rule);
  EXPECT_EQ(rule->rule.parameters.size(), 4u);
  EXPECT_EQ(rule->rule.formulas.size(), 2u);
  EXPECT_EQ(rule->rule.payments[0].round.places, 2);
  EXPECT_EQ(rule->rule.parameters[0].values[1].source.document, "doc");
  EXPECT_EQ(rule->rule.parameters[0].values[1].known, make_date(2019, 12, 1));
}

TEST(RuleFile, EveryFaultSaysWhatAndWhere) {
  for (const Broken& row : broken_rules) {
    const std::string text = replaced(sample_rule, row.what, row.by);
    try {
      compile_sample(text);
      ADD_FAILURE() << row.label << ": nothing thrown";
    } catch (const Error& e) {
      EXPECT_EQ(e.code().name, row.code) << row.label << ": " << e.what();
      EXPECT_EQ(e.where().file, "sample.yaml") << row.label << ": " << e.what();
      EXPECT_EQ(e.where().line, row.line) << row.label << ": " << e.what();
      if (row.column > 0) {
        EXPECT_EQ(e.where().column, row.column) << row.label << ": " << e.what();
      }
      EXPECT_NE((e.message().en + " " + e.hint().en).find(row.words), std::string::npos)
          << row.label << ": " << e.what() << " / " << e.hint().en;
      EXPECT_FALSE(e.message().zh.empty()) << row.label;
      EXPECT_NE(e.message().zh, e.message().en) << row.label;
    }
  }
}

// Leaving out any one line of the sample loads, or is a stated error; never something else.
TEST(RuleFile, AnyLineMayBeMissing) {
  std::size_t loads = 0;
  const auto lines = split(sample_rule, '\n');
  for (std::size_t skip = 0; skip + 1 < lines.size(); ++skip) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (i != skip) text += std::string(lines[i]) + "\n";
    try {
      compile_sample(text);
      ++loads;
    } catch (const Error& e) {
      EXPECT_EQ(e.where().file, "sample.yaml") << "without line " << skip + 1 << ": " << e.what();
      EXPECT_GT(e.where().line, 0) << "without line " << skip + 1 << ": " << e.what();
    }
  }
  EXPECT_GT(loads, 2u);  // claims, assessed_when, a later value
  EXPECT_LT(loads, 12u);
}

TEST(RuleFile, UnlimitedAndObjection) {
  std::string text = replaced(sample_rule, "\"12\"", "unlimited");
  text = replaced(
      text, "pays:",
      "objection: {working_days: 15, source: {document: d, article: 第三条}, verified: false}\npays:");
  const Rule rule = read_sample(text);
  EXPECT_EQ(rule.parameters[0].values[1].elements.at(""), "unlimited");
  ASSERT_TRUE(rule.objection);
  EXPECT_EQ(rule.objection->working_days, 15);
  EXPECT_EQ(rule.objection->source.article, "第三条");
  EXPECT_FALSE(rule.objection->verified);
}

TEST(ParameterPatch, ReadsAndRefuses) {
  const auto read = [](const std::string& text) {
    return read_parameter_patch(parse_yaml(text, "sample.yaml"), {"p", 1, true});
  };
  const ParameterPatch patch = read(
      "rule: sample\nversion: 2020-01-01\nknown: 2026-01-01\nparameters:\n  price:\n    values:\n"
      "      - {in_force: 2020-01-01, value: \"11\", source: {document: d}}\nobjection: {working_days: 3, "
      "source: {document: d}}\n");
  EXPECT_EQ(patch.values.at("price")[0].known, make_date(2026, 1, 1));
  EXPECT_TRUE(patch.values.at("price")[0].example);
  EXPECT_EQ(patch.values.at("price")[0].depth, 1);
  EXPECT_EQ(patch.objection->working_days, 3);
  const std::vector<Broken> table{
      {"no rule", "", "parameters: {}\n", "missing_key", 1, "rule"},
      {"nothing to say", "", "rule: sample\n", "missing_key", 1, "parameters"},
      {"no date of knowing", "",
       "rule: r\nparameters:\n  a:\n    values:\n      - {in_force: 2020-01-01, value: \"1\", source: "
       "{document: d}}\n",
       "missing_key", 5, "known"},
      {"unquoted", "",
       "rule: r\nknown: 2020-01-01\nparameters:\n  a:\n    values:\n      - {in_force: 2020-01-01, value: "
       "0.5, source: {document: d}}\n",
       "bad_value", 6, "quotes"},
      {"unknown key", "", "rule: r\nknown: 2020-01-01\nparameters:\n  a:\n    unit: CNY\n    values: []\n",
       "unknown_key", 5, "unit"},
      {"same dates", "",
       "rule: r\nknown: 2020-01-01\nparameters:\n  a:\n    values:\n      - {in_force: 2020-01-01, value: "
       "\"1\", source: {document: d}}\n      - {in_force: 2020-01-01, value: \"2\", source: {document: d}}\n",
       "overlapping_dates", 7, "line 6"},
      {"no list", "", "rule: r\nparameters:\n  a:\n    values: 3\n", "bad_value", 4, "list"},
  };
  for (const Broken& row : table) {
    try {
      read(row.by);
      ADD_FAILURE() << row.label;
    } catch (const Error& e) {
      EXPECT_EQ(e.code().name, row.code) << row.label << ": " << e.what();
      EXPECT_EQ(e.where().line, row.line) << row.label << ": " << e.what();
      EXPECT_NE((e.message().en + e.hint().en).find(row.words), std::string::npos)
          << row.label << ": " << e.what();
    }
  }
}

}  // namespace
}  // namespace tributary::policy
