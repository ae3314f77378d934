// Files of standards, indicators and calendars to values; their layouts are described at the structs they
// fill.
#pragma once

#include "base/calendar.h"
#include "observe/air_standard.h"
#include "observe/aqi.h"
#include "observe/class_standard.h"
#include "observe/indicator_info.h"
#include "policy/yaml.h"

namespace tributary::policy {

// All throw the errors of yaml.h, and those of the structs' own validate().
observe::ClassStandard read_class_standard(const YamlNode& root);
observe::AirStandard read_air_standard(const YamlNode& root);
observe::AqiStandard read_aqi_standard(const YamlNode& root);
std::vector<observe::IndicatorInfo> read_indicators(const YamlNode& root);
WorkCalendar read_calendar(const YamlNode& root);

// A list of nodes under a key; empty when absent. Throws bad_value when it is no list.
std::vector<const YamlNode*> list_of(YamlMap& map, std::string_view key);
// A number of a standard: the text as it stands in the file, read exactly.
Decimal number_of(const YamlNode& node, std::string_view what);

}  // namespace tributary::policy
