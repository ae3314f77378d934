// One auction as it stands in the database; private to `venues`.
#pragma once

#include "venues/terms.h"

#include <map>

namespace tributary::venues {

struct Auctions::Row {
  std::int64_t number = 0;
  std::string state;
  Terms terms;
  std::string announced_by, approved_by, closed_by, secret, seal;
  std::int64_t bids = 0;
  std::string head;
  std::int64_t events = 0;
  std::string result, result_hash;
  std::optional<Decimal> price{};  // as in the result, for lists
  std::optional<Instant> ends{};   // none: as announced
  int extensions = 0;
  std::optional<std::int64_t> sold;  // none: not closed, or closed before lists kept it

  Instant end() const { return ends.value_or(terms.announcement.closes); }
  bool before_the_close() const { return state == "draft" || state == "announced"; }
  // Keys of what is set aside in the registry of rights.
  std::string lot_key() const { return "auction-" + std::to_string(number) + "-lot"; }
  std::string bid_key(std::int64_t seq) const {
    return "auction-" + std::to_string(number) + "-bid-" + std::to_string(seq);
  }
  std::string deposit_key(const std::string& account) const {
    return "auction-" + std::to_string(number) + "-deposit-" + account;
  }
  std::string trade_key(std::int64_t seq) const {
    return "auction-" + std::to_string(number) + "-trade-" + std::to_string(seq);
  }
  std::string rule() const { return terms.venue.pack + " " + terms.venue.version + ", " + terms.venue.id; }
};

// Throws same_person when `actor` is one of those named.
void require_other(const std::string& actor, std::initializer_list<std::string> taken);
void require_act(const rights::Act& act);
// A trade that waits for the authority. Granted, it is refused instead, with the reason beside the
// authority's, where one of its accounts is open no more: the others do not wait for that one.
void conclude(rights::Rights& registry, const std::string& trade, bool granted, const rights::Act& act);
// Of a stored result.
std::optional<Decimal> price_in(const Json& result);  // none: nothing sold
std::int64_t sold_in(const Json& result);
// From the system's generator, 32 bits a word.
std::string random_hex(int words);
// A bid in its place of the chain.
std::string hash_of(const std::string& before, const StoredBid& bid);
std::map<std::string, std::string> owners_of(const std::vector<Bidder>& bidders);  // by account

}  // namespace tributary::venues
