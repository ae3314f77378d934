#include "policy/outcome.h"

#include "base/text.h"
#include "policy/codes.h"
#include "policy/value.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

void merge(std::vector<std::string>& into, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (std::find(into.begin(), into.end(), name) == into.end()) into.push_back(name);
}

// Inputs and parameters of the rule by their shown names.
std::vector<std::string> settable_names(const CompiledRule& rule) {
  std::vector<std::string> out;
  for (const Slot& slot : rule.program.inputs)
    out.push_back(element_name(rule.rule.inputs[slot.declaration].name, slot.element));
  for (const Parameter& p : rule.rule.parameters) out.push_back(p.name);
  return out;
}

}  // namespace

std::string_view to_string(Outcome::State state) {
  switch (state) {
    case Outcome::State::computed:
      return "computed";
    case Outcome::State::not_assessed:
      return "not_assessed";
    case Outcome::State::missing:
      return "missing";
  }
  return "";
}

Outcome outcome_of(const CompiledRule& rule, const std::vector<Cell>& cells) {
  Outcome out;
  const auto cell = [&](int node) -> const Cell& { return cells[static_cast<std::size_t>(node)]; };
  const Binding unused;
  const Explainer explainer(rule, unused, cells);
  if (rule.program.assessed >= 0) {
    const Cell& assessed = cell(rule.program.assessed);
    if (!assessed.present()) {
      out.state = Outcome::State::missing;
      out.missing = explainer.missing_inputs(rule.program.assessed);
      return out;
    }
    if (!assessed.truth()) {
      out.state = Outcome::State::not_assessed;
      return out;
    }
  }
  for (std::size_t i = 0; i < rule.program.payments.size(); ++i) {
    const PaymentNodes& nodes = rule.program.payments[i];
    const Cell& when = cell(nodes.when);
    const Cell& amount = cell(nodes.amount);
    if (when.present() && !when.truth()) continue;
    if (!when.present() || !amount.present()) {
      out.state = Outcome::State::missing;
      merge(out.missing, explainer.missing_inputs(when.present() ? nodes.amount : nodes.when));
      continue;
    }
    if (amount.value.sign() < 0)
      throw Error(codes::negative_amount,
                  {fmt::format("规则 {} 的付款“{}”算出负数 {} 元", rule.rule.name,
                               rule.rule.payments[i].title.zh, amount.value.to_string()),
                   fmt::format("rule {}: payment \"{}\" comes out negative: {} yuan", rule.rule.name,
                               rule.rule.payments[i].title.en, amount.value.to_string())},
                  rule.rule.payments[i].amount_where,
                  {"请在 when 中写明谁付，负的情形另列一项付款",
                   "say in `when` who pays; state the opposite case as a payment of its own"});
    if (!amount.value.is_zero()) out.dues.push_back({i, amount.value.to_decimal()});
  }
  // A rule without payments is computed when its shown formulas are.
  if (rule.program.payments.empty())
    for (const FormulaNode& f : rule.program.formulas)
      if (rule.rule.formulas[f.declaration].shown && !cell(f.node).present()) {
        out.state = Outcome::State::missing;
        merge(out.missing, explainer.missing_inputs(f.node));
      }
  if (out.state == Outcome::State::missing) out.dues.clear();  // nothing is due on half the facts
  return out;
}

CaseResult evaluate_case(const Policy& policy, const Case& wanted) {
  CaseResult out;
  out.rule = policy.rule(wanted.rule, wanted.on, wanted.known);
  out.place = wanted.place;
  const CompiledRule& rule = *out.rule;
  out.inputs.resize(rule.program.inputs.size());
  Overrides overrides;
  for (const auto& [name, text] : wanted.given) {
    bool used = false;
    for (std::size_t i = 0; i < rule.program.inputs.size(); ++i) {
      const Slot& slot = rule.program.inputs[i];
      const Input& input = rule.rule.inputs[slot.declaration];
      if (name != element_name(input.name, slot.element)) continue;
      used = true;
      if (text == "-") continue;
      out.inputs[i] = parse_value(input.type, text);
      if (!out.inputs[i])
        throw Error(codes::bad_input,
                    {fmt::format("输入 {} 的值“{}”不对", name, text),
                     fmt::format("input {}: \"{}\" is not a valid value", name, text)},
                    {{}, 0, 0, name}, expected_form(input.type));
    }
    if (used) continue;
    const std::string base_name = name.substr(0, name.find('['));
    // An input that is declared but that no formula reads may be given; it changes nothing.
    if (std::any_of(rule.rule.inputs.begin(), rule.rule.inputs.end(),
                    [&](const Input& x) { return x.name == base_name; }))
      continue;
    if (std::none_of(rule.rule.parameters.begin(), rule.rule.parameters.end(),
                     [&](const Parameter& p) { return p.name == base_name; })) {
      const auto known = settable_names(rule);
      const auto close = near_misses(name, known);
      throw Error(codes::unknown_name,
                  {fmt::format("规则 {} 没有输入或参数“{}”", wanted.rule, name),
                   fmt::format("rule {} has no input or parameter \"{}\"", wanted.rule, name)},
                  {{}, 0, 0, name},
                  close.empty() ? Text{fmt::format("可用：{}", fmt::join(known, "、")),
                                       fmt::format("there are: {}", fmt::join(known, ", "))}
                                : Text{fmt::format("是否想写“{}”？", close[0]),
                                       fmt::format("did you mean \"{}\"?", close[0])});
    }
    overrides.emplace(name, text);
  }
  out.binding = policy::bind(rule, wanted.on, wanted.known, overrides);
  out.cells = evaluate(rule.program, out.binding, out.inputs, wanted.place);
  out.outcome = outcome_of(rule, out.cells);
  return out;
}

}  // namespace tributary::policy
