#include "exchange/band.h"

#include <algorithm>

namespace tributary::exchange {

std::optional<BandRounding> parse_band_rounding(std::string_view name) {
  if (name == "half_up") return BandRounding::half_up;
  if (name == "inward") return BandRounding::inward;
  return std::nullopt;
}

Band band_around(Ticks reference, const Decimal& ratio, BandRounding rounding) {
  if (reference <= 0)
    throw Error(codes::bad_rules, {"参考价须大于零", "the reference price must be above zero"});
  const Decimal r = ratio.normalized();
  if (r.sign() < 0 || r > Decimal(10) || r.scale() > 9)
    throw Error(codes::bad_rules,
                {"涨跌幅须在 0 至 10 之间，最多九位小数", "the band must be 0 to 10, with at most nine decimals"});
  __int128 one = 1;
  for (int i = 0; i < r.scale(); ++i) one *= 10;
  const __int128 lo = __int128{reference} * (one - r.coefficient());
  const __int128 hi = __int128{reference} * (one + r.coefficient());
  const auto floor_of = [](__int128 a, __int128 b) { return a >= 0 ? a / b : -((-a + b - 1) / b); };
  __int128 low, high;
  if (rounding == BandRounding::half_up) {
    low = floor_of(2 * lo + one, 2 * one);
    high = floor_of(2 * hi + one, 2 * one);
  } else {
    low = -floor_of(-lo, one);
    high = floor_of(hi, one);
  }
  if (high > std::numeric_limits<Ticks>::max())
    throw Error(codes::bad_rules, {"参考价过大", "the reference price is too large"});
  return {static_cast<Ticks>(std::max<__int128>(low, 1)), static_cast<Ticks>(std::max<__int128>(high, 1))};
}

Ticks close_of(const DayTrades& day, Quantity min_volume, Ticks previous) {
  if (day.volume <= min_volume || day.volume <= 0) return previous;
  return static_cast<Ticks>((2 * day.value + day.volume) / (2 * __int128{day.volume}));
}

}  // namespace tributary::exchange
