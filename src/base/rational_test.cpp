#include "base/rational.h"

#include "base/codes.h"

#include <cmath>
#include <limits>
#include <random>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

namespace tributary {
namespace {

using Fraction = boost::multiprecision::cpp_rational;
using Big = boost::multiprecision::cpp_int;

Rational dec(std::string_view text) {
  return Rational(Decimal::parse(text));
}

std::string failing_code(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const Error& e) {
    return std::string(e.code().name);
  }
}

TEST(Rational, DecimalTraps) {
  // TP 0.45 against 0.3: in doubles the exceedance is 0.5000000000000001 and makes two steps of 0.5.
  const Rational exceedance = (dec("0.45") - dec("0.3")) / dec("0.3");
  EXPECT_EQ((exceedance / dec("0.5")).ceil(), Rational(1));
  EXPECT_EQ(((Rational::from_double(0.45) - Rational::from_double(0.3)) / Rational::from_double(0.3) /
             Rational::from_double(0.5))
                .ceil(),
            Rational(1));
  // The IAQI of CO 2.2 mg/m³ between (2, 50) and (4, 100) is exactly 55; doubles make 56 of it.
  EXPECT_EQ((Rational(50) / Rational(2) * (dec("2.2") - Rational(2)) + Rational(50)).ceil(), Rational(55));
}

TEST(Rational, Text) {
  EXPECT_EQ(Rational().to_string(), "0");
  EXPECT_EQ(dec("-12.50").to_string(), "-12.5");
  EXPECT_EQ(Rational::from_fraction(1, 3).to_string(), "≈0.333333333333");
  EXPECT_EQ(Rational::from_fraction(-2, 3).to_string(), "≈-0.666666666667");
  EXPECT_EQ(Rational::from_fraction(-1, 8).to_string(), "-0.125");
  EXPECT_EQ(Rational::power_of_ten(20).to_string(), "100000000000000000000");
  EXPECT_EQ(Rational::power_of_ten(-12).to_string(), "0.000000000001");
  EXPECT_EQ(Rational::power_of_ten(-15).to_string(), "≈1e-15");
}

TEST(Rational, ExactOrThrows) {
  EXPECT_EQ(Rational::from_fraction(3, 8).to_decimal().to_string(), "0.375");
  EXPECT_EQ(Rational::from_fraction(6, 3).to_int64(), 2);
  EXPECT_EQ(failing_code([] { Rational::from_fraction(1, 3).to_decimal(); }), "not_exact");
  EXPECT_EQ(failing_code([] { Rational::power_of_ten(-31).to_decimal(); }), "not_exact");
  EXPECT_EQ(failing_code([] { Rational::power_of_ten(38).to_decimal(); }), "number_overflow");
  EXPECT_EQ(failing_code([] { Rational::from_fraction(1, 2).to_int64(); }), "not_exact");
  EXPECT_EQ(failing_code([] { Rational::power_of_ten(19).to_int64(); }), "number_overflow");
  EXPECT_EQ(failing_code([] { Rational(1) / Rational(); }), "division_by_zero");
  EXPECT_EQ(failing_code([] { Rational::from_fraction(1, 0); }), "division_by_zero");
  EXPECT_EQ(Rational::from_fraction(1, 3).to_decimal(4, Rounding::half_even).to_string(), "0.3333");
  EXPECT_EQ(Rational::from_int(INT64_MIN).to_int64(), INT64_MIN);
  EXPECT_TRUE(Rational::from_fraction(4, 2).is_integer());
  EXPECT_FALSE(Rational::from_fraction(1, 2).is_integer());
}

TEST(Rational, RoundingOnTiesAndNegatives) {
  EXPECT_EQ(dec("0.5").round(0, Rounding::half_even), Rational(0));
  EXPECT_EQ(dec("-1.5").round(0, Rounding::half_even), Rational(-2));
  EXPECT_EQ(dec("-0.5").round(0, Rounding::half_up), Rational(-1));
  EXPECT_EQ(dec("-1.2").floor(), Rational(-2));
  EXPECT_EQ(dec("-1.2").ceil(), Rational(-1));
  EXPECT_EQ(dec("1255000").round(-4, Rounding::half_even), Rational(1260000));
  EXPECT_EQ(dec("0.7908425").round(6, Rounding::half_even), dec("0.790842"));
  EXPECT_EQ(Rational::from_fraction(1, 3).round(2, Rounding::up), dec("0.34"));
}

TEST(Rational, RandomOperationsAgainstBoost) {
  std::mt19937_64 random(19);
  const auto number = [&] { return static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000; };
  for (int i = 0; i < 5000; ++i) {
    Rational x;
    Fraction judge(0);
    for (int step = 0; step < 8; ++step) {
      const std::int64_t n = number();
      const std::int64_t d = 1 + static_cast<std::int64_t>(random() % 999);
      const Rational y = Rational::from_fraction(n, d);
      const Fraction z(n, d);
      switch (random() % 4) {
        case 0:
          x = x + y, judge += z;
          break;
        case 1:
          x = x - y, judge -= z;
          break;
        case 2:
          x = x * y, judge *= z;
          break;
        default:
          if (y.is_zero()) break;
          x = x / y, judge /= z;
      }
      ASSERT_EQ(x.sign(), judge.sign());
      ASSERT_EQ(x < y, judge < z);
      ASSERT_EQ(x == y, judge == z);
    }
    // Compared by their nearest smaller multiple of 10^-6, and that exactly.
    const Fraction scaled = judge * 1'000'000;
    Big floor = boost::multiprecision::numerator(scaled) / boost::multiprecision::denominator(scaled);
    if (judge < 0 &&
        floor * boost::multiprecision::denominator(scaled) != boost::multiprecision::numerator(scaled))
      floor -= 1;
    if (boost::multiprecision::abs(floor) < boost::multiprecision::pow(Big(10), 17)) {
      ASSERT_EQ((x * Rational(1'000'000)).floor().to_int64(), floor.convert_to<std::int64_t>());
    }
  }
}

// Against 60 digits of arithmetic of another maker, at random points, and where a tie or a root is exact.
TEST(Rational, PowersAreRoundedRight) {
  using Float = boost::multiprecision::cpp_bin_float_100;
  std::mt19937_64 random(1015);
  for (int i = 0; i < 2000; ++i) {
    const auto n = static_cast<std::int64_t>(random() % 100000 + 1);
    const auto m = static_cast<std::int64_t>(random() % 20001) - 10000;
    const Rational a = Rational::from_fraction(n, 10000);
    const Rational b = Rational::from_fraction(m, 1000);
    const Float y = pow(Float(n) / 10000, Float(m) / 1000);
    if (y > 1e20) continue;
    const auto got = Rational::power(a, b, 6);
    ASSERT_TRUE(got.has_value()) << n << " " << m;
    const Float off = abs(Float(got->to_string()) - y);
    ASSERT_LE(off, Float("0.0000005")) << n << " " << m << " " << got->to_string();
    if (m > -20000) {
      const auto e = Rational::exp(b, 6);
      ASSERT_LE(abs(Float(e->to_string()) - exp(Float(m) / 1000)), Float("0.0000005")) << m;
    }
  }
  const Rational half = Rational::from_fraction(1, 2);
  EXPECT_EQ(*Rational::power(dec("2.25"), half, 0), Rational(2));  // 1.5
  EXPECT_EQ(*Rational::power(dec("6.25"), half, 0), Rational(2));  // 2.5
  EXPECT_EQ(*Rational::power(dec("6.2500000000000000001"), half, 0), Rational(3));
  EXPECT_EQ(*Rational::power(dec("6.2499999999999999999"), half, 0), Rational(2));
  EXPECT_EQ(*Rational::power(Rational(2), Rational::from_fraction(-1, 1), 0), Rational(0));  // 0.5
  EXPECT_EQ(*Rational::power(Rational(2), Rational(99), 12),
            Rational(2) * Rational::power(Rational(2), Rational(98), 0).value());
  EXPECT_FALSE(Rational::power(Rational(2), Rational(102), 0).has_value());
  EXPECT_FALSE(Rational::power(Rational(-8), Rational::from_fraction(1, 3), 0).has_value());
  EXPECT_EQ(*Rational::power(Rational(1), Rational(1'000'000), 6), Rational(1));
}

// Where numerators and denominators leave 63 bits and come back.
TEST(Rational, TheBorderOfMachineWordsAgainstBoost) {
  std::mt19937_64 random(63);
  const auto near = [&](bool positive) {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const auto small = static_cast<std::int64_t>(random() % 4);
    std::int64_t out = 0;
    switch (random() % 5) {
      case 0:
        out = most - small;
        break;
      case 1:
        out = (std::int64_t{1} << (random() % 63)) - (random() % 2 == 0 ? 0 : 1);
        break;
      case 2:
        out = static_cast<std::int64_t>(random() >> 1);
        break;
      default:
        out = small;
    }
    if (positive) return std::max<std::int64_t>(out, 1);
    return random() % 2 == 0           ? out
           : out == most && small == 0 ? std::numeric_limits<std::int64_t>::min()
                                       : -out;
  };
  const auto text = [](const Fraction& value) {
    const Big n = boost::multiprecision::numerator(value), d = boost::multiprecision::denominator(value);
    return d == 1 ? n.str() : n.str() + "/" + d.str();
  };
  for (int i = 0; i < 40000; ++i) {
    const std::int64_t an = near(false), ad = near(true), bn = near(false), bd = near(true);
    const Rational a = Rational::from_fraction(an, ad), b = Rational::from_fraction(bn, bd);
    const Fraction x = Fraction(Big(an), Big(ad)), y = Fraction(Big(bn), Big(bd));
    ASSERT_EQ(a.to_fraction(), text(x));
    ASSERT_EQ((a + b).to_fraction(), text(x + y));
    ASSERT_EQ((a - b).to_fraction(), text(x - y));
    ASSERT_EQ((a * b).to_fraction(), text(x * y));
    if (!b.is_zero()) {
      ASSERT_EQ((a / b).to_fraction(), text(x / y));
    }
    ASSERT_EQ((-a).to_fraction(), text(-x));
    ASSERT_EQ(a < b, x < y);
    ASSERT_EQ(a == b, x == y);
    ASSERT_EQ(a.sign(), x.sign());
    ASSERT_EQ(a.is_zero(), x == 0);
    ASSERT_TRUE(a - a == Rational(0) && (a - a).is_integer());
    ASSERT_TRUE((a + b) - b == a);  // the same value has one form
    ASSERT_LE(a.floor(), a);
    ASSERT_LT(a - a.floor(), Rational(1));
    ASSERT_EQ(-(-a).floor(), a.ceil());
    // Rounding in machine words equals rounding by GMP, which a shift of 2·10^40 away from zero makes it.
    const auto mode = static_cast<Rounding>(random() % 6);
    const int places = static_cast<int>(random() % 19);
    const Rational far = Rational::power_of_ten(40) * Rational(a.sign() < 0 ? -2 : 2);
    ASSERT_EQ(a.round(places, mode), (a + far).round(places, mode) - far);
    Rational copy = a + b, moved = std::move(copy);
    copy = moved;
    ASSERT_EQ(copy, a + b);
  }
}

TEST(Rational, ToDoubleIsNearest) {
  EXPECT_EQ(dec("0.1").to_double(), 0.1);
  EXPECT_EQ(Rational::from_fraction(1, 3).to_double(), 1.0 / 3.0);
  EXPECT_EQ(Rational::from_fraction(-2, 3).to_double(), -2.0 / 3.0);
  std::mt19937_64 random(53);
  for (int i = 0; i < 20000;
       ++i) {  // both fit in 53 bits, so the processor's own division is correctly rounded
    const auto n = static_cast<std::int64_t>(random() >> 12);
    const auto d = static_cast<std::int64_t>(random() >> (12 + random() % 40)) + 1;
    ASSERT_EQ(Rational::from_fraction(n, d).to_double(), static_cast<double>(n) / static_cast<double>(d))
        << n << "/" << d;
  }
}

}  // namespace
}  // namespace tributary
