#include "base/decimal.h"

#include "base/codes.h"
#include "base/rational.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace tributary {
inline namespace base {
namespace {

using Coefficient = Decimal::Coefficient;

[[noreturn]] void overflow(std::string_view what) {
  throw Error(codes::number_overflow, {fmt::format("数值超出范围（{}）：最多 38 位数字", what),
                                       fmt::format("number out of range ({}): at most 38 digits", what)});
}

Coefficient multiply(Coefficient a, Coefficient b) {
  Coefficient out;
  if (__builtin_mul_overflow(a, b, &out)) overflow("*");
  return out;
}

Coefficient power_of_ten(int n) {
  if (n > 38) overflow("10^n");
  Coefficient out = 1;
  for (int i = 0; i < n; ++i) out *= 10;
  return out;
}

// Quotient of n / d rounded by mode; d > 0.
Coefficient rounded_quotient(Coefficient n, Coefficient d, Rounding mode) {
  Coefficient q = n / d;
  const Coefficient r = n % d;
  if (r == 0) return q;
  const int sign = n < 0 ? -1 : 1;
  const Coefficient magnitude = r < 0 ? -r : r;
  const Coefficient rest = d - magnitude;
  bool away = false;
  switch (mode) {
    case Rounding::half_even:
      away = magnitude > rest || (magnitude == rest && (q % 2) != 0);
      break;
    case Rounding::half_up:
      away = magnitude >= rest;
      break;
    case Rounding::up:
      away = true;
      break;
    case Rounding::down:
      away = false;
      break;
    case Rounding::ceiling:
      away = sign > 0;
      break;
    case Rounding::floor:
      away = sign < 0;
      break;
  }
  return away ? q + sign : q;
}

// Brings both to the larger scale.
std::pair<Coefficient, Coefficient> aligned(const Decimal& a, const Decimal& b, int& scale) {
  scale = std::max(a.scale(), b.scale());
  return {multiply(a.coefficient(), power_of_ten(scale - a.scale())),
          multiply(b.coefficient(), power_of_ten(scale - b.scale()))};
}

std::string digits(Coefficient magnitude) {
  if (magnitude == 0) return "0";
  std::string out;
  for (unsigned __int128 m = magnitude; m != 0; m /= 10)
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(m % 10)));
  return out;
}

}  // namespace

std::optional<Rounding> parse_rounding(std::string_view name) {
  for (Rounding mode : {Rounding::half_even, Rounding::half_up, Rounding::up, Rounding::down,
                        Rounding::ceiling, Rounding::floor})
    if (to_string(mode) == name) return mode;
  return std::nullopt;
}

std::string_view to_string(Rounding mode) {
  switch (mode) {
    case Rounding::half_even:
      return "half_even";
    case Rounding::half_up:
      return "half_up";
    case Rounding::up:
      return "up";
    case Rounding::down:
      return "down";
    case Rounding::ceiling:
      return "ceiling";
    case Rounding::floor:
      return "floor";
  }
  return "";
}

Decimal Decimal::from_int(std::int64_t value) {
  return from_parts(value, 0);
}

Decimal Decimal::from_parts(Coefficient coefficient, int scale) {
  if (coefficient == 0) scale = std::clamp(scale, 0, max_scale);
  while (scale > max_scale && coefficient % 10 == 0) coefficient /= 10, --scale;
  if (scale > max_scale) overflow("scale");
  if (scale < 0) coefficient = multiply(coefficient, power_of_ten(-scale)), scale = 0;
  constexpr Coefficient beyond =
      Coefficient{10'000'000'000'000'000'000U} * Coefficient{10'000'000'000'000'000'000U};  // 10^38
  if (coefficient >= beyond || coefficient <= -beyond) overflow("coefficient");
  Decimal out;
  out.coefficient_ = coefficient;
  out.scale_ = scale;
  return out;
}

std::optional<Decimal> Decimal::try_parse(std::string_view text) {
  std::size_t i = 0;
  bool negative = false;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) negative = text[i++] == '-';
  Coefficient coefficient = 0;
  int scale = 0;
  int count = 0;
  bool any = false;
  bool point = false;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point) {
      point = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      if (coefficient != 0 || text[i] != '0') ++count;
      if (count > 38) return std::nullopt;
      if (__builtin_mul_overflow(coefficient, Coefficient{10}, &coefficient)) return std::nullopt;
      if (__builtin_add_overflow(coefficient, Coefficient{text[i] - '0'}, &coefficient)) return std::nullopt;
      any = true;
      if (point && ++scale > 60) return std::nullopt;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  int exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::size_t from = i + 1;
    if (from < text.size() && text[from] == '+') {
      ++from;
      if (from < text.size() && text[from] == '-') return std::nullopt;
    }
    const auto [end, failure] = std::from_chars(text.data() + from, text.data() + text.size(), exponent);
    if (failure != std::errc{} || from == text.size()) return std::nullopt;
    i = static_cast<std::size_t>(end - text.data());
    if (exponent < -90 || exponent > 60) return std::nullopt;
  }
  if (i != text.size()) return std::nullopt;
  try {
    return from_parts(negative ? -coefficient : coefficient, scale - exponent);
  } catch (const Error&) {
    return std::nullopt;
  }
}

Decimal Decimal::parse(std::string_view text) {
  if (auto value = try_parse(text)) return *value;
  throw Error(codes::bad_number,
              {fmt::format("“{}”不是数值", text), fmt::format("\"{}\" is not a number", text)}, {},
              {"请用阿拉伯数字和小数点，例如 12.5；不用逗号、空格或单位",
               "write digits and a decimal point, for example 12.5, without commas, spaces or a unit"});
}

Decimal Decimal::from_double(double value) {
  if (!std::isfinite(value))
    throw Error(codes::bad_number, {"数值不是有限数", "the value is not a finite number"});
  std::array<char, 64> buffer{};
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  if (failure != std::errc{}) overflow("double");
  if (const auto out =
          try_parse(std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data()))))
    return *out;
  overflow("double");
}

Decimal Decimal::operator-() const {
  return from_parts(multiply(coefficient_, -1), scale_);
}
Decimal Decimal::abs() const {
  return coefficient_ < 0 ? -*this : *this;
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  int scale = 0;
  const auto [x, y] = aligned(a, b, scale);
  Coefficient sum;
  if (__builtin_add_overflow(x, y, &sum)) overflow("+");
  return Decimal::from_parts(sum, scale);
}

Decimal operator-(const Decimal& a, const Decimal& b) {
  return a + -b;
}

Decimal operator*(const Decimal& a, const Decimal& b) {
  return Decimal::from_parts(multiply(a.coefficient_, b.coefficient_), a.scale_ + b.scale_);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.sign() != b.sign()) return a.sign() <=> b.sign();
  if (a.scale_ == b.scale_)
    return a.coefficient_ < b.coefficient_   ? std::strong_ordering::less
           : a.coefficient_ > b.coefficient_ ? std::strong_ordering::greater
                                             : std::strong_ordering::equal;
  // Compare whole parts first so that aligning cannot overflow.
  const auto whole = [](const Decimal& d) { return d.coefficient_ / power_of_ten(d.scale_); };
  if (whole(a) != whole(b))
    return whole(a) < whole(b) ? std::strong_ordering::less : std::strong_ordering::greater;
  const int scale = std::max(a.scale_, b.scale_);
  const auto fraction = [&](const Decimal& d) {
    return (d.coefficient_ % power_of_ten(d.scale_)) * power_of_ten(scale - d.scale_);
  };
  const Coefficient x = fraction(a);
  const Coefficient y = fraction(b);
  return x < y   ? std::strong_ordering::less
         : x > y ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

Decimal Decimal::round(int places, Rounding mode) const {
  if (places >= scale_) return *this;
  if (scale_ - places > 38) {  // the value is less than half of the last place kept
    const bool away = mode == Rounding::up || (mode == Rounding::ceiling && sign() > 0) ||
                      (mode == Rounding::floor && sign() < 0);
    return away ? from_parts(sign(), places) : Decimal();
  }
  const Coefficient q = rounded_quotient(coefficient_, power_of_ten(scale_ - places), mode);
  return from_parts(q, places);
}

Decimal Decimal::divide(const Decimal& a, const Decimal& b, int places, Rounding mode) {
  if (b.is_zero()) throw Error(codes::division_by_zero, {"除数为零", "division by zero"});
  // Through fractions of any size: scaled up, the numerator would often not fit in 38 digits though the
  // result does.
  const Decimal quotient = (Rational(a) / Rational(b)).to_decimal(places, mode);
  if (places <= quotient.scale_) return quotient;
  return from_parts(multiply(quotient.coefficient_, power_of_ten(places - quotient.scale_)), places);
}

Decimal Decimal::normalized() const {
  Decimal out = *this;
  while (out.scale_ > 0 && out.coefficient_ % 10 == 0) out.coefficient_ /= 10, --out.scale_;
  return out;
}

double Decimal::to_double() const {
  const std::string text = to_string();
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);  // unlike strtod it knows no locale
  return out;
}

std::int64_t Decimal::to_int64() const {
  const Decimal whole = normalized();
  if (whole.scale_ != 0)
    throw Error(codes::not_exact, {fmt::format("{} 不是整数", to_string()),
                                   fmt::format("{} is not a whole number", to_string())});
  if (whole.coefficient_ > INT64_MAX || whole.coefficient_ < INT64_MIN) overflow("int64");
  return static_cast<std::int64_t>(whole.coefficient_);
}

std::string Decimal::to_string() const {
  std::string text = digits(coefficient_ < 0 ? -coefficient_ : coefficient_);
  if (scale_ > 0) {
    if (text.size() <= static_cast<std::size_t>(scale_))
      text.insert(0, static_cast<std::size_t>(scale_) + 1 - text.size(), '0');
    text.insert(text.size() - static_cast<std::size_t>(scale_), ".");
  }
  return coefficient_ < 0 ? "-" + text : text;
}

std::string Decimal::to_fixed(int places) const {
  const Decimal rounded = round(places, Rounding::down);
  if (rounded != *this)
    throw Error(codes::not_exact, {fmt::format("{} 多于 {} 位小数", to_string(), places),
                                   fmt::format("{} has more than {} decimals", to_string(), places)});
  if (places <= rounded.scale_) return rounded.to_string();
  return from_parts(multiply(rounded.coefficient_, power_of_ten(places - rounded.scale_)), places)
      .to_string();
}

}  // namespace base
}  // namespace tributary
