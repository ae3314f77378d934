// Convex quadratic programmes, exactly, by way of the linear complementarity problem (Lemke's method with the
// lexicographic rule, in fractions; dense, meant for some hundred unknowns).
#pragma once

#include "base/rational.h"

#include <optional>
#include <vector>

namespace tributary::optimise {

// z with w = q + M·z, w ≥ 0, z ≥ 0, w·z = 0. nullopt: none was found; for positive semidefinite M there is
// none then.
std::optional<std::vector<Rational>> solve_complementary(const std::vector<std::vector<Rational>>& matrix,
                                                         const std::vector<Rational>& q);

// minimise Σ (linear·x + quadratic·x²)  subject to  Σ coefficient·x ≥ least (rows),  0 ≤ x ≤ upper;
// linear and quadratic ≥ 0.
struct SeparableProgramme {
  std::vector<Rational> linear;
  std::vector<Rational> quadratic;
  std::vector<Rational> upper;
  std::vector<std::vector<Rational>> rows;  // coefficients, by column
  std::vector<Rational> least;              // by row
};
struct SeparableSolution {
  std::vector<Rational> columns;
  std::vector<Rational> duals;  // by row: what one unit more of `least` costs
};
// nullopt: infeasible.
std::optional<SeparableSolution> solve(const SeparableProgramme& programme);

}  // namespace tributary::optimise
