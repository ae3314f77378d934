// The copy of what the nation's registry holds: a surrender that was entered wrongly comes back, whole, with
// its numbers, and nothing else leaves a sink.
#include "rights/replay.h"
#include "rights/rights_files.h"
#include "rights/rights_testing.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights::testing {
namespace {

class Corrections : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
  RightsData data;
  void SetUp() override {
    data.instruments["CEA"] = {.is = w.rights.instrument("CEA"), .source = "s", .view_only = true};
    for (const auto& [key, vintage] : {std::pair{"I1", 2024}, {"I2", 2025}}) {
      Proposal one{.key = key,
                   .kind = Kind::issue,
                   .instrument = "CEA",
                   .from = "ISS",
                   .to = "A",
                   .quantity = 500,
                   .vintage = vintage};
      w.done(one);
    }
  }
  std::int64_t has(const std::string& account) {
    std::int64_t out = 0;
    for (const Holding& one : w.rights.holdings({.account = account, .instrument = "CEA"}))
      out += one.part.amount;
    return out;
  }
  std::vector<std::string> surrendered() {
    std::vector<std::string> out;
    for (const Surrendered& one :
         w.rights.surrendered({.accounts = {"A"}, .subject = "CEA", .period_from = 2020, .period_to = 2040},
                              std::numeric_limits<std::int64_t>::max()))
      out.push_back(one.key);
    return out;
  }
  Proposal surrender(const char* key, std::int64_t quantity, int vintage) {
    Proposal out{.key = key,
                 .kind = Kind::surrender,
                 .instrument = "CEA",
                 .from = "A",
                 .to = "COMP",
                 .quantity = quantity,
                 .vintage = vintage};
    out.claim = "2025年度清缴";
    return out;
  }
  Proposal back(const char* key, const char* refers) {
    Proposal out{.key = key, .kind = Kind::reverse, .refers = refers};
    data.complete(out, w.rights);
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, Corrections, ::testing::ValuesIn(store::test_kinds()));

TEST_P(Corrections, AWrongSurrenderComesBackAndAnotherIsEntered) {
  w.done(surrender("S1", 200, 2024));
  w.done(surrender("S2", 30, 2024));
  w.done(surrender("S3", 50, 2025));
  w.done(back("R1", "S1"));
  EXPECT_EQ(has("A"), 920);
  EXPECT_EQ(surrendered(), (std::vector<std::string>{"S2", "S3"}));
  EXPECT_TRUE(w.rights.check().empty());
  EXPECT_EQ(code_of([&] { w.rights.propose(back("R2", "S1"), first); }), "wrong_state");  // once
  w.done(surrender("S4", 200, 2025));
  w.done(surrender("S5", 470, 2024));  // the units that came back, and all the rest
  EXPECT_EQ(has("A"), 250);
  EXPECT_TRUE(w.rights.check().empty());
  // Retired and lapsed ones likewise.
  Proposal retire{.key = "T",
                  .kind = Kind::retire,
                  .instrument = "CEA",
                  .from = "A",
                  .to = "RET",
                  .quantity = 10,
                  .vintage = 2025};
  retire.claim = "c";
  w.done(retire);
  Proposal expire{
      .key = "E", .kind = Kind::expire, .instrument = "CEA", .from = "A", .to = "CAN", .vintage = 2025};
  w.done(expire);
  EXPECT_EQ(has("A"), 0);
  w.done(back("R3", "T"));
  w.done(back("R4", "E"));
  EXPECT_EQ(has("A"), 250);
  EXPECT_TRUE(w.rights.check().empty());
}

TEST_P(Corrections, SeveralComeBackInOneApproval) {
  w.done(surrender("S1", 200, 2024));
  w.done(surrender("S2", 30, 2024));
  const std::int64_t before = has("A");
  w.rights.propose(back("R1", "S1"), first);
  w.rights.propose(back("R2", "S2"), first);
  w.rights.approve(std::vector<std::string>{"R1", "R2"}, second);
  EXPECT_EQ(has("A"), before + 230);
  EXPECT_TRUE(surrendered().empty());
  EXPECT_TRUE(w.rights.check().empty());
}

TEST_P(Corrections, NothingElseLeavesASink) {
  w.done(surrender("S1", 200, 2024));
  // What is kept here for good: the registry's own instruments.
  Proposal own = back("R1", "S1");
  EXPECT_TRUE(own.copied);
  own.copied = false;
  EXPECT_EQ(code_of([&] { w.rights.propose(own, first); }), "wrong_state");
  data.instruments["CEA"].view_only = false;
  EXPECT_FALSE(back("R1", "S1").copied);
  data.instruments["CEA"].view_only = true;
  // What was carried over is there again already.
  Proposal expire{.key = "E",
                  .kind = Kind::expire,
                  .instrument = "CEA",
                  .from = "A",
                  .to = "CAN",
                  .vintage = 2024,
                  .issuer = "ISS",
                  .carried = 10,
                  .carried_to = 2025};
  w.done(expire);
  EXPECT_EQ(code_of([&] { w.rights.propose(back("R2", "E"), first); }), "wrong_state");
  // A copy may not be corrected by reversing an issue.
  EXPECT_EQ(code_of([&] { w.rights.propose(back("R3", "I1"), first); }), "wrong_state");
  EXPECT_EQ(has("A"), 510);
}

TEST_P(Corrections, ASurrenderNamesItsYearAndItsVintage) {
  const auto refused = [&](auto&& change) {
    Proposal p = surrender("S", 1, 2024);
    p.claim = "2025年度清缴";
    p.surrendered_on = parse_date("2026-12-30");
    change(p);
    return code_of([&] { data.check(p); });
  };
  EXPECT_EQ(refused([](Proposal&) {}), "");
  EXPECT_EQ(refused([](Proposal& p) { p.claim = "清缴2025年度"; }), "bad_value");
  EXPECT_EQ(refused([](Proposal& p) { p.claim = "20250年度"; }), "bad_value");
  EXPECT_EQ(refused([](Proposal& p) { p.claim = "2025年度清缴 2026-12-30", p.surrendered_on.reset(); }), "bad_value");
  EXPECT_EQ(refused([](Proposal& p) { p.vintage.reset(); }), "bad_value");
  EXPECT_EQ(refused([](Proposal& p) { p.vintage.reset(), p.instrument = "COD", p.surrendered_on.reset(); }), "");
  // Of what is held here the day is that of the approval.
  EXPECT_EQ(refused([](Proposal& p) { p.vintage.reset(), p.instrument = "COD"; }), "bad_value");
}

// The second verifier by itself: a day of surrender is not after the entry, and of a surrender only.
TEST(Replays, ADayOfSurrenderThatCannotBeIsFound) {
  const auto found = [](const char* kind, const char* day) {
    Replay replay("341602");
    JournalEntry entry{1, parse_instant("2026-01-05 10:00"), "proposed", "S", {"a", "", "r", "v"}, "", ""};
    entry.content = fmt::format(R"({{"request":{{"kind":"{}","surrendered_on":"{}"}}}})", kind, day);
    replay.read(entry);
    return std::ranges::any_of(replay.faults, [](const Fault& fault) { return fault.rule == "E14"; });
  };
  EXPECT_FALSE(found("surrender", "2026-01-05"));
  EXPECT_TRUE(found("surrender", "2026-01-06"));
  EXPECT_TRUE(found("retire", "2026-01-05"));
}

}  // namespace
}  // namespace tributary::rights::testing
