#include "policy/yaml.h"

#include "policy/codes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

std::string brackets(std::size_t n, const std::string& between) {
  std::string out = "a: ";
  for (std::size_t i = 0; i < n; ++i) out += "[" + between;
  return out;
}

struct BadText {
  std::string label;
  std::string text;
  Code code;
  long line;
  std::string words;
};

TEST(Yaml, RefusesWithFileLineAndBothLanguages) {
  using std::string;
  const std::vector<BadText> table{
      {"duplicate key", "a: 1\nb: 2\na: 3\n", codes::duplicate_key, 3, "line 1"},
      {"duplicate key inside", "a:\n  b: 1\n  c: 1\n  b: 2\n", codes::duplicate_key, 4, "line 2"},
      {"duplicate key, quoted", "a: 1\n\"a\": 2\n", codes::duplicate_key, 2, "\"a\""},
      {"anchor", "a: 1\nb: &x [1]\n", codes::bad_yaml, 2, "anchors"},
      {"alias", "a: &x 1\nb: *x\n", codes::bad_yaml, 1, "anchors"},
      {"alias bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", codes::bad_yaml, 1,
       "anchors"},
      {"merge key", "a: &a {b: 1}\nc:\n  <<: *a\n", codes::bad_yaml, 1, "anchors"},
      {"two documents", "a: 1\n---\nb: 2\n", codes::bad_yaml, 3, "second"},
      {"key that is a list", "[a, b]: 1\n", codes::bad_yaml, 1, "key"},
      {"deep on one line", "x: 1\n" + brackets(40, ""), codes::too_complex, 2, "deeply"},
      {"deep on many lines", brackets(40, "\n "), codes::too_complex, 17, "deeply"},
      {"very deep", brackets(100'000, "\n "), codes::too_complex, 17, "deeply"},
      {"deep by dashes",
       string(200, ' ').replace(0, 200,
                                [] {
                                  string s;
                                  for (int i = 0; i < 100; ++i) s += "- ";
                                  return s;
                                }()) +
           "x",
       codes::too_complex, 1, "deeply"},
      {"GBK", "a: 1\nb: \xB0\xB2\xBB\xD5\xCA\xA1\n", codes::bad_yaml, 2, "GBK"},
      {"ill-formed", "a: 1\n\nb: \xFF\xFE\n", codes::bad_yaml, 3, "UTF-8"},
      {"NUL", string("a: 1\nb: \0 2\n", 12), codes::bad_yaml, 2, "control character (code 0)"},
      {"end of transmission hides the rest", "a: 1\n\x04\nunknown: 2\n", codes::bad_yaml, 2, "code 4"},
      {"empty", "", codes::bad_yaml, 1, "empty"},
      {"only remarks", "# nothing\n\n", codes::bad_yaml, 1, "empty"},
      {"huge", string(max_yaml_bytes + 1, '#'), codes::too_complex, 1, "too large"},
      {"too many values",
       "a: [" +
           [] {
             string s;
             for (std::size_t i = 0; i < max_yaml_nodes; ++i) s += "1,";
             return s;
           }() +
           "1]",
       codes::too_complex, 1, "too much"},
      {"bad indentation", "a:\n  b: 1\n c: 2\n", codes::bad_yaml, 3, "malformed"},
      {"tab as indentation", "a:\n\tb: 1\n", codes::bad_yaml, 2, "malformed"},
      {"no space after the colon, twice", "a: b: c\n", codes::bad_yaml, 1, "malformed"},
      {"quote left open", "a: \"b\nc: 1\n", codes::bad_yaml, 1, "not closed"},
      {"single quote left open", "x: 1\na: 'it''s\nc: 1\n", codes::bad_yaml, 2, "not closed"},
      {"escaped quote at the end", "a: \"b\\\"\nc: 1\n", codes::bad_yaml, 1, "not closed"},
      {"tag", "a: !!str 0.5\n", codes::bad_yaml, 1, "tags"},
      {"bare tag", "a: ! 0.5\n", codes::bad_yaml, 1, "tags"},
      {"tagged list", "a: !x [1]\n", codes::bad_yaml, 1, "tags"},
      {"bracket left open", "a: [1, 2\n", codes::bad_yaml, 2, "malformed"},
  };
  for (const BadText& row : table) {
    try {
      parse_yaml(row.text, "f.yaml");
      ADD_FAILURE() << row.label << ": nothing thrown";
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), row.code) << row.label << ": " << e.what();
      EXPECT_EQ(e.where().file, "f.yaml") << row.label;
      EXPECT_EQ(e.where().line, row.line) << row.label << ": " << e.what();
      EXPECT_NE(e.message().en.find(row.words), std::string::npos) << row.label << ": " << e.what();
      EXPECT_FALSE(e.message().zh.empty()) << row.label;
    }
  }
}

TEST(Yaml, NodesKnowTheirPlaceAndTheirQuotes) {
  const YamlNode root = parse_yaml("a: 0.5\nb:\n  - \"0.5\"\n  - {c: 浓度}\n", "f.yaml");
  ASSERT_EQ(root.entries.size(), 2u);
  EXPECT_FALSE(root.entries[0].second.quoted);
  const YamlNode& list = root.entries[1].second;
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_TRUE(list.items[0].quoted);
  EXPECT_EQ(list.items[0].where.line, 3);
  EXPECT_EQ(list.items[0].where.column, 5);
  EXPECT_EQ(list.items[1].entries[0].second.scalar, "浓度");
  const YamlNode block = parse_yaml("a: >-\n  one\n  two\nb: |\n  \"three\n", "f.yaml");
  EXPECT_EQ(block.entries[0].second.scalar, "one two");
  EXPECT_EQ(block.entries[1].second.scalar, "\"three\n");
  const YamlNode quotes = parse_yaml("\xEF\xBB\xBF\"a\": 'it''s 好'\nb: \"x \\\" y\"\nc:\nd: 1\n", "f.yaml");
  EXPECT_EQ(quotes.entries[0].first.scalar, "a");
  EXPECT_EQ(quotes.entries[0].second.scalar, "it's 好");
  EXPECT_EQ(quotes.entries[1].second.scalar, "x \" y");
  EXPECT_EQ(quotes.entries[2].second.kind, YamlNode::Kind::null);
  EXPECT_EQ(quotes.entries[2].second.where.line, 3);  // where the key stands
}

TEST(Yaml, LargeMapsAreReadInOneGo) {
  std::string text;
  for (int i = 0; i < 90'000; ++i) text += fmt::format("k{}: 1\n", i);
  EXPECT_EQ(parse_yaml(text, "f").entries.size(), 90'000u);
  EXPECT_THROW(parse_yaml(text + "k0: 2\n", "f"), Error);
}

// What each reader of one value takes and refuses.
TEST(Yaml, ReadersOfOneValue) {
  const auto code = [](const std::string& text, const auto& read) -> std::string {
    try {
      const YamlNode root = parse_yaml("x: " + text + "\n", "f");
      YamlMap map(root, "m");
      read(map);
      map.finish();
      return "good";
    } catch (const Error& e) {
      EXPECT_EQ(e.where().line, 1) << e.what();
      return std::string(e.code().name);
    }
  };
  const auto decimal = [](YamlMap& m) { decimal_of(m.require("x"), "x"); };
  EXPECT_EQ(code("\"0.85\"", decimal), "good");
  EXPECT_EQ(code("12", decimal), "good");
  EXPECT_EQ(code("0.85", decimal), "bad_value");
  EXPECT_EQ(code("1e5", decimal), "bad_value");
  EXPECT_EQ(code("\"1,000\"", decimal), "bad_value");
  EXPECT_EQ(code("[1]", decimal), "bad_value");
  EXPECT_EQ(code("~", decimal), "missing_key");
  const auto date = [](YamlMap& m) { m.date("x"); };
  EXPECT_EQ(code("2020-02-29", date), "good");
  for (const char* bad : {"2021-02-29", "2020-13-01", "20200201", "today", "0000-00-00"})
    EXPECT_EQ(code(bad, date), "bad_date") << bad;
  const auto boolean = [](YamlMap& m) { m.boolean_or("x", false); };
  EXPECT_EQ(code("true", boolean), "good");
  for (const char* bad : {"yes", "1", "True", "[true]"}) EXPECT_EQ(code(bad, boolean), "bad_value") << bad;
  const auto integer = [](YamlMap& m) { m.integer("x"); };
  EXPECT_EQ(code("-3", integer), "good");
  for (const char* bad : {"3.5", "1e60", "99999999999999999999", "three"})
    EXPECT_EQ(code(bad, integer), "bad_value") << bad;
  const auto bilingual = [](YamlMap& m) { m.bilingual("x"); };
  EXPECT_EQ(code("{zh: 甲, en: a}", bilingual), "good");
  EXPECT_EQ(code("{zh: 甲}", bilingual), "missing_key");
  EXPECT_EQ(code("{zh: 甲, en: \"\"}", bilingual), "bad_value");
  EXPECT_EQ(code("{zh: 甲, en: a, fr: b}", bilingual), "unknown_key");
  const auto source = [](YamlMap& m) { m.source("x"); };
  EXPECT_EQ(code("{document: d, number: n}", source), "good");
  EXPECT_EQ(code("{number: n}", source), "missing_key");
  EXPECT_EQ(code("~", source), "missing_source");
  EXPECT_EQ(code("1", [](YamlMap&) {}), "unknown_key");
  EXPECT_EQ(code("1", [](YamlMap& m) { m.texts("x"); }), "bad_value");
}

}  // namespace
}  // namespace tributary::policy
