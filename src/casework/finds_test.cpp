// What a search finds: only what the searching person may open, files by name and text, and nothing of what was
// sealed or erased, not even in the bytes of the database.
#include "base/text.h"
#include "casework/cases_testing.h"
#include "casework/codes.h"
#include "casework/erasure.h"
#include "casework/finds.h"
#include "casework/search.h"
#include "identity/base64.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

using identity::base64;

// Nothing personal is asked for, and a paper is issued.
constexpr const char* notice = R"Y(case: notice
version: "1"
article: [12]
title: {zh: 通报, en: Notice}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
readers: [auditor]
form:
  title: {type: text, label: {zh: 标题, en: Title}, required: true}
  about: {type: party, label: {zh: 关于, en: About}}
  lines: {type: table, label: {zh: 明细, en: Lines}, columns: {what: {type: text, label: {zh: 事项, en: What}}}}
  papers: {type: documents, label: {zh: 材料, en: Papers}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  done: {label: {zh: 已发, en: Issued}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 印发, en: Issue}, from: draft, to: done, by: [{role: township, in: applicant}], issues: letter}
documents:
  letter: {label: {zh: 通知, en: Letter}, kind: letter, states: [draft], by: [township], title: "{title}的通知", blocks: [{paragraph: 请各单位据此开展清淤疏浚工作。}]}
)Y";

// Somebody's name, and a figure that may be typed otherwise with a reason.
constexpr const char* relief = R"Y(case: relief
version: "1"
article: [9]
title: {zh: 救助, en: Relief}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  title: {type: text, label: {zh: 标题, en: Title}}
  person: {type: person, label: {zh: 姓名, en: Name}}
  year: {type: number, unit: "1", label: {zh: 年度, en: Year}, prefill: year}
  received: {type: money, label: {zh: 收款, en: Received}, prefill: {from: ledger, what: received, year: year, override: true}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: done, by: [{role: township, in: applicant}]}
)Y";

class FindsTest : public Cases {
 protected:
  FindsTest() {
    policy::PackContext pack;
    pack.pack = "test";
    (*types)["notice"] = read_case_type(notice, "notice.yaml", pack);
    (*types)["relief"] = read_case_type(relief, "relief.yaml", pack);
  }
  CaseId begun(const std::string& title, const std::string& who = "zhao") {
    return cases().start(as(who), "notice", {{"title", title}}).head.id;
  }
  std::vector<std::string> files(const std::string& who, const std::string& words) {
    Casework c = cases();
    std::vector<std::string> out;
    for (const auto& one : Finds(c).documents(as(who), words, 10).documents) out.push_back(one.document.name);
    return out;
  }
  void read() {
    Casework c = cases();
    while (Finds(c).read_waiting(10) == 10) {
    }
    EXPECT_EQ(Finds(c).waiting(), 0);
  }
  // Bytes of the file and of its log.
  std::string bytes() {
    std::string out;
    const std::string path = w.database.db().url().substr(std::string("sqlite:").size());
    for (const char* part : {"", "-wal"}) {
      std::ifstream in(path + part, std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }
};
using Names = std::vector<std::string>;

INSTANTIATE_TEST_SUITE_P(Databases, FindsTest, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& on) { return on.param; });

TEST_P(FindsTest, FilesAreFoundByNameAtOnceAndByTextOnceRead) {
  Casework c = cases();
  const CaseId id = begun("第一件");
  c.upload(as("zhao"), id, "龙凤新河清单.txt", "巡查人：张卫东\n编号 XH-2026-00417，代码 91341600MA2NABCD7K");
  EXPECT_EQ(files("zhao", "新河"), Names{"龙凤新河清单.txt"});
  EXPECT_EQ(files("zhao", "卫东"), Names{});
  EXPECT_EQ(Finds(c).waiting(), 1);
  read();
  for (const char* words : {"新河", "卫东", "张卫东", "00417", "0417", "2NABCD", "BCD7K", "ma2nabcd7k", "新河 卫东"})
    EXPECT_EQ(files("zhao", words), Names{"龙凤新河清单.txt"}) << words;
  for (const char* words : {"卫西", "00418", "新河 卫西"}) EXPECT_EQ(files("zhao", words), Names{}) << words;
  EXPECT_EQ(code_of([&] { (void)files("zhao", "…"); }), "bad_search");
  const auto found = Finds(c).documents(as("zhao"), "卫东", 10);
  ASSERT_EQ(found.documents.size(), 1U);
  EXPECT_EQ(found.documents[0].of.title, "第一件");
  EXPECT_NE(found.documents[0].excerpt.find("张卫东"), std::string::npos);
}

TEST_P(FindsTest, WhatMayNotBeOpenedIsNotFound) {
  Casework c = cases();
  const CaseId id = begun("甲镇的事");
  c.upload(as("zhao"), id, "甲镇.txt", "沟塘整治方案");
  read();
  EXPECT_EQ(files("zhao", "沟塘"), Names{"甲镇.txt"});
  EXPECT_EQ(files("yi", "沟塘"), Names{});    // another township
  EXPECT_EQ(files("wang", "沟塘"), Names{});  // acts in nothing of this kind
  EXPECT_EQ(files("qian", "甲镇"), Names{});
  EXPECT_EQ(code_of([&] { c.download(as("yi"), c.view(as("zhao"), id).documents[0].id); }), "unknown_case");
  // Of a case that asks for something personal, a file is sealed: neither its name nor its text is anywhere.
  const CaseId grant = asked();
  c.upload(as("zhao"), grant, "张三丰的证明.txt", "低保证明编号七七四十九");
  read();
  for (const char* words : {"张三丰", "证明", "低保", "七七"}) EXPECT_EQ(files("zhao", words), Names{}) << words;
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_document_words"), 1);
}

TEST_P(FindsTest, CasesAreFoundByThePartyTheyNameUnlessItIsAPerson) {
  registry::RegistryData data;
  registry::Jurisdiction province;
  province.code = "340000";
  province.level = registry::Level::province;
  province.name = {"某省", ""};
  data.jurisdictions = {province};
  registry::Party firm;
  firm.code = "91341600MA2NXXXX00";
  firm.name = {"亳州市某某酿酒有限公司", ""};
  registry::Party person;
  person.code = "hh:0001";
  person.kind = registry::PartyKind::person;
  person.name = {"刘二妮", ""};
  firm.jurisdiction = person.jurisdiction = "340000";
  data.parties = {firm, person};
  registry::Registry(w.database.db(), "341602").apply(data);
  Casework c = cases();
  const Json lines = Json::array({{{"what", "窖泥堆场"}}});
  c.start(as("zhao"), "notice", {{"title", "厂里的事"}, {"about", "91341600MA2NXXXX00"}, {"lines", lines}});
  c.start(as("zhao"), "notice", {{"title", "家里的事"}, {"about", "hh:0001"}});
  const auto found = [&](const std::string& words) { return Finds(c).cases(as("zhao"), words, 10).cases; };
  ASSERT_EQ(found("酿酒").size(), 1U);
  EXPECT_EQ(found("酿酒")[0].head.title, "厂里的事");
  EXPECT_NE(found("酿酒")[0].excerpt.find("某某酿酒"), std::string::npos);
  EXPECT_EQ(found("窖泥").size(), 1U);
  EXPECT_EQ(found("2NXXXX").size(), 1U);
  EXPECT_EQ(found("二妮").size(), 0U);
  EXPECT_EQ(found("0001").size(), 0U);
  // Cases of earlier releases, whose words were others, are put into the index anew.
  w.database.db().write([&](store::Transaction& t) { case_words.change(t, 1, "旧"); });
  EXPECT_EQ(found("酿酒").size(), 0U);
  std::int64_t done = 0;
  for (CaseId after; (after = Finds(c).index_again(after, 1, done)).value != 0;) {
  }
  EXPECT_EQ(done, 2);
  EXPECT_EQ(found("酿酒").size(), 1U);
}

TEST_P(FindsTest, APaperIsFoundOnceByItsText) {
  const CaseId id = begun("河道保洁");
  act("zhao", id, "send");
  read();
  EXPECT_EQ(files("zhao", "疏浚"), Names{"河道保洁的通知.docx"});
  EXPECT_EQ(files("zhao", "保洁的通知"), Names{"河道保洁的通知.docx"});
}

TEST_P(FindsTest, LongTextsAreFoundAtTheirEndAndOncePerFile) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += i % 2 == 0 ? "河" : "道";
  Casework c = cases();
  const CaseId id = begun("长文");
  c.upload(as("zhao"), id, "长.txt", text.substr(0, 36'000 - 6) + "末梢神经" + text + "最后一行");
  for (int i = 0; i < 12; ++i) c.upload(as("zhao"), id, fmt::format("短{}.txt", i), "河道");
  read();
  EXPECT_EQ(files("zhao", "末梢神经"), Names{"长.txt"});  // where two rows meet
  EXPECT_EQ(files("zhao", "最后一行"), Names{"长.txt"});
  Names all;
  std::string cursor;
  do {
    const auto page = Finds(c).documents(as("zhao"), "河道", 5, cursor);
    for (const auto& one : page.documents) all.push_back(one.document.name);
    cursor = page.next;
  } while (!cursor.empty());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), 13U);
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

TEST_P(FindsTest, WhatIsErasedLeavesNoWordBehind) {
  // A file that was kept open, in a case that asked for something personal only later.
  Casework c = cases();
  const CaseId id = asked();
  const std::string secret = "赡养协议书乙方住所地";
  const StoredDocument file = c.upload(as("zhao"), id, "材料.txt", "原件");
  w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE casework_document SET name = '赡养人名单.txt', content = ?, sha256 = ?, unread = 1 WHERE id = ?",
              base64(secret), sha256_hex(secret), file.id);
  });
  for (int i = 0; i < 40; ++i) c.upload(as("zhao"), begun(fmt::format("别的{}", i)), "别的.txt", fmt::format("别的内容{}", i));
  read();
  EXPECT_EQ(files("zhao", "赡养"), Names{"赡养人名单.txt"});
  const std::string token = tokens_of("住所").substr(0, tokens_of("住所").find(' '));
  const bool sqlite = GetParam() == "sqlite";
  if (sqlite) {
    EXPECT_NE(bytes().find(secret), std::string::npos);
    EXPECT_NE(bytes().find(base64(secret)), std::string::npos);
    EXPECT_NE(bytes().find(token), std::string::npos);
  }
  act("wang", id, "refuse", Json::object(), "不符合条件");
  w.person("chen", {"office_drafter"});
  Erasures erasures(c);
  erasures.decide(as("wang"), erasures.propose(as("chen"), {id}, Ground::request, "本人要求")[0].id, true, "");
  EXPECT_EQ(erasures.sweep(0), 1);
  EXPECT_EQ(erasures.sweep(1), 1);
  EXPECT_EQ(files("zhao", "赡养"), Names{});
  EXPECT_EQ(files("zhao", "住所"), Names{});
  EXPECT_EQ(files("zhao", "别的内容7").size(), 1U);
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_document_words WHERE words LIKE '%赡养%'"), 0);
  if (sqlite) {
    for (const std::string& gone : {secret, base64(secret), std::string("赡养人名单"), token})
      EXPECT_EQ(bytes().find(gone), std::string::npos) << gone;
    EXPECT_TRUE(w.database.db().check_integrity().empty());
  }
}

TEST_P(FindsTest, ReasonsOfOtherFiguresAreErasedToo) {
  Casework c = cases();
  const CaseId id = c.start(as("zhao"), "relief", {{"title", "一户"}, {"person", "买买提·艾力"}}).head.id;
  Action action;
  action.step = "save";
  action.values = {{"received", "5"}};
  action.reasons = {{"received", "买买提·艾力另交来五元"}};
  c.act(as("zhao"), id, action, std::nullopt);
  act("zhao", id, "send");
  const bool sqlite = GetParam() == "sqlite";
  const std::string secret = "买买提·艾力另交来";
  if (sqlite) EXPECT_NE(bytes().find(secret), std::string::npos);
  w.person("chen", {"office_drafter"});
  Erasures erasures(c);
  const Erasure done = erasures.decide(as("wang"), erasures.propose(as("chen"), {id}, Ground::request, "本人要求")[0].id, true, "");
  EXPECT_EQ(done.destroyed.at("words"), 1);
  erasures.sweep(0);
  const Json kept = c.view(as("zhao"), id).origins.at("received");
  EXPECT_EQ(kept.at("reason"), "［已删除］另交来五元");
  EXPECT_EQ(kept.at("by"), "某人zhao");
  EXPECT_EQ(count("SELECT COUNT(*) FROM casework_case WHERE origins LIKE '%买买提%'"), 0);
  if (sqlite) EXPECT_EQ(bytes().find(secret), std::string::npos);
}

TEST_P(FindsTest, APageEndsWhereOthersHaveTooMuchOfIt) {
  Casework c = cases();
  c.upload(as("zhao"), begun("我的"), "我的.txt", "清淤疏浚");
  read();
  const CaseId theirs = begun("别人的", "yi");
  const StoredDocument file = c.upload(as("yi"), theirs, "别人的.txt", "清淤疏浚");
  read();
  // Of theirs there is much: a file of so many stretches, as the reader keeps them.
  w.database.db().write([&](store::Transaction& t) {
    const std::int64_t first = t.first("SELECT MAX(row_id) FROM casework_document_words")->integer(0) + 1;
    for (std::int64_t row = first; row < first + 5'200; ++row) {
      document_words.add(t, row, "清淤疏浚");
      t.execute("INSERT INTO casework_document_words (row_id, jurisdiction, document_id, case_id, words) VALUES (?, ?, ?, ?, ?)",
                row, "341602", file.id, theirs.value, "清淤疏浚");
    }
  });
  const auto page = [&](const char* who, const std::string& cursor) { return Finds(c).documents(as(who), "疏浚", 10, cursor); };
  const DocumentsFound none = page("zhao", "");
  EXPECT_TRUE(none.documents.empty());
  ASSERT_FALSE(none.next.empty());
  const DocumentsFound mine = page("zhao", none.next);
  ASSERT_EQ(mine.documents.size(), 1U);
  EXPECT_EQ(mine.documents[0].document.name, "我的.txt");
  EXPECT_EQ(mine.documents[0].excerpt, "清淤疏浚");
  EXPECT_TRUE(mine.next.empty());
  // Who may see it finds it once, though its rows go on where the next page begins.
  const DocumentsFound once = page("yi", "");
  ASSERT_EQ(once.documents.size(), 1U);
  ASSERT_FALSE(once.next.empty());
  EXPECT_TRUE(page("yi", once.next).documents.empty());
}

TEST_P(FindsTest, PagesGoOnWhereTheLastEnded) {
  Casework c = cases();
  std::vector<std::string> names;
  for (int i = 0; i < 7; ++i) {
    c.upload(as(i % 3 == 2 ? "yi" : "zhao"), begun("一件", i % 3 == 2 ? "yi" : "zhao"), fmt::format("清淤{}.txt", i), "疏浚");
    if (i % 3 != 2) names.push_back(fmt::format("清淤{}.txt", i));
  }
  read();
  std::vector<std::string> found;
  std::string cursor;
  int pages = 0;
  do {
    const DocumentsFound page = Finds(c).documents(as("zhao"), "疏浚", 2, cursor);
    for (const auto& one : page.documents) found.push_back(one.document.name);
    cursor = page.next;
  } while (!cursor.empty() && ++pages < 10);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, names);
}

TEST_P(FindsTest, ManyErasuresMergeTheIndexOnce) {
  // Beside others, with so many words that the merge takes more than one step.
  Casework c = cases();
  std::string much;
  for (int i = 0; i < 20'000; ++i) much += fmt::format("{}段{} ", i * 7919 % 99'991, i);
  const CaseId other = begun("别的");
  for (int i = 0; i < 4; ++i) c.upload(as("zhao"), other, fmt::format("长{}.txt", i), much + std::to_string(i));
  std::vector<CaseId> ids;
  for (const char* secret : {"赡养协议书乙方住所地", "借款合同丙方开户行"}) {
    ids.push_back(asked());
    const StoredDocument file = c.upload(as("zhao"), ids.back(), "材料.txt", "原件");
    w.database.db().write([&](store::Transaction& t) {
      t.execute("UPDATE casework_document SET name = '材料.txt', content = ?, sha256 = ?, unread = 1 WHERE id = ?", base64(secret),
                sha256_hex(secret), file.id);
    });
    act("wang", ids.back(), "refuse", Json::object(), "不符合条件");
  }
  read();
  const bool sqlite = GetParam() == "sqlite";
  const auto token = [](const char* pair) { return tokens_of(pair).substr(0, tokens_of(pair).find(' ')); };
  if (sqlite) EXPECT_NE(bytes().find(token("住所")), std::string::npos);
  w.person("chen", {"office_drafter"});
  Erasures erasures(c);
  for (const Erasure& one : erasures.propose(as("chen"), ids, Ground::request, "本人要求")) erasures.decide(as("wang"), one.id, true, "");
  const char* waiting = "SELECT COALESCE(SUM(last), 0) FROM casework_counter WHERE name = 'removed words'";
  EXPECT_EQ(count(waiting), 2);
  EXPECT_EQ(files("zhao", "住所"), Names{});  // out of the search at once
  if (sqlite) EXPECT_NE(bytes().find(token("住所")), std::string::npos);  // not yet out of the file
  EXPECT_EQ(erasures.sweep(0), 2);
  EXPECT_EQ(count(waiting), 0);
  if (sqlite) {
    for (const char* pair : {"住所", "开户"}) EXPECT_EQ(bytes().find(token(pair)), std::string::npos) << pair;
    EXPECT_TRUE(w.database.db().check_integrity().empty());
  }
  EXPECT_EQ(files("zhao", "段19999").size(), 4U);
}

}  // namespace
}  // namespace tributary::casework
