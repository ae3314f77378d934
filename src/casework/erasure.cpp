#include "casework/erasure.h"

#include "base/text.h"
#include "casework/personal.h"
#include "casework/search.h"
#include "casework/stored.h"
#include "casework/two_people.h"
#include "store/log.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

constexpr const char* no_longer = "［已删除］";

std::string object_of(std::int64_t id) {
  return fmt::format("erasure/{}", id);
}

Error not_erasable(const Text& why) {
  return {codes::not_erasable, why};
}

std::int64_t below(std::int64_t before) {
  return before > 0 ? before : std::int64_t{1} << 62;
}

// What is long enough to be told from other words.
bool tells_apart(const Field& field, const std::string& text) {
  switch (field.kind) {
    case FieldKind::person:
    case FieldKind::citizen_id:
    case FieldKind::phone:
    case FieldKind::account:
    case FieldKind::text:
    case FieldKind::paragraph:
      return text.size() >= 4;
    default:
      return false;
  }
}

std::string struck(std::string words, const std::vector<std::string>& texts) {
  for (const std::string& text : texts)
    for (std::size_t at = words.find(text); at != std::string::npos; at = words.find(text, at))
      words.replace(at, text.size(), no_longer);
  return words;
}

}  // namespace

std::string_view to_string(Ground ground) {
  return ground == Ground::retention ? "retention" : "request";
}
std::optional<Ground> parse_ground(std::string_view name) {
  if (name == "retention") return Ground::retention;
  if (name == "request") return Ground::request;
  return std::nullopt;
}
std::string_view to_string(ErasureState state) {
  return state == ErasureState::proposed ? "proposed" : state == ErasureState::approved ? "approved" : "refused";
}

const Retention* retention_of(const CaseTypes& types, std::string_view type) {
  const auto found = types.find(type);
  return found == types.end() || !found->second->declared.retention ? nullptr
                                                                    : &*found->second->declared.retention;
}

Date months_after(Date day, int months) {
  std::chrono::year_month_day out = std::chrono::year_month_day(day) + std::chrono::months{months};
  if (!out.ok()) out = out.year() / out.month() / std::chrono::last;
  return Date(out);
}

std::int64_t Casework::erased_by(store::Transaction& t, CaseId id) const {
  const auto row =
      t.first("SELECT erased FROM casework_case WHERE jurisdiction = ? AND id = ?", tenant_, id.value);
  return row ? row->integer(0) : 0;
}

std::optional<Date> Erasures::due_day(const CaseType& type, const Json& form, Instant ended) const {
  const Retention* kept = retention_of(*c_.types_, type.name());
  if (kept == nullptr || !kept->verified) return std::nullopt;
  if (kept->after == "end") return months_after(day_of(ended), kept->months);
  // A case of an older declaration may lack the field.
  const auto value = form.find(kept->after);
  const Field* field = type.field(kept->after);
  if (field == nullptr || field->kind != FieldKind::date || value == form.end() || !value->is_string())
    return std::nullopt;
  return months_after(std::max(parse_date(value->get<std::string>()), day_of(ended)), kept->months);
}

DuePage Erasures::due(store::Transaction& t, std::size_t limit, const std::string& cursor) const {
  // "type/ended/id" of the last one told.
  std::string from_type = cursor.substr(0, cursor.find('/'));
  const std::string rest = cursor.empty() ? "" : cursor.substr(std::min(cursor.size(), from_type.size() + 1));
  std::int64_t ended = number_of(rest, 0);
  std::int64_t last = number_of(rest.substr(std::min(rest.size(), rest.find('/') + 1)), 0);
  const Date today = c_.clock_.today();
  DuePage out;
  for (const auto& [name, type] : *c_.types_) {
    const Retention* kept = retention_of(*c_.types_, name);
    if (kept == nullptr || !kept->verified || !holds_personal(*type) || name < from_type) continue;
    if (name != from_type) ended = last = 0;
    // Nothing that ended later than this can be due.
    const std::int64_t until = start_of(months_after(today, -kept->months) + std::chrono::days{4}).seconds;
    for (bool more = true; more;) {
      const auto rows = t.query(
          "SELECT id, hash, form, entered FROM casework_case WHERE jurisdiction = ? AND type = ? AND open = 0 AND "
          "erased = 0 AND entered < ? AND (entered > ? OR (entered = ? AND id > ?)) ORDER BY entered, id LIMIT 200",
          c_.tenant_, name, until, ended, ended, last);
      more = !rows.empty();
      for (const store::Row& row : rows) {
        const CaseId id{row.integer(0)};
        const auto day = due_day(*c_.type_of(t, row.text(1)), Json::parse(row.text(2)), {row.integer(3)});
        if (day && *day <= today) {
          if (out.cases.size() == limit) {
            out.next = fmt::format("{}/{}/{}", name, ended, last);
            return out;
          }
          DueCase one;
          one.head = *c_.head(t, id);
          one.due = *day;
          one.held = t.first("SELECT 1 FROM casework_hold WHERE jurisdiction = ? AND case_id = ? AND lifted = 0",
                             c_.tenant_, id.value)
                         .has_value();
          if (const auto open = t.first(
                  "SELECT id FROM casework_erasure WHERE jurisdiction = ? AND case_id = ? AND outcome = ''",
                  c_.tenant_, id.value))
            one.proposal = open->integer(0);
          out.cases.push_back(std::move(one));
        }
        ended = row.integer(3);
        last = id.value;
      }
    }
  }
  return out;
}

DuePage Erasures::due(const identity::Caller& caller, std::size_t limit, const std::string& cursor) const {
  caller.require_all(identity::Permission::privacy_read);
  return c_.database_.read([&](store::Transaction& t) { return due(t, limit, cursor); });
}

std::map<std::string, std::int64_t> Erasures::note_due(const identity::Caller& caller) {
  constexpr std::size_t most = 1000;
  return c_.database_.write([&](store::Transaction& t) {
    std::map<std::string, std::int64_t> out;
    std::string cases;
    for (const DueCase& one : due(t, most, {}).cases) {
      if (one.held || one.proposal != 0) continue;
      ++out[one.head.type];
      cases += fmt::format(" {}", one.head.id.value);
    }
    const std::int64_t today = start_of(c_.clock_.today()).seconds;
    const bool noted = t.first("SELECT 1 FROM audit_entry WHERE jurisdiction = ? AND action = 'retention.due' AND "
                               "at >= ? LIMIT 1",
                               c_.tenant_, today)
                           .has_value();
    if (!out.empty() && !noted)
      c_.audit_.append(t, caller, {"retention.due", "", identity::AuditOutcome::done, "case" + cases});
    return out;
  });
}

void Erasures::require_erasable(store::Transaction& t, const Casework::Stored& s, Ground ground,
                                std::int64_t proposal) const {
  if (!holds_personal(*s.type))
    throw not_erasable({"这种事项不收集个人信息", "this kind of case asks for nothing personal"});
  if (s.open())
    throw not_erasable({"事项还没有办结", "the case is not at its end"});
  if (c_.erased_by(t, s.id) != 0)
    throw not_erasable({"个人信息已经删除", "its personal values were erased already"});
  if (t.first("SELECT 1 FROM casework_hold WHERE jurisdiction = ? AND case_id = ? AND lifted = 0", c_.tenant_,
              s.id.value))
    throw not_erasable({"事项正在保全，不能删除", "the case is under a hold"});
  if (t.first("SELECT 1 FROM casework_erasure WHERE jurisdiction = ? AND case_id = ? AND outcome = '' AND id <> ?",
              c_.tenant_, s.id.value, proposal))
    throw not_erasable({"已有删除申请等待决定", "an erasure is proposed already"});
  if (ground == Ground::request) return;
  const auto day = due_day(*s.type, s.state.form, s.entered);
  if (!day)
    throw not_erasable({"这种事项没有设定经核实的保存期限，到期删除无从谈起",
                        "no verified retention is set for this kind of case, so nothing is due by it"});
  if (*day > c_.clock_.today())
    throw not_erasable({fmt::format("保存到 {}，还没有到期", base::to_string(*day)),
                        fmt::format("it is kept until {} and not due yet", base::to_string(*day))});
}

std::vector<Erasure> Erasures::propose(const identity::Caller& caller, const std::vector<CaseId>& cases,
                                       Ground ground, const std::string& why) {
  caller.require_all(identity::Permission::privacy_manage);
  const std::string words = said(why, "why", {"请写明删除的理由", "say why"});
  return c_.database_.write([&](store::Transaction& t) {
    std::vector<Erasure> out;
    for (const CaseId of : cases) {
      const auto stored = c_.find(t, of, Casework::Personal::sealed);
      if (!stored) throw unknown_case();
      require_erasable(t, *stored, ground, 0);
      const std::int64_t id = c_.next(t, "erasure");
      t.execute(
          "INSERT INTO casework_erasure (jurisdiction, id, case_id, ground, why, proposed, proposed_by, "
          "proposed_name, decided, decided_by, decided_name, outcome, reason, destroyed) VALUES (?, ?, ?, ?, ?, ?, ?, "
          "?, 0, '', '', '', '', '{}')",
          c_.tenant_, id, of.value, to_string(ground), words, c_.clock_.now().seconds, id_of(caller),
          name_of(caller));
      c_.audit_.append(t, caller,
                       {"erasure.propose", object_of(id), identity::AuditOutcome::done,
                        fmt::format("case/{} {}: {}", of.value, to_string(ground), words)});
      out.push_back(*find(t, id));
    }
    return out;
  });
}

std::optional<Erasure> Erasures::find(store::Transaction& t, std::int64_t id) const {
  const auto row = t.first(
      "SELECT case_id, ground, why, proposed, proposed_by, proposed_name, decided, decided_name, outcome, reason, "
      "destroyed FROM casework_erasure WHERE jurisdiction = ? AND id = ?",
      c_.tenant_, id);
  if (!row) return std::nullopt;
  Erasure out;
  out.id = id;
  out.of = {row->integer(0)};
  if (auto head = c_.head(t, out.of)) out.head = std::move(*head);
  out.ground = parse_ground(row->text(1)).value_or(Ground::retention);
  out.why = row->text(2);
  out.proposed = {row->integer(3)};
  out.proposed_by = row->text(4);
  out.proposed_name = row->text(5);
  if (row->integer(6) != 0) out.decided = Instant{row->integer(6)};
  out.decided_name = row->text(7);
  if (row->text(8) == "approved") out.state = ErasureState::approved;
  if (row->text(8) == "refused") out.state = ErasureState::refused;
  out.reason = row->text(9);
  out.destroyed = Json::parse(row->text(10));
  return out;
}

Erasure Erasures::decide(const identity::Caller& caller, std::int64_t id, bool approve, const std::string& reason) {
  caller.require_all(identity::Permission::privacy_approve);
  const std::string why = approve ? std::string(trim(reason)).substr(0, 3000)
                                  : said(reason, "reason", {"请写明不批准的理由", "say why it is refused"});
  return c_.database_.write([&](store::Transaction& t) {
    const auto one = find(t, id);
    if (!one) throw unknown_request();
    require_another(caller, identity::Permission::privacy_approve, one->proposed_by);
    if (one->state != ErasureState::proposed) throw already_decided();
    Json destroyed = Json::object();
    if (approve) {
      auto stored = c_.find(t, one->of);
      if (!stored) throw unknown_case();
      require_erasable(t, *stored, one->ground, id);
      destroyed = erase(t, caller, *stored, id, one->why);
    }
    t.execute(
        "UPDATE casework_erasure SET decided = ?, decided_by = ?, decided_name = ?, outcome = ?, reason = ?, "
        "destroyed = ? WHERE jurisdiction = ? AND id = ?",
        c_.clock_.now().seconds, id_of(caller), name_of(caller), approve ? "approved" : "refused", why,
        destroyed.dump(), c_.tenant_, id);
    c_.audit_.append(t, caller,
                     {approve ? "erasure.approve" : "erasure.refuse", object_of(id), identity::AuditOutcome::done,
                      approve ? fmt::format("case/{} {}", one->of.value, destroyed.dump()) : why});
    return *find(t, id);
  });
}

void Erasures::forget_words() {
  const auto removed = [&](store::Transaction& t) {
    const auto row = t.first("SELECT last FROM casework_counter WHERE jurisdiction = ? AND name = ?", everywhere, removed_words);
    return row ? row->integer(0) : 0;
  };
  const std::int64_t before = c_.database_.read(removed);
  if (before == 0) return;
  for (bool first = true, more = true; more; first = false)
    more = c_.database_.write([&](store::Transaction& t) { return document_words.forget_some(t, first); });
  // What was removed meanwhile is for the next time.
  c_.database_.write([&](store::Transaction& t) {
    t.execute("DELETE FROM casework_counter WHERE jurisdiction = ? AND name = ? AND last = ?", everywhere, removed_words, before);
  });
}

std::int64_t Erasures::sweep(std::int64_t swept) {
  const std::int64_t now = c_.database_.read([&](store::Transaction& t) {
    const auto row = t.first("SELECT last FROM casework_counter WHERE jurisdiction = ? AND name = 'erased'", c_.tenant_);
    return row ? row->integer(0) : 0;
  });
  if (now == swept) return swept;
  forget_words();
  return store::empty_log(c_.database_.url()) ? now : swept;
}

Json Erasures::erase(store::Transaction& t, const identity::Caller& caller, Casework::Stored& s, std::int64_t id,
                     const std::string& why) {
  // (What a free page of PostgreSQL or a backup still has of a form is sealed, and unreadable once its key is retired
  // and destroyed. SQLite's file is overwritten, its log emptied by sweep.)
  const Casework::Stored before = s;
  std::vector<std::string> texts;
  std::int64_t values = 0;
  each_personal(*s.type, s.state.form, [&](const Field& field, const std::string&, Json& value) {
    ++values;
    if (tells_apart(field, text_of(value))) texts.push_back(text_of(value));
    value = nullptr;
  });
  // The longest first, so that no part of it is left.
  std::sort(texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  // Nothing of it stays, not even that it was there.
  for (const Field& field : s.type->declared.form) {
    const auto cell = s.state.form.find(field.name);
    if (cell == s.state.form.end()) continue;
    if (cell->is_null()) {
      s.state.form.erase(cell);
      continue;
    }
    if (field.kind != FieldKind::table || !cell->is_array()) continue;
    for (Json& row : *cell)
      for (const Field& column : field.columns)
        if (personal(column)) row.erase(column.name);
  }
  Json destroyed{{"values", values}};
  destroyed["traces"] = t.execute("DELETE FROM casework_trace WHERE jurisdiction = ? AND case_id = ?", c_.tenant_,
                                  s.id.value);
  // Uploads, and papers that are personal; those that are not are part of the record. A name may tell as well.
  const auto issued = issued_papers(t, c_.tenant_, s.id);
  std::int64_t files = 0;
  std::vector<std::string> gone;
  for (const store::Row& row :
       t.query("SELECT id, name, SUBSTR(content, 1, 3) FROM casework_document WHERE jurisdiction = ? AND case_id = ? "
               "AND content <> ''",
               c_.tenant_, s.id.value)) {
    if (issued.contains(row.text(0)) && !Vault::is_sealed(row.text(2))) continue;
    const std::string& name = row.text(1);
    const std::size_t dot = name.rfind('.');
    t.execute(
        "UPDATE casework_document SET content = '', sha256 = '', name = ? WHERE jurisdiction = ? AND id = ?",
        "已删除" + (dot == std::string::npos ? std::string() : name.substr(dot)), c_.tenant_, row.text(0));
    gone.push_back(row.text(0));
    ++files;
  }
  c_.forget_words(t, gone);
  c_.next(t, "erased");  // for sweep
  destroyed["files"] = files;
  // Where somebody repeated a value in words of their own.
  std::int64_t words = 0;
  for (const auto& [table, column] :
       {std::pair{"casework_comment", "words"}, {"casework_event", "reason"}, {"casework_voice", "words"}})
    for (const store::Row& row : t.query(
             fmt::format("SELECT seq, {} FROM {} WHERE jurisdiction = ? AND case_id = ?", column, table),
             c_.tenant_, s.id.value)) {
      const std::string now = struck(row.text(1), texts);
      if (now == row.text(1)) continue;
      t.execute(fmt::format("UPDATE {} SET {} = ? WHERE jurisdiction = ? AND case_id = ? AND seq = ?", table, column),
                now, c_.tenant_, s.id.value, row.integer(0));
      ++words;
    }
  for (auto& origin : s.origins.items()) {  // why another figure was typed than the one the system has
    const auto reason = origin.value().find("reason");
    if (reason == origin.value().end()) continue;
    const std::string was = reason->get<std::string>();
    *reason = struck(was, texts);
    if (*reason != was) ++words;
  }
  destroyed["words"] = words;
  ++s.version;
  c_.write(t, s, false);
  t.execute("UPDATE casework_case SET erased = ? WHERE jurisdiction = ? AND id = ?", id, c_.tenant_, s.id.value);
  Action action;
  action.step = "erase";
  action.reason = struck(why, texts);
  c_.event(t, caller, before, s, action,
           Json::array({{{"do", "erase"}, {"erasure", id}, {"values", values}, {"files", files}}}));
  return destroyed;
}

std::vector<Erasure> Erasures::list(const identity::Caller& caller, bool open_only, std::size_t limit,
                                    std::int64_t before) const {
  caller.require_all(identity::Permission::privacy_read);
  return c_.database_.read([&](store::Transaction& t) {
    std::vector<Erasure> out;
    for (const store::Row& row :
         t.query(fmt::format("SELECT id FROM casework_erasure WHERE jurisdiction = ? AND id < ?{} ORDER BY id DESC "
                             "LIMIT ?",
                             open_only ? " AND outcome = ''" : ""),
                 c_.tenant_, below(before), limit))
      out.push_back(*find(t, row.integer(0)));
    return out;
  });
}

std::optional<Hold> Erasures::find_hold(store::Transaction& t, std::int64_t id) const {
  const auto row = t.first(
      "SELECT case_id, why, placed, placed_name, lifted, lifted_name, lifted_why FROM casework_hold WHERE "
      "jurisdiction = ? AND id = ?",
      c_.tenant_, id);
  if (!row) return std::nullopt;
  Hold out;
  out.id = id;
  out.of = {row->integer(0)};
  if (auto head = c_.head(t, out.of)) out.head = std::move(*head);
  out.why = row->text(1);
  out.placed = {row->integer(2)};
  out.placed_name = row->text(3);
  if (row->integer(4) != 0) out.lifted = Instant{row->integer(4)};
  out.lifted_name = row->text(5);
  out.lifted_why = row->text(6);
  return out;
}

Hold Erasures::place(const identity::Caller& caller, CaseId of, const std::string& why) {
  caller.require_all(identity::Permission::privacy_manage);
  const std::string words = said(why, "why", {"请写明保全的理由", "say why"});
  return c_.database_.write([&](store::Transaction& t) {
    if (!c_.head(t, of)) throw unknown_case();
    const std::int64_t id = c_.next(t, "hold");
    t.execute(
        "INSERT INTO casework_hold (jurisdiction, id, case_id, why, placed, placed_name, lifted, lifted_name, "
        "lifted_why) VALUES (?, ?, ?, ?, ?, ?, 0, '', '')",
        c_.tenant_, id, of.value, words, c_.clock_.now().seconds, name_of(caller));
    c_.audit_.append(t, caller,
                     {"hold.place", fmt::format("hold/{}", id), identity::AuditOutcome::done,
                      fmt::format("case/{}: {}", of.value, words)});
    return *find_hold(t, id);
  });
}

Hold Erasures::lift(const identity::Caller& caller, std::int64_t id, const std::string& why) {
  caller.require_all(identity::Permission::privacy_manage);
  const std::string words = said(why, "why", {"请写明解除的理由", "say why"});
  return c_.database_.write([&](store::Transaction& t) {
    const auto one = find_hold(t, id);
    if (!one) throw unknown_request();
    if (one->lifted) throw already_decided();
    t.execute(
        "UPDATE casework_hold SET lifted = ?, lifted_name = ?, lifted_why = ? WHERE jurisdiction = ? AND id = ?",
        c_.clock_.now().seconds, name_of(caller), words, c_.tenant_, id);
    c_.audit_.append(t, caller,
                     {"hold.lift", fmt::format("hold/{}", id), identity::AuditOutcome::done,
                      fmt::format("case/{}: {}", one->of.value, words)});
    return *find_hold(t, id);
  });
}

std::vector<Hold> Erasures::holds(const identity::Caller& caller, bool open_only, std::size_t limit,
                                  std::int64_t before) const {
  caller.require_all(identity::Permission::privacy_read);
  return c_.database_.read([&](store::Transaction& t) {
    std::vector<Hold> out;
    for (const store::Row& row : t.query(
             fmt::format("SELECT id FROM casework_hold WHERE jurisdiction = ? AND id < ?{} ORDER BY id DESC LIMIT ?",
                         open_only ? " AND lifted = 0" : ""),
             c_.tenant_, below(before), limit))
      out.push_back(*find_hold(t, row.integer(0)));
    return out;
  });
}

}  // namespace tributary::casework
