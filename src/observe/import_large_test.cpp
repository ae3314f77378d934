// Large files: flat memory, and a process killed in the middle leaves all or nothing.
#include "observe/import.h"
#include "observe/import_testing.h"
#include "observe/observations.h"
#include "store/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::observe {
namespace {

// `rows` rows of `sections` sections, one after the other, four-hourly.
std::string write_large(const samples::TestFolder& folder, std::string_view name, int rows, int sections) {
  const std::string path = folder.path() + "/" + std::string(name);
  std::ofstream out(path, std::ios::binary);
  out << "section,time,codmn,note\n";
  const Instant start = parse_instant("2000-01-01");
  for (int i = 0; i < rows; ++i) {
    const int section = i * sections / rows;
    const Instant time{start.seconds + std::int64_t{i} * 14400 % (std::int64_t{7000} * 86400)};
    out << fmt::format("断面{},{},{}.{:03},\"一, 二\"\n", section, tributary::to_string(time), 1 + i % 9,
                       i % 1000);
  }
  return path;
}

// The peak of the resident memory since the last call of forget_peak().
void forget_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}
std::int64_t peak_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
  return -1;
}

class ImportLarge : public ::testing::TestWithParam<std::string> {
 protected:
  ImportLarge() : clock_(parse_instant("2026-11-23 10:00")) {}
  ImportReport import(store::Database& db, const std::string& path, ImportListener* listener = nullptr) {
    return import_csv({db, "341602", samples::every_place(), {}, clock_}, path, samples::simple(), {},
                      listener);
  }
  FixedClock clock_;
  samples::TestFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, ImportLarge, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(ImportLarge, MemoryDoesNotGrowWithTheFile) {
  store::TestDatabase database(GetParam());
  database.db().migrate(migrations());
  // The first file fills the batch buffer and every cache once.
  forget_peak();
  const std::string small = write_large(folder_, "small.csv", 140000, 20);
  EXPECT_EQ(import(database.db(), small).observations.added, 140000);
  const std::int64_t before = peak_kilobytes();
  ASSERT_GT(before, 0);
  forget_peak();
  const std::string large = write_large(folder_, "large.csv", 700000, 100);
  const ImportReport report = import(database.db(), large);
  EXPECT_EQ(report.rows, 700000);
  EXPECT_EQ(report.error_count, 0);
  EXPECT_GT(report.bytes, 25'000'000U);
#ifndef __SANITIZE_ADDRESS__  // which keeps freed memory
  EXPECT_LT(peak_kilobytes() - before, 16 * 1024);
#endif
}

TEST_P(ImportLarge, KilledInTheMiddle) {
  store::TestDatabase database(GetParam());
  database.db().migrate(migrations());
  const std::string path = write_large(folder_, "file.csv", 150000, 15);
  const std::uint64_t bytes = std::filesystem::file_size(path);
  class Suicide : public ImportListener {
   public:
    explicit Suicide(std::uint64_t at) : at_(at) {}
    void progress(std::uint64_t done, std::uint64_t) override {
      if (done >= at_) kill(getpid(), SIGKILL);
    }
    std::uint64_t at_;
  };
  for (int round = 0; round <= 6; ++round) {
    SCOPED_TRACE(round);
    const std::uint64_t at =
        bytes * static_cast<std::uint64_t>(round) / 6;  // the last: all read, not yet committed
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto own = store::Database::open(database.url());
      Suicide suicide(at);
      import(*own, path, &suicide);
      _exit(0);  // must not be reached
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    database.reopen();
    EXPECT_TRUE(database.db().check_integrity().empty());
    const Observations all(database.db(), "341602");
    EXPECT_TRUE(all.series().empty());
    const auto left = database.db().read([](store::Transaction& t) {
      return t.first("SELECT (SELECT COUNT(*) FROM observation) + (SELECT COUNT(*) FROM import_file)")
          ->integer(0);
    });
    EXPECT_EQ(left, 0);
  }
  // Killed at random moments, the commit among them: all or nothing.
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE(round);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto own = store::Database::open(database.url());
      import(*own, path);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(60000 * (round + 1)));
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    database.reopen();
    EXPECT_TRUE(database.db().check_integrity().empty());
    const auto counted = database.db().read([](store::Transaction& t) {
      return std::pair{t.first("SELECT COUNT(*) FROM observation")->integer(0),
                       t.first("SELECT COUNT(*) FROM import_file WHERE accepted = 150000")->integer(0)};
    });
    EXPECT_EQ(counted.first, counted.second * 150000);
  }
  const ImportReport report = import(database.db(), path);
  EXPECT_TRUE(report.outcome == ImportOutcome::known || report.observations.added == 150000);
  EXPECT_EQ(Observations(database.db(), "341602").series().size(), 15U);
}

}  // namespace
}  // namespace tributary::observe
