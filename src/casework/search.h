// Finding cases by words, numbers and parts of Chinese names, alike on both databases: text becomes tokens,
// two neighbouring characters or words each («河道», «第40»), and words by themselves, written in
// hexadecimal, so that neither database's own idea of words matters; a search is a phrase of such tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary::casework {

// "河道abc" → tokens of 河道, 道abc, abc.
std::string tokens_of(std::string_view text);

// The phrases that all must be found, one per word of the query; the last token of each may be the beginning
// of a longer one. Empty when nothing in the query can be looked for.
std::vector<std::vector<std::string>> phrases_of(std::string_view query);

std::string fts5_query(const std::vector<std::vector<std::string>>& phrases);
std::string tsquery(const std::vector<std::vector<std::string>>& phrases);

}  // namespace tributary::casework
