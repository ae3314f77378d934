#include "allocate/rank.h"

#include "allocate/codes.h"

#include <random>
#include <sstream>

namespace tributary::allocate {
namespace {

Rational r(std::int64_t a, std::int64_t b = 1) {
  return Rational::from_fraction(a, b);
}

std::vector<RankUnit> units(const std::string& csv) {
  std::istringstream in(csv);
  return read_rank_table(in, "r.csv");
}

std::int64_t fen(const Ranking& ranking, const std::string& id) {
  for (const RankGroup& group : ranking.groups)
    for (const Standing& standing : group.standings)
      if (standing.id == id) return standing.fen;
  ADD_FAILURE() << id;
  return 0;
}

RankOptions feebate(const Rational& price) {
  RankOptions out;
  out.rule = RankRule::feebate;
  out.price = price;
  return out;
}

RankOptions tier(int places, const Rational& pays) {
  RankOptions out;
  out.rule = RankRule::tier;
  out.places = places;
  out.pays = pays;
  return out;
}

// The example R2 of discharge-rights.md §8.
TEST(Rank, TheNotesFeebateSumsToZeroInFen) {
  const Ranking out =
      rank(units("unit,emission,output\n1,12,100\n2,30,150\n3,8,80\n4,20,90\n"), feebate(r(2000)));
  EXPECT_EQ(out.groups[0].mean, r(1, 6));
  EXPECT_EQ(fen(out, "1"), 933333);
  EXPECT_EQ(fen(out, "2"), -1000000);
  EXPECT_EQ(fen(out, "3"), 1066667);
  EXPECT_EQ(fen(out, "4"), -1000000);
  EXPECT_EQ(out.groups[0].treasury_fen, 0);
  EXPECT_EQ(out.groups[0].standings[0].id, "3");
}

// As Zaozhuang pays: the worst six pay 300,000 yuan each to the best six; here one of each.
TEST(Rank, TiersAndTiesAtTheEdgeShareThePlaces) {
  const auto four = units("unit,emission,output\na,1,10\nb,2,10\nc,2,10\nd,9,10\n");
  const Ranking one = rank(four, tier(1, r(300000)));
  EXPECT_EQ(fen(one, "a"), 30000000);
  EXPECT_EQ(fen(one, "d"), -30000000);
  EXPECT_EQ(fen(one, "b"), 0);
  const Ranking two =
      rank(four, tier(2, r(300000)));  // b and c stand at both edges: 15 to receive, 15 to pay
  EXPECT_EQ(fen(two, "b"), 0);
  EXPECT_EQ(two.groups[0].standings[1].rank, 2);
  EXPECT_EQ(two.groups[0].standings[2].rank, 2);
  const Ranking shared = rank(units("unit,emission,output\na,1,10\nb,1,10\nc,1,10\nd,9,10\n"), tier(1, r(1)));
  EXPECT_EQ(fen(shared, "a"), 34);
  EXPECT_EQ(fen(shared, "b"), 33);
  EXPECT_EQ(fen(shared, "c"), 33);
  EXPECT_EQ(fen(shared, "d"), -100);
}

TEST(Rank, WhatATierDoesNotPassOnIsTheTreasurys) {
  RankOptions options = tier(1, r(300));
  options.receives = r(200);
  const Ranking out = rank(units("unit,emission,output\na,1,10\nb,2,10\n"), options);
  EXPECT_EQ(out.groups[0].treasury_fen, 10000);
}

TEST(Rank, APoolIsCutDownToTheSmallerPot) {
  RankOptions options;
  options.rule = RankRule::pool;
  options.price = r(10);
  const Ranking out =
      rank(units("unit,emission,output,points\na,1,10,6\nb,2,10,3\nc,3,10,-4\nd,4,10,-1\n"), options);
  EXPECT_EQ(fen(out, "a"), 3333);
  EXPECT_EQ(fen(out, "b"), 1667);
  EXPECT_EQ(fen(out, "c"), -4000);
  EXPECT_EQ(fen(out, "d"), -1000);
}

TEST(Rank, GroupsAreApartAndUnitsWithoutOutputAreListed) {
  const Ranking out = rank(units("单位,分组,排放量,产出\n酒厂甲,酒,10,100\n酒厂乙,酒,30,100\n药厂,药,5,"
                                 "10\n停产,酒,3,0\n亏损,药,3,-2\n"),
                           feebate(r(100)));
  EXPECT_EQ(out.excluded, (std::vector<std::string>{"亏损", "停产"}));
  EXPECT_EQ(fen(out, "酒厂甲"), 100000);
  EXPECT_EQ(fen(out, "药厂"), 0);
}

TEST(Rank, Refusals) {
  const auto code = [](const auto& act) {
    try {
      act();
    } catch (const Error& e) {
      return fmt::format("{} {}:{}", e.code().name, e.where().line, e.where().column);
    }
    return std::string("done");
  };
  EXPECT_EQ(code([] { rank(units("unit,emission,output\na,1,10\n"), tier(1, r(1))); }), "too_few_units 0:0");
  EXPECT_EQ(code([] { rank(units("unit,emission,output\na,1,10\n"), feebate(r(0))); }), "bad_option 0:0");
  EXPECT_EQ(code([] { units("unit,emission,output\na,x,10\n"); }), "bad_cell 2:2");
  EXPECT_EQ(code([] { units("unit,emission\na,1\n"); }), "bad_table 1:0");
  EXPECT_EQ(code([] { units("unit,emission,output\na,1\n"); }), "bad_table 2:3");
  EXPECT_EQ(code([] { units("unit,emission,output,size\na,1,1,1\n"); }), "bad_table 1:4");
  EXPECT_EQ(code([] { units("unit,emission,output\na,1,1\na,1,1\n"); }), "duplicate_unit 3:1");
}

TEST(RankProperties, EveryRuleSumsToZeroWithTheTreasury) {
  std::mt19937_64 random(21);
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  for (int round = 0; round < 300; ++round) {
    std::vector<RankUnit> list;
    for (int i = 0; i < whole(4, 12); ++i)
      list.push_back({fmt::format("u{}", i), "", r(whole(0, 9)), r(whole(0, 9), 7), {}, 0});
    int with_output = 0;
    for (const RankUnit& unit : list) with_output += unit.output.sign() > 0 ? 1 : 0;
    if (with_output < 4) continue;
    RankOptions pool;
    pool.rule = RankRule::pool;
    pool.price = r(whole(1, 999), 7);
    RankOptions uneven = tier(2, r(whole(1, 999), 7));
    uneven.receives = r(whole(1, 999), 3);
    for (const RankOptions& options :
         {feebate(r(whole(1, 9999), 13)), tier(2, r(whole(1, 999), 7)), pool, uneven}) {
      const Ranking out = rank(list, options);
      std::int64_t sum = out.groups[0].treasury_fen;
      for (const Standing& standing : out.groups[0].standings) {
        sum += standing.fen;
        EXPECT_LT((Rational::from_int(standing.fen) - standing.exact * r(100)).abs(), r(1));
      }
      EXPECT_EQ(sum, 0);
      if (!options.receives) {
        EXPECT_EQ(out.groups[0].treasury_fen, 0);
      }
      EXPECT_EQ(out.excluded.size() + out.groups[0].standings.size(), list.size());
    }
  }
}

}  // namespace
}  // namespace tributary::allocate
