// Compliance: what was metered against what is permitted and held, as it stands now. Every rule that looks at the
// registry of rights is such a rule; its formulas are the figures, `breach` (a boolean) is the verdict. Nothing is
// stored by looking: runs of the same rules are the record.
//
// A holder sees the places of his own party and no other.
#include "api/routes.h"
#include "compensate/standing.h"
#include "policy/explanation_json.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using policy::CompiledRule;
using schema::any, schema::boolean, schema::both, schema::integer, schema::line, schema::list, schema::named,
    schema::nullable, schema::object, schema::one_of, schema::optional, schema::text;

// By name, or the first that concerns the place.
std::shared_ptr<const CompiledRule> duty(Call& call, const std::string& name, const registry::Place& place) {
  for (auto& one : compensate::duties(call.policy(), call.clock().today()))
    if (one->rule.place_kind == place.kind && (one->rule.group.empty() || place.groups.contains(one->rule.group)) &&
        (name.empty() || one->rule.name == name))
      return one;
  throw not_found({"这个场所的履约规则", "rule of compliance for the place"});
}

// Where one of the caller's own parties has or had a role (nothing: everywhere). What was owed there in a period is then
// shown by who owed it (is_own), so that a former operator sees his own year, and nobody another's.
std::optional<std::set<std::string>> places_ever(Call& call) {
  const auto parties = call.caller.parties(Permission::rights_read);
  if (!parties) return std::nullopt;
  return registry::Registry(call.database(), call.tenant()).read([&](const registry::RegistryReader& reader) {
    return reader.places_ever_of(*parties);
  });
}

std::vector<registry::Place> visible_of(Call& call, std::vector<registry::Place> places) {
  if (const auto visible = places_ever(call))
    std::erase_if(places, [&](const registry::Place& place) { return !visible->contains(place.code); });
  return places;
}
std::vector<registry::Place> places_of(Call& call, const policy::Rule& rule, const Period& period) {
  return visible_of(call, compensate::places_in(registry::Registry(call.database(), call.tenant()), rule, period));
}

// The period asked for, or those to speak of now, the newest first; none when the rule is for another kind of period.
std::vector<Period> wanted_periods(Call& call, const policy::Rule& rule, const std::vector<registry::Place>& places) {
  if (!call.has("period"))
    return compensate::current_periods(call.database(), call.tenant(), rule, places, call.clock().today());
  const Period given = Period::parse(call.text("period"));
  if (given.granularity() == rule.granularity) return {given};
  return {};
}

Error other_period() {
  return Error{codes::bad_parameter, {"规则按另一种时段计算", "the rule is for another kind of period"},
              {{}, 0, 0, "period"}, {"月 2026-10，年 2026", "month 2026-10, year 2026"}};
}

// "total[cod]" apart: formula and element, with the element's own name.
Json figures(Call& call, const policy::Rule& rule, const compensate::PlaceResult& result) {
  Json out = Json::array();
  for (const compensate::FormulaValue& one : result.results) {
    std::string formula = one.name;
    std::string element;
    if (const auto bracket = formula.find('['); bracket != std::string::npos) {
      element = formula.substr(bracket + 1, formula.size() - bracket - 2);
      formula.resize(bracket);
    }
    out.push_back({{"formula", formula},
                   {"element", element},
                   {"of", element.empty() ? json_of(Text{}) : json_of(compensate::element_title(call.policy(), rule, element))},
                   {"title", json_of(one.title)},
                   {"value", one.value == "-" ? Json(nullptr) : Json(one.value)},
                   {"unit", one.unit}});
  }
  return out;
}

Json breach_of(const compensate::PlaceResult& result) {
  const auto breach = compensate::breach(result);
  return breach ? Json(*breach) : Json(nullptr);
}

Json standing_json(Call& call, const policy::Rule& rule, const compensate::Computation& c,
                   const compensate::PlaceResult& place) {
  const Names names(call);
  Json holders = Json::array();
  for (const compensate::RoleHeld& one : place.roles) holders.push_back(names.party(one.party));
  return {{"rule", c.head.rule},
          {"title", json_of(c.head.title)},
          {"place", named_json(place.place, place.name)},
          {"holders", holders},
          {"period", c.head.period.to_string()},
          {"outcome", policy::to_string(place.outcome)},
          {"missing", place.missing},
          {"breach", breach_of(place)},
          {"figures", figures(call, rule, place)},
          {"verified", !c.head.unverified},
          {"example", c.head.example}};
}

Json standing_schema() {
  return object({{"rule", text()},
                 {"title", both()},
                 {"place", named("Named")},
                 {"holders", list(named("Named"))},
                 {"period", text()},
                 {"outcome", one_of({"computed", "not_assessed", "missing"})},
                 {"missing", list(text())},
                 {"breach", nullable(boolean())},
                 {"figures", list(object({{"formula", text()},
                                          {"element", text()},
                                          {"of", both()},
                                          {"title", both()},
                                          {"value", nullable(text())},
                                          {"unit", text()}}))},
                 {"verified", boolean()},
                 {"example", boolean()}});
}

// A place may have been another's then: what he had and owed is not for whoever has it today.
bool is_own(Call& call, const compensate::PlaceResult& result) {
  const auto parties = call.caller.parties(Permission::rights_read);
  return !parties || std::ranges::any_of(result.roles, [&](const compensate::RoleHeld& one) { return parties->contains(one.party); });
}

// Whether the period is owed by the caller's own parties; always for who sees all.
bool had_role(Call& call, const policy::Rule& rule, const registry::Place& place, const Period& period) {
  const auto parties = call.caller.parties(Permission::rights_read);
  if (!parties) return true;
  return registry::Registry(call.database(), call.tenant()).read([&](const registry::RegistryReader& reader) {
    return std::ranges::any_of(reader.roles(place.code, compensate::role_day(rule, period, place)),
                               [&](const registry::PlaceRole& role) { return parties->contains(role.party); });
  });
}

Page list_standings(Call& call, const PageRequest& page) {
  const auto compensation = compensation_of(call);
  std::vector<Json> all;
  bool looked = false;
  bool fits = false;
  for (const auto& rule : compensate::duties(call.policy(), call.clock().today())) {
    if (call.has("rule") && call.text("rule") != rule->rule.name) continue;
    const auto now = visible_of(call, registry::Registry(call.database(), call.tenant())
                                          .places({rule->rule.place_kind, rule->rule.group, {}}, call.clock().today()));
    const auto periods = wanted_periods(call, rule->rule, now);
    fits = fits || !periods.empty();
    looked = looked || !now.empty();
    for (std::size_t i = 0; i < periods.size(); ++i) {
      const auto places = places_of(call, rule->rule, periods[i]);
      if (places.empty()) continue;
      // Few places one by one, many together.
      std::vector<compensate::Computation> found;
      if (call.caller.parties(Permission::rights_read))
        for (const registry::Place& place : places)
          found.push_back(compensation.look(rule->rule.name, periods[i], place.code));
      else
        found.push_back(compensation.look(rule->rule.name, periods[i]));
      for (const compensate::Computation& c : found)
        for (const compensate::PlaceResult& place : c.places)
          if (is_own(call, place) && (i == 0 || compensate::is_unsettled(place, i == 1))) all.push_back(standing_json(call, rule->rule, c, place));
    }
  }
  if (looked && !fits) throw other_period();
  return page_of(std::move(all), page);
}

// The newest period that is still unsettled though its day is over, else the newest.
Period default_period(Call& call, const policy::Rule& rule, const registry::Place& place, const std::vector<Period>& periods) {
  for (std::size_t i = 1; i < periods.size(); ++i) {
    const auto then = places_of(call, rule, periods[i]);
    if (std::ranges::find(then, place.code, &registry::Place::code) == then.end()) continue;
    const auto c = compensation_of(call).look(rule.name, periods[i], place.code);
    if (is_own(call, c.places.front()) && compensate::is_unsettled(c.places.front(), i == 1)) return periods[i];
  }
  return periods.front();
}

// One place through time, the newest period explained down to the readings and the rights.
Answer one_standing(Call& call) {
  const std::string code = call.in_path("place");
  const auto visible = places_ever(call);
  if (visible && !visible->contains(code)) throw not_found({"这个场所", "place"});
  const registry::Place place = registry::Registry(call.database(), call.tenant()).find_place(code);
  const auto rule = duty(call, call.text("rule"), place);
  const auto compensation = compensation_of(call);
  const auto candidates = wanted_periods(call, rule->rule, {place});
  if (candidates.empty()) throw other_period();
  Period period = default_period(call, rule->rule, place, candidates);
  Json periods = Json::array();
  Period offered = compensate::latest_metered(call.database(), call.tenant(), rule->rule, std::span(&place, 1), call.clock().today());
  for (int i = 0; i < 36 && compensate::is_there(place, rule->rule, offered) && rule->rule.in_force.holds_on(offered.from());
       ++i, offered = offered.previous())
    if (had_role(call, rule->rule, place, offered)) periods.push_back(offered.to_string());
  if (!had_role(call, rule->rule, place, period)) {
    if (call.has("period") || periods.empty())
      throw Error(codes::bad_parameter, {"这一时段这个场所不由您负责", "the place was not yours in that period"}, {{}, 0, 0, "period"});
    period = Period::parse(periods.front().get<std::string>());
  }
  Json series = Json::array();
  Json newest;
  Json explained = Json::array();
  for (std::int64_t i = 0; i < call.whole("count").value_or(12); ++i, period = period.previous()) {
    if (!compensate::is_there(place, rule->rule, period) || !rule->rule.in_force.holds_on(period.from())) break;
    const compensate::Computation c = compensation.look(rule->rule.name, period, place.code);
    if (c.places.empty()) break;
    const compensate::PlaceResult& result = c.places.front();
    if (!is_own(call, result)) continue;
    series.push_back({{"period", period.to_string()},
                      {"outcome", policy::to_string(result.outcome)},
                      {"breach", breach_of(result)},
                      {"figures", figures(call, rule->rule, result)}});
    if (!newest.is_null()) continue;
    newest = standing_json(call, rule->rule, c, result);
    for (policy::Explanation e : result.formula_derivations) {
      compensation.add_observations(e);
      explained.push_back(Json::parse(policy::to_json(e)));
    }
  }
  if (newest.is_null())
    throw Error(codes::bad_parameter, {"这一时段没有这条规则", "the rule is not in force then"}, {{}, 0, 0, "period"});
  std::reverse(series.begin(), series.end());
  return Json{{"standing", newest},
              {"source", json_of(rule->rule.source)},
              {"note", json_of(rule->rule.note)},
              {"series", series},
              {"periods", periods},
              {"explained", explained}};
}

}  // namespace

void add_compliance_routes(RouteTable& table) {
  table.components()["Standing"] = standing_schema();
  table.add({.path = "/api/v1/compliance",
             .name = "compliance",
             .tag = "rights",
             .summary = {"计量与许可、权利相比，截至最近有计量的时段；有时限的，时限已过而没有了结的以前年度也在（持有人只见自己的场所）",
                         "what was metered against permits and rights, for the latest metered period, and earlier ones whose day is over and that are not settled; a holder sees his own places"},
             .access = Access::to(Permission::rights_read),
             .query = {{"rule", line(100), {"规则", "rule"}}, {"period", schema::period(), {"时段", "period"}}},
             .answer = named("Standing"),
             .sorts = {"period"},
             .pager = list_standings});
  table.add({.path = "/api/v1/compliance/{place}",
             .name = "standing",
             .tag = "rights",
             .summary = {"一个场所的历期情况和最近一期的来历", "one place through time, and why the newest is what it is"},
             .access = Access::to(Permission::rights_read),
             .query = {{"rule", line(100), {"规则，缺省为该类场所的第一条", "rule; the first for such a place"}},
                       {"period", schema::period(), {"最近一期；缺省为时限已过而没有了结的，没有则为最近有计量的", "the newest period; by default one that is not settled though its day is over, else the latest metered"}},
                       {"count", integer(1, 36), {"期数", "how many periods"}}},
             .answer = object({{"standing", named("Standing")},
                               {"source", any()},
                               {"note", both()},
                               {"series", list(object({{"period", text()},
                                                       {"outcome", text()},
                                                       {"breach", nullable(boolean())},
                                                       {"figures", any()}}))},
                               {"periods", list(text())},
                               {"explained", list(any())}}),
             .handler = one_standing});
}

}  // namespace tributary::api
