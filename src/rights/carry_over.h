// How much of what is left of a vintage may be carried over: by the rule that a pack names for the instrument.
#pragma once

#include "rights/rights_files.h"
#include "rights/year_end.h"

namespace tributary::policy {
class Policy;
}

namespace tributary::rights {

// Every account's carry-over against its rule, with the figures its basis gives: together with what its owner has carried over
// before, or has waiting, into the same vintage it is at most what the rule allows. Nothing carried: nothing to check. `known`:
// law as known on that day. Throws not_provided (no pack has a rule for the instrument and these vintages), bad_value (a figure
// or its source is missing), over_carry (with the figures, the rule and its source), and what policy::Policy::rule throws.
void check_carry_over(const Rights& rights, const RightsData& data, const policy::Policy& policy, Date known, const YearEnd& of);

}  // namespace tributary::rights
