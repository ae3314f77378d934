// Bids: covered before they count, chained in the server's order, sealed until the close.
#include "base/text.h"
#include "rights/codes.h"
#include "venues/ascent.h"
#include "venues/auctions.h"
#include "venues/sealing.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

bool is_sale(const Terms& terms) {
  return terms.venue.side == exchange::OneWaySide::sale;
}

void require_quantity(const Terms& terms, const Bid& bid) {
  const AuctionVenue& venue = terms.venue;
  const std::int64_t supply = terms.announcement.supply;
  if (bid.quantity >= venue.min_bid && bid.quantity % venue.lot == 0 && bid.quantity <= supply) return;
  throw bad_field("quantity",
                  fmt::format("数量 {} 须为手数 {} 的整数倍，不低于 {}，不超过 {}", bid.quantity, venue.lot,
                              venue.min_bid, supply),
                  fmt::format("the quantity {} must be whole lots of {}, at least {} and at most {}",
                              bid.quantity, venue.lot, venue.min_bid, supply));
}

void require_reserve(const Terms& terms, const Bid& bid) {
  const AuctionVenue& venue = terms.venue;
  if (venue.reserve_hidden ||
      (is_sale(terms) ? bid.price >= venue.reserve_price : bid.price <= venue.reserve_price))
    return;
  throw Error(
      codes::beyond_reserve,
      {fmt::format("报价 {} 元不合底价 {} 元", bid.price.to_string(), venue.reserve_price.to_string()),
       fmt::format("the price of {} yuan does not meet the reserve of {} yuan", bid.price.to_string(),
                   venue.reserve_price.to_string())},
      {{}, 0, 0, "price"});
}

void require_better(const Terms& terms, const Bid& bid, const StoredBid& old) {
  const Amend amend = terms.venue.amend;
  if (amend == Amend::free) return;
  const bool no_worse =
      (is_sale(terms) ? bid.price >= old.price : bid.price <= old.price) && bid.quantity >= old.quantity;
  const bool same = bid.price == old.price && bid.quantity == old.quantity;
  if (amend == Amend::upward && no_worse && !same) return;
  throw Error(
      codes::not_improved,
      {amend == Amend::none ? "报价一经提交不得更改" : "报价只能改优：价格不变差、数量不减少，且至少一项改优",
       amend == Amend::none
           ? "bids are irrevocable"
           : "a bid may only be improved: no worse price, no less quantity, one of them better"},
      {{}, 0, 0, "improves"});
}

constexpr const char* venue_actor = "venue";  // the system itself, in the journal of rights

bool withdraws(const Bid& bid) {
  return bid.quantity == 0 && !bid.improves.empty();
}

}  // namespace

std::string Auctions::require_agent(store::Transaction& t, const Row& row, const std::string& account,
                                    const std::string& actor) const {
  const auto who = t.first(
      "SELECT zone, state, applied_by FROM venue_bidder WHERE jurisdiction = ? AND auction = ? AND "
      "account = ?",
      jurisdiction_, row.number, account);
  if (!who || who->text(1) != "admitted")
    throw Error(
        codes::not_admitted,
        {fmt::format("账户 {} 没有竞买资格", account), fmt::format("account {} is not admitted", account)},
        {{}, 0, 0, "account"});
  if (who->text(2) != actor)
    throw Error(codes::not_yours,
                {fmt::format("账户 {} 只能由其报名人出价", account),
                 fmt::format("only whoever applied for account {} may bid for it", account)},
                {{}, 0, 0, "account"});
  return who->text(0);
}

StoredBid Auctions::improved(const std::vector<StoredBid>& bids, const Bid& bid) {
  for (const StoredBid& old : bids)
    if (old.key == bid.improves && old.account == bid.account && old.stands()) return old;
  throw bad_field("improves", fmt::format("没有可改的报价“{}”", bid.improves),
                  fmt::format("there is no standing bid \"{}\" to improve", bid.improves));
}

void Auctions::set_aside(const Row& row, const StoredBid& bid, const rights::Act& by) const {
  const bool sale = is_sale(row.terms);
  const Announcement& lot = row.terms.announcement;
  rights::Order order{.key = row.bid_key(bid.seq),
                      .account = bid.account,
                      .instrument = sale ? std::string(rights::cash) : row.terms.venue.instrument,
                      .quantity = sale ? bid.cover_fen : bid.quantity};
  if (!sale) {
    order.term = lot.term;
    order.vintage = lot.vintage;
    order.project = lot.project;
  }
  rights().reserve(std::span(&order, 1), by);
}

// What bids in the timed part do to others: who can win no more is free again, a late one puts the end off.
// Everybody is told.
void Auctions::advance_ascent(store::Transaction& t, Row& row, Ascent& ascent, const StoredBid& bid) const {
  const Ascent::Effect effect = ascent.add(bid);
  std::vector<std::string> keys;
  for (const StoredBid& out : effect.outbid) {
    keys.push_back(row.bid_key(out.seq));
    t.execute("UPDATE venue_bid SET outbid_by = ? WHERE jurisdiction = ? AND auction = ? AND seq = ?",
              bid.seq, jurisdiction_, row.number, out.seq);
  }
  // Whose bid it was that outbid them is nobody's business in their journal.
  if (!keys.empty()) rights().release(keys, {venue_actor, "", "报价被超过 / outbid", row.rule()});
  change_state(t, row, row.state, "raised", ascent.price() ? ascent.price()->to_string() : "");
  if (!effect.extended) return;
  row.ends = ascent.end();
  row.extensions = ascent.extensions();
  change_state(t, row, row.state, "extended", to_rfc3339(ascent.end()));
}

Receipt Auctions::bid(std::int64_t number, const Bid& bid, const rights::Act& act) {
  require_act(act);
  if (bid.key.empty() || bid.key.size() > 100)
    throw bad_field("key", "须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes");
  Receipt out;
  database_.together([&](store::Transaction& t) {
    const Instant now = clock_.now();
    Row row = load(t, number);
    const AuctionVenue& venue = row.terms.venue;
    const bool rises = venue.format != Format::sealed, timed = timed_at(row.terms, now);
    const std::string zone = require_agent(t, row, bid.account, act.actor);
    const bool sale = is_sale(row.terms);
    StoredBid stored{.key = bid.key,
                     .account = bid.account,
                     .price = yuan_of(venue, ticks_of(venue, bid.price)),
                     .quantity = bid.quantity,
                     .improves = bid.improves,
                     .at = now};
    if (sale && !withdraws(bid))
      stored.cover_fen = std::max(due_from_buyer(row.terms, bid.quantity, bid.price), bid.cover_fen);
    if (const auto had = bid_under(t, row, bid.account, bid.key)) {
      // Which own bid it improves is found by the venue where there is but one.
      if (had->price != stored.price || had->quantity != bid.quantity || had->cover_fen != stored.cover_fen ||
          (!rises && had->improves != bid.improves))
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一报价", bid.key),
                     fmt::format("the key \"{}\" stands for another bid", bid.key)},
                    {{}, 0, 0, "key"});
      out = {had->seq, had->at, had->hash};
      return;
    }
    if (row.state != "announced" || now >= row.end())
      throw Error(codes::too_late,
                  {fmt::format("竞价已于 {} 截止，收到时间 {}", to_string(row.end()), to_string(now)),
                   fmt::format("bidding closed on {}; this was received on {}", to_string(row.end()),
                               to_string(now))});
    const Instant opens = row.terms.announcement.opens;
    if (now < opens)
      throw Error(codes::too_early, {fmt::format("竞价于 {} 开始", to_string(opens)),
                                     fmt::format("bidding opens on {}", to_string(opens))});
    require_key(vault_, place_of_seal("auction", jurisdiction_, number), row.seal);
    if (!withdraws(bid)) {
      require_quantity(row.terms, bid);
      require_reserve(row.terms, bid);
      require_fine(row, {bid.account, zone});
    }

    std::optional<StoredBid> old;
    std::optional<Ascent> ascent;
    if (rises) {
      ascent.emplace(row.terms, owners_of(bidders(number)), read_standing_bids(t, row), row.end(),
                     row.extensions);
      if (timed) ascent->require_counts(bid);
      if (const StoredBid* own = ascent->standing_of(bid.account)) old = *own;
      // Named in the sealed round it must be that one; in the timed part it may have been outbid a moment
      // before.
      if (!timed && !bid.improves.empty()) old = improved(read_bids(t, row), bid);
    } else if (!bid.improves.empty()) {
      old = improved(read_bids(t, row), bid);
    }
    const rights::Act by{act.actor, "", act.reason, row.rule()};
    stored.seq = row.bids + 1;
    stored.improves.clear();
    if (old) {
      if (!timed) require_better(row.terms, bid, *old);
      stored.improves = old->key;
      const std::string key = row.bid_key(old->seq);
      rights().release(std::span(&key, 1), by);
      t.execute("UPDATE venue_bid SET replaced_by = ? WHERE jurisdiction = ? AND auction = ? AND seq = ?",
                stored.seq, jurisdiction_, number, old->seq);
    }
    if (withdraws(bid))
      stored.replaced_by = stored.seq;  // stands for nothing, which is told without opening it
    else
      set_aside(row, stored, by);
    // Whoever bids before and after knows both ends of the chain; without it he could try every price between
    // them.
    stored.salt = random_hex(4);
    stored.hash = hash_of(row.head, stored);
    insert_bid(t, row, stored, act.actor);
    t.execute("UPDATE venue_auction SET bids = ?, head = ? WHERE jurisdiction = ? AND number = ?", stored.seq,
              stored.hash, jurisdiction_, number);
    if (timed) advance_ascent(t, row, *ascent, stored);
    out = {stored.seq, now, stored.hash};
  });
  return out;
}

Quote Auctions::quote(std::int64_t number, const Bid& bid, const std::string& actor) const {
  Quote out;
  const auto judge = [&](const auto& requirement) {
    try {
      requirement();
    } catch (const Error& e) {
      out.faults.push_back(e);
    }
  };
  database_.snapshot([&] {
    out = {};
    Row row;
    std::string zone;
    std::vector<StoredBid> bids;
    database_.read([&](store::Transaction& t) {
      row = load(t, number);
      zone = require_agent(t, row, bid.account, actor);
      if (row.terms.venue.format != Format::sealed)
        bids = read_standing_bids(t, row);
      else if (!bid.improves.empty())
        bids = read_bids(t, row);
    });
    const bool timed = timed_at(row.terms, clock_.now());
    std::optional<StoredBid> old;
    if (row.terms.venue.format != Format::sealed) {
      const Ascent ascent(row.terms, owners_of(bidders(number)), bids, row.end(), row.extensions);
      if (timed) judge([&] { ascent.require_counts(bid); });
      if (const StoredBid* own = ascent.standing_of(bid.account)) old = *own;
    } else if (!bid.improves.empty()) {
      judge([&] { old = improved(bids, bid); });
    }
    const bool sale = is_sale(row.terms);
    judge([&] { ticks_of(row.terms.venue, bid.price); });
    judge([&] { require_quantity(row.terms, bid); });
    judge([&] { require_reserve(row.terms, bid); });
    judge([&] { require_fine(row, {bid.account, zone}); });
    if (old && !timed) judge([&] { require_better(row.terms, bid, *old); });
    judge([&] {  // what is out of range has no price
      out.price_fen = price_of(row.terms, bid.quantity, bid.price);
      for (const rights::Charge& charge : charges_of(row.terms.venue.fees, out.price_fen))
        if (charge.buyer == sale) out.charges_fen += charge.fen;
    });
    out.set_aside = sale ? std::max(out.price_fen + out.charges_fen, bid.cover_fen) : bid.quantity;
    if (!sale) return;  // whether the goods are there is judged when they are set aside
    for (const rights::Holding& holding :
         rights().holdings({.account = bid.account, .instrument = std::string(rights::cash)}))
      out.free += holding.free;
    if (old) out.free += old->cover_fen;
    if (out.set_aside > out.free)
      out.faults.push_back({rights::codes::insufficient,
                            {"可用资金不足", "there is not enough free cash"},
                            {{}, 0, 0, "price"}});
  });
  return out;
}

}  // namespace tributary::venues
