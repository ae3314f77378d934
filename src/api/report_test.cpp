// Reports over HTTP, on both databases: filled in cell by cell and from a spreadsheet, conflicts told, and
// approved by others than who filled them in.
#include "api/world_testing.h"
#include "document/xlsx.h"
#include "document/xlsx_reader.h"
#include "document/xlsx_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class ReportRoutes : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, ReportRoutes, ::testing::ValuesIn(store::test_kinds()));

TEST_P(ReportRoutes, FromTheFirstFigureToAcceptance) {
  World world(GetParam());
  const std::string town = "div-341602100";
  world.person("zhao", {"township"}, town);
  world.person("qian", {"township"}, town);
  world.person("yi", {"township"}, "div-341602101");
  world.person("wang", {"office_approver"}, "office");
  world.serve();
  Client zhao = world.signed_in("zhao");
  Client qian = world.signed_in("qian");
  Client yi = world.signed_in("yi");
  Client wang = world.signed_in("wang");
  const std::string at = "/api/v1/reports/plan-progress-year." + town + ".2025";
  EXPECT_EQ(zhao.get("/api/v1/reports").json()["items"].size(), 2u);
  EXPECT_EQ(yi.get(at).status, 404);
  EXPECT_EQ(world.client().get(at).status, 401);
  const Json fresh = zhao.get(at).json();
  EXPECT_EQ(fresh["values"]["agreements_filed"]["origin"], "prefilled");
  EXPECT_EQ(fresh["values"]["funds_arrived"]["kind"], "missing");
  const auto change = [](const std::string& element, const std::string& value, int seen) {
    return Json{{"element", element}, {"kind", "value"}, {"value", value}, {"seen", seen}};
  };
  const auto save = [&](Client& who, Json changes) {
    return who.post(at + "/values", {{"changes", std::move(changes)}});
  };
  EXPECT_EQ(save(zhao, Json::array({change("funds_arrived", "1000000.50", 0)})).status, 200);
  EXPECT_EQ(save(zhao, Json::array({change("agreements_filed", "9", 0)})).status, 400);  // not typed
  const Received met = save(qian, Json::array({change("funds_arrived", "7", 0)}));
  EXPECT_EQ(met.status, 409);
  EXPECT_EQ(met.json()["errors"][0]["field"], "funds_arrived");
  EXPECT_EQ(save(wang, Json::array({change("funds_arrived", "7", 1)})).status, 403);
  const auto act = [&](Client& who, const Json& body, const Headers& more = {}) {
    return who.post(at + "/actions", body, more);
  };
  EXPECT_EQ(act(zhao, {{"step", "submit"}}).json()["code"], "reporting.bad_figure");
  // The rest from a spreadsheet; the first one has a fault and changes nothing.
  const auto sheet = [&](const std::string& jobs, const std::string& mark_end) {
    const ScratchFolder folder("");
    document::Workbook book;
    document::Sheet page;
    const std::string template_csv = zhao.get(at + "/sheet").body;
    EXPECT_FALSE(template_csv.empty());
    const auto set =
        world.server == nullptr
            ? std::string()
            : sha256_hex(read_file(World::packs + "/cn-341602/reporting/plan-progress-year.yaml"))
                  .substr(0, 8);
    for (const std::string& head : {std::string("代码"), std::string("项目"), std::string("单位"),
                                    std::string("本期"), std::string("不适用的原因"), std::string("说明"),
                                    "#plan-progress-year." + town + ".2025@" + set + mark_end})
      page.table.columns.push_back({{head, head}});
    for (const char* code :
         {"funds_used", "funds_social", "agreements_in_force", "agreements_met", "rights_trades",
          "rights_amount", "projects_underway", "projects_done", "eco_jobs"})
      page.table.rows.push_back(
          {document::Cell(std::string(code)), document::Cell(std::string()), document::Cell(std::string()),
           document::Cell(std::string(code) == "eco_jobs" ? jobs : "0"), document::Cell(std::string()),
           document::Cell(std::string()), document::Cell(std::string())});
    book.sheets.push_back(std::move(page));
    document::write_xlsx(book, folder.file("s.xlsx"));
    return zhao.ask("POST", at + "/sheet", {{"Content-Type", "application/octet-stream"}},
                    read_file(folder.file("s.xlsx")));
  };
  const Received other = sheet("12", "x");
  EXPECT_EQ(other.json()["code"], "reporting.bad_sheet");
  EXPECT_NE(other.body.find("another report, period or version"), std::string::npos) << other.body;
  const Json refused = sheet("十二", "").json();
  EXPECT_EQ(refused["outcome"], "refused") << refused.dump();
  EXPECT_EQ(refused["errors"][0]["cell"], "D10");
  EXPECT_EQ(zhao.get(at).json()["values"]["funds_used"]["kind"], "missing");
  EXPECT_EQ(sheet("12", "").json()["outcome"], "stored");
  const Json full = zhao.get(at).json();
  EXPECT_EQ(full["values"]["funds_used"]["value"], "0");
  EXPECT_EQ(full["values"]["eco_jobs"]["origin"], "file");
  EXPECT_EQ(act(zhao, {{"step", "submit"}}, {{"If-Match", "\"1\""}}).json()["code"],
            "reporting.changed_meanwhile");
  EXPECT_EQ(act(zhao, {{"step", "submit"}}).json()["state"], "submitted");
  EXPECT_EQ(act(zhao, {{"step", "approve"}}).json()["code"], "reporting.same_person");
  EXPECT_EQ(act(wang, {{"step", "approve"}, {"level", 2}}).json()["code"], "reporting.below_missing");
  EXPECT_EQ(act(qian, {{"step", "approve"}}).json()["level"], 1);
  EXPECT_EQ(act(wang, {{"step", "approve"}}).json()["state"], "accepted");
  const Json seen = wang.get("/api/v1/report-sets/plan-progress-year/overview?period=2025").json();
  EXPECT_EQ(seen["received"], 1);
  EXPECT_GT(seen["expected"], 20);
  EXPECT_EQ(zhao.get("/api/v1/report-sets/plan-progress-year/overview").status, 404);
  const std::string csv =
      wang.get("/api/v1/report-sets/plan-progress-year/observations?period=2025&format=csv&limit=500").body;
  EXPECT_NE(csv.find("OBS_STATUS"), std::string::npos);
  EXPECT_NE(csv.find("1000000.5"), std::string::npos);
  EXPECT_EQ(act(wang, {{"step", "reopen"}}).json()["code"], "reporting.reason_missing");
  EXPECT_EQ(act(wang, {{"step", "reopen"}, {"reason", "口径更正"}}).json()["state"], "returned");
}

// What Excel or a careless hand may do to the sheet is refused with the cell, and nothing changes; what goes
// out runs in no spreadsheet.
TEST_P(ReportRoutes, ASheetThatIsNotWhatWasTypedIsRefusedByCell) {
  World world(GetParam());
  const std::string town = "div-341602100";
  world.person("zhao", {"township"}, town);
  world.person("wang", {"office_approver"}, "office");
  world.serve();
  Client zhao = world.signed_in("zhao");
  const std::string at = "/api/v1/reports/plan-progress-year." + town + ".2025";
  std::vector<std::vector<std::string>> rows;
  const std::string csv = document::first_sheet_as_csv(zhao.get(at + "/sheet").body);
  for (const std::string_view line : split(csv, '\n')) {
    if (line.empty()) continue;
    rows.emplace_back();
    for (const std::string_view field : split(line, ',')) rows.back().emplace_back(field);
    rows.back().resize(7);
  }
  ASSERT_EQ(rows[1][0], "funds_arrived");
  const auto send = [&](const document::testing::Parts& cells, const std::string& after = {},
                        const document::testing::Parts& more = {}) {
    return zhao
        .ask("POST", at + "/sheet", {{"Content-Type", "application/octet-stream"}},
             document::testing::packed(document::testing::sheet_of(rows, cells, after), more))
        .json();
  };
  const auto cell = [&](const document::testing::Parts& cells, const std::string& after = {}) {
    const Json answer = send(cells, after);
    return answer.value("outcome", "") == "refused" ? answer["errors"][0]["cell"].get<std::string>()
                                                    : answer.dump();
  };
  EXPECT_EQ(cell({{"D2", "<c r='D2'><f>SUM(D3:D4)</f><v>7</v></c>"}}), "D2");
  EXPECT_EQ(cell({{"D3", "<c r='D3'><v>3.41602199001011E+17</v></c>"}}), "D3");
  EXPECT_EQ(cell({{"D3", "<c r='D3' t='e'><v>#REF!</v></c>"}}), "D3");
  EXPECT_EQ(cell({{"B1", ""}, {"C1", ""}}, "<mergeCells><mergeCell ref='A1:C1'/></mergeCells>"), "A1:C1");
  EXPECT_EQ(send({}, {}, {{"xl/vbaProject.bin", "x"}})["code"], "document.bad_workbook");
  EXPECT_EQ(send({{"G1", "<c r='G1' t='inlineStr'><is><t>#plan-progress-year." + town +
                             ".2024@00000000</t></is></c>"}})["code"],
            "reporting.bad_sheet");
  EXPECT_EQ(zhao.get(at).json()["values"]["funds_arrived"]["kind"], "missing");
  // An explanation that begins like a formula is a text, kept as typed; on its way out nothing runs it.
  EXPECT_EQ(send({{"D2", "<c r='D2'><v>12.5</v></c>"},
                  {"F2", "<c r='F2' t='inlineStr'><is><t>=HYPERLINK(1)</t></is></c>"}})["outcome"],
            "stored");
  EXPECT_EQ(zhao.get(at).json()["values"]["funds_arrived"]["explanation"], "=HYPERLINK(1)");
  const std::string out = zhao.get(at + "/sheet").body;
  EXPECT_TRUE(document::filled_form(out).faults.empty());  // texts, no formula
  EXPECT_NE(document::first_sheet_as_csv(out).find("=HYPERLINK(1)"), std::string::npos);
  const Json past = zhao.get(at + "/history?element=funds_arrived").json();
  ASSERT_EQ(past["items"].size(), 1u);
  EXPECT_EQ(past["items"][0]["origin"], "file");
}

TEST_P(ReportRoutes, WhatIsDueIsSaidAndTotalsAreHonest) {
  World world(GetParam());
  const std::string town = "div-341602100";
  world.person("zhao", {"township"}, town);
  world.person("wang", {"office_approver"}, "office");
  world.serve();
  Client zhao = world.signed_in("zhao");
  Client wang = world.signed_in("wang");
  const Json asked = zhao.get("/api/v1/reports").json()["items"];
  for (const Json& head : asked) EXPECT_EQ(head["asks"], "fill");
  EXPECT_EQ(wang.get("/api/v1/reports").json()["items"].size(), 0u);  // nothing was handed in
  const Json element = zhao.get("/api/v1/report-elements?limit=100").json()["items"];
  for (const Json& e : element) {
    if (e["code"] == "compensation_received") EXPECT_EQ(e["prefill"]["from"], "ledger");
    if (e["code"] == "nh3n_mean") EXPECT_EQ(e["sets"][0]["code"], "water-quality-quarter");
    if (e["code"] == "eco_jobs") EXPECT_TRUE(e["prefill"].is_null());
  }
  const std::string totals = "/api/v1/report-sets/plan-progress-year/totals?limit=500&by=";
  EXPECT_EQ(zhao.get(totals + "all").status, 404);  // only for those who see all
  const Json all = wang.get(totals + "all").json()["items"];
  for (const Json& line : all) {
    EXPECT_EQ(line["value"], nullptr);
    EXPECT_EQ(line["why"], "no_data");
    EXPECT_EQ(line["given"], 0);
  }
  const Json by_period = wang.get(totals + "period").json()["items"];
  EXPECT_EQ(by_period.size(), 2 * all.size());
  EXPECT_EQ(by_period[0]["of"], "2025");
  const Json by_unit = wang.get(totals + "organisation").json()["items"];
  EXPECT_GT(by_unit.size(), 20 * all.size());
}

}  // namespace
}  // namespace tributary::api::testing
