// A smart market over HTTP: each step by the right person and refused to the others; who may see what; the
// accounts.
#include "api/world_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

const std::string at = "/api/v1/smart-rounds";
const std::string venue = "/api/v1/smart-venues/water-surface-smart";

class SmartRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  SmartRoutes() : world(GetParam()) {
    world.person("liu", {"enterprise"}, "demo-liquor");
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("pan", {"enterprise"}, "demo-pharma");
    world.person("chen", {"office_drafter"}, "office");
    world.person("wang", {"office_approver"}, "office");
    world.person("li", {"office_approver"}, "office");
    world.person("shen", {"auditor"});
    const WorkCalendar none;
    rights::Rights registry(world.database.db(), World::tenant, world.clock, none);
    const rights::Act pair{"chen", "wang", "示例", "test"};
    registry.set_cap("WATER-SURFACE", std::vector<rights::Part>{{2026, 1, "", 1'000'000}}, pair);
    const auto done = [&](const rights::Proposal& p) {
      registry.propose(p, {"chen", "", "示例", "test"});
      registry.approve(p.key, {"wang", "", "示例", "test"});
    };
    done({.key = "I",
          .kind = rights::TransactionKind::issue,
          .instrument = "WATER-SURFACE",
          .from = "ISSUE",
          .to = "H-LIQUOR",
          .quantity = 60'000,
          .vintage = 2026});
    for (const char* account : {"H-FOOD", "H-PHARMA", "RESERVE"})
      done({.key = std::string("D-") + account,
            .kind = rights::TransactionKind::deposit,
            .instrument = "CNY",
            .from = "DEMO-BANK",
            .to = account,
            .quantity = 100'000'00});
    world.serve();
  }
  static Json code(const Received& r) { return r.json().value("code", r.body); }
  static Json wish() {
    return {
        {"venue", "water-surface-smart"},
        {"key", "N1"},
        {"vintage", 2026},
        {"opens", "2026-11-24T10:00:00+08:00"},
        {"closes", "2026-11-24T11:00:00+08:00"},
        {"figures",
         Json::array({{{"id", "上中干渠"}, {"field", "capacity"}, {"value", "5000"}, {"reason", "检修"}}})},
        {"reason", "年度撮合"}};
  }
  Received step(Client& who, const char* verb, Json body = Json::object()) {
    body["reason"] = "核对无误";
    return who.post(at + "/1/" + verb, body);
  }
  void announced() {
    Client chen = world.signed_in("chen"), wang = world.signed_in("wang");
    const Received drafted = chen.post(at, wish(), {{"Idempotency-Key", "a"}});
    ASSERT_EQ(drafted.status, 201) << drafted.body;
    ASSERT_EQ(step(wang, "approve").status, 200);
  }
  void admitted(const char* name, const char* account, const char* zone, const char* purpose) {
    Client who = world.signed_in(name), chen = world.signed_in("chen");
    const Received applied =
        who.post(at + "/1/members", {{"account", account}, {"zone", zone}, {"purpose", purpose}});
    ASSERT_EQ(applied.status, 201) << applied.body;
    ASSERT_EQ(step(chen, "admit", {{"account", account}, {"admitted", true}}).status, 200);
  }
  static Json offer(const char* key, const char* account, const char* side, const char* price, int quantity) {
    return {{"key", key},       {"account", account}, {"side", side},
            {"period", "2026"}, {"price", price},     {"quantity", quantity}};
  }
  void at_time(const char* time) { world.clock.set(parse_instant(std::string("2026-11-24 ") + time)); }

  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, SmartRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(SmartRoutes, RunsFromTheNoticeToTheTitle) {
  announced();
  admitted("liu", "H-LIQUOR", "上游示例区", "工业");
  admitted("fang", "H-FOOD", "中游示例区", "工业");
  admitted("pan", "H-PHARMA", "中游示例区", "工业");
  at_time("10:30");
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), pan = world.signed_in("pan"),
         chen = world.signed_in("chen"), wang = world.signed_in("wang"), li = world.signed_in("li"),
         shen = world.signed_in("shen"), anybody = world.client();
  ASSERT_EQ(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "sell", "0.50", 20'000)).status, 201);
  const Json first = offer("F1", "H-FOOD", "buy", "1.20", 4'000);
  const Received got = fang.post(at + "/1/bids", first, {{"Idempotency-Key", "x"}});
  ASSERT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(fang.post(at + "/1/bids", first).body, got.body);  // by its own key as well
  EXPECT_EQ(code(fang.post(at + "/1/bids", offer("F2", "H-FOOD", "sell", "1", 10))), "smart_rounds.own_side");
  const Json quote = [&] {
    Json asked = offer("", "H-PHARMA", "buy", "0.9", 3'000);
    asked.erase("key");
    return pan.post(at + "/1/quote", asked).json();
  }();
  EXPECT_EQ(quote["set_aside"], "2713.50") << quote.dump();
  EXPECT_EQ(quote["faults"].size(), 0u);
  ASSERT_EQ(pan.post(at + "/1/bids", offer("P1", "H-PHARMA", "buy", "0.90", 3'000)).status, 201);
  // Before the close a bid is told to whoever made it and to nobody else.
  EXPECT_EQ(fang.get(at + "/1/bids").json()["items"].size(), 1u);
  for (Client* who : {&chen, &shen}) EXPECT_EQ(who->get(at + "/1/bids").json()["items"].size(), 0u);
  EXPECT_EQ(fang.get(at + "/1/members").json()["items"].size(), 1u);
  EXPECT_EQ(shen.get(at + "/1/members").json()["items"].size(), 3u);
  for (const std::string& body : {chen.get(at + "/1").body, chen.get(at + "/1/history").body,
                                  anybody.get("/api/v1/public/smart-rounds/1").body})
    for (const char* bid : {":4000,", ":4000}", "\"4000\""}) EXPECT_EQ(body.find(bid), std::string::npos) << body;
  EXPECT_EQ(code(step(chen, "close")), "venues.too_early");
  at_time("11:00");
  const Json waits = step(chen, "close").json();
  EXPECT_EQ(waits["phase"], "awaiting") << waits.dump();
  // 5,000 can be sent this time, 4,600 arrive: 4,000 to the food works and 600 to the pharmacists, who set
  // the price.
  const Json& result = waits["result"];
  EXPECT_EQ(result["water"]["bought"], "4600");
  EXPECT_EQ(result["water"]["lost"], "400");
  EXPECT_EQ(result["money"]["buyers_pay"], "4140.00");
  EXPECT_EQ(result["money"]["sellers_receive"], "2500.00");
  EXPECT_EQ(result["booked"]["rent_account"], "1640.00");
  EXPECT_EQ(result["balances"][0]["after"], "25000");
  EXPECT_EQ(code(step(wang, "decide", {{"granted", true}})), "venues.same_person");
  ASSERT_EQ(step(li, "decide", {{"granted", true}}).json()["phase"], "settled");
  const Json mine = liu.get(at + "/1").json()["result"];
  EXPECT_EQ(mine["orders"].size(), 3u);  // all without names
  for (const Json& order : mine["orders"]) EXPECT_EQ(order["who"].is_null(), !order["mine"].get<bool>());
  for (const Json& trade : mine["trades"]) {
    EXPECT_EQ(trade["mine"], true);
    EXPECT_TRUE(trade["buyer"].is_null());
    EXPECT_EQ(liu.get("/api/v1/rights/transactions/" + trade["transaction"].get<std::string>()).status, 200);
  }
  const Json trades = pan.get(at + "/1").json()["result"]["trades"];
  for (const Json& trade : trades)
    EXPECT_EQ(trade["transaction"].get<std::string>().empty(), !trade["mine"].get<bool>());
  EXPECT_EQ(chen.get(at + "/1/verification").json()["sound"], true);
  EXPECT_EQ(liu.get(at + "/1/verification").status, 403);  // it solves the programme again
  const RouteTable table = make_routes();
  for (const auto& fault :
       schema::check(table.components()["SmartRound"], chen.get(at + "/1").json(), table.components()))
    ADD_FAILURE() << fault.field << ": " << fault.message.en;
  const std::string told = anybody.get("/api/v1/public/smart-rounds/1").body;
  EXPECT_EQ(Json::parse(told)["result"]["prices"].size(), mine["prices"].size());
  for (const char* name : {"H-LIQUOR", "酿酒", "食品", "liu", "chen", "market-smart"})
    EXPECT_EQ(told.find(name), std::string::npos) << name;
}

TEST_P(SmartRoutes, EachStepIsTheRightPersons) {
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), chen = world.signed_in("chen"),
         wang = world.signed_in("wang"), shen = world.signed_in("shen"), anybody = world.client();
  EXPECT_EQ(liu.post(at, wish()).status, 403);
  Json wrong = wish();
  wrong["figures"][0]["id"] = "无此渠";
  EXPECT_EQ(code(chen.post(at, wrong)), "venues.bad_value");
  ASSERT_EQ(chen.post(at, wish()).status, 201);
  EXPECT_EQ(liu.get(at + "/1").status, 404);  // a draft
  EXPECT_EQ(anybody.get("/api/v1/public/smart-rounds/1").status, 404);
  EXPECT_EQ(anybody.get("/api/v1/public/smart-rounds").json()["items"].size(), 0u);
  EXPECT_EQ(anybody.get(at).status, 401);
  EXPECT_EQ(step(chen, "approve").status, 403);
  ASSERT_EQ(step(wang, "approve").status, 200);
  for (const char* verb : {"approve", "close", "decide", "cancel", "admit"})
    EXPECT_EQ(
        step(liu, verb, verb == std::string("decide") ? Json{{"granted", true}} : Json::object()).status, 403)
        << verb;
  EXPECT_EQ(
      fang.post(at + "/1/members", {{"account", "H-LIQUOR"}, {"zone", "上游示例区"}, {"purpose", "工业"}})
          .status,
      404);
  const Received refused =
      liu.post(at + "/1/members", {{"account", "H-LIQUOR"}, {"zone", "外县"}, {"purpose", "采矿"}});
  EXPECT_EQ(code(refused), "venues.not_admitted") << refused.body;
  EXPECT_NE(refused.body.find("ZONE"), std::string::npos);
  EXPECT_NE(refused.body.find("PURPOSE"), std::string::npos);
  EXPECT_EQ(shen.get(at + "/1").json()["may"].size(), 0u);
}

TEST_P(SmartRoutes, WaterIsCalledOutByTwo) {
  Client liu = world.signed_in("liu"), chen = world.signed_in("chen"), wang = world.signed_in("wang");
  const Json call{{"key", "C1"}, {"link", "上中干渠"}, {"quantity", "5000"}, {"reason", "春灌"}};
  EXPECT_EQ(liu.post(venue + "/calls", call).status, 403);
  EXPECT_EQ(chen.post("/api/v1/smart-venues/none/calls", call).status, 404);
  Json most = call;
  most["quantity"] = "20001";
  EXPECT_EQ(code(chen.post(venue + "/calls", most)), "smart_rounds.balance_limit");
  const Received proposed = chen.post(venue + "/calls", call);
  ASSERT_EQ(proposed.status, 201) << proposed.body;
  EXPECT_EQ(proposed.json()["accounts"][0]["balance"], "20000");
  EXPECT_EQ(liu.get(venue + "/balances").json()["calls"].size(), 0u);
  EXPECT_EQ(chen.post(venue + "/calls/1/decide", {{"granted", true}, {"reason", "同意"}}).status, 403);
  const Received done = wang.post(venue + "/calls/1/decide", {{"granted", true}, {"reason", "同意"}});
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json()["accounts"][0]["balance"], "15000");
  const Json seen = liu.get(venue + "/balances").json();
  EXPECT_EQ(seen["calls"][0]["proposed_by"], "");
  EXPECT_EQ(seen["accounts"][0]["entries"].size(), 2u);
}

// Granted after the seller's account was frozen: whose trade it was and the office are told why it unwound, nobody else.
TEST_P(SmartRoutes, WhyATradeWasRefusedIsToldToThoseConcerned) {
  announced();
  admitted("liu", "H-LIQUOR", "上游示例区", "工业");
  admitted("fang", "H-FOOD", "中游示例区", "工业");
  admitted("pan", "H-PHARMA", "中游示例区", "工业");
  at_time("10:30");
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), pan = world.signed_in("pan"),
         chen = world.signed_in("chen"), li = world.signed_in("li"), anybody = world.client();
  ASSERT_EQ(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "sell", "0.50", 20'000)).status, 201);
  ASSERT_EQ(fang.post(at + "/1/bids", offer("F1", "H-FOOD", "buy", "1.20", 4'000)).status, 201);
  ASSERT_EQ(pan.post(at + "/1/bids", offer("P1", "H-PHARMA", "buy", "0.90", 3'000)).status, 201);
  at_time("11:00");
  ASSERT_EQ(step(chen, "close").status, 200);
  const WorkCalendar none;
  rights::Rights(world.database.db(), World::tenant, world.clock, none)
      .set_status("H-LIQUOR", rights::AccountStatus::frozen, {"chen", "wang", "示例", "test"});
  ASSERT_EQ(step(li, "decide", {{"granted", true}}).json()["phase"], "cancelled");
  const auto told = [](const Received& got, bool office) {
    int why = 0;
    const Json trades = got.json()["result"]["trades"];
    EXPECT_EQ(trades.size(), 2u);
    for (const Json& trade : trades) {
      EXPECT_EQ(trade["state"], "rejected");
      const std::string text = trade["why"];
      EXPECT_EQ(text.empty(), !office && !trade["mine"].get<bool>()) << trade.dump();
      if (text.empty()) continue;
      ++why;
      for (const char* part : {"核对无误", "账户 H-LIQUOR", "H-LIQUOR is"})
        EXPECT_NE(text.find(part), std::string::npos) << text;
    }
    return why;
  };
  EXPECT_EQ(told(li.get(at + "/1"), true), 2);
  EXPECT_EQ(told(liu.get(at + "/1"), false), 2);
  for (Client* buyer : {&fang, &pan}) EXPECT_EQ(told(buyer->get(at + "/1"), false), 1);
  EXPECT_EQ(told(anybody.get("/api/v1/public/smart-rounds/1"), false), 0);
}

// Everything of the stream until `what` has come.
std::string heard(World& world, Client* who, const std::string& path, const std::string& last, const std::string& what) {
  Wire wire(world.server->port());
  wire.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" +
            (who == nullptr ? "" : "Cookie: tributary_session=" + who->cookie() + "\r\n") +
            (last.empty() ? "" : "Last-Event-ID: " + last + "\r\n") + "\r\n");
  std::string out;
  while (out.find(what) == std::string::npos && wire.receive(out)) {
  }
  return out;
}

TEST_P(SmartRoutes, ARoundTellsWhatHappensInIt) {
  const std::string open = "/api/v1/public/smart-rounds/1/events";
  Client chen = world.signed_in("chen"), wang = world.signed_in("wang"), liu = world.signed_in("liu");
  ASSERT_EQ(chen.post(at, wish()).status, 201);
  for (const std::string& path : {at + "/1/events", open}) EXPECT_EQ(liu.get(path).status, 404) << path;  // a draft
  EXPECT_EQ(world.client().get(open).status, 404);
  EXPECT_EQ(world.client().get(at + "/1/events").status, 401);
  EXPECT_NE(heard(world, &chen, at + "/1/events", "", "id: 1").find("drafted"), std::string::npos);
  ASSERT_EQ(step(wang, "approve").status, 200);
  const std::string first = heard(world, &liu, at + "/1/events", "", "id: 2");
  EXPECT_NE(first.find("event: clock"), std::string::npos);
  EXPECT_NE(first.find("\"event\":\"announced\",\"detail\":\""), std::string::npos) << first;
  // Meanwhile members are admitted and bid; bids make no event.
  admitted("liu", "H-LIQUOR", "上游示例区", "工业");
  admitted("fang", "H-FOOD", "中游示例区", "工业");
  at_time("10:30");
  Client fang = world.signed_in("fang");
  liu = world.signed_in("liu");
  const auto events = [&] { return liu.get(at + "/1/history").json()["items"].size(); };
  const std::size_t before = events();
  ASSERT_EQ(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "sell", "0.50", 20'000)).status, 201);
  ASSERT_EQ(fang.post(at + "/1/bids", offer("F1", "H-FOOD", "buy", "1.20", 4'000)).status, 201);
  EXPECT_EQ(events(), before);
  at_time("11:00");
  chen = world.signed_in("chen");
  Client li = world.signed_in("li");
  ASSERT_EQ(step(chen, "close").status, 200);
  ASSERT_EQ(step(li, "decide", {{"granted", true}}).status, 200);
  const std::string again = heard(world, &liu, at + "/1/events", "2", "\"decided\"");
  EXPECT_EQ(again.find("id: 2\n"), std::string::npos) << again;
  EXPECT_NE(again.find("\"event\":\"closed\""), std::string::npos) << again;
  EXPECT_NE(again.find("\"event\":\"decided\",\"detail\":\"granted\""), std::string::npos) << again;
  // Everybody hears that something happened since the notice, and no more.
  const std::string told = heard(world, nullptr, open, "", "\"decided\"");
  for (const char* event : {"\"announced\"", "\"closed\""}) EXPECT_NE(told.find(event), std::string::npos) << told;
  for (const char* not_told : {"drafted", "detail", "granted"}) EXPECT_EQ(told.find(not_told), std::string::npos) << told;
}

TEST_P(SmartRoutes, TheBulletinOfTheDayTellsOfTheRound) {
  announced();
  admitted("liu", "H-LIQUOR", "上游示例区", "工业");
  admitted("fang", "H-FOOD", "中游示例区", "工业");
  at_time("10:30");
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), chen = world.signed_in("chen"), anybody = world.client();
  ASSERT_EQ(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "sell", "0.50", 20'000)).status, 201);
  ASSERT_EQ(fang.post(at + "/1/bids", offer("F1", "H-FOOD", "buy", "1.20", 4'000)).status, 201);
  EXPECT_EQ(anybody.get("/api/v1/public/bulletins").json()["items"].size(), 0u);
  at_time("11:00");
  const Json done = step(chen, "close").json();
  const Json line = anybody.get("/api/v1/public/bulletins").json()["items"][0];
  EXPECT_EQ(line["day"], "2026-11-24") << line.dump();
  EXPECT_EQ(line["rounds"], 1);
  const Received got = anybody.get("/api/v1/public/bulletins/2026-11-24");
  ASSERT_EQ(got.json()["rounds"].size(), 1u) << got.body;
  const Json round = got.json()["rounds"][0];
  EXPECT_EQ(round["number"], 1);
  EXPECT_EQ(round["instrument"]["code"], "WATER-SURFACE");
  EXPECT_EQ(round["vintage"], 2026);
  EXPECT_EQ(round["bids"], 2);
  EXPECT_EQ(std::to_string(round["bought"].get<int>()), done["result"]["water"]["bought"]);
  EXPECT_EQ(round["rent"], done["result"]["booked"]["rent"]);
  EXPECT_EQ(round["state"], "awaiting");
  Json quoted = Json::array();  // the prices of the result that an order meets
  for (Json price : done["result"]["prices"])
    if (price["quoted"].get<bool>()) {
      price.erase("quoted");
      quoted.push_back(price);
    }
  EXPECT_EQ(round["prices"], quoted);
  EXPECT_FALSE(quoted.empty());
  for (const char* secret : {"H-LIQUOR", "H-FOOD", "chen"}) EXPECT_EQ(got.body.find(secret), std::string::npos);
}

}  // namespace
}  // namespace tributary::api::testing
