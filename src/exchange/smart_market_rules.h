// Private: which of several optimal outcomes holds (the rules of smart_market.h).
#pragma once

#include "exchange/smart_market_model.h"
#include "optimise/solve.h"

namespace tributary::exchange::smart_market {

// By column. `unique`: there was nothing to choose.
std::vector<Rational> choose_quantities(const Programme& programme, const optimise::Solution& solution, bool& unique);
// By row. Together they support the outcome.
std::vector<Price> settle_prices(const Programme& programme, const optimise::Solution& solution);

}  // namespace tributary::exchange::smart_market
