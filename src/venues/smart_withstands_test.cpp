// What a round withstands: late closes, members who bid without end, accounts frozen after the close, eyes in the database, damage.
#include "base/text.h"
#include "exchange/smart_market_number.h"
#include "venues/smart_stored.h"
#include "venues/smart_testing.h"

#include <numeric>
#include <set>

namespace tributary::venues {

using namespace testing;

class SmartWithstands : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, SmartWithstands, ::testing::ValuesIn(store::test_kinds()));

// Bids for a month that is over do not count; the round goes on with the others.
TEST_P(SmartWithstands, ARoundGoesOnWhenItsFirstMonthIsOver) {
  SmartHall h(GetParam());
  h.w.give("A", "COD", 100, months(1, 4));
  h.closes = parse_instant("2026-03-10 17:00");
  const std::int64_t no =
      h.announced(smart_venue({{"instrument: WATER", "instrument: COD"}}),
                  {.key = "flow", .term = months(1, 4), .opens = h.opens, .closes = h.closes});
  h.admit(no, "A", "U");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 50, "1", "2026-02");
  h.ask(no, "A", 40, "1", "2026-03");
  h.w.clock.set(parse_instant("2026-03-02 09:00"));
  h.admit(no, "D", "D");
  EXPECT_EQ(code_of([&] { h.bid(no, "D", 50, "2", "2026-02"); }), "bad_value");
  h.bid(no, "D", 18, "2", "2026-03");
  h.w.clock.set(h.closes);
  const SmartView view = h.rounds.close(no, second);
  EXPECT_EQ(view.state, "settled");
  EXPECT_EQ(Json::parse(view.result)["lapsed"], Json::array({"2026-02"}));
  EXPECT_TRUE(Json::parse(view.result)["left_out"].empty());
  EXPECT_EQ(h.w.free_of("D", "COD", jan + 2), 18);
  EXPECT_EQ(h.w.free_of("A", "COD", jan + 1), 100);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

TEST_P(SmartWithstands, NobodyBidsWithoutEnd) {
  SmartHall h(GetParam());
  const std::int64_t no =
      h.announced(smart_venue({{"{standing: 20, entries: 40}", "{standing: 2, entries: 4}"}}));
  h.admit(no, "A", "U");
  h.admit(no, "D", "D");
  h.w.clock.set(h.opens);
  const SmartBid first = h.make(false, "A", 10, "0.5"),
                 next = h.make(false, "A", 11, "0.5", "2026", first.key),
                 last = h.make(false, "A", 12, "0.5", "2026", next.key);
  h.rounds.bid(no, first, agent_of("A"));
  h.ask(no, "A", 10, "0.6");
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 10, "0.7"); }), "too_many");
  EXPECT_EQ(h.rounds.quote(no, h.make(false, "A", 10, "0.7"), "agent A").faults.size(), 1U);
  h.rounds.bid(no, next, agent_of("A"));
  h.rounds.bid(no, last, agent_of("A"));
  EXPECT_EQ(
      code_of([&] { h.rounds.bid(no, h.make(false, "A", 13, "0.5", "2026", last.key), agent_of("A")); }),
      "too_many");
  h.rounds.bid(no, h.make(false, "A", 0, "0.5", "2026", last.key), agent_of("A"));
  EXPECT_EQ(code_of([&] { h.ask(no, "A", 10, "0.7"); }), "too_many");
  h.bid(no, "D", 10, "0.9");  // others are not counted
  // However cheap, no bid makes the sums of the round too large.
  EXPECT_EQ(code_of([&] { h.bid(no, "D", 100'000'000'001, "0.01"); }), "bad_value");
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.rounds.close(no, second).state, "settled");
  EXPECT_EQ(h.faults(no), "");
}

// A key is its account's own: nobody takes one that another would use.
TEST_P(SmartWithstands, KeysAreEachAccountsOwn) {
  SmartHall h(GetParam());
  const std::int64_t no = h.announced(smart_venue());
  h.admit(no, "A", "U");
  h.admit(no, "D", "D");
  h.w.clock.set(h.opens);
  SmartBid of_d = h.make(true, "D", 10, "0.9"), of_a = h.make(false, "A", 10, "0.5");
  of_a.key = of_d.key = "1";
  h.rounds.bid(no, of_d, agent_of("D"));
  EXPECT_EQ(h.rounds.bid(no, of_a, agent_of("A")).seq, 2);
  SmartBid better = h.make(false, "A", 20, "0.5", "2026", "1");
  h.rounds.bid(no, better, agent_of("A"));
  EXPECT_EQ(h.rounds.own_bids(no, "D", "agent D").size(), 1U);
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.rounds.close(no, second).state, "settled");
  EXPECT_GE(h.water("D"), 1'009);
  EXPECT_EQ(h.faults(no), "");
}

// Granted after an account was frozen: its trade unwinds, the others are settled.
TEST_P(SmartWithstands, ADecisionDoesNotWaitForOneFrozenAccount) {
  SmartHall h(GetParam());
  SmartVenue venue = smart_venue();
  venue.approval_days = 5;
  const std::int64_t no = h.notes(venue);
  h.rounds.close(no, second);
  h.w.rights.set_status("B", rights::AccountStatus::frozen, rights::testing::pair);
  const SmartView view = h.rounds.decide(no, true, authority);
  EXPECT_EQ(view.state, "settled");
  int done = 0;
  for (const SmartOutcome& one : view.outcomes) {
    EXPECT_EQ(one.state, one.seller == "B" ? "rejected" : "completed");
    EXPECT_EQ(one.why.find("账户 B") != std::string::npos, one.seller == "B") << one.why;
    done += one.state == "completed";
  }
  EXPECT_GE(done, 2);
  EXPECT_EQ(h.w.held("B", "WATER", 2026).part.amount, 1'000);
  EXPECT_EQ(h.water("D"), 1'063);
  EXPECT_EQ(under_way(h.w), 0);
  EXPECT_EQ(h.faults(no), "");
  EXPECT_EQ(h.w.troubles(), "");
}

// Two sellers above: one is frozen before the authority grants; what his water took of the link, the transfer account and the
// cap is there for the next round.
TEST_P(SmartWithstands, ARefusedTradeGivesBackWhatItUsed) {
  SmartHall h(GetParam());
  const std::string balance = "capacity: 70, balance: {start: 0, lo: 0, hi: 200}";
  SmartVenue venue = smart_venue(
      {{"capacity: 70}", balance + "}\nconstraints:\n  - {id: cap, kind: area-cap, terms: [{zone: D, side: buy}], max: 63}"}});
  venue.approval_days = 5;
  const std::int64_t first = h.announced(venue);
  h.admit(first, "A", "U");
  h.admit(first, "B", "U");
  h.admit(first, "D", "D");
  h.w.clock.set(h.opens);
  h.ask(first, "A", 50, "0.20");
  h.ask(first, "B", 20, "0.20");
  h.bid(first, "D", 63, "0.90");
  h.w.clock.set(h.closes);
  h.rounds.close(first, second);
  h.w.rights.set_status("B", rights::AccountStatus::frozen, rights::testing::pair);
  EXPECT_EQ(h.rounds.decide(first, true, authority).state, "settled");
  h.w.rights.set_status("B", rights::AccountStatus::open, rights::testing::pair);
  h.later();
  EXPECT_EQ(h.faults(first), "");
  const auto accounts = [&] { return h.rounds.balances(venue).at(0); };
  ASSERT_EQ(accounts().entries.size(), 3U);
  EXPECT_EQ(accounts().entries[1].amount, Rational(70));
  EXPECT_EQ(accounts().entries[2].cause, "undone");
  EXPECT_EQ(accounts().entries[2].amount, Rational(-20));  // 18 arrive of 20
  EXPECT_EQ(accounts().balance, Rational(50));
  // 20 can be sent again, and 18 bought below.
  const std::int64_t next = h.announced(venue);
  h.admit(next, "A", "U");
  h.admit(next, "D", "D");
  h.w.clock.set(h.opens);
  h.ask(next, "A", 100, "0.20");
  h.bid(next, "D", 60, "0.80");
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.rounds.close(next, second).bought, 18);
  h.rounds.decide(next, true, authority);
  EXPECT_EQ(accounts().balance, Rational(70));
  for (const std::int64_t no : {first, next}) EXPECT_EQ(h.faults(no), "");
  h.w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE venue_round SET unwound = NULL WHERE number = ?", first); });
  EXPECT_NE(h.faults(first) + h.faults(next), "");
  // What cannot be read any more is told, of a later round, too.
  h.w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE venue_round SET unwound = '{}' WHERE number = ?", first); });
  EXPECT_NE(h.faults(next), "");
  EXPECT_EQ(h.w.troubles(), "");
}

// Four ways that cross: the registry pairs P with R and Q with S, though no more than 60 can flow between either. Without what B
// should have sent the link from P to R would have to carry 100, so nothing is free.
TEST_P(SmartWithstands, ARefusedTradeOnCrossingWaysGivesNothingBack) {
  SmartHall h(GetParam());
  SmartVenue venue = smart_venue({{"zones: [U, D]", "zones: [P, Q, R, S]"},
                                  {"  - {from: U, to: D, loss: \"0.1\", capacity: 70}",
                                   "  - {id: PR, from: P, to: R, capacity: 60, balance: {start: 0, lo: 0, hi: 200}}\n  - {id: PS, from: P, to: S, capacity: 60}\n"
                                   "  - {id: QR, from: Q, to: R, capacity: 60}\n  - {id: QS, from: Q, to: S, capacity: 60}"}});
  venue.approval_days = 5;
  const std::int64_t no = h.announced(venue);
  for (const auto& [account, zone] : {std::pair{"A", "P"}, std::pair{"B", "Q"}, std::pair{"C", "R"}, std::pair{"D", "S"}})
    h.admit(no, account, zone);
  h.w.clock.set(h.opens);
  h.ask(no, "A", 100, "0.20");
  h.ask(no, "B", 100, "0.20");
  h.bid(no, "C", 100, "0.90");
  h.bid(no, "D", 100, "0.90");
  h.w.clock.set(h.closes);
  const SmartView closed = h.rounds.close(no, second);
  EXPECT_EQ(closed.bought, 200);
  ASSERT_EQ(closed.outcomes.size(), 2U);
  EXPECT_EQ(closed.outcomes[0].quantity, 100);
  const Rational sent = h.rounds.balances(venue).at(0).balance;
  EXPECT_LE(sent, Rational(60));
  h.w.rights.set_status("B", rights::AccountStatus::frozen, rights::testing::pair);
  EXPECT_EQ(h.rounds.decide(no, true, authority).state, "settled");
  EXPECT_EQ(h.rounds.balances(venue).at(0).balance, sent);
  h.w.database.db().read([&](store::Transaction& t) {
    EXPECT_TRUE(t.first("SELECT unwound FROM venue_round WHERE number = ?", no)->is_null(0));
  });
  EXPECT_EQ(h.faults(no), "");
}

// Above may be bought as much as below: without the refused trade below there is too much above, so nothing is free.
TEST_P(SmartWithstands, ARefusedTradeByWhichLimitsAreKeptGivesNothingBack) {
  SmartHall h(GetParam());
  SmartVenue venue = smart_venue({{"capacity: 70}", "capacity: 70, balance: {start: 0, lo: 0, hi: 200}}\nconstraints:\n  - {id: even, kind: other, terms: "
                                                    "[{zone: U, side: buy}, {zone: D, side: buy, coefficient: -1}], max: 0}"}});
  venue.approval_days = 5;
  const std::int64_t no = h.announced(venue);
  h.admit(no, "A", "U");
  h.admit(no, "B", "U");
  h.admit(no, "D", "D");
  h.admit(no, "C", "U");
  h.w.clock.set(h.opens);
  h.ask(no, "A", 60, "0.20");
  h.ask(no, "B", 20, "0.20");
  h.bid(no, "D", 36, "0.90");
  h.bid(no, "C", 30, "0.95");
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.rounds.close(no, second).bought, 66);
  h.w.rights.set_status("B", rights::AccountStatus::frozen, rights::testing::pair);
  EXPECT_EQ(h.rounds.decide(no, true, authority).state, "settled");
  ASSERT_EQ(h.rounds.balances(venue).at(0).entries.size(), 2U);
  EXPECT_EQ(h.rounds.balances(venue).at(0).balance, Rational(40));
  EXPECT_EQ(h.faults(no), "");
}

// The rows tell no price without the key; another key changes nothing; keys are replaced on the way.
TEST_P(SmartWithstands, BidsAreSealedAtRest) {
  SmartHall h(GetParam());
  const std::int64_t no = h.notes(smart_venue());
  h.later();
  const std::int64_t other = h.notes(smart_venue());
  const auto rows = [&](const std::string& columns) {
    std::set<std::string> out;
    h.w.database.db().read([&](store::Transaction& t) {
      for (const store::Row& row : t.query("SELECT " + columns + " FROM venue_round_bid WHERE round = 1"))
        out.insert(row.text(0));
    });
    return out;
  };
  EXPECT_EQ(rows("ticks || ' ' || quantity || ' ' || cover || ' ' || salt"), std::set<std::string>{"0 0 0 "});
  EXPECT_EQ(rows("sealed").size(), 6U);
  EXPECT_EQ(rows("LENGTH(sealed) || ''").size(), 1U);
  const identity::Vault wrong(std::string(32, 'x'), identity::Cipher::aes, h.entropy),
      none({}, identity::Cipher::aes, h.entropy);
  for (const identity::Vault* vault : {&wrong, &none}) {
    SmartRounds there(h.w.database.db(), "341602", h.w.clock, h.w.calendar, *vault);
    EXPECT_EQ(code_of([&] { there.close(no, second); }), "bids_locked");
    EXPECT_EQ(code_of([&] { there.own_bids(no, "A", "agent A"); }), "bids_locked");
    h.w.clock.set({h.closes.seconds - 10});
    // Also of somebody's first: it would keep all of them shut.
    EXPECT_EQ(code_of([&] { there.bid(other, h.make(true, "D", 1, "0.5"), agent_of("D")); }), "bids_locked");
    h.w.clock.set(h.closes);
  }
  SmartRounds(h.w.database.db(), "341602", h.w.clock, h.w.calendar, none).cancel(other, second);
  EXPECT_EQ(h.rounds.round(other).state, "cancelled");
  const std::string before(32, 'k'), after(32, 'n');
  const identity::Vault both(before + after, identity::Cipher::sm4, h.entropy);
  int anew = 0;
  each_sealed(h.w.database.db(), "341602", [&](const std::string& sealed, const std::string& place) {
    ++anew;
    return std::optional(both.sealed(both.opened(sealed, place), place));
  });
  EXPECT_EQ(anew, 12 + 1);  // bids, and the seal of the round that is not closed
  const identity::Vault newest(after, identity::Cipher::aes, h.entropy);
  SmartRounds there(h.w.database.db(), "341602", h.w.clock, h.w.calendar, newest);
  EXPECT_EQ(there.close(no, second).state, "settled");
  EXPECT_EQ(rows("sealed"), std::set<std::string>{""});
  EXPECT_TRUE(SmartRounds(h.w.database.db(), "341602", h.w.clock, h.w.calendar, none).verify(no).empty());
}

// However a declaration writes its numbers and whatever rounds later change, a sound round stays sound.
TEST_P(SmartWithstands, LaterRoundsAccuseNoEarlierOne) {
  SmartHall h(GetParam());
  const SmartVenue venue = smart_venue({{"capacity: 70", "balance: {start: \"10.00\", lo: 0, hi: 200}"}});
  const std::int64_t idle = h.announced(venue);  // sends nothing
  h.w.clock.set(h.closes);
  EXPECT_EQ(h.rounds.close(idle, second).state, "cancelled");
  h.later();
  const std::int64_t first = h.notes(venue);
  h.rounds.close(first, second);
  EXPECT_EQ(h.faults(idle), "");
  EXPECT_EQ(h.faults(first), "");
  EXPECT_EQ(to_text({venue, h.notice()}).find("control"), std::string::npos);
}

TEST_P(SmartWithstands, CalledOffAndRejected) {
  SmartHall h(GetParam());
  const std::int64_t no = h.notes(smart_venue());
  EXPECT_EQ(code_of([&] { h.rounds.cancel(no, office); }), "same_person");
  EXPECT_EQ(code_of([&] { h.rounds.cancel(no, agent_of("A")); }), "same_person");
  h.rounds.cancel(no, second);
  EXPECT_EQ(h.rounds.round(no).state, "cancelled");
  EXPECT_EQ(under_way(h.w), 0);
  EXPECT_EQ(code_of([&] { h.rounds.bids(no); }), "sealed");
  h.later();
  const std::int64_t draft = h.rounds.announce(smart_venue(), h.notice(), office);
  h.rounds.reject(draft, second);
  EXPECT_EQ(h.rounds.round(draft).state, "rejected");
  EXPECT_EQ(h.rounds.rounds({.published = true}).size(), 1U);
  EXPECT_EQ(h.rounds.rounds().size(), 2U);
}

TEST_P(SmartWithstands, ListsReadNoResult) {
  SmartHall h(GetParam());
  const std::int64_t sold = h.notes(smart_venue());
  h.rounds.close(sold, second);
  h.later();
  const std::int64_t idle = h.announced(smart_venue());
  h.w.clock.set(h.closes);
  h.rounds.close(idle, second);
  h.later();
  h.announced(smart_venue());
  const std::string result = h.rounds.round(sold).result;
  const auto write = [&](const std::string& what) {
    h.w.database.db().write([&](store::Transaction& t) {
      EXPECT_EQ(t.execute("UPDATE venue_round SET " + what + " WHERE number = ?", result, sold), 1);
    });
  };
  write("input = 'unreadable', result = CASE WHEN ? = '' THEN '' ELSE 'unreadable' END");
  std::vector<SmartView> all = h.rounds.rounds();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].bought, 153);
  EXPECT_TRUE(all[2].closed());
  EXPECT_EQ(all[1].bought, 0);
  EXPECT_EQ(all[0].bought, std::nullopt);
  EXPECT_FALSE(all[0].closed());
  // One that was closed before lists kept the quantity has it from its result.
  write("bought = NULL, result = ?");
  all = h.rounds.rounds();
  EXPECT_EQ(all[2].bought, 153);
  EXPECT_EQ(h.rounds.round(sold).bought, 153);
}

// Whatever is changed behind the system's back is found.
TEST_P(SmartWithstands, DamageIsFound) {
  for (const char* damage :
       {"UPDATE venue_round_bid SET ticks = ticks + 1 WHERE seq = 1",
        "UPDATE venue_round_bid SET at = at - 100000000 WHERE seq = 2",
        "UPDATE venue_round_bid SET replaced_by = 3 WHERE seq = 1",
        "UPDATE venue_round_bid SET replaced_by = NULL WHERE seq = 2",
        "UPDATE venue_round_bid SET sealed = 'x' WHERE seq = 2", "DELETE FROM venue_round_bid WHERE seq = 4", "UPDATE venue_round_bid SET salt = 'x' WHERE seq = 1",
        "UPDATE venue_round SET result = replace(result, '\"lost\":', '\"lost\": ')",
        "UPDATE venue_round SET terms = replace(terms, '70', '71')",
        "UPDATE venue_round SET input = replace(input, '70', '71')",
        "UPDATE venue_round_member SET zone = 'D' WHERE account = 'A'",
        "UPDATE venue_balance SET balance = '1' WHERE cause = 'round'",
        "UPDATE venue_balance SET amount = '1', balance = '11' WHERE cause = 'round'",
        "UPDATE venue_round SET state = 'cancelled'", "UPDATE venue_round SET state = 'awaiting'",
        "UPDATE right_transaction SET state = 5 WHERE kind = (SELECT MAX(kind) FROM right_transaction WHERE "
        "key "
        "LIKE 'market-smart-%')",
        "UPDATE right_transaction SET body = replace(body, '\"vintage\":2026', '\"vintage\":2027') WHERE key "
        "LIKE 'market-smart-%'",
        "DELETE FROM venue_balance WHERE cause = 'round'", "UPDATE venue_call SET quantity = '1'",
        "UPDATE venue_round SET bought = bought + 1", "UPDATE venue_round SET unwound = '{}'"}) {
    SmartHall h(GetParam());
    const SmartVenue venue =
        smart_venue({{"capacity: 70", "capacity: 70, balance: {start: 10, lo: 0, hi: 200}"}});
    const std::int64_t no = h.announced(venue);
    h.admit(no, "A", "U");
    h.admit(no, "D", "D");
    h.w.clock.set(h.opens);
    h.ask(no, "A", 100, "0.20");
    const SmartBid old = h.make(true, "D", 80, "0.90");
    h.rounds.bid(no, old, agent_of("D"));
    SmartBid better = h.make(true, "D", 80, "0.95", "2026", old.key);
    h.rounds.bid(no, better, agent_of("D"));
    h.bid(no, "D", 5, "0.50");
    h.w.clock.set(h.closes);
    h.rounds.close(no, second);
    h.rounds.decide_call(h.rounds.call_out(venue, {"c", "U-D", Decimal(20)}, office), true, venue, second);
    ASSERT_EQ(h.faults(no), "");
    h.w.database.db().write([&](store::Transaction& t) { t.execute(damage); });
    EXPECT_NE(h.faults(no), "") << damage;
  }
}

TEST(SmartDeclaration, IsReadStrictly) {
  const auto code = [](const std::vector<std::pair<std::string, std::string>>& changes) {
    return code_of([&] { smart_venue(changes); });
  };
  EXPECT_EQ(code({}), "");
  EXPECT_EQ(code({{"from: U", "from: X"}}), "unknown_name");
  EXPECT_EQ(code({{"loss:", "los:"}}), "unknown_field");
  EXPECT_EQ(code({{"loss: \"0.1\"", "loss: \"1.1\""}}), "bad_value");
  EXPECT_EQ(code({{"capacity: 70", "capacity: {\"2026\": 70}"}}), "bad_value");
  EXPECT_EQ(code({{"capacity: 70", "balance: {start: 5, lo: 0, hi: 2}"}}), "bad_value");
  EXPECT_EQ(code({{"accounts:", "constraints: [{id: c, terms: [{zone: D}], min: 1}]\naccounts:"}}),
            "bad_value");
  EXPECT_EQ(code({{"rent: TAX", "rent: LOSS"}}), "bad_value");
  EXPECT_EQ(code({{"step: 1", "step: 0"}}), "bad_value");
  EXPECT_EQ(code({{"price_yuan: {most: \"10\"}\n", ""}}), "missing_key");
  EXPECT_EQ(code({{"price_yuan: {most: \"10\"}", "price_yuan: {least: 1}"}}), "missing_key");
  EXPECT_EQ(code({{"most_bids: {standing: 20, entries: 40}\n", ""}}), "missing_key");
  EXPECT_EQ(code({{"standing: 20", "standing: 41"}}), "bad_value");
  EXPECT_EQ(code({{"source: {document: 试}", ""}}), "missing_source");
  EXPECT_EQ(code({{"title:", "colour: red\ntitle:"}}), "unknown_key");
}

// What one round writes the next one reads, however long the fraction has become.
TEST(SmartTerms, ExactNumbersOfAnyLength) {
  Rational long_one = Rational(1);
  for (int i = 0; i < 60; ++i) long_one = long_one * Rational::from_fraction(7, 13) + Rational(i);
  EXPECT_GT(exact(long_one).size(), 80U);
  EXPECT_EQ(exact_of(exact(long_one)), long_one);
  const Rational whole = Rational::power_of_ten(50) + Rational(1);
  EXPECT_EQ(exact_of(exact(whole)), whole);
  EXPECT_EQ(exact_of("-12.50"), Rational::from_fraction(-25, 2));
  EXPECT_EQ(exact_of("-0.05"), Rational::from_fraction(-1, 20));
  for (const char* bad : {"", "1/0", "1/", "/2", "1.", ".5", "--1", "1 ", "x"})
    EXPECT_FALSE(exchange::smart_market::exact_number(bad)) << bad;
}

}  // namespace tributary::venues
