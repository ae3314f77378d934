#include "identity/words.h"

#include "base/text.h"

#include <algorithm>

namespace tributary::identity {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view piece : split(text, ' '))
    if (!trim(piece).empty()) out.emplace_back(trim(piece));
  return out;
}

std::string text_of(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string folded(std::string_view name) {
  return fold_width_upper(trim(name));
}

std::string kept(std::string_view text, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() < most; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    out += byte < 0x20 || byte == 0x7f ? ' ' : text[i];
  }
  if (out.size() < text.size())
    while (!out.empty() && !is_utf8(out) && (static_cast<unsigned char>(out.back()) & 0x80) != 0 &&
           first_bad_utf8(out) + 4 > out.size())
      out.pop_back();
  for (std::size_t bad = first_bad_utf8(out); bad != std::string::npos; bad = first_bad_utf8(out))
    out[bad] = '?';
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool contains(std::span<const std::string> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace tributary::identity
