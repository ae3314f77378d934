// The tree of organisations: what the packs and the registry say, and what people add.
#include "base/text.h"
#include "identity/account.h"
#include "identity/codes.h"
#include "registry/registry.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

// The party that is the government of a division, if the registry knows one.
std::string government_of(const std::vector<registry::Party>& parties, const std::string& division) {
  for (const registry::Party& party : parties)
    if (party.kind == registry::PartyKind::government && party.jurisdiction == division) return party.code;
  return {};
}

std::string opening(const Organisation& o) {
  return o.exists.from <= make_date(1, 1, 1) ? "" : base::to_string(o.exists.from);
}
std::string closing(const Organisation& o) {
  return o.exists.to >= make_date(9999, 12, 31) ? "" : base::to_string(o.exists.to);
}

bool same_content(const Organisation& a, const Organisation& b) {
  return a.name == b.name && a.kind == b.kind && a.parent == b.parent && a.jurisdiction == b.jurisdiction &&
         a.party == b.party && a.source == b.source && a.active == b.active && a.exists == b.exists;
}

void check_name(const Text& name) {
  for (const std::string& text : {name.zh, name.en})
    if (!is_utf8(text) || characters(text) > 120 || kept(text, 1000) != text)
      throw Error(codes::bad_value, {"单位名称至多 120 字", "a name has at most 120 characters"},
                  {"", 0, 0, "name"});
  if (trim(name.zh).empty())
    throw Error(codes::bad_value, {"请写单位名称", "give the organisation a name"}, {"", 0, 0, "name"});
}

}  // namespace

std::map<std::string, Organisation> all_organisations(store::Transaction& transaction,
                                                      const std::string& tenant) {
  std::map<std::string, Organisation> out;
  for (const store::Row& row : transaction.query(
           fmt::format("SELECT {} FROM identity_organisation WHERE jurisdiction = ?", organisation_columns),
           tenant))
    out[row.text(0)] = organisation_of(row);
  return out;
}

std::optional<Organisation> organisation_in(store::Transaction& transaction, const std::string& tenant,
                                            const std::string& id) {
  const auto row =
      transaction.first(fmt::format("SELECT {} FROM identity_organisation WHERE jurisdiction = ? AND id = ?",
                                    organisation_columns),
                        tenant, id);
  return row ? std::optional(organisation_of(*row)) : std::nullopt;
}

ApplyCounts Identity::apply(const IdentityData& data) {
  const Date today = clock_.today();
  return database_.write([&](store::Transaction& t) {
    const registry::RegistryReader reader(t, tenant_);
    ApplyCounts counts;
    // Roles
    read_roles(t);
    std::map<std::string, Role> roles;
    for (const Role& role : data.roles) roles.insert_or_assign(role.key, role);
    for (const auto& [key, role] : roles)
      for (const std::string& other : role.excludes)
        if (!roles.contains(other))
          throw Error(codes::bad_file,
                      {fmt::format("角色 {} 排斥的角色“{}”不存在", key, other),
                       fmt::format("role {} excludes \"{}\", which does not exist", key, other)});
    for (const auto& [key, role] : roles_)  // no longer named: without effect
      if (!roles.contains(key)) roles[key] = {key, role.title, Scope::own, {}, {}};
    const int before = counts.added + counts.changed;
    for (const auto& [key, role] : roles) {
      const auto old = roles_.find(key);
      if (old != roles_.end() && old->second.title == role.title && old->second.scope == role.scope &&
          old->second.permissions == role.permissions && old->second.excludes == role.excludes) {
        ++counts.unchanged;
        continue;
      }
      ++(old == roles_.end() ? counts.added : counts.changed);
      t.execute(
          "INSERT INTO identity_role (jurisdiction, role, title_zh, title_en, scope, permissions, excludes) "
          "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (jurisdiction, role) DO UPDATE SET title_zh = "
          "excluded.title_zh, title_en = excluded.title_en, scope = excluded.scope, permissions = "
          "excluded.permissions, excludes = excluded.excludes",
          tenant_, key, role.title.zh, role.title.en, to_string(role.scope), to_string(role.permissions),
          text_of(role.excludes));
    }
    if (counts.added + counts.changed != before)
      t.execute(
          "INSERT INTO identity_state (jurisdiction, roles_version) VALUES (?, 1) ON CONFLICT (jurisdiction) "
          "DO "
          "UPDATE SET roles_version = identity_state.roles_version + 1",
          tenant_);
    // Organisations: the root and the townships of the registry, then those of the packs
    const std::vector<registry::Party> parties = reader.parties(today);
    std::map<std::string, Organisation> wanted;
    std::map<std::string, std::string> origin;
    const registry::Jurisdiction here = reader.jurisdiction(tenant_, today);
    const std::string source = "registry";
    wanted[root_organisation.value] = {root_organisation,
                                       here.name,
                                       OrganisationKind::government,
                                       {},
                                       here.code,
                                       government_of(parties, here.code),
                                       {},
                                       source};
    origin[root_organisation.value] = "registry";
    for (const registry::Jurisdiction& division :
         reader.children(tenant_, today, registry::Tree::by_management)) {
      const bool low = division.level == registry::Level::township || division.level == registry::Level::zone;
      const std::string id = fmt::format("div-{}", registry::significant(division.code));
      wanted[id] = {{id},
                    division.name,
                    low ? OrganisationKind::township : OrganisationKind::government,
                    root_organisation,
                    division.code,
                    government_of(parties, division.code),
                    {},
                    source};
      wanted[id].exists = reader.existence(division.code);
      origin[id] = "registry";
    }
    for (Organisation o : data.organisations) {
      if (o.parent.value.empty() && o.id != root_organisation) o.parent = root_organisation;
      o.jurisdiction = o.jurisdiction.empty() ? here.code : reader.jurisdiction(o.jurisdiction, today).code;
      if (!o.party.empty()) reader.party(o.party);  // throws when the registry does not know it
      origin[o.id.value] = "pack";
      wanted.insert_or_assign(o.id.value, std::move(o));
    }
    for (const auto& [id, o] : wanted)
      if (!o.parent.value.empty() && !wanted.contains(o.parent.value))
        throw Error(codes::bad_file,
                    {fmt::format("单位 {} 的上级“{}”不存在", id, o.parent.value),
                     fmt::format("the parent \"{}\" of organisation {} does not exist", o.parent.value, id)});
    std::map<std::string, Organisation> have;
    for (const store::Row& row :
         t.query(fmt::format("SELECT {}, origin FROM identity_organisation WHERE jurisdiction = ?",
                             organisation_columns),
                 tenant_)) {
      Organisation o = organisation_of(row);
      // Gone from the packs: inactive, since people and deeds may hang on it.
      if (row.text(13) != "hand" && !wanted.contains(o.id.value)) {
        wanted[o.id.value] = o;
        wanted[o.id.value].active = false;
        if (row.text(13) == "registry") wanted[o.id.value].exists = reader.existence(o.jurisdiction);
        if (closing(wanted[o.id.value]).empty()) wanted[o.id.value].exists.to = today;
        origin[o.id.value] = row.text(13);
      }
      have[o.id.value] = std::move(o);
    }
    for (const auto& [id, o] : wanted) {
      const auto old = have.find(id);
      if (old != have.end() && same_content(old->second, o)) {
        ++counts.unchanged;
        continue;
      }
      ++(old == have.end() ? counts.added : counts.changed);
      t.execute(
          "INSERT INTO identity_organisation (jurisdiction, id, name_zh, name_en, kind, parent, area, party, "
          "acts_for, source, origin, active, version, opened, closed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, "
          "?, "
          "?, 1, ?, ?) ON "
          "CONFLICT "
          "(jurisdiction, id) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, kind = "
          "excluded.kind, parent = excluded.parent, area = excluded.area, party = excluded.party, source = "
          "excluded.source, origin = excluded.origin, active = excluded.active, opened = excluded.opened, "
          "closed = excluded.closed, version = "
          "identity_organisation.version + 1",
          tenant_, id, o.name.zh, o.name.en, to_string(o.kind), o.parent.value, o.jurisdiction, o.party,
          o.source, origin.at(id), o.active, opening(o), closing(o));
    }
    recompute_acts_for(t);
    if (counts.added + counts.changed > 0)
      audit_.append(t, command("system"),
                    {"identity.apply", "", AuditOutcome::done,
                     fmt::format("{} added, {} changed", counts.added, counts.changed)});
    return counts;
  });
}

void Identity::recompute_acts_for(store::Transaction& t) const {
  const std::map<std::string, Organisation> all = all_organisations(t, tenant_);
  for (const auto& [id, o] : all) {
    std::string party;
    std::set<std::string> seen;
    for (const Organisation* at = &o; party.empty();) {
      if (!seen.insert(at->id.value).second)
        throw Error(codes::bad_value,
                    {fmt::format("单位“{}”的上级成环", o.name.zh),
                     fmt::format("the organisations above {} form a circle", o.name.en)},
                    {"", 0, 0, "parent"});
      party = at->party;
      const auto above = all.find(at->parent.value);
      if (above == all.end()) break;
      at = &above->second;
    }
    // A circle shows even where every one has a party.
    for (auto at = all.find(o.parent.value); at != all.end(); at = all.find(at->second.parent.value))
      if (at->first == id)
        throw Error(codes::bad_value,
                    {fmt::format("单位“{}”的上级成环", o.name.zh),
                     fmt::format("the organisations above {} form a circle", o.name.en)},
                    {"", 0, 0, "parent"});
    if (party != o.acts_for)
      t.execute("UPDATE identity_organisation SET acts_for = ? WHERE jurisdiction = ? AND id = ?", party,
                tenant_, id);
  }
}

std::vector<Organisation> Identity::organisations(const Caller& caller) const {
  return database_.read([&](store::Transaction& t) {
    const auto within = reached(t, caller, Permission::organisations_read);
    std::vector<Organisation> out;
    for (const store::Row& row :
         t.query(fmt::format(
                     "SELECT {} FROM identity_organisation WHERE jurisdiction = ? ORDER BY parent, area, id",
                     organisation_columns),
                 tenant_))
      if (!within || contains(*within, row.text(0))) out.push_back(organisation_of(row));
    return out;
  });
}

std::map<std::string, Text> organisation_names(store::Transaction& t, const std::string& tenant) {
  std::map<std::string, Text> out;
  t.each(
      [&](const store::Row& row) {
        out[row.text(0)] = {row.text(1), row.text(2)};
      },
      "SELECT id, name_zh, name_en FROM identity_organisation WHERE jurisdiction = ? AND active = 1", tenant);
  return out;
}

std::map<std::string, Text> Identity::organisation_names() const {
  return database_.read([&](store::Transaction& t) { return identity::organisation_names(t, tenant_); });
}

Organisation Identity::organisation(const Caller& caller, const OrganisationId& id) const {
  return database_.read([&](store::Transaction& t) {
    const bool own = caller.via != Via::anonymous && caller.organisation == id;
    if (!own) {
      const auto within = reached(t, caller, Permission::organisations_read);
      if (within && !contains(*within, id.value)) return find_organisation(t, {});  // as if it did not exist
    }
    return find_organisation(t, id);
  });
}

Organisation Identity::create_organisation(const Caller& caller, const NewOrganisation& given) {
  check_name(given.name);
  return database_.write([&](store::Transaction& t) {
    const Organisation parent = find_organisation(t, given.parent);
    require_reach(t, caller, Permission::organisations_manage, parent.id);
    const registry::RegistryReader reader(t, tenant_);
    const std::string area = given.jurisdiction.empty()
                                 ? parent.jurisdiction
                                 : reader.jurisdiction(given.jurisdiction, clock_.today()).code;
    if (!given.party.empty()) {
      caller.require_all(Permission::organisations_manage);  // it decides what its people may see and do
      reader.party(given.party);
    }
    const std::string id = "org-" + entropy_.base32(16);
    t.execute(
        "INSERT INTO identity_organisation (jurisdiction, id, name_zh, name_en, kind, parent, area, party, "
        "acts_for, source, origin, active, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, 'hand', 1, 1)",
        tenant_, id, given.name.zh, given.name.en.empty() ? given.name.zh : given.name.en,
        to_string(given.kind), parent.id.value, area, given.party, kept(given.source, 1000));
    recompute_acts_for(t);
    audit_.append(t, caller,
                  {"organisation.create", "organisation/" + id, AuditOutcome::done, given.name.zh});
    return find_organisation(t, {id});
  });
}

Organisation Identity::change_organisation(const Caller& caller, const OrganisationId& id,
                                           const OrganisationChange& change,
                                           std::optional<std::int64_t> version) {
  if (change.name) check_name(*change.name);
  return database_.write([&](store::Transaction& t) {
    Organisation o = find_organisation(t, id);
    require_reach(t, caller, Permission::organisations_manage, id);
    if (version && *version != o.version)
      throw Error(codes::changed_meanwhile,
                  {"这个单位刚被别人改过", "somebody else has changed this organisation meanwhile"}, {},
                  {"请刷新后再改", "load it again and repeat your change"});
    const auto row = t.first("SELECT origin FROM identity_organisation WHERE jurisdiction = ? AND id = ?",
                             tenant_, id.value);
    if (row->text(0) != "hand")
      throw Error(codes::bad_value,
                  {"这个单位由政策包或区划登记给出，不能在此修改",
                   "this organisation comes from the packs or the register and is not changed here"},
                  {}, {"请修改政策包中的 organisations.csv", "change organisations.csv of the pack"});
    const registry::RegistryReader reader(t, tenant_);
    if (change.name) o.name = *change.name;
    if (change.parent) {
      require_reach(t, caller, Permission::organisations_manage, *change.parent);
      o.parent = find_organisation(t, *change.parent).id;
    }
    if (change.jurisdiction) o.jurisdiction = reader.jurisdiction(*change.jurisdiction, clock_.today()).code;
    if (change.party && *change.party != o.party) {
      caller.require_all(Permission::organisations_manage);
      if (!change.party->empty()) reader.party(*change.party);
      o.party = *change.party;
    }
    if (change.active && *change.active != o.active) {
      o.active = *change.active;
      o.exists.to = o.active ? Date::max() : clock_.today();
    }
    t.execute(
        "UPDATE identity_organisation SET name_zh = ?, name_en = ?, parent = ?, area = ?, party = ?, active "
        "= ?, closed = ?, "
        "version = version + 1 WHERE jurisdiction = ? AND id = ?",
        o.name.zh, o.name.en, o.parent.value, o.jurisdiction, o.party, o.active, closing(o), tenant_,
        id.value);
    recompute_acts_for(t);
    audit_.append(t, caller,
                  {"organisation.change", "organisation/" + id.value, AuditOutcome::done,
                   fmt::format("{}; parent {}; party {}; {}", o.name.zh, o.parent.value, o.party,
                               o.active ? "active" : "inactive")});
    return find_organisation(t, id);
  });
}

}  // namespace tributary::identity
