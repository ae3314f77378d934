#include "observe/class_standard.h"

#include "base/text.h"
#include "base/unit.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::observe {
namespace {

constexpr std::array<std::string_view, 6> roman{"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"};
constexpr std::array<std::string_view, 6> latin{"I", "II", "III", "IV", "V", "worse_V"};

WaterClass worse(WaterClass a, WaterClass b) {
  return std::max(a, b);
}

std::string joined(const std::vector<std::string>& names, std::string_view separator) {
  return fmt::format("{}", fmt::join(names, separator));
}

[[noreturn]] void bad_standard(const StandardHead& head, std::string_view item, std::string_view zh,
                               std::string_view en) {
  throw Error(standard_codes::bad_standard,
              {fmt::format("标准 {} 的项目 {}: {}", head.id, item, zh),
               fmt::format("standard {}, item {}: {}", head.id, item, en)},
              {.file = {}, .line = 0, .column = 0, .field = std::string(item)},
              {"请对照标准文本修正该行", "correct the row against the text of the standard"});
}

void validate_item(const StandardHead& head, const ClassItem& item) {
  Unit::parse(item.unit);
  const bool stepped = item.sense == Sense::at_most || item.sense == Sense::at_least;
  if (stepped && item.limits.size() != 5)
    bad_standard(head, item.indicator, fmt::format("应有 5 个限值 (Ⅰ–Ⅴ), 实有 {} 个", item.limits.size()),
                 fmt::format("needs 5 limits (I–V), has {}", item.limits.size()));
  if (!stepped && !item.limits.empty())
    bad_standard(head, item.indicator, "此类项目不分级设限值", "this kind of item has no limits by class");
  if (item.sense == Sense::range && (!item.low || !item.high || *item.low > *item.high))
    bad_standard(head, item.indicator, "范围的上下限缺失或颠倒", "low and high are missing or turned round");
  if (item.sense == Sense::none && item.classified)
    bad_standard(head, item.indicator, "无限值的项目不能参与定类",
                 "an item without limits cannot be classified");
  for (std::size_t i = 1; i < item.limits.size(); ++i) {
    const bool in_order = item.sense == Sense::at_most ? item.limits[i - 1] <= item.limits[i]
                                                       : item.limits[i - 1] >= item.limits[i];
    if (!in_order)
      bad_standard(head, item.indicator, fmt::format("第 {} 个限值的次序颠倒", i + 1),
                   fmt::format("limit {} turns back", i + 1));
  }
}

}  // namespace

WaterClass water_class_of(int number) {
  if (number < 1 || number > 6)
    throw Error(standard_codes::bad_class, {fmt::format("水质类别序号应为 1–6, 收到 {}", number),
                                            fmt::format("a water class is numbered 1–6, got {}", number)});
  return static_cast<WaterClass>(number);
}

std::string_view roman_name(WaterClass water_class) {
  return roman.at(ordinal(water_class) - 1);
}
std::string_view latin_name(WaterClass water_class) {
  return latin.at(ordinal(water_class) - 1);
}

std::optional<WaterClass> try_parse_water_class(std::string_view text) {
  std::string name = fold_width_upper(trim(text));
  for (std::string_view suffix : {"水质", "类", "類"})
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  for (std::size_t i = 0; i < roman.size(); ++i)
    if (name == roman[i] || name == latin[i]) return water_class_of(static_cast<int>(i) + 1);
  if (name == "劣V" || name == "WORSE_V") return WaterClass::worse_V;
  return std::nullopt;
}

WaterClass parse_water_class(std::string_view text) {
  if (const auto found = try_parse_water_class(text)) return *found;
  throw Error(
      standard_codes::bad_class,
      {fmt::format("不认识的水质类别 “{}”", text), fmt::format("unknown water class \"{}\"", text)}, {},
      {"请写 Ⅰ、Ⅱ、Ⅲ、Ⅳ、Ⅴ、劣Ⅴ, 或 I、II、III、IV、V、worse_V", "write I, II, III, IV, V or worse_V"});
}

WaterCondition condition_of(WaterClass water_class) {
  return water_class <= WaterClass::II ? WaterCondition::excellent
                                       : static_cast<WaterCondition>(ordinal(water_class) - 1);
}

Text title_of(WaterCondition condition) {
  switch (condition) {
    case WaterCondition::excellent:
      return {"优", "excellent"};
    case WaterCondition::good:
      return {"良好", "good"};
    case WaterCondition::light:
      return {"轻度污染", "light pollution"};
    case WaterCondition::moderate:
      return {"中度污染", "moderate pollution"};
    case WaterCondition::heavy:
      return {"重度污染", "heavy pollution"};
  }
  return {};
}

std::optional<WaterKind> parse_water_kind(std::string_view text) {
  if (text == "river") return WaterKind::river;
  if (text == "lake") return WaterKind::lake;
  return std::nullopt;
}

std::optional<Sense> parse_sense(std::string_view text) {
  constexpr std::array<std::string_view, 4> names{"at_most", "at_least", "range", "none"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<Sense>(i);
  return std::nullopt;
}

void ClassStandard::validate() const {
  for (std::size_t i = 0; i < items.size(); ++i) {
    validate_item(head, items[i]);
    for (std::size_t k = 0; k < i; ++k) {
      const ClassItem &a = items[k], &b = items[i];
      if (a.indicator == b.indicator && (!a.water || !b.water || *a.water == *b.water))
        bad_standard(head, b.indicator, "对同一类水体重复出现", "occurs twice for the same kind of water");
    }
  }
  for (const ClassPractice& practice : practices)
    for (const auto* list : {&practice.required, &practice.required_where_measured})
      for (const std::string& indicator : *list)
        if (std::ranges::none_of(items, [&](const ClassItem& item) { return item.indicator == indicator; }))
          bad_standard(head, indicator, fmt::format("定类口径 {} 要求的项目不在标准中", practice.id),
                       fmt::format("practice {} requires an item the standard does not have", practice.id));
}

const ClassItem* ClassStandard::find(std::string_view indicator, WaterKind kind) const {
  for (const ClassItem& item : items)
    if (item.indicator == indicator && (!item.water || *item.water == kind)) return &item;
  return nullptr;
}

const ClassPractice* ClassStandard::find_practice(std::string_view id) const {
  for (const ClassPractice& practice : practices)
    if (practice.id == id) return &practice;
  return nullptr;
}

std::optional<Decimal> ClassStandard::limit(std::string_view indicator, WaterClass water_class,
                                            WaterKind kind) const {
  if (std::ranges::none_of(items, [&](const ClassItem& item) { return item.indicator == indicator; })) {
    std::vector<std::string> known;
    for (const ClassItem& item : items) known.push_back(item.indicator);
    const auto near = near_misses(indicator, known);
    throw Error(
        standard_codes::unknown_item,
        {fmt::format("标准 {} 没有项目 “{}”", head.id, indicator),
         fmt::format("standard {} has no item \"{}\"", head.id, indicator)},
        {.file = {}, .line = 0, .column = 0, .field = std::string(indicator)},
        near.empty() ? Text{} : Text{"是否指: " + joined(near, "、"), "did you mean " + joined(near, ", ")});
  }
  if (water_class == WaterClass::worse_V)
    throw Error(standard_codes::bad_class, {"劣Ⅴ类没有限值", "there is no limit for worse than V"}, {},
                {"目标类别应为 Ⅰ–Ⅴ", "a target class is one of I–V"});
  const ClassItem* item = find(indicator, kind);
  if (item == nullptr || item->limits.empty()) return std::nullopt;
  return item->limits[ordinal(water_class) - 1];
}

WaterClass ClassStandard::class_of(const ClassItem& item, const Decimal& value) {
  if (item.sense == Sense::range)
    return *item.low <= value && value <= *item.high ? WaterClass::I : WaterClass::worse_V;
  for (std::size_t i = 0; i < item.limits.size(); ++i)
    if (item.sense == Sense::at_least ? value >= item.limits[i] : value <= item.limits[i])
      return static_cast<WaterClass>(i + 1);
  return WaterClass::worse_V;
}

ItemClass ClassStandard::classify(const ClassItem& item, const ItemValue& value) {
  ItemClass out{
      .indicator = item.indicator,
      .value = value.value,
      .compared = item.decimals ? value.value.round(*item.decimals, Rounding::half_even) : value.value,
      .below_detection = value.below_detection,
      .counts = item.classified};
  out.at_best = out.at_worst = class_of(item, out.compared);
  if (value.below_detection) {
    const WaterClass at_zero = class_of(item, Decimal(0));
    if (item.sense == Sense::range) {
      out.at_best = WaterClass::I, out.at_worst = WaterClass::worse_V;
    } else {
      out.at_best = std::min(at_zero, out.at_best);
      out.at_worst = worse(at_zero, out.at_worst);
    }
  }
  return out;
}

ClassJudgement ClassStandard::judge(const WaterSample& sample, const ClassPractice* practice) const {
  ClassJudgement out;
  out.at_worst = WaterClass::I;
  bool any = false;
  for (const auto& [indicator, value] : sample.values) {
    const ClassItem* item = find(indicator, sample.kind);
    if (item == nullptr || item->sense == Sense::none) {
      out.ignored.push_back(indicator);
      continue;
    }
    const ItemClass& judged = out.items.emplace_back(classify(*item, value));
    if (!judged.counts) continue;
    any = true;
    out.at_best = worse(out.at_best, judged.at_best);
    out.at_worst = worse(out.at_worst, judged.at_worst);
    if (!item->note.zh.empty() && judged.at_worst == WaterClass::II && item->sense == Sense::at_least)
      out.notes.push_back(item->note);  // class I has a second condition that is not evaluated
  }
  if (practice != nullptr) {
    for (const std::string& indicator : practice->required)
      if (!sample.values.contains(indicator)) out.missing.push_back(indicator);
    for (const std::string& indicator : practice->required_where_measured)
      if (!sample.values.contains(indicator) && !sample.not_measured.contains(indicator))
        out.missing.push_back(indicator);
  }
  if (!out.missing.empty()) {
    out.undetermined = {fmt::format("缺少必需项目: {}", joined(out.missing, "、")),
                        fmt::format("required items are missing: {}", joined(out.missing, ", "))};
  } else if (!any) {
    out.undetermined = {"没有参与定类的监测值", "no value that takes part in the class"};
  } else if (out.at_best != out.at_worst) {
    std::vector<std::string> open;
    for (const ItemClass& item : out.items)
      if (item.counts && item.at_worst > out.at_best) open.push_back(item.indicator);
    out.undetermined = {
        fmt::format("{} 未检出, 而检出限高于类别限值: 只能判定在 {} 与 {} 之间", joined(open, "、"),
                    roman_name(out.at_best), roman_name(out.at_worst)),
        fmt::format("{} below a detection limit that is above the class limit: between {} and {}",
                    joined(open, ", "), latin_name(out.at_best), latin_name(out.at_worst))};
  } else {
    out.water_class = out.at_best;
    for (const ItemClass& item : out.items)
      if (item.counts && item.at_best == out.at_best) out.deciding.push_back(item.indicator);
  }
  if (!any) out.at_best = WaterClass::I, out.at_worst = WaterClass::worse_V;
  return out;
}

std::optional<Rational> ClassStandard::exceedance(std::string_view indicator, const Decimal& value,
                                                  WaterClass target, WaterKind kind) const {
  const std::optional<Decimal> s = limit(indicator, target, kind);
  const ClassItem* item = find(indicator, kind);
  if (!s || item->sense != Sense::at_most || s->is_zero()) return std::nullopt;
  return (Rational(value) - Rational(*s)) / Rational(*s);
}

std::vector<TargetCheck> ClassStandard::check(const WaterSample& sample, WaterClass target) const {
  std::vector<TargetCheck> out;
  for (const auto& [indicator, value] : sample.values) {
    const ClassItem* item = find(indicator, sample.kind);
    if (item == nullptr || !item->classified) continue;
    const ItemClass judged = classify(*item, value);
    TargetCheck& line = out.emplace_back();
    line.indicator = indicator;
    line.limit = limit(indicator, target, sample.kind);
    line.met = judged.at_worst <= target ? Met::yes : judged.at_best > target ? Met::no : Met::unknown;
    if (line.met == Met::no) line.exceedance = exceedance(indicator, judged.compared, target, sample.kind);
  }
  return out;
}

}  // namespace tributary::observe
