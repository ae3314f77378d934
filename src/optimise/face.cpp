#include "optimise/face.h"

#include "optimise/exact_simplex.h"

#include <map>

namespace tributary::optimise {
namespace {

Rational value_of(const std::vector<Term>& terms, const std::vector<Rational>& t) {
  Rational out;
  for (const Term& term : terms) out += term.value * t[term.index];
  return out;
}

// The part of the region that hangs together with these columns, with the new index of each old column.
struct Part {
  Model model{Sense::minimise};
  std::map<std::size_t, std::size_t> columns;
};

Part connected(const Model& region, const std::vector<Term>& seeds) {
  Part out;
  std::vector<std::size_t> open;
  std::vector<char> row_seen(region.rows().size(), 0);
  const auto take = [&](std::size_t column) {
    if (!out.columns.emplace(column, 0).second) return;
    open.push_back(column);
  };
  for (const Term& term : seeds) take(term.index);
  while (!open.empty()) {
    const std::size_t column = open.back();
    open.pop_back();
    for (const Term& in : region.column_terms(column)) {
      if (row_seen[in.index]) continue;
      row_seen[in.index] = 1;
      for (const Term& term : region.rows()[in.index].terms) take(term.index);
    }
  }
  for (auto& [column, index] : out.columns) index = out.model.add(region.columns()[column]);
  for (std::size_t i = 0; i < row_seen.size(); ++i) {
    if (!row_seen[i]) continue;
    Row row = region.rows()[i];
    for (Term& term : row.terms) term.index = out.columns.at(term.index);
    out.model.add(std::move(row));
  }
  return out;
}

std::optional<Rational> extreme(const Part& part, const std::vector<Term>& objective, Sense sense) {
  Model model(sense);
  for (const Column& column : part.model.columns()) model.add(column);
  for (const Row& row : part.model.rows()) model.add(row);
  for (const Term& term : objective) model.set_cost(part.columns.at(term.index), term.value);
  const bool small = model.columns().size() <= 40 && model.rows().size() <= 200;
  const Solution solution = small ? solve_exactly(model) : solve(model);
  if (solution.status != Status::optimal) return std::nullopt;
  return solution.objective;
}

}  // namespace

Interval Face::range(std::size_t i) const {
  if (settled(i)) return {base_[i], base_[i]};
  const Part part = connected(region_, combination_[i]);
  Interval out{extreme(part, combination_[i], Sense::minimise),
               extreme(part, combination_[i], Sense::maximise)};
  if (out.from) *out.from += base_[i];
  if (out.to) *out.to += base_[i];
  return out;
}

void Face::fix(std::size_t i, const Rational& value) {
  if (settled(i)) return;
  const Rational right = value - base_[i];
  region_.add(Row{fmt::format("fix{}", i), right, right, combination_[i]});
}

std::vector<Rational> Face::at(const std::vector<Rational>& t) const {
  std::vector<Rational> out = base_;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!combination_[i].empty()) out[i] += value_of(combination_[i], t);
  return out;
}

std::vector<Rational> Face::any() const {
  return unique() ? base_ : at(solve(region_).columns);
}

namespace {

Face face_of_columns(const Model& model, const Solution& solution, const ExactSimplex& state) {
  const std::size_t n = model.columns().size();
  Model region(Sense::minimise);
  std::vector<std::vector<Term>> combination(n);
  std::map<std::size_t, std::vector<Term>> moved;  // basic variables, by t
  for (std::size_t j = 0; j < state.variables(); ++j) {
    if (state.basic(j) || state.fixed(j)) continue;
    if (!(j < n ? solution.reduced[j] : solution.duals[j - n]).is_zero()) continue;
    Column t{fmt::format("t{}", region.columns().size()), Rational(0), std::nullopt, {}};
    if (state.position(j) == Position::free)
      t.lower.reset();
    else if (state.lower(j) && state.upper(j))
      t.upper = *state.upper(j) - *state.lower(j);
    const bool down = state.position(j) == Position::at_upper;
    const std::size_t index = region.add(std::move(t));
    std::vector<Rational> right(model.rows().size());
    for (const Term& term : state.terms(j)) right[term.index] = down ? -term.value : term.value;
    const std::vector<Rational> change = state.factor().solve(std::move(right));
    if (j < n) combination[j].push_back({index, Rational(down ? -1 : 1)});
    for (std::size_t k = 0; k < change.size(); ++k)
      if (!change[k].is_zero()) moved[state.basics()[k]].push_back({index, -change[k]});
  }
  for (auto& [b, terms] : moved) {
    Row row{fmt::format("b{}", b), {}, {}, terms};
    if (state.lower(b)) row.lower = *state.lower(b) - state.value(b);
    if (state.upper(b)) row.upper = *state.upper(b) - state.value(b);
    if (row.lower || row.upper) region.add(std::move(row));
    if (b < n) combination[b] = std::move(terms);
  }
  return {solution.columns, std::move(combination), std::move(region)};
}

// Along a basic variable k at a bound its reduced cost may become t ≠ 0 with the sign of that bound: the
// duals change by −t·(row k of the inverse), other reduced costs by t·(row k of the tableau).
Face face_of_duals(const Model& model, const Solution& solution, const ExactSimplex& state) {
  const std::size_t n = model.columns().size();
  const std::size_t m = model.rows().size();
  const Rational sign(model.sense() == Sense::minimise ? 1 : -1);
  Model region(Sense::minimise);
  std::vector<std::vector<Term>> combination(m);
  std::map<std::size_t, std::vector<Term>> moved;  // reduced costs of nonbasic variables, by t
  for (std::size_t k = 0; k < m; ++k) {
    const std::size_t b = state.basics()[k];
    const bool low = state.lower(b) && *state.lower(b) == state.value(b);
    const bool high = state.upper(b) && *state.upper(b) == state.value(b);
    if (!low && !high) continue;
    Column t{fmt::format("t{}", region.columns().size()), Rational(0), Rational(0), {}};
    if (high) t.lower.reset();
    if (low) t.upper.reset();
    const std::size_t index = region.add(std::move(t));
    std::vector<Rational> right(m);
    right[k] = Rational(1);
    const std::vector<Rational> inverse = state.factor().solve_transposed(std::move(right));
    std::map<std::size_t, Rational> tableau;
    for (std::size_t i = 0; i < m; ++i) {
      if (inverse[i].is_zero()) continue;
      combination[i].push_back({index, -(sign * inverse[i])});
      if (!state.basic(n + i)) tableau[n + i] -= inverse[i];
      for (const Term& term : model.rows()[i].terms)
        if (!state.basic(term.index)) tableau[term.index] += term.value * inverse[i];
    }
    for (const auto& [j, value] : tableau)
      if (!value.is_zero() && !state.fixed(j)) moved[j].push_back({index, value});
  }
  for (auto& [j, terms] : moved) {
    const Rational reduced = sign * (j < n ? solution.reduced[j] : solution.duals[j - n]);
    Row row{fmt::format("d{}", j), {}, {}, std::move(terms)};
    if (state.position(j) != Position::at_upper) row.lower = -reduced;
    if (state.position(j) != Position::at_lower) row.upper = -reduced;
    region.add(std::move(row));
  }
  return {solution.duals, std::move(combination), std::move(region)};
}

}  // namespace

Face primal_face(const Model& model, const Solution& solution) {
  return face_of_columns(model, solution, ExactSimplex(model, solution.basis));
}
Face dual_face(const Model& model, const Solution& solution) {
  return face_of_duals(model, solution, ExactSimplex(model, solution.basis));
}
Faces faces(const Model& model, const Solution& solution) {
  const ExactSimplex state(model, solution.basis);
  return {face_of_columns(model, solution, state), face_of_duals(model, solution, state)};
}

}  // namespace tributary::optimise
