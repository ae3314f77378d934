#include "exchange/smart_market_model.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace tributary::exchange::smart_market {
namespace {

using optimise::Column;
using optimise::Row;
using optimise::Term;

// Rows are gathered first and added when all columns are there.
class Builder {
 public:
  explicit Builder(const Market& market) : market_(market) {
    if (market.mask.empty()) {
      sold_.emplace_back();
    } else {
      std::set<std::string> used;
      for (const auto& [sold, uses] : market.mask) {
        sold_.push_back(sold);
        used.insert(uses.begin(), uses.end());
      }
      used_.assign(used.begin(), used.end());
    }
    terms_.resize(market.periods.size() * market.zones.size() * (sold_.size() + used_.size()));
  }

  Programme build() {
    add_groups();
    out_.first_flow = out_.model.columns().size();
    add_flows();
    add_uses();
    add_nodes();
    add_capacities();
    add_balances();
    for (const Constraint& constraint : market_.constraints) add(constraint);
    return std::move(out_);
  }

 private:
  std::size_t node(std::size_t zone, std::size_t period, std::size_t purpose) const {
    return (period * market_.zones.size() + zone) * (sold_.size() + used_.size()) + purpose;
  }
  std::size_t place(const std::string& purpose, bool buy) const {
    if (market_.mask.empty()) return 0;
    const auto& list = buy ? used_ : sold_;
    const auto at = std::find(list.begin(), list.end(), purpose);
    return static_cast<std::size_t>(at - list.begin()) + (buy ? sold_.size() : 0);
  }
  std::string suffix(std::size_t zone, std::size_t period) const {
    return fmt::format("{}.{}", market_.zones[zone].id, market_.periods[period]);
  }

  void add_groups() {
    using Key = std::tuple<std::size_t, std::size_t, std::size_t, bool, Rational>;
    std::vector<std::pair<Key, std::size_t>> keys;
    for (std::size_t i = 0; i < market_.orders.size(); ++i) {
      const Order& order = market_.orders[i];
      keys.push_back(
          {{order.period, order.zone, place(order.purpose, order.buy), order.buy, order.price}, i});
    }
    std::sort(keys.begin(), keys.end(), [&](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first
                                : market_.orders[a.second].id < market_.orders[b.second].id;
    });
    for (std::size_t i = 0; i < keys.size();) {
      const auto& [period, zone, purpose, buy, price] = keys[i].first;
      Group group{out_.model.columns().size(), {}, 0, buy, zone, period, node(zone, period, purpose), price};
      std::size_t end = i;
      for (; end < keys.size() && keys[end].first == keys[i].first; ++end) {
        group.orders.push_back(keys[end].second);
        group.steps += market_.orders[keys[end].second].steps;
      }
      const std::string& first = market_.orders[group.orders[0]].id;
      out_.model.add(
          Column{fmt::format("{}.{}{}", buy ? "buy" : "sell", first,
                             group.orders.size() > 1 ? fmt::format(".and{}", group.orders.size() - 1) : ""),
                 Rational(0), Rational::from_int(group.steps) * market_.step, buy ? price : -price});
      terms_[group.node].push_back({group.column, Rational(buy ? 1 : -1)});
      out_.groups.push_back(std::move(group));
      i = end;
    }
  }

  void add_flows() {
    out_.flows.resize(market_.links.size());
    for (std::size_t l = 0; l < market_.links.size(); ++l) {
      const Link& link = market_.links[l];
      for (std::size_t t = 0; t < market_.periods.size(); ++t) {
        out_.flows[l].emplace_back();
        for (std::size_t p = 0; p < sold_.size(); ++p) {
          const std::size_t column =
              out_.model.add(Column{fmt::format("flow.{}.{}{}", link.id, market_.periods[t],
                                                sold_[p].empty() ? "" : "." + sold_[p]),
                                    Rational(0),
                                    std::nullopt,
                                    {}});
          terms_[node(link.from, t, p)].push_back({column, Rational(1)});
          terms_[node(link.to, t, p)].push_back({column, link.loss - Rational(1)});
          out_.flows[l][t].push_back(column);
        }
      }
    }
  }

  // Sold water of one purpose put to a use that the mask allows.
  void add_uses() {
    for (std::size_t t = 0; t < market_.periods.size(); ++t)
      for (std::size_t z = 0; z < market_.zones.size(); ++z)
        for (std::size_t p = 0; p < sold_.size() && !market_.mask.empty(); ++p)
          for (const std::string& use : market_.mask.at(sold_[p])) {
            const std::size_t column = out_.model.add(Column{
                fmt::format("use.{}.{}.{}", suffix(z, t), sold_[p], use), Rational(0), std::nullopt, {}});
            terms_[node(z, t, p)].push_back({column, Rational(1)});
            terms_[node(z, t, place(use, true))].push_back({column, Rational(-1)});
          }
  }

  void add_nodes() {
    for (std::size_t t = 0; t < market_.periods.size(); ++t)
      for (std::size_t z = 0; z < market_.zones.size(); ++z)
        for (std::size_t p = 0; p < sold_.size() + used_.size(); ++p) {
          const bool sold_side = p < sold_.size();
          const std::string& purpose = sold_side ? sold_[p] : used_[p - sold_.size()];
          Row row{fmt::format("node.{}{}", suffix(z, t),
                              purpose.empty() ? "" : (sold_side ? ".sold." : ".used.") + purpose),
                  {},
                  Rational(0),
                  std::move(terms_[node(z, t, p)])};
          const Zone& zone = market_.zones[z];
          if (sold_side && zone.supply[t] && (market_.mask.empty() || zone.purpose == purpose))
            row.upper = *zone.supply[t];
          out_.model.add(std::move(row));
          out_.nodes.push_back({z, t, purpose, sold_side});
        }
  }

  void add_flow_terms(std::vector<Term>& terms, std::size_t link, std::size_t period,
                      const Rational& coefficient) const {
    for (const std::size_t column : out_.flows[link][period]) terms.push_back({column, coefficient});
  }

  void add_capacities() {
    for (std::size_t l = 0; l < market_.links.size(); ++l)
      for (std::size_t t = 0; t < market_.periods.size(); ++t) {
        if (!market_.links[l].capacity[t]) continue;
        Row row{fmt::format("capacity.{}.{}", market_.links[l].id, market_.periods[t]),
                {},
                market_.links[l].capacity[t],
                {}};
        add_flow_terms(row.terms, l, t, Rational(1));
        out_.model.add(std::move(row));
      }
  }

  void add_balances() {
    for (std::size_t l = 0; l < market_.links.size(); ++l) {
      const auto& balance = market_.links[l].balance;
      if (!balance) continue;
      Rational before = balance->start;
      std::vector<Term> terms;
      for (std::size_t t = 0; t < market_.periods.size(); ++t) {
        if (balance->calls[t]) before -= *balance->calls[t];
        add_flow_terms(terms, l, t, Rational(1));
        for (std::size_t back = 0; back < market_.links.size(); ++back)
          if (market_.links[back].back_of == l) add_flow_terms(terms, back, t, Rational(-1));
        out_.model.add(Row{fmt::format("balance.{}.{}", market_.links[l].id, market_.periods[t]),
                           balance->lo - before, balance->hi - before, terms});
      }
    }
  }

  void add_terms(std::vector<Term>& terms, const Constraint& constraint, std::size_t period) const {
    for (const ConstraintTerm& term : constraint.terms) {
      if (term.is_link) {
        add_flow_terms(terms, term.index, period, term.coefficient);
        continue;
      }
      const auto [from, to] = groups_of(period, term.index);
      for (std::size_t g = from; g < to; ++g) {
        const Group& group = out_.groups[g];
        if (term.side != Side::net && (term.side == Side::buy) != group.buy) continue;
        terms.push_back(
            {group.column, term.side == Side::net && !group.buy ? -term.coefficient : term.coefficient});
      }
    }
  }
  // Groups stand by period and zone.
  std::pair<std::size_t, std::size_t> groups_of(std::size_t period, std::size_t zone) const {
    const auto less = [](const Group& g, const std::pair<std::size_t, std::size_t>& key) {
      return std::pair(g.period, g.zone) < key;
    };
    const auto from = std::lower_bound(out_.groups.begin(), out_.groups.end(), std::pair(period, zone), less);
    const auto to = std::lower_bound(from, out_.groups.end(), std::pair(period, zone + 1), less);
    return {static_cast<std::size_t>(from - out_.groups.begin()),
            static_cast<std::size_t>(to - out_.groups.begin())};
  }

  void add(const Constraint& constraint) {
    const auto limit = [&](const std::optional<Rational>& value) {
      return value ? std::optional(*value - constraint.base) : std::nullopt;
    };
    std::vector<Term> all;
    for (const std::size_t t : constraint.periods) {
      if (constraint.over_all) {
        add_terms(all, constraint, t);
        continue;
      }
      Row row{fmt::format("limit.{}.{}", constraint.id, market_.periods[t]),
              limit(constraint.min),
              limit(constraint.max),
              {}};
      add_terms(row.terms, constraint, t);
      out_.model.add(std::move(row));
    }
    if (constraint.over_all)
      out_.model.add(
          Row{"limit." + constraint.id, limit(constraint.min), limit(constraint.max), std::move(all)});
  }

  const Market& market_;
  Programme out_;
  std::vector<std::string> sold_;  // purposes; one without a name when they do not matter
  std::vector<std::string> used_;
  std::vector<std::vector<Term>> terms_;  // of the nodes
};

}  // namespace

Programme programme_of(const Market& market) {
  return Builder(market).build();
}

std::string to_lp(const Market& market) {
  return optimise::to_lp(programme_of(market).model);
}

}  // namespace tributary::exchange::smart_market
