// Methods of allocation side by side over HTTP: the same figures from CSV, XLSX and JSON, and only for those
// who prepare the decision.
#include "api/world_testing.h"
#include "document/xlsx_reader.h"
#include "document/xlsx_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

const std::string csv_towns = "unit,current,population,gdp\n甲,30,10,40\n乙,20,20,30\n丙,10,30,30\n";
const std::string at = "/api/v1/allocations/compare?cap=50&bounds=cut:5..40";

TEST(AllocationRoutes, TheSameFromEveryKindOfTable) {
  World world;
  world.person("wang", {"office_drafter"}, "office");
  world.serve();
  Client wang = world.signed_in("wang");
  const Received csv = wang.ask("POST", at, {{"Content-Type", "text/csv"}}, csv_towns);
  ASSERT_EQ(csv.status, 200) << csv.body;
  const Json found = csv.json();
  EXPECT_EQ(found["methods"].size() + found["refused"].size(), 8u);
  EXPECT_TRUE(found["levels"].empty());
  Json gini;
  for (const Json& one : found["methods"])
    if (one["method"] == "gini") gini = one;
  EXPECT_EQ(gini["findings"].back()["value"], "0.516428571");
  EXPECT_EQ(gini["shares"][0]["exact"], "162/7");
  EXPECT_EQ(gini["shares"][1]["exact"], "243/14");
  EXPECT_EQ(gini["shares"][2]["exact"], "9.5");

  Json rows = Json::array();
  rows.push_back({{"unit", "甲"}, {"current", "30"}, {"population", "10"}, {"gdp", "40"}});
  rows.push_back({{"unit", "乙"}, {"current", "20"}, {"population", "20"}, {"gdp", "30"}});
  rows.push_back({{"unit", "丙"}, {"current", "10"}, {"population", "30"}, {"gdp", "30"}});
  EXPECT_EQ(wang.post(at, {{"rows", rows}}).json(), found);

  document::Workbook workbook;
  document::Sheet sheet;
  sheet.name = "数据";
  for (const char* head : {"单位", "现状", "population", "gdp"})
    sheet.table.columns.push_back({{head, head}});
  for (const Json& row : rows) {
    document::Row cells;
    for (const auto& [head, cell] : row.items()) cells.emplace_back(cell.get<std::string>());
    sheet.table.rows.push_back(std::move(cells));
  }
  workbook.sheets.push_back(std::move(sheet));
  const ScratchFolder folder("");
  document::write_xlsx(workbook, folder.file("towns.xlsx"));
  const Received xlsx = wang.ask("POST", at, {{"Content-Type", "application/octet-stream"}},
                                 read_file(folder.file("towns.xlsx")));
  EXPECT_EQ(xlsx.json()["methods"], found["methods"]) << xlsx.body;
}

TEST(AllocationRoutes, FaultsHaveTheirCell) {
  World world;
  world.person("wang", {"office_drafter"}, "office");
  world.serve();
  Client wang = world.signed_in("wang");
  const auto send = [&](const std::string& target, const std::string& table) {
    return wang.ask("POST", target, {{"Content-Type", "text/csv"}}, table);
  };
  const Received bad = send(at, "unit,current\n甲,30\n乙,2o\n");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.json()["code"], "allocate.bad_cell") << bad.body;
  EXPECT_EQ(bad.json()["where"]["line"], 3);
  EXPECT_EQ(bad.json()["where"]["column"], 2);
  const Json refused = send("/api/v1/allocations/compare?cap=50&methods=grandfather,water-fill",
                            "unit,current,weight\n甲,30,1\n乙,20,\n")
                           .json()["refused"];
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0]["method"], "water-fill");
  EXPECT_EQ(refused[0]["line"], 3);
  EXPECT_EQ(refused[0]["column"], 3);
  EXPECT_EQ(send("/api/v1/allocations/compare?cap=x", csv_towns).json()["where"]["field"], "cap");
  EXPECT_EQ(send("/api/v1/allocations/compare", csv_towns).status, 400);
  std::string many = "unit,current\n";
  for (int i = 0; i < 101; ++i) many += "u" + std::to_string(i) + ",1\n";
  EXPECT_EQ(send(at, many).status, 413);
  EXPECT_EQ(wang.post(at, {{"rows", {{{"unit", 5}}}}}).status, 400);
  EXPECT_EQ(wang.ask("POST", at, {}, "{").status, 400);
}

TEST(AllocationRoutes, AllFaultsOfATableAreToldByCell) {
  World world;
  world.person("wang", {"office_drafter"}, "office");
  world.serve();
  Client wang = world.signed_in("wang");
  const auto cells = [](const Received& answer) {
    std::string out;
    const Json body = answer.json();
    for (const Json& one : body["errors"]) {
      out += one["field"].get<std::string>() + " ";
      EXPECT_NE(one["message"]["zh"], one["message"]["en"]);
    }
    return out;
  };
  const Received bad = wang.ask("POST", at, {{"Content-Type", "text/csv"}}, "单位,现状,人口\n甲,1o,5\n,2,-3\n甲,4,=B2\n");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(cells(bad), "B2 A3 C3 A4 C4 ");
  EXPECT_EQ(bad.json()["where"]["line"], 2);
  // Workbooks: what computes is refused, wherever it is.
  const std::string book = document::testing::packed(
      "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>单位</t></is></c><c r='B1' "
      "t='inlineStr'><is><t>现状</t></is></c></row><row r='2'><c r='A2' t='inlineStr'><is><t>甲</t></is></c><c "
      "r='B2'><f>1+1</f><v>2</v></c></row><row r='3'><c r='A3' t='inlineStr'><is><t>乙</t></is></c><c "
      "r='B3'><f>1+2</f><v>3</v></c></row></sheetData></worksheet>");
  const Headers bytes{{"Content-Type", "application/octet-stream"}};
  for (const std::string& path : {at, std::string("/api/v1/allocations/table"), std::string("/api/v1/rankings?rule=feebate&price=1")}) {
    const Received refused = wang.ask("POST", path, bytes, book);
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(cells(refused), "B2 B3 ");
  }
  const Json read = wang.ask("POST", "/api/v1/allocations/table", bytes, csv_towns).json();
  EXPECT_EQ(read["columns"], (Json{"unit", "current", "population", "gdp"}));
  EXPECT_EQ(read["rows"][1], (Json{"乙", "20", "20", "30"}));
}

TEST(AllocationRoutes, TheWorkbookHoldsTheComparisonAndItsRecords) {
  World world;
  world.person("wang", {"office_drafter"}, "office");
  world.serve();
  Client wang = world.signed_in("wang");
  const Headers csv{{"Content-Type", "text/csv"}};
  const Json gini = wang.ask("POST", at + "&methods=gini", csv, csv_towns).json()["methods"][0];
  EXPECT_TRUE(gini["record"].get<std::string>().starts_with("tributary allocation 1\nmethod: gini\ncap: 50\n"));
  const Received book = wang.ask(
      "POST", "/api/v1/allocations/workbook?cap=50&bounds=cut:5..40&methods=gini,grandfather", csv, csv_towns);
  ASSERT_EQ(book.status, 200) << book.body;
  const std::string sheet = document::first_sheet_as_csv(book.body);
  EXPECT_NE(sheet.find("甲,30,23.142857,25"), std::string::npos) << sheet;
}

TEST(AllocationRoutes, BeginsWithWhatTheRegistryHolds) {
  World world;
  world.person("wang", {"office_drafter"}, "office");
  world.person("zhao", {"township"}, "div-341602100");
  world.serve();
  Client wang = world.signed_in("wang");
  const Json units = wang.get("/api/v1/allocations/units?instrument=NH3N-GUO&on=2027-01").json();
  EXPECT_EQ(units["columns"][0], "单位");
  EXPECT_EQ(units["permits_to"], "2029-07");
  EXPECT_EQ(units["example"], true);
  ASSERT_EQ(units["rows"].size(), 3u) << units;
  EXPECT_EQ(units["rows"][0]["账户"], "H-FOOD");
  EXPECT_EQ(units["rows"][0]["现状"], "0");
  EXPECT_EQ(units["rows"][0]["就业"], "760");
  const Json townships = wang.get("/api/v1/allocations/units").json();
  EXPECT_GT(townships["rows"].size(), 15u);
  EXPECT_EQ(townships["known"], Json{"NH3N-GUO"});
  EXPECT_EQ(wang.get("/api/v1/allocations/units?instrument=NONE").status, 404);
  EXPECT_EQ(world.signed_in("zhao").get("/api/v1/allocations/units").status, 403);
}

TEST(AllocationRoutes, ForThosePreparingTheDecision) {
  World world;
  world.person("wang", {"office_drafter"}, "office");
  world.person("zhao", {"township"}, "div-341602100");
  world.serve();
  Client wang = world.signed_in("wang");
  Client zhao = world.signed_in("zhao");
  const Headers csv{{"Content-Type", "text/csv"}};
  EXPECT_EQ(zhao.ask("POST", at, csv, csv_towns).status, 403);
  EXPECT_EQ(world.client().ask("POST", at, csv, csv_towns).status, 401);
  const std::string rank = "/api/v1/rankings?rule=feebate&price=2000";
  const std::string units = "unit,group,emission,output\n甲,,12,100\n乙,,20,100\n丙,,10,100\n";
  EXPECT_EQ(zhao.ask("POST", rank, csv, units).status, 403);
  const Json ranked = wang.ask("POST", rank, csv, units).json();
  EXPECT_EQ(ranked["groups"][0]["units"][0]["amount"], "8000.00");
  EXPECT_EQ(ranked["groups"][0]["treasury"], "0.00");
  for (const char* kind : {"allocation", "ranking"}) {
    const Received form = wang.get(std::string("/api/v1/allocations/template?for=") + kind);
    EXPECT_EQ(form.status, 200);
    const std::string head = document::first_sheet_as_csv(form.body);
    EXPECT_TRUE(head.starts_with("单位,")) << head;
  }
  // The empty template is read as a table; what is wrong is only that nobody is in it.
  const Received form = wang.get("/api/v1/allocations/template");
  EXPECT_EQ(
      wang.ask("POST", at, {{"Content-Type", "application/octet-stream"}}, form.body).json()["detail"]["en"],
      "the table has no units");
}

}  // namespace
}  // namespace tributary::api::testing
