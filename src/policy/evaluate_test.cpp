#include "policy/evaluate.h"

#include "base/text.h"
#include "policy/codes.h"
#include "policy/random_rules.h"
#include "policy/rule_text.h"
#include "policy/value.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

constexpr const char* declarations = R"(
index factor: a b
input C[factor] mg/L
input p ug/L
input n 1
input m 1
input v CNY
class actual
class target
boolean flag
boolean yes
choice water: river lake
choice status: assessed suspended no_flow
parameter cap 1 = 3
parameter C0[factor] mg/L = a 2, b 0.2
parameter money 万元 = 50
place K 1 = city:3416 20, city:3412 0
table upper CNY upper = 0 10, 0.1 100, 0.5 250
table lower CNY lower = 0.1 100, 0.5 250
)";

Rational number(std::string_view text) {
  const auto slash = text.find('/');
  return slash == std::string_view::npos ? Rational(Decimal::parse(text))
                                         : Rational(Decimal::parse(text.substr(0, slash))) /
                                               Rational(Decimal::parse(text.substr(slash + 1)));
}

Binding bound(const CompiledRule& rule, const Overrides& overrides = {}) {
  return bind(rule, make_date(2020, 1, 1), make_date(2020, 1, 1), overrides);
}

// "n=2 C[a]=0.3 actual=IV" for the inputs of a rule; what is not given is missing.
std::vector<std::optional<Rational>> given(const CompiledRule& rule, const std::string& text) {
  std::map<std::string, std::string> values;
  for (std::string_view part : split(text, ' '))
    if (const auto equals = part.find('='); equals != std::string_view::npos)
      values.emplace(part.substr(0, equals), part.substr(equals + 1));
  std::vector<std::optional<Rational>> out;
  for (const Slot& slot : rule.program.inputs) {
    const Input& input = rule.rule.inputs[slot.declaration];
    const auto found = values.find(element_name(input.name, slot.element));
    out.push_back(found == values.end() ? std::nullopt : parse_value(input.type, found->second));
  }
  return out;
}

struct Case {
  const char* inputs;
  const char* formula;  // of unit 1, or "CNY: …", "mg/L: …"
  const char* result;   // "-": missing
};

void expect_results(const std::vector<Case>& cases, const std::string& place = {},
                    const Overrides& overrides = {}) {
  for (const Case& c : cases) {
    const std::string formula = c.formula;
    const bool has_unit = formula.starts_with("CNY:") || formula.starts_with("mg/L:");
    const auto rule = compile(
        rule_from_text(std::string(declarations) + "number f " + (has_unit ? formula : "1: " + formula)),
        RandomRules::limits);
    const std::vector<Cell> cells =
        evaluate(rule->program, bound(*rule, overrides), given(*rule, c.inputs), place);
    const Cell& cell = cells[static_cast<std::size_t>(*rule->find_formula("f"))];
    if (std::string_view(c.result) == "-") {
      EXPECT_EQ(cell.state, Cell::State::missing)
          << c.inputs << " | " << formula << " = " << cell.value.to_string();
    } else {
      EXPECT_TRUE(cell.present() && cell.value == number(c.result))
          << c.inputs << " | " << formula << " = " << (cell.present() ? cell.value.to_string() : "missing")
          << ", not " << c.result;
    }
  }
}

TEST(Evaluate, Arithmetic) {
  expect_results({{"n=0.1 m=0.2", "n + m", "0.3"},
                  {"n=1 m=3", "n / m", "1/3"},
                  {"n=1 m=3", "n / m * m", "1"},
                  {"n=0.45 m=0.3", "(n - m) / m / 0.5", "1"},
                  {"n=5", "-n", "-5"},
                  {"n=-5", "abs(n)", "5"},
                  {"n=5", "n * 20%", "1"},
                  {"n=1", "n / 0", "-"},
                  {"n=0 m=0", "n / m", "-"},
                  {"n=0 m=5", "n / m", "0"},
                  {"n=1", "n + m", "-"},
                  {"n=0", "n * m", "-"},
                  {"m=0", "0 * n * m", "-"},
                  {"n=2 m=9", "min(n, m) + max(n, m)", "11"},
                  {"n=2", "min(n, m)", "-"},
                  {"n=7", "clamp(n, 1, 5)", "5"},
                  {"n=0", "clamp(n, 1, 5)", "1"},
                  {"n=2", "clamp(n, 5, 1)", "5"}});
}

TEST(Evaluate, Units) {
  expect_results({{"C[a]=0.5 p=100", "mg/L: C[a] + p", "0.6"},
                  {"C[a]=0.5 p=500", "C[a] / p", "1"},
                  {"v=5", "CNY: money + v", "500005"},
                  {"C[a]=0.1 p=100", "if C[a] = p then 1 else 0", "1"},
                  {"C[a]=0.1", "if C[a] < 50 {ug/L} then 1 else 0", "0"},
                  {"p=126", "mg/L: round(p, -1, half_up)", "0.13"},
                  {"C[a]=2.2", "steps(C[a], 100 {ug/L}, 'upper')", "22"},
                  {"C[a]=3 p=4000", "mg/L: max(C[a], p)", "4"},
                  {"p=4000", "mg/L: if flag then p else p", "-"},
                  {"p=4000 flag=true", "mg/L: if flag then p else C[a]", "4"},
                  {"p=4000", "mg/L: coalesce(C[a], p)", "4"}});
}

TEST(Evaluate, Reductions) {
  expect_results({{"C[a]=1 C[b]=0.2", "sum(factor: C / C0)", "1.5"},
                  {"C[a]=1 C[b]=0.2", "mg/L: mean(factor: C)", "0.6"},
                  {"C[a]=1 C[b]=0.2", "mg/L: min(factor: C)", "0.2"},
                  {"C[a]=1 C[b]=0.2", "mg/L: max(factor: C)", "1"},
                  {"C[a]=1", "mg/L: max(factor: C)", "-"},
                  {"C[a]=3 C[b]=0.2", "count(factor: C > C0)", "1"},
                  {"C[a]=3", "count(factor: C > C0)", "-"},
                  {"C[a]=3", "count(factor: present(C))", "1"},
                  {"C[a]=3", "if any(factor: C > C0) then 1 else 0", "1"},
                  {"C[a]=1", "if any(factor: C > C0) then 1 else 0", "-"},
                  {"C[a]=1", "if all(factor: C > C0) then 1 else 0", "0"},
                  {"C[a]=3", "if all(factor: C > C0) then 1 else 0", "-"},
                  {"C[a]=1 C[b]=0.2", "sum(factor: C / C[a])", "1.2"}});
}

TEST(Evaluate, Roundings) {
  for (const auto& [mode, results] : std::map<std::string, std::vector<const char*>>{
           {"half_even", {"2", "4", "-2", "-4", "3", "2", "0", "3"}},
           {"half_up", {"3", "4", "-3", "-4", "3", "2", "0", "3"}},
           {"up", {"3", "4", "-3", "-4", "3", "3", "1", "3"}},
           {"down", {"2", "3", "-2", "-3", "2", "2", "0", "3"}},
           {"ceiling", {"3", "4", "-2", "-3", "3", "3", "1", "3"}},
           {"floor", {"2", "3", "-3", "-4", "2", "2", "0", "3"}}}) {
    const std::vector<const char*> inputs{"n=2.5",     "n=3.5",     "n=-2.5", "n=-3.5",
                                          "n=2.50001", "n=2.49999", "n=0.1",  "n=3"};
    std::vector<Case> cases;
    const std::string formula = "round(n, 0, " + mode + ")";
    for (std::size_t i = 0; i < inputs.size(); ++i) cases.push_back({inputs[i], formula.c_str(), results[i]});
    expect_results(cases);
  }
  expect_results({{"n=0.125", "round(n, 2, half_even)", "0.12"},
                  {"n=0.135", "round(n, 2, half_even)", "0.14"},
                  {"n=0.125", "round(n, 2, half_up)", "0.13"},
                  {"n=150", "round(n, -2, half_even)", "200"},
                  {"n=250", "round(n, -2, half_even)", "200"},
                  {"n=-250", "round(n, -2, half_up)", "-300"},
                  {"n=49", "round(n, -2, half_up)", "0"},
                  {"n=1 m=3", "round(n / m, 12, ceiling)", "0.333333333334"},
                  {"n=-1.5", "ceil(n)", "-1"},
                  {"n=-1.5", "floor(n)", "-2"},
                  {"", "ceil(n)", "-"},
                  {"", "round(n, 1, half_up)", "-"}});
}

// No exact value, but every decimal of the rounded one is right; ties and exact roots go half to even.
TEST(Evaluate, PowersAndExponentials) {
  expect_results({{"n=0.55", "power(1.015, 16 - 20 * n, 6)", "1.077284"},
                  {"n=0.6499", "power(1.015, 16 - 20 * n, 6)", "1.04571"},
                  {"n=2 m=10", "power(n, m, 0)", "1024"},
                  {"n=2 m=-3", "power(n, m, 2)", "0.12"},
                  {"n=2.25 m=0.5", "power(n, m, 0)", "2"},
                  {"n=6.25 m=0.5", "power(n, m, 0)", "2"},
                  {"n=5 m=0", "power(n, m, 12)", "1"},
                  {"n=0 m=2", "power(n, m, 2)", "0"},
                  {"n=0 m=0", "power(n, m, 2)", "-"},
                  {"n=-2 m=2", "power(n, m, 2)", "-"},
                  {"n=10 m=40", "power(n, m, 0)", "-"},
                  {"n=10 m=-40", "power(n, m, 12)", "0"},
                  {"m=2", "power(n, m, 2)", "-"},
                  {"n=20", "power(n * 1%, 2, 3) * 10", "0.4"},
                  {"n=1", "exp(n, 12)", "2.718281828459"},
                  {"n=-1", "exp(n, 6)", "0.367879"},
                  {"n=0", "exp(n, 0)", "1"},
                  {"n=71", "exp(n, 0)", "-"},
                  {"n=-71", "exp(n, 12)", "0"},
                  {"", "exp(n, 2)", "-"}});
}

// (0, w] is one step closed above; (0, w) is one closed below, and w itself the second.
TEST(Evaluate, Steps) {
  const std::vector<std::tuple<const char*, const char*, const char*>> table{
      {"n=-1", "0", "0"},  {"n=0", "0", "0"},      {"n=0.0001", "1", "1"}, {"n=0.4999", "1", "1"},
      {"n=0.5", "1", "2"}, {"n=0.5001", "2", "2"}, {"n=1", "2", "3"},      {"n=1.2", "3", "3"},
      {"n=2.5", "5", "6"}, {"", "-", "-"}};
  for (const auto& [inputs, upper, lower] : table)
    expect_results({{inputs, "steps(n, 0.5, 'upper')", upper}, {inputs, "steps(n, 0.5, 'lower')", lower}});
  expect_results({{"n=1 m=0", "steps(n, m, 'upper')", "-"},
                  {"n=1 m=-1", "steps(n, m, 'upper')", "-"},
                  {"n=-1 m=-1", "steps(n, m, 'upper')", "-"},
                  {"n=-1", "steps(n, m, 'upper')", "-"},
                  {"n=1 m=0.3", "steps(n, m, 'upper')", "4"},
                  {"C[a]=9 C[b]=6", "ceil(max(0, (C[a] - C[b]) / C[b]) / 0.5)", "1"},
                  {"C[a]=9.1 C[b]=6", "ceil(max(0, (C[a] - C[b]) / C[b]) / 0.5)", "2"}});
}

TEST(Evaluate, Tiers) {
  expect_results({{"n=0", "CNY: tier(upper, n)", "-"},
                  {"n=0.1", "CNY: tier(upper, n)", "10"},
                  {"n=0.1001", "CNY: tier(upper, n)", "100"},
                  {"n=0.5", "CNY: tier(upper, n)", "100"},
                  {"n=0.51", "CNY: tier(upper, n)", "250"},
                  {"n=1000", "CNY: tier(upper, n)", "250"},
                  {"n=0.0999", "CNY: tier(lower, n)", "-"},
                  {"n=0.1", "CNY: tier(lower, n)", "100"},
                  {"n=0.4999", "CNY: tier(lower, n)", "100"},
                  {"n=0.5", "CNY: tier(lower, n)", "250"},
                  {"", "CNY: tier(lower, n)", "-"},
                  {"n=0.05", "CNY: coalesce(tier(lower, n), 0)", "0"}});
}

TEST(Evaluate, LimitsAndClasses) {
  expect_results({{"target=III water=river", "mg/L: limit('gb', a, target, water)", "6"},
                  {"target=III water=lake", "mg/L: limit('gb', b, target, water)", "0.05"},
                  {"target=V water=lake", "mg/L: limit('gb', b, target, water)", "-"},  // the table has none
                  {"target=worse_V water=river", "mg/L: limit('gb', a, target, water)", "-"},
                  {"water=river", "mg/L: limit('gb', a, target, water)", "-"},
                  {"target=III", "mg/L: limit('gb', a, target, water)", "-"},
                  {"", "mg/L: limit('gb', b, I, 'lake')", "0.01"},
                  {"C[a]=12 C[b]=0.4 target=III water=river",
                   "sum(factor: C / limit('gb', factor, target, water))", "4"},
                  {"target=III actual=worse_V", "actual - target", "3"},
                  {"target=III actual=I", "actual - target", "-2"},
                  {"actual=II", "if actual < III then 1 else 0", "1"},
                  {"actual=worse_V", "if actual > V then 1 else 0", "1"},
                  {"actual=V target=II", "max(actual, target) - I", "4"},
                  {"target=II", "coalesce(actual, target) - I", "1"}});
}

TEST(Evaluate, ThreeValuedLogic) {
  // true, false and missing, as conditions of the inputs flag and yes.
  const std::vector<const char*> states{"true", "false", ""};
  const std::map<std::string, std::vector<const char*>> tables{
      {"flag and yes", {"1", "0", "-", "0", "0", "0", "-", "0", "-"}},
      {"flag or yes", {"1", "1", "1", "1", "0", "-", "1", "-", "-"}},
      {"flag = yes", {"1", "0", "-", "0", "1", "-", "-", "-", "-"}},
      {"flag != yes", {"0", "1", "-", "1", "0", "-", "-", "-", "-"}},
      {"not flag", {"0", "0", "0", "1", "1", "1", "-", "-", "-"}},
      {"present(flag) and present(yes)", {"1", "1", "0", "1", "1", "0", "0", "0", "0"}}};
  for (const auto& [formula, results] : tables)
    for (std::size_t i = 0; i < 9; ++i) {
      std::string inputs;
      if (i / 3 < 2) inputs += fmt::format("flag={} ", states[i / 3]);
      if (i % 3 < 2) inputs += fmt::format("yes={}", states[i % 3]);
      const std::string text = "if " + formula + " then 1 else 0";
      expect_results({{inputs.c_str(), text.c_str(), results[i]}});
    }
}

TEST(Evaluate, Choices) {
  expect_results({{"status=assessed", "if status = 'assessed' then 1 else 0", "1"},
                  {"status=no_flow", "if status != 'assessed' then 1 else 0", "1"},
                  {"", "if status = 'assessed' then 1 else 0", "-"},
                  {"", "if coalesce(status, 'suspended') = 'suspended' then 1 else 0", "1"},
                  {"flag=true", "if flag then 2 else n", "2"},  // the other case may be missing
                  {"flag=false", "if flag then 2 else n", "-"},
                  {"n=4", "if flag then n else n", "-"},
                  {"n=4", "if present(m) then m else n", "4"},
                  {"n=0", "if n = 0 then 0 else 1 / n", "0"}});
}

TEST(Evaluate, Parameters) {
  expect_results({{"n=7", "n * K", "140"}}, "city:3416");
  expect_results({{"n=7", "n * K", "0"}, {"n=7", "n / K", "-"}}, "city:3412");
  expect_results({{"n=7", "n * K", "-"}, {"n=7", "coalesce(K, 1) * n", "7"}}, "city:9999");
  expect_results({{"n=7", "n * K", "14"}}, "city:3416", {{"K", "2"}});
  expect_results({{"n=7", "n * K", "21"}}, "city:3416", {{"K[city:3416]", "3"}});
  expect_results({{"n=7", "min(cap, n)", "3"}});
  expect_results({{"n=7", "min(cap, n)", "7"},
                  {"n=7", "max(cap, n)", "7"},
                  {"n=7", "clamp(n, 0, cap)", "7"},
                  {"n=7", "min(cap, cap)", "-"},
                  {"", "min(cap, n)", "-"}},
                 "", {{"cap", "unlimited"}});
  expect_results({{"C[a]=1", "C[a] / C0[a]", "0.25"}}, "", {{"C0[a]", "4"}});
  expect_results({{"C[a]=1 C[b]=1", "sum(factor: C / C0)", "0.5"}}, "", {{"C0", "4"}});
}

TEST(Evaluate, PaymentsAndRoundedFormulas) {
  const auto rule = compile(rule_from_text(std::string(declarations) + "number P 1 round 3 half_even: n / m\n"
                                                                       "assessed: status = 'assessed'\n"
                                                                       "pays 2 half_up when P <= 1: v * P\n"
                                                                       "pays -4 down when P > 1: money * P"),
                            RandomRules::limits);
  const auto cells =
      evaluate(rule->program, bound(*rule), given(*rule, "n=2.0001 m=2 v=1000.005 status=suspended"));
  const auto at = [&](int node) { return cells[static_cast<std::size_t>(node)].value; };
  EXPECT_EQ(at(*rule->find_formula("P")), Rational(1));  // 1.00005, and so it pays
  EXPECT_EQ(at(rule->program.payments[0].when), Rational(1));
  EXPECT_EQ(at(rule->program.payments[0].amount), number("1000.01"));
  EXPECT_EQ(at(rule->program.payments[1].when), Rational(0));
  EXPECT_EQ(at(rule->program.payments[1].amount), number("500000"));
  EXPECT_EQ(at(rule->program.assessed), Rational(0));
}

TEST(Evaluate, NearestDoubles) {
  RandomRules random(3);
  EXPECT_EQ(Rational::from_fraction(1, 10).to_double(), 0.1);
  EXPECT_EQ(Rational::from_fraction(-1, 3).to_double(), -1.0 / 3);
  EXPECT_EQ((Rational(1) + Rational(1) / Rational::from_int(std::int64_t{1} << 53)).to_double(),
            1.0);  // a tie, to even
  EXPECT_EQ(Rational::power_of_ten(22).to_double(), 1e22);
  EXPECT_EQ(Rational::power_of_ten(-30).to_double(), 1e-30);
  for (int i = 0; i < 10'000; ++i) {
    const double x = static_cast<double>(random.below(1'000'000'000)) / 1e6;
    EXPECT_EQ(Rational::from_double(x).to_double(), x);
  }
}

// --- values that hold on a day

TEST(Binding, WhatWasInForceAsKnown) {
  Rule rule = rule_from_text("unset k 1\nnumber f 1: k");
  const auto value = [](int year, int known, const char* text, int depth = 0) {
    ParameterValue out;
    out.in_force = make_date(year, 1, 1);
    out.known = make_date(known, 1, 1);
    out.elements[""] = text;
    out.depth = depth;
    return out;
  };
  rule.parameters[0].values = {value(2012, 2012, "1"), value(2015, 2015, "2"), value(2015, 2019, "3"),
                               value(2018, 2017, "4")};
  const auto compiled = compile(rule, {});
  const auto at = [&](int on, int known) {
    return bind(*compiled, make_date(on, 6, 1), make_date(known, 6, 1)).parameters[0].value;
  };
  EXPECT_EQ(at(2013, 2013), Rational(1));
  EXPECT_EQ(at(2016, 2016), Rational(2));
  EXPECT_EQ(at(2016, 2020), Rational(3));  // the correction
  EXPECT_EQ(at(2018, 2016), Rational(2));  // not yet known
  EXPECT_EQ(at(2018, 2018), Rational(4));
  EXPECT_EQ(at(2018, 2020), Rational(4));
  EXPECT_THROW(at(2011, 2020), Error);
  rule.parameters[0].values.push_back(value(2010, 2010, "9", 1));  // a lower pack's value goes first
  EXPECT_EQ(bind(*compile(rule, {}), make_date(2016, 1, 1), make_date(2020, 1, 1)).parameters[0].value,
            Rational(9));
}

TEST(Binding, Errors) {
  struct Bad {
    const char* formula;
    Overrides overrides;
    Code code;
    const char* says;
  };
  for (const Bad& bad :
       std::vector<Bad>{{"unset k 1\nnumber f 1: k", {}, codes::parameter_unset, "needs parameter k"},
                        {"number f 1: cap", {{"cap", "unlimited"}}, codes::bad_value, "min()/max()"},
                        {"number f 1: cap", {{"cap", "three"}}, codes::bad_value, "not a valid value"},
                        {"number f 1: cap", {{"cup", "3"}}, codes::unknown_name, "cup"},
                        {"number f 1: cap", {{"cap[a]", "3"}}, codes::unknown_name, "cap[a]"},
                        {"number f mg/L: C0[a]", {{"C0[c]", "3"}}, codes::unknown_name, "C0[c]"},
                        {"number f mg/L: C0[a]", {{"C0[a", "3"}}, codes::unknown_name, "C0[a"},
                        {"number f CNY: tier(upper, n)", {{"upper", "3"}}, codes::bad_value, "tiered table"},
                        {"number f CNY: tier(upper, n)", {{"upper[0.1]", "3"}}, codes::unknown_name, "upper"},
                        {"number f 1: min(n, K)", {{"K", "unlimited"}}, codes::bad_value, "K"},
                        {"number f 1: min(n, K)", {{"K[city:3416]", "unlimited"}}, codes::bad_value, "K"}}) {
    const auto rule = compile(rule_from_text(std::string(declarations) + bad.formula), RandomRules::limits);
    try {
      bound(*rule, bad.overrides);
      ADD_FAILURE() << "binds: " << bad.formula;
    } catch (const Error& error) {
      EXPECT_EQ(error.code().name, bad.code.name) << bad.formula << ": " << error.what();
      EXPECT_NE(error.message().en.find(bad.says), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace tributary::policy
