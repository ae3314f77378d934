// The terms of a market as they were listed: as JSON, as the rules of its book, what things cost. Private to `venues`.
#pragma once

#include "base/json.h"
#include "venues/markets.h"
#include "venues/venue_fees.h"

namespace tributary::venues {

using Json = nlohmann::ordered_json;

struct MarketTerms {
  MarketVenue venue;
  Listing listing;
};
std::string to_text(const MarketTerms& terms);
MarketTerms market_terms_of(const std::string& text);

// Throws bad_value for a reference between two ticks; what exchange::check throws.
exchange::BookRules rules_of(const MarketTerms& terms);
// Yuan in whole ticks. Throws bad_value when it lies between two.
std::int64_t ticks_of(const MarketTerms& terms, const Decimal& yuan);
Decimal yuan_of(const MarketTerms& terms, std::int64_t ticks);
// What a buyer sets aside: the cash of his order, and fees for however many deals it falls into.
std::int64_t cover_of(const MarketTerms& terms, std::int64_t cash, std::int64_t quantity);

// One market as it stands in the database.
struct MarketRow {
  std::int64_t number = 0;
  std::string state;
  MarketTerms terms;
  std::string opened_by, approved_by;
  std::int64_t clocked = 0;  // seconds: up to here the sessions have been kept
  std::int64_t commands = 0;
  std::string head;
  std::int64_t deals = 0;
  std::string halt_reason;

  std::string rule() const { return terms.venue.pack + " " + terms.venue.version + ", " + terms.venue.id; }
};
// Keys in the registry of rights: of what an order sets aside, of a deal.
std::string order_key(std::int64_t market, std::uint64_t order);
std::string proposal_key(std::int64_t market, std::uint64_t proposal, exchange::Side side);
std::string deal_key(std::int64_t market, std::int64_t deal);
std::optional<std::int64_t> number_of_deal(std::int64_t market, const std::string& key);  // none: of no deal here

StoredOrder order_of(const MarketTerms& terms, const store::Row& row);
extern const char* const order_columns;

}  // namespace tributary::venues
