// What a policy knows besides rules: standards, indicators, how means are made, calendars, layouts of files
// to import.
#pragma once

#include "base/calendar.h"
#include "observe/air_standard.h"
#include "observe/aqi.h"
#include "observe/class_standard.h"
#include "observe/import_mapping.h"
#include "observe/indicator_info.h"
#include "observe/statistics.h"
#include "policy/compile.h"
#include "policy/rule_file.h"
#include "policy/yaml.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::policy {

struct Catalog {
  std::map<std::string, observe::ClassStandard> class_standards;  // by id
  std::vector<observe::AirStandard> air_standards;
  std::map<std::string, observe::AqiStandard> aqi_standards;  // by id
  std::map<std::string, observe::IndicatorInfo> indicators;   // by code
  std::vector<observe::StatisticsRule> statistics;
  std::map<std::string, WorkCalendar> calendars;          // by id
  std::map<std::string, observe::ImportMapping> imports;  // by id

  // Reads what one pack's folder holds; a lower pack's entry of the same id replaces the upper one's.
  void add_folder(const std::string& folder, const PackContext& context);

  // For limit('gb3838-2002', tp, …): nothing when the standard or the item is not known, or the item has no
  // limits.
  std::optional<LimitTable> limit(const std::string& standard, const std::string& indicator) const;
  // The name of an indicator; its code when it is not known.
  Text indicator_title(const std::string& code) const;
  // Throws policy.unknown_name with near misses.
  const observe::ClassStandard& class_standard(const std::string& id) const;
  const observe::AqiStandard& aqi_standard(
      const std::string& id) const;  // case and hyphens as people write them
  const observe::ImportMapping& import(const std::string& id) const;
  const WorkCalendar& calendar() const;  // the working days of the jurisdiction
};

// Files with the ending below a folder, sorted; empty when there is no such folder.
std::vector<std::string> files_in(const std::string& folder, const std::string& ending);

}  // namespace tributary::policy
