// Filling to a common level: Σ amount_i(level) = total, where each amount stays at `from` up to `start` and
// then rises by `slope` per level up to `to`. Water-filling with floors and caps, and equal marginal cost.
// And rounding of shares to whole units of a register.
#pragma once

#include "base/rational.h"

#include <optional>
#include <vector>

namespace tributary::allocate {

struct Ramp {
  Rational from;
  std::optional<Rational> to{};     // nullopt: no end
  Rational start;                   // level
  std::optional<Rational> slope{};  // nullopt: at once
};

struct Filled {
  std::vector<Rational> amounts;
  Rational level;
};

// nullopt when total is below Σ from or above Σ to. Ramps that rise at once at the level reached share what
// there is in proportion to their height.
std::optional<Filled> fill(const std::vector<Ramp>& ramps, const Rational& total);

// Amounts in proportion to weights, within bounds.
std::optional<std::vector<Rational>> fill_in_proportion(const std::vector<Rational>& weights,
                                                        const std::vector<Rational>& floors,
                                                        const std::vector<std::optional<Rational>>& caps,
                                                        const Rational& total);

// To whole multiples of `unit` with the sum `total` (one itself), each within its bounds (taken inwards to
// multiples): rounded down, then one unit more by largest remainder, ties in the order given, and so on.
// nullopt when the bounds, taken inwards, leave no room.
std::optional<std::vector<Rational>> round_to_units(const std::vector<Rational>& amounts,
                                                    const std::vector<Rational>& floors,
                                                    const std::vector<std::optional<Rational>>& caps,
                                                    const Rational& total, const Rational& unit);

}  // namespace tributary::allocate
