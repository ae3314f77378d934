// Why a published class is not the computed one: one input is changed at a time, and the first change that
// leads to the published class is the reason given.
#include "observe/class_standard.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

using Why = Disagreement::Why;

std::optional<WaterClass> class_with(const ClassStandard& standard, const WaterSample& sample) {
  return standard.judge(sample).water_class;
}

std::optional<Disagreement> by_displayed(const ClassStandard& standard, const WaterSample& sample,
                                         WaterClass published) {
  WaterSample shown = sample;
  bool changed = false;
  for (auto& [indicator, value] : shown.values) {
    if (!value.displayed || *value.displayed == value.value) continue;
    value.value = *value.displayed;
    changed = true;
  }
  if (!changed || class_with(standard, shown) != published) return std::nullopt;
  return Disagreement{Why::displayed_values,
                      {"公布的类别由页面显示的（修约后的）数值得出",
                       "the published class follows from the displayed (rounded) values"}};
}

std::optional<Disagreement> by_other_kind(const ClassStandard& standard, const WaterSample& sample,
                                          WaterClass published) {
  WaterSample other = sample;
  other.kind = sample.kind == WaterKind::river ? WaterKind::lake : WaterKind::river;
  if (class_with(standard, other) != published) return std::nullopt;
  const bool lake = other.kind == WaterKind::lake;
  return Disagreement{
      Why::other_water_kind,
      {fmt::format("公布的类别由{}的限值得出", lake ? "湖泊、水库" : "河流"),
       fmt::format("the published class follows from the limits for {}", lake ? "lakes" : "rivers")}};
}

std::optional<Disagreement> by_flags(const ClassStandard& standard, const WaterSample& sample,
                                     WaterClass published) {
  WaterSample rest = sample;
  std::string flag;
  for (const auto& [indicator, value] : sample.values) {
    if (value.flag.empty()) continue;
    flag = fmt::format("{}（{}）", indicator, value.flag);
    rest.values.erase(indicator);
  }
  if (flag.empty() || class_with(standard, rest) != published) return std::nullopt;
  return Disagreement{Why::flagged_value,
                      {fmt::format("公布的类别未计入被标记的数值: {}", flag),
                       fmt::format("the published class leaves out flagged values: {}", flag)}};
}

std::optional<Disagreement> by_unclassified(const ClassStandard& standard, const WaterSample& sample,
                                            std::optional<WaterClass> computed, WaterClass published) {
  for (const auto& [indicator, value] : sample.values) {
    for (const ClassItem& item : standard.items) {
      if (item.indicator != indicator || item.classified || item.sense == Sense::none) continue;
      const ItemClass judged = ClassStandard::classify(item, value);
      if (computed && judged.water_class() && std::max(*computed, *judged.water_class()) == published)
        return Disagreement{
            Why::unclassified_item,
            {fmt::format("若按其限值计入不参与定类的{} {} {}，即为公布的类别", item.title.zh,
                         judged.value.to_string(), item.unit),
             fmt::format("counting {} {} {}, which takes no part in the class, gives the published class",
                         item.title.en, judged.value.to_string(), item.unit)}};
    }
  }
  return std::nullopt;
}

std::optional<Disagreement> by_leaving_out(const ClassStandard& standard, const WaterSample& sample,
                                           WaterClass published) {
  for (const auto& [indicator, value] : sample.values) {
    WaterSample rest = sample;
    rest.values.erase(indicator);
    if (class_with(standard, rest) != published) continue;
    const ClassItem* item = standard.find(indicator, sample.kind);
    const Text title = item == nullptr ? Text{indicator, indicator} : item->title;
    return Disagreement{
        Why::item_left_out,
        {fmt::format("若不计{} {}，即为公布的类别", title.zh, value.value.to_string()),
         fmt::format("leaving out {} {} gives the published class", title.en, value.value.to_string())}};
  }
  return std::nullopt;
}

// What would have to be different: for a published class better than computed, the items that are worse than
// it; for a worse one, the item nearest to falling into it.
Disagreement another_reading(const ClassStandard& standard, const WaterSample& sample,
                             const ClassJudgement& judgement, WaterClass published) {
  std::string zh, en;
  const bool published_better = judgement.water_class && published < *judgement.water_class;
  std::optional<Rational> nearest;
  for (const ItemClass& item : judgement.items) {
    const ClassItem* row = standard.find(item.indicator, sample.kind);
    if (row == nullptr || !item.counts) continue;
    const std::string value = item.value.to_string();
    if (published_better) {
      if (item.at_best <= published) continue;
      zh += fmt::format("{}{} {}", zh.empty() ? "" : "、", row->title.zh, value);
      en += fmt::format("{}{} {}", en.empty() ? "" : ", ", row->title.en, value);
    } else if (published > WaterClass::I && row->sense == Sense::at_most) {
      const Decimal& border = row->limits[ordinal(published) - 2];
      if (border.is_zero()) continue;
      const Rational ratio = Rational(item.value) / Rational(border);
      if (nearest && ratio <= *nearest) continue;
      nearest = ratio;
      zh = fmt::format("{} {}（须超过 {}）", row->title.zh, value, border.to_string());
      en = fmt::format("{} {} (would have to exceed {})", row->title.en, value, border.to_string());
    }
  }
  return {
      Why::another_reading,
      {fmt::format("改动任一项输入都得不到公布的 {}: {} {}; 公布的类别可能出自另一时次的读数或发布差错",
                   roman_name(published), published_better ? "与之不符的是" : "最接近的是", zh),
       fmt::format(
           "no change of one input gives the published {}: {} {}; it may come from another reading or a slip",
           latin_name(published), published_better ? "at odds with it is" : "nearest to it is", en)}};
}

}  // namespace

std::string_view name_of(Disagreement::Why why) {
  switch (why) {
    case Why::none:
      return "none";
    case Why::displayed_values:
      return "displayed_values";
    case Why::other_water_kind:
      return "other_water_kind";
    case Why::flagged_value:
      return "flagged_value";
    case Why::unclassified_item:
      return "unclassified_item";
    case Why::item_left_out:
      return "item_left_out";
    case Why::another_reading:
      return "another_reading";
    case Why::not_computed:
      return "not_computed";
  }
  return "";
}

Disagreement ClassStandard::explain_disagreement(const WaterSample& sample, const ClassJudgement& judgement,
                                                 WaterClass published) const {
  if (judgement.water_class == published) return {};
  if (auto found = by_displayed(*this, sample, published)) return *found;
  if (auto found = by_other_kind(*this, sample, published)) return *found;
  if (auto found = by_flags(*this, sample, published)) return *found;
  if (!judgement.water_class) return {Why::not_computed, judgement.undetermined};
  if (auto found = by_unclassified(*this, sample, judgement.water_class, published)) return *found;
  if (auto found = by_leaving_out(*this, sample, published)) return *found;
  return another_reading(*this, sample, judgement, published);
}

}  // namespace tributary::observe
