#include "base/time.h"

#include "base/codes.h"

#include <random>

#include <gtest/gtest.h>

namespace tributary {
namespace {

std::string failing_code(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const Error& e) {
    return std::string(e.code().name);
  }
}

TEST(Date, Parse) {
  for (const auto& [text, expected] : {std::pair{"2020-10-05", "2020-10-05"},
                                       {"2020/10/5", "2020-10-05"},
                                       {"2020-1-5", "2020-01-05"},
                                       {"2020-02-29", "2020-02-29"},
                                       {"2000-02-29", "2000-02-29"},
                                       {"1970-01-01", "1970-01-01"},
                                       {"9999-12-31", "9999-12-31"}})
    EXPECT_EQ(to_string(parse_date(text)), expected);
  for (const char* text : {"", "2020", "2020-10", "2020-02-30", "2019-02-29", "1900-02-29", "2100-02-29",
                           "2020-13-01", "2020-00-10", "2020-10-00", "2020-10-32", "20201005", "2020-10-05 ",
                           "2020-10-05x", "05-10-2020", "1899-12-31", "2020年10月5日", "2020-10-5 08:00"})
    EXPECT_EQ(failing_code([&] { parse_date(text); }), "bad_date") << text;
}

TEST(Instant, Parse) {
  struct Row {
    const char* text;
    const char* rfc3339;
  };
  for (const Row& row :
       {Row{"2020-10-05 08:00", "2020-10-05T08:00:00+08:00"},
        Row{"2020/10/5 8:05:09", "2020-10-05T08:05:09+08:00"}, Row{"2020-10-05", "2020-10-05T00:00:00+08:00"},
        Row{"2020-10-05T08:00:00+08:00", "2020-10-05T08:00:00+08:00"},
        Row{"2020-10-05T00:00:00Z", "2020-10-05T08:00:00+08:00"},
        Row{"2020-10-04T20:30:00-05:30", "2020-10-05T10:00:00+08:00"},
        Row{"2020-10-05 24:00", "2020-10-06T00:00:00+08:00"},
        Row{"2020-12-31 24:00:00", "2021-01-01T00:00:00+08:00"},
        Row{"2020-02-28 24:00", "2020-02-29T00:00:00+08:00"},
        Row{"1969-12-31 23:59:59", "1969-12-31T23:59:59+08:00"}})
    EXPECT_EQ(to_rfc3339(parse_instant(row.text)), row.rfc3339) << row.text;
  for (const char* text : {"2020-10-05 24:01", "2020-10-05 25:00", "2020-10-05 08:60", "2020-10-05 08:00:60",
                           "2020-10-05 08", "2020-10-05 ", "2020-10-05T08:00:00+8", "2020-10-05T08:00:00+08",
                           "2020-10-05T08:00:00+24:00", "2020-10-05T08:00:00+08:60", "2020-10-05T08:00:00Zx",
                           "2020-10-05  08:00", "08:00", "2020-02-30 08:00", "2020-10-05 24:00:01"})
    EXPECT_EQ(failing_code([&] { parse_instant(text); }), "bad_date") << text;
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z").seconds, 0);
  EXPECT_EQ(parse_instant("1970-01-01").seconds, -8 * 3600);
}

TEST(Instant, DaysAreLegalDays) {
  EXPECT_EQ(to_string(day_of(parse_instant("2020-10-04T15:59:59Z"))), "2020-10-04");
  EXPECT_EQ(to_string(day_of(parse_instant("2020-10-04T16:00:00Z"))), "2020-10-05");
  EXPECT_EQ(to_string(parse_instant("2020-10-05 08:00")), "2020-10-05 08:00");
  EXPECT_EQ(to_string(parse_instant("2020-10-05 08:00:07")), "2020-10-05 08:00:07");
  std::mt19937_64 random(8);
  for (int i = 0; i < 5000; ++i) {
    const Instant t{static_cast<std::int64_t>(random() % 8'000'000'000ULL) - 2'000'000'000};
    ASSERT_EQ(parse_instant(to_rfc3339(t)), t);
    ASSERT_EQ(parse_instant(to_string(t)), t);
    ASSERT_LE(start_of(day_of(t)), t);
    ASSERT_LT(t, start_of(day_of(t) + std::chrono::days{1}));
  }
}

TEST(Period, Table) {
  struct Row {
    const char* text;
    const char* canonical;
    const char* from;
    const char* last;
    int days;
    const char* next;
    const char* previous;
    const char* year_later;
  };
  for (const Row& row : {
           Row{"2020", "2020", "2020-01-01", "2020-12-31", 366, "2021", "2019", "2021"},
           Row{"2019", "2019", "2019-01-01", "2019-12-31", 365, "2020", "2018", "2020"},
           Row{"2020-Q1", "2020-Q1", "2020-01-01", "2020-03-31", 91, "2020-Q2", "2019-Q4", "2021-Q1"},
           Row{"2020Q4", "2020-Q4", "2020-10-01", "2020-12-31", 92, "2021-Q1", "2020-Q3", "2021-Q4"},
           Row{"2021-q2", "2021-Q2", "2021-04-01", "2021-06-30", 91, "2021-Q3", "2021-Q1", "2022-Q2"},
           Row{"2020-02", "2020-02", "2020-02-01", "2020-02-29", 29, "2020-03", "2020-01", "2021-02"},
           Row{"2020-12", "2020-12", "2020-12-01", "2020-12-31", 31, "2021-01", "2020-11", "2021-12"},
           Row{"2020-1", "2020-01", "2020-01-01", "2020-01-31", 31, "2020-02", "2019-12", "2021-01"},
           Row{"2020-02-29", "2020-02-29", "2020-02-29", "2020-02-29", 1, "2020-03-01", "2020-02-28",
               "2021-02-28"},
           Row{"2020-10-05", "2020-10-05", "2020-10-05", "2020-10-05", 1, "2020-10-06", "2020-10-04",
               "2021-10-05"},
       }) {
    const Period p = Period::parse(row.text);
    EXPECT_EQ(p.to_string(), row.canonical);
    EXPECT_EQ(to_string(p.from()), row.from) << row.text;
    EXPECT_EQ(to_string(p.last_day()), row.last) << row.text;
    EXPECT_EQ(p.days(), row.days) << row.text;
    EXPECT_EQ(p.next().to_string(), row.next) << row.text;
    EXPECT_EQ(p.previous().to_string(), row.previous) << row.text;
    EXPECT_EQ(p.years_later(1).to_string(), row.year_later) << row.text;
    EXPECT_TRUE(p.contains(p.from()) && p.contains(p.last_day()));
    EXPECT_FALSE(p.contains(p.to()) || p.contains(p.from() - std::chrono::days{1}));
  }
  for (const char* text :
       {"", "20", "202", "1899", "2020-", "2020-0", "2020-13", "2020-Q0", "2020-Q5", "2020-Q", "2020-Q11",
        "2020-02-30", "2020/10", "2020-10-", "2020 ", "Q1-2020", "202010"})
    EXPECT_EQ(failing_code([&] { Period::parse(text); }), "bad_period") << text;
}

// Periods of one kind follow each other without gap or overlap, and hold the days from which they are made.
TEST(Period, TileTheCalendar) {
  for (Granularity g : {Granularity::day, Granularity::month, Granularity::quarter, Granularity::year}) {
    Period p = Period::containing(make_date(1999, 12, 31), g);
    while (year_of(p.from()) < 2032) {
      ASSERT_EQ(p.next().from(), p.to());
      ASSERT_EQ(p.next().previous(), p);
      ASSERT_EQ(Period::containing(p.last_day(), g), p);
      ASSERT_EQ(Period::parse(p.to_string()), p);
      if (p.to_string().find("02-29") == std::string::npos) {
        ASSERT_EQ(p.years_later(-3).years_later(3), p);
      }
      p = p.next();
    }
  }
}

TEST(Validity, HalfOpen) {
  const Validity v{parse_date("2020-01-01"), parse_date("2021-01-01")};
  EXPECT_TRUE(v.holds_on(parse_date("2020-01-01")));
  EXPECT_FALSE(v.holds_on(parse_date("2021-01-01")));
  EXPECT_FALSE(v.overlaps({parse_date("2021-01-01"), Date::max()}));
  EXPECT_TRUE(v.overlaps({parse_date("2020-12-31"), Date::max()}));
  EXPECT_TRUE(Validity{}.overlaps(v));
  EXPECT_TRUE(Validity{}.holds_on(parse_date("1949-10-01")));
}

TEST(Clock, Fixed) {
  FixedClock clock(parse_instant("2020-12-31T16:00:00Z"));
  EXPECT_EQ(to_string(clock.today()), "2021-01-01");
  clock.set(parse_instant("2021-01-02 00:00"));
  EXPECT_EQ(to_string(clock.today()), "2021-01-02");
  EXPECT_GT(SystemClock().now(), parse_instant("2020-01-01"));
}

}  // namespace
}  // namespace tributary
