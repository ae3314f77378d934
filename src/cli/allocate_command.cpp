// allocate: a calculator, no database.
#include "allocate/answer.h"
#include "allocate/record.h"
#include "base/json.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/figures.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using allocate::Allocation;
using allocate::Attempt;
using allocate::rounded;

struct AllocateArguments {
  std::string input, record;
  allocate::Asked asked;
};

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
  const auto text_of = [](std::ifstream in) {
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  };
  const allocate::Outcome outcome = [&] {
    if (!a.record.empty()) return allocate::recompute(text_of(opened(a.record)));
    if (a.asked.method.empty() || a.input.empty() || a.asked.cap.empty())
      throw Error(codes::bad_usage, {"请给出 --method、--input 和 --cap，或者 --record",
                                     "give --method, --input and --cap, or --record"});
    return allocate::compute(read_figures(a.input, allocate::read_table), a.asked);
  }();
  // A single method is its answer or its refusal; so is all of them refused.
  if (outcome.levels.empty()) {
    const auto done = [](const Attempt& attempt) { return attempt.allocation.has_value(); };
    if (std::none_of(outcome.attempts.begin(), outcome.attempts.end(), done))
      throw *outcome.attempts[0].refused;
  }
  const bool single = outcome.attempts.size() == 1;
  if (c.json()) {
    const auto all = answer(outcome);
    c.print(single ? all.at("methods").at(0) : all);
    return 0;
  }
  for (const allocate::LevelAttempt& way : outcome.levels) {
    if (outcome.levels.size() > 1) c.line({fmt::format("【{}】", way.method), fmt::format("[{}]", way.method)});
    for (const allocate::Branch& branch : way.branches) print(c, branch.allocation, branch.parent);
    if (way.refused) c.line({fmt::format("未算：{}", way.refused->message().zh), fmt::format("Not made: {}", way.refused->message().en)});
  }
  if (single)
    print(c, *outcome.attempts[0].allocation, "");
  else if (!outcome.attempts.empty())
    compare(c, outcome.attempts);
  return 0;
}

}  // namespace

void add_allocate_command(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("allocate", "把总量分配给乡镇或企业 / divide a cap among townships or enterprises");
  const auto a = std::make_shared<AllocateArguments>();
  command
      ->add_option("--method", a->asked.method,
                   "方法 / method: grandfather, benchmark, water-fill, entropy, topsis, gini, least-cost, "
                   "minimax; 逗号分隔或 all 并列比较 / "
                   "several by comma, or all, side by side; 有上级时 gini/grandfather 逐级 / by level where "
                   "units have parents");
  auto* input = command->add_option("--input", a->input, "CSV: unit, current, floor, cap … (docs/allocation.md)");
  auto* record = command->add_option("--record", a->record,
                                     "测算记录：照它重算 / a record: computed again from it (docs/allocation.md)");
  command->add_option("--cap", a->asked.cap, "总量 / cap");
  record->excludes(input);
  command
      ->add_option("--reserve", a->asked.reserve,
                   "预留：数量或 5%，逐级 5%/2% / reserve: an amount or 5%, by level 5%/2%")
      ->capture_default_str();
  command
      ->add_option("--bounds", a->asked.bounds,
                   "上下限 / bounds: table (floor, cap), none, cut:5..40 (每个单位削减 5%–40% / each cut by "
                   "5 to 40 %)")
      ->capture_default_str();
  command->add_option("--unit", a->asked.unit, "登记单位 / registry unit; 0.000001 = 1 g of 1 t")
      ->capture_default_str();
  command
      ->add_option(
          "--criteria", a->asked.criteria,
          "指标列 / criteria: population,gdp=2,-intensity (=权重 / weight; - 越小越多 / less is more)")
      ->allow_extra_args(false);
  command
      ->add_option("--point", a->asked.points,
                   "断面=最大入河量 / river point=most that may arrive (columns t:POINT)")
      ->allow_extra_args(false);
  command->add_option("--reduce", a->asked.reductions, "断面=最少削减量 / river point=least reduction there")
      ->allow_extra_args(false);
  command->add_flag("--keep-order", a->asked.keep_order, "gini：保持现有大小次序 / keep the order of today");
  command->footer(
      "例 / examples:\n"
      "  tributary allocate --method gini --input towns.csv --cap 50 --bounds cut:5..40\n"
      "  tributary allocate --method all --input towns.csv --cap 50 --reserve 5%\n");
  command->callback([=, &action] { action = [=](Context& c) { return run_allocate(c, *a); }; });
}

}  // namespace tributary::cli
