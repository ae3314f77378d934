// What everybody is told of the trading: bulletins, prices, the data set of them and the feed.
#include "api/world_testing.h"
#include "venues/markets.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class BulletinRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  // Trading from the 24th of November on; on it H-LIQUOR sells 300 kg/yr of 2027 to H-FOOD at 6,000.
  BulletinRoutes() : world(GetParam()) {
    const WorkCalendar none;
    rights::Rights registry(world.database.db(), World::tenant, world.clock, none);
    const rights::Term year{rights::Month::parse("2027-01"), rights::Month::parse("2028-01")};
    registry.set_cap("COD-GUO", std::vector<rights::Part>{{year.from.index, 12, "", 100'000}},
                     {"chen", "wang", "示例", "test"});
    const auto done = [&](const rights::Proposal& p) {
      registry.propose(p, {"chen", "", "示例", "test"});
      registry.approve(p.key, {"wang", "", "示例", "test"});
    };
    done({.key = "I", .kind = rights::TransactionKind::issue, .instrument = "COD-GUO", .from = "ISSUE", .to = "H-LIQUOR",
          .quantity = 5'000, .term = year});
    const rights::Instrument known = registry.instrument("COD-GUO");
    registry.define({.code = "SECRET", .kind = known.kind, .name = known.name, .measure = known.measure,
                     .subject = known.subject, .period_from = known.period_from, .period_to = known.period_to},
                    {"chen", "wang", "示例", "test"});
    registry.set_cap("SECRET", std::vector<rights::Part>{{year.from.index, 12, "", 100'000}}, {"chen", "wang", "示例", "test"});
    done({.key = "S", .kind = rights::TransactionKind::issue, .instrument = "SECRET", .from = "ISSUE", .to = "H-LIQUOR",
          .quantity = 5'000, .term = year});
    done({.key = "D", .kind = rights::TransactionKind::deposit, .instrument = "CNY", .from = "DEMO-BANK", .to = "H-FOOD",
          .quantity = 500'000'00});
    venues::MarketHall hall;
    venues::Markets markets(world.database.db(), World::tenant, world.clock, none, hall);
    const auto act = [](const char* who) { return rights::Act{who, "", "示例", "test"}; };
    world.clock.set(parse_instant("2026-11-24 09:00"));
    const std::int64_t no = markets.list(
        venues::market_of(venues::load_markets(world.policy), "cod-guo-market"),
        {.key = "2027", .term = year, .reference = Decimal(6'000), .first_day = make_date(2026, 11, 24),
         .last_day = make_date(2026, 12, 31)},
        act("chen"));
    markets.approve(no, act("wang"));
    for (const char* account : {"H-LIQUOR", "H-FOOD"}) {
      markets.apply(no, {account, "涡河"}, act(account));
      markets.admit(no, account, true, act("chen"));
    }
    markets.advance(act("clock"));
    const auto order = [&](const char* account, exchange::Side side) {
      return markets.submit(no, {.key = account, .account = account, .side = side, .price = Decimal(6'000), .quantity = 300},
                            act(account));
    };
    order("H-LIQUOR", exchange::Side::sell);
    EXPECT_EQ(order("H-FOOD", exchange::Side::buy).deals.size(), 1U);
    markets.halt(no, parse_instant("2026-11-24 10:00"), {"chen", "", "核查报价", "test"});
    world.clock.set(parse_instant("2026-11-25 00:00"));
    markets.advance(act("clock"));
    world.clock.set(parse_instant("2026-11-26 00:00"));
    markets.advance(act("clock"));
    world.person("chen", {"office_drafter"}, "office");
    world.person("wang", {"office_approver"}, "office");
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("shen", {"auditor"});
    world.serve();
  }
  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, BulletinRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(BulletinRoutes, ADayIsToldWithoutNames) {
  Client anybody(world.server->port());
  const Json list = anybody.get("/api/v1/public/bulletins").json();
  ASSERT_EQ(list["items"].size(), 2U) << list.dump();
  EXPECT_EQ(list["items"][0]["day"], "2026-11-25");
  EXPECT_EQ(list["items"][1]["deals"], 1);
  EXPECT_EQ(list["items"][1]["amount"], "1800.00");
  EXPECT_EQ(list["items"][1]["halts"], 1);
  const Json page = anybody.get("/api/v1/public/bulletins?limit=1").json();
  ASSERT_EQ(page["items"].size(), 1U);
  EXPECT_EQ(anybody.get("/api/v1/public/bulletins?limit=1&cursor=" + page["next"].get<std::string>()).json()["items"][0],
            list["items"][1]);

  const Received got = anybody.get("/api/v1/public/bulletins/2026-11-24");
  const Json day = got.json();
  EXPECT_EQ(day["running"], false);
  ASSERT_EQ(day["markets"].size(), 1U);
  EXPECT_EQ(day["markets"][0]["close"], "6000");
  EXPECT_EQ(day["markets"][0]["quantity"], 300);
  EXPECT_EQ(day["markets"][0]["from"], "2027-01");
  ASSERT_EQ(day["halts"].size(), 1U);
  EXPECT_EQ(day["halts"][0]["reason"], "核查报价");
  EXPECT_EQ(day["halts"][0]["until"], "2026-11-24T10:00:00+08:00");
  for (const char* secret : {"H-LIQUOR", "H-FOOD", "chen", "wang"}) EXPECT_EQ(got.body.find(secret), std::string::npos);
  EXPECT_EQ(anybody.get("/api/v1/public/bulletins/2026-11-27").status, 404);
  EXPECT_EQ(anybody.get("/api/v1/public/bulletins/yesterday").status, 404);
  EXPECT_EQ(anybody.get("/api/v1/public/bulletins/2020-01-01").json()["markets"].size(), 0U);
}

TEST_P(BulletinRoutes, TotalsOfTheRegistryAreToldOnlyWherePacksMakeThemPublic) {
  Client anybody(world.server->port());
  const Json totals = anybody.get("/api/v1/public/bulletins/2026-11-24").json()["totals"];
  ASSERT_EQ(totals.size(), 1U) << totals.dump();  // of COD; that as much of SECRET was issued nobody is told
  EXPECT_EQ(totals[0]["instrument"]["code"], "COD-GUO");
  EXPECT_EQ(totals[0]["kind"], "issue");
  EXPECT_EQ(totals[0]["quantity"], 5'000);
  EXPECT_EQ(totals[0]["to"], "2028-01");
  EXPECT_EQ(totals[0]["transactions"], 1);
}

TEST_P(BulletinRoutes, PricesAreAListLikeOthers) {
  Client anybody(world.server->port());
  const Json all = anybody.get("/api/v1/public/prices?instrument=COD-GUO").json()["items"];
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["day"], "2026-11-25");
  EXPECT_TRUE(all[0]["open"].is_null());
  EXPECT_EQ(all[1]["high"], "6000");
  const Json page = anybody.get("/api/v1/public/prices?limit=1").json();
  EXPECT_EQ(anybody.get("/api/v1/public/prices?limit=1&cursor=" + page["next"].get<std::string>()).json()["items"][0], all[1]);
  EXPECT_EQ(anybody.get("/api/v1/public/prices?from=2026-11-25&to=2026-11-25").json()["items"].size(), 1U);
  EXPECT_EQ(anybody.get("/api/v1/public/prices?market=2").json()["items"].size(), 0U);
  EXPECT_EQ(anybody.get("/api/v1/public/prices?cursor=x").status, 400);
  const std::string csv = anybody.get("/api/v1/public/prices?format=csv", {{"Accept-Language", "en"}}).body;
  EXPECT_NE(csv.find("close"), std::string::npos) << csv;
  EXPECT_NE(csv.find("2026-11-24"), std::string::npos) << csv;
  const Json catalogue = Json::parse(anybody.get("/api/v1/public/catalogue").body);
  const auto prices = std::ranges::find_if(catalogue["dcat:dataset"], [](const Json& one) {
    return one["@id"].get<std::string>().ends_with("#prices");
  });
  ASSERT_NE(prices, catalogue["dcat:dataset"].end());
  EXPECT_EQ((*prices)["dct:temporal"]["dcat:startDate"]["@value"], "2026-11-24");
  EXPECT_EQ((*prices)["dcat:distribution"].size(), 3U);
  const std::string feed = anybody.get("/api/v1/public/feed/bulletins").body;
  EXPECT_NE(feed.find("2026-11-24"), std::string::npos);
  EXPECT_NE(feed.find("核查报价"), std::string::npos);
}

TEST_P(BulletinRoutes, SurveillanceIsForWhoeverApprovesAndEachLookIsNoted) {
  Client wang = world.signed_in("wang"), shen = world.signed_in("shen");
  for (const char* other : {"chen", "fang"})
    EXPECT_EQ(world.signed_in(other).get("/api/v1/surveillance").status, 403) << other;
  EXPECT_EQ(Client(world.server->port()).get("/api/v1/surveillance").status, 401);
  const Json seen = wang.get("/api/v1/surveillance?from=2026-11-24&to=2026-11-24").json();
  EXPECT_EQ(seen["deals"], 1) << seen.dump();
  EXPECT_EQ(seen["alerts"].size(), 0U);
  ASSERT_EQ(seen["not_looked_for"].size(), 1U);  // the demonstration bars nobody
  EXPECT_EQ(seen["not_looked_for"][0]["pattern"], "barred");
  EXPECT_EQ(wang.get("/api/v1/surveillance?from=2026-11-25&to=2026-11-24").status, 400);
  EXPECT_EQ(wang.get("/api/v1/surveillance?from=2024-11-25&to=2026-11-24").status, 400);
  int looks = 0;
  const Json trail = shen.get("/api/v1/audit").json();
  for (const Json& entry : trail["items"]) looks += entry["action"] == "surveillance.look" ? 1 : 0;
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(shen.get("/api/v1/surveillance").status, 200);  // who audits may look, too
}

}  // namespace
}  // namespace tributary::api::testing
