// exchange bulletin DAY: what everybody is told of the trading of a day.
#include "base/json.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/smart_view.h"
#include "ledger/ledger.h"
#include "rights/titles.h"
#include "venues/bulletins.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

constexpr auto number = document::CellKind::number;

Json or_null(const std::optional<Decimal>& value) {
  return value ? Json(value->to_string()) : Json();
}
std::string shown(const std::optional<Decimal>& value) {
  return value ? value->to_string() : "";
}
std::string yuan(std::int64_t fen) {
  return group_thousands(ledger::format_amount(fen, 2));
}
std::string count(std::int64_t value) {
  return group_thousands(std::to_string(value));
}
document::Row row(std::initializer_list<std::string> cells) {
  document::Row out;
  for (const std::string& cell : cells) out.push_back(cell);
  return out;
}
// Months or vintage.
std::string period(const rights::DayTotal& t, bool flow) {
  return flow ? to_string(rights::Term{{t.period}, {t.period + t.count}}) : std::to_string(t.period);
}

Json json_of_bulletin(const venues::Bulletin& b) {
  Json out{{"day", to_string(b.day)}, {"running", b.running}, {"markets", Json::array()}, {"auctions", Json::array()},
           {"rounds", Json::array()}, {"halts", Json::array()},  {"totals", Json::array()}};
  for (const venues::DayPrices& m : b.markets)
    out["markets"].push_back({{"market", m.market},
                              {"title", json_of(m.title)},
                              {"instrument", m.instrument},
                              {"lease", m.lease},
                              {"open", or_null(m.day.opening)},
                              {"high", or_null(m.day.high)},
                              {"low", or_null(m.day.low)},
                              {"close", m.day.closing.to_string()},
                              {"quantity", m.day.quantity},
                              {"fen", m.day.fen},
                              {"deals", m.day.deals},
                              {"bulk_quantity", m.day.bulk_quantity},
                              {"bulk_fen", m.day.bulk_fen},
                              {"bulk_deals", m.day.bulk_deals}});
  for (const venues::AuctionNotice& a : b.auctions)
    out["auctions"].push_back({{"number", a.number},
                               {"title", json_of(a.title)},
                               {"instrument", a.instrument},
                               {"lease", a.lease},
                               {"supply", a.supply},
                               {"sold", a.sold},
                               {"price", or_null(a.price)},
                               {"state", a.state}});
  for (const venues::RoundNotice& r : b.rounds) {
    Json prices = Json::array();
    for (const venues::NodePrice& p : r.prices)
      prices.push_back({{"zone", p.zone}, {"period", p.period}, {"sold_for", p.sold_for}, {"used_for", p.used_for}, {"price", p.price}});
    out["rounds"].push_back({{"number", r.number},
                             {"title", json_of(r.title)},
                             {"instrument", r.instrument},
                             {"bids", r.bids},
                             {"bought", r.bought},
                             {"rent_fen", r.rent_fen},
                             {"prices", prices},
                             {"state", r.state}});
  }
  for (const venues::HaltNotice& h : b.halts)
    out["halts"].push_back({{"market", h.market},
                            {"at", to_rfc3339(h.at)},
                            {"resumed", h.resumed},
                            {"until", h.until ? Json(to_rfc3339(*h.until)) : Json()},
                            {"reason", h.reason}});
  for (const rights::DayTotal& t : b.totals)
    out["totals"].push_back({{"instrument", t.instrument},
                             {"kind", rights::to_string(t.kind)},
                             {"period", t.period},
                             {"count", t.count},
                             {"amount", t.amount},
                             {"transactions", t.transactions}});
  return out;
}

void print_markets(Context& c, const venues::Bulletin& b) {
  document::Table table;
  table.caption = {"行情（元）", "Prices, in yuan"};
  table.columns = {{{"市场", "market"}},      {{"开盘", "open"}, number},          {{"最高", "high"}, number},
                   {{"最低", "low"}, number},  {{"收盘", "close"}, number},         {{"成交量", "quantity"}, number},
                   {{"成交额", "amount"}, number}, {{"笔数", "deals"}, number},     {{"大宗数量", "bulk quantity"}, number},
                   {{"大宗金额", "bulk amount"}, number}};
  for (const venues::DayPrices& m : b.markets)
    table.rows.push_back(row({fmt::format("{} {}{}", m.market, c.say(m.title), m.lease ? c.say(Text{"（租赁）", " (lease)"}) : ""), shown(m.day.opening), shown(m.day.high),
                              shown(m.day.low), m.day.closing.to_string(), count(m.day.quantity), yuan(m.day.fen),
                              count(m.day.deals), count(m.day.bulk_quantity), yuan(m.day.bulk_fen)}));
  if (!table.rows.empty()) c.print(table);
}

void print_round(Context& c, const venues::RoundNotice& r) {
  const Text state = said(r.state);
  c.line({fmt::format("智能市场第 {} 场（{}，{}）：{}", r.number, r.title.zh, state.zh,
                      r.bought > 0 ? fmt::format("{} 个申报，买入 {}，拥塞租金 {} 元", count(r.bids), count(r.bought), yuan(r.rent_fen))
                                   : "未成交"),
          fmt::format("Round {} ({}, {}): {}", r.number, r.title.en, state.en,
                      r.bought > 0 ? fmt::format("{} bids, {} bought, congestion rent {} yuan", count(r.bids), count(r.bought), yuan(r.rent_fen))
                                   : "nothing traded")});
  if (r.prices.empty()) return;
  document::Table table;
  table.columns = {{{"分区", "zone"}}, {{"时段", "period"}}, {{"用途", "purpose"}}, {{"价格（元）", "price, yuan"}, number}};
  for (const venues::NodePrice& p : r.prices) table.rows.push_back(row({p.zone, p.period, c.say(purpose_of(p)), p.price}));
  c.print(table);
}

void print_totals(Context& c, const venues::Bulletin& b) {
  document::Table table;
  table.caption = {"登记汇总", "The registry in total"};
  table.columns = {{{"品种", "instrument"}}, {{"业务", "what"}}, {{"期间", "period"}}, {{"数量", "quantity"}, number},
                   {{"笔数", "transactions"}, number}};
  const rights::Rights registry(c.database(), c.tenant(), c.clock(), c.policy().catalog().calendar());
  for (const rights::DayTotal& t : b.totals)
    table.rows.push_back(row({t.instrument, c.say(rights::title_of(t.kind)),
                              period(t, registry.instrument(t.instrument).kind == rights::InstrumentKind::flow),
                              count(t.amount), count(t.transactions)}));
  if (!table.rows.empty()) c.print(table);
}

int bulletin(Context& c, const std::string& given) {
  const Date day = parse_date(given);
  const venues::Bulletin b = venues::Bulletins(c.database(), c.tenant(), c.clock()).bulletin(day);
  if (c.json()) {
    c.print(json_of_bulletin(b));
    return 0;
  }
  c.line({fmt::format("{} 交易公报{}", to_string(day), b.running ? "（当日未结束）" : ""),
          fmt::format("Bulletin of {}{}", to_string(day), b.running ? " (the day is not over)" : "")});
  print_markets(c, b);
  for (const venues::AuctionNotice& a : b.auctions)
    c.line({fmt::format("竞价 {}（{}{}）：{}", a.number, a.title.zh, a.lease ? "，租赁" : "",
                        a.price ? fmt::format("成交价 {} 元，数量 {} / {}", a.price->to_string(), count(a.sold), count(a.supply))
                                : "未成交"),
            fmt::format("Auction {} ({}{}): {}", a.number, a.title.en, a.lease ? ", lease" : "",
                        a.price ? fmt::format("price {} yuan, {} of {}", a.price->to_string(), count(a.sold), count(a.supply))
                                : "nothing traded")});
  for (const venues::RoundNotice& r : b.rounds) print_round(c, r);
  for (const venues::HaltNotice& h : b.halts)
    c.line({fmt::format("{} 市场 {} {}{}：{}", to_string(h.at), h.market, h.resumed ? "复牌" : "停牌",
                        h.until ? "至 " + to_string(*h.until) : "", h.reason),
            fmt::format("{} market {} {}{}: {}", to_string(h.at), h.market, h.resumed ? "resumed" : "halted",
                        h.until ? " until " + to_string(*h.until) : "", h.reason)});
  print_totals(c, b);
  if (b.markets.empty() && b.auctions.empty() && b.rounds.empty() && b.halts.empty() && b.totals.empty())
    c.line({"当日没有收市的市场、开标的竞价、撮合的智能市场和停复牌",
            "No market closed that day, no auction was opened, no round was cleared, nothing was halted"});
  return 0;
}

}  // namespace

void add_bulletin_command(CLI::App& exchange, Action& action) {
  const auto day = std::make_shared<std::string>();
  auto* command = exchange.add_subcommand("bulletin", "某日的交易公报，取自数据库 / the bulletin of a day, from the database");
  command->add_option("day", *day, "日期 / day: 2026-11-28")->required();
  command->footer("例 / example: tributary exchange bulletin 2026-11-28");
  command->callback([=, &action] { action = [=](Context& c) { return bulletin(c, *day); }; });
}

}  // namespace tributary::cli
