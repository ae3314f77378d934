// Fees of a venue: as they are kept with its terms, and what they come to. Private to `venues`.
#pragma once

#include "base/json.h"
#include "rights/types.h"
#include "venues/declaration.h"

#include <vector>

namespace tributary::venues {

nlohmann::ordered_json fees_json(const std::vector<VenueFee>& fees);
std::vector<VenueFee> fees_of(const nlohmann::ordered_json& fees);
// Those that come to something.
std::vector<rights::Charge> charges_of(const std::vector<VenueFee>& fees, std::int64_t fen);

}  // namespace tributary::venues
