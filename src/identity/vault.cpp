#include "identity/vault.h"

#include "identity/base64.h"
#include "identity/codes.h"
#include "identity/key_file.h"

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tributary::identity {
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
  return {codes::bad_seal,
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

Vault::Vault(std::string_view keys, Cipher cipher, Entropy& entropy)
    : cipher_(cipher), entropy_(entropy) {
  for (std::string& secret : keys_of(keys)) {
    std::string id = id_of_key(secret);
    keys_.push_back({std::move(id), std::move(secret)});
  }
}

namespace {

// "v2:<key>:<cipher>:<text>"; the first texts named no key, "v1:<cipher>:<text>".
struct Parts {
  std::string_view key;  // empty: not said
  Cipher cipher;
  std::string_view text;
};

Parts parts_of(std::string_view sealed) {
  constexpr std::size_t id = 8;
  std::string_view key;
  std::string_view rest;
  if (sealed.starts_with("v2:") && sealed.size() > id + 4 && sealed[id + 3] == ':') {
    key = sealed.substr(3, id);
    rest = sealed.substr(id + 4);
  } else if (sealed.starts_with("v1:")) {
    rest = sealed.substr(3);
  }
  const auto cipher = parse_cipher(rest.substr(0, 3));
  if (!cipher || rest.size() < 4 || rest[3] != ':') throw unreadable();
  return {key, *cipher, rest.substr(4)};
}

std::string sealed_with(const std::string& secret, Cipher cipher, std::string_view plain,
                        std::string_view place, Entropy& entropy) {
  if (cipher == Cipher::aes) {
    const std::string nonce = entropy.bytes(gcm_nonce);
    std::string tag;
    const std::string text = aes(hmac(EVP_sha256(), secret, "casework aes"), nonce, plain, place, &tag, true);
    return base64(nonce + tag + text);
  }
  const std::string nonce = entropy.bytes(ctr_nonce);
  const std::string text = sm4(hmac(EVP_sm3(), secret, "casework sm4").substr(0, 16), nonce, plain);
  const std::string tag = hmac(EVP_sm3(), hmac(EVP_sm3(), secret, "casework sm3"),
                               fmt::format("{}:{}{}{}", place.size(), place, nonce, text));
  return base64(nonce + tag + text);
}

std::string opened_with(const std::string& secret, const Parts& parts, std::string_view place) {
  const auto bytes = from_base64(parts.text);
  if (!bytes) throw unreadable();
  const std::string_view all = *bytes;
  if (parts.cipher == Cipher::aes) {
    if (all.size() < gcm_nonce + gcm_tag) throw unreadable();
    std::string tag(all.substr(gcm_nonce, gcm_tag));
    return aes(hmac(EVP_sha256(), secret, "casework aes"), all.substr(0, gcm_nonce),
               all.substr(gcm_nonce + gcm_tag), place, &tag, false);
  }
  if (all.size() < ctr_nonce + sm3_bytes) throw unreadable();
  const std::string_view nonce = all.substr(0, ctr_nonce);
  const std::string_view text = all.substr(ctr_nonce + sm3_bytes);
  const std::string tag = hmac(EVP_sm3(), hmac(EVP_sm3(), secret, "casework sm3"),
                               fmt::format("{}:{}{}{}", place.size(), place, nonce, text));
  if (CRYPTO_memcmp(tag.data(), all.substr(ctr_nonce, sm3_bytes).data(), sm3_bytes) != 0) throw unreadable();
  return sm4(hmac(EVP_sm3(), secret, "casework sm4").substr(0, 16), nonce, text);
}

}  // namespace

std::string Vault::sealed(std::string_view plain, std::string_view place) const {
  if (keys_.empty())
    throw Error(codes::bad_seal,
                {"没有密钥，不能保存个人信息", "without a key personal values cannot be kept"});
  const Key& newest = keys_.back();
  return fmt::format("v2:{}:{}:{}", newest.id, to_string(cipher_),
                     sealed_with(newest.secret, cipher_, plain, place, entropy_));
}

std::pair<std::string, std::string> Vault::opened_and_key(std::string_view sealed,
                                                          std::string_view place) const {
  const Parts parts = parts_of(sealed);
  for (const Key& key : keys_) {
    if (parts.key == key.id) return {opened_with(key.secret, parts, place), key.id};
    if (parts.key.empty()) try {  // both ciphers tell a wrong key
        return {opened_with(key.secret, parts, place), key.id};
      } catch (const Error& e) {
        if (e.code() != codes::bad_seal) throw;
      }
  }
  throw unreadable();
}

std::string Vault::opened(std::string_view sealed, std::string_view place) const {
  return opened_and_key(sealed, place).first;
}

std::string Vault::key_of(std::string_view sealed, std::string_view place) const {
  const Parts parts = parts_of(sealed);
  return parts.key.empty() ? opened_and_key(sealed, place).second : std::string(parts.key);
}

bool Vault::is_current(std::string_view sealed) const {
  return !keys_.empty() && sealed.starts_with(fmt::format("v2:{}:{}:", newest(), to_string(cipher_)));
}

std::vector<std::string> Vault::traces(std::string_view kind, std::string_view plain) const {
  std::vector<std::string> out;
  for (const Key& key : keys_) {
    const std::string mac =
        hmac(EVP_sm3(), hmac(EVP_sm3(), key.secret, "casework trace"), fmt::format("{}:{}", kind, plain));
    out.push_back(key.id + ":");
    for (const char c : mac) out.back() += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace tributary::identity
