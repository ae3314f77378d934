// Does the long work of the queue, one job after the other, on a thread of its own.
#pragma once

#include "api/services.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace tributary::api {

class JobRunner {
 public:
  using Log = std::function<void(const Json& entry)>;
  JobRunner(Services& services, Log log);
  // Stops after the step at hand and gives the job back to the queue.
  ~JobRunner();
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  void wake();

 private:
  void loop();
  void run(Worker& worker, const store::Job& job);
  // What people sent is read for finding it, one file at a time, what was erased leaves the log, and cases of earlier
  // releases are added up; whether there may be more.
  bool keep_found(Worker& worker);

  Services& services_;
  Log log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool woken_ = false;
  std::int64_t swept_ = 0;
  std::thread thread_;
};

// A job as its owner sees it.
Json job_json(const store::Job& job);

}  // namespace tributary::api
