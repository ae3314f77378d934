#include "compensate/standing.h"

#include "observe/observations.h"

#include <algorithm>
#include <map>
#include <set>

namespace tributary::compensate {

using Kind = policy::InputOrigin::Kind;

std::vector<std::shared_ptr<const policy::CompiledRule>> duties(const policy::Policy& policy, Date on) {
  std::map<std::string, std::shared_ptr<const policy::CompiledRule>> out;
  for (const auto& rule : policy.rules()) {
    const bool reads_rights = std::ranges::any_of(
        rule->rule.inputs, [](const policy::Input& input) { return input.origin.kind == Kind::rights; });
    if (reads_rights && rule->rule.in_force.holds_on(on) && !out.contains(rule->rule.name))
      out.emplace(rule->rule.name, policy.rule(rule->rule.name, on, on));
  }
  std::vector<std::shared_ptr<const policy::CompiledRule>> list;
  for (auto& [name, rule] : out) list.push_back(std::move(rule));
  return list;
}

Period latest_metered(store::Database& database, const std::string& tenant, const policy::Rule& rule,
                      std::span<const registry::Place> places, Date on) {
  std::set<std::string> metered;
  for (const policy::Input& input : rule.inputs) {
    if (input.origin.kind != Kind::total) continue;
    if (!input.origin.indicator.text.empty()) metered.insert(input.origin.indicator.text);
    for (const auto& [element, indicator] : input.origin.indicator.each) metered.insert(indicator);
  }
  const observe::Observations observations(database, tenant);
  std::optional<Instant> last;
  for (const registry::Place& place : places)
    for (const observe::Series& series : observations.series({place.code, "", ""})) {
      if (!metered.contains(series.indicator)) continue;
      const auto coverage = observations.coverage(series.id, false);
      if (coverage.last && (!last || *last < *coverage.last)) last = coverage.last;
    }
  return last ? Period::containing(day_of(*last), rule.granularity)
              : Period::containing(on, rule.granularity).previous();
}

std::vector<Period> current_periods(store::Database& database, const std::string& tenant,
                                    const policy::Rule& rule, std::span<const registry::Place> places,
                                    Date on) {
  constexpr std::size_t most = 6;
  std::vector<Period> out{latest_metered(database, tenant, rule, places, on)};
  const auto due = std::ranges::find(rule.inputs, Kind::past,
                                     [](const policy::Input& input) { return input.origin.kind; });
  if (due == rule.inputs.end()) return out;
  for (Period p = out.front().previous(); out.size() < most && rule.in_force.holds_on(p.from());
       p = p.previous())
    if (due->origin.due->of(p) < on) out.push_back(p);
  return out;
}

namespace {

bool falls_due_later(const policy::Rule& rule) {
  return std::ranges::any_of(rule.inputs,
                             [](const policy::Input& input) { return input.origin.kind == policy::InputOrigin::Kind::past; });
}

}  // namespace

Date role_day(const policy::Rule& rule, const Period& period, const registry::Place& place) {
  if (!falls_due_later(rule)) return period.from();
  return std::min(period.last_day(), place.validity.to - std::chrono::days{1});
}

std::vector<registry::Place> places_in(const registry::Registry& registry, const policy::Rule& rule, const Period& period) {
  const registry::PlaceFilter filter{rule.place_kind, rule.group, {}};
  std::vector<registry::Place> out = registry.places(filter, period.from());
  if (!falls_due_later(rule)) return out;
  std::set<std::string> known;
  for (const registry::Place& place : out) known.insert(place.code);
  const auto take = [&](Date day) {
    for (registry::Place& place : registry.places(filter, day))
      if (known.insert(place.code).second) out.push_back(std::move(place));
  };
  for (Period month = Period::containing(period.from(), Granularity::month); month.from() < period.to(); month = month.next()) take(month.from());
  take(period.last_day());
  std::ranges::sort(out, {}, &registry::Place::code);
  return out;
}

bool is_there(const registry::Place& place, const policy::Rule& rule, const Period& period) {
  return falls_due_later(rule) ? place.validity.overlaps({period.from(), period.to()}) : place.validity.holds_on(period.from());
}

bool is_unsettled(const PlaceResult& result, bool last_over) {
  const auto value = [&](std::string_view name) {
    const auto found = std::ranges::find(result.results, name, &FormulaValue::name);
    return found == result.results.end() ? std::string("-") : found->value;
  };
  if (value("total") == "-") return false;
  const auto verdict = breach(result);
  return !verdict || (*verdict && (last_over || value("outstanding") != "0"));
}

Text element_title(const policy::Policy& policy, const policy::Rule& rule, const std::string& element) {
  const auto& known = policy.catalog().indicators;
  if (known.contains(element)) return policy.catalog().indicator_title(element);
  for (const policy::Input& input : rule.inputs)
    if (input.origin.kind == Kind::total)
      if (const std::string& indicator = input.origin.indicator.of(element); known.contains(indicator))
        return policy.catalog().indicator_title(indicator);
  return {element, element};
}

std::optional<bool> breach(const PlaceResult& result) {
  for (const FormulaValue& one : result.results)
    if (one.name == "breach" && one.value != "-") return one.value == "true";
  return std::nullopt;
}

}  // namespace tributary::compensate
