// Statements on their way from draft to payment, and what each step puts into the ledger.
#include "compensate/codes.h"
#include "compensate/duties.h"
#include "compensate/world_testing.h"

#include <gtest/gtest.h>

namespace tributary::compensate {
namespace {

using testing::World;
const Period august = Period::parse("2020-08");

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

class Statements : public ::testing::TestWithParam<std::string> {
 protected:
  Statements() {
    world.clock.set(parse_instant("2020-09-29 09:00"));
    world.load();
    world.import("first.csv", {{"甲断面", "2020-08-08", "7.2", "2.3", "0.18"},
                               {"乙断面", "2020-08-08", "3.0", "0.4", "0.08"},
                               {"丙断面", "2020-08-08", "5.0", "0.8", "0.15"}});
  }
  // Runs again after 甲's ammonia has been corrected; the statement of 甲 that is live then.
  std::int64_t corrected(const std::string& nh3n) {
    const std::string codmn = nh3n == "0.5" ? "5" : "7.2";
    world.clock.set({world.clock.now().seconds + 60});
    world.import("corrected-" + nh3n + ".csv", {{"甲断面", "2020-08-08", codmn, nh3n, "0.18"}});
    world.clock.set({world.clock.now().seconds + 60});
    c.run("section", august, "clerk");
    return of_first();
  }
  std::int64_t of_first() {
    return c.statements({.rule = "", .period = "", .party = "gov:1", .state = {}}).at(0).id;
  }
  void to_posted(std::int64_t id) {
    c.publish(id, "clerk");
    c.confirm(id, "head", "双方书面同意");
    c.post(id, "clerk");
  }
  World world{GetParam(), TRIBUTARY_SOURCE_DIR};
  Compensation c{world.database.db(), World::tenant, (world.load(), world.policy()), world.clock};
};
INSTANTIATE_TEST_SUITE_P(Databases, Statements, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(Statements, TheWholeWay) {
  c.run("section", august, "clerk");
  const std::int64_t id = of_first();
  const auto before = world.row_counts();
  EXPECT_EQ(code_of([&] { c.confirm(id, "x"); }), "wrong_state");
  EXPECT_EQ(code_of([&] { c.post(id, "x"); }), "wrong_state");
  EXPECT_EQ(code_of([&] { c.pay(id, "x", "回单"); }), "wrong_state");
  EXPECT_EQ(code_of([&] { c.object(id, "gov:1", "不同意", "x"); }), "wrong_state");
  EXPECT_EQ(world.row_counts(), before);
  // 30 September, then eight days of National Day and Mid-Autumn; 9 October, and Saturday the 10th is worked.
  EXPECT_EQ(c.publish(id, "clerk").deadline, parse_date("2020-10-10"));
  EXPECT_EQ(code_of([&] { c.publish(id, "x"); }), "wrong_state");
  EXPECT_EQ(code_of([&] { c.confirm(id, "x"); }), "window_open");
  EXPECT_EQ(code_of([&] { c.confirm(id, "x", "  "); }), "window_open");
  world.clock.set(parse_instant("2020-10-10 23:59"));
  EXPECT_EQ(code_of([&] { c.confirm(id, "x"); }), "window_open");
  world.clock.set(parse_instant("2020-10-11 00:00"));
  EXPECT_EQ(code_of([&] { c.object(id, "gov:1", "不同意", "x"); }), "window_over");
  EXPECT_EQ(c.confirm(id, "head").state, StatementState::confirmed);
  EXPECT_EQ(world.balance("gov:1", "settlement"), 0);
  EXPECT_EQ(c.post(id, "clerk").state, StatementState::posted);
  EXPECT_EQ(code_of([&] { c.post(id, "x"); }), "wrong_state");
  EXPECT_EQ(world.balance("gov:1", "settlement"), -200000000);
  EXPECT_EQ(world.balance("fin", "settlement"), 200000000);
  EXPECT_EQ(code_of([&] { c.pay(id, "x", " "); }), "reason_missing");
  EXPECT_EQ(c.pay(id, "clerk", "回单 1").state, StatementState::paid);
  EXPECT_EQ(world.balance("gov:1", "settlement"), 0);
  EXPECT_EQ(world.balance("fin", "settlement"), 0);
  EXPECT_EQ(world.balance("gov:1", "cash"), -200000000);
  EXPECT_EQ(world.balance("fin", "cash"), 200000000);
  EXPECT_TRUE(world.ledger_sound());
  std::string events;
  for (const StatementEvent& e : c.statement(id).events) events += e.event + " ";
  EXPECT_EQ(events, "drafted published confirmed posted paid ");
}

TEST_P(Statements, Objections) {
  c.run("section", august, "clerk");
  const std::int64_t id = of_first();
  c.publish(id, "clerk");
  EXPECT_EQ(code_of([&] { c.object(id, "gov:2", "不同意", "x"); }), "not_a_party");
  EXPECT_EQ(code_of([&] { c.object(id, "gov:1", "", "x"); }), "reason_missing");
  EXPECT_EQ(c.object(id, "gov:1", "数据有误", "town").state, StatementState::objected);
  world.clock.set(parse_instant("2020-11-20 09:00"));
  EXPECT_EQ(code_of([&] { c.confirm(id, "x"); }), "reason_missing");
  EXPECT_EQ(code_of([&] { c.post(id, "x"); }), "wrong_state");
  EXPECT_EQ(c.confirm(id, "x", "复核无误，维持").state, StatementState::confirmed);
}

TEST_P(Statements, DutiesAreSeparatedByPerson) {
  c.run("section", august, "Zhang");
  const std::int64_t id = of_first();
  c.publish(id, "li");
  c.object(id, "gov:1", "数据有误", "wang");
  const auto before = world.row_counts();
  const auto confirm = [&](const char* by) { return code_of([&] { c.confirm(id, by, "维持"); }); };
  for (const char* by : {"Zhang", "zhang", " ＺＨＡＮＧ ", "li", "wang"})
    EXPECT_EQ(confirm(by), "same_person") << by;
  EXPECT_EQ(code_of([&] { c.confirm(id, "li"); }),
            "reason_missing");  // what is wrong with the step comes first
  EXPECT_EQ(code_of([&] { c.post(id, "li"); }), "wrong_state");
  EXPECT_EQ(world.row_counts(), before);
  EXPECT_EQ(c.statement(id).state, StatementState::objected);
  EXPECT_EQ(confirm("zhao"), "none");
  const auto confirmed = world.row_counts();
  EXPECT_EQ(code_of([&] { c.post(id, "Zhao"); }), "same_person");
  EXPECT_EQ(world.row_counts(), confirmed) << "not even an empty account";
  EXPECT_EQ(code_of([&] { c.post(id, "li"); }), "none");
  EXPECT_EQ(code_of([&] { c.pay(id, "zhao", "回单"); }), "same_person");
  EXPECT_EQ(code_of([&] { c.pay(id, "li", "回单"); }), "none");
  EXPECT_EQ(conflicting_step(c.statement(id), "confirmed", "li")->event, "published");
  EXPECT_FALSE(conflicting_step(c.statement(id), "published", "zhao"));
}

TEST_P(Statements, TheWindowIsTheRulesOrHasABasis) {
  std::string rule = testing::section_rule();
  const auto at = rule.find("objection:");
  rule.erase(at, rule.find('\n', at) - at + 1);
  world.rule("town", "section", rule);
  world.load();
  Compensation without = world.compensation();
  without.run("section", august, "clerk");
  const std::int64_t id = of_first();
  EXPECT_EQ(code_of([&] { without.publish(id, "x"); }), "window_unknown");
  EXPECT_EQ(code_of([&] { without.publish(id, "x", 5); }), "reason_missing");
  EXPECT_EQ(code_of([&] { without.publish(id, "x", -1, "通知"); }), "window_unknown");
  EXPECT_EQ(without.publish(id, "x", 1, "通知").deadline, parse_date("2020-09-30"));
}

TEST_P(Statements, SupersedingStatementsPostOnlyTheDifference) {
  c.run("section", august, "clerk");
  const std::int64_t first = of_first();
  to_posted(first);
  EXPECT_EQ(world.balance("gov:1", "settlement"), -200000000);
  const struct {
    const char* nh3n;
    std::int64_t amount;
    bool paid;
  } steps[] = {
      {"2.9", 250000000, true}, {"1.2", 100000000, false}, {"0.5", 0, true}, {"1.9", 150000000, true}};
  std::int64_t before = first;
  for (const auto& step : steps) {
    const std::int64_t id = corrected(step.nh3n);
    ASSERT_NE(id, before) << step.nh3n;
    EXPECT_EQ(code_of([&] { c.publish(before, "x"); }), "superseded");
    EXPECT_EQ(code_of([&] { c.pay(before, "x", "回单"); }), "superseded");
    EXPECT_EQ(c.statement(id).amount, step.amount);
    EXPECT_EQ(c.statement(id).supersedes, before);
    to_posted(id);
    EXPECT_EQ(world.balance("gov:1", "settlement") + world.balance("gov:1", "cash"), -step.amount)
        << step.nh3n;
    if (step.paid) {
      c.pay(id, "clerk", "回单");
      EXPECT_EQ(world.balance("gov:1", "settlement"), 0) << step.nh3n;
      EXPECT_EQ(world.balance("gov:1", "cash"), -step.amount) << step.nh3n;
    }
    before = id;
  }
  EXPECT_TRUE(world.ledger_sound());
}

TEST_P(Statements, ASuccessorOfAnUnpostedStatementPostsTheWhole) {
  c.run("section", august, "clerk");
  c.publish(of_first(), "clerk");
  const std::int64_t id = corrected("1.2");
  to_posted(id);
  EXPECT_EQ(world.balance("gov:1", "settlement"), -100000000);
  EXPECT_TRUE(world.ledger_sound());
}

TEST_P(Statements, ListsAndNets) {
  c.run("section", august, "clerk");
  EXPECT_EQ(
      c.statements({.rule = "section", .period = "2020-08", .party = "fin", .state = StatementState::drafted})
          .size(),
      2U);
  EXPECT_TRUE(c.statements({.rule = "other", .period = "", .party = "", .state = {}}).empty());
  EXPECT_TRUE(c.statements({.rule = "", .period = "", .party = "", .state = StatementState::paid}).empty());
  std::int64_t sum = 0;
  for (const PartyChange& p : c.net_by_party()) sum += p.after;
  EXPECT_EQ(sum, 0);
  // Another jurisdiction in the same database sees nothing of it.
  const Compensation other(world.database.db(), "110000", world.policy(), world.clock);
  EXPECT_TRUE(other.statements().empty());
  EXPECT_EQ(code_of([&] { other.statement(of_first()); }), "unknown_statement");
}

}  // namespace
}  // namespace tributary::compensate
