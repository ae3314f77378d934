// What was bought from sellers of a kind: by seller, by project, in the year, and nothing that was no purchase.
#include "rights/purchases.h"
#include "rights/rights_files.h"
#include "rights/rights_testing.h"

#include <fmt/format.h>

namespace tributary::rights::testing {
namespace {

class PurchasesOn : public ::testing::TestWithParam<std::string> {
 protected:
  World w{GetParam()};
  std::map<std::string, SellerTag> tags{{"old", {"old", {"老区", "old"}, {"pb"}, {"P-1"}, "名录", false}}};
  std::string in(int year, const std::set<std::string>& copied = {}) {
    std::string out;
    for (const Purchases& one : purchases(w.rights, tags, year, copied))
      out += fmt::format("{} {} {}/{}; ", one.instrument, one.buyer, one.tagged, one.quantity);
    return out;
  }
  void move(const char* instrument, const char* from, const char* to, std::int64_t quantity, std::optional<Term> term, std::optional<int> vintage = {}, const char* project = "") {
    Proposal p{.kind = Kind::transfer, .instrument = instrument, .from = from, .to = to, .quantity = quantity, .term = term, .vintage = vintage};
    p.project = project;
    w.done(p);
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, PurchasesOn, ::testing::ValuesIn(store::test_kinds()));

TEST_P(PurchasesOn, BySellerAndByProjectInTheirYear) {
  w.give("A", "COD", 100, months(0, 24));
  w.give("B", "COD", 100, months(0, 24));
  for (const auto& [project, quantity] : {std::pair{"P-1", 40}, {"P-2", 60}}) {
    Proposal p{.kind = Kind::issue, .instrument = "CEA", .from = "ISS", .to = "A", .quantity = quantity, .vintage = 2025};
    p.project = project;
    w.done(p);
  }
  EXPECT_EQ(in(2026), "");  // issued is not bought
  move("COD", "A", "C", 30, months(0, 24));
  move("COD", "B", "C", 20, months(12, 24));
  move("CEA", "A", "C", 10, {}, 2025, "P-1");
  move("CEA", "A", "C", 30, {}, 2025, "P-2");
  EXPECT_EQ(in(2026), "CEA pc 10/40; COD pc 20/50; ");
  EXPECT_EQ(in(2025), "");
  // Within one owner nothing is bought; of the next year it is another sum; a deal waiting is none yet.
  w.rights.open({"C-2", "pc", AccountType::trading}, pair);
  move("COD", "C", "C-2", 5, months(0, 12));
  Proposal waits{.key = "W", .kind = Kind::transfer, .instrument = "COD", .from = "B", .to = "C", .quantity = 1, .term = months(0, 12)};
  w.rights.propose(waits, first);
  EXPECT_EQ(in(2026), "CEA pc 10/40; COD pc 20/50; ");
  w.clock.set(parse_instant("2027-01-05 10:00"));
  move("COD", "B", "A", 7, months(12, 24));
  EXPECT_EQ(in(2027), "COD pa 7/7; ");
  tags.clear();
  EXPECT_EQ(in(2026), "");
}

// Of what the nation's registry holds nothing is transferred here: credits that a holder bought come in as an issue of their project.
TEST_P(PurchasesOn, CreditsCopiedFromTheNationalRegistryCountByTheirProject) {
  RightsData data;
  data.instruments["CEA"] = {.is = w.rights.instrument("CEA"), .source = "s", .view_only = true};
  const auto enter = [&](const char* key, const char* to, const char* project, std::int64_t quantity) {
    Proposal p{.key = key, .kind = Kind::issue, .instrument = "CEA", .from = "ISS", .to = to, .quantity = quantity, .vintage = 2025};
    p.project = project;
    data.check(p);
    w.done(p);
    p.kind = Kind::transfer;
    EXPECT_EQ(code_of([&] { data.check(p); }), "view_only");
  };
  enter("I1", "A", "P-1", 40);
  enter("I2", "A", "P-2", 60);
  enter("I3", "A", "", 500);  // allocated
  enter("I4", "RES", "P-1", 7);
  EXPECT_EQ(in(2026), "");
  EXPECT_EQ(data.copied(), std::set<std::string>{"CEA"});
  EXPECT_EQ(in(2026, data.copied()), "CEA pa 40/100; ");
  // One entered wrong is cancelled and entered anew: it counts once.
  enter("I5", "A", "P-1", 400);
  Proposal wrong{.key = "X5", .kind = Kind::cancel, .instrument = "CEA", .from = "A", .to = "CAN", .quantity = 400, .vintage = 2025};
  wrong.project = "P-1";
  data.check(wrong);
  w.done(wrong);
  EXPECT_EQ(in(2026, data.copied()), "CEA pa 40/100; ");
}

}  // namespace
}  // namespace tributary::rights::testing
