// Conditions of rows and what tables come to: against plain predicates, by the engine and as the browser gets them.
#include "base/text.h"
#include "casework/cases_testing.h"
#include "casework/codes.h"
#include "casework/decide.h"

#include <cstdlib>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

std::shared_ptr<const CaseType> with_rows(const std::string& rows, const std::string& computed = "n: {label: {zh: 数, en: n}, unit: \"1\", formula: t_yes_count}") {
  return read_case_type(R"Y(case: r
version: "1"
article: [9]
title: {zh: 试, en: Trial}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  title: {type: text, label: {zh: 名称, en: Title}}
  t:
    type: table
    draft: true
    label: {zh: 表, en: Table}
    columns:
      mode: {type: choice, label: {zh: 方式, en: Mode}, choices: {cash: {zh: 资金, en: Cash}, help: {zh: 帮扶, en: Help}}}
      cash: {type: money, label: {zh: 金额, en: Cash}}
      hours: {type: number, unit: h, label: {zh: 工时, en: Hours}}
      yes: {type: boolean, label: {zh: 是否, en: Yes}}
      on: {type: date, label: {zh: 日期, en: Day}}
    rows: [)Y" + rows + R"Y(]
computed: {)Y" + computed + R"Y(}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  sent: {label: {zh: 已送, en: Sent}}
  done: {label: {zh: 办结, en: Done}, final: true}
  dropped: {label: {zh: 作废, en: Dropped}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 送, en: Send}, from: draft, to: sent, by: [township]}
  drop: {label: {zh: 作废, en: Drop}, from: draft, to: dropped, by: [township]}
  mend: {label: {zh: 改, en: Mend}, from: sent, by: [township], sets: [t]}
  done: {label: {zh: 办结, en: Done}, from: sent, to: done, by: [township]}
)Y", "r.yaml", {});
}

constexpr const char* apart =
    "{when: \"mode = 'cash' or cash = 0\", at: cash, otherwise: {zh: 不混, en: apart}}, "
    "{when: \"not present(hours) or hours < 8 {h} and on >= 20454\", at: hours, otherwise: {zh: 太久, en: too long}}";

class Rows : public ::testing::Test {
 protected:
  CaseState take(const CaseState& before, const std::string& step, const Json& values = Json::object()) {
    Action action;
    action.step = step;
    action.values = values;
    return decide(*type, before, action, who, today, days);
  }
  std::string refusal(const CaseState& before, const std::string& step, const Json& values = Json::object()) {
    try {
      take(before, step, values);
    } catch (const FormError& e) {
      std::string out(e.code().name);
      for (const FieldFault& fault : e.faults()) out += " " + fault.field + ":" + fault.text.en;
      return out;
    } catch (const Error& e) {
      return std::string(e.code().name);
    }
    return "";
  }
  std::shared_ptr<const CaseType> type = with_rows(apart);
  Person who{"zhao", "town", {{"township", "town", false}}};
  Date today = parse_date("2026-01-05");
  WorkCalendar calendar;
  Days days{calendar};
};

TEST_F(Rows, AreCheckedWhenTheDraftIsSentAndWhenAStepWritesThem) {
  CaseState draft = begin(*type, who, today, days);
  const Json good = Json::array({{{"mode", "cash"}, {"cash", "5"}}, {{"mode", "help"}, {"cash", "0"}, {"hours", "7.5"}, {"on", "2026-01-01"}}});
  const Json mixed = Json::array({{{"mode", "cash"}, {"cash", "5"}}, {{"mode", "help"}, {"cash", "5"}}});
  draft = take(draft, "save", {{"t", mixed}});  // a draft may be unfinished
  EXPECT_EQ(refusal(draft, "send"), "condition_false t[2].cash:apart");
  EXPECT_EQ(refusal(draft, "drop"), "");
  draft = take(draft, "save", {{"t", Json::array({{{"mode", "help"}}})}});
  EXPECT_EQ(refusal(draft, "send"), "condition_unknown t[1].cash:still missing: Cash");
  draft = take(draft, "save", {{"t", Json::array({{{"mode", "cash"}, {"hours", "8"}, {"on", "2026-01-01"}}})}});
  EXPECT_EQ(refusal(draft, "send"), "condition_false t[1].hours:too long");
  draft = take(draft, "save", {{"t", Json::array({{{"mode", "cash"}, {"hours", "7"}, {"on", "2025-12-31"}}})}});
  EXPECT_EQ(refusal(draft, "send"), "condition_false t[1].hours:too long");
  draft = take(draft, "save", {{"t", good}});
  const CaseState sent = take(draft, "send");
  EXPECT_EQ(refusal(sent, "mend", {{"t", mixed}}), "condition_false t[2].cash:apart");
  EXPECT_EQ(take(sent, "mend", {{"t", good}}).state, "sent");
  EXPECT_EQ(take(sent, "done").state, "done");
}

TEST_F(Rows, AreJudgedAsAPlainPredicateJudgesThem) {
  std::mt19937 random(20261128);  // NOLINT: the same every time
  const Field& table = *type->field("t");
  int unknown = 0;
  int broken = 0;
  Json told = Json::array();  // to the test of the pages
  for (int i = 0; i < 3000; ++i) {
    Json row = Json::object();
    if (random() % 4 != 0) row["mode"] = random() % 2 == 0 ? "cash" : "help";
    if (random() % 4 != 0) row["cash"] = random() % 2 == 0 ? "0" : "0.01";
    if (random() % 3 != 0) row["hours"] = random() % 2 == 0 ? "8" : "7.99";
    if (random() % 3 != 0) row["on"] = random() % 2 == 0 ? "2026-01-01" : "2025-12-31";
    // or: one that holds is enough; and: one that does not is enough.
    const auto either = [](std::optional<bool> a, std::optional<bool> b) -> std::optional<bool> {
      if (a == true || b == true) return true;
      if (!a || !b) return std::nullopt;
      return false;
    };
    const auto both = [](std::optional<bool> a, std::optional<bool> b) -> std::optional<bool> {
      if (a == false || b == false) return false;
      if (!a || !b) return std::nullopt;
      return true;
    };
    const auto is = [&](const char* name, const char* value) -> std::optional<bool> {
      if (!row.contains(name)) return std::nullopt;
      return row.at(name) == value;
    };
    const auto first = either(is("mode", "cash"), is("cash", "0"));
    const auto second = either(!row.contains("hours"), both(is("hours", "7.99"), is("on", "2026-01-01")));
    const auto or_null = [](std::optional<bool> one) { return one ? Json(*one) : Json(nullptr); };
    if (told.size() < 200) told.push_back({{"row", row}, {"judged", {or_null(first), or_null(second)}}});
    const RowFaults found = faults_of_rows(*type, table, {{"t", Json::array({row})}}, today);
    const auto lies = [](const std::vector<FieldFault>& all, const char* at) {
      return std::any_of(all.begin(), all.end(), [&](const FieldFault& f) { return f.field == at; });
    };
    for (const auto& [judged, at] : {std::pair{first, "t[1].cash"}, std::pair{second, "t[1].hours"}}) {
      EXPECT_EQ(lies(found.missing, at), !judged.has_value()) << row.dump() << at;
      EXPECT_EQ(lies(found.broken, at), judged == false) << row.dump() << at;
      unknown += judged ? 0 : 1;
      broken += judged == false ? 1 : 0;
    }
  }
  EXPECT_GT(unknown, 300);
  EXPECT_GT(broken, 300);
  // The pages judge the same rows by the same program: web/tests/rows.mjs. TRIBUTARY_WRITE=1 writes it anew.
  const std::string file = TRIBUTARY_SOURCE_DIR "/web/tests/rows.json";
  const std::string now = Json{{"table", form_schema(*type).at("properties").at("t")}, {"rows", told}}.dump(1) + "\n";
  if (std::getenv("TRIBUTARY_WRITE") != nullptr) write_file(file, now);
  EXPECT_EQ(read_file(file), now);
}

TEST_F(Rows, CountWhatHoldsAndAddUpWhereItDoes) {
  const auto said = [&](const std::string& formula, const std::string& unit, const Json& rows) {
    const auto one = with_rows("", fmt::format("n: {{label: {{zh: 数, en: n}}, unit: {}, formula: {}}}", unit, formula));
    const auto all = Figures(*one, {{"t", rows}}, {}, today).computed();
    const auto found = all.find("n");
    return found == all.end() ? std::string("missing") : found->second;
  };
  const Json rows = Json::array({{{"yes", true}, {"cash", "1.10"}}, {{"yes", false}, {"cash", "2"}}, {{"yes", true}, {"cash", "0.05"}}});
  EXPECT_EQ(said("t_yes_count", "\"1\"", rows), "2");
  EXPECT_EQ(said("t_cash_sum_where_yes", "CNY", rows), "1.15");
  EXPECT_EQ(said("t_cash_sum - t_cash_sum_where_yes", "CNY", rows), "2");
  const Json unsaid = Json::array({{{"yes", true}}, {{"cash", "2"}}});
  EXPECT_EQ(said("t_yes_count", "\"1\"", unsaid), "missing");  // missing is not no
  EXPECT_EQ(said("t_cash_sum_where_yes", "CNY", unsaid), "missing");
  EXPECT_EQ(said("t_yes_count", "\"1\"", Json::array()), "0");
}

TEST_F(Rows, OnlySayWhatAPageCanCheck) {
  const auto refused = [](const std::string& rows) { return identity::testing::code_of([&] { (void)with_rows(rows); }); };
  EXPECT_EQ(refused("{when: \"floor(cash / 1 {CNY}) = 1\", at: cash, otherwise: {zh: 整, en: whole}}"), "bad_case_type");
  EXPECT_EQ(refused("{when: \"cash > hours\", at: cash, otherwise: {zh: 错, en: wrong}}"), "unit_mismatch");
  EXPECT_EQ(refused("{when: \"title = 'x'\", at: cash, otherwise: {zh: 错, en: wrong}}"), "unknown_name");
  EXPECT_EQ(refused("{when: \"yes\", at: nothing, otherwise: {zh: 错, en: wrong}}"), "bad_case_type");
  EXPECT_EQ(refused("{when: \"cash > 0\", at: cash}"), "missing_key");
  // What a page gets: nodes that name earlier ones only, and a condition for each.
  const Json rules = form_schema(*type).at("properties").at("t").at("x-rows");
  EXPECT_EQ(rules.at("conditions").size(), 2U);
  for (std::size_t i = 0; i < rules.at("nodes").size(); ++i)
    for (const Json& arg : rules.at("nodes")[i].value("args", Json::array())) EXPECT_LT(arg.get<std::size_t>(), i);
}

}  // namespace
}  // namespace tributary::casework
