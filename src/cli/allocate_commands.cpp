// allocate, rank: calculators, no database.
#include "allocate/allocate.h"
#include "allocate/rank.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tributary::cli {
namespace {

using allocate::Allocation;
using allocate::Branch;
using allocate::Method;

std::ifstream opened(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) read_file(path);  // says why
  return in;
}

// A decimal where it is one, else the fraction.
std::string exact(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? value.to_fraction() : text;
}
std::string rounded(const Rational& value, int places = 6) {
  return value.to_decimal(places, Rounding::half_even).normalized().to_string();
}
Json maybe(const std::optional<Rational>& value) {
  return value ? Json(exact(*value)) : Json();
}

Error bad(const std::string& option, const std::string& text, const Text& expected) {
  return {codes::bad_usage,
          {fmt::format("{} 的值“{}”有误：{}", option, text, expected.zh), fmt::format("{}: \"{}\" is wrong: {}", option, text, expected.en)}, {}, {}};
}

Rational number(const std::string& option, std::string_view text) {
  if (const auto value = Decimal::try_parse(trim(text)); value && value->sign() >= 0) return Rational(*value);
  throw bad(option, std::string(text), {"应为不小于零的数", "a number of at least zero is expected"});
}
// «5» or «5%», as a part of one.
Rational percent(const std::string& option, std::string_view text) {
  if (text.ends_with("%")) text.remove_suffix(1);
  const Rational out = number(option, text) * Rational::from_fraction(1, 100);
  if (out > Rational(1)) throw bad(option, std::string(text), {"不得超过 100%", "at most 100 % are possible"});
  return out;
}
// NAME=NUMBER
std::pair<std::string, std::string> assignment(const std::string& option, const std::string& text) {
  const auto at = text.rfind('=');
  if (at == std::string::npos || at == 0) throw bad(option, text, {"应为 名称=数", "NAME=NUMBER is expected"});
  return {text.substr(0, at), text.substr(at + 1)};
}

struct AllocateArguments {
  std::string method;
  std::string input;
  std::string cap;
  std::string reserve = "0";
  std::string bounds = "table";
  std::string unit = "0.000001";
  std::vector<std::string> criteria;
  std::vector<std::string> points;
  std::vector<std::string> reductions;
  bool keep_order = false;
};

Method method_of(std::string_view name) {
  if (const auto method = allocate::parse_method(name)) return *method;
  std::vector<std::string> known;
  for (const Method method : allocate::all_methods) known.emplace_back(to_string(method));
  const auto close = near_misses(name, known);
  throw Error(codes::bad_usage, {fmt::format("没有分配方法“{}”", name), fmt::format("there is no method \"{}\"", name)}, {},
              close.empty() ? Text{fmt::format("可用：{}、all", fmt::join(known, "、")), fmt::format("there are: {}, all", fmt::join(known, ", "))}
                            : Text{fmt::format("是否想用“{}”？", close[0]), fmt::format("did you mean \"{}\"?", close[0])});
}

allocate::Criterion criterion_of(std::string text) {
  allocate::Criterion out;
  if (text.starts_with("-")) {
    out.less_is_more = true;
    text.erase(0, 1);
  }
  if (text.find('=') != std::string::npos) {
    const auto [name, weight] = assignment("--criteria", text);
    out.weight = number("--criteria", weight);
    text = name;
  }
  out.column = text;
  return out;
}

void set_bounds(allocate::Table& table, allocate::Options& options, const std::string& bounds) {
  if (bounds == "table") return;
  if (bounds == "none") {
    for (allocate::Unit& unit : table.units) {
      unit.values.erase("floor");
      unit.values.erase("cap");
    }
    return;
  }
  const Text expected{"应为 table、none 或 cut:最少%..最多%（如 cut:5..40）", "table, none or cut:LEAST%..MOST% is expected (as cut:5..40)"};
  const auto dots = bounds.find("..");
  if (!bounds.starts_with("cut:") || dots == std::string::npos) throw bad("--bounds", bounds, expected);
  options.least_cut = percent("--bounds", std::string_view(bounds).substr(4, dots - 4));
  options.most_cut = percent("--bounds", std::string_view(bounds).substr(dots + 2));
  if (*options.least_cut > *options.most_cut) throw bad("--bounds", bounds, expected);
}

Json allocation_json(const Allocation& a, const allocate::Options& options) {
  Json shares = Json::array();
  std::vector<std::string> criteria;
  for (const allocate::Gini& g : a.ginis) criteria.push_back(g.criterion);
  for (const allocate::Share& share : a.shares) {
    Json one{{"unit", share.unit}, {"amount", exact(share.amount)}, {"exact", exact(share.exact)}};
    if (share.current) {
      one["current"] = exact(*share.current);
      one["change"] = exact(share.amount - *share.current);
    }
    for (std::size_t j = 0; j < share.contribution.size(); ++j)
      one["contribution"][criteria[j]] = share.contribution[j] ? Json(rounded(*share.contribution[j], 9)) : Json();
    shares.push_back(std::move(one));
  }
  Json ginis = Json::array();
  for (const allocate::Gini& g : a.ginis)
    ginis.push_back({{"criterion", g.criterion}, {"before", g.before ? Json(rounded(*g.before, 9)) : Json()}, {"after", rounded(g.after, 9)},
                     {"alert", g.after > Rational::from_fraction(4, 10)}});
  Json findings = Json::array();
  for (const allocate::Finding& f : a.findings) {
    Json one{{"kind", f.kind}};
    if (!f.of.empty()) one["of"] = f.of;
    one["value"] = rounded(f.value, 9);
    findings.push_back(std::move(one));
  }
  return {{"method", to_string(a.method)}, {"title", json_of(title(a.method))}, {"cap", exact(a.cap)}, {"reserve", exact(a.reserve)},
          {"unit", exact(options.unit)},   {"shares", shares},                  {"gini", ginis},       {"cost", maybe(a.cost)},
          {"gaining", a.gaining},          {"losing", a.losing},                {"moved", rounded(a.moved)}, {"findings", findings}};
}

Text kind_of(const std::string& kind) {
  static const std::map<std::string, Text> names{{"marginal-cost", {"边际费用", "marginal cost"}},
                                                 {"point-price", {"断面影子价格", "price of a river point"}},
                                                 {"criterion-weight", {"指标权重", "weight of a criterion"}},
                                                 {"closeness", {"贴近度", "closeness"}},
                                                 {"shortage", {"缺额率", "rate of shortage"}},
                                                 {"gini-sum", {"基尼系数之和", "sum of Ginis"}}};
  return names.at(kind);
}

void print(Context& c, const Allocation& a, const std::string& within) {
  document::Table table;
  const Text name = title(a.method);
  table.caption = {fmt::format("{}{}：总量 {}，预留 {}", within.empty() ? "" : within + " · ", name.zh, a.cap.to_string(), a.reserve.to_string()),
                   fmt::format("{}{}: cap {}, reserve {}", within.empty() ? "" : within + " · ", name.en, a.cap.to_string(), a.reserve.to_string())};
  table.columns = {{{"单位", "unit"}}, {{"分配量", "share"}, document::CellKind::number}, {{"现状", "current"}, document::CellKind::number},
                   {{"增减", "change"}, document::CellKind::number}};
  for (const allocate::Gini& g : a.ginis)
    table.columns.push_back({{fmt::format("绿色贡献（{}）", g.criterion), fmt::format("contribution ({})", g.criterion)}, document::CellKind::number});
  for (const allocate::Share& share : a.shares) {
    std::vector<document::Cell> row{share.unit, document::number_cell(share.amount.to_decimal()),
                                    share.current ? document::number_cell(share.current->to_decimal()) : document::Cell("-"),
                                    share.current ? document::number_cell((share.amount - *share.current).to_decimal()) : document::Cell("-")};
    for (const auto& part : share.contribution) row.push_back(part ? document::number_cell(part->to_decimal(3, Rounding::half_even)) : document::Cell("-"));
    table.rows.push_back(std::move(row));
  }
  c.print(table);
  for (const allocate::Gini& g : a.ginis) {
    const std::string before = g.before ? rounded(*g.before) : "-";
    const bool alert = g.after > Rational::from_fraction(4, 10);
    c.line({fmt::format("基尼系数（{}）：{} → {}{}", g.criterion, before, rounded(g.after), alert ? "，超过警戒线 0.4" : ""),
            fmt::format("Gini ({}): {} → {}{}", g.criterion, before, rounded(g.after), alert ? ", above the alert line of 0.4" : "")});
  }
  if (a.cost) c.line({fmt::format("减排费用：{}", rounded(*a.cost, 2)), fmt::format("cost of cutting: {}", rounded(*a.cost, 2))});
  for (const allocate::Finding& f : a.findings) {
    const Text kind = kind_of(f.kind);
    const std::string of = f.of.empty() ? "" : " " + f.of;
    c.line({fmt::format("{}{}：{}", kind.zh, of, rounded(f.value)), fmt::format("{}{}: {}", kind.en, of, rounded(f.value))});
  }
}

struct Attempt {
  Method method;
  std::optional<Allocation> allocation;
  std::optional<Error> refused;
};

// Side by side: the shares, and the figures to choose by.
void compare(Context& c, const allocate::Table& units, const std::vector<Attempt>& attempts) {
  document::Table table;
  table.caption = {"各方法比较", "The methods side by side"};
  table.columns = {{{"", ""}}};
  std::vector<const Allocation*> done;
  for (const Attempt& attempt : attempts)
    if (attempt.allocation) {
      done.push_back(&*attempt.allocation);
      table.columns.push_back({title(attempt.method), document::CellKind::number});
    }
  const auto row = [&](Text head, const auto& value) {
    std::vector<document::Cell> cells{document::Cell(std::move(head))};
    for (const Allocation* a : done) {
      const std::optional<Decimal> shown = value(*a);
      cells.push_back(shown ? document::number_cell(*shown) : document::Cell("-"));
    }
    table.rows.push_back(std::move(cells));
  };
  const auto short_form = [](const Rational& value, int places) { return value.to_decimal(places, Rounding::half_even).normalized(); };
  if (!done.empty()) {
    for (std::size_t i = 0; i < units.units.size(); ++i)
      row({units.units[i].id, units.units[i].id}, [&](const Allocation& a) { return std::optional(short_form(a.shares[i].amount, 6)); });
    row({"预留", "reserve"}, [&](const Allocation& a) { return std::optional(short_form(a.reserve, 6)); });
    for (std::size_t j = 0; j < done[0]->ginis.size(); ++j)
      row({fmt::format("基尼系数（{}）", done[0]->ginis[j].criterion), fmt::format("Gini ({})", done[0]->ginis[j].criterion)},
          [&](const Allocation& a) { return std::optional(short_form(a.ginis[j].after, 4)); });
    row({"减排费用", "cost of cutting"}, [&](const Allocation& a) { return a.cost ? std::optional(short_form(*a.cost, 2)) : std::nullopt; });
    row({"增加的单位数", "units gaining"}, [](const Allocation& a) { return std::optional(Decimal(a.gaining)); });
    row({"减少的单位数", "units losing"}, [](const Allocation& a) { return std::optional(Decimal(a.losing)); });
    row({"与等比例相比转移的量", "moved against equal proportion"}, [&](const Allocation& a) { return std::optional(short_form(a.moved, 6)); });
    c.print(table);
  }
  for (const Attempt& attempt : attempts) {
    if (!attempt.refused) continue;
    const Text name = title(attempt.method);
    c.line({fmt::format("未算“{}”：{}", name.zh, attempt.refused->message().zh), fmt::format("Not made: {} – {}", name.en, attempt.refused->message().en)});
  }
}

int run_allocate(Context& c, const AllocateArguments& a) {
  std::ifstream in = opened(a.input);
  allocate::Table table = allocate::read_table(in, a.input);
  allocate::Options options;
  options.cap = number("--cap", a.cap);
  options.unit = number("--unit", a.unit);
  options.keep_order = a.keep_order;
  for (const std::string& list : a.criteria)
    for (const std::string_view one : split(list, ',')) options.criteria.push_back(criterion_of(std::string(trim(one))));
  for (const std::string& point : a.points) {
    const auto [name, most] = assignment("--point", point);
    options.points.push_back({name, number("--point", most), {}});
  }
  for (const std::string& point : a.reductions) {
    const auto [name, least] = assignment("--reduce", point);
    options.points.push_back({name, {}, number("--reduce", least)});
  }
  set_bounds(table, options, a.bounds);
  const std::vector<std::string_view> reserves = split(a.reserve, '/');
  const auto reserve = [&](std::size_t depth) { return reserves[std::min(depth, reserves.size() - 1)]; };
  if (!a.reserve.ends_with("%") && reserves.size() == 1)
    options.reserve = number("--reserve", a.reserve);
  else if (options.unit.sign() > 0)
    options.reserve = (options.cap * percent("--reserve", reserve(0)) / options.unit).ceil() * options.unit;

  if (table.units.end() != std::find_if(table.units.begin(), table.units.end(), [](const allocate::Unit& u) { return !u.parent.empty(); })) {
    std::vector<allocate::Level> levels;
    for (const std::string_view name : split(a.method, '/')) levels.push_back({method_of(trim(name)), {}});
    const bool parts = a.reserve.ends_with("%") || reserves.size() > 1;
    for (std::size_t depth = 0; depth < std::max(levels.size(), reserves.size()); ++depth) {
      if (depth == levels.size()) levels.push_back(levels.back());
      levels[depth].reserve_part = parts ? percent("--reserve", reserve(depth)) : Rational(0);
    }
    const std::vector<Branch> branches = allocate_levels(table, levels, options);
    Json out = Json::array();
    for (const Branch& branch : branches) {
      if (!c.json()) {
        print(c, branch.allocation, branch.parent);
        continue;
      }
      Json one = allocation_json(branch.allocation, options);
      one["parent"] = branch.parent;
      out.push_back(std::move(one));
    }
    if (c.json()) c.print(Json{{"levels", out}});
    return 0;
  }
  std::vector<Attempt> attempts;
  if (a.method == "all")
    for (const Method method : allocate::all_methods) attempts.push_back({method, {}, {}});
  else
    for (const std::string_view name : split(a.method, ',')) attempts.push_back({method_of(trim(name)), {}, {}});
  if (attempts.size() == 1) {
    const Allocation allocation = allocate::allocate(table, attempts[0].method, options);
    if (c.json())
      c.print(allocation_json(allocation, options));
    else
      print(c, allocation, "");
    return 0;
  }
  Json methods = Json::array(), refused = Json::array();
  for (Attempt& attempt : attempts) {
    try {
      attempt.allocation = allocate::allocate(table, attempt.method, options);
      methods.push_back(allocation_json(*attempt.allocation, options));
    } catch (const Error& e) {
      attempt.refused = e;
      refused.push_back({{"method", to_string(attempt.method)}, {"error", fmt::format("{}.{}", e.code().module, e.code().name)}, {"message", json_of(e.message())}});
    }
  }
  if (methods.empty()) throw *attempts[0].refused;
  if (c.json())
    c.print(Json{{"methods", methods}, {"refused", refused}});
  else
    compare(c, table, attempts);
  return 0;
}

struct RankArguments {
  std::string rule = "feebate";
  std::string input;
  std::string price = "0";
  int places = 0;
  std::string pays = "0";
  std::string receives;
};

std::string yuan(std::int64_t fen) {
  return (Rational::from_int(fen) * Rational::from_fraction(1, 100)).to_decimal(2, Rounding::half_even).to_fixed(2);
}

int run_rank(Context& c, const RankArguments& a) {
  std::ifstream in = opened(a.input);
  const auto units = allocate::read_rank_table(in, a.input);
  allocate::RankOptions options;
  const auto rule = allocate::parse_rank_rule(a.rule);
  if (!rule) throw bad("--rule", a.rule, {"应为 tier、feebate 或 pool", "tier, feebate or pool is expected"});
  options.rule = *rule;
  options.price = number("--price", a.price);
  options.places = a.places;
  options.pays = number("--pays", a.pays);
  if (!a.receives.empty()) options.receives = number("--receives", a.receives);
  const allocate::Ranking ranking = rank(units, options);
  if (c.json()) {
    Json groups = Json::array();
    for (const allocate::RankGroup& group : ranking.groups) {
      Json standings = Json::array();
      for (const allocate::Standing& s : group.standings)
        standings.push_back({{"rank", s.rank}, {"unit", s.id}, {"intensity", exact(s.intensity)}, {"exact", exact(s.exact)}, {"amount", yuan(s.fen)}});
      groups.push_back({{"group", group.name}, {"mean", exact(group.mean)}, {"treasury", yuan(group.treasury_fen)}, {"units", standings}});
    }
    c.print(Json{{"rule", to_string(options.rule)}, {"groups", groups}, {"excluded", ranking.excluded}});
    return 0;
  }
  for (const allocate::RankGroup& group : ranking.groups) {
    document::Table table;
    table.caption = {fmt::format("{}排放强度排名，平均 {}", group.name.empty() ? "" : group.name + "：", rounded(group.mean)),
                     fmt::format("{}ranking by emission intensity, mean {}", group.name.empty() ? "" : group.name + ": ", rounded(group.mean))};
    table.columns = {{{"名次", "rank"}, document::CellKind::number}, {{"单位", "unit"}}, {{"强度", "intensity"}, document::CellKind::number},
                     {{"得（付）元", "receives (pays), yuan"}, document::CellKind::money}};
    for (const allocate::Standing& s : group.standings)
      table.rows.push_back({document::number_cell(Decimal(s.rank)), document::Cell(s.id), document::number_cell(s.intensity.to_decimal(6, Rounding::half_even)),
                            document::money_cell(Decimal::parse(yuan(s.fen)))});
    if (group.treasury_fen != 0)
      table.rows.push_back({document::Cell("-"), document::Cell(Text{"财政", "treasury"}), document::Cell("-"), document::money_cell(Decimal::parse(yuan(group.treasury_fen)))});
    c.print(table);
  }
  if (!ranking.excluded.empty())
    c.line({fmt::format("产出不大于零，未排名：{}", fmt::join(ranking.excluded, "、")), fmt::format("Not ranked, without output: {}", fmt::join(ranking.excluded, ", "))});
  return 0;
}

}  // namespace

void add_allocate_commands(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("allocate", "把总量分配给乡镇或企业 / divide a cap among townships or enterprises");
  const auto a = std::make_shared<AllocateArguments>();
  command->add_option("--method", a->method,
                      "方法 / method: grandfather, benchmark, water-fill, entropy, topsis, gini, least-cost, minimax; 逗号分隔或 all 并列比较 / "
                      "several by comma, or all, side by side; 有上级时 gini/grandfather 逐级 / by level where units have parents")
      ->required();
  command->add_option("--input", a->input, "CSV: unit, current, floor, cap … (docs/allocation.md)")->required();
  command->add_option("--cap", a->cap, "总量 / cap")->required();
  command->add_option("--reserve", a->reserve, "预留：数量或 5%，逐级 5%/2% / reserve: an amount or 5%, by level 5%/2%")->capture_default_str();
  command->add_option("--bounds", a->bounds, "上下限 / bounds: table (floor, cap), none, cut:5..40 (每个单位削减 5%–40% / each cut by 5 to 40 %)")->capture_default_str();
  command->add_option("--unit", a->unit, "登记单位 / registry unit; 0.000001 = 1 g of 1 t")->capture_default_str();
  command->add_option("--criteria", a->criteria, "指标列 / criteria: population,gdp=2,-intensity (=权重 / weight; - 越小越多 / less is more)")->allow_extra_args(false);
  command->add_option("--point", a->points, "断面=最大入河量 / river point=most that may arrive (columns t:POINT)")->allow_extra_args(false);
  command->add_option("--reduce", a->reductions, "断面=最少削减量 / river point=least reduction there")->allow_extra_args(false);
  command->add_flag("--keep-order", a->keep_order, "gini：保持现有大小次序 / keep the order of today");
  command->footer(
      "例 / examples:\n"
      "  tributary allocate --method gini --input towns.csv --cap 50 --bounds cut:5..40\n"
      "  tributary allocate --method all --input towns.csv --cap 50 --reserve 5%\n");
  command->callback([=, &action] { action = [=](Context& c) { return run_allocate(c, *a); }; });

  auto* rank_command = app.add_subcommand("rank", "排放强度排名与区域补偿试算 / emission intensity ranking and what it would pay");
  const auto r = std::make_shared<RankArguments>();
  rank_command->add_option("--input", r->input, "CSV: unit, group, emission, output, points")->required();
  rank_command->add_option("--rule", r->rule, "tier, feebate, pool")->capture_default_str();
  rank_command->add_option("--price", r->price, "feebate：元/单位排放；pool：元/分 / yuan per unit of emission, or per point");
  rank_command->add_option("--places", r->places, "tier：付、得的名额 / how many pay and how many receive");
  rank_command->add_option("--pays", r->pays, "tier：每名付（元） / yuan each pays");
  rank_command->add_option("--receives", r->receives, "tier：每名得（元），默认同付 / yuan each receives, as it pays unless given; 差额归财政 / the difference is the treasury's");
  rank_command->footer("例 / example: tributary rank --input towns.csv --rule feebate --price 2000");
  rank_command->callback([=, &action] { action = [=](Context& c) { return run_rank(c, *r); }; });
}

}  // namespace tributary::cli
