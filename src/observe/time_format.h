// Times written by a format of a mapping, read in legal time (Asia/Shanghai).
#pragma once

#include "base/error.h"
#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace tributary::observe {

// %Y four digits; %m %d %H %M %S one or two digits (always two when the next thing in the format is a digit
// field); every other character stands for itself. Without %d the first of the month is meant. 24:00 is midnight at the end of the day. `year` serves a
// format without %Y, `second_of_day` one without %H. Empty when the text does not fit or the day does not
// exist.
std::optional<Instant> parse_time(std::string_view text, std::string_view format,
                                  std::optional<int> year = {}, int second_of_day = 0);

// A moment of 2020-10-05 08:00 as the format writes it, for people who ask how: "2020/10/05 08:00".
std::string sample_time(std::string_view format);

// What is wrong with a format, if anything: an unknown %-field, no month, neither %Y nor a year.
std::optional<Text> problem_of_time_format(std::string_view format, bool has_year);

}  // namespace tributary::observe
