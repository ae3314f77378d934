#include "allocate/real.h"

namespace tributary::allocate {
namespace {

constexpr int guard = 8;  // digits

Rational to_places(const Rational& x, int places) {
  return x.round(places, Rounding::half_even);
}

// 2·artanh(t) = 2(t + t³/3 + t⁵/5 + …), |t| ≤ 1/3
Rational twice_artanh(const Rational& t, int places) {
  const Rational least = Rational::power_of_ten(-places);
  const Rational square = to_places(t * t, places);
  Rational power = to_places(t, places);
  Rational sum;
  for (int n = 1; power.abs() > least; n += 2) {
    sum += to_places(power / Rational(n), places);
    power = to_places(power * square, places);
  }
  return Rational(2) * sum;
}

}  // namespace

Rational square_root(const Rational& x, int places) {
  if (x.sign() <= 0) return Rational(0);
  const int digits = places + guard;
  // Newton from above: falls until it stands.
  Rational root(1);
  while (root * root < x) root = root * Rational(2);
  for (;;) {
    const Rational next =
        ((root + x / root) * Rational::from_fraction(1, 2)).round(digits, Rounding::ceiling);
    if (next >= root) break;
    root = next;
  }
  return to_places(root, places);
}

Rational logarithm(const Rational& x, int places) {
  const int digits = places + guard;
  Rational mantissa = x;
  int twos = 0;
  for (; mantissa > Rational::from_fraction(4, 3); ++twos)
    mantissa = mantissa * Rational::from_fraction(1, 2);
  for (; mantissa < Rational::from_fraction(2, 3); --twos) mantissa = mantissa * Rational(2);
  Rational out = twice_artanh((mantissa - Rational(1)) / (mantissa + Rational(1)), digits);
  if (twos != 0) out += Rational(twos) * twice_artanh(Rational::from_fraction(1, 3), digits);
  return to_places(out, places);
}

}  // namespace tributary::allocate
