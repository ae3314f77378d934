// The group of commands `bank`.
#pragma once

#include "cli/context.h"

namespace tributary::cli {

void add_bank_commands(CLI::App& app, Action& action);

}  // namespace tributary::cli
