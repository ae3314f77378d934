#include "observe/water_row.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

constexpr std::string_view raw_suffix = "_raw";
constexpr std::array<std::string_view, 4> unit_suffixes{"_mgl", "_c", "_ind_l", "_ngl"};

bool knows(const ClassStandard& standard, std::string_view code) {
  return std::ranges::any_of(standard.items, [&](const ClassItem& item) { return item.indicator == code; });
}

[[noreturn]] void bad_field(const std::string& column, std::string_view text) {
  throw Error(standard_codes::bad_concentration,
              {fmt::format("列 {} 的 “{}” 不是监测值", column, text),
               fmt::format("column {}: \"{}\" is not a measured value", column, text)},
              {.file = {}, .line = 0, .column = 0, .field = column},
              {"请写数字; 缺测写 --, 不测写 *, 未检出写 <检出限",
               "write a number, -- for missing, * for not measured, <limit for below detection"});
}

// A field that is there.
ItemValue parse_value(const std::string& column, std::string_view text) {
  ItemValue out;
  std::string_view number = text;
  if (number.starts_with('<') || number.ends_with('L')) {
    out.below_detection = true;
    number = number.starts_with('<') ? number.substr(1) : number.substr(0, number.size() - 1);
  }
  const auto value = Decimal::try_parse(trim(number));
  if (!value || (value->sign() < 0 && column.find("temp") == std::string::npos)) bad_field(column, text);
  out.value = *value;
  return out;
}

}  // namespace

WaterRowReader::WaterRowReader(const ClassStandard& standard, std::span<const std::string> header) {
  bool any = false;
  for (const std::string& full : header) {
    Column column{.role = Role::none, .indicator = {}, .name = full};
    std::string_view name = trim(full);
    if (name == "tp_scale" || name == "water") column.role = Role::kind;
    if (name == "note") column.role = Role::note;
    if (name.ends_with(raw_suffix)) {
      name.remove_suffix(raw_suffix.size());
      if (knows(standard, name)) column.role = Role::raw;
    } else {
      for (const std::string_view suffix : unit_suffixes)
        if (!knows(standard, name) && name.ends_with(suffix)) name.remove_suffix(suffix.size());
      if (knows(standard, name)) column.role = Role::displayed;
    }
    if (column.role == Role::raw || column.role == Role::displayed) {
      column.indicator = name;
      any = true;
    }
    columns_.push_back(std::move(column));
  }
  if (!any)
    throw Error(standard_codes::unknown_item,
                {fmt::format("表头里没有标准 {} 的任何项目", standard.head.id),
                 fmt::format("no column is an item of standard {}", standard.head.id)},
                {},
                {"列名应为指标代码, 如 ph、do_mgl、codmn_mgl、nh3n_mgl、tp_mgl",
                 "name columns by indicator: ph, do_mgl, codmn_mgl …"});
}

WaterSample WaterRowReader::sample(std::span<const std::string_view> fields) const {
  WaterSample out;
  std::string_view note;
  std::map<std::string, ItemValue, std::less<>> raw;
  for (std::size_t i = 0; i < std::min(fields.size(), columns_.size()); ++i) {
    const Column& column = columns_[i];
    const std::string_view text = trim(fields[i]);
    if (column.role == Role::note) note = text;
    if (column.role == Role::kind)
      if (const auto kind = parse_water_kind(text)) out.kind = *kind;
    if (column.role != Role::raw && column.role != Role::displayed) continue;
    if (text == "*") out.not_measured.insert(column.indicator);
    if (text.empty() || text == "--" || text == "*") continue;
    auto& values = column.role == Role::raw ? raw : out.values;
    values[column.indicator] = parse_value(column.name, text);
  }
  for (auto& [indicator, value] : raw) {
    const auto shown = out.values.find(indicator);
    if (shown != out.values.end()) value.displayed = shown->second.value;
    out.values[indicator] = value;
  }
  for (const std::string_view mark : split(note, ';')) {
    const std::size_t colon = mark.find(':');
    if (colon == std::string_view::npos) continue;
    const auto found = out.values.find(trim(mark.substr(0, colon)));
    if (found != out.values.end()) found->second.flag = trim(mark.substr(colon + 1));
  }
  return out;
}

}  // namespace tributary::observe
