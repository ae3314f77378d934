// For whom and of what a case may speak: what the register of parties and places says of its party.
#pragma once

#include "registry/registry.h"

#include <optional>
#include <string>

namespace tributary::casework {

// The party itself, or somebody registered in the township whose government it is: the department decides as the second person.
bool may_renew_for(const registry::Registry& parties, const std::string& party, const std::string& holder);

// Why a case of the party may not tell the place something: it does not operate it on the last day for which that holds
// ("": for good), or today where that is still to come. Throws bad_date.
std::optional<Text> not_its_operator(const registry::Registry& places, const std::string& place, const std::string& party,
                                     const std::string& last_day, Date today);

}  // namespace tributary::casework
