// Figures that the system has already.
#include "casework/casework.h"
#include "registry/registry.h"
#include "reporting/reporting.h"

#include <fmt/format.h>

namespace tributary::reporting {

Sources sources_of(const std::string& tenant) {
  return [tenant](store::Transaction& t, const Prefill& prefill, const identity::Organisation& unit,
                  const Period& period) -> std::optional<Known> {
    std::int64_t count = 0;
    if (prefill.from == "cases") {
      count = casework::Casework::begun_in(t, tenant, prefill.what, unit.id.value, period);
    } else {
      registry::PlaceFilter filter;
      filter.kind = prefill.what;
      filter.jurisdiction = unit.jurisdiction;
      count = static_cast<std::int64_t>(
          registry::RegistryReader(t, tenant).places(filter, period.last_day()).size());
    }
    return Known{std::to_string(count), fmt::format("{}:{}", prefill.from, prefill.what)};
  };
}

}  // namespace tributary::reporting
