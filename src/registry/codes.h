// Outcome codes of `registry`. The result of checking a unified social credit code is CodeCheck in
// registry/uscc.h.
#pragma once

#include "base/error.h"

namespace tributary::registry::codes {

// Files
inline constexpr Code unknown_file{"registry", 1, "unknown_file", Kind::invalid_input};
inline constexpr Code unknown_column{"registry", 2, "unknown_column", Kind::invalid_input};
inline constexpr Code missing_column{"registry", 3, "missing_column", Kind::invalid_input};
inline constexpr Code bad_row{"registry", 4, "bad_row", Kind::invalid_input};
// Values of one row
inline constexpr Code bad_value{"registry", 5, "bad_value", Kind::invalid_input};
inline constexpr Code bad_region_code{"registry", 6, "bad_region_code", Kind::invalid_input};
inline constexpr Code bad_uscc{"registry", 7, "bad_uscc", Kind::invalid_input};
inline constexpr Code bad_override{"registry", 8, "bad_override", Kind::invalid_input};
inline constexpr Code bad_validity{"registry", 9, "bad_validity", Kind::invalid_input};
// Rows against each other and against what is stored
inline constexpr Code duplicate_row{"registry", 10, "duplicate_row", Kind::invalid_input};
inline constexpr Code contradiction{"registry", 11, "contradiction", Kind::conflict};
inline constexpr Code unknown_reference{"registry", 12, "unknown_reference", Kind::invalid_input};
inline constexpr Code shares_not_one{"registry", 13, "shares_not_one", Kind::invalid_input};
// Look-ups
inline constexpr Code not_found{"registry", 14, "not_found", Kind::not_found};
inline constexpr Code ambiguous_name{"registry", 15, "ambiguous_name", Kind::conflict};

inline constexpr std::array all{unknown_file,   unknown_column,  missing_column, bad_row,
                                bad_value,      bad_region_code, bad_uscc,       bad_override,
                                bad_validity,   duplicate_row,   contradiction,  unknown_reference,
                                shares_not_one, not_found,       ambiguous_name};
static_assert(dense(all));

}  // namespace tributary::registry::codes
