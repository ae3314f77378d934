// What proves that a bid was received, and what happened, in an auction or a round of a smart market.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <string>

namespace tributary::venues {

struct Receipt {
  std::int64_t seq = 0;
  Instant at;
  std::string hash;  // of the bid and all bids before it
};

struct CourseEvent {
  std::int64_t seq = 0;
  Instant at;
  std::string event, detail;
};

}  // namespace tributary::venues
