// Ticks to and from the decimals people write.
#pragma once

#include "exchange/json_input.h"
#include "exchange/types.h"

#include <string>

namespace tributary::exchange {

class PriceFormat {
 public:
  PriceFormat() = default;
  // Throws bad_input when the tick is not positive or has more than 18 digits.
  explicit PriceFormat(const JsonInput::Value& tick) : tick_(tick.as_decimal().normalized()) {
    if (tick_.sign() <= 0 || tick_.coefficient() > 1'000'000'000'000'000'000)
      tick.fail({"最小变动价位须大于零", "the tick must be above zero"});
  }
  explicit PriceFormat(Decimal tick) : tick_(tick.normalized()) {}

  const Decimal& tick() const { return tick_; }
  std::string text(Ticks price) const {
    const Decimal value = Decimal::from_int(price) * tick_;
    return value.to_fixed(tick_.scale() > 0 ? tick_.scale() : 0);
  }
  // Whole ticks, or none when it lies between two.
  std::optional<Ticks> ticks(const JsonInput::Value& value) const {
    // price/tick = (p·10^ts)/(t·10^ps), whole?
    const Decimal price = value.as_decimal().normalized();
    __int128 above = price.coefficient();
    __int128 below = tick_.coefficient();
    for (int i = price.scale(); i < tick_.scale(); ++i)
      if (__builtin_mul_overflow(above, __int128{10}, &above)) too_large(value);
    for (int i = tick_.scale(); i < price.scale(); ++i)
      if (__builtin_mul_overflow(below, __int128{10}, &below)) return above == 0 ? std::optional<Ticks>(0) : std::nullopt;
    if (above % below != 0) return std::nullopt;
    above /= below;
    if (above > most || above < -most) too_large(value);
    return static_cast<Ticks>(above);
  }
  Ticks whole_ticks(const JsonInput::Value& value) const {
    if (const auto out = ticks(value)) return *out;
    value.fail({"价格不是最小变动价位 " + tick_.to_string() + " 的整数倍",
                "the price is not a multiple of the tick " + tick_.to_string()});
  }

 private:
  static constexpr Ticks most = Ticks{1} << 60;
  [[noreturn]] static void too_large(const JsonInput::Value& value) {
    value.fail({"价格过大", "the price is too large"}, {"检查最小变动价位", "look at the tick"});
  }
  Decimal tick_ = Decimal::from_parts(1, 2);
};

}  // namespace tributary::exchange
