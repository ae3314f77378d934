#include "reporting/stored.h"

namespace tributary::reporting {

void keep_accepted(store::Transaction& t, const std::string& tenant, const ReportKey& key, const Period& period,
                   bool accepted) {
  const std::string from = base::to_string(period.from());
  const std::string to = base::to_string(period.to());
  const auto run = [&](const char* which, const std::string& a, const std::string& b) {
    return t.first(std::string("SELECT begins, ends FROM reporting_accepted WHERE jurisdiction = ? AND set_name = ? AND "
                               "organisation = ? AND ") +
                       which,
                   tenant, key.set, key.organisation, a, b);
  };
  const auto remove = [&](const store::Row& row) {
    t.execute("DELETE FROM reporting_accepted WHERE jurisdiction = ? AND set_name = ? AND organisation = ? AND begins = ?",
              tenant, key.set, key.organisation, row.text(0));
  };
  const auto add = [&](const std::string& begins, const std::string& ends) {
    if (begins < ends)
      t.execute("INSERT INTO reporting_accepted (jurisdiction, set_name, organisation, begins, ends) VALUES (?, ?, ?, ?, ?)",
                tenant, key.set, key.organisation, begins, ends);
  };
  const auto around = run("begins <= ? AND ends >= ?", from, to);
  if (accepted == around.has_value()) return;
  if (around) {
    remove(*around);
    add(around->text(0), from);
    add(to, around->text(1));
    return;
  }
  const auto before = run("ends = ? AND begins < ?", from, from);
  const auto after = run("begins = ? AND ends > ?", to, to);
  if (before) remove(*before);
  if (after) remove(*after);
  add(before ? before->text(0) : from, after ? after->text(1) : to);
}

std::vector<Period> not_accepted(store::Transaction& t, const std::string& tenant, const std::string& set,
                                 const std::string& organisation, const Period& first, Date today) {
  std::vector<Period> out;
  Period next = first;
  const auto until = [&](Date day) {
    for (; next.from() < day && next.from() <= today; next = next.next()) out.push_back(next);
  };
  for (const store::Row& row : t.query("SELECT begins, ends FROM reporting_accepted WHERE jurisdiction = ? AND set_name = ? "
                                       "AND organisation = ? ORDER BY begins",
                                       tenant, set, organisation)) {
    until(parse_date(row.text(0)));
    next = Period::containing(parse_date(row.text(1)), first.granularity());
  }
  until(Date::max());
  return out;
}

}  // namespace tributary::reporting
