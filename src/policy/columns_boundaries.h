// Inside columns.h: roundings and comparisons put as questions that doubles, or whole numbers, answer
// exactly. Nothing when they cannot be.
#pragma once

#include "policy/columns_plan.h"

#include <optional>
#include <utility>
#include <vector>

namespace tributary::policy::columns {

// The rounding of factor × column + offset, factor > 0, column canonical: its boundaries must be decimals.
std::optional<Step> grid_step(int column, const Rational& factor, const Rational& offset,
                              const RoundingRule& rounding);
// The rounding of offset + Σ terms, canonical columns, in whole numbers, for ties.
std::optional<Step::Whole> whole_form(const Rational& offset,
                                      const std::vector<std::pair<int, Rational>>& terms, int places);
// column (relation) bound, column canonical.
std::optional<Step> threshold_step(int column, Step::Relation relation, const Rational& bound);

}  // namespace tributary::policy::columns
