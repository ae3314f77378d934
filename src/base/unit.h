// Units of measure: a dimension and an exact factor to the coherent unit of that dimension.
//
// Written as products and quotients of symbols with optional powers: "mg/L", "CNY/(ug/m3)", "10^4 CNY",
// "m3/s", "1". Known symbols: m cm km mm, m2 m3 (as powers), ha mu(亩), L mL, g mg ug ng kg t, s min h d,
// month, a (year), degC, uS, NTU, CNY yuan 元 fen 分 万元 亿元, %, tCO2e, kWh MWh kJ MJ GJ, class (ordinal quality
// class), cells, ind (个), 1. Months and years are dimensions of their own: nothing converts days into years
// silently.
#pragma once

#include "base/rational.h"

#include <array>
#include <string>
#include <string_view>

namespace tributary {
inline namespace base {

class Unit {
 public:
  enum Base {
    length,
    mass,
    time,
    month,
    year,
    temperature,
    conductance,
    turbidity,
    money,
    carbon,
    energy,
    ordinal,
    bases
  };

  Unit() = default;  // dimensionless, factor 1
  // Throws bad_unit naming the symbol that is not known.
  static Unit parse(std::string_view text);

  const std::string& symbol() const { return symbol_; }  // as written
  bool dimensionless() const { return powers_ == Powers{}; }
  bool same_dimension(const Unit& other) const { return powers_ == other.powers_; }
  bool same(const Unit& other) const { return powers_ == other.powers_ && factor_ == other.factor_; }
  bool is_money() const;
  // x [this] = x × factor_to(other) [other]. Throws unit_mismatch when the dimensions differ.
  Rational factor_to(const Unit& other) const;

  friend Unit operator*(const Unit& a, const Unit& b);
  friend Unit operator/(const Unit& a, const Unit& b);

 private:
  using Powers = std::array<int, bases>;
  friend class UnitParser;
  Powers powers_{};
  Rational factor_{1};
  std::string symbol_ = "1";
};

}  // namespace base
}  // namespace tributary
