#include "policy/standard_files.h"

#include "policy/codes.h"

#include <fmt/format.h>

namespace tributary::policy {
namespace {

[[noreturn]] void bad(const YamlNode& node, std::string_view what, const std::string& text) {
  throw Error(
      codes::bad_value,
      {fmt::format("{}：“{}”不对", what, text), fmt::format("{}: \"{}\" is not understood", what, text)},
      node.where);
}

Validity read_validity(YamlMap& map, std::string_view key) {
  YamlMap dates(map.require(key), std::string(key));
  Validity out;
  out.from = dates.date("from");
  if (const auto to = dates.date_or_none("to")) out.to = *to;
  dates.finish();
  return out;
}

observe::StandardHead read_head(YamlMap& map, std::string_view kind) {
  observe::StandardHead out;
  out.id = map.text(kind);
  out.title = map.bilingual("title");
  const Source source = map.source();
  out.source = {source.document, source.number, source.article};
  out.in_force = read_validity(map, "in_force");
  out.verified = map.boolean_or("verified", false);
  out.note = map.bilingual_or_none("note");
  return out;
}

// The struct's own check, told where the file is.
template <class Standard>
Standard validated(Standard standard, const YamlNode& root) {
  try {
    standard.validate();
  } catch (const Error& e) {
    throw e.at(root.where);
  }
  return standard;
}

template <class Value, class Parse>
Value parsed(const YamlNode& node, std::string_view what, Parse parse) {
  const auto value = parse(scalar_of(node, what));
  if (!value) bad(node, what, node.scalar);
  return *value;
}

observe::ClassItem read_item(const YamlNode& node) {
  YamlMap map(node, "items");
  observe::ClassItem out;
  out.indicator = map.text("indicator");
  out.title = map.bilingual("title");
  out.unit = map.text("unit");
  out.sense = parsed<observe::Sense>(map.require("sense"), "sense", observe::parse_sense);
  out.classified = map.boolean_or("classified", true);
  if (const YamlNode* water = map.find("water"))
    out.water = parsed<observe::WaterKind>(*water, "water", observe::parse_water_kind);
  for (const YamlNode* limit : list_of(map, "limits")) out.limits.push_back(number_of(*limit, "limits"));
  if (const YamlNode* low = map.find("low")) out.low = number_of(*low, "low");
  if (const YamlNode* high = map.find("high")) out.high = number_of(*high, "high");
  if (map.find("decimals") != nullptr) out.decimals = map.integer("decimals");
  out.note = map.bilingual_or_none("note");
  map.finish();
  return out;
}

observe::AirLimit read_air_limit(const YamlNode& node) {
  YamlMap map(node, "limits");
  observe::AirLimit out;
  out.pollutant = map.text("pollutant");
  out.unit = map.text("unit");
  out.air_class = map.integer("class");
  map.each_other([&](const YamlNode& key, const YamlNode& value) {
    out.periods[parsed<observe::AirPeriod>(key, "limits", observe::parse_air_period)] =
        number_of(value, key.scalar);
  });
  return out;
}

}  // namespace

std::vector<const YamlNode*> list_of(YamlMap& map, std::string_view key) {
  std::vector<const YamlNode*> out;
  const YamlNode* node = map.find(key);
  if (node == nullptr) return out;
  if (node->kind != YamlNode::Kind::sequence)
    throw Error(codes::bad_value, {fmt::format("{} 应为列表", key), fmt::format("{} must be a list", key)},
                node->where);
  for (const YamlNode& item : node->items) out.push_back(&item);
  return out;
}

Decimal number_of(const YamlNode& node, std::string_view what) {
  const auto value = Decimal::try_parse(scalar_of(node, what));
  if (!value) bad(node, what, node.scalar);
  return *value;
}

observe::ClassStandard read_class_standard(const YamlNode& root) {
  YamlMap map(root, "class_standard");
  observe::ClassStandard out;
  out.head = read_head(map, "class_standard");
  for (const YamlNode* node : list_of(map, "items")) out.items.push_back(read_item(*node));
  for (const YamlNode* node : list_of(map, "practices")) {
    YamlMap entry(*node, "practices");
    observe::ClassPractice practice;
    practice.id = entry.text("id");
    practice.title = entry.bilingual("title");
    practice.required = entry.texts("required");
    practice.required_where_measured = entry.texts("required_where_measured");
    practice.verified = entry.boolean_or("verified", false);
    practice.note = entry.bilingual_or_none("note");
    entry.finish();
    out.practices.push_back(std::move(practice));
  }
  map.finish();
  return validated(std::move(out), root);
}

observe::AirStandard read_air_standard(const YamlNode& root) {
  YamlMap map(root, "air_standard");
  observe::AirStandard out;
  out.head = read_head(map, "air_standard");
  for (const YamlNode* node : list_of(map, "stages")) {
    YamlMap entry(*node, "stages");
    observe::AirStage stage;
    stage.id = entry.text("id");
    stage.title = entry.bilingual("title");
    stage.in_force = read_validity(entry, "in_force");
    stage.verified = entry.boolean_or("verified", false);
    for (const YamlNode* limit : list_of(entry, "limits")) stage.limits.push_back(read_air_limit(*limit));
    entry.finish();
    out.stages.push_back(std::move(stage));
  }
  if (const YamlNode* node = map.find("validity")) {
    YamlMap entry(*node, "validity");
    out.validity = {entry.integer("minutes_per_hour"),  entry.integer("hours_per_8h"),
                    entry.integer("hours_per_day"),     entry.integer("days_per_month"),
                    entry.integer("days_in_february"),  entry.integer("days_per_year"),
                    entry.boolean_or("verified", false)};
    entry.finish();
  }
  map.finish();
  return validated(std::move(out), root);
}

observe::AqiStandard read_aqi_standard(const YamlNode& root) {
  YamlMap map(root, "aqi_standard");
  observe::AqiStandard out;
  out.head = read_head(map, "aqi_standard");
  for (const YamlNode* node : list_of(map, "steps"))
    out.steps.push_back(static_cast<int>(number_of(*node, "steps").to_int64()));
  out.minimum = map.integer("minimum");
  out.lists_exceeding = map.boolean_or("lists_exceeding", false);
  {
    YamlMap missing(map.require("missing"), "missing");
    out.publish_above = missing.integer("publish_above");
    out.missing_verified = missing.boolean_or("verified", false);
    missing.finish();
  }
  for (const YamlNode* node : list_of(map, "columns")) {
    YamlMap entry(*node, "columns");
    observe::AqiColumn column;
    column.id = entry.text("id");
    column.pollutant = entry.text("pollutant");
    column.unit = entry.text("unit");
    column.decimals = entry.integer("decimals");
    for (const YamlNode* at : list_of(entry, "at")) column.at.push_back(number_of(*at, "at"));
    if (const YamlNode* above = entry.find("above")) {
      if (const auto fixed = Decimal::try_parse(scalar_of(*above, "above")))
        column.above_fixed = static_cast<int>(fixed->to_int64());
      else
        column.above_column = above->scalar;
    }
    entry.finish();
    out.columns.push_back(std::move(column));
  }
  for (auto [key, items] : {std::pair{"daily", &out.daily}, std::pair{"hourly", &out.hourly}})
    for (const YamlNode* node : list_of(map, key)) {
      YamlMap entry(*node, key);
      items->push_back({entry.text("item"), entry.text("column")});
      entry.finish();
    }
  for (const YamlNode* node : list_of(map, "levels")) {
    YamlMap entry(*node, "levels");
    out.levels.push_back(
        {entry.integer("number"), entry.integer("from"), entry.integer("to"), entry.bilingual("title")});
    entry.finish();
  }
  map.finish();
  return validated(std::move(out), root);
}

std::vector<observe::IndicatorInfo> read_indicators(const YamlNode& root) {
  YamlMap map(root, "indicators");
  std::vector<observe::IndicatorInfo> out;
  for (const YamlNode* node : list_of(map, "indicators")) {
    YamlMap entry(*node, "indicators");
    observe::IndicatorInfo info;
    info.code = entry.text("code");
    info.title = entry.bilingual("title");
    info.unit = entry.text("unit");
    try {
      Unit::parse(info.unit);
    } catch (const Error& e) {
      throw e.at(node->where);
    }
    const std::string kind = entry.text("kind");
    if (kind != "water" && kind != "air") bad(*node, "kind", kind);
    info.kind = kind == "water" ? observe::IndicatorKind::water : observe::IndicatorKind::air;
    if (entry.find("decimals") != nullptr) info.decimals = entry.integer("decimals");
    info.decimals_verified = entry.boolean_or("decimals_verified", false);
    info.hj212 = entry.text_or("hj212");
    info.hj212_unit = entry.text_or("hj212_unit");
    entry.finish();
    out.push_back(std::move(info));
  }
  map.finish();
  return out;
}

WorkCalendar read_calendar(const YamlNode& root) {
  YamlMap map(root, "calendar");
  const std::string id = map.text("calendar");
  const Text title = map.bilingual("title");
  std::vector<HolidayNotice> notices;
  for (const YamlNode* node : list_of(map, "notices")) {
    YamlMap entry(*node, "notices");
    HolidayNotice notice;
    notice.year = entry.integer("year");
    notice.document = entry.text("document");
    notice.number = entry.text("number");
    notice.published = entry.date("published");
    notice.url = entry.text_or("url");
    notice.verified = entry.boolean_or("verified", false);
    for (const YamlNode* off : list_of(entry, "off")) {
      YamlMap range(*off, "off");
      notice.off.push_back({range.text("name"), range.date("from"), range.date("to")});
      range.finish();
    }
    for (const YamlNode* work : list_of(entry, "work")) notice.work.push_back(date_of(*work, "work"));
    entry.finish();
    notices.push_back(std::move(notice));
  }
  map.finish();
  try {
    return WorkCalendar(id, title, std::move(notices));
  } catch (const Error& e) {
    throw e.at(root.where);
  }
}

}  // namespace tributary::policy
