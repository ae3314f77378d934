// What steps bring about, as it is declared.
#include "base/text.h"
#include "casework/case_type_reading.h"
#include "policy/catalog.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::casework::reading {
namespace {

using policy::YamlMap;
using policy::YamlNode;

constexpr std::array effect_kinds{
    Effect::Kind::register_entry, Effect::Kind::end_entry, Effect::Kind::register_party,
    Effect::Kind::set_attribute,  Effect::Kind::transfer,  Effect::Kind::hold,
    Effect::Kind::settle,         Effect::Kind::release,   Effect::Kind::run,
    Effect::Kind::publish,        Effect::Kind::withdraw,  Effect::Kind::open_case,
    Effect::Kind::allocate,       Effect::Kind::set_permit, Effect::Kind::register_saving,
    Effect::Kind::compile,        Effect::Kind::agree};

struct Argument {
  std::string_view name;
  bool required;
};
std::vector<Argument> arguments_of(Effect::Kind kind) {
  switch (kind) {
    case Effect::Kind::register_entry:
      return {{"kind", true},    {"number", true}, {"title", true},
              {"holder", false}, {"from", false},  {"to", false}};
    case Effect::Kind::end_entry:
      return {{"kind", true}, {"number", true}};
    case Effect::Kind::register_party:
      return {{"code", true}, {"name", true}, {"kind", true}};
    case Effect::Kind::set_attribute:
      return {{"place", true}, {"name", true}, {"value", true}, {"from", true}, {"last_day", false}, {"operator", false}};
    case Effect::Kind::transfer:
    case Effect::Kind::hold:
      return {{"from", true}, {"to", true}, {"amount", true}, {"purpose", true}};
    case Effect::Kind::settle:
    case Effect::Kind::release:
      return {{"of", true}};
    case Effect::Kind::run:
      return {{"rule", true}, {"period", true}};
    case Effect::Kind::publish:
      return {{"kind", true},        {"title", true},    {"days", false},     {"until", false},
              {"objections", false}, {"contact", false}, {"replaces", false}, {"why", false}};
    case Effect::Kind::withdraw:
      return {};
    case Effect::Kind::open_case:
      return {{"case", true}, {"for", false}};
    case Effect::Kind::allocate:
      return {{"record", true}, {"table", true},  {"instrument", true}, {"start", true},
              {"end", false},   {"issuer", true}, {"reserve", true},    {"origin", false},
              {"cap", false},   {"kept", false},  {"method", false},    {"hash", false}, {"compared", false}};
    case Effect::Kind::set_permit:
      return {{"account", true}, {"holder", true}, {"permit", true}, {"former", false},
              {"from", false},   {"last_day", false}, {"place", false}};
    case Effect::Kind::register_saving:
      return {{"number", true}, {"account", true}, {"subject", true}, {"volume", true}};
    case Effect::Kind::agree:
      return {{"rule", true}, {"formula", true}, {"place", true}, {"party", true}, {"period", true}, {"value", true}};
    case Effect::Kind::compile:
      return {{"from", true},    {"into", true},       {"expected", false}, {"rows", false},
              {"status", false}, {"submitted", false}, {"due", false},      {"lacking", false}};
  }
  return {};
}

// What concerns one thing, and so may be repeated for each row of a table.
bool may_repeat(Effect::Kind kind) {
  switch (kind) {
    case Effect::Kind::register_entry:
    case Effect::Kind::end_entry:
    case Effect::Kind::register_party:
    case Effect::Kind::set_attribute:
    case Effect::Kind::transfer:
    case Effect::Kind::hold:
    case Effect::Kind::run:
    case Effect::Kind::open_case:
      return true;
    default:
      return false;
  }
}

}  // namespace

Effect read_effect(const YamlNode& node) {
  YamlMap map(node, "effect");
  Effect out;
  out.where = node.where;
  const YamlNode& kind = map.require("do");
  out.kind = pick(effect_kinds, policy::scalar_of(kind, "do"), kind.where, "do");
  out.each = map.text_or("each");
  if (!out.each.empty() && !may_repeat(out.kind))
    bad(node.where, fmt::format("“{}”不能逐行办理", to_string(out.kind)),
        fmt::format("\"{}\" is not done for each row", to_string(out.kind)));
  for (const Argument& argument : arguments_of(out.kind)) {
    const YamlNode* given = map.find(argument.name);
    if (out.kind == Effect::Kind::publish && argument.name == "title" && given != nullptr &&
        given->kind == YamlNode::Kind::map) {
      const Text title = policy::bilingual_of(*given, "title");
      out.arguments["title"] = title.zh;
      out.arguments["title_en"] = title.en;
      continue;
    }
    const std::string text = argument.required ? map.text(argument.name) : map.text_or(argument.name);
    if (!text.empty()) out.arguments[std::string(argument.name)] = text;
  }
  if (out.kind == Effect::Kind::publish || out.kind == Effect::Kind::register_entry)
    out.fields = map.texts("fields");
  if (out.kind == Effect::Kind::agree) out.otherwise = map.bilingual("otherwise");
  if (out.kind == Effect::Kind::register_entry) out.renews = map.boolean_or("renews", false);
  if (out.kind == Effect::Kind::set_attribute && map.boolean_or("only", false)) {
    const std::string& name = out.arguments.at("name");
    const auto braces = std::ranges::count(name, '{');
    // The columns of the rows must not decide for which place or since when.
    if (out.each.empty() || braces != 1 || name.find('{') < 3)
      bad(node.where, "only 只用于逐行登记的属性，名称里有一个栏目，前面至少三个字符：permitted_{pollutant}",
          "only is for attributes set for each row, with one column in their name and at least three characters before it: "
          "permitted_{pollutant}");
    out.only = true;
  }
  if (out.kind == Effect::Kind::compile) {
    out.states = words(map, "states");
    out.group = words(map, "group");
    const auto texts = [&](const char* key, std::map<std::string, std::string>& into) {
      each_named(map, key, false, [&](const YamlNode& name, const YamlNode& value) {
        into[name.scalar] = policy::scalar_of(value, name.scalar);
      });
    };
    texts("where", out.where_is);
    texts("count", out.count);
    if (out.where_is.empty())
      bad(node.where, "compile 要写 where：汇编哪些事项", "compile needs where: which cases");
  }
  if (out.kind == Effect::Kind::open_case || out.kind == Effect::Kind::compile)
    each_named(map, "set", false, [&](const YamlNode& key, const YamlNode& value) {
      out.set[key.scalar] = policy::scalar_of(value, key.scalar);
    });
  map.finish();
  return out;
}

}  // namespace tributary::casework::reading
