// Who may come in and what they may do: organisations, roles, users, sessions, tokens, delegations, and the
// trail of it all.
//
// Every method opens its own transaction. An Identity belongs to one thread, like its Database; several over
// the same database agree. Whatever changes something needs a Caller who may, and is noted in the trail in
// the same transaction.
#pragma once

#include "base/time.h"
#include "identity/audit.h"
#include "identity/caller.h"
#include "identity/entropy.h"
#include "identity/identity_files.h"
#include "identity/password.h"
#include "identity/types.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::identity {

std::span<const store::Migration> migrations();

struct Settings {
  PasswordCost password_cost{};
  std::int64_t session_idle = std::int64_t{30} * 60;         // seconds
  std::int64_t session_absolute = std::int64_t{12} * 3600;   // seconds
  int free_attempts = 5;                                     // wrong ones before the first wait
  std::int64_t first_wait = 30;                              // seconds; doubles with each further one
  std::int64_t longest_wait = std::int64_t{15} * 60;         // seconds
  std::int64_t one_time_password = std::int64_t{7} * 86400;  // seconds it may be used
  std::int64_t reset_link = std::int64_t{24} * 3600;         // seconds it may be used
  int longest_token = 366;                                   // days
  int longest_delegation = 184;                              // days
  std::string issuer = "Tributary";                          // shown by the authenticator
  // Keys that encrypt the secrets of authenticators at rest (key_file.h), the newest last. Empty: they are
  // stored as they are.
  std::string key{};
};

// The error of a name that must wait.
class TooManyAttempts : public Error {
 public:
  explicit TooManyAttempts(std::int64_t wait);
  std::int64_t wait() const { return wait_; }  // seconds, for Retry-After

 private:
  std::int64_t wait_;
};

struct Credentials {
  std::string name;
  std::string password;
  std::string totp;  // empty: not given
  std::string address;
  std::string agent;
  std::string request_id;
};

struct SignedIn {
  std::string token;  // the cookie's value; only its hash is kept
  Caller caller;
  Instant ends;
};

struct NewUser {
  std::string name;
  std::string display_name;
  OrganisationId organisation;
  std::vector<std::string> roles;
};

// A password that works once, to be changed at the first sign-in.
struct OneTimePassword {
  User user;
  std::string password;
};

// What is to change; empty: stays.
struct UserChange {
  std::optional<std::string> display_name{};
  std::optional<OrganisationId> organisation{};
  std::optional<std::vector<std::string>> roles{};
  std::optional<UserState> state{};
  bool remove_totp = false;  // the phone is lost
};

struct NewOrganisation {
  Text name;
  OrganisationKind kind = OrganisationKind::enterprise;
  OrganisationId parent = root_organisation;
  std::string jurisdiction{};  // empty: the parent's
  std::string party{};         // must be in the registry if given
  std::string source{};
};

struct OrganisationChange {
  std::optional<Text> name{};
  std::optional<OrganisationId> parent{};
  std::optional<std::string> jurisdiction{};
  std::optional<std::string> party{};
  std::optional<bool> active{};
};

struct UserFilter {
  std::string organisation{};  // id
  std::string role{};
  std::string text{};  // in the name or display name
  std::optional<UserState> state{};
};

struct ApplyCounts {
  int added = 0;
  int changed = 0;
  int unchanged = 0;
  bool operator==(const ApplyCounts&) const = default;
};

struct TotpStart {
  std::string secret;  // base32
  std::string uri;     // otpauth://…
};

// The token by which a form of the console proves that it is ours; derived from the session's token.
std::string csrf_token(std::string_view session_token);
bool csrf_matches(std::string_view session_token, std::string_view given);  // in constant time

// What organisations are called, by id; no secret. Within a transaction of the caller's.
std::map<std::string, Text> organisation_names(store::Transaction& t, const std::string& tenant);
// Every organisation there is or was, by id, inside a transaction of the caller; no secret.
std::optional<Organisation> organisation_in(store::Transaction& transaction, const std::string& tenant,
                                            const std::string& id);
std::map<std::string, Organisation> all_organisations(store::Transaction& transaction,
                                                      const std::string& tenant);

class Identity {
 public:
  // All references must outlive it; the database is migrated, the registry applied.
  Identity(store::Database& database, std::string tenant, const Clock& clock, Entropy& entropy,
           Settings settings = {});

  // ---- what the packs and the registry say
  // Roles and organisations of the packs (upper ones first), the root and the townships of the registry. A
  // role or pack organisation that is no longer named loses its effect: the role has no permissions, the
  // organisation is inactive. Idempotent.
  ApplyCounts apply(const IdentityData& data);
  // The first person: when there is no user at all. The password is told only here.
  std::optional<OneTimePassword> ensure_administrator();

  // ---- coming in
  // Throws sign_in_refused (unknown, wrong, disabled, expired one-time password: all alike, in the same
  // time), TooManyAttempts, totp_required, totp_refused.
  SignedIn sign_in(const Credentials& credentials);
  // Throws not_signed_in when there is no such session, session_over when it ended.
  Caller caller_of_session(std::string_view token, std::string_view address = {});
  // Throws not_signed_in for an unknown, revoked or expired token.
  Caller caller_of_token(std::string_view token, std::string_view address = {});
  // Nobody in particular: has what the role «public» has.
  Caller anonymous(std::string_view address = {});
  // Who works at the machine's command line, with every permission; for the CLI only.
  Caller command(const std::string& name) const;
  void sign_out(const Caller& caller);

  std::vector<Session> sessions(const Caller& caller) const;
  // One's own; another's with users.manage. Throws not_found.
  void revoke_session(const Caller& caller, const SessionId& id);
  // All but the present one. Returns how many.
  int revoke_other_sessions(const Caller& caller);

  // ---- one's own secrets
  // Throws sign_in_refused for a wrong old one (counted like a sign-in), weak_password. Ends one's other
  // sessions and links.
  void change_password(const Caller& caller, const std::string& old_password,
                       const std::string& new_password);
  // Throws totp_state when it is on already.
  TotpStart start_totp(const Caller& caller);
  void confirm_totp(const Caller& caller, const std::string& code);      // throws totp_refused, totp_state
  void disable_totp(const Caller& caller, const std::string& password);  // throws sign_in_refused, totp_state

  // How many secrets of authenticators each key opens, by its id; "": stored as they are, "?": none does.
  std::map<std::string, std::int64_t> secrets_by_key() const;
  // All of them sealed by the newest key. Returns how many were not. Throws bad_key, then nothing is changed.
  std::int64_t reseal_secrets();

  // Returns the token, told only here. Scopes must lie within what the caller may (bad_token_request).
  struct IssuedToken {
    ApiToken token;
    std::string secret;
  };
  IssuedToken issue_token(const Caller& caller, const std::string& label, const PermissionSet& scopes,
                          Instant expires);
  std::vector<ApiToken> tokens(const Caller& caller) const;
  void revoke_token(const Caller& caller, const TokenId& id);

  // ---- by an administrator
  std::vector<Organisation> organisations(const Caller& caller) const;  // needs organisations.read
  Organisation organisation(const Caller& caller, const OrganisationId& id) const;
  // What organisations are called, by id; no secret.
  std::map<std::string, Text> organisation_names() const;
  Organisation create_organisation(const Caller& caller, const NewOrganisation& organisation);
  Organisation change_organisation(const Caller& caller, const OrganisationId& id,
                                   const OrganisationChange& change, std::optional<std::int64_t> version);

  std::vector<Role> roles();  // in order of key; those without effect left out

  // In order of name; `after` is the name of the last one of the page before.
  std::vector<User> users(const Caller& caller, const UserFilter& filter, std::size_t limit,
                          const std::string& after = {}) const;
  User user(const Caller& caller, const UserId& id) const;  // oneself always; others need users.read
  User user_named(const Caller& caller, const std::string& name) const;
  std::vector<User> colleagues(const Caller& caller) const;  // the active ones of one's own organisation
  OneTimePassword create_user(const Caller& caller, const NewUser& user);
  // `version`: what the caller saw (If-Match); throws changed_meanwhile. Nobody changes one's own roles,
  // organisation or state (same_person); the last active administrator stays (last_administrator).
  User change_user(const Caller& caller, const UserId& id, const UserChange& change,
                   std::optional<std::int64_t> version);
  // A new one-time password in place of the old; ends all sessions.
  OneTimePassword renew_password(const Caller& caller, const UserId& id);
  // A token for a link that sets the password once.
  std::string issue_reset(const Caller& caller, const UserId& id);
  // Throws link_refused, weak_password. Ends all sessions.
  User reset_password(const std::string& token, const std::string& new_password,
                      std::string_view address = {});

  // ---- delegation
  // The caller gives own roles to a colleague of the same organisation until a day included. What the
  // delegate does is done by the delegate: duties stay separated by person.
  Delegation delegate(const Caller& caller, const UserId& to, const std::vector<std::string>& roles,
                      Date last_day, const std::string& reason);
  std::vector<Delegation> delegations(const Caller& caller) const;  // from and to the caller, the live ones
  void revoke_delegation(const Caller& caller, const DelegationId& id);

  // ---- the trail
  Audit& audit() { return audit_; }
  // A refusal by a permission, as the faces catch it.
  void note_denied(const Caller& caller, const std::string& action, const std::string& object,
                   const Error& error);

  // Removes what is long over: sessions, links, tokens, attempts. Returns the rows.
  std::int64_t sweep();

  const Settings& settings() const { return settings_; }

 private:
  struct Account;  // a user with what only this module may see
  enum class Forgive : std::uint8_t { one, all };

  std::optional<Account> find_account(store::Transaction& t, std::string_view column,
                                      const std::string& value) const;
  Account account(store::Transaction& t, const UserId& id) const;                         // throws not_found
  Organisation find_organisation(store::Transaction& t, const OrganisationId& id) const;  // throws not_found
  // That the permission reaches the organisation, or the user (whose roles may not reach further).
  void require_reach(store::Transaction& t, const Caller& caller, Permission permission,
                     const OrganisationId& organisation) const;
  void require_manages(store::Transaction& t, const Caller& caller, const Account& account);
  bool lies_within(store::Transaction& t, OrganisationId organisation, const OrganisationId& branch) const;
  std::optional<std::vector<std::string>> reached(store::Transaction& t, const Caller& caller,
                                                  Permission permission) const;

  void read_roles(store::Transaction& t);
  void refresh_roles(store::Transaction& t, std::int64_t version);
  void check_roles(store::Transaction& t, const Caller& caller, const std::vector<std::string>& roles);
  void check_exclusions(const std::vector<std::string>& roles) const;
  // Given to the user by others, today.
  std::vector<std::string> delegated_roles(store::Transaction& t, const UserId& user) const;
  Grant grant_of(const std::string& role, const std::string& party, const OrganisationId& organisation,
                 const UserId& of) const;
  Caller caller_from(store::Transaction& t, const store::Row& row);
  void keep_an_administrator(store::Transaction& t) const;
  void recompute_acts_for(store::Transaction& t) const;

  void count_attempt(const std::string& folded, const Caller& who);
  void forgive(store::Transaction& t, const std::string& folded, Forgive how) const;
  bool accept_totp(store::Transaction& t, const Account& account, const std::string& code) const;
  void require_own_password(const Caller& caller, const Account& account, const std::string& password);
  void set_password(store::Transaction& t, const UserId& user, const std::string& hash,
                    std::int64_t one_time_until) const;
  int end_sessions(store::Transaction& t, const UserId& user, const SessionId& but) const;
  void require_strong(store::Transaction& t, const Account& account, const std::string& password) const;
  OneTimePassword insert_user(store::Transaction& t, const Caller& caller, const NewUser& user);
  std::string sealed(std::string_view secret, const UserId& user);
  std::string opened(const std::string& stored, const UserId& user) const;
  std::optional<std::pair<std::string, std::string>> opened_and_key(const std::string& stored,
                                                                    const UserId& user) const;
  std::string new_one_time_password();

  store::Database& database_;
  std::string tenant_;
  const Clock& clock_;
  Entropy& entropy_;
  Settings settings_;
  Audit audit_;
  std::string dummy_hash_;  // for names that do not exist
  std::map<std::string, Role> roles_;
  std::int64_t roles_version_ = -1;
};

}  // namespace tributary::identity
