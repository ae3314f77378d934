// Outcome codes of rounds of smart markets, a list of its own beside codes.h. Numbers are never reused.
#pragma once

#include "base/error.h"

namespace tributary::venues::smart_codes {

using enum Kind;

inline constexpr Code unknown_round{"smart_rounds", 1, "unknown_round", not_found};
inline constexpr Code unknown_call{"smart_rounds", 2, "unknown_call", not_found};
inline constexpr Code limits_conflict{"smart_rounds", 3, "limits_conflict",
                                      conflict};  // without any trade a limit is broken
inline constexpr Code beyond_limits{"smart_rounds", 4, "beyond_limits", conflict};  // of the price
inline constexpr Code own_side{"smart_rounds", 5, "own_side", conflict};  // one side per owner and period
inline constexpr Code undecided{"smart_rounds", 6, "undecided",
                                conflict};  // an earlier round waits for the authority
inline constexpr Code uncovered{"smart_rounds", 7, "uncovered",
                                conflict};  // the operator's account cannot pay
inline constexpr Code balance_limit{"smart_rounds", 8, "balance_limit", conflict};  // W6

inline constexpr Code too_many{"smart_rounds", 9, "too_many", conflict};  // bids of one account in a period

inline constexpr std::array all{unknown_round, unknown_call, limits_conflict, beyond_limits, own_side,
                                undecided,     uncovered,    balance_limit,   too_many};
static_assert(dense(all));

}  // namespace tributary::venues::smart_codes
