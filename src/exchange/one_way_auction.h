// One-way auction (单向竞价): one seller (the government's reserve) and many bidders, or one buyer (a buy-back) and many who
// offer. Sealed, or timed ascending; one price for all, or each pays what it bid.
//
// The steps: bids that fail qualification, lot, minimum, tick, reserve or deposit are dropped; what is left of a bidder is
// trimmed to its limit by removing its lowest-priced lots first (Québec Q-2 r.46.1 s.52), then to its guarantee: what a
// price cannot fund is cut there and offered again at the next lower price bid by anybody that it can fund. Then: by price,
// by the tie policy, accumulated to the supply; the price is the lowest accepted bid. In a buy-back «lowest» reads
// «highest» throughout, the reserve is the most that is paid, and there is no guarantee.
#pragma once

#include "exchange/types.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::exchange {

enum class OneWaySide : std::uint8_t { sale, buy_back };
enum class Pricing : std::uint8_t { uniform, pay_as_bid };
// time: the earlier first, the last served takes the remainder (Guangdong). random: in drawn order, the last takes the
// remainder (EU Art 7). pro_rata: by size, rounded down to lots, the lots that are left one each in drawn order (Québec
// s.61.5).
enum class Tie : std::uint8_t { time, random, pro_rata };
// When less is bid for than offered: cancel (EU Art 7(5)); lowest_bid: all fill, at the lowest bid (Guangdong 2014);
// reserve: all fill, at the reserve, what is left goes back. With pay_as_bid the last two fill everyone at their own bid.
enum class Under : std::uint8_t { cancel, lowest_bid, reserve };

// Draws are SHA-256 of «secret|public|bid»; the hash of the secret is published before the window, the public seed comes
// after it, so neither side can choose the order.
struct Seed {
  std::string commitment;  // SHA-256 of the secret, hex
  std::string secret;
  std::string revealed;    // the public seed
};

// Of the timed ascending form. Bids up to `open` are a sealed first round; each bidder has one standing bid, which a better
// one replaces. A bid at or after `close` is late; one within `window` of the close that changes who would
// win moves the close to that bid plus `by`, at most `most` times.
struct Extension {
  std::int64_t open = 0;
  std::int64_t close = 0;
  std::int64_t window = 0;
  std::int64_t by = 0;
  int most = 0;
  Ticks increment = 1;  // a bidder's later bid is this much better at least
};

struct OneWayTerms {
  OneWaySide side = OneWaySide::sale;
  Pricing pricing = Pricing::uniform;
  Quantity supply = 0;  // or what is bought back
  Ticks reserve = 0;
  Quantity lot = 1;
  Quantity min_bid = 0;
  std::optional<Quantity> max_share{};  // of one bidder, in units
  bool deposit = false;                 // a bid needs its deposit paid
  Tie tie = Tie::time;
  Under under = Under::lowest_bid;
  std::optional<Ticks> cancel_below{};  // of the price: far from the secondary market (EU)
  std::optional<Seed> seed{};
  std::optional<Extension> ascending{};
  // Fen of one tick and unit: for guarantees.
  std::int64_t value_numerator = 1;
  std::int64_t value_denominator = 1;
};

struct OneWayBid {
  std::string id;
  std::string bidder;  // beneficial owner
  Ticks price = 0;
  bool off_tick = false;  // the price as written lies between two ticks
  Quantity qty = 0;
  std::int64_t time = 0;
  bool qualified = true;
  bool deposit_paid = true;
};

// What one bidder may have.
struct OneWayBidder {
  std::string name;
  std::optional<Quantity> limit{};   // purchase or holding limit still free
  std::optional<Fen> guarantee{};
};

enum class Dropped : std::uint8_t {
  not_qualified, off_lot, below_min_bid, off_tick, beyond_reserve, no_deposit, too_late,
  not_improved, replaced, trimmed_away
};
std::string_view to_string(Dropped reason);
Text describe(Dropped reason);

struct OneWayResult {
  struct Drop {
    std::string bid;
    Dropped reason;
  };
  struct Trim {
    std::string bid;
    Quantity from = 0;
    Quantity to = 0;
    bool by_guarantee = false;
    Ticks moved_to = 0;       // where the cut part is offered again; 0: nowhere
    Quantity moved = 0;
  };
  struct Row {  // in order of service
    std::string bid;
    std::string bidder;
    Ticks price = 0;
    Quantity qty = 0;         // after trimming
    __int128 cumulative = 0;  // with it and all before
    Quantity filled = 0;
    Ticks pays = 0;           // the price it is filled at
    std::string drawn;        // its draw, where lots were drawn
  };
  std::vector<Drop> dropped;
  std::vector<Trim> trimmed;
  std::vector<Row> rows;
  std::optional<Ticks> price;  // none: cancelled or nothing sold; with pay_as_bid the lowest accepted
  Quantity sold = 0;
  bool cancelled = false;
  bool undersubscribed = false;
  Quantity marginal = 0;       // what was left for the bids at the price
  std::int64_t closed_at = 0;
  int extensions = 0;
};

// Throws seed_mismatch when lots must be drawn and there is no seed, or the secret does not fit its commitment;
// bad_rules; amount_overflow.
OneWayResult one_way_auction(const OneWayTerms& terms, const std::vector<OneWayBid>& bids,
                             const std::vector<OneWayBidder>& bidders);

}  // namespace tributary::exchange
