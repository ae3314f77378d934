// Reports: the dictionary, data sets, what is due from me, one report and its way, who has reported, and what
// the figures come to.
#include "api/report_answers.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using namespace reporting;
using identity::Permission;
using schema::any, schema::boolean, schema::both, schema::day, schema::integer, schema::line, schema::list,
    schema::nullable, schema::object, schema::one_of, schema::text;

ReportKey key_in(Call& call) {
  return ReportKey::parse(call.in_path("report"));
}

const DataSet& set_in(Call& call) {
  const DataSet* set = call.worker.services.reports->set(call.in_path("set"));
  if (set == nullptr) throw not_found({"这张报表", "data set"});
  return *set;
}

std::string period_in(Call& call, const DataSet& set) {
  const std::string asked = call.text("period");
  if (!asked.empty()) return asked;
  const auto all = reporting_of(call).periods(set);
  return all.empty() ? std::string() : all.front();
}

// The version the caller saw.
std::optional<std::int64_t> seen(Call& call) {
  std::string_view given = call.request.header("If-Match");
  if (given.empty() || given == "*") return std::nullopt;
  if (given.starts_with("W/")) given.remove_prefix(2);
  if (given.size() > 2 && given.front() == '"' && given.back() == '"')
    if (const auto version = whole_number(given.substr(1, given.size() - 2))) return version;
  throw Error(codes::edit_conflict,
              {"If-Match 与读到的 ETag 不符", "If-Match is not the ETag that was read"});
}

Answer answer(Call& call, const Report& report) {
  Answer out = report_json(*call.worker.services.reports, report);
  out.headers = {{"ETag", fmt::format("\"{}\"", report.head.version)}};
  return out;
}

Answer save(Call& call) {
  std::vector<Change> changes;
  for (const Json& one : call.body.at("changes")) {
    Change change;
    change.element = one.at("element").get<std::string>();
    const std::string kind = one.at("kind").get<std::string>();
    change.kind = kind == "value"  ? Entry::Kind::value
                  : kind == "none" ? Entry::Kind::none
                                   : Entry::Kind::missing;
    change.value = one.value("value", "");
    change.reason = one.value("reason", "");
    change.explanation = one.value("explanation", "");
    change.seen = one.at("seen").get<std::int64_t>();
    changes.push_back(std::move(change));
  }
  return figures_told(
      [&] { return answer(call, reporting_of(call).save(call.caller, key_in(call), changes)); });
}

Answer act(Call& call) {
  const ReportKey key = key_in(call);
  const std::string step = call.given("step");
  const std::string reason = call.given("reason");
  const int level = static_cast<int>(call.body.value("level", std::int64_t{0}));
  Reporting reports = reporting_of(call);
  // Those who listen learn that some report moved on; which one, they ask for and are checked.
  call.events.push_back({"report", Json::object(), Permission::reports_read});
  return figures_told([&] {
    if (step == "submit") return answer(call, reports.submit(call.caller, key, seen(call)));
    if (step == "approve") return answer(call, reports.approve(call.caller, key, level, seen(call)));
    if (step == "return") return answer(call, reports.give_back(call.caller, key, reason));
    if (step == "withdraw") return answer(call, reports.withdraw(call.caller, key, level, reason));
    return answer(call, reports.reopen(call.caller, key, reason));
  });
}

Answer overview(Call& call) {
  const DataSet& set = set_in(call);
  const std::string period = period_in(call, set);
  Reporting reports = reporting_of(call);
  const Overview found = reports.overview(call.caller, set.name, period);
  Json rows = Json::array();
  for (const ReportHead& head : found.reports)
    rows.push_back(report_head_json(*call.worker.services.reports, head));
  return Json{{"set", report_set_json(set)},
              {"period", period},
              {"periods", reports.periods(set)},
              {"due", json_of(found.days.due)},
              {"closes", json_of(found.days.closes)},
              {"days_verified", found.days.verified},
              {"basis", found.days.basis},
              {"expected", found.counts.expected},
              {"received", found.counts.received},
              {"on_time", found.counts.on_time},
              {"reports", rows}};
}

// A line for each figure, of all or of each organisation or period.
Page list_totals(Call& call, const PageRequest& page) {
  const DataSet& set = set_in(call);
  const Book& book = *call.worker.services.reports;
  Reporting reports = reporting_of(call);
  std::vector<std::string> periods;
  const std::string from = call.text("from");
  const std::string to = call.text("to");
  for (const std::string& one : reports.periods(set))  // of one kind: they sort as texts
    if ((from.empty() || one >= from) && (to.empty() || one <= to)) periods.push_back(one);
  const std::string by = call.text("by");
  const auto found = reports.aggregate(call.caller, set.name, periods, call.query.value("accepted", false),
                                       by == "organisation" ? By::organisation
                                       : by == "period"     ? By::period
                                                            : By::all);
  std::map<std::string, Text> groups;
  for (const Group& group : set.groups)
    for (const std::string& code : group.elements) groups[code] = group.label;
  std::vector<Json> all;
  for (const auto& l : found.lines) {
    Json one = total_json(l.total, l.indicator, l.places);
    const auto name = found.names.find(l.of);
    one["of"] = l.of;
    one["of_name"] = json_of(name == found.names.end() ? Text{l.of, l.of} : name->second);
    one["group"] = json_of(l.indicator ? Text{"指标", "Indicators"} : groups[l.code]);
    one["code"] = l.code;
    one["indicator"] = l.indicator;
    one["name"] = json_of(l.indicator ? book.indicators.at(l.code).name : book.elements.at(l.code).name);
    one["unit"] =
        l.indicator ? book.indicators.at(l.code).unit.symbol() : book.elements.at(l.code).unit.symbol();
    all.push_back(std::move(one));
  }
  return page_of(std::move(all), page);
}

// Columns as SDMX has them.
Page observations(Call& call, const PageRequest& page) {
  const DataSet& set = set_in(call);
  const Book& book = *call.worker.services.reports;
  const char* frequency = set.period == Granularity::year      ? "A"
                          : set.period == Granularity::quarter ? "Q"
                                                               : "M";
  std::vector<Json> all;
  for (const Observation& o : reporting_of(call).observations(call.caller, set.name, period_in(call, set))) {
    const bool value = o.entry.kind == Entry::Kind::value;
    all.push_back({{"REF_AREA", o.key.organisation},
                   {"FREQ", frequency},
                   {"INDICATOR", o.element},
                   {"TIME_PERIOD", o.key.period},
                   {"OBS_VALUE", value ? Json(o.entry.value) : Json(nullptr)},
                   {"UNIT_MEASURE", book.elements.at(o.element).unit.symbol()},
                   {"UNIT_MULT", 0},
                   {"OBS_STATUS", !value                       ? "M"
                                  : o.state == State::accepted ? "A"
                                                               : "P"}});
  }
  return page_of(std::move(all), page);
}

Json indicator_json(const Indicator& i) {
  return {{"code", i.code},
          {"name", json_of(i.name)},
          {"numerator", i.numerator},
          {"denominator", i.denominator},
          {"unit", i.unit.symbol()},
          {"factor", i.factor.to_string()},
          {"source", i.source ? json_of(*i.source) : Json(nullptr)},
          {"verified", i.verified},
          {"pack", i.pack}};
}

// The data sets that have all of the elements.
Json sets_with(const Book& book, const std::vector<std::string>& wanted) {
  Json out = Json::array();
  for (const auto& [name, set] : book.sets) {
    const auto has = set.elements();
    if (std::all_of(wanted.begin(), wanted.end(), [&](const std::string& code) {
          return std::find(has.begin(), has.end(), code) != has.end();
        }))
      out.push_back({{"code", name}, {"name", json_of(set.title)}});
  }
  return out;
}
Json with_sets(Json schema) {
  schema["properties"]["sets"] = list(schema::named("Named"));
  schema["required"].push_back("sets");
  return schema;
}

}  // namespace

void add_report_routes(RouteTable& table) {
  table.components()["Report"] = report_schema();
  const Access read = Access::to(Permission::reports_read);
  const Access write = Access::to(Permission::reports_act);
  table.add({.path = "/api/v1/report-elements",
             .name = "report_elements",
             .tag = "reporting",
             .summary = {"指标字典：数据项", "the dictionary: elements"},
             .access = read,
             .answer = with_sets(element_schema()),
             .pager = [](Call& call, const PageRequest& page) {
               const Book& book = *call.worker.services.reports;
               std::vector<Json> all;
               for (const auto& [code, e] : book.elements) {
                 all.push_back(element_json(e));
                 all.back()["sets"] = sets_with(book, {code});
               }
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/report-indicators",
             .name = "report_indicators",
             .tag = "reporting",
             .summary = {"指标字典：指标（分子、分母）", "the dictionary: indicators"},
             .access = read,
             .answer = with_sets(object({{"code", text()},
                                         {"name", both()},
                                         {"numerator", text()},
                                         {"denominator", text()},
                                         {"unit", text()},
                                         {"factor", text()},
                                         {"source", nullable(any())},
                                         {"verified", boolean()},
                                         {"pack", text()}})),
             .pager = [](Call& call, const PageRequest& page) {
               const Book& book = *call.worker.services.reports;
               std::vector<Json> all;
               for (const auto& [code, i] : book.indicators) {
                 all.push_back(indicator_json(i));
                 all.back()["sets"] = sets_with(book, elements_of(book, i));
               }
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/report-sets",
             .name = "report_sets",
             .tag = "reporting",
             .summary = {"报表（数据集）", "data sets"},
             .access = read,
             .answer = report_set_schema(),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& [name, set] : call.worker.services.reports->sets)
                 all.push_back(report_set_json(set));
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/report-sets/{set}/overview",
             .name = "report_overview",
             .tag = "reporting",
             .summary = {"报送情况：谁报了、谁迟了、谁没报", "who has reported, who is late, who is missing"},
             .access = read,
             .query = {{"period", schema::period(), {"期；缺省为最近一期", "period; by default the latest"}}},
             .answer = object({{"set", report_set_schema()},
                               {"period", text()},
                               {"periods", list(text())},
                               {"due", nullable(day())},
                               {"closes", nullable(day())},
                               {"days_verified", boolean()},
                               {"basis", text()},
                               {"expected", integer()},
                               {"received", integer()},
                               {"on_time", integer()},
                               {"reports", list(report_head_schema())}}),
             .handler = overview});
  table.add({.method = Method::post,
             .path = "/api/v1/report-sets/{set}/days",
             .name = "set_report_days",
             .tag = "reporting",
             .summary = {"办公室为一期定截止日、封账日（写明依据）",
                         "the office sets due and closing days of a period"},
             .access = write,
             .body = object({{"period", schema::period()},
                             {"basis", text(500)},
                             schema::optional("due", day()),
                             schema::optional("closes", day())}),
             .answer = object({{"period", text()}}),
             .handler = [](Call& call) -> Answer {
               const auto on = [&](const char* name) {
                 return call.given(name).empty() ? std::nullopt : std::optional(parse_date(call.given(name)));
               };
               reporting_of(call).set_days(call.caller, call.in_path("set"), call.given("period"), on("due"),
                                           on("closes"), call.given("basis"));
               call.events.push_back({"report", Json::object(), Permission::reports_read});
               return Json{{"period", call.given("period")}};
             }});
  table.add({.path = "/api/v1/report-sets/{set}/totals",
             .name = "report_totals",
             .tag = "reporting",
             .summary = {"汇总：按各项的口径；指标按分子分母各自求和后相除",
                         "totals by each element's aggregation; indicators as sum over sum"},
             .access = read,
             .query = {{"from", schema::period(), {"起", "first period"}},
                       {"to", schema::period(), {"止", "last period"}},
                       {"by",
                        one_of({"all", "organisation", "period"}),
                        {"分开列：单位、期；缺省合在一起", "apart by organisation or period; else in one"}},
                       {"accepted", boolean(), {"只算已审定的", "accepted ones only"}}},
             .answer = object({{"of", text()},
                               {"of_name", both()},
                               {"group", both()},
                               {"code", text()},
                               {"indicator", boolean()},
                               {"name", both()},
                               {"unit", text()},
                               {"value", nullable(schema::decimal())},
                               {"why", nullable(one_of({"no_data", "not_summed", "zero_denominator"}))},
                               {"given", integer()},
                               {"expected", integer()}}),
             .pager = list_totals});
  table.add({.path = "/api/v1/report-sets/{set}/observations",
             .name = "report_observations",
             .tag = "reporting",
             .summary = {"导出，SDMX 的列；UNIT_MULT 恒为 0",
                         "export with the columns of SDMX; UNIT_MULT is always 0"},
             .access = read,
             .query = {{"period", schema::period(), {"期；缺省为最近一期", "period; by default the latest"}}},
             .answer = object({{"REF_AREA", text()},
                               {"FREQ", text()},
                               {"INDICATOR", text()},
                               {"TIME_PERIOD", text()},
                               {"OBS_VALUE", nullable(schema::decimal())},
                               {"UNIT_MEASURE", text()},
                               {"UNIT_MULT", integer()},
                               {"OBS_STATUS", one_of({"A", "P", "M"})}}),
             .pager = observations});
  table.add({.path = "/api/v1/reports",
             .name = "my_reports",
             .tag = "reporting",
             .summary = {"我要报、要审的报表，先到期的在前", "reports due from me, first what is due first"},
             .access = read,
             .answer = report_head_schema(),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& head : reporting_of(call).mine(call.caller))
                 all.push_back(report_head_json(*call.worker.services.reports, head));
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/reports/{report}",
             .name = "report",
             .tag = "reporting",
             .summary = {"一张报表：数、上期数、审核提示、经过",
                         "one report: figures, those before, remarks, its way"},
             .access = read,
             .answer = schema::named("Report"),
             .handler = [](Call& call) -> Answer {
               return answer(call, reporting_of(call).report(call.caller, key_in(call)));
             }});
  table.add({.path = "/api/v1/reports/{report}/history",
             .name = "report_history",
             .tag = "reporting",
             .summary = {"一项数的历次填报", "every figure an element ever had"},
             .access = read,
             .query = {{"element", line(60), {"数据项", "element"}, true}},
             .answer = any(),
             .handler = [](Call& call) -> Answer {
               Json out = Json::array();
               for (const Entry& e :
                    reporting_of(call).history(call.caller, key_in(call), call.text("element")))
                 out.push_back(report_entry_json(e));
               return Json{{"items", out}};
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/reports/{report}/values",
             .name = "save_report",
             .tag = "reporting",
             .summary = {"保存填报：全部或都不；别人改过同一格则 409",
                         "save figures, all or none; 409 when somebody changed the same cell"},
             .access = write,
             .body = object({{"changes", list(object({{"element", line(60)},
                                                      {"kind", one_of({"value", "none", "missing"})},
                                                      {"seen", integer()},
                                                      schema::optional("value", text(60)),
                                                      schema::optional("reason", text(500)),
                                                      schema::optional("explanation", text(500))}),
                                              500)}}),
             .answer = schema::named("Report"),
             .repeats = Repeats::by_key,
             .handler = save});
  table.add({.method = Method::post,
             .path = "/api/v1/reports/{report}/actions",
             .name = "act_on_report",
             .tag = "reporting",
             .summary = {"报出、审核、退回、撤回审核、重新打开",
                         "submit, approve, return, withdraw an approval, re-open"},
             .access = write,
             .body = object({{"step", one_of({"submit", "approve", "return", "withdraw", "reopen"})},
                             schema::optional("reason", text(500)),
                             schema::optional("level", integer(0, 20))}),
             .answer = schema::named("Report"),
             .repeats = Repeats::by_key,
             .changes_are_versioned = true,
             .handler = act});
}

}  // namespace tributary::api
