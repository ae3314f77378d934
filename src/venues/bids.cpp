// Bids: covered before they count, chained in the server's order, sealed until the close.
#include "base/text.h"
#include "venues/auctions.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

}  // namespace

std::string hash_of(const std::string& before, const StoredBid& bid) {
  return sha256_hex(Json{
      {"before", before},
      {"seq", bid.seq},
      {"key", bid.key},
      {"account", bid.account},
      {"price", bid.price.normalized().to_string()},
      {"quantity", bid.quantity},
      {"cover", bid.cover_fen},
      {"improves", bid.improves},
      {"at",
       bid.at.seconds}}.dump());
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
    const auto who = t.first(
        "SELECT owner, zone, state, applied_by FROM venue_bidder WHERE jurisdiction = ? AND auction = ? AND "
        "account = ?",
        jurisdiction_, number, bid.account);
    if (!who || who->text(2) != "admitted")
      throw Error(codes::not_admitted,
                  {fmt::format("账户 {} 没有竞买资格", bid.account),
                   fmt::format("account {} is not admitted", bid.account)},
                  {{}, 0, 0, "account"});
    if (who->text(3) != act.actor)
      throw Error(codes::not_yours,
                  {fmt::format("账户 {} 只能由其报名人出价", bid.account),
                   fmt::format("only whoever applied for account {} may bid for it", bid.account)},
                  {{}, 0, 0, "account"});

    const bool sale = venue.side == exchange::OneWaySide::sale;
    const std::int64_t needed = sale ? due_from_buyer(row.terms, bid.quantity, bid.price) : 0;
    const std::int64_t cover = sale ? std::max(needed, bid.cover_fen) : 0;
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
    if (bid.quantity < venue.min_bid || bid.quantity % venue.lot != 0 || bid.quantity > lot.supply)
      throw bad_field("quantity",
                      fmt::format("数量 {} 须为手数 {} 的整数倍，不低于 {}，不超过 {}", bid.quantity,
                                  venue.lot, venue.min_bid, lot.supply),
                      fmt::format("the quantity {} must be whole lots of {}, at least {} and at most {}",
                                  bid.quantity, venue.lot, venue.min_bid, lot.supply));
    if (!venue.reserve_hidden && (sale ? bid.price < venue.reserve_price : bid.price > venue.reserve_price))
      throw Error(
          codes::beyond_reserve,
          {fmt::format("报价 {} 元不合底价 {} 元", bid.price.to_string(), venue.reserve_price.to_string()),
           fmt::format("the price of {} yuan does not meet the reserve of {} yuan", bid.price.to_string(),
                       venue.reserve_price.to_string())},
          {{}, 0, 0, "price"});
    require_fine(row, {bid.account, who->text(1)});

    rights::Rights registry = rights();
    const rights::Act by{act.actor, "", act.reason, row.rule()};
    const std::int64_t seq = row.bids + 1;
    if (!bid.improves.empty()) {
      const auto old = t.first(
          "SELECT seq, account, ticks, quantity, replaced_by FROM venue_bid WHERE jurisdiction = ? AND "
          "auction = ? AND key = ?",
          jurisdiction_, number, bid.improves);
      if (!old || old->text(1) != bid.account || old->integer_or_null(4))
        throw bad_field("improves", fmt::format("没有可改的报价“{}”", bid.improves),
                        fmt::format("there is no standing bid \"{}\" to improve", bid.improves));
      const std::int64_t better = sale ? ticks - old->integer(2) : old->integer(2) - ticks;
      const std::int64_t more = bid.quantity - old->integer(3);
      if (venue.amend == Amend::none || better < 0 || more < 0 || (better == 0 && more == 0))
        throw Error(
            codes::not_improved,
            {venue.amend == Amend::none ? "报价一经提交不得更改"
                                        : "报价只能改优：价格不变差、数量不减少，且至少一项改优",
             venue.amend == Amend::none
                 ? "bids are irrevocable"
                 : "a bid may only be improved: no worse price, no less quantity, one of them better"},
            {{}, 0, 0, "improves"});
      const std::string key = row.bid_key(old->integer(0));
      registry.release(std::span(&key, 1), by);
      t.execute("UPDATE venue_bid SET replaced_by = ? WHERE jurisdiction = ? AND auction = ? AND seq = ?",
                seq, jurisdiction_, number, old->integer(0));
    }
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
    const std::string hash = hash_of(row.head, {.seq = seq,
                                                .key = bid.key,
                                                .account = bid.account,
                                                .price = yuan_of(venue, ticks),
                                                .quantity = bid.quantity,
                                                .cover_fen = cover,
                                                .improves = bid.improves,
                                                .at = now});
    t.execute(
        "INSERT INTO venue_bid (jurisdiction, auction, seq, key, account, ticks, quantity, cover, improves, "
        "at, by_whom, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        jurisdiction_, number, seq, bid.key, bid.account, ticks, bid.quantity, cover, bid.improves,
        now.seconds, act.actor, hash);
    t.execute("UPDATE venue_auction SET bids = ?, head = ? WHERE jurisdiction = ? AND number = ?", seq, hash,
              jurisdiction_, number);
    out = {seq, now, hash};
  });
  return out;
}

std::vector<StoredBid> Auctions::read_bids(store::Transaction& t, const Row& row) const {
  std::vector<StoredBid> out;
  for (const store::Row& r : t.query(
           "SELECT seq, key, account, ticks, quantity, cover, improves, replaced_by, at, hash FROM venue_bid "
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
                   r.text(9)});
  return out;
}

std::vector<StoredBid> Auctions::bids(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    if (row.before_the_close())
      throw Error(codes::sealed, {"报价在截止并开标前不公开，任何人不得查看",
                                  "bids are sealed until the close; nobody reads them before"});
    return read_bids(t, row);
  });
}

}  // namespace tributary::venues
