// Outcome codes of `rights`. Numbers are never reused.
#pragma once

#include "base/error.h"

namespace tributary::rights::codes {

using enum Kind;

inline constexpr Code bad_month{"rights", 1, "bad_month", invalid_input};
inline constexpr Code bad_term{"rights", 2, "bad_term", invalid_input};
inline constexpr Code bad_value{"rights", 3, "bad_value", invalid_input};
inline constexpr Code key_conflict{"rights", 4, "key_conflict", conflict};  // same key, another content
inline constexpr Code unknown_instrument{"rights", 5, "unknown_instrument", not_found};
inline constexpr Code unknown_account{"rights", 6, "unknown_account", not_found};
inline constexpr Code unknown_transaction{"rights", 7, "unknown_transaction", not_found};
inline constexpr Code unknown_reservation{"rights", 8, "unknown_reservation", not_found};
inline constexpr Code instrument_conflict{"rights", 9, "instrument_conflict", conflict};
inline constexpr Code account_conflict{"rights", 10, "account_conflict", conflict};
inline constexpr Code same_person{"rights", 11, "same_person", forbidden};  // I8
inline constexpr Code wrong_state{"rights", 12, "wrong_state", conflict};
inline constexpr Code kind_not_for_account{"rights", 13, "kind_not_for_account", conflict};
inline constexpr Code kind_not_for_instrument{"rights", 14, "kind_not_for_instrument", conflict};
inline constexpr Code account_not_open{"rights", 15, "account_not_open", conflict};
inline constexpr Code outside_validity{"rights", 16, "outside_validity", conflict};
inline constexpr Code insufficient{"rights", 17, "insufficient", conflict};    // E3
inline constexpr Code over_cap{"rights", 18, "over_cap", conflict};            // I1
inline constexpr Code beyond_permit{"rights", 19, "beyond_permit", conflict};  // I3
inline constexpr Code encumbered{"rights", 20, "encumbered", conflict};
inline constexpr Code saving_sold{"rights", 21, "saving_sold", conflict};             // W4
inline constexpr Code amounts_differ{"rights", 22, "amounts_differ", invalid_input};  // I5
inline constexpr Code overflow{"rights", 23, "overflow", conflict};
inline constexpr Code account_not_empty{"rights", 24, "account_not_empty", conflict};
inline constexpr Code view_only{"rights", 25, "view_only", conflict};
inline constexpr Code fee_unpaid{"rights", 26, "fee_unpaid", conflict};
inline constexpr Code not_provided{"rights", 27, "not_provided", conflict};    // no rule of the county allows it
inline constexpr Code unknown_change{"rights", 28, "unknown_change", not_found};
inline constexpr Code saving_not_own{"rights", 29, "saving_not_own", forbidden};  // W4
inline constexpr Code over_carry{"rights", 30, "over_carry", conflict};  // more than a rule lets carry over

inline constexpr std::array all{bad_month,
                                bad_term,
                                bad_value,
                                key_conflict,
                                unknown_instrument,
                                unknown_account,
                                unknown_transaction,
                                unknown_reservation,
                                instrument_conflict,
                                account_conflict,
                                same_person,
                                wrong_state,
                                kind_not_for_account,
                                kind_not_for_instrument,
                                account_not_open,
                                outside_validity,
                                insufficient,
                                over_cap,
                                beyond_permit,
                                encumbered,
                                saving_sold,
                                amounts_differ,
                                overflow,
                                account_not_empty,
                                view_only,
                                fee_unpaid,
                                not_provided,
                                unknown_change,
                                saving_not_own,
                                over_carry};
static_assert(dense(all));

}  // namespace tributary::rights::codes
