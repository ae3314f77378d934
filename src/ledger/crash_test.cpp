// A process that posts is killed at random moments: what it had acknowledged is there, once; what it had not
// is there entirely or not at all. And two that post at the same time do not disturb each other.
#include "ledger/ledger.h"
#include "store/testing.h"

#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::ledger {

namespace {

constexpr int per_batch = 20;

std::vector<Request> batch_of(const std::string& name, int batch) {
  std::vector<Request> out;
  for (int i = 0; i < per_batch; ++i)
    out.push_back({.action = i % 5 == 3 ? Action::hold : Action::post,
                   .id = fmt::format("{}-{}-{}", name, batch, i),
                   .debit = {1 + (batch + i) % 4},
                   .credit = {1 + (batch + i + 1) % 4},
                   .amount = 1 + i,
                   .cause = {"case", name},
                   .legal_date = make_date(2020, 10, 1),
                   .linked = i % 5 == 1});
  return out;
}

void open_books(Ledger& ledger) {
  ledger.define_unit({"CNY", 2, {"人民币", "renminbi"}});
  for (const char* owner : {"a", "b", "c", "d"}) ledger.open_account({owner, "CNY", "test"});
}

// Posts until it is killed, saying on the pipe which batch is done. Ends without any cleaning up.
[[noreturn]] void post_for_ever(const std::string& url, const std::string& name, int acknowledgements) {
  try {
    const FixedClock clock(parse_instant("2020-10-06 09:00"));
    const auto database = store::Database::open(url);
    Ledger ledger(*database, "341602", clock);
    for (int batch = 0;; ++batch) {
      const auto requests = batch_of(name, batch);
      require_accepted(requests, ledger.post(requests));
      if (write(acknowledgements, &batch, sizeof batch) != sizeof batch) _exit(1);
    }
  } catch (...) {
    _exit(2);
  }
}

}  // namespace

class Crash : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Kinds, Crash, testing::ValuesIn(store::test_kinds()),
                         [](const auto& named) { return named.param; });

TEST_P(Crash, KillLosesNothingAcknowledged) {
  store::TestDatabase database(GetParam());
  database.db().migrate(migrations());
  const FixedClock clock(parse_instant("2020-10-06 09:00"));
  {
    Ledger ledger(database.db(), "341602", clock);
    open_books(ledger);
  }
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed={}", seed));
  std::minstd_rand random(seed);
  std::map<std::string, int> acknowledged;  // round → batches
  for (int round = 0; round < 20; ++round) {
    const std::string name = fmt::format("r{}", round);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      post_for_ever(database.url(), name, ends[1]);
    }
    close(ends[1]);
    int batch = 0;
    int done = 0;
    if (read(ends[0], &batch, sizeof batch) == sizeof batch) done = batch + 1;
    ASSERT_EQ(done, 1) << "the child did not get its first batch through";
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    while (read(ends[0], &batch, sizeof batch) == sizeof batch) done = batch + 1;
    close(ends[0]);
    acknowledged[name] = done;
  }

  database.reopen();
  Ledger ledger(database.db(), "341602", clock);
  for (const auto& violation : ledger.check()) ADD_FAILURE() << violation.rule << " " << violation.message.en;
  std::map<std::string, std::map<int, int>> present;  // round → batch → transfers
  ledger.each_transfer([&](const Transfer& t) {
    const auto first = t.id.find('-');
    const auto second = t.id.find('-', first + 1);
    ++present[t.id.substr(0, first)][std::stoi(t.id.substr(first + 1, second - first - 1))];
  });
  for (const auto& [name, batches] : acknowledged) {
    const auto& found = present[name];
    for (int batch = 0; batch < batches; ++batch)
      EXPECT_EQ(found.contains(batch) ? found.at(batch) : 0, per_batch) << name << " batch " << batch;
    for (const auto& [batch, transfers] : found)
      EXPECT_EQ(transfers, per_batch) << name << " batch " << batch;
    EXPECT_LE(found.size(), static_cast<std::size_t>(batches) + 1) << name;
  }
  // Whoever is not sure sends again and loses nothing.
  for (const auto& [name, batches] : acknowledged) {
    const auto requests = batch_of(name, batches);
    require_accepted(requests, ledger.post(requests));
    EXPECT_EQ(ledger.post(requests).front(), Outcome::exists);
  }
  EXPECT_TRUE(ledger.check().empty());
}

TEST_P(Crash, TwoWritersAtOnce) {
  store::TestDatabase database(GetParam());
  database.db().migrate(migrations());
  const FixedClock clock(parse_instant("2020-10-06 09:00"));
  Ledger ledger(database.db(), "341602", clock);
  open_books(ledger);
  constexpr int batches = 30;
  std::vector<std::string> failures(3);
  {
    std::vector<std::jthread> writers;
    for (std::size_t w = 0; w < failures.size(); ++w)
      writers.emplace_back([&, w] {
        try {
          const auto own = store::Database::open(database.url());
          Ledger mine(*own, "341602", clock);
          for (int batch = 0; batch < batches;) {
            const auto requests = batch_of(fmt::format("w{}", w), batch);
            try {
              require_accepted(requests, mine.post(requests));
              ++batch;
            } catch (const Error& error) {
              if (error.kind() != Kind::unavailable) throw;  // too busy: again
            }
          }
        } catch (const std::exception& error) {
          failures[w] = error.what();
        }
      });
  }
  for (const auto& failure : failures) EXPECT_EQ(failure, "");
  std::int64_t count = 0;
  ledger.each_transfer([&](const Transfer&) { ++count; });
  EXPECT_EQ(count, static_cast<std::int64_t>(failures.size()) * batches * per_batch);
  for (const auto& violation : ledger.check()) ADD_FAILURE() << violation.rule << " " << violation.message.en;
}

}  // namespace tributary::ledger
