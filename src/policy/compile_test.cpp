#include "policy/compile.h"

#include "policy/codes.h"
#include "policy/random_rules.h"
#include "policy/rule_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

constexpr const char* declarations = R"(
index factor: a b
index other: x y
input C[factor] mg/L
input D[other] kg
input n 1
input p ug/L
input v CNY
class actual
class target
boolean flag
choice water: river lake
choice status: assessed suspended
parameter cap 1 = unlimited
parameter C0[factor] mg/L = a 2, b 0.2
parameter money 万元 = 50
table rates CNY upper = 0.1 100, 0.5 250
)";

std::shared_ptr<const CompiledRule> compiled(const std::string& lines) {
  return compile(rule_from_text(declarations + lines), RandomRules::limits);
}

struct Bad {
  std::string line;
  Code code;
  std::string says;  // part of the English message or hint
};

void expect_errors(const std::vector<Bad>& cases) {
  for (const Bad& bad : cases) {
    try {
      compiled(bad.line);
      ADD_FAILURE() << "compiles: " << bad.line;
    } catch (const Error& error) {
      EXPECT_EQ(error.code().name, bad.code.name) << bad.line << "\n" << error.what();
      EXPECT_NE((error.message().en + " " + error.hint().en).find(bad.says), std::string::npos)
          << bad.line << "\n"
          << error.what() << "\n"
          << error.hint().en;
      EXPECT_FALSE(error.message().zh.empty()) << bad.line;
      EXPECT_EQ(error.where().file, "rule.txt") << bad.line;
      EXPECT_GT(error.where().line, 0) << bad.line;
    }
  }
}

TEST(Compile, EveryConstruct) {
  for (const char* line : {
           "number f[factor] mg/L: C + C0 - 0.1 {mg/L} + 50 {ug/L}",
           "number f 1: sum(factor: C / C0)",
           "number f mg/L: sum(factor: C)",
           "number f mg/L: max(min(factor: C), max(factor: C), mean(factor: C))",
           "number f 1: count(factor: C > 1 {mg/L})",
           "is f: any(factor: C > C0) and all(factor: present(C)) or not flag",
           "number f 1: if flag then 1 else 0",
           "number f CNY: money + v",
           "number f 万元: v",
           "number f mg/L: p + C[a]",
           "number f CNY: if n > 0 then v else 0",
           "number f 1: target - actual",
           "number f CNY: tier(rates, n / 2)",
           "number f[factor] mg/L: limit('gb', factor, target, water)",
           "number f mg/L: limit('gb', b, III, 'lake')",
           "number f mg/L: limit('gb', a, max(actual, target), if flag then 'river' else water)",
           "number f 1: steps(C[a], 0.1 {mg/L}, 'upper') + steps(n, 0.5, 'lower')",
           "number f 1: round(n, -2, half_even) + round(n, 12, ceiling)",
           "number f 1: ceil(n) + floor(n) + abs(-n) + clamp(n, 0, cap)",
           "number f 1: min(cap, n) + max(0, n)",
           "number f 1: power(C[a] / C[b], n, 6) + exp(-n, 0)",
           "number f mg/L: coalesce(C[a], C[b])",
           "option f status: if flag then 'assessed' else status",
           "option f status: coalesce(status, 'suspended')",
           "is f: status = 'assessed' and 'suspended' != status",
           "is f: actual <= target and actual != worse_V",
           "quality f: max(actual, target, I)",
           "quality f: if flag then III else target",
           "number f 1: 0 * 5",
           "number f mg/L: 0",
           "number f CNY: v * 20%",
           "number g 1: n + 1\nnumber f 1: g * g",
           "number f 1: g + 1\nnumber g 1: n",
           "number f CNY: sum(factor: sum(other: C[factor] / C0[factor] * D[x] / D * v))",
       })
    EXPECT_NO_THROW(compiled(line)) << line;
}

TEST(Compile, Units) {
  expect_errors({
      {"number f mg/L: C[a] + n", codes::unit_mismatch, "this is 1, mg/L is needed"},
      {"number f mg/L: C[a] + D[x]", codes::unit_mismatch, "this is kg, mg/L is needed"},
      {"number f kg: C[a]", codes::unit_mismatch, "mg/L"},
      {"number f 1: C[a]", codes::unit_mismatch, "mg/L"},
      {"number f mg/L: C[a] * C[b]", codes::unit_mismatch, "mg/L"},
      {"is f: C[a] > 5", codes::unit_mismatch, "this is 1"},
      {"is f: C[a] > 5 {kg}", codes::unit_mismatch, "kg"},
      {"number f 1: ceil(C[a])", codes::unit_mismatch, "mg/L"},
      {"number f 1: power(C[a], 2, 6)", codes::unit_mismatch, "mg/L"},
      {"number f 1: power(n, C[a], 6)", codes::unit_mismatch, "mg/L"},
      {"number f 1: exp(n, -1)", codes::syntax, "from 0 to 12"},
      {"number f 1: exp(n, 13)", codes::syntax, "from 0 to 12"},
      {"number f 1: power(n, 2)", codes::syntax, "number of arguments"},
      {"number f 1: steps(C[a], 0.1, 'upper')", codes::unit_mismatch, "this is 1"},
      {"number f CNY: tier(rates, C[a])", codes::unit_mismatch, "mg/L"},
      {"number f mg/L: tier(rates, n)", codes::unit_mismatch, "CNY"},
      {"number f mg/L: if flag then C[a] else n", codes::unit_mismatch, "this is 1"},
      {"number f mg/L: coalesce(C[a], 1)", codes::unit_mismatch, "this is 1"},
      {"number f mg/L: max(C[a], 1)", codes::unit_mismatch, "this is 1"},
      {"number f 1: clamp(n, 0, C[a])", codes::unit_mismatch, "mg/L"},
      {"number f mg/L: 1 {furlong}", codes::unit_mismatch, "furlong"},
      {"pays 2 half_up when flag: D[x]", codes::unit_mismatch, "not money"},
      {"number f mg/L: sum(factor: C / C0)", codes::unit_mismatch, "this is"},
      {"number f 1: sum(factor: C) / v", codes::unit_mismatch, "is needed"},
  });
}

TEST(Compile, Types) {
  expect_errors({
      {"number f 1: flag", codes::type_mismatch, "a number is expected here, not a boolean"},
      {"number f 1: n + flag", codes::type_mismatch, "a number is expected here, not a boolean"},
      {"number f 1: -flag", codes::type_mismatch, "a number"},
      {"number f 1: actual + 1", codes::type_mismatch,
       "a number is expected here, not a water-quality class"},
      {"number f 1: actual + target", codes::type_mismatch, "a number"},
      {"number f 1: status", codes::type_mismatch, "not a choice"},
      {"is f: n", codes::type_mismatch, "a boolean is expected here, not a number"},
      {"is f: n and flag", codes::type_mismatch, "a boolean"},
      {"is f: not n", codes::type_mismatch, "a boolean"},
      {"number f 1: if n then 1 else 0", codes::type_mismatch, "a boolean"},
      {"number f 1: if flag then 1 else actual", codes::type_mismatch, "a number"},
      {"is f: actual > 3", codes::type_mismatch, "a water-quality class is expected here, not a number"},
      {"is f: status > 'assessed'", codes::type_mismatch, "no order"},
      {"is f: flag < true", codes::type_mismatch, "no order"},
      {"is f: status = water", codes::type_mismatch, "different choices"},
      {"is f: status = 'asessed'", codes::unknown_name, "choices: assessed, suspended"},
      {"is f: n = 'assessed'", codes::type_mismatch, "beside a choice"},
      {"number f 1: 'assessed'", codes::type_mismatch, "beside a choice"},
      {"option f status: water", codes::type_mismatch, "choices"},
      {"quality f: 3", codes::type_mismatch, "a water-quality class"},
      {"number f 1: sum(factor: flag)", codes::type_mismatch, "a number"},
      {"number f 1: count(factor: C)", codes::type_mismatch, "a boolean"},
      {"is f: any(factor: C)", codes::type_mismatch, "a boolean"},
      {"is f: max(factor: C > C0)", codes::type_mismatch, "no order"},
      {"option f status: max(status, status)", codes::type_mismatch, "no order"},
      {"number f mg/L: limit('gb', a, 3, water)", codes::type_mismatch, "a water-quality class"},
      {"number f mg/L: limit('gb', a, III, status)", codes::type_mismatch, "[river, lake]"},
      {"number f 1: steps(n, 1, 'middle')", codes::unknown_name, "choices: upper, lower"},
      {"number f 1: steps(n, 1, status)", codes::type_mismatch, "'upper' or 'lower'"},
      {"assessed: n", codes::type_mismatch, "a boolean"},
      {"pays 2 half_up when n: v", codes::type_mismatch, "a boolean"},
      {"pays 2 half_up when flag: flag", codes::type_mismatch, "a number"},
  });
}

TEST(Compile, Names) {
  expect_errors({
      {"number f 1: nn", codes::unknown_name, "did you mean \"n\""},
      {"number f 1: zzzzzzzz", codes::unknown_name, "declare it"},
      {"number f 1: ciel(n)", codes::unknown_name, "did you mean \"ceil\""},
      {"number f 1: frobnicate(n)", codes::unknown_name, "known: sum min"},
      {"number f mg/L: limit('gb', c, III, water)", codes::unknown_name, "no limits for \"c\""},
      {"number f mg/L: limit('gb9', a, III, water)", codes::unknown_name, "gb9"},
      {"number f CNY: tier(money, n)", codes::unknown_name, "tiered table"},
      {"number f CNY: tier(n, n)", codes::unknown_name, "tiered table"},
      {"number n 1: 1", codes::duplicate_key, "used twice"},
      {"number cap 1: 1", codes::duplicate_key, "used twice"},
      {"number factor 1: 1", codes::duplicate_key, "used twice"},
  });
}

TEST(Compile, Indices) {
  expect_errors({
      {"number f mg/L: C", codes::index_mismatch, "say which element"},
      {"number f mg/L: C[c]", codes::index_mismatch, "no element \"c\""},
      {"number f 1: n[a]", codes::index_mismatch, "has no index"},
      {"number f mg/L: C[x]", codes::index_mismatch, "no element \"x\""},
      {"number f[factor] kg: D", codes::index_mismatch, "say which element"},
      {"number f[season] 1: n", codes::index_mismatch, "no index \"season\""},
      {"number f 1: sum(season: n)", codes::index_mismatch, "no index \"season\""},
      {"number f[factor] mg/L: sum(factor: C)", codes::index_mismatch, "already stands for one element"},
      {"number f mg/L: sum(factor: sum(factor: C))", codes::index_mismatch, "already stands for one element"},
      {"number f[factor] mg/L: C\nnumber g mg/L: f", codes::index_mismatch, "say which element"},
      {"index empty:", codes::index_mismatch, "no elements"},
  });
}

TEST(Compile, ArityAndForm) {
  expect_errors({
      {"number f 1: min(n)", codes::syntax, "number of arguments"},
      {"number f 1: abs(n, n)", codes::syntax, "number of arguments"},
      {"number f 1: ceil()", codes::syntax, "number of arguments"},
      {"number f 1: clamp(n, 1)", codes::syntax, "number of arguments"},
      {"number f 1: steps(n, 1)", codes::syntax, "number of arguments"},
      {"number f 1: coalesce(n)", codes::syntax, "number of arguments"},
      {"is f: present()", codes::syntax, "number of arguments"},
      {"number f 1: round(n, 2)", codes::syntax, "number of arguments"},
      {"number f 1: round(n, 13, half_even)", codes::syntax, "-12 to 12"},
      {"number f 1: round(n, -13, half_even)", codes::syntax, "-12 to 12"},
      {"number f 1: round(n, 1.5, half_even)", codes::syntax, "-12 to 12"},
      {"number f 1: round(n, n, half_even)", codes::syntax, "-12 to 12"},
      {"number f 1: round(n, 2, bankers)", codes::syntax, "half_even"},
      {"number f CNY: tier(rates)", codes::syntax, "number of arguments"},
      {"number f mg/L: limit('gb', a, III)", codes::syntax, "number of arguments"},
      {"number f mg/L: limit(gb, a, III, water)", codes::syntax, "limit('gb3838-2002'"},
      {"number f 1: count(n)", codes::unknown_name, "count"},
      {"number f 1: n +", codes::syntax, "ends too early"},
  });
}

TEST(Compile, Circles) {
  expect_errors({
      {"number f 1: f + 1", codes::circular, "f → f"},
      {"number f 1: g\nnumber g 1: h\nnumber h 1: f", codes::circular, "f → g → h → f"},
      {"number x[factor] mg/L: x[a]", codes::circular, "x[a] → x[a]"},
  });
  EXPECT_NO_THROW(compiled("number x mg/L: C[a]\nnumber y mg/L: x + x\nnumber z mg/L: x + y"))
      << "a diamond is no circle";
}

TEST(Compile, Bounds) {
  std::string chain = "number f0 1: n\n";
  for (int i = 1; i < 300; ++i) chain += fmt::format("number f{} 1: f{}\n", i, i + 1);
  std::string powers = "number g0 1: n * n\n";
  for (int i = 1; i < 20; ++i) powers += fmt::format("number g{} 1: g{} * g{}\n", i, i - 1, i - 1);
  std::string wide = "index many:";
  for (int i = 0; i < 200; ++i) wide += fmt::format(" e{}", i);
  wide += "\nindex more:";
  for (int i = 0; i < 200; ++i) wide += fmt::format(" h{}", i);
  expect_errors({{chain + "number f300 1: n", codes::too_complex, "too deeply"},
                 {powers, codes::too_complex, "multiplies too many"},
                 {wide + "\nnumber f 1: sum(many: sum(more: n * n))", codes::too_complex, "too large"}});
}

TEST(Compile, PlacesOfErrors) {
  try {
    compiled("number f mg/L: C[a] + (n * D[z])");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.where().line, 18);
    EXPECT_EQ(error.where().column, 13);  // of D[z] in the formula's text
  }
}

TEST(Compile, UnlimitedOnlyWhereABoundIs) {
  const auto may = [](const std::string& line) {
    const auto rule = compiled(line);
    for (std::size_t i = 0; i < rule->program.parameters.size(); ++i)
      if (rule->rule.parameters[rule->program.parameters[i].declaration].name == "cap")
        return static_cast<bool>(rule->program.may_be_unlimited[i]);
    throw std::logic_error("cap is not used");
  };
  EXPECT_TRUE(may("number f 1: min(cap, n)"));
  EXPECT_TRUE(may("number f 1: clamp(n, 0, cap)"));
  EXPECT_TRUE(may("number f 1: min(cap, n) + max(cap, n)"));
  EXPECT_TRUE(may("number f %: min(n, cap)"));
  EXPECT_FALSE(may("number f 1: min(cap + 1, n)"));
  EXPECT_FALSE(may("number f 1: min(cap, n) + cap"));
  EXPECT_FALSE(may("number f 1: cap"));
  EXPECT_FALSE(may("number f %: cap"));
  EXPECT_FALSE(may("is f: present(cap)"));
  EXPECT_FALSE(may("number f 1: coalesce(cap, n)"));
  EXPECT_FALSE(may("number f 1: if flag then cap else n"));
  EXPECT_FALSE(may("number g 1: min(n, 1)\nis f: cap > 1"));
}

TEST(Compile, FormulasInOrderOfTheRule) {
  const auto rule = compiled("number z mg/L: y[a]\nnumber y[factor] mg/L: C");
  ASSERT_EQ(rule->program.formulas.size(), 3U);
  EXPECT_EQ(element_name(rule->rule.formulas[rule->program.formulas[0].declaration].name,
                         rule->program.formulas[0].element),
            "z");
  EXPECT_EQ(element_name(rule->rule.formulas[rule->program.formulas[1].declaration].name,
                         rule->program.formulas[1].element),
            "y[a]");
  EXPECT_EQ(rule->find_formula("z"), rule->find_formula("y[a]"));
  EXPECT_EQ(rule->find_formula("y"), std::nullopt);
}

}  // namespace
}  // namespace tributary::policy
