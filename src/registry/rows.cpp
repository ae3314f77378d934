#include "registry/rows.h"

namespace tributary::registry {
namespace {

constexpr Field::Part key = Field::Part::key;
constexpr Field::Part content = Field::Part::content;
constexpr Field::Part note = Field::Part::note;

store::Value text(std::string_view value) {
  return std::string(value);
}
store::Value flag(bool value) {
  return std::int64_t{value ? 1 : 0};
}

}  // namespace

DatedRow row_of(const Jurisdiction& v) {
  return {"registry_jurisdiction",
          {{"code", v.code, key},
           {"name_zh", v.name.zh, content},
           {"name_en", v.name.en, note},
           {"level", text(to_string(v.level)), content},
           {"parent", v.parent, content},
           {"managed_by", v.managed_by, content},
           {"predecessor", v.predecessor, content},
           {"source", v.source, note}},
          v.validity,
          true,
          v.where};
}

DatedRow row_of(const Party& v) {
  const UsccOverride o = v.uscc_override.value_or(UsccOverride{});
  return {"registry_party",
          {{"code", v.code, key},
           {"kind", text(to_string(v.kind)), content},
           {"name_zh", v.name.zh, content},
           {"name_en", v.name.en, note},
           {"uscc", v.uscc, content},
           {"override_by", o.by, content},
           {"override_reason", o.reason, content},
           {"override_document", o.document, content},
           {"override_date", v.uscc_override ? day_text(o.date) : std::string(), content},
           {"area", v.jurisdiction, content},
           {"source", v.source, note}},
          v.validity,
          true,
          v.where};
}

DatedRow row_of(const Place& v) {
  return {"registry_place",
          {{"code", v.code, key},
           {"kind", v.kind, content},
           {"name_zh", v.name.zh, content},
           {"name_en", v.name.en, note},
           {"water_body", v.water_body, content},
           {"water_kind", text(to_string(v.water_kind)), content},
           {"area", v.jurisdiction, content},
           {"role", v.role, content},
           {"inflow_section", v.inflow_section, content},
           {"longitude", v.position ? store::Value(v.position->longitude) : store::Value{}, note},
           {"latitude", v.position ? store::Value(v.position->latitude) : store::Value{}, note},
           {"datum", v.position ? v.position->datum : std::string(), note},
           {"position_note", v.position_note, note},
           {"source", v.source, note}},
          v.validity,
          true,
          v.where};
}

DatedRow row_of(const PlaceGroup& v) {
  return {"registry_place_group",
          {{"place", v.place, key}, {"name", v.group, key}, {"source", v.source, note}},
          v.validity,
          true,
          v.where};
}

DatedRow row_of(const PlaceRole& v) {
  return {"registry_role",
          {{"place", v.place, key},
           {"role", v.role, key},
           {"party", v.party, key},
           {"share", v.share.to_string(), content},
           {"source", v.source, note}},
          v.validity,
          true,
          v.where};
}

// What was known on a day is history: such rows are never closed, only followed by what was learned later.
DatedRow row_of(const PlaceAttribute& v) {
  return {"registry_attribute",
          {{"place", v.place, key},
           {"name", v.name, key},
           {"known", day_text(v.known), key},
           {"value", v.value, content},
           {"verified", flag(v.verified), content},
           {"example", flag(v.example), content},
           {"source", v.source, note}},
          v.validity,
          false,
          v.where};
}

DatedRow row_of(const PlaceEvent& v) {
  return {"registry_event",
          {{"place", v.place, key},
           {"kind", text(to_string(v.kind)), key},
           {"known", day_text(v.known), key},
           {"source", v.source, note},
           {"note", v.note, note}},
          v.validity,
          false,
          v.where};
}

Jurisdiction read_jurisdiction(const store::Row& row) {
  Jurisdiction out;
  out.code = row.text(0);
  out.validity = validity_from_text(row.text(1), row.text(2));
  out.name = {row.text(3), row.text(4)};
  out.level = parse_level(row.text(5)).value();
  out.parent = row.text(6);
  out.managed_by = row.text(7);
  out.predecessor = row.text(8);
  out.source = row.text(9);
  return out;
}

Party read_party(const store::Row& row) {
  Party out;
  out.code = row.text(0);
  out.validity = validity_from_text(row.text(1), row.text(2));
  out.kind = parse_party_kind(row.text(3)).value();
  out.name = {row.text(4), row.text(5)};
  out.uscc = row.text(6);
  if (!row.text(10).empty())
    out.uscc_override = {row.text(7), row.text(8), row.text(9), day_from_text(row.text(10))};
  out.jurisdiction = row.text(11);
  out.source = row.text(12);
  return out;
}

Place read_place(const store::Row& row) {
  Place out;
  out.code = row.text(0);
  out.validity = validity_from_text(row.text(1), row.text(2));
  out.kind = row.text(3);
  out.name = {row.text(4), row.text(5)};
  out.water_body = row.text(6);
  out.water_kind = parse_water_kind(row.text(7)).value();
  out.jurisdiction = row.text(8);
  out.role = row.text(9);
  out.inflow_section = row.text(10);
  if (!row.is_null(11)) out.position = Position{row.real(11), row.real(12), row.text(13)};
  out.position_note = row.text(14);
  out.source = row.text(15);
  return out;
}

PlaceRole read_role(const store::Row& row) {
  PlaceRole out;
  out.place = row.text(0);
  out.role = row.text(1);
  out.party = row.text(2);
  out.validity = validity_from_text(row.text(3), row.text(4));
  out.share = Decimal::parse(row.text(5));
  out.source = row.text(6);
  return out;
}

PlaceAttribute read_attribute(const store::Row& row) {
  PlaceAttribute out;
  out.place = row.text(0);
  out.name = row.text(1);
  out.known = day_from_text(row.text(2));
  out.validity = validity_from_text(row.text(3), row.text(4));
  out.value = row.text(5);
  out.verified = row.integer(6) != 0;
  out.example = row.integer(7) != 0;
  out.source = row.text(8);
  return out;
}

PlaceEvent read_event(const store::Row& row) {
  PlaceEvent out;
  out.place = row.text(0);
  out.kind = parse_event_kind(row.text(1)).value();
  out.validity.from = day_from_text(row.text(2));
  out.known = day_from_text(row.text(3));
  out.validity.to = day_from_text(row.text(4));
  out.source = row.text(5);
  out.note = row.text(6);
  return out;
}

}  // namespace tributary::registry
