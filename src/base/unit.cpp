#include "base/unit.h"

#include "base/codes.h"

#include <cctype>

#include <fmt/format.h>

namespace tributary {
inline namespace base {
namespace {

struct Symbol {
  std::string_view name;
  Unit::Base base;
  int power;
  std::int64_t numerator;
  std::int64_t denominator;
};

// base == bases means dimensionless.
constexpr std::array symbols{
    Symbol{"mm", Unit::length, 1, 1, 1000},     Symbol{"cm", Unit::length, 1, 1, 100},
    Symbol{"km", Unit::length, 1, 1000, 1},     Symbol{"m", Unit::length, 1, 1, 1},
    Symbol{"ha", Unit::length, 2, 10000, 1},    Symbol{"mu", Unit::length, 2, 2000, 3},
    Symbol{"亩", Unit::length, 2, 2000, 3},     Symbol{"mL", Unit::length, 3, 1, 1000000},
    Symbol{"L", Unit::length, 3, 1, 1000},      Symbol{"kg", Unit::mass, 1, 1000, 1},
    Symbol{"mg", Unit::mass, 1, 1, 1000},       Symbol{"ug", Unit::mass, 1, 1, 1000000},
    Symbol{"µg", Unit::mass, 1, 1, 1000000},    Symbol{"μg", Unit::mass, 1, 1, 1000000},
    Symbol{"ng", Unit::mass, 1, 1, 1000000000}, Symbol{"g", Unit::mass, 1, 1, 1},
    Symbol{"t", Unit::mass, 1, 1000000, 1},     Symbol{"s", Unit::time, 1, 1, 1},
    Symbol{"min", Unit::time, 1, 60, 1},        Symbol{"h", Unit::time, 1, 3600, 1},
    Symbol{"d", Unit::time, 1, 86400, 1},       Symbol{"month", Unit::month, 1, 1, 1},
    Symbol{"a", Unit::year, 1, 1, 1},           Symbol{"degC", Unit::temperature, 1, 1, 1},
    Symbol{"℃", Unit::temperature, 1, 1, 1},    Symbol{"uS", Unit::conductance, 1, 1, 1000000},
    Symbol{"NTU", Unit::turbidity, 1, 1, 1},    Symbol{"CNY", Unit::money, 1, 1, 1},
    Symbol{"yuan", Unit::money, 1, 1, 1},       Symbol{"元", Unit::money, 1, 1, 1},
    Symbol{"fen", Unit::money, 1, 1, 100},      Symbol{"分", Unit::money, 1, 1, 100},
    Symbol{"万元", Unit::money, 1, 10000, 1},   Symbol{"亿元", Unit::money, 1, 100000000, 1},
    Symbol{"tCO2e", Unit::carbon, 1, 1, 1},     Symbol{"kWh", Unit::energy, 1, 1, 1},
    Symbol{"MWh", Unit::energy, 1, 1000, 1},    Symbol{"kJ", Unit::energy, 1, 1, 3600},
    Symbol{"MJ", Unit::energy, 1, 1000, 3600},  Symbol{"GJ", Unit::energy, 1, 1000000, 3600},
    Symbol{"class", Unit::ordinal, 1, 1, 1},    Symbol{"%", Unit::bases, 0, 1, 100},
    Symbol{"cells", Unit::bases, 0, 1, 1},      Symbol{"ind", Unit::bases, 0, 1, 1},
    Symbol{"个", Unit::bases, 0, 1, 1},         Symbol{"1", Unit::bases, 0, 1, 1},
};

}  // namespace

// unit := factor (('*' | '·' | ' ' | '/') factor)*;  factor := (symbol | '10' | '(' unit ')') ['^'] [integer]
// | ² | ³
class UnitParser {
 public:
  explicit UnitParser(std::string_view text) : text_(text) {}

  Unit parse() {
    Unit out = product(0);
    if (position_ != text_.size()) fail(text_.substr(position_));
    return out;
  }

 private:
  [[noreturn]] void fail(std::string_view piece) const {
    throw Error(codes::bad_unit,
                {fmt::format("单位“{}”中的“{}”无法识别", text_, piece),
                 fmt::format("unit \"{}\": \"{}\" is not a known unit", text_, piece)},
                {},
                {"例如 mg/L、ug/m3、CNY、万元/(ug/m3)、1", "for example mg/L, ug/m3, CNY, 万元/(ug/m3), 1"});
  }

  bool take(std::string_view token) {
    if (text_.substr(position_, token.size()) != token) return false;
    position_ += token.size();
    return true;
  }

  Unit product(int depth) {
    if (depth > 16) fail(text_.substr(position_));
    Unit out = factor(depth);
    while (position_ < text_.size() && text_[position_] != ')') {
      if (take("/")) {
        out = out / factor(depth);
      } else {
        if (!take("*") && !take("·") && !take(" ")) fail(text_.substr(position_));
        out = out * factor(depth);
      }
    }
    return out;
  }

  int power() {
    if (take("²")) return 2;
    if (take("³")) return 3;
    const bool caret = take("^");
    const bool negative = caret && take("-");
    int out = 0;
    const std::size_t from = position_;
    while (position_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[position_])) != 0 &&
           position_ - from < 2)
      out = out * 10 + (text_[position_++] - '0');
    if (position_ == from) {
      if (caret) fail(text_.substr(from));
      return 1;
    }
    return negative ? -out : out;
  }

  Unit factor(int depth) {
    Unit out;
    if (take("(")) {
      out = product(depth + 1);
      if (!take(")")) fail("(");
    } else if (take("10^")) {
      --position_;  // the caret belongs to the power
      out.factor_ = Rational::power_of_ten(power());
      return out;
    } else {
      const Symbol* best = nullptr;
      for (const Symbol& s : symbols)
        if (text_.substr(position_, s.name.size()) == s.name &&
            (best == nullptr || s.name.size() > best->name.size()))
          best = &s;
      if (best == nullptr) fail(text_.substr(position_));
      position_ += best->name.size();
      out.factor_ = Rational::from_fraction(best->numerator, best->denominator);
      if (best->base != Unit::bases) out.powers_[best->base] = best->power;
      if (best->name == "1") return out;
    }
    const int exponent = power();
    Unit result;
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent); ++i)
      result = exponent > 0 ? result * out : result / out;
    return result;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

Unit Unit::parse(std::string_view text) {
  Unit out = UnitParser(text).parse();
  out.symbol_ = std::string(text);
  return out;
}

bool Unit::is_money() const {
  Powers only{};
  only[money] = 1;
  return powers_ == only;
}

Rational Unit::factor_to(const Unit& other) const {
  if (!same_dimension(other))
    throw Error(codes::unit_mismatch,
                {fmt::format("单位不同类：{} 与 {}", symbol_, other.symbol_),
                 fmt::format("units of different kinds: {} and {}", symbol_, other.symbol_)});
  return factor_ / other.factor_;
}

Unit operator*(const Unit& a, const Unit& b) {
  Unit out;
  for (std::size_t i = 0; i < a.powers_.size(); ++i) out.powers_[i] = a.powers_[i] + b.powers_[i];
  out.factor_ = a.factor_ * b.factor_;
  out.symbol_ = a.symbol_ == "1" ? b.symbol_ : b.symbol_ == "1" ? a.symbol_ : a.symbol_ + "·" + b.symbol_;
  return out;
}

Unit operator/(const Unit& a, const Unit& b) {
  Unit out;
  for (std::size_t i = 0; i < a.powers_.size(); ++i) out.powers_[i] = a.powers_[i] - b.powers_[i];
  out.factor_ = a.factor_ / b.factor_;
  const bool compound =
      b.symbol_.find_first_of("/* ") != std::string::npos || b.symbol_.find("·") != std::string::npos;
  out.symbol_ = b.symbol_ == "1" ? a.symbol_
                : a.same(b)      ? "1"
                                 : a.symbol_ + "/" + (compound ? "(" + b.symbol_ + ")" : b.symbol_);
  return out;
}

}  // namespace base
}  // namespace tributary
