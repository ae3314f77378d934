// The rules of the book, one by one, told in short lines: «b1 buy 10@100» is order 1 of account 1.
#include "exchange/venue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {

BookRules rules() {
  BookRules out;
  out.reference = 100;
  out.market_orders = true;
  return out;
}

// A market with six accounts; 0 and 1 have one beneficial owner. What happens is told as text.
class Trading {
 public:
  explicit Trading(const BookRules& r = rules(), Phase phase = Phase::continuous) : venue(r, 100) {
    for (AccountNumber a = 0; a < 6; ++a) {
      apply({.action = Action::admit, .account = a, .group = a < 2 ? 0 : a});
      apply({.action = Action::deposit, .account = a, .price = 1'000'000, .qty = 10'000});
    }
    apply({.action = Action::phase, .phase = phase});
  }

  std::string apply(Command c) {
    Events events;
    venue.apply(c, events);
    std::string out;
    for (const Event& e : events) out += (out.empty() ? "" : "; ") + text(e);
    const auto wrong = venue.check();
    EXPECT_TRUE(wrong.empty()) << wrong.front();
    return out;
  }
  Command order(AccountNumber account, Side side, Quantity qty, Ticks price, Stands stands = Stands::day) {
    return {.action = Action::submit, .side = side, .stands = stands, .account = account,
            .order = venue.book().next_order(), .price = price, .qty = qty};
  }
  std::string buy(AccountNumber account, Quantity qty, Ticks price, Stands stands = Stands::day) {
    return apply(order(account, Side::buy, qty, price, stands));
  }
  std::string sell(AccountNumber account, Quantity qty, Ticks price, Stands stands = Stands::day) {
    return apply(order(account, Side::sell, qty, price, stands));
  }
  std::string amend(OrderId id, AccountNumber account, Quantity qty, Ticks price) {
    return apply({.action = Action::amend, .account = account, .order = id, .price = price, .qty = qty});
  }
  std::string take(AccountNumber account, OrderId target, Quantity qty) {
    return apply({.action = Action::take, .account = account, .order = venue.book().next_order(), .target = target, .qty = qty});
  }
  std::string cancel(OrderId id, AccountNumber account) {
    return apply({.action = Action::cancel, .account = account, .order = id});
  }
  std::string depth(Side side) const {
    std::string out;
    for (const auto& d : venue.book().depth(side, 10)) out += fmt::format("{}{}@{}", out.empty() ? "" : " ", d.qty, d.price);
    return out;
  }

  Venue venue;

 private:
  static std::string text(const Event& e) {
    switch (e.kind) {
      case EventKind::accepted:
        return fmt::format("{} in", e.order);
      case EventKind::refused:
        return fmt::format("refused {}", to_string(e.reason));
      case EventKind::duplicate:
        return fmt::format("{} again {}", e.order, to_string(e.reason));
      case EventKind::traded:
        return fmt::format("{}×{} {}@{}", e.order, e.other, e.qty, e.price);
      case EventKind::amended:
        return fmt::format("{} now {}@{}", e.order, e.qty, e.price);
      case EventKind::reduced:
        return fmt::format("{},{} less {}", e.other, e.order, e.qty);
      case EventKind::cancelled:
        return fmt::format("{} off {} {}", e.order, e.qty, to_string(e.reason));
      case EventKind::expired:
        return fmt::format("{} lapsed {} {}", e.order, e.qty, to_string(e.reason));
      case EventKind::auction:
        return fmt::format("auction {}@{}", e.qty, e.price);
      case EventKind::phase:
        return fmt::format("phase {}", e.price);
      case EventKind::halted:
        return "halted";
      case EventKind::resumed:
        return "resumed";
      case EventKind::day_closed:
        return fmt::format("close {}", e.price);
      case EventKind::done:
        return "done";
    }
    return {};
  }
};

BookRules with(const std::function<void(BookRules&)>& change) {
  BookRules out = rules();
  change(out);
  return out;
}

}  // namespace

// The notes on exchanges, 5.1: half-up may be a little wider than stated, inward never is.
TEST(Band, WorkedExamples) {
  const Decimal ten = Decimal::parse("0.1");
  EXPECT_EQ(band_around(5'005, ten, BandRounding::half_up), (Band{4'505, 5'506}));
  EXPECT_EQ(band_around(5'005, ten, BandRounding::inward), (Band{4'505, 5'505}));
  EXPECT_EQ(band_around(803, ten, BandRounding::half_up), (Band{723, 883}));
  EXPECT_EQ(band_around(803, ten, BandRounding::inward), (Band{723, 883}));
  EXPECT_EQ(band_around(100, Decimal::parse("1.5"), BandRounding::inward), (Band{1, 250}));
  EXPECT_THROW((void)band_around(0, ten, BandRounding::inward), Error);
  EXPECT_THROW((void)band_around(100, Decimal::parse("-0.1"), BandRounding::inward), Error);
  EXPECT_THROW((void)band_around(std::numeric_limits<Ticks>::max(), ten, BandRounding::inward), Error);
}

TEST(Band, TheCloseNeedsVolume) {
  EXPECT_EQ(close_of({100, 100 * 55}, 100, 50), 50);  // at most 100 do not set it (Guangzhou)
  EXPECT_EQ(close_of({101, 101 * 55}, 100, 50), 55);
  EXPECT_EQ(close_of({2, 55 + 56}, 0, 50), 56);  // 55.5: up
  EXPECT_EQ(close_of({}, 0, 50), 50);
}

TEST(Book, PriceThenTime) {
  Trading t;
  EXPECT_EQ(t.sell(2, 10, 101), "1 in");
  EXPECT_EQ(t.sell(3, 10, 100), "2 in");
  EXPECT_EQ(t.sell(4, 10, 100), "3 in");
  EXPECT_EQ(t.buy(5, 25, 102), "4 in; 4×2 10@100; 4×3 10@100; 4×1 5@101");  // at the price of what rests
  EXPECT_EQ(t.depth(Side::sell), "5@101");
  EXPECT_EQ(t.buy(5, 3, 99), "5 in");
  EXPECT_EQ(t.depth(Side::buy), "3@99");
  // The buyer of 25 paid 10·100 + 10·100 + 5·101 and has 3·99 set aside; what it had set aside beyond is free again.
  EXPECT_EQ(t.venue.purse().of(5).cash, 1'000'000 - 2'505 - 297);
  EXPECT_EQ(t.venue.purse().of(5).goods_locked, 25);
}

TEST(Book, ImmediateOrders) {
  Trading t;
  t.sell(2, 10, 100);
  EXPECT_EQ(t.buy(3, 15, 100, Stands::fok), "2 in; 2 off 15 no_liquidity");
  EXPECT_EQ(t.buy(3, 15, 100, Stands::ioc), "3 in; 3×1 10@100; 3 off 5 immediate");
  t.sell(2, 10, 100);
  Command least = t.order(3, Side::buy, 20, 100, Stands::ioc);
  least.min_qty = 11;
  EXPECT_EQ(t.apply(least), "5 in; 5 off 20 no_liquidity");
  least.order = 6;
  least.min_qty = 10;
  EXPECT_EQ(t.apply(least), "6 in; 6×4 10@100; 6 off 10 immediate");
  Command market = t.order(3, Side::buy, 5, 0, Stands::ioc);
  market.type = OrderType::market;
  EXPECT_EQ(t.apply(market), "7 in; 7 off 5 immediate");
  market.order = 8;
  market.stands = Stands::day;
  EXPECT_EQ(t.apply(market), "refused stands_not_allowed");
}

TEST(Book, AmendingKeepsOrLosesThePlace) {
  Trading t;
  t.buy(2, 10, 100);
  t.buy(3, 10, 100);
  t.buy(4, 10, 100);
  EXPECT_EQ(t.amend(1, 2, 4, 100), "1 now 4@100");    // less: stays first
  EXPECT_EQ(t.amend(2, 3, 12, 100), "2 now 12@100");  // more: to the end
  EXPECT_EQ(t.sell(5, 15, 100), "4 in; 4×1 4@100; 4×3 10@100; 4×2 1@100");
  EXPECT_EQ(t.amend(2, 3, 12, 100), "refused nothing_to_change");
  EXPECT_EQ(t.amend(2, 3, 1, 100), "refused below_filled");
  EXPECT_EQ(t.amend(2, 4, 5, 100), "refused not_your_order");
  EXPECT_EQ(t.amend(1, 2, 5, 100), "refused order_done");
  t.sell(5, 5, 105);
  EXPECT_EQ(t.amend(2, 3, 12, 106), "2 now 11@106; 2×5 5@105");  // a new price may trade at once
}

TEST(Book, CancelledIsCancelled) {
  Trading t;
  t.buy(2, 10, 100);
  EXPECT_EQ(t.cancel(1, 3), "refused not_your_order");
  EXPECT_EQ(t.cancel(1, 2), "1 off 10 asked");
  EXPECT_EQ(t.sell(3, 10, 100), "2 in");  // E7: meets nothing
  EXPECT_EQ(t.cancel(1, 2), "refused order_done");
  EXPECT_EQ(t.cancel(9, 2), "refused unknown_order");
}

TEST(Book, OneOwnerDoesNotTradeWithItself) {
  const auto run = [](SelfTrade mode, Quantity incoming) {
    Trading t(with([&](BookRules& r) { r.self_trade = mode; }));
    t.sell(0, 10, 100);
    t.sell(2, 10, 100);
    return t.buy(1, incoming, 100);  // accounts 0 and 1 have one owner
  };
  EXPECT_EQ(run(SelfTrade::cancel_newest, 15), "3 in; 3 off 15 self_trade");
  EXPECT_EQ(run(SelfTrade::cancel_oldest, 15), "3 in; 1 off 10 self_trade; 3×2 10@100");
  EXPECT_EQ(run(SelfTrade::cancel_both, 15), "3 in; 1 off 10 self_trade; 3 off 15 self_trade");
  EXPECT_EQ(run(SelfTrade::decrement, 15), "3 in; 1,3 less 10; 1 off 0 self_trade; 3×2 5@100");
  EXPECT_EQ(run(SelfTrade::decrement, 4), "3 in; 1,3 less 4; 3 off 0 self_trade");
}

TEST(Book, BandLotAndCover) {
  Trading t(with([](BookRules& r) { r.lot = 10; }));
  EXPECT_EQ(t.buy(2, 10, 111), "refused price_outside_band");
  EXPECT_EQ(t.buy(2, 10, 110), "2 in");
  EXPECT_EQ(t.buy(2, 15, 100), "refused quantity_off_lot");
  EXPECT_EQ(t.buy(2, 0, 100), "refused quantity_not_positive");
  EXPECT_EQ(t.sell(3, 10'010, 110), "refused not_covered");
  EXPECT_EQ(t.sell(3, 10'000, 110), "6 in; 6×2 10@110");
  EXPECT_EQ(t.sell(3, 10, 110), "refused not_covered");
  EXPECT_EQ(t.buy(2, 9'990, 110), "refused not_covered");  // 1,098,900 fen
}

TEST(Book, BoughtTodayIsSoldTomorrow) {
  Trading t;
  t.apply({.action = Action::withdraw, .account = 2, .qty = 10'000});
  t.buy(2, 10, 100);
  t.sell(3, 10, 100);
  EXPECT_EQ(t.sell(2, 10, 100), "refused not_covered");
  EXPECT_EQ(t.apply({.action = Action::end_day}), "close 100");
  EXPECT_EQ(t.sell(2, 10, 100), "refused wrong_phase");
  t.apply({.action = Action::phase, .phase = Phase::continuous});
  EXPECT_EQ(t.sell(2, 10, 100), "5 in");
}

TEST(Book, Limits) {
  Trading t(with([](BookRules& r) {
    r.limits = {.rate = 3, .rate_window = 60, .max_order = 500, .max_value = 20'000, .max_day = 300, .max_holding = 250,
                .supply = 1'000, .max_share = 220'000};
  }));
  EXPECT_EQ(t.buy(2, 501, 100), "refused quantity_too_large");
  EXPECT_EQ(t.buy(2, 201, 100), "refused value_limit");
  EXPECT_EQ(t.buy(0, 150, 100), "3 in");
  EXPECT_EQ(t.buy(1, 120, 100), "refused holding_limit");        // with the other account of the owner
  EXPECT_EQ(t.buy(1, 80, 100), "refused concentration_limit");   // 230 of 1,000
  EXPECT_EQ(t.buy(1, 70, 100), "6 in");
  EXPECT_EQ(t.buy(1, 1, 100), "refused rate_limit");
  EXPECT_EQ(t.sell(3, 150, 101), "8 in");
  EXPECT_EQ(t.sell(3, 151, 101), "refused day_limit");
  Command later = t.order(1, Side::sell, 1, 110);
  later.time = 60;
  EXPECT_EQ(t.apply(later), "10 in");
}

TEST(Book, HaltsAndBlocks) {
  Trading t;
  t.buy(2, 10, 100);
  EXPECT_EQ(t.apply({.action = Action::halt, .time = 10, .until = 20}), "halted");
  EXPECT_EQ(t.sell(3, 10, 100), "refused halted");
  EXPECT_EQ(t.cancel(1, 2), "1 off 10 asked");  // one may leave
  Command late = t.order(3, Side::sell, 10, 100);
  late.time = 20;
  EXPECT_EQ(t.apply(late), "resumed; 3 in");
  EXPECT_EQ(t.apply({.action = Action::block, .account = 3}), "3 off 10 account_blocked; done");  // the freeze wins
  EXPECT_EQ(t.sell(3, 10, 100), "refused account_blocked");
  t.buy(2, 1, 100);
  t.buy(4, 1, 100);
  EXPECT_EQ(t.apply({.action = Action::cancel_all, .account = everybody}), "5 off 1 mass_cancel; 6 off 1 mass_cancel; done");
}

TEST(Book, TheSameOrderTwiceIsOne) {
  Trading t;
  Command c = t.order(2, Side::buy, 10, 100);
  EXPECT_EQ(t.apply(c), "1 in");
  EXPECT_EQ(t.apply(c), "1 again none");
  c.qty = 11;
  EXPECT_EQ(t.apply(c), "refused id_reused");
  c.order = 3;
  EXPECT_EQ(t.apply(c), "refused id_gap");
  c.order = 2;
  c.price = 500;
  EXPECT_EQ(t.apply(c), "refused price_outside_band");
  EXPECT_EQ(t.apply(c), "2 again price_outside_band");
  EXPECT_EQ(t.depth(Side::buy), "10@100");
}

TEST(Book, ListedOffersArePicked) {
  Trading t(with([](BookRules& r) { r.market = Market::listed_best; r.bulk_threshold = 1'000; }));
  Command offer = t.order(2, Side::sell, 100, 101);
  offer.min_qty = 20;
  t.apply(offer);
  t.sell(3, 50, 102);
  EXPECT_EQ(t.buy(4, 10, 105), "3 in");  // a posting meets nothing by itself
  EXPECT_EQ(t.take(5, 2, 10), "refused not_the_best");
  EXPECT_EQ(t.take(5, 1, 19), "refused below_min_qty");
  EXPECT_EQ(t.take(5, 1, 101), "refused more_than_offered");
  EXPECT_EQ(t.take(2, 1, 20), "refused own_offer");
  EXPECT_EQ(t.take(5, 1, 90), "8 in; 8×1 90@101");
  EXPECT_EQ(t.take(5, 1, 10), "9 in; 9×1 10@101");  // all that is left may be below the minimum
  EXPECT_EQ(t.take(5, 1, 10), "refused order_done");
  EXPECT_EQ(t.take(5, 2, 10), "11 in; 11×2 10@102");
  EXPECT_EQ(t.take(5, 3, 10), "12 in; 12×3 10@105");  // a bid is picked by selling
  EXPECT_EQ(t.sell(3, 1'000, 102), "refused above_listed");
  EXPECT_EQ(t.buy(3, 10, 102, Stands::ioc), "refused stands_not_allowed");

  Trading any(with([](BookRules& r) { r.market = Market::listed_any; }));
  any.sell(2, 100, 101);
  any.sell(3, 50, 102);
  EXPECT_EQ(any.take(5, 2, 10), "3 in; 3×2 10@102");
}

TEST(Book, BulkNeedsTheSameTerms) {
  Trading t(with([](BookRules& r) { r.bulk_threshold = 1'000; }));
  const TermsHash terms{1, 2, 3}, other{1, 2, 4};
  Command c{.action = Action::bulk_propose, .side = Side::sell, .account = 2, .time = 5, .order = 1, .target = 3,
            .price = 130, .qty = 1'000, .until = 50, .terms = terms};
  EXPECT_EQ(t.apply(c), "1 in");  // a band of its own: 30 per cent
  EXPECT_EQ(t.apply(c), "1 again none");
  EXPECT_EQ(t.venue.purse().of(2).goods_reserved, 1'000);
  const auto confirm = [&](OrderId id, AccountNumber account, const TermsHash& hash, std::int64_t time) {
    return t.apply({.action = Action::bulk_confirm, .account = account, .time = time, .order = id, .terms = hash});
  };
  EXPECT_EQ(confirm(1, 4, terms, 6), "refused not_a_party");
  EXPECT_EQ(confirm(1, 3, other, 6), "refused terms_differ");
  EXPECT_EQ(confirm(1, 3, terms, 6), "1×1 1000@130");
  EXPECT_EQ(confirm(1, 3, terms, 6), "refused proposal_lapsed");
  EXPECT_EQ(t.venue.purse().of(2).cash, 1'130'000);
  c.order = 2;
  EXPECT_EQ(t.apply(c), "2 in");
  EXPECT_EQ(confirm(2, 3, terms, 50), "2 lapsed 1000 proposal_lapsed; refused proposal_lapsed");
  c.time = 51;
  c.until = 90;
  c.order = 3;
  c.qty = 999;
  EXPECT_EQ(t.apply(c), "refused below_bulk");
  c.order = 4;
  c.qty = 1'000;
  c.price = 131;
  EXPECT_EQ(t.apply(c), "refused price_outside_band");
  c = {.action = Action::bulk_propose, .account = 0, .time = 51, .order = 5, .target = 1, .price = 100, .qty = 1'000, .until = 90};
  EXPECT_EQ(t.apply(c), "refused own_offer");
  c.order = 6;
  c.target = 2;
  EXPECT_EQ(t.apply(c), "6 in");
  EXPECT_EQ(t.apply({.action = Action::bulk_withdraw, .account = 2, .order = 6}), "refused not_your_order");
  EXPECT_EQ(t.apply({.action = Action::bulk_withdraw, .account = 0, .order = 6}), "6 off 1000 asked");
  EXPECT_EQ(t.apply({.action = Action::end_day}), "close 100");  // bulk does not set it
}

TEST(Book, CallAuctionWithNoCancelPhase) {
  Trading t(rules(), Phase::call);
  t.buy(2, 300, 101);
  t.buy(3, 200, 100, Stands::auction_only);
  t.buy(4, 400, 99);
  t.sell(5, 100, 98);
  EXPECT_EQ(t.sell(5, 500, 99, Stands::ioc), "refused stands_not_allowed");
  t.sell(5, 250, 99);
  t.sell(5, 250, 100);
  EXPECT_EQ(t.venue.book().indicative().price, 100);
  EXPECT_EQ(t.venue.book().indicative().executed, 500);
  EXPECT_EQ(t.apply({.action = Action::phase, .phase = Phase::continuous}), "refused wrong_phase");
  EXPECT_EQ(t.apply({.action = Action::phase, .phase = Phase::call_no_cancel}), "phase 2");
  EXPECT_EQ(t.cancel(1, 2), "refused wrong_phase");
  EXPECT_EQ(t.amend(1, 2, 5, 100), "refused wrong_phase");
  EXPECT_EQ(t.buy(3, 50, 100, Stands::auction_only), "8 in");
  EXPECT_EQ(t.apply({.action = Action::uncross, .phase = Phase::continuous}),
            "auction 550@100; 1×4 100@100; 1×6 200@100; 2×6 50@100; 2×7 150@100; 8×7 50@100; phase 3");
  EXPECT_EQ(t.depth(Side::buy), "400@99");
  EXPECT_EQ(t.depth(Side::sell), "50@100");
}

TEST(Book, AnOwnerIsPartedBeforeTheAuction) {
  Trading t(rules(), Phase::call);
  t.buy(0, 100, 105);
  t.sell(1, 100, 95);  // the same owner; newer
  t.sell(2, 60, 100);
  EXPECT_EQ(t.apply({.action = Action::uncross, .phase = Phase::closed}),
            "2 off 100 self_trade; auction 60@105; 1×3 60@105; phase 0");
}

TEST(Book, ANewReferenceMovesTheBand) {
  Trading t;
  t.buy(2, 10, 95, Stands::gtc);
  t.buy(3, 10, 100, Stands::gtc);
  t.buy(4, 10, 100);
  EXPECT_EQ(t.apply({.action = Action::reference, .price = 110}), "refused wrong_phase");
  EXPECT_EQ(t.apply({.action = Action::end_day}), "3 lapsed 10 day_over; close 100");
  EXPECT_EQ(t.apply({.action = Action::reference, .price = 110}), "1 lapsed 10 outside_new_band; done");
  t.apply({.action = Action::phase, .phase = Phase::continuous});
  EXPECT_EQ(t.sell(5, 5, 100), "4 in; 4×2 5@100");
  EXPECT_EQ(t.sell(5, 5, 98), "refused price_outside_band");
}

// 37 months at whole yuan per tonne and year, in kilograms: a lot of 100 kg at 6,001 is 1,850.308… yuan.
TEST(Book, PartialFillsNeverCostMoreThanIsSetAside) {
  Trading t(with([](BookRules& r) {
    r.reference = 6'000;
    r.lot = 100;
    r.value_numerator = 37 * 100;
    r.value_denominator = 12 * 1'000;
  }));
  for (AccountNumber a : {2U, 3U}) t.apply({.action = Action::deposit, .account = a, .price = 100'000'000});
  t.buy(2, 2'500, 6'001);
  EXPECT_EQ(t.venue.purse().of(2).cash_reserved, 25 * 185'031);  // each lot rounded up
  for (int i = 0; i < 25; ++i) t.sell(3, 100, 6'001);
  EXPECT_EQ(t.venue.purse().of(2).cash_reserved, 0);
  EXPECT_EQ(t.venue.purse().of(3).cash - 101'000'000, 25 * 185'031);  // each trade rounded half up: .83 goes up
  t.buy(2, 2'500, 6'000);
  EXPECT_EQ(t.sell(3, 2'500, 6'000).substr(0, 30), "28 in; 28×27 2500@6000");
  EXPECT_EQ(t.venue.purse().of(3).cash - 101'000'000, 25 * 185'031 + 4'625'000);  // 46,250.00 yuan, as in the notes
}

TEST(Book, RulesThatCannotBe) {
  const auto refused = [](const std::function<void(BookRules&)>& change) {
    EXPECT_THROW(Trading t(with(change)), Error);
  };
  refused([](BookRules& r) { r.reference = 0; });
  refused([](BookRules& r) { r.lot = 0; });
  refused([](BookRules& r) { r.reference = 10'000'000; });                   // two million levels
  refused([](BookRules& r) { r.value_numerator = std::int64_t{1} << 62; });  // a lot above 62 bits of fen
  refused([](BookRules& r) { r.limits.max_share = 5; });                     // a share of what?
}

}  // namespace tributary::exchange
