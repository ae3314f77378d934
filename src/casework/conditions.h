// Conditions and computed figures of a case type, in the rule language: the form's fields are its inputs, and
// every condition is a formula of one compiled rule.
//
// Names: numbers and amounts by their field; dates as days since 1970-01-01, and `today`; choices and
// booleans as such; what names an organisation, a party or a place is compared as a whole (lead != applicant,
// lead = 'finance', contains(units, lead)); of everything else only present(field) can be asked. A table t
// gives t_count, for each column c of numbers t_c_sum, and for each yes or no y t_y_count (in how many rows it holds)
// and t_c_sum_where_y. A ballot b gives b_for, b_against, b_abstain, b_recused, b_cast, with one voice per organisation named in a field b_missing, and with scores
// b_score_mean, b_score_min, b_score_max (missing while nobody gave one).
#pragma once

#include "casework/form.h"
#include "policy/evaluate.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tributary::casework {

// Sets conditions and comparisons of the type from its declaration.
void compile_conditions(CaseType& type);

// What is known beside the form: what ballots come to, by name of input, and whose case it is.
struct Tallies {
  std::map<std::string, Rational> figures;
  std::string applicant;
};

// What does not hold in the rows of a table, or cannot be told because something is missing: beside the column that
// the condition names.
struct RowFaults {
  std::vector<FieldFault> missing;
  std::vector<FieldFault> broken;
};
RowFaults faults_of_rows(const CaseType& type, const Field& table, const Json& form, Date today);

// Names of all inputs that a formula is made from.
std::vector<std::string> inputs_of(const policy::CompiledRule& rule, const std::string& formula);

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
  std::map<std::string, std::vector<std::string>>
      lacking_;  // by comparison: fields it needs and does not have
};

}  // namespace tributary::casework
