// Private to worked examples: rows about a standard of the pack instead of a rule: an AQI, a class of water.
#pragma once

#include "policy/catalog.h"

#include <map>
#include <string>

namespace tributary::policy {

// What a table speaks of: "aqi hj633-2026", "aqi hj633-2012 hourly", "class gb3838-2002 lake".
struct StandardCase {
  enum class Kind : std::uint8_t { aqi, water_class };
  Kind kind = Kind::aqi;
  std::string standard;
  std::string form;  // daily (the default) or hourly; river (the default) or lake
};

using Cells = std::map<std::string, std::string>;  // column → text

// One row. Given: concentrations by indicator, "-" for one that is not there, "<0.05" below detection (class
// only). Results: `aqi`, `level`, `primary`, or `class`, `deciding` (lists joined by a space, "-" for none);
// and for each indicator given its own sub-index or class. Throws unknown_name, bad_input.
Cells standard_results(const Catalog& catalog, const StandardCase& wanted, const Cells& given);

}  // namespace tributary::policy
