// Markets with an order book, declared in policies/<pack>/venues/*.yaml with `kind: order_book` and read strictly: call
// auctions, continuous trading, listed agreements, bulk agreements, by the sessions of a day.
#pragma once

#include "exchange/rules.h"
#include "venues/declaration.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::venues {

// What the clock does on each trading day.
struct SessionStep {
  enum class What : std::uint8_t {
    call,          // orders are collected for a call auction
    no_cancel,     // of the same, nothing is withdrawn any more
    uncross,       // the call auction; then the book is closed
    uncross_open,  // the call auction; then continuous trading
    open,          // continuous trading, or picking of listed offers
    pause,         // closed until the next step
    end,           // the day is over: day orders lapse, the close is set
  };
  int minute = 0;  // of the day
  What what = What::open;
};
std::string_view to_string(SessionStep::What what);
exchange::Command command_of(SessionStep::What what);

struct MarketVenue {
  std::string id;
  Text title;
  std::string pack, version;  // where it is declared
  std::string instrument;
  std::string medium;  // as of AuctionVenue
  std::optional<Lease> lease{};  // likewise
  // Without reference, value and supply, which a listing has.
  exchange::BookRules rules;
  std::int64_t max_value_fen = 0;  // of one order; 0: no limit
  std::optional<Decimal> max_share{};  // of what was issued, that one beneficial owner may hold and bid for
  Decimal tick{1};                 // yuan per tonne and year for flow rights, per unit else
  bool every_day = false;          // else on working days only
  std::vector<SessionStep> sessions;
  std::optional<int> approval_days{};  // an authority decides on each deal within so many calendar days
  // By a rate only: a least amount per deal could not be covered before it is known into how many deals an order falls.
  std::vector<VenueFee> fees;
  std::string certificate;
  Control control;  // as the packs said when it was loaded
  policy::Source source;
  bool verified = false;
};

// Throws what policy/yaml.h throws; bad_value of venues for what does not fit together, such as sessions that the book
// would refuse.
MarketVenue read_market(const policy::YamlNode& root, const policy::PackInfo& pack);
std::vector<MarketVenue> load_markets(const policy::Policy& policy);
MarketVenue market_of(const std::vector<MarketVenue>& venues, const std::string& id);  // throws unknown_venue

}  // namespace tributary::venues
