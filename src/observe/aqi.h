// The air quality index by a dated technical regulation (HJ 633-2012, HJ 633-2026), exactly.
//
// Order of HJ 633: round concentrations by GB/T 8170 (half to even; µg/m³ to integers, CO mg/m³ to one
// decimal), interpolate linearly between the breakpoints, round up to an integer. No floating point: CO 2.2
// mg/m³ is exactly 55.
//
// One `AqiStandard` is one YAML file (head: see standard_head.h):
//
//   steps: [0, 50, 100, 150, 200, 300, 400, 500]
//   minimum: 1                       # an AQI below this is published as this
//   lists_exceeding: false           # 超标污染物 (IAQI > 100) is defined
//   missing: {publish_above: 100, verified: true}  # with an item missing the AQI is published only above
//   this columns:                         # concentrations at the steps, may end early
//     - {id: so2_1h, pollutant: so2, unit: ug/m3, decimals: 0, at: [0, 150, 500, 650, 800], above: 200}
//     - {id: o3_8h, …, at: […], above: o3_1h}   # above the last: a fixed sub-index, or the column (and
//     value) to use
//                                               # instead; absent: capped at the last step
//   daily:  [{item: so2, column: so2_24h}, …]   # `item` is the indicator code of the value given
//   hourly: [{item: so2, column: so2_1h}, …]
//   levels:
//     - {number: 1, from: 0, to: 50, title: {zh: 优, en: excellent}}
#pragma once

#include "base/decimal.h"
#include "observe/standard_head.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

enum class AqiForm : std::uint8_t { daily, hourly };

struct AqiColumn {
  std::string id;
  std::string pollutant;
  std::string unit;
  int decimals = 0;
  std::vector<Decimal> at;         // at[i] belongs to steps[i]
  std::optional<int> above_fixed;  // sub-index above the last concentration
  std::string above_column;        // or the column used instead; its id is also the key of the value
};

struct AqiItem {
  std::string item;    // indicator code, the key of the value given
  std::string column;  // id
};

struct AqiLevel {
  int number = 1;  // 一级 … 六级
  int from = 0;
  int to = 50;
  Text title;
};

// Concentrations by indicator code in the unit of the column: daily so2 no2 co o3_8h pm10 pm25 (24-h means,
// O3 the daily maximum of 8-h means), hourly so2 no2 co o3 pm10 pm25; HJ 633-2012 may also ask for so2_24h
// and o3_1h.
struct AqiInput {
  std::map<std::string, Decimal, std::less<>> values;
  // Items legitimately not monitored and no primary pollutant for three years: they do not block publication.
  std::set<std::string, std::less<>> exempt;
};

struct SubIndex {
  std::string item;
  std::string column;  // the column used
  Decimal given;
  Decimal rounded;
  int iaqi = 0;
  bool beyond = false;  // above the last breakpoint
};

struct AqiResult {
  std::optional<int> aqi;      // none: not to be published (NA)
  std::optional<int> of_rest;  // the largest sub-index there is, published or not
  std::vector<SubIndex> items;
  std::vector<std::string> missing;
  std::vector<std::string> primary;  // 首要污染物: largest sub-index, ties all listed; empty when it is ≤ 50
  std::vector<std::string> exceeding;  // 超标污染物, only where the standard defines it
  std::optional<AqiLevel> level;       // of the published AQI
  Text not_published;                  // why aqi is empty
};

struct AqiStandard {
  StandardHead head;
  std::vector<int> steps;
  int minimum = 0;
  bool lists_exceeding = false;
  int publish_above = 100;
  bool missing_verified = false;
  std::vector<AqiColumn> columns;
  std::vector<AqiItem> daily;
  std::vector<AqiItem> hourly;
  std::vector<AqiLevel> levels;

  // Throws bad_standard: columns that do not rise, unknown columns, levels with gaps.
  void validate() const;
  const AqiColumn* find_column(std::string_view id) const;
  const std::vector<AqiItem>& items(AqiForm form) const { return form == AqiForm::daily ? daily : hourly; }

  // IAQI of a concentration by one column; none when it is above the last breakpoint and another column
  // decides. Throws bad_concentration when it is negative after rounding.
  std::optional<SubIndex> sub_index(const AqiColumn& column, const Decimal& concentration) const;
  AqiResult evaluate(const AqiInput& input, AqiForm form) const;
};

}  // namespace tributary::observe
