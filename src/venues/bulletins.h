// What everybody is told of the trading of a day: the bulletin and the series of prices. Nobody is named in it.
//
//   Bulletins bulletins(database, "341602", clock);
//   bulletins.days(std::nullopt, 30);                  // which days have a bulletin, newest first
//   const Bulletin bulletin = bulletins.bulletin(day); // markets, auctions, rounds, halts, totals of the registry
//   bulletins.prices({.instrument = "COD-GUO", .limit = 100});
//
// A market's figures of a day are there once its day is over. What the authority refuses afterwards stays in the figures of
// the day on which it was dealt.
#pragma once

#include "rights/day_totals.h"
#include "venues/auctions.h"
#include "venues/markets.h"
#include "venues/smart_rounds.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::venues {

// One market on one of its days.
struct DayPrices {
  std::int64_t market = 0;
  Text title;
  std::string instrument;
  bool lease = false;  // the price is that of the use for these months, not of title
  std::optional<rights::Term> term{};
  std::optional<int> vintage{};
  std::string project;
  MarketDay day;
};

// A halt, or its end before the time that was said.
struct HaltNotice {
  std::int64_t market = 0;
  Text title;
  Instant at;
  bool resumed = false;
  std::optional<Instant> until{};  // of a halt; none: until resumed
  std::string reason;
};

// An auction whose bids were opened that day. Price and quantity are told of every auction, of the bids nothing.
struct AuctionNotice {
  std::int64_t number = 0;
  Text title;
  std::string instrument;
  bool lease = false;  // as of DayPrices
  std::optional<rights::Term> term{};
  std::optional<int> vintage{};
  std::string project;
  bool buy_back = false;
  std::int64_t supply = 0, sold = 0;
  std::optional<Decimal> price{};  // none: nothing sold
  std::string state;               // as it stands now
  Instant at;
};

// A round of a smart market that was cleared that day. Prices, sums and how many bids there were are told of every
// round, of the bids nothing.
struct RoundNotice {
  std::int64_t number = 0;
  Text title;
  std::string instrument;
  std::optional<rights::Term> term{};
  std::optional<int> vintage{};
  std::string project;
  std::int64_t bids = 0;    // and asks that were cleared
  std::int64_t bought = 0;  // of the instrument, in all zones and periods
  std::int64_t rent_fen = 0;  // congestion rent of the clearing
  std::vector<NodePrice> prices;  // those an order meets; none where nothing was bought
  std::string state;              // as it stands now
  Instant at;
};

struct Bulletin {
  Date day;
  bool running = false;  // the day is not over: more may come
  std::vector<DayPrices> markets;       // by number
  std::vector<AuctionNotice> auctions;  // in time
  std::vector<RoundNotice> rounds;      // in time
  std::vector<HaltNotice> halts;        // in time
  std::vector<rights::DayTotal> totals;  // of every instrument; what of it is public the caller knows
};

struct PriceFilter {
  std::string instrument{};  // empty: all
  std::optional<std::int64_t> market{};
  std::optional<Date> from{}, to{};  // both included
  std::optional<std::pair<Date, std::int64_t>> after{};  // day and market of the last one of the page before
  std::int64_t limit = 100;
};

class Bulletins {
 public:
  Bulletins(store::Database& database, std::string jurisdiction, const Clock& clock);

  // Newest first; before that day, where one is given. Days on which a market closed, an auction was opened, a round was
  // cleared, or trading was halted or resumed.
  std::vector<Date> days(std::optional<Date> before, std::int64_t limit) const;
  // `totals`: also what the registry moved.
  Bulletin bulletin(Date day, bool totals = true) const;
  // Newest first, of one day by market downwards.
  std::vector<DayPrices> prices(const PriceFilter& filter) const;
  std::optional<Date> first_day() const;  // of the prices

 private:
  store::Database& database_;
  std::string jurisdiction_;
  const Clock& clock_;
};

}  // namespace tributary::venues
