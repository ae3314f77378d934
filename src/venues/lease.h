// Venues that give the use of a right for whole months and not title: `gives: lease` in their declaration. How long a lease may
// be is said of the instrument, by the packs (rights/rights_files.h).
#pragma once

#include "base/json.h"
#include "policy/yaml.h"
#include "rights/rights_files.h"

#include <optional>
#include <string>

namespace tributary::venues {

struct Lease {
  int longest = 0;      // months
  std::string source;   // where the packs say so
};

// `gives` of a declaration: lease, or title, which it is where nothing is said. How long is not known yet.
std::optional<Lease> read_gives(policy::YamlMap& map);
// Throws bad_value, at `gives` of the declaration, where no pack says how long the instrument may be leased.
Lease lease_of(const rights::RightsData& data, const std::string& instrument, const policy::YamlNode& declaration);
// Throws bad_value for more months than a lease may have, and for one that could begin before an authority has decided: `decided` is
// the last day on which it may.
void require_months(const std::optional<Lease>& lease, const std::optional<rights::Term>& term, std::optional<Date> decided);
// Whether a transaction of the registry is of exactly these months; without any, of whatever.
bool is_of(const rights::Transaction& booked, const std::optional<rights::Term>& term);
// For rights::Trade.
inline int lease_months(const std::optional<Lease>& lease) {
  return lease ? lease->longest : 0;
}

// How long, and where that stands; null for title.
nlohmann::ordered_json json_of(const std::optional<Lease>& lease);
// As it is kept with the terms; what gives title keeps nothing.
void put_lease(nlohmann::ordered_json& venue, const std::optional<Lease>& lease);
std::optional<Lease> lease_in(const nlohmann::ordered_json& venue);

}  // namespace tributary::venues
