// Auctions from the announcement to the settlement. Who runs them announces, admits and closes
// (rights.propose, for the whole tenant); who approves publishes, calls off and decides (rights.approve);
// a holder applies and bids for his own party's accounts. That one person does not do two of these is kept by
// `venues`. A bid is told to nobody but whoever made it until it is opened: no list, no event, no note in the
// trail says more than that a bid came. In a timed part the price that is to be beaten and who leads is told
// to all.
#include "api/auction_desk.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using rights::Month;
using schema::boolean, schema::both, schema::instant, schema::integer, schema::line, schema::list,
    schema::money, schema::named, schema::object, schema::one_of, schema::optional, schema::text;
using venues::AuctionView;

const Access reads = Access::to(Permission::rights_read);
const Access bids = Access::to(Permission::rights_propose);
const Access runs = Access::whole(Permission::rights_propose);
const Access approves = Access::whole(Permission::rights_approve);

std::string object_of(std::int64_t number) {
  return fmt::format("auction/{}", number);
}
Page list_auctions(Call& call, const PageRequest& page) {
  const std::string phase = call.text("phase"), instrument = call.text("instrument");
  return AuctionDesk(call).page(page, [&](const AuctionView& view) {
    return (phase.empty() || phase_of(view, call.clock().now()) == phase) &&
           (instrument.empty() || view.venue.instrument == instrument);
  });
}

Page list_venues(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const venues::AuctionVenue& venue : venues::load_venues(call.policy())) {
    const auto instrument = desk.instruments().find(venue.instrument);
    if (instrument == desk.instruments().end()) continue;  // not defined in this registry
    all.push_back({{"venue", venue.id},
                   {"title", json_of(venue.title)},
                   {"instrument", desk.instrument_json(venue.instrument)},
                   {"measure", desk.measure(venue.instrument)},
                   {"flow", instrument->second.kind == rights::InstrumentKind::flow},
                   {"side", venue.side == exchange::OneWaySide::sale ? "sale" : "buy_back"},
                   {"format", to_string(venue.format)},
                   {"lot", venue.lot},
                   {"reserve", venue.reserve_hidden ? Json(nullptr) : Json(venue.reserve_price.to_string())},
                   {"announcement_days", venue.announcement_days},
                   {"qualification_days", venue.qualification_days},
                   {"source", json_of(venue.source)},
                   {"verified", venue.verified}});
  }
  return page_of(std::move(all), page);
}

Page list_reserves(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const auto& [code, account] : desk.accounts())
    if (account.type == rights::AccountType::reserve && desk.sees(account))
      all.push_back({{"account", code}, {"owner", desk.party(account.owner)}});
  return page_of(std::move(all), page);
}

Answer announce(Call& call) {
  const Json& body = call.body;
  AuctionDesk desk(call);
  venues::Announcement lot{.key = call.given("key"),
                           .account = call.given("account"),
                           .supply = body.at("supply").get<std::int64_t>(),
                           .project = call.given("project"),
                           .opens = parse_instant(call.given("opens")),
                           .closes = parse_instant(call.given("closes"))};
  if (body.contains("from") != body.contains("to"))
    throw Error(codes::bad_body, {"起月和止月要一起写", "give both months or neither"}, {{}, 0, 0, "from"});
  if (body.contains("from"))
    lot.term = rights::Term{Month::parse(call.given("from")), Month::parse(call.given("to"))};
  if (body.contains("vintage")) lot.vintage = body.at("vintage").get<int>();
  const std::int64_t number =
      desk.hall.announce(venues::venue_of(call.policy(), call.given("venue")), lot, step_act(call));
  call.note("auction.announce", object_of(number), call.given("reason"));
  return desk.detail(desk.hall.auction(number));
}

// A step of one auction; its answer shows the auction afterwards.
template <class Step>
Handler step(const char* name, Step work) {
  return [name, work](Call& call) -> Answer {
    AuctionDesk desk(call);
    const std::int64_t number = desk.auction(call.id_in_path("number")).number;
    work(call, desk, number);
    call.note(fmt::format("auction.{}", name), object_of(number), call.given("reason"));
    return desk.detail(desk.hall.auction(number));
  };
}

Answer checks(Call& call) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  std::string account = call.text("account");
  if (account.empty() && !desk.own_accounts().empty()) account = desk.own_accounts().front();
  Json out = Json::array();
  if (!account.empty())
    out = checks_json(desk.hall.checks(view.number, {desk.own_account(account).code, call.text("zone")}));
  return Json{{"account", account}, {"checks", out}};
}

Answer apply(Call& call) {
  AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  const venues::Application wish{desk.own_account(call.given("account")).code, call.given("zone")};
  if (view.state == "announced") require_passed(desk.hall.checks(view.number, wish));
  const Json out = checks_json(desk.hall.apply(view.number, wish, step_act(call, "报名")));
  call.note("auction.apply", object_of(view.number), wish.account);
  return Json{{"account", wish.account}, {"checks", out}};
}

Page list_bidders(Call& call, const PageRequest& page) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  std::vector<Json> all;
  for (const venues::Bidder& one : desk.bidders(view.number)) {
    Json row = desk.bidder(one);
    row["checks"] = checks_json(desk.hall.checks(view.number, {one.account, one.zone}));
    all.push_back(std::move(row));
  }
  return page_of(std::move(all), page);
}

venues::Bid bid_of(Call& call, const AuctionDesk& desk) {
  venues::Bid bid{.key = call.given("key"),
                  .account = desk.own_account(call.given("account")).code,
                  .price = decimal_in(call, "price"),
                  .quantity = call.body.at("quantity").get<std::int64_t>(),
                  .improves = call.given("improves")};
  if (call.body.contains("cover")) bid.cover_fen = (decimal_in(call, "cover") * Decimal(100)).to_int64();
  return bid;
}

Answer bid(Call& call) {
  AuctionDesk desk(call);
  const std::int64_t number = desk.auction(call.id_in_path("number")).number;
  const venues::Receipt got = desk.hall.bid(number, bid_of(call, desk), step_act(call, "竞买"));
  // The trail says that a bid came, not which.
  call.note("auction.bid", object_of(number), call.given("account"));
  return receipt_json(got);
}

Answer withdraw(Call& call) {
  AuctionDesk desk(call);
  const std::int64_t number = desk.auction(call.id_in_path("number")).number;
  const std::string account = desk.own_account(call.given("account")).code;
  for (const venues::StoredBid& old : desk.hall.own_bids(number, account, call.caller.by())) {
    if (old.key != call.in_path("key")) continue;
    const venues::Receipt got = desk.hall.bid(number,
                                              {.key = call.given("key"),
                                               .account = account,
                                               .price = old.price,
                                               .quantity = 0,
                                               .improves = old.key},
                                              step_act(call, "撤回报价"));
    call.note("auction.withdraw", object_of(number), account);
    return receipt_json(got);
  }
  throw not_found({"这个报价", "such bid"});
}

Answer quote(Call& call) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  const venues::Quote quote = desk.hall.quote(view.number, bid_of(call, desk), call.caller.by());
  Json faults = Json::array();
  for (const Error& fault : quote.faults)
    faults.push_back({{"field", fault.where().field},
                      {"code", fmt::format("{}.{}", fault.code().module, fault.code().name)},
                      {"message", json_of(fault.message())}});
  const bool sale = view.venue.side == exchange::OneWaySide::sale;
  return Json{{"price", yuan(quote.price_fen)},
              {"fees", yuan(quote.charges_fen)},
              {"total", yuan(quote.price_fen + (sale ? quote.charges_fen : -quote.charges_fen))},
              {"set_aside", sale ? Json(yuan(quote.set_aside)) : Json(std::to_string(quote.set_aside))},
              {"free", yuan(quote.free)},
              {"free_after", yuan(quote.free - (sale ? quote.set_aside : 0))},
              {"faults", faults}};
}

Page list_bids(Call& call, const PageRequest& page) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  std::vector<Json> all;
  for (const venues::Bidder& one : desk.hall.bidders(view.number))
    if (one.applied_by == call.caller.by() && one.state == "admitted")
      for (const venues::StoredBid& own : desk.hall.own_bids(view.number, one.account, call.caller.by()))
        all.push_back(desk.own_bid(view, own));
  return page_of(std::move(all), page);
}

Page history(Call& call, const PageRequest& page) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  std::vector<Json> all;
  for (const venues::AuctionEvent& event : desk.hall.events(view.number))
    all.push_back({{"number", event.seq},
                   {"at", to_rfc3339(event.at)},
                   {"event", event.event},
                   {"detail", event.detail}});
  return page_of(std::move(all), page);
}

Answer verification(Call& call) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  Json faults = Json::array();
  if (!view.result.empty())
    for (const Text& fault : desk.hall.verify(view.number)) faults.push_back(json_of(fault));
  return Json{{"opened", !view.result.empty()}, {"sound", faults.empty()}, {"faults", faults}};
}

Json bid_schema(bool with_key) {
  std::vector<schema::Property> out{{"account", line(40)},
                                    {"price", line(40)},
                                    {"quantity", integer(0)},
                                    optional("cover", line(40)),
                                    optional("improves", line(100))};
  if (with_key) out.insert(out.begin(), {"key", line(100)});
  return object(std::move(out));
}

const std::string one = "/api/v1/auctions/{number}";

void add_reading(RouteTable& table) {
  table.add({.path = "/api/v1/auctions",
             .name = "auctions",
             .tag = "auctions",
             .summary = {"竞价，新的在前", "auctions, newest first"},
             .access = reads,
             .query = {{"phase", line(20), {"进行到哪一步", "where it stands"}},
                       {"instrument", line(30), {"品种", "instrument"}}},
             .answer = auction_summary_schema(),
             .sorts = {"number", "closes"},
             .pager = list_auctions});
  table.add({.path = "/api/v1/auction-venues",
             .name = "auction_venues",
             .tag = "auctions",
             .summary = {"政策包声明的竞价场", "venues that the packs declare"},
             .access = runs,
             .answer = object({{"venue", text()},
                               {"title", both()},
                               {"instrument", named("Named")},
                               {"measure", text()},
                               {"flow", boolean()},
                               {"side", one_of({"sale", "buy_back"})},
                               {"format", one_of({"sealed", "ascending", "sealed_then_ascending"})},
                               {"lot", integer(1)},
                               {"reserve", schema::nullable(text())},
                               {"announcement_days", integer()},
                               {"qualification_days", integer()},
                               {"source", named("Source")},
                               {"verified", boolean()}}),
             .pager = list_venues});
  table.add({.path = "/api/v1/auction-reserves",
             .name = "auction_reserves",
             .tag = "auctions",
             .summary = {"可出让、回购的储备账户", "reserve accounts that may sell or buy back"},
             .access = runs,
             .answer = object({{"account", text()}, {"owner", named("Named")}}),
             .pager = list_reserves});
  table.add({.path = one,
             .name = "auction",
             .tag = "auctions",
             .summary = {"一场竞价：条件、本人能做什么、结果",
                         "one auction: terms, what the caller may do, result"},
             .access = reads,
             .answer = named("Auction"),
             .handler = [](Call& call) -> Answer {
               const AuctionDesk desk(call);
               return desk.detail(desk.auction(call.id_in_path("number")));
             }});
  table.add({.path = one + "/checks",
             .name = "auction_checks",
             .tag = "auctions",
             .summary = {"本单位账户的全部资格检查", "every admission check of an own account"},
             .access = reads,
             .query = {{"account", line(40), {"登记账户", "account"}},
                       {"zone", line(80), {"所在流域或空气区", "basin or air zone"}}},
             .answer = checks_schema(),
             .handler = checks});
  table.add({.path = one + "/bidders",
             .name = "auction_bidders",
             .tag = "auctions",
             .summary = {"报名（竞买人只见自己的）", "applications; a holder sees his own"},
             .access = reads,
             .answer = object({{"account", text()},
                               {"owner", named("Named")},
                               {"zone", text()},
                               {"state", text()},
                               {"applied_by", text()},
                               {"decided_by", text()},
                               {"mine", boolean()},
                               {"checks", list(check_schema())}}),
             .pager = list_bidders});
  table.add({.path = one + "/bids",
             .name = "auction_bids",
             .tag = "auctions",
             .summary = {"本人的报价；他人的任何人都看不到", "the caller's own bids; nobody sees another's"},
             .access = reads,
             .answer = object({{"key", text()},
                               {"number", schema::nullable(integer(1))},
                               {"account", text()},
                               {"price", text()},
                               {"quantity", integer()},
                               {"set_aside", money()},
                               {"improves", text()},
                               {"stands", boolean()},
                               {"outbid", boolean()},
                               {"withdrawal", boolean()},
                               {"at", instant()},
                               {"hash", text()},
                               {"salt", text()}}),
             .pager = list_bids});
  table.add(
      {.path = one + "/history",
       .name = "auction_history",
       .tag = "auctions",
       .summary = {"经过", "its course"},
       .access = reads,
       .answer = object({{"number", integer(1)}, {"at", instant()}, {"event", text()}, {"detail", text()}}),
       .pager = history});
  table.add({.path = one + "/verification",
             .name = "auction_verification",
             .tag = "auctions",
             .summary = {"由存档报价重新出清，与记录和登记簿核对",
                         "clears again from the stored bids, compares with the record and the registry"},
             .access = reads,
             .answer = object({{"opened", boolean()}, {"sound", boolean()}, {"faults", list(named("Text"))}}),
             .handler = verification});
  table.add(
      {.path = one + "/standing",
       .name = "auction_standing",
       .tag = "auctions",
       .summary = {"限时竞价：当前价、下一口价、谁领先、本人的位置",
                   "timed bidding: the standing price, the next bid, who leads, the caller's own place"},
       .access = reads,
       .answer = auction_standing_schema(),
       .handler = [](Call& call) -> Answer {
         const AuctionDesk desk(call);
         return desk.standing(desk.auction(call.id_in_path("number")));
       }});
  table.add({.path = one + "/events",
             .name = "auction_events",
             .tag = "auctions",
             .summary = {"经过和服务器时间的事件流（SSE），按 Last-Event-ID 续传",
                         "its course and the server's time as events (SSE), resumed by Last-Event-ID"},
             .access = reads,
             .answer_types = {"text/event-stream"},
             .handler = [](Call&) -> Answer {  // until the server has its rooms
               throw Error(codes::stopped, {"服务器没有在运行", "no server is running"});
             }});
}

void add_bidding(RouteTable& table) {
  table.add({.method = Method::post,
             .path = one + "/bidders",
             .name = "apply_to_bid",
             .tag = "auctions",
             .summary = {"报名；不合格的各项全部列出", "apply; everything that fails is named"},
             .access = bids,
             .body = object({{"account", line(40)}, {"zone", text(80)}}),
             .answer = checks_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = apply});
  table.add({.method = Method::post,
             .path = one + "/bids",
             .name = "bid",
             .tag = "auctions",
             .summary = {"报价或改优；资金（回购为权利）先冻结",
                         "a bid or its improvement; its cash is set aside first"},
             .access = bids,
             .body = bid_schema(true),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = bid});
  table.add({.method = Method::post,
             .path = one + "/quote",
             .name = "quote_bid",
             .tag = "auctions",
             .summary = {"报价要多少钱、冻结多少、有何不合；不留存",
                         "what a bid comes to, and what speaks against it; nothing is stored"},
             .access = bids,
             .body = bid_schema(false),
             .answer = object({{"price", money()},
                               {"fees", money()},
                               {"total", money()},
                               {"set_aside", text()},
                               {"free", money()},
                               {"free_after", money()},
                               {"faults", faults_schema()}}),
             .handler = quote});
  table.add({.method = Method::post,
             .path = one + "/bids/{key}/withdrawal",
             .name = "withdraw_bid",
             .tag = "auctions",
             .summary = {"撤回报价，规则允许时", "withdraw a bid, where the rules let it"},
             .access = bids,
             .body = object({{"account", line(40)}, {"key", line(100)}}),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = withdraw});
}

}  // namespace

std::int64_t enter_auction(Call& call) {
  return AuctionDesk(call).auction(call.id_in_path("number")).number;
}

std::vector<Rooms::Told> auction_news(const venues::Auctions& hall, std::int64_t number,
                                      const std::string& heard) {
  std::vector<Rooms::Told> out;
  for (const venues::AuctionEvent& event : hall.events(number, whole_number(heard).value_or(0)))
    out.push_back(
        {std::to_string(event.seq), server_sent_event("auction", dump(Json{{"number", event.seq},
                                                                           {"at", to_rfc3339(event.at)},
                                                                           {"event", event.event},
                                                                           {"detail", event.detail}}))});
  return out;
}

void add_auction_routes(RouteTable& table) {
  table.components()["Auction"] = auction_detail_schema();
  add_reading(table);
  add_bidding(table);
  table.add({.method = Method::post,
             .path = "/api/v1/auctions",
             .name = "announce_auction",
             .tag = "auctions",
             .summary = {"拟定公告；标的即时冻结，由另一人核准",
                         "draft an announcement; the lot is set aside; another person approves"},
             .access = runs,
             .body = reasoned({{"venue", line(80)},
                               {"key", line(100)},
                               {"account", line(40)},
                               {"supply", integer(1)},
                               {"opens", line(40)},
                               {"closes", line(40)},
                               optional("from", line(7)),
                               optional("to", line(7)),
                               optional("vintage", integer(1, 9999)),
                               optional("project", line(80))}),
             .answer = named("Auction"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = announce});
  const auto add = [&](const char* verb, Access access, Text summary, Json body, const auto& work) {
    table.add({.method = Method::post,
               .path = fmt::format("{}/{}", one, verb),
               .name = fmt::format("{}_auction", verb),
               .tag = "auctions",
               .summary = std::move(summary),
               .access = access,
               .body = std::move(body),
               .answer = named("Auction"),
               .repeats = Repeats::by_key,
               .handler = step(verb, work)});
  };
  add("approve", approves, {"核准并公告", "approve and publish"}, reasoned(),
      [](Call& call, AuctionDesk& desk, std::int64_t number) { desk.hall.approve(number, step_act(call)); });
  add("reject", approves, {"退回草稿，标的解冻", "reject a draft; the lot is free again"}, reasoned(),
      [](Call& call, AuctionDesk& desk, std::int64_t number) { desk.hall.reject(number, step_act(call)); });
  add("cancel", approves,
      {"撤销已公告的竞价；报价不开封，资金全部解冻", "call off; no bid is opened, all is free again"},
      reasoned(),
      [](Call& call, AuctionDesk& desk, std::int64_t number) { desk.hall.cancel(number, step_act(call)); });
  add("admit", runs, {"决定竞买资格", "decide on an application"},
      reasoned({{"account", line(40)}, {"admitted", boolean()}}),
      [](Call& call, AuctionDesk& desk, std::int64_t number) {
        desk.hall.admit(number, call.given("account"), call.body.at("admitted").get<bool>(), step_act(call));
      });
  add("close", runs,
      {"截止后开标：出清、交割、退款一次完成", "after the close: cleared, settled and released at once"},
      reasoned({optional("seed", line(200))}), [](Call& call, AuctionDesk& desk, std::int64_t number) {
        desk.hall.close(number, call.given("seed"), step_act(call));
      });
  add("decide", approves, {"审批成交", "the authority's decision"}, reasoned({{"granted", boolean()}}),
      [](Call& call, AuctionDesk& desk, std::int64_t number) {
        desk.hall.decide(number, call.body.at("granted").get<bool>(), step_act(call));
      });
}

}  // namespace tributary::api
