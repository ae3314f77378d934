#include "casework/vault.h"

#include "casework/codes.h"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tributary::casework {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Error unreadable() {
  return {codes::bad_record,
          {"加密的内容打不开：密钥不对，或数据被改动",
           "a sealed value does not open: another key, or it was changed"},
          {},
          {"请检查密钥文件是否是本库原来的那一份", "check that the key file is the one of this database"}};
}

std::string hmac(const EVP_MD* hash, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned length = 0;
  TRIBUTARY_CHECK(HMAC(hash, key.data(), static_cast<int>(key.size()), raw(text), text.size(), out.data(),
                       &length) != nullptr,
                  std::string("HMAC"));
  return {reinterpret_cast<const char*>(out.data()), length};
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.resize(4 * ((bytes.size() + 2) / 3) + 1);
  const int length = EVP_EncodeBlock(raw(out), raw(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) throw unreadable();
  std::string out(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(raw(out), raw(text), static_cast<int>(text.size())) < 0) throw unreadable();
  std::size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  out.resize(out.size() - padding);
  return out;
}

constexpr std::size_t gcm_nonce = 12;
constexpr std::size_t gcm_tag = 16;
constexpr std::size_t ctr_nonce = 16;
constexpr std::size_t sm3_bytes = 32;

std::string aes(const std::string& key, std::string_view nonce, std::string_view text, std::string_view place,
                std::string* tag, bool seal) {
  const Context context(EVP_CIPHER_CTX_new());
  std::string out(text.size(), '\0');
  int length = 0;
  bool good =
      context != nullptr &&
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(key), raw(nonce), seal ? 1 : 0) == 1 &&
      EVP_CipherUpdate(context.get(), nullptr, &length, raw(place), static_cast<int>(place.size())) == 1 &&
      EVP_CipherUpdate(context.get(), raw(out), &length, raw(text), static_cast<int>(text.size())) == 1;
  if (good && !seal)
    good =
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(gcm_tag), tag->data()) == 1;
  unsigned char rest = 0;
  good = good && EVP_CipherFinal_ex(context.get(), &rest, &length) == 1;
  if (good && seal) {
    tag->resize(gcm_tag);
    good =
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(gcm_tag), tag->data()) == 1;
  }
  if (!good) throw unreadable();
  return out;
}

std::string sm4(const std::string& key, std::string_view nonce, std::string_view text) {
  const Context context(EVP_CIPHER_CTX_new());
  std::string out(text.size(), '\0');
  int length = 0;
  if (context == nullptr ||
      EVP_EncryptInit_ex(context.get(), EVP_sm4_ctr(), nullptr, raw(key), raw(nonce)) != 1 ||
      EVP_EncryptUpdate(context.get(), raw(out), &length, raw(text), static_cast<int>(text.size())) != 1)
    throw unreadable();
  return out;
}

}  // namespace

std::string_view to_string(Cipher cipher) {
  return cipher == Cipher::aes ? "aes" : "sm4";
}

std::optional<Cipher> parse_cipher(std::string_view name) {
  if (name == "aes") return Cipher::aes;
  if (name == "sm4") return Cipher::sm4;
  return std::nullopt;
}

Vault::Vault(std::string secret, Cipher cipher, identity::Entropy& entropy)
    : secret_(std::move(secret)), cipher_(cipher), entropy_(entropy) {}

std::string Vault::sealed(std::string_view plain, std::string_view place) const {
  if (secret_.empty())
    throw Error(codes::bad_record,
                {"没有密钥，不能保存个人信息", "without a key personal values cannot be kept"});
  if (cipher_ == Cipher::aes) {
    const std::string nonce = entropy_.bytes(gcm_nonce);
    std::string tag;
    const std::string text =
        aes(hmac(EVP_sha256(), secret_, "casework aes"), nonce, plain, place, &tag, true);
    return "v1:aes:" + base64(nonce + tag + text);
  }
  const std::string nonce = entropy_.bytes(ctr_nonce);
  const std::string text = sm4(hmac(EVP_sm3(), secret_, "casework sm4").substr(0, 16), nonce, plain);
  const std::string tag = hmac(EVP_sm3(), hmac(EVP_sm3(), secret_, "casework sm3"),
                               fmt::format("{}:{}{}{}", place.size(), place, nonce, text));
  return "v1:sm4:" + base64(nonce + tag + text);
}

std::string Vault::opened(std::string_view sealed, std::string_view place) const {
  const bool by_aes = sealed.starts_with("v1:aes:");
  if (secret_.empty() || (!by_aes && !sealed.starts_with("v1:sm4:"))) throw unreadable();
  const std::string bytes = from_base64(sealed.substr(7));
  const std::string_view all = bytes;
  if (by_aes) {
    if (all.size() < gcm_nonce + gcm_tag) throw unreadable();
    std::string tag(all.substr(gcm_nonce, gcm_tag));
    return aes(hmac(EVP_sha256(), secret_, "casework aes"), all.substr(0, gcm_nonce),
               all.substr(gcm_nonce + gcm_tag), place, &tag, false);
  }
  if (all.size() < ctr_nonce + sm3_bytes) throw unreadable();
  const std::string_view nonce = all.substr(0, ctr_nonce);
  const std::string_view text = all.substr(ctr_nonce + sm3_bytes);
  const std::string tag = hmac(EVP_sm3(), hmac(EVP_sm3(), secret_, "casework sm3"),
                               fmt::format("{}:{}{}{}", place.size(), place, nonce, text));
  if (CRYPTO_memcmp(tag.data(), all.substr(ctr_nonce, sm3_bytes).data(), sm3_bytes) != 0) throw unreadable();
  return sm4(hmac(EVP_sm3(), secret_, "casework sm4").substr(0, 16), nonce, text);
}

std::string Vault::trace(std::string_view kind, std::string_view plain) const {
  const std::string mac =
      hmac(EVP_sm3(), hmac(EVP_sm3(), secret_, "casework trace"), fmt::format("{}:{}", kind, plain));
  std::string out;
  for (const char c : mac) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

}  // namespace tributary::casework
