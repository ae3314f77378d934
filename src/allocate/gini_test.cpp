// Least environmental Gini against the whole pairwise programme, written out plainly.
#include "allocate/allocate.h"
#include "allocate/codes.h"
#include "optimise/solve.h"

#include <random>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::allocate {
namespace {

using optimise::Column;
using optimise::Model;
using optimise::Row;
using optimise::Term;

struct Case {
  std::vector<Rational> current;
  std::vector<std::vector<Rational>> criteria;
  Rational total;
  Table table;
};

Case random_case(std::mt19937_64& random, int units, int criteria) {
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  Case out;
  std::string csv = "unit,current";
  for (int j = 0; j < criteria; ++j) csv += fmt::format(",c{}", j);
  out.criteria.resize(static_cast<std::size_t>(criteria));
  Rational sum;
  for (int i = 0; i < units; ++i) {
    out.current.emplace_back(whole(5, 60));
    sum += out.current.back();
    csv += fmt::format("\nu{:03},{}", i, out.current.back().to_string());
    for (auto& column : out.criteria) {
      column.emplace_back(whole(1, 50));
      csv += "," + column.back().to_string();
    }
  }
  out.total = (sum * Rational::from_fraction(8, 10)).floor();
  std::istringstream in(csv + "\n");
  out.table = read_table(in, "t.csv");
  return out;
}

Rational by_the_whole_programme(const Case& c, const Rational& least_cut, const Rational& most_cut) {
  Model model(optimise::Sense::minimise);
  std::vector<Term> all;
  for (std::size_t i = 0; i < c.current.size(); ++i) {
    model.add(Column{c.table.units[i].id, c.current[i] * (Rational(1) - most_cut),
                     c.current[i] * (Rational(1) - least_cut), {}});
    all.push_back({i, Rational(1)});
  }
  model.add(Row{"cap", c.total, c.total, all});
  for (const auto& w : c.criteria) {
    Rational whole;
    for (const Rational& one : w) whole += one * c.total;
    std::vector<Term> sum;
    for (std::size_t i = 0; i < w.size(); ++i)
      for (std::size_t k = 0; k < i; ++k) {
        const std::size_t up = model.add(Column{"up", Rational(0), {}, Rational(1) / whole});
        const std::size_t down = model.add(Column{"down", Rational(0), {}, Rational(1) / whole});
        model.add(Row{"pair", Rational(0), Rational(0),
                      {{i, w[k]}, {k, -w[i]}, {up, Rational(-1)}, {down, Rational(1)}}});
        sum.push_back({up, Rational(1) / whole});
        sum.push_back({down, Rational(1) / whole});
      }
    model.add(Row{"gini", {}, gini(c.current, w), std::move(sum)});
  }
  const optimise::Solution out = optimise::solve(model);
  EXPECT_EQ(out.status, optimise::Status::optimal);
  return out.objective;
}

TEST(Gini, IsWhatTheWholeProgrammeGives) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 40; ++round) {
    const Case c = random_case(random, 3 + round % 8, 1 + round % 3);
    Options options;
    options.cap = c.total;
    options.least_cut = Rational(0);
    options.most_cut = Rational::from_fraction(4 + round % 5, 10);
    const Allocation a = allocate(c.table, Method::gini, options);
    std::vector<Rational> exact;
    for (const Share& share : a.shares) exact.push_back(share.exact);
    Rational reached;
    for (const auto& w : c.criteria) {
      reached += gini(exact, w);
      EXPECT_LE(gini(exact, w), gini(c.current, w));
    }
    EXPECT_EQ(reached, by_the_whole_programme(c, *options.least_cut, *options.most_cut)) << round;
    EXPECT_EQ(a.findings.back().value, reached);
  }
}

TEST(Gini, SaysWhetherItIsTheOnlyOptimum) {
  const auto unique = [](const std::string& csv, int cap) {
    std::istringstream in(csv);
    Options options;
    options.cap = Rational(cap);
    return allocate(read_table(in, "t.csv"), Method::gini, options).unique;
  };
  // In proportion to the only criterion: nothing else has a Gini of zero.
  EXPECT_TRUE(unique("unit,current,population\nA,30,10\nB,20,20\nC,10,30\n", 50));
  // Two units, opposite criteria: whatever lies between both proportions is as good.
  EXPECT_FALSE(unique("unit,population,area\nA,1,3\nB,3,1\n", 8));
}

TEST(Gini, WhatCannotBeMetSaysTheLeastThatWouldDo) {
  std::istringstream in("unit,current,population,floor\nA,30,30,0\nB,20,20,0\nC,10,10,25\n");
  const Table table = read_table(in, "t.csv");
  Options options;
  options.cap = Rational(60);
  try {
    allocate(table, Method::gini, options);
    FAIL() << "allocated";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::infeasible);
    // A 21, B 14, C 25: the pairs with C differ by (25·30 − 21·10) + (25·20 − 14·10) = 900 of 60·60.
    EXPECT_EQ(e.hint().en, "the least that would do: the Gini (population) may rise above today's by 0.25");
  }
}

}  // namespace
}  // namespace tributary::allocate
