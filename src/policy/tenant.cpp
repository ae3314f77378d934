#include "policy/tenant.h"

namespace tributary::policy {

bool adopt(store::Database& database, const Tenant& tenant, Instant now) {
  return database.write([&](store::Transaction& t) {
    const auto row = t.first("SELECT pack FROM tenant WHERE jurisdiction = ?", tenant.jurisdiction);
    if (row && row->text(0) == tenant.pack) return false;
    t.execute(
        "INSERT INTO tenant (jurisdiction, pack, since) VALUES (?, ?, ?) ON CONFLICT (jurisdiction) DO "
        "UPDATE SET pack = excluded.pack, since = excluded.since",
        tenant.jurisdiction, tenant.pack, now.seconds);
    return true;
  });
}

std::vector<Tenant> tenants(store::Database& database) {
  return database.read([](store::Transaction& t) {
    std::vector<Tenant> out;
    for (const store::Row& row : t.query("SELECT jurisdiction, pack FROM tenant ORDER BY jurisdiction"))
      out.push_back({row.text(0), row.text(1)});
    return out;
  });
}

}  // namespace tributary::policy
