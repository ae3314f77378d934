#include "identity/totp.h"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

namespace tributary::identity {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
        c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace

std::string hotp(std::string_view secret, std::uint64_t counter, int digits) {
  std::array<unsigned char, 8> message{};
  for (std::size_t i = 0; i < 8; ++i) message[7 - i] = static_cast<unsigned char>(counter >> (8 * i));
  std::array<unsigned char, 20> mac{};
  unsigned int length = 0;
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), message.data(), message.size(), mac.data(),
       &length);
  // Dynamic truncation, RFC 4226 §5.3.
  const std::size_t at = mac[19] & 0x0fU;
  const std::uint32_t value = (static_cast<std::uint32_t>(mac[at] & 0x7fU) << 24U) |
                              (static_cast<std::uint32_t>(mac[at + 1]) << 16U) |
                              (static_cast<std::uint32_t>(mac[at + 2]) << 8U) | mac[at + 3];
  std::uint32_t limit = 1;
  for (int i = 0; i < digits; ++i) limit *= 10;
  return fmt::format("{:0{}}", value % limit, digits);
}

std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, Instant now,
                                      std::int64_t last_used) {
  std::string digits;
  for (const char c : code)
    if (c != ' ') digits += c;
  const std::int64_t present = now.seconds / totp_step_seconds;
  std::optional<std::int64_t> out;
  for (std::int64_t step = present - 1; step <= present + 1; ++step) {
    const std::string expected = hotp(secret, static_cast<std::uint64_t>(step));
    const bool same = digits.size() == expected.size() &&
                      sodium_memcmp(digits.data(), expected.data(), expected.size()) == 0;
    if (same && step > last_used) out = step;
  }
  return out;
}

std::string base32_text(std::string_view bytes) {
  std::string out;
  unsigned int buffer = 0;
  int held = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(c);
    for (held += 8; held >= 5; held -= 5) out += alphabet[(buffer >> (held - 5)) & 31U];
  }
  if (held > 0) out += alphabet[(buffer << (5 - held)) & 31U];
  return out;
}

std::optional<std::string> base32_bytes(std::string_view text) {
  std::string out;
  unsigned int buffer = 0;
  int held = 0;
  for (char c : text) {
    if (c == ' ' || c == '=') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const auto at = alphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 5U) | static_cast<unsigned int>(at);
    held += 5;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((buffer >> held) & 0xffU);
    }
  }
  return out;
}

std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits=6&period={}",
                     percent(issuer), percent(account), base32_text(secret), percent(issuer),
                     totp_step_seconds);
}

}  // namespace tributary::identity
