#include "policy/columns_boundaries.h"

#include "policy/columns_exact.h"

#include <algorithm>
#include <cmath>

namespace tributary::policy::columns {

using Relation = Step::Relation;

constexpr int whole_decimals = 6;  // columns of more decimals take the long way at ties
constexpr int whole_unit = 1'000'000;

// Boundaries of round(factor × x + offset) are decimals of x when 10^-places / factor and offset / factor
// are.
std::optional<Step> grid_step(int column, const Rational& factor, const Rational& offset,
                              const RoundingRule& rounding) {
  if (std::abs(rounding.places) > 20) return std::nullopt;
  const auto spacing = finite_decimal(Rational::power_of_ten(-rounding.places) / factor);
  const auto origin = finite_decimal(-(offset / factor));
  if (!spacing || !origin) return std::nullopt;
  const int decimals = std::max(spacing->scale(), origin->scale());
  if (decimals > 20) return std::nullopt;
  const Rational unit = Rational::power_of_ten(decimals);
  const Rational gap = Rational(*spacing) * unit;
  const Rational start = Rational(*origin) * unit;
  if (gap.abs() > Rational::from_int(100'000'000'000'000) ||
      start.abs() > Rational::from_int(100'000'000'000'000))
    return std::nullopt;
  const Rational scale = factor * Rational::power_of_ten(rounding.places);
  const Rational shift = offset * Rational::power_of_ten(rounding.places);
  if (shift.abs() > Rational::power_of_ten(13) || scale > Rational::power_of_ten(40) ||
      scale < Rational::power_of_ten(-40))
    return std::nullopt;
  Step made;
  made.kind = Step::Kind::grid;
  made.args = {column};
  made.canonical = true;
  made.rounding = rounding;
  made.scale = scale.to_double();
  made.shift = shift.to_double();
  made.spacing = gap.to_double();
  made.origin = start.to_double();
  made.unit = unit.to_double();
  return made;
}

// The same sum in whole numbers, for ties.
std::optional<Step::Whole> whole_form(const Rational& offset,
                                      const std::vector<std::pair<int, Rational>>& terms, int places) {
  Step::Whole out;
  out.decimals = whole_decimals;
  const Rational shift = Rational::power_of_ten(places);
  std::int64_t denominator = 1;
  const auto include = [&](const Rational& c) {
    const auto f = fraction(c * shift * Rational::from_int(denominator));
    if (!f || f->second > (std::int64_t{1} << 60) / denominator) return false;
    denominator *= f->second;
    return true;
  };
  if (!include(offset)) return std::nullopt;
  for (const auto& [column, c] : terms)
    if (!include(c)) return std::nullopt;
  const Rational common = shift * Rational::from_int(denominator);
  const auto weight = [&](const Rational& c) -> std::optional<std::int64_t> {
    const Rational w = c * common;
    return w.abs() <= Rational::from_int(std::int64_t{1} << 60) ? std::optional(w.to_int64()) : std::nullopt;
  };
  const auto constant = weight(offset);
  if (!constant) return std::nullopt;
  for (const auto& [column, c] : terms) {
    const auto w = weight(c);
    if (!w) return std::nullopt;
    out.args.push_back(column);
    out.weights.push_back(*w);
  }
  out.constant = static_cast<__int128>(*constant) * whole_unit;
  out.denominator = static_cast<__int128>(denominator) * whole_unit;
  return out;
}

// x (relation) bound, x canonical: exact in doubles, since decimals keep the order of the doubles they are
// typed as and a bound that is no such decimal lies on a known side of the double nearest to it.
std::optional<Step> threshold_step(int column, Relation relation, const Rational& bound) {
  const double nearest = bound.to_double();
  if (!ordinary(nearest) || (nearest == 0 && !bound.is_zero())) return std::nullopt;
  const Rational typed = Rational::from_double(nearest);
  if (typed < bound) {
    if (relation == Relation::less) relation = Relation::less_equal;
    if (relation == Relation::greater_equal) relation = Relation::greater;
  } else if (typed > bound) {
    if (relation == Relation::less_equal) relation = Relation::less;
    if (relation == Relation::greater) relation = Relation::greater_equal;
  }
  if (typed != bound && relation == Relation::equal) relation = Relation::never;
  if (typed != bound && relation == Relation::not_equal) relation = Relation::always;
  Step made;
  made.kind = Step::Kind::threshold;
  made.args = {column};
  made.canonical = true;
  made.relation = relation;
  made.value = nearest;
  return made;
}

}  // namespace tributary::policy::columns
