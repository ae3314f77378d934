#include "store/store.h"

#include "store/backend.h"
#include "store/codes.h"

#include <chrono>
#include <random>
#include <thread>

#include <fmt/format.h>

namespace tributary::store {

// ---- Row ----

namespace {

constexpr std::string_view type_names[] = {"NULL", "integer", "real", "text"};

[[noreturn]] void wrong_type(std::size_t column, const Value& value, std::string_view wanted) {
  const auto have = type_names[value.index()];
  throw Error(codes::wrong_type,
              {fmt::format("结果第 {} 列的类型不符:需要 {},实际是 {}", column + 1, wanted, have),
               fmt::format("column {} of the result is {}, not {}", column + 1, have, wanted)},
              {},
              {"数据库内容与程序不符,请联系开发人员。",
               "The stored data do not match the program; tell its developers."});
}

const Value& at(const std::vector<Value>& values, std::size_t column) {
  TRIBUTARY_CHECK(column < values.size(), fmt::format("column={} of {}", column, values.size()));
  return values[column];
}

const Value& present(const std::vector<Value>& values, std::size_t column) {
  const Value& value = at(values, column);
  if (!std::holds_alternative<std::monostate>(value)) return value;
  throw Error(codes::unexpected_null,
              {fmt::format("结果第 {} 列没有值,而程序要求必须有值", column + 1),
               fmt::format("column {} of the result is NULL where a value is required", column + 1)},
              {},
              {"数据库内容与程序不符,请联系开发人员。",
               "The stored data do not match the program; tell its developers."});
}

}  // namespace

bool Row::is_null(std::size_t column) const {
  return std::holds_alternative<std::monostate>(at(values_, column));
}

std::int64_t Row::integer(std::size_t column) const {
  const Value& value = present(values_, column);
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
  wrong_type(column, value, "integer");
}

double Row::real(std::size_t column) const {
  const Value& value = present(values_, column);
  if (const auto* x = std::get_if<double>(&value)) return *x;
  if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
  wrong_type(column, value, "real");
}

const std::string& Row::text(std::size_t column) const {
  const Value& value = present(values_, column);
  if (const auto* s = std::get_if<std::string>(&value)) return *s;
  wrong_type(column, value, "text");
}

std::optional<std::int64_t> Row::integer_or_null(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}
std::optional<double> Row::real_or_null(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(real(column));
}
std::optional<std::string> Row::text_or_null(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

// ---- Transaction ----

void Transaction::ready() const {
  TRIBUTARY_CHECK(now_ == Now::idle, now_ == Now::bulk
                                         ? "a statement while a bulk writer is open"
                                         : "a statement while rows of another are on their way");
  if (failure_) std::rethrow_exception(failure_);
}

// Remembers the first failure, which dooms the transaction.
template <class Work>
auto Transaction::guarded(Work&& work) {
  try {
    return work();
  } catch (...) {
    if (!failure_) failure_ = std::current_exception();
    throw;
  }
}

class Transaction::GuardedBulk final : public BulkWriter {
 public:
  GuardedBulk(Transaction& owner, std::unique_ptr<BulkWriter> inner)
      : owner_(owner), inner_(std::move(inner)) {
    owner_.now_ = Now::bulk;
  }
  ~GuardedBulk() override {
    if (!inner_) return;
    inner_.reset();
    owner_.now_ = Now::idle;
    if (owner_.failure_) return;
    owner_.failure_ = std::make_exception_ptr(
        database_error(codes::unfinished_bulk, "finish() was not called on the bulk writer"));
  }
  void row(std::span<const Value> values) override {
    TRIBUTARY_CHECK(inner_ != nullptr, "row() after finish()");
    owner_.guarded([&] { inner_->row(values); });
  }
  std::int64_t finish() override {
    TRIBUTARY_CHECK(inner_ != nullptr, "finish() twice");
    const auto inner = std::move(inner_);
    owner_.now_ = Now::idle;
    return owner_.guarded([&] { return inner->finish(); });
  }

 private:
  Transaction& owner_;
  std::unique_ptr<BulkWriter> inner_;
};

std::int64_t Transaction::execute_values(std::string_view sql, std::span<const Value> values) {
  ready();
  return guarded([&] {
    for (const auto& value : values) check_storable(value);
    return backend_.execute(sql, values);
  });
}

void Transaction::each_values(std::string_view sql, std::span<const Value> values,
                              const std::function<void(const Row&)>& visit) {
  ready();
  // What the visitor throws is the caller's affair: it ends the reading but does not doom the transaction.
  std::exception_ptr of_visitor;
  const auto careful = [&](const Row& row) {
    try {
      visit(row);
    } catch (...) {
      of_visitor = std::current_exception();
      throw;
    }
  };
  now_ = Now::streaming;
  try {
    for (const auto& value : values) check_storable(value);
    backend_.each(sql, values, careful);
  } catch (...) {
    now_ = Now::idle;
    if (!of_visitor) failure_ = std::current_exception();
    throw;
  }
  now_ = Now::idle;
}

std::unique_ptr<BulkWriter> Transaction::bulk(std::string_view table,
                                              std::span<const std::string_view> columns) {
  ready();
  TRIBUTARY_CHECK(!columns.empty(), std::string(table));
  return guarded([&] { return std::make_unique<GuardedBulk>(*this, backend_.bulk(table, columns)); });
}

Dialect Transaction::dialect() const {
  return backend_.dialect();
}

// ---- Database ----

std::unique_ptr<Database> Database::open(const std::string& url) {
  const auto starts = [&](std::string_view scheme) { return url.starts_with(scheme); };
  if (starts("sqlite:")) return std::unique_ptr<Database>(new Database(url, open_sqlite(url)));
  if (starts("postgresql://") || starts("postgres://"))
    return std::unique_ptr<Database>(new Database(url, open_postgresql(url)));
  throw Error(codes::bad_url,
              {fmt::format("无法识别的数据库地址“{}”", url_for_messages(url)),
               fmt::format("unknown kind of database address “{}”", url_for_messages(url))},
              {},
              {"请使用 sqlite:文件路径 或 postgresql://用户@主机:5432/库名。",
               "Use sqlite:path/of/the/file or postgresql://user@host:5432/name."});
}

Database::Database(std::string url, std::unique_ptr<Backend> backend)
    : url_(std::move(url)), backend_(std::move(backend)) {}
Database::~Database() = default;

Dialect Database::dialect() const {
  return backend_->dialect();
}

namespace {

bool is_busy(const std::exception_ptr& failure) {
  if (!failure) return false;
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.code() == codes::busy;
  } catch (...) {
    return false;
  }
}

class Inside {
 public:
  explicit Inside(bool& flag) : flag_(flag) {
    TRIBUTARY_CHECK(!flag_, "the Database was used inside its own transaction; use the Transaction");
    flag_ = true;
  }
  ~Inside() { flag_ = false; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  bool& flag_;
};

}  // namespace

void Database::run_once(Mode mode, const std::function<void(Transaction&)>& work) {
  try {
    backend_->begin(mode == Mode::read);
  } catch (...) {
    backend_->rollback();
    throw;
  }
  Transaction transaction(*backend_);
  try {
    work(transaction);
    transaction.ready();  // a swallowed failure comes back here
    backend_->commit();
  } catch (...) {
    backend_->rollback();
    // Whatever the work made of it, a busy database means: again from the start.
    if (is_busy(transaction.failure_)) std::rethrow_exception(transaction.failure_);
    throw;
  }
}

void Database::joined(Mode mode, const std::function<void(Transaction&)>& work) {
  struct Joining {
    Database& database;
    Transaction* outer;  // of a together() around this one
    Joining(Database& d, Transaction& t) : database(d), outer(d.joined_) {
      database.joined_ = &t;
      database.inside_ = false;
    }
    ~Joining() {
      database.joined_ = outer;
      database.inside_ = true;
    }
  };
  run_erased(mode, [&](Transaction& transaction) {
    const Joining joining(*this, transaction);
    work(transaction);
  });
}

void Database::together(const std::function<void(Transaction&)>& work) {
  joined(Mode::write, work);
}

void Database::snapshot(const std::function<void()>& work) {
  joined(Mode::read, [&](Transaction&) { work(); });
}

void Database::snapshot(const std::function<void(Transaction&)>& work) {
  joined(Mode::read, work);
}

void Database::run_erased(Mode mode, const std::function<void(Transaction&)>& work) {
  if (joined_ != nullptr) {
    const Inside inside(inside_);
    work(*joined_);
    return joined_->ready();
  }
  constexpr int attempts = 10;
  const Inside inside(inside_);
  for (int attempt = 1;; ++attempt) {
    try {
      return run_once(mode, work);
    } catch (const Error& error) {
      if (error.code() != codes::busy || attempt == attempts) throw;
    }
    // Two that met once must not meet again in step. Made only now: asking the machine for randomness costs
    // more than a short transaction.
    std::minstd_rand jitter(std::random_device{}());
    std::uniform_int_distribution<int> wait(0, 1 << std::min(attempt, 7));
    std::this_thread::sleep_for(std::chrono::milliseconds(wait(jitter)));
  }
}

std::vector<std::string> Database::check_integrity() {
  const Inside inside(inside_);
  return backend_->check_integrity();
}

}  // namespace tributary::store
