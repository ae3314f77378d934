// The journal against bad disks: every write and every sync fails once, every byte of the tail is cut once, bytes flip.
#include "exchange/journal.h"

#include "exchange/random_commands.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {

// A disk in memory. The nth call of append or sync fails: an append after half of its bytes, a sync without having done
// it. What was never synced may be lost.
class MemoryDisk final : public Disk {
 public:
  std::string bytes;
  std::size_t synced = 0;
  int fail_at = 0;  // 0: never
  int calls = 0;

  std::uint64_t size() const override { return bytes.size(); }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    EXPECT_LE(offset + length, bytes.size());
    return bytes.substr(offset, length);
  }
  void append(std::string_view more) override {
    if (++calls == fail_at) {
      bytes += more.substr(0, more.size() / 2);
      throw Error(codes::journal_unwritable, {"满", "full"});
    }
    bytes += more;
  }
  void sync() override {
    if (++calls == fail_at) throw Error(codes::journal_unwritable, {"坏", "bad"});
    synced = bytes.size();
  }
  void truncate(std::uint64_t size) override {
    bytes.resize(size);
    synced = std::min<std::size_t>(synced, size);
  }
};

BookRules rules() {
  BookRules out;
  out.reference = 100;
  out.market_orders = true;
  out.bulk_threshold = 1'000;
  return out;
}

std::vector<Command> commands(std::size_t count) {
  RandomCommands random(7, {});
  std::vector<Command> out = random.opening();
  out.push_back({.action = Action::phase, .phase = Phase::continuous});
  out.push_back({.action = Action::bulk_propose, .side = Side::sell, .account = 0, .order = 1, .target = 2, .price = 100,
                 .qty = 1'000, .until = 1'000'000, .terms = {1, 2, 3}});
  while (out.size() < count) out.push_back(random.next());
  return out;
}

struct Opened {
  Venue venue{rules(), 1'000};
  std::uint64_t replayed = 0;
  std::uint64_t cut = 0;
  std::string root;
  explicit Opened(Disk& disk) {
    Events events;
    const Journal journal(disk, heading(rules()), [&](const Command& c) {
      venue.apply(c, events);
      ++replayed;
    });
    cut = journal.cut();
    root = journal.root();
  }
};

std::uint64_t hash_after(const std::vector<Command>& all, std::uint64_t count) {
  Venue venue(rules(), 1'000);
  Events events;
  for (std::uint64_t i = 0; i < count; ++i) venue.apply(all[i], events);
  return venue.state_hash();
}

// Commands in groups of `group`; returns how many were acknowledged.
std::uint64_t write_all(Disk& disk, const std::vector<Command>& all, std::size_t group) {
  std::uint64_t acknowledged = 0;
  try {
    Journal journal(disk, heading(rules()), [](const Command&) {});
    for (std::size_t i = 0; i < all.size(); ++i) {
      journal.add(all[i]);
      if ((i + 1) % group != 0) continue;
      try {
        journal.commit();
        acknowledged = journal.durable();
      } catch (const Error&) {
        EXPECT_THROW(journal.add(all[0]), Error);  // nothing more is taken
        EXPECT_THROW(journal.commit(), Error);
        throw;
      }
    }
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::journal_unwritable);
  }
  return acknowledged;
}

}  // namespace

TEST(Journal, ReplayGivesTheSameState) {
  const auto all = commands(500);
  MemoryDisk disk;
  EXPECT_EQ(write_all(disk, all, 20), 500U);
  const Opened opened(disk);
  EXPECT_EQ(opened.replayed, 500U);
  EXPECT_EQ(opened.cut, 0U);
  EXPECT_EQ(opened.venue.state_hash(), hash_after(all, 500));
  EXPECT_TRUE(opened.venue.check().empty());
}

TEST(Journal, TheNextGroupIsGatheredWhileTheDiskWorks) {
  const auto all = commands(500);
  MemoryDisk disk;
  std::string root;
  {
    Journal journal(disk, heading(rules()), [](const Command&) {});
    for (std::size_t i = 0; i < all.size(); ++i) {
      journal.add(all[i]);
      if (i % 20 == 19) journal.begin_commit();
    }
    journal.end_commit();
    EXPECT_EQ(journal.durable(), 500U);
    root = journal.root();
  }
  MemoryDisk other;
  write_all(other, all, 20);
  EXPECT_EQ(disk.bytes, other.bytes);
  EXPECT_EQ(Opened(disk).root, root);
}

TEST(Journal, EveryWriteAndSyncFailsOnce) {
  const auto all = commands(200);
  std::uint64_t before = 0;
  for (int n = 1;; ++n) {
    for (const bool lose_unsynced : {false, true}) {
      SCOPED_TRACE(fmt::format("call {} fails, unsynced bytes are {}", n, lose_unsynced ? "lost" : "kept"));
      MemoryDisk disk;
      disk.fail_at = n;
      const std::uint64_t acknowledged = write_all(disk, all, 20);
      if (disk.calls < n) {
        EXPECT_EQ(acknowledged, 200U);
        EXPECT_EQ(n, 2 * (1 + 200 / 20) + 1);
        return;
      }
      EXPECT_GE(acknowledged, before);
      before = acknowledged;
      if (lose_unsynced) disk.bytes.resize(disk.synced);
      disk.fail_at = 0;
      const Opened opened(disk);
      EXPECT_GE(opened.replayed, acknowledged);
      EXPECT_LE(opened.replayed, acknowledged + 20);  // the group on its way may have got through
      EXPECT_EQ(opened.venue.state_hash(), hash_after(all, opened.replayed));
      EXPECT_TRUE(opened.venue.check().empty());
    }
  }
}

TEST(Journal, EveryByteOfTheTailIsCutOnce) {
  const auto all = commands(60);
  MemoryDisk whole;
  write_all(whole, all, 20);
  MemoryDisk two;
  write_all(two, {all.begin(), all.begin() + 40}, 20);
  const std::uint64_t hash = hash_after(all, 40);
  for (std::size_t size = two.bytes.size(); size < whole.bytes.size(); ++size) {
    MemoryDisk disk;
    disk.bytes = whole.bytes.substr(0, size);
    if (size % 7 == 0) disk.bytes.resize(whole.bytes.size(), '\0');  // the length was kept, the contents were not
    const Opened opened(disk);
    ASSERT_EQ(opened.replayed, 40U) << size;
    ASSERT_EQ(opened.venue.state_hash(), hash) << size;
    ASSERT_EQ(disk.bytes, two.bytes) << size;
  }
}

TEST(Journal, AFlippedByteIsDamageWhereverItIs) {
  const auto all = commands(60);
  MemoryDisk whole;
  write_all(whole, all, 20);
  for (std::size_t at = 0; at < whole.bytes.size(); ++at) {
    MemoryDisk disk;
    disk.bytes = whole.bytes;
    disk.bytes[at] = static_cast<char>(disk.bytes[at] ^ 0x10);
    try {
      const Opened opened(disk);
      FAIL() << "byte " << at << " flipped, " << opened.replayed << " commands replayed";
    } catch (const Error& e) {
      ASSERT_EQ(e.code(), codes::journal_damaged) << at;
      ASSERT_EQ(disk.bytes.size(), whole.bytes.size()) << "nothing is cut";
    }
  }
}

TEST(Journal, GroupsCannotBeTakenOutOrExchanged) {
  const auto all = commands(60);
  MemoryDisk disk;
  write_all(disk, all, 20);
  // The heading's group ends where the first "TRIBJNL1" after the start stands.
  std::vector<std::size_t> starts;
  for (std::size_t at = disk.bytes.find("TRIBJNL1"); at != std::string::npos; at = disk.bytes.find("TRIBJNL1", at + 1))
    starts.push_back(at);
  ASSERT_EQ(starts.size(), 4U);
  MemoryDisk without;
  without.bytes = disk.bytes.substr(0, starts[1]) + disk.bytes.substr(starts[2]);
  EXPECT_THROW(Opened{without}, Error);
  MemoryDisk twice;
  twice.bytes = disk.bytes + disk.bytes.substr(starts[3]);
  EXPECT_THROW(Opened{twice}, Error);
}

TEST(Journal, OtherRulesAreRefused) {
  MemoryDisk disk;
  write_all(disk, commands(40), 20);
  BookRules other = rules();
  other.lot = 2;
  EXPECT_THROW(Journal(disk, heading(other), [](const Command&) {}), Error);
}

TEST(Journal, OneWriterAtATime) {
  const std::string path = testing::TempDir() + fmt::format("tributary-journal-{}", testing::UnitTest::GetInstance()->random_seed()) + ".journal";
  const auto first = open_disk(path);
  EXPECT_THROW((void)open_disk(path), Error);
  std::remove(path.c_str());
  EXPECT_THROW((void)open_disk("/nowhere/at/all"), Error);
}

}  // namespace tributary::exchange
