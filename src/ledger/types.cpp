#include "ledger/types.h"

#include "base/decimal.h"

#include <limits>

#include <fmt/format.h>

namespace tributary::ledger {

std::string format_amount(std::int64_t amount, int decimals) {
  return Decimal::from_parts(amount, decimals).to_fixed(decimals);
}

std::int64_t parse_amount(std::string_view text, int decimals) {
  const auto value = Decimal::try_parse(text);
  if (value && value->normalized().scale() <= decimals) {
    // Digits beyond 64 bits are refused below; those beyond 128 were refused by the parser.
    const Decimal exact = value->normalized();
    Decimal::Coefficient scaled = exact.coefficient();
    bool fits = true;
    for (int i = exact.scale(); i < decimals && fits; ++i)
      fits = !__builtin_mul_overflow(scaled, 10, &scaled);
    if (fits && scaled >= std::numeric_limits<std::int64_t>::min() &&
        scaled <= std::numeric_limits<std::int64_t>::max())
      return static_cast<std::int64_t>(scaled);
  }
  throw Error(codes::bad_amount,
              {fmt::format("“{}”不是有效的数额(最多 {} 位小数,64 位整数以内)", text, decimals),
               fmt::format("“{}” is not an amount with at most {} decimals within 64 bits", text, decimals)},
              {{}, 0, 0, "amount"}, {"例如 1234.56。", "For example 1234.56."});
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::post:
      return "post";
    case Action::hold:
      return "hold";
    case Action::settle:
      return "settle";
    case Action::void_hold:
      return "void";
  }
  return "unknown";
}

std::string_view to_string(State state) {
  switch (state) {
    case State::posted:
      return "posted";
    case State::pending:
      return "pending";
    case State::voided:
      return "voided";
    case State::expired:
      return "expired";
  }
  return "unknown";
}

}  // namespace tributary::ledger
