// Coming in: by password, by session, by token.
#include "base/text.h"
#include "identity/account.h"
#include "identity/codes.h"
#include "identity/totp.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

constexpr std::int64_t minute = 60;
constexpr const char* token_prefix = "trb_";

Error refused() {
  return {codes::sign_in_refused,
          {"用户名或密码不对，或者账号已停用", "the name or the password is wrong, or the account is off"},
          {},
          {"请检查大小写；一次性密码有期限，过期请联系系统管理员",
           "check upper and lower case; one-time passwords expire, an administrator gives a new one"}};
}

Error unknown() {
  return {codes::not_signed_in, {"请先登录", "sign in first"}, {}, {"登录后再试", "sign in and try again"}};
}

// What a caller is made of; s is the session or the token.
constexpr const char* caller_columns =
    "s.id, s.user_id, u.name, u.display_name, u.organisation, u.roles, u.one_time_until, u.totp_secret, "
    "u.delegated_until, o.name_zh, o.name_en, o.kind, o.acts_for, "
    "COALESCE((SELECT v.roles_version FROM identity_state v WHERE v.jurisdiction = u.jurisdiction), 0)";
constexpr const char* caller_tables =
    "s JOIN identity_user u ON u.jurisdiction = s.jurisdiction AND u.id = s.user_id "
    "JOIN identity_organisation o ON o.jurisdiction = u.jurisdiction AND o.id = u.organisation "
    "WHERE s.jurisdiction = ? AND s.token_hash = ? AND u.state = 'active' AND o.active = 1";
constexpr std::size_t after_caller = 14;

}  // namespace

Caller Identity::caller_from(store::Transaction& t, const store::Row& row) {
  refresh_roles(t, row.integer(13));
  Caller out;
  out.user = {row.text(1)};
  out.name = row.text(2);
  out.display_name = row.text(3);
  out.organisation = {row.text(4)};
  out.roles = words_of(row.text(5));
  out.must_change_password = row.integer(6) != 0;
  out.totp_enabled = !row.text(7).empty();
  out.organisation_name = {row.text(9), row.text(10)};
  out.organisation_kind = parse_organisation_kind(row.text(11)).value_or(OrganisationKind::public_body);
  out.party = row.text(12);
  for (const std::string& role : out.roles)
    out.grants.push_back(grant_of(role, out.party, out.organisation, out.user));
  const std::int64_t now = clock_.now().seconds;
  if (row.integer(8) <= now) return out;
  // A role that the other one has lost meanwhile is lost here too.
  for (const store::Row& given :
       t.query("SELECT d.roles, u.id, u.roles, u.organisation, o.acts_for FROM identity_delegation d "
               "JOIN identity_user u ON u.jurisdiction = d.jurisdiction AND u.id = d.from_user "
               "JOIN identity_organisation o ON o.jurisdiction = u.jurisdiction AND o.id = u.organisation "
               "WHERE d.jurisdiction = ? AND d.to_user = ? AND d.ends > ? AND d.revoked = 0 AND u.state = "
               "'active' "
               "AND o.active = 1",
               tenant_, out.user.value, now)) {
    const auto still = words_of(given.text(2));
    for (const std::string& role : words_of(given.text(0)))
      if (contains(still, role))
        out.grants.push_back(grant_of(role, given.text(4), {given.text(3)}, {given.text(1)}));
  }
  return out;
}

Caller Identity::anonymous(std::string_view address) {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first("SELECT roles_version FROM identity_state WHERE jurisdiction = ?", tenant_);
    refresh_roles(t, row ? row->integer(0) : 0);
    Caller out;
    out.address = std::string(address);
    out.roles = {public_role};
    out.grants.push_back(grant_of(public_role, {}, {}, {}));
    return out;
  });
}

void Identity::count_attempt(const std::string& folded, const Caller& who) {
  const std::string hash = sha256_hex(folded);
  const std::int64_t now = clock_.now().seconds;
  const std::int64_t wait = database_.write([&](store::Transaction& t) -> std::int64_t {
    const auto row = t.first(
        "SELECT wrong, wait_until, last_at FROM identity_attempt WHERE jurisdiction = ? AND name_hash = ?",
        tenant_, hash);
    if (row && row->integer(1) > now) return row->integer(1) - now;
    const std::int64_t before = row && row->integer(2) > now - 86400 ? row->integer(0) : 0;
    const std::int64_t wrong = before + 1;
    std::int64_t until = 0;
    if (wrong >= settings_.free_attempts) {
      const std::int64_t doublings = std::min<std::int64_t>(wrong - settings_.free_attempts, 20);
      until = now + std::min(settings_.longest_wait, settings_.first_wait << doublings);
      audit_.append(t, who, {"account.hold", "", AuditOutcome::denied, fmt::format("{} wrong tries", wrong)});
    }
    t.execute(
        "INSERT INTO identity_attempt (jurisdiction, name_hash, wrong, wait_until, last_at) VALUES (?, ?, ?, "
        "?, ?) ON CONFLICT (jurisdiction, name_hash) DO UPDATE SET wrong = excluded.wrong, wait_until = "
        "excluded.wait_until, last_at = excluded.last_at",
        tenant_, hash, wrong, until, now);
    return 0;
  });
  if (wait > 0) throw TooManyAttempts(wait);
}

void Identity::forgive(store::Transaction& t, const std::string& folded, Forgive how) const {
  const std::string hash = sha256_hex(folded);
  if (how == Forgive::all)
    t.execute("DELETE FROM identity_attempt WHERE jurisdiction = ? AND name_hash = ?", tenant_, hash);
  else
    t.execute(
        "UPDATE identity_attempt SET wrong = wrong - 1, wait_until = 0 WHERE jurisdiction = ? AND name_hash "
        "= "
        "? AND wrong > 0",
        tenant_, hash);
}

bool Identity::accept_totp(store::Transaction& t, const Account& account, const std::string& code) const {
  const auto step =
      totp_step(opened(account.totp_secret, account.user.id), code, clock_.now(), account.totp_last_step);
  return step && t.execute(
                     "UPDATE identity_user SET totp_last_step = ? WHERE jurisdiction = ? AND id = ? AND "
                     "totp_last_step < ?",
                     *step, tenant_, account.user.id.value, *step) == 1;
}

SignedIn Identity::sign_in(const Credentials& given) {
  const std::string name = folded(kept(given.name, 200));
  const std::int64_t now = clock_.now().seconds;
  const auto found =
      database_.read([&](store::Transaction& t) { return find_account(t, "name_folded", name); });
  Caller who;
  // What is typed into the field of the name may be a password: only names that exist are written down.
  if (found) {
    who.name = found->user.name;
    who.user = found->user.id;
  }
  who.address = given.address;
  who.request_id = given.request_id;
  count_attempt(name, who);
  const bool right = password_matches(found ? found->password : dummy_hash_, given.password);
  const auto fail = [&](const char* why) {
    audit_.append(who, {"session.open", "", AuditOutcome::failed, why});
  };
  if (!found || !right || found->user.state != UserState::active ||
      (found->one_time_until != 0 && found->one_time_until <= now)) {
    fail(!found                                   ? "unknown name"
         : !right                                 ? "wrong password"
         : found->user.state != UserState::active ? "disabled"
                                                  : "one-time password expired");
    throw refused();
  }
  if (!found->totp_secret.empty() && given.totp.empty()) {
    database_.write([&](store::Transaction& t) { forgive(t, name, Forgive::one); });
    throw Error(codes::totp_required,
                {"请输入手机验证器上的 6 位验证码", "enter the six digits your authenticator shows"},
                {"", 0, 0, "totp"});
  }
  const std::string rehashed = needs_rehash(found->password, settings_.password_cost)
                                   ? hash_password(given.password, settings_.password_cost)
                                   : std::string();
  enum class Outcome : std::uint8_t { in, refused, totp };
  SignedIn out;
  const Outcome outcome = database_.write([&](store::Transaction& t) {
    const auto account = find_account(t, "id", found->user.id.value);
    // Changed while the password was being checked.
    if (!account || account->password != found->password || account->user.state != UserState::active)
      return Outcome::refused;
    if (!account->totp_secret.empty() && !accept_totp(t, *account, given.totp)) return Outcome::totp;
    out.token = entropy_.base64url(32);
    out.ends = {now + settings_.session_absolute};
    const std::string id = entropy_.base64url(16);
    t.execute(
        "INSERT INTO identity_session (jurisdiction, token_hash, id, user_id, created, last_seen, ends, "
        "address, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tenant_, sha256_hex(out.token), id, account->user.id.value, now, now, out.ends.seconds,
        kept(given.address, 100), kept(given.agent, 200));
    t.execute("UPDATE identity_user SET last_sign_in = ?, password = ? WHERE jurisdiction = ? AND id = ?",
              now, rehashed.empty() ? account->password : rehashed, tenant_, account->user.id.value);
    const auto row = t.first(fmt::format("SELECT {} FROM identity_session {}", caller_columns, caller_tables),
                             tenant_, sha256_hex(out.token));
    if (!row) return Outcome::refused;  // the organisation is no longer active
    forgive(t, name, Forgive::all);
    out.caller = caller_from(t, *row);
    out.caller.via = Via::cookie;
    out.caller.session = {id};
    out.caller.address = given.address;
    out.caller.request_id = given.request_id;
    audit_.append(t, out.caller, {"session.open", "session/" + id, AuditOutcome::done, ""});
    return Outcome::in;
  });
  if (outcome == Outcome::totp) {
    fail("wrong one-time code");
    throw Error(
        codes::totp_refused, {"验证码不对或已用过", "the code is wrong or was used before"},
        {"", 0, 0, "totp"},
        {"请等下一个验证码；手机时间须准确", "wait for the next code; the phone's clock must be right"});
  }
  if (outcome == Outcome::refused) {
    fail("account or organisation is off");
    throw refused();
  }
  return out;
}

Caller Identity::caller_of_session(std::string_view token, std::string_view address) {
  const std::string hash = sha256_hex(token);
  const std::int64_t now = clock_.now().seconds;
  std::int64_t last_seen = 0;
  std::int64_t ends = 0;
  auto found = database_.read([&](store::Transaction& t) -> std::optional<Caller> {
    const auto row = t.first(
        fmt::format("SELECT {}, s.last_seen, s.ends FROM identity_session {}", caller_columns, caller_tables),
        tenant_, hash);
    if (!row) return std::nullopt;
    Caller out = caller_from(t, *row);
    out.via = Via::cookie;
    out.session = {row->text(0)};
    out.address = std::string(address);
    last_seen = row->integer(after_caller);
    ends = row->integer(after_caller + 1);
    return out;
  });
  if (!found) throw unknown();
  if (now >= ends || now - last_seen > settings_.session_idle) {
    database_.write([&](store::Transaction& t) {
      if (t.execute("DELETE FROM identity_session WHERE jurisdiction = ? AND token_hash = ?", tenant_,
                    hash) == 1)
        audit_.append(t, *found,
                      {"session.expire", "session/" + found->session.value, AuditOutcome::done, ""});
    });
    throw Error(
        codes::session_over, {"登录已过期", "the session is over"}, {},
        {"请重新登录；未提交的内容已保留为草稿", "sign in again; what was not sent is kept as a draft"});
  }
  if (now - last_seen >= minute)
    database_.write([&](store::Transaction& t) {
      t.execute(
          "UPDATE identity_session SET last_seen = ? WHERE jurisdiction = ? AND token_hash = ? AND last_seen "
          "< "
          "?",
          now, tenant_, hash, now);
    });
  return std::move(*found);
}

Caller Identity::caller_of_token(std::string_view token, std::string_view address) {
  if (!token.starts_with(token_prefix)) throw unknown();
  const std::string hash = sha256_hex(token);
  const std::int64_t now = clock_.now().seconds;
  std::int64_t last_used = 0;
  auto found = database_.read([&](store::Transaction& t) -> std::optional<Caller> {
    const auto row = t.first(fmt::format("SELECT {}, s.scopes, s.expires, s.last_used FROM identity_token {}",
                                         caller_columns, caller_tables),
                             tenant_, hash);
    if (!row || row->integer(after_caller + 1) <= now) return std::nullopt;
    Caller out = caller_from(t, *row);
    const PermissionSet scopes = parse_permissions(row->text(after_caller));
    for (Grant& grant : out.grants) grant.permissions = grant.permissions & scopes;
    out.via = Via::token;
    out.token = {row->text(0)};
    out.address = std::string(address);
    last_used = row->integer(after_caller + 2);
    return out;
  });
  if (!found) throw unknown();
  if (now - last_used >= minute)
    database_.write([&](store::Transaction& t) {
      t.execute("UPDATE identity_token SET last_used = ? WHERE jurisdiction = ? AND token_hash = ?", now,
                tenant_, hash);
    });
  return std::move(*found);
}

void Identity::sign_out(const Caller& caller) {
  caller.require_person();
  revoke_session(caller, caller.session);
}

std::vector<Session> Identity::sessions(const Caller& caller) const {
  caller.require_person();
  const std::int64_t now = clock_.now().seconds;
  return database_.read([&](store::Transaction& t) {
    std::vector<Session> out;
    for (const store::Row& row :
         t.query("SELECT id, created, last_seen, ends, address, agent FROM identity_session WHERE "
                 "jurisdiction = ? "
                 "AND user_id = ? AND ends > ? AND last_seen >= ? ORDER BY last_seen DESC, id",
                 tenant_, caller.user.value, now, now - settings_.session_idle))
      out.push_back({{row.text(0)},
                     caller.user,
                     {row.integer(1)},
                     {row.integer(2)},
                     {row.integer(3)},
                     row.text(4),
                     row.text(5),
                     row.text(0) == caller.session.value});
    return out;
  });
}

void Identity::revoke_session(const Caller& caller, const SessionId& id) {
  caller.require_person();
  database_.write([&](store::Transaction& t) {
    const auto row = t.first("SELECT user_id FROM identity_session WHERE jurisdiction = ? AND id = ?",
                             tenant_, kept(id.value, 100));
    const auto missing = Error(codes::not_found, {"没有这个会话", "there is no such session"});
    if (!row) throw missing;
    if (row->text(0) != caller.user.value) {
      if (!caller.may(Permission::users_manage)) throw missing;
      require_manages(t, caller, account(t, {row->text(0)}));
    }
    t.execute("DELETE FROM identity_session WHERE jurisdiction = ? AND id = ?", tenant_, id.value);
    audit_.append(t, caller, {"session.close", "session/" + id.value, AuditOutcome::done, ""});
  });
}

int Identity::revoke_other_sessions(const Caller& caller) {
  caller.require_person();
  return database_.write([&](store::Transaction& t) {
    const int count = end_sessions(t, caller.user, caller.session);
    audit_.append(t, caller, {"session.close", "others", AuditOutcome::done, std::to_string(count)});
    return count;
  });
}

int Identity::end_sessions(store::Transaction& t, const UserId& user, const SessionId& but) const {
  return static_cast<int>(
      t.execute("DELETE FROM identity_session WHERE jurisdiction = ? AND user_id = ? AND id <> ?", tenant_,
                user.value, but.value));
}

}  // namespace tributary::identity
