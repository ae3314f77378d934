// A county with a reserve, four holders and one declared venue, for the tests of `venues`.
#pragma once

#include "identity/vault.h"
#include "identity/entropy.h"
#include "policy/yaml.h"
#include "rights/rights_testing.h"
#include "venues/auctions.h"

#include <string>

#include <fmt/format.h>

namespace tributary::venues::testing {

using rights::Act;
using rights::testing::code_of;
using rights::testing::jan;
using rights::testing::months;

inline const Act zhao{"zhao", "", "公告", "1"}, qian{"qian", "", "核准", "1"}, sun{"sun", "", "审查", "1"},
    li{"li", "", "审批", "1"};
// Who bids for the account "A" is «agent A».
inline Act agent(const std::string& account) {
  return {"agent " + account, "", "竞买", "1"};
}

// The declaration with single lines replaced: «tie: random» by «tie: time».
inline AuctionVenue venue(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  std::string text = R"(venue: t
title: {zh: 试, en: test}
kind: one_way_auction
format: sealed
instrument: COD
medium: water
side: sale
pricing: uniform
tie: random
undersubscription: reserve
amend: upward
tick_yuan: "10"
lot: 10
min_bid: 10
deposit_yuan: "10"
reserve_price: {yuan: "100", hidden: false}
announcement_days: 7
qualification_days: 2
fees: [{payer: buyer, kind: fee, to: FEE, rate: "0.01"}, {payer: seller, kind: tax, to: TAX, rate: "0.02"}]
certificate: C
seed_source: 公开抽签 / a public draw
source: {document: 试}
)";
  for (const auto& [from, to] : changes) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  }
  policy::PackInfo pack;
  pack.id = "test";
  pack.version = "1";
  return read_venue(policy::parse_yaml(text, "t.yaml"), pack);
}

class Hall {
 public:
  explicit Hall(const std::string& kind = "sqlite") : w(kind) {
    auto migrations = rights::testing::all_migrations();
    for (const auto& m : venues::migrations()) migrations.push_back(m);
    w.database.db().migrate(migrations);
    w.give("RES", "COD", 1'000, months(1, 13));
    for (const char* account : {"A", "B", "C"}) {
      w.rights.set_permit(account, std::string("P-") + account, std::nullopt, rights::testing::pair);
      w.deposit(account, 100'000'00);
    }
    w.deposit("RES", 1'000'000'00);
  }
  // Announced and approved; bidding is open from the 15th to the 20th of January.
  std::int64_t announced(const AuctionVenue& venue, std::int64_t supply = 1'000) {
    const std::int64_t no = auctions.announce(venue, announcement(supply), zhao);
    auctions.approve(no, qian);
    return no;
  }
  Announcement announcement(std::int64_t supply = 1'000) {
    return {.key = fmt::format("N{}", ++keys),
            .account = "RES",
            .supply = supply,
            .term = months(1, 13),
            .opens = opens,
            .closes = closes};
  }
  void admit(std::int64_t no, const std::string& account) {
    auctions.apply(no, {account, "涡河"}, agent(account));
    auctions.admit(no, account, true, sun);
  }
  Receipt bid(std::int64_t no, const std::string& account, const std::string& price, std::int64_t quantity,
              const std::string& improves = {}) {
    return auctions.bid(no,
                        {.key = fmt::format("B{}", ++keys),
                         .account = account,
                         .price = Decimal::parse(price),
                         .quantity = quantity,
                         .improves = improves},
                        agent(account));
  }
  std::int64_t cash(const std::string& account) { return w.free_of(account, "CNY", 0); }

  rights::testing::World w;
  identity::SystemEntropy entropy;
  identity::Vault vault{std::string(32, 'k'), identity::Cipher::aes, entropy};
  Auctions auctions{w.database.db(), "341602", w.clock, w.calendar, vault};
  Instant opens = parse_instant("2026-01-15 09:00"), closes = parse_instant("2026-01-20 17:00");
  int keys = 0;
};

}  // namespace tributary::venues::testing
