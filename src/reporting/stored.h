// A report as it lies in the database; private.
#pragma once

#include "reporting/reporting.h"

namespace tributary::reporting {

struct Reporting::Stored {
  const DataSet* set = nullptr;
  identity::Organisation unit;
  Period period;
  Days days;
  State state = State::open;
  int level = 0;
  bool reopened = false;
  std::string submitted{};
  std::string first_received{};
  std::int64_t version = 0;  // 0: no row yet

  ReportKey key() const { return {set->name, unit.id.value, period.to_string()}; }
  bool fillable() const { return state == State::open || state == State::returned; }
  bool locked(Date today) const { return fillable() && !reopened && days.closes && today > *days.closes; }
  ReportHead head(Date today) const;
  void take(const store::Row& row);  // report_columns
};

// Days of a period that the office has set, as text; empty: as declared.
struct OfficeDays {
  std::string due, closes, basis;
};
// Of all periods, or of `period` and those after it.
std::map<std::string, OfficeDays> office_days(store::Transaction& t, const std::string& tenant,
                                              const DataSet& set, const std::string& period = {});
Days days_in(const WorkCalendar& calendar, const DataSet& set, const Period& period,
             const std::map<std::string, OfficeDays>& office);

// Which periods of an organisation are accepted is kept as runs of days, [first, second): what it has still to do lies
// between them, however many periods there were.
void keep_accepted(store::Transaction& t, const std::string& tenant, const ReportKey& key, const Period& period,
                   bool accepted);
// Those that are not accepted, oldest first, from the period `first` to the one that has begun on the day.
std::vector<Period> not_accepted(store::Transaction& t, const std::string& tenant, const std::string& set,
                                 const std::string& organisation, const Period& first, Date today);

inline constexpr const char* report_columns =
    "organisation, period, state, level, reopened, submitted, first_received, version";
inline constexpr const char* entry_columns =
    "element, kind, value, reason, explanation, origin, detail, user_name, at, version";
std::pair<std::string, Entry> entry_of(const store::Row& row);
Figures figures_of(const std::map<std::string, Entry>& entries);
std::string canonical(const Element& element, const std::string& text, std::vector<Fault>& faults);

}  // namespace tributary::reporting
