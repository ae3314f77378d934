#include "base/text.h"
#include "registry/codes.h"
#include "registry/registry.h"
#include "registry/rows.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace tributary::registry {
namespace {

std::string identity(const Jurisdiction& v) {
  return v.code;
}
std::string identity(const Party& v) {
  return v.code;
}
std::string identity(const Place& v) {
  return v.code;
}
std::string identity(const PlaceGroup& v) {
  return v.place + " " + v.group;
}
std::string identity(const PlaceRole& v) {
  return v.place + " " + v.role + " " + v.party;
}
std::string identity(const PlaceAttribute& v) {
  return v.place + " " + v.name + " " + to_string(v.known);
}
std::string identity(const PlaceEvent& v) {
  return v.place + " " + std::string(to_string(v.kind)) + " " + to_string(v.known);
}

class Applier {
 public:
  Applier(store::Transaction& transaction, const std::string& tenant)
      : transaction_(transaction), tenant_(tenant) {}

  ApplyCounts run(const RegistryData& data) {
    const auto jurisdictions = put_all(data.jurisdictions);
    for (const Jurisdiction& v : jurisdictions)
      for (const auto& [field, code] :
           {std::pair{"parent", &v.parent}, {"managed_by", &v.managed_by}, {"predecessor", &v.predecessor}})
        need_jurisdiction(*code, v.where, field);
    const auto parties = put_all(data.parties);
    for (const Party& v : parties) need_jurisdiction(v.jurisdiction, v.where, "jurisdiction");
    put_places(data);
    const auto roles = put_all(data.roles);
    for (const PlaceRole& v : roles) need_parts_of(v);
    for (const PlaceRole& v : roles_touched_by_closing()) need_parts_of(v);
    check_shares(roles);
    for (const PlaceAttribute& v : put_all(data.attributes)) need_place(v.place, v.where, "place");
    for (const PlaceEvent& v : put_all(data.events)) need_place(v.place, v.where, "place");
    return counts_;
  }

 private:
  void count(Put done) {
    switch (done) {
      case Put::added:
        ++counts_.added;
        break;
      case Put::closed:
        ++counts_.closed;
        break;
      case Put::revised:
        ++counts_.revised;
        break;
      case Put::unchanged:
        ++counts_.unchanged;
        break;
    }
  }

  // Checks each row, refuses the same row twice, puts the older versions first (so that one row can close
  // what the next one follows). Returns the canonical rows.
  template <class T>
  std::vector<T> put_all(std::vector<T> rows) {
    for (T& row : rows) row = checked(std::move(row));
    std::stable_sort(rows.begin(), rows.end(), [](const T& a, const T& b) {
      return std::forward_as_tuple(identity(a), a.validity.from) <
             std::forward_as_tuple(identity(b), b.validity.from);
    });
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (identity(rows[i]) != identity(rows[i - 1]) || rows[i].validity.from != rows[i - 1].validity.from)
        continue;
      throw Error(codes::duplicate_row,
                  {fmt::format("“{}”重复，前一处在 {}", identity(rows[i]), to_string(rows[i - 1].where)),
                   fmt::format("\"{}\" is given twice, first at {}", identity(rows[i]),
                               to_string(rows[i - 1].where))},
                  rows[i].where, {"请只保留一行", "keep one of the rows"});
    }
    for (const T& row : rows) {
      const Put done = put(transaction_, tenant_, row_of(row));
      count(done);
      if constexpr (std::is_same_v<T, Party>)
        if (done == Put::closed) closed_parties_.insert(row.code);
      if constexpr (std::is_same_v<T, Place>)
        if (done == Put::closed) closed_places_.insert(row.code);
    }
    return rows;
  }

  void put_places(const RegistryData& data) {
    const auto places = put_all(data.places);
    std::vector<PlaceGroup> groups = data.groups;
    for (const Place& v : places) {
      need_jurisdiction(v.jurisdiction, v.where, "jurisdiction");
      need_place(v.inflow_section, v.where, "inflow_section");
      put_name(v.code, v.name.zh, false);
      for (const std::string& alias : v.aliases) put_name(v.code, alias, true);
      for (const std::string& group : v.groups)
        groups.push_back({v.code, group, v.validity, v.source, v.where});
    }
    for (const PlaceGroup& v : put_all(groups)) need_place(v.place, v.where, "place");
  }

  // Names only ever accumulate: a data file of the past goes on using the old ones.
  void put_name(const std::string& place, const std::string& name, bool alias) {
    const auto changed = transaction_.execute(
        "INSERT INTO registry_place_name (jurisdiction, folded, place, name) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (jurisdiction, folded, place) DO NOTHING",
        tenant_, fold_width_upper(trim(name)), place, trim(name));
    if (alias) ++(changed > 0 ? counts_.added : counts_.unchanged);
  }

  [[noreturn]] void unknown(const std::string& code, const Where& where, const std::string& field,
                            const Text& what) {
    throw Error(codes::unknown_reference,
                {fmt::format("{}“{}”没有登记", what.zh, code),
                 fmt::format("the {} \"{}\" is not registered", what.en, code)},
                {where.file, where.line, where.column, field},
                {"请核对代码，或先登记它", "check the code, or register it first"});
  }

  void need_jurisdiction(const std::string& code, const Where& where, const std::string& field) {
    if (!code.empty() && !known("registry_jurisdiction", code))
      unknown(code, where, field, {"区划", "division"});
  }
  void need_place(const std::string& code, const Where& where, const std::string& field) {
    if (!code.empty() && !known("registry_place", code)) unknown(code, where, field, {"地点", "place"});
  }

  bool known(const std::string& table, const std::string& code) {
    if (known_.contains({table, code})) return true;
    if (!exists(transaction_, tenant_, table, code)) return false;
    known_.emplace(table, code);
    return true;
  }

  // A role needs its place and its party on all of its days.
  void need_parts_of(const PlaceRole& v) {
    need_place(v.place, v.where, "place");
    if (!known("registry_party", v.party)) unknown(v.party, v.where, "party", {"主体", "party"});
    for (const auto& [table, code, field] :
         {std::tuple{"registry_place", &v.place, "place"}, {"registry_party", &v.party, "party"}}) {
      if (covered(transaction_, tenant_, table, *code, v.validity)) continue;
      throw Error(
          codes::bad_validity,
          {fmt::format("{} 在 {} 的角色“{}”的有效期超出了“{}”的有效期", v.party, v.place, v.role, *code),
           fmt::format("the role \"{}\" of {} at {} lasts beyond the validity of \"{}\"", v.role, v.party,
                       v.place, *code)},
          {v.where.file, v.where.line, v.where.column, field},
          {"请为角色填写起止日", "give the role a valid_from and valid_to within it"});
    }
  }

  std::vector<PlaceRole> roles_touched_by_closing() {
    std::vector<PlaceRole> out;
    const auto collect = [&](std::string_view column, const std::string& code) {
      transaction_.each(
          [&](const store::Row& row) { out.push_back(read_role(row)); },
          fmt::format("SELECT {} FROM registry_role WHERE jurisdiction = ? AND {} = ?", role_columns, column),
          tenant_, code);
    };
    for (const std::string& code : closed_parties_) collect("party", code);
    for (const std::string& code : closed_places_) collect("place", code);
    return out;
  }

  void check_shares(const std::vector<PlaceRole>& roles) {
    std::set<std::pair<std::string, std::string>> done;
    for (const PlaceRole& v : roles)
      if (done.emplace(v.place, v.role).second) check_shares_of(v);
  }

  // The sum changes only where a validity begins or ends.
  void check_shares_of(const PlaceRole& given) {
    std::vector<PlaceRole> rows;
    transaction_.each(
        [&](const store::Row& row) { rows.push_back(read_role(row)); },
        fmt::format("SELECT {} FROM registry_role WHERE jurisdiction = ? AND place = ? AND role = ?",
                    role_columns),
        tenant_, given.place, given.role);
    std::set<Date> edges;
    for (const PlaceRole& row : rows) edges.insert({row.validity.from, row.validity.to});
    for (Date day : edges) {
      Decimal sum;
      std::string terms;
      for (const PlaceRole& row : rows) {
        if (!row.validity.holds_on(day)) continue;
        sum = sum + row.share;
        terms += fmt::format("{}{} {}", terms.empty() ? "" : " + ", row.party, row.share.to_string());
      }
      if (terms.empty() || sum == Decimal(1)) continue;
      const std::string from = day == Date::min() ? "0001-01-01" : to_string(day);
      throw Error(codes::shares_not_one,
                  {fmt::format("{} 的“{}”自 {} 起份额合计为 {}，应为 1（{}）", given.place, given.role, from,
                               sum.to_string(), terms),
                   fmt::format("the shares of \"{}\" at {} sum to {} from {} on, not to 1 ({})", given.role,
                               given.place, sum.to_string(), from, terms)},
                  given.where, {"请检查各方份额和起止日", "check the shares and the days they hold"});
    }
  }

  store::Transaction& transaction_;
  const std::string& tenant_;
  ApplyCounts counts_;
  std::set<std::pair<std::string, std::string>> known_;  // (table, code) found to exist
  std::set<std::string> closed_parties_;
  std::set<std::string> closed_places_;
};

}  // namespace

ApplyCounts Registry::apply(const RegistryData& data) {
  return database_.write(
      [&](store::Transaction& transaction) { return Applier(transaction, tenant_).run(data); });
}

}  // namespace tributary::registry
