// Outcome codes of `identity`.
#pragma once

#include "base/error.h"

namespace tributary::identity::codes {

// Who is there
inline constexpr Code not_signed_in{"identity", 1, "not_signed_in", Kind::forbidden};
inline constexpr Code sign_in_refused{"identity", 2, "sign_in_refused", Kind::forbidden};
inline constexpr Code too_many_attempts{"identity", 3, "too_many_attempts", Kind::forbidden};
inline constexpr Code totp_required{"identity", 4, "totp_required", Kind::forbidden};
inline constexpr Code totp_refused{"identity", 5, "totp_refused", Kind::forbidden};
inline constexpr Code session_over{"identity", 6, "session_over", Kind::forbidden};
inline constexpr Code must_change_password{"identity", 7, "must_change_password", Kind::forbidden};
// What they may do
inline constexpr Code forbidden{"identity", 8, "forbidden", Kind::forbidden};
inline constexpr Code person_required{"identity", 9, "person_required", Kind::forbidden};
inline constexpr Code same_person{"identity", 10, "same_person", Kind::forbidden};
inline constexpr Code roles_exclude{"identity", 11, "roles_exclude", Kind::conflict};
// Passwords, links, tokens
inline constexpr Code weak_password{"identity", 12, "weak_password", Kind::invalid_input};
inline constexpr Code link_refused{"identity", 13, "link_refused", Kind::forbidden};
inline constexpr Code bad_token_request{"identity", 14, "bad_token_request", Kind::invalid_input};
inline constexpr Code totp_state{"identity", 15, "totp_state", Kind::conflict};
// Users, organisations, roles, delegations
inline constexpr Code bad_value{"identity", 16, "bad_value", Kind::invalid_input};
inline constexpr Code name_taken{"identity", 17, "name_taken", Kind::conflict};
inline constexpr Code not_found{"identity", 18, "not_found", Kind::not_found};
inline constexpr Code changed_meanwhile{"identity", 19, "changed_meanwhile", Kind::conflict};
inline constexpr Code last_administrator{"identity", 20, "last_administrator", Kind::conflict};
// Files of a pack
inline constexpr Code bad_file{"identity", 21, "bad_file", Kind::invalid_input};
// The trail
inline constexpr Code bad_cursor{"identity", 22, "bad_cursor", Kind::invalid_input};
inline constexpr Code bad_export{"identity", 23, "bad_export", Kind::invalid_input};
// Keys
inline constexpr Code bad_key{"identity", 24, "bad_key", Kind::unavailable};
inline constexpr Code keys_in_use{"identity", 25, "keys_in_use", Kind::conflict};
inline constexpr Code bad_seal{"identity", 26, "bad_seal", Kind::unavailable};

inline constexpr std::array all{
    not_signed_in, sign_in_refused,      too_many_attempts, totp_required,     totp_refused,
    session_over,  must_change_password, forbidden,         person_required,   same_person,
    roles_exclude, weak_password,        link_refused,      bad_token_request, totp_state,
    bad_value,     name_taken,           not_found,         changed_meanwhile, last_administrator,
    bad_file,      bad_cursor,           bad_export,        bad_key,           keys_in_use,
    bad_seal};
static_assert(dense(all));

}  // namespace tributary::identity::codes
