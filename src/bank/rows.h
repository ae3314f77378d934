// Rows of the tables to values, and words shared by the parts of Bank; private.
#pragma once

#include "bank/bank.h"

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace tributary::bank {

inline constexpr const char* batch_columns =
    "number, account, layout, state, lines, fen, sha256, made_by, made, approved_by, approved, acknowledged";
inline constexpr const char* line_columns = "batch, line, reference, kind, subject, party, fen, state";
inline constexpr const char* proposal_columns =
    "id, what, subject, body, reason, by_whom, at, state, decided_by, note";

Batch batch_of(const store::Row& row);
Instruction instruction_of(const store::Row& row);
Proposal proposal_of(const store::Row& row);

Batch require_batch(store::Transaction& t, const std::string& tenant, std::int64_t number);
std::vector<Instruction> lines_of(store::Transaction& t, const std::string& tenant, std::int64_t batch);

std::optional<std::int64_t> number_in(std::string_view text);  // a whole number above zero
std::string yuan(std::int64_t fen);              // "-12.30"
bool same(std::string_view a, std::string_view b);  // one person: without width and case
void require_reason(const std::string& reason);
Error wrong_state(const Text& what, const std::string& state);

// The file of a batch, in the encoding of the layout.
std::string instruction_file(const BankLayout& layout, const BankAccount& account,
                             const std::vector<Instruction>& lines, const std::vector<Payee>& payees,
                             const std::vector<Text>& purposes);

}  // namespace tributary::bank
