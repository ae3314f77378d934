// Reading SQL as text, as far as needed to be portable; private to `store`.
#pragma once

#include "store/store.h"

#include <string>
#include <string_view>

namespace tributary::store {

// `?` outside of literals, quoted names and comments become $1, $2 …
struct Numbered {
  std::string sql;
  std::size_t parameters = 0;
};
// Throws sql for `?1` and the like, which would mean something else on PostgreSQL.
Numbered number_parameters(std::string_view sql);

// Where the first statement begins, past blanks, semicolons and comments; the size of the text when there is
// none.
std::size_t statement_start(std::string_view sql);

// The lines of a migration that apply to one dialect. Lines of the other become empty, so that line numbers
// stay. Throws bad_migration for an unknown dialect.
std::string for_dialect(std::string_view script, Dialect dialect, std::string_view name);

}  // namespace tributary::store
