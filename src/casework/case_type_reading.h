// What the readers of a case type's parts share; private.
#pragma once

#include "casework/case_type.h"
#include "casework/codes.h"
#include "policy/yaml.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::casework::reading {

[[noreturn]] void bad(const Where& where, const std::string& zh, const std::string& en, Text hint = {});
void require_name(const policy::YamlNode& key);

template <class Visit>
void each_named(policy::YamlMap& map, std::string_view key, bool required, Visit&& visit) {
  const policy::YamlNode* node = required ? &map.require(key) : map.find(key);
  if (node == nullptr) return;
  policy::YamlMap entries(*node, std::string(key));
  entries.each_other([&](const policy::YamlNode& name, const policy::YamlNode& value) {
    require_name(name);
    visit(name, value);
  });
}

template <class Enum, std::size_t N>
Enum pick(const std::array<Enum, N>& all, const std::string& text, const Where& where,
          std::string_view what) {
  std::vector<std::string> known;
  for (const Enum one : all) {
    if (to_string(one) == text) return one;
    known.emplace_back(to_string(one));
  }
  bad(where, fmt::format("{}：没有“{}”", what, text), fmt::format("{}: \"{}\" is not known", what, text),
      {fmt::format("可用：{}", fmt::join(known, "、")), fmt::format("one of: {}", fmt::join(known, ", "))});
}

std::vector<Actor> read_actors(policy::YamlMap& map, std::string_view key, bool required);

// "a" or [a, b].
std::vector<std::string> words(policy::YamlMap& map, std::string_view key);

KnownField read_known(const policy::YamlNode& node);
// Of a table with these columns.
std::vector<RowCondition> read_rows(const policy::YamlNode& node, const std::vector<Field>& columns);
Effect read_effect(const policy::YamlNode& node);
Term read_term(const policy::YamlNode& key, const policy::YamlNode& value);
Ballot read_ballot(const policy::YamlNode& key, const policy::YamlNode& value);
// Against the form of `declared`.
SheetForm read_sheet(const policy::YamlNode& node, const Declaration& declared);
Paper read_paper(const policy::YamlNode& key, const policy::YamlNode& value);

// The names in braces. Throws bad_case_type when a brace is not closed.
std::vector<std::string> placeholders(const std::string& text, const Where& where);

// Throws bad_case_type with near misses unless the name is one of them.
void require_known(const std::vector<std::string>& all, const std::string& name, const Where& where,
                   const Text& what);

// A formula made from personal values gives one.
bool is_of_people(const Declaration& declared, const policy::Expression& formula);

}  // namespace tributary::casework::reading
