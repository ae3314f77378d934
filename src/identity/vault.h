// Personal values at rest: sealed with a key that is kept outside the database, bound to the place they stand
// in, and found again by a keyed hash.
#pragma once

#include "base/error.h"
#include "identity/entropy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::identity {

enum class Cipher : std::uint8_t {
  aes,  // AES-256-GCM
  sm4   // SM4-CTR (GB/T 32907) with HMAC-SM3 (GB/T 32905) over it: encrypt, then authenticate
};
std::string_view to_string(Cipher cipher);
std::optional<Cipher> parse_cipher(std::string_view name);

class Vault {
 public:
  // `keys` has 32 bytes for each key, the newest last (identity/key_file.h): it seals, all open. Keys for
  // sealing and for finding are derived from them. Empty: values cannot be kept, and sealing throws
  // bad_seal.
  Vault(std::string_view keys, Cipher cipher, Entropy& entropy);

  // "v2:<id of the key>:aes:…" for this place; equal values come out differently each time.
  std::string sealed(std::string_view plain, std::string_view place) const;
  // Whichever cipher and key it was sealed with. Throws bad_seal: another key, another place, or changed.
  std::string opened(std::string_view sealed, std::string_view place) const;
  // Id of the key it was sealed with, which need not be here. Throws bad_seal.
  std::string key_of(std::string_view sealed, std::string_view place) const;
  // Sealed by the newest key and by the cipher of today.
  bool is_current(std::string_view sealed) const;
  // "<id of the key>:…" by each key, the newest last: the same for equal values of one kind, and telling
  // nothing without the key.
  std::vector<std::string> traces(std::string_view kind, std::string_view plain) const;
  static bool is_sealed(std::string_view text) { return text.starts_with("v1:") || text.starts_with("v2:"); }
  std::string newest() const { return keys_.empty() ? std::string() : keys_.back().id; }

 private:
  struct Key {
    std::string id;
    std::string secret;
  };
  std::pair<std::string, std::string> opened_and_key(std::string_view sealed, std::string_view place) const;

  std::vector<Key> keys_;
  Cipher cipher_;
  Entropy& entropy_;
};

}  // namespace tributary::identity
