#include "policy/outcome.h"

#include "policy/codes.h"
#include "policy/packs_testing.h"

#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

constexpr const char* rule_text = R"YAML(rule: r
title: {zh: 样, en: r}
source: {document: d}
in_force: {from: 2020-01-01}
known: 2020-01-01
per: section × month
indices:
  f: [a, b]
inputs:
  C[f]: {unit: CNY, from: given}
  on: {type: boolean, from: given}
  status: {type: choice, choices: [assessed, suspended], from: status}
  unused: {unit: "1", from: given}
parameters:
  factor:
    unit: "1"
    values:
      - {in_force: 2020-01-01, value: "1", source: {document: d}}
formulas:
  due: {unit: CNY, is: "factor * sum(f: C)"}
assessed_when: {is: status = 'assessed', otherwise: {zh: 停, en: suspended}}
pays:
  - {title: {zh: 款, en: due}, when: on, from: up, to: down, amount: due, round: {places: 2, mode: half_up}}
  - {title: {zh: 回, en: back}, when: not on, from: down, to: up, amount: "C[a]", round: {places: 0, mode: half_up}}
)YAML";

class OutcomeTest : public ::testing::Test {
 protected:
  OutcomeTest() {
    packs_.pack("p");
    packs_.write("p/rules/r.yaml", rule_text);
  }
  // "computed up>down 3", "missing C[a],on", or the error's code.
  std::string of(std::map<std::string, std::string> given) {
    try {
      const Policy policy = packs_.load("p");
      const CaseResult result =
          evaluate_case(policy, {"r", make_date(2020, 1, 1), make_date(2020, 1, 1), {}, std::move(given)});
      std::string out(to_string(result.outcome.state));
      for (const auto& due : result.outcome.dues) {
        const Payment& payment = result.rule->rule.payments[due.payment];
        out += " " + payment.from + ">" + payment.to + " " + due.amount.normalized().to_string();
      }
      for (const std::string& name : result.outcome.missing) out += " " + name;
      return out;
    } catch (const Error& e) {
      words_ = e.message().en + " / " + e.hint().en;
      where_ = e.where();
      EXPECT_FALSE(e.message().zh.empty());
      return std::string(e.code().name);
    }
  }
  TemporaryPacks packs_;
  std::string words_;
  Where where_;
};

TEST_F(OutcomeTest, WhatIsDue) {
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "1"}, {"C[b]", "2.005"}}),
            "computed up>down 3.01");
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "false"}, {"C[a]", "1.5"}}), "computed down>up 2");
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "0"}, {"C[b]", "0"}}), "computed");
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "0.004"}, {"C[b]", "0"}}),
            "computed");  // rounds to nothing
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "1"}, {"C[b]", "1"}, {"factor", "10"}}),
            "computed up>down 20");
}

TEST_F(OutcomeTest, NotAssessedAndMissing) {
  EXPECT_EQ(of({{"status", "suspended"}, {"on", "true"}, {"C[a]", "1"}}), "not_assessed");
  EXPECT_EQ(of({{"status", "suspended"}}), "not_assessed");
  EXPECT_EQ(of({}), "missing status");
  EXPECT_EQ(of({{"status", "-"}, {"on", "true"}}), "missing status");
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "1"}}), "missing C[b]");
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "-"}}), "missing C[a] C[b]");
  EXPECT_EQ(of({{"status", "assessed"}}), "missing on");  // whether anything is due at all is not known
}

// One payment that can be computed is not due while another cannot: nothing is paid on half the facts.
TEST_F(OutcomeTest, NothingOnHalfTheFacts) {
  packs_.write("p/rules/r.yaml", replaced(rule_text, "when: not on", "when: present(on)"));
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "1"}}), "missing C[b]");
}

TEST_F(OutcomeTest, NegativeAmountIsAnErrorOfTheRule) {
  EXPECT_EQ(of({{"status", "assessed"}, {"on", "true"}, {"C[a]", "1"}, {"C[b]", "-3"}}), "negative_amount");
  EXPECT_NE(words_.find("\"due\""), std::string::npos) << words_;
  EXPECT_NE(words_.find("-2"), std::string::npos) << words_;
  EXPECT_EQ(where_.line, 23);
  EXPECT_TRUE(where_.file.ends_with("p/rules/r.yaml"));
  EXPECT_EQ(of({{"status", "suspended"}, {"on", "true"}, {"C[a]", "1"}, {"C[b]", "-3"}}), "not_assessed");
}

TEST_F(OutcomeTest, NamesAndValuesGivenWrongly) {
  EXPECT_EQ(of({{"C[c]", "1"}}).substr(0, 7), "missing");  // declared, so it may be given
  EXPECT_EQ(of({{"unused", "1"}, {"status", "suspended"}}), "not_assessed");
  EXPECT_EQ(of({{"statu", "assessed"}}), "unknown_name");
  EXPECT_NE(words_.find("did you mean \"status\""), std::string::npos) << words_;
  EXPECT_EQ(of({{"zzzzzzzz", "1"}}), "unknown_name");
  EXPECT_NE(words_.find("there are: "), std::string::npos) << words_;
  EXPECT_EQ(of({{"status", "asleep"}}), "bad_input");
  EXPECT_NE(words_.find("assessed, suspended"), std::string::npos) << words_;
  EXPECT_EQ(where_.field, "status");
  EXPECT_EQ(of({{"on", "yes"}}), "bad_input");
  EXPECT_EQ(of({{"C[a]", "1,000"}}), "bad_input");
  EXPECT_EQ(of({{"factor", "x"}}), "bad_value");
}

TEST_F(OutcomeTest, ARuleWithoutPaymentsIsComputedWhenItsFormulasAre) {
  std::string text = rule_text;
  text.resize(text.find("pays:"));
  packs_.write("p/rules/r.yaml", text);
  EXPECT_EQ(of({{"status", "assessed"}, {"C[a]", "1"}, {"C[b]", "2"}}), "computed");
  EXPECT_EQ(of({{"status", "assessed"}, {"C[a]", "1"}}), "missing C[b]");
}

}  // namespace
}  // namespace tributary::policy
