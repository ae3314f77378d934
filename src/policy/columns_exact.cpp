#include "policy/columns_exact.h"

#include "base/error.h"

#include <cmath>

namespace tributary::policy::columns {

bool ordinary(double value) {
  const double magnitude = std::abs(value);
  return value == 0 || (magnitude >= 1e-13 && magnitude <= 1e37);
}

bool small_whole(const Rational& value) {
  return value.is_integer() && value.abs() <= Rational::from_int(std::int64_t{1} << 53);
}

Rounded rounded(const Rational& exact) {
  const double value = exact.to_double();
  return {value, small_whole(exact) ? 0 : unit_roundoff * std::abs(value) + 1e-260,
          ordinary(value) && Rational::from_double(value) == exact};
}

std::optional<Decimal> finite_decimal(const Rational& value) {
  try {
    return value.to_decimal().normalized();
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Convergents of the continued fraction; the last one is the number itself.
std::optional<std::pair<std::int64_t, std::int64_t>> fraction(Rational value) {
  constexpr __int128 limit = __int128{1} << 61;
  const Rational bound = Rational::from_int(std::int64_t{1} << 61);
  __int128 p0 = 0, q0 = 1, p1 = 1, q1 = 0;
  for (;;) {
    const Rational whole = value.floor();
    if (whole.abs() > bound) return std::nullopt;
    const __int128 a = whole.to_int64();
    const __int128 p = a * p1 + p0;
    const __int128 q = a * q1 + q0;
    if (p > limit || p < -limit || q > limit) return std::nullopt;
    p0 = p1, q0 = q1, p1 = p, q1 = q;
    const Rational rest = value - whole;
    if (rest.is_zero()) return std::pair(static_cast<std::int64_t>(p1), static_cast<std::int64_t>(q1));
    value = Rational(1) / rest;
  }
}

}  // namespace tributary::policy::columns
