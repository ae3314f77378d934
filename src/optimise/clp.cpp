// COIN-OR Clp: finds the basis that the exact simplex proves.
#include "optimise/codes.h"
#include "optimise/exact_simplex.h"

#include <cmath>
#include <ctime>
#include <limits>
#include <memory>

#include <coin/ClpConfig.h>
#include <coin/Clp_C_Interface.h>

namespace tributary::optimise {
namespace {

constexpr double infinite = std::numeric_limits<double>::max();

struct Delete {
  void operator()(Clp_Simplex* model) const { Clp_deleteModel(model); }
};
using Handle = std::unique_ptr<Clp_Simplex, Delete>;

struct Doubles {
  std::vector<CoinBigIndex> start{0};
  std::vector<int> index;
  std::vector<double> value;
  std::vector<double> column_lower, column_upper, cost, row_lower, row_upper;
};

double bound(const std::optional<Rational>& value, double open) {
  return value ? value->to_double() : open;
}

Doubles doubles_of(const Model& model) {
  Doubles out;
  for (std::size_t j = 0; j < model.columns().size(); ++j) {
    const Column& column = model.columns()[j];
    for (const Term& term : model.column_terms(j)) {
      out.index.push_back(static_cast<int>(term.index));
      out.value.push_back(term.value.to_double());
    }
    out.start.push_back(static_cast<CoinBigIndex>(out.index.size()));
    out.column_lower.push_back(bound(column.lower, -infinite));
    out.column_upper.push_back(bound(column.upper, infinite));
    out.cost.push_back(column.cost.to_double());
  }
  for (const Row& row : model.rows()) {
    out.row_lower.push_back(bound(row.lower, -infinite));
    out.row_upper.push_back(bound(row.upper, infinite));
  }
  return out;
}

// Clp's word for the position, or the nearer bound where both are finite.
Position position(int status, double lower, double upper, double value) {
  if (status == 1) return Position::basic;
  if (lower > -infinite && upper < infinite)
    return std::abs(value - lower) <= std::abs(upper - value) ? Position::at_lower : Position::at_upper;
  return lower > -infinite ? Position::at_lower : upper < infinite ? Position::at_upper : Position::free;
}

}  // namespace

Solution solve(const Model& model) {
  const Doubles d = doubles_of(model);
  const int n = static_cast<int>(model.columns().size());
  const int m = static_cast<int>(model.rows().size());
  Basis basis;
  int iterations = 0;
  const std::clock_t began = std::clock();
  if (n > 0 && m > 0) {
    const Handle clp(Clp_newModel());
    Clp_setLogLevel(clp.get(), 0);
    Clp_loadProblem(clp.get(), n, m, d.start.data(), d.index.data(), d.value.data(), d.column_lower.data(),
                    d.column_upper.data(), d.cost.data(), d.row_lower.data(), d.row_upper.data());
    Clp_setOptimizationDirection(clp.get(), model.sense() == Sense::minimise ? 1 : -1);
    Clp_dual(clp.get(), 0);
    iterations = Clp_numberIterations(clp.get());
    const double* columns = Clp_primalColumnSolution(clp.get());
    const double* rows = Clp_primalRowSolution(clp.get());
    for (int j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      basis.columns.push_back(
          position(Clp_getColumnStatus(clp.get(), j), d.column_lower[at], d.column_upper[at], columns[j]));
    }
    for (int i = 0; i < m; ++i) {
      const auto at = static_cast<std::size_t>(i);
      basis.rows.push_back(
          position(Clp_getRowStatus(clp.get(), i), d.row_lower[at], d.row_upper[at], rows[i]));
    }
  }
  const double spent = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  Solution out = ExactSimplex(model, std::move(basis)).run();
  out.solver_iterations = iterations;
  out.solver_seconds = spent;
  return out;
}

std::string solver_version() {
  return "Clp " CLP_VERSION;
}

}  // namespace tributary::optimise
