// How means are made (statistics.yaml) and how files are read (imports/*.yaml), to the values of `observe`.
//
// statistics.yaml:
//   statistics:
//     - id: water-month
//       title: {zh: …, en: …}
//       indicator: "*"                 # or a code; "*": every indicator that no rule names
//       series: "*"                    # or the publisher's id, e.g. cnemc-daily
//       granularity: month             # day month quarter year
//       of: samples                    # samples daily_means monthly_means
//       of_rounded: false              # the daily or monthly means are rounded before they are averaged
//       minimum: 1                     # of what is averaged
//       per_month: {minimum: 27, february: 25}      # optional
//       censored: half_limit           # half_limit limit exclude
//       counted: [valid, below_limit]
//       round: {decimals: 3, by_indicator: {codmn: 2}, mode: half_even}
//       source: {document: …, number: …, article: …}
//       verified: false
//       in_force: {from: 2011-03-09}
//
// imports/cnemc-daily.yaml (members as in observe/import_mapping.h; absent ones keep their defaults):
//   import: cnemc-daily
//   title: {zh: …, en: …}
//   series: cnemc-daily
//   separator: ","
//   comments_at_top: false
//   place: {columns: [section], separator: "/"}
//   time: [{columns: [monitor_time], format: "%Y-%m-%d %H:%M", year: 2021, second_of_day: 28800}, …]
//   missing: ["", "--"]
//   not_measured: ["*"]
//   below_limit: ["ND"]
//   status: {column: site_status, flags: {停站: missing, 维护: maintenance, 正常: valid}}
//   note: {column: note, separator: ";", flags: {极值过滤: filtered}}
//   unit_row: false
//   unit_in_header: false
//   values:
//     - {column: codmn_mgl, preferred: codmn_raw, indicator: codmn, unit: mg/L, optional: false, unit_column:
//     …,
//        detection_limit: "0.5", impossible: {below: "0", above: "1000"}, suspect: {below: …, above: "200"}}
//     - {column: class_published, indicator: class_published, unit: class, ordinals: {Ⅰ: 1, 劣Ⅴ: 6}}
#pragma once

#include "observe/import_mapping.h"
#include "observe/statistics_rule.h"
#include "policy/yaml.h"

#include <vector>

namespace tributary::policy {

// Both throw the errors of yaml.h and those of the structs' own checks.
std::vector<observe::StatisticsRule> read_statistics(const YamlNode& root);
observe::ImportMapping read_import_mapping(const YamlNode& root);

}  // namespace tributary::policy
