#include "observe/aqi.h"

#include "observe/standard_yaml_testing.h"

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

const AqiStandard& hj(int year) {
  static const AqiStandard old_one = testing::aqi_standard("hj633-2012");
  static const AqiStandard new_one = testing::aqi_standard("hj633-2026");
  return year == 2012 ? old_one : new_one;
}

// "so2=9 no2=38"; "so2!" is exempt.
AqiInput input(const std::string& text) {
  AqiInput out;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word.ends_with('!')) {
      out.exempt.insert(word.substr(0, word.size() - 1));
      continue;
    }
    const std::size_t at = word.find('=');
    out.values[word.substr(0, at)] = Decimal::parse(word.substr(at + 1));
  }
  return out;
}

// "99 2 pm10 | so2 9, no2 48 …": AQI or NA, level, primary; sub-indices.
std::string described(const AqiResult& result) {
  std::string out =
      result.aqi ? std::to_string(*result.aqi) + " " + std::to_string(result.level->number) : "NA";
  for (const std::string& item : result.primary) out += " " + item;
  out += " |";
  for (const SubIndex& sub : result.items) out += " " + sub.item + " " + std::to_string(sub.iaqi);
  return out;
}

TEST(Aqi, TheFilesAreSound) {
  EXPECT_NO_THROW(hj(2012).validate());
  EXPECT_NO_THROW(hj(2026).validate());
  const std::vector<AqiStandard> all{hj(2012), hj(2026)};
  EXPECT_EQ(standard_on<AqiStandard>(all, parse_date("2026-02-28")).head.id, "hj633-2012");
  EXPECT_EQ(standard_on<AqiStandard>(all, parse_date("2026-03-01")).head.id, "hj633-2026");
}

TEST(Aqi, WorkedExample) {
  const AqiInput day = input("so2=9 no2=38 pm10=118.5 pm25=52.5 co=0.85 o3_8h=150.4");
  EXPECT_EQ(described(hj(2026).evaluate(day, AqiForm::daily)),
            "99 2 pm10 | so2 9 no2 48 co 20 o3_8h 92 pm10 99 pm25 84");
  EXPECT_EQ(described(hj(2012).evaluate(day, AqiForm::daily)),
            "92 2 o3_8h | so2 9 no2 48 co 20 o3_8h 92 pm10 84 pm25 72");
  EXPECT_EQ(hj(2026).evaluate(day, AqiForm::daily).level->title.zh, "良");
  EXPECT_EQ(hj(2026).evaluate(day, AqiForm::daily).items[4].rounded.to_string(), "118");  // half to even
}

TEST(Aqi, Daily2026) {
  const auto daily = [](const std::string& text) {
    return described(hj(2026).evaluate(input(text), AqiForm::daily));
  };
  const std::string calm = "so2=1 no2=1 o3_8h=1 pm10=1 pm25=1 ";
  EXPECT_EQ(daily(calm + "co=2.2"), "55 2 co | so2 1 no2 2 co 55 o3_8h 1 pm10 1 pm25 2");  // trap 2: not 56
  EXPECT_EQ(daily(calm + "co=2"),
            "50 1 | so2 1 no2 2 co 50 o3_8h 1 pm10 1 pm25 2");  // 50: no primary pollutant
  EXPECT_EQ(daily("so2=0 no2=0 o3_8h=0 pm10=0 pm25=0 co=0"), "1 1 | so2 0 no2 0 co 0 o3_8h 0 pm10 0 pm25 0");
  EXPECT_EQ(daily("so2=0 no2=0 o3_8h=160 pm10=120 pm25=60 co=0"),
            "100 2 o3_8h pm10 pm25 | so2 0 no2 0 co 0 o3_8h 100 pm10 100 pm25 100");
  EXPECT_EQ(daily("so2=0 no2=0 o3_8h=801 pm10=0 pm25=0 co=0"),
            "300 5 o3_8h | so2 0 no2 0 co 0 o3_8h 300 pm10 0 pm25 0");
  EXPECT_EQ(daily("so2=0 no2=0 o3_8h=0 pm10=700 pm25=501 co=0"),
            "500 6 pm10 pm25 | so2 0 no2 0 co 0 o3_8h 0 pm10 500 pm25 500");
  EXPECT_TRUE(hj(2026).evaluate(input("pm10=700"), AqiForm::daily).exceeding.empty());
  EXPECT_EQ(hj(2012).evaluate(input("pm10=700 pm25=30"), AqiForm::daily).exceeding,
            std::vector<std::string>{"pm10"});
}

TEST(Aqi, Hourly) {
  const auto hourly = [](int year, const std::string& text) {
    return described(hj(year).evaluate(input(text), AqiForm::hourly));
  };
  const std::string rest = " no2=100 co=5 o3=160 pm10=50 pm25=35";
  EXPECT_EQ(hourly(2026, "so2=500" + rest), "100 2 so2 | so2 100 no2 50 co 50 o3 50 pm10 50 pm25 50");
  EXPECT_EQ(hourly(2026, "so2=800" + rest), "200 4 so2 | so2 200 no2 50 co 50 o3 50 pm10 50 pm25 50");
  EXPECT_EQ(hourly(2026, "so2=801" + rest), "200 4 so2 | so2 200 no2 50 co 50 o3 50 pm10 50 pm25 50");
  EXPECT_EQ(hourly(2026, "so2=1" + rest), "50 1 | so2 1 no2 50 co 50 o3 50 pm10 50 pm25 50");
  // 2012: above 800 the 24-hour value decides; without it the item is missing.
  EXPECT_EQ(hourly(2012, "so2=801 so2_24h=475" + rest),
            "150 3 so2 | so2 150 no2 50 co 50 o3 50 pm10 50 pm25 50");
  EXPECT_EQ(hourly(2012, "so2=801" + rest), "NA | no2 50 co 50 o3 50 pm10 50 pm25 50");
  EXPECT_EQ(hourly(2012, "so2=800" + rest), "200 4 so2 | so2 200 no2 50 co 50 o3 50 pm10 50 pm25 50");
  const AqiResult ozone =
      hj(2012).evaluate(input("so2=0 no2=0 co=0 pm10=0 pm25=0 o3_8h=810 o3_1h=900"), AqiForm::daily);
  EXPECT_EQ(ozone.aqi, 350);
  EXPECT_EQ(ozone.items[3].column, "o3_1h");
  EXPECT_EQ(ozone.primary, std::vector<std::string>{"o3_8h"});
}

TEST(Aqi, MissingItems) {
  const auto daily = [](const std::string& text) { return hj(2026).evaluate(input(text), AqiForm::daily); };
  const AqiResult unpublished = daily("so2=9 no2=38 pm10=118 pm25=52 co=0.8");
  EXPECT_EQ(described(unpublished), "NA | so2 9 no2 48 co 20 pm10 99 pm25 84");
  EXPECT_EQ(unpublished.missing, std::vector<std::string>{"o3_8h"});
  EXPECT_EQ(unpublished.of_rest, 99);
  EXPECT_FALSE(unpublished.not_published.zh.empty());
  EXPECT_FALSE(unpublished.level);
  EXPECT_EQ(described(daily("pm10=121")), "101 3 pm10 | pm10 101");  // above 100: published all the same
  EXPECT_EQ(described(daily("pm10=120")), "NA | pm10 100");
  EXPECT_EQ(described(daily("so2=9 no2=38 pm10=118 pm25=52 co=0.8 o3_8h!")),
            "99 2 pm10 | so2 9 no2 48 co 20 pm10 99 pm25 84");
  EXPECT_FALSE(daily("").aqi);
  EXPECT_EQ(daily("").missing.size(), 6U);
}

TEST(Aqi, Rounding) {
  const AqiColumn& pm10 = *hj(2026).find_column("pm10_24h");
  const auto rounded = [&](const char* c) {
    return hj(2026).sub_index(pm10, Decimal::parse(c))->rounded.to_string();
  };
  EXPECT_EQ(rounded("118.5"), "118");
  EXPECT_EQ(rounded("119.5"), "120");
  EXPECT_EQ(rounded("118.51"), "119");
  EXPECT_EQ(rounded("-0.4"), "0");
  EXPECT_EQ(rounded("-0.5"), "0");
  EXPECT_THROW(rounded("-0.6"), Error);
  const AqiColumn& co = *hj(2026).find_column("co_24h");
  EXPECT_EQ(hj(2026).sub_index(co, Decimal::parse("0.85"))->rounded.to_string(), "0.8");
  EXPECT_EQ(hj(2026).sub_index(co, Decimal::parse("2.25"))->iaqi, 55);
  EXPECT_EQ(hj(2026).sub_index(co, Decimal::parse("2.2500001"))->iaqi, 58);
}

// A slow, independent computation in whole numbers: tables typed again, concentrations in tenths, the
// sub-index found by counting up. Every concentration of the reporting grid to beyond the last breakpoint,
// all columns of both versions.
struct Slow {
  const char* column;
  std::vector<long> tenths;
};

int slow_iaqi(const std::vector<long>& bp, long c) {
  static const std::vector<long> steps{0, 50, 100, 150, 200, 300, 400, 500};
  if (c > bp.back()) return -1;
  std::size_t k = 0;
  while (c > bp[k]) ++k;
  if (k == 0) return 0;
  long index = steps[k - 1];
  while ((index - steps[k - 1]) * (bp[k] - bp[k - 1]) < (steps[k] - steps[k - 1]) * (c - bp[k - 1])) ++index;
  return static_cast<int>(index);
}

TEST(Aqi, WholeGridAgreesWithCountingUp) {
  for (const int year : {2012, 2026}) {
    const long pm10 = year == 2012 ? 1500 : 1200, pm25 = year == 2012 ? 750 : 600;
    long cells = 0;
    for (const Slow& slow : {
             Slow{"so2_24h", {0, 500, 1500, 4750, 8000, 16000, 21000, 26200}},
             Slow{"so2_1h", {0, 1500, 5000, 6500, 8000}},
             Slow{"no2_24h", {0, 400, 800, 1800, 2800, 5650, 7500, 9400}},
             Slow{"no2_1h", {0, 1000, 2000, 7000, 12000, 23400, 30900, 38400}},
             Slow{"co_24h", {0, 20, 40, 140, 240, 360, 480, 600}},
             Slow{"co_1h", {0, 50, 100, 350, 600, 900, 1200, 1500}},
             Slow{"o3_8h", {0, 1000, 1600, 2150, 2650, 8000}},
             Slow{"o3_1h", {0, 1600, 2000, 3000, 4000, 8000, 10000, 12000}},
             Slow{"pm10_24h", {0, 500, pm10, 2500, 3500, 4200, 5000, 6000}},
             Slow{"pm25_24h", {0, 350, pm25, 1150, 1500, 2500, 3500, 5000}},
         }) {
      const AqiColumn* column = hj(year).find_column(slow.column);
      ASSERT_NE(column, nullptr) << slow.column;
      const long step = column->decimals == 1 ? 1 : 10;
      for (long c = 0; c <= slow.tenths.back() + 100; c += step, ++cells) {
        const auto fast = hj(year).sub_index(*column, Decimal::from_parts(c, 1));
        int expected = slow_iaqi(slow.tenths, c);
        if (expected < 0) {
          const bool short_column = slow.tenths.size() < 8;
          if (short_column && year == 2012) {
            ASSERT_FALSE(fast) << slow.column << " " << c;
            continue;
          }
          expected = slow.tenths.size() == 5 ? 200 : slow.tenths.size() == 6 ? 300 : 500;
        }
        ASSERT_TRUE(fast) << slow.column << " " << c;
        ASSERT_EQ(fast->iaqi, expected) << year << " " << slow.column << " tenths " << c;
      }
    }
    EXPECT_GT(cells, 12000);
  }
}

TEST(Aqi, RefusesBadTables) {
  const auto with = [](auto change) {
    AqiStandard standard = hj(2026);
    change(standard);
    standard.validate();
  };
  EXPECT_THROW(with([](auto& s) { s.columns[0].at[3] = Decimal(150); }), Error);
  EXPECT_THROW(with([](auto& s) { s.columns[0].at[0] = Decimal(-1); }), Error);
  EXPECT_THROW(with([](auto& s) { s.columns[0].at.push_back(Decimal(9999)); }), Error);
  EXPECT_THROW(with([](auto& s) { s.columns[1].id = "so2_24h"; }), Error);
  EXPECT_THROW(with([](auto& s) { s.daily[0].column = "so3_24h"; }), Error);
  EXPECT_THROW(with([](auto& s) { s.columns[1].above_column = "nowhere"; }), Error);
  EXPECT_THROW(with([](auto& s) { s.levels[1].from = 52; }), Error);
  EXPECT_THROW(with([](auto& s) { s.levels.pop_back(); }), Error);
  EXPECT_THROW(with([](auto& s) { s.steps[2] = 50; }), Error);
}

}  // namespace
}  // namespace tributary::observe
