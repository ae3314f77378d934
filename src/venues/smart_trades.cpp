#include "venues/smart_trades.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

using exchange::smart_market::Clearing;
using exchange::smart_market::Fill;
using exchange::smart_market::Market;
using exchange::smart_market::Order;

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

std::int64_t share(std::int64_t total, std::int64_t part, std::int64_t whole) {
  return static_cast<std::int64_t>(static_cast<__int128>(total) * part / whole);
}

// How many links lie between two zones, along what was sent in a period.
std::vector<std::vector<std::size_t>> distances(const Market& market, const Clearing& clearing,
                                                std::size_t period) {
  std::vector<std::vector<std::size_t>> next(market.zones.size());
  for (const auto& flow : clearing.flows)
    if (flow.period == period && flow.sent.sign() > 0)
      next[market.links[flow.link].from].push_back(market.links[flow.link].to);
  std::vector<std::vector<std::size_t>> out(next.size(), std::vector<std::size_t>(next.size(), none));
  for (std::size_t from = 0; from < next.size(); ++from) {
    std::deque<std::size_t> queue{from};
    out[from][from] = 0;
    for (; !queue.empty(); queue.pop_front())
      for (const std::size_t to : next[queue.front()])
        if (out[from][to] == none) {
          out[from][to] = out[from][queue.front()] + 1;
          queue.push_back(to);
        }
  }
  return out;
}

// Orders of one side, zone and purpose: which of them gets what of another class does not matter to the
// clearing.
struct Class {
  std::size_t zone;
  std::string purpose;
  std::vector<std::size_t> fills;
  std::int64_t units = 0;
};

class Period {
 public:
  Period(const Market& market, const Clearing& clearing, std::size_t period)
      : market_(market), clearing_(clearing), period_(period), step_(market.step.to_int64()) {
    for (std::size_t i = 0; i < clearing.fills.size(); ++i) {
      const Order& order = market.orders[clearing.fills[i].order];
      if (order.period != period || clearing.fills[i].steps == 0) continue;
      auto& classes = order.buy ? buyers_ : sellers_;
      auto at = std::ranges::find_if(
          classes, [&](const Class& c) { return c.zone == order.zone && c.purpose == order.purpose; });
      if (at == classes.end()) at = classes.insert(at, {order.zone, order.purpose, {}, 0});
      at->fills.push_back(i);
      at->units += units(i);
    }
    const auto before = [](const Class& a, const Class& b) {
      return std::tie(a.zone, a.purpose) < std::tie(b.zone, b.purpose);
    };
    std::ranges::sort(sellers_, before);
    std::ranges::sort(buyers_, before);
    far_ = distances(market, clearing, period);
  }

  std::vector<SmartTrade> trades() {
    share_classes();
    pair_orders();
    share_money();
    std::ranges::stable_sort(trades_, {}, [](const Pair& p) { return p.seller; });
    std::vector<SmartTrade> out;
    for (const Pair& p : trades_)
      out.push_back({.ask = number_of(p.seller),
                     .bid = p.buyer == none ? 0 : number_of(p.buyer),
                     .period = market_.periods[period_],
                     .quantity = p.quantity,
                     .lost = p.lost,
                     .fen = p.fen,
                     .rent_fen = p.rent,
                     .added_fen = p.added,
                     .charges = {}});
    return out;
  }

 private:
  struct Pair {
    std::size_t seller, buyer;  // fills; buyer none: the operator
    std::int64_t quantity = 0, lost = 0, fen = 0, rent = 0, added = 0;
    std::int64_t arrives() const { return quantity - lost; }
  };

  std::int64_t units(std::size_t fill) const { return clearing_.fills[fill].steps * step_; }
  std::int64_t number_of(std::size_t fill) const {
    return Decimal::parse(market_.orders[clearing_.fills[fill].order].id).to_int64();
  }
  std::size_t distance(const Class& seller, const Class& buyer) const {
    if (!market_.mask.empty()) {
      const auto& uses = market_.mask.at(seller.purpose);
      if (std::ranges::find(uses, buyer.purpose) == uses.end()) return none;
    }
    return far_[seller.zone][buyer.zone];
  }

  // How much of each class of sellers arrives at each class of buyers: the nearest first; where that leaves a
  // buyer without, along chains of exchanges, which exist because the clearing carried its water.
  void share_classes() {
    arrives_.assign(sellers_.size(), std::vector<std::int64_t>(buyers_.size(), 0));
    std::vector<std::int64_t> left, lacks;
    for (const Class& c : sellers_) left.push_back(c.units);
    for (const Class& c : buyers_) lacks.push_back(c.units);
    std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> near;
    for (std::size_t s = 0; s < sellers_.size(); ++s)
      for (std::size_t b = 0; b < buyers_.size(); ++b)
        if (const std::size_t d = distance(sellers_[s], buyers_[b]); d != none) near.emplace_back(d, s, b);
    std::ranges::sort(near);
    for (const auto& [d, s, b] : near) {
      const std::int64_t units = std::min(left[s], lacks[b]);
      arrives_[s][b] += units;
      left[s] -= units;
      lacks[b] -= units;
    }
    for (std::size_t b = 0; b < buyers_.size(); ++b)
      while (lacks[b] > 0) exchange(b, left, lacks);
  }

  void exchange(std::size_t wanting, std::vector<std::int64_t>& left, std::vector<std::int64_t>& lacks) {
    // From the buyer backwards: a seller that reaches him, a buyer from whom that seller can take, and so on.
    std::vector<std::size_t> seller_for(buyers_.size(), none), buyer_for(sellers_.size(), none);
    std::vector<bool> seen(buyers_.size(), false);
    std::deque<std::size_t> queue{wanting};
    seen[wanting] = true;
    std::size_t source = none;
    for (; !queue.empty() && source == none; queue.pop_front()) {
      const std::size_t b = queue.front();
      for (std::size_t s = 0; s < sellers_.size() && source == none; ++s) {
        if (buyer_for[s] != none || distance(sellers_[s], buyers_[b]) == none) continue;
        buyer_for[s] = b;
        if (left[s] > 0) source = s;
        for (std::size_t other = 0; other < buyers_.size(); ++other)
          if (!seen[other] && arrives_[s][other] > 0) {
            seen[other] = true;
            seller_for[other] = s;
            queue.push_back(other);
          }
      }
    }
    TRIBUTARY_CHECK(source != none,
                    fmt::format("no water reaches buyers in zone {} of period {}",
                                market_.zones[buyers_[wanting].zone].id, market_.periods[period_]));
    std::int64_t units = std::min(left[source], lacks[wanting]);
    for (std::size_t s = source; buyer_for[s] != wanting; s = seller_for[buyer_for[s]])
      units = std::min(units, arrives_[seller_for[buyer_for[s]]][buyer_for[s]]);
    for (std::size_t s = source;; s = seller_for[buyer_for[s]]) {
      const std::size_t b = buyer_for[s];
      arrives_[s][b] += units;
      if (b == wanting) break;
      arrives_[seller_for[b]][b] -= units;
    }
    left[source] -= units;
    lacks[wanting] -= units;
  }

  void pair_orders() {
    std::vector<std::pair<std::size_t, std::int64_t>> taken(buyers_.size(),
                                                            {0, 0});  // which buyer, how much he has
    for (std::size_t s = 0; s < sellers_.size(); ++s) {
      const std::vector<std::int64_t> gone = losses(s);
      std::size_t at = 0;                         // which seller
      std::int64_t given = 0;                     // how much he has given
      std::map<std::size_t, std::int64_t> alone;  // what arrives nowhere, by seller
      for (std::size_t b = 0; b < buyers_.size(); ++b) {
        std::int64_t arrives = arrives_[s][b], lost = gone[b];
        while (arrives + lost > 0) {
          const std::size_t seller = sellers_[s].fills[at];
          const std::int64_t has = units(seller) - given;
          if (arrives == 0) {
            const std::int64_t units = std::min(has, lost);
            alone[seller] += units;
            lost -= units;
            given += units;
          } else {
            auto& [buyer_at, got] = taken[b];
            const std::size_t buyer = buyers_[b].fills[buyer_at];
            // As much as this buyer lacks with its part of the loss, or as this seller has left.
            const std::int64_t wants = std::min(units(buyer) - got, arrives);
            const std::int64_t whole =
                wants == arrives ? arrives + lost : wants + share(lost, wants, arrives);
            const std::int64_t quantity = std::min(has, whole);
            const std::int64_t gone_here = share(whole - wants, quantity, whole);
            add(seller, buyer, quantity, gone_here);
            arrives -= quantity - gone_here;
            lost -= gone_here;
            got += quantity - gone_here;
            given += quantity;
            if (got == units(buyer)) ++buyer_at, got = 0;
          }
          if (given == units(seller)) ++at, given = 0;
        }
      }
      std::int64_t rest = 0;
      for (std::size_t i = at; i < sellers_[s].fills.size(); ++i) {
        rest = units(sellers_[s].fills[i]) - (i == at ? given : 0);
        if (rest > 0) alone[sellers_[s].fills[i]] += rest;
      }
      for (const auto& [seller, units] : alone) lose(seller, units);
    }
  }

  // What does not arrive of a class of sellers, by the class of buyers with whose water it goes.
  std::vector<std::int64_t> losses(std::size_t s) const {
    const std::vector<std::int64_t>& arrives = arrives_[s];
    std::int64_t crossing = 0;
    for (std::size_t b = 0; b < buyers_.size(); ++b)
      if (buyers_[b].zone != sellers_[s].zone) crossing += arrives[b];
    std::int64_t whole =
        crossing > 0 ? crossing : std::accumulate(arrives.begin(), arrives.end(), std::int64_t{0});
    std::int64_t gone = sellers_[s].units - std::accumulate(arrives.begin(), arrives.end(), std::int64_t{0});
    std::vector<std::int64_t> out(buyers_.size(), 0);
    for (std::size_t b = 0; b < buyers_.size(); ++b) {
      if (arrives[b] == 0 || (crossing > 0 && buyers_[b].zone == sellers_[s].zone)) continue;
      out[b] = share(gone, arrives[b], whole);
      gone -= out[b];
      whole -= arrives[b];
    }
    return out;
  }

  void add(std::size_t seller, std::size_t buyer, std::int64_t quantity, std::int64_t lost) {
    if (!trades_.empty() && trades_.back().seller == seller && trades_.back().buyer == buyer) {
      trades_.back().quantity += quantity;
      trades_.back().lost += lost;
      return;
    }
    trades_.push_back({seller, buyer, quantity, lost});
  }
  void lose(std::size_t seller, std::int64_t units) {
    for (Pair& p : trades_)
      if (p.seller == seller) {
        p.quantity += units;
        p.lost += units;
        return;
      }
    trades_.push_back({seller, none, units, units - 1});
  }

  // Near each one's own price first, then along chains of trades, so that as little as can be is added by the
  // operator.
  void share_money() {
    std::map<std::size_t, std::int64_t> due, purse;  // by fill
    for (Pair& p : trades_) {
      const Fill& sale = clearing_.fills[p.seller];
      due.emplace(p.seller, sale.fen);
      if (p.buyer == none) continue;
      const Fill& purchase = clearing_.fills[p.buyer];
      purse.emplace(p.buyer, purchase.fen);
      p.fen = std::min(share(sale.fen, p.quantity, units(p.seller)),
                       share(purchase.fen, p.arrives(), units(p.buyer)));
    }
    for (const Pair& p : trades_) {
      due[p.seller] -= p.fen;
      if (p.buyer != none) purse[p.buyer] -= p.fen;
    }
    for (auto& [seller, fen] : due)
      while (fen > 0 && move_money(seller, fen, purse)) {
      }
    for (Pair& p : trades_) {
      std::int64_t& fen = due[p.seller];
      (p.buyer == none ? p.fen : p.added) += fen;
      fen = 0;
    }
    // What a buyer has left is rent, spread as his own price would have it.
    for (Pair& p : trades_) {
      if (p.buyer == none) continue;
      const Fill& purchase = clearing_.fills[p.buyer];
      std::int64_t& left = purse[p.buyer];
      p.rent =
          std::min(left, std::max<std::int64_t>(0, share(purchase.fen, p.arrives(), units(p.buyer)) - p.fen));
      left -= p.rent;
    }
    for (Pair& p : trades_) {
      if (p.buyer == none) continue;
      p.rent += purse[p.buyer];
      purse[p.buyer] = 0;
    }
  }

  bool move_money(std::size_t seller, std::int64_t& fen, std::map<std::size_t, std::int64_t>& purse) {
    // Trades by which each seller and buyer was reached.
    std::map<std::size_t, std::size_t> to_seller, to_buyer;
    std::deque<std::pair<bool, std::size_t>> queue{{false, seller}};
    to_seller[seller] = none;
    std::size_t end = none;
    for (; !queue.empty() && end == none; queue.pop_front()) {
      const auto [is_buyer, who] = queue.front();
      for (std::size_t e = 0; e < trades_.size() && end == none; ++e) {
        const Pair& p = trades_[e];
        if (p.buyer == none || (is_buyer ? p.buyer : p.seller) != who) continue;
        if (!is_buyer && to_buyer.emplace(p.buyer, e).second) {
          if (purse[p.buyer] > 0) end = p.buyer;
          queue.emplace_back(true, p.buyer);
        } else if (is_buyer && p.fen > 0 && to_seller.emplace(p.seller, e).second) {
          queue.emplace_back(false, p.seller);
        }
      }
    }
    if (end == none) return false;
    std::int64_t amount = std::min(fen, purse[end]);
    for (std::size_t buyer = end;;) {
      const std::size_t back = to_seller[trades_[to_buyer[buyer]].seller];
      if (back == none) break;
      amount = std::min(amount, trades_[back].fen);
      buyer = trades_[back].buyer;
    }
    for (std::size_t buyer = end;;) {
      Pair& pays = trades_[to_buyer[buyer]];
      pays.fen += amount;
      const std::size_t back = to_seller[pays.seller];
      if (back == none) break;
      trades_[back].fen -= amount;
      buyer = trades_[back].buyer;
    }
    purse[end] -= amount;
    fen -= amount;
    return true;
  }

  const Market& market_;
  const Clearing& clearing_;
  std::size_t period_;
  std::int64_t step_;
  std::vector<Class> sellers_, buyers_;
  std::vector<std::vector<std::size_t>> far_;       // between zones; none: does not reach
  std::vector<std::vector<std::int64_t>> arrives_;  // by class of sellers and of buyers
  std::vector<Pair> trades_;
};

// A fee is of the whole bid or ask and is paid with the first of its trades; a seller's as far as there is a
// price.
void add_fees(const SmartVenue& venue, const Market& market, const Clearing& clearing,
              std::vector<SmartTrade>& trades) {
  std::map<std::int64_t, std::int64_t> whole;
  for (const Fill& fill : clearing.fills)
    whole[Decimal::parse(market.orders[fill.order].id).to_int64()] = fill.fen;
  std::map<std::int64_t, std::vector<rights::Charge>> due;
  for (const auto& [number, fen] : whole) due[number] = charges_of(venue.fees, fen);
  for (SmartTrade& trade : trades) {
    std::int64_t room = trade.fen;
    for (const bool buyer : {true, false})
      for (rights::Charge& charge : due[buyer ? trade.bid : trade.ask]) {
        if (charge.buyer != buyer || charge.fen == 0) continue;
        const std::int64_t fen = buyer ? charge.fen : std::min(charge.fen, room);
        if (!buyer) room -= fen;
        charge.fen -= fen;
        if (fen > 0) trade.charges.push_back({buyer, charge.to, charge.kind, fen});
      }
  }
}

void check(const Market& market, const Clearing& clearing, const std::vector<SmartTrade>& trades) {
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> sums;  // units and fen by number
  for (const SmartTrade& t : trades) {
    sums[t.ask].first += t.quantity;
    sums[t.ask].second += t.fen + t.added_fen;
    if (t.bid == 0) continue;
    sums[t.bid].first += t.quantity - t.lost;
    sums[t.bid].second += t.fen + t.rent_fen;
  }
  for (const Fill& fill : clearing.fills) {
    const Order& order = market.orders[fill.order];
    const auto& [units, fen] = sums[Decimal::parse(order.id).to_int64()];
    TRIBUTARY_CHECK(units == fill.steps * market.step.to_int64() && fen == fill.fen,
                    fmt::format("order {}: {} units and {} fen settled, {} steps and {} fen cleared",
                                order.id, units, fen, fill.steps, fill.fen));
  }
}

}  // namespace

std::vector<SmartTrade> trades_of(const SmartVenue& venue, const Market& market, const Clearing& clearing) {
  std::vector<SmartTrade> out;
  for (std::size_t p = 0; p < market.periods.size(); ++p)
    for (SmartTrade& trade : Period(market, clearing, p).trades()) out.push_back(std::move(trade));
  add_fees(venue, market, clearing, out);
  check(market, clearing, out);
  return out;
}

}  // namespace tributary::venues
