// Exact fractions of any size (GMP), for formulas: what the rule engine's exact path computes in.
#pragma once

#include "base/decimal.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include <gmpxx.h>

namespace tributary {
inline namespace base {

class Rational {
 public:
  Rational() = default;
  Rational(int value) : value_(value) {}  // NOLINT: integers are fractions
  explicit Rational(const Decimal& value);
  static Rational from_int(std::int64_t value);
  static Rational from_fraction(std::int64_t numerator, std::int64_t denominator);
  // The decimal that the double was typed as, see Decimal::from_double.
  static Rational from_double(double value);
  static Rational power_of_ten(int exponent);

  bool is_zero() const { return sgn(value_) == 0; }
  int sign() const { return sgn(value_); }
  bool is_integer() const { return value_.get_den() == 1; }

  Rational operator-() const { return Rational(mpq_class(-value_)); }
  friend Rational operator+(const Rational& a, const Rational& b) {
    return Rational(mpq_class(a.value_ + b.value_));
  }
  friend Rational operator-(const Rational& a, const Rational& b) {
    return Rational(mpq_class(a.value_ - b.value_));
  }
  friend Rational operator*(const Rational& a, const Rational& b) {
    return Rational(mpq_class(a.value_ * b.value_));
  }
  // Throws division_by_zero.
  friend Rational operator/(const Rational& a, const Rational& b);
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    return cmp(a.value_, b.value_) <=> 0;
  }
  friend bool operator==(const Rational& a, const Rational& b) { return a.value_ == b.value_; }

  Rational abs() const { return Rational(mpq_class(::abs(value_))); }
  Rational floor() const;
  Rational ceil() const;
  // To `places` decimals; negative places round to tens, hundreds …
  Rational round(int places, Rounding mode) const;

  // base^exponent and e^exponent to `places` decimals (0 … 12), half even as GB/T 8170 has it, and right in
  // every digit (rational_power.cpp). Nothing for the power of a negative number, for 0 to a power that is
  // not positive, and beyond e^70 or an exponent of 2^64.
  static std::optional<Rational> power(const Rational& base, const Rational& exponent, int places);
  static std::optional<Rational> exp(const Rational& exponent, int places);

  // The nearest double, ties to even: what a decimal typed as text reads as. Infinite beyond the range of
  // doubles.
  double to_double() const;
  // Exact, or throws not_exact (1/3) or number_overflow.
  Decimal to_decimal() const;
  // Rounded to `places` decimals.
  Decimal to_decimal(int places, Rounding mode) const { return round(places, mode).to_decimal(); }
  std::int64_t to_int64() const;  // exact, or throws
  // The exact decimal if it ends within 12 decimals, else 12 significant decimals with a leading "≈".
  std::string to_string() const;

 private:
  explicit Rational(mpq_class value) : value_(std::move(value)) {}
  mpq_class value_;
};

}  // namespace base
}  // namespace tributary
