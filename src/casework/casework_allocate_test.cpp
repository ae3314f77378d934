// An allocation that is adopted: what the registry then shows, what is refused, and that a failure anywhere leaves
// nothing of it.
#include "allocate/record.h"
#include "casework/cases_testing.h"
#include "rights/rights.h"

#include <array>
#include <sstream>

namespace tributary::casework {
namespace {

constexpr const char* adoption = R"Y(case: adoption
version: "1"
article: [2]
title: {zh: 采纳, en: Adoption}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
form:
  title: {type: text, label: {zh: 名称, en: Title}, required: true}
  start: {type: text, label: {zh: 自, en: From}, required: true}
  end: {type: text, label: {zh: 至, en: To}}
  origin: {type: choice, label: {zh: 取得, en: Origin}, choices: {free: {zh: 无偿, en: Free}, paid: {zh: 有偿, en: Paid}}}
  shares: {type: table, label: {zh: 份额, en: Shares}, columns: {unit: {type: text, label: {zh: 单位, en: Unit}}, parent: {type: text, label: {zh: 上级, en: Parent}},
    account: {type: text, label: {zh: 账户, en: Account}}, current: {type: number, unit: "1", label: {zh: 现状, en: Current}}, share: {type: number, unit: "1", label: {zh: 份额, en: Share}}}}
  tried: {type: table, label: {zh: 比较过的方法, en: Tried}, columns: {method: {type: text, label: {zh: 方法, en: Method}}, gini: {type: text, label: {zh: 基尼, en: Gini}},
    cost: {type: text, label: {zh: 费用, en: Cost}}, gaining: {type: number, unit: "1", label: {zh: 增, en: Gaining}},
    losing: {type: number, unit: "1", label: {zh: 减, en: Losing}}, moved: {type: number, unit: "1", label: {zh: 转移, en: Moved}}}}
  cap: {type: number, unit: "1", label: {zh: 总量, en: Cap}}
  reserve: {type: number, unit: "1", label: {zh: 预留, en: Reserve}}
  method: {type: text, label: {zh: 方法, en: Method}}
  record: {type: paragraph, label: {zh: 记录, en: Record}, length: 50000}
  hash: {type: text, label: {zh: 哈希, en: Hash}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  asked: {label: {zh: 待批, en: Asked}}
  adopted: {label: {zh: 已采纳, en: Adopted}, final: true}
start: {state: draft, by: [township]}
steps:
  ask: {label: {zh: 报批, en: Ask}, from: draft, to: asked, by: [township]}
  adopt: {label: {zh: 批准, en: Adopt}, from: asked, to: adopted, by: [office_approver], not_by: [start, ask],
    effects: [{do: allocate, record: "{record}", table: shares, instrument: COD, start: "{start}", end: "{end}", issuer: ISSUE, reserve: RESERVE,
      origin: "{origin}", cap: "{cap}", kept: "{reserve}", method: "{method}", hash: "{hash}", compared: tried}]}
)Y";

// Two townships, the first with two units, and a unit of the district's own.
constexpr const char* levels = "unit,parent,current\n甲镇,,60\n丙厂,,40\n一厂,甲镇,1\n二厂,甲镇,3\n";

std::string record_of(const std::string& csv, const std::string& method, const std::string& cap,
                      const std::string& reserve) {
  std::istringstream in(csv);
  allocate::Asked asked;
  asked.method = method;
  asked.cap = cap;
  asked.reserve = reserve;
  asked.unit = "1";
  return allocate::record_of(allocate::read_table(in, ""), asked);
}

struct Adoption {
  explicit Adoption(const std::string& url) : w(url) {
    w.database.db().migrate(all_migrations());
    w.person("zhao", {"township"}, "div-341602100");
    w.person("wang", {"office_approver"});
    policy::PackContext pack;
    pack.pack = "test";
    (*types)["adoption"] = read_case_type(adoption, "adoption.yaml", pack);
    rights::Rights book = registry();
    const rights::Act two{"a", "b", "试", "1"};
    rights::Instrument is;
    is.code = "COD";
    is.kind = rights::InstrumentKind::flow;
    is.name = {"化学需氧量", "COD"};
    is.measure = "kg/yr";
    is.subject = "COD";
    is.period_from = rights::Month::parse("2026-01").index;
    is.period_to = rights::Month::parse("2031-01").index;
    book.define(is, two);
    using rights::AccountType;
    const std::vector<rights::NewRightAccount> accounts{
        {"ISSUE", "gov", AccountType::issue},  {"RESERVE", "gov", AccountType::reserve},
        {"R-1", "town", AccountType::reserve}, {"R-2", "part", AccountType::reserve},
        {"H-1", "one", AccountType::holding},  {"H-2", "two", AccountType::holding},
        {"H-3", "three", AccountType::holding}};
    book.open(accounts, two);
    book.set_cap("COD", std::vector<rights::Part>{{is.period_from, 60, "", 1000}}, two);
  }
  rights::Rights registry() { return {w.database.db(), "341602", w.clock, calendar}; }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  static Json values(const std::string& record) {
    return {{"title", "化学需氧量分配"},
            {"start", "2027-01"},
            {"end", "2029-01"},
            {"origin", "free"},
            {"cap", "1000"},
            {"reserve", "50"},
            {"method", "历史排放等比例／历史排放等比例"},
            {"record", record},
            {"hash", allocate::hash_of(record)},
            {"shares",
             {{{"unit", "甲镇"}, {"account", "R-1"}, {"share", "570"}},
              {{"unit", "丙厂"}, {"account", "H-3"}, {"share", "380"}},
              {{"unit", "一厂"}, {"parent", "甲镇"}, {"account", "H-1"}, {"share", "135"}},
              {{"unit", "二厂"}, {"parent", "甲镇"}, {"account", "H-2"}, {"share", "406"}}}}};
  }
  CaseId asked(const Json& values) {
    const CaseId id = cases().start(w.enter("zhao").caller, "adoption", values).head.id;
    Action step;
    step.step = "ask";
    cases().act(w.enter("zhao").caller, id, step, std::nullopt);
    return id;
  }
  void adopt(CaseId id) { adopt(id, w.enter("wang").caller); }
  void adopt(CaseId id, const identity::Caller& caller) {
    Action step;
    step.step = "adopt";
    cases().act(caller, id, step, std::nullopt);
  }
  std::string refusal(const Json& values) {
    try {
      adopt(asked(values));
    } catch (const Error& e) {
      return std::string(e.code().name) + ": " + e.message().en;
    }
    return "adopted";
  }
  void issue(const std::string& account, std::int64_t amount) {
    rights::Proposal one;
    one.key = "before " + account;
    one.kind = rights::TransactionKind::issue;
    one.instrument = "COD";
    one.from = "ISSUE";
    one.to = account;
    one.quantity = amount;
    one.term = rights::Term{rights::Month::parse("2027-01"), rights::Month::parse("2029-01")};
    rights::Rights book = registry();
    book.propose(std::span(&one, 1), {"a", "", "试", "1"});
    book.approve(std::vector<std::string>{one.key}, {"b", "", "试", "1"});
  }
  std::string held(const std::string& account, const std::string& month) {
    for (const rights::Holding& h : registry().holdings({.account = account, .instrument = "COD"}))
      if (const int m = rights::Month::parse(month).index; h.part.period <= m && m < h.part.period + h.part.count)
        return fmt::format("{} free {} unpaid {}", h.part.amount, h.free, h.unpaid);
    return "0";
  }

  identity::testing::World w;
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::aes, w.entropy};
};

// 1000 less 5 % is 950, 60 : 40 → 570 and 380; 570 less 5 % (29, in whole units) is 541 → 135 and 406.
const std::string by_levels = record_of(levels, "grandfather/grandfather", "1000", "5%");

class Adoptions : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, Adoptions, ::testing::ValuesIn(store::test_kinds()));

TEST_P(Adoptions, IssuesFromTheCapThroughTownshipsToUnits) {
  Adoption a(GetParam());
  const CaseId id = a.asked(Adoption::values(by_levels));
  a.adopt(id);
  EXPECT_EQ(a.held("H-1", "2027-01"), "135 free 0 unpaid 135");
  EXPECT_EQ(a.held("H-2", "2028-12"), "406 free 0 unpaid 406");
  EXPECT_EQ(a.held("H-3", "2027-01"), "380 free 0 unpaid 380");
  EXPECT_EQ(a.held("R-1", "2027-01"), "29 free 29 unpaid 0");
  EXPECT_EQ(a.held("RESERVE", "2027-01"), "50 free 50 unpaid 0");
  EXPECT_EQ(a.held("H-1", "2029-01"), "0");
  EXPECT_TRUE(a.registry().check().empty());
  for (const rights::Transaction& x : a.registry().transactions("", 0, 50)) {
    EXPECT_EQ(x.state, rights::TransactionState::completed);
    EXPECT_EQ(x.initiator, "zhao");  // as they sign in: the registry itself would see that they are one
    EXPECT_EQ(x.approver, "wang");
  }
  std::size_t adopted = 0;
  EXPECT_TRUE(a.cases().check_adoptions(&adopted).empty());
  EXPECT_EQ(adopted, 1u);
  // Whoever meddles with the table afterwards is found out.
  a.w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE casework_case SET form = REPLACE(form, '406', '407') WHERE id = ?", id.value);
  });
  const auto faults = a.cases().check_adoptions();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_NE(faults[0].why.en.find("the record gives 406"), std::string::npos) << faults[0].why.en;
}

TEST_P(Adoptions, ASecondOneAddsWhatIsMissingAndTakesNothingBack) {
  Adoption a(GetParam());
  a.adopt(a.asked(Adoption::values(by_levels)));
  Json wider = Adoption::values(by_levels);
  wider["end"] = "2030-01";
  a.adopt(a.asked(wider));
  EXPECT_EQ(a.held("H-1", "2028-01"), "135 free 0 unpaid 135");
  EXPECT_EQ(a.held("H-1", "2029-12"), "135 free 0 unpaid 135");
  EXPECT_EQ(a.held("RESERVE", "2029-12"), "50 free 50 unpaid 0");
  EXPECT_TRUE(a.registry().check().empty());
  Json less = Adoption::values(record_of("unit,current\n丙厂,1\n", "grandfather", "100", "0"));
  less.update({{"cap", "100"}, {"reserve", "0"}, {"method", "历史排放等比例"}});
  less["shares"] = {{{"unit", "丙厂"}, {"account", "H-3"}, {"share", "100"}}};
  EXPECT_EQ(a.refusal(less).find("effect_failed: account H-3 holds 380 in 2027-01, more than the 100 allotted"), 0u);
}

TEST_P(Adoptions, WhatIsNotAsTheRecordSaysIsRefusedAndNothingMoves) {
  Adoption a(GetParam());
  Json values = Adoption::values(by_levels);
  values["shares"][3]["share"] = "407";
  EXPECT_EQ(a.refusal(values), "effect_failed: \"二厂\" is 407 in the table; the record gives 406");
  values = Adoption::values(by_levels);
  values["shares"].erase(3);
  EXPECT_EQ(a.refusal(values), "effect_failed: units of the record are not in the table");
  values = Adoption::values(by_levels);
  values["shares"][0].erase("account");
  EXPECT_EQ(a.refusal(values), "effect_failed: \"甲镇\" has no account in the registry");
  EXPECT_EQ(a.refusal(Adoption::values("任意的文字")), "bad_record: this is not the record of an allocation");
  values = Adoption::values(record_of(levels, "grandfather", "2000", "0"));  // above the cap of the registry
  values.update({{"cap", "2000"}, {"reserve", "0"}, {"method", "历史排放等比例"}});
  const std::vector<std::string> shares{"1200", "800", "300", "900"};
  for (std::size_t i = 0; i < shares.size(); ++i) values["shares"][i]["share"] = shares[i];
  EXPECT_EQ(a.refusal(values).find("effect_failed: "), 0u);
  EXPECT_TRUE(a.registry().transactions("", 0, 50).empty());
  EXPECT_TRUE(a.cases().check_adoptions().empty());
}

// What is published of the allocation as a whole is compared too: before it leaves the draft, and again at the
// adoption.
TEST_P(Adoptions, WhatIsPublishedIsWhatIsCarriedOut) {
  Adoption a(GetParam());
  const std::string hash = allocate::hash_of(by_levels);
  const std::vector<std::array<std::string, 3>> meddled{
      {"cap", "900", "effect_failed: the cap is \"900\" in the form; the record says \"1000\""},
      {"reserve", "0", "effect_failed: the reserve is \"0\" in the form; the record says \"50\""},
      {"method", "环境基尼系数最小",
       "effect_failed: the method is \"环境基尼系数最小\" in the form; the record says \"历史排放等比例／历史排放等比例\""},
      {"hash", "9f2c", "effect_failed: the hash is \"9f2c\" in the form; the record says \"" + hash + "\""}};
  for (const auto& [field, value, refused] : meddled) {
    Json values = Adoption::values(by_levels);
    values[field] = value;
    EXPECT_EQ(code_of([&] { a.asked(values); }), "effect_failed") << field;  // not even sent on
    EXPECT_EQ(a.refusal(values), refused);
    values.erase(field);
    EXPECT_EQ(code_of([&] { a.asked(values); }), "effect_failed") << field;
  }
  Json values = Adoption::values(by_levels);
  values["shares"][2]["parent"] = "丙厂";
  EXPECT_EQ(a.refusal(values), "effect_failed: \"一厂\" is under \"丙厂\" in the table; the record puts it under \"甲镇\"");

  const CaseId id = a.asked(Adoption::values(by_levels));
  const auto reserve = [&](const char* from, const char* to) {
    a.w.database.db().write([&](store::Transaction& t) {
      t.execute("UPDATE casework_case SET form = REPLACE(form, ?, ?) WHERE id = ?", fmt::format("\"reserve\":\"{}\"", from),
                fmt::format("\"reserve\":\"{}\"", to), id.value);
    });
  };
  reserve("50", "40");
  EXPECT_EQ(code_of([&] { a.adopt(id); }), "effect_failed");
  EXPECT_TRUE(a.registry().transactions("", 0, 50).empty());
  reserve("40", "50");
  a.adopt(id);
  reserve("50", "40");  // and afterwards it is found out
  const auto faults = a.cases().check_adoptions();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_NE(faults[0].why.en.find("the reserve is \"40\""), std::string::npos) << faults[0].why.en;
}

// Of every method that is said to be compared, each figure is what the same question gives by it.
TEST_P(Adoptions, TheMethodsComparedAndThePresentFiguresAreTheRecords) {
  Adoption a(GetParam());
  const std::string record = record_of("unit,current,population\n甲厂,30,10\n乙厂,20,20\n丙厂,10,30\n", "gini", "50", "0");
  Json values = Adoption::values(record);
  values.update({{"cap", "50"}, {"reserve", "0"}, {"method", "环境基尼系数最小"}});
  const allocate::Outcome outcome = allocate::recompute(record), equal = allocate::recompute(record, "grandfather");
  const auto row = [](const allocate::Allocation& is, const char* method) {
    return Json{{"method", method},
                {"gini", fmt::format("population {:.4f}", is.ginis.at(0).after.to_double())},
                {"gaining", std::to_string(is.gaining)},
                {"losing", std::to_string(is.losing)},
                {"moved", fmt::format("{:.6f}", is.moved.to_double())}};
  };
  const allocate::Allocation& chosen = *outcome.attempts.at(0).allocation;
  values["tried"] = {row(*equal.attempts.at(0).allocation, "历史排放等比例"), row(chosen, "环境基尼系数最小")};
  ASSERT_NE(values["tried"][0]["gini"], values["tried"][1]["gini"]);
  values["shares"] = Json::array();
  const std::vector<std::string> accounts{"H-1", "H-2", "H-3"};
  for (std::size_t i = 0; i < 3; ++i)
    values["shares"].push_back({{"unit", chosen.shares.at(i).unit}, {"account", accounts[i]}, {"current", chosen.shares[i].current->to_string()},
                                {"share", chosen.shares[i].amount.to_string()}});
  const auto with = [&](const char* column, const char* value) {
    Json out = values;
    out["tried"][0][column] = value;
    return a.refusal(out);
  };
  const auto refused = [](const char* column, const char* value) {
    return fmt::format("effect_failed: \"Tried\", row 1: {} (\"{}\") is not what the record gives", column, value);
  };
  EXPECT_EQ(with("gini", "population 0.1"), refused("gini", "population 0.1"));
  EXPECT_EQ(with("gini", "land 0.4444"), refused("gini", "land 0.4444"));
  EXPECT_EQ(with("gaining", "3"), refused("gaining", "3"));
  EXPECT_EQ(with("losing", "0"), refused("losing", "0"));
  EXPECT_EQ(with("moved", "7"), refused("moved", "7"));
  EXPECT_EQ(with("cost", "1"), refused("cost", "1"));  // no costs are in the record
  EXPECT_EQ(with("method", "抽签"), refused("method", "抽签"));
  Json meddled = values;
  meddled["shares"][0]["current"] = "29";
  EXPECT_EQ(a.refusal(meddled), "effect_failed: the present figure of \"甲厂\" is 29 in the table; the record says 30");
  EXPECT_EQ(a.refusal(values), "adopted");
  EXPECT_TRUE(a.cases().check_adoptions().empty());
}

// What a township passes on to a reserve below it is issued once: to the lower one.
TEST_P(Adoptions, AReserveBelowAReserveIsIssuedItsPartOnce) {
  Adoption a(GetParam());
  const std::string record = record_of("unit,parent,current\n甲镇,,60\n丙厂,,40\n甲片,甲镇,1\n一厂,甲片,1\n二厂,甲片,3\n",
                                       "grandfather/grandfather", "1000", "5%");
  Json values = Adoption::values(record);
  values["shares"] = {{{"unit", "甲镇"}, {"account", "R-1"}, {"share", "570"}},
                      {{"unit", "丙厂"}, {"account", "H-3"}, {"share", "380"}},
                      {{"unit", "甲片"}, {"parent", "甲镇"}, {"account", "R-2"}, {"share", "541"}},
                      {{"unit", "一厂"}, {"parent", "甲片"}, {"account", "H-1"}, {"share", "128"}},
                      {{"unit", "二厂"}, {"parent", "甲片"}, {"account", "H-2"}, {"share", "385"}}};
  Json holding = values;  // units below it, and no reserve to hold for them
  holding["shares"][2]["account"] = "H-3";
  holding["shares"][1]["account"] = "R-2";
  EXPECT_EQ(a.refusal(holding), "effect_failed: there are units below \"甲片\": its account must be a reserve");
  a.adopt(a.asked(values));
  EXPECT_EQ(a.held("R-1", "2027-01"), "29 free 29 unpaid 0");
  EXPECT_EQ(a.held("R-2", "2027-01"), "28 free 28 unpaid 0");
  EXPECT_EQ(a.held("RESERVE", "2028-12"), "50 free 50 unpaid 0");
  EXPECT_EQ(a.held("H-1", "2027-01"), "128 free 0 unpaid 128");
  EXPECT_EQ(a.held("H-2", "2027-01"), "385 free 0 unpaid 385");
  EXPECT_EQ(a.held("H-3", "2027-01"), "380 free 0 unpaid 380");
  EXPECT_TRUE(a.registry().check().empty());
  EXPECT_TRUE(a.cases().check_adoptions().empty());
  values["end"] = "2030-01";  // a second one counts what all levels have
  a.adopt(a.asked(values));
  EXPECT_EQ(a.held("R-1", "2029-12"), "29 free 29 unpaid 0");
  EXPECT_EQ(a.held("R-2", "2028-01"), "28 free 28 unpaid 0");
}

TEST_P(Adoptions, AnAccountIsOfOneUnitOnly) {
  Adoption a(GetParam());
  for (const char* taken : {"H-1", "RESERVE", "ISSUE"}) {
    Json values = Adoption::values(by_levels);
    values["shares"][3]["account"] = taken;
    EXPECT_EQ(a.refusal(values), fmt::format("effect_failed: the account {} of \"二厂\" is another unit's, the issuer's "
                                             "or the district's reserve", taken));
  }
  EXPECT_TRUE(a.registry().transactions("", 0, 50).empty());
}

// What the district's reserve has already goes to its units first, as a township's does.
TEST_P(Adoptions, AReserveThatIsFilledIsNotFilledAgain) {
  Adoption a(GetParam());
  a.issue("RESERVE", 430);  // what is kept, 50, and what goes to 丙厂, 380
  a.issue("R-1", 100);
  a.adopt(a.asked(Adoption::values(by_levels)));
  EXPECT_EQ(a.held("RESERVE", "2027-01"), "50 free 50 unpaid 0");
  EXPECT_EQ(a.held("R-1", "2027-01"), "29 free 29 unpaid 0");
  EXPECT_EQ(a.held("H-3", "2027-01"), "380 free 0 unpaid 380");
  EXPECT_TRUE(a.registry().check().empty());

  Adoption b(GetParam());
  b.issue("RESERVE", 431);
  EXPECT_EQ(b.refusal(Adoption::values(by_levels)),
            "effect_failed: account RESERVE holds 431 in 2027-01, more than the 430 allotted: an adoption adds and takes "
            "nothing back");
}

// Every insertion, update and deletion of the step fails in its turn.
TEST(AdoptionFaults, AFailureAnywhereLeavesNothing) {
  Adoption a("sqlite");
  Json two_months = Adoption::values(by_levels);
  two_months["end"] = "2027-03";
  const CaseId id = a.asked(two_months);
  const identity::Caller wang = a.w.enter("wang").caller;
  store::Database& db = a.w.database.db();
  std::vector<std::string> tables;
  db.write([&](store::Transaction& t) {
    t.execute("CREATE TABLE bomb (left_ones INTEGER NOT NULL)");
    t.execute("INSERT INTO bomb VALUES (0)");
    for (const store::Row& row : t.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                                         "'casework%_text%' AND name NOT LIKE 'sqlite_%' AND name <> 'bomb'"))
      tables.push_back(row.text(0));
    for (const std::string& table : tables)
      for (const char* what : {"INSERT", "UPDATE", "DELETE"})
        t.execute(fmt::format("CREATE TRIGGER bomb_{0}_{1} BEFORE {1} ON {0} BEGIN UPDATE bomb SET left_ones = "
                              "left_ones - 1; SELECT RAISE(ABORT, 'boom') WHERE (SELECT left_ones FROM bomb) = 0; END",
                              table, what));
  });
  const auto contents = [&] {
    std::string out = a.registry().state_hash();
    db.read([&](store::Transaction& t) {
      for (const std::string& table : tables)
        for (const store::Row& row : t.query(fmt::format("SELECT COUNT(*) FROM {}", table)))
          out += fmt::format("{} {}\n", table, row.integer(0));
      out += t.first("SELECT state FROM casework_case WHERE id = ?", id.value)->text(0);
    });
    return out;
  };
  const std::string before = contents();
  int failed = 0;
  for (int n = 1;; ++n) {
    ASSERT_LT(n, 2000);
    db.write([&](store::Transaction& t) { t.execute("UPDATE bomb SET left_ones = ?", n); });
    try {
      a.adopt(id, wang);
      break;
    } catch (const Error&) {
      ++failed;
      ASSERT_EQ(contents(), before) << "write " << n;
    }
  }
  EXPECT_GT(failed, 100);
  EXPECT_EQ(a.held("H-1", "2027-01"), "135 free 0 unpaid 135");
  EXPECT_TRUE(a.registry().check().empty());
  EXPECT_TRUE(a.cases().check_adoptions().empty());
}

TEST(AdoptionTypes, ThatNameWhatIsNotThereAreRefused) {
  const auto refused = [](std::string from, const std::string& to) {
    std::string text = adoption;
    text.replace(text.find(from), from.size(), to);
    policy::PackContext pack;
    return code_of([&] { check_release(read_case_type(text, "adoption.yaml", pack)->declared); });
  };
  EXPECT_EQ(refused("version: \"1\"", "version: \"2\""), "none");  // as it is, it is right
  EXPECT_EQ(refused("table: shares", "table: others"), "bad_case_type");
  EXPECT_EQ(refused("record: \"{record}\"", "record: \"{title}\""), "bad_case_type");
  EXPECT_EQ(refused("share: {type: number", "part: {type: number"), "bad_case_type");
  for (const char* argument : {"cap: \"{cap}\", ", "kept: \"{reserve}\", ", "method: \"{method}\", ", ", hash: \"{hash}\""})
    EXPECT_EQ(refused(argument, ""), "bad_case_type") << argument;
  EXPECT_EQ(refused("not_by: [start, ask]", "not_by: [ask]"), "bad_case_type");
  EXPECT_EQ(refused("cap: \"{cap}\"", "cap: \"1000\""), "bad_case_type");
  EXPECT_EQ(refused("parent: {type: text", "above: {type: text"), "bad_case_type");
  EXPECT_EQ(refused("{do: allocate, ", "{do: allocate, each: shares, "), "bad_case_type");
  // Figures that nothing compares do not become public.
  const std::string publishes = "effects: [{do: publish, kind: result, title: 结果, fields: [";
  const auto published = [&](const std::string& fields) {
    std::string text = adoption;
    const auto replace = [&](const std::string& from, const std::string& to) { text.replace(text.find(from), from.size(), to); };
    replace("  cap: {type", "  said: {type: number, unit: \"1\", label: {zh: 另, en: Said}}\n  cap: {type");
    for (const char* open : {"said: {", "cap: {", "reserve: {", "shares: {", "tried: {", "hash: {"})
      replace(open, std::string(open) + "sensitivity: open, ");
    replace("effects: [", publishes + fields + "]}, ");
    replace("not_by: [start, ask]", "not_by: [start, ask], review: true");
    policy::PackContext pack;
    return code_of([&] { check_release(read_case_type(text, "adoption.yaml", pack)->declared); });
  };
  EXPECT_EQ(published("cap, reserve, shares, tried, hash"), "none");
  EXPECT_EQ(published("cap, said"), "bad_case_type");
  const std::string other = "compared: tried}";
  EXPECT_EQ(refused(other, "compared: nothing}"), "bad_case_type");
}

}  // namespace
}  // namespace tributary::casework
