// From a rule as written to a program: names resolved, indices unrolled, units and types checked.
#pragma once

#include "policy/program.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tributary::policy {

// Where limit('gb3838-2002', tp, …) finds its table; nothing when the standard or the indicator is not known.
using LimitSource =
    std::function<std::optional<LimitTable>(const std::string& standard, const std::string& indicator)>;

struct CompiledRule {
  Rule rule;
  Program program;

  // The node of a formula, input or parameter element: "P", "C[tp]"; nothing when the rule has no such name.
  std::optional<int> find_formula(const std::string& name) const;
};

inline constexpr std::size_t max_program_nodes = 20'000;

// Throws policy.syntax, unknown_name, circular, unit_mismatch, type_mismatch, index_mismatch, too_complex,
// each with the file, line and column of the formula.
std::shared_ptr<const CompiledRule> compile(Rule rule, const LimitSource& limits);

}  // namespace tributary::policy
