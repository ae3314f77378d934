#include "base/text.h"
#include "registry/codes.h"
#include "registry/registry.h"
#include "registry/rows.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tributary::registry {
namespace {

constexpr std::string_view on_day = "valid_from <= ? AND ? < valid_to";

template <class T>
void sort_by_code(std::vector<T>& list) {
  std::sort(list.begin(), list.end(), [](const T& a, const T& b) {
    return std::tie(a.code, a.validity.from) < std::tie(b.code, b.validity.from);
  });
}

[[noreturn]] void not_found(const Text& what, std::string_view key, std::optional<Date> on,
                            std::span<const std::string> known) {
  Text hint{"请核对代码或名称", "check the code or the name"};
  std::string list;
  for (const std::string& name : near_misses(key, known)) list += (list.empty() ? "" : ", ") + name;
  if (!list.empty()) hint = {"是不是：" + list, "did you mean: " + list};
  const std::string zh_day = on ? fmt::format("（{}）", to_string(*on)) : "";
  const std::string en_day = on ? fmt::format(" on {}", to_string(*on)) : "";
  throw Error(codes::not_found,
              {fmt::format("没有登记{}“{}”{}", what.zh, key, zh_day),
               fmt::format("no {} \"{}\" is registered{}", what.en, key, en_day)},
              {}, hint);
}

std::vector<std::string> column_of(store::Transaction& transaction, std::string_view sql,
                                   const std::string& tenant) {
  std::vector<std::string> out;
  transaction.each([&](const store::Row& row) { out.push_back(row.text(0)); }, sql, tenant);
  return out;
}

const std::string& superior(const Jurisdiction& v, Tree tree) {
  return tree == Tree::by_management && !v.managed_by.empty() ? v.managed_by : v.parent;
}

}  // namespace

Jurisdiction RegistryReader::jurisdiction(std::string_view code, Date on) const {
  const std::string full = region_code(code);
  const std::string day = day_text(on);
  const auto row = transaction_.first(
      fmt::format("SELECT {} FROM registry_jurisdiction WHERE jurisdiction = ? AND code = ? AND {}",
                  jurisdiction_columns, on_day),
      tenant_, full, day, day);
  if (row) return read_jurisdiction(*row);
  not_found({"区划", "division"}, full, on,
            column_of(transaction_, "SELECT DISTINCT code FROM registry_jurisdiction WHERE jurisdiction = ?",
                      tenant_));
}

Validity RegistryReader::existence(std::string_view code) const {
  Validity out{Date::max(), Date::min()};
  transaction_.each(
      [&](const store::Row& row) {
        const Validity one = read_jurisdiction(row).validity;
        out.from = std::min(out.from, one.from);
        out.to = std::max(out.to, one.to);
      },
      fmt::format("SELECT {} FROM registry_jurisdiction WHERE jurisdiction = ? AND code = ?",
                  jurisdiction_columns),
      tenant_, region_code(code));
  return out.from > out.to ? Validity{} : out;
}

std::vector<Jurisdiction> RegistryReader::jurisdictions(Date on) const {
  std::vector<Jurisdiction> out;
  const std::string day = day_text(on);
  transaction_.each([&](const store::Row& row) { out.push_back(read_jurisdiction(row)); },
                    fmt::format("SELECT {} FROM registry_jurisdiction WHERE jurisdiction = ? AND {}",
                                jurisdiction_columns, on_day),
                    tenant_, day, day);
  sort_by_code(out);
  return out;
}

std::vector<Jurisdiction> RegistryReader::children(std::string_view code, Date on, Tree tree) const {
  const std::string full = region_code(code);
  std::vector<Jurisdiction> out;
  for (Jurisdiction& v : jurisdictions(on))
    if (superior(v, tree) == full) out.push_back(std::move(v));
  return out;
}

std::vector<Jurisdiction> RegistryReader::ancestors(std::string_view code, Date on, Tree tree) const {
  std::vector<Jurisdiction> out;
  std::string next = superior(jurisdiction(code, on), tree);
  while (!next.empty()) {
    out.push_back(jurisdiction(next, on));
    next = superior(out.back(), tree);
  }
  return out;
}

bool RegistryReader::is_within(std::string_view code, std::string_view area, Date on, Tree tree) const {
  const std::string wanted = region_code(area);
  const Jurisdiction self = jurisdiction(code, on);
  if (self.code == wanted) return true;
  const auto above = ancestors(self.code, on, tree);
  return std::any_of(above.begin(), above.end(), [&](const Jurisdiction& v) { return v.code == wanted; });
}

Party RegistryReader::party(std::string_view code, std::optional<Date> on) const {
  std::vector<Party> versions;
  transaction_.each(
      [&](const store::Row& row) { versions.push_back(read_party(row)); },
      fmt::format("SELECT {} FROM registry_party WHERE jurisdiction = ? AND code = ?", party_columns),
      tenant_, code);
  sort_by_code(versions);
  while (!versions.empty() && on && !versions.back().validity.holds_on(*on)) versions.pop_back();
  if (!versions.empty()) return std::move(versions.back());
  not_found(
      {"主体", "party"}, code, on,
      column_of(transaction_, "SELECT DISTINCT code FROM registry_party WHERE jurisdiction = ?", tenant_));
}

std::vector<Party> RegistryReader::parties(Date on) const {
  std::vector<Party> out;
  const std::string day = day_text(on);
  transaction_.each(
      [&](const store::Row& row) { out.push_back(read_party(row)); },
      fmt::format("SELECT {} FROM registry_party WHERE jurisdiction = ? AND {}", party_columns, on_day),
      tenant_, day, day);
  sort_by_code(out);
  return out;
}

// Names and groups come with one query each, however many places there are.
std::vector<Place> RegistryReader::read_places(std::string_view condition,
                                               std::span<const store::Value> values,
                                               std::optional<Date> on) const {
  std::vector<store::Value> with_tenant{tenant_};
  with_tenant.insert(with_tenant.end(), values.begin(), values.end());
  std::vector<Place> out;
  transaction_.each_values(
      fmt::format("SELECT {} FROM registry_place WHERE jurisdiction = ? AND {}", place_columns, condition),
      with_tenant, [&](const store::Row& row) { out.push_back(read_place(row)); });
  sort_by_code(out);

  std::vector<store::Value> twice{tenant_};
  twice.insert(twice.end(), with_tenant.begin(), with_tenant.end());
  const std::string among = fmt::format(
      "jurisdiction = ? AND place IN (SELECT code FROM registry_place WHERE jurisdiction = ? AND {})",
      condition);
  std::multimap<std::string, std::string> names;
  transaction_.each_values(fmt::format("SELECT place, name FROM registry_place_name WHERE {}", among), twice,
                           [&](const store::Row& row) { names.emplace(row.text(0), row.text(1)); });
  std::multimap<std::string, std::pair<std::string, Validity>> groups;
  transaction_.each_values(
      fmt::format("SELECT place, name, valid_from, valid_to FROM registry_place_group WHERE {}", among),
      twice, [&](const store::Row& row) {
        groups.emplace(row.text(0), std::pair{row.text(1), validity_from_text(row.text(2), row.text(3))});
      });
  for (Place& place : out) {
    for (auto [at, end] = names.equal_range(place.code); at != end; ++at)
      if (at->second != place.name.zh) place.aliases.insert(at->second);
    const Date day = on.value_or(place.validity.to - std::chrono::days{1});
    for (auto [at, end] = groups.equal_range(place.code); at != end; ++at)
      if (at->second.second.holds_on(day)) place.groups.insert(at->second.first);
  }
  return out;
}

Place RegistryReader::find_place(std::string_view code_or_name, std::string_view kind,
                                 std::optional<Date> on) const {
  const std::string key(trim(code_or_name));
  const auto latest = [&](std::string_view condition, const std::string& value) {
    const store::Value bound(value);
    std::map<std::string, Place> out;  // by code
    for (Place& place : read_places(condition, {&bound, 1}, on))
      if (!on || place.validity.holds_on(*on)) out.insert_or_assign(place.code, std::move(place));
    return out;
  };
  auto found = latest("code = ?", key);
  if (!found.empty()) return std::move(found.begin()->second);
  found = latest(
      "code IN (SELECT n.place FROM registry_place_name n WHERE n.jurisdiction = registry_place.jurisdiction "
      "AND n.folded = ?)",
      fold_width_upper(key));
  if (!kind.empty()) std::erase_if(found, [&](const auto& entry) { return entry.second.kind != kind; });
  if (found.empty()) no_such_place(key);
  if (found.size() == 1) return std::move(found.begin()->second);
  std::string list;
  for (const auto& [code, place] : found) list += (list.empty() ? "" : ", ") + code;
  throw Error(
      codes::ambiguous_name,
      {fmt::format("“{}”有多个：{}", key, list), fmt::format("\"{}\" names several places: {}", key, list)},
      {}, {"请改用代码", "use the code instead"});
}

void RegistryReader::no_such_place(std::string_view key) const {
  auto known =
      column_of(transaction_, "SELECT name FROM registry_place_name WHERE jurisdiction = ?", tenant_);
  const auto codes =
      column_of(transaction_, "SELECT DISTINCT code FROM registry_place WHERE jurisdiction = ?", tenant_);
  known.insert(known.end(), codes.begin(), codes.end());
  std::sort(known.begin(), known.end());
  not_found({"地点", "place"}, key, {}, known);
}

std::vector<Place> RegistryReader::places(const PlaceFilter& filter, Date on) const {
  const std::string day = day_text(on);
  std::string condition(on_day);
  std::vector<store::Value> values{day, day};
  if (!filter.kind.empty()) {
    condition += " AND kind = ?";
    values.emplace_back(filter.kind);
  }
  if (!filter.jurisdiction.empty()) {
    condition += " AND area LIKE ?";  // a division's code begins with the digits of those it lies in
    values.emplace_back(std::string(significant(region_code(filter.jurisdiction))) + "%");
  }
  if (!filter.group.empty()) {
    condition +=
        " AND code IN (SELECT g.place FROM registry_place_group g WHERE g.jurisdiction = "
        "registry_place.jurisdiction "
        "AND g.name = ? AND g.valid_from <= ? AND ? < g.valid_to)";
    values.insert(values.end(), {filter.group, day, day});
  }
  return read_places(condition, values, on);
}

std::vector<PlaceRole> RegistryReader::roles(std::string_view place, Date on) const {
  std::vector<PlaceRole> out;
  const std::string day = day_text(on);
  transaction_.each([&](const store::Row& row) { out.push_back(read_role(row)); },
                    fmt::format("SELECT {} FROM registry_role WHERE jurisdiction = ? AND place = ? AND {}",
                                role_columns, on_day),
                    tenant_, place, day, day);
  std::sort(out.begin(), out.end(), [](const PlaceRole& a, const PlaceRole& b) {
    return std::tie(a.role, a.party) < std::tie(b.role, b.party);
  });
  return out;
}

std::vector<PlaceRole> RegistryReader::roles(std::string_view place, std::string_view role, Date on) const {
  auto out = roles(place, on);
  std::erase_if(out, [&](const PlaceRole& v) { return v.role != role; });
  return out;
}

std::set<std::string> RegistryReader::places_ever_of(const std::set<std::string>& parties) const {
  std::set<std::string> out;
  for (const std::string& party : parties)
    transaction_.each([&](const store::Row& row) { out.insert(row.text(0)); },
                      "SELECT DISTINCT place FROM registry_role WHERE jurisdiction = ? AND party = ?", tenant_, party);
  return out;
}

std::vector<PlaceAttribute> RegistryReader::attributes(std::string_view place) const {
  std::vector<PlaceAttribute> out;
  transaction_.each([&](const store::Row& row) { out.push_back(read_attribute(row)); },
                    fmt::format("SELECT {} FROM registry_attribute WHERE jurisdiction = ? AND place = ?",
                                attribute_columns),
                    tenant_, place);
  std::sort(out.begin(), out.end(), [](const PlaceAttribute& a, const PlaceAttribute& b) {
    return std::tie(a.name, a.validity.from, a.known) < std::tie(b.name, b.validity.from, b.known);
  });
  return out;
}

std::optional<PlaceAttribute> RegistryReader::attribute(std::string_view place, std::string_view name,
                                                        Date on, Date known) const {
  const std::string day = day_text(on);
  // Rows learned on one day do not overlap, so the order decides.
  const auto row = transaction_.first(fmt::format("SELECT {} FROM registry_attribute WHERE jurisdiction = ? "
                                                  "AND place = ? AND name = ? AND {} AND known <= ? "
                                                  "ORDER BY known DESC LIMIT 1",
                                                  attribute_columns, on_day),
                                      tenant_, place, name, day, day, day_text(known));
  if (!row) return std::nullopt;
  PlaceAttribute found = read_attribute(*row);
  if (found.value.empty()) return std::nullopt;
  return found;
}

std::vector<PlaceEvent> RegistryReader::events(std::string_view place, const Period& period,
                                               Date known) const {
  std::map<std::pair<Date, EventKind>, PlaceEvent> last;
  transaction_.each(
      [&](const store::Row& row) {
        PlaceEvent event = read_event(row);
        auto& kept = last.try_emplace({event.validity.from, event.kind}, event).first->second;
        if (kept.known < event.known) kept = std::move(event);
      },
      fmt::format("SELECT {} FROM registry_event WHERE jurisdiction = ? AND place = ? AND known <= ?",
                  event_columns),
      tenant_, place, day_text(known));
  const Validity days{period.from(), period.to()};
  std::vector<PlaceEvent> out;
  for (auto& [key, event] : last)
    if (event.validity.from < event.validity.to && event.validity.overlaps(days))
      out.push_back(std::move(event));
  return out;
}

Jurisdiction Registry::jurisdiction(std::string_view code, Date on) const {
  return read([&](RegistryReader& r) { return r.jurisdiction(code, on); });
}
std::vector<Jurisdiction> Registry::jurisdictions(Date on) const {
  return read([&](RegistryReader& r) { return r.jurisdictions(on); });
}
std::vector<Jurisdiction> Registry::children(std::string_view code, Date on, Tree tree) const {
  return read([&](RegistryReader& r) { return r.children(code, on, tree); });
}
std::vector<Jurisdiction> Registry::ancestors(std::string_view code, Date on, Tree tree) const {
  return read([&](RegistryReader& r) { return r.ancestors(code, on, tree); });
}
bool Registry::is_within(std::string_view code, std::string_view area, Date on, Tree tree) const {
  return read([&](RegistryReader& r) { return r.is_within(code, area, on, tree); });
}
Party Registry::party(std::string_view code, std::optional<Date> on) const {
  return read([&](RegistryReader& r) { return r.party(code, on); });
}
std::vector<Party> Registry::parties(Date on) const {
  return read([&](RegistryReader& r) { return r.parties(on); });
}
Place Registry::find_place(std::string_view code_or_name, std::string_view kind,
                           std::optional<Date> on) const {
  return read([&](RegistryReader& r) { return r.find_place(code_or_name, kind, on); });
}
std::vector<Place> Registry::places(const PlaceFilter& filter, Date on) const {
  return read([&](RegistryReader& r) { return r.places(filter, on); });
}
std::vector<PlaceRole> Registry::roles(std::string_view place, std::string_view role, Date on) const {
  return read([&](RegistryReader& r) { return r.roles(place, role, on); });
}
std::vector<PlaceRole> Registry::roles(std::string_view place, Date on) const {
  return read([&](RegistryReader& r) { return r.roles(place, on); });
}
std::optional<PlaceAttribute> Registry::attribute(std::string_view place, std::string_view name, Date on,
                                                  Date known) const {
  return read([&](RegistryReader& r) { return r.attribute(place, name, on, known); });
}
std::vector<PlaceAttribute> Registry::attributes(std::string_view place) const {
  return read([&](RegistryReader& r) { return r.attributes(place); });
}
std::vector<PlaceEvent> Registry::events(std::string_view place, const Period& period, Date known) const {
  return read([&](RegistryReader& r) { return r.events(place, period, known); });
}

}  // namespace tributary::registry
