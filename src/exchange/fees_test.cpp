#include "exchange/fees.h"

#include "exchange/rules.h"

#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {
Decimal d(const char* text) {
  return Decimal::parse(text);
}
}  // namespace

TEST(Fees, AmountsAreRoundedOnceHalfUp) {
  EXPECT_EQ(amount_over(d("2.500"), d("6000"), 37), 4'625'000);  // the notes: 46,250.00 yuan
  EXPECT_EQ(amount_over(d("0.001"), d("10"), 12), 1);
  EXPECT_EQ(amount_over(d("0.001"), d("5"), 12), 1);     // half a fen: up
  EXPECT_EQ(amount_over(d("0.001"), d("4.99"), 12), 0);
  EXPECT_EQ(amount_over(d("1"), d("1"), 1), 8);          // 8.33 fen
  EXPECT_EQ(amount_over(d("1"), d("1.02"), 1), 9);       // 8.5 fen
  EXPECT_EQ(amount_over(d("0"), d("6000"), 37), 0);
}

TEST(Fees, BeyondSixtyFourBits) {
  // quantity · price · months passes 2^63 on the way and comes back.
  EXPECT_EQ(amount_over(d("9000000000000000"), d("1.25"), 12), 1'125'000'000'000'000'000);
  EXPECT_THROW((void)amount_over(d("9000000000000000000"), d("1000"), 12), Error);
  EXPECT_THROW((void)amount_over(d("99999999999999999999999999999999999999"), d("99999"), 1'200), Error);
  EXPECT_EQ(amount_over(d("0.000000000000000000000000000001"), d("0.000000000000000000000000000001"), 1), 0);
  EXPECT_EQ(value_of(9'000'000'000, 9'000'000'000, 1, 100), 810'000'000'000'000'000);
  EXPECT_THROW((void)value_of(Ticks{1} << 62, Quantity{1} << 62, std::int64_t{1} << 62, 1), Error);
  EXPECT_THROW((void)amount_over(d("-1"), d("1"), 12), Error);
}

TEST(Fees, FeesHaveAFloorAndACeiling) {
  const FeeRule rule{d("0.0005"), 100, 5'000};
  EXPECT_EQ(fee_of(0, rule), 0);
  EXPECT_EQ(fee_of(1, rule), 100);
  EXPECT_EQ(fee_of(1'000'000, rule), 500);
  EXPECT_EQ(fee_of(1'001'000, rule), 501);  // 500.5: up
  EXPECT_EQ(fee_of(1'000'999, rule), 500);
  EXPECT_EQ(fee_of(100'000'000, rule), 5'000);
  EXPECT_EQ(fee_of(100'000'000, {d("0.0005"), 0, 0}), 50'000);
}

}  // namespace tributary::exchange
