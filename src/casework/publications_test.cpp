// What becomes public: after a review, without numbers of people, until its day; corrected, taken down,
// found.
#include "casework/cases_testing.h"

#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

constexpr const char* announcement = R"Y(case: announcement
version: "1"
article: [16]
title: {zh: 公告, en: Announcement}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
responsible: {field: unit, in: [up, corrected]}
form:
  title: {type: text, label: {zh: 标题, en: Title}, required: true, sensitivity: open}
  body: {type: paragraph, label: {zh: 正文, en: Text}, required: true, sensitivity: open}
  unit: {type: organisation, label: {zh: 单位, en: Unit}, sensitivity: open}
  until: {type: date, label: {zh: 公示至, en: Until}, sensitivity: open}
  contact: {type: text, label: {zh: 意见反馈方式, en: How to object}, sensitivity: open}
  replaces: {type: number, unit: "1", label: {zh: 更正, en: Corrects}, draft: true}
  payee: {type: party, label: {zh: 收款方, en: Payee}, sensitivity: open}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  checked: {label: {zh: 待公示, en: To be posted}}
  up: {label: {zh: 公示中, en: Posted}}
  corrected: {label: {zh: 已更正, en: Corrected}, final: true}
  down: {label: {zh: 已撤下, en: Taken down}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: checked, by: [{role: township, in: applicant}]}
  back: {label: {zh: 退回, en: Return}, from: checked, to: draft, by: [office_approver], reason: true, expected: false}
  post: {label: {zh: 公示, en: Post}, from: checked, to: up, by: [office_approver], not_by: [start], review: true,
    effects: [{do: publish, kind: village, title: "{title}", fields: [title, body, unit, payee], until: "{until}", objections: objection, contact: "{contact}", replaces: "{replaces}", why: 更正}]}
  correct: {label: {zh: 更正, en: Correct}, from: up, to: corrected, by: [office_approver], reason: true, expected: false,
    effects: [{do: open_case, case: announcement, set: {title: "{title}", body: "{body}", until: "{until}", replaces: "{publication}"}}]}
  take_down: {label: {zh: 撤下, en: Take down}, from: up, to: down, by: [office_approver], reason: true, expected: false, effects: [{do: withdraw}]}
terms:
  objection: {label: {zh: 异议期, en: Objections}, runs_in: [up], days: 7}
)Y";

const std::vector<Standing> everything(all_standings.begin(), all_standings.end());

class Publications : public ::testing::TestWithParam<std::string> {
 protected:
  Publications() {
    w.database.db().migrate(all_migrations());
    w.person("zhao", {"township"}, "div-341602100");
    w.person("wang", {"office_approver"});
    (*types)["announcement"] = read_case_type(announcement, "announcement.yaml", {});
    check_release((*types)["announcement"]->declared);
  }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  identity::Caller as(const std::string& name) { return w.enter(name).caller; }
  CaseView act(const std::string& who, CaseId id, const std::string& step,
               const Json& values = Json::object(), const std::string& reason = {}) {
    Action action;
    action.step = step;
    action.values = values;
    action.reason = reason;
    return cases().act(as(who), id, action, std::nullopt);
  }
  CaseId sent(const std::string& title, const std::string& body, int days = 30) {
    const Json values{{"title", title},
                      {"body", body},
                      {"unit", "water"},
                      {"until", base::to_string(w.clock.today() + std::chrono::days{days})},
                      {"contact", "镇政府 0558-5000000"}};
    const CaseId id = cases().start(as("zhao"), "announcement", values).head.id;
    act("zhao", id, "send");
    return id;
  }
  std::vector<std::string> found(const std::string& words) {
    std::vector<std::string> out;
    for (const Publication& one : cases().publications({.words = words}, 10)) out.push_back(one.title);
    return out;
  }
  void later(int days) { w.clock.set({w.clock.now().seconds + std::int64_t{days} * 86'400}); }

  const Json cleared{{"not_secret", true}, {"privacy_ok", true}};
  identity::testing::World w{GetParam()};
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::sm4, w.entropy};
};
INSTANTIATE_TEST_SUITE_P(Databases, Publications, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& one) { return one.param; });

TEST_P(Publications, NeedTheReviewEachTimeAnew) {
  const CaseId id = sent("护林员名额", "名额 3 个");
  EXPECT_EQ(code_of([&] { act("wang", id, "post"); }), "incomplete");
  EXPECT_EQ(code_of([&] { act("wang", id, "post", {{"not_secret", true}}); }), "incomplete");
  EXPECT_EQ(code_of([&] { act("wang", id, "post", {{"not_secret", true}, {"privacy_ok", false}}); }),
            "condition_false");
  EXPECT_TRUE(cases().publications({}, 10).empty());
  act("wang", id, "post", cleared);
  const auto all = cases().publications({}, 10);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].objections, w.clock.today() + std::chrono::days{7});
  EXPECT_EQ(all[0].contact, "镇政府 0558-5000000");
  EXPECT_EQ(all[0].organisation, "div-341602100");
  for (const char* about : {"water", "div-341602100"})
    EXPECT_EQ(cases().publications({.about = about}, 10).size(), 1u) << about;
  for (const char* about : {"wat", "%", "div"})
    EXPECT_TRUE(cases().publications({.about = about}, 10).empty()) << about;
  EXPECT_EQ(cases().publications({.kind = "village"}, 10).size(), 1u);
  EXPECT_TRUE(cases().publications({.kind = "policy"}, 10).empty());
}

TEST_P(Publications, RefuseNumbersOfPeopleAndNameTheField) {
  const CaseId id = sent("名单", "张三，身份证 11010519491231002X");
  try {
    act("wang", id, "post", cleared);
    ADD_FAILURE() << "it was published";
  } catch (const FormError& e) {
    EXPECT_EQ(e.code().name, "personal_text");
    ASSERT_EQ(e.faults().size(), 1u);
    EXPECT_EQ(e.faults()[0].field, "body");
    EXPECT_EQ(e.faults()[0].text.zh.find("11010519491231002X"), std::string::npos);
  }
  EXPECT_EQ(cases().view(as("wang"), id).head.state, "checked");  // nothing was changed
  EXPECT_EQ(code_of([&] { act("wang", sent("联系 13812345678", "正文"), "post", cleared); }),
            "personal_text");
  EXPECT_TRUE(cases().publications({.standing = everything}, 10).empty());
}

TEST_P(Publications, NamePersonsAndHouseholdsNever) {
  registry::RegistryData data;
  for (const auto& [code, kind] : {std::pair{"p:zhang", registry::PartyKind::person},
                                   std::pair{"h:zhang", registry::PartyKind::household},
                                   std::pair{"e:mill", registry::PartyKind::organisation}}) {
    registry::Party party;
    party.code = code;
    party.name = {code, code};
    party.kind = kind;
    party.jurisdiction = "341602";
    party.validity = {make_date(2020, 1, 1), Date::max()};
    data.parties.push_back(std::move(party));
  }
  registry::Registry(w.database.db(), "341602").apply(data);
  const auto posted = [&](const char* payee) {
    const CaseId id = cases()
                          .start(as("zhao"), "announcement",
                                 {{"title", "补偿"},
                                  {"body", "正文"},
                                  {"payee", payee},
                                  {"until", base::to_string(w.clock.today())}})
                          .head.id;
    act("zhao", id, "send");
    return code_of([&] { act("wang", id, "post", cleared); });
  };
  EXPECT_EQ(posted("p:zhang"), "personal_text");
  EXPECT_EQ(posted("h:zhang"), "personal_text");
  EXPECT_TRUE(cases().publications({.standing = everything}, 10).empty());
  EXPECT_EQ(posted("e:mill"), "none");
}

TEST_P(Publications, ComeDownOnTheirDay) {
  const CaseId id = sent("公示", "正文", 5);
  act("wang", id, "post", cleared);
  const std::int64_t number = cases().publications({}, 1).at(0).id;
  later(5);
  EXPECT_EQ(cases().publications({}, 10).size(), 1u);  // on its last day it stands
  EXPECT_TRUE(cases().stands(cases().publication(number)));
  later(1);
  EXPECT_TRUE(cases().publications({}, 10).empty());
  EXPECT_TRUE(found("公示").empty());
  EXPECT_FALSE(cases().stands(cases().publication(number)));
  EXPECT_EQ(cases().publications({.standing = everything}, 10).size(), 1u);
  EXPECT_EQ(cases().publications({.standing = {Standing::over}}, 10).size(), 1u);
  EXPECT_EQ(cases().standing(cases().publication(number)), Standing::over);
  const CaseId late = sent("晚了", "正文", 1);
  later(2);
  EXPECT_EQ(code_of([&] { act("wang", late, "post", cleared); }), "effect_failed");
}

TEST_P(Publications, ACorrectionKeepsTheOld) {
  const CaseId id = sent("清淤单价", "每米 30 分");
  act("wang", id, "post", cleared);
  const std::int64_t first = cases().publications({}, 1).at(0).id;
  act("wang", id, "correct", {}, "单位写错");
  EXPECT_EQ(cases().publications({}, 10).size(), 1u);
  const CaseId next{id.value + 1};
  act("zhao", next, "save", {{"body", "每米 30 元"}});
  act("zhao", next, "send");
  EXPECT_EQ(code_of([&] { act("zhao", next, "post", cleared); }), "not_for_you");
  // Whoever corrects began the new version, so somebody else reviews it.
  EXPECT_EQ(code_of([&] { act("wang", next, "post", cleared); }), "same_person");
  w.person("li", {"office_approver"});
  act("li", next, "post", cleared);
  const auto now = cases().publications({}, 10);
  ASSERT_EQ(now.size(), 1u);
  EXPECT_EQ(now[0].replaces, first);
  const Publication old = cases().publication(first);
  EXPECT_EQ(old.replaced_by, now[0].id);
  EXPECT_EQ(old.why, "更正");
  EXPECT_TRUE(cases().stands(old));
  EXPECT_EQ(cases().standing(old), Standing::corrected);
  EXPECT_EQ(cases().count_publications({.standing = {Standing::corrected}}), 1);
  EXPECT_EQ(cases().count_publications({}), 1);
  EXPECT_EQ(found("每米 30 元"), std::vector<std::string>{"清淤单价"});
  EXPECT_TRUE(found("30 分").empty());

  act("li", next, "take_down", {}, "数据有误");
  EXPECT_TRUE(cases().publications({}, 10).empty());
  EXPECT_FALSE(cases().stands(cases().publication(now[0].id)));
  EXPECT_EQ(cases().publication(now[0].id).why, "数据有误");
  EXPECT_EQ(cases().publications({.standing = everything}, 10).size(), 2u);
  EXPECT_EQ(cases().count_publications({.standing = {Standing::withdrawn}}), 1);
  EXPECT_EQ(code_of([&] { (void)cases().publication(99); }), "unknown_publication");
}

TEST_P(Publications, AreFoundByWordsAndNumbers) {
  for (const char* title : {"涡河断面补偿办法", "古井镇护林员公告", "谯发改综合〔2020〕241号解读"})
    act("wang", sent(title, "正文"), "post", cleared);
  EXPECT_EQ(found("断面"), std::vector<std::string>{"涡河断面补偿办法"});
  EXPECT_EQ(found("护林 古井"), std::vector<std::string>{"古井镇护林员公告"});
  EXPECT_EQ(found("241"), std::vector<std::string>{"谯发改综合〔2020〕241号解读"});
  EXPECT_EQ(found("正文").size(), 3u);
  EXPECT_TRUE(found("惠济河").empty());
  EXPECT_EQ(code_of([&] { (void)cases().publications({.words = "〔〕"}, 10); }), "bad_search");
}

TEST_P(Publications, ProgressCountsOnlyTheStatesThatCount) {
  const CaseId id = sent("甲", "正文");
  sent("乙", "正文");
  EXPECT_TRUE(cases().progress().empty());
  act("wang", id, "post", cleared);
  const auto progress = cases().progress();
  ASSERT_EQ(progress.size(), 1u);
  EXPECT_EQ(progress[0].organisation, "water");
  EXPECT_EQ(progress[0].article, 16);
  EXPECT_EQ(progress[0].open, 1);
  act("wang", id, "take_down", {}, "误发");
  EXPECT_TRUE(cases().progress().empty());
}

}  // namespace
}  // namespace tributary::casework
