// Cases that begin: by hand, from the rows of a sheet, or by a step of another case.
#include "casework/codes.h"
#include "casework/stored.h"

#include <fmt/format.h>

namespace tributary::casework {

Casework::Stored Casework::begun(store::Transaction& t, const identity::Caller& caller,
                                 const std::shared_ptr<const CaseType>& type, const Json& values,
                                 CaseId parent, bool by_effect, const std::string& applicant) {
  const Person who = person(caller, identity::Permission::cases_act);
  const Date today = clock_.today();
  Stored out;
  out.type = type;
  out.id = {next(t, "case")};
  if (by_effect) {
    const auto above = find(t, parent);
    out.state.state = type->declared.start_state;
    out.state.applicant = applicant.empty() ? above->state.applicant : applicant;
    if (out.state.applicant == above->state.applicant) out.party = above->party;
    out.state.took["start"].insert(who.user);
  } else {
    out.state = begin(*type, who, today, days_);
    out.party = caller.party;
  }
  Json all = Json::object();
  for (const Field& field : type->declared.form) {
    if (field.prefill == "organisation") all[field.name] = out.state.applicant;
    if (field.prefill == "party" && !out.party.empty()) all[field.name] = out.party;
    if (field.prefill == "jurisdiction") all[field.name] = tenant_;
    if (field.prefill == "year") all[field.name] = std::to_string(year_of(today));
    if (field.prefill == "others") {  // every organisation but the one that begins
      Json others = Json::array();
      for (const auto& [organisation, name] : identity::organisation_names(t, tenant_))
        if (organisation != out.state.applicant && organisation != identity::root_organisation.value &&
            others.size() < 200)
          others.push_back(organisation);
      all[field.name] = others;
    }
    if (field.prefill == "today") all[field.name] = base::to_string(today);
  }
  for (const auto& [name, value] : values.items()) all[name] = value;
  // Given by a person: as if the draft were saved; by a step of another case: as that case says.
  if (by_effect) {
    out.state.form = with_values(*type, out.state.form, all);
    fill_known(t, nullptr, out, {});
  } else {
    Action save;
    save.step = "save";
    save.values = all;
    fill_known(t, &caller, out, save);
    for (const auto& [field, origin] : out.origins.items()) save.values.erase(field);
    out.state = decide(*type, out.state, save, who, today, days_);
  }
  out.state = settled_terms(*type, std::move(out.state), today, days_);
  out.created = out.entered = clock_.now();
  out.created_by = caller.user.value;
  out.created_name = caller.display_name.empty() ? caller.name : caller.display_name;
  out.parent = parent.value;
  out.version = 1;
  write(t, out, true);
  Stored nothing = out;
  nothing.state.form = Json::object();
  nothing.state.state.clear();
  Action started;
  started.step = "start";
  event(t, caller, nothing, out, started, Json::array());
  if (!by_effect) follow(t, caller.user.value, out.id);
  return out;
}

std::vector<std::shared_ptr<const CaseType>> Casework::startable(const identity::Caller& caller) const {
  std::vector<std::shared_ptr<const CaseType>> out;
  const Person who = person(caller, identity::Permission::cases_act);
  for (const auto& [name, type] : *types_) try {
      begin(*type, who, clock_.today(), days_);
      out.push_back(type);
    } catch (const Error& e) {
      if (e.code() != codes::not_for_you) throw;
    }
  return out;
}

CaseView Casework::start(const identity::Caller& caller, const std::string& type, const Json& values) {
  const auto found = types_->find(type);
  if (found == types_->end())
    throw Error(codes::unknown_type,
                {fmt::format("没有事项“{}”", type), fmt::format("there is no kind of case \"{}\"", type)});
  std::optional<CaseView> out;
  database_.together([&](store::Transaction& t) {
    const Stored stored = begun(t, caller, found->second, values, {}, false);
    out = view_of(t, caller, stored);
  });
  return std::move(*out);
}

Casework::RowsReport Casework::start_all(const identity::Caller& caller, const std::string& type,
                                         const std::vector<Json>& rows, const std::string& sha256,
                                         bool preview) {
  const auto found = types_->find(type);
  if (found == types_->end())
    throw Error(codes::unknown_type,
                {fmt::format("没有事项“{}”", type), fmt::format("there is no kind of case \"{}\"", type)});
  struct Undo {};
  RowsReport out;
  try {
    database_.together([&](store::Transaction& t) {
      out = {};
      if (next(t, fmt::format("rows {} {} {}", type, caller.organisation.value, sha256)) > 1) {
        out.known = true;
        throw Undo{};
      }
      for (std::size_t i = 0; i < rows.size(); ++i) try {
          out.begun.push_back(begun(t, caller, found->second, rows[i], {}, false).id);
        } catch (const FormError& e) {
          for (const FieldFault& fault : e.faults()) out.faults.push_back({i, fault});
        }
      if (preview || !out.faults.empty()) throw Undo{};
      audit_.append(t, caller,
                    {"case.rows", "type/" + type, identity::AuditOutcome::done,
                     fmt::format("{} rows, sha256 {}", rows.size(), sha256)});
    });
  } catch (const Undo&) {  // as meant
    if (!preview) out.begun.clear();
  }
  return out;
}

}  // namespace tributary::casework
