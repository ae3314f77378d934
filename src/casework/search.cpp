#include "casework/search.h"

#include "base/text.h"
#include "casework/codes.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

constexpr std::size_t shortest_part = 4;  // of a number, by which it is found
constexpr std::size_t longest_word = 64;  // characters; what is longer is no word, but data

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
    if (word && in_word) {
      if (out.back().back().size() < longest_word) out.back().back() += c;
    } else
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

// A number, or what has one in it: people know it by its end as well.
bool is_number(const std::string& word) {
  return word.size() > shortest_part && std::any_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::string tokens_of(std::string_view text) {
  std::vector<std::string> out;
  for (const Run& run : runs_of(text)) {
    for (std::string& pair : pairs_of(run)) out.push_back(std::move(pair));
    // What no pair begins with: words by themselves, and the last letter.
    for (std::size_t i = 0; i < run.size(); ++i) {
      const bool word = is_word(run[i].substr(0, 1));
      if (i + 1 == run.size() || word) out.push_back(hex(run[i]));
      if (word && is_number(run[i]))
        for (std::size_t from = 1; from + shortest_part <= run[i].size(); ++from)
          out.push_back(hex(std::string_view(run[i]).substr(from)));
    }
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

std::vector<std::vector<std::string>> searched(std::string_view words) {
  auto phrases = phrases_of(words);
  if (phrases.empty())
    throw Error(codes::bad_search, {"请输入文字或数字", "enter letters, characters or digits"},
                {"", 0, 0, "words"});
  return phrases;
}

std::string excerpt(std::string_view words, const std::string& text) {
  constexpr std::size_t around = 120;
  const std::string folded = fold_width_upper(text);
  std::size_t at = std::string::npos;
  for (const Run& run : runs_of(words)) at = std::min(at, folded.find(fmt::format("{}", fmt::join(run, ""))));
  // Folding may shorten; a place that is a little early does no harm.
  std::size_t begin = at == std::string::npos || at < around ? 0 : std::min(at - around, text.size());
  std::size_t end = std::min(text.size(), begin + 3 * around);
  const auto inside = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
  };
  while (begin > 0 && inside(begin)) --begin;
  while (inside(end)) ++end;
  return (begin > 0 ? "…" : "") + text.substr(begin, end - begin) + (end < text.size() ? "…" : "");
}

void WordIndex::add(store::Transaction& t, std::int64_t row, std::string_view text) const {
  t.execute(t.dialect() == store::Dialect::sqlite
                ? fmt::format("INSERT INTO {} (rowid, tokens) VALUES (?, ?)", table_)
                : fmt::format("INSERT INTO {} (row_id, tokens) VALUES (?, to_tsvector('simple', ?))", table_),
            row, tokens_of(text));
}

void WordIndex::change(store::Transaction& t, std::int64_t row, std::string_view text) const {
  t.execute(t.dialect() == store::Dialect::sqlite
                ? fmt::format("UPDATE {} SET tokens = ? WHERE rowid = ?", table_)
                : fmt::format("UPDATE {} SET tokens = to_tsvector('simple', ?) WHERE row_id = ?", table_),
            tokens_of(text), row);
}

void WordIndex::remove(store::Transaction& t, std::int64_t row) const {
  t.execute(fmt::format("DELETE FROM {} WHERE {} = ?", table_,
                        t.dialect() == store::Dialect::sqlite ? "rowid" : "row_id"),
            row);
}

bool WordIndex::forget_some(store::Transaction& t, bool first) const {
  // Until the parts of the index are merged, it holds a removed row's tokens beside the note that it is removed. The
  // first step (a negative number) takes all parts into one merge, the others go on with it; sqlite.org/fts5.html, 6.8.
  if (t.dialect() != store::Dialect::sqlite) return false;
  constexpr std::int64_t pages = 64;
  const auto changes = [&] { return t.first("SELECT total_changes()")->integer(0); };
  const std::int64_t before = changes();
  t.execute(fmt::format("INSERT INTO {0} ({0}, rank) VALUES ('merge', ?)", table_), first ? -pages : pages);
  return changes() - before >= 2;
}

// PostgreSQL's planner does not know how many rows a word has, least of all one not written to its end, and
// reads all rows where few match, or all matches where many do. So it is looked at first: of rows from all over
// the table (the newest may all be of one kind), a tenth or more. (ts_match_vq is what @@ means, without an index;
// the subselect makes the query once, not by row.)
bool WordIndex::is_common(store::Transaction& t, const std::string& tsquery, std::int64_t last) const {
  constexpr std::int64_t sample = 50;  // rows
  const auto ends = t.first(fmt::format("SELECT MIN(row_id), MAX(row_id) FROM {} WHERE row_id < ?", table_), last);
  if (!ends || !ends->integer_or_null(0)) return false;
  const std::int64_t first = ends->integer(0);
  const std::int64_t apart = std::max<std::int64_t>(1, (ends->integer(1) - first) / sample);
  const auto row = t.first(
      fmt::format("SELECT COUNT(*), COALESCE(SUM(CASE WHEN ts_match_vq(x.tokens, (SELECT to_tsquery('simple', ?))) THEN 1 "
                  "ELSE 0 END), 0) FROM generate_series(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)) g CROSS "
                  "JOIN LATERAL (SELECT tokens FROM {} WHERE row_id >= g ORDER BY row_id LIMIT 1) x",
                  table_),
      tsquery, first, ends->integer(1), apart);
  return row->integer(1) * 10 >= row->integer(0);
}

std::vector<std::int64_t> WordIndex::rows(store::Transaction& t, const std::string& query, bool common,
                                          std::int64_t last, std::int64_t most) const {
  const char* sql = t.dialect() == store::Dialect::sqlite
                        ? "SELECT rowid FROM {} WHERE tokens MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
                    : common ? "SELECT row_id FROM {} WHERE ts_match_vq(tokens, (SELECT to_tsquery('simple', ?))) AND "
                               "row_id < ? ORDER BY row_id DESC LIMIT ?"
                             : "WITH found AS MATERIALIZED (SELECT row_id FROM {} WHERE tokens @@ (SELECT "
                               "to_tsquery('simple', ?))) SELECT row_id FROM found WHERE row_id < ? ORDER BY row_id "
                               "DESC LIMIT ?";
  std::vector<std::int64_t> out;
  t.each([&](const store::Row& row) { out.push_back(row.integer(0)); }, fmt::format(fmt::runtime(sql), table_), query,
         last, most);
  return out;
}

}  // namespace tributary::casework
