// Reads series and observations: as known now, or as known on an earlier instant.
#pragma once

#include "observe/series.h"
#include "store/store.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

// The schema of this module.
std::span<const store::Migration> migrations();

// Empty fields match everything.
struct SeriesFilter {
  std::string place = {};
  std::string indicator = {};
  std::string source = {};
};

// Where an observation comes from, for people.
struct Origin {
  std::string file = {};     // name of the file
  std::string sha256 = {};   // of its content
  std::string mapping = {};  // how it was read
  std::int64_t row = 0;      // line, from 1
  std::int64_t column = 0;   // from 1
  std::string column_name = {};
  std::string raw = {};  // the field
  Instant arrived = {};
};

// What a series covers.
struct Coverage {
  std::optional<Instant> first = {};
  std::optional<Instant> last = {};
  std::int64_t count = 0;  // of times, whatever their revisions
};

// A file that was imported, and what came of it.
struct ImportedFile {
  ImportFileId id;
  std::string name;
  std::string sha256;
  std::string mapping;
  Instant arrived;
  std::int64_t rows = 0;
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
};

class Observations {
 public:
  // `db` must outlive this. A jurisdiction sees only its own.
  Observations(store::Database& db, std::string jurisdiction);

  // Sorted by place, indicator, source.
  std::vector<Series> series(const SeriesFilter& filter = {}) const;
  std::optional<Series> find(std::string_view place, std::string_view indicator,
                             std::string_view source) const;
  // Throws unknown_series with near misses among the place's series.
  Series get(std::string_view place, std::string_view indicator, std::string_view source) const;

  // One observation per time, the highest revision that had arrived by `as_known` (inclusive; empty: now), by
  // time. Missing values are among them, with their flag.
  std::vector<Observation> read(SeriesId series, InstantRange range,
                                std::optional<Instant> as_known = {}) const;
  std::vector<Observation> read(SeriesId series, const Period& period,
                                std::optional<Instant> as_known = {}) const {
    return read(series, InstantRange::of(period), as_known);
  }
  // Many series from one snapshot, in the order given. A series without observations has an empty entry.
  std::map<SeriesId, std::vector<Observation>> read_all(std::span<const SeriesId> series, InstantRange range,
                                                        std::optional<Instant> as_known = {}) const;

  // The same two in a transaction of the caller.
  static std::vector<Series> series(store::Transaction& transaction, const std::string& jurisdiction,
                                    const SeriesFilter& filter);
  static std::vector<Observation> read(store::Transaction& transaction, const std::string& jurisdiction,
                                       SeriesId series, InstantRange range);

  std::optional<Series> find(SeriesId id) const;
  // From the start of the range the part that holds at most `most` times; `from` of the rest is its `to`.
  InstantRange first_part(SeriesId series, InstantRange range, std::int64_t most) const;
  // First and last time; the count is made only when asked for, since it reads the whole series.
  Coverage coverage(SeriesId series, bool counted) const;
  // Newest first, below the id `before` (0: from the newest).
  std::vector<ImportedFile> files(std::size_t limit, std::int64_t before = 0) const;

  // All files together, and the readings taken from them.
  struct Imported {
    std::int64_t files = 0;
    std::int64_t readings = 0;
    std::optional<Instant> latest;  // arrival
  };
  Imported imported() const;
  // When the latest file arrived; zero when there is none. Reading as known then sees all of them, now and
  // later: no two files arrive at one instant.
  Instant latest_arrival() const;
  // All revisions at one time, oldest first.
  std::vector<Observation> history(SeriesId series, Instant time) const;
  Origin origin(const Observation& observation) const;

 private:
  store::Database& db_;
  std::string jurisdiction_;
};

}  // namespace tributary::observe
