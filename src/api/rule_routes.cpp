// Packs, rules, what-if.
#include "api/routes.h"
#include "compensate/periods.h"
#include "policy/examples.h"
#include "policy/value.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::any, schema::boolean, schema::both, schema::day, schema::line, schema::list, schema::map_of,
    schema::money, schema::named, schema::nullable, schema::object, schema::text;

Json type_json(const policy::ValueType& type) {
  switch (type.kind) {
    case policy::ValueType::Kind::number:
      return {{"kind", "number"}, {"unit", type.unit.symbol()}};
    case policy::ValueType::Kind::boolean:
      return {{"kind", "boolean"}, {"unit", ""}};
    case policy::ValueType::Kind::quality:
      return {{"kind", "class"}, {"unit", ""}};
    case policy::ValueType::Kind::choice:
      return {{"kind", "choice"}, {"unit", ""}, {"choices", type.choices}};
  }
  return {};
}

const char* origin_name(policy::InputOrigin::Kind kind) {
  using Kind = policy::InputOrigin::Kind;
  switch (kind) {
    case Kind::given:
      return "given";
    case Kind::mean:
      return "mean";
    case Kind::quality_class:
      return "class";
    case Kind::attribute:
      return "attribute";
    case Kind::place:
      return "place";
    case Kind::status:
      return "status";
    case Kind::event:
      return "event";
    case Kind::group_mean:
      return "group_mean";
    case Kind::result:
      return "result";
    case Kind::total:
      return "total";
    case Kind::rights:
      return "rights";
    case Kind::past:
      return "past";
  }
  return "";
}

Json head_json(const policy::Rule& rule) {
  return {{"name", rule.name},
          {"title", json_of(rule.title)},
          {"pack", rule.pack},
          {"from", begin_of(rule.in_force.from)},
          {"to", end_of(rule.in_force.to)},
          {"known", to_string(rule.known)},
          {"verified", rule.verified},
          {"checked", json_of(rule.checked)},
          {"example", rule.example},
          {"claims", rule.claims},
          {"per", fmt::format("{} × {}", rule.place_kind, to_string(rule.granularity))},
          {"place_kind", rule.place_kind},
          {"granularity", to_string(rule.granularity)},
          {"group", rule.group},
          {"source", json_of(rule.source)}};
}

Json head_schema() {
  return object({{"name", text()},
                 {"title", both()},
                 {"pack", text()},
                 {"from", nullable(day())},
                 {"to", nullable(day())},
                 {"known", day()},
                 {"verified", boolean()},
                 {"checked", nullable(day())},
                 {"example", boolean()},
                 {"claims", text()},
                 {"per", text()},
                 {"place_kind", text()},
                 {"granularity", text()},
                 {"group", text()},
                 {"source", named("Source")}});
}

Json value_json(const policy::ParameterValue& v) {
  Json elements = Json::object();
  for (const auto& [element, value] : v.elements) elements[element] = value;
  Json tiers = Json::array();
  for (const auto& tier : v.tiers)
    tiers.push_back({{"above", tier.above.to_string()}, {"value", tier.value}});
  return {{"in_force", begin_of(v.in_force)},
          {"known", to_string(v.known)},
          {"elements", elements},
          {"tiers", tiers},
          {"pack", v.pack},
          {"source", json_of(v.source)},
          {"verified", v.verified},
          {"example", v.example}};
}

Json whole_rule(const policy::Rule& rule) {
  Json out = head_json(rule);
  out["note"] = json_of(rule.note);
  Json indices = Json::object();
  for (const auto& [name, elements] : rule.indices) indices[name] = elements;
  out["indices"] = indices;
  Json inputs = Json::array();
  for (const policy::Input& i : rule.inputs)
    inputs.push_back({{"name", i.name},
                      {"index", i.index},
                      {"title", json_of(i.title)},
                      {"type", type_json(i.type)},
                      {"optional", i.optional},
                      {"origin", origin_name(i.origin.kind)},
                      {"of", i.origin.name.text}});
  out["inputs"] = inputs;
  Json parameters = Json::array();
  for (const policy::Parameter& p : rule.parameters) {
    Json values = Json::array();
    for (const policy::ParameterValue& v : p.values) values.push_back(value_json(v));
    parameters.push_back({{"name", p.name},
                          {"index", p.index},
                          {"by_place", p.by_place},
                          {"is_table", p.is_table},
                          {"over", p.over.symbol()},
                          {"upper_inclusive", p.upper_inclusive},
                          {"title", json_of(p.title)},
                          {"type", type_json(p.type)},
                          {"unset", p.values.empty() ? json_of(p.unset) : Json(nullptr)},
                          {"values", values}});
  }
  out["parameters"] = parameters;
  Json formulas = Json::array();
  for (const policy::Formula& f : rule.formulas)
    formulas.push_back(
        {{"name", f.name},
         {"index", f.index},
         {"title", json_of(f.title)},
         {"type", type_json(f.type)},
         {"text", f.text},
         {"round",
          f.round ? Json{{"places", f.round->places}, {"mode", to_string(f.round->mode)}} : Json(nullptr)},
         {"shown", f.shown}});
  out["formulas"] = formulas;
  out["assessed_when"] = rule.assessed_when;
  out["not_assessed"] = json_of(rule.not_assessed);
  Json payments = Json::array();
  for (const policy::Payment& p : rule.payments)
    payments.push_back({{"title", json_of(p.title)},
                        {"when", p.when},
                        {"from", p.from},
                        {"to", p.to},
                        {"amount", p.amount},
                        {"round", {{"places", p.round.places}, {"mode", to_string(p.round.mode)}}},
                        {"source", json_of(p.source)}});
  out["payments"] = payments;
  out["objection"] = rule.objection ? Json{{"working_days", rule.objection->working_days},
                                           {"source", json_of(rule.objection->source)},
                                           {"verified", rule.objection->verified},
                                           {"example", rule.objection->example}}
                                    : Json(nullptr);
  return out;
}

Json version_json(const policy::CompiledRule& compiled) {
  const policy::Rule& rule = compiled.rule;
  return {{"from", begin_of(rule.in_force.from)},
          {"to", end_of(rule.in_force.to)},
          {"pack", rule.pack},
          {"known", to_string(rule.known)},
          {"verified", rule.verified},
          {"source", json_of(rule.source)}};
}

Answer one_rule(Call& call) {
  const std::string& name = call.in_path("name");
  const policy::Policy& policy = call.policy();
  const Date today = call.clock().today();
  Json versions = Json::array();
  std::shared_ptr<const policy::CompiledRule> latest;
  for (const auto& version : policy.rules())
    if (version->rule.name == name) {
      versions.push_back(version_json(*version));
      latest = version;
    }
  if (!latest || call.has("on"))
    latest = policy.rule(name, call.day("on").value_or(today), call.day("known").value_or(today));
  Json out = whole_rule(latest->rule);
  out["versions"] = versions;
  return out;
}

std::vector<Json> rule_list(const policy::Policy& policy) {
  std::vector<Json> out;
  for (const auto& version : policy.rules()) out.push_back(head_json(version->rule));
  return out;
}

Json pack_json(const policy::PackInfo& pack) {
  return {{"name", pack.id},
          {"title", json_of(pack.title)},
          {"jurisdiction", pack.jurisdiction},
          {"extends", pack.extends.empty() ? Json(nullptr) : Json(pack.extends)},
          {"version", pack.version},
          {"note", json_of(pack.note)},
          {"example", pack.example},
          {"hash", pack.hash}};
}

const char* remark_kind(policy::Remark::Kind kind) {
  switch (kind) {
    case policy::Remark::Kind::stale:
      return "stale";
    case policy::Remark::Kind::never_checked:
      return "never_checked";
    case policy::Remark::Kind::unverified:
      return "unverified";
    case policy::Remark::Kind::unset:
      return "unset";
    case policy::Remark::Kind::retroactive:
      return "retroactive";
  }
  return "";
}

// Where in the pack, without the folder of this machine.
std::string place_in_pack(Where where, const std::string& packs) {
  if (where.file.starts_with(packs)) where.file.erase(0, packs.size());
  while (where.file.starts_with("/")) where.file.erase(0, 1);
  return to_string(where);
}

// The worked examples of a pack; run once for each state of its files.
Json examples_of(Call& call, const policy::PackInfo& pack) {
  const std::string& packs = call.worker.services.settings.packs;
  Remembered& remembered = call.worker.services.remembered;
  if (const auto known = remembered.find("examples " + pack.id, pack.hash)) return known->front();
  const policy::Policy own = policy::Policy::load(packs, pack.id);
  policy::ExampleReport report;
  for (const std::string& file : policy::files_in(pack.folder + "/tests", ".test")) {
    policy::ExampleReport one = policy::run_examples(own, file);
    report.rows += one.rows;
    report.failures.insert(report.failures.end(), one.failures.begin(), one.failures.end());
  }
  Json failures = Json::array();
  for (const policy::ExampleFailure& f : report.failures)
    failures.push_back({{"where", place_in_pack(f.where, packs)}, {"message", json_of(f.message)}});
  Json out{{"rows", report.rows}, {"passed", report.rows - report.failures.size()}, {"failures", failures}};
  remembered.keep("examples " + pack.id, pack.hash, std::make_shared<const std::vector<Json>>(1, out));
  return out;
}

Answer one_pack(Call& call) {
  const policy::Policy& policy = call.policy();
  const std::string& packs = call.worker.services.settings.packs;
  for (const policy::PackInfo& pack : policy.packs()) {
    if (pack.id != call.in_path("name")) continue;
    Json out = pack_json(pack);
    Json overrides = Json::array();
    for (const policy::Override& o : policy.overrides())
      if (o.lower == pack.id)
        overrides.push_back({{"what", o.what}, {"upper", o.upper}, {"where", place_in_pack(o.where, packs)}});
    out["overrides"] = overrides;
    Json remarks = Json::array();
    for (const policy::Remark& r : policy.remarks(call.clock().today()))
      if (r.where.file.starts_with(pack.folder + "/"))
        remarks.push_back({{"kind", remark_kind(r.kind)},
                           {"what", r.what},
                           {"text", json_of(r.text)},
                           {"where", place_in_pack(r.where, packs)}});
    out["remarks"] = remarks;
    out["examples"] = examples_of(call, pack);
    return out;
  }
  throw not_found({"这个政策包", "pack"});
}

std::int64_t net_of(const compensate::PlaceResult& place) {
  std::int64_t out = 0;
  for (const auto& payment : place.payments) out += payment.whole;
  return out;
}

Answer what_if(Call& call) {
  const auto compensation = compensation_of(call);
  const Names names(call);
  policy::Overrides overrides;
  for (const auto& [name, value] : call.body.at("set").items()) overrides[name] = value.get<std::string>();
  std::map<std::string, compensate::PartyChange> parties;
  std::map<std::string, std::array<std::int64_t, 2>> places;
  Json periods = Json::array();
  for (const Period& period : compensate::periods_of(call.given("period"))) {
    const compensate::WhatIf result = compensation.what_if(call.given("rule"), period, overrides);
    for (const auto& change : result.parties) {
      auto& sum = parties[change.party];
      sum.before += change.before;
      sum.after += change.after;
    }
    for (const auto& place : result.before.places) places[place.place][0] += net_of(place);
    for (const auto& place : result.after.places) places[place.place][1] += net_of(place);
    periods.push_back(period.to_string());
  }
  const auto yuan = [](std::int64_t fen) { return compensate::yuan(fen).to_fixed(2); };
  Json by_party = Json::array();
  for (const auto& [party, change] : parties)
    by_party.push_back({{"party", party},
                        {"name", json_of(names.party_name(party))},
                        {"before", yuan(change.before)},
                        {"after", yuan(change.after)},
                        {"change", yuan(change.after - change.before)}});
  Json by_place = Json::array();
  for (const auto& [place, amounts] : places) {
    Json entry = names.place(place);
    by_place.push_back({{"place", place},
                        {"name", entry["name"]},
                        {"before", yuan(amounts[0])},
                        {"after", yuan(amounts[1])},
                        {"change", yuan(amounts[1] - amounts[0])}});
  }
  return Json{{"periods", periods}, {"parties", by_party}, {"places", by_place}};
}

}  // namespace

void add_rule_routes(RouteTable& table) {
  table.add({.path = "/api/v1/packs",
             .name = "packs",
             .tag = "rules",
             .summary = {"政策包，从上到下", "packs, from the root down"},
             .access = Access::to(Permission::rules_read),
             .answer = object({{"name", text()},
                               {"title", both()},
                               {"jurisdiction", text()},
                               {"extends", nullable(text())},
                               {"version", text()},
                               {"note", both()},
                               {"example", boolean()},
                               {"hash", text()}}),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const policy::PackInfo& pack : call.policy().packs()) all.push_back(pack_json(pack));
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/packs/{name}",
             .name = "pack",
             .tag = "rules",
             .summary = {"一个政策包：覆盖、提示、算例", "one pack: overrides, remarks, examples"},
             .access = Access::to(Permission::rules_read),
             .answer = any(),
             .handler = one_pack});
  table.add(
      {.path = "/api/v1/rules",
       .name = "rules",
       .tag = "rules",
       .summary = {"规则的各个版本", "all versions of all rules"},
       .access = Access::to(Permission::rules_read),
       .answer = head_schema(),
       .sorts = {"name", "from", "pack"},
       .pager = [](Call& call, const PageRequest& page) { return page_of(rule_list(call.policy()), page); }});
  table.add(
      {.path = "/api/v1/rules/{name}",
       .name = "rule",
       .tag = "rules",
       .summary = {"一条规则：公式、参数、付款、出处", "one rule: formulas, parameters, payments, sources"},
       .access = Access::to(Permission::rules_read),
       .query = {{"on", day(), {"此日有效的版本", "the version in force on this day"}},
                 {"known", day(), {"按此日所知", "as known on this day"}}},
       .answer = any(),
       .handler = one_rule});
  const Json change = object(
      {{"party", text()}, {"name", both()}, {"before", money()}, {"after", money()}, {"change", money()}});
  Json place_change = object(
      {{"place", text()}, {"name", both()}, {"before", money()}, {"after", money()}, {"change", money()}});
  table.add({.method = Method::post,
             .path = "/api/v1/whatif",
             .name = "what_if",
             .tag = "rules",
             .summary = {"换参数试算，不写入", "the same with other parameters; nothing is written"},
             .access = Access::whole(Permission::whatif_run),
             .body = object({{"rule", line(100)}, {"period", line(40)}, {"set", map_of(text(200))}}),
             .answer = object(
                 {{"periods", list(text())}, {"parties", list(change)}, {"places", list(place_change)}}),
             .handler = what_if});
  table.add(
      {.path = "/api/v1/public/rules",
       .name = "public_rules",
       .tag = "public",
       .summary = {"现行规则及其文件依据", "the rules and the documents behind them"},
       .access = Access::open(),
       .answer = head_schema(),
       .pager = [](Call& call, const PageRequest& page) { return page_of(rule_list(call.policy()), page); }});
  table.add({.path = "/api/v1/public/rules/{name}",
             .name = "public_rule",
             .tag = "public",
             .summary = {"一条规则", "one rule"},
             .access = Access::open(),
             .query = {{"on", day(), {"此日有效的版本", "the version in force on this day"}},
                       {"known", day(), {"按此日所知", "as known on this day"}}},
             .answer = any(),
             .handler = one_rule});
}

}  // namespace tributary::api
