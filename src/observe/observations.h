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
