#include "policy/observation_files.h"

#include "policy/codes.h"
#include "policy/standard_files.h"

#include <array>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

[[noreturn]] void bad(const YamlNode& node, std::string_view what) {
  throw Error(codes::bad_value,
              {fmt::format("{}：“{}”不对", what, node.scalar),
               fmt::format("{}: \"{}\" is not understood", what, node.scalar)},
              node.where);
}

// The enumerator whose to_string is the node's text.
template <class Enum, std::size_t N>
Enum named(const YamlNode& node, std::string_view what, const std::array<Enum, N>& all) {
  for (const Enum value : all)
    if (to_string(value) == scalar_of(node, what)) return value;
  bad(node, what);
}

observe::Flag flag_of(const YamlNode& node) {
  const auto flag = observe::parse_flag(scalar_of(node, "flags"));
  if (!flag) bad(node, "flags");
  return *flag;
}

template <class Visit>
void each_entry(const YamlNode* node, std::string_view what, Visit visit) {
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::map) bad(*node, what);
  for (const auto& [key, value] : node->entries) visit(key, value);
}

char character(YamlMap& map, std::string_view key, char otherwise) {
  const std::string text = map.text_or(key, std::string(1, otherwise));
  if (text.size() != 1) bad(map.require(key), key);
  return text[0];
}

std::optional<double> bound(YamlMap* map, std::string_view key) {
  const YamlNode* node = map->find(key);
  return node != nullptr ? std::optional(number_of(*node, key).to_double()) : std::nullopt;
}

observe::ValueColumn read_value_column(const YamlNode& node) {
  YamlMap map(node, "values");
  observe::ValueColumn out;
  out.column = map.text("column");
  out.preferred_column = map.text_or("preferred");
  out.optional = map.boolean_or("optional", false);
  out.indicator = map.text("indicator");
  out.unit = map.text("unit");
  out.unit_column = map.text_or("unit_column");
  if (const YamlNode* limit = map.find("detection_limit"))
    out.detection_limit = number_of(*limit, "detection_limit").to_double();
  for (auto [key, below, above] :
       {std::tuple{"impossible", &out.bounds.impossible_below, &out.bounds.impossible_above},
        std::tuple{"suspect", &out.bounds.suspect_below, &out.bounds.suspect_above}}) {
    const YamlNode* bounds = map.find(key);
    if (bounds == nullptr) continue;
    YamlMap entry(*bounds, key);
    *below = bound(&entry, "below");
    *above = bound(&entry, "above");
    entry.finish();
  }
  each_entry(map.find("ordinals"), "ordinals", [&](const YamlNode& key, const YamlNode& value) {
    out.ordinals.push_back({key.scalar, number_of(value, "ordinals").to_double()});
  });
  map.finish();
  return out;
}

std::vector<observe::FlaggedText> read_flags(YamlMap& map) {
  std::vector<observe::FlaggedText> out;
  each_entry(&map.require("flags"), "flags", [&](const YamlNode& key, const YamlNode& value) {
    out.push_back({key.scalar, flag_of(value)});
  });
  return out;
}

}  // namespace

std::vector<observe::StatisticsRule> read_statistics(const YamlNode& root) {
  YamlMap map(root, "statistics");
  std::vector<observe::StatisticsRule> out;
  for (const YamlNode* node : list_of(map, "statistics")) {
    YamlMap entry(*node, "statistics");
    observe::StatisticsRule rule;
    rule.id = entry.text("id");
    rule.title = entry.bilingual("title");
    rule.indicator = entry.text("indicator");
    rule.source = entry.text_or("series", "*");
    rule.granularity =
        named(entry.require("granularity"), "granularity",
              std::array{Granularity::day, Granularity::month, Granularity::quarter, Granularity::year});
    rule.of = named(
        entry.require("of"), "of",
        std::array{observe::MeanOf::samples, observe::MeanOf::daily_means, observe::MeanOf::monthly_means});
    rule.of_rounded = entry.boolean_or("of_rounded", false);
    rule.minimum = entry.integer("minimum");
    if (const YamlNode* per = entry.find("per_month")) {
      YamlMap months(*per, "per_month");
      rule.per_month = observe::PerMonth{months.integer("minimum"), months.integer("february")};
      months.finish();
    }
    if (const YamlNode* censored = entry.find("censored"))
      rule.censored = named(
          *censored, "censored",
          std::array{observe::Censored::half_limit, observe::Censored::limit, observe::Censored::exclude});
    if (entry.find("counted") != nullptr) {
      rule.counted.clear();
      for (const YamlNode* flag : list_of(entry, "counted")) rule.counted.push_back(flag_of(*flag));
    }
    {
      YamlMap round(entry.require("round"), "round");
      rule.rounding.decimals = round.integer("decimals");
      each_entry(round.find("by_indicator"), "by_indicator", [&](const YamlNode& key, const YamlNode& value) {
        rule.rounding.by_indicator[key.scalar] =
            static_cast<int>(number_of(value, "by_indicator").to_int64());
      });
      const YamlNode& mode = round.require("mode");
      const auto parsed = parse_rounding(scalar_of(mode, "mode"));
      if (!parsed) bad(mode, "mode");
      rule.rounding.mode = *parsed;
      round.finish();
    }
    const Source source = entry.source();
    rule.document = source.number.empty() ? source.document : source.document + " " + source.number;
    rule.article = source.article.empty() ? source.note : source.article;
    rule.verified = entry.boolean_or("verified", false);
    {
      YamlMap dates(entry.require("in_force"), "in_force");
      rule.validity.from = dates.date("from");
      if (const auto to = dates.date_or_none("to")) rule.validity.to = *to;
      dates.finish();
    }
    entry.finish();
    out.push_back(std::move(rule));
  }
  map.finish();
  try {
    observe::StatisticsRules checked(out);
  } catch (const Error& e) {
    throw e.at(root.where);
  }
  return out;
}

observe::ImportMapping read_import_mapping(const YamlNode& root) {
  YamlMap map(root, "import");
  observe::ImportMapping out;
  out.id = map.text("import");
  out.title = map.bilingual("title");
  out.source = map.text_or("series", out.id);
  out.separator = character(map, "separator", ',');
  out.comments_at_top = map.boolean_or("comments_at_top", false);
  {
    YamlMap place(map.require("place"), "place");
    out.place_columns = place.texts("columns");
    out.place_separator = place.text_or("separator", out.place_separator);
    place.finish();
  }
  for (const YamlNode* node : list_of(map, "time")) {
    YamlMap entry(*node, "time");
    observe::TimeSource time;
    time.columns = entry.texts("columns");
    time.format = entry.text("format");
    if (entry.find("year") != nullptr) time.year = entry.integer("year");
    if (entry.find("second_of_day") != nullptr) time.second_of_day = entry.integer("second_of_day");
    entry.finish();
    out.times.push_back(std::move(time));
  }
  for (auto [key, words] : {std::pair{"missing", &out.missing}, std::pair{"not_measured", &out.not_measured},
                            std::pair{"below_limit", &out.below_limit}})
    if (map.find(key) != nullptr) *words = map.texts(key);
  if (const YamlNode* node = map.find("status")) {
    YamlMap entry(*node, "status");
    out.status_column = entry.text("column");
    out.statuses = read_flags(entry);
    entry.finish();
  }
  if (const YamlNode* node = map.find("note")) {
    YamlMap entry(*node, "note");
    out.note_column = entry.text("column");
    out.note_separator = character(entry, "separator", out.note_separator);
    out.notes = read_flags(entry);
    entry.finish();
  }
  out.unit_row = map.boolean_or("unit_row", false);
  out.unit_in_header = map.boolean_or("unit_in_header", false);
  for (const YamlNode* node : list_of(map, "values")) out.values.push_back(read_value_column(*node));
  map.finish();
  try {
    observe::check(out);
  } catch (const Error& e) {
    throw e.at(root.where);
  }
  return out;
}

}  // namespace tributary::policy
