// Rounds of smart markets as those see them who have a part in them: a holder applies and bids for his own party's
// accounts. A bid is told to nobody but whoever made it until the close. What the office does is in
// smart_office_routes.cpp.
#include "api/smart_desk.h"
#include "api/venue_routes.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::boolean, schema::instant, schema::integer, schema::line, schema::list, schema::money,
    schema::named, schema::object, schema::one_of, schema::optional, schema::text;
using venues::SmartView;

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
  call.note("smart.apply", smart_kind.object(view.number), wish.account);
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
  call.note("smart.bid", smart_kind.object(number), call.given("account"));
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
    call.note("smart.withdraw", smart_kind.object(number), account);
    return receipt_json(got);
  }
  throw not_found({"这个申报", "such bid"});
}

Answer quote(Call& call) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  const venues::SmartBid asked = bid_of(call, desk);
  const venues::SmartQuote quote = desk.hall.quote(view.number, asked, call.caller.by());
  const auto amount = [&](std::int64_t n) { return asked.buy ? yuan(n) : std::to_string(n); };
  return Json{{"price", yuan(quote.price_fen)},
              {"fees", yuan(quote.fees_fen)},
              {"total", yuan(quote.price_fen + (asked.buy ? quote.fees_fen : -quote.fees_fen))},
              {"set_aside", amount(quote.set_aside)},
              {"free", amount(quote.free)},
              {"free_after", amount(quote.free - quote.set_aside)},
              {"faults", faults_json(quote.faults)}};
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

Answer verification(Call& call) {
  const SmartDesk desk(call);
  const SmartView view = desk.round(call.id_in_path("number"));
  return verification_json(view.closed(), view.closed() ? desk.hall.verify(view.number) : std::vector<Text>{});
}

Json bid_schema(bool with_key) {
  std::vector<schema::Property> out{{"account", line(40)},    {"side", one_of({"buy", "sell"})},
                                    {"period", line(10)},     {"price", line(40)},
                                    {"quantity", integer(0)}, optional("replaces", line(100))};
  if (with_key) out.insert(out.begin(), {"key", line(100)});
  return object(std::move(out));
}


void add_reading(RouteTable& table) {
  table.add({.path = "/api/v1/smart-rounds",
             .name = "smart_rounds",
             .tag = "smart",
             .summary = {"智能市场各场，新的在前", "rounds of smart markets, newest first"},
             .access = venue_access.reads,
             .answer = smart_summary_schema(),
             .pager = [](Call& call, const PageRequest& page) { return SmartDesk(call).page(page); }});
  table.add(
      {.path = smart_kind.path,
       .name = "smart_round",
       .tag = "smart",
       .summary = {"一场：条件、本人能做什么、结果", "one round: terms, what the caller may do, result"},
       .access = venue_access.reads,
       .answer = named("SmartRound"),
       .handler = [](Call& call) -> Answer {
         const SmartDesk desk(call);
         return desk.detail(desk.round(call.id_in_path("number")));
       }});
  table.add({.path = smart_kind.path + "/checks",
             .name = "smart_checks",
             .tag = "smart",
             .summary = {"本单位账户的全部资格检查", "every admission check of an own account"},
             .access = venue_access.reads,
             .query = {{"account", line(40), {"登记账户", "account"}},
                       {"zone", line(80), {"所在分区", "zone"}},
                       {"purpose", line(80), {"用途", "purpose"}}},
             .answer = checks_schema(),
             .handler = checks});
  table.add({.path = smart_kind.path + "/members",
             .name = "smart_members",
             .tag = "smart",
             .summary = {"报名（持有人只见自己的）", "applications; a holder sees his own"},
             .access = venue_access.reads,
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
  table.add({.path = smart_kind.path + "/bids",
             .name = "smart_bids",
             .tag = "smart",
             .summary = {"本人的申报；他人的任何人都看不到", "the caller's own bids; nobody sees another's"},
             .access = venue_access.reads,
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
      {.path = smart_kind.path + "/verification",
       .name = "smart_verification",
       .tag = "smart",
       .summary =
           {"由存档申报重新出清，与记录、登记簿和转移余额核对",
            "clears again from the stored bids, compares with the record, the registry and the accounts"},
       .access = Access::whole(Permission::rights_read),  // solves the programme again
       .answer = verification_schema(),
       .handler = verification});
}

void add_course(RouteTable& table) {
  table.add({.path = smart_kind.path + "/history",
             .name = "smart_history",
             .tag = "smart",
             .summary = {"经过", "its course"},
             .access = venue_access.reads,
             .answer = course_schema(),
             .pager = [](Call& call, const PageRequest& page) {
               const SmartDesk desk(call);
               return course_page(desk.hall.events(desk.enter(call.id_in_path("number"))), page);
             }});
  table.add(events_route(smart_kind.path + "/events", "smart_events", "smart", venue_access.reads, course_events_summary()));
}

void add_bidding(RouteTable& table) {
  table.add({.method = Method::post,
             .path = smart_kind.path + "/members",
             .name = "apply_to_smart",
             .tag = "smart",
             .summary = {"报名；不合格的各项全部列出", "apply; everything that fails is named"},
             .access = venue_access.bids,
             .body = object({{"account", line(40)}, {"zone", line(80)}, optional("purpose", text(80))}),
             .answer = checks_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = apply});
  table.add({.method = Method::post,
             .path = smart_kind.path + "/bids",
             .name = "smart_bid",
             .tag = "smart",
             .summary = {"密封申报或更改；资金或权利先冻结",
                         "a sealed bid or ask, or its change; cash or rights are set aside first"},
             .access = venue_access.bids,
             .body = bid_schema(true),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = bid});
  table.add({.method = Method::post,
             .path = smart_kind.path + "/quote",
             .name = "quote_smart_bid",
             .tag = "smart",
             .summary = {"申报最多多少钱、冻结多少、有何不合；不留存",
                         "what a bid comes to at most, and what speaks against it; nothing is stored"},
             .access = venue_access.bids,
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
             .path = smart_kind.path + "/bids/{key}/withdrawal",
             .name = "withdraw_smart_bid",
             .tag = "smart",
             .summary = {"撤回申报，规则允许时", "withdraw a bid or ask, where the rules let it"},
             .access = venue_access.bids,
             .body = object({{"account", line(40)}, {"key", line(100)}}),
             .answer = receipt_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = withdraw});
}

}  // namespace

void add_smart_routes(RouteTable& table) {
  table.components()["SmartRound"] = smart_detail_schema();
  add_reading(table);
  add_course(table);
  add_bidding(table);
  add_smart_office_routes(table);
}

}  // namespace tributary::api
