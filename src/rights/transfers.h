// What passed from one owner to another outside the exchange, for surveillance.
#pragma once

#include "rights/types.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace tributary::rights {

struct Transferred {
  std::string key;  // of the transaction
  Instant at;
  std::string instrument;
  bool flow = false;
  Part part;
  std::string from, to;  // owners
};

// Transfers completed in [from, to) between different owners and not reversed, each of their parts, in order. Leases come back
// by themselves and are none. Joins a transaction that is open.
std::vector<Transferred> transfers(store::Database& database, const std::string& jurisdiction, Instant from, Instant to);

}  // namespace tributary::rights
