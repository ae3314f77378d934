#include "exchange/book.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::exchange {

std::uint64_t content_of(const Command& c) {
  StateHash hash;
  const auto kinds = static_cast<std::uint64_t>(c.action) | static_cast<std::uint64_t>(c.side) << 8 |
                     static_cast<std::uint64_t>(c.type) << 16 | static_cast<std::uint64_t>(c.stands) << 24 |
                     std::uint64_t{c.account} << 32;
  hash.add_all(kinds, c.target, c.price, c.qty, c.min_qty);
  return hash.value();
}

Book::Book(const BookRules& rules, Reservations& reservations, std::size_t expected_orders)
    : rules_(rules), reservations_(reservations), reference_(rules.reference) {
  check(rules_);
  known_.reserve(expected_orders + 1);
  orders_.reserve(expected_orders);
  free_.reserve(expected_orders);
  known_.emplace_back();  // ids count from 1
  band_ = band_around(reference_, rules_.band, rules_.band_rounding);
  largest_ = largest_order(rules_, band_.hi);
  for (Ladder& ladder : ladders_) ladder.resize(top_level() + 2);
}

void Book::apply(const Command& c, Events& events) {
  if (c.time > now_) now_ = c.time;
  if (halted_) wake(now_, events);
  switch (c.action) {
    case Action::submit:
      return submit(c, events);
    case Action::cancel:
      return cancel(c, events);
    case Action::amend:
      return amend(c, events);
    case Action::take:
      return take(c, events);
    default:
      return run_session(c, events);
  }
}

Slot Book::allocate() {
  if (free_.empty()) {
    orders_.emplace_back();
    return static_cast<Slot>(orders_.size() - 1);
  }
  const Slot slot = free_.back();
  free_.pop_back();
  return slot;
}

Fen Book::cash_for(Side side, std::uint32_t level, Quantity qty) const {
  if (side == Side::sell) return 0;
  const Ticks price = price_of(std::min(level, top_level()));
  if (rules_.value_denominator == 1) return price * qty * rules_.value_numerator;
  const Fen lot = (price * rules_.lot * rules_.value_numerator + rules_.value_denominator - 1) /
                  rules_.value_denominator;
  return lot * (qty / rules_.lot);
}

Cover Book::cover_of(const Resting& order, Quantity qty) const {
  return {order.id, order.account, order.side, order.side == Side::sell ? qty : 0,
          cash_for(order.side, order.level, qty), qty};
}

Fen Book::amount_of(Ticks price, Quantity qty) const {
  if (rules_.value_denominator == 1) return price * qty * rules_.value_numerator;
  return value_of(price, qty, rules_.value_numerator, rules_.value_denominator);
}

// ---- the command by itself

bool Book::new_id(const Command& c, Events& events) {
  if (c.order == known_.size()) {
    known_.push_back({.content = content_of(c)});
    return true;
  }
  Event event{.kind = EventKind::refused, .order = c.order};
  if (c.order == 0 || c.order > known_.size()) {
    event.reason = Refusal::id_gap;
  } else if (known_[c.order].content != content_of(c)) {
    event.reason = Refusal::id_reused;
  } else {
    event.kind = EventKind::duplicate;
    event.reason = known_[c.order].reason;
  }
  events.push_back(event);
  return false;
}

void Book::refuse(const Command& c, Refusal reason, Events& events) {
  if (c.action == Action::submit || c.action == Action::take) {
    known_[c.order].state = OrderState::refused;
    known_[c.order].reason = reason;
  }
  events.push_back({.kind = EventKind::refused, .reason = reason, .order = c.order});
}

Refusal Book::may_enter(const Command& c) {
  if (!members_.known(c.account)) return Refusal::unknown_account;
  if (members_.account(c.account).blocked) return Refusal::account_blocked;
  if (members_.too_fast(rules_.limits, c.account, now_)) return Refusal::rate_limit;
  if (halted_) return Refusal::halted;
  return Refusal::none;
}

Refusal Book::check_quantity(Quantity qty) const {
  if (qty <= 0) return Refusal::quantity_not_positive;
  if (rules_.lot != 1 && qty % rules_.lot != 0) return Refusal::quantity_off_lot;
  if (qty > largest_) return Refusal::quantity_too_large;
  return Refusal::none;
}

Refusal Book::check_order(const Command& c) const {
  const bool market = c.type == OrderType::market;
  const bool calling = phase_ == Phase::call || phase_ == Phase::call_no_cancel;
  const bool continuous = rules_.market == Market::continuous;
  if (phase_ == Phase::closed || (calling && !continuous)) return Refusal::wrong_phase;
  if (market && !(rules_.market_orders && continuous)) return Refusal::type_not_allowed;
  const bool immediate = c.stands == Stands::ioc || c.stands == Stands::fok;
  if (immediate && (calling || !continuous)) return Refusal::stands_not_allowed;
  if (c.stands == Stands::auction_only && !calling) return Refusal::stands_not_allowed;
  // A market order cannot wait: in a call it lapses with it, elsewhere it is done at once.
  if (market && (calling ? c.stands != Stands::auction_only : !immediate)) return Refusal::stands_not_allowed;
  if (const Refusal r = check_quantity(c.qty); r != Refusal::none) return r;
  if (c.min_qty != 0) {
    const bool may = continuous ? c.stands == Stands::ioc : true;
    if (!may || c.min_qty < 0 || c.min_qty > c.qty || (rules_.lot != 1 && c.min_qty % rules_.lot != 0))
      return Refusal::bad_min_qty;
  }
  if (!market && !band_.holds(c.price)) return Refusal::price_outside_band;
  if (rules_.bulk_threshold > 0 && c.qty >= rules_.bulk_threshold) return Refusal::above_listed;
  return Refusal::none;
}

Refusal Book::find(const Command& c, Slot& slot) const {
  if (c.order == 0 || c.order >= known_.size()) return Refusal::unknown_order;
  slot = known_[c.order].slot;
  if (slot == no_slot) return Refusal::order_done;
  return orders_[slot].account == c.account ? Refusal::none : Refusal::not_your_order;
}

// ---- orders

void Book::submit(const Command& c, Events& events) {
  if (!new_id(c, events)) return;
  Refusal reason = may_enter(c);
  if (reason == Refusal::none) reason = check_order(c);
  if (reason != Refusal::none) return refuse(c, reason, events);
  const bool market = c.type == OrderType::market;
  const bool waits = market && c.stands == Stands::auction_only;
  const bool buys = c.side == Side::buy;
  const std::uint32_t worst = buys ? top_level() : 1;
  const std::uint32_t level = !market ? level_of(c.price) : !waits ? worst : buys ? top_level() + 1 : 0;
  if (rules_.limits.max_value > 0 || rules_.limits.max_day > 0 || rules_.limits.max_holding > 0 ||
      rules_.limits.max_share > 0) {
    const Fen value = amount_of(price_of(std::clamp(level, std::uint32_t{1}, top_level())), c.qty);
    reason = members_.may_add(rules_.limits, c.account, c.side, c.qty, value);
    if (reason != Refusal::none) return refuse(c, reason, events);
  }

  const Cover cover{c.order, c.account, c.side, buys ? 0 : c.qty, cash_for(c.side, level, c.qty), c.qty};
  if (!reservations_.reserve(cover)) return refuse(c, Refusal::not_covered, events);
  const Slot slot = allocate();
  Resting& order = orders_[slot];
  order.id = c.order;
  order.sequence = ++sequence_;
  order.left = c.qty;
  order.filled = 0;
  order.min_qty = c.min_qty;
  order.level = level;
  order.account = c.account;
  order.group = members_.account(c.account).group;
  order.side = c.side;
  order.type = c.type;
  order.stands = c.stands;
  known_[c.order].slot = slot;
  known_[c.order].state = OrderState::open;
  members_.open(c.account, c.side, c.qty);
  events.push_back({.kind = EventKind::accepted, .order = c.order, .price = market ? 0 : c.price, .qty = c.qty});
  const Quantity at_once = c.stands == Stands::fok ? c.qty : c.min_qty;
  if (at_once > 0 && rules_.market == Market::continuous && available(order, at_once) < at_once)
    return end(slot, OrderState::cancelled, Refusal::no_liquidity, events);
  match_or_rest(slot, events);
}

void Book::match_or_rest(Slot slot, Events& events) {
  if (phase_ == Phase::continuous && rules_.market == Market::continuous) {
    match(slot, events);
    Resting& order = orders_[slot];
    if (known_[order.id].slot != slot) return;  // ended by self-trade prevention
    if (order.left == 0) return retire(slot, OrderState::filled, Refusal::none);
    if (order.stands == Stands::ioc || order.stands == Stands::fok)
      return end(slot, OrderState::cancelled, Refusal::immediate, events);
  }
  ladder(orders_[slot].side).add(orders_, slot);
}

void Book::match(Slot slot, Events& events) {
  Resting& order = orders_[slot];
  Ladder& opposite = ladder(other(order.side));
  while (order.left > 0) {
    const std::uint32_t best = opposite.best();
    if (best == Ladder::none || !crosses(order, best)) return;
    const Slot first = opposite[best].first;
    Resting& resting = orders_[first];
    if (resting.group == order.group) {
      if (!prevent_self_trade(first, slot, events)) return;
      continue;
    }
    const Quantity qty = std::min(order.left, resting.left);
    opposite.shrink(best, qty);
    trade(resting, order, price_of(best), qty, events);
    if (resting.left == 0) {
      opposite.remove(orders_, first);
      retire(first, OrderState::filled, Refusal::none);
    }
  }
}

// How much the order could trade at once, counted up to `wanted`, with self-trade prevention as it will act.
Quantity Book::available(const Resting& order, Quantity wanted) const {
  const Ladder& opposite = ladder(other(order.side));
  Quantity sum = 0;
  for (std::uint32_t level = opposite.best(); level != Ladder::none && crosses(order, level) && sum < wanted;
       level = opposite.after(level)) {
    for (Slot at = opposite[level].first; at != no_slot && sum < wanted; at = orders_[at].next) {
      if (orders_[at].group == order.group) {
        if (rules_.self_trade != SelfTrade::cancel_oldest) return sum;
        continue;
      }
      sum += orders_[at].left;
    }
  }
  return sum;
}

void Book::trade(Resting& resting, Resting& incoming, Ticks price, Quantity qty, Events& events) {
  const Resting& buy = incoming.side == Side::buy ? incoming : resting;
  const Resting& sell = incoming.side == Side::buy ? resting : incoming;
  const Fen amount = amount_of(price, qty);
  reservations_.settle({buy.id, sell.id, buy.account, sell.account, price, qty, amount,
                        cash_for(Side::buy, buy.level, qty)});
  for (Resting* order : {&resting, &incoming}) {
    order->left -= qty;
    order->filled += qty;
    known_[order->id].state = OrderState::partial;
    members_.traded(order->account, order->side, qty);
  }
  day_.volume += qty;
  day_.value += __int128{price} * qty;
  events.push_back({.kind = EventKind::traded,
                    .order = incoming.id,
                    .other = resting.id,
                    .price = price,
                    .qty = qty,
                    .amount = amount});
}

// False when the incoming order is gone.
bool Book::prevent_self_trade(Slot resting, Slot incoming, Events& events) {
  switch (rules_.self_trade) {
    case SelfTrade::cancel_oldest:
      take_out(resting, OrderState::cancelled, Refusal::self_trade, events);
      return true;
    case SelfTrade::cancel_both:
      take_out(resting, OrderState::cancelled, Refusal::self_trade, events);
      break;
    case SelfTrade::decrement:
      reduce(resting, incoming, std::min(orders_[resting].left, orders_[incoming].left), events);
      if (orders_[resting].left == 0) take_out(resting, OrderState::cancelled, Refusal::self_trade, events);
      if (orders_[incoming].left > 0) return true;
      break;
    case SelfTrade::cancel_newest:
      break;
  }
  end(incoming, OrderState::cancelled, Refusal::self_trade, events);
  return false;
}

// Takes the same quantity off two orders of one owner; the first rests.
void Book::reduce(Slot a, Slot b, Quantity by, Events& events) {
  ladder(orders_[a].side).shrink(orders_[a].level, by);
  for (const Slot slot : {a, b}) {
    Resting& order = orders_[slot];
    reservations_.release(cover_of(order, by));
    members_.open(order.account, order.side, -by);
    order.left -= by;
  }
  events.push_back({.kind = EventKind::reduced, .order = orders_[b].id, .other = orders_[a].id, .qty = by});
}

void Book::retire(Slot slot, OrderState state, Refusal reason) {
  Known& known = known_[orders_[slot].id];
  known.slot = no_slot;
  known.state = state;
  known.reason = reason;
  free_.push_back(slot);
}

void Book::end(Slot slot, OrderState state, Refusal reason, Events& events) {
  const Resting& order = orders_[slot];
  if (order.left > 0) {
    reservations_.release(cover_of(order, order.left));
    members_.open(order.account, order.side, -order.left);
  }
  events.push_back({.kind = state == OrderState::expired ? EventKind::expired : EventKind::cancelled,
                    .reason = reason,
                    .order = order.id,
                    .qty = order.left});
  retire(slot, state, reason);
}

void Book::take_out(Slot slot, OrderState state, Refusal reason, Events& events) {
  ladder(orders_[slot].side).remove(orders_, slot);
  end(slot, state, reason, events);
}

void Book::cancel(const Command& c, Events& events) {
  Slot slot = no_slot;
  Refusal reason = !members_.known(c.account)          ? Refusal::unknown_account
                   : phase_ == Phase::call_no_cancel ? Refusal::wrong_phase
                                                     : find(c, slot);
  if (reason != Refusal::none) return refuse(c, reason, events);
  take_out(slot, OrderState::cancelled, Refusal::asked, events);
}

void Book::amend(const Command& c, Events& events) {
  Slot slot = no_slot;
  Refusal reason = may_enter(c);
  if (reason == Refusal::none && (phase_ == Phase::closed || phase_ == Phase::call_no_cancel))
    reason = Refusal::wrong_phase;
  if (reason == Refusal::none) reason = find(c, slot);
  if (reason == Refusal::none) reason = check_quantity(c.qty);
  if (reason != Refusal::none) return refuse(c, reason, events);
  Resting& order = orders_[slot];
  const bool market = order.type == OrderType::market;
  if (order.min_qty > c.qty) return refuse(c, Refusal::bad_min_qty, events);
  if (!market && !band_.holds(c.price)) return refuse(c, Refusal::price_outside_band, events);
  if (rules_.bulk_threshold > 0 && c.qty >= rules_.bulk_threshold)
    return refuse(c, Refusal::above_listed, events);
  const std::uint32_t level = market ? order.level : level_of(c.price);
  const Quantity left = c.qty - order.filled;
  if (level == order.level && left == order.left) return refuse(c, Refusal::nothing_to_change, events);
  if (left <= 0) return refuse(c, Refusal::below_filled, events);
  const Fen value = amount_of(price_of(std::clamp(level, std::uint32_t{1}, top_level())), left);
  reason = members_.may_add(rules_.limits, order.account, order.side, left - order.left, value);
  if (reason != Refusal::none) return refuse(c, reason, events);

  // Only the difference moves, so that the order stays covered throughout.
  Cover more = cover_of(order, 0);
  const Fen cash = cash_for(order.side, level, left) - cash_for(order.side, order.level, order.left);
  const Quantity goods = order.side == Side::sell ? left - order.left : 0;
  more.cash = cash < 0 ? -cash : cash;
  more.qty = goods < 0 ? -goods : goods;
  more.wanted = left < order.left ? order.left - left : left - order.left;
  if (cash > 0 || goods > 0) {
    if (!reservations_.reserve(more)) return refuse(c, Refusal::not_covered, events);
  } else if (cash < 0 || goods < 0) {
    reservations_.release(more);
  }
  members_.open(order.account, order.side, left - order.left);
  events.push_back({.kind = EventKind::amended, .order = c.order, .price = market ? 0 : c.price, .qty = left});
  if (level == order.level && left < order.left) {
    ladder(order.side).shrink(level, order.left - left);
    order.left = left;
    return;
  }
  ladder(order.side).remove(orders_, slot);
  order.left = left;
  order.level = level;
  order.sequence = ++sequence_;
  match_or_rest(slot, events);
}

void Book::take(const Command& c, Events& events) {
  if (!new_id(c, events)) return;
  Refusal reason = may_enter(c);
  if (reason == Refusal::none && (phase_ != Phase::continuous || rules_.market == Market::continuous))
    reason = Refusal::wrong_phase;
  if (reason == Refusal::none) {
    if (c.target == 0 || c.target >= known_.size() || c.target == c.order)
      reason = Refusal::unknown_order;
    else if (known_[c.target].slot == no_slot)
      reason = Refusal::order_done;
    else
      reason = check_quantity(c.qty);
  }
  if (reason != Refusal::none) return refuse(c, reason, events);
  const Slot maker = known_[c.target].slot;
  const Side side = other(orders_[maker].side);
  const std::uint32_t level = orders_[maker].level;
  const Quantity offered = orders_[maker].left;
  if (orders_[maker].group == members_.account(c.account).group)
    reason = Refusal::own_offer;
  else if (rules_.market == Market::listed_best && level != ladder(orders_[maker].side).best())
    reason = Refusal::not_the_best;
  else if (c.qty > offered)
    reason = Refusal::more_than_offered;
  else if (c.qty < std::min(orders_[maker].min_qty, offered))
    reason = Refusal::below_min_qty;
  else
    reason = members_.may_add(rules_.limits, c.account, side, c.qty, amount_of(price_of(level), c.qty));
  if (reason != Refusal::none) return refuse(c, reason, events);
  const Cover cover{c.order, c.account, side, side == Side::sell ? c.qty : 0, cash_for(side, level, c.qty), c.qty};
  if (!reservations_.reserve(cover)) return refuse(c, Refusal::not_covered, events);
  const Slot slot = allocate();
  orders_[slot] = {.id = c.order, .sequence = ++sequence_, .left = c.qty, .level = level, .account = c.account,
                   .group = members_.account(c.account).group, .side = side, .stands = Stands::fok};
  known_[c.order].slot = slot;
  members_.open(c.account, side, c.qty);
  events.push_back({.kind = EventKind::accepted, .order = c.order, .price = price_of(level), .qty = c.qty});
  Ladder& listed = ladder(orders_[maker].side);
  listed.shrink(level, c.qty);
  trade(orders_[maker], orders_[slot], price_of(level), c.qty, events);
  if (orders_[maker].left == 0) {
    listed.remove(orders_, maker);
    retire(maker, OrderState::filled, Refusal::none);
  }
  retire(slot, OrderState::filled, Refusal::none);
}

void Book::prefetch(const Command& c) const {
  if (c.order < known_.size()) {
    __builtin_prefetch(&known_[c.order]);
  } else if (members_.known(c.account)) {
    __builtin_prefetch(&members_.account(c.account));
  }
}

}  // namespace tributary::exchange
