// Auctions as those run them who may: whoever runs them announces, admits and closes (rights.propose, for the whole
// tenant); who approves publishes, calls off and decides (rights.approve). That one person does not do two of these is
// kept by `venues`.
#include "api/auction_desk.h"
#include "api/venue_routes.h"

#include <tuple>

namespace tributary::api {
namespace {

using schema::boolean, schema::both, schema::integer, schema::line, schema::named, schema::object, schema::one_of,
    schema::optional, schema::text;

Page list_venues(Call& call, const PageRequest& page) {
  const RightsDesk desk(call);
  std::vector<Json> all;
  for (const venues::AuctionVenue& venue : call.declared().auctions) {
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
                   {"lease", venues::json_of(venue.lease)},
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
  AuctionDesk desk(call);
  venues::Announcement lot{.key = call.given("key"),
                           .account = call.given("account"),
                           .supply = call.body.at("supply").get<std::int64_t>(),
                           .project = call.given("project"),
                           .opens = parse_instant(call.given("opens")),
                           .closes = parse_instant(call.given("closes"))};
  std::tie(lot.term, lot.vintage) = periods_in(call);
  const std::int64_t number =
      desk.hall.announce(venues::venue_of(call.declared().auctions, call.given("venue")), lot, step_act(call));
  call.note("auction.announce", auction_kind.object(number), call.given("reason"));
  return desk.shown(number);
}

void add_announcing(RouteTable& table) {
  table.add({.path = "/api/v1/auction-venues",
             .name = "auction_venues",
             .tag = "auctions",
             .summary = {"政策包声明的竞价场", "venues that the packs declare"},
             .access = venue_access.runs,
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
                               {"lease", lease_schema()},
                               {"source", named("Source")},
                               {"verified", boolean()}}),
             .pager = list_venues});
  table.add({.path = "/api/v1/auction-reserves",
             .name = "auction_reserves",
             .tag = "auctions",
             .summary = {"可出让、回购的储备账户", "reserve accounts that may sell or buy back"},
             .access = venue_access.runs,
             .answer = object({{"account", text()}, {"owner", named("Named")}}),
             .pager = list_reserves});
  table.add({.method = Method::post,
             .path = "/api/v1/auctions",
             .name = "announce_auction",
             .tag = "auctions",
             .summary = {"拟定公告；标的即时冻结，由另一人核准",
                         "draft an announcement; the lot is set aside; another person approves"},
             .access = venue_access.runs,
             .body = announcement_schema({{"account", line(40)}, {"supply", integer(1)}}),
             .answer = named("Auction"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = announce});
}

}  // namespace

void add_auction_office_routes(RouteTable& table) {
  add_announcing(table);
  VenueSteps<AuctionDesk> steps(table, auction_kind);
  steps.add_common({"退回草稿，标的解冻", "reject a draft; the lot is free again"},
                   {"撤销已公告的竞价；报价不开封，资金全部解冻", "call off; no bid is opened, all is free again"},
                   {"决定竞买资格", "decide on an application"});
  steps.add("close", venue_access.runs,
            {"截止后开标：出清、交割、退款一次完成", "after the close: cleared, settled and released at once"},
            reasoned({optional("seed", line(200))}), [](Call& call, AuctionDesk& desk, std::int64_t number) {
              desk.hall.close(number, call.given("seed"), step_act(call));
            });
}

}  // namespace tributary::api
