// Personal values that leave, and that end: exports asked for and approved, retention, holds, erasures and the
// register of assessments.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/erasure.h"
#include "casework/exports.h"
#include "casework/personal_register.h"
#include "identity/vault.h"
#include "document/xlsx.h"
#include "identity/world_testing.h"
#include "ledger/ledger.h"
#include "store/jobs.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

using identity::testing::code_of;

constexpr const char* aid = R"Y(case: aid
version: "1"
article: [9]
title: {zh: 补助, en: Aid}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
readers: [auditor]
RETENTION
form:
  title: {type: text, label: {zh: 名称, en: Title}, sensitivity: open}
  person: {type: person, label: {zh: 姓名, en: Name}}
  id: {type: citizen_id, label: {zh: 身份证号, en: Citizen number}}
  phone: {type: phone, label: {zh: 电话, en: Phone}}
  until: {type: date, label: {zh: 协议至, en: To}}
  papers: {type: documents, label: {zh: 材料, en: Papers}}
  people: {type: table, label: {zh: 人员, en: People}, columns: {name: {type: person, label: {zh: 姓名, en: Name}}, days: {type: number, unit: "1", label: {zh: 天数, en: Days}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  sent: {label: {zh: 待办, en: Sent}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: sent, by: [{role: township, in: applicant}]}
  finish: {label: {zh: 办结, en: Finish}, from: sent, to: done, by: [{role: township, in: applicant}], issues: [letter, notice]}
documents:
  letter: {label: {zh: 通知, en: Letter}, kind: letter, states: [sent], by: [township], personal: true, title: 通知书, blocks: [{values: [person]}]}
  notice: {label: {zh: 公告, en: Notice}, kind: notice, states: [sent], by: [township], title: 公告, blocks: [{values: [title]}]}
)Y";

std::shared_ptr<const CaseType> type_with(const std::string& retention) {
  policy::PackContext pack;
  pack.pack = "test";
  std::string text = aid;
  text.replace(text.find("RETENTION"), 9, retention);
  return read_case_type(text, "aid.yaml", pack);
}

class Privacy : public ::testing::TestWithParam<std::string> {
 protected:
  Privacy() {
    std::vector<store::Migration> all;
    for (const auto list : {registry::migrations(), ledger::migrations(), identity::migrations(),
                            store::migrations(), migrations()})
      all.insert(all.end(), list.begin(), list.end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    w.database.db().migrate(all);
    w.person("zhao", {"township"}, "div-341602100");
    w.person("yi", {"township"}, "div-341602101");
    w.person("wang", {"office_approver"});
    w.person("li", {"office_approver"});
    w.person("chen", {"office_drafter"});
    w.person("shen", {"auditor"});
    kept("retention: {after: end, years: 3, source: {document: 试验办法, article: 第九条}}");
  }
  void kept(const std::string& retention) { (*types)["aid"] = type_with(retention); }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  identity::Caller as(const std::string& name) { return w.enter(name).caller; }
  static Json values(const std::string& person = "买买提·艾力") {
    return {{"title", "第一件"}, {"person", person}, {"id", "11010519491231002X"}, {"phone", "13800001234"},
            {"until", "2027-06-30"}, {"people", {{{"name", "=李四"}, {"days", "3"}}, {{"name", "王五"}, {"days", "4"}}}}};
  }
  CaseId begun(const std::string& who = "zhao", const std::string& person = "买买提·艾力") {
    return cases().start(as(who), "aid", values(person)).head.id;
  }
  CaseId finished() {
    const CaseId id = begun();
    Casework c = cases();
    c.upload(as("zhao"), id, "买买提艾力身份证.txt", "11010519491231002X 原件");
    c.comment(as("zhao"), id, "买买提·艾力 打过电话 13800001234");
    for (const char* step : {"send", "finish"}) {
      Action action;
      action.step = step;
      c.act(as("zhao"), id, action, std::nullopt);
    }
    return id;
  }
  void later(int days) { w.clock.set({w.clock.now().seconds + std::int64_t{86'400} * days}); }
  ExportWish wish(ExportFormat format = ExportFormat::xlsx, std::vector<std::string> fields = {"person", "id"}) {
    return {"aid", {}, std::move(fields), format, "向财政局核对发放名单", w.clock.today() + std::chrono::days{3}, 2};
  }
  std::string everything() {  // as the database holds it
    std::string out;
    w.database.db().read([&](store::Transaction& t) {
      for (const char* sql : {"SELECT form || title FROM casework_case", "SELECT words FROM casework_comment",
                              "SELECT name || content FROM casework_document", "SELECT reason || changes || effects FROM "
                              "casework_event", "SELECT trace FROM casework_trace",
                              "SELECT purpose || reason || cases FROM casework_export", "SELECT object || detail FROM audit_entry"})
        t.each([&](const store::Row& row) { out += row.text(0) + "\n"; }, sql);
    });
    return out;
  }
  std::string trail(const std::string& action) {
    std::string out;
    for (const auto& entry : w.identity.audit().search({.action = action}, 100).entries)
      out += entry.object + " " + entry.detail + "\n";
    return out;
  }

  identity::testing::World w{GetParam()};
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::sm4, w.entropy};
};
INSTANTIATE_TEST_SUITE_P(Databases, Privacy, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

std::string cells(const document::Document& document) {
  std::string out;
  for (const auto& block : document.blocks)
    if (const auto* table = std::get_if<document::Table>(&block))
      for (const auto& row : table->rows) {
        for (const auto& cell : row) out += cell.text.zh + "|";
        out += "\n";
      }
  return out;
}

TEST_P(Privacy, ExportNeedsAnotherPersonAndIsBoundToWhoAsked) {
  const CaseId mine = begun();
  begun("yi", "别处的人");
  Casework c = cases();
  Exports exports(c);
  const Export one = exports.ask(as("zhao"), wish());
  EXPECT_EQ(one.state, ExportState::asked);
  EXPECT_EQ(one.wish.cases, (std::vector<CaseId>{mine}));  // not the neighbour's
  // Not before it is approved; by nobody without the permission, nor by whoever asked.
  EXPECT_EQ(code_of([&] { exports.take(as("zhao"), one.id, document::Language::zh); }), "export_ended");
  EXPECT_EQ(code_of([&] { exports.decide(as("zhao"), one.id, true, ""); }), "forbidden");
  EXPECT_EQ(code_of([&] { exports.decide(as("shen"), one.id, true, ""); }), "forbidden");
  EXPECT_EQ(code_of([&] { exports.decide(as("wang"), one.id, false, " "); }), "reason_missing");
  EXPECT_EQ(exports.decide(as("wang"), one.id, true, "").state, ExportState::approved);
  EXPECT_EQ(code_of([&] { exports.decide(as("li"), one.id, true, ""); }), "already_decided");
  // Nobody else gets the file, not even the one who approved it.
  for (const char* who : {"yi", "wang", "shen"})
    EXPECT_EQ(code_of([&] { exports.take(as(who), one.id, document::Language::zh); }), "unknown_request") << who;
  const ExportContent file = exports.take(as("zhao"), one.id, document::Language::zh);
  const std::string said = cells(file.document);
  EXPECT_NE(said.find("买买提·艾力|11010519491231002X|138****1234|"), std::string::npos) << said;  // asked for, and not
  EXPECT_EQ(said.find("李四"), std::string::npos);
  EXPECT_NE(said.find("导出1号第1次 "), std::string::npos);  // in the row itself
  EXPECT_NE(file.document.meta.watermark.zh.find("导出1号第1次 某人zhao"), std::string::npos);
  exports.handed_over(as("zhao"), one.id, file.n, "the bytes");
  const auto found = exports.trace(sha256_hex("the bytes"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->of, one.id);
  EXPECT_EQ(found->n, 1);
  EXPECT_FALSE(exports.trace(sha256_hex("other bytes")));
  EXPECT_FALSE(exports.trace(""));
  // Twice was asked for, and no more.
  exports.take(as("zhao"), one.id, document::Language::en);
  EXPECT_EQ(code_of([&] { exports.take(as("zhao"), one.id, document::Language::zh); }), "export_ended");
  EXPECT_EQ(exports.view(as("zhao"), one.id).state, ExportState::ended);
  EXPECT_EQ(code_of([&] { exports.view(as("yi"), one.id); }), "unknown_request");
  // Every step is in the trail, and no value.
  for (const char* action : {"export.ask", "export.approve", "export.take", "export.file"})
    EXPECT_NE(trail(action).find("export/1"), std::string::npos) << action;
  EXPECT_EQ(everything().find("002X"), std::string::npos);
  EXPECT_EQ(everything().find("买买提"), std::string::npos);
}

TEST_P(Privacy, ExportIsNotApprovedByWhoeverAskedInAnotherRole) {
  w.person("both", {"township", "office_approver"}, "div-341602100");
  begun("both");
  Casework c = cases();
  Exports exports(c);
  const Export one = exports.ask(as("both"), wish());
  EXPECT_EQ(code_of([&] { exports.decide(as("both"), one.id, true, ""); }), "same_person");
  EXPECT_TRUE(exports.list(as("both"), Exports::Whose::to_decide, 10).empty());
  EXPECT_EQ(exports.list(as("li"), Exports::Whose::to_decide, 10).size(), 1U);
}

TEST_P(Privacy, ExportEndsAndIsTakenBack) {
  begun();
  Casework c = cases();
  Exports exports(c);
  const Export over = exports.ask(as("zhao"), wish());
  exports.decide(as("wang"), over.id, true, "");
  const Export unheard = exports.ask(as("zhao"), wish());
  const Export refused = exports.ask(as("zhao"), wish());
  exports.decide(as("wang"), refused.id, false, "用不着身份证号");
  EXPECT_EQ(code_of([&] { exports.take(as("zhao"), refused.id, document::Language::zh); }), "export_ended");
  later(4);
  EXPECT_EQ(code_of([&] { exports.take(as("zhao"), over.id, document::Language::zh); }), "export_ended");
  EXPECT_EQ(code_of([&] { exports.decide(as("wang"), unheard.id, true, ""); }), "export_ended");
  const Export again = exports.ask(as("zhao"), wish());
  exports.decide(as("wang"), again.id, true, "");
  EXPECT_EQ(code_of([&] { exports.withdraw(as("wang"), again.id); }), "unknown_request");
  EXPECT_EQ(exports.withdraw(as("zhao"), again.id).state, ExportState::withdrawn);
  EXPECT_EQ(code_of([&] { exports.take(as("zhao"), again.id, document::Language::zh); }), "export_ended");
  EXPECT_EQ(exports.list(as("zhao"), Exports::Whose::mine, 2).size(), 2U);
  EXPECT_EQ(exports.list(as("zhao"), Exports::Whose::mine, 10, 3).size(), 2U);
  EXPECT_EQ(exports.list(as("shen"), Exports::Whose::all, 10).size(), 4U);
  EXPECT_EQ(code_of([&] { exports.list(as("zhao"), Exports::Whose::all, 10); }), "forbidden");
}

TEST_P(Privacy, ExportSaysWhatCannotBeAskedFor) {
  const CaseId mine = begun();
  const CaseId theirs = begun("yi");
  Casework c = cases();
  Exports exports(c);
  const auto refused = [&](const char* who, auto change) {
    ExportWish one = wish();
    change(one);
    return code_of([&] { exports.ask(as(who), one); });
  };
  EXPECT_EQ(refused("zhao", [](ExportWish& e) { e.purpose = " "; }), "bad_form");
  EXPECT_EQ(refused("zhao", [](ExportWish& e) { e.fields = {}; }), "bad_form");
  EXPECT_EQ(refused("zhao", [](ExportWish& e) { e.fields = {"title"}; }), "bad_form");
  EXPECT_EQ(refused("zhao", [&](ExportWish& e) { e.last_day = w.clock.today() - std::chrono::days{1}; }), "bad_form");
  EXPECT_EQ(refused("zhao", [&](ExportWish& e) { e.last_day = w.clock.today() + std::chrono::days{31}; }), "bad_form");
  EXPECT_EQ(refused("zhao", [](ExportWish& e) { e.downloads = 0; }), "bad_form");
  EXPECT_EQ(refused("zhao", [](ExportWish& e) { e.type = "none"; }), "unknown_type");
  EXPECT_EQ(refused("zhao", [&](ExportWish& e) { e.cases = {mine, theirs}; }), "not_for_you");
  EXPECT_EQ(refused("shen", [](ExportWish&) {}), "forbidden");
  EXPECT_EQ(refused("wang", [](ExportWish&) {}), "bad_form");  // deals with none
  EXPECT_EQ(refused("zhao", [](ExportWish& e) { e.format = ExportFormat::csv, e.fields = {"people.name"}; }), "bad_form");
}

TEST_P(Privacy, ExportAsCsvKeepsItsMarkAndIsNoFormula) {
  Casework c = cases();
  c.start(as("zhao"), "aid", values("=HYPERLINK"));
  Exports exports(c);
  const Export one = exports.ask(as("zhao"), wish(ExportFormat::csv));
  exports.decide(as("wang"), one.id, true, "");
  const std::string csv = exports.take(as("zhao"), one.id, document::Language::en).csv;
  EXPECT_TRUE(csv.starts_with("\xEF\xBB\xBF" "case,number,state,Title,Name,"));
  EXPECT_NE(csv.find(",export mark\r\n"), std::string::npos);
  EXPECT_NE(csv.find(",'=HYPERLINK,11010519491231002X,138****1234,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("export 1.1 某人zhao"), std::string::npos);
  // Rows within a case have a table of their own.
  const Export rows = exports.ask(as("zhao"), wish(ExportFormat::xlsx, {"people.name"}));
  exports.decide(as("wang"), rows.id, true, "");
  const ExportContent file = exports.take(as("zhao"), rows.id, document::Language::zh);
  EXPECT_NE(cells(file.document).find("1|=李四|3|"), std::string::npos) << cells(file.document);
  EXPECT_EQ(document::workbook_of(file.document).sheets.size(), 3U);
}

TEST_P(Privacy, UploadsAndPapersBesidePersonalValuesAreSealedAndNeedAPurpose) {
  const CaseId id = finished();
  Casework c = cases();
  const CaseView view = c.view(as("zhao"), id);
  ASSERT_EQ(view.documents.size(), 5U);  // an upload, two papers twice
  EXPECT_EQ(everything().find("5Y6f5Lu2"), std::string::npos);  // 原件 in base64
  for (const StoredDocument& one : view.documents) {
    const bool notice = one.name.starts_with("公告");
    EXPECT_EQ(one.personal, !notice) << one.name;
    if (notice) {
      EXPECT_FALSE(c.download(as("shen"), one.id).second.empty());
      continue;
    }
    EXPECT_EQ(code_of([&] { c.download(as("zhao"), one.id); }), "reason_missing");
    EXPECT_EQ(code_of([&] { c.download(as("shen"), one.id, "核对"); }), "unknown_case");
    EXPECT_FALSE(c.download(as("zhao"), one.id, "核对材料").second.empty());
  }
  for (const StoredDocument& one : c.view(as("shen"), id).documents)
    EXPECT_TRUE(one.name.starts_with(one.personal ? "**." : "公告")) << one.name;
  EXPECT_NE(trail("case.download").find("核对材料"), std::string::npos);
  EXPECT_EQ(code_of([&] { c.paper(as("zhao"), id, "letter", "pdf"); }), "reason_missing");
  EXPECT_TRUE(c.paper(as("zhao"), id, "letter", "pdf", "送达本人").bytes);
  EXPECT_NE(trail("paper.make").find("pdf 送达本人"), std::string::npos);
}

TEST_P(Privacy, WhatIsDueIsErasedByTwoPeople) {
  const CaseId id = finished();
  const CaseId open = begun();
  Casework c = cases();
  Erasures erasures(c);
  later(3 * 365);
  EXPECT_TRUE(erasures.due(as("shen"), 10).cases.empty());
  EXPECT_TRUE(erasures.note_due(w.identity.command("server")).empty());
  EXPECT_EQ(code_of([&] { erasures.propose(as("chen"), {id}, Ground::retention, "到期"); }), "not_erasable");
  later(2);
  const DuePage due = erasures.due(as("shen"), 10);
  ASSERT_EQ(due.cases.size(), 1U);
  EXPECT_EQ(due.cases[0].head.id, id);
  EXPECT_EQ(code_of([&] { erasures.due(as("zhao"), 10); }), "forbidden");
  // The round notes it once a day.
  for (int i = 0; i < 2; ++i) EXPECT_EQ(erasures.note_due(w.identity.command("server")).at("aid"), 1);
  EXPECT_EQ(trail("retention.due"), fmt::format(" case {}\n", id.value));

  EXPECT_EQ(code_of([&] { erasures.propose(as("chen"), {id, open}, Ground::retention, "到期"); }), "not_erasable");
  EXPECT_EQ(code_of([&] { erasures.propose(as("chen"), {id}, Ground::retention, " "); }), "reason_missing");
  EXPECT_EQ(code_of([&] { erasures.propose(as("zhao"), {id}, Ground::retention, "到期"); }), "forbidden");
  const Erasure one = erasures.propose(as("chen"), {id}, Ground::retention, "保存期满").at(0);
  EXPECT_EQ(code_of([&] { erasures.propose(as("chen"), {id}, Ground::request, "再提"); }), "not_erasable");
  EXPECT_EQ(erasures.due(as("shen"), 10).cases[0].proposal, one.id);
  EXPECT_EQ(code_of([&] { erasures.decide(as("chen"), one.id, true, ""); }), "forbidden");
  const std::string before = everything();
  EXPECT_NE(before.find("买买提·艾力 打过电话"), std::string::npos);
  const auto head = c.view(as("zhao"), id).head;
  const Erasure done = erasures.decide(as("wang"), one.id, true, "");
  EXPECT_EQ(done.state, ErasureState::approved);
  EXPECT_EQ(done.destroyed.dump(), R"({"values":5,"traces":5,"files":3,"words":1})");
  EXPECT_EQ(code_of([&] { erasures.decide(as("li"), one.id, true, ""); }), "already_decided");
  EXPECT_TRUE(erasures.due(as("shen"), 10).cases.empty());

  // The values are gone, by every way to them.
  const CaseView view = c.view(as("zhao"), id);
  EXPECT_TRUE(view.erased);
  EXPECT_EQ(view.state.form.dump(), R"({"title":"第一件","until":"2027-06-30","people":[{"days":"3"},{"days":"4"}]})");
  EXPECT_EQ(code_of([&] { c.reveal(as("zhao"), id, "person", "核实"); }), "unknown_case");
  EXPECT_TRUE(c.look_up(as("zhao"), FieldKind::phone, "13800001234", "核实").size() == 1U);  // only the open one
  for (const StoredDocument& file : view.documents)
    if (!file.name.starts_with("公告")) {
      EXPECT_TRUE(file.erased);
      EXPECT_EQ(code_of([&] { c.download(as("zhao"), file.id, "核实"); }), "erased");
      EXPECT_TRUE(file.name.starts_with("已删除")) << file.name;
    }
  EXPECT_EQ(code_of([&] { c.paper(as("zhao"), id, "letter", "pdf", "核实"); }), "erased");
  EXPECT_EQ(everything().find("买买提"), std::string::npos);
  EXPECT_EQ(view.comments.at(0).words, "［已删除］ 打过电话 ［已删除］");
  // The record stands: its steps, its public paper, the chain of the trail.
  EXPECT_EQ(view.head.title, head.title);
  EXPECT_EQ(view.events.size(), 4U);  // begun, sent, finished, erased
  EXPECT_EQ(view.events.back().label.en, "Personal values erased");
  EXPECT_TRUE(c.paper(as("shen"), id, "notice", "pdf").bytes);
  w.identity.audit().seal();
  EXPECT_TRUE(w.identity.audit().verify().intact);
  // Nor is anything of it exported any more, and keys turn as before.
  Exports exports(c);
  ExportWish gone = wish();
  gone.cases = {id};
  const Export last = exports.ask(as("zhao"), gone);
  exports.decide(as("wang"), last.id, true, "");
  EXPECT_EQ(cells(exports.take(as("zhao"), last.id, document::Language::zh).document), "");
  const Vault next{std::string(32, 's') + std::string(32, 'n'), Cipher::aes, w.entropy};
  Casework turned{w.database.db(), "341602", w.clock, w.entropy, types, calendar, next, w.identity.audit()};
  EXPECT_EQ(turned.reseal({}, 100).changed, 1);  // the open one
  EXPECT_TRUE(turned.paper(as("shen"), id, "notice", "pdf").bytes);
  EXPECT_EQ(turned.reveal(as("zhao"), open, "person", "核实"), "买买提·艾力");
}

TEST_P(Privacy, UploadsOfEarlierReleasesAreSealedWhenKeysTurn) {
  const CaseId id = finished();
  w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE casework_document SET content = '5Y6f5Lu2', sha256 = ? WHERE media_type = 'text/plain'",
              sha256_hex("原件"));
  });
  Casework c = cases();
  EXPECT_EQ(c.reseal({}, 100).changed, 1);
  EXPECT_EQ(c.reseal({}, 100).changed, 0);
  EXPECT_EQ(everything().find("5Y6f5Lu2"), std::string::npos);
  for (const StoredDocument& one : c.view(as("zhao"), id).documents)
    if (one.media_type == "text/plain") {
      EXPECT_EQ(c.download(as("zhao"), one.id, "核对").second, "原件");
    }
  EXPECT_TRUE(c.paper(as("shen"), id, "notice", "pdf").bytes);
}

TEST_P(Privacy, AHoldKeepsEverything) {
  const CaseId id = finished();
  Casework c = cases();
  Erasures erasures(c);
  later(4 * 365);
  const Erasure one = erasures.propose(as("chen"), {id}, Ground::retention, "保存期满").at(0);
  EXPECT_EQ(code_of([&] { erasures.place(as("zhao"), id, "诉讼"); }), "forbidden");
  const Hold hold = erasures.place(as("chen"), id, "行政诉讼中");
  EXPECT_TRUE(c.view(as("zhao"), id).held);
  EXPECT_TRUE(erasures.due(as("shen"), 10).cases.at(0).held);
  EXPECT_EQ(code_of([&] { erasures.decide(as("wang"), one.id, true, ""); }), "not_erasable");
  EXPECT_EQ(c.reveal(as("zhao"), id, "person", "核实"), "买买提·艾力");
  EXPECT_EQ(erasures.decide(as("wang"), one.id, false, "正在诉讼").state, ErasureState::refused);
  EXPECT_EQ(code_of([&] { erasures.propose(as("chen"), {id}, Ground::request, "本人要求"); }), "not_erasable");
  EXPECT_EQ(code_of([&] { erasures.lift(as("chen"), hold.id, ""); }), "reason_missing");
  erasures.lift(as("chen"), hold.id, "判决生效");
  EXPECT_EQ(code_of([&] { erasures.lift(as("chen"), hold.id, "再来"); }), "already_decided");
  EXPECT_EQ(erasures.propose(as("chen"), {id}, Ground::request, "本人要求").size(), 1U);
  EXPECT_EQ(erasures.list(as("shen"), true, 10).size(), 1U);
  EXPECT_EQ(erasures.list(as("shen"), false, 10).size(), 2U);
  EXPECT_TRUE(erasures.holds(as("shen"), true, 10).empty());
  EXPECT_EQ(erasures.holds(as("shen"), false, 10).size(), 1U);
}

TEST_P(Privacy, NothingIsDueWhereNoVerifiedRetentionIsSet) {
  const CaseId id = finished();
  later(50 * 365);
  for (const char* retention : {"", "retention: {after: end, years: 3, source: {document: 试}, verified: false}"}) {
    kept(retention);
    Casework c = cases();
    Erasures erasures(c);
    EXPECT_TRUE(erasures.due(as("shen"), 10).cases.empty());
    EXPECT_EQ(code_of([&] { erasures.propose(as("chen"), {id}, Ground::retention, "到期"); }), "not_erasable");
  }
  // The length in force counts, also for a case that ended before it was set: from the later of both days.
  kept("retention: {after: until, months: 1, source: {document: 试}}");
  Casework c = cases();
  EXPECT_EQ(Erasures(c).due(as("shen"), 10).cases.size(), 1U);
}

TEST_P(Privacy, DueCasesComePageByPage) {
  for (int i = 0; i < 5; ++i) finished();
  later(4 * 365);
  Casework c = cases();
  Erasures erasures(c);
  std::vector<std::int64_t> seen;
  std::string cursor;
  do {
    const DuePage page = erasures.due(as("shen"), 2, cursor);
    for (const DueCase& one : page.cases) seen.push_back(one.head.id.value);
    cursor = page.next;
  } while (!cursor.empty());
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
}

TEST_P(Privacy, AssessmentsAreVersionsThatAge) {
  Casework c = cases();
  Assessments register_(c);
  const auto state = [&] { return register_.lines(as("shen")).at(0).state; };
  EXPECT_EQ(state(), AssessmentState::missing);
  Assessment one;
  one.type = "aid";
  one.made = w.clock.today();
  one.review = w.clock.today() + std::chrono::days{365};
  one.purpose = "法定职责所必需";
  one.risk = "泄露致人歧视";
  one.measures = "加密、遮盖、留痕";
  EXPECT_EQ(code_of([&] { register_.record(as("chen"), one); }), "bad_form");  // by whom?
  one.assessor = "生态环境分局";
  EXPECT_EQ(code_of([&] { register_.record(as("zhao"), one); }), "forbidden");
  EXPECT_EQ(register_.record(as("chen"), one).version, 1);
  EXPECT_EQ(state(), AssessmentState::current);
  later(366);
  EXPECT_EQ(state(), AssessmentState::due);
  one.made = w.clock.today();
  one.review = w.clock.today() + std::chrono::days{365};
  EXPECT_EQ(register_.record(as("chen"), one).version, 2);
  EXPECT_EQ(state(), AssessmentState::current);
  // The first stays.
  ASSERT_EQ(register_.history(as("shen"), "aid").size(), 2U);
  EXPECT_EQ(register_.history(as("shen"), "aid").back().version, 1);
  // Kept for longer, or another reader: assessed for something else.
  kept("retention: {after: end, years: 5, source: {document: 试}}");
  Casework now = cases();
  EXPECT_EQ(Assessments(now).lines(as("shen")).at(0).state, AssessmentState::changed);
  const auto paper = register_document(Assessments(now).lines(as("shen")), w.clock.now(), document::Language::zh);
  EXPECT_NE(cells(paper).find("办结后 5 年"), std::string::npos);
  one.review = one.made + std::chrono::days{4 * 366};
  EXPECT_EQ(code_of([&] { register_.record(as("chen"), one); }), "bad_form");
  one.type = "other";
  EXPECT_EQ(code_of([&] { register_.record(as("chen"), one); }), "unknown_type");
}

TEST(Retention, IsReadStrictly) {
  EXPECT_EQ(type_with("retention: {after: until, months: 18, source: {document: 试}}")->declared.retention->months, 18);
  for (const char* bad : {"retention: {after: end, source: {document: 试}}",
                          "retention: {after: end, years: 1, months: 2, source: {document: 试}}",
                          "retention: {after: end, years: 0, source: {document: 试}}",
                          "retention: {after: title, years: 1, source: {document: 试}}",
                          "retention: {after: never, years: 1, source: {document: 试}}"})
    EXPECT_EQ(code_of([&] { type_with(bad); }), "bad_case_type") << bad;
  EXPECT_EQ(code_of([] { type_with("retention: {after: end, years: 1}"); }), "missing_source");
  EXPECT_EQ(base::to_string(months_after(make_date(2024, 2, 29), 36)), "2027-02-28");
  EXPECT_EQ(base::to_string(months_after(make_date(2026, 1, 31), 1)), "2026-02-28");
}

}  // namespace
}  // namespace tributary::casework
