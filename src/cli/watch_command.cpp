// exchange watch: what a supervisor should look at in a file of deals and orders.
#include "base/text.h"
#include "cli/context.h"
#include "exchange/surveillance_file.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tributary::cli {
namespace {

Text title_of(exchange::Pattern pattern) {
  switch (pattern) {
    case exchange::Pattern::barred:
      return {"不得交易者", "barred party"};
    case exchange::Pattern::own_trade:
      return {"自买自卖", "trade with oneself"};
    case exchange::Pattern::circle:
      return {"循环交易", "circle"};
    case exchange::Pattern::ladder:
      return {"逐笔抬价", "ladder"};
    case exchange::Pattern::layering:
      return {"虚假申报", "layering"};
    case exchange::Pattern::far_price:
      return {"价格异常", "far price"};
  }
  return {};
}

int watch(Context& c, const std::string& file) {
  const exchange::WatchInput input = exchange::read_watch(read_file(file), file);
  const auto alerts = exchange::watch(input.deals, input.orders, input.rules);
  if (c.json()) {
    Json out = Json::array();
    for (const exchange::Alert& a : alerts)
      out.push_back({{"pattern", exchange::to_string(a.pattern)},
                     {"instrument", a.instrument},
                     {"at", to_rfc3339(a.at)},
                     {"keys", a.keys},
                     {"parties", a.parties},
                     {"message", {{"zh", a.message.zh}, {"en", a.message.en}}}});
    c.print(out);
    return 0;
  }
  const bool english = c.language() == document::Language::en;
  document::Table table;
  table.caption = {"供人核查的线索，不是结论", "To be looked at by a person: an alert proves nothing"};
  table.columns = {{{"线索", "pattern"}}, {{"时间", "time"}}, {{"品种", "instrument"}}, {{"成交、委托", "deals, orders"}},
                   {{"当事人", "parties"}}, {{"为什么", "why"}}};
  for (const exchange::Alert& a : alerts) {
    const Text title = title_of(a.pattern);
    table.rows.push_back({english ? title.en : title.zh, to_string(a.at), a.instrument, fmt::format("{}", fmt::join(a.keys, ", ")),
                          fmt::format("{}", fmt::join(a.parties, ", ")), english ? a.message.en : a.message.zh});
  }
  if (alerts.empty())
    c.line({"没有发现所列情形", "None of the patterns was found"});
  else
    c.print(table);
  return 0;
}

}  // namespace

void add_watch_command(CLI::App& exchange, Action& action) {
  const auto file = std::make_shared<std::string>();
  auto* command = exchange.add_subcommand(
      "watch", "从成交和委托里找需要核查的情形 / patterns in deals and orders that somebody should look at");
  command->add_option("file", *file, "JSON 文件 / file: {rules, deals, orders}")->required();
  command->footer("例 / example: tributary exchange watch docs/example/exchange/watch.json\n各项说明 / all members: docs/exchange.md");
  command->callback([=, &action] { action = [=](Context& c) { return watch(c, *file); }; });
}

}  // namespace tributary::cli
