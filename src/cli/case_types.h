// The kinds of cases of a cascade of packs.
#pragma once

#include "casework/casework.h"
#include "cli/context.h"
#include "policy/pack.h"

namespace tributary::cli {

casework::CaseTypes types_of(const policy::Policy& policy);

// Adopted allocations computed again from what their cases keep, and compared with the registry of rights.
struct Adoptions {
  std::size_t checked = 0;
  std::vector<casework::AdoptionFault> faults;
};
Adoptions check_adoptions(Context& c);

}  // namespace tributary::cli
