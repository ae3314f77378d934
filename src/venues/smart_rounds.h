// Rounds of smart markets of one tenant, kept in the database from announcement to settlement: sealed bids
// and asks in zones and periods are cleared at once by a linear programme (exchange/smart_market.h,
// docs/smart-rounds.md).
//
//   SmartRounds rounds(database, "341602", clock, calendar, vault);
//   const auto no = rounds.announce(venue, {.key = "2026-1", .vintage = 2026, …}, zhao);
//   rounds.approve(no, qian);                                       // another person; now it is public
//   rounds.apply(no, {"A", "north", "irrigation"}, ma);             // says every check that fails
//   rounds.admit(no, "A", true, sun);                               // another person
//   rounds.bid(no, {.key = "b1", .account = "A", .buy = true, .period = "2026", …}, ma);
//   rounds.close(no, qian);                                         // after the close: all of it at once
//   rounds.decide(no, true, li);                                    // where an authority decides
//   const auto call = rounds.call_out(venue, {…}, zhao);            // room is made in a transfer account
//   rounds.decide_call(call, true, venue, qian);
//
// What is offered is set aside in the registry of rights before it counts: goods of an ask, cash of a bid at
// its limit with its fees. An owner stands on one side only in each period, so that his own bid never meets
// his own ask. Encrypted until the close, which takes no figure that could change the outcome. What earlier
// rounds of the venue sent, bought and sold in a period counts against the limits of that period, and
// transfer accounts carry over.
//
// Every call is one transaction: all of it happens or nothing.
#pragma once

#include "base/rational.h"
#include "rights/rights.h"
#include "venues/admission.h"
#include "venues/codes.h"
#include "venues/receipt.h"
#include "venues/smart_codes.h"
#include "venues/smart_declaration.h"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::identity {
class Vault;
}

namespace tributary::venues {

// A figure of one round that differs from what is declared, and why.
struct SmartFigure {
  std::string id;      // of a link or a limit
  std::string field;   // "capacity" of a link; "base", "min" or "max" of a limit
  std::string period;  // empty: of all
  Decimal value;
  std::string reason;
};

struct SmartNotice {
  std::string key;                     // the same key again with the same content: no change
  std::optional<rights::Term> term{};  // flow rights: its months are the periods
  std::optional<int> vintage{};        // stocks: the one period
  std::string project{};
  Instant opens, closes;  // bids count from `opens` up to `closes`, not included
  std::vector<SmartFigure> figures{};
};

struct SmartApplication {
  std::string account;
  std::string zone;
  std::string purpose;  // where the venue keeps purposes apart
};

struct SmartBid {
  std::string key{};
  std::string account{};
  bool buy = true;
  std::string period{};       // "2026-07", or the vintage
  Decimal price;              // yuan per unit in that period; whole ticks
  std::int64_t quantity = 0;  // 0, with `replaces`: withdraws that one
  std::string replaces{};     // key of an own one on the same side; keys are each account's own
};

struct SmartQuote {
  std::int64_t price_fen = 0, fees_fen = 0;  // at the limit price; a seller's fees come out of what he gets
  std::int64_t set_aside = 0;                // a bid: fen; an ask: of the instrument
  std::int64_t free = 0;                     // of the same, with what the replaced one gives back
  std::vector<Error> faults;
};

struct StoredSmartBid {
  std::int64_t seq = 0;
  std::string key, account;
  bool buy = true;
  std::string period;
  Decimal price;
  std::int64_t quantity = 0;
  std::int64_t cover_fen = 0;
  std::string replaces{};
  std::optional<std::int64_t> replaced_by{};
  Instant at;
  std::string salt{}, hash{};
  bool stands() const { return !replaced_by && quantity > 0; }
};

struct SmartMember {
  std::string account, owner, zone, purpose, state, applied_by, decided_by;
};

// One trade that the clearing was settled by.
struct SmartOutcome {
  std::string trade;              // key in the registry of rights
  std::int64_t ask = 0, bid = 0;  // bid 0: the operator takes it
  std::string seller, buyer, period;
  std::int64_t quantity = 0, lost = 0;
  std::int64_t fen = 0;        // from buyer to seller
  std::int64_t rent_fen = 0;   // from the buyer beside it
  std::int64_t added_fen = 0;  // from the operator to the seller
  std::string state;           // "completed", "conditional", "rejected", "expired"
  std::string why{};           // of one that was rejected
};

struct SmartView {
  std::int64_t number = 0;
  std::string state;
  SmartVenue venue;
  SmartNotice notice;
  std::string announced_by, approved_by, closed_by;
  std::int64_t admitted = 0;
  std::vector<SmartOutcome> outcomes;      // after the close
  std::optional<Instant> decide_by{};      // while an authority decides
  std::optional<std::int64_t> bought{};    // of the instrument, in all zones and periods; after the close
  std::string input, result, result_hash;  // JSON; empty before the close, the first two in lists too
  bool closed() const { return bought.has_value(); }
  std::vector<std::string> periods() const;
};

struct SmartPage {
  bool published = false;  // no drafts, nor what was rejected
  std::string venue{};
  std::int64_t before = std::numeric_limits<std::int64_t>::max();  // number
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
};

// A price of the clearing. Where purposes are kept apart each zone has one for what is sold of every purpose
// and one for what is used for every purpose, of which most meet no order.
struct NodePrice {
  std::string zone, period;
  std::string sold_for{}, used_for{};  // one of them, where purposes are kept apart
  std::string price;                   // yuan per unit and period; a decimal or a fraction
  bool unique = true;
  std::optional<std::string> from{}, to{};  // what it may lie between; none: open to that side
  bool quoted = true;                       // some order meets it
};
// Of a closed round, from its input and result.
std::vector<NodePrice> node_prices(const std::string& input, const std::string& result);

struct BalanceEntry {
  std::int64_t seq = 0;
  Instant at;
  std::string cause;  // "start", "round", "undone", "call"
  std::int64_t number = 0;
  Rational amount, balance;
};
struct BalanceView {
  std::string link, from, to;
  Rational lo, hi, balance;
  std::vector<BalanceEntry> entries;  // oldest first
};

struct CallOut {
  std::string key;
  std::string link;
  Decimal quantity;
};
struct CallView {
  std::int64_t number = 0;
  std::string key, venue, link;
  Decimal quantity;
  std::string reason, state, proposed_by, decided_by;
  Instant at;
};

struct Carried;
struct LeftOut;

class SmartRounds {
 public:
  // `vault` seals bids until they are opened, and outlives this.
  SmartRounds(store::Database& database, std::string jurisdiction, const Clock& clock,
              const WorkCalendar& calendar, const identity::Vault& vault);

  // Throws bad_value, too_early, key_conflict, limits_conflict.
  std::int64_t announce(const SmartVenue& venue, const SmartNotice& notice, const rights::Act& act);
  void approve(std::int64_t number, const rights::Act& act);  // throws same_person, wrong_state, too_early
  void reject(std::int64_t number, const rights::Act& act);   // of a draft
  // What was announced and is not closed: all that was set aside is free again, and nothing is ever opened.
  void cancel(std::int64_t number, const rights::Act& act);

  std::vector<Check> checks(std::int64_t number, const SmartApplication& application) const;
  std::vector<Check> apply(std::int64_t number, const SmartApplication& application, const rights::Act& act);
  void admit(std::int64_t number, const std::string& account, bool admitted, const rights::Act& act);
  std::vector<SmartMember> members(std::int64_t number) const;

  // By whoever applied for the account. The same key again with the same content gives the same receipt, also
  // after the close. Throws too_early, too_late, not_admitted, not_yours, not_improved, own_side (against
  // bids of the same person's accounts; those of others are no business of his before the close),
  // beyond_limits, too_many, bids_locked, …
  Receipt bid(std::int64_t number, const SmartBid& bid, const rights::Act& act);
  // Nothing is stored. Throws not_yours, not_admitted.
  SmartQuote quote(std::int64_t number, const SmartBid& bid, const std::string& actor) const;
  std::vector<StoredSmartBid> own_bids(std::int64_t number, const std::string& account,
                                       const std::string& actor) const;

  // Again: no change. Members who may no longer trade or whose cover is gone are left out, and so is of one
  // owner's bids on both sides of a period whatever came later; the rest is cleared without them, and the
  // result says so. Throws undecided while an earlier round waits for the authority, uncovered when the
  // operator's account cannot pay what sellers lack, and not_settled when the registry still refuses a trade.
  SmartView close(std::int64_t number, const rights::Act& act);
  // Of all trades of the round, by somebody who had no part in it. Refused, the transfer accounts have their
  // room again. Granted, a trade of an account that is open no more unwinds alone, for the reason it is told
  // with, and what it used of limits and transfer accounts is free for later rounds, unless limits are kept by it.
  SmartView decide(std::int64_t number, bool granted, const rights::Act& act);
  // Trades whose deadline has passed unwind. Returns how many rounds came to their end.
  int advance(const rights::Act& act);

  SmartView round(std::int64_t number) const;  // throws unknown_round
  std::vector<SmartView> rounds(
      const SmartPage& page = {}) const;                        // newest first; without outcomes, members and results
  std::vector<StoredSmartBid> bids(std::int64_t number) const;  // throws sealed until the close
  std::vector<CourseEvent> events(std::int64_t number, std::int64_t after = 0) const;

  // The transfer accounts of a venue.
  std::vector<BalanceView> balances(const SmartVenue& venue) const;
  // Throws balance_limit when the account would leave its limits, also if a round that waits is refused.
  std::int64_t call_out(const SmartVenue& venue, const CallOut& call, const rights::Act& act);
  void decide_call(std::int64_t number, bool granted, const SmartVenue& venue, const rights::Act& act);
  std::vector<CallView> calls(const std::string& venue) const;  // newest first

  // Clears again from what is stored and compares it with the record, the registry of rights and the transfer
  // accounts. Empty when all is sound. Throws wrong_state before the close.
  std::vector<Text> verify(std::int64_t number) const;

  struct Row;  // of the database; for the module itself

 private:
  Row load(store::Transaction& t, std::int64_t number) const;
  void change_state(store::Transaction& t, Row& row, const std::string& state, const std::string& event,
                    const std::string& detail) const;
  // Of all, or of one account; sealed ones are opened. Throws bids_locked.
  std::vector<StoredSmartBid> read_bids(store::Transaction& t, const Row& row,
                                        const std::string& account = {}) const;
  StoredSmartBid stored_bid(const Row& row, const store::Row& columns) const;
  std::optional<StoredSmartBid> bid_under(store::Transaction& t, const Row& row, const std::string& account,
                                          const std::string& key) const;
  void insert_bid(store::Transaction& t, const Row& row, const StoredSmartBid& bid,
                  const std::string& by) const;
  void open_bids(store::Transaction& t, const Row& row, const std::vector<StoredSmartBid>& bids) const;
  // Numbers of the bids that stand; told without opening any.
  std::vector<std::int64_t> standing_bids(store::Transaction& t, const Row& row) const;
  SmartView view(const Row& row) const;
  std::vector<Check> checks_of(const Row& row, const SmartApplication& application) const;
  SmartApplication require_agent(store::Transaction& t, const Row& row, const std::string& account,
                                 const std::string& actor) const;
  void require_one_side(store::Transaction& t, const Row& row, const SmartBid& bid,
                        const std::string& actor) const;
  // `old`: what the bid replaces.
  void require_few(store::Transaction& t, const Row& row, const SmartBid& bid,
                   const std::optional<StoredSmartBid>& old) const;
  StoredSmartBid replaced(store::Transaction& t, const Row& row, const SmartBid& bid) const;
  // What earlier rounds of the venue leave: of those closed before `closing`, or of all.
  Carried carried(store::Transaction& t, const Row& row, std::int64_t closing) const;
  std::string input_of(store::Transaction& t, const Row& row, const std::vector<StoredSmartBid>& bids,
                       const LeftOut& left_out, std::int64_t closing) const;
  LeftOut left_out(const Row& row, const std::vector<StoredSmartBid>& bids) const;
  void settle(store::Transaction& t, Row& row, const std::vector<StoredSmartBid>& bids,
              const LeftOut& left_out, const rights::Act& act) const;
  void release_all(store::Transaction& t, const Row& row, const rights::Act& by) const;
  void book(store::Transaction& t, const SmartVenue& venue, const std::string& link, const std::string& cause,
            std::int64_t number, const Rational& amount) const;
  void finish_if_decided(store::Transaction& t, Row& row) const;
  void give_back(store::Transaction& t, Row& row, const std::set<std::string>& refused) const;
  rights::Rights rights() const { return {database_, jurisdiction_, clock_, calendar_}; }

  store::Database& database_;
  std::string jurisdiction_;
  const Clock& clock_;
  const WorkCalendar& calendar_;
  const identity::Vault& vault_;
};

}  // namespace tributary::venues
