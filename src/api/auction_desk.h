// Auctions as one request sees them: what the caller may see and do, and the answers.
#pragma once

#include "api/rights_desk.h"
#include "api/venue_answers.h"
#include "venues/auctions.h"

#include <string>
#include <vector>

namespace tributary::api {

class AuctionDesk {
 public:
  explicit AuctionDesk(Call& call);

  // Not found: a draft of others, or none.
  venues::AuctionView auction(std::int64_t number) const;
  std::int64_t enter(std::int64_t number) const { return auction(number).number; }
  Json shown(std::int64_t number) const { return detail(hall.auction(number)); }
  bool sees(const venues::AuctionView& view) const;
  const rights::RightAccount& own_account(const std::string& code) const {
    return rights_.party_account(code);
  }
  std::vector<std::string> own_accounts() const { return rights_.party_accounts(); }
  // Applications the caller may see: the office all, a holder his own.
  std::vector<venues::Bidder> bidders(std::int64_t number) const;

  // One page of the auctions the caller sees that `wanted`; by their number or close, the newest first.
  Page page(const PageRequest& page, const std::function<bool(const venues::AuctionView&)>& wanted) const;
  Json summary(const venues::AuctionView& view) const;
  Json terms(const venues::AuctionView& view) const;     // with the result, as far as the caller may know it
  Json standing(const venues::AuctionView& view) const;  // of the timed part, as the caller may know it
  Json detail(const venues::AuctionView& view) const;    // with the caller's part in it
  Json bidder(const venues::Bidder& bidder) const;
  Json own_bid(const venues::AuctionView& view, const venues::StoredBid& bid) const;
  Json party(const std::string& code) const { return rights_.party(code); }

 private:
  Json part(const venues::AuctionView& view, const std::vector<venues::Bidder>& bidders) const;
  Json may(const venues::AuctionView& view, const std::vector<venues::Bidder>& bidders) const;
  Json result(const venues::AuctionView& view) const;
  bool office() const { return rights_.sees_all(); }

  Call& call_;
  RightsDesk rights_;

 public:
  venues::Auctions hall;
};

// What of a result is told to whoever has nothing to do with the auction: price and quantity, and what the
// venue's declaration discloses. `mine`: the reader's party, or empty; `all`: names and everything.
Json result_json(const venues::AuctionView& view, const std::vector<venues::StoredBid>& bids,
                 const std::vector<venues::Bidder>& bidders, const std::string& mine, bool all,
                 const std::function<Json(const std::string&)>& named);
Json result_schema();
// Where it stands by the clock: draft, announced, bidding, over, awaiting, settled, cancelled, rejected.
std::string phase_of(const venues::AuctionView& view, Instant now);

void add_auction_routes(RouteTable& table);
void add_auction_office_routes(RouteTable& table);
void add_public_auction_routes(RouteTable& table);
Json auction_summary_schema();
Json auction_terms_schema();
Json auction_detail_schema();
Json auction_standing_schema();

}  // namespace tributary::api
