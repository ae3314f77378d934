// How the values of the registry stand in its tables. Private to the module.
#pragma once

#include "registry/dated_rows.h"
#include "registry/types.h"

namespace tributary::registry {

DatedRow row_of(const Jurisdiction& value);
DatedRow row_of(const Party& value);
DatedRow row_of(const Place& value);  // without aliases and groups
DatedRow row_of(const PlaceGroup& value);
DatedRow row_of(const PlaceRole& value);
DatedRow row_of(const PlaceAttribute& value);
DatedRow row_of(const PlaceEvent& value);

// The columns each reader expects, in order.
inline constexpr std::string_view jurisdiction_columns =
    "code, valid_from, valid_to, name_zh, name_en, level, parent, managed_by, predecessor, source";
inline constexpr std::string_view party_columns =
    "code, valid_from, valid_to, kind, name_zh, name_en, uscc, override_by, override_reason, "
    "override_document, "
    "override_date, area, source";
inline constexpr std::string_view place_columns =
    "code, valid_from, valid_to, kind, name_zh, name_en, water_body, water_kind, area, role, inflow_section, "
    "longitude, "
    "latitude, datum, position_note, source";
inline constexpr std::string_view role_columns = "place, role, party, valid_from, valid_to, share, source";
inline constexpr std::string_view attribute_columns =
    "place, name, known, valid_from, valid_to, value, verified, example, source";
inline constexpr std::string_view event_columns = "place, kind, valid_from, known, valid_to, source, note";

Jurisdiction read_jurisdiction(const store::Row& row);
Party read_party(const store::Row& row);
Place read_place(const store::Row& row);
PlaceRole read_role(const store::Row& row);
PlaceAttribute read_attribute(const store::Row& row);
PlaceEvent read_event(const store::Row& row);

}  // namespace tributary::registry
