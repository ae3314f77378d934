// A year of water and of carbon from what was metered and verified to the notice: plan, progressive charge;
// emissions, surrender in time, in part, late, with offsets and vintages, and what the law attaches.
#include "api/world_testing.h"
#include "observe/import.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class ComplianceYear : public ::testing::TestWithParam<std::string> {
 protected:
  ComplianceYear() : world(GetParam()) {
    world.clock.set(parse_instant("2026-11-30 09:00"));
    world.person("liu", {"enterprise"}, "demo-liquor");
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("gu", {"lead_department"}, "ecology");
    world.person("ren", {"lead_department"}, "ecology");
    world.person("shui", {"lead_department"}, "water");
    world.person("chen", {"office_drafter"}, "office");
    world.person("wang", {"office_approver"}, "office");
    registry::RegistryData data;
    registry::Place intake;
    intake.code = "intake:one";
    intake.kind = "intake";
    intake.name = {"示例取水口", "Example intake"};
    intake.jurisdiction = "341602000000";
    intake.source = "示例";
    data.places.push_back(intake);
    data.roles.push_back({"intake:one", "operator", "ent:demo-liquor", Decimal(1), {}, "示例", {}});
    data.groups.push_back({"plant:demo-liquor", "carbon-entity", {}, "示例", {}});
    registry::PlaceAttribute plan;
    plan.place = "intake:one";
    plan.name = "planned_shallow_water";
    plan.value = "100000";
    plan.validity = {parse_date("2026-01-01"), parse_date("2027-01-01")};
    plan.known = parse_date("2026-01-01");
    plan.source = "示例";
    plan.example = true;
    data.attributes.push_back(plan);
    registry::Registry(world.database.db(), World::tenant).apply(data);
  }
  Json done(Client& client, const Json& of, const std::string& step, const Json& values = Json::object(),
            const std::string& reason = "") {
    Json action{{"step", step}, {"values", values}};
    if (!reason.empty()) action["reason"] = reason;
    const Received out =
        client.post("/api/v1/cases/" + std::to_string(of["id"].get<int>()) + "/actions", action);
    EXPECT_EQ(out.status, 200) << step << ": " << out.body;
    return out.json();
  }
  // Why a step is not taken: code and words.
  std::string refused(Client& client, const Json& of, const std::string& step, const Json& values) {
    const Received out = client.post("/api/v1/cases/" + std::to_string(of["id"].get<int>()) + "/actions", {{"step", step}, {"values", values}});
    EXPECT_GE(out.status, 400) << step << ": " << out.body;
    return out.json()["code"].get<std::string>() + " " + out.body;
  }
  Json begun(Client& client, const std::string& type, const Json& values) {
    const Received out = client.post("/api/v1/cases", {{"type", type}, {"values", values}});
    EXPECT_EQ(out.status, 201) << out.body;
    return out.json();
  }
  static std::string value(const Json& standing, const std::string& formula,
                           const std::string& element = "") {
    for (const Json& one : standing["figures"])
      if (one["formula"] == formula && one["element"] == element)
        return one["value"].is_null() ? "missing" : one["value"].get<std::string>();
    return "none";
  }
  // Proposed by one and approved by another.
  std::string moved(rights::Proposal of) {
    rights::Rights book(world.database.db(), World::tenant, world.clock, calendar);
    try {
      book.propose(of, {"a", "", "示例", "试"});
      book.approve(of.key, {"b", "", "示例", "试"});
    } catch (const Error& e) {
      return std::string(e.code().name);
    }
    return "";
  }
  std::string issue(const std::string& key, const std::string& instrument, int vintage,
                    std::int64_t quantity) {
    return moved({.key = key,
                  .kind = rights::TransactionKind::issue,
                  .instrument = instrument,
                  .from = "ISSUE",
                  .to = "H-LIQUOR",
                  .quantity = quantity,
                  .vintage = vintage});
  }
  std::string surrender(const std::string& key, const std::string& instrument, std::int64_t quantity,
                        const std::string& claim, std::optional<int> vintage = {}, const std::string& on = "") {
    rights::Proposal p{.key = key,
                       .kind = rights::TransactionKind::surrender,
                       .instrument = instrument,
                       .from = "H-LIQUOR",
                       .to = "COMPLIANCE",
                       .quantity = quantity,
                       .vintage = vintage};
    p.claim = claim;
    if (!on.empty()) p.surrendered_on = parse_date(on);
    return moved(p);
  }
  // The verified emissions of 2025 through their case, as the office publishes them.
  void verify_emission(Client& of, Client& gu, Client& ren, int tonnes, const std::string& entity = "ent:demo-liquor",
                       const std::string& site = "plant:demo-liquor") {
    const Json report = begun(of, "carbon-annual-report",
                              {{"entity", entity},
                               {"site", site},
                               {"year", 2025},
                               {"due", "2026-03-31"},
                               {"factor_set", "STEEL-A1"},
                               {"gwp_set", "sar"},
                               {"compiler", "无"},
                               {"lines",
                                {{{"source", "天然气"},
                                  {"activity", "1"},
                                  {"measure", "吨"},
                                  {"factor", "STEEL-A1"},
                                  {"emission", std::to_string(tonnes)}}}}});
    done(of, report, "submit");
    done(gu, report, "begin", {{"verifier", "甲机构"}, {"independent", true}});
    done(gu, report, "conclude", {{"verified", tonnes}, {"verified_on", "2026-06-05"}});
    done(gu, report, "tell");
    done(ren, report, "publish", {{"not_secret", true}, {"privacy_ok", true}});
  }
  Json carbon(Client& client) {
    const Received out =
        client.get("/api/v1/compliance/plant:demo-liquor?rule=carbon-surrender&period=2025&count=1");
    EXPECT_EQ(out.status, 200) << out.body;
    return out.json()["standing"];
  }
  Json notice(Client& gu, const Json& more) {
    Json values{{"party", "ent:demo-liquor"},
                {"site", "plant:demo-liquor"},
                {"period", "2025"},
                {"subject", "CEA"},
                {"rule", "carbon-surrender"}};
    values.update(more);
    return begun(gu, "compliance-notice", values)["values"];
  }

  World world;
  WorkCalendar calendar;
};
INSTANTIATE_TEST_SUITE_P(Databases, ComplianceYear, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(ComplianceYear, WaterAboveThePlanIsChargedByStepsInTheNotice) {
  const observe::ImportTarget target{
      world.database.db(), World::tenant,
      [](std::string_view name) {
        return name == "示例取水口" ? std::optional<std::string>("intake:one") : std::nullopt;
      },
      [](std::string_view) { return std::vector<std::string>{}; }, world.clock};
  const ScratchFolder folder("");
  std::string csv = "月份,取水户,浅层地下水(m3)\n";
  for (int month = 1; month <= 10; ++month) csv += fmt::format("2026-{:02},示例取水口,13000\n", month);
  write_file(folder.file("water.csv"), csv);
  EXPECT_EQ(
      observe::import_csv(target, folder.file("water.csv"), world.policy.catalog().import("water-month"))
          .rejected,
      0);
  world.serve();
  Client liu = world.signed_in("liu"), gu = world.signed_in("gu");
  const Json own = liu.get("/api/v1/compliance?rule=water-year-use").json()["items"];
  ASSERT_EQ(own.size(), 1u) << own.dump();
  EXPECT_EQ(own[0]["period"], "2026-10");
  EXPECT_EQ(value(own[0], "total", "shallow"), "130000");
  EXPECT_EQ(value(own[0], "left", "shallow"), "-30000");
  EXPECT_EQ(own[0]["breach"], true);
  const Json about{{"party", "ent:demo-liquor"},
                   {"site", "intake:one"},
                   {"period", "2026-10"},
                   {"subject", "shallow"},
                   {"rule", "water-year-use"}};
  Json values = begun(gu, "compliance-notice", about)["values"];
  EXPECT_EQ(values["used"], "130000 m3");
  EXPECT_EQ(values["permitted"], "100000 m3");
  EXPECT_EQ(values["left"], "-30000 m3");
  Json more = about;
  more.update({{"metered", true}, {"bought", "0"}});
  values = begun(gu, "compliance-notice", more)["values"];
  // 20 % of the plan at 1 × 0.2 yuan, the rest at 2 × 0.2: 4000 and 4000, by the example figures of the pack.
  const std::string charge = values["consequence"];
  EXPECT_EQ(charge.find("超计划水量：30000 m3\n加价金额：8000 元"), 0u) << charge;
  EXPECT_NE(charge.find("示例"), std::string::npos) << charge;
  EXPECT_NE(charge.find("未核实"), std::string::npos) << charge;
  // What was bought in the year is allowed, too: then 10000 are above.
  more["bought"] = "20000";
  values = begun(gu, "compliance-notice", more)["values"];
  EXPECT_EQ(values["consequence"].get<std::string>().find("超计划水量：10000 m3\n加价金额：2000 元"), 0u)
      << values["consequence"];
  // No meter: the full daily capacity, as the regulation has it.
  more.update({{"metered", false}, {"bought", "0"}, {"daily_capacity", "500"}, {"days", "300"}});
  values = begun(gu, "compliance-notice", more)["values"];
  EXPECT_EQ(values["consequence"].get<std::string>().find("超计划水量：50000 m3"), 0u)
      << values["consequence"];
  // Where no document says the rate there is no charge, and it says what is missing.
  const policy::Policy without = policy::Policy::load(World::packs, "cn-341602");
  const auto rule = without.rule("water-overuse", parse_date("2026-10-01"), parse_date("2026-11-30"));
  for (const policy::Parameter& one : rule->rule.parameters) EXPECT_TRUE(one.values.empty()) << one.name;
}

TEST_P(ComplianceYear, SurrenderedInTimeThereIsNoShortfallAndNoPenalty) {
  world.serve();
  Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
  verify_emission(liu, gu, ren, 20'000);
  EXPECT_EQ(value(carbon(liu), "total"), "20000");
  // Nothing held: short before the day. Held: no longer, though nothing is surrendered yet.
  EXPECT_EQ(value(carbon(liu), "shortfall"), "20000");
  // Before the day that is what is still lacking, and no breach: a notice says that nothing was late.
  EXPECT_EQ(value(carbon(liu), "late_shortfall"), "0");
  EXPECT_EQ(carbon(liu)["breach"], false);
  const Json early = notice(gu, {{"conducted", "2026-11-30"}, {"price", "90"}, {"still_unpaid", false}});
  EXPECT_EQ(early["shortfall"], "0 tCO2e");
  EXPECT_EQ(early["consequence"], "不适用：未按时清缴的缺口（碳排放）是 0 tCO2e（规则 carbon-late-surrender-penalty）。");
  EXPECT_EQ(issue("I1", "CEA", 2025, 20'500), "");
  EXPECT_EQ(value(carbon(liu), "shortfall"), "0");
  EXPECT_EQ(value(carbon(liu), "outstanding"), "20000");
  EXPECT_EQ(carbon(liu)["breach"], false);
  // The holder surrenders, another person approves.
  const Received asked = liu.post("/api/v1/rights/transactions",
                                  {{"key", "S1"}, {"kind", "surrender"}, {"instrument", "CEA"}, {"from", "H-LIQUOR"},
                                   {"quantity", 20'000}, {"vintage", 2025}, {"claim", "2025年度清缴"}, {"surrendered_on", "2026-11-30"},
                                   {"reason", "全国系统已清缴"}});
  ASSERT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(value(carbon(liu), "outstanding"), "20000");  // proposed is not surrendered
  rights::Rights(world.database.db(), World::tenant, world.clock, calendar)
      .approve(std::string("S1"), {"b", "", "凭证已核对", "试"});
  world.clock.set(parse_instant("2027-01-05 09:00"));
  Client later = world.signed_in("liu"), office = world.signed_in("gu");
  const Json standing = carbon(later);
  EXPECT_EQ(value(standing, "surrendered"), "20000");
  EXPECT_EQ(value(standing, "shortfall"), "0");
  EXPECT_EQ(value(standing, "outstanding"), "0");
  EXPECT_EQ(value(standing, "held"), "500");
  EXPECT_EQ(standing["breach"], false);
  const Json values = notice(office, {{"conducted", "2027-01-01"}, {"price", "90"}, {"still_unpaid", false}});
  EXPECT_EQ(values["shortfall"], "0 tCO2e");
  EXPECT_EQ(values["consequence"],
            "不适用：未按时清缴的缺口（碳排放）是 0 tCO2e（规则 carbon-late-surrender-penalty）。");
  // Where it comes from: the surrender itself.
  const std::string why =
      later.get("/api/v1/compliance/plant:demo-liquor?rule=carbon-surrender&period=2025&count=1")
          .json()["explained"]
          .dump();
  EXPECT_NE(why.find("2025年度清缴"), std::string::npos) << why.substr(0, 2000);
}

TEST_P(ComplianceYear, InPartLateWithOffsetsAndVintagesOnlyWhatCountsCounts) {
  world.serve();
  {
    Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
    verify_emission(liu, gu, ren, 20'000);
    EXPECT_EQ(issue("I1", "CEA", 2025, 19'000), "");
    EXPECT_EQ(issue("I2", "CEA", 2024, 4'000), "");
    EXPECT_EQ(issue("I3", "CCER", 2025, 1'500), "");
    // CCER, and nobody has recorded that they were registered late enough: nothing can be said.
    EXPECT_EQ(value(carbon(liu), "shortfall"), "missing");
    EXPECT_EQ(carbon(liu)["breach"], false);  // before the day there is none
    EXPECT_EQ(surrender("S1", "CEA", 15'000, "2025", 2025), "");
    EXPECT_EQ(surrender("S2", "CEA", 1'000, "2025", 2024), "");   // a vintage that does not count for 2025
    EXPECT_EQ(surrender("S3", "CEA", 500, "2024 年度补缴"), "");  // the oldest, for another obligation
    EXPECT_EQ(surrender("S4", "CCER", 1'500, "2025"), "");        // above 5 %
    // What was verified is known, and no other figure is taken.
    const Received less = liu.post("/api/v1/cases",
                                   {{"type", "carbon-surrender"},
                                    {"values", {{"entity", "ent:demo-liquor"}, {"site", "plant:demo-liquor"}, {"year", 2025},
                                                {"due", "2026-12-31"}, {"verified", 19'999}}}});
    EXPECT_GE(less.status, 400) << less.body;
    EXPECT_NE(less.body.find("known_figure"), std::string::npos) << less.body;
    const Json filed = begun(liu, "carbon-surrender", {{"entity", "ent:demo-liquor"}, {"site", "plant:demo-liquor"}, {"year", 2025}, {"due", "2026-12-31"}, {"verified", 20'000},
                             {"allowances", {{{"vintage", 2025}, {"quantity", 19'000}, {"excluded", false}}}}, {"ccer", 1'000}, {"ccer_legacy", 0}, {"pv_relief", 0}, {"old_area", 0}});
    done(liu, filed, "declare");
    // Which CCER count is recorded by the department, and does not wait for a surrender in full.
    done(gu, filed, "offsets", {{"ccer", 1'000}});
    const Json before = carbon(liu);
    EXPECT_EQ(value(before, "offset_limit"), "1000");
    EXPECT_EQ(value(before, "offset"), "1000");
    EXPECT_EQ(value(before, "allowances"), "15000");
    EXPECT_EQ(value(before, "outstanding"), "4000");
    EXPECT_EQ(value(before, "shortfall"), "0");  // 4000 of 2025 are held yet
  }
  world.clock.set(parse_instant("2027-01-05 09:00"));
  Client liu = world.signed_in("liu"), gu = world.signed_in("gu");
  EXPECT_EQ(value(carbon(liu), "shortfall"), "4000");
  EXPECT_EQ(carbon(liu)["breach"], true);
  Json values = notice(gu, {{"conducted", "2027-01-01"}});
  EXPECT_EQ(values["shortfall"], "4000 tCO2e");
  EXPECT_EQ(values["outstanding"], "4000 tCO2e");
  EXPECT_NE(values["consequence"].get<std::string>().find("；清缴时限前一个月成交均价（规则"), std::string::npos) << values["consequence"];
  values = notice(gu, {{"conducted", "2027-01-01"}, {"price", "90"}, {"still_unpaid", false}});
  const std::string first = values["consequence"];
  EXPECT_EQ(first.find("首次罚款下限：1000000 元\n首次罚款上限：5000000 元\n"), 0u) << first;
  EXPECT_NE(first.find("逾期未改再罚上限（仅法典）：0 元"), std::string::npos) << first;
  values = notice(gu, {{"conducted", "2027-01-01"}, {"price", "90"}, {"still_unpaid", true}});
  const std::string second = values["consequence"];  // 4000 × 90 × 5 and × 10
  EXPECT_NE(second.find("逾期未改再罚下限（仅法典）：1800000 元\n逾期未改再罚上限（仅法典）：3600000 元"), std::string::npos) << second;
  // Most of it late: the second fine is for the rest. 500 × 90 × 5 and × 10.
  EXPECT_EQ(surrender("S5", "CEA", 3'500, "2025年度补缴", 2025, "2027-01-04"), "");
  EXPECT_EQ(value(carbon(liu), "outstanding"), "500");
  EXPECT_EQ(value(carbon(liu), "shortfall"), "4000");
  values = notice(gu, {{"conducted", "2027-01-01"}, {"price", "90"}, {"still_unpaid", true}});
  const std::string rest = values["consequence"];
  EXPECT_NE(rest.find("逾期未改再罚下限（仅法典）：225000 元\n逾期未改再罚上限（仅法典）：450000 元"), std::string::npos) << rest;
  // All of it late: nothing is owed any more, what was not in time stays, and «still unpaid» is a contradiction.
  EXPECT_EQ(surrender("S6", "CEA", 500, "2025年度补缴 2027-01-05", 2025), "");
  EXPECT_EQ(value(carbon(liu), "outstanding"), "0");
  EXPECT_EQ(value(carbon(liu), "shortfall"), "4000");
  values = notice(gu, {{"conducted", "2027-01-01"}, {"price", "90"}, {"still_unpaid", true}});
  EXPECT_EQ(values["outstanding"], "0 tCO2e");
  EXPECT_NE(values["consequence"].get<std::string>().find("逾期未改再罚下限（仅法典）：缺"), std::string::npos) << values["consequence"];
  // A run is made again from what was surrendered then.
  const policy::Policy& policy = world.policy;
  compensate::Compensation compensation(world.database.db(), World::tenant, policy, world.clock);
  const auto run = compensation.run("carbon-surrender", Period::parse("2025"), "chen");
  EXPECT_EQ(issue("I4", "CEA", 2025, 5'000), "");
  EXPECT_EQ(surrender("S7", "CEA", 5'000, "2025 2027-01-05", 2025), "");
  EXPECT_TRUE(compensation.verify(run.computation.head.id).same);
}

// Done nationally on 30 December, copied here on 4 January: the entry says the day. Without it nobody can say that it was late.
TEST_P(ComplianceYear, WhatWasSurrenderedInTimeAndCopiedLaterIsNotLate) {
  world.serve();
  {
    Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
    verify_emission(liu, gu, ren, 20'000);
    EXPECT_EQ(issue("I1", "CEA", 2025, 30'000), "");
  }
  world.clock.set(parse_instant("2027-01-04 09:00"));
  Client liu = world.signed_in("liu");
  EXPECT_EQ(value(carbon(liu), "shortfall"), "20000");
  EXPECT_EQ(surrender("S1", "CEA", 20'000, "2025年度清缴"), "");
  EXPECT_EQ(value(carbon(liu), "surrendered"), "20000");
  EXPECT_EQ(value(carbon(liu), "shortfall"), "missing");
  EXPECT_TRUE(carbon(liu)["breach"].is_null());
  const std::string why = liu.get("/api/v1/compliance/plant:demo-liquor?rule=carbon-surrender&period=2025&count=1").json()["explained"].dump();
  EXPECT_NE(why.find("没有写明全国系统里的清缴日"), std::string::npos) << why.substr(0, 2000);
}

TEST_P(ComplianceYear, TheDayInTheNationalSystemDecides) {
  world.serve();
  {
    Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
    verify_emission(liu, gu, ren, 20'000);
    EXPECT_EQ(issue("I1", "CEA", 2025, 30'000), "");
  }
  world.clock.set(parse_instant("2027-01-04 09:00"));
  Client liu = world.signed_in("liu");
  // An entry of an earlier release has the day at the end of its claim; where both are there, the field says it.
  EXPECT_EQ(surrender("S2", "CEA", 5'000, "2025年度清缴 2026-12-30"), "");
  EXPECT_EQ(surrender("S3", "CEA", 10'000, "2025年度清缴 2027-01-03", {}, "2026-12-30"), "");
  EXPECT_EQ(surrender("S4", "CEA", 5'000, "2025年度清缴", {}, "2027-01-02"), "");
  EXPECT_EQ(surrender("S0", "CEA", 100, "2025年度清缴", {}, "2027-01-05"), "bad_value");  // tomorrow
  EXPECT_EQ(value(carbon(liu), "shortfall"), "5000");
  EXPECT_EQ(value(carbon(liu), "outstanding"), "0");
  EXPECT_EQ(carbon(liu)["breach"], true);
  // Nobody enters one without its day. A day that had not come when it was approved says nothing.
  Json asked{{"key", "S5"}, {"kind", "surrender"}, {"instrument", "CEA"}, {"from", "H-LIQUOR"}, {"quantity", 100}, {"vintage", 2025}, {"claim", "2025年度清缴"}, {"reason", "全国系统已清缴"}};
  EXPECT_EQ(liu.post("/api/v1/rights/transactions", asked).json()["code"], "rights.bad_value");
  asked["claim"] = "2025年度清缴 2026-12-30";
  EXPECT_EQ(liu.post("/api/v1/rights/transactions", asked).json()["code"], "rights.bad_value");
  asked["surrendered_on"] = "2026-02-30";
  EXPECT_EQ(liu.post("/api/v1/rights/transactions", asked).status, 400);
  asked["surrendered_on"] = "2027-01-03";
  const Received made = liu.post("/api/v1/rights/transactions", asked);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json()["request"]["surrendered_on"], "2027-01-03");
  EXPECT_TRUE(rights::Rights(world.database.db(), World::tenant, world.clock, calendar).check().empty());
  EXPECT_EQ(surrender("S6", "CEA", 100, "2025年度清缴 2027-02-01"), "");
  EXPECT_EQ(value(carbon(liu), "shortfall"), "missing");
}

// What the department records as surrendered is what the registry has for that entity and year, by vintage and day.
TEST_P(ComplianceYear, ASurrenderIsRecordedAsTheRegistryHasIt) {
  world.serve();
  const Json case_of_2025{{"entity", "ent:demo-liquor"}, {"site", "plant:demo-liquor"}, {"year", 2025}, {"due", "2026-12-31"},
                          {"allowances", {{{"vintage", 2025}, {"quantity", 19'500}, {"excluded", false}}}},
                          {"ccer", 500}, {"ccer_legacy", 0}, {"pv_relief", 0}, {"old_area", 0}};
  const Json all{{"receipt", "全国凭证1"}, {"surrendered", 20'000}};
  Json filed;
  {
    Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
    verify_emission(liu, gu, ren, 20'000);
    EXPECT_EQ(issue("I1", "CEA", 2025, 30'000), "");
    EXPECT_EQ(issue("I2", "CEA", 2024, 1'000), "");
    EXPECT_EQ(issue("I3", "CCER", 2025, 500), "");
    filed = begun(liu, "carbon-surrender", case_of_2025);
    done(liu, filed, "declare");
    std::string why = refused(gu, filed, "record", all);
    EXPECT_NE(why.find("casework.effect_failed"), std::string::npos) << why;
    EXPECT_NE(why.find("办件填的是 20000，“按时清缴合计”是 0 tCO2e（规则 carbon-surrender 2025）"), std::string::npos) << why;
    EXPECT_NE(why.find("先照全国系统的凭证录入"), std::string::npos) << why;
    EXPECT_EQ(surrender("S1", "CEA", 18'500, "2025年度清缴", 2025, "2026-11-29"), "");
    EXPECT_EQ(surrender("S2", "CCER", 500, "2025年度清缴", 2025, "2026-11-29"), "");
    EXPECT_EQ(surrender("S3", "CEA", 1'000, "2025年度清缴", 2024, "2026-11-29"), "");  // of a vintage that does not count
    why = refused(gu, filed, "record", all);
    EXPECT_NE(why.find("“按时清缴合计”是 19000 tCO2e"), std::string::npos) << why;
    // Nothing of a refused step stays: the registry knows of no CCER that count.
    EXPECT_EQ(value(carbon(liu), "surrendered_in_time"), "missing");
    EXPECT_EQ(gu.get("/api/v1/cases/" + std::to_string(filed["id"].get<int>())).json()["state"], "declared");
  }
  world.clock.set(parse_instant("2027-01-05 09:00"));
  Client liu = world.signed_in("liu"), gu = world.signed_in("gu");
  // Copied in January, done on 2 January: late, and not to be recorded as in time.
  EXPECT_EQ(surrender("S4", "CEA", 1'000, "2025年度清缴", 2025, "2027-01-02"), "");
  EXPECT_NE(refused(gu, filed, "record", all).find("“按时清缴合计”是 19000 tCO2e"), std::string::npos);
  done(gu, filed, "short", {{"ccer", 500}}, "差 1000 吨");
  done(gu, filed, "pay_late", {{"receipt", "全国凭证2"}, {"surrendered", 20'000}, {"ccer", 500}});
  // In time, it is recorded, with the figure it was compared with.
  rights::Proposal wrong{.key = "R4", .kind = rights::TransactionKind::reverse, .refers = "S4", .copied = true};
  EXPECT_EQ(moved(wrong), "");
  EXPECT_EQ(surrender("S5", "CEA", 1'000, "2025年度清缴", 2025, "2026-12-30"), "");
  EXPECT_EQ(value(carbon(liu), "surrendered_in_time"), "20000");
  EXPECT_EQ(value(carbon(liu), "late_shortfall"), "0");
}

// Whoever approves a carry-over is told by which figures.
TEST_P(ComplianceYear, ACarryOverTellsItsFigures) {
  EXPECT_EQ(issue("I1", "CEA", 2024, 20'000), "");
  rights::Rights(world.database.db(), World::tenant, world.clock, calendar)
      .propose({.key = "E1", .kind = rights::TransactionKind::expire, .instrument = "CEA", .from = "H-LIQUOR", .to = "CANCELLED", .vintage = 2024,
                .issuer = "ISSUE", .carried = 10'000, .carried_to = 2025,
                .basis = rights::CarryBasis{Decimal::parse("0.5"), Decimal(0), Decimal(20'000), "对账单1"}},
               {"a", "", "示例", "试"});
  world.serve();
  Client liu = world.signed_in("liu");
  const Json request = liu.get("/api/v1/rights/transactions/E1").json()["request"];
  EXPECT_EQ(request["carried"], 10'000);
  EXPECT_EQ(request["carried_to"], 2025);
  EXPECT_EQ(request["basis_sold"], "0.5");
  EXPECT_EQ(request["basis_source"], "对账单1");
}

TEST_P(ComplianceYear, AgreeingWithTheRegistryItIsRecorded) {
  world.serve();
  Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
  verify_emission(liu, gu, ren, 20'000);
  EXPECT_EQ(issue("I1", "CEA", 2025, 19'500), "");
  EXPECT_EQ(issue("I3", "CCER", 2025, 500), "");
  const Json filed = begun(liu, "carbon-surrender",
                           {{"entity", "ent:demo-liquor"}, {"site", "plant:demo-liquor"}, {"year", 2025}, {"due", "2026-12-31"},
                            {"allowances", {{{"vintage", 2025}, {"quantity", 19'500}, {"excluded", false}}}},
                            {"ccer", 500}, {"ccer_legacy", 0}, {"pv_relief", 0}, {"old_area", 0}});
  done(liu, filed, "declare");
  EXPECT_EQ(surrender("S1", "CEA", 19'500, "2025年度清缴", 2025, "2026-11-29"), "");
  EXPECT_EQ(surrender("S2", "CCER", 500, "2025年度清缴", 2025, "2026-11-29"), "");
  const Json after = done(gu, filed, "record", {{"receipt", "全国凭证1"}, {"surrendered", "20000.0"}});
  EXPECT_NE(after.dump().find("\"met\""), std::string::npos) << after.dump();
  EXPECT_EQ(value(carbon(liu), "outstanding"), "0");
}

// On the day after the deadline the year that is over stays in sight, though the next has begun and nobody names a period.
TEST_P(ComplianceYear, TheYearThatIsOverStaysUntilItIsSettled) {
  world.serve();
  const auto years = [&](Client& who) {
    std::string out;
    const Json all = who.get("/api/v1/compliance?rule=carbon-surrender").json();
    for (const Json& one : all["items"])
      if (one["place"]["code"] == "plant:demo-liquor") out += one["period"].get<std::string>() + " ";
    return out;
  };
  const auto opened = [&](Client& who) { return who.get("/api/v1/compliance/plant:demo-liquor?rule=carbon-surrender").json(); };
  {
    Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
    verify_emission(liu, gu, ren, 20'000);
    EXPECT_EQ(years(liu), "2025 ");
    EXPECT_EQ(years(gu), "2025 ");
  }
  world.clock.set(parse_instant("2027-01-01 09:00"));
  Client liu = world.signed_in("liu"), gu = world.signed_in("gu");
  EXPECT_EQ(years(liu), "2026 2025 ");
  EXPECT_EQ(years(gu), "2026 2025 ");
  Json page = opened(liu);
  EXPECT_EQ(page["standing"]["period"], "2025");
  EXPECT_EQ(page["standing"]["breach"], true);
  EXPECT_EQ(page["periods"][0], "2026");
  EXPECT_EQ(page["periods"][1], "2025");
  // Paid late it stays for the year in which it is dealt with; then only what is still owed does.
  EXPECT_EQ(issue("I1", "CEA", 2025, 20'000), "");
  EXPECT_EQ(surrender("S1", "CEA", 19'000, "2025年度补缴 2027-01-01"), "");
  world.clock.set(parse_instant("2028-01-02 09:00"));
  Client next = world.signed_in("liu");
  EXPECT_EQ(years(next), "2027 2025 ");
  EXPECT_EQ(surrender("S2", "CEA", 1'000, "2025年度补缴 2028-01-02"), "");
  EXPECT_EQ(years(next), "2027 ");
  EXPECT_EQ(opened(next)["standing"]["period"], "2027");
}

// The plant changes hands in the middle of 2026. The former operator still sees 2025, which he owes; 2026 is the new one's.
TEST_P(ComplianceYear, AFormerOperatorSeesTheYearHeOwesAndNoOther) {
  world.serve();
  {
    Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
    verify_emission(liu, gu, ren, 20'000);
  }
  registry::RegistryData data;
  const Date handed_over = parse_date("2026-06-01");
  data.roles.push_back({"plant:demo-liquor", "operator", "ent:demo-liquor", Decimal(1), {Date::min(), handed_over}, "示例：并不存在", {}});
  data.roles.push_back({"plant:demo-liquor", "operator", "ent:demo-food", Decimal(1), {handed_over, Date::max()}, "示例", {}});
  registry::Registry(world.database.db(), World::tenant).apply(data);
  world.clock.set(parse_instant("2027-01-05 09:00"));
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), gu = world.signed_in("gu");
  const auto years = [&](Client& who) {
    std::string out;
    const Json listed = who.get("/api/v1/compliance?rule=carbon-surrender").json();
    for (const Json& one : listed["items"])
      out += one["place"]["code"].get<std::string>() + " " + one["period"].get<std::string>() + " " + one["holders"][0]["code"].get<std::string>() + "; ";
    return out;
  };
  EXPECT_EQ(years(liu), "plant:demo-liquor 2025 ent:demo-liquor; ");
  EXPECT_EQ(years(fang), "plant:demo-liquor 2026 ent:demo-food; ");
  const auto opened = [&](Client& who, const std::string& more = "") {
    return who.get("/api/v1/compliance/plant:demo-liquor?rule=carbon-surrender" + more);
  };
  const Json own = opened(liu).json();
  EXPECT_EQ(own["standing"]["period"], "2025") << own.dump().substr(0, 500);
  EXPECT_EQ(value(own["standing"], "late_shortfall"), "20000");
  for (const Json& one : own["series"]) EXPECT_LE(one["period"].get<std::string>(), "2025");
  EXPECT_EQ(opened(liu, "&period=2026&count=1").status, 400);
  const Json next = opened(fang).json();
  EXPECT_EQ(next["standing"]["period"], "2026") << next.dump().substr(0, 500);
  EXPECT_EQ(next["series"].size(), 1u);
  EXPECT_EQ(next["periods"], Json::array({"2026"}));
  EXPECT_EQ(opened(fang, "&period=2025&count=1").status, 400);
  // Nor do the months of the meters since then concern him.
  EXPECT_EQ(liu.get("/api/v1/compliance?rule=discharge-rolling-year&period=2026-10").json()["items"].size(), 0u);
  // The notice goes to who owes.
  EXPECT_EQ(notice(gu, {{"conducted", "2027-01-01"}})["shortfall"], "20000 tCO2e");
  EXPECT_TRUE(notice(gu, {{"conducted", "2027-01-01"}, {"party", "ent:demo-food"}}).value("shortfall", Json(nullptr)).is_null());
}

// A works that began in March owes its year like the others, and so does one that closed in June: whoever had it then.
TEST_P(ComplianceYear, WhoBeganOrClosedWithinTheYearOwesIt) {
  registry::RegistryData data;
  for (const auto& [code, from, to] : {std::tuple{"plant:new", "2025-03-01", ""}, {"plant:shut", "2020-01-01", "2025-07-01"}, {"plant:brief", "2025-03-01", "2025-06-01"}}) {
    registry::Place plant;
    plant.code = code;
    plant.kind = "plant";
    plant.name = {std::string("示例厂") + code, std::string("Example works ") + code};
    plant.jurisdiction = "341602000000";
    plant.validity = {parse_date(from), std::string_view(to).empty() ? Date::max() : parse_date(to)};
    plant.source = "示例";
    data.places.push_back(plant);
    data.roles.push_back({code, "operator", "ent:demo-food", Decimal(1), plant.validity, "示例", {}});
    data.groups.push_back({code, "carbon-entity", plant.validity, "示例", {}});
  }
  registry::Registry(world.database.db(), World::tenant).apply(data);
  world.serve();
  Client fang = world.signed_in("fang"), chen = world.signed_in("chen"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
  const Json all = chen.get("/api/v1/compliance?rule=carbon-surrender&period=2025").json()["items"];
  for (const char* code : {"plant:new", "plant:shut", "plant:brief"}) {
    const std::string path = std::string("/api/v1/compliance/") + code + "?rule=carbon-surrender&period=2025";
    const Received before = fang.get(path);
    ASSERT_EQ(before.status, 200) << code << before.body;
    EXPECT_EQ(value(before.json()["standing"], "total"), "missing") << code;
    verify_emission(fang, gu, ren, 700, "ent:demo-food", code);
    const Json own = fang.get(path).json()["standing"];
    EXPECT_EQ(own["holders"][0]["code"], "ent:demo-food") << code;
    EXPECT_EQ(value(own, "total"), "700") << own.dump();
    EXPECT_TRUE(std::ranges::any_of(all, [&, c = code](const Json& one) { return one["place"]["code"] == c; })) << all.dump();
  }
}

// The account says its permit of today; a permit renewed since the year began is the place's as well.
TEST_P(ComplianceYear, APermitRenewedSinceTheYearBeganTakesNothingAway) {
  registry::RegistryData data;
  for (const auto& [permit, from] : {std::pair{"P-OLD", "2024-01-01"}, {"P-NEW", "2026-06-01"}}) {
    registry::PlaceAttribute one;
    one.place = "plant:demo-liquor";
    one.name = "permit";
    one.value = permit;
    one.validity = {parse_date(from), std::string_view(permit) == "P-OLD" ? parse_date("2026-06-01") : Date::max()};
    one.known = parse_date("2026-11-29");  // learned after the permit of the demonstration
    one.source = "示例";
    data.attributes.push_back(one);
  }
  registry::Registry(world.database.db(), World::tenant).apply(data);
  world.serve();
  Client liu = world.signed_in("liu"), gu = world.signed_in("gu"), ren = world.signed_in("ren");
  verify_emission(liu, gu, ren, 20'000);
  EXPECT_EQ(issue("I1", "CEA", 2025, 20'500), "");
  rights::Rights book(world.database.db(), World::tenant, world.clock, calendar);
  book.set_permit("H-LIQUOR", "P-NEW", std::nullopt, {"a", "b", "示例", "试"});
  EXPECT_EQ(value(carbon(liu), "held"), "20500");
  book.set_permit("H-LIQUOR", "P-OTHER", std::nullopt, {"a", "b", "示例", "试"});  // of another place
  EXPECT_EQ(value(carbon(liu), "held"), "0");
}

}  // namespace
}  // namespace tributary::api::testing
