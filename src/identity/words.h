// Small text tools of this module: lists with blanks between, names as they are compared, foreign text made
// safe to keep.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::identity {

std::vector<std::string> words_of(std::string_view text);
std::string text_of(std::span<const std::string> words);
inline std::string text_of(const std::vector<std::string>& words) {
  return text_of(std::span<const std::string>(words));
}

// Names that differ in width, case or blanks around only are the same.
std::string folded(std::string_view name);
// Well-formed UTF-8 without control characters, at most so many bytes, cut between characters.
std::string kept(std::string_view text, std::size_t most);
// Characters, not bytes.
std::size_t characters(std::string_view text);
bool contains(std::span<const std::string> list, std::string_view word);

}  // namespace tributary::identity
