// What one evaluation comes to: assessed or not, who pays what, what is missing.
#pragma once

#include "policy/explain.h"
#include "policy/pack.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tributary::policy {

struct Outcome {
  enum class State : std::uint8_t { computed, not_assessed, missing };
  struct Due {
    std::size_t payment = 0;  // in Rule::payments
    Decimal amount;           // yuan, > 0
  };
  State state = State::computed;
  std::vector<Due> dues;
  std::vector<std::string> missing;  // names of the inputs that were not there
};

std::string_view to_string(Outcome::State state);

// Reads the outcome off the evaluated cells. A payment whose condition is false, or whose amount is zero, is
// not due. Throws policy.negative_amount when an amount comes out negative: the rule must say who pays then.
Outcome outcome_of(const CompiledRule& rule, const std::vector<Cell>& cells);

// One evaluation by hand: names of inputs and parameters with values as text ("-" = missing).
struct Case {
  std::string rule;
  Date on;
  Date known;
  std::string place;
  std::map<std::string, std::string> given;
};

struct CaseResult {
  std::shared_ptr<const CompiledRule> rule;
  Binding binding;
  std::vector<std::optional<Rational>> inputs;
  std::vector<Cell> cells;
  Outcome outcome;
  Explainer explainer() const { return Explainer(*rule, binding, cells, place); }
  std::string place;
};

// Throws policy.unknown_name for a name the rule does not have, bad_input for a value of the wrong form, and
// what Policy::rule and bind throw. An input that is not given is missing.
CaseResult evaluate_case(const Policy& policy, const Case& wanted);

}  // namespace tributary::policy
