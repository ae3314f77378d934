#include "api/report_answers.h"

namespace tributary::api {

using namespace reporting;
using schema::any, schema::boolean, schema::both, schema::day, schema::integer, schema::list,
    schema::nullable, schema::object, schema::text;

Reporting reporting_of(Call& call) {
  return {call.database(),
          call.tenant(),
          call.clock(),
          *call.worker.services.reports,
          call.policy().catalog().calendar(),
          call.identity().audit(),
          sources_of(call.tenant(), call.policy().catalog().statistics)};
}

namespace {

Json source_or_null(const std::optional<policy::Source>& source) {
  return source ? json_of(*source) : Json(nullptr);
}

Json term_json(const std::optional<Term>& term) {
  if (!term) return nullptr;
  return {{"days", term->days},
          {"working", term->working},
          {"verified", term->verified},
          {"source", source_or_null(term->source)}};
}

}  // namespace

Json element_json(const Element& e) {
  return {{"code", e.code},
          {"name", json_of(e.name)},
          {"help", json_of(e.help)},
          {"unit", e.unit.symbol()},
          {"places", e.places},
          {"negative", e.negative},
          {"better", !e.directed ? Json(nullptr) : Json(e.higher_is_better ? "higher" : "lower")},
          {"nature", std::string(to_string(e.nature))},
          {"in_time", std::string(to_string(e.in_time))},
          {"over_units", std::string(to_string(e.over_units))},
          {"owner", e.owner},
          {"prefill", e.prefill ? Json{{"from", std::string(to_string(e.prefill->from))},
                                       {"what", e.prefill->what},
                                       {"kind", e.prefill->kind},
                                       {"statistic", e.prefill->from == Prefill::From::readings
                                                         ? std::string(to_string(e.prefill->statistic))
                                                         : std::string()}}
                                : Json(nullptr)},
          {"source", source_or_null(e.source)},
          {"verified", e.verified},
          {"pack", e.pack}};
}
Json element_schema() {
  return object(
      {{"code", text()},
       {"name", both()},
       {"help", both()},
       {"unit", text()},
       {"places", integer()},
       {"negative", boolean()},
       {"better", nullable(text())},
       {"nature", text()},
       {"in_time", text()},
       {"over_units", text()},
       {"owner", text()},
       {"prefill",
        nullable(object({{"from", text()}, {"what", text()}, {"kind", text()}, {"statistic", text()}}))},
       {"source", nullable(any())},
       {"verified", boolean()},
       {"pack", text()}});
}

Json report_set_json(const DataSet& set) {
  Json groups = Json::array();
  for (const Group& group : set.groups)
    groups.push_back({{"label", json_of(group.label)}, {"elements", group.elements}});
  Json levels = Json::array();
  for (const Level& level : set.levels)
    levels.push_back({{"name", level.name}, {"label", json_of(level.label)}});
  Json outliers = Json::array();
  for (const OutlierRule& rule : set.outliers)
    outliers.push_back({{"element", rule.element},
                        {"limit", rule.limit ? Json(rule.limit->to_string()) : Json(nullptr)},
                        {"verified", rule.verified}});
  return {{"name", set.name},
          {"title", json_of(set.title)},
          {"explanation", json_of(set.explanation)},
          {"source", json_of(set.source)},
          {"verified", set.verified},
          {"period", std::string(to_string(set.period))},
          {"groups", groups},
          {"levels", levels},
          {"due", term_json(set.due)},
          {"closes", term_json(set.closes)},
          {"outliers", outliers},
          {"pack", set.pack}};
}
Json report_set_schema() {
  return object({{"name", text()},
                 {"title", both()},
                 {"explanation", both()},
                 {"source", any()},
                 {"verified", boolean()},
                 {"period", text()},
                 {"groups", list(object({{"label", both()}, {"elements", list(text())}}))},
                 {"levels", list(object({{"name", text()}, {"label", both()}}))},
                 {"due", nullable(any())},
                 {"closes", nullable(any())},
                 {"outliers", list(any())},
                 {"pack", text()}});
}

Json report_head_json(const Book& book, const ReportHead& h) {
  const DataSet& set = *book.set(h.key.set);
  const Level* next = h.state == State::submitted ? set.level(static_cast<std::size_t>(h.level)) : nullptr;
  return {{"id", h.key.text()},
          {"set", h.key.set},
          {"title", json_of(set.title)},
          {"organisation", named_json(h.key.organisation, h.organisation_name)},
          {"period", h.key.period},
          {"state", std::string(to_string(h.state))},
          {"level", h.level},
          {"waits_for", next == nullptr ? Json(nullptr) : json_of(next->label)},
          {"due", json_of(h.days.due)},
          {"closes", json_of(h.days.closes)},
          {"days_verified", h.days.verified},
          {"expected", h.expected},
          {"submitted", h.submitted.empty() ? Json(nullptr) : Json(h.submitted)},
          {"late", h.late},
          {"locked", h.locked},
          {"asks", h.asks},
          {"reopened", h.reopened},
          {"version", h.version}};
}
Json report_head_schema() {
  return object({{"id", text()},
                 {"set", text()},
                 {"title", both()},
                 {"organisation", schema::named("Named")},
                 {"period", text()},
                 {"state", text()},
                 {"level", integer()},
                 {"waits_for", nullable(both())},
                 {"due", nullable(day())},
                 {"closes", nullable(day())},
                 {"days_verified", boolean()},
                 {"expected", boolean()},
                 {"submitted", nullable(day())},
                 {"late", boolean()},
                 {"locked", boolean()},
                 {"asks", text()},
                 {"reopened", boolean()},
                 {"version", integer()}});
}

Json report_entry_json(const Entry& e) {
  return {{"kind", e.kind == Entry::Kind::value  ? "value"
                   : e.kind == Entry::Kind::none ? "none"
                                                 : "missing"},
          {"value", e.value},
          {"reason", e.reason},
          {"explanation", e.explanation},
          {"origin", e.origin},
          {"detail", e.detail},
          {"user", e.user},
          {"at", e.at.seconds == 0 ? Json(nullptr) : Json(to_rfc3339(e.at))},
          {"version", e.version}};
}
Json report_json(const Book& book, const Report& r) {
  Json out = report_head_json(book, r.head);
  out["definition"] = report_set_json(*r.set);
  out["elements"] = Json::array();
  for (const std::string& code : r.set->elements())
    out["elements"].push_back(element_json(book.elements.at(code)));
  out["values"] = Json::object();
  for (const auto& [code, entry] : r.entries) out["values"][code] = report_entry_json(entry);
  out["previous"] = Json::object();
  for (const auto& [code, entry] : r.previous)
    out["previous"][code] = entry.kind == Entry::Kind::value ? Json(entry.value) : Json(nullptr);
  out["remarks"] = Json::array();
  for (const Remark& remark : r.remarks)
    out["remarks"].push_back({{"rule", remark.rule},
                              {"elements", remark.elements},
                              {"text", json_of(remark.text)},
                              {"error", remark.error},
                              {"outlier", remark.outlier},
                              {"explained", remark.explained}});
  out["events"] = Json::array();
  for (const reporting::Event& e : r.events)
    out["events"].push_back({{"at", to_rfc3339(e.at)},
                             {"name", e.name},
                             {"what", e.what},
                             {"level", e.level},
                             {"live", e.live},
                             {"reason", e.reason}});
  out["may"] = r.may;
  return out;
}
Json report_schema() {
  Json out = report_head_schema();
  const auto add = [&](const char* name, Json what) {
    out["properties"][name] = std::move(what);
    out["required"].push_back(name);
  };
  add("definition", report_set_schema());
  add("elements", list(element_schema()));
  add("values", schema::map_of(object({{"kind", text()},
                                       {"value", text()},
                                       {"reason", text()},
                                       {"explanation", text()},
                                       {"origin", text()},
                                       {"detail", text()},
                                       {"user", text()},
                                       {"at", nullable(schema::instant())},
                                       {"version", integer()}})));
  add("previous", schema::map_of(nullable(text())));
  add("remarks", list(object({{"rule", text()},
                              {"elements", list(text())},
                              {"text", both()},
                              {"error", boolean()},
                              {"outlier", boolean()},
                              {"explained", boolean()}})));
  add("events", list(object({{"at", schema::instant()},
                             {"name", text()},
                             {"what", text()},
                             {"level", integer()},
                             {"live", boolean()},
                             {"reason", text()}})));
  add("may", list(text()));
  return out;
}

// Why there is no total is said: nothing was given, it does not add up, or the denominator is 0.
Json total_json(const Total& total, bool indicator, int places) {
  return {{"value", total.value ? Json(shown(*total.value, places)) : Json(nullptr)},
          {"why", total.value        ? Json(nullptr)
                  : total.given == 0 ? Json("no_data")
                  : indicator        ? Json("zero_denominator")
                                     : Json("not_summed")},
          {"given", total.given},
          {"expected", total.expected}};
}

}  // namespace tributary::api
