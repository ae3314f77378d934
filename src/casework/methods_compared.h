// The methods that an allocation was chosen among, as they are published with it.
#pragma once

#include "casework/form.h"

#include <array>
#include <string>
#include <string_view>

namespace tributary::casework {

// The columns such a table may have.
inline constexpr std::array<std::string_view, 6> compared_columns{"method",  "gini",   "cost",
                                                                  "gaining", "losing", "moved"};

// Each row is what its method gives for the question of the record (allocate/record.h); what a row leaves out
// is not compared. `label` is the field's. Throws effect_failed, and what recompute() throws.
void check_methods_compared(const Json& rows, const Text& label, const std::string& record);

}  // namespace tributary::casework
