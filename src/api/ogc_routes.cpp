// OGC API – Features (parts 1 and 2): the monitored places, for QGIS, ogrinfo and the like. Open data.
//
// Coordinates are given as the sources state them; `datum` says in which system, where it is known. CRS84 and
// EPSG:4490 (CGCS2000) differ by less than what these positions are good for, so the figures are the same and
// only the order of the axes changes.
#include "api/routes.h"
#include "base/decimal.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using schema::any, schema::integer, schema::text;

constexpr std::string_view crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
constexpr std::string_view cgcs2000 = "http://www.opengis.net/def/crs/EPSG/0/4490";
const std::set<std::string> open_kinds{"section", "air_site", "city", "station"};

Json link(const std::string& href, const char* rel, const char* type, const std::string& title) {
  return {{"href", href}, {"rel", rel}, {"type", type}, {"title", title}};
}

Answer json_file(Json json, const char* type = "application/json") {
  Answer out = std::move(json);
  out.headers = {{"Content-Type", type}};
  return out;
}

Answer landing(Call& call) {
  const std::string base = address_of(call);
  return json_file(
      {{"title", "Tributary"},
       {"description", "断面、站点 / monitored places"},
       {"links",
        {link(base + "/ogc", "self", "application/json", "this document"),
         link(base + "/api/v1/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.0",
              "the API"),
         link(base + "/ogc/conformance", "conformance", "application/json", "conformance classes"),
         link(base + "/ogc/collections", "data", "application/json", "collections")}}});
}

Answer conformance(Call&) {
  return json_file({{"conformsTo",
                     {"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
                      "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
                      "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"}}});
}

std::vector<registry::Place> open_places(Call& call) {
  auto places = registry::Registry(call.database(), call.tenant()).places({}, call.clock().today());
  std::erase_if(places, [](const registry::Place& p) { return !p.position || !open_kinds.contains(p.kind); });
  return places;
}

Json collection_json(Call& call) {
  const std::string base = address_of(call);
  double west = 180, south = 90, east = -180, north = -90;
  for (const registry::Place& p : open_places(call)) {
    west = std::min(west, p.position->longitude);
    east = std::max(east, p.position->longitude);
    south = std::min(south, p.position->latitude);
    north = std::max(north, p.position->latitude);
  }
  if (west > east) west = -180, south = -90, east = 180, north = 90;
  return {{"id", "places"},
          {"title", "断面、站点 / monitored places"},
          {"description",
           "监测断面、空气站和城市；坐标按来源 / sections, air sites and cities; coordinates as the sources "
           "state them"},
          {"extent",
           {{"spatial", {{"bbox", Json::array({Json::array({west, south, east, north})})}, {"crs", crs84}}}}},
          {"itemType", "feature"},
          {"crs", {crs84, cgcs2000}},
          {"storageCrs", crs84},
          {"links",
           {link(base + "/ogc/collections/places", "self", "application/json", "this document"),
            link(base + "/ogc/collections/places/items", "items", "application/geo+json", "the places")}}};
}

bool turned(const Call& call, const char* name) {
  return call.text(name) == cgcs2000;
}

Json feature(const registry::Place& p, bool latitude_first) {
  const Json point = latitude_first ? Json::array({p.position->latitude, p.position->longitude})
                                    : Json::array({p.position->longitude, p.position->latitude});
  return {{"type", "Feature"},
          {"id", p.code},
          {"geometry", {{"type", "Point"}, {"coordinates", point}}},
          {"properties",
           {{"code", p.code},
            {"name", p.name.zh},
            {"name_en", p.name.en},
            {"kind", p.kind},
            {"water_body", p.water_body},
            {"jurisdiction", p.jurisdiction},
            {"datum", p.position->datum},
            {"source", p.source}}}};
}

struct Box {
  double west, south, east, north;
};

std::optional<Box> box_of(Call& call) {
  if (!call.has("bbox")) return std::nullopt;
  std::vector<double> numbers;
  const std::string text = call.text("bbox");
  for (const std::string_view part : split(text, ',')) {
    const auto number = Decimal::try_parse(trim(part));
    if (number) numbers.push_back(number->to_double());
  }
  if (numbers.size() == 6) numbers = {numbers[0], numbers[1], numbers[3], numbers[4]};
  if (numbers.size() != 4)
    throw Error(codes::bad_parameter,
                {"bbox 应为四个数：西,南,东,北", "bbox must be four numbers: west,south,east,north"},
                {{}, 0, 0, "bbox"});
  if (turned(call, "bbox-crs")) return Box{numbers[1], numbers[0], numbers[3], numbers[2]};
  return Box{numbers[0], numbers[1], numbers[2], numbers[3]};
}

bool within(const registry::Place& p, const Box& box) {
  const double x = p.position->longitude, y = p.position->latitude;
  const bool across = box.west > box.east;  // over the antimeridian
  return y >= box.south && y <= box.north &&
         (across ? x >= box.west || x <= box.east : x >= box.west && x <= box.east);
}

Answer items(Call& call) {
  auto places = open_places(call);
  if (const auto box = box_of(call))
    std::erase_if(places, [&](const registry::Place& p) { return !within(p, *box); });
  if (call.has("kind"))
    std::erase_if(places, [&](const registry::Place& p) { return p.kind != call.text("kind"); });
  const auto limit = static_cast<std::size_t>(call.whole("limit").value_or(100));
  const auto offset = std::min(places.size(), static_cast<std::size_t>(call.whole("offset").value_or(0)));
  const std::size_t end = std::min(places.size(), offset + limit);
  Json features = Json::array();
  for (std::size_t i = offset; i < end; ++i) features.push_back(feature(places[i], turned(call, "crs")));
  const std::string self = address_of(call) + "/ogc/collections/places/items";
  Json links = Json::array({link(self + (call.request.query.empty() ? "" : "?" + call.request.query), "self",
                                 "application/geo+json", "this page"),
                            link(address_of(call) + "/ogc/collections/places", "collection",
                                 "application/json", "the collection")});
  if (end < places.size()) {
    std::string next = fmt::format("{}?limit={}&offset={}", self, limit, end);
    for (const char* name : {"bbox", "bbox-crs", "crs", "kind"})
      if (call.has(name)) next += fmt::format("&{}={}", name, percent_encoded(call.text(name)));
    links.push_back(link(next, "next", "application/geo+json", "the next page"));
  }
  Answer out = json_file({{"type", "FeatureCollection"},
                          {"numberMatched", places.size()},
                          {"numberReturned", end - offset},
                          {"timeStamp", to_rfc3339(call.clock().now())},
                          {"features", features},
                          {"links", links}},
                         "application/geo+json");
  out.headers.emplace_back("Content-Crs", fmt::format("<{}>", turned(call, "crs") ? cgcs2000 : crs84));
  return out;
}

Answer item(Call& call) {
  for (const registry::Place& p : open_places(call)) {
    if (p.code != call.in_path("id")) continue;
    Json json = feature(p, turned(call, "crs"));
    const std::string base = address_of(call) + "/ogc/collections/places";
    json["links"] = {
        link(base + "/items/" + percent_encoded(p.code), "self", "application/geo+json", "this place"),
        link(base, "collection", "application/json", "the collection")};
    Answer out = json_file(std::move(json), "application/geo+json");
    out.headers.emplace_back("Content-Crs", fmt::format("<{}>", turned(call, "crs") ? cgcs2000 : crs84));
    return out;
  }
  throw not_found({"这个地点", "place"});
}

}  // namespace

std::string address_of(const Call& call) {
  if (const std::string& known = call.worker.services.settings.public_url; !known.empty())
    return call.worker.services.public_url();
  const std::string_view host = call.request.header("Host");
  const bool plain =
      !host.empty() &&
      host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") ==
          std::string_view::npos;
  return fmt::format("{}://{}", call.secure ? "https" : "http", plain ? host : "localhost");
}

void add_ogc_routes(RouteTable& table) {
  const auto add = [&](const char* path, const char* name, Text summary, Handler handler,
                       std::vector<Parameter> query, const char* type) {
    // Some clients ask with f=json; there is nothing else to choose.
    query.push_back({"f", schema::one_of({"json", "geojson"}), {"格式", "format"}});
    table.add({.path = path,
               .name = name,
               .tag = "ogc",
               .summary = std::move(summary),
               .access = Access::open(),
               .query = std::move(query),
               .answer_types = {type},
               .handler = std::move(handler)});
  };
  const Json crs = schema::one_of({std::string(crs84), std::string(cgcs2000)});
  add("/ogc", "ogc", {"OGC API – Features 首页", "OGC API – Features: landing page"}, landing, {},
      "application/json");
  add("/ogc/conformance", "ogc_conformance", {"符合的规范", "conformance"}, conformance, {},
      "application/json");
  add(
      "/ogc/collections", "ogc_collections", {"数据集", "collections"},
      [](Call& call) -> Answer {
        return json_file(
            {{"links",
              {link(address_of(call) + "/ogc/collections", "self", "application/json", "this document")}},
             {"crs", {crs84, cgcs2000}},
             {"collections", Json::array({collection_json(call)})}});
      },
      {}, "application/json");
  add(
      "/ogc/collections/places", "ogc_places", {"地点数据集", "the collection of places"},
      [](Call& call) { return json_file(collection_json(call)); }, {}, "application/json");
  add("/ogc/collections/places/items", "ogc_items", {"地点（GeoJSON）", "places (GeoJSON)"}, items,
      {{"bbox", text(200), {"西,南,东,北", "west,south,east,north"}},
       {"bbox-crs", crs, {"bbox 的坐标系", "CRS of bbox"}},
       {"crs", crs, {"坐标系", "CRS"}},
       {"kind", text(60), {"种类", "kind"}},
       {"limit", integer(1, 10000), {"每页条数", "entries of a page"}},
       {"offset", integer(0), {"从第几条起", "from which on"}}},
      "application/geo+json");
  add("/ogc/collections/places/items/{id}", "ogc_item", {"一个地点（GeoJSON）", "one place (GeoJSON)"}, item,
      {{"crs", crs, {"坐标系", "CRS"}}}, "application/geo+json");
}

}  // namespace tributary::api
