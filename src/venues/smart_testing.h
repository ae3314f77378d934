// A county with water in four accounts, an operator with cash and one declared smart market, for the tests of
// its rounds.
#pragma once

#include "identity/vault.h"
#include "identity/entropy.h"
#include "policy/yaml.h"
#include "venues/auctions.h"
#include "venues/random_testing.h"
#include "venues/smart_rounds.h"

#include <string>

#include <fmt/format.h>

namespace tributary::venues::testing {

using rights::testing::code_of;
using rights::testing::jan;
using rights::testing::months;

inline const rights::Act office{"zhao", "", "公告", "1"}, second{"qian", "", "核准", "1"},
    clerk{"sun", "", "审查", "1"}, authority{"li", "", "审批", "1"};
inline rights::Act agent_of(const std::string& account) {
  return {"agent " + account, "", "申报", "1"};
}

// The market of the domain notes, with lines replaced: «capacity: 70» by «capacity: 0».
inline SmartVenue smart_venue(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  std::string text = R"(venue: s
title: {zh: 试, en: test}
kind: smart_market
instrument: WATER
step: 1
tick_yuan: "0.01"
price_yuan: {most: "10"}
most_bids: {standing: 20, entries: 40}
amend: free
zones: [U, D]
links:
  - {from: U, to: D, loss: "0.1", capacity: 70}
accounts: {rent: TAX, loss: LOSS, operator: RES}
announcement_days: 0
qualification_days: 0
certificate: W
disclose: {results: anonymous}
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
  return read_smart_venue(policy::parse_yaml(text, "s.yaml"), pack);
}

class SmartHall {
 public:
  explicit SmartHall(const std::string& kind = "sqlite") : w(kind) {
    auto migrations = rights::testing::all_migrations();
    for (const auto& m : venues::migrations()) migrations.push_back(m);
    w.database.db().migrate(migrations);
    for (const char* account : {"A", "B", "C", "D"}) {
      w.rights.set_permit(account, std::string("P-") + account, std::nullopt, rights::testing::pair);
      w.give(account, "WATER", 1'000, {}, 2026);
      w.deposit(account, 100'000'00);
    }
    w.deposit("RES", 1'000'00);
  }
  SmartNotice notice() {
    return {.key = fmt::format("N{}", ++keys), .vintage = 2026, .opens = opens, .closes = closes};
  }
  std::int64_t announced(const SmartVenue& venue) { return announced(venue, notice()); }
  std::int64_t announced(const SmartVenue& venue, const SmartNotice& notice) {
    const std::int64_t no = rounds.announce(venue, notice, office);
    rounds.approve(no, second);
    return no;
  }
  void admit(std::int64_t no, const std::string& account, const std::string& zone,
             const std::string& purpose = {}) {
    rounds.apply(no, {account, zone, purpose}, agent_of(account));
    rounds.admit(no, account, true, clerk);
  }
  SmartBid make(bool buy, const std::string& account, std::int64_t quantity, const std::string& price,
                const std::string& period = "2026", const std::string& replaces = {}) {
    return {.key = fmt::format("B{}", ++keys),
            .account = account,
            .buy = buy,
            .period = period,
            .price = Decimal::parse(price),
            .quantity = quantity,
            .replaces = replaces};
  }
  Receipt bid(std::int64_t no, const std::string& account, std::int64_t quantity,
                   const std::string& price, const std::string& period = "2026") {
    return rounds.bid(no, make(true, account, quantity, price, period), agent_of(account));
  }
  Receipt ask(std::int64_t no, const std::string& account, std::int64_t quantity,
                   const std::string& price, const std::string& period = "2026") {
    return rounds.bid(no, make(false, account, quantity, price, period), agent_of(account));
  }
  // The bids and asks of the notes: A sells in U, B in D; C buys in U, D in D.
  std::int64_t notes(const SmartVenue& venue) {
    const std::int64_t no = announced(venue);
    admit(no, "A", "U");
    admit(no, "B", "D");
    admit(no, "C", "U");
    admit(no, "D", "D");
    w.clock.set(opens);
    ask(no, "A", 100, "0.20");
    ask(no, "B", 60, "0.45");
    bid(no, "C", 50, "0.35");
    bid(no, "D", 80, "0.90");
    bid(no, "D", 70, "0.50");
    bid(no, "D", 60, "0.40");
    w.clock.set(closes);
    return no;
  }
  // For the next round.
  void later() {
    opens = {closes.seconds + 86400};
    closes = {opens.seconds + 86400};
  }
  std::int64_t cash(const std::string& account) { return w.free_of(account, "CNY", 0); }
  std::int64_t water(const std::string& account) { return w.free_of(account, "WATER", 2026); }
  std::string faults(std::int64_t no) {
    std::string out;
    for (const Text& fault : rounds.verify(no)) out += fault.en + "\n";
    return out;
  }

  rights::testing::World w;
  identity::SystemEntropy entropy;
  identity::Vault vault{std::string(32, 'k'), identity::Cipher::aes, entropy};
  SmartRounds rounds{w.database.db(), "341602", w.clock, w.calendar, vault};
  Instant opens = parse_instant("2026-01-15 09:00"), closes = parse_instant("2026-01-20 17:00");
  int keys = 0;
};

}  // namespace tributary::venues::testing
