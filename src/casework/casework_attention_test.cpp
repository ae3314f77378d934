// Following, being named, taking over, the calendar, and moving a running case to a newer type.
#include "casework/cases_testing.h"
#include "casework/codes.h"

#include <fmt/format.h>

namespace tributary::casework {
namespace {

class Attention : public Cases {
 protected:
  std::vector<News> news(const std::string& who) { return cases().news(as(who), 10).items; }
  void replace_type(const std::string& name, const std::string& text) {
    policy::PackContext pack;
    pack.pack = "test";
    (*types)[name] = read_case_type(text, name + ".yaml", pack);
  }
  static std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, Attention, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& on) { return on.param; });

TEST_P(Attention, TellsWhatOthersDidSinceOneLooked) {
  const CaseId id = asked();
  EXPECT_TRUE(cases().view(as("zhao"), id).following);  // began it
  EXPECT_TRUE(news("zhao").empty());                    // own steps are no news
  EXPECT_FALSE(cases().view(as("wang"), id).following);
  act("wang", id, "approve");
  ASSERT_EQ(news("zhao").size(), 1U);
  EXPECT_EQ(news("zhao")[0].steps, 1);
  EXPECT_EQ(news("zhao")[0].head.state, "approved");
  EXPECT_FALSE(news("zhao")[0].mentioned);
  cases().seen(as("zhao"), id);
  EXPECT_TRUE(news("zhao").empty());
  cases().comment(as("wang"), id, "请补发票");
  EXPECT_EQ(news("zhao").at(0).comments, 1);
  cases().follow(as("zhao"), id, false);
  EXPECT_TRUE(news("zhao").empty());
  cases().follow(as("zhao"), id, true);  // from now on
  EXPECT_TRUE(news("zhao").empty());
  act("qian", id, "pay");
  EXPECT_EQ(news("zhao").size(), 1U);
  EXPECT_EQ(news("wang").size(), 1U);  // commented, so follows
}

TEST_P(Attention, TellsWhoIsNamedInAComment) {
  const CaseId id = asked();
  const std::string shen = as("shen").user.value;
  const std::string yi = as("yi").user.value;
  cases().comment(as("wang"), id, "@沈 请看", {shen, yi});
  ASSERT_EQ(news("shen").size(), 1U);
  EXPECT_TRUE(news("shen")[0].mentioned);
  EXPECT_TRUE(news("yi").empty());  // may not see the case, so learns nothing of it
  cases().seen(as("shen"), id);
  EXPECT_TRUE(news("shen").empty());
  const auto people = cases().people(as("zhao"), id);
  ASSERT_EQ(people.size(), 1U);
  EXPECT_EQ(people[0].user, as("wang").user.value);
  EXPECT_EQ(code_of([&] { cases().people(as("yi"), id); }), "unknown_case");
  EXPECT_EQ(code_of([&] { cases().follow(as("yi"), id, true); }), "unknown_case");
}

TEST_P(Attention, GivesPagesOfNews) {
  for (int i = 0; i < 5; ++i) act("wang", asked(), "approve");
  NewsPage page = cases().news(as("zhao"), 2);
  std::vector<std::int64_t> seen;
  for (;;) {
    for (const News& one : page.items) seen.push_back(one.head.id.value);
    if (page.next.empty()) break;
    page = cases().news(as("zhao"), 2, page.next);
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
}

TEST_P(Attention, HandsOpenCasesToAColleague) {
  w.person("sun", {"township"}, "div-341602100");
  w.person("admin", {"administrator"});
  const CaseId open = asked();
  const CaseId ended = asked();
  act("wang", ended, "refuse", {}, "材料不全");
  identity::User from;
  from.id = as("zhao").user;
  from.name = "zhao";
  from.display_name = "赵";
  from.organisation = as("zhao").organisation;
  identity::User to = from;
  to.id = as("sun").user;
  to.name = "sun";
  EXPECT_EQ(code_of([&] { cases().hand_over(as("wang"), from, to); }), "forbidden");
  EXPECT_EQ(code_of([&] { cases().hand_over(as("admin"), from, from); }), "bad_form");
  identity::User elsewhere = to;
  elsewhere.organisation = {"div-341602101"};
  EXPECT_EQ(code_of([&] { cases().hand_over(as("admin"), from, elsewhere); }), "bad_form");
  EXPECT_EQ(cases().hand_over(as("admin"), from, to), 1);
  ASSERT_EQ(news("sun").size(), 1U);
  EXPECT_EQ(news("sun")[0].head.id, open);
  EXPECT_EQ(news("sun")[0].handed_by, "赵");
  EXPECT_TRUE(news("zhao").empty());
  cases().seen(as("sun"), open);
  EXPECT_TRUE(news("sun").empty());
  EXPECT_TRUE(cases().view(as("sun"), open).following);
}

TEST_P(Attention, PutsWhatIsDueAndWhatIsDeclaredIntoTheCalendar) {
  replace_type("follow-up", with(follow_up, "  what: {type: text",
                                 "  meets: {type: date, calendar: true, label: {zh: 回访日, en: Visit}}\n"
                                 "  what: {type: text"));
  const CaseId id = asked();
  const Date today = w.clock.today();
  const auto entries = [&](const std::string& who) {
    return cases().calendar(as(who), today, today + std::chrono::days{31});
  };
  ASSERT_EQ(entries("wang").size(), 1U);
  EXPECT_TRUE(entries("wang")[0].mine);
  EXPECT_EQ(entries("wang")[0].day, today + std::chrono::days{10});
  EXPECT_EQ(entries("wang")[0].head.id, id);
  EXPECT_TRUE(entries("zhao").empty());  // due from the office, not from the township
  const Date visit = today + std::chrono::days{3};
  cases().start(as("zhao"), "follow-up", {{"what", "看看"}, {"meets", base::to_string(visit)}});
  ASSERT_EQ(entries("zhao").size(), 1U);
  EXPECT_EQ(entries("zhao")[0].day, visit);
  EXPECT_EQ(entries("zhao")[0].what.at(0).zh, "回访日");
  EXPECT_FALSE(entries("zhao")[0].mine);
  EXPECT_TRUE(entries("yi").empty());
  EXPECT_TRUE(
      cases().calendar(as("zhao"), visit + std::chrono::days{1}, visit + std::chrono::days{9}).empty());
  EXPECT_EQ(code_of([&] {
              replace_type("follow-up", with(follow_up, "{type: text", "{calendar: true, type: text"));
            }),
            "bad_case_type");
}

TEST_P(Attention, OffersStepsThatNeedNothingForManyAtOnce) {
  asked();
  const auto inbox = cases().inbox(as("wang"), 10);
  ASSERT_EQ(inbox.items.size(), 1U);
  ASSERT_EQ(inbox.items[0].plain_steps.size(), 1U);
  EXPECT_EQ(inbox.items[0].plain_steps[0].first, "approve");  // refusing needs a reason
  // What a step needs may be there already.
  const std::string needing =
      with(with(grant, "prefill: party}", "prefill: party, draft: true}"), "by: [office_approver]\n    when",
           "by: [office_approver]\n    sets: [party]\n    needs: [party]\n    when");
  replace_type("grant", needing);
  asked();
  EXPECT_EQ(cases().inbox(as("wang"), 10).items.at(1).plain_steps.size(), 1U);
  Json without = values();
  without["party"] = nullptr;
  const CaseId lacking = cases().start(as("zhao"), "grant", without).head.id;
  act("zhao", lacking, "ask");
  EXPECT_TRUE(cases().inbox(as("wang"), 10).items.at(2).plain_steps.empty());
}

TEST_P(Attention, MovesARunningCaseToTheNewerTypeAndRecordsIt) {
  const CaseId id = asked();
  EXPECT_EQ(code_of([&] { cases().migrate(as("wang"), id, "", "试", std::nullopt); }), "already_latest");
  // The newer form: without the table, the name of the state changed, a term less, a field made personal.
  std::string newer = with(grant, "version: \"1\"", "version: \"2\"");
  newer = with(newer,
               "  people: {type: table, label: {zh: 人员, en: People}, columns: {name: {type: person, label: "
               "{zh: 姓名, "
               "en: Name}}, days: {type: number, unit: \"1\", label: {zh: 天数, en: Days}}}}\n",
               "");
  newer = with(
      newer,
      "computed:\n  days: {label: {zh: 总天数, en: Days in all}, unit: \"1\", formula: people_days_sum}\n",
      "");
  newer = with(newer, "runs_in: [asked], days: 10", "runs_in: [approved], days: 10");
  replace_type("grant", newer);
  CaseView view = cases().view(as("wang"), id);
  EXPECT_FALSE(view.latest_version);
  EXPECT_TRUE(view.may_migrate);
  EXPECT_FALSE(cases().view(as("shen"), id).may_migrate);  // reads only
  EXPECT_EQ(code_of([&] { cases().migrate(as("shen"), id, "", "试", std::nullopt); }), "not_for_you");
  EXPECT_EQ(code_of([&] { cases().migrate(as("wang"), id, "", " ", std::nullopt); }), "reason_missing");
  EXPECT_EQ(code_of([&] { cases().migrate(as("wang"), id, "nowhere", "试", std::nullopt); }), "bad_form");
  EXPECT_EQ(code_of([&] { cases().migrate(as("wang"), id, "paid", "试", std::nullopt); }), "bad_form");
  EXPECT_EQ(code_of([&] { cases().migrate(as("wang"), id, "", "试", view.head.version + 1); }),
            "changed_meanwhile");
  EXPECT_EQ(cases().view(as("wang"), id).head.version, view.head.version);  // nothing of it stayed

  const CaseView moved = cases().migrate(as("wang"), id, "", "表单改版", view.head.version);
  EXPECT_TRUE(moved.latest_version);
  EXPECT_EQ(moved.type->declared.version, "2");
  EXPECT_EQ(moved.head.state, "asked");
  EXPECT_FALSE(moved.head.due);  // its term does not run in this state any more
  EXPECT_FALSE(moved.state.form.contains("people"));
  EXPECT_EQ(moved.events.back().step, "migrate");
  EXPECT_EQ(moved.events.back().reason, "表单改版");
  EXPECT_TRUE(moved.events.back().changes.contains("people"));
  EXPECT_EQ(moved.events.back().changes.at("people").size(),
            0U);  // personal: that it changed, not what it was
  EXPECT_EQ(cases().reveal(as("wang"), id, "person", "核对"), "张三丰");
  act("wang", id, "approve");
  EXPECT_EQ(cases().view(as("wang"), id).head.state, "approved");
  EXPECT_TRUE(cases().view(as("wang"), id).head.due);
}

TEST_P(Attention, RefusesToMoveACaseWhoseValuesTheNewerFormDoesNotTake) {
  const CaseId id = asked();
  replace_type("grant", with(with(grant, "version: \"1\"", "version: \"2\""), "label: {zh: 金额, en: Amount}",
                             "max: \"100\", label: {zh: 金额, en: Amount}"));
  try {
    cases().migrate(as("wang"), id, "", "试", std::nullopt);
    ADD_FAILURE();
  } catch (const FormError& e) {
    ASSERT_EQ(e.faults().size(), 1U);
    EXPECT_EQ(e.faults()[0].field, "amount");
  }
  EXPECT_FALSE(cases().view(as("wang"), id).latest_version);
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_event WHERE step = 'migrate'"), 0);
}

}  // namespace
}  // namespace tributary::casework
