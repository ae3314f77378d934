// Cash and goods of the accounts of one market, kept in memory: the reservations of the core, replayed from the same
// journal. Sums never change but by deposit and withdraw: check() proves it.
#pragma once

#include "exchange/reservations.h"

#include <string>

namespace tributary::exchange {

class Purse final : public Reservations {
 public:
  struct Holding {
    Fen cash = 0;           // free
    Fen cash_reserved = 0;
    Quantity goods = 0;     // free
    Quantity goods_reserved = 0;
    Quantity goods_locked = 0;  // bought today
  };

  // With `resale` what is bought may be sold the same day; otherwise after roll().
  explicit Purse(bool resale = false) : resale_(resale) {}

  void open() { holdings_.emplace_back(); }
  bool known(AccountNumber account) const { return account < holdings_.size(); }
  const Holding& of(AccountNumber account) const { return holdings_[account]; }

  // False, and nothing done, when negative, too much, or more than is free.
  bool deposit(AccountNumber account, Fen cash, Quantity goods);
  bool withdraw(AccountNumber account, Fen cash, Quantity goods);
  void roll();  // the next trading day

  bool reserve(const Cover& cover) override {
    Holding& h = holdings_[cover.account];
    if (h.cash < cover.cash || h.goods < cover.qty) return false;
    h.cash -= cover.cash;
    h.cash_reserved += cover.cash;
    h.goods -= cover.qty;
    h.goods_reserved += cover.qty;
    return true;
  }
  void release(const Cover& cover) override {
    Holding& h = holdings_[cover.account];
    h.cash_reserved -= cover.cash;
    h.cash += cover.cash;
    h.goods_reserved -= cover.qty;
    h.goods += cover.qty;
  }
  void settle(const Trade& trade) override {
    Holding& buyer = holdings_[trade.buyer];
    Holding& seller = holdings_[trade.seller];
    buyer.cash_reserved -= trade.reserved;
    buyer.cash += trade.reserved - trade.amount;
    seller.cash += trade.amount;
    seller.goods_reserved -= trade.qty;
    (resale_ ? buyer.goods : buyer.goods_locked) += trade.qty;
  }

  // What should be and is not, in words; empty: sums equal what was paid in, nothing is below zero.
  std::vector<std::string> check() const;
  std::uint64_t state_hash() const;

 private:
  bool resale_;
  std::vector<Holding> holdings_;
  Fen cash_in_ = 0;
  Quantity goods_in_ = 0;
};

}  // namespace tributary::exchange
