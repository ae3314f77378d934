#include "observe/air_standard.h"

#include "observe/standard_yaml_testing.h"

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

std::vector<AirStandard> standards() {
  return {testing::air_standard("gb3095-2012"), testing::air_standard("gb3095-2026")};
}

std::string limit(const char* day, const char* pollutant, int air_class, const char* period) {
  static const std::vector<AirStandard> all = standards();
  const auto found = air_limit(all, parse_date(day), pollutant, air_class, parse_air_period(period).value());
  return found ? found->limit.to_string() + (found->verified ? "" : "?") : "-";
}

TEST(AirStandard, TheFilesAreSound) {
  for (const AirStandard& standard : standards()) EXPECT_NO_THROW(standard.validate()) << standard.head.id;
}

TEST(AirStandard, LimitsByDate) {
  struct Row {
    const char* day;
    const char* pollutant;
    int air_class;
    const char* period;
    const char* expected;  // with ? when not verified
  };
  for (const Row& row : {
           Row{"2020-06-01", "pm25", 2, "year", "35?"}, Row{"2020-06-01", "pm25", 2, "day", "75?"},
           Row{"2020-06-01", "pm10", 2, "year", "70?"}, Row{"2026-02-28", "pm10", 2, "day", "150?"},
           Row{"2020-06-01", "pm25", 1, "year", "-"},   Row{"2020-06-01", "so2", 2, "hour", "-"},
           Row{"2020-06-01", "o3", 2, "8h", "160?"},    Row{"2026-03-01", "pm25", 2, "year", "30"},
           Row{"2026-03-01", "pm25", 2, "day", "60"},   Row{"2030-12-31", "pm25", 2, "year", "30"},
           Row{"2031-01-01", "pm25", 2, "year", "25"},  Row{"2031-01-01", "pm25", 2, "day", "50"},
           Row{"2031-01-01", "pm10", 2, "day", "100"},  Row{"2026-03-01", "pm10", 1, "year", "40"},
           Row{"2031-01-01", "pm10", 1, "year", "20"},  Row{"2031-01-01", "no2", 2, "year", "30"},
           Row{"2026-11-23", "no2", 2, "year", "40"},   Row{"2026-11-23", "co", 1, "hour", "10"},
           Row{"2026-11-23", "co", 2, "year", "-"},     Row{"2026-11-23", "nox", 2, "year", "-"},
       })
    EXPECT_EQ(limit(row.day, row.pollutant, row.air_class, row.period), row.expected)
        << row.day << " " << row.pollutant << " " << row.air_class << " " << row.period;
  EXPECT_THROW(limit("2014-12-31", "pm25", 2, "year"), Error);
}

TEST(AirStandard, ValidityOfMeans) {
  const AirValidity rule = testing::air_standard("gb3095-2026").validity;
  EXPECT_TRUE(rule.verified);
  EXPECT_TRUE(rule.hour_valid(45) && !rule.hour_valid(44));
  EXPECT_TRUE(rule.eight_hours_valid(6) && !rule.eight_hours_valid(5));
  EXPECT_TRUE(rule.day_valid(20) && !rule.day_valid(19));
  std::array<int, 12> days{27, 25, 27, 27, 27, 27, 27, 27, 27, 27, 28, 28};  // 324
  EXPECT_EQ(rule.why_year_invalid(days), Text{});
  days[11] = 27;
  EXPECT_EQ(rule.why_year_invalid(days).zh, "全年只有 323 个有效日均值, 至少需 324 个");
  days = {31, 24, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  EXPECT_EQ(rule.why_year_invalid(days).zh, "2 月只有 24 个有效日均值, 至少需 25 个");
  days = {26, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  EXPECT_FALSE(rule.why_year_invalid(days).zh.empty());
}

TEST(AirStandard, RefusesBadStages) {
  const auto with = [](auto change) {
    AirStandard standard = testing::air_standard("gb3095-2026");
    change(standard);
    standard.validate();
  };
  EXPECT_THROW(with([](auto& s) { s.stages[1].in_force.from = parse_date("2031-01-02"); }), Error);
  EXPECT_THROW(with([](auto& s) { s.stages.pop_back(); }), Error);
  EXPECT_THROW(with([](auto& s) { s.stages.clear(); }), Error);
  EXPECT_THROW(with([](auto& s) { s.stages[0].limits[0].air_class = 2; }), Error);
  EXPECT_THROW(with([](auto& s) { s.stages[0].limits[0].periods[AirPeriod::year] = Decimal(61); }), Error);
  EXPECT_THROW(with([](auto& s) { s.stages[0].limits[0].periods[AirPeriod::year] = Decimal(0); }), Error);
}

// Days off and worked weekend days of each year's notices, as counted in a list made by others.
TEST(Calendar, EveryYearOfTheChineseCalendar) {
  const WorkCalendar calendar = testing::work_calendar("cn-working-days");
  EXPECT_EQ(calendar.first_year(), 2018);
  EXPECT_EQ(calendar.last_year(), 2026);
  struct Row {
    int year, off, worked;
  };
  for (const Row& row :
       {Row{2018, 23, 6}, Row{2019, 24, 7}, Row{2020, 30, 6}, Row{2021, 31, 7}, Row{2022, 31, 7},
        Row{2023, 27, 7}, Row{2024, 28, 8}, Row{2025, 28, 5}, Row{2026, 33, 6}}) {
    std::map<Date, bool> named;
    for (const HolidayNotice& notice : calendar.notices()) {
      if (notice.year != row.year) continue;
      EXPECT_TRUE(notice.verified && !notice.number.empty()) << row.year;
      for (const DayRange& range : notice.off)
        for (Date day = range.from; day <= range.to; day += std::chrono::days{1}) named[day] = false;
      for (const Date day : notice.work) named[day] = true;
    }
    const auto worked = std::ranges::count_if(named, [](const auto& entry) { return entry.second; });
    EXPECT_EQ(worked, row.worked) << row.year;
    EXPECT_EQ(static_cast<int>(named.size()) - worked, row.off) << row.year;
    for (const auto& [day, is_worked] : named)
      EXPECT_EQ(calendar.is_working_day(day), is_worked) << to_string(day);
  }
}

TEST(Calendar, RealCases) {
  const WorkCalendar calendar = testing::work_calendar("cn-working-days");
  struct Row {
    const char* day;
    bool working;
  };
  for (const Row& row :
       {Row{"2018-12-29", true}, Row{"2018-12-31", false}, Row{"2019-05-03", false}, Row{"2019-05-05", true},
        Row{"2020-02-01", false}, Row{"2020-09-27", true}, Row{"2020-10-09", true}, Row{"2020-10-10", true},
        Row{"2022-12-31", false}, Row{"2023-10-06", false}, Row{"2024-02-09", true}, Row{"2024-09-14", true},
        Row{"2025-02-08", true}, Row{"2026-02-23", false}, Row{"2026-11-23", true}})
    EXPECT_EQ(calendar.is_working_day(parse_date(row.day)), row.working) << row.day;
  EXPECT_EQ(to_string(calendar.add_working_days(parse_date("2026-09-18"), 15)), "2026-10-15");
  // As known before the change of 22 March 2019, 3 May was worked and 5 May was not.
  const WorkCalendar before = calendar.as_known_on(parse_date("2019-03-21"));
  EXPECT_TRUE(before.is_working_day(parse_date("2019-05-03")));
  EXPECT_FALSE(before.is_working_day(parse_date("2019-05-05")));
  try {
    calendar.add_working_days(parse_date("2026-12-25"), 15);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message().zh, "日历只到 2026 年, 不知道 2027-01-01 是否工作日");
  }
}

}  // namespace
}  // namespace tributary::observe
