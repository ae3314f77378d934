// Random trading on both databases; every write fails once; clients at the same time; killed while trading.
#include "store/row_bomb_testing.h"
#include "venues/markets_testing.h"
#include "venues/random_testing.h"

#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace tributary::venues {

using namespace testing;
using exchange::Stands;

namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  std::string account() { return std::string(1, static_cast<char>('A' + below(4))); }

 private:
  std::mt19937 random_;
};

OrderRequest random_order(Dice& dice, const std::string& key) {
  OrderRequest request{.key = key, .account = dice.account(), .side = dice.below(2) == 0 ? Side::buy : Side::sell};
  constexpr std::array stands{Stands::day, Stands::day, Stands::day, Stands::gtc, Stands::gtc,
                              Stands::gtc, Stands::ioc, Stands::fok, Stands::auction_only};
  request.stands = stands[static_cast<std::size_t>(dice.below(9))];
  if (dice.below(12) == 0) {
    request.type = exchange::OrderType::market;
    request.stands = dice.below(2) == 0 ? Stands::ioc : Stands::auction_only;
  }
  request.price = Decimal(10 * (96 + dice.below(9)));
  request.quantity = 10 * (1 + dice.below(40));
  if (dice.below(6) == 0) {
    request.type = exchange::OrderType::limit;
    request.stands = Stands::day;
    request.counterparty = dice.account();
    request.quantity = 1'000;
    request.until = parse_instant("2026-01-09 14:00");
  }
  return request;
}

// The same seed gives the same course everywhere: two days and the end.
std::string run(Floor& f, unsigned seed, int& deals) {
  Dice dice(seed);
  const bool asks = dice.below(2) == 0, listed = dice.below(3) == 0;
  std::vector<std::pair<std::string, std::string>> changes;
  if (asks) changes.emplace_back("fees:", "approval: {days: 20}\nfees:");
  if (listed) {
    changes.emplace_back("trading: continuous", dice.below(2) == 0 ? "trading: listed_best" : "trading: listed_any");
    changes.emplace_back("market_orders: true\n", "");
    changes.emplace_back("  - {at: \"09:00\", do: call}\n  - {at: \"09:20\", do: no_cancel}\n", "");
    changes.emplace_back("uncross_open", "open");
  } else {
    constexpr std::array self{"cancel_newest", "cancel_oldest", "cancel_both", "decrement"};
    changes.emplace_back("cancel_newest", self[static_cast<std::size_t>(dice.below(4))]);
  }
  const std::int64_t cash = total(f.w, "CNY", 0), goods = total(f.w, "COD", jan + 3);
  const std::int64_t no = f.open(market_venue(changes));
  std::string out;
  std::vector<std::pair<StoredOrder, bool>> placed;
  int step = 0;
  for (const char* time : {"05 09:05", "05 09:10", "05 09:25", "05 09:35", "05 10:00", "05 14:00", "06 09:05", "06 09:31",
                           "06 11:00"}) {
    f.at(time);
    for (int i = 0; i < 10; ++i) {
      const std::string account = dice.account();
      const int what = dice.below(10);
      std::string code;
      if (what < 7 || placed.empty()) {
        OrderRequest request = random_order(dice, fmt::format("k{}", ++step));
        if (listed && dice.below(2) == 0 && !placed.empty()) {
          const StoredOrder& offer = placed[static_cast<std::size_t>(dice.below(static_cast<int>(placed.size())))].first;
          if (!offer.bulk) request.target = offer.id, request.quantity = std::min<std::int64_t>(request.quantity, offer.left);
        }
        code = code_of([&] {
          const Placed done = f.markets.submit(no, request, agent(request.account));
          out += done.order.state + std::to_string(done.deals.size());
          placed.emplace_back(done.order, true);
        });
      } else {
        const StoredOrder& order = placed[static_cast<std::size_t>(dice.below(static_cast<int>(placed.size())))].first;
        code = code_of([&] {
          if (order.bulk && what < 9)
            (void)f.markets.confirm(no, order.id, order.counterparty, Markets::terms_hash(f.markets.market(no), order),
                                    agent(order.counterparty));
          else if (order.bulk)
            (void)f.markets.withdraw(no, order.id, order.account, agent(order.account));
          else if (what == 7 && dice.below(3) != 0)
            (void)f.markets.reduce(no, order.id, order.account, 10 * (1 + dice.below(10)), agent(order.account));
          else if (what == 7)
            (void)f.markets.cancel_all(no, order.account, agent(order.account));
          else
            (void)f.markets.cancel(no, order.id, order.account, agent(order.account));
        });
      }
      out += code + " ";
      if (dice.below(80) == 0) f.markets.halt(no, std::nullopt, {"wei", "", "试", "1"});
      if (dice.below(4) == 0) f.markets.resume(no, {"wei", "", "试", "1"});
    }
    EXPECT_EQ(f.troubles(no), "") << time;
    EXPECT_EQ(total(f.w, "CNY", 0), cash);
    EXPECT_EQ(total(f.w, "COD", jan + 3), goods);
    if (::testing::Test::HasFailure()) return out;
  }
  f.at("12 09:00");
  const std::vector<Deal> made = f.markets.deals(no, 100'000, 1'000);
  deals += static_cast<int>(made.size());
  if (asks)
    for (const Deal& deal : made) f.markets.decide(no, deal.seq, dice.below(2) == 0, li);
  EXPECT_EQ(under_way(f.w), 0) << "what was set aside is released once and wholly";
  EXPECT_EQ(total(f.w, "CNY", 0), cash);
  EXPECT_EQ(total(f.w, "COD", jan + 3), goods);
  EXPECT_EQ(f.troubles(no), "");
  return out + f.markets.market(no).head;
}

}  // namespace

TEST(MarketsRandom, TheSameEverywhereAndNothingIsLost) {
  int deals = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::set<std::string> courses;
    for (const std::string& kind : store::test_kinds()) {
      Floor f(kind);
      courses.insert(run(f, seed, deals));
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << " on " << kind;
    }
    EXPECT_EQ(courses.size(), 1U) << "seed " << seed;
  }
  EXPECT_GE(deals, 100);
}

class MarketsTogether : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, MarketsTogether, ::testing::ValuesIn(store::test_kinds()));

// Clients with books of their own, as other processes would have: each order counts once, no unit is sold twice.
TEST_P(MarketsTogether, EveryOrderCountsOnce) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  const std::int64_t cash = total(f.w, "CNY", 0), goods = total(f.w, "COD", jan + 3);
  std::vector<std::string> faults(4);
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client)
    clients.emplace_back([&, client] {
      try {
        const auto database = store::Database::open(f.w.database.url());
        MarketHall own;
        Markets markets(*database, "341602", f.w.clock, f.w.calendar, own);
        const std::string account(1, static_cast<char>('A' + client));
        for (int i = 0; i < 10; ++i) {
          const OrderRequest request{.key = fmt::format("{}-{}", account, i),
                                     .account = account,
                                     .side = (client + i) % 2 == 0 ? Side::buy : Side::sell,
                                     .price = Decimal(1000),
                                     .quantity = 50};
          // Whoever does not get his turn comes again with the same key.
          const auto submitted = [&]() -> std::int64_t {
            for (int attempt = 1;; ++attempt) {
              try {
                return markets.submit(no, request, agent(account)).order.id;
              } catch (const Error& error) {
                if (error.code().name != "busy" || attempt == 20) throw;
              }
            }
          };
          const std::int64_t id = submitted();
          if (submitted() != id)
            faults[static_cast<std::size_t>(client)] = "another order";
        }
      } catch (const std::exception& error) {
        faults[static_cast<std::size_t>(client)] = error.what();
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(faults, std::vector<std::string>(4));
  EXPECT_EQ(f.markets.orders(no, "", false, 100'000, 1'000).size(), 40U);
  EXPECT_GE(f.markets.market(no).deals, 10);
  EXPECT_EQ(total(f.w, "CNY", 0), cash);
  EXPECT_EQ(total(f.w, "COD", jan + 3), goods);
  EXPECT_EQ(f.troubles(no), "");
}

class MarketFaults : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, MarketFaults, ::testing::ValuesIn(store::test_kinds()));

// The 1st, 2nd, 3rd … row written fails until the call passes: nothing half-done stays, in the tables or in the kept book.
TEST_P(MarketFaults, AFailedWriteLeavesNothing) {
  Floor f(GetParam());
  store::RowBomb bomb(f.w.database.db(), {"right_", "ledger_", "venue_"});
  std::int64_t no = 0;
  const auto contents = [&] {
    std::string out = f.w.rights.state_hash() + bomb.counts();
    f.w.database.db().read([&](store::Transaction& t) {
      for (const char* columns :
           {"state || commands || deals || head || clocked FROM venue_market", "state FROM venue_member",
            "state || left_over || filled || quantity FROM venue_order", "closing FROM venue_day"})
        for (const store::Row& row : t.query(std::string("SELECT '' || ") + columns + " ORDER BY 1"))
          out += row.text(0) + "\n";
    });
    return out;
  };
  const auto until_it_passes = [&](const char* name, const auto& work, int at_least) {
    const std::string before = contents();
    int failed = 0;
    for (int n = 1; n < 900; ++n) {
      bomb.set(n);
      if (code_of(work).empty()) break;
      ++failed;
      ASSERT_EQ(contents(), before) << name << " write " << n;
      if (n % 8 != 0) continue;
      bomb.set(0);
      ASSERT_EQ(no == 0 ? f.w.troubles() : f.troubles(no), "") << name << " write " << n;
    }
    bomb.set(0);
    EXPECT_GE(failed, at_least) << name;
    ASSERT_EQ(no == 0 ? f.w.troubles() : f.troubles(no), "") << name;
  };
  const MarketVenue venue = market_venue({{"fees:", "approval: {days: 20}\nfees:"}});
  const Listing listing = f.listing();
  std::int64_t made = 0;
  until_it_passes("list", [&] { made = f.markets.list(venue, listing, zhao); }, 1);
  until_it_passes("approve", [&] { f.markets.approve(made, qian); }, 1);
  no = made;
  until_it_passes("apply", [&] { f.markets.apply(no, {"A", "涡河"}, agent("A")); }, 1);
  until_it_passes("admit", [&] { f.markets.admit(no, "A", true, sun); }, 3);
  for (const char* account : {"B", "C"}) {
    f.markets.apply(no, {account, "涡河"}, agent(account));
    f.markets.admit(no, account, true, sun);
  }
  const rights::Act clock{"clock", "", "到点", "1"};
  f.w.clock.set(parse_instant("2026-01-05 09:05"));
  until_it_passes("open the call", [&] { f.markets.advance(clock); }, 2);
  const OrderRequest sale{.key = "1", .account = "A", .side = Side::sell, .stands = Stands::gtc, .price = Decimal(990),
                          .quantity = 300};
  until_it_passes("submit", [&] { f.markets.submit(no, sale, agent("A")); }, 10);
  f.order(no, "B", Side::buy, "1000", 100);
  f.order(no, "C", Side::buy, "1000", 50);
  f.w.clock.set(parse_instant("2026-01-05 09:31"));
  until_it_passes("uncross", [&] { f.markets.advance(clock); }, 30);
  EXPECT_EQ(f.markets.market(no).deals, 2);
  const OrderRequest purchase{.key = "2", .account = "B", .side = Side::buy, .price = Decimal(1000), .quantity = 100};
  until_it_passes("trade", [&] { f.markets.submit(no, purchase, agent("B")); }, 20);
  until_it_passes("reduce", [&] { f.markets.reduce(no, 1, "A", 270, agent("A")); }, 5);
  until_it_passes("decide", [&] { f.markets.decide(no, 3, true, li); }, 10);
  f.w.clock.set(parse_instant("2026-01-05 15:00"));
  until_it_passes("the close", [&] { f.markets.advance(clock); }, 5);
  until_it_passes("end", [&] { f.markets.end(no, zhao); }, 5);
  EXPECT_EQ(f.markets.market(no).state, "ended");
}

class MarketsKilled : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, MarketsKilled, ::testing::ValuesIn(store::test_kinds()));

// A trading process is killed 200 times, each time at another moment of its work. What it had acknowledged is there, once.
TEST_P(MarketsKilled, NothingAcknowledgedIsLost) {
  Floor f(GetParam());
  const std::int64_t no = f.open(market_venue());
  f.at("05 10:00");
  const std::int64_t cash = total(f.w, "CNY", 0), goods = total(f.w, "COD", jan + 3);
  std::set<std::int64_t> acknowledged;
  int killed = 0;
  for (int round = 0; killed < (GetParam() == "sqlite" ? 150 : 50); ++round) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        const DeadlyClock clock(parse_instant("2026-01-05 10:00"), 1 + round * 7 % 61);
        const auto database = store::Database::open(f.w.database.url());
        MarketHall own;
        Markets markets(*database, "341602", clock, f.w.calendar, own);
        Dice dice(static_cast<unsigned>(round));
        for (int i = 0; i < 20; ++i) {
          const OrderRequest request{.key = fmt::format("r{}-{}", round, i),
                                     .account = dice.account(),
                                     .side = dice.below(2) == 0 ? Side::buy : Side::sell,
                                     .price = Decimal(10 * (98 + dice.below(5))),
                                     .quantity = 10};
          const std::int64_t id = markets.submit(no, request, agent(request.account)).order.id;
          if (write(pipes[1], &id, sizeof id) != sizeof id) _exit(2);
        }
      } catch (...) {
        _exit(1);
      }
      _exit(0);
    }
    close(pipes[1]);
    std::int64_t id = 0;
    while (read(pipes[0], &id, sizeof id) == sizeof id)
      EXPECT_TRUE(acknowledged.insert(id).second) << "order " << id << " was acknowledged twice";
    close(pipes[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "round " << round;
    killed += WIFSIGNALED(status);
    if (round % 10 == 0) {
      ASSERT_EQ(f.troubles(no), "") << round;
    }
  }
  std::set<std::int64_t> there;
  for (const StoredOrder& order : f.markets.orders(no, "", false, 1'000'000, 100'000)) there.insert(order.id);
  for (const std::int64_t id : acknowledged) EXPECT_TRUE(there.contains(id)) << "order " << id << " is lost";
  EXPECT_GE(acknowledged.size(), 50U);
  EXPECT_EQ(total(f.w, "CNY", 0), cash);
  EXPECT_EQ(total(f.w, "COD", jan + 3), goods);
  EXPECT_EQ(f.troubles(no), "");
}

}  // namespace tributary::venues
