// Markets with an order book as one request sees them: what the caller may see and do, and the answers. Nobody sees
// another's orders; who traded is told to the two sides and to the office.
#pragma once

#include "api/rights_desk.h"
#include "api/rooms.h"
#include "api/venue_answers.h"
#include "venues/markets.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tributary::api {

class MarketDesk {
 public:
  explicit MarketDesk(Call& call);

  // Not found: a draft of others, or none.
  venues::MarketView market(std::int64_t number) const;
  venues::MarketView market_in_path() const { return market(call_.id_in_path("number")); }
  // Of those the caller may know of and `wanted`, newest first; the cursor is the number of the last one. No more is read than
  // it takes to fill the page.
  Page page(const PageRequest& page, const std::function<bool(const Json&)>& wanted) const;
  // Of the caller's own party, to apply and trade for; throws not_your_party.
  std::string own_account(const std::string& code) const { return rights_.party_account(code).code; }
  std::vector<std::string> own_accounts() const { return rights_.party_accounts(); }
  // Applications the caller may see: the office all, a holder his own.
  std::vector<venues::Member> members(std::int64_t number) const;

  Json summary(const venues::MarketView& view) const;
  Json terms(const venues::MarketView& view) const;   // with the book
  Json detail(const venues::MarketView& view) const;  // with the caller's part in it
  Json depth(const venues::MarketView& view, std::size_t levels) const;
  Json member(const venues::Member& member) const;
  // States as the registry keeps them; `names`: of the sides, for whoever may know them.
  Json deal(const venues::MarketView& view, const venues::Deal& deal, bool names) const;
  Json day(const venues::MarketDay& day) const;
  Json order(const venues::MarketView& view, const venues::StoredOrder& order) const;
  Json proposal(const venues::MarketView& view, const venues::StoredOrder& proposal, const std::string& account) const;
  Json placed(const venues::MarketView& view, const venues::Placed& placed) const;
  Json quote(const venues::MarketView& view, venues::OrderRequest request) const;
  Json venue(const venues::MarketVenue& venue) const;
  bool knows(const std::string& instrument) const { return rights_.instruments().contains(instrument); }
  bool flow(const std::string& instrument) const;

 private:
  bool sees(const venues::MarketView& view) const;
  bool office() const { return rights_.sees_all(); }
  bool mine(const std::string& account) const;  // of the caller's own party
  Json side(const std::string& account) const;  // {"account", "owner"}
  Json counterparty(const venues::StoredOrder& order) const;
  Json part(const venues::MarketView& view, const std::vector<venues::Member>& members) const;
  Json may(const venues::MarketView& view, const std::vector<venues::Member>& members, bool halted) const;
  std::vector<venues::StoredOrder> open_orders(std::int64_t number) const;  // of the caller's accounts

  Call& call_;
  RightsDesk rights_;

 public:
  mutable venues::Markets hall;  // reading a book may bring it up to its journal
};

// Goes around the requests in which a market's book is used.
void around_market(Call& call, const std::function<void()>& work);
// What happened to a market: its number of commands, phase and state. Nobody's order shows in it.
std::vector<Rooms::Told> market_news(venues::Markets& hall, std::int64_t number, const std::string& heard, Instant now);
std::int64_t enter_market(Call& call);  // its number; throws where the caller may not see it

void add_market_routes(RouteTable& table);
void add_market_order_routes(RouteTable& table);
void add_public_market_routes(RouteTable& table);

// The lists of one market, for whoever has an account and for everybody.
Page market_deals(Call& call, const PageRequest& page);
Page market_days(Call& call, const PageRequest& page);
std::vector<Parameter> market_days_query();

Json market_summary_schema();
Json market_terms_schema();
Json market_detail_schema();
Json market_depth_schema();
Json market_deal_schema();
Json market_day_schema();
Json market_order_schema();
Json market_proposal_schema();
Json market_placed_schema();
Json market_quote_schema();
Json market_member_schema();
Json market_venue_schema();

}  // namespace tributary::api
