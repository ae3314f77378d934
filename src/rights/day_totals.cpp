#include "rights/day_totals.h"

#include "rights/rights.h"

#include <map>
#include <set>
#include <tuple>

namespace tributary::rights {

std::vector<DayTotal> day_totals(store::Database& database, const std::string& jurisdiction, Date day) {
  std::vector<std::string> keys;
  database.read([&](store::Transaction& t) {
    keys.clear();
    for (const store::Row& row : t.query(
             "SELECT t.key FROM right_journal j JOIN right_transaction t ON t.jurisdiction = j.jurisdiction AND t.key = "
             "j.transaction_key WHERE j.jurisdiction = ? AND j.at >= ? AND j.at < ? AND j.event = 'completed' AND t.kind IN "
             "(?, ?, ?, ?) ORDER BY j.number",
             jurisdiction, start_of(day).seconds, start_of(day + std::chrono::days{1}).seconds,
             static_cast<int>(TransactionKind::issue), static_cast<int>(TransactionKind::surrender),
             static_cast<int>(TransactionKind::retire), static_cast<int>(TransactionKind::cancel)))
      keys.push_back(row.text(0));
  });
  const SystemClock clock;  // nothing here asks the time
  const WorkCalendar none;
  const Rights rights(database, jurisdiction, clock, none);
  std::map<std::tuple<std::string, TransactionKind, int, int>, DayTotal> totals;
  for (const std::string& key : keys) {
    const Transaction x = rights.transaction(key);
    std::set<std::tuple<std::string, TransactionKind, int, int>> counted;
    for (const Part& part : x.parts) {
      const std::tuple at(x.instrument, x.kind, part.period, part.count);
      DayTotal& total = totals.try_emplace(at, DayTotal{x.instrument, x.kind, part.period, part.count, 0, 0}).first->second;
      total.amount += part.amount;
      if (counted.insert(at).second) ++total.transactions;
    }
  }
  std::vector<DayTotal> out;
  for (auto& [at, total] : totals) out.push_back(std::move(total));
  return out;
}

}  // namespace tributary::rights
