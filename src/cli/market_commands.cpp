// exchange solve: the smart market as a calculator, no database.
#include "base/json.h"
#include "base/text.h"
#include "cli/context.h"
#include "exchange/smart_market.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

namespace market = exchange::smart_market;

struct SolveArguments {
  std::string file;
  std::string export_lp;
};

std::string shown(const Rational& value) {
  return value.to_decimal(6, Rounding::half_even).normalized().to_string();
}
document::Cell cell(const Rational& value) {
  return document::number_cell(value.to_decimal(6, Rounding::half_even).normalized());
}
document::Cell interval(const market::Price& price) {
  if (price.unique()) return document::Cell("");
  return fmt::format("{} … {}", price.from ? shown(*price.from) : "-∞", price.to ? shown(*price.to) : "∞");
}
document::Cell yuan(std::int64_t fen) {
  return document::money_cell((Rational::from_int(fen) * Rational::from_fraction(1, 100)).to_decimal());
}

constexpr auto number = document::CellKind::number;
constexpr auto money = document::CellKind::money;

document::Table orders(const market::Market& m, const market::Clearing& c, bool buy) {
  document::Table out;
  out.caption = buy ? Text{"买单", "Bids"} : Text{"卖单", "Asks"};
  out.columns = {{{"报单", "order"}},
                 {{"分区", "zone"}},
                 {{"时段", "period"}},
                 {{"报量", "offered"}, number},
                 {{"报价", "limit"}, number},
                 {{"成交量", "filled"}, number},
                 {{"成交价", "price"}, number},
                 {buy ? Text{"付（元）", "pays, yuan"} : Text{"得（元）", "receives, yuan"}, money}};
  for (const market::Fill& fill : c.fills) {
    const market::Order& order = m.orders[fill.order];
    if (order.buy != buy) continue;
    out.rows.push_back({order.id, m.zones[order.zone].id, m.periods[order.period],
                        cell(Rational::from_int(order.steps) * m.step), cell(order.price),
                        cell(Rational::from_int(fill.steps) * m.step), cell(fill.price), yuan(fill.fen)});
  }
  return out;
}

document::Table prices(const market::Market& m, const market::Clearing& c) {
  document::Table out;
  out.caption = {"价格", "Prices"};
  out.columns = {{{"分区", "zone"}},
                 {{"时段", "period"}},
                 {{"用途", "purpose"}},
                 {{"价格", "price"}, number},
                 {{"不唯一时的区间", "interval where not unique"}}};
  for (const market::NodePrice& node : c.prices)
    out.rows.push_back(
        {m.zones[node.zone].id, m.periods[node.period],
         node.purpose.empty()
             ? document::Cell("")
             : document::Cell(node.sold_side ? Text{"售 " + node.purpose, "sold " + node.purpose}
                                             : Text{"用 " + node.purpose, "used " + node.purpose}),
         cell(node.price.settled), interval(node.price)});
  return out;
}

document::Table flows(const market::Market& m, const market::Clearing& c) {
  document::Table out;
  out.caption = {"通道流量", "Flows"};
  out.columns = {{{"通道", "link"}},
                 {{"时段", "period"}},
                 {{"送出", "sent"}, number},
                 {{"到达", "delivered"}, number},
                 {{"期末余额", "balance"}, number}};
  for (const market::Flow& flow : c.flows)
    out.rows.push_back({m.links[flow.link].id, m.periods[flow.period], cell(flow.sent), cell(flow.delivered),
                        flow.balance ? cell(*flow.balance) : document::Cell("")});
  return out;
}

document::Table rents(const market::Clearing& c) {
  document::Table out;
  out.caption = {"阻塞租金", "Congestion rent"};
  out.columns = {{{"限制", "limit"}},
                 {{"影子价格", "price"}, number},
                 {{"区间", "interval"}},
                 {{"限额", "at"}, number},
                 {{"金额（元）", "amount, yuan"}, money}};
  for (const market::Rent& rent : c.rents)
    out.rows.push_back({rent.limit, cell(rent.price.settled), interval(rent.price), cell(rent.amount_limited),
                        yuan(rent.fen)});
  return out;
}

int solve(Context& c, const SolveArguments& a) {
  const market::Market m = market::read_market(read_file(a.file), a.file);
  if (!a.export_lp.empty()) write_file(a.export_lp, market::to_lp(m));
  const market::Clearing result = market::clear(m);
  if (c.json()) {
    c.print(Json::parse(market::to_json(m, result)));
    return 0;
  }
  c.print(orders(m, result, true));
  c.print(orders(m, result, false));
  c.print(prices(m, result));
  if (!m.links.empty()) c.print(flows(m, result));
  if (!result.rents.empty()) c.print(rents(result));
  const market::Totals& t = result.totals;
  const auto text = [](std::int64_t fen) {
    return (Rational::from_int(fen) * Rational::from_fraction(1, 100))
        .to_decimal(2, Rounding::half_even)
        .to_fixed(2);
  };
  c.line(
      {fmt::format("买方付 {} = 卖方得 {} + 供水 {} + 租金 {} + 取整 {} 元", text(t.buyers_fen),
                   text(t.sellers_fen), text(t.supply_fen), text(t.rent_fen), text(t.rounding_fen)),
       fmt::format("Buyers pay {} = sellers {} + supply {} + rent {} + rounding {} yuan", text(t.buyers_fen),
                   text(t.sellers_fen), text(t.supply_fen), text(t.rent_fen), text(t.rounding_fen))});
  c.line(
      {fmt::format("福利 {}；售 {} + 供 {} = 买 {} + 损 {} + 余 {} {}", shown(t.welfare), shown(t.sold),
                   shown(t.supplied), shown(t.bought), shown(t.lost), shown(t.left), m.unit),
       fmt::format("Welfare {}; sold {} + supplied {} = bought {} + lost {} + left {} {}", shown(t.welfare),
                   shown(t.sold), shown(t.supplied), shown(t.bought), shown(t.lost), shown(t.left), m.unit)});
  return 0;
}

}  // namespace

void add_market_commands(CLI::App& exchange, Action& action) {
  auto* command = exchange.add_subcommand(
      "solve", "智能市场：按线性规划一次出清 / smart market, cleared by a linear programme");
  const auto a = std::make_shared<SolveArguments>();
  command
      ->add_option("file", a->file,
                   "JSON: {zones, periods, links, bids, asks, constraints} (docs/smart-market.md)")
      ->required();
  command->add_option("--export-lp", a->export_lp,
                      "另存模型，glpsol --lp 可读 / writes the model, as glpsol --lp reads it");
  command->footer("例 / example: tributary exchange solve market.json --json --export-lp market.lp");
  command->callback([=, &action] { action = [=](Context& c) { return solve(c, *a); }; });
}

}  // namespace tributary::cli
