// Orders: what comes before the book.
#include "base/text.h"
#include "exchange/codes.h"
#include "venues/market_change.h"
#include "venues/markets.h"
#include "venues/stored.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

using exchange::Action, exchange::Command, exchange::Event, exchange::EventKind, exchange::Refusal, exchange::Side;

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

// Digits of a SHA-256 as the book carries them.
exchange::TermsHash hash_bytes(const std::string& hex) {
  exchange::TermsHash out{};
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0; };
  for (std::size_t i = 0; i < out.size() && 2 * i + 1 < hex.size(); ++i)
    out[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
  return out;
}

std::string terms_text(std::int64_t market, const std::string& instrument, const std::string& proposer,
                       const std::string& counterparty, Side side, const Decimal& price, std::int64_t quantity,
                       std::int64_t until) {
  return sha256_hex(Json{market, instrument, proposer, counterparty, side == Side::buy ? "buy" : "sell",
                         price.normalized().to_string(), quantity, until}
                        .dump());
}

// Of an order of the caller's own account; anybody else's is none.
StoredOrder own_order(store::Transaction& t, const std::string& jurisdiction, const MarketRow& row, bool bulk,
                      std::int64_t id, const std::string& account) {
  StoredOrder order = read_order(t, jurisdiction, row, bulk, id);
  if (order.account != account)
    throw Error(codes::not_yours, {fmt::format("委托 {} 不是账户 {} 的", id, account),
                                   fmt::format("order {} is not of account {}", id, account)},
                {{}, 0, 0, "order"});
  return order;
}

bool is_open(const StoredOrder& order) {
  return order.state == "open" || order.state == "partial";
}

[[noreturn]] void refused(Refusal reason, const std::string& why) {
  Text text = exchange::describe(reason);
  if (!why.empty()) text = {text.zh + "：" + why, text.en + ": " + why};
  throw Error(codes::order_refused, text, {{}, 0, 0, std::string(exchange::to_string(reason))});
}

}  // namespace

std::string Markets::terms_hash(const MarketView& market, const StoredOrder& proposal) {
  return terms_text(market.number, market.venue.instrument, proposal.account, proposal.counterparty, proposal.side,
                    proposal.price.value_or(Decimal(0)), proposal.quantity,
                    proposal.until ? proposal.until->seconds : 0);
}

// ---- what comes before the book ----

namespace {

struct Stood {  // of one beneficial owner, in this market
  std::int64_t held = 0;  // of rights, in the month of the term in which he has most
  std::int64_t bid = 0;   // open orders to buy
};

Command command_for(const MarketTerms& terms, const OrderRequest& r, const MarketSession& session,
                    exchange::AccountNumber account, std::optional<exchange::AccountNumber> counterparty,
                    std::int64_t market) {
  Command c{.account = account, .qty = r.quantity};
  if (r.target != 0) {
    c.action = Action::take;
    c.target = static_cast<exchange::OrderId>(r.target);
    c.order = session.book().next_order();
    return c;
  }
  c.side = r.side;
  if (r.type == exchange::OrderType::limit || counterparty) c.price = ticks_of(terms, r.price);
  if (counterparty) {
    if (!r.until) throw bad_field("until", "须写明确认的期限", "until when it may be confirmed must be given");
    c.action = Action::bulk_propose;
    c.target = *counterparty;
    c.until = r.until->seconds;
    c.order = session.next_proposal();
    c.terms = hash_bytes(terms_text(market, terms.venue.instrument, r.account, r.counterparty, r.side, r.price, r.quantity,
                                    c.until));
    return c;
  }
  c.action = Action::submit;
  c.type = r.type;
  c.stands = r.stands;
  c.min_qty = r.min_quantity;
  c.order = session.book().next_order();
  return c;
}

}  // namespace

struct Markets::Entry {
  Member member;
  Command command;
  bool buys = false;
};

// Everything about an order that is not the book's to say: who may, for which account, and how much one owner may hold.
Markets::Entry Markets::enter(store::Transaction& t, const MarketRow& row, const OrderRequest& request,
                              const std::string& actor) const {
  require_outsider(t, row, actor);
  const auto number_of = [&](const std::string& account, const char* field) {
    const auto r = t.first(
        "SELECT account_number FROM venue_member WHERE jurisdiction = ? AND market = ? AND account = ? AND account_number IS "
        "NOT NULL",
        jurisdiction_, row.number, account);
    if (!r)
      throw Error(codes::not_admitted,
                  {fmt::format("账户 {} 未获准在这个市场交易", account),
                   fmt::format("account {} is not admitted to this market", account)},
                  {{}, 0, 0, field});
    return static_cast<exchange::AccountNumber>(r->integer(0));
  };
  const MarketSession& book = session(t, row);
  std::optional<exchange::AccountNumber> counterparty;
  const exchange::AccountNumber account = number_of(request.account, "account");
  if (!request.counterparty.empty()) counterparty = number_of(request.counterparty, "counterparty");
  Entry out{member(t, row.number, request.account),
            command_for(row.terms, request, book, account, counterparty, row.number)};
  bool buys = request.side == Side::buy;
  if (request.target != 0) buys = read_order(t, jurisdiction_, row, false, request.target).side == Side::sell;
  require_admissible(checks_of(row, {request.account, out.member.zone}, buys));
  if (buys) require_room(t, row, out.member.owner, request.quantity);
  out.buys = buys;
  return out;
}

// One beneficial owner's limits look at all accounts of all parties that he controls, and at what he holds by whatever way he
// came to it.
void Markets::require_room(store::Transaction& t, const MarketRow& row, const std::string& owner,
                           std::int64_t more) const {
  const MarketVenue& venue = row.terms.venue;
  if (venue.rules.limits.max_holding == 0 && !venue.max_share) return;
  const rights::Rights registry = rights();
  const std::string& behind = beneficial_owner(venue.control, owner);
  std::set<std::string> parties{owner, behind};
  for (const auto& [party, by] : venue.control)
    if (by == behind) parties.insert(party);
  std::map<std::string, std::int64_t> most;  // by account
  for (const std::string& party : parties)
    for (const rights::Holding& h :
         registry.holdings({.owner = party, .instrument = venue.instrument, .term = row.terms.listing.term})) {
      if (row.terms.listing.vintage && h.part.period != *row.terms.listing.vintage) continue;
      const std::int64_t held = h.part.amount + h.pending_in;  // with deals that wait for the authority
      most[h.account] = row.terms.listing.term ? std::max(most[h.account], held) : most[h.account] + held;
    }
  Stood stood;
  for (const auto& [account, amount] : most) stood.held += amount;
  t.each(
      [&](const store::Row& bid) {
        if (parties.contains(bid.text(0))) stood.bid += bid.integer(1);
      },
      "SELECT m.owner, COALESCE(SUM(o.left_over), 0) FROM venue_order o JOIN venue_member m ON m.jurisdiction = o.jurisdiction "
      "AND m.market = o.market AND m.account = o.account WHERE o.jurisdiction = ? AND o.market = ? AND o.side = 0 AND o.state IN "
      "('open', 'partial') GROUP BY m.owner",
      jurisdiction_, row.number);
  std::optional<std::int64_t> limit;
  if (venue.rules.limits.max_holding > 0) limit = venue.rules.limits.max_holding;
  if (venue.max_share) {
    // Of what is issued in the month (the vintage) in which least is.
    std::optional<std::int64_t> issued;
    for (const rights::Rights::Use& use : registry.use_of_cap(venue.instrument)) {
      const bool touches = row.terms.listing.term ? use.cap.period < row.terms.listing.term->to.index &&
                                                        row.terms.listing.term->from.index < use.cap.period + use.cap.count
                                                  : !row.terms.listing.vintage || use.cap.period == *row.terms.listing.vintage;
      if (touches) issued = std::min(issued.value_or(use.issued), use.issued);
    }
    const std::int64_t share =
        (*venue.max_share * Decimal::from_int(issued.value_or(0))).round(0, Rounding::floor).to_int64();
    limit = std::min(limit.value_or(share), share);
  }
  if (stood.held + stood.bid + more <= *limit) return;
  throw Error(codes::holding_limit,
              {fmt::format("同一主体最多持有 {}：已持有 {}，买入委托 {}，再买 {} 将超过", *limit, stood.held, stood.bid, more),
               fmt::format("one owner may hold {} at most: {} held, {} bid for, {} more would exceed it", *limit, stood.held,
                           stood.bid, more)},
              {{}, 0, 0, "quantity"});
}

Placed Markets::submit(std::int64_t number, const OrderRequest& request, const rights::Act& act) {
  require_act(act);
  if (request.key.empty() || request.key.size() > 100)
    throw bad_field("key", "须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes");
  Placed out;
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    out = {};
    const std::string text = text_of(request);
    if (const auto had = t.first(std::string(order_columns) + "WHERE jurisdiction = ? AND market = ? AND key = ?",
                                 jurisdiction_, number, request.key)) {
      if (had->text(19) != text)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一笔委托", request.key),
                     fmt::format("the key \"{}\" stands for another order", request.key)},
                    {{}, 0, 0, "key"});
      out.order = order_of(row.terms, *had);
      return;
    }
    const Entry entry = enter(t, row, request, act.actor);
    if (entry.member.state == "blocked") {  // what stood against it has passed
      (void)carry_out(t, row, {.action = Action::unblock, .account = entry.command.account}, act);
      t.execute("UPDATE venue_member SET state = 'admitted' WHERE jurisdiction = ? AND market = ? AND account = ?",
                jurisdiction_, number, request.account);
    }
    Change change = carry_out(t, row, entry.command, act, &request);
    out.order = read_order(t, jurisdiction_, row, entry.command.action == Action::bulk_propose,
                           static_cast<std::int64_t>(entry.command.order));
    out.deals = std::move(change.deals);
  });
  return out;
}

StoredOrder Markets::reduce(std::int64_t number, std::int64_t order, const std::string& account, std::int64_t quantity,
                            const rights::Act& act) {
  require_act(act);
  StoredOrder out;
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    const StoredOrder had = own_order(t, jurisdiction_, row, false, order, account);
    if (quantity == had.quantity) {
      out = had;
      return;
    }
    if (!is_open(had)) refused(Refusal::order_done, {});
    if (quantity <= had.filled) refused(Refusal::below_filled, {});
    if (quantity > had.quantity)
      throw bad_field("quantity", "只能减少数量；要加量或改价，请撤单后另行申报",
                      "a quantity can only be lowered; for more or another price withdraw the order and place a new one");
    const auto at = t.first("SELECT m.account_number, o.ticks FROM venue_order o JOIN venue_member m ON m.jurisdiction = "
                            "o.jurisdiction AND m.market = o.market AND m.account = o.account WHERE o.jurisdiction = ? AND "
                            "o.market = ? AND o.desk = 'book' AND o.id = ?",
                            jurisdiction_, number, order);
    const Command command{.action = Action::amend,
                          .account = static_cast<exchange::AccountNumber>(at->integer(0)),
                          .time = clock_.now().seconds,
                          .order = static_cast<exchange::OrderId>(order),
                          .price = at->integer(1),
                          .qty = quantity};
    for (const Event& event : session(t, row).rehearse(command, [](const auto&...) { return true; }))
      if (event.kind == EventKind::refused) refused(event.reason, {});
    const Change change = carry_out(t, row, command, act);
    if (change.refused()) refused(change.book.back().reason, change.why);
    out = read_order(t, jurisdiction_, row, false, order);
  });
  return out;
}

StoredOrder Markets::cancel(std::int64_t number, std::int64_t order, const std::string& account, const rights::Act& act) {
  require_act(act);
  StoredOrder out;
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    out = own_order(t, jurisdiction_, row, false, order, account);
    if (out.state == "cancelled") return;  // a retry
    const MarketSession& book = session(t, row);
    // What the book would refuse is said before: a command that comes to nothing costs a replay.
    if (!is_open(out)) refused(Refusal::order_done, {});
    if (book.book().phase() == exchange::Phase::call_no_cancel) refused(Refusal::wrong_phase, {});
    const auto at = std::ranges::find(book.accounts, account);
    const Change change = carry_out(t, row,
                                    {.action = Action::cancel,
                                     .account = static_cast<exchange::AccountNumber>(at - book.accounts.begin()),
                                     .order = static_cast<exchange::OrderId>(order)},
                                    act);
    if (change.refused()) refused(change.book.back().reason, change.why);
    out = read_order(t, jurisdiction_, row, false, order);
  });
  return out;
}

int Markets::cancel_all(std::int64_t number, const std::string& account, const rights::Act& act) {
  require_act(act);
  int count = 0;
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    count = 0;
    const MarketSession& book = session(t, row);
    // While a call auction admits no withdrawal, neither does this.
    if (book.book().phase() == exchange::Phase::call_no_cancel) refused(Refusal::wrong_phase, {});
    const auto at = std::ranges::find(book.accounts, account);
    if (at == book.accounts.end())
      throw Error(codes::unknown_member, {fmt::format("账户 {} 不在这个市场", account),
                                          fmt::format("account {} is not in this market", account)});
    if (!t.first("SELECT 1 FROM venue_order WHERE jurisdiction = ? AND market = ? AND desk = 'book' AND account = ? AND state IN "
                 "('open', 'partial')",
                 jurisdiction_, number, account))
      return;
    const Change change = carry_out(
        t, row, {.action = Action::cancel_all, .account = static_cast<exchange::AccountNumber>(at - book.accounts.begin())},
        act);
    count = static_cast<int>(
        std::ranges::count_if(change.book, [](const Event& e) { return e.kind == EventKind::cancelled; }));
  });
  return count;
}

Placed Markets::confirm(std::int64_t number, std::int64_t proposal, const std::string& account,
                        const std::string& terms_hash, const rights::Act& act) {
  require_act(act);
  Placed out;
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    out = {};
    out.order = read_order(t, jurisdiction_, row, true, proposal);
    if (out.order.counterparty != account) refused(Refusal::not_a_party, {});
    if (out.order.state == "filled") return;  // a retry
    // Said before the desk is asked, as of orders.
    if (!is_open(out.order) || !out.order.until || *out.order.until <= clock_.now()) refused(Refusal::proposal_lapsed, {});
    if (terms_hash != terms_text(number, row.terms.venue.instrument, out.order.account, account, out.order.side,
                                 out.order.price.value_or(Decimal(0)), out.order.quantity, out.order.until->seconds))
      refused(Refusal::terms_differ, {});
    if (session(t, row).book().halted()) refused(Refusal::halted, {});
    if (session(t, row).book().phase() == exchange::Phase::closed) refused(Refusal::wrong_phase, {});
    require_outsider(t, row, act.actor);
    require_other(act.actor, {out.order.by});
    const bool buys = out.order.side == Side::sell;
    const Member who = member(t, number, account);
    require_admissible(checks_of(row, {account, who.zone}, buys));
    if (buys) require_room(t, row, who.owner, out.order.quantity);
    const MarketSession& book = session(t, row);
    const auto at = std::ranges::find(book.accounts, account);
    Command c{.action = Action::bulk_confirm,
              .account = static_cast<exchange::AccountNumber>(at - book.accounts.begin()),
              .order = static_cast<exchange::OrderId>(proposal)};
    c.terms = hash_bytes(terms_hash);
    Change change = carry_out(t, row, c, act);
    if (change.refused()) refused(change.bulk.back().reason, change.why);
    t.execute("UPDATE venue_order SET confirmed_by = ? WHERE jurisdiction = ? AND market = ? AND desk = 'bulk' AND id = ?",
              act.actor, jurisdiction_, number, proposal);
    out.order = read_order(t, jurisdiction_, row, true, proposal);
    out.deals = std::move(change.deals);
  });
  return out;
}

StoredOrder Markets::withdraw(std::int64_t number, std::int64_t proposal, const std::string& account,
                              const rights::Act& act) {
  require_act(act);
  StoredOrder out;
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    out = own_order(t, jurisdiction_, row, true, proposal, account);
    if (out.state == "cancelled") return;
    if (!is_open(out)) refused(Refusal::order_done, {});
    if (out.until && *out.until <= clock_.now()) refused(Refusal::proposal_lapsed, {});  // the clock takes it
    const MarketSession& book = session(t, row);
    const auto at = std::ranges::find(book.accounts, account);
    const Change change = carry_out(t, row,
                                    {.action = Action::bulk_withdraw,
                                     .account = static_cast<exchange::AccountNumber>(at - book.accounts.begin()),
                                     .order = static_cast<exchange::OrderId>(proposal)},
                                    act);
    if (change.refused()) refused(change.bulk.back().reason, change.why);
    out = read_order(t, jurisdiction_, row, true, proposal);
  });
  return out;
}

OrderQuote Markets::quote(std::int64_t number, const OrderRequest& request, const std::string& actor) {
  const std::lock_guard lock(hall_.mutex_);
  OrderQuote out;
  database_.snapshot([&](store::Transaction& t) {
    out = {};
      const MarketRow row = require_open(t, number);
      try {
        const Entry entry = enter(t, row, request, actor);
        const bool buys = entry.buys;
        Command command = entry.command;
        command.time = clock_.now().seconds;
        const auto set_aside = [&](const std::string&, exchange::AccountNumber, Side side, std::int64_t amount) {
          out.set_aside = amount;
          const Free free = free_of(row, request.account);
          out.free = side == Side::buy ? free.cash : free.goods;
          return amount <= out.free;
        };
        if (entry.command.action == Action::bulk_propose) {
          const exchange::BookRules rules = rules_of(row.terms);
          out.price_fen = exchange::value_of(command.price, command.qty, rules.value_numerator, rules.value_denominator);
          const std::int64_t amount =
              request.side == Side::buy ? cover_of(row.terms, out.price_fen, command.qty) : command.qty;
          if (!set_aside({}, 0, request.side, amount))
            out.faults.emplace_back(codes::order_refused, exchange::describe(Refusal::not_covered),
                                    Where{{}, 0, 0, std::string(exchange::to_string(Refusal::not_covered))});
        } else {
          const exchange::Events events = session(t, row).rehearse(command, set_aside);
          const exchange::BookRules& rules = session(t, row).book().rules();
          exchange::Ticks price = command.price;
          for (const Event& event : events) {
            if (event.kind == EventKind::refused ||
                (event.kind == EventKind::cancelled && event.order == command.order))
              out.faults.emplace_back(codes::order_refused, exchange::describe(event.reason),
                                      Where{{}, 0, 0, std::string(exchange::to_string(event.reason))});
            if (event.kind == EventKind::accepted && command.action == Action::take) price = event.price;
            if (event.kind != EventKind::traded) continue;
            out.at_once += event.qty;
            out.at_once_fen += event.amount;
          }
          if (price > 0 && command.qty > 0)
            out.price_fen = exchange::value_of(price, command.qty, rules.value_numerator, rules.value_denominator);
        }
        for (const rights::Charge& charge : charges_of(row.terms.venue.fees, out.price_fen))
          if (charge.buyer == buys) out.charges_fen += charge.fen;
      } catch (const Error& error) {
        out.faults.push_back(error);
      }
  });
  return out;
}

}  // namespace tributary::venues
