// The main job over HTTP, on both databases: run, publish, object, decide, confirm, post; each by the right
// person.
#include "api/world_testing.h"
#include "base/text.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class Story : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, Story, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& info) { return info.param; });

std::string code_in(const Received& answer) {
  return answer.json().value("code", "-");
}

Json run_october(World& world, Client& drafter) {
  const Received started = drafter.post("/api/v1/runs", {{"rule", "section-month"}, {"period", "2020-10"}},
                                        {{"Idempotency-Key", "run-1"}});
  EXPECT_EQ(started.status, 202) << started.body;
  return world.wait_for(drafter, started.json().value("job", 0));
}

TEST_P(Story, FromRunToLedger) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.person("approver", {"office_approver"});
  world.person("cashier", {"accountant"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  Client approver = world.signed_in("approver");
  Client cashier = world.signed_in("cashier");

  const Json job = run_october(world, drafter);
  ASSERT_EQ(job.value("state", ""), "done") << job.dump();
  // The same key: the same job, not another.
  const Received repeated = drafter.post("/api/v1/runs", {{"rule", "section-month"}, {"period", "2020-10"}},
                                         {{"Idempotency-Key", "run-1"}});
  EXPECT_EQ(repeated.json().value("job", 0), job.value("id", -1));
  EXPECT_EQ(repeated.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(code_in(drafter.post("/api/v1/runs", {{"rule", "section-month"}, {"period", "2020-11"}},
                                 {{"Idempotency-Key", "run-1"}})),
            "api.key_reused");

  const Json list = drafter.get("/api/v1/statements?period=2020-10").json();
  ASSERT_FALSE(list["items"].empty());
  const std::string id = list["items"][0]["id"].dump();
  const std::string at = "/api/v1/statements/" + id;
  const Received whole = drafter.get(at);
  EXPECT_EQ(whole.json()["may"], Json::array({"publish"}));
  EXPECT_EQ(world.client().get("/api/v1/public/statements").json()["items"].size(), 0u);

  // Somebody else changed it meanwhile.
  EXPECT_EQ(drafter.post(at + "/publish", Json::object(), {{"If-Match", "\"0\""}}).status, 412);
  const Received published = drafter.post(at + "/publish", Json::object(),
                                          {{"If-Match", whole.header("ETag")}, {"Idempotency-Key", "p"}});
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.json()["state"], "published");
  EXPECT_EQ(drafter
                .post(at + "/publish", Json::object(),
                      {{"If-Match", whole.header("ETag")}, {"Idempotency-Key", "p"}})
                .body,
            published.body);
  EXPECT_EQ(drafter.post(at + "/publish", Json::object()).status, 409);

  const std::string code = whole.json()["code"];
  EXPECT_EQ(world.client().get("/api/v1/public/statements/" + code).status, 200);
  EXPECT_EQ(world.client().get("/api/v1/public/statements/" + code.substr(0, code.size() - 1) + "x").status,
            404);

  EXPECT_EQ(drafter.post(at + "/confirm", {{"note", "双方书面同意"}}).status, 403);
  const Received confirmed = approver.post(at + "/confirm", {{"note", "双方书面同意"}});
  ASSERT_EQ(confirmed.status, 200) << confirmed.body;
  EXPECT_EQ(approver.post(at + "/post", Json::object()).status, 403);
  ASSERT_EQ(cashier.post(at + "/post", Json::object()).status, 200);
  ASSERT_EQ(cashier.post(at + "/pay", {{"evidence", "回单 1"}}).status, 200);
  EXPECT_EQ(cashier.get(at).json()["state"], "paid");
  EXPECT_TRUE(cashier.get("/api/v1/ledger/check").json()["sound"].get<bool>());
  EXPECT_EQ(cashier.get("/api/v1/ledger/transfers").json()["items"].size(), 3u);

  // Every step stands in the trail, and the trail holds together.
  auto all = world.identity();
  for (const char* action :
       {"run.start", "statement.publish", "statement.confirm", "statement.post", "statement.pay"})
    EXPECT_EQ(all.audit().search({.action = action}, 10).entries.size(), 1u) << action;
  all.audit().seal();
  EXPECT_TRUE(all.audit().verify().intact);
}

TEST_P(Story, APartySeesItsOwnAndNothingElse) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  run_october(world, drafter);
  const Json first = drafter.get("/api/v1/statements").json()["items"][0];
  const std::string party = first["payer"]["code"];
  {
    auto all = world.identity();
    const auto made = all.create_organisation(
        all.command("operator"),
        {.name = {"当事政府", "party"}, .kind = identity::OrganisationKind::government, .party = party});
    world.person("party", {"government"}, made.id.value);
    const auto other = all.create_organisation(
        all.command("operator"), {.name = {"另一", "other"}, .kind = identity::OrganisationKind::enterprise});
    world.person("other", {"enterprise"}, other.id.value);
  }
  Client mine = world.signed_in("party");
  Client stranger = world.signed_in("other");
  const std::string at = "/api/v1/statements/" + first["id"].dump();
  EXPECT_EQ(mine.get(at).status, 200);
  for (const char* part : {"", "/explanation", "/document", "/verification"})
    EXPECT_EQ(stranger.get(at + part).status, 404) << part;
  EXPECT_EQ(code_in(stranger.get(at)), code_in(stranger.get("/api/v1/statements/999999")));
  EXPECT_TRUE(stranger.get("/api/v1/statements").json()["items"].empty());
  const Json own = mine.get("/api/v1/statements").json();
  for (const Json& s : own["items"]) EXPECT_TRUE(s["payer"]["code"] == party || s["payee"]["code"] == party);
  EXPECT_EQ(stranger.get("/api/v1/series").json()["items"].size(), 0u);
  EXPECT_EQ(stranger.get("/api/v1/series/1/observations").status, 404);

  ASSERT_EQ(drafter.post(at + "/publish", Json::object()).status, 200);
  EXPECT_EQ(stranger.post(at + "/object", {{"reason", "不同意"}}).status, 404);
  const Received objected = mine.post(at + "/object", {{"reason", "监测值有误"}});
  ASSERT_EQ(objected.status, 200) << objected.body;
  EXPECT_EQ(objected.json()["state"], "objected");
}

TEST_P(Story, RolesAreGivenToAColleagueByName) {
  World world(GetParam());
  world.person("head", {"office_approver"});
  world.person("clerk", {"office_drafter"});
  world.serve();
  Client head = world.signed_in("head"), clerk = world.signed_in("clerk");
  const Json colleagues = head.get("/api/v1/colleagues").json()["items"];
  ASSERT_EQ(colleagues.size(), 1u);
  EXPECT_EQ(colleagues[0]["name"], "clerk");
  const Json wish{{"to", colleagues[0]["id"]},
                  {"roles", {"office_approver"}},
                  {"last_day", to_string(world.clock.today())},
                  {"reason", "出差"}};
  const Received given = head.post("/api/v1/delegations", wish);
  ASSERT_EQ(given.status, 201) << given.body;
  EXPECT_EQ(given.json()["to_name"], colleagues[0]["display_name"]);
  const Json received = clerk.get("/api/v1/delegations").json()["items"];
  ASSERT_EQ(received.size(), 1u);
  EXPECT_FALSE(received[0]["from_name"].get<std::string>().empty());
  EXPECT_EQ(clerk.ask("DELETE", "/api/v1/delegations/" + received[0]["id"].get<std::string>()).status, 204);
  EXPECT_TRUE(head.get("/api/v1/delegations").json()["items"].empty());
}

TEST_P(Story, APreviewStoresNothing) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  const std::string csv = World::readings_of("2020-11");
  const auto import = [&](const std::string& more) {
    return drafter.ask("POST", "/api/v1/imports?as=cnemc-daily&filename=a.csv" + more,
                       {{"Content-Type", "text/csv"}}, csv);
  };
  const Received preview = import("&preview=1");
  ASSERT_EQ(preview.status, 200) << preview.body;
  EXPECT_EQ(preview.json()["outcome"], "preview");
  EXPECT_GT(preview.json()["added"].get<int>(), 100);
  EXPECT_EQ(drafter.get("/api/v1/imports").json()["items"].size(), 1u);
  EXPECT_EQ(import("").json()["outcome"], "stored");
  EXPECT_EQ(import("").json()["outcome"], "known");
  EXPECT_EQ(drafter.get("/api/v1/imports").json()["items"][0]["file"], "a.csv");
  EXPECT_EQ(drafter.get("/api/v1/imports").json()["items"][0]["by"], "drafter");
}

TEST_P(Story, AListIsAlsoAFile) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  run_october(world, drafter);
  const Received csv = drafter.get("/api/v1/statements?format=csv");
  EXPECT_EQ(csv.header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(csv.body.rfind("\xEF\xBB\xBF编号,", 0), 0u) << csv.body.substr(0, 200);
  EXPECT_EQ(drafter.get("/api/v1/statements?format=xlsx").body.substr(0, 2), "PK");
  const Json series = drafter.get("/api/v1/series?place=sec:hx-02").json();
  const Received observations = drafter.get("/api/v1/series/1/observations?format=csv");
  EXPECT_GT(std::count(observations.body.begin(), observations.body.end(), '\n'), 10);
  // Page by page the same as at once.
  std::size_t paged = 0;
  std::string cursor;
  do {
    const Json page =
        drafter.get("/api/v1/series/1/observations?limit=7" + (cursor.empty() ? "" : "&cursor=" + cursor))
            .json();
    paged += page["items"].size();
    cursor = page["next"].is_null() ? "" : page["next"].get<std::string>();
  } while (!cursor.empty());
  EXPECT_EQ(paged, drafter.get("/api/v1/series/1/observations?limit=500").json()["items"].size());
}

TEST_P(Story, AnswersAreWhatTheTableSays) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.person("approver", {"office_approver"});
  world.person("cashier", {"accountant"});
  world.person("admin", {"administrator"});
  world.person("auditor", {"auditor"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  run_october(world, drafter);
  drafter.post("/api/v1/statements/1/publish", Json::object());
  world.signed_in("approver").post("/api/v1/statements/1/confirm", {{"note", "双方书面同意"}});
  world.signed_in("cashier").post("/api/v1/statements/1/post", Json::object());
  const std::string code = drafter.get("/api/v1/statements/1").json()["code"];
  const std::map<std::string, std::string> in_path{
      {"place", "sec:hx-02"},
      {"smart_balances", "water-surface-smart"},
      {"standard", "codmn"},
      {"rule", "section-month"},
      {"public_rule", "section-month"},
      {"public_rule_example", "section-month"},
      {"pack", "demo"},
      {"public_statement", code},
      {"organisation", "root"},
      {"case_type", "annual-task"},
      {"report_overview", "plan-progress-year"},
      {"report_totals", "plan-progress-year"},
      {"report_observations", "plan-progress-year"},
      {"report", "plan-progress-year.div-341602100.2025"},
      {"report_history", "plan-progress-year.div-341602100.2025"},
      {"standing", "plant:demo-food"},
      {"register", "certificate"},
      {"right_account", "RESERVE"},
      {"right_trusted", "RESERVE"},
      {"bulletin", "2026-11-23"}};
  // Something public: what one person of the township wrote and another reviewed.
  world.person("zhao", {"township"}, "div-341602100");
  world.person("qian", {"township"}, "div-341602100");
  const Json post{{"village", "小李村"},      {"plot", "涡河右岸"}, {"funding", "local"},
                  {"conditions", "身体健康"}, {"pay_year", "6000"}, {"apply_by", "2099-12-31"}};
  const Received begun =
      world.signed_in("zhao").post("/api/v1/cases", {{"type", "ranger-appointment"}, {"values", post}});
  ASSERT_EQ(begun.status, 201) << begun.body;
  const Received posted = world.signed_in("qian").post(
      "/api/v1/cases/" + begun.json()["id"].dump() + "/actions",
      {{"step", "notice"}, {"values", {{"not_secret", true}, {"privacy_ok", true}}}});
  ASSERT_EQ(posted.status, 200) << posted.body;
  std::vector<Client> people{drafter, world.signed_in("cashier"), world.signed_in("admin"),
                             world.signed_in("auditor")};
  ASSERT_EQ(drafter.post("/api/v1/cases", {{"type", "annual-task"}, {"values", {{"title", "试"}}}}).status,
            201);
  // A request to export what is personal, of somebody who may ask for it.
  Client zhao = world.signed_in("zhao");
  ASSERT_EQ(zhao.post("/api/v1/cases", {{"type", "fault-tolerance"},
                                       {"values", {{"event", "多付一户"}, {"person", "某人"}, {"facts", "经过"}}}})
                .status,
            201);
  const Received asked =
      zhao.post("/api/v1/exports", {{"type", "fault-tolerance"}, {"fields", {"person"}}, {"format", "csv"},
                                   {"purpose", "核对"}, {"last_day", base::to_string(world.clock.today())}, {"downloads", 1}});
  ASSERT_EQ(asked.status, 201) << asked.body;
  people.push_back(zhao);
  ASSERT_EQ(drafter.post("/api/v1/rights/transactions",
                         {{"key", "1"}, {"kind", "issue"}, {"instrument", "COD-GUO"}, {"from", "ISSUE"},
                          {"to", "RESERVE"}, {"quantity", 1}, {"start", "2027-01"}, {"end", "2028-01"},
                          {"reason", "示例"}})
                .status,
            201);
  // An auction that everybody may know of.
  {
    const WorkCalendar none;
    rights::Rights registry(world.database.db(), World::tenant, world.clock, none);
    const rights::Term year{rights::Month::parse("2027-01"), rights::Month::parse("2028-01")};
    registry.set_cap("COD-GUO", std::vector<rights::Part>{{year.from.index, 12, "", 1'000}},
                     {"drafter", "approver", "示例", "test"});
    registry.propose({.key = "2", .kind = rights::TransactionKind::issue, .instrument = "COD-GUO", .from = "ISSUE",
                      .to = "RESERVE", .quantity = 900, .term = year},
                     {"drafter", "", "示例", "test"});
    registry.approve(std::string("2"), {"approver", "", "示例", "test"});
  }
  ASSERT_EQ(drafter.post("/api/v1/auctions",
                         {{"venue", "cod-guo-room"}, {"key", "1"}, {"account", "RESERVE"}, {"supply", 500},
                          {"from", "2027-01"}, {"to", "2028-01"}, {"opens", "2026-11-24T10:00:00+08:00"},
                          {"closes", "2026-11-24T11:00:00+08:00"}, {"reason", "示例"}})
                .status,
            201);
  ASSERT_EQ(world.signed_in("approver").post("/api/v1/auctions/1/approve", {{"reason", "示例"}}).status, 200);
  ASSERT_EQ(drafter.post("/api/v1/markets",
                         {{"venue", "cod-guo-market"}, {"key", "1"}, {"from", "2027-01"}, {"to", "2028-01"},
                          {"reference", "6000"}, {"first_day", "2026-11-24"}, {"last_day", "2026-12-31"}, {"reason", "示例"}})
                .status,
            201);
  ASSERT_EQ(world.signed_in("approver").post("/api/v1/markets/1/approve", {{"reason", "示例"}}).status, 200);
  ASSERT_EQ(drafter.post("/api/v1/smart-rounds",
                         {{"venue", "water-surface-smart"}, {"key", "1"}, {"vintage", 2026},
                          {"opens", "2026-11-24T10:00:00+08:00"}, {"closes", "2026-11-24T11:00:00+08:00"}, {"reason", "示例"}})
                .status,
            201);
  ASSERT_EQ(world.signed_in("approver").post("/api/v1/smart-rounds/1/approve", {{"reason", "示例"}}).status, 200);
  const RouteTable table = make_routes();
  std::size_t checked = 0;
  for (const auto& route : table.routes()) {
    if (route->method != Method::get || !route->answer_types.empty()) continue;
    std::string path = route->path;
    if (const std::size_t open = path.find('{'); open != std::string::npos)
      path.replace(open, path.find('}') - open + 1,
                   in_path.contains(route->name) ? in_path.at(route->name) : "1");
    if (route->name == "classes" || route->name == "public_classes") path += "?month=2020-10";
    if (route->name == "public_search") path += "?words=2020-10";
    if (route->name == "right_chain") path += "?account=RESERVE&instrument=COD-GUO";
    if (route->name == "public_rights") path += "?words=COD-GUO-000001";
    if (route->name == "search") path += "?words=2020-10&kind=case";
    if (route->name == "report_history") path += "?element=eco_jobs";
    if (route->name == "bank_waiting" || route->name == "bank_reconciliation") path += "?bank_account=DEMO-FISCAL";
    if (route->name == "user")
      path = "/api/v1/users/" + drafter.get("/api/v1/session").json()["user"]["id"].get<std::string>();
    Received answer;
    for (Client& person : people) {
      answer = person.get(path);
      if (answer.status == 200) break;
    }
    ASSERT_EQ(answer.status, 200) << path << " " << answer.body;
    const Json schema = route->pager ? schema::object({{"items", schema::list(route->answer)},
                                                       {"next", schema::nullable(schema::text())}})
                                     : route->answer;
    for (const auto& fault : schema::check(schema, answer.json(), table.components()))
      ADD_FAILURE() << route->name << " " << fault.field << ": " << fault.message.en;
    ++checked;
  }
  EXPECT_GT(checked, 40u);
}

TEST_P(Story, ABatchIsDoneWholeOrNotAtAll) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  run_october(world, drafter);
  const auto publish = [](const std::string& id) {
    return Json{
        {"method", "POST"}, {"path", "/api/v1/statements/" + id + "/publish"}, {"body", Json::object()}};
  };
  const Json both{{"operations", {publish("1"), publish("999")}}};
  const Received refused = drafter.post("/api/v1/batch", both);
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.json()["where"]["field"], "operations[1]");
  EXPECT_EQ(drafter.get("/api/v1/statements/1").json()["state"], "drafted");
  const Received done = drafter.post("/api/v1/batch", {{"operations", {publish("1"), publish("2")}}});
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(drafter.get("/api/v1/statements/1").json()["state"], "published");
  EXPECT_EQ(drafter.get("/api/v1/statements/2").json()["state"], "published");
  const Json signing{
      {"operations", {Json{{"method", "POST"}, {"path", "/api/v1/session"}, {"body", Json::object()}}}}};
  EXPECT_EQ(drafter.post("/api/v1/batch", signing).status, 400);
}

TEST_P(Story, ListenersHearOfChanges) {
  World world(GetParam());
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client drafter = world.signed_in("drafter");
  Wire wire(world.server->port());
  wire.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\nCookie: tributary_session=" + drafter.cookie() +
            "\r\n\r\n");
  std::string heard;
  while (heard.find("retry:") == std::string::npos && wire.receive(heard)) {
  }
  EXPECT_NE(heard.find("text/event-stream"), std::string::npos);
  run_october(world, drafter);
  while (heard.find("\"state\":\"done\"") == std::string::npos && wire.receive(heard)) {
  }
  EXPECT_NE(heard.find("event: job"), std::string::npos);
  EXPECT_NE(heard.find("event: run"), std::string::npos);
}

}  // namespace
}  // namespace tributary::api::testing
