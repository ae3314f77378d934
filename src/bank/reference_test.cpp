#include "bank/reference.h"

#include <gtest/gtest.h>

namespace tributary::bank {
namespace {

TEST(Reference, IsOfIso11649) {
  for (const auto& [batch, line] : {std::pair{1, 1}, {12, 3}, {999'999, 9'999}}) {
    const std::string text = reference_of(batch, line);
    EXPECT_EQ(text.size(), 14U);
    EXPECT_TRUE(is_reference(text)) << text;
  }
  EXPECT_EQ(reference_of(12, 3).substr(4), "0000120003");
  EXPECT_EQ(reference_of(539'007, 5'470).substr(4), "5390075470");
  EXPECT_FALSE(is_reference(""));
  EXPECT_FALSE(is_reference("RF"));
}

TEST(Reference, EveryMistypedOneIsFound) {
  for (std::int64_t n = 1; n < 60; ++n) {
    const std::string text = reference_of(n * 7919, n * 131);
    for (std::size_t i = 2; i < text.size(); ++i) {
      for (char c = '0'; c <= '9'; ++c) {
        std::string wrong = text;
        wrong[i] = c;
        EXPECT_EQ(is_reference(wrong), wrong == text) << wrong;
      }
      if (i + 1 == text.size()) continue;
      std::string swapped = text;
      std::swap(swapped[i], swapped[i + 1]);
      EXPECT_EQ(is_reference(swapped), swapped == text) << swapped;
    }
  }
}

TEST(Reference, IsFoundInRemarks) {
  const std::string one = reference_of(1, 1), two = reference_of(1, 2);
  using List = std::vector<std::string>;
  EXPECT_EQ(references_in("转账 " + one + " 生态补偿"), List{one});
  EXPECT_EQ(references_in(one + "/" + one), List{one});
  EXPECT_EQ(references_in(one + "," + two), (List{one, two}));
  EXPECT_EQ(references_in("ｒｆ" + one.substr(2)), List{one});
  EXPECT_EQ(references_in("surf and turf RF12"), List{});
  EXPECT_EQ(references_in(one + "7"), List{one + "7"});  // longer: not one of ours
}

}  // namespace
}  // namespace tributary::bank
