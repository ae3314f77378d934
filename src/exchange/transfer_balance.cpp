#include "exchange/transfer_balance.h"

#include "exchange/smart_market_codes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::exchange::smart_market {
namespace {

void not_negative(const Rational& quantity) {
  if (quantity.sign() < 0) throw Error(codes::bad_value, {"数量不得为负", "a quantity must not be negative"});
}

}  // namespace

TransferBalance::TransferBalance(Rational lo, Rational hi, Rational start)
    : lo_(std::move(lo)), hi_(std::move(hi)), balance_(std::move(start)) {
  if (balance_ < lo_ || balance_ > hi_)
    throw Error(codes::bad_value, {fmt::format("余额 {} 不在 {}…{} 之内", balance_.to_string(),
                                               lo_.to_string(), hi_.to_string()),
                                   fmt::format("the balance {} is not within {}…{}", balance_.to_string(),
                                               lo_.to_string(), hi_.to_string())});
}

Rational TransferBalance::fitting(const Rational& quantity, const Rational& room, bool in_part) {
  not_negative(quantity);
  if (quantity <= room) return quantity;
  return in_part ? room : Rational(0);
}

Rational TransferBalance::out(const Rational& quantity, bool in_part) {
  const Rational booked = fitting(quantity, room_out(), in_part);
  balance_ += booked;
  return booked;
}

Rational TransferBalance::back(const Rational& quantity, bool in_part) {
  const Rational booked = fitting(quantity, room_back(), in_part);
  balance_ -= booked;
  return booked;
}

void TransferBalance::call_out(const Rational& quantity) {
  not_negative(quantity);
  if (quantity > room_back())
    throw Error(codes::balance_exceeded,
                {fmt::format("调出 {} 会使余额低于下限 {}（现为 {}）", quantity.to_string(), lo_.to_string(),
                             balance_.to_string()),
                 fmt::format("calling out {} would take the balance below {} (it is {})",
                             quantity.to_string(), lo_.to_string(), balance_.to_string())});
  balance_ -= quantity;
}

}  // namespace tributary::exchange::smart_market
