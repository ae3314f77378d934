// Users and delegations.
#include "base/text.h"
#include "identity/account.h"
#include "identity/codes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

Error bad_value(const char* field, const Text& why) {
  return {codes::bad_value, why, {"", 0, 0, field}};
}

// A name to sign in with: no blanks, nothing that a reader could take for another.
void require_name(std::string_view name) {
  const bool good = is_utf8(name) && characters(name) >= 2 && characters(name) <= 64 &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      const auto byte = static_cast<unsigned char>(c);
                      return byte > 0x7f || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                             (byte >= 'a' && byte <= 'z') || c == '.' || c == '_' || c == '-' || c == '@';
                    });
  if (!good)
    throw bad_value("name", {"登录名应为 2 到 64 个字，可用汉字、字母、数字和 . _ - @",
                             "a sign-in name has 2 to 64 letters, digits or . _ - @"});
}

std::string require_display_name(std::string_view name) {
  const std::string_view trimmed = trim(name);
  if (trimmed.empty() || characters(trimmed) > 80 || !is_utf8(trimmed) || kept(trimmed, 400) != trimmed)
    throw bad_value("display_name", {"请写姓名（至多 80 字）", "give a name of at most 80 characters"});
  return std::string(trimmed);
}

std::vector<std::string> without_doubles(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::string like(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

}  // namespace

std::optional<OneTimePassword> Identity::ensure_administrator() {
  const auto nobody = [&](store::Transaction& t) {
    return !t.first("SELECT 1 FROM identity_user WHERE jurisdiction = ? LIMIT 1", tenant_);
  };
  if (!database_.read(nobody)) return std::nullopt;
  return database_.write([&](store::Transaction& t) -> std::optional<OneTimePassword> {
    if (!nobody(t)) return std::nullopt;
    return insert_user(t, command("system"),
                       {"admin", "系统管理员", root_organisation, {administrator_role}});
  });
}

OneTimePassword Identity::insert_user(store::Transaction& t, const Caller& caller, const NewUser& given) {
  const std::string name(trim(given.name));
  require_name(name);
  const std::string display = require_display_name(given.display_name);
  const Organisation organisation = find_organisation(t, given.organisation);
  if (!organisation.active)
    throw bad_value("organisation", {fmt::format("单位“{}”已停用", organisation.name.zh),
                                     fmt::format("{} is no longer active", organisation.name.en)});
  const auto roles = without_doubles(given.roles);
  check_roles(t, caller, roles);
  if (find_account(t, "name_folded", folded(name)))
    throw Error(codes::name_taken,
                {fmt::format("登录名“{}”已有人用", name), fmt::format("the name \"{}\" is taken", name)},
                {"", 0, 0, "name"}, {"全角半角、大小写视为相同", "width and case make no difference"});
  OneTimePassword out;
  out.password = new_one_time_password();
  const std::string id = entropy_.base64url(16);
  const std::int64_t now = clock_.now().seconds;
  t.execute(
      "INSERT INTO identity_user (jurisdiction, id, name, name_folded, display_name, organisation, roles, "
      "state, password, one_time_until, totp_secret, totp_pending, totp_last_step, delegated_until, created, "
      "last_sign_in, version) VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?, '', '', 0, 0, ?, 0, 1)",
      tenant_, id, name, folded(name), display, organisation.id.value, text_of(roles),
      hash_password(out.password, settings_.password_cost), now + settings_.one_time_password, now);
  out.user = account(t, {id}).user;
  audit_.append(t, caller,
                {"user.create", "user/" + id, AuditOutcome::done,
                 fmt::format("{}; {}; {}", name, organisation.id.value, text_of(roles))});
  return out;
}

OneTimePassword Identity::create_user(const Caller& caller, const NewUser& user) {
  return database_.write([&](store::Transaction& t) {
    require_reach(t, caller, Permission::users_manage, user.organisation);
    return insert_user(t, caller, user);
  });
}

User Identity::change_user(const Caller& caller, const UserId& id, const UserChange& change,
                           std::optional<std::int64_t> version) {
  return database_.write([&](store::Transaction& t) {
    const Account before = account(t, id);
    require_manages(t, caller, before);
    if (version && *version != before.user.version)
      throw Error(codes::changed_meanwhile,
                  {"这个用户刚被别人改过", "somebody else has changed this user meanwhile"}, {},
                  {"请刷新后再改", "load it again and repeat your change"});
    User after = before.user;
    if (change.display_name) after.display_name = require_display_name(*change.display_name);
    if (change.organisation) {
      require_reach(t, caller, Permission::users_manage, *change.organisation);
      after.organisation = find_organisation(t, *change.organisation).id;
    }
    if (change.roles) after.roles = without_doubles(*change.roles);
    if (change.state) after.state = *change.state;
    const bool duties = after.roles != before.user.roles || after.organisation != before.user.organisation ||
                        after.state != before.user.state;
    if (caller.user == id && (duties || change.remove_totp))
      throw Error(codes::same_person,
                  {"不能更改自己的角色、单位、状态或验证器",
                   "you may not change your own roles, organisation, state or "
                   "authenticator here"},
                  {}, {"请由另一名管理员办理", "another administrator must do it"});
    if (after.roles != before.user.roles) {
      check_roles(t, caller, after.roles);
      auto all = after.roles;
      const auto lent = delegated_roles(t, id);
      all.insert(all.end(), lent.begin(), lent.end());
      check_exclusions(all);
    }
    t.execute(
        "UPDATE identity_user SET display_name = ?, organisation = ?, roles = ?, state = ?, version = "
        "version + "
        "1 WHERE jurisdiction = ? AND id = ?",
        after.display_name, after.organisation.value, text_of(after.roles), to_string(after.state), tenant_,
        id.value);
    if (change.remove_totp)
      t.execute(
          "UPDATE identity_user SET totp_secret = '', totp_pending = '' WHERE jurisdiction = ? AND id = ?",
          tenant_, id.value);
    if (after.state != UserState::active) end_sessions(t, id, {});
    if (contains(before.user.roles, administrator_role)) keep_an_administrator(t);
    audit_.append(
        t, caller,
        {"user.change", "user/" + id.value, AuditOutcome::done,
         fmt::format("{}: roles [{}] → [{}]; {} → {}; {} → {}{}", after.name, text_of(before.user.roles),
                     text_of(after.roles), before.user.organisation.value, after.organisation.value,
                     to_string(before.user.state), to_string(after.state),
                     change.remove_totp ? "; authenticator removed" : "")});
    return account(t, id).user;
  });
}

std::vector<User> Identity::users(const Caller& caller, const UserFilter& filter, std::size_t limit,
                                  const std::string& after) const {
  return database_.read([&](store::Transaction& t) {
    const auto within = reached(t, caller, Permission::users_read);
    std::string sql = fmt::format("SELECT {} FROM identity_user WHERE jurisdiction = ?", user_columns);
    std::vector<store::Value> values{tenant_};
    const auto also = [&](std::string_view condition, std::string value) {
      sql += fmt::format(" AND {}", condition);
      values.emplace_back(std::move(value));
    };
    if (within) {
      std::string marks;
      for (const std::string& id : *within) {
        marks += marks.empty() ? "?" : ", ?";
        values.emplace_back(id);
      }
      sql += fmt::format(" AND organisation IN ({})", marks);
    }
    if (!filter.organisation.empty()) also("organisation = ?", kept(filter.organisation, 100));
    if (!filter.role.empty())
      also("' ' || roles || ' ' LIKE ? ESCAPE '\\'", like(" " + kept(filter.role, 100) + " "));
    if (filter.state) also("state = ?", std::string(to_string(*filter.state)));
    if (!filter.text.empty()) {
      also("(name_folded LIKE ? ESCAPE '\\' OR display_name LIKE ? ESCAPE '\\')",
           like(folded(kept(filter.text, 100))));
      values.emplace_back(like(kept(filter.text, 100)));
    }
    if (!after.empty()) also("name_folded > ?", folded(kept(after, 400)));
    sql += fmt::format(" ORDER BY name_folded LIMIT {}", limit);
    std::vector<User> out;
    t.each_values(sql, values, [&](const store::Row& row) { out.push_back(user_of(row)); });
    return out;
  });
}

User Identity::user(const Caller& caller, const UserId& id) const {
  return database_.read([&](store::Transaction& t) {
    const bool self = caller.known() && !id.value.empty() && caller.user == id;
    if (!self) caller.require(Permission::users_read);
    const User found = account(t, id).user;
    if (!self && !caller.may_all(Permission::users_read)) {
      const auto within = reached(t, caller, Permission::users_read);
      if (!contains(*within, found.organisation.value)) account(t, {});  // as if it did not exist
    }
    return found;
  });
}

User Identity::user_named(const Caller& caller, const std::string& name) const {
  const auto found = database_.read(
      [&](store::Transaction& t) { return find_account(t, "name_folded", folded(kept(name, 400))); });
  caller.require(Permission::users_read);
  return user(caller, found ? found->user.id : UserId{});
}

std::vector<User> Identity::colleagues(const Caller& caller) const {
  require_settled_person(caller);
  return database_.read([&](store::Transaction& t) {
    std::vector<User> out;
    for (const store::Row& row :
         t.query(fmt::format("SELECT {} FROM identity_user WHERE jurisdiction = ? AND organisation = ? AND "
                             "state = 'active' AND id <> ? ORDER BY name_folded",
                             user_columns),
                 tenant_, caller.organisation.value, caller.user.value))
      out.push_back(user_of(row));
    return out;
  });
}

std::vector<std::string> Identity::delegated_roles(store::Transaction& t, const UserId& user) const {
  std::vector<std::string> out;
  for (const store::Row& row :
       t.query("SELECT roles FROM identity_delegation WHERE jurisdiction = ? AND to_user = ? "
               "AND ends > ? AND revoked = 0",
               tenant_, user.value, clock_.now().seconds))
    for (std::string& role : words_of(row.text(0))) out.push_back(std::move(role));
  return out;
}

Delegation Identity::delegate(const Caller& caller, const UserId& to, const std::vector<std::string>& given,
                              Date last_day, const std::string& reason) {
  require_settled_person(caller);
  const auto roles = without_doubles(given);
  const Date today = clock_.today();
  if (roles.empty()) throw bad_value("roles", {"请选择要委托的角色", "choose the roles to hand over"});
  if (trim(reason).empty() || !is_utf8(reason) || characters(reason) > 400)
    throw bad_value("reason", {"请写明委托的原因（至多 400 字）", "say why, in at most 400 characters"});
  if (last_day < today || last_day > today + std::chrono::days{settings_.longest_delegation})
    throw bad_value("last_day", {fmt::format("最后一天应在今天到 {} 天之内", settings_.longest_delegation),
                                 fmt::format("the last day lies between today and {} days on",
                                             settings_.longest_delegation)});
  return database_.write([&](store::Transaction& t) {
    const Account from = account(t, caller.user);
    const Account other = account(t, to);
    for (const std::string& role : roles)
      if (!contains(from.user.roles, role))
        throw bad_value("roles", {fmt::format("您自己没有角色“{}”", role),
                                  fmt::format("you do not have the role \"{}\" yourself", role)});
    if (to == caller.user || other.user.state != UserState::active ||
        other.user.organisation != from.user.organisation)
      throw bad_value("to", {"只能委托给本单位在岗的同事", "only an active colleague of your organisation"});
    read_roles(t);
    auto both = other.user.roles;
    both.insert(both.end(), roles.begin(), roles.end());
    const auto lent = delegated_roles(t, to);
    both.insert(both.end(), lent.begin(), lent.end());
    check_exclusions(both);
    Delegation out{{entropy_.base64url(16)},  caller.user,  to,          roles, last_day,
                   std::string(trim(reason)), clock_.now(), std::nullopt};
    const std::int64_t ends = start_of(last_day + std::chrono::days{1}).seconds;
    t.execute(
        "INSERT INTO identity_delegation (jurisdiction, id, from_user, to_user, roles, last_day, ends, "
        "reason, "
        "created, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        tenant_, out.id.value, caller.user.value, to.value, text_of(roles), to_string(last_day), ends,
        kept(out.reason, 2000), out.created.seconds);
    t.execute(
        "UPDATE identity_user SET delegated_until = ? WHERE jurisdiction = ? AND id = ? AND delegated_until "
        "< ?",
        ends, tenant_, to.value, ends);
    audit_.append(t, caller,
                  {"delegation.give", "user/" + to.value, AuditOutcome::done,
                   fmt::format("{}; until {}; {}", text_of(roles), to_string(last_day), out.reason)});
    return out;
  });
}

std::vector<Delegation> Identity::delegations(const Caller& caller) const {
  caller.require_person();
  return database_.read([&](store::Transaction& t) {
    std::vector<Delegation> out;
    for (const store::Row& row : t.query(
             "SELECT id, from_user, to_user, roles, last_day, reason, created FROM identity_delegation WHERE "
             "jurisdiction = ? AND (from_user = ? OR to_user = ?) AND ends > ? AND revoked = 0 ORDER BY "
             "created, id",
             tenant_, caller.user.value, caller.user.value, clock_.now().seconds))
      out.push_back({{row.text(0)},
                     {row.text(1)},
                     {row.text(2)},
                     words_of(row.text(3)),
                     parse_date(row.text(4)),
                     row.text(5),
                     {row.integer(6)},
                     std::nullopt});
    return out;
  });
}

void Identity::revoke_delegation(const Caller& caller, const DelegationId& id) {
  caller.require_person();
  database_.write([&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT from_user, to_user FROM identity_delegation WHERE jurisdiction = ? AND id = ? AND revoked = "
        "0",
        tenant_, kept(id.value, 100));
    const auto missing = Error(codes::not_found, {"没有这项委托", "there is no such delegation"});
    if (!row) throw missing;
    if (row->text(0) != caller.user.value && row->text(1) != caller.user.value) {
      if (!caller.may(Permission::users_manage)) throw missing;
      require_manages(t, caller, account(t, {row->text(0)}));
    }
    t.execute("UPDATE identity_delegation SET revoked = ? WHERE jurisdiction = ? AND id = ?",
              clock_.now().seconds, tenant_, id.value);
    audit_.append(t, caller, {"delegation.end", "user/" + row->text(1), AuditOutcome::done, ""});
  });
}

}  // namespace tributary::identity
