#include "exchange/smart_market_rules.h"

#include "base/error.h"
#include "optimise/lexicographic.h"

#include <fmt/format.h>

namespace tributary::exchange::smart_market {

using optimise::Face;
using optimise::Interval;
using optimise::Status;
using optimise::Term;

std::vector<Rational> choose_quantities(const Programme& programme, Face face) {
  if (face.unique()) return face.any();
  std::vector<optimise::Level> shares;
  std::vector<std::size_t> tied;
  for (const Group& group : programme.groups) {
    if (face.settled(group.column)) continue;
    const Rational whole = *programme.model.columns()[group.column].upper;
    optimise::Level level{face.base(group.column) / whole, {}};
    for (const Term& term : face.combination(group.column))
      level.terms.push_back({term.index, term.value / whole});
    shares.push_back(std::move(level));
    tied.push_back(group.column);
  }
  const optimise::MaxMin fair = optimise::lexicographic_max_min(face.region(), shares);
  TRIBUTARY_CHECK(fair.last.status == Status::optimal, "the face of the optimum is not empty");
  for (std::size_t i = 0; i < tied.size(); ++i)
    face.fix(tied[i], fair.levels[i] * *programme.model.columns()[tied[i]].upper);
  for (std::size_t j = programme.first_flow; j < face.size(); ++j) {
    if (face.settled(j)) continue;
    face.fix(j, *face.range(j).from);
  }
  return face.any();
}

std::vector<Price> settle_prices(const Face& all) {
  Face left = all;
  std::vector<Price> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all.settled(i)) {
      out.push_back({all.base(i), all.base(i), all.base(i)});
      continue;
    }
    const Interval whole = all.range(i);
    const Interval now = left.range(i);
    const Rational price = now.from && now.to ? (*now.from + *now.to) * Rational::from_fraction(1, 2)
                           : now.from         ? *now.from
                           : now.to           ? *now.to
                                              : Rational(0);
    left.fix(i, price);
    out.push_back({price, whole.from, whole.to});
  }
  return out;
}

}  // namespace tributary::exchange::smart_market
