// Surveillance over what was traded here: the deals of markets, the trades of auctions and of rounds of smart markets, the orders that were withdrawn, and
// transfers outside the exchange as far as they close a circle of the same months or vintage, read out of the database and held against the patterns of exchange/surveillance.h.
//
// Which patterns are looked for, and from which threshold on, packs say in policies/<pack>/surveillance.yaml, read strictly:
//
//   look_for:
//     - {pattern: circle, days: 10, share: "0.8", source: {document: …}, verified: false}
//     - {pattern: ladder, instruments: [COD-GUO], deals: 3, quantity: 500, minutes: 30, source: {…}}
//     - {pattern: layering, orders: 3, minutes: 5, source: {…}}
//     - {pattern: far_price, share: "0.3", days: 30, source: {…}}
//   barred:
//     - {party: demo-verifier, source: {…}}          # who may not trade
//   groups:
//     - {party: demo-daughter, controlled_by: demo-mother, source: {…}}
//
// Without `instruments` an entry is of all that have none of their own. What a lower pack says of a pattern replaces what an
// upper one says of it; barred parties and groups add up. A pattern without a threshold is not looked for, and that is said.
#pragma once

#include "exchange/surveillance.h"
#include "policy/pack.h"
#include "policy/yaml.h"
#include "rights/rights.h"
#include "venues/codes.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::venues {

// A threshold as it is declared; figures that are not of its pattern stay 0.
struct Threshold {
  exchange::Pattern pattern = exchange::Pattern::circle;
  std::vector<std::string> instruments{};  // empty: all others
  int days = 0, deals = 0, orders = 0, minutes = 0;
  std::int64_t quantity = 0;
  Rational share{};
  std::string pack{};
  policy::Source source{};
  bool verified = false;
};
struct Barred {
  std::string party;
  policy::Source source{};
};
struct Controlled {
  std::string party, by;
  policy::Source source{};
};
struct WatchDeclaration {
  std::vector<Threshold> thresholds{};
  std::vector<Barred> barred{};
  std::vector<Controlled> groups{};

  const Threshold* of(exchange::Pattern pattern, const std::string& instrument) const;
  exchange::WatchRules rules(const std::string& instrument) const;
};
// Throws what policy/yaml.h throws; bad_value of venues for thresholds that make no sense.
WatchDeclaration read_watching(const policy::YamlNode& root, const std::string& pack);
WatchDeclaration load_watching(const policy::Policy& policy);

// A deal or an order that an alert names.
struct Named {
  std::string key;    // of the registry's transaction for a deal: "market-1-deal-2", "auction-1-trade-3",
                      // "market-smart-1-trade-4", or of a transfer
                      // outside the exchange; else of an order
  bool order = false;
  std::int64_t market = 0, auction = 0, round = 0;  // one of them (`round`: of a smart market); none for a transfer
  Instant at;
  std::string seller{}, buyer{};         // party codes; of an order one of them
  std::int64_t quantity = 0;
  std::optional<Decimal> price{};        // yuan
};
struct Seen {
  exchange::Pattern pattern = exchange::Pattern::barred;
  std::string instrument;
  std::string goods;  // months or vintage
  bool lease = false;  // of their use, not of title
  Instant at;
  std::vector<Named> what;
  std::vector<std::string> parties;
  Text message;
  const Threshold* threshold = nullptr;  // of the declaration; none: of a pattern without one
};
// A pattern that nobody set a threshold for, or whom it is about.
struct NotLookedFor {
  exchange::Pattern pattern;
  std::string instrument;  // empty: every one
};
struct Watched {
  std::vector<Seen> alerts;  // by time
  std::int64_t deals = 0, orders = 0;  // looked at, of those days
  std::vector<NotLookedFor> missing;
};

// Deals of [from, to), both days of the county; those before are read as far as a pattern reaches back. The declaration must
// outlive the answer. Throws bad_value where `to` is not after `from`.
Watched watch_days(store::Database& database, const std::string& jurisdiction, const Clock& clock, const WorkCalendar& calendar,
                   const WatchDeclaration& declaration, Date from, Date to);

// What people read instead of a pattern's name, and what it means in one sentence.
Text title_of(exchange::Pattern pattern);
Text meaning_of(exchange::Pattern pattern);

}  // namespace tributary::venues
