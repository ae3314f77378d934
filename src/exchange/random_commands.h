// Seeded commands of all kinds, right and wrong, for tests: they keep to where trading happens often enough that books
// fill, cross and empty.
#pragma once

#include "exchange/types.h"

#include <random>

namespace tributary::exchange {

class RandomCommands {
 public:
  struct Shape {
    Ticks lo = 95, hi = 105;
    Quantity lot = 1;
    AccountNumber accounts = 8;
    std::int64_t cash = 3'000'000, goods = 20'000;
    bool listed = false;
    bool market_orders = true;
    int wrong = 5;  // per cent
  };
  RandomCommands(std::uint64_t seed, Shape shape) : random_(seed), shape_(shape) {}

  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }

  // Accounts two by two in one group, with cash and goods.
  std::vector<Command> opening() const {
    std::vector<Command> out;
    for (AccountNumber a = 0; a < shape_.accounts; ++a) {
      out.push_back({.action = Action::admit, .account = a, .group = a / 2, .qty = 200});
      out.push_back({.action = Action::deposit, .account = a, .price = shape_.cash, .qty = shape_.goods});
    }
    return out;
  }

  Command next() {
    if (chance(30)) time_ += below(4);
    Command c{.account = account(), .time = time_ - (chance(2) ? 50 : 0)};
    const auto kind = below(1000);
    if (kind < 560) return submit(c);
    if (kind < 640) return cancel(c);
    if (kind < 780) return amend(c);
    if (kind < 900) return shape_.listed ? take(c) : submit(c);
    if (kind < 915 && !sent_.empty()) {  // again, sometimes with one field changed
      Command again = sent_[static_cast<std::size_t>(below(static_cast<std::int64_t>(sent_.size())))];
      if (chance(40)) again.qty += shape_.lot;
      return again;
    }
    return session(c, kind);
  }

 private:
  AccountNumber account() {
    return static_cast<AccountNumber>(chance(1) ? below(100) : below(shape_.accounts));
  }
  OrderId some_order() {
    if (next_id_ <= 1 || chance(2)) return static_cast<OrderId>(below(5)) + next_id_ - 2;
    const auto n = static_cast<std::int64_t>(next_id_) - 1;
    return next_id_ - 1 - static_cast<OrderId>(below(std::min<std::int64_t>(n, 40)));
  }
  Quantity quantity() {
    Quantity q = (1 + below(chance(10) ? 200 : 20)) * shape_.lot;
    if (chance(shape_.wrong)) q += chance(50) ? 1 : -q * below(3);
    return q;
  }
  Ticks price() {
    return chance(shape_.wrong) ? below(300) : shape_.lo + below(shape_.hi - shape_.lo + 1);
  }
  Command& owned(Command& c) {  // the account that has sent it, mostly
    for (const Command& s : sent_)
      if (s.order == c.order && !chance(5)) c.account = s.account;
    return c;
  }
  Command submit(Command c) {
    c.action = Action::submit;
    c.side = chance(50) ? Side::buy : Side::sell;
    c.price = price();
    c.qty = quantity();
    c.stands = chance(shape_.listed ? 5 : 50) ? static_cast<Stands>(below(5)) : chance(50) ? Stands::day : Stands::gtc;
    if (chance(shape_.market_orders ? 10 : 2)) {
      c.type = OrderType::market;
      c.price = 0;
      if (chance(80)) c.stands = calling_ ? Stands::auction_only : chance(50) ? Stands::ioc : Stands::fok;
    } else if (chance(90) && calling_ && (c.stands == Stands::ioc || c.stands == Stands::fok)) {
      c.stands = Stands::auction_only;
    }
    if (chance(shape_.listed ? 30 : c.stands == Stands::ioc ? 40 : 2)) c.min_qty = quantity();
    return numbered(c);
  }
  Command take(Command c) {
    c.action = Action::take;
    c.target = some_order();
    c.qty = quantity();
    return numbered(c);
  }
  Command numbered(Command c) {
    c.order = next_id_ + (chance(1) ? 1 : 0);
    if (c.order == next_id_) ++next_id_;
    sent_.push_back(c);
    if (sent_.size() > 60) sent_.erase(sent_.begin());
    return c;
  }
  Command cancel(Command c) {
    c.action = Action::cancel;
    c.order = some_order();
    return owned(c);
  }
  Command amend(Command c) {
    c.action = Action::amend;
    c.order = some_order();
    c.price = price();
    c.qty = quantity();
    for (const Command& s : sent_)
      if (s.order == c.order && chance(60)) c.price = s.price;
    return owned(c);
  }
  Command session(Command c, std::int64_t kind) {
    if (kind < 921) {
      c.action = Action::cancel_all;
      c.account = chance(10) ? everybody : c.account;
    } else if (kind < 930) {
      c.action = Action::halt;
      c.until = chance(70) ? time_ + 1 + below(5) : 0;
    } else if (kind < 940) {
      c.action = Action::resume;
    } else if (kind < 945) {
      c.action = chance(30) ? Action::block : Action::unblock;
    } else if (kind < 955) {
      c.action = Action::unblock;
    } else if (kind < 960) {
      c.action = Action::deposit;
      c.price = below(10'000);
      c.qty = below(100);
    } else if (kind < 963) {
      c.action = Action::withdraw;
      c.price = below(10'000);
      c.qty = below(100);
    } else if (kind < 967) {
      c.action = Action::end_day;
      calling_ = false;
    } else if (kind < 970) {
      c.action = Action::reference;
      c.price = chance(10) ? below(3) - 1 : shape_.lo + below(shape_.hi - shape_.lo + 1);
    } else if (kind < 985) {
      c.action = Action::uncross;
      c.phase = chance(10) ? static_cast<Phase>(below(4)) : Phase::continuous;
      calling_ = false;
    } else {
      c.action = Action::phase;
      c.phase = static_cast<Phase>(chance(30) ? 1 + below(2) : below(10) == 0 ? 0 : 3);
      calling_ = c.phase != Phase::continuous && c.phase != Phase::closed;
    }
    return c;
  }

  std::mt19937_64 random_;
  Shape shape_;
  std::int64_t time_ = 1'000;
  OrderId next_id_ = 1;
  bool calling_ = false;
  std::vector<Command> sent_;
};

}  // namespace tributary::exchange
