// Conditions and computed figures of a case type, in the rule language: the form's fields are its inputs, and
// every condition is a formula of one compiled rule.
//
// Names: numbers and amounts by their field; dates as days since 1970-01-01, and `today`; choices and
// booleans as such; of everything else only present(field) can be asked. A table t gives t_count and, for
// each column c of numbers, t_c_sum. A ballot b gives b_for, b_against, b_abstain, b_recused, b_cast, and
// with one voice per organisation named in a field b_missing.
#pragma once

#include "casework/form.h"
#include "policy/evaluate.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tributary::casework {

std::shared_ptr<const policy::CompiledRule> compile_conditions(const Declaration& declared);

// What ballots come to, by name of input.
using Tallies = std::map<std::string, std::int64_t>;

class Figures {
 public:
  Figures(const CaseType& type, const Json& form, const Tallies& tallies, Date today);

  // Holds, does not, or cannot be told because something is missing.
  std::optional<bool> condition(const Step& step) const;
  // Names of fields a condition needs and does not have.
  std::vector<std::string> missing(const Step& step) const;
  // By name, as text; those that cannot be computed are left out.
  std::map<std::string, std::string> computed() const;

 private:
  std::optional<Rational> at(const std::string& formula) const;
  const CaseType& type_;
  std::vector<std::optional<Rational>> inputs_;
  std::vector<policy::Cell> cells_;
};

}  // namespace tributary::casework
