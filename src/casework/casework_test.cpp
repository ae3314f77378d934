// Cases in the database: who sees and does what, what a step brings about, what is sealed, and that a step
// which fails anywhere leaves nothing.
#include "casework/cases_testing.h"
#include "casework/codes.h"
#include "casework/paper.h"
#include "casework/search.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

INSTANTIATE_TEST_SUITE_P(Databases, Cases, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& on) { return on.param; });

TEST_P(Cases, GoFromDraftToMoney) {
  const CaseView draft = cases().start(as("zhao"), "grant", values());
  EXPECT_EQ(draft.head.title, "河道清淤");
  EXPECT_EQ(draft.state.form.at("party"), "gov:341602100");  // known, so not asked
  EXPECT_EQ(draft.computed.at("days"), "7.5");
  const CaseId id = draft.head.id;
  // A draft is its organisation's own.
  for (const char* other : {"yi", "wang", "qian", "shen"})
    EXPECT_EQ(code_of([&] { cases().view(as(other), id); }), "unknown_case") << other;
  EXPECT_EQ(code_of([&] { cases().start(as("wang"), "grant", {}); }), "not_for_you");
  EXPECT_EQ(code_of([&] { cases().start(as("wang"), "nothing", {}); }), "unknown_type");
  const CaseView sent = act("zhao", id, "ask");
  EXPECT_EQ(sent.head.due, w.clock.today() + std::chrono::days{10});
  EXPECT_EQ(code_of([&] { cases().view(as("yi"), id); }), "unknown_case");
  EXPECT_EQ(cases().view(as("shen"), id).options.front().for_others, true);
  const auto inbox = cases().inbox(as("wang"), 10);
  ASSERT_EQ(inbox.items.size(), 1u);
  ASSERT_EQ(inbox.items[0].what.size(), 1u);
  EXPECT_EQ(inbox.items[0].what[0].zh, "批准");  // returning is no reason to be in an inbox
  EXPECT_TRUE(cases().inbox(as("qian"), 10).items.empty());

  const CaseView approved = act("wang", id, "approve");
  EXPECT_EQ(approved.head.number, "试补〔2026〕1号");
  EXPECT_EQ(approved.events.back().effects.size(), 5u);
  EXPECT_TRUE(approved.children.empty());  // the township's draft is not the office's to see
  const CaseView own = cases().view(as("zhao"), id);
  ASSERT_EQ(own.children.size(), 1u);
  EXPECT_EQ(own.children[0].title, "回访 试补〔2026〕1号");
  EXPECT_EQ(cases().inbox(as("zhao"), 10).items.size(), 1u);
  const ledger::Ledger ledger(w.database.db(), "341602", w.clock);
  const auto account = ledger.find_account("gov:341602", "CNY", "settlement");
  ASSERT_TRUE(account);
  EXPECT_EQ(ledger.balance(account->id).pending_out, 500'050);
  EXPECT_EQ(store::Jobs(w.database.db(), "341602", w.clock).list({}, 10).size(), 1u);
  const auto entries = cases().entries("certificate", 10);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].number, "补证2026-1");
  EXPECT_EQ(entries[0].holder, "gov:341602100");
  ASSERT_EQ(cases().publications({}, 10).size(), 1u);
  EXPECT_EQ(cases().publications({}, 10)[0].title, "河道清淤：5000.50 元");

  act("qian", id, "pay");
  EXPECT_EQ(ledger.balance(account->id).posted, -500'050);
  EXPECT_EQ(ledger.balance(account->id).pending_out, 0);
  EXPECT_TRUE(ledger.check().empty());
  // The later one replaces the earlier, which stays.
  const auto published = cases().publications({}, 10);
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(cases().publication(published[0].replaces).replaced_by, published[0].id);
  w.clock.set({w.clock.now().seconds + std::int64_t{8} * 86'400});
  EXPECT_FALSE(cases().stands(cases().publication(published[0].replaces)));  // the week is over
  EXPECT_EQ(cases().counts_by_article().at(9).closed, 1);
}

TEST_P(Cases, RefusalsAndFailuresLeaveNothing) {
  const CaseId id = asked();
  const std::int64_t events = count("SELECT COUNT(*) FROM casework_event");
  EXPECT_EQ(code_of([&] { act("zhao", id, "approve"); }), "not_for_you");
  EXPECT_EQ(code_of([&] { act("wang", id, "refuse"); }), "reason_missing");
  Action stale;
  stale.step = "approve";
  EXPECT_EQ(code_of([&] { cases().act(as("wang"), id, stale, 1); }), "changed_meanwhile");
  // The party paid to has left the register: nothing of the five effects remains, nor the number.
  act("wang", id, "back", Json::object(), "收款方不对");
  act("zhao", id, "save", {{"party", "gov:999999"}});
  act("zhao", id, "ask");
  EXPECT_EQ(code_of([&] { act("wang", id, "approve"); }), "effect_failed");
  EXPECT_EQ(cases().view(as("wang"), id).head.state, "asked");
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_entry") +
                count("SELECT COUNT(*) FROM casework_publication") + count("SELECT COUNT(*) FROM job") +
                count("SELECT COUNT(*) FROM ledger_account"),
            0);
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_event"), events + 3);
  act("wang", id, "back", Json::object(), "收款方不对");
  act("zhao", id, "save", {{"party", "gov:341602100"}, {"amount", "100000.01"}});
  act("zhao", id, "ask");
  EXPECT_EQ(code_of([&] { act("wang", id, "approve"); }), "condition_false");
  act("wang", id, "back", Json::object(), "金额");
  act("zhao", id, "save", {{"amount", "100000"}});
  act("zhao", id, "ask");
  EXPECT_EQ(act("wang", id, "approve").head.number, "试补〔2026〕1号");  // without a gap
  EXPECT_EQ(cases().entries("certificate", 10).at(0).number, "补证2026-1");
}

TEST_P(Cases, PersonalValuesAreSealedMaskedAndShownForAPurpose) {
  const CaseId id = asked();
  const std::string stored = w.database.db().read([&](store::Transaction& t) {
    std::string all;
    for (const char* sql : {"SELECT form FROM casework_case", "SELECT changes FROM casework_event",
                            "SELECT title FROM casework_case"})
      for (const store::Row& row : t.query(sql)) all += row.text(0);
    return all;
  });
  for (const char* secret : {"张三丰", "11010519491231002X", "李四", "王五"})
    EXPECT_EQ(stored.find(secret), std::string::npos) << secret;
  const CaseView view = cases().view(as("wang"), id);
  EXPECT_EQ(view.state.form.at("person"), "张**");
  EXPECT_EQ(view.state.form.at("id"), "110105********002X");
  EXPECT_EQ(view.state.form.at("people")[1].at("name"), "王**");
  EXPECT_EQ(view.state.form.at("people")[1].at("days"), "4.5");
  EXPECT_EQ(cases().reveal(as("wang"), id, "id", "核对身份"), "11010519491231002X");
  EXPECT_EQ(code_of([&] { cases().reveal(as("wang"), id, "id", " "); }), "reason_missing");
  EXPECT_EQ(code_of([&] { cases().reveal(as("shen"), id, "id", "看看"); }), "not_for_you");
  EXPECT_EQ(code_of([&] { cases().reveal(as("yi"), id, "id", "看看"); }), "unknown_case");
  EXPECT_NE(w.trail({.action = "personal.reveal"}).find("personal.reveal:done"), std::string::npos);
  // What comes back masked was not changed.
  act("wang", id, "back", Json::object(), "补天数");
  act("zhao", id, "save",
      {{"id", "110105********002X"},
       {"people", {{{"name", "李**"}, {"days", "3"}}, {{"name", "赵六"}, {"days", "5"}}}}});
  EXPECT_EQ(cases().reveal(as("zhao"), id, "id", "核对"), "11010519491231002X");
  EXPECT_EQ(cases().view(as("zhao"), id).state.form.at("people")[0].at("name"), "李**");
  const Json people = Json::parse(cases().reveal(as("zhao"), id, "people", "核对"));
  EXPECT_EQ(people[0].at("name"), "李四");
  EXPECT_EQ(people[1].at("name"), "赵六");
  // Nothing personal can be found by searching.
  EXPECT_EQ(cases().list(as("zhao"), {.words = "张三丰"}, 10).cases.size(), 0u);
}

TEST_P(Cases, AreFoundByWordsAndListedToWhomTheyConcern) {
  const CaseId id = asked();
  act("wang", id, "approve");
  Json other = values();
  other["title"] = "古井沟塘整治 A区2期";
  cases().start(as("yi"), "grant", other);
  const auto found = [&](const std::string& who, const std::string& words) {
    return cases().list(as(who), {.words = words}, 10).cases.size();
  };
  EXPECT_EQ(found("zhao", "清淤"), 1u);
  EXPECT_EQ(found("zhao", "河道清"), 1u);
  EXPECT_EQ(found("zhao", "道"), 1u);
  EXPECT_EQ(found("zhao", "河淤"), 0u);
  EXPECT_EQ(found("zhao", "试补〔2026〕1号"), 2u);  // the case itself and the one that names it
  EXPECT_EQ(found("zhao", "2026"), 2u);
  EXPECT_EQ(found("zhao", "202"), 2u);
  EXPECT_EQ(found("zhao", "补〔2026〕1"), 2u);
  EXPECT_EQ(found("zhao", "2 号"), 0u);
  EXPECT_EQ(found("zhao", "沟塘"), 0u);  // another township's draft
  EXPECT_EQ(found("yi", "沟塘"), 1u);
  EXPECT_EQ(found("yi", "a区"), 1u);
  EXPECT_EQ(found("yi", "区2期"), 1u);
  EXPECT_EQ(found("yi", "区3期"), 0u);
  EXPECT_EQ(found("yi", "期"), 1u);
  EXPECT_EQ(found("yi", "整治 古井"), 1u);
  EXPECT_EQ(code_of([&] { found("yi", "！？"); }), "bad_search");
  EXPECT_EQ(cases().list(as("shen"), {}, 10).cases.size(), 1u);
  EXPECT_EQ(cases().list(as("zhao"), {.open = true, .article = 12}, 10).cases.size(), 1u);
  // Pages follow on each other.
  const CasePage first = cases().list(as("zhao"), {}, 1);
  ASSERT_EQ(first.cases.size(), 1u);
  const CasePage second = cases().list(as("zhao"), {}, 1, first.next);
  ASSERT_EQ(second.cases.size(), 1u);
  EXPECT_NE(first.cases[0].id, second.cases[0].id);
  EXPECT_TRUE(second.next.empty());
}

TEST_P(Cases, KeepTheTypeTheyBeganWith) {
  policy::PackContext pack;
  pack.pack = "test";
  std::string reviewed = grant;
  reviewed.replace(reviewed.find("    when: "), 0, "    review: true\n    not_by: [start]\n");
  (*types)["grant"] = read_case_type(reviewed, "grant.yaml", pack);
  const Json cleared{{"not_secret", true}, {"privacy_ok", true}};
  const CaseId id = asked();
  std::string changed = reviewed;
  changed.replace(changed.find("100000 {CNY}"), 6, "000001");
  (*types)["grant"] = read_case_type(changed, "grant.yaml", pack);
  const CaseView view = cases().view(as("wang"), id);
  EXPECT_FALSE(view.latest_version);
  EXPECT_EQ(act("wang", id, "approve", cleared).head.state, "approved");
  const CaseId next = asked();
  EXPECT_EQ(code_of([&] { act("wang", next, "approve", cleared); }), "condition_false");
}

// What began before there had to be a review does not get round it: it is moved to the newer type first.
TEST_P(Cases, OfAnOlderTypePublishNothingWithoutAReview) {
  const CaseId id = asked();
  policy::PackContext pack;
  pack.pack = "test";
  std::string reviewed = grant;
  reviewed.replace(reviewed.find("    when: "), 0, "    review: true\n    not_by: [start]\n");
  (*types)["grant"] = read_case_type(reviewed, "grant.yaml", pack);
  try {
    act("wang", id, "approve");
    ADD_FAILURE() << "published";
  } catch (const Error& e) {
    EXPECT_EQ(e.code().name, "not_reviewed");
    EXPECT_NE(e.hint().zh.find("改用新版表单"), std::string::npos);
  }
  EXPECT_EQ(cases().view(as("wang"), id).head.state, "asked");
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_entry"), 0);
  cases().migrate(as("wang"), id, "", "补上公开审查", std::nullopt);
  EXPECT_EQ(code_of([&] { act("wang", id, "approve"); }), "incomplete");
  EXPECT_EQ(act("wang", id, "approve", {{"not_secret", true}, {"privacy_ok", true}}).head.state, "approved");
}

// However strict the checks have become, a case opens with the declaration it began with.
TEST_P(Cases, OpenThoughTheirTypeWouldNoLongerPass) {
  const CaseId id = asked();
  std::string old = grant;
  old.replace(old.find("states:\n"), 8,
              "states:\n  lost: {label: {zh: 迷, en: Lost}}\n");  // nothing leads there
  policy::PackContext pack;
  pack.pack = "test";
  EXPECT_EQ(code_of([&] { read_case_type(old, "grant.yaml", pack); }), "bad_case_type");
  w.database.db().write([&](store::Transaction& t) {
    t.execute(
        "INSERT INTO casework_type (jurisdiction, hash, name, pack, example, text) VALUES ('341602', "
        "'old', 'grant', 'test', 0, ?)",
        old);
    t.execute("UPDATE casework_case SET hash = 'old' WHERE id = ?", id.value);
  });
  EXPECT_EQ(cases().view(as("wang"), id).head.title, "河道清淤");
  EXPECT_EQ(act("wang", id, "refuse", Json::object(), "资料不全").head.state, "refused");
}

// A role that reaches everything lets nobody into another organisation's case by that alone.
TEST_P(Cases, AreNotOpenToEverybodyOfTheRole) {
  constexpr const char* report = R"Y(case: report
version: "1"
title: {zh: 报告, en: Report}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  title: {type: text, label: {zh: 题目, en: Title}, required: true}
  fit: {type: boolean, sensitivity: sensitive, label: {zh: 身体合格, en: Fit}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  sent: {label: {zh: 已报, en: Sent}}
  done: {label: {zh: 办结, en: Done}, final: true}
  dropped: {label: {zh: 作罢, en: Dropped}, final: true}
start: {state: draft, by: [lead_department]}
steps:
  send: {label: {zh: 报, en: Send}, from: draft, to: sent, by: [{role: lead_department, in: applicant}]}
  drop: {label: {zh: 作罢, en: Drop}, from: draft, to: dropped, by: [{role: lead_department, in: applicant}], expected: false}
  finish: {label: {zh: 办结, en: Finish}, from: sent, to: done, by: [office_approver]}
)Y";
  policy::PackContext pack;
  (*types)["report"] = read_case_type(report, "report.yaml", pack);
  w.person("li", {"lead_department"}, "div-341602100");
  w.person("zhou", {"lead_department"}, "div-341602101");
  const CaseId id = cases().start(as("li"), "report", {{"title", "甲"}, {"fit", false}}).head.id;
  EXPECT_TRUE(cases().inbox(as("zhou"), 10).items.empty());
  EXPECT_TRUE(cases().inbox(as("wang"), 10).items.empty());
  act("li", id, "send");
  EXPECT_EQ(code_of([&] { cases().view(as("zhou"), id); }), "unknown_case");
  EXPECT_EQ(code_of([&] { cases().reveal(as("zhou"), id, "fit", "看"); }), "unknown_case");
  EXPECT_TRUE(cases().list(as("zhou"), {}, 10).cases.empty());
  // Not even the first letter of yes or no.
  EXPECT_EQ(cases().view(as("wang"), id).state.form.at("fit"), "**");
  EXPECT_EQ(cases().reveal(as("wang"), id, "fit", "核对"), "false");
  // A draft that is dropped was never sent: nobody else learns of it.
  const CaseId dropped = cases().start(as("li"), "report", {{"title", "乙"}, {"fit", true}}).head.id;
  Action save;
  save.step = "save";
  save.values = {{"fit", "**"}, {"title", "丙"}};
  EXPECT_EQ(cases().act(as("li"), dropped, save, {}).head.title, "丙");
  EXPECT_EQ(cases().reveal(as("li"), dropped, "fit", "核对"), "true");
  act("li", dropped, "drop");
  EXPECT_EQ(code_of([&] { cases().view(as("wang"), dropped); }), "unknown_case");
  // A token reaches what it was issued for.
  const identity::Caller li = as("li");
  const auto token = [&](identity::PermissionSet scopes) {
    return w.identity.caller_of_token(
        w.identity.issue_token(li, "t", scopes, {w.clock.now().seconds + 3600}).secret);
  };
  using identity::Permission;
  EXPECT_EQ(code_of([&] { cases().view(token({Permission::places_read}), id); }), "unknown_case");
  EXPECT_EQ(cases().view(token({Permission::cases_read}), id).head.id, id);
  EXPECT_EQ(code_of([&] { cases().reveal(token({Permission::cases_read}), id, "fit", "看"); }),
            "not_for_you");
  EXPECT_EQ(code_of([&] { cases().start(token({Permission::cases_read}), "report", {}); }), "not_for_you");
  EXPECT_NE(code_of([&] { cases().comment(token({Permission::cases_read}), id, "好"); }), "none");
}

TEST_P(Cases, AnInboxIsFilledPastWhatWaitsForColleagues) {
  std::vector<CaseId> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(asked());
  w.person("both", {"office_approver", "accountant"});
  for (int i = 0; i < 9; ++i) act("both", ids[static_cast<std::size_t>(i)], "approve");  // may not pay these
  act("wang", ids[9], "approve");
  const InboxPage page = cases().inbox(as("both"), 2);
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_FALSE(page.next.empty());
  EXPECT_EQ(cases().inbox(as("both"), 2, page.next).items.size(), 1u);
  // One whose sealed values do not open is still in its place.
  w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE casework_type SET text = 'case: broken' WHERE name = 'grant'");
  });
  EXPECT_EQ(cases().inbox(as("qian"), 20).items.size(), 10u);
}

TEST_P(Cases, FilesAreTakenByTheirContent) {
  const CaseId id = asked();
  const auto upload = [&](const std::string& name, const std::string& bytes) {
    return code_of([&] { cases().upload(as("zhao"), id, name, bytes); });
  };
  EXPECT_EQ(upload("申请.pdf", "%PDF-1.7 …"), "none");
  EXPECT_EQ(upload("../../etc/passwd.txt", "root"), "none");
  EXPECT_EQ(upload("a.pdf", "MZ\x90"), "bad_upload");
  EXPECT_EQ(upload("a.exe", "MZ\x90"), "bad_upload");
  EXPECT_EQ(upload("a.docx", "PK\x03\x04 word/vbaProject.bin"), "bad_upload");
  EXPECT_EQ(upload("a.txt", "\xff\xfe"), "bad_upload");
  EXPECT_EQ(upload("", "x"), "bad_upload");
  EXPECT_EQ(upload(".htaccess", "x"), "bad_upload");
  EXPECT_EQ(upload("a|b.txt", "x"), "bad_upload");
  EXPECT_EQ(upload("a.txt", ""), "bad_upload");
  EXPECT_EQ(upload("a.txt", std::string((std::size_t{20} << 20) + 1, 'x')), "bad_upload");
  EXPECT_EQ(code_of([&] { cases().upload(as("shen"), id, "a.txt", "x"); }), "not_for_you");
  const auto documents = cases().view(as("wang"), id).documents;
  ASSERT_EQ(documents.size(), 2u);
  for (const auto& document : documents) {
    EXPECT_EQ(document.name.find('/'), std::string::npos);
    // Kept beside personal values, so it is taken for one that may hold some.
    EXPECT_EQ(code_of([&] { cases().download(as("wang"), document.id); }), "reason_missing");
    EXPECT_EQ(cases().download(as("wang"), document.id, "审核").second,
              document.name == "passwd.txt" ? "root" : "%PDF-1.7 …");
    EXPECT_EQ(code_of([&] { cases().download(as("yi"), document.id); }), "unknown_case");
  }
}

// Every insertion, update and deletion of an approval fails in its turn: nothing of it may remain.
constexpr const char* with_papers = R"Y(case: papers
version: "1"
article: [9]
title: {zh: 文书试验, en: Papers}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
readers: [auditor]
number: {form: "试函〔{year}〕{n}号", on: send}
form:
  title: {type: text, label: {zh: 名称, en: Title}, required: true}
  person: {type: person, label: {zh: 姓名, en: Name}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  open: {label: {zh: 在办, en: Open}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: open, by: [{role: township, in: applicant}], issues: [letter, certificate]}
  finish: {label: {zh: 办结, en: Finish}, from: open, to: done, by: [office_approver]}
documents:
  letter: {label: {zh: 函, en: Letter}, kind: letter, states: [draft], by: [{role: township, in: applicant}], title: "关于{title}的函", blocks: [{paragraph: "现报送{title}，{number}。"}]}
  certificate: {label: {zh: 证书, en: Certificate}, kind: certificate, states: [draft], by: [{role: township, in: applicant}], personal: true, title: 证书, blocks: [{paragraph: "兹证明{person}。"}]}
)Y";

TEST_P(Cases, PapersAreDraftsUntilAStepIssuesThem) {
  policy::PackContext pack;
  pack.pack = "test";
  (*types)["papers"] = read_case_type(with_papers, "papers.yaml", pack);
  const CaseId id = cases().start(as("zhao"), "papers", {{"title", "清淤"}, {"person", "张三丰"}}).head.id;
  const PaperFile draft = cases().paper(as("zhao"), id, "letter", "pdf");
  EXPECT_FALSE(draft.bytes);
  EXPECT_EQ(draft.name, "关于清淤的函");
  EXPECT_EQ(draft.document.meta.watermark.zh, "草案");
  EXPECT_NE(text_of(draft.document).find("现报送清淤，＿＿＿＿。"), std::string::npos);
  EXPECT_EQ(code_of([&] { cases().paper(as("zhao"), id, "nothing", "pdf"); }), "unknown_paper");
  EXPECT_EQ(code_of([&] { cases().paper(as("yi"), id, "letter", "pdf"); }), "unknown_case");
  // What is personal stands in the paper, and the trail says that it was made.
  const std::string noted = "SELECT COUNT(*) FROM audit_entry WHERE action = 'paper.make'";
  EXPECT_EQ(count(noted), 0);
  EXPECT_NE(text_of(cases().paper(as("zhao"), id, "certificate", "pdf", "送达").document).find("张三丰"),
            std::string::npos);
  EXPECT_EQ(count(noted), 1);

  const CaseView sent = act("zhao", id, "send");
  ASSERT_EQ(sent.papers.size(), 2u);
  EXPECT_FALSE(sent.papers[0].may_make);  // only in the draft
  const PaperFile issued = cases().paper(as("wang"), id, "letter", "pdf");
  ASSERT_TRUE(issued.bytes);
  EXPECT_TRUE(issued.bytes->starts_with("%PDF-"));
  EXPECT_TRUE(cases().paper(as("wang"), id, "letter", "docx").bytes->starts_with("PK"));
  const PaperFile sheet = cases().paper(as("wang"), id, "letter", "xlsx");
  EXPECT_EQ(sheet.document.meta.number, "试函〔2026〕1号");
  EXPECT_EQ(sheet.document.meta.watermark.zh, "");
  // It stays as it was issued.
  w.later(30 * 3600);
  act("wang", id, "finish");
  EXPECT_EQ(cases().paper(as("wang"), id, "letter", "pdf").bytes, issued.bytes);
  // The personal one is sealed at rest, and only for those who deal with the case.
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_document WHERE content LIKE 'v2:%'"), 2);
  EXPECT_TRUE(cases().paper(as("zhao"), id, "certificate", "pdf", "送达").bytes->starts_with("%PDF-"));
  EXPECT_EQ(count(noted), 2);
  EXPECT_EQ(code_of([&] { cases().paper(as("shen"), id, "certificate", "pdf"); }), "unknown_paper");
  EXPECT_TRUE(cases().paper(as("shen"), id, "letter", "pdf").bytes);
  for (const PaperState& one : cases().view(as("zhao"), id).papers)
    if (one.paper->personal) {
      EXPECT_EQ(code_of([&] { cases().download(as("shen"), one.pdf); }), "unknown_case");
      EXPECT_TRUE(cases().download(as("zhao"), one.pdf, "送达").second.starts_with("%PDF-"));
    }
}

TEST(CaseFaults, AStepThatFailsAnywhereLeavesNothing) {
  identity::testing::World w{"sqlite"};
  w.database.db().migrate(all_migrations());
  w.person("zhao", {"township"}, "div-341602100");
  w.person("wang", {"office_approver"});
  policy::PackContext pack;
  auto types = std::make_shared<CaseTypes>();
  (*types)["grant"] = read_case_type(grant, "grant.yaml", pack);
  (*types)["follow-up"] = read_case_type(follow_up, "follow-up.yaml", pack);
  const WorkCalendar calendar;
  const Vault vault{std::string(32, 's'), Cipher::aes, w.entropy};
  Casework cases{w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  const CaseId id =
      cases.start(w.enter("zhao").caller, "grant", {{"title", "河道"}, {"amount", "1"}, {"person", "张三"}})
          .head.id;
  Action step;
  step.step = "ask";
  cases.act(w.enter("zhao").caller, id, step, std::nullopt);
  const identity::Caller wang = w.enter("wang").caller;
  std::vector<std::string> tables;
  w.database.db().write([&](store::Transaction& t) {
    t.execute("CREATE TABLE bomb (left_ones INTEGER NOT NULL)");
    t.execute("INSERT INTO bomb VALUES (0)");
    for (const store::Row& row : t.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
                                         "LIKE 'casework%_text%' AND name NOT "
                                         "LIKE 'sqlite_%' AND name <> 'bomb'"))
      tables.push_back(row.text(0));
    for (const std::string& table : tables)
      for (const char* what : {"INSERT", "UPDATE", "DELETE"})
        t.execute(
            fmt::format("CREATE TRIGGER bomb_{0}_{1} BEFORE {1} ON {0} BEGIN UPDATE bomb SET left_ones = "
                        "left_ones - 1; SELECT "
                        "RAISE(ABORT, 'boom') WHERE (SELECT left_ones FROM bomb) = 0; END",
                        table, what));
  });
  const auto contents = [&] {
    std::string out;
    w.database.db().read([&](store::Transaction& t) {
      for (const std::string& table : tables)
        for (const store::Row& row : t.query(fmt::format("SELECT COUNT(*) FROM {}", table)))
          out += fmt::format("{} {}\n", table, row.integer(0));
      const auto row =
          t.first("SELECT state, number, version, form FROM casework_case WHERE id = ?", id.value);
      out += row->text(0) + row->text(1) + std::to_string(row->integer(2)) + row->text(3);
    });
    return out;
  };
  const std::string before = contents();
  step.step = "approve";
  int failed = 0;
  for (int n = 1;; ++n) {
    ASSERT_LT(n, 500);
    w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE bomb SET left_ones = ?", n); });
    try {
      cases.act(wang, id, step, std::nullopt);
      break;
    } catch (const Error&) {
      ++failed;
      ASSERT_EQ(contents(), before) << "write " << n;
    }
  }
  EXPECT_GT(failed, 30);
  EXPECT_EQ(cases.view(wang, id).head.state, "approved");
  EXPECT_TRUE(ledger::Ledger(w.database.db(), "341602", w.clock).check().empty());
}

TEST(CitizenId, PublishedExampleAndItsNeighbours) {
  EXPECT_TRUE(is_citizen_id("11010519491231002X"));  // the example of GB 11643
  EXPECT_FALSE(is_citizen_id("110105194912310020"));
  EXPECT_FALSE(is_citizen_id("11010519490231002X"));
  EXPECT_FALSE(is_citizen_id("1101051949123100"));
}

}  // namespace
}  // namespace tributary::casework
