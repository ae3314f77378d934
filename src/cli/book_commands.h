// The group of commands `market`: markets with an order book.
#pragma once

#include "cli/context.h"

namespace tributary::cli {

void add_book_commands(CLI::App& app, Action& action);

// For `doctor`: what is not sound in any market, and how many there are.
struct MarketFaults {
  std::int64_t markets = 0;
  std::vector<Text> faults;
};
MarketFaults check_markets(Context& c);

}  // namespace tributary::cli
