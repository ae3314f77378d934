// Explanations as JSON: what is stored with a result, and what the faces show.
#pragma once

#include "policy/explain.h"

#include <string>
#include <string_view>

namespace tributary::policy {

// One object; empty members are left out. Keys: kind name title value unit missing formula numbers unrounded
// reason source in_force known verified example repeated where children reference.
std::string to_json(const Explanation& explanation);
// Throws policy.bad_value for text that is no explanation.
Explanation explanation_from_json(std::string_view json);

}  // namespace tributary::policy
