#include "casework/search.h"

#include "base/text.h"

#include <cctype>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

std::string hex(std::string_view text) {
  std::string out = "x";
  for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

// Characters of the folded text, each as its bytes.
std::vector<std::string> characters_of(std::string_view text) {
  const std::string folded = fold_width_upper(text);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < folded.size();) {
    std::size_t end = i + 1;
    while (end < folded.size() && (static_cast<unsigned char>(folded[end]) & 0xC0U) == 0x80U) ++end;
    out.push_back(folded.substr(i, end - i));
    i = end;
  }
  return out;
}

bool is_word(const std::string& c) {
  return c.size() == 1 && std::isalnum(static_cast<unsigned char>(c[0])) != 0;
}

// Letters of other scripts than ASCII; punctuation (、，〔〕 …) is none.
bool is_letter(const std::string& c) {
  if (c.size() < 2) return false;
  const auto first = static_cast<unsigned char>(c[0]);
  if (first == 0xE2 || first == 0xC2) return false;                    // general punctuation
  if (first == 0xE3) return static_cast<unsigned char>(c[1]) != 0x80;  // CJK punctuation
  if (first == 0xEF) return false;                                     // full-width forms left over
  return true;
}

// Runs of letters and of words, in order.
struct RunOf {
  bool letters = false;
  std::vector<std::string> characters;
};
std::vector<RunOf> runs_of(std::string_view text) {
  std::vector<RunOf> out;
  bool open = false;
  for (std::string& c : characters_of(text)) {
    const bool letters = is_letter(c);
    if (!letters && !is_word(c)) {
      open = false;
      continue;
    }
    if (!open || out.back().letters != letters) out.push_back({letters, {}});
    open = true;
    out.back().characters.push_back(std::move(c));
  }
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += part;
  return out;
}

// Tokens of one run; of a query without the single last character, which is found as the end of a pair.
void add_tokens(const RunOf& run, bool query, std::vector<std::string>& out) {
  if (!run.letters) {
    out.push_back(hex(joined(run.characters)));
    return;
  }
  for (std::size_t i = 0; i + 1 < run.characters.size(); ++i)
    out.push_back(hex(run.characters[i] + run.characters[i + 1]));
  if (!query || run.characters.size() == 1) out.push_back(hex(run.characters.back()));
}

}  // namespace

std::string tokens_of(std::string_view text) {
  std::vector<std::string> out;
  for (const RunOf& run : runs_of(text)) add_tokens(run, false, out);
  return fmt::format("{}", fmt::join(out, " "));
}

std::vector<std::vector<std::string>> phrases_of(std::string_view query) {
  std::vector<std::vector<std::string>> out;
  for (const RunOf& run : runs_of(query)) {
    std::vector<std::string> tokens;
    add_tokens(run, true, tokens);
    out.push_back(std::move(tokens));
    if (out.size() == 8) break;
  }
  return out;
}

std::string fts5_query(const std::vector<std::vector<std::string>>& phrases) {
  std::string out;
  for (const auto& phrase : phrases)
    out += fmt::format("{}\"{}\" *", out.empty() ? "" : " AND ", fmt::join(phrase, " "));
  return out;
}

std::string tsquery(const std::vector<std::vector<std::string>>& phrases) {
  std::string out;
  for (const auto& phrase : phrases)
    out += fmt::format("{}({}:*)", out.empty() ? "" : " & ", fmt::join(phrase, " <-> "));
  return out;
}

}  // namespace tributary::casework
