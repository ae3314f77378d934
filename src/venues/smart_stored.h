// One round as it stands in the database; private to `venues`.
#pragma once

#include "venues/smart_terms.h"
#include "venues/smart_trades.h"

#include <set>

namespace tributary::venues {

struct SmartRounds::Row {
  std::int64_t number = 0;
  std::string state;
  SmartTerms terms;
  std::string announced_by, approved_by, closed_by, seal;
  std::int64_t bids = 0;
  std::string head;
  std::int64_t events = 0;
  std::optional<std::int64_t> closing{};
  std::string input, result, result_hash;
  std::optional<std::int64_t> bought{};  // as in the result
  std::string unwound{};                 // what refused trades gave back; empty: nothing

  bool before_the_close() const { return state == "draft" || state == "announced"; }
  // Keys of what is set aside and traded in the registry of rights; those beginning «market-» are kept for
  // venues.
  std::string bid_key(std::int64_t seq) const { return fmt_key("bid", seq); }
  std::string trade_key(std::int64_t nth) const { return fmt_key("trade", nth); }
  std::string rule() const { return terms.venue.pack + " " + terms.venue.version + ", " + terms.venue.id; }

 private:
  std::string fmt_key(const char* what, std::int64_t n) const {
    return "market-smart-" + std::to_string(number) + "-" + what + "-" + std::to_string(n);
  }
};

std::string hash_of(const std::string& before, const StoredSmartBid& bid);
// Who and what does not count when a round is closed: members with the reason why, single bids, by number,
// and months that are over.
struct LeftOut {
  std::map<std::string, Text> members;
  std::map<std::int64_t, Text> bids;
  std::vector<std::string> periods;

  bool has(const StoredSmartBid& bid) const;
};
// One side per owner and period, whatever the zone: his own water would be carried through the market to
// himself. Of the standing bids of members that count, those that came after one on the other side.
std::map<std::int64_t, Text> crossing_bids(const Control& control, const std::vector<SmartMember>& members,
                                           const std::vector<StoredSmartBid>& bids, const LeftOut& left_out);
// One trade as the registry is asked for it, the nth of the round.
rights::Trade trade_for(const SmartRounds::Row& row, const SmartTrade& trade, std::int64_t nth,
                        const std::vector<StoredSmartBid>& bids, std::optional<Instant> deadline);
std::int64_t bought_in(const Json& result);
// The record of a close, of which the hash is kept.
Json smart_result(const SmartRounds::Row& row, const std::string& input, const LeftOut& left_out,
                  const exchange::smart_market::Market& market,
                  const exchange::smart_market::Clearing& clearing, const std::vector<SmartTrade>& trades,
                  const std::vector<StoredSmartBid>& bids);
// What the trades of these keys used of limits and, in `balances`, of transfer accounts; each on the nearest way its water
// could have taken. As text, and taken from what earlier rounds leave.
std::optional<Carried> freed_by(const SmartRounds::Row& row, const std::set<std::string>& refused);
std::string text_of(const Carried& freed);
void take_back(Carried& carried, const std::string& freed);
// What each transfer account gets by a round, by link.
std::map<std::string, Rational> balance_changes(const exchange::smart_market::Market& market,
                                                const exchange::smart_market::Clearing& clearing);

}  // namespace tributary::venues
