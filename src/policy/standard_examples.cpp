#include "policy/standard_examples.h"

#include "policy/codes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

Decimal number(const std::string& name, std::string_view text) {
  if (const auto value = Decimal::try_parse(text)) return *value;
  throw Error(codes::bad_input,
              {fmt::format("{} 的值“{}”不对", name, text),
               fmt::format("{}: \"{}\" is not a valid value", name, text)},
              {{}, 0, 0, name}, {"应为小数，例如 0.85", "a decimal is expected, for example 0.85"});
}

void must_be_known(const std::string& standard, const std::string& name,
                   const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw Error(codes::unknown_name,
              {fmt::format("标准 {} 没有指标“{}”", standard, name),
               fmt::format("standard {} has no indicator \"{}\"", standard, name)},
              {{}, 0, 0, name},
              {fmt::format("可用：{}", fmt::join(known, "、")),
               fmt::format("there are: {}", fmt::join(known, ", "))});
}

// The form as one of two, the first when it is not said.
bool second_form(const StandardCase& wanted, std::string_view first, std::string_view second) {
  if (wanted.form.empty() || wanted.form == first) return false;
  if (wanted.form == second) return true;
  throw Error(codes::bad_input,
              {fmt::format("不认识“{}”", wanted.form), fmt::format("\"{}\" is not known", wanted.form)}, {},
              {fmt::format("可写 {} 或 {}", first, second), fmt::format("write {} or {}", first, second)});
}

std::string listed(const std::vector<std::string>& names) {
  return names.empty() ? std::string("-") : fmt::format("{}", fmt::join(names, " "));
}

Cells aqi_results(const observe::AqiStandard& standard, const StandardCase& wanted, const Cells& given) {
  const auto form =
      second_form(wanted, "daily", "hourly") ? observe::AqiForm::hourly : observe::AqiForm::daily;
  std::vector<std::string> known;
  for (const auto& item : standard.items(form)) known.push_back(item.item);
  for (const auto& column : standard.columns)
    if (!column.above_column.empty()) known.push_back(column.above_column);
  observe::AqiInput input;
  for (const auto& [name, text] : given) {
    must_be_known(wanted.standard, name, known);
    if (text != "-") input.values.emplace(name, number(name, text));
  }
  const observe::AqiResult result = standard.evaluate(input, form);
  Cells out{{"aqi", result.aqi ? std::to_string(*result.aqi) : "-"},
            {"level", result.level ? std::to_string(result.level->number) : "-"},
            {"primary", listed(result.primary)}};
  for (const auto& item : result.items) out.emplace(item.item, std::to_string(item.iaqi));
  for (const auto& [name, text] : given) out.emplace(name, "-");  // where nothing came of it
  return out;
}

Cells class_results(const observe::ClassStandard& standard, const StandardCase& wanted, const Cells& given) {
  std::vector<std::string> known;
  for (const auto& item : standard.items) known.push_back(item.indicator);
  observe::WaterSample sample;
  sample.kind = second_form(wanted, "river", "lake") ? observe::WaterKind::lake : observe::WaterKind::river;
  for (const auto& [name, text] : given) {
    must_be_known(wanted.standard, name, known);
    if (text == "-") continue;
    const bool below = text.starts_with('<');
    observe::ItemValue value;
    value.value = number(name, std::string_view(text).substr(below ? 1 : 0));
    value.below_detection = below;
    sample.values.emplace(name, std::move(value));
  }
  const observe::ClassJudgement judgement = standard.judge(sample);
  Cells out{{"class", judgement.water_class ? std::string(latin_name(*judgement.water_class)) : "-"},
            {"deciding", listed(judgement.deciding)}};
  for (const auto& item : judgement.items) {
    const auto own = item.water_class();
    out.emplace(item.indicator, own ? std::string(latin_name(*own)) : "-");
  }
  for (const auto& [name, text] : given) out.emplace(name, "-");
  return out;
}

}  // namespace

Cells standard_results(const Catalog& catalog, const StandardCase& wanted, const Cells& given) {
  return wanted.kind == StandardCase::Kind::aqi
             ? aqi_results(catalog.aqi_standard(wanted.standard), wanted, given)
             : class_results(catalog.class_standard(wanted.standard), wanted, given);
}

}  // namespace tributary::policy
