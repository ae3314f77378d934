// Taking part in a market: applying, orders, picks of listed offers, bulk agreements. A holder acts for his own party's
// accounts (rights.propose) and sees no other's orders. What the book refuses is kept, and answered as a problem.
#include "api/market_desk.h"
#include "api/problem.h"
#include "exchange/codes.h"
#include "venues/codes.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using exchange::Side;
using identity::Permission;
using schema::boolean, schema::instant, schema::integer, schema::line, schema::object, schema::one_of, schema::optional,
    schema::text;
using venues::OrderRequest;

const Access reads = Access::to(Permission::rights_read);
const Access trades = Access::to(Permission::rights_propose);
const std::string one = "/api/v1/markets/{number}";

std::string object_of(std::int64_t number) {
  return fmt::format("market/{}", number);
}

Answer checks(Call& call) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  std::string account = call.text("account");
  if (account.empty() && !desk.own_accounts().empty()) account = desk.own_accounts().front();
  Json out = Json::array();
  if (!account.empty())
    out = checks_json(desk.hall.checks(view.number, {desk.own_account(account), call.text("zone")}));
  return Json{{"account", account}, {"checks", out}};
}

Answer apply(Call& call) {
  MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  const venues::Application wish{desk.own_account(call.given("account")), call.given("zone")};
  if (view.state == "open") require_passed(desk.hall.checks(view.number, wish, false));
  const Json out = checks_json(desk.hall.apply(view.number, wish, step_act(call, "申请入市")));
  call.note("market.apply", object_of(view.number), wish.account);
  return Json{{"account", wish.account}, {"checks", out}};
}

// ---- orders ----

Side side_in(Call& call) {
  return call.given("side") == "sell" ? Side::sell : Side::buy;
}
exchange::Stands stands_in(Call& call) {
  using enum exchange::Stands;
  const std::string given = call.given("stands");
  return given == "gtc" ? gtc : given == "ioc" ? ioc : given == "fok" ? fok : given == "auction_only" ? auction_only : day;
}

// A key is the account's own: another's neither clashes with it nor is found out by it.
OrderRequest request_of(Call& call, const MarketDesk& desk) {
  const Json& body = call.body;
  OrderRequest out{.account = desk.own_account(call.given("account")), .quantity = body.at("quantity").get<std::int64_t>()};
  if (body.contains("key")) out.key = out.account + ":" + call.given("key");
  if (body.contains("offer")) {
    out.target = body.at("offer").get<std::int64_t>();
    return out;
  }
  out.side = side_in(call);
  out.counterparty = call.given("counterparty");
  if (body.contains("until")) out.until = parse_instant(call.given("until"));
  out.type = call.given("type") == "market" ? exchange::OrderType::market : exchange::OrderType::limit;
  out.stands = stands_in(call);
  if (out.type == exchange::OrderType::limit || !out.counterparty.empty()) out.price = decimal_in(call, "price");
  if (body.contains("min_quantity")) out.min_quantity = body.at("min_quantity").get<std::int64_t>();
  return out;
}

// Kept with its reason, so the request came to something; yet no order of it stands.
Answer refusal(Call& call, const venues::StoredOrder& order) {
  Text why = exchange::describe(order.reason);
  if (!order.why.empty()) why = {why.zh + "：" + order.why, why.en + ": " + order.why};
  Response out = problem({venues::codes::order_refused, why, {{}, 0, 0, std::string(exchange::to_string(order.reason))}},
                         call.request.id, call.tongue, &call.worker.services.settings);
  return out;
}

Answer place(Call& call) {
  MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  const venues::Placed placed = desk.hall.submit(view.number, request_of(call, desk), step_act(call, "委托"));
  // The trail says that an order came, not which.
  call.note("market.order", object_of(view.number), placed.order.account);
  if (placed.order.state == "refused") return refusal(call, placed.order);
  return desk.placed(view, placed);
}

Answer quote(Call& call) {
  const MarketDesk desk(call);
  return desk.quote(desk.market_in_path(), request_of(call, desk));
}

// A change of one order; its answer shows the order afterwards.
template <class Change>
Handler change(const char* name, Change work) {
  return [name, work](Call& call) -> Answer {
    MarketDesk desk(call);
    const venues::MarketView view = desk.market_in_path();
    const std::string account = desk.own_account(call.given("account"));
    const venues::StoredOrder after = work(call, desk, view.number, call.id_in_path("order"), account);
    call.note(fmt::format("market.{}", name), object_of(view.number), account);
    return desk.order(view, after);
  };
}

Answer cancel_all(Call& call) {
  MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  const std::string account = desk.own_account(call.given("account"));
  const int cancelled = desk.hall.cancel_all(view.number, account, step_act(call, "全部撤单"));
  call.note("market.cancel", object_of(view.number), account);
  return Json{{"cancelled", cancelled}};
}

Answer confirm(Call& call) {
  MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  const std::string account = desk.own_account(call.given("account"));
  const venues::Placed placed = desk.hall.confirm(view.number, call.id_in_path("order"), account, call.given("terms_hash"),
                                                  step_act(call, "确认大宗协议"));
  call.note("market.confirm", object_of(view.number), account);
  // The agreement is the other side's order: of it the caller learns the deal.
  Json deals = Json::array();
  for (const venues::Deal& deal : placed.deals) deals.push_back(desk.deal(view, deal, true));
  return Json{{"state", placed.order.state}, {"deals", deals}};
}

Page list_orders(Call& call, const PageRequest& page) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  const std::int64_t before = whole_number(page.cursor).value_or(std::numeric_limits<std::int64_t>::max());
  const bool open_only = call.query.value("open", false);
  std::vector<std::string> accounts = desk.own_accounts();
  if (call.has("account")) accounts = {desk.own_account(call.text("account"))};
  std::vector<venues::StoredOrder> all;
  for (const std::string& account : accounts)
    for (venues::StoredOrder& order :
         desk.hall.orders(view.number, account, open_only, before, static_cast<int>(page.limit)))
      all.push_back(std::move(order));
  std::ranges::sort(all, std::greater<>(), &venues::StoredOrder::seq);
  Page out;
  for (const venues::StoredOrder& order : all) {
    if (out.items.size() == page.limit) break;
    out.items.push_back(desk.order(view, order));
  }
  if (out.items.size() == page.limit) out.next = std::to_string(all[page.limit - 1].seq);
  return out;
}

Page list_proposals(Call& call, const PageRequest& page) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  std::vector<Json> all;
  for (const std::string& account : desk.own_accounts())
    for (const venues::StoredOrder& proposal : desk.hall.proposals_to(view.number, account))
      all.push_back(desk.proposal(view, proposal, account));
  return page_of(std::move(all), page);
}

Json order_schema(bool quoting) {
  std::vector<schema::Property> out{{"account", line(40)},
                                    {"quantity", integer(0)},
                                    optional("side", one_of({"buy", "sell"})),
                                    optional("type", one_of({"limit", "market"})),
                                    optional("stands", one_of({"day", "gtc", "ioc", "fok", "auction_only"})),
                                    optional("price", line(40)),
                                    optional("min_quantity", integer(0))};
  if (quoting)
    for (schema::Property& more :
         std::vector{optional("counterparty", line(40)), optional("until", line(40)), optional("offer", integer(1))})
      out.push_back(std::move(more));
  else
    out.insert(out.begin(), {"key", line(50)});
  return object(std::move(out));
}

void add_posts(RouteTable& table) {
  const auto add = [&](const std::string& path, const char* name, Text summary, Json body, Json answer, Handler handler,
                       int success = 200) {
    table.add({.method = Method::post,
               .path = one + path,
               .name = name,
               .tag = "markets",
               .summary = std::move(summary),
               .access = trades,
               .body = std::move(body),
               .answer = std::move(answer),
               .success = success,
               .repeats = Repeats::by_key,
               .handler = std::move(handler),
               .around = around_market});
  };
  const Json account = object({{"account", line(40)}});
  add("/members", "apply_to_market", {"申请入市；不合格的各项全部列出", "apply; everything that fails is named"},
      object({{"account", line(40)}, {"zone", text(80)}}), checks_schema(), apply, 201);
  add("/orders", "place_order", {"委托；资金或权利先冻结，簿册拒绝的留存原因", "an order; cash or rights are set aside first; what the book refuses is kept with its reason"},
      order_schema(false), market_placed_schema(), place, 201);
  add("/picks", "pick_offer", {"摘牌", "pick a listed offer"},
      object({{"key", line(50)}, {"account", line(40)}, {"offer", integer(1)}, {"quantity", integer(0)}}),
      market_placed_schema(), place, 201);
  add("/proposals", "propose_bulk", {"向对方提出大宗协议，期限内由其确认", "propose a bulk agreement, which the other side confirms in time"},
      object({{"key", line(50)},
              {"account", line(40)},
              {"counterparty", line(40)},
              {"side", one_of({"buy", "sell"})},
              {"price", line(40)},
              {"quantity", integer(0)},
              {"until", line(40)}}),
      market_placed_schema(), place, 201);
  add("/orders/{order}/reduction", "reduce_order", {"减少数量，不失去排队位置", "lower its quantity; its place in the line is kept"},
      object({{"account", line(40)}, {"quantity", integer(1)}}), market_order_schema(),
      change("reduce", [](Call& call, MarketDesk& desk, std::int64_t number, std::int64_t order, const std::string& own) {
        return desk.hall.reduce(number, order, own, call.body.at("quantity").get<std::int64_t>(), step_act(call, "减量"));
      }));
  add("/orders/{order}/cancellation", "cancel_order", {"撤单", "withdraw an order"}, account, market_order_schema(),
      change("cancel", [](Call& call, MarketDesk& desk, std::int64_t number, std::int64_t order, const std::string& own) {
        return desk.hall.cancel(number, order, own, step_act(call, "撤单"));
      }));
  add("/cancellation", "cancel_orders", {"全部撤单", "withdraw every order"}, account, object({{"cancelled", integer()}}),
      cancel_all);
  add("/proposals/{order}/confirmation", "confirm_bulk", {"确认大宗协议，带回所读条款的哈希", "confirm a bulk agreement, with the hash of the terms that were read"},
      object({{"account", line(40)}, {"terms_hash", line(64)}}),
      object({{"state", text()}, {"deals", schema::list(market_deal_schema())}}), confirm);
  add("/proposals/{order}/withdrawal", "withdraw_bulk", {"撤回自己提出的大宗协议", "withdraw an own proposal"}, account,
      market_order_schema(),
      change("withdraw", [](Call& call, MarketDesk& desk, std::int64_t number, std::int64_t order, const std::string& own) {
        return desk.hall.withdraw(number, order, own, step_act(call, "撤回协议"));
      }));
}

}  // namespace

void add_market_order_routes(RouteTable& table) {
  table.add({.path = one + "/checks",
             .name = "market_checks",
             .tag = "markets",
             .summary = {"本单位账户的全部资格检查", "every admission check of an own account"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}},
                       {"zone", line(80), {"所在流域或空气区", "basin or air zone"}}},
             .answer = checks_schema(),
             .handler = checks});
  table.add({.path = one + "/orders",
             .name = "market_orders",
             .tag = "markets",
             .summary = {"本单位的委托，新的在前；他人的任何人都看不到", "the own party's orders, newest first; nobody sees another's"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}}, {"open", boolean(), {"只看未了结的", "only those that stand"}}},
             .answer = market_order_schema(),
             .pager = list_orders});
  table.add({.path = one + "/proposals",
             .name = "market_proposals",
             .tag = "markets",
             .summary = {"等本单位确认的大宗协议", "bulk agreements that wait for the own party's word"},
             .access = reads,
             .answer = market_proposal_schema(),
             .pager = list_proposals,
             .around = around_market});
  table.add({.method = Method::post,
             .path = one + "/quote",
             .name = "quote_order",
             .tag = "markets",
             .summary = {"委托要多少钱、冻结多少、立即成交多少、有何不合；不留存",
                         "what an order comes to, trades at once, and what speaks against it; nothing is stored"},
             .access = trades,
             .body = order_schema(true),
             .answer = market_quote_schema(),
             .handler = quote,
             .around = around_market});
  add_posts(table);
}

}  // namespace tributary::api
