// One command: the book's answer, and what follows from it in the registry and in the tables.
#include "exchange/codes.h"
#include "rights/codes.h"
#include "venues/market_change.h"
#include "venues/market_journal.h"
#include "venues/markets.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::venues {

using exchange::Action, exchange::Command, exchange::Event, exchange::EventKind, exchange::OrderState, exchange::Refusal,
    exchange::Side;

namespace {

constexpr std::int64_t day = 24 * 60 * 60;

const char* state_name(OrderState state) {
  switch (state) {
    case OrderState::open:
      return "open";
    case OrderState::partial:
      return "partial";
    case OrderState::filled:
      return "filled";
    case OrderState::cancelled:
      return "cancelled";
    case OrderState::expired:
      return "expired";
    case OrderState::refused:
    case OrderState::unknown:
      break;
  }
  return "refused";
}

}  // namespace

std::string text_of(const OrderRequest& r) {
  return Json{{"account", r.account},
              {"side", static_cast<int>(r.side)},
              {"type", static_cast<int>(r.type)},
              {"stands", static_cast<int>(r.stands)},
              {"price", r.price.normalized().to_string()},
              {"quantity", r.quantity},
              {"min_quantity", r.min_quantity},
              {"target", r.target},
              {"counterparty", r.counterparty},
              {"until", r.until ? Json(r.until->seconds) : Json()}}
      .dump();
}

StoredOrder read_order(store::Transaction& t, const std::string& jurisdiction, const MarketRow& row, bool bulk,
                       std::int64_t id) {
  const auto r = t.first(std::string(order_columns) + "WHERE jurisdiction = ? AND market = ? AND desk = ? AND id = ?",
                         jurisdiction, row.number, bulk ? "bulk" : "book", id);
  if (!r)
    throw Error(exchange::codes::refusals[static_cast<std::size_t>(Refusal::unknown_order) - 1],
                exchange::describe(Refusal::unknown_order), {{}, 0, 0, "order"});
  return order_of(row.terms, *r);
}

Markets::Change Markets::carry_out(store::Transaction& t, MarketRow& row, Command command, const rights::Act& act,
                                   const OrderRequest* request) {
  MarketSession& book = session(t, row);
  rights::Rights registry = rights();
  const MarketTerms& terms = row.terms;
  const Instant now = clock_.now();
  command.time = now.seconds;
  Change out;
  const rights::Act by{act.actor, "", act.reason, row.rule()};

  const auto set_aside = [&](const std::string& key, exchange::AccountNumber account, Side side, std::int64_t amount) {
    rights::Order order{.key = key, .account = book.accounts.at(account), .instrument = {}, .quantity = amount};
    if (side == Side::buy) {
      order.instrument = std::string(rights::cash);
    } else {
      order.instrument = terms.venue.instrument;
      order.term = terms.listing.term;
      order.vintage = terms.listing.vintage;
      order.project = terms.listing.project;
    }
    try {
      registry.reserve(std::span(&order, 1), by);
      return true;
    } catch (const Error& error) {
      // Nothing was written when the registry says no; when the database does, all is lost.
      if (error.code().module != rights::codes::insufficient.module) throw;
      out.why = error.message().zh + " / " + error.message().en;
      return false;
    }
  };
  book.applied = MarketSession::spoilt;  // until it is written, whatever throws
  MarketSession::Outcome done = book.apply(command, set_aside);

  JournalRow entry{row.commands + 1, now.seconds, act.actor, act.reason, to_body(command), done.covered, {}};
  entry.hash = hash_of(row.head, entry);
  t.execute(
      "INSERT INTO venue_command (jurisdiction, market, seq, at, by_whom, reason, body, covered, hash) VALUES (?, ?, ?, ?, ?, "
      "?, ?, ?, ?)",
      jurisdiction_, row.number, entry.seq, entry.at, entry.by, entry.reason, entry.body, entry.covered ? 1 : 0,
      entry.hash);
  row.commands = entry.seq;
  row.head = entry.hash;
  book.applied = entry.seq;
  book.head = entry.hash;

  // ---- orders as they are now ----
  const bool bulk = command.action == Action::bulk_propose;
  if (request != nullptr) {
    const exchange::Events& events = bulk ? done.bulk : done.book;
    // A halt that has run out is told first.
    const Event& answer = *std::ranges::find_if(events, [&](const Event& e) { return e.order == command.order; });
    const bool fine = answer.kind == EventKind::accepted;
    const Side side = command.action == Action::take
                          ? exchange::other(read_order(t, jurisdiction_, row, false,
                                                       static_cast<std::int64_t>(command.target))
                                                .side)
                          : command.side;
    const exchange::Ticks price = command.action == Action::take && fine ? answer.price : command.price;
    t.execute(
        "INSERT INTO venue_order (jurisdiction, market, desk, id, seq, key, request, account, counterparty, side, type, "
        "stands, ticks, quantity, min_quantity, left_over, filled, state, reason, why, until, at, by_whom) VALUES (?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        jurisdiction_, row.number, bulk ? "bulk" : "book", static_cast<std::int64_t>(command.order), entry.seq,
        request->key, text_of(*request), request->account, request->counterparty, static_cast<std::int64_t>(side),
        static_cast<std::int64_t>(command.type), static_cast<std::int64_t>(command.stands), price, command.qty,
        command.min_qty, command.qty, fine ? "open" : "refused",
        static_cast<std::int64_t>(fine ? Refusal::none : answer.reason), out.why, command.until, now.seconds, act.actor);
  }
  const bool by_owner = command.action == Action::cancel ||
                        (command.action == Action::cancel_all && command.account != exchange::everybody);
  const auto follow = [&](const exchange::Events& events, const char* desk) {
    std::map<exchange::OrderId, Refusal> touched;
    for (const Event& event : events) {
      switch (event.kind) {
        case EventKind::traded:
        case EventKind::reduced: {
          const std::int64_t filled = event.kind == EventKind::traded ? event.qty : 0;
          std::set<exchange::OrderId> both{event.order, event.other};  // one, of a bulk agreement
          for (const exchange::OrderId id : both) {
            t.execute(
                "UPDATE venue_order SET filled = filled + ?, left_over = left_over - ? WHERE jurisdiction = ? AND market = ? "
                "AND desk = ? AND id = ?",
                filled, event.qty, jurisdiction_, row.number, desk, static_cast<std::int64_t>(id));
            touched.try_emplace(id, Refusal::none);
          }
          break;
        }
        case EventKind::amended:
          t.execute(
              "UPDATE venue_order SET left_over = ?, quantity = filled + ? WHERE jurisdiction = ? AND market = ? AND desk = ? "
              "AND id = ?",
              event.qty, event.qty, jurisdiction_, row.number, desk, static_cast<std::int64_t>(event.order));
          break;
        case EventKind::cancelled:
        case EventKind::expired:
          touched[event.order] = event.reason;
          break;
        default:
          break;
      }
    }
    for (const auto& [id, reason] : touched) {
      const char* state = std::string_view(desk) == "book" ? state_name(book.book().state(id))
                          : reason == Refusal::none        ? "filled"
                          : reason == Refusal::asked       ? "cancelled"
                                                           : "expired";
      t.execute(
          "UPDATE venue_order SET state = ?, reason = ? WHERE jurisdiction = ? AND market = ? AND desk = ? AND id = ?", state,
          static_cast<std::int64_t>(reason), jurisdiction_, row.number, desk, static_cast<std::int64_t>(id));
      if (by_owner && std::string_view(state) == "cancelled")
        t.execute(
            "UPDATE venue_order SET withdrawn = ? WHERE jurisdiction = ? AND market = ? AND desk = ? AND id = ?", now.seconds,
            jurisdiction_, row.number, desk, static_cast<std::int64_t>(id));
    }
  };
  follow(done.book, "book");
  follow(done.bulk, "bulk");

  // ---- deals, settled here and now ----
  std::vector<rights::Trade> trades;
  const bool agreed = command.action == Action::bulk_confirm;
  const char* kind = agreed                               ? "bulk"
                     : command.action == Action::take     ? "listed"
                     : command.action == Action::uncross  ? "call"
                                                          : "continuous";
  // The day is that of the last session step: what a step kept late brings is of its own day.
  for (const exchange::Trade& made : done.trades) {
    Deal deal{.seq = ++row.deals,
              .at = now,
              .kind = kind,
              .buy_order = static_cast<std::int64_t>(made.buy_order),
              .sell_order = static_cast<std::int64_t>(made.sell_order),
              .buyer = book.accounts.at(made.buyer),
              .seller = book.accounts.at(made.seller),
              .price = yuan_of(terms, made.price),
              .quantity = made.qty,
              .fen = made.amount};
    deal.trade = deal_key(row.number, deal.seq);
    t.execute(
        "INSERT INTO venue_deal (jurisdiction, market, seq, at, day, kind, buy_order, sell_order, buyer, seller, ticks, "
        "quantity, fen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        jurisdiction_, row.number, deal.seq, deal.at.seconds,
        static_cast<std::int64_t>(day_of({row.clocked}).time_since_epoch().count()), deal.kind, deal.buy_order, deal.sell_order,
        deal.buyer, deal.seller, made.price, deal.quantity, deal.fen);
    rights::Trade trade{
        .key = deal.trade,
        .sell = agreed ? proposal_key(row.number, made.sell_order, Side::sell) : order_key(row.number, made.sell_order),
        .buy = agreed ? proposal_key(row.number, made.buy_order, Side::buy) : order_key(row.number, made.buy_order),
        .seller = deal.seller,
        .buyer = deal.buyer,
        .instrument = terms.venue.instrument,
        .quantity = deal.quantity,
        .term = terms.listing.term,
        .vintage = terms.listing.vintage,
        .project = terms.listing.project,
        .fen = deal.fen,
        .charges = charges_of(terms.venue.fees, deal.fen),
        .certificate = terms.venue.certificate,
        .lease_months = lease_months(terms.venue.lease)};
    if (terms.venue.approval_days) {
      trade.conditional = true;
      trade.deadline = Instant{now.seconds + *terms.venue.approval_days * day};
    }
    trades.push_back(std::move(trade));
    out.deals.push_back(std::move(deal));
  }
  if (!trades.empty()) {
    const std::vector<rights::Settled> settled = registry.settle(trades, {"venue", act.actor, act.reason, row.rule()});
    for (const rights::Settled& one : settled)
      if (!one.done)
        throw Error(codes::not_settled,
                    {fmt::format("成交 {} 不能交割：{}", one.key, one.error ? one.error->message().zh : ""),
                     fmt::format("the deal {} cannot be settled: {}", one.key, one.error ? one.error->message().en : "")});
  }
  if (!done.done.empty()) registry.release(done.done, by);
  if (!done.left.empty()) {
    std::vector<rights::Rights::Trim> trims;
    for (const auto& [key, left] : done.left) trims.push_back({key, left});
    registry.trim(trims, by);
  }
  if (!book.book().halted()) row.halt_reason.clear();  // also where a halt had run out
  t.execute(
      "UPDATE venue_market SET commands = ?, head = ?, deals = ?, clocked = ?, halt_reason = ?, state = ? WHERE jurisdiction = "
      "? AND number = ?",
      row.commands, row.head, row.deals, row.clocked, row.halt_reason, row.state, jurisdiction_, row.number);
  out.book = std::move(done.book);
  out.bulk = std::move(done.bulk);
  return out;
}

}  // namespace tributary::venues
