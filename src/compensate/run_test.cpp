// Runs: from observations to statements, exactly; again with other data, other law, other registers.
#include "compensate/codes.h"
#include "compensate/world_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::compensate {
namespace {

using testing::Reading;
using testing::World;
const Period october = Period::parse("2020-10");

template <class Work>
std::string code_of(Work&& work) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_FALSE(e.message().zh.empty());
    EXPECT_FALSE(e.message().en.empty());
    return std::string(e.code().name);
  }
  return "none";
}

class Runs : public ::testing::TestWithParam<std::string> {
 protected:
  World world{GetParam(), TRIBUTARY_SOURCE_DIR};
};
INSTANTIATE_TEST_SUITE_P(Databases, Runs, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

std::string lines_of(const Compensation& c, const std::vector<std::int64_t>& ids) {
  std::string out;
  for (const auto id : ids) {
    const Statement s = c.statement(id);
    out += fmt::format("{}>{} {}:", s.payer, s.payee, s.amount);
    for (const StatementLine& l : s.lines) out += fmt::format(" {} {}", l.place, l.amount);
    out += "\n";
  }
  return out;
}

TEST_P(Runs, ExampleCFromReadingsToStatements) {
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  const RunReport report = c.run("section", october, "clerk");
  EXPECT_FALSE(report.unchanged);
  EXPECT_EQ(lines_of(c, report.statements),
            "fin>gov:2 100000000: sec:b 100000000\ngov:1>fin 200000000: sec:a 200000000\n");
  ASSERT_EQ(report.computation.places.size(), 3U);
  EXPECT_TRUE(report.computation.places[2].payments.empty());
  EXPECT_EQ(report.computation.places[2].outcome, policy::Outcome::State::computed);
  EXPECT_TRUE(report.computation.head.unverified);  // the class standard says so of itself
  EXPECT_FALSE(report.computation.head.example);
  const Statement s = c.statement(report.statements[0]);
  EXPECT_EQ(s.state, StatementState::drafted);
  ASSERT_EQ(s.events.size(), 1U);
  EXPECT_EQ(s.events[0].by, "clerk");
}

TEST_P(Runs, TheSameAgainWritesNothing) {
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  const RunReport first = c.run("section", october, "clerk");
  const auto before = world.row_counts();
  world.clock.set({world.clock.now().seconds + 86400});
  const RunReport again = c.run("section", october, "clerk");
  EXPECT_TRUE(again.unchanged);
  EXPECT_EQ(again.computation.head.id, first.computation.head.id);
  EXPECT_EQ(again.statements, first.statements);
  EXPECT_EQ(world.row_counts(), before);
}

// The correction may arrive in the very second of the run: it counts as later all the same.
TEST_P(Runs, CorrectedDataSupersedeAndTheOldRunStillReproduces) {
  for (const std::int64_t later : {std::int64_t{0}, std::int64_t{3600}}) {
    World w(GetParam(), TRIBUTARY_SOURCE_DIR);
    w.load();
    w.import_example_c();
    Compensation c = w.compensation();
    const RunReport old = c.run("section", october, "clerk");
    w.clock.set({w.clock.now().seconds + later});
    w.import("corrected.csv", {{"甲断面", "2020-10-08", "7.2", "1.5",
                                "0.18"}});  // one step less than three each … 1.5 is one step
    EXPECT_TRUE(c.verify(old.computation.head.id).same) << later;
    w.clock.set({w.clock.now().seconds + 60});
    const RunReport fresh = c.run("section", october, "clerk");
    ASSERT_FALSE(fresh.unchanged);
    EXPECT_EQ(fresh.computation.head.supersedes, old.computation.head.id);
    EXPECT_EQ(lines_of(c, fresh.statements),
              "gov:1>fin 100000000: sec:a 100000000\n");  // the other one stands
    const Statement now = c.statement(fresh.statements.at(0));
    const Statement was = c.statement(now.supersedes.value());
    EXPECT_EQ(was.amount, 200000000);
    EXPECT_EQ(was.superseded_by, now.id);
    EXPECT_EQ(c.statements().size(), 2U);
    EXPECT_EQ(
        c.statements({.rule = "", .period = "", .party = "", .state = {}, .superseded_too = true}).size(),
        3U);
    EXPECT_TRUE(c.verify(old.computation.head.id).same);
    EXPECT_TRUE(c.verify(fresh.computation.head.id).same);
  }
}

TEST_P(Runs, AChangedRuleSupersedesAndVerifyUnderAnotherPackSaysWhatDiffers) {
  world.load();
  world.import_example_c();
  Compensation first = world.compensation();
  const RunReport old = first.run("section", october, "clerk");
  world.pack("other", "town", true);
  testing::write(world.packs() / "other/parameters/section.yaml",
                 "rule: section\nknown: 2020-01-01\nparameters:\n  unit_payment:\n    values:\n      - "
                 "{in_force: 2010-01-01, value: \"600000\", source: {document: 试验}}\n");
  world.load("other");
  Compensation second = world.compensation();
  const Verification v = second.verify(old.computation.head.id);
  EXPECT_FALSE(v.same);
  EXPECT_FALSE(v.same_pack);
  EXPECT_FALSE(v.differences.empty());
  const RunReport fresh = second.run("section", october, "clerk");
  EXPECT_TRUE(fresh.computation.head.example);
  const Statement s =
      second.statement(second.statements({.rule = "", .period = "", .party = "gov:1", .state = {}}).at(0).id);
  EXPECT_EQ(s.amount, 240000000);
  EXPECT_TRUE(s.example);
  EXPECT_TRUE(s.supersedes.has_value());
  EXPECT_TRUE(first.verify(old.computation.head.id).same);
}

// Whoever changes an amount in the database is found out, by verify and before the money moves.
TEST_P(Runs, AChangedAmountIsFound) {
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  const RunReport report = c.run("section", october, "clerk");
  const std::int64_t id = report.statements.at(0);
  EXPECT_TRUE(c.verify(report.computation.head.id).same);
  const auto set = [&](const char* sql, std::int64_t amount) {
    world.database.db().write([&](store::Transaction& t) { t.execute(sql, amount, id); });
  };
  const std::int64_t amount = c.statement(id).amount;
  set("UPDATE statement SET amount = ? WHERE id = ?", 7);
  EXPECT_FALSE(c.verify(report.computation.head.id).same);
  EXPECT_THROW(c.publish(id, "clerk", 5, "依据"), Error);
  set("UPDATE statement_line SET amount = ? WHERE statement = ?", 7);  // now it adds up, and is still wrong
  const Verification found = c.verify(report.computation.head.id);
  EXPECT_FALSE(found.same);
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_NE(found.differences[0].zh.find(yuan_text(amount)), std::string::npos) << found.differences[0].zh;
}

// Who had a role is recorded with the run: a role that changes later does not change what was computed.
TEST_P(Runs, ARoleThatChangesLaterDoesNotChangeTheRun) {
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  const RunReport report = c.run("section", october, "clerk");
  testing::write(
      world.registry("roles.csv"),
      "place,role,party,share,valid_from,valid_to,source\nsec:a,responsible,gov:1,1,,2020-10-01,s\n"
      "sec:a,responsible,gov:4,1,2020-10-01,,s\nsec:a,superior,fin,1,,,s\nsec:b,responsible,gov:2,1,,,s\n"
      "sec:b,superior,fin,1,,,s\nsec:c,responsible,gov:3,1,,,s\nsec:c,superior,fin,1,,,s\n");
  world.apply_registry();
  EXPECT_TRUE(c.verify(report.computation.head.id).same);
  EXPECT_EQ(c.run("section", october, "clerk").statements.size(), 2U);  // from now on the other party pays
  EXPECT_TRUE(c.verify(report.computation.head.id).same);
}

// A run that knows less than the live one answers a question and takes nothing back.
TEST_P(Runs, AQuestionAboutThePastWritesNothing) {
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  c.run("section", october, "clerk");
  const auto before = world.row_counts();
  world.import("d.csv", {{"甲断面", "2020-10-09", "9.9", "2.3", "0.18"}});
  c.run("section", october, "clerk");
  const auto after = world.row_counts();
  EXPECT_GT(after.at("compensation_run"), before.at("compensation_run"));
  testing::write(world.packs() / "town/rules/section.yaml", testing::section_rule("700000"));
  world.load();
  const RunReport past = world.compensation().run("section", october, "clerk", parse_date("2020-10-30"));
  EXPECT_FALSE(past.stored);
  EXPECT_TRUE(past.statements.empty());
  EXPECT_EQ(world.row_counts(), after);
}

// Sums beyond 64 bits are refused, not wrapped.
TEST_P(Runs, SumsThatDoNotFitAreRefused) {
  world.load();
  world.import("big.csv", {{"甲断面", "2020-10-08", "9", "0.4", "0.08"},
                           {"乙断面", "2020-10-08", "15", "0.4", "0.08"},
                           {"丙断面", "2020-10-08", "9", "0.4", "0.08"}});
  EXPECT_THROW(world.compensation().what_if("section", october, {{"unit_payment", "92233720368547758"}}),
               Error);
}

TEST_P(Runs, SuspendedSectionHasNoAmountAndSaysWhy) {
  testing::write(world.registry("events.csv"),
                 "place,kind,valid_from,valid_to,known,source,note\nsec:a,suspended,2020-10-05,2020-10-20,"
                 "2020-10-01,s,施工\n");
  world.load();
  world.import_example_c();
  const RunReport report = world.compensation().run("section", october, "clerk");
  EXPECT_EQ(report.computation.places[0].outcome, policy::Outcome::State::not_assessed);
  EXPECT_TRUE(report.computation.places[0].payments.empty());
  EXPECT_EQ(report.statements.size(), 1U);
}

TEST_P(Runs, MissingDataAreNamedAndNothingIsDue) {
  world.load();
  world.import("gaps.csv",
               {{"甲断面", "2020-10-08", "7.2", "", "0.18"}, {"乙断面", "2020-10-08", "3.0", "0.4", "0.08"}});
  const RunReport report = world.compensation().run("section", october, "clerk");
  EXPECT_EQ(report.computation.places[0].outcome, policy::Outcome::State::missing);
  EXPECT_EQ(report.computation.places[0].missing, std::vector<std::string>{"C[nh3n]"});
  EXPECT_TRUE(report.computation.places[0].payments.empty());
  EXPECT_EQ(report.computation.places[1].outcome, policy::Outcome::State::computed);
  const auto& none = report.computation.places[2].missing;
  EXPECT_NE(std::find(none.begin(), none.end(), "C[codmn]"), none.end());
}

TEST_P(Runs, SharedSectionsLeaveNoResidue) {
  testing::write(world.registry("roles.csv"),
                 "place,role,party,share,source\nsec:a,responsible,gov:1,0.25,s\nsec:a,responsible,gov:2,0."
                 "40,s\nsec:a,responsible,gov:3,0.10,s\nsec:a,responsible,gov:4,0.25,s\n"
                 "sec:a,superior,fin,1,s\nsec:b,superior,fin,1,s\nsec:b,responsible,gov:2,1,s\nsec:c,"
                 "superior,fin,1,s\nsec:c,responsible,gov:3,1,s\n");
  world.rule("town", "section", testing::section_rule("0.03"));  // four steps: 12 fen; 3, 4.8, 1.2, 3
  world.load();
  world.import("one.csv", {{"甲断面", "2020-10-08", "7.2", "2.3", "0.18"},
                           {"乙断面", "2020-10-08", "9", "1.2", "0.2"},
                           {"丙断面", "2020-10-08", "5", "0.8", "0.15"}});
  Compensation c = world.compensation();
  const RunReport report = c.run("section", october, "clerk");
  EXPECT_EQ(lines_of(c, report.statements),
            "gov:1>fin 3: sec:a 3\ngov:2>fin 5: sec:a 5\ngov:3>fin 1: sec:a 1\ngov:4>fin 3: sec:a 3\n");
}

TEST_P(Runs, RefusesWhatCannotBeComputed) {
  world.load();
  world.import_example_c();
  const auto before = world.row_counts();
  EXPECT_EQ(code_of([&] { world.compensation().run("section", Period::parse("2020-Q4"), "x"); }),
            "wrong_period");
  EXPECT_EQ(code_of([&] { world.compensation().run("sectoin", october, "x"); }), "unknown_rule");
  EXPECT_EQ(code_of([&] { world.compensation().verify(99); }), "unknown_run");
  EXPECT_EQ(code_of([&] { world.compensation().statement(99); }), "unknown_statement");
  world.rule("town", "nowhere",
             testing::head("nowhere", "section × month", "nobody") +
                 "inputs: {}\nformulas:\n  one: {unit: \"1\", title: {zh: 一, en: one}, is: \"1\"}\n");
  world.load();
  EXPECT_EQ(code_of([&] { world.compensation().run("nowhere", october, "x"); }), "no_places");
  EXPECT_EQ(world.row_counts().at("compensation_run"), before.at("compensation_run"));
}

TEST_P(Runs, NobodyInARoleIsNamed) {
  testing::write(world.registry("roles.csv"),
                 "place,role,party,share,source\nsec:a,responsible,gov:1,1,s\nsec:b,responsible,gov:2,1,"
                 "s\nsec:b,superior,fin,1,s\n");
  world.load();
  world.import_example_c();
  EXPECT_EQ(code_of([&] { world.compensation().run("section", october, "x"); }), "no_party");
  EXPECT_EQ(world.row_counts().at("compensation_run"), 0);
}

TEST_P(Runs, AnotherRuleForTheSameCaseIsRefused) {
  testing::write(world.registry("groups.csv"),
                 "place,group,source\nsec:a,all,s\nsec:a,more,s\nsec:b,all,s\nsec:c,all,s\n");
  std::string other = testing::section_rule();
  other.replace(other.find("rule: section"), 13, "rule: rival");
  other.replace(other.find("group: all"), 10, "group: more");
  world.rule("town", "rival", other);
  world.load();
  world.import_example_c();
  EXPECT_EQ(code_of([&] { world.compensation().run("section", october, "x"); }), "contradictory_claims");
}

TEST_P(Runs, LawIsTakenAsKnownOnTheDayAsked) {
  world.rule("town", "section",
             testing::section_rule("500000",
                                   "      - {in_force: 2020-10-01, known: 2020-10-20, value: \"700000\", "
                                   "source: {document: 试验办法修订}}\n"));
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  const auto amount = [&](const char* known) {
    return c.run("section", october, "x", parse_date(known)).computation.places[0].payments.at(0).whole;
  };
  EXPECT_EQ(amount("2020-10-19"), 200000000);
  EXPECT_EQ(amount("2020-10-20"), 280000000);
}

TEST_P(Runs, WhatIfComparesAndWritesNothing) {
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  c.run("section", october, "x");
  const auto before = world.row_counts();
  const WhatIf result = c.what_if("section", october, {{"unit_payment", "600000"}});
  EXPECT_EQ(world.row_counts(), before);
  std::string text;
  for (const PartyChange& p : result.parties) text += fmt::format("{} {} {}\n", p.party, p.before, p.after);
  EXPECT_EQ(text, "fin 100000000 140000000\ngov:1 -200000000 -240000000\ngov:2 100000000 100000000\n");
  EXPECT_TRUE(result.after.head.unverified);
}

TEST_P(Runs, AnAccidentVetoesAndPreviousYearAndGroupMeanAreTaken) {
  testing::write(world.registry("events.csv"),
                 "place,kind,valid_from,valid_to,known,source,note\nsec:b,accident,2020-10-05,2020-10-06,"
                 "2020-10-07,s,事故\n");
  world.rule("town", "veto", testing::head("veto", "section × month", "all") + R"(inputs:
  c: {unit: ug/L, from: mean, indicator: codmn, title: {zh: 今, en: now}}
  before: {unit: mg/L, from: mean, indicator: codmn, period: previous_year, title: {zh: 去年, en: last year}}
  average: {unit: mg/L, from: group_mean, of: drop, title: {zh: 平均, en: average}}
  accident: {type: boolean, from: event, name: accident, title: {zh: 事故, en: accident}}
formulas:
  drop: {unit: mg/L, title: {zh: 降幅, en: drop}, is: before - c}
  mean_drop: {unit: mg/L, title: {zh: 平均, en: average}, is: average}
  good: {type: boolean, title: {zh: 好, en: good}, is: drop >= average and not accident}
)");
  world.load();
  world.import("years.csv", {{"甲断面", "2019-10-08", "5", "", ""},
                             {"乙断面", "2019-10-08", "9", "", ""},
                             {"甲断面", "2020-10-08", "4", "", ""},
                             {"乙断面", "2020-10-08", "6", "", ""}});
  const RunReport report = world.compensation().run("veto", october, "x");
  const auto value = [&](std::size_t place, std::size_t i) {
    return report.computation.places[place].results.at(i).value;
  };
  EXPECT_EQ(value(0, 0), "1");
  EXPECT_EQ(value(1, 0), "3");
  EXPECT_EQ(value(0, 1), "2");  // of the two that have it; the third has no data
  EXPECT_EQ(value(0, 2), "false");
  EXPECT_EQ(value(1, 2), "false");  // the accident
}

TEST_P(Runs, AYearAddsUpItsMonths) {
  world.rule("town", "year", testing::head("year", "section × year", "all") + R"(inputs:
  paid: {unit: CNY, from: result, rule: section, output: payment, aggregate: sum, title: {zh: 合计, en: sum}}
formulas:
  total: {unit: CNY, title: {zh: 合计, en: total}, is: paid}
)");
  world.load();
  std::vector<Reading> readings;
  for (int month = 1; month <= 12; ++month)
    for (const char* name : {"甲断面", "乙断面", "丙断面"})
      readings.push_back(
          {name, fmt::format("2020-{:02}-08", month), "5.0", month == 3 ? "2.3" : "0.8", "0.15"});
  world.clock.set(parse_instant("2021-01-10 09:00"));
  world.import("year.csv", readings);
  Compensation c = world.compensation();
  for (int month = 1; month <= 11; ++month)
    c.run("section", Period::parse(fmt::format("2020-{:02}", month)), "x");
  const RunReport early = c.run("year", Period::parse("2020"), "x");
  EXPECT_EQ(early.computation.places[0].outcome,
            policy::Outcome::State::missing);  // December has not been run
  c.run("section", Period::parse("2020-12"), "x");
  const RunReport whole = c.run("year", Period::parse("2020"), "x");
  EXPECT_EQ(whole.computation.places[0].results.at(0).value, "1500000");
  EXPECT_EQ(whole.computation.places[1].results.at(0).value, "1000000");
}

const policy::Explanation* find(const policy::Explanation& e, policy::Explanation::Kind kind) {
  if (e.kind == kind) return &e;
  for (const auto& child : e.children)
    if (const auto* found = find(child, kind)) return found;
  return nullptr;
}

TEST_P(Runs, ExplanationsReachTheCellOfTheFile) {
  world.load();
  world.import_example_c();
  Compensation c = world.compensation();
  const auto ids = c.run("section", october, "x").statements;
  for (const auto id : ids)
    for (const auto& line : c.explain(id)) {
      const auto* leaf = find(line, policy::Explanation::Kind::observation);
      ASSERT_NE(leaf, nullptr);
      std::ifstream in(world.file("c.csv"));
      std::string text;
      for (long row = 0; row < leaf->where.line; ++row) std::getline(in, text);
      for (long column = 1; column < leaf->where.column; ++column) text.erase(0, text.find(',') + 1);
      EXPECT_EQ(leaf->where.file.substr(leaf->where.file.find_last_of('/') + 1), "c.csv");
      EXPECT_EQ(leaf->formula, text.substr(0, text.find(',')));
    }
  EXPECT_EQ(code_of([&] { c.explain(ids[0], 9); }), "unknown_statement");
}

}  // namespace
}  // namespace tributary::compensate
