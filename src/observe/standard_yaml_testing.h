// For tests only: reads the standards of policies/cn into the structs, field by field as the headers
// describe. The program itself reads them with the strict reader of `policy`.
#pragma once

#include "base/calendar.h"
#include "observe/air_standard.h"
#include "observe/aqi.h"
#include "observe/class_standard.h"
#include "observe/indicator_info.h"

#include <string>

#include <yaml-cpp/yaml.h>

namespace tributary::observe::testing {

#ifdef TRIBUTARY_SOURCE_DIR  // set for tests
inline const std::string source_dir = TRIBUTARY_SOURCE_DIR;
#else
inline const std::string source_dir = ".";
#endif

inline YAML::Node load(const std::string& path) {
  return YAML::LoadFile(source_dir + "/" + path);
}

inline std::string text(const YAML::Node& node) {
  return node ? node.as<std::string>() : std::string();
}
inline Text bilingual(const YAML::Node& node) {
  return node ? Text{text(node["zh"]), text(node["en"])} : Text{};
}
inline bool flag(const YAML::Node& node, bool otherwise) {
  return node ? node.as<bool>() : otherwise;
}
inline Decimal decimal(const YAML::Node& node) {
  return Decimal::parse(node.as<std::string>());
}
inline std::vector<Decimal> decimals(const YAML::Node& node) {
  std::vector<Decimal> out;
  for (const auto& item : node) out.push_back(decimal(item));
  return out;
}
inline Validity validity(const YAML::Node& node) {
  return {parse_date(text(node["from"])), node["to"] ? parse_date(text(node["to"])) : Date::max()};
}

inline StandardHead head(const YAML::Node& node, const char* kind) {
  const YAML::Node source = node["source"];
  return {.id = text(node[kind]),
          .title = bilingual(node["title"]),
          .source = {text(source["document"]), text(source["number"]), text(source["article"])},
          .in_force = validity(node["in_force"]),
          .verified = node["verified"].as<bool>(),
          .note = bilingual(node["note"])};
}

inline ClassStandard class_standard(const std::string& id) {
  const YAML::Node node = load("policies/cn/standards/" + id + ".yaml");
  ClassStandard out{.head = head(node, "class_standard"), .items = {}, .practices = {}};
  for (const auto& row : node["items"]) {
    ClassItem item;
    item.indicator = text(row["indicator"]);
    item.title = bilingual(row["title"]);
    item.unit = text(row["unit"]);
    item.sense = parse_sense(text(row["sense"])).value();
    item.classified = flag(row["classified"], true);
    if (row["water"]) item.water = parse_water_kind(text(row["water"])).value();
    if (row["limits"]) item.limits = decimals(row["limits"]);
    if (row["low"]) item.low = decimal(row["low"]), item.high = decimal(row["high"]);
    if (row["decimals"]) item.decimals = row["decimals"].as<int>();
    item.note = bilingual(row["note"]);
    out.items.push_back(std::move(item));
  }
  for (const auto& row : node["practices"])
    out.practices.push_back(
        {.id = text(row["id"]),
         .title = bilingual(row["title"]),
         .required = row["required"].as<std::vector<std::string>>(),
         .required_where_measured = row["required_where_measured"].as<std::vector<std::string>>(),
         .verified = row["verified"].as<bool>(),
         .note = bilingual(row["note"])});
  return out;
}

inline AirStandard air_standard(const std::string& id) {
  const YAML::Node node = load("policies/cn/standards/" + id + ".yaml");
  AirStandard out{.head = head(node, "air_standard"), .stages = {}, .validity = {}};
  for (const auto& part : node["stages"]) {
    AirStage stage{.id = text(part["id"]),
                   .title = bilingual(part["title"]),
                   .in_force = validity(part["in_force"]),
                   .verified = part["verified"].as<bool>(),
                   .limits = {}};
    for (const auto& row : part["limits"]) {
      AirLimit limit{.pollutant = text(row["pollutant"]),
                     .unit = text(row["unit"]),
                     .air_class = row["class"].as<int>(),
                     .periods = {}};
      for (const char* period : {"year", "day", "8h", "hour"})
        if (row[period]) limit.periods[parse_air_period(period).value()] = decimal(row[period]);
      stage.limits.push_back(std::move(limit));
    }
    out.stages.push_back(std::move(stage));
  }
  const YAML::Node rule = node["validity"];
  out.validity = {.minutes_per_hour = rule["minutes_per_hour"].as<int>(),
                  .hours_per_8h = rule["hours_per_8h"].as<int>(),
                  .hours_per_day = rule["hours_per_day"].as<int>(),
                  .days_per_month = rule["days_per_month"].as<int>(),
                  .days_in_february = rule["days_in_february"].as<int>(),
                  .days_per_year = rule["days_per_year"].as<int>(),
                  .verified = rule["verified"].as<bool>()};
  return out;
}

inline AqiStandard aqi_standard(const std::string& id) {
  const YAML::Node node = load("policies/cn/standards/" + id + ".yaml");
  AqiStandard out;
  out.head = head(node, "aqi_standard");
  out.steps = node["steps"].as<std::vector<int>>();
  out.minimum = node["minimum"].as<int>();
  out.lists_exceeding = node["lists_exceeding"].as<bool>();
  out.publish_above = node["missing"]["publish_above"].as<int>();
  out.missing_verified = node["missing"]["verified"].as<bool>();
  for (const auto& row : node["columns"]) {
    AqiColumn column{.id = text(row["id"]),
                     .pollutant = text(row["pollutant"]),
                     .unit = text(row["unit"]),
                     .decimals = row["decimals"].as<int>(),
                     .at = decimals(row["at"]),
                     .above_fixed = {},
                     .above_column = {}};
    if (const std::string above = text(row["above"]); !above.empty()) {
      if (above.find_first_not_of("0123456789") == std::string::npos)
        column.above_fixed = row["above"].as<int>();
      else
        column.above_column = above;
    }
    out.columns.push_back(std::move(column));
  }
  for (const auto& row : node["daily"]) out.daily.push_back({text(row["item"]), text(row["column"])});
  for (const auto& row : node["hourly"]) out.hourly.push_back({text(row["item"]), text(row["column"])});
  for (const auto& row : node["levels"])
    out.levels.push_back(
        {row["number"].as<int>(), row["from"].as<int>(), row["to"].as<int>(), bilingual(row["title"])});
  return out;
}

inline std::vector<IndicatorInfo> indicators() {
  std::vector<IndicatorInfo> out;
  for (const auto& row : load("policies/cn/indicators.yaml")["indicators"]) {
    IndicatorInfo info{.code = text(row["code"]),
                       .title = bilingual(row["title"]),
                       .unit = text(row["unit"]),
                       .kind = text(row["kind"]) == "air" ? IndicatorKind::air : IndicatorKind::water,
                       .decimals = {},
                       .decimals_verified = flag(row["decimals_verified"], false),
                       .hj212 = text(row["hj212"]),
                       .hj212_unit = text(row["hj212_unit"])};
    if (row["decimals"]) info.decimals = row["decimals"].as<int>();
    out.push_back(std::move(info));
  }
  return out;
}

inline WorkCalendar work_calendar(const std::string& id) {
  const YAML::Node node = load("policies/cn/calendars/" + id + ".yaml");
  std::vector<HolidayNotice> notices;
  for (const auto& row : node["notices"]) {
    HolidayNotice notice{.year = row["year"].as<int>(),
                         .document = text(row["document"]),
                         .number = text(row["number"]),
                         .published = parse_date(text(row["published"])),
                         .url = text(row["url"]),
                         .verified = row["verified"].as<bool>(),
                         .off = {},
                         .work = {}};
    for (const auto& range : row["off"])
      notice.off.push_back(
          {text(range["name"]), parse_date(text(range["from"])), parse_date(text(range["to"]))});
    for (const auto& day : row["work"]) notice.work.push_back(parse_date(text(day)));
    notices.push_back(std::move(notice));
  }
  return {text(node["calendar"]), bilingual(node["title"]), std::move(notices)};
}

}  // namespace tributary::observe::testing
