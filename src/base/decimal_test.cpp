#include "base/decimal.h"

#include "base/codes.h"

#include <cmath>
#include <random>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

namespace tributary {
namespace {

using Big = boost::multiprecision::cpp_int;

Decimal dec(std::string_view text) {
  return Decimal::parse(text);
}

Big big(Decimal::Coefficient c) {
  const bool negative = c < 0;
  const auto magnitude = negative ? -static_cast<unsigned __int128>(c) : static_cast<unsigned __int128>(c);
  Big out =
      (Big(static_cast<std::uint64_t>(magnitude >> 64)) << 64) + Big(static_cast<std::uint64_t>(magnitude));
  return negative ? Big(-out) : out;
}

Big ten(int n) {
  return boost::multiprecision::pow(Big(10), static_cast<unsigned>(n));
}

// value × 10^60, exact for every Decimal and every product of two.
Big scaled(const Decimal& d) {
  return big(d.coefficient()) * ten(60 - d.scale());
}

// The judge: n / d rounded, from the definitions of the words and not from the remainder.
Big judged_quotient(const Big& n, const Big& d, Rounding mode) {
  Big floor = n / d;
  if (floor * d > n) floor -= 1;
  if (floor * d == n) return floor;
  const Big ceiling = floor + 1;
  const Big& inward = n > 0 ? floor : ceiling;
  const Big& outward = n > 0 ? ceiling : floor;
  const Big below = n - floor * d;
  const Big above = ceiling * d - n;
  switch (mode) {
    case Rounding::floor:
      return floor;
    case Rounding::ceiling:
      return ceiling;
    case Rounding::down:
      return inward;
    case Rounding::up:
      return outward;
    case Rounding::half_up:
      return below == above ? outward : below < above ? floor : ceiling;
    case Rounding::half_even:
      return below == above ? (floor % 2 == 0 ? floor : ceiling) : below < above ? floor : ceiling;
  }
  return 0;
}

constexpr std::array modes{Rounding::half_even, Rounding::half_up, Rounding::up,
                           Rounding::down,      Rounding::ceiling, Rounding::floor};

class Source {
 public:
  explicit Source(unsigned seed) : random_(seed) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  // Up to `digits` digits, often with trailing zeros, nines and fives where carries and ties come from.
  Decimal decimal(int digits, int most_scale) {
    std::string text = below(2) == 0 ? "-" : "";
    const int n = 1 + below(digits);
    for (int i = 0; i < n; ++i) text += "0123456789990055"[below(16)];
    return Decimal::from_parts(dec(text).coefficient(), below(most_scale + 1));
  }

 private:
  std::mt19937 random_;
};

std::string failing_code(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const Error& e) {
    return std::string(e.code().name);
  }
}

TEST(Decimal, Parse) {
  const std::vector<std::pair<const char*, const char*>> good{
      {"0", "0"},
      {"-0", "0"},
      {"12.50", "12.50"},
      {"-12.50", "-12.50"},
      {"+7", "7"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1e-3", "0.001"},
      {"5e5", "500000"},
      {"5E+2", "500"},
      {"1.25e1", "12.5"},
      {"0.10e-1", "0.010"},
      {"000123", "123"},
      {"0e50", "0"},
      {"-0.000", "0.000"},
      {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
      {"0.000000000000000000000000000001", "0.000000000000000000000000000001"},
      {"0.00000000000000000000000000000100", "0.000000000000000000000000000001"}};
  for (const auto& [text, expected] : good) EXPECT_EQ(dec(text).to_string(), expected) << text;
  for (const char* text : {"",
                           " ",
                           "-",
                           "+",
                           ".",
                           "e5",
                           "1e",
                           "1e+",
                           "1e+-5",
                           "1e--5",
                           "1.2.3",
                           "1,5",
                           "1 000",
                           "0x10",
                           "１",
                           "1e99",
                           "1 ",
                           " 1",
                           "--1",
                           "nan",
                           "inf",
                           "12元",
                           "100000000000000000000000000000000000000",
                           "0.0000000000000000000000000000001",
                           "1e38"}) {
    EXPECT_FALSE(Decimal::try_parse(text).has_value()) << text;
    EXPECT_EQ(failing_code([&] { dec(text); }), "bad_number") << text;
  }
}

TEST(Decimal, RoundingOnTiesAndNegatives) {
  struct Row {
    const char* value;
    int places;
    std::array<const char*, 6> expected;  // in the order of `modes`
  };
  for (const Row& row : {
           Row{"2.5", 0, {"2", "3", "3", "2", "3", "2"}},
           Row{"3.5", 0, {"4", "4", "4", "3", "4", "3"}},
           Row{"-2.5", 0, {"-2", "-3", "-3", "-2", "-2", "-3"}},
           Row{"-3.5", 0, {"-4", "-4", "-4", "-3", "-3", "-4"}},
           Row{"118.5", 0, {"118", "119", "119", "118", "119", "118"}},  // GB/T 8170, HJ 633-2026
           Row{"2.51", 0, {"3", "3", "3", "2", "3", "2"}},
           Row{"-2.49", 0, {"-2", "-2", "-3", "-2", "-2", "-3"}},
           Row{"0.7908425", 6, {"0.790842", "0.790843", "0.790843", "0.790842", "0.790843", "0.790842"}},
           Row{"0.85", 1, {"0.8", "0.9", "0.9", "0.8", "0.9", "0.8"}},
           Row{"0.001", 0, {"0", "0", "1", "0", "1", "0"}},
           Row{"-0.001", 0, {"0", "0", "-1", "0", "0", "-1"}},
           Row{"1250000", -4, {"1250000", "1250000", "1250000", "1250000", "1250000", "1250000"}},
           Row{"1255000", -4, {"1260000", "1260000", "1260000", "1250000", "1260000", "1250000"}},
           Row{"1245000", -4, {"1240000", "1250000", "1250000", "1240000", "1250000", "1240000"}},
           Row{"9.99", 1, {"10.0", "10.0", "10.0", "9.9", "10.0", "9.9"}},
           Row{"1.5", 3, {"1.5", "1.5", "1.5", "1.5", "1.5", "1.5"}},
           Row{"0.000000000000000000000000000001", -9, {"0", "0", "1000000000", "0", "1000000000", "0"}},
           Row{"-0.000000000000000000000000000001", -9, {"0", "0", "-1000000000", "0", "0", "-1000000000"}},
       })
    for (std::size_t i = 0; i < modes.size(); ++i)
      EXPECT_EQ(dec(row.value).round(row.places, modes[i]).to_string(), row.expected[i])
          << row.value << " " << to_string(modes[i]);
}

TEST(Decimal, RoundingNames) {
  for (Rounding mode : modes) EXPECT_EQ(parse_rounding(to_string(mode)), mode);
  EXPECT_EQ(parse_rounding("half"), std::nullopt);
}

TEST(Decimal, FromDoubleIsWhatWasTyped) {
  const std::vector<std::pair<double, const char*>> table{{0.1, "0.1"},
                                                          {2.2, "2.2"},
                                                          {0.45, "0.45"},
                                                          {-12.5, "-12.5"},
                                                          {1e21, "1000000000000000000000"},
                                                          {5e-7, "0.0000005"},
                                                          {0.0, "0"},
                                                          {-0.0, "0"},
                                                          {123456789012345.6, "123456789012345.6"}};
  for (const auto& [value, expected] : table) EXPECT_EQ(Decimal::from_double(value).to_string(), expected);
  for (double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    EXPECT_EQ(failing_code([&] { Decimal::from_double(bad); }), "bad_number");
  for (double far : {1e300, 1e-300, 1e38})
    EXPECT_EQ(failing_code([&] { Decimal::from_double(far); }), "number_overflow") << far;
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    const double value =
        std::ldexp(static_cast<double>(random() >> 11), -53 + static_cast<int>(random() % 60) - 20);
    const auto exact = [&]() -> std::optional<Decimal> {
      try {
        return Decimal::from_double(value);
      } catch (const Error&) {
        return std::nullopt;
      }
    }();
    if (exact.has_value()) {
      ASSERT_EQ(exact->to_double(), value);
    }
  }
  for (int i = 0; i < 20000; ++i) {  // typed with 15 digits, through a double and back
    const Decimal typed = Decimal::from_parts(static_cast<std::int64_t>(random() % 1'000'000'000'000'000ULL),
                                              static_cast<int>(random() % 12));
    ASSERT_EQ(Decimal::from_double(typed.to_double()), typed) << typed.to_string();
  }
}

TEST(Decimal, ToFixedToInt64) {
  EXPECT_EQ(dec("12.5").to_fixed(2), "12.50");
  EXPECT_EQ(dec("-0.5").to_fixed(1), "-0.5");
  EXPECT_EQ(dec("12.5000").to_fixed(1), "12.5");
  EXPECT_EQ(dec("120").to_fixed(-1), "120");
  EXPECT_EQ(failing_code([] { dec("12.55").to_fixed(1); }), "not_exact");
  EXPECT_EQ(dec("12.00").to_int64(), 12);
  EXPECT_EQ(dec("-9223372036854775808").to_int64(), INT64_MIN);
  EXPECT_EQ(failing_code([] { dec("9223372036854775808").to_int64(); }), "number_overflow");
  EXPECT_EQ(failing_code([] { dec("0.5").to_int64(); }), "not_exact");
  EXPECT_EQ(dec("12.500").normalized().to_string(), "12.5");
  EXPECT_EQ(dec("1200").normalized().to_string(), "1200");
}

TEST(Decimal, LimitsThrow) {
  const Decimal most = dec("99999999999999999999999999999999999999");
  EXPECT_EQ(failing_code([&] { most + Decimal(1); }), "number_overflow");
  EXPECT_EQ(failing_code([&] { -most - Decimal(1); }), "number_overflow");
  EXPECT_EQ(failing_code([&] { most* Decimal(10); }), "number_overflow");
  EXPECT_EQ(failing_code([&] { most + dec("0.1"); }), "number_overflow");
  EXPECT_EQ(failing_code([&] { dec("1e-20") * dec("1e-20"); }), "number_overflow");
  EXPECT_EQ(failing_code([&] { Decimal(1).round(-38, Rounding::up); }), "number_overflow");
  EXPECT_EQ(failing_code([&] { Decimal::divide(1, 0, 2, Rounding::half_even); }), "division_by_zero");
  EXPECT_EQ((-most).abs(), most);
  EXPECT_EQ(Decimal::parse(most.to_string()), most);
}

TEST(Decimal, ComparesWithoutOverflow) {
  const Decimal most = dec("99999999999999999999999999999999999999");
  const Decimal least = dec("0.000000000000000000000000000001");
  EXPECT_GT(most, least);
  EXPECT_LT(-most, -least);
  EXPECT_LT(-least, Decimal());
  EXPECT_EQ(dec("1.50"), dec("1.5"));
  EXPECT_EQ(dec("-0.0"), Decimal());
  EXPECT_LT(dec("12345678.000000000000000000000000000001"), dec("12345678.1"));
  Source source(3);
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = source.decimal(38, 30);
    const Decimal b = source.below(4) == 0 ? Decimal::from_parts(a.coefficient(), std::max(0, a.scale() - 1))
                                           : source.decimal(38, 30);
    ASSERT_EQ(a < b, scaled(a) < scaled(b)) << a.to_string() << " " << b.to_string();
    ASSERT_EQ(a == b, scaled(a) == scaled(b)) << a.to_string() << " " << b.to_string();
  }
}

// Every operation gives the exact result or throws; it never gives another number.
TEST(Decimal, RandomOperationsAgainstBigIntegers) {
  Source source(20200101);
  int done = 0;
  for (int i = 0; i < 40000; ++i) {
    const int size = source.below(3) == 0 ? 38 : 17;
    const Decimal a = source.decimal(size, 14);
    const Decimal b = source.decimal(size, 14);
    const auto check = [&](auto&& operation, const Big& expected) {
      try {
        const Decimal out = operation();
        ASSERT_EQ(scaled(out), expected) << a.to_string() << " " << b.to_string();
        ++done;
      } catch (const Error& e) {
        ASSERT_EQ(e.code(), codes::number_overflow);
        ASSERT_EQ(size, 38) << a.to_string() << " " << b.to_string();  // 17 digits always fit
      }
    };
    check([&] { return a + b; }, scaled(a) + scaled(b));
    check([&] { return a - b; }, scaled(a) - scaled(b));
    check([&] { return a * b; },
          big(a.coefficient()) * big(b.coefficient()) * ten(60 - a.scale() - b.scale()));
    ASSERT_EQ(scaled(-a), -scaled(a));
    ASSERT_EQ(Decimal::parse(a.to_string()), a);
    ASSERT_EQ(Decimal::parse(a.to_string()).to_string(), a.to_string());
  }
  EXPECT_GT(done, 80000);
}

TEST(Decimal, RandomRoundingAndDivisionAgainstBigIntegers) {
  Source source(8170);
  int done = 0;
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = source.decimal(30, 20);
    const Decimal b = source.decimal(12, 8);
    const Rounding mode = modes[static_cast<std::size_t>(source.below(6))];
    const int places = source.below(12) - 3;
    const Big step = ten(60 - places);
    try {
      const Decimal rounded = a.round(places, mode);
      ASSERT_EQ(scaled(rounded),
                places >= a.scale() ? scaled(a) : judged_quotient(scaled(a), step, mode) * step)
          << a.to_string() << " " << places << " " << to_string(mode);
      if (b.is_zero()) continue;
      Big n = scaled(a);
      Big d = scaled(b);
      if (d < 0) n = -n, d = -d;
      // a/b in steps of 10^-places
      const Big wanted = places >= 0 ? judged_quotient(n * ten(places), d, mode)
                                     : judged_quotient(n, d * ten(-places), mode);
      const Decimal quotient = Decimal::divide(a, b, places, mode);
      ASSERT_EQ(scaled(quotient), wanted * step)
          << a.to_string() << " / " << b.to_string() << " " << places << " " << to_string(mode);
      ASSERT_EQ(quotient.scale(), std::max(places, 0));
      ++done;
    } catch (const Error& e) {
      ASSERT_EQ(e.code(), codes::number_overflow);
      ASSERT_TRUE(b.is_zero() ||
                  boost::multiprecision::abs(scaled(a) / scaled(b)) * ten(std::max(places, 0)) > ten(37))
          << a.to_string() << " / " << b.to_string();
    }
  }
  EXPECT_GT(done, 15000);
}

TEST(Decimal, DivideKeepsItsPlaces) {
  EXPECT_EQ(Decimal::divide(1, 3, 4, Rounding::half_even).to_string(), "0.3333");
  EXPECT_EQ(Decimal::divide(1, 2, 3, Rounding::half_even).to_string(), "0.500");
  EXPECT_EQ(Decimal::divide(-1, 8, 2, Rounding::half_even).to_string(), "-0.12");
  EXPECT_EQ(Decimal::divide(-1, 8, 2, Rounding::half_up).to_string(), "-0.13");
  EXPECT_EQ(Decimal::divide(1255000, 1, -4, Rounding::down).to_string(), "1250000");
  EXPECT_EQ(Decimal::divide(dec("200000000.00"), dec("0.7"), 28, Rounding::half_even).to_string(),
            "285714285.7142857142857142857142857143");
}

}  // namespace
}  // namespace tributary
