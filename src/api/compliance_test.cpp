// Compliance over HTTP: a holder sees the standing of his own places, the office sees all, and what is not metered
// is not zero.
#include "api/world_testing.h"
#include "observe/import.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class ComplianceRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  ComplianceRoutes() : world(GetParam()) {
    world.clock.set(parse_instant("2026-11-30 09:00"));
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("liu", {"enterprise"}, "demo-liquor");
    world.person("chen", {"office_drafter"}, "office");
    world.person("zhao", {"township"}, "div-341602100");
    const observe::ImportTarget target{
        world.database.db(), World::tenant,
        [](std::string_view name) {
          return name == "示例食品企业厂区"   ? std::optional<std::string>("plant:demo-food")
                 : name == "示例酿酒企业厂区" ? std::optional<std::string>("plant:demo-liquor")
                 : name == "示例制药企业厂区" ? std::optional<std::string>("plant:demo-pharma")
                                              : std::nullopt;
        },
        [](std::string_view) { return std::vector<std::string>{}; }, world.clock};
    const auto report = observe::import_csv(target, std::string(TRIBUTARY_SOURCE_DIR) + "/policies/demo/readings/emission.csv",
                                            world.policy.catalog().import("emission-month"));
    EXPECT_EQ(report.rejected, 0);
    world.serve();
  }
  static std::string value(const Json& figures, const std::string& formula, const std::string& element) {
    for (const Json& one : figures)
      if (one["formula"] == formula && one["element"] == element)
        return one["value"].is_null() ? "missing" : one["value"].get<std::string>();
    return "none";
  }

  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, ComplianceRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(ComplianceRoutes, AHolderSeesHisOwnPlaceAndNoOther) {
  Client fang = world.signed_in("fang"), liu = world.signed_in("liu"), zhao = world.signed_in("zhao");
  const Json own = fang.get("/api/v1/compliance").json()["items"];
  ASSERT_EQ(own.size(), 1u) << own.dump();
  EXPECT_EQ(own[0]["place"]["code"], "plant:demo-food");
  EXPECT_EQ(own[0]["holders"][0]["code"], "ent:demo-food");
  EXPECT_EQ(own[0]["period"], "2026-10");
  EXPECT_EQ(own[0]["breach"], true);
  EXPECT_EQ(value(own[0]["figures"], "total", "cod"), "12.8");
  EXPECT_EQ(value(own[0]["figures"], "left", "cod"), "-0.8");
  EXPECT_EQ(own[0]["example"], true);
  EXPECT_EQ(liu.get("/api/v1/compliance").json()["items"][0]["place"]["code"], "plant:demo-liquor");
  EXPECT_EQ(liu.get("/api/v1/compliance/plant:demo-food").status, 404);
  EXPECT_EQ(fang.get("/api/v1/compliance/plant:demo-food").status, 200);
  EXPECT_EQ(fang.get("/api/v1/compliance/plant:none").status, 404);
  const Received none = zhao.get("/api/v1/compliance");
  EXPECT_TRUE(none.status == 403 || none.json()["items"].empty()) << none.body;
}

TEST_P(ComplianceRoutes, TheOfficeSeesAllAndThroughTime) {
  Client chen = world.signed_in("chen");
  const Json all = chen.get("/api/v1/compliance").json()["items"];
  ASSERT_EQ(all.size(), 3u) << all.dump();
  const auto pharma = std::ranges::find_if(all, [](const Json& one) { return one["place"]["code"] == "plant:demo-pharma"; });
  EXPECT_EQ(value((*pharma)["figures"], "total", "cod"), "missing");
  EXPECT_TRUE((*pharma)["breach"].is_null());
  EXPECT_EQ(chen.get("/api/v1/compliance?period=2026-06&limit=1").json()["items"].size(), 1u);
  const Json food = chen.get("/api/v1/compliance/plant:demo-food?count=12").json();
  ASSERT_EQ(food["series"].size(), 12u);
  EXPECT_EQ(food["series"][0]["period"], "2025-11");
  EXPECT_EQ(food["series"][7]["period"], "2026-06");
  EXPECT_EQ(value(food["series"][7]["figures"], "total", "cod"), "15.6");
  EXPECT_EQ(food["standing"]["period"], "2026-10");
  // Down to the row of the file.
  EXPECT_NE(food["explained"].dump().find("emission.csv"), std::string::npos);
  EXPECT_EQ(chen.get("/api/v1/compliance?period=2026").status, 400);
  EXPECT_EQ(chen.get("/api/v1/compliance/plant:demo-food?rule=section-month").status, 404);
  EXPECT_EQ(chen.get("/api/v1/compliance?rule=section-month").json()["items"].size(), 0u);
}

}  // namespace
}  // namespace tributary::api::testing
