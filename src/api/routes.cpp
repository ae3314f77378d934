#include "api/routes.h"

#include "api/auction_desk.h"
#include "api/market_desk.h"
#include "api/publicity.h"
#include "api/rights_desk.h"
#include "api/smart_desk.h"

namespace tributary::api {

void add_allocation_routes(RouteTable& table);
void add_bank_routes(RouteTable& table);
void add_bulletin_routes(RouteTable& table);
void add_watching_routes(RouteTable& table);

RouteTable make_routes() {
  RouteTable table;
  add_components(table);
  add_session_routes(table);
  add_home_routes(table);
  add_place_routes(table);
  add_reading_routes(table);
  add_import_routes(table);
  add_allocation_routes(table);
  add_rule_routes(table);
  add_run_routes(table);
  add_statement_routes(table);
  add_ledger_routes(table);
  add_bank_routes(table);
  add_compliance_routes(table);
  add_rights_routes(table);
  add_auction_routes(table);
  add_smart_routes(table);
  add_market_routes(table);
  add_market_order_routes(table);
  add_case_routes(table);
  add_search_routes(table);
  add_case_sheet_routes(table);
  add_attention_routes(table);
  add_paper_routes(table);
  add_export_routes(table);
  add_privacy_routes(table);
  add_plan_routes(table);
  add_plan_figure_routes(table);
  add_publicity_routes(table);
  add_open_data_routes(table);
  add_feed_routes(table);
  add_worked_example_routes(table);
  add_report_routes(table);
  add_report_sheet_routes(table);
  add_people_routes(table);
  add_delegation_routes(table);
  add_system_routes(table);
  add_public_routes(table);
  add_public_auction_routes(table);
  add_public_smart_routes(table);
  add_public_market_routes(table);
  add_bulletin_routes(table);
  add_watching_routes(table);
  add_ogc_routes(table);
  return table;
}

}  // namespace tributary::api
