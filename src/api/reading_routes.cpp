// Series, observations, statistics, classes, the limits of standards.
#include "api/routes.h"
#include "observe/observations.h"
#include "observe/statistics.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using observe::Observations;
using schema::any, schema::both, schema::boolean, schema::day, schema::instant, schema::integer, schema::list,
    schema::named, schema::nullable, schema::number, schema::object, schema::one_of, schema::optional,
    schema::period, schema::text;

Json instant_json(const std::optional<Instant>& at) {
  return at ? Json(to_rfc3339(*at)) : Json(nullptr);
}

Json indicator_title(const policy::Policy& policy, const std::string& indicator) {
  const auto found = policy.catalog().indicators.find(indicator);
  return found == policy.catalog().indicators.end() ? json_of(Text{indicator, indicator})
                                                    : json_of(found->second.title);
}

// Shortest decimal that is the stored value again.
Json value_json(const std::optional<double>& value) {
  return value ? Json(Decimal::from_double(*value).to_string()) : Json(nullptr);
}

Page list_series(Call& call, const PageRequest& page) {
  const Observations observations(call.database(), call.tenant());
  const Names names(call);
  auto all = observations.series({call.text("place"), call.text("indicator"), call.text("source")});
  if (const auto places = visible_places(call, Permission::readings_read))
    std::erase_if(all, [&](const observe::Series& s) { return !places->contains(s.place); });
  const std::size_t from =
      page.cursor.empty()
          ? 0
          : static_cast<std::size_t>(std::max<std::int64_t>(0, whole_number(page.cursor).value_or(0)));
  Page out;
  for (std::size_t i = from; i < all.size(); ++i) {
    if (out.items.size() == page.limit) {
      out.next = std::to_string(i);
      break;
    }
    const observe::Series& s = all[i];
    const observe::Coverage covered = observations.coverage(s.id, call.has("place"));
    out.items.push_back({{"id", s.id.value},
                         {"place", names.place(s.place)},
                         {"indicator", s.indicator},
                         {"title", indicator_title(call.policy(), s.indicator)},
                         {"unit", s.unit},
                         {"source", s.source},
                         {"from", instant_json(covered.first)},
                         {"to", instant_json(covered.last)},
                         {"count", call.has("place") ? Json(covered.count) : Json(nullptr)}});
  }
  return out;
}

observe::Series series_in_path(Call& call, const Observations& observations) {
  const auto found = observations.find(observe::SeriesId{call.id_in_path("id")});
  const auto places = visible_places(call, Permission::readings_read);
  if (!found || (places && !places->contains(found->place))) throw not_found({"这个序列", "series"});
  return *found;
}

// Whole legal days; open ends reach as far as there is anything.
observe::InstantRange range_asked(Call& call) {
  constexpr std::int64_t far = std::int64_t{1} << 40;
  const auto from = call.day("from");
  const auto to = call.day("to");
  return {from ? start_of(*from) : Instant{-far}, to ? start_of(*to + std::chrono::days{1}) : Instant{far}};
}

// The origin of each value: the file and the name of the column are the same for many.
class Origins {
 public:
  explicit Origins(const Observations& observations) : observations_(observations) {}
  Json of(const observe::Observation& o) {
    const auto key = std::pair(o.file.value, o.column);
    auto found = known_.find(key);
    if (found == known_.end()) found = known_.emplace(key, observations_.origin(o)).first;
    return {{"file", found->second.file},
            {"row", o.row},
            {"column", found->second.column_name},
            {"raw", o.raw},
            {"sha256", found->second.sha256}};
  }

 private:
  const Observations& observations_;
  std::map<std::pair<std::int64_t, std::int64_t>, observe::Origin> known_;
};

Page list_observations(Call& call, const PageRequest& page) {
  const Observations observations(call.database(), call.tenant());
  const observe::Series series = series_in_path(call, observations);
  observe::InstantRange range = range_asked(call);
  if (!page.cursor.empty()) {
    const auto from = whole_number(page.cursor);
    if (!from) throw bad_cursor();
    range.from = {*from};
  }
  const observe::InstantRange part =
      observations.first_part(series.id, range, static_cast<std::int64_t>(page.limit));
  Origins origins(observations);
  Page out;
  for (const observe::Observation& o : observations.read(series.id, part)) {
    Json corrections = Json::array();
    if (o.revision > 0)
      for (const observe::Observation& before : observations.history(series.id, o.time))
        if (before.revision < o.revision)
          corrections.push_back({{"value", value_json(before.value)},
                                 {"flag", observe::to_string(before.flag)},
                                 {"arrived", to_rfc3339(before.arrived)},
                                 {"origin", origins.of(before)}});
    out.items.push_back({{"time", to_rfc3339(o.time)},
                         {"value", value_json(o.value)},
                         {"flag", observe::to_string(o.flag)},
                         {"limit", value_json(o.detection_limit)},
                         {"origin", origins.of(o)},
                         {"arrived", to_rfc3339(o.arrived)},
                         {"corrections", corrections}});
  }
  if (part.to < range.to) out.next = std::to_string(part.to.seconds);
  return out;
}

Answer statistics(Call& call) {
  const Observations observations(call.database(), call.tenant());
  const observe::Series series = series_in_path(call, observations);
  const std::string by = call.query.value("by", "month");
  const Granularity granularity = by == "year"      ? Granularity::year
                                  : by == "quarter" ? Granularity::quarter
                                                    : Granularity::month;
  const observe::InstantRange range = range_asked(call);
  const auto values = observations.read(series.id, range);
  Json items = Json::array();
  const observe::StatisticsRules rules(call.policy().catalog().statistics);
  for (std::size_t i = 0; i < values.size();) {
    const Period period = Period::containing(day_of(values[i].time), granularity);
    std::size_t end = i;
    while (end < values.size() && period.contains(day_of(values[end].time))) ++end;
    if (series.unit != "class") {
      const observe::Mean mean = observe::mean(rules, series, std::span(values).subspan(i, end - i), period);
      Json left_out = Json::object();
      for (const auto& [flag, count] : mean.by_flag) left_out[std::string(observe::to_string(flag))] = count;
      items.push_back({{"period", period.to_string()},
                       {"status", observe::to_string(mean.status)},
                       {"mean", mean.rounded ? Json(mean.rounded->normalized().to_string()) : Json(nullptr)},
                       {"unit", series.unit},
                       {"used", mean.used},
                       {"needed", mean.needed},
                       {"left_out", left_out},
                       {"below_limit", mean.censored},
                       {"reason", json_of(mean.reason)},
                       {"rule", mean.rule},
                       {"verified", mean.verified}});
    }
    i = end;
  }
  return Json{{"items", items}};
}

Json limits_json(const observe::ClassStandard& standard, const observe::ClassItem& item) {
  Json limits = Json::array();
  for (std::size_t i = 0; i < item.limits.size(); ++i)
    limits.push_back({{"class", observe::latin_name(observe::water_class_of(static_cast<int>(i) + 1))},
                      {"limit", item.limits[i].to_string()}});
  const auto decimal = [](const std::optional<Decimal>& value) {
    return value ? Json(value->to_string()) : Json(nullptr);
  };
  const char* sense = item.sense == observe::Sense::at_most    ? "at_most"
                      : item.sense == observe::Sense::at_least ? "at_least"
                      : item.sense == observe::Sense::range    ? "range"
                                                               : "none";
  return {{"standard", standard.head.id},
          {"standard_title", json_of(standard.head.title)},
          {"indicator", item.indicator},
          {"title", json_of(item.title)},
          {"unit", item.unit},
          {"sense", sense},
          {"classified", item.classified},
          {"water",
           !item.water ? Json(nullptr) : Json(*item.water == observe::WaterKind::lake ? "lake" : "river")},
          {"limits", limits},
          {"low", decimal(item.low)},
          {"high", decimal(item.high)},
          {"note", json_of(item.note)},
          {"verified", standard.head.verified}};
}

Answer standard_of(Call& call) {
  Json items = Json::array();
  for (const auto& [id, standard] : call.policy().catalog().class_standards)
    for (const observe::ClassItem& item : standard.items)
      if (item.indicator == call.in_path("indicator")) items.push_back(limits_json(standard, item));
  return Json{{"items", items}};
}

}  // namespace

namespace {

std::vector<Json> make_monthly_classes(Call& call, const Period& month);

// What lists of classes are made from.
std::string stamp_of(Call& call) {
  const Observations observations(call.database(), call.tenant());
  return fmt::format("{} {}", observations.latest_arrival().seconds, to_string(call.clock().today()));
}

}  // namespace

std::vector<std::string> months_with_readings(Call& call) {
  Remembered& remembered = call.worker.services.remembered;
  const std::string stamp = stamp_of(call);
  std::vector<std::string> out;
  if (const auto known = remembered.find("months", stamp)) {
    for (const Json& month : *known) out.push_back(month.get<std::string>());
    return out;
  }
  const Observations observations(call.database(), call.tenant());
  std::set<std::string> sections;
  for (const registry::Place& place :
       registry::Registry(call.database(), call.tenant()).places({.kind = "section"}, call.clock().today()))
    sections.insert(place.code);
  std::optional<Instant> first, last;
  for (const observe::Series& series : observations.series()) {
    if (!sections.contains(series.place)) continue;
    const observe::Coverage covered = observations.coverage(series.id, false);
    if (covered.first && (!first || *covered.first < *first)) first = covered.first;
    if (covered.last && (!last || *last < *covered.last)) last = covered.last;
  }
  if (!first) return out;
  for (Period month = Period::containing(day_of(*first), Granularity::month); month.from() <= day_of(*last);
       month = month.next())
    out.push_back(month.to_string());
  remembered.keep("months", stamp, std::make_shared<const std::vector<Json>>(out.begin(), out.end()));
  return out;
}

std::vector<Json> monthly_classes(Call& call, const Period& month) {
  Remembered& remembered = call.worker.services.remembered;
  const std::string name = "classes " + month.to_string();
  const std::string stamp = stamp_of(call);
  if (const auto known = remembered.find(name, stamp)) return *known;
  auto made = std::make_shared<const std::vector<Json>>(make_monthly_classes(call, month));
  remembered.keep(name, stamp, made);
  return *made;
}

namespace {

std::vector<Json> make_monthly_classes(Call& call, const Period& month) {
  const auto& standards = call.policy().catalog().class_standards;
  if (standards.empty()) return {};
  const observe::ClassStandard& standard = standards.begin()->second;
  const observe::StatisticsRules rules(call.policy().catalog().statistics);
  const Observations observations(call.database(), call.tenant());
  const auto places =
      registry::Registry(call.database(), call.tenant()).places({.kind = "section"}, call.clock().today());
  std::map<std::string, std::vector<observe::Series>> by_place;
  for (observe::Series& series : observations.series()) by_place[series.place].push_back(std::move(series));
  std::vector<Json> out;
  for (const registry::Place& place : places) {
    observe::WaterSample sample;
    sample.kind =
        place.water_kind == registry::WaterKind::lake ? observe::WaterKind::lake : observe::WaterKind::river;
    std::string publisher;
    std::optional<observe::WaterClass> published;
    for (const observe::Series& series : by_place[place.code]) {
      const observe::ClassItem* item = standard.find(series.indicator, sample.kind);
      if (item == nullptr || !item->classified || sample.values.contains(series.indicator)) continue;
      const auto mean = observe::mean(rules, series, observations.read(series.id, month), month);
      publisher = series.source;
      if (mean.status != observe::StatisticStatus::ok) continue;
      const Rational value =
          Rational(*mean.rounded) * Unit::parse(series.unit).factor_to(Unit::parse(item->unit));
      sample.values.emplace(series.indicator,
                            observe::ItemValue{value.to_decimal(), false, std::nullopt, ""});
    }
    const observe::ClassJudgement judgement = standard.judge(sample, standard.find_practice(publisher));
    Json name = nullptr;
    if (judgement.water_class)
      name = *judgement.water_class == observe::WaterClass::worse_V
                 ? "inferior"
                 : std::string(observe::latin_name(*judgement.water_class));
    if (sample.values.empty() && publisher.empty()) continue;  // nothing was ever measured here
    Json values = Json::object();
    for (const auto& [indicator, value] : sample.values)
      values[indicator] = value.value.normalized().to_string();
    out.push_back({{"place", place.code},
                   {"name", json_of(place.name)},
                   {"water_body", place.water_body},
                   {"month", month.to_string()},
                   {"class", name},
                   {"deciding", judgement.deciding},
                   {"values", values},
                   {"missing", judgement.missing},
                   {"reason", judgement.water_class ? json_of(Text{}) : json_of(judgement.undetermined)},
                   {"standard", standard.head.id},
                   {"lon", place.position ? Json(place.position->longitude) : Json(nullptr)},
                   {"lat", place.position ? Json(place.position->latitude) : Json(nullptr)},
                   {"datum", place.position ? place.position->datum : ""}});
  }
  return out;
}

}  // namespace

Json monthly_class_schema() {
  return object({{"place", text()},
                 {"name", both()},
                 {"water_body", text()},
                 {"month", period()},
                 {"class", nullable(one_of({"I", "II", "III", "IV", "V", "inferior"}))},
                 {"deciding", list(text())},
                 {"values", schema::map_of(text())},
                 {"missing", list(text())},
                 {"reason", both()},
                 {"standard", text()},
                 {"lon", nullable(number())},
                 {"lat", nullable(number())},
                 {"datum", text()}});
}

void add_reading_routes(RouteTable& table) {
  table.add({.path = "/api/v1/series",
             .name = "series",
             .tag = "readings",
             .summary = {"监测序列", "series of readings"},
             .access = Access::to(Permission::readings_read),
             .query = {{"place",
                        text(100),
                        {"地点代码；给出时才数个数", "code of the place; counts are made only with it"}},
                       {"indicator", text(60), {"指标", "indicator"}},
                       {"source", text(60), {"发布者", "publisher"}}},
             .answer = named("Series"),
             .pager = list_series});
  const Json origin =
      object({{"file", text()}, {"row", integer()}, {"column", text()}, {"raw", text()}, {"sha256", text()}});
  table.add(
      {.path = "/api/v1/series/{id}/observations",
       .name = "observations",
       .tag = "readings",
       .summary = {"一个序列的观测值", "observations of a series"},
       .access = Access::to(Permission::readings_read),
       .query = {{"from", day(), {"起日", "first day"}}, {"to", day(), {"止日（含）", "last day, included"}}},
       .answer = object({{"time", instant()},
                         {"value", nullable(schema::decimal())},
                         {"flag", text()},
                         {"limit", nullable(schema::decimal())},
                         {"origin", origin},
                         {"arrived", instant()},
                         {"corrections", list(any())}}),
       .pager = list_observations});
  table.add(
      {.path = "/api/v1/series/{id}/statistics",
       .name = "statistics",
       .tag = "readings",
       .summary = {"均值及其完整性", "means and how complete they are"},
       .access = Access::to(Permission::readings_read),
       .query = {{"by", one_of({"month", "quarter", "year"}), {"按月、季、年", "by month, quarter or year"}},
                 {"from", day(), {"起日", "first day"}},
                 {"to", day(), {"止日（含）", "last day, included"}}},
       .answer = object({{"items", list(any())}}),
       .handler = statistics});
  table.add({.path = "/api/v1/standards/{indicator}",
             .name = "standard",
             .tag = "readings",
             .summary = {"标准限值", "limits by the standards"},
             .access = Access::to(Permission::readings_read),
             .answer = object({{"items", list(any())}}),
             .handler = standard_of});
  table.add({.path = "/api/v1/classes",
             .name = "classes",
             .tag = "readings",
             .summary = {"各断面月度水质类别", "monthly classes of the sections"},
             .access = Access::to(Permission::readings_read),
             .query = {{"month", period(), {"2020-10", "2020-10"}, true}},
             .answer = monthly_class_schema(),
             .sorts = {"place", "class"},
             .pager = [](Call& call, const PageRequest& page) {
               return page_of(monthly_classes(call, Period::parse(call.text("month"))), page);
             }});
  table.add({.path = "/api/v1/classes/months",
             .name = "class_months",
             .tag = "readings",
             .summary = {"有数据的月份", "months with readings"},
             .access = Access::to(Permission::readings_read),
             .answer = object({{"items", list(period())}}),
             .handler = [](Call& call) -> Answer { return Json{{"items", months_with_readings(call)}}; }});
}

}  // namespace tributary::api
