#include "policy/columns_plan.h"

#include "policy/columns_boundaries.h"
#include "policy/columns_exact.h"
#include "policy/evaluate.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::policy::columns {
namespace {

using Relation = Step::Relation;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t max_terms = 32;  // a longer sum is made in parts

// An exact value as a combination of steps, or a constant.
struct Value {
  std::optional<Cell> constant;
  Rational offset;
  std::vector<std::pair<int, Rational>>
      terms;  // by step; a zero coefficient stays: what is missing is missing

  bool is_missing() const { return constant && constant->state == Cell::State::missing; }
  bool is_number() const { return constant && constant->present(); }
  bool unlimited() const { return constant && constant->state == Cell::State::unlimited; }
};

Value of(Cell cell) {
  return {std::move(cell), {}, {}};
}
Value of(Rational number) {
  return of(Cell{Cell::State::value, std::move(number)});
}
Value nothing() {
  return of(Cell{});
}

class Builder {
 public:
  Builder(const CompiledRule& rule, const Binding& binding)
      : rule_(rule), program_(rule.program), binding_(binding) {}

  Plan run(const std::vector<int>& wanted) {
    const std::vector<bool> live = reachable(wanted);
    const std::vector<std::optional<Rational>> no_inputs(program_.inputs.size());
    const std::vector<Cell> folded = evaluate(program_, binding_, no_inputs);
    std::vector<bool> varies(program_.nodes.size());
    values_.resize(program_.nodes.size());
    for (std::size_t i = 0; i < program_.nodes.size(); ++i) {
      const Node& node = program_.nodes[i];
      varies[i] = node.op == Op::input ||
                  (node.op == Op::parameter && bound(node).state == BoundParameter::State::by_place) ||
                  std::any_of(node.args.begin(), node.args.end(),
                              [&](int a) { return varies[static_cast<std::size_t>(a)]; });
      if (live[i]) values_[i] = varies[i] ? one(node) : of(folded[i]);
    }
    for (int node : wanted) plan_.outputs.push_back({step_of(values_[static_cast<std::size_t>(node)]), node});
    drop_unused();
    assign_buffers();
    return std::move(plan_);
  }

 private:
  const BoundParameter& bound(const Node& node) const {
    return binding_.parameters[static_cast<std::size_t>(node.slot)];
  }
  const Value& arg(const Node& node, std::size_t i) const {
    return values_[static_cast<std::size_t>(node.args[i])];
  }
  const Step& step(int id) const { return plan_.steps[static_cast<std::size_t>(id)]; }

  std::vector<bool> reachable(const std::vector<int>& wanted) const {
    std::vector<bool> live(program_.nodes.size());
    for (int node : wanted) live[static_cast<std::size_t>(node)] = true;
    for (std::size_t i = program_.nodes.size(); i-- > 0;)
      if (live[i])
        for (int a : program_.nodes[i].args) live[static_cast<std::size_t>(a)] = true;
    return live;
  }

  // --- steps, each made once

  int add(Step made) {
    const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
    std::string key = fmt::format("{} {} {} {} {:x} {} {} {} {} {} {} {:x}", static_cast<int>(made.kind),
                                  fmt::join(made.args, ","), made.canonical, made.slot, bits(made.value),
                                  static_cast<int>(made.relation), made.greatest, made.rounding.places,
                                  static_cast<int>(made.rounding.mode), made.counts_steps, made.lower_closed,
                                  bits(made.offset));
    for (double c : made.coefficients) key += fmt::format(" {:x}", bits(c));
    for (double g : {made.scale, made.shift, made.spacing, made.origin, made.unit})
      key += fmt::format(" {:x}", bits(g));
    if (made.whole_form) key += "w";
    const auto [at, fresh] = known_.emplace(std::move(key), static_cast<int>(plan_.steps.size()));
    if (fresh) plan_.steps.push_back(std::move(made));
    return at->second;
  }

  int add(Step::Kind kind, std::vector<int> args, bool canonical) {
    Step made;
    made.kind = kind;
    made.args = std::move(args);
    made.canonical = canonical;
    return add(std::move(made));
  }

  Value single(int id) const { return {std::nullopt, Rational(0), {{id, Rational(1)}}}; }

  int constant(const Cell& cell) {
    Step made;
    made.kind = Step::Kind::constant;
    made.value = missing;
    made.canonical = true;
    if (cell.present()) {
      const Rounded r = rounded(cell.value);
      made.value = r.value, made.error = r.error, made.canonical = r.canonical;
    }
    return add(std::move(made));
  }

  int step_of(const Value& value) {
    if (value.constant) return constant(*value.constant);
    if (value.terms.size() == 1 && value.offset.is_zero()) {
      const auto& [id, factor] = value.terms.front();
      if (factor == Rational(1)) return id;
      if (factor == Rational(-1)) return add(Step::Kind::negate, {id}, step(id).canonical);
    }
    Step made;
    made.kind = Step::Kind::linear;
    made.offset = value.offset.to_double();
    made.whole = small_whole(value.offset);
    for (const auto& [id, factor] : value.terms) {
      made.args.push_back(id);
      made.coefficients.push_back(factor.to_double());
      made.whole = made.whole && small_whole(factor);
    }
    const int id = add(std::move(made));
    sums_.emplace(id, value);
    return id;
  }

  bool canonical(const std::vector<int>& ids) const {
    return std::all_of(ids.begin(), ids.end(), [&](int id) { return step(id).canonical; });
  }

  // --- exact algebra

  static Value scaled(const Value& a, const Rational& factor) {
    if (a.is_number()) return of(a.constant->value * factor);
    if (a.constant) return a;  // missing; «unlimited» passes through a conversion of units
    Value out = a;
    out.offset = out.offset * factor;
    for (auto& [id, c] : out.terms) c = c * factor;
    return out;
  }

  Value sum(const Value& a, const Value& b, const Rational& sign) {
    if (a.is_missing() || b.is_missing()) return nothing();
    if (a.is_number() && b.is_number()) return of(a.constant->value + sign * b.constant->value);
    if (a.terms.size() + b.terms.size() > max_terms && (a.terms.size() > 1 || b.terms.size() > 1))
      return sum(a.constant ? a : single(step_of(a)), b.constant ? b : single(step_of(b)), sign);
    Value out;
    out.offset =
        (a.constant ? a.constant->value : a.offset) + sign * (b.constant ? b.constant->value : b.offset);
    std::map<int, Rational> terms;
    for (const auto& [id, c] : a.terms) terms[id] = terms[id] + c;
    for (const auto& [id, c] : b.terms) terms[id] = terms[id] + sign * c;
    out.terms.assign(terms.begin(), terms.end());
    return out;
  }

  Value product(const Value& a, const Value& b) {
    if (a.is_missing() || b.is_missing()) return nothing();
    if (a.constant) return scaled(b, a.constant->value);
    if (b.constant) return scaled(a, b.constant->value);
    return single(add(Step::Kind::multiply, {step_of(a), step_of(b)}, false));
  }

  Value quotient(const Value& a, const Value& b) {
    if (a.is_missing() || b.is_missing()) return nothing();
    if (b.constant)
      return b.constant->value.is_zero() ? nothing() : scaled(a, Rational(1) / b.constant->value);
    return single(add(Step::Kind::divide, {step_of(a), step_of(b)}, false));
  }

  // --- roundings

  // The one canonical column a value is made of, with a positive factor.
  std::optional<std::pair<int, Rational>> lone_column(const Value& value) {
    if (value.constant || value.terms.size() != 1 || value.terms.front().second.is_zero())
      return std::nullopt;
    auto [id, factor] = value.terms.front();
    if (!step(id).canonical) return std::nullopt;
    if (factor.sign() < 0) id = add(Step::Kind::negate, {id}, true), factor = -factor;
    return std::pair(id, factor);
  }

  std::optional<Step> grid(const Value& value, const RoundingRule& how) {
    const auto column = lone_column(value);
    return column ? grid_step(column->first, column->second, value.offset, how) : std::nullopt;
  }

  std::optional<Step::Whole> whole_sum(int id, int places) const {
    const auto found = sums_.find(id);
    return found != sums_.end() && canonical(step(id).args)
               ? whole_form(found->second.offset, found->second.terms, places)
               : std::nullopt;
  }

  Value rounding(const Value& value, const RoundingRule& how) {
    if (value.is_missing()) return nothing();
    if (value.is_number()) return of(value.constant->value.round(how.places, how.mode));
    if (auto made = grid(value, how)) return single(add(std::move(*made)));
    Step made;
    made.kind = Step::Kind::round;
    made.args = {step_of(value)};
    made.canonical = true;
    made.rounding = how;
    made.whole_form = whole_sum(made.args[0], how.places);
    return single(add(std::move(made)));
  }

  Value steps(const Value& a, const Value& width, const Value& closed) {
    if (a.is_missing() || width.is_missing() || closed.is_missing()) return nothing();
    if (width.is_number() && width.constant->value.sign() <= 0) return nothing();
    if (width.is_number() && closed.is_number()) {
      const bool lower = closed.constant->truth();
      if (auto made = grid(scaled(a, Rational(1) / width.constant->value),
                           {0, lower ? Rounding::floor : Rounding::ceiling})) {
        made->counts_steps = true;
        made->lower_closed = lower;
        return single(add(std::move(*made)));
      }
    }
    return single(add(Step::Kind::steps, {step_of(a), step_of(width), step_of(closed)}, true));
  }

  Value exact(const Node& node) {
    Step made;
    made.kind = Step::Kind::exact;
    made.canonical = true;
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      if (arg(node, i).is_missing()) return nothing();
      made.args.push_back(step_of(arg(node, i)));
    }
    return single(add(std::move(made)));
  }

  // --- comparisons

  static Relation mirrored(Relation r) {
    switch (r) {
      case Relation::less:
        return Relation::greater;
      case Relation::less_equal:
        return Relation::greater_equal;
      case Relation::greater:
        return Relation::less;
      case Relation::greater_equal:
        return Relation::less_equal;
      default:
        return r;
    }
  }

  Value comparison(const Value& a, const Value& b, Relation relation) {
    if (a.is_missing() || b.is_missing()) return nothing();
    const Value difference = sum(a, b, Rational(-1));
    if (!difference.constant && difference.terms.size() == 1) {
      const auto& [id, factor] = difference.terms.front();
      if (step(id).canonical && !factor.is_zero())
        if (auto made = threshold_step(id, factor.sign() < 0 ? mirrored(relation) : relation,
                                       -(difference.offset / factor)))
          return single(add(std::move(*made)));
    }
    std::vector<int> sides{step_of(a), step_of(b)};
    if (!difference.constant && difference.terms.size() == 2 && difference.offset.is_zero()) {
      const auto& [x, p] = difference.terms[0];
      const auto& [y, q] = difference.terms[1];
      if (p == -q && !p.is_zero() && step(x).canonical && step(y).canonical) {
        sides = {x, y};
        if (p.sign() < 0) sides = {y, x};
      }
    }
    Step made;
    made.kind = Step::Kind::compare;
    made.args = sides;
    made.canonical = true;
    made.relation = relation;
    return single(add(std::move(made)));
  }

  // --- the rest

  int extreme_of(std::vector<int> columns, bool greatest) {
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    if (columns.size() == 1) return columns.front();
    Step made;
    made.kind = Step::Kind::extreme;
    made.canonical = canonical(columns);
    made.args = std::move(columns);
    made.greatest = greatest;
    return add(std::move(made));
  }

  // max(bound, factor × x + offset) is factor × max((bound − offset) / factor, x) + offset: exact where that
  // is a decimal.
  std::optional<Value> bounded(const Value& value, const Rational& bound, bool greatest) {
    const auto column = lone_column(value);
    if (!column) return std::nullopt;
    const Rational inner = (bound - value.offset) / column->second;
    if (!rounded(inner).canonical) return std::nullopt;
    return Value{
        std::nullopt,
        value.offset,
        {{extreme_of({column->first, constant({Cell::State::value, inner})}, greatest), column->second}}};
  }

  Value extreme(const Node& node) {
    const bool greatest = node.op == Op::maximum;
    std::optional<Rational> bound;
    std::vector<const Value*> varying;
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      const Value& a = arg(node, i);
      if (a.is_missing()) return nothing();
      if (a.unlimited()) continue;
      if (!a.constant)
        varying.push_back(&a);
      else if (!bound || (greatest ? a.constant->value > *bound : a.constant->value < *bound))
        bound = a.constant->value;
    }
    if (varying.empty()) return bound ? of(*bound) : nothing();
    if (varying.size() == 1 && !bound) return *varying.front();
    if (varying.size() == 1)
      if (auto out = bounded(*varying.front(), *bound, greatest)) return *out;
    std::vector<int> columns;
    for (const Value* value : varying) columns.push_back(step_of(*value));
    if (bound) columns.push_back(constant({Cell::State::value, *bound}));
    return single(extreme_of(std::move(columns), greatest));
  }

  Value logical(const Node& node) {
    const bool decisive = node.op == Op::logical_or;
    const Value& a = arg(node, 0);
    const Value& b = arg(node, 1);
    for (const auto& [x, y] : {std::pair(&a, &b), std::pair(&b, &a)})
      if (x->is_number()) return x->constant->truth() == decisive ? of(Rational(decisive ? 1 : 0)) : *y;
    return single(
        add(decisive ? Step::Kind::disjunction : Step::Kind::conjunction, {step_of(a), step_of(b)}, true));
  }

  int input(const Node& node) {
    const Slot& slot = program_.inputs[static_cast<std::size_t>(node.slot)];
    Step made;
    made.kind = Step::Kind::input;
    made.canonical = true;
    made.discrete = rule_.rule.inputs[slot.declaration].type.kind != ValueType::Kind::number;
    made.slot = node.slot;
    return add(std::move(made));
  }

  int place(const Node& node) {
    const BoundParameter& parameter = bound(node);
    Step made;
    made.kind = Step::Kind::place;
    made.slot = node.slot;
    made.canonical = !parameter.everywhere || rounded(*parameter.everywhere).canonical;
    for (const auto& [code, value] : parameter.places)
      made.canonical = made.canonical && rounded(value).canonical;
    plan_.by_place = true;
    return add(std::move(made));
  }

  Value tier(const Node& node) {
    const Value& x = arg(node, 0);
    if (x.is_missing()) return nothing();
    const BoundParameter& table = bound(node);
    Step made;
    made.kind = Step::Kind::tier;
    made.args = {step_of(x)};
    made.slot = node.slot;
    made.upper_inclusive = table.upper_inclusive;
    made.canonical = true;
    made.bounds_canonical = step(made.args[0]).canonical;
    for (const auto& t : table.tiers) {
      const Rounded above = rounded(t.above);
      const Rounded value = rounded(t.value);
      made.tiers.push_back({above.value, value.value});
      made.bounds_canonical = made.bounds_canonical && above.canonical;
      made.bounds_error = std::max(made.bounds_error, above.error);
      made.canonical = made.canonical && value.canonical;
      made.table_error = std::max(made.table_error, value.error);
      made.table_most = std::max(made.table_most, std::abs(value.value));
    }
    return single(add(std::move(made)));
  }

  Value limit(const Node& node) {
    if (arg(node, 0).is_missing() || arg(node, 1).is_missing()) return nothing();
    Step made;
    made.kind = Step::Kind::limit;
    made.args = {step_of(arg(node, 0)), step_of(arg(node, 1))};
    made.slot = node.slot;
    made.canonical = true;
    for (const auto& row : program_.limits[static_cast<std::size_t>(node.slot)].values)
      for (const auto& value : row) {
        const Rounded r = value ? rounded(Rational(*value)) : Rounded{missing, 0, true};
        made.table.push_back(r.value);
        made.canonical = made.canonical && r.canonical;
        made.table_error = std::max(made.table_error, r.error);
        made.table_most = value ? std::max(made.table_most, std::abs(r.value)) : made.table_most;
      }
    return single(add(std::move(made)));
  }

  Value select(const Node& node) {
    const Value& condition = arg(node, 0);
    if (condition.is_missing()) return nothing();
    if (condition.is_number()) return arg(node, condition.constant->truth() ? 1 : 2);
    const std::vector<int> args{step_of(condition), step_of(arg(node, 1)), step_of(arg(node, 2))};
    return single(add(Step::Kind::select, args, step(args[1]).canonical && step(args[2]).canonical));
  }

  Value coalesce(const Node& node) {
    const Value& first = arg(node, 0);
    if (first.is_number()) return first;
    if (first.constant) return arg(node, 1);
    const std::vector<int> args{step_of(first), step_of(arg(node, 1))};
    return single(add(Step::Kind::coalesce, args, canonical(args)));
  }

  Value one(const Node& node) {
    switch (node.op) {
      case Op::constant:
        return of(node.value);
      case Op::input:
        return single(input(node));
      case Op::parameter:
        return single(place(node));
      case Op::scale:
        return scaled(arg(node, 0), node.value);
      case Op::add:
        return sum(arg(node, 0), arg(node, 1), Rational(1));
      case Op::subtract:
        return sum(arg(node, 0), arg(node, 1), Rational(-1));
      case Op::multiply:
        return product(arg(node, 0), arg(node, 1));
      case Op::divide:
        return quotient(arg(node, 0), arg(node, 1));
      case Op::negate:
        return scaled(arg(node, 0), Rational(-1));
      case Op::minimum:
      case Op::maximum:
        return extreme(node);
      case Op::ceiling:
        return rounding(arg(node, 0), {0, Rounding::ceiling});
      case Op::floor:
        return rounding(arg(node, 0), {0, Rounding::floor});
      case Op::round:
        return rounding(arg(node, 0), node.rounding);
      case Op::steps:
        return steps(arg(node, 0), arg(node, 1), arg(node, 2));
      case Op::power:
      case Op::exponential:
        return exact(node);
      case Op::less:
        return comparison(arg(node, 0), arg(node, 1), Relation::less);
      case Op::less_equal:
        return comparison(arg(node, 0), arg(node, 1), Relation::less_equal);
      case Op::equal:
        return comparison(arg(node, 0), arg(node, 1), Relation::equal);
      case Op::not_equal:
        return comparison(arg(node, 0), arg(node, 1), Relation::not_equal);
      case Op::logical_and:
      case Op::logical_or:
        return logical(node);
      case Op::select:
        return select(node);
      case Op::coalesce:
        return coalesce(node);
      case Op::tier:
        return tier(node);
      case Op::limit:
        return limit(node);
      case Op::absolute:
      case Op::logical_not:
      case Op::present:
        break;
    }
    const Value& a = arg(node, 0);
    if (node.op == Op::present)
      return a.constant ? of(Rational(a.is_missing() ? 0 : 1))
                        : single(add(Step::Kind::present, {step_of(a)}, true));
    if (a.is_missing()) return nothing();
    const int id = step_of(a);
    return node.op == Op::absolute ? single(add(Step::Kind::absolute, {id}, step(id).canonical))
                                   : single(add(Step::Kind::complement, {id}, true));
  }

  // --- order and buffers

  template <class F>
  static void each_arg(const Step& s, F f) {
    for (int a : s.args) f(a);
    if (s.whole_form)
      for (int a : s.whole_form->args) f(a);
  }

  // Steps made on the way to something simpler are left out.
  void drop_unused() {
    std::vector<bool> used(plan_.steps.size());
    for (const Output& o : plan_.outputs) used[static_cast<std::size_t>(o.step)] = true;
    for (std::size_t i = plan_.steps.size(); i-- > 0;)
      if (used[i]) each_arg(plan_.steps[i], [&](int a) { used[static_cast<std::size_t>(a)] = true; });
    std::vector<int> moved(plan_.steps.size(), -1);
    std::vector<Step> kept;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      if (!used[i]) continue;
      moved[i] = static_cast<int>(kept.size());
      kept.push_back(std::move(plan_.steps[i]));
      const auto renumber = [&](int& a) { a = moved[static_cast<std::size_t>(a)]; };
      for (int& a : kept.back().args) renumber(a);
      if (kept.back().whole_form)
        for (int& a : kept.back().whole_form->args) renumber(a);
    }
    for (Output& o : plan_.outputs) o.step = moved[static_cast<std::size_t>(o.step)];
    plan_.steps = std::move(kept);
  }

  // A buffer is given back after the last step that reads it.
  void assign_buffers() {
    const std::size_t count = plan_.steps.size();
    std::vector<std::size_t> last(count, 0);
    for (std::size_t i = 0; i < count; ++i)
      each_arg(plan_.steps[i], [&](int a) { last[static_cast<std::size_t>(a)] = i; });
    for (const Output& o : plan_.outputs) last[static_cast<std::size_t>(o.step)] = count;
    std::vector<int> free;
    plan_.buffers.assign(count, -1);
    for (std::size_t i = 0; i < count; ++i) {
      // Inputs are read in place, but their bounds need room. Constants are filled once and keep theirs.
      if (free.empty() || plan_.steps[i].kind == Step::Kind::constant)
        free.push_back(static_cast<int>(plan_.buffer_count++));
      plan_.buffers[i] = free.back();
      free.pop_back();
      std::vector<int> done;
      each_arg(plan_.steps[i], [&](int a) {
        const auto at = static_cast<std::size_t>(a);
        if (last[at] == i && plan_.steps[at].kind != Step::Kind::constant) done.push_back(plan_.buffers[at]);
      });
      std::sort(done.begin(), done.end());
      done.erase(std::unique(done.begin(), done.end()), done.end());
      free.insert(free.end(), done.begin(), done.end());
    }
  }

  const CompiledRule& rule_;
  const Program& program_;
  const Binding& binding_;
  std::vector<Value> values_;
  std::map<std::string, int> known_;
  std::map<int, Value> sums_;  // of linear steps
  Plan plan_;
};

}  // namespace

Plan make_plan(const CompiledRule& rule, const Binding& binding, const std::vector<int>& wanted) {
  return Builder(rule, binding).run(wanted);
}

}  // namespace tributary::policy::columns
