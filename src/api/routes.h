// The parts of the route table, one for each module of the domain, and what they share.
#pragma once

#include "api/call.h"
#include "compensate/compensation.h"
#include "registry/registry.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::api {

void add_components(RouteTable& table);
void add_session_routes(RouteTable& table);
void add_people_routes(RouteTable& table);
void add_delegation_routes(RouteTable& table);
void add_place_routes(RouteTable& table);
void add_ogc_routes(RouteTable& table);
void add_reading_routes(RouteTable& table);
void add_import_routes(RouteTable& table);
void add_rule_routes(RouteTable& table);
void add_run_routes(RouteTable& table);
void add_statement_routes(RouteTable& table);
void add_ledger_routes(RouteTable& table);
void add_compliance_routes(RouteTable& table);  // metered use against permits and rights
void add_case_routes(RouteTable& table);
void add_case_sheet_routes(RouteTable& table);
void add_search_routes(RouteTable& table);
void add_attention_routes(RouteTable& table);  // following, news, calendar, many at once
void add_paper_routes(RouteTable& table);
void add_export_routes(RouteTable& table);   // of personal values
void add_privacy_routes(RouteTable& table);  // retention, erasures, holds, the register
void add_plan_routes(RouteTable& table);
void add_plan_figure_routes(RouteTable& table);
void add_report_routes(RouteTable& table);
void add_report_sheet_routes(RouteTable& table);
void add_home_routes(RouteTable& table);
void add_system_routes(RouteTable& table);  // audit, system, events, openapi, ready, metrics
void add_public_routes(RouteTable& table);

compensate::Compensation compensation_of(Call& call);

// Names of parties and places by their codes, for people to read.
class Names {
 public:
  explicit Names(Call& call);
  Json party(const std::string& code) const;  // {"code", "name"}
  Json place(const std::string& code) const;
  Text party_name(const std::string& code) const;
  Json organisation(const std::string& id) const;
  const NameBook& book() const { return *book_; }
  const std::map<std::string, Text>& organisations() const { return book_->organisations; }

 private:
  std::shared_ptr<const NameBook> book_;
};

// The places the caller may see readings of: all (nothing), or those at which one of the own parties has a
// role.
std::optional<std::set<std::string>> visible_places(Call& call, identity::Permission permission);

// Where the caller reaches this server: the public address when it is set, else "http://host" as the client wrote
// it, for links that must be whole.
std::string address_of(const Call& call);

// {"code", "name"}
Json named_json(const std::string& code, const Text& name);

// The title of a rule, of its latest version; the name itself when no pack has it any more.
Text rule_title(const policy::Policy& policy, const std::string& rule);
Json json_of(const policy::Source& source);
Json run_json(const policy::Policy& policy, const compensate::RunHead& head);
Json statement_json(Call& call, const Names& names, const compensate::Statement& statement);

// One class of water of each section and month, from the monthly means, as the standard says.
std::vector<Json> monthly_classes(Call& call, const Period& month);
std::vector<std::string> months_with_readings(Call& call);
Json monthly_class_schema();

}  // namespace tributary::api
