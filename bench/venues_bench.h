// What the benchmarks of venues share: ours against a baseline in turn.
#pragma once

#include "bench_database.h"
#include "venues/auctions.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace tributary::venues {

using Time = std::chrono::steady_clock;

class BenchDatabase : public store::BenchDatabase {
 public:
  BenchDatabase(const std::string& kind, const std::string& folder)
      : store::BenchDatabase(kind, folder, {ledger::migrations(), rights::migrations(), venues::migrations()}) {}
};

inline double median(std::vector<double> all) {
  std::ranges::sort(all);
  return all.empty() ? 0 : all[all.size() / 2];
}

struct Pair {
  double ours = 0, bare = 0;
};
// One of ours, one of the baseline, in turn, so that whatever else the machine does hits both. Medians in ms.
template <class Ours, class Bare>
Pair paired(int n, const Ours& ours, const Bare& bare) {
  std::vector<double> a, b;
  for (int i = 0; i < n; ++i) {
    const auto start = Time::now();
    ours(i);
    const auto half = Time::now();
    bare(i);
    a.push_back(std::chrono::duration<double, std::milli>(half - start).count());
    b.push_back(std::chrono::duration<double, std::milli>(Time::now() - half).count());
  }
  return {median(a), median(b)};
}

// NAME [--kinds=sqlite,postgresql] [--SIZE=DEFAULT] [--folder=DIR]: `run` on each kind; its exit codes added. PostgreSQL only where
// TRIBUTARY_TEST_POSTGRES names a server.
inline int run_on_each(int argc, char** argv, const char* name, const char* size, int value, int least,
                       int (*run)(const std::string& kind, const std::string& folder, int size)) {
  std::string kinds = "sqlite,postgresql", folder = ".";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string given = argument.substr(argument.find('=') + 1);
    if (argument.starts_with("--kinds="))
      kinds = given;
    else if (argument.starts_with(fmt::format("--{}=", size)))
      value = std::atoi(given.c_str());
    else if (argument.starts_with("--folder="))
      folder = given;
    else
      return fmt::print(stderr, "{} [--kinds=sqlite,postgresql] [--{}={}] [--folder=DIR]\n", name, size, value), 2;
  }
  if (value < least) return fmt::print(stderr, "--{}: at least {}\n", size, least), 2;
  int bad = 0;
  for (const char* kind : {"sqlite", "postgresql"}) {
    if (kinds.find(kind) == std::string::npos) continue;
    if (std::string(kind) == "postgresql" && std::getenv("TRIBUTARY_TEST_POSTGRES") == nullptr) continue;
    bad += run(kind, folder, value);
  }
  return bad;
}

}  // namespace tributary::venues
