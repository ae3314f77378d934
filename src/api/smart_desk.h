// Rounds of smart markets as one request sees them: what the caller may see and do, and the answers.
#pragma once

#include "api/rights_desk.h"
#include "api/venue_answers.h"
#include "venues/smart_rounds.h"

#include <string>
#include <vector>

namespace tributary::api {

class SmartDesk {
 public:
  explicit SmartDesk(Call& call);

  // Not found: a draft of others, or none.
  venues::SmartView round(std::int64_t number) const;
  std::int64_t enter(std::int64_t number) const { return round(number).number; }
  Json shown(std::int64_t number) const { return detail(hall.round(number)); }
  const rights::RightAccount& own_account(const std::string& code) const {
    return rights_.party_account(code);
  }
  std::vector<std::string> own_accounts() const { return rights_.party_accounts(); }
  // Applications the caller may see: the office all, a holder his own.
  std::vector<venues::SmartMember> members(std::int64_t number) const;

  // One page of the rounds the caller sees, the newest first.
  Page page(const PageRequest& page) const;
  Json summary(const venues::SmartView& view) const;
  Json terms(const venues::SmartView& view) const;   // with the result, as far as the caller may know it
  Json detail(const venues::SmartView& view) const;  // with the caller's part in it
  Json member(const venues::SmartMember& member) const;
  Json own_bid(const venues::SmartView& view, const venues::StoredSmartBid& bid) const;
  Json venue(const venues::SmartVenue& venue) const;
  Json balances(const venues::SmartVenue& venue) const;
  bool known(const venues::SmartVenue& venue) const {
    return rights_.instruments().contains(venue.instrument);
  }

 private:
  Json part(const venues::SmartView& view, const std::vector<venues::SmartMember>& members) const;
  Json may(const venues::SmartView& view, const std::vector<venues::SmartMember>& members) const;
  Json result(const venues::SmartView& view) const;
  bool office() const { return rights_.sees_all(); }

  Call& call_;
  RightsDesk rights_;

 public:
  venues::SmartRounds hall;
};

void add_smart_routes(RouteTable& table);
void add_smart_office_routes(RouteTable& table);
void add_public_smart_routes(RouteTable& table);
Json node_price_json(const venues::NodePrice& price);
Json node_price_schema(std::vector<schema::Property> more = {});
Json smart_summary_schema();
Json smart_terms_schema();
Json smart_detail_schema();
Json smart_venue_schema();
Json smart_balances_schema();

}  // namespace tributary::api
