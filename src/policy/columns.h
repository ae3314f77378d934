// Many rows at once: doubles with an error bound; a row is done again in exact fractions wherever a rounding,
// a step or a comparison lies within the bound. Results equal evaluate() row by row.
//
// Inputs are doubles that stand for decimals of at most 15 digits (see Decimal::from_double); NaN is missing.
// Classes, choices and booleans are whole numbers as in program.h.
#pragma once

#include "policy/binding.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tributary::policy {

// Rows of one rule with one binding. Columns are owned by the caller and all have `rows` entries.
struct ColumnInputs {
  std::size_t rows = 0;
  std::vector<std::span<const double>> inputs;  // one per Program::inputs
  // One entry per row, or empty when no parameter is kept by place: index into `place_codes`.
  std::span<const std::uint32_t> place;
  std::vector<std::string> place_codes;
};

struct ColumnStatistics {
  std::size_t rows = 0;
  std::size_t exact_rows = 0;  // done again in exact fractions
};

// A program bound to one set of parameters and made ready for columns: constants folded, sums of products
// with constant coefficients turned into one pass. Make it once per set of parameters in force («epoch»), use
// it for many rows.
class ColumnEvaluator {
 public:
  // `wanted`: nodes of the program whose values are asked for (formulas, payments).
  ColumnEvaluator(const CompiledRule& rule, const Binding& binding, std::vector<int> wanted);
  ~ColumnEvaluator();
  ColumnEvaluator(ColumnEvaluator&&) noexcept;
  ColumnEvaluator& operator=(ColumnEvaluator&&) noexcept;

  // Writes one column per wanted node. A node that ends in a rounding, a step, a class or a boolean: the
  // double nearest the exact result. Elsewhere: within a relative 2^-40 of it, 0 exactly when it is. NaN:
  // missing. Thread-safe for different outputs. Throws only for an input needed in exact fractions that is no
  // number a Decimal holds (infinite, beyond 38 digits).
  ColumnStatistics run(const ColumnInputs& inputs, std::span<const std::span<double>> outputs) const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace tributary::policy
