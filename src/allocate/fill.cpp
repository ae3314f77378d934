#include "allocate/fill.h"

#include <algorithm>
#include <numeric>

namespace tributary::allocate {
namespace {

struct Event {
  Rational level;
  Rational slope;                     // what the slope of the sum changes by
  std::optional<std::size_t> jump{};  // a ramp that rises at once here
};

Rational amount_at(const Ramp& ramp, const Rational& level) {
  if (level <= ramp.start || !ramp.slope) return ramp.from;
  const Rational rising = ramp.from + *ramp.slope * (level - ramp.start);
  return ramp.to && *ramp.to < rising ? *ramp.to : rising;
}

}  // namespace

std::optional<Filled> fill(const std::vector<Ramp>& ramps, const Rational& total) {
  std::vector<Event> events;
  Rational sum;
  for (std::size_t i = 0; i < ramps.size(); ++i) {
    const Ramp& ramp = ramps[i];
    sum += ramp.from;
    if (ramp.to && *ramp.to == ramp.from) continue;
    if (!ramp.slope) {
      events.push_back({ramp.start, Rational(0), i});
    } else if (ramp.slope->sign() > 0) {
      events.push_back({ramp.start, *ramp.slope});
      if (ramp.to) events.push_back({ramp.start + (*ramp.to - ramp.from) / *ramp.slope, -*ramp.slope});
    }
  }
  if (sum > total) return std::nullopt;
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.level < b.level; });
  std::vector<char> jumped(ramps.size(), 0);
  const auto result = [&](const Rational& level, const std::vector<std::size_t>& jumping,
                          const Rational& part) {
    Filled out{{}, level};
    for (std::size_t i = 0; i < ramps.size(); ++i)
      out.amounts.push_back(jumped[i] ? *ramps[i].to : amount_at(ramps[i], level));
    for (const std::size_t i : jumping)
      out.amounts[i] = ramps[i].from + part * (*ramps[i].to - ramps[i].from);
    return out;
  };
  Rational level = events.empty() ? Rational(0) : events.front().level;
  Rational slope;
  if (sum == total) return result(level, {}, Rational(0));
  for (std::size_t e = 0; e < events.size();) {
    const Rational next = events[e].level;
    if (slope.sign() > 0 && sum + slope * (next - level) >= total)
      return result(level + (total - sum) / slope, {}, Rational(0));
    sum += slope * (next - level);
    level = next;
    std::vector<std::size_t> jumping;
    Rational height;
    for (; e < events.size() && events[e].level == level; ++e) {
      slope += events[e].slope;
      if (!events[e].jump) continue;
      jumping.push_back(*events[e].jump);
      if (!ramps[jumping.back()].to) return std::nullopt;  // would take everything: a bound is needed
      height += *ramps[jumping.back()].to - ramps[jumping.back()].from;
    }
    if (!jumping.empty()) {
      if (sum + height >= total) return result(level, jumping, (total - sum) / height);
      sum += height;
      for (const std::size_t i : jumping) jumped[i] = 1;
    }
  }
  if (sum == total) return result(level, {}, Rational(0));
  if (slope.sign() > 0) return result(level + (total - sum) / slope, {}, Rational(0));
  return std::nullopt;
}

std::optional<std::vector<Rational>> fill_in_proportion(const std::vector<Rational>& weights,
                                                        const std::vector<Rational>& floors,
                                                        const std::vector<std::optional<Rational>>& caps,
                                                        const Rational& total) {
  std::vector<Ramp> ramps;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const bool none = weights[i].is_zero();
    ramps.push_back({floors[i], none ? std::optional(floors[i]) : caps[i],
                     none ? Rational(0) : floors[i] / weights[i], weights[i]});
  }
  auto filled = fill(ramps, total);
  if (!filled) return std::nullopt;
  return std::move(filled->amounts);
}

std::optional<std::vector<Rational>> round_to_units(const std::vector<Rational>& amounts,
                                                    const std::vector<Rational>& floors,
                                                    const std::vector<std::optional<Rational>>& caps,
                                                    const Rational& total, const Rational& unit) {
  std::vector<Rational> exact, counts;
  std::vector<std::optional<Rational>> most;
  Rational left = total / unit;
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    exact.push_back(amounts[i] / unit);
    const Rational least = (floors[i] / unit).ceil();
    most.push_back(caps[i] ? std::optional((*caps[i] / unit).floor()) : std::nullopt);
    if (most.back() && *most.back() < least) return std::nullopt;
    counts.push_back(std::max(exact.back().floor(), least));
    if (most.back() && counts.back() > *most.back()) counts.back() = *most.back();
    left -= counts.back();
  }
  const auto move = [&](bool up) {
    std::vector<std::size_t> order(amounts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const Rational first = exact[a] - counts[a];
      const Rational second = exact[b] - counts[b];
      return up ? first > second : first < second;
    });
    bool moved = false;
    for (const std::size_t i : order) {
      if (left.is_zero()) break;
      if (up ? most[i] && counts[i] >= *most[i] : counts[i] <= (floors[i] / unit).ceil()) continue;
      counts[i] += Rational(up ? 1 : -1);
      left += Rational(up ? -1 : 1);
      moved = true;
    }
    return moved;
  };
  while (!left.is_zero())
    if (!move(left.sign() > 0)) return std::nullopt;
  for (Rational& count : counts) count *= unit;
  return counts;
}

}  // namespace tributary::allocate
