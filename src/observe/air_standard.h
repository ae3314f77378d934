// Ambient air limits by a dated standard (GB 3095-2012, GB 3095-2026 with its transition) and when a mean is
// valid.
//
// One `AirStandard` is one YAML file (head: see standard_head.h):
//
//   stages:                        # one after another without gaps inside the head's in_force
//     - id: transition
//       title: {zh: …, en: …}
//       in_force: {from: 2026-03-01, to: 2031-01-01}
//       verified: true
//       limits:                    # one row per pollutant and class; periods: year, day, 8h, hour
//         - {pollutant: so2, unit: ug/m3, class: 2, year: 60, day: 150, hour: 500}
//   validity: {verified: true, minutes_per_hour: 45, hours_per_8h: 6, hours_per_day: 20, days_per_month: 27,
//              days_in_february: 25, days_per_year: 324}
//
// A limit that is not known is absent, never zero.
#pragma once

#include "base/decimal.h"
#include "observe/standard_head.h"

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

enum class AirPeriod : std::uint8_t { year, day, eight_hours, hour };
std::string_view name_of(AirPeriod period);  // "year" "day" "8h" "hour"
std::optional<AirPeriod> parse_air_period(std::string_view name);

struct AirLimit {
  std::string pollutant;
  std::string unit;
  int air_class = 2;                     // 一级 1, 二级 2
  std::map<AirPeriod, Decimal> periods;  // at most
};

struct AirStage {
  std::string id;
  Text title;
  Validity in_force;
  bool verified = false;
  std::vector<AirLimit> limits;
};

// The least number of valid parts that make a mean valid.
struct AirValidity {
  int minutes_per_hour = 45;
  int hours_per_8h = 6;
  int hours_per_day = 20;
  int days_per_month = 27;
  int days_in_february = 25;
  int days_per_year = 324;
  bool verified = false;

  bool hour_valid(int minutes) const { return minutes >= minutes_per_hour; }
  bool eight_hours_valid(int hours) const { return hours >= hours_per_8h; }
  bool day_valid(int hours) const { return hours >= hours_per_day; }
  // Valid daily means in January … December. An empty text: the annual mean is valid; else why it is not.
  Text why_year_invalid(std::span<const int, 12> days) const;
};

struct AirLimitInForce {
  Decimal limit;
  std::string unit;
  std::string standard;  // id
  std::string stage;     // id
  bool verified = false;
};

struct AirStandard {
  StandardHead head;
  std::vector<AirStage> stages;
  AirValidity validity;

  // Throws bad_standard: stages that overlap or leave gaps, a row twice, class 1 above class 2.
  void validate() const;
  // Throws no_standard_in_force.
  const AirStage& stage_on(Date day) const;
};

// The limit in force on a day; none where the standard in force has (or we know) no such limit.
// Throws no_standard_in_force, standards_overlap.
std::optional<AirLimitInForce> air_limit(std::span<const AirStandard> standards, Date day,
                                         std::string_view pollutant, int air_class, AirPeriod period);

}  // namespace tributary::observe
