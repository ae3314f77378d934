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

// What stands together without anything between: a unit is one letter, or a whole word of digits and ASCII.
using Run = std::vector<std::string>;

std::vector<Run> runs_of(std::string_view text) {
  std::vector<Run> out;
  bool open = false;
  bool in_word = false;
  for (const std::string& c : characters_of(text)) {
    const bool word = is_word(c);
    if (!word && !is_letter(c)) {
      open = in_word = false;
      continue;
    }
    if (!open) out.emplace_back();
    if (word && in_word)
      out.back().back() += c;
    else
      out.back().push_back(c);
    open = true;
    in_word = word;
  }
  return out;
}

std::vector<std::string> pairs_of(const Run& run) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i + 1 < run.size(); ++i) out.push_back(hex(run[i] + run[i + 1]));
  return out;
}

}  // namespace

std::string tokens_of(std::string_view text) {
  std::vector<std::string> out;
  for (const Run& run : runs_of(text)) {
    for (std::string& pair : pairs_of(run)) out.push_back(std::move(pair));
    // What no pair begins with: words by themselves, and the last letter.
    for (std::size_t i = 0; i < run.size(); ++i)
      if (i + 1 == run.size() || is_word(run[i].substr(0, 1))) out.push_back(hex(run[i]));
  }
  return fmt::format("{}", fmt::join(out, " "));
}

std::vector<std::vector<std::string>> phrases_of(std::string_view query) {
  std::vector<std::vector<std::string>> out;
  for (const Run& run : runs_of(query)) {
    out.push_back(run.size() == 1 ? std::vector<std::string>{hex(run[0])} : pairs_of(run));
    if (out.size() == 8) break;
  }
  return out;
}

namespace {

// Two letters are a token by themselves, whatever follows them; one begins many, and so does a word that may
// not have been written to its end.
bool may_go_on(const std::vector<std::vector<std::string>>& phrases, std::size_t i) {
  const std::string& last = phrases[i].back();
  int characters = 0;
  bool letter = false;  // the last of them, not of a word
  for (std::size_t at = 1; at + 1 < last.size(); at += 2) {
    const bool begins = last[at] < '8' || last[at] >= 'c';  // no further byte of a character
    characters += begins ? 1 : 0;
    if (begins) letter = last[at] >= 'c';
  }
  if (characters > 1 && letter) return false;
  return i + 1 == phrases.size() || (phrases[i].size() == 1 && characters == 1 && letter);
}

}  // namespace

std::string fts5_query(const std::vector<std::vector<std::string>>& phrases) {
  std::string out;
  for (std::size_t i = 0; i < phrases.size(); ++i)
    out += fmt::format("{}\"{}\"{}", i == 0 ? "" : " AND ", fmt::join(phrases[i], " "),
                       may_go_on(phrases, i) ? " *" : "");
  return out;
}

std::string tsquery(const std::vector<std::vector<std::string>>& phrases) {
  std::string out;
  for (std::size_t i = 0; i < phrases.size(); ++i)
    out += fmt::format("{}({}{})", i == 0 ? "" : " & ", fmt::join(phrases[i], " <-> "),
                       may_go_on(phrases, i) ? ":*" : "");
  return out;
}

}  // namespace tributary::casework
