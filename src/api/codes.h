// Outcome codes of `api`.
#pragma once

#include "base/error.h"

namespace tributary::api::codes {

inline constexpr Code cannot_listen{"api", 1, "cannot_listen", Kind::unavailable};
inline constexpr Code bad_certificate{"api", 2, "bad_certificate", Kind::invalid_input};
inline constexpr Code bad_request{"api", 3, "bad_request", Kind::invalid_input};
inline constexpr Code bad_json{"api", 4, "bad_json", Kind::invalid_input};
inline constexpr Code bad_parameter{"api", 5, "bad_parameter", Kind::invalid_input};
inline constexpr Code bad_body{"api", 6, "bad_body", Kind::invalid_input};
inline constexpr Code unsupported_media{"api", 7, "unsupported_media", Kind::invalid_input};
inline constexpr Code too_large{"api", 8, "too_large", Kind::invalid_input};
inline constexpr Code no_such_route{"api", 9, "no_such_route", Kind::not_found};
inline constexpr Code wrong_method{"api", 10, "wrong_method", Kind::invalid_input};
inline constexpr Code csrf{"api", 11, "csrf", Kind::forbidden};
inline constexpr Code too_many_requests{"api", 12, "too_many_requests", Kind::unavailable};
inline constexpr Code busy{"api", 13, "busy", Kind::unavailable};
inline constexpr Code not_found{"api", 14, "not_found", Kind::not_found};
inline constexpr Code edit_conflict{"api", 15, "edit_conflict", Kind::conflict};
inline constexpr Code if_match_needed{"api", 16, "if_match_needed", Kind::invalid_input};
inline constexpr Code key_reused{"api", 17, "key_reused", Kind::conflict};
inline constexpr Code stopped{"api", 18, "stopped", Kind::unavailable};
inline constexpr Code internal{"api", 19, "internal", Kind::internal};
inline constexpr Code not_your_party{"api", 20, "not_your_party", Kind::forbidden};
inline constexpr Code bad_basemap{"api", 21, "bad_basemap", Kind::invalid_input};
inline constexpr Code bad_outlines{"api", 22, "bad_outlines", Kind::invalid_input};
inline constexpr Code gone{"api", 23, "gone", Kind::not_found};  // it was public once

inline constexpr std::array all{cannot_listen,
                                bad_certificate,
                                bad_request,
                                bad_json,
                                bad_parameter,
                                bad_body,
                                unsupported_media,
                                too_large,
                                no_such_route,
                                wrong_method,
                                csrf,
                                too_many_requests,
                                busy,
                                not_found,
                                edit_conflict,
                                if_match_needed,
                                key_reused,
                                stopped,
                                internal,
                                not_your_party,
                                bad_basemap,
                                bad_outlines,
                                gone};
static_assert(dense(all));

}  // namespace tributary::api::codes
