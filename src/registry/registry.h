// The register of one tenant: who is who, what lies where, and what held for it on a given day.
//
// Written only by `apply`, which is idempotent and refuses contradictions; read by day, and for attributes
// and events also by what was known on a day. A day before all validity simply finds nothing.
#pragma once

#include "registry/types.h"
#include "store/store.h"

#include <optional>
#include <span>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::registry {

std::span<const store::Migration> migrations();

// What an `apply` did to the rows given. A row is one dated version, role, attribute, event, group or alias.
struct ApplyCounts {
  int added = 0;
  int closed = 0;   // an open validity got its end
  int revised = 0;  // a description (source, note, English name, position) was replaced
  int unchanged = 0;
  bool operator==(const ApplyCounts&) const = default;
};

// Which of the two trees of divisions: by code, as statistics count, or by who runs them, as tasks are given.
// The zones 341602400 and 341602403 lie in Qiaocheng by code but are run by the city.
enum class Tree : std::uint8_t { by_code, by_management };

// Which places; empty fields do not restrict.
struct PlaceFilter {
  std::string kind{};
  std::string group{};
  std::string jurisdiction{};  // lying in it or in a division within it (by code)
};

// Reads inside one transaction of the caller, so that a long computation sees one state of the register.
// Codes of divisions may be given short ("341602"). All lists come in order of code.
class RegistryReader {
 public:
  RegistryReader(store::Transaction& transaction, std::string tenant)
      : transaction_(transaction), tenant_(std::move(tenant)) {}

  // Throws not_found.
  Jurisdiction jurisdiction(std::string_view code, Date on) const;
  std::vector<Jurisdiction> jurisdictions(Date on) const;
  // From the first day a division is known to exist until its last, whatever it was called meanwhile.
  Validity existence(std::string_view code) const;
  std::vector<Jurisdiction> children(std::string_view code, Date on, Tree tree = Tree::by_code) const;
  // From the parent to the root.
  std::vector<Jurisdiction> ancestors(std::string_view code, Date on, Tree tree = Tree::by_code) const;
  // True for a division within `area`, and for `area` itself.
  bool is_within(std::string_view code, std::string_view area, Date on, Tree tree = Tree::by_code) const;

  // Throws not_found. Without a day: the latest version.
  Party party(std::string_view code, std::optional<Date> on = {}) const;
  std::vector<Party> parties(Date on) const;

  // By code, else by name or alias (width and case do not matter); `kind`, if not empty, restricts the search
  // by name. Throws not_found with suggestions, or ambiguous_name with the codes. Without a day: the latest
  // version, with the groups of its last day (of every day, if it holds on).
  Place find_place(std::string_view code_or_name, std::string_view kind = {},
                   std::optional<Date> on = {}) const;
  std::vector<Place> places(const PlaceFilter& filter, Date on) const;

  // Who has the role on that day; the shares sum to 1, or nobody has it.
  std::vector<PlaceRole> roles(std::string_view place, std::string_view role, Date on) const;
  // All roles of the place on that day.
  std::vector<PlaceRole> roles(std::string_view place, Date on) const;
  // Codes of the places at which one of the parties has or had a role on any day.
  std::set<std::string> places_ever_of(const std::set<std::string>& parties) const;

  // What held on the day `on` as far as it was known on the day `known`: of the rows valid on the day, the
  // one learned last, not after `known`.
  std::optional<PlaceAttribute> attribute(std::string_view place, std::string_view name, Date on,
                                          Date known) const;
  // Every row, also those replaced, by (name, valid_from, known).
  std::vector<PlaceAttribute> attributes(std::string_view place) const;

  // What touches the period as far as it was known on the day `known`, later reports having replaced earlier
  // ones.
  std::vector<PlaceEvent> events(std::string_view place, const Period& period, Date known) const;

 private:
  std::vector<Place> read_places(std::string_view condition, std::span<const store::Value> values,
                                 std::optional<Date> on) const;
  [[noreturn]] void no_such_place(std::string_view key) const;

  store::Transaction& transaction_;
  std::string tenant_;
};

// Opens a transaction per call.
class Registry {
 public:
  // `tenant` is the jurisdiction whose data this is, such as "341602". The database must outlive the
  // registry.
  Registry(store::Database& database, std::string tenant) : database_(database), tenant_(std::move(tenant)) {}

  // Puts everything or nothing. A row that is already there changes nothing; an open validity may be closed;
  // descriptions may be revised; everything else that differs is a contradiction.
  // Throws the errors of `checked`, duplicate_row, contradiction, unknown_reference, shares_not_one; each
  // names the row.
  ApplyCounts apply(const RegistryData& data);

  // One read of several things in one state: registry.read([](RegistryReader& r) { … }).
  template <class Work>
  auto read(Work&& work) const {
    return database_.read([&](store::Transaction& transaction) {
      RegistryReader reader(transaction, tenant_);
      return work(reader);
    });
  }

  Jurisdiction jurisdiction(std::string_view code, Date on) const;
  std::vector<Jurisdiction> jurisdictions(Date on) const;
  std::vector<Jurisdiction> children(std::string_view code, Date on, Tree tree = Tree::by_code) const;
  std::vector<Jurisdiction> ancestors(std::string_view code, Date on, Tree tree = Tree::by_code) const;
  bool is_within(std::string_view code, std::string_view area, Date on, Tree tree = Tree::by_code) const;
  Party party(std::string_view code, std::optional<Date> on = {}) const;
  std::vector<Party> parties(Date on) const;
  Place find_place(std::string_view code_or_name, std::string_view kind = {},
                   std::optional<Date> on = {}) const;
  std::vector<Place> places(const PlaceFilter& filter, Date on) const;
  std::vector<PlaceRole> roles(std::string_view place, std::string_view role, Date on) const;
  std::vector<PlaceRole> roles(std::string_view place, Date on) const;
  std::optional<PlaceAttribute> attribute(std::string_view place, std::string_view name, Date on,
                                          Date known) const;
  std::vector<PlaceAttribute> attributes(std::string_view place) const;
  std::vector<PlaceEvent> events(std::string_view place, const Period& period, Date known) const;

 private:
  store::Database& database_;
  std::string tenant_;
};

}  // namespace tributary::registry
