#include "base/time.h"

#include "base/codes.h"

#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace tributary {
inline namespace base {
namespace {

using namespace std::chrono;
constexpr std::int64_t shanghai_offset = 8 * 3600;

// Reads 1 to `width` digits.
std::optional<int> take_number(std::string_view& text, std::size_t width) {
  std::size_t n = 0;
  int out = 0;
  while (n < text.size() && n < width && std::isdigit(static_cast<unsigned char>(text[n])) != 0)
    out = out * 10 + (text[n++] - '0');
  if (n == 0) return std::nullopt;
  text.remove_prefix(n);
  return out;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Date> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || *year < 1900) return std::nullopt;
  if (!take(text, '-') && !take(text, '/')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || (!take(text, '-') && !take(text, '/'))) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const year_month_day ymd{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                           std::chrono::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok()) return std::nullopt;
  return sys_days{ymd};
}

[[noreturn]] void bad_date(std::string_view text) {
  throw Error(codes::bad_date,
              {fmt::format("“{}”不是有效日期", text), fmt::format("\"{}\" is not a valid date", text)}, {},
              {"请写成 2020-10-05 或 2020-10-05 08:00", "write it as 2020-10-05 or 2020-10-05 08:00"});
}

}  // namespace

Date make_date(int year, unsigned month, unsigned day) {
  return sys_days{year_month_day{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}}};
}

Date parse_date(std::string_view text) {
  std::string_view rest = text;
  const auto day = take_date(rest);
  if (!day || !rest.empty()) bad_date(text);
  return *day;
}

std::string to_string(Date day) {
  const year_month_day ymd{day};
  return fmt::format("{:04}-{:02}-{:02}", int{ymd.year()}, unsigned{ymd.month()}, unsigned{ymd.day()});
}

int year_of(Date day) {
  return int{year_month_day{day}.year()};
}
unsigned month_of(Date day) {
  return unsigned{year_month_day{day}.month()};
}

Instant start_of(Date day) {
  return {day.time_since_epoch().count() * std::int64_t{86400} - shanghai_offset};
}

Date day_of(Instant instant) {
  return floor<days>(sys_seconds{seconds{instant.seconds + shanghai_offset}});
}

Instant parse_instant(std::string_view text) {
  std::string_view rest = text;
  const auto day = take_date(rest);
  if (!day) bad_date(text);
  if (rest.empty()) return start_of(*day);
  if (!take(rest, ' ') && !take(rest, 'T')) bad_date(text);
  const auto hour = take_number(rest, 2);
  if (!hour || *hour > 24 || !take(rest, ':')) bad_date(text);
  const auto minute = take_number(rest, 2);
  if (!minute || *minute > 59) bad_date(text);
  int second = 0;
  if (take(rest, ':')) {
    const auto value = take_number(rest, 2);
    if (!value || *value > 59) bad_date(text);
    second = *value;
  }
  if (*hour == 24 && (*minute != 0 || second != 0)) bad_date(text);
  std::int64_t offset = shanghai_offset;
  if (take(rest, 'Z')) {
    offset = 0;
  } else if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
    const int sign = rest.front() == '-' ? -1 : 1;
    rest.remove_prefix(1);
    const auto h = take_number(rest, 2);
    if (!h || !take(rest, ':')) bad_date(text);
    const auto m = take_number(rest, 2);
    if (!m || *h > 23 || *m > 59) bad_date(text);
    offset = sign * (*h * 3600 + *m * 60);
  }
  if (!rest.empty()) bad_date(text);
  return {day->time_since_epoch().count() * std::int64_t{86400} + *hour * 3600 + *minute * 60 + second -
          offset};
}

std::string to_string(Instant instant) {
  const std::int64_t local = instant.seconds + shanghai_offset;
  const Date day = day_of(instant);
  const std::int64_t in_day = local - day.time_since_epoch().count() * std::int64_t{86400};
  std::string out = fmt::format("{} {:02}:{:02}", to_string(day), in_day / 3600, in_day / 60 % 60);
  if (in_day % 60 != 0) out += fmt::format(":{:02}", in_day % 60);
  return out;
}

std::string to_rfc3339(Instant instant) {
  const Date day = day_of(instant);
  const std::int64_t in_day =
      instant.seconds + shanghai_offset - day.time_since_epoch().count() * std::int64_t{86400};
  return fmt::format("{}T{:02}:{:02}:{:02}+08:00", to_string(day), in_day / 3600, in_day / 60 % 60,
                     in_day % 60);
}

std::string_view to_string(Granularity granularity) {
  switch (granularity) {
    case Granularity::day:
      return "day";
    case Granularity::month:
      return "month";
    case Granularity::quarter:
      return "quarter";
    case Granularity::year:
      return "year";
  }
  return "";
}

Period Period::containing(Date day, Granularity granularity) {
  const int year = year_of(day);
  const unsigned month = month_of(day);
  const auto after = [](int y, unsigned m) {
    return m > 12 ? make_date(y + 1, m - 12, 1) : make_date(y, m, 1);
  };
  switch (granularity) {
    case Granularity::day:
      return {granularity, day, day + std::chrono::days{1}};
    case Granularity::month:
      return {granularity, make_date(year, month, 1), after(year, month + 1)};
    case Granularity::quarter: {
      const unsigned first = (month - 1) / 3 * 3 + 1;
      return {granularity, make_date(year, first, 1), after(year, first + 3)};
    }
    case Granularity::year:
      return {granularity, make_date(year, 1, 1), make_date(year + 1, 1, 1)};
  }
  return {granularity, day, day};
}

Period Period::parse(std::string_view text) {
  const auto fail = [&]() -> Period {
    throw Error(codes::bad_period,
                {fmt::format("“{}”不是有效时段", text), fmt::format("\"{}\" is not a valid period", text)},
                {},
                {"年 2020、季 2020-Q4、月 2020-10、日 2020-10-05",
                 "year 2020, quarter 2020-Q4, month 2020-10, day 2020-10-05"});
  };
  std::string_view rest = text;
  const auto year = take_number(rest, 4);
  if (!year || *year < 1900) return fail();
  if (rest.empty()) return containing(make_date(*year, 1, 1), Granularity::year);
  const bool dash = take(rest, '-');
  if (take(rest, 'Q') || take(rest, 'q')) {
    const auto quarter = take_number(rest, 1);
    if (!quarter || *quarter < 1 || *quarter > 4 || !rest.empty()) return fail();
    return containing(make_date(*year, static_cast<unsigned>(*quarter) * 3, 1), Granularity::quarter);
  }
  const auto month = dash ? take_number(rest, 2) : std::nullopt;
  if (!month || *month < 1 || *month > 12) return fail();
  if (rest.empty()) return containing(make_date(*year, static_cast<unsigned>(*month), 1), Granularity::month);
  std::string_view whole = text;
  const auto day = take_date(whole);
  if (!day || !whole.empty()) return fail();
  return containing(*day, Granularity::day);
}

Period Period::years_later(int n) const {
  if (granularity_ == Granularity::day) {
    const year_month_day day{from_};
    const auto same = year_month_day{day.year() + std::chrono::years{n}, day.month(), day.day()};
    return containing(same.ok() ? sys_days{same} : sys_days{same.year() / same.month() / last}, granularity_);
  }
  return containing(make_date(year_of(from_) + n, month_of(from_), 1), granularity_);
}

std::string Period::to_string() const {
  const int year = year_of(from_);
  switch (granularity_) {
    case Granularity::day:
      return base::to_string(from_);
    case Granularity::month:
      return fmt::format("{:04}-{:02}", year, month_of(from_));
    case Granularity::quarter:
      return fmt::format("{:04}-Q{}", year, (month_of(from_) + 2) / 3);
    case Granularity::year:
      return fmt::format("{:04}", year);
  }
  return {};
}

Instant SystemClock::now() const {
  return {duration_cast<seconds>(system_clock::now().time_since_epoch()).count()};
}
std::uint32_t SystemClock::microseconds() const {
  const auto since = duration_cast<std::chrono::microseconds>(system_clock::now().time_since_epoch());
  return static_cast<std::uint32_t>((since % seconds(1)).count());
}

}  // namespace base
}  // namespace tributary
