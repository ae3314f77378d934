#include "store/sql_text.h"

#include "base/text.h"
#include "store/backend.h"
#include "store/codes.h"

#include <fmt/format.h>

namespace tributary::store {

namespace {

// The end (one past) of the literal, quoted name or comment that begins at `at`; `at` itself when none does.
std::size_t skip_opaque(std::string_view sql, std::size_t at) {
  const auto after = [&](std::string_view mark, std::size_t from) {
    const auto found = sql.find(mark, from);
    return found == std::string_view::npos ? sql.size() : found + mark.size();
  };
  const char c = sql[at];
  // A doubled quote inside reads as the end of one literal and the beginning of the next, which comes to the
  // same.
  if (c == '\'' || c == '"') return after(sql.substr(at, 1), at + 1);
  if (sql.substr(at, 2) == "--") return after("\n", at + 2);
  if (sql.substr(at, 2) == "/*") return after("*/", at + 2);
  return at;
}

}  // namespace

Numbered number_parameters(std::string_view sql) {
  Numbered out;
  out.sql.reserve(sql.size() + 16);
  for (std::size_t i = 0; i < sql.size();) {
    if (const auto end = skip_opaque(sql, i); end > i) {
      out.sql += sql.substr(i, end - i);
      i = end;
      continue;
    }
    if (sql[i] != '?') {
      out.sql += sql[i++];
      continue;
    }
    ++i;
    if (i < sql.size() && sql[i] >= '0' && sql[i] <= '9')
      throw database_error(codes::sql, "numbered parameters are not portable, write ?", sql);
    out.sql += fmt::format("${}", ++out.parameters);
  }
  return out;
}

std::size_t statement_start(std::string_view sql) {
  std::size_t at = 0;
  while (at < sql.size()) {
    const char c = sql[at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';')
      ++at;
    else if (c == '-' || c == '/') {
      const auto end = skip_opaque(sql, at);
      if (end == at) break;
      at = end;
    } else
      break;
  }
  return at;
}

std::string for_dialect(std::string_view script, Dialect dialect, std::string_view name) {
  constexpr std::string_view mark = "-- dialect:";
  std::string out;
  bool applies = true;
  long line = 0;
  for (const auto text : split(script, '\n')) {
    if (++line > 1) out += '\n';
    const auto trimmed = trim(text);
    if (!trimmed.starts_with(mark)) {
      if (applies) out += text;
      continue;
    }
    const auto wanted = trim(trimmed.substr(mark.size()));
    if (wanted == "any")
      applies = true;
    else if (wanted == "sqlite")
      applies = dialect == Dialect::sqlite;
    else if (wanted == "postgresql")
      applies = dialect == Dialect::postgresql;
    else
      throw database_error(codes::bad_migration, fmt::format("unknown dialect “{}”", wanted), {},
                           {std::string(name) + ".sql", line, 0, {}});
  }
  return out;
}

}  // namespace tributary::store
