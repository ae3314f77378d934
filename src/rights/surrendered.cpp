// What was surrendered, by whose account and for which obligation.
#include "rights/look.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace tributary::rights {

std::vector<Surrendered> Rights::surrendered(const HeldFilter& filter, std::int64_t position) const {
  if (filter.accounts.empty()) return {};
  return look(database_, jurisdiction_, clock_, [&](Book& book) {
    std::map<std::string, Instrument> known;
    for (Instrument& is : book.instruments())
      if (is.subject == filter.subject) known.emplace(is.code, std::move(is));
    std::string marks;
    std::vector<store::Value> values{
        store::to_value(jurisdiction_),
        store::to_value(std::int64_t{static_cast<int>(TransactionKind::surrender)})};
    for (const std::string& account : filter.accounts) {
      marks += marks.empty() ? "?" : ", ?";
      values.push_back(store::to_value(account));
    }
    values.push_back(store::to_value(position));
    std::set<std::string> keys;
    // Completed when its units had moved (3: a hold is settled) by the position.
    book.store().each_values(
        fmt::format(
            "SELECT x.key FROM right_transaction x WHERE x.jurisdiction = ? AND x.kind = ? AND x.state = 2 "
            "AND "
            "x.from_account IN ({}) AND EXISTS (SELECT 1 FROM ledger_transfer l WHERE l.jurisdiction = "
            "x.jurisdiction AND l.cause_kind = 'right' AND l.cause_id = x.key AND l.action = 3 AND l.number "
            "<= ?)",
            marks),
        values, [&](const store::Row& row) { keys.insert(row.text(0)); });
    book.load_transactions(keys);
    std::vector<Surrendered> out;
    for (const std::string& key : keys) {
      const Transaction& is = book.transaction(key)->is;
      const auto instrument = known.find(is.instrument);
      if (instrument == known.end()) continue;
      // Taken back by the position; later it was still surrendered then.
      if (!is.reversed_by.empty() &&
          book.store().first("SELECT 1 FROM ledger_transfer WHERE jurisdiction = ? AND cause_kind = 'right' AND cause_id = ? AND "
                             "action = 3 AND number <= ? LIMIT 1",
                             jurisdiction_, is.reversed_by, position))
        continue;
      for (const Part& part : is.parts)
        if (part.period >= filter.period_from && part.period < filter.period_to)
          out.push_back({key, is.from, instrument->second, part, Json::parse(is.body).value("claim", ""),
                         day_of(is.decided.value_or(is.proposed))});
    }
    std::ranges::sort(out, {}, [](const Surrendered& one) {
      return std::tie(one.account, one.instrument.code, one.part.period, one.part.project, one.key);
    });
    return out;
  });
}

}  // namespace tributary::rights
