// The close: cleared, settled and released in one transaction; the authority's decision; the proof
// afterwards.
#include "base/text.h"
#include "venues/auctions.h"
#include "venues/stored.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;
constexpr const char* venue_actor = "venue";  // the system itself, in the journal of rights

rights::Trade trade_for(const Terms& terms, const std::string& lot_key, const std::string& bid_key,
                        const std::string& key, const std::string& bidder,
                        const exchange::OneWayResult::Row& served, Instant now) {
  const AuctionVenue& venue = terms.venue;
  const Announcement& lot = terms.announcement;
  const bool sale = venue.side == exchange::OneWaySide::sale;
  rights::Trade trade;
  trade.key = key;
  trade.sell = sale ? lot_key : bid_key;
  trade.buy = sale ? bid_key : lot_key;
  trade.seller = sale ? lot.account : bidder;
  trade.buyer = sale ? bidder : lot.account;
  trade.instrument = venue.instrument;
  trade.quantity = served.filled;
  trade.term = lot.term;
  trade.vintage = lot.vintage;
  trade.project = lot.project;
  trade.fen = price_of(terms, served.filled, yuan_of(venue, served.pays));
  trade.charges = charges_of(venue.fees, trade.fen);
  trade.certificate = venue.certificate;
  trade.lease_months = lease_months(venue.lease);
  if (venue.approval_days) {
    trade.conditional = true;
    trade.deadline = Instant{now.seconds + *venue.approval_days * day};
  }
  return trade;
}

}  // namespace

// Whatever was set aside and not used is its owner's again, once.
void Auctions::release_all(const Row& row, const std::vector<std::int64_t>& bids,
                           const rights::Act& by) const {
  std::vector<std::string> keys{row.lot_key()};
  for (const std::int64_t seq : bids) keys.push_back(row.bid_key(seq));
  if (row.terms.venue.deposit_fen > 0)
    for (const Bidder& bidder : bidders(row.number))
      if (bidder.state != "refused") keys.push_back(row.deposit_key(bidder.account));
  rights().release(keys, by);
}

AuctionView Auctions::close(std::int64_t number, const std::string& seed, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    const Instant now = clock_.now();
    if (!row.before_the_close()) return;
    if ((seed.empty() && row.terms.venue.tie != exchange::Tie::time) || seed.size() > 200 || !is_utf8(seed))
      throw Error(codes::bad_value, {"须给出公开种子", "the public seed must be given"}, {{}, 0, 0, "seed"});
    if (row.state != "announced")
      throw Error(codes::wrong_state, {fmt::format("第 {} 场竞价尚未公告", number),
                                       fmt::format("auction {} is not announced", number)});
    if (now < row.end())
      throw Error(codes::too_early,
                  {fmt::format("竞价于 {} 截止，此前不能开标", to_string(row.end())),
                   fmt::format("bidding closes on {}; nothing is opened before", to_string(row.end()))});
    const std::vector<StoredBid> bids = read_bids(t, row);
    for (const Bidder& bidder : this->bidders(number)) require_other(act.actor, {bidder.applied_by});
    const exchange::OneWayResult result = clear(row.terms, bids, owners_of(this->bidders(number)),
                                                exchange::Seed{sha256_hex(row.secret), row.secret, seed});
    row.closed_by = act.actor;

    std::vector<rights::Trade> trades;
    std::vector<std::pair<std::int64_t, std::string>> served;  // bid and account
    std::vector<Decimal> prices;
    for (const auto& filled : result.rows) {
      if (filled.filled == 0) continue;
      const std::int64_t seq = Decimal::parse(filled.bid).to_int64();
      const StoredBid& bid = bids[static_cast<std::size_t>(seq) - 1];
      trades.push_back(trade_for(row.terms, row.lot_key(), row.bid_key(seq), row.trade_key(seq), bid.account,
                                 filled, now));
      served.emplace_back(seq, bid.account);
      prices.push_back(yuan_of(row.terms.venue, filled.pays));
    }
    rights::Rights registry = rights();
    for (const VenueFee& fee : row.terms.venue.fees)  // the venue's own matter: nobody loses his award by it
      if (!trades.empty() && registry.account(fee.to).status == rights::AccountStatus::closed)
        throw Error(codes::not_settled,
                    {fmt::format("收费账户 {} 已销户，未开封", fee.to),
                     fmt::format("the fee account {} is closed; nothing was opened", fee.to)});
    const rights::Act by{venue_actor, act.actor, act.reason, row.rule()};
    const std::vector<rights::Settled> settled = registry.settle(trades, by);
    // Another matter under the auction's own key is no reason to refuse the winner: nothing is opened until
    // it is cleared up.
    for (const rights::Settled& one : settled)
      if (one.error && one.error->code() == rights::codes::key_conflict) throw *one.error;
    Json out{{"auction", number},
             {"seed", seed},
             {"bids", row.head},
             {"clearing", json_of(row.terms.venue, result)},
             {"trades", Json::array()}};
    bool waits = false, done = false;
    for (std::size_t i = 0; i < trades.size(); ++i) {
      const auto& error = settled[i].error;
      out["trades"].push_back({{"bid", served[i].first},
                               {"account", served[i].second},
                               {"quantity", trades[i].quantity},
                               {"price", prices[i].to_string()},
                               {"fen", trades[i].fen},
                               {"trade", trades[i].key},
                               {"refused", error ? error->message().zh + " / " + error->message().en : ""}});
      done = done || !error;
      waits = waits || (!error && trades[i].conditional);
    }
    release_all(row, standing_bids(t, row), by);
    open_bids(t, row, bids);
    const std::string text = out.dump();
    const auto price = price_in(out);
    t.execute(
        "UPDATE venue_auction SET result = ?, result_hash = ?, price = ?, sold = ? WHERE jurisdiction = ? "
        "AND number = ?",
        text, sha256_hex(text), price ? std::optional(price->to_string()) : std::nullopt, sold_in(out),
        jurisdiction_, number);
    change_state(t, row, waits ? "awaiting" : done ? "settled" : "cancelled", "closed", sha256_hex(text));
  });
  return auction(number);
}

void Auctions::finish_if_decided(store::Transaction& t, Row& row) const {
  if (row.state != "awaiting") return;
  bool any = false;
  const rights::Rights registry = rights();
  const Json result = Json::parse(row.result);
  for (const Json& trade : result.at("trades")) {
    if (!trade.at("refused").get<std::string>().empty()) continue;
    const rights::TransactionState state = registry.transaction(trade.at("trade").get<std::string>()).state;
    if (state == rights::TransactionState::conditional) return;
    any = any || state == rights::TransactionState::completed;
  }
  change_state(t, row, any ? "settled" : "cancelled", "decided", any ? "granted" : "refused");
}

void conclude(rights::Rights& registry, const std::string& trade, bool granted, const rights::Act& act) {
  try {
    registry.conclude(trade, granted, act);
  } catch (const Error& error) {
    // So is a lease of months that are over.
    if (!granted || (error.code() != rights::codes::account_not_open && error.code() != rights::codes::bad_term)) throw;
    rights::Act refusal = act;
    const std::string why = fmt::format("{} / {}", error.message().zh, error.message().en);
    refusal.reason = act.reason.size() + why.size() + 3 <= 1000 ? act.reason + "；" + why : why;  // what an act may say
    registry.conclude(trade, false, refusal);
  }
}

AuctionView Auctions::decide(std::int64_t number, bool granted, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    require_other(act.actor, {row.announced_by, row.approved_by, row.closed_by});
    for (const Bidder& bidder : this->bidders(number)) require_other(act.actor, {bidder.applied_by});
    if (row.state == "settled" || row.state == "cancelled") return;  // a retry; what was decided stands
    if (row.state != "awaiting")
      throw Error(codes::wrong_state,
                  {fmt::format("第 {} 场竞价的状态为“{}”，没有待审批的成交", number, row.state),
                   fmt::format("auction {} is \"{}\"; nothing waits for a decision", number, row.state)});
    rights::Rights registry = rights();
    const Json result = Json::parse(row.result);
    for (const Json& trade : result.at("trades")) {
      const std::string key = trade.at("trade");
      if (!trade.at("refused").get<std::string>().empty() ||
          registry.transaction(key).state != rights::TransactionState::conditional)
        continue;
      conclude(registry, key, granted, {row.closed_by, act.actor, act.reason, row.rule()});
    }
    finish_if_decided(t, row);
  });
  return auction(number);
}

int Auctions::advance(const rights::Act& act) {
  require_act(act);
  int ended = 0;
  database_.together([&](store::Transaction& t) {
    ended = 0;
    const auto awaiting = t.query(
        "SELECT number FROM venue_auction WHERE jurisdiction = ? AND state = 'awaiting' ORDER BY number",
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
