// An auction from announcement to settlement, and everything that must be refused on its way.
#include "base/text.h"
#include "venues/stored.h"
#include "venues/venues_testing.h"

namespace tributary::venues {

using namespace testing;

class AuctionsOn : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, AuctionsOn, ::testing::ValuesIn(store::test_kinds()));

// 12 months at yuan per tonne and year: 300 kg at 120 is 36 yuan.
TEST_P(AuctionsOn, RunsFromAnnouncementToTitle) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 0);  // set aside before anybody sees it
  for (const char* account : {"A", "B", "C"}) h.admit(no, account);
  EXPECT_EQ(h.cash("A"), 100'000'00 - 10'00);
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  EXPECT_EQ(h.cash("A"), 100'000'00 - 10'00 - 36'00 - 36);
  h.bid(no, "B", "110", 600);
  h.bid(no, "C", "100", 400);
  EXPECT_EQ(h.auctions.auction(no).outcomes.size(), 0U);
  h.w.clock.set(h.closes);
  const AuctionView done = h.auctions.close(no, "seed", qian);
  EXPECT_EQ(done.state, "settled");
  EXPECT_EQ(done.price, Decimal(100));
  EXPECT_EQ(done.sold, 1'000);
  ASSERT_EQ(done.outcomes.size(), 3U);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 300);
  EXPECT_EQ(h.w.free_of("B", "COD", jan + 12), 600);
  EXPECT_EQ(h.w.free_of("C", "COD", jan + 5), 100);
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 0);
  EXPECT_EQ(h.cash("A"), 100'000'00 - 30'00 - 30);
  EXPECT_EQ(h.cash("B"), 100'000'00 - 60'00 - 60);
  EXPECT_EQ(h.cash("C"), 100'000'00 - 10'00 - 10);
  EXPECT_EQ(h.cash("FEE"), 1'00);
  EXPECT_EQ(h.cash("TAX"), 2'00);
  EXPECT_EQ(h.cash("RES"), 1'000'000'00 + 98'00);
  EXPECT_EQ(h.w.rights.certificates(done.outcomes[0].trade).size(), 1U);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
  // Once more: no change, whatever seed is given.
  EXPECT_EQ(h.auctions.close(no, "another", sun).result_hash, done.result_hash);
  EXPECT_EQ(sha256_hex(done.secret), done.commitment);
}

// Keys of bids and trades can be foretold: whoever held one of them would void another's trade.
TEST_P(AuctionsOn, NobodyTakesTheKeyOfABidOrATrade) {
  Hall h(GetParam());
  h.w.give("C", "COD", 100, months(1, 13));
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  rights::Proposal pledge{.kind = rights::TransactionKind::pledge, .instrument = "COD", .from = "C", .quantity = 1,
                          .term = months(1, 13), .beneficiary = "bank"};
  for (const char* key : {"auction-1-lot", "auction-1-bid-1", "auction-1-trade-1", "auction-1-deposit-A", "BANK-MAIN-1",
                          "case-00000001-0001-001"}) {
    pledge.key = key;
    EXPECT_EQ(code_of([&] { h.w.rights.propose(pledge, agent("C")); }), "bad_value") << key;
    const auto against = h.w.rights.examine(pledge, agent("C"));
    ASSERT_EQ(against.size(), 1U) << key;
    EXPECT_EQ(against[0].code().name, "bad_value");
  }
  pledge.key = "my-auction-1";
  h.w.rights.propose(pledge, agent("C"));
  h.bid(no, "A", "120", 300);
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "seed", qian).state, "settled");
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 300);
}

// However the key came to be taken: the winner is not turned away for it.
TEST_P(AuctionsOn, ATakenKeyStopsTheCloseAndRefusesNobody) {
  Hall h(GetParam());
  h.w.give("C", "COD", 100, months(1, 13));
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  Act module = agent("C");
  module.own_keys = true;
  h.w.rights.propose({.key = "auction-1-trade-1", .kind = rights::TransactionKind::pledge, .instrument = "COD",
                      .from = "C", .quantity = 1, .term = months(1, 13), .beneficiary = "bank"},
                     module);
  h.w.clock.set(h.closes);
  EXPECT_EQ(code_of([&] { h.auctions.close(no, "seed", qian); }), "key_conflict");
  EXPECT_EQ(h.auctions.auction(no).state, "announced");
  EXPECT_EQ(h.auctions.auction(no).secret, "");
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AuctionsOn, ABuyBackTakesTheCheapestAndPaysFromTheReserve) {
  Hall h(GetParam());
  h.w.give("A", "COD", 500, months(1, 13));
  h.w.give("B", "COD", 500, months(1, 13));
  const std::int64_t no = h.announced(
      venue({{"side: sale", "side: buy_back"}, {"pricing: uniform", "pricing: pay_as_bid"}}), 400);
  EXPECT_LT(h.cash("RES"), 1'000'000'00 - 40'00);
  h.admit(no, "A");
  h.admit(no, "B");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "60", 300);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 200);
  EXPECT_EQ(code_of([&] { h.bid(no, "B", "110", 300); }), "beyond_reserve");
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "80", 300); }), "insufficient");
  h.bid(no, "B", "90", 300);
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "seed", qian).sold, 400);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 200);
  EXPECT_EQ(h.w.free_of("B", "COD", jan + 1), 400);
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 1'400);
  EXPECT_EQ(h.cash("A"), 100'000'00 + 18'00 - 36);
  EXPECT_EQ(h.cash("RES"), 1'000'000'00 - 27'00 - 27);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AuctionsOn, TheLimitOfPurchaseIsThatOfWhoeverStandsBehind) {
  Hall h(GetParam());
  AuctionVenue of = venue({{"lot: 10", "max_share: \"0.4\"\nlot: 10"}});
  for (const char* account : {"A", "B"}) of.control[h.w.rights.account(account).owner] = "mother";
  const std::int64_t no = h.announced(of);
  for (const char* account : {"A", "B", "C"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  h.bid(no, "B", "130", 300);
  h.bid(no, "C", "110", 400);
  h.w.clock.set(parse_instant("2026-01-20 17:30"));
  std::map<std::string, std::int64_t> got;
  for (const Outcome& one : h.auctions.close(no, "seed", qian).outcomes) got[one.account] += one.quantity;
  EXPECT_EQ(got, (std::map<std::string, std::int64_t>{{"A", 100}, {"B", 300}, {"C", 400}}));  // 400 of 1,000 together
  EXPECT_TRUE(h.auctions.verify(no).empty());
}

TEST_P(AuctionsOn, AClosedFeeAccountCostsNobodyHisAward) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  h.w.rights.set_status("FEE", rights::AccountStatus::closed, rights::testing::pair);
  h.w.clock.set(parse_instant("2026-01-20 17:30"));
  EXPECT_EQ(code_of([&] { h.auctions.close(no, "seed", qian); }), "not_settled");
  EXPECT_EQ(h.auctions.auction(no).state, "announced");
  EXPECT_EQ(code_of([&] { h.auctions.bids(no); }), "sealed");  // nothing was opened
}

TEST_P(AuctionsOn, WhatNeedsApprovalWaitsAndARefusalUnwindsBothLegs) {
  for (const char* end : {"granted", "refused", "late"}) {
    Hall h(GetParam());
    const std::int64_t no = h.announced(venue({{"fees:", "approval: {days: 20}\nfees:"}}));
    h.admit(no, "A");
    h.w.clock.set(h.opens);
    h.bid(no, "A", "120", 300);
    h.w.clock.set(h.closes);
    const AuctionView waits = h.auctions.close(no, "seed", qian);
    EXPECT_EQ(waits.state, "awaiting");
    EXPECT_EQ(waits.outcomes.at(0).state, "conditional");
    EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 0);
    EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 700);
    for (const Act& involved : {zhao, qian, agent("A")})
      EXPECT_EQ(code_of([&] { h.auctions.decide(no, true, involved); }), "same_person");
    const std::string how = end;
    if (how == "late") {
      h.w.clock.set({h.closes.seconds + 20 * 86400});
      EXPECT_EQ(h.auctions.advance(li), 1);
    } else {
      h.auctions.decide(no, how == "granted", li);
    }
    const AuctionView after = h.auctions.auction(no);
    EXPECT_EQ(after.state, how == "granted" ? "settled" : "cancelled");
    EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), how == "granted" ? 300 : 0);
    EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), how == "granted" ? 700 : 1'000);
    // Less is bid for than offered, so all pay the reserve price of 100.
    EXPECT_EQ(h.cash("A"), 100'000'00 - (how == "granted" ? 30'30 : 0));
    EXPECT_EQ(h.w.troubles(), "") << end;
    EXPECT_TRUE(h.auctions.verify(no).empty());
  }
}

// Granted after an account was frozen that would have to give: that trade unwinds, the auction comes to its end.
TEST_P(AuctionsOn, ADecisionDoesNotWaitForAFrozenAccount) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue({{"fees:", "approval: {days: 20}\nfees:"}}));
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  h.w.clock.set(h.closes);
  h.auctions.close(no, "seed", qian);
  h.w.rights.set_status("RES", rights::AccountStatus::frozen, rights::testing::pair);
  const AuctionView after = h.auctions.decide(no, true, li);
  EXPECT_EQ(after.state, "cancelled");
  EXPECT_EQ(after.outcomes.at(0).state, "rejected");
  EXPECT_EQ(h.cash("A"), 100'000'00);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

// A key is its account's own.
TEST_P(AuctionsOn, NobodyTakesAKeyThatAnotherWouldUse) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  for (const char* account : {"A", "B"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  for (const char* account : {"B", "A"})
    h.auctions.bid(no, {.key = "1", .account = account, .price = Decimal(120), .quantity = 100}, agent(account));
  h.auctions.bid(no, {.key = "2", .account = "A", .price = Decimal(130), .quantity = 100, .improves = "1"},
                 agent("A"));
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "seed", qian).sold, 200);
  EXPECT_TRUE(h.auctions.verify(no).empty());
}

TEST_P(AuctionsOn, NobodyReadsABidBeforeTheClose) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue({{"hidden: false", "hidden: true"}}));
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "9990", 10);
  h.w.clock.set(h.closes);  // the time alone opens nothing
  EXPECT_EQ(code_of([&] { h.auctions.bids(no); }), "sealed");
  const AuctionView view = h.auctions.auction(no);
  EXPECT_FALSE(view.reserve.has_value());
  EXPECT_TRUE(view.venue.reserve_price.is_zero());
  EXPECT_EQ(view.secret + view.seed + view.result, "");
  for (const CourseEvent& event : h.auctions.events(no))
    EXPECT_EQ(event.detail.find("9990"), std::string::npos);
  h.auctions.close(no, "seed", qian);
  ASSERT_EQ(h.auctions.bids(no).size(), 1U);
  EXPECT_EQ(h.auctions.bids(no)[0].price, Decimal(9990));
  EXPECT_EQ(h.auctions.auction(no).reserve, Decimal(100));
}

TEST_P(AuctionsOn, ABidCountsInTheLastSecondAndNotAfterIt) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.w.clock.set({h.opens.seconds - 1});
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "120", 10); }), "too_early");
  h.w.clock.set({h.closes.seconds - 1});
  const Bid last{.key = "last", .account = "A", .price = Decimal(120), .quantity = 10};
  const Receipt receipt = h.auctions.bid(no, last, agent("A"));
  EXPECT_EQ(code_of([&] { h.auctions.close(no, "seed", qian); }), "too_early");
  h.w.clock.set(h.closes);
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "130", 10); }), "too_late");
  EXPECT_EQ(h.auctions.bid(no, last, agent("A")).hash, receipt.hash);  // a retry
  h.auctions.close(no, "seed", qian);
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "130", 10); }), "too_late");
  EXPECT_EQ(h.auctions.bids(no).size(), 1U);
}

TEST_P(AuctionsOn, BidsAreOnlyImprovedAndAKeyStandsForOneContent) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.admit(no, "B");
  h.w.clock.set(h.opens);
  const auto bid = [&](const std::string& key, const char* price, std::int64_t quantity,
                       const std::string& improves = {}, const std::string& by = "A") {
    return code_of([&] {
      h.auctions.bid(no,
                     {.key = key,
                      .account = "A",
                      .price = Decimal::parse(price),
                      .quantity = quantity,
                      .improves = improves},
                     agent(by));
    });
  };
  EXPECT_EQ(bid("1", "120", 100), "");
  EXPECT_EQ(bid("1", "120", 100), "");
  EXPECT_EQ(bid("1", "120", 110), "key_conflict");
  EXPECT_EQ(bid("2", "110", 100, "1"), "not_improved");
  EXPECT_EQ(bid("2", "130", 90, "1"), "not_improved");
  EXPECT_EQ(bid("2", "120", 100, "1"), "not_improved");
  EXPECT_EQ(bid("2", "125", 100), "bad_value");  // between two ticks
  EXPECT_EQ(bid("2", "120", 15), "bad_value");
  EXPECT_EQ(bid("2", "90", 100), "beyond_reserve");
  EXPECT_EQ(bid("2", "99999990", 1'000), "insufficient");
  EXPECT_EQ(bid("2", "130", 100, "1", "B"), "not_yours");
  EXPECT_EQ(bid("2", "130", 100, "1"), "");
  EXPECT_EQ(bid("3", "140", 100, "1"), "bad_value");  // replaced already
  EXPECT_EQ(h.cash("A"), 100'000'00 - 10'00 - 13'13);
}

TEST_P(AuctionsOn, AnIrrevocableBidIsNotEvenImproved) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue({{"amend: upward", "amend: none"}}));
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 10);
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "130", 10, "B2"); }), "not_improved");
}

TEST_P(AuctionsOn, EveryFailedCheckIsNamed) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue({{"fees:", "floor_yuan: \"200\"\nfees:"}}));
  const auto failed = [&](const Application& application) {
    std::string out;
    for (const Check& check : h.auctions.checks(no, application)) {
      EXPECT_FALSE(check.outcome != Check::Outcome::not_checked && check.source.empty()) << check.code;
      if (check.outcome == Check::Outcome::failed) out += check.code + " ";
    }
    return out;
  };
  EXPECT_EQ(failed({"A", "涡河"}), "FLOOR ");
  EXPECT_EQ(failed({"D", "淮河"}), "BASIN PERMIT FLOOR ");
  EXPECT_EQ(failed({"RET", "涡河"}), "ACCOUNT PERMIT FLOOR ");
  h.w.rights.set_permit("B", "P-B", rights::Month{jan + 12}, rights::testing::pair);
  h.w.rights.set_status("B", rights::AccountStatus::frozen, rights::testing::pair);
  EXPECT_EQ(failed({"B", "涡河"}), "ENC PERMIT FLOOR ");
  try {
    h.auctions.apply(no, {"D", "淮河"}, agent("D"));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), codes::not_admitted);
    EXPECT_EQ(error.where().field, "BASIN,PERMIT,FLOOR");
  }
}

TEST_P(AuctionsOn, NobodyApprovesHisOwn) {
  Hall h(GetParam());
  const Announcement lot = h.announcement();
  const std::int64_t no = h.auctions.announce(venue(), lot, zhao);
  EXPECT_EQ(h.auctions.announce(venue(), lot, zhao), no);
  EXPECT_EQ(code_of([&] { h.auctions.announce(venue({{"lot: 10", "lot: 5"}}), lot, zhao); }), "key_conflict");
  EXPECT_EQ(code_of([&] { h.auctions.approve(no, zhao); }), "same_person");
  EXPECT_EQ(code_of([&] { h.auctions.apply(no, {"A", "涡河"}, agent("A")); }), "wrong_state");
  h.auctions.approve(no, qian);
  for (const Act& staff : {zhao, qian})
    EXPECT_EQ(code_of([&] { h.auctions.apply(no, {"A", "涡河"}, staff); }), "same_person");
  h.auctions.apply(no, {"A", "涡河"}, agent("A"));
  EXPECT_EQ(code_of([&] { h.auctions.admit(no, "A", true, agent("A")); }), "same_person");
  h.w.clock.set(h.opens);
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "120", 10); }), "not_admitted");
  h.auctions.admit(no, "A", true, sun);
  EXPECT_EQ(code_of([&] { h.auctions.apply(no, {"B", "涡河"}, agent("B")); }), "too_late");
  // The operator cannot bid for a holder, nor close for a bidder.
  EXPECT_EQ(code_of([&] {
              h.auctions.bid(no, {.key = "x", .account = "A", .price = Decimal(120), .quantity = 10}, zhao);
            }),
            "not_yours");
  h.w.clock.set(h.closes);
  EXPECT_EQ(code_of([&] { h.auctions.close(no, "seed", agent("A")); }), "same_person");
  const std::int64_t draft = [&] {
    h.opens = {h.closes.seconds + 8 * 86400};
    h.closes = {h.opens.seconds + 86400};
    h.auctions.close(no, "seed", qian);
    return h.auctions.announce(venue(), h.announcement(), zhao);
  }();
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 0);
  h.auctions.reject(draft, qian);
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 1'000);
  EXPECT_EQ(h.w.troubles(), "");
}

// Who bids before and after knows the chain's ends, and may guess key and second: the price still does not follow.
TEST_P(AuctionsOn, TheChainDoesNotTellABidToWhoeverTriesPrices) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  for (const char* account : {"A", "B"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  const std::string before = h.bid(no, "A", "120", 100).hash;
  const Bid victim{.key = "1", .account = "B", .price = Decimal(150), .quantity = 200};
  const std::string hash = h.auctions.bid(no, victim, agent("B")).hash;
  const std::vector<StoredBid> own = h.auctions.own_bids(no, "B", "agent B");
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].salt, "");  // nobody is told before the opening
  for (StoredBid guess = own[0]; guess.price < Decimal(300); guess.price = guess.price + Decimal(10))
    EXPECT_NE(hash_of(before, guess), hash) << guess.price.to_string();

  h.w.clock.set(h.closes);
  h.auctions.close(no, "seed", qian);
  const std::vector<StoredBid> opened = h.auctions.bids(no);
  ASSERT_EQ(opened.size(), 2U);
  EXPECT_EQ(opened[1].salt.size(), 32U);  // 4 bits each
  EXPECT_NE(opened[0].salt, opened[1].salt);
  EXPECT_EQ(hash_of(before, opened[1]), hash);
  EXPECT_EQ(h.auctions.own_bids(no, "B", "agent B")[0].salt, opened[1].salt);
  EXPECT_TRUE(h.auctions.verify(no).empty());
}

// Bids, bidders, trades and the result itself are not looked at for a list: it stands although none can be read.
TEST_P(AuctionsOn, AListReadsNoResultAndIsCutInTheDatabase) {
  Hall h(GetParam());
  const std::int64_t sold = h.announced(venue(), 500);
  for (const char* account : {"A", "B"}) h.admit(sold, account);
  Announcement late = h.announcement(100);  // closes a day after the next one
  late.closes = {late.closes.seconds + 24 * 60 * 60};
  const std::int64_t open = h.auctions.announce(venue(), late, zhao);
  h.auctions.approve(open, qian);
  const std::int64_t draft = h.auctions.announce(venue({{"hidden: false", "hidden: true"}}), h.announcement(100), zhao);
  h.w.clock.set(h.opens);
  h.bid(sold, "A", "120", 300);
  h.bid(sold, "B", "130", 300);
  h.w.clock.set(h.closes);
  h.auctions.close(sold, "seed", qian);
  const auto numbers = [&](const AuctionPage& page) {
    std::string out;
    for (const AuctionView& one : h.auctions.auctions(page)) out += fmt::format("{} ", one.number);
    return out;
  };
  EXPECT_EQ(numbers({}), fmt::format("{} {} {} ", draft, open, sold));
  EXPECT_EQ(numbers({.published = true}), fmt::format("{} {} ", open, sold));
  EXPECT_EQ(numbers({.limit = 1}), fmt::format("{} ", draft));
  EXPECT_EQ(numbers({.after = {{h.closes, draft}}, .limit = 1}), fmt::format("{} ", open));
  EXPECT_EQ(numbers({.upward = true, .after = {{h.closes, sold}}}), fmt::format("{} {} ", open, draft));
  EXPECT_EQ(numbers({.by_close = true}), fmt::format("{} {} {} ", open, draft, sold));
  EXPECT_EQ(numbers({.by_close = true, .after = {{h.closes, draft}}}), fmt::format("{} ", sold));
  EXPECT_EQ(numbers({.by_close = true, .upward = true, .after = {{h.closes, sold}}}), fmt::format("{} {} ", draft, open));

  const auto damage = [&](const char* sql) {
    h.w.database.db().write([&](store::Transaction& t) { EXPECT_GT(t.execute(sql), 0); });
  };
  const std::string result = h.auctions.auction(sold).result;
  damage("UPDATE venue_auction SET result = 'unreadable' WHERE sold IS NOT NULL");
  damage("DELETE FROM venue_bidder");
  std::vector<AuctionView> all = h.auctions.auctions();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].price, Decimal(120));
  EXPECT_EQ(all[2].sold, 500);
  EXPECT_EQ(all[2].reserve, Decimal(100));
  EXPECT_EQ(all[1].price, std::nullopt);
  EXPECT_EQ(all[1].sold, 0);
  EXPECT_EQ(all[0].reserve, std::nullopt);
  EXPECT_TRUE(all[0].venue.reserve_price.is_zero());
  // One that was closed before lists kept the figures has them from its result.
  h.w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE venue_auction SET result = ?, price = NULL, sold = NULL WHERE number = ?", result, sold);
  });
  all = h.auctions.auctions();
  EXPECT_EQ(all[2].price, Decimal(120));
  EXPECT_EQ(all[2].sold, 500);
}

// Each sort of damage is found.
TEST_P(AuctionsOn, VerifyFindsWhatWasTouched) {
  for (const char* damage :
       {"UPDATE venue_bid SET ticks = ticks + 1 WHERE seq = 1",
        "UPDATE venue_bid SET at = at - 100000000 WHERE seq = 2", "UPDATE venue_auction SET secret = 'x'",
        "UPDATE venue_auction SET result = replace(result, '\"sold\":1000', '\"sold\":900')",
        "UPDATE venue_bid SET replaced_by = 2 WHERE seq = 1", "UPDATE venue_bid SET salt = 'x' WHERE seq = 1",
        "UPDATE venue_auction SET sold = sold - 1", "UPDATE venue_auction SET price = NULL", "DELETE FROM venue_bid WHERE seq = 2"}) {
    Hall h(GetParam());
    const std::int64_t no = h.announced(venue());
    for (const char* account : {"A", "B"}) h.admit(no, account);
    h.w.clock.set(h.opens);
    h.bid(no, "A", "120", 700);
    h.bid(no, "B", "120", 700);
    h.w.clock.set(h.closes);
    h.auctions.close(no, "seed", qian);
    ASSERT_TRUE(h.auctions.verify(no).empty());
    h.w.database.db().write([&](store::Transaction& t) { EXPECT_GT(t.execute(damage), 0); });
    EXPECT_FALSE(h.auctions.verify(no).empty()) << damage;
  }
}

TEST(Venues, TheLoaderIsStrict) {
  for (const auto& [from, to, code] :
       std::vector<std::array<std::string, 3>>{{"lot: 10", "lot: 10\nlots: 3", "unknown_key"},
                                               {"tie: random", "tie: first", "bad_value"},
                                               {"format: sealed", "format: outcry", "bad_value"},
                                               {"format: sealed", "format: ascending", "missing_key"},
                                               {"min_bid: 10", "min_bid: 15", "bad_value"},
                                               {"yuan: \"100\"", "yuan: \"105\"", "bad_value"},
                                               {"source: {document: 试}", "", "missing_source"},
                                               {"lot: 10", "max_share: \"1.5\"\nlot: 10", "bad_value"}})
    EXPECT_EQ(code_of([&, f = from, t = to] { venue({{f, t}}); }), code) << to;
}

TEST(Venues, TheDemonstrationDeclaresOne) {
  const policy::Policy policy = policy::Policy::load(std::string(TRIBUTARY_SOURCE_DIR) + "/policies", "demo");
  const AuctionVenue venue = venue_of(load_venues(policy), "cod-reserve-sale");
  EXPECT_FALSE(venue.verified);
  EXPECT_FALSE(venue.floor.has_value());
  EXPECT_EQ(venue.approval_days, 20);
  EXPECT_EQ(code_of([&] { venue_of(load_venues(policy), "none"); }), "unknown_venue");
}

TEST_P(AuctionsOn, WhereTheTermsLetHimABidderChangesAndWithdraws) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue({{"amend: upward", "amend: free"}}));
  for (const char* account : {"A", "B"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  const auto offer = [&](const char* key, const char* price, std::int64_t quantity, const char* improves) {
    return h.auctions.bid(no,
                          {.key = key, .account = "A", .price = Decimal::parse(price), .quantity = quantity,
                           .improves = improves},
                          agent("A"));
  };
  offer("a1", "150", 500, "");
  offer("a2", "120", 300, "a1");  // for less
  EXPECT_EQ(h.cash("A"), 100'000'00 - 10'00 - 36'00 - 36);
  const Receipt gone = offer("a3", "120", 0, "a2");
  EXPECT_EQ(h.cash("A"), 100'000'00 - 10'00);
  EXPECT_EQ(offer("a3", "120", 0, "a2").hash, gone.hash);
  EXPECT_EQ(code_of([&] { offer("a4", "120", 0, "a2"); }), "bad_value");  // it stands no more
  EXPECT_EQ(code_of([&] { offer("a5", "120", 0, "a3"); }), "bad_value");  // nor does a withdrawal
  EXPECT_EQ(code_of([&] { offer("a6", "120", 0, ""); }), "bad_value");
  h.bid(no, "B", "110", 400);
  EXPECT_EQ(h.auctions.own_bids(no, "A", "agent A").size(), 3U);
  EXPECT_EQ(code_of([&] { h.auctions.own_bids(no, "A", "agent B"); }), "not_yours");
  h.w.clock.set(h.closes);
  const AuctionView done = h.auctions.close(no, "seed", qian);
  EXPECT_EQ(done.sold, 400);
  EXPECT_EQ(h.cash("A"), 100'000'00);
  EXPECT_TRUE(h.auctions.verify(no).empty());
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AuctionsOn, WithdrawingIsNoImprovement) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  h.admit(no, "A");
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  EXPECT_EQ(code_of([&] { h.bid(no, "A", "120", 0, fmt::format("B{}", h.keys)); }), "not_improved");
}

TEST_P(AuctionsOn, CalledOffNothingIsOpenedAndAllIsFree) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue());
  for (const char* account : {"A", "B"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  for (const Act& involved : {zhao, agent("A")})
    EXPECT_EQ(code_of([&] { h.auctions.cancel(no, involved); }), "same_person");
  h.auctions.cancel(no, li);
  h.auctions.cancel(no, li);  // again: no change
  EXPECT_EQ(h.auctions.auction(no).state, "cancelled");
  EXPECT_EQ(h.auctions.auction(no).secret, "");
  EXPECT_EQ(code_of([&] { h.auctions.bids(no); }), "sealed");
  for (const char* account : {"A", "B"}) EXPECT_EQ(h.cash(account), 100'000'00);
  EXPECT_EQ(h.w.free_of("RES", "COD", jan + 1), 1'000);
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "seed", qian).result, "");
  EXPECT_EQ(h.auctions.events(no).back().event, "called_off");
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(AuctionsOn, AQuoteStoresNothingAndNamesAllThatIsWrong) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue({{"certificate: C", "disclose: {admitted: true, results: names}\ncertificate: C"}}));
  EXPECT_EQ(h.auctions.auction(no).venue.results, Disclosure::names);
  h.admit(no, "A");
  EXPECT_EQ(h.auctions.events(no).back().detail, "1");
  const auto quote = [&](const char* price, std::int64_t quantity) {
    return h.auctions.quote(
        no, {.account = "A", .price = Decimal::parse(price), .quantity = quantity}, "agent A");
  };
  const Quote fine = quote("120", 300);
  EXPECT_EQ(fine.price_fen, 36'00);
  EXPECT_EQ(fine.charges_fen, 36);
  EXPECT_EQ(fine.set_aside, 36'36);
  EXPECT_EQ(fine.free, 100'000'00 - 10'00);
  EXPECT_TRUE(fine.faults.empty());
  EXPECT_EQ(quote("95", 305).faults.size(), 3U);  // tick, lot, reserve
  EXPECT_EQ(quote("90000000", 1'000).faults.at(0).code().name, "insufficient");
  EXPECT_EQ(code_of([&] {
              h.auctions.quote(no, {.account = "A", .price = Decimal(120), .quantity = 300}, "agent B");
            }),
            "not_yours");
  EXPECT_EQ(h.cash("A"), 100'000'00 - 10'00);
}

}  // namespace tributary::venues
