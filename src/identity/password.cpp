#include "identity/password.h"

#include "base/text.h"
#include "identity/codes.h"
#include "identity/weak_passwords.h"
#include "identity/words.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sodium.h>

namespace tributary::identity {
namespace {

// A password must take this many steps to tell: a letter is one, and so is a whole word, run or sequence.
constexpr std::size_t fewest_steps = 7;

std::string lower(std::string_view text) {
  std::string out = fold_width_upper(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// p@55w0rd → password. Digits stay where they stand among digits.
std::string plain_letters(std::string_view text) {
  std::string out(text);
  const auto letter = [&](std::size_t i) { return i < out.size() && out[i] >= 'a' && out[i] <= 'z'; };
  const auto replaced = [](char c) {
    switch (c) {
      case '@':
      case '4':
        return 'a';
      case '3':
        return 'e';
      case '0':
        return 'o';
      case '1':
      case '!':
        return 'i';
      case '$':
      case '5':
        return 's';
      default:
        return c;
    }
  };
  for (std::size_t i = 0; i < out.size(); ++i)
    if ((i > 0 && letter(i - 1)) || letter(i + 1)) out[i] = replaced(out[i]);
  return out;
}

// How far one step of a guesser gets from `at`: a word, a run (aaaa), a sequence (4567, dcba), a year, or
// what stood directly before, again; else one character.
std::size_t one_step(std::string_view text, std::size_t at, std::span<const std::string> words) {
  const std::string_view rest = text.substr(at);
  std::size_t best = 1;
  for (std::string_view word : weak_words)
    if (rest.starts_with(word)) best = std::max(best, word.size());
  for (const std::string& word : words)
    if (rest.starts_with(word)) best = std::max(best, word.size());
  for (const int step : {0, 1, -1}) {
    std::size_t length = 1;
    while (length < rest.size() && rest[length] - rest[length - 1] == step) ++length;
    if (length >= 3) best = std::max(best, length);
  }
  const auto digit = [&](std::size_t i) { return i < rest.size() && rest[i] >= '0' && rest[i] <= '9'; };
  if (digit(2) && digit(3) && (rest.starts_with("19") || rest.starts_with("20"))) {
    std::size_t length = 4;
    while (length < 8 && digit(length)) ++length;  // with month and day
    best = std::max(best, length);
  }
  for (std::size_t length = 2; length <= at && length <= rest.size(); ++length)
    if (text.substr(at - length, length) == rest.substr(0, length)) best = std::max(best, length);
  // A character of several bytes is one.
  while (at + best < text.size() && (static_cast<unsigned char>(text[at + best]) & 0xc0) == 0x80) ++best;
  return best;
}

std::size_t steps(std::string_view text, std::span<const std::string> words) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at += one_step(text, at, words);
  return count;
}

}  // namespace

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  TRIBUTARY_CHECK(sodium_init() >= 0, "libsodium");
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost.operations, cost.memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw Error(codes::bad_key,
                {fmt::format("内存不足，无法校验密码（需要 {} MB）", cost.memory >> 20U),
                 fmt::format("no memory to hash a password ({} MB needed)", cost.memory >> 20U)},
                {}, {"请稍后再试", "try again in a moment"});
  return out.data();
}

bool password_matches(const std::string& hash, std::string_view password) {
  TRIBUTARY_CHECK(sodium_init() >= 0, "libsodium");
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(const std::string& hash, const PasswordCost& cost) {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.operations, cost.memory) != 0;
}

std::optional<Text> password_weakness(std::string_view password, std::span<const std::string> names) {
  if (!is_utf8(password) || password.find('\0') != std::string_view::npos)
    return Text{"密码含有无法识别的字符", "the password has characters that are not text"};
  const std::size_t length = characters(password);
  if (length < shortest_password)
    return Text{fmt::format("密码至少要有 {} 个字符", shortest_password),
                fmt::format("the password needs at least {} characters", shortest_password)};
  if (length > longest_password)
    return Text{fmt::format("密码最多 {} 个字符", longest_password),
                fmt::format("the password may have at most {} characters", longest_password)};
  std::vector<std::string> own;
  for (const std::string& name : names) {
    const std::string whole = lower(name);
    own.push_back(whole);
    std::string part;
    for (const char c : whole + " ") {
      const bool separator = c == ' ' || c == '.' || c == '-' || c == '_' || c == '@';
      if (!separator) {
        part += c;
        continue;
      }
      own.push_back(part);
      part.clear();
    }
  }
  std::erase_if(own, [](const std::string& word) { return characters(word) < 2; });
  const std::string text = lower(password);
  for (const std::string& form : {text, plain_letters(text)}) {
    if (steps(form, own) >= fewest_steps) continue;
    if (steps(form, {}) >= fewest_steps)
      return Text{"密码主要由您的姓名、账号或单位名称组成，容易被猜到",
                  "the password is made of your name, sign-in name or organisation and is easy to guess"};
    return Text{"密码由常见的词、连续或重复的字符组成，容易被猜到",
                "the password is made of common words, sequences or repetitions and is easy to guess"};
  }
  return std::nullopt;
}

}  // namespace tributary::identity
