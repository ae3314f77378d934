// Personal values over HTTP, on both databases: masked by every ordinary way out, exported by an approved request
// only, and what the register and the pages of erasures say.
#include "api/world_testing.h"
#include "base/text.h"
#include "document/xlsx_reader.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

class PrivacyRoutes : public ::testing::TestWithParam<std::string> {
 protected:
  PrivacyRoutes() : world(GetParam()) {
    world.person("zhao", {"township"}, "div-341602100");
    world.person("wang", {"office_approver"}, "office");
    world.person("chen", {"office_drafter"}, "office");
    world.person("shen", {"auditor"});
    world.serve();
  }
  static Json values() {
    return {{"event", "试点补偿多付一户"}, {"person", "买买提·艾力"}, {"facts", "经过"}};
  }
  Json begun(Client& who) {
    return who.post("/api/v1/cases", {{"type", "fault-tolerance"}, {"values", values()}}).json();
  }
  static Json wish(const char* format = "xlsx") {
    return {{"type", "fault-tolerance"}, {"fields", {"person"}},     {"format", format},
            {"purpose", "移送纪委监委"}, {"last_day", "2026-11-27"}, {"downloads", 2}};
  }
  World world;
};
INSTANTIATE_TEST_SUITE_P(Databases, PrivacyRoutes, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(PrivacyRoutes, NoOrdinaryWayOutHasAValueInTheClear) {
  Client zhao = world.signed_in("zhao");
  const Json made = begun(zhao);
  const std::string at = "/api/v1/cases/" + made["id"].dump();
  EXPECT_EQ(made["values"]["person"], "买**");
  const auto uploaded = zhao.ask("POST", at + "/documents?name=a.txt", {{"Content-Type", "application/octet-stream"}},
                                 "买买提·艾力的说明").json();
  EXPECT_EQ(uploaded["personal"], true) << uploaded.dump();
  // What is wrong is told without repeating it.
  const Received wrong = zhao.post(at + "/actions", {{"step", "save"}, {"values", {{"person", "买买提·艾力\x01"}}}});
  EXPECT_GE(wrong.status, 400);
  std::string all = wrong.body;
  for (const std::string& path :
       {at, at + "/people", std::string("/api/v1/cases"), std::string("/api/v1/cases?format=csv"),
        std::string("/api/v1/cases?words=%E4%B9%B0%E4%B9%B0%E6%8F%90"), std::string("/api/v1/inbox"),
        std::string("/api/v1/news"), std::string("/api/v1/case-types/fault-tolerance"), std::string("/api/v1/exports")})
    all += zhao.get(path).body;
  for (const char* path : {"/api/v1/cases?format=xlsx", "/api/v1/case-types/fault-tolerance/sheet?filled=true"})
    all += document::first_sheet_as_csv(zhao.get(path).body);
  Client shen = world.signed_in("shen");
  for (const char* path : {"/api/v1/audit", "/api/v1/personal-types", "/api/v1/erasures", "/api/v1/retention"})
    all += shen.get(path).body;
  EXPECT_EQ(all.find("买买提"), std::string::npos);
  EXPECT_EQ(zhao.get("/api/v1/cases?words=%E4%B9%B0%E4%B9%B0%E6%8F%90").json()["items"].size(), 0u);
  {
    const std::lock_guard lock(world.log_mutex);
    for (const std::string& line : world.log) EXPECT_EQ(line.find("买买提"), std::string::npos) << line;
  }
  // A file beside personal values: not without a purpose.
  const std::string file = "/api/v1/documents/" + uploaded["id"].get<std::string>();
  EXPECT_EQ(zhao.get(file).json()["code"], "casework.reason_missing");
  EXPECT_EQ(zhao.get(file + "?purpose=check").body, "买买提·艾力的说明");
  // Nor does what is sealed open once a sign of it was changed.
  world.database.db().write([&](store::Transaction& t) {
    const std::string form = t.first("SELECT form FROM casework_case")->text(0);
    std::string other = form;
    const std::size_t sign = other.find(":aes:") + 30;
    other[sign] = other[sign] == 'A' ? 'B' : 'A';
    t.execute("UPDATE casework_case SET form = ?", other);
  });
  const Received refused = zhao.get(at);
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(refused.json()["code"], "identity.bad_seal");
}

TEST_P(PrivacyRoutes, AnExportIsApprovedMarkedCountedAndTraced) {
  Client zhao = world.signed_in("zhao");
  Client wang = world.signed_in("wang");
  begun(zhao);
  const Json choices = zhao.get("/api/v1/export-choices").json()["items"];
  ASSERT_FALSE(choices.empty());
  for (const char* format : {"xlsx", "pdf", "csv"}) {
    const Received asked = zhao.post("/api/v1/exports", wish(format));
    ASSERT_EQ(asked.status, 201) << asked.body;
    const std::string at = "/api/v1/exports/" + asked.json()["id"].dump();
    EXPECT_EQ(zhao.ask("POST", at + "/file").status, 409);
    EXPECT_EQ(zhao.post(at + "/decision", {{"approve", true}}).status, 403);
    EXPECT_EQ(wang.get("/api/v1/exports?whose=to_decide").json()["items"].size(), 1u);
    EXPECT_EQ(wang.post(at + "/decision", {{"approve", true}}).json()["state"], "approved");
    EXPECT_EQ(wang.ask("POST", at + "/file").status, 404);
    Headers mine{{"X-CSRF-Token", "wrong"}};
    EXPECT_EQ(zhao.ask("POST", at + "/file", mine).status, 403);
    const Received file = zhao.ask("POST", at + "/file");
    ASSERT_EQ(file.status, 200) << file.body;
    EXPECT_EQ(file.header("Cache-Control"), "no-store");
    const Json now = zhao.get(at).json();
    EXPECT_EQ(now["files"][0]["sha256"], sha256_hex(file.body));
    EXPECT_EQ(now["files"][0]["bytes"], file.body.size());
    if (std::string(format) == "csv") {
      EXPECT_NE(file.body.find("买买提·艾力"), std::string::npos) << file.body;
      EXPECT_NE(file.body.find("zhao 2026-11-24"), std::string::npos);
    } else if (std::string(format) == "pdf") {
      EXPECT_TRUE(file.body.starts_with("%PDF-"));
    } else {
      const std::string about = document::first_sheet_as_csv(file.body);
      EXPECT_NE(about.find("导出1号第1次 zhao 2026-11-24"), std::string::npos) << about;
      EXPECT_NE(about.find("移送纪委监委"), std::string::npos);
    }
  }
  EXPECT_EQ(wang.get("/api/v1/exports?whose=all").json()["items"].size(), 3u);
  EXPECT_EQ(zhao.get("/api/v1/exports?whose=all").status, 403);
  Json bad = wish();
  bad["purpose"] = "";
  bad["fields"] = {"event"};
  const Received told = zhao.post("/api/v1/exports", bad);
  EXPECT_EQ(told.json()["code"], "casework.bad_form") << told.body;
  EXPECT_EQ(told.json()["errors"].size(), 2u) << told.body;
}

TEST_P(PrivacyRoutes, TheRegisterAndItsAssessments) {
  Client chen = world.signed_in("chen");
  Client shen = world.signed_in("shen");
  const auto state = [&] {
    const Json all = shen.get("/api/v1/personal-types").json();
    std::string out;
    for (const Json& one : all["items"])
      if (one["type"] == "ranger-appointment")
        out = one["state"].get<std::string>() + " " + one["retention"]["en"].get<std::string>();
    return out;
  };
  EXPECT_EQ(state(), "missing not set");
  const Json given{{"made", "2026-11-24"}, {"review", "2027-11-24"}, {"purpose", "法定职责"},
                   {"risk", "泄露"},       {"measures", "加密"},     {"assessor", "资源局"}};
  const char* at = "/api/v1/personal-types/ranger-appointment/assessments";
  EXPECT_EQ(shen.post(at, given).status, 403);
  EXPECT_EQ(chen.post(at, given).json()["version"], 1) << "recorded";
  EXPECT_EQ(chen.post(at, given).json()["version"], 2);
  EXPECT_EQ(state(), "current not set");
  EXPECT_EQ(shen.get(at).json()["items"].size(), 2u);
  EXPECT_TRUE(shen.get("/api/v1/personal-register").body.starts_with("%PDF-"));
  EXPECT_TRUE(shen.get("/api/v1/personal-register?format=xlsx").body.starts_with("PK"));
}

TEST_P(PrivacyRoutes, AHoldAndWhatCannotBeErased) {
  Client zhao = world.signed_in("zhao");
  Client chen = world.signed_in("chen");
  const Json made = begun(zhao);
  const Received held = chen.post("/api/v1/holds", {{"case", made["id"]}, {"why", "审计"}});
  ASSERT_EQ(held.status, 201) << held.body;
  EXPECT_EQ(zhao.get("/api/v1/cases/" + made["id"].dump()).json()["held"], true);
  const Received refused =
      chen.post("/api/v1/erasures", {{"cases", {made["id"]}}, {"ground", "request"}, {"why", "本人要求"}});
  EXPECT_EQ(refused.json()["code"], "casework.not_erasable");
  EXPECT_EQ(chen.post("/api/v1/holds/" + held.json()["id"].dump() + "/lift", {{"why", "审计完毕"}}).status, 200);
  EXPECT_EQ(chen.get("/api/v1/holds?open=true").json()["items"].size(), 0u);
  EXPECT_EQ(chen.get("/api/v1/retention").json()["items"].size(), 0u);
}

}  // namespace
}  // namespace tributary::api::testing
