// Databases for tests: fresh, empty, destroyed at the end, one of each kind. Used by the tests of every
// module that stores; nothing of the product may include it.
#pragma once

#include "store/store.h"

#include <memory>
#include <string>
#include <vector>

namespace tributary::store {

// {"sqlite", "postgresql"}: a test of a storing module runs over both.
std::vector<std::string> test_kinds();

class TestDatabase {
 public:
  // `kind` is one of test_kinds(). PostgreSQL is the server that TRIBUTARY_TEST_POSTGRES names; without it
  // this throws store.cannot_open (a test that cannot run must fail, not pass in silence): run it by
  // `scripts/with-postgres`.
  explicit TestDatabase(std::string kind);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  store::Database& db() { return *db_; }
  // For opening further connections to the same database.
  const std::string& url() const { return url_; }
  // Closes db() and opens it again, as a restarted program would.
  void reopen();

 private:
  void destroy() noexcept;

  std::string folder_;  // of the SQLite file
  std::string server_;  // URL of the PostgreSQL server's own database
  std::string name_;    // of our database on it
  std::string url_;
  std::unique_ptr<store::Database> db_;
};

}  // namespace tributary::store
