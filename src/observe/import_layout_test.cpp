// The layouts of real files, trimmed, from the file to the numbers read back, on both databases. The expected
// counts were made by an independent script over the same files.
#include "observe/import.h"
#include "observe/import_testing.h"
#include "observe/observations.h"
#include "observe/statistics.h"
#include "store/testing.h"

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

class ImportLayout : public ::testing::TestWithParam<std::string> {
 protected:
  ImportLayout() : database_(GetParam()), clock_(parse_instant("2026-11-23 10:00")) {
    database_.db().migrate(migrations());
  }
  ImportReport import(std::string_view file, const ImportMapping& mapping) {
    return import_csv({database_.db(), "341602", samples::every_place(), {}, clock_}, samples::testdata(file),
                      mapping);
  }
  Observations observations() { return {database_.db(), "341602"}; }
  Observation at(std::string_view place, std::string_view indicator, std::string_view source,
                 std::string_view time) {
    const Instant instant = parse_instant(time);
    const auto found = observations().read(observations().get(place, indicator, source).id,
                                           InstantRange{instant, {instant.seconds + 1}});
    if (found.empty()) throw std::runtime_error("no observation at " + std::string(time));
    return found.front();
  }

  store::TestDatabase database_;
  FixedClock clock_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, ImportLayout, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(ImportLayout, DailyStationsWithOutagesAndFilteredValues) {
  const ImportReport report = import("cnemc_daily.csv", samples::cnemc_daily());
  EXPECT_EQ(report.outcome, ImportOutcome::stored);
  EXPECT_EQ(report.rows, 93);
  EXPECT_EQ(report.accepted, 93);
  EXPECT_EQ(report.error_count, 0);
  EXPECT_EQ(report.observations.added, 928);
  EXPECT_EQ(report.new_series, 38);
  const std::map<std::string, std::int64_t> flags{
      {"valid", 749}, {"maintenance", 99}, {"filtered", 9}, {"missing", 70}, {"suspect", 1}};
  EXPECT_EQ(report.flags, flags);
}

TEST_P(ImportLayout, UnroundedValueOriginAndFlags) {
  import("cnemc_daily.csv", samples::cnemc_daily());

  const Observation total_nitrogen = at("p:颜集", "tn", "cnemc-daily", "2020-10-01 08:00");
  EXPECT_EQ(total_nitrogen.value, 3.289);  // tn_raw; the page showed 3.29
  EXPECT_EQ(total_nitrogen.flag, Flag::valid);
  const Origin origin = observations().origin(total_nitrogen);
  EXPECT_EQ(origin.file, "cnemc_daily.csv");
  EXPECT_EQ(origin.row, 2);
  EXPECT_EQ(origin.column, 26);
  EXPECT_EQ(origin.column_name, "tn_raw");
  EXPECT_EQ(origin.raw, "3.289");
  EXPECT_EQ(origin.arrived, clock_.now());

  const Observation filtered = at("p:颜集", "tn", "cnemc-daily", "2020-10-02 08:00");
  EXPECT_EQ(filtered.flag, Flag::filtered);
  EXPECT_FALSE(filtered.value.has_value());
  EXPECT_EQ(filtered.raw, "--");

  EXPECT_EQ(at("p:颜集", "class_published", "cnemc-daily", "2020-10-01 08:00").value, 4.0);
  EXPECT_EQ(at("p:街口(鸠坑口)", "ph", "cnemc-daily", "2020-08-01 08:00").flag,
            Flag::missing);  // snapshot_date
  const Observation oxygen = at("p:小王桥", "do", "cnemc-daily", "2021-01-11 08:00");
  EXPECT_EQ(oxygen.value, 28.64);
  EXPECT_EQ(oxygen.flag, Flag::suspect);
  const Observation ph = at("p:石头埠(老)", "ph", "cnemc-daily", "2021-02-18 08:00");
  EXPECT_EQ(ph.value, 11.68974);
  EXPECT_EQ(ph.flag, Flag::maintenance);
  EXPECT_FALSE(observations().find("p:石头埠(老)", "chla", "cnemc-daily"));  // «*»: not measured there
}

TEST_P(ImportLayout, FourHourlyRepeatsAndTimesWithoutYear) {
  const ImportReport report = import("cnemc_4hourly.csv", samples::cnemc_4hourly());
  EXPECT_EQ(report.rows, 58);
  EXPECT_EQ(report.accepted, 58);
  EXPECT_EQ(report.empty, 5);  // no time and no value
  const WriteCounts& counts = report.observations;
  EXPECT_EQ(counts.added + counts.corrected + counts.duplicate, 527);
  // 刘寨村后 at 04:00 on the 4th stands twice: in order, and under maintenance with four values filtered and
  // no class.
  EXPECT_EQ(counts.conflicting, 9);
  EXPECT_EQ(at("p:刘寨村后", "codmn", "cnemc-4hourly", "2021-04-04 04:00").flag, Flag::conflicting);
  EXPECT_EQ(at("p:刘寨村后", "codmn", "cnemc-4hourly", "2021-04-01 12:00").value, 3.54);
}

TEST_P(ImportLayout, CitiesByDay) {
  const ImportReport report = import("aqi_daily.csv", samples::aqi_daily());
  EXPECT_EQ(report.rows, 88);
  EXPECT_EQ(report.observations.added, 88 * 7);
  EXPECT_EQ(at("p:亳州", "pm25", "aqi-daily", "2015-01-06").value, 82.3);
}

TEST_P(ImportLayout, MonthlyMeansOfWhatWasImported) {
  import("cnemc_daily.csv", samples::cnemc_daily());
  StatisticsRule month;
  month.id = "water-month";
  month.rounding = {.decimals = 3, .by_indicator = {{"codmn", 2}}, .mode = Rounding::half_even};
  const StatisticsRules rules({month});
  struct Expected {
    std::string_view period;
    std::string_view indicator;
    std::string_view mean;
    int used;
    int rejected;
  };
  for (const Expected& e :
       {Expected{"2020-10", "codmn", "4.29", 23, 5}, Expected{"2020-10", "nh3n", "0.215", 23, 5},
        Expected{"2020-10", "tp", "0.226", 23, 5}, Expected{"2020-11", "codmn", "5.21", 27, 3},
        Expected{"2020-11", "nh3n", "1.097", 27, 3}, Expected{"2020-11", "tp", "0.240", 27, 3}}) {
    const Series series = observations().get("p:颜集", e.indicator, "cnemc-daily");
    const Period period = Period::parse(e.period);
    const auto read = observations().read(series.id, period);
    const Mean found = mean(rules, series, read, period);
    ASSERT_EQ(found.status, StatisticStatus::ok) << e.period << e.indicator;
    EXPECT_EQ(found.rounded->to_string(), e.mean) << e.period << e.indicator;
    EXPECT_EQ(found.used, e.used) << e.period << e.indicator;
    EXPECT_EQ(found.rejected, e.rejected) << e.period << e.indicator;
    EXPECT_EQ(found.observations.size(), static_cast<std::size_t>(e.used));
  }
}

}  // namespace
}  // namespace tributary::observe
