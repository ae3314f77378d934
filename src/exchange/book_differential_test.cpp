// Seeded random commands through the fast book and the plain one: the same events, the same hash, and what must always
// hold (E3, E4, E6, E7, E10, E11 of the notes on exchanges).
#include "exchange/naive_book.h"
#include "exchange/random_commands.h"
#include "exchange/venue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {

std::string text(const Event& e) {
  return fmt::format("{} {} order={} other={} price={} qty={} amount={}", static_cast<int>(e.kind),
                     to_string(e.reason), e.order, e.other, e.price, e.qty, e.amount);
}
std::string text(const Events& events) {
  std::string out;
  for (const Event& e : events) out += text(e) + "\n";
  return out;
}

struct Trial {
  std::string name;
  BookRules rules;
  RandomCommands::Shape shape;
};

std::vector<Trial> trials() {
  std::vector<Trial> out;
  const auto add = [&](std::string name, auto&& change) {
    Trial m{std::move(name), {}, {}};
    m.rules.reference = 100;
    m.rules.market_orders = true;
    change(m);
    out.push_back(std::move(m));
  };
  add("newest", [](Trial& m) {
    m.rules.limits = {.rate = 6, .rate_window = 2, .max_order = 150, .max_value = 12'000, .max_day = 3'000,
                      .max_holding = 700};
    m.rules.bulk_threshold = 120;
  });
  add("oldest", [](Trial& m) {
    m.rules.self_trade = SelfTrade::cancel_oldest;
    m.rules.limits = {.supply = 10'000, .max_share = 60'000};
    m.shape.cash = 30'000;
    m.shape.goods = 300;
    m.rules.band = Decimal::from_parts(37, 3);
    m.rules.band_rounding = BandRounding::half_up;
  });
  add("both", [](Trial& m) {
    m.rules.self_trade = SelfTrade::cancel_both;
    m.rules.lot = 5;
    m.shape.lot = 5;
    m.rules.close_min_volume = 100;
  });
  add("decrement", [](Trial& m) {
    m.rules.self_trade = SelfTrade::decrement;
    m.rules.lot = 10;  // 37 months at one yuan per tonne and year, in kilograms: no lot is whole fen
    m.rules.value_numerator = 37 * 100;
    m.rules.value_denominator = 12 * 1000;
    m.shape.lot = 10;
    m.shape.accounts = 5;
  });
  add("listed_best", [](Trial& m) {
    m.rules.market = Market::listed_best;
    m.shape.listed = true;
  });
  add("listed_any", [](Trial& m) {
    m.rules.market = Market::listed_any;
    m.shape.listed = true;
    m.rules.limits.max_day = 400;
  });
  return out;
}

// Watches the reservations: what an order has set aside is resolved exactly once (E4).
class Watched final : public Reservations {
 public:
  explicit Watched(Purse& purse) : purse_(purse) {}
  bool reserve(const Cover& c) override {
    if (!purse_.reserve(c)) return false;
    set_aside_[c.order].cash += c.cash;
    set_aside_[c.order].qty += c.qty;
    return true;
  }
  void release(const Cover& c) override {
    resolve(c.order, c.cash, c.qty);
    purse_.release(c);
  }
  void settle(const Trade& t) override {
    EXPECT_LE(t.amount, t.reserved);
    resolve(t.buy_order, t.reserved, 0);
    resolve(t.sell_order, 0, t.qty);
    purse_.settle(t);
  }
  Cover left_of(OrderId order) const {
    const auto at = set_aside_.find(order);
    return at == set_aside_.end() ? Cover{} : at->second;
  }

 private:
  void resolve(OrderId order, Fen cash, Quantity qty) {
    Cover& c = set_aside_[order];
    c.cash -= cash;
    c.qty -= qty;
    ASSERT_GE(c.cash, 0) << order;
    ASSERT_GE(c.qty, 0) << order;
  }
  Purse& purse_;
  std::map<OrderId, Cover> set_aside_;
};

// The plain market: what Venue does about the plain book.
struct Plain {
  Purse purse;
  Watched watched{purse};
  NaiveBook book;
  explicit Plain(const BookRules& rules) : book(rules, watched) {}
  void apply(const Command& c, Events& events) {
    if (c.action == Action::deposit || c.action == Action::withdraw) {
      if (!purse.known(c.account)) {
        events.push_back({.kind = EventKind::refused, .reason = Refusal::unknown_account});
        return;
      }
      const bool done = c.action == Action::deposit ? purse.deposit(c.account, c.price, c.qty)
                                                    : purse.withdraw(c.account, c.price, c.qty);
      events.push_back(done ? Event{.kind = EventKind::done}
                            : Event{.kind = EventKind::refused, .reason = Refusal::not_covered});
      return;
    }
    book.apply(c, events);
    if (c.action == Action::admit && book.accounts.size() > accounts) {
      purse.open();
      ++accounts;
    }
    if (c.action == Action::end_day) purse.roll();
  }
  std::size_t accounts = 0;
};

// What the events say of each order, held against what was asked.
class Auditor {
 public:
  explicit Auditor(const NaiveBook& book) : book_(book) {}
  void look(const Command& c, const Events& events, const Band& band) {
    if (c.action == Action::submit || c.action == Action::take) {
      if (!events.empty() && events.back().kind == EventKind::duplicate) {
        EXPECT_EQ(events.size(), events.front().kind == EventKind::resumed ? 2U : 1U);  // E11: nothing was done
        return;
      }
    }
    for (const Event& e : events) {
      switch (e.kind) {
        case EventKind::accepted:
          open_[e.order] = {.qty = e.qty, .limit = e.price, .side = c.side, .market = e.price == 0};
          if (c.action == Action::take) open_[e.order].side = other(open_[c.target].side);
          break;
        case EventKind::amended:
          open_[e.order].qty = open_[e.order].filled + e.qty;
          open_[e.order].limit = e.price;
          break;
        case EventKind::reduced:
          open_[e.order].qty -= e.qty;
          open_[e.other].qty -= e.qty;
          break;
        case EventKind::cancelled:
        case EventKind::expired:
          EXPECT_FALSE(open_[e.order].done);
          open_[e.order].done = true;
          break;
        case EventKind::traded: {
          EXPECT_TRUE(band.holds(e.price));  // E6
          for (const OrderId id : {e.order, e.other}) {
            Order& o = open_[id];
            EXPECT_FALSE(o.done) << "E7: order " << id << " trades after its end";
            o.filled += e.qty;
            EXPECT_LE(o.filled, o.qty) << "E7: order " << id;
            if (!o.market) {
              EXPECT_TRUE(o.side == Side::buy ? e.price <= o.limit : e.price >= o.limit) << "E6: order " << id;
            }
          }
          EXPECT_NE(open_[e.order].side, open_[e.other].side);
          EXPECT_GT(e.qty, 0);
          break;
        }
        default:
          break;
      }
    }
  }
  void nothing_left(const Watched& watched) const {
    std::map<OrderId, Cover> needed;
    for (const auto& o : book_.orders) needed[o.c.order] = {};
    for (const auto& [id, o] : open_) {
      if (needed.contains(id)) continue;
      EXPECT_EQ(watched.left_of(id).cash, 0) << "E4: order " << id;
      EXPECT_EQ(watched.left_of(id).qty, 0) << "E4: order " << id;
    }
  }

 private:
  struct Order {
    Quantity qty = 0, filled = 0;
    Ticks limit = 0;
    Side side = Side::buy;
    bool market = false, done = false;
  };
  const NaiveBook& book_;
  std::map<OrderId, Order> open_;
};

}  // namespace

class BookDifferential : public testing::TestWithParam<int> {};

TEST_P(BookDifferential, FastEqualsPlain) {
  std::map<Refusal, int> seen;
  std::map<EventKind, int> kinds;
  for (const Trial& market : trials()) {
    SCOPED_TRACE(fmt::format("market={} seed={}", market.name, GetParam()));
    Venue fast(market.rules, 1'000);  // small, so that the tables grow as well
    Plain plain(market.rules);
    Auditor auditor(plain.book);
    RandomCommands random(static_cast<std::uint64_t>(GetParam()), market.shape);
    std::vector<Command> commands = random.opening();
    Events a, b;
    for (int i = 0; i < 12'000; ++i) {
      if (static_cast<std::size_t>(i) >= commands.size()) commands.push_back(random.next());
      const Command& c = commands[static_cast<std::size_t>(i)];
      a.clear();
      b.clear();
      const Band band = fast.book().band();
      fast.apply(c, a);
      plain.apply(c, b);
      ASSERT_EQ(text(a), text(b)) << "command " << i;
      auditor.look(c, a, band);
      for (const Event& e : a) {
        ++seen[e.reason];
        ++kinds[e.kind];
      }
      if (i % 64 == 0 || i == 11'999) {
        ASSERT_EQ(fast.book().state_hash(), plain.book.state_hash()) << "command " << i;
        ASSERT_EQ(fast.purse().state_hash(), plain.purse.state_hash()) << "command " << i;
        const auto wrong = fast.check();  // E3, E5
        ASSERT_TRUE(wrong.empty()) << wrong.front() << " after command " << i;
      }
      ASSERT_FALSE(HasFailure()) << "command " << i;
    }
    auditor.nothing_left(plain.watched);

    // E10: the same commands once more, through the bytes of the journal.
    std::string bytes;
    for (const Command& c : commands) encode(c, bytes);
    Venue again(market.rules, 20'000);
    std::string_view rest = bytes;
    while (!rest.empty()) again.apply(decode(rest), a);
    EXPECT_EQ(again.state_hash(), fast.state_hash());
  }
  // The run is worth something only if it meets every refusal a book can give, and every kind of event.
  for (std::uint16_t r = 1; r <= last_refusal; ++r) {
    const auto reason = static_cast<Refusal>(r);
    if (reason >= Refusal::not_a_party && reason <= Refusal::terms_differ) continue;  // of bulk agreements
    if (reason == Refusal::below_bulk) continue;
    EXPECT_GT(seen[reason], 0) << to_string(reason);
  }
  for (int k = 1; k <= static_cast<int>(EventKind::day_closed); ++k)
    EXPECT_GT(kinds[static_cast<EventKind>(k)], 0) << k;
}
INSTANTIATE_TEST_SUITE_P(Seeds, BookDifferential, testing::Values(1, 2, 3));

}  // namespace tributary::exchange
