#include "exchange/fees.h"

#include <algorithm>

namespace tributary::exchange {
namespace {

[[noreturn]] void too_large() {
  throw Error(codes::amount_overflow, {"金额过大", "the amount is too large"});
}

// coefficient/10^scale/divisor, half up.
Fen rounded(__int128 coefficient, int scale, int divisor) {
  __int128 twice;
  if (__builtin_mul_overflow(coefficient, __int128{2}, &twice)) too_large();
  __int128 below = divisor;
  for (int i = 0; i < scale; ++i)
    if (__builtin_mul_overflow(below, __int128{10}, &below)) return 0;  // beyond twice the coefficient: under half a fen
  if (__builtin_add_overflow(twice, below, &twice) || __builtin_mul_overflow(below, __int128{2}, &below)) too_large();
  const __int128 out = twice / below;
  if (out > std::numeric_limits<Fen>::max()) too_large();
  return static_cast<Fen>(out);
}

}  // namespace

Fen amount_over(const Decimal& quantity, const Decimal& price, int months) {
  if (quantity.sign() < 0 || price.sign() < 0 || months < 0)
    throw Error(codes::bad_input, {"数量、价格和月数不能为负", "quantity, price and months cannot be negative"});
  const Decimal q = quantity.normalized();
  const Decimal p = price.normalized();
  __int128 product = q.coefficient();
  if (__builtin_mul_overflow(product, p.coefficient(), &product) ||
      __builtin_mul_overflow(product, __int128{months} * 100, &product))
    too_large();
  return rounded(product, q.scale() + p.scale(), 12);
}

Fen fee_of(Fen amount, const FeeRule& rule) {
  if (amount <= 0) return 0;
  const Decimal rate = rule.rate.normalized();
  if (rate.sign() < 0) throw Error(codes::bad_input, {"费率不能为负", "the rate of a fee cannot be negative"});
  __int128 product;
  if (__builtin_mul_overflow(__int128{amount}, rate.coefficient(), &product)) too_large();
  Fen fee = std::max(rounded(product, rate.scale(), 1), rule.least);
  if (rule.most > 0) fee = std::min(fee, rule.most);
  return fee;
}

}  // namespace tributary::exchange
