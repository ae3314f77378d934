#include "rights/day_totals.h"

#include "rights/book.h"

#include <map>
#include <set>
#include <tuple>

namespace tributary::rights {

std::vector<DayTotal> day_totals(store::Database& database, const std::string& jurisdiction, Date day) {
  std::map<std::tuple<std::string, TransactionKind, int, int>, DayTotal> totals;
  database.read([&](store::Transaction& t) {
    totals.clear();
    t.each(
        [&](const store::Row& row) {
          const std::string instrument = row.text(0);
          const auto kind = static_cast<TransactionKind>(row.integer(1));
          std::set<std::pair<int, int>> counted;
          for (const Part& part : parts_of(Json::parse(row.text(2)).at("parts"))) {
            DayTotal& total = totals
                                  .try_emplace({instrument, kind, part.period, part.count},
                                               DayTotal{instrument, kind, part.period, part.count, 0, 0})
                                  .first->second;
            total.amount += part.amount;
            if (counted.emplace(part.period, part.count).second) ++total.transactions;
          }
        },
        "SELECT t.instrument, t.kind, t.moves FROM right_journal j JOIN right_transaction t ON t.jurisdiction = j.jurisdiction "
        "AND t.key = j.transaction_key WHERE j.jurisdiction = ? AND j.at >= ? AND j.at < ? AND j.event = 'completed' AND "
        "t.kind IN (?, ?, ?, ?, ?) ORDER BY j.number",
        jurisdiction, start_of(day).seconds, start_of(day + std::chrono::days{1}).seconds,
        static_cast<int>(TransactionKind::issue), static_cast<int>(TransactionKind::surrender),
        static_cast<int>(TransactionKind::retire), static_cast<int>(TransactionKind::cancel),
        static_cast<int>(TransactionKind::reverse));
  });
  std::vector<DayTotal> out;
  for (auto& [at, total] : totals) out.push_back(std::move(total));
  return out;
}

}  // namespace tributary::rights
