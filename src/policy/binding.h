// Which value every parameter has on a day, as known on a day.
#pragma once

#include "policy/compile.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::policy {

// The value in force on `on` as known on `known`: of those in force and known, the one of the lowest pack, of
// those the one with the latest in_force, and of those the latest known. Null when there is none.
const ParameterValue* value_on(const Parameter& parameter, Date on, Date known);

struct BoundParameter {
  enum class State : std::uint8_t { value, unlimited, by_place, table };
  struct Tier {
    Rational above;
    Rational value;
  };
  State state = State::value;
  Rational value;
  std::map<std::string, Rational> places;  // by_place: place code → value
  std::optional<Rational> everywhere;      // by_place: one value for all, from an override
  std::set<std::string> by_hand;           // by_place: the places whose value is from an override
  std::vector<Tier> tiers;                 // ascending
  bool upper_inclusive = true;             // tiers are (above, next]; else [above, next)
  const ParameterValue* origin = nullptr;  // null when overridden; lives as long as the rule
  std::string override_text;               // what was given instead
};

// Values given by hand instead of the pack's: "cap" or "C0[tp]" or "K[city:3416]" → text. For what-if and
// examples.
using Overrides = std::map<std::string, std::string>;

struct Binding {
  Date on;
  Date known;
  std::vector<BoundParameter> parameters;  // per Program::parameters
  bool unverified = false;  // the rule, a limit or a value used is not verified, or given by hand
  bool example = false;
};

// Throws policy.parameter_unset (naming the parameter, why, and where to enter it), parameter_without_value
// (no value for that day), bad_value (an override or value of the wrong form), unknown_name (an override of
// no parameter).
Binding bind(const CompiledRule& rule, Date on, Date known, const Overrides& overrides = {});

// The tier's value at x; nothing below the first tier.
std::optional<Rational> tier_at(const BoundParameter& table, const Rational& x);

}  // namespace tributary::policy
