// market list|open|approve|reject|end|apply|admit|order|reduce|cancel|confirm|orders|deals|days|halt|resume|decide|advance|verify.
#include "cli/book_commands.h"

#include "base/json.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "rights/titles.h"
#include "venues/markets.h"

#include <functional>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using exchange::Side;
using venues::Markets;

constexpr int most_rows = 1'000;

struct Arguments {
  std::int64_t number = 0, quantity = 0, least = 0, pick = 0, order = 0;
  int vintage = 0;
  std::string venue, key, account, from, to, project, reference, reference_source, first_day, last_day, zone, price;
  std::string side = "buy", stands = "day", with, until, terms;
  std::string reason = "命令行办理";
  bool refuse = false, at_market = false, bulk = false, open_only = false, everything = false;
};

class Desk {
 public:
  explicit Desk(Context& c)
      : markets(c.database(), c.tenant(), c.clock(), c.policy().catalog().calendar(), hall_) {}

 private:
  venues::MarketHall hall_;

 public:
  Markets markets;
};

rights::Act act(Context& c, const Arguments& a) {
  return {c.by(), "", a.reason, ""};
}

const std::map<std::string, exchange::Stands> lives{{"day", exchange::Stands::day},
                                                    {"gtc", exchange::Stands::gtc},
                                                    {"ioc", exchange::Stands::ioc},
                                                    {"fok", exchange::Stands::fok},
                                                    {"auction", exchange::Stands::auction_only}};

Text said(const std::string& word) {
  static const std::map<std::string, Text> words{{"draft", {"待核准", "draft"}},
                                                 {"open", {"有效", "open"}},
                                                 {"ended", {"已结束", "ended"}},
                                                 {"rejected", {"已退回", "rejected"}},
                                                 {"partial", {"部分成交", "partly filled"}},
                                                 {"filled", {"全部成交", "filled"}},
                                                 {"cancelled", {"已撤", "cancelled"}},
                                                 {"expired", {"已失效", "expired"}},
                                                 {"refused", {"未接受", "refused"}},
                                                 {"continuous", {"连续", "continuous"}},
                                                 {"call", {"集合竞价", "call"}},
                                                 {"listed", {"挂牌", "listed"}},
                                                 {"bulk", {"大宗", "bulk"}},
                                                 {"buy", {"买", "buy"}},
                                                 {"sell", {"卖", "sell"}}};
  const auto found = words.find(word);
  return found == words.end() ? Text{word, word} : found->second;
}
Text said(exchange::Phase phase, bool halted) {
  if (halted) return {"停牌", "halted"};
  switch (phase) {
    case exchange::Phase::closed:
      return {"休市", "closed"};
    case exchange::Phase::call:
      return {"集合竞价", "call"};
    case exchange::Phase::call_no_cancel:
      return {"集合竞价（不可撤单）", "call, nothing is withdrawn"};
    case exchange::Phase::continuous:
      return {"交易中", "trading"};
  }
  return {};
}
const char* word(Side side) {
  return side == Side::buy ? "buy" : "sell";
}
const char* word(exchange::Phase phase) {
  constexpr const char* words[] = {"closed", "call", "call_no_cancel", "continuous"};
  return words[static_cast<int>(phase)];
}
std::string yuan(std::int64_t fen) {
  return group_thousands(ledger::format_amount(fen, 2));
}
Json or_null(const std::optional<Decimal>& value) {
  return value ? Json(value->to_string()) : Json();
}

// ---- what is shown ----

Json json_of_market(const venues::MarketView& m) {
  const venues::Listing& l = m.listing;
  return {{"number", m.number},
          {"state", m.state},
          {"venue", m.venue.id},
          {"title", json_of(m.venue.title)},
          {"verified", m.venue.verified},
          {"lease", venues::json_of(m.venue.lease)},
          {"instrument", m.venue.instrument},
          {"key", l.key},
          {"from", l.term ? Json(to_string(l.term->from)) : Json()},
          {"to", l.term ? Json(to_string(l.term->to)) : Json()},
          {"vintage", l.vintage ? Json(*l.vintage) : Json()},
          {"reference", l.reference.to_string()},
          {"first_day", to_string(l.first_day)},
          {"last_day", to_string(l.last_day)},
          {"halt_reason", m.halt_reason},
          {"deals", m.deals},
          {"head", m.head}};
}

Json json_of_order(const venues::StoredOrder& o) {
  return {{"order", o.id},
          {"bulk", o.bulk},
          {"key", o.key},
          {"account", o.account},
          {"with", o.counterparty},
          {"side", word(o.side)},
          {"price", or_null(o.price)},
          {"quantity", o.quantity},
          {"left", o.left},
          {"filled", o.filled},
          {"state", o.state},
          {"reason", exchange::to_string(o.reason)},
          {"why", o.why},
          {"at", to_rfc3339(o.at)}};
}

Json json_of_deal(const venues::Deal& d) {
  return {{"deal", d.seq},     {"at", to_rfc3339(d.at)}, {"kind", d.kind}, {"price", d.price.to_string()},
          {"quantity", d.quantity}, {"fen", d.fen},       {"buyer", d.buyer}, {"seller", d.seller},
          {"trade", d.trade}};
}

Json levels(const std::vector<venues::Level>& side) {
  Json out = Json::array();
  for (const venues::Level& level : side) out.push_back({{"price", level.price.to_string()}, {"quantity", level.quantity}});
  return out;
}

int show(Context& c, Desk& desk, std::int64_t number) {
  const venues::MarketView m = desk.markets.market(number);
  const venues::Depth depth = desk.markets.depth(number, 10);
  if (c.json()) {
    Json out = json_of_market(m);
    out["phase"] = word(depth.phase);
    out["halted"] = depth.halted;
    out["low"] = depth.low.to_string();
    out["high"] = depth.high.to_string();
    out["buys"] = levels(depth.buys);
    out["sells"] = levels(depth.sells);
    out["indicative"] = or_null(depth.indicative);
    out["indicative_quantity"] = depth.indicative_quantity;
    out["next_at"] = depth.next_at ? Json(to_rfc3339(*depth.next_at)) : Json();
    Json offers = Json::array();
    for (const venues::Offer& offer : depth.offers)
      offers.push_back({{"order", offer.order},
                        {"side", word(offer.side)},
                        {"price", offer.price.to_string()},
                        {"quantity", offer.quantity},
                        {"least", offer.min_quantity}});
    out["offers"] = offers;
    c.print(out);
    return 0;
  }
  const Text phase = said(depth.phase, depth.halted), state = said(m.state);
  c.line({fmt::format("第 {} 号市场 {}（{}，{}）", number, m.venue.title.zh, state.zh, phase.zh),
          fmt::format("Market {}: {} ({}, {})", number, m.venue.title.en, state.en, phase.en)});
  const std::string months = m.listing.term ? to_string(*m.listing.term) : std::to_string(m.listing.vintage.value_or(0));
  const Text what = m.venue.lease ? Text{months + "（租赁）", months + " (lease)"} : Text{months, months};
  c.line({fmt::format("标的 {} {}；参考价 {} 元，价格 {} 至 {} 元；{} 至 {}", m.venue.instrument, what.zh,
                      depth.reference.to_string(), depth.low.to_string(), depth.high.to_string(),
                      to_string(m.listing.first_day), to_string(m.listing.last_day)),
          fmt::format("{} {}; reference {} yuan, prices from {} to {}; {} to {}", m.venue.instrument, what.en,
                      depth.reference.to_string(), depth.low.to_string(), depth.high.to_string(),
                      to_string(m.listing.first_day), to_string(m.listing.last_day))});
  if (depth.halted && !m.halt_reason.empty()) c.line({"停牌原因：" + m.halt_reason, "halted: " + m.halt_reason});
  if (depth.indicative)
    c.line({fmt::format("虚拟成交价 {} 元，数量 {}", depth.indicative->to_string(), depth.indicative_quantity),
            fmt::format("indicative price {} yuan, quantity {}", depth.indicative->to_string(), depth.indicative_quantity)});
  document::Table table;
  const auto number_cell = document::CellKind::number;
  table.caption = {"委托簿", "Book"};
  table.columns = {{{"买卖", "side"}}, {{"价格（元）", "price"}, number_cell}, {{"数量", "quantity"}, number_cell}};
  const auto add = [&](const char* side, const Decimal& price, std::int64_t quantity) {
    document::Row cells;
    for (const std::string& cell : {c.say(said(side)), price.to_string(), group_thousands(std::to_string(quantity))})
      cells.push_back(cell);
    table.rows.push_back(cells);
  };
  for (auto level = depth.sells.rbegin(); level != depth.sells.rend(); ++level) add("sell", level->price, level->quantity);
  for (const venues::Level& level : depth.buys) add("buy", level.price, level.quantity);
  if (!table.rows.empty()) c.print(table);
  return 0;
}

int print_order(Context& c, const venues::Placed& placed) {
  const venues::StoredOrder& o = placed.order;
  if (c.json()) {
    Json out = json_of_order(o);
    out["deals"] = Json::array();
    for (const venues::Deal& deal : placed.deals) out["deals"].push_back(json_of_deal(deal));
    c.print(out);
  } else {
    const Text state = said(o.state);
    const Text why = o.reason == exchange::Refusal::none ? Text{} : exchange::describe(o.reason);
    c.line({fmt::format("委托 {}：{}，成交 {}，未成交 {}{}{}", o.id, state.zh, o.filled, o.left, why.zh.empty() ? "" : "；" + why.zh,
                        o.why.empty() ? "" : "：" + o.why),
            fmt::format("order {}: {}, {} filled, {} left{}{}", o.id, state.en, o.filled, o.left,
                        why.en.empty() ? "" : "; " + why.en, o.why.empty() ? "" : ": " + o.why)});
    for (const venues::Deal& deal : placed.deals)
      c.line({fmt::format("成交 {}：{} 元 × {}，价款 {} 元", deal.seq, deal.price.to_string(), deal.quantity, yuan(deal.fen)),
              fmt::format("deal {}: {} yuan × {}, {} yuan in all", deal.seq, deal.price.to_string(), deal.quantity,
                          yuan(deal.fen))});
  }
  return o.state == "refused" ? 1 : 0;
}

// A list as a table, or as JSON.
class Listed {
 public:
  explicit Listed(std::vector<document::Column> columns) { table_.columns = std::move(columns); }
  void add(Json json, const std::vector<std::string>& cells) {
    json_.push_back(std::move(json));
    document::Row row;
    for (const std::string& cell : cells) row.push_back(cell);
    table_.rows.push_back(std::move(row));
  }
  int print(Context& c) const {
    if (c.json())
      c.print(json_);
    else
      c.print(table_);
    return 0;
  }

 private:
  Json json_ = Json::array();
  document::Table table_;
};

// Every page of a list that is read downwards by a number of its rows.
template <class Row, class Read>
void each_page(const Read& read, std::int64_t Row::* number, const std::function<void(const Row&)>& visit) {
  for (std::int64_t before = std::numeric_limits<std::int64_t>::max();;) {
    const std::vector<Row> page = read(before);
    for (const Row& row : page) visit(row);
    if (page.size() < most_rows) return;
    before = page.back().*number;
  }
}

std::string shown(const std::optional<Decimal>& price) {
  return price ? price->to_string() : "";
}

int list(Context& c) {
  Desk desk(c);
  Json out = Json::array();
  each_page<venues::MarketView>([&](std::int64_t before) { return desk.markets.markets(before, most_rows); },
                                &venues::MarketView::number, [&](const venues::MarketView& m) {
                                  if (c.json()) return out.push_back(json_of_market(m));
                                  const Text state = said(m.state);
                                  const std::string from = to_string(m.listing.first_day), to = to_string(m.listing.last_day);
                                  c.line({fmt::format("{}  {}  {}  {} 至 {}", m.number, state.zh, m.venue.title.zh, from, to),
                                          fmt::format("{}  {}  {}  {} to {}", m.number, state.en, m.venue.title.en, from, to)});
                                });
  if (c.json()) c.print(out);
  return 0;
}

int orders(Context& c, const Arguments& a) {
  Desk desk(c);
  const auto number = document::CellKind::number;
  Listed out({{{"委托", "order"}, number}, {{"账户", "account"}},       {{"买卖", "side"}},
              {{"价格", "price"}, number}, {{"数量", "quantity"}, number}, {{"未成交", "left"}, number},
              {{"状态", "state"}},         {{"说明", "why"}}});
  each_page<venues::StoredOrder>(
      [&](std::int64_t before) { return desk.markets.orders(a.number, a.account, a.open_only, before, most_rows); },
      &venues::StoredOrder::seq, [&](const venues::StoredOrder& o) {
        const Text why = o.reason == exchange::Refusal::none ? Text{} : exchange::describe(o.reason);
        out.add(json_of_order(o), {std::to_string(o.id), o.account, c.say(said(word(o.side))), shown(o.price),
                             std::to_string(o.quantity), std::to_string(o.left), c.say(said(o.state)), c.say(why)});
      });
  return out.print(c);
}

int deals(Context& c, const Arguments& a) {
  Desk desk(c);
  const auto number = document::CellKind::number;
  Listed out({{{"成交", "deal"}, number}, {{"时间", "time"}}, {{"方式", "kind"}}, {{"价格", "price"}, number},
              {{"数量", "quantity"}, number}, {{"价款（元）", "yuan"}, number}, {{"买方", "buyer"}}, {{"卖方", "seller"}}, {{"状态", "state"}}});
  const rights::Rights registry(c.database(), c.tenant(), c.clock(), c.policy().catalog().calendar());
  each_page<venues::Deal>([&](std::int64_t before) { return desk.markets.deals(a.number, before, most_rows); },
                          &venues::Deal::seq, [&](const venues::Deal& d) {
                            const rights::TransactionState state = registry.transaction(d.trade).state;
                            Json json = json_of_deal(d);
                            json["state"] = rights::to_string(state);
                            out.add(std::move(json), {std::to_string(d.seq), to_string(d.at), c.say(said(d.kind)),
                                                      d.price.to_string(), std::to_string(d.quantity), yuan(d.fen), d.buyer,
                                                      d.seller, c.say(rights::title_of(state))});
                          });
  return out.print(c);
}

int days(Context& c, const Arguments& a) {
  const Date from = a.first_day.empty() ? make_date(1970, 1, 1) : parse_date(a.first_day);
  const Date to = a.last_day.empty() ? make_date(9999, 12, 31) : parse_date(a.last_day);
  const auto number = document::CellKind::number;
  Listed out({{{"日期", "day"}}, {{"开盘", "open"}, number}, {{"最高", "high"}, number}, {{"最低", "low"}, number},
              {{"收盘", "close"}, number}, {{"成交量", "quantity"}, number}, {{"成交额（元）", "yuan"}, number},
              {{"笔数", "deals"}, number}, {{"大宗", "bulk"}, number}});
  for (const venues::MarketDay& d : Desk(c).markets.days(a.number, from, to))
    out.add({{"day", to_string(d.day)},
             {"open", or_null(d.opening)},
             {"high", or_null(d.high)},
             {"low", or_null(d.low)},
             {"close", d.closing.to_string()},
             {"quantity", d.quantity},
             {"fen", d.fen},
             {"deals", d.deals},
             {"bulk_quantity", d.bulk_quantity},
             {"bulk_fen", d.bulk_fen},
             {"bulk_deals", d.bulk_deals},
             {"hash", d.hash}},
            {to_string(d.day), shown(d.opening), shown(d.high), shown(d.low), d.closing.to_string(),
             std::to_string(d.quantity), yuan(d.fen), std::to_string(d.deals), std::to_string(d.bulk_quantity)});
  return out.print(c);
}

// ---- what is done ----

int open(Context& c, const Arguments& a) {
  venues::Listing listing{.key = a.key,
                          .project = a.project,
                          .reference = Decimal::parse(a.reference),
                          .reference_source = a.reference_source,
                          .first_day = parse_date(a.first_day),
                          .last_day = parse_date(a.last_day)};
  if (!a.from.empty()) listing.term = rights::Term{rights::Month::parse(a.from), rights::Month::parse(a.to)};
  if (a.vintage != 0) listing.vintage = a.vintage;
  Desk desk(c);
  const std::int64_t number = desk.markets.list(venues::market_of(venues::load_markets(c.policy()), a.venue), listing, act(c, a));
  c.note("market.open", "market/" + std::to_string(number));
  return show(c, desk, number);
}

int order(Context& c, const Arguments& a) {
  venues::OrderRequest request{.key = a.key,
                               .account = a.account,
                               .side = a.side == "sell" ? Side::sell : Side::buy,
                               .stands = lives.at(a.stands),
                               .quantity = a.quantity,
                               .min_quantity = a.least,
                               .target = a.pick,
                               .counterparty = a.with};
  if (a.at_market)
    request.type = exchange::OrderType::market;
  else if (a.pick == 0)
    request.price = Decimal::parse(a.price);
  if (!a.until.empty()) request.until = parse_instant(a.until);
  Desk desk(c);
  const venues::Placed placed = desk.markets.submit(a.number, request, act(c, a));
  c.note("market.order", fmt::format("market/{}", a.number), a.account);
  return print_order(c, placed);
}

int confirm(Context& c, const Arguments& a) {
  Desk desk(c);
  std::string terms = a.terms;
  if (terms.empty()) {
    // Shown first; whoever confirms sends the hash of what he has read.
    for (const venues::StoredOrder& o : desk.markets.proposals_to(a.number, a.account)) {
      if (o.id != a.order) continue;
      const std::string hash = Markets::terms_hash(desk.markets.market(a.number), o);
      if (c.json()) {
        Json out = json_of_order(o);
        out["terms"] = hash;
        c.print(out);
      } else {
        const Text side = said(word(o.side));
        c.line({fmt::format("{} {}：{} × {}，须于 {} 前确认；条款哈希 {}", o.account, side.zh,
                            o.price ? o.price->to_string() : "", o.quantity, o.until ? to_string(*o.until) : "", hash),
                fmt::format("{} {}s: {} × {}, to be confirmed before {}; hash of the terms {}", o.account, side.en,
                            o.price ? o.price->to_string() : "", o.quantity, o.until ? to_string(*o.until) : "", hash)});
      }
      return 0;
    }
    throw Error(exchange::codes::refusals[static_cast<std::size_t>(exchange::Refusal::unknown_order) - 1],
                exchange::describe(exchange::Refusal::unknown_order));
  }
  const venues::Placed placed = desk.markets.confirm(a.number, a.order, a.account, terms, act(c, a));
  c.note("market.confirm", fmt::format("market/{}", a.number), a.account);
  return print_order(c, placed);
}

int verify(Context& c, const Arguments& a) {
  const std::vector<Text> faults = Desk(c).markets.verify(a.number);
  if (c.json()) {
    Json out = Json::array();
    for (const Text& fault : faults) out.push_back(json_of(fault));
    c.print(Json{{"sound", faults.empty()}, {"faults", out}});
  } else {
    for (const Text& fault : faults) c.line({"✗ " + fault.zh, "✗ " + fault.en});
    if (faults.empty())
      c.line({"由指令日志重放，委托、成交、收盘与登记簿一致。",
              "Replayed from the journal: orders, deals, closes and the registry agree."});
  }
  return faults.empty() ? 0 : 1;
}

}  // namespace

MarketFaults check_markets(Context& c) {
  MarketFaults out;
  Desk desk(c);
  for (const venues::MarketView& m : desk.markets.markets(std::numeric_limits<std::int64_t>::max(), 100'000)) {
    ++out.markets;
    for (const Text& fault : desk.markets.verify(m.number))
      out.faults.push_back({fmt::format("第 {} 号市场：{}", m.number, fault.zh), fmt::format("market {}: {}", m.number, fault.en)});
  }
  return out;
}

void add_book_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("market", "市场：连续交易、集合竞价、挂牌与大宗协议 / markets with an order book");
  group->require_subcommand(1);
  const auto a = std::make_shared<Arguments>();
  const auto command = [&](const char* name, const char* help, bool numbered) {
    auto* out = group->add_subcommand(name, help);
    if (numbered) out->add_option("number", a->number, "第几号 / number of the market")->required();
    return out;
  };
  const auto reasoned = [&](CLI::App* one) {
    one->add_option("--reason", a->reason, "事由 / reason")->capture_default_str();
    return one;
  };
  // A step that changes the market and shows it.
  const auto step = [&](CLI::App* one, const char* name, auto work) {
    reasoned(one)->callback([=, &action] {
      action = [=](Context& c) {
        Desk desk(c);
        work(c, desk.markets, *a);
        c.note(std::string("market.") + name, "market/" + std::to_string(a->number), a->account);
        return show(c, desk, a->number);
      };
    });
  };
  const auto reading = [&](CLI::App* one, int (*work)(Context&, const Arguments&)) {
    one->callback([=, &action] { action = [=](Context& c) { return work(c, *a); }; });
  };

  command("list", "全部市场 / all markets", false)->callback([&action] { action = list; });
  auto* one = command("show", "委托簿与时段 / the book and its phase", true);
  one->callback([=, &action] {
    action = [=](Context& c) {
      Desk desk(c);
      return show(c, desk, a->number);
    };
  });

  one = command("open", "开设市场，由另一人核准 / list a market; another person approves", false);
  one->add_option("venue", a->venue, "政策包声明的市场 / venue declared in a pack")->required();
  one->add_option("--key", a->key, "编号，重发不重复 / key, makes a retry harmless")->required();
  auto* from = one->add_option("--from", a->from, "标的起月 YYYY-MM / first month of what is traded");
  auto* to = one->add_option("--to", a->to, "止月，不含 / end month, not included");
  from->needs(to);
  to->needs(from);
  one->add_option("--vintage", a->vintage, "存量型权利的年份 / vintage of a stock");
  one->add_option("--project", a->project, "项目 / project");
  one->add_option("--reference", a->reference, "首日参考价（元）/ reference of the first day, in yuan")->required();
  one->add_option("--reference-source", a->reference_source, "参考价的来源 / where it comes from");
  one->add_option("--first-day", a->first_day, "首个交易日 / first day")->required();
  one->add_option("--last-day", a->last_day, "最后交易日 / last day")->required();
  reading(reasoned(one), open);

  step(command("approve", "核准（由另一人）/ approve, by another person", true), "approve",
       [](Context& c, Markets& m, const Arguments& x) {
         m.approve(x.number, act(c, x));
         m.advance({"market clock", "", "按交易时段 / by the sessions", ""});
       });
  step(command("reject", "退回草稿 / reject a draft", true), "reject",
       [](Context& c, Markets& m, const Arguments& x) { m.reject(x.number, act(c, x)); });
  step(command("end", "提前结束，全部撤单 / end it for good; all orders leave", true), "end",
       [](Context& c, Markets& m, const Arguments& x) { m.end(x.number, act(c, x)); });
  one = command("apply", "申请加入 / apply for membership", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--zone", a->zone, "所在流域或空气区 / basin or air zone")->required();
  step(one, "apply", [](Context& c, Markets& m, const Arguments& x) { (void)m.apply(x.number, {x.account, x.zone}, act(c, x)); });
  one = command("admit", "决定是否准入（由另一人）/ admit a member, by another person", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_flag("--refuse", a->refuse, "不予准入 / refuse");
  step(one, "admit", [](Context& c, Markets& m, const Arguments& x) { m.admit(x.number, x.account, !x.refuse, act(c, x)); });

  one = command("order", "委托；资金或权利先冻结 / an order; cash or rights are set aside first", true);
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--key", a->key, "编号，重发不重复 / key, makes a retry harmless")->required();
  one->add_option("--side", a->side, "buy 买，sell 卖")->check(CLI::IsMember({"buy", "sell"}))->capture_default_str();
  one->add_option("--quantity", a->quantity, "数量 / quantity")->required();
  auto* price = one->add_option("--price", a->price, "单价（元）/ price in yuan");
  auto* market = one->add_flag("--at-market", a->at_market, "市价 / at the market's price");
  auto* pick = one->add_option("--pick", a->pick, "摘牌：对方委托的编号 / pick this listed offer");
  price->excludes(market)->excludes(pick);
  one->add_option("--stands", a->stands, "有效期 / how long it stands")
      ->check(CLI::IsMember({"day", "gtc", "ioc", "fok", "auction"}))
      ->capture_default_str();
  one->add_option("--least", a->least, "最低成交量 / least quantity");
  auto* with = one->add_option("--with", a->with, "大宗协议的对方账户 / bulk agreement with this account");
  auto* until = one->add_option("--until", a->until, "对方确认期限 / to be confirmed before");
  with->needs(until);
  until->needs(with);
  one->callback([=, &action] {
    if (price->count() + market->count() + pick->count() != 1) throw CLI::RequiredError("--price | --at-market | --pick");
    action = [=](Context& c) { return order(c, *a); };
  });
  reasoned(one);
  one = command("reduce", "减少数量，保留排队次序 / lower the quantity; the place in the line is kept", true);
  one->add_option("order", a->order, "委托编号 / order")->required();
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--quantity", a->quantity, "减至（含已成交）/ to this, what is filled included")->required();
  step(one, "reduce", [](Context& c, Markets& m, const Arguments& x) {
    (void)m.reduce(x.number, x.order, x.account, x.quantity, act(c, x));
  });
  one = command("cancel", "撤单 / withdraw an order", true);
  auto* which = one->add_option("order", a->order, "委托编号 / order");
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_flag("--bulk", a->bulk, "大宗协议 / a bulk agreement");
  one->add_flag("--all", a->everything, "该账户全部委托 / all orders of the account")->excludes(which);
  step(one, "cancel", [](Context& c, Markets& m, const Arguments& x) {
    if (x.everything)
      (void)m.cancel_all(x.number, x.account, act(c, x));
    else if (x.bulk)
      (void)m.withdraw(x.number, x.order, x.account, act(c, x));
    else
      (void)m.cancel(x.number, x.order, x.account, act(c, x));
  });
  one = command("confirm", "大宗协议的另一方确认 / the other side's word to a bulk agreement", true);
  one->add_option("order", a->order, "协议编号 / proposal")->required();
  one->add_option("--account", a->account, "登记账户 / account")->required();
  one->add_option("--terms", a->terms, "条款哈希；不写则先显示 / hash of the terms; without it they are shown");
  reading(reasoned(one), confirm);

  one = command("orders", "委托 / orders", true);
  one->add_option("--account", a->account, "登记账户 / account");
  one->add_flag("--open", a->open_only, "只列未了结的 / only what is open");
  reading(one, orders);
  reading(command("deals", "成交 / deals", true), deals);
  one = command("days", "每日行情 / trading days", true);
  one->add_option("--from", a->first_day, "起日 / from");
  one->add_option("--to", a->last_day, "止日 / to");
  reading(one, days);

  one = command("halt", "停牌 / halt", true);
  one->add_option("--until", a->until, "恢复时间；不写则待通知 / until; else until resumed");
  step(one, "halt", [](Context& c, Markets& m, const Arguments& x) {
    m.halt(x.number, x.until.empty() ? std::nullopt : std::optional(parse_instant(x.until)), act(c, x));
  });
  step(command("resume", "复牌 / resume", true), "resume",
       [](Context& c, Markets& m, const Arguments& x) { m.resume(x.number, act(c, x)); });
  one = command("decide", "审批一笔成交 / decide on a deal that waits", true);
  one->add_option("deal", a->order, "成交编号 / deal")->required();
  one->add_flag("--refuse", a->refuse, "不予批准 / refuse");
  step(one, "decide", [](Context& c, Markets& m, const Arguments& x) { m.decide(x.number, x.order, !x.refuse, act(c, x)); });
  one = command("advance", "按时段推进全部市场 / what the time brings, of all markets", false);
  reasoned(one)->callback([=, &action] {
    action = [=](Context& c) {
      const int n = Desk(c).markets.advance(act(c, *a));
      if (c.json())
        c.print(Json{{"commands", n}});
      else
        c.line({fmt::format("{} 个动作", n), fmt::format("{} steps", n)});
      return 0;
    };
  });
  reading(command("verify", "由指令日志重放并核对 / replay the journal and compare", true), verify);
}

}  // namespace tributary::cli
