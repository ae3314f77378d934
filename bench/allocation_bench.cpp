// Least environmental Gini: how long a proven optimum takes, beside the programme over all pairs of units written out
// whole and solved and proved by the same solver (the baseline; its optimum must be the same).
//
//   allocation_bench [--whole=40]     units up to which the whole programme is solved too
//
// Figures of units are random and seeded; each is cut by 5 to 40 % of today's, or by anything.
#include "allocate/allocate.h"
#include "optimise/solve.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace tributary;
using Time = std::chrono::steady_clock;

struct Units {
  std::vector<Rational> current;
  std::vector<std::vector<Rational>> criteria;
  Rational total;
  allocate::Table table;
};

Units units_of(int n, int criteria, unsigned seed) {
  std::mt19937_64 random(seed);
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  Units out;
  out.criteria.resize(static_cast<std::size_t>(criteria));
  std::string csv = "unit,current";
  for (int j = 0; j < criteria; ++j) csv += fmt::format(",c{}", j);
  Rational sum;
  for (int i = 0; i < n; ++i) {
    out.current.emplace_back(whole(5, 60));
    sum += out.current.back();
    csv += fmt::format("\nu{:03},{}", i, out.current.back().to_string());
    for (auto& column : out.criteria) {
      column.emplace_back(whole(10, 500));
      csv += "," + column.back().to_string();
    }
  }
  out.total = (sum * Rational::from_fraction(8, 10)).floor();
  std::istringstream in(csv + "\n");
  out.table = allocate::read_table(in, "units");
  return out;
}

// Every pair a column up and one down, all in one row per criterion: as the formula is written.
Rational by_the_whole_programme(const Units& u, bool bounded) {
  using optimise::Column, optimise::Row, optimise::Term;
  optimise::Model model(optimise::Sense::minimise);
  std::vector<Term> all;
  for (std::size_t i = 0; i < u.current.size(); ++i) {
    Column column{u.table.units[i].id, Rational(0), {}, {}};
    if (bounded) {
      column.lower = u.current[i] * Rational::from_fraction(60, 100);
      column.upper = u.current[i] * Rational::from_fraction(95, 100);
    }
    model.add(std::move(column));
    all.push_back({i, Rational(1)});
  }
  model.add(Row{"cap", u.total, u.total, all});
  for (const auto& w : u.criteria) {
    Rational whole;
    for (const Rational& one : w) whole += one * u.total;
    std::vector<Term> gini;
    for (std::size_t i = 0; i < w.size(); ++i)
      for (std::size_t k = 0; k < i; ++k) {
        const std::size_t up = model.add(Column{"up", Rational(0), {}, Rational(1) / whole});
        const std::size_t down = model.add(Column{"down", Rational(0), {}, Rational(1) / whole});
        model.add(Row{
            "pair", Rational(0), Rational(0), {{i, w[k]}, {k, -w[i]}, {up, Rational(-1)}, {down, Rational(1)}}});
        gini.push_back({up, Rational(1) / whole});
        gini.push_back({down, Rational(1) / whole});
      }
    model.add(Row{"gini", {}, allocate::gini(u.current, w), std::move(gini)});
  }
  return optimise::solve(model).objective;
}

double seconds(Time::time_point from) {
  return std::chrono::duration<double>(Time::now() - from).count();
}

}  // namespace

int main(int argc, char** argv) {
  int most_whole = 40;
  for (int i = 1; i < argc; ++i)
    if (const std::string a = argv[i]; a.starts_with("--whole=")) most_whole = std::atoi(a.c_str() + 8);
  for (const bool bounded : {true, false})
    for (const int n : {10, 25, 40, 100}) {
      std::vector<double> ours, whole;
      bool same = true;
      for (unsigned seed = 1; seed <= 5; ++seed) {
        const Units u = units_of(n, 2, seed);
        allocate::Options options;
        options.cap = u.total;
        if (bounded) {
          options.least_cut = Rational::from_fraction(5, 100);
          options.most_cut = Rational::from_fraction(40, 100);
        }
        const auto began = Time::now();
        const auto found = allocate::allocate(u.table, allocate::Method::gini, options);
        ours.push_back(seconds(began));
        if (n > most_whole) continue;
        const auto again = Time::now();
        const Rational least = by_the_whole_programme(u, bounded);
        whole.push_back(seconds(again));
        same = same && least == found.findings.back().value;
      }
      std::sort(ours.begin(), ours.end());
      std::sort(whole.begin(), whole.end());
      fmt::print("{:3} units, 2 criteria, {:18} median {:7.3f} s, worst of 5 {:7.3f} s", n,
                 bounded ? "cut by 5 to 40 %:" : "without bounds:", ours[2], ours[4]);
      if (!whole.empty())
        fmt::print("; whole programme {:7.3f} s, ratio {:.0f}{}", whole[2], whole[2] / ours[2],
                   same ? ", the same optimum" : ", ANOTHER OPTIMUM");
      fmt::print("\n");
      std::fflush(stdout);
      if (!same) return 1;
    }
  return 0;
}
