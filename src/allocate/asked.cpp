#include "allocate/asked.h"

#include "allocate/codes.h"
#include "allocate/record.h"
#include "base/text.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::allocate {
namespace {

Error wrong(const std::string& option, std::string_view text, const Text& expected) {
  return {codes::bad_option,
          {fmt::format("{} 的值“{}”有误：{}", option, text, expected.zh),
           fmt::format("{}: \"{}\" is wrong: {}", option, text, expected.en)},
          {{}, 0, 0, option},
          {}};
}

// At least zero.
Rational figure(const std::string& option, std::string_view text) {
  if (const auto value = Decimal::try_parse(trim(text)); value && value->sign() >= 0) return Rational(*value);
  throw wrong(option, text, {"应为不小于零的数", "a number of at least zero is expected"});
}

// «5» or «5%», as a part of one.
Rational part(const std::string& option, std::string_view text) {
  text = trim(text);
  if (text.ends_with("%")) text.remove_suffix(1);
  const Rational out = figure(option, text) * Rational::from_fraction(1, 100);
  if (out > Rational(1)) throw wrong(option, text, {"不得超过 100%", "at most 100 % are possible"});
  return out;
}

// NAME=VALUE
std::pair<std::string, Rational> assignment(const std::string& option, const std::string& text) {
  const auto at = text.rfind('=');
  if (at == std::string::npos || at == 0)
    throw wrong(option, text, {"应为 名称=数", "NAME=NUMBER is expected"});
  return {text.substr(0, at), figure(option, std::string_view(text).substr(at + 1))};
}

Method method_of(std::string_view name) {
  name = trim(name);
  if (const auto method = parse_method(name)) return *method;
  std::vector<std::string> known;
  for (const Method method : all_methods) known.emplace_back(to_string(method));
  const auto close = near_misses(name, known);
  throw Error(codes::bad_option,
              {fmt::format("没有分配方法“{}”", name), fmt::format("there is no method \"{}\"", name)},
              {{}, 0, 0, "method"},
              close.empty() ? Text{fmt::format("可用：{}、all", fmt::join(known, "、")),
                                   fmt::format("there are: {}, all", fmt::join(known, ", "))}
                            : Text{fmt::format("是否想用“{}”？", close[0]),
                                   fmt::format("did you mean \"{}\"?", close[0])});
}

Criterion criterion_of(std::string text) {
  Criterion out;
  if (text.starts_with("-")) {
    out.less_is_more = true;
    text.erase(0, 1);
  }
  if (text.find('=') != std::string::npos) {
    auto [name, weight] = assignment("criteria", text);
    out.weight = std::move(weight);
    text = std::move(name);
  }
  out.column = text;
  return out;
}

void set_bounds(Table& table, Options& options, const std::string& bounds) {
  if (bounds == "table") return;
  if (bounds == "none") {
    for (Unit& unit : table.units) {
      unit.values.erase("floor");
      unit.values.erase("cap");
    }
    return;
  }
  const Text expected{"应为 table、none 或 cut:最少%..最多%（如 cut:5..40）",
                      "table, none or cut:LEAST%..MOST% is expected (as cut:5..40)"};
  const auto dots = bounds.find("..");
  if (!bounds.starts_with("cut:") || dots == std::string::npos) throw wrong("bounds", bounds, expected);
  options.least_cut = part("bounds", std::string_view(bounds).substr(4, dots - 4));
  options.most_cut = part("bounds", std::string_view(bounds).substr(dots + 2));
  if (*options.least_cut > *options.most_cut) throw wrong("bounds", bounds, expected);
}

void by_line(Allocation& a) {
  std::sort(a.shares.begin(), a.shares.end(), [](const Share& x, const Share& y) { return x.line < y.line; });
}

Options options_of(Table& table, const Asked& asked) {
  Options out;
  out.cap = figure("cap", asked.cap);
  out.unit = figure("unit", asked.unit);
  out.keep_order = asked.keep_order;
  for (const std::string& list : asked.criteria)
    for (const std::string_view one : split(list, ','))
      out.criteria.push_back(criterion_of(std::string(trim(one))));
  for (const std::string& point : asked.points) {
    auto [name, most] = assignment("point", point);
    out.points.push_back({name, most, {}});
  }
  for (const std::string& point : asked.reductions) {
    auto [name, least] = assignment("reduce", point);
    out.points.push_back({name, {}, least});
  }
  set_bounds(table, out, asked.bounds);
  return out;
}

}  // namespace

Outcome compute(Table table, const Asked& asked) {
  Outcome out;
  const auto record = [&out, given = table, words = asked](std::string_view method) {
    Asked of_one = words;
    of_one.method = method;
    out.records[of_one.method] = record_of(given, of_one);
  };
  out.options = options_of(table, asked);
  Options& options = out.options;
  const std::vector<std::string_view> reserves = split(asked.reserve, '/');
  const auto reserve = [&](std::size_t depth) { return reserves[std::min(depth, reserves.size() - 1)]; };
  const bool parts = asked.reserve.ends_with("%") || reserves.size() > 1;
  if (!parts)
    options.reserve = figure("reserve", asked.reserve);
  else if (options.unit.sign() > 0)
    options.reserve = (options.cap * part("reserve", reserve(0)) / options.unit).ceil() * options.unit;

  if (std::any_of(table.units.begin(), table.units.end(), [](const Unit& u) { return !u.parent.empty(); })) {
    const std::vector<std::string_view> ways = split(asked.method, ',');
    for (const std::string_view way : ways) {
      std::vector<Level> levels;
      for (const std::string_view name : split(way, '/')) levels.push_back({method_of(name), {}});
      for (std::size_t depth = 0; depth < std::max(levels.size(), reserves.size()); ++depth) {
        if (depth == levels.size()) levels.push_back(levels.back());
        levels[depth].reserve_part = parts ? part("reserve", reserve(depth)) : Rational(0);
      }
      LevelAttempt& attempt = out.levels.emplace_back(LevelAttempt{std::string(trim(way)), {}, {}});
      try {
        attempt.branches = allocate_levels(table, levels, options);
      } catch (const Error& e) {
        if (ways.size() == 1) throw;
        attempt.refused = e;
        continue;
      }
      record(attempt.method);
      for (Branch& branch : attempt.branches) by_line(branch.allocation);
    }
    return out;
  }
  if (asked.method == "all")
    for (const Method method : all_methods) out.attempts.push_back({method, {}, {}});
  else
    for (const std::string_view name : split(asked.method, ','))
      out.attempts.push_back({method_of(name), {}, {}});
  for (Attempt& attempt : out.attempts) {
    try {
      attempt.allocation = allocate(table, attempt.method, options);
      by_line(*attempt.allocation);
      record(to_string(attempt.method));
    } catch (const Error& e) {
      attempt.refused = e;
    }
  }
  return out;
}

RankOptions rank_options(const RankAsked& asked) {
  RankOptions out;
  const auto rule = parse_rank_rule(asked.rule);
  if (!rule)
    throw wrong("rule", asked.rule, {"应为 tier、feebate 或 pool", "tier, feebate or pool is expected"});
  out.rule = *rule;
  out.price = figure("price", asked.price);
  out.places = asked.places;
  out.pays = figure("pays", asked.pays);
  if (!asked.receives.empty()) out.receives = figure("receives", asked.receives);
  return out;
}

}  // namespace tributary::allocate
