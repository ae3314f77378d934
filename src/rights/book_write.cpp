// What has changed, written in bulk.
#include "base/text.h"
#include "rights/book.h"
#include "rights/journal.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

constexpr std::array<std::string_view, 4> mode_names{"post", "hold", "settle", "void"};

Json stored(const Move& m) {
  return {static_cast<int>(m.mode),
          m.from,
          static_cast<int>(m.from_in),
          m.to,
          static_cast<int>(m.to_in),
          m.unit.instrument,
          m.unit.period,
          m.unit.project,
          m.count,
          m.amount,
          m.entry,
          m.line};
}

std::string transfer_id(std::int64_t entry, int line) {
  return fmt::format("right-{:010}-{:05}", entry, line);
}

std::optional<std::int64_t> optional_seconds(const std::optional<Instant>& at) {
  return at ? std::optional(at->seconds) : std::nullopt;
}
std::optional<std::int64_t> optional_month(const std::optional<Month>& month) {
  return month ? std::optional<std::int64_t>(month->index) : std::nullopt;
}

}  // namespace

std::string Book::unit_code(const UnitKey& unit) const {
  const Instrument& is = instrument(unit.instrument).is;
  if (is.kind == InstrumentKind::money) return is.code;
  if (is.kind == InstrumentKind::flow) return is.code + "/" + to_string(Month{unit.period});
  return fmt::format("{}/{}{}{}", is.code, unit.period, unit.project.empty() ? "" : "/", unit.project);
}

void Book::write() {
  write_accounts();
  write_ledger();
  write_lots();
  write_rows();
  write_journal();
}

void Book::write_accounts() {
  constexpr std::array<std::string_view, 8> columns{"jurisdiction", "id",     "code",   "owner",
                                                    "type",         "status", "permit", "permit_to"};
  std::vector<const AccountRow*> fresh;
  for (auto& [id, row] : accounts_by_id_) {
    if (!row.dirty) continue;
    if (!row.stored) {
      fresh.push_back(&row);
      continue;
    }
    t_.execute(
        "UPDATE right_account SET status = ?, permit = ?, permit_to = ? WHERE jurisdiction = ? AND id = ?",
        static_cast<int>(row.is.status), row.is.permit, optional_month(row.is.permit_to), jurisdiction_, id);
  }
  if (fresh.empty()) return;
  const auto bulk = t_.bulk("right_account", columns);
  for (const AccountRow* row : fresh)
    bulk->row(std::array<store::Value, 8>{jurisdiction_, row->id, row->is.code, row->is.owner,
                                          std::int64_t{static_cast<int>(row->is.type)},
                                          std::int64_t{static_cast<int>(row->is.status)}, row->is.permit,
                                          store::to_value(optional_month(row->is.permit_to))});
  bulk->finish();
}

void Book::put(const Instrument& is) {
  t_.execute(
      "INSERT INTO right_instrument (jurisdiction, code, kind, name_zh, name_en, measure, subject, zone, "
      "locks_for_day, capped, period_from, period_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON "
      "CONFLICT "
      "(jurisdiction, code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, "
      "period_from = "
      "excluded.period_from, period_to = excluded.period_to",
      jurisdiction_, is.code, static_cast<int>(is.kind), is.name.zh, is.name.en, is.measure, is.subject,
      is.zone, static_cast<int>(is.locks_for_day), static_cast<int>(is.capped), is.period_from, is.period_to);
}

void Book::set_cap(const UnitKey& unit, std::int64_t amount) {
  CapRow& cap = caps_[unit];
  if (amount < cap.issued)
    throw Error(codes::over_cap,
                {fmt::format("{} 已发放 {}，总量控制数不能定为 {}",
                             unit_title(instrument(unit.instrument).is, unit.period, unit.project).zh, cap.issued,
                             amount),
                 fmt::format("{} of {} is issued, so the cap cannot be {}", cap.issued,
                             unit_title(instrument(unit.instrument).is, unit.period, unit.project).en, amount)},
                {{}, 0, 0, "cap"});
  cap.cap = amount;
  cap.dirty = true;
}

void Book::open_ledger_accounts() {
  std::set<UnitKey> known;
  for (const auto& [key, cell] : cells_)
    for (const auto& amount : cell.at)
      if (amount.ledger != 0) known.insert(key.unit);
  std::vector<ledger::NewAccount> wanted;
  std::vector<std::pair<CellKey, Compartment>> places;
  const auto need = [&](Cell& cell, const CellKey& key, Compartment c) {
    if (cell[c].ledger != 0) return;
    cell[c].ledger = -1;  // asked for
    const AccountRow& owner = account(key.account);
    const Instrument& is = instrument(key.unit.instrument).is;
    if (known.insert(key.unit).second) {
      const std::string text = unit_text(is, key.unit.period, key.unit.project).substr(is.code.size());
      if (is.kind == InstrumentKind::money)
        ledger_.define_unit({std::string(cash), 2, {"人民币", "renminbi"}});
      else
        ledger_.define_unit({unit_code(key.unit), 0, {is.name.zh + text, is.name.en + text}});
    }
    const bool bottomless = owner.is.type == AccountType::issue ||
                            (owner.is.type == AccountType::clearing && is.kind == InstrumentKind::money);
    wanted.push_back({owner.is.code, unit_code(key.unit), fmt::format("right:{}", to_string(c)),
                      bottomless ? std::nullopt : std::optional<std::int64_t>(0)});
    places.emplace_back(key, c);
  };
  for (const Posting& p : postings_) {
    need(*p.from, p.from_key, p.from_in);
    need(*p.to, p.to_key, p.to_in);
  }
  if (wanted.empty()) return;
  const auto ids = ledger_.open_accounts(wanted);
  constexpr std::array<std::string_view, 8> columns{"jurisdiction",   "account",  "instrument",
                                                    "period",         "project",  "compartment",
                                                    "ledger_account", "locked_on"};
  const auto bulk = t_.bulk("right_cell", columns);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& [key, c] = places[i];
    Cell& cell = cells_.at(key);
    cell[c].ledger = ids[i].value;
    const bool lock = c == Compartment::locked;
    bulk->row(std::array<store::Value, 8>{jurisdiction_, key.account, instrument(key.unit.instrument).is.code,
                                          std::int64_t{key.unit.period}, key.unit.project,
                                          std::int64_t{static_cast<int>(c)}, ids[i].value,
                                          lock ? store::Value(cell.locked_on) : store::Value()});
    if (lock) cell.lock_changed = false;
  }
  bulk->finish();
}

void Book::write_ledger() {
  open_ledger_accounts();
  for (auto& [key, cell] : cells_)
    if (cell.lock_changed)
      t_.execute(
          "UPDATE right_cell SET locked_on = ? WHERE jurisdiction = ? AND account = ? AND instrument = ? AND "
          "period = ? AND project = ? AND compartment = ?",
          cell.locked_on, jurisdiction_, key.account, instrument(key.unit.instrument).is.code,
          key.unit.period, key.unit.project, static_cast<int>(Compartment::locked));
  if (postings_.empty()) return;
  std::vector<ledger::Request> requests(postings_.size());
  const Date day = today();
  for (std::size_t i = 0; i < postings_.size(); ++i) {
    const Posting& p = postings_[i];
    ledger::Request& r = requests[i];
    r.action = p.action;
    r.id = transfer_id(p.entry, p.line);
    const std::string& key = entries_[p.of].transaction;
    r.cause = {"right", key.empty() ? fmt::format("entry {}", p.entry) : key};
    r.legal_date = day;
    r.linked = i + 1 < postings_.size() && postings_[i + 1].entry == p.entry;
    if (p.hold_entry != 0) {
      r.hold = transfer_id(p.hold_entry, p.hold_line);
    } else {
      r.debit = {(*p.from)[p.from_in].ledger};
      r.credit = {(*p.to)[p.to_in].ledger};
      r.amount = p.amount;
    }
  }
  ledger::require_accepted(requests, ledger_.post(t_, requests));
}

void Book::write_lots() {
  constexpr std::array<std::string_view, 8> columns{"jurisdiction", "instrument", "start",   "length",
                                                    "period",       "project",    "account", "claim"};
  struct Row {
    CellKey key;
    Block block;
    std::string claim;
  };
  std::map<int, store::List> gone;
  std::vector<Row> fresh;
  for (auto& [key, cell] : cells_) {
    const auto& before = cell.stored_lots;
    const auto& after = cell.lots.blocks();
    for (const auto& [block, claim] : cell.claimed) fresh.push_back({key, block, claim});
    if (before == after) continue;
    for (const Block& b : before)
      if (!std::ranges::binary_search(after, b.start, {}, &Block::start) ||
          *std::ranges::lower_bound(after, b.start, {}, &Block::start) != b)
        gone.try_emplace(key.unit.instrument, t_.dialect()).first->second.add(b.start);
    for (const Block& b : after)
      if (!std::ranges::binary_search(before, b.start, {}, &Block::start) ||
          *std::ranges::lower_bound(before, b.start, {}, &Block::start) != b)
        fresh.push_back({key, b, ""});
  }
  for (const auto& [index, starts] : gone)
    t_.execute(
        fmt::format("DELETE FROM right_lot WHERE jurisdiction = ? AND instrument = ? AND start IN (SELECT "
                    "j.value FROM {})",
                    store::integers_table(t_.dialect())),
        jurisdiction_, instrument(index).is.code, starts.text());
  if (fresh.empty()) return;
  const auto bulk = t_.bulk("right_lot", columns);
  for (const Row& r : fresh)
    bulk->row(std::array<store::Value, 8>{jurisdiction_, instrument(r.key.unit.instrument).is.code,
                                          r.block.start, r.block.length, std::int64_t{r.key.unit.period},
                                          r.key.unit.project, r.key.account, r.claim});
  bulk->finish();
}

namespace {

// Rows that are replaced whole: the old ones go by key, the new ones come in bulk.
template <std::size_t N, class Rows, class Values>
void rewrite(store::Transaction& t, const std::string& jurisdiction, std::string_view table,
             const std::array<std::string_view, N>& columns, Rows& rows, const Values& values) {
  store::List gone(t.dialect());
  bool any = false;
  for (auto& [key, row] : rows) {
    any = any || row.dirty;
    if (row.dirty && row.stored) gone.add(key);
  }
  if (!any) return;
  if (!gone.empty())
    t.execute(fmt::format("DELETE FROM {} WHERE jurisdiction = ? AND key IN (SELECT j.value FROM {})", table,
                          store::texts_table(t.dialect())),
              jurisdiction, gone.text());
  const auto bulk = t.bulk(table, columns);
  for (auto& [key, row] : rows) {
    if (!row.dirty) continue;
    const std::array<store::Value, N> out = values(row);
    bulk->row(out);
    row.dirty = false;
    row.stored = true;
  }
  bulk->finish();
}

}  // namespace

void Book::write_rows() {
  const auto number = [](auto value) { return store::Value(static_cast<std::int64_t>(value)); };
  rewrite<19>(t_, jurisdiction_, "right_transaction",
              {"jurisdiction", "key", "number", "kind", "state", "instrument", "from_account", "to_account",
               "body", "body_hash", "moves", "initiator", "approver", "proposed", "decided", "due",
               "deadline", "reversed_by", "note"},
              transactions_, [&](const TransactionRow& row) -> std::array<store::Value, 19> {
                const Transaction& x = row.is;
                Json moves = Json::array(), instruments = Json::array();
                for (const Move& m : row.moves) {
                  moves.push_back(stored(m));
                  instruments.push_back(instrument(m.unit.instrument).is.code);
                }
                const Json all{{"parts", json_of(x.parts)}, {"instruments", instruments}, {"moves", moves}};
                return {jurisdiction_,
                        x.key,
                        x.number,
                        number(x.kind),
                        number(x.state),
                        x.instrument,
                        x.from,
                        x.to,
                        x.body,
                        row.body_hash,
                        all.dump(),
                        x.initiator,
                        x.approver,
                        x.proposed.seconds,
                        store::to_value(optional_seconds(x.decided)),
                        store::to_value(optional_seconds(x.due)),
                        store::to_value(optional_seconds(x.deadline)),
                        x.reversed_by,
                        x.note};
              });
  rewrite<9>(t_, jurisdiction_, "right_encumbrance",
             {"jurisdiction", "key", "compartment", "account", "instrument", "parts", "is_open",
              "beneficiary", "body_hash"},
             encumbrances_, [&](const EncumbranceRow& e) -> std::array<store::Value, 9> {
               return {jurisdiction_,
                       e.key,
                       number(e.in),
                       e.account,
                       instrument(e.instrument).is.code,
                       json_of(e.parts).dump(),
                       number(e.open),
                       e.beneficiary,
                       e.body_hash};
             });
  rewrite<10>(t_, jurisdiction_, "right_freeze",
              {"jurisdiction", "key", "account", "instrument", "quantity", "period_from", "period_to", "rank",
               "since", "authority"},
              freezes_, [&](const FreezeRow& f) -> std::array<store::Value, 10> {
                return {jurisdiction_,
                        f.key,
                        f.account,
                        instrument(f.instrument).is.code,
                        f.quantity,
                        number(f.period_from),
                        number(f.period_to),
                        number(f.rank),
                        f.since,
                        f.authority};
              });
  for (auto& [unit, cap] : caps_) {
    if (!cap.dirty) continue;
    t_.execute(
        "INSERT INTO right_cap (jurisdiction, instrument, period, project, cap, issued) VALUES (?, ?, ?, ?, "
        "?, ?) "
        "ON CONFLICT (jurisdiction, instrument, period, project) DO UPDATE SET cap = excluded.cap, issued = "
        "excluded.issued",
        jurisdiction_, instrument(unit.instrument).is.code, unit.period, unit.project, cap.cap, cap.issued);
    cap.dirty = false;
  }
  for (auto& [id, saving] : savings_)
    if (saving.dirty)
      t_.execute("UPDATE right_saving SET sold = ? WHERE jurisdiction = ? AND id = ?", saving.sold,
                 jurisdiction_, id);
  if (!permit_rows_.empty()) {
    constexpr std::array<std::string_view, 10> columns{
        "jurisdiction", "number",     "line",        "transaction_key", "account",
        "permit",       "instrument", "period_from", "period_to",       "quantity"};
    const auto bulk = t_.bulk("right_permit_change", columns);
    for (const PermitRow& r : permit_rows_)
      bulk->row(std::array<store::Value, 10>{jurisdiction_, r.number, number(r.line), r.transaction,
                                             r.account, r.permit, r.instrument, number(r.from), number(r.to),
                                             r.quantity});
    bulk->finish();
  }
  if (!certificates_.empty()) {
    constexpr std::array<std::string_view, 8> columns{
        "jurisdiction", "number", "transaction_key", "account", "holder", "instrument", "parts", "issued"};
    const auto bulk = t_.bulk("right_certificate", columns);
    for (const Certificate& c : certificates_)
      bulk->row(std::array<store::Value, 8>{jurisdiction_, c.number, c.transaction, c.account, c.holder,
                                            c.instrument, json_of(c.parts).dump(), c.issued.seconds});
    bulk->finish();
  }
  for (const auto& [name, value] : counters_)
    if (value.second)
      t_.execute(
          "INSERT INTO right_counter (jurisdiction, name, value) VALUES (?, ?, ?) ON CONFLICT (jurisdiction, "
          "name) DO UPDATE SET value = excluded.value",
          jurisdiction_, name, value.first);
}

void Book::write_journal() {
  if (entries_.empty()) return;
  constexpr std::array<std::string_view, 11> columns{
      "jurisdiction", "number", "at",      "event", "transaction_key", "actor", "approver",
      "reason",       "rule",   "content", "hash"};
  const auto bulk = t_.bulk("right_journal", columns);
  for (Entry& entry : entries_) {
    if (!entry.moves.empty()) {
      Json moves = Json::array();
      for (const Move& m : entry.moves)
        moves.push_back({mode_names[static_cast<std::size_t>(m.mode)], account(m.from).is.code,
                         to_string(m.from_in), account(m.to).is.code, to_string(m.to_in),
                         instrument(m.unit.instrument).is.code, m.unit.period, m.count, m.unit.project,
                         m.amount});
      entry.content["moves"] = std::move(moves);
    }
    if (!entry.blocks.empty()) entry.content["blocks"] = std::move(entry.blocks);
    const JournalEntry row{entry.number,         now_, entry.event, entry.transaction, entry.act,
                           entry.content.dump(), {}};
    head_ = entry_hash(head_, row);
    bulk->row(std::array<store::Value, 11>{jurisdiction_, row.number, now_.seconds, row.event,
                                           row.transaction, row.act.actor, row.act.approver, row.act.reason,
                                           row.act.rule, row.content, head_});
  }
  bulk->finish();
  entries_before_ += static_cast<std::int64_t>(entries_.size());
  t_.execute(
      "INSERT INTO right_state (jurisdiction, entries, head, accounts) VALUES (?, ?, ?, ?) ON CONFLICT "
      "(jurisdiction) DO UPDATE SET entries = excluded.entries, head = excluded.head, accounts = "
      "excluded.accounts",
      jurisdiction_, entries_before_, head_, accounts_);
  entries_.clear();
}

}  // namespace tributary::rights
