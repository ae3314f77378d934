// Inside columns.h: bounds of columns, shared by the kernels. The error analysis is in columns.cpp.
#pragma once

#include "policy/columns_exact.h"
#include "policy/columns_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

// Kernels are compiled twice where that is possible, for AVX2 and for any processor, and the right one is
// taken at load time. Without fused operations both give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TRIBUTARY_KERNEL __attribute__((target_clones("avx2", "default"), flatten))
#else
#define TRIBUTARY_KERNEL
#endif

namespace tributary::policy::columns {

inline constexpr double u = unit_roundoff;
inline constexpr double safe = 1 + 0x1p-30;  // for the roundings of the bounds themselves
inline constexpr double tiny = 1e-260;       // for what underflows
inline constexpr double huge = 1e200;        // beyond it: exact fractions
inline constexpr double whole_limit = 0x1p53;
inline constexpr double index_limit = 9e14;  // of results of roundings: at most 15 digits
inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Bounds of a column, one or many.
struct Same {
  double error;
  double operator[](std::size_t) const { return error; }
};
template <class F>
inline void with_errors(const Column& column, F&& f) {
  if (column.errors != nullptr)
    f(column.errors);
  else
    f(Same{column.error});
}

inline const Column& argument(const Step& step, const Block& block, std::size_t i) {
  return block.columns[static_cast<std::size_t>(step.args[i])];
}

inline double magnitude(double x) {
  return std::fabs(x);
}
inline bool known(double x) {
  return x == x;
}
// The nearest whole number, ties to even, below 2^51: adding 1.5 × 2^52 leaves no room for a fraction.
inline double nearest_whole(double x) {
  return (x + 0x1.8p52) - 0x1.8p52;
}
inline double below(double x) {
  const double r = nearest_whole(x);
  return r > x ? r - 1 : r;
}
// Exact up to 10^22.
inline constexpr double power_of_ten(int n) {
  double out = 1;
  for (int i = 0; i < n; ++i) out *= 10;
  return out;
}

inline void flag_all(Block& block) {
  std::fill_n(block.flags, block.rows, 1.0);
}

// Reductions keep two running values side by side four times over: a single one would wait for itself.
using Lanes = double __attribute__((vector_size(16)));
using LaneBits = std::int64_t __attribute__((vector_size(16)));
inline constexpr std::size_t lane_rows = 8;  // a cache line

inline Lanes magnitudes(const double* values) {
  Lanes out;
  std::memcpy(&out, values, sizeof out);
  return reinterpret_cast<Lanes>(reinterpret_cast<LaneBits>(out) & std::int64_t{0x7fffffffffffffff});
}

// The greatest of f(|x|) over the rows, 0 for none; NaN counts for nothing.
template <class F>
inline double most_of(const double* values, std::size_t n, F f) {
  Lanes most[4] = {};
  std::size_t i = 0;
  for (; i + lane_rows <= n; i += lane_rows)
    for (std::size_t k = 0; k < 4; ++k) {
      const Lanes x = f(magnitudes(values + i + 2 * k));
      most[k] = x > most[k] ? x : most[k];
    }
  double out = 0;
  for (const Lanes& lane : most) out = std::max({out, lane[0], lane[1]});
  for (; i < n; ++i) {
    const Lanes x = f(Lanes{magnitude(values[i]), 0});
    out = x[0] > out ? x[0] : out;
  }
  return out;
}

// The greatest magnitude below `limit`, which every row that is not flagged is.
inline double greatest(const double* values, std::size_t n, double limit) {
  return most_of(values, n, [limit](Lanes x) { return x < limit ? x : Lanes{}; });
}

// One bound for the whole block. Where the analysis does not hold, every row is flagged, or those rows when
// each has its own bound.
inline void settle(Column& out, Block& block, double error, double most, bool per_row) {
  out.error = error * safe + tiny;
  out.most = most * safe;
  if (out.most < huge) return;
  out.most = huge;
  if (!per_row) return flag_all(block);
  for (std::size_t i = 0; i < block.rows; ++i)
    block.flags[i] = known(out.values[i]) && !(magnitude(out.values[i]) < huge) ? 1.0 : block.flags[i];
}

inline void settle_whole(Column& out, double most) {
  out.errors = nullptr;
  out.error = 0;
  out.most = most;
  out.whole = out.canonical = true;
}

// Bounds of canonical values: half a unit in the last place, nothing for whole numbers.
inline void settle_canonical(Column& out, Block& block, double* errors, double most, bool whole) {
  if (whole) return settle_whole(out, most);
  out.canonical = true;
  out.most = most;
  out.error = u * most;
  if (!block.per_row) return;
  for (std::size_t i = 0; i < block.rows; ++i) {
    const double x = out.values[i];
    errors[i] = (nearest_whole(x) == x) & (magnitude(x) < 0x1p51) ? 0 : u * magnitude(x);
  }
  out.errors = errors;
}

// The bound of a / b, where b is clear of zero.
inline double quotient_error(double a, double ratio, double ea, double b, double eb) {
  const double bound = ((magnitude(ratio) * eb + ea) / (magnitude(b) - eb) + u * magnitude(ratio)) * safe;
  return bound + (magnitude(a) + ea == 0 ? 0 : tiny);
}

}  // namespace tributary::policy::columns
