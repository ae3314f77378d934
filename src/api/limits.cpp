#include "api/limits.h"

#include <algorithm>
#include <cmath>

namespace tributary::api {
namespace {
constexpr std::size_t most_buckets = 20'000;  // beyond, full ones are forgotten: they say nothing
}

std::optional<std::int64_t> Limiter::take(const std::string& who, const Rate& rate, Time now) {
  if (rate.per_second <= 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= most_buckets) {
    std::erase_if(buckets_,
                  [&](const auto& entry) { return now - entry.second.filled > std::chrono::seconds{60}; });
    if (buckets_.size() >= most_buckets) buckets_.clear();
  }
  const auto [found, fresh] = buckets_.try_emplace(who, Bucket{rate.at_once, now});
  Bucket& bucket = found->second;
  const double passed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(rate.at_once, bucket.tokens + std::max(0.0, passed) * rate.per_second);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  return std::max<std::int64_t>(1,
                                static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / rate.per_second)));
}

std::size_t Limiter::known() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace tributary::api
