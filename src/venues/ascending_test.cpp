// Timed auctions: the standing price, who leads, the end that moves, what is free again; sealed rounds
// before; buy-backs.
#include "venues/ascent.h"
#include "venues/stored.h"
#include "venues/venues_testing.h"

namespace tributary::venues {

using namespace testing;

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

// By outcry: two ticks of ten yuan a step, the last minute puts the end off by a minute, twice at most.
AuctionVenue rising(Changes changes = {}) {
  changes.insert(
      changes.begin(),
      {{"tie: random", "tie: time"},
       {"format: sealed",
        "format: ascending\nascending: {step: {ticks: 2}, extension: {within: 60, by: 60, most: 2}, leaders: "
        "numbers, freed: at_once}"}});
  return venue(changes);
}
const std::pair<std::string, std::string> then{"format: ascending\nascending: {",
                                               "format: sealed_then_ascending\nascending: {lasts: 3600, "};

std::string price_of(const Standing& standing) {
  return standing.price ? standing.price->to_string() : "none";
}
std::string next_of(const Standing& standing) {
  return standing.next ? standing.next->to_string() : "none";
}
// "1:600 2:400"
std::string leaders_of(const Standing& standing) {
  std::string out;
  for (const auto& one : standing.leaders)
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", one.bidder, one.quantity);
  return out;
}

}  // namespace

class AscendingOn : public ::testing::TestWithParam<std::string> {
 protected:
  // Announced, A, B and C admitted, one second after the opening.
  std::int64_t begun(Hall& h, const AuctionVenue& venue, std::int64_t supply = 1'000) {
    const std::int64_t no = h.announced(venue, supply);
    for (const char* account : {"A", "B", "C"}) h.admit(no, account);
    h.w.clock.set({h.opens.seconds + 1});
    return no;
  }
  static constexpr std::int64_t rich = 100'000'00 - 10'00;  // less the deposit
};
INSTANTIATE_TEST_SUITE_P(Databases, AscendingOn, ::testing::ValuesIn(store::test_kinds()));

TEST_P(AscendingOn, OutcryFromTheOpeningToTheTitle) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising());
  EXPECT_EQ(next_of(h.auctions.standing(no)), "100");
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "90", 600); }), "beyond_reserve");
  h.bid(no, "A", "100", 600);
  EXPECT_EQ(price_of(h.auctions.standing(no)), "none");
  h.bid(no, "B", "100", 600);  // covered: from now on there is something to beat
  Standing now = h.auctions.standing(no);
  EXPECT_EQ(price_of(now) + " " + next_of(now) + " " + leaders_of(now), "100 120 1:600 2:400");
  EXPECT_EQ(code_of([&] { h.bid(no, "C", "110", 300); }), "below_step");
  EXPECT_EQ(h.cash("C"), rich);
  h.bid(no, "C", "120", 500);
  now = h.auctions.standing(no);
  EXPECT_EQ(price_of(now) + " " + next_of(now) + " " + leaders_of(now), "100 120 1:500 3:500");
  EXPECT_EQ(h.cash("B"), rich) << "what can win no more is free at once";
  EXPECT_LT(h.cash("A"), rich);
  h.bid(no, "B", "120", 500);
  EXPECT_EQ(leaders_of(h.auctions.standing(no)), "2:500 3:500");
  EXPECT_EQ(price_of(h.auctions.standing(no)), "120");
  EXPECT_EQ(h.cash("A"), rich);
  // Bids are irrevocable: no worse price, no less than one leads for, nothing withdrawn.
  EXPECT_EQ(code_of([&] { h.bid(no, "B", "140", 490); }), "not_improved");
  EXPECT_EQ(code_of([&] { h.bid(no, "B", "120", 0); }), "bad_value");
  h.bid(no, "B", "140", 500);
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "130", 100); }), "below_step");
  h.bid(no, "A", "200", 100);
  now = h.auctions.standing(no);
  EXPECT_EQ(price_of(now) + " " + next_of(now) + " " + leaders_of(now), "120 140 1:100 2:500 3:400");
  const std::vector<StoredBid> own = h.auctions.own_bids(no, "A", "agent A");
  ASSERT_EQ(own.size(), 2U);
  EXPECT_TRUE(own[0].outbid_by.has_value());
  EXPECT_FALSE(own[0].stands());
  EXPECT_TRUE(own[1].stands());
  h.w.clock.set(h.closes);
  const AuctionView done = h.auctions.close(no, "", qian);  // ties are by time: nothing is drawn
  EXPECT_EQ(done.state, "settled");
  EXPECT_EQ(done.price, Decimal(120));
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 100);
  EXPECT_EQ(h.w.free_of("B", "COD", jan + 1), 500);
  EXPECT_EQ(h.w.free_of("C", "COD", jan + 1), 400);
  EXPECT_EQ(h.cash("A"), 100'000'00 - 12'00 - 12);
  EXPECT_EQ(h.cash("B"), 100'000'00 - 60'00 - 60);
  EXPECT_FALSE(h.auctions.standing(no).timed);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AscendingOn, ALateBidPutsTheEndOffAndNeverPastTheLimit) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising());
  const std::int64_t end = h.closes.seconds;
  const auto ends = [&] { return h.auctions.auction(no).ends.seconds - end; };
  h.w.clock.set({end - 61});
  h.bid(no, "A", "100", 1'000);
  EXPECT_EQ(ends(), 0);
  h.w.clock.set({end - 60});
  h.bid(no, "B", "120", 1'000);
  EXPECT_EQ(ends(), 0) << "a minute after this bid is the end as it was";
  h.w.clock.set({end - 1});
  h.bid(no, "A", "140", 1'000);
  EXPECT_EQ(ends(), 59);
  EXPECT_EQ(code_of([&] { h.bid(no, "C", "150", 10); }), "below_step");
  EXPECT_EQ(ends(), 59) << "what does not count moves nothing";
  h.w.clock.set({end + 30});  // after the announced close
  EXPECT_EQ(code_of([&] { h.auctions.close(no, "s", qian); }), "too_early");
  h.bid(no, "B", "160", 1'000);
  EXPECT_EQ(ends(), 90);
  h.w.clock.set({end + 89});
  h.bid(no, "A", "180", 1'000);
  EXPECT_EQ(ends(), 90) << "twice at most";
  EXPECT_EQ(h.auctions.auction(no).extensions, 2);
  h.w.clock.set({end + 90});
  EXPECT_EQ(code_of([&] { h.bid(no, "B", "200", 1'000); }), "too_late");
  EXPECT_EQ(h.auctions.close(no, "", qian).price, Decimal(180));
  EXPECT_TRUE(h.auctions.verify(no).empty());
  std::string told;
  for (const CourseEvent& event : h.auctions.events(no))
    if (event.event == "extended" || event.event == "raised") told += event.event + " ";
  EXPECT_EQ(told, "raised raised raised extended raised extended raised ");
}

TEST_P(AscendingOn, TheEndStopsAtTheLatestTime) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising({{"most: 2", "until: 100"}}));
  const std::int64_t end = h.closes.seconds;
  std::int64_t price = 100, at = end - 1;
  for (int i = 0; i < 4; ++i, price += 20) {
    h.w.clock.set({at});
    h.bid(no, i % 2 == 0 ? "A" : "B", std::to_string(price), 1'000);
    at = h.auctions.auction(no).ends.seconds - 1;
  }
  EXPECT_EQ(h.auctions.auction(no).ends.seconds, end + 100);
  EXPECT_EQ(h.auctions.auction(no).extensions, 2);
  h.w.clock.set({end + 100});
  EXPECT_EQ(code_of([&] { h.bid(no, "C", "400", 1'000); }), "too_late");
  h.auctions.close(no, "", qian);
  EXPECT_TRUE(h.auctions.verify(no).empty());
}

TEST_P(AscendingOn, TheSealedRoundOpensTheTimedPart) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising({then}));
  h.bid(no, "A", "150", 600);
  h.bid(no, "B", "130", 300);
  h.bid(no, "B", "140", 300);  // the one standing bid improved
  h.bid(no, "C", "110", 400);
  EXPECT_FALSE(h.auctions.standing(no).timed);
  EXPECT_EQ(h.auctions.standing(no).bidders, 0) << "while it is sealed nobody is told";
  for (const CourseEvent& event : h.auctions.events(no)) EXPECT_NE(event.event, "raised");
  h.w.clock.set({h.closes.seconds - 3600});
  Standing now = h.auctions.standing(no);
  EXPECT_EQ(price_of(now) + " " + leaders_of(now), "110 1:600 2:300 3:100");
  EXPECT_EQ(code_of([&] { h.auctions.bids(no); }), "sealed");
  h.bid(no, "B", "160", 400);
  EXPECT_EQ(price_of(h.auctions.standing(no)), "150");
  EXPECT_EQ(h.cash("C"), rich) << "of the sealed round, and can win no more";
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "", qian).price, Decimal(150));
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AscendingOn, InASealedRoundBidsAreWithdrawnWhereDeclaredAndInTheTimedPartNot) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising({then, {"amend: upward", "amend: free"}}));
  const auto bid = [&](const char* key, std::int64_t quantity, const char* improves) {
    return code_of([&] {
      h.auctions.bid(
          no, {.key = key, .account = "A", .price = Decimal(150), .quantity = quantity, .improves = improves},
          agent("A"));
    });
  };
  EXPECT_EQ(bid("none", 0, "nothing"), "bad_value");
  EXPECT_EQ(bid("1", 600, ""), "");
  EXPECT_EQ(bid("2", 0, "1"), "");
  EXPECT_EQ(h.cash("A"), rich);
  EXPECT_EQ(bid("3", 1'000, ""), "");
  h.w.clock.set({h.closes.seconds - 3600});
  EXPECT_EQ(bid("4", 0, "3"), "not_improved");
  EXPECT_EQ(leaders_of(h.auctions.standing(no)), "1:1000");
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "", qian).sold, 1'000);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AscendingOn, ABuyBackDescends) {
  Hall h(GetParam());
  for (const char* account : {"A", "B", "C"}) h.w.give(account, "COD", 500, months(1, 13));
  const std::int64_t no = begun(h, rising({{"side: sale", "side: buy_back"}}), 400);
  EXPECT_EQ(next_of(h.auctions.standing(no)), "100");
  h.bid(no, "A", "100", 400);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 100);
  EXPECT_EQ(next_of(h.auctions.standing(no)), "80");
  EXPECT_EQ(code_of([&] { h.bid(no, "B", "90", 400); }), "below_step");
  h.bid(no, "B", "30", 400);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 500) << "outbid: the goods are free again";
  EXPECT_EQ(next_of(h.auctions.standing(no)), "10");
  h.bid(no, "C", "10", 200);
  EXPECT_EQ(price_of(h.auctions.standing(no)), "30");
  h.bid(no, "A", "10", 300);
  EXPECT_EQ(price_of(h.auctions.standing(no)) + next_of(h.auctions.standing(no)), "10none");
  EXPECT_EQ(code_of([&] { h.bid(no, "B", "10", 400); }), "below_step");
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "", qian).price, Decimal(10));
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 1'400);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AscendingOn, AShareOfThePriceIsRoundedUpToTicks) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising({{"{ticks: 2}", "{share: \"0.05\"}"}}));
  h.bid(no, "A", "100", 1'000);
  EXPECT_EQ(next_of(h.auctions.standing(no)), "110");
  h.bid(no, "B", "410", 1'000);
  EXPECT_EQ(next_of(h.auctions.standing(no)), "440");  // 20.5 of 410 is three ticks
}

TEST_P(AscendingOn, WhatAnOutbidBidSetAsideWaitsForTheCloseWhereDeclared) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising({{"freed: at_once", "freed: at_close"}}));
  h.bid(no, "A", "100", 1'000);
  const std::int64_t left = h.cash("A");
  h.bid(no, "B", "120", 1'000);
  EXPECT_EQ(h.cash("A"), left);
  h.bid(no, "A", "140", 10);  // leads for nothing any more, so any quantity will do
  EXPECT_EQ(h.cash("A"), rich - 1'40 - 1) << "the one bid gave back what it had";
  h.w.clock.set(h.closes);
  h.auctions.close(no, "", qian);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AscendingOn, ARetryIsTheSameBidAndAnotherContentIsNot) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising());
  const Bid first{.key = "1", .account = "A", .price = Decimal(100), .quantity = 600};
  const Receipt got = h.auctions.bid(no, first, agent("A"));
  const Bid second{.key = "2", .account = "A", .price = Decimal(120), .quantity = 600};
  h.auctions.bid(no, second, agent("A"));
  EXPECT_EQ(h.auctions.bid(no, first, agent("A")).hash, got.hash);  // though it was improved since
  Bid other = first;
  other.quantity = 610;
  EXPECT_EQ(code_of([&] { h.auctions.bid(no, other, agent("A")); }), "key_conflict");
  EXPECT_EQ(h.auctions.own_bids(no, "A", "agent A").at(1).improves, "1");
}

TEST_P(AscendingOn, AQuoteSaysWhatTheBidWouldMeetWith) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising());
  h.bid(no, "A", "100", 1'000);
  const Bid low{.key = {}, .account = "B", .price = Decimal(110), .quantity = 1'000};
  Quote quote = h.auctions.quote(no, low, "agent B");
  ASSERT_EQ(quote.faults.size(), 1U);
  EXPECT_EQ(quote.faults[0].code().name, "below_step");
  EXPECT_NE(quote.faults[0].message().zh.find("120"), std::string::npos);
  quote =
      h.auctions.quote(no, {.key = {}, .account = "A", .price = Decimal(120), .quantity = 1'000}, "agent A");
  EXPECT_TRUE(quote.faults.empty());
  EXPECT_EQ(quote.free, rich) << "with what the own bid gives back";
}

TEST_P(AscendingOn, TheProofSeesEveryKindOfDamage) {
  Hall h(GetParam());
  const std::int64_t no = begun(h, rising());
  h.bid(no, "A", "100", 1'000);
  h.bid(no, "B", "120", 1'000);
  h.w.clock.set({h.closes.seconds - 5});
  h.bid(no, "B", "140", 1'000);
  h.w.clock.set({h.closes.seconds + 55});
  h.auctions.close(no, "", qian);
  ASSERT_TRUE(h.auctions.verify(no).empty());
  const auto damaged = [&](const std::string& set, const std::string& back) {
    const auto change = [&](const std::string& sql) {
      h.w.database.db().write([&](store::Transaction& t) { return t.execute("UPDATE " + sql); });
    };
    change(set);
    const bool seen = !h.auctions.verify(no).empty();
    change(back);
    EXPECT_TRUE(h.auctions.verify(no).empty()) << back;
    return seen;
  };
  EXPECT_TRUE(
      damaged("venue_bid SET outbid_by = NULL WHERE seq = 1", "venue_bid SET outbid_by = 2 WHERE seq = 1"));
  EXPECT_TRUE(damaged("venue_bid SET replaced_by = NULL WHERE seq = 2",
                      "venue_bid SET replaced_by = 3 WHERE seq = 2"));
  EXPECT_TRUE(
      damaged("venue_bid SET outbid_by = 3 WHERE seq = 3", "venue_bid SET outbid_by = NULL WHERE seq = 3"));
  const std::string ends = std::to_string(h.closes.seconds + 55);
  EXPECT_TRUE(damaged("venue_auction SET ends = ends + 60", "venue_auction SET ends = " + ends));
  EXPECT_TRUE(damaged("venue_auction SET extensions = 0", "venue_auction SET extensions = 1"));
}

TEST(AscendingDeclaration, SaysWhatDoesNotFitTogether) {
  EXPECT_NO_THROW(rising());
  EXPECT_NO_THROW(rising({then}));
  for (const Changes& wrong : std::vector<Changes>{{{"tie: time", "tie: random"}},
                                                   {{"hidden: false", "hidden: true"}},
                                                   {{"amend: upward", "amend: free"}},
                                                   {{", most: 2", ""}},
                                                   {{"within: 60", "within: 0"}},
                                                   {{"ticks: 2", "ticks: 0"}},
                                                   {{"ticks: 2", "share: \"1\""}},
                                                   {{"{ticks: 2}", "{ticks: 2, share: \"0.1\"}"}}})
    EXPECT_EQ(code_of([&] { rising(wrong); }), "bad_value") << wrong[0].second;
  EXPECT_NE(code_of([&] { rising({{"leaders: numbers", "leaders: nobody"}}); }), "");
  EXPECT_NE(code_of([&] { rising({{"format: ascending", "format: sealed_then_ascending"}}); }), "");
  EXPECT_NE(code_of([&] {
              rising({{"format: ascending", "format: sealed"}});
            }),
            "")
      << "a key nobody asks for";
  Hall h;
  Announcement lot = h.announcement();
  lot.closes = {lot.opens.seconds + 3600};
  EXPECT_EQ(code_of([&] { h.auctions.announce(rising({then}), lot, zhao); }), "bad_value");
}

}  // namespace tributary::venues
