#include "policy/explain.h"

#include "policy/codes.h"
#include "policy/value.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

constexpr std::string_view missing_text = "missing";

std::string shown(const ValueType& type, const Cell& cell) {
  if (cell.state == Cell::State::unlimited) return "unlimited";
  return cell.present() ? format_value(type, cell.value) : std::string(missing_text);
}

}  // namespace

std::string_view to_string(Explanation::Kind kind) {
  switch (kind) {
    case Explanation::Kind::payment:
      return "payment";
    case Explanation::Kind::condition:
      return "condition";
    case Explanation::Kind::formula:
      return "formula";
    case Explanation::Kind::input:
      return "input";
    case Explanation::Kind::parameter:
      return "parameter";
    case Explanation::Kind::limit:
      return "limit";
    case Explanation::Kind::mean:
      return "mean";
    case Explanation::Kind::observation:
      return "observation";
    case Explanation::Kind::result:
      return "result";
    case Explanation::Kind::note:
      return "note";
  }
  return "";
}

// One explanation being made: walks the syntax of a formula and collects what it names.
struct Explainer::Walk {
  const Explainer& e;
  std::set<std::string> done;  // formulas explained already

  const Rule& rule() const { return e.rule_.rule; }
  const Program& program() const { return e.rule_.program; }
  const Cell& cell(int node) const { return e.cells_[static_cast<std::size_t>(node)]; }

  int slot_node(Op op, std::size_t declaration, const std::string& element) const {
    const auto& slots = op == Op::input ? program().inputs : program().parameters;
    for (std::size_t i = 0; i < program().nodes.size(); ++i) {
      const Node& node = program().nodes[i];
      if (node.op == op && slots[static_cast<std::size_t>(node.slot)].declaration == declaration &&
          slots[static_cast<std::size_t>(node.slot)].element == element)
        return static_cast<int>(i);
    }
    return -1;
  }

  // What a name means under the current index elements.
  struct Meaning {
    enum class Kind : std::uint8_t { none, input, parameter, formula } kind = Kind::none;
    std::size_t declaration = 0;
    std::string element;
    int node = -1;
  };

  Meaning meaning(const Expression& name, const std::map<std::string, std::string>& elements) const {
    const auto element = [&](const std::string& index) {
      if (index.empty()) return std::string();
      const std::string& wanted = name.index.empty() ? index : name.index;
      const auto bound = elements.find(wanted);
      return bound != elements.end() ? bound->second : wanted;
    };
    Meaning out;
    for (std::size_t i = 0; i < rule().inputs.size(); ++i)
      if (rule().inputs[i].name == name.text)
        out = {Meaning::Kind::input, i, element(rule().inputs[i].index), -1};
    for (std::size_t i = 0; i < rule().parameters.size(); ++i)
      if (rule().parameters[i].name == name.text)
        out = {Meaning::Kind::parameter, i, element(rule().parameters[i].index), -1};
    for (std::size_t i = 0; i < rule().formulas.size(); ++i)
      if (rule().formulas[i].name == name.text)
        out = {Meaning::Kind::formula, i, element(rule().formulas[i].index), -1};
    if (out.kind == Meaning::Kind::input) out.node = slot_node(Op::input, out.declaration, out.element);
    if (out.kind == Meaning::Kind::parameter)
      out.node = slot_node(Op::parameter, out.declaration, out.element);
    if (out.kind == Meaning::Kind::formula)
      for (const FormulaNode& f : program().formulas)
        if (f.declaration == out.declaration && f.element == out.element) out.node = f.node;
    return out;
  }

  // Children of an expression, each name once, reductions unrolled.
  void collect(const Expression& x, std::map<std::string, std::string>& elements, std::set<std::string>& seen,
               std::vector<Explanation>& out) {
    if (x.kind == Expression::Kind::reduction) {
      for (const std::string& element : rule().indices.at(x.index)) {
        elements[x.index] = element;
        collect(x.args[0], elements, seen, out);
      }
      elements.erase(x.index);
      return;
    }
    if (x.kind == Expression::Kind::call && x.text == "limit") {
      limit(x, elements, seen, out);
      collect(x.args[2], elements, seen, out);
      collect(x.args[3], elements, seen, out);
      return;
    }
    if (x.kind == Expression::Kind::name) {
      const Meaning m = meaning(x, elements);
      if (m.kind == Meaning::Kind::none || !seen.insert(element_name(x.text, m.element)).second) return;
      if (m.kind == Meaning::Kind::input) out.push_back(input(m));
      if (m.kind == Meaning::Kind::parameter) out.push_back(parameter(m));
      if (m.kind == Meaning::Kind::formula) out.push_back(formula(m.declaration, m.element, m.node));
      return;
    }
    for (const Expression& arg : x.args) collect(arg, elements, seen, out);
  }

  void limit(const Expression& x, const std::map<std::string, std::string>& elements,
             std::set<std::string>& seen, std::vector<Explanation>& out) {
    const auto found = program().limit_nodes.find(limit_key(x, elements));
    if (found == program().limit_nodes.end() || !seen.insert(fmt::format("limit {}", found->second)).second)
      return;
    const Node& node = program().nodes[static_cast<std::size_t>(found->second)];
    const LimitTable& table = program().limits[static_cast<std::size_t>(node.slot)];
    Explanation leaf;
    leaf.kind = Explanation::Kind::limit;
    leaf.name = fmt::format("limit({}, {})", table.standard, table.indicator);
    leaf.title = {"标准限值", "limit of the standard"};
    const Cell& value = cell(found->second);
    leaf.value = value.present() ? value.value.to_string() : std::string(missing_text);
    leaf.missing = !value.present();
    leaf.unit = table.unit.symbol() == "1" ? "" : table.unit.symbol();
    leaf.source = table.source;
    leaf.verified = table.verified;
    out.push_back(std::move(leaf));
  }

  Explanation input(const Meaning& m) {
    const Input& declared = rule().inputs[m.declaration];
    Explanation out;
    out.kind = Explanation::Kind::input;
    out.name = element_name(declared.name, m.element);
    out.title = declared.title;
    out.unit = unit_text(declared.type);
    if (m.node < 0) return out;
    const Cell& c = cell(m.node);
    out.value = shown(declared.type, c);
    out.missing = !c.present();
    if (e.inputs_)
      e.inputs_(static_cast<std::size_t>(program().nodes[static_cast<std::size_t>(m.node)].slot), out);
    return out;
  }

  Explanation parameter(const Meaning& m) const {
    const Parameter& declared = rule().parameters[m.declaration];
    Explanation out;
    out.kind = Explanation::Kind::parameter;
    out.name = element_name(declared.name, m.element);
    out.title = declared.title;
    out.unit = unit_text(declared.type);
    out.where = declared.where;
    if (m.node < 0) return out;
    const BoundParameter& bound =
        e.binding_
            .parameters[static_cast<std::size_t>(program().nodes[static_cast<std::size_t>(m.node)].slot)];
    if (bound.state == BoundParameter::State::table) {
      for (const auto& tier : bound.tiers)
        out.value += fmt::format("{}{} {}: {}", out.value.empty() ? "" : "; ",
                                 bound.upper_inclusive ? ">" : ">=", tier.above.to_string(),
                                 format_value(declared.type, tier.value));
    } else {
      const Cell& c = cell(m.node);
      out.value = shown(declared.type, c);
      out.missing = c.state == Cell::State::missing;
      if (out.missing)
        out.reason = {fmt::format("没有地点 {} 的值", e.place_),
                      fmt::format("no value for place {}", e.place_)};
    }
    if (bound.origin != nullptr && !bound.by_hand.contains(e.place_)) {
      const ParameterValue& value = *bound.origin;
      out.source = value.source;
      out.in_force = base::to_string(value.in_force);
      out.known = base::to_string(value.known);
      out.verified = value.verified;
      out.example = value.example;
      out.where = value.where;
    } else if (!bound.override_text.empty() || bound.by_hand.contains(e.place_)) {
      out.reason = {"由使用者给定，不是政策包中的值", "given by hand, not the pack's value"};
      out.verified = false;
    }
    return out;
  }

  std::string with_numbers(const Expression& syntax,
                           const std::map<std::string, std::string>& elements) const {
    return expression_text(syntax, [&](const Expression& name) -> std::string {
      const Meaning m = meaning(name, elements);
      if (m.node < 0) return {};
      if (m.kind == Meaning::Kind::parameter && rule().parameters[m.declaration].is_table) return {};
      const ValueType& type = m.kind == Meaning::Kind::input     ? rule().inputs[m.declaration].type
                              : m.kind == Meaning::Kind::formula ? rule().formulas[m.declaration].type
                                                                 : rule().parameters[m.declaration].type;
      const std::string value = shown(type, cell(m.node));
      return value.starts_with("-") || value.starts_with("≈-") ? "(" + value + ")" : value;
    });
  }

  Explanation formula(std::size_t declaration, const std::string& element, int node) {
    const Formula& declared = rule().formulas[declaration];
    Explanation out;
    out.kind = Explanation::Kind::formula;
    out.name = element_name(declared.name, element);
    out.title = declared.title;
    out.unit = unit_text(declared.type);
    const Cell& c = cell(node);
    out.value = shown(declared.type, c);
    out.missing = !c.present();
    out.formula = declared.text;
    out.source = rule().source;
    out.verified = rule().verified;
    out.where = declared.where;
    std::map<std::string, std::string> elements;
    if (!element.empty()) elements[declared.index] = element;
    const Expression& syntax = program().formula_syntax[declaration];
    out.numbers = with_numbers(syntax, elements);
    if (declared.round) {
      const Node& rounding = program().nodes[static_cast<std::size_t>(node)];
      const Cell& before = cell(rounding.args[0]);
      if (before.present() && !(before.value == c.value)) out.unrounded = before.value.to_string();
    }
    if (out.missing) out.reason = why_missing(node);
    if (!done.insert(out.name).second) {
      out.repeated = true;
      return out;
    }
    std::set<std::string> seen;
    collect(syntax, elements, seen, out.children);
    return out;
  }

  Explanation expression(Explanation::Kind kind, const Expression& syntax, const std::string& text, int node,
                         const ValueType& type, const Where& where) {
    const Cell& value = cell(node);
    Explanation out;
    out.kind = kind;
    out.value = shown(type, value);
    out.unit = unit_text(type);
    out.missing = !value.present();
    out.formula = text;
    out.where = where;
    std::map<std::string, std::string> elements;
    out.numbers = with_numbers(syntax, elements);
    if (out.missing) out.reason = why_missing(node);
    std::set<std::string> seen;
    collect(syntax, elements, seen, out.children);
    return out;
  }

  Text why_missing(int node) const {
    const auto names = e.missing_inputs(node);
    if (names.empty()) return {"除数为零，或超出表的范围", "a division by zero, or outside the table"};
    return {fmt::format("缺少：{}", fmt::join(names, "、")),
            fmt::format("missing: {}", fmt::join(names, ", "))};
  }
};

Explainer::Explainer(const CompiledRule& rule, const Binding& binding, const std::vector<Cell>& cells,
                     std::string place, InputExplainer inputs)
    : rule_(rule), binding_(binding), cells_(cells), place_(std::move(place)), inputs_(std::move(inputs)) {}

Explanation Explainer::formula(const std::string& name) const {
  for (const FormulaNode& f : rule_.program.formulas)
    if (element_name(rule_.rule.formulas[f.declaration].name, f.element) == name)
      return Walk{*this, {}}.formula(f.declaration, f.element, f.node);
  throw Error(codes::unknown_name, {fmt::format("规则 {} 没有公式“{}”", rule_.rule.name, name),
                                    fmt::format("rule {} has no formula \"{}\"", rule_.rule.name, name)});
}

Explanation Explainer::payment(std::size_t i) const {
  static const ValueType money{ValueType::Kind::number, Unit::parse("CNY"), {}};
  static const ValueType boolean{ValueType::Kind::boolean, {}, {}};
  const Payment& declared = rule_.rule.payments[i];
  const PaymentNodes& nodes = rule_.program.payments[i];
  Walk walk{*this, {}};
  Explanation out = walk.expression(Explanation::Kind::payment, rule_.program.amount_syntax[i],
                                    declared.amount, nodes.amount, money, declared.amount_where);
  out.name = fmt::format("{} → {}", declared.from, declared.to);
  out.title = declared.title;
  out.source = declared.source.document.empty() ? rule_.rule.source : declared.source;
  out.verified = rule_.rule.verified;
  Explanation condition = walk.expression(Explanation::Kind::condition, rule_.program.when_syntax[i],
                                          declared.when, nodes.when, boolean, declared.when_where);
  condition.title = {"付款条件", "condition of payment"};
  out.children.push_back(std::move(condition));
  return out;
}

std::optional<Explanation> Explainer::assessed() const {
  if (!rule_.program.assessed_syntax) return std::nullopt;
  static const ValueType boolean{ValueType::Kind::boolean, {}, {}};
  Walk walk{*this, {}};
  Explanation out =
      walk.expression(Explanation::Kind::condition, *rule_.program.assessed_syntax, rule_.rule.assessed_when,
                      rule_.program.assessed, boolean, rule_.rule.assessed_where);
  out.title = {"考核条件", "condition of assessment"};
  return out;
}

std::vector<std::string> Explainer::missing_inputs(int node) const {
  std::vector<std::string> out;
  std::set<int> seen;
  std::vector<int> open{node};
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (!seen.insert(at).second || cells_[static_cast<std::size_t>(at)].state != Cell::State::missing)
      continue;
    const Node& n = rule_.program.nodes[static_cast<std::size_t>(at)];
    if (n.op == Op::input) {
      const Slot& slot = rule_.program.inputs[static_cast<std::size_t>(n.slot)];
      out.push_back(element_name(rule_.rule.inputs[slot.declaration].name, slot.element));
    } else if (n.op == Op::parameter) {
      const Slot& slot = rule_.program.parameters[static_cast<std::size_t>(n.slot)];
      out.push_back(element_name(rule_.rule.parameters[slot.declaration].name, slot.element));
    }
    for (int arg : n.args) open.push_back(arg);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace tributary::policy
