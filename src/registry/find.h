// Finding parties and places by a part of what they are or were called.
#pragma once

#include "registry/registry.h"

#include <string>
#include <vector>

namespace tributary::registry {

struct FoundParty {
  Party party;                     // its latest version
  std::vector<std::string> other;  // names it had, without that one
};
struct FoundPlace {
  Place place;                     // its latest version, without groups
  std::vector<std::string> other;  // names it had, and those that data files use
};

// All words stand, each as it is written, in the code, the credit code or a name of any time; widths and capitals do
// not matter. In order of code, above `after`. Persons and households are never found. The names are looked through
// one by one: 20,000 parties take about 12 ms.
std::vector<FoundParty> find_parties(store::Transaction& t, const std::string& tenant,
                                     const std::vector<std::string>& words, std::size_t limit,
                                     const std::string& after = {});
std::vector<FoundPlace> find_places(store::Transaction& t, const std::string& tenant,
                                    const std::vector<std::string>& words, std::size_t limit,
                                    const std::string& after = {});

}  // namespace tributary::registry
