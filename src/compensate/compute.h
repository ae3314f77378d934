// One evaluation of a rule for a period over all its places. Reads only; what it computes is stored by
// runs.h.
#pragma once

#include "base/time.h"
#include "compensate/types.h"
#include "policy/pack.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace tributary::compensate {

struct ComputeRequest {
  std::string rule;
  Period period = Period::parse("2000");
  Date known;        // law and attributes of places as known on this day
  Instant as_known;  // observations as known at this instant
  std::int64_t position = 0;  // rights as they stood when the ledger was so long (Ledger::position)
  std::optional<std::int64_t>
      before_run;               // results of earlier runs only up to this one, excluded; absent: all
  policy::Overrides overrides;  // what-if: parameters given by hand
  // A run to be computed again: its places, and who had which role for them. Absent: as registered now.
  const Computation* recorded = nullptr;
  std::string place;  // only this one; empty: all of the rule
};

// Throws wrong_period (the rule is for another granularity), no_places, contradictory_claims (a place is
// claimed by two rules), no_party (nobody has a role that pays or is paid), and what Policy::rule, bind and
// InputSource throw.
Computation compute(store::Database& database, const std::string& tenant, const policy::Policy& policy,
                    const ComputeRequest& request);

}  // namespace tributary::compensate
