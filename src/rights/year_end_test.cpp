// The end of a vintage: what is left expires, what is carried over is of a later one, and both need two persons.
#include "policy/pack.h"
#include "rights/carry_over.h"
#include "rights/rights_testing.h"

namespace tributary::rights::testing {
namespace {

class YearEnds : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
  std::int64_t has(const std::string& account, int vintage) {
    std::int64_t out = 0;
    for (const Holding& one : w.rights.holdings({.account = account, .instrument = "CEA"}))
      if (one.part.period == vintage) out += one.part.amount;
    return out;
  }
  void give(const std::string& key, const std::string& to, int vintage, std::int64_t quantity) {
    Proposal one{.key = key, .kind = Kind::issue, .instrument = "CEA", .from = "ISS", .to = to, .quantity = quantity};
    one.vintage = vintage;
    w.done(one);
  }
  static std::vector<std::string> keys_of(const std::vector<Proposal>& proposals) {
    std::vector<std::string> out;
    for (const Proposal& one : proposals) out.push_back(one.key);
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, YearEnds, ::testing::ValuesIn(store::test_kinds()));

TEST_P(YearEnds, WhatIsLeftExpiresAndWhatIsCarriedIsOfALaterVintage) {
  give("1", "A", 2021, 500);
  give("2", "A", 2025, 70);
  give("3", "B", 2021, 30);
  YearEnd of{"CEA", 2021, "CAN", "ISS", {{"A", 501}}, 2025};
  EXPECT_EQ(code_of([&] { year_end(w.rights, of); }), "insufficient");
  of.carried = {{"C", 1}};
  EXPECT_EQ(code_of([&] { year_end(w.rights, of); }), "insufficient");
  EXPECT_EQ(code_of([&] { year_end(w.rights, {"COD", 2021, "CAN", "ISS"}); }), "kind_not_for_instrument");
  of.carried = {{"A", 200}};
  of.into = 0;
  EXPECT_EQ(code_of([&] { year_end(w.rights, of); }), "bad_value");
  of.into = 2025;
  const auto proposals = year_end(w.rights, of);
  ASSERT_EQ(proposals.size(), 2u);
  w.rights.propose(proposals, first);
  EXPECT_EQ(has("A", 2021), 500);  // proposed is not done
  const std::vector<std::string> keys = keys_of(proposals);
  EXPECT_EQ(code_of([&] { w.rights.approve(keys, first); }), "same_person");
  w.rights.propose(year_end(w.rights, of), first);  // again: no harm
  w.rights.approve(keys, second);
  EXPECT_EQ(has("A", 2021), 0);
  EXPECT_EQ(has("B", 2021), 0);
  EXPECT_EQ(has("A", 2025), 270);
  EXPECT_EQ(has("CAN", 2021), 530);
  EXPECT_TRUE(year_end(w.rights, {"CEA", 2021, "CAN", "ISS"}).empty());
  EXPECT_TRUE(w.rights.check().empty());
}

TEST_P(YearEnds, WhatIsCarriedIsNeverMoreThanWhatExpiresWhenItIsApproved) {
  give("1", "A", 2021, 500);
  const YearEnd of{"CEA", 2021, "CAN", "ISS", {{"A", 500}}, 2025};
  const auto proposals = year_end(w.rights, of);
  w.rights.propose(proposals, first);
  Proposal used{.key = "S", .kind = Kind::surrender, .instrument = "CEA", .from = "A", .to = "COMP", .quantity = 400, .claim = "2021"};
  w.done(used);
  const std::vector<std::string> keys = keys_of(proposals);
  EXPECT_EQ(code_of([&] { w.rights.approve(keys, second); }), "insufficient");
  EXPECT_EQ(has("A", 2021), 100);
  EXPECT_EQ(has("A", 2025), 0);
  // Refused, it is asked again with what is left.
  w.rights.reject(keys.at(0), second);
  YearEnd anew = of;
  anew.carried = {{"A", 100}};
  const auto again = year_end(w.rights, anew);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_NE(again.at(0).key, keys.at(0));
  EXPECT_EQ(w.rights.propose(again, first).at(0).state, TransactionState::proposed);
  w.rights.approve(again.at(0).key, second);
  EXPECT_EQ(has("A", 2021), 0);
  EXPECT_EQ(has("A", 2025), 100);
  EXPECT_TRUE(w.rights.check().empty());
}

// T = floor(10000 + 1.5 × net sold), at most what is held; over all accounts and vintages of the owner.
TEST_P(YearEnds, NoMoreIsCarriedOverThanTheRuleAllows) {
  const std::string folder = std::string(TRIBUTARY_SOURCE_DIR) + "/policies";
  const policy::Policy policy = policy::Policy::load(folder, "cn-341602");
  const RightsData data = read_rights_of({folder + "/cn", folder + "/cn-341602"});
  const Date today = parse_date("2026-11-28");
  give("1", "A", 2023, 40'000);
  give("2", "A", 2024, 40'000);
  w.rights.open({"A2", "pa", AccountType::holding}, {"x", "y", "r", "v"});
  give("3", "A2", 2024, 5'000);
  const CarryBasis sold{Decimal::parse("12345.6"), Decimal(0), Decimal(85'000), "对账单2026-1"};
  const auto asked = [](int vintage, const std::string& account, std::int64_t quantity, const CarryBasis& basis) {
    return YearEnd{"CEA", vintage, "CAN", "ISS", {{account, quantity}}, 2025, {{account, basis}}};
  };
  std::string words;
  const auto refused = [&](const YearEnd& of) {
    try {
      check_carry_over(w.rights, data, policy, today, of);
    } catch (const Error& e) {
      words = e.message().zh;
      return std::string(e.code().name);
    }
    return std::string();
  };
  EXPECT_EQ(refused(asked(2023, "A", 28'519, sold)), "over_carry");
  EXPECT_EQ(words, "pa 要结转 28519，超过可结转量 28518（卖出 12345.6，买入 0，持有 85000；规则 carbon-carry-over，"
                   "2026年全国碳排放权交易市场有关工作的通知 2026-01-27 印发；结转规则附后）");
  EXPECT_EQ(refused(asked(2023, "A", 28'518, sold)), "");
  EXPECT_EQ(refused(asked(2023, "A", 10'001, {Decimal(5), Decimal(5'000), Decimal(85'000), "对账单"})), "over_carry");  // bought more than sold
  EXPECT_EQ(refused(asked(2023, "A", 9'000, {Decimal(0), Decimal(0), Decimal(8'999), "对账单"})), "over_carry");       // more than held
  EXPECT_EQ(refused(asked(2023, "A", 1, {Decimal(0), Decimal(0), Decimal(85'000), ""})), "bad_value");                // no source
  YearEnd none = asked(2023, "A", 1, sold);
  none.basis.clear();
  EXPECT_EQ(refused(none), "bad_value");
  // Of other vintages, into another one, or of another instrument no document says so.
  YearEnd other = asked(2025, "A", 1, sold);
  other.into = 2026;
  EXPECT_EQ(refused(other), "not_provided");
  other = asked(2023, "A", 1, sold);
  other.into = 2026;
  EXPECT_EQ(refused(other), "not_provided");
  other.instrument = "WATER";
  EXPECT_EQ(refused(other), "not_provided");
  // What waits and what is done counts, in every account of the owner and of every vintage.
  const YearEnd first_part = asked(2023, "A", 20'000, sold);
  const auto proposals = year_end(w.rights, first_part);
  w.rights.propose(proposals, first);
  EXPECT_EQ(refused(first_part), "");  // the same again
  EXPECT_EQ(refused(asked(2024, "A2", 4'000, sold)), "");
  EXPECT_EQ(refused(asked(2024, "A", 8'519, sold)), "over_carry");
  EXPECT_NE(words.find("另已结转或待审 20000"), std::string::npos) << words;
  const std::vector<std::string> keys = keys_of(proposals);
  w.rights.approve(keys, second);
  EXPECT_EQ(refused(asked(2024, "A", 8'518, sold)), "");
  EXPECT_EQ(refused(asked(2024, "A", 8'519, sold)), "over_carry");
  YearEnd both = asked(2024, "A", 4'519, sold);
  both.carried["A2"] = 4'000;
  both.basis["A2"] = sold;
  EXPECT_EQ(refused(both), "over_carry");
  // The figures and their source stay in the journal.
  EXPECT_NE(w.rights.history(keys.at(0)).at(0).content.find(R"("sold":"12345.6","bought":"0","held":"85000","source":"对账单2026-1")"), std::string::npos);
  EXPECT_TRUE(w.rights.check().empty());
}

TEST_P(YearEnds, OnlyAStockThatExpiresIsCarriedOverAndByTheIssuer) {
  give("1", "A", 2021, 500);
  Proposal one = year_end(w.rights, {"CEA", 2021, "CAN", "ISS", {{"A", 10}}, 2025}).at(0);
  const auto refused = [&](auto&& change) {
    Proposal other = one;
    change(other);
    return code_of([&] { w.rights.propose(other, first); });
  };
  EXPECT_EQ(refused([](Proposal& p) { p.issuer = "B"; }), "kind_not_for_account");
  EXPECT_EQ(refused([](Proposal& p) { p.carried_to = 2021; }), "bad_value");
  EXPECT_EQ(refused([](Proposal& p) { p.carried_to.reset(); }), "bad_value");
  EXPECT_EQ(refused([](Proposal& p) { p.carried = 0; }), "bad_value");
  EXPECT_EQ(refused([](Proposal& p) { p.kind = Kind::cancel, p.quantity = 10; }), "bad_value");
}

TEST_P(YearEnds, WhatIsPledgedIsReleasedFirst) {
  Proposal one{.key = "1", .kind = Kind::issue, .instrument = "CEA", .from = "ISS", .to = "A", .quantity = 500};
  one.vintage = 2024;
  w.done(one);
  Proposal pledge{.key = "P", .kind = Kind::pledge, .instrument = "CEA", .from = "A", .quantity = 100, .beneficiary = "pb"};
  w.done(pledge);
  const auto proposals = year_end(w.rights, {"CEA", 2024, "CAN", "ISS"});
  EXPECT_EQ(code_of([&] {
              w.rights.propose(proposals, first);
              w.rights.approve(proposals.at(0).key, second);
            }),
            "encumbered");
  EXPECT_EQ(has("A", 2024), 500);
}

}  // namespace
}  // namespace tributary::rights::testing
