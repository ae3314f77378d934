// Notices and results of auctions for everybody: what was announced, and of the bids what the terms disclose,
// once they were opened.
#include "api/auction_desk.h"

namespace tributary::api {

void add_public_auction_routes(RouteTable& table) {
  table.add({.path = "/api/v1/public/auctions",
             .name = "public_auctions",
             .tag = "public",
             .summary = {"竞价公告和结果，新的在前", "notices and results of auctions, newest first"},
             .access = Access::open(),
             .answer = auction_summary_schema(),
             .sorts = {"number", "closes"},
             .pager = [](Call& call, const PageRequest& page) {
               return AuctionDesk(call).page(page, [](const venues::AuctionView&) { return true; });
             }});
  table.add({.path = "/api/v1/public/auctions/{number}",
             .name = "public_auction",
             .tag = "public",
             .summary = {"一场竞价的公告和结果", "notice and result of one auction"},
             .access = Access::open(),
             .answer = auction_terms_schema(),
             .handler = [](Call& call) -> Answer {
               const AuctionDesk desk(call);
               return desk.terms(desk.auction(call.id_in_path("number")));
             }});
}

}  // namespace tributary::api
