// What a rule comes to with what is given to it, as a text for a form: the figures, and below them how they came about, with
// the documents behind. What is missing – an input, a parameter that no document gives – is named instead.
#pragma once

#include "known/known.h"
#include "policy/pack.h"

#include <map>
#include <string>
#include <vector>

namespace tributary::known {

// A value for an input of the rule: a decimal in `unit` (empty: in the input's own), "true" or "false", a choice.
struct Given {
  std::string value;
  std::string unit;
};

struct OfRule {
  std::string rule;
  std::vector<std::string> formulas;  // the figures, in this order
  Date on;                            // the day whose law holds
  Date known;                         // as it is known on that day
  std::map<std::string, Given> given;
};

// In Chinese, as papers of cases are. Throws policy.unknown_rule, unknown_name: the question itself is wrong. The detail is
// "rule:<name>:<day>".
Figure of_rule(const policy::Policy& policy, const OfRule& wanted);

}  // namespace tributary::known
