// One batch of requests inside one transaction; private to `ledger`.
//
// The touched accounts are read once, everything is decided in memory, and what has changed is written at the
// end: the transfers by one bulk insert, each changed balance once.
#pragma once

#include "ledger/rows.h"

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tributary::ledger {

// What deciding needs to know of an account.
struct AccountState {
  std::int64_t id = 0;
  std::int64_t posted = 0;
  std::int64_t pending_in = 0;
  std::int64_t pending_out = 0;
  std::int64_t floor = 0;  // holds if has_floor
  std::int64_t last_transfer = 0;
  std::uint32_t unit = 0;
  bool has_floor = false;
  bool open = true;
  bool touched = false;  // stands in Batch::touched_
};

// Accounts as of one version of the ledger. They may be believed only while the stored version is the same,
// which every batch asks first; anything that fails half-way leaves no version behind.
class AccountCache {
 public:
  // Forgets everything unless it is as of this version; from here on it is nobody's until `now_at`.
  void enter(std::int64_t version);
  void now_at(std::int64_t version) { version_ = version; }

  AccountState* find(std::int64_t id) {
    const auto found = accounts_.find(id);
    return found == accounts_.end() ? nullptr : &found->second;
  }
  void load(store::Transaction& t, const std::string& jurisdiction, std::span<const std::int64_t> ids);

 private:
  // About 100 MB; what does not fit is read again.
  static constexpr std::size_t most_accounts = 1'000'000;
  std::unordered_map<std::int64_t, AccountState> accounts_;
  std::unordered_map<std::string, std::uint32_t> units_;
  std::optional<std::int64_t> version_;
};

class Batch {
 public:
  Batch(store::Transaction& t, const std::string& jurisdiction, Instant now, AccountCache& cache);

  std::vector<Outcome> run(std::span<const Request> requests);
  // The number of holds that lapsed as the batch began.
  std::int64_t expired() const { return expired_; }
  // The version of the ledger after the batch.
  std::int64_t version() const { return version_; }

 private:
  // A transfer of which this batch knows: stored, or made by it. The texts belong to `found_` or to the
  // request.
  struct Entry {
    std::int64_t number;
    Action action;
    State state;
    AccountState* debit;
    AccountState* credit;
    std::int64_t debit_id, credit_id;
    std::int64_t amount;
    std::string_view id, hold, corrects, cause_kind, cause_id, note;
    Date legal_date;
    std::optional<Instant> expires;
    std::int64_t chain, chain_size;
    std::int64_t debit_before, credit_before;
    std::int64_t resolved_by;
  };
  struct Undo {
    std::vector<std::pair<AccountState*, AccountState>> accounts;
    std::vector<std::size_t> holds;
  };

  void release_expired();
  void look_up(std::span<const Request> requests);
  void load_accounts(std::span<const Request> requests);
  void run_chain(std::span<const Request> chain, bool complete, std::span<Outcome> outcomes);
  bool is_stored_as_one(std::span<const Request> chain) const;
  Outcome apply(const Request& request, std::int64_t chain, std::int64_t chain_size);
  Outcome check_alone(const Request& request) const;
  Outcome check_repeat(const Request& request, const Entry& entry, bool same_chain) const;
  Outcome find_hold(const Request& request, std::size_t& hold) const;
  Outcome find_accounts(const Request& request, AccountState*& debit, AccountState*& credit);
  Outcome check_room(Action action, std::int64_t amount, const AccountState& debit,
                     const AccountState& credit) const;
  void move(const Entry& entry, const Entry* hold);
  void undo();
  void touch(AccountState& account);
  const Entry* known(std::string_view id) const;

  void write();
  void write_transfers();
  void write_holds();
  void write_balances();

  store::Transaction& t_;
  const std::string& jurisdiction_;
  Instant now_;
  AccountCache& cache_;
  LedgerState state_;
  std::int64_t version_ = 0;
  std::int64_t expired_ = 0;

  std::vector<Transfer> found_;  // owns the texts of stored entries
  std::vector<Entry> entries_;   // first the stored ones, then the new ones
  std::size_t stored_ = 0;
  std::unordered_map<std::string_view, std::size_t> by_id_;
  std::vector<std::size_t> resolved_;  // stored holds that this batch settled or voided
  std::vector<AccountState*> touched_;
  bool in_chain_ = false;
  Undo undo_;
};

}  // namespace tributary::ledger
