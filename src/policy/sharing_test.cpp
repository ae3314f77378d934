#include "policy/sharing.h"

#include "base/error.h"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

std::vector<Decimal> decimals(std::initializer_list<const char*> texts) {
  std::vector<Decimal> out;
  for (const char* text : texts) out.push_back(Decimal::parse(text));
  return out;
}

TEST(Sharing, FixedSharesLeaveNoResidue) {
  EXPECT_EQ(share_out(100, decimals({"0.25", "0.40", "0.10", "0.25"})),
            (std::vector<std::int64_t>{25, 40, 10, 25}));
  EXPECT_EQ(share_out(10, decimals({"1", "1", "1"})),
            (std::vector<std::int64_t>{4, 3, 3}));  // a tie: the earlier
  EXPECT_EQ(share_out(1, decimals({"0.2", "0.5", "0.3"})),
            (std::vector<std::int64_t>{0, 1, 0}));  // the largest fraction
  EXPECT_EQ(share_out(0, decimals({"0.2", "0.8"})), (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(share_out(7, decimals({"0", "1"})), (std::vector<std::int64_t>{0, 7}));
}

TEST(Sharing, RefusesWhatCannotBeShared) {
  EXPECT_THROW(share_out(10, decimals({})), Error);
  EXPECT_THROW(share_out(10, decimals({"0", "0"})), Error);
  EXPECT_THROW(share_out(10, decimals({"-0.5", "1.5"})), Error);
  EXPECT_THROW(share_out(-1, decimals({"1"})), Error);
}

TEST(Sharing, PartsAddUpAndStayWithinOneFen) {
  const unsigned seed = 20201005;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Decimal> shares;
    const int parties = 1 + static_cast<int>(random() % 9);
    Decimal sum;
    for (int i = 0; i < parties; ++i) {
      shares.push_back(Decimal::from_parts(static_cast<std::int64_t>(random() % 1000) + 1, 3));
      sum = sum + shares.back();
    }
    const auto total = static_cast<std::int64_t>(random() % 1'000'000'000);
    const auto parts = share_out(total, shares);
    ASSERT_EQ(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}), total)
        << "seed " << seed << " round " << round;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Decimal exact =
          Decimal::divide(Decimal::from_int(total) * shares[i], sum, 6, Rounding::half_even);
      ASSERT_LE((Decimal::from_int(parts[i]) - exact).abs(), Decimal(1));
    }
  }
}

}  // namespace
}  // namespace tributary::policy
