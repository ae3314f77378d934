// Whose database this is: the jurisdictions in it and the pack each works by.
#pragma once

#include "base/time.h"
#include "store/store.h"

#include <span>
#include <string>
#include <vector>

namespace tributary::policy {

std::span<const store::Migration> migrations();

struct Tenant {
  std::string jurisdiction;  // as in the pack, e.g. "341602"
  std::string pack;
};

// Sets the pack of a jurisdiction, or changes it. Returns false when it was so already.
bool adopt(store::Database& database, const Tenant& tenant, Instant now);
// In order of code.
std::vector<Tenant> tenants(store::Database& database);

}  // namespace tributary::policy
