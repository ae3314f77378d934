// What the registry holds: jurisdictions, parties, places, and the dated facts about places.
//
// All values carry the days on which they hold. `where` says which row of which file they were read from; it
// is used in messages and not stored. `source` is free text: the document, or the snapshot and what it leaves
// unknown.
#pragma once

#include "base/decimal.h"
#include "base/error.h"
#include "base/time.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::registry {

enum class Level : std::uint8_t { province, prefecture, county, township, zone };

// An administrative division by its 12-digit statistical code (GB/T 2260 and the codes of the statistics
// bureau).
struct Jurisdiction {
  std::string code;  // shorter codes are padded with zeros: "341602" is "341602000000"
  Text name;
  Level level = Level::county;
  std::string parent;  // the division its code lies in; empty for provinces only
  std::string
      managed_by;  // a higher division that runs it if not the parent, as a city runs zones inside a district
  std::string predecessor;  // the code it had before
  Validity validity;
  std::string source;
  Where where;
};

enum class PartyKind : std::uint8_t { government, department, organisation, household, person };

// Why a unified social credit code is accepted although a check character does not fit.
struct UsccOverride {
  std::string by;
  std::string reason;
  std::string document;  // the evidence
  Date date;
  bool operator==(const UsccOverride&) const = default;
};

struct Party {
  std::string code;  // ours, such as "gov:341600", or the unified social credit code
  PartyKind kind = PartyKind::organisation;
  Text name;
  std::string uscc;                           // may be empty
  std::optional<UsccOverride> uscc_override;  // only for BAD_CHECK and BAD_ORG_CHECK
  std::string jurisdiction;                   // code of the division it belongs to
  Validity validity;
  std::string source;
  Where where;
};

// The kind of water decides the limits: total phosphorus has other limits in lakes and reservoirs (GB 3838).
enum class WaterKind : std::uint8_t { none, river, lake };

struct Position {
  double longitude = 0;  // degrees
  double latitude = 0;   // degrees
  std::string datum;     // "GCJ-02", "CGCS2000", or "unstated"
  bool operator==(const Position&) const = default;
};

struct Place {
  std::string code;
  std::string kind;  // section, air_site, city, outlet, parcel, station …
  Text name;
  std::set<std::string> aliases;  // as data files call it
  std::string water_body;
  WaterKind water_kind = WaterKind::none;
  std::string jurisdiction;      // where it lies
  std::string role;              // inter_provincial, inter_city …; empty when not known
  std::set<std::string> groups;  // by which rules select places; on the day of reading
  std::optional<Position> position;
  std::string position_note;   // what is doubtful about the position, or why it is missing
  std::string inflow_section;  // place code of the paired section (入境断面) whose load came from outside
  Validity validity;
  std::string source;
  Where where;
};

// A group a place belongs to for some time; places.csv gives the usual ones, a pack may add its own.
struct PlaceGroup {
  std::string place;
  std::string group;
  Validity validity;
  std::string source;
  Where where;
};

// Who stands in which role towards a place. The shares of one role at one place sum to exactly 1 on every day
// on which anybody has the role.
struct PlaceRole {
  std::string place;
  std::string role;  // upstream, downstream, responsible, superior …
  std::string party;
  Decimal share = 1;
  Validity validity;
  std::string source;
  Where where;
};

// A dated attribute such as the target class of a year. What was learned later replaces what was known
// before, without erasing it; one without a value says that from then on there is none.
struct PlaceAttribute {
  std::string place;
  std::string name;
  std::string value;
  Validity validity;
  Date known;  // since when we have it
  std::string source;
  bool verified = false;
  bool example = false;  // made up for a demonstration
  Where where;
};

enum class EventKind : std::uint8_t { suspended, no_flow, under_construction, not_built, accident };

// Something that keeps a place from being assessed, or bears on it. A later report of the same kind with the
// same first day replaces the earlier one; an empty validity (valid_to = valid_from) withdraws it.
struct PlaceEvent {
  std::string place;
  EventKind kind = EventKind::suspended;
  Validity validity;
  Date known;
  std::string source;  // the document
  std::string note;
  Where where;
};

struct RegistryData {
  std::vector<Jurisdiction> jurisdictions{};
  std::vector<Party> parties{};
  std::vector<Place> places{};
  std::vector<PlaceGroup> groups{};
  std::vector<PlaceRole> roles{};
  std::vector<PlaceAttribute> attributes{};
  std::vector<PlaceEvent> events{};
  void append(RegistryData more);
};

using base::to_string;  // ours stand beside those of base
std::string_view to_string(Level value);
std::string_view to_string(PartyKind value);
std::string_view to_string(WaterKind value);  // "" for none
std::string_view to_string(EventKind value);
std::optional<Level> parse_level(std::string_view name);
std::optional<PartyKind> parse_party_kind(std::string_view name);
std::optional<WaterKind> parse_water_kind(std::string_view name);
std::optional<EventKind> parse_event_kind(std::string_view name);

// The 12-digit form of a division's code of 2, 4, 6, 9 or 12 digits. Throws bad_region_code.
std::string region_code(std::string_view text);

// The digits of a 12-digit code that say something: "341602000000" → "341602". A division's code begins with
// those of the divisions it lies in.
std::string_view significant(std::string_view code);

// Checks one row by itself and gives it its canonical form (codes padded and folded). Throws bad_value,
// bad_region_code, bad_uscc, bad_override or bad_validity; the error's field is the column's name in the
// files.
Jurisdiction checked(Jurisdiction row);
Party checked(Party row);
Place checked(Place row);
PlaceGroup checked(PlaceGroup row);
PlaceRole checked(PlaceRole row);
PlaceAttribute checked(PlaceAttribute row);
PlaceEvent checked(PlaceEvent row);

}  // namespace tributary::registry
