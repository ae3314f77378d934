// Twelve million section-months through the Xin'an P index: the columns of policy/columns.h against a loop
// over plain doubles as a good engineer would write it for this one rule. Both in one process, on the same
// columns, into the same kind of result; the ratio is what counts. Usage: rules_bench [sections]   (default
// 100000, times 120 months)
#include "policy/columns.h"
#include "policy/evaluate.h"
#include "policy/explain.h"
#include "policy/explanation_json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::policy;

constexpr std::size_t months = 120;
constexpr int first_year = 2010;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// k0, weights and base concentrations from a year on.
struct Version {
  int from;
  double k0;
  std::array<double, 4> weight;
  std::array<double, 4> base;
};

const std::vector<Version>& ordinary_versions() {
  static const std::vector<Version> list{{2010, 0.85, {0.25, 0.25, 0.25, 0.25}, {1.99, 0.18, 1.05, 0.031}},
                                         {2012, 0.85, {0.25, 0.25, 0.25, 0.25}, {2.02, 0.15, 1.11, 0.028}},
                                         {2015, 0.89, {0.25, 0.25, 0.25, 0.25}, {2.05, 0.14, 1.22, 0.031}},
                                         {2018, 0.90, {0.22, 0.22, 0.28, 0.28}, {2.11, 0.12, 1.31, 0.033}}};
  return list;
}

// Coefficients 0.1, 1, 0.5 and 5: with three decimals every other P ends in a 5 to be rounded.
const std::vector<Version>& awkward_versions() {
  static const std::vector<Version> list{{2010, 1, {0.25, 0.25, 0.25, 0.25}, {2.5, 0.25, 0.5, 0.05}},
                                         {2012, 1, {0.25, 0.25, 0.25, 0.25}, {2.5, 0.25, 0.5, 0.05}},
                                         {2015, 1, {0.25, 0.25, 0.25, 0.25}, {2.5, 0.25, 0.5, 0.05}},
                                         {2018, 1, {0.25, 0.25, 0.25, 0.25}, {2.5, 0.25, 0.5, 0.05}}};
  return list;
}

constexpr std::array<const char*, 4> factors{"codmn", "nh3n", "tn", "tp"};

Parameter parameter(const std::string& name, const std::string& index, const std::string& unit) {
  Parameter out;
  out.name = name;
  out.index = index;
  out.type.unit = Unit::parse(unit);
  return out;
}

void dated(Parameter& parameter, int year, std::map<std::string, std::string> elements) {
  ParameterValue value;
  value.in_force = make_date(year, 1, 1);
  value.known = make_date(2009, 1, 1);
  value.elements = std::move(elements);
  parameter.values.push_back(std::move(value));
}

Formula formula(const std::string& name, ValueType type, const std::string& text) {
  Formula out;
  out.name = name;
  out.type = std::move(type);
  out.text = text;
  return out;
}

std::shared_ptr<const CompiledRule> p_index(const std::vector<Version>& versions) {
  Rule rule;
  rule.name = "p-index";
  rule.indices["factor"] = {factors.begin(), factors.end()};
  Input c;
  c.name = "C";
  c.index = "factor";
  c.type.unit = Unit::parse("mg/L");
  rule.inputs = {c};
  rule.parameters = {parameter("k0", "", "1"), parameter("weight", "factor", "1"),
                     parameter("C0", "factor", "mg/L"), parameter("met", "", "CNY"),
                     parameter("missed", "", "CNY")};
  for (const Version& v : versions) {
    std::map<std::string, std::string> weight;
    std::map<std::string, std::string> base;
    for (std::size_t i = 0; i < 4; ++i) {
      weight[factors[i]] = fmt::format("{}", v.weight[i]);
      base[factors[i]] = fmt::format("{}", v.base[i]);
    }
    dated(rule.parameters[0], v.from, {{"", fmt::format("{}", v.k0)}});
    dated(rule.parameters[1], v.from, weight);
    dated(rule.parameters[2], v.from, base);
    dated(rule.parameters[3], v.from, {{"", "100000000"}});
    dated(rule.parameters[4], v.from, {{"", "200000000"}});
  }
  rule.formulas = {
      formula("P", {}, "k0 * sum(factor: weight * C / C0)"),
      formula("payer", {ValueType::Kind::choice, {}, {"downstream", "upstream"}},
              "if P <= 1 then 'downstream' else 'upstream'"),
      formula("amount", {ValueType::Kind::number, Unit::parse("CNY"), {}}, "if P <= 1 then met else missed")};
  rule.formulas[0].round = RoundingRule{3, Rounding::half_up};
  return compile(std::move(rule), {});
}

struct Result {
  std::vector<double> p, payer, amount;
  explicit Result(std::size_t rows) : p(rows), payer(rows), amount(rows) {}
};

struct Columns {
  std::array<std::vector<double>, 4> c;
};

// Monthly means as reported: log-normal about the medians of a clean river, two or three decimals; 1 % gaps.
Columns concentrations(std::size_t rows, bool awkward) {
  std::mt19937_64 engine(20261123);
  constexpr std::array<double, 4> median{2.1, 0.15, 1.2, 0.03};
  constexpr std::array<double, 4> steps{100, 100, 100, 1000};
  Columns out;
  for (std::size_t k = 0; k < 4; ++k) {
    std::lognormal_distribution<double> value(std::log(median[k]), 0.35);
    std::uniform_int_distribution<int> gap(0, 399);
    const double per_unit = awkward ? 1000 : steps[k];
    out.c[k].resize(rows);
    for (double& x : out.c[k]) {
      double n = std::round(value(engine) * per_unit);
      if (awkward && k == 0) n = 5 * std::round(n / 5);
      x = gap(engine) == 0 ? missing : n / per_unit;
    }
  }
  return out;
}

// The plain loop: parameters looked up once a month, divisions and std::round as in the formula.
void by_hand(const Columns& in, const std::vector<Version>& versions, std::size_t sections, Result& out) {
  for (std::size_t month = 0; month < months; ++month) {
    const int year = first_year + static_cast<int>(month / 12);
    const Version* v = &versions.front();
    for (const Version& candidate : versions)
      if (candidate.from <= year) v = &candidate;
    const double k0 = v->k0;
    const auto w = v->weight;
    const auto base = v->base;
    for (std::size_t i = month * sections; i < (month + 1) * sections; ++i) {
      const double sum = w[0] * in.c[0][i] / base[0] + w[1] * in.c[1][i] / base[1] +
                         w[2] * in.c[2][i] / base[2] + w[3] * in.c[3][i] / base[3];
      const double p = std::round(k0 * sum * 1000) / 1000;
      out.p[i] = p;
      out.payer[i] = std::isnan(p) ? missing : p <= 1 ? 0 : 1;
      out.amount[i] = std::isnan(p) ? missing : p <= 1 ? 1e8 : 2e8;
    }
  }
}

// One evaluator per set of parameters in force, over the rows of its months.
ColumnStatistics by_columns(const CompiledRule& rule, const Columns& in, const std::vector<Version>& versions,
                            std::size_t sections, Result& out) {
  ColumnStatistics total;
  for (std::size_t e = 0; e < versions.size(); ++e) {
    const auto month_of_year = [](int year) { return static_cast<std::size_t>(year - first_year) * 12; };
    const std::size_t from = month_of_year(versions[e].from) * sections;
    const std::size_t to =
        (e + 1 < versions.size() ? month_of_year(versions[e + 1].from) : months) * sections;
    const Date day = make_date(versions[e].from, 1, 1);
    const ColumnEvaluator evaluator(
        rule, bind(rule, day, day),
        {*rule.find_formula("P"), *rule.find_formula("payer"), *rule.find_formula("amount")});
    ColumnInputs inputs;
    inputs.rows = to - from;
    for (const Slot& slot : rule.program.inputs) {
      const auto k =
          static_cast<std::size_t>(std::find(factors.begin(), factors.end(), slot.element) - factors.begin());
      inputs.inputs.push_back(std::span(in.c[k]).subspan(from, inputs.rows));
    }
    const std::array<std::span<double>, 3> outputs{std::span(out.p).subspan(from, inputs.rows),
                                                   std::span(out.payer).subspan(from, inputs.rows),
                                                   std::span(out.amount).subspan(from, inputs.rows)};
    const ColumnStatistics part = evaluator.run(inputs, outputs);
    total.rows += part.rows;
    total.exact_rows += part.exact_rows;
  }
  return total;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Judged {
  std::size_t rows = 0;
  std::size_t differ = 0;
  double median_us = 0;
  double explained_us = 0;  // the same row, evaluated and explained as JSON
};

// A sample of rows in exact fractions: what the columns must equal, and how long one takes.
Judged judge(const CompiledRule& rule, const Columns& in, const std::vector<Version>& versions,
             std::size_t sections, const Result& columns) {
  Judged out;
  std::mt19937_64 engine(7);
  std::vector<double> times;
  std::vector<double> explained;
  std::size_t explained_bytes = 0;
  std::vector<Binding> bindings;
  for (const Version& v : versions)
    bindings.push_back(bind(rule, make_date(v.from, 1, 1), make_date(v.from, 1, 1)));
  for (; out.rows < 20'000; ++out.rows) {
    const std::size_t i = std::uniform_int_distribution<std::size_t>(0, sections * months - 1)(engine);
    const int year = first_year + static_cast<int>(i / sections / 12);
    std::size_t e = 0;
    while (e + 1 < versions.size() && versions[e + 1].from <= year) ++e;
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::optional<Rational>> given;
    for (const Slot& slot : rule.program.inputs) {
      const auto k =
          static_cast<std::size_t>(std::find(factors.begin(), factors.end(), slot.element) - factors.begin());
      given.push_back(std::isnan(in.c[k][i]) ? std::nullopt
                                             : std::optional(Rational::from_double(in.c[k][i])));
    }
    const std::vector<Cell> cells = evaluate(rule.program, bindings[e], given);
    times.push_back(seconds_since(start) * 1e6);
    explained_bytes += to_json(Explainer(rule, bindings[e], cells).formula("amount")).size();
    explained.push_back(seconds_since(start) * 1e6);
    const auto differs = [&](const char* name, double got) {
      const Cell& cell = cells[static_cast<std::size_t>(*rule.find_formula(name))];
      return cell.present() ? got != cell.value.to_double() : !std::isnan(got);
    };
    if (differs("P", columns.p[i]) || differs("payer", columns.payer[i]) ||
        differs("amount", columns.amount[i]))
      ++out.differ;
  }
  std::nth_element(times.begin(), times.begin() + 10'000, times.end());
  out.median_us = times[10'000];
  std::nth_element(explained.begin(), explained.begin() + 10'000, explained.end());
  out.explained_us = explained[10'000];
  if (explained_bytes < out.rows * 100) out.differ = out.rows;  // nothing was explained
  return out;
}

bool run(const char* name, const std::vector<Version>& versions, std::size_t sections, bool awkward) {
  const std::size_t rows = sections * months;
  const auto rule = p_index(versions);
  const Columns in = concentrations(rows, awkward);
  Result hand(rows);
  Result columns(rows);
  double hand_best = 1e9;
  double columns_best = 1e9;
  ColumnStatistics statistics;
  for (int round = 0; round < 3; ++round) {
    auto start = std::chrono::steady_clock::now();
    by_hand(in, versions, sections, hand);
    hand_best = std::min(hand_best, seconds_since(start));
    start = std::chrono::steady_clock::now();
    statistics = by_columns(*rule, in, versions, sections, columns);
    columns_best = std::min(columns_best, seconds_since(start));
  }
  std::size_t wrong_p = 0;
  std::size_t wrong_payer = 0;
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t i = 0; i < rows; ++i) {
    if (!same(hand.p[i], columns.p[i])) ++wrong_p;
    if (!same(hand.payer[i], columns.payer[i]) || !same(hand.amount[i], columns.amount[i])) ++wrong_payer;
  }
  const Judged judged = judge(*rule, in, versions, sections, columns);
  const double million = static_cast<double>(rows) / 1e6;
  fmt::print("{}: {} section-months, {} parameter sets\n", name, rows, versions.size());
  fmt::print("  plain double loop  {:8.1f} M/s  {:.3f} s   wrong P: {} rows, wrong payer or amount: {}\n",
             million / hand_best, hand_best, wrong_p, wrong_payer);
  fmt::print("  columns, exact     {:8.1f} M/s  {:.3f} s   in exact fractions: {} rows ({:.2e})\n",
             million / columns_best, columns_best, statistics.exact_rows,
             static_cast<double>(statistics.exact_rows) / static_cast<double>(rows));
  fmt::print("  ratio {:.2f} (at least 0.25)\n", hand_best / columns_best);
  fmt::print(
      "  one row in exact fractions: median {:.2f} us; columns differ from them in {} of {} sampled rows\n",
      judged.median_us, judged.differ, judged.rows);
  fmt::print(
      "  one row evaluated and explained down to its inputs, as JSON: median {:.1f} us (at most 10000)\n",
      judged.explained_us);
  return judged.differ == 0 && judged.explained_us < 10'000 && hand_best / columns_best >= 0.25;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t sections = argc > 1 ? static_cast<std::size_t>(std::atol(argv[1])) : 100'000;
  const bool ordinary = run("Xin'an P index", ordinary_versions(), sections, false);
  const bool awkward = run("many ties", awkward_versions(), sections, true);
  return ordinary && awkward ? 0 : 1;
}
