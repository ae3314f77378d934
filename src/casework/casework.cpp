#include "casework/casework.h"

#include "base/text.h"
#include "casework/codes.h"
#include "casework/personal.h"
#include "casework/search.h"
#include "casework/stored.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

// Fields that come back as they were shown, masked, have not been changed. Rows of a table are the same rows
// only while there are as many; a masked cell that stands for no value that is held is refused, not kept as
// it looks.
void keep_masked(const CaseType& type, const Json& now, Json& patch) {
  std::vector<FieldFault> faults;
  const auto restore = [&](const Field& field, const std::string& path, Json& shown, const Json* held) {
    if (!shown.is_string()) return;
    const std::string text = shown.get<std::string>();
    if (held != nullptr && !held->is_null() && text == masked(field.kind, text_of(*held)))
      shown = *held;
    else if (text.find("**") != std::string::npos)
      faults.push_back(
          {path, {"请重新填写完整的内容，不要保留星号", "enter the whole value again, without the stars"}});
  };
  for (const Field& field : type.declared.form) {
    const auto given = patch.find(field.name);
    if (given == patch.end() || !personal(field)) continue;
    const auto have = now.find(field.name);
    if (field.kind != FieldKind::table) {
      restore(field, field.name, *given, have == now.end() ? nullptr : &*have);
      continue;
    }
    if (!given->is_array()) continue;
    const bool same_rows = have != now.end() && have->is_array() && have->size() == given->size();
    for (std::size_t i = 0; i < given->size(); ++i)
      for (const Field& column : field.columns) {
        if (!personal(column) || !(*given)[i].is_object() || !(*given)[i].contains(column.name)) continue;
        const Json* held = nullptr;
        if (same_rows && (*have)[i].contains(column.name)) held = &(*have)[i].at(column.name);
        restore(column, fmt::format("{}[{}].{}", field.name, i + 1, column.name), (*given)[i][column.name],
                held);
      }
  }
  if (!faults.empty()) throw FormError(codes::bad_form, std::move(faults));
}

Json changes_between(const CaseType& type, const Json& before, const Json& after) {
  Json out = Json::object();
  for (const Field& field : type.declared.form) {
    const Json was = before.contains(field.name) ? before.at(field.name) : Json(nullptr);
    const Json is = after.contains(field.name) ? after.at(field.name) : Json(nullptr);
    if (was == is) continue;
    out[field.name] = personal(field) ? Json::array() : Json::array({was, is});
  }
  return out;
}

}  // namespace

std::string value_in_text(const CaseType& type, const Json& form, const std::string& name, bool labels) {
  const auto found = form.find(name);
  if (found == form.end() || found->is_null()) return {};
  const Field* field = type.field(name);
  return field == nullptr ? text_of(*found) : value_in_text(*field, form, labels);
}

std::string value_in_text(const Field& field, const Json& values, bool labels) {
  const auto found = values.find(field.name);
  if (found == values.end() || found->is_null()) return {};
  if (field.kind == FieldKind::choice && labels)
    for (const Choice& choice : field.choices)
      if (choice.key == found->get<std::string>()) return choice.label.zh;
  if (found->is_array()) {
    std::string out;
    for (const Json& one : *found)
      if (one.is_string()) out += (out.empty() ? "" : "、") + one.get<std::string>();
    return out;
  }
  return text_of(*found);
}

std::string Casework::Stored::title() const {
  const auto plain = [&](const Field& field) {
    return field.kind == FieldKind::text && field.sensitivity < Sensitivity::personal &&
           !is_empty(state.form, field.name);
  };
  if (const Field* field = type->field("title"); field != nullptr && plain(*field))
    return state.form.at("title").get<std::string>();
  for (const Field& field : type->declared.form)
    if (plain(field)) return state.form.at(field.name).get<std::string>();
  return type->declared.title.zh;
}

std::optional<Date> Casework::Stored::due() const {
  std::optional<Date> out;
  for (const auto& [name, term] : state.terms)
    if (term.status == TermState::Status::running && term.due && (!out || *term.due < *out)) out = term.due;
  return out;
}

CaseHead Casework::Stored::head() const {
  return {id,     type->name(),    number, title(), state.state,  type->state(state.state)->label,
          open(), state.applicant, due(),  created, created_name, entered,
          version};
}

Reach reach_of(const Person& who, const std::string& alias, bool everybodys) {
  Reach out;
  const auto add = [&](const std::string& role, const std::string& organisation) {
    if (std::find(out.pairs.begin(), out.pairs.end(), std::pair(role, organisation)) != out.pairs.end())
      return;
    out.condition += fmt::format("{}({}.role = ? AND {}.organisation = ?)",
                                 out.condition.empty() ? "" : " OR ", alias, alias);
    out.values.emplace_back(role);
    out.values.emplace_back(organisation);
    out.pairs.emplace_back(role, organisation);
  };
  for (const Hat& hat : who.hats) {
    add(hat.role, hat.organisation);
    if (hat.wide) add(hat.role, anywhere);
  }
  if (everybodys) add("*", anywhere);
  if (out.condition.empty()) out.condition = "1 = 0";
  return out;
}

Casework::Casework(store::Database& database, std::string tenant, const Clock& clock,
                   identity::Entropy& entropy, std::shared_ptr<const CaseTypes> types,
                   const WorkCalendar& calendar, const Vault& vault, identity::Audit& audit,
                   const policy::Policy* policy)
    : database_(database),
      tenant_(std::move(tenant)),
      clock_(clock),
      entropy_(entropy),
      types_(std::move(types)),
      calendar_(calendar),
      days_(calendar),
      vault_(vault),
      audit_(audit),
      policy_(policy) {
  for (const auto& [name, type] : *types_) by_hash_[type->declared.hash] = type;
}

std::int64_t Casework::next(store::Transaction& t, const std::string& counter) const {
  return next(t, counter, tenant_);
}

Person Casework::person(const identity::Caller& caller, identity::Permission permission) const {
  Person out{caller.user.value.empty() ? caller.name : caller.user.value, caller.organisation.value, {}};
  if (caller.must_change_password) return out;
  for (const identity::Grant& grant : caller.grants)  // of a token: what it was issued for
    if (grant.permissions.has(permission))
      out.hats.push_back({grant.role, grant.organisation.value, grant.scope == identity::Scope::tenant});
  return out;
}

std::int64_t Casework::next(store::Transaction& t, const std::string& counter,
                            const std::string& tenant) const {
  t.execute(
      "INSERT INTO casework_counter (jurisdiction, name, last) VALUES (?, ?, 1) ON CONFLICT (jurisdiction, "
      "name) DO "
      "UPDATE SET last = casework_counter.last + 1",
      tenant, counter);
  return t.first("SELECT last FROM casework_counter WHERE jurisdiction = ? AND name = ?", tenant, counter)
      ->integer(0);
}

void Casework::keep_type(store::Transaction& t, const CaseType& type) {
  const Declaration& d = type.declared;
  t.execute(
      "INSERT INTO casework_type (jurisdiction, hash, name, pack, example, text) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (jurisdiction, hash) DO NOTHING",
      tenant_, d.hash, d.name, d.pack, d.example ? 1 : 0, d.text);
}

void Casework::write(store::Transaction& t, Stored& s, bool fresh) {
  const Declaration& d = s.type->declared;
  const auto due = s.due();
  const std::string form = sealed_form(*s.type, s.state.form, s.id).dump();
  const std::string responsible =
      std::find(d.responsible_in.begin(), d.responsible_in.end(), s.state.state) == d.responsible_in.end()
          ? std::string()
          : value_in_text(*s.type, s.state.form, d.responsible, false);
  const auto about = s.state.form.find(d.article_field);
  const int article =
      about == s.state.form.end() || !about->is_string() ? 0 : article_of_key(about->get<std::string>());
  const std::string words = words_of(t, s);
  if (s.text_row == 0) {
    s.text_row = next(t, "text", everywhere);
    case_words.add(t, s.text_row, words);
  } else {
    case_words.change(t, s.text_row, words);
  }
  if (fresh) {
    keep_type(t, *s.type);
    t.execute(
        "INSERT INTO casework_case (jurisdiction, id, type, hash, number, title, state, open, applicant, "
        "party, form, due, "
        "created, created_by, created_name, entered, parent, version, text_row, responsible, article, origins) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tenant_, s.id.value, d.name, d.hash, s.number, s.title(), s.state.state, s.open() ? 1 : 0,
        s.state.applicant, s.party, form, due ? base::to_string(*due) : no_end, s.created.seconds,
        s.created_by, s.created_name, s.entered.seconds, s.parent, s.version, s.text_row, responsible,
        article, s.origins.dump());
  } else {
    t.execute(
        "UPDATE casework_case SET hash = ?, number = ?, title = ?, state = ?, open = ?, form = ?, due = ?, "
        "entered = ?, version = ?, responsible = ?, article = ?, origins = ? WHERE jurisdiction = ? AND id = ?",
        d.hash, s.number, s.title(), s.state.state, s.open() ? 1 : 0, form,
        due ? base::to_string(*due) : no_end, s.entered.seconds, s.version, responsible, article,
        s.origins.dump(), tenant_, s.id.value);
  }
  keep_sums(t, s, fresh);
  for (const auto& [step, users] : s.state.took)
    for (const std::string& user : users) {
      const auto lately = s.state.took_lately.find(step);
      t.execute(
          "INSERT INTO casework_took (jurisdiction, case_id, step, user_id, live) VALUES (?, ?, ?, ?, ?) ON "
          "CONFLICT (jurisdiction, case_id, step, user_id) DO UPDATE SET live = excluded.live",
          tenant_, s.id.value, step, user,
          lately != s.state.took_lately.end() && lately->second.contains(user) ? 1 : 0);
    }
  for (const auto& [name, term] : s.state.terms)
    t.execute(
        "INSERT INTO casework_term (jurisdiction, case_id, term, status, due, left_days, provisional) VALUES "
        "(?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (jurisdiction, case_id, term) DO UPDATE SET status = excluded.status, due = "
        "excluded.due, left_days = "
        "excluded.left_days, provisional = excluded.provisional",
        tenant_, s.id.value, name, to_string(term.status),
        term.due ? base::to_string(*term.due) : std::string(), term.left, term.provisional ? 1 : 0);
  keep_keys(t, s);
  keep_traces(t, *s.type, s.state.form, s.id);
  // Who it waits for, and who may see it.
  t.execute("DELETE FROM casework_waiting WHERE jurisdiction = ? AND case_id = ?", tenant_, s.id.value);
  for (const Waiting& one : waiting_for(*s.type, s.state))
    t.execute(
        "INSERT INTO casework_waiting (jurisdiction, role, organisation, due, case_id, what) VALUES (?, ?, "
        "?, ?, ?, ?)",
        tenant_, one.role, one.organisation, due ? base::to_string(*due) : no_end, s.id.value, one.what);
  t.execute("DELETE FROM casework_seer WHERE jurisdiction = ? AND case_id = ?", tenant_, s.id.value);
  for (const auto& [role, organisation] : seen_by(*s.type, s.state))
    t.execute(
        "INSERT INTO casework_seer (jurisdiction, role, organisation, case_id, type, open) VALUES (?, ?, ?, "
        "?, ?, ?)",
        tenant_, role, organisation, s.id.value, d.name, s.open() ? 1 : 0);
  t.execute("DELETE FROM casework_day WHERE jurisdiction = ? AND case_id = ?", tenant_, s.id.value);
  for (const Field& field : d.form)
    if (field.in_calendar && !is_empty(s.state.form, field.name))
      t.execute("INSERT INTO casework_day (jurisdiction, day, case_id, field) VALUES (?, ?, ?, ?)", tenant_,
                s.state.form.at(field.name).get<std::string>(), s.id.value, field.name);
}

void Casework::event(store::Transaction& t, const identity::Caller& caller, const Stored& before,
                     const Stored& after, const Action& action, const Json& effects, const Json& dropped) {
  const std::int64_t seq =
      t.first("SELECT COALESCE(MAX(seq), 0) + 1 FROM casework_event WHERE jurisdiction = ? AND case_id = ?",
              tenant_, after.id.value)
          ->integer(0);
  Json changes = changes_between(*after.type, before.state.form, after.state.form);
  changes.update(dropped);
  const std::string step = action.step == "vote" ? "vote:" + action.ballot : action.step;
  t.execute(
      "INSERT INTO casework_event (jurisdiction, case_id, seq, at, user_id, name, organisation, step, "
      "from_state, to_state, "
      "reason, changes, effects) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      tenant_, after.id.value, seq, clock_.now().seconds, caller.user.value,
      caller.display_name.empty() ? caller.name : caller.display_name, caller.organisation.value, step,
      before.state.state, after.state.state, std::string(trim(action.reason)), changes.dump(),
      effects.dump());
  audit_.append(t, caller,
                {"case." + (action.step == "vote" ? std::string("vote") : action.step),
                 fmt::format("case/{}", after.id.value), identity::AuditOutcome::done,
                 fmt::format("{}: {} -> {}", after.type->name(), before.state.state, after.state.state)});
}

CaseView Casework::view(const identity::Caller& caller, CaseId id) const {
  // One moment for all that is asked. What a draft is filled in with reads for itself; the rest reads in the transaction
  // of the snapshot, which every read() in it is given.
  std::optional<CaseView> out;
  database_.snapshot([&] {
    store::Transaction* now = nullptr;
    database_.read([&](store::Transaction& t) { now = &t; });
    Stored stored = visible(*now, caller, id);
    if (may_save(*stored.type, stored.state, person(caller, identity::Permission::cases_act)))
      fill_known(*now, &caller, stored, {});
    out = view_of(*now, caller, stored);
  });
  return std::move(*out);
}

namespace {

// What the form has to tell the registry of rights of permits and savings, and the register of places: a new account or number is checked, an old one not again.
std::vector<std::string> told_of_permits(const CaseType& type, const Json& form) {
  std::vector<std::string> out;
  for (const Step& step : type.declared.steps)
    for (const Effect& effect : step.effects)
      if (effect.kind == Effect::Kind::set_attribute && effect.arguments.contains("operator"))
        for (const char* name : {"place", "operator"}) out.push_back(argument_in(type, form, effect, name));
      else if (effect.kind == Effect::Kind::register_saving)
        out.push_back(argument_in(type, form, effect, "account"));
      else if (effect.kind == Effect::Kind::set_permit)
        for (const char* name : {"account", "permit", "former"}) out.push_back(argument_in(type, form, effect, name));
  return out;
}

}  // namespace

Error changed_meanwhile() {
  return {codes::changed_meanwhile,
          {"这件事刚被别人办理过", "somebody else has dealt with this case meanwhile"},
          {},
          {"请刷新后再办", "load it again and repeat your step"}};
}

CaseView Casework::act(const identity::Caller& caller, CaseId id, const Action& action,
                       std::optional<std::int64_t> version) {
  std::optional<CaseView> out;
  database_.together([&](store::Transaction& t) {
    const Stored before = visible(t, caller, id);
    if (version && *version != before.version) throw changed_meanwhile();
    Action wanted = action;
    keep_masked(*before.type, before.state.form, wanted.values);
    Stored after = before;
    if (before.state.state == before.type->declared.start_state && wanted.step != "vote") {
      fill_known(t, &caller, after, wanted);
      // The same figure, or none, is no other one.
      for (const auto& [field, origin] : after.origins.items())
        if (!origin.contains("reason")) wanted.values.erase(field);
    }
    after.state = decide(*before.type, after.state, wanted, person(caller, identity::Permission::cases_act),
                         clock_.today(), days_);
    after.version = before.version + 1;
    if (after.state.state != before.state.state) after.entered = clock_.now();
    const std::string& first = before.type->declared.start_state;
    const bool sent_on = before.state.state == first && after.state.state != first && after.open();
    if (sent_on) check_allotment(*after.type, after.state.form);
    if (sent_on || (before.state.state != first && told_of_permits(*after.type, before.state.form) != told_of_permits(*after.type, after.state.form)))
      check_permits(after);
    const Step* step = before.type->step(wanted.step);
    const auto& numbered = before.type->declared.number;
    if (step != nullptr && numbered && numbered->on == step->name && after.number.empty()) {
      const int year = year_of(clock_.today());
      const std::int64_t n = next(t, fmt::format("number {} {}", before.type->name(), year));
      after.number = numbered->form;
      after.number.replace(after.number.find("{year}"), 6, std::to_string(year));
      after.number.replace(after.number.find("{n}"), 3, std::to_string(n));
    }
    keep_voices(t, caller, before, after, wanted);
    Json effects = step == nullptr ? Json::array() : carry_out(t, caller, after, *step, wanted.reason);
    if (step != nullptr) issue(t, caller, after, *step, effects);
    write(t, after, false);
    event(t, caller, before, after, wanted, effects);
    out = view_of(t, caller, after);
  });
  return std::move(*out);
}

void Casework::keep_voices(store::Transaction& t, const identity::Caller& caller, const Stored& before,
                           const Stored& after, const Action& action) {
  for (const Ballot& ballot : after.type->declared.ballots) {
    const auto now = after.state.voices.find(ballot.name);
    const auto was = before.state.voices.find(ballot.name);
    if (was != before.state.voices.end() && !was->second.empty() &&
        (now == after.state.voices.end() || now->second.empty()))
      t.execute("UPDATE casework_voice SET live = 0 WHERE jurisdiction = ? AND case_id = ? AND ballot = ?",
                tenant_, after.id.value, ballot.name);
  }
  if (action.step != "vote") return;
  const Voice& voice = after.state.voices.at(action.ballot).back();
  const std::int64_t seq =
      t.first("SELECT COALESCE(MAX(seq), 0) + 1 FROM casework_voice WHERE jurisdiction = ? AND case_id = ?",
              tenant_, after.id.value)
          ->integer(0);
  t.execute(
      "INSERT INTO casework_voice (jurisdiction, case_id, seq, ballot, live, user_id, name, organisation, "
      "choice, words, at, score) VALUES "
      "(?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
      tenant_, after.id.value, seq, action.ballot, voice.user,
      caller.display_name.empty() ? caller.name : caller.display_name, voice.organisation,
      to_string(voice.choice), voice.words, clock_.now().seconds,
      voice.score ? voice.score->to_string() : std::string());
}

void Casework::comment(const identity::Caller& caller, CaseId id, const std::string& words,
                       const std::vector<std::string>& mentioned) {
  caller.require(identity::Permission::cases_act);
  const std::string text(trim(words));
  if (text.empty() || text.size() > 6000 || !is_utf8(text))
    throw FormError(codes::bad_form,
                    {{"words", {"请写批注（至多 2000 字）", "write a comment of at most 2000 characters"}}});
  database_.write([&](store::Transaction& t) {
    const Stored stored = visible(t, caller, id);
    const std::int64_t seq =
        t.first(
             "SELECT COALESCE(MAX(seq), 0) + 1 FROM casework_comment WHERE jurisdiction = ? AND case_id = ?",
             tenant_, id.value)
            ->integer(0);
    t.execute(
        "INSERT INTO casework_comment (jurisdiction, case_id, seq, at, user_id, name, words) VALUES (?, ?, "
        "?, ?, ?, ?, ?)",
        tenant_, stored.id.value, seq, clock_.now().seconds, caller.user.value,
        caller.display_name.empty() ? caller.name : caller.display_name, text);
    follow(t, caller.user.value, id);
    mention(t, stored, mentioned, seq, caller.user.value);
    audit_.append(t, caller,
                  {"case.comment", fmt::format("case/{}", id.value), identity::AuditOutcome::done, {}});
  });
}

}  // namespace tributary::casework
