#include "identity/caller.h"

#include "identity/codes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

void require_settled(const Caller& caller) {
  if (!caller.known())
    throw Error(codes::not_signed_in, {"请先登录", "sign in first"}, {},
                {"登录后再试", "sign in and try again"});
  if (caller.must_change_password)
    throw Error(codes::must_change_password,
                {"一次性密码只能用来设置新密码", "a one-time password only serves to set your own"}, {},
                {"请先设置自己的密码", "set your own password first"});
}

[[noreturn]] void refuse(Permission permission) {
  const Text title = title_of(permission);
  throw Error(codes::forbidden,
              {fmt::format("您没有“{}”的权限", title.zh), fmt::format("you may not {}", title.en)},
              {"", 0, 0, std::string(key_of(permission))},
              {"需要时请联系本单位的系统管理员", "ask your administrator if you need to"});
}

}  // namespace

std::string_view to_string(Via via) {
  constexpr std::array<std::string_view, 4> names{"anonymous", "cookie", "token", "command"};
  return names[static_cast<std::size_t>(via)];
}

PermissionSet Caller::permissions() const {
  PermissionSet out;
  for (const Grant& grant : grants) out = out | grant.permissions;
  return out;
}

bool Caller::may(Permission permission) const {
  return !must_change_password && std::any_of(grants.begin(), grants.end(),
                                              [&](const Grant& g) { return g.permissions.has(permission); });
}

bool Caller::may(Permission permission, std::string_view of) const {
  return !must_change_password && std::any_of(grants.begin(), grants.end(), [&](const Grant& g) {
    return g.permissions.has(permission) && (g.scope == Scope::tenant || (!of.empty() && g.party == of));
  });
}

bool Caller::may_all(Permission permission) const {
  return !must_change_password && std::any_of(grants.begin(), grants.end(), [&](const Grant& g) {
    return g.permissions.has(permission) && g.scope == Scope::tenant;
  });
}

std::optional<std::set<std::string>> Caller::parties(Permission permission) const {
  if (may_all(permission)) return std::nullopt;
  std::set<std::string> out;
  if (must_change_password) return out;
  for (const Grant& grant : grants)
    if (grant.permissions.has(permission) && !grant.party.empty()) out.insert(grant.party);
  return out;
}

void Caller::require(Permission permission) const {
  if (may(permission)) return;
  require_settled(*this);
  refuse(permission);
}

void Caller::require(Permission permission, std::string_view of) const {
  if (may(permission, of)) return;
  require_settled(*this);
  refuse(permission);
}

void Caller::require_all(Permission permission) const {
  if (may_all(permission)) return;
  require_settled(*this);
  refuse(permission);
}

void Caller::require_person() const {
  if (via == Via::anonymous)
    throw Error(codes::not_signed_in, {"请先登录", "sign in first"}, {},
                {"登录后再试", "sign in and try again"});
  if (via != Via::cookie)
    throw Error(codes::person_required,
                {"此操作须本人登录后进行，不能用访问令牌", "this needs a person signed in, not a token"}, {},
                {"请在网页上登录后操作", "sign in on the web page"});
}

}  // namespace tributary::identity
