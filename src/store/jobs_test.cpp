#include "store/jobs.h"

#include "store/testing.h"

#include <gtest/gtest.h>

namespace tributary::store {
namespace {

class JobQueue : public ::testing::TestWithParam<std::string> {
 protected:
  JobQueue() : database(GetParam()) { database.db().migrate(migrations()); }
  TestDatabase database;
  FixedClock clock{Instant{1'000'000}};
  Jobs jobs{database.db(), "341602", clock, 60};
};
INSTANTIATE_TEST_SUITE_P(Databases, JobQueue, ::testing::ValuesIn(test_kinds()),
                         [](const auto& info) { return info.param; });

TEST_P(JobQueue, TakesInOrderAndOnlyOnce) {
  EXPECT_EQ(jobs.add({"run", "{}", "u1", "zhang"}), 1);
  EXPECT_EQ(jobs.add({"run", "{}", "u2", "li"}), 2);
  const auto first = jobs.take();
  const auto second = jobs.take();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->id, 1);
  EXPECT_EQ(second->id, 2);
  EXPECT_FALSE(jobs.take());
  EXPECT_TRUE(jobs.beat(*first, 1, 3, {"一", "one"}));
  jobs.finish(*first, JobState::done, {"好", "done"}, R"({"a":1})");
  const auto over = jobs.find(1);
  EXPECT_EQ(over->state, JobState::done);
  EXPECT_EQ(over->done, 1);
  EXPECT_EQ(over->result, R"({"a":1})");
  EXPECT_FALSE(jobs.beat(*first, 2, 3, {}));
  EXPECT_EQ(jobs.list("u2", 10).size(), 1u);
  EXPECT_EQ(jobs.list("", 10, 2).front().id, 1);
}

TEST_P(JobQueue, AnAbandonedJobIsTakenUpAndItsFirstWorkerKnows) {
  jobs.add({"run", "{}", "u", "zhang"});
  const auto lost = jobs.take();
  clock.set({1'000'061});
  const auto again = jobs.take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts, 2);
  EXPECT_FALSE(jobs.beat(*lost, 1, 1, {}));
  jobs.finish(*lost, JobState::failed, {}, "");
  EXPECT_EQ(jobs.find(1)->state, JobState::running);
  EXPECT_TRUE(jobs.beat(*again, 1, 1, {}));
}

TEST_P(JobQueue, IsCancelledAndGivenBack) {
  jobs.add({"run", "{}", "u", "zhang"});
  jobs.add({"run", "{}", "u", "zhang"});
  EXPECT_TRUE(jobs.cancel(2));
  EXPECT_EQ(jobs.find(2)->state, JobState::cancelled);
  EXPECT_FALSE(jobs.cancel(2));
  const auto job = jobs.take();
  EXPECT_TRUE(jobs.cancel(1));
  EXPECT_FALSE(jobs.beat(*job, 1, 2, {}));
  jobs.give_back(*job);
  EXPECT_EQ(jobs.find(1)->state, JobState::waiting);
  clock.set({2'000'000});
  EXPECT_EQ(jobs.sweep({1'500'000}), 1);
  EXPECT_FALSE(jobs.find(2));
}

class Together : public ::testing::TestWithParam<std::string> {
 protected:
  Together() : database(GetParam()) {
    db().write([](Transaction& t) { t.execute("CREATE TABLE things (n BIGINT PRIMARY KEY)"); });
  }
  Database& db() { return database.db(); }
  void add(int n) {
    db().write([&](Transaction& t) { t.execute("INSERT INTO things (n) VALUES (?)", n); });
  }
  std::int64_t count() {
    return db().read([](Transaction& t) { return t.first("SELECT COUNT(*) FROM things")->integer(0); });
  }
  TestDatabase database;
};
INSTANTIATE_TEST_SUITE_P(Databases, Together, ::testing::ValuesIn(test_kinds()),
                         [](const auto& info) { return info.param; });

TEST_P(Together, WritesOfSeveralAreOne) {
  db().together([&](Transaction&) {
    add(1);
    EXPECT_EQ(count(), 1);
    add(2);
  });
  EXPECT_EQ(count(), 2);
}

TEST_P(Together, OneThatThrowsUndoesAll) {
  // One within another is part of it.
  db().together([&](Transaction&) {
    db().together([&](Transaction&) { db().write([](Transaction& t) { t.execute("SELECT 1"); }); });
    db().together([&](Transaction& t) { t.execute("SELECT 1"); });
  });
  EXPECT_THROW(db().together([&](Transaction&) {
    add(1);
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(count(), 0);
  add(7);
  EXPECT_EQ(count(), 1);
}

TEST_P(Together, ASnapshotSeesOneMomentAndOnlyReads) {
  add(1);
  db().snapshot([&] {
    EXPECT_EQ(count(), 1);
    const auto other = Database::open(database.url());
    other->write([](Transaction& t) { t.execute("INSERT INTO things (n) VALUES (2)"); });
    EXPECT_EQ(count(), 1);
  });
  EXPECT_EQ(count(), 2);
  EXPECT_THROW(db().snapshot([&] { add(3); }), Error);
  EXPECT_EQ(count(), 2);
}

TEST_P(Together, AFailedStatementDoomsAllEvenWhenSwallowed) {
  EXPECT_THROW(db().together([&](Transaction&) {
    add(1);
    try {
      add(1);
    } catch (const Error&) {
    }
  }),
               Error);
  EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace tributary::store
