// The timed part of an auction as its bids make it: who leads, what has to be beaten, when it ends. Without a
// database; private to `venues`. The same bids in the same order give the same course, which is what verify()
// goes by.
#pragma once

#include "venues/terms.h"

#include <map>
#include <vector>

namespace tributary::venues {

// When bidding by outcry begins. None: a sealed auction.
std::optional<Instant> timed_from(const Terms& terms);
inline bool timed_at(const Terms& terms, Instant at) {
  const auto from = timed_from(terms);
  return from && at >= *from;
}

class Ascent {
 public:
  // As it stands after `bids`, of which those that do not stand are passed over. Owners by account.
  Ascent(const Terms& terms, std::map<std::string, std::string> owners, const std::vector<StoredBid>& bids,
         Instant end, int extensions);

  // The lowest price that is served, once the bids cover the supply (in a buy-back the highest).
  const std::optional<Decimal>& price() const { return now_.price; }
  // The least price that counts (in a buy-back the most). None: no step lower is above nothing.
  std::optional<Decimal> next() const;
  std::int64_t leads(std::int64_t seq) const;  // quantity that the bid would get, were it over now
  const std::vector<StoredBid>& standing() const { return standing_; }
  const StoredBid* standing_of(const std::string& account) const;
  Instant end() const { return end_; }
  int extensions() const { return extensions_; }

  // What a bid in the timed part has to keep to. Throws below_step, not_improved.
  void require_counts(const Bid& bid) const;

  struct Effect {
    std::optional<StoredBid> replaced{};  // the account's own
    std::vector<StoredBid> outbid{};      // can win no more; only where the declaration frees them at once
    bool extended = false;
  };
  Effect add(const StoredBid& bid);

 private:
  struct Picture {
    std::map<std::int64_t, std::int64_t> leads;  // by bid
    std::optional<Decimal> price;
    std::map<std::string, std::int64_t> of_accounts;
  };
  Picture picture() const;
  const Ascending& rules() const { return *terms_.venue.ascending; }
  // Above 0: the first is better.
  int better(const Decimal& a, const Decimal& b) const;

  Terms terms_;
  std::map<std::string, std::string> owners_;
  std::vector<StoredBid> standing_;
  Instant end_;
  int extensions_;
  Picture now_;
};

}  // namespace tributary::venues
