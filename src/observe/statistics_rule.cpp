#include "observe/statistics_rule.h"

#include "observe/codes.h"

#include <fmt/format.h>

namespace tributary::observe {
namespace {

[[noreturn]] void bad(const StatisticsRule& rule, std::string_view zh, std::string_view en,
                      std::string_view field) {
  throw Error(codes::bad_statistics_rule,
              {fmt::format("统计规则“{}”有误：{}", rule.id, zh),
               fmt::format("statistics rule \"{}\": {}", rule.id, en)},
              {{}, 0, 0, std::string(field)}, {"请修正规则", "correct the rule"});
}

[[noreturn]] void overlap(const StatisticsRule& a, const StatisticsRule& b) {
  throw Error(codes::statistics_rules_overlap,
              {fmt::format("统计规则“{}”与“{}”同时适用", a.id, b.id),
               fmt::format("statistics rules \"{}\" and \"{}\" both apply", a.id, b.id)},
              {},
              {"请修正有效期，或另写一条同时指明指标和来源的规则",
               "correct their validity, or write a rule that names both the indicator and the source"});
}

void check(const StatisticsRule& rule) {
  if (rule.id.empty()) bad(rule, "没有编号", "it has no id", "id");
  if (rule.indicator.empty() || rule.source.empty())
    bad(rule, "指标或来源为空；全部请写 *", "the indicator or the source is empty; write * for all",
        "indicator");
  if (rule.minimum < 1) bad(rule, "最少个数必须大于 0", "the minimum must be above 0", "minimum");
  if (rule.per_month && (rule.per_month->minimum < 0 || rule.per_month->february < 0))
    bad(rule, "每月最少个数为负", "a monthly minimum is negative", "per_month");
  if (rule.per_month && rule.of == MeanOf::monthly_means)
    bad(rule, "每月最少个数不能用于月均值的平均", "a monthly minimum cannot go with a mean of monthly means",
        "per_month");
  if (rule.per_month && rule.granularity == Granularity::day)
    bad(rule, "每月最少个数不能用于日均值", "a monthly minimum cannot go with a mean of a day", "per_month");
  const bool too_fine = (rule.granularity == Granularity::day && rule.of != MeanOf::samples) ||
                        (rule.granularity == Granularity::month && rule.of == MeanOf::monthly_means);
  if (too_fine)
    bad(rule, "被平均的时段不短于统计时段", "it averages periods that are not shorter than its own", "of");
  if (rule.counted.empty()) bad(rule, "没有计入的标记", "it counts no flag", "counted");
  for (const Flag flag : rule.counted)
    if (flag == Flag::missing) bad(rule, "缺测不能计入", "missing values cannot count", "counted");
  const auto possible = [](int decimals) { return decimals >= -9 && decimals <= 15; };
  if (!possible(rule.rounding.decimals))
    bad(rule, "小数位数不合理", "impossible number of decimals", "rounding");
  for (const auto& [indicator, decimals] : rule.rounding.by_indicator)
    if (!possible(decimals)) bad(rule, "小数位数不合理", "impossible number of decimals", indicator);
  if (rule.validity.from >= rule.validity.to) bad(rule, "有效期是空的", "its validity is empty", "validity");
}

}  // namespace

std::string_view to_string(MeanOf of) {
  switch (of) {
    case MeanOf::samples:
      return "samples";
    case MeanOf::daily_means:
      return "daily_means";
    case MeanOf::monthly_means:
      return "monthly_means";
  }
  return "";
}

std::string_view to_string(Censored censored) {
  switch (censored) {
    case Censored::half_limit:
      return "half_limit";
    case Censored::limit:
      return "limit";
    case Censored::exclude:
      return "exclude";
  }
  return "";
}

int StatisticsRule::decimals(std::string_view for_indicator) const {
  const auto found = rounding.by_indicator.find(for_indicator);
  return found == rounding.by_indicator.end() ? rounding.decimals : found->second;
}

StatisticsRules::StatisticsRules(std::vector<StatisticsRule> rules) : rules_(std::move(rules)) {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const StatisticsRule& a = rules_[i];
    check(a);
    for (std::size_t k = 0; k < i; ++k) {
      const StatisticsRule& b = rules_[k];
      if (a.indicator == b.indicator && a.source == b.source && a.granularity == b.granularity &&
          a.validity.overlaps(b.validity))
        overlap(b, a);
    }
  }
}

const StatisticsRule& StatisticsRules::rule(std::string_view indicator, std::string_view source,
                                            Granularity granularity, Date day) const {
  const StatisticsRule* best = nullptr;
  const StatisticsRule* rival = nullptr;
  int best_rank = -1;
  for (const StatisticsRule& rule : rules_) {
    if (rule.granularity != granularity || !rule.validity.holds_on(day)) continue;
    if (rule.indicator != "*" && rule.indicator != indicator) continue;
    if (rule.source != "*" && rule.source != source) continue;
    const int rank = (rule.indicator != "*" ? 1 : 0) + (rule.source != "*" ? 1 : 0);
    if (rank < best_rank) continue;
    rival = rank == best_rank ? &rule : nullptr;
    if (rank > best_rank) best = &rule;
    best_rank = rank;
  }
  if (best == nullptr)
    throw Error(codes::no_statistics_rule,
                {fmt::format("{} 没有 {} 的{}统计规则（来源 {}）", tributary::to_string(day), indicator,
                             tributary::to_string(granularity), source),
                 fmt::format("no statistics rule for {} by {} on {} (source {})", indicator,
                             tributary::to_string(granularity), tributary::to_string(day), source)},
                {}, {"请在政策包中补充统计规则", "add a statistics rule to the policy pack"});
  if (rival != nullptr) overlap(*best, *rival);
  return *best;
}

}  // namespace tributary::observe
