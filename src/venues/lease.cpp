#include "venues/lease.h"

#include "venues/declaration_reading.h"

namespace tributary::venues {

std::optional<Lease> read_gives(policy::YamlMap& map) {
  if (map.find("gives") == nullptr) return std::nullopt;
  const bool lease = one_of<bool>(
      map, "gives", std::array<std::pair<std::string_view, bool>, 2>{{{"title", false}, {"lease", true}}});
  return lease ? std::optional(Lease{}) : std::nullopt;
}

Lease lease_of(const rights::RightsData& data, const std::string& instrument, const policy::YamlNode& declaration) {
  const auto found = data.instruments.find(instrument);
  if (found != data.instruments.end() && found->second.longest_lease > 0)
    return {found->second.longest_lease, found->second.lease_source};
  Where where = declaration.where;
  where.field = "gives";
  throw Error(codes::bad_value,
              {fmt::format("政策包没有写明 {} 最长可以租多久，不能出租", instrument),
               fmt::format("no pack says how long {} may be leased, so it cannot be", instrument)},
              where,
              {"在品种下写 lease（longest、source），并注明文件", "write lease (longest, source) under the instrument, with its document"});
}

void require_months(const std::optional<Lease>& lease, const std::optional<rights::Term>& term, std::optional<Date> decided) {
  if (!lease || !term) return;  // without months it is refused as every flow right is
  const int months = term->months();
  if (months < 1 || months > lease->longest)
    throw Error(codes::bad_value,
                {fmt::format("租期 {} 个月，须为 1 至 {} 个月（{}）", months, lease->longest, lease->source),
                 fmt::format("the lease is for {} months, from 1 to {} are allowed ({})", months, lease->longest, lease->source)},
                {{}, 0, 0, "term"});
  if (!decided || rights::Month::of(*decided) < term->from) return;
  throw Error(codes::bad_value,
              {fmt::format("租赁自 {} 起，审批可能到 {} 才有结果，那时已经在租期内", to_string(term->from), base::to_string(*decided)),
               fmt::format("the lease begins in {}, and an authority may decide until {}, when it would be running already", to_string(term->from),
                           base::to_string(*decided))},
              {{}, 0, 0, "term"}, {"起月往后推，或者提前截止", "begin in a later month, or close earlier"});
}

bool is_of(const rights::Transaction& booked, const std::optional<rights::Term>& term) {
  if (!term) return true;
  int first = term->to.index, last = term->from.index;
  for (const rights::Part& part : booked.parts) {
    first = std::min(first, part.period);
    last = std::max(last, part.period + part.count);
  }
  return first == term->from.index && last == term->to.index;
}

nlohmann::ordered_json json_of(const std::optional<Lease>& lease) {
  if (!lease) return nullptr;
  return {{"longest", lease->longest}, {"source", lease->source}};
}

void put_lease(nlohmann::ordered_json& venue, const std::optional<Lease>& lease) {
  if (lease) venue["lease"] = json_of(lease);
}

std::optional<Lease> lease_in(const nlohmann::ordered_json& venue) {
  const auto found = venue.find("lease");
  if (found == venue.end()) return std::nullopt;
  return Lease{found->at("longest"), found->at("source")};
}

}  // namespace tributary::venues
