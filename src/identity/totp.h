// One-time codes of a phone: TOTP (RFC 6238) with HMAC-SHA-1, six digits, steps of 30 seconds, as all
// authenticator applications read them.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::identity {

inline constexpr std::int64_t totp_step_seconds = 30;

// HOTP (RFC 4226) of a counter, `digits` 6 to 8.
std::string hotp(std::string_view secret, std::uint64_t counter, int digits = 6);

// The step whose code this is: now, one before or one after (clocks differ), but later than `last_used`.
// Nothing if there is none. Takes the same time whichever step fits.
std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, Instant now,
                                      std::int64_t last_used);

std::string base32_text(std::string_view bytes);                 // RFC 4648, upper case, no padding
std::optional<std::string> base32_bytes(std::string_view text);  // blanks and case do not matter
// otpauth://totp/… for a QR code.
std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account);

}  // namespace tributary::identity
