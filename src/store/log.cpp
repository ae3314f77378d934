#include "store/log.h"

#include <memory>
#include <string_view>

#include <sqlite3.h>

namespace tributary::store {

bool empty_log(const std::string& url) {
  constexpr std::string_view scheme = "sqlite:";
  constexpr int patience = 5000;  // milliseconds
  if (!url.starts_with(scheme) || url.find(":memory:") != std::string::npos) return true;
  const std::string path = url.substr(scheme.size(), url.find('?') - scheme.size());
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(raw, sqlite3_close_v2);
  if (opened != SQLITE_OK) return false;
  sqlite3_busy_timeout(raw, patience);
  // A connection that has read nothing does not know of the log yet.
  if (sqlite3_exec(raw, "SELECT COUNT(*) FROM sqlite_schema", nullptr, nullptr, nullptr) != SQLITE_OK) return false;
  return sqlite3_wal_checkpoint_v2(raw, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace tributary::store
