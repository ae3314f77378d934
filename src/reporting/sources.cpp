// Figures that the system has already.
#include "casework/casework.h"
#include "ledger/ledger.h"
#include "observe/observations.h"
#include "observe/statistics.h"
#include "registry/registry.h"
#include "reporting/reporting.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::reporting {
namespace {

std::vector<registry::Place> places_of(store::Transaction& t, const std::string& tenant,
                                       const std::string& kind, const identity::Organisation& unit,
                                       const Period& period) {
  registry::PlaceFilter filter;
  filter.kind = kind;
  filter.jurisdiction = unit.jurisdiction;
  return registry::RegistryReader(t, tenant).places(filter, period.last_day());
}

// Cash is what was paid; what is only owed stands on other accounts. An organisation without an account has
// neither received nor paid anything through this ledger.
Known from_ledger(store::Transaction& t, const std::string& tenant, const std::string& what,
                  const identity::Organisation& unit, const Period& period) {
  const auto found = unit.party.empty() ? std::nullopt
                                        : ledger::Ledger::turnover(
                                              t, tenant, {unit.party, "CNY", "cash", std::nullopt}, period);
  if (!found) return {"0", fmt::format("ledger:{}:none", what)};
  const std::int64_t fen = what == "received" ? found->in : found->out;
  return {Decimal::parse(ledger::format_amount(fen, 2)).normalized().to_string(),
          fmt::format("ledger:{}:{}", what, found->transfers)};
}

// The means of the places, each by the rules of statistics in force; as one. A place with two series of which
// none is named is not guessed at.
std::optional<Known> from_readings(store::Transaction& t, const std::string& tenant,
                                   const std::vector<observe::StatisticsRule>& rules, const Element& element,
                                   const identity::Organisation& unit, const Period& period) {
  const Prefill& wanted = *element.prefill;
  const observe::StatisticsRules statistics(rules);
  std::vector<Rational> means;
  std::size_t places = 0;
  for (const registry::Place& place : places_of(t, tenant, wanted.kind, unit, period)) {
    const auto series = observe::Observations::series(t, tenant, {place.code, wanted.what, wanted.source});
    if (series.empty()) continue;
    ++places;
    if (series.size() > 1) continue;
    const Unit measured = Unit::parse(series[0].unit);
    const bool counts = wanted.statistic == Prefill::Statistic::count;
    if (!counts && !measured.same_dimension(element.unit)) continue;
    const auto mean = observe::mean(
        statistics, series[0],
        observe::Observations::read(t, tenant, series[0].id, observe::InstantRange::of(period)), period);
    if (mean.exact) means.push_back(counts ? *mean.exact : *mean.exact * measured.factor_to(element.unit));
  }
  if (places == 0) return std::nullopt;
  const std::string detail =
      fmt::format("readings:{}:{}:{}/{}", wanted.what, to_string(wanted.statistic), means.size(), places);
  if (wanted.statistic == Prefill::Statistic::count) return Known{std::to_string(means.size()), detail};
  const auto one = merged(wanted.statistic == Prefill::Statistic::mean  ? Merge::average
                          : wanted.statistic == Prefill::Statistic::max ? Merge::max
                                                                        : Merge::min,
                          means);
  if (!one) return std::nullopt;
  return Known{shown(*one, element.places), detail};
}

}  // namespace

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
        return counted(static_cast<std::int64_t>(places_of(t, tenant, prefill.what, unit, period).size()));
      case Prefill::From::readings:
        return from_readings(t, tenant, statistics, element, unit, period);
      case Prefill::From::ledger:
        return from_ledger(t, tenant, prefill.what, unit, period);
    }
    return std::nullopt;
  };
}

}  // namespace tributary::reporting
