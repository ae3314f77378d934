// Surveillance: what somebody should look at in the trading of some days. Who looks is noted.
#include "api/auction_desk.h"
#include "venues/watching.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::boolean, schema::both, schema::day, schema::decimal, schema::instant, schema::integer, schema::list,
    schema::named, schema::nullable, schema::object, schema::text;
using exchange::Pattern;

constexpr int most_days = 366;

Json source_json(const policy::Source& source) {
  return {{"document", source.document}, {"number", source.number}, {"article", source.article}};
}
Json pattern_json(Pattern pattern) {
  return {{"pattern", exchange::to_string(pattern)},
          {"title", json_of(venues::title_of(pattern))},
          {"meaning", json_of(venues::meaning_of(pattern))}};
}

class Told {
 public:
  explicit Told(Call& call) : names_(call) {
    for (auto& is : rights::Rights(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar())
                        .instruments())
      instruments_.emplace(is.code, is);
  }
  Json instrument(const std::string& code) const {
    const auto is = instruments_.find(code);
    return named_json(code, is == instruments_.end() ? Text{code, code} : is->second.name);
  }
  Json alert(const venues::Seen& seen) const {
    Json out = pattern_json(seen.pattern);
    Json what = Json::array(), parties = Json::array();
    for (const venues::Named& one : seen.what)
      what.push_back({{"kind", one.order ? "order" : one.market == 0 && one.auction == 0 && one.round == 0 ? "transfer" : "deal"},
                      {"key", one.key},
                      {"market", one.market == 0 ? Json(nullptr) : Json(one.market)},
                      {"auction", one.auction == 0 ? Json(nullptr) : Json(one.auction)},
                      {"round", one.round == 0 ? Json(nullptr) : Json(one.round)},
                      {"at", to_rfc3339(one.at)},
                      {"seller", one.seller.empty() ? Json(nullptr) : names_.party(one.seller)},
                      {"buyer", one.buyer.empty() ? Json(nullptr) : names_.party(one.buyer)},
                      {"quantity", one.quantity},
                      {"price", one.price ? Json(one.price->to_string()) : Json(nullptr)}});
    for (const std::string& party : seen.parties) parties.push_back(names_.party(party));
    const auto is = instruments_.find(seen.instrument);
    out.update({{"at", to_rfc3339(seen.at)},
                {"day", base::to_string(day_of(seen.at))},
                {"instrument", instrument(seen.instrument)},
                {"measure", is == instruments_.end() ? "" : is->second.measure},
                {"goods", seen.goods},
                {"lease", seen.lease},
                {"what", std::move(what)},
                {"parties", std::move(parties)},
                {"message", json_of(seen.message)},
                {"source", seen.threshold == nullptr ? Json(nullptr) : source_json(seen.threshold->source)},
                {"verified", seen.threshold == nullptr || seen.threshold->verified}});
    return out;
  }
  Json missing(const venues::NotLookedFor& one) const {
    Json out = pattern_json(one.pattern);
    out["instrument"] = one.instrument.empty() ? Json(nullptr) : instrument(one.instrument);
    return out;
  }

 private:
  Names names_;
  std::map<std::string, rights::Instrument> instruments_;
};

Answer surveillance(Call& call) {
  const Date today = call.clock().today();
  const Date to = call.day("to").value_or(today), from = call.day("from").value_or(to - std::chrono::days{6});
  if (to < from)
    throw Error(codes::bad_parameter, {"止日早于起日", "the last day is before the first"}, {{}, 0, 0, "to"});
  if ((to - from).count() >= most_days)
    throw Error(codes::bad_parameter,
                {fmt::format("一次最多查 {} 天", most_days), fmt::format("at most {} days at a time", most_days)},
                {{}, 0, 0, "from"});
  const venues::WatchDeclaration& declaration = call.declared().watching;
  const venues::Watched seen =
      venues::watch_days(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar(), declaration, from,
                         to + std::chrono::days{1});
  const Told told(call);
  Json out{{"from", base::to_string(from)},
           {"to", base::to_string(to)},
           {"deals", seen.deals},
           {"orders", seen.orders},
           {"alerts", Json::array()},
           {"not_looked_for", Json::array()}};
  for (const venues::Seen& one : seen.alerts) out["alerts"].push_back(told.alert(one));
  for (const venues::NotLookedFor& one : seen.missing) out["not_looked_for"].push_back(told.missing(one));
  call.note("surveillance.look", "surveillance",
            fmt::format("{}/{} {}", base::to_string(from), base::to_string(to), seen.alerts.size()));
  return out;
}

std::vector<schema::Property> with_pattern(std::vector<schema::Property> more) {
  std::vector<schema::Property> out{{"pattern", text()}, {"title", both()}, {"meaning", both()}};
  for (schema::Property& one : more) out.push_back(std::move(one));
  return out;
}

}  // namespace

void add_watching_routes(RouteTable& table) {
  const Json what = object({{"kind", schema::one_of({"deal", "order", "transfer"})},
                            {"key", text()},
                            {"market", nullable(integer(1))},
                            {"auction", nullable(integer(1))},
                            {"round", nullable(integer(1))},
                            {"at", instant()},
                            {"seller", nullable(named("Named"))},
                            {"buyer", nullable(named("Named"))},
                            {"quantity", integer()},
                            {"price", nullable(decimal())}});
  const Json source = object({{"document", text()}, {"number", text()}, {"article", text()}});
  table.add({.path = "/api/v1/surveillance",
             .name = "surveillance",
             .tag = "exchange",
             .summary = {"交易监测：几天里需要核查的情形；查看会留痕", "surveillance: what to look at in the trading of some days; every look is noted"},
             .access = Access::whole(Permission::surveillance_read),
             .query = {{"from", day(), {"起日；不写为止日前六天", "first day; else six days before the last"}},
                       {"to", day(), {"止日；不写为今天", "last day; else today"}}},
             .answer = object({{"from", day()},
                               {"to", day()},
                               {"deals", integer()},
                               {"orders", integer()},
                               {"alerts", list(object(with_pattern({{"at", instant()},
                                                                    {"day", day()},
                                                                    {"instrument", named("Named")},
                                                                    {"measure", text()},
                                                                    {"goods", text()},
                                                                    {"lease", schema::boolean()},
                                                                    {"what", list(what)},
                                                                    {"parties", list(named("Named"))},
                                                                    {"message", both()},
                                                                    {"source", nullable(source)},
                                                                    {"verified", boolean()}})))},
                               {"not_looked_for", list(object(with_pattern({{"instrument", nullable(named("Named"))}})))}}),
             .answer_types = {"application/json"},  // made by itself, not in a snapshot: the look is noted
             .handler = surveillance});
}

}  // namespace tributary::api
