// One's own secrets: passwords, authenticators, tokens; and the links that set a password.
#include "base/text.h"
#include "identity/account.h"
#include "identity/codes.h"
#include "identity/key_file.h"
#include "identity/totp.h"

#include <array>

#include <fmt/format.h>
#include <sodium.h>

namespace tributary::identity {
namespace {

static_assert(key_size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view encrypted = "xchacha20poly1305:";
constexpr std::string_view plain = "plain:";

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Error link_refused() {
  return {codes::link_refused,
          {"链接无效：已用过、已过期或不完整", "the link is not valid: used, expired or incomplete"},
          {},
          {"请联系系统管理员重新发一个", "ask an administrator for a new one"}};
}

}  // namespace

// Bound to the tenant and the user, so that a text moved to another row does not open.
std::string Identity::sealed(std::string_view secret, const UserId& user) {
  if (settings_.key.empty()) return std::string(plain) + base32_text(secret);
  const std::string key = keys_of(settings_.key).back();
  const std::string nonce = entropy_.bytes(nonce_bytes);
  const std::string about = tenant_ + "/" + user.value;
  std::string cipher(secret.size() + tag_bytes, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(cipher.data()), nullptr,
                                             raw(secret), secret.size(), raw(about), about.size(), nullptr,
                                             raw(nonce), raw(key));
  return std::string(encrypted) + base32_text(nonce + cipher);
}

// The texts do not say which key sealed them: each is tried, the cipher tells a wrong one.
std::optional<std::pair<std::string, std::string>> Identity::opened_and_key(const std::string& stored,
                                                                            const UserId& user) const {
  if (stored.starts_with(plain))
    return std::pair{base32_bytes(stored.substr(plain.size())).value_or(""), std::string()};
  if (!stored.starts_with(encrypted)) return std::nullopt;
  const std::string bytes = base32_bytes(stored.substr(encrypted.size())).value_or("");
  if (bytes.size() < nonce_bytes + tag_bytes) return std::nullopt;
  const std::string about = tenant_ + "/" + user.value;
  std::string out(bytes.size() - nonce_bytes - tag_bytes, '\0');
  for (const std::string& key : keys_of(settings_.key))
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            reinterpret_cast<unsigned char*>(out.data()), nullptr, nullptr, raw(bytes) + nonce_bytes,
            bytes.size() - nonce_bytes, raw(about), about.size(), raw(bytes), raw(key)) == 0)
      return std::pair{out, id_of_key(key)};
  return std::nullopt;
}

std::string Identity::opened(const std::string& stored, const UserId& user) const {
  const auto found = opened_and_key(stored, user);
  if (!found)
    throw Error(codes::bad_key,
                {"验证器密钥无法解开：密钥文件不是原来的那个",
                 "the authenticator's secret cannot be opened: the key file is not the one it was"},
                {}, {"请从备份恢复密钥文件", "restore the key file from the backup"});
  return found->first;
}

namespace {

constexpr const char* select_secrets =
    "SELECT id, totp_secret, totp_pending FROM identity_user WHERE jurisdiction = ? AND (totp_secret <> '' "
    "OR "
    "totp_pending <> '') ORDER BY id";

}  // namespace

std::map<std::string, std::int64_t> Identity::secrets_by_key() const {
  std::map<std::string, std::int64_t> out;
  database_.read([&](store::Transaction& t) {
    for (const store::Row& row : t.query(select_secrets, tenant_))
      for (const int column : {1, 2})
        if (const std::string text = row.text(column); !text.empty()) {
          const auto found = opened_and_key(text, {row.text(0)});
          ++out[found ? found->second : "?"];
        }
  });
  return out;
}

std::int64_t Identity::reseal_secrets() {
  return database_.write([&](store::Transaction& t) {
    std::int64_t changed = 0;
    const std::string newest = id_of_key(keys_of(settings_.key).back());
    for (const store::Row& row : t.query(select_secrets, tenant_)) {
      const UserId user{row.text(0)};
      const auto fresh = [&](const std::string& text) {
        if (text.empty()) return text;
        const auto found = opened_and_key(text, user);
        if (found && found->second == newest) return text;
        ++changed;
        return sealed(opened(text, user), user);
      };
      t.execute(
          "UPDATE identity_user SET totp_secret = ?, totp_pending = ? WHERE jurisdiction = ? AND id = ?",
          fresh(row.text(1)), fresh(row.text(2)), tenant_, user.value);
    }
    return changed;
  });
}

std::string Identity::new_one_time_password() {
  const std::string text = entropy_.base32(20);  // 100 bits
  return fmt::format("{}-{}-{}-{}", text.substr(0, 5), text.substr(5, 5), text.substr(10, 5),
                     text.substr(15, 5));
}

void Identity::require_strong(store::Transaction& t, const Account& account,
                              const std::string& password) const {
  const Organisation organisation = find_organisation(t, account.user.organisation);
  const std::array names{account.user.name, account.user.display_name, organisation.name.zh,
                         organisation.name.en};
  if (const auto weakness = password_weakness(password, names))
    throw Error(codes::weak_password, *weakness, {"", 0, 0, "new"},
                {"几个不相干的词连起来既好记又难猜",
                 "a few unrelated words together are easy to keep and hard to guess"});
}

void Identity::set_password(store::Transaction& t, const UserId& user, const std::string& hash,
                            std::int64_t one_time_until) const {
  t.execute("UPDATE identity_user SET password = ?, one_time_until = ? WHERE jurisdiction = ? AND id = ?",
            hash, one_time_until, tenant_, user.value);
  t.execute("DELETE FROM identity_reset WHERE jurisdiction = ? AND user_id = ?", tenant_, user.value);
}

void Identity::require_own_password(const Caller& caller, const Account& account,
                                    const std::string& password) {
  count_attempt(account.folded, caller);
  if (!password_matches(account.password, password)) {
    audit_.append(caller, {"password.check", "user/" + account.user.id.value, AuditOutcome::failed, ""});
    throw Error(codes::sign_in_refused, {"现用密码不对", "the present password is wrong"}, {"", 0, 0, "old"});
  }
  database_.write([&](store::Transaction& t) { forgive(t, account.folded, Forgive::all); });
}

void Identity::change_password(const Caller& caller, const std::string& old_password,
                               const std::string& new_password) {
  caller.require_person();
  const Account before = database_.read([&](store::Transaction& t) { return account(t, caller.user); });
  require_own_password(caller, before, old_password);
  if (old_password == new_password)
    throw Error(codes::weak_password, {"新密码与现用密码相同", "the new password is the old one"},
                {"", 0, 0, "new"});
  database_.read([&](store::Transaction& t) { require_strong(t, before, new_password); });
  const std::string hash = hash_password(new_password, settings_.password_cost);
  database_.write([&](store::Transaction& t) {
    set_password(t, caller.user, hash, 0);
    end_sessions(t, caller.user, caller.session);
    audit_.append(t, caller, {"password.change", "user/" + caller.user.value, AuditOutcome::done, ""});
  });
}

TotpStart Identity::start_totp(const Caller& caller) {
  require_settled_person(caller);
  const std::string secret = entropy_.bytes(20);
  return database_.write([&](store::Transaction& t) {
    const Account found = account(t, caller.user);
    if (!found.totp_secret.empty())
      throw Error(codes::totp_state, {"验证器已经开启", "the authenticator is on already"}, {},
                  {"要换手机，请先关闭再开启", "to change the phone, turn it off and on again"});
    t.execute("UPDATE identity_user SET totp_pending = ? WHERE jurisdiction = ? AND id = ?",
              sealed(secret, caller.user), tenant_, caller.user.value);
    return TotpStart{base32_text(secret), totp_uri(secret, settings_.issuer, found.user.name)};
  });
}

void Identity::confirm_totp(const Caller& caller, const std::string& code) {
  require_settled_person(caller);
  database_.write([&](store::Transaction& t) {
    const Account found = account(t, caller.user);
    if (found.totp_pending.empty())
      throw Error(codes::totp_state, {"还没有开始设置验证器", "no authenticator is being set up"}, {},
                  {"请重新扫描二维码", "scan the code again"});
    const auto step = totp_step(opened(found.totp_pending, caller.user), code, clock_.now(), 0);
    if (!step)
      throw Error(codes::totp_refused, {"验证码不对", "the code is wrong"}, {"", 0, 0, "code"},
                  {"手机时间须准确", "the phone's clock must be right"});
    t.execute(
        "UPDATE identity_user SET totp_secret = totp_pending, totp_pending = '', totp_last_step = ? WHERE "
        "jurisdiction = ? AND id = ?",
        *step, tenant_, caller.user.value);
    audit_.append(t, caller, {"totp.enable", "user/" + caller.user.value, AuditOutcome::done, ""});
  });
}

void Identity::disable_totp(const Caller& caller, const std::string& password) {
  require_settled_person(caller);
  const Account found = database_.read([&](store::Transaction& t) { return account(t, caller.user); });
  if (found.totp_secret.empty())
    throw Error(codes::totp_state, {"验证器没有开启", "the authenticator is off already"});
  require_own_password(caller, found, password);
  database_.write([&](store::Transaction& t) {
    t.execute(
        "UPDATE identity_user SET totp_secret = '', totp_pending = '' WHERE jurisdiction = ? AND id = ?",
        tenant_, caller.user.value);
    audit_.append(t, caller, {"totp.disable", "user/" + caller.user.value, AuditOutcome::done, ""});
  });
}

Identity::IssuedToken Identity::issue_token(const Caller& caller, const std::string& label,
                                            const PermissionSet& scopes, Instant expires) {
  require_settled_person(caller);
  const auto bad = [](const Text& why, const char* field) {
    return Error(codes::bad_token_request, why, {"", 0, 0, field});
  };
  if (trim(label).empty() || characters(label) > 80 || !is_utf8(label))
    throw bad({"请给令牌起个名字（至多 80 字）", "give the token a name of at most 80 characters"}, "label");
  if (scopes.empty()) throw bad({"请至少选一项权限", "choose at least one permission"}, "scopes");
  if (!scopes.within(caller.permissions()))
    throw bad({"令牌的权限不能超出您自己的权限", "a token may not reach further than you do"}, "scopes");
  const Instant now = clock_.now();
  if (expires <= now || expires.seconds > now.seconds + std::int64_t{settings_.longest_token} * 86400)
    throw bad({fmt::format("有效期应在 1 天到 {} 天之间", settings_.longest_token),
               fmt::format("it may last from 1 to {} days", settings_.longest_token)},
              "expires");
  return database_.write([&](store::Transaction& t) {
    IssuedToken out;
    out.secret = "trb_" + entropy_.base64url(32);
    out.token = {{entropy_.base64url(16)}, caller.user, std::string(trim(label)), scopes, now, expires, {}};
    t.execute(
        "INSERT INTO identity_token (jurisdiction, token_hash, id, user_id, label, scopes, created, expires, "
        "last_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        tenant_, sha256_hex(out.secret), out.token.id.value, caller.user.value, kept(out.token.label, 400),
        to_string(scopes), now.seconds, expires.seconds);
    audit_.append(t, caller,
                  {"token.issue", "token/" + out.token.id.value, AuditOutcome::done, to_string(scopes)});
    return out;
  });
}

std::vector<ApiToken> Identity::tokens(const Caller& caller) const {
  caller.require_person();
  return database_.read([&](store::Transaction& t) {
    std::vector<ApiToken> out;
    for (const store::Row& row : t.query("SELECT id, label, scopes, created, expires, last_used FROM "
                                         "identity_token WHERE jurisdiction = ? "
                                         "AND user_id = ? ORDER BY created, id",
                                         tenant_, caller.user.value)) {
      ApiToken token{{row.text(0)},    caller.user,      row.text(1), parse_permissions(row.text(2)),
                     {row.integer(3)}, {row.integer(4)}, {}};
      if (row.integer(5) != 0) token.last_used = Instant{row.integer(5)};
      out.push_back(std::move(token));
    }
    return out;
  });
}

void Identity::revoke_token(const Caller& caller, const TokenId& id) {
  caller.require_person();
  database_.write([&](store::Transaction& t) {
    if (t.execute("DELETE FROM identity_token WHERE jurisdiction = ? AND id = ? AND user_id = ?", tenant_,
                  kept(id.value, 100), caller.user.value) == 0)
      throw Error(codes::not_found, {"没有这个令牌", "there is no such token"});
    audit_.append(t, caller, {"token.revoke", "token/" + id.value, AuditOutcome::done, ""});
  });
}

OneTimePassword Identity::renew_password(const Caller& caller, const UserId& id) {
  const std::string password = new_one_time_password();
  const std::string hash = hash_password(password, settings_.password_cost);
  return database_.write([&](store::Transaction& t) {
    const Account before = account(t, id);
    require_manages(t, caller, before);
    if (caller.user == id)
      throw Error(codes::same_person, {"自己的密码请用“修改密码”", "change your own password as yourself"});
    set_password(t, id, hash, clock_.now().seconds + settings_.one_time_password);
    end_sessions(t, id, {});
    forgive(t, before.folded, Forgive::all);
    audit_.append(t, caller, {"password.renew", "user/" + id.value, AuditOutcome::done, before.user.name});
    return OneTimePassword{account(t, id).user, password};
  });
}

std::string Identity::issue_reset(const Caller& caller, const UserId& id) {
  return database_.write([&](store::Transaction& t) {
    const Account found = account(t, id);
    require_manages(t, caller, found);
    if (caller.user == id)
      throw Error(codes::same_person, {"自己的密码请用“修改密码”", "change your own password as yourself"});
    const std::string token = entropy_.base64url(32);
    t.execute("DELETE FROM identity_reset WHERE jurisdiction = ? AND user_id = ?", tenant_, id.value);
    t.execute(
        "INSERT INTO identity_reset (jurisdiction, token_hash, user_id, issued_by, expires) VALUES (?, ?, ?, "
        "?, ?)",
        tenant_, sha256_hex(token), id.value, kept(caller.name, 200),
        clock_.now().seconds + settings_.reset_link);
    audit_.append(t, caller, {"password.link", "user/" + id.value, AuditOutcome::done, found.user.name});
    return token;
  });
}

User Identity::reset_password(const std::string& token, const std::string& new_password,
                              std::string_view address) {
  const std::string hash = sha256_hex(token);
  const auto holder = [&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT user_id FROM identity_reset WHERE jurisdiction = ? AND token_hash = ? AND expires > ?",
        tenant_, hash, clock_.now().seconds);
    if (!row) throw link_refused();
    const Account found = account(t, {row->text(0)});
    if (found.user.state != UserState::active) throw link_refused();
    return found;
  };
  database_.read([&](store::Transaction& t) { require_strong(t, holder(t), new_password); });
  const std::string password = hash_password(new_password, settings_.password_cost);
  return database_.write([&](store::Transaction& t) {
    const Account found = holder(t);  // a link works once
    set_password(t, found.user.id, password, 0);
    end_sessions(t, found.user.id, {});
    forgive(t, found.folded, Forgive::all);
    Caller who;
    who.user = found.user.id;
    who.name = found.user.name;
    who.address = std::string(address);
    audit_.append(t, who, {"password.reset", "user/" + found.user.id.value, AuditOutcome::done, ""});
    return account(t, found.user.id).user;
  });
}

}  // namespace tributary::identity
