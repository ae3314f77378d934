// Outcome codes of the smart market, a list of its own.
#pragma once

#include "base/error.h"

namespace tributary::exchange::smart_market::codes {

inline constexpr Code bad_json{"smart_market", 1, "bad_json", Kind::invalid_input};
inline constexpr Code missing_field{"smart_market", 2, "missing_field", Kind::invalid_input};
inline constexpr Code unknown_field{"smart_market", 3, "unknown_field", Kind::invalid_input};
inline constexpr Code bad_value{"smart_market", 4, "bad_value", Kind::invalid_input};
inline constexpr Code unknown_name{"smart_market", 5, "unknown_name", Kind::invalid_input};
inline constexpr Code duplicate_name{"smart_market", 6, "duplicate_name", Kind::invalid_input};
inline constexpr Code no_solution{"smart_market", 7, "no_solution", Kind::conflict};
inline constexpr Code cannot_round{"smart_market", 8, "cannot_round", Kind::conflict};
inline constexpr Code balance_exceeded{"smart_market", 9, "balance_exceeded", Kind::conflict};

inline constexpr std::array all{bad_json,       missing_field, unknown_field, bad_value,       unknown_name,
                                duplicate_name, no_solution,   cannot_round,  balance_exceeded};
static_assert(dense(all));

}  // namespace tributary::exchange::smart_market::codes
