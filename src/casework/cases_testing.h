// A small world with two kinds of cases, on either database, for the tests of `casework`.
#pragma once

#include "casework/casework.h"
#include "identity/world_testing.h"
#include "ledger/ledger.h"
#include "rights/rights.h"
#include "store/jobs.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tributary::casework {

using identity::testing::code_of;

// A grant: applied for by a township, decided by the office, paid by finance; with personal values, a hold, a
// certificate, a publication, a following case and a run.
inline constexpr const char* grant = R"Y(case: grant
version: "1"
article: [9]
title: {zh: 补助, en: Grant}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
readers: [auditor]
number: {form: "试补〔{year}〕{n}号", on: approve}
form:
  title: {type: text, label: {zh: 项目, en: Project}, required: true, sensitivity: open}
  amount: {type: money, label: {zh: 金额, en: Amount}, required: true, sensitivity: open}
  person: {type: person, label: {zh: 领款人, en: Payee}, required: true}
  id: {type: citizen_id, label: {zh: 身份证号, en: Citizen number}}
  people: {type: table, label: {zh: 人员, en: People}, columns: {name: {type: person, label: {zh: 姓名, en: Name}}, days: {type: number, unit: "1", label: {zh: 天数, en: Days}}}}
  party: {type: party, label: {zh: 收款方, en: Paid to}, prefill: party}
computed:
  days: {label: {zh: 总天数, en: Days in all}, unit: "1", formula: people_days_sum}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  asked: {label: {zh: 待审, en: Asked}}
  approved: {label: {zh: 已批, en: Approved}}
  paid: {label: {zh: 已付, en: Paid}, final: true}
  refused: {label: {zh: 不批, en: Refused}, final: true}
start: {state: draft, by: [township]}
steps:
  ask: {label: {zh: 申请, en: Ask}, from: draft, to: asked, by: [{role: township, in: applicant}]}
  back: {label: {zh: 退回, en: Return}, from: asked, to: draft, by: [office_approver], reason: true, expected: false}
  approve:
    label: {zh: 批准, en: Approve}
    from: asked
    to: approved
    by: [office_approver]
    when: "amount <= 100000 {CNY}"
    otherwise: {zh: 超过十万元要上会, en: above 100000 yuan the conference decides}
    effects:
      - {do: hold, from: "gov:341602", to: "{party}", amount: "{amount}", purpose: settlement}
      - {do: register, kind: certificate, number: "补证{year}-{n}", title: "{title}", holder: "{party}", fields: [amount]}
      - {do: publish, kind: notice, title: "{title}：{amount} 元", fields: [title, amount], days: "7"}
      - {do: run, rule: section, period: "2026-10"}
      - {do: open_case, case: follow-up, set: {what: "回访 {number}"}}
  pay: {label: {zh: 付款, en: Pay}, from: approved, to: paid, by: [accountant], not_by: [approve],
    effects: [{do: settle, of: approve}, {do: publish, kind: notice, title: "{title}：已付", fields: [title, amount]}]}
  refuse: {label: {zh: 不批, en: Refuse}, from: asked, to: refused, by: [office_approver], reason: true, expected: false}
terms:
  decision: {label: {zh: 审批期限, en: Decision}, runs_in: [asked], days: 10}
)Y";

inline constexpr const char* follow_up = R"Y(case: follow-up
version: "1"
article: [12]
title: {zh: 回访, en: Follow-up}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  what: {type: text, label: {zh: 事由, en: What}, required: true}
states:
  draft: {label: {zh: 待办, en: To do}}
  done: {label: {zh: 完成, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  finish: {label: {zh: 完成, en: Finish}, from: draft, to: done, by: [{role: township, in: applicant}]}
)Y";

inline std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> out;
  for (const auto list : {registry::migrations(), ledger::migrations(), identity::migrations(), rights::migrations(),
                          store::migrations(), migrations()})
    out.insert(out.end(), list.begin(), list.end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return out;
}

class Cases : public ::testing::TestWithParam<std::string> {
 protected:
  Cases() {
    w.database.db().migrate(all_migrations());
    registry::RegistryData data;
    w.person("zhao", {"township"}, "div-341602100");
    w.person("yi", {"township"}, "div-341602101");
    w.person("wang", {"office_approver"});
    w.person("qian", {"accountant"});
    w.person("shen", {"auditor"});
    policy::PackContext pack;
    pack.pack = "test";
    (*types)["grant"] = read_case_type(grant, "grant.yaml", pack);
    (*types)["follow-up"] = read_case_type(follow_up, "follow-up.yaml", pack);
  }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  identity::Caller as(const std::string& name) { return w.enter(name).caller; }
  CaseView act(const std::string& who, CaseId id, const std::string& step,
               const Json& values = Json::object(), const std::string& reason = {}) {
    Action action;
    action.step = step;
    action.values = values;
    action.reason = reason;
    return cases().act(as(who), id, action, std::nullopt);
  }
  static Json values() {
    return {{"title", "河道清淤"},
            {"amount", "5000.50"},
            {"person", "张三丰"},
            {"id", "11010519491231002X"},
            {"people", {{{"name", "李四"}, {"days", "3"}}, {{"name", "王五"}, {"days", "4.5"}}}}};
  }
  CaseId asked() {
    const CaseId id = cases().start(as("zhao"), "grant", values()).head.id;
    act("zhao", id, "ask");
    return id;
  }
  std::int64_t count(const std::string& sql) {
    return w.database.db().read([&](store::Transaction& t) { return t.first(sql)->integer(0); });
  }

  identity::testing::World w{GetParam()};
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::sm4, w.entropy};
};

}  // namespace tributary::casework
