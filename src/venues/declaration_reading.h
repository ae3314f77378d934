// What declarations of venues are read with; private to `venues`.
#pragma once

#include "base/text.h"
#include "policy/codes.h"
#include "policy/yaml.h"
#include "venues/codes.h"
#include "venues/declaration.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include <fmt/format.h>

namespace tributary::venues {

template <class T, std::size_t N>
T one_of(policy::YamlMap& map, std::string_view key,
         const std::array<std::pair<std::string_view, T>, N>& words) {
  const policy::YamlNode& node = map.require(key);
  const std::string& word = policy::scalar_of(node, key);
  for (const auto& [name, value] : words)
    if (name == word) return value;
  std::string known;
  for (const auto& [name, value] : words) known += (known.empty() ? "" : ", ") + std::string(name);
  throw Error(policy::codes::bad_value,
              {fmt::format("{}：“{}”不对（可用：{}）", key, word, known),
               fmt::format("{}: \"{}\" is not understood (known: {})", key, word, known)},
              node.where);
}

inline Decimal decimal(policy::YamlMap& map, std::string_view key) {
  return policy::decimal_of(map.require(key), key);
}
inline std::optional<Decimal> decimal_or_none(policy::YamlMap& map, std::string_view key) {
  const policy::YamlNode* node = map.find(key);
  if (node == nullptr || node->kind == policy::YamlNode::Kind::null) return std::nullopt;
  return policy::decimal_of(*node, key);
}
inline std::int64_t fen(policy::YamlMap& map, std::string_view key) {
  const auto yuan = decimal_or_none(map, key);
  return yuan ? (*yuan * Decimal(100)).to_int64() : 0;
}

inline VenueFee read_fee(const policy::YamlNode& node) {
  policy::YamlMap map(node, "fees");
  VenueFee out;
  out.buyer = one_of<bool>(
      map, "payer", std::array<std::pair<std::string_view, bool>, 2>{{{"buyer", true}, {"seller", false}}});
  out.kind = map.text("kind");
  out.to = map.text("to");
  out.rule = {decimal(map, "rate"), fen(map, "least_yuan"), fen(map, "most_yuan")};
  map.finish();
  return out;
}

inline void require(bool fine, const policy::YamlNode& root, const char* field, const char* zh, const char* en) {
  if (fine) return;
  Where where = root.where;
  where.field = field;
  throw Error(codes::bad_value, {zh, en}, where);
}

inline constexpr std::array<std::string_view, 3> kinds{"one_way_auction", "order_book", "smart_market"};

// The venues of the whole cascade that `read` knows (it gives nothing for the others); a lower pack's replaces an upper one's of
// the same id.
template <class Venue>
std::vector<Venue> load_declared(const policy::Policy& policy,
                                 Venue (*read)(const policy::YamlNode&, const policy::PackInfo&),
                                 std::string_view kind) {
  namespace fs = std::filesystem;
  std::map<std::string, Venue> by_id;
  std::optional<rights::RightsData> data;  // read where something is leased
  for (const policy::PackInfo& pack : policy.packs()) {
    const fs::path folder = fs::path(pack.folder) / "venues";
    if (!fs::is_directory(folder)) continue;
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
    std::ranges::sort(files);
    for (const std::string& file : files) {
      const policy::YamlNode root = policy::parse_yaml(read_file(file), file);
      policy::YamlMap map(root, "venue");
      const std::string id = map.text("venue");
      const std::string of = map.text("kind");
      by_id.erase(id);
      // What is no kind at all, `read` refuses.
      if (of != kind && std::ranges::find(kinds, of) != kinds.end()) continue;
      Venue venue = read(root, pack);
      if constexpr (requires { venue.lease; })
        if (venue.lease) {
          if (!data) data = rights::read_rights_of(policy.folders());
          venue.lease = lease_of(*data, venue.instrument, root);
        }
      by_id.insert_or_assign(id, std::move(venue));
    }
  }
  const Control control = control_of(policy);
  std::vector<Venue> out;
  for (auto& [id, venue] : by_id) {
    venue.control = control;
    out.push_back(std::move(venue));
  }
  return out;
}

template <class Venue>
Venue declared(const std::vector<Venue>& venues, const std::string& id) {
  std::string known;
  for (const Venue& venue : venues) {
    if (venue.id == id) return venue;
    known += (known.empty() ? "" : ", ") + venue.id;
  }
  throw Error(codes::unknown_venue, {fmt::format("没有竞价场或市场“{}”（有：{}）", id, known),
                                     fmt::format("there is no venue \"{}\" (there are: {})", id, known)});
}

}  // namespace tributary::venues
