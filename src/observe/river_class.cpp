// A whole river from its sections: 地表水环境质量评价办法（试行）, 环办〔2011〕22号.
#include "observe/class_standard.h"

namespace tributary::observe {
namespace {

// Twenty decimals: a mean of fewer than a million values with up to ten decimals never crosses a limit by
// rounding so far out.
constexpr int mean_places = 20;

// The mean of each indicator over the sections that have a value; half the limit of detection for values
// below it.
WaterSample mean_of(std::span<const WaterSample> sections) {
  WaterSample out;
  std::map<std::string, std::pair<Decimal, int>> sums;
  for (const WaterSample& section : sections) {
    out.kind = section.kind;
    for (const auto& [indicator, value] : section.values) {
      auto& [sum, count] = sums[indicator];
      sum = sum + (value.below_detection ? value.value * Decimal::from_parts(5, 1) : value.value);
      ++count;
    }
  }
  for (const WaterSample& section : sections)
    for (const std::string& indicator : section.not_measured)
      if (!sums.contains(indicator)) out.not_measured.insert(indicator);
  for (const auto& [indicator, sum] : sums)
    out.values[indicator].value =
        Decimal::divide(sum.first, Decimal(sum.second), mean_places, Rounding::half_even).normalized();
  return out;
}

WaterCondition by_shares(const Rational& good, const Rational& worst) {
  const auto percent = [](int n) { return Rational::from_fraction(n, 100); };
  if (good >= percent(90)) return WaterCondition::excellent;
  if (good >= percent(75)) return WaterCondition::good;
  if (worst < percent(20)) return WaterCondition::light;
  if (worst < percent(40)) return WaterCondition::moderate;
  return WaterCondition::heavy;
}

}  // namespace

RiverJudgement judge_river(const ClassStandard& standard, std::span<const WaterSample> sections,
                           const ClassPractice* practice) {
  RiverJudgement out;
  out.sections = sections.size();
  if (sections.size() < 5) {
    out.mean = standard.judge(mean_of(sections), practice);
    if (out.mean->water_class) out.condition = condition_of(*out.mean->water_class);
    return out;
  }
  out.method = RiverJudgement::Method::share_of_sections;
  int good = 0, worst = 0, counted = 0;
  for (const WaterSample& section : sections) {
    const auto water_class = standard.judge(section, practice).water_class;
    if (!water_class) {
      ++out.without_class;
      continue;
    }
    ++counted;
    good += *water_class <= WaterClass::III;
    worst += *water_class == WaterClass::worse_V;
  }
  if (counted == 0) return out;
  out.share_I_to_III = Rational::from_fraction(good, counted);
  out.share_worse_V = Rational::from_fraction(worst, counted);
  out.condition = by_shares(*out.share_I_to_III, *out.share_worse_V);
  return out;
}

}  // namespace tributary::observe
