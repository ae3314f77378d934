// PostgreSQL: serializable writes, repeatable reads, prepared statements, rows one by one.
#include "store/backend.h"
#include "store/codes.h"
#include "store/postgresql_link.h"
#include "store/sql_text.h"
#include "store/statement_cache.h"

#include <charconv>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace tributary::store {

namespace {

using pg::Result;

constexpr Oid oid_int8 = 20;
constexpr Oid oid_float8 = 701;
constexpr Oid oid_unknown = 0;  // the server decides by the place where the parameter stands

// Any number will do as long as every program that migrates uses the same: "tributar" in ASCII.
constexpr std::string_view schema_lock = "8390322045806929266";

// The parameters of one statement in libpq's form.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> values) {
    numbers_.reserve(values.size());  // c_str() of its elements must stay where it is
    for (const auto& value : values) {
      Oid type = oid_unknown;
      const char* text = nullptr;
      if (const auto* n = std::get_if<std::int64_t>(&value)) {
        type = oid_int8;
        text = numbers_.emplace_back(fmt::format("{}", *n)).c_str();
      } else if (const auto* x = std::get_if<double>(&value)) {
        type = oid_float8;
        text = numbers_.emplace_back(pg::text_of(*x)).c_str();
      } else if (const auto* s = std::get_if<std::string>(&value)) {
        text = s->c_str();
      }
      types_.push_back(type);
      texts_.push_back(text);
    }
  }
  int size() const { return static_cast<int>(types_.size()); }
  const Oid* types() const { return types_.data(); }
  const char* const* texts() const { return texts_.data(); }
  // A statement is prepared once for each combination of types.
  std::string signature() const {
    std::string out;
    for (const Oid type : types_) out += type == oid_int8 ? 'i' : type == oid_float8 ? 'd' : 't';
    return out;
  }

 private:
  std::vector<Oid> types_;
  std::vector<const char*> texts_;
  std::vector<std::string> numbers_;
};

class Postgresql final : public Backend {
 public:
  explicit Postgresql(std::string url) : url_(std::move(url)) { connect(); }

  Dialect dialect() const override { return Dialect::postgresql; }

  void begin(bool read_only) override {
    const char* sql =
        read_only ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN ISOLATION LEVEL SERIALIZABLE";
    read_only_ = read_only;
    if (PQstatus(link()) == CONNECTION_OK) {
      try {
        pg::run(link(), sql);
        return;
      } catch (const Error& error) {
        if (error.code() != codes::lost_connection) throw;
      }
    }
    // The server was restarted, or gave us up; nothing has been done yet, so beginning again is safe.
    connect();
    pg::run(link(), sql);
  }

  void commit() override {
    if (PQtransactionStatus(link()) != PQTRANS_INTRANS && PQstatus(link()) == CONNECTION_OK)
      throw database_error(codes::sql, "the transaction was ended by a statement in it");
    const auto result = pg::run(link(), "COMMIT");
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
      throw database_error(codes::sql, "the server rolled the transaction back");
    schema_changed_ = false;
  }

  void rollback() noexcept override {
    if (PQtransactionStatus(link()) != PQTRANS_IDLE) const Result done(PQexec(link(), "ROLLBACK"));
    if (schema_changed_) forget_statements();
    schema_changed_ = false;
  }

  std::int64_t execute(std::string_view sql, std::span<const Value> values) override {
    const Parameters parameters(values);
    const std::string name = prepared(sql, parameters);
    const Result result(
        PQexecPrepared(link(), name.c_str(), parameters.size(), parameters.texts(), nullptr, nullptr, 0));
    const auto status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) failed(result.get(), sql);
    note_schema_change(result.get());
    if (std::string_view(PQcmdStatus(result.get())).starts_with("SELECT")) return 0;
    const std::string_view changed = PQcmdTuples(result.get());
    std::int64_t rows = 0;
    std::from_chars(changed.data(), changed.data() + changed.size(), rows);
    return rows;
  }

  void each(std::string_view sql, std::span<const Value> values,
            const std::function<void(const Row&)>& visit) override {
    const Parameters parameters(values);
    const std::string name = prepared(sql, parameters);
    if (PQsendQueryPrepared(link(), name.c_str(), parameters.size(), parameters.texts(), nullptr, nullptr,
                            0) != 1)
      failed(nullptr, sql);
    PQsetSingleRowMode(link());
    // Whatever happens, all results are fetched: the connection is of no use before.
    Result bad;
    std::exception_ptr of_visitor;
    while (Result result{PQgetResult(link())}) {
      const auto status = PQresultStatus(result.get());
      if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        const bool copying = status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
        if (!bad) bad = std::move(result);
        if (copying) break;  // would be reported for ever; the rollback ends it
        continue;
      }
      if (of_visitor || bad) continue;
      note_schema_change(result.get());
      try {
        for (int row = 0; row < PQntuples(result.get()); ++row) visit(row_of(result.get(), row));
      } catch (...) {
        of_visitor = std::current_exception();
      }
    }
    if (of_visitor) std::rethrow_exception(of_visitor);
    if (bad || PQstatus(link()) != CONNECTION_OK) failed(bad.get(), sql);
  }

  std::unique_ptr<BulkWriter> bulk(std::string_view table,
                                   std::span<const std::string_view> columns) override {
    if (read_only_) throw database_error(codes::read_only, fmt::format("bulk write into {}", table));
    return pg::copy_into(link(), table, columns);
  }

  void script(std::string_view sql) override {
    const Result result(PQexec(link(), std::string(sql).c_str()));
    const auto status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
    schema_changed_ = true;
    forget_statements_later_ = true;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
    try {
      pg::fail(link(), result.get(), sql);
    } catch (const Error& error) {
      throw error.at({{}, script_line(result.get(), sql), 0, {}});
    }
  }

  void lock_schema() override {
    begin(true);  // connects anew if need be
    commit();
    pg::run(link(), fmt::format("SELECT pg_advisory_lock({})", schema_lock));
  }
  void unlock_schema() noexcept override {
    const Result done(PQexec(link(), fmt::format("SELECT pg_advisory_unlock({})", schema_lock).c_str()));
  }

  std::vector<std::string> check_integrity() override;

 private:
  PGconn* link() const { return link_.get(); }

  void connect() {
    statements_.clear();
    forget_statements_later_ = false;
    link_ = pg::connect(url_);
    pg::require_fit(link());
  }

  [[noreturn]] void failed(const PGresult* result, std::string_view sql) {
    // The table got another shape by another connection.
    const char* function = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    if (function != nullptr && std::string_view(function) == "RevalidateCachedQuery")
      forget_statements_later_ = true;
    pg::fail(link(), result, sql);
  }

  static Row row_of(const PGresult* result, int row) {
    std::vector<Value> values(static_cast<std::size_t>(PQnfields(result)));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = pg::value_of(result, row, static_cast<int>(i));
    return Row(std::move(values));
  }

  // A prepared SELECT * refuses to run once its table has another shape.
  void note_schema_change(PGresult* result) {
    const std::string_view command = PQcmdStatus(result);
    if (!command.starts_with("ALTER") && !command.starts_with("DROP") && !command.starts_with("CREATE"))
      return;
    schema_changed_ = true;
    forget_statements_later_ = true;
  }
  void forget_statements() noexcept {
    forget_statements_later_ = false;
    statements_.clear();
    const Result done(PQexec(link(), "DEALLOCATE ALL"));
  }

  // The name of the statement on the server.
  std::string prepared(std::string_view sql, const Parameters& parameters) {
    if (forget_statements_later_) forget_statements();
    std::string key = parameters.signature();
    key += ' ';
    key += sql;
    if (const auto* name = statements_.find(key)) return *name;
    const Numbered numbered = number_parameters(sql);
    if (const auto given = static_cast<std::size_t>(parameters.size()); numbered.parameters != given)
      throw wrong_parameter_count(sql, numbered.parameters, given);
    std::string name = fmt::format("t{}", ++names_given_);
    const Result result(
        PQprepare(link(), name.c_str(), numbered.sql.c_str(), parameters.size(), parameters.types()));
    if (!result || PQresultStatus(result.get()) != PGRES_COMMAND_OK) failed(result.get(), sql);
    if (const auto gone = statements_.keep(std::move(key), name)) pg::run(link(), "DEALLOCATE " + *gone);
    return name;
  }

  static long script_line(const PGresult* result, std::string_view sql) {
    const char* position =
        result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    if (position == nullptr) return 0;
    // In characters from 1; a UTF-8 character begins at every byte that is not 10xxxxxx.
    long characters = std::strtol(position, nullptr, 10);
    std::size_t byte = 0;
    for (; byte < sql.size(); ++byte)
      if ((static_cast<unsigned char>(sql[byte]) & 0xC0) != 0x80 && --characters == 0) break;
    return line_of(sql, byte);
  }

  std::string url_;
  pg::Link link_;
  StatementCache<std::string> statements_{256};
  std::uint64_t names_given_ = 0;
  bool read_only_ = false;
  bool schema_changed_ = false;           // in the running transaction
  bool forget_statements_later_ = false;  // before the next one is prepared
};

// Reads every row of every table, and every index by amcheck where the administrator has installed it. Page
// checksums (initdb --data-checksums) make the reading see more.
std::vector<std::string> Postgresql::check_integrity() {
  std::vector<std::string> wrong;
  const auto texts = [&](std::string_view sql) {
    std::vector<std::string> out;
    begin(true);
    try {
      each(sql, {}, [&](const Row& row) { out.push_back(row.text(0)); });
      commit();
    } catch (const Error& error) {
      rollback();
      if (error.code() == codes::lost_connection) throw;
      wrong.push_back(fmt::format("{}: {}", sql_excerpt(sql), error.what()));
    }
    return out;
  };
  const auto add = [&](const std::vector<std::string>& more) {
    wrong.insert(wrong.end(), more.begin(), more.end());
  };

  constexpr std::string_view ours = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";
  add(texts(
      fmt::format("SELECT format('index %s is not valid', i.indexrelid::regclass) FROM pg_index i "
                  "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
                  "WHERE NOT i.indisvalid AND {}",
                  ours)));
  add(texts(
      "SELECT format('constraint %s of %s is not validated', conname, conrelid::regclass) FROM pg_constraint "
      "WHERE NOT convalidated"));
  const auto tables = texts(fmt::format(
      "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND {} ORDER BY 1",
      ours));
  for (const auto& table : tables)
    texts(
        fmt::format("SELECT CAST(sum(length(CAST(whole_row AS TEXT))) AS TEXT) FROM {} AS whole_row "
                    "HAVING count(*) < 0",
                    table));
  if (!texts("SELECT extname FROM pg_extension WHERE extname = 'amcheck'").empty()) {
    const auto indexes = texts(fmt::format(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_am a ON a.oid = c.relam JOIN pg_index i ON i.indexrelid = c.oid AND i.indisvalid "
        "WHERE c.relkind = 'i' AND a.amname = 'btree' AND {} ORDER BY 1",
        ours));
    for (const auto& index : indexes)
      texts(fmt::format("SELECT CAST(bt_index_check('{}'::regclass, true) AS TEXT)", index));
  }
  return wrong;
}

}  // namespace

std::unique_ptr<Backend> open_postgresql(const std::string& url) {
  return std::make_unique<Postgresql>(url);
}

void command_postgresql(const std::string& url, const std::string& sql) {
  const auto link = pg::connect(url);
  pg::run(link.get(), sql);
}

}  // namespace tributary::store
