// What was issued, surrendered, retired, cancelled and reversed on one day, without saying by whom.
#pragma once

#include "rights/types.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace tributary::rights {

struct DayTotal {
  std::string instrument;
  TransactionKind kind = TransactionKind::issue;
  int period = 0;  // first month (Month::index) of a flow right, vintage of a stock
  int count = 1;   // months
  std::int64_t amount = 0;  // of a flow right per year, in each of those months
  std::int64_t transactions = 0;
};

// By instrument, kind and period; what was completed on that day. A reversal, of whatever kind of transaction, is told as such
// on its own day: no day's figures change afterwards. Joins a transaction that is open.
std::vector<DayTotal> day_totals(store::Database& database, const std::string& jurisdiction, Date day);

}  // namespace tributary::rights
