// Fractions of any length as text: what the records of smart markets write and read again.
#pragma once

#include "base/rational.h"

#include <optional>
#include <string>
#include <string_view>

namespace tributary::exchange::smart_market {

// A decimal or a fraction in the decimal system, "-12.50" or "2/9", however many digits it has. Nothing for
// any other text, nor for a division by zero.
std::optional<Rational> exact_number(std::string_view text);

}  // namespace tributary::exchange::smart_market
