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

// Bound to its place, and equally long whatever it says. Throws bids_locked.
std::string sealed_content(const identity::Vault& vault, const std::string& place, const Content& content);
Content opened_content(const identity::Vault& vault, const std::string& place, const std::string& sealed);
// Of the terms of an «auction» or a «round»: a text that only the keys of the announcement open, so that no
// bid is sealed with others, which would keep all of them shut. require_key throws bids_locked; nothing where
// there is no seal, of before.
std::string place_of_seal(const char* what, const std::string& jurisdiction, std::int64_t number);
std::string seal_at(const identity::Vault& vault, const std::string& place);
void require_key(const identity::Vault& vault, const std::string& place, const std::string& seal);
std::string place_in_round(const std::string& jurisdiction, std::int64_t round, std::int64_t seq);

// Of this bid of this auction.
std::string sealed_content(const identity::Vault& vault, const std::string& jurisdiction,
                           std::int64_t auction, std::int64_t seq, const Content& content);
Content opened_content(const identity::Vault& vault, const std::string& jurisdiction, std::int64_t auction,
                       std::int64_t seq, const std::string& sealed);

}  // namespace tributary::venues
