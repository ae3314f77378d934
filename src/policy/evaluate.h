// One case in exact fractions: the judge of the columnar evaluator, and what explanations are made of.
#pragma once

#include "policy/binding.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tributary::policy {

// The value of one node.
struct Cell {
  enum class State : std::uint8_t { missing, value, unlimited };
  State state = State::missing;
  Rational value;

  bool present() const { return state == State::value; }
  bool truth() const { return present() && !value.is_zero(); }
  std::optional<Rational> optional() const { return present() ? std::optional(value) : std::nullopt; }
};

// All nodes of the program. `inputs` has one entry per Program::inputs (nothing = missing), already in the
// declared unit; `place` chooses the values of parameters kept by place (a place without one: missing). Never
// throws for values: division by zero is missing.
std::vector<Cell> evaluate(const Program& program, const Binding& binding,
                           std::span<const std::optional<Rational>> inputs, const std::string& place = {});

}  // namespace tributary::policy
