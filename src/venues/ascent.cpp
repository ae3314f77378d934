#include "venues/ascent.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {

std::optional<Instant> timed_from(const Terms& terms) {
  switch (terms.venue.format) {
    case Format::sealed:
      return std::nullopt;
    case Format::ascending:
      return terms.announcement.opens;
    case Format::sealed_then_ascending:
      return Instant{terms.announcement.closes.seconds - terms.venue.ascending->lasts};
  }
  return std::nullopt;
}

Ascent::Ascent(const Terms& terms, std::map<std::string, std::string> owners,
               const std::vector<StoredBid>& bids, Instant end, int extensions)
    : terms_(terms), owners_(std::move(owners)), end_(end), extensions_(extensions) {
  for (const StoredBid& bid : bids)
    if (bid.stands()) standing_.push_back(bid);
  now_ = picture();
}

int Ascent::better(const Decimal& a, const Decimal& b) const {
  const int above = a == b ? 0 : a > b ? 1 : -1;
  return terms_.venue.side == exchange::OneWaySide::sale ? above : -above;
}

Ascent::Picture Ascent::picture() const {
  Picture out;
  const exchange::OneWayResult result = clear(terms_, standing_, owners_, std::nullopt);
  if (!result.undersubscribed) out.price = yuan_of(terms_.venue, *result.price);
  for (const auto& row : result.rows) {
    const std::int64_t seq = Decimal::parse(row.bid).to_int64();
    const std::int64_t part = result.undersubscribed ? row.qty : row.filled;
    out.leads[seq] = part;
    const auto bid = std::ranges::find(standing_, seq, &StoredBid::seq);
    if (part > 0) out.of_accounts[bid->account] += part;
  }
  return out;
}

std::int64_t Ascent::leads(std::int64_t seq) const {
  const auto found = now_.leads.find(seq);
  return found == now_.leads.end() ? 0 : found->second;
}

const StoredBid* Ascent::standing_of(const std::string& account) const {
  const auto found = std::ranges::find(standing_, account, &StoredBid::account);
  return found == standing_.end() ? nullptr : &*found;
}

std::optional<Decimal> Ascent::next() const {
  const AuctionVenue& venue = terms_.venue;
  const bool sale = venue.side == exchange::OneWaySide::sale;
  if (!now_.price) return sale ? std::max(venue.reserve_price, venue.tick) : venue.reserve_price;
  const std::int64_t ticks = ticks_of(venue, *now_.price);
  std::int64_t step = rules().step_ticks;
  if (rules().step_share)
    step = std::max<std::int64_t>(
        1, (Decimal::from_int(ticks) * *rules().step_share).round(0, Rounding::ceiling).to_int64());
  const std::int64_t out = sale ? ticks + step : ticks - step;
  return out > 0 ? std::optional(yuan_of(venue, out)) : std::nullopt;
}

void Ascent::require_counts(const Bid& bid) const {
  const bool sale = terms_.venue.side == exchange::OneWaySide::sale;
  const StoredBid* own = standing_of(bid.account);
  if (bid.quantity == 0)
    throw Error(codes::not_improved, {"限时竞价中的报价不可撤回", "in the timed part a bid is irrevocable"},
                {{}, 0, 0, "quantity"});
  const auto least = next();
  if (!least || better(bid.price, *least) < 0) {
    const std::string now = now_.price ? now_.price->to_string() : terms_.venue.reserve_price.to_string();
    const std::string wanted = least ? least->to_string() : "—";
    throw Error(codes::below_step,
                {fmt::format("报价 {} 元不够：当前价 {} 元，下一口{} {} 元", bid.price.to_string(), now,
                             sale ? "至少" : "至多", wanted),
                 fmt::format("{} yuan does not do: the price stands at {} yuan, the next bid is {} {} yuan",
                             bid.price.to_string(), now, sale ? "at least" : "at most", wanted)},
                {{}, 0, 0, "price"}, {"请按当前价重新报价。", "Bid anew against the standing price."});
  }
  if (own == nullptr) return;
  const int than_own = better(bid.price, own->price);
  const std::int64_t held = leads(own->seq);
  if (than_own < 0 || bid.quantity < held || (than_own == 0 && bid.quantity <= own->quantity))
    throw Error(
        codes::not_improved,
        {fmt::format("报价只能改优：单价不差于 {} 元，数量不少于正领先的 {}，且至少一项改优",
                     own->price.to_string(), held),
         fmt::format("a bid may only be improved: no worse than {} yuan, no less than the {} it leads for, "
                     "one of them better",
                     own->price.to_string(), held)},
        {{}, 0, 0, than_own < 0 ? "price" : "quantity"});
}

Ascent::Effect Ascent::add(const StoredBid& bid) {
  Effect out;
  const bool timed = timed_at(terms_, bid.at);
  const auto own = std::ranges::find(standing_, bid.account, &StoredBid::account);
  if (own != standing_.end()) {
    out.replaced = *own;
    standing_.erase(own);
  }
  if (bid.quantity > 0) {
    standing_.push_back(bid);
    // Played again, a bid carries what became of it later.
    standing_.back().replaced_by.reset();
    standing_.back().outbid_by.reset();
  }
  const Picture before = std::exchange(now_, picture());
  if (!timed) return out;
  const Ascending& r = rules();
  const bool moves = before.of_accounts != now_.of_accounts || before.price != now_.price;
  if (moves && bid.at.seconds >= end_.seconds - r.within && (!r.most || extensions_ < *r.most)) {
    Instant later{bid.at.seconds + r.by};
    if (r.until) later = std::min(later, Instant{terms_.announcement.closes.seconds + *r.until});
    if (later > end_) {
      end_ = later;
      ++extensions_;
      out.extended = true;
    }
  }
  if (r.freed_at_once && now_.price) {
    for (const StoredBid& one : standing_)
      if (leads(one.seq) == 0) out.outbid.push_back(one);
    std::erase_if(standing_, [&](const StoredBid& one) { return leads(one.seq) == 0; });
  }
  return out;
}

}  // namespace tributary::venues
