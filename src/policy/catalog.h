// What a policy knows besides rules: standards, indicators, how means are made, calendars, layouts of files to import.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/compile.h"
#include "policy/rule_file.h"
#include "policy/yaml.h"

namespace tributary::policy {

struct Catalog {
  // Reads what one pack's folder holds; a lower pack's entry of the same id replaces the upper one's.
  void add_folder(const std::string& folder, const PackContext& context);

  // For limit('gb3838-2002', …).
  std::optional<LimitTable> limit(const std::string& standard, const std::string& indicator) const;
};

// Files with one of the endings below a folder, sorted; empty when there is no such folder.
std::vector<std::string> files_in(const std::string& folder, const std::string& ending);

}  // namespace tributary::policy
