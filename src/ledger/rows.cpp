#include "ledger/rows.h"

#include "base/text.h"

#include <fmt/format.h>

namespace tributary::ledger {

LedgerState read_state(store::Transaction& t, const std::string& jurisdiction, bool lock) {
  const bool row_lock = lock && t.dialect() == store::Dialect::postgresql;
  const auto row = t.first(
      row_lock
          ? "SELECT version, transfers, accounts, closed_through FROM ledger_state WHERE jurisdiction = ? "
            "FOR UPDATE"
          : "SELECT version, transfers, accounts, closed_through FROM ledger_state WHERE jurisdiction = ?",
      jurisdiction);
  if (!row) return {};
  LedgerState state{row->integer(0), row->integer(1), row->integer(2), {}};
  if (!row->is_null(3)) state.closed_through = parse_date(row->text(3));
  return state;
}

std::int64_t write_state(store::Transaction& t, const std::string& jurisdiction, const LedgerState& state) {
  std::optional<std::string> closed;
  if (state.closed_through) closed = tributary::to_string(*state.closed_through);
  t.execute(
      "INSERT INTO ledger_state (jurisdiction, version, transfers, accounts, closed_through) VALUES (?, ?, "
      "?, ?, ?) "
      "ON CONFLICT (jurisdiction) DO UPDATE SET version = excluded.version, transfers = excluded.transfers, "
      "accounts = excluded.accounts, closed_through = excluded.closed_through",
      jurisdiction, state.version + 1, state.transfers, state.accounts, closed);
  return state.version + 1;
}

Transfer transfer_of(const store::Row& row) {
  Transfer out;
  out.number = row.integer(0);
  out.id = row.text(1);
  out.action = static_cast<Action>(row.integer(2));
  out.debit = {row.integer(3)};
  out.credit = {row.integer(4)};
  out.amount = row.integer(5);
  out.cause = {row.text(6), row.text(7)};
  out.legal_date = parse_date(row.text(8));
  out.recorded = {row.integer(9)};
  out.hold = row.text_or_null(10).value_or("");
  if (!row.is_null(11)) out.expires = Instant{row.integer(11)};
  out.corrects = row.text_or_null(12).value_or("");
  out.note = row.text(13);
  out.chain = row.integer(14);
  out.chain_size = row.integer(15);
  if (out.action == Action::hold)
    out.state = row.is_null(16) ? State::pending : static_cast<State>(row.integer(16));
  else
    out.state = out.action == Action::void_hold ? State::voided : State::posted;
  return out;
}

std::vector<UnitOfAccount> read_units(store::Transaction& t, const std::string& jurisdiction) {
  std::vector<UnitOfAccount> out;
  t.each(
      [&](const store::Row& row) {
        out.push_back({row.text(0), static_cast<int>(row.integer(1)), {row.text(2), row.text(3)}});
      },
      "SELECT code, decimals, name_zh, name_en FROM ledger_unit WHERE jurisdiction = ? ORDER BY code",
      jurisdiction);
  return out;
}

AccountBalance account_of(const store::Row& row) {
  return {.account = {.id = {row.integer(0)},
                      .owner = row.text(1),
                      .unit = row.text(2),
                      .purpose = row.text(3),
                      .floor = row.integer_or_null(4),
                      .open = row.integer(5) != 0,
                      .opened = {row.integer(6)}},
          .balance = {row.integer(7), row.integer(8), row.integer(9)}};
}

std::vector<AccountBalance> read_accounts(store::Transaction& t, const std::string& jurisdiction,
                                          Instant now) {
  std::vector<AccountBalance> out;
  t.each([&](const store::Row& row) { out.push_back(account_of(row)); },
         fmt::format("{}ORDER BY a.id", select_accounts), jurisdiction);
  const auto at = [&](std::int64_t id) -> Balance& {
    return std::ranges::lower_bound(out, id, {}, [](const auto& a) { return a.account.id.value; })->balance;
  };
  t.each(
      [&](const store::Row& row) {
        at(row.integer(0)).pending_out -= row.integer(2);
        at(row.integer(1)).pending_in -= row.integer(2);
      },
      select_lapsed_holds, jurisdiction, now.seconds);
  return out;
}

namespace {
bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}
}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 200 && !has_control(text) && is_utf8(text);
}
bool is_note(std::string_view text) {
  return text.size() <= 2000 && text.find('\0') == std::string_view::npos && is_utf8(text);
}
bool is_legal_date(Date day) {
  static const Date first = make_date(1, 1, 1);
  static const Date last = make_date(9999, 12, 31);
  return first <= day && day <= last;
}

}  // namespace tributary::ledger
