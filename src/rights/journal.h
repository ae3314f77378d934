// The chain of the journal: what is hashed, and how; private to `rights`.
#pragma once

#include "rights/types.h"
#include "store/store.h"

#include <functional>
#include <string>

namespace tributary::rights {

// The hash before the first entry of a tenant.
std::string first_hash(const std::string& jurisdiction);
// SHA-256 over the hash before and every field with its length in bytes before it.
std::string entry_hash(const std::string& before, const JournalEntry& entry);

inline constexpr std::string_view journal_columns =
    "number, at, event, transaction_key, actor, approver, reason, rule, content, hash";
JournalEntry entry_of(const store::Row& row);

}  // namespace tributary::rights
