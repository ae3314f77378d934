// The journal of one market: its commands in groups, each group written and synced once, chained by SHA-256.
//
// A group is a header (what follows, of which number, the hash of the group before, and a check of the header itself), the
// commands, and the SHA-256 of all of it. The first group holds the heading: the rules of the market as text; a journal is
// not replayed under others. An unfinished group at the end is what a crash left; it was never acknowledged and is cut off.
// Anything else that does not fit is damage, and a person decides.
//
//     Journal journal(*disk, heading(rules), [&](const Command& c) { venue.apply(c, events); });
//     journal.add(command); venue.apply(command, events); …        // as many as came in meanwhile
//     journal.commit();                                            // now the events may be given out
//
// To go on while the disk works: begin_commit(), add to the next group, end_commit(). The group is hashed and written by a
// thread of the journal's own meanwhile. After a failed write nothing more is taken: what is on the disk is not known until the
// journal is opened again.
#pragma once

#include "exchange/disk.h"
#include "exchange/venue.h"

#include <exception>
#include <functional>
#include <semaphore>
#include <thread>

namespace tributary::exchange {

class Journal {
 public:
  // Reads, checks and replays what is there; cuts off an unfinished end. Throws journal_damaged with the offset,
  // journal_unwritable.
  Journal(Disk& disk, std::string_view heading, const std::function<void(const Command&)>& replay);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Into the group that is being gathered. Throws journal_unwritable after a failure.
  void add(const Command& command);
  // Writes and syncs the group; nothing to do for an empty one.
  void commit();
  void begin_commit();  // waits for the one before
  void end_commit();

  std::uint64_t durable() const { return durable_; }  // commands known to be on disk
  const std::string& root() const { return root_; }   // hash of the last group known to be on disk, in hex
  std::uint64_t cut() const { return cut_; }          // bytes cut off at opening

 private:
  // Commands as bytes, behind room for the header.
  struct Group {
    std::string bytes;
    std::uint32_t count = 0;
    std::uint64_t first = 0;  // number of the first command
    void begin(std::uint64_t number);
  };
  void recover(std::string_view heading, const std::function<void(const Command&)>& replay);
  void write(Group& group);  // completes it with header and hash
  void settle(const Group& written);
  void keep_writing();  // of the thread
  void require_sound() const;

  Disk& disk_;
  Group gathered_, given_;  // given: to the thread
  std::uint64_t durable_ = 0;
  std::string root_;
  std::string sealed_;  // hash of the last group that write() had
  std::uint64_t cut_ = 0;
  bool failed_ = false;
  // The thread is there from the first begin_commit() on, and touches given_, sealed_, trouble_ and the disk between work_ and done_.
  bool writing_ = false, ending_ = false;
  std::exception_ptr trouble_;
  std::binary_semaphore work_{0}, done_{0};
  std::thread writer_;
};

// The rules as text: what the journal is headed with. The same rules give the same text.
std::string heading(const BookRules& rules);

}  // namespace tributary::exchange
