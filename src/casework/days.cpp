// Days of terms.
#include "casework/decide.h"

#include <cstdlib>

namespace tributary::casework {

bool Days::works(Date day, bool& provisional) const {
  if (calendar_.covers(day)) return calendar_.is_working_day(day);
  provisional = true;
  const std::chrono::weekday weekday(day);
  return weekday != std::chrono::Saturday && weekday != std::chrono::Sunday;
}

Date Days::working(Date day, bool& provisional) const {
  while (!works(day, provisional)) day += std::chrono::days{1};
  return day;
}

Date months_on(Date from, int n) {
  auto day = std::chrono::year_month_day(from) + std::chrono::months{n};
  if (!day.ok()) day = day.year() / day.month() / std::chrono::last;
  return std::chrono::sys_days(day);
}

Date Days::add(Date from, int n, bool working, bool& provisional) const {
  if (!working) return from + std::chrono::days{n};
  Date day = from;
  for (int left = std::abs(n); left > 0;) {
    day += std::chrono::days{n < 0 ? -1 : 1};
    if (works(day, provisional)) --left;
  }
  return day;
}

int Days::between(Date from, Date to, bool working) const {
  if (!working) return static_cast<int>((to - from).count());
  if (to < from) return -between(to, from, working);
  bool ignored = false;
  int out = 0;
  for (Date day = from + std::chrono::days{1}; day <= to; day += std::chrono::days{1})
    out += works(day, ignored) ? 1 : 0;
  return out;
}

}  // namespace tributary::casework
