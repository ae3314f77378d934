// The end of a vintage: what is left of it expires, and what a rule lets carry over is issued again as the
// next one.
#pragma once

#include "rights/rights.h"

#include <map>
#include <string>
#include <vector>

namespace tributary::rights {

struct YearEnd {
  std::string instrument;  // a stock
  int vintage = 0;
  std::string cancelled;                          // account of type cancel
  std::string issuer;                             // account of type issue; for what is carried over
  std::map<std::string, std::int64_t> carried{};  // by account, at most what it has left
};

// What two persons then decide, all of it or none: for each account that has some left its expiry, and an
// issue of the next vintage for what is carried over. The keys name instrument, vintage and account, so
// asking again does no harm. Whoever is pledged, frozen or on order is refused when it is decided
// (encumbered). Throws kind_not_for_instrument, insufficient.
std::vector<Proposal> year_end(const Rights& rights, const YearEnd& of);

}  // namespace tributary::rights
