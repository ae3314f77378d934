// Where a run takes its inputs from: means and classes of observations, dated facts of the registry, earlier
// results.
#pragma once

#include "compensate/types.h"
#include "observe/observations.h"
#include "observe/statistics.h"
#include "policy/explain.h"
#include "policy/pack.h"
#include "registry/registry.h"
#include "rights/rights.h"
#include "store/store.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::compensate {

// An input's value for one place, with what lies behind it.
struct GivenInput {
  std::optional<Rational> value;  // in the input's declared unit; nothing: missing
  Text reason;                    // why it is missing, or a remark
  bool verified = true;
  bool example = false;
  std::vector<policy::Explanation> behind;  // means (with a reference to their observations), results, facts
};

// Reads for one run: one rule, one period, as known at one day and one instant.
class InputSource {
 public:
  // All references must outlive it.
  InputSource(store::Database& database, std::string tenant, const policy::Policy& policy, Date known,
              Instant as_known, std::int64_t position, std::optional<std::int64_t> before_run = {});

  // The accounts of a party whose rights count for a place: holding and trading ones with a permit that the place
  // (its attribute `permit`) has on the day or later, as the account is entered now; where the place has none, those
  // without. So no right counts for two places.
  std::vector<std::string> accounts(const registry::Place& place, const std::string& party, Date on) const;
  // The name of another place of the kind that the party has in the role and that has no permit on the day either, where the
  // party has an account without one: nobody can tell whose it is. Empty: there is none.
  std::string shared_with(const registry::Place& place, const RoleHeld& holder, Date on) const;
  // `holders`: who has the role that an input from rights names. Throws several_series (a place has the
  // indicator from several publishers and the rule does not choose), bad_attribute (a stored fact has not the
  // form the rule expects), bad_measure (a right is not counted in a unit). `group_mean` inputs are not
  // answered here.
  GivenInput get(const policy::CompiledRule& rule, const policy::Slot& slot, const registry::Place& place,
                 const Period& period, const std::vector<RoleHeld>& holders);

 private:
  GivenInput mean(const policy::Input& input, const std::string& indicator, const registry::Place& place,
                  const Period& period);
  GivenInput quality_class(const policy::Input& input, const registry::Place& place, const Period& period);
  GivenInput total(const policy::Input& input, const std::string& element, const registry::Place& place,
                   const Period& period);
  GivenInput rights(const policy::Input& input, const std::string& subject, const registry::Place& place,
                    const Period& period, const std::vector<RoleHeld>& holders);
  GivenInput surrendered(const policy::Input& input, const std::string& subject, const Period& period,
                         const std::vector<RoleHeld>& holders);
  // The months in which there are flow rights of the subject, half-open; empty when there are none.
  std::pair<int, int> period_with_rights(const std::string& subject);
  // Names of what the place lies in: its water body and its divisions up to the root.
  const std::set<std::string>& zones_of(const registry::Place& place, Date on);
  GivenInput attribute(const policy::Input& input, const std::string& name, const registry::Place& place,
                       const Period& period) const;
  GivenInput field(const policy::Input& input, const registry::Place& place) const;
  GivenInput status(const policy::Input& input, const registry::Place& place, const Period& period);
  GivenInput event(const policy::Input& input, const registry::Place& place, const Period& period);
  GivenInput result(const policy::Input& input, const registry::Place& place, const Period& period);

  const std::vector<observe::Series>& series_of(const std::string& place);
  const observe::Series* choose(const std::string& place, const std::string& indicator,
                                const std::string& publisher);
  const observe::Mean& mean_of(const observe::Series& series, const Period& period);
  const std::vector<registry::PlaceEvent>& events_of(const std::string& place, const Period& period);
  policy::Explanation describe(const observe::Series& series, const observe::Mean& mean) const;

  store::Database& database_;
  std::string tenant_;
  const policy::Policy& policy_;
  Date known_;
  Instant as_known_;
  std::int64_t position_;
  std::int64_t before_run_;
  observe::Observations observations_;
  observe::StatisticsRules statistics_;
  registry::Registry registry_;
  FixedClock clock_{Instant{}};  // reading rights asks for one; what is read here does not depend on it
  WorkCalendar calendar_;
  rights::Rights rights_;
  std::vector<rights::Instrument> instruments_;
  std::map<std::string, std::set<std::string>> zones_;
  std::map<std::string, std::vector<observe::Series>> series_;
  std::map<std::pair<std::int64_t, std::string>, observe::Mean> means_;
  std::map<std::pair<std::string, std::string>, std::vector<registry::PlaceEvent>> events_;
};

// What one of an instrument's measure is worth in the unit of the input; of a rate in one month. Throws bad_measure.
Rational in_unit_of(const policy::Input& input, const rights::Instrument& is);
// The period an input looks at when the run's period is `period`; the period itself for those that look at
// several (year_to_date, months).
Period shifted(const Period& period, policy::InputOrigin::When when);
// The days or months an input from total or rights looks at, in order.
std::vector<Period> parts_of(const Period& period, const policy::InputOrigin& origin, Granularity each);

}  // namespace tributary::compensate
