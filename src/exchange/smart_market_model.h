// Private: a market as a linear programme, and where each thing stands in it.
#pragma once

#include "exchange/smart_market.h"
#include "optimise/model.h"

namespace tributary::exchange::smart_market {

// Orders of one zone, period, purpose, side and price.
struct Group {
  std::size_t column;
  std::vector<std::size_t> orders;  // by id
  std::int64_t steps;
  bool buy;
  std::size_t zone;
  std::size_t period;
  std::size_t node;  // row
  Rational price;
};

struct NodeRow {
  std::size_t zone;
  std::size_t period;
  std::string purpose;
  bool sold_side;
};

struct Programme {
  optimise::Model model{optimise::Sense::maximise};
  std::vector<Group> groups;
  std::vector<NodeRow> nodes;  // rows 0 …
  // Columns of the flows, by link and period; several where purposes are kept apart.
  std::vector<std::vector<std::vector<std::size_t>>> flows;
  std::size_t first_flow = 0;  // columns from here on are flows and uses
};

Programme programme_of(const Market& market);

}  // namespace tributary::exchange::smart_market
