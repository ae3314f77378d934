// The end of a vintage: what is left of it expires, and what a rule lets carry over is issued again as a later one.
#pragma once

#include "rights/rights.h"

#include <map>
#include <string>
#include <vector>

namespace tributary::rights {

struct YearEnd {
  std::string instrument;  // a stock
  int vintage = 0;
  std::string cancelled;  // account of type cancel
  std::string issuer;     // account of type issue; for what is carried over
  std::map<std::string, std::int64_t> carried{};  // by account, at most what it has left
  int into = 0;                                   // the vintage it becomes; needed when anything is carried
  std::map<std::string, CarryBasis> basis{};      // by account; see check_carry_over
};

// What two persons then decide, for each account that has some left: its expiry, and with it, in one transaction, the issue of
// what is carried over. When it is approved and less than that is left, it is refused (insufficient). The key names instrument,
// vintage, account and a number: asking again does no harm while the proposal waits; once it was refused or decided, the next
// number is taken. Whoever is pledged, frozen or on order is refused when it is decided (encumbered).
// Throws kind_not_for_instrument, insufficient, bad_value (into).
std::vector<Proposal> year_end(const Rights& rights, const YearEnd& of);

}  // namespace tributary::rights
