// Outcome codes of `venues`. Numbers are never reused.
#pragma once

#include "base/error.h"

namespace tributary::venues::codes {

using enum Kind;

inline constexpr Code bad_value{"venues", 1, "bad_value", invalid_input};
inline constexpr Code unknown_venue{"venues", 2, "unknown_venue", not_found};
inline constexpr Code unknown_auction{"venues", 3, "unknown_auction", not_found};
inline constexpr Code unknown_bidder{"venues", 4, "unknown_bidder", not_found};
inline constexpr Code key_conflict{"venues", 5, "key_conflict", conflict};  // same key, another content
inline constexpr Code same_person{"venues", 6, "same_person", forbidden};   // I8
inline constexpr Code wrong_state{"venues", 7, "wrong_state", conflict};
inline constexpr Code too_early{"venues", 8, "too_early", conflict};
inline constexpr Code too_late{"venues", 9, "too_late", conflict};
inline constexpr Code not_admitted{"venues", 10, "not_admitted", conflict};  // names every failed check
inline constexpr Code sealed{"venues", 11, "sealed", forbidden};             // bids before the close
inline constexpr Code not_yours{"venues", 12, "not_yours", forbidden};
inline constexpr Code not_improved{"venues", 13, "not_improved", conflict};
inline constexpr Code beyond_reserve{"venues", 14, "beyond_reserve", conflict};
inline constexpr Code unknown_market{"venues", 15, "unknown_market", not_found};
inline constexpr Code unknown_member{"venues", 16, "unknown_member", not_found};
inline constexpr Code unknown_deal{"venues", 17, "unknown_deal", not_found};
inline constexpr Code order_refused{"venues", 18, "order_refused", conflict};  // by the book, with its reason
inline constexpr Code holding_limit{"venues", 19, "holding_limit", forbidden};
inline constexpr Code not_settled{"venues", 20, "not_settled", conflict};  // the registry refused a deal
inline constexpr Code below_step{"venues", 21, "below_step", conflict};  // does not beat the standing price by the step
inline constexpr Code bids_locked{"venues", 22, "bids_locked", unavailable};  // no key opens a sealed bid

inline constexpr std::array all{bad_value,   unknown_venue, unknown_auction, unknown_bidder, key_conflict,
                                same_person, wrong_state,   too_early,       too_late,       not_admitted,
                                sealed,      not_yours,     not_improved,    beyond_reserve,  unknown_market,
                                unknown_member, unknown_deal, order_refused, holding_limit,  not_settled,
                                below_step,  bids_locked};
static_assert(dense(all));

}  // namespace tributary::venues::codes
