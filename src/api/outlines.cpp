#include "api/outlines.h"

#include "api/codes.h"
#include "base/text.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace tributary::api {
namespace {

constexpr std::uintmax_t largest = 20ULL << 20U;

struct Place {
  const std::string& file;
  std::size_t feature = 0;  // from 1; 0: the file as a whole

  [[noreturn]] void refuse(const Text& what) const {
    const std::string zh = feature == 0 ? "" : fmt::format("第 {} 个要素：", feature);
    const std::string en = feature == 0 ? "" : fmt::format("feature {}: ", feature);
    throw Error(codes::bad_outlines, {"区划轮廓文件" + zh + what.zh, "file of outlines: " + en + what.en},
                {file, 0, 0, "outlines"},
                {"要一份 GeoJSON 面要素集（EPSG:4490 或 WGS 84 的经纬度），每个要素有 name",
                 "give a GeoJSON FeatureCollection of polygons in longitude and latitude, each with a name"});
  }
};

std::string text_of(const Json& properties, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = properties.find(name);
    if (found == properties.end()) continue;
    if (found->is_string()) return std::string(trim(found->get<std::string>()));
    if (found->is_number_integer()) return std::to_string(found->get<std::int64_t>());
  }
  return {};
}

Json position(const Json& given, const Place& place) {
  if (!given.is_array() || given.size() < 2 || !given[0].is_number() || !given[1].is_number())
    place.refuse({"坐标要写成 [经度, 纬度]", "a position must be [longitude, latitude]"});
  const double lon = given[0].get<double>();
  const double lat = given[1].get<double>();
  if (!(std::abs(lon) <= 180 && std::abs(lat) <= 90))
    place.refuse({fmt::format("[{}, {}] 不是经纬度，可能是投影坐标", lon, lat),
                  fmt::format("[{}, {}] is no longitude and latitude; perhaps projected", lon, lat)});
  return {given[0], given[1]};
}

Json ring(const Json& given, const Place& place) {
  Json out = Json::array();
  if (given.is_array())
    for (const Json& at : given) out.push_back(position(at, place));
  if (out.size() < 4 || out.front() != out.back())
    place.refuse({"轮廓没有闭合：首尾两点要相同，至少四点",
                  "a ring is not closed: at least four positions, the last the same as the first"});
  return out;
}

Json polygon(const Json& given, const Place& place) {
  Json out = Json::array();
  if (given.is_array())
    for (const Json& part : given) out.push_back(ring(part, place));
  if (out.empty()) place.refuse({"没有坐标", "it has no coordinates"});
  return out;
}

Json geometry(const Json& given, const Place& place) {
  const std::string type = given.is_object() ? given.value("type", Json()).dump() : "";
  const Json coordinates = given.is_object() ? given.value("coordinates", Json()) : Json();
  if (type == "\"Polygon\"") return {{"type", "Polygon"}, {"coordinates", polygon(coordinates, place)}};
  if (type != "\"MultiPolygon\"")
    place.refuse({"不是面（Polygon 或 MultiPolygon）", "it is neither Polygon nor MultiPolygon"});
  Json parts = Json::array();
  if (coordinates.is_array())
    for (const Json& part : coordinates) parts.push_back(polygon(part, place));
  if (parts.empty()) place.refuse({"没有坐标", "it has no coordinates"});
  return {{"type", "MultiPolygon"}, {"coordinates", std::move(parts)}};
}

Json feature(const Json& given, const Place& place) {
  if (!given.is_object()) place.refuse({"不是要素", "it is no feature"});
  const Json properties = given.value("properties", Json());
  const std::string name = properties.is_object() ? text_of(properties, {"name", "NAME"}) : "";
  if (name.empty()) place.refuse({"没有 name（名称）", "it has no name"});
  return {{"type", "Feature"},
          {"properties", {{"code", text_of(properties, {"code", "adcode", "gb"})}, {"name", name}}},
          {"geometry", geometry(given.value("geometry", Json()), place)}};
}

}  // namespace

Json read_outlines(const std::string& path) {
  Json out{{"type", "FeatureCollection"}, {"features", Json::array()}};
  if (path.empty()) return out;
  Place place{path};
  std::error_code none;
  const std::uintmax_t size = std::filesystem::file_size(path, none);
  std::ifstream in(path, std::ios::binary);
  if (none || !in) place.refuse({"读不了", "cannot be read"});
  if (size > largest)
    place.refuse({"超过 20 MB，请先简化（如 ogr2ogr -simplify）",
                  "is over 20 MB; simplify it first (e.g. ogr2ogr -simplify)"});
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const Json all = Json::parse(bytes, nullptr, false);
  if (!all.is_object() || all.value("type", Json()) != "FeatureCollection" ||
      !all.value("features", Json()).is_array())
    place.refuse({"不是 GeoJSON 要素集", "it is no GeoJSON FeatureCollection"});
  for (const Json& given : all["features"]) {
    ++place.feature;
    out["features"].push_back(feature(given, place));
  }
  return out;
}

}  // namespace tributary::api
