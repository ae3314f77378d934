// Figures that the system has already, as a report's organisation and period want them.
#include "casework/casework.h"
#include "known/known.h"
#include "reporting/reporting.h"

#include <fmt/format.h>

namespace tributary::reporting {

Sources sources_of(const std::string& tenant, const std::vector<observe::StatisticsRule>& statistics) {
  return [tenant, &statistics](store::Transaction& t, const Element& element,
                               const identity::Organisation& unit,
                               const Period& period) -> std::optional<Known> {
    const Prefill& prefill = *element.prefill;
    const auto counted = [&](std::int64_t count) {
      return Known{std::to_string(count), fmt::format("{}:{}", to_string(prefill.from), prefill.what)};
    };
    switch (prefill.from) {
      case Prefill::From::cases:
        return counted(casework::Casework::begun_in(t, tenant, prefill.what, unit.id.value, period));
      case Prefill::From::places:
        return counted(static_cast<std::int64_t>(
            known::places_in(t, tenant, {prefill.what, unit.jurisdiction, period}).size()));
      case Prefill::From::readings:
        return known::of_readings(t, tenant, statistics,
                                  {known::places_in(t, tenant, {prefill.kind, unit.jurisdiction, period}),
                                   prefill.what, prefill.source, prefill.statistic, element.unit, element.places,
                                   period});
      case Prefill::From::ledger:
        return known::of_ledger(t, tenant, prefill.what == "received", unit.party, period);
    }
    return std::nullopt;
  };
}

}  // namespace tributary::reporting
