// The calls that change something: each loads a Book, works on it, writes it.
#include "rights/rights.h"

#include "base/text.h"
#include "rights/change.h"
#include "rights/desk.h"
#include "rights/proposal.h"
#include "rights/titles.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

// «initiator and approver» from the two steps of two persons.
Act both(const TransactionRow& row, const Act& second) {
  if (second.actor == row.is.initiator)
    throw Error(codes::same_person,
                {fmt::format("“{}”不能复核自己经办的事项“{}”", second.actor, row.is.key),
                 fmt::format("“{}” cannot approve “{}”, which he began himself", second.actor, row.is.key)},
                {{}, 0, 0, "approver"}, {"请由另一人复核。", "Another person has to approve it."});
  return {row.is.initiator, second.actor, second.reason, second.rule};
}

Error wrong_state(const TransactionRow& row) {
  return {codes::wrong_state,
          {fmt::format("交易“{}”的状态为“{}”，不能办理", row.is.key, title_of(row.is.state).zh),
           fmt::format("the transaction “{}” is “{}”, so this cannot be done", row.is.key,
                       title_of(row.is.state).en)},
          {{}, 0, 0, "key"}};
}

TransactionRow& require(Book& book, const std::string& key) {
  if (TransactionRow* row = book.transaction(key)) return *row;
  throw Error(codes::unknown_transaction,
              {fmt::format("没有编号为“{}”的交易", key), fmt::format("there is no transaction “{}”", key)},
              {{}, 0, 0, "key"});
}

// Loads the transactions and all they touch, also what they refer to.
void load(Book& book, Desk& desk, std::span<const std::string> keys) {
  book.load_transactions({keys.begin(), keys.end()});
  std::vector<Proposal> proposals;
  std::vector<Trade> trades;
  for (const std::string& key : keys) {
    const TransactionRow& row = require(book, key);
    if (row.is.kind == TransactionKind::trade) {
      trades.push_back(trade_of(row.is.body));
      trades.back().key = key;
    } else {
      proposals.push_back(proposal_of(row.is.body));
      proposals.back().key = key;
    }
  }
  desk.prepare(proposals);
  desk.prepare(trades);
}

Instant noon(Date day) {
  return {start_of(day).seconds + 12 * 3600};
}

// True when the receiver is known to the sender: own accounts, sinks, or on the list by now.
bool is_trusted(Book& book, const std::string& jurisdiction, const Transaction& x) {
  const AccountRow& from = book.account(x.from);
  const AccountRow& to = book.account(x.to);
  if (from.is.owner == to.is.owner || is_sink(to.is.type)) return true;
  const auto row = book.store().first(
      "SELECT active_from FROM right_trust WHERE jurisdiction = ? AND account = ? AND trusted = ?",
      jurisdiction, from.id, to.id);
  return row && row->integer(0) <= book.now().seconds;
}

}  // namespace

Rights::Rights(store::Database& database, std::string jurisdiction, const Clock& clock,
               const WorkCalendar& calendar)
    : database_(database), jurisdiction_(std::move(jurisdiction)), clock_(clock), calendar_(calendar) {}

// ---- transactions of two persons ----

std::vector<Transaction> Rights::propose(std::span<const Proposal> proposals, const Act& first) {
  require_act(first, false);
  std::vector<Transaction> out;
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    out.clear();
    Desk desk(book);
    desk.prepare(proposals);
    for (const Proposal& p : proposals) desk.propose(p, first);
    for (const Proposal& p : proposals) out.push_back(book.transaction(p.key)->is);
  });
  return out;
}

std::vector<Transaction> Rights::approve(std::span<const std::string> keys, const Act& second) {
  require_act(second, false);
  std::vector<Transaction> out;
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    out.clear();
    Desk desk(book);
    load(book, desk, keys);
    for (const std::string& key : keys) {
      TransactionRow& row = require(book, key);
      const bool again = row.is.approver == second.actor && (row.is.state == TransactionState::completed ||
                                                             row.is.state == TransactionState::delayed);
      if (again) continue;
      if (row.is.kind == TransactionKind::trade || row.is.state != TransactionState::proposed)
        throw wrong_state(row);
      const Act act = both(row, second);
      if (row.is.deadline && *row.is.deadline <= book.now()) throw wrong_state(row);
      const Proposal p = proposal_of(row.is.body);
      if (row.is.kind == TransactionKind::transfer && p.delay_days > 0 &&
          !is_trusted(book, jurisdiction_, row.is)) {
        row.is.state = TransactionState::delayed;
        row.is.approver = second.actor;
        row.is.due = noon(calendar_.add_working_days(book.today(), p.delay_days));
        row.dirty = true;
        book.begin("delayed", key, act);
        book.content()["due"] = row.is.due->seconds;
        continue;
      }
      desk.complete(row, act);
    }
    for (const std::string& key : keys) out.push_back(book.transaction(key)->is);
  });
  return out;
}

void Rights::reject(const std::string& key, const Act& act) {
  require_act(act, false);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    Desk desk(book);
    load(book, desk, std::span(&key, 1));
    TransactionRow& row = require(book, key);
    if (row.is.state != TransactionState::proposed && row.is.state != TransactionState::delayed)
      throw wrong_state(row);
    desk.give_up(row, TransactionState::rejected, "rejected", both(row, act), act.reason);
    row.is.approver = act.actor;
  });
}

void Rights::cancel(const std::string& key, const Act& act) {
  require_act(act, false);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    Desk desk(book);
    load(book, desk, std::span(&key, 1));
    TransactionRow& row = require(book, key);
    if (row.is.kind == TransactionKind::trade ||
        (row.is.state != TransactionState::proposed && row.is.state != TransactionState::delayed))
      throw wrong_state(row);
    Act one = act;
    one.approver.clear();
    desk.give_up(row, TransactionState::cancelled, "cancelled", one, act.reason);
  });
}

int Rights::advance(const Act& act) {
  require_act(act, false);
  int changed = 0;
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    changed = 0;
    std::vector<std::string> keys;
    book.store().each([&](const store::Row& row) { keys.push_back(row.text(0)); },
                      "SELECT key FROM right_transaction WHERE jurisdiction = ? AND state IN (1, 3, 4) AND "
                      "((state IN (1, 4) AND deadline <= ?) OR (state = 3 AND due <= ?)) ORDER BY number",
                      jurisdiction_, book.now().seconds, book.now().seconds);
    // What was locked on an earlier day is free as soon as its cell is loaded.
    std::set<std::int64_t> locked;
    std::set<std::string> instruments;
    book.store().each(
        [&](const store::Row& row) {
          locked.insert(row.integer(0));
          instruments.insert(row.text(1));
        },
        "SELECT account, instrument FROM right_cell WHERE jurisdiction = ? AND locked_on <> '' AND locked_on "
        "< ?",
        jurisdiction_, to_string(book.today()));
    book.load_accounts(locked);
    for (const std::string& code : instruments)
      for (const auto id : locked) book.want(book.account(id), book.instrument(code), {});
    Desk desk(book);
    load(book, desk, keys);
    for (const std::string& key : keys) {
      TransactionRow& row = require(book, key);
      ++changed;
      Act one = act;
      one.approver.clear();
      if (row.is.state == TransactionState::conditional) {
        desk.conclude(row, false, one, "expired");
      } else if (row.is.state == TransactionState::proposed) {
        desk.give_up(row, TransactionState::expired, "expired", one, act.reason);
      } else {
        const TransactionRow before = row;
        book.mark();
        try {
          desk.complete(row, {row.is.initiator, row.is.approver, act.reason, act.rule});
        } catch (const Error& error) {
          book.take_back();
          row = before;
          desk.give_up(row, TransactionState::rejected, "rejected", one, error.message().zh);
        }
      }
    }
    book.forget_locks();
  });
  return changed;
}

// ---- settlement ----

void Rights::reserve(std::span<const Order> orders, const Act& act) {
  require_act(act, false);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    std::set<std::string> keys, accounts;
    for (const Order& o : orders) {
      keys.insert(o.key);
      accounts.insert(o.account);
    }
    book.load_encumbrances(keys);
    book.load_accounts(accounts);
    for (const Order& o : orders) {
      const InstrumentRow& instrument = book.instrument(o.instrument);
      book.want(book.account(o.account), instrument,
                instrument.is.kind == InstrumentKind::flow ? o.term : std::nullopt);
    }
    book.load();
    Desk desk(book);
    for (const Order& o : orders) desk.reserve(o, sha256_hex(json_of(o).dump()), act);
  });
}

namespace {

// The book with these orders in it, and the accounts they are of.
void load_orders(Book& book, const std::set<std::string>& keys) {
  book.load_encumbrances(keys);
  std::set<std::int64_t> accounts;
  for (const std::string& key : keys) {
    const EncumbranceRow* row = book.encumbrance(key);
    if (row == nullptr || row->in != Compartment::reserved)
      throw Error(codes::unknown_reservation,
                  {fmt::format("没有挂单“{}”", key), fmt::format("there is no order “{}”", key)},
                  {{}, 0, 0, "key"});
    accounts.insert(row->account);
  }
  book.load_accounts(accounts);
  for (const std::string& key : keys) {
    const EncumbranceRow* row = book.encumbrance(key);
    book.want(book.account(row->account), book.instrument(row->instrument), {});
  }
  book.load();
}

}  // namespace

void Rights::release(std::span<const std::string> keys, const Act& act) {
  require_act(act, false);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    load_orders(book, {keys.begin(), keys.end()});
    Desk desk(book);
    for (const std::string& key : keys) desk.release(*book.encumbrance(key), act);
  });
}

void Rights::trim(std::span<const Trim> orders, const Act& act) {
  require_act(act, false);
  std::set<std::string> keys;
  for (const Trim& order : orders) keys.insert(order.key);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    load_orders(book, keys);
    Desk desk(book);
    for (const Trim& order : orders) desk.trim(*book.encumbrance(order.key), order.left, act);
  });
}

std::vector<Settled> Rights::settle(std::span<const Trade> trades, const Act& act) {
  require_act(act, true);
  std::vector<Settled> out;
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    out.assign(trades.size(), {});
    Desk desk(book);
    desk.prepare(trades);
    for (std::size_t i = 0; i < trades.size(); ++i) {
      const Trade& trade = trades[i];
      out[i].key = trade.key;
      const std::string hash = sha256_hex(json_of(trade).dump());
      if (const TransactionRow* row = book.transaction(trade.key)) {
        if (row->body_hash == hash)
          out[i].done = true;
        else
          out[i].error = Error(codes::key_conflict,
                               {fmt::format("编号“{}”已用于内容不同的另一事项", trade.key),
                                fmt::format("the key “{}” stands for another content", trade.key)},
                               {{}, 0, 0, "key"});
        continue;
      }
      // What the trade draws from, should it be refused half-way.
      const auto kept = [](const auto* row) { return row == nullptr ? std::nullopt : std::optional(*row); };
      const auto sell = kept(book.encumbrance(trade.sell));
      const auto buy = kept(book.encumbrance(trade.buy));
      const auto saving = kept(book.saving(trade.saving));
      book.mark();
      try {
        out[i].certificates = desk.settle(trade, hash, act);
        out[i].done = true;
      } catch (const Error& error) {
        book.take_back();
        if (sell) *book.encumbrance(trade.sell) = *sell;
        if (buy) *book.encumbrance(trade.buy) = *buy;
        if (saving) *book.saving(trade.saving) = *saving;
        out[i].error = error;
      }
    }
  });
  return out;
}

Settled Rights::conclude(const std::string& key, bool granted, const Act& act) {
  require_act(act, true);
  Settled out{key, false, {}, {}};
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    Desk desk(book);
    load(book, desk, std::span(&key, 1));
    TransactionRow& row = require(book, key);
    const TransactionState wanted = granted ? TransactionState::completed : TransactionState::rejected;
    const bool late = granted && row.is.deadline && *row.is.deadline <= book.now();
    if (row.is.kind == TransactionKind::trade && row.is.state == wanted) return;  // a retry
    if (row.is.state != TransactionState::conditional || late) throw wrong_state(row);
    desk.conclude(row, granted, act, granted ? "completed" : "rejected");
  });
  out.done = true;
  for (const Certificate& c : certificates(key)) out.certificates.push_back(c.number);
  return out;
}

}  // namespace tributary::rights
