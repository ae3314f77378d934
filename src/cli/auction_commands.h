// The group of commands `auction`.
#pragma once

#include "cli/context.h"

namespace tributary::cli {

void add_auction_commands(CLI::App& app, Action& action);

}  // namespace tributary::cli
