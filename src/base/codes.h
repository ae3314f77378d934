// Outcome codes of `base`.
#pragma once

#include "base/error.h"

namespace tributary {
inline namespace base {
namespace codes {

inline constexpr Code bad_number{"base", 1, "bad_number", Kind::invalid_input};
inline constexpr Code number_overflow{"base", 2, "number_overflow", Kind::invalid_input};
inline constexpr Code not_exact{"base", 3, "not_exact", Kind::invalid_input};
inline constexpr Code division_by_zero{"base", 4, "division_by_zero", Kind::invalid_input};
inline constexpr Code bad_unit{"base", 5, "bad_unit", Kind::invalid_input};
inline constexpr Code unit_mismatch{"base", 6, "unit_mismatch", Kind::invalid_input};
inline constexpr Code bad_date{"base", 7, "bad_date", Kind::invalid_input};
inline constexpr Code bad_period{"base", 8, "bad_period", Kind::invalid_input};
inline constexpr Code bad_encoding{"base", 9, "bad_encoding", Kind::invalid_input};
inline constexpr Code file_unreadable{"base", 10, "file_unreadable", Kind::not_found};
inline constexpr Code file_unwritable{"base", 11, "file_unwritable", Kind::unavailable};
inline constexpr Code bad_csv{"base", 12, "bad_csv", Kind::invalid_input};
inline constexpr Code bad_calendar{"base", 13, "bad_calendar", Kind::invalid_input};
inline constexpr Code beyond_calendar{"base", 14, "beyond_calendar", Kind::not_found};

inline constexpr std::array all{
    bad_number, number_overflow, not_exact,       division_by_zero, bad_unit, unit_mismatch, bad_date,
    bad_period, bad_encoding,    file_unreadable, file_unwritable,  bad_csv,  bad_calendar,  beyond_calendar};
static_assert(dense(all));

}  // namespace codes
}  // namespace base
}  // namespace tributary
