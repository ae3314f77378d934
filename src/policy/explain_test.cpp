#include "policy/explain.h"

#include "policy/codes.h"
#include "policy/explanation_json.h"
#include "policy/outcome.h"
#include "policy/packs_testing.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

bool same(const Explanation& a, const Explanation& b) {
  if (a.kind != b.kind || a.name != b.name || !(a.title == b.title) || a.value != b.value ||
      a.unit != b.unit || a.missing != b.missing || a.formula != b.formula || a.numbers != b.numbers ||
      a.unrounded != b.unrounded || !(a.reason == b.reason) || !(a.source == b.source) ||
      a.in_force != b.in_force || a.known != b.known || a.verified != b.verified || a.example != b.example ||
      a.repeated != b.repeated || to_string(a.where) != to_string(b.where) || a.reference != b.reference ||
      a.children.size() != b.children.size())
    return false;
  for (std::size_t i = 0; i < a.children.size(); ++i)
    if (!same(a.children[i], b.children[i])) return false;
  return true;
}

// The nodes of a tree as "name=value", in the order they are shown, two spaces per level.
std::string outline(const Explanation& e, int depth = 0) {
  std::string out = fmt::format("{}{} {}={}{}{}\n", std::string(static_cast<std::size_t>(2 * depth), ' '),
                                to_string(e.kind), e.name, e.value, e.unit.empty() ? "" : " " + e.unit,
                                e.repeated ? " again" : "");
  for (const Explanation& child : e.children) out += outline(child, depth + 1);
  return out;
}

std::size_t count(const Explanation& e) {
  std::size_t n = 1;
  for (const Explanation& child : e.children) n += count(child);
  return n;
}

const Explanation& find(const Explanation& e, const std::string& name) {
  const Explanation* found = nullptr;
  const auto look = [&](const auto& self, const Explanation& at) -> void {
    if (at.name == name && found == nullptr) found = &at;
    for (const Explanation& child : at.children) self(self, child);
  };
  look(look, e);
  if (found == nullptr) throw std::logic_error("no node " + name);
  return *found;
}

Policy demo() {
  return Policy::load(TRIBUTARY_SOURCE_DIR "/policies", "demo");
}

Case october(std::map<std::string, std::string> given) {
  given.insert({{"water", "river"}, {"status", "assessed"}, {"target", "III"}, {"actual", "worse_V"}});
  return {"section-month", make_date(2020, 10, 1), make_date(2026, 11, 23), {}, std::move(given)};
}

TEST(Explain, TheWholeTreeOfAPaymentOfARealRule) {
  const Policy policy = demo();
  const CaseResult result =
      evaluate_case(policy, october({{"C[codmn]", "7.2"}, {"C[nh3n]", "2.3"}, {"C[tp]", "0.18"}}));
  const Explanation tree = result.explainer().payment(0);
  EXPECT_EQ(outline(tree), R"(payment responsible → superior=2000000 CNY
  formula payment=2000000 CNY
    parameter unit_payment=500000 CNY
    formula steps_of[codmn]=1
      parameter cap=unlimited
      formula x[codmn]=0.2
        input C[codmn]=7.2 mg/L
        formula S[codmn]=6 mg/L
          limit limit(gb3838-2002, codmn)=6 mg/L
          input target=III
          input water=river
      parameter step_width=0.5
      parameter closed=upper
    formula steps_of[nh3n]=3
      parameter cap=unlimited
      formula x[nh3n]=1.3
        input C[nh3n]=2.3 mg/L
        formula S[nh3n]=1 mg/L
          limit limit(gb3838-2002, nh3n)=1 mg/L
          input target=III
          input water=river
      parameter step_width=0.5
      parameter closed=upper
    formula steps_of[tp]=0
      parameter cap=unlimited
      formula x[tp]=-0.1
        input C[tp]=0.18 mg/L
        formula S[tp]=0.2 mg/L
          limit limit(gb3838-2002, tp)=0.2 mg/L
          input target=III
          input water=river
      parameter step_width=0.5
      parameter closed=upper
  condition =true
    formula payment=2000000 CNY again
)");
  EXPECT_EQ(find(tree, "x[codmn]").formula, "(C - S) / S");
  EXPECT_EQ(find(tree, "x[codmn]").numbers, "(7.2 - 6) / 6");
  EXPECT_EQ(find(tree, "steps_of[nh3n]").numbers, "min(unlimited, steps(1.3, 0.5, upper))");
  EXPECT_EQ(tree.title.zh, "污染赔付金");
  EXPECT_NE(tree.source.number.find("343"), std::string::npos);
  EXPECT_FALSE(tree.verified);
}

TEST(Explain, SourcesDatesAndFlagsAreThoseOfTheValueUsed) {
  const Policy policy = demo();
  const CaseResult result =
      evaluate_case(policy, october({{"C[codmn]", "7.2"}, {"C[nh3n]", "2.3"}, {"C[tp]", "0.18"}}));
  const Explanation tree = result.explainer().payment(0);
  const Explanation& cap = find(tree, "cap");
  EXPECT_TRUE(cap.example);
  EXPECT_FALSE(cap.verified);
  EXPECT_EQ(cap.source.document, "示例");
  EXPECT_EQ(cap.in_force, "2018-01-01");
  EXPECT_EQ(cap.known, "2026-11-23");
  EXPECT_TRUE(cap.where.file.ends_with("demo/parameters/section-month.yaml"));
  EXPECT_GT(cap.where.line, 0);
  const Explanation& unit = find(tree, "unit_payment");
  EXPECT_FALSE(unit.example);
  EXPECT_FALSE(unit.verified);
  EXPECT_NE(unit.source.note.find("推得"), std::string::npos);
  const Explanation& limit = find(tree, "limit(gb3838-2002, tp)");
  EXPECT_NE(limit.source.number.find("3838"), std::string::npos);
  EXPECT_TRUE(result.binding.example);
  const CaseResult by_hand = evaluate_case(
      policy, october({{"cap", "1"}, {"C[codmn]", "7.2"}, {"C[nh3n]", "2.3"}, {"C[tp]", "0.18"}}));
  const Explanation given = by_hand.explainer().payment(0);
  EXPECT_EQ(find(given, "cap").value, "1");
  EXPECT_FALSE(find(given, "cap").reason.en.empty());
  EXPECT_TRUE(find(given, "cap").source.document.empty());
}

TEST(Explain, SaysWhatIsMissing) {
  const Policy policy = demo();
  const CaseResult result =
      evaluate_case(policy, october({{"C[codmn]", "7.2"}, {"C[nh3n]", "2.3"}, {"status", "assessed"}}));
  const Explanation tree = result.explainer().payment(0);
  EXPECT_TRUE(tree.missing);
  EXPECT_EQ(tree.reason.en, "missing: C[tp]");
  EXPECT_EQ(find(tree, "payment").reason.zh, "缺少：C[tp]");
  EXPECT_TRUE(find(tree, "C[tp]").missing);
  EXPECT_FALSE(find(tree, "x[codmn]").missing);
  EXPECT_EQ(tree.children.back().reason.en, "missing: C[tp]");
  Case unknown = october({});
  unknown.given.erase("status");
  const CaseResult none = evaluate_case(policy, unknown);
  ASSERT_TRUE(none.explainer().assessed());
  EXPECT_EQ(none.explainer().assessed()->reason.en, "missing: status");
  EXPECT_THROW(none.explainer().formula("nothing"), Error);
}

constexpr const char* head = R"(rule: r
title: {zh: 样, en: r}
source: {document: d}
in_force: {from: 2020-01-01}
known: 2020-01-01
per: section × month
inputs:
  a: {unit: "1", from: given}
  b: {unit: "1", from: given}
formulas:
)";

struct Evaluated {
  std::shared_ptr<const CompiledRule> rule;
  Binding binding;
  std::vector<Cell> cells;
  Explanation explain(const std::string& name) const {
    return Explainer(*rule, binding, cells).formula(name);
  }
};

Evaluated evaluated(const std::string& formulas, const std::vector<std::optional<Rational>>& inputs) {
  Evaluated out;
  out.rule = compile_sample(head + formulas);
  out.binding = bind(*out.rule, make_date(2020, 1, 1), make_date(2020, 1, 1));
  out.cells = evaluate(out.rule->program, out.binding, inputs);
  return out;
}

// f2 = f1 + f1, f3 = f2 + f2 …: a naive tree would have 2^40 leaves.
TEST(Explain, DoesNotBlowUp) {
  std::string formulas = "  f0: {unit: \"1\", is: a + b}\n";
  for (int i = 1; i <= 40; ++i)
    formulas +=
        fmt::format("  f{}: {{unit: \"1\", is: f{} + f{} + f{}}}\n", i, i - 1, i - 1, std::max(0, i - 2));
  const Evaluated e = evaluated(formulas, {Rational(1), Rational(0)});
  const Explanation tree = e.explain("f40");
  EXPECT_LT(count(tree), 200u);
  EXPECT_GT(count(tree), 80u);
  EXPECT_LT(to_json(tree).size(), 200'000u);
  EXPECT_TRUE(same(explanation_from_json(to_json(tree)), tree));
  EXPECT_EQ(Explainer(*e.rule, e.binding, e.cells).missing_inputs(*e.rule->find_formula("f40")),
            std::vector<std::string>{});
  const Evaluated none = evaluated(formulas, {std::nullopt, Rational(0)});
  EXPECT_EQ(none.explain("f40").reason.en, "missing: a");
}

TEST(Explain, RoundingAndDivisionByZero) {
  const Evaluated e = evaluated(
      "  f: {unit: \"1\", is: a / b, round: {places: 2, mode: half_even}}\n  g: {unit: \"1\", is: a / (b - "
      "b)}\n",
      {Rational(1), Rational(8)});
  const Explanation f = e.explain("f");
  EXPECT_EQ(f.value, "0.12");
  EXPECT_EQ(f.unrounded, "0.125");
  EXPECT_EQ(f.numbers, "1 / 8");
  const Explanation g = e.explain("g");
  EXPECT_TRUE(g.missing);
  EXPECT_NE(g.reason.en.find("division by zero"), std::string::npos);
}

// Two limits of one indicator in one formula: each is shown with the value it has.
TEST(Explain, EachLimitWithItsOwnValue) {
  const std::string text =
      std::string(
          replaced(head, "  b: {unit: \"1\", from: given}\n",
                   "  b: {unit: \"1\", from: given}\n  target: {type: class, from: given}\n  actual: {type: "
                   "class, from: given}\n  water: {type: choice, choices: [river, lake], from: given}\n")) +
      "  d: {unit: mg/L, is: \"limit('gb', tp, actual, water) - limit('gb', tp, target, water)\"}\n"
      "  l: {unit: mg/L, is: \"limit('gb', tp, IV, 'river') - limit('gb', tp, II, 'river')\"}\n";
  Evaluated e;
  e.rule = compile(read_sample(text), [](const std::string& standard, const std::string& indicator) {
    LimitTable table;
    table.standard = standard;
    table.indicator = indicator;
    table.unit = Unit::parse("mg/L");
    for (int c = 0; c < 5; ++c) table.values[static_cast<std::size_t>(c)] = {Decimal(c + 1), Decimal(c + 1)};
    return std::optional(table);
  });
  e.binding = bind(*e.rule, make_date(2020, 1, 1), make_date(2020, 1, 1));
  std::vector<std::optional<Rational>> inputs;
  for (const Slot& slot : e.rule->program.inputs) {
    const std::string& name = e.rule->rule.inputs[slot.declaration].name;
    inputs.emplace_back(name == "actual" ? 4 : name == "target" ? 2 : 0);
  }
  e.cells = evaluate(e.rule->program, e.binding, inputs);
  for (const char* formula : {"d", "l"}) {  // named and literal classes
    const Explanation tree = e.explain(formula);
    EXPECT_EQ(tree.value, "2") << formula;
    std::vector<std::string> limits;
    for (const Explanation& child : tree.children)
      if (child.kind == Explanation::Kind::limit) limits.push_back(child.value);
    EXPECT_EQ(limits, (std::vector<std::string>{"4", "2"})) << formula;
  }
}

TEST(ExplanationJson, RandomTreesComeBackTheSame) {
  std::mt19937_64 random(20201005);
  const std::vector<std::string> texts{
      "", "a", "浓度", "\"quoted\" \\ \n\t", "≈0.333", "{\"kind\":1}", std::string("\x01", 1)};
  const auto text = [&] { return texts[random() % texts.size()]; };
  const auto flag = [&] { return random() % 2 == 0; };
  const auto tree = [&](const auto& self, int depth) -> Explanation {
    Explanation e;
    e.kind = static_cast<Explanation::Kind>(random() % 10);
    e.name = text(), e.title = {text(), text()}, e.value = text(), e.unit = text(), e.missing = flag();
    e.formula = text(), e.numbers = text(), e.unrounded = text(), e.reason = {text(), text()};
    e.source = {text(), text(), text(), text(), text()};
    e.in_force = text(), e.known = text(), e.verified = flag(), e.example = flag(), e.repeated = flag();
    e.where = {text(), static_cast<long>(random() % 3), static_cast<long>(random() % 3), text()};
    if (e.where.line == 0) e.where.column = 0;
    e.reference = text();
    for (std::size_t i = random() % 4; depth < 4 && i > 0; --i) e.children.push_back(self(self, depth + 1));
    return e;
  };
  for (int round = 0; round < 500; ++round) {
    const Explanation e = tree(tree, 0);
    const std::string json = to_json(e);
    ASSERT_TRUE(same(explanation_from_json(json), e)) << round << ": " << json;
    ASSERT_EQ(to_json(explanation_from_json(json)), json);
  }
}

TEST(ExplanationJson, RefusesWhatIsNoExplanation) {
  for (const char* bad : {"", "{", "[]", "3", "null", "{}", "{\"kind\":3}", "{\"kind\":\"poem\"}",
                          "{\"kind\":\"note\",\"children\":[1]}", "{\"kind\":\"note\",\"name\":3}",
                          "{\"kind\":\"note\",\"missing\":\"yes\"}", "{\"kind\":\"note\",\"where\":3}"}) {
    try {
      explanation_from_json(bad);
      ADD_FAILURE() << bad;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::bad_value) << bad;
    }
  }
}

}  // namespace
}  // namespace tributary::policy
