// Private: the bounded simplex method in fractions, from any basis. Each step factors the basis anew; it is
// meant for the last few steps after a solver, and for small models.
//
// Variables are the columns and, behind them, the sums of the rows: A·x − r = 0.
#pragma once

#include "optimise/factor.h"
#include "optimise/solve.h"

#include <optional>

namespace tributary::optimise {

class ExactSimplex {
 public:
  ExactSimplex(const Model& model, Basis basis);
  Solution run();

  // For the faces: the state at the end.
  std::size_t variables() const { return position_.size(); }
  bool basic(std::size_t j) const { return position_[j] == Position::basic; }
  Position position(std::size_t j) const { return position_[j]; }
  const std::vector<std::size_t>& basics() const { return basics_; }
  const Rational& value(std::size_t j) const { return values_[j]; }
  const std::optional<Rational>& lower(std::size_t j) const {
    return j < n_ ? model_.columns()[j].lower : model_.rows()[j - n_].lower;
  }
  const std::optional<Rational>& upper(std::size_t j) const {
    return j < n_ ? model_.columns()[j].upper : model_.rows()[j - n_].upper;
  }
  bool fixed(std::size_t j) const { return lower(j) && upper(j) && *lower(j) == *upper(j); }
  const std::vector<Term>& terms(std::size_t j) const {
    return j < n_ ? model_.column_terms(j) : row_terms_[j - n_];
  }
  const Factor& factor() const { return *factor_; }
  // Solves for the state of a basis that is known to be optimal.
  void refresh();

 private:
  struct Prices {
    std::vector<Rational> duals;    // by row
    std::vector<Rational> reduced;  // by variable
  };
  void set_up(Basis basis);
  Rational cost(std::size_t j) const;  // of minimising
  bool below(std::size_t j) const { return lower(j) && values_[j] < *lower(j); }
  bool above(std::size_t j) const { return upper(j) && values_[j] > *upper(j); }
  Prices price(bool first_phase) const;
  std::optional<std::size_t> entering(const Prices& prices) const;
  // True when the step is bounded.
  bool step(std::size_t entering, bool up, bool first_phase);
  Solution finish(Status status, const Prices& prices) const;

  const Model& model_;
  std::size_t n_;
  std::size_t m_;
  std::vector<std::vector<Term>> row_terms_;
  std::vector<Position> position_;
  std::vector<std::size_t> basics_;
  std::vector<Rational> values_;
  std::optional<Factor> factor_;
  int steps_ = 0;
  int still_ = 0;  // steps in a row that moved nothing
};

}  // namespace tributary::optimise
