// Outcome codes of `exchange`: first why an order is refused or ends (Refusal), then what is thrown. One list.
#pragma once

#include "base/error.h"

#include <algorithm>

namespace tributary::exchange {

// Why a command is refused, or an order ends. The order is the precedence: of several wrongs the first one
// listed is returned.
enum class Refusal : std::uint16_t {
  none = 0,
  // The command by itself
  id_gap = 1,  // ids come without gaps; this one skips some
  id_reused,  // the id was used with other content
  unknown_account,
  account_blocked,
  rate_limit,  // too many commands in the window
  halted,
  wrong_phase,  // not in this phase, or not in this kind of market
  // Against the orders there are
  unknown_order,
  not_your_order,
  order_done,
  type_not_allowed,
  stands_not_allowed,
  quantity_not_positive,
  quantity_off_lot,
  quantity_too_large,
  bad_min_qty,
  price_outside_band,
  below_bulk,  // under the threshold of bulk agreements
  above_listed,  // at or above that threshold: belongs to bulk
  nothing_to_change,
  below_filled,  // the new quantity is not above what is filled
  own_offer,  // both sides have one beneficial owner
  not_the_best,  // strict listing: only the best offer may be picked
  more_than_offered,
  below_min_qty,  // less than the offer lets go at once
  not_a_party,
  proposal_lapsed,
  terms_differ,
  value_limit,
  day_limit,
  holding_limit,
  concentration_limit,
  not_covered,  // not enough free cash or goods to reserve
  no_liquidity,  // fill-or-kill, or a minimum, cannot be met
  // Why an order ended
  asked,  // cancelled by its owner
  immediate,  // the rest of an immediate order
  self_trade,  // self-trade prevention
  day_over,
  auction_over,
  outside_new_band,
  mass_cancel,
};
inline constexpr std::uint16_t last_refusal = static_cast<std::uint16_t>(Refusal::mass_cancel);

namespace codes {

using enum Kind;

// By the number of the Refusal.
inline constexpr std::array refusals{
    Code{"exchange", 1, "id_gap", invalid_input},
    Code{"exchange", 2, "id_reused", conflict},
    Code{"exchange", 3, "unknown_account", not_found},
    Code{"exchange", 4, "account_blocked", forbidden},
    Code{"exchange", 5, "rate_limit", unavailable},
    Code{"exchange", 6, "halted", conflict},
    Code{"exchange", 7, "wrong_phase", conflict},
    Code{"exchange", 8, "unknown_order", not_found},
    Code{"exchange", 9, "not_your_order", forbidden},
    Code{"exchange", 10, "order_done", conflict},
    Code{"exchange", 11, "type_not_allowed", invalid_input},
    Code{"exchange", 12, "stands_not_allowed", invalid_input},
    Code{"exchange", 13, "quantity_not_positive", invalid_input},
    Code{"exchange", 14, "quantity_off_lot", invalid_input},
    Code{"exchange", 15, "quantity_too_large", invalid_input},
    Code{"exchange", 16, "bad_min_qty", invalid_input},
    Code{"exchange", 17, "price_outside_band", invalid_input},
    Code{"exchange", 18, "below_bulk", invalid_input},
    Code{"exchange", 19, "above_listed", invalid_input},
    Code{"exchange", 20, "nothing_to_change", invalid_input},
    Code{"exchange", 21, "below_filled", conflict},
    Code{"exchange", 22, "own_offer", forbidden},
    Code{"exchange", 23, "not_the_best", conflict},
    Code{"exchange", 24, "more_than_offered", conflict},
    Code{"exchange", 25, "below_min_qty", conflict},
    Code{"exchange", 26, "not_a_party", forbidden},
    Code{"exchange", 27, "proposal_lapsed", conflict},
    Code{"exchange", 28, "terms_differ", conflict},
    Code{"exchange", 29, "value_limit", forbidden},
    Code{"exchange", 30, "day_limit", forbidden},
    Code{"exchange", 31, "holding_limit", forbidden},
    Code{"exchange", 32, "concentration_limit", forbidden},
    Code{"exchange", 33, "not_covered", conflict},
    Code{"exchange", 34, "no_liquidity", conflict},
    Code{"exchange", 35, "asked", internal},
    Code{"exchange", 36, "immediate", internal},
    Code{"exchange", 37, "self_trade", internal},
    Code{"exchange", 38, "day_over", internal},
    Code{"exchange", 39, "auction_over", internal},
    Code{"exchange", 40, "outside_new_band", internal},
    Code{"exchange", 41, "mass_cancel", internal},
};
static_assert(dense(refusals));
static_assert(refusals.size() == last_refusal);

inline constexpr Code bad_rules{"exchange", 42, "bad_rules", invalid_input};          // of a market
inline constexpr Code bad_input{"exchange", 43, "bad_input", invalid_input};          // of a calculator
inline constexpr Code unknown_rule{"exchange", 44, "unknown_rule", invalid_input};    // of an auction
inline constexpr Code seed_mismatch{"exchange", 45, "seed_mismatch", conflict};       // of a drawing of lots
inline constexpr Code amount_overflow{"exchange", 46, "amount_overflow", invalid_input};
inline constexpr Code journal_damaged{"exchange", 47, "journal_damaged", conflict};
inline constexpr Code journal_unwritable{"exchange", 48, "journal_unwritable", unavailable};

inline constexpr std::array thrown{bad_rules,     bad_input,       unknown_rule,      seed_mismatch,
                                   amount_overflow, journal_damaged, journal_unwritable};

inline constexpr auto all = [] {
  std::array<Code, refusals.size() + thrown.size()> list{};
  std::copy(thrown.begin(), thrown.end(), std::copy(refusals.begin(), refusals.end(), list.begin()));
  return list;
}();
static_assert(dense(all));

}  // namespace codes

// The name of a refusal, "none" for none.
constexpr std::string_view to_string(Refusal refusal) {
  return refusal == Refusal::none ? "none"
                                  : codes::refusals[static_cast<std::size_t>(refusal) - 1].name;
}

// What it means, for people.
Text describe(Refusal refusal);

}  // namespace tributary::exchange
