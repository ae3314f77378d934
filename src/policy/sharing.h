// Sharing an amount without residue: the parts are whole fen and add up to the whole.
#pragma once

#include "base/decimal.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tributary::policy {

// Largest remainder: each part is the floor of its exact share; the fen left over go one each to the largest
// fractions, on a tie to the earlier in the list. `shares` are >= 0 and not all 0; they need not add up to 1.
// total >= 0. Throws policy.bad_input otherwise.
std::vector<std::int64_t> share_out(std::int64_t total, std::span<const Decimal> shares);

}  // namespace tributary::policy
