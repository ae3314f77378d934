// One SQL face over SQLite (default, embedded) and PostgreSQL, chosen by the connection string:
//   sqlite:var/tributary.db     sqlite::memory:     postgresql://user@host:5432/name?options
//
// SQL is written once, in the dialect both understand; `?` marks a parameter. Where they truly differ, ask
// `dialect()`. A Database is used by one thread at a time; open one per thread.
//
// The two kinds behave alike: text sorts by code point, LIKE tells case apart, a failed statement dooms its
// transaction, sums and means of integers come back as integers and doubles.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace tributary::store {

enum class Dialect : std::uint8_t { sqlite, postgresql };

// A bound or read value. Decimals travel as text, booleans as 0/1, days and instants as integers or text by
// the module. Text is UTF-8 without NUL; a double is never NaN and -0.0 is kept as 0.0. Anything else throws
// store.bad_value.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

template <class T>
Value to_value(const T& value) {
  if constexpr (std::is_same_v<T, Value>)
    return value;
  else if constexpr (std::is_same_v<T, std::nullopt_t>)
    return {};
  else if constexpr (std::is_integral_v<T>)
    return static_cast<std::int64_t>(value);
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<double>(value);
  else if constexpr (requires {
                       value.has_value();
                       *value;
                     })
    return value ? to_value(*value) : Value{};
  else
    return std::string(value);
}

// One row of a result. Columns count from 0. Reading a NULL as a plain type throws store.unexpected_null,
// reading a value as another type store.wrong_type (an integer may be read as real).
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  std::size_t size() const { return values_.size(); }
  bool is_null(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  double real(std::size_t column) const;
  const std::string& text(std::size_t column) const;
  std::optional<std::int64_t> integer_or_null(std::size_t column) const;
  std::optional<double> real_or_null(std::size_t column) const;
  std::optional<std::string> text_or_null(std::size_t column) const;

 private:
  std::vector<Value> values_;
};

class Backend;  // one connection of either kind; private

// Rows on their way into one table: COPY on PostgreSQL, one prepared insert on SQLite, inside the
// transaction.
class BulkWriter {
 public:
  virtual ~BulkWriter() = default;
  // One value per column given at opening, in order.
  virtual void row(std::span<const Value> values) = 0;
  // Sends what is buffered; must be called, before any other statement of the transaction. Returns the rows
  // written. A writer that is destroyed unfinished dooms the transaction.
  virtual std::int64_t finish() = 0;
};

// Work inside one transaction. Ends by commit when the callable given to write() returns, by rollback when it
// throws. A statement that fails dooms the transaction on both kinds: every later statement throws the same
// error, and so does write(), even when the callable swallowed it. So ask before (SELECT, ON CONFLICT)
// instead of catching.
class Transaction {
 public:
  explicit Transaction(Backend& backend) : backend_(backend) {}
  ~Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Runs one statement; returns the rows it changed. Statements are prepared once per connection and kept.
  template <class... Args>
  std::int64_t execute(std::string_view sql, const Args&... args) {
    const std::vector<Value> values{to_value(args)...};
    return execute_values(sql, values);
  }
  // All rows of a query.
  template <class... Args>
  std::vector<Row> query(std::string_view sql, const Args&... args) {
    const std::vector<Value> values{to_value(args)...};
    std::vector<Row> rows;
    each_values(sql, values, [&](const Row& row) { rows.push_back(row); });
    return rows;
  }
  // The first row, if any.
  template <class... Args>
  std::optional<Row> first(std::string_view sql, const Args&... args) {
    const std::vector<Value> values{to_value(args)...};
    std::optional<Row> out;
    each_values(sql, values, [&](const Row& row) {
      if (!out) out = row;
    });
    return out;
  }
  // Row by row without holding all in memory. `visit` must not use the transaction: rows are on their way.
  template <class... Args>
  void each(const std::function<void(const Row&)>& visit, std::string_view sql, const Args&... args) {
    const std::vector<Value> values{to_value(args)...};
    each_values(sql, values, visit);
  }
  std::int64_t execute_values(std::string_view sql, std::span<const Value> values);
  void each_values(std::string_view sql, std::span<const Value> values,
                   const std::function<void(const Row&)>& visit);

  std::unique_ptr<BulkWriter> bulk(std::string_view table, std::span<const std::string_view> columns);
  Dialect dialect() const;

 private:
  friend class Database;
  class GuardedBulk;
  enum class Now : std::uint8_t { idle, streaming, bulk };
  void ready() const;
  template <class Work>
  auto guarded(Work&& work);

  Backend& backend_;
  Now now_ = Now::idle;
  std::exception_ptr failure_;  // of the first statement that failed
};

// One numbered step of a module's schema. Numbers are unique over all modules and applied in order; text
// between
// `-- dialect: sqlite` / `-- dialect: postgresql` and `-- dialect: any` lines applies to that dialect only.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

class Database {
 public:
  // Throws store.bad_url, store.cannot_open, store.corrupted. Creates the SQLite file (and its folder) if
  // absent. Options of a SQLite URL: busy_timeout=MILLISECONDS to wait for a lock (default 5000), vfs=NAME.
  static std::unique_ptr<Database> open(const std::string& url);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Dialect dialect() const;
  const std::string& url() const { return url_; }

  // Applies what is missing, each step in its own transaction. Throws store.newer_schema if the database has
  // a number that is not in the list, store.changed_migration if the text of an applied one differs,
  // store.bad_migration for a number given twice or an unknown dialect. A failing step leaves nothing of
  // itself.
  void migrate(std::span<const Migration> migrations);

  // Runs `work(Transaction&)`; commits when it returns, rolls back when it throws. On a serialization failure
  // or a busy database it is run again from the start (at most 10 times), so it must have no effects outside.
  // Using the Database itself inside `work` is a broken invariant.
  // Throws store.busy, store.disk_full, store.disk_failure, store.constraint, store.corrupted,
  // store.lost_connection (then the commit may or may not have happened; the next call connects anew),
  // store.bad_value, store.sql.
  template <class Work>
  auto write(Work&& work) {
    return run(Mode::write, std::forward<Work>(work));
  }
  // The same, read only, one consistent snapshot.
  template <class Work>
  auto read(Work&& work) {
    return run(Mode::read, std::forward<Work>(work));
  }

  // One transaction for work that calls write() and read() of this database itself, through modules that know
  // nothing of each other: they join it, and all of it happens or nothing. Run again from the start when
  // busy, as write() is, so objects that remember what they wrote must be made inside.
  void together(const std::function<void(Transaction&)>& work);
  // The same for work that only reads: whatever it asks, it sees the database as of one moment. A write in it
  // throws read_only.
  void snapshot(const std::function<void()>& work);
  void snapshot(const std::function<void(Transaction&)>& work);

  // The database's own consistency check (PRAGMA integrity_check; on PostgreSQL a read of every table).
  // Empty when it is sound, else what is wrong.
  std::vector<std::string> check_integrity();

 private:
  enum class Mode : std::uint8_t { read, write };
  Database(std::string url, std::unique_ptr<Backend> backend);

  template <class Work>
  auto run(Mode mode, Work&& work) {
    using Result = std::invoke_result_t<Work&, Transaction&>;
    if constexpr (std::is_void_v<Result>) {
      run_erased(mode, [&](Transaction& t) { work(t); });
    } else {
      std::optional<Result> out;
      run_erased(mode, [&](Transaction& t) { out.emplace(work(t)); });
      return std::move(*out);
    }
  }
  void joined(Mode mode, const std::function<void(Transaction&)>& work);
  void run_erased(Mode mode, const std::function<void(Transaction&)>& work);
  void run_once(Mode mode, const std::function<void(Transaction&)>& work);

  std::string url_;
  std::unique_ptr<Backend> backend_;
  bool inside_ = false;            // a transaction is running
  Transaction* joined_ = nullptr;  // the one that together() or snapshot() opened
};

// The URL with its password replaced by ***, for messages.
std::string url_for_messages(std::string_view url);

}  // namespace tributary::store
