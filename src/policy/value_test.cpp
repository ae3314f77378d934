#include "policy/value.h"

#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

ValueType number(const char* unit = "1") {
  return {ValueType::Kind::number, Unit::parse(unit), {}};
}
const ValueType boolean{ValueType::Kind::boolean, {}, {}};
const ValueType quality{ValueType::Kind::quality, {}, {}};
const ValueType water{ValueType::Kind::choice, {}, {"river", "lake"}};

// What a value becomes when it is read and shown again; "refused" when it is none.
std::string shown(const ValueType& type, std::string_view text) {
  const auto value = parse_value(type, text);
  return value ? format_value(type, *value) : "refused";
}

TEST(Value, ReadAndShownAgain) {
  const struct {
    const ValueType& type;
    const char* text;
    const char* shown;
  } table[] = {
      {number(), "0.85", "0.85"},
      {number(), "-0.50", "-0.5"},
      {number(), "0", "0"},
      {number(), "1,000", "refused"},
      {number(), "0,85", "refused"},
      {number(), "", "refused"},
      {number(), " 1", "refused"},
      {number(), "nan", "refused"},
      {number(), "unlimited", "refused"},
      {boolean, "true", "true"},
      {boolean, "false", "false"},
      {boolean, "yes", "refused"},
      {boolean, "1", "refused"},
      {quality, "I", "I"},
      {quality, "Ⅲ", "III"},
      {quality, "劣Ⅴ", "worse_V"},
      {quality, "worse_V", "worse_V"},
      {quality, "VI", "refused"},
      {quality, "3", "refused"},
      {water, "river", "river"},
      {water, "lake", "lake"},
      {water, "sea", "refused"},
      {water, "", "refused"},
  };
  for (const auto& row : table) EXPECT_EQ(shown(row.type, row.text), row.shown) << row.text;
}

// Formulas compute with these numbers: a cleaner class is the smaller one, a choice is its position.
TEST(Value, NumbersBehindWords) {
  EXPECT_EQ(parse_value(quality, "I"), Rational(1));
  EXPECT_EQ(parse_value(quality, "worse_V"), Rational(6));
  EXPECT_EQ(parse_value(water, "lake"), Rational(1));
  EXPECT_EQ(parse_value(boolean, "true"), Rational(1));
  EXPECT_EQ(parse_value(number(), "0.1"),
            Rational(1) / Rational(10));  // a tenth, not the double nearest to it
}

// What no rule can state, a bug in a formula might yet make: it is shown as it is, never as a wrong word.
TEST(Value, NumbersWithoutAWord) {
  EXPECT_EQ(format_value(quality, Rational(7)), "7");
  EXPECT_EQ(format_value(quality, Rational(0)), "0");
  EXPECT_EQ(format_value(water, Rational(2)), "2");
  EXPECT_EQ(format_value(water, Rational(-1)), "-1");
  EXPECT_EQ(format_value(number(), Rational(1) / Rational(3)), "≈0.333333333333");
  EXPECT_EQ(format_value(number(), Rational(1) / Rational(8)), "0.125");
}

TEST(Value, UnitsAndExpectedForms) {
  EXPECT_EQ(unit_text(number("mg/L")), "mg/L");
  EXPECT_EQ(unit_text(number()), "");
  EXPECT_EQ(unit_text(boolean), "");
  for (const ValueType& type : {number(), boolean, quality, water})
    EXPECT_FALSE(expected_form(type).zh.empty());
  EXPECT_NE(expected_form(water).en.find("river, lake"), std::string::npos);
}

}  // namespace
}  // namespace tributary::policy
