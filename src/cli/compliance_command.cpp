// compliance: what was metered against what is permitted and held, as it stands now.
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "compensate/compensation.h"
#include "compensate/standing.h"
#include "policy/explanation_json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

struct Arguments {
  std::string rule, period, place;
};

// A figure by formula and element: "total[cod]".
std::string value_of(const compensate::PlaceResult& place, const std::string& name) {
  for (const compensate::FormulaValue& one : place.results)
    if (one.name == name) return one.value;
  return {};
}

int compliance(Context& c, const Arguments& a) {
  const compensate::Compensation compensation(c.database(), c.tenant(), c.policy(), c.clock());
  const registry::Registry registry(c.database(), c.tenant());
  Json out = Json::array();
  document::Table table;
  table.caption = {"履约：计量与许可量、持有权利相比", "Compliance: metered use against permits and rights"};
  table.columns = {
      {{"场所", "place"}},
      {{"截至", "up to"}},
      {{"项", "element"}},
      {{"计量合计（碳：已清缴）", "metered (carbon: surrendered)"},
       document::CellKind::number,
       document::Align::right},
      {{"许可量（碳：应清缴）", "permitted (carbon: due)"},
       document::CellKind::number,
       document::Align::right},
      {{"余量（碳：尚欠）", "left (carbon: owed)"}, document::CellKind::number, document::Align::right},
      {{"持有权利", "rights held"}, document::CellKind::number, document::Align::right},
      {{"权利余量", "rights left"}, document::CellKind::number, document::Align::right},
      {{"单位", "unit"}},
      {{"结论", "verdict"}}};
  const std::string only =
      a.place.empty() ? std::string() : registry.find_place(a.place, {}, c.clock().today()).code;
  bool known = a.rule.empty();
  for (const auto& rule : compensate::duties(c.policy(), c.clock().today())) {
    if (!a.rule.empty() && a.rule != rule->rule.name) continue;
    known = true;
    // A month asks for the rules of months, a year for those of years.
    if (a.rule.empty() && !a.period.empty() && Period::parse(a.period).granularity() != rule->rule.granularity) continue;
    const auto wanted = [&](std::vector<registry::Place> places) {
      if (!only.empty()) std::erase_if(places, [&](const registry::Place& place) { return place.code != only; });
      return places;
    };
    const auto now = wanted(registry.places({rule->rule.place_kind, rule->rule.group, {}}, c.clock().today()));
    const auto periods = a.period.empty() ? compensate::current_periods(c.database(), c.tenant(), rule->rule,
                                                                        now, c.clock().today())
                                          : std::vector{Period::parse(a.period)};
    for (std::size_t i = 0; i < periods.size(); ++i) {
      const Period& period = periods[i];
      const auto places = wanted(compensate::places_in(registry, rule->rule, period));
      if (places.empty()) continue;
      const auto found = compensation.look(rule->rule.name, period,
                                           only);
      for (const compensate::PlaceResult& place : found.places) {
        if (i > 0 && !compensate::is_unsettled(place, i == 1)) continue;
        Json results = Json::object();
        for (const auto& one : place.results)
          results[one.name] = one.value == "-" ? Json(nullptr) : Json(one.value);
        const auto breach = compensate::breach(place);
        out.push_back({{"rule", rule->rule.name},
                       {"place", place.place},
                       {"name", place.name.zh},
                       {"period", period.to_string()},
                       {"breach", breach ? Json(*breach) : Json(nullptr)},
                       {"results", results},
                       {"missing", place.missing}});
        for (const auto& one : place.results) {
          if (one.name != "total" && !one.name.starts_with("total[")) continue;
          const std::string element = one.name.substr(std::string("total").size());
          const auto get = [&](const char* formula) { return value_of(place, formula + element); };
          // Of a surrender: what was surrendered against what is due; over is who is short.
          const bool due = !get("surrendered").empty();
          if (one.value == "0" && (get("permit") == "0" || get("permit").empty()) && get("held") == "0")
            continue;
          const bool over = get("over_permit") == "true" || get("over_rights") == "true" ||
                            (element.empty() && breach.value_or(false));
          const bool unsure = one.value == "-" || (due && (!breach || get("shortfall") == "-"));
          Text name = element.empty() ? found.head.title
                                      : compensate::element_title(c.policy(), rule->rule,
                                                                  element.substr(1, element.size() - 2));
          const std::string lacking = get("shortfall");
          const bool lacks = due && lacking != "-" && lacking != "0" && !lacking.empty();
          const Text verdict = over && due ? Text{"逾期未足额", "short after the day"}
                               : over      ? Text{"超过", "over"}
                               : unsure ? Text{"说不清（缺计量或登记）", "not metered or registered"}
                               : lacks ? Text{"还差", "still lacking"}
                               : due   ? Text{"可足额", "enough"}
                                       : Text{"在限内", "within"};
          table.rows.push_back({place.name.zh, period.to_string(),
                                c.language() == document::Language::en ? name.en : name.zh,
                                due ? get("surrendered") : one.value, due ? one.value : get("permit"),
                                due ? get("outstanding") : get("left"), get("held"), get("rights_left"),
                                one.unit, c.language() == document::Language::en ? verdict.en : verdict.zh});
        }
      }
    }
  }
  if (!known)
    throw Error(codes::bad_usage,
                {fmt::format("没有履约规则“{}”", a.rule),
                 fmt::format("there is no rule of compliance \"{}\"", a.rule)},
                {{}, 0, 0, "rule"}, {"不写 --rule 列出全部", "leave --rule out for all of them"});
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

}  // namespace

void add_compliance_command(CLI::App& app, Action& action) {
  const auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand(
      "compliance", "计量的排放和取用与许可量、持有权利相比 / metered use against permits and rights");
  command->add_option("--rule", a->rule, "规则 / rule");
  command->add_option("--period", a->period,
                      "截至时段，缺省为最近有计量的，和时限已过而没有了结的 / up to this period (default: "
                      "the last metered, and those not settled though their day is over)");
  command->add_option("--place", a->place, "场所 / place");
  command->footer("例 / example: tributary compliance");
  command->callback([=, &action] { action = [=](Context& c) { return compliance(c, *a); }; });
}

}  // namespace tributary::cli
