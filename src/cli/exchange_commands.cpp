// exchange clear.
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "exchange/calculator.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

struct ClearArguments {
  std::string rule;
  std::string book;
};

std::string cell_text(const exchange::Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return group_thousands(std::to_string(*number));
  return std::get<std::string>(cell);
}

// Titles of the columns and facts of the steps; a name that is not here is shown as it is.
Text title_of(const std::string& name) {
  static const std::vector<std::pair<std::string, Text>> titles{
      {"from", {"自", "from"}},          {"to", {"至", "to"}},
      {"buys", {"买量", "bid"}},         {"sells", {"卖量", "offered"}},
      {"executed", {"成交量", "executed"}}, {"surplus", {"剩余", "surplus"}},
      {"ref", {"参考价", "reference"}},  {"upper", {"上限", "upper bound"}},
      {"lower", {"下限", "lower bound"}}, {"price", {"价格", "price"}},
      {"id", {"编号", "id"}},            {"bidder", {"申报人", "bidder"}},
      {"qty", {"数量", "quantity"}},     {"cumulative", {"累计", "in all"}},
      {"filled", {"成交", "filled"}},    {"draw", {"签", "draw"}},
      {"reason", {"原因", "reason"}},    {"supply", {"供应量", "supply"}},
      {"left", {"余量", "left"}},        {"by", {"依据", "by"}},
      {"moved", {"改报", "moved"}},      {"moved_to", {"改报价格", "moved to"}},
      {"zh", {"原因", "原因"}},          {"en", {"reason", "reason"}},
      {"extensions", {"延长次数", "extensions"}},
      {"closed_after_open", {"开始后结束于", "closed after"}}};
  for (const auto& [known, text] : titles)
    if (known == name) return text;
  return {name, name};
}

void print_step(Context& c, std::size_t number, const exchange::Step& step) {
  std::string facts_zh, facts_en;
  for (const auto& [name, cell] : step.facts) {
    const Text title = title_of(name);
    facts_zh += fmt::format("{}{} {}", facts_zh.empty() ? "：" : "，", title.zh, cell_text(cell));
    facts_en += fmt::format("{}{} {}", facts_en.empty() ? ": " : ", ", title.en, cell_text(cell));
  }
  const Text line{fmt::format("{}. {}{}", number, step.text.zh, facts_zh),
                  fmt::format("{}. {}{}", number, step.text.en, facts_en)};
  if (step.rows.empty()) return c.line(line);
  document::Table table;
  table.caption = line;
  const auto language = c.language();
  // The reason in the language asked for, and no column of blanks.
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < step.columns.size(); ++i) {
    const std::string& name = step.columns[i];
    if (name == "reason" || (name == "zh" && language == document::Language::en) ||
        (name == "en" && language == document::Language::zh))
      continue;
    const bool blank = std::all_of(step.rows.begin(), step.rows.end(), [&](const auto& row) { return cell_text(row[i]).empty(); });
    if (blank) continue;
    shown.push_back(i);
    const bool words = name == "id" || name == "bidder" || name == "by" || name == "zh" || name == "en" || name == "draw";
    table.columns.push_back({title_of(name), words ? document::CellKind::text : document::CellKind::number});
  }
  for (const auto& row : step.rows) {
    document::Row cells;
    // Draws are compared from the left: the first digits tell.
    for (const std::size_t i : shown)
      cells.push_back(step.columns[i] == "draw" ? cell_text(row[i]).substr(0, 12) : cell_text(row[i]));
    table.rows.push_back(cells);
  }
  c.print(table);
  if (step.omitted > 0)
    c.line({fmt::format("另有 {} 行未列出", step.omitted), fmt::format("{} more rows are not shown", step.omitted)});
}

int clear(Context& c, const ClearArguments& a) {
  const exchange::Clearing result = exchange::clear(a.rule, read_file(a.book), a.book);
  if (c.json()) {
    c.print(exchange::json_of(result));
    return 0;
  }
  for (std::size_t i = 0; i < result.steps.size(); ++i) print_step(c, i + 1, result.steps[i]);
  if (!result.fills.empty()) {
    const bool auction = !result.fills.front().amount.empty();
    document::Table table;
    table.caption = {"成交", "Fills"};
    table.columns = {{{"编号", "id"}}, {{"方向", "side"}}};
    if (auction) table.columns.push_back({{"申报人", "bidder"}});
    table.columns.push_back({{"数量", "quantity"}, document::CellKind::number});
    table.columns.push_back({{"价格", "price"}, document::CellKind::number});
    if (auction) table.columns.push_back({{"金额（元）", "amount (yuan)"}, document::CellKind::number});
    for (const auto& fill : result.fills) {
      const bool buys = fill.side == "buy";
      document::Row row{fill.id, c.say({buys ? "买" : "卖", buys ? "buy" : "sell"})};
      if (auction) row.push_back(fill.bidder);
      row.push_back(group_thousands(std::to_string(fill.qty)));
      row.push_back(fill.price);
      if (auction) row.push_back(group_thousands(fill.amount));
      table.rows.push_back(row);
    }
    c.print(table);
  }
  if (result.outcome == "cancelled")
    c.line({"竞价取消，没有成交", "The auction is cancelled: nothing trades"});
  else if (!result.price)
    c.line({"没有成交", "Nothing trades"});
  else
    c.line({fmt::format("价格 {}，成交 {}", *result.price, group_thousands(std::to_string(result.executed))),
            fmt::format("Price {}, executed {}", *result.price, group_thousands(std::to_string(result.executed)))});
  return 0;
}

}  // namespace

void add_bulletin_command(CLI::App& exchange, Action& action);

void add_exchange_commands(CLI::App& app, Action& action) {
  auto* exchange_command = app.add_subcommand("exchange", "竞价与智能市场试算，交易公报与监测 / auctions and the smart market as calculators; bulletins and surveillance");
  exchange_command->require_subcommand(1);
  auto* clear_command = exchange_command->add_subcommand(
      "clear", "按规则清算一本申报簿，逐步说明 / clear a book of orders by a rule, step by step");
  const auto a = std::make_shared<ClearArguments>();
  clear_command
      ->add_option("--rule", a->rule,
                   fmt::format("规则 / rule: {}", fmt::join(exchange::rule_names(), ", ")))
      ->required();
  clear_command
      ->add_option("--book", a->book,
                   "JSON 文件 / file: {ref, tick, limit, buys: [{id, qty, price|\"market\", time}], sells: […]}; "
                   "{supply, reserve, …, bids: [{id, bidder, qty, price, time}]}")
      ->required();
  clear_command->footer(
      "例 / example: tributary exchange clear --rule call-auction:four-step --book docs/example/call-auction.json\n"
      "各项说明 / all members: docs/exchange.md");
  clear_command->callback([=, &action] { action = [=](Context& c) { return clear(c, *a); }; });
  add_market_commands(*exchange_command, action);
  add_watch_command(*exchange_command, action);
  add_bulletin_command(*exchange_command, action);
}

}  // namespace tributary::cli
