// Roots and logarithms in whole-number arithmetic, so that a share does not depend on a compiler's or a
// machine's mathematics library: the result is within 10^-places of the true value and the same everywhere.
#pragma once

#include "base/rational.h"

namespace tributary::allocate {

inline constexpr int real_places = 40;  // a registry unit is rarely beyond the twelfth decimal of a share

Rational square_root(const Rational& x, int places = real_places);  // x ≥ 0
Rational logarithm(const Rational& x, int places = real_places);    // natural; x > 0

}  // namespace tributary::allocate
