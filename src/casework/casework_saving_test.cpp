// A saving that was verified in a case: sold out of it is what it says, once, by whoever saved it.
#include "casework/cases_testing.h"
#include "rights/rights.h"
#include "store/row_bomb_testing.h"

namespace tributary::casework {
namespace {

constexpr const char* saving_type = R"Y(case: saving
version: "1"
article: [3]
title: {zh: 节水, en: Saving}
explanation: {zh: 试, en: a trial}
source: {document: 试验办法}
number: {form: "节水〔{year}〕{n}号", on: verify}
form:
  account: {type: text, draft: true, label: {zh: 账户, en: Account}}
  kind: {type: choice, draft: true, label: {zh: 水源, en: Source}, choices: {surface: {zh: 地表水, en: Surface}, deep: {zh: 深层, en: Deep}}}
  volume: {type: number, unit: m3, label: {zh: 核定, en: Volume}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  filed: {label: {zh: 待核定, en: Filed}}
  verified: {label: {zh: 已核定, en: Verified}, final: true}
start: {state: draft, by: [township]}
steps:
  file: {label: {zh: 提交, en: File}, from: draft, to: filed, by: [township]}
  verify: {label: {zh: 核定, en: Verify}, from: filed, to: verified, by: [office_approver], not_by: [start], sets: [volume], needs: [volume],
    effects: [{do: register_saving, number: "{number}", account: "{account}", subject: "{kind}", volume: "{volume}"}]}
)Y";

constexpr const char* id = "节水〔2026〕1号";

struct Savings {
  explicit Savings(const std::string& url) : w(url) {
    w.database.db().migrate(all_migrations());
    w.person("zhao", {"township"}, "div-341602100");
    w.person("wang", {"office_approver"});
    (*types)["saving"] = read_case_type(saving_type, "saving.yaml", {});
    rights::Rights book = registry();
    rights::Instrument is;
    is.code = "WATER";
    is.name = {"地表水", "surface water"};
    is.measure = "m³";
    is.subject = "surface";
    is.period_from = 2026;
    is.period_to = 2030;
    book.define(is, two);
    using rights::AccountType;
    const std::vector<rights::NewRightAccount> accounts{{"ISSUE", "gov", AccountType::issue},
                                                        {"H-1", "gov:341602100", AccountType::holding},
                                                        {"R-1", "gov:341602100", AccountType::reserve},
                                                        {"H-X", "gov:341602", AccountType::holding}};
    book.open(accounts, two);
    move("I", rights::TransactionKind::issue, "ISSUE", "H-1", 500, "");
  }
  rights::Rights registry() { return {w.database.db(), "341602", w.clock, calendar}; }
  Casework cases() {
    return {w.database.db(), "341602", w.clock, w.entropy, types, calendar, vault, w.identity.audit()};
  }
  std::string move(const char* key, rights::TransactionKind kind, const char* from, const char* to,
                   std::int64_t quantity, const char* saving) {
    rights::Proposal one{.key = key,
                         .kind = kind,
                         .instrument = "WATER",
                         .from = from,
                         .to = to,
                         .quantity = quantity,
                         .vintage = 2026};
    one.saving = saving;
    rights::Rights book = registry();
    return code_of([&] {
      book.propose(one, {"a", "", "试", "1"});
      book.approve(one.key, {"b", "", "试", "1"});
    });
  }
  CaseView act(const identity::Caller& who, CaseId of, const std::string& name,
               const Json& values = Json::object()) {
    Action step;
    step.step = name;
    step.values = values;
    return cases().act(who, of, step, std::nullopt);
  }
  CaseId filed(const std::string& account) {
    Json values{{"kind", "surface"}};
    if (!account.empty()) values["account"] = account;
    const CaseId of = cases().start(w.enter("zhao").caller, "saving", values).head.id;
    act(w.enter("zhao").caller, of, "file");
    return of;
  }

  const rights::Act two{"a", "b", "试", "1"};
  identity::testing::World w;
  std::shared_ptr<CaseTypes> types = std::make_shared<CaseTypes>();
  WorkCalendar calendar;
  Vault vault{std::string(32, 's'), Cipher::aes, w.entropy};
};

class VerifiedSavings : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, VerifiedSavings, ::testing::ValuesIn(store::test_kinds()));

TEST_P(VerifiedSavings, AreSoldOnceByWhoeverSavedThem) {
  Savings s(GetParam());
  const auto sale = [&](const char* key, std::int64_t quantity) {
    return s.move(key, rights::TransactionKind::transfer, "H-1", "H-X", quantity, id);
  };
  EXPECT_EQ(sale("T0", 10), "saving_sold");  // there is none
  const CaseId of = s.filed("H-1");
  const CaseView done = s.act(s.w.enter("wang").caller, of, "verify", {{"volume", "80"}});
  EXPECT_EQ(done.head.number, id);
  EXPECT_EQ(sale("T1", 50), "none");
  EXPECT_EQ(sale("T2", 31), "saving_sold");
  EXPECT_EQ(sale("T3", 30), "none");
  EXPECT_EQ(sale("T4", 1), "saving_sold");
  EXPECT_EQ(s.move("T5", rights::TransactionKind::transfer, "H-X", "H-1", 1, id), "saving_not_own");
  std::string persons;
  s.registry().each_entry([&](const rights::JournalEntry& entry) {
    if (entry.event == "saving") persons += entry.act.actor + "/" + entry.act.approver;
  });
  EXPECT_EQ(persons, "zhao/wang");
  EXPECT_TRUE(s.registry().check().empty());
}

TEST_P(VerifiedSavings, OfOthersOrOfNoVolumeAreRefused) {
  Savings s(GetParam());
  EXPECT_EQ(code_of([&] { s.filed("H-X"); }), "bad_form");
  EXPECT_EQ(code_of([&] { s.filed("R-1"); }), "bad_form");
  const CaseId of = s.filed("H-1");
  const auto verify = [&](const char* volume) {
    return code_of([&] { s.act(s.w.enter("wang").caller, of, "verify", {{"volume", volume}}); });
  };
  EXPECT_EQ(verify("80.5"), "effect_failed");
  EXPECT_EQ(verify("0"), "effect_failed");
  s.registry().set_status("H-1", rights::AccountStatus::suspended, s.two);
  EXPECT_EQ(verify("80"), "effect_failed");
  s.registry().set_status("H-1", rights::AccountStatus::open, s.two);
  EXPECT_EQ(s.cases().view(s.w.enter("wang").caller, of).head.state, "filed");
  // No account: verified, and nothing is told the registry.
  const CaseView none = s.act(s.w.enter("wang").caller, s.filed(""), "verify", {{"volume", "80"}});
  EXPECT_EQ(none.state.state, "verified");
  int savings = 0;
  s.registry().each_entry(
      [&](const rights::JournalEntry& entry) { savings += entry.event == "saving" ? 1 : 0; });
  EXPECT_EQ(savings, 0);
}

TEST_P(VerifiedSavings, AFailureAnywhereLeavesNothing) {
  Savings s(GetParam());
  const CaseId of = s.filed("H-1");
  const identity::Caller wang = s.w.enter("wang").caller;
  store::RowBomb bomb(s.w.database.db(), {"right_", "casework_case", "casework_event", "casework_counter"});
  const auto contents = [&] {
    return s.registry().state_hash() + bomb.counts() + s.cases().view(wang, of).state.state;
  };
  const std::string before = contents();
  int failed = 0;
  for (int n = 1;; ++n) {
    ASSERT_LT(n, 200);
    bomb.set(n);
    try {
      s.act(wang, of, "verify", {{"volume", "80"}});
      break;
    } catch (const Error&) {
      ++failed;
      ASSERT_EQ(contents(), before) << "write " << n;
    }
  }
  bomb.set(0);
  EXPECT_GE(failed, 4);  // saving, journal, case, event
  EXPECT_TRUE(s.registry().check().empty());
}

TEST(SavingTypes, ThatNameWhatIsNotThereAreRefused) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = saving_type;
    text.replace(text.find(from), from.size(), to);
    return code_of([&] { check_release(read_case_type(text, "saving.yaml", {})->declared); });
  };
  EXPECT_EQ(refused("version: \"1\"", "version: \"2\""), "none");  // as it is, it is right
  EXPECT_EQ(refused("not_by: [start], ", ""), "bad_case_type");
  EXPECT_EQ(refused("account: \"{account}\"", "account: H-1"), "bad_case_type");
  EXPECT_EQ(refused("subject: \"{kind}\"", "subject: \"{account}\""), "bad_case_type");
  EXPECT_EQ(refused("volume: \"{volume}\"", "volume: \"{kind}\""), "bad_case_type");
  EXPECT_EQ(refused(", volume: \"{volume}\"", ""), "missing_key");
}

}  // namespace
}  // namespace tributary::casework
