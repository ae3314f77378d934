// Working days, from the yearly notices of public holidays: weekends are off, except where a notice says
// otherwise.
//
// A calendar is data (policies/cn/calendars/*.yaml):
//
//   calendar: cn-working-days
//   title: {zh: …, en: …}
//   notices:                                # in the order of publication; a later one overrides on the days
//   it names
//     - year: 2020                          # the year it arranges
//       document: 国务院办公厅关于…的通知
//       number: 国办发明电〔2019〕16号
//       published: 2019-11-21
//       url: …                              # optional
//       verified: true
//       off:  [{name: 春节, from: 2020-01-24, to: 2020-01-30}, …]   # both days included
//       work: [2020-01-19, 2020-02-01]      # weekend days worked instead
//
// A notice may name days of the year before (New Year). A day belongs to the calendar when its year has a
// notice.
#pragma once

#include "base/error.h"
#include "base/time.h"

#include <map>
#include <string>
#include <vector>

namespace tributary {
inline namespace base {

struct DayRange {
  std::string name;
  Date from;
  Date to;  // included
};

struct HolidayNotice {
  int year = 0;
  std::string document;
  std::string number;
  Date published;
  std::string url;
  bool verified = false;
  std::vector<DayRange> off;
  std::vector<Date> work;
};

class WorkCalendar {
 public:
  WorkCalendar() = default;
  // Throws bad_calendar: notices out of order, a range turned round, a day both off and worked in one notice,
  // a day outside the notice's year and the year before.
  WorkCalendar(std::string id, Text title, std::vector<HolidayNotice> notices);

  const std::string& id() const { return id_; }
  const Text& title() const { return title_; }
  const std::vector<HolidayNotice>& notices() const { return notices_; }
  int first_year() const;  // 0 when empty
  int last_year() const;
  bool covers(Date day) const { return covers_year(year_of(day)); }

  // The calendar as it was known on a day: only notices published by then. The Spring Festival of 2020 was
  // extended to 2 February by a notice of 26 January.
  WorkCalendar as_known_on(Date day) const;

  // All three throw beyond_calendar for days of years without a notice.
  bool is_working_day(Date day) const;
  // The nth working day after `day`, which itself is not counted: the last day of a term of n working days
  // that begins with publication on `day`. n = 0 gives `day`; a negative n throws bad_calendar.
  Date add_working_days(Date day, int n) const;
  // Working days in (from, to]; negative when to is before from.
  int working_days_between(Date from, Date to) const;

 private:
  bool covers_year(int year) const;
  std::string id_;
  Text title_;
  std::vector<HolidayNotice> notices_;
  std::map<Date, bool> exceptions_;  // day named by a notice → worked
};

}  // namespace base
}  // namespace tributary
