// Passwords: argon2id hashes, and what is too weak to be one.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tributary::identity {

// Cost of one hash. The defaults are OWASP's recommendation or more: 46 MiB, 2 passes, one lane.
struct PasswordCost {
  std::uint64_t operations = 2;
  std::size_t memory = std::size_t{46} << 20;  // bytes, at least 8192
};

// "$argon2id$v=19$…". Throws bad_key when the memory cannot be had.
std::string hash_password(std::string_view password, const PasswordCost& cost);
bool password_matches(const std::string& hash, std::string_view password);
// The hash was made at another cost.
bool needs_rehash(const std::string& hash, const PasswordCost& cost);

inline constexpr std::size_t shortest_password = 10;  // characters
inline constexpr std::size_t longest_password = 128;

// Why the password is not good enough; nothing if it is. `names`: the sign-in name, display name and the
// organisation, none of which it may be made of. Length counts, not kinds of characters (NIST SP 800-63B).
std::optional<Text> password_weakness(std::string_view password, std::span<const std::string> names);

}  // namespace tributary::identity
