// What the registry of rights costs, each against a baseline in the same process on the same database.
//
//   rights_bench [--kinds=sqlite,postgresql] [--holders=1000] [--trades=2000] [--batch=500] [--folder=DIR]
//
// 1. Settlements (delivery against payment of a stock, a fee each, orders reserved before) in batches,
// against one
//    settlement per transaction. 2. The same for a right over 37 months. 3. Issue of a five-year right to
//    1,000 holders as ledger units per month, against the bare rows that an interval map would write. check()
//    proves each. PostgreSQL only where TRIBUTARY_TEST_POSTGRES names a server (durable with
//    TRIBUTARY_PG_FSYNC=on).
#include "bench_database.h"
#include "rights/rights.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::rights;
using Time = std::chrono::steady_clock;
using Kind = TransactionKind;

double seconds_since(Time::time_point start) {
  return std::chrono::duration<double>(Time::now() - start).count();
}

const Act first{"zhao", "", "bench", "1"};
const Act second{"qian", "", "bench", "1"};
const Act pair{"zhao", "qian", "bench", "1"};
const Act exchange{"exchange", "clearing", "bench", "1"};
constexpr int jan = 2026 * 12;

class Registry {
 public:
  Registry(const std::string& kind, const std::string& folder, int holders)
      : database(kind, folder, {ledger::migrations(), rights::migrations()}) {
    rights.define(
        {"COD", InstrumentKind::flow, {"化学需氧量", "COD"}, "kg/yr", "COD", "", false, true, jan, jan + 120},
        pair);
    rights.define(
        {"CEA", InstrumentKind::stock, {"碳配额", "allowances"}, "t", "CEA", "", false, false, 2020, 2040},
        pair);
    std::vector<NewRightAccount> accounts{{"ISS", "gov", AccountType::issue},
                                          {"BANK", "bank", AccountType::clearing},
                                          {"FEE", "gov", AccountType::fee}};
    for (int i = 0; i < holders; ++i)
      accounts.push_back({holder(i), "p" + std::to_string(i), AccountType::holding});
    rights.open(accounts, pair);
    const std::vector<Part> cap{{jan, 120, "", 1'000'000'000'000}};
    rights.set_cap("COD", cap, pair);
  }
  static std::string holder(int i) { return fmt::format("H{:06}", i); }

  void both(const std::vector<Proposal>& proposals) {
    rights.propose(proposals, first);
    std::vector<std::string> keys;
    for (const Proposal& p : proposals) keys.push_back(p.key);
    rights.approve(keys, second);
  }
  // Every holder gets money and rights.
  void endow(int holders, std::optional<Term> term) {
    std::vector<Proposal> all;
    for (int i = 0; i < holders; ++i) {
      all.push_back({.key = fmt::format("D{:06}", i),
                     .kind = Kind::deposit,
                     .instrument = "CNY",
                     .from = "BANK",
                     .to = holder(i),
                     .quantity = 1'000'000'000'000});
      Proposal issue{.key = fmt::format("I{:06}", i),
                     .kind = Kind::issue,
                     .instrument = term ? "COD" : "CEA",
                     .from = "ISS",
                     .to = holder(i),
                     .quantity = 10'000'000,
                     .term = term};
      if (!term) issue.vintage = 2025;
      all.push_back(issue);
    }
    both(all);
  }

  store::BenchDatabase database;
  FixedClock clock{parse_instant("2026-01-05 10:00")};
  WorkCalendar calendar;
  Rights rights{database.db(), "341602", clock, calendar};
};

// Trades between orders that were reserved before; each seller and buyer of many.
double settle(Registry& r, int trades, int batch, int holders, std::optional<Term> term, int& made) {
  std::vector<Order> orders;
  std::vector<Trade> all;
  for (int i = 0; i < trades; ++i, ++made) {
    const int seller = made % holders,
              buyer = (made * 7 + 1) % holders == seller ? (seller + 1) % holders : (made * 7 + 1) % holders;
    orders.push_back({fmt::format("S{:08}", made), Registry::holder(seller), term ? "COD" : "CEA", 5, term});
    orders.push_back({fmt::format("B{:08}", made), Registry::holder(buyer), "CNY", 600});
    all.push_back({.key = fmt::format("T{:08}", made),
                   .sell = orders[orders.size() - 2].key,
                   .buy = orders.back().key,
                   .seller = Registry::holder(seller),
                   .buyer = Registry::holder(buyer),
                   .instrument = term ? "COD" : "CEA",
                   .quantity = 5,
                   .term = term,
                   .fen = 595,
                   .charges = {{true, "FEE", "fee", 5}}});
  }
  r.rights.reserve(orders, exchange);
  double busy = 0;
  for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(batch)) {
    const auto part = std::span(all).subspan(at, std::min(static_cast<std::size_t>(batch), all.size() - at));
    const auto start = Time::now();
    const auto settled = r.rights.settle(part, exchange);
    busy += seconds_since(start);
    for (const auto& s : settled)
      if (!s.done) {
        fmt::print(stderr, "{}\n", s.error->what());
        std::exit(1);
      }
  }
  return static_cast<double>(trades) / busy;
}

bool sound(Registry& r) {
  const auto start = Time::now();
  const auto faults = r.rights.check();
  const auto violations = ledger::Ledger(r.database.db(), "341602", r.clock).check();
  fmt::print("  check        {} faults, {} violations of the ledger, {:.2f} s\n", faults.size(),
             violations.size(), seconds_since(start));
  return faults.empty() && violations.empty();
}

bool settlements(const std::string& kind, const std::string& folder, int trades, int batch,
                 std::optional<Term> term) {
  constexpr int holders = 200;
  Registry r(kind, folder, holders);
  r.endow(holders, term);
  int made = 0;
  const int singles = std::max(20, trades / 10);
  const double before = settle(r, singles, 1, holders, term, made);
  const double grouped = settle(r, trades, batch, holders, term, made);
  const double after = settle(r, singles, 1, holders, term, made);
  const double single = 2 / (1 / before + 1 / after);
  fmt::print("{} settlements of {}, {} in batches of {}\n", kind, term ? "a right over 37 months" : "a stock",
             trades, batch);
  fmt::print(
      "  grouped      {:>8.0f} /s\n  one by one   {:>8.0f} /s   (before {:.0f}, after {:.0f})\n  ratio       "
      " {:>8.1f}\n",
      grouped, single, before, after, grouped / single);
  const bool fine = sound(r);
  std::fflush(stdout);
  return fine;
}

// Five years for each of many holders: 60 ledger units each, beside the two rows an interval map would need
// (the entry of its journal, the holder's interval), in the same database.
bool five_years(const std::string& kind, const std::string& folder, int holders) {
  Registry r(kind, folder, holders);
  const Term term{{jan}, {jan + 60}};
  std::vector<Proposal> proposals;
  for (int i = 0; i < holders; ++i)
    proposals.push_back({.key = fmt::format("I{:06}", i),
                         .kind = Kind::issue,
                         .instrument = "COD",
                         .from = "ISS",
                         .to = Registry::holder(i),
                         .quantity = 1'000,
                         .term = term});
  auto start = Time::now();
  r.both(proposals);
  const double issued = seconds_since(start);
  proposals.clear();
  for (int i = 0; i < 100; ++i)
    proposals.push_back({.key = fmt::format("T{:06}", i),
                         .kind = Kind::transfer,
                         .instrument = "COD",
                         .from = Registry::holder(i),
                         .to = Registry::holder((i + 7) % holders),
                         .quantity = 10,
                         .term = term});
  start = Time::now();
  r.both(proposals);
  const double moved = seconds_since(start);
  start = Time::now();
  for (int i = 0; i < 100; ++i)
    if (r.rights.holdings({.account = Registry::holder(i), .instrument = "COD"}).empty()) return false;
  const double read = seconds_since(start) / 100;
  r.database.db().write([&](store::Transaction& t) {
    t.execute(
        "CREATE TABLE interval_journal (number BIGINT PRIMARY KEY, debit BIGINT NOT NULL, credit BIGINT NOT "
        "NULL, "
        "period_from BIGINT NOT NULL, period_to BIGINT NOT NULL, amount BIGINT NOT NULL, hash TEXT NOT "
        "NULL)");
    t.execute(
        "CREATE TABLE interval_holding (account BIGINT NOT NULL, period_from BIGINT NOT NULL, period_to "
        "BIGINT NOT "
        "NULL, amount BIGINT NOT NULL, PRIMARY KEY (account, period_from))");
  });
  start = Time::now();
  r.database.db().write([&](store::Transaction& t) {
    constexpr std::array<std::string_view, 7> journal{"number",    "debit",  "credit", "period_from",
                                                      "period_to", "amount", "hash"};
    const auto entries = t.bulk("interval_journal", journal);
    for (std::int64_t i = 0; i < holders; ++i)
      entries->row(std::array<store::Value, 7>{i, std::int64_t{0}, i, std::int64_t{jan},
                                               std::int64_t{jan + 60}, std::int64_t{1'000},
                                               std::string(64, 'a')});
    entries->finish();
    constexpr std::array<std::string_view, 4> holding{"account", "period_from", "period_to", "amount"};
    const auto rows = t.bulk("interval_holding", holding);
    for (std::int64_t i = 0; i < holders; ++i)
      rows->row(
          std::array<store::Value, 4>{i, std::int64_t{jan}, std::int64_t{jan + 60}, std::int64_t{1'000}});
    rows->finish();
  });
  const double bare = seconds_since(start);
  fmt::print("{} a right of 60 months for each of {} holders\n", kind, holders);
  fmt::print(
      "  proposed and approved {:.2f} s ({:.2f} ms per holder); bare rows of an interval map {:.4f} s\n",
      issued, issued / holders * 1e3, bare);
  fmt::print("  100 transfers of 60 months, proposed and approved: {:.2f} s ({:.2f} ms each)\n", moved,
             moved * 10);
  fmt::print("  holdings of one holder through 60 months: {:.2f} ms\n", read * 1e3);
  const bool fine = sound(r);
  std::fflush(stdout);
  return fine;
}

std::string option(int argc, char** argv, std::string_view name, std::string fallback) {
  const std::string prefix = fmt::format("--{}=", name);
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]).starts_with(prefix)) return argv[i] + prefix.size();
  return fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kinds = option(argc, argv, "kinds", "sqlite,postgresql");
  const std::string folder = option(argc, argv, "folder", "/var/tmp");
  const int trades = std::stoi(option(argc, argv, "trades", "2000"));
  const int batch = std::stoi(option(argc, argv, "batch", "500"));
  const int holders = std::stoi(option(argc, argv, "holders", "1000"));
  bool fine = true;
  for (const std::string kind : {"sqlite", "postgresql"}) {
    if (kinds.find(kind) == std::string::npos) continue;
    if (kind == "postgresql" && std::getenv("TRIBUTARY_TEST_POSTGRES") == nullptr) continue;
    fine = settlements(kind, folder, trades, batch, {}) && fine;
    fine = settlements(kind, folder, trades / 4, batch, Term{{jan}, {jan + 37}}) && fine;
    fine = five_years(kind, folder, holders) && fine;
  }
  return fine ? 0 : 1;
}
