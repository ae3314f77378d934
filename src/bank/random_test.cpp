// Random days at the desk and at a bank of its own: in the end every fen of the statement is in the ledger once, or
// in the list of what is not matched; the difference of bank and ledger is explained on every day.
#include "bank/bank_testing.h"
#include "bank/reference.h"

#include <random>

#include <gtest/gtest.h>

namespace tributary::bank {
namespace {

using testing::code_of;
using testing::Line;
using testing::Office;

class BankRandom : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, BankRandom, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

TEST_P(BankRandom, EveryFenIsInTheLedgerOrInTheList) {
  int matched = 0, left = 0, refused = 0;
  const unsigned seeds = GetParam() == "sqlite" ? 40 : 10;
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    std::mt19937 random(seed);
    const auto roll = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Office o(GetParam());
    Bank& bank = *o.bank;
    o.post_statements();
    o.payee("gov:1", "6221");
    o.payee("gov:2", "6222");
    o.deposit("H-A", 100'000, "D-A");
    o.deposit("H-B", 100'000, "D-B");
    std::vector<Line> said;  // by the bank, all of it
    std::size_t imported = 0;
    std::int64_t balance = 100'000'000;
    const std::int64_t opening = balance;
    int serial = 0, key = 0;
    Date today = o.world.clock.today();
    const auto say = [&](std::int64_t fen, const std::string& remark) {
      std::string day = to_string(today);
      std::erase(day, '-');
      said.push_back({day, std::to_string(++serial), fen, remark});
    };
    for (int step = 0; step < 60; ++step) {
      switch (roll(9)) {
        case 0:
          code_of([&] { o.withdraw(roll(2) ? "H-A" : "H-B", 1 + roll(20'000), "W" + std::to_string(++key)); });
          break;
        case 1:
          code_of([&] { bank.instruct("MAIN", {}, "zhao", "结算"); });
          break;
        case 2:
          for (const Proposal& p : bank.proposals(true))
            if (roll(2) != 0) refused += code_of([&] { bank.decide(p.id, roll(4) != 0, "qian", "看过"); }).empty() ? 0 : 1;
          break;
        case 3:  // the bank carries out what it has, mostly well
          for (const Batch& b : bank.batches()) {
            if (b.state != "approved" && b.state != "acknowledged") continue;
            for (const Instruction& line : bank.lines(b.number)) {
              if (line.state != "open" || roll(2) != 0) continue;
              std::string reference = line.reference;
              if (roll(6) == 0) std::swap(reference[9], reference[13]);
              say(-line.fen - (roll(8) == 0 ? 1 : 0), reference);
              if (roll(10) == 0) say(-line.fen, line.reference);  // twice
            }
          }
          break;
        case 4:
          say(1 + roll(5'000), roll(3) == 0 ? "利息" : roll(2) ? "H-A 缴存" : "缴 H-B");
          break;
        case 5: {  // a file that overlaps with what is known, now and then twice
          const std::size_t from = imported == 0 ? 0 : imported - static_cast<std::size_t>(roll(static_cast<int>(std::min<std::size_t>(imported, 3)) + 1));
          std::int64_t start = opening;
          for (std::size_t i = 0; i < from; ++i) start += said[i].fen;
          const std::vector<Line> some(said.begin() + static_cast<std::ptrdiff_t>(from), said.end());
          for (int again = 0; again <= roll(2); ++again) ASSERT_EQ(code_of([&] { o.import(start, some); }), "");
          imported = said.size();
          break;
        }
        case 6:
          for (const Entry& e : bank.entries("MAIN", "unmatched")) {
            const std::string target = roll(2) ? "not_ours" : e.fen > 0 ? "account:H-A" : "right:W" + std::to_string(1 + roll(5));
            code_of([&] { bank.assign("MAIN", e.serial, target, "zhao", "看过"); });
          }
          break;
        case 7:
          for (const Batch& b : bank.batches())
            if (b.state == "approved" && roll(3) == 0) code_of([&] { bank.propose_withdrawal(b.number, "zhao", "写错"); });
          break;
        case 8:
          today += std::chrono::days{1};
          o.world.clock.set({o.world.clock.now().seconds + 86'400});
          break;
      }
      const Date some_day = o.world.clock.today() - std::chrono::days{roll(3)};
      const Reconciliation r = bank.reconcile("MAIN", some_day);
      ASSERT_EQ(r.unexplained, 0) << "seed " << seed << " step " << step;
    }
    // Line by line: what is matched moved exactly that much in the ledger, under a cause that no other line has.
    std::set<std::pair<std::string, std::string>> causes;
    std::int64_t in_ledger = 0, listed = 0, whole = 0;
    const auto entries = bank.entries("MAIN", "");
    ASSERT_EQ(entries.size(), imported);
    const ledger::Ledger book(o.world.database.db(), "341602", o.world.clock);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Entry& e = entries[i];
      ASSERT_EQ(e.fen, said[i].fen);
      whole += e.fen;
      if (e.state != "matched") {
        listed += e.fen;
        ++left;
        continue;
      }
      ++matched;
      ASSERT_TRUE(causes.emplace(e.kind, e.subject).second) << e.kind << " " << e.subject;
      std::int64_t moved = 0;
      for (const auto& t : book.journal({.cause = ledger::Cause{e.kind, e.subject}}).transfers) {
        if (t.action != ledger::Action::post && t.action != ledger::Action::settle) continue;
        const auto in = book.account(t.credit), out = book.account(t.debit);
        if (e.kind == "right") moved += (out.owner == "BANK" ? t.amount : 0) - (in.owner == "BANK" ? t.amount : 0);
        if (e.kind == "statement" && out.purpose == "cash")
          moved += (in.owner == "fin" ? t.amount : 0) - (out.owner == "fin" ? t.amount : 0);
      }
      ASSERT_EQ(moved, e.fen) << "seed " << seed << " " << e.kind << " " << e.subject;
      in_ledger += moved;
    }
    ASSERT_EQ(in_ledger + listed, whole);
    ASSERT_EQ(o.troubles(), "") << seed;
  }
  EXPECT_GT(matched, static_cast<int>(2 * seeds));
  EXPECT_GT(left, static_cast<int>(2 * seeds));
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace tributary::bank
