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
#include <list>
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

// Limit orders around a price that wanders: half are priced to come to rest, half to reach the other side;
// in the deep shape these reach no further than the others rest, so that hundreds of thousands of orders stay.
std::vector<Command> orders(std::size_t count, std::uint64_t seed, bool deep = false) {
  std::mt19937_64 random(seed);
  std::vector<Command> out;
  out.reserve(count);
  double middle = reference;
  for (std::size_t i = 0; i < count; ++i) {
    middle += (static_cast<double>(random() % 2001) - 1000) / 20000 + (reference - middle) / 2000;
    const bool buy = random() % 2 == 0;
    const bool rests = random() % 2 == 0;
    const Ticks away = rests || deep ? static_cast<Ticks>(random() % 8) : 10;
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
// So one slow order makes those behind it late, as it would for those who sent them. The timetable runs in processor time
// of this thread: on a machine with other work, wall time would measure the scheduler. Reading that clock takes 0.3 to
// 0.4 µs here and is in every figure; it bounds the rates that can be asked for.
void latencies(const std::vector<Command>& commands, double per_second) {
  Venue venue(rules(), commands.size());
  Events events;
  events.reserve(1 << 16);
  for (const Command& c : opening()) venue.apply(c, events);
  std::vector<std::uint32_t> took;
  took.reserve(commands.size());
  const double gap = 1 / per_second;
  double now = processor();
  const double start = now;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const double due = start + gap * static_cast<double>(i);
    while (now < due) now = processor();
    events.clear();
    venue.apply(commands[i], events);
    now = processor();
    took.push_back(static_cast<std::uint32_t>(std::min((now - due) * 1e9, 4e9)));
  }
  std::ranges::sort(took);
  const auto at = [&](double p) {
    return static_cast<double>(took[static_cast<std::size_t>(p * static_cast<double>(took.size() - 1))]) / 1e3;
  };
  fmt::print("  {:>4.2f} M/s   {:>8.2f} {:>8.2f} {:>8.2f} {:>9.2f} {:>9.2f} {:>10.1f}\n", per_second / 1e6, at(0.5), at(0.9),
             at(0.99), at(0.999), at(0.9999), at(1));
}

// Groups of commands through the core and the journal, beside the same bytes appended and synced with nothing around them.
// Either one after the other, or the next group is worked on while the disk has the one before (which needs a processor for
// each). «alone» is what the ratio would be if nobody else used the processors: raw time / (raw time + processor time).
void journal_part(std::size_t count, int rounds, const std::string& folder) {
  const auto commands = orders(count, 20261128);
  const std::string path = fmt::format("{}/exchange-bench-{}", folder, getpid());
  fmt::print("journal: one sync a group, 64 groups; M orders/s of wall time, median (least … most) of {} rounds\n", rounds);
  for (const std::size_t group : {std::size_t{1'024}, std::size_t{8'192}, std::size_t{32'768}}) {
    for (const bool overlapped : {false, true}) {
      Spread ratio, rate, raw_rate, alone, cost;
      const std::size_t used = std::min(count, group * 64);
      for (int round = 0; round < rounds; ++round) {
        std::uint64_t bytes = 0;
        double took = 0, spent = 0, raw = 0, raw_spent = 0;
        std::filesystem::remove(path);
        {
          const auto disk = open_disk(path);
          Venue venue(rules(), count);
          Events events;
          Journal journal(*disk, heading(rules()), [](const Command&) {});
          for (const Command& c : opening()) {
            journal.add(c);
            venue.apply(c, events);
          }
          journal.commit();
          const std::uint64_t before = disk->size();
          const auto start = Time::now();
          const double cpu = processor();
          for (std::size_t i = 0; i < used; ++i) {
            if (i % group == 0 && i > 0) {  // the events of a group go out when it is on disk
              overlapped ? journal.begin_commit() : journal.commit();
              events.clear();
            }
            journal.add(commands[i]);
            venue.apply(commands[i], events);
          }
          journal.commit();
          spent = processor() - cpu;
          took = seconds_since(start);
          bytes = disk->size() - before;
        }
        std::filesystem::remove(path);
        {
          const auto disk = open_disk(path);
          const std::string block(bytes * group / used, 'x');
          const auto start = Time::now();
          const double cpu = processor();
          for (std::size_t i = 0; i < used; i += group) {
            disk->append(block);
            disk->sync();
          }
          raw_spent = processor() - cpu;
          raw = seconds_since(start);
        }
        std::filesystem::remove(path);
        const double n = static_cast<double>(used) / 1e6;
        ratio.add(raw / took);
        rate.add(n / took);
        raw_rate.add(n / raw);
        alone.add(raw / (raw + spent - (overlapped ? 0 : raw_spent)));
        cost.add((spent - (overlapped ? 0 : raw_spent)) * 1e3 / n);
      }
      fmt::print("  groups of {:>5}, {:<10}  {}   raw {}   ratio {}", group, overlapped ? "overlapped" : "in turn", rate.text("{:.2f}"),
                 raw_rate.text("{:.2f}"), ratio.text("{:.2f}"));
      fmt::print("{}\n", overlapped ? "" : fmt::format("   alone {}, {} ns of processor time an order", alone.text("{:.2f}"), cost.text("{:.0f}")));
      std::fflush(stdout);
    }
  }
}

// A book of a million orders as people hand it in, read and cleared.
void call_part(int rounds) {
  constexpr std::size_t orders_in_all = 1'000'000;
  std::mt19937_64 random(7);
  std::string json = "{\"ref\": \"50.05\", \"tick\": \"0.01\", \"limit\": \"0.1\",\n\"buys\": [";
  for (const bool buy : {true, false}) {
    for (std::size_t i = 0; i < orders_in_all / 2; ++i) {
      const auto ticks = 5'005 + static_cast<int>(random() % 900) - (buy ? 500 : 400);
      json += fmt::format("{}{{\"id\": \"{}{:06}\", \"qty\": {}, \"price\": \"{}.{:02}\", \"time\": {}}}", i == 0 ? "" : ",\n",
                          buy ? 'B' : 'S', i, 1 + random() % 1000, ticks / 100, ticks % 100, random() % 900);
    }
    json += buy ? "],\n\"sells\": [" : "]}";
  }
  Spread read_ms, price_ms, ratio, per_order;
  for (int round = 0; round < rounds; ++round) {
    const double start = processor();
    const CallBook book = read_call_book("call-auction:four-step", json, "bench");
    const double read = processor();
    const CallResult result = call_auction(book.buys, book.sells, book.terms);
    const double done = processor();
    if (!result.found.price) fmt::print("WRONG: no price\n");
    read_ms.add((read - start) * 1e3);
    price_ms.add((done - read) * 1e3);
    ratio.add((done - start) / (read - start));
  }
  fmt::print("call auction: {} orders, {:.0f} MB of JSON\n", orders_in_all, static_cast<double>(json.size()) / 1e6);
  fmt::print("  read and checked    {} ms of processor time\n", read_ms.text("{:.0f}"));
  fmt::print("  price and all fills {} ms\n", price_ms.text("{:.0f}"));
  fmt::print("  all / reading       {}\n", ratio.text("{:.2f}"));
}

void book_part(std::size_t count, int rounds, bool deep) {
  const auto commands = orders(count, 20261128, deep);
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
  fmt::print("{} book: {} limit orders of {} accounts, {:.0f} % come to rest, {:.2f} trades and {:.2f} events an order, {} rest at the end\n",
             deep ? "deep" : "shallow", count, accounts, 100.0 * static_cast<double>(plain_rested) / static_cast<double>(count),
             static_cast<double>(trades) / static_cast<double>(count),
             static_cast<double>(events) / static_cast<double>(count), rested);
  fmt::print("  core          {} M orders/s of processor time, median (least … most) of {} rounds\n", rate.text("{:.2f}"), rounds);
  fmt::print("  std::map book {} M orders/s   no accounts, cover, limits, owners\n", base.text("{:.2f}"));
  fmt::print("  ratio         {}\n", ratio.text("{:.2f}"));
  std::fflush(stdout);
  if (deep) return;
  fmt::print("latency in µs of processor time from when an order was due, by the rate at which they come\n");
  fmt::print("  rate            p50      p90      p99     p99.9    p99.99      worst\n");
  const auto part = std::vector<Command>(commands.begin(), commands.begin() + static_cast<long>(std::min<std::size_t>(count, 1'000'000)));
  for (const double per_second : {0.25e6, 0.5e6, 1e6}) latencies(part, per_second);
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
  const std::string folder = option(argc, argv, "folder", "/var/tmp");
  if (only.empty() || only == "book") {
    book_part(count, rounds, false);
    book_part(count, rounds, true);
  }
  if (only.empty() || only == "journal") journal_part(count, rounds, folder);
  if (only.empty() || only == "call") call_part(rounds);
}
