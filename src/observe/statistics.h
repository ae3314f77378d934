// Means and percentiles of observations over days, months, quarters and years, computed exactly.
//
// Values are the decimals that were typed; sums and quotients are exact fractions; rounding happens once, at
// the end, by the dated rule (GB/T 8170 half-even unless the rule says otherwise). Missing is not zero: with
// too few values there is no mean but a reason.
#pragma once

#include "base/rational.h"
#include "observe/series.h"
#include "observe/statistics_rule.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace tributary::observe {

enum class StatisticStatus : std::uint8_t {
  ok,
  insufficient,  // values are there, fewer than the rule demands
  none,          // not one value that counts
};
std::string_view to_string(StatisticStatus status);

// The result and all that explains it. Counts are of what the rule averages: samples, or daily or monthly
// means.
struct Statistic {
  SeriesId series;
  std::string indicator;
  Period period;
  StatisticStatus status = StatisticStatus::none;
  std::optional<Rational> exact = {};   // only when ok; in the unit of the series
  std::optional<Decimal> rounded = {};  // only when ok
  int used = 0;
  int needed = 0;    // as the rule says
  int rejected = 0;  // had a value or a place in time, but do not count; of samples: by flag below
  std::map<Flag, int> by_flag = {};  // samples that do not count
  int censored = 0;  // samples below the detection limit, among the used ones unless the rule excludes them
  Text reason = {};  // why not ok
  std::string rule = {};                          // id of the rule
  bool verified = false;                          // of the rule
  std::vector<ObservationRef> observations = {};  // the samples used, by time
  std::vector<Statistic> parts = {};              // the daily or monthly means, when the rule averages those
};
using Mean = Statistic;

// `observations` are those of `series` by time, one per time (Observations::read); those outside the period
// are passed over. The rules in force on the first day of the period (and of its parts) hold. Throws
// no_statistics_rule, statistics_rules_overlap.
Mean mean(const StatisticsRules& rules, const Series& series, std::span<const Observation> observations,
          const Period& period);

// The percentile `share` (0 … 1) of the samples or daily means under the same demands as the mean; position
// 1 + (n − 1) share, linear between neighbours (HJ 663-2013 附录A). Throws bad_statistics_rule for a share
// outside 0 … 1.
Statistic percentile(const StatisticsRules& rules, const Series& series,
                     std::span<const Observation> observations, const Period& period, const Decimal& share);

// What a meter counted over a period, such as kilograms emitted or cubic metres taken. Each part (day or month)
// of the period must have a valid reading: without one of them there is no total (status insufficient, or none
// without any), and the reason names the parts that lack it. Nothing is rounded; readings that are not valid do
// not count. `parts` of the result: the total of each, also of those that have one when the whole has none;
// its period is the first part's.
Statistic total(const Series& series, std::span<const Observation> observations,
                std::span<const Period> parts);

// Of plain values, which must not be empty.
Rational exact_mean(std::span<const Decimal> values);
Rational exact_percentile(std::vector<Rational> values, const Decimal& share);

}  // namespace tributary::observe
