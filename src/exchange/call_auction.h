// Call auction (集合竞价): all orders of a window against each other at one price.
//
// The candidates are all ticks between the lowest and the highest limit price of either side, not only the prices of
// orders. For each: B = what is bid there or above, S = what is offered there or below, executed = min(B, S),
// surplus = B − S; market orders count at every price. The variants:
//
//   four_step      1) most executed; 2) least |surplus|; 3) where all that are left have surplus > 0: the highest if all
//                  lie below u = ref·(1+l), the lowest if all lie above it, else u; all < 0: the lowest if all lie
//                  above d = ref·(1−l), the highest if all lie below it, else d; 4) otherwise ref if it is among
//                  them, else the nearest to it
//   midpoint       most executed, least |surplus|, then the middle of what is left (Shanghai)
//   nearest_close  most executed, least |surplus|, then the nearest to ref, the previous close (Shenzhen)
//   within_best    as nearest_close among the prices from the best offer to the best bid (after Hong Kong)
//
// Only market orders on both sides: ref. No crossing: no price and no trade. The candidates that are left after two
// steps are neighbouring ticks, since surplus never rises with the price.
//
// O(n log n) for n orders, however many ticks lie between them.
#pragma once

#include "exchange/types.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tributary::exchange {

enum class CallVariant : std::uint8_t { four_step, midpoint, nearest_close, within_best };
std::optional<CallVariant> parse_call_variant(std::string_view name);  // "four-step", "midpoint" …
std::string_view to_string(CallVariant variant);

// A middle between two ticks.
enum class HalfTick : std::uint8_t { up, down, toward_reference };
// Who gets what at the last price that is served: the earlier first, or by size (rounded down to lots, the lots that are
// left one each to the earlier).
enum class Margin : std::uint8_t { time, pro_rata };

struct CallOrder {
  Ticks price = 0;  // of a limit order
  Quantity qty = 0;
  bool market = false;
};

struct CallTerms {
  CallVariant variant = CallVariant::four_step;
  Ticks reference = 0;
  std::optional<Ticks> upper{};  // u of the four steps; none: no bound
  std::optional<Ticks> lower{};  // d
  HalfTick half_tick = HalfTick::up;
  Margin margin = Margin::time;
  Quantity lot = 1;
};

// Ticks from … to at which the same would be executed.
struct CallSegment {
  Ticks from = 0;
  Ticks to = 0;
  Quantity buys = 0;
  Quantity sells = 0;
  Quantity executed() const { return buys < sells ? buys : sells; }
  Quantity surplus() const { return buys - sells; }
};

enum class CallReason : std::uint8_t {
  no_crossing, only_market, single, middle, highest, lowest, upper, lower, reference, nearest
};

struct CallPrice {
  std::optional<Ticks> price;
  Quantity executed = 0;
  Quantity surplus = 0;
  // How it was found: the candidates, those with most executed, of these the ones with least surplus, what decided.
  std::vector<CallSegment> segments;
  Ticks most_from = 0, most_to = 0;
  Ticks least_from = 0, least_to = 0;
  CallReason reason = CallReason::no_crossing;
};

// Within a price the orders stand in order of time. Quantities are positive; throws amount_overflow when those of a side
// sum beyond 62 bits.
CallPrice call_price(std::span<const CallOrder> buys, std::span<const CallOrder> sells,
                     const CallTerms& terms);

struct CallResult {
  CallPrice found;
  std::vector<Quantity> buys;  // filled of each order
  std::vector<Quantity> sells;
};
// The price, and `executed` dealt out on each side: market orders first, then by price, at the margin by the terms.
CallResult call_auction(std::span<const CallOrder> buys, std::span<const CallOrder> sells,
                        const CallTerms& terms);

}  // namespace tributary::exchange
