// The names by which data files call the places of a tenant: codes, names and aliases, width and case folded.
#pragma once

#include "observe/import.h"
#include "registry/registry.h"

#include <map>
#include <string>
#include <vector>

namespace tributary::observe {

// Read before an import, which looks names up inside its own transaction.
class PlaceNames {
 public:
  PlaceNames(const registry::Registry& registry, Date on);
  std::optional<std::string> find(std::string_view name) const;
  std::vector<std::string> near(std::string_view name) const;

 private:
  std::map<std::string, std::string> codes_;
  std::vector<std::string> names_;
};

// `names` must outlive the target.
ImportTarget import_target(store::Database& database, std::string tenant, const PlaceNames& names,
                           const Clock& clock);

}  // namespace tributary::observe
