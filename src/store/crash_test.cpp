// A process killed at any moment loses nothing that it had reported, and keeps nothing by halves.
#include "store/testing.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::store {

namespace {

class Killed : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Kinds, Killed, testing::ValuesIn(test_kinds()),
                         [](const auto& kind) { return kind.param; });

constexpr int rows_each = 5;

// Commits until it is killed; each commit's number goes into the pipe after the commit, never before.
[[noreturn]] void insert_for_ever(const std::string& url, std::int64_t first, int pipe) {
  try {
    const auto db = Database::open(url);
    for (std::int64_t number = first;; ++number) {
      db->write([&](Transaction& t) {
        for (int row = 0; row < rows_each; ++row)
          t.execute("INSERT INTO done VALUES ('c', ?, ?, ?)", number, row, std::string(200, 'x'));
      });
      if (write(pipe, &number, sizeof number) != sizeof number) _exit(3);
    }
  } catch (...) {
    _exit(4);
  }
}

TEST_P(Killed, NothingReportedIsLost) {
  TestDatabase database(GetParam());
  database.db().write([](Transaction& t) {
    t.execute(
        "CREATE TABLE done (jurisdiction TEXT NOT NULL, number BIGINT NOT NULL, row BIGINT NOT NULL, s TEXT, "
        "PRIMARY KEY (jurisdiction, number, row))");
  });
  std::int64_t next = 1;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      insert_for_ever(database.url(), next, ends[1]);
    }
    close(ends[1]);
    std::vector<std::int64_t> reported;
    const auto read_one = [&] {
      std::int64_t number = 0;
      if (read(ends[0], &number, sizeof number) != sizeof number) return false;
      reported.push_back(number);
      return true;
    };
    // Killed after 1, 2, 3 … reports, and a little later each time, to hit other moments of the next commit.
    for (int i = 0; i <= round; ++i) ASSERT_TRUE(read_one());
    usleep(static_cast<useconds_t>(round * 53));
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    while (read_one()) {
    }
    close(ends[0]);

    database.reopen();
    EXPECT_TRUE(database.db().check_integrity().empty());
    // On PostgreSQL the server may still be busy with what the dead had sent; a write of ours comes after it.
    const auto kept = database.db().write([](Transaction& t) {
      std::vector<std::int64_t> out;
      t.each(
          [&](const Row& row) {
            EXPECT_EQ(row.integer(1), rows_each) << "half a transaction: " << row.integer(0);
            out.push_back(row.integer(0));
          },
          "SELECT number, count(*) FROM done GROUP BY number ORDER BY number");
      return out;
    });
    for (const auto number : reported) EXPECT_TRUE(std::ranges::binary_search(kept, number)) << number;
    ASSERT_FALSE(kept.empty());
    next = kept.back() + 1000;  // clear of what may still arrive
  }
}

}  // namespace
}  // namespace tributary::store
