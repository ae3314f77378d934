// An auction over HTTP: each step by the right person and refused to the others; sealed bids; the stream of events.
#include "api/world_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

const std::string at = "/api/v1/auctions";

class AuctionRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  AuctionRoutes() : world(GetParam()) {
    world.person("liu", {"enterprise"}, "demo-liquor");
    world.person("liang", {"enterprise"}, "demo-liquor");
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("pan", {"enterprise"}, "demo-pharma");
    world.person("chen", {"office_drafter"}, "office");
    world.person("wang", {"office_approver"}, "office");
    world.person("li", {"office_approver"}, "office");
    world.person("both", {"office_drafter", "office_approver"}, "office");
    world.person("shen", {"auditor"});
    world.person("cash", {"accountant", "lead_department"});
    world.person("admin", {"administrator"});
    const WorkCalendar none;
    rights::Rights registry(world.database.db(), World::tenant, world.clock, none);
    const rights::Act pair{"chen", "wang", "示例", "test"};
    const int first = rights::Month::parse("2026-01").index;
    registry.set_cap("COD-GUO", std::vector<rights::Part>{{first, 60, "", 100'000}}, pair);
    const auto done = [&](const rights::Proposal& p) {
      registry.propose(p, {"chen", "", "示例", "test"});
      registry.approve(p.key, {"wang", "", "示例", "test"});
    };
    done({.key = "I", .kind = rights::TransactionKind::issue, .instrument = "COD-GUO", .from = "ISSUE",
          .to = "RESERVE", .quantity = 60'000,
          .term = rights::Term{rights::Month::parse("2026-01"), rights::Month::parse("2029-01")}});
    for (const char* account : {"H-LIQUOR", "H-FOOD"})
      done({.key = std::string("D-") + account, .kind = rights::TransactionKind::deposit, .instrument = "CNY",
            .from = "DEMO-BANK", .to = account, .quantity = 500'000'00});
    world.serve();
  }
  static Json code(const Received& r) { return r.json().value("code", r.body); }
  Json wish(const std::string& key = "N1") const {
    return {{"venue", "cod-guo-room"},          {"key", key},        {"account", "RESERVE"},
            {"supply", 5'000},                  {"from", "2027-01"}, {"to", "2028-01"},
            {"opens", "2026-11-24T10:00:00+08:00"}, {"closes", "2026-11-24T11:00:00+08:00"},
            {"reason", "年度出让"}};
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
  void admitted(const char* name, const char* account) {
    Client who = world.signed_in(name), chen = world.signed_in("chen");
    const Received applied = who.post(at + "/1/bidders", {{"account", account}, {"zone", "涡河"}});
    ASSERT_EQ(applied.status, 201) << applied.body;
    ASSERT_EQ(step(chen, "admit", {{"account", account}, {"admitted", true}}).status, 200);
  }
  static Json offer(const std::string& key, const char* account, const char* price, int quantity,
                    const char* improves = "") {
    Json out{{"key", key}, {"account", account}, {"price", price}, {"quantity", quantity}};
    if (*improves) out["improves"] = improves;
    return out;
  }
  void at_time(const char* time) { world.clock.set(parse_instant(std::string("2026-11-24 ") + time)); }

  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, AuctionRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(AuctionRoutes, RunsFromTheNoticeToTheTitle) {
  announced();
  admitted("liu", "H-LIQUOR");
  admitted("fang", "H-FOOD");
  at_time("10:30");
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), chen = world.signed_in("chen"),
         wang = world.signed_in("wang"), li = world.signed_in("li");
  const Json first = offer("L1", "H-LIQUOR", "6200", 3'000);
  const Received got = liu.post(at + "/1/bids", first, {{"Idempotency-Key", "x"}});
  ASSERT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(liu.post(at + "/1/bids", first, {{"Idempotency-Key", "x"}}).body, got.body);
  EXPECT_EQ(liu.post(at + "/1/bids", first).body, got.body);  // by its own key as well
  EXPECT_EQ(code(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "6300", 3'000))), "venues.key_conflict");
  ASSERT_EQ(fang.post(at + "/1/bids", offer("F1", "H-FOOD", "6100", 2'500)).status, 201);
  EXPECT_EQ(code(fang.post(at + "/1/bids", offer("F2", "H-FOOD", "6050", 2'500, "F1"))), "venues.not_improved");
  ASSERT_EQ(fang.post(at + "/1/bids", offer("F2", "H-FOOD", "6150", 2'500, "F1")).status, 201);
  const Received early = step(chen, "close", {{"seed", "S"}});
  EXPECT_EQ(code(early), "venues.too_early");
  at_time("11:00");
  EXPECT_EQ(code(liu.post(at + "/1/bids", offer("L2", "H-LIQUOR", "7000", 100))), "venues.too_late");
  const Json waits = step(chen, "close", {{"seed", "S"}}).json();
  EXPECT_EQ(waits["phase"], "awaiting") << waits.dump();
  EXPECT_FALSE(waits["decide_by"].is_null());
  // Neither the one who announced, nor the one who approved it decides on its trades.
  EXPECT_EQ(code(step(wang, "decide", {{"granted", true}})), "venues.same_person");
  const Json done = step(li, "decide", {{"granted", true}}).json();
  EXPECT_EQ(done["phase"], "settled");
  EXPECT_EQ(done["price"], "6150");
  EXPECT_EQ(done["sold"], 5'000);
  // max_share 0.5 cuts both to 2,500; 2.5 t × 6,150 yuan for a year.
  const Json mine = liu.get(at + "/1").json()["result"];
  ASSERT_EQ(mine["outcomes"].size(), 2u) << mine.dump();
  EXPECT_EQ(mine["outcomes"][0]["mine"], true);
  EXPECT_EQ(mine["outcomes"][0]["amount"], "15375.00");
  EXPECT_EQ(mine["outcomes"][1]["bidder"], nullptr);  // all without names
  EXPECT_EQ(mine["outcomes"][1]["transaction"], "");
  EXPECT_EQ(mine["trimmed"].size(), 1u);
  const Json held = liu.get("/api/v1/rights/holdings").json()["items"];
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0]["free"], 2'500);
  EXPECT_EQ(liu.get(at + "/1/verification").json()["sound"], true);
  const std::string key = mine["outcomes"][0]["transaction"];
  EXPECT_EQ(liu.get("/api/v1/rights/transactions/" + key).json()["certificates"].size(), 1u);
  EXPECT_EQ(fang.get("/api/v1/rights/transactions/" + key).status, 404);
  // For everybody: the result, and nobody's name.
  const std::string told = world.client().get("/api/v1/public/auctions/1").body;
  EXPECT_EQ(Json::parse(told)["price"], "6150");
  for (const char* name : {"H-LIQUOR", "酿酒", "食品", "liu", "chen"}) EXPECT_EQ(told.find(name), std::string::npos);
}

TEST_P(AuctionRoutes, ListsComeInPages) {
  announced();
  Client chen = world.signed_in("chen"), liu = world.signed_in("liu"), anybody = world.client();
  for (const char* key : {"N2", "N3"}) {
    Json more = wish(key);
    more["supply"] = 100;
    if (key[1] == '2') more["closes"] = "2026-11-24T12:00:00+08:00";
    ASSERT_EQ(chen.post(at, more, {{"Idempotency-Key", key}}).status, 201);
  }
  Client wang = world.signed_in("wang");
  ASSERT_EQ(wang.post(at + "/2/approve", {{"reason", "核对无误"}}).status, 200);  // the third stays a draft
  const auto pages = [&](Client& who, const std::string& path) {
    std::string out, cursor;
    do {
      const Json page = who.get(path + (cursor.empty() ? "" : "&cursor=" + cursor)).json();
      for (const Json& one : page.at("items")) out += one.at("number").dump() + " ";
      cursor = page.value("next", Json(nullptr)).is_string() ? page["next"].get<std::string>() : "";
      out += "| ";
    } while (!cursor.empty());
    return out;
  };
  EXPECT_EQ(pages(chen, at + "?limit=2"), "3 2 | 1 | ");
  EXPECT_EQ(pages(liu, at + "?limit=1"), "2 | 1 | ");
  EXPECT_EQ(pages(anybody, "/api/v1/public/auctions?limit=1"), "2 | 1 | ");
  EXPECT_EQ(pages(chen, at + "?limit=1&sort=number"), "1 | 2 | 3 | ");
  EXPECT_EQ(pages(chen, at + "?limit=1&sort=-closes"), "2 | 3 | 1 | ");
  EXPECT_EQ(pages(chen, at + "?limit=1&sort=closes"), "1 | 3 | 2 | ");
  EXPECT_EQ(pages(chen, at + "?limit=1&phase=announced"), "2 | 1 | ");
  EXPECT_EQ(pages(chen, at + "?limit=5&instrument=NH3N-GUO"), "| ");
  EXPECT_EQ(chen.get(at + "?cursor=1").status, 400);
}

TEST_P(AuctionRoutes, ARefusalNamesEverythingThatFails) {
  announced();
  Client pan = world.signed_in("pan");
  const Received refused = pan.post(at + "/1/bidders", {{"account", "T-PHARMA"}, {"zone", "西淝河"}});
  EXPECT_EQ(refused.status, 409);
  const Json problem = refused.json();
  EXPECT_EQ(problem["code"], "venues.not_admitted");
  std::set<std::string> codes;
  for (const Json& one : problem["errors"]) {
    codes.insert(one["field"].get<std::string>());
    EXPECT_NE(one["message"]["zh"].get<std::string>().find("示例"), std::string::npos);
    EXPECT_NE(one["message"]["en"].get<std::string>().find("source"), std::string::npos);
  }
  EXPECT_EQ(codes, (std::set<std::string>{"BASIN", "PERMIT"}));
  const Json all = pan.get(at + "/1/checks?account=T-PHARMA&zone=" + percent_encoded("涡河")).json()["checks"];
  EXPECT_GT(all.size(), 8u);
  EXPECT_TRUE(pan.get(at + "/1/bidders").json()["items"].empty());
}

TEST_P(AuctionRoutes, NobodySeesOrTouchesAnothersBid) {
  announced();
  admitted("liu", "H-LIQUOR");
  admitted("fang", "H-FOOD");
  at_time("10:30");
  Client liu = world.signed_in("liu");
  // Something completed that is called like what the bid will set aside.
  const WorkCalendar none;
  rights::Rights registry(world.database.db(), World::tenant, world.clock, none);
  registry.propose({.key = "auction-1-bid-1", .kind = rights::TransactionKind::deposit, .instrument = "CNY",
                    .from = "DEMO-BANK", .to = "H-FOOD", .quantity = 1},
                   {"chen", "", "示例", "test", true});
  registry.approve("auction-1-bid-1", {"wang", "", "示例", "test"});
  Json bid = offer("liquor-secret-key", "H-LIQUOR", "98760", 4'700);
  bid["cover"] = "477215.46";  // 464,172.00 and the fee are 466,492.86
  ASSERT_EQ(liu.post(at + "/1/bids", bid).status, 201);
  ASSERT_EQ(liu.get(at + "/1/bids").json()["items"].size(), 1u);
  EXPECT_EQ(liu.get(at + "/1/bids").json()["items"][0]["number"], nullptr);
  // By nobody else, in whatever can be read: the key, the price, the quantity, what was set aside.
  const RouteTable table = make_routes();
  const std::vector<std::string> secrets{"liquor-secret-key", "\"98760\"", ",98760,",   "4,700",   "464172",
                                         "466492",            "46649286",    "477215",    "47721546"};
  const std::vector<std::string> others{"liang", "fang", "chen", "wang", "both", "shen", "cash", "admin"};
  for (const std::string& name : others) {
    Client who = world.signed_in(name);
    std::vector<std::string> paths;
    for (const auto& route : table.routes()) {
      // Streams wait for events; sums of seconds may hold any digits.
      if (route->method != Method::get || waits_for_events(*route) || route->name == "metrics")
        continue;
      std::string path = route->path;
      if (const std::size_t open = path.find('{'); open != std::string::npos)
        path.replace(open, path.find('}') - open + 1, "1");
      paths.push_back(path);
      if (route->pager) paths.push_back(path + "?format=csv");
    }
    for (int account = 1; account <= 120; ++account)
      paths.push_back("/api/v1/ledger/transfers?account=" + std::to_string(account));
    paths.emplace_back("/api/v1/ledger/transfers?right=auction-1-bid-1");
    for (const std::string& path : paths) {
      const std::string told = who.get(path).body;
      for (const std::string& secret : secrets)
        EXPECT_EQ(told.find(secret), std::string::npos) << name << " " << path << " " << secret;
    }
  }
  // A colleague of the same company may not bid in the place of who applied, nor anybody else.
  for (const std::string& name : others) {
    Client who = world.signed_in(name);
    EXPECT_NE(who.post(at + "/1/bids", offer("x", "H-LIQUOR", "6700", 100)).status, 201) << name;
    EXPECT_NE(who.post(at + "/1/quote", {{"account", "H-LIQUOR"}, {"price", "6700"}, {"quantity", 100}}).status, 200);
    EXPECT_NE(who.post(at + "/1/bids/liquor-secret-key/withdrawal", {{"account", "H-LIQUOR"}, {"key", "w"}}).status,
              201);
  }
  // Whether a sum is there: of one's own cash one may ask, of another's nobody.
  const auto enough = [&](Client& who, const char* kind, const char* from, const char* to, std::int64_t fen) {
    return who.post("/api/v1/rights/check", {{"key", "C"}, {"kind", kind}, {"instrument", "CNY"}, {"from", from},
                                             {"to", to}, {"quantity", fen}, {"authority", "法院"}, {"reason", "核对"}});
  };
  const Received little = enough(liu, "withdraw", "H-LIQUOR", "DEMO-BANK", 1);
  const Received much = enough(liu, "withdraw", "H-LIQUOR", "DEMO-BANK", 500'000'00);
  EXPECT_EQ(little.status, 200) << little.body;
  EXPECT_NE(little.body, much.body);
  int asked = 0;
  for (const std::string& name : others) {
    if (name == "liang") continue;  // of the company
    Client who = world.signed_in(name);
    for (const char* kind : {"compulsory", "freeze", "withdraw"})
      for (const char* to : {"H-FOOD", "DEMO-BANK", ""}) {
        const Received one = enough(who, kind, "H-LIQUOR", to, 1), all = enough(who, kind, "H-LIQUOR", to, 500'000'00);
        EXPECT_EQ(one.status, all.status) << name << " " << kind << " " << to;
        if (one.status == 200) {
          EXPECT_EQ(one.json()["refusals"], all.json()["refusals"]) << name << " " << kind << " " << to;
          asked += one.json()["refusals"].empty();
        }
      }
  }
  EXPECT_GT(asked, 0);
  for (const std::string& line : world.log) EXPECT_EQ(line.find("98760"), std::string::npos) << line;
  EXPECT_EQ(world.client().get("/api/v1/public/auctions/1").body.find("98760"), std::string::npos);
  // Metrics count answers by route and status, never by auction or account.
  const std::string metrics = world.client().get("/metrics").body;
  EXPECT_NE(metrics.find("route=\"bid\""), std::string::npos);
  EXPECT_EQ(metrics.find("LIQUOR"), std::string::npos);
}

TEST_P(AuctionRoutes, NobodyTakesTwoParts) {
  Client both = world.signed_in("both"), liu = world.signed_in("liu"), fang = world.signed_in("fang"),
         chen = world.signed_in("chen"), wang = world.signed_in("wang");
  // Holders do not run auctions.
  EXPECT_EQ(liu.post(at, wish()).status, 403);
  ASSERT_EQ(both.post(at, wish()).status, 201);
  EXPECT_EQ(liu.get(at + "/1").status, 404);  // a draft
  EXPECT_EQ(liu.get(at).json()["items"].size(), 0u);
  EXPECT_EQ(both.get(at + "/1").json()["may"], Json::array());
  EXPECT_EQ(code(step(both, "approve")), "venues.same_person");
  ASSERT_EQ(step(wang, "approve").status, 200);
  // The office neither bids nor moves anybody's title.
  EXPECT_EQ(code(chen.post(at + "/1/bidders", {{"account", "H-LIQUOR"}, {"zone", "涡河"}})), "api.not_your_party");
  EXPECT_EQ(fang.post(at + "/1/bidders", {{"account", "H-LIQUOR"}, {"zone", "涡河"}}).status, 404);
  ASSERT_EQ(liu.post(at + "/1/bidders", {{"account", "H-LIQUOR"}, {"zone", "涡河"}}).status, 201);
  EXPECT_EQ(liu.get(at + "/1/bidders").json()["items"].size(), 1u);
  EXPECT_EQ(fang.get(at + "/1/bidders").json()["items"].size(), 0u);
  EXPECT_EQ(step(liu, "admit", {{"account", "H-LIQUOR"}, {"admitted", true}}).status, 403);
  for (const char* verb : {"approve", "close", "decide", "cancel"}) EXPECT_EQ(step(liu, verb).status, 403) << verb;
  // Called off: the deposit is free again.
  const Received off = step(wang, "cancel");
  ASSERT_EQ(off.status, 200) << off.body;
  EXPECT_EQ(off.json()["phase"], "cancelled");
  EXPECT_EQ(liu.get(at + "/1").json()["mine"][0]["free"], "500000.00");
}

TEST_P(AuctionRoutes, AQuoteSaysWhatABidComesTo) {
  announced();
  admitted("liu", "H-LIQUOR");
  at_time("10:30");
  Client liu = world.signed_in("liu");
  const auto quote = [&](const char* price, int quantity) {
    return liu.post(at + "/1/quote", {{"account", "H-LIQUOR"}, {"price", price}, {"quantity", quantity}}).json();
  };
  const Json fine = quote("6200", 2'500);  // 15,500 yuan and half a per cent of it
  EXPECT_EQ(fine["price"], "15500.00") << fine.dump();
  EXPECT_EQ(fine["total"], "15577.50");
  EXPECT_EQ(fine["free"], "499000.00");  // less the deposit
  EXPECT_EQ(fine["free_after"], "483422.50");
  EXPECT_TRUE(fine["faults"].empty());
  const Json poor = quote("5995", 2'550);
  std::set<std::string> codes;
  for (const Json& one : poor["faults"]) codes.insert(one["code"].get<std::string>());
  EXPECT_EQ(codes, (std::set<std::string>{"venues.bad_value", "venues.beyond_reserve"}));
  EXPECT_EQ(quote("999990", 5'000)["faults"][0]["code"], "rights.insufficient");
}

// Everything of the stream until `what` has come.
std::string heard(World& world, Client& who, const std::string& last, const std::string& what) {
  Wire wire(world.server->port());
  wire.send("GET /api/v1/auctions/1/events HTTP/1.1\r\nHost: a\r\nCookie: tributary_session=" + who.cookie() + "\r\n" +
            (last.empty() ? "" : "Last-Event-ID: " + last + "\r\n") + "\r\n");
  std::string out;
  while (out.find(what) == std::string::npos && wire.receive(out)) {
  }
  return out;
}

TEST_P(AuctionRoutes, WhoComesBackHearsWhatHeMissed) {
  announced();
  Client liu = world.signed_in("liu");
  const std::string first = heard(world, liu, "", "id: 2");
  EXPECT_NE(first.find("event: clock"), std::string::npos);
  EXPECT_NE(first.find("\"event\":\"announced\""), std::string::npos) << first;
  // Meanwhile somebody is admitted, and the server is started anew.
  admitted("liu", "H-LIQUOR");
  world.server.reset();
  world.serve();
  const std::string again = heard(world, liu, "2", "id: 3");
  EXPECT_EQ(again.find("id: 2"), std::string::npos) << again;
  EXPECT_NE(again.find("\"event\":\"admitted\",\"detail\":\"1\""), std::string::npos) << again;
  // A bid makes no event.
  at_time("10:30");
  ASSERT_EQ(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "6200", 2'500)).status, 0);  // the old port
  Client now = world.signed_in("liu");
  ASSERT_EQ(now.post(at + "/1/bids", offer("L1", "H-LIQUOR", "6200", 2'500)).status, 201);
  EXPECT_EQ(now.get(at + "/1/history").json()["items"].size(), 3u);
  EXPECT_EQ(world.client().get(at + "/1/events").status, 401);
}

// By outcry: everybody sees the price and who leads by number; whose number it is and at which price he bid, nobody.
TEST_P(AuctionRoutes, TimedBiddingTellsThePriceAndNobodysName) {
  Client office = world.signed_in("chen"), wang = world.signed_in("wang");
  Json timed = wish();
  timed["venue"] = "cod-guo-timed";
  ASSERT_EQ(office.post(at, timed).status, 201);
  ASSERT_EQ(step(wang, "approve").status, 200);
  admitted("liu", "H-LIQUOR");
  admitted("fang", "H-FOOD");
  EXPECT_EQ(world.signed_in("liu").get(at + "/1/standing").json()["timed"], false);
  at_time("10:30");
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), pan = world.signed_in("pan");
  const auto standing = [&](Client& who) { return who.get(at + "/1/standing").json(); };
  EXPECT_EQ(standing(liu)["next"], "6000");
  ASSERT_EQ(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "6400", 5'000)).status, 201);
  Json seen = standing(fang);
  EXPECT_EQ(seen["price"], "6400") << seen.dump();
  EXPECT_EQ(seen["next"], "6450");
  EXPECT_EQ(seen["leaders"], Json::array({{{"bidder", 1}, {"owner", nullptr}, {"mine", false}, {"quantity", 5'000}}}));
  EXPECT_EQ(seen["mine"][0]["state"], "none");
  EXPECT_EQ(code(fang.post(at + "/1/bids", offer("F1", "H-FOOD", "6440", 3'000))), "venues.below_step");
  EXPECT_EQ(fang.post(at + "/1/quote", {{"account", "H-FOOD"}, {"price", "6440"}, {"quantity", 3'000}})
                .json()["faults"][0]["code"],
            "venues.below_step");
  ASSERT_EQ(fang.post(at + "/1/bids", offer("F1", "H-FOOD", "9876", 3'000)).status, 400) << "between two ticks";
  ASSERT_EQ(fang.post(at + "/1/bids", offer("F1", "H-FOOD", "9870", 3'000)).status, 201);
  seen = standing(liu);
  EXPECT_EQ(seen["price"], "6400");
  EXPECT_EQ(seen["leaders"][0]["quantity"], 2'000);
  EXPECT_EQ(seen["leaders"][0]["mine"], true);
  EXPECT_EQ(seen["mine"][0]["state"], "part");
  // The office, the auditor and who has no part in it see as much, and no more.
  for (const char* name : {"chen", "shen", "pan", "liang"}) {
    Client who = world.signed_in(name);
    const std::string told = who.get(at + "/1/standing").body + who.get(at + "/1/history").body + who.get(at + "/1").body +
                             who.get(at + "/1/bids").body;
    EXPECT_NE(told.find("\"quantity\":3000"), std::string::npos);
    EXPECT_EQ(told.find("9870"), std::string::npos) << name;
    EXPECT_EQ(who.get(at + "/1/standing").json()["mine"], Json::array()) << name;
  }
  EXPECT_EQ(pan.get(at + "/1/standing").body.find("demo-food"), std::string::npos);
  EXPECT_EQ(world.client().get(at + "/1/standing").status, 401);
  // A bid in the last half minute puts the end off, and the room is told.
  world.clock.set(parse_instant("2026-11-24 10:59:50"));
  ASSERT_EQ(liu.post(at + "/1/bids", offer("L2", "H-LIQUOR", "9900", 3'000)).status, 201);
  seen = standing(fang);
  EXPECT_EQ(seen["extensions"], 1);
  EXPECT_EQ(parse_instant(seen["ends"].get<std::string>()), parse_instant("2026-11-24 11:00:20"));
  EXPECT_EQ(seen["mine"][0]["state"], "part");
  EXPECT_EQ(seen["mine"][0]["leads"], 2'000);
  const std::string news = heard(world, fang, "2", "extended");
  EXPECT_NE(news.find("\"event\":\"raised\",\"detail\":\"9870\""), std::string::npos) << news;
  at_time("11:00");
  Client chen = world.signed_in("chen");
  EXPECT_EQ(fang.get(at + "/1").json()["phase"], "bidding");
  EXPECT_EQ(code(step(chen, "close")), "venues.too_early");
  world.clock.set(parse_instant("2026-11-24 11:00:20"));
  const Json done = step(chen, "close").json();  // no seed: ties are by time
  EXPECT_EQ(done["phase"], "settled") << done.dump();
  EXPECT_EQ(done["price"], "9870");
  EXPECT_EQ(liu.get(at + "/1/verification").json()["sound"], true);
  EXPECT_EQ(liu.get("/api/v1/rights/holdings").json()["items"][0]["free"], 3'000);
}

// Whoever has the file of the database and not the key tries every price against what is stored of the request: in vain.
TEST_P(AuctionRoutes, ARememberedRequestDoesNotTellTheBid) {
  announced();
  admitted("liu", "H-LIQUOR");
  at_time("10:30");
  Client liu = world.signed_in("liu");
  const Json bid = offer("L1", "H-LIQUOR", "6200", 3'000);
  const Received got = liu.post(at + "/1/bids", bid, {{"Idempotency-Key", "x"}});
  ASSERT_EQ(got.status, 201);
  const std::string plain = sha256_hex("POST " + at + "/1/bids?\n" + bid.dump());
  std::string kept;
  world.database.db().read([&](store::Transaction& t) {
    for (const store::Row& row : t.query("SELECT request FROM api_answer")) kept += row.text(0) + "\n";
  });
  EXPECT_NE(kept, "");
  EXPECT_EQ(kept.find(plain), std::string::npos);
  EXPECT_EQ(liu.post(at + "/1/bids", bid, {{"Idempotency-Key", "x"}}).body, got.body);
  EXPECT_EQ(code(liu.post(at + "/1/bids", offer("L1", "H-LIQUOR", "6300", 3'000), {{"Idempotency-Key", "x"}})),
            "api.key_reused");
  // One kept as it was before this is known as well.
  world.database.db().write(
      [&](store::Transaction& t) { return t.execute("UPDATE api_answer SET request = ? WHERE idempotency_key = 'x'", plain); });
  EXPECT_EQ(liu.post(at + "/1/bids", bid, {{"Idempotency-Key", "x"}}).body, got.body);
}

}  // namespace
}  // namespace tributary::api::testing
