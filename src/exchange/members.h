// Who trades in one market: accounts, their beneficial owners (groups), and the counters that limits look at.
#pragma once

#include "exchange/rules.h"

namespace tributary::exchange {

class Members {
 public:
  struct Account {
    std::uint32_t group = 0;
    std::uint32_t window_count = 0;
    std::int64_t window = -1;
    Quantity traded = 0;  // today, both sides
    Quantity open = 0;    // both sides
    bool blocked = false;
  };
  static constexpr Quantity most_held = Quantity{1} << 50;  // brought along by one account, so that sums fit
  struct Group {
    Quantity holding = 0;
    Quantity bid = 0;  // open buy orders
  };

  bool known(AccountNumber account) const { return account < accounts_.size(); }
  // The next account; `holding` is added to what its group holds.
  void admit(std::uint32_t group, Quantity holding) {
    if (groups_.size() <= group) groups_.resize(group + 1);
    groups_[group].holding += holding;
    accounts_.push_back({.group = group});
  }
  Account& account(AccountNumber account) { return accounts_[account]; }
  const Account& account(AccountNumber account) const { return accounts_[account]; }
  Group& group(std::uint32_t group) { return groups_[group]; }
  const std::vector<Account>& accounts() const { return accounts_; }
  const std::vector<Group>& groups() const { return groups_; }

  // True when this command is beyond the rate; it counts either way.
  bool too_fast(const Limits& limits, AccountNumber number, std::int64_t time) {
    if (limits.rate == 0) return false;
    Account& a = accounts_[number];
    const std::int64_t window = time / limits.rate_window;
    if (a.window != window) {
      a.window = window;
      a.window_count = 0;
    }
    if (a.window_count >= limits.rate) return true;
    ++a.window_count;
    return false;
  }

  // Whether the account may have `more` open on this side, worth `value` at the limit of the order.
  Refusal may_add(const Limits& limits, AccountNumber number, Side side, Quantity more, Fen value) const {
    const Account& a = accounts_[number];
    if (limits.max_value > 0 && value > limits.max_value) return Refusal::value_limit;
    if (limits.max_day > 0 && more > 0 && a.traded + a.open + more > limits.max_day) return Refusal::day_limit;
    if (side == Side::sell || more <= 0) return Refusal::none;
    const Group& g = groups_[a.group];
    const Quantity would_hold = g.holding + g.bid + more;
    if (limits.max_holding > 0 && would_hold > limits.max_holding) return Refusal::holding_limit;
    if (limits.max_share > 0 &&
        __int128{would_hold} * 1'000'000 > __int128{limits.supply} * limits.max_share)
      return Refusal::concentration_limit;
    return Refusal::none;
  }
  void open(AccountNumber number, Side side, Quantity by) {
    Account& a = accounts_[number];
    a.open += by;
    if (side == Side::buy) groups_[a.group].bid += by;
  }
  // What was open is now traded.
  void traded(AccountNumber number, Side side, Quantity qty) {
    Account& a = accounts_[number];
    a.open -= qty;
    a.traded += qty;
    Group& g = groups_[a.group];
    if (side == Side::buy) {
      g.bid -= qty;
      g.holding += qty;
    } else {
      g.holding -= qty;
    }
  }
  void end_day() {
    for (Account& a : accounts_) a.traded = 0;
  }
  void hash(StateHash& hash) const {
    for (const Account& a : accounts_)
      hash.add_all(a.group, a.window_count, a.window, a.traded, a.open, a.blocked);
    for (const Group& g : groups_) hash.add_all(g.holding, g.bid);
  }

 private:
  std::vector<Account> accounts_;
  std::vector<Group> groups_;
};

}  // namespace tributary::exchange
