// How a county holds its auctions, declared in policies/<pack>/venues/*.yaml and read strictly.
#pragma once

#include "exchange/fees.h"
#include "exchange/one_way_auction.h"
#include "policy/pack.h"
#include "venues/control.h"
#include "venues/lease.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::venues {

// What the buyer or the seller pays beside the price.
struct VenueFee {
  bool buyer = true;
  std::string kind;  // "fee", "non_tax" …
  std::string to;    // account of type fee
  exchange::FeeRule rule;
};

// What may become of a bid until the close. Withdrawn it is only where it may be changed freely.
enum class Amend : std::uint8_t { none, upward, free };

// What is told of the bids after the close: to each his own, all without names, all with names. Price and
// quantity sold are told in any case.
enum class Disclosure : std::uint8_t { own, anonymous, names };
std::string_view to_string(Disclosure disclosure);

// sealed: one round nobody sees into. ascending: timed, by open outcry of the standing price.
// sealed_then_ascending: a sealed first round whose bids open the timed part. In a buy-back prices descend;
// the words stay.
enum class Format : std::uint8_t { sealed, ascending, sealed_then_ascending };
std::string_view to_string(Format format);

// The rules of a timed part. Seconds throughout.
struct Ascending {
  // By how much the standing price is beaten at least: so many ticks, or a share of it rounded up to whole
  // ticks.
  std::int64_t step_ticks = 1;
  std::optional<Decimal> step_share{};
  // A bid that changes who leads for how much, or the standing price, within so many seconds of the end puts
  // the end off to that bid plus `by`: `most` times at most, never past the announced close plus `until`.
  std::int64_t within = 0;
  std::int64_t by = 0;
  std::optional<int> most{};
  std::optional<std::int64_t> until{};
  std::int64_t lasts = 0;  // sealed_then_ascending: the timed part begins so long before the announced close
  bool names = false;      // leaders are shown by name; else by a number
  bool freed_at_once = true;  // what a bid that cannot win any more had set aside; else with the close
};

struct AuctionVenue {
  std::string id;
  Text title;
  std::string pack, version;  // where it is declared
  std::string instrument;
  std::string medium;  // "water", "air" or empty: which boundary rule holds, BASIN or AIRZONE
  std::optional<Lease> lease{};  // what is sold is the use for the months of the lot; unset: title
  Format format = Format::sealed;
  std::optional<Ascending> ascending{};  // unless sealed
  exchange::OneWaySide side = exchange::OneWaySide::sale;
  exchange::Pricing pricing = exchange::Pricing::uniform;
  exchange::Tie tie = exchange::Tie::random;
  exchange::Under under = exchange::Under::lowest_bid;
  Amend amend = Amend::none;
  Decimal tick{1};  // yuan per tonne and year for flow rights, per unit else
  std::int64_t lot = 1;
  std::int64_t min_bid = 1;
  std::optional<Decimal> max_share{};  // of the supply, of one beneficial owner
  std::int64_t deposit_fen = 0;
  Decimal reserve_price{0};  // buy-back: the most that is paid
  bool reserve_hidden = false;
  std::optional<Decimal>
      floor{};                // provincial paid-use price; unset: not known, FLOOR is reported as not checked
  int announcement_days = 0;  // calendar days from the announcement to the first bid
  int qualification_days = 0;          // the last of them, in which nobody applies any more
  std::optional<int> approval_days{};  // an authority decides within so many calendar days; unset: none does
  std::vector<VenueFee> fees;
  std::string certificate;       // prefix of the certificates' numbers; empty: none
  std::string seed_source;       // where the public seed comes from, for people
  bool admitted_public = false;  // how many are admitted is told before the close
  Disclosure results = Disclosure::own;
  Control control;  // as the packs said when it was loaded
  policy::Source source;
  bool verified = false;
};

// Throws what policy/yaml.h throws; bad_value of venues for figures that do not fit together.
AuctionVenue read_venue(const policy::YamlNode& root, const policy::PackInfo& pack);
// Those of the whole cascade; a lower pack's replaces an upper one's of the same id.
std::vector<AuctionVenue> load_venues(const policy::Policy& policy);
AuctionVenue venue_of(const std::vector<AuctionVenue>& venues, const std::string& id);  // throws unknown_venue

}  // namespace tributary::venues
