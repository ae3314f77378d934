// A fault at every write, and clients at the same time: nothing half-done, nothing spent twice.
#include "rights/rights_testing.h"

#include <atomic>
#include <thread>

#include <fmt/format.h>

namespace tributary::rights {

using namespace testing;

// The 1st, 2nd, 3rd … write fails until the work passes: nothing half-done stays, and the same request again
// is one.
TEST(RightsFaults, AFailedWriteLeavesNothing) {
  World w;
  w.give("A", "CEA", 100, {}, 2024);
  w.give("A", "COD", 100, months(0, 3));
  w.done({.kind = Kind::freeze,
          .instrument = "COD",
          .from = "B",
          .quantity = 5,
          .term = months(0, 3),
          .authority = "court"});
  w.deposit("B", 1'000);
  const std::vector<Order> orders{{"S", "A", "CEA", 50}, {"B", "B", "CNY", 900}};
  w.rights.reserve(orders, exchange);
  w.rights.set_permit("A", "P-A", Month{jan + 60}, pair);
  const Trade stock{.key = "T1",
                    .sell = "S",
                    .buy = "B",
                    .seller = "A",
                    .buyer = "B",
                    .instrument = "CEA",
                    .quantity = 30,
                    .lost = 3,
                    .lost_to = "LOSS",
                    .fen = 100,
                    .charges = {{true, "FEE", "fee", 3}},
                    .certificate = "C"};
  const Trade flow{.key = "T2",
                   .buy = "B",
                   .seller = "A",
                   .buyer = "B",
                   .instrument = "COD",
                   .quantity = 20,
                   .term = months(0, 3),
                   .fen = 50,
                   .conditional = true,
                   .lease_months = 12};
  const std::vector<Trade> trades{stock, flow};
  std::vector<std::string> tables;
  w.database.db().write([&](store::Transaction& t) {
    t.execute("CREATE TABLE bomb (left_ones INTEGER NOT NULL)");
    t.execute("INSERT INTO bomb VALUES (0)");
    for (const store::Row& row :
         t.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND (name LIKE 'right_%' OR "
                 "name LIKE 'ledger_%')"))
      tables.push_back(row.text(0));
    for (const std::string& table : tables)
      for (const char* what : {"INSERT", "UPDATE", "DELETE"})
        t.execute(fmt::format(
            "CREATE TRIGGER bomb_{0}_{1} BEFORE {1} ON {0} BEGIN UPDATE bomb SET left_ones = "
            "left_ones - 1; SELECT RAISE(ABORT, 'boom') WHERE (SELECT left_ones FROM bomb) = 0; END",
            table, what));
  });
  const auto contents = [&] {
    std::string out = w.rights.state_hash();
    w.database.db().read([&](store::Transaction& t) {
      for (const std::string& table : tables)
        out +=
            fmt::format("{} {}\n", table, t.first(fmt::format("SELECT COUNT(*) FROM {}", table))->integer(0));
    });
    return out;
  };
  const auto until_it_passes = [&](const char* name, const auto& work, int at_least) {
    const std::string before = contents();
    int failed = 0;
    for (int n = 1; n < 400; ++n) {
      w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE bomb SET left_ones = ?", n); });
      if (code_of(work).empty()) break;
      ++failed;
      ASSERT_EQ(contents(), before) << name << " write " << n;
      ASSERT_EQ(w.troubles(), "") << name << " write " << n;
    }
    EXPECT_GE(failed, at_least) << name;
    w.database.db().write([&](store::Transaction& t) { t.execute("UPDATE bomb SET left_ones = 0"); });
    ASSERT_EQ(w.troubles(), "") << name;
  };
  until_it_passes(
      "settle", [&] { w.rights.settle(trades, exchange); }, 40);
  EXPECT_EQ(w.rights.transaction("T1").state, TransactionState::completed);
  until_it_passes(
      "conclude",
      [&] {
        w.rights.conclude("T2", true, {"authority", "chief", "同意", "1"});
      },
      15);
  EXPECT_EQ(w.held("B", "COD", jan).leased, 20);  // what is leased may be used, and is not frozen
  const Proposal p{.key = "P",
                   .kind = Kind::retire,
                   .instrument = "CEA",
                   .from = "A",
                   .to = "RET",
                   .quantity = 7,
                   .claim = "c"};
  until_it_passes(
      "propose", [&] { w.rights.propose(p, first); }, 6);
  until_it_passes(
      "approve", [&] { w.rights.approve("P", second); }, 8);
}

class RightsTogether : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, RightsTogether, ::testing::ValuesIn(store::test_kinds()));

// Several clients sell and retire the same units at once: each unit goes once.
TEST_P(RightsTogether, NothingIsSpentTwice) {
  World w(GetParam());
  w.give("A", "CEA", 60, {}, 2024);
  for (const char* buyer : {"B", "C", "D"}) w.deposit(buyer, 1'000);
  std::atomic<int> sold = 0;
  std::vector<std::string> faults(3);
  std::vector<std::thread> clients;
  for (int client = 0; client < 3; ++client)
    clients.emplace_back([&, client] {
      try {
        const auto database = store::Database::open(w.database.url());
        Rights rights(*database, "341602", w.clock, w.calendar);
        for (int i = 0; i < 12; ++i) {
          const std::string key = fmt::format("{}-{}", client, i);
          if (i % 3 == 2) {
            const Proposal p{.key = key,
                             .kind = Kind::retire,
                             .instrument = "CEA",
                             .from = "A",
                             .to = "RET",
                             .quantity = 4,
                             .claim = "c"};
            if (code_of([&] {
                  rights.propose(p, first);
                  rights.approve(key, second);
                }).empty())
              sold += 4;
          } else {
            const Trade t{.key = key,
                          .seller = "A",
                          .buyer = std::string(1, static_cast<char>('B' + client)),
                          .instrument = "CEA",
                          .quantity = 3,
                          .fen = 10};
            if (rights.settle(std::span(&t, 1), exchange)[0].done) sold += 3;
          }
        }
      } catch (const std::exception& error) {
        faults[static_cast<std::size_t>(client)] = error.what();
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(faults, std::vector<std::string>(3));
  const Holding left = w.held("A", "CEA", 2024);
  EXPECT_EQ(left.free + left.pending_out, 60 - sold);
  EXPECT_GT(sold, 55);
  EXPECT_EQ(w.troubles(), "");
}

}  // namespace tributary::rights
