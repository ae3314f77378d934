#include "exchange/smart_market.h"

#include "exchange/smart_market_codes.h"
#include "exchange/smart_market_model.h"
#include "exchange/smart_market_rules.h"
#include "optimise/solve.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::exchange::smart_market {
namespace {

using optimise::Solution;
using optimise::Status;
using optimise::Term;

std::int64_t fen_of(const Rational& yuan) {
  return (yuan * Rational(100)).round(0, Rounding::half_up).to_int64();
}

Solution solved(const Programme& programme) {
  Solution out = optimise::solve(programme.model);
  if (out.status == Status::optimal) return out;
  // Orders cannot be at fault: all of them may stay unfilled.
  std::vector<std::string> names;
  for (const std::string& name : out.conflict)
    if (!name.starts_with("buy.") && !name.starts_with("sell.") && !name.starts_with("flow.") &&
        !name.starts_with("use."))
      names.push_back(name);
  throw Error(codes::no_solution,
              {fmt::format("市场没有可行解：这些限制相互矛盾：{}", fmt::join(names, "、")),
               fmt::format("the market has no feasible outcome: these limits contradict one another: {}",
                           fmt::join(names, ", "))},
              {}, {"放宽其中一项限制", "relax one of them"});
}

// Shares `total` among the orders of a group in proportion to their quantities; what is left over by largest
// fraction, then by id (the order they stand in).
std::vector<std::int64_t> shared(const Market& market, const Group& group, std::int64_t total) {
  std::vector<std::int64_t> out;
  std::vector<std::pair<__int128, std::size_t>> fractions;
  std::int64_t given = 0;
  for (std::size_t i = 0; i < group.orders.size(); ++i) {
    const __int128 product = static_cast<__int128>(market.orders[group.orders[i]].steps) * total;
    out.push_back(static_cast<std::int64_t>(product / group.steps));
    fractions.emplace_back(product % group.steps, i);
    given += out.back();
  }
  std::stable_sort(fractions.begin(), fractions.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; given < total; ++i, ++given) ++out[fractions[i].second];
  return out;
}

void fill(const Market& market, const Programme& programme, const std::vector<Rational>& columns,
          const std::vector<Price>& prices, Clearing& out) {
  out.fills.resize(market.orders.size());
  for (std::size_t g = 0; g < programme.groups.size(); ++g) {
    const Group& group = programme.groups[g];
    Rational price;
    for (const Term& term : programme.model.column_terms(group.column))
      if (!prices[term.index].settled.is_zero()) price += term.value * prices[term.index].settled;
    if (!group.buy) price = -price;
    const std::int64_t total = (columns[group.column] / market.step).to_int64();
    TRIBUTARY_CHECK(total == 0 || (group.buy ? price <= group.price : price >= group.price),
                    fmt::format("order {} limit {} price {}", market.orders[group.orders[0]].id,
                                group.price.to_string(), price.to_string()));
    const std::vector<std::int64_t> shares = shared(market, group, total);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const Rational quantity = Rational::from_int(shares[i]) * market.step;
      const std::int64_t fen = shares[i] == 0 ? 0 : fen_of(price * quantity);
      out.fills[group.orders[i]] = {group.orders[i], shares[i], price, fen};
      (group.buy ? out.totals.buyers_fen : out.totals.sellers_fen) += fen;
    }
    const Rational quantity = Rational::from_int(total) * market.step;
    (group.buy ? out.totals.bought : out.totals.sold) += quantity;
    out.totals.welfare_executed += (group.buy ? quantity : -quantity) * group.price;
  }
}

void carry(const Market& market, const Programme& programme, const std::vector<Rational>& columns,
           Clearing& out) {
  for (std::size_t l = 0; l < market.links.size(); ++l)
    for (std::size_t t = 0; t < market.periods.size(); ++t) {
      Flow flow{l, t, Rational(0), Rational(0), std::nullopt};
      for (const std::size_t column : programme.flows[l][t]) flow.sent += columns[column];
      flow.delivered = flow.sent * (Rational(1) - market.links[l].loss);
      out.totals.lost += flow.sent - flow.delivered;
      out.flows.push_back(std::move(flow));
    }
  const auto sent = [&](std::size_t link, std::size_t period) {
    return out.flows[link * market.periods.size() + period].sent;
  };
  for (std::size_t l = 0; l < market.links.size(); ++l) {
    const auto& balance = market.links[l].balance;
    if (!balance) continue;
    Rational now = balance->start;
    for (std::size_t t = 0; t < market.periods.size(); ++t) {
      now += sent(l, t) - balance->calls[t].value_or(Rational(0));
      for (std::size_t back = 0; back < market.links.size(); ++back)
        if (market.links[back].back_of == l) now -= sent(back, t);
      out.flows[l * market.periods.size() + t].balance = now;
    }
  }
}

// The prices of the nodes, and what each other row with a price earns.
void book(const Programme& programme, const std::vector<Price>& prices, Clearing& out) {
  for (std::size_t i = 0; i < programme.model.rows().size(); ++i) {
    const optimise::Row& row = programme.model.rows()[i];
    const Price& price = prices[i];
    if (i < programme.nodes.size()) {
      const NodeRow& node = programme.nodes[i];
      out.prices.push_back({node.zone, node.period, node.purpose, node.sold_side, price});
      if (row.upper->is_zero()) continue;
      out.totals.supplied += *row.upper;
      out.totals.supply_fen += fen_of(price.settled * *row.upper);
    } else if (!price.settled.is_zero() || !price.unique()) {
      const Rational& limit = price.settled.sign() < 0 || !row.upper ? *row.lower : *row.upper;
      out.rents.push_back({row.name, price, limit, fen_of(price.settled * limit)});
      out.totals.rent_fen += out.rents.back().fen;
    }
  }
}

std::string letters(const optimise::Basis& basis) {
  std::string out;
  for (const auto* list : {&basis.columns, &basis.rows})
    for (const optimise::Position position : *list) out += "bluf"[static_cast<std::size_t>(position)];
  return out;
}

}  // namespace

Clearing clear(const Market& market) {
  const Programme programme = programme_of(market);
  const Solution solution = solved(programme);
  Clearing out;
  optimise::Faces faces = optimise::faces(programme.model, solution);
  out.record.one_optimum = faces.quantities.unique();
  const std::vector<Price> prices = settle_prices(faces.prices);
  const std::vector<Rational> columns =
      whole_steps(market, programme, choose_quantities(programme, std::move(faces.quantities)));
  fill(market, programme, columns, prices, out);
  carry(market, programme, columns, out);
  book(programme, prices, out);
  Totals& t = out.totals;
  t.left = t.sold + t.supplied - t.bought - t.lost;
  t.welfare = solution.objective;
  t.rounding_fen = t.buyers_fen - t.sellers_fen - t.supply_fen - t.rent_fen;
  out.record.input_digest = market.digest;
  out.record.solver = optimise::solver_version();
  out.record.rows = programme.model.rows().size();
  out.record.columns = programme.model.columns().size();
  out.record.iterations = solution.solver_iterations;
  out.record.exact_steps = solution.exact_steps;
  out.record.basis = letters(solution.basis);
  out.record.solver_seconds = solution.solver_seconds;
  return out;
}

}  // namespace tributary::exchange::smart_market
