// Personal values: sealed and masked, shown singly, found by a keyed hash, sealed anew.
#include "base/text.h"
#include "casework/personal.h"
#include "casework/stored.h"
#include "identity/base64.h"
#include "identity/codes.h"

#include <algorithm>
#include <set>

namespace tributary::casework {
namespace {

using identity::from_base64;

constexpr std::size_t most_found = 100;

Json value_from(const Field& field, const std::string& text) {
  if (field.kind == FieldKind::boolean || field.kind == FieldKind::organisations ||
      field.kind == FieldKind::documents)
    return Json::parse(text, nullptr, false);
  return text;
}

bool can_be_looked_up(const Field& field) {
  return std::find(look_up_kinds.begin(), look_up_kinds.end(), field.kind) != look_up_kinds.end();
}

// One spelling for what is written in several: full and half width, small and capital letters, blanks,
// hyphens, the dots in names of minorities.
std::string spelling(const std::string& value) {
  std::string out = fold_width_upper(value);
  for (const std::string_view dropped :
       {" ", "\t", "\u3000", "\u00a0", "-", "\u00b7", "\u2022", "\u2027", "\u30fb"})
    for (std::size_t at = out.find(dropped); at != std::string::npos; at = out.find(dropped, at))
      out.erase(at, dropped.size());
  return out;
}

}  // namespace

std::set<std::string> issued_papers(store::Transaction& t, const std::string& tenant, CaseId id) {
  std::set<std::string> out;
  t.each(
      [&](const store::Row& row) {
        for (const Json& effect : Json::parse(row.text(0)))
          if (effect.value("do", "") == "issue")
            for (const char* format : {"pdf", "docx"}) out.insert(effect.value(format, ""));
      },
      "SELECT effects FROM casework_event WHERE jurisdiction = ? AND case_id = ?", tenant, id.value);
  return out;
}

Json Casework::masked_form(const CaseType& type, const Json& form) const {
  Json out = form;
  each_personal(type, out, [](const Field& field, const std::string&, Json& value) {
    value = masked(field.kind, text_of(value));
  });
  return out;
}

Json Casework::sealed_form(const CaseType& type, const Json& form, CaseId id) const {
  Json out = form;
  each_personal(type, out, [&](const Field&, const std::string& path, Json& value) {
    value = vault_.sealed(text_of(value), place_of(tenant_, id, path));
  });
  return out;
}

Json Casework::opened_form(const CaseType& type, const Json& form, CaseId id) const {
  Json out = form;
  each_personal(type, out, [&](const Field& field, const std::string& path, Json& value) {
    value = value_from(field, vault_.opened(value.get<std::string>(), place_of(tenant_, id, path)));
  });
  return out;
}

std::string Casework::reveal(const identity::Caller& caller, CaseId id, const std::string& field,
                             const std::string& purpose) {
  require_purpose(purpose);
  return database_.write([&](store::Transaction& t) {
    const Stored stored = visible(t, caller, id);
    const Field* found = stored.type->field(field);
    if (found == nullptr || !personal(*found) || is_empty(stored.state.form, field)) throw unknown_case();
    if (!acts_in(*stored.type, stored.state, person(caller, identity::Permission::cases_act)))
      throw Error(codes::not_for_you,
                  {"只有经办这件事的人可以查看", "only those who deal with the case may see it"});
    // The note says who looked at what and why, never the value.
    audit_.append(t, caller,
                  {"personal.reveal", fmt::format("case/{}/{}", id.value, field),
                   identity::AuditOutcome::done, std::string(trim(purpose))});
    return text_of(stored.state.form.at(field));
  });
}

// In order, without doubles: (kind, trace by the newest key).
std::vector<std::pair<std::string, std::string>> Casework::traces_of(const CaseType& type,
                                                                     const Json& form) const {
  std::set<std::pair<std::string, std::string>> out;
  Json cells = form;
  each_cell(type, cells, can_be_looked_up, [&](const Field& field, const std::string&, const Json& value) {
    const std::string kind(to_string(field.kind));
    const auto traces = vault_.traces(kind, spelling(text_of(value)));
    if (!traces.empty()) out.emplace(kind, traces.back());
  });
  return {out.begin(), out.end()};
}

void Casework::keep_traces(store::Transaction& t, const CaseType& type, const Json& form, CaseId id) {
  t.execute("DELETE FROM casework_trace WHERE jurisdiction = ? AND case_id = ?", tenant_, id.value);
  for (const auto& [kind, trace] : traces_of(type, form))
    t.execute("INSERT INTO casework_trace (jurisdiction, kind, trace, case_id) VALUES (?, ?, ?, ?)", tenant_,
              kind, trace, id.value);
}

std::vector<CaseHead> Casework::look_up(const identity::Caller& caller, FieldKind kind,
                                        const std::string& value, const std::string& purpose) {
  caller.require(identity::Permission::cases_act);
  if (trim(purpose).empty())
    throw FormError(codes::reason_missing, {{"purpose", {"请写明查找的用途", "say what for"}}});
  Field field;
  field.kind = kind;
  std::vector<FieldFault> faults;
  const Json good = checked_value(field, value, "value", faults);
  if (faults.empty() && (good.is_null() || !can_be_looked_up(field)))
    faults.push_back({"value", {"请填写要查找的内容", "say what to look for"}});
  if (!faults.empty()) throw FormError(codes::bad_form, std::move(faults));
  const std::string name(to_string(kind));
  const Reach reach = reach_of(person(caller, identity::Permission::cases_act), "s", false);
  return database_.write([&](store::Transaction& t) {
    std::vector<store::Value> values{store::to_value(tenant_), store::to_value(name)};
    std::string marks;
    for (const std::string& trace : vault_.traces(name, spelling(text_of(good)))) {
      marks += marks.empty() ? "?" : ", ?";
      values.push_back(store::to_value(trace));
    }
    std::vector<CaseId> ids;
    values.insert(values.end(), reach.values.begin(), reach.values.end());
    values.push_back(store::to_value(static_cast<std::int64_t>(most_found)));
    if (!marks.empty())
      t.each_values(
          "SELECT DISTINCT x.case_id FROM casework_trace x WHERE x.jurisdiction = ? AND x.kind = ? "
          "AND x.trace IN (" +
              marks +
              ") AND EXISTS (SELECT 1 FROM casework_seer s WHERE s.jurisdiction = x.jurisdiction "
              "AND s.case_id = x.case_id AND (" +
              reach.condition + ")) ORDER BY x.case_id DESC LIMIT ?",
          values, [&](const store::Row& row) { ids.push_back({row.integer(0)}); });
    std::vector<CaseHead> out;
    std::string found;
    for (const CaseId id : ids)
      if (const auto stored = find(t, id, Personal::sealed)) {
        out.push_back(stored->head());
        found += fmt::format(" {}", id.value);
      }
    audit_.append(t, caller,
                  {"personal.lookup", "kind/" + name, identity::AuditOutcome::done,
                   fmt::format("{} ->{}", trim(purpose), found.empty() ? " -" : found)});
    return out;
  });
}

std::map<std::string, std::int64_t> Casework::values_by_key() const {
  return database_.read([&](store::Transaction& t) {
    std::map<std::string, std::int64_t> out;
    t.each([&](const store::Row& row) { out[row.text(0)] += row.integer(1); },
           "SELECT SUBSTR(trace, 1, 8), COUNT(*) FROM casework_trace WHERE jurisdiction = ? GROUP BY 1",
           tenant_);
    std::int64_t last = 0;
    for (bool more = true; more;) {
      std::vector<store::Row> rows = t.query(
          "SELECT id, hash, form FROM casework_case WHERE jurisdiction = ? AND id > ? ORDER BY id LIMIT 500",
          tenant_, last);
      more = !rows.empty();
      for (const store::Row& row : rows) {
        last = row.integer(0);
        Json form = Json::parse(row.text(2));
        each_personal(*type_of(t, row.text(1)), form,
                      [&](const Field&, const std::string& path, const Json& value) {
                        try {
                          ++out[vault_.key_of(text_of(value), place_of(tenant_, {last}, path))];
                        } catch (const Error& e) {
                          if (e.code() != identity::codes::bad_seal) throw;
                          ++out["?"];
                        }
                      });
      }
    }
    std::string document;  // one by one: they may be large
    for (bool more = true; more;) {
      const auto row = t.first(
          "SELECT id, content FROM casework_document WHERE jurisdiction = ? AND id > ? AND content LIKE "
          "'v%:%' ORDER "
          "BY id LIMIT 1",
          tenant_, document);
      more = row.has_value();
      if (!more) break;
      document = row->text(0);
      try {
        ++out[vault_.key_of(row->text(1), place_of_document(tenant_, document))];
      } catch (const Error& e) {
        if (e.code() != identity::codes::bad_seal) throw;
        ++out["?"];
      }
    }
    return out;
  });
}

// With `all` also uploads that were kept open before those beside personal values were sealed. A paper that is not
// personal stays open.
bool Casework::reseal_documents(store::Transaction& t, CaseId id, bool all) {
  std::vector<std::string> documents;
  t.each([&](const store::Row& row) { documents.push_back(row.text(0)); },
         fmt::format("SELECT id FROM casework_document WHERE jurisdiction = ? AND case_id = ? AND {}",
                     all ? "content <> ''" : "content LIKE 'v%:%'"),
         tenant_, id.value);
  const auto issued = all && !documents.empty() ? issued_papers(t, tenant_, id) : std::set<std::string>();
  bool changed = false;
  std::vector<std::string> closed;  // that were open until now
  for (const std::string& document : documents) {
    const std::string place = place_of_document(tenant_, document);
    const std::string held =
        t.first("SELECT content FROM casework_document WHERE jurisdiction = ? AND id = ?", tenant_, document)
            ->text(0);
    if (vault_.is_current(held) || (!Vault::is_sealed(held) && issued.contains(document))) continue;
    t.execute("UPDATE casework_document SET content = ? WHERE jurisdiction = ? AND id = ?",
              vault_.sealed(Vault::is_sealed(held) ? vault_.opened(held, place) : from_base64(held).value_or(""),
                            place),
              tenant_, document);
    if (!Vault::is_sealed(held)) closed.push_back(document);
    changed = true;
  }
  forget_words(t, closed);
  if (!closed.empty()) next(t, "erased");  // for Erasures::sweep
  return changed;
}

Casework::Resealed Casework::reseal(CaseId after, std::size_t limit) {
  return database_.write([&](store::Transaction& t) {
    Resealed out;
    out.last = after;
    for (const store::Row& row :
         t.query("SELECT id, hash, form FROM casework_case WHERE jurisdiction = ? AND "
                 "id > ? ORDER BY id LIMIT ?",
                 tenant_, after.value, static_cast<std::int64_t>(limit))) {
      const CaseId id{row.integer(0)};
      out.last = id;
      ++out.looked_at;
      const auto type = type_of(t, row.text(1));
      Json sealed = Json::parse(row.text(2));
      bool current = true;
      each_personal(*type, sealed, [&](const Field&, const std::string&, const Json& value) {
        current = current && vault_.is_current(text_of(value));
      });
      const Json form = opened_form(*type, sealed, id);
      std::vector<std::pair<std::string, std::string>> held;
      t.each([&](const store::Row& r) { held.emplace_back(r.text(0), r.text(1)); },
             "SELECT kind, trace FROM casework_trace WHERE jurisdiction = ? AND case_id = ? ORDER BY kind, "
             "trace",
             tenant_, id.value);
      std::sort(held.begin(), held.end());  // as strings, whatever the database's collation
      const bool documents = reseal_documents(t, id, holds_personal(*type));
      if (current && held == traces_of(*type, form)) {
        if (documents) ++out.changed;
        continue;
      }
      ++out.changed;
      t.execute("UPDATE casework_case SET form = ? WHERE jurisdiction = ? AND id = ?",
                sealed_form(*type, form, id).dump(), tenant_, id.value);
      keep_traces(t, *type, form, id);
    }
    return out;
  });
}

}  // namespace tributary::casework
