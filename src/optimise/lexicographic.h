// Lexicographic max-min: the smallest of several levels is raised as far as it goes; what stops it stays
// there, and the smallest of the rest is raised, and so on. The levels that come out are the only ones with
// this property, whatever the solver.
#pragma once

#include "optimise/solve.h"

namespace tributary::optimise {

// constant + Σ terms (of columns)
struct Level {
  Rational constant;
  std::vector<Term> terms;
};

struct MaxMin {
  Solution last;                 // of the last programme: feasible columns that reach the levels
  std::vector<Rational> levels;  // as given
};

// The costs of the model are not looked at. Infeasible or unbounded: `last` says so and there are no levels.
MaxMin lexicographic_max_min(const Model& model, const std::vector<Level>& levels);

}  // namespace tributary::optimise
