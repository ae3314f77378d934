#include "observe/aqi.h"

#include "base/unit.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::observe {
namespace {

constexpr int primary_above = 50;
constexpr int exceeding_above = 100;

[[noreturn]] void bad(const AqiStandard& standard, std::string_view where, std::string_view zh,
                      std::string_view en) {
  throw Error(standard_codes::bad_standard,
              {fmt::format("标准 {} 的 {}: {}", standard.head.id, where, zh),
               fmt::format("standard {}, {}: {}", standard.head.id, where, en)},
              {.file = {}, .line = 0, .column = 0, .field = std::string(where)},
              {"请对照标准文本修正", "correct it against the text of the standard"});
}

void validate_column(const AqiStandard& standard, const AqiColumn& column) {
  Unit::parse(column.unit);
  if (column.at.size() < 2 || column.at.size() > standard.steps.size())
    bad(standard, column.id, "浓度断点的个数与指数断点不符",
        "the number of concentrations does not fit the steps");
  for (std::size_t i = 1; i < column.at.size(); ++i)
    if (column.at[i - 1] >= column.at[i])
      bad(standard, column.id, fmt::format("第 {} 个浓度断点未递增", i + 1),
          fmt::format("concentration {} does not rise", i + 1));
  if (!column.at[0].is_zero())
    bad(standard, column.id, "第一个断点应为 0", "the first concentration must be 0");
  if (!column.above_column.empty() && standard.find_column(column.above_column) == nullptr)
    bad(standard, column.id, fmt::format("没有列 {}", column.above_column),
        fmt::format("there is no column {}", column.above_column));
}

}  // namespace

void AqiStandard::validate() const {
  if (steps.size() < 2 || steps[0] != 0 ||
      std::ranges::adjacent_find(steps, std::greater_equal<>{}) != steps.end())
    bad(*this, "steps", "指数断点应自 0 递增", "the steps must rise from 0");
  for (const AqiColumn& column : columns) {
    validate_column(*this, column);
    if (find_column(column.id) != &column) bad(*this, column.id, "列重复出现", "the column occurs twice");
  }
  for (const auto* list : {&daily, &hourly})
    for (const AqiItem& item : *list)
      if (find_column(item.column) == nullptr)
        bad(*this, item.item, fmt::format("没有列 {}", item.column),
            fmt::format("there is no column {}", item.column));
  int expected = 0;
  for (const AqiLevel& level : levels) {
    if (level.from != expected || level.to < level.from)
      bad(*this, fmt::format("levels {}", level.number), fmt::format("应自 {} 起", expected),
          fmt::format("must begin at {}", expected));
    expected = level.to + 1;
  }
  if (levels.empty() || expected <= steps.back())
    bad(*this, "levels", "级别未覆盖全部指数", "the levels do not cover every index");
}

const AqiColumn* AqiStandard::find_column(std::string_view id) const {
  for (const AqiColumn& column : columns)
    if (column.id == id) return &column;
  return nullptr;
}

std::optional<SubIndex> AqiStandard::sub_index(const AqiColumn& column, const Decimal& concentration) const {
  const Decimal c = concentration.round(column.decimals, Rounding::half_even);
  if (c.sign() < 0)
    throw Error(
        standard_codes::bad_concentration,
        {fmt::format("{} 的浓度为负: {}", column.pollutant, concentration.to_string()),
         fmt::format("the concentration of {} is negative: {}", column.pollutant, concentration.to_string())},
        {.file = {}, .line = 0, .column = 0, .field = column.pollutant},
        {"请检查仪器零点, 或将该值标记为无效", "check the instrument's zero, or flag the value as invalid"});
  SubIndex out{.item = column.pollutant, .column = column.id, .given = concentration, .rounded = c};
  if (c > column.at.back()) {
    if (!column.above_column.empty()) return std::nullopt;
    out.iaqi = column.above_fixed.value_or(steps[column.at.size() - 1]);
    out.beyond = true;
    return out;
  }
  std::size_t i = 1;
  while (c > column.at[i]) ++i;
  const Decimal rise = Decimal(steps[i] - steps[i - 1]) * (c - column.at[i - 1]);
  const Decimal run = column.at[i] - column.at[i - 1];
  // steps[i - 1] is an integer, so rounding up the rest rounds up the whole.
  out.iaqi = steps[i - 1] + static_cast<int>(Decimal::divide(rise, run, 0, Rounding::ceiling).to_int64());
  return out;
}

AqiResult AqiStandard::evaluate(const AqiInput& input, AqiForm form) const {
  AqiResult out;
  std::vector<std::string> blocking;
  const auto lacking = [&](const std::string& item) {
    out.missing.push_back(item);
    if (!input.exempt.contains(item)) blocking.push_back(item);
  };
  for (const AqiItem& item : items(form)) {
    const auto given = input.values.find(item.item);
    if (given == input.values.end()) {
      lacking(item.item);
      continue;
    }
    const AqiColumn& column = *find_column(item.column);
    std::optional<SubIndex> sub = sub_index(column, given->second);
    if (!sub) {
      const auto instead = input.values.find(column.above_column);
      if (instead != input.values.end()) sub = sub_index(*find_column(column.above_column), instead->second);
    }
    if (!sub) {
      lacking(item.item);
      continue;
    }
    sub->item = item.item;
    out.of_rest = std::max(out.of_rest.value_or(0), sub->iaqi);
    out.items.push_back(*std::move(sub));
  }
  if (!out.of_rest) {
    out.not_published = {"没有可用的监测值", "there is no value to work with"};
    return out;
  }
  for (const SubIndex& sub : out.items) {
    if (sub.iaqi == *out.of_rest && sub.iaqi > primary_above) out.primary.push_back(sub.item);
    if (lists_exceeding && sub.iaqi > exceeding_above) out.exceeding.push_back(sub.item);
  }
  if (!blocking.empty() && *out.of_rest <= publish_above) {
    out.not_published = {fmt::format("缺少 {}, 且其余项目的指数不超过 {}: 只公布分指数",
                                     fmt::join(blocking, "、"), publish_above),
                         fmt::format("{} missing and the index of the rest is not above {}: sub-indices only",
                                     fmt::join(blocking, ", "), publish_above)};
    out.primary.clear();
    return out;
  }
  out.aqi = std::max(*out.of_rest, minimum);
  for (const AqiLevel& level : levels)
    if (level.from <= *out.aqi && *out.aqi <= level.to) out.level = level;
  return out;
}

}  // namespace tributary::observe
