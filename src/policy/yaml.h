// Strict YAML: positions on every node, duplicate keys refused, no anchors or aliases, bounded depth and
// size, and a reader that refuses every key nobody asked for.
#pragma once

#include "base/decimal.h"
#include "base/error.h"
#include "base/time.h"
#include "policy/rule.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::policy {

struct YamlEntry;
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, map };
  Kind kind = Kind::null;
  std::string scalar;
  bool quoted = false;
  std::vector<YamlNode> items;
  std::vector<YamlEntry> entries;  // in file order; keys are scalars
  Where where;
};
struct YamlEntry {
  YamlNode first;   // the key
  YamlNode second;  // its value
};

inline constexpr std::size_t max_yaml_nodes = 200'000;
inline constexpr int max_yaml_depth = 32;
inline constexpr std::size_t max_yaml_bytes = 4'000'000;

// One document. Throws policy.bad_yaml, duplicate_key, too_complex with file, line and column.
YamlNode parse_yaml(std::string_view text, const std::string& file);

// Reads one map; finish() throws policy.unknown_key for a key that was not asked for, naming near misses.
class YamlMap {
 public:
  // Throws policy.bad_value when the node is not a map.
  YamlMap(const YamlNode& node, std::string what);

  const YamlNode* find(std::string_view key);
  const YamlNode& require(std::string_view key);  // throws missing_key
  std::string text(std::string_view key);         // required
  std::string text_or(std::string_view key, std::string otherwise = {});
  bool boolean_or(std::string_view key, bool otherwise);
  Date date(std::string_view key);
  std::optional<Date> date_or_none(std::string_view key);
  int integer(std::string_view key);
  Text bilingual(std::string_view key);  // {zh: …, en: …}, required
  Text bilingual_or_none(std::string_view key);
  // {document, number, article, url, note}; a missing one throws missing_source.
  Source source(std::string_view key = "source");
  std::optional<Source> source_or_none(std::string_view key = "source");
  std::vector<std::string> texts(std::string_view key);  // a list of scalars, empty when absent
  // Each entry of the map not yet asked for, marked as read.
  void each_other(const std::function<void(const YamlNode& key, const YamlNode& value)>& visit);
  void finish();

  const Where& where() const { return node_.where; }

 private:
  const YamlNode& node_;
  std::string what_;
  std::set<std::string, std::less<>> asked_;
};

// A scalar's text. Throws bad_value when it is something else.
const std::string& scalar_of(const YamlNode& node, std::string_view what);
// Throws bad_value for a plain (unquoted) number with a fraction: decimals are written in quotes, never as
// floats.
Decimal decimal_of(const YamlNode& node, std::string_view what);
Date date_of(const YamlNode& node, std::string_view what);
Text bilingual_of(const YamlNode& node, std::string_view what);

}  // namespace tributary::policy
