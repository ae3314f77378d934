#include "policy/expression.h"

#include "policy/codes.h"
#include "policy/random_rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

Expression parsed(std::string_view text) {
  return parse_expression(text, {"f.yaml", 3, 10, "is"});
}

// Trees, not places.
bool same(const Expression& a, const Expression& b) {
  if (a.kind != b.kind || a.text != b.text || a.index != b.index || a.value != b.value ||
      a.args.size() != b.args.size())
    return false;
  for (std::size_t i = 0; i < a.args.size(); ++i)
    if (!same(a.args[i], b.args[i])) return false;
  return true;
}

// How the parser groups: what is written on the left is the same tree as what is written on the right.
TEST(Expression, Grouping) {
  for (const auto& [plain, grouped] : std::vector<std::pair<const char*, const char*>>{
           {"a - b - c", "(a - b) - c"},
           {"a / b / c", "(a / b) / c"},
           {"a + b * c", "a + (b * c)"},
           {"-a * b", "(-a) * b"},
           {"a * -b", "a * (-b)"},
           {"--a", "-(-a)"},
           {"a + 1 < b * 2", "(a + 1) < (b * 2)"},
           {"not a = b", "not (a = b)"},
           {"not not p", "not (not p)"},
           {"p or q and r", "p or (q and r)"},
           {"not p and q", "(not p) and q"},
           {"if p then a else if q then b else c", "if p then a else (if q then b else c)"},
           {"if p then a else b + 1", "if p then a else (b + 1)"},
           {"if p or q then a else b", "if (p or q) then a else b"},
           {"20%", "0.2"},
           {"1e-6", "0.000001"},
           {"sum(factor: a + b)", "sum(factor: (a + b))"},
       })
    EXPECT_TRUE(same(parsed(plain), parsed(grouped))) << plain;
  EXPECT_FALSE(same(parsed("a - (b - c)"), parsed("a - b - c")));
  EXPECT_FALSE(same(parsed("a / (b / c)"), parsed("a / b / c")));
  EXPECT_FALSE(same(parsed("(if p then a else b) + 1"), parsed("if p then a else b + 1")));
}

TEST(Expression, Leaves) {
  EXPECT_EQ(parsed("0.1 {mg/L}").text, "mg/L");
  EXPECT_EQ(parsed("0.1 {mg/L}").value, Rational::from_fraction(1, 10));
  EXPECT_EQ(parsed("C[tp]").index, "tp");
  EXPECT_EQ(parsed("worse_V").value, Rational(6));
  EXPECT_EQ(parsed("IV").kind, Expression::Kind::quality);
  EXPECT_EQ(parsed("true").value, Rational(1));
  EXPECT_EQ(parsed("'no_flow'").text, "no_flow");
  EXPECT_EQ(parsed("max(a, b, 0)").args.size(), 3U);
  EXPECT_EQ(parsed("max(ix: a)").kind, Expression::Kind::reduction);
}

TEST(Expression, TextReadsBackAsTheSameTree) {
  for (const char* text : {"a - (b - c)",
                           "a / (b * c)",
                           "-(a + b)",
                           "-(-a)",
                           "(a < b) = (c < d)",
                           "a < b and not (p or q)",
                           "(not p) = q",
                           "not (p = q)",
                           "(if p then a else b) * 2",
                           "if if p then q else r then a else b",
                           "if p then if q then a else b else c",
                           "1e-30",
                           "0.00000000000000001%",
                           "12345678901234567890.123456789",
                           "0.1 {mg/L} + 20%",
                           "sum(f: if p then 1 else 0)",
                           "coalesce(C[tp], 0)",
                           "limit('gb', tp, III, water)",
                           "count(f: x > y) - -1",
                           "steps(a, 0.1, 'upper')",
                           "f()"}) {
    const Expression tree = parsed(text);
    const std::string shown = expression_text(tree);
    EXPECT_TRUE(same(parsed(shown), tree)) << text << " → " << shown;
  }
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    RandomRules random(seed);
    for (const Formula& f : random.rule().formulas) {
      const Expression tree = parsed(f.text);
      EXPECT_TRUE(same(parsed(expression_text(tree)), tree)) << "seed " << seed << ": " << f.text;
    }
  }
}

TEST(Expression, NamesAreReplaced) {
  const auto shown = expression_text(parsed("unit * sum(f: C - C[tp])"),
                                     [](const Expression& name) { return name.text == "C" ? "5" : ""; });
  EXPECT_EQ(shown, "unit * sum(f: 5 - 5)");
}

TEST(Expression, ErrorsSayWhere) {
  struct Case {
    const char* text;
    long column;  // in the file; the text begins at column 10
  };
  for (const auto& [text, column] : std::vector<Case>{
           {"", 10},          {"a +", 13},       {"a b", 12},           {"(a", 12},     {"a)", 11},
           {"a < b < c", 16}, {"a = b = c", 16}, {"if p then a", 21},   {"if p a", 15}, {"'open", 10},
           {"1 {mg/L", 12},   {"a ? b", 12},     {"1.2.3", 10},         {"C[1]", 12},   {"C[tp", 14},
           {"f(a,)", 14},     {"f(a: b)", 13},   {"sum(C[tp]: b)", 19}, {"then", 10},   {"a + and", 14},
           {"1e999", 10},     {"5 5", 12},       {"超标", 10},          {"a ! b", 12},  {"a % b", 12},
           {"C[tp][tn]", 15}}) {
    try {
      parsed(text);
      ADD_FAILURE() << "no error: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), codes::syntax) << text << ": " << error.what();
      EXPECT_EQ(error.where().column, column) << text << ": " << error.what();
      EXPECT_EQ(error.where().file, "f.yaml");
      EXPECT_EQ(error.where().line, 3);
      EXPECT_FALSE(error.message().zh.empty());
    }
  }
}

TEST(Expression, SizeAndDepthAreBounded) {
  const auto repeated = [](const std::string& piece, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += piece;
    return out;
  };
  for (const std::string& text :
       {repeated("(", 2000) + "a" + repeated(")", 2000), repeated("-", 3000) + "a",
        repeated("not ", 1000) + "p", repeated("f(", 1500) + "a" + repeated(")", 1500),
        repeated("if p then a else ", 200) + "a", "a" + repeated(" + a", 200), "a" + repeated(" * a", 200),
        "f(a" + repeated(", a", 100) + ")", repeated("a", 5000)}) {
    try {
      parsed(text);
      ADD_FAILURE() << "no error: " << text.substr(0, 40);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), codes::too_complex) << text.substr(0, 40) << ": " << error.code().name;
    }
  }
  EXPECT_NO_THROW(parsed(repeated("(", 12) + "a" + repeated(")", 12)));
  EXPECT_NO_THROW(parsed("a" + repeated(" + a", 60)));
}

}  // namespace
}  // namespace tributary::policy
