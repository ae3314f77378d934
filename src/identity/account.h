// A user with what only this module may see, and the SQL rows of the module; private.
#pragma once

#include "identity/identity.h"
#include "identity/words.h"

#include <string>

#include <fmt/format.h>

namespace tributary::identity {

struct Identity::Account {
  User user;
  std::string folded;
  std::string password;
  std::int64_t one_time_until = 0;
  std::string totp_secret;
  std::string totp_pending;
  std::int64_t totp_last_step = 0;
  std::int64_t delegated_until = 0;
};

inline constexpr const char* user_columns =
    "id, name, display_name, organisation, roles, state, one_time_until, totp_secret, created, last_sign_in, "
    "version";
inline User user_of(const store::Row& row) {
  User u;
  u.id = {row.text(0)};
  u.name = row.text(1);
  u.display_name = row.text(2);
  u.organisation = {row.text(3)};
  u.roles = words_of(row.text(4));
  u.state = parse_user_state(row.text(5)).value_or(UserState::disabled);
  u.must_change_password = row.integer(6) != 0;
  u.totp_enabled = !row.text(7).empty();
  u.created = {row.integer(8)};
  if (row.integer(9) != 0) u.last_sign_in = Instant{row.integer(9)};
  u.version = row.integer(10);
  return u;
}

inline constexpr const char* organisation_columns =
    "id, name_zh, name_en, kind, parent, area, party, acts_for, source, active, version, opened, "
    "closed";
inline Organisation organisation_of(const store::Row& row) {
  Organisation o;
  o.id = {row.text(0)};
  o.name = {row.text(1), row.text(2)};
  o.kind = parse_organisation_kind(row.text(3)).value_or(OrganisationKind::public_body);
  o.parent = {row.text(4)};
  o.jurisdiction = row.text(5);
  o.party = row.text(6);
  o.acts_for = row.text(7);
  o.source = row.text(8);
  o.active = row.integer(9) != 0;
  o.version = row.integer(10);
  if (!row.text(11).empty()) o.exists.from = parse_date(row.text(11));
  if (!row.text(12).empty()) o.exists.to = parse_date(row.text(12));
  return o;
}

// A person settled in: signed in by a person, and the one-time password changed.
void require_settled_person(const Caller& caller);

}  // namespace tributary::identity
