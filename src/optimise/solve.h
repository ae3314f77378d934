// Solves linear programmes exactly. COIN-OR Clp (dual simplex) finds a basis in floating point; the basis is
// then solved in fractions and proved feasible and optimal. Where it is not, exact simplex steps go on from
// it until it is. So a result depends on the model alone, but where several solutions are optimal: face.h
// says whether, and describes all of them.
#pragma once

#include "optimise/model.h"

#include <string>
#include <vector>

namespace tributary::optimise {

enum class Status : std::uint8_t { optimal, infeasible, unbounded };

// Where a column, or the sum of a row, stands in a basic solution. `free`: at zero, without bounds.
enum class Position : std::uint8_t { basic, at_lower, at_upper, free };

struct Basis {
  std::vector<Position> columns;
  std::vector<Position> rows;
  bool operator==(const Basis&) const = default;
};

struct Solution {
  Status status = Status::optimal;
  Rational objective;
  std::vector<Rational> columns;  // values
  std::vector<Rational> rows;     // sums
  std::vector<Rational> duals;    // by row: what one unit more of its bound changes the objective by
  std::vector<Rational> reduced;  // by column: cost less Σ dual·coefficient
  Basis basis;
  // Infeasible: the rows and columns whose bounds contradict one another, each needed for the proof.
  std::vector<std::string> conflict;
  int solver_iterations = 0;  // in floating point
  int exact_steps = 0;        // taken in fractions after them; 0 when the solver's basis was right
  double solver_seconds = 0;  // for benchmarks: processor time within the solver
};

// Throws solver_failed when the exact simplex gives up (never seen; it cannot cycle).
Solution solve(const Model& model);
// In fractions from the start, for small models and as a judge of the other. Without a basis: from the rows.
Solution solve_exactly(const Model& model, Basis basis = {});

// "Clp 1.17.6"
std::string solver_version();

}  // namespace tributary::optimise
