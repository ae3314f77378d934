// The rules of one market in one instrument: what packs will say.
#pragma once

#include "exchange/band.h"
#include "exchange/call_auction.h"

namespace tributary::exchange {

// continuous: orders match by price, then time. listed_*: offers are posted and picked (挂牌协议), only at the
// best price or any of them.
enum class Market : std::uint8_t { continuous, listed_best, listed_any };

// An order meets one of its own beneficial owner: which of the two gives way.
enum class SelfTrade : std::uint8_t { cancel_newest, cancel_oldest, cancel_both, decrement };

// Checks before the book. 0: no limit.
struct Limits {
  std::uint32_t rate = 0;        // commands of one account in one window
  std::int64_t rate_window = 1;  // seconds
  Quantity max_order = 0;        // quantity of one order
  Fen max_value = 0;             // value of one order at its limit
  Quantity max_day = 0;          // what an account has traded today and has open
  Quantity max_holding = 0;      // what a group holds and bids for
  Quantity supply = 0;           // all units there are; for the next
  std::uint32_t max_share = 0;   // of the supply, in millionths, that a group may hold and bid for
};

struct BookRules {
  Market market = Market::continuous;
  SelfTrade self_trade = SelfTrade::cancel_newest;
  bool market_orders = false;
  Ticks reference = 0;  // previous close, or the announced price of a first day
  Decimal band = Decimal::from_parts(1, 1);
  BandRounding band_rounding = BandRounding::inward;
  Quantity lot = 1;
  // Fen of one tick times one unit: numerator/denominator. 0.01 yuan/t and tonnes: 1/1. 1 yuan/(t·yr), kilograms and 37
  // months: 100·37/(1000·12).
  std::int64_t value_numerator = 1;
  std::int64_t value_denominator = 1;
  Quantity bulk_threshold = 0;  // from here on: bulk agreements only; 0: there are none
  Decimal bulk_band = Decimal::from_parts(3, 1);
  Quantity close_min_volume = 0;
  CallVariant call = CallVariant::four_step;
  Limits limits{};
};

// More levels than this between the bounds of a band: the tick is too fine.
inline constexpr Ticks max_levels = 262'142;
// The largest order: its value at the upper bound stays within 62 bits, whatever the price.
Quantity largest_order(const BookRules& rules, Ticks hi);
// Throws bad_rules and says which.
void check(const BookRules& rules);

// price·qty·numerator/denominator in fen, rounded once, half up. 128 bits inside; throws amount_overflow.
Fen value_of(Ticks price, Quantity qty, std::int64_t numerator, std::int64_t denominator);

}  // namespace tributary::exchange
