#include "api/limits.h"

#include "api/dispatch.h"

#include <gtest/gtest.h>

namespace tributary::api {
namespace {

TEST(Limits, ABucketEmptiesAndFills) {
  Limiter limiter;
  const Rate rate{2, 3};
  Limiter::Time now{};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.take("a", rate, now));
  EXPECT_EQ(limiter.take("a", rate, now), 1);
  EXPECT_FALSE(limiter.take("b", rate, now));
  now += std::chrono::milliseconds{500};
  EXPECT_FALSE(limiter.take("a", rate, now));
  EXPECT_TRUE(limiter.take("a", rate, now));
  now += std::chrono::hours{1};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.take("a", rate, now));
  EXPECT_TRUE(limiter.take("a", rate, now));
}

TEST(Limits, NoRateNoLimit) {
  Limiter limiter;
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limiter.take("a", {}, {}));
  EXPECT_EQ(limiter.known(), 0u);
}

TEST(Limits, ManyAddressesDoNotFillTheMemory) {
  Limiter limiter;
  for (int i = 0; i < 60'000; ++i) limiter.take(std::to_string(i), {1, 1}, {});
  EXPECT_LE(limiter.known(), 20'000u);
}

TEST(Sender, IsBelievedOnlyThroughATrustedProxy) {
  Request r;
  r.peer = "10.0.0.2";
  r.headers = {{"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}, {"X-Forwarded-Proto", "https"}};
  EXPECT_EQ(sender_of(r, {}).address, "10.0.0.2");
  EXPECT_FALSE(sender_of(r, {}).secure);
  EXPECT_EQ(sender_of(r, {"10.0.0.2"}).address, "203.0.113.9");
  EXPECT_TRUE(sender_of(r, {"10.0.0.2"}).secure);
  EXPECT_EQ(sender_of(r, {"10.0.0.2", "203.0.113.9"}).address, "1.1.1.1");
  r.headers = {{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "203.0.113.9"}};
  EXPECT_EQ(sender_of(r, {"10.0.0.2"}).address, "203.0.113.9");
  r.headers = {{"X-Forwarded-For", "<script>"}};
  EXPECT_EQ(sender_of(r, {"10.0.0.2"}).address, "10.0.0.2");
}

}  // namespace
}  // namespace tributary::api
