// What was surrendered, by whose account and for which obligation.
#include "rights/look.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace tributary::rights {
namespace {

// Before it was a field of its own the day stood at the end of the claim, «2025年度清缴 2026-12-30»; one after that of the
// approval says nothing.
std::optional<Date> day_in(std::string_view claim, Date approved) {
  constexpr std::size_t length = std::string_view("2026-12-30").size();
  if (claim.size() <= length) return std::nullopt;
  const char before = claim[claim.size() - length - 1];
  if (before >= '0' && before <= '9') return std::nullopt;
  try {
    const Date day = parse_date(claim.substr(claim.size() - length));
    return day <= approved ? std::optional(day) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

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
      const Proposal asked = proposal_of(is.body);
      const Date on = day_of(is.decided.value_or(is.proposed));
      const std::optional<Date> day = asked.surrendered_on ? asked.surrendered_on : day_in(asked.claim, on);
      for (const Part& part : is.parts)
        if (part.period >= filter.period_from && part.period < filter.period_to)
          out.push_back({key, is.from, instrument->second, part, asked.claim, on, day});
    }
    std::ranges::sort(out, {}, [](const Surrendered& one) {
      return std::tie(one.account, one.instrument.code, one.part.period, one.part.project, one.key);
    });
    return out;
  });
}

}  // namespace tributary::rights
