// Auctions as those see them who have a part in them: a holder applies and bids for his own party's accounts. A bid is
// told to nobody but whoever made it until it is opened: no list, no event, no note in the trail says more than that a
// bid came. In a timed part the price that is to be beaten and who leads is told to all. What the office does is in
// auction_office_routes.cpp.
#include "api/auction_desk.h"
#include "api/venue_routes.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using schema::boolean, schema::instant, schema::integer, schema::line, schema::list,
    schema::money, schema::named, schema::object, schema::one_of, schema::optional, schema::text;
using venues::AuctionView;

Page list_auctions(Call& call, const PageRequest& page) {
  const std::string phase = call.text("phase"), instrument = call.text("instrument");
  return AuctionDesk(call).page(page, [&](const AuctionView& view) {
    return (phase.empty() || phase_of(view, call.clock().now()) == phase) &&
           (instrument.empty() || view.venue.instrument == instrument);
  });
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
  call.note("auction.apply", auction_kind.object(view.number), wish.account);
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
  call.note("auction.bid", auction_kind.object(number), call.given("account"));
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
    call.note("auction.withdraw", auction_kind.object(number), account);
    return receipt_json(got);
  }
  throw not_found({"这个报价", "such bid"});
}

Answer quote(Call& call) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  const venues::Quote quote = desk.hall.quote(view.number, bid_of(call, desk), call.caller.by());
  const bool sale = view.venue.side == exchange::OneWaySide::sale;
  return Json{{"price", yuan(quote.price_fen)},
              {"fees", yuan(quote.charges_fen)},
              {"total", yuan(quote.price_fen + (sale ? quote.charges_fen : -quote.charges_fen))},
              {"set_aside", sale ? Json(yuan(quote.set_aside)) : Json(std::to_string(quote.set_aside))},
              {"free", yuan(quote.free)},
              {"free_after", yuan(quote.free - (sale ? quote.set_aside : 0))},
              {"faults", faults_json(quote.faults)}};
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

Answer verification(Call& call) {
  const AuctionDesk desk(call);
  const AuctionView view = desk.auction(call.id_in_path("number"));
  const bool opened = !view.result.empty();
  return verification_json(opened, opened ? desk.hall.verify(view.number) : std::vector<Text>{});
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


void add_reading(RouteTable& table) {
  table.add({.path = "/api/v1/auctions",
             .name = "auctions",
             .tag = "auctions",
             .summary = {"竞价，新的在前", "auctions, newest first"},
             .access = venue_access.reads,
             .query = {{"phase", line(20), {"进行到哪一步", "where it stands"}},
                       {"instrument", line(30), {"品种", "instrument"}}},
             .answer = auction_summary_schema(),
             .sorts = {"number", "closes"},
             .pager = list_auctions});
  table.add({.path = auction_kind.path,
             .name = "auction",
             .tag = "auctions",
             .summary = {"一场竞价：条件、本人能做什么、结果",
                         "one auction: terms, what the caller may do, result"},
             .access = venue_access.reads,
             .answer = named("Auction"),
             .handler = [](Call& call) -> Answer {
               const AuctionDesk desk(call);
               return desk.detail(desk.auction(call.id_in_path("number")));
             }});
  table.add({.path = auction_kind.path + "/checks",
             .name = "auction_checks",
             .tag = "auctions",
             .summary = {"本单位账户的全部资格检查", "every admission check of an own account"},
             .access = venue_access.reads,
             .query = {{"account", line(40), {"登记账户", "account"}},
                       {"zone", line(80), {"所在流域或空气区", "basin or air zone"}}},
             .answer = checks_schema(),
             .handler = checks});
  table.add({.path = auction_kind.path + "/bidders",
             .name = "auction_bidders",
             .tag = "auctions",
             .summary = {"报名（竞买人只见自己的）", "applications; a holder sees his own"},
             .access = venue_access.reads,
             .answer = object({{"account", text()},
                               {"owner", named("Named")},
                               {"zone", text()},
                               {"state", text()},
                               {"applied_by", text()},
                               {"decided_by", text()},
                               {"mine", boolean()},
                               {"checks", list(check_schema())}}),
             .pager = list_bidders});
  table.add({.path = auction_kind.path + "/bids",
             .name = "auction_bids",
             .tag = "auctions",
             .summary = {"本人的报价；他人的任何人都看不到", "the caller's own bids; nobody sees another's"},
             .access = venue_access.reads,
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
  table.add({.path = auction_kind.path + "/verification",
             .name = "auction_verification",
             .tag = "auctions",
             .summary = {"由存档报价重新出清，与记录和登记簿核对",
                         "clears again from the stored bids, compares with the record and the registry"},
             .access = venue_access.reads,
             .answer = verification_schema(),
             .handler = verification});
  table.add(
      {.path = auction_kind.path + "/standing",
       .name = "auction_standing",
       .tag = "auctions",
       .summary = {"限时竞价：当前价、下一口价、谁领先、本人的位置",
                   "timed bidding: the standing price, the next bid, who leads, the caller's own place"},
       .access = venue_access.reads,
       .answer = auction_standing_schema(),
       .handler = [](Call& call) -> Answer {
         const AuctionDesk desk(call);
         return desk.standing(desk.auction(call.id_in_path("number")));
       }});
}

void add_course(RouteTable& table) {
  table.add({.path = auction_kind.path + "/history",
             .name = "auction_history",
             .tag = "auctions",
             .summary = {"经过", "its course"},
             .access = venue_access.reads,
             .answer = course_schema(),
             .pager = [](Call& call, const PageRequest& page) {
               const AuctionDesk desk(call);
               return course_page(desk.hall.events(desk.enter(call.id_in_path("number"))), page);
             }});
  table.add(events_route(auction_kind.path + "/events", "auction_events", "auctions", venue_access.reads, course_events_summary()));
}

void add_bidding(RouteTable& table) {
  table.add({.method = Method::post,
             .path = auction_kind.path + "/bidders",
             .name = "apply_to_bid",
             .tag = "auctions",
             .summary = {"报名；不合格的各项全部列出", "apply; everything that fails is named"},
             .access = venue_access.bids,
             .body = object({{"account", line(40)}, {"zone", text(80)}}),
             .answer = checks_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = apply});
  table.add({.method = Method::post,
             .path = auction_kind.path + "/bids",
             .name = "bid",
             .tag = "auctions",
             .summary = {"报价或改优；资金（回购为权利）先冻结",
                         "a bid or its improvement; its cash is set aside first"},
             .access = venue_access.bids,
             .body = bid_schema(true),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = bid});
  table.add({.method = Method::post,
             .path = auction_kind.path + "/quote",
             .name = "quote_bid",
             .tag = "auctions",
             .summary = {"报价要多少钱、冻结多少、有何不合；不留存",
                         "what a bid comes to, and what speaks against it; nothing is stored"},
             .access = venue_access.bids,
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
             .path = auction_kind.path + "/bids/{key}/withdrawal",
             .name = "withdraw_bid",
             .tag = "auctions",
             .summary = {"撤回报价，规则允许时", "withdraw a bid, where the rules let it"},
             .access = venue_access.bids,
             .body = object({{"account", line(40)}, {"key", line(100)}}),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = withdraw});
}

}  // namespace

void add_auction_routes(RouteTable& table) {
  table.components()["Auction"] = auction_detail_schema();
  add_reading(table);
  add_course(table);
  add_bidding(table);
  add_auction_office_routes(table);
}

}  // namespace tributary::api
