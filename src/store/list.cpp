#include "store/list.h"

#include <iterator>

#include <fmt/format.h>

namespace tributary::store {

void List::add(std::int64_t value) {
  comma();
  fmt::format_to(std::back_inserter(text_), "{}", value);
}

void List::add(std::string_view value) {
  comma();
  text_ += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') text_ += '\\';  // JSON and PostgreSQL's arrays agree here
    text_ += c;
  }
  text_ += '"';
}

std::string_view integers_table(Dialect dialect) {
  return dialect == Dialect::sqlite ? "json_each(?) j" : "unnest(CAST(? AS BIGINT[])) AS j (value)";
}
std::string_view texts_table(Dialect dialect) {
  return dialect == Dialect::sqlite ? "json_each(?) j" : "unnest(CAST(? AS TEXT[])) AS j (value)";
}

}  // namespace tributary::store
