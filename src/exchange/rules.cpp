#include "exchange/rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::exchange {
namespace {

constexpr __int128 most_fen = __int128{1} << 62;

[[noreturn]] void refuse(const char* zh, const char* en) {
  throw Error(codes::bad_rules, {zh, en});
}

}  // namespace

Quantity largest_order(const BookRules& rules, Ticks hi) {
  const __int128 by_value = most_fen / (__int128{hi} * rules.value_numerator);
  const Quantity most = static_cast<Quantity>(std::min<__int128>(by_value, std::int64_t{1} << 40));
  return rules.limits.max_order > 0 ? std::min(most, rules.limits.max_order) : most;
}

void check(const BookRules& rules) {
  if (rules.lot <= 0) refuse("交易单位须大于零", "the lot must be above zero");
  if (rules.value_numerator <= 0 || rules.value_denominator <= 0)
    refuse("计价比例须大于零", "the value of a tick must be above zero");
  const Limits& l = rules.limits;
  if (l.rate_window <= 0) refuse("申报频率的时间窗须大于零", "the window of the rate must be above zero");
  if (l.max_order < 0 || l.max_value < 0 || l.max_day < 0 || l.max_holding < 0 || l.supply < 0 ||
      rules.bulk_threshold < 0 || rules.close_min_volume < 0)
    refuse("限额不能为负", "limits cannot be negative");
  if (l.max_share > 1'000'000) refuse("持有比例不能超过一", "a share cannot be above one");
  if (l.max_share > 0 && l.supply == 0)
    refuse("持有比例上限需要总量", "a largest share needs the number of all units");
  const Band band = band_around(rules.reference, rules.band, rules.band_rounding);
  if (band.hi - band.lo >= max_levels)
    throw Error(codes::bad_rules,
                {fmt::format("涨跌幅内的价位多于 {} 个", max_levels),
                 fmt::format("there are more than {} ticks in the band", max_levels)},
                {}, {"用更大的最小变动价位", "use a larger tick"});
  if (largest_order(rules, band.hi) < rules.lot)
    refuse("一个交易单位的金额过大", "the value of one lot is too large");
  if (rules.bulk_threshold > 0) (void)band_around(rules.reference, rules.bulk_band, rules.band_rounding);
}

Fen value_of(Ticks price, Quantity qty, std::int64_t numerator, std::int64_t denominator) {
  // Three factors of 63 bits each do not fit into 128, so each product is checked.
  __int128 product = __int128{price} * qty;
  if (__builtin_mul_overflow(product, __int128{numerator}, &product) ||
      __builtin_mul_overflow(product, __int128{2}, &product) ||
      __builtin_add_overflow(product, __int128{denominator}, &product))
    throw Error(codes::amount_overflow, {"金额过大", "the amount is too large"});
  const __int128 rounded = product / (__int128{2} * denominator);
  if (rounded > std::numeric_limits<Fen>::max())
    throw Error(codes::amount_overflow, {"金额过大", "the amount is too large"});
  return static_cast<Fen>(rounded);
}

}  // namespace tributary::exchange
