// Counts for Prometheus: requests by route and status, how long they took, what is going on now.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace tributary::api {

class Metrics {
 public:
  void request(const std::string& route, int status, std::chrono::microseconds took);
  // The text format of Prometheus, version 0.0.4.
  std::string text(std::size_t listeners) const;
  std::uint64_t requests() const { return requests_; }

  std::atomic<std::int64_t> waiting{0};   // in the queue
  std::atomic<std::int64_t> working{0};   // with a worker
  std::atomic<std::uint64_t> refused{0};  // turned away because too much was waiting

 private:
  static constexpr std::array<double, 9> bounds{0.001, 0.0025, 0.005, 0.01, 0.025,
                                                0.1,   0.5,    2.5,   10};  // seconds
  struct Times {
    std::array<std::uint64_t, bounds.size() + 1> counts{};
    double sum = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> by_status_;
  std::map<std::string, Times> times_;
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace tributary::api
