#include "base/unit.h"

#include "base/codes.h"

#include <random>

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Unit, Factors) {
  struct Row {
    const char* from;
    const char* to;
    const char* factor;
  };
  for (const Row& row : {
           Row{"mg/L", "g/m3", "1"},
           Row{"mg/L", "kg/m³", "0.001"},
           Row{"mg/L·m3/s", "kg/d", "86.4"},
           Row{"(mg/L)*(m3/s)", "t/d", "0.0864"},
           Row{"µg/m3", "ug/m^3", "1"},
           Row{"μg/m3", "mg/m3", "0.001"},
           Row{"万元", "fen", "1000000"},
           Row{"亿元", "万元", "10000"},
           Row{"10^4 CNY", "万元", "1"},
           Row{"元", "CNY", "1"},
           Row{"万元/(ug/m3)", "CNY/(mg/m3)", "10000000"},
           Row{"ha", "亩", "15"},
           Row{"mu", "亩", "1"},
           Row{"km2", "ha", "100"},
           Row{"%", "1", "0.01"},
           Row{"h", "min", "60"},
           Row{"m3", "L", "1000"},
           Row{"mL", "cm3", "1"},
           Row{"uS/cm", "uS/m", "100"},
           Row{"MWh", "kWh", "1000"},
           Row{"MWh", "GJ", "3.6"},
           Row{"kJ/kg", "GJ/t", "0.001"},
           Row{"m^-3", "1/m3", "1"},
           Row{"cells/L", "个/L", "1"},
           Row{"℃", "degC", "1"},
           Row{"((g))", "mg", "1000"},
       }) {
    const Unit from = Unit::parse(row.from);
    EXPECT_EQ(from.factor_to(Unit::parse(row.to)).to_string(), row.factor) << row.from << " → " << row.to;
    EXPECT_EQ(from.symbol(), row.from);
  }
  EXPECT_EQ(Unit::parse("亩").factor_to(Unit::parse("m2")), Rational::from_fraction(2000, 3));
}

TEST(Unit, Dimensions) {
  EXPECT_TRUE(Unit::parse("CNY").is_money());
  EXPECT_TRUE(Unit::parse("万元").is_money());
  EXPECT_FALSE(Unit::parse("CNY/a").is_money());
  EXPECT_FALSE(Unit::parse("CNY*CNY").is_money());
  EXPECT_TRUE(Unit::parse("%").dimensionless());
  EXPECT_TRUE(Unit::parse("mg/L").same(Unit::parse("g/m3")));
  EXPECT_TRUE(Unit::parse("mg/L").same_dimension(Unit::parse("kg/m3")));
  EXPECT_FALSE(Unit::parse("mg/L").same(Unit::parse("kg/m3")));
  EXPECT_TRUE((Unit::parse("mg/L") * Unit::parse("m3")).same(Unit::parse("g")));
  // Months and years are dimensions of their own, and so is the mass of CO2e; a class is no number.
  for (const auto& [a, b] : {std::pair{"month", "d"},
                             {"a", "d"},
                             {"a", "month"},
                             {"tCO2e", "t"},
                             {"class", "1"},
                             {"mg/L", "kg"},
                             {"NTU", "1"}})
    try {
      Unit::parse(a).factor_to(Unit::parse(b));
      ADD_FAILURE() << a << " " << b;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::unit_mismatch);
      EXPECT_NE(e.message().en.find(a), std::string::npos);
    }
}

TEST(Unit, ErrorsNameThePiece) {
  for (const auto& [text, piece] : std::vector<std::pair<std::string, std::string>>{{"mg/l", "\"l\""},
                                                                                    {"毫克/L", "毫克"},
                                                                                    {"", ""},
                                                                                    {"mg/", ""},
                                                                                    {"/L", "/L"},
                                                                                    {"(mg/L", "("},
                                                                                    {"mg/L)", ")"},
                                                                                    {"mg//L", "/L"},
                                                                                    {"mg / L", "/ L"},
                                                                                    {"m^", ""},
                                                                                    {"gh", "\"h\""},
                                                                                    {"10^", ""},
                                                                                    {"2 CNY", "2 CNY"},
                                                                                    {" mg", " mg"},
                                                                                    {"ppm", "ppm"}}) {
    try {
      Unit::parse(text);
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::bad_unit);
      EXPECT_NE(e.message().en.find(piece), std::string::npos) << e.message().en;
    }
  }
  EXPECT_THROW(Unit::parse(std::string(200, '(') + "g" + std::string(200, ')')), Error);
}

// The symbol of a computed unit reads back as the same unit.
TEST(Unit, SymbolsReadBack) {
  const std::vector<std::string> atoms{"mg/L",     "m3/s", "CNY", "万元/(ug/m3)", "1", "%",
                                       "10^4 CNY", "亩",   "kg",  "m^-3",         "a", "d·kg"};
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    Unit unit = Unit::parse(atoms[random() % atoms.size()]);
    for (int step = 0; step < 3; ++step) {
      const Unit other = Unit::parse(atoms[random() % atoms.size()]);
      unit = random() % 2 == 0 ? unit * other : unit / other;
    }
    ASSERT_TRUE(Unit::parse(unit.symbol()).same(unit)) << unit.symbol();
  }
}

}  // namespace
}  // namespace tributary
