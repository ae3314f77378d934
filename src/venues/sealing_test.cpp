// Bids at rest: the database tells neither price nor quantity without the key; another key, a moved text and
// a lost key say so; keys are replaced; what was opened is proved without any.
#include "venues/sealing.h"

#include "base/text.h"
#include "venues/stored.h"
#include "venues/venues_testing.h"

#include <set>

namespace tributary::venues {

using namespace testing;

class SealedBids : public ::testing::TestWithParam<std::string> {
 protected:
  // Two bids under way.
  std::int64_t under_way(Hall& h) {
    const std::int64_t no = h.announced(venue());
    for (const char* account : {"A", "B"}) h.admit(no, account);
    h.w.clock.set(h.opens);
    h.auctions.bid(
        no, {.key = "ka", .account = "A", .price = Decimal(7770), .quantity = 330, .cover_fen = 9'999'99},
        agent("A"));
    h.auctions.bid(no, {.key = "kb", .account = "B", .price = Decimal(100), .quantity = 10}, agent("B"));
    return no;
  }
  static std::vector<std::string> rows(Hall& h, const std::string& columns) {
    std::vector<std::string> out;
    h.w.database.db().read([&](store::Transaction& t) {
      for (const store::Row& row : t.query("SELECT " + columns + " FROM venue_bid ORDER BY seq"))
        out.push_back(row.text(0));
    });
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, SealedBids, ::testing::ValuesIn(store::test_kinds()));

TEST_P(SealedBids, TheRowsTellNeitherPriceNorQuantity) {
  Hall h(GetParam());
  const std::int64_t no = under_way(h);
  const auto plain = rows(h, "ticks || ' ' || quantity || ' ' || cover || ' ' || salt");
  EXPECT_EQ(plain, std::vector<std::string>(2, "0 0 0 "));
  const auto sealed = rows(h, "sealed");
  EXPECT_EQ(sealed[0].size(), sealed[1].size()) << "nor does its length";
  EXPECT_NE(sealed[0], sealed[1]);
  for (const std::string& one : sealed) EXPECT_TRUE(identity::Vault::is_sealed(one));
  // Nobody finds the content by trying what fits the hash: its random bits are sealed too.
  const std::vector<StoredBid> own = h.auctions.own_bids(no, "A", "agent A");
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].price, Decimal(7770));
  EXPECT_EQ(own[0].quantity, 330);
  EXPECT_EQ(own[0].cover_fen, 9'999'99);
  StoredBid guess = own[0];
  guess.salt.clear();
  EXPECT_NE(hash_of("", guess), own[0].hash);
  h.w.clock.set(h.closes);
  h.auctions.close(no, "seed", qian);
  EXPECT_EQ(rows(h, "ticks || ' ' || quantity || ' ' || cover")[0], "777 330 999999");
  EXPECT_EQ(rows(h, "sealed"), std::vector<std::string>(2, ""));
  StoredBid opened = h.auctions.bids(no)[0];
  EXPECT_EQ(opened.salt.size(), 32U);
  EXPECT_EQ(hash_of("", opened), opened.hash);
}

TEST_P(SealedBids, AnotherKeyOrNoneSaysSoAndChangesNothing) {
  Hall h(GetParam());
  const std::int64_t no = under_way(h);
  const identity::Vault other(std::string(32, 'x'), identity::Cipher::aes, h.entropy),
      none({}, identity::Cipher::aes, h.entropy);
  for (const identity::Vault* vault : {&other, &none}) {
    Auctions there(h.w.database.db(), "341602", h.w.clock, h.w.calendar, *vault);
    h.w.clock.set({h.opens.seconds + 10});
    const auto locked = [&](const auto& work) {
      try {
        work();
      } catch (const Error& e) {
        EXPECT_NE(e.message().zh.find("密钥"), std::string::npos);
        EXPECT_NE(e.message().en.find("key"), std::string::npos);
        return std::string(e.code().name);
      }
      return std::string();
    };
    EXPECT_EQ(locked([&] { there.own_bids(no, "A", "agent A"); }), "bids_locked");
    EXPECT_EQ(locked([&] {
                there.bid(
                    no,
                    {.key = "new", .account = "A", .price = Decimal(120), .quantity = 10, .improves = "ka"},
                    agent("A"));
              }),
              "bids_locked");
    // Also of somebody's first bid: it would keep all of them shut.
    EXPECT_EQ(locked([&] {
                there.bid(no, {.key = "new", .account = "A", .price = Decimal(120), .quantity = 10},
                          agent("A"));
              }),
              "bids_locked");
    h.w.clock.set(h.closes);
    EXPECT_EQ(locked([&] { there.close(no, "seed", qian); }), "bids_locked");
    EXPECT_EQ(h.auctions.auction(no).state, "announced");
  }
  Auctions keyless(h.w.database.db(), "341602", h.w.clock, h.w.calendar, none);
  h.w.clock.set({h.opens.seconds + 10});
  EXPECT_EQ(code_of([&] {
              keyless.bid(no, {.key = "new", .account = "A", .price = Decimal(120), .quantity = 10},
                          agent("A"));
            }),
            "bids_locked");
  h.w.clock.set(h.closes);
  h.auctions.close(no, "seed", qian);
  EXPECT_TRUE(keyless.verify(no).empty()) << "what is opened is proved by anybody";
  EXPECT_EQ(keyless.bids(no).size(), 2U);
}

TEST_P(SealedBids, ATextIsBoundToItsBid) {
  Hall h(GetParam());
  const std::int64_t no = under_way(h);
  h.w.database.db().write([&](store::Transaction& t) {
    return t.execute(
        "UPDATE venue_bid SET sealed = (SELECT sealed FROM venue_bid WHERE seq = 1) WHERE seq = 2");
  });
  EXPECT_EQ(code_of([&] { h.auctions.own_bids(no, "B", "agent B"); }), "bids_locked");
  h.w.clock.set(h.closes);
  EXPECT_EQ(code_of([&] { h.auctions.close(no, "seed", qian); }), "bids_locked");
}

TEST_P(SealedBids, KeysAreReplacedWhileBidsAreUnderWay) {
  Hall h(GetParam());
  const std::int64_t no = under_way(h);
  const std::string before(32, 'k'), after(32, 'n');
  const identity::Vault both(before + after, identity::Cipher::sm4, h.entropy);
  std::set<std::string> keys;
  int anew = 0;
  each_sealed(h.w.database.db(), "341602", [&](const std::string& sealed, const std::string& place) {
    keys.insert(both.key_of(sealed, place));
    if (both.is_current(sealed)) return std::optional<std::string>();
    ++anew;
    return std::optional(both.sealed(both.opened(sealed, place), place));
  });
  EXPECT_EQ(anew, 2 + 1);  // and the seal of the auction
  EXPECT_EQ(keys.size(), 1U);
  const identity::Vault newest(after, identity::Cipher::aes, h.entropy);
  Auctions there(h.w.database.db(), "341602", h.w.clock, h.w.calendar, newest);
  EXPECT_EQ(there.own_bids(no, "A", "agent A")[0].price, Decimal(7770));
  EXPECT_EQ(code_of([&] { h.auctions.own_bids(no, "A", "agent A"); }), "bids_locked");
  h.w.clock.set(h.closes);
  EXPECT_EQ(there.close(no, "seed", qian).state, "settled");
  EXPECT_TRUE(there.verify(no).empty());
}

TEST_P(SealedBids, BidsOfBeforeStayReadable) {
  Hall h(GetParam());
  const std::int64_t no = under_way(h);
  const StoredBid bid = h.auctions.own_bids(no, "A", "agent A")[0];
  const Content content = opened_content(h.vault, "341602", no, 1, rows(h, "sealed")[0]);
  h.w.database.db().write([&](store::Transaction& t) {
    return t.execute(
        "UPDATE venue_bid SET ticks = ?, quantity = ?, cover = ?, salt = ?, sealed = '' WHERE seq = 1",
        content.ticks, content.quantity, content.cover_fen, content.salt);
  });
  EXPECT_EQ(h.auctions.own_bids(no, "A", "agent A")[0].price, bid.price);
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.auctions.close(no, "seed", qian).state, "settled");
  EXPECT_TRUE(h.auctions.verify(no).empty());
}

// Also when the key is lost: everybody gets his own back.
TEST_P(SealedBids, WhatIsCalledOffIsNeverOpened) {
  Hall h(GetParam());
  const std::int64_t no = h.announced(venue({{"amend: upward", "amend: free"}}));
  for (const char* account : {"A", "B"}) h.admit(no, account);
  h.w.clock.set(h.opens);
  h.bid(no, "A", "120", 300);
  h.bid(no, "B", "120", 300);
  h.bid(no, "A", "120", 0, "B2");  // withdrawn
  const identity::Vault none({}, identity::Cipher::aes, h.entropy);
  Auctions(h.w.database.db(), "341602", h.w.clock, h.w.calendar, none).cancel(no, li);
  EXPECT_EQ(rows(h, "ticks || ' ' || quantity || ' ' || cover || ' ' || salt"),
            std::vector<std::string>(3, "0 0 0 "));
  EXPECT_EQ(h.cash("A"), 100'000'00);
  EXPECT_EQ(h.cash("B"), 100'000'00);
  EXPECT_EQ(h.w.troubles(), "");
}

}  // namespace tributary::venues
