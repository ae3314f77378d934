// The ledger of one tenant: double entry for money and for rights alike, after the model that TigerBeetle
// documents.
//
//   Ledger ledger(database, "341602", clock);
//   ledger.define_unit({"CNY", 2, {"人民币", "renminbi"}});
//   const auto from = ledger.open_account({"341602107", "CNY", "settlement", {}});
//   …
//   const std::vector<Outcome> outcomes = ledger.post(requests);   // one durable commit for all of them
//   require_accepted(requests, outcomes);                          // throws what a clerk can read
//
// What always holds (the database checks what it can, check() proves all of it from the journal): per unit
// the balances sum to zero; a balance is the sum of its transfers; what is available is never below the
// floor; every transfer has a cause; linked transfers happen together; a recorded transfer is never changed
// or deleted.
//
// A Ledger is used by one thread, as its Database is. Several Ledgers, also in several processes, may work on
// one tenant: their batches are carried out one after the other.
#pragma once

#include "base/time.h"
#include "ledger/codes.h"
#include "ledger/types.h"
#include "store/store.h"

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::ledger {

std::span<const store::Migration> migrations();

// Which transfers. Empty fields do not restrict.
struct JournalFilter {
  std::optional<AccountId> account{};
  std::optional<Cause> cause{};  // with an empty id: all of the kind
  std::optional<Date> from{};    // legal date, included
  std::optional<Date> to{};      // legal date, included
};
struct JournalPage {
  std::vector<Transfer> transfers;
  std::int64_t next = 0;  // number of the transfer with which the next page begins; 0: this was the last
};

class Ledger {
 public:
  // The database (migrated) and the clock must outlive the ledger. `jurisdiction` is the tenant.
  Ledger(store::Database& database, std::string jurisdiction, const Clock& clock);
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) = delete;

  // ---- what is counted, and by whom ----

  // Idempotent. Throws bad_unit, unit_conflict (the code stands for another unit).
  void define_unit(const UnitOfAccount& unit);
  std::vector<UnitOfAccount> units() const;  // by code

  // Idempotent by (owner, unit, purpose). Throws bad_account, unknown_unit, account_conflict (it exists with
  // another floor, or is closed). Either all are open afterwards or nothing has changed.
  AccountId open_account(const NewAccount& account);
  std::vector<AccountId> open_accounts(std::span<const NewAccount> accounts);
  // Throws unknown_account, floor_above_balance.
  void set_floor(AccountId account, std::optional<std::int64_t> floor);
  // Takes no more transfers. Throws unknown_account, account_not_empty.
  void close_account(AccountId account);

  Account account(AccountId account) const;  // throws unknown_account
  std::optional<Account> find_account(std::string_view owner, std::string_view unit,
                                      std::string_view purpose) const;
  std::vector<AccountBalance> accounts() const;  // all, by id

  // ---- posting ----

  // Carries out the requests in order, in one durable transaction. Each gets its outcome; one that fails
  // leaves no trace and does not disturb the others. Holds whose time has passed lapse first. Throws what
  // Database::write throws; then nothing has been recorded (after store.lost_connection: possibly all; send
  // the same batch again).
  std::vector<Outcome> post(std::span<const Request> requests);
  // The same inside a transaction of the caller, who records something of his own along with it. Slower:
  // nothing is remembered between batches.
  std::vector<Outcome> post(store::Transaction& transaction, std::span<const Request> requests);

  // Lets go of holds whose time has passed, as every batch does first. Returns how many.
  std::int64_t release_expired();

  // No transfer with a legal date on or before the day is accepted any more; corrections go into the open
  // period. Idempotent for the same day. Throws period_not_over (the day is not yet past), already_closed (a
  // later day is).
  void close(Date period_end);
  std::optional<Date> closed_through() const;

  // ---- reading ----

  // As of now: holds whose time has passed do not count. Throws unknown_account.
  Balance balance(AccountId account) const;
  // Many at once inside a transaction of the caller, in the order given, as stored: a hold whose time has
  // passed counts until the next batch. Throws unknown_account.
  std::vector<Balance> balances(store::Transaction& transaction, std::span<const AccountId> accounts) const;
  // How many transfers are recorded: a position in the journal, from which what was known then can be read again.
  std::int64_t position() const;
  // Many at once, in the order given: what was posted when the journal was as long as `position`. Follows each
  // account's own chain back to there. Throws unknown_account.
  std::vector<std::int64_t> posted_at(store::Transaction& transaction, std::span<const AccountId> accounts,
                                      std::int64_t position) const;
  // What was posted with a legal date up to and including the day, as far as recorded by now. Reads the
  // account's own transfers. Throws unknown_account, number_overflow.
  std::int64_t balance_on(AccountId account, Date day) const;
  Transfer transfer(std::string_view id) const;  // throws unknown_transfer
  // At most `limit` transfers (1 … 1000), the last recorded first; by dates alone the last legal date first.
  // `from`: 0, or `next` of the page before, with the same filter. By account it follows the account's own
  // chain, by cause or date an index. Throws unknown_account; by dates alone unknown_transfer for a `from`
  // that there is not.
  JournalPage journal(const JournalFilter& filter, std::int64_t from = 0, int limit = 100) const;
  // What was posted (settled holds included) in a unit for causes of a kind, by the cause's id. Corrections are
  // transfers of their own and no part of it. Reads the transfers of that kind by an index.
  std::map<std::string, std::int64_t> posted_by_cause(std::string_view kind, std::string_view unit) const;
  // Every transfer in the order of recording, one by one. `visit` must not use the database.
  void each_transfer(const std::function<void(const Transfer&)>& visit) const;
  std::vector<UnitTotal> totals() const;  // by unit

  // Of the account of `owner` in the days of the period by legal date, in the caller's transaction; nothing
  // when there is no such account. Follows the account's own chain.
  static std::optional<Turnover> turnover(store::Transaction& transaction, const std::string& jurisdiction,
                                          const NewAccount& of, const Period& period);

  // ---- proving ----

  // Recomputes everything from the journal. Empty when the ledger is sound; at most 100 violations.
  std::vector<Violation> check() const;
  // Plain-text accounting (hledger, ledger): posted transfers by legal date, holds and voidings as comments.
  void export_hledger(std::ostream& out) const;

 private:
  struct Remembered;
  store::Database& database_;
  std::string jurisdiction_;
  const Clock& clock_;
  std::unique_ptr<Remembered> remembered_;
};

// Throws the error of the first request that was neither accepted nor exists, naming it with its values.
void require_accepted(std::span<const Request> requests, std::span<const Outcome> outcomes);

}  // namespace tributary::ledger
