#include "observe/place_names.h"

#include "base/text.h"

namespace tributary::observe {

PlaceNames::PlaceNames(const registry::Registry& registry, Date on) {
  for (const registry::Place& place : registry.places({}, on)) {
    std::set<std::string> all = place.aliases;
    all.insert({place.code, place.name.zh});
    for (const std::string& name : all) {
      codes_.emplace(fold_width_upper(name), place.code);
      names_.push_back(name);
    }
  }
}

std::optional<std::string> PlaceNames::find(std::string_view name) const {
  const auto found = codes_.find(fold_width_upper(name));
  return found == codes_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> PlaceNames::near(std::string_view name) const {
  return near_misses(name, names_);
}

ImportTarget import_target(store::Database& database, std::string tenant, const PlaceNames& names,
                           const Clock& clock) {
  return {database, std::move(tenant), [&names](std::string_view name) { return names.find(name); },
          [&names](std::string_view name) { return names.near(name); }, clock};
}

}  // namespace tributary::observe
