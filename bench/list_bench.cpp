// Does a page of a long list cost the same wherever it is? Lists of the audit trail and of the journal are
// paged through the running server from the first to the last entry; each part of the way is set beside the
// first.
//
//   list_bench [--rows=1000000] [--limit=500]
//
// PostgreSQL is measured too when TRIBUTARY_TEST_POSTGRES names a server.
#include "api/world_testing.h"
#include "identity/audit.h"
#include "ledger/ledger.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::api;
using namespace tributary::api::testing;
using Time = std::chrono::steady_clock;

int number(const std::vector<std::string>& arguments, const std::string& name, int otherwise) {
  for (const std::string& a : arguments)
    if (a.starts_with("--" + name + "=")) return std::atoi(a.c_str() + name.size() + 3);
  return otherwise;
}

void fill_audit(World& world, int rows) {
  identity::Audit audit(world.database.db(), World::tenant, world.clock, world.entropy);
  identity::Caller who;
  who.name = "operator";
  for (int done = 0; done < rows;) {
    const int until = std::min(rows, done + 20'000);
    world.database.db().write([&](store::Transaction& t) {
      for (; done < until; ++done)
        audit.append(t, who, {.action = "bench.row", .object = fmt::format("row/{}", done)});
    });
  }
}

void fill_journal(World& world, int rows) {
  ledger::Ledger ledger(world.database.db(), World::tenant, world.clock);
  std::vector<ledger::AccountId> accounts;
  for (int i = 0; i < 100; ++i)
    accounts.push_back(ledger.open_account({fmt::format("party:{}", i), "CNY", "bench", {}}));
  std::vector<ledger::Request> batch;
  for (int i = 0; i < rows; ++i) {
    ledger::Request request;
    request.id = fmt::format("bench-{}", i);
    request.debit = accounts[static_cast<std::size_t>(i) % 100];
    request.credit = accounts[static_cast<std::size_t>(i + 1) % 100];
    request.amount = 1 + i % 1000;
    request.cause = {"bench", std::to_string(i)};
    request.legal_date = Date{std::chrono::days{18'000 + i / 1000}};
    batch.push_back(std::move(request));
    if (batch.size() == 10'000 || i + 1 == rows) {
      for (const ledger::Outcome outcome : ledger.post(batch))
        if (outcome != ledger::Outcome::accepted) throw std::runtime_error("a transfer was refused");
      batch.clear();
    }
  }
}

// Median milliseconds of the pages in tenths of the way.
void walk(Client& client, const std::string& path, int limit, int rows) {
  std::vector<double> times;
  std::size_t entries = 0;
  std::string cursor;
  do {
    const std::string address =
        fmt::format("{}{}limit={}{}", path, path.find('?') == std::string::npos ? "?" : "&", limit,
                    cursor.empty() ? "" : "&cursor=" + cursor);
    const auto begun = Time::now();
    const auto answer = client.get(address);
    times.push_back(std::chrono::duration<double, std::milli>(Time::now() - begun).count());
    const Json page = answer.json();
    entries += page.at("items").size();
    cursor = page.at("next").is_null() ? "" : page.at("next").get<std::string>();
  } while (!cursor.empty());
  const auto median = [&](std::size_t tenth) {
    const std::size_t part = std::max<std::size_t>(1, times.size() / 10);
    std::vector<double> some(
        times.begin() + static_cast<std::ptrdiff_t>(tenth * part),
        times.begin() + static_cast<std::ptrdiff_t>(std::min(times.size(), (tenth + 1) * part)));
    std::sort(some.begin(), some.end());
    return some[some.size() / 2];
  };
  const double first = median(0);
  fmt::print(
      "  {:24} {:9} entries of {} in {} pages; median of the first tenth {:.2f} ms; middle {:.2f}, last "
      "{:.2f} of it\n",
      path, entries, rows, times.size(), first, median(5) / first, median(9) / first);
}

void measure(const std::string& kind, int rows, int limit) {
  World world(kind);
  world.person("auditor", {"auditor"});
  fill_audit(world, rows);
  fill_journal(world, rows);
  world.serve();
  Client client = world.signed_in("auditor");
  fmt::print("{}\n", kind);
  walk(client, "/api/v1/audit", limit, rows);
  walk(client, "/api/v1/ledger/transfers", limit, rows);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int rows = number(arguments, "rows", 1'000'000);
  const int limit = number(arguments, "limit", 500);
  measure("sqlite", rows, limit);
  if (std::getenv("TRIBUTARY_TEST_POSTGRES") != nullptr) measure("postgresql", rows, limit);
  return 0;
}
