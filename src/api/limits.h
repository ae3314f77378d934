// How many requests one caller may send: a bucket of tokens for each, refilled as time passes.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace tributary::api {

struct Rate {
  double per_second = 0;  // 0: no limit
  double at_once = 0;
};

class Limiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Takes one token of `who`. Nothing when there was one, else the seconds to wait (at least 1).
  std::optional<std::int64_t> take(const std::string& who, const Rate& rate, Time now);
  std::size_t known() const;

 private:
  struct Bucket {
    double tokens;
    Time filled;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace tributary::api
