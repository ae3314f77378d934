// The registry of rights of one tenant: who holds what, for which months or vintage, and how it came about.
//
//   Rights rights(database, "341602", clock, calendar);
//   rights.define({"COD-GUO", InstrumentKind::flow, …}, act);
//   rights.open({"R-9134…", "9134…", AccountType::holding}, act);
//   rights.set_cap("COD-GUO", {{period, 60, "", 500'000}}, act);
//   rights.propose({{.key = "2026-17", .kind = TransactionKind::transfer, …}}, first_person);
//   rights.approve({"2026-17"}, second_person);                       // completed, or cooling off
//   rights.reserve(orders, exchange);                                 // before an order is visible
//   const auto results = rights.settle(trades, exchange);             // one durable commit for all of them
//
// Quantities stand on the ledger, so that its invariants do the conserving: one ledger unit per class ×
// vintage × project, or per class × month; one ledger account per holder × unit × compartment. A term is a
// linked chain of its months (docs/decisions/0010-rights-on-the-ledger.md). Money of settlements stands
// beside it in the same way, so that delivery against payment is one chain. Everything a county sets (fees,
// delays, terms, deadlines) comes in with the call. What always holds is listed in docs/rights.md and proved
// from the journal by check().
//
// Every call is one transaction: all of it happens or nothing, except settle(), which judges trade by trade.
// Calls may join a Database::together of the caller. A Rights is used by one thread, as its Database is.
#pragma once

#include "base/calendar.h"
#include "ledger/ledger.h"
#include "rights/codes.h"
#include "rights/types.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::rights {

std::span<const store::Migration> migrations();

struct HoldingFilter {
  std::string account{};  // one of account and owner, or neither: all
  std::string owner{};
  std::string instrument{};
  std::optional<Term> term{};  // only months in it
};

// What an account holds of one unit, whatever encumbers it.
struct Held {
  std::string account;
  Instrument instrument;
  Part part;  // one period
};
struct HeldFilter {
  std::vector<std::string> accounts{};  // codes
  std::string subject{};  // Instrument::subject
  int period_from = 0;    // months (Month::index) and vintages, half-open
  int period_to = 0;
};

// What one transaction surrendered of one vintage and project.
struct Surrendered {
  std::string key;
  std::string account;
  Instrument instrument;
  Part part;
  std::string claim;  // the obligation, as Proposal::claim says it
  Date on;            // the day of the second person
  std::optional<Date> day;  // in the registry that holds title, as the request says it; never after `on`
};

// What became of one trade of a batch.
struct Settled {
  std::string key;
  bool done = false;             // recorded now, or before with the same content
  std::optional<Error> error{};  // why not; nothing of it was recorded
  std::vector<std::string> certificates{};
};

class Rights {
 public:
  // The database (migrated), the clock and the calendar must outlive it. The calendar counts working days of
  // cooling off; without any such, it may be empty.
  Rights(store::Database& database, std::string jurisdiction, const Clock& clock,
         const WorkCalendar& calendar);

  // ---- what there is; each needs an act of two persons ----

  // Idempotent; a later call may change name and validity only. Throws instrument_conflict, bad_value.
  void define(const Instrument& instrument, const Act& act);
  std::vector<Instrument> instruments() const;
  Instrument instrument(std::string_view code) const;  // throws unknown_instrument

  // Idempotent by code. Throws account_conflict, bad_value.
  void open(std::span<const NewRightAccount> accounts, const Act& act);
  void open(const NewRightAccount& account, const Act& act) { open(std::span(&account, 1), act); }
  // `closed` only when nothing is left or under way: account_not_empty.
  void set_status(std::string_view account, AccountStatus status, const Act& act);
  // The permit behind the account and the first month for which it no longer holds; flow rights beyond are
  // refused (I3). Throws beyond_permit when there are some already: they must expire or be given back first.
  void set_permit(std::string_view account, const std::string& permit, std::optional<Month> to,
                  const Act& act);
  RightAccount account(std::string_view code) const;  // throws unknown_account
  std::vector<RightAccount> accounts(std::string_view owner = {}) const;

  // The cap per month (flow) or vintage and project (stock). Throws over_cap when more is issued already.
  void set_cap(std::string_view instrument, std::span<const Part> caps, const Act& act);
  // A verified saving and the volume that may be sold out of it, once, by the owner of the account (W4). One from before
  // savings had an owner gets it by the same id, instrument and volume. Throws key_conflict, kind_not_for_account, …
  void register_saving(std::string_view id, std::string_view instrument, std::int64_t volume, std::string_view account,
                       const Act& act);
  // From noon of the nth working day after today transfers to `trusted` need no cooling off. Accounts of one
  // owner and sinks are trusted always. Distrust is immediate, and one person is enough.
  void trust(std::string_view account, std::string_view trusted, int working_days, const Act& act);
  void distrust(std::string_view account, std::string_view trusted, const Act& act);
  struct Trusted {
    std::string account;
    Instant from;  // transfers before need the cooling off
  };
  std::vector<Trusted> trusted(std::string_view account) const;  // by code; throws unknown_account

  // ---- transactions of two persons ----

  // Sets aside what is to move. All or none of the batch. Throws key_conflict, insufficient, over_cap, …
  // (codes.h).
  std::vector<Transaction> propose(std::span<const Proposal> proposals, const Act& first);
  Transaction propose(const Proposal& proposal, const Act& first) {
    return propose(std::span(&proposal, 1), first)[0];
  }
  // Everything that would refuse it now, of the proposal as of its completion; nothing is written. Empty: it can be
  // proposed. `first` needs actor, reason and rule.
  std::vector<Error> examine(const Proposal& proposal, const Act& first) const;
  // The months of a lease that may still go back early, from this one on; none of what is no lease that holds, is over, or of
  // which a return waits. Throws unknown_transaction.
  std::optional<Term> returnable(std::string_view key) const;
  // By somebody else than the initiator. Completed, or delayed where cooling off is due. Again by the same
  // person: no change. Throws same_person, wrong_state, and what may have changed since.
  std::vector<Transaction> approve(std::span<const std::string> keys, const Act& second);
  Transaction approve(const std::string& key, const Act& second) {
    return approve(std::span(&key, 1), second)[0];
  }
  // Proposed or delayed: what was set aside is free again. `reject` by somebody else, `cancel` by whoever.
  void reject(const std::string& key, const Act& act);
  void cancel(const std::string& key, const Act& act);
  // What the time brings: proposals and conditional trades past their deadline lapse, delayed ones complete
  // (or are rejected, saying why), what was locked for the day is free. Returns how many transactions
  // changed.
  int advance(const Act& act);

  Transaction transaction(std::string_view key) const;  // throws unknown_transaction
  // Newest first; by account or owner (either side) or all. `before`: number of the last one of the page
  // before.
  std::vector<Transaction> transactions(std::string_view account, std::int64_t before, int limit) const;
  std::vector<Transaction> waiting() const;  // proposed, delayed and conditional ones, oldest first

  // ---- settlement: delivery against payment ----

  // Before an order is visible. All or none. The same key again with the same content: no change.
  void reserve(std::span<const Order> orders, const Act& act);
  // What is left of it is free again (and first of all frozen, where an order says so). Idempotent.
  void release(std::span<const std::string> keys, const Act& act);
  // What an open order needs no more is free again: of each, `left` stays set aside (per month for flow rights). Less is
  // there already: no change.
  struct Trim {
    std::string key;
    std::int64_t left = 0;
  };
  void trim(std::span<const Trim> orders, const Act& act);
  Reservation reservation(std::string_view key) const;  // throws unknown_reservation
  // Each trade alone, in order, all in one durable commit: a refused one leaves no trace and does not disturb
  // the others. `act` names the exchange and, as approver, whoever runs the settlement.
  std::vector<Settled> settle(std::span<const Trade> trades, const Act& act);
  // The authority's decision on a conditional trade: posts both legs, or unwinds both (rights and cash are
  // free again).
  Settled conclude(const std::string& key, bool granted, const Act& act);

  std::vector<Certificate> certificates(std::string_view transaction) const;
  std::vector<Certificate> certificates_of(std::string_view account) const;  // newest first; all when empty
  std::optional<Certificate> certificate(std::string_view number) const;
  std::vector<PermitChange> permit_changes(std::string_view permit) const;

  // ---- reading ----

  // By account, instrument, period; months with equal figures side by side are one part.
  std::vector<Holding> holdings(const HoldingFilter& filter) const;
  // As it was when the ledger's journal was as long as `position` (Ledger::position); by account, instrument,
  // period, project. Nothing is left out but what is zero.
  std::vector<Held> held(const HeldFilter& filter, std::int64_t position) const;
  // What was surrendered from the accounts, in the same order and as of the same position; `claim` may be any.
  std::vector<Surrendered> surrendered(const HeldFilter& filter, std::int64_t position) const;
  // By period: the cap (0 amount where none) and what was issued.
  struct Use {
    Part cap;
    std::int64_t issued = 0;
  };
  std::vector<Use> use_of_cap(std::string_view instrument) const;
  std::vector<JournalEntry> history(std::string_view transaction) const;
  // Standing orders to freeze: what is left of them. Of one account, or all.
  std::vector<FreezeOrder> freezes(std::string_view account) const;
  // How what an account has of an instrument came about, oldest first: everything completed that moved it in or
  // out, and upstream of it, to the issue. `term`: only what touches those months.
  std::vector<Transaction> chain(std::string_view account, std::string_view instrument,
                                 std::optional<Term> term) const;
  // The journal's entries that set caps of the instrument.
  std::vector<JournalEntry> caps_set(std::string_view instrument) const;
  void each_entry(const std::function<void(const JournalEntry&)>& visit) const;
  std::vector<DailyRoot> daily_roots() const;

  // ---- proving ----

  // The second verifier: recomputes everything from the journal alone, in its own way, and compares it with
  // the tables and the ledger. Empty when all is sound; at most 100 faults.
  std::vector<Fault> check() const;
  // Of the state that the journal alone leads to: the same journal gives the same hash, on whatever database
  // (E10).
  std::string state_hash() const;

 private:
  store::Database& database_;
  std::string jurisdiction_;
  const Clock& clock_;
  const WorkCalendar& calendar_;
};

// Whether an account of the ledger holds a month, vintage or cash of this registry: lists of money leave these out.
inline bool is_of_registry(const ledger::Account& account) {
  return account.purpose.starts_with("right:");
}

}  // namespace tributary::rights
