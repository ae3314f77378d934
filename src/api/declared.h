// What the packs declare of venues, surveillance and banks: read once, when the server starts, as the rules beside it are.
#pragma once

#include "bank/layout.h"
#include "policy/pack.h"
#include "venues/declaration.h"
#include "venues/market_declaration.h"
#include "venues/smart_declaration.h"
#include "venues/watching.h"

#include <vector>

namespace tributary::api {

struct Declared {
  // Throws what the packs' readers throw.
  explicit Declared(const policy::Policy& policy)
      : auctions(venues::load_venues(policy)),
        markets(venues::load_markets(policy)),
        rounds(venues::load_smart_venues(policy)),
        watching(venues::load_watching(policy)),
        banks(bank::load_layouts(policy)) {}

  const std::vector<venues::AuctionVenue> auctions;
  const std::vector<venues::MarketVenue> markets;
  const std::vector<venues::SmartVenue> rounds;
  const venues::WatchDeclaration watching;
  const std::vector<bank::BankLayout> banks;
};

}  // namespace tributary::api
