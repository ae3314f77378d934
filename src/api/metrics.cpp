#include "api/metrics.h"

#include <fmt/format.h>

namespace tributary::api {

void Metrics::request(const std::string& route, int status, std::chrono::microseconds took) {
  ++requests_;
  const double seconds = std::chrono::duration<double>(took).count();
  const std::lock_guard lock(mutex_);
  ++by_status_[{route, status}];
  Times& times = times_[route];
  times.sum += seconds;
  std::size_t i = 0;
  while (i < bounds.size() && seconds > bounds[i]) ++i;
  ++times.counts[i];
}

std::string Metrics::text(std::size_t listeners) const {
  std::string out =
      "# HELP tributary_requests_total Requests answered.\n# TYPE tributary_requests_total counter\n";
  const std::lock_guard lock(mutex_);
  for (const auto& [key, count] : by_status_)
    out += fmt::format("tributary_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first, key.second,
                       count);
  out += "# HELP tributary_request_seconds Time to answer.\n# TYPE tributary_request_seconds histogram\n";
  for (const auto& [route, times] : times_) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      below += times.counts[i];
      out += fmt::format("tributary_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route, bounds[i],
                         below);
    }
    below += times.counts.back();
    out += fmt::format("tributary_request_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n", route, below);
    out += fmt::format("tributary_request_seconds_sum{{route=\"{}\"}} {}\n", route, times.sum);
    out += fmt::format("tributary_request_seconds_count{{route=\"{}\"}} {}\n", route, below);
  }
  const auto gauge = [&](const char* name, const char* help, auto value) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help, value);
  };
  gauge("tributary_requests_waiting", "Requests waiting for a worker.", waiting.load());
  gauge("tributary_requests_working", "Requests being worked on.", working.load());
  gauge("tributary_event_listeners", "Open event streams.", listeners);
  out += fmt::format(
      "# HELP tributary_requests_refused_total Turned away because too many waited.\n# TYPE "
      "tributary_requests_refused_total counter\ntributary_requests_refused_total {}\n",
      refused.load());
  return out;
}

}  // namespace tributary::api
