// Exact fractions of any size (GMP), for formulas: what the rule engine's exact path computes in.
#pragma once

#include "base/decimal.h"

#include <compare>
#include <cstdint>
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
  Rational& operator+=(const Rational& other) {
    value_ += other.value_;
    return *this;
  }
  Rational& operator-=(const Rational& other) {
    value_ -= other.value_;
    return *this;
  }
  Rational& operator*=(const Rational& other) {
    value_ *= other.value_;
    return *this;
  }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    return cmp(a.value_, b.value_) <=> 0;
  }
  friend bool operator==(const Rational& a, const Rational& b) { return a.value_ == b.value_; }

  Rational abs() const { return Rational(mpq_class(::abs(value_))); }
  Rational floor() const;
  Rational ceil() const;
  // To `places` decimals; negative places round to tens, hundreds …
  Rational round(int places, Rounding mode) const;

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
  // The fraction itself in lowest terms: "162/7", "-5".
  std::string to_fraction() const { return value_.get_str(); }

 private:
  explicit Rational(mpq_class value) : value_(std::move(value)) {}
  mpq_class value_;
};

}  // namespace base
}  // namespace tributary
