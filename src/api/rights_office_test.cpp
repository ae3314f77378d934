// The registry over HTTP as the office works it: what is set up by two, several decisions at once, what a proposal would
// be refused for, the chain behind a right, and what the public may look up.
#include "api/world_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

const std::string at = "/api/v1/rights";

class RightsOffice : public ::testing::TestWithParam<std::string> {
 protected:
  RightsOffice() : world(GetParam()) {
    world.person("liu", {"enterprise"}, "demo-liquor");
    world.person("fang", {"enterprise"}, "demo-food");
    world.person("chen", {"office_drafter"}, "office");
    world.person("wang", {"office_approver"}, "office");
    world.person("both", {"office_drafter", "office_approver"}, "office");
    world.person("shen", {"auditor"});
    world.serve();
  }
  static Json moving(const std::string& key, const char* kind, const char* from, const char* to, int quantity) {
    Json out{{"key", key},          {"kind", kind},       {"instrument", "COD-GUO"}, {"quantity", quantity},
             {"start", "2027-01"}, {"end", "2028-01"}, {"reason", "示例文件"}};
    if (*from != 0) out["from"] = from;
    if (*to != 0) out["to"] = to;
    return out;
  }
  static Json cap(const std::string& key, int quantity) {
    return {{"key", key},          {"kind", "cap"},      {"instrument", "COD-GUO"}, {"quantity", quantity},
            {"start", "2026-01"}, {"end", "2031-01"}, {"reason", "示例〔2026〕1号"}};
  }
  static Json of(std::vector<std::string> transactions, std::vector<std::string> changes, const char* decision = "approve") {
    return {{"decision", decision}, {"transactions", transactions}, {"changes", changes}, {"reason", "核对无误"}};
  }
  static std::string code(const Received& r) { return r.json().value("code", ""); }
  void allocate() {
    Client chen = world.signed_in("chen"), wang = world.signed_in("wang");
    ASSERT_EQ(chen.post(at + "/changes", cap("C1", 100'000)).status, 201);
    ASSERT_EQ(wang.post(at + "/approvals", of({}, {"C1"})).status, 200);
    ASSERT_EQ(chen.post(at + "/transactions", moving("I1", "issue", "", "RESERVE", 60'000)).status, 201);
    ASSERT_EQ(wang.post(at + "/approvals", of({"I1"}, {})).status, 200);
    ASSERT_EQ(chen.post(at + "/transactions", moving("A1", "allocate", "RESERVE", "H-LIQUOR", 40'000)).status, 201);
    ASSERT_EQ(wang.post(at + "/approvals", of({"A1"}, {})).status, 200);
  }

  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, RightsOffice, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(RightsOffice, ACapHoldsOnceAnotherPersonAgrees) {
  Client chen = world.signed_in("chen"), wang = world.signed_in("wang"), both = world.signed_in("both"),
         liu = world.signed_in("liu"), shen = world.signed_in("shen");
  const Json proposed = chen.post(at + "/changes", cap("C1", 100'000)).json();
  EXPECT_EQ(proposed["state"], "proposed");
  EXPECT_EQ(proposed["may_decide"], false);
  EXPECT_TRUE(wang.get(at + "/caps").json()["items"].empty());
  // Not by who may not, and not by whoever proposed it.
  for (Client* who : {&liu, &shen}) {
    EXPECT_EQ(who->post(at + "/changes", cap("C2", 1)).status, 403);
    EXPECT_EQ(who->post(at + "/approvals", of({}, {"C1"})).status, 403);
  }
  EXPECT_TRUE(liu.get(at + "/changes").json()["items"].empty());  // a holder sees whom his own accounts trust
  EXPECT_EQ(wang.post(at + "/changes", cap("C2", 1)).status, 403);
  EXPECT_EQ(chen.post(at + "/approvals", of({}, {"C1"})).status, 403);
  ASSERT_EQ(both.post(at + "/changes", cap("C3", 5)).status, 201);
  EXPECT_EQ(code(both.post(at + "/approvals", of({}, {"C3"}))), "rights.same_person");
  EXPECT_EQ(code(both.post(at + "/changes/C1/cancel", {{"reason", "撤"}})), "api.not_your_party");
  EXPECT_EQ(both.post(at + "/changes/C3/cancel", {{"reason", "撤"}}).json()["state"], "cancelled");
  ASSERT_EQ(wang.post(at + "/approvals", of({}, {"C1"})).status, 200);
  EXPECT_EQ(wang.get(at + "/caps").json()["items"][0]["cap"], 100'000);
  EXPECT_EQ(shen.get(at + "/changes?waiting=true").json()["items"].size(), 0u);
  // A permit, a new account, its status: each the same way.
  const auto set = [&](Json body) {
    const std::string key = body["key"];
    ASSERT_EQ(chen.post(at + "/changes", body).status, 201) << body.dump();
    const Received done = wang.post(at + "/approvals", of({}, {key}));
    ASSERT_EQ(done.status, 200) << done.body;
  };
  set({{"key", "P1"}, {"kind", "permit"}, {"account", "H-FOOD"}, {"permit", "示例-P9"}, {"permit_to", "2030-01"}, {"reason", "延续"}});
  set({{"key", "N1"}, {"kind", "account"}, {"account", "T-FOOD"}, {"owner", "ent:demo-food"}, {"type", "trading"}, {"reason", "开户"}});
  set({{"key", "S1"}, {"kind", "status"}, {"account", "T-FOOD"}, {"status", "suspended"}, {"reason", "暂停"}});
  set({{"key", "V1"}, {"kind", "saving"}, {"instrument", "WATER-SURFACE"}, {"saving", "SV1"}, {"account", "H-FOOD"}, {"quantity", 5}, {"reason", "核定"}});
  EXPECT_EQ(wang.get(at + "/accounts/H-FOOD").json()["permit_to"], "2030-01");
  EXPECT_EQ(wang.get(at + "/accounts/T-FOOD").json()["status"], "suspended");
  EXPECT_EQ(chen.post(at + "/changes", {{"key", "N2"}, {"kind", "account"}, {"account", "X"}, {"owner", "ent:none"}, {"type", "holding"}, {"reason", "开户"}}).status, 404);
  EXPECT_EQ(chen.post(at + "/changes", {{"key", "N3"}, {"kind", "cap"}, {"instrument", "COD-GUO"}, {"quantity", 5}, {"reason", "缺月份"}}).status, 400);
}

TEST_P(RightsOffice, SeveralAreDecidedAllOrNone) {
  allocate();
  Client chen = world.signed_in("chen"), wang = world.signed_in("wang"), both = world.signed_in("both");
  ASSERT_EQ(chen.post(at + "/transactions", moving("A2", "allocate", "RESERVE", "H-FOOD", 5'000)).status, 201);
  ASSERT_EQ(chen.post(at + "/transactions", moving("A3", "allocate", "RESERVE", "H-PHARMA", 5'000)).status, 201);
  ASSERT_EQ(chen.post(at + "/changes", cap("C2", 120'000)).status, 201);
  ASSERT_EQ(both.post(at + "/transactions", moving("A4", "allocate", "RESERVE", "H-FOOD", 1)).status, 201);
  // One of them is his own: none is done.
  EXPECT_EQ(code(both.post(at + "/approvals", of({"A2", "A3", "A4"}, {"C2"}))), "rights.same_person");
  for (const char* key : {"A2", "A3", "A4"}) EXPECT_EQ(wang.get(at + "/transactions/" + key).json()["state"], "proposed");
  EXPECT_EQ(wang.get(at + "/changes?waiting=true").json()["items"].size(), 1u);
  EXPECT_EQ(wang.post(at + "/approvals", of({"A2", "NONE"}, {})).status, 404);
  EXPECT_EQ(wang.get(at + "/transactions/A2").json()["state"], "proposed");
  const Received done = wang.post(at + "/approvals", of({"A2", "A3"}, {"C2"}));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json()["transactions"][1]["state"], "completed");
  EXPECT_EQ(wang.get(at + "/caps").json()["items"][0]["cap"], 120'000);
  EXPECT_EQ(wang.post(at + "/approvals", of({"A4"}, {}, "reject")).json()["transactions"][0]["state"], "rejected");
  EXPECT_EQ(wang.post(at + "/approvals", of({}, {})).status, 400);
}

TEST_P(RightsOffice, ACheckSaysEverythingWithItsArticleAndWritesNothing) {
  allocate();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), chen = world.signed_in("chen"), wang = world.signed_in("wang");
  EXPECT_TRUE(liu.post(at + "/check", moving("T", "transfer", "H-LIQUOR", "H-FOOD", 500)).json()["refusals"].empty());
  Json beyond = moving("T", "transfer", "H-LIQUOR", "H-FOOD", 50'000);
  beyond["end"] = "2030-01";
  const Json refusals = liu.post(at + "/check", beyond).json()["refusals"];
  ASSERT_EQ(refusals.size(), 2u) << refusals.dump();
  EXPECT_EQ(refusals[0]["code"], "rights.insufficient");
  EXPECT_EQ(refusals[0]["source"], "");
  EXPECT_EQ(refusals[1]["code"], "rights.beyond_permit");
  EXPECT_NE(refusals[1]["source"].get<std::string>().find("国务院令第736号"), std::string::npos);
  // Free of charge and not paid for: the county's own article, marked as not verified.
  Json free = moving("A2", "allocate", "RESERVE", "H-FOOD", 5'000);
  free["unpaid"] = true;
  ASSERT_EQ(chen.post(at + "/transactions", free).status, 201);
  ASSERT_EQ(wang.post(at + "/approvals", of({"A2"}, {})).status, 200);
  const Json unpaid = fang.post(at + "/check", moving("T", "transfer", "H-FOOD", "H-LIQUOR", 500)).json()["refusals"][0];
  EXPECT_EQ(unpaid["code"], "rights.fee_unpaid");
  EXPECT_NE(unpaid["source"].get<std::string>().find("安徽省"), std::string::npos);
  EXPECT_EQ(unpaid["verified"], false);
  // Of what is another's nothing is told, not even by a check.
  EXPECT_EQ(fang.post(at + "/check", moving("T", "transfer", "H-LIQUOR", "H-FOOD", 1)).status, 404);
  EXPECT_EQ(liu.post(at + "/check", moving("T", "freeze", "H-FOOD", "", 1)).status, 403);
  EXPECT_EQ(chen.post(at + "/check", moving("T", "transfer", "H-LIQUOR", "H-FOOD", 1)).json()["refusals"][0]["code"], "api.not_your_party");
  EXPECT_TRUE(wang.get(at + "/transactions?waiting=true").json()["items"].empty());
}

TEST_P(RightsOffice, AHolderTakesBackHisOwnAndNotWhatTheAuthorityBegan) {
  allocate();
  Client liu = world.signed_in("liu"), chen = world.signed_in("chen");
  ASSERT_EQ(chen.post(at + "/transactions", moving("K1", "cancel", "H-LIQUOR", "", 100)).status, 201);
  EXPECT_EQ(liu.get(at + "/transactions/K1").json()["may_cancel"], false);
  EXPECT_EQ(code(liu.post(at + "/transactions/K1/cancel", {{"reason", "撤"}})), "api.not_your_party");
  Json pledge = moving("T1", "pledge", "H-LIQUOR", "", 100);
  pledge["beneficiary"] = "示例银行";
  ASSERT_EQ(liu.post(at + "/transactions", pledge).status, 201);
  EXPECT_EQ(liu.post(at + "/transactions/T1/cancel", {{"reason", "撤"}}).json()["state"], "cancelled");
}

TEST_P(RightsOffice, WhatFellDueIsDone) {
  allocate();
  Client liu = world.signed_in("liu"), wang = world.signed_in("wang");
  Json slow = moving("T", "transfer", "H-LIQUOR", "H-FOOD", 500);
  slow["delay_days"] = 2;
  ASSERT_EQ(liu.post(at + "/transactions", slow).status, 201);
  EXPECT_EQ(wang.post(at + "/approvals", of({"T"}, {})).json()["transactions"][0]["state"], "delayed");
  EXPECT_EQ(liu.ask("POST", at + "/advance").status, 403);
  EXPECT_EQ(wang.ask("POST", at + "/advance").json()["changed"], 0);
  // Two working days on: Thursday the 26th at noon.
  world.clock.set(parse_instant("2026-11-26 12:00"));
  EXPECT_EQ(world.signed_in("wang").ask("POST", at + "/advance").json()["changed"], 1);
  EXPECT_EQ(world.signed_in("liu").get(at + "/transactions/T").json()["state"], "completed");
}

TEST_P(RightsOffice, AHolderSaysWhomHisAccountsTrust) {
  allocate();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), wang = world.signed_in("wang");
  const Json wish{{"key", "L1"}, {"kind", "trust"}, {"account", "H-LIQUOR"}, {"trusted", "H-FOOD"}, {"reason", "长期合同"}};
  Json other = wish;
  other["account"] = "H-FOOD";
  other["trusted"] = "H-LIQUOR";
  EXPECT_EQ(liu.post(at + "/changes", other).status, 404);  // not his to see
  EXPECT_EQ(code(liu.post(at + "/changes", {{"key", "L2"}, {"kind", "status"}, {"account", "H-LIQUOR"}, {"status", "open"}, {"reason", "x"}})),
            "api.not_your_party");
  const Received made = liu.post(at + "/changes", wish);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json()["trusted"], "H-FOOD");
  EXPECT_EQ(code(fang.post(at + "/changes/L1/cancel", {{"reason", "撤"}})), "api.not_your_party");
  ASSERT_EQ(wang.post(at + "/changes", {{"key", "C1"}, {"kind", "trust"}, {"account", "H-LIQUOR"}, {"trusted", "RESERVE"}, {"reason", "x"}}).status, 403);
  EXPECT_EQ(liu.get(at + "/changes?waiting=true").json()["items"].at(0)["key"], "L1");
  EXPECT_TRUE(fang.get(at + "/changes").json()["items"].empty());
  ASSERT_EQ(wang.post(at + "/approvals", of({}, {"L1"})).status, 200);
  const Json list = liu.get(at + "/accounts/H-LIQUOR/trusted").json()["items"];
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["account"], "H-FOOD");
  EXPECT_EQ(list[0]["active"], true);
  EXPECT_EQ(fang.get(at + "/accounts/H-LIQUOR/trusted").status, 404);
  Json sale = moving("T", "transfer", "H-LIQUOR", "H-FOOD", 500);
  sale["delay_days"] = 2;
  ASSERT_EQ(liu.post(at + "/transactions", sale).status, 201);
  EXPECT_EQ(wang.post(at + "/approvals", of({"T"}, {})).json()["transactions"][0]["state"], "completed");
  // Taking off the list needs nobody else.
  Json off = wish;
  off["key"] = "L3";
  off["kind"] = "distrust";
  EXPECT_EQ(liu.post(at + "/changes", off).json()["state"], "completed");
  EXPECT_TRUE(liu.get(at + "/accounts/H-LIQUOR/trusted").json()["items"].empty());
  EXPECT_EQ(liu.get(at + "/changes?account=H-LIQUOR").json()["items"].size(), 2u);
}

TEST_P(RightsOffice, LeasesComeBackAndConversionsStayWithTheirHolder) {
  allocate();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), wang = world.signed_in("wang");
  const Json lease = moving("L1", "lease", "H-LIQUOR", "H-FOOD", 1'000);
  ASSERT_EQ(liu.post(at + "/transactions", lease).status, 201);
  Json long_one = moving("L2", "lease", "H-LIQUOR", "H-FOOD", 1'000);
  long_one["end"] = "2028-02";  // a month more than the packs allow
  EXPECT_EQ(code(liu.post(at + "/transactions", long_one)), "rights.bad_term");
  ASSERT_EQ(wang.post(at + "/approvals", of({"L1"}, {})).status, 200);
  const Json months = fang.get(at + "/months?from=2027-01&to=2028-03").json()["items"];
  ASSERT_EQ(months.size(), 12u) << months.dump();  // in 2028 it is the lessor's again
  EXPECT_EQ(months[0]["leased"], 1'000);
  EXPECT_EQ(months[0]["free"], 0);
  EXPECT_EQ(liu.get(at + "/months?from=2027-01&to=2027-02").json()["items"][0]["permit_change"], -1'000);
  // The lessee alone gives it back early.
  const Json back{{"key", "B1"}, {"kind", "lease_return"}, {"refers", "L1"}, {"start", "2027-07"}, {"end", "2028-01"}, {"reason", "提前归还"}};
  Json disguised = back;
  disguised["from"] = "H-LIQUOR";
  EXPECT_EQ(liu.post(at + "/transactions", disguised).status, 404);  // the lessee's account is not his to see
  const auto returnable = [](Client& who, const std::string& of) { return who.get(at + "/transactions/" + of).json()["returnable"]; };
  EXPECT_EQ(returnable(fang, "L1"), (Json{{"from", "2027-01"}, {"to", "2028-01"}}));
  EXPECT_TRUE(returnable(liu, "L1").is_null());
  EXPECT_TRUE(returnable(wang, "L1").is_null());
  ASSERT_EQ(fang.post(at + "/transactions", back).status, 201);
  EXPECT_TRUE(returnable(fang, "L1").is_null());  // it is on its way
  ASSERT_EQ(wang.post(at + "/approvals", of({"B1"}, {})).status, 200);
  EXPECT_EQ(returnable(fang, "L1"), (Json{{"from", "2027-01"}, {"to", "2027-07"}}));  // what is left
  EXPECT_EQ(fang.get(at + "/months").json()["items"].size(), 6u);
  Json convert = moving("V1", "convert", "H-LIQUOR", "", 1'000);
  convert["ratio"] = {1, 2};
  Json away = convert;
  away["to"] = "H-FOOD";
  EXPECT_EQ(liu.post(at + "/transactions", away).status, 404);
  ASSERT_EQ(liu.post(at + "/transactions", convert).status, 201);
  ASSERT_EQ(wang.post(at + "/approvals", of({"V1"}, {})).status, 200);
  EXPECT_EQ(liu.get(at + "/months?from=2027-12&to=2028-01").json()["items"][0]["held"], 39'500);
}

TEST_P(RightsOffice, FreezesChainAndUse) {
  allocate();
  Client liu = world.signed_in("liu"), fang = world.signed_in("fang"), chen = world.signed_in("chen"), wang = world.signed_in("wang"), shen = world.signed_in("shen");
  Json order = moving("F1", "freeze", "H-LIQUOR", "", 5'000);
  order["authority"] = "示例法院";
  ASSERT_EQ(chen.post(at + "/transactions", order).status, 201);
  // Until it holds the holder is not warned, and it is not his to take back.
  EXPECT_EQ(liu.get(at + "/transactions/F1").status, 404);
  EXPECT_EQ(liu.get(at + "/transactions").json()["items"].size(), 1u);
  EXPECT_EQ(liu.get(at + "/transactions?waiting=true").json()["items"].size(), 0u);
  EXPECT_EQ(liu.post(at + "/transactions/F1/cancel", {{"reason", "撤"}}).status, 404);
  ASSERT_EQ(wang.post(at + "/approvals", of({"F1"}, {})).status, 200);
  EXPECT_EQ(liu.get(at + "/transactions/F1").json()["may_cancel"], false);
  ASSERT_EQ(liu.get(at + "/freezes").json()["items"].size(), 1u);
  EXPECT_EQ(fang.get(at + "/freezes").json()["items"].size(), 0u);
  EXPECT_EQ(fang.get(at + "/freezes?account=H-LIQUOR").status, 404);
  // Naming the order is no way to the account it stands on.
  Json sly = moving("T0", "transfer", "H-FOOD", "RESERVE", 1);
  sly["refers"] = "F1";
  EXPECT_EQ(code(fang.post(at + "/transactions", sly)), "rights.bad_value");
  ASSERT_EQ(liu.post(at + "/transactions", moving("T1", "transfer", "H-LIQUOR", "H-FOOD", 2'500)).status, 201);
  ASSERT_EQ(wang.post(at + "/approvals", of({"T1"}, {})).status, 200);
  const Json mine = fang.get(at + "/certificates").json()["items"];
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0]["number"].get<std::string>().rfind("COD-GUO-", 0), 0u);
  EXPECT_EQ(fang.get(at + "/certificates?account=H-LIQUOR").status, 404);

  const std::string asked = at + "/chain?account=H-FOOD&instrument=COD-GUO";
  EXPECT_EQ(fang.get(asked).status, 403);  // others stand in it
  const Json chain = shen.get(asked).json();
  ASSERT_EQ(chain["caps"].size(), 1u) << chain.dump();
  EXPECT_EQ(chain["caps"][0]["reason"], "示例〔2026〕1号");
  EXPECT_EQ(chain["caps"][0]["approver"], "wang");
  ASSERT_EQ(chain["steps"].size(), 3u);
  EXPECT_EQ(chain["steps"][2]["key"], "T1");
  // Held back when proposed, posted when approved: two transfers of the ledger for each month.
  EXPECT_EQ(chain["steps"][2]["transfers"]["count"], 24);
  EXPECT_EQ(shen.get("/api/v1/ledger/transfers?right=T1&limit=100").json()["items"].size(), 24u);
  EXPECT_EQ(shen.get(asked + "&month=2026-01").json()["steps"].size(), 0u);

  // Who bought from a preferred seller: a report for those who see the whole.
  EXPECT_EQ(liu.get(at + "/purchases").status, 403);
  const Json bought = shen.get(at + "/purchases").json()["items"];
  ASSERT_EQ(bought.size(), 1u) << bought.dump();
  EXPECT_EQ(bought[0]["buyer"]["code"], "ent:demo-food");
  EXPECT_EQ(bought[0]["tag"], "old-area");
  EXPECT_EQ(bought[0]["quantity"], 2'500);
  EXPECT_EQ(bought[0]["tagged"], 2'500);
  EXPECT_EQ(bought[0]["per_mille"], 1000);
  EXPECT_TRUE(shen.get(at + "/purchases?year=2025").json()["items"].empty());

  EXPECT_EQ(liu.get(at + "/utilisation").status, 403);
  const Json used = shen.get(at + "/utilisation").json()["items"];
  for (const Json& year : used)
    if (year["year"] == "2027") {
      EXPECT_EQ(year["issued"], 60'000);
      EXPECT_EQ(year["reserve"], 20'000);
      EXPECT_EQ(year["held"], 40'000);
      EXPECT_EQ(year["left"], 40'000);
      EXPECT_EQ(year["per_mille"], 600);
    }
}

TEST_P(RightsOffice, ThePublicLooksUpWhatIsPublicAndNothingElse) {
  registry::RegistryData more;
  const auto party = [&](const char* code, registry::PartyKind kind, const char* name, const char* uscc) {
    registry::Party one;
    one.code = code;
    one.kind = kind;
    one.name = {name, name};
    one.uscc = uscc;
    one.jurisdiction = "341602000000";
    one.source = "示例";
    more.parties.push_back(one);
  };
  party("ent:spinning", registry::PartyKind::organisation, "某某纺织", "91350100M000100Y43");
  party("per:zhang", registry::PartyKind::person, "张三丰", "");
  registry::Registry(world.database.db(), World::tenant).apply(more);
  allocate();
  Client liu = world.signed_in("liu"), wang = world.signed_in("wang"), chen = world.signed_in("chen"), anybody = world.client();
  Json order = moving("F1", "freeze", "H-LIQUOR", "", 5'000);
  order["start"] = "2027-03";
  order["authority"] = "示例法院";
  ASSERT_EQ(chen.post(at + "/transactions", order).status, 201);
  ASSERT_EQ(wang.post(at + "/approvals", of({"F1"}, {})).status, 200);
  Json water{{"key", "CW"}, {"kind", "cap"}, {"instrument", "WATER-DEEP"}, {"quantity", 100}, {"vintage", 2026}, {"reason", "示例"}};
  ASSERT_EQ(chen.post(at + "/changes", water).status, 201);
  ASSERT_EQ(wang.post(at + "/approvals", of({}, {"CW"})).status, 200);
  ASSERT_EQ(chen.post(at + "/transactions", {{"key", "IW"}, {"kind", "issue"}, {"instrument", "WATER-DEEP"}, {"to", "H-LIQUOR"}, {"quantity", 50}, {"vintage", 2026}, {"reason", "示例"}}).status, 201);
  ASSERT_EQ(wang.post(at + "/approvals", of({"IW"}, {})).status, 200);
  const auto ask = [&](const std::string& words) { return anybody.get("/api/v1/public/rights?words=" + percent_encoded(words)); };
  const Received found = ask("示例酿酒");
  ASSERT_EQ(found.status, 200) << found.body;
  const Json rows = found.json()["items"];
  // One line: that part of it is frozen from March is not anybody's business, and no pack says the water is public.
  ASSERT_EQ(rows.size(), 1u) << rows.dump();
  EXPECT_EQ(rows[0]["quantity"], 40'000);
  EXPECT_EQ(rows[0]["from"], "2027-01");
  EXPECT_EQ(rows[0]["to"], "2028-01");
  for (const char* secret : {"frozen", "法院", "H-LIQUOR", "P001", "WATER", "chen", "wang", "A1"})
    EXPECT_EQ(found.body.find(secret), std::string::npos) << secret;
  // By the whole credit code; a person is not found at all.
  for (const auto& [account, owner] : {std::pair{"H-SPIN", "ent:spinning"}, std::pair{"H-ZHANG", "per:zhang"}}) {
    const std::string opening = std::string("O-") + account, giving = std::string("G-") + account;
    ASSERT_EQ(chen.post(at + "/changes", {{"key", opening}, {"kind", "account"}, {"account", account}, {"owner", owner}, {"type", "holding"}, {"reason", "开户"}}).status, 201);
    ASSERT_EQ(wang.post(at + "/approvals", of({}, {opening})).status, 200);
    ASSERT_EQ(chen.post(at + "/transactions", moving(giving, "allocate", "RESERVE", account, 700)).status, 201);
    ASSERT_EQ(wang.post(at + "/approvals", of({giving}, {})).status, 200);
  }
  EXPECT_EQ(ask("91350100m000100y43").json()["items"][0]["holder"]["zh"], "某某纺织");
  EXPECT_TRUE(ask("91350100M000100").json()["items"].empty());
  EXPECT_TRUE(ask("张三丰").json()["items"].empty());
  const std::string his = wang.get(at + "/certificates?account=H-ZHANG").json()["items"][0]["number"];
  EXPECT_TRUE(ask(his).json()["items"].empty());
  // A certificate's number answers for itself; one that is not there, a single letter, the office's reserve say nothing.
  const std::string number = liu.get(at + "/certificates").json()["items"][0]["number"];
  EXPECT_EQ(ask(number).json()["items"][0]["certificate"], number);
  for (const char* nothing : {"COD-GUO-999999", "示", "H-LIQUOR", "ent:demo-liquor", "谯城区"})
    EXPECT_TRUE(ask(nothing).json()["items"].empty()) << nothing;
  EXPECT_EQ(anybody.get("/api/v1/public/rights").status, 400);
}

}  // namespace
}  // namespace tributary::api::testing
