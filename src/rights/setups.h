// What is set up by two persons, one after the other: caps, permits, accounts and their status, savings, trusted accounts.
//
// Nothing of it holds until the second person agrees; then Rights does it and its journal names both. What speaks
// against it is told when it is proposed as far as it can be known, and again when it is agreed to.
#pragma once

#include "rights/rights.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::rights {

enum class SetupKind : std::uint8_t { cap = 1, permit, status, account, saving, trust, distrust };
std::string_view to_string(SetupKind kind);
std::optional<SetupKind> parse_setup_kind(std::string_view name);
Text title_of(SetupKind kind);
std::optional<AccountStatus> parse_account_status(std::string_view name);

// Which field goes with which kind; others stay empty.
struct Setup {
  SetupKind kind = SetupKind::cap;
  std::string instrument{};                           // cap, saving
  Part cap{};                                         // cap
  std::string account{};                              // permit, status, account; saving: whose it is; trust: who trusts
  std::string permit{};                               // permit
  std::optional<Month> permit_to{};                   // permit
  AccountStatus status = AccountStatus::open;         // status
  std::string owner{};                                // account: party code
  AccountType type = AccountType::holding;            // account
  std::string saving{};                               // saving: its id
  std::int64_t volume = 0;                            // saving
  std::string trusted{};                              // trust, distrust: the account it trusts
  int working_days = 0;                               // trust: until it counts, see Rights::trust
  bool operator==(const Setup&) const = default;
};

struct SetupChange {
  std::string key;
  Setup is;
  TransactionState state = TransactionState::proposed;
  std::string initiator, approver;
  std::string reason;  // of the first person: the document
  std::string rule;
  std::string note;  // of whoever decided
  Instant proposed;
  std::optional<Instant> decided;
};

// Calls may join a Database::together of the caller. Used by one thread, as its Database is.
class Setups {
 public:
  Setups(store::Database& database, std::string jurisdiction, const Clock& clock, Rights& rights)
      : database_(database), jurisdiction_(std::move(jurisdiction)), clock_(clock), rights_(rights) {}

  // A distrust is done at once. The same key and content again: no change. Throws key_conflict, bad_value, unknown_instrument, unknown_account,
  // outside_validity, over_cap, account_conflict.
  SetupChange propose(const std::string& key, const Setup& setup, const Act& first);
  // All or none of them. Throws same_person, wrong_state, unknown_change, and whatever Rights says to it.
  void approve(std::span<const std::string> keys, const Act& second);
  void reject(const std::string& key, const Act& second);
  void cancel(const std::string& key, const Act& act);  // by whoever

  SetupChange change(std::string_view key) const;  // throws unknown_change
  std::vector<SetupChange> all(bool waiting) const;  // newest first; `waiting`: those not decided, oldest first

 private:
  void check(const Setup& setup) const;
  void enact(const SetupChange& change, const Act& act);
  void decide(const std::string& key, TransactionState state, const Act& act);

  store::Database& database_;
  std::string jurisdiction_;
  const Clock& clock_;
  Rights& rights_;
};

}  // namespace tributary::rights
