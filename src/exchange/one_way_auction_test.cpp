// One-way auctions: the worked example of the notes, every policy as a table, and what must hold of any of them (E8).
#include "exchange/one_way_auction.h"

#include "base/text.h"

#include <map>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {

// "A 300@120, B 400@110, …": ids by letter, in order of time.
std::vector<OneWayBid> bids(std::string_view text) {
  std::vector<OneWayBid> out;
  std::int64_t time = 0;
  for (const auto part : split(text, ',')) {
    const auto one = trim(part);
    if (one.empty()) continue;
    const auto space = one.find(' ');
    const auto at = one.find('@');
    OneWayBid bid;
    bid.id = std::string(one.substr(0, space));
    bid.bidder = bid.id.substr(0, 1);
    bid.qty = std::stoll(std::string(one.substr(space + 1, at - space - 1)));
    bid.price = std::stoll(std::string(one.substr(at + 1)));
    bid.time = ++time;
    out.push_back(bid);
  }
  return out;
}

// "price 100: A 300, B 400", then what was dropped.
std::string text(const OneWayResult& r) {
  std::string out = r.cancelled ? "cancelled" : r.price ? fmt::format("price {}:", *r.price) : "none";
  std::map<std::string, Quantity> filled;
  for (const auto& row : r.rows) filled[row.bid] += row.filled;
  for (const auto& [bid, qty] : filled)
    if (qty > 0) out += fmt::format(" {} {}", bid, qty);
  for (const auto& d : r.dropped) out += fmt::format(" -{}:{}", d.bid, to_string(d.reason));
  return out;
}

const Seed seed{sha256_hex("s3cret"), "s3cret", "000123"};
const char* const worked = "A 300@120, B 400@110, C 300@100, D 200@100, E 100@100, F 500@90";

std::string run(const OneWayTerms& terms, std::string_view written, const std::vector<OneWayBidder>& bidders = {}) {
  return text(one_way_auction(terms, bids(written), bidders));
}

}  // namespace

TEST(OneWayAuction, TheWorkedExample) {
  OneWayTerms t{.supply = 1'000, .reserve = 95};
  EXPECT_EQ(run(t, worked), "price 100: A 300 B 400 C 300 -F:beyond_reserve");
  t.tie = Tie::pro_rata;
  EXPECT_EQ(run(t, worked), "price 100: A 300 B 400 C 150 D 100 E 50 -F:beyond_reserve");
}

TEST(OneWayAuction, PayAsBid) {
  const auto r = one_way_auction({.pricing = Pricing::pay_as_bid, .supply = 1'000, .reserve = 95}, bids(worked), {});
  std::map<std::string, Ticks> pays;
  for (const auto& row : r.rows) pays[row.bid] = row.pays;
  EXPECT_EQ(pays["A"], 120);
  EXPECT_EQ(pays["B"], 110);
  EXPECT_EQ(pays["C"], 100);
  EXPECT_EQ(pays["D"], 0);
}

TEST(OneWayAuction, Undersubscribed) {
  OneWayTerms t{.supply = 2'000, .reserve = 80};
  EXPECT_EQ(run(t, worked), "price 90: A 300 B 400 C 300 D 200 E 100 F 500");
  t.under = Under::reserve;
  EXPECT_EQ(run(t, worked), "price 80: A 300 B 400 C 300 D 200 E 100 F 500");
  t.under = Under::cancel;
  EXPECT_EQ(run(t, worked), "cancelled");
  EXPECT_EQ(run(t, ""), "cancelled");
  t.under = Under::lowest_bid;
  EXPECT_EQ(run(t, ""), "none");
  t.supply = 1'800;  // just subscribed is not under
  t.under = Under::cancel;
  EXPECT_EQ(run(t, worked), "price 90: A 300 B 400 C 300 D 200 E 100 F 500");
}

TEST(OneWayAuction, CancelledFarFromTheSecondaryMarket) {
  OneWayTerms t{.supply = 1'000, .reserve = 50};
  t.cancel_below = 101;
  EXPECT_EQ(run(t, worked), "cancelled");
  t.cancel_below = 100;
  EXPECT_EQ(run(t, worked), "price 100: A 300 B 400 C 300");
}

TEST(OneWayAuction, DrawnLots) {
  OneWayTerms t{.supply = 1'000, .reserve = 95, .tie = Tie::random, .seed = seed};
  const auto r = one_way_auction(t, bids(worked), {});
  // The order is that of SHA-256("s3cret|000123|id"), which anybody can make again.
  std::map<std::string, std::string> order;
  for (const char* id : {"C", "D", "E"}) order[sha256_hex(std::string("s3cret|000123|") + id)] = id;
  Quantity left = 300;
  const std::map<std::string, Quantity> wanted{{"C", 300}, {"D", 200}, {"E", 100}};
  std::map<std::string, Quantity> expected;
  for (const auto& [draw, id] : order) {
    expected[id] = std::min(left, wanted.at(id));
    left -= expected[id];
  }
  for (const auto& row : r.rows)
    if (row.price == 100) {
      EXPECT_EQ(row.filled, expected[row.bid]) << row.bid;
    }
  EXPECT_EQ(r.sold, 1'000);
  t.seed->secret = "other";
  EXPECT_THROW((void)one_way_auction(t, bids(worked), {}), Error);
  t.seed.reset();
  EXPECT_THROW((void)one_way_auction(t, bids(worked), {}), Error);
  // Nothing to draw, no seed needed.
  EXPECT_NO_THROW((void)one_way_auction(t, bids("A 1000@120"), {}));
}

TEST(OneWayAuction, ProRataLeftoversAreDrawn) {
  // 10 for 3 × 7: floor(70/21) = 3 each, one lot left for whoever is drawn first.
  const OneWayTerms t{.supply = 10, .reserve = 1, .tie = Tie::pro_rata, .seed = seed};
  const auto r = one_way_auction(t, bids("A 7@5, B 7@5, C 7@5"), {});
  std::string first, least;
  for (const char* id : {"A", "B", "C"}) {
    const auto draw = sha256_hex(std::string("s3cret|000123|") + id);
    if (least.empty() || draw < least) {
      least = draw;
      first = id;
    }
  }
  for (const auto& row : r.rows) EXPECT_EQ(row.filled, row.bid == first ? 4 : 3);
}

TEST(OneWayAuction, WhatIsDropped) {
  OneWayTerms t{.supply = 100, .reserve = 50, .lot = 10, .min_bid = 20, .deposit = true};
  auto b = bids("A 20@60, B 25@60, C 10@60, D 20@49, E 20@50, F 20@60, G 20@60, H 20@60");
  b[5].qualified = false;
  b[6].deposit_paid = false;
  b[7].off_tick = true;
  EXPECT_EQ(text(one_way_auction(t, b, {})),
            "price 50: A 20 E 20 -B:off_lot -C:below_min_bid -D:beyond_reserve -F:not_qualified -G:no_deposit -H:off_tick");
}

TEST(OneWayAuction, LimitsTakeTheLowestLotsFirst) {
  // Each bidder may have half; A bids in three parts.
  OneWayTerms t{.supply = 1'000, .reserve = 10, .max_share = 500};
  EXPECT_EQ(run(t, "A1 300@30, A2 300@20, A3 100@15, B 600@25"), "price 20: A1 300 A2 200 B 500 -A3:trimmed_away");
  EXPECT_EQ(run(t, "A1 300@30, A2 300@20, B 600@25", {{.name = "B", .limit = 120}}), "price 20: A1 300 A2 200 B 120");
  t.lot = 100;
  EXPECT_EQ(run(t, "A1 300@30, B 600@25", {{.name = "B", .limit = 199}}), "price 25: A1 300 B 100");
}

TEST(OneWayAuction, WhatAGuaranteeCannotFundMovesDown) {
  // 900 fen pay for 90 at 10 fen; the 10 that are cut are offered again at the next price bid, 9: 900/9 = 100 in all.
  OneWayTerms t{.supply = 1'000, .reserve = 1};
  const auto r = one_way_auction(t, bids("A 100@10, B 50@9, C 50@5"), {{.name = "A", .guarantee = 900}});
  std::string rows;
  for (const auto& row : r.rows) rows += fmt::format("{} {}@{} ", row.bid, row.qty, row.price);
  EXPECT_EQ(rows, "A 90@10 A 10@9 B 50@9 C 50@5 ");
  // With pay-as-bid the first 90 have used all of it up.
  t.pricing = Pricing::pay_as_bid;
  EXPECT_EQ(run(t, "A 100@10, B 50@9", {{.name = "A", .guarantee = 900}}), "price 9: A 90 B 50");
  // At the price, nobody owes more than the guarantee, whatever it is.
  t.pricing = Pricing::uniform;
  EXPECT_EQ(run(t, "A 100@10", {{.name = "A", .guarantee = 5}}), "none -A:trimmed_away");
}

TEST(OneWayAuction, BuyBack) {
  OneWayTerms t{.side = OneWaySide::buy_back, .supply = 500, .reserve = 100};
  EXPECT_EQ(run(t, "A 300@80, B 300@90, C 300@95, D 100@101"), "price 90: A 300 B 200 -D:beyond_reserve");
  t.supply = 2'000;
  t.under = Under::reserve;
  EXPECT_EQ(run(t, "A 300@80, B 300@90"), "price 100: A 300 B 300");
  t.supply = 500;
  t.max_share = 100;
  EXPECT_EQ(run(t, "A1 100@80, A2 100@70, B 900@90"), "price 100: A2 100 B 100 -A1:trimmed_away");
}

TEST(OneWayAuction, TimedAscending) {
  OneWayTerms t{.supply = 100, .reserve = 10};
  t.ascending = Extension{.open = 0, .close = 100, .window = 10, .by = 20, .most = 2, .increment = 2};
  struct At {
    const char* id;
    const char* bidder;
    std::int64_t time;
    Quantity qty;
    Ticks price;
  };
  const auto go = [&](std::initializer_list<At> list) {
    std::vector<OneWayBid> b;
    for (const At& a : list) b.push_back({.id = a.id, .bidder = a.bidder, .price = a.price, .qty = a.qty, .time = a.time});
    return one_way_auction(t, b, {});
  };
  // A sealed first round, then raises; one that does not raise by the increment is refused.
  EXPECT_EQ(text(go({{"1", "A", 0, 100, 20}, {"2", "B", 0, 100, 15}, {"3", "B", 50, 100, 21}, {"4", "A", 60, 100, 21}})),
            "price 21: 3 100 -2:replaced -4:not_improved");
  // A bid in the last ten seconds that takes the lead moves the close, twice at most; then it is over.
  const auto r = go({{"1", "A", 1, 100, 20},
                     {"2", "B", 95, 100, 22},     // to 115
                     {"3", "A", 114, 100, 24},    // to 134
                     {"4", "B", 133, 100, 26},    // no further extension
                     {"5", "A", 134, 100, 28}});  // too late
  EXPECT_EQ(text(r), "price 26: 4 100 -1:replaced -2:replaced -5:too_late");
}

TEST(OneWayAuction, NearTheEndOnlyWhatChangesTheWinnersExtends) {
  OneWayTerms t{.supply = 100, .reserve = 10};
  t.ascending = Extension{.open = 0, .close = 100, .window = 10, .by = 20, .most = 5, .increment = 1};
  const auto r = one_way_auction(t,
                                 {{.id = "1", .bidder = "A", .price = 20, .qty = 100, .time = 5},
                                  {.id = "2", .bidder = "B", .price = 15, .qty = 100, .time = 95},
                                  {.id = "3", .bidder = "A", .price = 30, .qty = 100, .time = 96}},
                                 {});
  EXPECT_EQ(r.closed_at, 100);
  EXPECT_EQ(r.extensions, 0);
}

TEST(OneWayAuction, WhatMustHold) {
  std::mt19937_64 random(11);
  const auto below = [&](std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); };
  int full = 0;
  for (int round = 0; round < 20'000; ++round) {
    SCOPED_TRACE(round);
    OneWayTerms t;
    t.side = static_cast<OneWaySide>(below(2));
    t.pricing = static_cast<Pricing>(below(2));
    t.lot = 1 + below(3);
    t.supply = t.lot * (1 + below(40));
    t.reserve = below(2) == 0 ? 8 : t.side == OneWaySide::sale ? 0 : 30;
    t.tie = static_cast<Tie>(below(3));
    t.under = static_cast<Under>(below(3));
    t.seed = seed;
    if (below(3) == 0) t.max_share = t.lot * below(20);
    std::vector<OneWayBid> b;
    for (auto n = below(9); n > 0; --n)
      b.push_back({.id = fmt::format("b{}", n), .bidder = fmt::format("x{}", below(4)), .price = below(20),
                   .qty = t.lot * (1 + below(15)), .time = below(5)});
    std::vector<OneWayBidder> who;
    if (below(2) == 0) who.push_back({.name = "x1", .limit = below(20)});
    if (t.side == OneWaySide::sale && below(2) == 0) who.push_back({.name = "x2", .guarantee = below(200)});
    const auto r = one_way_auction(t, b, who);
    Quantity sum = 0;
    std::map<std::string, Quantity> of_bid, of_bidder;
    std::map<std::string, Fen> owes;
    for (const auto& row : r.rows) {
      sum += row.filled;
      of_bid[row.bid] += row.filled;
      of_bidder[row.bidder] += row.filled;
      owes[row.bidder] += row.filled * row.pays;
      ASSERT_GE(row.filled, 0);
      ASSERT_LE(row.filled, row.qty);
      ASSERT_EQ(row.filled % t.lot, 0);
      if (row.filled == 0 || r.cancelled) continue;
      // Nobody pays more than it bid (gets less than it asked), nor beyond the reserve.
      const bool sale = t.side == OneWaySide::sale;
      ASSERT_TRUE(sale ? row.pays <= row.price : row.pays >= row.price);
      ASSERT_TRUE(sale ? row.pays >= t.reserve : row.pays <= t.reserve);
    }
    ASSERT_EQ(sum, r.sold);
    ASSERT_LE(sum, t.supply);  // E8
    if (r.cancelled) {
      ASSERT_EQ(sum, 0);
    }
    if (r.price && !r.cancelled && !r.undersubscribed) {
      ++full;
      ASSERT_EQ(sum, t.supply);
      for (const auto& row : r.rows) {
        const bool above = t.side == OneWaySide::sale ? row.price > *r.price : row.price < *r.price;
        if (above) {
          ASSERT_EQ(row.filled, row.qty) << "E8: a better bid is not full";
        }
        if (!above && row.price != *r.price) {
          ASSERT_EQ(row.filled, 0) << "E8: a worse bid is filled";
        }
      }
    }
    for (const auto& bid : b) ASSERT_LE(of_bid[bid.id], bid.qty);
    if (t.max_share) {
      for (const auto& [name, qty] : of_bidder) ASSERT_LE(qty, *t.max_share);
    }
    for (const auto& w : who) {
      if (w.limit) {
        ASSERT_LE(of_bidder[w.name], *w.limit);
      }
      if (w.guarantee) {
        ASSERT_LE(owes[w.name], *w.guarantee);
      }
    }
    ASSERT_EQ(text(one_way_auction(t, b, who)), text(r));  // the same again
  }
  EXPECT_GT(full, 3'000);
}

}  // namespace tributary::exchange
