// What is known about the worth of an observation. Numbers are stored: never change or reuse one.
#pragma once

#include "base/error.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary::observe {

enum class Flag : std::uint8_t {
  valid = 0,
  below_limit = 1,  // 未检出: measured, less than the detection limit; the value is empty, the limit is kept
  missing = 2,      // 缺测, 停站: there is no value
  filtered = 3,     // 极值过滤: taken out by the publisher
  maintenance = 4,  // 维护: the station was being serviced; the value, if any, is kept
  suspect = 5,      // 存疑: outside what is plausible
  conflicting = 6,  // 矛盾: one file gives two different values for the same time
};

inline constexpr std::array all_flags{Flag::valid,       Flag::below_limit, Flag::missing,    Flag::filtered,
                                      Flag::maintenance, Flag::suspect,     Flag::conflicting};

std::string_view to_string(Flag flag);  // "below_limit"
Text title_of(Flag flag);
std::optional<Flag> parse_flag(std::string_view name);
// A number read from the database. Stops the process when no flag has it.
Flag flag_from_number(std::int64_t number);

}  // namespace tributary::observe
