// exchange watch: what a supervisor should look at, in a file of deals and orders or in what was traded here.
#include "base/json.h"
#include "base/text.h"
#include "cli/context.h"
#include "exchange/surveillance_file.h"
#include "venues/watching.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

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
    const Text title = venues::title_of(a.pattern);
    table.rows.push_back({english ? title.en : title.zh, to_string(a.at), a.instrument, fmt::format("{}", fmt::join(a.keys, ", ")),
                          fmt::format("{}", fmt::join(a.parties, ", ")), english ? a.message.en : a.message.zh});
  }
  if (alerts.empty())
    c.line({"没有发现所列情形", "None of the patterns was found"});
  else
    c.print(table);
  return 0;
}

// What was traded here, from day to day, both included.
int watch_here(Context& c, const std::string& first, const std::string& last) {
  const Date to = last.empty() ? c.clock().today() : parse_date(last);
  const Date from = first.empty() ? to - std::chrono::days{6} : parse_date(first);
  const venues::WatchDeclaration declaration = venues::load_watching(c.policy());
  const venues::Watched seen = venues::watch_days(c.database(), c.tenant(), c.clock(), c.policy().catalog().calendar(),
                                                  declaration, from, to + std::chrono::days{1});
  c.note("surveillance.look", "surveillance", fmt::format("{}/{} {}", to_string(from), to_string(to), seen.alerts.size()));
  if (c.json()) {
    Json out{{"from", to_string(from)}, {"to", to_string(to)},         {"deals", seen.deals},
             {"orders", seen.orders},   {"alerts", Json::array()}, {"not_looked_for", Json::array()}};
    for (const venues::Seen& one : seen.alerts) {
      std::vector<std::string> keys;
      for (const venues::Named& named : one.what) keys.push_back(named.key);
      out["alerts"].push_back({{"pattern", exchange::to_string(one.pattern)},
                               {"instrument", one.instrument},
                               {"goods", one.goods},
                               {"lease", one.lease},
                               {"at", to_rfc3339(one.at)},
                               {"keys", keys},
                               {"parties", one.parties},
                               {"message", {{"zh", one.message.zh}, {"en", one.message.en}}},
                               {"verified", one.threshold == nullptr || one.threshold->verified}});
    }
    for (const venues::NotLookedFor& one : seen.missing)
      out["not_looked_for"].push_back({{"pattern", exchange::to_string(one.pattern)}, {"instrument", one.instrument}});
    c.print(out);
    return 0;
  }
  document::Table table;
  table.caption = {"供人核查的线索，不是结论", "To be looked at by a person: an alert proves nothing"};
  table.columns = {{{"线索", "pattern"}}, {{"时间", "time"}}, {{"品种", "instrument"}}, {{"成交、委托", "deals, orders"}},
                   {{"当事人", "parties"}}, {{"为什么", "why"}}};
  for (const venues::Seen& one : seen.alerts) {
    std::vector<std::string> keys;
    for (const venues::Named& named : one.what) keys.push_back(named.key);
    table.rows.push_back({c.say(venues::title_of(one.pattern)), to_string(one.at), one.instrument + " " + one.goods + (one.lease ? c.say(Text{"（租赁）", " (lease)"}) : ""),
                          fmt::format("{}", fmt::join(keys, ", ")), fmt::format("{}", fmt::join(one.parties, ", ")),
                          c.say(one.message)});
  }
  if (!table.rows.empty()) c.print(table);
  c.line({fmt::format("{} 至 {}：看了成交 {} 笔、撤回的委托 {} 笔，线索 {} 条", to_string(from), to_string(to), seen.deals,
                      seen.orders, seen.alerts.size()),
          fmt::format("{} to {}: {} deals and {} withdrawn orders looked at, {} alerts", to_string(from), to_string(to),
                      seen.deals, seen.orders, seen.alerts.size())});
  for (const venues::NotLookedFor& one : seen.missing) {
    const Text title = venues::title_of(one.pattern);
    const std::string of_zh = one.instrument.empty() ? "" : "（" + one.instrument + "）";
    const std::string of_en = one.instrument.empty() ? "" : " (" + one.instrument + ")";
    if (one.pattern == exchange::Pattern::barred)
      c.line({"没有查：" + title.zh + "，政策包没有列名", "Not looked for: " + title.en + ", the packs name none"});
    else
      c.line({"没有查：" + title.zh + of_zh + "，政策包没有阈值", "Not looked for: " + title.en + of_en + ", no threshold is set"});
  }
  return 0;
}

}  // namespace

void add_watch_command(CLI::App& exchange, Action& action) {
  const auto file = std::make_shared<std::string>();
  auto* command = exchange.add_subcommand(
      "watch", "从成交和委托里找需要核查的情形 / patterns in deals and orders that somebody should look at");
  const auto from = std::make_shared<std::string>(), to = std::make_shared<std::string>();
  auto* given = command->add_option("file", *file, "JSON 文件；不写则查本库的成交 / file: {rules, deals, orders}; without one, what was traded here");
  command->add_option("--from", *from, "起日；不写为止日前六天 / first day; else six days before the last")->excludes(given);
  command->add_option("--to", *to, "止日；不写为今天 / last day; else today")->excludes(given);
  command->footer(
      "例 / examples:\n  tributary exchange watch --from 2026-11-01 --to 2026-11-30\n"
      "  tributary exchange watch docs/example/exchange/watch.json\n"
      "各项说明 / all members: docs/exchange.md; 阈值 / thresholds: policies/<pack>/surveillance.yaml");
  command->callback([=, &action] {
    action = [=](Context& c) { return file->empty() ? watch_here(c, *from, *to) : watch(c, *file); };
  });
}

}  // namespace tributary::cli
