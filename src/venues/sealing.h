// Bids at rest: what a bid says is encrypted with the keys that lie outside the database, until it is opened.
// Private to `venues`.
#pragma once

#include "venues/auctions.h"

#include <string>

namespace tributary::venues {

// What nobody may read out of the database. The random bits belong to it: with them the hash of a bid would
// tell its price to whoever tries them all.
struct Content {
  std::int64_t ticks = 0;
  std::int64_t quantity = 0;
  std::int64_t cover_fen = 0;
  std::string salt;
};

// Bound to this bid of this auction; equally long whatever it says. Throws bids_locked.
std::string sealed_content(const casework::Vault& vault, const std::string& jurisdiction,
                           std::int64_t auction, std::int64_t seq, const Content& content);
Content opened_content(const casework::Vault& vault, const std::string& jurisdiction, std::int64_t auction,
                       std::int64_t seq, const std::string& sealed);

}  // namespace tributary::venues
