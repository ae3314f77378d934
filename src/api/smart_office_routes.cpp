// Rounds of smart markets as those run them who may: whoever runs them announces, admits, closes and proposes call-outs
// (rights.propose, for the whole tenant); who approves publishes, calls off, decides on trades and on call-outs
// (rights.approve). That one person does not do two of these is kept by `venues`.
#include "api/smart_desk.h"
#include "api/venue_routes.h"

#include <tuple>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using schema::boolean, schema::integer, schema::line, schema::list, schema::named, schema::object, schema::one_of,
    schema::optional;

const std::string venue_path = "/api/v1/smart-venues/{venue}";

venues::SmartVenue venue_in_path(Call& call) {
  try {
    return venues::smart_venue_of(call.declared().rounds, call.in_path("venue"));
  } catch (const Error& e) {
    if (e.code() != venues::codes::unknown_venue) throw;
    throw not_found({"这个智能市场", "such smart market"});
  }
}

Page list_venues(Call& call, const PageRequest& page) {
  const SmartDesk desk(call);
  std::vector<Json> all;
  for (const venues::SmartVenue& venue : call.declared().rounds)
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
  std::tie(notice.term, notice.vintage) = periods_in(call);
  if (body.contains("figures"))
    for (const Json& f : body.at("figures")) {
      const auto value = Decimal::try_parse(f.at("value").get<std::string>());
      if (!value)
        throw Error(codes::bad_body, {"应为十进制数", "must be a decimal number"}, {{}, 0, 0, "figures"});
      notice.figures.push_back({f.at("id"), f.at("field"), f.value("period", ""), *value, f.at("reason")});
    }
  const std::int64_t number =
      desk.hall.announce(venues::smart_venue_of(call.declared().rounds, call.given("venue")), notice, step_act(call));
  call.note("smart.announce", smart_kind.object(number), call.given("reason"));
  return desk.shown(number);
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

void add_venues(RouteTable& table) {
  table.add({.path = "/api/v1/smart-venues",
             .name = "smart_venues",
             .tag = "smart",
             .summary = {"政策包声明的智能市场：分区、通道、限制",
                         "smart markets that the packs declare: zones, links, limits"},
             .access = venue_access.reads,
             .answer = smart_venue_schema(),
             .pager = list_venues});
  table.add({.path = venue_path + "/balances",
             .name = "smart_balances",
             .tag = "smart",
             .summary = {"分区间转移余额与调出", "transfer accounts between zones, and call-outs"},
             .access = venue_access.reads,
             .answer = smart_balances_schema(),
             .handler = balances});
}

void add_calls(RouteTable& table) {
  table.add({.method = Method::post,
             .path = venue_path + "/calls",
             .name = "call_out_water",
             .tag = "smart",
             .summary = {"拟定调出，由另一人核准", "propose a call-out; another person approves"},
             .access = venue_access.runs,
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
             .access = venue_access.approves,
             .body = reasoned({{"granted", boolean()}}),
             .answer = smart_balances_schema(),
             .repeats = Repeats::by_key,
             .handler = decide_call});
}

void add_announcing(RouteTable& table) {
  table.add({.method = Method::post,
             .path = "/api/v1/smart-rounds",
             .name = "announce_smart_round",
             .tag = "smart",
             .summary = {"拟定公告；由另一人核准", "draft an announcement; another person approves"},
             .access = venue_access.runs,
             .body = announcement_schema({optional("figures", list(object({{"id", line(80)},
                                                                           {"field", one_of({"capacity", "base", "min", "max"})},
                                                                           optional("period", line(10)),
                                                                           {"value", line(40)},
                                                                           {"reason", line(400)}}),
                                                                   1'000))}),
             .answer = named("SmartRound"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = announce});
}

}  // namespace

void add_smart_office_routes(RouteTable& table) {
  add_venues(table);
  add_calls(table);
  add_announcing(table);
  VenueSteps<SmartDesk> steps(table, smart_kind);
  steps.add_common({"退回草稿", "reject a draft"},
                   {"撤销已公告的一场；申报不开封，全部解冻", "call off; nothing is opened, all is free again"},
                   {"决定交易资格", "decide on an application"});
  steps.add("close", venue_access.runs,
            {"截止后撮合：出清、交割、解冻一次完成", "after the close: cleared, settled and released at once"}, reasoned(),
            [](Call& call, SmartDesk& desk, std::int64_t number) { desk.hall.close(number, step_act(call)); });
}

}  // namespace tributary::api
