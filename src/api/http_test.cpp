#include "api/http.h"

#include <gtest/gtest.h>

namespace tributary::api {
namespace {

TEST(Http, DecodesWhatIsWellFormedAndRefusesTheRest) {
  EXPECT_EQ(percent_decoded("%E8%B0%AF%E5%9F%8E"), "谯城");
  EXPECT_EQ(percent_decoded("a+b"), "a+b");
  EXPECT_EQ(percent_decoded("a+b", true), "a b");
  for (const char* broken : {"%", "%4", "%zz", "a%00b", "%ff", "%c0%af", "%ed%a0%80"})
    EXPECT_EQ(percent_decoded(broken), std::nullopt) << broken;
  EXPECT_EQ(percent_encoded("谯 a/b~"), "%E8%B0%AF%20a%2Fb~");
}

TEST(Http, ReadsAQueryInOrder) {
  const auto pairs = parse_query("a=1&b=%E8%B0%AF&c&&a=2");
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 4u);
  EXPECT_EQ((*pairs)[1].second, "谯");
  EXPECT_EQ((*pairs)[2].second, "");
  EXPECT_EQ((*pairs)[3].first, "a");
  EXPECT_EQ(parse_query("a=%zz"), std::nullopt);
}

TEST(Http, FindsHeadersAndCookies) {
  Request r;
  r.headers = {{"cookie", "theme=dark; tributary_session=abc"}, {"X-Other", "1"}};
  EXPECT_EQ(r.cookie("tributary_session"), "abc");
  EXPECT_EQ(r.cookie("session"), "");
  EXPECT_EQ(r.header("x-other"), "1");
  EXPECT_EQ(r.header("absent"), "");
}

TEST(Http, LetsNoLineEndIntoAHeader) {
  EXPECT_EQ(header_safe("a\r\nSet-Cookie: x=1\0b"), "aSet-Cookie: x=1");
}

TEST(Http, WritesServerSentEvents) {
  EXPECT_EQ(server_sent_event("job", "a\nb"), "event: job\ndata: a\ndata: b\n\n");
}

}  // namespace
}  // namespace tributary::api
