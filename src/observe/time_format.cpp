#include "observe/time_format.h"

#include <fmt/format.h>

namespace tributary::observe {
namespace {

std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  int out = 0;
  std::size_t n = 0;
  while (n < most && n < text.size() && text[n] >= '0' && text[n] <= '9') out = out * 10 + (text[n++] - '0');
  if (n < least) return std::nullopt;
  text.remove_prefix(n);
  return out;
}

struct Fields {
  int year;
  int month = 0;
  int day = 1;  // a format without one means the month
  int hour = -1;  // not in the format
  int minute = 0;
  int second = 0;
};

int* field_of(Fields& fields, char letter) {
  switch (letter) {
    case 'Y':
      return &fields.year;
    case 'm':
      return &fields.month;
    case 'd':
      return &fields.day;
    case 'H':
      return &fields.hour;
    case 'M':
      return &fields.minute;
    case 'S':
      return &fields.second;
    default:
      return nullptr;
  }
}

}  // namespace

std::optional<Instant> parse_time(std::string_view text, std::string_view format, std::optional<int> year,
                                  int second_of_day) {
  Fields f{.year = year.value_or(0)};
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      if (text.empty() || text.front() != format[i]) return std::nullopt;
      text.remove_prefix(1);
      continue;
    }
    const char letter = ++i < format.size() ? format[i] : '\0';
    int* const field = field_of(f, letter);
    if (field == nullptr) return std::nullopt;
    const bool dense = i + 1 < format.size() && format[i + 1] == '%';
    const std::size_t most = letter == 'Y' ? 4 : 2;
    const auto number = take_number(text, letter == 'Y' || dense ? most : 1, most);
    if (!number) return std::nullopt;
    *field = *number;
  }
  if (!text.empty() || f.hour > 24 || f.minute > 59 || f.second > 59) return std::nullopt;
  if (f.hour == 24 && (f.minute != 0 || f.second != 0)) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{f.year},
                                        std::chrono::month{static_cast<unsigned>(f.month)},
                                        std::chrono::day{static_cast<unsigned>(f.day)}};
  if (!ymd.ok() || f.year < 1900) return std::nullopt;
  const int in_day = f.hour < 0 ? second_of_day : f.hour * 3600 + f.minute * 60 + f.second;
  return Instant{start_of(std::chrono::sys_days{ymd}).seconds + in_day};
}

std::optional<Text> problem_of_time_format(std::string_view format, bool has_year) {
  bool year = has_year;
  bool month = false;
  Fields scratch{};
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    const char letter = ++i < format.size() ? format[i] : '\0';
    if (field_of(scratch, letter) == nullptr)
      return Text{fmt::format("时间格式“{}”有未知的字段", format),
                  fmt::format("time format \"{}\" has an unknown field", format)};
    year |= letter == 'Y';
    month |= letter == 'm';
  }
  if (!year || !month)
    return Text{fmt::format("时间格式“{}”必须有年（或另给年份）和月", format),
                fmt::format("time format \"{}\" needs a year (or a given one) and a month", format)};
  return std::nullopt;
}

std::string sample_time(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    switch (format[++i]) {
      case 'Y':
        out += "2020";
        break;
      case 'm':
        out += "10";
        break;
      case 'd':
        out += "05";
        break;
      case 'H':
        out += "08";
        break;
      default:
        out += "00";
    }
  }
  return out;
}

}  // namespace tributary::observe
