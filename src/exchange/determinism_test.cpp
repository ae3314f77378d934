// E10 across compilers: a fixed stream of commands ends in a known state, whoever compiled this.
#include "exchange/random_commands.h"
#include "exchange/venue.h"

#include <gtest/gtest.h>

namespace tributary::exchange {

TEST(Determinism, AKnownStreamEndsInAKnownState) {
  BookRules rules;
  rules.reference = 100;
  rules.market_orders = true;
  rules.self_trade = SelfTrade::decrement;
  Venue venue(rules, 1'000);
  RandomCommands random(20261128, {});
  Events events;
  StateHash answers;
  for (const Command& c : random.opening()) venue.apply(c, events);
  for (int i = 0; i < 50'000; ++i) {
    events.clear();
    venue.apply(random.next(), events);
    for (const Event& e : events) answers.add_all(e.kind, e.reason, e.order, e.other, e.price, e.qty, e.amount);
  }
  EXPECT_EQ(venue.state_hash(), 14495980200727902168U);
  EXPECT_EQ(answers.value(), 3435848515423958246U);
}

}  // namespace tributary::exchange
