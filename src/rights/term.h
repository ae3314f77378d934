// Months, terms and what a rate over a term is worth.
#pragma once

#include "base/decimal.h"
#include "base/time.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::rights {

// A calendar month, counted from January of the year 0.
struct Month {
  int index = 0;
  static Month of(Date day);
  static Month make(int year, unsigned month);
  // "2026-01". Throws bad_month.
  static Month parse(std::string_view text);
  int year() const { return index / 12; }
  unsigned month() const { return static_cast<unsigned>(index % 12) + 1; }
  Month plus(int months) const { return {index + months}; }
  auto operator<=>(const Month&) const = default;
};
std::string to_string(Month month);

// A half-open run of whole months [from, to).
struct Term {
  Month from;
  Month to;
  int months() const { return to.index - from.index; }
  bool operator==(const Term&) const = default;
};
std::string to_string(const Term& term);  // "2026-01..2029-02"; the second month is no longer included

// What a rate is worth over a term, in fen: kg per year / 1000 × yuan per tonne and year × months / 12, in
// exact fractions, rounded once, half up. 2,500 kg/yr at 6,000 for 37 months: 4,625,000 fen. Throws bad_term,
// bad_value (a rate or a price below zero), overflow.
std::int64_t value_of_rate(std::int64_t kg_per_year, const Term& term, const Decimal& yuan_per_tonne_year);
// What a quantity of whole units is worth, in fen: quantity × yuan per unit, rounded once, half up.
std::int64_t value_of_stock(std::int64_t quantity, const Decimal& yuan_per_unit);

}  // namespace tributary::rights
