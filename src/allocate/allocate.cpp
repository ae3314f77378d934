#include "allocate/allocate.h"

#include "allocate/codes.h"
#include "allocate/fill.h"
#include "allocate/problem.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::allocate {
namespace {

struct MethodName {
  Method method;
  std::string_view name;
  Text title;
};
const std::array<MethodName, all_methods.size()>& names() {
  static const std::array<MethodName, all_methods.size()> list{{
      {Method::grandfather, "grandfather", {"历史排放等比例", "in proportion to the present"}},
      {Method::benchmark, "benchmark", {"行业基准", "benchmark"}},
      {Method::water_fill, "water-fill", {"权重注水", "water-filling by weight"}},
      {Method::entropy, "entropy", {"熵权", "entropy weights"}},
      {Method::topsis, "topsis", {"TOPSIS", "TOPSIS"}},
      {Method::gini, "gini", {"环境基尼系数最小", "least environmental Gini"}},
      {Method::least_cost, "least-cost", {"减排费用最小", "least abatement cost"}},
      {Method::minimax, "minimax", {"缺额率逐级最小", "lexicographic minimax of shortage"}},
  }};
  return list;
}
const MethodName& name_of(Method method) {
  return *std::find_if(names().begin(), names().end(),
                       [&](const MethodName& n) { return n.method == method; });
}

std::string listed(const Problem& p, const std::vector<Rational>& values) {
  std::string out;
  for (std::size_t i = 0; i < p.size() && i < 8; ++i)
    out += fmt::format("{}{} {}", i == 0 ? "" : ", ", p.table.units[i].id, values[i].to_string());
  return p.size() > 8 ? out + " …" : out;
}

void set_bounds(Problem& p) {
  for (const Unit& unit : p.table.units) {
    const Rational* floor = find(unit, "floor");
    const Rational* cap = find(unit, "cap");
    Rational lo = floor != nullptr ? *floor : Rational(0);
    std::optional<Rational> hi = cap != nullptr ? std::optional(*cap) : std::nullopt;
    if (p.options.least_cut) {
      const Rational most = value(p.table, unit, "current") * (Rational(1) - *p.options.least_cut);
      if (!hi || most < *hi) hi = most;
    }
    if (p.options.most_cut)
      lo = std::max(lo, value(p.table, unit, "current") * (Rational(1) - *p.options.most_cut));
    if (hi && lo > *hi)
      throw Error(codes::bounds_cross,
                  {fmt::format("单位“{}”的下限 {} 大于上限 {}", unit.id, lo.to_string(), hi->to_string()),
                   fmt::format("the floor {} of the unit \"{}\" is above its cap {}", lo.to_string(), unit.id,
                               hi->to_string())},
                  {p.table.file, unit.line, 0, "floor"});
    p.floors.push_back(std::move(lo));
    p.caps.push_back(std::move(hi));
  }
  const Rational least = sum(p.floors);
  if (least > p.total)
    throw Error(codes::floors_exceed,
                {fmt::format("下限合计 {} 超过可分配量 {}：{}", least.to_string(), p.total.to_string(),
                             listed(p, p.floors)),
                 fmt::format("the floors sum up to {}, above the {} to be divided: {}", least.to_string(),
                             p.total.to_string(), listed(p, p.floors))},
                {p.table.file, 0, 0, "floor"},
                {fmt::format("下限合计至少降低 {}，或少留预留量", (least - p.total).to_string()),
                 fmt::format("lower the floors by at least {} in all, or keep less in reserve",
                             (least - p.total).to_string())});
}

Problem problem_of(const Table& table, const Options& options) {
  Problem out{table, options, options.criteria, {}, {}, {}};
  const auto whole = [&](const Rational& amount, const Text& what) {
    if (amount.sign() < 0 || !(amount / options.unit).is_integer())
      throw Error(codes::bad_cap, {fmt::format("{} {} 不是登记单位 {} 的整数倍", what.zh, amount.to_string(),
                                               options.unit.to_string()),
                                   fmt::format("the {} {} is not a multiple of the registry unit {}", what.en,
                                               amount.to_string(), options.unit.to_string())});
  };
  if (options.unit.sign() <= 0)
    throw Error(codes::bad_option, {"登记单位须大于零", "the registry unit must be above zero"});
  whole(options.cap, {"总量", "cap"});
  whole(options.reserve, {"预留量", "reserve"});
  if (options.reserve > options.cap)
    throw Error(codes::bad_cap,
                {fmt::format("预留量 {} 大于总量 {}", options.reserve.to_string(), options.cap.to_string()),
                 fmt::format("the reserve {} is above the cap {}", options.reserve.to_string(),
                             options.cap.to_string())});
  out.total = options.cap - options.reserve;
  if (out.criteria.empty())
    for (const std::string& column : table.criteria) out.criteria.push_back({column, false, Rational(1)});
  set_bounds(out);
  return out;
}

Division proportional(const Problem& p, std::vector<Rational> weights) {
  Division out{in_proportion(p, weights), {}};
  out.weights = std::move(weights);
  return out;
}

Division divide(const Problem& p, Method method) {
  switch (method) {
    case Method::grandfather:
      return proportional(p, p.column("current"));
    case Method::benchmark: {
      std::vector<Rational> weights = p.column("benchmark");
      const std::vector<Rational> activity = p.column("activity");
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= activity[i];
      return proportional(p, std::move(weights));
    }
    case Method::water_fill:
      return proportional(p, p.column("weight"));
    case Method::entropy:
    case Method::topsis:
      return divide_by_criteria(p, method);
    case Method::gini:
      return divide_by_gini(p);
    case Method::least_cost:
      return divide_by_cost(p);
    case Method::minimax:
      return divide_by_shortage(p);
  }
  throw Error(codes::bad_option, {"没有这种方法", "there is no such method"});
}

std::optional<Rational> cost_of(const Problem& p, const std::vector<Share>& shares) {
  if (!p.table.has("current") || !p.table.has("cost_linear")) return std::nullopt;
  Rational out;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Unit& unit = p.table.units[i];
    const Rational* linear = find(unit, "cost_linear");
    const Rational* quadratic = find(unit, "cost_quadratic");
    if (linear == nullptr || !shares[i].current) return std::nullopt;
    const Rational cut = *shares[i].current - shares[i].amount;
    if (cut.sign() > 0) out += *linear * cut + (quadratic != nullptr ? *quadratic : Rational(0)) * cut * cut;
  }
  return out;
}

void compare(const Problem& p, Allocation& out) {
  std::vector<Rational> amounts, current;
  for (const Share& share : out.shares) {
    amounts.push_back(share.amount);
    if (share.current) current.push_back(*share.current);
  }
  const Rational total = sum(amounts);
  const bool all_current = current.size() == out.shares.size();
  for (const Criterion& criterion : p.criteria) {
    std::vector<Rational> column;
    for (const Unit& unit : p.table.units)
      if (const Rational* found = find(unit, criterion.column)) column.push_back(*found);
    if (column.size() != amounts.size() || sum(column).is_zero()) continue;
    out.ginis.push_back({criterion.column, all_current ? std::optional(gini(current, column)) : std::nullopt,
                         gini(amounts, column)});
    const Rational whole = sum(column);
    for (std::size_t i = 0; i < amounts.size(); ++i)
      out.shares[i].contribution.push_back(
          amounts[i].is_zero() ? std::nullopt : std::optional(column[i] * total / (whole * amounts[i])));
  }
  out.cost = cost_of(p, out.shares);
  if (!all_current) return;
  const Rational before = sum(current);
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (amounts[i] > current[i]) ++out.gaining;
    if (amounts[i] < current[i]) ++out.losing;
    if (!before.is_zero())
      out.moved += (amounts[i] - current[i] * total / before).abs() * Rational::from_fraction(1, 2);
  }
}

}  // namespace

std::string_view to_string(Method method) {
  return name_of(method).name;
}
Text title(Method method) {
  return name_of(method).title;
}
std::optional<Method> parse_method(std::string_view name) {
  for (const MethodName& one : names())
    if (one.name == name) return one.method;
  return std::nullopt;
}

std::vector<Rational> Problem::column(std::string_view name) const {
  std::vector<Rational> out;
  for (const Unit& unit : table.units) out.push_back(value(table, unit, name));
  return out;
}

std::vector<Rational> in_proportion(const Problem& p, const std::vector<Rational>& weights) {
  if (auto amounts = fill_in_proportion(weights, p.floors, p.caps, p.total)) return std::move(*amounts);
  if (sum(weights).is_zero())
    throw Error(codes::nothing_to_share_by,
                {"所有单位的分配依据都是零", "what the shares are made from is zero for every unit"},
                {p.table.file, 0, 0, {}});
  std::vector<Rational> most;
  for (std::size_t i = 0; i < p.size(); ++i) most.push_back(weights[i].is_zero() ? p.floors[i] : *p.caps[i]);
  throw Error(codes::caps_too_low,
              {fmt::format("上限合计 {} 不足可分配量 {}：{}", sum(most).to_string(), p.total.to_string(),
                           listed(p, most)),
               fmt::format("the caps sum up to {}, below the {} to be divided: {}", sum(most).to_string(),
                           p.total.to_string(), listed(p, most))},
              {p.table.file, 0, 0, "cap"},
              {fmt::format("上限合计至少提高 {0}，或多留预留 {0}", (p.total - sum(most)).to_string()),
               fmt::format("raise the caps by at least {0} in all, or keep {0} more in reserve",
                           (p.total - sum(most)).to_string())});
}

Allocation allocate(const Table& table, Method method, const Options& options) {
  const Problem p = problem_of(table, options);
  Division division = divide(p, method);
  Allocation out;
  out.method = method;
  out.cap = options.cap;
  out.findings = std::move(division.findings);
  out.unique = division.unique;
  // What nobody needs is kept, in whole registry units.
  const Rational given = (sum(division.amounts) / options.unit).floor() * options.unit;
  out.reserve = options.cap - given;
  const auto rounded = round_to_units(division.amounts, p.floors, p.caps, given, options.unit);
  if (!rounded)
    throw Error(
        codes::infeasible,
        {fmt::format("按登记单位 {} 取整后，上下限之间没有余地", options.unit.to_string()),
         fmt::format("in whole registry units of {} the bounds leave no room", options.unit.to_string())},
        {table.file, 0, 0, {}}, {"减小登记单位 --unit", "use a smaller --unit"});
  for (std::size_t i = 0; i < p.size(); ++i) {
    Share share{table.units[i].id, division.amounts[i], (*rounded)[i], table.units[i].line,
                p.floors[i],       p.caps[i],           {},            {},
                {}};
    if (const Rational* current = find(table.units[i], "current")) share.current = *current;
    if (!division.weights.empty()) {
      share.weight = division.weights[i];
      const bool bound = share.exact == share.floor || (share.ceiling && share.exact == *share.ceiling);
      if (!share.weight->is_zero() && !bound) out.factor = share.exact / *share.weight;
    }
    out.shares.push_back(std::move(share));
  }
  compare(p, out);
  return out;
}

std::vector<Branch> allocate_levels(const Table& table, const std::vector<Level>& levels,
                                    const Options& options) {
  std::map<std::string, std::vector<Unit>> children;
  for (const Unit& unit : table.units) {
    if (!unit.parent.empty() && std::none_of(table.units.begin(), table.units.end(),
                                             [&](const Unit& u) { return u.id == unit.parent; }))
      throw Error(
          codes::bad_table,
          {fmt::format("单位“{}”的上级“{}”不在表中", unit.id, unit.parent),
           fmt::format("the parent \"{1}\" of the unit \"{0}\" is not in the table", unit.id, unit.parent)},
          {table.file, unit.line, 0, "parent"});
    children[unit.parent].push_back(unit);
  }
  std::vector<Branch> out;
  std::size_t placed = 0;
  const auto descend = [&](const auto& self, const std::string& parent, const Rational& cap,
                           std::size_t depth) -> void {
    const Level& level = levels[std::min(depth, levels.size() - 1)];
    Table part = table;
    part.units = children[parent];
    placed += part.units.size();
    Options here = options;
    here.cap = cap;
    if (depth > 0 || !level.reserve_part.is_zero())
      here.reserve = (cap * level.reserve_part / options.unit).ceil() * options.unit;
    Allocation allocation;
    try {
      allocation = allocate(part, level.method, here);
    } catch (const Error& e) {
      if (parent.empty()) throw;
      throw Error(e.code(),
                  {fmt::format("“{}”之内：{}", parent, e.message().zh),
                   fmt::format("within \"{}\": {}", parent, e.message().en)},
                  e.where(), e.hint());
    }
    out.push_back({parent, allocation});
    for (const Share& share : allocation.shares)
      if (children.contains(share.unit)) self(self, share.unit, share.amount, depth + 1);
  };
  if (!children.contains(""))
    throw Error(codes::bad_table,
                {"没有第一级单位（上级为空）", "no unit is of the first level (its parent blank)"},
                {table.file, 0, 0, "parent"});
  descend(descend, "", options.cap, 0);
  if (placed != table.units.size())
    throw Error(codes::bad_table, {"上级关系成环", "the parents go in a circle"},
                {table.file, 0, 0, "parent"});
  return out;
}

Rational gini(const std::vector<Rational>& amounts, const std::vector<Rational>& criterion) {
  const Rational whole = sum(amounts) * sum(criterion);
  if (whole.is_zero()) return Rational(0);
  Rational out;
  for (std::size_t i = 0; i < amounts.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) out += (amounts[i] * criterion[k] - amounts[k] * criterion[i]).abs();
  return out / whole;
}

}  // namespace tributary::allocate
