// A series (what is measured where, by whom) and its observations.
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "observe/flag.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tributary::observe {

using SeriesId = Id<struct SeriesTag>;
using ImportFileId = Id<struct ImportFileTag>;

struct Series {
  SeriesId id;
  std::string place;      // a place id of the registry
  std::string indicator;  // "codmn", "pm25", "class_published" …
  std::string source;     // who published it: "cnemc-daily"
  std::string unit;       // base/unit.h
};

// One value at one time, in one of its revisions. A measured value is a double that holds what was typed with
// at most 15 digits, so Decimal::from_double gives the typed decimal back.
struct Observation {
  Instant time = {};
  std::int64_t revision = 0;         // 0 is what arrived first
  std::optional<double> value = {};  // in the unit of the series; empty unless there is a number
  Flag flag = Flag::valid;
  std::optional<double> detection_limit = {};  // for below_limit, in the unit of the series
  ImportFileId file = {};
  std::int64_t row = 0;     // line in the file, from 1
  std::int64_t column = 0;  // in the file, from 1
  std::string raw = {};     // the field as it stood in the file
  Instant arrived = {};     // when we learnt of it
};

// Names one revision of one observation for good.
struct ObservationRef {
  SeriesId series = {};
  Instant time = {};
  std::int64_t revision = 0;
  auto operator<=>(const ObservationRef&) const = default;
};

// A half-open run of instants [from, to).
struct InstantRange {
  Instant from;
  Instant to;
  // The legal days of a period.
  static InstantRange of(const Period& period) { return {start_of(period.from()), start_of(period.to())}; }
};

}  // namespace tributary::observe
