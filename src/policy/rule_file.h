// A rule file (rules/*.yaml) or a file of parameter values (parameters/*.yaml) to values. The layout is in
// docs/rules.md.
#pragma once

#include "policy/rule.h"
#include "policy/yaml.h"

namespace tributary::policy {

// Throws the errors of yaml.h, and overlapping_dates for two values of one parameter with the same two dates.
Rule read_rule(const YamlNode& root, const PackContext& context);
ParameterPatch read_parameter_patch(const YamlNode& root, const PackContext& context);

// That a value has the form its parameter asks for: tiers or not, every element of the index and no other,
// texts of the type. Throws bad_value, index_mismatch.
void check_value(const Rule& rule, const Parameter& parameter, const ParameterValue& value);

}  // namespace tributary::policy
