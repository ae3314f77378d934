// Finding cases by words, numbers and parts of Chinese names, alike on both databases: text becomes tokens,
// two neighbouring characters or words each («河道», «第40»), and words by themselves, written in
// hexadecimal, so that neither database's own idea of words matters; a search is a phrase of such tokens.
#pragma once

#include "store/store.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::casework {

// "河道abc" → tokens of 河道, 道abc, abc; of a number («91341602MA2…») also what follows each of its characters, so
// that any part of it is found. Of a word no more than 64 characters count.
std::string tokens_of(std::string_view text);

// The phrases that all must be found, one per word of the query; the last token of each may be the beginning
// of a longer one. Empty when nothing in the query can be looked for.
std::vector<std::vector<std::string>> phrases_of(std::string_view query);

// The same of what somebody asks for. Throws bad_search when there is nothing to look for.
std::vector<std::vector<std::string>> searched(std::string_view words);

std::string fts5_query(const std::vector<std::vector<std::string>>& phrases);
std::string tsquery(const std::vector<std::vector<std::string>>& phrases);

// Some eighty characters of a text around the first of the words that stands in it.
std::string excerpt(std::string_view words, const std::string& text);

// A table of tokens by rows, which its owner numbers: FTS5 on SQLite, a text search vector on PostgreSQL.
class WordIndex {
 public:
  explicit constexpr WordIndex(const char* table) : table_(table) {}

  void add(store::Transaction& t, std::int64_t row, std::string_view text) const;
  void change(store::Transaction& t, std::int64_t row, std::string_view text) const;
  void remove(store::Transaction& t, std::int64_t row) const;
  // After rows were removed, until it gives false: nothing of their tokens stays in the file. SQLite's index is merged, in
  // all read and written once, a little each time, so that others may write between two calls. (FTS5 could strike a
  // row's tokens at once from SQLite 3.42 on.)
  bool forget_some(store::Transaction& t, bool first) const;

  // The newest rows below `last` with the words, newest first, at most `most`; `query` as the database wants it.
  // PostgreSQL's planner is told by `common` whether to go by the index or by the rows: by the index all matches are found
  // whatever `most` is.
  bool is_common(store::Transaction& t, const std::string& tsquery, std::int64_t last) const;
  std::vector<std::int64_t> rows(store::Transaction& t, const std::string& query, bool common,
                                 std::int64_t last, std::int64_t most) const;

 private:
  const char* table_;
};

inline constexpr WordIndex case_words{"casework_text"};
inline constexpr WordIndex publication_words{"casework_publication_text"};
inline constexpr WordIndex document_words{"casework_document_text"};

}  // namespace tributary::casework
