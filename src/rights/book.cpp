// What a transaction touches, read with few statements.
#include "rights/book.h"

#include "rights/journal.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

std::vector<Move> moves_of(const Json& json) {
  std::vector<Move> out;
  for (const Json& m : json)
    out.push_back({static_cast<Mode>(m[0].get<int>()),
                   m[1].get<std::int64_t>(),
                   static_cast<Compartment>(m[2].get<int>()),
                   m[3].get<std::int64_t>(),
                   static_cast<Compartment>(m[4].get<int>()),
                   {m[5].get<int>(), m[6].get<int>(), m[7].get<std::string>()},
                   m[8].get<int>(),
                   m[9].get<std::int64_t>(),
                   m[10].get<std::int64_t>(),
                   m[11].get<int>()});
  return out;
}

}  // namespace

Json json_of(const std::vector<Part>& parts) {
  Json out = Json::array();
  for (const Part& p : parts) out.push_back({p.period, p.count, p.project, p.amount});
  return out;
}

std::vector<Part> parts_of(const Json& json) {
  std::vector<Part> out;
  for (const Json& p : json)
    out.push_back({p[0].get<int>(), p[1].get<int>(), p[2].get<std::string>(), p[3].get<std::int64_t>()});
  return out;
}

Book::Book(store::Transaction& t, ledger::Ledger& ledger, const std::string& jurisdiction, Instant now,
           bool lock)
    : t_(t), ledger_(ledger), jurisdiction_(jurisdiction), now_(now) {
  lock = lock && t.dialect() == store::Dialect::postgresql;
  const auto row =
      t.first(fmt::format("SELECT entries, head, accounts FROM right_state WHERE jurisdiction = ?{}",
                          lock ? " FOR UPDATE" : ""),
              jurisdiction);
  head_ = row ? row->text(1) : first_hash(jurisdiction);
  entries_before_ = row ? row->integer(0) : 0;
  accounts_ = row ? row->integer(2) : 0;
  load_instruments();
}

void Book::load_instruments() {
  instruments_.clear();
  instrument_by_code_.clear();
  const auto add = [&](Instrument is) {
    const int index = static_cast<int>(instruments_.size());
    instrument_by_code_[is.code] = index;
    instruments_.push_back({index, std::move(is)});
  };
  t_.each(
      [&](const store::Row& r) {
        add({r.text(0),
             static_cast<InstrumentKind>(r.integer(1)),
             {r.text(2), r.text(3)},
             r.text(4),
             r.text(5),
             r.text(6),
             r.integer(7) != 0,
             r.integer(8) != 0,
             static_cast<int>(r.integer(9)),
             static_cast<int>(r.integer(10))});
      },
      "SELECT code, kind, name_zh, name_en, measure, subject, zone, locks_for_day, capped, period_from, "
      "period_to "
      "FROM right_instrument WHERE jurisdiction = ? ORDER BY code",
      jurisdiction_);
  if (!instrument_by_code_.contains(cash))
    add({std::string(cash),
         InstrumentKind::money,
         {"人民币", "renminbi"},
         "fen",
         std::string(cash),
         "",
         false,
         false,
         0,
         1});
}

namespace {

AccountRow account_of(const store::Row& r) {
  AccountRow row;
  row.id = r.integer(0);
  row.is = {
      r.text(1), r.text(2), static_cast<AccountType>(r.integer(3)), static_cast<AccountStatus>(r.integer(4)),
      r.text(5), {}};
  if (!r.is_null(6)) row.is.permit_to = Month{static_cast<int>(r.integer(6))};
  row.stored = true;
  return row;
}
constexpr std::string_view account_columns = "a.id, a.code, a.owner, a.type, a.status, a.permit, a.permit_to";

}  // namespace

void Book::load_accounts(const std::set<std::string>& codes) {
  store::List list(t_.dialect());
  for (const auto& code : codes)
    if (!code.empty() && !account_ids_.contains(code)) list.add(code);
  if (list.empty()) return;
  t_.each(
      [&](const store::Row& r) {
        AccountRow row = account_of(r);
        account_ids_[row.is.code] = row.id;
        accounts_by_id_[row.id] = std::move(row);
      },
      fmt::format(
          "SELECT {} FROM {} CROSS JOIN right_account a WHERE a.jurisdiction = ? AND a.code = j.value",
          account_columns, store::texts_table(t_.dialect())),
      list.text(), jurisdiction_);
}

void Book::load_accounts(const std::set<std::int64_t>& ids) {
  store::List list(t_.dialect());
  for (const auto id : ids)
    if (!accounts_by_id_.contains(id)) list.add(id);
  if (list.empty()) return;
  t_.each(
      [&](const store::Row& r) {
        AccountRow row = account_of(r);
        account_ids_[row.is.code] = row.id;
        accounts_by_id_[row.id] = std::move(row);
      },
      fmt::format("SELECT {} FROM {} CROSS JOIN right_account a WHERE a.jurisdiction = ? AND a.id = j.value",
                  account_columns, store::integers_table(t_.dialect())),
      list.text(), jurisdiction_);
}

void Book::load_transactions(const std::set<std::string>& keys) {
  store::List list(t_.dialect());
  for (const auto& key : keys)
    if (!key.empty() && !transactions_.contains(key)) list.add(key);
  if (list.empty()) return;
  t_.each(
      [&](const store::Row& r) {
        TransactionRow row;
        Transaction& x = row.is;
        x.key = r.text(0);
        x.number = r.integer(1);
        x.kind = static_cast<TransactionKind>(r.integer(2));
        x.state = static_cast<TransactionState>(r.integer(3));
        x.instrument = r.text(4);
        x.from = r.text(5);
        x.to = r.text(6);
        x.body = r.text(7);
        row.body_hash = r.text(8);
        const Json moves = Json::parse(r.text(9));
        row.moves = moves_of(moves["moves"]);
        x.parts = parts_of(moves["parts"]);
        x.initiator = r.text(10);
        x.approver = r.text(11);
        x.proposed = {r.integer(12)};
        if (!r.is_null(13)) x.decided = Instant{r.integer(13)};
        if (!r.is_null(14)) x.due = Instant{r.integer(14)};
        if (!r.is_null(15)) x.deadline = Instant{r.integer(15)};
        x.reversed_by = r.text(16);
        x.note = r.text(17);
        row.stored = true;
        // The instruments of the moves are kept by code; here they are numbered anew.
        for (std::size_t i = 0; i < row.moves.size(); ++i)
          row.moves[i].unit.instrument = instrument(moves["instruments"][i].get<std::string>()).index;
        transactions_[x.key] = std::move(row);
      },
      fmt::format(
          "SELECT x.key, x.number, x.kind, x.state, x.instrument, x.from_account, x.to_account, x.body, "
          "x.body_hash, x.moves, x.initiator, x.approver, x.proposed, x.decided, x.due, x.deadline, "
          "x.reversed_by, x.note FROM {} CROSS JOIN right_transaction x WHERE x.jurisdiction = ? AND x.key = "
          "j.value",
          store::texts_table(t_.dialect())),
      list.text(), jurisdiction_);
}

void Book::load_returns(const Transaction& lease) {
  std::set<std::string> keys;
  t_.each([&](const store::Row& r) { keys.insert(r.text(0)); },
          "SELECT key FROM right_transaction WHERE jurisdiction = ? AND from_account = ? AND to_account = ? AND instrument = ? AND "
          "kind = ?",
          jurisdiction_, lease.to, lease.from, lease.instrument, static_cast<std::int64_t>(TransactionKind::lease_return));
  load_transactions(keys);
}

void Book::load_encumbrances(const std::set<std::string>& keys) {
  store::List list(t_.dialect());
  for (const auto& key : keys)
    if (!key.empty() && !encumbrances_.contains(key)) list.add(key);
  if (list.empty()) return;
  t_.each(
      [&](const store::Row& r) {
        EncumbranceRow row;
        row.key = r.text(0);
        row.in = static_cast<Compartment>(r.integer(1));
        row.account = r.integer(2);
        row.instrument = instrument(r.text(3)).index;
        row.parts = parts_of(Json::parse(r.text(4)));
        row.open = r.integer(5) != 0;
        row.beneficiary = r.text(6);
        row.body_hash = r.text(7);
        row.stored = true;
        encumbrances_[row.key] = std::move(row);
      },
      fmt::format(
          "SELECT e.key, e.compartment, e.account, e.instrument, e.parts, e.is_open, e.beneficiary, "
          "e.body_hash FROM {} CROSS JOIN right_encumbrance e WHERE e.jurisdiction = ? AND e.key = j.value",
          store::texts_table(t_.dialect())),
      list.text(), jurisdiction_);
}

void Book::load_savings(const std::set<std::string>& ids) {
  for (const auto& id : ids) {
    if (id.empty() || savings_.contains(id)) continue;
    const auto row =
        t_.first("SELECT s.instrument, s.volume, s.sold, s.account, COALESCE(a.owner, '') FROM right_saving s LEFT JOIN "
                 "right_account a ON a.jurisdiction = s.jurisdiction AND a.code = s.account WHERE s.jurisdiction = ? AND "
                 "s.id = ?",
                 jurisdiction_, id);
    if (row) savings_[id] = {row->text(0), row->integer(1), row->integer(2), row->text(3), row->text(4), false};
  }
}

void Book::want(const AccountRow& account, const InstrumentRow& instrument, std::optional<Term> periods) {
  Wanted& w = wanted_[instrument.index];
  w.accounts.insert(account.id);
  w.issuing = w.issuing || account.is.type == AccountType::issue;
  if (!periods) {
    w.all = true;
    return;
  }
  w.from = w.any ? std::min(w.from, periods->from.index) : periods->from.index;
  w.to = w.any ? std::max(w.to, periods->to.index) : periods->to.index;
  w.any = true;
}

void Book::load() {
  load_for_reading();
  roll();
}

void Book::load_for_reading() {
  load_cells();
  load_freezes();
  load_lots();
  load_caps();
  wanted_.clear();
}

void Book::load_cells() {
  std::vector<ledger::AccountId> ids;
  std::vector<Cell::Amount*> amounts;
  for (const auto& [index, w] : wanted_) {
    store::List list(t_.dialect());
    for (const auto id : w.accounts) list.add(id);
    t_.each(
        [&](const store::Row& r) {
          Cell& cell = cells_[{r.integer(0), {index, static_cast<int>(r.integer(1)), r.text(2)}}];
          const auto c = static_cast<Compartment>(r.integer(3));
          if (cell[c].ledger != 0) return;  // known from before, and perhaps changed since
          cell[c].ledger = r.integer(4);
          if (c == Compartment::locked) cell.locked_on = r.text_or_null(5).value_or("");
          ids.push_back({cell[c].ledger});
          amounts.push_back(&cell[c]);
        },
        fmt::format(
            "SELECT c.account, c.period, c.project, c.compartment, c.ledger_account, c.locked_on FROM {} "
            "CROSS "
            "JOIN right_cell c WHERE c.jurisdiction = ? AND c.account = j.value AND c.instrument = ? AND "
            "c.period >= ? AND c.period < ?",
            store::integers_table(t_.dialect())),
        list.text(), jurisdiction_, instrument(index).is.code, w.all ? std::int64_t{0} : std::int64_t{w.from},
        w.all ? std::int64_t{1} << 40 : std::int64_t{w.to});
  }
  const auto balances = ledger_.balances(t_, ids);
  for (std::size_t i = 0; i < balances.size(); ++i) {
    amounts[i]->posted = balances[i].posted;
    amounts[i]->out = balances[i].pending_out;
    amounts[i]->in = balances[i].pending_in;
  }
}

void Book::load_freezes() {
  for (const auto& [index, w] : wanted_) {
    store::List list(t_.dialect());
    for (const auto id : w.accounts) list.add(id);
    t_.each(
        [&](const store::Row& r) {
          if (freezes_.contains(r.text(0))) return;
          freezes_[r.text(0)] = {r.text(0),
                                 r.integer(1),
                                 index,
                                 r.integer(2),
                                 static_cast<int>(r.integer(3)),
                                 static_cast<int>(r.integer(4)),
                                 static_cast<int>(r.integer(5)),
                                 r.integer(6),
                                 r.text(7),
                                 true,
                                 false};
          has_freeze_.insert({r.integer(1), index});
        },
        fmt::format("SELECT f.key, f.account, f.quantity, f.period_from, f.period_to, f.rank, f.since, "
                    "f.authority FROM "
                    "{} CROSS JOIN right_freeze f WHERE f.jurisdiction = ? AND f.account = j.value AND "
                    "f.instrument = ? "
                    "AND f.quantity > 0",
                    store::integers_table(t_.dialect())),
        list.text(), jurisdiction_, instrument(index).is.code);
  }
}

void Book::load_lots() {
  for (const auto& [index, w] : wanted_) {
    if (instrument(index).is.kind != InstrumentKind::stock) continue;
    store::List list(t_.dialect());
    for (const auto id : w.accounts)
      if (!is_sink(account(id).is.type)) list.add(id);
    if (list.empty()) continue;
    std::set<Cell*> seen;
    t_.each(
        [&](const store::Row& r) {
          Cell& cell = cells_[{r.integer(0), {index, static_cast<int>(r.integer(1)), r.text(2)}}];
          if (!seen.contains(&cell) && !cell.stored_lots.empty()) return;  // loaded before
          seen.insert(&cell);
          cell.stored_lots.push_back({r.integer(3), r.integer(4)});
        },
        fmt::format(
            "SELECT l.account, l.period, l.project, l.start, l.length FROM {} CROSS JOIN right_lot l WHERE "
            "l.jurisdiction = ? AND l.account = j.value AND l.instrument = ? AND l.claim = '' ORDER BY "
            "l.start",
            store::integers_table(t_.dialect())),
        list.text(), jurisdiction_, instrument(index).is.code);
    for (Cell* cell : seen)
      for (const Block& block : cell->stored_lots) cell->lots.add(block);
  }
}

void Book::unclaim(const AccountRow& sink, const UnitKey& unit, const std::string& transaction) {
  Cell& cell = cells_[{sink.id, unit}];
  std::vector<Block> back;
  t_.each([&](const store::Row& r) { back.push_back({r.integer(0), r.integer(1)}); },
          "SELECT start, length FROM right_lot WHERE jurisdiction = ? AND instrument = ? AND account = ? AND period = ? AND "
          "project = ? AND claim = ? ORDER BY start",
          jurisdiction_, instrument(unit.instrument).is.code, sink.id, unit.period, unit.project, transaction);
  for (const Block& block : back) {
    cell.stored_lots.push_back(block);
    cell.lots.add(block);
  }
  std::ranges::sort(cell.stored_lots, {}, &Block::start);
}

void Book::load_caps() {
  for (const auto& [index, w] : wanted_) {
    if (!w.issuing) continue;
    t_.each(
        [&](const store::Row& r) {
          CapRow cap;
          cap.cap = r.integer_or_null(2);
          cap.issued = r.integer(3);
          caps_.try_emplace({index, static_cast<int>(r.integer(0)), r.text(1)}, cap);
        },
        "SELECT period, project, cap, issued FROM right_cap WHERE jurisdiction = ? AND instrument = ?",
        jurisdiction_, instrument(index).is.code);
  }
}

// ---- what is there ----

const InstrumentRow& Book::instrument(std::string_view code) const {
  if (const auto at = instrument_by_code_.find(code); at != instrument_by_code_.end())
    return instruments_[static_cast<std::size_t>(at->second)];
  throw Error(codes::unknown_instrument,
              {fmt::format("没有权利品种“{}”", code), fmt::format("there is no instrument “{}”", code)},
              {{}, 0, 0, "instrument"});
}

AccountRow& Book::account(std::string_view code) {
  if (const auto at = account_ids_.find(code); at != account_ids_.end())
    return accounts_by_id_.at(at->second);
  throw Error(codes::unknown_account,
              {fmt::format("没有登记账户“{}”", code), fmt::format("there is no account “{}”", code)},
              {{}, 0, 0, "account"});
}
AccountRow& Book::account(std::int64_t id) {
  const auto at = accounts_by_id_.find(id);
  TRIBUTARY_CHECK(at != accounts_by_id_.end(), fmt::format("{}", id));
  return at->second;
}
AccountRow& Book::new_account(const NewRightAccount& account) {
  AccountRow row;
  row.id = ++accounts_;
  row.is.code = account.code;
  row.is.owner = account.owner;
  row.is.type = account.type;
  row.dirty = true;
  account_ids_[account.code] = row.id;
  return accounts_by_id_[row.id] = std::move(row);
}

TransactionRow* Book::transaction(std::string_view key) {
  const auto at = transactions_.find(key);
  return at == transactions_.end() ? nullptr : &at->second;
}
TransactionRow& Book::new_transaction(const std::string& key) {
  TransactionRow& row = transactions_[key];
  row.is.key = key;
  row.dirty = true;
  return row;
}
EncumbranceRow* Book::encumbrance(std::string_view key) {
  const auto at = encumbrances_.find(key);
  return at == encumbrances_.end() ? nullptr : &at->second;
}
EncumbranceRow& Book::new_encumbrance(const std::string& key) {
  EncumbranceRow& row = encumbrances_[key];
  row.key = key;
  row.dirty = true;
  return row;
}
FreezeRow* Book::freeze(std::string_view key) {
  const auto at = freezes_.find(key);
  return at == freezes_.end() ? nullptr : &at->second;
}
FreezeRow& Book::new_freeze(const std::string& key, std::int64_t account, int instrument) {
  FreezeRow& row = freezes_[key];
  row.key = key;
  row.account = account;
  row.instrument = instrument;
  has_freeze_.insert({account, instrument});
  row.dirty = true;
  return row;
}
SavingRow* Book::saving(std::string_view id) {
  const auto at = savings_.find(id);
  return at == savings_.end() ? nullptr : &at->second;
}

const Cell* Book::find_cell(std::int64_t account, const UnitKey& unit) const {
  const auto at = cells_.find({account, unit});
  return at == cells_.end() ? nullptr : &at->second;
}

std::vector<Instrument> Book::instruments() const {
  std::vector<Instrument> out;
  for (const auto& row : instruments_) out.push_back(row.is);
  return out;
}

std::vector<UnitKey> Book::units_by_period(std::int64_t account, int instrument) const {
  std::vector<UnitKey> out;
  for (auto at = cells_.lower_bound({account, {instrument, 0, {}}});
       at != cells_.end() && at->first.account == account && at->first.unit.instrument == instrument; ++at)
    out.push_back(at->first.unit);
  return out;
}

std::vector<UnitKey> Book::units_of(std::int64_t account, int instrument) const {
  std::vector<std::pair<std::pair<int, std::int64_t>, UnitKey>> found;
  for (auto at = cells_.lower_bound({account, {instrument, 0, {}}});
       at != cells_.end() && at->first.account == account && at->first.unit.instrument == instrument; ++at) {
    const auto& blocks = at->second.lots.blocks();
    found.push_back({{at->first.unit.period, blocks.empty() ? 0 : blocks.front().start}, at->first.unit});
  }
  std::ranges::sort(found);
  std::vector<UnitKey> out;
  out.reserve(found.size());
  for (auto& [order, unit] : found) out.push_back(std::move(unit));
  return out;
}

}  // namespace tributary::rights
