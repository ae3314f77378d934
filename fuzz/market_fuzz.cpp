// links: base exchange allocate
// Markets and tables of units on any bytes: an error that says what, or a result whose sums hold.
#include "allocate/allocate.h"
#include "allocate/rank.h"
#include "base/error.h"
#include "exchange/smart_market.h"

#include <cstdint>
#include <cstdlib>
#include <sstream>

using namespace tributary;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void market(const std::string& bytes) {
  using namespace exchange::smart_market;
  try {
    const Market m = read_market(bytes, "market.json");
    if (m.orders.size() * m.periods.size() * m.zones.size() > 400) return;  // time goes to small ones
    const Clearing c = clear(m);
    const Totals& t = c.totals;
    require(t.buyers_fen == t.sellers_fen + t.supply_fen + t.rent_fen + t.rounding_fen);
    require(t.sold + t.supplied == t.bought + t.lost + t.left && t.left.sign() >= 0);
    for (const Fill& fill : c.fills) require(fill.steps >= 0 && fill.steps <= m.orders[fill.order].steps);
  } catch (const Error& e) {
    require(!e.message().zh.empty() && !e.message().en.empty());
  }
}

void table(const std::string& bytes) {
  try {
    std::istringstream in(bytes);
    const allocate::Table units = allocate::read_table(in, "units.csv");
    if (units.units.size() > 8 || units.criteria.size() > 3) return;
    for (const allocate::Method method : allocate::all_methods) {
      try {
        allocate::Options options;
        options.cap = Rational(1000);
        const allocate::Allocation a = allocate::allocate(units, method, options);
        Rational sum = a.reserve;
        for (const allocate::Share& share : a.shares) sum += share.amount;
        require(sum == options.cap);
      } catch (const Error& e) {
        require(!e.message().zh.empty());
      }
    }
  } catch (const Error& e) {
    require(!e.message().zh.empty());
  }
  try {
    std::istringstream in(bytes);
    allocate::RankOptions options;
    options.price = Rational(7);
    for (const allocate::RankGroup& group : rank(allocate::read_rank_table(in, "rank.csv"), options).groups) {
      std::int64_t sum = group.treasury_fen;
      for (const allocate::Standing& standing : group.standings) sum += standing.fen;
      require(sum == 0);
    }
  } catch (const Error& e) {
    require(!e.message().zh.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with("{"))
    market(bytes);
  else
    table(bytes);
  return 0;
}
