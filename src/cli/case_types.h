// The kinds of cases of a cascade of packs.
#pragma once

#include "casework/case_type.h"
#include "policy/pack.h"

namespace tributary::cli {

casework::CaseTypes types_of(const policy::Policy& policy);

}  // namespace tributary::cli
