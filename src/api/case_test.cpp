// Casework over HTTP, on both databases: tasks from a spreadsheet, one of them to its end, and the refusals
// on the way.
#include "api/scratch.h"
#include "api/world_testing.h"
#include "base/text.h"
#include "document/xlsx.h"
#include "document/xlsx_reader.h"
#include "document/xlsx_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class CaseRoutes : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, CaseRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& info) { return info.param; });

constexpr const char* sheet_of_tasks = "/api/v1/case-types/annual-task/sheet";

std::string workbook(const std::vector<std::string>& head,
                     const std::vector<std::vector<std::string>>& rows) {
  document::Workbook out;
  document::Sheet sheet;
  sheet.name = "填报";
  for (const std::string& title : head) sheet.table.columns.push_back({{title, title}});
  for (const auto& row : rows) {
    document::Row cells;
    for (const std::string& cell : row) cells.emplace_back(cell);
    sheet.table.rows.push_back(std::move(cells));
  }
  out.sheets.push_back(std::move(sheet));
  const ScratchFolder folder("");
  document::write_xlsx(out, folder.file("t.xlsx"));
  return read_file(folder.file("t.xlsx"));
}

std::vector<std::string> head_of(const std::string& xlsx) {
  const std::string csv = document::first_sheet_as_csv(xlsx);
  std::vector<std::string> out;
  for (const std::string_view part : split(std::string_view(csv).substr(0, csv.find_first_of("\r\n")), ','))
    out.emplace_back(part);
  return out;
}

TEST_P(CaseRoutes, TasksFromASpreadsheetAndOneToItsEnd) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.person("approver", {"office_approver"});
  world.person("li", {"lead_department"}, "ecology");
  world.serve();
  Client drafter = world.signed_in("drafter");
  Client approver = world.signed_in("approver");
  Client li = world.signed_in("li");
  const auto upload = [&](Client& client, const std::string& bytes, const std::string& query = "") {
    return client.ask("POST", sheet_of_tasks + query, {{"Content-Type", "application/octet-stream"}}, bytes);
  };

  const Received got = drafter.get(sheet_of_tasks);
  ASSERT_EQ(got.status, 200) << got.body;
  const std::vector<std::string> head = head_of(got.body);
  // As the office lays it out; the last says the version.
  ASSERT_EQ(head.size(), 8u);
  EXPECT_EQ((std::vector<std::string>(head.begin(), head.end() - 1)),
            (std::vector<std::string>{"序号", "重点工作任务", "主要责任单位", "协同配合单位", "完成时限",
                                      "对应条目", "完成情况"}));
  const std::vector<std::vector<std::string>> rows{
      {"1", "断面补偿结算", "区生态环境分局", "区财政局、区水利局", "2026-12-31", "九、绿色利益分享", "", ""},
      {"2", "=1+1 沟塘清淤", "ecology", "", "2026/11/30", "a1", "不读入", ""}};
  // A wrong cell keeps everything out, and says where.
  auto wrong = rows;
  wrong[1][2] = "区生态局";
  wrong[0][4] = "年底";
  const Json refused = upload(drafter, workbook(head, wrong)).json();
  EXPECT_EQ(refused["outcome"], "refused");
  ASSERT_EQ(refused["errors"].size(), 2u) << refused.dump();
  EXPECT_EQ(refused["errors"][0]["cell"], "C3");
  EXPECT_EQ(refused["errors"][1]["cell"], "E2");
  EXPECT_EQ(drafter.get("/api/v1/cases").json()["items"].size(), 0u);
  auto old = head;
  old.back() = "#annual-task@00000000";
  EXPECT_EQ(upload(drafter, workbook(old, rows)).json()["code"], "casework.bad_upload");
  EXPECT_EQ(upload(drafter, workbook({"a", "b"}, {{"1", "2"}})).json()["code"], "casework.bad_upload");
  EXPECT_GE(upload(drafter, "no workbook").status, 400);
  EXPECT_EQ(upload(li, workbook(head, rows)).status, 403);
  EXPECT_EQ(upload(drafter, workbook(head, rows), "?preview=true").json()["outcome"], "preview");
  EXPECT_EQ(drafter.get("/api/v1/cases").json()["items"].size(), 0u);
  const Json stored = upload(drafter, workbook(head, rows)).json();
  ASSERT_EQ(stored["outcome"], "stored") << stored.dump();
  ASSERT_EQ(stored["cases"].size(), 2u);
  EXPECT_EQ(upload(drafter, workbook(head, rows)).json()["outcome"], "known");  // the same file again
  EXPECT_EQ(drafter.get("/api/v1/cases").json()["items"].size(), 2u);
  // On its way out as CSV the text that begins with an equals sign is no formula.
  EXPECT_EQ(drafter.get("/api/v1/cases?format=csv").body.find(",=1"), std::string::npos);

  // What goes out can come in: the same cells, by name.
  const std::string out =
      document::first_sheet_as_csv(drafter.get(std::string(sheet_of_tasks) + "?filled=true").body);
  EXPECT_NE(out.find("1,断面补偿结算,区生态环境分局,区财政局、区水利局,2026-12-31,九、绿色利益分享"),
            std::string::npos)
      << out;
  EXPECT_EQ(upload(drafter, drafter.get(std::string(sheet_of_tasks) + "?filled=true").body, "?preview=true")
                .json()["outcome"],
            "preview");
  EXPECT_EQ(document::first_sheet_as_csv(li.get(std::string(sheet_of_tasks) + "?filled=true").body)
                .find("断面补偿结算"),
            std::string::npos);  // a draft is for those who draft

  const std::string at = "/api/v1/cases/" + stored["cases"][0].dump();
  const Json draft = drafter.get(at).json();
  EXPECT_EQ(draft["values"]["lead"], "ecology");
  EXPECT_EQ(draft["values"]["cooperating"], Json::array({"finance", "water"}));
  EXPECT_EQ(approver.get(at).status,
            404);  // a draft is for those who draft
}

TEST_P(CaseRoutes, ANameThatTwoShareIsNotGuessed) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.database.db().write([](store::Transaction& t) {
    t.execute("UPDATE identity_organisation SET name_zh = '区财政局' WHERE id = 'water'");
  });
  world.serve();
  Client drafter = world.signed_in("drafter");
  const std::vector<std::string> head = head_of(drafter.get(sheet_of_tasks).body);
  const auto upload = [&](const std::string& lead) {
    return drafter
        .ask("POST", std::string(sheet_of_tasks) + "?preview=true",
             {{"Content-Type", "application/octet-stream"}},
             workbook(head, {{"1", "断面补偿结算", lead, "", "2026-12-31", "a9", "", ""}}))
        .json();
  };
  const Json refused = upload("区财政局");
  EXPECT_EQ(refused["outcome"], "refused");
  ASSERT_GE(refused["errors"].size(), 1u);
  EXPECT_EQ(refused["errors"][0]["cell"], "C2");
  const std::string why = refused["errors"][0]["message"]["zh"];
  EXPECT_NE(why.find("finance"), std::string::npos) << why;
  EXPECT_NE(why.find("water"), std::string::npos) << why;
  EXPECT_EQ(upload("water")["outcome"], "preview");
}

// What Excel or a careless hand may do to the sheet is refused with the cell; nothing is begun.
TEST_P(CaseRoutes, ASheetThatIsNotWhatWasTypedIsRefusedByCell) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  const std::vector<std::string> head = head_of(drafter.get(sheet_of_tasks).body);
  const std::vector<std::vector<std::string>> rows{
      head, {"1", "断面补偿结算", "区生态环境分局", "", "2026-12-31", "九、绿色利益分享", "", ""}};
  const auto send = [&](const document::testing::Parts& cells, const std::string& after = {},
                        const document::testing::Parts& more = {}) {
    return drafter
        .ask("POST", sheet_of_tasks, {{"Content-Type", "application/octet-stream"}},
             document::testing::packed(document::testing::sheet_of(rows, cells, after), more))
        .json();
  };
  const auto cell = [&](const document::testing::Parts& cells, const std::string& after = {}) {
    const Json answer = send(cells, after);
    return answer.value("outcome", "") == "refused" ? answer["errors"][0]["cell"].get<std::string>()
                                                    : answer.dump();
  };
  EXPECT_EQ(cell({{"B2", "<c r='B2' t='str'><f>A1</f><v>断面补偿结算</v></c>"}}), "B2");
  EXPECT_EQ(cell({{"B2", "<c r='B2'><v>3.41602199001011E+17</v></c>"}}), "B2");
  EXPECT_EQ(cell({{"B1", ""}}, "<mergeCells><mergeCell ref='A1:B1'/></mergeCells>"), "A1:B1");
  EXPECT_EQ(send({}, {}, {{"xl/vbaProject.bin", "x"}})["code"], "document.bad_workbook");
  EXPECT_EQ(drafter.get("/api/v1/cases").json()["items"].size(), 0u);
  EXPECT_EQ(send({})["outcome"], "stored");
  // What begins like a formula, of every kind there is, goes out as text in CSV and XLSX.
  for (const char* title : {"=1+1", "+1", "-1", "@x", "\tx", "\rx"})
    ASSERT_EQ(drafter.post("/api/v1/cases", {{"type", "annual-task"}, {"values", {{"title", title}}}}).status,
              201)
        << title;
  const std::string csv = drafter.get("/api/v1/cases?format=csv").body;
  for (const char* bare : {",=", ",+1", ",-1", ",@", ",\t", ",\r", "\"\t", "\"\r", "\"="})
    EXPECT_EQ(csv.find(bare), std::string::npos) << bare << "\n" << csv;
  EXPECT_NE(csv.find("'=1+1"), std::string::npos) << csv;
  EXPECT_TRUE(document::filled_form(drafter.get("/api/v1/cases?format=xlsx").body).faults.empty());
  EXPECT_TRUE(
      document::filled_form(drafter.get(std::string(sheet_of_tasks) + "?filled=true").body).faults.empty());
}

TEST_P(CaseRoutes, AreLookedUpByAnExactName) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  const auto look = [&](const Json& body) { return drafter.post("/api/v1/case-look-up", body); };
  const Received found = look({{"kind", "person"}, {"value", "张三"}, {"purpose", "核实"}});
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_TRUE(found.json()["cases"].empty());
  EXPECT_EQ(look({{"kind", "person"}, {"value", "张三"}, {"purpose", " "}}).status, 400);
  const Received bad = look({{"kind", "citizen_id"}, {"value", "123"}, {"purpose", "核实"}});
  EXPECT_EQ(bad.json().value("code", ""), "casework.bad_form") << bad.body;
  EXPECT_EQ(look({{"kind", "money"}, {"value", "123"}, {"purpose", "核实"}}).status, 400);
}

TEST_P(CaseRoutes, RefusalsAreTold) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.person("approver", {"office_approver"});
  world.person("li", {"lead_department"}, "ecology");
  world.person("zhou", {"lead_department"}, "water");
  world.serve();
  Client drafter = world.signed_in("drafter");
  Client approver = world.signed_in("approver");
  Client li = world.signed_in("li");
  Client zhou = world.signed_in("zhou");
  const Json values{{"title", "断面补偿结算"}, {"article", "a9"}, {"lead", "ecology"}, {"due", "2026-12-31"}};
  const Received started = drafter.post("/api/v1/cases", {{"type", "annual-task"}, {"values", values}},
                                        {{"Idempotency-Key", "k"}});
  ASSERT_EQ(started.status, 201) << started.body;
  const Received again = drafter.post("/api/v1/cases", {{"type", "annual-task"}, {"values", values}},
                                      {{"Idempotency-Key", "k"}});
  EXPECT_EQ(again.json()["id"], started.json()["id"]);
  const std::string at = "/api/v1/cases/" + started.json()["id"].dump();
  const auto act = [&](Client& who, Json body) { return who.post(at + "/actions", body); };
  // Faults stand beside their fields.
  const Received bad = act(
      drafter, {{"step", "save"}, {"values", {{"due", "2026-02-30"}, {"article", "a99"}, {"nothing", 1}}}});
  EXPECT_EQ(bad.status, 400);
  ASSERT_EQ(bad.json()["errors"].size(), 3u) << bad.body;
  EXPECT_EQ(bad.json()["errors"][0]["field"], "due");
  for (const char* odd : {R"({"step":5})", R"({"step":"save","values":[1]})",
                          R"({"step":"save","choice":"maybe"})", R"({})", "[]", "{"})
    EXPECT_EQ(drafter.ask("POST", at + "/actions", {}, odd).status, 400) << odd;
  for (const Json& odd : {Json(5), Json::array({1}), Json{{"x", 1}}, Json(true)})
    EXPECT_EQ(act(drafter, {{"step", "save"}, {"values", {{"title", odd}}}}).status, 400) << odd.dump();
  EXPECT_EQ(act(drafter, {{"step", "propose"}, {"version", 7}}).json()["code"], "casework.changed_meanwhile");
  EXPECT_EQ(act(drafter, {{"step", "propose"}, {"version", 1}}).json()["state"], "review");
  EXPECT_EQ(act(drafter, {{"step", "issue"}}).status, 403);
  EXPECT_EQ(act(approver, {{"step", "issue"}}).json()["number"], "任务〔2026〕1号");
  EXPECT_EQ(zhou.get("/api/v1/inbox").json()["items"].size(), 0u);
  const Json inbox = li.get("/api/v1/inbox").json();
  ASSERT_EQ(inbox["items"].size(), 1u);
  EXPECT_EQ(inbox["items"][0]["what"][0]["zh"], "接收");
  EXPECT_EQ(act(zhou, {{"step", "accept"}}).status, 403);
  EXPECT_EQ(act(li, {{"step", "accept"}}).status, 200);
  EXPECT_EQ(act(li, {{"step", "submit"}, {"values", {{"result", "完成"}}}}).json()["state"], "submitted");
  EXPECT_EQ(act(li, {{"step", "verify"}}).status, 403);
  EXPECT_EQ(act(approver, {{"step", "verify"}, {"values", {{"not_secret", true}, {"privacy_ok", true}}}})
                .json()["state"],
            "closed");
  const Json notices = world.client().get("/api/v1/public/notices").json();
  ASSERT_EQ(notices["items"].size(), 1u);
  EXPECT_EQ(notices["items"][0]["content"][2]["value"], "区生态环境分局");  // by name
  EXPECT_EQ(world.client().get("/api/v1/public/plan").json()["articles"].size(), 16u);
  EXPECT_EQ(world.client().get(at).status, 401);
  EXPECT_EQ(world.client().get("/api/v1/inbox").status, 401);
  // Files.
  const Received uploaded = li.ask("POST", at + "/documents?name=%E8%AF%81%E6%98%8E.txt",
                                   {{"Content-Type", "application/octet-stream"}}, "证明");
  ASSERT_EQ(uploaded.status, 201) << uploaded.body;
  const std::string file = "/api/v1/documents/" + uploaded.json()["id"].get<std::string>();
  EXPECT_EQ(approver.get(file).body, "证明");
  EXPECT_EQ(approver.get(file).header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(world.client().get(file).status, 401);
}

}  // namespace
}  // namespace tributary::api::testing
