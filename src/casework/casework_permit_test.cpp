// A permit that is granted: what the registry of rights, the register and the place then say, what is refused, and that a
// failure anywhere leaves nothing of it.
#include "casework/cases_testing.h"
#include "rights/rights.h"
#include "store/row_bomb_testing.h"

namespace tributary::casework {
namespace {

constexpr const char* permit_type = R"Y(case: permit
version: "1"
article: [2]
title: {zh: 许可, en: Permit}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  holder: {type: party, label: {zh: 单位, en: Holder}, required: true}
  account: {type: text, draft: true, label: {zh: 账户, en: Account}}
  former: {type: text, label: {zh: 原证, en: Former}}
  place: {type: place, label: {zh: 场所, en: Place}}
  permit: {type: text, label: {zh: 许可证, en: Permit}}
  begins: {type: date, label: {zh: 自, en: From}}
  ends: {type: date, label: {zh: 至, en: To}}
  amounts: {type: table, label: {zh: 许可量, en: Amounts},
    columns: {pollutant: {type: choice, label: {zh: 污染物, en: Pollutant}, choices: {cod: {zh: 化学需氧量, en: COD}, nh3n: {zh: 氨氮, en: Ammonia}}},
      amount: {type: number, unit: t/a, label: {zh: 量, en: Amount}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  asked: {label: {zh: 待批, en: Asked}}
  granted: {label: {zh: 已发证, en: Granted}, final: true}
start: {state: draft, by: [township]}
steps:
  ask: {label: {zh: 申请, en: Ask}, from: draft, to: asked, by: [township]}
  note: {label: {zh: 补写, en: Note}, from: asked, by: [office_approver], sets: [account]}
  grant: {label: {zh: 发证, en: Grant}, from: asked, to: granted, by: [office_approver], not_by: [start], sets: [permit, begins, ends, amounts], needs: [permit],
    effects: [{do: register, kind: certificate, number: "{permit}", title: 许可证, holder: "{holder}", from: "{begins}", to: "{ends}", fields: [place], renews: true},
      {do: set_permit, account: "{account}", holder: "{holder}", permit: "{permit}", former: "{former}", last_day: "{ends}"},
      {do: set_attribute, each: amounts, place: "{place}", name: "permitted_{pollutant}", value: "{amount}", from: "{begins}", last_day: "{ends}", only: true}]}
)Y";

constexpr const char* mine = "gov:341602100";

struct Permits {
  explicit Permits(const std::string& url) : w(url) {
    w.database.db().migrate(all_migrations());
    registry::RegistryData data;
    registry::Place plant;
    plant.code = "plant:one";
    plant.kind = "plant";
    plant.name = {"一厂", "one"};
    plant.jurisdiction = "341602100";
    data.places.push_back(plant);
    registry::Registry(w.database.db(), "341602").apply(data);
    w.person("zhao", {"township"}, "div-341602100");
    w.person("wang", {"office_approver"});
    policy::PackContext pack;
    pack.pack = "test";
    (*types)["permit"] = read_case_type(permit_type, "permit.yaml", pack);
    rights::Rights book = registry();
    rights::Instrument is;
    is.code = "COD";
    is.kind = rights::InstrumentKind::flow;
    is.name = {"化学需氧量", "COD"};
    is.measure = "kg/yr";
    is.subject = "COD";
    is.period_from = rights::Month::parse("2026-01").index;
    is.period_to = rights::Month::parse("2036-01").index;
    book.define(is, two);
    using rights::AccountType;
    const std::vector<rights::NewRightAccount> accounts{{"ISSUE", "gov", AccountType::issue},
                                                        {"H-1", mine, AccountType::holding},
                                                        {"H-2", mine, AccountType::holding},
                                                        {"R-1", mine, AccountType::reserve},
                                                        {"H-X", "gov:341602", AccountType::holding}};
    book.open(accounts, two);
    book.set_cap("COD", std::vector<rights::Part>{{is.period_from, 120, "", 1000}}, two);
  }
  rights::Rights registry() { return {w.database.db(), "341602", w.clock, calendar}; }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  static Json values(const std::string& account) {
    Json out{{"holder", mine}, {"place", "plant:one"}};
    if (!account.empty()) out["account"] = account;
    return out;
  }
  static Json decision(const std::string& permit, const std::string& begins, const std::string& ends) {
    return {{"permit", permit},
            {"begins", begins},
            {"ends", ends},
            {"amounts", {{{"pollutant", "cod"}, {"amount", "12.5"}}, {{"pollutant", "nh3n"}, {"amount", "0.8"}}}}};
  }
  CaseView act(const std::string& who, CaseId id, const std::string& name, const Json& values = Json::object()) {
    return act(w.enter(who).caller, id, name, values);
  }
  CaseView act(const identity::Caller& who, CaseId id, const std::string& name, const Json& values) {
    Action step;
    step.step = name;
    step.values = values;
    return cases().act(who, id, step, std::nullopt);
  }
  CaseId asked(const Json& values) {
    const CaseId id = cases().start(w.enter("zhao").caller, "permit", values).head.id;
    act("zhao", id, "ask");
    return id;
  }
  // What comes of it: "granted", or the refusal.
  template <class Work>
  static std::string said(Work&& work) {
    try {
      work();
    } catch (const Error& e) {
      return fmt::format("{}: {}", e.code().name, e.message().en);
    }
    return "granted";
  }
  std::string grant(const Json& values, const Json& decided) {
    return said([&] { act("wang", asked(values), "grant", decided); });
  }
  std::string permit_of(const std::string& account) {
    const rights::RightAccount is = registry().account(account);
    return is.permit + " " + (is.permit_to ? rights::to_string(*is.permit_to) : "-");
  }
  std::string amount(const std::string& name, const std::string& on) {
    const auto is = registry::Registry(w.database.db(), "341602")
                        .attribute("plant:one", name, parse_date(on), parse_date("2030-01-01"));
    return is ? is->value : "-";
  }
  void issue(const std::string& account, const std::string& from, const std::string& to) {
    rights::Proposal one;
    one.key = "issue " + account + from;
    one.kind = rights::TransactionKind::issue;
    one.instrument = "COD";
    one.from = "ISSUE";
    one.to = account;
    one.quantity = 100;
    one.term = rights::Term{rights::Month::parse(from), rights::Month::parse(to)};
    rights::Rights book = registry();
    book.propose(one, {"a", "", "试", "1"});
    book.approve(one.key, {"b", "", "试", "1"});
  }

  const rights::Act two{"a", "b", "试", "1"};
  identity::testing::World w;
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::aes, w.entropy};
};

class GrantedPermits : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, GrantedPermits, ::testing::ValuesIn(store::test_kinds()));

TEST_P(GrantedPermits, TheAccountThePlaceAndTheRegisterSayIt) {
  Permits p(GetParam());
  const CaseId id = p.asked(Permits::values("H-1"));
  const CaseView done = p.act("wang", id, "grant", Permits::decision("P-1", "2026-12-01", "2031-06-30"));
  EXPECT_EQ(p.permit_of("H-1"), "P-1 2031-07");
  EXPECT_EQ(p.permit_of("H-2"), " -");
  EXPECT_EQ(p.amount("permitted_cod", "2026-12-01"), "12.5");
  EXPECT_EQ(p.amount("permitted_nh3n", "2031-06-30"), "0.8");
  EXPECT_EQ(p.amount("permitted_cod", "2026-11-30"), "-");
  EXPECT_EQ(p.amount("permitted_cod", "2031-07-01"), "-");
  // By whoever filed it and whoever decided, as they sign in.
  std::string persons;
  p.registry().each_entry([&](const rights::JournalEntry& entry) {
    if (entry.event == "permit") persons += entry.act.actor + "/" + entry.act.approver + " " + entry.content;
  });
  EXPECT_EQ(persons.find("zhao/wang "), 0u) << persons;
  EXPECT_TRUE(p.registry().check().empty());
  bool told = false;
  for (const CaseEvent& event : p.cases().view(p.w.enter("wang").caller, id).events)
    for (const Json& note : event.effects)
      told = told || note == Json{{"do", "set_permit"}, {"number", "P-1"}, {"account", "H-1"}, {"to", "2031-07"}};
  EXPECT_TRUE(told);
  EXPECT_EQ(done.state.state, "granted");
}

// Rights count for the place whose permit their account carries: both say the same from the same day on.
TEST_P(GrantedPermits, ThePlaceSaysTheSamePermitAsTheAccount) {
  Permits p(GetParam());
  std::string text = permit_type;
  const std::string had = "last_day: \"{ends}\"},\n      {do: set_attribute";
  ASSERT_NE(text.find(had), std::string::npos);
  text.replace(text.find(had), had.size(), "from: \"{begins}\", last_day: \"{ends}\", place: \"{place}\"},\n      {do: set_attribute");
  policy::PackContext pack;
  pack.pack = "test";
  (*p.types)["permit"] = read_case_type(text, "permit.yaml", pack);
  EXPECT_EQ(p.grant(Permits::values("H-1"), Permits::decision("P-1", "2026-12-01", "2031-06-30")), "granted");
  EXPECT_EQ(p.permit_of("H-1"), "P-1 2031-07");
  EXPECT_EQ(p.amount("permit", "2026-11-30"), "-");
  EXPECT_EQ(p.amount("permit", "2026-12-01"), "P-1");
  EXPECT_EQ(p.amount("permit", "2031-07-01"), "-");
  // Renewed, the place goes on with it.
  EXPECT_EQ(p.grant(Permits::values("H-1"), Permits::decision("P-1", "2031-07-01", "2035-06-30")), "granted");
  EXPECT_EQ(p.amount("permit", "2031-07-01"), "P-1");
  // A place has one permit, unless the other is said to be replaced; an account's rights need a place.
  const std::string second = p.grant(Permits::values("H-2"), Permits::decision("P-2", "2026-12-01", "2031-06-30"));
  EXPECT_NE(second.find("a place has one permit"), std::string::npos) << second;
  EXPECT_EQ(p.permit_of("H-2"), " -");
  Json nowhere = Permits::values("H-2");
  nowhere.erase("place");
  Json decided = Permits::decision("P-2", "2026-12-01", "2031-06-30");
  decided["amounts"] = Json::array();
  EXPECT_NE(p.grant(nowhere, decided).find("counts for a place: name it"), std::string::npos);
}

// A new permit says all that is permitted: what it does not name has an end where it begins, and nothing of before changes.
TEST_P(GrantedPermits, WhatTheNewPermitDoesNotNameIsNoLongerPermitted) {
  Permits p(GetParam());
  EXPECT_EQ(p.grant(Permits::values("H-1"), Permits::decision("P-1", "2026-12-01", "2031-06-30")), "granted");
  p.w.clock.set(parse_instant("2027-05-03 09:00"));
  Json again = Permits::values("");
  again["former"] = "P-1";
  Json decided = Permits::decision("P-2", "2027-07-01", "2032-06-30");
  decided["amounts"] = {{{"pollutant", "cod"}, {"amount", "9"}}};
  const CaseId id = p.asked(again);
  p.act("wang", id, "grant", decided);
  EXPECT_EQ(p.amount("permitted_cod", "2027-06-30"), "12.5");
  EXPECT_EQ(p.amount("permitted_nh3n", "2027-06-30"), "0.8");
  EXPECT_EQ(p.amount("permitted_cod", "2027-07-01"), "9");
  EXPECT_EQ(p.amount("permitted_nh3n", "2027-07-01"), "-");
  EXPECT_EQ(p.amount("permitted_nh3n", "2031-06-30"), "-");
  bool told = false;
  for (const CaseEvent& event : p.cases().view(p.w.enter("wang").caller, id).events)
    for (const Json& note : event.effects) told = told || note.value("ended", Json()) == Json{"permitted_nh3n"};
  EXPECT_TRUE(told);
  // As it was known before, both held: a run of then is made again from that.
  const auto then = registry::Registry(p.w.database.db(), "341602")
                        .attribute("plant:one", "permitted_nh3n", parse_date("2027-08-01"), parse_date("2027-05-02"));
  ASSERT_TRUE(then);
  EXPECT_EQ(then->value, "0.8");
  // Named again by the next one, it is permitted again; one that names nothing permits nothing.
  p.w.clock.set(parse_instant("2027-05-04 09:00"));
  again["former"] = "P-2";
  EXPECT_EQ(p.grant(again, Permits::decision("P-3", "2027-08-01", "2032-06-30")), "granted");
  EXPECT_EQ(p.amount("permitted_nh3n", "2027-08-01"), "0.8");
  p.w.clock.set(parse_instant("2027-05-05 09:00"));
  again["former"] = "P-3";
  decided = Permits::decision("P-4", "2027-09-01", "2032-06-30");
  decided.erase("amounts");
  EXPECT_EQ(p.grant(again, decided), "granted");
  EXPECT_EQ(p.amount("permitted_nh3n", "2027-08-31"), "0.8");
  EXPECT_EQ(p.amount("permitted_cod", "2027-09-01"), "-");
  EXPECT_EQ(p.amount("permitted_nh3n", "2027-09-01"), "-");
}

// The month in which a permit ends is not covered to its end.
TEST_P(GrantedPermits, AMonthIsCoveredWholeOrNotAtAll) {
  Permits p(GetParam());
  EXPECT_EQ(p.grant(Permits::values("H-1"), Permits::decision("P-1", "2026-12-01", "2031-06-29")), "granted");
  EXPECT_EQ(p.permit_of("H-1"), "P-1 2031-06");
}

TEST_P(GrantedPermits, ARenewalFindsTheAccountOfTheFormerPermit) {
  Permits p(GetParam());
  EXPECT_EQ(p.grant(Permits::values("H-1"), Permits::decision("P-1", "2026-12-01", "2027-06-30")), "granted");
  p.issue("H-1", "2027-01", "2027-07");
  p.w.clock.set(parse_instant("2027-05-03 09:00"));
  // The same number: no account is named, and the entry of the register is renewed for its holder.
  EXPECT_EQ(p.grant(Permits::values(""), Permits::decision("P-1", "2027-07-01", "2032-06-30")), "granted");
  EXPECT_EQ(p.permit_of("H-1"), "P-1 2032-07");
  EXPECT_EQ(p.amount("permitted_cod", "2027-06-30"), "12.5");
  EXPECT_EQ(p.amount("permitted_cod", "2032-06-30"), "12.5");
  auto entries = p.cases().entries("certificate", 10);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].to, "2032-06-30");
  // Another number instead of it.
  p.w.clock.set(parse_instant("2027-05-04 09:00"));
  Json again = Permits::values("");
  again["former"] = "P-1";
  EXPECT_EQ(p.grant(again, Permits::decision("P-2", "2027-08-01", "2032-07-31")), "granted");
  EXPECT_EQ(p.permit_of("H-1"), "P-2 2032-08");
  EXPECT_EQ(p.cases().entries("certificate", 10).size(), 2u);
  // Where no account stands under it, nothing is told to the registry.
  p.w.clock.set(parse_instant("2027-05-05 09:00"));
  EXPECT_EQ(p.grant(Permits::values(""), Permits::decision("P-9", "2028-01-01", "2032-12-31")), "granted");
  EXPECT_EQ(p.permit_of("H-2"), " -");
  EXPECT_TRUE(p.registry().check().empty());
}

TEST_P(GrantedPermits, WhatMustNotBeIsRefusedAndNothingIsChanged) {
  Permits p(GetParam());
  const Json decided = Permits::decision("P-1", "2026-12-01", "2031-06-30");
  // Not sent on with another's account, with none that there is, with one that is no holding account.
  EXPECT_EQ(p.grant(Permits::values("H-X"), decided), "bad_form: account: the applicant has no account H-X in the registry of rights");
  EXPECT_EQ(p.grant(Permits::values("H-0"), decided), "bad_form: account: the applicant has no account H-0 in the registry of rights");
  EXPECT_EQ(p.grant(Permits::values("R-1"), decided).find("bad_form: account: no permit is registered for account R-1"), 0u);
  // Nor set so by whoever examines it.
  const CaseId id = p.asked(Permits::values("H-1"));
  EXPECT_EQ(Permits::said([&] { p.act("wang", id, "note", {{"account", "H-X"}}); }),
            "bad_form: account: the applicant has no account H-X in the registry of rights");
  p.act("wang", id, "note", {{"account", "H-2"}});
  // Suspended in the meantime.
  p.registry().set_status("H-2", rights::AccountStatus::suspended, p.two);
  EXPECT_EQ(Permits::said([&] { p.act("wang", id, "grant", decided); }).find("bad_form: account: no permit is registered for account H-2"), 0u);
  p.registry().set_status("H-2", rights::AccountStatus::open, p.two);
  // Rights are held beyond the end: they have to expire or be given back first.
  p.issue("H-2", "2031-01", "2032-01");
  const std::string before = p.registry().state_hash();
  const std::string beyond = Permits::said([&] { p.act("wang", id, "grant", decided); });
  EXPECT_EQ(beyond,
            "effect_failed: what this step brings about (set_permit) did not succeed, nothing was changed: account H-2 still "
            "has rights for COD 2031-07, when the permit no longer holds");
  EXPECT_EQ(p.registry().state_hash(), before);
  EXPECT_TRUE(p.cases().entries("certificate", 10).empty());
  EXPECT_EQ(p.amount("permitted_cod", "2027-01-01"), "-");
  EXPECT_EQ(Permits::said([&] { p.act("wang", id, "grant", Permits::decision("P-1", "2026-12-01", "2031-12-31")); }), "granted");
  EXPECT_EQ(p.permit_of("H-2"), "P-1 2032-01");
  // One account, one permit; and the permit is the applicant's.
  p.w.clock.set(parse_instant("2026-11-25 09:00"));
  EXPECT_EQ(p.grant(Permits::values("H-2"), Permits::decision("P-3", "2026-12-01", "2033-12-31"))
                .find("bad_form: account: account H-2 is that of the permit P-1, not of P-3"), 0u);
  // And it is nobody else's, in whatever number: neither sent on nor, changed afterwards, granted.
  Json others = Permits::values("H-1");
  others["holder"] = "gov:341602";
  const char* not_his = "bad_form: holder: an entry is renewed by its own holder only; \"gov:341602\" is not whose case it is: let the holder begin it";
  EXPECT_EQ(p.grant(others, Permits::decision("P-4", "2026-12-01", "2033-12-31")), not_his);
  EXPECT_EQ(p.grant(others, Permits::decision("P-1", "2026-12-01", "2033-12-31")), not_his);
  const CaseId changed = p.asked(Permits::values("H-1"));
  p.w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE casework_case SET form = REPLACE(form, ?, ?) WHERE id = ?", "\"holder\":\"gov:341602100\"", "\"holder\":\"gov:341602\"",
              changed.value);
  });
  EXPECT_EQ(Permits::said([&] { p.act("wang", changed, "grant", Permits::decision("P-4", "2026-12-01", "2033-12-31")); }), not_his);
  EXPECT_EQ(p.permit_of("H-1"), " -");
  EXPECT_TRUE(p.registry().check().empty());
}

// A township begins it for those who are registered in it, in their own account; never for anybody else.
TEST_P(GrantedPermits, ATownshipRenewsForThoseRegisteredInIt) {
  Permits p(GetParam());
  registry::RegistryData data;
  for (const auto& [code, where] : {std::pair{"hh:li", "341602100001"}, {"hh:wu", "341602101001"}}) {
    registry::Party one;
    one.code = code;
    one.kind = registry::PartyKind::household;
    one.name = {code, code};
    one.jurisdiction = where;
    data.parties.push_back(one);
  }
  registry::Registry(p.w.database.db(), "341602").apply(data);
  const std::vector<rights::NewRightAccount> accounts{{"H-L", "hh:li", rights::AccountType::holding},
                                                      {"H-W", "hh:wu", rights::AccountType::holding}};
  p.registry().open(accounts, p.two);
  Json values = Permits::values("H-L");
  values["holder"] = "hh:li";
  EXPECT_EQ(p.grant(values, Permits::decision("P-1", "2026-12-01", "2031-06-30")), "granted");
  EXPECT_EQ(p.permit_of("H-L"), "P-1 2031-07");
  p.w.clock.set(parse_instant("2026-11-25 09:00"));
  values.erase("account");  // found by its permit, and the entry is renewed
  EXPECT_EQ(p.grant(values, Permits::decision("P-1", "2031-07-01", "2035-06-30")), "granted");
  EXPECT_EQ(p.permit_of("H-L"), "P-1 2035-07");
  EXPECT_EQ(p.cases().entries("certificate", 10).size(), 1u);
  // Nor into the township's own account, nor for a household of the next township.
  values["account"] = "H-1";
  EXPECT_EQ(p.grant(values, Permits::decision("P-1", "2031-07-01", "2035-06-30")), "bad_form: account: the applicant has no account H-1 in the registry of rights");
  Json wu = Permits::values("H-W");
  wu["holder"] = "hh:wu";
  EXPECT_EQ(p.grant(wu, Permits::decision("P-2", "2026-12-01", "2031-06-30")).find("bad_form: holder: an entry is renewed by its own holder only"), 0u);
  EXPECT_EQ(p.permit_of("H-W"), " -");
}

// What is said of a place is said by its operator: neither sent on for another's place, nor, changed afterwards, carried out.
TEST_P(GrantedPermits, AnAttributeIsOfAPlaceThatThePartyOperates) {
  Permits p(GetParam());
  std::string text = permit_type;
  const std::string had = "last_day: \"{ends}\", only: true}";
  text.replace(text.find(had), had.size(), "last_day: \"{ends}\", operator: \"{holder}\", only: true}");
  (*p.types)["permit"] = read_case_type(text, "permit.yaml", {});
  registry::RegistryData data;
  registry::Place other;
  other.code = "plant:two";
  other.kind = "plant";
  other.name = {"二厂", "two"};
  other.jurisdiction = "341602100";
  data.places.push_back(other);
  data.roles.push_back({"plant:one", "operator", mine, Decimal(1), {}, "s", {}});
  data.roles.push_back({"plant:two", "operator", "gov:341602", Decimal(1), {}, "s", {}});
  registry::Registry(p.w.database.db(), "341602").apply(data);
  const Json decided = Permits::decision("P-1", "2026-12-01", "2031-06-30");
  Json theirs = Permits::values("H-1");
  theirs["place"] = "plant:two";
  EXPECT_EQ(p.grant(theirs, decided), "bad_form: place: \"gov:341602100\" is not registered as the operator of the place plant:two");
  const CaseId changed = p.asked(Permits::values("H-1"));
  p.w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE casework_case SET form = REPLACE(form, ?, ?) WHERE id = ?", "plant:one", "plant:two", changed.value);
  });
  const std::string why = Permits::said([&] { p.act("wang", changed, "grant", decided); });
  EXPECT_NE(why.find("is not registered as the operator of the place plant:two"), std::string::npos) << why;
  EXPECT_FALSE(registry::Registry(p.w.database.db(), "341602").attribute("plant:two", "permitted_cod", parse_date("2027-01-01"), parse_date("2030-01-01")));
  EXPECT_EQ(p.grant(Permits::values("H-1"), decided), "granted");
  EXPECT_EQ(p.amount("permitted_cod", "2027-01-01"), "12.5");
}

// Every row that the step writes fails in its turn.
TEST_P(GrantedPermits, AFailureAnywhereLeavesNothing) {
  Permits p(GetParam());
  const CaseId id = p.asked(Permits::values("H-1"));
  const identity::Caller wang = p.w.enter("wang").caller;
  const Json decided = Permits::decision("P-1", "2026-12-01", "2031-06-30");
  store::RowBomb bomb(p.w.database.db(), {"right_", "registry_", "casework_case", "casework_event", "casework_entry",
                                          "casework_took", "casework_counter"});
  const auto contents = [&] {
    return p.registry().state_hash() + bomb.counts() + p.permit_of("H-1") + p.amount("permitted_cod", "2027-01-01") +
           p.cases().view(wang, id).state.state;
  };
  const std::string before = contents();
  int failed = 0;
  for (int n = 1;; ++n) {
    ASSERT_LT(n, 500);
    bomb.set(n);
    try {
      p.act(wang, id, "grant", decided);
      break;
    } catch (const Error&) {
      ++failed;
      ASSERT_EQ(contents(), before) << "write " << n;
    }
  }
  bomb.set(0);
  EXPECT_GE(failed, 6);  // account, journal, entry, two attributes, case, event
  EXPECT_EQ(p.permit_of("H-1"), "P-1 2031-07");
  EXPECT_TRUE(p.registry().check().empty());
}

TEST(PermitTypes, ThatNameWhatIsNotThereAreRefused) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = permit_type;
    text.replace(text.find(from), from.size(), to);
    policy::PackContext pack;
    return code_of([&] { check_release(read_case_type(text, "permit.yaml", pack)->declared); });
  };
  EXPECT_EQ(refused("version: \"1\"", "version: \"2\""), "none");  // as it is, it is right
  EXPECT_EQ(refused("not_by: [start], ", ""), "bad_case_type");
  EXPECT_EQ(refused("account: \"{account}\"", "account: H-1"), "bad_case_type");
  EXPECT_EQ(refused("account: \"{account}\"", "account: \"{place}\""), "bad_case_type");
  EXPECT_EQ(refused("account: \"{account}\", ", ""), "missing_key");
  EXPECT_EQ(refused("permit: \"{permit}\", former", "permit: \"排{permit}\", former"), "bad_case_type");
  EXPECT_EQ(refused("former: \"{former}\"", "former: \"{begins}\""), "bad_case_type");
  EXPECT_EQ(refused("last_day: \"{ends}\"}", "last_day: \"{permit}\"}"), "bad_case_type");
  EXPECT_EQ(refused("last_day: \"{ends}\"}", "to: \"{ends}\"}"), "unknown_key");
  EXPECT_EQ(refused("{do: set_permit, ", "{do: set_permit, each: amounts, "), "bad_case_type");
  EXPECT_EQ(refused("renews: true", "renews: often"), "bad_value");
  EXPECT_EQ(refused("name: \"permitted_{pollutant}\"", "name: permitted"), "bad_case_type");
  EXPECT_EQ(refused("each: amounts, place", "place"), "bad_case_type");
}

}  // namespace
}  // namespace tributary::casework
