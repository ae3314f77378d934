// What a declaration may not say: each with its code and the line it stands on.
#include "casework/case_type.h"

#include "casework/examples.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

// Lines are counted in the message, so the text begins at line 1.
constexpr const char* sound = R"(case: trial
version: "1"
article: [9]
title: {zh: 试, en: trial}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
number: {form: "试〔{year}〕{n}号", on: send}
form:
  title: {type: text, label: {zh: 名称, en: Title}, required: true, sensitivity: open}
  amount: {type: number, unit: kg, label: {zh: 量, en: Amount}}
  unit: {type: organisation, label: {zh: 单位, en: Unit}}
  id: {type: citizen_id, label: {zh: 身份证号, en: Number}}
  until: {type: date, label: {zh: 止, en: Until}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  open: {label: {zh: 在办, en: Open}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: open, by: [township], when: "amount > 5 {kg}", otherwise: {zh: 太少, en: too little}}
  finish: {label: {zh: 办结, en: Finish}, from: open, to: done, by: [{role: boss, in: unit}], not_by: [send], effects: [{do: publish, kind: notice, title: "{title}", fields: [title]}]}
terms:
  due: {label: {zh: 期限, en: Due}, runs_in: [open], until: until}
ballots:
  panel: {label: {zh: 表决, en: Panel}, in: open, of: [boss]}
documents:
  notice: {label: {zh: 通知, en: Notice}, kind: notice, states: [open], by: [township], title: "{title}通知", blocks: [{paragraph: "数量{amount}"}, {values: [until]}, {ballot: panel}]}
examples:
  - name: 办成
    people: {a: {organisation: t, roles: [township]}, b: {organisation: o, roles: [boss]}}
    steps:
      - {who: a, on: 2026-01-05, start: true, set: {title: 一, amount: "5.1", unit: o}, state: draft}
      - {who: a, on: 2026-01-05, do: send, state: open}
      - {who: b, on: 2026-01-06, do: finish, state: done}
)";

struct Wrong {
  const char* from;
  const char* to;
  const char* code;
  long line;
};

TEST(CaseType, SaysWhatIsWrongAndWhere) {
  const auto type = read_case_type(sound, "trial.yaml", {});
  EXPECT_EQ(run_examples(*type, WorkCalendar{}).failures.size(), 0u);
  const std::vector<Wrong> table{
      {"version: \"1\"", "versoin: \"1\"", "missing_key", 1},
      {"to: open, by: [township]", "to: opened, by: [township]", "bad_case_type", 20},
      {"from: draft, to: open", "from: daft, to: open", "bad_case_type", 20},
      {"amount > 5 {kg}", "amount > 5 {m3}", "unit_mismatch", 20},
      {"amount > 5 {kg}", "amuont > 5 {kg}", "unknown_name", 20},
      {"amount > 5 {kg}", "amount >", "syntax", 20},
      {"when: \"amount > 5 {kg}\", otherwise: {zh: 太少, en: too little}", "when: \"amount > 5 {kg}\"",
       "missing_key", 20},
      {"not_by: [send]", "not_by: [sent]", "bad_case_type", 21},
      {"in: unit}]", "in: amount}]", "bad_case_type", 21},
      {"in: unit}]", "in: unti}]", "bad_case_type", 21},
      {"fields: [title]", "fields: [amount]", "bad_case_type", 21},    // not open
      {"title: \"{title}\"", "title: \"{id}\"", "bad_case_type", 21},  // personal
      {"title: \"{title}\"", "title: \"{titel}\"", "bad_case_type", 21},
      {"do: publish", "do: publsih", "bad_case_type", 21},
      {"kind: notice, ", "", "missing_key", 21},
      {"until: until}", "until: amount}", "bad_case_type", 23},
      {"until: until}", "until: until, days: 3}", "bad_case_type", 23},
      {"数量{amount}", "数量{amuont}", "bad_case_type", 27},
      {"数量{amount}", "数量{amount", "bad_case_type", 27},
      {"数量{amount}", "持证人{id}", "bad_case_type", 27},  // personal, and the paper does not say so
      {"{values: [until]}", "{values: [id]}", "bad_case_type", 27},
      {"{ballot: panel}", "{ballot: pannel}", "bad_case_type", 27},
      {"{ballot: panel}", "{poem: panel}", "bad_case_type", 27},
      {"{ballot: panel}", "{table: title}", "bad_case_type", 27},
      {"states: [open], by", "states: [opne], by", "bad_case_type", 27},
      {"to: open, by: [township],", "to: open, by: [township], issues: letter,", "bad_case_type", 20},
      {"runs_in: [open]", "runs_in: [opne]", "bad_case_type", 23},
      {"in: open, of: [boss]", "in: done, of: [boss]", "bad_case_type", 25},
      {"type: citizen_id, ", "type: citizen_id, sensitivity: open, ", "bad_case_type", 12},
      {"type: date", "type: day", "bad_case_type", 13},
      {"unit: kg", "unit: kgg", "bad_unit", 10},
      {", final: true", "", "bad_case_type", 1},
      {"  done: {label", "  lost: {label: {zh: 迷, en: Lost}}\n  done: {label", "bad_case_type", 17},
      {"from: open, to: done", "from: [open, done], to: done", "bad_case_type", 21},
      {"from: open, to: done", "from: open, to: open", "bad_case_type", 15},
      {"{year}〕{n}号", "{year}〕号", "bad_case_type", 7},
      {"on: send}", "on: sent}", "bad_case_type", 1},
      {"case: trial", "case: Trial!", "bad_case_type", 1},
      {"steps:\n  send", "steps:\n  vote", "bad_case_type", 20},
      {"amount > 5 {kg}", "unit = amount", "bad_case_type", 20},
      {"amount > 5 {kg}", "unit > 'a'", "type_mismatch", 20},
      {"amount > 5 {kg}", "contains(unit, 'a')", "bad_case_type", 20},
      {"do: publish", "do: publish, each: title", "bad_case_type", 21},
      {"{do: publish, kind: notice, title: \"{title}\", fields: [title]}",
       "{do: open_case, each: title, case: other}", "bad_case_type", 21},
      {"title: \"{title}\"", "title: {zh: \"{title}\"}", "missing_key", 21},
      {"title: \"{title}\"", "title: {zh: \"{title}\", en: \"{id}\"}", "bad_case_type", 21},
      {"runs_in: [open], until: until", "runs_in: [open], months: 0", "bad_case_type", 23},
      {"runs_in: [open], until: until", "runs_in: [open], days: 3, months: 1", "bad_case_type", 23},
      {"runs_in: [open], until: until", "runs_in: [open], days: 3, from: title", "bad_case_type", 23},
      {"runs_in: [open], until: until", "runs_in: [open], from: until, until: until", "bad_case_type", 23},
      {"runs_in: [open], until: until", "runs_in: [open], from: until, days: 3, paused_in: [draft]",
       "bad_case_type", 23},
      {"runs_in: [open], until: until", "runs_in: [open], working_days: 3, last_day: next_working_day",
       "bad_case_type", 23},
      {"runs_in: [open], until: until", "runs_in: [open], days: 3, last_day: monday", "bad_case_type", 23},
      {"documents:",
       "sheet: {title: {zh: 表, en: sheet}, columns: [{title: 序号}, {field: titel}]}\ndocuments:",
       "bad_case_type", 26},
      {"documents:", "sheet: {title: {zh: 表, en: sheet}, columns: [{field: amount}]}\ndocuments:",
       "bad_case_type", 26},
      {"documents:",
       "sheet: {title: {zh: 表, en: sheet}, columns: [{field: title}, {field: amount, title: "
       "名称}]}\ndocuments:",
       "bad_case_type", 26},
      {"documents:", "sheet: {title: {zh: 表, en: sheet}, columns: [{field: title}, {}]}\ndocuments:",
       "bad_case_type", 26},
      {"of: [boss]", "of: [boss], score: {min: 5, max: 5}", "bad_case_type", 25},
      {"of: [boss]", "of: [boss], score: {min: 0, max: 5, places: 9}", "bad_case_type", 25},
  };
  for (const Wrong& wrong : table) {
    std::string text = sound;
    const auto at = text.find(wrong.from);
    ASSERT_NE(at, std::string::npos) << wrong.from;
    text.replace(at, std::string(wrong.from).size(), wrong.to);
    try {
      read_case_type(text, "trial.yaml", {});
      ADD_FAILURE() << wrong.to << " was taken";
    } catch (const Error& e) {
      EXPECT_EQ(e.code().name, wrong.code) << wrong.to << "\n" << e.what();
      EXPECT_EQ(e.where().line, wrong.line) << wrong.to << "\n" << e.what();
      EXPECT_EQ(e.where().file, "trial.yaml") << wrong.to;
      EXPECT_FALSE(e.message().zh.empty() || e.message().en.empty());
    }
  }
}

// Every way to a publication leads over a review by somebody who did not write it.
TEST(CaseType, NothingIsPublishedWithoutAReview) {
  const std::string plain = sound;
  const auto with = [&](std::vector<std::pair<std::string, std::string>> changes) {
    std::string text = plain;
    for (const auto& [from, to] : changes) {
      const auto at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      text.replace(at, from.size(), to);
    }
    return text;
  };
  const std::string finish = "not_by: [send], effects:";
  const auto refused = [](const std::string& text) {
    try {
      check_release(read_case_type(text, "trial.yaml", {})->declared);
    } catch (const Error& e) {
      return e.code().name == "bad_case_type";
    }
    return false;
  };
  EXPECT_TRUE(refused(plain));
  EXPECT_TRUE(refused(with({{finish, "not_by: [send], review: true, effects:"}})));
  const std::string good = with({{finish, "not_by: [start, send], review: true, effects:"}});
  EXPECT_FALSE(refused(good));
  // Who writes what is published may not review it, nor may the review write.
  const std::pair<std::string, std::string> words{
      "amount: {type: number, unit: kg, label",
      "body: {type: paragraph, sensitivity: open, label: {zh: 文, en: Text}}\n"
      "  amount: {type: number, unit: kg, label"};
  const std::pair<std::string, std::string> body{"fields: [title]", "fields: [title, body]"};
  EXPECT_FALSE(refused(with({words, body, {finish, "not_by: [start], review: true, effects:"}})));
  EXPECT_TRUE(
      refused(with({words, body, {finish, "not_by: [start], sets: [body], review: true, effects:"}})));
  EXPECT_TRUE(refused(with({words,
                            body,
                            {"by: [township], when", "by: [township], sets: [body], when"},
                            {finish, "not_by: [start], review: true, effects:"}})));
  EXPECT_FALSE(refused(with({words,
                             body,
                             {"by: [township], when", "by: [township], sets: [body], when"},
                             {finish, "not_by: [start, send], review: true, effects:"}})));
  // A review before the step that publishes does, if there is no way past it.
  EXPECT_FALSE(refused(with({{"from: draft, to: open, by: [township]",
                              "from: draft, to: open, by: [township], not_by: [start], review: true"}})));
  EXPECT_TRUE(refused(with({{"from: draft, to: open, by: [township]",
                             "from: draft, to: open, by: [township], not_by: [start], review: true"},
                            {"from: open, to: done, by", "from: [draft, open], to: done, by"}})));
  // A village's notice ends, and the kinds are known.
  EXPECT_TRUE(refused(
      with({{finish, "not_by: [start, send], review: true, effects:"}, {"kind: notice", "kind: village"}})));
  EXPECT_FALSE(refused(with({{finish, "not_by: [start, send], review: true, effects:"},
                             {"kind: notice", "kind: village, until: \"{until}\""}})));
  EXPECT_TRUE(refused(
      with({{finish, "not_by: [start, send], review: true, effects:"}, {"kind: notice", "kind: news"}})));
}

TEST(CaseType, ExamplesThatAreWrongAreTold) {
  std::string text = sound;
  text.replace(text.find("do: finish, state: done"), 23, "do: finish, state: open");
  const auto report = run_examples(*read_case_type(text, "trial.yaml", {}), WorkCalendar{});
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].where.line, 34);
  text = sound;
  text.replace(text.find("\"5.1\""), 5, "\"5.0\"");
  EXPECT_EQ(run_examples(*read_case_type(text, "trial.yaml", {}), WorkCalendar{}).failures.size(), 4u);
}

TEST(CaseForm, SchemaAndValuesAgree) {
  const auto type = read_case_type(sound, "trial.yaml", {});
  const Json schema = form_schema(*type);
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema.at("properties").at("id").at("x-sensitivity"), "sensitive");
  struct Row {
    const char* field;
    Json given;
    const char* wanted;  // as JSON; empty: refused
  };
  const std::vector<Row> table{
      {"title", " 一　", "\"一\""},
      {"title", "", "null"},
      {"title", "a\nb", ""},
      {"title", std::string(201, 'x'), ""},
      {"title", 5, ""},
      {"amount", "1,234.50", "\"1234.50\""},
      {"amount", 12, "\"12\""},
      {"amount", 1.5, ""},
      {"amount", "abc", ""},
      {"until", "2026/3/5", "\"2026-03-05\""},
      {"until", "2026-02-30", ""},
      {"until", "12026-01-01", ""},
      {"id", "11010519491231002x", "\"11010519491231002X\""},
      {"id", "341602000000000000", ""},
      {"id", "3.41602E+17", ""},
      {"unit", "office", "\"office\""},
      {"unit", Json::array({"a"}), ""},
      {"nothing", "x", ""},
  };
  for (const Row& row : table) {
    std::string got;
    try {
      const Json form = with_values(*type, Json::object(), {{row.field, row.given}});
      got = form.contains(row.field) ? form.at(row.field).dump() : "null";
    } catch (const FormError& e) {
      EXPECT_EQ(e.faults().at(0).field, row.field);
    }
    EXPECT_EQ(got, row.wanted) << row.field << " " << row.given.dump();
  }
}

}  // namespace
}  // namespace tributary::casework
