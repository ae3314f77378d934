#include "identity/codes.h"
#include "identity/key_file.h"
#include "identity/vault.h"
#include "identity/world_testing.h"

#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace tributary::identity {
namespace {

TEST(Vault, OpensOnlyInItsPlaceAndUnchanged) {
  testing::SeededEntropy entropy(1);
  for (const Cipher cipher : {Cipher::aes, Cipher::sm4}) {
    const Vault vault(std::string(32, 'k'), cipher, entropy);
    const std::string sealed = vault.sealed("谯城区 3416", "case/1/id");
    EXPECT_TRUE(Vault::is_sealed(sealed));
    EXPECT_EQ(vault.opened(sealed, "case/1/id"), "谯城区 3416");
    EXPECT_NE(vault.sealed("谯城区 3416", "case/1/id"), sealed);
    EXPECT_EQ(code_of([&] { vault.opened(sealed, "case/2/id"); }), "bad_seal");
    for (std::size_t at = 7; at + 4 < sealed.size(); ++at) {
      std::string changed = sealed;
      changed[at] = changed[at] == 'A' ? 'B' : 'A';
      EXPECT_EQ(code_of([&] { vault.opened(changed, "case/1/id"); }), "bad_seal") << at;
    }
    EXPECT_EQ(code_of([&] { vault.opened(sealed.substr(0, sealed.size() - 4), "case/1/id"); }), "bad_seal");
    EXPECT_EQ(code_of([&] { Vault(std::string(32, 'x'), cipher, entropy).opened(sealed, "case/1/id"); }),
              "bad_seal");
    // Sealed by the one cipher, opened by a vault that seals with the other.
    EXPECT_EQ(Vault(std::string(32, 'k'), cipher == Cipher::aes ? Cipher::sm4 : Cipher::aes, entropy)
                  .opened(sealed, "case/1/id"),
              "谯城区 3416");
    EXPECT_EQ(vault.opened(vault.sealed("", "x"), "x"), "");
  }
  EXPECT_EQ(code_of([&] { Vault({}, Cipher::aes, entropy).sealed("x", "y"); }), "bad_seal");
}

TEST(Vault, OpensWhatTheFirstReleaseSealed) {
  testing::SeededEntropy entropy(1);
  // Sealed before texts named their key: key of 32 «k», place "case/1/id".
  for (const Cipher cipher : {Cipher::aes, Cipher::sm4}) {
    const Vault vault(std::string(32, 'k'), cipher, entropy);
    std::string old = vault.sealed("谯城区 3416", "case/1/id");
    old = "v1:" + old.substr(old.find(':', 3) + 1);
    const Vault both(std::string(32, 'k') + std::string(32, 'n'), cipher, entropy);
    EXPECT_EQ(both.opened(old, "case/1/id"), "谯城区 3416");
    EXPECT_EQ(both.key_of(old, "case/1/id"), id_of_key(std::string(32, 'k')));
    EXPECT_FALSE(both.is_current(old));
    EXPECT_TRUE(both.sealed("x", "y").starts_with("v2:" + id_of_key(std::string(32, 'n'))));
    const Vault other(std::string(32, 'x'), cipher, entropy);
    EXPECT_EQ(code_of([&] { other.opened(old, "case/1/id"); }), "bad_seal");
  }
}

std::string bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}
std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}
const unsigned char* raw(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The library that the vault stands on agrees with the examples of the standards.
TEST(Ciphers, GiveThePublishedAnswers) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  std::string out(32, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int length = 0;
  // GB/T 32907-2016, annex A, example 1.
  const std::string key = bytes_of("0123456789abcdeffedcba9876543210");
  ASSERT_EQ(EVP_EncryptInit_ex(context.get(), EVP_sm4_ecb(), nullptr, raw(key), nullptr), 1);
  ASSERT_EQ(EVP_EncryptUpdate(context.get(), to, &length, raw(key), 16), 1);
  EXPECT_EQ(hex_of(out.substr(0, 16)), "681edf34d206965e86b3e94f536e4246");
  // GB/T 32905-2016, annex A, example 1.
  unsigned size = 0;
  ASSERT_EQ(EVP_Digest("abc", 3, to, &size, EVP_sm3(), nullptr), 1);
  EXPECT_EQ(hex_of(out), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  // The GCM specification (McGrew and Viega), test case 14: AES-256, everything zero.
  const std::string zero(32, '\0');
  ASSERT_EQ(EVP_CIPHER_CTX_reset(context.get()), 1);
  ASSERT_EQ(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(zero), raw(zero)), 1);
  ASSERT_EQ(EVP_EncryptUpdate(context.get(), to, &length, raw(zero), 16), 1);
  EXPECT_EQ(hex_of(out.substr(0, 16)), "cea7403d4d606b6e074ec5d3baf39d18");
  ASSERT_EQ(EVP_EncryptFinal_ex(context.get(), to, &length), 1);
  ASSERT_EQ(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, to), 1);
  EXPECT_EQ(hex_of(out.substr(0, 16)), "d0d1c8a799996bf0265b98b5d48ab919");
}

}  // namespace
}  // namespace tributary::identity
