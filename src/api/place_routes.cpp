// Divisions and places.
#include "api/routes.h"

#include <algorithm>

namespace tributary::api {
namespace {

using identity::Permission;
using registry::RegistryReader;
using schema::both, schema::day, schema::list, schema::nullable, schema::object, schema::text;

std::map<std::string, Text> party_names(const RegistryReader& reader, Date on) {
  std::map<std::string, Text> out;
  for (const registry::Party& party : reader.parties(on)) out.emplace(party.code, party.name);
  return out;
}

std::map<std::string, Text> area_names(const RegistryReader& reader, Date on) {
  std::map<std::string, Text> out;
  for (const registry::Jurisdiction& area : reader.jurisdictions(on)) out.emplace(area.code, area.name);
  return out;
}

Json named(const std::map<std::string, Text>& names, const std::string& code) {
  const auto found = names.find(code);
  return named_json(code, found == names.end() ? Text{code, code} : found->second);
}

Json place_json(const RegistryReader& reader, const registry::Place& place, Date on,
                const std::map<std::string, Text>& parties, const std::map<std::string, Text>& areas) {
  Json roles{{"upstream", Json::array()}, {"downstream", Json::array()}, {"responsible", Json::array()}};
  for (const registry::PlaceRole& role : reader.roles(place.code, on))
    if (roles.contains(role.role)) roles[role.role].push_back(named(parties, role.party));
  const auto target = reader.attribute(place.code, "target_class", on, on);
  return {{"code", place.code},
          {"name", json_of(place.name)},
          {"kind", place.kind},
          {"water_body", place.water_body},
          {"river_or_lake", registry::to_string(place.water_kind)},
          {"lon", place.position ? Json(place.position->longitude) : Json(nullptr)},
          {"lat", place.position ? Json(place.position->latitude) : Json(nullptr)},
          {"datum", place.position ? place.position->datum : ""},
          {"position_note", place.position_note},
          {"jurisdiction", named(areas, place.jurisdiction)},
          {"target_class", target ? Json(target->value) : Json(nullptr)},
          {"groups", place.groups},
          {"upstream", roles["upstream"]},
          {"downstream", roles["downstream"]},
          {"responsible", roles["responsible"]},
          {"source", place.source}};
}

Date day_asked(const Call& call) {
  return call.day("on").value_or(call.clock().today());
}

bool has_text(const registry::Place& place, const std::string& wanted) {
  const auto holds = [&](const std::string& text) { return text.find(wanted) != std::string::npos; };
  return holds(place.code) || holds(place.name.zh) || holds(place.name.en) || holds(place.water_body) ||
         std::any_of(place.aliases.begin(), place.aliases.end(), holds);
}

Page list_places(Call& call, const PageRequest& page) {
  const Date on = day_asked(call);
  const std::string wanted = call.text("q");
  std::vector<Json> all;
  registry::Registry(call.database(), call.tenant()).read([&](const RegistryReader& reader) {
    const auto parties = party_names(reader, on);
    const auto areas = area_names(reader, on);
    for (const registry::Place& place :
         reader.places({call.text("kind"), call.text("group"), call.text("jurisdiction")}, on))
      if (wanted.empty() || has_text(place, wanted))
        all.push_back(place_json(reader, place, on, parties, areas));
    return 0;
  });
  return page_of(std::move(all), page);
}

Answer one_place(Call& call) {
  const Date on = day_asked(call);
  return registry::Registry(call.database(), call.tenant()).read([&](const RegistryReader& reader) -> Json {
    const registry::Place place = reader.find_place(call.in_path("code"));
    Json out = place_json(reader, place, on, party_names(reader, on), area_names(reader, on));
    Json attributes = Json::array();
    for (const registry::PlaceAttribute& a : reader.attributes(place.code))
      attributes.push_back({{"name", a.name},
                            {"value", a.value},
                            {"from", begin_of(a.validity.from)},
                            {"to", end_of(a.validity.to)},
                            {"known", to_string(a.known)},
                            {"source", a.source},
                            {"verified", a.verified},
                            {"example", a.example}});
    out["attributes"] = attributes;
    Json events = Json::array();
    for (const registry::PlaceEvent& e :
         reader.events(place.code, Period::containing(on, Granularity::year), on))
      events.push_back({{"kind", registry::to_string(e.kind)},
                        {"from", begin_of(e.validity.from)},
                        {"to", end_of(e.validity.to)},
                        {"source", e.source},
                        {"note", e.note}});
    out["events"] = events;
    return out;
  });
}

}  // namespace

void add_place_routes(RouteTable& table) {
  table.add({.path = "/api/v1/outlines",
             .name = "outlines",
             .tag = "places",
             .summary = {"区划轮廓（GeoJSON）；没有配置的为空",
                         "outlines of divisions (GeoJSON); empty where none are set"},
             .access = Access::to(Permission::places_read),
             .answer = schema::any(),
             .handler = [](Call& call) -> Answer { return call.worker.services.outlines; }});
  table.add({.path = "/api/v1/jurisdictions",
             .name = "jurisdictions",
             .tag = "places",
             .summary = {"行政区划", "divisions"},
             .access = Access::to(Permission::places_read),
             .query = {{"on", day(), {"按此日", "as of this day"}}},
             .answer = object({{"code", text()},
                               {"name", both()},
                               {"level", text()},
                               {"parent", nullable(text())},
                               {"managed_by", nullable(text())},
                               {"from", nullable(day())},
                               {"to", nullable(day())},
                               {"source", text()}}),
             .sorts = {"code"},
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& j :
                    registry::Registry(call.database(), call.tenant()).jurisdictions(day_asked(call)))
                 all.push_back({{"code", j.code},
                                {"name", json_of(j.name)},
                                {"level", registry::to_string(j.level)},
                                {"parent", j.parent.empty() ? Json(nullptr) : Json(j.parent)},
                                {"managed_by", j.managed_by.empty() ? Json(nullptr) : Json(j.managed_by)},
                                {"from", begin_of(j.validity.from)},
                                {"to", end_of(j.validity.to)},
                                {"source", j.source}});
               return page_of(std::move(all), page);
             }});
  table.add(
      {.path = "/api/v1/parties",
       .name = "parties",
       .tag = "places",
       .summary = {"当事方", "parties"},
       .access = Access::to(Permission::places_read),
       .query = {{"on", day(), {"按此日", "as of this day"}}},
       .answer = object({{"code", text()}, {"name", both()}, {"kind", text()}, {"jurisdiction", text()}}),
       .sorts = {"code"},
       .pager = [](Call& call, const PageRequest& page) {
         std::vector<Json> all;
         for (const auto& p : registry::Registry(call.database(), call.tenant()).parties(day_asked(call)))
           if (p.kind != registry::PartyKind::person && p.kind != registry::PartyKind::household)
             all.push_back({{"code", p.code},
                            {"name", json_of(p.name)},
                            {"kind", registry::to_string(p.kind)},
                            {"jurisdiction", p.jurisdiction}});
         return page_of(std::move(all), page);
       }});
  table.add({.path = "/api/v1/places",
             .name = "places",
             .tag = "places",
             .summary = {"断面、站点和其他地点", "sections, stations and other places"},
             .access = Access::to(Permission::places_read),
             .query = {{"kind", text(60), {"种类：section、air_site、city…", "section, air_site, city …"}},
                       {"group", text(100), {"分组", "group"}},
                       {"jurisdiction", text(12), {"在此区划内", "within this division"}},
                       {"q", text(100), {"代码、名称或水体中的字", "in the code, name or water body"}},
                       {"on", day(), {"按此日", "as of this day"}}},
             .answer = schema::named("Place"),
             .sorts = {"code", "kind", "water_body"},
             .pager = list_places});
  Json whole = table.components()["Place"];
  whole["properties"]["attributes"] = list(schema::any());
  whole["properties"]["events"] = list(schema::any());
  table.add({.path = "/api/v1/places/{code}",
             .name = "place",
             .tag = "places",
             .summary = {"一个地点及其属性和事件", "one place with its attributes and events"},
             .access = Access::to(Permission::places_read),
             .query = {{"on", day(), {"按此日", "as of this day"}}},
             .answer = whole,
             .handler = one_place});
}

}  // namespace tributary::api
