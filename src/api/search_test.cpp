// One search over HTTP, on both databases, and figures that the system knows in the drafts of cases.
#include "api/world_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class SearchRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  // Titles of what was found.
  static std::vector<std::string> found(Client& who, const std::string& kind, const std::string& words) {
    std::string path = "/api/v1/search?kind=" + kind + "&words=";
    for (const char c : words) path += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    const Received answer = who.get(path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> out;
    const Json page = answer.json();
    for (const Json& one : page["items"]) out.push_back(one["title"]["zh"].get<std::string>());
    return out;
  }
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Databases, SearchRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& info) { return info.param; });
using Titles = std::vector<std::string>;

TEST_P(SearchRoutes, FindsWhatOneMayOpen) {
  world.person("zhao", {"township"}, "div-341602100");
  world.person("sun", {"township"}, "div-341602101");
  world.serve();
  Client zhao = world.signed_in("zhao");
  Client sun = world.signed_in("sun");
  const Json begun = zhao.post("/api/v1/cases", {{"type", "annual-report"}, {"values", {{"progress", "龙凤新河清淤疏浚"}}}}).json();
  const std::string at = fmt::format("/api/v1/cases/{}", begun["id"].get<int>());
  const auto send = [&](const char* name, const std::string& text) {
    const Received sent = zhao.ask("POST", at + "/documents?name=" + name, {{"Content-Type", "application/octet-stream"}}, text);
    EXPECT_EQ(sent.status, 201) << sent.body;
  };
  send("a.txt", "巡查人：张卫东，编号 XH-2026-00417");
  EXPECT_EQ(found(zhao, "case", "疏浚").size(), 1U);
  EXPECT_EQ(found(sun, "case", "疏浚").size(), 0U);
  EXPECT_EQ(found(zhao, "document", "a"), Titles{"a.txt"});
  // Its text is read by the server in its own time.
  Titles read;
  for (int i = 0; i < 1500 && read.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    read = found(zhao, "document", "卫东");
  }
  EXPECT_EQ(read, Titles{"a.txt"});
  EXPECT_EQ(found(zhao, "document", "0417"), Titles{"a.txt"});
  EXPECT_EQ(found(sun, "document", "卫东"), Titles{});
  EXPECT_EQ(found(zhao, "party", "示例酿酒"), Titles{"示例酿酒企业"});
  EXPECT_EQ(found(zhao, "party", "demo-liq"), Titles{"示例酿酒企业"});
  EXPECT_FALSE(found(zhao, "place", "涡河").empty());
  // Pages follow on each other.
  const Json first = zhao.get("/api/v1/search?kind=place&words=sec&limit=2").json();
  ASSERT_EQ(first["items"].size(), 2U);
  const Json second = zhao.get("/api/v1/search?kind=place&words=sec&limit=2&cursor=" + first["next"].get<std::string>()).json();
  EXPECT_NE(second["items"][0]["code"], first["items"][0]["code"]);
  EXPECT_NE(second["items"][0]["code"], first["items"][1]["code"]);
  EXPECT_EQ(zhao.get("/api/v1/search?kind=case").status, 400);
  EXPECT_EQ(zhao.get("/api/v1/search?kind=nothing&words=a").status, 400);
  EXPECT_EQ(zhao.get("/api/v1/search?kind=case&words=%E2%80%A6").json()["code"], "casework.bad_search");
}

TEST_P(SearchRoutes, WhatTheSystemKnowsIsNotTyped) {
  auto all = world.identity();
  const auto firm = all.create_organisation(all.command("operator"), {.name = {"示例酿酒企业", "Example Liquor"},
                                                                      .kind = identity::OrganisationKind::enterprise,
                                                                      .party = "ent:demo-liquor"});
  world.person("shen", {"enterprise"}, firm.id.value);
  world.person("zhao", {"township"}, "div-341602100");
  const WorkCalendar none;
  rights::Rights rights(world.database.db(), World::tenant, world.clock, none);
  const rights::Act first{"a", "", "试", "demo"};
  const rights::Act second{"b", "", "试", "demo"};
  const int january = rights::Month::make(2027, 1).index;
  const std::vector<rights::Part> caps{{january, 12, "", 9000}};
  rights.set_cap("COD-GUO", caps, {"a", "b", "试", "demo"});
  rights.propose({.key = "1", .kind = rights::TransactionKind::issue, .instrument = "COD-GUO", .from = "ISSUE", .to = "H-LIQUOR", .quantity = 4321,
                  .term = rights::Term{{january}, {january + 12}}},
                 first);
  rights.approve("1", second);
  world.serve();
  Client shen = world.signed_in("shen");
  const Json sale{{"seller", "ent:demo-liquor"}, {"pollutant", "cod"}, {"from", "2027-01-01"}, {"to", "2027-07-01"}};
  const Received begun = shen.post("/api/v1/cases", {{"type", "discharge-right-transfer"}, {"values", sale}});
  ASSERT_EQ(begun.status, 201) << begun.body;
  EXPECT_EQ(begun.json()["values"]["held"], "4321");
  EXPECT_EQ(begun.json()["origins"]["held"]["detail"], "rights:H-LIQUOR");
  const std::string at = fmt::format("/api/v1/cases/{}", begun.json()["id"].get<int>());
  EXPECT_EQ(shen.get(at).json()["values"]["held"], "4321");
  const Received typed = shen.post(at + "/actions", {{"step", "save"}, {"values", {{"held", "5000"}}}});
  EXPECT_EQ(typed.json()["code"], "casework.known_figure") << typed.body;
  const Json longer = shen.post(at + "/actions", {{"step", "save"}, {"values", {{"to", "2028-07-01"}}}}).json();
  EXPECT_EQ(longer["values"]["held"], "0") << longer.dump();  // not in every month any more

  Client zhao = world.signed_in("zhao");
  const Json report = zhao.post("/api/v1/cases", {{"type", "annual-report"}, {"values", Json::object()}}).json();
  EXPECT_EQ(report["values"]["received"], "0");
  EXPECT_EQ(report["origins"]["received"]["detail"], "ledger:received:none");
  // The rows of an agreement as the page checks them.
  const Json form = zhao.get("/api/v1/case-types/compensation-agreement").json();
  EXPECT_NE(form.dump().find("x-rows"), std::string::npos);
}

}  // namespace
}  // namespace tributary::api::testing
