#include "observe/air_standard.h"

#include "base/unit.h"

#include <numeric>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

constexpr std::array<std::string_view, 4> period_names{"year", "day", "8h", "hour"};

const AirLimit* find(const AirStage& stage, std::string_view pollutant, int air_class) {
  for (const AirLimit& row : stage.limits)
    if (row.pollutant == pollutant && row.air_class == air_class) return &row;
  return nullptr;
}

[[noreturn]] void bad(const AirStandard& standard, const AirStage& stage, std::string_view zh,
                      std::string_view en) {
  throw Error(standard_codes::bad_standard,
              {fmt::format("标准 {} 的阶段 {}: {}", standard.head.id, stage.id, zh),
               fmt::format("standard {}, stage {}: {}", standard.head.id, stage.id, en)},
              {}, {"请对照标准文本修正", "correct it against the text of the standard"});
}

void validate_limits(const AirStandard& standard, const AirStage& stage) {
  for (const AirLimit& row : stage.limits) {
    Unit::parse(row.unit);
    if (row.air_class != 1 && row.air_class != 2)
      bad(standard, stage, fmt::format("{} 的级别应为 1 或 2", row.pollutant),
          fmt::format("{}: the class is 1 or 2", row.pollutant));
    if (find(stage, row.pollutant, row.air_class) != &row)
      bad(standard, stage, fmt::format("{} {} 级重复出现", row.pollutant, row.air_class),
          fmt::format("{} class {} occurs twice", row.pollutant, row.air_class));
    const AirLimit* stricter = row.air_class == 2 ? find(stage, row.pollutant, 1) : nullptr;
    for (const auto& [period, limit] : row.periods) {
      if (limit.sign() <= 0)
        bad(standard, stage, fmt::format("{} 的限值应大于 0; 未知的限值请不要写", row.pollutant),
            fmt::format("{}: a limit is positive; leave out what is not known", row.pollutant));
      if (stricter == nullptr) continue;
      const auto found = stricter->periods.find(period);
      if (found != stricter->periods.end() && found->second > limit)
        bad(standard, stage, fmt::format("{} 的一级限值高于二级", row.pollutant),
            fmt::format("{}: the limit of class 1 is above that of class 2", row.pollutant));
    }
  }
}

}  // namespace

std::string_view name_of(AirPeriod period) {
  return period_names.at(static_cast<std::size_t>(period));
}

std::optional<AirPeriod> parse_air_period(std::string_view name) {
  for (std::size_t i = 0; i < period_names.size(); ++i)
    if (period_names[i] == name) return static_cast<AirPeriod>(i);
  return std::nullopt;
}

Text AirValidity::why_year_invalid(std::span<const int, 12> days) const {
  for (std::size_t month = 1; month <= 12; ++month) {
    const int needed = month == 2 ? days_in_february : days_per_month;
    if (days[month - 1] < needed)
      return {
          fmt::format("{} 月只有 {} 个有效日均值, 至少需 {} 个", month, days[month - 1], needed),
          fmt::format("month {} has {} valid daily means, {} are needed", month, days[month - 1], needed)};
  }
  const int all = std::accumulate(days.begin(), days.end(), 0);
  if (all < days_per_year)
    return {fmt::format("全年只有 {} 个有效日均值, 至少需 {} 个", all, days_per_year),
            fmt::format("the year has {} valid daily means, {} are needed", all, days_per_year)};
  return {};
}

void AirStandard::validate() const {
  if (stages.empty())
    throw Error(standard_codes::bad_standard, {fmt::format("标准 {} 没有任何阶段", head.id),
                                               fmt::format("standard {} has no stage", head.id)});
  Date expected = head.in_force.from;
  for (const AirStage& stage : stages) {
    if (stage.in_force.from != expected)
      bad(*this, stage, fmt::format("应自 {} 起, 各阶段须首尾相接", tributary::to_string(expected)),
          fmt::format("must begin on {}: stages follow one another without gaps",
                      tributary::to_string(expected)));
    expected = stage.in_force.to;
    validate_limits(*this, stage);
  }
  if (expected != head.in_force.to)
    bad(*this, stages.back(), "最后阶段的终止日与标准不一致",
        "the last stage does not end with the standard");
}

const AirStage& AirStandard::stage_on(Date day) const {
  for (const AirStage& stage : stages)
    if (stage.in_force.holds_on(day)) return stage;
  throw Error(standard_codes::no_standard_in_force,
              {fmt::format("标准 {} 在 {} 没有有效的限值", head.id, tributary::to_string(day)),
               fmt::format("standard {} has no limits in force on {}", head.id, tributary::to_string(day))});
}

std::optional<AirLimitInForce> air_limit(std::span<const AirStandard> standards, Date day,
                                         std::string_view pollutant, int air_class, AirPeriod period) {
  const AirStandard& standard = standard_on(standards, day);
  const AirStage& stage = standard.stage_on(day);
  const AirLimit* row = find(stage, pollutant, air_class);
  if (row == nullptr) return std::nullopt;
  const auto found = row->periods.find(period);
  if (found == row->periods.end()) return std::nullopt;
  return AirLimitInForce{.limit = found->second,
                         .unit = row->unit,
                         .standard = standard.head.id,
                         .stage = stage.id,
                         .verified = standard.head.verified && stage.verified};
}

}  // namespace tributary::observe
