// Verified savings (W4): sold once, out of what was verified, by whoever saved it and by nobody else; and those that were
// registered before a saving had an owner.
#include "base/json.h"
#include "rights/journal.h"
#include "rights/rights_testing.h"
#include "rights/setups.h"
#include "store/row_bomb_testing.h"

namespace tributary::rights::testing {
namespace {

using Json = nlohmann::ordered_json;

class SavingsOn : public ::testing::TestWithParam<std::string> {
 protected:
  SavingsOn() {
    w.give("A", "COD", 100, months(0, 12));
    w.give("B", "COD", 100, months(0, 12));
  }
  Proposal sale(const std::string& key, const std::string& from, std::int64_t quantity) {
    return {.key = key, .kind = Kind::transfer, .instrument = "COD", .from = from, .to = "C", .quantity = quantity, .term = months(0, 12), .saving = "S"};
  }
  // The journal as it would be had its entries been written otherwise, with the chain of hashes made anew.
  void rewrite(const std::function<void(const JournalEntry&, Json&)>& change) {
    std::vector<JournalEntry> all;
    w.rights.each_entry([&](const JournalEntry& entry) { all.push_back(entry); });
    std::string head = first_hash("341602");
    w.database.db().write([&](store::Transaction& t) {
      t.execute(t.dialect() == store::Dialect::sqlite ? "DROP TRIGGER IF EXISTS right_journal_no_update"
                                                      : "ALTER TABLE right_journal DISABLE TRIGGER right_journal_no_change");
      for (JournalEntry& entry : all) {
        Json content = Json::parse(entry.content);
        change(entry, content);
        entry.content = content.dump();
        head = entry_hash(head, entry);
        t.execute("UPDATE right_journal SET content = ?, hash = ? WHERE number = ?", entry.content, head, entry.number);
      }
      t.execute("UPDATE right_state SET head = ?", head);
    });
  }
  // As releases without owners had written it.
  void forget_owners() {
    rewrite([](const JournalEntry& entry, Json& content) {
      if (entry.event == "saving") content.erase("account");
    });
    w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE right_saving SET account = ''"); });
  }
  std::set<std::string> rules() {
    std::set<std::string> out;
    for (const Fault& fault : w.rights.check()) out.insert(fault.rule);
    return out;
  }

  World w{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Databases, SavingsOn, ::testing::ValuesIn(store::test_kinds()));

TEST_P(SavingsOn, OnlyItsOwnerSellsIt) {
  w.rights.open({"A-2", "pa", AccountType::trading}, pair);
  w.rights.register_saving("S", "COD", 70, "A", pair);
  // B holds enough, and is refused at once, in an examination, and in a trade, which leaves the next one alone.
  EXPECT_EQ(code_of([&] { w.rights.propose(sale("T1", "B", 10), first); }), "saving_not_own");
  const auto against = w.rights.examine(sale("T1", "B", 10), first);
  ASSERT_EQ(against.size(), 1u);
  EXPECT_NE(against[0].message().en.find("(W4)"), std::string::npos) << against[0].message().en;
  EXPECT_EQ(against[0].where().field, "saving");
  const auto trade = [](const std::string& key, const std::string& seller) {
    return Trade{.key = key, .seller = seller, .buyer = "C", .instrument = "COD", .quantity = 20, .term = months(0, 12), .saving = "S"};
  };
  const std::vector<Trade> trades{trade("T2", "B"), trade("T3", "A")};
  const auto settled = w.rights.settle(trades, exchange);
  EXPECT_EQ(settled[0].error->code().name, "saving_not_own");
  EXPECT_TRUE(settled[1].done);
  // Its owner, from whichever of his accounts.
  w.done({.key = "M", .kind = Kind::transfer, .instrument = "COD", .from = "A", .to = "A-2", .quantity = 30, .term = months(0, 12)});
  w.done(sale("T4", "A-2", 30));
  w.done(sale("T5", "A", 20));
  EXPECT_EQ(code_of([&] { w.rights.propose(sale("T6", "A", 1), first); }), "saving_sold");
  EXPECT_EQ(code_of([&] { w.rights.propose(sale("T7", "B", 1), first); }), "saving_not_own");  // how much is left is not told
  EXPECT_EQ(w.free_of("C", "COD", jan), 70);
  EXPECT_EQ(w.free_of("B", "COD", jan), 100);
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(SavingsOn, AreRegisteredOnceForOneAccount) {
  w.rights.register_saving("S", "COD", 70, "A", pair);
  const auto entries = [&] {
    int out = 0;
    w.rights.each_entry([&](const JournalEntry&) { ++out; });
    return out;
  };
  const int before = entries();
  w.rights.register_saving("S", "COD", 70, "A", pair);  // the same again
  EXPECT_EQ(entries(), before);
  const auto again = [&](const char* id, std::int64_t volume, const char* account) {
    return code_of([&] { w.rights.register_saving(id, "COD", volume, account, pair); });
  };
  EXPECT_EQ(again("S", 70, "B"), "key_conflict");
  EXPECT_EQ(again("S", 71, "A"), "key_conflict");
  EXPECT_EQ(again("S2", 10, "Z"), "unknown_account");
  EXPECT_EQ(again("S2", 10, ""), "unknown_account");
  EXPECT_EQ(again("S2", 10, "RET"), "kind_not_for_account");
  EXPECT_EQ(again("S2", 10, "ISS"), "kind_not_for_account");
  EXPECT_EQ(again("S2", 0, "A"), "bad_value");
  w.rights.set_status("C", AccountStatus::closed, pair);
  EXPECT_EQ(again("S2", 10, "C"), "account_not_open");
  EXPECT_EQ(entries(), before + 1);
  EXPECT_EQ(w.troubles(), "");
}

// What was sold before stays sold; nothing more is, until two persons have said whose it is.
TEST_P(SavingsOn, OfBeforeThereWereOwnersWaitForOne) {
  w.rights.register_saving("S", "COD", 70, "B", pair);
  w.done(sale("T1", "B", 40));
  forget_owners();
  ASSERT_EQ(w.troubles(), "");
  EXPECT_EQ(code_of([&] { w.rights.propose(sale("T2", "A", 10), first); }), "saving_not_own");
  EXPECT_EQ(code_of([&] { w.rights.propose(sale("T2", "B", 10), first); }), "saving_not_own");
  EXPECT_EQ(code_of([&] { w.rights.register_saving("S", "COD", 60, "A", pair); }), "key_conflict");
  Setups setups(w.database.db(), "341602", w.clock, w.rights);
  const rights::Setup owner{.kind = SetupKind::saving, .instrument = "COD", .account = "A", .saving = "S", .volume = 70};
  setups.propose("V", owner, first);
  EXPECT_EQ(code_of([&] { setups.approve(std::vector<std::string>{"V"}, first); }), "same_person");
  // Every row of it fails in its turn.
  store::RowBomb bomb(w.database.db(), {"right_"});
  const auto contents = [&] { return bomb.counts() + w.rights.state_hash() + code_of([&] { w.rights.propose(sale("T2", "A", 10), first); }); };
  const std::string before = contents();
  int failed = 0;
  for (int n = 1;; ++n) {
    ASSERT_LT(n, 50);
    bomb.set(n);
    const std::string code = code_of([&] { setups.approve(std::vector<std::string>{"V"}, second); });
    bomb.set(0);
    if (code.empty()) break;
    ++failed;
    ASSERT_EQ(contents(), before) << "write " << n;
  }
  EXPECT_GE(failed, 3);  // the saving, the journal, the change
  w.done(sale("T3", "A", 30));
  EXPECT_EQ(code_of([&] { w.rights.propose(sale("T4", "A", 1), first); }), "saving_sold");  // 40 had been sold before
  EXPECT_EQ(code_of([&] { w.rights.propose(sale("T4", "B", 1), first); }), "saving_not_own");
  EXPECT_EQ(w.troubles(), "");
}

TEST_P(SavingsOn, TheVerifierFindsWhatIsNotTheOwners) {
  using Rules = std::set<std::string>;
  w.rights.register_saving("S", "COD", 70, "A", pair);
  w.rights.register_saving("S2", "COD", 5, "B", pair);
  w.done(sale("T1", "A", 40));
  const Trade trade{.key = "T2", .seller = "A", .buyer = "C", .instrument = "COD", .quantity = 20, .term = months(0, 12), .saving = "S"};
  ASSERT_TRUE(w.rights.settle(std::span(&trade, 1), exchange)[0].done);
  ASSERT_EQ(w.troubles(), "");
  const auto after = [&](const std::string& sql, const std::string& undo) {
    w.database.db().write([&](store::Transaction& t) { t.execute(sql); });
    const Rules out = rules();
    w.database.db().write([&](store::Transaction& t) { t.execute(undo); });
    return out;
  };
  EXPECT_EQ(after("UPDATE right_saving SET account = 'B' WHERE id = 'S'", "UPDATE right_saving SET account = 'A' WHERE id = 'S'"), Rules{"W4"});
  EXPECT_EQ(after("UPDATE right_saving SET account = '' WHERE id = 'S'", "UPDATE right_saving SET account = 'A' WHERE id = 'S'"), Rules{"W4"});
  EXPECT_EQ(after("UPDATE right_saving SET volume = 90 WHERE id = 'S'", "UPDATE right_saving SET volume = 70 WHERE id = 'S'"), Rules{"W4"});
  ASSERT_EQ(rules(), Rules{});
  // A journal, whole in itself, in which somebody else's saving was sold, or one was registered twice.
  const auto of_saving = [&](const char* id, const char* field, const char* value) {
    rewrite([&](const JournalEntry& entry, Json& content) {
      if (entry.event == "saving" && content.value("id", "") == id) content[field] = value;
    });
  };
  of_saving("S", "account", "B");
  w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE right_saving SET account = 'B' WHERE id = 'S'"); });
  std::string told;
  for (const Fault& fault : w.rights.check()) told += fault.rule + " " + fault.subject + ": " + fault.message.en + "\n";
  EXPECT_EQ(told, "W4 S: account A sold out of the saving of account B\nW4 S: account A sold out of the saving of account B\n");
  of_saving("S", "account", "A");
  w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE right_saving SET account = 'A' WHERE id = 'S'"); });
  ASSERT_EQ(rules(), Rules{});
  of_saving("S2", "account", "Z");
  EXPECT_EQ(rules(), Rules{"W4"});
  of_saving("S2", "account", "B");
  of_saving("S2", "id", "S");
  EXPECT_EQ(rules(), Rules{"W4"});
}

}  // namespace
}  // namespace tributary::rights::testing
