#include "base/calendar.h"

#include "base/codes.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary {
inline namespace base {
namespace {

constexpr std::chrono::days one_day{1};

[[noreturn]] void bad(const HolidayNotice& notice, std::string_view zh, std::string_view en) {
  throw Error(codes::bad_calendar,
              {fmt::format("放假通知 {}（{} 年）: {}", notice.number, notice.year, zh),
               fmt::format("holiday notice {} ({}): {}", notice.number, notice.year, en)},
              {}, {"请对照通知原文修正日历文件", "correct the calendar file against the notice"});
}

void check_day(const HolidayNotice& notice, Date day) {
  const int year = year_of(day);
  if (year != notice.year && year != notice.year - 1)
    bad(notice, fmt::format("{} 不属于该年", to_string(day)),
        fmt::format("{} is not in that year", to_string(day)));
}

bool weekend(Date day) {
  const std::chrono::weekday weekday{day};
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

}  // namespace

WorkCalendar::WorkCalendar(std::string id, Text title, std::vector<HolidayNotice> notices)
    : id_(std::move(id)), title_(std::move(title)), notices_(std::move(notices)) {
  for (std::size_t i = 0; i < notices_.size(); ++i) {
    const HolidayNotice& notice = notices_[i];
    if (i > 0 && notice.published < notices_[i - 1].published)
      bad(notice, "应按发布日期排列", "notices stand in the order of publication");
    std::set<Date> off;
    for (const DayRange& range : notice.off) {
      if (range.to < range.from || range.to - range.from > std::chrono::days{31})
        bad(notice, fmt::format("{} 的起止日期颠倒或过长", range.name),
            fmt::format("{}: the range is turned round or too long", range.name));
      for (Date day = range.from; day <= range.to; day += one_day) {
        check_day(notice, day);
        off.insert(day);
        exceptions_[day] = false;
      }
    }
    for (const Date day : notice.work) {
      check_day(notice, day);
      if (off.contains(day))
        bad(notice, fmt::format("{} 既放假又上班", to_string(day)),
            fmt::format("{} is both off and worked", to_string(day)));
      exceptions_[day] = true;
    }
  }
}

bool WorkCalendar::covers_year(int year) const {
  return std::ranges::any_of(notices_, [&](const HolidayNotice& notice) { return notice.year == year; });
}

int WorkCalendar::first_year() const {
  const auto first = std::ranges::min_element(notices_, {}, &HolidayNotice::year);
  return first == notices_.end() ? 0 : first->year;
}

int WorkCalendar::last_year() const {
  const auto last = std::ranges::max_element(notices_, {}, &HolidayNotice::year);
  return last == notices_.end() ? 0 : last->year;
}

WorkCalendar WorkCalendar::as_known_on(Date day) const {
  std::vector<HolidayNotice> known;
  std::ranges::copy_if(notices_, std::back_inserter(known),
                       [&](const HolidayNotice& notice) { return notice.published <= day; });
  return {id_, title_, std::move(known)};
}

bool WorkCalendar::is_working_day(Date day) const {
  if (!covers(day)) {
    const std::string zh = notices_.empty()              ? "日历没有任何年份"
                           : year_of(day) > last_year()  ? fmt::format("日历只到 {} 年", last_year())
                           : year_of(day) < first_year() ? fmt::format("日历自 {} 年起", first_year())
                                                         : fmt::format("日历缺少 {} 年", year_of(day));
    throw Error(
        codes::beyond_calendar,
        {fmt::format("{}, 不知道 {} 是否工作日", zh, to_string(day)),
         fmt::format("the calendar knows the years {} to {}: whether {} is a working day is not known",
                     first_year(), last_year(), to_string(day))},
        {},
        {fmt::format("请把 {} 年的放假通知加入工作日历", year_of(day)),
         fmt::format("add the holiday notice for {} to the calendar", year_of(day))});
  }
  const auto found = exceptions_.find(day);
  return found != exceptions_.end() ? found->second : !weekend(day);
}

Date WorkCalendar::add_working_days(Date day, int n) const {
  if (n < 0)
    throw Error(codes::bad_calendar, {"工作日数不能为负", "the number of working days must not be negative"});
  while (n > 0) {
    day += one_day;
    if (is_working_day(day)) --n;
  }
  return day;
}

int WorkCalendar::working_days_between(Date from, Date to) const {
  if (to < from) return -working_days_between(to, from);
  int count = 0;
  for (Date day = from + one_day; day <= to; day += one_day) count += is_working_day(day);
  return count;
}

}  // namespace base
}  // namespace tributary
