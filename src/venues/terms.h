// The terms of an auction as they were announced: as JSON, what they cost, how they clear. Private to
// `venues`.
#pragma once

#include "base/json.h"
#include "venues/auctions.h"
#include "venues/venue_fees.h"

namespace tributary::venues {

using Json = nlohmann::ordered_json;

struct Terms {
  AuctionVenue venue;
  Announcement announcement;
};
std::string to_text(const Terms& terms);
Terms terms_of(const std::string& text);

// Yuan in whole ticks. Throws bad_value when it lies between two.
std::int64_t ticks_of(const AuctionVenue& venue, const Decimal& yuan);
Decimal yuan_of(const AuctionVenue& venue, std::int64_t ticks);

// Fen for so much at a price, rounded once.
std::int64_t price_of(const Terms& terms, std::int64_t quantity, const Decimal& yuan);
// Price and the buyer's fees.
std::int64_t due_from_buyer(const Terms& terms, std::int64_t quantity, const Decimal& yuan);
// What covers a buy-back of the whole supply at the most that is paid, however many it is divided among.
std::int64_t budget_of(const Terms& terms);

// Of the bids that stand: who gets how much, with the steps. `owners` by account. Without a seed nothing can
// be drawn. Throws seed_mismatch.
exchange::OneWayResult clear(const Terms& terms, const std::vector<StoredBid>& bids,
                             const std::map<std::string, std::string>& owners,
                             const std::optional<exchange::Seed>& seed);
Json json_of(const AuctionVenue& venue, const exchange::OneWayResult& result);

}  // namespace tributary::venues
