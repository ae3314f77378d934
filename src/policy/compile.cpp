#include "base/text.h"
#include "policy/codes.h"
#include "policy/compiler.h"
#include "policy/program_checks.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

using Kind = Expression::Kind;

Type type_of(const ValueType& declared) {
  return {declared.kind, declared.unit, false, declared.choices};
}

const char* kind_name(ValueType::Kind kind, bool zh) {
  switch (kind) {
    case ValueType::Kind::number:
      return zh ? "数值" : "a number";
    case ValueType::Kind::boolean:
      return zh ? "是否值" : "a boolean";
    case ValueType::Kind::quality:
      return zh ? "水质类别" : "a water-quality class";
    case ValueType::Kind::choice:
      return zh ? "选项" : "a choice";
  }
  return "";
}

}  // namespace

Program Compiler::run() {
  check_names();
  for (const Formula& formula : rule_.formulas)
    program_.formula_syntax.push_back(parse_expression(formula.text, formula.where));
  for (std::size_t i = 0; i < rule_.formulas.size(); ++i)
    for (const std::string& element : elements_of(rule_.formulas[i].index)) formula(i, element);
  if (!rule_.assessed_when.empty()) {
    program_.assessed_syntax = parse_expression(rule_.assessed_when, rule_.assessed_where);
    program_.assessed = boolean(*program_.assessed_syntax, rule_.assessed_where);
  }
  for (const Payment& payment : rule_.payments) {
    program_.when_syntax.push_back(parse_expression(payment.when, payment.when_where));
    program_.amount_syntax.push_back(parse_expression(payment.amount, payment.amount_where));
    const int when = boolean(program_.when_syntax.back(), payment.when_where);
    program_.payments.push_back({when, amount(program_.amount_syntax.back(), payment)});
  }
  check_group_means();
  // Formulas are compiled on demand; list them in the order of the rule.
  std::stable_sort(program_.formulas.begin(), program_.formulas.end(),
                   [](const FormulaNode& a, const FormulaNode& b) { return a.declaration < b.declaration; });
  return std::move(program_);
}

void Compiler::fail(Code code, const Expression& at, const Scope& scope, const std::string& zh,
                    const std::string& en, Text hint) const {
  Where where = scope.where;
  where.column = (where.column > 0 ? where.column : 1) + (at.column > 0 ? at.column - 1 : 0);
  throw Error(code, {fmt::format("规则 {}：{}", rule_.name, zh), fmt::format("rule {}: {}", rule_.name, en)},
              where, std::move(hint));
}

void Compiler::check_names() {
  std::set<std::string> names;
  for (const auto& [index, elements] : rule_.indices)
    if (elements.empty())
      throw Error(
          codes::index_mismatch,
          {fmt::format("指标组“{}”是空的", index), fmt::format("the index \"{}\" has no elements", index)},
          rule_.where, {"请列出至少一项", "list at least one element"});
  const auto add = [&](const std::string& name, const std::string& index, const Where& where) {
    if (!names.insert(name).second || rule_.indices.contains(name))
      throw Error(codes::duplicate_key,
                  {fmt::format("名称“{}”用了两次", name), fmt::format("the name \"{}\" is used twice", name)},
                  where,
                  {"输入、参数、公式和指标的名称不能相同",
                   "inputs, parameters, formulas and indices share one set of names"});
    if (!index.empty() && !rule_.indices.contains(index))
      throw Error(codes::index_mismatch,
                  {fmt::format("“{}[{}]”：没有名为“{}”的指标组", name, index, index),
                   fmt::format("\"{}[{}]\": there is no index \"{}\"", name, index, index)},
                  where, {"请在 indices: 中声明", "declare it under indices:"});
  };
  for (const Input& input : rule_.inputs) {
    add(input.name, input.index, input.where);
    for (const PerElement* one : {&input.origin.name, &input.origin.indicator, &input.origin.subject})
      for (const auto& [element, text] : one->each)
        if (const auto& known = rule_.indices.at(input.index); std::ranges::find(known, element) == known.end())
          throw Error(codes::index_mismatch,
                      {fmt::format("“{}”不是 {} 的一项", element, input.index),
                       fmt::format("\"{}\" is not an element of {}", element, input.index)},
                      input.where);
  }
  for (const Parameter& parameter : rule_.parameters)
    add(parameter.name, parameter.by_place ? "" : parameter.index, parameter.where);
  for (const Formula& formula : rule_.formulas) add(formula.name, formula.index, formula.where);
}

void Compiler::check_group_means() const {
  for (const Input& input : rule_.inputs) {
    if (input.origin.kind != InputOrigin::Kind::group_mean) continue;
    const auto formula = std::find_if(rule_.formulas.begin(), rule_.formulas.end(), [&](const Formula& f) {
      return f.name == input.origin.name.text && f.index.empty();
    });
    if (formula == rule_.formulas.end())
      throw Error(codes::unknown_name,
                  {fmt::format("group_mean：没有不分项的公式“{}”", input.origin.name.text),
                   fmt::format("group_mean: there is no formula \"{}\" without an index", input.origin.name.text)},
                  input.where);
    if (formula->type.kind != ValueType::Kind::number || !formula->type.unit.same(input.type.unit))
      throw Error(codes::unit_mismatch,
                  {fmt::format("group_mean：公式 {} 与输入 {} 的单位应相同", formula->name, input.name),
                   fmt::format("group_mean: formula {} and input {} must have the same unit", formula->name,
                               input.name)},
                  input.where);
    std::vector<int> open{
        formula_nodes_.at({static_cast<std::size_t>(formula - rule_.formulas.begin()), ""})};
    std::set<int> seen;
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      if (!seen.insert(at).second) continue;
      const Node& node = program_.nodes[static_cast<std::size_t>(at)];
      if (node.op == Op::input &&
          rule_.inputs[program_.inputs[static_cast<std::size_t>(node.slot)].declaration].origin.kind ==
              InputOrigin::Kind::group_mean)
        throw Error(codes::circular,
                    {fmt::format("group_mean：公式 {} 自己又用到组平均", formula->name),
                     fmt::format("group_mean: formula {} itself needs a group mean", formula->name)},
                    input.where);
      open.insert(open.end(), node.args.begin(), node.args.end());
    }
  }
}

std::vector<std::string> Compiler::elements_of(const std::string& index) const {
  return index.empty() ? std::vector<std::string>{""} : rule_.indices.at(index);
}

int Compiler::emit(Op op, std::vector<int> args, Rational value, int slot) {
  if (program_.nodes.size() >= max_program_nodes)
    throw Error(
        codes::too_complex,
        {fmt::format("规则 {} 展开后太大", rule_.name), fmt::format("rule {} grows too large", rule_.name)},
        rule_.where, {"请减少指标或拆成几条规则", "use fewer index elements or split the rule"});
  Node node;
  node.op = op;
  node.args = std::move(args);
  node.value = std::move(value);
  node.slot = slot;
  program_.nodes.push_back(std::move(node));
  return static_cast<int>(program_.nodes.size()) - 1;
}

int Compiler::constant(Rational value) {
  return emit(Op::constant, {}, std::move(value));
}

void Compiler::require(ValueType::Kind kind, const Typed& value, const Expression& at,
                       const Scope& scope) const {
  if (value.type.kind != kind)
    fail(codes::type_mismatch, at, scope,
         fmt::format("此处应为{}，而不是{}", kind_name(kind, true), kind_name(value.type.kind, true)),
         fmt::format("{} is expected here, not {}", kind_name(kind, false),
                     kind_name(value.type.kind, false)));
}

int Compiler::convert(const Typed& value, const Unit& to, const Expression& at, const Scope& scope) {
  require(ValueType::Kind::number, value, at, scope);
  if (value.type.any_unit) return value.node;
  if (!value.type.unit.same_dimension(to))
    fail(codes::unit_mismatch, at, scope,
         fmt::format("单位不符：这里是 {}，应为 {}", value.type.unit.symbol(), to.symbol()),
         fmt::format("unit mismatch: this is {}, {} is needed", value.type.unit.symbol(), to.symbol()),
         {"不同类的量不能相加、比较或相互代替",
          "quantities of different kinds cannot be added, compared or stand in for each other"});
  const Rational factor = value.type.unit.factor_to(to);
  return factor == Rational(1) ? value.node : emit(Op::scale, {value.node}, factor);
}

Type Compiler::unify(Typed& a, Typed& b, const Expression& at, const Scope& scope) {
  require(a.type.kind, b, at, scope);
  if (a.type.kind == ValueType::Kind::choice && a.type.choices != b.type.choices)
    fail(codes::type_mismatch, at, scope, "两边的选项不同", "the two sides have different choices");
  if (a.type.kind != ValueType::Kind::number) return a.type;
  if (a.type.any_unit) return b.type;
  b.node = convert(b, a.type.unit, at, scope);
  return a.type;
}

int Compiler::boolean(const Expression& e, const Where& where) {
  const Scope scope{where, {}};
  const Typed value = expression(e, scope);
  require(ValueType::Kind::boolean, value, e, scope);
  return value.node;
}

int Compiler::amount(const Expression& e, const Payment& payment) {
  const Scope scope{payment.amount_where, {}};
  const Typed value = expression(e, scope);
  require(ValueType::Kind::number, value, e, scope);
  static const Unit yuan = Unit::parse("CNY");
  if (!value.type.any_unit && !value.type.unit.is_money())
    fail(codes::unit_mismatch, e, scope, fmt::format("付款金额的单位是 {}，不是钱", value.type.unit.symbol()),
         fmt::format("the amount to pay is in {}, which is not money", value.type.unit.symbol()));
  const int in_yuan = convert(value, yuan, e, scope);
  const int out = emit(Op::round, {in_yuan});
  program_.nodes.back().rounding = payment.round;
  return out;
}

std::string Compiler::element_here(const Expression& e, const std::string& index, const Scope& scope) const {
  if (index.empty()) {
    if (!e.index.empty())
      fail(codes::index_mismatch, e, scope, fmt::format("“{}”没有分项", e.text),
           fmt::format("\"{}\" has no index", e.text));
    return "";
  }
  const auto& elements = rule_.indices.at(index);
  const std::string& wanted = e.index.empty() ? index : e.index;
  if (const auto bound = scope.elements.find(wanted); bound != scope.elements.end() && wanted == index)
    return bound->second;
  if (std::find(elements.begin(), elements.end(), wanted) != elements.end()) return wanted;
  fail(codes::index_mismatch, e, scope,
       e.index.empty() ? fmt::format("“{}”按 {} 分项，请写明是哪一项", e.text, index)
                       : fmt::format("“{}”没有“{}”这一项", e.text, e.index),
       e.index.empty() ? fmt::format("\"{}\" is indexed by {}; say which element", e.text, index)
                       : fmt::format("\"{}\" has no element \"{}\"", e.text, e.index),
       {fmt::format("例如 {}[{}]，或 sum({}: …)", e.text, elements.front(), index),
        fmt::format("for example {}[{}], or sum({}: …)", e.text, elements.front(), index)});
}

Typed Compiler::name(const Expression& e, const Scope& scope) {
  for (std::size_t i = 0; i < rule_.inputs.size(); ++i)
    if (rule_.inputs[i].name == e.text)
      return leaf(Op::input, program_.inputs, i, element_here(e, rule_.inputs[i].index, scope),
                  rule_.inputs[i].type);
  for (std::size_t i = 0; i < rule_.parameters.size(); ++i) {
    const Parameter& p = rule_.parameters[i];
    if (p.name != e.text) continue;
    if (p.is_table)
      fail(codes::type_mismatch, e, scope, fmt::format("“{}”是分档表", e.text),
           fmt::format("\"{}\" is a tiered table", e.text),
           {fmt::format("写成 tier({}, …)", e.text), fmt::format("write tier({}, …)", e.text)});
    return leaf(Op::parameter, program_.parameters, i, element_here(e, p.index, scope), p.type);
  }
  for (std::size_t i = 0; i < rule_.formulas.size(); ++i) {
    const Formula& f = rule_.formulas[i];
    if (f.name == e.text) return {formula(i, element_here(e, f.index, scope)), type_of(f.type)};
  }
  std::vector<std::string> known;
  for (const Input& x : rule_.inputs) known.push_back(x.name);
  for (const Parameter& x : rule_.parameters) known.push_back(x.name);
  for (const Formula& x : rule_.formulas) known.push_back(x.name);
  const auto close = near_misses(e.text, known);
  fail(codes::unknown_name, e, scope, fmt::format("没有名为“{}”的输入、参数或公式", e.text),
       fmt::format("there is no input, parameter or formula \"{}\"", e.text),
       close.empty()
           ? Text{"请先在 inputs、parameters 或 formulas 中声明",
                  "declare it under inputs, parameters or formulas"}
           : Text{fmt::format("是否想写“{}”？", close[0]), fmt::format("did you mean \"{}\"?", close[0])});
}

Typed Compiler::leaf(Op op, std::vector<Slot>& slots, std::size_t declaration, const std::string& element,
                     const ValueType& type) {
  auto& known = op == Op::input ? input_nodes_ : parameter_nodes_;
  const auto key = std::pair(declaration, element);
  if (const auto found = known.find(key); found != known.end()) return {found->second, type_of(type)};
  slots.push_back({declaration, element});
  const int node = emit(op, {}, {}, static_cast<int>(slots.size()) - 1);
  known.emplace(key, node);
  return {node, type_of(type)};
}

int Compiler::formula(std::size_t declaration, const std::string& element) {
  const Formula& f = rule_.formulas[declaration];
  const auto key = std::pair(declaration, element);
  if (const auto done = formula_nodes_.find(key); done != formula_nodes_.end()) return done->second;
  const std::string shown = element_name(f.name, element);
  if (std::find(open_.begin(), open_.end(), shown) != open_.end()) {
    std::string circle;
    for (auto it = std::find(open_.begin(), open_.end(), shown); it != open_.end(); ++it)
      circle += *it + " → ";
    throw Error(
        codes::circular,
        {fmt::format("规则 {}：公式互相引用成环：{}{}", rule_.name, circle, shown),
         fmt::format("rule {}: formulas refer to each other in a circle: {}{}", rule_.name, circle, shown)},
        f.where,
        {"请打断这个环；要用上期结果，请声明 from: result 的输入",
         "break the circle; for an earlier period's result declare an input with from: result"});
  }
  if (open_.size() > 200)
    throw Error(codes::too_complex, {"公式引用层数太多", "formulas refer to each other too deeply"}, f.where);
  open_.push_back(shown);
  Scope scope{f.where, {}};
  if (!element.empty()) scope.elements[f.index] = element;
  const Type declared = type_of(f.type);
  const Expression& syntax = program_.formula_syntax[declaration];
  Typed value = expression(syntax, scope, &declared);
  require(f.type.kind, value, syntax, scope);
  if (f.type.kind == ValueType::Kind::number) value.node = convert(value, f.type.unit, syntax, scope);
  if (f.type.kind == ValueType::Kind::choice && value.type.choices != f.type.choices)
    fail(codes::type_mismatch, syntax, scope, "选项与声明的不同", "the choices differ from those declared");
  if (f.round) {
    value.node = emit(Op::round, {value.node});
    program_.nodes.back().rounding = *f.round;
  }
  open_.pop_back();
  formula_nodes_.emplace(key, value.node);
  program_.formulas.push_back({declaration, element, value.node});
  return value.node;
}

Typed Compiler::expression(const Expression& e, const Scope& scope, const Type* expected) {
  switch (e.kind) {
    case Kind::number: {
      Type type;
      type.any_unit = e.value.is_zero() && e.text.empty();
      if (!e.text.empty()) type.unit = unit(e, scope);
      return {constant(e.value), type};
    }
    case Kind::boolean:
      return {constant(e.value), {ValueType::Kind::boolean, {}, false, {}}};
    case Kind::quality:
      return {constant(e.value), {ValueType::Kind::quality, {}, false, {}}};
    case Kind::text:
      return choice(e, scope, expected);
    case Kind::name:
      return name(e, scope);
    case Kind::call:
      return call(e, scope, expected);
    case Kind::reduction:
      return reduction(e, scope);
    case Kind::negate: {
      Typed value = number(e.args[0], scope);
      value.node = emit(Op::negate, {value.node});
      return value;
    }
    case Kind::add:
    case Kind::subtract:
      return sum(e, scope);
    case Kind::multiply:
    case Kind::divide: {
      const Typed a = number(e.args[0], scope);
      const Typed b = number(e.args[1], scope);
      Type type;
      type.unit = e.kind == Kind::multiply ? a.type.unit * b.type.unit : a.type.unit / b.type.unit;
      type.any_unit = a.type.any_unit || (e.kind == Kind::multiply && b.type.any_unit);
      return {emit(e.kind == Kind::multiply ? Op::multiply : Op::divide, {a.node, b.node}), type};
    }
    case Kind::logical_not:
      return {emit(Op::logical_not, {truth(e.args[0], scope)}), {ValueType::Kind::boolean, {}, false, {}}};
    case Kind::logical_and:
    case Kind::logical_or: {
      const int a = truth(e.args[0], scope);
      const int b = truth(e.args[1], scope);
      return {emit(e.kind == Kind::logical_and ? Op::logical_and : Op::logical_or, {a, b}),
              {ValueType::Kind::boolean, {}, false, {}}};
    }
    case Kind::conditional: {
      const int condition = truth(e.args[0], scope);
      auto [a, b] = pair(e.args[1], e.args[2], scope, expected);
      const Type type = unify(a, b, e.args[2], scope);
      return {emit(Op::select, {condition, a.node, b.node}), type};
    }
    default:
      return comparison(e, scope);
  }
}

Unit Compiler::unit(const Expression& e, const Scope& scope) const {
  try {
    return Unit::parse(e.text);
  } catch (const Error& error) {
    fail(codes::unit_mismatch, e, scope, error.message().zh, error.message().en, error.hint());
  }
}

Typed Compiler::number(const Expression& e, const Scope& scope) {
  const Typed value = expression(e, scope);
  require(ValueType::Kind::number, value, e, scope);
  return value;
}

int Compiler::truth(const Expression& e, const Scope& scope) {
  const Typed value = expression(e, scope);
  require(ValueType::Kind::boolean, value, e, scope);
  return value.node;
}

std::pair<Typed, Typed> Compiler::pair(const Expression& left, const Expression& right, const Scope& scope,
                                       const Type* expected) {
  if (left.kind == Kind::text && right.kind != Kind::text) {
    const Typed b = expression(right, scope, expected);
    return {expression(left, scope, &b.type), b};
  }
  const Typed a = expression(left, scope, expected);
  return {a, expression(right, scope, &a.type)};
}

Typed Compiler::choice(const Expression& e, const Scope& scope, const Type* expected) {
  if (expected == nullptr || expected->kind != ValueType::Kind::choice)
    fail(codes::type_mismatch, e, scope, fmt::format("'{}' 只能与选项类的值一起用", e.text),
         fmt::format("'{}' can only stand beside a choice", e.text));
  const auto found = std::find(expected->choices.begin(), expected->choices.end(), e.text);
  if (found == expected->choices.end())
    fail(codes::unknown_name, e, scope, fmt::format("没有 '{}' 这个选项", e.text),
         fmt::format("'{}' is not one of the choices", e.text),
         {fmt::format("可选：{}", fmt::join(expected->choices, "、")),
          fmt::format("choices: {}", fmt::join(expected->choices, ", "))});
  return {constant(Rational(static_cast<int>(found - expected->choices.begin()))), *expected};
}

Typed Compiler::sum(const Expression& e, const Scope& scope) {
  Typed a = expression(e.args[0], scope);
  Typed b = expression(e.args[1], scope);
  if (e.kind == Kind::subtract && a.type.kind == ValueType::Kind::quality &&
      b.type.kind == ValueType::Kind::quality)
    return {emit(Op::subtract, {a.node, b.node}), {}};  // steps between two classes, a plain number
  require(ValueType::Kind::number, a, e.args[0], scope);
  const Type type = unify(a, b, e.args[1], scope);
  return {emit(e.kind == Kind::add ? Op::add : Op::subtract, {a.node, b.node}), type};
}

Typed Compiler::comparison(const Expression& e, const Scope& scope) {
  auto [a, b] = pair(e.args[0], e.args[1], scope);
  unify(a, b, e.args[1], scope);
  const bool ordered = e.kind != Kind::equal && e.kind != Kind::not_equal;
  if (ordered && (a.type.kind == ValueType::Kind::choice || a.type.kind == ValueType::Kind::boolean))
    fail(codes::type_mismatch, e, scope, "选项和是否值没有大小", "choices and booleans have no order",
         {"请用 = 或 !=", "use = or !="});
  const Type out{ValueType::Kind::boolean, {}, false, {}};
  switch (e.kind) {
    case Kind::less:
      return {emit(Op::less, {a.node, b.node}), out};
    case Kind::less_equal:
      return {emit(Op::less_equal, {a.node, b.node}), out};
    case Kind::greater:
      return {emit(Op::less, {b.node, a.node}), out};
    case Kind::greater_equal:
      return {emit(Op::less_equal, {b.node, a.node}), out};
    case Kind::equal:
      return {emit(Op::equal, {a.node, b.node}), out};
    default:
      return {emit(Op::not_equal, {a.node, b.node}), out};
  }
}

std::optional<int> CompiledRule::find_formula(const std::string& name) const {
  for (const FormulaNode& f : program.formulas)
    if (element_name(rule.formulas[f.declaration].name, f.element) == name) return f.node;
  return std::nullopt;
}

std::shared_ptr<const CompiledRule> compile(Rule rule, const LimitSource& limits) {
  auto out = std::make_shared<CompiledRule>();
  out->rule = std::move(rule);
  out->program = Compiler(out->rule, limits).run();
  check_growth(out->rule, out->program);
  out->program.may_be_unlimited = unlimited_slots(out->program);
  return out;
}

}  // namespace tributary::policy
