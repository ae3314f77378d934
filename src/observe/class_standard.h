// Water-quality classes by a dated standard (GB 3838-2002): limits, the class of a sample, exceedance
// multiples.
//
// Exact throughout: concentrations and limits are decimals, exceedance multiples are fractions.
//
// One `ClassStandard` is one YAML file (head: see standard_head.h):
//
//   items:                                  # one row per item and kind of water
//     - {indicator: codmn, title: {zh: …, en: …}, unit: mg/L, sense: at_most, limits: [2, 4, 6, 10, 15]}
//     - {indicator: do, …, sense: at_least, limits: [7.5, 6, 5, 3, 2], note: {zh: …, en: …}}
//     - {indicator: ph, …, unit: "1", sense: range, low: 6, high: 9}
//     - {indicator: tp, …, water: lake, limits: […]}        # `water` absent: rivers and lakes alike
//     - {indicator: tn, …, classified: false, limits: […]}  # has limits but takes no part in the class
//     - {indicator: wtemp, …, sense: none, classified: false}
//     optional per item: decimals (the method's reporting decimals: rounded half-even before comparing)
//   practices:                              # which items a publisher demands before it states a class
//     - {id: cnemc-daily, title: {…}, required: [ph, do], required_where_measured: [tp], verified: false,
//     note: {…}}
#pragma once

#include "base/decimal.h"
#include "base/rational.h"
#include "observe/standard_head.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

// Ordinal 1 … 6, better is smaller; the last is 劣Ⅴ.
enum class WaterClass : std::uint8_t { I = 1, II, III, IV, V, worse_V };

constexpr int ordinal(WaterClass water_class) {
  return static_cast<int>(water_class);
}
WaterClass water_class_of(int ordinal);               // throws bad_class
std::string_view roman_name(WaterClass water_class);  // "Ⅰ" … "劣Ⅴ"
std::string_view latin_name(WaterClass water_class);  // "I" … "worse_V"
// "Ⅲ", "III", "Ⅲ类", "劣Ⅴ", "劣V类", "worse_V", full-width letters too. Throws bad_class.
WaterClass parse_water_class(std::string_view text);
std::optional<WaterClass> try_parse_water_class(std::string_view text);

// Five grades in words (环办〔2011〕22号): 优 良好 轻度污染 中度污染 重度污染.
enum class WaterCondition : std::uint8_t { excellent = 1, good, light, moderate, heavy };
WaterCondition condition_of(WaterClass water_class);
Text title_of(WaterCondition condition);

enum class WaterKind : std::uint8_t { river, lake };  // lake: 湖泊、水库
std::optional<WaterKind> parse_water_kind(std::string_view text);

enum class Sense : std::uint8_t { at_most, at_least, range, none };
std::optional<Sense> parse_sense(std::string_view text);

struct ClassItem {
  std::string indicator;
  Text title;
  std::string unit;
  Sense sense = Sense::at_most;
  bool classified = true;            // false: limits exist, but the item takes no part in the class
  std::optional<WaterKind> water;    // none: rivers and lakes alike
  std::vector<Decimal> limits;       // I … V, for at_most and at_least
  std::optional<Decimal> low, high;  // for range
  std::optional<int> decimals;       // reporting decimals of the method
  Text note;
};

struct ClassPractice {
  std::string id;
  Text title;
  std::vector<std::string> required;
  std::vector<std::string> required_where_measured;  // may be lacking where the station does not measure them
  bool verified = false;
  Text note;
};

struct ItemValue {
  Decimal value;  // the measured value, or the detection limit when below_detection
  bool below_detection = false;
  std::optional<Decimal> displayed;  // what the publisher showed, where that is rounded
  std::string flag;                  // the publisher's mark, e.g. 极值过滤
};

struct WaterSample {
  WaterKind kind = WaterKind::river;
  std::map<std::string, ItemValue, std::less<>> values;  // by indicator, in the standard's unit
  std::set<std::string, std::less<>> not_measured;       // items the station is not equipped for
};

// The class of one item. Below detection only bounds are known: the true value lies between 0 and the limit
// of detection.
struct ItemClass {
  std::string indicator;
  Decimal value;     // as given
  Decimal compared;  // after rounding to the method's decimals
  bool below_detection = false;
  bool counts = true;  // takes part in the class
  WaterClass at_best = WaterClass::I;
  WaterClass at_worst = WaterClass::worse_V;
  std::optional<WaterClass> water_class() const {
    return at_best == at_worst ? std::optional(at_best) : std::nullopt;
  }
};

struct ClassJudgement {
  std::optional<WaterClass> water_class;  // none: see `undetermined`
  WaterClass at_best = WaterClass::I;     // bounds over the items that are there
  WaterClass at_worst = WaterClass::worse_V;
  std::vector<std::string> deciding;  // the items in that class
  std::vector<ItemClass> items;
  std::vector<std::string> missing;  // required, but not there
  std::vector<std::string> ignored;  // values the standard has no limits for
  std::vector<Text> notes;
  Text undetermined;
};

enum class Met : std::uint8_t { yes, no, unknown };

// One item against one class.
struct TargetCheck {
  std::string indicator;
  Met met = Met::unknown;
  std::optional<Decimal> limit;        // none for ranges
  std::optional<Rational> exceedance;  // (C−S)/S, only when not met; never for pH, DO, temperature
};

// Why a published class differs from the computed one.
struct Disagreement {
  enum class Why : std::uint8_t {
    none,               // they agree
    displayed_values,   // the published class follows from the displayed (rounded) values
    other_water_kind,   // … from the limits for the other kind of water (lake instead of river)
    flagged_value,      // … when values the publisher flagged are left out
    unclassified_item,  // … when an item counts that the standard excludes (TN)
    item_left_out,      // … when one item is left out
    another_reading,    // no change of one input explains it: another reading or a slip of the publisher
    not_computed        // no class could be computed
  };
  Why why = Why::none;
  Text text;
};
std::string_view name_of(Disagreement::Why why);

struct ClassStandard {
  StandardHead head;
  std::vector<ClassItem> items;
  std::vector<ClassPractice> practices;

  // Throws bad_standard naming the item: wrong number of limits, limits that turn back, an item twice, an
  // unknown unit.
  void validate() const;

  // Null when the standard has no such item for this kind of water.
  const ClassItem* find(std::string_view indicator, WaterKind kind) const;
  const ClassPractice* find_practice(std::string_view id) const;
  // The limit of an item for a class I … V, in the item's unit. None for ranges, for temperature and where
  // the item has no limit for this kind of water. Throws unknown_item, and bad_class for worse_V.
  std::optional<Decimal> limit(std::string_view indicator, WaterClass water_class, WaterKind kind) const;

  // The best class whose limit the value meets (where limits repeat, the better class).
  static WaterClass class_of(const ClassItem& item, const Decimal& value);
  static ItemClass classify(const ClassItem& item, const ItemValue& value);

  // Single-factor rule (单因子评价法): the worst item decides. Without a practice nothing is required.
  ClassJudgement judge(const WaterSample& sample, const ClassPractice* practice = nullptr) const;
  // Each item that counts, and has a value, against a target class I … V.
  std::vector<TargetCheck> check(const WaterSample& sample, WaterClass target) const;
  // (C−S)/S, negative below the limit. None for pH, DO, temperature and where there is no limit.
  std::optional<Rational> exceedance(std::string_view indicator, const Decimal& value, WaterClass target,
                                     WaterKind kind) const;
  Disagreement explain_disagreement(const WaterSample& sample, const ClassJudgement& judgement,
                                    WaterClass published) const;
};

// A whole river (地表水环境质量评价办法（试行）, 环办〔2011〕22号): fewer than 5 sections by the mean of each
// indicator, 5 and more by the shares of sections in I–III and worse than V.
struct RiverJudgement {
  enum class Method : std::uint8_t { mean_of_sections, share_of_sections };
  Method method = Method::mean_of_sections;
  std::optional<WaterCondition> condition;
  std::optional<ClassJudgement> mean;      // method mean
  std::optional<Rational> share_I_to_III;  // method share, 0 … 1
  std::optional<Rational> share_worse_V;
  std::size_t sections = 0;       // all sections given
  std::size_t without_class = 0;  // of these, not counted in the shares
};
RiverJudgement judge_river(const ClassStandard& standard, std::span<const WaterSample> sections,
                           const ClassPractice* practice = nullptr);

}  // namespace tributary::observe
