// A rule file (rules/*.yaml) or a file of parameter values (parameters/*.yaml) to values. The layout is in docs/rules.md.
#pragma once

#include "policy/rule.h"
#include "policy/yaml.h"

namespace tributary::policy {

// Throws the errors of yaml.h, and overlapping_dates for two values of one parameter with the same two dates.
Rule read_rule(const YamlNode& root, const PackContext& context);
ParameterPatch read_parameter_patch(const YamlNode& root, const PackContext& context);

}  // namespace tributary::policy
