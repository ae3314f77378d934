#include "casework/finds.h"

#include "base/text.h"
#include "casework/personal.h"
#include "casework/search.h"
#include "casework/stored.h"
#include "document/words.h"
#include "identity/base64.h"
#include "registry/registry.h"

#include <algorithm>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using identity::from_base64;

constexpr std::size_t most_words = 400'000;  // characters of a file
constexpr std::size_t stretch = 12'000;      // characters of a row: PostgreSQL counts places up to 16,383
constexpr std::size_t overlap = 40;          // so that what stands where two rows meet is found

// Whole characters, at most so many, from a byte on; where they end.
std::size_t end_of(const std::string& text, std::size_t from, std::size_t characters) {
  std::size_t at = from;
  for (std::size_t n = 0; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && n++ == characters) break;
  return at;
}

std::vector<std::string> stretches_of(const std::string& text) {
  std::vector<std::string> out;
  const std::size_t last = end_of(text, 0, most_words);
  for (std::size_t from = 0; from < last;) {
    const std::size_t end = std::min(last, end_of(text, from, stretch));
    out.push_back(text.substr(from, end - from));
    if (end == last) break;
    std::size_t next = end;
    for (std::size_t n = 0; n < overlap && next > from + 1;)
      if ((static_cast<unsigned char>(text[--next]) & 0xC0U) != 0x80U) ++n;
    from = next;
  }
  return out;
}

constexpr std::size_t batch = 500;            // rows of the index that are looked at together
constexpr std::size_t most_looked_at = 5000;  // for one page: it may end before it is full

// Those of the rows that may be seen, newest first: row, document, case, and what a StoredDocument has.
std::vector<store::Row> visible_of(store::Transaction& t, const std::string& tenant, std::span<const std::int64_t> rows,
                                   const Reach& reach) {
  std::vector<store::Value> values;
  std::string marks;
  // As many as one of few sizes, so that statements are prepared once.
  const std::size_t size = rows.size() <= 20 ? 20 : rows.size() <= 100 ? 100 : batch;
  for (std::size_t i = 0; i < size; ++i) {
    marks += marks.empty() ? "?" : ", ?";
    values.push_back(store::to_value(rows[std::min(i, rows.size() - 1)]));
  }
  values.push_back(store::to_value(tenant));
  values.insert(values.end(), reach.values.begin(), reach.values.end());
  std::vector<store::Row> out;
  // (`+ 0` and the offset: see found_in_order in casework_lists.cpp.)
  t.each_values("SELECT w.row_id, w.document_id, d.case_id, d.name, d.media_type, d.bytes, d.sha256, d.at, d.name_of_user "
                "FROM casework_document_words w JOIN casework_document d ON d.jurisdiction = w.jurisdiction AND d.id = "
                "w.document_id WHERE w.row_id IN (" +
                    marks +
                    ") AND w.jurisdiction = ? AND EXISTS (SELECT 1 FROM casework_seer s WHERE s.jurisdiction = "
                    "w.jurisdiction AND s.case_id = w.case_id AND (" +
                    reach.condition + ") LIMIT 1 OFFSET 0) ORDER BY w.row_id + 0 DESC",
                values, [&](const store::Row& row) { out.push_back(row); });
  return out;
}

std::string document_of_row(store::Transaction& t, const std::string& tenant, std::int64_t row) {
  const auto found =
      t.first("SELECT document_id FROM casework_document_words WHERE row_id = ? AND jurisdiction = ?", row, tenant);
  return found ? found->text(0) : std::string();
}

// A name beside what it holds: «清单.xlsx» is found by 清单.
std::string words_of_row(const std::string& name, const std::string& text) {
  return name + "\n" + text;
}

}  // namespace

std::string Casework::words_of(store::Transaction& t, const Stored& s) const {
  const registry::RegistryReader registry(t, tenant_);
  std::string out = s.number + " " + s.type->declared.title.zh + " " + s.type->declared.title.en;
  const auto named = [&](const Field& field, const std::string& code) -> std::string {
    try {
      if (field.kind == FieldKind::place) return code + " " + registry.find_place(code).name.zh;
      const registry::Party party = registry.party(code);
      // Who is a person or a household is nobody's to find.
      if (party.kind == registry::PartyKind::person || party.kind == registry::PartyKind::household) return {};
      return code + " " + party.name.zh;
    } catch (const Error& e) {
      if (e.kind() != Kind::not_found) throw;
      return code;
    }
  };
  const auto take = [&](const Field& field, const Json& values) {
    if (personal(field)) return;
    if (field.kind == FieldKind::text || field.kind == FieldKind::paragraph || field.kind == FieldKind::credit_code)
      out += " " + value_in_text(field, values, true);
    else if ((field.kind == FieldKind::party || field.kind == FieldKind::place) && !is_empty(values, field.name))
      out += " " + named(field, text_of(values.at(field.name)));
  };
  for (const Field& field : s.type->declared.form) {
    take(field, s.state.form);
    if (field.kind != FieldKind::table || is_empty(s.state.form, field.name)) continue;
    for (const Json& row : s.state.form.at(field.name))
      for (const Field& column : field.columns) take(column, row);
  }
  out.resize(end_of(out, 0, stretch));
  return out;
}

bool Casework::drop_words(store::Transaction& t, const std::string& document) {
  t.execute("UPDATE casework_document SET unread = 0 WHERE jurisdiction = ? AND id = ? AND unread = 1", tenant_, document);
  const auto rows = t.query("SELECT row_id FROM casework_document_words WHERE jurisdiction = ? AND document_id = ?",
                            tenant_, document);
  for (const store::Row& row : rows) document_words.remove(t, row.integer(0));
  t.execute("DELETE FROM casework_document_words WHERE jurisdiction = ? AND document_id = ?", tenant_, document);
  return !rows.empty();
}

void Casework::forget_words(store::Transaction& t, const std::vector<std::string>& documents) {
  bool any = false;
  for (const std::string& document : documents) any = drop_words(t, document) || any;
  if (any) next(t, removed_words, everywhere);  // for Erasures::sweep
}

void Casework::keep_words(store::Transaction& t, const StoredDocument& document,
                          const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::int64_t row = next(t, "document text", everywhere);
    document_words.add(t, row, words_of_row(document.name, text));
    t.execute(
        "INSERT INTO casework_document_words (row_id, jurisdiction, document_id, case_id, words) VALUES (?, ?, ?, ?, ?)",
        row, tenant_, document.id, document.of.value, text);
  }
}

CasesFound Finds::cases(const identity::Caller& caller, const std::string& words, std::size_t limit,
                        const std::string& cursor) const {
  searched(words);
  CasePage page = c_.list(caller, {.words = words}, limit, cursor);
  CasesFound out;
  out.next = std::move(page.next);
  std::vector<CaseId> ids;
  for (const CaseHead& head : page.cases) ids.push_back(head.id);
  c_.database_.read([&](store::Transaction& t) {
    const auto stored = c_.find_all(t, ids);
    for (CaseHead& head : page.cases) {
      const auto found = stored.find(head.id.value);
      std::string around = found == stored.end() ? std::string() : excerpt(words, c_.words_of(t, found->second));
      out.cases.push_back({std::move(head), std::move(around)});
    }
  });
  return out;
}

DocumentsFound Finds::documents(const identity::Caller& caller, const std::string& words, std::size_t limit,
                                const std::string& cursor) const {
  const auto phrases = searched(words);
  const Person reader = c_.person(caller, identity::Permission::cases_read);
  const Reach reach = reach_of(reader, "s", !reader.hats.empty());
  return c_.database_.read([&](store::Transaction& t) {
    const bool sqlite = t.dialect() == store::Dialect::sqlite;
    std::int64_t below = cursor.empty() ? std::numeric_limits<std::int64_t>::max() : number_of(cursor, 0);
    const std::string query = sqlite ? fts5_query(phrases) : tsquery(phrases);
    const bool common = !sqlite && document_words.is_common(t, query, below);
    // The index gives its rows in order, no more than are asked for, or finds all of them: then it is asked once.
    const bool in_order = sqlite || common;
    DocumentsFound out;
    std::string last = document_of_row(t, c_.tenant_, below);  // its rows follow each other
    std::int64_t shown = below;
    std::vector<std::int64_t> found;
    for (std::size_t looked_at = 0; looked_at < most_looked_at; looked_at += batch) {
      if (in_order || looked_at == 0)
        found = document_words.rows(t, query, common, below, static_cast<std::int64_t>(in_order ? batch : most_looked_at));
      const std::span<const std::int64_t> rest = std::span(found).subspan(in_order ? 0 : std::min(looked_at, found.size()));
      const std::span<const std::int64_t> rows = rest.first(std::min(batch, rest.size()));
      if (rows.empty()) return out;
      for (const store::Row& row : visible_of(t, c_.tenant_, rows, reach)) {
        if (row.text(1) == last) {
          shown = row.integer(0);
          continue;
        }
        if (out.documents.size() == limit) {
          out.next = std::to_string(shown);
          return out;
        }
        shown = row.integer(0);
        last = row.text(1);
        const CaseId of{row.integer(2)};
        auto head = c_.head(t, of);
        if (!head) continue;
        const auto text = t.first("SELECT words FROM casework_document_words WHERE row_id = ?", shown);
        out.documents.push_back({{last, of, row.text(3), row.text(4), row.integer(5), row.text(6), {row.integer(7)}, row.text(8)},
                                 std::move(*head),
                                 excerpt(words, text ? text->text(0) : std::string())});
      }
      below = shown = rows.back();
      if (rows.size() < batch) return out;
    }
    out.next = std::to_string(below);
    return out;
  });
}

std::int64_t Finds::waiting() const {
  return c_.database_.read([&](store::Transaction& t) {
    return t.first("SELECT COUNT(*) FROM casework_document WHERE jurisdiction = ? AND unread = 1", c_.tenant_)->integer(0);
  });
}

void Finds::read_again() {
  c_.database_.write([&](store::Transaction& t) {
    t.execute("UPDATE casework_document SET unread = 1 WHERE jurisdiction = ? AND content <> '' AND content NOT LIKE 'v%:%'",
              c_.tenant_);
  });
}

std::size_t Finds::read_waiting(std::size_t most) {
  for (std::size_t done = 0; done < most; ++done) {
    StoredDocument file;
    std::string content;
    bool twin = false;  // the same paper stands there as a Word file
    const bool any = c_.database_.read([&](store::Transaction& t) {
      const auto row = t.first(
          "SELECT id, case_id, name, media_type, sha256, content FROM casework_document WHERE jurisdiction = ? AND "
          "unread = 1 ORDER BY at, id LIMIT 1",
          c_.tenant_);
      if (!row) return false;
      file.id = row->text(0);
      file.of = {row->integer(1)};
      file.name = row->text(2);
      file.media_type = row->text(3);
      file.sha256 = row->text(4);
      content = row->text(5);
      twin = file.media_type == "application/pdf" && issued_papers(t, c_.tenant_, file.of).contains(file.id);
      return true;
    });
    if (!any) return done;
    std::vector<std::string> texts;
    if (!twin && !content.empty() && !Vault::is_sealed(content))
      texts = stretches_of(document::words_of(file.media_type, from_base64(content).value_or(""), 4 * most_words));
    if (texts.empty() && !twin) texts.emplace_back();  // its name
    c_.database_.write([&](store::Transaction& t) {
      // What was sealed or erased meanwhile stays out.
      const auto now = t.first(
          "SELECT sha256, SUBSTR(content, 1, 3) FROM casework_document WHERE jurisdiction = ? AND id = ? AND unread = 1",
          c_.tenant_, file.id);
      if (!now) return;
      c_.drop_words(t, file.id);
      if (now->text(0) == file.sha256 && !now->text(1).empty() && !Vault::is_sealed(now->text(1)))
        c_.keep_words(t, file, texts);
    });
  }
  return most;
}

CaseId Finds::index_again(CaseId after, std::size_t limit, std::int64_t& done) {
  return c_.database_.write([&](store::Transaction& t) {
    std::vector<CaseId> ids;
    t.each([&](const store::Row& row) { ids.push_back({row.integer(0)}); },
           "SELECT id FROM casework_case WHERE jurisdiction = ? AND id > ? ORDER BY id LIMIT ?", c_.tenant_,
           after.value, static_cast<std::int64_t>(limit));
    for (const auto& [id, stored] : c_.find_all(t, ids)) {
      case_words.change(t, stored.text_row, c_.words_of(t, stored));
      ++done;
    }
    return ids.empty() ? CaseId{} : ids.back();
  });
}

}  // namespace tributary::casework
