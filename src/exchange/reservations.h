// What covers an order: goods of the seller, cash of the buyer. Asked before the order is visible; every unit
// reserved is resolved exactly once, by a trade or by a release.
#pragma once

#include "exchange/types.h"

namespace tributary::exchange {

struct Cover {
  OrderId order = 0;
  AccountNumber account = 0;
  Side side = Side::buy;
  Quantity qty = 0;  // goods, of a seller; 0 for a buyer
  Fen cash = 0;      // of a buyer; 0 for a seller
  Quantity wanted = 0;  // what it covers, of either side
};

struct Trade {
  OrderId buy_order = 0;
  OrderId sell_order = 0;
  AccountNumber buyer = 0;
  AccountNumber seller = 0;
  Ticks price = 0;
  Quantity qty = 0;
  Fen amount = 0;    // what the buyer pays the seller
  Fen reserved = 0;  // of the buyer's cash, for this quantity; never below the amount, the rest is freed
};

class Reservations {
 public:
  virtual ~Reservations() = default;
  // False: not enough is free, and nothing was set aside.
  virtual bool reserve(const Cover& cover) = 0;
  virtual void release(const Cover& cover) = 0;
  virtual void settle(const Trade& trade) = 0;
};

}  // namespace tributary::exchange
