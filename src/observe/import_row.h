// Reads the records of a CSV table by a mapping: place, time and flagged values of each row, or what is wrong
// in it. Knows nothing of databases and places.
#pragma once

#include "base/time.h"
#include "observe/csv_table.h"
#include "observe/import_mapping.h"

#include <string>
#include <vector>

namespace tributary::observe {

// One thing that is wrong in one row: Error::where() tells file, line, column and column name.
struct RowError {
  Error error;
  std::string raw;  // the field as it stands in the file; the whole row when no single field is to blame
};

struct RowValue {
  std::size_t value = 0;  // in ImportMapping::values
  std::optional<double> number;
  Flag flag = Flag::valid;
  std::optional<double> detection_limit;
  std::size_t column = 0;  // in the file, from 0
};

class RowReader {
 public:
  // Finds the columns and checks the units in the header. Both must outlive the reader. A time after `latest`
  // is an error. Throws missing_column, duplicate_column, unit_mismatch.
  RowReader(const ImportMapping& mapping, CsvTable& table, Instant latest);

  // Reads the current record of the table. What is wrong is added to `errors`; the row holds only if nothing
  // was.
  bool read(std::vector<RowError>& errors);

  // The row that was read has neither a time nor a value: it says nothing (a station that is not reporting).
  bool empty() const { return !has_time_; }
  // Of the row that was read, valid until the next one; the place is empty when the record is not to be read
  // at all.
  std::string_view place() const { return place_; }
  std::size_t place_column() const { return place_columns_.front(); }
  Instant time() const { return time_; }
  const std::vector<RowValue>& values() const { return values_; }

 private:
  struct BoundValue {
    std::optional<std::size_t> column;
    std::optional<std::size_t> preferred;
    std::optional<std::size_t> unit;
    std::string accepted_unit;  // as last seen in the unit column
  };
  struct BoundTime {
    std::vector<std::size_t> columns;
    std::size_t source = 0;
  };
  using Errors = std::vector<RowError>;

  void bind_values();
  void check_header_units();
  void check_unit_row();
  void check_unit(std::string_view text, const ValueColumn& value, const Where& where) const;
  std::string_view joined(const std::vector<std::size_t>& columns, std::string_view between,
                          std::string& scratch);
  bool blank(std::string_view text) const;
  void read_place(Errors& errors);
  void read_time(Errors& errors);
  void check_untimed(Errors& errors) const;
  Flag read_status(Errors& errors);
  void read_notes();
  void read_value(std::size_t index, Flag row_flag, Errors& errors);
  void judge(RowValue& out, const ValueColumn& value, Errors& errors);

  const ImportMapping& mapping_;
  CsvTable& table_;
  Instant latest_;
  std::vector<std::size_t> place_columns_;
  std::vector<BoundTime> times_;
  std::vector<BoundValue> bound_;
  std::optional<std::size_t> status_;
  std::optional<std::size_t> note_;

  std::string_view place_;
  std::string place_scratch_;
  std::string time_scratch_;
  Instant time_;
  bool has_time_ = false;
  std::vector<RowValue> values_;
  std::vector<std::optional<Flag>> noted_;  // per value, from the note of the row
  bool any_noted_ = false;
};

}  // namespace tributary::observe
