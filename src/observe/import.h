// Imports a CSV file of observations: all of it in one transaction, streaming, nothing half-written.
//
// A bad row is left out as a whole and reported; with `strict` one bad row keeps the whole file out. What
// makes the file unreadable (encoding, quotes, missing columns) throws and nothing is stored. The same file
// read by the same mapping again changes nothing; so do the same rows in another file. A row that differs
// from what is known becomes the next revision, also when it says that the value is missing.
#pragma once

#include "base/time.h"
#include "observe/import_mapping.h"
#include "observe/import_row.h"
#include "observe/observation_writer.h"
#include "observe/series.h"
#include "store/store.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

// The place id for a name as it stands in a file (name or alias), if there is one. Called inside the
// transaction, so it must not use the same database: read the names before.
using PlaceLookup = std::function<std::optional<std::string>(std::string_view name)>;
// Names of places that come near, for «did you mean»; may be empty.
using NearPlaces = std::function<std::vector<std::string>(std::string_view name)>;

struct ImportTarget {
  store::Database& db;
  std::string jurisdiction;
  PlaceLookup place;
  NearPlaces near;
  const Clock& clock;
};

struct ImportOptions {
  bool strict = false;
  std::size_t errors_kept = 1000;  // in the report; the listener hears of all
};

// Hears how an import goes on. `started` comes again when the transaction had to start anew (a busy
// database): what was rejected before then no longer counts.
class ImportListener {
 public:
  virtual ~ImportListener() = default;
  virtual void started(std::uint64_t /*bytes*/) {}
  virtual void progress(std::uint64_t /*bytes_done*/, std::uint64_t /*bytes*/) {}
  virtual void rejected(const RowError& /*error*/) {}
};

enum class ImportOutcome : std::uint8_t {
  stored,   // the good rows are in the database
  known,    // this file was imported before and nothing in it is new
  refused,  // strict, and at least one row is bad: nothing was stored
};

struct ImportReport {
  ImportOutcome outcome = ImportOutcome::stored;
  std::optional<ImportFileId> file = {};  // what was stored, or the earlier import of a known file
  std::string sha256 = {};
  std::uint64_t bytes = 0;
  std::int64_t rows = 0;  // without header, unit row and blank lines
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::int64_t empty = 0;  // of the accepted: neither a time nor a value
  WriteCounts observations = {};
  std::int64_t new_series = 0;
  std::map<std::string, std::int64_t> flags = {};    // observations read, by the name of their flag
  std::int64_t error_count = 0;                      // a row may have several
  std::map<std::string, std::int64_t> reasons = {};  // errors by the name of their code
  std::vector<RowError> errors = {};                 // the first of them
};

// Throws bad_mapping, bad_unit; missing_column, duplicate_column, unit_mismatch (also against the unit that a
// series already has), empty_file, bad_encoding, nul_byte, base.bad_csv, base.file_unreadable; file_changed
// when the file was written to meanwhile; what store::Database::write throws.
ImportReport import_csv(const ImportTarget& target, const std::string& path, const ImportMapping& mapping,
                        const ImportOptions& options = {}, ImportListener* listener = nullptr);

}  // namespace tributary::observe
