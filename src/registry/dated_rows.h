// How a dated fact is put into its table: inserted, found unchanged, closed, or refused. Private to the
// module.
//
// Per key, the versions in a table never overlap. What is stored is not edited, with two exceptions: an open
// validity may be closed (where the table allows it), and notes – descriptions that no result depends on –
// may be revised.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "store/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace tributary::registry {

// Days as they are stored; «since ever» and «for ever» are the ends of the calendar of ISO 8601.
std::string day_text(Date day);
Date day_from_text(std::string_view text);
Validity validity_from_text(std::string_view from, std::string_view to);

struct Field {
  enum class Part : std::uint8_t { key, content, note };
  std::string_view column;
  store::Value value;
  Part part;
};

struct DatedRow {
  std::string_view table;
  std::vector<Field> fields;  // without jurisdiction, valid_from and valid_to
  Validity validity;
  bool closable = true;
  Where where;
};

enum class Put : std::uint8_t { added, closed, revised, unchanged };

// Throws contradiction, naming what is stored and what was given. Rows of one key must come in order of their
// first day.
Put put(store::Transaction& transaction, const std::string& tenant, const DatedRow& row);

// True when the versions of `code` in `table` together hold on every day of `validity`.
bool covered(store::Transaction& transaction, const std::string& tenant, std::string_view table,
             std::string_view code, const Validity& validity);
// True when `code` is in `table` on any day.
bool exists(store::Transaction& transaction, const std::string& tenant, std::string_view table,
            std::string_view code);

}  // namespace tributary::registry
