// Venues that give the use for some months: from the declaration to what is given back early, and what is refused on the way.
#include "venues/markets_testing.h"

namespace tributary::venues {

using namespace testing;

namespace {

template <class Venue>
Venue leased(Venue venue, int longest = 12) {
  EXPECT_TRUE(venue.lease.has_value());
  venue.lease = Lease{longest, "租赁规则"};
  return venue;
}
AuctionVenue lease_auction() {
  return leased(venue({{"side: sale", "side: sale\ngives: lease"}}));
}
MarketVenue lease_market(const std::string& more = {}) {
  return leased(market_venue({{"lot: 10", "lot: 10\ngives: lease" + more}}));
}

class LeasesOn : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, LeasesOn, ::testing::ValuesIn(store::test_kinds()));

// 12 months at yuan per tonne and year: 300 kg at 120 is 36 yuan.
TEST_P(LeasesOn, AnAuctionOfTheReserveGivesTheUseForItsMonths) {
  Hall h(GetParam());
  h.w.give("RES", "COD", 1'000, months(13, 25));
  Announcement longer = h.announcement();
  longer.term = months(1, 14);
  EXPECT_EQ(code_of([&] { h.auctions.announce(lease_auction(), longer, zhao); }), "bad_value");
  const std::int64_t no = h.announced(lease_auction());
  EXPECT_EQ(h.auctions.auction(no).venue.lease->source, "租赁规则");  // as it was announced
  const auto checks = h.auctions.checks(no, {"A", "涡河"});
  const auto told = std::ranges::find(checks, "LEASE", &Check::code);
  ASSERT_NE(told, checks.end());
  EXPECT_EQ(told->source, "租赁规则");
  for (const char* account : {"A", "B"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  h.bid(no, "B", "110", 600);
  h.w.clock.set(h.closes);
  const AuctionView done = h.auctions.close(no, "seed", qian);
  ASSERT_EQ(done.state, "settled");
  EXPECT_EQ(h.w.held("A", "COD", jan + 1).leased, 300);
  EXPECT_EQ(h.w.held("B", "COD", jan + 12).leased, 600);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 0);
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 12), 100);
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 13), 1'000);  // the month after it never left
  EXPECT_TRUE(rights::is_lease(h.w.rights.transaction(done.outcomes[0].trade)));
  EXPECT_TRUE(h.auctions.verify(no).empty());
  // From a later month on A needs it no more.
  h.w.done({.kind = rights::TransactionKind::lease_return, .term = months(8, 13), .refers = done.outcomes[0].trade});
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 8), 400);
  EXPECT_EQ(h.w.held("A", "COD", jan + 7).leased, 300);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
  // A lease that the registry has as a sale is found by both verifiers.
  h.w.database.db().write([&](store::Transaction& t) {
    EXPECT_EQ(t.execute("UPDATE right_transaction SET body = REPLACE(body, ',\"lease_months\":12', '') WHERE key = ?",
                        done.outcomes[0].trade),
              1);
  });
  EXPECT_FALSE(h.auctions.verify(no).empty());
  EXPECT_NE(h.w.troubles(), "");
}

TEST_P(LeasesOn, AMarketLeasesWhatIsFreeAndNothingTwice) {
  Floor f(GetParam());
  const std::int64_t no = f.open(lease_market("\napproval: {days: 20}"));
  f.at("05 10:00");
  f.w.done({.kind = rights::TransactionKind::retire, .instrument = "COD", .from = "B", .to = "RET", .quantity = 4'500, .term = months(1, 13), .claim = "x"});
  f.order(no, "A", Side::sell, "1000", 900);
  const Placed bought = f.order(no, "B", Side::buy, "1000", 300);
  ASSERT_EQ(bought.deals.size(), 1U);
  EXPECT_EQ(f.w.held("B", "COD", jan + 1).leased, 0);  // the authority has to decide
  f.markets.decide(no, 1, true, li);
  EXPECT_EQ(f.w.held("B", "COD", jan + 1).leased, 300);
  EXPECT_EQ(f.goods("B"), 500);
  // B lets out his own, and nothing of what he has on lease.
  EXPECT_EQ(f.order(no, "B", Side::sell, "1000", 510).order.reason, exchange::Refusal::not_covered);
  f.order(no, "B", Side::sell, "900", 500);
  EXPECT_EQ(f.order(no, "C", Side::buy, "900", 100).deals.size(), 1U);
  f.markets.decide(no, 2, false, li);
  EXPECT_EQ(f.w.held("C", "COD", jan + 1).leased, 0);
  EXPECT_EQ(f.goods("B"), 100);  // as it was refused, his own again
  EXPECT_EQ(f.troubles(no), "");
  f.w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE right_transaction SET body = REPLACE(body, ',\"lease_months\":12', '') WHERE key = ?", bought.deals[0].trade);
  });
  EXPECT_FALSE(f.markets.verify(no).empty());
}

// Who lets out is permitted himself, over the whole term.
TEST_P(LeasesOn, BothSidesArePermitted) {
  Floor f(GetParam());
  const std::int64_t sale = f.markets.list(market_venue(), f.listing(), zhao), lease = f.markets.list(lease_market(), f.listing(), zhao);
  f.w.rights.set_permit("A", "", std::nullopt, rights::testing::pair);
  const auto failed = [&](std::int64_t no, bool buys) {
    std::string out;
    for (const Check& check : f.markets.checks(no, {"A", "涡河"}, buys))
      if (check.outcome == Check::Outcome::failed) out += check.code + " ";
    return out;
  };
  EXPECT_EQ(failed(sale, false), "");
  EXPECT_EQ(failed(lease, false), "PERMIT ");
  EXPECT_EQ(failed(lease, true), "PERMIT ");
  Listing longer = f.listing();
  longer.term = months(1, 14);
  EXPECT_EQ(code_of([&] { f.markets.list(lease_market(), longer, zhao); }), "bad_value");
}

TEST(Leases, ADeclarationSaysWhatItGives) {
  EXPECT_FALSE(venue().lease.has_value());
  EXPECT_FALSE(venue({{"side: sale", "side: sale\ngives: title"}}).lease.has_value());
  EXPECT_EQ(code_of([] { venue({{"side: sale", "side: sale\ngives: rent"}}); }), "bad_value");
  EXPECT_EQ(code_of([] { venue({{"side: sale", "side: buy_back\ngives: lease"}}); }), "bad_value");
  const policy::Policy policy = policy::Policy::load(std::string(TRIBUTARY_SOURCE_DIR) + "/policies", "demo");
  EXPECT_EQ(venue_of(load_venues(policy), "lease-cod-guo-reserve").lease->longest, 12);
  const MarketVenue market = market_of(load_markets(policy), "cod-guo-lease");
  EXPECT_NE(market.lease->source.find("未核实"), std::string::npos);
}

// How long is said of the instrument, in a pack; where nothing is said, nothing is leased.
TEST(Leases, WithoutAnArticleThereIsNone) {
  const policy::YamlNode declaration = policy::parse_yaml("venue: t", "venues/t.yaml");
  rights::RightsData data;
  data.instruments["COD"].longest_lease = 6;
  data.instruments["COD"].lease_source = "租赁规则";
  EXPECT_EQ(lease_of(data, "COD", declaration).longest, 6);
  data.instruments["WATER"] = {};
  for (const char* instrument : {"WATER", "NONE"}) {
    try {
      lease_of(data, instrument, declaration);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), codes::bad_value);
      EXPECT_EQ(error.where().file, "venues/t.yaml");
      EXPECT_EQ(error.where().field, "gives");
      EXPECT_FALSE(error.hint().zh.empty());
    }
  }
}

}  // namespace
}  // namespace tributary::venues
