#include "venues/control.h"

#include "venues/watching.h"

#include <algorithm>
#include <vector>

namespace tributary::venues {

Control control_of(const policy::Policy& policy) {
  std::map<std::string, std::string> by;
  for (const Controlled& one : load_watching(policy).groups) by[one.party] = one.by;
  return in_the_end(by);
}

Control in_the_end(const std::map<std::string, std::string>& by) {
  Control out;
  for (const auto& [party, first] : by) {
    std::vector<std::string> way{party};
    std::string end = first;
    for (auto next = by.find(end); next != by.end() && std::ranges::find(way, end) == way.end(); next = by.find(end)) {
      way.push_back(end);
      end = next->second;
    }
    const auto round = std::ranges::find(way, end);
    if (round != way.end()) end = *std::min_element(round, way.end());
    if (end != party) out[party] = end;
  }
  return out;
}

const std::string& beneficial_owner(const Control& control, const std::string& party) {
  const auto found = control.find(party);
  return found == control.end() ? party : found->second;
}

}  // namespace tributary::venues
