// Transfer accounts between zones: what was sent one way by trade and not yet delivered. They carry over from
// round to round; call-outs, by two persons, make room.
#include "base/text.h"
#include "exchange/smart_market_codes.h"
#include "exchange/transfer_balance.h"
#include "venues/smart_stored.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

using exchange::smart_market::Market;

Market empty_market(const SmartVenue& venue) {
  Json market = Json::parse(venue.market);
  market["bids"] = market["asks"] = Json::array();
  return exchange::smart_market::read_market(market.dump(), venue.id);
}

std::vector<BalanceEntry> entries_of(store::Transaction& t, const std::string& jurisdiction,
                                     const std::string& venue, const std::string& link) {
  std::vector<BalanceEntry> out;
  for (const store::Row& r :
       t.query("SELECT seq, at, cause, number, amount, balance FROM venue_balance WHERE jurisdiction = "
               "? AND venue = ? AND link = ? ORDER BY seq",
               jurisdiction, venue, link))
    out.push_back(
        {r.integer(0), {r.integer(1)}, r.text(2), r.integer(3), exact_of(r.text(4)), exact_of(r.text(5))});
  return out;
}

Error no_call(std::int64_t number) {
  return {smart_codes::unknown_call,
          {fmt::format("没有第 {} 号调出", number), fmt::format("there is no call-out {}", number)}};
}

const exchange::smart_market::Link& link_of(const Market& market, const std::string& id) {
  for (const auto& link : market.links)
    if (link.id == id && link.balance) return link;
  throw Error(
      codes::bad_value,
      {fmt::format("没有记余额的通道“{}”", id), fmt::format("there is no link \"{}\" with a balance", id)},
      {{}, 0, 0, "link"});
}

// The account as it stands, and as it would stand if a round that waits were refused or all that it sends this way, keep their
// limits.
void require_within(store::Transaction& t, const std::string& jurisdiction, const SmartVenue& venue,
                    const CallOut& call) {
  const Market market = empty_market(venue);
  const auto& link = link_of(market, call.link);
  const std::vector<BalanceEntry> entries = entries_of(t, jurisdiction, venue.id, call.link);
  const Rational now = entries.empty() ? link.balance->start : entries.back().balance;
  std::vector<Rational> cases{now};
  for (const store::Row& r :
       t.query("SELECT result FROM venue_round WHERE jurisdiction = ? AND venue = ? AND state = 'awaiting'", jurisdiction,
               venue.id)) {
    Rational sent;
    const Json result = Json::parse(r.text(0));
    for (const Json& flow : result.at("clearing").at("flows"))
      if (flow.at("link") == call.link) sent += exact_of(flow.at("sent").get<std::string>());
    cases.push_back(now - sent);
  }
  for (const Rational& at : cases) {
    try {
      exchange::smart_market::TransferBalance(link.balance->lo, link.balance->hi, at)
          .call_out(Rational(call.quantity));
    } catch (const Error&) {
      throw Error(smart_codes::balance_limit,
                  {fmt::format("通道 {} 的余额为 {}，下限 {}，不能调出 {}", call.link, exact(at),
                               exact(link.balance->lo), call.quantity.to_string()),
                   fmt::format("the account of {} stands at {} and not below {}; {} cannot be called out",
                               call.link, exact(at), exact(link.balance->lo), call.quantity.to_string())},
                  {{}, 0, 0, "quantity"},
                  cases.size() > 1 ? Text{"待审批的一场若不获批准，其水量也要退回。",
                                          "A round that waits would give its water back if it is refused."}
                                   : Text{});
    }
  }
}

}  // namespace

void SmartRounds::book(store::Transaction& t, const SmartVenue& venue, const std::string& link,
                       const std::string& cause, std::int64_t number, const Rational& amount) const {
  std::vector<BalanceEntry> entries = entries_of(t, jurisdiction_, venue.id, link);
  const auto add = [&](const std::string& why, std::int64_t of, const Rational& change) {
    const Rational before = entries.empty() ? Rational(0) : entries.back().balance;
    const std::int64_t seq = static_cast<std::int64_t>(entries.size()) + 1;
    entries.push_back({seq, clock_.now(), why, of, change, before + change});
    t.execute(
        "INSERT INTO venue_balance (jurisdiction, venue, link, seq, at, cause, number, amount, balance) "
        "VALUES (?, ?, ?, ?, "
        "?, ?, ?, ?, ?)",
        jurisdiction_, venue.id, link, seq, clock_.now().seconds, why, of, exact(change),
        exact(before + change));
  };
  if (entries.empty()) {
    const Market market = empty_market(venue);
    add("start", 0, link_of(market, link).balance->start);
  }
  add(cause, number, amount);
}

std::vector<BalanceView> SmartRounds::balances(const SmartVenue& venue) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<BalanceView> out;
    const Market market = empty_market(venue);
    for (const auto& link : market.links) {
      if (!link.balance) continue;
      BalanceView one{link.id,
                      market.zones[link.from].id,
                      market.zones[link.to].id,
                      link.balance->lo,
                      link.balance->hi,
                      link.balance->start,
                      entries_of(t, jurisdiction_, venue.id, link.id)};
      if (!one.entries.empty()) one.balance = one.entries.back().balance;
      out.push_back(std::move(one));
    }
    return out;
  });
}

std::int64_t SmartRounds::call_out(const SmartVenue& venue, const CallOut& call, const rights::Act& act) {
  require_act(act);
  if (call.key.empty() || call.key.size() > 100)
    throw Error(codes::bad_value, {"须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes"},
                {{}, 0, 0, "key"});
  if (call.quantity.sign() <= 0)
    throw Error(codes::bad_value, {"调出量须为正数", "what is called out is positive"},
                {{}, 0, 0, "quantity"});
  std::int64_t number = 0;
  database_.together([&](store::Transaction& t) {
    const std::string quantity = call.quantity.normalized().to_string();
    if (const auto had = t.first("SELECT number, venue, link, quantity, proposed_by FROM venue_call WHERE "
                                 "jurisdiction = ? AND key = ?",
                                 jurisdiction_, call.key)) {
      if (had->text(1) != venue.id || had->text(2) != call.link || had->text(3) != quantity ||
          had->text(4) != act.actor)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一调出", call.key),
                     fmt::format("the key \"{}\" stands for another call-out", call.key)},
                    {{}, 0, 0, "key"});
      number = had->integer(0);
      return;
    }
    require_within(t, jurisdiction_, venue, call);
    number =
        t.first("SELECT COALESCE(MAX(number), 0) + 1 FROM venue_call WHERE jurisdiction = ?", jurisdiction_)
            ->integer(0);
    t.execute(
        "INSERT INTO venue_call (jurisdiction, number, key, venue, link, quantity, reason, state, "
        "proposed_by, decided_by, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'proposed', ?, '', ?)",
        jurisdiction_, number, call.key, venue.id, call.link, quantity, act.reason, act.actor,
        clock_.now().seconds);
  });
  return number;
}

void SmartRounds::decide_call(std::int64_t number, bool granted, const SmartVenue& venue,
                              const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT venue, link, quantity, state, proposed_by FROM venue_call WHERE jurisdiction = ? AND number "
        "= ?",
        jurisdiction_, number);
    if (!row || row->text(0) != venue.id) throw no_call(number);
    require_other(act.actor, {row->text(4)});
    const std::string wanted = granted ? "done" : "rejected";
    if (row->text(3) == wanted) return;
    if (row->text(3) != "proposed")
      throw Error(codes::wrong_state,
                  {fmt::format("第 {} 号调出的状态为“{}”，不能再决定", number, row->text(3)),
                   fmt::format("call-out {} is \"{}\" and is decided no more", number, row->text(3))});
    const CallOut call{"", row->text(1), Decimal::parse(row->text(2))};
    if (granted) {
      require_within(t, jurisdiction_, venue, call);
      book(t, venue, call.link, "call", number, -Rational(call.quantity));
    }
    t.execute("UPDATE venue_call SET state = ?, decided_by = ? WHERE jurisdiction = ? AND number = ?", wanted,
              act.actor, jurisdiction_, number);
  });
}

std::vector<CallView> SmartRounds::calls(const std::string& venue) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<CallView> out;
    for (const store::Row& r :
         t.query("SELECT number, key, venue, link, quantity, reason, state, proposed_by, decided_by, at "
                 "FROM venue_call WHERE jurisdiction = ? AND venue = ? ORDER BY number DESC",
                 jurisdiction_, venue))
      out.push_back({r.integer(0),
                     r.text(1),
                     r.text(2),
                     r.text(3),
                     Decimal::parse(r.text(4)),
                     r.text(5),
                     r.text(6),
                     r.text(7),
                     r.text(8),
                     {r.integer(9)}});
    return out;
  });
}

}  // namespace tributary::venues
