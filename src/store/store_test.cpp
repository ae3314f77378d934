#include "store/testing.h"

#include <gtest/gtest.h>

namespace tributary::store {

TEST(Smoke, WritesAndReads) {
  TestDatabase database("postgresql");
  auto& db = database.db();
  db.write([](Transaction& t) {
    t.execute(
        "CREATE TABLE a (jurisdiction TEXT NOT NULL, id BIGINT, x DOUBLE PRECISION, PRIMARY KEY "
        "(jurisdiction, id))");
    EXPECT_EQ(t.execute("INSERT INTO a VALUES (?, ?, ?)", "341602", 1, 0.1), 1);
  });
  const auto row = db.read([](Transaction& t) { return t.first("SELECT * FROM a"); });
  ASSERT_TRUE(row);
  EXPECT_EQ(row->text(0), "341602");
  EXPECT_EQ(row->real(2), 0.1);
}

}  // namespace tributary::store
