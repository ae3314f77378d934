// What cases come to together, by the pages of the plan: one case for each row of a table or each organisation,
// counted under the article it names, added up with what is missing told apart.
#include "casework/cases_testing.h"
#include "casework/plan.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

constexpr const char* task_type = R"Y(case: task
version: "1"
article: [15]
article_field: article
title: {zh: 任务, en: Task}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
responsible: {field: unit, in: [open]}
form:
  title: {type: text, label: {zh: 标题, en: Title}}
  unit: {type: organisation, label: {zh: 单位, en: Unit}}
  article: {type: choice, label: {zh: 条目, en: Article}, choices: {a1: {zh: 一, en: one}, a9: {zh: 九, en: nine}}}
  cost: {type: money, label: {zh: 金额, en: Cost}}
  area: {type: number, unit: ha, label: {zh: 面积, en: Area}}
computed:
  per_area: {label: {zh: 单位面积, en: Per area}, unit: CNY/ha, formula: cost / area, places: 2}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  open: {label: {zh: 在办, en: Open}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  go: {label: {zh: 开始, en: Go}, from: draft, to: open, by: [{role: township, in: applicant}]}
  end: {label: {zh: 办结, en: End}, from: open, to: done, by: [{role: township, in: applicant}]}
)Y";

constexpr const char* meeting_type = R"Y(case: meeting
version: "1"
article: [14]
title: {zh: 会议, en: Meeting}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
form:
  title: {type: text, label: {zh: 标题, en: Title}}
  members: {type: organisations, label: {zh: 成员, en: Members}}
  decisions: {type: table, label: {zh: 事项, en: Decisions}, columns: {what: {type: text, label: {zh: 事项, en: What}}, title: {type: text, label: {zh: 简称, en: Short}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  end:
    label: {zh: 办结, en: End}
    from: draft
    to: done
    by: [{role: township, in: applicant}]
    effects:
      - {do: open_case, case: task, each: decisions, set: {title: "{what}（{title}）"}}
      - {do: open_case, case: task, each: members, for: "{members}", set: {title: "{title}", unit: "{members}"}}
)Y";

class TalliesOfCases : public ::testing::TestWithParam<std::string> {
 protected:
  TalliesOfCases() {
    w.database.db().migrate(all_migrations());
    w.person("zhao", {"township"}, "div-341602100");
    for (const auto& [name, text] : {std::pair{"task", task_type}, std::pair{"meeting", meeting_type}})
      (*types)[name] = read_case_type(text, std::string(name) + ".yaml", {});
  }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  identity::Caller zhao() { return w.enter("zhao").caller; }
  CaseId task(const Json& values) { return cases().start(zhao(), "task", values).head.id; }
  void act(CaseId id, const std::string& step) {
    Action action;
    action.step = step;
    cases().act(zhao(), id, action, std::nullopt);
  }
  Plan plan_of(const std::string& figures) {
    const auto folder = std::filesystem::temp_directory_path() / ("plan-" + GetParam());
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "plan.yaml") << "plan:\n  source: {document: 方案}\n  tasks: task\n  articles:\n    - {number: 9, title: {zh: 九, "
                                           "en: nine}, text: {zh: 文, en: text}, lead: [], figures: ["
                                        << figures << "]}\n";
    return load_plan({folder.string()}, *types);
  }

  identity::testing::World w{GetParam()};
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::sm4, w.entropy};
};
INSTANTIATE_TEST_SUITE_P(Databases, TalliesOfCases, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& one) { return one.param; });

TEST_P(TalliesOfCases, AddUpExactlyAndTellWhatIsMissing) {
  act(task({{"title", "a"}, {"cost", "0.10"}, {"area", "0.3"}}), "go");
  act(task({{"title", "b"}, {"cost", "0.20"}, {"area", "7"}}), "go");
  const CaseId ended = task({{"title", "c"}, {"cost", "1000000000000.01"}});
  act(ended, "go");
  act(ended, "end");
  (void)task({{"title", "d"}, {"cost", "5"}});  // a draft
  EXPECT_EQ(cases().tally("task", {}).cases, 4);
  EXPECT_EQ(cases().tally("task", {"open"}, "cost").sum.to_string(), "0.30");
  EXPECT_EQ(cases().tally("task", {"open", "done"}, "cost").sum.to_string(), "1000000000000.31");
  const auto area = cases().tally("task", {"open", "done"}, "area");
  EXPECT_EQ(area.cases, 3);
  EXPECT_EQ(area.lacking, 1);
  EXPECT_EQ(area.sum.to_string(), "7.3");
  // 0.10 / 0.3 = 0.33, 0.20 / 7 = 0.03
  const auto computed = cases().tally("task", {"open", "done"}, "per_area");
  EXPECT_EQ(computed.sum.to_string(), "0.36");
  EXPECT_EQ(computed.lacking, 1);
}

// What is kept is what reading all of them gives, whatever happened to them; and cases of an earlier release are read
// until they have been counted.
TEST_P(TalliesOfCases, WhatIsKeptIsWhatAllCasesGive) {
  store::Database& db = w.database.db();
  std::mt19937 random(20261128);  // NOLINT: the same every time
  std::vector<CaseId> all;
  const auto money = [&] { return fmt::format("{}.{:02}", random() % 1000, random() % 100); };
  for (int i = 0; i < 120; ++i) {
    if (all.empty() || random() % 3 == 0) {
      Json values{{"title", fmt::format("{}", i)}};
      if (random() % 4 != 0) values["cost"] = money();
      if (random() % 2 != 0) values["area"] = std::to_string(1 + random() % 9);
      all.push_back(task(values));
      continue;
    }
    const CaseId id = all[random() % all.size()];
    const std::string state = cases().view(zhao(), id).head.state;
    if (state == "draft" && random() % 2 == 0) {
      Action save;
      save.step = "save";
      save.values = {{"cost", random() % 5 == 0 ? Json(nullptr) : Json(money())}};
      cases().act(zhao(), id, save, std::nullopt);
    } else if (state != "done") {
      act(id, state == "draft" ? "go" : "end");
    }
  }
  const auto told = [&] {
    std::string out;
    for (const auto& states : std::vector<std::vector<std::string>>{{}, {"draft"}, {"open", "done"}, {"done"}})
      for (const char* figure : {"", "cost", "area", "per_area"}) {
        const auto sums = cases().tally("task", states, figure);
        out += fmt::format("{} {} {}\n", sums.cases, sums.lacking, sums.sum.normalized().to_string());
      }
    return out;
  };
  const std::string kept = told();
  db.write([](store::Transaction& t) {
    t.execute("UPDATE casework_case SET counted = '', figures = '{}'");
    t.execute("DELETE FROM casework_sum");
  });
  EXPECT_EQ(told(), kept);  // read
  while (cases().count_waiting(7) > 0) {
  }
  EXPECT_EQ(told(), kept);
  // No case is read for it any more.
  db.write([](store::Transaction& t) { t.execute("UPDATE casework_case SET form = '{}'"); });
  EXPECT_EQ(told(), kept);
}

TEST_P(TalliesOfCases, CountUnderTheArticleACaseNames) {
  act(task({{"title", "a"}, {"article", "a9"}, {"unit", "water"}}), "go");
  (void)task({{"title", "b"}});
  EXPECT_EQ(cases().list(zhao(), {.article = 9}, 10).cases.size(), 1u);
  EXPECT_EQ(cases().list(zhao(), {.article = 15}, 10).cases.size(), 2u);
  EXPECT_TRUE(cases().list(zhao(), {.article = 1}, 10).cases.empty());
  const auto counts = cases().counts_by_article();
  EXPECT_EQ(counts.at(9).open, 1);
  EXPECT_EQ(counts.at(15).open, 2);
  const auto progress = cases().progress();
  ASSERT_EQ(progress.size(), 1u);
  EXPECT_EQ(progress[0].article, 9);
  EXPECT_EQ(progress[0].organisation, "water");
}

TEST_P(TalliesOfCases, OpenOneForEachRowAndEachOrganisation) {
  const CaseId meeting = cases()
                             .start(zhao(), "meeting",
                                    {{"title", "会"},
                                     {"members", {"water", "div-341602100"}},
                                     {"decisions", {{{"what", "清淤"}, {"title", "淤"}}, {{"what", "种树"}}}}})
                             .head.id;
  act(meeting, "end");
  std::vector<std::string> all;
  for (const auto& child : cases().view(zhao(), meeting).children) all.push_back(child.title + "@" + child.applicant);
  std::sort(all.begin(), all.end());
  // A column stands before a field of the same name, also where the row leaves it empty.
  EXPECT_EQ(all, (std::vector<std::string>{"会@div-341602100", "清淤（淤）@div-341602100", "种树（）@div-341602100"}));
  // The water bureau's own is not for the township to see.
  EXPECT_EQ(cases().tally("task", {}).cases, 4);
}

TEST_P(TalliesOfCases, ThePlanNamesOnlyWhatThereIs) {
  const auto refused = [&](const std::string& figure) {
    return code_of([&] { (void)plan_of("{label: {zh: 数, en: n}, " + figure + "}"); });
  };
  EXPECT_EQ(refused("cases: task, states: [open], sum: cost"), "none");
  EXPECT_EQ(refused("cases: task, open: true, sum: per_area"), "none");
  EXPECT_EQ(refused("cases: nothing"), "bad_case_type");
  EXPECT_EQ(refused("cases: task, states: [nowhere]"), "bad_case_type");
  EXPECT_EQ(refused("cases: task, sum: title"), "bad_case_type");
  EXPECT_EQ(refused("register: thing, by: task"), "bad_case_type");
  EXPECT_EQ(refused("statements: [lost]"), "bad_case_type");
  EXPECT_EQ(refused("readings: many"), "bad_case_type");
  const Plan plan = plan_of("{label: {zh: 数, en: n}, cases: task, open: true}");
  EXPECT_EQ(plan.tasks, "task");
  EXPECT_EQ(plan.articles.at(0).figures.at(0).states, (std::vector<std::string>{"draft", "open"}));
}

}  // namespace
}  // namespace tributary::casework
