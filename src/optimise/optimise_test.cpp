#include "base/text.h"
#include "optimise/complementarity.h"
#include "optimise/face.h"
#include "optimise/lexicographic.h"
#include "optimise/solve.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include <unistd.h>

namespace tributary::optimise {
namespace {

Rational r(std::int64_t a, std::int64_t b = 1) {
  return Rational::from_fraction(a, b);
}

// Satisfies every bound and is proved by its duals, recomputed here from the model alone.
void expect_proved(const Model& model, const Solution& s) {
  const bool least = model.sense() == Sense::minimise;
  Rational objective;
  std::vector<Rational> sums(model.rows().size());
  for (std::size_t j = 0; j < model.columns().size(); ++j) {
    const Column& column = model.columns()[j];
    const Rational& x = s.columns[j];
    if (column.lower) {
      EXPECT_GE(x, *column.lower);
    }
    if (column.upper) {
      EXPECT_LE(x, *column.upper);
    }
    Rational reduced = column.cost;
    for (const Term& term : model.column_terms(j)) {
      sums[term.index] += term.value * x;
      reduced -= term.value * s.duals[term.index];
    }
    EXPECT_EQ(reduced, s.reduced[j]);
    const int sign = least ? reduced.sign() : -reduced.sign();
    if (sign > 0) {
      EXPECT_TRUE(column.lower && x == *column.lower);
    }
    if (sign < 0) {
      EXPECT_TRUE(column.upper && x == *column.upper);
    }
    objective += column.cost * x;
  }
  for (std::size_t i = 0; i < model.rows().size(); ++i) {
    const Row& row = model.rows()[i];
    EXPECT_EQ(sums[i], s.rows[i]);
    if (row.lower) {
      EXPECT_GE(sums[i], *row.lower);
    }
    if (row.upper) {
      EXPECT_LE(sums[i], *row.upper);
    }
    const int sign = least ? s.duals[i].sign() : -s.duals[i].sign();
    if (sign > 0) {
      EXPECT_TRUE(row.lower && sums[i] == *row.lower);
    }
    if (sign < 0) {
      EXPECT_TRUE(row.upper && sums[i] == *row.upper);
    }
  }
  EXPECT_EQ(objective, s.objective);
}

// With bounds and right sides of few values, so that ties and degenerate corners are common.
Model random_model(std::mt19937_64& random) {
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  Model model(whole(0, 1) != 0 ? Sense::minimise : Sense::maximise);
  const int n = whole(1, 9);
  const int m = whole(1, 7);
  for (int j = 0; j < n; ++j) {
    Column column{fmt::format("c{}", j), r(0), r(whole(1, 6)), r(whole(-6, 6), whole(1, 3))};
    if (whole(0, 5) == 0) column.lower = r(-whole(0, 3));
    if (whole(0, 7) == 0) column.lower.reset();
    if (whole(0, 5) == 0) column.upper.reset();
    model.add(column);
  }
  for (int i = 0; i < m; ++i) {
    Row row{fmt::format("row{}", i), {}, {}, {}};
    for (int j = 0; j < n; ++j)
      if (whole(0, 2) != 0) row.terms.push_back({static_cast<std::size_t>(j), r(whole(-3, 4), whole(1, 2))});
    const int kind = whole(0, 3);
    const Rational at = r(whole(-2, 8));
    if (kind != 0) row.upper = at;
    if (kind == 0 || kind == 3) row.lower = kind == 3 ? at - r(whole(0, 4)) : -at;
    model.add(row);
  }
  return model;
}

struct Glpk {
  std::string status;
  double objective = 0;
};

Glpk glpsol(const Model& model) {
  const auto base = std::filesystem::temp_directory_path() / fmt::format("optimise_{}", ::getpid());
  const std::string lp = base.string() + ".lp";
  const std::string report = base.string() + ".txt";
  write_file(lp, to_lp(model));
  const std::string command = fmt::format("glpsol --lp {} -o {} >/dev/null 2>&1", lp, report);
  if (std::system(command.c_str()) != 0) return {"failed", 0};
  Glpk out;
  const std::string said = read_file(report);  // outlives the loop over its lines
  for (const std::string_view line : split(said, '\n')) {
    if (line.starts_with("Status:")) out.status = std::string(trim(line.substr(7)));
    if (line.starts_with("Objective:")) {
      const auto at = line.find('=');
      out.objective = std::strtod(std::string(line.substr(at + 1)).c_str(), nullptr);
    }
  }
  std::filesystem::remove(lp);
  std::filesystem::remove(report);
  return out;
}

TEST(Solve, ASmallProgrammeByHand) {
  Model model(Sense::maximise);
  const auto x = model.add(Column{"x", r(0), {}, r(3)});
  const auto y = model.add(Column{"y", r(0), {}, r(2)});
  model.add(Row{"labour", {}, r(4), {{x, r(1)}, {y, r(1)}}});
  model.add(Row{"water", {}, r(7), {{x, r(1)}, {y, r(3)}}});
  model.add(Row{"x at most", {}, r(3), {{x, r(1)}}});
  const Solution s = solve(model);
  ASSERT_EQ(s.status, Status::optimal);
  EXPECT_EQ(s.columns, (std::vector{r(3), r(1)}));
  EXPECT_EQ(s.objective, r(11));
  EXPECT_EQ(s.duals[0], r(2));
  expect_proved(model, s);
}

TEST(Solve, ThirdsAreThirds) {
  Model model(Sense::minimise);
  const auto x = model.add(Column{"x", r(0), {}, r(1)});
  model.add(Row{"three", r(1), {}, {{x, r(3)}}});
  const Solution s = solve(model);
  EXPECT_EQ(s.columns[0], r(1, 3));
  EXPECT_EQ(s.duals[0], r(1, 3));
}

TEST(Solve, DifferencesBelowTheSolversToleranceAreSeen) {
  Model model(Sense::maximise);
  const auto x = model.add(Column{"x", r(0), r(1), r(1)});
  const auto y = model.add(Column{"y", r(0), r(1), r(1) + Rational::power_of_ten(-12)});
  model.add(Row{"one", {}, r(1), {{x, r(1)}, {y, r(1)}}});
  const Solution s = solve(model);
  EXPECT_EQ(s.columns, (std::vector{r(0), r(1)}));
  expect_proved(model, s);
}

TEST(Solve, WhatContradictsIsNamed) {
  Model model(Sense::minimise);
  const auto x = model.add(Column{"x", r(0), r(2), r(1)});
  const auto y = model.add(Column{"y", r(0), r(9), r(1)});
  model.add(Row{"least", r(5), {}, {{x, r(1)}}});
  model.add(Row{"other", {}, r(8), {{y, r(1)}}});
  const Solution s = solve(model);
  EXPECT_EQ(s.status, Status::infeasible);
  EXPECT_EQ(s.conflict, (std::vector<std::string>{"least", "x"}));
}

TEST(Solve, Unbounded) {
  Model model(Sense::maximise);
  const auto x = model.add(Column{"x", r(0), {}, r(1)});
  const auto y = model.add(Column{"y", r(0), {}, r(0)});
  model.add(Row{"row", {}, r(1), {{x, r(1)}, {y, r(-1)}}});
  EXPECT_EQ(solve(model).status, Status::unbounded);
}

TEST(Solve, RandomProgrammesEqualTheExactSimplexAndGlpk) {
  std::mt19937_64 random(20261128);
  int optimal = 0, infeasible = 0, unbounded = 0, judged = 0;
  for (int round = 0; round < 1500; ++round) {
    const Model model = random_model(random);
    const Solution s = solve(model);
    const Solution exact = solve_exactly(model);
    ASSERT_EQ(s.status, exact.status) << to_lp(model);
    if (s.status == Status::optimal) {
      ASSERT_EQ(s.objective, exact.objective) << to_lp(model);
      expect_proved(model, s);
      ASSERT_FALSE(HasFailure()) << to_lp(model);
    }
    ++(s.status == Status::optimal ? optimal : s.status == Status::infeasible ? infeasible : unbounded);
    if (round % 10 != 0) continue;
    const Glpk judge = glpsol(model);
    ++judged;
    if (s.status == Status::optimal) {
      EXPECT_EQ(judge.status, "OPTIMAL") << to_lp(model);
      EXPECT_NEAR(judge.objective, s.objective.to_double(), 1e-6) << to_lp(model);
    } else {
      EXPECT_NE(judge.status, "OPTIMAL") << to_lp(model);
    }
  }
  EXPECT_GT(optimal, 300);
  EXPECT_GT(infeasible, 30);
  EXPECT_GT(unbounded, 30);
  EXPECT_EQ(judged, 150);
}

// The face's range of a value equals two programmes over the whole model, held at the optimum.
TEST(Face, RangesOfQuantitiesEqualTwoProgrammesMore) {
  std::mt19937_64 random(7);
  int several = 0;
  for (int round = 0; round < 800; ++round) {
    const Model model = random_model(random);
    const Solution s = solve(model);
    if (s.status != Status::optimal) continue;
    const Face face = primal_face(model, s);
    Model held(Sense::minimise);
    Row optimum{"optimum", s.objective, s.objective, {}};
    for (std::size_t j = 0; j < model.columns().size(); ++j) {
      Column column = model.columns()[j];
      optimum.terms.push_back({j, column.cost});
      column.cost = r(0);
      held.add(column);
    }
    for (const Row& row : model.rows()) held.add(row);
    held.add(optimum);
    for (std::size_t j = 0; j < model.columns().size(); ++j) {
      Interval expected;
      held.set_cost(j, r(1));
      if (const Solution low = solve_exactly(held); low.status == Status::optimal)
        expected.from = low.objective;
      held.set_cost(j, r(-1));
      if (const Solution high = solve_exactly(held); high.status == Status::optimal)
        expected.to = -high.objective;
      held.set_cost(j, r(0));
      ASSERT_EQ(face.range(j), expected) << to_lp(model) << j;
      if (!expected.point()) ++several;
    }
  }
  EXPECT_GT(several, 50);
}

// The optimal duals are the solutions of the dual programme: with signs from the bounds that a solution
// stands at, written out here.
TEST(Face, RangesOfPricesEqualTheDualProgramme) {
  std::mt19937_64 random(8);
  int several = 0;
  for (int round = 0; round < 800; ++round) {
    const Model model = random_model(random);
    const Solution s = solve(model);
    if (s.status != Status::optimal) continue;
    const Face face = dual_face(model, s);
    // Columns: the duals. Rows: the reduced cost of each column.
    Model dual(Sense::minimise);
    const bool least = model.sense() == Sense::minimise;
    const auto sides = [&](const std::optional<Rational>& lower, const std::optional<Rational>& upper,
                           const Rational& at) {
      bool up = lower && *lower == at;    // may be positive (for minimising)
      bool down = upper && *upper == at;  // may be negative
      if (!least) std::swap(up, down);
      return std::pair{down ? std::nullopt : std::optional(r(0)), up ? std::nullopt : std::optional(r(0))};
    };
    for (std::size_t i = 0; i < model.rows().size(); ++i) {
      const auto [from, to] = sides(model.rows()[i].lower, model.rows()[i].upper, s.rows[i]);
      dual.add(Column{"y", from, to, r(0)});
    }
    for (std::size_t j = 0; j < model.columns().size(); ++j) {
      const Column& column = model.columns()[j];
      const auto [from, to] = sides(column.lower, column.upper, s.columns[j]);
      Row row{"d", {}, {}, {}};  // from ≤ cost − Σ a·y ≤ to
      if (from) row.upper = column.cost - *from;
      if (to) row.lower = column.cost - *to;
      row.terms = model.column_terms(j);
      dual.add(row);
    }
    for (std::size_t i = 0; i < model.rows().size(); ++i) {
      Interval expected;
      dual.set_cost(i, r(1));
      if (const Solution low = solve_exactly(dual); low.status == Status::optimal)
        expected.from = low.objective;
      dual.set_cost(i, r(-1));
      if (const Solution high = solve_exactly(dual); high.status == Status::optimal)
        expected.to = -high.objective;
      dual.set_cost(i, r(0));
      ASSERT_EQ(face.range(i), expected) << to_lp(model) << i;
      if (!expected.point()) ++several;
    }
  }
  EXPECT_GT(several, 50);
}

TEST(Lexicographic, TheSecondSmallestRisesToo) {
  Model model(Sense::minimise);
  const auto a = model.add(Column{"a", r(0), r(2), {}});
  const auto b = model.add(Column{"b", r(0), r(10), {}});
  const auto c = model.add(Column{"c", r(0), r(10), {}});
  model.add(Row{"all", {}, r(14), {{a, r(1)}, {b, r(1)}, {c, r(1)}}});
  const MaxMin out =
      lexicographic_max_min(model, {{r(0), {{a, r(1)}}}, {r(0), {{b, r(1)}}}, {r(0), {{c, r(1)}}}});
  EXPECT_EQ(out.levels, (std::vector{r(2), r(6), r(6)}));
  EXPECT_EQ(out.last.columns, (std::vector{r(2), r(6), r(6)}));
}

// min x1² + 2·x2² + x2,  x1 + x2 ≥ 3,  x1 ≤ 2: free optimum of the sum at x1 = 13/6 > 2.
TEST(Complementarity, ASeparableProgrammeByHand) {
  const auto out =
      solve(SeparableProgramme{{r(0), r(1)}, {r(1), r(2)}, {r(2), r(9)}, {{r(1), r(1)}}, {r(3)}});
  ASSERT_TRUE(out);
  EXPECT_EQ(out->columns, (std::vector{r(2), r(1)}));
  EXPECT_EQ(out->duals[0], r(5));
  EXPECT_FALSE(solve(SeparableProgramme{{r(0)}, {r(1)}, {r(2)}, {{r(1)}}, {r(3)}}));
}

// The conditions of optimality hold, recomputed from the programme; infeasible exactly when the linear
// programme says so.
TEST(Complementarity, RandomSeparableProgrammes) {
  std::mt19937_64 random(9);
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  int solved = 0, none = 0;
  for (int round = 0; round < 300; ++round) {
    SeparableProgramme p;
    const int n = whole(1, 6), m = whole(1, 3);
    Model linear(Sense::minimise);
    for (int j = 0; j < n; ++j) {
      p.linear.push_back(r(whole(0, 5)));
      p.quadratic.push_back(r(whole(0, 3), 2));
      p.upper.push_back(r(whole(0, 6)));
      linear.add(Column{"x", r(0), p.upper.back(), {}});
    }
    for (int i = 0; i < m; ++i) {
      p.rows.emplace_back();
      Row row{"row", r(whole(-2, 9)), {}, {}};
      for (int j = 0; j < n; ++j) {
        p.rows.back().push_back(r(whole(-1, 3), 2));
        row.terms.push_back({static_cast<std::size_t>(j), p.rows.back().back()});
      }
      p.least.push_back(*row.lower);
      linear.add(row);
    }
    const auto s = solve(p);
    ASSERT_EQ(s.has_value(), solve_exactly(linear).status == Status::optimal);
    ++(s ? solved : none);
    if (!s) continue;
    for (int j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(j);
      Rational slope = p.linear[at] + r(2) * p.quadratic[at] * s->columns[at];
      for (std::size_t i = 0; i < p.rows.size(); ++i) slope -= p.rows[i][at] * s->duals[i];
      ASSERT_GE(s->columns[at], r(0));
      ASSERT_LE(s->columns[at], p.upper[at]);
      if (slope.sign() > 0) {
        ASSERT_EQ(s->columns[at], r(0));
      }
      if (slope.sign() < 0) {
        ASSERT_EQ(s->columns[at], p.upper[at]);
      }
    }
    for (std::size_t i = 0; i < p.rows.size(); ++i) {
      Rational sum;
      for (std::size_t j = 0; j < p.linear.size(); ++j) sum += p.rows[i][j] * s->columns[j];
      ASSERT_GE(sum, p.least[i]);
      ASSERT_GE(s->duals[i], r(0));
      if (s->duals[i].sign() > 0) {
        ASSERT_EQ(sum, p.least[i]);
      }
    }
  }
  EXPECT_GT(solved, 100);
  EXPECT_GT(none, 30);
}

TEST(Lp, NamesThatTheFormatDoesNotAllowAreExplained) {
  Model model(Sense::maximise);
  model.add(Column{"谯城", r(0), r(1), r(1, 3)});
  model.add(Row{"下限 上限", r(0), r(2), {{0, r(1)}}});
  const std::string lp = to_lp(model);
  EXPECT_NE(lp.find("\\ x1 = 谯城"), std::string::npos);
  EXPECT_NE(lp.find("+ 0.33333333333333331 x1"), std::string::npos);
  const Glpk judge = glpsol(model);
  EXPECT_EQ(judge.status, "OPTIMAL");
  EXPECT_NEAR(judge.objective, 1.0 / 3, 1e-9);
}

}  // namespace
}  // namespace tributary::optimise
