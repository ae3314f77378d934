// What identity keeps: organisations, roles, users, sessions, tokens, delegations.
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "identity/permission.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::identity {

// All ids are texts safe in a URL. Those of users, sessions and tokens are random (128 bits) and tell
// nothing.
using UserId = Id<struct UserTag, std::string>;
using OrganisationId = Id<struct OrganisationTag, std::string>;
using SessionId = Id<struct SessionTag, std::string>;  // for listing and revoking; not the cookie's value
using TokenId = Id<struct TokenTag, std::string>;
using DelegationId = Id<struct DelegationTag, std::string>;

// The top of the tree, made from the registry's entry of the tenant.
inline const OrganisationId root_organisation{"root"};
inline constexpr const char* administrator_role = "administrator";
inline constexpr const char* public_role = "public";

using base::to_string;  // ours stand beside those of base

enum class OrganisationKind : std::uint8_t {
  government,
  office,
  department,
  township,
  enterprise,
  third_party,
  public_body
};
std::string_view to_string(OrganisationKind kind);  // "third_party", …
std::optional<OrganisationKind> parse_organisation_kind(std::string_view name);
Text title_of(OrganisationKind kind);

struct Organisation {
  OrganisationId id;  // of a pack: its code; of a division below "div-341602100"; made by hand: random
  Text name;
  OrganisationKind kind = OrganisationKind::department;
  OrganisationId parent;     // empty for the root only
  std::string jurisdiction;  // 12-digit code of the division it acts in
  std::string party;         // registry party it is, may be empty
  std::string acts_for;      // its party, else that of the nearest organisation above that has one
  std::string source;        // the document that names it
  bool active = true;
  std::int64_t version = 1;  // counts changes, for ETag
  Validity exists{};         // from its opening until its closing, as far as known
};

// Whether a role reaches the whole tenant, or what concerns the party of one's own organisation only.
enum class Scope : std::uint8_t { own, tenant };
std::string_view to_string(Scope scope);
std::optional<Scope> parse_scope(std::string_view name);

// Data of the packs; a lower pack replaces a role of the same key.
struct Role {
  std::string key;
  Text title;
  Scope scope = Scope::own;
  PermissionSet permissions;
  std::vector<std::string> excludes;  // roles that the same person may not hold
};

enum class UserState : std::uint8_t { active, disabled };
std::string_view to_string(UserState state);
std::optional<UserState> parse_user_state(std::string_view name);

struct User {
  UserId id;
  std::string name;  // to sign in with; width and case do not matter
  std::string display_name;
  OrganisationId organisation;
  std::vector<std::string> roles;
  UserState state = UserState::active;
  bool must_change_password = false;
  bool totp_enabled = false;
  Instant created;
  std::optional<Instant> last_sign_in;
  std::int64_t version = 1;  // counts changes by administrators, for ETag
};

// Another one's roles for some time. Both people stay themselves: what is done is done by the delegate.
struct Delegation {
  DelegationId id;
  UserId from;
  UserId to;
  std::vector<std::string> roles;
  Date last_day;  // included
  std::string reason;
  Instant created;
  std::optional<Instant> revoked;
};

struct Session {
  SessionId id;
  UserId user;
  Instant created;
  Instant last_seen;  // to the minute
  Instant ends;       // absolute
  std::string address;
  std::string agent;  // as the browser calls itself, cut
  bool current = false;
};

struct ApiToken {
  TokenId id;
  UserId user;
  std::string label;
  PermissionSet scopes;
  Instant created;
  Instant expires;
  std::optional<Instant> last_used;  // to the minute
};

}  // namespace tributary::identity
