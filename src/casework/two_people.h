// What one person asks for, another decides; private.
#pragma once

#include "base/text.h"
#include "casework/casework.h"
#include "casework/codes.h"

#include <algorithm>
#include <string>

namespace tributary::casework {

// Who somebody is in the tables: the user, or the name a command was given under.
inline std::string id_of(const identity::Caller& caller) {
  return caller.user.value.empty() ? caller.name : caller.user.value;
}
inline std::string name_of(const identity::Caller& caller) {
  return caller.display_name.empty() ? caller.name : caller.display_name;
}

// Throws forbidden without the permission for everything, and same_person to whoever asked, also when it is
// their role that was delegated.
inline void require_another(const identity::Caller& caller, identity::Permission permission,
                            const std::string& asked_by) {
  caller.require_all(permission);
  const bool own_right =
      std::any_of(caller.grants.begin(), caller.grants.end(), [&](const identity::Grant& grant) {
        return grant.permissions.has(permission) && grant.scope == identity::Scope::tenant &&
               (grant.of.value.empty() || grant.of.value != asked_by);
      });
  if (id_of(caller) == asked_by || !own_right)
    throw Error(codes::same_person,
                {"申请人不能批准自己的申请", "whoever asked for it may not approve it"}, {},
                {"请由另一位有权限的人办理", "somebody else with the permission decides"});
}

// Words somebody has to write. Throws reason_missing.
inline std::string said(const std::string& words, const char* field, const Text& otherwise) {
  const std::string out(trim(words));
  if (out.empty() || out.size() > 3000 || !is_utf8(out))
    throw FormError(codes::reason_missing, {{field, otherwise}});
  return out;
}

inline Error unknown_request() {
  return {codes::unknown_request, {"没有这项申请，或您无权查看", "there is no such request, or you may not see it"}};
}
inline Error already_decided() {
  return {codes::already_decided, {"这项申请已经办结", "this request was decided already"}};
}

}  // namespace tributary::casework
