// The compensation of one tenant: runs, statements and their way from draft to payment.
//
//   drafted → published (objection window) → objected / confirmed → posted to the ledger → paid
//
// Nothing is edited: a re-run with other data or rules drafts a statement that supersedes the earlier one,
// and posting it posts the difference.
#pragma once

#include "compensate/compute.h"
#include "compensate/types.h"
#include "ledger/ledger.h"
#include "policy/pack.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tributary::compensate {

std::span<const store::Migration> migrations();

struct RunReport {
  Computation computation;
  bool unchanged = false;  // nothing new since the run named in computation.head.id
  bool stored = true;      // false: the live run knows more (see run()); computed only, nothing written
  int standing = 0;        // live statements that the new run leaves as they are
  std::vector<std::int64_t>
      statements;  // drafted by this run, ids ascending; of an unchanged run: the live ones
};

struct StatementFilter {
  std::string rule;
  std::string period;
  std::string party;  // payer or payee
  std::optional<StatementState> state;
  bool superseded_too = false;
};

// Which page of the statements, and whose.
struct StatementPageRequest {
  std::optional<std::vector<std::string>> parties;  // only those one of these pays or receives; none: all
  std::vector<StatementState> states;               // empty: any
  std::int64_t after = 0;    // id of the last one of the page before; 0: the first page
  bool newest_first = true;  // by id
  std::size_t limit = 100;
};

// Statements of one state, superseded ones left out.
struct StatementTotal {
  StatementState state = StatementState::drafted;
  std::int64_t count = 0;
  std::int64_t amount = 0;    // fen
  std::string latest_period;  // by its text
};

// What verify() found.
struct Verification {
  bool same = true;
  bool same_pack = true;          // the packs are those of the run, byte for byte
  std::vector<Text> differences;  // places, values, amounts that differ now
};

// One party's total in a what-if, in fen: what it receives minus what it pays.
struct PartyChange {
  std::string party;
  std::int64_t before = 0;
  std::int64_t after = 0;
};

struct WhatIf {
  Computation before;
  Computation after;
  std::vector<PartyChange> parties;  // by party
  // Places that are computed in one of the two and not in the other: their amounts are missing, not zero.
  std::vector<std::string> unlike;
};

class Compensation {
 public:
  // All references must outlive it; the database is migrated.
  Compensation(store::Database& database, std::string tenant, const policy::Policy& policy,
               const Clock& clock);

  // Computes, and stores the run and its statements in one transaction. `known`: law as known on that day
  // (absent: today). A run that comes to what the latest one of the same rule and period came to stores
  // nothing; nor does one that knows less, of law or of readings, than the latest one: it answers what would
  // have been due, and takes nothing back.
  RunReport run(const std::string& rule, const Period& period, const std::string& by,
                std::optional<Date> known = {});
  // The same evaluation with parameters changed; nothing is written.
  WhatIf what_if(const std::string& rule, const Period& period, const policy::Overrides& overrides,
                 std::optional<Date> known = {}) const;
  // What a run would come to now, at one place (empty: all); nothing is written.
  Computation look(const std::string& rule, const Period& period, const std::string& place = {},
                   std::optional<Date> known = {}) const;
  // Computes a stored run again from what it recorded, and compares with it and with its statements. Throws
  // unknown_run.
  Verification verify(std::int64_t run) const;

  std::vector<Statement> statements_of(std::int64_t run) const;   // whole, superseded ones too
  std::vector<RunHead> runs(const std::string& rule = {}) const;  // newest last
  Computation stored_run(std::int64_t run) const;                 // throws unknown_run
  RunHead stored_head(std::int64_t run) const;                    // the same without what it found
  std::optional<std::int64_t> latest_run(const std::string& rule, const Period& period) const;

  std::vector<Statement> statements(const StatementFilter& filter = {}) const;  // without lines and events
  // The same by id, a page at a time; every page costs the same.
  std::vector<Statement> statements(const StatementFilter& filter, const StatementPageRequest& page) const;
  std::vector<StatementTotal> totals() const;  // of the states there are
  Statement statement(std::int64_t id) const;  // whole; throws unknown_statement
  // Why line `line` (from 1; 0: all lines) is what it is, down to the observations and their rows in files.
  std::vector<policy::Explanation> explain(std::int64_t statement, std::int64_t line = 0) const;
  // Adds the observations below every mean of an explanation, as they were known to the run.
  void add_observations(policy::Explanation& explanation) const;

  // Opens the objection window. Its length is the rule's; where no document says, `working_days` with its
  // `basis` must be given (throws window_unknown).
  Statement publish(std::int64_t id, const std::string& by, std::optional<int> working_days = {},
                    const std::string& basis = {});
  // By the payer or the payee (throws not_a_party), within the window (window_over), with a reason.
  Statement object(std::int64_t id, const std::string& party, const std::string& reason,
                   const std::string& by);
  // After the window, or before it with the written consent of both parties named in `note`; an objected one
  // needs the decision on the objection in `note`.
  Statement confirm(std::int64_t id, const std::string& by, const std::string& note = {});
  // To the ledger: payer's settlement account to the payee's; of a superseding statement the difference.
  Statement post(std::int64_t id, const std::string& by);
  // The money has moved: settlement is cleared against cash, both or neither. `evidence`: the bank's
  // reference.
  Statement pay(std::int64_t id, const std::string& by, const std::string& evidence) {
    return record_payment(id, by, evidence, false);
  }
  // The same of one that may have been superseded since: a bank carried out what was instructed before. What is due of its
  // successors is less by it; so none of them may be paid yet (superseded).
  Statement pay_instructed(std::int64_t id, const std::string& by, const std::string& evidence) {
    return record_payment(id, by, evidence, true);
  }

  // Net of each party over the live statements: received minus paid, in fen.
  std::vector<PartyChange> net_by_party(const StatementFilter& filter = {}) const;

 private:
  ComputeRequest request(const std::string& rule, const Period& period, std::optional<Date> known) const;
  Statement advance(std::int64_t id, const std::string& event, const std::string& by, const std::string& note,
                    const std::function<void(store::Transaction&, Statement&)>& change, bool superseded_too = false);
  Statement record_payment(std::int64_t id, const std::string& by, const std::string& evidence, bool superseded_too);
  std::int64_t posted_before(store::Transaction& t, const Statement& statement) const;
  ledger::AccountId account(const std::string& party, const char* purpose);

  store::Database& database_;
  std::string tenant_;
  const policy::Policy& policy_;
  const Clock& clock_;
  mutable ledger::Ledger ledger_;
};

}  // namespace tributary::compensate
