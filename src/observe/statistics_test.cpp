// Means and percentiles against results worked out by hand.
#include "observe/statistics.h"

#include "observe/codes.h"

#include <random>

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

const Series codmn{{7}, "p:颜集", "codmn", "cnemc-daily", "mg/L"};

Observation value_at(std::string_view time, double value, Flag flag = Flag::valid) {
  Observation out;
  out.time = parse_instant(time);
  out.value = value;
  out.flag = flag;
  return out;
}

Observation below(std::string_view time, double limit) {
  Observation out;
  out.time = parse_instant(time);
  out.flag = Flag::below_limit;
  out.detection_limit = limit;
  return out;
}

Observation empty_at(std::string_view time, Flag flag) {
  Observation out;
  out.time = parse_instant(time);
  out.flag = flag;
  return out;
}

StatisticsRule rule(Granularity granularity, int minimum, int decimals, MeanOf of = MeanOf::samples) {
  StatisticsRule out;
  out.id = "test";
  out.granularity = granularity;
  out.minimum = minimum;
  out.of = of;
  out.rounding.decimals = decimals;
  return out;
}

// Values on the days of October 2020 from the first, as text; "<x" is below the limit x, "-" missing, "?x"
// suspect.
std::vector<Observation> october(std::string_view list) {
  std::vector<Observation> out;
  int day = 0;
  for (std::size_t from = 0; from < list.size();) {
    const std::size_t end = std::min(list.find(' ', from), list.size());
    const std::string word(list.substr(from, end - from));
    ++day;
    const std::string time = std::string("2020-10-") + (day < 10 ? "0" : "") + std::to_string(day) + " 08:00";
    if (word == "-")
      out.push_back(empty_at(time, Flag::missing));
    else if (word[0] == '<')
      out.push_back(below(time, std::stod(word.substr(1))));
    else if (word[0] == '?')
      out.push_back(value_at(time, std::stod(word.substr(1)), Flag::suspect));
    else
      out.push_back(value_at(time, std::stod(word)));
    from = end + 1;
  }
  return out;
}

TEST(Statistics, MonthTable) {
  struct Case {
    std::string_view samples;
    Rounding mode;
    Censored censored;
    int decimals;
    std::string_view mean;  // or the status
    int used;
    int rejected;
    int censored_count;
  };
  using enum Rounding;
  using enum Censored;
  for (const Case& c : {
           // Ties: the exact mean ends in 5.
           Case{"1 2", half_even, half_limit, 0, "2", 2, 0, 0},
           Case{"2 3", half_even, half_limit, 0, "2", 2, 0, 0},
           Case{"2 3", half_up, half_limit, 0, "3", 2, 0, 0},
           Case{"0.1 0.15", half_even, half_limit, 2, "0.12", 2, 0, 0},
           Case{"0.1 0.15", half_up, half_limit, 2, "0.13", 2, 0, 0},
           // 1.005 in binary is below the tie, as a decimal it is on it.
           Case{"1.005", half_up, half_limit, 2, "1.01", 1, 0, 0},
           Case{"1.005", half_even, half_limit, 2, "1.00", 1, 0, 0},
           Case{"1.015", half_even, half_limit, 2, "1.02", 1, 0, 0},
           // Thirds.
           Case{"1 1 2", half_even, half_limit, 3, "1.333", 3, 0, 0},
           Case{"2 2 1", half_even, half_limit, 3, "1.667", 3, 0, 0},
           // 0.1 ten times is exactly 1.
           Case{"0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1", ceiling, half_limit, 1, "0.1", 10, 0, 0},
           // Below the limit.
           Case{"<0.025 0.1", half_even, half_limit, 4, "0.0562", 2, 0, 1},  // (0.0125 + 0.1) / 2 = 0.05625
           Case{"<0.025 0.1", half_up, half_limit, 4, "0.0563", 2, 0, 1},
           Case{"<0.025 0.1", half_even, limit, 4, "0.0625", 2, 0, 1},
           Case{"<0.025 0.1", half_even, exclude, 4, "0.1000", 1, 1, 1},
           Case{"<0.025", half_even, exclude, 4, "none", 0, 1, 1},
           // Missing is not zero, suspect does not count.
           Case{"- 4 -", half_even, half_limit, 1, "4.0", 1, 2, 0},
           Case{"?99 4", half_even, half_limit, 1, "4.0", 1, 1, 0},
           Case{"- -", half_even, half_limit, 1, "none", 0, 2, 0},
           Case{"", half_even, half_limit, 1, "none", 0, 0, 0},
           // Far apart: more digits than 38 in one sum.
           Case{"100000000000000000 0.000000000000001 0.00000000000000123456789012345 1", half_even,
                half_limit, 0, "25000000000000000", 4, 0, 0},
       }) {
    SCOPED_TRACE(c.samples);
    StatisticsRule month = rule(Granularity::month, 1, c.decimals);
    month.rounding.mode = c.mode;
    month.censored = c.censored;
    const Mean found = mean(StatisticsRules({month}), codmn, october(c.samples), Period::parse("2020-10"));
    EXPECT_EQ(found.status == StatisticStatus::ok ? found.rounded->to_string() : to_string(found.status),
              c.mean);
    EXPECT_EQ(found.used, c.used);
    EXPECT_EQ(found.rejected, c.rejected);
    EXPECT_EQ(found.censored, c.censored_count);
    EXPECT_EQ(found.observations.size(), static_cast<std::size_t>(c.used));
    EXPECT_EQ(found.reason.zh.empty(), found.status == StatisticStatus::ok);
    EXPECT_EQ(found.exact.has_value(), found.status == StatisticStatus::ok);
  }
}

TEST(Statistics, TooFewSaysHowManyAndWhy) {
  StatisticsRule quarter = rule(Granularity::quarter, 2, 1);
  auto samples = october("4 - ?9");
  const Mean found = mean(StatisticsRules({quarter}), codmn, samples, Period::parse("2020-Q4"));
  EXPECT_EQ(found.status, StatisticStatus::insufficient);
  EXPECT_FALSE(found.exact.has_value());
  EXPECT_EQ(found.needed, 2);
  EXPECT_EQ(found.used, 1);
  EXPECT_EQ(found.reason.zh, "2020-Q4 有效样本 1 个，少于 2 个（不计入：缺测 1 个、存疑 1 个）");
  EXPECT_EQ(found.reason.en,
            "2020-Q4 has 1 samples that count, fewer than 2 (not counted: 1 missing, 1 suspect)");
  samples.push_back(value_at("2020-12-31 23:59", 5));
  samples.push_back(value_at("2021-01-01", 500));  // the next quarter
  const Mean enough = mean(StatisticsRules({quarter}), codmn, samples, Period::parse("2020-Q4"));
  EXPECT_EQ(enough.rounded->to_string(), "4.5");
  ASSERT_EQ(enough.observations.size(), 2U);
  EXPECT_EQ(enough.observations[0], (ObservationRef{{7}, parse_instant("2020-10-01 08:00"), 0}));
}

// Days are legal days: 2020-09-30 23:59 and 2020-11-01 00:00 do not belong to October in Shanghai.
TEST(Statistics, LegalDays) {
  const std::vector<Observation> samples{value_at("2020-09-30 23:59", 100), value_at("2020-10-01 00:00", 1),
                                         value_at("2020-10-31 23:59", 2), value_at("2020-11-01 00:00", 100)};
  const Mean found =
      mean(StatisticsRules({rule(Granularity::month, 1, 1)}), codmn, samples, Period::parse("2020-10"));
  EXPECT_EQ(found.rounded->to_string(), "1.5");
}

// A year of water: the mean of monthly means is not the mean of samples, and needs 8 months.
TEST(Statistics, YearOfMonthlyMeans) {
  const StatisticsRules rules(
      {rule(Granularity::month, 1, 1), rule(Granularity::year, 8, 3, MeanOf::monthly_means)});
  std::vector<Observation> samples;
  for (int month = 1; month <= 7; ++month) {
    const std::string prefix = "2020-0" + std::to_string(month);
    samples.push_back(value_at(prefix + "-05", month));
    if (month == 1) samples.push_back(value_at(prefix + "-06", 4));  // January: 2.5
  }
  const Period year = Period::parse("2020");
  const Mean seven = mean(rules, codmn, samples, year);
  EXPECT_EQ(seven.status, StatisticStatus::insufficient);
  EXPECT_EQ(seven.used, 7);
  EXPECT_EQ(seven.reason.zh, "2020 有效月均值 7 个，少于 8 个");
  ASSERT_EQ(seven.parts.size(), 12U);
  EXPECT_EQ(seven.parts[8].status, StatisticStatus::none);
  samples.push_back(value_at("2020-12-01", 10));
  const Mean eight = mean(rules, codmn, samples, year);
  // (2.5 + 2 + 3 + 4 + 5 + 6 + 7 + 10) / 8 = 39.5 / 8
  EXPECT_EQ(eight.rounded->to_string(), "4.938");  // 4.9375
  EXPECT_EQ(*eight.exact, Rational::from_fraction(79, 16));
  EXPECT_EQ(eight.observations.size(), 9U);
}

TEST(Statistics, MeansOfRoundedMeans) {
  StatisticsRule month = rule(Granularity::month, 1, 0);
  StatisticsRule year = rule(Granularity::year, 2, 2, MeanOf::monthly_means);
  const std::vector<Observation> samples{value_at("2020-01-05", 1.4), value_at("2020-02-05", 2.4)};
  EXPECT_EQ(mean(StatisticsRules({month, year}), codmn, samples, Period::parse("2020")).rounded->to_string(),
            "1.90");
  year.of_rounded = true;
  EXPECT_EQ(mean(StatisticsRules({month, year}), codmn, samples, Period::parse("2020")).rounded->to_string(),
            "1.50");
}

const Series pm25{{9}, "p:亳州", "pm25", "aqi-daily", "ug/m3"};

// Air: 324 days in the year, 27 in every month, 25 in February (GB 3095).
TEST(Statistics, YearOfAir) {
  StatisticsRule year = rule(Granularity::year, 324, 0);
  year.per_month = PerMonth{27, 25};
  const StatisticsRules rules({year});
  struct Case {
    std::string_view name;
    int january;  // days left out
    int february;
    int july;
    StatisticStatus status;
    std::string_view reason;
  };
  using enum StatisticStatus;
  for (const Case& c : {Case{"complete", 0, 0, 0, ok, ""}, Case{"just enough", 4, 4, 4, ok, ""},
                        Case{"January 26", 5, 0, 0, insufficient, "2020-01 有效样本 26 个，少于 27 个"},
                        Case{"February 25", 0, 4, 0, ok, ""},
                        Case{"February 24", 0, 5, 0, insufficient, "2020-02 有效样本 24 个，少于 25 个"},
                        Case{"no July", 0, 0, 31, insufficient, "2020-07 有效样本 0 个，少于 27 个"}}) {
    SCOPED_TRACE(c.name);
    std::vector<Observation> samples;
    std::map<unsigned, int> skip{{1, c.january}, {2, c.february}, {7, c.july}};
    for (Date day = make_date(2020, 1, 1); year_of(day) == 2020; day += std::chrono::days{1}) {
      if (skip[month_of(day)]-- > 0) continue;
      samples.push_back(value_at(tributary::to_string(day), 50));
    }
    const Mean found = mean(rules, pm25, samples, Period::parse("2020"));
    EXPECT_EQ(found.status, c.status);
    EXPECT_EQ(found.reason.zh, c.reason);
    EXPECT_EQ(found.rounded ? found.rounded->to_string() : "", c.status == ok ? "50" : "");
  }
  // 323 days spread so that every month has 27 (February 25) or fewer than all.
  std::vector<Observation> samples;
  for (Date day = make_date(2020, 1, 1); year_of(day) == 2020; day += std::chrono::days{1}) {
    const unsigned in_month =
        static_cast<unsigned>((day - Period::containing(day, Granularity::month).from()).count());
    if (in_month < (month_of(day) == 2 ? 25U : 27U))
      samples.push_back(value_at(tributary::to_string(day), 50));
  }
  ASSERT_EQ(samples.size(), 322U);
  EXPECT_EQ(mean(rules, pm25, samples, Period::parse("2020")).reason.zh, "2020 有效样本 322 个，少于 324 个");
}

// Hours make days, days make the month.
TEST(Statistics, HoursToDaysToMonth) {
  StatisticsRule day = rule(Granularity::day, 20, 0);
  StatisticsRule month = rule(Granularity::month, 2, 1, MeanOf::daily_means);
  const StatisticsRules rules({day, month});
  std::vector<Observation> samples;
  const auto hours = [&](std::string_view date, int n, double value) {
    for (int hour = 0; hour < n; ++hour)
      samples.push_back(
          {.time = {parse_instant(date).seconds + hour * 3600}, .value = value, .raw = "", .arrived = {}});
  };
  hours("2020-10-01", 24, 10);
  hours("2020-10-02", 20, 20);
  hours("2020-10-03", 19, 1000);
  const Mean third = mean(rules, pm25, samples, Period::parse("2020-10-03"));
  EXPECT_EQ(third.status, StatisticStatus::insufficient);
  EXPECT_EQ(third.reason.zh, "2020-10-03 有效样本 19 个，少于 20 个");
  const Mean found = mean(rules, pm25, samples, Period::parse("2020-10"));
  EXPECT_EQ(found.rounded->to_string(), "15.0");
  EXPECT_EQ(found.rejected, 1);
  EXPECT_EQ(found.observations.size(), 44U);
}

TEST(Statistics, WhichRuleHolds) {
  StatisticsRule any = rule(Granularity::month, 1, 1);
  any.id = "any";
  StatisticsRule old = any;
  old.id = "old";
  old.indicator = "codmn";
  old.validity = {Date::min(), make_date(2020, 1, 1)};
  StatisticsRule now = old;
  now.id = "now";
  now.validity = {make_date(2020, 1, 1), Date::max()};
  const StatisticsRules rules({any, old, now});
  EXPECT_EQ(rules.rule("codmn", "x", Granularity::month, make_date(2019, 12, 31)).id, "old");
  EXPECT_EQ(rules.rule("codmn", "x", Granularity::month, make_date(2020, 1, 1)).id, "now");
  EXPECT_EQ(rules.rule("tp", "x", Granularity::month, make_date(2020, 1, 1)).id, "any");
  EXPECT_THROW(rules.rule("tp", "x", Granularity::year, make_date(2020, 1, 1)), Error);
  now.validity.from = make_date(2019, 12, 1);
  EXPECT_THROW(StatisticsRules({any, old, now}), Error);
  // One names the indicator, the other the source: neither goes first.
  StatisticsRule source = any;
  source.source = "x";
  const StatisticsRules both({any, old, source});
  EXPECT_EQ(both.rule("tp", "x", Granularity::month, make_date(2019, 1, 1)).source, "x");
  EXPECT_THROW(both.rule("codmn", "x", Granularity::month, make_date(2019, 1, 1)), Error);
}

TEST(Statistics, BadRules) {
  const auto refused = [](auto&& change) {
    StatisticsRule one = rule(Granularity::year, 8, 3, MeanOf::monthly_means);
    change(one);
    try {
      const StatisticsRules rules({one});
    } catch (const Error& error) {
      return error.code() == codes::bad_statistics_rule;
    }
    return false;
  };
  EXPECT_FALSE(refused([](StatisticsRule&) {}));
  EXPECT_TRUE(refused([](StatisticsRule& r) { r.minimum = 0; }));
  EXPECT_TRUE(refused([](StatisticsRule& r) { r.granularity = Granularity::month; }));
  EXPECT_TRUE(refused([](StatisticsRule& r) { r.per_month = PerMonth{27, 25}; }));
  EXPECT_TRUE(refused([](StatisticsRule& r) { r.counted = {}; }));
  EXPECT_TRUE(refused([](StatisticsRule& r) { r.counted = {Flag::missing}; }));
  EXPECT_TRUE(refused([](StatisticsRule& r) { r.rounding.decimals = 40; }));
  EXPECT_TRUE(refused([](StatisticsRule& r) { r.validity.to = r.validity.from; }));
}

TEST(Statistics, Percentiles) {
  struct Case {
    std::vector<int> values;
    std::string_view share;
    Rational expected;
  };
  for (const Case& c :
       {Case{{7}, "0.95", 7}, Case{{3, 1, 2}, "0.5", 2}, Case{{1, 2}, "0.5", Rational::from_fraction(3, 2)},
        Case{{1, 2, 3, 4}, "0", 1}, Case{{1, 2, 3, 4}, "1", 4},
        // position 1 + 9 * 0.95 = 9.55: between the 9th (90) and the 10th (100)
        Case{{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, "0.95", Rational::from_fraction(191, 2)},
        // position 1 + 4 * 0.9 = 4.6
        Case{{5, 1, 4, 2, 30}, "0.9", 20}}) {
    std::vector<Rational> values(c.values.begin(), c.values.end());
    EXPECT_EQ(exact_percentile(values, Decimal::parse(c.share)), c.expected) << c.share;
  }
  EXPECT_THROW(exact_percentile({Rational(1)}, Decimal::parse("95")), Error);
  StatisticsRule month = rule(Granularity::month, 5, 0);
  const StatisticsRules rules({month});
  const Statistic found =
      percentile(rules, pm25, october("1 2 - 3 4 5.5"), Period::parse("2020-10"), Decimal::parse("0.9"));
  EXPECT_EQ(*found.exact, Rational::from_fraction(49, 10));  // 4 + 0.6 * 1.5
  EXPECT_EQ(found.rounded->to_string(), "5");
  EXPECT_EQ(
      percentile(rules, pm25, october("1 2 - 3"), Period::parse("2020-10"), Decimal::parse("0.9")).status,
      StatisticStatus::insufficient);
}

// The fast sum of decimals against fractions.
TEST(Statistics, AgreesWithFractions) {
  std::mt19937_64 random(20201005);
  for (int round = 0; round < 200; ++round) {
    std::vector<Decimal> values;
    Rational sum;
    const int n = std::uniform_int_distribution(1, 40)(random);
    for (int i = 0; i < n; ++i) {
      const auto digits =
          std::uniform_int_distribution<std::int64_t>(-999999999999999, 999999999999999)(random);
      values.push_back(Decimal::from_parts(digits, std::uniform_int_distribution(0, 29)(random)));
      sum = sum + Rational(values.back());
    }
    EXPECT_EQ(exact_mean(values), sum / Rational(n));
  }
}

}  // namespace
}  // namespace tributary::observe
