// What people read instead of a code: kinds, states, types, statuses, compartments.
#pragma once

#include "rights/types.h"

namespace tributary::rights {

Text title_of(InstrumentKind kind);
Text title_of(AccountType type);
Text title_of(AccountStatus status);
Text title_of(Compartment compartment);
Text title_of(TransactionKind kind);
Text title_of(const Transaction& transaction);  // also whether a trade leases
Text title_of(TransactionState state);

}  // namespace tributary::rights
