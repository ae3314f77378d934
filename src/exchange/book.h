// The trading core of one instrument: checks, reservation, matching by price and time, phases, halts.
//
// One writer; no clock, no randomness, no I/O: the same commands give the same events and the same state_hash(), on any
// machine and compiler. Nothing is allocated while trading within `expected_orders`; beyond it the tables grow.
//
// Rules of amending: a lower quantity at the same price keeps the place in the line; a higher quantity or another price
// goes to the end of it, and may trade at once. min_qty: of an ioc order, what must trade at once for anything to trade; of
// a listed offer, the least that may be picked (or all that is left).
//
//     Book book(rules, reservations, 1'000'000);
//     Events events;
//     book.apply({.action = Action::submit, .account = 3, .order = 1, .price = 5000, .qty = 10}, events);
#pragma once

#include "exchange/ladder.h"
#include "exchange/members.h"
#include "exchange/reservations.h"
#include "exchange/rules.h"

#include <optional>

namespace tributary::exchange {

class Book {
 public:
  // Throws bad_rules. The reservations outlive the book.
  Book(const BookRules& rules, Reservations& reservations, std::size_t expected_orders);

  // Appends what happened. Actions on bulk agreements and on cash and goods are not the book's: wrong_phase.
  void apply(const Command& command, Events& events);

  std::uint64_t state_hash() const;

  // What people see.
  struct Depth {
    Ticks price = 0;
    Quantity qty = 0;
  };
  std::vector<Depth> depth(Side side, std::size_t levels) const;
  // Of the call auction, were it now; before self-trade prevention.
  CallPrice indicative() const;
  OrderState state(OrderId order) const;
  Phase phase() const { return phase_; }
  Ticks reference() const { return reference_; }
  const Band& band() const { return band_; }
  OrderId next_order() const { return known_.size(); }
  // Every open order with what covers it, in order of id.
  std::vector<Cover> covers() const;

  // For bulk agreements, which the same members make under the same limits.
  Members& members() { return members_; }
  const Members& members() const { return members_; }
  const BookRules& rules() const { return rules_; }
  bool halted() const { return halted_; }
  std::int64_t halted_until() const { return halted_until_; }  // 0: until resumed

  // Starts to fetch what the command will touch. Optional; for streams known ahead.
  void prefetch(const Command& command) const;

 private:
  struct Known {
    std::uint64_t content = 0;
    Slot slot = no_slot;
    OrderState state = OrderState::unknown;
    Refusal reason = Refusal::none;
  };

  void submit(const Command& c, Events& events);
  void cancel(const Command& c, Events& events);
  void amend(const Command& c, Events& events);
  void take(const Command& c, Events& events);

  bool new_id(const Command& c, Events& events);
  void refuse(const Command& c, Refusal reason, Events& events);
  Refusal may_enter(const Command& c);
  Refusal check_order(const Command& c) const;
  Refusal check_quantity(Quantity qty) const;
  // The live order that the command names, checked to be the account's.
  Refusal find(const Command& c, Slot& slot) const;

  void match(Slot slot, Events& events);
  void match_or_rest(Slot slot, Events& events);
  Quantity available(const Resting& order, Quantity wanted) const;
  void trade(Resting& resting, Resting& incoming, Ticks price, Quantity qty, Events& events);
  bool prevent_self_trade(Slot resting, Slot incoming, Events& events);
  void reduce(Slot a, Slot b, Quantity by, Events& events);
  // Ends an order that is not in the ladder, resp. takes it out of it first.
  void end(Slot slot, OrderState state, Refusal reason, Events& events);
  void take_out(Slot slot, OrderState state, Refusal reason, Events& events);
  void retire(Slot slot, OrderState state, Refusal reason);

  // The session: book_session.cpp.
  void run_session(const Command& c, Events& events);
  void wake(std::int64_t time, Events& events);
  void halt(const Command& c, Events& events);
  void change_phase(const Command& c, Events& events);
  void uncross(const Command& c, Events& events);
  void end_day(Events& events);
  void set_reference(const Command& c, Events& events);
  template <class Which>
  void end_all(OrderState state, Refusal reason, const Which& which, Events& events);
  void part_own_orders(std::vector<Slot>& buys, std::vector<Slot>& sells, Events& events);
  std::vector<Slot> in_line(Side side) const;

  Slot allocate();
  Ladder& ladder(Side side) { return ladders_[static_cast<std::size_t>(side)]; }
  const Ladder& ladder(Side side) const { return ladders_[static_cast<std::size_t>(side)]; }
  // Level 0: market orders to sell; 1 … n: the ticks of the band; n+1: market orders to buy.
  std::uint32_t level_of(Ticks price) const { return static_cast<std::uint32_t>(price - band_.lo + 1); }
  Ticks price_of(std::uint32_t level) const { return band_.lo + level - 1; }
  std::uint32_t top_level() const { return level_of(band_.hi); }
  bool crosses(const Resting& order, std::uint32_t level) const {
    return order.side == Side::buy ? level <= order.level : level >= order.level;
  }
  // What has to be set aside per the price of a level: cash for each lot, rounded up, so that no way of filling the
  // order costs more.
  Fen cash_for(Side side, std::uint32_t level, Quantity qty) const;
  Cover cover_of(const Resting& order, Quantity qty) const;
  Fen amount_of(Ticks price, Quantity qty) const;

  BookRules rules_;
  Reservations& reservations_;
  Members members_;
  std::array<Ladder, 2> ladders_{Ladder(Side::buy), Ladder(Side::sell)};
  std::vector<Resting> orders_;
  std::vector<Slot> free_;
  std::vector<Known> known_;
  Band band_;
  Ticks reference_ = 0;
  Quantity largest_ = 0;
  DayTrades day_;
  Phase phase_ = Phase::closed;
  bool halted_ = false;
  std::int64_t halted_until_ = 0;
  std::int64_t now_ = 0;
  std::uint64_t sequence_ = 0;
};

// What makes two submissions with one id the same.
std::uint64_t content_of(const Command& command);

}  // namespace tributary::exchange
