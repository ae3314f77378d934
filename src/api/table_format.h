// A list as CSV or XLSX: one column for each plain member of its item's schema, two for {"zh","en"} or {code,
// name}.
#pragma once

#include "api/call.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tributary::api {

class TableFormat {
 public:
  // `item`: the schema of one entry; `fields`: only these members, when not empty.
  TableFormat(const Json& item, const Json& components, const std::vector<std::string>& fields,
              Tongue tongue);

  // RFC 4180 with a byte order mark, so that Excel reads the Chinese; a text that a spreadsheet would take
  // for a formula gets an apostrophe.
  std::string csv_head() const;
  std::string csv_row(const Json& row) const;
  // The whole workbook, rows coming from `next`.
  std::string xlsx(const std::string& name, const std::function<std::optional<Json>()>& next,
                   const std::string& scratch) const;

 private:
  struct Column {
    std::string member;
    std::string inner;  // of an object; empty: the member itself
    std::string title;
    bool number = false;
    bool both = false;  // a {"zh","en"} text
  };
  std::string cell(const Column& column, const Json& row) const;
  std::vector<Column> columns_;
  Tongue tongue_;
};

// What a member is called at the head of a column.
Text column_title(const std::string& member);

}  // namespace tributary::api
