// Smart markets in rounds, declared in policies/<pack>/venues/*.yaml with `kind: smart_market` and read
// strictly: zones and the links between them, limits, purposes, and the accounts that take losses and
// congestion rent.
#pragma once

#include "venues/declaration.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::venues {

struct SmartVenue {
  std::string id;
  Text title;
  std::string pack, version;  // where it is declared
  std::string
      instrument;  // one water source or class: a flow right traded by months, or a vintage of a stock
  // Zones, links, constraints and mask as in docs/smart-market.md, as JSON: numbers are one for every period.
  std::string market;
  std::vector<std::string> zones;
  std::vector<std::string> sold_for, used_for;  // purposes of the mask; empty: purposes do not matter
  std::int64_t step = 1;                        // quantities are whole multiples, in the instrument's measure
  Decimal tick{1};                              // yuan per unit and period
  // The most is always declared: without it one ask could make the sums of a round unbounded.
  std::optional<Decimal> least_price{}, most_price{};
  // Bids and asks of an account that stand in one period, and all it enters there, replacements included.
  // 0: a round announced before there was a limit.
  std::int64_t most_standing = 0, most_entries = 0;
  Amend amend = Amend::free;           // none or free
  int announcement_days = 0;           // calendar days from the announcement to the first bid
  int qualification_days = 0;          // the last of them, in which nobody applies any more
  std::optional<int> approval_days{};  // an authority decides within so many calendar days; unset: none does
  std::string rent;                    // account of type fee that gets the congestion rent
  std::string loss;                    // account of type loss or retire that takes what does not arrive
  // Reserve account of the operator: pays where prices or whole steps leave sellers short, and takes a unit
  // nobody else can.
  std::string operator_account;
  std::vector<VenueFee> fees;
  std::string certificate;
  bool admitted_public = false;
  Disclosure results = Disclosure::own;
  Control control;  // as the packs said when it was loaded
  policy::Source source;
  bool verified = false;
};

// Throws what policy/yaml.h and smart_market::read_market throw; bad_value of venues for what does not fit
// together.
SmartVenue read_smart_venue(const policy::YamlNode& root, const policy::PackInfo& pack);
std::vector<SmartVenue> load_smart_venues(const policy::Policy& policy);
SmartVenue smart_venue_of(const std::vector<SmartVenue>& venues, const std::string& id);  // throws unknown_venue

}  // namespace tributary::venues
