// The close: cleared, settled and released in one transaction; the authority's decision.
#include "base/text.h"
#include "rights/codes.h"
#include "venues/smart_stored.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

using exchange::smart_market::Clearing;
using exchange::smart_market::Market;

constexpr std::int64_t day = 24 * 60 * 60;
constexpr const char* venue_actor = "venue";  // the system itself, in the journal of rights

Json yuan(const Rational& value) {
  return exact(value);
}

// Why a bid cannot be settled any more: what it had set aside is not all there. Empty: it is.
Text lacking(const rights::Rights& registry, const std::string& key, const StoredSmartBid& bid) {
  const rights::Reservation reservation = registry.reservation(key);
  std::int64_t left = 0;
  for (const rights::Part& part : reservation.parts) left += part.amount;
  const std::int64_t needed = bid.buy ? bid.cover_fen : bid.quantity;
  if (reservation.open && left >= needed) return {};
  return {fmt::format("第 {} 号申报的冻结已不足：{}，应为 {}", bid.seq, left, needed),
          fmt::format("what bid {} had set aside is not all there: {} of {}", bid.seq, left, needed)};
}

// Members are judged before, so what the registry refuses now is the operator's or the venue's own matter:
// nothing is opened until it is mended.
[[noreturn]] void refuse(const SmartTerms& terms, const rights::Trade& trade, const Error& error) {
  const bool adds = std::ranges::any_of(trade.charges, [](const rights::Charge& c) { return c.fen < 0; });
  if (error.code() == rights::codes::insufficient && (adds || trade.buy.empty()))
    throw Error(smart_codes::uncovered,
                {fmt::format("运营账户 {} 的资金不足以补足卖方应得的价款：{}", terms.venue.operator_account,
                             error.message().zh),
                 fmt::format("the operator's account {} cannot pay what sellers lack: {}",
                             terms.venue.operator_account, error.message().en)},
                {{}, 0, 0, "operator"},
                {"向该账户存入资金后再撮合；此前不开封。",
                 "Deposit cash there and close again; nothing is opened before."});
  throw Error(
      codes::not_settled,
      {fmt::format("登记簿拒绝成交 {}，未开封：{}", trade.key, error.message().zh),
       fmt::format("the registry refused trade {}, nothing was opened: {}", trade.key, error.message().en)});
}

}  // namespace

rights::Trade trade_for(const SmartRounds::Row& row, const SmartTrade& trade, std::int64_t nth,
                        const std::vector<StoredSmartBid>& bids, std::optional<Instant> deadline) {
  const SmartVenue& venue = row.terms.venue;
  const auto account = [&](std::int64_t seq) { return bids[static_cast<std::size_t>(seq) - 1].account; };
  rights::Trade out;
  out.key = row.trade_key(nth);
  out.sell = row.bid_key(trade.ask);
  out.seller = account(trade.ask);
  out.buy = trade.bid == 0 ? "" : row.bid_key(trade.bid);
  out.buyer = trade.bid == 0 ? venue.operator_account : account(trade.bid);
  out.instrument = venue.instrument;
  out.quantity = trade.quantity;
  out.term = row.terms.term_of(trade.period);
  out.vintage = row.terms.notice.vintage;
  out.project = row.terms.notice.project;
  out.lost = trade.lost;
  if (trade.lost > 0) out.lost_to = venue.loss;
  out.fen = trade.fen;
  out.charges = trade.charges;
  if (trade.rent_fen > 0) out.charges.push_back({true, venue.rent, "congestion_rent", trade.rent_fen});
  if (trade.added_fen > 0)
    out.charges.push_back({false, venue.operator_account, "supplement", -trade.added_fen});
  out.certificate = venue.certificate;
  out.conditional = deadline.has_value();
  out.deadline = deadline;
  return out;
}

std::map<std::string, Rational> balance_changes(const Market& market, const Clearing& clearing) {
  std::map<std::string, Rational> out;
  for (const auto& link : market.links)
    if (link.balance) out[link.id];
  for (const auto& flow : clearing.flows) {
    const auto& link = market.links[flow.link];
    if (link.balance) out[link.id] += flow.sent;
    if (link.back_of) out[market.links[*link.back_of].id] -= flow.sent;
  }
  return out;
}

Json smart_result(const SmartRounds::Row& row, const std::string& input, const LeftOut& left_out,
                  const Market& market, const Clearing& clearing, const std::vector<SmartTrade>& trades,
                  const std::vector<StoredSmartBid>& bids) {
  Json out{{"round", row.number}, {"bids", row.head}, {"input_sha256", sha256_hex(input)}};
  out["left_out"] = Json::array();
  for (const auto& [account, why] : left_out.members)
    out["left_out"].push_back({{"account", account}, {"zh", why.zh}, {"en", why.en}});
  for (const auto& [seq, why] : left_out.bids)
    out["left_out"].push_back({{"account", bids[static_cast<std::size_t>(seq) - 1].account},
                               {"bid", seq},
                               {"zh", why.zh},
                               {"en", why.en}});
  out["lapsed"] = left_out.periods;
  out["clearing"] = Json::parse(exchange::smart_market::to_json(market, clearing));
  const auto names = limit_names(row.terms);
  for (Json& rent : out["clearing"]["rent"])
    if (const auto name = names.find(rent.at("limit").get<std::string>()); name != names.end()) {
      rent["kind"] = name->second.kind;
      rent["of"] = name->second.id;
      rent["period"] = name->second.period;
    }
  // What counts against the limits of later rounds.
  Json used = Json::array();
  for (std::size_t z = 0; z < market.zones.size(); ++z)
    for (std::size_t p = 0; p < market.periods.size(); ++p) {
      std::int64_t bought = 0, sold = 0;
      for (const auto& fill : clearing.fills) {
        const auto& order = market.orders[fill.order];
        if (order.zone == z && order.period == p)
          (order.buy ? bought : sold) += fill.steps * row.terms.venue.step;
      }
      used.push_back(
          {{"zone", market.zones[z].id}, {"period", market.periods[p]}, {"bought", bought}, {"sold", sold}});
    }
  out["used"] = std::move(used);
  out["trades"] = Json::array();
  std::int64_t rent = 0, added = 0, taken = 0, lost = 0;
  for (std::size_t i = 0; i < trades.size(); ++i) {
    const SmartTrade& trade = trades[i];
    const rights::Trade asked = trade_for(row, trade, static_cast<std::int64_t>(i) + 1, bids, {});
    out["trades"].push_back({{"trade", asked.key},
                             {"ask", trade.ask},
                             {"bid", trade.bid},
                             {"seller", asked.seller},
                             {"buyer", asked.buyer},
                             {"period", trade.period},
                             {"quantity", trade.quantity},
                             {"lost", trade.lost},
                             {"fen", trade.fen},
                             {"rent_fen", trade.rent_fen},
                             {"added_fen", trade.added_fen}});
    rent += trade.rent_fen;
    added += trade.added_fen + (trade.bid == 0 ? trade.fen : 0);
    taken += trade.bid == 0 ? trade.quantity - trade.lost : 0;
    lost += trade.lost;
  }
  const auto& totals = clearing.totals;
  TRIBUTARY_CHECK(rent - added == totals.buyers_fen - totals.sellers_fen,
                  fmt::format("rent {} added {} buyers {} sellers {}", rent, added, totals.buyers_fen,
                              totals.sellers_fen));
  TRIBUTARY_CHECK(
      Rational::from_int(lost + taken) == totals.lost + totals.left,
      fmt::format("lost {} taken {} of {} and {}", lost, taken, exact(totals.lost), exact(totals.left)));
  // The account of the rent gets what buyers pay beside the price, less what the operator adds: rent and
  // rounding.
  out["booked"] = {{"rent_account_fen", rent},
                   {"operator_fen", added},
                   {"rent_fen", totals.rent_fen},
                   {"rounding_fen", totals.rounding_fen},
                   {"lost", lost},
                   {"operator_takes", taken}};
  out["balances"] = Json::array();
  const auto changes = balance_changes(market, clearing);
  for (const auto& link : market.links)
    if (link.balance) {
      const Rational& change = changes.at(link.id);
      out["balances"].push_back({{"link", link.id},
                                 {"lo", yuan(link.balance->lo)},
                                 {"hi", yuan(link.balance->hi)},
                                 {"before", exact(link.balance->start)},
                                 {"change", exact(change)},
                                 {"after", exact(link.balance->start + change)}});
    }
  return out;
}

Carried SmartRounds::carried(store::Transaction& t, const Row& row, std::int64_t closing) const {
  Carried out;
  const std::string& venue = row.terms.venue.id;
  for (const store::Row& r : t.query(
           "SELECT result, unwound FROM venue_round WHERE jurisdiction = ? AND venue = ? AND closing < ? AND state IN "
           "('settled', 'awaiting') ORDER BY closing",
           jurisdiction_, venue, closing)) {
    const Json result = Json::parse(r.text(0));
    for (const Json& flow : result.at("clearing").at("flows"))
      out.sent[{flow.at("link"), flow.at("period")}] += exact_of(flow.at("sent").get<std::string>());
    for (const Json& used : result.at("used")) {
      out.bought[{used.at("zone"), used.at("period")}] +=
          Rational::from_int(used.at("bought").get<std::int64_t>());
      out.sold[{used.at("zone"), used.at("period")}] +=
          Rational::from_int(used.at("sold").get<std::int64_t>());
    }
    if (const auto unwound = r.text_or_null(1)) take_back(out, *unwound);
  }
  // Of the round itself, when it was closed: what stood before it.
  for (const store::Row& r : t.query("SELECT link, amount, balance, cause, number FROM venue_balance WHERE "
                                     "jurisdiction = ? AND venue = ? ORDER BY "
                                     "link, seq",
                                     jurisdiction_, venue)) {
    const std::string link = r.text(0);
    if (row.closing && r.text(3) == "round" && r.integer(4) == row.number) {
      out.balances[link] = exact_of(r.text(2)) - exact_of(r.text(1));
      continue;
    }
    const bool settled =
        row.closing && t.first(
                           "SELECT 1 FROM venue_balance WHERE jurisdiction = ? AND venue = ? AND link = "
                           "? AND cause = 'round' AND number = ?",
                           jurisdiction_, venue, link, row.number);
    if (!settled) out.balances[link] = exact_of(r.text(2));
  }
  return out;
}

std::string SmartRounds::input_of(store::Transaction& t, const Row& row,
                                  const std::vector<StoredSmartBid>& bids, const LeftOut& left_out,
                                  std::int64_t closing) const {
  const std::vector<SmartMember> who = members(row.number);
  std::vector<SmartOrder> orders;
  for (const StoredSmartBid& bid : bids) {
    if (!bid.stands() || left_out.has(bid)) continue;
    const auto member = std::ranges::find(who, bid.account, &SmartMember::account);
    TRIBUTARY_CHECK(member != who.end(), bid.account);
    orders.push_back({bid, *member});
  }
  return market_json(row.terms, rights().instrument(row.terms.venue.instrument).measure,
                     carried(t, row, closing), orders)
      .dump();
}

// Whatever was set aside and not used is its owner's again, once.
void SmartRounds::release_all(store::Transaction& t, const Row& row, const rights::Act& by) const {
  std::vector<std::string> keys;
  for (const std::int64_t seq : standing_bids(t, row)) keys.push_back(row.bid_key(seq));
  rights().release(keys, by);
}

void SmartRounds::settle(store::Transaction& t, Row& row, const std::vector<StoredSmartBid>& bids,
                         const LeftOut& left_out, const rights::Act& act) const {
  const SmartVenue& venue = row.terms.venue;
  const std::int64_t closing =
      t.first("SELECT COALESCE(MAX(closing), 0) + 1 FROM venue_round WHERE jurisdiction = ? AND venue = ?",
              jurisdiction_, venue.id)
          ->integer(0);
  const std::string input = input_of(t, row, bids, left_out, closing);
  const Market market = exchange::smart_market::read_market(input, venue.id);
  require_room(market);
  const Clearing clearing = exchange::smart_market::clear(market);
  const std::vector<SmartTrade> cleared = trades_of(venue, market, clearing);

  std::optional<Instant> deadline;
  if (venue.approval_days) deadline = Instant{clock_.now().seconds + *venue.approval_days * day};
  std::vector<rights::Trade> trades;
  for (const SmartTrade& trade : cleared)
    trades.push_back(trade_for(row, trade, static_cast<std::int64_t>(trades.size()) + 1, bids, deadline));
  rights::Rights registry = rights();
  const rights::Act by{venue_actor, act.actor, act.reason, row.rule()};
  const std::vector<rights::Settled> settled = registry.settle(trades, by);
  for (std::size_t i = 0; i < trades.size(); ++i)
    if (settled[i].error) refuse(row.terms, trades[i], *settled[i].error);
  row.closed_by = act.actor;
  row.closing = closing;
  row.input = input;
  const Json result = smart_result(row, input, left_out, market, clearing, cleared, bids);
  row.result = result.dump();
  row.result_hash = sha256_hex(row.result);
  release_all(t, row, by);
  open_bids(t, row, bids);
  // Also where nothing was sent: the entry says when the round was closed.
  for (const auto& [link, change] : balance_changes(market, clearing))
    book(t, venue, link, "round", row.number, change);
  t.execute(
      "UPDATE venue_round SET closing = ?, input = ?, result = ?, result_hash = ?, bought = ? WHERE "
      "jurisdiction = ? AND number = ?",
      closing, input, row.result, row.result_hash, bought_in(result), jurisdiction_, row.number);
  change_state(t, row,
               trades.empty() ? "cancelled"
               : deadline     ? "awaiting"
                              : "settled",
               "closed", row.result_hash);
}

bool LeftOut::has(const StoredSmartBid& bid) const {
  return members.contains(bid.account) || this->bids.contains(bid.seq) ||
         std::ranges::find(periods, bid.period) != periods.end();
}

std::map<std::int64_t, Text> crossing_bids(const Control& control, const std::vector<SmartMember>& members,
                                           const std::vector<StoredSmartBid>& bids, const LeftOut& left_out) {
  std::map<std::string, std::string> behind;  // by account
  for (const SmartMember& one : members) behind[one.account] = beneficial_owner(control, one.owner);
  std::map<std::pair<std::string, std::string>, const StoredSmartBid*> first;  // by owner and period
  std::map<std::int64_t, Text> out;
  for (const StoredSmartBid& bid : bids) {
    if (!bid.stands() || left_out.has(bid)) continue;
    const StoredSmartBid& before =
        *first.emplace(std::pair(behind[bid.account], bid.period), &bid).first->second;
    if (before.buy == bid.buy) continue;
    out[bid.seq] = {fmt::format("第 {} 号申报：同一权利人在 {} 已有方向相反的在先申报", bid.seq, bid.period),
                    fmt::format("bid {}: the same owner had an earlier one on the other side in {}", bid.seq,
                                bid.period)};
  }
  return out;
}

// Who was admitted and may no longer trade, or whose cover is gone, and months that are over, do not count.
LeftOut SmartRounds::left_out(const Row& row, const std::vector<StoredSmartBid>& bids) const {
  LeftOut out;
  for (const std::string& period : row.terms.periods())
    if (const auto term = row.terms.term_of(period); term && term->from < rights::Month::of(clock_.today()))
      out.periods.push_back(period);
  const rights::Rights registry = rights();
  const std::vector<SmartMember> who = members(row.number);
  for (const SmartMember& member : who) {
    const auto offers = [&](const StoredSmartBid& bid) {
      return bid.stands() && bid.account == member.account;
    };
    if (std::ranges::none_of(bids, offers)) continue;
    try {
      require_admissible(checks_of(row, {member.account, member.zone, member.purpose}));
    } catch (const Error& error) {
      if (error.code() != codes::not_admitted) throw;
      out.members.emplace(member.account, error.message());
    }
    for (const StoredSmartBid& bid : bids)
      if (offers(bid))
        if (const Text why = lacking(registry, row.bid_key(bid.seq), bid); !why.zh.empty())
          out.members.emplace(member.account, why);
  }
  out.bids = crossing_bids(row.terms.venue.control, who, bids, out);
  return out;
}

SmartView SmartRounds::close(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    if (!row.before_the_close()) return;
    const SmartNotice& notice = row.terms.notice;
    if (row.state != "announced")
      throw Error(codes::wrong_state, {fmt::format("第 {} 场尚未公告", number),
                                       fmt::format("round {} is not announced", number)});
    if (clock_.now() < notice.closes)
      throw Error(codes::too_early,
                  {fmt::format("申报于 {} 截止，此前不能撮合", to_string(notice.closes)),
                   fmt::format("bidding closes on {}; nothing is opened before", to_string(notice.closes))});
    for (const SmartMember& member : members(number)) require_other(act.actor, {member.applied_by});
    if (const auto waiting = t.first(
            "SELECT number FROM venue_round WHERE jurisdiction = ? AND venue = ? AND state = 'awaiting'",
            jurisdiction_, row.terms.venue.id))
      throw Error(
          smart_codes::undecided,
          {fmt::format("第 {} 场还在待审批，须先作出决定", waiting->integer(0)),
           fmt::format("round {} waits for the authority and must be decided first", waiting->integer(0))});
    const std::vector<StoredSmartBid> bids = read_bids(t, row);
    settle(t, row, bids, left_out(row, bids), act);
  });
  return round(number);
}

// ---- the authority ----

void SmartRounds::finish_if_decided(store::Transaction& t, Row& row) const {
  if (row.state != "awaiting") return;
  bool any = false;
  std::set<std::string> refused;
  const rights::Rights registry = rights();
  const Json result = Json::parse(row.result);
  for (const Json& trade : result.at("trades")) {
    const std::string key = trade.at("trade");
    const rights::TransactionState state = registry.transaction(key).state;
    if (state == rights::TransactionState::conditional) return;
    if (state == rights::TransactionState::completed)
      any = true;
    else
      refused.insert(key);
  }
  if (any && !refused.empty()) give_back(t, row, refused);
  if (!any)
    for (const Json& balance : result.at("balances"))
      if (const Rational change = exact_of(balance.at("change").get<std::string>()); !change.is_zero())
        book(t, row.terms.venue, balance.at("link"), "undone", row.number, -change);
  change_state(t, row, any ? "settled" : "cancelled", "decided", any ? "granted" : "refused");
}

SmartView SmartRounds::decide(std::int64_t number, bool granted, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    require_other(act.actor, {row.announced_by, row.approved_by, row.closed_by});
    for (const SmartMember& member : members(number)) require_other(act.actor, {member.applied_by});
    if (row.state == "settled" || row.state == "cancelled") return;  // a retry; what was decided stands
    if (row.state != "awaiting")
      throw Error(codes::wrong_state,
                  {fmt::format("第 {} 场的状态为“{}”，没有待审批的成交", number, row.state),
                   fmt::format("round {} is \"{}\"; nothing waits for a decision", number, row.state)});
    rights::Rights registry = rights();
    const Json result = Json::parse(row.result);
    for (const Json& trade : result.at("trades")) {
      const std::string key = trade.at("trade");
      if (registry.transaction(key).state != rights::TransactionState::conditional) continue;
      conclude(registry, key, granted, {row.closed_by, act.actor, act.reason, row.rule()});
    }
    finish_if_decided(t, row);
  });
  return round(number);
}

int SmartRounds::advance(const rights::Act& act) {
  require_act(act);
  int ended = 0;
  database_.together([&](store::Transaction& t) {
    ended = 0;
    const auto awaiting = t.query(
        "SELECT number FROM venue_round WHERE jurisdiction = ? AND state = 'awaiting' ORDER BY number",
        jurisdiction_);
    if (awaiting.empty()) return;
    rights().advance({act.actor, "", act.reason, act.rule.empty() ? venue_actor : act.rule});
    for (const store::Row& r : awaiting) {
      Row row = load(t, r.integer(0));
      finish_if_decided(t, row);
      ended += row.state != "awaiting";
    }
  });
  return ended;
}

}  // namespace tributary::venues
