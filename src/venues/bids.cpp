// Bids: covered before they count, chained in the server's order, sealed until the close.
#include "base/text.h"
#include "rights/codes.h"
#include "venues/auctions.h"
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
  const bool no_worse = (is_sale(terms) ? bid.price >= old.price : bid.price <= old.price) &&
                        bid.quantity >= old.quantity;
  const bool same = bid.price == old.price && bid.quantity == old.quantity;
  if (amend == Amend::upward && no_worse && !same) return;
  throw Error(codes::not_improved,
              {amend == Amend::none ? "报价一经提交不得更改"
                                    : "报价只能改优：价格不变差、数量不减少，且至少一项改优",
               amend == Amend::none
                   ? "bids are irrevocable"
                   : "a bid may only be improved: no worse price, no less quantity, one of them better"},
              {{}, 0, 0, "improves"});
}

bool withdraws(const Bid& bid) {
  return bid.quantity == 0 && !bid.improves.empty();
}

}  // namespace

std::string hash_of(const std::string& before, const StoredBid& bid) {
  Json content{{"before", before},
               {"seq", bid.seq},
               {"key", bid.key},
               {"account", bid.account},
               {"price", bid.price.normalized().to_string()},
               {"quantity", bid.quantity},
               {"cover", bid.cover_fen},
               {"improves", bid.improves},
               {"at", bid.at.seconds}};
  if (!bid.salt.empty()) content["salt"] = bid.salt;
  return sha256_hex(content.dump());
}

std::string Auctions::require_agent(store::Transaction& t, const Row& row, const std::string& account,
                                    const std::string& actor) const {
  const auto who = t.first(
      "SELECT zone, state, applied_by FROM venue_bidder WHERE jurisdiction = ? AND auction = ? AND "
      "account = ?",
      jurisdiction_, row.number, account);
  if (!who || who->text(1) != "admitted")
    throw Error(codes::not_admitted,
                {fmt::format("账户 {} 没有竞买资格", account),
                 fmt::format("account {} is not admitted", account)},
                {{}, 0, 0, "account"});
  if (who->text(2) != actor)
    throw Error(codes::not_yours,
                {fmt::format("账户 {} 只能由其报名人出价", account),
                 fmt::format("only whoever applied for account {} may bid for it", account)},
                {{}, 0, 0, "account"});
  return who->text(0);
}

StoredBid Auctions::improved(store::Transaction& t, const Row& row, const Bid& bid) const {
  for (StoredBid& old : read_bids(t, row))
    if (old.key == bid.improves && old.account == bid.account && old.stands()) return old;
  throw bad_field("improves", fmt::format("没有可改的报价“{}”", bid.improves),
                  fmt::format("there is no standing bid \"{}\" to improve", bid.improves));
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
    const Announcement& lot = row.terms.announcement;
    const std::int64_t ticks = ticks_of(venue, bid.price);
    const std::string zone = require_agent(t, row, bid.account, act.actor);
    const bool sale = is_sale(row.terms);
    const std::int64_t needed = sale ? due_from_buyer(row.terms, bid.quantity, bid.price) : 0;
    const std::int64_t cover = sale && !withdraws(bid) ? std::max(needed, bid.cover_fen) : 0;
    if (const auto had = t.first("SELECT seq, account, ticks, quantity, cover, improves, at, hash FROM "
                                 "venue_bid WHERE jurisdiction = ? AND auction = ? AND key = ?",
                                 jurisdiction_, number, bid.key)) {
      if (had->text(1) != bid.account || had->integer(2) != ticks || had->integer(3) != bid.quantity ||
          had->integer(4) != cover || had->text(5) != bid.improves)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一报价", bid.key),
                     fmt::format("the key \"{}\" stands for another bid", bid.key)},
                    {{}, 0, 0, "key"});
      out = {had->integer(0), {had->integer(6)}, had->text(7)};
      return;
    }
    if (row.state != "announced" || now >= lot.closes)
      throw Error(codes::too_late,
                  {fmt::format("竞价已于 {} 截止，收到时间 {}", to_string(lot.closes), to_string(now)),
                   fmt::format("bidding closed on {}; this was received on {}", to_string(lot.closes),
                               to_string(now))});
    if (now < lot.opens)
      throw Error(codes::too_early, {fmt::format("竞价于 {} 开始", to_string(lot.opens)),
                                     fmt::format("bidding opens on {}", to_string(lot.opens))});
    if (!withdraws(bid)) {
      require_quantity(row.terms, bid);
      require_reserve(row.terms, bid);
      require_fine(row, {bid.account, zone});
    }

    rights::Rights registry = rights();
    const rights::Act by{act.actor, "", act.reason, row.rule()};
    const std::int64_t seq = row.bids + 1;
    if (!bid.improves.empty()) {
      const StoredBid old = improved(t, row, bid);
      require_better(row.terms, bid, old);
      const std::string key = row.bid_key(old.seq);
      registry.release(std::span(&key, 1), by);
      t.execute("UPDATE venue_bid SET replaced_by = ? WHERE jurisdiction = ? AND auction = ? AND seq = ?",
                seq, jurisdiction_, number, old.seq);
    }
    if (!withdraws(bid)) {
      rights::Order order{.key = row.bid_key(seq),
                          .account = bid.account,
                          .instrument = sale ? std::string(rights::cash) : venue.instrument,
                          .quantity = sale ? cover : bid.quantity};
      if (!sale) {
        order.term = lot.term;
        order.vintage = lot.vintage;
        order.project = lot.project;
      }
      registry.reserve(std::span(&order, 1), by);
    }
    // Whoever bids before and after knows both ends of the chain; without it he could try every price between them.
    const std::string salt = random_hex(4);
    const std::string hash = hash_of(row.head, {.seq = seq,
                                                .key = bid.key,
                                                .account = bid.account,
                                                .price = yuan_of(venue, ticks),
                                                .quantity = bid.quantity,
                                                .cover_fen = cover,
                                                .improves = bid.improves,
                                                .at = now,
                                                .salt = salt});
    t.execute(
        "INSERT INTO venue_bid (jurisdiction, auction, seq, key, account, ticks, quantity, cover, improves, "
        "at, by_whom, hash, salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        jurisdiction_, number, seq, bid.key, bid.account, ticks, bid.quantity, cover, bid.improves,
        now.seconds, act.actor, hash, salt);
    t.execute("UPDATE venue_auction SET bids = ?, head = ? WHERE jurisdiction = ? AND number = ?", seq, hash,
              jurisdiction_, number);
    out = {seq, now, hash};
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
    std::optional<StoredBid> old;
    database_.read([&](store::Transaction& t) {
      row = load(t, number);
      zone = require_agent(t, row, bid.account, actor);
      if (!bid.improves.empty()) judge([&] { old = improved(t, row, bid); });
    });
    const bool sale = is_sale(row.terms);
    judge([&] { ticks_of(row.terms.venue, bid.price); });
    judge([&] { require_quantity(row.terms, bid); });
    judge([&] { require_reserve(row.terms, bid); });
    judge([&] { require_fine(row, {bid.account, zone}); });
    if (old) judge([&] { require_better(row.terms, bid, *old); });
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

std::vector<StoredBid> Auctions::own_bids(std::int64_t number, const std::string& account,
                                          const std::string& actor) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    require_agent(t, row, account, actor);
    std::vector<StoredBid> out = read_bids(t, row);
    std::erase_if(out, [&](const StoredBid& bid) { return bid.account != account; });
    if (row.result.empty())
      for (StoredBid& bid : out) bid.salt.clear();
    return out;
  });
}

std::vector<StoredBid> Auctions::read_bids(store::Transaction& t, const Row& row) const {
  std::vector<StoredBid> out;
  for (const store::Row& r : t.query(
           "SELECT seq, key, account, ticks, quantity, cover, improves, replaced_by, at, hash, salt FROM venue_bid "
           "WHERE jurisdiction = ? AND auction = ? ORDER BY seq",
           jurisdiction_, row.number))
    out.push_back({r.integer(0),
                   r.text(1),
                   r.text(2),
                   yuan_of(row.terms.venue, r.integer(3)),
                   r.integer(4),
                   r.integer(5),
                   r.text(6),
                   r.integer_or_null(7),
                   {r.integer(8)},
                   r.text(9),
                   r.text(10)});
  return out;
}

std::vector<StoredBid> Auctions::bids(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    if (row.result.empty())
      throw Error(codes::sealed, {"报价在截止并开标前不公开，任何人不得查看",
                                  "bids are sealed until the close; nobody reads them before"});
    return read_bids(t, row);
  });
}

}  // namespace tributary::venues
