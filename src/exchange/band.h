// The price band of a day and the close of a day: whole ticks, computed exactly.
#pragma once

#include "base/decimal.h"
#include "exchange/types.h"

#include <optional>
#include <string_view>

namespace tributary::exchange {

// A bound that falls between two ticks: half_up goes to the nearer tick (half away from zero, so the band may
// be a little wider than stated: Hubei), inward to the tick inside.
enum class BandRounding : std::uint8_t { half_up, inward };
std::optional<BandRounding> parse_band_rounding(std::string_view name);  // "half_up", "inward"

struct Band {
  Ticks lo = 0;
  Ticks hi = 0;
  bool holds(Ticks price) const { return lo <= price && price <= hi; }
  bool operator==(const Band&) const = default;
};

// reference·(1 − ratio) … reference·(1 + ratio); never below one tick. Throws bad_rules for a ratio outside
// 0 … 10 or with more than 9 decimals, or a reference that is not positive.
Band band_around(Ticks reference, const Decimal& ratio, BandRounding rounding);

// The close: the mean price by volume, to the nearest tick (half up), when more than `min_volume` was traded; the
// previous close otherwise (Guangzhou: at most 100 t do not set it). Bulk agreements are not in it.
struct DayTrades {
  Quantity volume = 0;
  __int128 value = 0;  // Σ price·quantity, in ticks
};
Ticks close_of(const DayTrades& day, Quantity min_volume, Ticks previous);

}  // namespace tributary::exchange
