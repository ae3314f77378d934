#include "base/text.h"
#include "store/backend.h"
#include "store/codes.h"
#include "store/sql_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::store {

namespace {

class SchemaLock {
 public:
  explicit SchemaLock(Backend& backend) : backend_(backend) { backend_.lock_schema(); }
  ~SchemaLock() { backend_.unlock_schema(); }
  SchemaLock(const SchemaLock&) = delete;
  SchemaLock& operator=(const SchemaLock&) = delete;

 private:
  Backend& backend_;
};

std::vector<Migration> in_order(std::span<const Migration> migrations) {
  std::vector<Migration> sorted(migrations.begin(), migrations.end());
  std::ranges::sort(sorted, {}, &Migration::number);
  const auto twice = std::ranges::adjacent_find(sorted, {}, &Migration::number);
  if (twice != sorted.end())
    throw database_error(codes::bad_migration,
                         fmt::format("number {} is given to both {} and {}", twice->number, twice->name,
                                     std::next(twice)->name));
  return sorted;
}

void refuse_newer(const AppliedSteps& have, std::span<const Migration> known) {
  for (const auto& [number, step] : have) {
    if (std::ranges::binary_search(known, number, {}, &Migration::number)) continue;
    throw Error(codes::newer_schema,
                {fmt::format("数据库由更新版本的程序建立:其中的第 {} 步({})本程序不认识", number, step.name),
                 fmt::format("the database was made by a newer program: its step {} ({}) is unknown here",
                             number, step.name)},
                {}, {"请升级程序后再打开该数据库。", "Upgrade the program before opening this database."});
  }
}

void refuse_changed(const Migration& step, const std::string& hash, const AppliedStep& before) {
  if (before.hash == hash) return;
  throw Error(
      codes::changed_migration,
      {fmt::format("数据库结构第 {} 步({})已经执行过,但脚本内容与当时不同", step.number, step.name),
       fmt::format("step {} ({}) of the schema was applied with another text", step.number, step.name)},
      {},
      {"已执行的升级脚本不得修改;请使用与该数据库相符的程序版本,改动应写成新的一步。",
       "An applied step must not be edited; use the program version that fits this database, and put "
       "changes into a new step."});
}

}  // namespace

AppliedSteps applied_steps(Transaction& t) {
  AppliedSteps out;
  t.each([&](const Row& row) { out[static_cast<int>(row.integer(0))] = {row.text(1), row.text(2)}; },
         "SELECT number, name, hash FROM schema_migration ORDER BY number");
  return out;
}

void require_known(const AppliedSteps& have, std::span<const Migration> known) {
  const auto steps = in_order(known);
  refuse_newer(have, steps);
  for (const auto& step : steps)
    if (const auto before = have.find(step.number); before != have.end())
      refuse_changed(step, sha256_hex(step.sql), before->second);
}

void Database::migrate(std::span<const Migration> migrations) {
  TRIBUTARY_CHECK(!inside_, "migrate() inside a transaction");
  const auto steps = in_order(migrations);
  const SchemaLock lock(*backend_);
  // The table belongs to the database itself, not to a jurisdiction.
  const auto have = write([](Transaction& t) {
    t.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration ("
        "number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)");
    return applied_steps(t);
  });
  refuse_newer(have, steps);
  for (const auto& step : steps) {
    const std::string hash = sha256_hex(step.sql);
    if (const auto before = have.find(step.number); before != have.end()) {
      refuse_changed(step, hash, before->second);
      continue;
    }
    const std::string script = for_dialect(step.sql, dialect(), step.name);
    write([&](Transaction& t) {
      // On SQLite another process may have been here since we looked.
      const auto now = applied_steps(t);
      if (const auto other = now.find(step.number); other != now.end())
        return refuse_changed(step, hash, other->second);
      try {
        backend_->script(script);
      } catch (const Error& error) {
        throw error.at({std::string(step.name) + ".sql", 0, 0, {}});
      }
      t.execute("INSERT INTO schema_migration (number, name, hash) VALUES (?, ?, ?)", step.number, step.name,
                hash);
    });
  }
}

}  // namespace tributary::store
