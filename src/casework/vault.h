// Personal values at rest: sealed with a key that is kept outside the database, bound to the place they stand
// in, and found again by a keyed hash.
#pragma once

#include "base/error.h"
#include "identity/entropy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::casework {

enum class Cipher : std::uint8_t {
  aes,  // AES-256-GCM
  sm4   // SM4-CTR (GB/T 32907) with HMAC-SM3 (GB/T 32905) over it: encrypt, then authenticate
};
std::string_view to_string(Cipher cipher);
std::optional<Cipher> parse_cipher(std::string_view name);

class Vault {
 public:
  // `secret` has 32 bytes; keys for sealing and for finding are derived from it. Empty: values cannot be
  // kept, and sealing throws bad_record.
  Vault(std::string secret, Cipher cipher, identity::Entropy& entropy);

  // "v1:aes:…" for this place; equal values come out differently each time.
  std::string sealed(std::string_view plain, std::string_view place) const;
  // Whichever cipher it was sealed with. Throws bad_record: another key, another place, or changed.
  std::string opened(std::string_view sealed, std::string_view place) const;
  // The same for equal values of one kind, and tells nothing without the key.
  std::string trace(std::string_view kind, std::string_view plain) const;
  static bool is_sealed(std::string_view text) { return text.starts_with("v1:"); }

 private:
  std::string secret_;
  Cipher cipher_;
  identity::Entropy& entropy_;
};

}  // namespace tributary::casework
