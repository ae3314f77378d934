// Mappings as data: what is refused, what makes two differ; times by format.
#include "base/codes.h"
#include "observe/codes.h"
#include "observe/import_testing.h"
#include "observe/time_format.h"

#include <set>

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

TEST(ImportMapping, RefusesWhatCannotWork) {
  const auto code_of = [](auto&& change) -> std::string {
    ImportMapping m = samples::cnemc_daily();
    change(m);
    try {
      check(m);
    } catch (const Error& error) {
      return std::string(error.code().name);
    }
    return "good";
  };
  EXPECT_EQ(code_of([](ImportMapping&) {}), "good");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.id.clear(); }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.place_columns.clear(); }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.times.clear(); }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.times[0].format = "%m-%d"; }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.times[0].format = "%Y-%m-%d %Q"; }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.times[0].second_of_day = 86400; }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.values.clear(); }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.values[1].indicator = m.values[2].indicator; }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.values[1].unit = "furlong"; }), "bad_unit");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.values[1].detection_limit = 0; }), "bad_mapping");
  EXPECT_EQ(code_of([](ImportMapping& m) { m.values[2].bounds.suspect_below = 15; }), "bad_mapping");
}

TEST(ImportMapping, FingerprintTellsMappingsApart) {
  std::set<std::string> seen{fingerprint(samples::cnemc_daily()), fingerprint(samples::cnemc_4hourly()),
                             fingerprint(samples::aqi_daily()), fingerprint(samples::simple())};
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_TRUE(seen.contains(fingerprint(samples::cnemc_daily())));
  const auto differs = [&](auto&& change) {
    ImportMapping m = samples::cnemc_daily();
    change(m);
    return seen.insert(fingerprint(m)).second;
  };
  EXPECT_FALSE(differs([](ImportMapping& m) { m.title.zh = "另一标题"; }));
  EXPECT_TRUE(differs([](ImportMapping& m) { m.values[2].bounds.suspect_above = 13; }));
  EXPECT_TRUE(differs([](ImportMapping& m) { m.values[0].ordinals[0].value = 9; }));
  EXPECT_TRUE(differs([](ImportMapping& m) { m.times[1].second_of_day = 0; }));
  EXPECT_TRUE(differs([](ImportMapping& m) { m.statuses[1].flag = Flag::valid; }));
  EXPECT_TRUE(differs([](ImportMapping& m) { m.missing.pop_back(); }));
  EXPECT_TRUE(differs([](ImportMapping& m) { m.values[2].preferred_column.clear(); }));
}

TEST(TimeFormat, Table) {
  struct Case {
    std::string_view text;
    std::string_view format;
    std::optional<int> year;
    std::string_view expected;  // empty: refused
  };
  for (const Case& c :
       {Case{"2020-10-05 08:00", "%Y-%m-%d %H:%M", {}, "2020-10-05 08:00"},
        Case{"2020-1-5 8:00", "%Y-%m-%d %H:%M", {}, "2020-01-05 08:00"},
        Case{"20200326 18", "%Y%m%d %H", {}, "2020-03-26 18:00"},
        Case{"2020032618", "%Y%m%d%H", {}, "2020-03-26 18:00"},
        Case{"04-01 04:00", "%m-%d %H:%M", 2021, "2021-04-01 04:00"},
        Case{"2020/02/29", "%Y/%m/%d", {}, "2020-02-29 06:00"},
        Case{"2020年3月1日", "%Y年%m月%d日", {}, "2020-03-01 06:00"},
        Case{"2020-10", "%Y-%m", {}, "2020-10-01 06:00"},
        Case{"2020-12-31 24:00", "%Y-%m-%d %H:%M", {}, "2021-01-01 00:00"},
        Case{"2020-10-05 08:00:30", "%Y-%m-%d %H:%M:%S", {}, "2020-10-05 08:00:30"},
        Case{"2021-02-29", "%Y-%m-%d", {}, ""}, Case{"2020-10-05 24:01", "%Y-%m-%d %H:%M", {}, ""},
        Case{"2020-10-05 25:00", "%Y-%m-%d %H:%M", {}, ""}, Case{"2020-13-05", "%Y-%m-%d", {}, ""},
        Case{"2020-10-05 08:00x", "%Y-%m-%d %H:%M", {}, ""}, Case{"20-10-05", "%Y-%m-%d", {}, ""},
        Case{"", "%Y-%m-%d", {}, ""}, Case{"0020-10-05", "%Y-%m-%d", {}, ""}}) {
    const auto found = parse_time(c.text, c.format, c.year, 6 * 3600);
    EXPECT_EQ(found ? tributary::to_string(*found) : "", c.expected) << c.text;
  }
}

// What people are told to write can be read.
TEST(TimeFormat, ItsSampleFits) {
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y年%m月%d日 %H时", "%Y%m%d%H%M%S", "%Y/%m/%d"})
    EXPECT_TRUE(parse_time(sample_time(format), format)) << sample_time(format);
  EXPECT_EQ(sample_time("%Y/%m/%d %H:%M"), "2020/10/05 08:00");
}

}  // namespace
}  // namespace tributary::observe
