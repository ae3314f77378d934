// The group of commands `smart`: rounds of smart markets.
#pragma once

#include "cli/context.h"

#include <vector>

namespace tributary::cli {

void add_smart_commands(CLI::App& app, Action& action);

// For `doctor`: what is not sound in any round that was closed, and how many there are.
struct SmartFaults {
  std::int64_t rounds = 0;
  std::vector<Text> faults;
};
SmartFaults check_smart_rounds(Context& c);

}  // namespace tributary::cli
