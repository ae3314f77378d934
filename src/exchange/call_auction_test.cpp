// Call auctions: the worked examples of the rules, and the quick way against every tick tried.
#include "exchange/call_auction.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {

using Orders = std::vector<CallOrder>;

// "300@101 200@100 50@market"
Orders book(std::string_view text) {
  Orders out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto one = text.substr(0, end);
    const auto at = one.find('@');
    CallOrder order;
    order.qty = std::stoll(std::string(one.substr(0, at)));
    order.market = one.substr(at + 1) == "market";
    if (!order.market) order.price = std::stoll(std::string(one.substr(at + 1)));
    out.push_back(order);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string text(const std::vector<Quantity>& filled) {
  return fmt::format("{}", fmt::join(filled, " "));
}

struct Example {
  const char* buys;
  const char* sells;
  Ticks reference;
  int limit;  // per cent; 0: none
  CallVariant variant;
  // expected
  const char* price;
  Quantity executed;
  const char* bought;
  const char* sold;
};

constexpr auto four = CallVariant::four_step;
constexpr auto middle = CallVariant::midpoint;
constexpr auto nearest = CallVariant::nearest_close;
constexpr auto within = CallVariant::within_best;

// The notes on exchanges, 5.5, in ticks of one; then the corners of each step.
const Example examples[] = {
    {"300@101 200@100 400@99", "100@98 250@99 250@100", 99, 0, four, "100", 500, "300 200 0", "100 250 150"},
    {"100@102 200@100", "100@98 200@99", 99, 0, four, "99", 300, "100 200", "100 200"},
    {"100@102", "100@98", 99, 0, four, "99", 100, "100", "100"},
    // The same under the other variants. 99.5 is between two ticks: up.
    {"300@101 200@100 400@99", "100@98 250@99 250@100", 99, 0, middle, "100", 500, "300 200 0", "100 250 150"},
    {"100@102 200@100", "100@98 200@99", 99, 0, middle, "100", 300, "100 200", "100 200"},
    {"100@102 200@100", "100@98 200@99", 99, 0, nearest, "99", 300, "100 200", "100 200"},
    {"100@102", "100@98", 99, 0, middle, "100", 100, "100", "100"},
    {"100@102", "100@98", 105, 0, nearest, "102", 100, "100", "100"},
    {"100@102", "100@98", 97, 0, within, "98", 100, "100", "100"},
    // Surplus on one side only: the highest below u, the lowest above it, u itself.
    {"500@102", "300@98", 100, 0, four, "102", 300, "300", "300"},
    {"500@102", "300@98", 100, 1, four, "101", 300, "300", "300"},
    {"500@102", "300@101", 50, 10, four, "101", 300, "300", "300"},
    {"300@102", "500@98", 100, 0, four, "98", 300, "300", "300"},
    {"300@102", "500@98", 100, 1, four, "99", 300, "300", "300"},
    {"300@102", "500@98", 200, 10, four, "102", 300, "300", "300"},
    // Market orders rank first; on both sides alone they trade at the reference.
    {"50@99 100@market", "100@market", 77, 0, four, "99", 100, "0 100", "100"},
    {"100@market", "60@market", 77, 0, four, "77", 60, "60", "60"},
    {"100@market 100@101", "150@100", 100, 0, four, "101", 150, "100 50", "150"},
    // Nothing meets.
    {"100@98", "100@99", 98, 0, four, "none", 0, "0", "0"},
    {"100@98", "", 98, 0, four, "none", 0, "0", ""},
    {"", "", 98, 0, four, "none", 0, "", ""},
    // Equal prices: the earlier first.
    {"60@100 60@100 60@100", "100@100", 100, 0, four, "100", 100, "60 40 0", "100"},
};

}  // namespace

TEST(CallAuction, Examples) {
  for (const Example& e : examples) {
    SCOPED_TRACE(fmt::format("buys {} sells {} ref {} l {} {}", e.buys, e.sells, e.reference, e.limit, to_string(e.variant)));
    CallTerms terms{.variant = e.variant, .reference = e.reference};
    if (e.limit > 0) {
      terms.upper = e.reference * (100 + e.limit) / 100;
      terms.lower = e.reference * (100 - e.limit) / 100;
    }
    const auto result = call_auction(book(e.buys), book(e.sells), terms);
    EXPECT_EQ(result.found.price ? std::to_string(*result.found.price) : "none", e.price);
    EXPECT_EQ(result.found.executed, e.executed);
    EXPECT_EQ(text(result.buys), e.bought);
    EXPECT_EQ(text(result.sells), e.sold);
  }
}

TEST(CallAuction, HalfTicks) {
  const auto price = [](HalfTick half, Ticks reference) {
    return *call_price(book("100@102 200@100"), book("100@98 200@99"),
                       {.variant = middle, .reference = reference, .half_tick = half})
                .price;
  };
  EXPECT_EQ(price(HalfTick::up, 1), 100);
  EXPECT_EQ(price(HalfTick::down, 1), 99);
  EXPECT_EQ(price(HalfTick::toward_reference, 99), 99);
  EXPECT_EQ(price(HalfTick::toward_reference, 100), 100);
}

TEST(CallAuction, ProRataAtTheMargin) {
  const CallTerms terms{.reference = 100, .margin = Margin::pro_rata};
  EXPECT_EQ(text(call_auction(book("100@101 300@100 200@100 100@100"), book("400@100"), terms).buys), "100 150 100 50");
  EXPECT_EQ(text(call_auction(book("1@100 1@100 1@100"), book("2@100"), terms).buys), "1 1 0");
  CallTerms lots = terms;
  lots.lot = 10;
  EXPECT_EQ(text(call_auction(book("30@100 30@100 30@100"), book("50@100"), lots).buys), "20 20 10");
}

TEST(CallAuction, SumsBeyondSixtyTwoBitsAreRefused) {
  const Quantity half = Quantity{1} << 61;
  const Orders many(3, {100, half, false});
  EXPECT_THROW((void)call_price(many, many, {.reference = 100}), Error);
}

// Every tick by itself, as the rule is written.
struct Tried {
  std::optional<Ticks> price;
  Quantity executed = 0;
};
Tried by_trying(const Orders& buys, const Orders& sells, const CallTerms& terms) {
  Ticks lo = std::numeric_limits<Ticks>::max(), hi = 0;
  for (const auto* side : {&buys, &sells})
    for (const auto& o : *side)
      if (!o.market) {
        lo = std::min(lo, o.price);
        hi = std::max(hi, o.price);
      }
  if (hi == 0) lo = hi = terms.reference;
  Ticks bid = 0, offer = std::numeric_limits<Ticks>::max();
  for (const auto& o : buys)
    if (!o.market) bid = std::max(bid, o.price);
  for (const auto& o : sells)
    if (!o.market) offer = std::min(offer, o.price);
  if (terms.variant == within && bid >= offer) {
    lo = offer;
    hi = bid;
  }
  struct At {
    Ticks price;
    Quantity executed, surplus;
  };
  std::vector<At> left;
  Quantity most = 0;
  for (Ticks p = lo; p <= hi; ++p) {
    Quantity b = 0, s = 0;
    for (const auto& o : buys) b += o.market || o.price >= p ? o.qty : 0;
    for (const auto& o : sells) s += o.market || o.price <= p ? o.qty : 0;
    left.push_back({p, std::min(b, s), b - s});
    most = std::max(most, std::min(b, s));
  }
  if (most == 0) return {};
  std::erase_if(left, [&](const At& a) { return a.executed != most; });
  Quantity least = std::numeric_limits<Quantity>::max();
  for (const At& a : left) least = std::min(least, std::abs(a.surplus));
  std::erase_if(left, [&](const At& a) { return std::abs(a.surplus) != least; });
  for (std::size_t i = 1; i < left.size(); ++i) EXPECT_EQ(left[i].price, left[i - 1].price + 1) << "neighbouring ticks";
  const auto all = [&](auto test) { return std::all_of(left.begin(), left.end(), test); };
  const Ticks low = left.front().price, high = left.back().price;
  Ticks price = std::clamp(terms.reference, low, high);
  if (terms.variant == middle) {
    price = (low + high + 1) / 2;
  } else if (terms.variant == four && left.size() > 1 && all([](const At& a) { return a.surplus > 0; })) {
    price = !terms.upper || all([&](const At& a) { return a.price < *terms.upper; })   ? high
            : all([&](const At& a) { return a.price > *terms.upper; }) ? low
                                                                       : *terms.upper;
  } else if (terms.variant == four && left.size() > 1 && all([](const At& a) { return a.surplus < 0; })) {
    price = !terms.lower || all([&](const At& a) { return a.price > *terms.lower; })   ? low
            : all([&](const At& a) { return a.price < *terms.lower; }) ? high
                                                                       : *terms.lower;
  }
  return {price, most};
}

TEST(CallAuction, QuickEqualsEveryTickTried) {
  std::mt19937_64 random(5);
  const auto below = [&](std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); };
  int traded = 0;
  for (int round = 0; round < 20'000; ++round) {
    SCOPED_TRACE(round);
    Orders sides[2];
    for (auto& side : sides)
      for (auto n = below(7); n > 0; --n)
        side.push_back({90 + below(1 + below(25)), 1 + below(5), below(12) == 0});
    CallTerms terms{.variant = static_cast<CallVariant>(below(4)), .reference = 85 + below(35)};
    if (below(2) == 0) {
      terms.upper = terms.reference + below(6);
      terms.lower = terms.reference - below(6);
    }
    if (below(3) == 0) terms.margin = Margin::pro_rata;
    const auto tried = by_trying(sides[0], sides[1], terms);
    const auto quick = call_auction(sides[0], sides[1], terms);
    ASSERT_EQ(quick.found.price, tried.price);
    ASSERT_EQ(quick.found.executed, tried.executed);
    // What is dealt out on each side is what was executed; nobody trades beyond a limit; nobody waits behind a worse order.
    for (const int s : {0, 1}) {
      const auto& filled = s == 0 ? quick.buys : quick.sells;
      Quantity sum = 0;
      for (std::size_t i = 0; i < filled.size(); ++i) {
        const CallOrder& o = sides[s][i];
        sum += filled[i];
        ASSERT_GE(filled[i], 0);
        ASSERT_LE(filled[i], o.qty);
        if (filled[i] > 0 && !o.market) {
          ASSERT_TRUE(s == 0 ? o.price >= *tried.price : o.price <= *tried.price);
        }
        for (std::size_t j = 0; j < filled.size(); ++j) {
          const CallOrder& p = sides[s][j];
          const bool better = p.market ? !o.market : !o.market && (s == 0 ? p.price > o.price : p.price < o.price);
          if (filled[i] > 0 && better) {
            ASSERT_EQ(filled[j], p.qty);
          }
        }
      }
      ASSERT_EQ(sum, tried.executed);
    }
    traded += tried.price.has_value();
  }
  EXPECT_GT(traded, 5'000);
}

}  // namespace tributary::exchange
