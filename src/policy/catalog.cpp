#include "policy/catalog.h"

#include "base/text.h"
#include "policy/codes.h"
#include "policy/observation_files.h"
#include "policy/standard_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

namespace fs = std::filesystem;

template <class Map>
const typename Map::mapped_type& get(const Map& map, const std::string& id, const Text& what) {
  if (const auto found = map.find(id); found != map.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [key, value] : map) known.push_back(key);
  const auto close = near_misses(id, known);
  throw Error(codes::unknown_name,
              {fmt::format("没有{}“{}”", what.zh, id), fmt::format("there is no {} \"{}\"", what.en, id)}, {},
              close.empty() ? Text{fmt::format("已有：{}", fmt::join(known, "、")),
                                   fmt::format("there are: {}", fmt::join(known, ", "))}
                            : Text{fmt::format("是否想用“{}”？", close[0]),
                                   fmt::format("did you mean \"{}\"?", close[0])});
}

// "HJ633-2026", "hj 633-2026" → "hj633-2026"
std::string folded(std::string_view id) {
  std::string out;
  for (char c : id)
    if (c != ' ') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

YamlNode parsed(const std::string& file) {
  return parse_yaml(read_file(file), file);
}

}  // namespace

std::vector<std::string> files_in(const std::string& folder, const std::string& ending) {
  std::vector<std::string> out;
  if (!fs::is_directory(folder)) return out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ending) out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

void Catalog::add_folder(const std::string& folder, const PackContext&) {
  for (const std::string& file : files_in(folder + "/standards", ".yaml")) {
    const YamlNode root = parsed(file);
    const auto has = [&](std::string_view kind) {
      return std::any_of(root.entries.begin(), root.entries.end(),
                         [&](const auto& entry) { return entry.first.scalar == kind; });
    };
    if (has("class_standard")) {
      auto standard = read_class_standard(root);
      class_standards.insert_or_assign(standard.head.id, std::move(standard));
    } else if (has("air_standard")) {
      auto standard = read_air_standard(root);
      std::erase_if(air_standards, [&](const auto& s) { return s.head.id == standard.head.id; });
      air_standards.push_back(std::move(standard));
    } else if (has("aqi_standard")) {
      auto standard = read_aqi_standard(root);
      aqi_standards.insert_or_assign(standard.head.id, std::move(standard));
    } else {
      throw Error(codes::missing_key, {"不知道这是哪一种标准", "which kind of standard this is, is not said"},
                  root.where,
                  {"首个键应为 class_standard、air_standard 或 aqi_standard",
                   "the first key is class_standard, air_standard or aqi_standard"});
    }
  }
  if (const std::string file = folder + "/indicators.yaml"; fs::exists(file))
    for (auto& info : read_indicators(parsed(file))) indicators.insert_or_assign(info.code, info);
  if (const std::string file = folder + "/statistics.yaml"; fs::exists(file))
    for (auto& rule : read_statistics(parsed(file))) {
      std::erase_if(statistics, [&](const auto& r) { return r.id == rule.id; });
      statistics.push_back(std::move(rule));
    }
  for (const std::string& file : files_in(folder + "/calendars", ".yaml")) {
    auto calendar = read_calendar(parsed(file));
    calendars.insert_or_assign(calendar.id(), std::move(calendar));
  }
  for (const std::string& file : files_in(folder + "/imports", ".yaml")) {
    auto mapping = read_import_mapping(parsed(file));
    imports.insert_or_assign(mapping.id, std::move(mapping));
  }
}

std::optional<LimitTable> Catalog::limit(const std::string& standard, const std::string& indicator) const {
  const auto found = class_standards.find(standard);
  if (found == class_standards.end()) return std::nullopt;
  LimitTable out;
  out.standard = standard;
  out.indicator = indicator;
  out.source = {found->second.head.source.document, found->second.head.source.number,
                found->second.head.source.article, "", ""};
  out.verified = found->second.head.verified;
  bool any = false;
  for (const auto kind : {observe::WaterKind::river, observe::WaterKind::lake}) {
    const observe::ClassItem* item = found->second.find(indicator, kind);
    if (item == nullptr) continue;
    out.unit = Unit::parse(item->unit);
    for (int c = 1; c <= 5; ++c) {
      auto& cell = out.values[static_cast<std::size_t>(c) - 1][kind == observe::WaterKind::lake ? 1 : 0];
      cell = found->second.limit(indicator, observe::water_class_of(c), kind);
      any |= cell.has_value();
    }
  }
  return any ? std::optional(std::move(out)) : std::nullopt;
}

const observe::ClassStandard& Catalog::class_standard(const std::string& id) const {
  return get(class_standards, id, {"水质标准", "water-quality standard"});
}
const observe::AqiStandard& Catalog::aqi_standard(const std::string& id) const {
  return get(aqi_standards, folded(id), {"空气质量指数标准", "AQI standard"});
}
const observe::ImportMapping& Catalog::import(const std::string& id) const {
  return get(imports, id, {"导入格式", "import layout"});
}

const WorkCalendar& Catalog::calendar() const {
  if (calendars.empty())
    throw Error(codes::unknown_name, {"政策包中没有工作日历", "the packs hold no working-day calendar"}, {},
                {"请在 calendars/ 中加入", "add one under calendars/"});
  return calendars.rbegin()->second;
}

Text Catalog::indicator_title(const std::string& code) const {
  const auto found = indicators.find(code);
  return found == indicators.end() ? Text{code, code} : found->second.title;
}

}  // namespace tributary::policy
