// A queue of long work, kept in the database: it survives a restart, several workers may take from it, and
// whoever asked can see how far it is or have it stopped. What a kind of job does is known to the one who
// runs it.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::store {

// The schema of this module.
std::span<const Migration> migrations();

enum class JobState : std::uint8_t { waiting, running, done, failed, cancelled };
std::string_view to_string(JobState state);
std::optional<JobState> parse_job_state(std::string_view name);

struct NewJob {
  std::string kind;
  std::string arguments;  // JSON
  std::string owner;      // id of the user
  std::string by;         // name of the user
};

struct Job {
  std::int64_t id = 0;
  std::string kind;
  std::string arguments;
  JobState state = JobState::waiting;
  std::int64_t done = 0;   // steps
  std::int64_t total = 0;  // 0: not known
  Text message;
  std::string result;  // JSON; empty until there is one
  std::string owner;
  std::string by;
  Instant created;
  std::optional<Instant> started;
  std::optional<Instant> finished;
  std::int64_t attempts = 0;
  bool cancel = false;
};

class Jobs {
 public:
  // The database must outlive it. A job without a beat for `patience` seconds is taken for abandoned.
  Jobs(Database& database, std::string tenant, const Clock& clock, std::int64_t patience = 60)
      : database_(database), tenant_(std::move(tenant)), clock_(clock), patience_(patience) {}

  std::int64_t add(const NewJob& job);
  std::optional<Job> find(std::int64_t id) const;
  // Newest first, below the id `before` (0: from the newest). `owner` empty: everybody's.
  std::vector<Job> list(std::string_view owner, std::size_t limit, std::int64_t before = 0) const;
  // A waiting job is cancelled at once; a running one is asked to stop. False when it is over already.
  bool cancel(std::int64_t id);

  // ---- for workers
  // The oldest waiting or abandoned job, now running.
  std::optional<Job> take();
  // Notes how far it is; false when it is to stop, or is another worker's by now.
  bool beat(const Job& job, std::int64_t done, std::int64_t total, const Text& message);
  void finish(const Job& job, JobState state, const Text& message, const std::string& result);
  // Gives back what this process was doing, for another to take up: at a graceful end.
  void give_back(const Job& job);
  // Removes jobs that were over before the instant. Returns how many.
  std::int64_t sweep(Instant before);

 private:
  Database& database_;
  std::string tenant_;
  const Clock& clock_;
  std::int64_t patience_;
};

}  // namespace tributary::store
