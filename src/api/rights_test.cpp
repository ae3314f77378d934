// The registry of rights over HTTP: a holder sees and moves what is his, nobody approves his own, and what is
// refused says why.
#include "api/world_testing.h"
#include "document/xlsx_reader.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

const std::string at = "/api/v1/rights";

class RightsRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  RightsRoutes() : world(GetParam()) {
    world.person("liu", {"enterprise"}, "demo-liquor");
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("town", {"township"}, "demo-north");
    world.person("chen", {"office_drafter"}, "office");
    world.person("wang", {"office_approver"}, "office");
    world.person("shen", {"auditor"});
    world.serve();
    const WorkCalendar none;
    rights::Rights registry(world.database.db(), World::tenant, world.clock, none);
    const int first = rights::Month::parse("2026-01").index;
    const std::vector<rights::Part> cap{{first, 60, "", 100'000}};
    registry.set_cap("COD-GUO", cap, {"chen", "wang", "示例总量", "test"});
  }
  static Json moving(const std::string& key, const char* kind, const char* from, const char* to, int quantity) {
    return {{"key", key},           {"kind", kind},     {"instrument", "COD-GUO"}, {"from", from}, {"to", to},
            {"quantity", quantity}, {"start", "2026-01"}, {"end", "2028-01"},      {"reason", "示例"}};
  }
  Received propose(Client& who, const Json& body) { return who.post(at + "/transactions", body); }
  Received decide(Client& who, const std::string& key, const char* verb) {
    return who.post(at + "/transactions/" + key + "/" + verb, {{"reason", "核对无误"}});
  }
  // 60,000 in the reserve, 40,000 of them with the liquor company.
  void allocate() {
    Client chen = world.signed_in("chen"), wang = world.signed_in("wang");
    ASSERT_EQ(propose(chen, moving("I1", "issue", "ISSUE", "RESERVE", 60'000)).status, 201);
    ASSERT_EQ(decide(wang, "I1", "approve").status, 200);
    ASSERT_EQ(propose(chen, moving("A1", "allocate", "RESERVE", "H-LIQUOR", 40'000)).status, 201);
    ASSERT_EQ(decide(wang, "A1", "approve").json()["state"], "completed");
  }
  std::size_t count(Client& who, const std::string& list) { return who.get(at + list).json()["items"].size(); }

  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, RightsRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(RightsRoutes, AHolderSeesHisOwnAndNothingElse) {
  allocate();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), shen = world.signed_in("shen");
  const Json held = liu.get(at + "/holdings").json()["items"];
  ASSERT_EQ(held.size(), 1u) << held.dump();
  EXPECT_EQ(held[0]["account"], "H-LIQUOR");
  EXPECT_EQ(held[0]["from"], "2026-01");
  EXPECT_EQ(held[0]["to"], "2028-01");
  EXPECT_EQ(held[0]["free"], 40'000);
  EXPECT_EQ(count(liu, "/accounts"), 1u);
  EXPECT_EQ(count(liu, "/transactions"), 1u);  // the allocation, not the issue
  EXPECT_EQ(liu.get(at + "/transactions/I1").status, 404);
  // The other sees none of it, and cannot tell whether it is there.
  EXPECT_EQ(count(fang, "/holdings"), 0u);
  EXPECT_EQ(count(fang, "/transactions"), 0u);
  for (const std::string& path : {std::string("/holdings?account="), std::string("/transactions?account=")}) {
    const Received theirs = fang.get(at + path + "H-LIQUOR"), nobodys = fang.get(at + path + "H-NONE");
    EXPECT_EQ(theirs.status, 404) << theirs.body;
    EXPECT_EQ(theirs.json()["detail"], nobodys.json()["detail"]);
  }
  EXPECT_EQ(fang.get(at + "/transactions/A1").json()["detail"], fang.get(at + "/transactions/A9").json()["detail"]);
  for (const char* verb : {"approve", "reject"}) EXPECT_EQ(decide(fang, "A1", verb).status, 403);
  EXPECT_EQ(decide(fang, "A1", "cancel").status, 404);
  // Who audits sees all and changes nothing.
  EXPECT_EQ(count(shen, "/holdings?instrument=COD-GUO&from=2026-01&to=2026-02"), 2u);  // reserve, holder
  EXPECT_EQ(count(shen, "/transactions"), 2u);
  EXPECT_EQ(propose(shen, moving("T", "transfer", "H-LIQUOR", "H-FOOD", 1)).status, 403);
}

TEST_P(RightsRoutes, NobodyElseProposesWhatAHolderHas) {
  allocate();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), chen = world.signed_in("chen"),
         town = world.signed_in("town");
  const Json sale = moving("T1", "transfer", "H-LIQUOR", "H-FOOD", 2'500);
  // Not by another holder, who does not even see the account, and not by the office.
  EXPECT_EQ(propose(fang, sale).status, 404);
  EXPECT_EQ(propose(town, sale).status, 404);
  EXPECT_EQ(propose(chen, sale).json()["code"], "api.not_your_party");
  EXPECT_EQ(propose(liu, moving("X", "issue", "ISSUE", "H-LIQUOR", 1)).status, 403);
  EXPECT_EQ(propose(liu, moving("X", "allocate", "RESERVE", "H-LIQUOR", 1)).status, 403);
}

TEST_P(RightsRoutes, NobodyApprovesHisOwn) {
  world.person("both", {"office_drafter", "office_approver"}, "office");
  Client both = world.signed_in("both");
  ASSERT_EQ(propose(both, moving("I1", "issue", "ISSUE", "RESERVE", 1'000)).status, 201);
  EXPECT_EQ(both.get(at + "/transactions/I1").json()["may_decide"], false);
  for (const char* verb : {"approve", "reject"}) {
    const Received refused = decide(both, "I1", verb);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.json()["code"], "rights.same_person");
  }
  EXPECT_EQ(both.get(at + "/transactions/I1").json()["state"], "proposed");
}

TEST_P(RightsRoutes, WhatIsRefusedSaysWhyAndLeavesNothing) {
  allocate();
  Client liu = world.signed_in("liu"), chen = world.signed_in("chen");
  const auto code = [](const Received& r) { return r.json().value("code", ""); };
  Json late = moving("T", "transfer", "H-LIQUOR", "H-FOOD", 1);  // beyond what is held, and beyond the permit
  late["start"] = "2030-01";
  late["end"] = "2030-02";
  EXPECT_NE(code(propose(liu, late)), "");
  const Json carbon{{"key", "C"},     {"kind", "allocate"}, {"instrument", "CEA"}, {"from", "RESERVE"},
                    {"to", "H-FOOD"}, {"quantity", 1},      {"vintage", 2025},     {"reason", "示例"}};
  const Received looked_at = propose(chen, carbon);
  EXPECT_EQ(looked_at.status, 409);
  EXPECT_EQ(code(looked_at), "rights.view_only");
  Json half = moving("T", "transfer", "H-LIQUOR", "H-FOOD", 1);
  half.erase("end");
  EXPECT_EQ(propose(liu, half).status, 400);
  half = moving("T", "transfer", "H-LIQUOR", "H-FOOD", 1);
  half["start"] = "2026-13";
  EXPECT_EQ(propose(liu, half).status, 400);
  EXPECT_EQ(count(liu, "/transactions"), 1u);
  // A key that stands for something else is no way in.
  EXPECT_EQ(code(propose(liu, moving("I1", "transfer", "H-LIQUOR", "H-FOOD", 1))), "rights.key_conflict");
}

TEST_P(RightsRoutes, ListsComeAsPagesAndFilesAndTheTrailNamesWhoDidWhat) {
  allocate();
  Client wang = world.signed_in("wang"), shen = world.signed_in("shen");
  const Json caps = wang.get(at + "/caps?instrument=COD-GUO").json()["items"];
  ASSERT_EQ(caps.size(), 2u) << caps.dump();
  EXPECT_EQ(caps[0]["issued"], 60'000);
  EXPECT_EQ(caps[0]["to"], "2028-01");
  EXPECT_EQ(caps[1]["issued"], 0);
  const Json first = wang.get(at + "/transactions?limit=1").json();
  EXPECT_EQ(first["items"][0]["key"], "A1");
  const Json second = wang.get(at + "/transactions?limit=1&cursor=" + first["next"].get<std::string>()).json();
  EXPECT_EQ(second["items"][0]["key"], "I1");
  EXPECT_NE(wang.get(at + "/holdings?format=csv").body.find("H-LIQUOR"), std::string::npos);
  EXPECT_NE(document::first_sheet_as_csv(wang.get(at + "/instruments?format=xlsx").body).find("COD-GUO"),
            std::string::npos);
  const std::string trail = shen.get("/api/v1/audit").body;
  EXPECT_NE(trail.find("rights.propose"), std::string::npos);
  EXPECT_NE(trail.find("rights.approve"), std::string::npos);
}

}  // namespace
}  // namespace tributary::api::testing
