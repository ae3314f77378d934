// Notices and results of rounds of smart markets for everybody: what was announced, and of the bids what the terms
// disclose, once they were opened.
#include "api/smart_desk.h"
#include "api/venue_routes.h"

namespace tributary::api {

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
  table.add(events_route("/api/v1/public/smart-rounds/{number}/events", "public_smart_events", "public", Access::open(),
                         {"一场公告后的经过（不含说明）和服务器时间的事件流（SSE）",
                          "what happened in a round since its notice, without details, and the server's time (SSE)"}));
}

}  // namespace tributary::api
