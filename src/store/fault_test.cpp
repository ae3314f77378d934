// A disk that fails at the 1st, 2nd, 3rd … write until the work passes: whatever happens, the database stays
// sound and holds all of a transaction or nothing, and what was reported as committed is there, even after a
// power cut.
#include "base/text.h"
#include "store/codes.h"
#include "store/testing.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace tributary::store {

namespace {

enum class Fault : std::uint8_t {
  once,  // one write fails, the next ones work again
  dead,  // this write and all that follow fail
  torn,  // half of this write arrives, then the disk is dead
  full,  // this write and all that follow find no room
};

// Between SQLite and the real disk: a VFS of its own that counts writes, truncations and syncs, and fails as
// told. It remembers of each file what had been synced, so that the power can be cut.
class FaultyDisk {
 public:
  FaultyDisk() : real_(sqlite3_vfs_find(nullptr)) {
    vfs_ = *real_;
    vfs_.zName = name;
    vfs_.pAppData = this;
    vfs_.pNext = nullptr;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* path, int sync) {
      auto& disk = of(vfs);
      if (const int bad = disk.tick(nullptr); bad != SQLITE_OK) return SQLITE_IOERR_DELETE;
      disk.synced_.erase(path);
      return disk.real_->xDelete(disk.real_, path, sync);
    };
    EXPECT_EQ(sqlite3_vfs_register(&vfs_, 0), SQLITE_OK);
  }
  ~FaultyDisk() { sqlite3_vfs_unregister(&vfs_); }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  static constexpr const char* name = "faulty";

  void arm(Fault fault, int nth) {
    fault_ = fault;
    left_ = nth;
    tripped_ = false;
  }
  void mend() { left_ = 0, tripped_ = false; }
  bool tripped() const { return tripped_; }

  // Everything that was not synced is gone, as far as a power cut can take it.
  void cut_power(const std::string& path) const {
    for (const std::string& file : {path, path + "-wal"}) {
      const auto known = synced_.find(file);
      if (known != synced_.end())
        write_file(file, known->second);
      else
        std::filesystem::remove(file);
    }
    std::filesystem::remove(path + "-shm");
  }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_io_methods methods;
    FaultyDisk* disk;
    const char* path;  // SQLite keeps it as long as the file is open
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return of(file).real(); }
  };
  static FaultyDisk& of(sqlite3_vfs* vfs) { return *static_cast<FaultyDisk*>(vfs->pAppData); }

  // Counts one operation; SQLITE_OK or how it fails. `tear` (of a write only) is set when half of it should
  // arrive.
  int tick(bool* tear) {
    if (fault_ == Fault::full && tear == nullptr) return SQLITE_OK;  // only writing needs room
    if (left_ == 0 && !(tripped_ && fault_ != Fault::once)) return SQLITE_OK;
    if (left_ > 0 && --left_ > 0) return SQLITE_OK;
    if (tear != nullptr) *tear = !tripped_ && fault_ == Fault::torn;
    tripped_ = true;
    return fault_ == Fault::full ? SQLITE_FULL : SQLITE_IOERR;
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* out, int flags, int* out_flags) {
    auto& disk = of(vfs);
    auto& opened = File::of(out);
    std::memset(static_cast<void*>(out), 0, static_cast<std::size_t>(vfs->szOsFile));
    if (const int bad = disk.real_->xOpen(disk.real_, path, opened.real(), flags, out_flags);
        bad != SQLITE_OK)
      return bad;
    opened.disk = &disk;
    opened.path = path;
    auto& m = opened.methods;
    m.iVersion = std::min(2, opened.real()->pMethods->iVersion);  // without xFetch
    m.xClose = [](sqlite3_file* f) { return File::real(f)->pMethods->xClose(File::real(f)); };
    m.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
      return File::real(f)->pMethods->xRead(File::real(f), to, size, at);
    };
    m.xWrite = [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
      bool tear = false;
      const int bad = File::of(f).disk->tick(&tear);
      if (tear) size /= 2;
      const int result =
          bad == SQLITE_OK || tear ? File::real(f)->pMethods->xWrite(File::real(f), from, size, at) : bad;
      return bad == SQLITE_IOERR ? SQLITE_IOERR_WRITE : bad != SQLITE_OK ? bad : result;
    };
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      const int bad = File::of(f).disk->tick(nullptr);
      return bad == SQLITE_OK ? File::real(f)->pMethods->xTruncate(File::real(f), size)
                              : SQLITE_IOERR_TRUNCATE;
    };
    m.xSync = [](sqlite3_file* f, int how) {
      auto& file = File::of(f);
      if (file.disk->tick(nullptr) != SQLITE_OK) return SQLITE_IOERR_FSYNC;
      const int result = file.real()->pMethods->xSync(file.real(), how);
      if (result == SQLITE_OK) file.disk->synced_[file.path] = read_file(file.path);
      return result;
    };
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return File::real(f)->pMethods->xFileSize(File::real(f), size);
    };
    m.xLock = [](sqlite3_file* f, int level) { return File::real(f)->pMethods->xLock(File::real(f), level); };
    m.xUnlock = [](sqlite3_file* f, int level) {
      return File::real(f)->pMethods->xUnlock(File::real(f), level);
    };
    m.xCheckReservedLock = [](sqlite3_file* f, int* held) {
      return File::real(f)->pMethods->xCheckReservedLock(File::real(f), held);
    };
    m.xFileControl = [](sqlite3_file* f, int what, void* with) {
      return File::real(f)->pMethods->xFileControl(File::real(f), what, with);
    };
    m.xSectorSize = [](sqlite3_file* f) { return File::real(f)->pMethods->xSectorSize(File::real(f)); };
    // No promise that a write is kept whole: the torn ones are ours.
    m.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
      return File::real(f)->pMethods->xShmMap(File::real(f), page, size, extend, to);
    };
    m.xShmLock = [](sqlite3_file* f, int from, int count, int flags_of_lock) {
      return File::real(f)->pMethods->xShmLock(File::real(f), from, count, flags_of_lock);
    };
    m.xShmBarrier = [](sqlite3_file* f) { File::real(f)->pMethods->xShmBarrier(File::real(f)); };
    m.xShmUnmap = [](sqlite3_file* f, int remove) {
      return File::real(f)->pMethods->xShmUnmap(File::real(f), remove);
    };
    out->pMethods = &m;
    return SQLITE_OK;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  Fault fault_ = Fault::once;
  int left_ = 0;  // operations until the failing one; 0: none will fail
  bool tripped_ = false;
  std::map<std::string, std::string> synced_;  // path -> contents
};

constexpr std::string_view columns[] = {"jurisdiction", "id", "s"};
constexpr int old_rows = 50;
constexpr int new_rows = 60;

// Changes pages that exist and adds new ones.
void work(Transaction& t) {
  t.execute("UPDATE a SET s = s || ' changed'");
  const auto writer = t.bulk("a", columns);
  for (int id = 0; id < new_rows; ++id)
    writer->row(std::vector<Value>{std::string("c"), std::int64_t{old_rows + id}, std::string(400, 'n')});
  writer->finish();
}

// Sound, and all of the work or none: which?
bool has_work(Database& db) {
  EXPECT_EQ(db.check_integrity(), std::vector<std::string>());
  return db.read([](Transaction& t) {
    const auto rows = t.first("SELECT count(*) FROM a")->integer(0);
    const auto changed = t.first("SELECT count(*) FROM a WHERE s LIKE '% changed'")->integer(0);
    const bool all = rows == old_rows + new_rows && changed == old_rows;
    const bool none = rows == old_rows && changed == 0;
    EXPECT_TRUE(all || none) << rows << " rows, " << changed << " changed";
    return all;
  });
}

class Faults : public testing::Test {
 protected:
  Faults() {
    const auto db = Database::open("sqlite:" + path_);
    db->write([](Transaction& t) {
      t.execute(
          "CREATE TABLE a (jurisdiction TEXT NOT NULL, id BIGINT NOT NULL, s TEXT, PRIMARY KEY "
          "(jurisdiction, id))");
      for (int id = 0; id < old_rows; ++id)
        t.execute("INSERT INTO a VALUES ('c', ?, ?)", id, std::string(400, 'o'));
    });
  }
  void SetUp() override { seed_ = read_file(path_); }

  std::string fresh() {
    for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(path_ + end);
    write_file(path_, seed_);
    return "sqlite:" + path_ + "?vfs=" + FaultyDisk::name;
  }

  // The work on a disk that fails at its nth operation, opening and closing included.
  void run(Fault fault) {
    int committed = 0;
    int failed = 0;
    for (int nth = 1;; ++nth) {
      SCOPED_TRACE(nth);
      ASSERT_LT(nth, 5000);
      FaultyDisk disk;
      bool reported = false;
      const std::string url = fresh();
      disk.arm(fault, nth);
      try {
        const auto db = Database::open(url);
        db->write(work);
        reported = true;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), fault == Fault::full ? codes::disk_full : codes::disk_failure)
            << error.what();
      }
      const bool passed = !disk.tripped();
      disk.mend();
      const bool kept = has_work(*Database::open("sqlite:" + path_));
      EXPECT_TRUE(kept || !reported);
      ++(reported ? committed : failed);
      if (HasFailure()) return;
      if (passed) break;
    }
    // The failures lay before the commit as well as after it (in the checkpoint at closing).
    EXPECT_GT(failed, 20);
    EXPECT_GT(committed, 5);
  }

  TestDatabase folder_{"sqlite"};
  std::string path_ = folder_.url().substr(7) + ".faulty";
  std::string seed_;
};

TEST_F(Faults, OneWriteFails) {
  run(Fault::once);
}
TEST_F(Faults, TheDiskDies) {
  run(Fault::dead);
}
TEST_F(Faults, TheDiskDiesInTheMiddleOfAWrite) {
  run(Fault::torn);
}
TEST_F(Faults, TheDiskIsFull) {
  run(Fault::full);
}

// The program lives on after the failure: nothing of the failed work is seen, and the same work then passes.
TEST_F(Faults, TheSameConnectionGoesOn) {
  int failures = 0;
  for (int nth = 1;; ++nth) {
    SCOPED_TRACE(nth);
    FaultyDisk disk;
    const auto db = Database::open(fresh());
    disk.arm(Fault::once, nth);
    bool reported = false;
    try {
      db->write(work);
      reported = true;
    } catch (const Error&) {
      ++failures;
    }
    const bool passed = !disk.tripped();
    disk.mend();
    EXPECT_EQ(has_work(*db), reported);
    if (!reported) {
      db->write(work);
      EXPECT_TRUE(has_work(*db));
    }
    if (HasFailure()) return;
    if (passed) break;
  }
  EXPECT_GT(failures, 20);
}

// The power goes after the nth operation. What was reported must have been synced before: FULL, not NORMAL.
TEST_F(Faults, APowerCutTakesNothingThatWasReported) {
  for (int nth = 1;; ++nth) {
    SCOPED_TRACE(nth);
    FaultyDisk disk;
    const std::string url = fresh();
    std::int64_t reported = -1;
    bool passed = false;
    {
      const auto seeded = Database::open(url);
      // Syncs the seed, which the disk has not seen being written.
      seeded->write([](Transaction& t) {
        t.execute("CREATE TABLE done (number BIGINT NOT NULL, half BIGINT NOT NULL)");
      });
    }
    {
      const auto db = Database::open(url);
      disk.arm(Fault::dead, nth);
      try {
        for (std::int64_t number = 0; number < 8; ++number) {
          db->write([&](Transaction& t) {
            t.execute("INSERT INTO done VALUES (?, 1), (?, 2)", number, number);
            t.execute("UPDATE a SET s = s || '.' WHERE id = ?", number);
          });
          reported = number;
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), codes::disk_failure) << error.what();
      }
      passed = !disk.tripped();
      if (passed) disk.arm(Fault::dead, 1);  // closing must not save anybody
    }
    disk.cut_power(path_);
    disk.mend();
    const auto after = Database::open("sqlite:" + path_);
    EXPECT_EQ(after->check_integrity(), std::vector<std::string>());
    after->read([&](Transaction& t) {
      std::int64_t next = 0;
      t.each(
          [&](const Row& row) {
            EXPECT_EQ(row.integer(0), next++);
            EXPECT_EQ(row.integer(1), 2);
          },
          "SELECT number, count(*) FROM done GROUP BY number ORDER BY number");
      EXPECT_GT(next, reported);
    });
    if (HasFailure()) return;
    if (passed) break;
    ASSERT_LT(nth, 5000);
  }
}

}  // namespace
}  // namespace tributary::store
