// Functions and reductions over an index.
#include "base/text.h"
#include "policy/codes.h"
#include "policy/compiler.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

using Kind = Expression::Kind;

}  // namespace

Typed Compiler::reduction(const Expression& e, const Scope& outer) {
  const auto index = rule_.indices.find(e.index);
  if (index == rule_.indices.end())
    fail(codes::index_mismatch, e, outer, fmt::format("没有名为“{}”的指标组", e.index),
         fmt::format("there is no index \"{}\"", e.index),
         {"请在 indices: 中声明", "declare it under indices:"});
  if (outer.elements.contains(e.index))
    fail(codes::index_mismatch, e, outer, fmt::format("“{}”在此处已指某一项", e.index),
         fmt::format("\"{}\" already stands for one element here", e.index));
  std::optional<Typed> total;
  const bool conditions = e.text == "count" || e.text == "any" || e.text == "all";
  std::vector<int> nodes;
  for (const std::string& element : index->second) {
    Scope scope{outer.where, outer.elements};
    scope.elements[e.index] = element;
    Typed value = expression(e.args[0], scope);
    require(conditions                           ? ValueType::Kind::boolean
            : e.text == "min" || e.text == "max" ? value.type.kind
                                                 : ValueType::Kind::number,
            value, e.args[0], scope);
    if (!total)
      total = value;
    else
      total->type = unify(*total, value, e.args[0], scope);
    nodes.push_back(value.node);
  }
  if (e.text == "count") {
    const int one = constant(Rational(1));
    const int zero = constant(Rational(0));
    for (int& node : nodes) node = emit(Op::select, {node, one, zero});
  }
  if (e.text == "min" || e.text == "max") {
    if (total->type.kind == ValueType::Kind::boolean || total->type.kind == ValueType::Kind::choice)
      fail(codes::type_mismatch, e, outer, "选项和是否值没有大小", "choices and booleans have no order");
    return {emit(e.text == "min" ? Op::minimum : Op::maximum, nodes), total->type};
  }
  const Op op = e.text == "any" ? Op::logical_or : e.text == "all" ? Op::logical_and : Op::add;
  int node = nodes.front();
  for (std::size_t i = 1; i < nodes.size(); ++i) node = emit(op, {node, nodes[i]});
  if (e.text == "count") return {node, {}};
  if (e.text == "mean") node = emit(Op::divide, {node, constant(Rational(static_cast<int>(nodes.size())))});
  return {node, total->type};
}

void Compiler::arity(const Expression& e, const Scope& scope, std::size_t least, std::size_t most) const {
  if (e.args.size() < least || e.args.size() > most)
    fail(codes::syntax, e, scope, fmt::format("{}() 的参数个数不对", e.text),
         fmt::format("{}() has the wrong number of arguments", e.text),
         {"写法见 docs/rules.md", "see docs/rules.md"});
}

int Compiler::plain(const Expression& e, const Scope& scope) {
  return convert(number(e, scope), Unit(), e, scope);
}

Typed Compiler::call(const Expression& e, const Scope& scope, const Type* expected) {
  const std::string& f = e.text;
  if (f == "min" || f == "max") return extreme(e, scope);
  if (f == "abs") {
    arity(e, scope, 1, 1);
    Typed value = number(e.args[0], scope);
    value.node = emit(Op::absolute, {value.node});
    return value;
  }
  if (f == "ceil" || f == "floor") {
    arity(e, scope, 1, 1);
    return {emit(f == "ceil" ? Op::ceiling : Op::floor, {plain(e.args[0], scope)}), {}};
  }
  if (f == "clamp") {
    arity(e, scope, 3, 3);
    Typed value = number(e.args[0], scope);
    Typed low = number(e.args[1], scope);
    Typed high = number(e.args[2], scope);
    value.type = unify(value, low, e.args[1], scope);
    value.type = unify(value, high, e.args[2], scope);
    return {emit(Op::maximum, {low.node, emit(Op::minimum, {high.node, value.node})}), value.type};
  }
  if (f == "round") return rounding(e, scope);
  if (f == "power" || f == "exp") return power(e, scope);
  if (f == "steps") {
    arity(e, scope, 3, 3);
    Typed value = number(e.args[0], scope);
    Typed width = number(e.args[1], scope);
    unify(value, width, e.args[1], scope);
    const Type closed{ValueType::Kind::choice, {}, false, {"upper", "lower"}};
    const Typed side = expression(e.args[2], scope, &closed);
    if (side.type.choices != closed.choices)
      fail(codes::type_mismatch, e.args[2], scope, "第三个参数应为 'upper' 或 'lower'",
           "the third argument must be 'upper' or 'lower'");
    return {emit(Op::steps, {value.node, width.node, side.node}), {}};
  }
  if (f == "present") {
    arity(e, scope, 1, 1);
    return {emit(Op::present, {expression(e.args[0], scope).node}),
            {ValueType::Kind::boolean, {}, false, {}}};
  }
  if (f == "coalesce") {
    arity(e, scope, 2, 2);
    auto [a, b] = pair(e.args[0], e.args[1], scope, expected);
    const Type type = unify(a, b, e.args[1], scope);
    return {emit(Op::coalesce, {a.node, b.node}), type};
  }
  if (f == "tier") return tier(e, scope);
  if (f == "limit") return limit(e, scope);
  static const std::vector<std::string> known{
      "sum",   "min",   "max",   "count",   "any",      "all",  "mean",  "abs",   "ceil", "floor",
      "clamp", "round", "steps", "present", "coalesce", "tier", "limit", "power", "exp"};
  const auto close = near_misses(f, known);
  fail(codes::unknown_name, e, scope, fmt::format("没有函数“{}”", f),
       fmt::format("there is no function \"{}\"", f),
       close.empty()
           ? Text{fmt::format("可用：{}", fmt::join(known, " ")),
                  fmt::format("known: {}", fmt::join(known, " "))}
           : Text{fmt::format("是否想写“{}”？", close[0]), fmt::format("did you mean \"{}\"?", close[0])});
}

Typed Compiler::extreme(const Expression& e, const Scope& scope) {
  arity(e, scope, 2, 32);
  Typed first = expression(e.args[0], scope);
  if (first.type.kind == ValueType::Kind::boolean || first.type.kind == ValueType::Kind::choice)
    fail(codes::type_mismatch, e, scope, "选项和是否值没有大小", "choices and booleans have no order");
  std::vector<int> nodes{first.node};
  for (std::size_t i = 1; i < e.args.size(); ++i) {
    Typed next = expression(e.args[i], scope);
    const bool adopts = first.type.any_unit;
    first.type = unify(first, next, e.args[i], scope);
    if (adopts) first.type = next.type;
    nodes.push_back(next.node);
  }
  return {emit(e.text == "min" ? Op::minimum : Op::maximum, nodes), first.type};
}

Typed Compiler::rounding(const Expression& e, const Scope& scope) {
  arity(e, scope, 3, 3);
  Typed value = number(e.args[0], scope);
  const int decimals = places(e.args[1], scope, -12);
  const auto mode = e.args[2].kind == Kind::name ? parse_rounding(e.args[2].text) : std::nullopt;
  if (!mode)
    fail(codes::syntax, e.args[2], scope, "修约方式应为 half_even、half_up、up、down、ceiling 或 floor",
         "the rounding must be half_even, half_up, up, down, ceiling or floor");
  value.node = emit(Op::round, {value.node});
  program_.nodes.back().rounding = {decimals, *mode};
  return value;
}

// The decimals of a rounding, written as a number.
int Compiler::places(const Expression& e, const Scope& scope, int least) const {
  const bool negative = e.kind == Kind::negate && e.args[0].kind == Kind::number;
  const Expression& digits = negative ? e.args[0] : e;
  if (digits.kind != Kind::number || !digits.value.is_integer() || digits.value > Rational(12) ||
      (negative && least == 0))
    fail(codes::syntax, e, scope, fmt::format("小数位数应为 {} 到 12 的整数", least),
         fmt::format("the number of decimals must be a whole number from {} to 12", least));
  return static_cast<int>(digits.value.to_int64()) * (negative ? -1 : 1);
}

// power(a, b, decimals) and exp(a, decimals): no exact value, so the decimals are part of them.
Typed Compiler::power(const Expression& e, const Scope& scope) {
  const std::size_t numbers = e.text == "power" ? 2 : 1;
  arity(e, scope, numbers + 1, numbers + 1);
  std::vector<int> args;
  for (std::size_t i = 0; i < numbers; ++i) args.push_back(plain(e.args[i], scope));
  const int node = emit(numbers == 2 ? Op::power : Op::exponential, args);
  program_.nodes.back().rounding = {places(e.args[numbers], scope, 0), Rounding::half_even};
  return {node, {}};
}

Typed Compiler::tier(const Expression& e, const Scope& scope) {
  arity(e, scope, 2, 2);
  for (std::size_t i = 0; e.args[0].kind == Kind::name && i < rule_.parameters.size(); ++i) {
    const Parameter& table = rule_.parameters[i];
    if (table.name != e.args[0].text || !table.is_table) continue;
    const int argument = convert(number(e.args[1], scope), table.over, e.args[1], scope);
    const Typed slot = leaf(Op::parameter, program_.parameters, i, "", table.type);
    return {emit(Op::tier, {argument}, {}, program_.nodes[static_cast<std::size_t>(slot.node)].slot),
            slot.type};
  }
  fail(codes::unknown_name, e.args[0], scope, "tier() 的第一个参数应为分档表参数的名称",
       "the first argument of tier() must name a tiered table");
}

Typed Compiler::limit(const Expression& e, const Scope& scope) {
  arity(e, scope, 4, 4);
  if (e.args[0].kind != Kind::text || e.args[1].kind != Kind::name)
    fail(codes::syntax, e, scope, "写成 limit('gb3838-2002', factor, target, water)",
         "write limit('gb3838-2002', factor, target, water)");
  const auto bound = scope.elements.find(e.args[1].text);
  const std::string indicator = bound != scope.elements.end() ? bound->second : e.args[1].text;
  const Typed quality = expression(e.args[2], scope);
  require(ValueType::Kind::quality, quality, e.args[2], scope);
  const Type kinds{ValueType::Kind::choice, {}, false, {"river", "lake"}};
  const Typed water = expression(e.args[3], scope, &kinds);
  if (water.type.kind != ValueType::Kind::choice || water.type.choices != kinds.choices)
    fail(codes::type_mismatch, e.args[3], scope, "第四个参数的选项应为 [river, lake]",
         "the choices of the fourth argument must be [river, lake]");
  auto table = limits_ ? limits_(e.args[0].text, indicator) : std::nullopt;
  if (!table)
    fail(codes::unknown_name, e, scope, fmt::format("标准“{}”中没有“{}”的限值", e.args[0].text, indicator),
         fmt::format("standard \"{}\" has no limits for \"{}\"", e.args[0].text, indicator));
  Type type;
  type.unit = table->unit;
  program_.limits.push_back(std::move(*table));
  const int node =
      emit(Op::limit, {quality.node, water.node}, {}, static_cast<int>(program_.limits.size()) - 1);
  program_.limit_nodes.emplace(limit_key(e, scope.elements), node);
  return {node, type};
}

}  // namespace tributary::policy
