// What becomes of requests, as tables. A row is one step:
//
//   account NAME UNIT [floor=N]           opens an account (owner = NAME, purpose "test")
//   post ID FROM TO AMOUNT [k=v …] = OUTCOME       hold ID FROM TO AMOUNT [k=v …] = OUTCOME
//   settle ID HOLD AMOUNT [k=v …] = OUTCOME        void ID HOLD [k=v …] = OUTCOME
//   NAME POSTED IN OUT                    the balance to expect
//   floor NAME N, closeaccount NAME, close DAY, wait SECONDS
//
// Consecutive requests are one batch; «+» in front links a request with the next. Options: date=, cause=
// (none: none at all), corrects=, expires= (seconds from now), note=.
#include "base/text.h"
#include "ledger/ledger.h"
#include "store/testing.h"

#include <charconv>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::ledger {

namespace {

class Table {
 public:
  explicit Table(const std::string& kind) : database_(kind) {
    database_.db().migrate(migrations());
    ledger_.define_unit({"CNY", 2, {"人民币", "renminbi"}});
    ledger_.define_unit({"COD/kg", 3, {"化学需氧量", "COD"}});
  }

  void run(const std::string& table) {
    std::istringstream in(table);
    std::string line;
    while (std::getline(in, line)) {
      std::istringstream words_in(line);
      std::vector<std::string> words;
      for (std::string word; words_in >> word;) words.push_back(word);
      if (words.empty() || words[0].starts_with('#')) {
        flush();
        continue;
      }
      SCOPED_TRACE(line);
      if (is_request(words)) {
        request(words, line);
        continue;
      }
      flush();
      step(words);
    }
    flush();
    for (const auto& violation : ledger_.check())
      ADD_FAILURE() << violation.rule << " " << violation.message.en;
  }

  Ledger& ledger() { return ledger_; }
  AccountId id(const std::string& name) { return ids_.contains(name) ? ids_.at(name) : AccountId{999}; }

 private:
  static bool is_request(const std::vector<std::string>& words) {
    const auto& first = words[0] == "+" ? words.at(1) : words[0];
    return first == "post" || first == "hold" || first == "settle" || first == "void";
  }
  static std::int64_t number(const std::string& text) { return parse_amount(text, 0); }

  void request(std::vector<std::string> words, const std::string& line) {
    Request r;
    r.cause = {"case", "C-1"};
    r.legal_date = make_date(2020, 10, 5);
    if (words[0] == "+") {
      r.linked = true;
      words.erase(words.begin());
    }
    const std::string action = words[0];
    std::size_t at = 2;
    r.id = words.at(1) == "-" ? "" : words.at(1);
    if (action == "post" || action == "hold") {
      r.action = action == "post" ? Action::post : Action::hold;
      r.debit = id(words.at(2));
      r.credit = id(words.at(3));
      r.amount = number(words.at(4));
      at = 5;
    } else {
      r.action = action == "settle" ? Action::settle : Action::void_hold;
      r.hold = words.at(2);
      at = 3;
      if (action == "settle") r.amount = number(words.at(at++));
    }
    for (; words.at(at) != "="; ++at) {
      const auto equals = words[at].find('=');
      const auto key = words[at].substr(0, equals);
      const auto value = words[at].substr(equals + 1);
      if (key == "date") r.legal_date = parse_date(value);
      if (key == "cause") r.cause = value == "none" ? Cause{} : Cause{"case", value};
      if (key == "corrects") r.corrects = value;
      if (key == "expires") r.expires = Instant{clock_.now().seconds + number(value)};
      if (key == "note") r.note = value;
      if (key == "hold") r.hold = value;
    }
    requests_.push_back(r);
    expected_.push_back(words.at(at + 1));
    lines_.push_back(line);
  }

  void flush() {
    if (requests_.empty()) return;
    const auto outcomes = ledger_.post(requests_);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      EXPECT_EQ(to_string(outcomes[i]), expected_[i]) << lines_[i];
    requests_.clear();
    expected_.clear();
    lines_.clear();
  }

  void step(const std::vector<std::string>& words) {
    if (words[0] == "account") {
      std::optional<std::int64_t> floor;
      if (words.size() > 3) floor = number(words[3].substr(6));
      ids_[words[1]] = ledger_.open_account({words[1], words[2], "test", floor});
    } else if (words[0] == "floor") {
      ledger_.set_floor(id(words[1]), number(words[2]));
    } else if (words[0] == "closeaccount") {
      ledger_.close_account(id(words[1]));
    } else if (words[0] == "close") {
      ledger_.close(parse_date(words[1]));
    } else if (words[0] == "wait") {
      clock_.set({clock_.now().seconds + number(words[1])});
    } else {
      const Balance expected{number(words.at(1)), number(words.at(2)), number(words.at(3))};
      const Balance got = ledger_.balance(id(words[0]));
      EXPECT_EQ(got.posted, expected.posted);
      EXPECT_EQ(got.pending_in, expected.pending_in);
      EXPECT_EQ(got.pending_out, expected.pending_out);
      for (const auto& [account, balance] : ledger_.accounts())  // the list says the same
        if (account.id == id(words[0])) {
          EXPECT_EQ(balance, got);
        }
    }
  }

  store::TestDatabase database_;
  FixedClock clock_{parse_instant("2020-10-06 09:00")};
  Ledger ledger_{database_.db(), "341602", clock_};
  std::map<std::string, AccountId> ids_;
  std::vector<Request> requests_;
  std::vector<std::string> expected_;
  std::vector<std::string> lines_;
};

constexpr std::string_view accounts = R"(
account treasury CNY
account town CNY floor=0
account plant CNY floor=-100
account other CNY
account cap COD/kg
account permit COD/kg floor=0
)";

}  // namespace

class Transfers : public testing::TestWithParam<std::string> {
 protected:
  void run(const std::string& table) {
    Table t(GetParam());
    t.run(std::string(accounts) + table);
  }
};
INSTANTIATE_TEST_SUITE_P(Kinds, Transfers, testing::ValuesIn(store::test_kinds()),
                         [](const auto& named) { return named.param; });

TEST_P(Transfers, Post) {
  run(R"(
    post T1 treasury town 1000                = accepted
    treasury -1000 0 0
    town      1000 0 0
    # the floor: down to it, not below; what came in within the batch counts
    post T2 town plant 1001                   = below_floor
    post T3 town plant 1000                   = accepted
    post T4 plant other 1100                  = accepted
    post T5 plant other 1                     = below_floor
    town 0 0 0
    plant -100 0 0
    # what is wrong with the request itself
    post - treasury town 1                    = bad_id
    post T6 treasury town 1 cause=none        = bad_cause
    post T6 treasury town 0                   = amount_not_positive
    post T6 treasury town -5                  = amount_not_positive
    post T6 treasury treasury 5               = accounts_are_the_same
    post T6 nobody town 5                     = debit_account_not_found
    post T6 treasury nobody 5                 = credit_account_not_found
    post T6 treasury permit 5                 = units_differ
    post T6 treasury town 5 expires=60        = misplaced_field
    post T6 treasury town 5 hold=T1           = misplaced_field
    # nothing of that has used the id up
    post T6 treasury town 5                   = accepted
  )");
}

TEST_P(Transfers, Precedence) {
  run(R"(
    # each row has all the wrongs of the rows below it
    post - treasury treasury 0 cause=none corrects=X expires=-1  = bad_id
    post T treasury treasury 0 cause=none corrects=X expires=-1  = misplaced_field
    post T treasury treasury 0 cause=none corrects=X             = bad_cause
    post T treasury treasury 0 corrects=X                        = amount_not_positive
    post T treasury treasury 9 corrects=X                        = accounts_are_the_same
    post T town permit 9 corrects=X                              = units_differ
    post T town plant 9 corrects=X                               = corrected_not_found
    post T town plant 9                                          = below_floor
  )");
}

TEST_P(Transfers, Idempotency) {
  run(R"(
    post T1 treasury town 100 note=first                         = accepted
    post T1 treasury town 100 note=first                         = exists
    void T1 T1                                                   = exists_with_different_action
    post T1 treasury other 100 note=first                        = exists_with_different_accounts
    post T1 other town 100 note=first                            = exists_with_different_accounts
    post T1 treasury town 101 note=first                         = exists_with_different_amount
    post T1 treasury town 100 note=first cause=C-2               = exists_with_different_cause
    post T1 treasury town 100 note=first date=2020-10-04         = exists_with_different_date
    post T1 treasury town 100 note=first corrects=T1             = exists_with_different_correction
    post T1 treasury town 100 note=second                        = exists_with_different_note
    town 100 0 0
    # in a later batch, after the period is closed and the account is at its floor, a retry is still a retry
    close 2020-10-05
    post T1 treasury town 100 note=first                         = exists
    post T2 treasury town 100                                    = period_closed
    town 100 0 0
  )");
}

TEST_P(Transfers, Holds) {
  run(R"(
    post T1 treasury town 1000                                   = accepted
    hold H1 town other 400                                       = accepted
    hold H2 town other 600 expires=60                            = accepted
    hold H3 town other 1                                         = below_floor
    post T2 town other 1                                         = below_floor
    town  1000 0 1000
    other 0 1000 0
    # a part: the rest is free again
    settle S1 H1 401                                             = exceeds_hold
    settle S1 H1 150                                             = accepted
    settle S1 H1 150                                             = exists
    settle S1 H1 0                                               = exists_with_different_amount
    settle S2 H1 0                                               = hold_already_posted
    void V1 H1                                                   = hold_already_posted
    town  850 0 600
    other 150 600 0
    void V1 H2                                                   = accepted
    void V1 H2                                                   = exists
    settle S3 H2 0                                               = hold_already_voided
    void V2 H2                                                   = hold_already_voided
    town 850 0 0
    # the whole, asked for either way, is the same request
    hold H4 town other 50                                        = accepted
    settle S4 H4 0                                               = accepted
    settle S4 H4 50                                              = exists
    settle S5 T1 0                                               = not_a_hold
    settle S5 nothing 0                                          = hold_not_found
    settle S5 H4 -1                                              = amount_not_positive
    hold H1 town other 400 expires=60                            = exists_with_different_expiry
    settle S4 H1 50                                              = exists_with_different_hold
    other 200 0 0
  )");
}

TEST_P(Transfers, Expiry) {
  run(R"(
    post T1 treasury town 100                                    = accepted
    hold H1 town other 100 expires=60                            = accepted
    hold H2 treasury other 7 expires=0                           = expiry_has_passed
    town 100 0 100
    wait 59
    town 100 0 100
    # the reservation ends with its time, before anybody has written that down
    wait 1
    town 100 0 0
    other 0 0 0
    settle S1 H1 0                                               = hold_expired
    post T2 town other 100                                       = accepted
    hold H1 town other 100 expires=0                             = exists
    town 0 0 0
  )");
}

TEST_P(Transfers, Chains) {
  run(R"(
    post T1 treasury town 100                                    = accepted
    post R1 cap other 1                                          = units_differ
    # delivery against payment: rights one way, yuan the other
    + post D1 cap permit 30                                      = accepted
      post D2 town other 100                                     = accepted
    permit 30 0 0
    town 0 0 0
    # the second fails, so the first has not happened; what is around them is not disturbed
      post T2 treasury plant 1                                   = accepted
    + post D3 cap permit 30                                      = chain_failed
    + post D4 town other 1                                       = below_floor
      post D5 treasury town 5                                    = chain_failed
      post T3 treasury plant 1                                   = accepted
    permit 30 0 0
    plant 2 0 0
    # a retry of the chain is a retry; of a part of it, or of another make-up, is not
    + post D1 cap permit 30                                      = exists
      post D2 town other 100                                     = exists

      post D1 cap permit 30                                      = exists_with_different_chain

    + post D1 cap permit 30                                      = exists_with_different_chain
      post T9 treasury plant 1                                   = chain_failed

    + post D2 town other 100                                     = exists_with_different_chain
      post D1 cap permit 30                                      = chain_failed

    + post T8 treasury plant 1                                   = chain_failed
      post T1 treasury town 100                                  = exists_with_different_chain

    + post T8 treasury plant 1                                   = chain_failed
      post T8 treasury plant 1                                   = duplicate_in_chain
    # the end of one chain and the beginning of the next, side by side in the journal, are no chain
    + post E1 treasury plant 1                                   = accepted
      post E2 treasury plant 1                                   = accepted
    + post E3 plant treasury 1                                   = accepted
      post E4 plant treasury 1                                   = accepted

    + post E2 treasury plant 1                                   = exists_with_different_chain
      post E3 plant treasury 1                                   = chain_failed
    # a failed chain gives back holds and does not use ids up
    hold H1 treasury town 10                                     = accepted
    + settle S1 H1 0                                             = chain_failed
    + hold H2 treasury town 20                                   = chain_failed
    + void V1 H2                                                 = chain_failed
      post T7 town other 999                                     = below_floor
    town 0 10 0
    + settle S1 H1 0                                             = accepted
      post T7 town other 10                                      = accepted
    town 0 0 0
    # the batch ends within a chain
      post T5 treasury plant 1                                   = accepted
    + post T6 treasury plant 1                                   = chain_failed
    + post T4 treasury plant 1                                   = chain_open
    plant 3 0 0
  )");
}

TEST_P(Transfers, PeriodsAndCorrections) {
  run(R"(
    post T1 treasury town 100 date=2020-09-30                    = accepted
    hold H1 treasury town 40 date=2020-09-30                     = accepted
    close 2020-09-30
    post T2 treasury town 1 date=2020-09-30                      = period_closed
    settle S1 H1 0 date=2020-09-30                               = period_closed
    void V1 H1 date=2020-09-30                                   = period_closed
    settle S1 H1 0 date=2020-10-01                               = accepted
    # the correction is entered in the open period and names what it corrects
    post K1 town treasury 100 date=2020-10-01 corrects=T0        = corrected_not_found
    post K1 town treasury 100 date=2020-10-01 corrects=H1        = corrected_not_posted
    post K1 town treasury 100 date=2020-10-01 corrects=T1        = accepted
    settle S2 H9 1 corrects=T1                                   = hold_not_found
    town 40 0 0
  )");
}

TEST_P(Transfers, Overflow) {
  run(R"(
    account a CNY
    account b CNY
    post T1 a b 9223372036854775807                              = accepted
    post T2 a b 1                                                = overflow
    post T3 a other 1                                            = accepted
    post T4 a other 1                                            = overflow
    # what is held can be posted later without overflow
    hold H1 a treasury 1                                         = overflow
    hold H2 treasury b 1                                         = overflow
    hold H3 b treasury 9223372036854775807                       = accepted
    hold H4 b treasury 1                                         = overflow
    settle S3 H3 0                                               = accepted
    b 0 0 0
    treasury 9223372036854775807 0 0
  )");
}

TEST_P(Transfers, Accounts) {
  Table t(GetParam());
  t.run(std::string(accounts) + R"(
    post T1 treasury town 10                                     = accepted
    hold H1 treasury plant 5                                     = accepted
  )");
  Ledger& ledger = t.ledger();
  const auto code_thrown = [](auto&& work) -> std::string {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_FALSE(error.message().zh.empty());
      return std::string(error.code().name);
    }
    return "nothing";
  };
  // Opening again is opening once.
  EXPECT_EQ(ledger.open_account({"town", "CNY", "test", 0}), t.id("town"));
  EXPECT_EQ(code_thrown([&] { ledger.open_account({"town", "CNY", "test", 1}); }), "account_conflict");
  EXPECT_EQ(code_thrown([&] { ledger.open_account({"town", "EUR", "test"}); }), "unknown_unit");
  EXPECT_EQ(code_thrown([&] { ledger.open_account({"", "CNY", "test"}); }), "bad_account");
  EXPECT_EQ(code_thrown([&] { ledger.open_account({"x", "CNY", "test", 1}); }), "floor_above_balance");
  EXPECT_EQ(code_thrown([&] { ledger.close_account(t.id("town")); }), "account_not_empty");
  EXPECT_EQ(code_thrown([&] { ledger.close_account(t.id("plant")); }), "account_not_empty");
  EXPECT_EQ(code_thrown([&] { ledger.close_account({77}); }), "unknown_account");
  EXPECT_EQ(code_thrown([&] { ledger.set_floor(t.id("town"), 11); }), "floor_above_balance");
  EXPECT_EQ(code_thrown([&] { (void)ledger.balance({0}); }), "unknown_account");
  EXPECT_EQ(code_thrown([&] { (void)ledger.balance_on({77}, make_date(2020, 1, 1)); }), "unknown_account");
  EXPECT_EQ(code_thrown([&] { (void)ledger.transfer("T0"); }), "unknown_transfer");
  EXPECT_EQ(code_thrown([&] { ledger.define_unit({"CNY", 3, {"人民币", "renminbi"}}); }), "unit_conflict");
  EXPECT_EQ(code_thrown([&] { ledger.define_unit({"a b", 3, {}}); }), "bad_unit");
  EXPECT_EQ(code_thrown([&] { ledger.define_unit({"X", 19, {}}); }), "bad_unit");
  EXPECT_EQ(code_thrown([&] { ledger.close(make_date(2020, 10, 6)); }), "period_not_over");
  ledger.close(make_date(2020, 9, 30));
  ledger.close(make_date(2020, 9, 30));
  EXPECT_EQ(code_thrown([&] { ledger.close(make_date(2020, 8, 31)); }), "already_closed");
  EXPECT_EQ(ledger.closed_through(), make_date(2020, 9, 30));

  ledger.close_account(t.id("other"));
  EXPECT_FALSE(ledger.account(t.id("other")).open);
  t.run(R"(
    post T2 treasury other 1                                     = credit_account_closed
    post T2 other treasury 1                                     = debit_account_closed
    floor town 10
    post T3 town treasury 1                                      = below_floor
    floor town 9
    post T3 town treasury 1                                      = accepted
  )");
  EXPECT_EQ(ledger.find_account("town", "CNY", "test")->floor, 9);
  EXPECT_FALSE(ledger.find_account("town", "CNY", "cash"));
  EXPECT_EQ(ledger.transfer("H1").state, State::pending);
  const auto totals = ledger.totals();
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].unit.code, "CNY");
  EXPECT_EQ(totals[0].posted, 0);
  EXPECT_EQ(totals[0].positive, 9);
  EXPECT_EQ(totals[0].pending, 5);
  EXPECT_EQ(totals[0].accounts, 4);
}

TEST_P(Transfers, RefusalsArePutInWords) {
  Table t(GetParam());
  t.run(std::string(accounts));
  const std::vector<Request> requests{{.id = "D1",
                                       .debit = t.id("treasury"),
                                       .credit = t.id("town"),
                                       .amount = 5,
                                       .cause = {"trade", "7"},
                                       .legal_date = make_date(2020, 10, 5),
                                       .linked = true},
                                      {.id = "D2",
                                       .debit = t.id("town"),
                                       .credit = t.id("other"),
                                       .amount = 50,
                                       .cause = {"trade", "7"},
                                       .legal_date = make_date(2020, 10, 5)}};
  const auto outcomes = t.ledger().post(requests);
  try {
    require_accepted(requests, outcomes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code_of(Outcome::below_floor));
    EXPECT_NE(error.message().zh.find("D2"), std::string::npos);
    EXPECT_NE(error.message().zh.find("可用余额不足"), std::string::npos);
    EXPECT_NE(error.message().en.find("50"), std::string::npos);
  }
  for (const auto& code : codes::outcomes) {
    const Text words = describe(static_cast<Outcome>(code.number));
    EXPECT_NE(words.en, "unknown outcome") << code.name;
    EXPECT_FALSE(words.zh.empty()) << code.name;
  }
}

TEST(Amounts, TextAndBack) {
  EXPECT_EQ(format_amount(123456, 2), "1234.56");
  EXPECT_EQ(format_amount(-5, 2), "-0.05");
  EXPECT_EQ(format_amount(INT64_MIN, 0), "-9223372036854775808");
  EXPECT_EQ(parse_amount("1234.5", 2), 123450);
  EXPECT_EQ(parse_amount("1234.500", 2), 123450);
  EXPECT_EQ(parse_amount("-9223372036854775808", 0), INT64_MIN);
  for (const char* bad : {"1.234", "", "abc", "92233720368547758.08", "1e30"})
    EXPECT_THROW((void)parse_amount(bad, 2), Error) << bad;
}

}  // namespace tributary::ledger
