// What the time brings to a market, and what its office and the authority do.
#include "venues/market_change.h"
#include "venues/market_journal.h"
#include "venues/markets.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {

using exchange::Action, exchange::EventKind;

std::vector<std::pair<Instant, SessionStep>> Markets::due_steps(const MarketRow& row) const {
  std::vector<std::pair<Instant, SessionStep>> out;
  const Listing& listing = row.terms.listing;
  const Instant now = clock_.now();
  for (Date day = std::max(listing.first_day, day_of({row.clocked})); day <= std::min(clock_.today(), listing.last_day);
       day += std::chrono::days{1}) {
    if (!trades_on(row.terms.venue, day)) continue;
    for (const SessionStep& step : row.terms.venue.sessions) {
      const Instant at{start_of(day).seconds + step.minute * 60};
      if (at.seconds > row.clocked && at <= now) out.emplace_back(at, step);
    }
  }
  return out;
}

bool Markets::halt_is_over(store::Transaction& t, const MarketRow& row) const {
  if (row.halt_reason.empty()) return false;
  const exchange::Book& book = session(t, row).book();
  return book.halted() && book.halted_until() != 0 && book.halted_until() <= clock_.now().seconds;
}

bool Markets::due() {
  const std::lock_guard lock(hall_.mutex_);
  bool out = false;
  database_.snapshot([&](store::Transaction& t) {
    out = false;
    for (const store::Row& r : t.query("SELECT number FROM venue_market WHERE jurisdiction = ? AND state = 'open'", jurisdiction_)) {
      const MarketRow row = load(t, r.integer(0));
      out = out || clock_.today() > row.terms.listing.last_day || !due_steps(row).empty() || halt_is_over(t, row) ||
            t.first("SELECT 1 FROM venue_order WHERE jurisdiction = ? AND market = ? AND state = 'open' AND desk = 'bulk' AND "
                    "until <= ?",
                    jurisdiction_, row.number, clock_.now().seconds);
    }
  });
  return out;
}

void Markets::around(std::int64_t number, const std::function<void()>& work) {
  const std::lock_guard lock(hall_.mutex_);
  if (hall_.taken_) return work();
  struct Taking {
    bool& taken;
    explicit Taking(bool& flag) : taken(flag) { taken = true; }
    ~Taking() { taken = false; }
  };
  const Taking taking(hall_.taken_);
  try {
    return work();
  } catch (const Error& error) {
    if (error.code() != codes::not_settled) throw;
  }
  database_.together([&](store::Transaction& t) {
    MarketRow row = require_open(t, number);
    int commands = 0;
    sweep(t, row, {market_clock, "", "不再符合交易条件 / may not trade any more", row.rule()}, commands);
  });
  work();
}

void Markets::keep_time(store::Transaction& t, MarketRow& row, const rights::Act& act, int& commands) {
  const Listing listing = row.terms.listing;
  const Date today = clock_.today();
  const auto note = [&] {
    t.execute("UPDATE venue_market SET clocked = ?, state = ? WHERE jurisdiction = ? AND number = ?", row.clocked, row.state,
              jurisdiction_, row.number);
  };
  if (halt_is_over(t, row)) {
    (void)carry_out(t, row, {.action = Action::resume}, act);
    ++commands;
  }
  const auto steps = due_steps(row);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& [at, step] = steps[i];
    const bool auction = step.what == SessionStep::What::uncross || step.what == SessionStep::What::uncross_open;
    if (auction && session(t, row).book().halted()) {
      // No auction while trading is halted: it waits for the end of the halt, or falls away with the day.
      const auto over = std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(i), steps.end(), [&](const auto& later) {
        return later.second.what == SessionStep::What::end && day_of(later.first) == day_of(at);
      });
      if (over == steps.end()) return note();
      i = static_cast<std::size_t>(over - steps.begin()) - 1;
      continue;
    }
    if (auction) sweep(t, row, act, commands);
    row.clocked = at.seconds;
    const Change change = carry_out(t, row, command_of(step.what), act);
    ++commands;
    if (step.what == SessionStep::What::end)
      for (const exchange::Event& event : change.book)
        if (event.kind == EventKind::day_closed) close_day(t, row, day_of(at), event.price, act, commands);
  }
  if (today > listing.last_day) {
    (void)carry_out(t, row, {.action = Action::cancel_all, .account = exchange::everybody}, act);
    ++commands;
    row.state = "ended";
    note();
  }
}

DaySums sums_of_day(store::Transaction& t, const std::string& jurisdiction, std::int64_t market, std::int64_t day) {
  DaySums out;
  t.each(
      [&](const store::Row& r) {
        const bool bulk = r.text(0) == "bulk";
        const std::int64_t price = r.integer(1);
        DaySums::Sum& sum = bulk ? out.bulk : out.book;
        sum.quantity += r.integer(2);
        sum.fen += r.integer(3);
        ++sum.deals;
        if (bulk) return;
        if (!out.opening) out.opening = price;
        out.high = std::max(out.high.value_or(price), price);
        out.low = std::min(out.low.value_or(price), price);
        out.last = price;
      },
      "SELECT kind, ticks, quantity, fen FROM venue_deal WHERE jurisdiction = ? AND market = ? AND day = ? ORDER BY seq",
      jurisdiction, market, day);
  return out;
}

void Markets::close_day(store::Transaction& t, MarketRow& row, Date day, exchange::Ticks close, const rights::Act& act,
                        int& commands) {
  const std::int64_t number_of_day = day.time_since_epoch().count();
  const DaySums sums = sums_of_day(t, jurisdiction_, row.number, number_of_day);
  t.execute(
      "INSERT INTO venue_day (jurisdiction, market, day, opening, high, low, closing, quantity, fen, deals, bulk_quantity, "
      "bulk_fen, bulk_deals, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      jurisdiction_, row.number, number_of_day, sums.opening, sums.high, sums.low, close, sums.book.quantity, sums.book.fen,
      sums.book.deals, sums.bulk.quantity, sums.bulk.fen, sums.bulk.deals, session(t, row).hash());
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
    } catch (const Error& error) {
      if (!trouble) trouble = std::current_exception();
      // What could not be settled now will not be a second later either: nobody is to wait without knowing why.
      if (error.code() == codes::not_settled) total += halt_for(r.integer(0), error, act);
      continue;
    }
    total += commands;
  }
  if (trouble) std::rethrow_exception(trouble);
  return total;
}

int Markets::halt_for(std::int64_t number, const Error& trouble, const rights::Act& act) {
  int commands = 0;
  database_.together([&](store::Transaction& t) {
    commands = 0;
    MarketRow row = load(t, number);
    if (row.state != "open" || session(t, row).book().halted()) return;
    row.halt_reason = fmt::format("系统停市，待查：{} / halted by the system until it is looked into: {}", trouble.message().zh,
                                  trouble.message().en);
    (void)carry_out(t, row, {.action = Action::halt}, {act.actor, "", row.halt_reason, row.rule()});
    ++commands;
  });
  return commands;
}

// ---- the office ----

// Whoever applied, ordered or agreed for somebody in this market holds no office in it.
void Markets::require_no_trader(store::Transaction& t, std::int64_t number, const std::string& actor) const {
  if (t.first("SELECT 1 FROM venue_member WHERE jurisdiction = ? AND market = ? AND applied_by = ?", jurisdiction_, number,
              actor) ||
      t.first("SELECT 1 FROM venue_order WHERE jurisdiction = ? AND market = ? AND (by_whom = ? OR confirmed_by = ?)",
              jurisdiction_, number, actor, actor))
    require_other(actor, {actor});
}

void Markets::halt(std::int64_t number, std::optional<Instant> until, const rights::Act& act) {
  require_act(act);
  if (until && *until <= clock_.now())
    throw Error(codes::bad_value, {"恢复时间已过", "the time to resume is over"}, {{}, 0, 0, "until"});
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    require_no_trader(t, number, act.actor);
    row.halt_reason = act.reason;
    (void)carry_out(t, row, {.action = Action::halt, .until = until ? until->seconds : 0}, act);
  });
}

void Markets::resume(std::int64_t number, const rights::Act& act) {
  require_act(act);
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    require_no_trader(t, number, act.actor);
    if (!session(t, row).book().halted()) return;
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
    require_no_trader(t, number, act.actor);
    int commands = 0;
    keep_time(t, row, {market_clock, "", "按交易时段 / by the sessions", row.rule()}, commands);
    if (row.state != "open") return;
    const Date day = day_of({row.clocked});
    const Change over = carry_out(t, row, {.action = Action::end_day}, act);  // proposals and day orders
    // The day that is cut short has its figures like any other.
    if (!t.first("SELECT 1 FROM venue_day WHERE jurisdiction = ? AND market = ? AND day = ?", jurisdiction_, number,
                 static_cast<std::int64_t>(day.time_since_epoch().count())) &&
        t.first("SELECT 1 FROM venue_deal WHERE jurisdiction = ? AND market = ? AND day = ?", jurisdiction_, number,
                static_cast<std::int64_t>(day.time_since_epoch().count())))
      for (const exchange::Event& event : over.book)
        if (event.kind == EventKind::day_closed) close_day(t, row, day, event.price, act, commands);
    row.state = "ended";
    (void)carry_out(t, row, {.action = Action::cancel_all, .account = exchange::everybody}, act);
  });
}

void Markets::decide(std::int64_t number, std::int64_t deal, bool granted, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    const Deal made = this->deal(number, deal);
    require_other(act.actor, {row.opened_by});
    require_no_trader(t, number, act.actor);
    if (rights().transaction(made.trade).state != rights::TransactionState::conditional)
      throw Error(codes::wrong_state, {fmt::format("成交 {} 不在等待审批", deal),
                                       fmt::format("deal {} does not wait for a decision", deal)});
    rights().conclude(made.trade, granted, {"venue", act.actor, act.reason, row.rule()});
  });
}

}  // namespace tributary::venues
