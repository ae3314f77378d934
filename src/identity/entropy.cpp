#include "identity/entropy.h"

#include "base/error.h"

#include <sodium.h>

namespace tributary::identity {

std::string Entropy::bytes(std::size_t count) {
  std::string out(count, '\0');
  fill(std::as_writable_bytes(std::span(out)));
  return out;
}

std::string Entropy::base32(std::size_t count) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out = bytes(count);
  for (char& c : out) c = letters[static_cast<unsigned char>(c) & 31U];
  return out;
}

std::string Entropy::base64url(std::size_t count) {
  const std::string raw = bytes(count);
  std::string out(sodium_base64_encoded_len(count, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(raw.data()), raw.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.pop_back();  // the closing NUL
  return out;
}

SystemEntropy::SystemEntropy() {
  TRIBUTARY_CHECK(sodium_init() >= 0, "libsodium");
}

void SystemEntropy::fill(std::span<std::byte> bytes) {
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace tributary::identity
