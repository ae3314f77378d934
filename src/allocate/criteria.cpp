// Entropy weights and TOPSIS.
#include "allocate/codes.h"
#include "allocate/problem.h"
#include "allocate/real.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::allocate {
namespace {

using Columns = std::vector<std::vector<Rational>>;

Columns columns_of(const Problem& p) {
  if (p.criteria.empty())
    throw Error(
        codes::missing_column,
        {"表中没有指标列（人口、GDP、面积……）", "the table has no criteria (population, gdp, area …)"},
        {p.table.file, 1, 0, {}});
  Columns out;
  for (const Criterion& criterion : p.criteria) {
    out.push_back(p.column(criterion.column));
    if (std::all_of(out.back().begin(), out.back().end(), [](const Rational& z) { return z.is_zero(); }))
      throw Error(codes::nothing_to_share_by,
                  {fmt::format("指标“{}”全为零", criterion.column),
                   fmt::format("the criterion \"{}\" is zero everywhere", criterion.column)},
                  {p.table.file, 0, 0, criterion.column});
  }
  return out;
}

std::vector<Rational> parts(const std::vector<Rational>& column) {
  Rational whole;
  for (const Rational& z : column) whole += z;
  std::vector<Rational> out;
  for (const Rational& z : column) out.push_back(z / whole);
  return out;
}

}  // namespace

// p = z/Σz, H = −Σ p·ln p / ln m, weight in proportion to 1 − H.
std::vector<Rational> entropy_weights(const Columns& columns) {
  std::vector<Rational> out;
  Rational whole;
  for (const std::vector<Rational>& column : columns) {
    const bool constant =
        std::all_of(column.begin(), column.end(), [&](const Rational& z) { return z == column[0]; });
    Rational entropy(1);
    if (!constant) {
      entropy = Rational(0);
      for (const Rational& p : parts(column))
        if (!p.is_zero()) entropy -= (p * logarithm(p)).round(real_places, Rounding::half_even);
      entropy = (entropy / logarithm(Rational::from_int(static_cast<std::int64_t>(column.size()))))
                    .round(real_places, Rounding::half_even);
    }
    out.push_back(Rational(1) - entropy);
    whole += out.back();
  }
  for (Rational& weight : out)
    weight = whole.is_zero() ? Rational::from_fraction(1, static_cast<std::int64_t>(out.size()))
                             : (weight / whole).round(real_places, Rounding::half_even);
  return out;
}

// Columns divided by their length and weighted; distance to the worst over the sum of both distances.
std::vector<Rational> closeness(const Columns& columns, const std::vector<bool>& less_is_more,
                                const std::vector<Rational>& weights) {
  const std::size_t m = columns[0].size();
  std::vector<Rational> to_best(m), to_worst(m);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    Rational square;
    for (const Rational& z : columns[j]) square += z * z;
    const Rational length = square_root(square);
    std::vector<Rational> v;
    for (const Rational& z : columns[j])
      v.push_back((weights[j] * z / length).round(real_places, Rounding::half_even));
    const auto [low, high] = std::minmax_element(v.begin(), v.end());
    const Rational best = less_is_more[j] ? *low : *high;
    const Rational worst = less_is_more[j] ? *high : *low;
    for (std::size_t i = 0; i < m; ++i) {
      to_best[i] += (v[i] - best) * (v[i] - best);
      to_worst[i] += (v[i] - worst) * (v[i] - worst);
    }
  }
  std::vector<Rational> out;
  for (std::size_t i = 0; i < m; ++i) {
    const Rational best = square_root(to_best[i]);
    const Rational worst = square_root(to_worst[i]);
    const Rational both = best + worst;
    out.push_back(both.is_zero() ? Rational::from_fraction(1, 2)
                                 : (worst / both).round(real_places, Rounding::half_even));
  }
  return out;
}

Division divide_by_criteria(const Problem& p, Method method) {
  Columns columns = columns_of(p);
  Division out;
  if (method == Method::topsis) {
    std::vector<std::string> without;
    for (std::size_t i = 0; i < p.size(); ++i)
      if (p.floors[i].sign() <= 0) without.push_back(p.table.units[i].id);
    if (!without.empty())
      throw Error(codes::floors_needed,
                  {fmt::format("TOPSIS 得分只是排名，最差的单位会分到零：这些单位没有下限：{}",
                               fmt::join(without, "、")),
                   fmt::format("TOPSIS gives a rank, not a share, and the worst unit would get nothing: "
                               "these units have no floor: {}",
                               fmt::join(without, ", "))},
                  {p.table.file, 0, 0, "floor"},
                  {"为每个单位填写 floor（下限），或用 --bounds cut:0..40",
                   "give every unit a floor, or use --bounds cut:0..40"});
    const std::vector<Rational> weights = entropy_weights(columns);
    std::vector<bool> less;
    for (const Criterion& criterion : p.criteria) less.push_back(criterion.less_is_more);
    const std::vector<Rational> scores = closeness(columns, less, weights);
    for (std::size_t j = 0; j < weights.size(); ++j)
      out.findings.push_back({"criterion-weight", p.criteria[j].column, weights[j]});
    for (std::size_t i = 0; i < scores.size(); ++i)
      out.findings.push_back({"closeness", p.table.units[i].id, scores[i]});
    out.amounts = in_proportion(p, scores);
    out.weights = scores;
    return out;
  }
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (!p.criteria[j].less_is_more) continue;
    for (std::size_t i = 0; i < columns[j].size(); ++i) {  // the reciprocal
      if (columns[j][i].is_zero())
        throw Error(codes::bad_option,
                    {fmt::format("反向指标“{}”不得为零", p.criteria[j].column),
                     fmt::format("the criterion \"{}\" counts the other way and must not be zero",
                                 p.criteria[j].column)},
                    {p.table.file, p.table.units[i].line, 0, p.criteria[j].column});
      columns[j][i] = Rational(1) / columns[j][i];
    }
  }
  const std::vector<Rational> weights = entropy_weights(columns);
  std::vector<Rational> shares(p.size());
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const std::vector<Rational> part = parts(columns[j]);
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i] += weights[j] * part[i];
    out.findings.push_back({"criterion-weight", p.criteria[j].column, weights[j]});
  }
  out.amounts = in_proportion(p, shares);
  out.weights = std::move(shares);
  return out;
}

}  // namespace tributary::allocate
