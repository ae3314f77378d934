#include "optimise/exact_simplex.h"

#include "optimise/codes.h"

namespace tributary::optimise {
namespace {

constexpr int most_still = 20;  // then the entering variable is the first one possible (Bland): no cycles
constexpr int most_steps = 200000;

}  // namespace

ExactSimplex::ExactSimplex(const Model& model, Basis basis)
    : model_(model), n_(model.columns().size()), m_(model.rows().size()) {
  row_terms_.reserve(m_);
  for (std::size_t i = 0; i < m_; ++i) row_terms_.push_back({{i, Rational(-1)}});
  set_up(std::move(basis));
}

// Takes what is usable of a basis: positions that have a bound, and as many basic variables as are
// independent, filled up with sums of rows.
void ExactSimplex::set_up(Basis basis) {
  position_ = std::move(basis.columns);
  position_.resize(n_, Position::at_lower);
  basis.rows.resize(m_, Position::basic);
  position_.insert(position_.end(), basis.rows.begin(), basis.rows.end());
  values_.assign(n_ + m_, Rational(0));
  const auto leave = [&](std::size_t j, Position wanted) {
    if (wanted == Position::at_upper ? upper(j).has_value() : !lower(j) && upper(j))
      position_[j] = Position::at_upper;
    else
      position_[j] = lower(j) ? Position::at_lower : Position::free;
  };
  for (std::size_t j = 0; j < position_.size(); ++j) {
    if (basic(j) && basics_.size() < m_)
      basics_.push_back(j);
    else
      leave(j, position_[j]);
  }
  for (std::size_t i = 0; i < m_ && basics_.size() < m_; ++i)
    if (!basic(n_ + i)) {
      position_[n_ + i] = Position::basic;
      basics_.push_back(n_ + i);
    }
  refresh();
  if (const auto& dependent = factor_->dependent_columns(); !dependent.empty()) {
    const auto rows = factor_->rows_without_pivot();
    for (std::size_t k = 0; k < dependent.size(); ++k) {
      leave(basics_[dependent[k]], Position::at_lower);
      basics_[dependent[k]] = n_ + rows[k];
    }
    for (const std::size_t j : basics_) position_[j] = Position::basic;
    refresh();
  }
}

void ExactSimplex::refresh() {
  std::vector<const std::vector<Term>*> columns;
  columns.reserve(m_);
  for (const std::size_t j : basics_) columns.push_back(&terms(j));
  factor_.emplace(columns);
  if (!factor_->dependent_columns().empty()) return;
  std::vector<Rational> right(m_);
  for (std::size_t j = 0; j < position_.size(); ++j) {
    if (basic(j)) continue;
    values_[j] = position_[j] == Position::at_lower   ? *lower(j)
                 : position_[j] == Position::at_upper ? *upper(j)
                                                      : Rational(0);
    if (!values_[j].is_zero())
      for (const Term& term : terms(j)) right[term.index] -= term.value * values_[j];
  }
  std::vector<Rational> solved = factor_->solve(std::move(right));
  for (std::size_t k = 0; k < m_; ++k) values_[basics_[k]] = std::move(solved[k]);
}

Rational ExactSimplex::cost(std::size_t j) const {
  if (j >= n_) return Rational(0);
  return model_.sense() == Sense::minimise ? model_.columns()[j].cost : -model_.columns()[j].cost;
}

ExactSimplex::Prices ExactSimplex::price(bool first_phase) const {
  const auto cost_of = [&](std::size_t j) {
    if (!first_phase) return cost(j);
    return Rational(!basic(j) ? 0 : below(j) ? -1 : above(j) ? 1 : 0);
  };
  std::vector<Rational> right(m_);
  for (std::size_t k = 0; k < m_; ++k) right[k] = cost_of(basics_[k]);
  Prices out{factor_->solve_transposed(std::move(right)), std::vector<Rational>(position_.size())};
  for (std::size_t j = 0; j < position_.size(); ++j) {
    if (basic(j)) continue;
    Rational d = cost_of(j);
    for (const Term& term : terms(j))
      if (!out.duals[term.index].is_zero()) d -= term.value * out.duals[term.index];
    out.reduced[j] = std::move(d);
  }
  return out;
}

std::optional<std::size_t> ExactSimplex::entering(const Prices& prices) const {
  std::optional<std::size_t> best;
  for (std::size_t j = 0; j < position_.size(); ++j) {
    const int sign = prices.reduced[j].sign();
    if (sign == 0 || basic(j) || fixed(j)) continue;
    if ((position_[j] == Position::at_lower && sign > 0) || (position_[j] == Position::at_upper && sign < 0))
      continue;
    if (!best || prices.reduced[*best].abs() < prices.reduced[j].abs()) best = j;
    if (still_ >= most_still) break;
  }
  return best;
}

bool ExactSimplex::step(std::size_t j, bool up, bool first_phase) {
  std::vector<Rational> right(m_);
  for (const Term& term : terms(j)) right[term.index] = term.value;
  const std::vector<Rational> change = factor_->solve(std::move(right));
  std::optional<Rational> length;  // of the step
  std::optional<std::size_t> leaving;
  bool leaves_at_upper = false;
  if (lower(j) && upper(j)) length = *upper(j) - *lower(j);
  for (std::size_t k = 0; k < m_; ++k) {
    if (change[k].is_zero()) continue;
    const std::size_t b = basics_[k];
    const bool rises = (change[k].sign() < 0) == up;
    // In the first phase what is beyond a bound may come back to it, and may go further away.
    bool to_upper = rises;
    if (first_phase && below(b)) {
      if (!rises) continue;
      to_upper = false;
    } else if (first_phase && above(b)) {
      if (rises) continue;
      to_upper = true;
    }
    const auto& bound = to_upper ? upper(b) : lower(b);
    if (!bound) continue;
    Rational room = (*bound - values_[b]).abs() / change[k].abs();
    if (!length || room < *length || (room == *length && leaving && b < basics_[*leaving])) {
      length = std::move(room);
      leaving = k;
      leaves_at_upper = to_upper;
    }
  }
  if (!length) return false;
  still_ = length->is_zero() ? still_ + 1 : 0;
  ++steps_;
  if (leaving) {
    position_[basics_[*leaving]] = leaves_at_upper ? Position::at_upper : Position::at_lower;
    position_[j] = Position::basic;
    basics_[*leaving] = j;
  } else {
    position_[j] = up ? Position::at_upper : Position::at_lower;
  }
  refresh();
  return true;
}

Solution ExactSimplex::run() {
  for (std::size_t j = 0; j < position_.size(); ++j)
    if (lower(j) && upper(j) && *lower(j) > *upper(j)) {
      Solution out;
      out.status = Status::infeasible;
      out.conflict = {j < n_ ? model_.columns()[j].name : model_.rows()[j - n_].name};
      return out;
    }
  while (steps_ < most_steps) {
    bool first_phase = false;
    for (const std::size_t b : basics_) first_phase = first_phase || below(b) || above(b);
    const Prices prices = price(first_phase);
    const auto j = entering(prices);
    if (!j) return finish(first_phase ? Status::infeasible : Status::optimal, prices);
    if (!step(*j, prices.reduced[*j].sign() < 0, first_phase)) return finish(Status::unbounded, prices);
  }
  throw Error(codes::solver_failed,
              {"精确单纯形法未能结束", "the exact simplex method did not come to an end"});
}

Solution ExactSimplex::finish(Status status, const Prices& prices) const {
  Solution out;
  out.status = status;
  out.exact_steps = steps_;
  out.basis.columns.assign(position_.begin(), position_.begin() + static_cast<std::ptrdiff_t>(n_));
  out.basis.rows.assign(position_.begin() + static_cast<std::ptrdiff_t>(n_), position_.end());
  if (status == Status::infeasible) {
    // The multipliers of the first phase prove it: their sum of rows cannot be met within the bounds of what
    // stands in it.
    for (std::size_t i = 0; i < m_; ++i)
      if (!prices.duals[i].is_zero()) out.conflict.push_back(model_.rows()[i].name);
    for (std::size_t j = 0; j < n_; ++j)
      if (!prices.reduced[j].is_zero() || (basic(j) && (below(j) || above(j))))
        out.conflict.push_back(model_.columns()[j].name);
    return out;
  }
  out.columns.assign(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(n_));
  out.rows.assign(values_.begin() + static_cast<std::ptrdiff_t>(n_), values_.end());
  for (std::size_t j = 0; j < n_; ++j)
    if (!out.columns[j].is_zero()) out.objective += model_.columns()[j].cost * out.columns[j];
  if (status == Status::unbounded) return out;
  const bool flip = model_.sense() == Sense::maximise;
  for (const Rational& y : prices.duals) out.duals.push_back(flip ? -y : y);
  for (std::size_t j = 0; j < n_; ++j) out.reduced.push_back(flip ? -prices.reduced[j] : prices.reduced[j]);
  return out;
}

Solution solve_exactly(const Model& model, Basis basis) {
  return ExactSimplex(model, std::move(basis)).run();
}

}  // namespace tributary::optimise
