// What a compiled program is looked over for as a whole; used by compile().
#pragma once

#include "policy/program.h"

#include <vector>

namespace tributary::policy {

// Per parameter slot: may it be «unlimited»?
std::vector<bool> unlimited_slots(const Program& program);

// Throws policy.too_complex when exact fractions of the program could grow without measure.
void check_growth(const Rule& rule, const Program& program);

}  // namespace tributary::policy
