// Rounds of smart markets from the announcement to the settlement. Who runs them announces, admits, closes
// and proposes call-outs (rights.propose, for the whole tenant); who approves publishes, calls off, decides
// on trades and on call-outs (rights.approve); a holder applies and bids for his own party's accounts. That
// one person does not do two of these is kept by `venues`. A bid is told to nobody but whoever made it until
// the close.
#include "api/smart_desk.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using rights::Month;
using schema::boolean, schema::instant, schema::integer, schema::line, schema::list, schema::money,
    schema::named, schema::object, schema::one_of, schema::optional, schema::text;
using venues::SmartView;

const Access reads = Access::to(Permission::rights_read);
const Access bids = Access::to(Permission::rights_propose);
const Access runs = Access::whole(Permission::rights_propose);
const Access approves = Access::whole(Permission::rights_approve);

std::string object_of(std::int64_t number) {
  return fmt::format("smart/{}", number);
}

venues::SmartVenue venue_in_path(Call& call) {
  try {
    return venues::smart_venue_of(call.policy(), call.in_path("venue"));
  } catch (const Error& e) {
    if (e.code() != venues::codes::unknown_venue) throw;
    throw not_found({"这个智能市场", "such smart market"});
  }
}

Page list_venues(Call& call, const PageRequest& page) {
  const SmartDesk desk(call);
  std::vector<Json> all;
  for (const venues::SmartVenue& venue : venues::load_smart_venues(call.policy()))
    if (desk.known(venue)) all.push_back(desk.venue(venue));
  return page_of(std::move(all), page);
}

Answer announce(Call& call) {
  const Json& body = call.body;
  SmartDesk desk(call);
  venues::SmartNotice notice{.key = call.given("key"),
                             .project = call.given("project"),
                             .opens = parse_instant(call.given("opens")),
                             .closes = parse_instant(call.given("closes"))};
  if (body.contains("from") != body.contains("to"))
    throw Error(codes::bad_body, {"起月和止月要一起写", "give both months or neither"}, {{}, 0, 0, "from"});
  if (body.contains("from"))
    notice.term = rights::Term{Month::parse(call.given("from")), Month::parse(call.given("to"))};
  if (body.contains("vintage")) notice.vintage = body.at("vintage").get<int>();
  if (body.contains("figures"))
    for (const Json& f : body.at("figures")) {
      const auto value = Decimal::try_parse(f.at("value").get<std::string>());
      if (!value)
        throw Error(codes::bad_body, {"应为十进制数", "must be a decimal number"}, {{}, 0, 0, "figures"});
      notice.figures.push_back({f.at("id"), f.at("field"), f.value("period", ""), *value, f.at("reason")});
    }
  const std::int64_t number =
      desk.hall.announce(venues::smart_venue_of(call.policy(), call.given("venue")), notice, step_act(call));
  call.note("smart.announce", object_of(number), call.given("reason"));
  return desk.detail(desk.hall.round(number));
}

// A step of one round; its answer shows the round afterwards.
template <class Step>
Handler step(const char* name, Step work) {
  return [name, work](Call& call) -> Answer {
    SmartDesk desk(call);
    const std::int64_t number = desk.round(call.id_in_path("number")).number;
    work(call, desk, number);
    call.note(fmt::format("smart.{}", name), object_of(number), call.given("reason"));
    return desk.detail(desk.hall.round(number));
  };
}

Answer checks(Call& call) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  std::string account = call.text("account");
  if (account.empty() && !desk.own_accounts().empty()) account = desk.own_accounts().front();
  Json out = Json::array();
  if (!account.empty())
    out = checks_json(desk.hall.checks(
        view.number, {desk.own_account(account).code, call.text("zone"), call.text("purpose")}));
  return Json{{"account", account}, {"checks", out}};
}

Answer apply(Call& call) {
  SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  const venues::SmartApplication wish{desk.own_account(call.given("account")).code, call.given("zone"),
                                      call.given("purpose")};
  if (view.state == "announced") require_passed(desk.hall.checks(view.number, wish));
  const Json out = checks_json(desk.hall.apply(view.number, wish, step_act(call, "报名")));
  call.note("smart.apply", object_of(view.number), wish.account);
  return Json{{"account", wish.account}, {"checks", out}};
}

Page list_members(Call& call, const PageRequest& page) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  std::vector<Json> all;
  for (const venues::SmartMember& one : desk.members(view.number)) {
    Json row = desk.member(one);
    row["checks"] = checks_json(desk.hall.checks(view.number, {one.account, one.zone, one.purpose}));
    all.push_back(std::move(row));
  }
  return page_of(std::move(all), page);
}

venues::SmartBid bid_of(Call& call, const SmartDesk& desk) {
  return {.key = call.given("key"),
          .account = desk.own_account(call.given("account")).code,
          .buy = call.given("side") == "buy",
          .period = call.given("period"),
          .price = decimal_in(call, "price"),
          .quantity = call.body.at("quantity").get<std::int64_t>(),
          .replaces = call.given("replaces")};
}

Answer bid(Call& call) {
  SmartDesk desk(call);
  const std::int64_t number = desk.round(call.id_in_path("number")).number;
  const venues::Receipt got = desk.hall.bid(number, bid_of(call, desk), step_act(call, "申报"));
  // The trail says that a bid came, not which.
  call.note("smart.bid", object_of(number), call.given("account"));
  return receipt_json(got);
}

Answer withdraw(Call& call) {
  SmartDesk desk(call);
  const std::int64_t number = desk.round(call.id_in_path("number")).number;
  const std::string account = desk.own_account(call.given("account")).code;
  for (const venues::StoredSmartBid& old : desk.hall.own_bids(number, account, call.caller.by())) {
    if (old.key != call.in_path("key")) continue;
    const venues::Receipt got = desk.hall.bid(number,
                                                   {.key = call.given("key"),
                                                    .account = account,
                                                    .buy = old.buy,
                                                    .period = old.period,
                                                    .price = old.price,
                                                    .quantity = 0,
                                                    .replaces = old.key},
                                                   step_act(call, "撤回申报"));
    call.note("smart.withdraw", object_of(number), account);
    return receipt_json(got);
  }
  throw not_found({"这个申报", "such bid"});
}

Answer quote(Call& call) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  const venues::SmartBid asked = bid_of(call, desk);
  const venues::SmartQuote quote = desk.hall.quote(view.number, asked, call.caller.by());
  Json faults = Json::array();
  for (const Error& fault : quote.faults)
    faults.push_back({{"field", fault.where().field},
                      {"code", fmt::format("{}.{}", fault.code().module, fault.code().name)},
                      {"message", json_of(fault.message())}});
  const auto amount = [&](std::int64_t n) { return asked.buy ? yuan(n) : std::to_string(n); };
  return Json{{"price", yuan(quote.price_fen)},
              {"fees", yuan(quote.fees_fen)},
              {"total", yuan(quote.price_fen + (asked.buy ? quote.fees_fen : -quote.fees_fen))},
              {"set_aside", amount(quote.set_aside)},
              {"free", amount(quote.free)},
              {"free_after", amount(quote.free - quote.set_aside)},
              {"faults", faults}};
}

Page list_bids(Call& call, const PageRequest& page) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  std::vector<Json> all;
  for (const venues::SmartMember& one : desk.hall.members(view.number))
    if (one.applied_by == call.caller.by() && one.state == "admitted")
      for (const venues::StoredSmartBid& own : desk.hall.own_bids(view.number, one.account, call.caller.by()))
        all.push_back(desk.own_bid(view, own));
  return page_of(std::move(all), page);
}

Page history(Call& call, const PageRequest& page) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  std::vector<Json> all;
  for (const venues::SmartEvent& event : desk.hall.events(view.number))
    all.push_back({{"number", event.seq},
                   {"at", to_rfc3339(event.at)},
                   {"event", event.event},
                   {"detail", event.detail}});
  return page_of(std::move(all), page);
}

Answer verification(Call& call) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  Json faults = Json::array();
  if (view.closed())
    for (const Text& fault : desk.hall.verify(view.number)) faults.push_back(json_of(fault));
  return Json{{"opened", view.closed()}, {"sound", faults.empty()}, {"faults", faults}};
}

Answer balances(Call& call) {
  return SmartDesk(call).balances(venue_in_path(call));
}

Answer call_out(Call& call) {
  SmartDesk desk(call);
  const venues::SmartVenue venue = venue_in_path(call);
  const std::int64_t number = desk.hall.call_out(
      venue, {call.given("key"), call.given("link"), decimal_in(call, "quantity")}, step_act(call));
  call.note("smart.call_out", fmt::format("smart-call/{}", number), call.given("reason"));
  return desk.balances(venue);
}

Answer decide_call(Call& call) {
  SmartDesk desk(call);
  const venues::SmartVenue venue = venue_in_path(call);
  const std::int64_t number = call.id_in_path("number");
  desk.hall.decide_call(number, call.body.at("granted").get<bool>(), venue, step_act(call));
  call.note("smart.decide_call", fmt::format("smart-call/{}", number), call.given("reason"));
  return desk.balances(venue);
}

Json bid_schema(bool with_key) {
  std::vector<schema::Property> out{{"account", line(40)},    {"side", one_of({"buy", "sell"})},
                                    {"period", line(10)},     {"price", line(40)},
                                    {"quantity", integer(0)}, optional("replaces", line(100))};
  if (with_key) out.insert(out.begin(), {"key", line(100)});
  return object(std::move(out));
}

const std::string one = "/api/v1/smart-rounds/{number}";
const std::string venue_path = "/api/v1/smart-venues/{venue}";

void add_reading(RouteTable& table) {
  table.add({.path = "/api/v1/smart-rounds",
             .name = "smart_rounds",
             .tag = "smart",
             .summary = {"智能市场各场，新的在前", "rounds of smart markets, newest first"},
             .access = reads,
             .answer = smart_summary_schema(),
             .pager = [](Call& call, const PageRequest& page) { return SmartDesk(call).page(page); }});
  table.add({.path = "/api/v1/smart-venues",
             .name = "smart_venues",
             .tag = "smart",
             .summary = {"政策包声明的智能市场：分区、通道、限制",
                         "smart markets that the packs declare: zones, links, limits"},
             .access = reads,
             .answer = smart_venue_schema(),
             .pager = list_venues});
  table.add({.path = venue_path + "/balances",
             .name = "smart_balances",
             .tag = "smart",
             .summary = {"分区间转移余额与调出", "transfer accounts between zones, and call-outs"},
             .access = reads,
             .answer = smart_balances_schema(),
             .handler = balances});
  table.add(
      {.path = one,
       .name = "smart_round",
       .tag = "smart",
       .summary = {"一场：条件、本人能做什么、结果", "one round: terms, what the caller may do, result"},
       .access = reads,
       .answer = named("SmartRound"),
       .handler = [](Call& call) -> Answer {
         const SmartDesk desk(call);
         return desk.detail(desk.round(call.id_in_path("number")));
       }});
  table.add({.path = one + "/checks",
             .name = "smart_checks",
             .tag = "smart",
             .summary = {"本单位账户的全部资格检查", "every admission check of an own account"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}},
                       {"zone", line(80), {"所在分区", "zone"}},
                       {"purpose", line(80), {"用途", "purpose"}}},
             .answer = checks_schema(),
             .handler = checks});
  table.add({.path = one + "/members",
             .name = "smart_members",
             .tag = "smart",
             .summary = {"报名（持有人只见自己的）", "applications; a holder sees his own"},
             .access = reads,
             .answer = object({{"account", text()},
                               {"owner", named("Named")},
                               {"zone", text()},
                               {"purpose", text()},
                               {"state", text()},
                               {"applied_by", text()},
                               {"decided_by", text()},
                               {"mine", boolean()},
                               {"checks", list(check_schema())}}),
             .pager = list_members});
  table.add({.path = one + "/bids",
             .name = "smart_bids",
             .tag = "smart",
             .summary = {"本人的申报；他人的任何人都看不到", "the caller's own bids; nobody sees another's"},
             .access = reads,
             .answer = object({{"key", text()},
                               {"number", schema::nullable(integer(1))},
                               {"account", text()},
                               {"side", one_of({"buy", "sell"})},
                               {"period", text()},
                               {"price", text()},
                               {"quantity", integer()},
                               {"set_aside", text()},
                               {"replaces", text()},
                               {"stands", boolean()},
                               {"withdrawal", boolean()},
                               {"at", instant()},
                               {"hash", text()},
                               {"salt", text()}}),
             .pager = list_bids});
  table.add(
      {.path = one + "/history",
       .name = "smart_history",
       .tag = "smart",
       .summary = {"经过", "its course"},
       .access = reads,
       .answer = object({{"number", integer(1)}, {"at", instant()}, {"event", text()}, {"detail", text()}}),
       .pager = history});
  table.add(
      {.path = one + "/verification",
       .name = "smart_verification",
       .tag = "smart",
       .summary =
           {"由存档申报重新出清，与记录、登记簿和转移余额核对",
            "clears again from the stored bids, compares with the record, the registry and the accounts"},
       .access = Access::whole(Permission::rights_read),  // solves the programme again
       .answer = object({{"opened", boolean()}, {"sound", boolean()}, {"faults", list(named("Text"))}}),
       .handler = verification});
}

void add_bidding(RouteTable& table) {
  table.add({.method = Method::post,
             .path = one + "/members",
             .name = "apply_to_smart",
             .tag = "smart",
             .summary = {"报名；不合格的各项全部列出", "apply; everything that fails is named"},
             .access = bids,
             .body = object({{"account", line(40)}, {"zone", line(80)}, optional("purpose", text(80))}),
             .answer = checks_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = apply});
  table.add({.method = Method::post,
             .path = one + "/bids",
             .name = "smart_bid",
             .tag = "smart",
             .summary = {"密封申报或更改；资金或权利先冻结",
                         "a sealed bid or ask, or its change; cash or rights are set aside first"},
             .access = bids,
             .body = bid_schema(true),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = bid});
  table.add({.method = Method::post,
             .path = one + "/quote",
             .name = "quote_smart_bid",
             .tag = "smart",
             .summary = {"申报最多多少钱、冻结多少、有何不合；不留存",
                         "what a bid comes to at most, and what speaks against it; nothing is stored"},
             .access = bids,
             .body = bid_schema(false),
             .answer = object({{"price", money()},
                               {"fees", money()},
                               {"total", money()},
                               {"set_aside", text()},
                               {"free", text()},
                               {"free_after", text()},
                               {"faults", faults_schema()}}),
             .handler = quote});
  table.add({.method = Method::post,
             .path = one + "/bids/{key}/withdrawal",
             .name = "withdraw_smart_bid",
             .tag = "smart",
             .summary = {"撤回申报，规则允许时", "withdraw a bid or ask, where the rules let it"},
             .access = bids,
             .body = object({{"account", line(40)}, {"key", line(100)}}),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = withdraw});
}

void add_calls(RouteTable& table) {
  table.add({.method = Method::post,
             .path = venue_path + "/calls",
             .name = "call_out_water",
             .tag = "smart",
             .summary = {"拟定调出，由另一人核准", "propose a call-out; another person approves"},
             .access = runs,
             .body = reasoned({{"key", line(100)}, {"link", line(80)}, {"quantity", line(40)}}),
             .answer = smart_balances_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = call_out});
  table.add({.method = Method::post,
             .path = venue_path + "/calls/{number}/decide",
             .name = "decide_call_out",
             .tag = "smart",
             .summary = {"核准或退回调出", "decide on a call-out"},
             .access = approves,
             .body = reasoned({{"granted", boolean()}}),
             .answer = smart_balances_schema(),
             .repeats = Repeats::by_key,
             .handler = decide_call});
}

}  // namespace

void add_smart_routes(RouteTable& table) {
  table.components()["SmartRound"] = smart_detail_schema();
  add_reading(table);
  add_bidding(table);
  add_calls(table);
  table.add({.method = Method::post,
             .path = "/api/v1/smart-rounds",
             .name = "announce_smart_round",
             .tag = "smart",
             .summary = {"拟定公告；由另一人核准", "draft an announcement; another person approves"},
             .access = runs,
             .body = reasoned(
                 {{"venue", line(80)},
                  {"key", line(100)},
                  {"opens", line(40)},
                  {"closes", line(40)},
                  optional("from", line(7)),
                  optional("to", line(7)),
                  optional("vintage", integer(1, 9999)),
                  optional("project", line(80)),
                  optional("figures", list(object({{"id", line(80)},
                                                   {"field", one_of({"capacity", "base", "min", "max"})},
                                                   optional("period", line(10)),
                                                   {"value", line(40)},
                                                   {"reason", line(400)}}),
                                           1'000))}),
             .answer = named("SmartRound"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = announce});
  const auto add = [&](const char* verb, Access access, Text summary, Json body, const auto& work) {
    table.add({.method = Method::post,
               .path = fmt::format("{}/{}", one, verb),
               .name = fmt::format("{}_smart_round", verb),
               .tag = "smart",
               .summary = std::move(summary),
               .access = access,
               .body = std::move(body),
               .answer = named("SmartRound"),
               .repeats = Repeats::by_key,
               .handler = step(verb, work)});
  };
  add("approve", approves, {"核准并公告", "approve and publish"}, reasoned(),
      [](Call& call, SmartDesk& desk, std::int64_t number) { desk.hall.approve(number, step_act(call)); });
  add("reject", approves, {"退回草稿", "reject a draft"}, reasoned(),
      [](Call& call, SmartDesk& desk, std::int64_t number) { desk.hall.reject(number, step_act(call)); });
  add("cancel", approves,
      {"撤销已公告的一场；申报不开封，全部解冻", "call off; nothing is opened, all is free again"},
      reasoned(),
      [](Call& call, SmartDesk& desk, std::int64_t number) { desk.hall.cancel(number, step_act(call)); });
  add("admit", runs, {"决定交易资格", "decide on an application"},
      reasoned({{"account", line(40)}, {"admitted", boolean()}}),
      [](Call& call, SmartDesk& desk, std::int64_t number) {
        desk.hall.admit(number, call.given("account"), call.body.at("admitted").get<bool>(), step_act(call));
      });
  add("close", runs,
      {"截止后撮合：出清、交割、解冻一次完成", "after the close: cleared, settled and released at once"},
      reasoned(),
      [](Call& call, SmartDesk& desk, std::int64_t number) { desk.hall.close(number, step_act(call)); });
  add("decide", approves, {"审批成交", "the authority's decision"}, reasoned({{"granted", boolean()}}),
      [](Call& call, SmartDesk& desk, std::int64_t number) {
        desk.hall.decide(number, call.body.at("granted").get<bool>(), step_act(call));
      });
}

void add_public_smart_routes(RouteTable& table) {
  table.add(
      {.path = "/api/v1/public/smart-rounds",
       .name = "public_smart_rounds",
       .tag = "public",
       .summary = {"智能市场公告和结果，新的在前", "notices and results of smart markets, newest first"},
       .access = Access::open(),
       .answer = smart_summary_schema(),
       .pager = [](Call& call, const PageRequest& page) { return SmartDesk(call).page(page); }});
  table.add({.path = "/api/v1/public/smart-rounds/{number}",
             .name = "public_smart_round",
             .tag = "public",
             .summary = {"一场的公告和结果", "notice and result of one round"},
             .access = Access::open(),
             .answer = smart_terms_schema(),
             .handler = [](Call& call) -> Answer {
               const SmartDesk desk(call);
               return desk.terms(desk.round(call.id_in_path("number")));
             }});
}

}  // namespace tributary::api
