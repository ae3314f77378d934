// Outcome codes of `bank`. Numbers are never reused.
#pragma once

#include "base/error.h"

namespace tributary::bank::codes {

using enum Kind;

inline constexpr Code bad_file{"bank", 1, "bad_file", invalid_input};
inline constexpr Code bad_row{"bank", 2, "bad_row", invalid_input};
inline constexpr Code bad_encoding{"bank", 3, "bad_encoding", invalid_input};
inline constexpr Code balance_broken{"bank", 4, "balance_broken", invalid_input};  // opening + lines ≠ closing
inline constexpr Code gap{"bank", 5, "gap", conflict};  // lines between two files are missing
inline constexpr Code serial_conflict{"bank", 6, "serial_conflict", conflict};
inline constexpr Code unknown_account{"bank", 7, "unknown_account", not_found};
inline constexpr Code unknown_batch{"bank", 8, "unknown_batch", not_found};
inline constexpr Code unknown_line{"bank", 9, "unknown_line", not_found};
inline constexpr Code unknown_proposal{"bank", 10, "unknown_proposal", not_found};
inline constexpr Code bad_value{"bank", 11, "bad_value", invalid_input};
inline constexpr Code no_payee{"bank", 12, "no_payee", conflict};  // no account number of the payee is known
inline constexpr Code nothing_payable{"bank", 13, "nothing_payable", conflict};
inline constexpr Code not_payable{"bank", 14, "not_payable", conflict};
inline constexpr Code wrong_state{"bank", 15, "wrong_state", conflict};
inline constexpr Code same_person{"bank", 16, "same_person", forbidden};
inline constexpr Code proposal_open{"bank", 17, "proposal_open", conflict};
inline constexpr Code amount_differs{"bank", 18, "amount_differs", conflict};
inline constexpr Code already_matched{"bank", 19, "already_matched", conflict};
inline constexpr Code not_entitled{"bank", 20, "not_entitled", forbidden};

inline constexpr std::array all{bad_file,      bad_row,         bad_encoding,    balance_broken, gap,
                                serial_conflict, unknown_account, unknown_batch, unknown_line,   unknown_proposal,
                                bad_value,     no_payee,        nothing_payable, not_payable,    wrong_state,
                                same_person,   proposal_open,   amount_differs,  already_matched, not_entitled};
static_assert(dense(all));

}  // namespace tributary::bank::codes
