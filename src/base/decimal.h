// Exact decimals for money and rates: a 128-bit coefficient and a scale, value = coefficient × 10^-scale.
//
// At most 38 digits in all and a scale of 0 … 30. Every operation is exact or throws (number_overflow,
// not_exact); nothing rounds unless told how. For division see `Rational`, or `divide` with a stated
// rounding.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {
inline namespace base {

// How to round. `half_even` is GB/T 8170-2008 四舍六入五成双; `half_up` is 四舍五入, away from zero on a tie.
enum class Rounding : std::uint8_t { half_even, half_up, up, down, ceiling, floor };

std::optional<Rounding> parse_rounding(std::string_view name);  // "half_even" …
std::string_view to_string(Rounding mode);

class Decimal {
 public:
  using Coefficient = __int128;
  static constexpr int max_scale = 30;

  constexpr Decimal() = default;
  constexpr Decimal(int value) : coefficient_(value) {}  // NOLINT: integers are decimals
  static Decimal from_int(std::int64_t value);
  static Decimal from_parts(Coefficient coefficient, int scale);
  // "-12.50", "1e-3", "5e5". Throws bad_number. No thousands separators, no decimal comma.
  static Decimal parse(std::string_view text);
  static std::optional<Decimal> try_parse(std::string_view text);
  // The shortest decimal that reads back as this double: lossless for anything typed with up to 15 digits.
  // Throws bad_number for NaN and infinities, number_overflow for what has too many digits or decimals.
  static Decimal from_double(double value);

  Coefficient coefficient() const { return coefficient_; }
  int scale() const { return scale_; }
  bool is_zero() const { return coefficient_ == 0; }
  int sign() const { return (coefficient_ > 0) - (coefficient_ < 0); }

  Decimal operator-() const;
  Decimal abs() const;
  friend Decimal operator+(const Decimal& a, const Decimal& b);
  friend Decimal operator-(const Decimal& a, const Decimal& b);
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

  // To `places` decimals (may be negative: -4 rounds to whole 10 000s).
  Decimal round(int places, Rounding mode) const;
  // a / b to `places` decimals. Throws division_by_zero.
  static Decimal divide(const Decimal& a, const Decimal& b, int places, Rounding mode);
  // Without trailing zeros after the point.
  Decimal normalized() const;

  double to_double() const;                // nearest double
  std::int64_t to_int64() const;           // exact, or throws not_exact / number_overflow
  std::string to_string() const;           // as many decimals as the scale says: "0.500"
  std::string to_fixed(int places) const;  // exactly `places` decimals; throws not_exact if that loses digits

 private:
  Coefficient coefficient_ = 0;
  int scale_ = 0;
};

}  // namespace base
}  // namespace tributary
