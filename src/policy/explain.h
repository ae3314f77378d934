// Why a result is what it is: a tree from the formula down to inputs and parameters, each with source and
// dates.
#pragma once

#include "policy/evaluate.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tributary::policy {

struct Explanation {
  enum class Kind : std::uint8_t {
    payment,
    condition,
    formula,
    input,
    parameter,
    limit,
    mean,
    observation,
    result,
    note
  };
  Kind kind = Kind::note;
  std::string name;  // C[tp]
  Text title;
  std::string value;  // "0.2", "II", "missing" …; exact, or "≈…"
  std::string unit;
  bool missing = false;
  std::string formula;    // as written
  std::string numbers;    // the formula with the numbers in place of the names
  std::string unrounded;  // before the rounding that the formula prescribes
  Text reason;            // why it is missing, or a remark
  Source source;
  std::string in_force;  // dates, where they apply
  std::string known;
  bool verified = true;
  bool example = false;
  bool repeated = false;  // explained further up already
  Where where;            // in the pack, or the row of a file
  std::string reference;  // what the faces can follow further, e.g. a series and its observations
  std::vector<Explanation> children;
};

std::string_view to_string(Explanation::Kind kind);

// Adds what lies below an input: means, observations. Called with the slot and the leaf made so far.
using InputExplainer = std::function<void(std::size_t slot, Explanation& leaf)>;

class Explainer {
 public:
  Explainer(const CompiledRule& rule, const Binding& binding, const std::vector<Cell>& cells,
            std::string place = {}, InputExplainer inputs = {});
  // One formula element ("P", "x[tp]"). Throws policy.unknown_name.
  Explanation formula(const std::string& name) const;
  // Payment number i: condition, amount.
  Explanation payment(std::size_t i) const;
  // The condition under which the place is assessed; nothing when there is none.
  std::optional<Explanation> assessed() const;
  // Names of the inputs (or the division by zero) that make a node missing.
  std::vector<std::string> missing_inputs(int node) const;

 private:
  struct Walk;
  const CompiledRule& rule_;
  const Binding& binding_;
  const std::vector<Cell>& cells_;
  std::string place_;
  InputExplainer inputs_;
};

}  // namespace tributary::policy
