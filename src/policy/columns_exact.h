// Inside columns.h: what a fraction looks like to doubles.
#pragma once

#include "base/decimal.h"
#include "base/rational.h"

#include <cstdint>
#include <optional>
#include <utility>

namespace tributary::policy::columns {

inline constexpr double unit_roundoff = 0x1p-53;

// The double nearest a constant, how far it may be from it, and whether it is typed as exactly that constant.
struct Rounded {
  double value;
  double error;
  bool canonical;
};
Rounded rounded(const Rational& exact);

// A whole number that a double holds exactly.
bool small_whole(const Rational& value);
// Nothing for 1/3, and for what does not fit a Decimal.
std::optional<Decimal> finite_decimal(const Rational& value);
// Numerator and denominator, when both are below 2^61.
std::optional<std::pair<std::int64_t, std::int64_t>> fraction(Rational value);
// True when the decimal that a double of this size is typed as fits a Decimal.
bool ordinary(double value);

}  // namespace tributary::policy::columns
