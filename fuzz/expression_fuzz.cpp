// links: policy
// Any bytes as a formula: it parses or is refused; what parses reads back from its own text as the same tree;
// what compiles inside a small rule evaluates, and the columns say what the fractions say.
#include "policy/columns.h"
#include "policy/evaluate.h"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace {

using namespace tributary;
using namespace tributary::policy;

void demand(bool condition) {
  if (!condition) std::abort();
}

bool same(const Expression& a, const Expression& b) {
  if (a.kind != b.kind || a.text != b.text || a.index != b.index || a.value != b.value ||
      a.args.size() != b.args.size())
    return false;
  for (std::size_t i = 0; i < a.args.size(); ++i)
    if (!same(a.args[i], b.args[i])) return false;
  return true;
}

Input input(const std::string& name, const std::string& index, ValueType type) {
  Input out;
  out.name = name;
  out.index = index;
  out.type = std::move(type);
  return out;
}

Parameter parameter(const std::string& name, ValueType type, const std::string& value) {
  Parameter out;
  out.name = name;
  out.type = std::move(type);
  ParameterValue one;
  one.elements[""] = value;
  out.values.push_back(std::move(one));
  return out;
}

Rule small_rule(const std::string& text, const ValueType& type) {
  Rule rule;
  rule.name = "fuzz";
  rule.indices["f"] = {"a", "b"};
  rule.inputs = {input("C", "f", {ValueType::Kind::number, Unit::parse("mg/L"), {}}),
                 input("n", "", {}),
                 input("m", "", {}),
                 input("q", "", {ValueType::Kind::quality, {}, {}}),
                 input("p", "", {ValueType::Kind::boolean, {}, {}}),
                 input("w", "", {ValueType::Kind::choice, {}, {"river", "lake"}})};
  rule.parameters = {parameter("k", {}, "0.85"), parameter("cap", {}, "unlimited"), parameter("t", {}, "")};
  rule.parameters[2].is_table = true;
  rule.parameters[2].values[0].tiers = {{Decimal::parse("0"), "1"}, {Decimal::parse("0.5"), "2.5"}};
  Formula formula;
  formula.name = "r";
  formula.type = type;
  formula.text = text;
  rule.formulas = {formula};
  return rule;
}

std::optional<LimitTable> limits(const std::string& standard, const std::string& indicator) {
  LimitTable out;
  out.standard = standard;
  out.indicator = indicator;
  out.unit = Unit::parse("mg/L");
  for (auto& row : out.values) row = {Decimal::parse("0.2"), std::nullopt};
  return out;
}

void evaluate_both(const CompiledRule& rule) {
  Binding binding;
  try {
    binding = bind(rule, Date{}, Date{});
  } catch (const Error&) {
    return;  // «unlimited» where it may not be
  }
  constexpr std::size_t rows = 4;
  const double missing = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::vector<double>> columns;
  for (const Slot& slot : rule.program.inputs) {
    switch (rule.rule.inputs[slot.declaration].type.kind) {
      case ValueType::Kind::number:
        columns.push_back({0.45, 0, -2.5, missing});
        break;
      case ValueType::Kind::quality:
        columns.push_back({3, 6, 1, missing});
        break;
      default:
        columns.push_back({1, 0, 1, missing});
    }
  }
  const int node = *rule.find_formula("r");
  std::vector<double> out(rows);
  ColumnInputs inputs;
  inputs.rows = rows;
  inputs.inputs.assign(columns.begin(), columns.end());
  const std::vector<std::span<double>> outputs{out};
  ColumnEvaluator(rule, binding, {node}).run(inputs, outputs);
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<std::optional<Rational>> given;
    for (const auto& column : columns)
      given.push_back(std::isnan(column[row]) ? std::nullopt
                                              : std::optional(Rational::from_double(column[row])));
    const Cell cell = evaluate(rule.program, binding, given)[static_cast<std::size_t>(node)];
    demand(cell.present() != std::isnan(out[row]));
    const double exact = cell.present() ? cell.value.to_double() : 0;
    if (std::isfinite(exact) && (exact == 0 || std::abs(exact) > 1e-300))
      demand(!cell.present() || std::abs(out[row] - exact) <= 0x1.00001p-40 * std::abs(exact));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Expression tree;
  try {
    tree = parse_expression(text, {"fuzz", 1, 1, "is"});
  } catch (const Error&) {
    return 0;
  }
  const std::string shown = expression_text(tree);
  if (shown.size() <= max_expression_bytes) demand(same(parse_expression(shown, {}), tree));
  for (const ValueType& type :
       {ValueType{}, ValueType{ValueType::Kind::number, Unit::parse("mg/L"), {}},
        ValueType{ValueType::Kind::boolean, {}, {}}, ValueType{ValueType::Kind::quality, {}, {}},
        ValueType{ValueType::Kind::choice, {}, {"river", "lake"}}}) {
    try {
      evaluate_both(*compile(small_rule(text, type), limits));
    } catch (const Error&) {
    }
  }
  return 0;
}
