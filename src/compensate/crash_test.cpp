// A process that posts statements is killed at random: what it had reported is in the books exactly once, and
// a statement and its transfer are there both or neither.
#include "compensate/world_testing.h"

#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::compensate {
namespace {

using testing::World;

class Crash : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, Crash, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(Crash, EveryAcknowledgedPostIsInTheBooksOnce) {
  World world(GetParam(), TRIBUTARY_SOURCE_DIR);
  world.clock.set(parse_instant("2021-06-01 09:00"));
  world.load();
  std::vector<testing::Reading> readings;
  std::vector<std::string> periods;
  for (int year : {2018, 2019, 2020})
    for (int month = 1; month <= 12; ++month) {
      periods.push_back(fmt::format("{}-{:02}", year, month));
      for (const char* name : {"甲断面", "乙断面", "丙断面"})
        readings.push_back({name, periods.back() + "-08", "7.2", "2.9", "0.25"});
    }
  world.import("all.csv", readings);
  std::set<std::int64_t> waiting;
  {
    Compensation c = world.compensation();
    for (const std::string& p : periods) c.run("section", Period::parse(p), "clerk");
    for (const Statement& s : c.statements()) waiting.insert(s.id);
  }
  ASSERT_GE(waiting.size(), 40U);
  std::mt19937 random(20201101);
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 10; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      // A connection does not survive a fork: the child opens its own and leaves ours alone.
      try {
        const auto own = store::Database::open(world.database.url());
        Compensation c(*own, World::tenant, world.policy(), world.clock);
        for (const Statement& listed : c.statements()) {
          if (listed.state == StatementState::posted) continue;
          Statement s = listed;
          if (s.state == StatementState::drafted) s = c.publish(s.id, "clerk");
          if (s.state == StatementState::published) s = c.confirm(s.id, "head", "同意");
          c.post(s.id, "clerk");
          if (write(pipe_ends[1], &s.id, sizeof s.id) != sizeof s.id) _exit(3);
        }
      } catch (...) {
        _exit(4);
      }
      _exit(0);
    }
    close(pipe_ends[1]);
    // Killed a moment after some posts were reported: so every round gets on, however slow the machine.
    std::int64_t id = 0;
    for (int wanted = std::uniform_int_distribution(1, 6)(random);
         wanted > 0 && read(pipe_ends[0], &id, sizeof id) == sizeof id; --wanted)
      EXPECT_TRUE(acknowledged.insert(id).second) << id;
    usleep(std::uniform_int_distribution<useconds_t>(0, 8000)(random));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) != 0) << WEXITSTATUS(status);
    while (read(pipe_ends[0], &id, sizeof id) == sizeof id) EXPECT_TRUE(acknowledged.insert(id).second) << id;
    close(pipe_ends[0]);

    world.database.reopen();
    Compensation c = world.compensation();
    std::multiset<std::string> transfers;
    const ledger::Ledger book(world.database.db(), World::tenant, world.clock);
    book.each_transfer([&](const ledger::Transfer& t) { transfers.insert(t.cause.id); });
    for (const Statement& s : c.statements()) {
      const bool posted = s.state == StatementState::posted;
      EXPECT_EQ(transfers.count(std::to_string(s.id)), posted ? 1U : 0U) << s.id;
      EXPECT_TRUE(posted || !acknowledged.contains(s.id)) << s.id;
    }
    EXPECT_TRUE(book.check().empty());
  }
  EXPECT_GE(acknowledged.size(), 10U);
}

}  // namespace
}  // namespace tributary::compensate
