// A database on a real disk, for benchmarks: those of the tests may live in memory, where a commit costs nothing.
#pragma once

#include "store/testing.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace tributary::store {

class BenchDatabase {
 public:
  // "postgresql": on the server that the tests have, removed again; else SQLite in a folder of its own below `folder`.
  BenchDatabase(const std::string& kind, const std::string& folder, std::initializer_list<std::span<const Migration>> migrations) {
    if (kind == "postgresql") {
      server_.emplace(kind);
    } else {
      folder_ = fmt::format("{}/tributary-bench-{}", folder, getpid());
      std::filesystem::create_directories(folder_);
      own_ = Database::open(fmt::format("sqlite:{}/bench.db", folder_));
    }
    std::vector<Migration> all;
    for (const auto list : migrations) all.insert(all.end(), list.begin(), list.end());
    std::ranges::sort(all, {}, &Migration::number);
    db().migrate(all);
  }
  ~BenchDatabase() {
    own_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  BenchDatabase(const BenchDatabase&) = delete;
  BenchDatabase& operator=(const BenchDatabase&) = delete;
  Database& db() { return own_ ? *own_ : server_->db(); }

 private:
  std::string folder_;
  std::unique_ptr<Database> own_;
  std::optional<TestDatabase> server_;
};

}  // namespace tributary::store
