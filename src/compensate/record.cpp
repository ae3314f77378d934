#include "compensate/record.h"

#include "base/json.h"
#include "compensate/codes.h"
#include "policy/explanation_json.h"

namespace tributary::compensate {
namespace {

using Json = nlohmann::ordered_json;

Json embedded(const policy::Explanation& e) {
  return Json::parse(policy::to_json(e));
}

template <class Read>
void reading(std::string_view json, Read read) {
  try {
    read(Json::parse(json));
  } catch (const nlohmann::json::exception& e) {
    throw Error(codes::bad_record, {std::string("运行记录无法读取：") + e.what(),
                                    std::string("the record of the run cannot be read: ") + e.what()});
  }
}

}  // namespace

std::string results_json(const PlaceResult& place) {
  Json out = Json::array();
  for (const FormulaValue& f : place.results)
    out.push_back(
        {{"name", f.name}, {"zh", f.title.zh}, {"en", f.title.en}, {"value", f.value}, {"unit", f.unit}});
  return out.dump();
}

std::string derivation_json(const PlaceResult& place) {
  Json out;
  if (place.assessed) out["assessed"] = embedded(*place.assessed);
  out["payments"] = Json::array();
  for (const auto& e : place.payment_derivations) out["payments"].push_back(embedded(e));
  out["formulas"] = Json::array();
  for (const auto& e : place.formula_derivations) out["formulas"].push_back(embedded(e));
  out["roles"] = Json::array();
  for (const RoleHeld& one : place.roles) {
    Json role{{"role", one.role}, {"party", one.party}, {"share", one.share.to_string()}, {"accounts", one.accounts}};
    if (!one.shared_with.empty()) role["shared_with"] = one.shared_with;
    out["roles"].push_back(std::move(role));
  }
  return out.dump();
}

void read_results(std::string_view json, PlaceResult& place) {
  reading(json, [&](const Json& list) {
    for (const Json& f : list)
      place.results.push_back({f.at("name").get<std::string>(),
                               {f.at("zh").get<std::string>(), f.at("en").get<std::string>()},
                               f.at("value").get<std::string>(),
                               f.at("unit").get<std::string>()});
  });
}

void read_derivation(std::string_view json, PlaceResult& place) {
  reading(json, [&](const Json& all) {
    for (const Json& one : all.at("roles"))
      place.roles.push_back({one.at("role").get<std::string>(), one.at("party").get<std::string>(),
                             Decimal::parse(one.at("share").get<std::string>()),
                             one.value("accounts", std::vector<std::string>{}),
                             one.value("shared_with", std::string())});
    if (const auto assessed = all.find("assessed"); assessed != all.end())
      place.assessed = policy::explanation_from_json(assessed->dump());
    for (const Json& e : all.at("payments"))
      place.payment_derivations.push_back(policy::explanation_from_json(e.dump()));
    for (const Json& e : all.at("formulas"))
      place.formula_derivations.push_back(policy::explanation_from_json(e.dump()));
  });
}

}  // namespace tributary::compensate
