#include "api/venue_answers.h"

#include "api/problem.h"
#include "ledger/ledger.h"
#include "venues/codes.h"

#include <fmt/format.h>

namespace tributary::api {

using schema::both, schema::line, schema::list, schema::money, schema::object, schema::one_of, schema::text;

std::string yuan(std::int64_t fen) {
  return ledger::format_amount(fen, 2);
}
Json decimal_json(const std::optional<Decimal>& value) {
  return value ? Json(value->to_string()) : Json(nullptr);
}
Decimal decimal_in(Call& call, const char* name) {
  if (const auto value = Decimal::try_parse(call.given(name))) return *value;
  throw Error(codes::bad_body, {"应为十进制数", "must be a decimal number"}, {{}, 0, 0, name});
}
rights::Act step_act(Call& call, const char* otherwise) {
  const std::string reason = call.given("reason");
  return {call.caller.by(), "", reason.empty() ? otherwise : reason, ""};
}

Json check_json(const venues::Check& one) {
  return {{"code", one.code},
          {"outcome", venues::to_string(one.outcome)},
          {"why", json_of(one.why)},
          {"source", one.source}};
}
Json check_schema() {
  return object({{"code", text()},
                 {"outcome", one_of({"passed", "failed", "not_checked"})},
                 {"why", both()},
                 {"source", text()}});
}
Json checks_json(const std::vector<venues::Check>& checks) {
  Json out = Json::array();
  for (const venues::Check& one : checks) out.push_back(check_json(one));
  return out;
}
Json checks_schema() {
  return object({{"account", text()}, {"checks", list(check_schema())}});
}
void require_passed(const std::vector<venues::Check>& checks) {
  std::vector<schema::Fault> failed;
  for (const venues::Check& one : checks)
    if (one.outcome == venues::Check::Outcome::failed)
      failed.push_back({one.code,
                        {fmt::format("{}（依据：{}）", one.why.zh, one.source),
                         fmt::format("{} (source: {})", one.why.en, one.source)}});
  if (!failed.empty()) throw InvalidInput(venues::codes::not_admitted, std::move(failed));
}

Json fees_json(const std::vector<venues::VenueFee>& fees) {
  Json out = Json::array();
  for (const venues::VenueFee& fee : fees)
    out.push_back({{"payer", fee.buyer ? "buyer" : "seller"},
                   {"kind", fee.kind},
                   {"rate", fee.rule.rate.to_string()},
                   {"least", yuan(fee.rule.least)},
                   {"most", yuan(fee.rule.most)}});
  return out;
}
Json fees_schema() {
  return list(object({{"payer", one_of({"buyer", "seller"})},
                      {"kind", text()},
                      {"rate", text()},
                      {"least", money()},
                      {"most", money()}}));
}
Json lease_schema() {
  return schema::nullable(object({{"longest", schema::integer(1)}, {"source", text()}}));
}
Json faults_json(const std::vector<Error>& faults) {
  Json out = Json::array();
  for (const Error& fault : faults)
    out.push_back({{"field", fault.where().field},
                   {"code", fmt::format("{}.{}", fault.code().module, fault.code().name)},
                   {"message", json_of(fault.message())}});
  return out;
}
Json faults_schema() {
  return list(object({{"field", text()}, {"code", text()}, {"message", both()}}));
}
Json receipt_json(const venues::Receipt& receipt) {
  return {{"at", to_rfc3339(receipt.at)}, {"hash", receipt.hash}};
}
Json receipt_schema() {
  return object({{"at", schema::instant()}, {"hash", text()}});
}
Json reasoned(std::vector<schema::Property> more) {
  more.push_back({"reason", line(1000)});
  return object(std::move(more));
}
void add_to(Json& object, const char* name, Json schema) {
  object["properties"][name] = std::move(schema);
  object["required"].push_back(name);
}

}  // namespace tributary::api
