// Markets with an order book: reading them, and what their office and the authority do. Who runs one lists, admits, halts
// and resumes (rights.propose, for the whole tenant); who approves opens, ends and decides on deals (rights.approve). That
// one person does not do two of these is kept by `venues`. Orders: market_order_routes.cpp.
#include "api/market_desk.h"
#include "api/venue_routes.h"

#include <limits>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using rights::Month;
using schema::boolean, schema::day, schema::integer, schema::line, schema::list, schema::named, schema::object,
    schema::optional;

const Access reads = Access::to(Permission::rights_read);
const Access runs = Access::whole(Permission::rights_propose);
const Access approves = Access::whole(Permission::rights_approve);
const std::string one = "/api/v1/markets/{number}";

std::string object_of(std::int64_t number) {
  return fmt::format("market/{}", number);
}
Date day_in(Call& call, const char* name) {
  return parse_date(call.given(name));
}

Page list_markets(Call& call, const PageRequest& page) {
  return MarketDesk(call).page(page, [&](const Json& row) {
    for (const char* filter : {"phase", "instrument"}) {
      const Json& is = row.at(filter);
      if (call.has(filter) && (is.is_object() ? is.at("code") : is) != call.text(filter)) return false;
    }
    return true;
  });
}

Page list_venues(Call& call, const PageRequest& page) {
  const MarketDesk desk(call);
  std::vector<Json> all;
  for (const venues::MarketVenue& venue : call.declared().markets)
    if (desk.knows(venue.instrument)) all.push_back(desk.venue(venue));
  return page_of(std::move(all), page);
}

Answer open_market(Call& call) {
  const Json& body = call.body;
  MarketDesk desk(call);
  venues::Listing listing{.key = call.given("key"),
                          .project = call.given("project"),
                          .reference = decimal_in(call, "reference"),
                          .reference_source = call.given("reference_source"),
                          .first_day = day_in(call, "first_day"),
                          .last_day = day_in(call, "last_day")};
  if (body.contains("from") != body.contains("to"))
    throw Error(codes::bad_body, {"起月和止月要一起写", "give both months or neither"}, {{}, 0, 0, "from"});
  if (body.contains("from"))
    listing.term = rights::Term{Month::parse(call.given("from")), Month::parse(call.given("to"))};
  if (body.contains("vintage")) listing.vintage = body.at("vintage").get<int>();
  const std::int64_t number =
      desk.hall.list(venues::market_of(call.declared().markets, call.given("venue")), listing, step_act(call));
  call.note("market.open", object_of(number), call.given("reason"));
  return desk.detail(desk.market(number));
}

// A step of one market; its answer shows the market afterwards.
template <class Step>
Handler step(const char* name, Step work) {
  return [name, work](Call& call) -> Answer {
    MarketDesk desk(call);
    const std::int64_t number = desk.market_in_path().number;
    work(call, desk, number);
    call.note(fmt::format("market.{}", name), object_of(number), call.given("reason"));
    return desk.detail(desk.market(number));
  };
}

Page list_members(Call& call, const PageRequest& page) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  std::vector<Json> all;
  for (const venues::Member& member : desk.members(view.number)) {
    Json row = desk.member(member);
    row["checks"] = checks_json(desk.hall.checks(view.number, {member.account, member.zone}));
    all.push_back(std::move(row));
  }
  return page_of(std::move(all), page);
}

Page list_undecided(Call& call, const PageRequest& page) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  std::vector<Json> all;
  for (const venues::Deal& deal : desk.hall.undecided(view.number)) all.push_back(desk.deal(view, deal, true));
  return page_of(std::move(all), page);
}

Answer verification(Call& call) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  Json faults = Json::array();
  if (view.state == "open" || view.state == "ended")
    for (const Text& fault : desk.hall.verify(view.number)) faults.push_back(json_of(fault));
  return Json{{"commands", view.commands}, {"head", view.head}, {"sound", faults.empty()}, {"faults", faults}};
}

void add_reading(RouteTable& table) {
  table.add({.path = "/api/v1/markets",
             .name = "markets",
             .tag = "markets",
             .summary = {"市场，新的在前", "markets, newest first"},
             .access = reads,
             .query = {{"phase", line(20), {"此刻的阶段", "its phase now"}}, {"instrument", line(30), {"品种", "instrument"}}},
             .answer = market_summary_schema(),
             .pager = list_markets,
             .around = around_market});
  table.add({.path = "/api/v1/market-venues",
             .name = "market_venues",
             .tag = "markets",
             .summary = {"政策包声明的市场", "markets that the packs declare"},
             .access = runs,
             .answer = market_venue_schema(),
             .pager = list_venues});
  table.add({.path = one,
             .name = "market",
             .tag = "markets",
             .summary = {"一个市场：规则、盘口、本人能做什么", "one market: rules, book, what the caller may do"},
             .access = reads,
             .answer = named("Market"),
             .handler = [](Call& call) -> Answer {
               const MarketDesk desk(call);
               return desk.detail(desk.market_in_path());
             },
             .around = around_market});
  table.add({.path = one + "/depth",
             .name = "market_depth",
             .tag = "markets",
             .summary = {"盘口，无名称", "the book, without names"},
             .access = reads,
             .query = {{"levels", integer(1, 100), {"每侧档数", "levels of each side"}}},
             .answer = schema::nullable(market_depth_schema()),
             .handler = [](Call& call) -> Answer {
               const MarketDesk desk(call);
               return desk.depth(desk.market_in_path(), static_cast<std::size_t>(call.whole("levels").value_or(10)));
             },
             .around = around_market});
  table.add({.path = one + "/deals",
             .name = "market_deals",
             .tag = "markets",
             .summary = {"成交，新的在前；双方名称只告诉双方和经办单位", "deals, newest first; the sides are named to themselves and the office"},
             .access = reads,
             .answer = market_deal_schema(),
             .pager = market_deals});
  table.add({.path = one + "/undecided",
             .name = "market_undecided",
             .tag = "markets",
             .summary = {"等待审批的成交", "deals that wait for the authority"},
             .access = Access::whole(Permission::rights_read),
             .answer = market_deal_schema(),
             .pager = list_undecided});
  table.add({.path = one + "/days",
             .name = "market_days",
             .tag = "markets",
             .summary = {"每日行情，旧的在前", "trading days, oldest first"},
             .access = reads,
             .query = market_days_query(),
             .answer = market_day_schema(),
             .pager = market_days});
  table.add({.path = one + "/members",
             .name = "market_members",
             .tag = "markets",
             .summary = {"交易主体（企业只见自己的）", "members; a holder sees his own"},
             .access = reads,
             .answer = market_member_schema(),
             .pager = list_members});
  table.add({.path = one + "/verification",
             .name = "market_verification",
             .tag = "markets",
             .summary = {"由日志重放，与记录和登记簿核对", "replays the journal, compares with the record and the registry"},
             .access = Access::whole(Permission::rights_read),  // replays everything
             .answer = object({{"commands", integer()},
                               {"head", schema::text()},
                               {"sound", boolean()},
                               {"faults", list(named("Text"))}}),
             .handler = verification});
  table.add(events_route(one + "/events", "market_events", "markets", reads,
                         {"盘口有变和服务器时间的事件流（SSE），按 Last-Event-ID 续传",
                          "that the book changed, and the server's time, as events (SSE), resumed by Last-Event-ID"}));
}

}  // namespace

Page market_deals(Call& call, const PageRequest& page) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  const std::int64_t before = whole_number(page.cursor).value_or(std::numeric_limits<std::int64_t>::max());
  const bool names = call.route.access.kind != Access::Kind::open;
  Page out;
  const auto found = desk.hall.deals(view.number, before, static_cast<int>(page.limit));
  for (const venues::Deal& deal : found) out.items.push_back(desk.deal(view, deal, names));
  if (found.size() == page.limit) out.next = std::to_string(found.back().seq);
  return out;
}

std::vector<Parameter> market_days_query() {
  return {{"from", day(), {"首日", "first day"}}, {"to", day(), {"末日", "last day"}}};
}

Page market_days(Call& call, const PageRequest& page) {
  const MarketDesk desk(call);
  const venues::MarketView view = desk.market_in_path();
  std::vector<Json> all;
  for (const venues::MarketDay& day : desk.hall.days(view.number, call.day("from").value_or(view.listing.first_day),
                                                     call.day("to").value_or(view.listing.last_day)))
    all.push_back(desk.day(day));
  return page_of(std::move(all), page);
}

void add_market_routes(RouteTable& table) {
  table.components()["Market"] = market_detail_schema();
  add_reading(table);
  table.add({.method = Method::post,
             .path = "/api/v1/markets",
             .name = "open_market",
             .tag = "markets",
             .summary = {"拟开一个市场，由另一人核准", "draft a market; another person approves"},
             .access = runs,
             .body = reasoned({{"venue", line(80)},
                               {"key", line(100)},
                               {"reference", line(40)},
                               {"first_day", day()},
                               {"last_day", day()},
                               optional("reference_source", schema::text(300)),
                               optional("from", line(7)),
                               optional("to", line(7)),
                               optional("vintage", integer(1, 9999)),
                               optional("project", line(80))}),
             .answer = named("Market"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = open_market,
             .around = around_market});
  const auto add = [&](const char* verb, Access access, Text summary, Json body, const auto& work) {
    table.add({.method = Method::post,
               .path = fmt::format("{}/{}", one, verb),
               .name = fmt::format("{}_market", verb),
               .tag = "markets",
               .summary = std::move(summary),
               .access = access,
               .body = std::move(body),
               .answer = named("Market"),
               .repeats = Repeats::by_key,
               .handler = step(verb, work),
               .around = around_market});
  };
  add("approve", approves, {"核准开市", "approve and open"}, reasoned(),
      [](Call& call, MarketDesk& desk, std::int64_t number) { desk.hall.approve(number, step_act(call)); });
  add("reject", approves, {"退回草稿", "reject a draft"}, reasoned(),
      [](Call& call, MarketDesk& desk, std::int64_t number) { desk.hall.reject(number, step_act(call)); });
  add("end", approves, {"永久关闭，全部委托撤出", "end for good; every order leaves the book"}, reasoned(),
      [](Call& call, MarketDesk& desk, std::int64_t number) { desk.hall.end(number, step_act(call)); });
  add("admit", runs, {"决定交易资格", "decide on an application"},
      reasoned({{"account", line(40)}, {"admitted", boolean()}}),
      [](Call& call, MarketDesk& desk, std::int64_t number) {
        desk.hall.admit(number, call.given("account"), call.body.at("admitted").get<bool>(), step_act(call));
      });
  add("halt", runs, {"临时停市，原因人人可见", "halt; everybody reads why"}, reasoned({optional("until", line(40))}),
      [](Call& call, MarketDesk& desk, std::int64_t number) {
        const std::optional<Instant> until =
            call.body.contains("until") ? std::optional(parse_instant(call.given("until"))) : std::nullopt;
        desk.hall.halt(number, until, step_act(call));
      });
  add("resume", runs, {"恢复交易", "resume"}, reasoned(),
      [](Call& call, MarketDesk& desk, std::int64_t number) { desk.hall.resume(number, step_act(call)); });
  add("decide", approves, {"审批一笔成交", "the authority's decision on a deal"},
      reasoned({{"deal", integer(1)}, {"granted", boolean()}}),
      [](Call& call, MarketDesk& desk, std::int64_t number) {
        desk.hall.decide(number, call.body.at("deal").get<std::int64_t>(), call.body.at("granted").get<bool>(),
                         step_act(call));
      });
}

}  // namespace tributary::api
