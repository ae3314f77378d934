#include "policy/binding.h"

#include "policy/codes.h"
#include "policy/packs_testing.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

ParameterValue value(Date in_force, Date known, const char* text, int depth = 0) {
  ParameterValue out;
  out.in_force = in_force;
  out.known = known;
  out.elements[""] = text;
  out.depth = depth;
  return out;
}

std::string on(const Parameter& parameter, Date day, Date known) {
  const ParameterValue* found = value_on(parameter, day, known);
  return found == nullptr ? "none" : found->elements.at("");
}

TEST(TwoDates, InForceAndKnown) {
  Parameter p;
  p.values = {
      value(make_date(2018, 1, 1), make_date(2017, 12, 1), "first"),
      value(make_date(2018, 1, 1), make_date(2019, 5, 1), "corrected"),    // a correction, known later
      value(make_date(2019, 1, 1), make_date(2019, 4, 1), "retroactive"),  // in force before it was known
      value(make_date(2020, 1, 1), make_date(2018, 6, 1), "announced")};   // known before it is in force
  struct Row {
    Date day, known;
    const char* expected;
  };
  const std::vector<Row> table{
      {make_date(2017, 12, 31), make_date(2026, 1, 1), "none"},
      {make_date(2018, 1, 1), make_date(2017, 11, 30), "none"},
      {make_date(2018, 1, 1), make_date(2017, 12, 1), "first"},
      {make_date(2018, 1, 1), make_date(2019, 4, 30), "first"},
      {make_date(2018, 1, 1), make_date(2019, 5, 1), "corrected"},
      {make_date(2019, 3, 1), make_date(2019, 3, 31), "first"},
      {make_date(2019, 3, 1), make_date(2019, 4, 1), "retroactive"},
      {make_date(2019, 3, 1), make_date(2026, 1, 1), "retroactive"},  // later in force beats later known
      {make_date(2019, 12, 31), make_date(2026, 1, 1), "retroactive"},
      {make_date(2020, 1, 1), make_date(2018, 5, 31), "first"},
      {make_date(2020, 1, 1), make_date(2018, 6, 1), "announced"},
  };
  for (const Row& row : table)
    EXPECT_EQ(on(p, row.day, row.known), row.expected)
        << to_string(row.day) << " as known on " << to_string(row.known);
  p.values.push_back(value(make_date(2018, 1, 1), make_date(2018, 1, 1), "lower", 1));
  EXPECT_EQ(on(p, make_date(2020, 1, 1), make_date(2026, 1, 1)),
            "lower");  // a lower pack beats newer values above it
  EXPECT_EQ(on(p, make_date(2020, 1, 1), make_date(2017, 12, 31)), "first");
}

// Whatever is learnt later, a decision re-made as known then is the same.
TEST(TwoDates, LaterKnowledgeNeverChangesAnEarlierView) {
  std::mt19937_64 random(20201005);
  const auto day = [&] { return make_date(2018, 1, 1) + std::chrono::days{static_cast<int>(random() % 40)}; };
  for (int round = 0; round < 300; ++round) {
    Parameter p;
    for (int i = 0; i < 6; ++i)
      p.values.push_back(value(day(), day(), std::to_string(i).c_str(), static_cast<int>(random() % 3)));
    const Date asked = day();
    const Date known = day();
    const std::string before = on(p, asked, known);
    for (int i = 0; i < 4; ++i)
      p.values.push_back(value(day(), known + std::chrono::days{1 + i}, "later", 3));
    std::shuffle(p.values.begin(), p.values.end(), random);
    const ParameterValue* after = value_on(p, asked, known);
    EXPECT_EQ(after == nullptr, before == "none");
    if (after != nullptr) {
      EXPECT_LE(after->in_force, asked);
      EXPECT_LE(after->known, known);
      for (const ParameterValue& other : p.values)
        if (other.in_force <= asked && other.known <= known) {
          EXPECT_LE(std::tuple(other.depth, other.in_force, other.known),
                    std::tuple(after->depth, after->in_force, after->known));
        }
    }
  }
}

const BoundParameter& bound(const CompiledRule& rule, const Binding& binding, const std::string& name) {
  for (std::size_t i = 0; i < rule.program.parameters.size(); ++i) {
    const Slot& slot = rule.program.parameters[i];
    if (element_name(rule.rule.parameters[slot.declaration].name, slot.element) == name)
      return binding.parameters[i];
  }
  throw std::logic_error("no parameter " + name);
}

constexpr auto in_march = [] { return make_date(2020, 3, 1); };

TEST(Bind, TakesEveryKindOfParameter) {
  const auto rule = compile_sample(sample_rule);
  const Binding b = bind(*rule, in_march(), make_date(2026, 1, 1));
  EXPECT_EQ(bound(*rule, b, "price").value, Rational(Decimal::parse("10.5")));
  EXPECT_EQ(bound(*rule, b, "weight[b]").value, Rational(Decimal::parse("0.6")));
  EXPECT_EQ(bound(*rule, b, "K").places.at("s:1"), Rational(20));
  EXPECT_EQ(bound(*rule, b, "tariff").tiers.size(), 2u);
  EXPECT_FALSE(b.unverified);
  EXPECT_FALSE(b.example);
  EXPECT_EQ(bound(*rule, bind(*rule, make_date(2020, 6, 1), make_date(2026, 1, 1)), "price").value,
            Rational(12));
}

TEST(Bind, TiersOpenAndClosed) {
  const auto at = [](const BoundParameter& table, const char* x) {
    const auto found = tier_at(table, Rational(Decimal::parse(x)));
    return found ? found->to_string() : "none";
  };
  const auto rule = compile_sample(sample_rule);
  BoundParameter table = bound(*rule, bind(*rule, in_march(), in_march()), "tariff");
  for (auto [x, expected] :
       {std::pair{"-1", "none"}, {"0", "none"}, {"0.0001", "1"}, {"1", "1"}, {"1.0001", "2"}, {"100", "2"}})
    EXPECT_EQ(at(table, x), expected) << x;
  const auto lower = compile_sample(replaced(sample_rule, "upper_inclusive", "lower_inclusive"));
  table = bound(*lower, bind(*lower, in_march(), in_march()), "tariff");
  for (auto [x, expected] : {std::pair{"-0.0001", "none"}, {"0", "1"}, {"0.9999", "1"}, {"1", "2"}})
    EXPECT_EQ(at(table, x), expected) << x;
}

TEST(Bind, ValuesByHandAndWhatIsWrongWithThem) {
  const auto rule = compile_sample(sample_rule);
  const auto with = [&](const std::string& name, const std::string& text) -> std::string {
    try {
      const Binding b = bind(*rule, in_march(), in_march(), {{name, text}});
      return name.starts_with("K") ? "good"
                                   : bound(*rule, b, name == "weight" ? "weight[a]" : name).value.to_string();
    } catch (const Error& e) {
      return std::string(e.code().name);
    }
  };
  EXPECT_EQ(with("price", "7"), "7");
  EXPECT_EQ(with("weight", "0.5"), "0.5");
  EXPECT_EQ(with("weight[a]", "0.5"), "0.5");
  EXPECT_EQ(with("K", "3"), "good");
  EXPECT_EQ(with("K[s:9]", "3"), "good");
  EXPECT_EQ(with("price", "much"), "bad_value");
  EXPECT_EQ(with("price", "unlimited"), "bad_value");  // it is multiplied by
  EXPECT_EQ(with("tariff", "3"), "bad_value");
  EXPECT_EQ(with("prise", "3"), "unknown_name");
  const Binding places = bind(*rule, in_march(), in_march(), {{"K[s:9]", "3"}});
  EXPECT_EQ(bound(*rule, places, "K").places.at("s:9"), Rational(3));
  EXPECT_EQ(bound(*rule, places, "K").places.at("s:1"), Rational(20));
}

TEST(Bind, SaysWhatIsUnsetAndWhereToEnterIt) {
  std::string text =
      replaced(sample_rule,
               "    values:\n      - {in_force: 2020-01-01, value: \"10.5\", source: {document: doc}}\n      "
               "- {in_force: 2020-06-01, value: \"12\", source: {document: doc}}\n",
               "    unset: {zh: 未载明, en: nobody says}\n");
  const auto unset = compile_sample(text);
  try {
    bind(*unset, in_march(), in_march());
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::parameter_unset);
    EXPECT_NE(e.message().en.find("price"), std::string::npos);
    EXPECT_NE(e.message().en.find("nobody says"), std::string::npos);
    EXPECT_NE(e.message().zh.find("未载明"), std::string::npos);
    EXPECT_NE(e.hint().en.find("parameters/*.yaml"), std::string::npos);
    EXPECT_EQ(e.where().line, 14);
  }
  const auto rule = compile_sample(sample_rule);
  try {
    bind(*rule, in_march(), make_date(2019, 11, 30));  // nothing was known yet
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::parameter_without_value);
    EXPECT_NE(e.message().en.find("2019-11-30"), std::string::npos);
  }
  EXPECT_EQ(bound(*unset, bind(*unset, in_march(), in_march(), {{"price", "1"}}), "price").override_text,
            "1");
}

TEST(Bind, CarriesUnverifiedAndExample) {
  TemporaryPacks packs;
  packs.pack("upper");
  packs.pack("lower", "upper", true);
  packs.write("upper/rules/a.yaml", sample_rule);
  packs.write("lower/parameters/p.yaml",
              "rule: sample\nknown: 2026-01-01\nparameters:\n  price:\n    values:\n      - {in_force: "
              "2020-01-01, value: \"9\", source: {document: d}, verified: false}\n");
  const Policy policy = packs.load("lower");
  const auto& rule = *policy.rules()[0];
  const Binding before = bind(rule, in_march(), make_date(2025, 12, 31));
  EXPECT_FALSE(before.example || before.unverified);
  EXPECT_EQ(bound(rule, before, "price").value, Rational(Decimal::parse("10.5")));
  const Binding after = bind(rule, in_march(), make_date(2026, 1, 1));
  EXPECT_TRUE(after.example && after.unverified);
  EXPECT_EQ(bound(rule, after, "price").value, Rational(9));
}

}  // namespace
}  // namespace tributary::policy
