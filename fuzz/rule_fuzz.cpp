// links: policy
// Any bytes as a file of a pack: every reader of packs gives a value or an Error that names file and line, in
// both languages; a rule that is read compiles or is refused, and a compiled one with its values binds and
// evaluates. The shipped packs are further seeds: give policies/ as one more corpus folder.
#include "policy/binding.h"
#include "policy/compile.h"
#include "policy/evaluate.h"
#include "policy/observation_files.h"
#include "policy/rule_file.h"
#include "policy/standard_files.h"
#include "policy/yaml.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tributary;
using namespace tributary::policy;

// What a reader may throw, and nothing else: the error says what, in both languages, and in which file.
template <class Reader>
void read(const Reader& reader) {
  try {
    reader();
  } catch (const Error& e) {
    if (e.message().zh.empty() || e.message().en.empty() || e.where().file.empty()) std::abort();
  }
}

std::optional<LimitTable> limits(const std::string& standard, const std::string& indicator) {
  LimitTable out;
  out.standard = standard;
  out.indicator = indicator;
  out.unit = Unit::parse("mg/L");
  for (auto& row : out.values) row = {Decimal::parse("0.2"), std::nullopt};
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::optional<YamlNode> root;
  read([&] { root = parse_yaml(text, "fuzz.yaml"); });
  if (!root) return 0;
  const PackContext context{"fuzz", 0, false};
  read([&] {
    const Rule rule = read_rule(*root, context);
    for (const Parameter& parameter : rule.parameters)
      for (const ParameterValue& value : parameter.values) read([&] { check_value(rule, parameter, value); });
    const auto compiled = compile(rule, limits);
    const Binding binding = bind(*compiled, rule.in_force.from, rule.known);
    const std::vector<std::optional<Rational>> nothing(compiled->program.inputs.size());
    evaluate(compiled->program, binding, nothing);
    const std::vector<std::optional<Rational>> ones(compiled->program.inputs.size(), Rational(1));
    evaluate(compiled->program, binding, ones);
  });
  read([&] { read_parameter_patch(*root, context); });
  read([&] { read_class_standard(*root); });
  read([&] { read_air_standard(*root); });
  read([&] { read_aqi_standard(*root); });
  read([&] { read_indicators(*root); });
  read([&] { read_calendar(*root); });
  read([&] { read_statistics(*root); });
  read([&] { read_import_mapping(*root); });
  return 0;
}
