// A smart market of 10,000 orders × 500 limits × 12 months: the whole clearing (model, solver, proof in
// fractions, ties, price intervals, payments) against the solver alone, in one process. Usage: market_bench
// [rounds]
#include "base/text.h"
#include "exchange/smart_market.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::exchange::smart_market;

constexpr int months = 12;
constexpr int zones = 60;
constexpr int links = 180;
constexpr int balances = 20;
constexpr int limits = 240;  // with nodes, capacities and balances: 500 rows a month

Market make(std::uint64_t seed, int orders, int ticks) {
  std::mt19937_64 random(seed);
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  const auto hundredth = [&](int from, int to) { return Rational::from_fraction(whole(from, to), 100); };
  Market out;
  for (int t = 0; t < months; ++t) out.periods.push_back(fmt::format("2026-{:02}", t + 1));
  for (int z = 0; z < zones; ++z) {
    Zone zone{fmt::format("Z{:02}", z), ByPeriod(months), {}};
    for (auto& supply : zone.supply) supply = Rational(0);
    out.zones.push_back(std::move(zone));
  }
  for (int l = 0; l < links; ++l) {
    // A river with its branches downstream, then canals across.
    const int from = l < zones - 1 ? l / 2 : whole(0, zones - 1);
    int to = l < zones - 1 ? l + 1 : whole(0, zones - 1);
    if (to == from) to = (to + 1) % zones;
    Link link{fmt::format("L{:03}", l), static_cast<std::size_t>(from), static_cast<std::size_t>(to),
              hundredth(0, 12), ByPeriod(months, Rational(whole(1, 40) * 1000))};
    if (l < balances)
      link.balance = Balance{Rational(20000), Rational(0), Rational(100000),
                             ByPeriod(months, Rational(whole(0, 3) * 1000))};
    out.links.push_back(std::move(link));
  }
  for (int c = 0; c < limits; ++c) {
    Constraint constraint;
    constraint.id = fmt::format("C{:03}", c);
    for (int i = 0; i < 4; ++i)
      constraint.terms.push_back({false, static_cast<std::size_t>(whole(0, zones - 1)),
                                  c % 2 == 0 ? Side::net : Side::sell, hundredth(10, 100)});
    for (std::size_t t = 0; t < months; ++t) constraint.periods.push_back(t);
    constraint.max = Rational(whole(5, 100) * 1000);
    out.constraints.push_back(std::move(constraint));
  }
  for (int i = 0; i < orders; ++i) {
    const bool buy = i % 5 < 3;
    out.orders.push_back(
        {fmt::format("o{:06}", i),
         buy,
         static_cast<std::size_t>(whole(0, zones - 1)),
         static_cast<std::size_t>(whole(0, months - 1)),
         {},
         whole(1, 5000),
         Rational::from_fraction(buy ? whole(ticks / 5, ticks) : whole(ticks / 10, ticks * 7 / 10), ticks)});
  }
  return out;
}

// Of the processor: other work on the machine does not count.
double seconds(std::clock_t since) {
  return static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC;
}

void measure(const char* title, int orders, int ticks, int rounds) {
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const Market market = make(static_cast<std::uint64_t>(round) + 1, orders, ticks);
    const auto began = std::clock();
    const Clearing c = clear(market);
    const double all = seconds(began);
    ratios.push_back(all / c.record.solver_seconds);
    std::size_t open = 0;
    for (const NodePrice& price : c.prices)
      if (!price.price.unique()) ++open;
    fmt::print(
        "{}: {} orders, {} rows, {} columns: solver {:.3f} s ({} iterations, {} exact steps), all {:.3f} s, "
        "ratio {:.2f}; {}, {} of {} prices with an interval, bought {}\n",
        title, orders, c.record.rows, c.record.columns, c.record.solver_seconds, c.record.iterations,
        c.record.exact_steps, all, ratios.back(), c.record.one_optimum ? "one optimum" : "several optima", open,
        c.prices.size(), c.totals.bought.to_string());
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("{}: median ratio {:.2f} (at most 1.50 is wanted)\n", title, ratios[ratios.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  measure("prices to 0.0001", 10000, 10000, rounds);
  measure("prices to 0.01", 10000, 100, rounds);
}
