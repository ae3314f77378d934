// A second, plain model of the registry, which the random commands of random_test.cpp are held against.
#pragma once

#include "rights/rights_testing.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tributary::rights::testing {

// The registry once more, for plainness: what each account has of each unit in each compartment, and nothing
// clever. A command is tried on a copy; when something does not suffice, the copy is thrown away.
struct Model {
  using Place = std::tuple<std::string, std::string, int, Compartment>;  // account, instrument, period
  struct Line {
    Place from, to;
    std::int64_t amount;
  };
  struct Order {
    std::string account, instrument;
    int from, to;
    std::int64_t quantity;
  };
  struct Deal {
    bool waits = false;
    Proposal p;
    std::vector<Line> held;
    std::vector<std::pair<int, std::int64_t>> parts;
    bool reversed = false;
  };
  std::map<Place, std::int64_t> have;
  std::map<std::string, Deal> deals;
  std::map<std::string, Order> orders;                   // in the order of their keys, which is that of time
  std::map<std::string, std::vector<Line>> asides;       // `from` is where it stands
  std::map<std::string, std::vector<Line>> conditional;  // trades that wait for the authority
  std::map<std::string, Trade> leases;                    // trades that lease, unless they were refused
  std::map<std::string, int> back;  // of a lease: the first month that went back early
  std::map<int, std::int64_t> issued_cod;

  struct Refused {};
  static bool flow(const std::string& instrument) { return instrument == "COD"; }

  void take(const Place& place, std::int64_t amount) {
    const bool bottomless = std::get<0>(place) == "ISS" || std::get<0>(place) == "BANK";
    if (!bottomless && have[place] < amount) throw Refused{};
    have[place] -= amount;
  }
  void move(const Line& line) {
    take(line.from, line.amount);
    have[line.to] += line.amount;
  }
  // What standing orders want and is free is frozen, the oldest first.
  void sweep() {
    for (const auto& [key, order] : orders) {
      for (int month = order.from; month < order.to; ++month) {
        std::int64_t demanded = 0, frozen = 0;
        for (const auto& [name, other] : orders)
          if (other.account == order.account && other.instrument == order.instrument && other.from <= month &&
              month < other.to)
            demanded += other.quantity;
        for (const auto& [place, amount] : have)
          if (std::get<0>(place) == order.account && std::get<1>(place) == order.instrument &&
              std::get<3>(place) == Compartment::frozen &&
              (!flow(order.instrument) || std::get<2>(place) == month))
            frozen += amount;
        for (auto& [place, amount] : have) {
          if (std::get<0>(place) != order.account || std::get<1>(place) != order.instrument ||
              (flow(order.instrument) && std::get<2>(place) != month) ||
              std::get<3>(place) != Compartment::free)
            continue;
          const std::int64_t part = std::min(amount, demanded - frozen);
          if (part <= 0) continue;
          amount -= part;
          frozen += part;
          Place to = place;
          std::get<3>(to) = Compartment::frozen;
          have[to] += part;
        }
      }
    }
  }
  // (period, amount) for a quantity: each month of the term, or the oldest vintages first.
  std::vector<std::pair<int, std::int64_t>> pick(const std::string& account, const Proposal& p,
                                                 Compartment in) {
    std::vector<std::pair<int, std::int64_t>> out;
    if (p.term) {
      for (int m = p.term->from.index; m < p.term->to.index; ++m) out.emplace_back(m, p.quantity);
      return out;
    }
    if (account == "BANK" || account == "ISS") return {{p.vintage.value_or(0), p.quantity}};
    std::int64_t left = p.quantity;
    for (const auto& [place, amount] : have)
      if (std::get<0>(place) == account && std::get<1>(place) == p.instrument && std::get<3>(place) == in &&
          left > 0 && amount > 0 && (!p.vintage || std::get<2>(place) == *p.vintage)) {
        out.emplace_back(std::get<2>(place), std::min(left, amount));
        left -= out.back().second;
      }
    if (left > 0) throw Refused{};
    return out;
  }

  const Term& lease_term(const std::string& key) const { return leases.contains(key) ? *leases.at(key).term : *deals.at(key).p.term; }
  int end_of(const std::string& lease) const { return back.contains(lease) ? back.at(lease) : lease_term(lease).to.index; }

  void propose(const Proposal& p) {
    Deal deal;
    deal.waits = true;
    deal.p = p;
    const auto hold = [&](Compartment out, const std::string& to, Compartment in) {
      deal.parts = pick(p.from, p, out);
      for (const auto& [period, amount] : deal.parts) {
        deal.held.push_back({{p.from, p.instrument, period, out}, {to, p.instrument, period, in}, amount});
        take(deal.held.back().from, amount);
      }
    };
    using C = Compartment;
    if (p.kind == Kind::transfer || p.kind == Kind::deposit || p.kind == Kind::retire ||
        p.kind == Kind::surrender || p.kind == Kind::cancel || p.kind == Kind::withdraw)
      hold(C::free, p.to, C::free);
    if (p.kind == Kind::allocate) hold(C::free, p.to, p.unpaid ? C::unpaid : C::free);
    if (p.kind == Kind::lease) hold(C::free, p.to, C::leased);
    if (p.kind == Kind::pay) hold(C::unpaid, p.from, C::free);
    if (p.kind == Kind::pledge) hold(C::free, p.from, C::pledged);
    if (p.kind == Kind::reverse) {
      Deal& was = deals.at(p.refers);
      if (was.waits || was.reversed || was.p.kind != Kind::transfer) throw Refused{};
      for (const auto& [period, amount] : was.parts) {
        deal.held.push_back({{was.p.to, was.p.instrument, period, C::free},
                             {was.p.from, was.p.instrument, period, C::free},
                             amount});
        take(deal.held.back().from, amount);
      }
    }
    if (p.kind == Kind::convert) {  // what does not arrive is retired
      for (const auto& [period, amount] : deal.parts = pick(p.from, p, C::free)) {
        const std::int64_t arrives = amount * p.ratio.numerator / p.ratio.denominator;
        if (arrives == 0) throw Refused{};
        for (const auto& [to, part] : {std::pair{p.to, arrives}, std::pair{p.retired_to, amount - arrives}}) {
          if (part == 0) continue;
          deal.held.push_back({{p.from, p.instrument, period, C::free}, {to, p.instrument, period, C::free}, part});
          take(deal.held.back().from, part);
        }
      }
    }
    if (p.kind == Kind::lease_return) {
      const bool traded = leases.contains(p.refers);
      if (!traded && deals.at(p.refers).waits) throw Refused{};
      if (traded && conditional.contains(p.refers)) throw Refused{};
      const auto [from, to, quantity] = traded ? std::tuple{leases.at(p.refers).seller, leases.at(p.refers).buyer, leases.at(p.refers).quantity}
                                               : std::tuple{deals.at(p.refers).p.from, deals.at(p.refers).p.to, deals.at(p.refers).p.quantity};
      for (const auto& [key, other] : deals)
        if (other.waits && other.p.kind == Kind::lease_return && other.p.refers == p.refers) throw Refused{};
      if (p.term->to.index != end_of(p.refers)) throw Refused{};
      for (int m = p.term->from.index; m < p.term->to.index; ++m) {
        deal.held.push_back({{to, "COD", m, C::leased}, {from, "COD", m, C::free}, quantity});
        take(deal.held.back().from, quantity);
      }
    }
    if ((p.kind == Kind::release &&
         (deals.at(p.refers).waits || deals.at(p.refers).p.kind != Kind::pledge)) ||
        (p.kind == Kind::unfreeze && (deals.at(p.refers).waits || deals.at(p.refers).p.kind != Kind::freeze)))
      throw Refused{};
    deals[p.key] = deal;
  }

  void approve(const std::string& key) {
    Deal& deal = deals.at(key);
    const Proposal& p = deal.p;
    for (const Line& line : deal.held) have[line.to] += line.amount;
    if (p.kind == Kind::issue) {
      for (const auto& [period, amount] : pick("ISS", p, Compartment::free)) {
        if (p.instrument == "COD" && (issued_cod[period] += amount) > 1'000'000) throw Refused{};
        have[{"ISS", p.instrument, period, Compartment::free}] -= amount;
        have[{p.to, p.instrument, period, Compartment::free}] += amount;
      }
    }
    if (p.kind == Kind::pledge) {
      for (const Line& line : deal.held) asides[key].push_back({line.to, line.to, line.amount});
    }
    if (p.kind == Kind::release) {  // the whole of it
      if (asides[p.refers].empty()) throw Refused{};
      for (const Line& line : asides[p.refers]) {
        Place free = line.from;
        std::get<3>(free) = Compartment::free;
        move({line.from, free, line.amount});
      }
      asides[p.refers].clear();
    }
    if (p.kind == Kind::freeze) {
      orders[key] = {p.from, p.instrument, p.term ? p.term->from.index : 0, p.term ? p.term->to.index : 1,
                     p.quantity};
    }
    if (p.kind == Kind::unfreeze) {  // the whole of it
      if (!orders.contains(p.refers)) throw Refused{};
      const Order order = orders.at(p.refers);
      orders.erase(p.refers);
      std::vector<Line> back;
      for (int month = order.from; month < order.to; ++month) {
        std::int64_t demanded = 0, frozen = 0;
        for (const auto& [name, o] : orders)
          if (o.account == order.account && o.instrument == order.instrument && o.from <= month &&
              month < o.to)
            demanded += o.quantity;
        const auto here = [&](const Place& place) {
          return std::get<0>(place) == order.account && std::get<1>(place) == order.instrument &&
                 std::get<3>(place) == Compartment::frozen &&
                 (!flow(order.instrument) || std::get<2>(place) == month);
        };
        for (const auto& [place, amount] : have)
          if (here(place)) frozen += amount;
        for (const auto& [place, amount] : have)
          if (here(place) && frozen > demanded && amount > 0) {
            Place free = place;
            std::get<3>(free) = Compartment::free;
            back.push_back({place, free, std::min(amount, frozen - demanded)});
            frozen -= back.back().amount;
          }
      }
      for (const Line& line : back) move(line);
    }
    if (p.kind == Kind::compulsory) compulsory(p);
    if (p.kind == Kind::expire) expire(p);
    if (p.kind == Kind::lease_return) back[p.refers] = p.term->from.index;
    if (p.kind == Kind::reverse) {
      if (deals.at(p.refers).reversed) throw Refused{};
      deals.at(p.refers).reversed = true;
    }
    deal.held.clear();
    deal.waits = false;
    sweep();
  }
  static bool within(const Proposal& p, int period) {
    return p.term ? p.term->from.index <= period && period < p.term->to.index : !p.vintage || *p.vintage == period;
  }
  // Of each month, or of the oldest vintages first: what is free, then what is not paid for.
  void compulsory(const Proposal& p) {
    std::set<int> periods;
    for (const auto& [place, amount] : have)
      if (std::get<0>(place) == p.from && std::get<1>(place) == p.instrument && within(p, std::get<2>(place)))
        periods.insert(std::get<2>(place));
    if (p.term)
      for (int m = p.term->from.index; m < p.term->to.index; ++m) periods.insert(m);
    std::int64_t left = p.quantity;
    for (const int period : periods) {
      if (p.term) left = p.quantity;
      for (const Compartment in : {Compartment::free, Compartment::unpaid}) {
        const std::int64_t part = std::min(left, have[{p.from, p.instrument, period, in}]);
        if (part > 0) move({{p.from, p.instrument, period, in}, {p.to, p.instrument, period, Compartment::free}, part});
        left -= part;
      }
      if (p.term && left > 0) throw Refused{};
    }
    if (left > 0 || periods.empty()) throw Refused{};
  }
  // All of it, and nothing of it may be bound or on its way.
  void expire(const Proposal& p) {
    const auto of = [&](const Place& place) {
      return std::get<0>(place) == p.from && std::get<1>(place) == p.instrument && within(p, std::get<2>(place));
    };
    std::vector<Line> lines;
    for (const auto& [place, amount] : have) {
      const Compartment in = std::get<3>(place);
      if (!of(place) || amount == 0) continue;
      if (in == Compartment::pledged || in == Compartment::frozen || in == Compartment::reserved) throw Refused{};
      lines.push_back({place, {"CAN", p.instrument, std::get<2>(place), Compartment::free}, amount});
    }
    for (const auto& [key, held] : conditional)
      for (const Line& line : held)
        if (of(line.from)) throw Refused{};
    for (const auto& [key, deal] : deals)
      for (const Line& line : deal.held)
        if (of(line.from)) throw Refused{};
    for (const Line& line : lines) move(line);
  }
  void reject(const std::string& key) {
    for (const Line& line : deals.at(key).held) have[line.from] += line.amount;
    deals.erase(key);
    sweep();
  }
  void reserve(const Order& o, const std::string& key) {
    Proposal p;
    p.instrument = o.instrument;
    p.quantity = o.quantity;
    if (flow(o.instrument)) p.term = Term{{o.from}, {o.to}};
    for (const auto& [period, amount] : pick(o.account, p, Compartment::free)) {
      const Line line{{o.account, o.instrument, period, Compartment::free},
                      {o.account, o.instrument, period, Compartment::reserved},
                      amount};
      move(line);
      asides[key].push_back({line.to, line.to, amount});
    }
  }
  void release(const std::string& key) {
    for (const Line& line : asides[key]) {
      Place free = line.from;
      std::get<3>(free) = Compartment::free;
      move({line.from, free, line.amount});
    }
    asides[key].clear();
    sweep();
  }
  // From an order, against free cash.
  void trade(const Trade& t) {
    const auto carry = [&](const Line& line) {
      if (!t.conditional) return move(line);
      take(line.from, line.amount);
      conditional[t.key].push_back(line);
    };
    if (t.lease_months > 0 && (!t.term || t.term->months() > t.lease_months)) throw Refused{};
    auto& lines = asides[t.sell];
    std::int64_t left = t.quantity;
    int months = 0;
    std::vector<Line> rest;
    for (const Line& line : lines) {
      const int period = std::get<2>(line.from);
      const bool inside = t.term && t.term->from.index <= period && period < t.term->to.index;
      const std::int64_t part = t.term ? (inside ? t.quantity : 0) : std::min(left, line.amount);
      if (part > line.amount) throw Refused{};
      if (!t.term) left -= part;
      if (part > 0) {
        ++months;
        carry({line.from, {t.buyer, t.instrument, period, t.lease_months > 0 ? Compartment::leased : Compartment::free}, part});
      }
      if (line.amount > part) rest.push_back({line.from, line.from, line.amount - part});
    }
    if (t.term ? months != t.term->months() : left > 0) throw Refused{};
    lines = rest;
    std::int64_t fees = 0;
    for (const Charge& c : t.charges) fees += c.buyer ? 0 : c.fen;
    if (t.fen < fees) throw Refused{};
    const Place purse{t.buyer, "CNY", 0, Compartment::free};
    if (t.fen > fees) carry({purse, {t.seller, "CNY", 0, Compartment::free}, t.fen - fees});
    for (const Charge& c : t.charges) carry({purse, {c.to, "CNY", 0, Compartment::free}, c.fen});
    if (t.lease_months > 0) leases[t.key] = t;
    sweep();
  }
  void conclude(const std::string& key, bool granted) {
    for (const Line& line : conditional.at(key)) {
      Place back = line.from;  // not into the order again: it is the holder's own
      std::get<3>(back) = Compartment::free;
      have[granted ? line.to : back] += line.amount;
    }
    conditional.erase(key);
    if (!granted) leases.erase(key);
    sweep();
  }
};

}  // namespace tributary::rights::testing
