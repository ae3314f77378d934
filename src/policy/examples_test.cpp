#include "policy/examples.h"

#include "policy/codes.h"
#include "policy/packs_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

constexpr const char* rule_text = R"YAML(rule: r
title: {zh: 样, en: r}
source: {document: d}
in_force: {from: 2020-01-01}
known: 2020-01-01
per: section × month
inputs:
  a: {unit: "1", from: given}
  status: {type: choice, choices: [assessed, suspended], from: status}
parameters:
  cap:
    unit: "1"
    unset: {zh: 未载明, en: nobody says}
formulas:
  third: {unit: "1", is: "min(cap, a / 3)"}
  due: {unit: CNY, is: "third * 6 {CNY}"}
assessed_when: {is: status = 'assessed', otherwise: {zh: 停, en: suspended}}
pays:
  - {title: {zh: 款, en: due}, when: due > 0, from: up, to: down, amount: due, round: {places: 2, mode: half_up}}
)YAML";

class Examples : public ::testing::Test {
 protected:
  Examples() {
    packs_.pack("p");
    packs_.write("p/rules/r.yaml", rule_text);
  }
  // "rows; failures with their places", or the error with its place.
  std::string of(const std::string& text) {
    packs_.write("p/tests/t.test", text);
    try {
      return described(run_examples(packs_.load("p"), packs_.root() + "/p/tests/t.test"));
    } catch (const Error& e) {
      EXPECT_FALSE(e.message().zh.empty());
      EXPECT_TRUE(e.where().file.ends_with("p/tests/t.test")) << e.where().file;
      return fmt::format("{}:{} {}", e.code().name, e.where().line, e.message().en);
    }
  }
  static std::string described(const ExampleReport& report) {
    std::string out = std::to_string(report.rows);
    for (const ExampleFailure& f : report.failures) {
      EXPECT_TRUE(f.where.file.ends_with(".test")) << f.where.file;
      EXPECT_FALSE(f.message.zh.empty());
      out += fmt::format("; {}:{} [{}] {}", f.where.line, f.where.column, f.where.field, f.message.en);
    }
    return out;
  }
  TemporaryPacks packs_;
};

constexpr const char* good = R"(# a comment
rule r
on 2020-01-01
set cap = unlimited
| status    | a | => | third  | due | pays        | outcome      |
# a comment inside
| assessed  | 1 | => | ≈0.333 | 2   | up>down 2   | computed     |
| assessed  | - | => | -      | -   | none        | missing      |
| suspended | 4 | => | ≈1.333 | 8   | none        | not_assessed |

rule r
on 2020-01-01
error parameter_unset cap

rule r
on 2019-12-31
error not_in_force
)";

TEST_F(Examples, Good) {
  EXPECT_EQ(of(good), "5");
}

// A failing row is reported with file, line and column, each cell by itself; the other rows are still
// checked.
TEST_F(Examples, AFailureSaysWhere) {
  EXPECT_EQ(of(replaced(good, "| 2   | up>down 2 ", "| 3   | up>down 3 ")),
            "5; 7:33 [due] expected 3, got 2; 7:39 [pays] expected up>down 3, got up>down 2");
  EXPECT_EQ(of(replaced(good, "≈0.333", "≈0.334")), "5; 7:24 [third] expected ≈0.334, got ≈0.333333333333");
  EXPECT_EQ(of(replaced(good, "≈0.333", "0.333 ")), "5; 7:24 [third] expected 0.333, got ≈0.333333333333");
  EXPECT_EQ(of(replaced(good, "| 8  ", "| -  ")), "5; 9:33 [due] expected -, got 8");
  EXPECT_EQ(of(replaced(good, "| - | => | -      ", "| - | => | 0      ")),
            "5; 8:24 [third] expected 0, got -");
  EXPECT_EQ(of(replaced(good, "not_assessed", "computed    ")),
            "5; 9:53 [outcome] expected computed, got not_assessed");
  EXPECT_EQ(of(replaced(good, "| suspended", "| asleep   ")),
            "5; 9:3 [status] error: input status: \"asleep\" is not a valid value");
  EXPECT_EQ(of(replaced(good, "| status    | a |", "| status    | b |")).substr(0, 60),
            "5; 7:3 [b] error: rule r has no input or parameter \"b\"; 8:3 ");
  EXPECT_EQ(of(replaced(good, "error parameter_unset cap", "error parameter_unset lid")),
            "5; 13:0 [error] the message does not name \"lid\"");
  EXPECT_EQ(of(replaced(good, "error not_in_force", "error unknown_rule")),
            "5; 17:0 [error] the error is not_in_force, expected unknown_rule");
  EXPECT_EQ(of(replaced(good, "error parameter_unset cap", "set cap = 1\nerror parameter_unset cap")),
            "5; 14:0 [error] there was no error");
}

TEST_F(Examples, EveryUnknownWordIsAnError) {
  const auto bad = [&](const char* what, const char* by) { return of(replaced(good, what, by)); };
  EXPECT_EQ(bad("set cap = unlimited", "sett cap = 1"), "bad_example:4 \"sett\" is not known");
  EXPECT_EQ(bad("set cap = unlimited", "set cap unlimited"), "bad_example:4 write: set name = value");
  EXPECT_EQ(bad("| pays ", "| pay  "), "bad_example:7 rule r has no formula \"pay\"");
  EXPECT_EQ(bad("≈0.333", "≈0,333"), "bad_example:7 \"≈0,333\" is not a number");
  EXPECT_EQ(bad("| 2   |", "| two |"), "bad_example:7 \"two\" is not a value of due");
  EXPECT_EQ(bad("| 1 | =>", "| 1 | ->"), "bad_example:7 => stands elsewhere than in the header");
  EXPECT_EQ(bad("| 1 | =>", "| 1 | 2 | =>"), "bad_example:7 the row has 8 cells, the header 7");
  EXPECT_EQ(bad("computed     |", "computed"), "bad_example:7 a row starts and ends with |");
  EXPECT_EQ(bad("outcome      |", "due |"), "bad_example:5 the heading has \"due\" twice");
  EXPECT_EQ(bad("| a | => |", "| a | b |"), "bad_example:5 the header lacks => and the columns after it");
  EXPECT_EQ(bad("# a comment inside", ""), "bad_example:5 the heading has no rows below it");
  EXPECT_EQ(bad("rule r\n", ""), "bad_example:4 a table needs rule and on before it");
  EXPECT_EQ(bad("on 2019-12-31\n", ""), "bad_example:16 error needs rule and on before it");
  EXPECT_EQ(bad("on 2019-12-31", "on 2019-02-30").substr(0, 11), "bad_date:16");
  EXPECT_EQ(of("# nothing\n").substr(0, 11), "bad_example");
}

// A pack above keeps its own examples, whatever a pack below sets.
TEST_F(Examples, EachPackUnderItsOwnPolicy) {
  packs_.write("p/tests/t.test", good);
  packs_.pack("q", "p");
  packs_.write("q/parameters/r.yaml",
               "rule: r\nparameters:\n  cap:\n    values:\n"
               "      - {in_force: 2020-01-01, known: 2020-01-01, value: \"2\", source: {document: d}}\n");
  packs_.write(
      "q/tests/q.test",
      "rule r\non 2020-01-01\nset status = assessed\n| a | => | third |\n| 9 | => | 2 |\n| 9 | => | 3 |\n");
  const ExampleReport report = run_all_examples(packs_.root(), "q");
  EXPECT_EQ(described(report), "7; 6:12 [third] expected 3, got 2");
}

// Standards are shown by examples too. Worked example B: GB/T 8170 rounds half to even; the textbook's double
// arithmetic makes 56 of CO 2.2; public copies of GB 3838 have 0.015 for NH3-N of class I.
constexpr const char* standards = R"(aqi hj633-2026
| so2 | no2 | pm10  | pm25 | co   | o3_8h | => | aqi | level | primary | so2 | no2 | pm10 | pm25 | co | o3_8h |
| 9   | 38  | 118.5 | 52.5 | 0.85 | 150.4 | => | 99  | 2     | pm10    | 9   | 48  | 99   | 84   | 20 | 92    |
| 1   | 1   | 1     | 1    | 2.2  | 1     | => | 55  | 2     | co      | 1   | 2   | 1    | 2    | 55 | 1     |
| 1   | 1   | 1     | 60   | 0    | 1     | => | 100 | 2     | pm25    | 1   | 2   | 1    | 100  | 0  | 1     |

aqi hj633-2012 daily
| so2 | no2 | pm10  | pm25 | co   | o3_8h | => | aqi | primary | pm10 | pm25 |
| 9   | 38  | 118.5 | 52.5 | 0.85 | 150.4 | => | 92  | o3_8h   | 84   | 72   |
| 9   | 38  | -     | 52.5 | 0.85 | 150.4 | => | -   | -       | -    | 72   |

class gb3838-2002
| nh3n  | tp    | codmn | => | class | deciding | nh3n | tp |
| 0.15  | 0.1   | 2     | => | II    | tp       | I    | II |
| 0.151 | 0.02  | 2     | => | II    | nh3n     | II   | I  |
| 0.1   | 0.301 | <0.5  | => | V     | tp       | I    | V  |

class gb3838-2002 lake
| tp   | => | class |
| 0.05 | => | III   |
)";

TEST(StandardExamples, OfTheShippedStandards) {
  TemporaryPacks files;
  const Policy cn = Policy::load(TRIBUTARY_SOURCE_DIR "/policies", "cn");
  const auto of = [&](const std::string& text) {
    files.write("t.test", text);
    try {
      const ExampleReport report = run_examples(cn, files.root() + "/t.test");
      std::string out = std::to_string(report.rows);
      for (const ExampleFailure& f : report.failures)
        out += fmt::format("; {}:{} {}", f.where.line, f.where.column, f.message.en);
      return out;
    } catch (const Error& e) {
      return fmt::format("{}:{} {}", e.code().name, e.where().line, e.message().en);
    }
  };
  EXPECT_EQ(of(standards), "9");
  EXPECT_EQ(of(replaced(standards, "| 99   | 84 ", "| 100  | 84 ")), "9; 3:86 expected 100, got 99");
  EXPECT_EQ(of(replaced(standards, "| I    | II |", "| I    | I  |")), "9; 14:58 expected I, got II");
  EXPECT_EQ(of(replaced(standards, "primary | pm10 |", "primary | pm1  |")),
            "bad_example:9 standard hj633-2012 has no result \"pm1\"");
  EXPECT_EQ(of(replaced(standards, "| tp   | =>", "| tq   | =>")),
            "9; 20:3 error: standard gb3838-2002 has no indicator \"tq\"");
  EXPECT_EQ(of(replaced(standards, "<0.5 ", "<    ")), "9; 16:3 error: codmn: \"\" is not a valid value");
  EXPECT_EQ(of(replaced(standards, "2002 lake", "2002 sea")), "9; 20:3 error: \"sea\" is not known");
  EXPECT_EQ(of(replaced(standards, "hj633-2026", "hj633-2062")).substr(0, 9), "9; 3:3 er");
}

}  // namespace
}  // namespace tributary::policy
