// A market over HTTP: each step by the right person and refused to the others; what one sees of another; the stream.
#include "api/world_testing.h"
#include "venues/markets.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

const std::string at = "/api/v1/markets";

class MarketRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  MarketRoutes() : world(GetParam()) {
    world.person("liu", {"enterprise"}, "demo-liquor");
    world.person("liang", {"enterprise"}, "demo-liquor");
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("pan", {"enterprise"}, "demo-pharma");
    world.person("chen", {"office_drafter"}, "office");
    world.person("sun", {"office_drafter"}, "office");
    world.person("wang", {"office_approver"}, "office");
    world.person("li", {"office_approver"}, "office");
    world.person("shen", {"auditor"});
    world.person("admin", {"administrator"});
    rights::Rights registry = rights();
    registry.set_cap("COD-GUO", std::vector<rights::Part>{{year.from.index, 12, "", 100'000}}, pair);
    const auto done = [&](const rights::Proposal& p) {
      registry.propose(p, {"chen", "", "示例", "test"});
      registry.approve(p.key, {"wang", "", "示例", "test"});
    };
    done({.key = "I", .kind = rights::TransactionKind::issue, .instrument = "COD-GUO", .from = "ISSUE",
          .to = "RESERVE", .quantity = 100'000, .term = year});
    for (const char* account : {"H-LIQUOR", "H-FOOD", "H-PHARMA"}) {
      done({.key = std::string("A-") + account, .kind = rights::TransactionKind::allocate, .instrument = "COD-GUO",
            .from = "RESERVE", .to = account, .quantity = 20'000, .term = year});
      done({.key = std::string("D-") + account, .kind = rights::TransactionKind::deposit, .instrument = "CNY",
            .from = "DEMO-BANK", .to = account, .quantity = 500'000'00});
    }
    world.serve();
  }
  rights::Rights rights() { return {world.database.db(), World::tenant, world.clock, none}; }
  static Json code(const Received& r) { return r.json().value("code", r.body); }
  static Json wish(const char* venue = "cod-guo-market") {
    return {{"venue", venue},          {"key", venue},     {"from", "2027-01"},          {"to", "2028-01"},
            {"reference", "6000"},     {"reference_source", "示例：上年均价"}, {"first_day", "2026-11-24"},
            {"last_day", std::string_view(venue) == "cod-guo-lease" ? "2026-12-10" : "2026-12-31"}, {"reason", "开市"}};
  }
  Received step(Client& who, const char* verb, Json body = Json::object()) {
    body["reason"] = "核对无误";
    return who.post(at + "/1/" + verb, body);
  }
  // Listed by chen, approved by wang, the two plants admitted by sun, and its first step kept.
  void open(const char* venue = "cod-guo-market", const std::vector<std::pair<const char*, const char*>>& members = {
                                                      {"liu", "H-LIQUOR"}, {"fang", "H-FOOD"}}) {
    Client chen = world.signed_in("chen"), wang = world.signed_in("wang"), sun = world.signed_in("sun");
    const Received drafted = chen.post(at, wish(venue), {{"Idempotency-Key", "a"}});
    ASSERT_EQ(drafted.status, 201) << drafted.body;
    ASSERT_EQ(step(wang, "approve").status, 200);
    for (const auto& [name, account] : members) {
      Client who = world.signed_in(name);
      const Received applied = who.post(at + "/1/members", {{"account", account}, {"zone", "涡河"}});
      ASSERT_EQ(applied.status, 201) << applied.body;
      ASSERT_EQ(step(sun, "admit", {{"account", account}, {"admitted", true}}).status, 200);
    }
  }
  static Json offer(const char* key, const char* account, const char* side, const char* price, int quantity) {
    return {{"key", key}, {"account", account}, {"side", side}, {"price", price}, {"quantity", quantity}};
  }
  Json view(Client& who) { return who.get(at + "/1").json(); }

  const rights::Term year{rights::Month::parse("2027-01"), rights::Month::parse("2028-01")};
  const rights::Act pair{"chen", "wang", "示例", "test"};
  const WorkCalendar none;
  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, MarketRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(MarketRoutes, RunsFromTheListingToTheTitle) {
  open();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), chen = world.signed_in("chen"),
         wang = world.signed_in("wang"), li = world.signed_in("li");
  EXPECT_EQ(view(liu)["depth"]["phase"], "continuous") << view(liu).dump();
  EXPECT_EQ(view(liu)["may"], Json::array({"trade"}));
  EXPECT_EQ(view(chen)["may"], Json::array({"halt"}));
  const Json first = offer("L1", "H-LIQUOR", "sell", "6000", 3'000);
  const Received got = liu.post(at + "/1/orders", first, {{"Idempotency-Key", "x"}});
  ASSERT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(liu.post(at + "/1/orders", first, {{"Idempotency-Key", "x"}}).body, got.body);
  EXPECT_EQ(liu.post(at + "/1/orders", first).json()["order"], got.json()["order"]);  // by its own key as well
  EXPECT_EQ(code(liu.post(at + "/1/orders", offer("L1", "H-LIQUOR", "sell", "6000", 2'000))), "venues.key_conflict");
  // Another's key is no matter of his.
  const Received bought = fang.post(at + "/1/orders", offer("L1", "H-FOOD", "buy", "6100", 2'000));
  ASSERT_EQ(bought.status, 201) << bought.body;
  const Json deal = bought.json()["deals"].at(0);
  EXPECT_EQ(deal["price"], "6000");  // of the order that was there first
  EXPECT_EQ(deal["amount"], "12000.00");
  EXPECT_EQ(deal["state"], "conditional");
  EXPECT_EQ(deal["mine"], "buy");
  EXPECT_EQ(deal["seller"]["account"], "H-LIQUOR");
  EXPECT_EQ(bought.json()["order"]["state"], "filled");
  const Json depth = view(liu)["depth"];
  EXPECT_EQ(depth["sells"], Json::array({{{"price", "6000"}, {"quantity", 1'000}}}));
  EXPECT_TRUE(depth["buys"].empty());
  // Lowered, then withdrawn; a retry does no harm.
  EXPECT_EQ(liu.post(at + "/1/orders/1/reduction", {{"account", "H-LIQUOR"}, {"quantity", 2'500}}).json()["left"], 500);
  EXPECT_EQ(code(liu.post(at + "/1/orders/1/reduction", {{"account", "H-LIQUOR"}, {"quantity", 9'000}})), "venues.bad_value");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(liu.post(at + "/1/orders/1/cancellation", {{"account", "H-LIQUOR"}}).json()["state"], "cancelled");
  // The deal waits for an authority that had no other part.
  ASSERT_EQ(chen.get(at + "/1/undecided").json()["items"].size(), 1u);
  EXPECT_EQ(chen.get(at + "/1/undecided").json()["items"][0]["buyer"]["owner"]["code"], "ent:demo-food");
  EXPECT_EQ(step(chen, "decide", {{"deal", 1}, {"granted", true}}).status, 403);
  const Received granted = step(li, "decide", {{"deal", 1}, {"granted", true}});
  ASSERT_EQ(granted.status, 200) << granted.body;
  EXPECT_EQ(code(step(wang, "decide", {{"deal", 1}, {"granted", true}})), "venues.wrong_state");
  EXPECT_EQ(fang.get(at + "/1/deals").json()["items"][0]["state"], "completed");
  EXPECT_EQ(view(fang)["mine"][0]["goods"], 22'000);
  EXPECT_EQ(view(fang)["mine"][0]["cash"], "487940.00");  // 12,000 yuan and half a per cent
  EXPECT_EQ(view(liu)["mine"][0]["goods"], 18'000);
  const Json day = liu.get(at + "/1/days").json()["items"].at(0);
  EXPECT_EQ(day["closing"], "6000");
  EXPECT_EQ(day["quantity"], 2'000);
  EXPECT_EQ(day["over"], false);
  EXPECT_EQ(chen.get(at + "/1/verification").json()["sound"], true);
  EXPECT_EQ(liu.get(at).json()["items"][0]["last"], "6000");
  // For everybody: book, deals and days, and nobody's name.
  for (const char* path : {"", "/1", "/1/deals", "/1/days"}) {
    const Received told = world.client().get(std::string("/api/v1/public/markets") + path);
    ASSERT_EQ(told.status, 200) << told.body;
    EXPECT_NE(told.body.find("6000"), std::string::npos) << path;
    for (const char* name : {"H-LIQUOR", "H-FOOD", "酿酒", "食品", "liu", "chen"})
      EXPECT_EQ(told.body.find(name), std::string::npos) << path;
  }
}

TEST_P(MarketRoutes, WhatTheBookRefusesIsKeptAndToldWithItsReason) {
  open();
  Client liu = world.signed_in("liu");
  const Json far = offer("L1", "H-LIQUOR", "sell", "9000", 100);
  const Received refused = liu.post(at + "/1/orders", far, {{"Idempotency-Key", "x"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.json()["code"], "venues.order_refused");
  EXPECT_EQ(refused.json()["where"]["field"], "price_outside_band");
  EXPECT_NE(refused.json()["detail"]["zh"].get<std::string>(), "");
  EXPECT_EQ(liu.post(at + "/1/orders", far, {{"Idempotency-Key", "x"}}).body, refused.body);
  // More than he has: the registry's words with it.
  const Received poor = liu.post(at + "/1/orders", offer("L2", "H-LIQUOR", "buy", "6600", 9'900));
  EXPECT_EQ(poor.status, 201);  // 65,340 of 500,000 yuan
  const Received short_of = liu.post(at + "/1/proposals", {{"key", "L3"}, {"account", "H-LIQUOR"}, {"counterparty", "H-FOOD"},
                                                       {"side", "sell"}, {"price", "6000"}, {"quantity", 30'000},
                                                       {"until", "2026-11-24T18:00:00+08:00"}});
  EXPECT_EQ(short_of.json()["where"]["field"], "not_covered") << short_of.body;
  EXPECT_NE(short_of.json()["detail"]["zh"].get<std::string>().find("："), std::string::npos);
  const Json orders = liu.get(at + "/1/orders").json()["items"];
  ASSERT_EQ(orders.size(), 3u);
  EXPECT_EQ(orders[0]["reason"], "not_covered");
  EXPECT_EQ(orders[2]["reason"], "price_outside_band");
  EXPECT_EQ(orders[2]["state"], "refused");
  EXPECT_EQ(orders[2]["key"], "L1");
  EXPECT_EQ(liu.get(at + "/1/orders?open=true").json()["items"].size(), 1u);
  const Received page = liu.get(at + "/1/orders?limit=2");
  EXPECT_EQ(liu.get(at + "/1/orders?limit=2&cursor=" + page.json()["next"].get<std::string>()).json()["items"].size(), 1u);
  EXPECT_EQ(view(liu)["mine"][0]["goods"], 20'000);
  EXPECT_EQ(liu.post(at + "/1/cancellation", {{"account", "H-LIQUOR"}}).json()["cancelled"], 1);
  EXPECT_EQ(view(liu)["mine"][0]["cash"], "500000.00");
  EXPECT_EQ(world.signed_in("chen").get(at + "/1/verification").json()["sound"], true);
  EXPECT_EQ(liu.get(at + "/1/verification").status, 403);  // it replays everything
}

// Only the use for the months is picked: everybody is told so, the lessee has it on lease and may give it back.
TEST_P(MarketRoutes, ALeaseIsPickedAndComesBack) {
  open("cod-guo-lease");
  Json late = wish("cod-guo-lease");  // decided when it would be running already
  late["key"] = "late";
  late["last_day"] = "2026-12-20";
  EXPECT_EQ(code(world.signed_in("chen").post(at, late)), "venues.bad_value");
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), li = world.signed_in("li"), sun = world.signed_in("sun");
  Client anybody(world.server->port());
  for (const Json& seen : {view(liu), anybody.get("/api/v1/public/markets/1").json()}) EXPECT_EQ(seen["lease"]["longest"], 12) << seen.dump();
  const Json offered = sun.get("/api/v1/market-venues").json()["items"];
  for (const Json& venue : offered)
    EXPECT_EQ(venue["lease"].is_null(), venue["venue"] != "cod-guo-lease") << venue.dump();
  ASSERT_EQ(liu.post(at + "/1/orders", offer("L1", "H-LIQUOR", "sell", "6000", 3'000)).status, 201);
  Json pick{{"account", "H-FOOD"}, {"key", "F1"}, {"offer", 1}, {"quantity", 2'000}};
  const Received got = fang.post(at + "/1/picks", pick);
  ASSERT_EQ(got.status, 201) << got.body;
  const std::string trade = got.json()["deals"].at(0)["transaction"];
  ASSERT_EQ(step(li, "decide", {{"deal", 1}, {"granted", true}}).status, 200);
  const Json booked = fang.get("/api/v1/rights/transactions/" + trade).json();
  EXPECT_EQ(booked["kind"], "trade");
  EXPECT_EQ(booked["kind_title"]["zh"], "成交（租赁）");
  EXPECT_EQ(booked["returnable"], (Json{{"from", "2027-01"}, {"to", "2028-01"}}));
  const Json month = fang.get("/api/v1/rights/months?from=2027-01&to=2027-02").json()["items"][0];
  EXPECT_EQ(month["leased"], 2'000);
  EXPECT_EQ(month["free"], 20'000);
  // Not to be let out again.
  EXPECT_EQ(fang.post(at + "/1/orders", offer("F2", "H-FOOD", "sell", "6000", 20'100)).json()["where"]["field"], "not_covered");
  const Json back{{"key", "B1"}, {"kind", "lease_return"}, {"refers", trade}, {"start", "2027-06"}, {"end", "2028-01"}, {"reason", "停产"}};
  EXPECT_NE(liu.post("/api/v1/rights/transactions", back).status, 201);
  const Received asked = fang.post("/api/v1/rights/transactions", back);
  ASSERT_EQ(asked.status, 201) << asked.body;
  ASSERT_EQ(li.post("/api/v1/rights/transactions/B1/approve", {{"reason", "同意"}}).status, 200);
  EXPECT_EQ(liu.get("/api/v1/rights/months?from=2027-06&to=2027-07").json()["items"][0]["held"], 20'000);
  EXPECT_EQ(liu.get("/api/v1/rights/months?from=2027-05&to=2027-06").json()["items"][0]["held"], 18'000);
}

TEST_P(MarketRoutes, AreListedPageByPage) {
  Client chen = world.signed_in("chen"), wang = world.signed_in("wang"), liu = world.signed_in("liu");
  Client anybody(world.server->port());
  for (const char* venue : {"cod-guo-market", "cod-guo-call", "cod-guo-board"})
    ASSERT_EQ(chen.post(at, wish(venue), {{"Idempotency-Key", venue}}).status, 201);
  const auto numbers = [](Client& who, const std::string& path) {
    std::string out;
    for (Json page = who.get(path + "limit=1").json();; page = who.get(path + "limit=1&cursor=" + page["next"].get<std::string>()).json()) {
      for (const Json& row : page["items"]) out += std::to_string(row["number"].get<int>()) + " ";
      if (!page.value("next", Json(nullptr)).is_string()) return out;
    }
  };
  EXPECT_EQ(numbers(chen, at + "?"), "3 2 1 ");
  EXPECT_EQ(numbers(liu, at + "?"), "");  // drafts of the office
  for (const char* number : {"1", "3"})
    ASSERT_EQ(wang.post(at + "/" + number + "/approve", {{"reason", "核对无误"}}).status, 200);
  EXPECT_EQ(numbers(liu, at + "?"), "3 1 ");
  EXPECT_EQ(numbers(anybody, "/api/v1/public/markets?"), "3 1 ");
  EXPECT_EQ(numbers(liu, at + "?instrument=COD-GUO&"), "3 1 ");
  EXPECT_EQ(numbers(liu, at + "?instrument=NH3N-GUO&"), "");
  EXPECT_EQ(code(liu.get(at + "?cursor=x")), "api.bad_parameter");
}

TEST_P(MarketRoutes, NobodySeesOrTouchesAnothersOrders) {
  open();
  Client liu = world.signed_in("liu");
  ASSERT_EQ(liu.post(at + "/1/orders", offer("liquor-secret-key", "H-LIQUOR", "sell", "6210", 4'700)).status, 201);
  EXPECT_EQ(world.signed_in("liang").get(at + "/1/orders").json()["items"].size(), 1u);  // of the same party
  const RouteTable table = make_routes();
  for (const char* name : {"fang", "pan", "chen", "wang", "shen", "admin"}) {
    Client who = world.signed_in(name);
    for (const auto& route : table.routes()) {
      if (route->method != Method::get || route->path.find("market") == std::string::npos || route->name == "market_events")
        continue;
      std::string path = route->path;
      if (const std::size_t open = path.find('{'); open != std::string::npos)
        path.replace(open, path.find('}') - open + 1, "1");
      const Received told = who.get(path);
      EXPECT_EQ(told.body.find("liquor-secret-key"), std::string::npos) << name << " " << path;
      if (route->name == "market_orders" && told.status == 200) EXPECT_TRUE(told.json()["items"].empty()) << name;
    }
    EXPECT_NE(who.get(at + "/1/orders?account=H-LIQUOR").status, 200) << name;
    for (const char* path : {"/1/orders", "/1/quote"}) {
      Json body = offer("k", "H-LIQUOR", "sell", "6000", 100);
      if (std::string(path) == "/1/quote") body.erase("key");
      EXPECT_GE(who.post(at + path, body).status, 400) << name;
    }
    for (const char* path : {"/1/orders/1/cancellation", "/1/cancellation"})
      EXPECT_GE(who.post(at + path, {{"account", "H-LIQUOR"}}).status, 400) << name;
    EXPECT_GE(who.post(at + "/1/orders/1/reduction", {{"account", "H-LIQUOR"}, {"quantity", 100}}).status, 400) << name;
  }
  Client fang = world.signed_in("fang");
  EXPECT_EQ(code(fang.post(at + "/1/orders/1/cancellation", {{"account", "H-FOOD"}})), "venues.not_yours");
  EXPECT_EQ(view(liu)["depth"]["sells"][0]["quantity"], 4'700);
  // Holders have no office here.
  EXPECT_EQ(fang.post(at, wish()).status, 403);
  for (const char* verb : {"approve", "reject", "end", "admit", "halt", "resume", "decide"})
    EXPECT_EQ(step(fang, verb).status, 403) << verb;
  EXPECT_EQ(fang.get(at + "/1/undecided").status, 403);
  EXPECT_EQ(fang.get(at + "/1/members").json()["items"].size(), 1u);
}

TEST_P(MarketRoutes, NobodyTakesTwoParts) {
  world.person("both", {"office_drafter", "office_approver"}, "office");
  Client both = world.signed_in("both"), liu = world.signed_in("liu"), wang = world.signed_in("wang"),
         pan = world.signed_in("pan"), chen = world.signed_in("chen");
  ASSERT_EQ(both.post(at, wish()).status, 201);
  EXPECT_EQ(liu.get(at + "/1").status, 404);  // a draft
  EXPECT_EQ(world.client().get("/api/v1/public/markets/1").status, 404);
  EXPECT_TRUE(liu.get(at).json()["items"].empty());
  EXPECT_EQ(code(step(both, "approve")), "venues.same_person");
  ASSERT_EQ(step(wang, "approve").status, 200);
  EXPECT_EQ(code(chen.post(at + "/1/members", {{"account", "H-LIQUOR"}, {"zone", "涡河"}})), "api.not_your_party");
  // Everything that fails is named, with its source.
  const Received refused = pan.post(at + "/1/members", {{"account", "H-PHARMA"}, {"zone", "西淝河"}});
  EXPECT_EQ(refused.json()["code"], "venues.not_admitted");
  EXPECT_EQ(refused.json()["errors"][0]["field"], "BASIN");
  // Not admitted, not traded.
  EXPECT_EQ(code(liu.post(at + "/1/orders", offer("1", "H-LIQUOR", "sell", "6000", 100))), "venues.not_admitted");
  ASSERT_EQ(step(wang, "end").status, 200);
  EXPECT_EQ(view(liu)["state"], "ended");
  EXPECT_EQ(view(liu)["depth"], nullptr);
}

TEST_P(MarketRoutes, AQuoteSaysWhatAnOrderComesTo) {
  open();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang");
  ASSERT_EQ(liu.post(at + "/1/orders", offer("1", "H-LIQUOR", "sell", "6100", 1'000)).status, 201);
  const auto quote = [&](const char* side, const char* price, int quantity) {
    return fang.post(at + "/1/quote", {{"account", "H-FOOD"}, {"side", side}, {"price", price}, {"quantity", quantity}}).json();
  };
  const Json fine = quote("buy", "6200", 2'000);
  EXPECT_EQ(fine["price"], "12400.00") << fine.dump();
  EXPECT_EQ(fine["fees"], "62.00");
  EXPECT_EQ(fine["total"], "12462.00");
  EXPECT_EQ(fine["at_once"], 1'000);
  EXPECT_EQ(fine["at_once_amount"], "6100.00");
  EXPECT_EQ(fine["free"], "500000.00");
  EXPECT_TRUE(fine["faults"].empty());
  EXPECT_EQ(quote("sell", "6000", 2'000)["free"], "20000");
  const Json far = quote("buy", "9000", 2'000)["faults"].at(0);
  EXPECT_EQ(far["field"], "price");
  EXPECT_EQ(far["code"], "exchange.price_outside_band");
  EXPECT_EQ(quote("buy", "6005", 2'000)["faults"].at(0)["field"], "price");
  EXPECT_EQ(quote("buy", "6000", 150)["faults"].at(0)["field"], "quantity");
  EXPECT_EQ(view(fang)["depth"]["sells"][0]["quantity"], 1'000);  // nothing happened
}

TEST_P(MarketRoutes, ABulkAgreementIsConfirmedByItsTerms) {
  open();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), shen = world.signed_in("shen");
  const Json wish{{"key", "B"},          {"account", "H-LIQUOR"}, {"counterparty", "H-FOOD"},
                  {"side", "sell"},      {"price", "7500"},       {"quantity", 10'000},
                  {"until", "2026-11-24T18:00:00+08:00"}};
  const Received made = liu.post(at + "/1/proposals", wish);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body.find("demo-food"), std::string::npos) << made.body;  // whose account it is, it does not tell
  EXPECT_TRUE(shen.get(at + "/1/proposals").json()["items"].empty());
  const Json waits = fang.get(at + "/1/proposals").json()["items"].at(0);
  EXPECT_EQ(waits["from"]["account"], "H-LIQUOR");
  EXPECT_EQ(waits["side"], "buy");
  EXPECT_EQ(waits["quote"]["price"], "75000.00");
  EXPECT_TRUE(waits["quote"]["faults"].empty()) << waits.dump();
  const std::string path = at + "/1/proposals/1/";
  EXPECT_EQ(code(fang.post(path + "confirmation", {{"account", "H-FOOD"}, {"terms_hash", std::string(64, '0')}})),
            "venues.order_refused");
  const Received done = fang.post(path + "confirmation", {{"account", "H-FOOD"}, {"terms_hash", waits["terms_hash"]}});
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json()["state"], "filled");
  EXPECT_EQ(done.json()["deals"][0]["kind"], "bulk");
  Json again = wish;
  again["key"] = "C";
  ASSERT_EQ(liu.post(at + "/1/proposals", again).status, 201);
  EXPECT_EQ(liu.post(at + "/1/proposals/2/withdrawal", {{"account", "H-LIQUOR"}}).json()["state"], "cancelled");
}

TEST_P(MarketRoutes, OffersOfABoardArePicked) {
  open("cod-guo-board");
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang");
  ASSERT_EQ(liu.post(at + "/1/orders", offer("1", "H-LIQUOR", "sell", "6100", 1'000)).status, 201);
  ASSERT_EQ(liu.post(at + "/1/orders", offer("2", "H-LIQUOR", "sell", "6200", 1'000)).status, 201);
  const Json offers = view(fang)["depth"]["offers"];
  ASSERT_EQ(offers.size(), 2u);
  EXPECT_EQ(offers[0]["mine"], false);
  EXPECT_EQ(view(liu)["depth"]["offers"][0]["mine"], true);
  const auto pick = [&](int order, int quantity) {
    return Json{{"key", "p" + std::to_string(order)}, {"account", "H-FOOD"}, {"offer", order}, {"quantity", quantity}};
  };
  EXPECT_EQ(fang.post(at + "/1/picks", pick(2, 500)).json()["where"]["field"], "not_the_best");
  const Json quote = fang.post(at + "/1/quote", {{"account", "H-FOOD"}, {"offer", 1}, {"quantity", 500}}).json();
  EXPECT_EQ(quote["side"], "buy");
  EXPECT_EQ(quote["at_once"], 500) << quote.dump();
  EXPECT_EQ(quote["total"], "3065.25");
  const Received picked = fang.post(at + "/1/picks", pick(1, 500));
  ASSERT_EQ(picked.status, 201) << picked.body;
  EXPECT_EQ(picked.json()["deals"][0]["kind"], "listed");
  EXPECT_EQ(view(fang)["depth"]["offers"][0]["quantity"], 500);
}

TEST_P(MarketRoutes, WhoMayTradeNoMoreIsPassedOverInOneRequest) {
  open("cod-guo-market", {{"liu", "H-LIQUOR"}, {"fang", "H-FOOD"}, {"pan", "H-PHARMA"}});
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), pan = world.signed_in("pan");
  ASSERT_EQ(liu.post(at + "/1/orders", offer("1", "H-LIQUOR", "sell", "6000", 1'000)).status, 201);
  ASSERT_EQ(pan.post(at + "/1/orders", offer("1", "H-PHARMA", "sell", "6010", 1'000)).status, 201);
  rights().set_status("H-LIQUOR", rights::AccountStatus::frozen, pair);
  const Received bought = fang.post(at + "/1/orders", offer("1", "H-FOOD", "buy", "6010", 1'000), {{"Idempotency-Key", "z"}});
  ASSERT_EQ(bought.status, 201) << bought.body;
  ASSERT_EQ(bought.json()["deals"].size(), 1u);
  EXPECT_EQ(bought.json()["deals"][0]["seller"]["account"], "H-PHARMA");
  EXPECT_EQ(view(liu)["mine"][0]["state"], "blocked");
  const Received proof = world.signed_in("chen").get(at + "/1/verification");
  EXPECT_EQ(proof.json()["sound"], true) << proof.body;
}

// Everything of the stream until `what` has come.
std::string heard(World& world, Client& who, const std::string& last, const std::string& what) {
  Wire wire(world.server->port());
  wire.send("GET /api/v1/markets/1/events HTTP/1.1\r\nHost: a\r\nCookie: tributary_session=" + who.cookie() + "\r\n" +
            (last.empty() ? "" : "Last-Event-ID: " + last + "\r\n") + "\r\n");
  std::string out;
  while (out.find(what) == std::string::npos && wire.receive(out)) {
  }
  return out;
}

TEST_P(MarketRoutes, TheStreamTellsThatTheBookChangedAndTheClockKeepsTheSessions) {
  open();
  Client liu = world.signed_in("liu"), chen = world.signed_in("chen"), fang = world.signed_in("fang");
  const std::string first = heard(world, liu, "", "event: market");
  const std::int64_t before = view(liu)["depth"]["commands"].get<std::int64_t>();
  EXPECT_NE(first.find("id: " + std::to_string(before) + "-open-0-0"), std::string::npos) << first;
  ASSERT_EQ(liu.post(at + "/1/orders", offer("1", "H-LIQUOR", "sell", "6150", 4'700)).status, 201);
  const std::string next = heard(world, liu, std::to_string(before) + "-open-0-0", "event: market");
  EXPECT_NE(next.find("\"commands\":" + std::to_string(before + 1)), std::string::npos) << next;
  for (const char* secret : {"LIQUOR", "6150", "4700"}) EXPECT_EQ(next.find(secret), std::string::npos);
  EXPECT_EQ(world.client().get(at + "/1/events").status, 401);
  // A halt until half past nine ends by itself, with nobody asking.
  ASSERT_EQ(step(chen, "halt", {{"until", "2026-11-24T09:30:00+08:00"}}).status, 200);
  EXPECT_EQ(view(liu)["halt_reason"], "核对无误");
  EXPECT_EQ(fang.post(at + "/1/orders", offer("1", "H-FOOD", "buy", "6150", 100)).json()["where"]["field"], "halted");
  world.clock.set(parse_instant("2026-11-24 09:30"));
  heard(world, liu, "", "\"halted\":false");
  EXPECT_EQ(view(liu)["halt_reason"], "");
  ASSERT_EQ(step(chen, "halt").status, 200);
  ASSERT_EQ(step(chen, "resume").status, 200);
  ASSERT_EQ(fang.post(at + "/1/orders", offer("2", "H-FOOD", "buy", "6150", 100)).status, 201);
  // What the authority decides on a deal is told as well.
  const Json now = view(liu);
  const std::string waits = std::to_string(now["depth"]["commands"].get<std::int64_t>()) + "-open-0-1";
  Client li = world.signed_in("li");
  ASSERT_EQ(step(li, "decide", {{"deal", 1}, {"granted", true}}).status, 200);
  EXPECT_NE(heard(world, liu, waits, "event: market").find("-open-0-0"), std::string::npos);
  // The day ends by the clock; what was for the day has lapsed.
  world.clock.set(parse_instant("2026-11-24 23:59"));
  Client late = world.signed_in("liu");  // his session was idle for too long
  heard(world, late, "", "\"phase\":\"closed\"");
  EXPECT_EQ(late.get(at + "/1/orders").json()["items"][0]["state"], "expired");
  EXPECT_EQ(late.get(at + "/1/days").json()["items"][0]["over"], true);
  for (const std::string& line : world.log) EXPECT_EQ(line.find("\"message\":\"markets\""), std::string::npos) << line;
}

}  // namespace
}  // namespace tributary::api::testing
