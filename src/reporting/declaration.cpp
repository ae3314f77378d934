#include "reporting/declaration.h"

#include "base/text.h"
#include "policy/catalog.h"
#include "policy/yaml.h"
#include "reporting/codes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

namespace tributary::reporting {
namespace {

using policy::YamlMap;
using policy::YamlNode;

[[noreturn]] void bad(const Where& where, const std::string& zh, const std::string& en, Text hint = {}) {
  throw Error(codes::bad_declaration, {zh, en}, where, std::move(hint));
}

void require_name(const YamlNode& key, char joint) {
  const std::string& name = key.scalar;
  const bool good = !name.empty() && name.size() <= 60 &&
                    std::islower(static_cast<unsigned char>(name[0])) != 0 &&
                    std::all_of(name.begin(), name.end(), [&](unsigned char c) {
                      return std::islower(c) != 0 || std::isdigit(c) != 0 || c == joint;
                    });
  if (!good)
    bad(key.where, fmt::format("“{}”不能作名称", name), fmt::format("\"{}\" cannot be a name", name),
        {fmt::format("名称用小写英文字母、数字和“{}”", joint),
         fmt::format("names are lower-case letters, digits and \"{}\"", joint)});
}

template <class Visit>
void each_named(YamlMap& map, std::string_view key, Visit&& visit) {
  const YamlNode* node = map.find(key);
  if (node == nullptr) return;
  YamlMap entries(*node, std::string(key));
  entries.each_other([&](const YamlNode& name, const YamlNode& value) {
    require_name(name, '_');
    visit(name, value);
  });
}

template <class Enum>
using Choices = std::vector<std::pair<std::string_view, Enum>>;
template <class Enum>
Enum pick(YamlMap& map, std::string_view key, const Choices<Enum>& all, std::optional<Enum> otherwise = {}) {
  const YamlNode* node = otherwise ? map.find(key) : &map.require(key);
  if (node == nullptr) return *otherwise;
  const std::string& text = policy::scalar_of(*node, key);
  std::vector<std::string_view> known;
  for (const auto& [name, value] : all) {
    if (name == text) return value;
    known.push_back(name);
  }
  bad(node->where, fmt::format("{}：没有“{}”", key, text), fmt::format("{}: \"{}\" is not known", key, text),
      {fmt::format("可用：{}", fmt::join(known, "、")), fmt::format("one of: {}", fmt::join(known, ", "))});
}

const Choices<Merge> merges{{"sum", Merge::sum},     {"average", Merge::average}, {"last", Merge::last},
                            {"first", Merge::first}, {"max", Merge::max},         {"min", Merge::min},
                            {"none", Merge::none}};
const Choices<Nature> natures{{"flow", Nature::flow}, {"stock", Nature::stock}, {"ratio", Nature::ratio}};

const Choices<Prefill::From> origins{{"cases", Prefill::From::cases},
                                     {"places", Prefill::From::places},
                                     {"readings", Prefill::From::readings},
                                     {"ledger", Prefill::From::ledger}};
const Choices<known::Statistic> statistics{{"mean", known::Statistic::mean},
                                           {"max", known::Statistic::max},
                                           {"min", known::Statistic::min},
                                           {"count", known::Statistic::count}};
template <class Enum>
std::string_view name_in(const Choices<Enum>& all, Enum wanted) {
  for (const auto& [name, value] : all)
    if (value == wanted) return name;
  return "";
}

Unit unit_in(YamlMap& map, std::string_view key) {
  const YamlNode& node = map.require(key);
  try {
    return Unit::parse(policy::scalar_of(node, key));
  } catch (const Error& e) {
    throw e.at(node.where);
  }
}

int within(YamlMap& map, std::string_view key, int least, int most, int otherwise) {
  const YamlNode* node = map.find(key);
  if (node == nullptr) return otherwise;
  const int value = map.integer(key);
  if (value < least || value > most)
    bad(node->where, fmt::format("{} 应在 {} 到 {} 之间", key, least, most),
        fmt::format("{} lies in {} … {}", key, least, most));
  return value;
}

Prefill read_prefill(YamlMap& map) {
  Prefill out;
  out.from = pick(map, "from", origins);
  const bool money = out.from == Prefill::From::ledger;
  out.what =
      money ? pick<std::string>(map, "what", {{"received", "received"}, {"paid", "paid"}}) : map.text("what");
  if (out.from == Prefill::From::readings) {
    out.kind = map.text("places");
    out.source = map.text_or("series_of");
    out.statistic = pick(map, "statistic", statistics);
  }
  map.finish();
  return out;
}

Element read_element(const YamlNode& key, const YamlNode& value, const std::string& pack) {
  YamlMap map(value, key.scalar);
  Element out;
  out.code = key.scalar;
  out.pack = pack;
  out.where = key.where;
  out.where.field = key.scalar;
  out.name = map.bilingual("name");
  out.help = map.bilingual_or_none("help");
  out.unit = unit_in(map, "unit");
  out.places = within(map, "places", 0, 8, 0);
  out.negative = map.boolean_or("negative", false);
  if (map.find("better") != nullptr) {
    out.directed = true;
    out.higher_is_better = pick<bool>(map, "better", {{"higher", true}, {"lower", false}});
  }
  out.nature = pick(map, "nature", natures);
  out.in_time = pick(map, "in_time", merges);
  out.over_units = pick(map, "over_units", merges);
  out.owner = map.text_or("owner");
  out.source = map.source_or_none();
  out.verified = map.boolean_or("verified", true);
  if (const YamlNode* node = map.find("prefill")) {
    YamlMap prefill(*node, "prefill");
    out.prefill = read_prefill(prefill);
    if (out.prefill->from == Prefill::From::ledger &&
        (!out.unit.same_dimension(Unit::parse("CNY")) || out.places < 2))
      bad(node->where, "账本的数以元计，两位小数：unit 用 CNY，places 至少为 2",
          "the ledger counts yuan with two decimals: unit is CNY, places at least 2");
  }
  map.finish();
  if (out.nature == Nature::stock && out.in_time == Merge::sum)
    bad(out.where, fmt::format("“{}”是存量，不能按月相加", out.name.zh),
        fmt::format("\"{}\" is a stock: months of it do not add up", out.name.en),
        {"in_time 用 last、average 等", "let in_time be last, average or the like"});
  if (out.nature == Nature::ratio && (out.in_time == Merge::sum || out.over_units == Merge::sum))
    bad(out.where, fmt::format("“{}”是比率，不能相加", out.name.zh),
        fmt::format("\"{}\" is a ratio: ratios do not add up", out.name.en),
        {"写成指标（分子、分母），或用 none", "make it an indicator (numerator, denominator), or use none"});
  if (out.over_units == Merge::last || out.over_units == Merge::first)
    bad(out.where, "over_units 不能用 last、first：单位之间没有先后",
        "over_units cannot be last or first: organisations have no order in time");
  return out;
}

Indicator read_indicator(const YamlNode& key, const YamlNode& value, const std::string& pack) {
  YamlMap map(value, key.scalar);
  Indicator out;
  out.code = key.scalar;
  out.pack = pack;
  out.where = key.where;
  out.where.field = key.scalar;
  out.name = map.bilingual("name");
  const auto part = [&](const char* name, std::string& formula, Unit& unit, Where& where) {
    YamlMap part_map(map.require(name), name);
    const YamlNode& node = part_map.require("formula");
    formula = policy::scalar_of(node, "formula");
    where = node.where;
    where.field = key.scalar;
    unit = unit_in(part_map, "unit");
    part_map.finish();
  };
  part("numerator", out.numerator, out.numerator_unit, out.where);
  part("denominator", out.denominator, out.denominator_unit, out.denominator_where);
  out.unit = unit_in(map, "unit");
  out.places = within(map, "places", 0, 8, 2);
  out.source = map.source_or_none();
  out.verified = map.boolean_or("verified", true);
  const Unit made = out.numerator_unit / out.denominator_unit;
  if (!made.same_dimension(out.unit))
    bad(out.where,
        fmt::format("“{}”的单位 {} 与分子分母的单位 {} 不符", out.name.zh, out.unit.symbol(), made.symbol()),
        fmt::format("the unit {} of \"{}\" does not fit numerator over denominator, {}", out.unit.symbol(),
                    out.name.en, made.symbol()));
  out.factor = made.factor_to(out.unit);
  map.finish();
  return out;
}

std::optional<Term> read_term(YamlMap& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  if (node == nullptr) return std::nullopt;
  YamlMap term(*node, std::string(key));
  Term out;
  out.working = term.find("working_days") != nullptr;
  if (out.working == (term.find("days") != nullptr))
    bad(node->where, "写 working_days 或 days 之一", "say one of working_days, days");
  out.days = within(term, out.working ? "working_days" : "days", out.working ? 0 : -400, 400, 0);
  out.verified = term.boolean_or("verified", true);
  out.source = term.source_or_none();
  term.finish();
  return out;
}

CheckRule read_rule(const YamlNode& key, const YamlNode& value) {
  YamlMap map(value, key.scalar);
  CheckRule out;
  out.name = key.scalar;
  out.where = key.where;
  out.where.field = key.scalar;
  out.text = map.bilingual("text");
  const auto side = [&](const char* name) {
    Side one;
    const YamlNode& node = map.require(name);
    if (node.kind == YamlNode::Kind::scalar) {
      one.formula = node.scalar;
      one.where = node.where;
      return one;
    }
    YamlMap part(node, name);
    const YamlNode& formula = part.require("formula");
    one.formula = policy::scalar_of(formula, "formula");
    one.where = formula.where;
    one.missing = pick<Missing>(part, "missing",
                                {{"skip_if_any", Missing::skip_if_any},
                                 {"skip_if_all", Missing::skip_if_all},
                                 {"zero", Missing::zero}},
                                Missing::skip_if_any);
    part.finish();
    return one;
  };
  out.left = side("left");
  out.op = pick<Operator>(map, "operator",
                          {{"=", Operator::equal},
                           {"!=", Operator::not_equal},
                           {">", Operator::greater},
                           {">=", Operator::at_least},
                           {"<", Operator::less},
                           {"<=", Operator::at_most},
                           {"pair", Operator::pair},
                           {"exclusive", Operator::exclusive}});
  out.right = side("right");
  if (out.op != Operator::pair && out.op != Operator::exclusive) out.unit = unit_in(map, "unit");
  out.error = pick<bool>(map, "severity", {{"error", true}, {"warning", false}});
  map.finish();
  return out;
}

OutlierRule read_outlier(const YamlNode& node) {
  YamlMap map(node, "outliers");
  OutlierRule out;
  out.where = node.where;
  out.element = map.text("element");
  out.against = pick<OutlierRule::Against>(map, "against",
                                           {{"own_history", OutlierRule::Against::own_history},
                                            {"peers", OutlierRule::Against::peers},
                                            {"previous", OutlierRule::Against::previous}});
  if (const YamlNode* limit = map.find("limit")) {
    out.limit = policy::decimal_of(*limit, "limit");
    if (out.limit->sign() <= 0) bad(limit->where, "limit 应大于 0", "limit is above 0");
  }
  out.least = within(map, "least", 1, 1000, out.against == OutlierRule::Against::previous ? 1 : 5);
  out.verified = map.boolean_or("verified", false);
  out.source = map.source_or_none();
  map.finish();
  return out;
}

DataSet read_set(YamlMap& map, const SourceFile& file) {
  DataSet out;
  const YamlNode& name = map.require("data_set");
  require_name(name, '-');
  out.name = name.scalar;
  out.where = name.where;
  out.pack = file.pack;
  out.hash = sha256_hex(file.text);
  out.title = map.bilingual("title");
  out.explanation = map.bilingual("explanation");
  out.source = map.source();
  out.verified = map.boolean_or("verified", true);
  out.period = pick<Granularity>(
      map, "period",
      {{"year", Granularity::year}, {"quarter", Granularity::quarter}, {"month", Granularity::month}});
  const YamlNode& first = map.require("first");
  try {
    out.first = Period::parse(policy::scalar_of(first, "first")).to_string();
    if (Period::parse(out.first).granularity() != out.period)
      bad(first.where, "first 与 period 不符", "first is not of the kind `period` says");
  } catch (const Error& e) {
    throw e.at(first.where);
  }
  each_named(map, "groups", [&](const YamlNode& key, const YamlNode& value) {
    YamlMap group(value, key.scalar);
    out.groups.push_back({group.bilingual("label"), group.texts("elements")});
    group.finish();
  });
  YamlMap units(map.require("organisations"), "organisations");
  out.kinds = units.texts("kinds");
  out.organisations = units.texts("list");
  units.finish();
  if (out.kinds.empty() == out.organisations.empty())
    bad(out.where, "organisations 写 kinds 或 list 之一", "organisations: say one of kinds, list");
  out.opens = read_term(map, "opens");
  out.due = read_term(map, "due");
  out.closes = read_term(map, "closes");
  out.fill = map.texts("fill");
  out.office = map.texts("office");
  out.readers = map.texts("readers");
  if (out.fill.empty() || out.office.empty())
    bad(out.where, "要写 fill 和 office（角色）", "fill and office (roles) are needed");
  const YamlNode& levels = map.require("levels");
  for (const YamlNode& item : levels.items) {
    YamlMap level(item, "levels");
    out.levels.push_back(
        {level.text("name"), level.bilingual("label"), level.texts("roles"), level.boolean_or("own", false)});
    if (out.levels.back().roles.empty()) bad(item.where, "这一级没有角色", "this level has no role");
    level.finish();
  }
  if (out.levels.empty()) bad(levels.where, "至少要有一级审核", "there must be a level of approval");
  each_named(map, "rules",
             [&](const YamlNode& key, const YamlNode& value) { out.rules.push_back(read_rule(key, value)); });
  if (const YamlNode* outliers = map.find("outliers"))
    for (const YamlNode& item : outliers->items) out.outliers.push_back(read_outlier(item));
  map.finish();
  return out;
}

policy::Formula formula_of(const std::string& name, const std::string& text, const Unit& unit,
                           const Where& where) {
  policy::Formula out;
  out.name = name;
  out.type.unit = unit;
  out.text = text;
  out.where = where;
  out.shown = false;
  return out;
}

// One rule holds every formula: the elements are its inputs.
std::shared_ptr<const policy::CompiledRule> compiled(const Book& book) {
  policy::Rule rule;
  rule.name = "reporting";
  rule.title = {"报表", "reports"};
  for (const auto& [code, element] : book.elements) {
    policy::Input input;
    input.name = code;
    input.type.unit = element.unit;
    input.optional = true;
    input.where = element.where;
    rule.inputs.push_back(std::move(input));
  }
  for (const auto& [code, i] : book.indicators) {
    rule.formulas.push_back(formula_of(numerator_of(code), i.numerator, i.numerator_unit, i.where));
    rule.formulas.push_back(
        formula_of(denominator_of(code), i.denominator, i.denominator_unit, i.denominator_where));
  }
  for (const auto& [name, set] : book.sets)
    for (const CheckRule& check : set.rules) {
      if (check.op == Operator::pair || check.op == Operator::exclusive) continue;
      rule.formulas.push_back(
          formula_of(side_of(name, check.name, true), check.left.formula, check.unit, check.left.where));
      rule.formulas.push_back(
          formula_of(side_of(name, check.name, false), check.right.formula, check.unit, check.right.where));
    }
  if (rule.formulas.empty()) rule.formulas.push_back(formula_of("nothing", "0", Unit(), {}));
  return policy::compile(std::move(rule),
                         [](const std::string&, const std::string&) { return std::nullopt; });
}

void check_set(const Book& book, const DataSet& set) {
  std::set<std::string> seen;
  const auto known = [&](const std::string& code, const Where& where) {
    if (book.elements.contains(code)) return;
    std::vector<std::string> all;
    for (const auto& [name, element] : book.elements) all.push_back(name);
    const auto near = near_misses(code, all);
    bad(where, fmt::format("没有数据项“{}”", code), fmt::format("there is no element \"{}\"", code),
        near.empty() ? Text{} : Text{"是不是：" + near.front(), "did you mean " + near.front() + "?"});
  };
  for (const Group& group : set.groups)
    for (const std::string& code : group.elements) {
      known(code, set.where);
      if (!seen.insert(code).second)
        bad(set.where, fmt::format("数据项“{}”写了两遍", code),
            fmt::format("the element \"{}\" stands twice", code));
    }
  if (seen.empty()) bad(set.where, "一项数据也没有", "there is no element in it");
  for (const OutlierRule& rule : set.outliers)
    if (!seen.contains(rule.element))
      bad(rule.where, fmt::format("本表没有数据项“{}”", rule.element),
          fmt::format("this set has no element \"{}\"", rule.element));
  for (const CheckRule& check : set.rules)
    if (check.op == Operator::pair || check.op == Operator::exclusive)
      for (const Side* side : {&check.left, &check.right})
        if (!seen.contains(side->formula))
          bad(side->where, fmt::format("本表没有数据项“{}”", side->formula),
              fmt::format("this set has no element \"{}\"", side->formula));
}

}  // namespace

std::string_view to_string(Nature nature) {
  return name_in(natures, nature);
}
std::string_view to_string(Merge merge) {
  return name_in(merges, merge);
}
std::string_view to_string(Prefill::From from) {
  return name_in(origins, from);
}

std::vector<std::string> DataSet::elements() const {
  std::vector<std::string> out;
  for (const Group& group : groups) out.insert(out.end(), group.elements.begin(), group.elements.end());
  return out;
}

std::string numerator_of(const std::string& indicator) {
  return "n_" + indicator;
}
std::string denominator_of(const std::string& indicator) {
  return "d_" + indicator;
}
std::string side_of(const std::string& set, const std::string& rule, bool left) {
  std::string name = fmt::format("{}_{}_{}", left ? "l" : "r", set, rule);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Book read_book(const std::vector<SourceFile>& files) {
  Book out;
  std::set<std::pair<std::string, std::string>> seen;  // pack and name
  const auto once = [&](const std::string& pack, const std::string& name, const Where& where) {
    if (!seen.emplace(pack, name).second)
      bad(where, fmt::format("“{}”在本包中已声明", name),
          fmt::format("\"{}\" is declared in this pack already", name));
  };
  for (const SourceFile& file : files) {
    const YamlNode root = policy::parse_yaml(file.text, file.path);
    YamlMap map(root, "reporting");
    if (map.find("data_set") != nullptr) {
      DataSet set = read_set(map, file);
      once(file.pack, set.name, set.where);
      out.sets.insert_or_assign(set.name, std::move(set));
      continue;
    }
    each_named(map, "elements", [&](const YamlNode& key, const YamlNode& value) {
      once(file.pack, key.scalar, key.where);
      out.elements.insert_or_assign(key.scalar, read_element(key, value, file.pack));
    });
    each_named(map, "indicators", [&](const YamlNode& key, const YamlNode& value) {
      once(file.pack, key.scalar, key.where);
      out.indicators.insert_or_assign(key.scalar, read_indicator(key, value, file.pack));
    });
    map.finish();
  }
  for (const auto& [name, set] : out.sets) check_set(out, set);
  out.formulas = compiled(out);
  return out;
}

Book load_book(const std::vector<std::pair<std::string, policy::PackContext>>& folders) {
  std::vector<SourceFile> files;
  for (const auto& [folder, context] : folders)
    for (const std::string& file : policy::files_in(folder + "/reporting", ".yaml"))
      files.push_back({file, read_file(file), context.pack});
  return read_book(files);
}

}  // namespace tributary::reporting
