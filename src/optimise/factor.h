// A square sparse matrix factored in exact fractions (Gaussian elimination, singletons first, then the pivot
// that promises the least fill), for solving with it and with its transpose.
#pragma once

#include "optimise/model.h"

#include <vector>

namespace tributary::optimise {

class Factor {
 public:
  // `columns[k]` holds the terms of column k, by row.
  explicit Factor(const std::vector<const std::vector<Term>*>& columns);

  // Columns that depend on the others and rows left without a pivot, of equal number; empty when the matrix
  // is regular. Solving needs a regular matrix.
  const std::vector<std::size_t>& dependent_columns() const { return dependent_columns_; }
  const std::vector<std::size_t>& rows_without_pivot() const { return rows_without_pivot_; }

  // x with B x = right; x by column, right by row.
  std::vector<Rational> solve(std::vector<Rational> right) const;
  // y with yᵀ B = rightᵀ; y by row, right by column.
  std::vector<Rational> solve_transposed(std::vector<Rational> right) const;

 private:
  struct Step {
    std::size_t row;
    std::size_t column;
    Rational pivot;
    std::vector<Term> upper;  // the rest of the pivot row, by column
    std::vector<Term> lower;  // what was taken of the pivot row, by row
  };
  std::size_t size_;
  std::vector<Step> steps_;
  std::vector<std::size_t> dependent_columns_;
  std::vector<std::size_t> rows_without_pivot_;
};

}  // namespace tributary::optimise
