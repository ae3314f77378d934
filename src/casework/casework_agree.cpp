// What a step records must be what a rule comes to at that moment: of a surrender, what the registry of rights has.
#include "casework/codes.h"
#include "casework/stored.h"
#include "compensate/compensation.h"
#include "policy/pack.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

// Titles of the inputs that keep the rule from a value.
Text lacking(const policy::Policy& policy, const compensate::Computation& found, const compensate::PlaceResult& place, Date today) {
  const auto rule = policy.rule(found.head.rule, found.head.period.from(), today);
  Text out;
  for (const std::string& name : place.missing) {
    const auto input = std::ranges::find_if(rule->rule.inputs, [&](const policy::Input& one) { return one.name == name; });
    const Text title = input == rule->rule.inputs.end() ? Text{name, name} : input->title;
    out.zh += (out.zh.empty() ? "" : "、") + title.zh;
    out.en += (out.en.empty() ? "" : ", ") + title.en;
  }
  return out;
}

}  // namespace

Json Casework::agree(const Effect& effect, const std::function<std::string(const char*)>& argument) const {
  const auto refuse = [&](const Text& why) { throw Error(codes::effect_failed, why, {}, effect.otherwise); };
  const std::string name = argument("rule"), formula = argument("formula"), site = argument("place"), party = argument("party");
  if (policy_ == nullptr) {
    refuse({fmt::format("没有政策包，规则 {} 算不出来", name), fmt::format("without a policy pack the rule {} comes to nothing", name)});
    return {};
  }
  const auto given = Decimal::try_parse(argument("value"));
  if (!given) refuse({"没有填写要核对的数", "the figure to compare is missing"});
  const Period period = Period::parse(argument("period"));
  const auto found = compensate::Compensation(database_, tenant_, *policy_, clock_).look(name, period, site);
  const compensate::PlaceResult& place = found.places.at(0);
  if (std::ranges::none_of(place.roles, [&](const compensate::RoleHeld& role) { return role.party == party; }))
    refuse({fmt::format("按规则 {}，{} 在 {} 的义务人不是“{}”", name, place.name.zh, period.to_string(), party),
            fmt::format("by the rule {} it is not \"{}\" who owes for {} of {}", name, party, place.name.en, period.to_string())});
  const auto its = std::ranges::find(place.results, formula, &compensate::FormulaValue::name);
  if (its == place.results.end())
    refuse({fmt::format("规则 {} 没有“{}”", name, formula), fmt::format("the rule {} has no \"{}\"", name, formula)});
  const std::string rule = fmt::format("{} {}", name, period.to_string());
  if (its->value == "-") {
    const Text missing = lacking(*policy_, found, place, clock_.today());
    refuse({fmt::format("“{}”算不出来，缺：{}（规则 {}）", its->title.zh, missing.zh, rule),
            fmt::format("\"{}\" has no value, for want of: {} (rule {})", its->title.en, missing.en, rule)});
  }
  if (Decimal::parse(its->value) != *given)
    refuse({fmt::format("办件填的是 {}，“{}”是 {}{}（规则 {}）", given->to_string(), its->title.zh, its->value, its->unit.empty() ? "" : " " + its->unit, rule),
            fmt::format("the case says {}, \"{}\" is {}{} (rule {})", given->to_string(), its->title.en, its->value,
                        its->unit.empty() ? "" : " " + its->unit, rule)});
  return {{"do", to_string(effect.kind)}, {"rule", rule}, {"formula", formula}, {"value", its->value}};
}

}  // namespace tributary::casework
