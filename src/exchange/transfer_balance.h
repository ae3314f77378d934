// The account of an inter-valley transfer: what was sent one way by trade and not yet delivered. It stays
// between two limits after every trade and every call-out, and carries over years.
#pragma once

#include "base/rational.h"

namespace tributary::exchange::smart_market {

class TransferBalance {
 public:
  // Throws bad_value when lo ≤ start ≤ hi does not hold.
  TransferBalance(Rational lo, Rational hi, Rational start);

  const Rational& balance() const { return balance_; }
  Rational room_out() const { return hi_ - balance_; }
  Rational room_back() const { return balance_ - lo_; }

  // What of a trade fits: all of it, or as much as there is room for when it may be filled in part, else
  // nothing. Returns what was booked.
  Rational out(const Rational& quantity, bool in_part);
  Rational back(const Rational& quantity, bool in_part);
  // Delivered from the account. Throws balance_exceeded when the account would fall below its limit.
  void call_out(const Rational& quantity);

 private:
  static Rational fitting(const Rational& quantity, const Rational& room, bool in_part);
  Rational lo_;
  Rational hi_;
  Rational balance_;
};

}  // namespace tributary::exchange::smart_market
