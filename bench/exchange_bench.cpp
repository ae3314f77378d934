// What the trading core costs: orders a second in memory, behind a journal, and a call auction of a million orders.
//
//   exchange_bench [--orders=4000000] [--rounds=5] [--folder=DIR] [--only=book|journal|call]
//
// Each part runs beside its baseline in the same process, round by round, since other work may share the machine: what
// counts is the ratio and its spread.
#include "exchange/calculator.h"
#include "exchange/journal.h"
#include "exchange/venue.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace {

using namespace tributary;
using namespace tributary::exchange;
using Time = std::chrono::steady_clock;

double seconds_since(Time::time_point start) {
  return std::chrono::duration<double>(Time::now() - start).count();
}

// Seconds of processor time of this thread: what others take of the machine is not in it.
double processor() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

constexpr AccountNumber accounts = 1'000;
constexpr Ticks reference = 5'005;

BookRules rules() {
  BookRules out;
  out.reference = reference;
  out.limits = {.rate = 1'000'000'000, .max_order = 10'000, .max_value = 1'000'000'000, .max_day = 1LL << 60,
                .max_holding = 1LL << 60};
  return out;
}

std::vector<Command> opening() {
  std::vector<Command> out;
  for (AccountNumber a = 0; a < accounts; ++a) {
    out.push_back({.action = Action::admit, .account = a, .group = a});
    out.push_back({.action = Action::deposit, .account = a, .price = 1LL << 50, .qty = 1LL << 40});
  }
  out.push_back({.action = Action::phase, .phase = Phase::continuous});
  return out;
}

// Limit orders around a price that wanders: half are priced to come to rest, half to reach the other side.
std::vector<Command> orders(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Command> out;
  out.reserve(count);
  double middle = reference;
  for (std::size_t i = 0; i < count; ++i) {
    middle += (static_cast<double>(random() % 2001) - 1000) / 20000 + (reference - middle) / 2000;
    const bool buy = random() % 2 == 0;
    const bool rests = random() % 2 == 0;
    const Ticks away = rests ? static_cast<Ticks>(random() % 8) : 10;
    const Ticks at = static_cast<Ticks>(middle);
    const Ticks price = buy == rests ? at - away : at + 1 + away;
    out.push_back({.action = Action::submit,
                   .side = buy ? Side::buy : Side::sell,
                   .account = static_cast<AccountNumber>(random() % accounts),
                   .time = static_cast<std::int64_t>(i / 100'000),
                   .order = i + 1,
                   .price = price,
                   .qty = static_cast<Quantity>(1 + random() % 100)});
  }
  return out;
}

// The baseline: the book most people would write. A std::map of prices to lists of orders per side, a hash table of the
// live orders; matching by price and time and nothing else: no accounts, no cover, no limits, no owner check.
class MapBook {
 public:
  std::size_t trades = 0;
  std::size_t rested = 0;
  void submit(const Command& c) {
    Quantity left = c.qty;
    if (c.side == Side::buy)
      match(sells_, left, [&](Ticks price) { return price <= c.price; });
    else
      match(buys_, left, [&](Ticks price) { return price >= c.price; });
    if (left == 0) return;
    ++rested;
    auto& level = c.side == Side::buy ? buys_[c.price] : sells_[c.price];
    level.push_back({c.order, left});
    live_[c.order] = std::prev(level.end());
  }

 private:
  struct Order {
    OrderId id;
    Quantity left;
  };
  template <class Levels, class Reaches>
  void match(Levels& levels, Quantity& left, const Reaches& reaches) {
    while (left > 0 && !levels.empty() && reaches(levels.begin()->first)) {
      auto& level = levels.begin()->second;
      Order& first = level.front();
      const Quantity qty = std::min(left, first.left);
      left -= qty;
      first.left -= qty;
      ++trades;
      if (first.left == 0) {
        live_.erase(first.id);
        level.pop_front();
        if (level.empty()) levels.erase(levels.begin());
      }
    }
  }
  std::map<Ticks, std::list<Order>, std::greater<>> buys_;
  std::map<Ticks, std::list<Order>> sells_;
  std::unordered_map<OrderId, std::list<Order>::iterator> live_;
};

struct Spread {
  std::vector<double> values;
  void add(double v) { values.push_back(v); }
  double at(double p) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1) + 0.5)];
  }
  std::string text(const char* form) {
    return fmt::format("{} ({} … {})", fmt::format(fmt::runtime(form), at(0.5)), fmt::format(fmt::runtime(form), at(0)),
                       fmt::format(fmt::runtime(form), at(1)));
  }
};

double run_venue(const std::vector<Command>& commands, std::size_t& events_out, std::size_t& rested) {
  Venue venue(rules(), commands.size());
  Events events;
  events.reserve(1 << 16);
  for (const Command& c : opening()) venue.apply(c, events);
  events_out = 0;
  const double start = processor();
  for (const Command& c : commands) {
    events.clear();
    venue.apply(c, events);
    events_out += events.size();
  }
  const double took = processor() - start;
  rested = 0;
  for (const Command& c : commands) {
    const OrderState s = venue.book().state(c.order);
    rested += s == OrderState::open || s == OrderState::partial;
  }
  for (const auto& wrong : venue.check()) fmt::print("WRONG: {}\n", wrong);
  return took;
}

// Orders arrive on a fixed timetable, whether or not the core keeps up; the time of an order runs from when it was due.
// So one slow order makes those behind it late, as it would for those who sent them.
void latencies(const std::vector<Command>& commands, double per_second) {
  Venue venue(rules(), commands.size());
  Events events;
  events.reserve(1 << 16);
  for (const Command& c : opening()) venue.apply(c, events);
  std::vector<std::uint32_t> took;
  took.reserve(commands.size());
  const double gap = 1e9 / per_second;
  const auto start = Time::now();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto due = std::chrono::nanoseconds(static_cast<std::int64_t>(gap * static_cast<double>(i)));
    while (Time::now() - start < due) {}
    events.clear();
    venue.apply(commands[i], events);
    const auto late = (Time::now() - start) - due;
    took.push_back(static_cast<std::uint32_t>(std::min<std::int64_t>(late.count(), 0xffffffffLL)));
  }
  std::ranges::sort(took);
  const auto at = [&](double p) {
    return static_cast<double>(took[static_cast<std::size_t>(p * static_cast<double>(took.size() - 1))]) / 1e3;
  };
  fmt::print("  {:>4.1f} M/s   {:>8.2f} {:>8.2f} {:>8.2f} {:>9.2f} {:>9.2f} {:>10.1f}\n", per_second / 1e6, at(0.5), at(0.9),
             at(0.99), at(0.999), at(0.9999), at(1));
}

void book_part(std::size_t count, int rounds) {
  const auto commands = orders(count, 20261128);
  Spread rate, ratio, base;
  std::size_t events = 0, rested = 0, trades = 0, plain_rested = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto plain = [&] {
      MapBook book;
      const double start = processor();
      for (const Command& c : commands) book.submit(c);
      const double took = processor() - start;
      trades = book.trades;
      plain_rested = book.rested;
      return took;
    };
    const double before = plain();
    const double took = run_venue(commands, events, rested);
    const double after = plain();
    const double n = static_cast<double>(count) / 1e6;
    rate.add(n / took);
    base.add(n / ((before + after) / 2));
    ratio.add((before + after) / 2 / took);
  }
  fmt::print("book: {} limit orders of {} accounts, {:.0f} % come to rest, {:.2f} trades and {:.2f} events an order, {} rest at the end\n",
             count, accounts, 100.0 * static_cast<double>(plain_rested) / static_cast<double>(count),
             static_cast<double>(trades) / static_cast<double>(count),
             static_cast<double>(events) / static_cast<double>(count), rested);
  fmt::print("  core          {} M orders/s of processor time, median (least … most) of {} rounds\n", rate.text("{:.2f}"), rounds);
  fmt::print("  std::map book {} M orders/s   no accounts, cover, limits, owners\n", base.text("{:.2f}"));
  fmt::print("  ratio         {}\n", ratio.text("{:.2f}"));
  fmt::print("latency in µs from when an order was due, by the rate at which they come\n");
  fmt::print("  rate            p50      p90      p99     p99.9    p99.99      worst\n");
  const auto part = std::vector<Command>(commands.begin(), commands.begin() + static_cast<long>(std::min<std::size_t>(count, 2'000'000)));
  for (const double per_second : {0.5e6, 1e6, 2e6, 4e6}) latencies(part, per_second);
}

std::string option(int argc, char** argv, std::string_view name, std::string fallback) {
  const std::string prefix = fmt::format("--{}=", name);
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]).starts_with(prefix)) return argv[i] + prefix.size();
  return fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = static_cast<std::size_t>(std::stoll(option(argc, argv, "orders", "4000000")));
  const int rounds = std::stoi(option(argc, argv, "rounds", "5"));
  const std::string only = option(argc, argv, "only", "");
  if (only.empty() || only == "book") book_part(count, rounds);
}
