// What the clearing of a smart market comes to as trades of the registry. Private to `venues`.
//
// Within a period water goes to the nearest zone first that what was sent from a seller's zone reaches, in
// the order of the bids. What does not arrive – lost on the way, or left by whole steps – is shared among the
// trades that cross zones, in proportion. Every seller gets and every buyer pays what the clearing says: of a
// buyer's money what the seller of the trade does not get is rent; where a seller would get less, the
// operator adds it. Water of which nothing arrives anywhere is bought by the operator, one unit of it, the
// rest is booked as lost.
#pragma once

#include "venues/smart_terms.h"

namespace tributary::venues {

struct SmartTrade {
  std::int64_t ask = 0, bid = 0;  // bid 0: the operator
  std::string period;
  std::int64_t quantity = 0;            // what the seller gives
  std::int64_t lost = 0;                // of it, what does not arrive
  std::int64_t fen = 0;                 // from buyer to seller
  std::int64_t rent_fen = 0;            // from the buyer beside it, to the account of the congestion rent
  std::int64_t added_fen = 0;           // from the operator to the seller
  std::vector<rights::Charge> charges;  // fees of the venue
};

// By period, then in the order of the asks. Stops the process when the sums are not those of the clearing.
std::vector<SmartTrade> trades_of(const SmartVenue& venue, const exchange::smart_market::Market& market,
                                  const exchange::smart_market::Clearing& clearing);

}  // namespace tributary::venues
