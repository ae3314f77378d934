// Outcome codes of `policy`.
#pragma once

#include "base/error.h"

namespace tributary::policy::codes {

inline constexpr Code bad_yaml{"policy", 1, "bad_yaml", Kind::invalid_input};
inline constexpr Code duplicate_key{"policy", 2, "duplicate_key", Kind::invalid_input};
inline constexpr Code unknown_key{"policy", 3, "unknown_key", Kind::invalid_input};
inline constexpr Code missing_key{"policy", 4, "missing_key", Kind::invalid_input};
inline constexpr Code bad_value{"policy", 5, "bad_value", Kind::invalid_input};
inline constexpr Code missing_source{"policy", 6, "missing_source", Kind::invalid_input};
inline constexpr Code syntax{"policy", 7, "syntax", Kind::invalid_input};
inline constexpr Code unknown_name{"policy", 8, "unknown_name", Kind::invalid_input};
inline constexpr Code circular{"policy", 9, "circular", Kind::invalid_input};
inline constexpr Code unit_mismatch{"policy", 10, "unit_mismatch", Kind::invalid_input};
inline constexpr Code type_mismatch{"policy", 11, "type_mismatch", Kind::invalid_input};
inline constexpr Code index_mismatch{"policy", 12, "index_mismatch", Kind::invalid_input};
inline constexpr Code overlapping_dates{"policy", 13, "overlapping_dates", Kind::invalid_input};
inline constexpr Code contradictory_rules{"policy", 14, "contradictory_rules", Kind::invalid_input};
inline constexpr Code unknown_pack{"policy", 15, "unknown_pack", Kind::not_found};
inline constexpr Code unknown_rule{"policy", 16, "unknown_rule", Kind::not_found};
inline constexpr Code not_in_force{"policy", 17, "not_in_force", Kind::not_found};
inline constexpr Code parameter_unset{"policy", 18, "parameter_unset", Kind::conflict};
inline constexpr Code parameter_without_value{"policy", 19, "parameter_without_value", Kind::conflict};
inline constexpr Code too_complex{"policy", 20, "too_complex", Kind::invalid_input};
inline constexpr Code bad_input{"policy", 21, "bad_input", Kind::invalid_input};
inline constexpr Code bad_example{"policy", 22, "bad_example", Kind::invalid_input};
inline constexpr Code negative_amount{"policy", 23, "negative_amount", Kind::conflict};

inline constexpr std::array all{bad_yaml,
                                duplicate_key,
                                unknown_key,
                                missing_key,
                                bad_value,
                                missing_source,
                                syntax,
                                unknown_name,
                                circular,
                                unit_mismatch,
                                type_mismatch,
                                index_mismatch,
                                overlapping_dates,
                                contradictory_rules,
                                unknown_pack,
                                unknown_rule,
                                not_in_force,
                                parameter_unset,
                                parameter_without_value,
                                too_complex,
                                bad_input,
                                bad_example,
                                negative_amount};
static_assert(dense(all));

}  // namespace tributary::policy::codes
