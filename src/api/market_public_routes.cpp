// Markets for everybody: rules, book and deals without names, prices by the day.
#include "api/market_desk.h"

namespace tributary::api {

void add_public_market_routes(RouteTable& table) {
  const std::string one = "/api/v1/public/markets/{number}";
  table.add({.path = "/api/v1/public/markets",
             .name = "public_markets",
             .tag = "public",
             .summary = {"市场，新的在前", "markets, newest first"},
             .access = Access::open(),
             .answer = market_summary_schema(),
             .pager =
                 [](Call& call, const PageRequest& page) {
                   return MarketDesk(call).page(page, [](const Json&) { return true; });
                 },
             .around = around_market});
  table.add({.path = one,
             .name = "public_market",
             .tag = "public",
             .summary = {"一个市场的规则和盘口", "rules and book of one market"},
             .access = Access::open(),
             .answer = market_terms_schema(),
             .handler = [](Call& call) -> Answer {
               const MarketDesk desk(call);
               return desk.terms(desk.market_in_path());
             },
             .around = around_market});
  table.add({.path = one + "/deals",
             .name = "public_market_deals",
             .tag = "public",
             .summary = {"成交，无名称，新的在前", "deals without names, newest first"},
             .access = Access::open(),
             .answer = market_deal_schema(),
             .pager = market_deals});
  table.add({.path = one + "/days",
             .name = "public_market_days",
             .tag = "public",
             .summary = {"每日行情，旧的在前", "trading days, oldest first"},
             .access = Access::open(),
             .query = market_days_query(),
             .answer = market_day_schema(),
             .pager = market_days});
}

}  // namespace tributary::api
