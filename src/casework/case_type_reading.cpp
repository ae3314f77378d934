#include "casework/case_type_reading.h"

#include "base/text.h"

#include <algorithm>
#include <cctype>

namespace tributary::casework::reading {

using policy::YamlMap;
using policy::YamlNode;

void bad(const Where& where, const std::string& zh, const std::string& en, Text hint) {
  throw Error(codes::bad_case_type, {zh, en}, where, std::move(hint));
}

void require_name(const YamlNode& key) {
  const std::string& name = key.scalar;
  const bool good =
      !name.empty() && name.size() <= 60 && std::islower(static_cast<unsigned char>(name[0])) != 0 &&
      std::all_of(name.begin(), name.end(),
                  [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; });
  if (!good)
    bad(key.where, fmt::format("“{}”不能作名称", name), fmt::format("\"{}\" cannot be a name", name),
        {"名称用小写英文字母、数字和下划线", "names are lower-case letters, digits and underscores"});
}

std::vector<Actor> read_actors(YamlMap& map, std::string_view key, bool required) {
  std::vector<Actor> out;
  const YamlNode* node = required ? &map.require(key) : map.find(key);
  if (node == nullptr) return out;
  const auto one = [&](const YamlNode& item) {
    if (item.kind == YamlNode::Kind::scalar) {
      out.push_back({item.scalar, {}, {}});
      return;
    }
    YamlMap actor(item, std::string(key));
    out.push_back({actor.text("role"), actor.text_or("in"), actor.text_or("of")});
    if (!out.back().in.empty() && !out.back().of.empty())
      bad(item.where, "in 和 of 只能写一个", "say either in or of");
    actor.finish();
  };
  if (node->kind == YamlNode::Kind::sequence)
    for (const YamlNode& item : node->items) one(item);
  else
    one(*node);
  if (out.empty()) bad(node->where, "至少要有一种人", "there must be somebody");
  return out;
}

std::vector<std::string> words(YamlMap& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  if (node == nullptr) return {};
  if (node->kind == YamlNode::Kind::scalar) return {node->scalar};
  return map.texts(key);
}

std::vector<std::string> placeholders(const std::string& text, const Where& where) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = text.find('{', at)) != std::string::npos; ++at) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) bad(where, "缺少 }", "a } is missing");
    out.push_back(text.substr(at + 1, end - at - 1));
  }
  return out;
}

void require_known(const std::vector<std::string>& all, const std::string& name, const Where& where,
                   const Text& what) {
  if (std::find(all.begin(), all.end(), name) != all.end()) return;
  const auto close = near_misses(name, all);
  bad(where, fmt::format("没有{}“{}”", what.zh, name), fmt::format("there is no {} \"{}\"", what.en, name),
      close.empty()
          ? Text{fmt::format("已有：{}", fmt::join(all, "、")),
                 fmt::format("there are: {}", fmt::join(all, ", "))}
          : Text{fmt::format("是否想写“{}”？", close[0]), fmt::format("did you mean \"{}\"?", close[0])});
}

bool is_of_people(const Declaration& d, const policy::Expression& e) {
  if (e.kind == policy::Expression::Kind::name)
    for (const Field& one : d.form) {
      const bool here = e.text == one.name || e.text.starts_with(one.name + "_");
      if (!here || one.sensitivity <= Sensitivity::internal) continue;
      const auto column = std::find_if(one.columns.begin(), one.columns.end(), [&](const Field& c) {
        const std::string sum = one.name + "_" + c.name + (c.kind == FieldKind::boolean ? "_count" : "_sum");
        return e.text == sum || std::any_of(one.columns.begin(), one.columns.end(), [&](const Field& where) {
                 return e.text == sum + "_where_" + where.name && where.sensitivity <= Sensitivity::internal;
               });
      });
      const bool counted = e.text == one.name + "_count";
      if (!counted && (column == one.columns.end() || column->sensitivity > Sensitivity::internal))
        return true;
    }
  return std::any_of(e.args.begin(), e.args.end(),
                     [&](const policy::Expression& part) { return is_of_people(d, part); });
}

}  // namespace tributary::casework::reading
