// Cases as they stand in the database.
#include "casework/codes.h"
#include "casework/personal.h"
#include "casework/stored.h"

#include <fmt/format.h>

namespace tributary::casework {

std::shared_ptr<const CaseType> Casework::type_of(store::Transaction& t, const std::string& hash) const {
  if (const auto found = by_hash_.find(hash); found != by_hash_.end()) return found->second;
  const auto row =
      t.first("SELECT text, name, pack, example FROM casework_type WHERE jurisdiction = ? AND hash = ?",
              tenant_, hash);
  if (!row)
    throw Error(codes::bad_record, {"事项的声明丢失", "the declaration of a case's type is not there"});
  policy::PackContext context;
  context.pack = row->text(2);
  context.example = row->integer(3) != 0;
  auto type = read_case_type(row->text(0), row->text(1) + " (" + hash.substr(0, 12) + ")", context,
                             Checks::of_its_day);
  by_hash_[hash] = type;
  return type;
}

std::map<std::int64_t, Casework::Stored> Casework::find_all(store::Transaction& t,
                                                            const std::vector<CaseId>& ids) const {
  std::map<std::int64_t, Stored> out;
  if (ids.empty()) return out;
  std::string marks;
  std::vector<store::Value> values{store::to_value(tenant_)};
  for (const CaseId id : ids) {
    marks += marks.empty() ? "?" : ", ?";
    values.push_back(store::to_value(id.value));
  }
  const auto each = [&](const char* what, const char* key, const char* more, const auto& take) {
    t.each_values(
        fmt::format("SELECT {}, {} WHERE jurisdiction = ? AND {} IN ({}){}", key, what, key, marks, more),
        values, take);
  };
  std::vector<store::Row> rows;
  each(
      "hash, number, party, state, applicant, form, created, created_by, created_name, entered, parent, "
      "version, "
      "text_row, origins FROM casework_case",
      "id", "", [&](const store::Row& row) { rows.push_back(row); });
  for (const store::Row& row : rows) {
    Stored one;
    one.id = {row.integer(0)};
    try {
      one.type = type_of(t, row.text(1));
    } catch (const Error& e) {
      if (e.code() != codes::bad_case_type && e.code() != codes::bad_record) throw;
      continue;
    }
    one.number = row.text(2);
    one.party = row.text(3);
    one.state.state = row.text(4);
    one.state.applicant = row.text(5);
    one.state.form = Json::parse(row.text(6));
    one.created = {row.integer(7)};
    one.created_by = row.text(8);
    one.created_name = row.text(9);
    one.entered = {row.integer(10)};
    one.parent = row.integer(11);
    one.version = row.integer(12);
    one.text_row = row.integer(13);
    one.origins = Json::parse(row.text(14));
    out.emplace(one.id.value, std::move(one));
  }
  const auto state = [&](const store::Row& row) -> CaseState* {
    const auto found = out.find(row.integer(0));
    return found == out.end() ? nullptr : &found->second.state;
  };
  each("step, user_id, live FROM casework_took", "case_id", "", [&](const store::Row& r) {
    CaseState* of = state(r);
    if (of == nullptr) return;
    of->took[r.text(1)].insert(r.text(2));
    if (r.integer(3) != 0) of->took_lately[r.text(1)].insert(r.text(2));
  });
  each("term, status, due, left_days, provisional FROM casework_term", "case_id", "",
       [&](const store::Row& r) {
         CaseState* of = state(r);
         if (of == nullptr) return;
         TermState& term = of->terms[r.text(1)];
         for (const auto status : {TermState::Status::waiting, TermState::Status::running,
                                   TermState::Status::paused, TermState::Status::ended})
           if (to_string(status) == r.text(2)) term.status = status;
         if (!r.text(3).empty()) term.due = parse_date(r.text(3));
         term.left = static_cast<int>(r.integer(4));
         term.provisional = r.integer(5) != 0;
       });
  each("ballot, choice, user_id, organisation, words, score FROM casework_voice", "case_id",
       " AND live = 1 ORDER BY case_id, seq", [&](const store::Row& r) {
         if (CaseState* of = state(r))
           of->voices[r.text(1)].push_back({parse_voice(r.text(2)).value_or(Voice::Choice::abstain),
                                            r.text(3), r.text(4), r.text(5), Decimal::try_parse(r.text(6))});
       });
  return out;
}

std::optional<Casework::Stored> Casework::find(store::Transaction& t, CaseId id, Personal values) const {
  auto found = find_all(t, {id});
  if (found.empty()) {
    // Not there; or its declaration is what cannot be read, which is said as it is.
    if (const auto row =
            t.first("SELECT hash FROM casework_case WHERE jurisdiction = ? AND id = ?", tenant_, id.value))
      type_of(t, row->text(0));
    return std::nullopt;
  }
  Stored& out = found.begin()->second;
  if (values == Personal::opened) out.state.form = opened_form(*out.type, out.state.form, id);
  return std::move(out);
}

Casework::Stored Casework::visible(store::Transaction& t, const identity::Caller& caller, CaseId id) const {
  auto stored = find(t, id);
  if (!stored) throw unknown_case();
  const Person who = person(caller, identity::Permission::cases_read);
  const Reach reach = reach_of(who, "s", !who.hats.empty());
  std::vector<store::Value> values{store::to_value(tenant_), store::to_value(id.value)};
  values.insert(values.end(), reach.values.begin(), reach.values.end());
  bool found = false;
  t.each_values("SELECT 1 FROM casework_seer s WHERE s.jurisdiction = ? AND s.case_id = ? AND (" +
                    reach.condition + ") LIMIT 1",
                values, [&](const store::Row&) { found = true; });
  if (!found) throw unknown_case();
  return std::move(*stored);
}

}  // namespace tributary::casework
