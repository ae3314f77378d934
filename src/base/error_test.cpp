#include "base/error.h"

#include "base/codes.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Error, WhereAsText) {
  EXPECT_EQ(to_string(Where{}), "");
  EXPECT_EQ(to_string(Where{"a.csv", 0, 0, ""}), "a.csv");
  EXPECT_EQ(to_string(Where{"a.csv", 3, 0, ""}), "a.csv:3");
  EXPECT_EQ(to_string(Where{"a.csv", 3, 7, ""}), "a.csv:3:7");
  EXPECT_EQ(to_string(Where{"a.csv", 3, 7, "share"}), "a.csv:3:7 [share]");
  EXPECT_EQ(to_string(Where{"a.csv", 0, 7, ""}), "a.csv");  // a column without a line says nothing
  EXPECT_EQ(to_string(Where{"", 0, 0, "share"}), "share");
}

TEST(Error, WhatNamesCodeMessageAndPlace) {
  const Error plain(codes::bad_number, {"不是数值", "not a number"});
  EXPECT_STREQ(plain.what(), "base.bad_number: not a number");
  EXPECT_EQ(plain.kind(), Kind::invalid_input);
  const Error placed(codes::bad_number, {"不是数值", "not a number"}, {"a.csv", 3, 7, "share"},
                     {"写数字", "write digits"});
  EXPECT_STREQ(placed.what(), "base.bad_number: not a number (a.csv:3:7 [share])");
  EXPECT_EQ(placed.hint().zh, "写数字");
}

TEST(Error, AtFillsOnlyWhatIsMissing) {
  const Error bare(codes::bad_number, {"x", "x"}, {}, {"h", "h"});
  const Error filled = bare.at({"a.csv", 3, 7, "share"});
  EXPECT_EQ(to_string(filled.where()), "a.csv:3:7 [share]");
  EXPECT_EQ(filled.hint(), (Text{"h", "h"}));
  EXPECT_STREQ(filled.what(), "base.bad_number: x (a.csv:3:7 [share])");
  const Error inner(codes::bad_number, {"x", "x"}, {"", 5, 2, ""});
  EXPECT_EQ(to_string(inner.at({"b.csv", 9, 9, "f"}).where()), "b.csv:5:2 [f]");
}

TEST(Error, CodesCompareByModuleAndNumber) {
  EXPECT_EQ(codes::bad_number, (Code{"base", 1, "renamed", Kind::conflict}));
  EXPECT_FALSE(codes::bad_number == (Code{"store", 1, "bad_number", Kind::invalid_input}));
  static_assert(!dense(std::array{Code{"m", 1, "a", Kind::conflict}, Code{"m", 3, "b", Kind::conflict}}));
  static_assert(!dense(std::array{Code{"m", 1, "a", Kind::conflict}, Code{"n", 2, "b", Kind::conflict}}));
}

TEST(ErrorDeathTest, BrokenInvariantStopsWithValues) {
  const int a = 3;
  EXPECT_DEATH(TRIBUTARY_CHECK(a < 3, "a=" + std::to_string(a)), "broken invariant: a < 3 at .*: a=3");
}

}  // namespace
}  // namespace tributary
