// The end of a vintage: what is left expires, what is carried over is of the next one, and both need two
// persons.
#include "rights/year_end.h"

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
};
INSTANTIATE_TEST_SUITE_P(Databases, YearEnds, ::testing::ValuesIn(store::test_kinds()));

TEST_P(YearEnds, WhatIsLeftExpiresAndWhatIsCarriedIsOfTheNextVintage) {
  for (const auto& [key, to, vintage, quantity] :
       {std::tuple{"1", "A", 2024, 500}, {"2", "A", 2025, 70}, {"3", "B", 2024, 30}}) {
    Proposal one{
        .key = key, .kind = Kind::issue, .instrument = "CEA", .from = "ISS", .to = to, .quantity = quantity};
    one.vintage = vintage;
    w.done(one);
  }
  YearEnd of{"CEA", 2024, "CAN", "ISS", {{"A", 501}}};
  EXPECT_EQ(code_of([&] { year_end(w.rights, of); }), "insufficient");
  of.carried = {{"C", 1}};
  EXPECT_EQ(code_of([&] { year_end(w.rights, of); }), "insufficient");
  EXPECT_EQ(code_of([&] { year_end(w.rights, {"COD", 2024, "CAN", "ISS"}); }), "kind_not_for_instrument");
  of.carried = {{"A", 200}};
  const auto proposals = year_end(w.rights, of);
  ASSERT_EQ(proposals.size(), 3u);
  w.rights.propose(proposals, first);
  EXPECT_EQ(has("A", 2024), 500);  // proposed is not done
  std::vector<std::string> keys;
  for (const Proposal& one : proposals) keys.push_back(one.key);
  EXPECT_EQ(code_of([&] { w.rights.approve(keys, first); }), "same_person");
  w.rights.propose(year_end(w.rights, of), first);  // again: no harm
  w.rights.approve(keys, second);
  EXPECT_EQ(has("A", 2024), 0);
  EXPECT_EQ(has("B", 2024), 0);
  EXPECT_EQ(has("A", 2025), 270);
  EXPECT_EQ(has("CAN", 2024), 530);
  EXPECT_TRUE(year_end(w.rights, {"CEA", 2024, "CAN", "ISS"}).empty());
  EXPECT_TRUE(w.rights.check().empty());
}

TEST_P(YearEnds, WhatIsPledgedIsReleasedFirst) {
  Proposal one{
      .key = "1", .kind = Kind::issue, .instrument = "CEA", .from = "ISS", .to = "A", .quantity = 500};
  one.vintage = 2024;
  w.done(one);
  Proposal pledge{.key = "P",
                  .kind = Kind::pledge,
                  .instrument = "CEA",
                  .from = "A",
                  .quantity = 100,
                  .beneficiary = "pb"};
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
