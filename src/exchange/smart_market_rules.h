// Private: which of several optimal outcomes holds (the rules of smart_market.h).
#pragma once

#include "exchange/smart_market_model.h"
#include "optimise/face.h"

namespace tributary::exchange::smart_market {

// Of all optimal quantities, by column.
std::vector<Rational> choose_quantities(const Programme& programme, optimise::Face quantities);
// The same in whole steps: bought rounded down and sold up, so that every node has its water; where that
// breaks a further limit, sold rounded down too. What a node or a limit then lacks is taken from what is
// bought there, the lowest price first, or from what flows on. Throws cannot_round.
std::vector<Rational> whole_steps(const Market& market, const Programme& programme,
                                  std::vector<Rational> columns);
// Of all prices that support the outcome, by row.
std::vector<Price> settle_prices(const optimise::Face& prices);

}  // namespace tributary::exchange::smart_market
