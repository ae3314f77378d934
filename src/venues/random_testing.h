// What random tests of auctions and markets look at, and the clock that kills.
#pragma once

#include "rights/rights_testing.h"

#include <string>

#include <signal.h>
#include <unistd.h>

namespace tributary::venues::testing {

// All cash and all rights of a month that anybody has, under way or not.
inline std::int64_t total(rights::testing::World& w, const std::string& instrument, int period) {
  std::int64_t out = 0;
  for (const rights::Holding& holding :
       w.rights.holdings({.account = {}, .owner = {}, .instrument = instrument, .term = {}}))
    if (holding.part.period <= period && period < holding.part.period + holding.part.count &&
        holding.account != "ISS" && holding.account != "BANK")
      out += holding.part.amount;
  return out;
}

inline std::int64_t under_way(rights::testing::World& w) {
  std::int64_t out = 0;
  for (const rights::Holding& holding : w.rights.holdings({})) out += holding.pending_out + holding.pending_in;
  return out;
}

// Kills its process the nth time it is asked.
class DeadlyClock final : public Clock {
 public:
  DeadlyClock(Instant at, int times) : at_(at), left_(times) {}
  Instant now() const override {
    if (--left_ == 0) kill(getpid(), SIGKILL);
    return at_;
  }

 private:
  Instant at_;
  mutable int left_;
};

}  // namespace tributary::venues::testing
