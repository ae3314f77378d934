// Figures that the system has already, in the drafts of cases: filled in with their origin, refreshed while the draft
// stands, fixed once it is sent on, and typed otherwise only with a reason.
#include "casework/cases_testing.h"
#include "casework/codes.h"
#include "rights/rights_testing.h"

#include <array>

#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

constexpr const char* yearly = R"Y(case: yearly
version: "1"
article: [14]
title: {zh: 年报, en: Yearly}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  title: {type: text, label: {zh: 标题, en: Title}}
  year: {type: number, unit: "1", label: {zh: 年度, en: Year}, prefill: year}
  firm: {type: party, label: {zh: 单位, en: Firm}}
  code: {type: text, label: {zh: 名称, en: Name}, prefill: {from: party, of: firm, what: name}}
  received: {type: money, label: {zh: 收款, en: Received}, prefill: {from: ledger, what: received, year: year, override: true}}
  paid: {type: money, label: {zh: 付款, en: Paid}, required: true, prefill: {from: ledger, what: paid, of: firm, year: year}}
computed:
  twice: {label: {zh: 两倍, en: Twice}, unit: CNY, formula: received * 2}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  sent: {label: {zh: 已送, en: Sent}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 送, en: Send}, from: draft, to: sent, by: [{role: township, in: applicant}]}
  back: {label: {zh: 退, en: Back}, from: sent, to: draft, by: [office_approver], reason: true, expected: false}
  done: {label: {zh: 办结, en: Done}, from: sent, to: done, by: [office_approver]}
)Y";

// What one firm asks about another, as in the sale of a right.
constexpr const char* sale = R"Y(case: sale
version: "1"
article: [2]
title: {zh: 转让, en: Sale}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  title: {type: text, label: {zh: 标题, en: Title}}
  year: {type: number, unit: "1", label: {zh: 年度, en: Year}, prefill: year}
  seller: {type: party, label: {zh: 转出方, en: Seller}, prefill: party}
  pollutant: {type: choice, label: {zh: 污染物, en: Pollutant}, choices: {cod: {zh: 化学需氧量, en: COD}}}
  from: {type: date, label: {zh: 起, en: From}}
  to: {type: date, label: {zh: 止, en: To}}
  held: {type: number, unit: kg/a, label: {zh: 持有, en: Held}, prefill: {from: rights, of: seller, what: pollutant, starts: from, ends: to}}
  paid: {type: money, label: {zh: 付款, en: Paid}, prefill: {from: ledger, what: paid, of: seller, year: year}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  sent: {label: {zh: 已送, en: Sent}, final: true}
start: {state: draft, by: [enterprise]}
steps:
  send: {label: {zh: 送, en: Send}, from: draft, to: sent, by: [{role: enterprise, in: applicant}]}
)Y";

// Lian drafts for a township, and sees the whole ledger and the whole registry in another role.
class KnownFields : public Cases {
 protected:
  KnownFields() {
    (*types)["yearly"] = read_case_type(yearly, "yearly.yaml", {});
    (*types)["sale"] = read_case_type(sale, "sale.yaml", {});
    w.person("lian", {"township", "lead_department"}, "div-341602100");
    registry::RegistryData data;
    registry::Jurisdiction area;
    area.code = "340000";
    area.level = registry::Level::province;
    area.name = {"某省", ""};
    data.jurisdictions = {area};
    for (const auto& [code, name] : {std::pair{"ent:1", "甲厂"}, {"ent:2", "乙厂"}, {"pa", "丙厂"}, {"pb", "丁厂"}}) {
      registry::Party firm;
      firm.code = code;
      firm.name = {name, ""};
      firm.jurisdiction = "340000";
      data.parties.push_back(firm);
    }
    registry::Registry(w.database.db(), "341602").apply(data);
    book.define_unit({"CNY", 2, {"人民币", "renminbi"}});
  }
  void pay(const char* id, const char* from, const char* to, std::int64_t fen) {
    ledger::Request request;
    request.id = id;
    request.debit = book.open_account({from, "CNY", "cash", std::nullopt});
    request.credit = book.open_account({to, "CNY", "cash", std::nullopt});
    request.amount = fen;
    request.cause = {"statement", "1"};
    request.legal_date = w.clock.today();
    const std::array requests{request};
    ledger::require_accepted(requests, book.post(requests));
  }
  CaseView save(CaseId id, const Json& values, const std::map<std::string, std::string>& reasons = {}) {
    Action action;
    action.step = "save";
    action.values = values;
    action.reasons = reasons;
    return cases().act(as("lian"), id, action, std::nullopt);
  }
  static std::string said(const CaseView& view, const char* field) {
    return view.state.form.contains(field) ? view.state.form.at(field).get<std::string>() : "-";
  }
  ledger::Ledger book{w.database.db(), "341602", w.clock};
};
INSTANTIATE_TEST_SUITE_P(Databases, KnownFields, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& on) { return on.param; });

TEST_P(KnownFields, AreFilledInRefreshedAndFixed) {
  pay("a", "gov:341602", "gov:341602100", 12'350);
  const CaseView begun = cases().start(as("lian"), "yearly", {{"title", "t"}});
  const CaseId id = begun.head.id;
  EXPECT_EQ(said(begun, "received"), "123.5");
  EXPECT_EQ(begun.origins.at("received").at("detail"), "ledger:received:1");
  EXPECT_EQ(begun.computed.at("twice"), "247");
  EXPECT_EQ(said(begun, "paid"), "-");  // whose is not said yet
  EXPECT_FALSE(begun.origins.contains("paid"));
  const CaseView named = save(id, {{"firm", "ent:1"}});
  EXPECT_EQ(said(named, "code"), "甲厂");
  EXPECT_EQ(named.origins.at("code").at("of"), "ent:1");
  EXPECT_EQ(said(named, "paid"), "0");
  // Opened later, a draft has the figures of the day, though nobody has saved it.
  pay("b", "gov:341602", "gov:341602100", 100);
  pay("c", "ent:2", "gov:341602", 700);
  EXPECT_EQ(said(cases().view(as("lian"), id), "received"), "124.5");
  EXPECT_EQ(said(save(id, {{"firm", "ent:2"}}), "paid"), "7");
  // Nobody types what the system knows; the same figure is no other one.
  const auto refusal = [&](const Json& values) { return code_of([&] { save(id, values); }); };
  EXPECT_EQ(refusal({{"paid", "8"}}), "known_figure");
  EXPECT_EQ(refusal({{"code", "丙厂"}}), "known_figure");
  EXPECT_EQ(refusal({{"paid", "7.00"}}), "none");
  EXPECT_EQ(refusal({{"paid", "7"}}), "none");
  EXPECT_EQ(refusal({{"paid", nullptr}}), "none");
  EXPECT_EQ(said(cases().view(as("lian"), id), "paid"), "7");
  act("lian", id, "send");
  pay("d", "ent:2", "gov:341602", 300);
  EXPECT_EQ(said(cases().view(as("lian"), id), "paid"), "7");  // as it was sent
  EXPECT_EQ(cases().view(as("lian"), id).origins.at("paid").at("value"), "7");
  act("wang", id, "back", Json::object(), "补");
  EXPECT_EQ(said(cases().view(as("wang"), id), "paid"), "7");  // who may not change it sees it as it stands
  EXPECT_EQ(said(cases().view(as("lian"), id), "paid"), "10");
  act("lian", id, "send");
  EXPECT_EQ(said(cases().view(as("wang"), id), "paid"), "10");
}

TEST_P(KnownFields, AreTypedOtherwiseOnlyWithAReason) {
  pay("a", "gov:341602", "gov:341602100", 10'000);
  const CaseId id = cases().start(as("lian"), "yearly", {{"title", "t"}}).head.id;
  EXPECT_EQ(code_of([&] { save(id, {{"received", "101"}}); }), "reason_missing");
  EXPECT_EQ(code_of([&] { save(id, {{"received", "101"}}, {{"received", "  "}}); }), "reason_missing");
  const CaseView typed = save(id, {{"received", "101"}}, {{"received", "另有一元线下收到"}});
  EXPECT_EQ(said(typed, "received"), "101");
  EXPECT_EQ(typed.origins.at("received").at("value"), "100");
  EXPECT_EQ(typed.origins.at("received").at("reason"), "另有一元线下收到");
  EXPECT_EQ(typed.origins.at("received").at("by"), "某人lian");
  EXPECT_EQ(typed.computed.at("twice"), "202");
  // It stands until it is taken back, and what the system has goes on being said beside it.
  pay("b", "gov:341602", "gov:341602100", 500);
  const CaseView later = save(id, {{"title", "u"}});
  EXPECT_EQ(said(later, "received"), "101");
  EXPECT_EQ(later.origins.at("received").at("value"), "105");
  const CaseView back = save(id, {{"received", nullptr}});
  EXPECT_EQ(said(back, "received"), "105");
  EXPECT_FALSE(back.origins.at("received").contains("reason"));
}

TEST_P(KnownFields, AreTypedOtherwiseForWhatWasAskedOnly) {
  pay("a", "gov:341602", "gov:341602100", 10'000);
  const CaseId id = cases().start(as("lian"), "yearly", {{"title", "t"}}).head.id;
  const CaseView typed = save(id, {{"received", "101"}}, {{"received", "另有一元线下收到"}});
  EXPECT_EQ(typed.origins.at("received").at("year"), "2026");
  EXPECT_EQ(said(save(id, {{"year", 2026}}), "received"), "101");
  const CaseView last_year = save(id, {{"year", "2025"}});
  EXPECT_EQ(said(last_year, "received"), "0");
  EXPECT_FALSE(last_year.origins.at("received").contains("reason"));
  EXPECT_EQ(said(save(id, {{"year", "2026"}}), "received"), "100");
  // With the other year another figure at once, for a reason of its own.
  EXPECT_EQ(code_of([&] { save(id, {{"year", "2025"}, {"received", "5"}}); }), "reason_missing");
  EXPECT_EQ(said(save(id, {{"year", "2025"}, {"received", "5"}}, {{"received", "补登"}}), "received"), "5");
  // Of a year that nobody knows nothing stays that was typed for another.
  const CaseView unknown = save(id, {{"year", "12"}});
  EXPECT_EQ(said(unknown, "received"), "-");
  EXPECT_FALSE(unknown.origins.contains("received"));
}

TEST_P(KnownFields, ReasonsAreGivenWithTheFigureTheyAreFor) {
  pay("a", "gov:341602", "gov:341602100", 10'000);
  w.person("lin", {"township"}, "div-341602100");
  const CaseId id = cases().start(as("lian"), "yearly", {{"title", "t"}, {"firm", "ent:1"}}).head.id;
  save(id, {{"received", "101"}}, {{"received", "另有一元线下收到"}});
  const auto received = [&] { return cases().view(as("lian"), id).origins.at("received"); };
  const auto by = [&](const char* who, const char* step, const Json& values, const std::map<std::string, std::string>& why) {
    Action action;
    action.step = step;
    action.values = values;
    action.reasons = why;
    return code_of([&] { cases().act(as(who), id, action, std::nullopt); });
  };
  EXPECT_EQ(by("lin", "save", {{"title", "u"}}, {{"received", "别的理由"}}), "none");
  EXPECT_EQ(received().at("reason"), "另有一元线下收到");
  EXPECT_EQ(received().at("by"), "某人lian");
  // Whoever types another figure answers for it.
  EXPECT_EQ(by("lin", "save", {{"received", "102"}}, {}), "none");
  EXPECT_EQ(received().at("by"), "某人lin");
  // A step that does not set the field changes no reason either.
  EXPECT_EQ(by("lian", "send", {{"received", "102"}}, {{"received", "别的理由"}}), "none");
  EXPECT_EQ(received().at("reason"), "另有一元线下收到");
  EXPECT_EQ(received().at("by"), "某人lin");
  EXPECT_EQ(said(cases().view(as("lian"), id), "paid"), "0");  // what a colleague was told stays
}

TEST_P(KnownFields, StandAgainWhereANewerTypeAllowsNoOther) {
  pay("a", "gov:341602", "gov:341602100", 10'000);
  w.person("wide", {"township", "office_drafter"}, "div-341602100");
  const CaseId id = cases().start(as("wide"), "yearly", {{"title", "t"}}).head.id;
  Action action;
  action.step = "save";
  action.values = {{"received", "101"}};
  action.reasons = {{"received", "另有一元线下收到"}};
  cases().act(as("wide"), id, action, std::nullopt);
  const auto newer = [&](const std::string& prefill, const char* version) {
    std::string text = yearly;
    for (const auto& [from, to] : {std::pair<std::string, std::string>{", override: true", ""},
                                   {", prefill: {from: ledger, what: received, year: year}", prefill},
                                   {R"(version: "1")", std::string("version: \"") + version + "\""}})
      text.replace(text.find(from), from.size(), to);
    (*types)["yearly"] = read_case_type(text, "yearly.yaml", {});
    cases().migrate(as("wide"), id, "", "改用新版", std::nullopt);
  };
  newer(", prefill: {from: ledger, what: received, year: year}", "2");
  const CaseView now = cases().view(as("wide"), id);
  EXPECT_EQ(said(now, "received"), "100");
  EXPECT_FALSE(now.origins.at("received").contains("reason"));
  // And where it is no longer filled in, it is typed like any other.
  newer("", "3");
  EXPECT_FALSE(cases().view(as("wide"), id).origins.contains("received"));
  action.values = {{"received", "55"}};
  action.reasons = {};
  EXPECT_EQ(said(cases().act(as("wide"), id, action, std::nullopt), "received"), "55");
}

TEST_P(KnownFields, AreLookedUpByWhatIsKeptHoweverItWasTyped) {
  pay("a", "gov:341602", "gov:341602100", 10'000);
  const CaseId id = cases().start(as("lian"), "yearly", {{"title", "t"}, {"firm", "ent:1"}}).head.id;
  for (const Json& year : {Json(2026), Json("2,026"), Json(" 2026 "), Json("2026.0")}) {
    EXPECT_EQ(code_of([&] { save(id, {{"year", year}, {"paid", "8"}}); }), "known_figure") << year;
    EXPECT_EQ(code_of([&] { save(id, {{"year", year}, {"received", "8"}}); }), "reason_missing") << year;
    EXPECT_EQ(code_of([&] { save(id, {{"firm", " ent:1 "}, {"year", year}, {"paid", "8"}}); }), "known_figure") << year;
    EXPECT_EQ(code_of([&] { cases().start(as("lian"), "yearly", {{"title", "t"}, {"year", year}, {"received", "8"}}); }), "reason_missing");
    const CaseView now = save(id, {{"year", year}});
    EXPECT_EQ(said(now, "received"), "100") << year;
    EXPECT_TRUE(now.origins.contains("received")) << year;
  }
  // Neither of these is the year 2026.
  for (const char* year : {"20260", "2026.5"}) EXPECT_FALSE(save(id, {{"year", year}}).origins.contains("received")) << year;
}

TEST_P(KnownFields, MayBeTypedWhereTheSystemCannotTell) {
  const CaseId id = cases().start(as("lian"), "yearly", {{"title", "t"}, {"firm", "ent:9"}}).head.id;
  EXPECT_EQ(said(save(id, {{"code", "外地厂"}}), "code"), "外地厂");
  EXPECT_FALSE(cases().view(as("lian"), id).origins.contains("code"));
  // Once it can, its own figure stands there; and leaves again with whom it was about.
  EXPECT_EQ(said(save(id, {{"firm", "ent:1"}}), "code"), "甲厂");
  EXPECT_EQ(said(save(id, {{"firm", "ent:9"}}), "code"), "-");
  // A year that is none is unknown, not an error of another field.
  EXPECT_EQ(said(save(id, {{"year", "12"}}), "received"), "-");
}

TEST_P(KnownFields, AreNotToldToCompetitors) {
  const WorkCalendar none;
  rights::Rights registry(w.database.db(), "341602", w.clock, none);
  rights::testing::set_up(registry);  // with an account of «pa»
  registry.propose({.key = "1", .kind = rights::testing::Kind::issue, .instrument = "COD", .from = "ISS", .to = "A", .quantity = 500, .term = rights::testing::months(0, 24)},
                   rights::testing::first);
  registry.approve("1", rights::testing::second);
  pay("a", "pa", "gov:341602", 700);
  for (const char* code : {"pa", "pb"}) {
    identity::NewOrganisation firm;
    firm.name = {code, code};
    firm.party = code;
    const std::string id = w.identity.create_organisation(w.system(), firm).id.value;
    w.person(std::string("of-") + code, {"enterprise"}, id);
    if (code == std::string("pb")) w.person("both", {"enterprise", "lead_department"}, id);
  }
  const Json of_pa{{"title", "t"}, {"seller", "pa"}, {"pollutant", "cod"}, {"from", "2026-03-01"}, {"to", "2026-06-01"}};
  const CaseView own = cases().start(as("of-pa"), "sale", of_pa);
  EXPECT_EQ(said(own, "held"), "500");
  EXPECT_EQ(own.origins.at("held").at("detail"), "rights:A");
  EXPECT_EQ(said(own, "paid"), "7");
  // Another firm that names it as the seller learns neither a figure nor an account, in no way to a draft.
  const CaseView other = cases().start(as("of-pb"), "sale", of_pa);
  const auto nothing = [&](const CaseView& view) {
    EXPECT_EQ(said(view, "held"), "-");
    EXPECT_EQ(said(view, "paid"), "-");
    EXPECT_EQ(view.origins.dump(), "{}");
  };
  nothing(other);
  nothing(cases().view(as("of-pb"), other.head.id));
  const auto saved = [&](const char* who, const Json& values) {
    Action action;
    action.step = "save";
    action.values = values;
    return cases().act(as(who), other.head.id, action, std::nullopt);
  };
  nothing(saved("of-pb", {{"to", "2026-07-01"}}));
  EXPECT_EQ(said(saved("of-pb", {{"held", "3"}}), "held"), "3");  // by hand, as where the registry has nothing
  // Whoever may see it in the registry is told it here.
  EXPECT_EQ(said(cases().view(as("both"), other.head.id), "held"), "500");
  // Its own cases tell each firm of itself.
  EXPECT_EQ(said(saved("of-pb", {{"seller", "pb"}}), "paid"), "0");
}

TEST_P(KnownFields, AreDeclaredForFieldsThatCanHoldThem) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = yearly;
    text.replace(text.find(from), from.size(), to);
    return code_of([&] { (void)read_case_type(text, "yearly.yaml", {}); });
  };
  const std::string name = "{from: party, of: firm, what: name}";
  EXPECT_EQ(refused(name, "{from: party, of: firm, what: birthday}"), "bad_case_type");
  EXPECT_EQ(refused(name, "{from: party, of: title, what: name}"), "bad_case_type");
  EXPECT_EQ(refused(name, "{from: party, of: nobody, what: name}"), "bad_case_type");
  EXPECT_EQ(refused(name, "{from: ledger, what: paid, year: year}"), "bad_case_type");  // a text is no amount
  EXPECT_EQ(refused(name, "{from: readings, what: nh3n, places: section, statistic: mean, year: year, decimals: 2}"), "bad_case_type");
  EXPECT_EQ(refused(name, "{from: rights, of: firm, what: title, starts: year, ends: year}"), "bad_case_type");
  const std::string standing = "{from: standing, what: total, at: place, party: firm, rule: title, subject: title, period: title}";
  const auto with_place = [](const std::string& prefill) {
    std::string text = yearly;
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"form:\n", "form:\n  place: {type: place, label: {zh: 地点, en: Place}}\n"}, {"{from: party, of: firm, what: name}", prefill}})
      text.replace(text.find(from), from.size(), to);
    return code_of([&] { (void)read_case_type(text, "yearly.yaml", {}); });
  };
  const auto other = [&](const std::string& from, const std::string& to) {
    std::string text = standing;
    return with_place(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_EQ(with_place(standing), "none");
  EXPECT_EQ(other("rule: title", "rule: year"), "bad_case_type");
  EXPECT_EQ(other("party: firm", "party: place"), "bad_case_type");
  EXPECT_EQ(other("at: place, ", ""), "bad_case_type");
  EXPECT_EQ(other("period: title", "period: title, override: true"), "unknown_key");
  // What follows by a rule: from fields that stand before it, into a paragraph.
  const auto follows = [](const std::string& from, const std::string& to) {
    std::string field = "  follows: {type: paragraph, label: {zh: 后果, en: It follows}, prefill: {from: rule, rule: title, choose: [{when: some-rule, rule: a-rule, "
                        "what: [fine], on: title, negative: title, given: {x: \"{title}\", y: \"true\"}}]}}\ncomputed:";
    field.replace(field.find(from), from.size(), to);
    std::string text = yearly;
    text.replace(text.find("computed:"), 9, field);
    return code_of([&] { (void)read_case_type(text, "yearly.yaml", {}); });
  };
  EXPECT_EQ(follows("some-rule", "other-rule"), "none");
  EXPECT_EQ(follows("type: paragraph", "type: text"), "bad_case_type");
  EXPECT_EQ(follows("{from: rule, rule: title", "{from: rule, rule: firm"), "bad_case_type");
  EXPECT_EQ(follows("on: title", "on: firm"), "bad_case_type");
  EXPECT_EQ(follows("negative: title", "negative: nobody"), "bad_case_type");
  EXPECT_EQ(follows("\"{title}\"", "\"{follows}\""), "bad_case_type");
  EXPECT_EQ(follows("\"{title}\"", "\"about {title}\""), "bad_case_type");
  EXPECT_EQ(follows("what: [fine], ", ""), "bad_case_type");
  EXPECT_EQ(follows("{from: rule, rule: title", "{from: rule, override: true, rule: title"), "unknown_key");
  EXPECT_EQ(refused(name, "{from: thin_air, what: name}"), "bad_case_type");
  EXPECT_EQ(refused("{from: ledger, what: received, year: year, override: true}", "{from: ledger, what: received}"), "missing_key");
  EXPECT_EQ(refused("{from: ledger, what: received, year: year, override: true}", "{from: ledger, what: received, year: title}"), "bad_case_type");
  EXPECT_EQ(refused("type: text, label: {zh: 名称, en: Name}", "type: text, sensitivity: personal, label: {zh: 名称, en: Name}"), "bad_case_type");
}

}  // namespace
}  // namespace tributary::casework
