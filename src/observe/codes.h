// Outcome codes of `observe`: series, imports, statistics. The standards have a list of their own
// (observe/standard_codes.h).
#pragma once

#include "base/error.h"

namespace tributary::observe::codes {

// The file as a whole.
inline constexpr Code bad_mapping{"observe", 1, "bad_mapping", Kind::invalid_input};
inline constexpr Code file_changed{"observe", 2, "file_changed", Kind::conflict};
inline constexpr Code empty_file{"observe", 3, "empty_file", Kind::invalid_input};
inline constexpr Code bad_encoding{"observe", 4, "bad_encoding", Kind::invalid_input};
inline constexpr Code nul_byte{"observe", 5, "nul_byte", Kind::invalid_input};
inline constexpr Code missing_column{"observe", 6, "missing_column", Kind::invalid_input};
inline constexpr Code duplicate_column{"observe", 7, "duplicate_column", Kind::invalid_input};
inline constexpr Code unit_mismatch{"observe", 8, "unit_mismatch", Kind::invalid_input};
// One row.
inline constexpr Code truncated{"observe", 9, "truncated", Kind::invalid_input};
inline constexpr Code wrong_field_count{"observe", 10, "wrong_field_count", Kind::invalid_input};
inline constexpr Code unknown_place{"observe", 11, "unknown_place", Kind::not_found};
inline constexpr Code bad_time{"observe", 12, "bad_time", Kind::invalid_input};
inline constexpr Code future_time{"observe", 13, "future_time", Kind::invalid_input};
inline constexpr Code unknown_status{"observe", 14, "unknown_status", Kind::invalid_input};
inline constexpr Code decimal_comma{"observe", 15, "decimal_comma", Kind::invalid_input};
inline constexpr Code too_many_digits{"observe", 16, "too_many_digits", Kind::invalid_input};
inline constexpr Code bad_value{"observe", 17, "bad_value", Kind::invalid_input};
inline constexpr Code impossible_value{"observe", 18, "impossible_value", Kind::invalid_input};
inline constexpr Code no_detection_limit{"observe", 19, "no_detection_limit", Kind::invalid_input};
// Series and statistics.
inline constexpr Code unknown_series{"observe", 20, "unknown_series", Kind::not_found};
inline constexpr Code bad_statistics_rule{"observe", 21, "bad_statistics_rule", Kind::invalid_input};
inline constexpr Code no_statistics_rule{"observe", 22, "no_statistics_rule", Kind::not_found};
inline constexpr Code statistics_rules_overlap{"observe", 23, "statistics_rules_overlap", Kind::conflict};

inline constexpr std::array all{bad_mapping,
                                file_changed,
                                empty_file,
                                bad_encoding,
                                nul_byte,
                                missing_column,
                                duplicate_column,
                                unit_mismatch,
                                truncated,
                                wrong_field_count,
                                unknown_place,
                                bad_time,
                                future_time,
                                unknown_status,
                                decimal_comma,
                                too_many_digits,
                                bad_value,
                                impossible_value,
                                no_detection_limit,
                                unknown_series,
                                bad_statistics_rule,
                                no_statistics_rule,
                                statistics_rules_overlap};
static_assert(dense(all));

}  // namespace tributary::observe::codes
