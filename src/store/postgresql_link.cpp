#include "store/postgresql_link.h"

#include "base/text.h"
#include "store/codes.h"

#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace tributary::store::pg {

namespace {

// Type numbers of PostgreSQL's catalogue (pg_type), fixed for ever.
enum : Oid {
  oid_bool = 16,
  oid_int8 = 20,
  oid_int2 = 21,
  oid_int4 = 23,
  oid_float4 = 700,
  oid_float8 = 701,
  oid_numeric = 1700
};

std::string field(const PGresult* result, int which) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, which);
  return text == nullptr ? std::string() : std::string(text);
}

// The five letters of SQLSTATE: the first two are the class.
Code code_of(std::string_view state, std::string_view function) {
  // The schema changed under a prepared statement: the same again, prepared anew, will do.
  if (state == "0A000" && function == "RevalidateCachedQuery") return codes::busy;
  if (state == "40001" || state == "40P01" || state == "55P03") return codes::busy;
  if (state == "53100") return codes::disk_full;
  if (state == "58030") return codes::disk_failure;
  if (state == "25006") return codes::read_only;
  if (state == "57P01" || state == "57P02" || state == "57P03" || state.starts_with("08"))
    return codes::lost_connection;
  if (state.starts_with("XX001") || state.starts_with("XX002")) return codes::corrupted;
  if (state.starts_with("23")) return codes::constraint;
  if (state.starts_with("22")) return codes::bad_value;
  return codes::sql;
}

template <class Number>
Number number(std::string_view text, std::string_view type) {
  Number out{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size())
    throw database_error(codes::bad_value, fmt::format("{} cannot be read as {}", text, type));
  return out;
}

}  // namespace

void CloseLink::operator()(PGconn* link) const {
  PQfinish(link);
}
void ClearResult::operator()(PGresult* result) const {
  PQclear(result);
}

Link connect(const std::string& url) {
  char* reason = nullptr;
  struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
  };
  const std::unique_ptr<PQconninfoOption, FreeOptions> parsed(PQconninfoParse(url.c_str(), &reason));
  if (!parsed) {
    const std::string detail = reason == nullptr ? "" : reason;
    PQfreemem(reason);
    const std::string shown = url_for_messages(url);
    throw Error(codes::bad_url,
                {fmt::format("数据库地址“{}”有误", shown),
                 fmt::format("bad database address “{}”: {}", shown, trim(detail))},
                {},
                {"例如 postgresql://用户@主机:5432/库名。", "For example postgresql://user@host:5432/name."});
  }
  // What stands before dbname (the whole URL) may be overridden by it, what stands after may not.
  constexpr std::array names{"connect_timeout", "fallback_application_name", "dbname", "client_encoding",
                             static_cast<const char*>(nullptr)};
  const std::array values{"10", "tributary", url.c_str(), "UTF8", static_cast<const char*>(nullptr)};
  Link link(PQconnectdbParams(names.data(), values.data(), 1));
  if (!link) throw std::bad_alloc();
  if (PQstatus(link.get()) != CONNECTION_OK)
    throw database_error(codes::cannot_open, PQerrorMessage(link.get()), {},
                         {url_for_messages(url), 0, 0, {}});
  PQsetNoticeProcessor(link.get(), [](void*, const char*) {}, nullptr);
  return link;
}

void require_fit(PGconn* link) {
  const char* encoding = PQparameterStatus(link, "server_encoding");
  const bool utf8 = encoding != nullptr && std::string_view(encoding) == "UTF8";
  const auto order = run(link, "SELECT 'B' < 'a' AND 'a b' < 'a-b' AND 'Z' < '中'");
  if (utf8 && std::string_view(PQgetvalue(order.get(), 0, 0)) == "t") return;
  throw Error(codes::cannot_open,
              {"该 PostgreSQL 数据库不是 UTF-8 编码,或不按字符编码排序",
               "the PostgreSQL database is not in UTF-8 or does not sort by code point"},
              {PQdb(link), 0, 0, {}},
              {"请用以下语句新建数据库:CREATE DATABASE 库名 TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
               "Make the database by: CREATE DATABASE name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"});
}

void fail(PGconn* link, const PGresult* result, std::string_view sql) {
  const std::string state = field(result, PG_DIAG_SQLSTATE);
  if (state.empty() || PQstatus(link) == CONNECTION_BAD)
    throw database_error(
        state.empty() && PQstatus(link) != CONNECTION_BAD ? codes::sql : codes::lost_connection,
        PQerrorMessage(link), sql);
  const Code code = code_of(state, field(result, PG_DIAG_SOURCE_FUNCTION));
  std::string detail = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (const auto more = field(result, PG_DIAG_MESSAGE_DETAIL); !more.empty()) detail += "; " + more;
  // For COPY the context says which line it was.
  if (const auto context = field(result, PG_DIAG_CONTEXT); context.starts_with("COPY"))
    detail += "; " + context;
  Where where;
  where.field = field(result, PG_DIAG_CONSTRAINT_NAME);
  if (where.field.empty()) where.field = field(result, PG_DIAG_COLUMN_NAME);
  throw database_error(code, fmt::format("{} [{}]", detail, state), sql, where);
}

Result run(PGconn* link, const std::string& sql) {
  Result result(PQexec(link, sql.c_str()));
  const auto status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
    fail(link, result.get(), sql);
  return result;
}

std::string text_of(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value + 0.0).ptr;
  return {buffer.data(), end};
}

Value value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return {};
  const std::string_view text(PQgetvalue(result, row, column),
                              static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case oid_bool:
      return std::int64_t{text == "t"};
    case oid_int2:
    case oid_int4:
    case oid_int8:
      return number<std::int64_t>(text, "a 64-bit integer");
    case oid_float4:
    case oid_float8:
      return number<double>(text, "a double");
    case oid_numeric:
      if (text.find_first_not_of("-0123456789") == std::string_view::npos)
        return number<std::int64_t>(text, "a 64-bit integer");
      return number<double>(text, "a double");
    default:
      return std::string(text);
  }
}

// ---- COPY ----

namespace {

class Copy final : public BulkWriter {
 public:
  Copy(PGconn* link, std::string sql, std::size_t columns)
      : link_(link), sql_(std::move(sql)), columns_(columns) {
    const Result result(PQexec(link_, sql_.c_str()));
    if (!result || PQresultStatus(result.get()) != PGRES_COPY_IN) fail(link_, result.get(), sql_);
    open_ = true;
  }
  ~Copy() override {
    if (!open_) return;
    PQputCopyEnd(link_, "the writer was abandoned");
    drain();
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  void row(std::span<const Value> values) override {
    if (values.size() != columns_) throw wrong_parameter_count(sql_, columns_, values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) buffer_ += '\t';
      append(values[i]);
    }
    buffer_ += '\n';
    if (buffer_.size() >= flush_at) flush();
  }

  std::int64_t finish() override {
    flush();
    open_ = false;
    if (PQputCopyEnd(link_, nullptr) != 1) fail(link_, nullptr, sql_);
    const Result outcome(PQgetResult(link_));
    drain();
    if (!outcome || PQresultStatus(outcome.get()) != PGRES_COMMAND_OK) fail(link_, outcome.get(), sql_);
    return number<std::int64_t>(PQcmdTuples(outcome.get()), "a number of rows");
  }

 private:
  static constexpr std::size_t flush_at = 64 * 1024;  // bytes

  void flush() {
    if (!buffer_.empty() && PQputCopyData(link_, buffer_.data(), static_cast<int>(buffer_.size())) != 1)
      fail(link_, nullptr, sql_);
    buffer_.clear();
  }

  // On a broken connection libpq would report COPY for ever.
  void drain() {
    for (Result result(PQgetResult(link_)); result; result.reset(PQgetResult(link_)))
      if (PQresultStatus(result.get()) == PGRES_COPY_IN) return;
  }

  void append(const Value& value) {
    check_storable(value);
    if (const auto* n = std::get_if<std::int64_t>(&value)) {
      fmt::format_to(std::back_inserter(buffer_), "{}", *n);
    } else if (const auto* x = std::get_if<double>(&value)) {
      buffer_ += text_of(*x);
    } else if (const auto* s = std::get_if<std::string>(&value)) {
      for (const char c : *s) {
        switch (c) {
          case '\\':
            buffer_ += "\\\\";
            break;
          case '\t':
            buffer_ += "\\t";
            break;
          case '\n':
            buffer_ += "\\n";
            break;
          case '\r':
            buffer_ += "\\r";
            break;
          default:
            buffer_ += c;
        }
      }
    } else {
      buffer_ += "\\N";
    }
  }

  PGconn* link_;
  std::string sql_;
  std::size_t columns_;
  std::string buffer_;
  bool open_ = false;
};

}  // namespace

std::unique_ptr<BulkWriter> copy_into(PGconn* link, std::string_view table,
                                      std::span<const std::string_view> columns) {
  std::string names;
  for (const auto column : columns) names += (names.empty() ? "" : ", ") + quoted_name(column);
  return std::make_unique<Copy>(link, fmt::format("COPY {} ({}) FROM STDIN", quoted_name(table), names),
                                columns.size());
}

}  // namespace tributary::store::pg
