// Roles, and the small things everything else stands on.
#include "identity/identity.h"

#include "base/text.h"
#include "identity/account.h"
#include "identity/codes.h"
#include "identity/key_file.h"

#include <algorithm>

#include <fmt/format.h>
#include <sodium.h>

namespace tributary::identity {

TooManyAttempts::TooManyAttempts(std::int64_t wait)
    : Error(codes::too_many_attempts,
            {fmt::format("密码错误次数过多，请 {} 秒后再试", wait),
             fmt::format("too many wrong passwords; try again in {} seconds", wait)},
            {}, {"忘记密码请联系系统管理员重置", "an administrator can reset a forgotten password"}),
      wait_(wait) {}

void require_settled_person(const Caller& caller) {
  caller.require_person();
  if (caller.must_change_password)
    throw Error(codes::must_change_password,
                {"一次性密码只能用来设置新密码", "a one-time password only serves to set your own"}, {},
                {"请先设置自己的密码", "set your own password first"});
}

std::string csrf_token(std::string_view session_token) {
  return sha256_hex(fmt::format("tributary csrf\n{}", session_token)).substr(0, 32);
}

bool csrf_matches(std::string_view session_token, std::string_view given) {
  const std::string expected = csrf_token(session_token);
  return given.size() == expected.size() && sodium_memcmp(given.data(), expected.data(), given.size()) == 0;
}

Identity::Identity(store::Database& database, std::string tenant, const Clock& clock, Entropy& entropy,
                   Settings settings)
    : database_(database),
      tenant_(std::move(tenant)),
      clock_(clock),
      entropy_(entropy),
      settings_(std::move(settings)),
      audit_(database, tenant_, clock, entropy),
      dummy_hash_(hash_password(entropy.bytes(16), settings_.password_cost)) {
  TRIBUTARY_CHECK(settings_.key.size() % key_size == 0, "each key has 32 bytes");
}

Caller Identity::command(const std::string& name) const {
  Caller out;
  out.name = name;
  out.display_name = name;
  out.organisation = root_organisation;
  out.via = Via::command;
  out.grants.push_back({PermissionSet::all(), Scope::tenant, {}, root_organisation, {}, {}});
  return out;
}

void Identity::read_roles(store::Transaction& t) {
  roles_.clear();
  roles_version_ = 0;
  if (const auto row = t.first("SELECT roles_version FROM identity_state WHERE jurisdiction = ?", tenant_))
    roles_version_ = row->integer(0);
  for (const store::Row& row :
       t.query("SELECT role, title_zh, title_en, scope, permissions, excludes FROM identity_role WHERE "
               "jurisdiction = ? ORDER BY role",
               tenant_)) {
    Role role;
    role.key = row.text(0);
    role.title = {row.text(1), row.text(2)};
    role.scope = parse_scope(row.text(3)).value_or(Scope::own);
    role.permissions = parse_permissions(row.text(4));
    role.excludes = words_of(row.text(5));
    roles_[role.key] = std::move(role);
  }
}

void Identity::refresh_roles(store::Transaction& t, std::int64_t version) {
  if (version != roles_version_) read_roles(t);
}

std::vector<Role> Identity::roles() {
  database_.read([&](store::Transaction& t) { read_roles(t); });
  std::vector<Role> out;
  for (const auto& [key, role] : roles_)
    if (!role.permissions.empty()) out.push_back(role);
  return out;
}

Grant Identity::grant_of(const std::string& role, const std::string& party,
                         const OrganisationId& organisation, const UserId& of) const {
  const auto found = roles_.find(role);
  if (found == roles_.end()) return {{}, Scope::own, party, organisation, role, of};
  return {found->second.permissions, found->second.scope, party, organisation, role, of};
}

void Identity::check_exclusions(const std::vector<std::string>& roles) const {
  for (const std::string& one : roles)
    for (const std::string& other : roles) {
      const auto found = roles_.find(one);
      if (found == roles_.end() || !contains(found->second.excludes, other)) continue;
      const auto title = [&](const std::string& key) {
        const auto role = roles_.find(key);
        return role == roles_.end() ? Text{key, key} : role->second.title;
      };
      throw Error(codes::roles_exclude,
                  {fmt::format("同一人不能既是“{}”又是“{}”", title(one).zh, title(other).zh),
                   fmt::format("one person may not be both {} and {}", title(one).en, title(other).en)},
                  {"", 0, 0, "roles"}, {"请把两个角色分给两个人", "give the two roles to two people"});
    }
}

void Identity::check_roles(store::Transaction& t, const Caller& caller,
                           const std::vector<std::string>& roles) {
  read_roles(t);
  for (const std::string& key : roles) {
    const auto found = roles_.find(key);
    if (found == roles_.end() || found->second.permissions.empty()) {
      std::vector<std::string> known;
      for (const auto& [name, role] : roles_)
        if (!role.permissions.empty()) known.push_back(name);
      throw Error(codes::not_found,
                  {fmt::format("没有角色“{}”", key), fmt::format("there is no role \"{}\"", key)},
                  {"", 0, 0, "roles"},
                  {fmt::format("可用：{}", fmt::join(known, "、")),
                   fmt::format("there are: {}", fmt::join(known, ", "))});
    }
    // Who manages one branch cannot hand out what reaches the whole.
    if (found->second.scope == Scope::tenant) caller.require_all(Permission::users_manage);
  }
  check_exclusions(roles);
}

std::optional<Identity::Account> Identity::find_account(store::Transaction& t, std::string_view column,
                                                        const std::string& value) const {
  const auto row = t.first(
      fmt::format("SELECT {}, name_folded, password, totp_pending, totp_last_step, delegated_until FROM "
                  "identity_user WHERE jurisdiction = ? AND {} = ?",
                  user_columns, column),
      tenant_, value);
  if (!row) return std::nullopt;
  Account out;
  out.user = user_of(*row);
  out.one_time_until = row->integer(6);
  out.totp_secret = row->text(7);
  out.folded = row->text(11);
  out.password = row->text(12);
  out.totp_pending = row->text(13);
  out.totp_last_step = row->integer(14);
  out.delegated_until = row->integer(15);
  return out;
}

Identity::Account Identity::account(store::Transaction& t, const UserId& id) const {
  auto found = find_account(t, "id", kept(id.value, 100));
  if (!found)
    throw Error(codes::not_found, {"没有这个用户", "there is no such user"}, {},
                {"用户可能已被删除，请刷新名单", "refresh the list of users"});
  return std::move(*found);
}

Organisation Identity::find_organisation(store::Transaction& t, const OrganisationId& id) const {
  const auto row =
      t.first(fmt::format("SELECT {} FROM identity_organisation WHERE jurisdiction = ? AND id = ?",
                          organisation_columns),
              tenant_, kept(id.value, 100));
  if (!row)
    throw Error(codes::not_found, {"没有这个单位", "there is no such organisation"},
                {"", 0, 0, "organisation"}, {"请从单位名单中选择", "choose one of the list"});
  return organisation_of(*row);
}

bool Identity::lies_within(store::Transaction& t, OrganisationId organisation,
                           const OrganisationId& branch) const {
  for (int depth = 0; depth < 32 && !organisation.value.empty(); ++depth) {
    if (organisation == branch) return true;
    organisation = find_organisation(t, organisation).parent;
  }
  return false;
}

void Identity::require_reach(store::Transaction& t, const Caller& caller, Permission permission,
                             const OrganisationId& organisation) const {
  caller.require(permission);
  for (const Grant& grant : caller.grants)
    if (grant.permissions.has(permission) &&
        (grant.scope == Scope::tenant || lies_within(t, organisation, grant.organisation)))
      return;
  caller.require_all(permission);  // which says what is missing
}

void Identity::require_manages(store::Transaction& t, const Caller& caller, const Account& account) {
  require_reach(t, caller, Permission::users_manage, account.user.organisation);
  read_roles(t);
  for (const std::string& key : account.user.roles)
    if (const auto role = roles_.find(key); role != roles_.end() && role->second.scope == Scope::tenant)
      caller.require_all(Permission::users_manage);
}

std::optional<std::vector<std::string>> Identity::reached(store::Transaction& t, const Caller& caller,
                                                          Permission permission) const {
  caller.require(permission);
  if (caller.may_all(permission)) return std::nullopt;
  std::vector<std::string> out;
  std::vector<std::pair<std::string, std::string>> tree;
  t.each([&](const store::Row& row) { tree.emplace_back(row.text(0), row.text(1)); },
         "SELECT id, parent FROM identity_organisation WHERE jurisdiction = ? ORDER BY id", tenant_);
  for (const Grant& grant : caller.grants)
    if (grant.permissions.has(permission) && !contains(out, grant.organisation.value))
      out.push_back(grant.organisation.value);
  for (std::size_t i = 0; i < out.size(); ++i)  // breadth first
    for (const auto& [id, parent] : tree)
      if (parent == out[i] && !contains(out, id)) out.push_back(id);
  return out;
}

void Identity::keep_an_administrator(store::Transaction& t) const {
  const auto row = t.first(
      "SELECT COUNT(*) FROM identity_user WHERE jurisdiction = ? AND state = 'active' AND ' ' || roles || ' "
      "' "
      "LIKE ?",
      tenant_, fmt::format("% {} %", administrator_role));
  if (row->integer(0) == 0)
    throw Error(codes::last_administrator,
                {"至少要有一名可用的系统管理员", "at least one active administrator must remain"}, {},
                {"请先让另一人担任系统管理员", "make somebody else an administrator first"});
}

void Identity::note_denied(const Caller& caller, const std::string& action, const std::string& object,
                           const Error& error) {
  audit_.append(caller,
                {action, object, AuditOutcome::denied,
                 fmt::format("{}.{}: {}", error.code().module, error.code().name, error.message().en)});
}

std::int64_t Identity::sweep() {
  return database_.write([&](store::Transaction& t) {
    const std::int64_t now = clock_.now().seconds;
    return t.execute("DELETE FROM identity_session WHERE jurisdiction = ? AND (ends <= ? OR last_seen < ?)",
                     tenant_, now, now - settings_.session_idle) +
           t.execute("DELETE FROM identity_reset WHERE jurisdiction = ? AND expires <= ?", tenant_, now) +
           t.execute("DELETE FROM identity_token WHERE jurisdiction = ? AND expires <= ?", tenant_, now) +
           t.execute("DELETE FROM identity_attempt WHERE jurisdiction = ? AND last_at < ? AND wait_until < ?",
                     tenant_, now - 86400, now);
  });
}

}  // namespace tributary::identity
