// Fixes what was known: instants are whole seconds, and data may arrive in the very second in which somebody read.
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <string>

namespace tributary::observe {

// From now on whatever arrives is dated later than `instant`, so that reading as known at `instant` always
// gives the same. Call before the reading that is to be repeatable.
void fix_known(store::Database& db, const std::string& jurisdiction, Instant instant);

}  // namespace tributary::observe
