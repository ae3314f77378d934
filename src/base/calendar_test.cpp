#include "base/calendar.h"

#include "base/codes.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

Date d(std::string_view text) {
  return parse_date(text);
}

// The two notices that made the year 2020.
WorkCalendar year_2020() {
  return {"cn",
          {"工作日", "working days"},
          {{.year = 2020,
            .document = "国务院办公厅关于2020年部分节假日安排的通知",
            .number = "国办发明电〔2019〕16号",
            .published = d("2019-11-21"),
            .url = "",
            .verified = true,
            .off = {{"元旦", d("2020-01-01"), d("2020-01-01")},
                    {"春节", d("2020-01-24"), d("2020-01-30")},
                    {"国庆节、中秋节", d("2020-10-01"), d("2020-10-08")}},
            .work = {d("2020-01-19"), d("2020-02-01"), d("2020-09-27"), d("2020-10-10")}},
           {.year = 2020,
            .document = "国务院办公厅关于延长2020年春节假期的通知",
            .number = "国办发明电〔2020〕1号",
            .published = d("2020-01-27"),
            .url = "",
            .verified = true,
            .off = {{"春节", d("2020-01-31"), d("2020-02-02")}},
            .work = {}}}};
}

TEST(WorkCalendar, NationalDay2020) {
  const WorkCalendar calendar = year_2020();
  EXPECT_TRUE(calendar.is_working_day(d("2020-09-27")));  // a Sunday, worked
  EXPECT_FALSE(calendar.is_working_day(d("2020-09-26")));
  EXPECT_TRUE(calendar.is_working_day(d("2020-09-30")));
  for (const char* off : {"2020-10-01", "2020-10-05", "2020-10-08"})
    EXPECT_FALSE(calendar.is_working_day(d(off))) << off;
  EXPECT_TRUE(calendar.is_working_day(d("2020-10-09")));
  EXPECT_TRUE(calendar.is_working_day(d("2020-10-10")));  // a Saturday, worked
  EXPECT_FALSE(calendar.is_working_day(d("2020-10-11")));
}

TEST(WorkCalendar, ObjectionTermSkipsTheHoliday) {
  const WorkCalendar calendar = year_2020();
  // Published on Monday 28 September: 29, 30 September, 9, 10 (Saturday), 12 October.
  EXPECT_EQ(to_string(calendar.add_working_days(d("2020-09-28"), 5)), "2020-10-12");
  EXPECT_EQ(to_string(calendar.add_working_days(d("2020-09-28"), 15)), "2020-10-26");
  EXPECT_EQ(to_string(calendar.add_working_days(d("2020-10-03"), 1)),
            "2020-10-09");  // published on a day off
  EXPECT_EQ(to_string(calendar.add_working_days(d("2020-10-03"), 0)), "2020-10-03");
  EXPECT_THROW(calendar.add_working_days(d("2020-10-03"), -1), Error);
  EXPECT_EQ(calendar.working_days_between(d("2020-09-28"), d("2020-10-12")), 5);
  EXPECT_EQ(calendar.working_days_between(d("2020-10-12"), d("2020-09-28")), -5);
  EXPECT_EQ(calendar.working_days_between(d("2020-09-28"), d("2020-09-28")), 0);
}

TEST(WorkCalendar, SpringFestival2020WasExtendedByALaterNotice) {
  const WorkCalendar now = year_2020();
  const WorkCalendar before = now.as_known_on(d("2020-01-26"));
  struct Row {
    const char* day;
    bool before, now;
  };
  for (const Row& row :
       {Row{"2020-01-19", true, true}, Row{"2020-01-30", false, false}, Row{"2020-01-31", true, false},
        Row{"2020-02-01", true, false}, Row{"2020-02-02", false, false}, Row{"2020-02-03", true, true}}) {
    EXPECT_EQ(before.is_working_day(d(row.day)), row.before) << row.day;
    EXPECT_EQ(now.is_working_day(d(row.day)), row.now) << row.day;
  }
  EXPECT_EQ(to_string(before.add_working_days(d("2020-01-23"), 2)), "2020-02-01");
  EXPECT_EQ(to_string(now.add_working_days(d("2020-01-23"), 2)), "2020-02-04");
  EXPECT_EQ(now.as_known_on(d("2020-01-27")).is_working_day(d("2020-01-31")), false);
}

TEST(WorkCalendar, SaysSoBeyondItsYears) {
  const WorkCalendar calendar = year_2020();
  try {
    calendar.add_working_days(d("2020-12-25"), 15);
    FAIL() << "2021 has no notice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::beyond_calendar);
    EXPECT_EQ(error.message().zh, "日历只到 2020 年, 不知道 2021-01-01 是否工作日");
    EXPECT_EQ(error.hint().zh, "请把 2021 年的放假通知加入工作日历");
  }
  EXPECT_THROW(calendar.is_working_day(d("2019-12-31")), Error);
  EXPECT_THROW(calendar.as_known_on(d("2019-01-01")).is_working_day(d("2020-05-06")), Error);
  EXPECT_THROW(WorkCalendar().is_working_day(d("2020-05-06")), Error);
  EXPECT_EQ(calendar.first_year(), 2020);
  EXPECT_EQ(calendar.last_year(), 2020);
}

TEST(WorkCalendar, RefusesBadNotices) {
  const auto with = [](auto change) {
    HolidayNotice notice{.year = 2020,
                         .document = "",
                         .number = "x",
                         .published = d("2019-11-21"),
                         .url = "",
                         .verified = true,
                         .off = {{"a", d("2020-05-01"), d("2020-05-05")}},
                         .work = {}};
    std::vector<HolidayNotice> notices{notice, notice};
    change(notices);
    return WorkCalendar("x", {}, notices);
  };
  EXPECT_NO_THROW(with([](auto&) {}));
  EXPECT_THROW(with([](auto& n) { n[1].published = d("2019-11-20"); }), Error);
  EXPECT_THROW(with([](auto& n) { n[0].off[0].to = d("2020-04-30"); }), Error);
  EXPECT_THROW(with([](auto& n) { n[0].work = {d("2020-05-05")}; }), Error);
  EXPECT_THROW(with([](auto& n) { n[0].work = {d("2021-05-05")}; }), Error);
}

}  // namespace
}  // namespace tributary
