// What a step brings about for each row of a table; ballots with scores; who decided in an earlier round;
// titles in both languages.
#include "casework/cases_testing.h"

namespace tributary::casework {
namespace {

constexpr const char* payout = R"Y(case: payout
version: "1"
article: [9]
title: {zh: 分配, en: Pay-out}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  title: {type: text, label: {zh: 名称, en: Title}, required: true, sensitivity: open}
  rows: {type: table, draft: true, label: {zh: 分配表, en: Rows}, columns: {
      to: {type: party, label: {zh: 收款方, en: To}, required: true}, amount: {type: money, label: {zh: 金额, en: Amount}, required: true}, what: {type: text, label: {zh: 用途, en: For}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  judged: {label: {zh: 评审, en: Judged}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: judged, by: [{role: township, in: applicant}]}
  back: {label: {zh: 退回, en: Return}, from: judged, to: draft, by: [office_approver], reason: true, expected: false}
  set_rows: {label: {zh: 改表, en: Rewrite}, from: judged, by: [office_approver], sets: [rows], expected: false}
  pay:
    label: {zh: 付款, en: Pay}
    from: judged
    to: done
    by: [office_approver]
    not_by: [start, back, set_rows]
    review: true
    when: "not present(rows) or panel_score_mean >= 60"
    otherwise: {zh: 平均分不足, en: the mean is too low}
    effects:
      - {do: hold, each: rows, from: "gov:341602", to: "{to}", amount: "{amount}", purpose: settlement}
      - {do: open_case, each: rows, case: follow-up, set: {what: "{what} {title}"}}
      - {do: publish, kind: result, title: {zh: "{title}已付", en: "Paid: {title}"}, fields: [title]}
ballots:
  panel: {label: {zh: 评审, en: Panel}, in: judged, of: [accountant, office_approver], score: {min: 0, max: 100, places: 1}}
)Y";

class Rows : public Cases {
 protected:
  Rows() {
    (*types)["payout"] = read_case_type(payout, "payout.yaml", {});
    w.person("wu", {"office_approver"});
  }
  CaseId sent(const Json& rows) {
    const CaseId id = cases().start(as("zhao"), "payout", {{"title", "清淤"}, {"rows", rows}}).head.id;
    act("zhao", id, "send");
    return id;
  }
  CaseView vote(const std::string& who, CaseId id, const std::string& score,
                Voice::Choice choice = Voice::Choice::in_favour) {
    Action action;
    action.step = "vote";
    action.ballot = "panel";
    action.choice = choice;
    action.score = score;
    action.reason = "说明";
    return cases().act(as(who), id, action, std::nullopt);
  }
  const Json cleared{{"not_secret", true}, {"privacy_ok", true}};
};
INSTANTIATE_TEST_SUITE_P(Databases, Rows, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& one) { return one.param; });

TEST_P(Rows, EachRowIsCarriedOutOrNone) {
  const std::string party = cases().start(as("zhao"), "grant", values()).state.form.at("party");
  const CaseId id = sent({{{"to", party}, {"amount", "10.50"}, {"what", "甲"}},
                          {{"to", "gov:341602"}, {"amount", "3"}, {"what", "乙"}}});
  vote("qian", id, "80.5");
  const auto before = count("SELECT COUNT(*) FROM casework_case");
  // The second row pays a party to itself: nothing of the first stays.
  try {
    act("wang", id, "pay", cleared);
    ADD_FAILURE() << "paid";
  } catch (const Error& e) {
    EXPECT_EQ(e.code().name, "effect_failed");
    EXPECT_NE(e.message().zh.find("第 2 行"), std::string::npos) << e.message().zh;
  }
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_case"), before);
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_publication"), 0);
  EXPECT_EQ(cases().view(as("wang"), id).head.state, "judged");
  act("wu", id, "set_rows",
      {{"rows",
        {{{"to", party}, {"amount", "10.50"}, {"what", "甲"}},
         {{"to", party}, {"amount", "3"}, {"what", "乙"}},
         {{"to", party}, {"amount", "3"}, {"what", "丙"}}}}});
  const CaseView paid = act("wang", id, "pay", cleared);
  EXPECT_EQ(paid.head.state, "done");
  const CaseView seen = cases().view(as("zhao"), id);  // whose the new cases are
  ASSERT_EQ(seen.children.size(), 3u);
  EXPECT_EQ(seen.children[1].title, "乙 清淤");
  const Json& effects = paid.events.back().effects;
  ASSERT_EQ(effects.size(), 7u);
  EXPECT_EQ(effects[0].at("amount"), "10.50");
  EXPECT_EQ(effects[2].at("row"), 3);
  EXPECT_NE(effects[1].at("transfer"), effects[2].at("transfer"));
  const auto published = cases().publications({}, 10);
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(published[0].title, "清淤已付");
  EXPECT_EQ(published[0].title_en, "Paid: 清淤");
  EXPECT_EQ(cases().publications({.words = "paid"}, 10).size(), 1u);
  // A table without rows brings nothing about.
  const CaseId none = sent(Json::array());
  EXPECT_EQ(act("wang", none, "pay", cleared).head.state, "done");
  EXPECT_TRUE(cases().view(as("zhao"), none).children.empty());
}

TEST_P(Rows, ScoresAreKeptAndCounted) {
  const CaseId id = sent({{{"to", "gov:341602"}, {"amount", "1"}}});
  for (const char* wrong : {"", "101", "-1", "80.25", "x"})
    EXPECT_EQ(code_of([&] { vote("qian", id, wrong); }), "bad_form") << wrong;
  EXPECT_EQ(code_of([&] { vote("qian", id, "50", Voice::Choice::abstain); }), "bad_form");
  EXPECT_EQ(code_of([&] { act("wang", id, "pay", cleared); }), "condition_unknown");
  vote("qian", id, "80");
  const CaseView view = vote("wu", id, "39.8", Voice::Choice::against);
  ASSERT_EQ(view.voices.size(), 2u);
  EXPECT_EQ(view.voices[1].score, "39.8");
  EXPECT_EQ(code_of([&] { act("wang", id, "pay", cleared); }), "condition_false");  // 59.9
}

// Who sent a case back may decide when it comes again; who wrote in it may not, in whatever round.
TEST_P(Rows, ADecisionCountsInItsRoundOnly) {
  const CaseId id = sent(Json::array());
  act("wu", id, "set_rows", {{"rows", Json::array()}});
  act("wang", id, "back", Json::object(), "补表");
  act("zhao", id, "send");
  EXPECT_EQ(code_of([&] { act("wu", id, "pay", cleared); }), "same_person");
  EXPECT_EQ(act("wang", id, "pay", cleared).head.state, "done");
}

}  // namespace
}  // namespace tributary::casework
