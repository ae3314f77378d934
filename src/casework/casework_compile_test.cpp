// Reports gathered into one, on both databases: who is late or missing, sums only where item and measure
// agree, and that what was gathered stays as it was.
#include "casework/casework.h"
#include "casework/codes.h"
#include "identity/world_testing.h"
#include "ledger/ledger.h"
#include "store/jobs.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

constexpr const char* source_type = R"Y(case: report
version: "1"
article: [14]
title: {zh: 报告, en: Report}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
readers: [office_approver]
form:
  year: {type: number, unit: "1", label: {zh: 年度, en: Year}, required: true}
  due: {type: date, label: {zh: 期限, en: Due}}
  progress: {type: paragraph, label: {zh: 进展, en: Progress}}
  data: {type: table, label: {zh: 数据, en: Data}, columns: {item: {type: text, label: {zh: 指标, en: Item}}, measure: {type: text, label: {zh: 单位, en: Measure}},
      n: {type: number, unit: "1", label: {zh: 数, en: N}}, guess: {type: boolean, label: {zh: 估, en: Guess}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  sent: {label: {zh: 已报, en: Sent}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: sent, by: [{role: township, in: applicant}]}
  finish: {label: {zh: 办结, en: Finish}, from: sent, to: done, by: [office_approver]}
)Y";

constexpr const char* gathering_type = R"Y(case: whole
version: "1"
article: [14]
title: {zh: 汇编, en: Whole}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
form:
  year: {type: number, unit: "1", label: {zh: 年度, en: Year}}
  expected: {type: organisations, label: {zh: 应报, en: Expected}, prefill: others}
  units: {type: table, draft: false, label: {zh: 情况, en: Units}, columns: {unit: {type: organisation, label: {zh: 单位, en: Unit}},
      status: {type: choice, label: {zh: 报送, en: Status}, choices: {on_time: {zh: 按期, en: in time}, late: {zh: 迟报, en: late}, missing: {zh: 未报, en: missing}}},
          progress: {type: paragraph, label: {zh: 进展, en: Progress}}}}
  data: {type: table, draft: false, label: {zh: 数据, en: Data}, columns: {item: {type: text, label: {zh: 指标, en: Item}}, measure: {type: text, label: {zh: 单位, en: Measure}},
      n: {type: number, unit: "1", label: {zh: 数, en: N}}, guess: {type: boolean, label: {zh: 估, en: Guess}}, lacking: {type: paragraph, label: {zh: 未报, en: Lacking}}}}
  counts: {type: table, draft: false, label: {zh: 件数, en: Counts}, columns: {year: {type: text, label: {zh: 年度, en: Year}}, total: {type: number, unit: "1",
      label: {zh: 件数, en: Total}}, done: {type: number, unit: "1", label: {zh: 办结, en: Done}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  made: {label: {zh: 已汇编, en: Made}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [office_approver]}
steps:
  gather:
    label: {zh: 汇编, en: Gather}
    from: [draft, made]
    to: made
    by: [office_approver]
    effects:
      - {do: compile, from: report, states: [sent, done], where: {year: "{year}"}, expected: expected, into: units, status: status, submitted: send, due: due, set: {progress: progress}}
      - {do: compile, from: report, states: [sent, done], where: {year: "{year}"}, expected: expected, rows: data, into: data, group: [item, measure],
            lacking: lacking, set: {n: n, guess: guess}}
      - {do: compile, from: report, where: {year: "{year}"}, into: counts, group: [year], count: {total: all, done: done}}
  finish: {label: {zh: 办结, en: Finish}, from: made, to: done, by: [office_approver]}
)Y";

class Compile : public ::testing::TestWithParam<std::string> {
 protected:
  Compile() {
    std::vector<store::Migration> all;
    for (const auto list : {registry::migrations(), ledger::migrations(), identity::migrations(),
                            store::migrations(), migrations()})
      all.insert(all.end(), list.begin(), list.end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    w.database.db().migrate(all);
    w.person("zhao", {"township"}, "div-341602100");
    w.person("yi", {"township"}, "div-341602101");
    w.person("wang", {"office_approver"});
    (*types)["report"] = read_case_type(source_type, "report.yaml", {});
    (*types)["whole"] = read_case_type(gathering_type, "whole.yaml", {});
  }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  CaseView act(const std::string& who, CaseId id, const std::string& step) {
    Action action;
    action.step = step;
    return cases().act(w.enter(who).caller, id, action, std::nullopt);
  }
  CaseId report(const std::string& who, const std::string& year, const std::string& due, const Json& data) {
    const CaseId id = cases()
                          .start(w.enter(who).caller, "report",
                                 {{"year", year}, {"due", due}, {"progress", who + "的进展"}, {"data", data}})
                          .head.id;
    return act(who, id, "send").head.id;
  }

  identity::testing::World w{GetParam()};
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::aes, w.entropy};
};
INSTANTIATE_TEST_SUITE_P(Databases, Compile, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& one) { return one.param; });

TEST_P(Compile, NamesWhoIsLateOrMissingAndAddsUpOnlyWhatAgrees) {
  const std::string today = base::to_string(w.clock.today());
  const CaseId first = report("zhao", "2026", today,
                              {{{"item", "清淤"}, {"measure", "km"}, {"n", "12.5"}},
                               {{"item", "造林"}, {"measure", "亩"}, {"n", "30"}, {"guess", true}}});
  report("yi", "2026", "2026-01-31",
         {{{"item", "清淤"}, {"measure", "km"}, {"n", "0.75"}},
          {{"item", "造林"}, {"measure", "公顷"}, {"n", "2"}}});
  report("yi", "2025", "2026-01-31", {{{"item", "清淤"}, {"measure", "km"}, {"n", "999"}}});
  const Json expected{"div-341602101", "div-341602100", "div-341602102"};
  const CaseId whole =
      cases().start(w.enter("wang").caller, "whole", {{"year", "2026"}, {"expected", expected}}).head.id;
  const CaseView made = act("wang", whole, "gather");
  const Json& units = made.state.form.at("units");  // in the order of those expected
  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(units[0], (Json{{"unit", "div-341602101"}, {"status", "late"}, {"progress", "yi的进展"}}));
  EXPECT_EQ(units[1].at("status"), "on_time");
  EXPECT_EQ(units[2], (Json{{"unit", "div-341602102"}, {"status", "missing"}, {"progress", nullptr}}));
  const Json& data = made.state.form.at("data");
  ASSERT_EQ(data.size(), 3u) << data.dump();
  EXPECT_EQ(data[0].at("n"), "13.25");
  EXPECT_EQ(data[0].at("guess"), nullptr);
  EXPECT_EQ(data[1].at("measure"), "公顷");  // not added to what is in 亩
  EXPECT_EQ(data[1].at("n"), "2");
  EXPECT_EQ(data[2].at("n"), "30");
  EXPECT_EQ(data[2].at("guess"), true);
  const auto names = w.identity.organisation_names();
  const auto called = [&](const char* id) { return names.contains(id) ? names.at(id).zh : std::string(id); };
  EXPECT_EQ(data[0].at("lacking"), called("div-341602102"));
  EXPECT_EQ(data[2].at("lacking"), called("div-341602101") + "、" + called("div-341602102"));
  EXPECT_EQ(made.state.form.at("counts"), (Json::array({{{"year", "2026"}, {"total", "2"}, {"done", "0"}}})));
  // Which cases it came from, in which version.
  const Json& effects = made.events.back().effects;
  EXPECT_EQ(effects[0].at("sources").size(), 2u);
  EXPECT_EQ(effects[0].at("sources")[0], (Json{first.value, 2}));

  // What was gathered stays as it was until it is gathered again; a later report replaces the unit's earlier
  // one.
  act("wang", first, "finish");
  report("zhao", "2026", today, {{{"item", "清淤"}, {"measure", "km"}, {"n", "13"}}});
  EXPECT_EQ(cases().view(w.enter("wang").caller, whole).state.form.at("data"), data);
  const CaseView again = act("wang", whole, "gather");
  EXPECT_EQ(again.state.form.at("data")[0].at("n"), "13.75");
  EXPECT_EQ(again.state.form.at("counts")[0].at("done"), "1");
}

TEST_P(Compile, NothingReportedIsNoFault) {
  const CaseView begun = cases().start(w.enter("wang").caller, "whole", {{"year", "2031"}});
  EXPECT_FALSE(begun.state.form.at("expected").empty());  // every unit but one's own, without asking
  const CaseView made = act("wang", begun.head.id, "gather");
  for (const Json& unit : made.state.form.at("units")) EXPECT_EQ(unit.at("status"), "missing");
  EXPECT_TRUE(is_empty(made.state.form, "data"));
}

TEST(CompileType, SaysWhatIsWrong) {
  const std::string good = gathering_type;
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"into: units", "into: year"},
           {"into: units", "into: unit"},
           {"status: status, submitted", "status: state, submitted"},
           {"set: {progress: progress}", "set: {progres: progress}"},
           {"expected: expected, into: units", "expected: year, into: units"},
           {"expected: expected, into: units", "into: units"},
           {"where: {year: \"{year}\"}, expected", "where: {year: \"{yaer}\"}, expected"},
           {"where: {year: \"{year}\"}, expected", "expected"},
           {"group: [item, measure]", "group: [item, mesure]"}}) {
    std::string text = good;
    ASSERT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
    try {
      read_case_type(text, "whole.yaml", {});
      ADD_FAILURE() << to;
    } catch (const Error& e) {
      EXPECT_EQ(e.code().name, "bad_case_type") << to;
      EXPECT_GT(e.where().line, 20) << to;
    }
  }
}

}  // namespace
}  // namespace tributary::casework
