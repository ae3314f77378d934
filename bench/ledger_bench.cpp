// How many transfers a second the ledger records durably, and how long a batch may take.
//
//   ledger_bench [--seconds=20] [--batch=8192] [--accounts=100000,1000000] [--ids=ascending|random|both]
//   [--folder=DIR]
//
// The baseline is the same ledger on the same kind of database posting one transfer per transaction, run
// before and after the grouped run of each setting; the ratio is grouped / mean of the two. Floors,
// idempotency and balances are kept throughout, and check() proves the result. The long run of the
// documentation is --seconds=120. PostgreSQL is measured too when TRIBUTARY_TEST_POSTGRES names a server
// (durable only with fsync on, see TRIBUTARY_PG_FSYNC of scripts/with-postgres).
#include "bench_database.h"
#include "ledger/ledger.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace {

using namespace tributary;
using namespace tributary::ledger;
using Time = std::chrono::steady_clock;

double seconds_since(Time::time_point start) {
  return std::chrono::duration<double>(Time::now() - start).count();
}

// Resident memory of this process, MiB.
double resident() {
  std::ifstream in("/proc/self/statm");
  long size = 0, pages = 0;
  in >> size >> pages;
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1048576.0;
}

struct Setting {
  std::string kind;
  std::int64_t accounts;
  int batch;
  double seconds;
  bool random_ids;
};

// Transfers between accounts drawn uniformly, three days of which one is dated, causes of four transfers
// each.
class Source {
 public:
  explicit Source(const Setting& setting) : accounts_(setting.accounts), random_ids_(setting.random_ids) {}

  void fill(std::vector<Request>& out, int size) {
    out.resize(static_cast<std::size_t>(size));
    for (auto& r : out) {
      ++made_;
      if (random_ids_)
        r.id = fmt::format("{:016x}{:016x}", random_(), random_());
      else
        r.id = fmt::format("ST-2020-{:09}-{}", made_ / 4, made_ % 4);
      r.debit = {1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(accounts_))};
      do r.credit = {1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(accounts_))};
      while (r.credit == r.debit);
      r.amount = 1 + static_cast<std::int64_t>(random_() % 100'000);
      r.cause.kind = "statement";
      r.cause.id = fmt::format("ST-2020-{:09}", made_ / 4);
      r.legal_date = make_date(2020, 10, 1) + std::chrono::days{made_ / 1'000'000};
    }
  }

 private:
  std::mt19937_64 random_{20201005};
  std::int64_t accounts_;
  bool random_ids_;
  std::int64_t made_ = 0;
};

struct Run {
  std::int64_t transfers = 0;
  double busy = 0;                      // seconds inside post()
  std::vector<double> latencies;        // of batches, milliseconds
  double cpu_user = 0, cpu_system = 0;  // microseconds per transfer, inside post()
  double rss_start = 0, rss_middle = 0, rss_end = 0;
  double rate() const { return static_cast<double>(transfers) / busy; }
  double percentile(double p) const {
    const auto at = static_cast<std::size_t>(p * static_cast<double>(latencies.size() - 1) + 0.5);
    return latencies[at];
  }
};

struct Cpu {
  double user = 0, system = 0;  // seconds
};
Cpu cpu_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return {seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

Run post_for(Ledger& ledger, Source& source, int batch, double seconds) {
  Run run;
  run.rss_start = resident();
  std::vector<Request> requests;
  const auto start = Time::now();
  while (seconds_since(start) < seconds) {
    source.fill(requests, batch);
    const Cpu cpu = cpu_now();
    const auto before = Time::now();
    const auto outcomes = ledger.post(requests);
    const double took = seconds_since(before);
    const Cpu spent = cpu_now();
    run.busy += took;
    run.cpu_user += spent.user - cpu.user;
    run.cpu_system += spent.system - cpu.system;
    run.latencies.push_back(took * 1e3);
    run.transfers += std::ranges::count(outcomes, Outcome::accepted);
    if (run.rss_middle == 0 && seconds_since(start) > seconds / 2) run.rss_middle = resident();
  }
  run.rss_end = resident();
  run.cpu_user *= 1e6 / static_cast<double>(std::max<std::int64_t>(run.transfers, 1));
  run.cpu_system *= 1e6 / static_cast<double>(std::max<std::int64_t>(run.transfers, 1));
  std::ranges::sort(run.latencies);
  return run;
}

void open_books(Ledger& ledger, std::int64_t accounts) {
  ledger.define_unit({"CNY", 2, {"人民币", "renminbi"}});
  std::vector<NewAccount> part;
  for (std::int64_t i = 0; i < accounts; ++i) {
    part.push_back({fmt::format("P{:08}", i), "CNY", "settlement", -1'000'000'000});
    if (part.size() == 10'000 || i + 1 == accounts) {
      ledger.open_accounts(part);
      part.clear();
    }
  }
}

bool in_memory(const std::string& folder) {
  constexpr long tmpfs = 0x01021994;
  struct statfs about{};
  return statfs(folder.c_str(), &about) == 0 && about.f_type == tmpfs;
}

// What the disk needs to make 4 KiB durable, in milliseconds: the median of 100. It bounds posting one by
// one.
double disk_sync(const std::string& folder) {
  const std::string path = fmt::format("{}/ledger-bench-sync-{}", folder, getpid());
  const int file = open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return 0;
  const std::string page(4096, 'x');
  std::vector<double> took;
  bool sound = true;
  for (int i = 0; i < 100; ++i) {
    const auto before = Time::now();
    sound = pwrite(file, page.data(), page.size(), 0) == static_cast<ssize_t>(page.size()) &&
            fdatasync(file) == 0 && sound;
    took.push_back(seconds_since(before) * 1e3);
  }
  close(file);
  std::filesystem::remove(path);
  std::ranges::sort(took);
  return sound ? took[took.size() / 2] : 0;
}

bool measure(const Setting& setting, const std::string& folder) {
  store::BenchDatabase database(setting.kind, folder, {migrations()});
  const FixedClock clock(parse_instant("2020-12-31 09:00"));
  Ledger ledger(database.db(), "341602", clock);
  open_books(ledger, setting.accounts);
  Source source(setting);

  const double sync_before = disk_sync(folder);
  const double baseline_seconds = std::min(3.0, setting.seconds / 4);
  const Run before = post_for(ledger, source, 1, baseline_seconds);
  const Run run = post_for(ledger, source, setting.batch, setting.seconds);
  const Run after = post_for(ledger, source, 1, baseline_seconds);
  const double baseline =
      static_cast<double>(before.transfers + after.transfers) / (before.busy + after.busy);

  fmt::print("{:<10} {:>8} accounts, {} ids, batches of {}, {:.0f} s\n", setting.kind, setting.accounts,
             setting.random_ids ? "random" : "ascending", setting.batch, setting.seconds);
  fmt::print("  grouped      {:>10.0f} transfers/s   ({} in all)\n", run.rate(), run.transfers);
  fmt::print("  one by one   {:>10.0f} transfers/s   (before {:.0f}, after {:.0f})\n", baseline,
             before.rate(), after.rate());
  fmt::print("  ratio        {:>10.1f}\n", run.rate() / baseline);
  fmt::print("  batch        p50 {:.1f} ms, p99 {:.1f} ms, worst {:.1f} ms (checkpoints included)\n",
             run.percentile(0.5), run.percentile(0.99), run.percentile(1));
  fmt::print("  processor    {:.1f} us per transfer, of which system {:.1f}\n", run.cpu_user + run.cpu_system,
             run.cpu_system);
  fmt::print("  disk         4 KiB made durable in {:.2f} ms before, {:.2f} ms after\n", sync_before,
             disk_sync(folder));
  fmt::print("  memory       {:.0f} MiB at the start, {:.0f} in the middle, {:.0f} at the end\n",
             run.rss_start, run.rss_middle, run.rss_end);
  std::fflush(stdout);
  const auto started = Time::now();
  const auto violations = ledger.check();
  fmt::print("  check()      {} violations, {:.1f} s\n\n", violations.size(), seconds_since(started));
  std::fflush(stdout);
  return violations.empty();
}

std::string option(int argc, char** argv, std::string_view name, std::string fallback) {
  const std::string prefix = fmt::format("--{}=", name);
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]).starts_with(prefix)) return argv[i] + prefix.size();
  return fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = std::stod(option(argc, argv, "seconds", "20"));
  const int batch = std::stoi(option(argc, argv, "batch", "8192"));
  const std::string ids = option(argc, argv, "ids", "ascending");
  const std::string kinds = option(argc, argv, "kinds", "sqlite,postgresql");
  std::string accounts = option(argc, argv, "accounts", "100000,1000000");
  const std::string folder = option(argc, argv, "folder", "/var/tmp");
  if (in_memory(folder)) {
    fmt::print(stderr,
               "{} is kept in memory: nothing there is durable. Name a folder on a disk: --folder=DIR\n",
               folder);
    return 2;
  }

  std::vector<std::int64_t> sizes;
  for (std::size_t at = 0; at != std::string::npos && at < accounts.size();) {
    sizes.push_back(std::stoll(accounts.substr(at)));
    at = accounts.find(',', at);
    if (at != std::string::npos) ++at;
  }
  bool sound = true;
  for (const std::string kind : {"sqlite", "postgresql"}) {
    if (kinds.find(kind) == std::string::npos) continue;
    if (kind == "postgresql" && std::getenv("TRIBUTARY_TEST_POSTGRES") == nullptr) continue;
    for (const auto size : sizes)
      for (const bool random : {false, true})
        if (ids == "both" || (ids == "random") == random)
          sound = measure({kind, size, batch, seconds, random}, folder) && sound;
  }
  return sound ? 0 : 1;
}
