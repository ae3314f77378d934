#include "base/rational.h"

#include "base/codes.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace tributary {
inline namespace base {
namespace {

mpz_class ten_to(int n) {
  mpz_class out;
  mpz_ui_pow_ui(out.get_mpz_t(), 10, static_cast<unsigned long>(n));
  return out;
}

mpz_class to_mpz(Decimal::Coefficient c) {
  const bool negative = c < 0;
  const unsigned __int128 magnitude =
      negative ? -static_cast<unsigned __int128>(c) : static_cast<unsigned __int128>(c);
  mpz_class high(static_cast<unsigned long>(magnitude >> 64));
  mpz_class low(static_cast<unsigned long>(magnitude & ~std::uint64_t{0}));
  mpz_class out = (high << 64) + low;
  return negative ? mpz_class(-out) : out;
}

// Whether a quotient cut off is rounded away from zero. `half`: sign of the rest less one half; the rest is
// not zero.
bool goes_away(int sign, int half, bool odd, Rounding mode) {
  switch (mode) {
    case Rounding::half_even:
      return half > 0 || (half == 0 && odd);
    case Rounding::half_up:
      return half >= 0;
    case Rounding::up:
      return true;
    case Rounding::down:
      return false;
    case Rounding::ceiling:
      return sign > 0;
    case Rounding::floor:
      return sign < 0;
  }
  return false;
}

mpz_class rounded_quotient(const mpz_class& n, const mpz_class& d, Rounding mode) {
  mpz_class q, r;
  mpz_tdiv_qr(q.get_mpz_t(), r.get_mpz_t(), n.get_mpz_t(), d.get_mpz_t());
  if (r == 0) return q;
  const int sign = sgn(n) < 0 ? -1 : 1;
  if (goes_away(sign, cmp(mpz_class(2 * ::abs(r)), d), mpz_odd_p(q.get_mpz_t()) != 0, mode)) q += sign;
  return q;
}

__int128 rounded_quotient(__int128 n, std::int64_t d, Rounding mode) {
  const __int128 q = n / d;
  const __int128 r = n % d;
  if (r == 0) return q;
  const int sign = n < 0 ? -1 : 1;
  const __int128 twice = 2 * (r < 0 ? -r : r);
  return goes_away(sign, (twice > d) - (twice < d), q % 2 != 0, mode) ? q + sign : q;
}

}  // namespace

mpq_class Rational::mpq() const {
  return big_ ? *big_ : mpq_class(static_cast<long>(num_), static_cast<long>(den_));
}

Rational Rational::of(mpq_class value) {
  constexpr long least = std::numeric_limits<long>::min();
  if (value.get_num().fits_slong_p() && value.get_den().fits_slong_p() && value.get_num().get_si() != least)
    return {value.get_num().get_si(), value.get_den().get_si()};
  Rational out;
  out.big_ = std::make_unique<mpq_class>(std::move(value));
  return out;
}

// In lowest terms already, but for zero.
Rational Rational::of(__int128 num, __int128 den) {
  constexpr __int128 most = std::numeric_limits<std::int64_t>::max();
  if (num == 0) return {0, 1};
  if (num >= -most && num <= most && den <= most)
    return {static_cast<std::int64_t>(num), static_cast<std::int64_t>(den)};
  return of(mpq_class(to_mpz(num), to_mpz(den)));
}

// Knuth, The Art of Computer Programming 4.5.1: greatest common divisors of single words only.
Rational Rational::sum(const Rational& a, const Rational& b, bool negative) {
  if (a.big_ || b.big_) return of(negative ? mpq_class(a.mpq() - b.mpq()) : mpq_class(a.mpq() + b.mpq()));
  const std::int64_t bn = negative ? -b.num_ : b.num_;
  if (a.den_ == 1 && b.den_ == 1) return of(static_cast<__int128>(a.num_) + bn, 1);
  const std::int64_t g = std::gcd(a.den_, b.den_);
  const __int128 t = static_cast<__int128>(a.num_) * (b.den_ / g) + static_cast<__int128>(bn) * (a.den_ / g);
  const std::int64_t g2 = g == 1 ? 1 : std::gcd(static_cast<std::int64_t>(t % g), g);
  return of(t / g2, static_cast<__int128>(a.den_ / g) * (b.den_ / g2));
}

Rational operator*(const Rational& a, const Rational& b) {
  if (a.big_ || b.big_) return Rational::of(mpq_class(a.mpq() * b.mpq()));
  if (a.den_ == 1 && b.den_ == 1) return Rational::of(static_cast<__int128>(a.num_) * b.num_, 1);
  const std::int64_t g = std::gcd(a.num_, b.den_);
  const std::int64_t g2 = std::gcd(b.num_, a.den_);
  return Rational::of(static_cast<__int128>(a.num_ / g) * (b.num_ / g2),
                      static_cast<__int128>(a.den_ / g2) * (b.den_ / g));
}

Rational operator/(const Rational& a, const Rational& b) {
  if (b.is_zero()) throw Error(codes::division_by_zero, {"除数为零", "division by zero"});
  if (a.big_ || b.big_) return Rational::of(mpq_class(a.mpq() / b.mpq()));
  return a * (b.num_ > 0 ? Rational(b.den_, b.num_) : Rational(-b.den_, -b.num_));
}

Rational::Rational(const Decimal& value) {
  constexpr int most_scale = 18;
  constexpr Decimal::Coefficient most = std::numeric_limits<std::int64_t>::max();
  if (value.scale() <= most_scale && value.coefficient() <= most && value.coefficient() >= -most) {
    std::int64_t ten = 1;
    for (int i = 0; i < value.scale(); ++i) ten *= 10;
    const auto num = static_cast<std::int64_t>(value.coefficient());
    const std::int64_t g = std::gcd(num, ten);
    num_ = num / g;
    den_ = ten / g;
    return;
  }
  mpq_class fraction(to_mpz(value.coefficient()), ten_to(value.scale()));
  fraction.canonicalize();
  *this = of(std::move(fraction));
}

Rational Rational::from_int(std::int64_t value) {
  return of(static_cast<__int128>(value), 1);
}

Rational Rational::from_fraction(std::int64_t numerator, std::int64_t denominator) {
  return from_int(numerator) / from_int(denominator);
}

Rational Rational::from_double(double value) {
  return Rational(Decimal::from_double(value));
}

Rational Rational::power_of_ten(int exponent) {
  return of(exponent >= 0 ? mpq_class(ten_to(exponent)) : mpq_class(1, ten_to(-exponent)));
}

Rational Rational::floor() const {
  if (!big_) return {num_ / den_ - (num_ % den_ < 0 ? 1 : 0), 1};
  return round(0, Rounding::floor);
}
Rational Rational::ceil() const {
  if (!big_) return {num_ / den_ + (num_ % den_ > 0 ? 1 : 0), 1};
  return round(0, Rounding::ceiling);
}

Rational Rational::round(int places, Rounding mode) const {
  constexpr int most_places = 18;
  if (!big_ && places >= 0 && places <= most_places) {
    std::int64_t ten = 1;
    for (int i = 0; i < places; ++i) ten *= 10;
    const __int128 q = rounded_quotient(static_cast<__int128>(num_) * ten, den_, mode);
    const auto g = std::gcd(static_cast<std::int64_t>(q % ten), ten);
    return of(q / g, ten / g);
  }
  const mpq_class value = mpq();
  mpz_class n = value.get_num();
  mpz_class d = value.get_den();
  if (places >= 0)
    n *= ten_to(places);
  else
    d *= ten_to(-places);
  const mpz_class q = rounded_quotient(n, d, mode);
  mpq_class out = places >= 0 ? mpq_class(q, ten_to(places)) : mpq_class(q * ten_to(-places));
  out.canonicalize();
  return of(std::move(out));
}

// GMP's own conversion truncates, so that 1/10 would not come back as 0.1.
double Rational::to_double() const {
  if (is_zero()) return 0;
  constexpr std::int64_t whole = std::int64_t{1} << 53;  // up to here doubles hold them, and divide right
  if (!big_ && num_ <= whole && num_ >= -whole && den_ <= whole)
    return static_cast<double>(num_) / static_cast<double>(den_);
  const mpq_class value = mpq();
  mpz_class n = ::abs(value.get_num());
  mpz_class d = value.get_den();
  // A quotient of 56 or 57 bits; its last bit also says whether anything is left, so the conversion rounds
  // once.
  const long shift = 56 - (static_cast<long>(mpz_sizeinbase(n.get_mpz_t(), 2)) -
                           static_cast<long>(mpz_sizeinbase(d.get_mpz_t(), 2)));
  if (shift >= 0)
    n <<= static_cast<unsigned long>(shift);
  else
    d <<= static_cast<unsigned long>(-shift);
  mpz_class q, r;
  mpz_tdiv_qr(q.get_mpz_t(), r.get_mpz_t(), n.get_mpz_t(), d.get_mpz_t());
  const double magnitude =
      std::ldexp(static_cast<double>(q.get_ui() | (r == 0 ? 0U : 1U)), static_cast<int>(-shift));
  return sign() < 0 ? -magnitude : magnitude;
}

Decimal Rational::to_decimal() const {
  const mpq_class value = mpq();
  mpz_class d = value.get_den();
  int twos = 0;
  int fives = 0;
  while (mpz_divisible_ui_p(d.get_mpz_t(), 2) != 0) d /= 2, ++twos;
  while (mpz_divisible_ui_p(d.get_mpz_t(), 5) != 0) d /= 5, ++fives;
  const int scale = std::max(twos, fives);
  if (d != 1 || scale > Decimal::max_scale)
    throw Error(codes::not_exact, {fmt::format("{} 不是有限小数", value.get_str()),
                                   fmt::format("{} has no finite decimal form", value.get_str())});
  const mpq_class scaled = value * ten_to(scale);
  const std::string text = scaled.get_num().get_str();
  const auto coefficient = Decimal::try_parse(text);
  if (!coefficient)
    throw Error(codes::number_overflow,
                {"数值超出范围：最多 38 位数字", "number out of range: at most 38 digits"});
  return Decimal::from_parts(coefficient->coefficient(), scale);
}

std::int64_t Rational::to_int64() const {
  if (!big_ && den_ == 1) return num_;
  return to_decimal().to_int64();
}

std::string Rational::to_string() const {
  const Rational rounded = round(12, Rounding::half_even);
  if (rounded == *this) {
    const mpz_class scaled = mpq_class(mpq() * ten_to(12)).get_num();
    const mpz_class magnitude = ::abs(scaled);
    std::string text = magnitude.get_str();
    if (text.size() <= 12) text.insert(0, 13 - text.size(), '0');
    text.insert(text.size() - 12, ".");
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return sgn(scaled) < 0 ? "-" + text : text;
  }
  return rounded.is_zero() ? fmt::format("≈{:.6g}", to_double()) : "≈" + rounded.to_string();
}

}  // namespace base
}  // namespace tributary
