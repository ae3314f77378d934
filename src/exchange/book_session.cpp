// The book through its day: phases, halts, the call auction, the end of the day, and what people see of it.
#include "exchange/book.h"

#include <algorithm>
#include <map>

namespace tributary::exchange {

void Book::run_session(const Command& c, Events& events) {
  switch (c.action) {
    case Action::cancel_all:
      if (c.account != everybody && !members_.known(c.account))
        return refuse(c, Refusal::unknown_account, events);
      end_all(OrderState::cancelled, Refusal::mass_cancel,
              [&](const Resting& o) { return c.account == everybody || o.account == c.account; }, events);
      break;
    case Action::phase:
      return change_phase(c, events);
    case Action::uncross:
      return uncross(c, events);
    case Action::halt:
      return halt(c, events);
    case Action::resume:
      if (!halted_) return refuse(c, Refusal::nothing_to_change, events);
      halted_ = false;
      events.push_back({.kind = EventKind::resumed});
      return;
    case Action::admit:
      // Accounts are numbered as they come, groups no wider than accounts: both index arrays.
      if (c.account != members_.accounts().size() || c.group > c.account)
        return refuse(c, Refusal::unknown_account, events);
      if (c.qty < 0 || c.qty > Members::most_held) return refuse(c, Refusal::quantity_too_large, events);
      members_.admit(c.group, c.qty);
      break;
    case Action::block:
    case Action::unblock:
      if (!members_.known(c.account)) return refuse(c, Refusal::unknown_account, events);
      members_.account(c.account).blocked = c.action == Action::block;
      if (c.action == Action::block)
        end_all(OrderState::cancelled, Refusal::account_blocked,
                [&](const Resting& o) { return o.account == c.account; }, events);
      break;
    case Action::end_day:
      return end_day(events);
    case Action::reference:
      return set_reference(c, events);
    default:
      return refuse(c, Refusal::wrong_phase, events);
  }
  events.push_back({.kind = EventKind::done});
}

// A halt that has run out ends with the next command.
void Book::wake(std::int64_t time, Events& events) {
  if (halted_until_ == 0 || time < halted_until_) return;
  halted_ = false;
  events.push_back({.kind = EventKind::resumed});
}

void Book::halt(const Command& c, Events& events) {
  halted_ = true;
  halted_until_ = c.until;
  events.push_back({.kind = EventKind::halted, .price = c.until});
}

void Book::change_phase(const Command& c, Events& events) {
  const bool calling = phase_ == Phase::call || phase_ == Phase::call_no_cancel;
  const bool to_call = c.phase == Phase::call || c.phase == Phase::call_no_cancel;
  // A call ends by its auction only.
  if ((calling && !(phase_ == Phase::call && c.phase == Phase::call_no_cancel)) ||
      (!calling && c.phase == Phase::call_no_cancel) || (to_call && rules_.market != Market::continuous))
    return refuse(c, Refusal::wrong_phase, events);
  phase_ = c.phase;
  events.push_back({.kind = EventKind::phase, .price = static_cast<Ticks>(phase_)});
}

template <class Which>
void Book::end_all(OrderState state, Refusal reason, const Which& which, Events& events) {
  for (OrderId id = 1; id < known_.size(); ++id)
    if (known_[id].slot != no_slot && which(orders_[known_[id].slot]))
      take_out(known_[id].slot, state, reason, events);
}

std::vector<Slot> Book::in_line(Side side) const {
  std::vector<Slot> out;
  const Ladder& side_ladder = ladder(side);
  for (std::uint32_t level = side_ladder.best(); level != Ladder::none; level = side_ladder.after(level))
    for (Slot at = side_ladder[level].first; at != no_slot; at = orders_[at].next) out.push_back(at);
  return out;
}

// Before a call auction no owner keeps a bid that reaches an offer of the same owner, so none can trade with itself at
// any price: the pair of the best two gives way by the rule until they no longer meet. Groups in order of number.
void Book::part_own_orders(std::vector<Slot>& buys, std::vector<Slot>& sells, Events& events) {
  std::map<std::uint32_t, std::array<std::vector<Slot>, 2>> by_group;
  for (const Slot slot : buys) by_group[orders_[slot].group][0].push_back(slot);
  for (const Slot slot : sells) by_group[orders_[slot].group][1].push_back(slot);
  for (auto& [group, lines] : by_group) {
    std::size_t b = 0, s = 0;
    while (b < lines[0].size() && s < lines[1].size()) {
      const Slot buy = lines[0][b];
      const Slot sell = lines[1][s];
      if (orders_[buy].level < orders_[sell].level) break;
      const bool buy_is_newer = orders_[buy].sequence > orders_[sell].sequence;
      const auto drop = [&](Slot slot) {
        take_out(slot, OrderState::cancelled, Refusal::self_trade, events);
        slot == buy ? ++b : ++s;
      };
      switch (rules_.self_trade) {
        case SelfTrade::cancel_newest:
          drop(buy_is_newer ? buy : sell);
          break;
        case SelfTrade::cancel_oldest:
          drop(buy_is_newer ? sell : buy);
          break;
        case SelfTrade::cancel_both:
          drop(buy);
          drop(sell);
          break;
        case SelfTrade::decrement: {
          const Quantity by = std::min(orders_[buy].left, orders_[sell].left);
          ladder(Side::buy).shrink(orders_[buy].level, by);  // reduce() does the other
          reduce(sell, buy, by, events);
          if (orders_[buy].left == 0) drop(buy);
          if (orders_[sell].left == 0) drop(sell);
          break;
        }
      }
    }
  }
  buys = in_line(Side::buy);
  sells = in_line(Side::sell);
}

namespace {

std::vector<CallOrder> call_orders(const std::vector<Resting>& orders, const std::vector<Slot>& line, Ticks base) {
  std::vector<CallOrder> out;
  out.reserve(line.size());
  for (const Slot slot : line) {
    const Resting& o = orders[slot];
    out.push_back({base + o.level, o.left, o.type == OrderType::market});
  }
  return out;
}

}  // namespace

CallPrice Book::indicative() const {
  return call_price(call_orders(orders_, in_line(Side::buy), band_.lo - 1),
                    call_orders(orders_, in_line(Side::sell), band_.lo - 1),
                    {.variant = rules_.call, .reference = reference_});
}

void Book::uncross(const Command& c, Events& events) {
  if ((phase_ != Phase::call && phase_ != Phase::call_no_cancel) ||
      (c.phase != Phase::closed && c.phase != Phase::continuous))
    return refuse(c, Refusal::wrong_phase, events);
  std::vector<Slot> buys = in_line(Side::buy);
  std::vector<Slot> sells = in_line(Side::sell);
  part_own_orders(buys, sells, events);
  const CallResult result = call_auction(call_orders(orders_, buys, band_.lo - 1),
                                         call_orders(orders_, sells, band_.lo - 1),
                                         {.variant = rules_.call, .reference = reference_, .lot = rules_.lot});
  events.push_back({.kind = EventKind::auction, .price = result.found.price.value_or(0), .qty = result.found.executed});
  // The bids served in their order against the offers served in theirs.
  std::size_t s = 0;
  Quantity offered = 0;
  for (std::size_t b = 0; b < buys.size(); ++b) {
    Quantity wanted = result.buys[b];
    while (wanted > 0) {
      for (; offered == 0; ++s) offered = result.sells[s];
      const Slot buy = buys[b];
      const Slot sell = sells[s - 1];
      const Quantity qty = std::min(wanted, offered);
      ladder(Side::buy).shrink(orders_[buy].level, qty);
      ladder(Side::sell).shrink(orders_[sell].level, qty);
      trade(orders_[sell], orders_[buy], *result.found.price, qty, events);
      wanted -= qty;
      offered -= qty;
      for (const Slot slot : {buy, sell}) {
        if (orders_[slot].left > 0) continue;
        ladder(orders_[slot].side).remove(orders_, slot);
        retire(slot, OrderState::filled, Refusal::none);
      }
    }
  }
  end_all(OrderState::expired, Refusal::auction_over,
          [](const Resting& o) { return o.stands == Stands::auction_only; }, events);
  phase_ = c.phase;
  events.push_back({.kind = EventKind::phase, .price = static_cast<Ticks>(phase_)});
}

void Book::end_day(Events& events) {
  end_all(OrderState::expired, Refusal::day_over, [](const Resting& o) { return o.stands != Stands::gtc; }, events);
  members_.end_day();
  const Ticks close = close_of(day_, rules_.close_min_volume, reference_);
  day_ = {};
  phase_ = Phase::closed;
  events.push_back({.kind = EventKind::day_closed, .price = close});
}

void Book::set_reference(const Command& c, Events& events) {
  if (phase_ != Phase::closed) return refuse(c, Refusal::wrong_phase, events);
  BookRules rules = rules_;
  rules.reference = c.price;
  Band band;
  try {
    check(rules);
    band = band_around(c.price, rules.band, rules.band_rounding);
  } catch (const Error&) {
    return refuse(c, Refusal::price_outside_band, events);
  }
  end_all(OrderState::expired, Refusal::outside_new_band,
          [&](const Resting& o) { return o.type == OrderType::limit && !band.holds(price_of(o.level)); }, events);
  std::array<std::vector<Slot>, 2> lines{in_line(Side::buy), in_line(Side::sell)};
  const std::int64_t moved = band_.lo - band.lo;
  rules_ = rules;
  reference_ = c.price;
  band_ = band;
  largest_ = largest_order(rules_, band_.hi);
  for (const Side side : {Side::buy, Side::sell}) {
    ladder(side).resize(top_level() + 2);
    for (const Slot slot : lines[static_cast<std::size_t>(side)]) {
      orders_[slot].level = static_cast<std::uint32_t>(orders_[slot].level + moved);
      ladder(side).add(orders_, slot);
    }
  }
  events.push_back({.kind = EventKind::done});
}

std::vector<Book::Depth> Book::depth(Side side, std::size_t levels) const {
  std::vector<Depth> out;
  const Ladder& l = ladder(side);
  for (std::uint32_t at = l.best(); at != Ladder::none && out.size() < levels; at = l.after(at))
    if (at != 0 && at <= top_level()) out.push_back({price_of(at), l[at].qty});
  return out;
}

OrderState Book::state(OrderId order) const {
  return order == 0 || order >= known_.size() ? OrderState::unknown : known_[order].state;
}

std::vector<Cover> Book::covers() const {
  std::vector<Cover> out;
  for (const Known& known : known_)
    if (known.slot != no_slot) out.push_back(cover_of(orders_[known.slot], orders_[known.slot].left));
  return out;
}

std::uint64_t Book::state_hash() const {
  StateHash hash;
  for (const Side side : {Side::buy, Side::sell}) {
    for (const Slot slot : in_line(side)) {
      const Resting& o = orders_[slot];
      hash.add_all(o.id, o.side, o.type, o.stands, o.type == OrderType::market ? 0 : price_of(o.level), o.left,
                   o.filled, o.min_qty, o.account);
    }
    hash.add(0);
  }
  members_.hash(hash);
  for (const Known& known : known_) hash.add_all(known.content, known.state, known.reason);
  hash.add_all(phase_, halted_, halted_until_, now_, reference_, band_.lo, band_.hi, day_.volume, day_.value,
               day_.value >> 64);
  return hash.value();
}

}  // namespace tributary::exchange
