// allocate: a calculator, no database.
#include "allocate/allocate.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/figures.h"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tributary::cli {
namespace {

using allocate::Allocation;
using allocate::Branch;
using allocate::Method;

Json maybe(const std::optional<Rational>& value) {
  return value ? Json(exact(*value)) : Json();
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
  throw Error(codes::bad_usage,
              {fmt::format("没有分配方法“{}”", name), fmt::format("there is no method \"{}\"", name)}, {},
              close.empty() ? Text{fmt::format("可用：{}、all", fmt::join(known, "、")),
                                   fmt::format("there are: {}, all", fmt::join(known, ", "))}
                            : Text{fmt::format("是否想用“{}”？", close[0]),
                                   fmt::format("did you mean \"{}\"?", close[0])});
}

allocate::Criterion criterion_of(std::string text) {
  allocate::Criterion out;
  if (text.starts_with("-")) {
    out.less_is_more = true;
    text.erase(0, 1);
  }
  if (text.find('=') != std::string::npos) {
    const auto [name, weight] = assignment("--criteria", text);
    out.weight = number_option("--criteria", weight);
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
  const Text expected{"应为 table、none 或 cut:最少%..最多%（如 cut:5..40）",
                      "table, none or cut:LEAST%..MOST% is expected (as cut:5..40)"};
  const auto dots = bounds.find("..");
  if (!bounds.starts_with("cut:") || dots == std::string::npos)
    throw bad_option("--bounds", bounds, expected);
  options.least_cut = percent_option("--bounds", std::string_view(bounds).substr(4, dots - 4));
  options.most_cut = percent_option("--bounds", std::string_view(bounds).substr(dots + 2));
  if (*options.least_cut > *options.most_cut) throw bad_option("--bounds", bounds, expected);
}

// As the rows of the file stand.
void by_line(Allocation& a) {
  std::sort(a.shares.begin(), a.shares.end(),
            [](const allocate::Share& x, const allocate::Share& y) { return x.line < y.line; });
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
      one["contribution"][criteria[j]] =
          share.contribution[j] ? Json(rounded(*share.contribution[j], 9)) : Json();
    shares.push_back(std::move(one));
  }
  Json ginis = Json::array();
  for (const allocate::Gini& g : a.ginis)
    ginis.push_back({{"criterion", g.criterion},
                     {"before", g.before ? Json(rounded(*g.before, 9)) : Json()},
                     {"after", rounded(g.after, 9)},
                     {"alert", g.after > Rational::from_fraction(4, 10)}});
  Json findings = Json::array();
  for (const allocate::Finding& f : a.findings) {
    Json one{{"kind", f.kind}};
    if (!f.of.empty()) one["of"] = f.of;
    one["value"] = rounded(f.value, 9);
    findings.push_back(std::move(one));
  }
  return {{"method", to_string(a.method)},
          {"title", json_of(title(a.method))},
          {"cap", exact(a.cap)},
          {"reserve", exact(a.reserve)},
          {"unit", exact(options.unit)},
          {"shares", shares},
          {"gini", ginis},
          {"cost", maybe(a.cost)},
          {"gaining", a.gaining},
          {"losing", a.losing},
          {"moved", rounded(a.moved)},
          {"findings", findings}};
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
  table.caption = {fmt::format("{}{}：总量 {}，预留 {}", within.empty() ? "" : within + " · ", name.zh,
                               a.cap.to_string(), a.reserve.to_string()),
                   fmt::format("{}{}: cap {}, reserve {}", within.empty() ? "" : within + " · ", name.en,
                               a.cap.to_string(), a.reserve.to_string())};
  table.columns = {{{"单位", "unit"}},
                   {{"分配量", "share"}, document::CellKind::number},
                   {{"现状", "current"}, document::CellKind::number},
                   {{"增减", "change"}, document::CellKind::number}};
  for (const allocate::Gini& g : a.ginis)
    table.columns.push_back(
        {{fmt::format("绿色贡献（{}）", g.criterion), fmt::format("contribution ({})", g.criterion)},
         document::CellKind::number});
  for (const allocate::Share& share : a.shares) {
    std::vector<document::Cell> row{
        share.unit, document::number_cell(share.amount.to_decimal()),
        share.current ? document::number_cell(share.current->to_decimal()) : document::Cell("-"),
        share.current ? document::number_cell((share.amount - *share.current).to_decimal())
                      : document::Cell("-")};
    for (const auto& part : share.contribution)
      row.push_back(part ? document::number_cell(part->to_decimal(3, Rounding::half_even))
                         : document::Cell("-"));
    table.rows.push_back(std::move(row));
  }
  c.print(table);
  for (const allocate::Gini& g : a.ginis) {
    const std::string before = g.before ? rounded(*g.before) : "-";
    const bool alert = g.after > Rational::from_fraction(4, 10);
    c.line({fmt::format("基尼系数（{}）：{} → {}{}", g.criterion, before, rounded(g.after),
                        alert ? "，超过警戒线 0.4" : ""),
            fmt::format("Gini ({}): {} → {}{}", g.criterion, before, rounded(g.after),
                        alert ? ", above the alert line of 0.4" : "")});
  }
  if (a.cost)
    c.line({fmt::format("减排费用：{}", rounded(*a.cost, 2)),
            fmt::format("cost of cutting: {}", rounded(*a.cost, 2))});
  for (const allocate::Finding& f : a.findings) {
    const Text kind = kind_of(f.kind);
    const std::string of = f.of.empty() ? "" : " " + f.of;
    c.line({fmt::format("{}{}：{}", kind.zh, of, rounded(f.value)),
            fmt::format("{}{}: {}", kind.en, of, rounded(f.value))});
  }
}

struct Attempt {
  Method method;
  std::optional<Allocation> allocation;
  std::optional<Error> refused;
};

// Side by side: the shares, and the figures to choose by.
void compare(Context& c, const std::vector<Attempt>& attempts) {
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
  const auto short_form = [](const Rational& value, int places) {
    return value.to_decimal(places, Rounding::half_even).normalized();
  };
  if (!done.empty()) {
    for (std::size_t i = 0; i < done[0]->shares.size(); ++i)
      row({done[0]->shares[i].unit, done[0]->shares[i].unit},
          [&](const Allocation& a) { return std::optional(short_form(a.shares[i].amount, 6)); });
    row({"预留", "reserve"}, [&](const Allocation& a) { return std::optional(short_form(a.reserve, 6)); });
    for (std::size_t j = 0; j < done[0]->ginis.size(); ++j)
      row({fmt::format("基尼系数（{}）", done[0]->ginis[j].criterion),
           fmt::format("Gini ({})", done[0]->ginis[j].criterion)},
          [&](const Allocation& a) { return std::optional(short_form(a.ginis[j].after, 4)); });
    row({"减排费用", "cost of cutting"},
        [&](const Allocation& a) { return a.cost ? std::optional(short_form(*a.cost, 2)) : std::nullopt; });
    row({"增加的单位数", "units gaining"},
        [](const Allocation& a) { return std::optional(Decimal(a.gaining)); });
    row({"减少的单位数", "units losing"},
        [](const Allocation& a) { return std::optional(Decimal(a.losing)); });
    row({"与等比例相比转移的量", "moved against equal proportion"},
        [&](const Allocation& a) { return std::optional(short_form(a.moved, 6)); });
    c.print(table);
  }
  for (const Attempt& attempt : attempts) {
    if (!attempt.refused) continue;
    const Text name = title(attempt.method);
    c.line({fmt::format("未算“{}”：{}", name.zh, attempt.refused->message().zh),
            fmt::format("Not made: {} – {}", name.en, attempt.refused->message().en)});
  }
}

int run_allocate(Context& c, const AllocateArguments& a) {
  std::ifstream in = opened(a.input);
  allocate::Table table = allocate::read_table(in, a.input);
  allocate::Options options;
  options.cap = number_option("--cap", a.cap);
  options.unit = number_option("--unit", a.unit);
  options.keep_order = a.keep_order;
  for (const std::string& list : a.criteria)
    for (const std::string_view one : split(list, ','))
      options.criteria.push_back(criterion_of(std::string(trim(one))));
  for (const std::string& point : a.points) {
    const auto [name, most] = assignment("--point", point);
    options.points.push_back({name, number_option("--point", most), {}});
  }
  for (const std::string& point : a.reductions) {
    const auto [name, least] = assignment("--reduce", point);
    options.points.push_back({name, {}, number_option("--reduce", least)});
  }
  set_bounds(table, options, a.bounds);
  const std::vector<std::string_view> reserves = split(a.reserve, '/');
  const auto reserve = [&](std::size_t depth) { return reserves[std::min(depth, reserves.size() - 1)]; };
  if (!a.reserve.ends_with("%") && reserves.size() == 1)
    options.reserve = number_option("--reserve", a.reserve);
  else if (options.unit.sign() > 0)
    options.reserve =
        (options.cap * percent_option("--reserve", reserve(0)) / options.unit).ceil() * options.unit;

  if (table.units.end() != std::find_if(table.units.begin(), table.units.end(),
                                        [](const allocate::Unit& u) { return !u.parent.empty(); })) {
    std::vector<allocate::Level> levels;
    for (const std::string_view name : split(a.method, '/')) levels.push_back({method_of(trim(name)), {}});
    const bool parts = a.reserve.ends_with("%") || reserves.size() > 1;
    for (std::size_t depth = 0; depth < std::max(levels.size(), reserves.size()); ++depth) {
      if (depth == levels.size()) levels.push_back(levels.back());
      levels[depth].reserve_part = parts ? percent_option("--reserve", reserve(depth)) : Rational(0);
    }
    std::vector<Branch> branches = allocate_levels(table, levels, options);
    Json out = Json::array();
    for (Branch& branch : branches) {
      by_line(branch.allocation);
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
    for (const std::string_view name : split(a.method, ','))
      attempts.push_back({method_of(trim(name)), {}, {}});
  if (attempts.size() == 1) {
    Allocation allocation = allocate::allocate(table, attempts[0].method, options);
    by_line(allocation);
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
      by_line(*attempt.allocation);
      methods.push_back(allocation_json(*attempt.allocation, options));
    } catch (const Error& e) {
      attempt.refused = e;
      refused.push_back({{"method", to_string(attempt.method)},
                         {"error", fmt::format("{}.{}", e.code().module, e.code().name)},
                         {"message", json_of(e.message())}});
    }
  }
  if (methods.empty()) throw *attempts[0].refused;
  if (c.json())
    c.print(Json{{"methods", methods}, {"refused", refused}});
  else
    compare(c, attempts);
  return 0;
}

}  // namespace

void add_allocate_command(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("allocate", "把总量分配给乡镇或企业 / divide a cap among townships or enterprises");
  const auto a = std::make_shared<AllocateArguments>();
  command
      ->add_option("--method", a->method,
                   "方法 / method: grandfather, benchmark, water-fill, entropy, topsis, gini, least-cost, "
                   "minimax; 逗号分隔或 all 并列比较 / "
                   "several by comma, or all, side by side; 有上级时 gini/grandfather 逐级 / by level where "
                   "units have parents")
      ->required();
  command->add_option("--input", a->input, "CSV: unit, current, floor, cap … (docs/allocation.md)")
      ->required();
  command->add_option("--cap", a->cap, "总量 / cap")->required();
  command
      ->add_option("--reserve", a->reserve,
                   "预留：数量或 5%，逐级 5%/2% / reserve: an amount or 5%, by level 5%/2%")
      ->capture_default_str();
  command
      ->add_option("--bounds", a->bounds,
                   "上下限 / bounds: table (floor, cap), none, cut:5..40 (每个单位削减 5%–40% / each cut by "
                   "5 to 40 %)")
      ->capture_default_str();
  command->add_option("--unit", a->unit, "登记单位 / registry unit; 0.000001 = 1 g of 1 t")
      ->capture_default_str();
  command
      ->add_option(
          "--criteria", a->criteria,
          "指标列 / criteria: population,gdp=2,-intensity (=权重 / weight; - 越小越多 / less is more)")
      ->allow_extra_args(false);
  command
      ->add_option("--point", a->points,
                   "断面=最大入河量 / river point=most that may arrive (columns t:POINT)")
      ->allow_extra_args(false);
  command->add_option("--reduce", a->reductions, "断面=最少削减量 / river point=least reduction there")
      ->allow_extra_args(false);
  command->add_flag("--keep-order", a->keep_order, "gini：保持现有大小次序 / keep the order of today");
  command->footer(
      "例 / examples:\n"
      "  tributary allocate --method gini --input towns.csv --cap 50 --bounds cut:5..40\n"
      "  tributary allocate --method all --input towns.csv --cap 50 --reserve 5%\n");
  command->callback([=, &action] { action = [=](Context& c) { return run_allocate(c, *a); }; });
}

}  // namespace tributary::cli
