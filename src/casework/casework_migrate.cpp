// A running case moved to the type as it is in force now: an explicit act, recorded with what it changed.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {

bool Casework::may_migrate(const identity::Caller& caller, const Stored& stored) const {
  const Person who = person(caller, identity::Permission::cases_act);
  if (!stored.open() || !acts_in(*stored.type, stored.state, who)) return false;
  const std::string& lead = stored.type->declared.lead;
  if (!lead.empty()) return who.organisation == lead;
  return std::any_of(who.hats.begin(), who.hats.end(), [](const Hat& hat) { return hat.wide; });
}

CaseView Casework::migrate(const identity::Caller& caller, CaseId id, const std::string& state,
                           const std::string& reason, std::optional<std::int64_t> version) {
  std::optional<CaseView> out;
  database_.together([&](store::Transaction& t) {
    const Stored before = visible(t, caller, id);
    if (version && *version != before.version) throw changed_meanwhile();
    const auto newest = types_->find(before.type->name());
    if (newest == types_->end() || newest->second->declared.hash == before.type->declared.hash)
      throw Error(codes::already_latest,
                  {"这件事用的已是现行表单", "this case already stands on the type in force"});
    if (!may_migrate(caller, before))
      throw Error(codes::not_for_you,
                  {"只有牵头单位的经办人能改用新版，已办结的不改",
                   "only those who deal with it in the leading organisation may, and only "
                   "while it is open"});
    if (trim(reason).empty()) throw FormError(codes::reason_missing, {{"reason", {"请写明理由", "say why"}}});

    Stored after = before;
    after.type = newest->second;
    if (!state.empty()) after.state.state = state;
    const StateInfo* info = after.type->state(after.state.state);
    if (info == nullptr || info->final)
      throw FormError(
          codes::bad_form,
          {{"state",
            {fmt::format("新版没有“{}”这一未办结的状态，请选一个",
                         before.type->state(before.state.state)->label.zh),
             fmt::format("the newer type has no open state \"{}\"; choose one", before.state.state)}}});
    for (const auto& [ballot, voices] : before.state.voices)
      if (!voices.empty() && after.type->ballot(ballot) == nullptr)
        throw FormError(codes::bad_form,
                        {{"state",
                          {"新版没有正在进行的表决，请先办完这一轮",
                           "the newer type lacks a ballot that is under way; finish it first"}}});
    // Values of fields that are no more leave the form; the event keeps them.
    Json kept = Json::object();
    Json changes = Json::object();
    for (const Field& field : before.type->declared.form) {
      if (is_empty(before.state.form, field.name)) continue;
      const Json& value = before.state.form.at(field.name);
      if (after.type->field(field.name) != nullptr)
        kept[field.name] = value;
      else
        changes[field.name] =
            field.sensitivity >= Sensitivity::personal ? Json::array() : Json::array({value, nullptr});
    }
    after.state.form = with_values(*after.type, Json::object(), kept);
    for (const Field& field : before.type->declared.form) {
      const Field* now = after.type->field(field.name);
      if (!kept.contains(field.name) || !now->known) after.origins.erase(field.name);
    }
    std::erase_if(after.state.terms,
                  [&](const auto& term) { return after.type->term(term.first) == nullptr; });
    t.execute("DELETE FROM casework_term WHERE jurisdiction = ? AND case_id = ?", tenant_, id.value);
    after.state = settled_terms(*after.type, std::move(after.state), clock_.today(), days_);
    after.version = before.version + 1;
    if (after.state.state != before.state.state) after.entered = clock_.now();
    keep_type(t, *after.type);
    write(t, after, false);
    Action action;
    action.step = "migrate";
    action.reason = reason;
    event(t, caller, before, after, action,
          Json::array(
              {{{"do", "migrate"},
                {"from", before.type->declared.version + " " + before.type->declared.hash.substr(0, 12)},
                {"to", after.type->declared.version + " " + after.type->declared.hash.substr(0, 12)}}}),
          changes);
    out = view_of(t, caller, after);
  });
  return std::move(*out);
}

}  // namespace tributary::casework
