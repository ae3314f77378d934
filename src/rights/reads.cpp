// Reading: holdings, transactions, history.
#include "rights/journal.h"
#include "rights/look.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

bool same_figures(const Holding& a, const Holding& b) {
  return a.account == b.account && a.instrument == b.instrument && a.part.project == b.part.project &&
         a.part.period + a.part.count == b.part.period && a.part.amount == b.part.amount &&
         a.pending_in == b.pending_in && a.pending_out == b.pending_out && a.frozen == b.frozen &&
         a.pledged == b.pledged && a.locked == b.locked && a.unpaid == b.unpaid && a.leased == b.leased &&
         a.on_lease == b.on_lease && a.free == b.free;
}

Holding holding_of(const std::string& account, const Instrument& instrument, const UnitKey& unit,
                   const Cell& cell, const std::string& today) {
  Holding h;
  h.account = account;
  h.instrument = instrument.code;
  h.part = {unit.period, 1, unit.project, 0};
  for (const auto& amount : cell.at) {
    h.part.amount += amount.posted;
    h.pending_in += amount.in;
    h.pending_out += amount.out;
  }
  h.pending_out += cell[Compartment::reserved].available();
  h.frozen = cell[Compartment::frozen].posted;
  h.pledged = cell[Compartment::pledged].posted;
  h.unpaid = cell[Compartment::unpaid].available();
  h.leased = cell[Compartment::leased].available();
  h.on_lease = cell[Compartment::leased].posted;
  const bool over = cell.locked_on < today;  // locked on an earlier day: free, though nobody wrote it yet
  h.locked = over ? 0 : cell[Compartment::locked].available();
  h.free = cell[Compartment::free].available() + (over ? cell[Compartment::locked].available() : 0);
  h.blocks = cell.lots.blocks();
  return h;
}

}  // namespace

std::vector<Instrument> Rights::instruments() const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) { return book.instruments(); });
}

Instrument Rights::instrument(std::string_view code) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) { return book.instrument(code).is; });
}

RightAccount Rights::account(std::string_view code) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_accounts({std::string(code)});
    return book.account(code).is;
  });
}

std::vector<RightAccount> Rights::accounts(std::string_view owner) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    std::set<std::int64_t> ids;
    book.store().each(
        [&](const store::Row& row) { ids.insert(row.integer(0)); },
        "SELECT id FROM right_account WHERE jurisdiction = ? AND (CAST(? AS TEXT) = '' OR owner = ?)",
        jurisdiction_, owner, owner);
    book.load_accounts(ids);
    std::vector<RightAccount> out;
    for (const auto id : ids) out.push_back(book.account(id).is);
    return out;
  });
}

std::vector<Holding> Rights::holdings(const HoldingFilter& filter) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    std::set<std::int64_t> ids;
    book.store().each([&](const store::Row& row) { ids.insert(row.integer(0)); },
                      "SELECT id FROM right_account WHERE jurisdiction = ? AND (CAST(? AS TEXT) = '' OR "
                      "owner = ?) AND (CAST(? AS "
                      "TEXT) = '' OR code = ?)",
                      jurisdiction_, filter.owner, filter.owner, filter.account, filter.account);
    book.load_accounts(ids);
    if (!filter.account.empty() && !book.has_account(filter.account)) book.account(filter.account);  // throws
    std::vector<Holding> out;
    const std::string today = to_string(book.today());
    for (const Instrument& is : book.instruments()) {
      if (!filter.instrument.empty() && is.code != filter.instrument) continue;
      const InstrumentRow& instrument = book.instrument(is.code);
      const bool months = is.kind == InstrumentKind::flow && filter.term;
      for (const auto id : ids) book.want(book.account(id), instrument, months ? filter.term : std::nullopt);
      book.load_for_reading();
      for (const auto id : ids)
        for (const UnitKey& unit : book.units_by_period(id, instrument.index)) {
          Holding h = holding_of(book.account(id).is.code, is, unit, *book.find_cell(id, unit), today);
          if (h.part.amount == 0 && h.pending_in == 0 && h.pending_out == 0) continue;
          if (is.kind == InstrumentKind::flow && !out.empty() && same_figures(out.back(), h))
            ++out.back().part.count;
          else
            out.push_back(std::move(h));
        }
    }
    std::ranges::stable_sort(out, {}, &Holding::account);
    return out;
  });
}

std::vector<Held> Rights::held(const HeldFilter& filter, std::int64_t position) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    std::map<std::string, Instrument> known;
    for (Instrument& is : book.instruments())
      if (is.subject == filter.subject) known.emplace(is.code, std::move(is));
    std::vector<Held> cells;  // one per compartment
    std::vector<ledger::AccountId> ids;
    std::string marks;
    std::vector<store::Value> values{store::to_value(jurisdiction_)};
    for (const std::string& account : filter.accounts) {
      marks += marks.empty() ? "?" : ", ?";
      values.push_back(store::to_value(account));
    }
    values.push_back(store::to_value(filter.period_from));
    values.push_back(store::to_value(filter.period_to));
    if (!marks.empty())
      book.store().each_values(
          fmt::format("SELECT a.code, c.instrument, c.period, c.project, c.ledger_account FROM right_account a "
                      "JOIN right_cell c ON c.jurisdiction = a.jurisdiction AND c.account = a.id "
                      "WHERE a.jurisdiction = ? AND a.code IN ({}) AND c.period >= ? AND c.period < ? "
                      "ORDER BY a.code, c.instrument, c.period, c.project",
                      marks),
          values, [&](const store::Row& row) {
            const auto instrument = known.find(row.text(1));
            if (instrument == known.end()) return;
            cells.push_back(
                {row.text(0), instrument->second, {static_cast<int>(row.integer(2)), 1, row.text(3), 0}});
            ids.push_back({row.integer(4)});
          });
    const ledger::Ledger ledger(database_, jurisdiction_, clock_);
    const auto posted = ledger.posted_at(book.store(), ids, position);
    std::vector<Held> out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool same = !out.empty() && out.back().account == cells[i].account &&
                        out.back().instrument.code == cells[i].instrument.code &&
                        out.back().part.period == cells[i].part.period &&
                        out.back().part.project == cells[i].part.project;
      if (!same) out.push_back(cells[i]);
      out.back().part.amount += posted[i];
    }
    std::erase_if(out, [](const Held& one) { return one.part.amount == 0; });
    return out;
  });
}

std::vector<Rights::Use> Rights::use_of_cap(std::string_view code) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    const std::string name = book.instrument(code).is.code;
    std::vector<Use> out;
    book.store().each(
        [&](const store::Row& row) {
          out.push_back(
              {{static_cast<int>(row.integer(0)), 1, row.text(1), row.integer_or_null(2).value_or(0)},
               row.integer(3)});
        },
        "SELECT period, project, cap, issued FROM right_cap WHERE jurisdiction = ? AND instrument = ? ORDER "
        "BY period, "
        "project",
        jurisdiction_, name);
    return out;
  });
}

std::vector<Rights::Trusted> Rights::trusted(std::string_view code) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_accounts(std::set<std::string>{std::string(code)});
    std::vector<Trusted> out;
    book.store().each([&](const store::Row& row) { out.push_back({row.text(0), {row.integer(1)}}); },
                      "SELECT a.code, t.active_from FROM right_trust t JOIN right_account a ON a.jurisdiction = t.jurisdiction AND "
                      "a.id = t.trusted WHERE t.jurisdiction = ? AND t.account = ? ORDER BY a.code",
                      jurisdiction_, book.account(code).id);
    return out;
  });
}

Transaction Rights::transaction(std::string_view key) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_transactions({std::string(key)});
    if (const TransactionRow* row = book.transaction(key)) return row->is;
    throw Error(codes::unknown_transaction,
                {fmt::format("没有编号为“{}”的交易", key), fmt::format("there is no transaction “{}”", key)},
                {{}, 0, 0, "key"});
  });
}

namespace {

std::vector<Transaction> load_all(Book& book, const std::vector<std::string>& keys) {
  book.load_transactions({keys.begin(), keys.end()});
  std::vector<Transaction> out;
  out.reserve(keys.size());
  for (const std::string& key : keys) out.push_back(book.transaction(key)->is);
  return out;
}

}  // namespace

std::vector<Transaction> Rights::transactions(std::string_view account, std::int64_t before,
                                              int limit) const {
  limit = std::clamp(limit, 1, 1000);
  const std::int64_t below = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    std::vector<std::string> keys;
    const auto add = [&](const store::Row& row) { keys.push_back(row.text(0)); };
    if (account.empty())
      book.store().each(
          add,
          "SELECT key FROM right_transaction WHERE jurisdiction = ? AND number < ? ORDER BY number "
          "DESC LIMIT ?",
          jurisdiction_, below, limit);
    else
      book.store().each(add,
                        "SELECT key FROM (SELECT key, number FROM right_transaction WHERE jurisdiction = ? "
                        "AND from_account = ? AND "
                        "number < ? UNION SELECT key, number FROM right_transaction WHERE jurisdiction = ? "
                        "AND to_account = ? AND "
                        "number < ?) x ORDER BY number DESC LIMIT ?",
                        jurisdiction_, account, below, jurisdiction_, account, below, limit);
    return load_all(book, keys);
  });
}

std::vector<Transaction> Rights::waiting() const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    std::vector<std::string> keys;
    book.store().each(
        [&](const store::Row& row) { keys.push_back(row.text(0)); },
        "SELECT key FROM right_transaction WHERE jurisdiction = ? AND state IN (1, 3, 4) ORDER BY number",
        jurisdiction_);
    return load_all(book, keys);
  });
}

Reservation Rights::reservation(std::string_view key) const {
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_encumbrances({std::string(key)});
    const EncumbranceRow* row = book.encumbrance(key);
    if (row == nullptr || row->in != Compartment::reserved)
      throw Error(codes::unknown_reservation,
                  {fmt::format("没有挂单“{}”", key), fmt::format("there is no order “{}”", key)},
                  {{}, 0, 0, "key"});
    book.load_accounts(std::set<std::int64_t>{row->account});
    return Reservation{row->key, book.account(row->account).is.code, book.instrument(row->instrument).is.code,
                       row->parts, row->open};
  });
}

std::vector<PermitChange> Rights::permit_changes(std::string_view permit) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<PermitChange> out;
    t.each(
        [&](const store::Row& r) {
          out.push_back({r.integer(0),
                         r.text(1),
                         r.text(2),
                         r.text(3),
                         r.text(4),
                         {{static_cast<int>(r.integer(5))}, {static_cast<int>(r.integer(6))}},
                         r.integer(7)});
        },
        "SELECT number, transaction_key, account, permit, instrument, period_from, period_to, quantity FROM "
        "right_permit_change WHERE jurisdiction = ? AND permit = ? ORDER BY number, line",
        jurisdiction_, permit);
    return out;
  });
}

// ---- the journal ----

std::vector<JournalEntry> Rights::history(std::string_view transaction) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<JournalEntry> out;
    t.each([&](const store::Row& row) { out.push_back(entry_of(row)); },
           fmt::format(
               "SELECT {} FROM right_journal WHERE jurisdiction = ? AND transaction_key = ? ORDER BY number",
               journal_columns),
           jurisdiction_, transaction);
    return out;
  });
}

void Rights::each_entry(const std::function<void(const JournalEntry&)>& visit) const {
  database_.read([&](store::Transaction& t) {
    t.each(
        [&](const store::Row& row) { visit(entry_of(row)); },
        fmt::format("SELECT {} FROM right_journal WHERE jurisdiction = ? ORDER BY number", journal_columns),
        jurisdiction_);
  });
}

std::vector<DailyRoot> Rights::daily_roots() const {
  return database_.read([&](store::Transaction& t) {
    std::vector<DailyRoot> out;
    t.each(
        [&](const store::Row& row) {
          const Date day = day_of({row.integer(1)});
          if (out.empty() || out.back().day != day) out.push_back({day, 0, {}});
          out.back().number = row.integer(0);
          out.back().hash = row.text(2);
        },
        "SELECT number, at, hash FROM right_journal WHERE jurisdiction = ? ORDER BY number", jurisdiction_);
    return out;
  });
}

}  // namespace tributary::rights
