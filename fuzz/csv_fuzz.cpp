// links: base observe
// The CSV reader, the table above it and the row reader on any bytes: no crash, and what they say is true.
#include "base/csv.h"
#include "base/error.h"
#include "observe/csv_table.h"
#include "observe/import_mapping.h"
#include "observe/import_row.h"

#include <cstdint>
#include <cstdlib>
#include <sstream>

using namespace tributary;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// Quoted whenever it could be misread.
std::string written(std::string_view field) {
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// Fields that were read, written again and read again are the same; places ascend.
void read_back(const std::string& bytes) {
  std::istringstream in(bytes);
  CsvReader reader(in, "fuzz");
  long line = 0;
  try {
    while (reader.next()) {
      require(reader.line() > line);
      line = reader.line();
      const auto fields = reader.fields();
      require(!fields.empty() && reader.raw().size() <= bytes.size());
      std::string again;
      for (std::size_t i = 0; i < fields.size(); ++i) {
        const Where where = reader.where(i);
        require(where.line >= line && where.column >= 1);
        again += (i == 0 ? "" : ",") + written(fields[i]);
      }
      std::istringstream second(again + "\n");
      CsvReader copy(second, "again");
      require(copy.next() && copy.fields().size() == fields.size());
      for (std::size_t i = 0; i < fields.size(); ++i) require(copy.fields()[i] == fields[i]);
      require(!copy.next());
    }
  } catch (const Error& error) {
    require(error.where().line >= line && !error.message().zh.empty());
    require(!reader.next());  // after an error there is nothing more
  }
}

observe::ImportMapping mapping() {
  observe::ImportMapping m;
  m.id = m.source = "fuzz";
  m.place_columns = {"s"};
  m.times = {{.columns = {"t"}, .format = "%Y-%m-%d %H:%M"}};
  observe::ValueColumn value;
  value.column = "v";
  value.preferred_column = "w";
  value.indicator = "v";
  value.unit = "mg/L";
  value.bounds.impossible_below = 0;
  m.values = {value};
  m.note_column = "n";
  m.unit_in_header = true;
  return m;
}

// A row is either wrong for a stated reason or holds only finite numbers of at most 15 digits.
void read_rows(const std::string& bytes) {
  const observe::ImportMapping m = mapping();
  try {
    std::istringstream in(bytes);
    observe::CsvTable table(in, "fuzz");
    observe::RowReader rows(m, table, Instant{4000000000});
    while (table.next()) {
      std::vector<observe::RowError> errors;
      const bool good = rows.read(errors);
      require(good == errors.empty());
      require(std::string(rows.place()).size() <=
              table.raw().size());  // copied, so that a stale view is found
      if (!good || rows.empty()) continue;
      for (const observe::RowValue& value : rows.values())
        if (value.number) require(*value.number >= 0 && *value.number < 1e18);
    }
  } catch (const Error& error) {
    require(!error.message().en.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read_back(bytes);
  read_rows("s,t,v(mg/L),w,n\n" + bytes);
  read_rows(bytes);
  return 0;
}
