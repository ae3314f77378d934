// When a mean counts, and how it is rounded: dated rules, filled from policy packs.
#pragma once

#include "base/decimal.h"
#include "base/error.h"
#include "base/time.h"
#include "observe/flag.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

// What is averaged: the observations as they are, or the means of the days or months in the period, each by
// its own rule.
enum class MeanOf : std::uint8_t { samples, daily_means, monthly_means };
std::string_view to_string(MeanOf of);

// What a value below the detection limit counts as.
enum class Censored : std::uint8_t { half_limit, limit, exclude };
std::string_view to_string(Censored censored);

// How many samples or daily means every month of the period must have, e.g. 27 and 25 (GB 3095-2012 表4).
struct PerMonth {
  int minimum = 0;
  int february = 0;
};

struct RoundingRule {
  int decimals = 3;
  std::map<std::string, int, std::less<>> by_indicator = {};  // decimals where they differ
  Rounding mode = Rounding::half_even;                        // GB/T 8170-2008
};

struct StatisticsRule {
  std::string id = {};
  Text title = {};
  std::string indicator = "*";  // "*": every indicator that no rule names
  std::string source = "*";     // of the series
  Granularity granularity = Granularity::month;
  MeanOf of = MeanOf::samples;
  bool of_rounded = false;  // the daily or monthly means are rounded before they are averaged
  int minimum = 1;          // of what is averaged; with fewer there is no mean
  std::optional<PerMonth> per_month = {};
  Censored censored = Censored::half_limit;
  std::vector<Flag> counted = {Flag::valid, Flag::below_limit};
  RoundingRule rounding = {};
  std::string document = {};  // "环境空气质量标准 GB 3095-2012"
  std::string article = {};
  bool verified = false;
  Validity validity = {};

  int decimals(std::string_view for_indicator) const;
};

class StatisticsRules {
 public:
  // Throws bad_statistics_rule, statistics_rules_overlap (two rules for the same indicator, source and
  // granularity hold on one day).
  explicit StatisticsRules(std::vector<StatisticsRule> rules);

  // The rule for a period that begins on `day`; one that names the indicator or the source goes before "*".
  // Throws no_statistics_rule; statistics_rules_overlap when one names the indicator and another the source.
  const StatisticsRule& rule(std::string_view indicator, std::string_view source, Granularity granularity,
                             Date day) const;
  const std::vector<StatisticsRule>& all() const { return rules_; }

 private:
  std::vector<StatisticsRule> rules_;
};

}  // namespace tributary::observe
