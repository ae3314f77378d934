// What is asked in words and answered in JSON: the command line and the server say the same by these.
#include "allocate/answer.h"
#include "allocate/codes.h"
#include "allocate/record.h"

#include <functional>
#include <sstream>

namespace tributary::allocate {
namespace {

using Json = nlohmann::ordered_json;

Table table(const std::string& csv) {
  std::istringstream in(csv);
  return read_table(in, "t.csv");
}

// Example (a) of the domain note discharge-rights §5, rows not in the order of the names.
const std::string towns = "unit,current,population,gdp\n丙,10,30,30\n甲,30,10,40\n乙,20,20,30\n";

Asked asked(const std::string& method, const std::string& bounds = "cut:5..40") {
  Asked out;
  out.method = method;
  out.cap = "50";
  out.bounds = bounds;
  return out;
}

Error thrown(const std::function<void()>& what) {
  try {
    what();
  } catch (const Error& e) {
    return e;
  }
  throw std::runtime_error("nothing was thrown");
}

TEST(Asked, ExampleOfTheNote) {
  const Json out = answer(compute(table(towns), asked("gini")));
  ASSERT_EQ(out["methods"].size(), 1u);
  EXPECT_TRUE(out["refused"].empty());
  const Json& gini = out["methods"][0];
  EXPECT_EQ(gini["method"], "gini");
  EXPECT_EQ(gini["findings"].back(), (Json{{"kind", "gini-sum"}, {"value", "0.516428571"}}));
  // As the rows of the file stand.
  const Json& shares = gini["shares"];
  EXPECT_EQ(shares[0]["unit"], "丙");
  EXPECT_EQ(shares[0]["exact"], "9.5");
  EXPECT_EQ(shares[1]["exact"], "162/7");
  EXPECT_EQ(shares[1]["amount"], "23.142857");
  EXPECT_EQ(shares[1]["change"], "-6.857143");
  EXPECT_EQ(shares[2]["exact"], "243/14");
  EXPECT_EQ(shares[2]["amount"], "17.357143");
  // Ginis are those of the rounded shares.
  EXPECT_EQ(
      gini["gini"][0],
      (Json{
          {"criterion", "population"}, {"before", "0.444444444"}, {"after", "0.40642857"}, {"alert", true}}));
  EXPECT_EQ(gini["losing"], 3);
}

TEST(Asked, EachRefusalHasItsMethodAndItsCell) {
  const Json out = answer(compute(table("unit,current,weight\n甲,30,1\n乙,20,\n丙,10,2\n"),
                                  asked("grandfather,water-fill,benchmark", "table")));
  ASSERT_EQ(out["methods"].size(), 1u);
  EXPECT_EQ(out["methods"][0]["method"], "grandfather");
  ASSERT_EQ(out["refused"].size(), 2u);
  const Json& blank = out["refused"][0];
  EXPECT_EQ(blank["method"], "water-fill");
  EXPECT_EQ(blank["error"], "allocate.missing_value");
  EXPECT_EQ(blank["line"], 3);
  EXPECT_EQ(blank["column"], 3);
  EXPECT_EQ(blank["field"], "weight");
  const Json& missing = out["refused"][1];
  EXPECT_EQ(missing["error"], "allocate.missing_column");
  EXPECT_EQ(missing["column"], 0);
  EXPECT_EQ(missing["field"], "benchmark");
  EXPECT_NE(missing["message"]["zh"], missing["message"]["en"]);
}

TEST(Record, GivesTheSameAgainHoweverTheTableWasSent) {
  Asked a = asked("gini");
  a.reserve = "5%";
  a.criteria = {"population,gdp=2"};
  const Json once = answer(compute(table(towns), a))["methods"][0];
  const std::string record = once["record"];
  EXPECT_EQ(record,
            "tributary allocation 1\nmethod: gini\ncap: 50\nreserve: 5%\nbounds: cut:5..40\nunit: 0.000001\n"
            "criteria: population,gdp=2\n\n"
            "unit,current,population,gdp\n丙,10,30,30\n甲,30,10,40\n乙,20,20,30");
  EXPECT_EQ(once["hash"], hash_of(record));
  EXPECT_EQ(answer(recompute(record))["methods"][0], once);
  const Json other = answer(compute(table("单位,名称,现状,population,gdp\n 丙 ,x,10.0,30,3e1\n\n甲,y,30,10,40\n乙,,20,20,30\n"), a));
  EXPECT_EQ(other["methods"][0]["hash"], once["hash"]);

  a = asked("grandfather/gini", "none");
  a.reserve = "10%/0%";
  const Json levels = answer(compute(table("unit,parent,current,population\n甲,,60,1\n一,甲,1,1\n二,甲,3,2\n"), a));
  EXPECT_EQ(answer(recompute(levels["levels"][1]["record"])), levels);
}

TEST(Record, OfAnotherVersionOrNoneIsRefused) {
  for (const char* text : {"", "unit,current\n", "tributary allocation 2\nmethod: gini\n\nunit,current\n甲,1\n",
                           "tributary allocation 1\nmethode: gini\n\nunit,current\n甲,1\n"})
    EXPECT_EQ(thrown([&] { recompute(text); }).code(), codes::bad_record) << text;
}

TEST(Asked, SharesSayWhatTheyAreMadeFrom) {
  const Json out = answer(compute(table("unit,current,floor,cap\n甲,30,,20\n乙,20,,\n丙,10,15,\n"), asked("grandfather", "table")));
  const Json& shares = out["methods"][0]["shares"];
  EXPECT_EQ(shares[0]["at"], "ceiling");
  EXPECT_EQ(shares[1]["at"], "");
  EXPECT_EQ(shares[2]["at"], "floor");
  EXPECT_EQ(shares[1]["weight"], "20");
  EXPECT_EQ(out["methods"][0]["factor"], "0.75");  // 15 of 20
  EXPECT_EQ(out["methods"][0]["unique"], true);
}

TEST(Asked, AllMethodsAreTriedOnce) {
  const Outcome out = compute(table(towns), asked("all"));
  ASSERT_EQ(out.attempts.size(), all_methods.size());
  for (const Attempt& attempt : out.attempts)
    EXPECT_NE(attempt.allocation.has_value(), attempt.refused.has_value()) << to_string(attempt.method);
}

TEST(Asked, ReserveAsPartIsWholeRegistryUnits) {
  Asked a = asked("grandfather", "none");
  a.unit = "1";
  a.reserve = "5%";  // 2.5, and what is kept back is never less than asked
  const Json out = answer(compute(table(towns), a));
  EXPECT_EQ(out["methods"][0]["reserve"], "3");
}

TEST(Asked, LevelsBelowLevels) {
  Asked a = asked("grandfather", "none");
  a.reserve = "10%/0%";
  const Json out = answer(compute(table("unit,parent,current\n甲,,60\n乙,,40\n一,甲,1\n二,甲,3\n"), a));
  ASSERT_EQ(out["levels"].size(), 2u);
  EXPECT_FALSE(out.contains("methods"));
  EXPECT_EQ(out["levels"][0]["parent"], "");
  EXPECT_EQ(out["levels"][0]["reserve"], "5");
  EXPECT_EQ(out["levels"][1]["parent"], "甲");
  EXPECT_EQ(out["levels"][1]["shares"][1]["amount"], "20.25");
}

TEST(Asked, SeveralWaysByLevelStandSideBySide) {
  Asked a = asked("grandfather/water-fill, grandfather/benchmark", "none");  // nobody has an output
  const auto units = [] { return table("unit,parent,current,weight\n甲,,60,\n乙,,40,\n一,甲,1,1\n二,甲,3,1\n"); };
  const Json out = answer(compute(units(), a));
  ASSERT_EQ(out["levels"].size(), 2u);
  EXPECT_EQ(out["levels"][1]["way"], "grandfather/water-fill");
  EXPECT_EQ(out["levels"][1]["parent"], "甲");
  EXPECT_NE(out["levels"][1]["way_title"]["en"].get<std::string>().find(" / "), std::string::npos);
  ASSERT_EQ(out["refused"].size(), 1u);
  EXPECT_EQ(out["refused"][0]["method"], "grandfather/benchmark");
  EXPECT_EQ(answer(recompute(out["levels"][0]["record"]))["levels"], out["levels"]);  // of this way alone
  a.method = "grandfather/benchmark";
  EXPECT_THROW(compute(units(), a), Error);
}

TEST(Asked, AWrongOptionIsNamed) {
  const auto field_of = [](const std::function<void(Asked&)>& change) {
    Asked a = asked("gini");
    change(a);
    const Error e = thrown([&] { compute(table(towns), a); });
    EXPECT_EQ(e.code(), codes::bad_option) << e.message().en;
    return e.where().field;
  };
  EXPECT_EQ(field_of([](Asked& a) { a.method = "ginni"; }), "method");
  EXPECT_EQ(field_of([](Asked& a) { a.cap = "-1"; }), "cap");
  EXPECT_EQ(field_of([](Asked& a) { a.reserve = "101%"; }), "reserve");
  EXPECT_EQ(field_of([](Asked& a) { a.bounds = "cut:40..5"; }), "bounds");
  EXPECT_EQ(field_of([](Asked& a) { a.unit = "g"; }), "unit");
  EXPECT_EQ(field_of([](Asked& a) { a.criteria = {"population=x"}; }), "criteria");
  EXPECT_EQ(field_of([](Asked& a) { a.points = {"K"}; }), "point");
  EXPECT_EQ(field_of([](Asked& a) { a.reductions = {"=5"}; }), "reduce");
  EXPECT_EQ(thrown([] { compute(table(towns), asked("ginni")); }).hint().en, "did you mean \"gini\"?");
}

TEST(Asked, RankingToTheFen) {
  std::istringstream in("unit,group,emission,output\n甲,,12,100\n乙,,20,100\n丁,,1,0\n丙,,10,100\n");
  RankAsked a;
  a.price = "2000";
  const Json out = answer(rank(read_rank_table(in, "t.csv"), rank_options(a)), RankRule::feebate);
  EXPECT_EQ(out["rule"], "feebate");
  EXPECT_EQ(out["excluded"], Json::array({"丁"}));
  const Json& group = out["groups"][0];
  EXPECT_EQ(group["mean"], "0.14");
  EXPECT_EQ(group["treasury"], "0.00");
  EXPECT_EQ(
      group["units"][0],
      (Json{{"rank", 1}, {"unit", "丙"}, {"intensity", "0.1"}, {"exact", "8000"}, {"amount", "8000.00"}}));
  EXPECT_EQ(group["units"][2]["amount"], "-12000.00");
  EXPECT_EQ(thrown([] { rank_options({.rule = "tiers"}); }).where().field, "rule");
  EXPECT_EQ(thrown([] { rank_options({.price = "x"}); }).where().field, "price");
}

}  // namespace
}  // namespace tributary::allocate
