#include "allocate/allocate.h"

#include "allocate/codes.h"
#include "allocate/fill.h"
#include "allocate/real.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

namespace tributary::allocate {
namespace {

Rational r(std::int64_t a, std::int64_t b = 1) {
  return Rational::from_fraction(a, b);
}

Table table(const std::string& csv) {
  std::istringstream in(csv);
  return read_table(in, "t.csv");
}

Options cap(const Rational& amount, const Rational& unit = Rational::power_of_ten(-6)) {
  Options out;
  out.cap = amount;
  out.unit = unit;
  return out;
}

std::vector<Rational> exact(const Allocation& a) {
  std::vector<Rational> out;
  for (const Share& share : a.shares) out.push_back(share.exact);
  return out;
}

const Rational& finding(const Allocation& a, std::string_view kind, std::string_view of = {}) {
  for (const Finding& f : a.findings)
    if (f.kind == kind && f.of == of) return f.value;
  throw std::runtime_error("no finding");
}

std::string refusal(const Table& t, Method method, const Options& options) {
  try {
    allocate(t, method, options);
  } catch (const Error& e) {
    return fmt::format("{}: {}", e.code().name, e.message().en);
  }
  return "done";
}

// ---- the worked examples of discharge-rights.md §5

const std::string towns = "unit,current,population,gdp\nA,30,10,40\nB,20,20,30\nC,10,30,30\n";

TEST(Notes, GiniOfTheTowns) {
  EXPECT_EQ(gini({r(30), r(20), r(10)}, {r(10), r(20), r(30)}), r(4, 9));
  EXPECT_EQ(gini({r(30), r(20), r(10)}, {r(40), r(30), r(30)}), r(15, 100));
}

TEST(Notes, LeastGiniSitsOnAKinkOfTheOrder) {
  Options options = cap(r(50));
  options.least_cut = r(5, 100);
  options.most_cut = r(40, 100);
  const Allocation a = allocate(table(towns), Method::gini, options);
  EXPECT_EQ(exact(a), (std::vector{r(162, 7), r(243, 14), r(19, 2)}));
  EXPECT_NEAR(finding(a, "gini-sum").to_double(), 0.516429, 5e-7);
  EXPECT_EQ(a.ginis[0].before, r(4, 9));
  EXPECT_NEAR(a.ginis[0].after.to_double(), 0.406429, 5e-7);
  EXPECT_NEAR(a.ginis[1].after.to_double(), 0.11, 5e-7);
  EXPECT_EQ(a.shares[0].amount, Rational(Decimal::parse("23.142857")));
  EXPECT_EQ(a.losing, 3);
}

TEST(Notes, EqualProportionLeavesBothGinisUnchanged) {
  const Allocation a = allocate(table(towns), Method::grandfather, cap(r(50)));
  EXPECT_EQ(exact(a), (std::vector{r(25), r(50, 3), r(25, 3)}));
  EXPECT_EQ(gini(exact(a), {r(10), r(20), r(30)}), r(4, 9));
  EXPECT_EQ(gini(exact(a), {r(40), r(30), r(30)}), r(15, 100));
  // Contribution by population of today's figures: 0.333, 1, 3.
  const Allocation today = allocate(table(towns), Method::grandfather, cap(r(60)));
  EXPECT_EQ(*today.shares[0].contribution[0], r(1, 3));
  EXPECT_EQ(*today.shares[1].contribution[0], r(1));
  EXPECT_EQ(*today.shares[2].contribution[0], r(3));
}

const std::string criteria = "unit,a,b,c\n1,120,0.8,30\n2,200,0.5,45\n3,80,1.1,25\n4,150,0.9,60\n";

TEST(Notes, EntropyWeightsAndShares) {
  const Allocation a = allocate(table(criteria), Method::entropy, cap(r(1000), Rational::power_of_ten(-3)));
  EXPECT_NEAR(finding(a, "criterion-weight", "a").to_double(), 0.353755, 5e-7);
  EXPECT_NEAR(finding(a, "criterion-weight", "b").to_double(), 0.249258, 5e-7);
  EXPECT_NEAR(finding(a, "criterion-weight", "c").to_double(), 0.396987, 5e-7);
  std::vector<std::string> shares;
  for (const Share& share : a.shares) shares.push_back(share.amount.to_string());
  EXPECT_THAT(shares, testing::ElementsAre("212.044", "278.057", "196.571", "313.328"));
}

TEST(Notes, TopsisOnlyWithFloors) {
  EXPECT_THAT(refusal(table(criteria), Method::topsis, cap(r(1000))), testing::StartsWith("floors_needed"));
  const Allocation a =
      allocate(table("unit,floor,a,b,c\n1,50,120,0.8,30\n2,50,200,0.5,45\n3,50,80,1.1,25\n4,50,150,0.9,60\n"),
               Method::topsis, cap(r(1000)));
  EXPECT_NEAR(finding(a, "closeness", "1").to_double(), 0.282763, 5e-7);
  EXPECT_NEAR(finding(a, "closeness", "2").to_double(), 0.608114, 5e-7);
  EXPECT_NEAR(finding(a, "closeness", "3").to_double(), 0.284458, 5e-7);
  EXPECT_NEAR(finding(a, "closeness", "4").to_double(), 0.741117, 5e-7);
}

const std::string costs =
    "unit,current,cost_linear,cost_quadratic\nA,100,200,10\nB,100,500,5\nC,100,300,20\n";

TEST(Notes, LeastCostEqualisesTheMarginalCost) {
  const Allocation a = allocate(table(costs), Method::least_cost, cap(r(240)));
  EXPECT_EQ(finding(a, "marginal-cost"), r(5100, 7));
  EXPECT_EQ(exact(a), (std::vector{r(100) - r(185, 7), r(100) - r(160, 7), r(100) - r(75, 7)}));
  EXPECT_NEAR(a.cost->to_double(), 31821.43, 0.01);
  const Allocation equal = allocate(table(costs), Method::grandfather, cap(r(240)));
  EXPECT_EQ(*equal.cost, r(34000));
}

TEST(Notes, WaterFillingIteratesBetweenFloorsAndCaps) {
  const Table t = table("unit,weight,floor,cap\n1,50,300,600\n2,30,100,250\n3,15,120,400\n4,5,80,200\n");
  const Allocation a = allocate(t, Method::water_fill, cap(r(1000), Rational::power_of_ten(-3)));
  EXPECT_EQ(exact(a), (std::vector{r(6700, 13), r(250), r(2010, 13), r(80)}));
  EXPECT_EQ(a.shares[0].amount.to_string(), "515.385");
  EXPECT_EQ(a.shares[2].amount.to_string(), "154.615");
}

// ---- what else the methods promise

TEST(Methods, BenchmarkScalesByOneFactor) {
  const Allocation a =
      allocate(table("unit,activity,benchmark\nA,1000,0.02\nB,500,0.04\n"), Method::benchmark, cap(r(30)));
  EXPECT_EQ(exact(a), (std::vector{r(15), r(15)}));
}

// A point of the river where B's load arrives in full and A's by half; 25 must go there. Prices found by
// hand: cut a at 2·10·a + 200 = λ/2·…; the conditions of optimality are checked instead.
TEST(Methods, RiverPointsHavePricesAndTheRatioOfTransferIsTheTradingRatio) {
  const Table t =
      table("unit,current,cost_linear,cost_quadratic,t:K\nA,100,200,10,0.5\nB,100,500,5,1\nC,100,300,20,0\n");
  Options options = cap(r(240));
  options.points = {{"K", {}, r(50)}};
  const Allocation a = allocate(t, Method::least_cost, options);
  std::vector<Rational> cuts;
  for (const Share& share : a.shares) cuts.push_back(r(100) - share.exact);
  EXPECT_EQ(cuts[0] * r(1, 2) + cuts[1], r(50));
  EXPECT_EQ(cuts[0] + cuts[1] + cuts[2], r(60));
  const Rational lambda = finding(a, "marginal-cost"), price = finding(a, "point-price", "K");
  EXPECT_EQ(r(200) + r(20) * cuts[0], lambda + price * r(1, 2));
  EXPECT_EQ(r(500) + r(10) * cuts[1], lambda + price);
  EXPECT_GT(price, r(0));
  // C does not reach the point: cut where its marginal cost is λ, or not at all when that is dearer.
  EXPECT_EQ(cuts[2].is_zero() ? r(0) : r(300) + r(40) * cuts[2], cuts[2].is_zero() ? r(0) : lambda);
}

TEST(Methods, WhatARiverPointForcesBeyondTheCapGoesToTheReserve) {
  const Table t = table("unit,current,cost_linear,t:K\nA,100,1,1\nB,100,1,0\n");
  Options options = cap(r(190));
  options.points = {{"K", r(60), {}}};
  const Allocation a = allocate(t, Method::least_cost, options);
  EXPECT_EQ(exact(a), (std::vector{r(60), r(100)}));
  EXPECT_EQ(a.reserve, r(30));
  options.points[0].most = r(-1);
  EXPECT_THAT(refusal(t, Method::least_cost, options), testing::HasSubstr("point K"));
}

TEST(Methods, MinimaxWithARiverPoint) {
  const Table t = table("unit,demand,t:K\nA,100,1\nB,100,1\nC,100,0\n");
  Options options = cap(r(210));
  options.points = {{"K", r(120), {}}};
  const Allocation a = allocate(t, Method::minimax, options);
  EXPECT_EQ(exact(a), (std::vector{r(60), r(60), r(90)}));
  EXPECT_EQ(finding(a, "shortage", "C"), r(1, 10));
}

TEST(Methods, MoreThanIsNeededIsKept) {
  const Allocation a = allocate(table("unit,demand\nA,30\nB,20\n"), Method::minimax, cap(r(80)));
  EXPECT_EQ(exact(a), (std::vector{r(30), r(20)}));
  EXPECT_EQ(a.reserve, r(30));
}

// One criterion pulls each way, so that all divisions between the two proportions have the same sum; of them
// the one nearest to the proportion of today, or of the first criterion where today is not known.
TEST(Methods, OfSeveralLeastGinisTheNearestToProportionIsTaken) {
  const Allocation a = allocate(table("unit,population,gdp\nA,10,30\nB,30,10\n"), Method::gini, cap(r(40)));
  EXPECT_EQ(exact(a), (std::vector{r(10), r(30)}));
  Options options = cap(r(40));
  options.criteria = {{"gdp", false, r(1)}, {"population", false, r(1)}};
  EXPECT_EQ(exact(allocate(table("unit,population,gdp\nA,10,30\nB,30,10\n"), Method::gini, options)),
            (std::vector{r(30), r(10)}));
}

TEST(Methods, LeastGiniKeepsTheOrderOnRequest) {
  const Table t = table("unit,current,population\nA,30,10\nB,10,20\nC,20,15\n");
  Options options = cap(r(60));
  const Allocation free = allocate(t, Method::gini, options);
  EXPECT_LT(free.shares[0].exact, free.shares[1].exact);
  options.keep_order = true;
  const Allocation kept = allocate(t, Method::gini, options);
  EXPECT_EQ(exact(kept), (std::vector{r(20), r(20), r(20)}));
}

TEST(Methods, LevelsBelowLevels) {
  const Table t = table("unit,parent,current,weight\nT1,,60,1\nT2,,40,1\na,T1,10,3\nb,T1,20,1\nc,T2,5,1\n");
  Options options = cap(r(100));
  const auto branches =
      allocate_levels(t, {{Method::grandfather, r(5, 100)}, {Method::water_fill, r(1, 10)}}, options);
  ASSERT_EQ(branches.size(), 3U);
  EXPECT_EQ(branches[0].allocation.reserve, r(5));
  EXPECT_EQ(branches[0].allocation.shares[0].amount, r(57));
  EXPECT_EQ(branches[1].parent, "T1");
  EXPECT_EQ(branches[1].allocation.reserve, Rational(Decimal::parse("5.7")));
  EXPECT_EQ(branches[1].allocation.shares[0].exact, Rational(Decimal::parse("38.475")));
  EXPECT_EQ(branches[2].allocation.shares[0].amount, Rational(Decimal::parse("34.2")));
}

TEST(Refusals, NameWhatIsWrong) {
  const Table t = table("unit,current,floor,cap\nA,30,20,40\nB,20,15,16\n");
  EXPECT_EQ(refusal(t, Method::grandfather, cap(r(30))),
            "floors_exceed: the floors sum up to 35, above the 30 to be divided: A 20, B 15");
  EXPECT_EQ(refusal(t, Method::grandfather, cap(r(60))),
            "caps_too_low: the caps sum up to 56, below the 60 to be divided: A 40, B 16");
  EXPECT_EQ(refusal(t, Method::grandfather, cap(r(1, 3))),
            "bad_cap: the cap ≈0.333333333333 is not a multiple of the registry unit 0.000001");
  EXPECT_EQ(refusal(t, Method::water_fill, cap(r(50))),
            "missing_column: this method needs the column \"weight\"");
  EXPECT_EQ(refusal(table("unit,current\nA,1\nB,\n"), Method::grandfather, cap(r(50))),
            "missing_value: \"current\" of the unit \"B\" is blank");
  EXPECT_EQ(refusal(table("unit,current\nA,0\nB,0\n"), Method::grandfather, cap(r(50))),
            "nothing_to_share_by: what the shares are made from is zero for every unit");
  EXPECT_THAT(refusal(table("unit,floor,cap,current\nA,5,4,1\n"), Method::grandfather, cap(r(5))),
              testing::StartsWith("bounds_cross"));
  EXPECT_THAT(refusal(table("unit,current,cap,population\nA,3,2,1\nB,3,1,1\n"), Method::gini, cap(r(5))),
              testing::StartsWith("caps_too_low: the caps sum up to 3"));
  // Both Ginis may not rise, and the floor of C makes one rise.
  const Table held = table("unit,current,population,floor\nA,30,30,0\nB,20,20,0\nC,10,10,25\n");
  EXPECT_THAT(refusal(held, Method::gini, cap(r(60))),
              testing::AllOf(testing::StartsWith("infeasible"), testing::HasSubstr("gini.population"),
                             testing::HasSubstr("C")));
}

TEST(Refusals, OfATableSayRowAndColumn) {
  const auto where = [](const std::string& csv) {
    try {
      table(csv);
    } catch (const Error& e) {
      EXPECT_FALSE(e.message().zh.empty());
      return fmt::format("{} {}:{} {}", e.code().name, e.where().line, e.where().column, e.where().field);
    }
    return std::string("read");
  };
  EXPECT_EQ(where(""), "bad_table 0:0 ");
  EXPECT_EQ(where("current\n1\n"), "bad_table 1:1 current");
  EXPECT_EQ(where("单位,现状\n甲,12\n乙,1x\n"), "bad_cell 3:2 现状");
  EXPECT_EQ(where("unit,current\nA,-1\n"), "bad_cell 2:2 current");
  EXPECT_EQ(where("unit,current\nA,1,2\n"), "bad_table 2:3 ");
  EXPECT_EQ(where("unit,current\nA,1\nA,2\n"), "duplicate_unit 3:1 unit");
  EXPECT_EQ(where("unit,现状,current\n"), "bad_table 1:3 current");
  EXPECT_EQ(where("unit,current\n\"\xbc\xd7\",1\n"), "bad_table 2:0 ");
}

TEST(Refusals, OfATableTellAllFaultsInTheOrderOfTheCells) {
  try {
    table("单位,现状,人口\n甲,1o,5\n,2,-3\n甲,=A1*2,4\n乙,3\n");
    FAIL() << "read";
  } catch (const BadTable& e) {
    std::string found;
    for (const TableFault& fault : e.faults()) {
      EXPECT_FALSE(fault.message.zh.empty());
      found += fmt::format("{}:{} {}\n", fault.where.line, fault.where.column, fault.message.en);
    }
    EXPECT_EQ(found,
              "2:2 \"1o\" is not a number of at least zero\n"
              "3:1 the unit has no name\n"
              "3:3 \"-3\" is not a number of at least zero\n"
              "4:1 the unit \"甲\" is there twice (also in row 2)\n"
              "4:2 \"=A1*2\" is a formula; a number belongs here\n"
              "5:3 this row has 2 fields, the heading has 3\n");
    EXPECT_EQ(e.where().line, 2);
    EXPECT_EQ(e.where().column, 2);
  }
  std::string many = "unit,current\n";
  for (int i = 0; i < 500; ++i) many += fmt::format("u{},x\n", i);
  try {
    table(many);
    FAIL() << "read";
  } catch (const BadTable& e) {
    EXPECT_EQ(e.faults().size(), most_faults);
  }
}

TEST(Real, RootsAndLogarithmsAreRightToTheLastDecimal) {
  EXPECT_EQ(square_root(r(2)).round(30, Rounding::half_even).to_decimal().to_string(),
            "1.41421356237309504880168872421");
  EXPECT_EQ(square_root(r(49, 4)), r(7, 2));
  EXPECT_EQ(square_root(r(0)), r(0));
  EXPECT_EQ(logarithm(r(2)).round(30, Rounding::half_even).to_decimal().to_string(),
            "0.693147180559945309417232121458");
  EXPECT_EQ(logarithm(r(10)).round(30, Rounding::half_even).to_decimal().to_string(),
            "2.302585092994045684017991454684");
  EXPECT_EQ(logarithm(r(1)), r(0));
  for (const double x : {1e-9, 0.3, 0.99, 1.7, 1234.5}) {
    EXPECT_NEAR(logarithm(Rational::from_double(x)).to_double(), std::log(x),
                1e-13 * (1 + std::abs(std::log(x))));
    EXPECT_NEAR(square_root(Rational::from_double(x)).to_double(), std::sqrt(x), 1e-14 * std::sqrt(x));
  }
}

// ---- properties

struct Case {
  std::string csv;
  Options options;
};

// Every column that any method needs, so that all eight can be run.
std::vector<std::string> random_rows(std::mt19937_64& random, int n) {
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  std::vector<std::string> out;
  for (int i = 0; i < n; ++i) {
    const int current = whole(10, 60);
    out.push_back(fmt::format("u{:02},{},{},{},{},{},{},{},{},{},{}.{},{}", i, current, whole(5, 80),
                              whole(0, 3) == 0 ? fmt::format("{}.5", whole(1, 4)) : "1",
                              whole(0, 2) == 0 ? fmt::format("{}", 40 + whole(0, 40)) : "", whole(1, 9),
                              whole(1, 9), whole(1, 9), whole(0, 5), whole(0, 3), whole(0, 30), whole(0, 9),
                              whole(1, 50)));
  }
  return out;
}

TEST(Properties, SumBoundsAndOrderOfRows) {
  std::mt19937_64 random(3);
  int done = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> rows = random_rows(random, 2 + round % 6);
    const std::string head =
        "unit,current,demand,floor,cap,activity,benchmark,weight,cost_linear,cost_quadratic,population,gdp\n";
    const auto joined = [&] { return head + fmt::format("{}\n", fmt::join(rows, "\n")); };
    const Table t = table(joined());
    Rational current;
    for (const Unit& unit : t.units) current += *find(unit, "current");
    std::shuffle(rows.begin(), rows.end(), random);
    const Table shuffled = table(joined());
    Options options = cap((current * r(3, 4)).ceil(), round % 2 == 0 ? r(1, 1000) : r(1));
    options.reserve = r(2);
    for (const Method method : all_methods) {
      const std::string refused = refusal(t, method, options);
      if (refused != "done") {
        EXPECT_EQ(refused, refusal(shuffled, method, options));
        continue;
      }
      ++done;
      const Allocation a = allocate(t, method, options);
      const Allocation b = allocate(shuffled, method, options);
      Rational sum = a.reserve;
      for (std::size_t i = 0; i < a.shares.size(); ++i) {
        sum += a.shares[i].amount;
        EXPECT_TRUE((a.shares[i].amount / options.unit).is_integer());
        EXPECT_LT((a.shares[i].amount - a.shares[i].exact).abs(), options.unit * r(3));
        EXPECT_GE(a.shares[i].amount, *find(t.units[i], "floor"));
        if (const Rational* most = find(t.units[i], "cap")) {
          EXPECT_LE(a.shares[i].amount, *most);
        }
        EXPECT_EQ(a.shares[i].amount, b.shares[i].amount);
        EXPECT_EQ(a.shares[i].exact, b.shares[i].exact);
        EXPECT_EQ(a.shares[i].unit, b.shares[i].unit);
      }
      EXPECT_EQ(sum, options.cap);
      EXPECT_GE(a.reserve, options.reserve);
      ASSERT_FALSE(HasFailure()) << to_string(method) << "\n" << joined();
    }
  }
  EXPECT_GT(done, 300);
}

// Whole numbers: every division of the total by steps of one is tried; none is lexicographically better.
TEST(Properties, MinimaxIsNotBeatenByAnyDivisionInSmallSteps) {
  std::mt19937_64 random(4);
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  for (int round = 0; round < 40; ++round) {
    std::vector<int> demand, floor, arrives;
    std::string csv = "unit,demand,floor,t:K\n";
    for (int i = 0; i < 3; ++i) {
      demand.push_back(whole(4, 14));
      floor.push_back(whole(0, 3));
      arrives.push_back(whole(0, 2));
      csv += fmt::format("{},{},{},{}\n", i, demand.back(), floor.back(), arrives.back());
    }
    const int total = whole(10, 20), most = whole(6, 24);
    Options options = cap(r(total));
    options.points = {{"K", r(most), {}}};
    const Table t = table(csv);
    if (refusal(t, Method::minimax, options) != "done") continue;
    const auto shortages = [&](const std::vector<Rational>& x) {
      std::vector<Rational> out;
      for (std::size_t i = 0; i < 3; ++i) out.push_back((r(demand[i]) - x[i]) / r(demand[i]));
      std::sort(out.begin(), out.end(), [](const Rational& a, const Rational& b) { return a > b; });
      return out;
    };
    const std::vector<Rational> best = shortages(exact(allocate(t, Method::minimax, options)));
    for (int a = 2 * floor[0]; a <= 2 * demand[0]; ++a)  // halves
      for (int b = 2 * floor[1]; b <= 2 * demand[1]; ++b)
        for (int c = 2 * floor[2]; c <= 2 * demand[2]; ++c)
          if (a + b + c <= 2 * total && a * arrives[0] + b * arrives[1] + c * arrives[2] <= 2 * most) {
            const std::vector<Rational> other = shortages({r(a, 2), r(b, 2), r(c, 2)});
            ASSERT_FALSE(std::lexicographical_compare(other.begin(), other.end(), best.begin(), best.end()))
                << csv << a << b << c;
          }
  }
}

// A grid over two of three towns: none has a smaller sum of Ginis.
TEST(Properties, LeastGiniIsNotBeatenOnAGrid) {
  std::mt19937_64 random(12);
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  for (int round = 0; round < 25; ++round) {
    std::string csv = "unit,current,population,gdp\n";
    std::vector<Rational> current, population, gdp;
    for (int i = 0; i < 3; ++i) {
      current.push_back(r(whole(10, 40)));
      population.push_back(r(whole(5, 40)));
      gdp.push_back(r(whole(5, 40)));
      csv += fmt::format("{},{},{},{}\n", i, current.back().to_string(), population.back().to_string(),
                         gdp.back().to_string());
    }
    Options options = cap(r(45));
    const Table t = table(csv);
    const Allocation a = allocate(t, Method::gini, options);
    const Rational least = finding(a, "gini-sum");
    EXPECT_EQ(least, gini(exact(a), population) + gini(exact(a), gdp));
    for (int x = 0; x <= 45; ++x)
      for (int y = 0; x + y <= 45; ++y) {
        const std::vector<Rational> grid{r(x), r(y), r(45 - x - y)};
        const Rational by_population = gini(grid, population), by_gdp = gini(grid, gdp);
        if (by_population <= gini(current, population) && by_gdp <= gini(current, gdp)) {
          ASSERT_GE(by_population + by_gdp, least) << csv;
        }
      }
  }
}

// Shifting a little of the cut from one unit to another never costs less.
TEST(Properties, LeastCostIsNotBeatenByShifting) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 40; ++round) {
    const std::vector<std::string> rows = random_rows(random, 5);
    const Table t = table(
        "unit,current,demand,x,y,activity,benchmark,weight,cost_linear,cost_quadratic,population,gdp\n" +
        fmt::format("{}\n", fmt::join(rows, "\n")));
    Rational current;
    for (const Unit& unit : t.units) current += *find(unit, "current");
    const Allocation a = allocate(t, Method::least_cost, cap((current * r(2, 3)).ceil()));
    const auto cost = [&](const std::vector<Rational>& shares) {
      Rational out;
      for (std::size_t i = 0; i < shares.size(); ++i) {
        const Rational cut = *find(t.units[i], "current") - shares[i];
        out += *find(t.units[i], "cost_linear") * cut + *find(t.units[i], "cost_quadratic") * cut * cut;
      }
      return out;
    };
    const Rational least = cost(exact(a));
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t k = 0; k < 5; ++k) {
        std::vector<Rational> other = exact(a);
        other[i] += r(1, 100);
        other[k] -= r(1, 100);
        if (other[i] > *find(t.units[i], "current") || other[k].sign() < 0) continue;
        ASSERT_GE(cost(other), least);
      }
  }
}

TEST(Rounding, LargestRemainderTiesByPosition) {
  const auto out =
      round_to_units({r(1, 3), r(1, 3), r(1, 3)}, {r(0), r(0), r(0)}, {{}, {}, {}}, r(1), r(1, 100));
  EXPECT_EQ(*out, (std::vector{r(34, 100), r(33, 100), r(33, 100)}));
  const auto bounded = round_to_units({r(5, 2), r(3, 2)}, {r(0), r(0)}, {r(5, 2), {}}, r(4), r(1));
  EXPECT_EQ(*bounded, (std::vector{r(2), r(2)}));
  EXPECT_FALSE(round_to_units({r(1, 2)}, {r(1, 4)}, {r(3, 4)}, r(1), r(1)));
}

}  // namespace
}  // namespace tributary::allocate
