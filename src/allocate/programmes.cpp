// The methods that are programmes: least cost, lexicographic minimax.
#include "allocate/codes.h"
#include "allocate/fill.h"
#include "allocate/problem.h"
#include "optimise/complementarity.h"
#include "optimise/lexicographic.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::allocate {
namespace {

using optimise::Column;
using optimise::Model;
using optimise::Row;
using optimise::Sense;
using optimise::Status;
using optimise::Term;

}  // namespace

void contradictory(const Problem& p, const std::vector<std::string>& conflict, Text hint) {
  throw Error(codes::infeasible,
              {fmt::format("没有满足全部条件的分配；相互矛盾的是：{}", fmt::join(conflict, "、")),
               fmt::format("no allocation meets all conditions; these contradict one another: {}",
                           fmt::join(conflict, ", "))},
              {p.table.file, 0, 0, {}}, std::move(hint));
}

std::vector<Load> loads(const Problem& p) {
  std::vector<Load> out;
  for (const Point& point : p.options.points) {
    Load load{point.name, p.column("t:" + point.name), {}, point.reduction};
    if (point.reduction) {
      const std::vector<Rational> current = p.column("current");
      for (std::size_t i = 0; i < p.size(); ++i) load.most += load.coefficients[i] * current[i];
      load.most -= *point.reduction;
    } else {
      load.most = *point.most;
    }
    out.push_back(std::move(load));
  }
  return out;
}

// Cuts r = current − share within [current − cap, current − floor], [0, max_cut]. The total to be cut is
// Σ current − total; if river points ask for more, or nothing need be cut, what is left goes to the reserve.
Division divide_by_cost(const Problem& p) {
  const std::vector<Rational> current = p.column("current");
  const std::vector<Rational> linear = p.column("cost_linear");
  std::vector<Rational> quadratic(p.size()), least(p.size()), most(p.size());
  Rational surely;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Unit& unit = p.table.units[i];
    if (const Rational* found = find(unit, "cost_quadratic")) quadratic[i] = *found;
    if (p.caps[i] && *p.caps[i] < current[i]) least[i] = current[i] - *p.caps[i];
    most[i] = std::max(current[i] - p.floors[i], Rational(0));
    if (const Rational* found = find(unit, "max_cut"); found != nullptr && *found < most[i]) most[i] = *found;
    if (least[i] > most[i] || p.floors[i] > current[i])
      throw Error(
          codes::bounds_cross,
          {fmt::format("单位“{}”从现状 {} 无法削减到上下限之内", unit.id, current[i].to_string()),
           fmt::format("the unit \"{}\" cannot get from its current {} to within its bounds by cutting",
                       unit.id, current[i].to_string())},
          {p.table.file, unit.line, 0, "floor"});
    surely += least[i];
  }
  const Rational needed = std::max(sum(current) - p.total, surely);
  if (needed > sum(most))
    contradictory(
        p, {fmt::format("cap {}", p.total.to_string()), fmt::format("max_cut Σ {}", sum(most).to_string())});
  Division out;
  const std::vector<Load> points = loads(p);
  std::vector<Rational> cuts;
  if (points.empty()) {
    std::vector<Ramp> ramps;
    for (std::size_t i = 0; i < p.size(); ++i) {
      Ramp ramp{least[i], most[i], linear[i] + Rational(2) * quadratic[i] * least[i], {}};
      if (!quadratic[i].is_zero()) ramp.slope = Rational(1) / (Rational(2) * quadratic[i]);
      ramps.push_back(std::move(ramp));
    }
    auto filled = fill(ramps, needed);
    TRIBUTARY_CHECK(filled.has_value(), "what must be cut lies between the least and the most");
    cuts = std::move(filled->amounts);
    if (needed > surely) out.findings.push_back({"marginal-cost", "", filled->level});
  } else {
    optimise::SeparableProgramme programme;
    programme.rows.emplace_back(p.size(), Rational(1));
    programme.least.push_back(needed - surely);
    for (const Load& load : points) {
      programme.rows.push_back(load.coefficients);
      Rational rest = -load.most;
      for (std::size_t i = 0; i < p.size(); ++i) rest += load.coefficients[i] * (current[i] - least[i]);
      programme.least.push_back(rest);
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      programme.linear.push_back(linear[i] + Rational(2) * quadratic[i] * least[i]);
      programme.quadratic.push_back(quadratic[i]);
      programme.upper.push_back(most[i] - least[i]);
    }
    const auto solved = optimise::solve(programme);
    if (!solved) {
      std::vector<std::string> names;
      for (std::size_t k = 0; k < points.size(); ++k) {
        Rational possible;
        for (std::size_t i = 0; i < p.size(); ++i) possible += points[k].coefficients[i] * programme.upper[i];
        if (possible < programme.least[k + 1]) names.push_back("point " + points[k].point);
      }
      contradictory(p, names);
    }
    for (std::size_t i = 0; i < p.size(); ++i) cuts.push_back(least[i] + solved->columns[i]);
    out.findings.push_back({"marginal-cost", "", solved->duals[0]});
    for (std::size_t k = 0; k < points.size(); ++k)
      out.findings.push_back({"point-price", points[k].point, solved->duals[k + 1]});
  }
  for (std::size_t i = 0; i < p.size(); ++i) out.amounts.push_back(current[i] - cuts[i]);
  return out;
}

// Levels are the parts of the demand that are met, at most all of it.
Division divide_by_shortage(const Problem& p) {
  Model model(Sense::maximise);
  std::vector<Rational> demand;
  std::vector<optimise::Level> levels;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const Unit& unit = p.table.units[i];
    const Rational* found = find(unit, "demand");
    demand.push_back(found != nullptr ? *found : value(p.table, unit, "current"));
    const Rational most = std::max(demand[i], p.floors[i]);
    model.add(Column{unit.id, p.floors[i], p.caps[i] && *p.caps[i] < most ? *p.caps[i] : most, {}});
    if (!demand[i].is_zero()) levels.push_back({Rational(0), {{i, Rational(1) / demand[i]}}});
  }
  const std::vector<Load> points = loads(p);
  std::vector<Rational> amounts;
  if (points.empty()) {  // one total: filling to a common level is the same
    std::vector<std::optional<Rational>> caps;
    Rational highest;
    for (const Column& column : model.columns()) {
      caps.push_back(column.upper);
      highest += *column.upper;
    }
    const auto filled = fill_in_proportion(demand, p.floors, caps, std::min(highest, p.total));
    if (!filled) contradictory(p, {"cap", "floor"});
    amounts = *filled;
  } else {
    std::vector<Term> all;
    for (std::size_t i = 0; i < p.size(); ++i) all.push_back({i, Rational(1)});
    model.add(Row{"cap", {}, p.total, std::move(all)});
    for (const Load& load : points) {
      Row row{"point " + load.point, {}, load.most, {}};
      for (std::size_t i = 0; i < p.size(); ++i) row.terms.push_back({i, load.coefficients[i]});
      model.add(std::move(row));
    }
    const optimise::MaxMin out = optimise::lexicographic_max_min(model, levels);
    if (out.last.status != Status::optimal) contradictory(p, out.last.conflict);
    amounts = out.last.columns;
  }
  Division out{std::move(amounts), {}};
  for (std::size_t i = 0; i < p.size(); ++i)
    if (!demand[i].is_zero())
      out.findings.push_back({"shortage", p.table.units[i].id, (demand[i] - out.amounts[i]) / demand[i]});
  return out;
}

}  // namespace tributary::allocate
