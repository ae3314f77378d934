// SQLite: one file in WAL mode, every commit on the disk before it is reported.
#include "base/text.h"
#include "store/backend.h"
#include "store/codes.h"
#include "store/sql_text.h"
#include "store/statement_cache.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tributary::store {

namespace {

struct CloseConnection {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Puts a cached statement back to its start, so that it holds no lock and no values.
class Running {
 public:
  explicit Running(sqlite3_stmt* statement) : statement_(statement) {}
  ~Running() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  sqlite3_stmt* statement_;
};

Code code_of(int result, int system_errno) {
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return codes::corrupted;
    case SQLITE_FULL:
      return codes::disk_full;
    case SQLITE_IOERR:
      if (result == SQLITE_IOERR_CORRUPTFS) return codes::corrupted;
      return system_errno == ENOSPC || system_errno == EDQUOT ? codes::disk_full : codes::disk_failure;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return codes::busy;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return codes::cannot_open;
    case SQLITE_CONSTRAINT:
      return codes::constraint;
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return codes::bad_value;
    default:
      return codes::sql;
  }
}

// "UNIQUE constraint failed: party.jurisdiction, party.id" -> "party.jurisdiction, party.id"
std::string constraint_name(std::string_view message) {
  const auto colon = message.rfind(": ");
  return colon == std::string_view::npos ? std::string() : std::string(message.substr(colon + 2));
}

[[noreturn]] void fail(sqlite3* db, int result, std::string_view sql, long line = 0) {
  if ((result & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
  const Code code = code_of(result, sqlite3_system_errno(db));
  const std::string detail = sqlite3_errmsg(db);
  Where where;
  where.line = line;
  if (code == codes::constraint) where.field = constraint_name(detail);
  throw database_error(code, detail, sql, where);
}

struct Prepared {
  Statement statement;
  std::string_view rest;  // what follows the first statement
};

Prepared prepare(sqlite3* db, std::string_view sql, unsigned flags) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int result = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), flags, &raw, &tail);
  Prepared out{Statement(raw), {}};
  if (result != SQLITE_OK) fail(db, result, sql);
  out.rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  return out;
}

void bind_values(sqlite3* db, sqlite3_stmt* statement, std::span<const Value> values, std::string_view sql) {
  const auto expected = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (expected != values.size()) throw wrong_parameter_count(sql, expected, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    const Value& value = values[i];
    int result = SQLITE_OK;
    if (const auto* n = std::get_if<std::int64_t>(&value))
      result = sqlite3_bind_int64(statement, at, *n);
    else if (const auto* x = std::get_if<double>(&value))
      result = sqlite3_bind_double(statement, at, *x + 0.0);
    else if (const auto* s = std::get_if<std::string>(&value))
      // Static: the caller's values outlive the run of the statement, Running clears them.
      result = sqlite3_bind_text64(statement, at, s->data(), s->size(), SQLITE_STATIC, SQLITE_UTF8);
    else
      result = sqlite3_bind_null(statement, at);
    if (result != SQLITE_OK) fail(db, result, sql);
  }
}

Value column_value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    default: {
      const void* bytes = sqlite3_column_blob(statement, column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
    }
  }
}

constexpr std::string_view in_memory = ":memory:";

struct Options {
  std::string path;
  std::string vfs;
  int busy_timeout = 5000;  // ms
};

[[noreturn]] void bad_url(const std::string& url, std::string zh, std::string en) {
  throw Error(
      codes::bad_url,
      {fmt::format("数据库地址“{}”有误:{}", url, zh), fmt::format("bad database address “{}”: {}", url, en)},
      {},
      {"例如 sqlite:var/tributary.db 或 sqlite:var/tributary.db?busy_timeout=5000。",
       "For example sqlite:var/tributary.db or sqlite:var/tributary.db?busy_timeout=5000."});
}

Options parse(const std::string& url) {
  Options out;
  const auto question = url.find('?');
  constexpr std::size_t scheme = 7;  // "sqlite:"
  out.path = url.substr(scheme, question == std::string::npos ? std::string::npos : question - scheme);
  if (out.path.empty()) bad_url(url, "缺少文件路径", "the path of the file is missing");
  if (question == std::string::npos) return out;
  for (const auto option : split(std::string_view(url).substr(question + 1), '&')) {
    const auto equals = option.find('=');
    const auto name = option.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view() : option.substr(equals + 1);
    if (name == "vfs" && !value.empty()) {
      out.vfs = value;
    } else if (name == "busy_timeout") {
      const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), out.busy_timeout);
      if (failed != std::errc{} || end != value.data() + value.size() || out.busy_timeout < 0)
        bad_url(url, "busy_timeout 应为毫秒数", "busy_timeout must be a number of milliseconds");
    } else {
      bad_url(url, fmt::format("未知选项“{}”", name), fmt::format("unknown option “{}”", name));
    }
  }
  return out;
}

// One prepared insert for many rows; the transaction around it makes them one write.
class SqliteBulk final : public BulkWriter {
 public:
  SqliteBulk(sqlite3* db, std::string sql)
      : db_(db), sql_(std::move(sql)), statement_(prepare(db, sql_, SQLITE_PREPARE_PERSISTENT).statement) {}

  void row(std::span<const Value> values) override {
    for (const auto& value : values) check_storable(value);
    const Running running(statement_.get());
    bind_values(db_, statement_.get(), values, sql_);
    if (const int result = sqlite3_step(statement_.get()); result != SQLITE_DONE) fail(db_, result, sql_);
    ++rows_;
  }
  std::int64_t finish() override { return rows_; }

 private:
  sqlite3* db_;
  std::string sql_;
  Statement statement_;
  std::int64_t rows_ = 0;
};

// SQLite itself fills up a last page that was cut off and goes on. A file at rest (no log beside it) is whole
// pages.
void refuse_cut_off(const std::string& path) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(path, absent);
  if (absent || size == 0 || std::filesystem::exists(path + "-wal", absent)) return;
  std::array<char, 18> header{};
  std::ifstream(path, std::ios::binary).read(header.data(), header.size());
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(header[at]); };
  const unsigned stored = byte(16) * 256U + byte(17);
  const unsigned page = stored == 1 ? 65536 : stored;  // by the file format, 1 stands for 64 KiB
  if (page == 0 || size % page != 0)
    throw database_error(codes::corrupted, fmt::format("{} bytes are not whole pages of {}", size, page));
}

class Sqlite final : public Backend {
 public:
  explicit Sqlite(const Options& options) {
    if (options.path != in_memory) {
      refuse_cut_off(options.path);
      // A new file is for its owner alone; what SQLite puts beside it takes over its mode.
      const int made =
          ::open(options.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
      if (made >= 0) ::close(made);
    }
    sqlite3* raw = nullptr;
    constexpr int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
    const int result = sqlite3_open_v2(options.path.c_str(), &raw, flags, vfs);
    db_.reset(raw);
    if (result != SQLITE_OK) fail(db(), result, {});
    sqlite3_busy_timeout(db(), options.busy_timeout);
    sqlite3_db_config(db(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // A misspelt "name" must be an error, as it is on PostgreSQL, and not a string.
    sqlite3_db_config(db(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    // Reads the header and the whole schema: a file that is no database, or is cut off, is refused here.
    pragma("SELECT count(*) FROM sqlite_schema");
    if (const auto mode = pragma("PRAGMA journal_mode=WAL"); options.path != in_memory && mode != "wal")
      throw database_error(codes::cannot_open,
                           "this disk cannot keep a write-ahead log; journal mode is " + mode);
    pragma("PRAGMA synchronous=FULL");
    pragma("PRAGMA secure_delete=ON");  // what is deleted is overwritten in the file, not only let go
    pragma("PRAGMA foreign_keys=ON");
    pragma("PRAGMA trusted_schema=OFF");
    pragma("PRAGMA cell_size_check=ON");
    pragma("PRAGMA case_sensitive_like=ON");  // as PostgreSQL
  }

  Dialect dialect() const override { return Dialect::sqlite; }

  void begin(bool read_only) override {
    read_only_ = read_only;
    step(read_only ? "BEGIN DEFERRED" : "BEGIN IMMEDIATE");
  }
  void commit() override {
    if (sqlite3_get_autocommit(db()) != 0)
      throw database_error(codes::sql, "the transaction was ended by a statement in it");
    step("COMMIT");
  }
  void rollback() noexcept override {
    if (sqlite3_get_autocommit(db()) == 0) sqlite3_exec(db(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  std::int64_t execute(std::string_view sql, std::span<const Value> values) override {
    const auto before = sqlite3_total_changes64(db());
    step_all(sql, values, nullptr);
    return sqlite3_total_changes64(db()) == before ? 0 : sqlite3_changes64(db());
  }
  void each(std::string_view sql, std::span<const Value> values,
            const std::function<void(const Row&)>& visit) override {
    step_all(sql, values, &visit);
  }
  std::unique_ptr<BulkWriter> bulk(std::string_view table,
                                   std::span<const std::string_view> columns) override {
    if (read_only_) throw database_error(codes::read_only, fmt::format("bulk write into {}", table));
    std::string names;
    std::string marks;
    for (const auto column : columns) {
      names += (names.empty() ? "" : ", ") + quoted_name(column);
      marks += marks.empty() ? "?" : ", ?";
    }
    return std::make_unique<SqliteBulk>(
        db(), fmt::format("INSERT INTO {} ({}) VALUES ({})", quoted_name(table), names, marks));
  }

  void script(std::string_view sql) override {
    std::size_t at = statement_start(sql);
    while (at < sql.size()) {
      const auto rest = sql.substr(at);
      sqlite3_stmt* raw = nullptr;
      const char* tail = nullptr;
      int result = sqlite3_prepare_v2(db(), rest.data(), static_cast<int>(rest.size()), &raw, &tail);
      const Statement statement(raw);
      const int offset = result == SQLITE_OK ? 0 : std::max(0, sqlite3_error_offset(db()));
      while (statement && (result == SQLITE_OK || result == SQLITE_ROW))
        result = sqlite3_step(statement.get());
      if (result != SQLITE_OK && result != SQLITE_DONE)
        fail(db(), result, rest, line_of(sql, at + static_cast<std::size_t>(offset)));
      at += static_cast<std::size_t>(tail - rest.data());
      at += statement_start(sql.substr(at));
    }
  }

  // BEGIN IMMEDIATE lets only one writer in, which is lock enough.
  void lock_schema() override {}
  void unlock_schema() noexcept override {}

  std::vector<std::string> check_integrity() override {
    std::vector<std::string> wrong;
    try {
      for (const std::string_view sql : {"PRAGMA integrity_check(100)", "PRAGMA foreign_key_check"})
        each(sql, {}, [&](const Row& row) {
          if (row.size() == 1 && row.text(0) == "ok") return;
          if (row.size() == 1)
            wrong.push_back(row.text(0));
          else
            wrong.push_back(
                fmt::format("a row of {} refers to a missing row of {}", row.text(0), row.text(2)));
        });
    } catch (const Error& error) {
      if (error.code() != codes::corrupted) throw;
      wrong.emplace_back(error.what());
    }
    return wrong;
  }

 private:
  sqlite3* db() const { return db_.get(); }

  // Every transaction begins and ends with the same few words: they are prepared once.
  void step(std::string_view sql) {
    sqlite3_stmt* statement = cached(sql);
    const Running running(statement);
    if (const int result = sqlite3_step(statement); result != SQLITE_DONE) fail(db(), result, sql);
  }

  // The first column of the first row, as text. A file being opened by several at once may be locked a moment
  // without the busy handler being asked, hence the patience here.
  std::string pragma(std::string_view sql) {
    for (int attempt = 1;; ++attempt) {
      try {
        const auto prepared = prepare(db(), sql, 0);
        const int result = sqlite3_step(prepared.statement.get());
        if (result == SQLITE_DONE) return {};
        if (result != SQLITE_ROW) fail(db(), result, sql);
        const Value value = column_value(prepared.statement.get(), 0);
        return std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : std::string();
      } catch (const Error& error) {
        if (error.code() != codes::busy || attempt == 50) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  sqlite3_stmt* cached(std::string_view sql) {
    if (const auto* kept = statements_.find(sql)) return kept->get();
    auto prepared = prepare(db(), sql, SQLITE_PREPARE_PERSISTENT);
    if (!prepared.statement) throw database_error(codes::sql, "the statement is empty", sql);
    if (statement_start(prepared.rest) < prepared.rest.size())
      throw database_error(codes::sql, "several statements at once", sql);
    sqlite3_stmt* statement = prepared.statement.get();
    statements_.keep(std::string(sql), std::move(prepared.statement));
    return statement;
  }

  void step_all(std::string_view sql, std::span<const Value> values,
                const std::function<void(const Row&)>* visit) {
    sqlite3_stmt* statement = cached(sql);
    if (read_only_ && sqlite3_stmt_readonly(statement) == 0)
      throw database_error(codes::read_only, "not a SELECT", sql);
    const Running running(statement);
    bind_values(db(), statement, values, sql);
    for (;;) {
      const int result = sqlite3_step(statement);
      if (result == SQLITE_DONE) return;
      if (result != SQLITE_ROW) fail(db(), result, sql);
      if (visit == nullptr) continue;
      std::vector<Value> row(static_cast<std::size_t>(sqlite3_column_count(statement)));
      for (std::size_t i = 0; i < row.size(); ++i) row[i] = column_value(statement, static_cast<int>(i));
      (*visit)(Row(std::move(row)));
    }
  }

  Connection db_;
  StatementCache<Statement> statements_{256};
  bool read_only_ = false;
};

}  // namespace

std::unique_ptr<Backend> open_sqlite(const std::string& url) {
  const Options options = parse(url);
  if (options.path != in_memory) {
    const auto folder = std::filesystem::path(options.path).parent_path();
    std::error_code failed;
    if (!folder.empty()) std::filesystem::create_directories(folder, failed);
    if (failed)
      throw database_error(codes::cannot_open,
                           fmt::format("folder {}: {}", folder.string(), failed.message()), {},
                           {options.path, 0, 0, {}});
  }
  try {
    return std::make_unique<Sqlite>(options);
  } catch (const Error& error) {
    throw error.at({options.path, 0, 0, {}});
  }
}

}  // namespace tributary::store
