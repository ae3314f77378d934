// The bank of one tenant, as files: payment instructions out, statements in, reconciliation.
//
//   Bank bank(desk);
//   bank.instruct("FISCAL", "zhao", "11 月结算");         // a batch, drafted; proposal 1
//   bank.decide(1, true, "qian", "已核对");                // another person: the file may go to the bank
//   bank.import("FISCAL", "november.csv", bytes, "zhao");  // matched, booked, or left for people
//   bank.reconcile("FISCAL", day);                         // bank against ledger, the difference explained
//
// Nothing moves by one person alone: what is instructed, withdrawn, taken for failed, registered as a payee or
// assigned by hand is proposed by one and decided by another. A line whose reference and amount are those of an
// instruction approved so needs no further person. Every line of a statement is in the ledger once, or in the
// list of unmatched lines: the tables' own constraints see to it. What leads where: docs/bank.md.
//
// Every call is one transaction: all of it happens or nothing.
#pragma once

#include "bank/codes.h"
#include "bank/layout.h"
#include "bank/statement_file.h"
#include "base/time.h"
#include "compensate/compensation.h"
#include "rights/rights.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::bank {

std::span<const store::Migration> migrations();

// How personal values are sealed for a place in the database, and opened there; the key is the caller's.
struct Seal {
  std::function<std::string(const std::string& plain, const std::string& place)> close;
  std::function<std::string(const std::string& sealed, const std::string& place)> open;
};

// All references must outlive the Bank.
struct Desk {
  store::Database& database;
  std::string tenant;
  const Clock& clock;
  const std::vector<BankLayout>& layouts;
  rights::Rights& rights;
  compensate::Compensation& statements;
  Seal seal;
  std::string rule;  // version of the pack, for the registry's journal
};

struct Payee {
  std::string party, name, bank, number;
};

// What waits for money to leave.
struct Payable {
  std::string kind;     // "statement", "right"
  std::string subject;  // id of the statement, key of the withdrawal
  std::string party;    // who is paid
  std::int64_t fen = 0;
  Text what;
  bool has_payee = false;  // an account of the party is registered
};

struct Instruction {
  std::int64_t batch = 0, line = 0;
  std::string reference, kind, subject, party;
  std::int64_t fen = 0;
  std::string state;  // "open", "paid", "failed", "withdrawn"
};
struct Batch {
  std::int64_t number = 0;
  std::string account, layout;
  std::string state;  // "drafted", "approved", "acknowledged", "refused", "withdrawn"
  std::int64_t lines = 0, fen = 0;
  std::string sha256;
  std::string made_by;
  Instant made;
  std::string approved_by;
  std::optional<Instant> approved{};
  std::string acknowledged;  // the bank's words
};

struct Entry {
  std::string account, serial;
  std::int64_t seq = 0;  // its place in the account, from 1
  Date day;
  std::int64_t fen = 0;
  std::optional<std::int64_t> balance{};
  std::string other_account, other_name;  // as the bank wrote them
  std::string remark;
  std::string file;
  std::int64_t line = 0;
  std::string state;          // "matched", "proposed", "unmatched", "not_ours"
  std::string kind, subject;  // of a matched one
  Text note;                  // why it is where it is
};

// After which line a list goes on.
struct EntryPlace {
  std::string account;
  std::int64_t seq = 0;
};

struct Proposal {
  std::int64_t id = 0;
  std::string what;     // "batch", "withdraw", "failed", "payee", "assign"
  std::string subject;  // a batch's number, a reference, a party, "account/serial"
  std::string target;   // assign: "account:CODE", "statement:ID", "right:KEY", "not_ours"
  std::string reason, by;
  Instant at;
  std::string state;  // "open", "approved", "refused", "taken_back"
  std::string decided_by, note;
};

struct ImportReport {
  std::string sha256;
  std::size_t rows = 0, known = 0, matched = 0, proposed = 0, unmatched = 0;
};

// One reason why bank and ledger differ on a day.
struct Difference {
  // "opening": was there before the first statement; "instructed", "booked": in the ledger, not yet at the bank (in
  // a live batch, or not); "later": at the bank, in the ledger after the day; "proposed", "unmatched", "not_ours";
  // "unexplained": none of these, the tables contradict one another
  std::string why;
  std::string kind, subject;
  std::int64_t fen = 0;  // bank minus ledger
};
struct Reconciliation {
  std::string account;
  Date day;
  std::int64_t bank = 0;  // the bank's own balance where the layout has it, else opening plus lines
  std::int64_t ledger = 0;
  std::vector<Difference> differences;
  std::int64_t unexplained = 0;  // zero, or something is wrong: what is "unexplained", added up without its signs
};

Text title_of_difference(std::string_view why);  // of Difference::why

class Bank {
 public:
  explicit Bank(Desk desk) : d_(std::move(desk)) {}

  // ---- out ----

  std::vector<Payable> waiting(const std::string& account) const;
  // Drafts a batch of what waits (only `subjects`, "kind:subject", where there are any) and proposes it. Those
  // without a payee's account are left out; named ones throw no_payee. Throws nothing_payable.
  std::int64_t instruct(const std::string& account, const std::set<std::string>& subjects, const std::string& by,
                        const std::string& reason);  // the batch's number
  // The file as it was made. Throws wrong_state before it is approved, and once it is withdrawn; not_payable when something
  // of it is not due any more and the bank has not taken it.
  std::string file(std::int64_t batch) const;
  // The bank has taken it; it cannot be withdrawn any more. The first line that comes back says so as well.
  void acknowledge(std::int64_t batch, const std::string& words);

  // ---- what another person decides; each returns the proposal's id ----

  std::int64_t propose_payee(const Payee& payee, const std::string& by, const std::string& reason);
  std::int64_t propose_withdrawal(std::int64_t batch, const std::string& by, const std::string& reason);
  // The bank refused this line: what it was for may be instructed again.
  std::int64_t propose_failed(const std::string& reference, const std::string& by, const std::string& reason);
  // target: see Proposal. "account:CODE" makes a deposit; a statement that waits is paid; what is in the ledger
  // already is joined to the line, when the amount is the same.
  std::int64_t assign(const std::string& account, const std::string& serial, const std::string& target,
                      const std::string& by, const std::string& reason);
  // By somebody else than who proposed it (same_person), who may only take it back: granted = false.
  void decide(std::int64_t proposal, bool granted, const std::string& by, const std::string& note);

  // ---- in ----

  // Throws what read_statement throws; gap, serial_conflict (as BadFile, all of them). Lines that are known are
  // passed over.
  ImportReport import(const std::string& account, const std::string& name, const std::string& bytes,
                      const std::string& by);

  // ---- reading ----

  std::vector<Batch> batches() const;  // newest first
  Batch batch(std::int64_t number) const;  // throws unknown_batch
  std::vector<Instruction> lines(std::optional<std::int64_t> batch) const;
  // Empty: all; by account, oldest first.
  std::vector<Entry> entries(const std::string& account, const std::string& state, const EntryPlace& after = {},
                             int most = std::numeric_limits<int>::max()) const;
  std::vector<Proposal> proposals(bool open_only) const;  // newest first
  Proposal proposal(std::int64_t id) const;
  std::optional<Payee> payee(const std::string& party) const;
  Reconciliation reconcile(const std::string& account, Date day) const;

 private:
  using Holders = std::multimap<std::string, std::string>;  // codes of accounts, by how words_of() has them
  struct Match {
    std::string state = "unmatched";
    std::string kind{}, subject{};
    Text note{};
    std::string target{};  // what to propose
  };
  std::string place(const char* table, const std::string& key) const;
  Payee payee_of(const std::string& party, const std::string& sealed) const;
  std::int64_t propose(store::Transaction& t, const char* what, const std::string& subject, const std::string& body,
                       const std::string& by, const std::string& reason);
  void enact(store::Transaction& t, const Proposal& p, const std::string& body, const std::string& by);
  void enact_assignment(store::Transaction& t, const Proposal& p, const std::string& by);
  void approve_batch(store::Transaction& t, std::int64_t number, const std::string& by);
  // Why the subject cannot be settled by a line of so much (below zero: out); nothing when it can.
  std::optional<Text> obstacle(store::Transaction& t, const std::string& account, const std::string& kind,
                               const std::string& subject, std::int64_t fen, const std::string& by) const;
  // Books what is not in the ledger yet; closes the instruction there is.
  void settle(store::Transaction& t, const BankAccount& account, const std::string& kind, const std::string& subject,
              const std::string& serial, const std::string& by);
  Match match_out(store::Transaction& t, const BankAccount& account, const StatementRow& row, const std::string& by);
  Match match_in(store::Transaction& t, const BankAccount& account, const StatementRow& row, const std::string& by,
                 const Holders& holders);
  Holders holders_at(const BankAccount& account) const;
  // Why the line must not go to the bank any more: it is not due, or not of this amount.
  std::optional<Text> not_due(store::Transaction& t, const std::string& account, const Instruction& line) const;
  std::optional<Text> already(store::Transaction& t, const std::string& kind, const std::string& subject) const;
  // Completed deposits or withdrawals that no line was joined to and no instruction is for; `from` empty: whoever.
  // `under_way`: also those that still wait for the second person or cool off.
  std::vector<std::string> open_rights(store::Transaction& t, rights::TransactionKind kind, const std::string& from,
                                       const std::string& to, bool under_way = false) const;
  // Deposits entered by hand that no line has been joined to: the line of so much may be one of them.
  std::vector<std::string> twins_of(store::Transaction& t, const BankAccount& account, const std::string& to,
                                    std::int64_t fen) const;
  // Throws not_payable when there is one that the reason does not name.
  void require_no_twin(store::Transaction& t, const BankAccount& account, const std::string& to, std::int64_t fen,
                       const std::string& reason) const;
  // What the ledger has on the accounts that mirror the bank's, by cause.
  std::vector<std::pair<ledger::AccountId, int>> mirrors(const BankAccount& account) const;
  bool may_have_a_line(const std::string& kind, const std::string& subject) const;
  // Why a cause differs on a day up to which so much of it is at the bank; nothing: no line.
  const char* why_of(const BankAccount& account, const std::string& kind, const std::string& subject,
                     std::optional<std::int64_t> at_bank) const;
  std::int64_t booked(const BankAccount& account, const std::string& kind, const std::string& subject) const;
  void require_not_at_bank(store::Transaction& t, const std::string& reference) const;
  Error same_person(const std::string& by) const;

  Desk d_;
};

// Every sealed text of the module with its place, for those who keep the keys. What `visit` returns replaces it.
void each_sealed(store::Database& database, const std::string& tenant,
                 const std::function<std::optional<std::string>(const std::string& sealed, const std::string& place)>& visit);

}  // namespace tributary::bank
