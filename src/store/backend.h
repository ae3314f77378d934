// One connection to one kind of database; private to `store`. Each kind implements it in a file of its own.
// The rules that hold for both kinds (retries, doomed transactions, nesting) live in store.cpp, not here.
#pragma once

#include "base/error.h"
#include "store/store.h"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::store {

class Backend {
 public:
  virtual ~Backend() = default;

  virtual Dialect dialect() const = 0;

  // Opens a transaction; a lost connection is opened anew first. Throws busy, lost_connection, corrupted,
  // sql.
  virtual void begin(bool read_only) = 0;
  virtual void commit() = 0;
  // Leaves no transaction open, whatever state the connection is in.
  virtual void rollback() noexcept = 0;

  virtual std::int64_t execute(std::string_view sql, std::span<const Value> values) = 0;
  virtual void each(std::string_view sql, std::span<const Value> values,
                    const std::function<void(const Row&)>& visit) = 0;
  virtual std::unique_ptr<BulkWriter> bulk(std::string_view table,
                                           std::span<const std::string_view> columns) = 0;

  // Several statements separated by semicolons, without parameters, inside or outside a transaction.
  // On an error Where::line counts in the script.
  virtual void script(std::string_view sql) = 0;

  // Keeps other connections from migrating at the same time; held between transactions.
  virtual void lock_schema() = 0;
  virtual void unlock_schema() noexcept = 0;

  virtual std::vector<std::string> check_integrity() = 0;
};

std::unique_ptr<Backend> open_sqlite(const std::string& url);
std::unique_ptr<Backend> open_postgresql(const std::string& url);

// One statement on a PostgreSQL server outside of any transaction, such as CREATE DATABASE; the database
// named by the URL need not be fit for our own data.
void command_postgresql(const std::string& url, const std::string& sql);

// ---- the steps of the schema that a database has ----

struct AppliedStep {
  std::string name;
  std::string hash;
};
using AppliedSteps = std::map<int, AppliedStep>;
AppliedSteps applied_steps(Transaction& t);
// Throws newer_schema for a step that is not known, changed_migration for one with another text.
void require_known(const AppliedSteps& have, std::span<const Migration> known);

// ---- shared by the two kinds ----

// Refuses what one of the databases could not keep: ill-formed UTF-8, NUL, NaN. Throws bad_value.
void check_storable(const Value& value);

// A lower-case name, quoted. Stops the process when the name could be anything else.
std::string quoted_name(std::string_view name);

// The statement on one line, shortened, for messages.
std::string sql_excerpt(std::string_view sql);

// The 1-based line of a byte in a text.
long line_of(std::string_view text, std::size_t byte);

Error wrong_parameter_count(std::string_view sql, std::size_t expected, std::size_t given);

// An error that the database reported, in words for a clerk. `detail` is the database's own text;
// `where` names the constraint or the line.
Error database_error(const Code& code, std::string_view detail, std::string_view sql = {}, Where where = {});

}  // namespace tributary::store
