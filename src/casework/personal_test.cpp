// Personal values: found by a keyed hash, sealed anew by another key, and what the ciphers are.
#include "casework/casework.h"
#include "casework/codes.h"
#include "casework/personal_register.h"
#include "identity/key_file.h"
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
form:
  title: {type: text, label: {zh: 名称, en: Title}, sensitivity: open}
  person: {type: person, label: {zh: 姓名, en: Name}}
  id: {type: citizen_id, label: {zh: 身份证号, en: Citizen number}}
  fit: {type: boolean, label: {zh: 健康, en: Fit}, sensitivity: sensitive}
  people: {type: table, label: {zh: 人员, en: People}, columns: {name: {type: person, label: {zh: 姓名, en: Name}}, phone: {type: phone, label: {zh: 电话, en: Phone}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  finish: {label: {zh: 办结, en: Finish}, from: draft, to: done, by: [{role: township, in: applicant}]}
)Y";

const std::string first_key(32, 'a');
const std::string second_key(32, 'b');

class PersonalValues : public ::testing::TestWithParam<std::string> {
 protected:
  PersonalValues() {
    std::vector<store::Migration> all;
    for (const auto list : {registry::migrations(), ledger::migrations(), identity::migrations(),
                            store::migrations(), migrations()})
      all.insert(all.end(), list.begin(), list.end());
    w.database.db().migrate(all);
    w.person("zhao", {"township"}, "div-341602100");
    w.person("yi", {"township"}, "div-341602101");
    w.person("shen", {"auditor"});
    policy::PackContext pack;
    pack.pack = "test";
    (*types)["aid"] = read_case_type(aid, "aid.yaml", pack);
  }
  Casework with(const Vault& vault) {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  Vault vault(const std::string& keys, Cipher cipher = Cipher::sm4) { return {keys, cipher, w.entropy}; }
  identity::Caller as(const std::string& name) { return w.enter(name).caller; }
  static Json values(int i = 0) {
    return {{"title", fmt::format("第{}件", i)},
            {"person", "买买提·艾力"},
            {"id", "11010519491231002X"},
            {"fit", true},
            {"people", {{{"name", "李四"}, {"phone", "0558-5550001"}}, {{"name", "王五"}}}}};
  }
  std::string forms() {
    std::string out;
    w.database.db().read([&](store::Transaction& t) {
      t.each([&](const store::Row& row) { out += row.text(0) + "\n"; },
             "SELECT form FROM casework_case ORDER BY id");
    });
    return out;
  }

  identity::testing::World w{GetParam()};
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
};
INSTANTIATE_TEST_SUITE_P(Databases, PersonalValues, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(PersonalValues, AreFoundByTheirExactTextOnlyByThoseWhoDealWithTheCase) {
  const Vault now = vault(first_key);
  Casework cases = with(now);
  const CaseId id = cases.start(as("zhao"), "aid", values()).head.id;
  const auto found = [&](const char* who, FieldKind kind, const std::string& value) {
    return cases.look_up(as(who), kind, value, "核实重复申报").size();
  };
  // One number, one phone, one name in several spellings.
  for (const char* spelt :
       {"11010519491231002X", " 11010519491231002x ", "１１０１０５１９４９１２３１００２Ｘ"})
    EXPECT_EQ(found("zhao", FieldKind::citizen_id, spelt), 1U) << spelt;
  for (const char* spelt : {"05585550001", "0558 5550001", "0558-555-0001"})
    EXPECT_EQ(found("zhao", FieldKind::phone, spelt), 1U) << spelt;
  for (const char* spelt : {"买买提·艾力", "买买提艾力", "买买提•艾力", "李四", "李　四"})
    EXPECT_EQ(found("zhao", FieldKind::person, spelt), 1U) << spelt;
  EXPECT_EQ(found("zhao", FieldKind::person, "李"), 0U);
  EXPECT_EQ(found("zhao", FieldKind::account, "05585550001"), 0U);  // of another kind
  EXPECT_EQ(found("yi", FieldKind::citizen_id, "11010519491231002X"), 0U);
  EXPECT_EQ(code_of([&] { found("shen", FieldKind::citizen_id, "11010519491231002X"); }), "forbidden");
  EXPECT_EQ(code_of([&] { found("zhao", FieldKind::citizen_id, "110105194912310020"); }), "bad_form");
  EXPECT_EQ(code_of([&] { found("zhao", FieldKind::person, "  "); }), "bad_form");
  EXPECT_EQ(code_of([&] { found("zhao", FieldKind::boolean, "true"); }), "bad_form");
  EXPECT_EQ(code_of([&] { cases.look_up(as("zhao"), FieldKind::person, "李四", " "); }), "reason_missing");
  // The trail has who, why and what came of it, and the value nowhere; nor has the table of traces.
  const auto trail = w.identity.audit().search({.action = "personal.lookup"}, 100).entries;
  ASSERT_EQ(trail.size(), 14U);
  EXPECT_EQ(trail.back().detail, fmt::format("核实重复申报 -> {}", id.value));
  for (const auto& entry : trail) {
    EXPECT_EQ((entry.object + entry.detail).find("002X"), std::string::npos);
    EXPECT_EQ((entry.object + entry.detail).find("李四"), std::string::npos);
  }
  w.database.db().read([&](store::Transaction& t) {
    EXPECT_EQ(t.first("SELECT COUNT(*) FROM casework_trace WHERE trace LIKE '%002X%'")->integer(0), 0);
    EXPECT_EQ(t.first("SELECT COUNT(*) FROM casework_trace")->integer(0), 5);
  });
  // A corrected form is found by what it says now.
  Action save;
  save.step = "save";
  save.values = {{"person", "赵六"}};
  cases.act(as("zhao"), id, save, std::nullopt);
  EXPECT_EQ(found("zhao", FieldKind::person, "赵六"), 1U);
  EXPECT_EQ(found("zhao", FieldKind::person, "买买提艾力"), 0U);
}

TEST_P(PersonalValues, AreSealedAnewInBatchesThatMayBeInterrupted) {
  constexpr int many = 7;
  std::vector<CaseId> ids;
  {
    const Vault before = vault(first_key);
    Casework cases = with(before);
    for (int i = 0; i < many; ++i) ids.push_back(cases.start(as("zhao"), "aid", values(i)).head.id);
    // Six sealed values and five traces each.
    EXPECT_EQ(cases.values_by_key(),
              (std::map<std::string, std::int64_t>{{identity::id_of_key(first_key), many * (6 + 5)}}));
  }
  const std::string old_forms = forms();
  const std::string old_id = identity::id_of_key(first_key);
  const std::string new_id = identity::id_of_key(second_key);
  const Vault both = vault(first_key + second_key, Cipher::aes);
  Casework cases = with(both);
  // Some are done, then the command is killed.
  auto batch = cases.reseal({}, 3);
  EXPECT_EQ(batch.looked_at, 3);
  EXPECT_EQ(batch.changed, 3);
  auto counts = cases.values_by_key();
  EXPECT_EQ(counts.at(old_id), 4 * 11);
  EXPECT_EQ(counts.at(new_id), 3 * 11);
  // Half and half, everything is read and found as before.
  EXPECT_EQ(cases.look_up(as("zhao"), FieldKind::citizen_id, "11010519491231002X", "核实").size(), 7U);
  for (const CaseId id : ids) EXPECT_EQ(cases.reveal(as("zhao"), id, "person", "核实"), "买买提·艾力");
  // Taken up from the beginning: what is done is passed over.
  batch = cases.reseal({}, 100);
  EXPECT_EQ(batch.looked_at, many);
  EXPECT_EQ(batch.changed, many - 3);
  EXPECT_EQ(batch.last, ids.back());
  EXPECT_EQ(cases.reseal({}, 100).changed, 0);
  EXPECT_EQ(cases.reseal(batch.last, 100).looked_at, 0);
  counts = cases.values_by_key();
  EXPECT_FALSE(counts.contains(old_id));
  EXPECT_EQ(forms().find(":sm4:"), std::string::npos);
  EXPECT_EQ(forms().find(old_id), std::string::npos);
  // The old key is no longer needed, and no longer of use.
  const Vault after = vault(second_key, Cipher::aes);
  Casework later = with(after);
  EXPECT_EQ(later.reveal(as("zhao"), ids[0], "fit", "核实"), "true");
  EXPECT_EQ(later.look_up(as("zhao"), FieldKind::phone, "0558-5550001", "核实").size(), 7U);
  const Vault gone = vault(first_key);
  EXPECT_EQ(code_of([&] { with(gone).reveal(as("zhao"), ids[0], "person", "核实"); }), "bad_seal");
  // A cipher is changed in the same way.
  const Vault other = vault(second_key, Cipher::sm4);
  EXPECT_EQ(with(other).reseal({}, 100).changed, many);
  EXPECT_EQ(forms().find(":aes:"), std::string::npos);
}

TEST_P(PersonalValues, AWrongKeyChangesNothing) {
  const Vault right = vault(first_key);
  const CaseId id = with(right).start(as("zhao"), "aid", values()).head.id;
  const std::string before = forms();
  const Vault wrong = vault(second_key);
  EXPECT_EQ(code_of([&] { with(wrong).reseal({}, 100); }), "bad_seal");
  EXPECT_EQ(forms(), before);
  EXPECT_EQ(with(wrong).values_by_key().begin()->first, identity::id_of_key(first_key));
  EXPECT_EQ(with(right).reveal(as("zhao"), id, "person", "核实"), "买买提·艾力");
}

TEST_P(PersonalValues, AreRegisteredWithWhoSeesThem) {
  const auto all = personal_fields(*types);
  std::string paths;
  for (const PersonalField& one : all) paths += one.path + " ";
  EXPECT_EQ(paths, "person id fit people.name people.phone ");
  EXPECT_EQ(all[1].sensitivity, Sensitivity::sensitive);
  EXPECT_EQ(all[1].source.document, "试验办法");
  EXPECT_FALSE(all[1].own_source);
  EXPECT_EQ(all[1].sees, (std::vector<std::string>{"township"}));
  EXPECT_EQ(all[1].masked, (std::vector<std::string>{"auditor"}));
}

}  // namespace
}  // namespace tributary::casework
