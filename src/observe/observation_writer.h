// Writes observations inside a transaction: what is new is added, what differs becomes the next revision,
// what is known already is counted. Nothing is overwritten.
//
// Two equal observations of one series and time within one file are one (a duplicate). Two different ones
// contradict each other: all are kept as revisions flagged `conflicting`, so that no statistic uses them
// until a later file says which one holds. A file that repeats the same contradiction changes nothing.
//
// They go in batches, sorted by series and time, and only a batch that touches times already stored reads
// them. Memory does not grow with the number of observations, but for those that repeat what is stored: eight
// bytes each. (A contradiction more than a batch apart is found as well; only if the same rows come again in
// another file is it then written down a second time.)
#pragma once

#include "observe/series.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::observe {

struct NewObservation {
  SeriesId series = {};
  Instant time = {};
  std::optional<double> value = {};
  Flag flag = Flag::valid;
  std::optional<double> detection_limit = {};
  std::int64_t row = 0;
  std::int64_t column = 0;
  std::string raw = {};
};

// In observations, not rows. Each observation given counts once, in the first four.
struct WriteCounts {
  std::int64_t added = 0;        // first value for its series and time
  std::int64_t corrected = 0;    // a further revision
  std::int64_t unchanged = 0;    // equal to what was known
  std::int64_t duplicate = 0;    // repeated within the file
  std::int64_t conflicting = 0;  // series and times for which the file contradicts itself
};

class ObservationWriter {
 public:
  // `transaction` must outlive the writer. `arrived` must not lie before that of any observation stored.
  ObservationWriter(store::Transaction& transaction, std::string jurisdiction, ImportFileId origin,
                    Instant arrived, std::size_t batch = std::size_t{1} << 16);
  ~ObservationWriter();
  ObservationWriter(const ObservationWriter&) = delete;
  ObservationWriter& operator=(const ObservationWriter&) = delete;

  // The file has been read before, in part: what is stored by now stands, corrections that came after it too;
  // only series and times without any observation are added.
  void only_add() { only_add_ = true; }
  // A series known to be empty in the database is not looked up.
  void is_new(SeriesId series);
  void add(NewObservation observation);
  // Writes what is left. Other statements of the transaction may run before add() or after this.
  const WriteCounts& finish();
  const WriteCounts& counts() const { return counts_; }

 private:
  struct Key {
    std::int64_t series;
    std::int64_t time;
    std::uint32_t index;
    auto operator<=>(const Key&) const = default;
  };
  struct Stored {  // the latest revision in the database
    std::int64_t revision;
    std::optional<double> value;
    std::optional<double> detection_limit;
    Flag flag;
    std::int64_t file;
  };
  struct Extent {  // of the times stored
    std::int64_t first;
    std::int64_t last;
  };
  struct Output {
    std::uint32_t index;
    std::int64_t revision;
    Flag flag;
  };

  void flush();
  void settle_series(std::size_t from, std::size_t to);
  void settle_time(std::size_t from, std::size_t to, const Stored* stored);
  std::map<std::int64_t, Stored> stored_within(std::int64_t series, std::int64_t first, std::int64_t last,
                                               std::size_t from, std::size_t to);
  std::optional<Extent>& extent_of(std::int64_t series);
  bool repeated_earlier(std::int64_t series, std::int64_t time) const;
  bool same_content(const NewObservation& a, const NewObservation& b) const;
  void write_outputs();

  store::Transaction& transaction_;
  std::string jurisdiction_;
  std::int64_t origin_;
  std::int64_t arrived_;
  std::size_t batch_;
  std::vector<NewObservation> pending_;
  std::vector<Key> keys_;
  std::vector<Output> outputs_;
  std::map<std::int64_t, std::optional<Extent>> extents_;
  // Times for which the file said what was stored, by series: one ascending run for each batch.
  std::map<std::int64_t, std::vector<std::vector<std::int64_t>>> repeated_;
  bool only_add_ = false;
  WriteCounts counts_;
};

}  // namespace tributary::observe
