#include "store/testing.h"

#include "store/backend.h"
#include "store/codes.h"

#include <cstdlib>
#include <filesystem>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

namespace tributary::store {

std::vector<std::string> test_kinds() {
  return {"sqlite", "postgresql"};
}

namespace {

std::string unique_name() {
  std::random_device random;
  return fmt::format("tributary_test_{}_{:08x}{:08x}", getpid(), random(), random());
}

// In memory where the system has such a folder: tests open hundreds of databases, and none of them must
// outlast the machine. TMPDIR overrides.
std::filesystem::path folder_for_tests() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code ignored;
  if (std::getenv("TMPDIR") == nullptr && std::filesystem::is_directory(memory, ignored) &&
      access(memory.c_str(), W_OK) == 0)
    return memory;
  return std::filesystem::temp_directory_path();
}

std::string server_url() {
  const char* url = std::getenv("TRIBUTARY_TEST_POSTGRES");
  if (url != nullptr && *url != '\0') return url;
  throw Error(codes::cannot_open,
              {"没有可用于测试的 PostgreSQL(环境变量 TRIBUTARY_TEST_POSTGRES 未设置),请用 "
               "scripts/with-postgres 运行测试",
               "there is no PostgreSQL to test with (TRIBUTARY_TEST_POSTGRES is not set); run the tests by "
               "scripts/with-postgres"},
              {}, {"请运行 scripts/with-postgres ctest …。", "Run scripts/with-postgres ctest …."});
}

// The same server, another database: postgresql://authority/NAME?options.
std::string with_name(const std::string& url, const std::string& name) {
  const auto authority = url.find("://") + 3;
  const auto options = std::min(url.find('?', authority), url.size());
  const auto slash = std::min(url.find('/', authority), options);
  return fmt::format("{}/{}{}", url.substr(0, slash), name, url.substr(options));
}

}  // namespace

TestDatabase::TestDatabase(std::string kind) {
  const std::string name = unique_name();
  if (kind == "sqlite") {
    folder_ = (folder_for_tests() / name).string();
    url_ = fmt::format("sqlite:{}/test.db", folder_);
  } else {
    TRIBUTARY_CHECK(kind == "postgresql", kind);
    server_ = server_url();
    command_postgresql(server_,
                       fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'", name));
    name_ = name;
    url_ = with_name(server_, name);
  }
  try {
    db_ = Database::open(url_);
  } catch (...) {
    destroy();
    throw;
  }
}

TestDatabase::~TestDatabase() {
  destroy();
}

void TestDatabase::reopen() {
  db_.reset();
  db_ = Database::open(url_);
}

void TestDatabase::destroy() noexcept {
  db_.reset();
  try {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    if (!name_.empty()) command_postgresql(server_, fmt::format("DROP DATABASE {} WITH (FORCE)", name_));
  } catch (const std::exception& error) {
    fmt::print(stderr, "a test database was left behind: {}\n", error.what());
  }
}

}  // namespace tributary::store
