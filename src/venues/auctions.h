// One-way auctions of one tenant, kept in the database from announcement to settlement.
//
//   Auctions auctions(database, "341602", clock, calendar);
//   const auto no = auctions.announce(venue, {.key = "2026-1", .account = "RES", .supply = 1'000, …}, zhao);
//   auctions.approve(no, qian);                        // another person; now it is public
//   auctions.apply(no, {"A", "涡河"}, ma);              // says every check that fails
//   auctions.admit(no, "A", true, sun);                // another person
//   auctions.bid(no, {.key = "b1", .account = "A", .price = …, .quantity = 300}, ma);
//   auctions.close(no, "public seed", qian);           // after the close: cleared, settled, released, at
//   once auctions.decide(no, true, li);                     // where an authority decides
//
// In a timed auction (venue.format) what has to be beaten and who leads is told to all at once: standing().
// The end moves with late bids; close() waits for it.
//
// The goods are set aside in the registry of rights at the announcement, the cash (in a buy-back: the goods)
// of a bid before it counts. Bids are sealed: until the close no call gives one out but to whoever made it,
// nor says how many there are. Time is the server's, order its sequence. close() takes no figure that could
// change the outcome but the public seed, whose secret half was committed to before the first bid; the same
// bids give the same result (verify()).
//
// Every call is one transaction: all of it happens or nothing. `Act::approver` is ignored: the second person
// makes a call of his own.
#pragma once

#include "rights/rights.h"
#include "venues/admission.h"
#include "venues/codes.h"
#include "venues/declaration.h"
#include "venues/receipt.h"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tributary::identity {
class Vault;
}

namespace tributary::venues {

std::span<const store::Migration> migrations();

// Every bid that is sealed, with its place, for those who keep the keys. What `visit` returns replaces it.
void each_sealed(store::Database& database, const std::string& tenant,
                 const std::function<std::optional<std::string>(const std::string& sealed,
                                                                const std::string& place)>& visit);

struct Announcement {
  std::string key;      // the same key again with the same content: no change
  std::string account;  // reserve account: seller, or buyer of a buy-back
  std::int64_t supply = 0;
  std::optional<rights::Term> term{};  // flow rights
  std::optional<int> vintage{};        // stocks
  std::string project{};
  Instant opens, closes;  // bids count from `opens` up to `closes`, not included
};

struct Bid {
  std::string key{};  // of the account's own
  std::string account{};
  Decimal price;              // yuan; a whole number of ticks
  std::int64_t quantity = 0;  // 0, with `improves`: withdraws that bid, where the venue lets it
  std::int64_t cover_fen =
      0;                   // sale: cash to set aside, when more than needed, so that it does not tell the bid
  std::string improves{};  // key of an own bid that this one replaces
};
// What a bid would come to, and everything that speaks against it.
struct Quote {
  std::int64_t price_fen = 0, charges_fen = 0;  // in a buy-back: of the seller
  std::int64_t set_aside = 0;                   // sale: fen; buy-back: of the instrument
  std::int64_t free = 0;  // sale: fen the account could set aside, with what the improved bid gives back
  std::vector<Error> faults;
};

struct StoredBid {
  std::int64_t seq = 0;
  std::string key, account;
  Decimal price;
  std::int64_t quantity = 0;
  std::int64_t cover_fen = 0;
  std::string improves{};
  std::optional<std::int64_t> replaced_by{};
  Instant at;
  std::string hash{};
  std::optional<std::int64_t>
      outbid_by{};  // timed: by which it can win no more; what it had set aside is free
  std::string
      salt{};  // 128 random bits, hashed with it; told once it is opened. Empty: of before they were added
  // Neither improved, nor outbid for good, nor a withdrawal.
  bool stands() const { return !replaced_by && !outbid_by && quantity > 0; }
};

// The timed part as everybody may see it.
struct Standing {
  struct Leader {
    std::int64_t bidder = 0;  // in the order in which they first bid, from 1
    std::string account;      // told to others only where the venue declares names
    std::int64_t quantity = 0;
  };
  bool timed = false;              // announced and begun; else the rest says nothing
  std::optional<Decimal> price{};  // to be beaten; none: the bids do not cover the supply yet
  std::optional<Decimal>
      next{};  // least price of a bid that counts (in a buy-back the most); none: no lower one
  std::vector<Leader> leaders{};  // who would get how much, were it over now; by number
  std::int64_t bidders = 0;       // who have bid so far
};

struct Outcome {  // of one bid that was served
  std::int64_t bid = 0;
  std::string account;
  std::int64_t quantity = 0;
  Decimal price;
  std::int64_t fen = 0;
  std::string trade;  // key in the registry of rights
  std::string state;  // "completed", "conditional", "rejected", "expired"; "refused" by the registry when it
                      // was settled
  std::string why;    // of a refusal
};

struct AuctionView {
  std::int64_t number = 0;
  std::string state;
  AuctionVenue venue;
  Announcement announcement;
  std::string announced_by, approved_by, closed_by;
  std::string commitment;            // SHA-256 of the secret, published before the first bid
  std::optional<Decimal> reserve{};  // none: hidden and not closed
  std::string secret, seed;          // after the close
  std::optional<Decimal> price{};    // none: not closed, or nothing sold
  std::int64_t sold = 0;
  std::vector<Outcome> outcomes;
  Instant ends;  // the close, as late bids have put it off
  int extensions = 0;
  std::optional<Instant> timed_from{};  // none: sealed
  std::optional<Instant> decide_by{};   // while an authority decides
  std::int64_t admitted = 0;            // bidders
  std::string result;                   // JSON, with the steps of the clearing; empty before the close
  std::string result_hash;
};

// A part of the list of auctions.
struct AuctionPage {
  bool published = false;                                   // no drafts, nor what was rejected
  bool by_close = false;                                    // else by number
  bool upward = false;                                      // else the newest first
  std::optional<std::pair<Instant, std::int64_t>> after{};  // close and number of the last one before
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
};

struct Bidder {
  std::string account, owner, zone, state, applied_by, decided_by;
};

class Ascent;

class Auctions {
 public:
  // `vault` seals bids until they are opened, and outlives this.
  Auctions(store::Database& database, std::string jurisdiction, const Clock& clock,
           const WorkCalendar& calendar, const identity::Vault& vault);

  // Sets the goods (in a buy-back the cash) aside. Throws bad_value, too_early, key_conflict, and what
  // Rights::reserve throws; bids_locked without a key to seal bids with.
  std::int64_t announce(const AuctionVenue& venue, const Announcement& announcement, const rights::Act& act);
  void approve(std::int64_t number, const rights::Act& act);  // throws same_person, wrong_state, too_early
  void reject(std::int64_t number, const rights::Act& act);   // of a draft: what was set aside is free again
  // What was announced and is not closed: all that was set aside is free again, and no bid is ever opened. By
  // somebody who neither announced it nor bids in it.
  void cancel(std::int64_t number, const rights::Act& act);

  // All checks of the account. What fails refuses: not_admitted, which names every one of them.
  std::vector<Check> checks(std::int64_t number, const Application& application) const;
  std::vector<Check> apply(std::int64_t number, const Application& application, const rights::Act& act);
  void admit(std::int64_t number, const std::string& account, bool admitted, const rights::Act& act);
  std::vector<Bidder> bidders(std::int64_t number) const;

  // By whoever applied for the account. The same key again with the same content gives the same receipt, also
  // after the close. Throws too_early, too_late, not_admitted, not_yours, not_improved, beyond_reserve,
  // below_step, bids_locked, … In a timed auction an account has one standing bid, which the next one
  // improves, named or not.
  Receipt bid(std::int64_t number, const Bid& bid, const rights::Act& act);
  // Nothing is stored. Throws not_yours, not_admitted.
  Quote quote(std::int64_t number, const Bid& bid, const std::string& actor) const;
  // For whoever applied for the account, also before the close. Throws not_yours.
  std::vector<StoredBid> own_bids(std::int64_t number, const std::string& account,
                                  const std::string& actor) const;

  Standing standing(std::int64_t number) const;

  // Again: no change. The seed may be left empty where ties are by time.
  AuctionView close(std::int64_t number, const std::string& seed, const rights::Act& act);
  // Of all trades that wait for it, by somebody who had no part in the auction.
  AuctionView decide(std::int64_t number, bool granted, const rights::Act& act);
  // Trades whose deadline has passed unwind. Returns how many auctions came to their end.
  int advance(const rights::Act& act);

  AuctionView auction(std::int64_t number) const;  // throws unknown_auction
  // Without outcomes, result and number of bidders: no bid, no bidder and no trade is read for a list.
  std::vector<AuctionView> auctions(const AuctionPage& page = {}) const;
  std::vector<StoredBid> bids(std::int64_t number) const;  // throws sealed until the bids were opened
  std::vector<CourseEvent> events(std::int64_t number, std::int64_t after = 0) const;
  // Clears again from the stored bids and compares with what is stored and with the registry of rights. Empty
  // when all is sound. Throws wrong_state before the close.
  std::vector<Text> verify(std::int64_t number) const;

 private:
  struct Row;
  Row load(store::Transaction& t, std::int64_t number) const;
  void change_state(store::Transaction& t, Row& row, const std::string& state, const std::string& event,
                    const std::string& detail) const;
  std::vector<StoredBid> read_bids(store::Transaction& t, const Row& row) const;
  // Those that are neither replaced nor outbid for good: what a timed part goes on from.
  std::vector<StoredBid> read_standing_bids(store::Transaction& t, const Row& row) const;
  StoredBid stored_bid(const Row& row, const store::Row& columns) const;
  std::optional<StoredBid> bid_under(store::Transaction& t, const Row& row, const std::string& account,
                                     const std::string& key) const;
  void insert_bid(store::Transaction& t, const Row& row, const StoredBid& bid, const std::string& by) const;
  void open_bids(store::Transaction& t, const Row& row, const std::vector<StoredBid>& bids) const;
  void set_aside(const Row& row, const StoredBid& bid, const rights::Act& by) const;
  void advance_ascent(store::Transaction& t, Row& row, Ascent& ascent, const StoredBid& bid) const;
  static AuctionView summary(const Row& row, bool closed);
  AuctionView view(const Row& row) const;
  std::vector<Check> checks_of(const Row& row, const Application& application) const;
  void require_fine(const Row& row, const Application& application) const;
  // Zone of the account, which must be admitted at the request of `actor`.
  std::string require_agent(store::Transaction& t, const Row& row, const std::string& account,
                            const std::string& actor) const;
  // The standing bid that one improves.
  static StoredBid improved(const std::vector<StoredBid>& bids, const Bid& bid);
  // Gives back what the lot, the bids and the deposits have set aside and not used.
  void release_all(const Row& row, const std::vector<std::int64_t>& bids, const rights::Act& by) const;
  // Numbers of the bids that stand; told without opening any.
  std::vector<std::int64_t> standing_bids(store::Transaction& t, const Row& row) const;
  void finish_if_decided(store::Transaction& t, Row& row) const;
  rights::Rights rights() const { return {database_, jurisdiction_, clock_, calendar_}; }

  store::Database& database_;
  std::string jurisdiction_;
  const Clock& clock_;
  const WorkCalendar& calendar_;
  const identity::Vault& vault_;
};

}  // namespace tributary::venues
