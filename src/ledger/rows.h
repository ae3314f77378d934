// The ledger's tables as rows and lists; private to `ledger`.
#pragma once

#include "ledger/types.h"
#include "store/list.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::ledger {

// The tenant's row of ledger_state; all zero before the first change.
struct LedgerState {
  std::int64_t version = 0;
  std::int64_t transfers = 0;  // number of the last one
  std::int64_t accounts = 0;   // id of the last one
  std::optional<Date> closed_through;
};
// `lock`: on PostgreSQL another batch of the tenant waits here instead of failing at its end.
LedgerState read_state(store::Transaction& t, const std::string& jurisdiction, bool lock);
// Writes what is given with the version increased by one, and returns that version.
std::int64_t write_state(store::Transaction& t, const std::string& jurisdiction, const LedgerState& state);

using store::integers_table;
using store::List;
using store::texts_table;

// For "SELECT <columns> FROM <from> …": the transfer `t` with the state of its hold `h`.
inline constexpr std::string_view transfer_columns =
    "t.number, t.id, t.action, t.debit, t.credit, t.amount, t.cause_kind, t.cause_id, t.legal_date, "
    "t.recorded, "
    "t.hold, t.expires, t.corrects, t.note, t.chain, t.chain_size, h.state";
inline constexpr std::size_t transfer_column_count = 17;
inline constexpr std::string_view join_hold =
    "LEFT JOIN ledger_hold h ON h.jurisdiction = t.jurisdiction AND h.number = t.number";
inline constexpr std::string_view transfer_from =
    "ledger_transfer t LEFT JOIN ledger_hold h ON h.jurisdiction = t.jurisdiction AND h.number = t.number";
Transfer transfer_of(const store::Row& row);

std::vector<UnitOfAccount> read_units(store::Transaction& t, const std::string& jurisdiction);  // by code

// For "… WHERE a.jurisdiction = ?": an account and its balance as stored.
inline constexpr std::string_view select_accounts =
    "SELECT a.id, a.owner, a.unit, a.purpose, b.floor, a.is_open, a.opened, b.posted, b.pending_in, "
    "b.pending_out "
    "FROM ledger_account a JOIN ledger_balance b ON b.jurisdiction = a.jurisdiction AND b.account = a.id "
    "WHERE a.jurisdiction = ? ";
AccountBalance account_of(const store::Row& row);
// All by id, without what is reserved by holds whose time has passed.
std::vector<AccountBalance> read_accounts(store::Transaction& t, const std::string& jurisdiction,
                                          Instant now);

// Holds whose time has passed reserve nothing any more, even before a batch has written that down.
inline constexpr std::string_view select_lapsed_holds =
    "SELECT debit, credit, amount FROM ledger_hold WHERE jurisdiction = ? AND state = 2 AND expires <= ?";

// Fields that are the same for the request and the transfer, checked alike.
bool is_id(std::string_view text);    // 1 … 200 bytes of UTF-8 without control characters
bool is_note(std::string_view text);  // at most 2000 bytes of UTF-8 without NUL
bool is_legal_date(Date day);         // years 1 … 9999

}  // namespace tributary::ledger
