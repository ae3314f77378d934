// Who is asking, and what they may do. Made by Identity, passed by value through the faces into every piece
// of work.
#pragma once

#include "identity/types.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::identity {

enum class Via : std::uint8_t { anonymous, cookie, token, command };
std::string_view to_string(Via via);

// Some permissions, for the whole tenant or for what concerns one party. The last may be empty: then an
// own-scope grant reaches nothing that belongs to a party.
struct Grant {
  PermissionSet permissions;
  Scope scope = Scope::own;
  std::string party;
  OrganisationId organisation;  // the branch of the tree that an own-scope grant reaches
  std::string role;
  UserId of;  // whose role it is: the caller's own, or the one who delegated it
};

struct Caller {
  UserId user;  // empty for anonymous and command
  std::string name;
  std::string display_name;
  OrganisationId organisation;
  Text organisation_name;
  OrganisationKind organisation_kind = OrganisationKind::public_body;
  std::string party;  // what the organisation acts for; may be empty
  std::vector<std::string> roles;
  std::vector<Grant> grants;
  Via via = Via::anonymous;
  SessionId session;  // by cookie
  TokenId token;      // by token
  bool must_change_password = false;
  bool totp_enabled = false;
  std::string address;     // set by the face, kept in the trail
  std::string request_id;  // set by the face, kept in the trail

  bool known() const { return via != Via::anonymous; }
  // What statements and the trail call this person: the sign-in name.
  const std::string& by() const { return name; }

  PermissionSet permissions() const;
  // At least for something.
  bool may(Permission permission) const;
  // For what concerns this party.
  bool may(Permission permission, std::string_view party) const;
  // For everything of the tenant.
  bool may_all(Permission permission) const;
  // The parties the permission reaches; nothing: all of them. For bounding queries.
  std::optional<std::set<std::string>> parties(Permission permission) const;

  // The same, throwing: not_signed_in for an anonymous caller, must_change_password before the one-time
  // password is changed, else forbidden. The message for one party does not tell whether it exists.
  void require(Permission permission) const;
  void require(Permission permission, std::string_view party) const;
  void require_all(Permission permission) const;
  // Somebody at a keyboard, not a token: for passwords, sessions, tokens. Throws not_signed_in,
  // person_required.
  void require_person() const;
};

}  // namespace tributary::identity
