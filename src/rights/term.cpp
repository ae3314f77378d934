#include "rights/term.h"

#include "base/rational.h"
#include "rights/codes.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace tributary::rights {

Month Month::of(Date day) {
  return make(year_of(day), month_of(day));
}
Month Month::make(int year, unsigned month) {
  return {year * 12 + static_cast<int>(month) - 1};
}

Month Month::parse(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  const char* end = text.data() + text.size();
  const bool shaped = text.size() == 7 && text[4] == '-' &&
                      std::from_chars(text.data(), text.data() + 4, year).ptr == text.data() + 4 &&
                      std::from_chars(text.data() + 5, end, month).ptr == end;
  if (!shaped || year < 1 || month < 1 || month > 12)
    throw Error(codes::bad_month,
                {fmt::format("“{}”不是月份", text), fmt::format("“{}” is not a month", text)}, {},
                {"请写作 2026-01", "write it as 2026-01"});
  return make(year, month);
}

std::string to_string(Month month) {
  return fmt::format("{:04}-{:02}", month.year(), month.month());
}
std::string to_string(const Term& term) {
  return to_string(term.from) + ".." + to_string(term.to);
}

namespace {

std::int64_t in_fen(const Rational& yuan) {
  const Rational fen = (yuan * Rational(100)).round(0, Rounding::half_up);
  if (fen > Rational::from_int(std::numeric_limits<std::int64_t>::max()))
    throw Error(codes::overflow,
                {"金额超出系统可表示的范围", "the amount is beyond what the system can represent"});
  return fen.to_int64();
}

void require_not_negative(std::int64_t quantity, const Decimal& price) {
  if (quantity >= 0 && price.sign() >= 0) return;
  throw Error(codes::bad_value,
              {fmt::format("数量 {} 或价格 {} 为负", quantity, price.to_string()),
               fmt::format("the quantity {} or the price {} is below zero", quantity, price.to_string())});
}

}  // namespace

std::int64_t value_of_rate(std::int64_t kg_per_year, const Term& term, const Decimal& yuan_per_tonne_year) {
  require_not_negative(kg_per_year, yuan_per_tonne_year);
  if (term.months() < 1)
    throw Error(codes::bad_term,
                {fmt::format("期间 {} 不含任何月份", to_string(term)),
                 fmt::format("the term {} has no month", to_string(term))},
                {{}, 0, 0, "to"},
                {"止月不包含在内，须晚于起月", "the end month is not included and must be after the first"});
  return in_fen(Rational::from_int(kg_per_year) * Rational(yuan_per_tonne_year) *
                Rational::from_fraction(term.months(), 12'000));
}

std::int64_t value_of_stock(std::int64_t quantity, const Decimal& yuan_per_unit) {
  require_not_negative(quantity, yuan_per_unit);
  return in_fen(Rational::from_int(quantity) * Rational(yuan_per_unit));
}

}  // namespace tributary::rights
