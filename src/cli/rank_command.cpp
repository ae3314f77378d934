// rank: a calculator, no database.
#include "allocate/answer.h"
#include "base/json.h"
#include "cli/context.h"
#include "cli/figures.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using allocate::rounded;

struct RankArguments {
  std::string input;
  allocate::RankAsked asked;
};

int run_rank(Context& c, const RankArguments& a) {
  const auto units = read_figures(a.input, allocate::read_rank_table);
  const allocate::RankOptions options = allocate::rank_options(a.asked);
  const allocate::Ranking ranking = rank(units, options);
  if (c.json()) {
    c.print(answer(ranking, options.rule));
    return 0;
  }
  for (const allocate::RankGroup& group : ranking.groups) {
    document::Table table;
    table.caption = {fmt::format("{}排放强度排名，平均 {}", group.name.empty() ? "" : group.name + "：",
                                 rounded(group.mean)),
                     fmt::format("{}ranking by emission intensity, mean {}",
                                 group.name.empty() ? "" : group.name + ": ", rounded(group.mean))};
    table.columns = {{{"名次", "rank"}, document::CellKind::number},
                     {{"单位", "unit"}},
                     {{"强度", "intensity"}, document::CellKind::number},
                     {{"得（付）元", "receives (pays), yuan"}, document::CellKind::money}};
    for (const allocate::Standing& s : group.standings)
      table.rows.push_back({document::number_cell(Decimal(s.rank)), document::Cell(s.id),
                            document::number_cell(s.intensity.to_decimal(6, Rounding::half_even)),
                            document::money_cell(Decimal::parse(allocate::yuan(s.fen)))});
    if (group.treasury_fen != 0)
      table.rows.push_back({document::Cell("-"), document::Cell(Text{"财政", "treasury"}),
                            document::Cell("-"),
                            document::money_cell(Decimal::parse(allocate::yuan(group.treasury_fen)))});
    c.print(table);
  }
  if (!ranking.excluded.empty())
    c.line({fmt::format("产出不大于零，未排名：{}", fmt::join(ranking.excluded, "、")),
            fmt::format("Not ranked, without output: {}", fmt::join(ranking.excluded, ", "))});
  return 0;
}

}  // namespace

void add_rank_command(CLI::App& app, Action& action) {
  auto* rank_command = app.add_subcommand(
      "rank", "排放强度排名与区域补偿试算 / emission intensity ranking and what it would pay");
  const auto r = std::make_shared<RankArguments>();
  rank_command->add_option("--input", r->input, "CSV: unit, group, emission, output, points")->required();
  rank_command->add_option("--rule", r->asked.rule, "tier, feebate, pool")->capture_default_str();
  rank_command->add_option("--price", r->asked.price,
                           "feebate：元/单位排放；pool：元/分 / yuan per unit of emission, or per point");
  rank_command->add_option("--places", r->asked.places,
                           "tier：付、得的名额 / how many pay and how many receive");
  rank_command->add_option("--pays", r->asked.pays, "tier：每名付（元） / yuan each pays");
  rank_command->add_option("--receives", r->asked.receives,
                           "tier：每名得（元），默认同付 / yuan each receives, as it pays unless given; "
                           "差额归财政 / the difference is the treasury's");
  rank_command->footer("例 / example: tributary rank --input towns.csv --rule feebate --price 2000");
  rank_command->callback([=, &action] { action = [=](Context& c) { return run_rank(c, *r); }; });
}

}  // namespace tributary::cli
