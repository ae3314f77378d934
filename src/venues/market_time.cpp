// What the time brings to a market, and what its office and the authority do.
#include "venues/market_change.h"
#include "venues/market_journal.h"
#include "venues/markets.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {

using exchange::Action, exchange::EventKind;

void Markets::keep_time(store::Transaction& t, MarketRow& row, const rights::Act& act, int& commands) {
  const Listing listing = row.terms.listing;
  const std::int64_t now = clock_.now().seconds;
  const Date today = clock_.today();
  const auto note = [&] {
    t.execute("UPDATE venue_market SET clocked = ?, state = ? WHERE jurisdiction = ? AND number = ?", row.clocked, row.state,
              jurisdiction_, row.number);
  };
  const Date from = std::max(listing.first_day, day_of({row.clocked}));
  for (Date day = from; day <= std::min(today, listing.last_day); day += std::chrono::days{1}) {
    if (!trades_on(row.terms.venue, day)) continue;
    for (const SessionStep& step : row.terms.venue.sessions) {
      const std::int64_t at = start_of(day).seconds + step.minute * 60;
      if (at <= row.clocked || at > now) continue;
      if (step.what == SessionStep::What::uncross || step.what == SessionStep::What::uncross_open)
        sweep(t, row, act, commands);
      row.clocked = at;
      const Change change = carry_out(t, row, command_of(step.what), act);
      ++commands;
      if (step.what == SessionStep::What::end)
        for (const exchange::Event& event : change.book)
          if (event.kind == EventKind::day_closed) close_day(t, row, day, event.price, act, commands);
    }
  }
  if (today > listing.last_day) {
    (void)carry_out(t, row, {.action = Action::cancel_all, .account = exchange::everybody}, act);
    ++commands;
    row.state = "ended";
    note();
  }
}

void Markets::close_day(store::Transaction& t, MarketRow& row, Date day, exchange::Ticks close, const rights::Act& act,
                        int& commands) {
  const std::int64_t number_of_day = day.time_since_epoch().count();
  std::optional<std::int64_t> opening, high, low;
  std::int64_t sums[2][3] = {};  // of the book and of bulk: quantity, fen, deals
  t.each(
      [&](const store::Row& r) {
        const bool bulk = r.text(0) == "bulk";
        const std::int64_t price = r.integer(1);
        sums[bulk][0] += r.integer(2);
        sums[bulk][1] += r.integer(3);
        ++sums[bulk][2];
        if (bulk) return;
        if (!opening) opening = price;
        high = std::max(high.value_or(price), price);
        low = std::min(low.value_or(price), price);
      },
      "SELECT kind, ticks, quantity, fen FROM venue_deal WHERE jurisdiction = ? AND market = ? AND day = ? ORDER BY seq",
      jurisdiction_, row.number, number_of_day);
  t.execute(
      "INSERT INTO venue_day (jurisdiction, market, day, opening, high, low, closing, quantity, fen, deals, bulk_quantity, "
      "bulk_fen, bulk_deals, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      jurisdiction_, row.number, number_of_day, opening, high, low, close, sums[0][0], sums[0][1], sums[0][2], sums[1][0],
      sums[1][1], sums[1][2], session(t, row).hash());
  if (close == session(t, row).book().reference()) return;
  (void)carry_out(t, row, {.action = Action::reference, .price = close}, act);
  ++commands;
}

void Markets::sweep(store::Transaction& t, MarketRow& row, const rights::Act& act, int& commands) {
  const std::int64_t now = clock_.now().seconds;
  for (const store::Row& r : t.query(
           "SELECT o.id, m.account_number FROM venue_order o JOIN venue_member m ON m.jurisdiction = o.jurisdiction AND "
           "m.market = o.market AND m.account = o.account WHERE o.jurisdiction = ? AND o.market = ? AND o.state = 'open' AND "
           "o.desk = 'bulk' AND o.until <= ? ORDER BY o.id",
           jurisdiction_, row.number, now)) {
    (void)carry_out(t, row,
                    {.action = Action::bulk_withdraw,
                     .account = static_cast<exchange::AccountNumber>(r.integer(1)),
                     .order = static_cast<exchange::OrderId>(r.integer(0))},
                    act);
    ++commands;
  }
  // By account: whether he buys, for then his permit must hold.
  const auto open = t.query(
      "SELECT m.account, m.zone, m.account_number, MIN(o.side) FROM venue_order o JOIN venue_member m ON m.jurisdiction = "
      "o.jurisdiction AND m.market = o.market AND m.account = o.account WHERE o.jurisdiction = ? AND o.market = ? AND o.state "
      "IN ('open', 'partial') AND m.state = 'admitted' GROUP BY m.account, m.zone, m.account_number ORDER BY "
      "m.account_number",
      jurisdiction_, row.number);
  for (const store::Row& r : open) {
    std::string failed;
    for (const Check& check : checks_of(row, {r.text(0), r.text(1)}, r.integer(3) == 0))
      if (check.outcome == Check::Outcome::failed) failed += (failed.empty() ? "" : ", ") + check.code;
    if (failed.empty()) continue;
    t.execute("UPDATE venue_member SET state = 'blocked' WHERE jurisdiction = ? AND market = ? AND account = ?", jurisdiction_,
              row.number, r.text(0));
    (void)carry_out(t, row,
                    {.action = Action::block, .account = static_cast<exchange::AccountNumber>(r.integer(2))},
                    {act.actor, "", "不再符合交易条件 / may not trade any more: " + failed, act.rule});
    ++commands;
  }
}

int Markets::advance(const rights::Act& act) {
  require_act(act);
  const std::lock_guard lock(hall_.mutex_);
  const auto open = database_.read([&](store::Transaction& t) {
    return t.query("SELECT number FROM venue_market WHERE jurisdiction = ? AND state = 'open' ORDER BY number", jurisdiction_);
  });
  int total = 0;
  // Each market in a transaction of its own: what one of them runs into does not hold up the others.
  std::exception_ptr trouble;
  for (const store::Row& r : open) {
    int commands = 0;
    try {
      database_.together([&](store::Transaction& t) {
        commands = 0;
        MarketRow row = load(t, r.integer(0));
        if (row.state != "open") return;
        const rights::Act by{act.actor, "", act.reason, row.rule()};
        keep_time(t, row, by, commands);
        if (row.state == "open") sweep(t, row, by, commands);
      });
    } catch (const Error&) {
      if (!trouble) trouble = std::current_exception();
      continue;
    }
    total += commands;
  }
  if (trouble) std::rethrow_exception(trouble);
  return total;
}

// ---- the office ----

void Markets::halt(std::int64_t number, std::optional<Instant> until, const rights::Act& act) {
  require_act(act);
  if (until && *until <= clock_.now())
    throw Error(codes::bad_value, {"恢复时间已过", "the time to resume is over"}, {{}, 0, 0, "until"});
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    if (t.first("SELECT 1 FROM venue_member WHERE jurisdiction = ? AND market = ? AND applied_by = ?", jurisdiction_, number,
                act.actor))
      require_other(act.actor, {act.actor});
    row.halt_reason = act.reason;
    (void)carry_out(t, row, {.action = Action::halt, .until = until ? until->seconds : 0}, act);
  });
}

void Markets::resume(std::int64_t number, const rights::Act& act) {
  require_act(act);
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    if (!session(t, row).book().halted()) return;
    row.halt_reason.clear();
    (void)carry_out(t, row, {.action = Action::resume}, act);
  });
}

void Markets::end(std::int64_t number, const rights::Act& act) {
  require_act(act);
  const std::lock_guard lock(hall_.mutex_);
  database_.together([&](store::Transaction& t) {
    MarketRow row = load(t, number);
    if (row.state == "ended") return;
    row = require_open(t, number);
    row.state = "ended";
    (void)carry_out(t, row, {.action = Action::end_day}, act);  // proposals and day orders
    (void)carry_out(t, row, {.action = Action::cancel_all, .account = exchange::everybody}, act);
  });
}

void Markets::decide(std::int64_t number, std::int64_t deal, bool granted, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    const Deal made = this->deal(number, deal);
    require_other(act.actor, {row.opened_by});
    if (t.first("SELECT 1 FROM venue_order WHERE jurisdiction = ? AND market = ? AND by_whom = ? AND account IN (?, ?)",
                jurisdiction_, number, act.actor, made.buyer, made.seller))
      require_other(act.actor, {act.actor});
    if (rights().transaction(made.trade).state != rights::TransactionState::conditional)
      throw Error(codes::wrong_state, {fmt::format("成交 {} 不在等待审批", deal),
                                       fmt::format("deal {} does not wait for a decision", deal)});
    rights().conclude(made.trade, granted, {"venue", act.actor, act.reason, row.rule()});
  });
}

}  // namespace tributary::venues
