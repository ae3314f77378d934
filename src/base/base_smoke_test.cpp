#include <gtest/gtest.h>

#include "base/rational.h"
#include "base/text.h"
#include "base/time.h"
#include "base/unit.h"

namespace tributary {

TEST(Smoke, Units) {
  EXPECT_TRUE(Unit::parse("mg/L").same(Unit::parse("g/m3")));
  EXPECT_TRUE(Unit::parse("万元/(ug/m3)").same_dimension(Unit::parse("CNY") / Unit::parse("mg/L")));
  EXPECT_EQ(Unit::parse("万元").factor_to(Unit::parse("fen")).to_string(), "1000000");
}

TEST(Smoke, Numbers) {
  const Rational x = (Rational::from_double(0.45) - Rational::from_double(0.3)) / Rational::from_double(0.3) / Rational::from_double(0.5);
  EXPECT_EQ(x.ceil(), Rational(1));
  EXPECT_EQ(Decimal::parse("118.5").round(0, Rounding::half_even).to_string(), "118");
  EXPECT_EQ(Rational::from_fraction(1, 3).to_string(), "≈0.333333333333");
  EXPECT_EQ(Period::parse("2020-Q4").to_string(), "2020-Q4");
  EXPECT_EQ(to_string(parse_instant("2020-10-05 08:00")), "2020-10-05 08:00");
  EXPECT_EQ(display_width("断面Ⅲ"), 6);
}

}  // namespace tributary
