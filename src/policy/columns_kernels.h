// Inside columns.h: one step over one block of rows. The error analysis is in columns.cpp.
#pragma once

#include "policy/columns_plan.h"

#include <cstdint>
#include <vector>

namespace tributary::policy::columns {

inline constexpr std::size_t block_rows = 512;
// Blocks go through each column a page at a time, which hides the columns from the processor's own
// prefetching.
inline constexpr std::size_t prefetch_rows = 512;

// The values of a step in a block and a bound on their absolute errors: one for all rows, or one per row.
struct Column {
  const double* values = nullptr;
  const double* errors = nullptr;  // per row; null: `error` for all
  double error = 0;
  double most = 0;         // no value of an unflagged row is greater in magnitude
  bool whole = false;      // whole numbers below 2^53, exactly
  bool canonical = false;  // see Step; whole numbers are
};

struct Block {
  std::size_t rows = 0;
  bool per_row = false;         // inputs carry one bound per row instead of one per block
  std::vector<Column> columns;  // per step
  double* flags = nullptr;      // per row: not 0 when a decision was within the bound
};

// Where a step may write.
struct Room {
  double* values;
  double* errors;
  double* scratch;
};

// Looks the values of an input over: magnitude, whole numbers, values that no Decimal holds.
void load(const double* values, const Step& step, Block& block, Column& out, const Room& room);

// One per kind of step.
using Kernel = void(const Step& step, Block& block, Column& out, const Room& room);
Kernel constant, linear, mirror, multiply, divide, extreme;  // columns_arithmetic.cpp
Kernel grid, round, steps, exact;                            // columns_rounding.cpp
Kernel compare, logical, select, coalesce, tier, limit;      // columns_conditions.cpp

// Copies a column to where the caller wants it.
void store(const Column& column, std::size_t rows, double* out);

bool any_flag(const Block& block);

// Flags rows whose value may be off by more than a relative 2^-40.
void check_output(const Column& column, Block& block);

}  // namespace tributary::policy::columns
