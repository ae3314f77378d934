// What a durable market costs, against what the registry of rights costs by itself, in the same process on the same database.
//
//   venue_bench [--kinds=sqlite,postgresql] [--orders=3000] [--folder=DIR]
//
// 1. Orders that come to rest, each a transaction: against bare reservations in the registry, each a transaction, in turn. 2. The same
// at the beginning and after all the orders: what an order costs must not grow with those before it. 3. Orders that trade at once (delivered
// against payment), against bare settlements, each a transaction. 4. A book replayed from its journal, per command. verify() and
// check() prove each. PostgreSQL only where TRIBUTARY_TEST_POSTGRES names a server.
#include "policy/yaml.h"
#include "venues/markets.h"
#include "venues_bench.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::venues;
using exchange::Side;
using rights::AccountType;
using rights::Act;
using Kind = rights::TransactionKind;

constexpr int jan = 2026 * 12;
const Act pair{"zhao", "qian", "bench", "1"};

MarketVenue venue() {
  policy::PackInfo pack;
  pack.id = "bench";
  pack.version = "1";
  return read_market(policy::parse_yaml(R"(venue: b
title: {zh: 试, en: bench}
kind: order_book
instrument: CEA
trading: continuous
self_trade: cancel_newest
tick_yuan: "0.01"
lot: 1
band: "0.1"
band_rounding: half_up
days: every
sessions: [{at: "00:01", do: open}, {at: "23:59", do: end}]
fees: [{payer: buyer, kind: fee, to: FEE, rate: "0.001"}]
source: {document: bench}
)",
                                        "b.yaml"),
                     pack);
}

int run(const std::string& kind, const std::string& folder, int orders) {
  BenchDatabase database(kind, folder);
  FixedClock clock{parse_instant("2026-01-05 08:00")};
  const WorkCalendar calendar;
  rights::Rights registry(database.db(), "bench", clock, calendar);
  registry.define({"CEA", rights::InstrumentKind::stock, {"碳配额", "allowances"}, "t", "CEA", "", false, false, 2020, 2040},
                  pair);
  const std::vector<rights::NewRightAccount> accounts{{"ISS", "gov", AccountType::issue},     {"BANK", "bank", AccountType::clearing},
                                                      {"FEE", "gov", AccountType::fee},       {"A", "pa", AccountType::holding},
                                                      {"B", "pb", AccountType::holding},      {"C", "pc", AccountType::holding}};
  registry.open(accounts, pair);
  const auto done = [&](const rights::Proposal& p) {
    registry.propose(p, {"zhao", "", "bench", "1"});
    registry.approve(p.key, {"qian", "", "bench", "1"});
  };
  for (const char* account : {"A", "C"})
    done({.key = std::string("i") + account, .kind = Kind::issue, .instrument = "CEA", .from = "ISS", .to = account,
          .quantity = 10'000'000, .vintage = 2026});
  done({.key = "d", .kind = Kind::deposit, .instrument = "CNY", .from = "BANK", .to = "B", .quantity = 1'000'000'000'00});

  MarketHall hall;
  Markets markets(database.db(), "bench", clock, calendar, hall);
  const std::int64_t no = markets.list(venue(),
                                       {.key = "1",
                                        .vintage = 2026,
                                        .reference = Decimal(100),
                                        .first_day = make_date(2026, 1, 5),
                                        .last_day = make_date(2026, 12, 31)},
                                       {"li", "", "bench", "1"});
  markets.approve(no, {"qian", "", "bench", "1"});
  for (const char* account : {"A", "B"}) {
    markets.apply(no, {account, ""}, {std::string("of ") + account, "", "bench", "1"});
    markets.admit(no, account, true, {"sun", "", "bench", "1"});
  }
  markets.advance({"clock", "", "bench", "1"});

  const Act seller{"of A", "", "bench", "1"}, buyer{"of B", "", "bench", "1"};
  int keys = 0;
  const auto sell = [&](int i) {
    markets.submit(no,
                   {.key = fmt::format("s{}", ++keys), .account = "A", .side = Side::sell, .stands = exchange::Stands::gtc,
                    .price = Decimal::from_parts(10'000 + i % 900, 2), .quantity = 10},
                   seller);
  };
  const auto reserve = [&](int) {
    const rights::Order order{
        .key = fmt::format("r{}", ++keys), .account = "C", .instrument = "CEA", .quantity = 10, .vintage = 2026};
    registry.reserve(std::span(&order, 1), {"exchange", "", "bench", "1"});
  };
  const int sample = std::min(300, orders / 4);
  const Pair first = paired(sample, sell, reserve);
  (void)paired(orders - 2 * sample, sell, reserve);
  const Pair last = paired(sample, sell, reserve);
  fmt::print("{} an order that comes to rest, a transaction each: market / bare reservation\n", kind);
  fmt::print("  the first {:4}    {:.3f} / {:.3f} ms = {:.2f}\n", sample, first.ours, first.bare, first.ours / first.bare);
  fmt::print("  after {:6}     {:.3f} / {:.3f} ms = {:.2f}\n", orders - sample, last.ours, last.bare, last.ours / last.bare);

  const auto buy = [&](int) {
    markets.submit(no,
                   {.key = fmt::format("b{}", ++keys), .account = "B", .side = Side::buy, .price = Decimal(110), .quantity = 10},
                   buyer);
  };
  const auto settle = [&](int) {
    const rights::Trade trade{.key = fmt::format("t{}", ++keys),
                              .seller = "C",
                              .buyer = "B",
                              .instrument = "CEA",
                              .quantity = 10,
                              .vintage = 2026,
                              .fen = 1'000'00,
                              .charges = {{true, "FEE", "fee", 1'00}}};
    registry.settle(std::span(&trade, 1), {"exchange", "clearing", "bench", "1"});
  };
  const Pair traded = paired(sample, buy, settle);
  fmt::print("  one that trades   {:.3f} / {:.3f} ms = {:.2f}   (against a bare settlement)\n", traded.ours, traded.bare,
             traded.ours / traded.bare);

  MarketHall fresh;
  Markets again(database.db(), "bench", clock, calendar, fresh);
  const auto start = Time::now();
  (void)again.depth(no, 5);
  const double replay = std::chrono::duration<double, std::micro>(Time::now() - start).count();
  const std::int64_t commands = markets.market(no).commands;
  fmt::print("  replayed: {} commands in {:.1f} ms, {:.2f} µs each\n", commands, replay / 1000, replay / static_cast<double>(commands));
  const bool sound = markets.verify(no).empty() && registry.check().empty();
  if (!sound) fmt::print("  NOT SOUND\n");
  return sound ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  return tributary::venues::run_on_each(argc, argv, "venue_bench", "orders", 3'000, 40, run);
}
