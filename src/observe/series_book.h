// The series of one source while a file is imported: which place a name in the file means, and which series a
// value of it belongs to. New series are created on their first value.
#pragma once

#include "observe/import.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tributary::observe {

class SeriesBook {
 public:
  // What a name in the file means.
  struct Page {
    std::optional<std::string> place;  // empty: no such place
    std::vector<SeriesId>* series =
        nullptr;                    // of the place, per value of the mapping; 0 until its first value
    std::vector<std::string> near;  // for an unknown name
  };

  // All must outlive the book. Throws unit_mismatch when a series of the source has another unit than the
  // mapping says.
  SeriesBook(store::Transaction& transaction, std::string jurisdiction, const ImportMapping& mapping,
             const PlaceLookup& lookup, const NearPlaces& near);

  // The page holds until the next call.
  const Page& page(std::string_view name_in_file);
  // Creates the series if the page has none yet.
  SeriesId series(const Page& page, std::size_t value, ObservationWriter& writer);
  static Error unknown(const Page& page, std::string_view name_in_file, Where where);
  std::int64_t created() const { return created_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  store::Transaction& transaction_;
  std::string jurisdiction_;
  const ImportMapping& mapping_;
  const PlaceLookup& lookup_;
  const NearPlaces& near_;
  std::unordered_map<std::string, std::vector<SeriesId>, Hash, std::equal_to<>> by_place_;
  std::unordered_map<std::string, Page, Hash, std::equal_to<>> pages_;
  Page uncached_;
  std::int64_t last_id_ = 0;
  std::int64_t created_ = 0;
};

}  // namespace tributary::observe
