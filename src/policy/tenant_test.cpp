#include "policy/tenant.h"

#include "store/testing.h"

#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

class TenantTest : public ::testing::TestWithParam<std::string> {
 protected:
  TenantTest() : database_(GetParam()) { migrate(); }
  void migrate() { database_.db().migrate(migrations()); }
  // "340000:cn-34 341602:demo"
  std::string all() {
    std::string out;
    for (const Tenant& tenant : tenants(database_.db()))
      out += (out.empty() ? "" : " ") + tenant.jurisdiction + ":" + tenant.pack;
    return out;
  }
  std::int64_t since(const std::string& jurisdiction) {
    return database_.db().read([&](store::Transaction& t) {
      return t.first("SELECT since FROM tenant WHERE jurisdiction = ?", jurisdiction)->integer(0);
    });
  }
  store::TestDatabase database_;
};

TEST_P(TenantTest, WhoWorksByWhichPack) {
  EXPECT_EQ(all(), "");
  EXPECT_TRUE(adopt(database_.db(), {"341602", "cn-341602"}, Instant{1000}));
  EXPECT_TRUE(adopt(database_.db(), {"340000", "cn-34"}, Instant{1001}));
  EXPECT_EQ(all(), "340000:cn-34 341602:cn-341602");  // by code
  EXPECT_TRUE(adopt(database_.db(), {"341602", "demo"}, Instant{2000}));
  EXPECT_EQ(all(), "340000:cn-34 341602:demo");  // one pack each
  EXPECT_EQ(since("341602"), 2000);
  EXPECT_EQ(since("340000"), 1001);
}

TEST_P(TenantTest, TheSameAgainChangesNothing) {
  EXPECT_TRUE(adopt(database_.db(), {"341602", "demo"}, Instant{1000}));
  EXPECT_FALSE(adopt(database_.db(), {"341602", "demo"}, Instant{2000}));
  EXPECT_EQ(since("341602"), 1000);
  migrate();  // as at every start of the program
  database_.reopen();
  EXPECT_EQ(all(), "341602:demo");
}

INSTANTIATE_TEST_SUITE_P(BothDatabases, TenantTest, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace tributary::policy
