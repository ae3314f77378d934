#include "registry/find.h"

#include "base/text.h"
#include "registry/rows.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::registry {
namespace {

// Codes in whose text, made of `what`, all words stand.
std::vector<std::string> codes_with(store::Transaction& t, const std::string& from, const std::string& code,
                                    const std::string& what, const std::string& tenant,
                                    const std::vector<std::string>& words, std::size_t limit, const std::string& after) {
  std::string sql = fmt::format("SELECT DISTINCT {} FROM {} AND {} > ?", code, from, code);
  std::vector<store::Value> values{store::to_value(tenant), store::to_value(after)};
  for (const std::string& word : words) {
    sql += fmt::format(" AND {}(UPPER({}), ?) > 0", t.dialect() == store::Dialect::sqlite ? "INSTR" : "STRPOS", what);
    values.push_back(store::to_value(fold_width_upper(word)));
  }
  values.push_back(store::to_value(static_cast<std::int64_t>(limit)));
  std::vector<std::string> out;
  t.each_values(fmt::format("{} ORDER BY {} LIMIT ?", sql, code), values,
                [&](const store::Row& row) { out.push_back(row.text(0)); });
  return out;
}

void note(std::vector<std::string>& names, const std::string& name, const std::string& now) {
  if (!name.empty() && name != now && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

std::vector<FoundParty> find_parties(store::Transaction& t, const std::string& tenant,
                                     const std::vector<std::string>& words, std::size_t limit,
                                     const std::string& after) {
  std::vector<FoundParty> out;
  for (const std::string& code :
       codes_with(t, "registry_party WHERE jurisdiction = ? AND kind NOT IN ('person', 'household')", "code",
                  "code || ' ' || uscc || ' ' || name_zh || ' ' || name_en", tenant, words, limit, after)) {
    FoundParty one;
    one.party = RegistryReader(t, tenant).party(code);
    if (one.party.kind == PartyKind::person || one.party.kind == PartyKind::household) continue;
    t.each([&](const store::Row& row) { note(one.other, row.text(0), one.party.name.zh); },
           "SELECT name_zh FROM registry_party WHERE jurisdiction = ? AND code = ? ORDER BY valid_from", tenant, code);
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<FoundPlace> find_places(store::Transaction& t, const std::string& tenant,
                                    const std::vector<std::string>& words, std::size_t limit,
                                    const std::string& after) {
  std::vector<FoundPlace> out;
  for (const std::string& code : codes_with(
           t, "registry_place p JOIN registry_place_name n ON n.jurisdiction = p.jurisdiction AND n.place = p.code WHERE "
              "p.jurisdiction = ?",
           "p.code", "p.code || ' ' || p.name_zh || ' ' || p.name_en || ' ' || p.water_body || ' ' || n.folded", tenant,
           words, limit, after)) {
    FoundPlace one;
    one.place = RegistryReader(t, tenant).find_place(code);
    t.each([&](const store::Row& row) { note(one.other, row.text(0), one.place.name.zh); },
           "SELECT name FROM registry_place_name WHERE jurisdiction = ? AND place = ? ORDER BY name", tenant, code);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace tributary::registry
