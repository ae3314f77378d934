#include "policy/binding.h"

#include "base/text.h"
#include "policy/codes.h"
#include "policy/value.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

Rational checked(const Parameter& parameter, const std::string& text, const Where& where) {
  if (auto value = parse_value(parameter.type, text)) return *value;
  throw Error(codes::bad_value,
              {fmt::format("参数 {} 的值“{}”不对", parameter.name, text),
               fmt::format("parameter {}: \"{}\" is not a valid value", parameter.name, text)},
              where, expected_form(parameter.type));
}

std::string entry_hint(const CompiledRule& rule, const Parameter& parameter, Date on, bool zh) {
  return zh ? fmt::format(
                  "请在下级政策包的 parameters/*.yaml 中写：rule: {} / parameters: {}: values: [{{in_force: "
                  "{}, value: \"…\", source: {{document: …}}}}]",
                  rule.rule.name, parameter.name, to_string(on))
            : fmt::format(
                  "enter it in parameters/*.yaml of a lower pack: rule: {} / parameters: {}: values: "
                  "[{{in_force: {}, value: \"…\", source: {{document: …}}}}]",
                  rule.rule.name, parameter.name, to_string(on));
}

[[noreturn]] void no_value(const CompiledRule& rule, const Parameter& parameter, const std::string& element,
                           Date on, Date known) {
  const std::string shown = element_name(parameter.name, element);
  if (parameter.values.empty())
    throw Error(
        codes::parameter_unset,
        {fmt::format("规则 {} 需要参数 {}（{}），但还没有值{}", rule.rule.name, shown, parameter.title.zh,
                     parameter.unset.zh.empty() ? "" : "：" + parameter.unset.zh),
         fmt::format("rule {} needs parameter {} ({}), which has no value{}", rule.rule.name, shown,
                     parameter.title.en, parameter.unset.en.empty() ? "" : ": " + parameter.unset.en)},
        parameter.where, {entry_hint(rule, parameter, on, true), entry_hint(rule, parameter, on, false)});
  throw Error(codes::parameter_without_value,
              {fmt::format("规则 {} 的参数 {} 在 {}（按 {} 所知）没有值", rule.rule.name, shown,
                           to_string(on), to_string(known)),
               fmt::format("rule {}: parameter {} has no value on {} as known on {}", rule.rule.name, shown,
                           to_string(on), to_string(known))},
              parameter.where,
              {entry_hint(rule, parameter, on, true), entry_hint(rule, parameter, on, false)});
}

BoundParameter bind_override(const CompiledRule& rule, const Parameter& parameter, const Slot& slot,
                             const Overrides& overrides, bool& found) {
  BoundParameter out;
  const auto set = [&](const std::string& text) {
    found = true;
    out.override_text = text;
    if (text == "unlimited")
      out.state = BoundParameter::State::unlimited;
    else
      out.value = checked(parameter, text, {rule.rule.where.file, 0, 0, parameter.name});
  };
  if (const auto whole = overrides.find(parameter.name); whole != overrides.end()) {
    if (parameter.is_table)
      throw Error(codes::bad_value,
                  {fmt::format("分档表 {} 不能用一个值代替", parameter.name),
                   fmt::format("the tiered table {} cannot be set to one value", parameter.name)},
                  parameter.where);
    set(whole->second);
    if (parameter.by_place) {
      if (out.state == BoundParameter::State::unlimited)
        checked(parameter, whole->second, {rule.rule.where.file, 0, 0, parameter.name});
      out.state = BoundParameter::State::by_place;
      out.everywhere = out.value;
    }
  }
  if (const auto one = overrides.find(element_name(parameter.name, slot.element));
      !slot.element.empty() && one != overrides.end())
    set(one->second);
  return out;
}

// "cap", "C0[tp]" of an index, "K[city:3416]" by place: what is set must exist, or it would be set in vain.
void check_name(const Rule& rule, const std::string& name) {
  const std::string base = name.substr(0, name.find('['));
  const auto unknown = [&](std::string_view wanted, const std::vector<std::string>& known) {
    const auto close = near_misses(wanted, known);
    throw Error(codes::unknown_name,
                {fmt::format("规则 {} 没有参数“{}”", rule.name, name),
                 fmt::format("rule {} has no parameter \"{}\"", rule.name, name)},
                {},
                close.empty() ? Text{}
                              : Text{fmt::format("是否想写“{}”？", close[0]),
                                     fmt::format("did you mean \"{}\"?", close[0])});
  };
  const auto parameter = std::find_if(rule.parameters.begin(), rule.parameters.end(),
                                      [&](const Parameter& p) { return p.name == base; });
  if (parameter == rule.parameters.end()) {
    std::vector<std::string> known;
    for (const Parameter& p : rule.parameters) known.push_back(p.name);
    return unknown(base, known);
  }
  if (name == base) return;
  const std::string element =
      name.ends_with("]") ? name.substr(base.size() + 1, name.size() - base.size() - 2) : std::string();
  if (parameter->by_place && !element.empty()) return;
  const auto elements = rule.indices.find(parameter->index);
  if (parameter->by_place || elements == rule.indices.end() ||
      std::find(elements->second.begin(), elements->second.end(), element) == elements->second.end())
    unknown(element, elements == rule.indices.end() ? std::vector<std::string>{} : elements->second);
}

}  // namespace

const ParameterValue* value_on(const Parameter& parameter, Date on, Date known) {
  const ParameterValue* best = nullptr;
  const auto rank = [](const ParameterValue& v) { return std::tuple(v.depth, v.in_force, v.known); };
  for (const ParameterValue& value : parameter.values)
    if (value.in_force <= on && value.known <= known && (best == nullptr || rank(value) > rank(*best)))
      best = &value;
  return best;
}

Binding bind(const CompiledRule& rule, Date on, Date known, const Overrides& overrides) {
  Binding out;
  out.on = on;
  out.known = known;
  out.unverified = !rule.rule.verified;
  out.example = rule.rule.example;
  for (const LimitTable& table : rule.program.limits) out.unverified |= !table.verified;
  out.unverified |= !overrides.empty();
  for (const auto& [name, text] : overrides) check_name(rule.rule, name);
  for (std::size_t i = 0; i < rule.program.parameters.size(); ++i) {
    const Slot& slot = rule.program.parameters[i];
    const Parameter& parameter = rule.rule.parameters[slot.declaration];
    bool overridden = false;
    BoundParameter bound = bind_override(rule, parameter, slot, overrides, overridden);
    const ParameterValue* value = overridden ? nullptr : value_on(parameter, on, known);
    if (!overridden) {
      if (value == nullptr && !parameter.by_place) no_value(rule, parameter, slot.element, on, known);
      bound.origin = value;
    }
    if (parameter.by_place) {
      bound.state = BoundParameter::State::by_place;
      if (value != nullptr)
        for (const auto& [place, text] : value->elements)
          bound.places.emplace(place, checked(parameter, text, value->where));
      for (const auto& [name, text] : overrides)
        if (name.starts_with(parameter.name + "[") && name.ends_with("]")) {
          const std::string place =
              name.substr(parameter.name.size() + 1, name.size() - parameter.name.size() - 2);
          bound.places.insert_or_assign(place, checked(parameter, text, {}));
          bound.by_hand.insert(place);
        }
      if (bound.places.empty() && !bound.everywhere) no_value(rule, parameter, slot.element, on, known);
    } else if (parameter.is_table) {
      bound.state = BoundParameter::State::table;
      bound.upper_inclusive = parameter.upper_inclusive;
      for (const auto& tier : value->tiers)
        bound.tiers.push_back({Rational(tier.above), checked(parameter, tier.value, value->where)});
    } else if (!overridden) {
      const auto text = value->elements.find(slot.element);
      if (text == value->elements.end()) no_value(rule, parameter, slot.element, on, known);
      if (text->second == "unlimited")
        bound.state = BoundParameter::State::unlimited;
      else
        bound.value = checked(parameter, text->second, value->where);
    }
    if (bound.state == BoundParameter::State::unlimited && !rule.program.may_be_unlimited[i])
      throw Error(
          codes::bad_value,
          {fmt::format("参数 {} 不能取 unlimited：公式不是直接在 min()/max() 中用它", parameter.name),
           fmt::format("parameter {} cannot be unlimited: the formulas do not use it directly in min()/max()",
                       parameter.name)},
          value != nullptr ? value->where : parameter.where);
    if (value != nullptr) out.unverified |= !value->verified, out.example |= value->example;
    out.parameters.push_back(std::move(bound));
  }
  return out;
}

std::optional<Rational> tier_at(const BoundParameter& table, const Rational& x) {
  std::optional<Rational> out;
  for (const auto& tier : table.tiers)
    if (table.upper_inclusive ? x > tier.above : x >= tier.above) out = tier.value;
  return out;
}

}  // namespace tributary::policy
