#include "exchange/one_way_auction.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace tributary::exchange {
namespace {

// A bid, or a part of one, as it stands in the auction.
struct Standing {
  std::size_t bid;  // in the input
  Ticks price;
  Quantity qty;
};

class Auction {
 public:
  Auction(const OneWayTerms& terms, const std::vector<OneWayBid>& bids, const std::vector<OneWayBidder>& bidders)
      : terms_(terms), bids_(bids) {
    for (const OneWayBidder& b : bidders) bidders_[b.name] = b;
  }

  OneWayResult run() {
    std::vector<Standing> standing = terms_.ascending ? ascending() : sealed();
    standing = trimmed(std::move(standing));
    in_order(standing);
    deal();
    return std::move(out_);
  }

 private:
  // Higher is better; a buy-back turns prices round.
  Ticks key(Ticks price) const { return terms_.side == OneWaySide::sale ? price : -price; }
  const std::string& owner(const Standing& s) const { return bids_[s.bid].bidder; }
  void drop(std::size_t bid, Dropped reason) { out_.dropped.push_back({bids_[bid].id, reason}); }

  std::optional<Dropped> fault(const OneWayBid& b) const {
    if (!b.qualified) return Dropped::not_qualified;
    if (b.qty <= 0 || b.qty % terms_.lot != 0) return Dropped::off_lot;
    if (b.qty < terms_.min_bid) return Dropped::below_min_bid;
    if (b.off_tick) return Dropped::off_tick;
    if (b.price < 0 || key(b.price) < key(terms_.reserve)) return Dropped::beyond_reserve;
    if (terms_.deposit && !b.deposit_paid) return Dropped::no_deposit;
    return std::nullopt;
  }

  std::vector<Standing> sealed() {
    std::vector<Standing> out;
    for (std::size_t i = 0; i < bids_.size(); ++i) {
      if (const auto why = fault(bids_[i]))
        drop(i, *why);
      else
        out.push_back({i, bids_[i].price, bids_[i].qty});
    }
    return out;
  }

  // Who would get how much, were it over now; ties by time.
  std::map<std::string, Quantity> would_win(std::vector<Standing> standing) const {
    std::stable_sort(standing.begin(), standing.end(), [this](const Standing& a, const Standing& b) {
      if (a.price != b.price) return key(a.price) > key(b.price);
      return bids_[a.bid].time < bids_[b.bid].time;
    });
    std::map<std::string, Quantity> out;
    Quantity left = terms_.supply;
    for (const Standing& s : standing) {
      const Quantity part = std::min(left, s.qty);
      if (part == 0) break;
      out[owner(s)] = part;
      left -= part;
    }
    return out;
  }

  std::vector<Standing> ascending() {
    const Extension& e = *terms_.ascending;
    std::vector<std::size_t> in_time(bids_.size());
    for (std::size_t i = 0; i < in_time.size(); ++i) in_time[i] = i;
    std::stable_sort(in_time.begin(), in_time.end(),
                     [this](std::size_t a, std::size_t b) { return bids_[a].time < bids_[b].time; });
    std::vector<Standing> out;
    out_.closed_at = e.close;
    for (const std::size_t i : in_time) {
      const OneWayBid& b = bids_[i];
      if (b.time >= out_.closed_at) {
        drop(i, Dropped::too_late);
        continue;
      }
      if (const auto why = fault(b)) {
        drop(i, *why);
        continue;
      }
      const auto before = std::find_if(out.begin(), out.end(), [&](const Standing& s) { return owner(s) == b.bidder; });
      if (before != out.end() && key(b.price) < key(before->price) + e.increment) {
        drop(i, Dropped::not_improved);
        continue;
      }
      const bool near_the_end = b.time > e.open && b.time >= out_.closed_at - e.window && out_.extensions < e.most;
      const auto winners = near_the_end ? would_win(out) : std::map<std::string, Quantity>{};
      if (before != out.end()) {
        drop(before->bid, Dropped::replaced);
        out.erase(before);
      }
      out.push_back({i, b.price, b.qty});
      if (near_the_end && would_win(out) != winners) {
        out_.closed_at = std::max(out_.closed_at, b.time + e.by);
        ++out_.extensions;
      }
    }
    return out;
  }

  std::vector<Standing> trimmed(std::vector<Standing> standing) {
    std::map<std::string, std::vector<Standing>> by_bidder;
    for (const Standing& s : standing) by_bidder[owner(s)].push_back(s);
    std::set<Ticks, std::greater<>> prices;
    for (const Standing& s : standing) prices.insert(s.price);
    std::vector<Standing> out;
    for (auto& [name, own] : by_bidder) {
      // Best first, so that the lowest-priced lots are the ones removed.
      std::stable_sort(own.begin(), own.end(), [this](const Standing& a, const Standing& b) {
        if (a.price != b.price) return key(a.price) > key(b.price);
        return bids_[a.bid].time < bids_[b.bid].time;
      });
      const auto bidder = bidders_.find(name);
      std::optional<Quantity> limit = terms_.max_share;
      if (bidder != bidders_.end() && bidder->second.limit)
        limit = limit ? std::min(*limit, *bidder->second.limit) : *bidder->second.limit;
      if (limit) cut_to_limit(own, std::max<Quantity>(*limit, 0) / terms_.lot * terms_.lot);
      if (bidder != bidders_.end() && bidder->second.guarantee && terms_.side == OneWaySide::sale)
        own = cut_to_guarantee(own, *bidder->second.guarantee, prices);
      out.insert(out.end(), own.begin(), own.end());
    }
    return out;
  }

  void cut_to_limit(std::vector<Standing>& own, Quantity left) {
    for (Standing& s : own) {
      const Quantity keep = std::min(s.qty, left);
      left -= keep;
      if (keep == s.qty) continue;
      out_.trimmed.push_back({bids_[s.bid].id, s.qty, keep});
      if (keep == 0) drop(s.bid, Dropped::trimmed_away);
      s.qty = keep;
    }
    std::erase_if(own, [](const Standing& s) { return s.qty == 0; });
  }

  // The most that can be had at a price, whole lots: for one price for all, all of it at that price; with pay_as_bid on top
  // of what the better bids cost.
  Quantity fundable(Fen guarantee, Ticks price, Quantity had, __int128 spent) const {
    if (price == 0) return std::numeric_limits<Quantity>::max() / terms_.lot * terms_.lot - had;
    const __int128 unit = __int128{price} * terms_.value_numerator;
    const __int128 funds = __int128{guarantee} * terms_.value_denominator;
    const __int128 most = terms_.pricing == Pricing::uniform ? funds / unit - had : (funds - spent) / unit;
    const __int128 lots = std::max<__int128>(most, 0) / terms_.lot * terms_.lot;
    return static_cast<Quantity>(std::min<__int128>(lots, std::numeric_limits<Quantity>::max()));
  }

  std::vector<Standing> cut_to_guarantee(const std::vector<Standing>& own, Fen guarantee,
                                         const std::set<Ticks, std::greater<>>& prices) {
    std::vector<Standing> out;
    std::vector<Standing> carried;  // cut parts, from better prices
    Quantity had = 0;
    __int128 spent = 0;
    for (const Ticks price : prices) {
      std::vector<Standing> wanted;
      for (const Standing& s : own)
        if (s.price == price) wanted.push_back(s);
      const std::size_t fresh = wanted.size();
      wanted.insert(wanted.end(), carried.begin(), carried.end());
      carried.clear();
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        Standing& w = wanted[i];
        const Quantity keep = std::min(w.qty, fundable(guarantee, price, had, spent));
        had += keep;
        spent += __int128{keep} * price * terms_.value_numerator;
        if (i < fresh && keep < w.qty)
          out_.trimmed.push_back({.bid = bids_[w.bid].id, .from = w.qty, .to = keep, .by_guarantee = true});
        if (i >= fresh && keep > 0)
          out_.trimmed.push_back({.bid = bids_[w.bid].id, .from = w.qty, .to = w.qty - keep, .by_guarantee = true,
                                  .moved_to = price, .moved = keep});
        if (keep > 0) out.push_back({w.bid, price, keep});
        if (keep < w.qty) carried.push_back({w.bid, w.price, w.qty - keep});
      }
    }
    for (const Standing& s : own)
      if (std::none_of(out.begin(), out.end(), [&](const Standing& kept) { return kept.bid == s.bid; }))
        drop(s.bid, Dropped::trimmed_away);
    return out;
  }

  void in_order(std::vector<Standing>& standing) {
    std::stable_sort(standing.begin(), standing.end(), [this](const Standing& a, const Standing& b) {
      if (a.price != b.price) return key(a.price) > key(b.price);
      if (bids_[a.bid].time != bids_[b.bid].time) return bids_[a.bid].time < bids_[b.bid].time;
      return a.bid < b.bid;
    });
    __int128 sum = 0;
    for (const Standing& s : standing) {
      sum += s.qty;
      out_.rows.push_back({bids_[s.bid].id, owner(s), s.price, s.qty, sum, 0, 0, {}});
    }
  }

  void deal() {
    if (terms_.seed) require_sound_seed();
    auto& rows = out_.rows;
    const __int128 total = rows.empty() ? 0 : rows.back().cumulative;
    out_.undersubscribed = total < terms_.supply;
    if (rows.empty()) {
      out_.cancelled = terms_.under == Under::cancel;
      return;
    }
    std::size_t first = 0;  // of the rows at the price
    if (out_.undersubscribed) {
      if (terms_.under == Under::cancel) {
        out_.cancelled = true;
        return;
      }
      for (auto& row : rows) row.filled = row.qty;
      out_.price = terms_.under == Under::reserve ? terms_.reserve : rows.back().price;
    } else {
      std::size_t at = 0;
      while (rows[at].cumulative < terms_.supply) ++at;
      out_.price = rows[at].price;
      while (rows[first].price != *out_.price) {
        rows[first].filled = rows[first].qty;
        ++first;
      }
      std::size_t last = first;
      while (last < rows.size() && rows[last].price == *out_.price) ++last;
      const __int128 before = first == 0 ? 0 : rows[first - 1].cumulative;
      out_.marginal = static_cast<Quantity>(terms_.supply - before);
      at_the_margin(first, last);
    }
    if (terms_.cancel_below && key(*out_.price) < key(*terms_.cancel_below)) {
      out_.cancelled = true;
      for (auto& row : rows) row.filled = 0;
      return;
    }
    for (auto& row : rows) {
      out_.sold += row.filled;
      if (row.filled > 0) row.pays = terms_.pricing == Pricing::uniform ? *out_.price : row.price;
    }
  }

  void at_the_margin(std::size_t first, std::size_t last) {
    auto& rows = out_.rows;
    __int128 wanted = 0;
    for (std::size_t i = first; i < last; ++i) wanted += rows[i].qty;
    Quantity left = out_.marginal;
    const auto serve = [&](OneWayResult::Row& row, Quantity most) {
      const Quantity part = std::min({row.qty - row.filled, left, most});
      row.filled += part;
      left -= part;
    };
    if (wanted == left || terms_.tie == Tie::time) {
      for (std::size_t i = first; i < last; ++i) serve(rows[i], left);
      return;
    }
    if (terms_.tie == Tie::random) {
      draw(first, last);
      for (std::size_t i = first; i < last; ++i) serve(rows[i], left);
      return;
    }
    for (std::size_t i = first; i < last; ++i) {
      const __int128 share = __int128{rows[i].qty} * out_.marginal / wanted;
      rows[i].filled = static_cast<Quantity>(share / terms_.lot) * terms_.lot;
      left -= rows[i].filled;
    }
    if (left == 0) return;
    draw(first, last);
    while (left > 0)
      for (std::size_t i = first; i < last; ++i) serve(rows[i], terms_.lot);
  }

  void require_sound_seed() const {
    if (sha256_hex(terms_.seed->secret) == terms_.seed->commitment) return;
    throw Error(codes::seed_mismatch,
                {"公布的种子与事先公布的承诺值不符", "the revealed secret does not fit the commitment"}, {},
                {"承诺值应为种子的 SHA-256（十六进制）", "the commitment is the SHA-256 of the secret, in hex"});
  }

  // Puts the rows at the price in drawn order.
  void draw(std::size_t first, std::size_t last) {
    if (last - first < 2) return;
    if (!terms_.seed)
      throw Error(codes::seed_mismatch, {"同价申报需要抽签，但没有种子", "bids at one price have to be drawn, but there is no seed"},
                  {}, {"给出 seed：{commitment, secret, public}", "give seed: {commitment, secret, public}"});
    auto& rows = out_.rows;
    for (std::size_t i = first; i < last; ++i)
      rows[i].drawn = sha256_hex(terms_.seed->secret + "|" + terms_.seed->revealed + "|" + rows[i].bid);
    std::stable_sort(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.begin() + static_cast<std::ptrdiff_t>(last),
                     [](const auto& a, const auto& b) { return a.drawn < b.drawn; });
    __int128 sum = first == 0 ? 0 : rows[first - 1].cumulative;
    for (std::size_t i = first; i < last; ++i) rows[i].cumulative = sum += rows[i].qty;
  }

  const OneWayTerms& terms_;
  const std::vector<OneWayBid>& bids_;
  std::map<std::string, OneWayBidder> bidders_;
  OneWayResult out_;
};

constexpr std::array<std::string_view, 10> drop_names{
    "not_qualified", "off_lot", "below_min_bid", "off_tick", "beyond_reserve",
    "no_deposit",    "too_late", "not_improved", "replaced", "trimmed_away"};

}  // namespace

std::string_view to_string(Dropped reason) {
  return drop_names[static_cast<std::size_t>(reason)];
}

Text describe(Dropped reason) {
  switch (reason) {
    case Dropped::not_qualified:
      return {"资格不符", "not qualified"};
    case Dropped::off_lot:
      return {"数量不是交易单位的正整数倍", "the quantity is not a positive multiple of the lot"};
    case Dropped::below_min_bid:
      return {"低于最低申报量", "below the smallest bid"};
    case Dropped::off_tick:
      return {"价格不是最小变动价位的整数倍", "the price lies between two ticks"};
    case Dropped::beyond_reserve:
      return {"未达到保留价", "does not reach the reserve"};
    case Dropped::no_deposit:
      return {"未缴保证金", "the deposit is not paid"};
    case Dropped::too_late:
      return {"截止后到达", "after the close"};
    case Dropped::not_improved:
      return {"未按最小加价幅度改善", "does not improve by the increment"};
    case Dropped::replaced:
      return {"已被本人更优报价取代", "replaced by a better bid of the same bidder"};
    case Dropped::trimmed_away:
      return {"因限额或保证金全部削减", "trimmed to nothing by a limit or the guarantee"};
  }
  return {};
}

OneWayResult one_way_auction(const OneWayTerms& terms, const std::vector<OneWayBid>& bids,
                             const std::vector<OneWayBidder>& bidders) {
  if (terms.lot <= 0 || terms.supply <= 0 || terms.supply % terms.lot != 0)
    throw Error(codes::bad_rules, {"数量须为交易单位的正整数倍", "the supply must be a positive multiple of the lot"});
  if (terms.value_numerator <= 0 || terms.value_denominator <= 0)
    throw Error(codes::bad_rules, {"计价比例须大于零", "the value of a tick must be above zero"});
  if (terms.reserve < 0) throw Error(codes::bad_rules, {"保留价不能为负", "the reserve cannot be negative"});
  return Auction(terms, bids, bidders).run();
}

}  // namespace tributary::exchange
