#include "api/schema.h"

#include <gtest/gtest.h>

namespace tributary::api::schema {
namespace {

std::string faults(const Json& schema, const Json& value) {
  Json components{{"Text", object({{"zh", text()}, {"en", text()}})}};
  std::string out;
  for (const Fault& fault : check(schema, value, components))
    out += (out.empty() ? "" : " | ") + fault.field + ": " + fault.message.en;
  return out;
}

TEST(Schema, NamesEveryFaultWithItsField) {
  const Json body = object({{"rule", line(5)},
                            {"period", period()},
                            optional("set", map_of(text(3))),
                            optional("days", integer(1, 9))});
  EXPECT_EQ(faults(body, {{"rule", "a"}, {"period", "2020-Q4"}, {"days", 9}, {"set", {{"k", "1"}}}}), "");
  EXPECT_EQ(faults(body, {{"rule", ""}, {"period", "2020-13"}}),
            "rule: must not be empty | period: a period is written 2020-10-05, 2020-10, 2020-Q4 or 2020");
  EXPECT_EQ(faults(body, {{"rules", "a"}, {"period", "2020"}}),
            "rule: is required | rules: there is no such member; did you mean \"rule\"?");
  EXPECT_EQ(faults(body, {{"rule", "a\nb"}, {"period", "2020"}}), "rule: no line ends or control characters");
  EXPECT_EQ(faults(body, {{"rule", "a"}, {"period", "2020"}, {"days", 10}}), "days: must be between 1 and 9");
  EXPECT_EQ(faults(body, {{"rule", "a"}, {"period", "2020"}, {"days", 18446744073709551615ULL}}),
            "days: must be between 1 and 9");
  EXPECT_EQ(faults(body, {{"rule", "a"}, {"period", "2020"}, {"days", 1.5}}), "days: must be a whole number");
  EXPECT_EQ(faults(body, {{"rule", "a"}, {"period", "2020"}, {"set", {{"k", "1234"}}}}),
            "set.k: at most 3 characters");
  EXPECT_EQ(faults(body, Json::array()), ": must be an object {…}");
  EXPECT_EQ(faults(list(boolean()), {true, 1}), "[1]: must be true or false");
}

TEST(Schema, CountsCharactersNotBytes) {
  EXPECT_EQ(faults(text(2), "谯城"), "");
  EXPECT_EQ(faults(text(1), "谯城"), ": at most 1 characters");
}

TEST(Schema, KnowsTheFormats) {
  EXPECT_EQ(faults(day(), "2020-02-29"), "");
  EXPECT_NE(faults(day(), "2020-02-30"), "");
  EXPECT_NE(faults(day(), "2020/2/3"), "");
  EXPECT_EQ(faults(money(), "-12.50"), "");
  EXPECT_NE(faults(money(), "12.505"), "");
  EXPECT_EQ(faults(nullable(day()), nullptr), "");
  EXPECT_NE(faults(nullable(day()), "x"), "");
  EXPECT_EQ(faults(one_of({"a", "b"}), "c"), ": must be one of: a, b");
  EXPECT_EQ(faults(both(), {{"zh", "中"}, {"en", ""}}), "");
}

TEST(Schema, ReadsQueryValuesByTheirType) {
  EXPECT_EQ(from_text(integer(), "12", {}), 12);
  EXPECT_EQ(from_text(integer(), "12x", {}), "12x");
  EXPECT_EQ(from_text(boolean(), "1", {}), true);
  EXPECT_EQ(from_text(boolean(), "false", {}), false);
  EXPECT_EQ(from_text(text(), "12", {}), "12");
}

}  // namespace
}  // namespace tributary::api::schema
