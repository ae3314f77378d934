#include "observe/statistics.h"

#include "base/codes.h"
#include "observe/codes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

// Decimals are added as such while 38 digits suffice, which spares a common denominator per value.
class ExactSum {
 public:
  void add(const Decimal& value) {
    try {
      small_ = small_ + value;
    } catch (const Error& error) {
      if (!(error.code() == base::codes::number_overflow)) throw;
      large_ = large_ + Rational(small_);
      small_ = value;
    }
  }
  Rational total() const { return large_ + Rational(small_); }

 private:
  Decimal small_;
  Rational large_;
};

std::span<const Observation> within(std::span<const Observation> observations, const Period& period) {
  const InstantRange range = InstantRange::of(period);
  const auto before = [](const Observation& one, Instant at) { return one.time < at; };
  const auto from = std::lower_bound(observations.begin(), observations.end(), range.from, before);
  const auto to = std::lower_bound(from, observations.end(), range.to, before);
  return {from, to};
}

struct Collected {
  std::vector<Decimal> samples;  // when samples are averaged
  std::vector<Rational> parts;   // when means are averaged
  std::map<Date, int> by_month;  // first day of the month -> how many
};

std::optional<Decimal> counted_value(const StatisticsRule& rule, const Observation& one, Statistic& out) {
  const bool counts = std::find(rule.counted.begin(), rule.counted.end(), one.flag) != rule.counted.end();
  if (counts && one.value) return Decimal::from_double(*one.value);
  if (counts && one.detection_limit) {
    ++out.censored;
    const Decimal limit = Decimal::from_double(*one.detection_limit);
    if (rule.censored == Censored::limit) return limit;
    if (rule.censored == Censored::half_limit) return limit * Decimal::from_parts(5, 1);
    ++out.rejected;
    return std::nullopt;
  }
  ++out.rejected;
  ++out.by_flag[one.flag];
  return std::nullopt;
}

Date month_start(Date day) {
  return Period::containing(day, Granularity::month).from();
}

void collect_samples(const StatisticsRule& rule, std::span<const Observation> observations, Statistic& out,
                     Collected& collected) {
  for (const Observation& one : observations) {
    const auto value = counted_value(rule, one, out);
    if (!value) continue;
    collected.samples.push_back(*value);
    if (rule.per_month) ++collected.by_month[month_start(day_of(one.time))];
    out.observations.push_back({out.series, one.time, one.revision});
  }
  out.used = static_cast<int>(collected.samples.size());
}

void collect_parts(const StatisticsRules& rules, const StatisticsRule& rule, const Series& series,
                   std::span<const Observation> observations, Statistic& out, Collected& collected) {
  const Granularity finer = rule.of == MeanOf::daily_means ? Granularity::day : Granularity::month;
  for (Period part = Period::containing(out.period.from(), finer); part.from() < out.period.to();
       part = part.next()) {
    Statistic one = mean(rules, series, observations, part);
    out.censored += one.censored;
    for (const auto& [flag, count] : one.by_flag) out.by_flag[flag] += count;
    if (one.status == StatisticStatus::ok) {
      collected.parts.push_back(rule.of_rounded ? Rational(*one.rounded) : *one.exact);
      if (rule.per_month) ++collected.by_month[month_start(part.from())];
      out.observations.insert(out.observations.end(), one.observations.begin(), one.observations.end());
    } else if (one.status == StatisticStatus::insufficient) {
      ++out.rejected;
    }
    out.parts.push_back(std::move(one));
  }
  out.used = static_cast<int>(collected.parts.size());
}

Text name_of(MeanOf of) {
  switch (of) {
    case MeanOf::samples:
      return {"有效样本", "samples that count"};
    case MeanOf::daily_means:
      return {"有效日均值", "daily means that count"};
    case MeanOf::monthly_means:
      return {"有效月均值", "monthly means that count"};
  }
  return {};
}

// Appends the rejected samples, so that the reader sees why values are lacking.
void add_flags(const Statistic& out, Text& reason) {
  if (out.by_flag.empty()) return;
  Text list;
  for (const auto& [flag, count] : out.by_flag) {
    const Text title = title_of(flag);
    list.zh += fmt::format("{}{} {} 个", list.zh.empty() ? "" : "、", title.zh, count);
    list.en += fmt::format("{}{} {}", list.en.empty() ? "" : ", ", count, title.en);
  }
  reason.zh += fmt::format("（不计入：{}）", list.zh);
  reason.en += fmt::format(" (not counted: {})", list.en);
}

// Status and reason; true when the statistic may be computed.
bool suffices(const StatisticsRule& rule, const Collected& collected, Statistic& out) {
  const Text what = name_of(rule.of);
  if (out.used == 0) {
    out.status = StatisticStatus::none;
    out.reason = {fmt::format("{} 没有{}", out.period.to_string(), what.zh),
                  fmt::format("{} has no {}", out.period.to_string(), what.en)};
    add_flags(out, out.reason);
    return false;
  }
  out.status = StatisticStatus::insufficient;
  if (out.used < rule.minimum) {
    out.reason = {
        fmt::format("{} {} {} 个，少于 {} 个", out.period.to_string(), what.zh, out.used, rule.minimum),
        fmt::format("{} has {} {}, fewer than {}", out.period.to_string(), out.used, what.en, rule.minimum)};
    add_flags(out, out.reason);
    return false;
  }
  if (rule.per_month) {
    for (Period month = Period::containing(out.period.from(), Granularity::month);
         month.from() < out.period.to(); month = month.next()) {
      const int needed = month_of(month.from()) == 2 ? rule.per_month->february : rule.per_month->minimum;
      const auto found = collected.by_month.find(month.from());
      const int have = found == collected.by_month.end() ? 0 : found->second;
      if (have >= needed) continue;
      out.reason = {fmt::format("{} {} {} 个，少于 {} 个", month.to_string(), what.zh, have, needed),
                    fmt::format("{} has {} {}, fewer than {}", month.to_string(), have, what.en, needed)};
      return false;
    }
  }
  out.status = StatisticStatus::ok;
  return true;
}

// With all its decimals: 0.240, not 0.24.
Decimal rounded(const Rational& exact, int decimals, Rounding mode) {
  const Decimal value = exact.to_decimal(decimals, mode);
  return decimals > value.scale() ? Decimal::parse(value.to_fixed(decimals)) : value;
}

// Everything but the number itself. `compute` gets what is averaged.
template <class Compute>
Statistic statistic(const StatisticsRules& rules, const Series& series,
                    std::span<const Observation> observations, const Period& period, Compute&& compute) {
  const StatisticsRule& rule =
      rules.rule(series.indicator, series.source, period.granularity(), period.from());
  Statistic out{.series = series.id, .indicator = series.indicator, .period = period};
  out.needed = rule.minimum;
  out.rule = rule.id;
  out.verified = rule.verified;
  Collected collected;
  const auto inside = within(observations, period);
  if (rule.of == MeanOf::samples)
    collect_samples(rule, inside, out, collected);
  else
    collect_parts(rules, rule, series, inside, out, collected);
  for (const Statistic& part : out.parts) out.verified = out.verified && part.verified;
  if (!suffices(rule, collected, out)) return out;
  out.exact = compute(collected);
  out.rounded = rounded(*out.exact, rule.decimals(series.indicator), rule.rounding.mode);
  return out;
}

Rational mean_of(const std::vector<Rational>& values) {
  Rational sum;
  for (const Rational& value : values) sum = sum + value;
  return sum / Rational::from_int(static_cast<std::int64_t>(values.size()));
}

}  // namespace

std::string_view to_string(StatisticStatus status) {
  switch (status) {
    case StatisticStatus::ok:
      return "ok";
    case StatisticStatus::insufficient:
      return "insufficient";
    case StatisticStatus::none:
      return "none";
  }
  return "";
}

Statistic total(const Series& series, std::span<const Observation> observations,
                std::span<const Period> parts) {
  TRIBUTARY_CHECK(!parts.empty(), series.indicator);
  Statistic out{.series = series.id, .indicator = series.indicator, .period = parts.front()};
  out.needed = static_cast<int>(parts.size());
  out.verified = true;
  Rational sum;
  std::vector<std::string> lacking;
  for (const Period& part : parts) {
    Statistic one{.series = series.id, .indicator = series.indicator, .period = part};
    one.needed = 1;
    one.verified = true;
    ExactSum counted;
    for (const Observation& reading : within(observations, part)) {
      if (reading.flag != Flag::valid || !reading.value) {
        ++one.rejected;
        ++one.by_flag[reading.flag];
        ++out.by_flag[reading.flag];
        continue;
      }
      counted.add(Decimal::from_double(*reading.value));
      one.observations.push_back({series.id, reading.time, reading.revision});
    }
    one.used = static_cast<int>(one.observations.size());
    if (one.used > 0) {
      one.status = StatisticStatus::ok;
      one.exact = counted.total();
      sum = sum + *one.exact;
      ++out.used;
      out.observations.insert(out.observations.end(), one.observations.begin(), one.observations.end());
    } else {
      one.reason = {fmt::format("{} 没有有效读数", part.to_string()),
                    fmt::format("{} has no valid reading", part.to_string())};
      add_flags(one, one.reason);
      lacking.push_back(part.to_string());
    }
    out.parts.push_back(std::move(one));
  }
  if (lacking.empty()) {
    out.status = StatisticStatus::ok;
    out.exact = sum;
    return out;
  }
  out.status = out.used == 0 ? StatisticStatus::none : StatisticStatus::insufficient;
  const bool more = lacking.size() > 12;
  if (more) lacking.resize(12);
  out.reason = {fmt::format("{}{} 没有有效读数", fmt::join(lacking, "、"), more ? " 等" : ""),
                fmt::format("no valid reading in {}{}", fmt::join(lacking, ", "), more ? " …" : "")};
  add_flags(out, out.reason);
  return out;
}

Rational exact_mean(std::span<const Decimal> values) {
  TRIBUTARY_CHECK(!values.empty(), "a mean of nothing");
  ExactSum sum;
  for (const Decimal& value : values) sum.add(value);
  return sum.total() / Rational::from_int(static_cast<std::int64_t>(values.size()));
}

Rational exact_percentile(std::vector<Rational> values, const Decimal& share) {
  TRIBUTARY_CHECK(!values.empty(), "a percentile of nothing");
  if (share < Decimal(0) || share > Decimal(1))
    throw Error(codes::bad_statistics_rule,
                {fmt::format("百分位 {} 不在 0 与 1 之间", share.to_string()),
                 fmt::format("the percentile {} is not between 0 and 1", share.to_string())},
                {}, {"第 95 百分位请写 0.95", "write 0.95 for the 95th percentile"});
  std::sort(values.begin(), values.end());
  const Rational position =
      Rational::from_int(static_cast<std::int64_t>(values.size()) - 1) * Rational(share);
  const Rational below = position.floor();
  const auto index = static_cast<std::size_t>(below.to_int64());
  if (index + 1 == values.size()) return values[index];
  return values[index] + (position - below) * (values[index + 1] - values[index]);
}

Mean mean(const StatisticsRules& rules, const Series& series, std::span<const Observation> observations,
          const Period& period) {
  return statistic(rules, series, observations, period, [](const Collected& collected) {
    return collected.samples.empty() ? mean_of(collected.parts) : exact_mean(collected.samples);
  });
}

Statistic percentile(const StatisticsRules& rules, const Series& series,
                     std::span<const Observation> observations, const Period& period, const Decimal& share) {
  return statistic(rules, series, observations, period, [&](const Collected& collected) {
    std::vector<Rational> values = collected.parts;
    for (const Decimal& sample : collected.samples) values.emplace_back(sample);
    return exact_percentile(std::move(values), share);
  });
}

}  // namespace tributary::observe
