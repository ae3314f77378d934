#include "known/of_rule.h"

#include "policy/codes.h"
#include "policy/outcome.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::known {
namespace {

using policy::Explanation;

std::string unit_text(const std::string& unit) {
  return unit == "CNY" ? " 元" : unit.empty() || unit == "1" ? "" : " " + unit;
}

std::string source_text(const policy::Source& source, bool verified) {
  std::string out = source.document;
  for (const std::string& more : {source.number, source.article})
    if (!more.empty()) out += (out.empty() ? "" : " ") + more;
  if (!verified) out += out.empty() ? "未核实" : "，未核实";
  return out.empty() ? out : "（" + out + "）";
}

// Each step once, what it is made from below it.
void derive(const Explanation& step, std::string& out) {
  if (step.repeated) return;
  using Kind = Explanation::Kind;
  const std::string value = step.missing ? "缺" : step.value + unit_text(step.unit);
  if (step.kind == Kind::formula)
    out += fmt::format("{}：{} ＝ {}\n", step.title.zh, value, step.numbers.empty() ? step.formula : step.numbers);
  else if (step.kind == Kind::parameter)
    out += fmt::format("{}：{}{}\n", step.title.zh, value, source_text(step.source, step.verified));
  else if (step.kind == Kind::input)
    out += fmt::format("{}：{}\n", step.title.zh, value);
  for (const Explanation& below : step.children) derive(below, out);
}

// Titles of the inputs that keep it from a value.
void missing_in(const Explanation& step, std::vector<std::string>& out) {
  if (!step.missing) return;
  if (step.kind == Explanation::Kind::input && std::ranges::find(out, step.title.zh) == out.end()) out.push_back(step.title.zh);
  for (const Explanation& below : step.children) missing_in(below, out);
}

// In the input's unit. What cannot be converted stays as it was written: the rule refuses it, and says why.
std::string converted(const policy::Rule& rule, const std::string& name, const Given& given) {
  const auto input = std::ranges::find_if(rule.inputs, [&](const policy::Input& one) { return one.name == name; });
  if (given.unit.empty() || input == rule.inputs.end() || input->type.kind != policy::ValueType::Kind::number) return given.value;
  const auto value = Decimal::try_parse(given.value);
  const Unit unit = Unit::parse(given.unit);
  if (!value || !unit.same_dimension(input->type.unit)) return given.value + " " + given.unit;
  return (Rational(*value) * unit.factor_to(input->type.unit)).to_decimal().to_string();
}

}  // namespace

Figure of_rule(const policy::Policy& policy, const OfRule& wanted) {
  Figure out{"", fmt::format("rule:{}:{}", wanted.rule, base::to_string(wanted.on))};
  const auto rule = policy.rule(wanted.rule, wanted.on, wanted.known);
  // All that no document gives, not only the first.
  std::vector<std::string> lacking;
  for (const policy::Parameter& one : rule->rule.parameters)
    if (one.values.empty()) lacking.push_back(one.title.zh + (one.unset.zh.empty() ? "" : "（" + one.unset.zh + "）"));
  if (!lacking.empty()) {
    out.value = fmt::format("缺：{}。须连同依据填入参数后才能算出（规则 {}）。", fmt::join(lacking, "；"), wanted.rule);
    return out;
  }
  policy::Case asked{wanted.rule, wanted.on, wanted.known, "", {}};
  for (const auto& [name, given] : wanted.given) asked.given[name] = converted(rule->rule, name, given);
  try {
    const policy::CaseResult result = policy::evaluate_case(policy, asked);
    const policy::Explainer explainer = result.explainer();
    std::string derivation;
    bool any = false;
    for (const std::string& formula : wanted.formulas) {
      const Explanation step = explainer.formula(formula);
      missing_in(step, lacking);
      any = any || !step.missing;
      out.value += fmt::format("{}：{}\n", step.title.zh, step.missing ? "缺" : step.value + unit_text(step.unit));
      derive(step, derivation);
    }
    const std::string lacks =
        lacking.empty() ? "" : fmt::format("缺：{}（规则 {}）。\n", fmt::join(lacking, "；"), wanted.rule);
    if (!any)
      out.value = lacks.empty() ? "缺（除数为零，或超出表的范围）" : lacks;
    else
      out.value += lacks + fmt::format("由来（规则 {}{}，按 {} 的规定）：\n{}", wanted.rule,
                                       rule->rule.verified ? "" : "，未核实", base::to_string(wanted.on), derivation);
  } catch (const Error& e) {
    if (e.code() == policy::codes::unknown_name) throw;
    out.value = fmt::format("缺：{}", e.message().zh);
  }
  while (out.value.ends_with('\n')) out.value.pop_back();
  return out;
}

}  // namespace tributary::known
