// The words of the trading core: commands in, events out. Both are plain values of fixed size.
//
// Prices are whole ticks, quantities whole units of the instrument (kg, m³, t), money whole fen. Accounts,
// groups and orders are numbered densely from 1 (accounts from 0) in the order in which the one writer admits
// them, so that they index arrays. Time comes with the command (seconds of the server's clock); what decides
// between two orders is their sequence, never the clock.
#pragma once

#include "exchange/codes.h"

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace tributary::exchange {

using Ticks = std::int64_t;
using Quantity = std::int64_t;
using Fen = std::int64_t;
using AccountNumber = std::uint32_t;
using OrderId = std::uint64_t;

enum class Side : std::uint8_t { buy, sell };
constexpr Side other(Side side) {
  return side == Side::buy ? Side::sell : Side::buy;
}

enum class OrderType : std::uint8_t { limit, market };

// How long an order stands. ioc: what does not trade at once is cancelled; fok: all at once or nothing;
// auction_only: takes part in the next call auction and lapses with it.
enum class Stands : std::uint8_t { day, gtc, ioc, fok, auction_only };

enum class Phase : std::uint8_t { closed, call, call_no_cancel, continuous };

enum class Action : std::uint8_t {
  submit = 1,   // order id account side type stands price qty min_qty
  cancel,       // order account
  amend,        // order account price qty (the whole quantity, what is filled included)
  take,         // order (own, new) account target qty: picks a listed offer
  cancel_all,   // account, or every account with `everybody`: the kill switch
  phase,        // phase
  uncross,      // phase that follows
  halt,         // until (0: until resumed)
  resume,       //
  admit,        // account (the next number) group qty (what its group holds elsewhere)
  block,        // account: its orders are cancelled, it can enter none
  unblock,      // account
  end_day,      // day orders lapse, day counters and locks roll, the close is set
  reference,    // price: the new reference of the band; only while closed
  deposit,      // account price (fen) qty (units)
  withdraw,     // account price (fen) qty (units)
  bulk_propose, // order (number of the proposal) account side counterparty=target price qty until terms
  bulk_confirm, // order account terms
  bulk_withdraw // order account
};

inline constexpr AccountNumber everybody = std::numeric_limits<AccountNumber>::max();

using TermsHash = std::array<std::uint8_t, 32>;  // SHA-256 of the terms both sides have read

struct Command {
  Action action{};
  Side side = Side::buy;
  OrderType type = OrderType::limit;
  Stands stands = Stands::day;
  Phase phase = Phase::closed;
  AccountNumber account = 0;
  std::uint32_t group = 0;  // beneficial owner
  std::int64_t time = 0;    // seconds; one that goes back counts as the latest seen
  OrderId order = 0;
  OrderId target = 0;
  Ticks price = 0;
  Quantity qty = 0;
  Quantity min_qty = 0;
  std::int64_t until = 0;
  TermsHash terms{};
  bool operator==(const Command&) const = default;
};

enum class EventKind : std::uint8_t {
  accepted = 1,  // order price qty: checked and its cover reserved; comes before anything it does
  refused,       // order reason
  duplicate,     // order reason: this id with this content was answered before; nothing was done
  traded,        // order (incoming or later) other (resting or earlier) price qty amount
  amended,       // order price qty (left)
  reduced,       // order other qty: self-trade prevention took qty off both
  cancelled,     // order qty (left) reason
  expired,       // order qty (left) reason
  auction,       // price qty: the result of the call auction
  phase,         // price = the new phase
  halted,        // price = until
  resumed,       //
  done,          // any other command that was carried out
  day_closed     // price = the close
};

struct Event {
  EventKind kind{};
  Refusal reason = Refusal::none;
  OrderId order = 0;
  OrderId other = 0;
  Ticks price = 0;
  Quantity qty = 0;
  Fen amount = 0;
  bool operator==(const Event&) const = default;
};
using Events = std::vector<Event>;

// Where an order is in its life. partial: open, some of it filled.
enum class OrderState : std::uint8_t { unknown, open, partial, filled, cancelled, expired, refused };

// A hash of a state, defined on the values and not on how they are kept, so that two implementations agree.
class StateHash {
 public:
  void add(std::uint64_t value) {
    state_ = (state_ ^ value) * 0x9E3779B97F4A7C15ULL;
    state_ ^= state_ >> 29;
  }
  template <class... Values>
  void add_all(Values... values) {
    (add(static_cast<std::uint64_t>(values)), ...);
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0x7472696275746172ULL;
};

}  // namespace tributary::exchange
