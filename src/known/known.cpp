#include "known/known.h"

#include "base/text.h"
#include "ledger/ledger.h"
#include "observe/observations.h"
#include "observe/statistics.h"
#include "registry/registry.h"
#include "rights/rights.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

namespace tributary::known {
namespace {

// What stands in several words the same way: "NH3-N" and nh3n.
std::string letters_of(std::string_view text) {
  std::string out = fold_width_upper(text);
  std::erase_if(out, [](unsigned char c) { return std::isalnum(c) == 0; });
  return out;
}

Rational as_one(Statistic statistic, const std::vector<Rational>& means) {
  if (statistic == Statistic::max) return *std::max_element(means.begin(), means.end());
  if (statistic == Statistic::min) return *std::min_element(means.begin(), means.end());
  Rational sum(0);
  for (const Rational& one : means) sum = sum + one;
  return sum / Rational::from_int(static_cast<std::int64_t>(means.size()));
}

}  // namespace

std::string_view to_string(Statistic statistic) {
  constexpr std::array<std::string_view, 4> names{"mean", "max", "min", "count"};
  return names[static_cast<std::size_t>(statistic)];
}

std::vector<std::string> places_in(store::Transaction& t, const std::string& tenant, const Area& area) {
  registry::PlaceFilter filter;
  filter.kind = area.kind;
  filter.jurisdiction = area.jurisdiction;
  std::vector<std::string> out;
  for (const registry::Place& place : registry::RegistryReader(t, tenant).places(filter, area.period.last_day()))
    out.push_back(place.code);
  return out;
}

std::optional<Figure> of_readings(store::Transaction& t, const std::string& tenant,
                                  const std::vector<observe::StatisticsRule>& rules, const OfReadings& wanted) {
  const observe::StatisticsRules statistics(rules);
  const bool counts = wanted.statistic == Statistic::count;
  std::vector<Rational> means;
  std::size_t places = 0;
  for (const std::string& place : wanted.places) {
    const auto series = observe::Observations::series(t, tenant, {place, wanted.indicator, wanted.series});
    if (series.empty()) continue;
    ++places;
    if (series.size() > 1) continue;
    const Unit measured = Unit::parse(series[0].unit);
    if (!counts && !measured.same_dimension(wanted.unit)) continue;
    const auto mean = observe::mean(
        statistics, series[0],
        observe::Observations::read(t, tenant, series[0].id, observe::InstantRange::of(wanted.period)), wanted.period);
    if (mean.exact) means.push_back(counts ? *mean.exact : *mean.exact * measured.factor_to(wanted.unit));
  }
  if (places == 0) return std::nullopt;
  const std::string detail = fmt::format("readings:{}:{}:{}/{}", wanted.indicator, to_string(wanted.statistic),
                                         means.size(), places);
  if (counts) return Figure{std::to_string(means.size()), detail};
  if (means.empty()) return std::nullopt;
  return Figure{as_one(wanted.statistic, means).to_decimal(wanted.decimals, Rounding::half_even).normalized().to_string(), detail};
}

Figure of_ledger(store::Transaction& t, const std::string& tenant, bool received, const std::string& party,
                 const Period& period) {
  const char* what = received ? "received" : "paid";
  const auto found = party.empty()
                         ? std::nullopt
                         : ledger::Ledger::turnover(t, tenant, {party, "CNY", "cash", std::nullopt}, period);
  if (!found) return {"0", fmt::format("ledger:{}:none", what)};
  return {Decimal::parse(ledger::format_amount(received ? found->in : found->out, 2)).normalized().to_string(),
          fmt::format("ledger:{}:{}", what, found->transfers)};
}

std::optional<Figure> of_party(store::Transaction& t, const std::string& tenant, const std::string& party,
                               const std::string& what) try {
  const registry::Party found = registry::RegistryReader(t, tenant).party(party);
  if (found.kind == registry::PartyKind::person || found.kind == registry::PartyKind::household) return std::nullopt;
  const std::string value = what == "credit_code" ? found.uscc : what == "name" ? found.name.zh : found.jurisdiction;
  if (value.empty()) return std::nullopt;
  return Figure{value, "party:" + what};
} catch (const Error& e) {
  if (e.kind() != Kind::not_found) throw;
  return std::nullopt;
}

std::optional<Figure> of_place(store::Transaction& t, const std::string& tenant, const std::string& place,
                               const std::string& attribute, Date on) {
  const auto found = registry::RegistryReader(t, tenant).attribute(place, attribute, on, on);
  if (!found) return std::nullopt;
  return Figure{found->value, fmt::format("place:{}:{}", attribute, found->verified ? "verified" : "unverified")};
}

std::optional<Figure> of_rights(store::Database& database, const std::string& tenant, const Clock& clock,
                                const OfRights& wanted) {
  const WorkCalendar none;
  const rights::Rights rights(database, tenant, clock, none);
  const int first = rights::Month::of(wanted.from).index;
  const int last = rights::Month::of(wanted.to).index;  // not included
  std::set<std::string> rates;
  std::set<std::string> stocks;
  for (const rights::Instrument& one : rights.instruments())
    if (letters_of(one.subject) == letters_of(wanted.subject))
      (one.kind == rights::InstrumentKind::flow ? rates : stocks).insert(one.code);
  if (rates.empty() && stocks.empty()) return std::nullopt;
  std::map<int, std::int64_t> free;  // by month
  std::int64_t quantity = 0;
  std::set<std::string> accounts;
  for (const rights::Holding& one : rights.holdings({.owner = wanted.party})) {
    if (rates.contains(one.instrument)) {
      for (int month = std::max(first, one.part.period); month < std::min(last, one.part.period + one.part.count); ++month)
        free[month] += one.free;
      accounts.insert(one.account);
    }
    if (stocks.contains(one.instrument) && one.part.period == year_of(wanted.from)) {
      quantity += one.free;
      accounts.insert(one.account);
    }
  }
  if (accounts.empty()) return std::nullopt;
  if (!rates.empty()) {
    if (first >= last) return std::nullopt;
    quantity = 0;
    if (free.size() == static_cast<std::size_t>(last - first))
      quantity = std::min_element(free.begin(), free.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->second;
  }
  return Figure{std::to_string(quantity), fmt::format("rights:{}", fmt::join(accounts, "+"))};
}

}  // namespace tributary::known
