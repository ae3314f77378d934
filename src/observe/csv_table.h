// A CSV file with a header line: columns by name, every record checked (UTF-8, NUL, number of fields).
//
// What makes the rest of the file unreadable throws: base.bad_csv (quotes, a record over 1 MiB),
// bad_encoding, nul_byte. What spoils one record only is told by `problem`.
#pragma once

#include "base/csv.h"

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

class CsvTable {
 public:
  // Reads the header. `in` must outlive the table. Throws empty_file and what next() throws.
  CsvTable(std::istream& in, std::string name, CsvFormat format = {});

  const std::string& name() const { return name_; }
  const std::vector<std::string>& header() const { return header_; }  // trimmed

  // Positions of the named columns in the order asked. Throws missing_column naming all that are missing,
  // each with the names in the file that come near, or duplicate_column.
  std::vector<std::size_t> require(const std::vector<std::string>& names) const;
  // Throws duplicate_column.
  std::optional<std::size_t> find(std::string_view name) const;

  // Compares names without a unit in parentheses at their end: "氨氮(mg/L)" is then found as "氨氮".
  void ignore_units_in_header() { ignore_units_ = true; }
  // What stands in the parentheses at the end of a column's name, half or full width; empty when there are
  // none.
  std::string_view unit_in_header(std::size_t column) const;

  // The next record; blank lines are passed over. False at the end.
  bool next();
  // wrong_field_count, or truncated for the last record of a file that was cut off. Only then may `field` be
  // called with a column that the record does not have.
  std::optional<Error> problem() const;

  std::string_view field(std::size_t column) const { return reader_.fields()[column]; }
  Where where(std::size_t column) const;
  long line() const { return reader_.line(); }
  std::string_view raw() const { return reader_.raw(); }

 private:
  void check_bytes();

  std::string name_;
  CsvReader reader_;
  std::vector<std::string> header_;
  bool ignore_units_ = false;
};

}  // namespace tributary::observe
