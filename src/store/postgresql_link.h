// The connection to a PostgreSQL server: opening, errors, results, values as text; private to `store`.
#pragma once

#include "store/backend.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

// libpq's own names, declared here so that its header stays in the sources.
struct pg_conn;
struct pg_result;

namespace tributary::store::pg {

using PGconn = ::pg_conn;
using PGresult = ::pg_result;

struct CloseLink {
  void operator()(PGconn* link) const;
};
struct ClearResult {
  void operator()(PGresult* result) const;
};
using Link = std::unique_ptr<PGconn, CloseLink>;
using Result = std::unique_ptr<PGresult, ClearResult>;

// Throws bad_url, cannot_open.
Link connect(const std::string& url);
// The database must keep UTF-8 and sort by code point, else lists and ranges would differ from SQLite's.
// Throws cannot_open.
void require_fit(PGconn* link);

// What the server (or the lost connection) says, as one of our codes. `result` may be null.
[[noreturn]] void fail(PGconn* link, const PGresult* result, std::string_view sql);

// The simple protocol: one or several statements without parameters. Throws when the last one failed.
Result run(PGconn* link, const std::string& sql);

// A double so that reading it back gives the same bits; -0.0 as 0.0.
std::string text_of(double value);

// One column of one row by its type: integers and booleans, floats, numerics (an integer where there is no
// decimal point, else a double: sums and means of our columns), everything else as text.
Value value_of(const PGresult* result, int row, int column);

// Rows by COPY … FROM STDIN. Destroyed unfinished, it cancels the copy.
std::unique_ptr<BulkWriter> copy_into(PGconn* link, std::string_view table,
                                      std::span<const std::string_view> columns);

}  // namespace tributary::store::pg
