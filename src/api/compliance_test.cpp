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
    world.person("gu", {"lead_department"}, "ecology");
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
  ASSERT_EQ(all.size(), 5u) << all.dump();  // three plants, an intake, and one of them as a carbon entity
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
  EXPECT_EQ(chen.get("/api/v1/compliance?period=2025").json()["items"].size(), 1u);  // the rule per year
  EXPECT_EQ(chen.get("/api/v1/compliance?period=2026-Q1").status, 400);
  EXPECT_EQ(chen.get("/api/v1/compliance?rule=discharge-rolling-year&period=2026").status, 400);
  EXPECT_EQ(chen.get("/api/v1/compliance/plant:demo-food?rule=section-month").status, 404);
  EXPECT_EQ(chen.get("/api/v1/compliance?rule=section-month").json()["items"].size(), 0u);
}

// Who left long ago gets his newest own period, and no one else's.
TEST_P(ComplianceRoutes, WhoLeftSeesHisOwnPeriodsAlone) {
  registry::RegistryData data;
  registry::Place plant;
  plant.code = "plant:old";
  plant.kind = "plant";
  plant.name = {"示例旧厂", "Example old works"};
  plant.jurisdiction = "341602000000";
  plant.source = "示例";
  data.places.push_back(plant);
  data.roles.push_back({"plant:old", "operator", "ent:demo-liquor", Decimal(1), {Date::min(), parse_date("2025-06-01")}, "示例", {}});
  data.roles.push_back({"plant:old", "operator", "ent:demo-food", Decimal(1), {parse_date("2025-06-01"), Date::max()}, "示例", {}});
  registry::Registry(world.database.db(), World::tenant).apply(data);
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang");
  const std::string path = "/api/v1/compliance/plant:old?rule=discharge-rolling-year";
  const Received his = liu.get(path);
  ASSERT_EQ(his.status, 200) << his.body;
  EXPECT_EQ(his.json()["standing"]["period"], "2025-05");
  EXPECT_EQ(his.json()["periods"][0], "2025-05");
  EXPECT_EQ(liu.get(path + "&period=2025-06").status, 400);
  EXPECT_EQ(liu.get(path + "&period=2025-04").status, 200);
  const Received hers = fang.get(path);
  ASSERT_EQ(hers.status, 200) << hers.body;
  EXPECT_GT(hers.json()["standing"]["period"].get<std::string>(), "2025-05");
  EXPECT_EQ(hers.json()["periods"].back(), "2025-06");
  EXPECT_EQ(fang.get(path + "&period=2025-05").status, 400);
}

TEST_P(ComplianceRoutes, ANoticeHasTheFiguresOfTheRuleAndNoOthers) {
  Client gu = world.signed_in("gu");
  const Json about{{"party", "ent:demo-food"}, {"site", "plant:demo-food"}, {"period", "2026-10"}, {"subject", "化学需氧量"},
                   {"rule", "discharge-rolling-year"}};
  const auto begin = [&](Json values, const Json& more = Json::object()) {
    values.update(more);
    return gu.post("/api/v1/cases", {{"type", "compliance-notice"}, {"values", values}});
  };
  for (const char* field : {"used", "permitted", "held"}) EXPECT_EQ(begin(about, {{field, "99 t"}}).json()["code"], "casework.known_figure") << field;
  const Received begun = begin(about);
  ASSERT_EQ(begun.status, 201) << begun.body;
  const Json view = begun.json();
  EXPECT_EQ(view["values"]["used"], "12.8 t");
  EXPECT_EQ(view["values"]["permitted"], "12 t");
  EXPECT_EQ(view["origins"]["used"]["detail"], "standing:discharge-rolling-year:2026-10");
  const auto path = "/api/v1/cases/" + std::to_string(view["id"].get<int>()) + "/actions";
  const auto save = [&](const Json& values) { return gu.post(path, {{"step", "save"}, {"values", values}}).json(); };
  const auto used = [&](const Json& values) { return save(values)["values"].value("used", Json(nullptr)); };
  EXPECT_EQ(save({{"used", "1 t"}})["code"], "casework.known_figure");
  // What the law attaches comes from the rule, too: it says what is missing, then the range with the articles behind it.
  EXPECT_EQ(view["values"]["left"], "-0.8 t");
  EXPECT_EQ(view["values"]["consequence"], "缺：违法行为日（规则 discharge-over-limit-penalty）。");
  EXPECT_EQ(save({{"consequence", "罚款一万元"}})["code"], "casework.known_figure");
  const std::string fine = save({{"conducted", "2026-10-31"}})["values"]["consequence"];
  EXPECT_EQ(fine.find("超许可排放罚款下限：100000 元\n超许可排放罚款上限：1000000 元\n由来（规则 discharge-over-limit-penalty，按 2026-10-31 的规定）："), 0u) << fine;
  EXPECT_NE(fine.find("中华人民共和国生态环境法典 第一千一百零三条"), std::string::npos) << fine;
  EXPECT_EQ(used({{"used", "12.8 t"}, {"asked", "说明原因"}}), "12.8 t");
  EXPECT_EQ(used({{"subject", "cod"}}), "12.8 t");
  EXPECT_EQ(used({{"period", "2026-06"}}), "15.6 t");
  // Of what the rules do not tell there is no figure, and nobody makes one up; nor of a site that is another's.
  for (const auto& [field, other] : {std::pair{"subject", "别的"}, {"period", "去年"}, {"rule", "section-month"}, {"site", "plant:none"}, {"party", "ent:demo-liquor"}}) {
    const Json was = gu.get("/api/v1/cases/" + std::to_string(view["id"].get<int>())).json()["values"][field];
    EXPECT_TRUE(used({{field, other}}).is_null()) << field;
    EXPECT_EQ(save({{"used", "1 t"}})["code"], "casework.known_figure") << field;
    EXPECT_EQ(used({{field, was}}), "15.6 t") << field;
  }
  // What is not metered is not zero.
  EXPECT_EQ(used({{"party", "ent:demo-pharma"}, {"site", "plant:demo-pharma"}, {"period", "2026-10"}}), "缺");
}

}  // namespace
}  // namespace tributary::api::testing
