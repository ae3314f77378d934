// What many cases come to together: counts and sums for the pages of the plan. Nothing personal is opened.
#include "casework/conditions.h"
#include "casework/stored.h"

#include <fmt/format.h>

namespace tributary::casework {
namespace {

struct OneCase {
  std::string hash;
  Json form;
};

// Exact; nothing when there is none.
std::optional<Decimal> figure_of(const CaseType& type, const Json& form, const std::string& name, Date today) {
  if (const auto found = form.find(name); type.field(name) != nullptr) {
    if (found == form.end() || found->is_null()) return std::nullopt;
    return Decimal::parse(found->is_string() ? found->get<std::string>() : found->dump());
  }
  const auto computed = Figures(type, form, {}, today).computed();
  const auto found = computed.find(name);
  return found == computed.end() ? std::nullopt : std::optional(Decimal::parse(found->second));
}

}  // namespace

Casework::Tally Casework::tally(const std::string& type, const std::vector<std::string>& states,
                                const std::string& figure) const {
  return database_.read([&](store::Transaction& t) {
    std::string condition = "jurisdiction = ? AND type = ?";
    std::vector<store::Value> values{store::to_value(tenant_), store::to_value(type)};
    for (const std::string& state : states) {
      condition += values.size() == 2 ? " AND state IN (?" : ", ?";
      values.push_back(store::to_value(state));
    }
    if (!states.empty()) condition += ")";
    Tally out;
    if (figure.empty()) {
      t.each_values("SELECT COUNT(*) FROM casework_case WHERE " + condition, values,
                    [&](const store::Row& row) { out.cases = row.integer(0); });
      return out;
    }
    std::vector<OneCase> cases;
    t.each_values("SELECT hash, form FROM casework_case WHERE " + condition, values,
                  [&](const store::Row& row) { cases.push_back({row.text(0), Json::parse(row.text(1))}); });
    for (const OneCase& one : cases) {
      ++out.cases;
      if (const auto value = figure_of(*type_of(t, one.hash), one.form, figure, clock_.today()))
        out.sum = out.sum + *value;
      else
        ++out.lacking;
    }
    return out;
  });
}

std::string Casework::stamp_of(const std::string& type) const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT COUNT(*), COALESCE(SUM(version), 0) FROM casework_case WHERE jurisdiction = ? AND type = ?",
        tenant_, type);
    return fmt::format("{} {} {}", row->integer(0), row->integer(1), base::to_string(clock_.today()));
  });
}

std::vector<std::int64_t> Casework::ids_of(const std::string& type) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<std::int64_t> out;
    t.each([&](const store::Row& row) { out.push_back(row.integer(0)); },
           "SELECT id FROM casework_case WHERE jurisdiction = ? AND type = ? ORDER BY id", tenant_, type);
    return out;
  });
}

std::int64_t Casework::entries_in_force(const std::string& kind, const std::string& type) const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT COUNT(*) FROM casework_entry e JOIN casework_case c ON c.jurisdiction = e.jurisdiction AND "
        "c.id = e.case_id WHERE e.jurisdiction = ? AND e.kind = ? AND c.type = ? AND e.ended_by = 0 AND "
        "(e.valid_to = '' OR e.valid_to >= ?)",
        tenant_, kind, type, base::to_string(clock_.today()));
    return row->integer(0);
  });
}

}  // namespace tributary::casework
