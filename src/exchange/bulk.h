// Bulk agreements (大宗协议): two members agree on terms elsewhere; both confirm the same hash of them before it lapses.
//
// From a threshold of quantity on, in a band of its own; does not set the close. The proposer's side is reserved when it
// is proposed, the other side when it confirms, and both are settled then. The limits of the book hold for both.
#pragma once

#include "exchange/book.h"

namespace tributary::exchange {

class BulkDesk {
 public:
  BulkDesk(Book& book, Reservations& reservations) : book_(book), reservations_(reservations) {}

  // bulk_propose, bulk_confirm, bulk_withdraw; proposals are numbered from 1 without gaps, apart from orders.
  void apply(const Command& command, Events& events);
  // Lapses what has run out at `time`, everything of `account`, or everything.
  void lapse(std::int64_t time, Events& events);
  void lapse_of(AccountNumber account, Events& events);
  void lapse_all(Events& events);

  std::vector<Cover> covers() const;
  void hash(StateHash& hash) const;

 private:
  struct Proposal {
    Command terms;
    OrderState state = OrderState::refused;
    Refusal reason = Refusal::none;
  };
  Refusal check(const Command& c) const;
  Refusal may_add(AccountNumber account, Side side, const Command& c);
  Cover cover(const Command& c, AccountNumber account, Side side) const;
  Fen cash(Ticks price, Quantity qty) const;
  void propose(const Command& c, Events& events);
  void confirm(const Command& c, Events& events);
  void close(Proposal& proposal, OrderState state, Refusal reason, Events& events);
  template <class Which>
  void lapse_where(const Which& which, Events& events);

  Book& book_;
  Reservations& reservations_;
  std::vector<Proposal> proposals_;
};

}  // namespace tributary::exchange
