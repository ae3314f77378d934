#include "exchange/purse.h"

#include <string>

#include <fmt/format.h>

namespace tributary::exchange {
namespace {

// All that is in one market stays below this, so that no sum of it overflows.
constexpr std::int64_t most = std::int64_t{1} << 61;

bool sane(std::int64_t amount, std::int64_t before) {
  return amount >= 0 && amount <= most && before + amount <= most;
}

}  // namespace

bool Purse::deposit(AccountNumber account, Fen cash, Quantity goods) {
  if (!sane(cash, cash_in_) || !sane(goods, goods_in_)) return false;
  holdings_[account].cash += cash;
  holdings_[account].goods += goods;
  cash_in_ += cash;
  goods_in_ += goods;
  return true;
}

bool Purse::withdraw(AccountNumber account, Fen cash, Quantity goods) {
  Holding& h = holdings_[account];
  if (cash < 0 || goods < 0 || cash > h.cash || goods > h.goods) return false;
  h.cash -= cash;
  h.goods -= goods;
  cash_in_ -= cash;
  goods_in_ -= goods;
  return true;
}

void Purse::roll() {
  for (Holding& h : holdings_) {
    h.goods += h.goods_locked;
    h.goods_locked = 0;
  }
}

std::vector<std::string> Purse::check() const {
  std::vector<std::string> out;
  Fen cash = 0;
  Quantity goods = 0;
  for (std::size_t i = 0; i < holdings_.size(); ++i) {
    const Holding& h = holdings_[i];
    cash += h.cash + h.cash_reserved;
    goods += h.goods + h.goods_reserved + h.goods_locked;
    if (h.cash < 0 || h.cash_reserved < 0 || h.goods < 0 || h.goods_reserved < 0 || h.goods_locked < 0)
      out.push_back(fmt::format("account {}: cash {} reserved {} goods {} reserved {} locked {}", i, h.cash,
                                h.cash_reserved, h.goods, h.goods_reserved, h.goods_locked));
  }
  if (cash != cash_in_) out.push_back(fmt::format("cash {} but paid in {}", cash, cash_in_));
  if (goods != goods_in_) out.push_back(fmt::format("goods {} but brought in {}", goods, goods_in_));
  return out;
}

std::uint64_t Purse::state_hash() const {
  StateHash hash;
  for (const Holding& h : holdings_)
    hash.add_all(h.cash, h.cash_reserved, h.goods, h.goods_reserved, h.goods_locked);
  hash.add_all(cash_in_, goods_in_);
  return hash.value();
}

}  // namespace tributary::exchange
