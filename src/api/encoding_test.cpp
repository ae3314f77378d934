#include "api/encoding.h"

#include <gtest/gtest.h>

namespace tributary::api {
namespace {

TEST(Encoding, FollowsTheReadersWeights) {
  using enum Encoding;
  const std::pair<const char*, Encoding> cases[] = {
      {"", identity},
      {"gzip", gzip},
      {"br", brotli},
      {"gzip, deflate, br", brotli},
      {"GZIP", gzip},
      {"br;q=0.5, gzip;q=0.8", gzip},
      {"br; q=0.8 , gzip;Q=0.8", brotli},
      {"br;q=0, gzip", gzip},
      {"br;q=0, gzip;q=0", identity},
      {"*", brotli},
      {"*;q=0", identity},
      {"br;q=0, *", gzip},
      {"identity, gzip;q=0.5", identity},
      {"identity;q=0.5, gzip", gzip},
      {"gzip;q=0.001", gzip},
      {"gzip;q=2", identity},
      {"gzip;q=x", identity},
      {"brotli, xbr, gzipped", identity},
  };
  for (const auto& [header, wanted] : cases) EXPECT_EQ(preferred_encoding(header), wanted) << header;
}

TEST(Encoding, PacksSmaller) {
  const std::string text(100'000, 'a');
  for (const Encoding e : {Encoding::gzip, Encoding::brotli})
    for (const Effort effort : {Effort::each_time, Effort::once}) {
      const std::string small = packed(text, e, effort);
      EXPECT_FALSE(small.empty());
      EXPECT_LT(small.size(), text.size() / 10);
    }
  EXPECT_EQ(packed("as it is", Encoding::identity, Effort::once), "as it is");
}

}  // namespace
}  // namespace tributary::api
