#include "exchange/call_auction.h"

#include <algorithm>
#include <array>

namespace tributary::exchange {
namespace {

constexpr std::array<std::string_view, 4> variant_names{"four-step", "midpoint", "nearest-close", "within-best"};

// An order by its place in the input, in order of priority: market, then the better price, then the earlier.
struct Ranked {
  Ticks price;
  std::uint32_t at;
  bool market;
};

struct Ranking {
  std::vector<Ranked> orders;
  Quantity market = 0;
  Quantity total = 0;
};

Ranking ranked(std::span<const CallOrder> orders, Side side) {
  Ranking out;
  out.orders.reserve(orders.size());
  __int128 total = 0;
  for (std::uint32_t i = 0; i < orders.size(); ++i) {
    const CallOrder& o = orders[i];
    out.orders.push_back({o.market ? 0 : o.price, i, o.market});
    total += o.qty;
    if (o.market) out.market += o.qty;
  }
  if (total > (__int128{1} << 62))
    throw Error(codes::amount_overflow, {"数量合计过大", "the quantities sum to too much"});
  out.total = static_cast<Quantity>(total);
  std::sort(out.orders.begin(), out.orders.end(), [side](const Ranked& a, const Ranked& b) {
    if (a.market != b.market) return a.market;
    if (a.price != b.price) return side == Side::buy ? a.price > b.price : a.price < b.price;
    return a.at < b.at;
  });
  return out;
}

// Both rankings as runs of ticks at which nothing changes, from the lowest price up.
std::vector<CallSegment> segments_of(std::span<const CallOrder> buys, const Ranking& buy_ranks,
                                     std::span<const CallOrder> sells, const Ranking& sell_ranks) {
  std::vector<CallSegment> out;
  auto buy = buy_ranks.orders.rbegin();  // lowest price first
  auto sell = sell_ranks.orders.begin();
  const auto buy_end = std::find_if(buy, buy_ranks.orders.rend(), [](const Ranked& r) { return r.market; });
  while (sell != sell_ranks.orders.end() && sell->market) ++sell;
  Quantity bid = buy_ranks.total;  // at or above the price looked at
  Quantity offered = sell_ranks.market;
  std::optional<Ticks> last;
  while (buy != buy_end || sell != sell_ranks.orders.end()) {
    const Ticks price = buy == buy_end                     ? sell->price
                        : sell == sell_ranks.orders.end() ? buy->price
                                                           : std::min(buy->price, sell->price);
    if (last && price > *last + 1) out.push_back({*last + 1, price - 1, bid, offered});
    for (; sell != sell_ranks.orders.end() && sell->price == price; ++sell) offered += sells[sell->at].qty;
    out.push_back({price, price, bid, offered});
    for (; buy != buy_end && buy->price == price; ++buy) bid -= buys[buy->at].qty;
    last = price;
  }
  return out;
}

// Those from the best offer to the best bid, where limit orders cross.
void keep_within_best(std::vector<CallSegment>& segments, const Ranking& buys, const Ranking& sells) {
  const auto best = [](const Ranking& ranking) -> std::optional<Ticks> {
    const auto first =
        std::find_if(ranking.orders.begin(), ranking.orders.end(), [](const Ranked& r) { return !r.market; });
    return first == ranking.orders.end() ? std::nullopt : std::optional(first->price);
  };
  const auto bid = best(buys);
  const auto offer = best(sells);
  if (!bid || !offer || *bid < *offer) return;
  std::erase_if(segments, [&](const CallSegment& s) { return s.from < *offer || s.to > *bid; });
}

struct Choice {
  Ticks price;
  CallReason reason;
};

Choice choose(const CallTerms& terms, Ticks from, Ticks to, bool all_bid, bool all_offered) {
  if (from == to) return {from, CallReason::single};
  if (terms.variant == CallVariant::midpoint) {
    const Ticks width = to - from;
    Ticks middle = from + width / 2;
    if (width % 2 != 0 && (terms.half_tick == HalfTick::up ||
                           (terms.half_tick == HalfTick::toward_reference && terms.reference > middle)))
      ++middle;
    return {middle, CallReason::middle};
  }
  if (terms.variant == CallVariant::four_step && all_bid) {
    if (!terms.upper || to < *terms.upper) return {to, CallReason::highest};
    if (from > *terms.upper) return {from, CallReason::lowest};
    return {*terms.upper, CallReason::upper};
  }
  if (terms.variant == CallVariant::four_step && all_offered) {
    if (!terms.lower || from > *terms.lower) return {from, CallReason::lowest};
    if (to < *terms.lower) return {to, CallReason::highest};
    return {*terms.lower, CallReason::lower};
  }
  if (terms.reference < from) return {from, CallReason::nearest};
  if (terms.reference > to) return {to, CallReason::nearest};
  return {terms.reference, CallReason::reference};
}

CallPrice price_of(std::span<const CallOrder> buys, const Ranking& buy_ranks, std::span<const CallOrder> sells,
                   const Ranking& sell_ranks, const CallTerms& terms) {
  CallPrice out;
  out.segments = segments_of(buys, buy_ranks, sells, sell_ranks);
  const bool only_market = out.segments.empty() && !buys.empty() && !sells.empty();
  if (only_market)
    out.segments.push_back({terms.reference, terms.reference, buy_ranks.market, sell_ranks.market});
  if (terms.variant == CallVariant::within_best) keep_within_best(out.segments, buy_ranks, sell_ranks);

  Quantity most = 0;
  Quantity least = std::numeric_limits<Quantity>::max();
  for (const CallSegment& s : out.segments) most = std::max(most, s.executed());
  if (most == 0) return out;
  const auto size = [](const CallSegment& s) { return s.surplus() < 0 ? -s.surplus() : s.surplus(); };
  bool any = false;
  for (const CallSegment& s : out.segments) {
    if (s.executed() != most) continue;
    least = std::min(least, size(s));
    if (!any) out.most_from = s.from;
    out.most_to = s.to;
    any = true;
  }
  any = false;
  bool all_bid = true;
  bool all_offered = true;
  for (const CallSegment& s : out.segments) {
    if (s.executed() != most || size(s) != least) continue;
    if (!any) out.least_from = s.from;
    out.least_to = s.to;
    any = true;
    all_bid = all_bid && s.surplus() > 0;
    all_offered = all_offered && s.surplus() < 0;
  }
  const Choice choice = choose(terms, out.least_from, out.least_to, all_bid, all_offered);
  out.price = choice.price;
  out.reason = only_market ? CallReason::only_market : choice.reason;
  out.executed = most;
  const auto at = std::find_if(out.segments.begin(), out.segments.end(),
                               [&](const CallSegment& s) { return s.from <= choice.price && choice.price <= s.to; });
  TRIBUTARY_CHECK(at != out.segments.end(), std::to_string(choice.price));
  out.surplus = at->surplus();
  return out;
}

// Deals `executed` out along the ranking.
std::vector<Quantity> deal(std::span<const CallOrder> orders, const Ranking& ranking, Quantity executed,
                           const CallTerms& terms) {
  std::vector<Quantity> out(orders.size(), 0);
  auto from = ranking.orders.begin();
  while (executed > 0 && from != ranking.orders.end()) {
    auto to = from;
    Quantity level = 0;
    for (; to != ranking.orders.end() && to->market == from->market && to->price == from->price; ++to)
      level += orders[to->at].qty;
    if (level <= executed || terms.margin == Margin::time) {
      for (; from != to; ++from) {
        const Quantity part = std::min(orders[from->at].qty, executed);
        out[from->at] = part;
        executed -= part;
      }
      continue;
    }
    Quantity left = executed;
    for (auto o = from; o != to; ++o) {
      const __int128 share = __int128{orders[o->at].qty} * executed / level;
      out[o->at] = static_cast<Quantity>(share) / terms.lot * terms.lot;
      left -= out[o->at];
    }
    while (left > 0) {  // fewer lots than orders, unless some are full already
      for (auto o = from; o != to && left > 0; ++o) {
        const Quantity part = std::min({terms.lot, left, orders[o->at].qty - out[o->at]});
        out[o->at] += part;
        left -= part;
      }
    }
    executed = 0;
  }
  return out;
}

}  // namespace

std::optional<CallVariant> parse_call_variant(std::string_view name) {
  for (std::size_t i = 0; i < variant_names.size(); ++i)
    if (variant_names[i] == name) return static_cast<CallVariant>(i);
  return std::nullopt;
}

std::string_view to_string(CallVariant variant) {
  return variant_names[static_cast<std::size_t>(variant)];
}

CallPrice call_price(std::span<const CallOrder> buys, std::span<const CallOrder> sells,
                     const CallTerms& terms) {
  return price_of(buys, ranked(buys, Side::buy), sells, ranked(sells, Side::sell), terms);
}

CallResult call_auction(std::span<const CallOrder> buys, std::span<const CallOrder> sells,
                        const CallTerms& terms) {
  const Ranking buy_ranks = ranked(buys, Side::buy);
  const Ranking sell_ranks = ranked(sells, Side::sell);
  CallResult out{price_of(buys, buy_ranks, sells, sell_ranks, terms), {}, {}};
  out.buys = deal(buys, buy_ranks, out.found.executed, terms);
  out.sells = deal(sells, sell_ranks, out.found.executed, terms);
  return out;
}

}  // namespace tributary::exchange
