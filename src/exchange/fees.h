// Amounts and fees in whole fen: computed exactly, rounded once, half up.
#pragma once

#include "base/decimal.h"
#include "exchange/types.h"

namespace tributary::exchange {

// quantity · price · months/12 yuan, in fen: 2.5 t/yr at 6,000 yuan/(t·yr) for 37 months = 4,625,000 fen. For goods that are
// not held over time: 12 months. Throws bad_input for negative figures, amount_overflow.
Fen amount_over(const Decimal& quantity, const Decimal& price, int months);

// A fee per trade and side: amount · rate, rounded half up, then not below `least` and not above `most` (0: no such bound). No
// amount, no fee.
struct FeeRule {
  Decimal rate;
  Fen least = 0;
  Fen most = 0;
};
Fen fee_of(Fen amount, const FeeRule& rule);

}  // namespace tributary::exchange
