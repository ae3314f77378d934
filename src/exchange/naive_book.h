// Tests: a second book written for plainness. Orders stand in one list in order of time; whatever is asked for is found by
// looking at all of them, every price of a call auction is tried. It judges the fast book by its events and its hash.
#pragma once

#include "exchange/book.h"

#include <algorithm>
#include <list>
#include <map>
#include <set>

namespace tributary::exchange {

class NaiveBook {
 public:
  struct Order {
    Command c;  // as submitted; price and qty as amended
    Quantity left = 0;
    Quantity filled = 0;
    bool market() const { return c.type == OrderType::market; }
    std::uint32_t group = 0;
  };
  struct Known {
    std::uint64_t content = 0;
    OrderState state = OrderState::unknown;
    Refusal reason = Refusal::none;
  };
  struct Account {
    std::uint32_t group = 0, window_count = 0;
    std::int64_t window = -1;
    Quantity traded = 0;
    bool blocked = false;
  };

  NaiveBook(const BookRules& r, Reservations& reservations) : rules(r), purse(reservations) {
    known.emplace_back();
  }

  void apply(const Command& c, Events& events) {
    out = &events;
    now = std::max(now, c.time);
    if (halted && until != 0 && now >= until) {
      halted = false;
      say({.kind = EventKind::resumed});
    }
    switch (c.action) {
      case Action::submit: return submit(c);
      case Action::take: return take(c);
      case Action::cancel: return cancel(c);
      case Action::amend: return amend(c);
      case Action::cancel_all:
        if (c.account != everybody && c.account >= accounts.size()) return refuse(c, Refusal::unknown_account);
        end_where(OrderState::cancelled, Refusal::mass_cancel,
                  [&](const Order& o) { return c.account == everybody || o.c.account == c.account; });
        return say({.kind = EventKind::done});
      case Action::block:
      case Action::unblock:
        if (c.account >= accounts.size()) return refuse(c, Refusal::unknown_account);
        accounts[c.account].blocked = c.action == Action::block;
        if (accounts[c.account].blocked)
          end_where(OrderState::cancelled, Refusal::account_blocked,
                    [&](const Order& o) { return o.c.account == c.account; });
        return say({.kind = EventKind::done});
      case Action::admit:
        if (c.account != accounts.size() || c.group > c.account) return refuse(c, Refusal::unknown_account);
        if (c.qty < 0 || c.qty > (Quantity{1} << 50)) return refuse(c, Refusal::quantity_too_large);
        accounts.push_back({.group = c.group});
        holding.resize(std::max<std::size_t>(holding.size(), c.group + 1));
        holding[c.group] += c.qty;
        return say({.kind = EventKind::done});
      case Action::halt:
        halted = true;
        until = c.until;
        return say({.kind = EventKind::halted, .price = until});
      case Action::resume:
        if (!halted) return refuse(c, Refusal::nothing_to_change);
        halted = false;
        return say({.kind = EventKind::resumed});
      case Action::phase: {
        const bool allowed =
            calling() ? phase == Phase::call && c.phase == Phase::call_no_cancel
                      : c.phase == Phase::closed || c.phase == Phase::continuous ||
                            (c.phase == Phase::call && rules.market == Market::continuous);
        if (!allowed) return refuse(c, Refusal::wrong_phase);
        phase = c.phase;
        return say({.kind = EventKind::phase, .price = static_cast<Ticks>(phase)});
      }
      case Action::uncross: return uncross(c);
      case Action::end_day: {
        end_where(OrderState::expired, Refusal::day_over, [](const Order& o) { return o.c.stands != Stands::gtc; });
        for (Account& a : accounts) a.traded = 0;
        Ticks close = rules.reference;
        if (volume > rules.close_min_volume && volume > 0) {  // to the nearest: the half tick added, then cut
          const __int128 halves = value * 2 + volume;
          close = static_cast<Ticks>(halves / (__int128{volume} * 2));
        }
        volume = 0;
        value = 0;
        phase = Phase::closed;
        return say({.kind = EventKind::day_closed, .price = close});
      }
      case Action::reference: {
        if (phase != Phase::closed) return refuse(c, Refusal::wrong_phase);
        BookRules changed = rules;
        changed.reference = c.price;
        try {
          check(changed);
        } catch (const Error&) {
          return refuse(c, Refusal::price_outside_band);
        }
        const Band b = band_around(c.price, rules.band, rules.band_rounding);
        end_where(OrderState::expired, Refusal::outside_new_band,
                  [&](const Order& o) { return !o.market() && (o.c.price < b.lo || o.c.price > b.hi); });
        rules = changed;
        return say({.kind = EventKind::done});
      }
      default: return refuse(c, Refusal::wrong_phase);
    }
  }

  std::uint64_t state_hash() const {
    StateHash hash;
    for (const Side side : {Side::buy, Side::sell}) {
      for (const Order* o : in_line(side))
        hash.add_all(o->c.order, o->c.side, o->c.type, o->c.stands, o->market() ? 0 : o->c.price, o->left, o->filled,
                     o->c.min_qty, o->c.account);
      hash.add(0);
    }
    for (AccountNumber a = 0; a < accounts.size(); ++a)
      hash.add_all(accounts[a].group, accounts[a].window_count, accounts[a].window, accounts[a].traded,
                   open_of([&](const Order& o) { return o.c.account == a; }), accounts[a].blocked);
    for (std::uint32_t g = 0; g < holding.size(); ++g)
      hash.add_all(holding[g], open_of([&](const Order& o) { return o.group == g && o.c.side == Side::buy; }));
    for (const Known& k : known) hash.add_all(k.content, k.state, k.reason);
    const Band b = band();
    hash.add_all(phase, halted, until, now, rules.reference, b.lo, b.hi, volume, value, value >> 64);
    return hash.value();
  }

  BookRules rules;
  Reservations& purse;
  std::list<Order> orders;  // in order of time
  std::vector<Known> known;
  std::vector<Account> accounts;
  std::vector<Quantity> holding;
  Phase phase = Phase::closed;
  bool halted = false;
  std::int64_t until = 0, now = 0;
  Quantity volume = 0;
  __int128 value = 0;
  Events* out = nullptr;

 private:
  using At = std::list<Order>::iterator;

  void say(const Event& event) { out->push_back(event); }
  bool calling() const { return phase == Phase::call || phase == Phase::call_no_cancel; }
  Band band() const { return band_around(rules.reference, rules.band, rules.band_rounding); }
  template <class Which>
  Quantity open_of(const Which& which) const {
    Quantity sum = 0;
    for (const Order& o : orders)
      if (which(o)) sum += o.left;
    return sum;
  }
  void refuse(const Command& c, Refusal reason) {
    if (c.action == Action::submit || c.action == Action::take)
      known[c.order] = {known[c.order].content, OrderState::refused, reason};
    say({.kind = EventKind::refused, .reason = reason, .order = c.order});
  }
  Ticks limit(const Order& o) const {
    if (!o.market()) return o.c.price;
    return o.c.side == Side::buy ? band().hi : band().lo;
  }
  Fen cash(const Order& o, Quantity qty) const {
    if (o.c.side == Side::sell) return 0;
    const __int128 lots = qty / rules.lot;
    const __int128 of_lot = __int128{limit(o)} * rules.lot * rules.value_numerator;
    return static_cast<Fen>((of_lot + rules.value_denominator - 1) / rules.value_denominator * lots);
  }
  Cover cover(const Order& o, Quantity qty) const {
    return {o.c.order, o.c.account, o.c.side, o.c.side == Side::sell ? qty : 0, cash(o, qty)};
  }
  At find(OrderId id) {
    return std::find_if(orders.begin(), orders.end(), [id](const Order& o) { return o.c.order == id; });
  }
  // Who comes first on its side.
  bool before(const Order& a, const Order& b) const {
    if (a.market() != b.market()) return a.market();
    if (a.market() || a.c.price == b.c.price) return false;
    return a.c.side == Side::buy ? a.c.price > b.c.price : a.c.price < b.c.price;
  }
  std::vector<const Order*> in_line(Side side) const {
    std::vector<const Order*> line;
    for (const Order& o : orders)
      if (o.c.side == side) line.push_back(&o);
    std::stable_sort(line.begin(), line.end(), [this](auto* a, auto* b) { return before(*a, *b); });
    return line;
  }

  bool fresh(const Command& c) {
    if (c.order == known.size()) {
      known.push_back({content_of(c), OrderState::unknown, Refusal::none});
      return true;
    }
    if (c.order == 0 || c.order > known.size())
      say({.kind = EventKind::refused, .reason = Refusal::id_gap, .order = c.order});
    else if (known[c.order].content != content_of(c))
      say({.kind = EventKind::refused, .reason = Refusal::id_reused, .order = c.order});
    else
      say({.kind = EventKind::duplicate, .reason = known[c.order].reason, .order = c.order});
    return false;
  }
  Refusal enter(const Command& c) {
    if (c.account >= accounts.size()) return Refusal::unknown_account;
    Account& a = accounts[c.account];
    if (a.blocked) return Refusal::account_blocked;
    if (rules.limits.rate > 0) {
      const std::int64_t window = now / rules.limits.rate_window;
      if (window != a.window) a.window_count = 0;
      a.window = window;
      if (a.window_count == rules.limits.rate) return Refusal::rate_limit;
      ++a.window_count;
    }
    return halted ? Refusal::halted : Refusal::none;
  }
  Refusal quantity(Quantity qty) const {
    if (qty <= 0) return Refusal::quantity_not_positive;
    if (qty % rules.lot != 0) return Refusal::quantity_off_lot;
    return qty > largest_order(rules, band().hi) ? Refusal::quantity_too_large : Refusal::none;
  }
  Refusal limits(AccountNumber account, Side side, Quantity more, Ticks price, Quantity qty) const {
    const Limits& l = rules.limits;
    const Account& a = accounts[account];
    if (l.max_value > 0 && value_of(price, qty, rules.value_numerator, rules.value_denominator) > l.max_value)
      return Refusal::value_limit;
    const Quantity open = open_of([&](const Order& o) { return o.c.account == account; });
    if (l.max_day > 0 && more > 0 && a.traded + open + more > l.max_day) return Refusal::day_limit;
    if (side == Side::sell || more <= 0) return Refusal::none;
    const Quantity held = holding[a.group] + more +
                          open_of([&](const Order& o) { return o.group == a.group && o.c.side == Side::buy; });
    if (l.max_holding > 0 && held > l.max_holding) return Refusal::holding_limit;
    if (l.max_share > 0 && __int128{held} * 1'000'000 > __int128{l.supply} * l.max_share)
      return Refusal::concentration_limit;
    return Refusal::none;
  }

  void submit(const Command& c) {
    if (!fresh(c)) return;
    Order o{c, c.qty, 0, 0};
    const bool listed = rules.market != Market::continuous;
    const bool now_or_never = c.stands == Stands::ioc || c.stands == Stands::fok;
    Refusal r = enter(c);
    const auto unless = [&](bool fine, Refusal why) {
      if (r == Refusal::none && !fine) r = why;
    };
    unless(phase != Phase::closed && !(listed && calling()), Refusal::wrong_phase);
    unless(!o.market() || (rules.market_orders && !listed), Refusal::type_not_allowed);
    unless(!now_or_never || (phase == Phase::continuous && !listed), Refusal::stands_not_allowed);
    unless(c.stands != Stands::auction_only || calling(), Refusal::stands_not_allowed);
    unless(!o.market() || now_or_never || c.stands == Stands::auction_only, Refusal::stands_not_allowed);
    if (r == Refusal::none) r = quantity(c.qty);
    unless(c.min_qty == 0 || ((listed || c.stands == Stands::ioc) && c.min_qty > 0 && c.min_qty <= c.qty &&
                              c.min_qty % rules.lot == 0),
           Refusal::bad_min_qty);
    unless(o.market() || band().holds(c.price), Refusal::price_outside_band);
    unless(rules.bulk_threshold == 0 || c.qty < rules.bulk_threshold, Refusal::above_listed);
    if (r == Refusal::none) {
      o.group = accounts[c.account].group;
      r = limits(c.account, c.side, c.qty, limit(o), c.qty);
    }
    unless(r != Refusal::none || purse.reserve(cover(o, o.left)), Refusal::not_covered);
    if (r != Refusal::none) return refuse(c, r);
    known[c.order].state = OrderState::open;
    say({.kind = EventKind::accepted, .order = c.order, .price = o.market() ? 0 : c.price, .qty = c.qty});
    const At at = orders.insert(orders.end(), o);
    const Quantity at_once = listed ? 0 : c.stands == Stands::fok ? c.qty : c.min_qty;
    if (at_once > reachable(*at)) return end(at, OrderState::cancelled, Refusal::no_liquidity);
    enter_market(at);
  }

  bool meets(const Order& a, const Order& b) const {
    return a.c.side == Side::buy ? limit(a) >= limit(b) : limit(a) <= limit(b);
  }
  Quantity reachable(const Order& o) const {
    Quantity sum = 0;
    for (const Order* r : in_line(other(o.c.side))) {
      if (!meets(o, *r)) break;
      if (r->group != o.group)
        sum += r->left;
      else if (rules.self_trade != SelfTrade::cancel_oldest)
        break;
    }
    return sum;
  }
  void enter_market(At at) {
    if (phase != Phase::continuous || rules.market != Market::continuous) return;
    const OrderId id = at->c.order;
    while (at->left > 0) {
      const auto line = in_line(other(at->c.side));
      if (line.empty() || !meets(*at, *line.front())) break;
      const At rest = find(line.front()->c.order);
      if (rest->group == at->group) {
        give_way(rest, at);
        if (known[id].state == OrderState::cancelled) return;
        continue;
      }
      trade(rest, at, rest->c.price, std::min(at->left, rest->left));
      if (rest->left == 0) fill(rest);
    }
    if (at->left == 0) return fill(at);
    if (at->c.stands == Stands::ioc || at->c.stands == Stands::fok)
      end(at, OrderState::cancelled, Refusal::immediate);
  }
  void fill(At at) {
    known[at->c.order].state = OrderState::filled;
    orders.erase(at);
  }
  void end(At at, OrderState state, Refusal reason) {
    if (at->left > 0) purse.release(cover(*at, at->left));
    known[at->c.order].state = state;
    known[at->c.order].reason = reason;
    say({.kind = state == OrderState::expired ? EventKind::expired : EventKind::cancelled,
         .reason = reason, .order = at->c.order, .qty = at->left});
    orders.erase(at);
  }
  template <class Which>
  void end_where(OrderState state, Refusal reason, const Which& which) {
    std::set<OrderId> ids;
    for (const Order& o : orders)
      if (which(o)) ids.insert(o.c.order);
    for (const OrderId id : ids) end(find(id), state, reason);
  }
  // Two orders of one owner; the second is newer.
  void give_way(At older, At newer) {
    switch (rules.self_trade) {
      case SelfTrade::cancel_newest: return end(newer, OrderState::cancelled, Refusal::self_trade);
      case SelfTrade::cancel_oldest: return end(older, OrderState::cancelled, Refusal::self_trade);
      case SelfTrade::cancel_both:
        end(older, OrderState::cancelled, Refusal::self_trade);
        return end(newer, OrderState::cancelled, Refusal::self_trade);
      case SelfTrade::decrement: {
        lessen(older, newer);
        if (older->left == 0) end(older, OrderState::cancelled, Refusal::self_trade);
        if (newer->left == 0) end(newer, OrderState::cancelled, Refusal::self_trade);
      }
    }
  }
  void lessen(At a, At b) {
    const Quantity by = std::min(a->left, b->left);
    for (const At at : {a, b}) {
      purse.release(cover(*at, by));
      at->left -= by;
    }
    say({.kind = EventKind::reduced, .order = b->c.order, .other = a->c.order, .qty = by});
  }
  void trade(At rest, At in, Ticks price, Quantity qty) {
    const Order& buy = in->c.side == Side::buy ? *in : *rest;
    const Order& sell = in->c.side == Side::buy ? *rest : *in;
    const Fen amount = value_of(price, qty, rules.value_numerator, rules.value_denominator);
    purse.settle({buy.c.order, sell.c.order, buy.c.account, sell.c.account, price, qty, amount, cash(buy, qty)});
    holding[buy.group] += qty;
    holding[sell.group] -= qty;
    for (const At at : {rest, in}) {
      at->left -= qty;
      at->filled += qty;
      accounts[at->c.account].traded += qty;
      known[at->c.order].state = OrderState::partial;
    }
    volume += qty;
    value += __int128{price} * qty;
    say({.kind = EventKind::traded, .order = in->c.order, .other = rest->c.order, .price = price, .qty = qty,
         .amount = amount});
  }

  void cancel(const Command& c) {
    if (c.account >= accounts.size()) return refuse(c, Refusal::unknown_account);
    if (phase == Phase::call_no_cancel) return refuse(c, Refusal::wrong_phase);
    if (const Refusal r = named(c); r != Refusal::none) return refuse(c, r);
    end(find(c.order), OrderState::cancelled, Refusal::asked);
  }
  Refusal named(const Command& c) {
    if (c.order == 0 || c.order >= known.size()) return Refusal::unknown_order;
    const At at = find(c.order);
    if (at == orders.end()) return Refusal::order_done;
    return at->c.account == c.account ? Refusal::none : Refusal::not_your_order;
  }

  void amend(const Command& c) {
    Refusal r = enter(c);
    const auto unless = [&](bool fine, Refusal why) {
      if (r == Refusal::none && !fine) r = why;
    };
    unless(phase == Phase::call || phase == Phase::continuous, Refusal::wrong_phase);
    if (r == Refusal::none) r = named(c);
    if (r == Refusal::none) r = quantity(c.qty);
    if (r != Refusal::none) return refuse(c, r);
    const At at = find(c.order);
    Order changed = *at;
    if (!changed.market()) changed.c.price = c.price;
    changed.left = c.qty - at->filled;
    unless(c.qty >= at->c.min_qty, Refusal::bad_min_qty);
    unless(at->market() || band().holds(c.price), Refusal::price_outside_band);
    unless(rules.bulk_threshold == 0 || c.qty < rules.bulk_threshold, Refusal::above_listed);
    unless(changed.c.price != at->c.price || changed.left != at->left, Refusal::nothing_to_change);
    unless(changed.left > 0, Refusal::below_filled);
    if (r == Refusal::none)
      r = limits(c.account, at->c.side, changed.left - at->left, limit(changed), changed.left);
    if (r != Refusal::none) return refuse(c, r);
    const Cover before = cover(*at, at->left);
    const Cover after = cover(changed, changed.left);
    const Cover more{c.order, c.account, at->c.side, after.qty - before.qty, after.cash - before.cash};
    const Cover less{c.order, c.account, at->c.side, -more.qty, -more.cash};
    if (more.qty > 0 || more.cash > 0) {
      if (!purse.reserve(more)) return refuse(c, Refusal::not_covered);
    } else if (less.qty > 0 || less.cash > 0) {
      purse.release(less);
    }
    say({.kind = EventKind::amended, .order = c.order, .price = at->market() ? 0 : c.price, .qty = changed.left});
    if (changed.c.price == at->c.price && changed.left < at->left) {
      at->left = changed.left;
      return;
    }
    orders.erase(at);
    enter_market(orders.insert(orders.end(), changed));
  }

  void take(const Command& c) {
    if (!fresh(c)) return;
    Refusal r = enter(c);
    const auto unless = [&](bool fine, Refusal why) {
      if (r == Refusal::none && !fine) r = why;
    };
    unless(phase == Phase::continuous && rules.market != Market::continuous, Refusal::wrong_phase);
    unless(c.target > 0 && c.target < known.size() && c.target != c.order, Refusal::unknown_order);
    const At maker = find(c.target);
    unless(maker != orders.end(), Refusal::order_done);
    if (r == Refusal::none) r = quantity(c.qty);
    if (r != Refusal::none) return refuse(c, r);
    Order o{c, c.qty, 0, accounts[c.account].group};
    o.c.side = other(maker->c.side);
    o.c.type = OrderType::limit;
    o.c.price = maker->c.price;
    unless(o.group != maker->group, Refusal::own_offer);
    unless(rules.market == Market::listed_any || in_line(maker->c.side).front()->c.price == maker->c.price,
           Refusal::not_the_best);
    unless(c.qty <= maker->left, Refusal::more_than_offered);
    unless(c.qty >= std::min(maker->left, maker->c.min_qty), Refusal::below_min_qty);
    if (r == Refusal::none) r = limits(c.account, o.c.side, c.qty, o.c.price, c.qty);
    unless(r != Refusal::none || purse.reserve(cover(o, o.left)), Refusal::not_covered);
    if (r != Refusal::none) return refuse(c, r);
    say({.kind = EventKind::accepted, .order = c.order, .price = o.c.price, .qty = c.qty});
    const At at = orders.insert(orders.end(), o);
    trade(maker, at, o.c.price, c.qty);
    if (maker->left == 0) fill(maker);
    fill(at);
  }

  // The best pair of one owner that could trade gives way, until there is none.
  void part_own_orders() {
    for (std::uint32_t g = 0; g < holding.size(); ++g) {
      for (;;) {
        const Order* best[2] = {nullptr, nullptr};
        for (const Side side : {Side::buy, Side::sell})
          for (const Order* o : in_line(side))
            if (o->group == g && best[static_cast<int>(side)] == nullptr) best[static_cast<int>(side)] = o;
        const auto [buy, sell] = best;
        if (buy == nullptr || sell == nullptr) break;
        if (!buy->market() && !sell->market() && buy->c.price < sell->c.price) break;
        const At b = find(buy->c.order), s = find(sell->c.order);
        const bool buy_newer = std::find_if(s, orders.end(), [&](const Order& o) { return &o == buy; }) != orders.end();
        if (rules.self_trade == SelfTrade::cancel_both) {
          end(b, OrderState::cancelled, Refusal::self_trade);
          end(s, OrderState::cancelled, Refusal::self_trade);
        } else if (rules.self_trade == SelfTrade::decrement) {
          lessen(s, b);
          const bool sell_gone = s->left == 0;
          if (b->left == 0) end(b, OrderState::cancelled, Refusal::self_trade);
          if (sell_gone) end(s, OrderState::cancelled, Refusal::self_trade);
        } else {
          end((rules.self_trade == SelfTrade::cancel_newest) == buy_newer ? b : s, OrderState::cancelled,
              Refusal::self_trade);
        }
      }
    }
  }

  void uncross(const Command& c) {
    if (!calling() || (c.phase != Phase::closed && c.phase != Phase::continuous))
      return refuse(c, Refusal::wrong_phase);
    part_own_orders();
    Quantity executed = 0;
    const Ticks price = call_price_by_trying(executed);
    say({.kind = EventKind::auction, .price = price, .qty = executed});
    while (executed > 0) {
      const At b = find(in_line(Side::buy).front()->c.order);
      const At s = find(in_line(Side::sell).front()->c.order);
      const Quantity qty = std::min({b->left, s->left, executed});
      trade(s, b, price, qty);
      executed -= qty;
      if (b->left == 0) fill(b);
      if (s->left == 0) fill(s);
    }
    end_where(OrderState::expired, Refusal::auction_over,
              [](const Order& o) { return o.c.stands == Stands::auction_only; });
    phase = c.phase;
    say({.kind = EventKind::phase, .price = static_cast<Ticks>(phase)});
  }

  // The four steps without bounds, tick by tick.
  Ticks call_price_by_trying(Quantity& executed) const {
    Ticks lo = 0, hi = 0;
    Quantity market[2] = {0, 0};
    for (const Order& o : orders) {
      if (o.market()) {
        market[static_cast<int>(o.c.side)] += o.left;
        continue;
      }
      if (lo == 0 || o.c.price < lo) lo = o.c.price;
      hi = std::max(hi, o.c.price);
    }
    if (lo == 0) {
      executed = std::min(market[0], market[1]);
      return executed > 0 ? rules.reference : 0;
    }
    struct Tried {
      Ticks price;
      Quantity executed, surplus;
    };
    std::vector<Tried> candidates;
    for (Ticks p = lo; p <= hi; ++p) {
      Quantity bid = market[0], offered = market[1];
      for (const Order& o : orders)
        if (!o.market() && o.c.side == Side::buy && o.c.price >= p) bid += o.left;
      for (const Order& o : orders)
        if (!o.market() && o.c.side == Side::sell && o.c.price <= p) offered += o.left;
      candidates.push_back({p, std::min(bid, offered), bid - offered});
    }
    Quantity most = 0;
    for (const Tried& at : candidates) most = std::max(most, at.executed);
    executed = most;
    if (most == 0) return 0;
    std::erase_if(candidates, [&](const Tried& at) { return at.executed != most; });
    Quantity least = std::abs(candidates.front().surplus);
    for (const Tried& at : candidates) least = std::min(least, std::abs(at.surplus));
    std::erase_if(candidates, [&](const Tried& at) { return std::abs(at.surplus) != least; });
    const auto every = [&](auto test) { return std::all_of(candidates.begin(), candidates.end(), test); };
    if (every([](const Tried& at) { return at.surplus > 0; })) return candidates.back().price;
    if (every([](const Tried& at) { return at.surplus < 0; })) return candidates.front().price;
    Ticks nearest = candidates.front().price;
    for (const Tried& at : candidates)
      if (std::abs(at.price - rules.reference) < std::abs(nearest - rules.reference)) nearest = at.price;
    return nearest;
  }
};

}  // namespace tributary::exchange
