#include "policy/rule_file.h"

#include "base/text.h"
#include "policy/codes.h"
#include "policy/value.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

[[noreturn]] void bad(const YamlNode& node, const std::string& zh, const std::string& en, Text hint = {}) {
  throw Error(codes::bad_value, {zh, en}, node.where, std::move(hint));
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 && std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

struct Name {
  std::string name;
  std::string index;
};

// "C[factor]" or "k0".
Name read_name(const YamlNode& key) {
  Name out{key.scalar, ""};
  if (const std::size_t bracket = key.scalar.find('[');
      bracket != std::string::npos && key.scalar.back() == ']') {
    out.index = key.scalar.substr(bracket + 1, key.scalar.size() - bracket - 2);
    out.name = key.scalar.substr(0, bracket);
    if (!is_identifier(out.index)) out.name.clear();
  }
  static constexpr std::array reserved{"if",    "then", "else", "and", "or", "not", "true",
                                       "false", "I",    "II",   "III", "IV", "V",   "worse_V"};
  if (!is_identifier(out.name) || std::find(reserved.begin(), reserved.end(), out.name) != reserved.end())
    bad(key, fmt::format("“{}”不能作名称", key.scalar), fmt::format("\"{}\" cannot be a name", key.scalar),
        {"名称用英文字母、数字和下划线，例如 C[factor]、unit_payment",
         "names are letters, digits and underscores, for example C[factor], unit_payment"});
  return out;
}

Unit read_unit(const YamlNode& node) {
  try {
    return Unit::parse(scalar_of(node, "unit"));
  } catch (const Error& e) {
    throw e.at(node.where);
  }
}

ValueType read_type(YamlMap& map) {
  ValueType out;
  const YamlNode* node = map.find("type");
  const std::string type = node != nullptr ? scalar_of(*node, "type") : "number";
  if (type == "number") {
    out.unit = read_unit(map.require("unit"));
  } else if (type == "boolean") {
    out.kind = ValueType::Kind::boolean;
  } else if (type == "class") {
    out.kind = ValueType::Kind::quality;
  } else if (type == "choice") {
    out.kind = ValueType::Kind::choice;
    out.choices = map.texts("choices");
    if (out.choices.empty()) bad(*node, "选项类的值要写 choices: [a, b]", "a choice needs choices: [a, b]");
  } else {
    bad(*node, fmt::format("没有类型“{}”", type), fmt::format("there is no type \"{}\"", type),
        {"可用 number、boolean、class、choice", "number, boolean, class or choice"});
  }
  return out;
}

template <class Value, std::size_t N>
Value pick(const std::array<std::pair<const char*, Value>, N>& table, const YamlNode& node, std::string_view what) {
  const std::string& text = scalar_of(node, what);
  std::vector<std::string> known;
  for (const auto& [name, value] : table) {
    if (text == name) return value;
    known.emplace_back(name);
  }
  bad(node, fmt::format("{}：没有“{}”", what, text), fmt::format("{}: \"{}\" is not known", what, text),
      {fmt::format("可用：{}", fmt::join(known, "、")), fmt::format("one of: {}", fmt::join(known, ", "))});
}

constexpr std::array<std::pair<const char*, InputOrigin::Kind>, 12> origins{
    {{"given", InputOrigin::Kind::given}, {"mean", InputOrigin::Kind::mean},
     {"class", InputOrigin::Kind::quality_class}, {"attribute", InputOrigin::Kind::attribute},
     {"place", InputOrigin::Kind::place}, {"status", InputOrigin::Kind::status},
     {"event", InputOrigin::Kind::event}, {"group_mean", InputOrigin::Kind::group_mean},
     {"result", InputOrigin::Kind::result}, {"total", InputOrigin::Kind::total},
     {"rights", InputOrigin::Kind::rights}, {"past", InputOrigin::Kind::past}}};
constexpr std::array<std::pair<const char*, InputOrigin::Surrendered>, 2> surrenders{
    {{"so_far", InputOrigin::Surrendered::so_far}, {"in_time", InputOrigin::Surrendered::in_time}}};
constexpr std::array<std::pair<const char*, InputOrigin::When>, 5> whens{
    {{"same", InputOrigin::When::period}, {"previous_period", InputOrigin::When::previous_period},
     {"previous_year", InputOrigin::When::previous_year}, {"year", InputOrigin::When::year},
     {"year_to_date", InputOrigin::When::year_to_date}}};
constexpr std::array<std::pair<const char*, Granularity>, 2> parts{
    {{"month", Granularity::month}, {"day", Granularity::day}}};

// `period: previous_year`, or `period: {months: 12}`, the twelve that end with the period.
void read_when(const YamlNode& node, InputOrigin& out) {
  if (node.kind != YamlNode::Kind::map) {
    out.when = pick(whens, node, "period");
    return;
  }
  YamlMap map(node, "period");
  out.when = InputOrigin::When::months;
  out.months = map.integer("months");
  if (out.months < 2 || out.months > 120)
    bad(node, "months 应在 2 到 120 之间", "months must be between 2 and 120");
  map.finish();
}

// `subject: COD`, or for an indexed input `subject: {cod: COD, nh3n: NH3-N}`.
PerElement read_per_element(const YamlNode& node, std::string_view what, const std::string& index) {
  if (node.kind != YamlNode::Kind::map) return {scalar_of(node, what), {}};
  if (index.empty())
    bad(node, fmt::format("{} 按项书写，但输入没有下标", what), fmt::format("{} is given by element, but the input has no index", what));
  PerElement out;
  for (const auto& [element, text] : node.entries) out.each.emplace(element.scalar, scalar_of(text, what));
  return out;
}

void read_vintages(const YamlNode& node, InputOrigin& out) {
  YamlMap map(node, "vintages");
  if (map.find("from") != nullptr) out.vintage_from = map.integer("from");
  if (map.find("to") != nullptr) out.vintage_to = map.integer("to");
  if (!out.vintage_from && !out.vintage_to)
    bad(node, "vintages 要写 from、to 或其中之一", "vintages needs from, to or one of them");
  map.finish();
}

// `due: {years_later: 1, month: 12, day: 31}`: a day that every year has.
InputOrigin::YearDay read_due(const YamlNode& node) {
  YamlMap map(node, "due");
  const int years = map.find("years_later") != nullptr ? map.integer("years_later") : 0;
  const int month = map.integer("month"), day = map.integer("day");
  map.finish();
  const bool is_day = month > 0 && day > 0 &&
                      (std::chrono::year{2001} / std::chrono::month(static_cast<unsigned>(month)) / std::chrono::day(static_cast<unsigned>(day))).ok();
  if (years < 0 || years > 10 || !is_day)
    bad(node, "due 应为每年都有的一天，在当年或十年以内", "due is a day that every year has, in the year or up to ten years later");
  return {static_cast<std::uint8_t>(years), static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
}

Input read_input(const YamlNode& key, const YamlNode& value) {
  const auto [name, index] = read_name(key);
  YamlMap map(value, name);
  Input out;
  out.name = name;
  out.index = index;
  out.where = key.where;
  out.where.field = name;
  out.type = read_type(map);
  out.title = map.bilingual_or_none("title");
  const YamlNode& from = map.require("from");
  out.origin.kind = pick(origins, from, "from");
  if (const YamlNode* period = map.find("period")) read_when(*period, out.origin);
  using Kind = InputOrigin::Kind;
  switch (out.origin.kind) {
    case Kind::attribute:
      out.origin.name = read_per_element(map.require("name"), "name", index);
      break;
    case Kind::place:
    case Kind::event:
      out.origin.name.text = map.text("name");
      break;
    case Kind::quality_class:
      out.origin.name.text = map.text("standard");
      break;
    case Kind::group_mean:
      out.origin.name.text = map.text("of");
      break;
    case Kind::result:
      out.origin.name.text = map.text("rule");
      out.origin.output = map.text("output");
      out.origin.aggregate = map.text_or("aggregate");
      break;
    case Kind::mean:
    case Kind::total:
      if (index.empty() || map.find("indicator") != nullptr)
        out.origin.indicator = read_per_element(map.require("indicator"), "indicator", index);
      if (out.origin.kind == Kind::mean) break;
      if (const YamlNode* each = map.find("each")) out.origin.each = pick(parts, *each, "each");
      if (const YamlNode* subject = map.find("subject"))
        out.origin.subject = read_per_element(*subject, "subject", index);
      break;
    case Kind::rights:
      if (index.empty() || map.find("subject") != nullptr)
        out.origin.subject = read_per_element(map.require("subject"), "subject", index);
      out.origin.role = map.text("role");
      if (const YamlNode* vintages = map.find("vintages")) read_vintages(*vintages, out.origin);
      if (const YamlNode* how = map.find("surrendered")) out.origin.surrendered = pick(surrenders, *how, "surrendered");
      if (out.origin.surrendered == InputOrigin::Surrendered::in_time) out.origin.due = read_due(map.require("due"));
      break;
    case Kind::past:
      out.origin.due = read_due(map.require("due"));
      break;
    default:
      break;
  }
  const auto must_be = [&](ValueType::Kind kind, const char* type) {
    if (out.type.kind != kind)
      bad(from, fmt::format("from: {} 的输入应写 type: {}", from.scalar, type),
          fmt::format("an input from: {} needs type: {}", from.scalar, type));
  };
  if (out.origin.kind == Kind::mean || out.origin.kind == Kind::group_mean ||
      out.origin.kind == Kind::total || out.origin.kind == Kind::rights)
    must_be(ValueType::Kind::number, "number");
  if (out.origin.kind == Kind::quality_class) must_be(ValueType::Kind::quality, "class");
  if (out.origin.kind == Kind::status) must_be(ValueType::Kind::choice, "choice");
  if (out.origin.kind == Kind::event || out.origin.kind == Kind::past) must_be(ValueType::Kind::boolean, "boolean");
  if (out.origin.kind == Kind::mean || out.origin.kind == Kind::total || out.origin.kind == Kind::quality_class)
    out.origin.source = map.text_or("series");
  out.optional = map.boolean_or("optional", false);
  map.finish();
  return out;
}

// A decimal, true/false, class, choice or «unlimited»; checked against the type.
std::string read_constant(const YamlNode& node, const ValueType* type) {
  const std::string text = scalar_of(node, "value");
  // Without a declaration at hand: what looks like a decimal stands in quotes all the same.
  if (type == nullptr && !node.quoted && Decimal::try_parse(text)) decimal_of(node, "value");
  if (text == "unlimited" || type == nullptr) return text;
  if (type->kind == ValueType::Kind::number)
    decimal_of(node, "value");
  else if (!parse_value(*type, text))
    throw Error(codes::bad_value,
                {fmt::format("“{}”不是有效的值", text), fmt::format("\"{}\" is not a valid value", text)},
                node.where, expected_form(*type));
  return text;
}

// One of `values:`. `parameter` is null in a patch, where the declaration is in another file.
ParameterValue read_value(const YamlNode& node, const Parameter* parameter, std::optional<Date> known_default,
                          const PackContext& context) {
  YamlMap map(node, "values");
  ParameterValue out;
  out.in_force = map.date("in_force");
  const auto known = map.date_or_none("known");
  if (!known && !known_default) map.require("known");
  out.known = known ? *known : *known_default;
  out.source = map.source();
  out.verified = map.boolean_or("verified", true);
  out.pack = context.pack;
  out.depth = context.depth;
  out.example = context.example;
  out.where = node.where;
  const ValueType* type = parameter != nullptr ? &parameter->type : nullptr;
  if (const YamlNode* tiers = map.find("tiers")) {
    if (parameter != nullptr && !parameter->is_table)
      bad(*tiers, "只有分档表（有 over:）才能写 tiers", "tiers belong to a tiered table (one with over:)");
    if (tiers->kind != YamlNode::Kind::sequence || tiers->items.empty())
      bad(*tiers, "tiers 应为列表", "tiers must be a list");
    for (const YamlNode& item : tiers->items) {
      YamlMap tier(item, "tiers");
      const Decimal above = decimal_of(tier.require("above"), "above");
      if (!out.tiers.empty() && above <= out.tiers.back().above)
        bad(item, "档的下限必须从小到大", "the tiers must ascend");
      out.tiers.push_back({above, read_constant(tier.require("value"), type)});
      tier.finish();
    }
  } else {
    const YamlNode& value = map.require("value");
    if (parameter != nullptr && parameter->is_table)
      bad(value, "分档表要写 tiers: [...]", "a tiered table needs tiers: […]");
    if (value.kind == YamlNode::Kind::map) {
      for (const auto& [element, text] : value.entries)
        out.elements.emplace(element.scalar, read_constant(text, type));
    } else {
      out.elements.emplace("", read_constant(value, type));
    }
  }
  map.finish();
  return out;
}

std::vector<ParameterValue> read_values(const YamlNode& node, const Parameter* parameter,
                                        std::optional<Date> known_default, const PackContext& context) {
  if (node.kind != YamlNode::Kind::sequence) bad(node, "values 应为列表", "values must be a list");
  std::vector<ParameterValue> out;
  for (const YamlNode& item : node.items) {
    out.push_back(read_value(item, parameter, known_default, context));
    for (std::size_t i = 0; i + 1 < out.size(); ++i)
      if (out[i].in_force == out.back().in_force && out[i].known == out.back().known)
        throw Error(
            codes::overlapping_dates,
            {fmt::format("两个值的生效日（{}）和知悉日（{}）都相同", base::to_string(out[i].in_force),
                         base::to_string(out[i].known)),
             fmt::format("two values share the dates in_force {} and known {}", base::to_string(out[i].in_force),
                         base::to_string(out[i].known))},
            item.where,
            {fmt::format("另一个在第 {} 行；更正请写更晚的 known", out[i].where.line),
             fmt::format("the other is on line {}; a correction has a later known", out[i].where.line)});
  }
  return out;
}

}  // namespace

void check_value(const Rule& rule, const Parameter& parameter, const ParameterValue& value) {
  if (parameter.is_table != !value.tiers.empty())
    throw Error(codes::bad_value,
                parameter.is_table
                    ? Text{fmt::format("分档表 {} 要写 tiers: [...]", parameter.name),
                           fmt::format("the tiered table {} needs tiers: […]", parameter.name)}
                    : Text{fmt::format("参数 {} 不是分档表，不能写 tiers", parameter.name),
                           fmt::format("parameter {} is no tiered table and takes no tiers", parameter.name)},
                value.where);
  const auto check_text = [&](const std::string& text) {
    if (text != "unlimited" && !parse_value(parameter.type, text))
      throw Error(codes::bad_value,
                  {fmt::format("参数 {} 的值“{}”不对", parameter.name, text),
                   fmt::format("parameter {}: \"{}\" is not a valid value", parameter.name, text)},
                  value.where, expected_form(parameter.type));
  };
  for (const auto& tier : value.tiers) check_text(tier.value);
  for (const auto& [element, text] : value.elements) check_text(text);
  if (parameter.is_table) return;
  const auto fail = [&](const std::string& zh, const std::string& en) {
    throw Error(codes::index_mismatch, {zh, en}, value.where);
  };
  if (parameter.by_place) {
    if (value.elements.contains(""))
      fail(fmt::format("参数 {} 按地点给值：value: {{地点: \"…\"}}", parameter.name),
           fmt::format("parameter {} is given by place: value: {{place: \"…\"}}", parameter.name));
    return;
  }
  if (parameter.index.empty()) {
    if (value.elements.size() != 1 || !value.elements.contains(""))
      fail(fmt::format("参数 {} 只有一个值", parameter.name),
           fmt::format("parameter {} has a single value", parameter.name));
    return;
  }
  const auto index = rule.indices.find(parameter.index);
  if (index == rule.indices.end()) return;  // reported by the compiler
  for (const std::string& element : index->second)
    if (!value.elements.contains(element))
      fail(fmt::format("参数 {} 缺少“{}”的值", parameter.name, element),
           fmt::format("parameter {} lacks a value for \"{}\"", parameter.name, element));
  for (const auto& [element, text] : value.elements)
    if (std::find(index->second.begin(), index->second.end(), element) == index->second.end())
      fail(fmt::format("参数 {} 没有“{}”这一项", parameter.name, element),
           fmt::format("parameter {} has no element \"{}\"", parameter.name, element));
}

namespace {

Parameter read_parameter(const YamlNode& key, const YamlNode& node, const Rule& rule,
                         const PackContext& context) {
  const auto [name, index] = read_name(key);
  YamlMap map(node, name);
  Parameter out;
  out.name = name;
  out.index = index;
  out.where = key.where;
  out.where.field = name;
  out.type = read_type(map);
  out.title = map.bilingual_or_none("title");
  if (const YamlNode* by = map.find("by")) {
    if (scalar_of(*by, "by") != "place") bad(*by, "by: 只能是 place", "by: can only be place");
    if (!index.empty())
      bad(*by, "按地点给值的参数不能再分项", "a parameter given by place cannot be indexed too");
    out.by_place = true;
  }
  if (const YamlNode* over = map.find("over")) {
    if (out.by_place || !index.empty())
      bad(*over, "分档表不能按地点或分项给值", "a tiered table can be neither indexed nor given by place");
    out.is_table = true;
    out.over = read_unit(*over);
    const std::string bounds = map.text("bounds");
    if (bounds != "upper_inclusive" && bounds != "lower_inclusive")
      bad(*over, "bounds 应为 upper_inclusive 或 lower_inclusive",
          "bounds must be upper_inclusive or lower_inclusive");
    out.upper_inclusive = bounds == "upper_inclusive";
  }
  out.unset = map.bilingual_or_none("unset");
  if (const YamlNode* values = map.find("values"))
    out.values = read_values(*values, &out, rule.known, context);
  if (out.values.empty() && out.unset.zh.empty())
    throw Error(codes::missing_key,
                {fmt::format("参数 {} 既没有 values，也没有说明为何未定（unset）", name),
                 fmt::format("parameter {} has neither values nor a reason why it is unset", name)},
                key.where,
                {"写 unset: {zh: 所见文件未载明, en: no text seen states it}",
                 "write unset: {zh: …, en: no text seen states it}"});
  for (const ParameterValue& value : out.values) check_value(rule, out, value);
  map.finish();
  return out;
}

RoundingRule read_rounding(const YamlNode& node) {
  YamlMap map(node, "round");
  RoundingRule out;
  out.places = map.integer("places");
  const YamlNode& mode = map.require("mode");
  const auto parsed = parse_rounding(scalar_of(mode, "mode"));
  if (!parsed)
    bad(mode, "修约方式应为 half_even、half_up、up、down、ceiling 或 floor",
        "mode must be half_even, half_up, up, down, ceiling or floor");
  if (out.places < -12 || out.places > 12)
    bad(node, "小数位数应在 -12 到 12 之间", "places must be from -12 to 12");
  out.mode = *parsed;
  map.finish();
  return out;
}

Where formula_where(const YamlNode& node, std::string field) {
  Where out = node.where;
  if (node.quoted) ++out.column;
  out.field = std::move(field);
  return out;
}

Formula read_formula(const YamlNode& key, const YamlNode& node) {
  const auto [name, index] = read_name(key);
  YamlMap map(node, name);
  Formula out;
  out.name = name;
  out.index = index;
  out.type = read_type(map);
  out.title = map.bilingual_or_none("title");
  out.text = map.text("is");
  out.where = formula_where(map.require("is"), name);
  if (const YamlNode* round = map.find("round")) {
    if (out.type.kind != ValueType::Kind::number)
      bad(*round, "只有数值可以修约", "only numbers can be rounded");
    out.round = read_rounding(*round);
  }
  out.shown = map.boolean_or("shown", true);
  map.finish();
  return out;
}

Payment read_payment(const YamlNode& node) {
  YamlMap map(node, "pays");
  Payment out;
  out.title = map.bilingual("title");
  out.when = map.text("when");
  out.when_where = formula_where(map.require("when"), "pays.when");
  out.from = map.text("from");
  out.to = map.text("to");
  if (out.from == out.to) bad(node, "付款方和收款方相同", "the payer is also the payee");
  out.amount = map.text("amount");
  out.amount_where = formula_where(map.require("amount"), "pays.amount");
  out.round = read_rounding(map.require("round"));
  if (out.round.places > 2)
    bad(map.require("round"), "钱最多保留到分（places: 2）", "money goes down to fen (places: 2) at most");
  if (auto source = map.source_or_none()) out.source = *source;
  map.finish();
  return out;
}

std::optional<ObjectionWindow> read_objection(YamlMap& map, const PackContext& context) {
  const YamlNode* node = map.find("objection");
  if (node == nullptr) return std::nullopt;
  YamlMap entry(*node, "objection");
  ObjectionWindow out;
  out.working_days = entry.integer("working_days");
  if (out.working_days < 0 || out.working_days > 250)
    bad(*node, "工作日数应在 0 到 250 之间", "working_days must be from 0 to 250");
  out.source = entry.source();
  out.verified = entry.boolean_or("verified", true);
  out.example = context.example;
  entry.finish();
  return out;
}

void read_per(const YamlNode& node, Rule& rule) {
  const std::string& text = scalar_of(node, "per");
  static constexpr std::array<std::pair<const char*, Granularity>, 4> granularities{
      {{"day", Granularity::day},
       {"month", Granularity::month},
       {"quarter", Granularity::quarter},
       {"year", Granularity::year}}};
  for (const char* sign : {"×", " x "}) {
    const std::size_t at = text.find(sign);
    if (at == std::string::npos) continue;
    rule.place_kind = std::string(trim(std::string_view(text).substr(0, at)));
    const std::string granularity(trim(std::string_view(text).substr(at + std::string_view(sign).size())));
    for (const auto& [name, value] : granularities)
      if (granularity == name) return static_cast<void>(rule.granularity = value);
  }
  bad(node, fmt::format("per: “{}”不对", text), fmt::format("per: \"{}\" is not understood", text),
      {"例如 section × month、city × quarter", "for example section × month, city × quarter"});
}

template <class Visit>
void each_entry(const YamlNode* node, std::string_view what, Visit visit) {
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::map)
    bad(*node, fmt::format("{} 应为“名称: …”的集合", what), fmt::format("{} must be a map of names", what));
  for (const auto& [key, value] : node->entries) visit(key, value);
}

}  // namespace

Rule read_rule(const YamlNode& root, const PackContext& context) {
  YamlMap map(root, "规则 rule");
  Rule out;
  out.pack = context.pack;
  out.depth = context.depth;
  out.example = context.example;
  out.where = root.where;
  out.name = map.text("rule");
  out.where.field = out.name;
  out.title = map.bilingual("title");
  out.source = map.source();
  {
    YamlMap dates(map.require("in_force"), "in_force");
    out.in_force.from = dates.date("from");
    if (const auto to = dates.date_or_none("to")) out.in_force.to = *to;
    dates.finish();
    if (out.in_force.from >= out.in_force.to)
      bad(map.require("in_force"), "生效日应早于失效日", "in_force: from must come before to");
  }
  out.known = map.date("known");
  if (const YamlNode* node = map.find("checked")) {
    YamlMap checked(*node, "checked");
    out.checked = checked.date("on");
    out.checked_by = checked.text("by");
    checked.finish();
  }
  out.verified = map.boolean_or("verified", true);
  out.note = map.bilingual_or_none("note");
  out.claims = map.text_or("claims");
  read_per(map.require("per"), out);
  out.group = map.text_or("group");
  each_entry(map.find("indices"), "indices", [&](const YamlNode& key, const YamlNode& value) {
    if (!is_identifier(key.scalar) || value.kind != YamlNode::Kind::sequence || value.items.empty() ||
        value.items.size() > 64)
      bad(value, "指标组应为列表，例如 factor: [codmn, nh3n, tp]",
          "an index is a list, for example factor: [codmn, nh3n, tp]");
    auto& elements = out.indices[key.scalar];
    for (const YamlNode& item : value.items) {
      const std::string& element = scalar_of(item, "indices");
      if (!is_identifier(element) || std::find(elements.begin(), elements.end(), element) != elements.end())
        bad(item, fmt::format("“{}”不能作指标，或写了两次", element),
            fmt::format("\"{}\" cannot be an element, or appears twice", element));
      elements.push_back(element);
    }
  });
  each_entry(map.find("inputs"), "inputs", [&](const YamlNode& key, const YamlNode& value) {
    out.inputs.push_back(read_input(key, value));
  });
  each_entry(map.find("parameters"), "parameters", [&](const YamlNode& key, const YamlNode& value) {
    out.parameters.push_back(read_parameter(key, value, out, context));
  });
  each_entry(&map.require("formulas"), "formulas", [&](const YamlNode& key, const YamlNode& value) {
    out.formulas.push_back(read_formula(key, value));
  });
  if (const YamlNode* node = map.find("assessed_when")) {
    YamlMap assessed(*node, "assessed_when");
    out.assessed_when = assessed.text("is");
    out.assessed_where = formula_where(assessed.require("is"), "assessed_when");
    out.not_assessed = assessed.bilingual("otherwise");
    assessed.finish();
  }
  if (const YamlNode* pays = map.find("pays")) {
    if (pays->kind != YamlNode::Kind::sequence) bad(*pays, "pays 应为列表", "pays must be a list");
    for (const YamlNode& item : pays->items) out.payments.push_back(read_payment(item));
  }
  out.objection = read_objection(map, context);
  map.finish();
  return out;
}

ParameterPatch read_parameter_patch(const YamlNode& root, const PackContext& context) {
  YamlMap map(root, "参数值 parameters");
  ParameterPatch out;
  out.where = root.where;
  out.rule = map.text("rule");
  out.version = map.date_or_none("version");
  out.context = context;
  const auto known = map.date_or_none("known");
  out.objection = read_objection(map, context);
  each_entry(out.objection ? map.find("parameters") : &map.require("parameters"), "parameters",
             [&](const YamlNode& key, const YamlNode& value) {
               YamlMap entry(value, key.scalar);
               out.values[key.scalar] = read_values(entry.require("values"), nullptr, known, context);
               out.names[key.scalar] = key.where;
               entry.finish();
             });
  map.finish();
  return out;
}

}  // namespace tributary::policy
