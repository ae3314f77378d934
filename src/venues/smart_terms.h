// The terms of a round as they were announced, and the market that is made of them. Private to `venues`.
#pragma once

#include "base/json.h"
#include "exchange/smart_market.h"
#include "venues/smart_rounds.h"
#include "venues/venue_fees.h"

namespace tributary::venues {

using Json = nlohmann::ordered_json;

struct SmartTerms {
  SmartVenue venue;
  SmartNotice notice;

  std::vector<std::string> periods() const;
  std::optional<rights::Term> term_of(const std::string& period) const;  // of a flow right
};
std::string to_text(const SmartTerms& terms);
SmartTerms smart_terms_of(const std::string& text);

// What earlier rounds leave of the limits.
struct Carried {
  std::map<std::string, Rational> balances;                              // by link
  std::map<std::pair<std::string, std::string>, Rational> sent;          // by link and period
  std::map<std::pair<std::string, std::string>, Rational> bought, sold;  // by zone and period
};

// Exact, as the smart market reads it: a decimal, or a fraction.
std::string exact(const Rational& value);
Rational exact_of(const std::string& text);

// The market as JSON (docs/smart-market.md). `orders` in the order of their numbers.
struct SmartOrder {
  const StoredSmartBid& bid;
  const SmartMember& member;
};
Json market_json(const SmartTerms& terms, const std::string& unit, const Carried& carried,
                 const std::vector<SmartOrder>& orders);
// Throws limits_conflict, which names every limit that is broken when nobody trades.
void require_room(const exchange::smart_market::Market& market);
// What each row of the programme is for people: kind ("capacity", "balance", "limit"), id and period by its
// name there.
struct LimitName {
  std::string kind, id, period;
};
std::map<std::string, LimitName> limit_names(const SmartTerms& terms);

// Yuan in whole ticks. Throws bad_value when it lies between two.
std::int64_t ticks_of(const SmartVenue& venue, const Decimal& yuan);
Decimal yuan_of(const SmartVenue& venue, std::int64_t ticks);
// The most a bid can come to: its price, rounded up, and the buyer's fees.
struct SmartCost {
  std::int64_t price_fen = 0, fees_fen = 0;
};
SmartCost cost_of(const SmartVenue& venue, bool buy, std::int64_t quantity, const Decimal& yuan);

}  // namespace tributary::venues
