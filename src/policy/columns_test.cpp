#include "policy/columns.h"

#include "policy/codes.h"
#include "policy/evaluate.h"
#include "policy/random_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

bool is_exact(const Program& program, int node) {
  switch (program.nodes[static_cast<std::size_t>(node)].op) {
    case Op::input:
    case Op::ceiling:
    case Op::floor:
    case Op::round:
    case Op::steps:
    case Op::less:
    case Op::less_equal:
    case Op::equal:
    case Op::not_equal:
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_not:
    case Op::present:
    case Op::tier:
    case Op::limit:
      return true;
    default:
      return false;
  }
}

// Compares columns with fractions, all wanted nodes in all rows. Returns how many rows went to exact
// fractions.
std::size_t check(const CompiledRule& rule, const Binding& binding, const ColumnInputs& inputs,
                  const std::vector<int>& wanted, const std::string& label) {
  std::vector<std::vector<double>> columns(wanted.size(), std::vector<double>(inputs.rows, -7));
  const std::vector<std::span<double>> outputs(columns.begin(), columns.end());
  const ColumnStatistics statistics = ColumnEvaluator(rule, binding, wanted).run(inputs, outputs);
  EXPECT_EQ(statistics.rows, inputs.rows);
  for (std::size_t row = 0; row < inputs.rows; ++row) {
    std::vector<std::optional<Rational>> given(rule.program.inputs.size());
    for (std::size_t i = 0; i < given.size(); ++i)
      if (!std::isnan(inputs.inputs[i][row])) given[i] = Rational::from_double(inputs.inputs[i][row]);
    const std::vector<Cell> cells = evaluate(
        rule.program, binding, given, inputs.place.empty() ? "" : inputs.place_codes[inputs.place[row]]);
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const Cell& cell = cells[static_cast<std::size_t>(wanted[k])];
      const double got = columns[k][row];
      const double exact = cell.present() ? cell.value.to_double() : missing;
      const bool same =
          std::isnan(exact) ? std::isnan(got)
          : is_exact(rule.program, wanted[k])
              ? got == exact && (rule.program.nodes[static_cast<std::size_t>(wanted[k])].op != Op::round ||
                                 got != 0 || !std::signbit(got))
              : std::abs(got - exact) <= 0x1.00001p-40 * std::abs(exact);
      if (!same) {
        std::string values;
        for (std::size_t i = 0; i < given.size(); ++i)
          values += fmt::format(" {}={}",
                                element_name(rule.rule.inputs[rule.program.inputs[i].declaration].name,
                                             rule.program.inputs[i].element),
                                inputs.inputs[i][row]);
        std::string formulas;
        for (const Formula& f : rule.rule.formulas) formulas += "\n  " + f.name + ": " + f.text;
        ADD_FAILURE() << label << " row " << row << " node " << wanted[k] << " op "
                      << static_cast<int>(rule.program.nodes[static_cast<std::size_t>(wanted[k])].op)
                      << fmt::format(": columns {:.17g}, exact {:.17g} = {}", got, exact,
                                     cell.present() ? cell.value.to_string() : "-")
                      << values << formulas;
        return statistics.exact_rows;
      }
    }
  }
  return statistics.exact_rows;
}

// A quotient by a bare 0 may end up with a unit that does not fit; then another one.
std::shared_ptr<const CompiledRule> compiled(RandomRules& random) {
  for (int tries = 0; tries < 20; ++tries) {
    try {
      return compile(random.rule(), RandomRules::limits);
    } catch (const Error& error) {
      if (error.code() != codes::unit_mismatch) throw;
    }
  }
  throw std::logic_error("random rules do not compile");
}

struct Data {
  std::vector<std::vector<double>> columns;
  std::vector<std::uint32_t> place;
  ColumnInputs inputs;
};

Data random_data(RandomRules& random, const CompiledRule& rule, std::size_t rows) {
  Data out;
  for (const Slot& slot : rule.program.inputs)
    out.columns.push_back(random.column(rule.rule.inputs[slot.declaration], rows));
  for (std::size_t i = 0; i < rows; ++i)
    out.place.push_back(static_cast<std::uint32_t>(random.below(RandomRules::places().size())));
  out.inputs.rows = rows;
  out.inputs.inputs.assign(out.columns.begin(), out.columns.end());
  out.inputs.place = out.place;
  out.inputs.place_codes = RandomRules::places();
  return out;
}

TEST(Columns, RandomRulesEqualExactFractions) {
  std::size_t rows = 0;
  std::size_t exact = 0;
  for (std::uint64_t seed = 1; seed <= 3000 && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RandomRules random(seed);
    const auto rule = compiled(random);
    const Binding binding = bind(*rule, make_date(2020, 1, 1), make_date(2020, 1, 1));
    std::vector<int> wanted;
    for (const FormulaNode& f : rule->program.formulas) wanted.push_back(f.node);
    for (const PaymentNodes& p : rule->program.payments) wanted.push_back(p.when), wanted.push_back(p.amount);
    for (int extra = 0; extra < 5; ++extra) {
      const auto node = static_cast<int>(random.below(rule->program.nodes.size()));
      const Op op = rule->program.nodes[static_cast<std::size_t>(node)].op;
      if (op != Op::parameter && op != Op::scale) wanted.push_back(node);
    }
    const Data data = random_data(random, *rule, seed % 50 == 0 ? 1100 : 1 + random.below(40));
    rows += data.inputs.rows;
    exact += check(*rule, binding, data.inputs, wanted, fmt::format("seed {}", seed));
  }
  EXPECT_LT(exact, rows / 2)
      << "the filter lets nearly nothing through: the test would compare fractions with themselves";
  RecordProperty("rows", static_cast<int>(rows));
  RecordProperty("exact_rows", static_cast<int>(exact));
}

// A rule of plain numbers, written in one line: inputs a, b, c, a table, and the formula f.
std::shared_ptr<const CompiledRule> simple(const std::string& text, bool upper_inclusive = true) {
  Rule rule;
  rule.name = "simple";
  for (const char* name : {"a", "b", "c"}) {
    Input input;
    input.name = name;
    rule.inputs.push_back(input);
  }
  Parameter table;
  table.name = "table";
  table.is_table = true;
  table.upper_inclusive = upper_inclusive;
  ParameterValue value;
  value.tiers = {{Decimal::parse("0.3"), "1"}, {Decimal::parse("0.6"), "2"}};
  table.values = {value};
  rule.parameters = {table};
  Formula f;
  f.name = "f";
  f.text = text;
  rule.formulas = {f};
  // Inputs are slots in the order of their use; f uses them in the order of the alphabet.
  return compile(std::move(rule), {});
}

std::vector<double> run(const CompiledRule& rule, const std::vector<std::vector<double>>& columns,
                        ColumnStatistics* statistics = nullptr) {
  ColumnInputs inputs;
  inputs.rows = columns[0].size();
  for (std::size_t i = 0; i < rule.program.inputs.size(); ++i) inputs.inputs.emplace_back(columns[i]);
  std::vector<double> out(inputs.rows, -7);
  const std::vector<std::span<double>> outputs{out};
  const Binding binding = bind(rule, make_date(2020, 1, 1), make_date(2020, 1, 1));
  const ColumnStatistics done =
      ColumnEvaluator(rule, binding, {*rule.find_formula("f")}).run(inputs, outputs);
  if (statistics != nullptr) *statistics = done;
  return out;
}

long ceil_div(long n, long d) {
  return n >= 0 ? (n + d - 1) / d : -(-n / d);
}

// Every product of a hundredths and b tenths, to hundredths: one in ten is a tie. Judged in whole numbers.
TEST(Columns, ProductsAtTies) {
  std::vector<std::vector<double>> columns(2);
  std::vector<double> expected;
  for (long a = -40; a < 300; ++a)
    for (long b = 1; b < 300; ++b) {
      columns[0].push_back(static_cast<double>(a) / 100);
      columns[1].push_back(static_cast<double>(b) / 10);
      const long thousandths = a * b;
      const long away = (std::abs(thousandths) + 5) / 10;
      expected.push_back(static_cast<double>(thousandths < 0 ? -away : away) / 100);
    }
  EXPECT_EQ(run(*simple("round(a * b, 2, half_up)"), columns), expected);
  // The same times 1.1, 0.7 and 0.3: more roundings before the tie.
  for (long tenths : {11L, 7L, 3L}) {
    columns.resize(2);
    columns.emplace_back(columns[0].size(), static_cast<double>(tenths) / 10);
    columns[2].back() = 0.7;  // no constant column
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const long n = std::lround(columns[0][i] * 100) * std::lround(columns[1][i] * 10) *
                     std::lround(columns[2][i] * 10);
      expected[i] = static_cast<double>(n < 0 ? -((-n + 5) / 10) : (n + 5) / 10) / 1000;
    }
    EXPECT_EQ(run(*simple("round(a * b * c, 3, half_up)"), columns), expected);
  }
}

// Steps of exceedance: ceil((C - S) / S / 0.5), begun steps closed above. Judged in whole numbers.
TEST(Columns, StepsOfExceedanceAtBoundaries) {
  std::vector<std::vector<double>> columns(2);
  std::vector<double> expected;
  for (long c = 0; c < 400; ++c)
    for (long s : {1, 2, 3, 4, 5, 6, 7, 10, 15, 20, 30, 40, 60}) {
      columns[0].push_back(static_cast<double>(c) / 10);
      columns[1].push_back(static_cast<double>(s) / 10);
      expected.push_back(static_cast<double>(std::max(0L, ceil_div(2 * (c - s), s))));
    }
  EXPECT_EQ(run(*simple("ceil(max(0, (a - b) / b) / 0.5)"), columns), expected);
  EXPECT_EQ(run(*simple("steps((a - b) / b, 0.5, 'upper')"), columns), expected);
  EXPECT_EQ(run(*simple("steps(a - b, b * 0.5, 'upper')"), columns), expected);
}

TEST(Columns, SumsAtBoundsOfTiers) {
  std::vector<std::vector<double>> columns(2);
  std::vector<double> upper;
  std::vector<double> lower;
  for (long a = 0; a < 100; ++a)
    for (long b = 0; b < 100; ++b) {
      columns[0].push_back(static_cast<double>(a) / 100);
      columns[1].push_back(static_cast<double>(b) / 100);
      upper.push_back(a + b > 60 ? 2 : a + b > 30 ? 1 : 0);
      lower.push_back(a + b >= 60 ? 2 : a + b >= 30 ? 1 : 0);
    }
  EXPECT_EQ(run(*simple("coalesce(tier(table, a + b), 0)"), columns), upper);
  EXPECT_EQ(run(*simple("coalesce(tier(table, a + b), 0)", false), columns), lower);
}

// One third lies between the decimals 0.3333333333333333 and 0.33333333333333337, nearer the first one's
// double.
TEST(Columns, BoundsThatAreNoDecimals) {
  const std::vector<std::vector<double>> columns{{0.3333333333333333, 0.33333333333333337, 0.33, missing}};
  const auto same = [](const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))) return false;
    return true;
  };
  const auto number = [](const std::string& condition) { return "if " + condition + " then 1 else 0"; };
  EXPECT_TRUE(same(run(*simple(number("a * 3 < 1")), columns), {1, 0, 1, missing}));
  EXPECT_TRUE(same(run(*simple(number("a * 3 <= 1")), columns), {1, 0, 1, missing}));
  EXPECT_TRUE(same(run(*simple(number("a * 3 > 1")), columns), {0, 1, 0, missing}));
  EXPECT_TRUE(same(run(*simple(number("a * 3 >= 1")), columns), {0, 1, 0, missing}));
  EXPECT_TRUE(same(run(*simple(number("a * 3 = 1")), columns), {0, 0, 0, missing}));
  EXPECT_TRUE(same(run(*simple(number("a * 3 != 1")), columns), {1, 1, 1, missing}));
  EXPECT_TRUE(same(run(*simple(number("-a * 3 < -1")), columns), {0, 1, 0, missing}));
  // Five thirds are typed as a little more than they are.
  const std::vector<std::vector<double>> above{{1.6666666666666665, 1.6666666666666667}};
  EXPECT_EQ(run(*simple(number("a * 3 <= 5")), above), (std::vector<double>{1, 0}));
  EXPECT_EQ(run(*simple(number("a * 3 < 5")), above), (std::vector<double>{1, 0}));
  EXPECT_EQ(run(*simple(number("a * 3 > 5")), above), (std::vector<double>{0, 1}));
  EXPECT_EQ(run(*simple(number("a * 3 >= 5")), above), (std::vector<double>{0, 1}));
}

// The greater of two that doubles cannot tell apart: 1.0000000000000002 × 2.9999999999999996 is a little more
// than 3.
TEST(Columns, GreatestOfTwoWithinTheBound) {
  EXPECT_EQ(run(*simple("ceil(max(a * b, c))"), {{1.0000000000000002}, {2.9999999999999996}, {3}}),
            std::vector<double>{4});
  EXPECT_EQ(run(*simple("ceil(max(0 * a, 0 * b + c))"), {{1}, {1}, {3}}), std::vector<double>{3});
}

TEST(Columns, ExtremesOfMagnitude) {
  EXPECT_EQ(run(*simple("round(a * b * c * a * b * c, 0, half_even)"), {{1e30}, {1e-13}, {1e-13}}),
            std::vector<double>{1e8});
  EXPECT_EQ(run(*simple("if a * b * c * a * b * c > 0 then 1 else 0"), {{1e-13}, {1e-13}, {1e-13}}),
            std::vector<double>{1});
  const std::vector<double> great =
      run(*simple("a * b * c * a * b * c * a * b * c / (a * b * c * a * b * c * a * b)"),
          {{1e37}, {1e37}, {1e37}});
  EXPECT_EQ(great, std::vector<double>{1e37});
  EXPECT_THROW(run(*simple("a + 1"), {{std::numeric_limits<double>::infinity()}}), Error);
}

// What the filter is for: ordinary months at reporting precision hardly ever need fractions, payments at ties
// are right.
TEST(Columns, OrdinaryRowsStayInDoubles) {
  RandomRules random(20);
  std::vector<std::vector<double>> columns(3);
  for (int i = 0; i < 50'000; ++i) {
    columns[0].push_back(static_cast<double>(random.below(400)) / 100);
    columns[1].push_back(static_cast<double>(random.below(100)) / 100);
    columns[2].push_back(static_cast<double>(random.below(300)) / 1000);
  }
  for (const char* text :
       {"round(0.85 * (0.25 * a / 2.02 + 0.25 * b / 0.15 + 0.5 * c / 0.028), 3, half_even)",
        "round(0.1 * a + 0.5 * b + 5 * c, 2, half_up)", "round(a, 1, half_even)", "ceil(max(0, a - 2) / 0.5)",
        "steps(a - 2, 0.1, 'lower')", "if a > 2.2 and b <= 0.3 then 1 else 0",
        "if round(a * 0.5, 1, half_even) = 0.7 then 500000 * steps(c, 0.05, 'upper') else 0"}) {
    ColumnStatistics statistics;
    run(*simple(text), columns, &statistics);
    EXPECT_EQ(statistics.rows, 50'000U) << text;
    EXPECT_EQ(statistics.exact_rows, 0U) << text;
  }
}

// A power has no double of its own: its rows are done in fractions, those that lack something stay out.
TEST(Columns, PowersGoToFractions) {
  const std::vector<std::vector<double>> columns{{2, 0, 1, missing, 5}, {0.55, 0.6499, missing, 0.3, -1}};
  const auto rule = simple("if a > 1 then power(1.015, 16 - 20 * b, 6) else exp(-a, 3)");
  ColumnStatistics statistics;
  const std::vector<double> got = run(*rule, columns, &statistics);
  ASSERT_EQ(got.size(), 5U);
  EXPECT_EQ(got[0], 1.077284);
  EXPECT_EQ(got[1], 1.0);
  EXPECT_EQ(got[2], 0.368);
  EXPECT_TRUE(std::isnan(got[3]));
  EXPECT_EQ(got[4], 1.709140);
  EXPECT_EQ(statistics.exact_rows, 5U);
}

// However the rows are cut into runs, every one gets the same result, bit for bit.
TEST(Columns, ResultsDoNotDependOnNeighbours) {
  for (std::uint64_t seed = 5001; seed <= 5150; ++seed) {
    RandomRules random(seed);
    const auto rule = compiled(random);
    const Binding binding = bind(*rule, make_date(2020, 1, 1), make_date(2020, 1, 1));
    std::vector<int> wanted;
    for (const FormulaNode& f : rule->program.formulas) wanted.push_back(f.node);
    const Data data = random_data(random, *rule, 700);
    const ColumnEvaluator evaluator(*rule, binding, wanted);
    const auto part = [&](std::size_t from, std::size_t to, std::vector<std::vector<double>>& out) {
      ColumnInputs inputs = data.inputs;
      inputs.rows = to - from;
      for (auto& column : inputs.inputs) column = column.subspan(from);
      inputs.place = inputs.place.subspan(from);
      std::vector<std::span<double>> outputs;
      for (auto& column : out) outputs.push_back(std::span(column).subspan(from));
      evaluator.run(inputs, outputs);
    };
    std::vector<std::vector<double>> whole(wanted.size(), std::vector<double>(700));
    std::vector<std::vector<double>> parts = whole;
    part(0, 700, whole);
    for (std::size_t from = 0; from < 700;) {
      const std::size_t to = std::min<std::size_t>(700, from + 1 + random.below(150));
      part(from, to, parts);
      from = to;
    }
    for (std::size_t k = 0; k < wanted.size(); ++k)
      for (std::size_t row = 0; row < 700; ++row)
        ASSERT_TRUE(whole[k][row] == parts[k][row] ||
                    (std::isnan(whole[k][row]) && std::isnan(parts[k][row])))
            << fmt::format("seed {} node {} row {}: {:.17g} {:.17g}", seed, wanted[k], row, whole[k][row],
                           parts[k][row]);
  }
}

}  // namespace
}  // namespace tributary::policy
