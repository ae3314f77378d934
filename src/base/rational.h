// Exact fractions of any size, for formulas: what the rule engine's exact path computes in. Numerators and
// denominators of up to 63 bits are computed in machine words, larger ones by GMP.
#pragma once

#include "base/decimal.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <gmpxx.h>

namespace tributary {
inline namespace base {

class Rational {
 public:
  Rational() = default;
  Rational(int value) : num_(value) {}  // NOLINT: integers are fractions
  Rational(const Rational& other)
      : num_(other.num_),
        den_(other.den_),
        big_(other.big_ ? std::make_unique<mpq_class>(*other.big_) : nullptr) {}
  Rational(Rational&& other) noexcept = default;
  Rational& operator=(const Rational& other) {
    if (this != &other) *this = Rational(other);
    return *this;
  }
  Rational& operator=(Rational&& other) noexcept = default;
  ~Rational() = default;
  explicit Rational(const Decimal& value);
  static Rational from_int(std::int64_t value);
  static Rational from_fraction(std::int64_t numerator, std::int64_t denominator);
  // The decimal that the double was typed as, see Decimal::from_double.
  static Rational from_double(double value);
  static Rational power_of_ten(int exponent);

  bool is_zero() const { return num_ == 0 && !big_; }
  int sign() const { return big_ ? sgn(*big_) : (num_ > 0) - (num_ < 0); }
  bool is_integer() const { return big_ ? big_->get_den() == 1 : den_ == 1; }

  Rational operator-() const { return big_ ? of(mpq_class(-*big_)) : Rational(-num_, den_); }
  friend Rational operator+(const Rational& a, const Rational& b) { return sum(a, b, false); }
  friend Rational operator-(const Rational& a, const Rational& b) { return sum(a, b, true); }
  friend Rational operator*(const Rational& a, const Rational& b);
  // Throws division_by_zero.
  friend Rational operator/(const Rational& a, const Rational& b);
  Rational& operator+=(const Rational& other) { return *this = sum(*this, other, false); }
  Rational& operator-=(const Rational& other) { return *this = sum(*this, other, true); }
  Rational& operator*=(const Rational& other) { return *this = *this * other; }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    if (a.big_ || b.big_) return cmp(a.mpq(), b.mpq()) <=> 0;
    return static_cast<__int128>(a.num_) * b.den_ <=> static_cast<__int128>(b.num_) * a.den_;
  }
  friend bool operator==(const Rational& a, const Rational& b) {
    return a.big_ && b.big_ ? *a.big_ == *b.big_ : !a.big_ && !b.big_ && a.num_ == b.num_ && a.den_ == b.den_;
  }

  Rational abs() const { return sign() < 0 ? -*this : *this; }
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
  // The fraction itself in lowest terms: "162/7", "-5".
  std::string to_fraction() const { return mpq().get_str(); }

 private:
  // In lowest terms, den > 0, and not the least 64-bit number.
  Rational(std::int64_t num, std::int64_t den) : num_(num), den_(den) {}
  static Rational of(mpq_class value);  // canonical
  static Rational of(__int128 num, __int128 den);
  static Rational sum(const Rational& a, const Rational& b, bool negative);
  mpq_class mpq() const;

  // Small fractions, nearly all, stand here; what does not fit into 64 bits, and only that, is in big_.
  std::int64_t num_ = 0;
  std::int64_t den_ = 1;
  std::unique_ptr<mpq_class> big_;
};

}  // namespace base
}  // namespace tributary
