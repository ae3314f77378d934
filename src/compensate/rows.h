// Rows of the compensation tables to values; private to the module.
#pragma once

#include "compensate/types.h"
#include "store/store.h"

#include <optional>
#include <vector>

namespace tributary::compensate {

inline constexpr const char* run_columns =
    "id, rule, rule_from, period, known, as_known, pack, pack_hash, fingerprint, unverified, example, "
    "created, created_by, supersedes, position";
RunHead run_head(const store::Row& row);

inline constexpr const char* statement_columns =
    "id, run, rule, period, payer, payee, amount, state, deadline, supersedes, superseded_by, unverified, "
    "example, created";
Statement statement_head(const store::Row& row);

// Whole, with lines and events; nothing when there is none.
std::optional<Statement> read_statement(store::Transaction& t, const std::string& tenant, std::int64_t id);
void add_event(store::Transaction& t, const std::string& tenant, std::int64_t statement,
               const StatementEvent& event);

}  // namespace tributary::compensate
