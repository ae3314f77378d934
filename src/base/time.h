// Days, half-open periods and instants. Legal days and periods are those of Asia/Shanghai (UTC+8, no summer
// time since 1992).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary {
inline namespace base {

using Date = std::chrono::sys_days;  // a calendar day, without a time zone

// "2020-10-05" (also 2020/10/5). Throws bad_date, also for 2020-02-30.
Date parse_date(std::string_view text);
std::string to_string(Date day);
Date make_date(int year, unsigned month, unsigned day);
int year_of(Date day);
unsigned month_of(Date day);

// An instant: whole seconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t seconds = 0;
  auto operator<=>(const Instant&) const = default;
};

// Midnight of a legal day, and the legal day of an instant.
Instant start_of(Date day);
Date day_of(Instant instant);
// "2020-10-05 08:00[:00]" in legal time, or RFC 3339 with an offset. Throws bad_date.
Instant parse_instant(std::string_view text);
std::string to_string(Instant instant);   // legal time, "2020-10-05 08:00" (seconds only when not 0)
std::string to_rfc3339(Instant instant);  // "2020-10-05T08:00:00+08:00"

enum class Granularity : std::uint8_t { day, month, quarter, year };
std::string_view to_string(Granularity granularity);

// A half-open run of days [from, to) that is exactly one day, month, quarter or year.
class Period {
 public:
  // "2020-10-05", "2020-10", "2020-Q4" (2020Q4), "2020". Throws bad_period.
  static Period parse(std::string_view text);
  static Period containing(Date day, Granularity granularity);

  Granularity granularity() const { return granularity_; }
  Date from() const { return from_; }
  Date to() const { return to_; }
  Date last_day() const { return to_ - std::chrono::days{1}; }
  int days() const { return static_cast<int>((to_ - from_).count()); }
  bool contains(Date day) const { return from_ <= day && day < to_; }
  Period next() const { return containing(to_, granularity_); }
  Period previous() const { return containing(last_before(), granularity_); }
  // The same day, month or quarter, n years later (negative: earlier); 29 February becomes 28 in a common
  // year.
  Period years_later(int n) const;
  std::string to_string() const;
  friend auto operator<=>(const Period& a, const Period& b) = default;

 private:
  Period(Granularity granularity, Date from, Date to) : from_(from), to_(to), granularity_(granularity) {}
  Date last_before() const { return from_ - std::chrono::days{1}; }
  Date from_;
  Date to_;
  Granularity granularity_;
};

// A run of validity [from, to); `to` empty (forever) is Date::max().
struct Validity {
  Date from = Date::min();
  Date to = Date::max();
  bool holds_on(Date day) const { return from <= day && day < to; }
  bool overlaps(const Validity& other) const { return from < other.to && other.from < to; }
  auto operator<=>(const Validity&) const = default;
};

// The time comes in through here, so that tests can set it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  // Microseconds since now() began, for putting events of one second in order; 0 where not known.
  virtual std::uint32_t microseconds() const { return 0; }
  Date today() const { return day_of(now()); }
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
  std::uint32_t microseconds() const override;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant at) : at_(at) {}
  Instant now() const override { return at_; }
  void set(Instant at) { at_ = at; }

 private:
  Instant at_;
};

}  // namespace base
}  // namespace tributary
