// A trading process is killed 200 times in the middle of its work: what it had acknowledged is there and answers the same,
// nothing is filled twice, no unit and no fen is made or lost.
#include "exchange/journal.h"
#include "exchange/random_commands.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tributary::exchange {
namespace {

constexpr std::size_t group = 50;
constexpr int kills = 200;
constexpr int kills_per_journal = 25;

BookRules rules() {
  BookRules out;
  out.reference = 100;
  out.market_orders = true;
  out.self_trade = SelfTrade::decrement;
  return out;
}

// The same stream of commands, from wherever it is taken up.
class Stream {
 public:
  explicit Stream(std::uint64_t seed) : random_(seed, {}), opening_(random_.opening()) {}
  Command next() { return at_ < opening_.size() ? opening_[at_++] : random_.next(); }

 private:
  RandomCommands random_;
  std::vector<Command> opening_;
  std::size_t at_ = 0;
};

void add(StateHash& hash, const Events& events) {
  for (const Event& e : events) hash.add_all(e.kind, e.reason, e.order, e.other, e.price, e.qty, e.amount);
}

struct Acknowledgement {
  std::uint64_t commands = 0;
  std::uint64_t answers = 0;  // hash of all events so far
};

// Opens, catches up, trades until it is killed; says after each group what is done.
[[noreturn]] void trade_for_ever(const std::string& path, std::uint64_t seed, int acknowledgements) {
  try {
    const auto disk = open_disk(path);
    Venue venue(rules(), 100'000);
    Stream stream(seed);
    StateHash answers;
    Events events;
    const auto apply = [&](const Command& c) {
      events.clear();
      venue.apply(c, events);
      add(answers, events);
    };
    Journal journal(*disk, heading(rules()), [&](const Command& c) {
      if (c != stream.next()) _exit(3);
      apply(c);
    });
    for (;;) {
      for (std::size_t i = 0; i < group; ++i) {
        const Command c = stream.next();
        journal.add(c);
        apply(c);
      }
      journal.commit();
      const Acknowledgement done{journal.durable(), answers.value()};
      if (write(acknowledgements, &done, sizeof done) != sizeof done) _exit(1);
    }
  } catch (...) {
    _exit(2);
  }
}

}  // namespace

TEST(ExchangeCrash, TwoHundredKillsLoseNothing) {
  const std::string path = testing::TempDir() + fmt::format("tributary-crash-{}.journal", getpid());
  const auto seed = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  SCOPED_TRACE(fmt::format("seed={}", seed));
  std::mt19937_64 random(seed);
  std::chrono::microseconds span{0};  // what twenty groups take on this machine
  std::uint64_t all = 0, unacknowledged = 0, cut = 0;
  for (int round = 0; round < kills; ++round) {
    const std::uint64_t stream = seed + static_cast<std::uint64_t>(round / kills_per_journal);
    if (round % kills_per_journal == 0) std::filesystem::remove(path);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      trade_for_ever(path, stream, ends[1]);
    }
    close(ends[1]);
    Acknowledgement last, next;
    const auto started = std::chrono::steady_clock::now();
    const int first = span.count() == 0 ? 20 : 1;  // the first child shows how quick the machine is
    for (int i = 0; i < first; ++i) {
      ASSERT_EQ(read(ends[0], &next, sizeof next), static_cast<ssize_t>(sizeof next)) << "the child ended by itself";
      last = next;
    }
    if (span.count() == 0)
      span = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
    else
      std::this_thread::sleep_for(span * static_cast<std::int64_t>(random() % 1'000) / 1'000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    while (read(ends[0], &next, sizeof next) == sizeof next) last = next;
    close(ends[0]);

    // What is on the disk now.
    const auto disk = open_disk(path);
    Venue venue(rules(), 100'000);
    Stream expected(stream);
    StateHash answers;
    Events events;
    std::uint64_t replayed = 0;
    std::map<OrderId, Quantity> open;  // E7: what each order may still be filled with
    const Journal journal(*disk, heading(rules()), [&](const Command& c) {
      ASSERT_EQ(c, expected.next()) << "command " << replayed;
      events.clear();
      venue.apply(c, events);
      add(answers, events);
      for (const Event& e : events) {
        if (e.kind == EventKind::accepted || e.kind == EventKind::amended) open[e.order] = e.qty;
        if (e.kind == EventKind::cancelled || e.kind == EventKind::expired) open.erase(e.order);
        if (e.kind != EventKind::traded && e.kind != EventKind::reduced) continue;
        for (const OrderId id : {e.order, e.other}) ASSERT_GE(open[id] -= e.qty, 0) << "order " << id;
      }
      if (++replayed != last.commands) return;
      ASSERT_EQ(answers.value(), last.answers) << "answered otherwise before the kill";
    });
    ASSERT_FALSE(HasFailure());
    ASSERT_GE(replayed, last.commands) << "acknowledged and lost";
    ASSERT_LE(replayed, last.commands + group);
    unacknowledged += replayed - last.commands;
    cut += journal.cut() > 0;
    const auto wrong = venue.check();
    ASSERT_TRUE(wrong.empty()) << wrong.front();
    if (round % kills_per_journal == kills_per_journal - 1) all += replayed;
  }
  std::filesystem::remove(path);
  EXPECT_GT(all, static_cast<std::uint64_t>(kills) * group);
  RecordProperty("commands", static_cast<int>(all));
  RecordProperty("torn_tails", static_cast<int>(cut));
  RecordProperty("unacknowledged", static_cast<int>(unacknowledged));
}

}  // namespace tributary::exchange
