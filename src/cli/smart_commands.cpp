// smart
// venues|list|announce|approve|reject|cancel|apply|admit|bid|ask|withdraw|bids|close|decide|advance|show|result|balance|
// call-out|decide-call|verify.
#include "cli/smart_commands.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/bid_keys.h"
#include "cli/smart_view.h"
#include "ledger/ledger.h"
#include "venues/smart_rounds.h"

#include <algorithm>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using venues::SmartRounds;
using Wide = document::CellKind;

struct Arguments {
  std::int64_t number = 0, quantity = 0;
  int vintage = 0;
  std::string venue, key, account, from, to, project, opens, closes, zone, purpose, period, price, replaces,
      link, amount;
  std::string reason = "命令行办理";
  std::vector<std::string> figures;
  bool refuse = false;
};

// Terms of approval here are calendar days, so no working days are counted.
const WorkCalendar no_calendar;

struct Hall {
  explicit Hall(Context& c, bool sealed = false)  // whether bids are sealed or opened
      : keys(c, sealed), rounds(c.database(), c.tenant(), c.clock(), no_calendar, keys.vault()) {}

  BidKeys keys;
  SmartRounds rounds;
};
rights::Act act(Context& c, const Arguments& a) {
  return {c.by(), "", a.reason, ""};
}
std::string object_of(std::int64_t number) {
  return "smart/" + std::to_string(number);
}

int list_venues(Context& c) {
  Json out = Json::array();
  for (const venues::SmartVenue& v : venues::load_smart_venues(c.policy())) {
    out.push_back({{"venue", v.id},
                   {"title", json_of(v.title)},
                   {"instrument", v.instrument},
                   {"zones", v.zones},
                   {"verified", v.verified}});
    if (!c.json())
      c.line({fmt::format("{}  {}  {}  {}", v.id, v.title.zh, v.instrument, fmt::join(v.zones, "、")),
              fmt::format("{}  {}  {}  {}", v.id, v.title.en, v.instrument, fmt::join(v.zones, ", "))});
  }
  if (c.json()) c.print(out);
  return 0;
}

int list(Context& c) {
  Json out = Json::array();
  for (const venues::SmartView& view : Hall(c).rounds.rounds()) {
    out.push_back(summary_json(view));
    const Text state = said(view.state);
    if (!c.json())
      c.line({fmt::format("{}  {}  {}  截止 {}", view.number, state.zh, view.venue.title.zh,
                          to_string(view.notice.closes)),
              fmt::format("{}  {}  {}  closes {}", view.number, state.en, view.venue.title.en,
                          to_string(view.notice.closes))});
  }
  if (c.json()) c.print(out);
  return 0;
}

// «U-D.capacity=120:检修», «area.max@2026-07=90:drought».
venues::SmartFigure figure_of(const std::string& text) {
  const auto equals = text.find('='), colon = text.find(':', equals == std::string::npos ? 0 : equals);
  const std::string left = text.substr(0, equals);
  const auto at = left.find('@');
  const std::string name = left.substr(0, at);
  const auto dot = name.rfind('.');
  if (equals == std::string::npos || colon == std::string::npos || dot == std::string::npos)
    throw Error(venues::codes::bad_value,
                {fmt::format("“{}”应写成 名称.字段[@时段]=数值:理由", text),
                 fmt::format("\"{}\" is to be name.field[@period]=value:reason", text)},
                {{}, 0, 0, "figure"});
  return {name.substr(0, dot), name.substr(dot + 1), at == std::string::npos ? "" : left.substr(at + 1),
          Decimal::parse(text.substr(equals + 1, colon - equals - 1)), text.substr(colon + 1)};
}

int announce(Context& c, const Arguments& a) {
  const venues::SmartVenue venue = venues::smart_venue_of(venues::load_smart_venues(c.policy()), a.venue);
  venues::SmartNotice notice{
      .key = a.key, .project = a.project, .opens = parse_instant(a.opens), .closes = parse_instant(a.closes)};
  if (!a.from.empty()) notice.term = rights::Term{rights::Month::parse(a.from), rights::Month::parse(a.to)};
  if (a.vintage != 0) notice.vintage = a.vintage;
  for (const std::string& figure : a.figures) notice.figures.push_back(figure_of(figure));
  Hall h(c, true);
  SmartRounds& rounds = h.rounds;
  const std::int64_t number = rounds.announce(venue, notice, act(c, a));
  c.note("smart.announce", object_of(number));
  return print(c, rounds.round(number));
}

int print_checks(Context& c, const std::vector<venues::Check>& checks) {
  if (c.json()) {
    Json out = Json::array();
    for (const venues::Check& check : checks)
      out.push_back({{"code", check.code},
                     {"outcome", venues::to_string(check.outcome)},
                     {"why", json_of(check.why)},
                     {"source", check.source}});
    c.print(out);
    return 0;
  }
  for (const venues::Check& check : checks) {
    const char* mark = check.outcome == venues::Check::Outcome::passed   ? "✓"
                       : check.outcome == venues::Check::Outcome::failed ? "✗"
                                                                         : "–";
    c.line({fmt::format("{} {} {}", mark, check.code, check.why.zh),
            fmt::format("{} {} {}", mark, check.code, check.why.en)});
  }
  return 0;
}

int bid(Context& c, const Arguments& a, bool buy) {
  Hall h(c, true);
  SmartRounds& rounds = h.rounds;
  venues::SmartBid bid{.key = a.key,
                       .account = a.account,
                       .buy = buy,
                       .period = a.period,
                       .price = Decimal::parse(a.price),
                       .quantity = a.quantity,
                       .replaces = a.replaces};
  if (const auto periods = rounds.round(a.number).periods(); bid.period.empty() && periods.size() == 1)
    bid.period = periods[0];
  const venues::Receipt receipt = rounds.bid(a.number, bid, act(c, a));
  // The trail says that a bid came, not which.
  c.note("smart.bid", object_of(a.number), a.account);
  if (c.json())
    c.print(Json{{"seq", receipt.seq}, {"at", to_rfc3339(receipt.at)}, {"hash", receipt.hash}});
  else
    c.line({fmt::format("已收到：第 {} 号，{}，回执 {}", receipt.seq, to_string(receipt.at), receipt.hash),
            fmt::format("received: {}, {}, receipt {}", receipt.seq, to_string(receipt.at), receipt.hash)});
  return 0;
}

int withdraw(Context& c, const Arguments& a) {
  Hall h(c, true);
  SmartRounds& rounds = h.rounds;
  for (const venues::StoredSmartBid& old : rounds.own_bids(a.number, a.account, c.by())) {
    if (old.key != a.replaces) continue;
    const venues::Receipt receipt = rounds.bid(a.number,
                                                    {.key = a.key,
                                                     .account = a.account,
                                                     .buy = old.buy,
                                                     .period = old.period,
                                                     .price = old.price,
                                                     .quantity = 0,
                                                     .replaces = old.key},
                                                    act(c, a));
    c.note("smart.withdraw", object_of(a.number), a.account);
    if (c.json())
      c.print(Json{{"seq", receipt.seq}, {"at", to_rfc3339(receipt.at)}, {"hash", receipt.hash}});
    else
      c.line(
          {fmt::format("已撤回，回执 {}", receipt.hash), fmt::format("withdrawn, receipt {}", receipt.hash)});
    return 0;
  }
  throw Error(venues::codes::bad_value,
              {fmt::format("没有申报“{}”", a.replaces), fmt::format("there is no bid \"{}\"", a.replaces)},
              {{}, 0, 0, "bid"});
}

int own_bids(Context& c, const Arguments& a) {
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"编号", "key"}},
                   {{"方向", "side"}},
                   {{"时段", "period"}},
                   {{"数量", "quantity"}, Wide::number},
                   {{"价格", "price"}, Wide::number},
                   {{"有效", "stands"}}};
  for (const venues::StoredSmartBid& b : Hall(c, true).rounds.own_bids(a.number, a.account, c.by())) {
    out.push_back({{"key", b.key},
                   {"side", b.buy ? "buy" : "sell"},
                   {"period", b.period},
                   {"quantity", b.quantity},
                   {"price", b.price.to_string()},
                   {"stands", b.stands()},
                   {"hash", b.hash}});
    table.rows.push_back({b.key, c.say(b.buy ? Text{"买", "buy"} : Text{"卖", "sell"}), b.period,
                          group_thousands(std::to_string(b.quantity)), b.price.to_string(),
                          b.stands() ? "✓" : ""});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int balance(Context& c, const Arguments& a) {
  const venues::SmartVenue venue = venues::smart_venue_of(venues::load_smart_venues(c.policy()), a.venue);
  Hall h(c);
  SmartRounds& rounds = h.rounds;
  Json out{{"accounts", Json::array()}, {"calls", Json::array()}};
  for (const venues::BalanceView& b : rounds.balances(venue)) {
    Json entries = Json::array();
    document::Table table;
    table.caption = {fmt::format("{}（{} → {}）余额 {}，限于 {} 至 {}", b.link, b.from, b.to,
                                 plain(b.balance), plain(b.lo), plain(b.hi)),
                     fmt::format("{} ({} → {}): balance {}, within {} and {}", b.link, b.from, b.to,
                                 plain(b.balance), plain(b.lo), plain(b.hi))};
    table.columns = {{{"时间", "at"}},
                     {{"事由", "cause"}},
                     {{"号", "number"}, Wide::number},
                     {{"变动", "change"}, Wide::number},
                     {{"余额", "balance"}, Wide::number}};
    for (const venues::BalanceEntry& e : b.entries) {
      entries.push_back({{"at", to_rfc3339(e.at)},
                         {"cause", e.cause},
                         {"number", e.number},
                         {"change", plain(e.amount)},
                         {"balance", plain(e.balance)}});
      table.rows.push_back({to_string(e.at), c.say(said(e.cause)), std::to_string(e.number), plain(e.amount),
                            plain(e.balance)});
    }
    out["accounts"].push_back({{"link", b.link},
                               {"from", b.from},
                               {"to", b.to},
                               {"lo", plain(b.lo)},
                               {"hi", plain(b.hi)},
                               {"balance", plain(b.balance)},
                               {"entries", entries}});
    if (!c.json()) c.print(table);
  }
  for (const venues::CallView& call : rounds.calls(venue.id)) {
    out["calls"].push_back({{"number", call.number},
                            {"link", call.link},
                            {"quantity", call.quantity.to_string()},
                            {"state", call.state},
                            {"reason", call.reason}});
    const Text state = said(call.state);
    if (!c.json())
      c.line({fmt::format("调出 {}：{} {}（{}，{}）", call.number, call.link, call.quantity.to_string(),
                          state.zh, call.reason),
              fmt::format("call-out {}: {} of {} ({}, {})", call.number, call.quantity.to_string(), call.link,
                          state.en, call.reason)});
  }
  if (c.json()) c.print(out);
  return 0;
}

int verify(Context& c, const Arguments& a) {
  const std::vector<Text> faults = Hall(c).rounds.verify(a.number);
  if (c.json()) {
    Json out = Json::array();
    for (const Text& fault : faults) out.push_back(json_of(fault));
    c.print(Json{{"sound", faults.empty()}, {"faults", out}});
  } else {
    for (const Text& fault : faults) c.line({"✗ " + fault.zh, "✗ " + fault.en});
    if (faults.empty())
      c.line({"由存档申报重新出清，结果与记录、登记簿和转移余额一致。",
              "Cleared again from the stored bids: the result equals the record, the registry and the "
              "transfer accounts."});
  }
  return faults.empty() ? 0 : 1;
}

}  // namespace

SmartFaults check_smart_rounds(Context& c) {
  SmartFaults out;
  const Hall h(c);
  const SmartRounds& rounds = h.rounds;
  for (const venues::SmartView& view : rounds.rounds()) {
    if (!view.closed()) continue;
    ++out.rounds;
    for (const Text& fault : rounds.verify(view.number))
      out.faults.push_back({fmt::format("第 {} 场：{}", view.number, fault.zh),
                            fmt::format("round {}: {}", view.number, fault.en)});
  }
  return out;
}

void add_smart_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand(
      "smart", "智能市场：多分区密封申报，一次出清 / smart markets: sealed bids in zones, cleared at once");
  group->require_subcommand(1);
  const auto a = std::make_shared<Arguments>();
  const auto command = [&](const char* name, const char* help, bool numbered) {
    auto* out = group->add_subcommand(name, help);
    if (numbered) out->add_option("number", a->number, "第几场 / number of the round")->required();
    return out;
  };
  const auto reasoned = [&](CLI::App* one) {
    one->add_option("--reason", a->reason, "事由 / reason")->capture_default_str();
    return one;
  };
  // A step that changes the round and shows it.
  const auto step = [&](CLI::App* one, const char* name, auto work, bool sealed = false) {
    reasoned(one)->callback([=, &action] {
      action = [=](Context& c) {
        Hall h(c, sealed);
        SmartRounds& rounds = h.rounds;
        work(c, rounds, *a);
        c.note(std::string("smart.") + name, object_of(a->number), a->account);
        return print(c, rounds.round(a->number));
      };
    });
  };

  command("venues", "政策包声明的智能市场 / smart markets that packs declare", false)->callback([&action] {
    action = list_venues;
  });
  command("list", "全部场次 / all rounds", false)->callback([&action] { action = list; });

  auto* one =
      command("announce", "拟定公告，由另一人核准 / draft an announcement; another person approves", false);
  one->add_option("venue", a->venue, "政策包声明的智能市场 / venue declared in a pack")->required();
  one->add_option("--key", a->key, "编号，重发不重复 / key, makes a retry harmless")->required();
  auto* from = one->add_option("--from", a->from, "起月 YYYY-MM / first month");
  auto* to = one->add_option("--to", a->to, "止月，不含 / end month, not included");
  from->needs(to);
  to->needs(from);
  one->add_option("--vintage", a->vintage, "存量型权利的年份 / vintage of a stock");
  one->add_option("--project", a->project, "项目 / project");
  one->add_option("--opens", a->opens, "开始申报 \"YYYY-MM-DD HH:MM\" / bids count from")->required();
  one->add_option("--closes", a->closes, "截止 / bids count up to")->required();
  one->add_option(
      "--figure", a->figures,
      "本场数值 名称.字段[@时段]=数值:理由 / a figure of this round, name.field[@period]=value:reason");
  reasoned(one)->callback([=, &action] { action = [=](Context& c) { return announce(c, *a); }; });

  step(command("approve", "核准并公告 / approve and publish", true), "approve",
       [](Context& c, SmartRounds& h, const Arguments& x) { h.approve(x.number, act(c, x)); });
  step(command("reject", "退回草稿 / reject a draft", true), "reject",
       [](Context& c, SmartRounds& h, const Arguments& x) { h.reject(x.number, act(c, x)); });
  step(command("cancel", "撤销已公告的场次，全部解冻 / call off what was announced", true), "cancel",
       [](Context& c, SmartRounds& h, const Arguments& x) { h.cancel(x.number, act(c, x)); });

  one = command("apply", "报名，列出全部资格检查 / apply; every check is shown", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--zone", a->zone, "所在分区 / zone")->required();
  one->add_option("--purpose", a->purpose, "用途 / purpose");
  reasoned(one)->callback([=, &action] {
    action = [=](Context& c) {
      const auto checks = Hall(c).rounds.apply(a->number, {a->account, a->zone, a->purpose}, act(c, *a));
      c.note("smart.apply", object_of(a->number), a->account);
      return print_checks(c, checks);
    };
  });
  one = command("admit", "决定交易资格（由另一人）/ admit a member, by another person", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_flag("--refuse", a->refuse, "不予通过 / refuse");
  step(one, "admit", [](Context& c, SmartRounds& h, const Arguments& x) {
    h.admit(x.number, x.account, !x.refuse, act(c, x));
  });

  for (const bool buy : {true, false}) {
    one = command(buy ? "bid" : "ask",
                  buy ? "密封买入申报，资金先冻结 / a sealed bid; its cash is set aside first"
                      : "密封卖出申报，数量先冻结 / a sealed ask; its quantity is set aside first",
                  true);
    one->add_option("--account", a->account, "登记账户 / account")->required();
    one->add_option("--key", a->key, "编号，重发不重复 / key, makes a retry harmless")->required();
    one->add_option("--price", a->price, "限价（元）/ limit price in yuan")->required();
    one->add_option("--quantity", a->quantity, "数量 / quantity")->required();
    one->add_option("--period", a->period, "时段，只有一个时可不写 / period, where there are several");
    one->add_option("--replaces", a->replaces, "代替自己的哪一申报 / key of the own one that this replaces");
    reasoned(one)->callback([=, &action] { action = [=](Context& c) { return bid(c, *a, buy); }; });
  }
  one = command("withdraw", "撤回申报 / withdraw a bid or ask", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--key", a->key, "本次撤回的编号 / key of the withdrawal")->required();
  one->add_option("--bid", a->replaces, "撤回哪一申报 / key of what is withdrawn")->required();
  reasoned(one)->callback([=, &action] { action = [=](Context& c) { return withdraw(c, *a); }; });
  one = command("bids", "自己的申报 / own bids and asks", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->callback([=, &action] { action = [=](Context& c) { return own_bids(c, *a); }; });

  step(
      command("close",
              "截止后撮合：出清、交割、解冻一次完成 / after the close: cleared, settled, released at once",
              true),
      "close", [](Context& c, SmartRounds& h, const Arguments& x) { h.close(x.number, act(c, x)); },
      true);
  one = command("decide", "审批成交 / the authority's decision", true);
  one->add_flag("--refuse", a->refuse, "不予批准，全部退回 / refuse: everything unwinds");
  step(one, "decide",
       [](Context& c, SmartRounds& h, const Arguments& x) { h.decide(x.number, !x.refuse, act(c, x)); });

  for (const char* name : {"show", "result"}) {
    one = command(name, "公告与结果 / announcement and result", true);
    one->callback(
        [=, &action] { action = [=](Context& c) { return print(c, Hall(c).rounds.round(a->number)); }; });
  }
  one = command("balance", "分区间转移余额与调出 / transfer accounts and call-outs", false);
  one->add_option("venue", a->venue, "智能市场 / venue")->required();
  one->callback([=, &action] { action = [=](Context& c) { return balance(c, *a); }; });
  one = command("call-out", "拟定调出，由另一人核准 / propose a call-out; another person approves", false);
  one->add_option("venue", a->venue, "智能市场 / venue")->required();
  one->add_option("--key", a->key, "编号，重发不重复 / key, makes a retry harmless")->required();
  one->add_option("--link", a->link, "通道 / link")->required();
  one->add_option("--quantity", a->amount, "数量 / quantity")->required();
  reasoned(one)->callback([=, &action] {
    action = [=](Context& c) {
      const std::int64_t number =
          Hall(c).rounds.call_out(venues::smart_venue_of(venues::load_smart_venues(c.policy()), a->venue),
                                  {a->key, a->link, Decimal::parse(a->amount)}, act(c, *a));
      c.note("smart.call_out", fmt::format("smart-call/{}", number), a->link);
      return balance(c, *a);
    };
  });
  one = command("decide-call", "核准调出 / decide on a call-out", false);
  one->add_option("venue", a->venue, "智能市场 / venue")->required();
  one->add_option("number", a->number, "第几号调出 / number of the call-out")->required();
  one->add_flag("--refuse", a->refuse, "退回 / refuse");
  reasoned(one)->callback([=, &action] {
    action = [=](Context& c) {
      Hall(c).rounds.decide_call(a->number, !a->refuse, venues::smart_venue_of(venues::load_smart_venues(c.policy()), a->venue),
                                 act(c, *a));
      c.note("smart.decide_call", fmt::format("smart-call/{}", a->number), a->venue);
      return balance(c, *a);
    };
  });
  one = command("verify", "由存档申报重新出清并比对 / clear again from the stored bids and compare", true);
  one->callback([=, &action] { action = [=](Context& c) { return verify(c, *a); }; });
}

}  // namespace tributary::cli
