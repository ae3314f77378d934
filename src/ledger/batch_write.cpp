// The end of a batch: everything that has changed goes to the database, each thing once.
#include "ledger/batch.h"

#include <fmt/format.h>

namespace tributary::ledger {

namespace {

// The ISO text of a day; the same day comes thousands of times in a row.
class DayText {
 public:
  const std::string& of(Date day) {
    if (day != day_ || text_.empty()) {
      day_ = day;
      text_ = tributary::to_string(day);
    }
    return text_;
  }

 private:
  Date day_;
  std::string text_;
};

// Reuses the string's memory: a row is filled thousands of times.
void set(store::Value& value, std::string_view text) {
  if (auto* s = std::get_if<std::string>(&value))
    s->assign(text);
  else
    value = std::string(text);
}
void set_or_null(store::Value& value, std::string_view text) {
  if (text.empty())
    value = std::monostate{};
  else
    set(value, text);
}
void set_or_null(store::Value& value, const std::optional<Instant>& instant) {
  if (instant)
    value = instant->seconds;
  else
    value = std::monostate{};
}

}  // namespace

void Batch::write() {
  const bool changed = !touched_.empty() || entries_.size() > stored_;
  if (changed) {
    write_transfers();
    write_holds();
    write_balances();
    version_ = write_state(t_, jurisdiction_, state_);
  }
  for (auto* account : touched_) account->touched = false;
  touched_.clear();
}

void Batch::write_transfers() {
  if (entries_.size() == stored_) return;
  static constexpr std::string_view columns[] = {
      "jurisdiction", "number",     "id",         "action",       "debit",        "credit",  "amount",
      "cause_kind",   "cause_id",   "legal_date", "recorded",     "hold",         "expires", "corrects",
      "chain",        "chain_size", "note",       "debit_before", "credit_before"};
  const auto writer = t_.bulk("ledger_transfer", columns);
  std::vector<store::Value> row(std::size(columns));
  row[0] = jurisdiction_;
  row[10] = now_.seconds;
  DayText day;
  for (std::size_t i = stored_; i < entries_.size(); ++i) {
    const Entry& e = entries_[i];
    row[1] = e.number;
    set(row[2], e.id);
    row[3] = static_cast<std::int64_t>(e.action);
    row[4] = e.debit_id;
    row[5] = e.credit_id;
    row[6] = e.amount;
    set(row[7], e.cause_kind);
    set(row[8], e.cause_id);
    set(row[9], day.of(e.legal_date));
    set_or_null(row[11], e.hold);
    set_or_null(row[12], e.expires);
    set_or_null(row[13], e.corrects);
    row[14] = e.chain;
    row[15] = e.chain_size;
    set(row[16], e.note);
    row[17] = e.debit_before;
    row[18] = e.credit_before;
    writer->row(row);
  }
  writer->finish();
}

void Batch::write_holds() {
  if (std::any_of(entries_.begin() + static_cast<std::ptrdiff_t>(stored_), entries_.end(),
                  [](const Entry& e) { return e.action == Action::hold; })) {
    static constexpr std::string_view columns[] = {"jurisdiction", "number",  "debit", "credit",
                                                   "amount",       "expires", "state", "resolved_by"};
    const auto writer = t_.bulk("ledger_hold", columns);
    std::vector<store::Value> row(std::size(columns));
    row[0] = jurisdiction_;
    for (std::size_t i = stored_; i < entries_.size(); ++i) {
      const Entry& e = entries_[i];
      if (e.action != Action::hold) continue;
      row[1] = e.number;
      row[2] = e.debit_id;
      row[3] = e.credit_id;
      row[4] = e.amount;
      set_or_null(row[5], e.expires);
      row[6] = static_cast<std::int64_t>(e.state);
      if (e.resolved_by != 0)
        row[7] = e.resolved_by;
      else
        row[7] = std::monostate{};
      writer->row(row);
    }
    writer->finish();
  }
  for (const auto index : resolved_) {
    const Entry& e = entries_[index];
    t_.execute("UPDATE ledger_hold SET state = ?, resolved_by = ? WHERE jurisdiction = ? AND number = ?",
               static_cast<std::int64_t>(e.state), e.resolved_by, jurisdiction_, e.number);
  }
}

void Batch::write_balances() {
  std::ranges::sort(touched_, {}, &AccountState::id);  // in the order of the pages
  if (t_.dialect() == store::Dialect::sqlite) {
    std::vector<store::Value> values(6);
    values[4] = jurisdiction_;
    for (const auto* account : touched_) {
      values[0] = account->posted;
      values[1] = account->pending_in;
      values[2] = account->pending_out;
      values[3] = account->last_transfer;
      values[5] = account->id;
      t_.execute_values(
          "UPDATE ledger_balance SET posted = ?, pending_in = ?, pending_out = ?, last_transfer = ? "
          "WHERE jurisdiction = ? AND account = ?",
          values);
    }
    return;
  }
  // One round trip.
  const auto dialect = t_.dialect();
  List ids(dialect), posted(dialect), in(dialect), out(dialect), last(dialect);
  for (const auto* account : touched_) {
    ids.add(account->id);
    posted.add(account->posted);
    in.add(account->pending_in);
    out.add(account->pending_out);
    last.add(account->last_transfer);
  }
  t_.execute(
      "UPDATE ledger_balance b SET posted = n.posted, pending_in = n.pending_in, pending_out = "
      "n.pending_out, "
      "last_transfer = n.last_transfer FROM (SELECT unnest(CAST(? AS BIGINT[])) AS account, "
      "unnest(CAST(? AS BIGINT[])) AS posted, unnest(CAST(? AS BIGINT[])) AS pending_in, "
      "unnest(CAST(? AS BIGINT[])) AS pending_out, unnest(CAST(? AS BIGINT[])) AS last_transfer) n "
      "WHERE b.jurisdiction = ? AND b.account = n.account",
      ids.text(), posted.text(), in.text(), out.text(), last.text(), jurisdiction_);
}

}  // namespace tributary::ledger
