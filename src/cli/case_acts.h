// case begin|list|show.
#pragma once

#include "cli/context.h"

namespace tributary::cli {

void add_case_act_commands(CLI::App& group, Action& action);

}  // namespace tributary::cli
