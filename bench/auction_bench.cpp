// What bids of auctions and of smart rounds cost, and what closing a round costs.
//
//   auction_bench [--kinds=sqlite,postgresql] [--bids=400] [--folder=DIR]
//
// Bids, each a transaction, against bare reservations of the same cash in the registry, each a transaction, in turn: of a sealed
// auction, of a timed one (each takes the lead and frees what it outbids) and of a smart round; the first and the last of them, since a
// bid must not cost more because of those before it. Then the close of the round, against the solver by itself and a bare settlement of
// as many trades in one batch. verify() and check() prove each.
#include "exchange/smart_market.h"
#include "identity/vault.h"
#include "policy/yaml.h"
#include "venues/smart_rounds.h"
#include "venues_bench.h"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::venues;
using rights::AccountType;
using rights::Act;
using Kind = rights::TransactionKind;

constexpr int traders = 20;  // sellers, and as many buyers
const Act pair{"zhao", "qian", "bench", "1"}, office{"zhao", "", "bench", "1"}, second{"qian", "", "bench", "1"},
    clerk{"sun", "", "bench", "1"};
const Instant opens = parse_instant("2026-01-05 09:00"), closes = parse_instant("2026-01-09 17:00");

policy::YamlNode yaml(const std::string& text) { return policy::parse_yaml(text, "b.yaml"); }

AuctionVenue auction(const std::string& format) {
  policy::PackInfo pack;
  pack.id = "bench";
  pack.version = "1";
  return read_venue(yaml("venue: a\ntitle: {zh: 试, en: bench}\nkind: one_way_auction\ninstrument: WATER\nmedium: water\nside: sale\n" + format +
                         R"(
pricing: uniform
tie: time
undersubscription: reserve
amend: upward
tick_yuan: "0.01"
lot: 1
min_bid: 1
deposit_yuan: "0"
reserve_price: {yuan: "1", hidden: false}
announcement_days: 0
qualification_days: 0
disclose: {admitted: true, results: anonymous}
certificate: W
seed_source: none
source: {document: bench}
)"),
                    pack);
}

SmartVenue smart(int most) {
  policy::PackInfo pack;
  pack.id = "bench";
  pack.version = "1";
  return read_smart_venue(yaml(fmt::format(R"(venue: s
title: {{zh: 试, en: bench}}
kind: smart_market
instrument: WATER
step: 1
tick_yuan: "0.01"
price_yuan: {{most: "10"}}
most_bids: {{standing: {0}, entries: {0}}}
amend: free
zones: [U, D]
links:
  - {{from: U, to: D, loss: "0.1", capacity: 100000}}
accounts: {{rent: TAX, loss: LOSS, operator: RES}}
announcement_days: 0
qualification_days: 0
certificate: W
disclose: {{results: anonymous}}
source: {{document: bench}}
)",
                                           most)),
                          pack);
}

class Bench {
 public:
  Bench(const std::string& kind, const std::string& folder) : name_(kind), database_(kind, folder) {
    registry.define({"WATER", rights::InstrumentKind::stock, {"水", "water"}, "m3", "WATER", "", false, false, 2020, 2040}, pair);
    std::vector<rights::NewRightAccount> accounts{{"ISS", "gov", AccountType::issue},   {"BANK", "bank", AccountType::clearing},
                                                  {"TAX", "gov", AccountType::fee},     {"LOSS", "gov", AccountType::loss},
                                                  {"RES", "gov", AccountType::reserve}, {"X", "px", AccountType::holding}};
    for (int i = 0; i < traders; ++i)
      for (const char* side : {"S", "B"})
        accounts.push_back({fmt::format("{}{}", side, i), fmt::format("p{}{}", side, i), AccountType::holding});
    registry.open(accounts, pair);
    for (const rights::NewRightAccount& one : accounts) {
      if (one.type != AccountType::holding && one.type != AccountType::reserve) continue;
      if (one.type == AccountType::holding) registry.set_permit(one.code, "P-" + one.code, std::nullopt, pair);
      done({.key = "i" + one.code, .kind = Kind::issue, .instrument = "WATER", .from = "ISS", .to = one.code, .quantity = 10'000'000, .vintage = 2026});
      done({.key = "d" + one.code, .kind = Kind::deposit, .instrument = "CNY", .from = "BANK", .to = one.code, .quantity = 1'000'000'000'00});
    }
  }

  // Bids of the buyers in turn, against reservations of cash.
  template <class Ours>
  void bids(const char* what, int n, const Ours& ours) {
    const auto reserve = [&](int) {
      const rights::Order order{.key = fmt::format("r{}", ++keys), .account = "X", .instrument = "CNY", .quantity = 10'00};
      registry.reserve(std::span(&order, 1), {"exchange", "", "bench", "1"});
    };
    const int sample = n / 4;
    const Pair first = paired(sample, ours, reserve);
    (void)paired(n - 2 * sample, [&](int i) { ours(sample + i); }, reserve);
    const Pair last = paired(sample, [&](int i) { ours(n - sample + i); }, reserve);
    fmt::print("{} {}: bid / bare reservation\n", name_, what);
    fmt::print("  the first {:4}    {:.3f} / {:.3f} ms = {:.2f}\n", sample, first.ours, first.bare, first.ours / first.bare);
    fmt::print("  after {:6}     {:.3f} / {:.3f} ms = {:.2f}\n", n - sample, last.ours, last.bare, last.ours / last.bare);
  }

  bool sealed(int n) {
    return one_way("sealed auction", auction("format: sealed"), n, [](int i) { return Decimal::from_parts(100 + i % 900, 2); });
  }
  // Each bid takes the lead by a tick.
  bool timed(int n) {
    return one_way("timed auction", auction("format: ascending\nascending: {step: {ticks: 1}, extension: {within: 60, by: 60, most: 2}, leaders: numbers, freed: at_once}"), n,
                   [](int i) { return Decimal::from_parts(100 + i, 2); });
  }

  bool round(int n) {
    clock.set(parse_instant("2026-01-05 08:00"));
    SmartRounds rounds(database_.db(), "bench", clock, calendar, vault);
    const std::int64_t no = rounds.announce(smart(std::max(20, n / traders + 1)), {.key = "r", .vintage = 2026, .opens = opens, .closes = closes}, office);
    rounds.approve(no, second);
    for (int i = 0; i < traders; ++i)
      for (const char* side : {"S", "B"}) {
        const std::string account = fmt::format("{}{}", side, i);
        rounds.apply(no, {account, i % 2 == 0 ? "U" : "D", ""}, of(account));
        rounds.admit(no, account, true, clerk);
      }
    clock.set(opens);
    for (int i = 0; i < n; ++i) {
      const std::string account = fmt::format("S{}", i % traders);
      rounds.bid(no, bid(fmt::format("a{}", i), account, false, 20 + i * 37 % 60, i), of(account));
    }
    bids("smart round", n, [&](int i) {
      const std::string account = fmt::format("B{}", i % traders);
      rounds.bid(no, bid(fmt::format("b{}", i), account, true, 30 + i * 53 % 90, i), of(account));
    });
    clock.set(closes);
    const auto start = Time::now();
    const SmartView view = rounds.close(no, office);
    const double close = since(start);
    const auto market = exchange::smart_market::read_market(view.input, "b.yaml");
    const auto solving = Time::now();
    (void)exchange::smart_market::clear(market);
    const double solver = since(solving);
    std::vector<rights::Trade> trades;
    for (const SmartOutcome& o : view.outcomes)
      trades.push_back({.key = fmt::format("t{}", ++keys),
                        .seller = "S0",
                        .buyer = "X",
                        .instrument = "WATER",
                        .quantity = std::max<std::int64_t>(1, o.quantity),
                        .vintage = 2026,
                        .fen = std::max<std::int64_t>(1, o.fen)});
    const auto settling = Time::now();
    (void)registry.settle(trades, {"exchange", "clearing", "bench", "1"});
    const double settle = since(settling);
    fmt::print("{} closing a smart round of {} bids: {} trades, cleared, settled, released: {:.0f} ms\n", name_, 2 * n, trades.size(), close);
    fmt::print("  solver and proof {:.0f} ms, bare settlement of as many {:.0f} ms: close / both = {:.2f}\n", solver, settle, close / (solver + settle));
    return rounds.verify(no).empty();
  }

  bool sound() { return registry.check().empty(); }

 private:
  static Act of(const std::string& account) { return {"of " + account, "", "bench", "1"}; }
  static SmartBid bid(std::string key, std::string account, bool buy, int cents, int i) {
    return {.key = std::move(key),
            .account = std::move(account),
            .buy = buy,
            .period = "2026",
            .price = Decimal::from_parts(cents, 2),
            .quantity = 10 + i % 90};
  }
  static double since(Time::time_point start) { return std::chrono::duration<double, std::milli>(Time::now() - start).count(); }
  void done(const rights::Proposal& p) {
    registry.propose(p, office);
    registry.approve(p.key, second);
  }

  template <class Price>
  bool one_way(const char* what, const AuctionVenue& venue, int n, const Price& price) {
    clock.set(parse_instant("2026-01-05 08:00"));
    Auctions auctions(database_.db(), "bench", clock, calendar, vault);
    const std::int64_t no = auctions.announce(venue, {.key = what, .account = "RES", .supply = 10, .vintage = 2026, .opens = opens, .closes = closes}, office);
    auctions.approve(no, second);
    for (int i = 0; i < traders; ++i) {
      const std::string account = fmt::format("B{}", i);
      auctions.apply(no, {account, ""}, of(account));
      auctions.admit(no, account, true, clerk);
    }
    clock.set({opens.seconds + 1});
    bids(what, n, [&](int i) {
      const std::string account = fmt::format("B{}", i % traders);
      auctions.bid(no, {.key = fmt::format("b{}", i), .account = account, .price = price(i), .quantity = 10}, of(account));
    });
    clock.set(closes);
    auctions.close(no, "", office);
    return auctions.verify(no).empty();
  }

  std::string name_;
  BenchDatabase database_;
  FixedClock clock{parse_instant("2026-01-05 08:00")};
  const WorkCalendar calendar;
  identity::SystemEntropy entropy;
  identity::Vault vault{std::string(32, 'k'), identity::Cipher::aes, entropy};
  rights::Rights registry{database_.db(), "bench", clock, calendar};
  int keys = 0;
};

int run(const std::string& kind, const std::string& folder, int bids) {
  Bench bench(kind, folder);
  const bool sealed = bench.sealed(bids), timed = bench.timed(bids), round = bench.round(bids);
  const bool sound = sealed && timed && round && bench.sound();
  if (!sound) fmt::print("  NOT SOUND\n");
  return sound ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  return tributary::venues::run_on_each(argc, argv, "auction_bench", "bids", 400, 40, run);
}
