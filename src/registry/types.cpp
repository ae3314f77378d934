#include "registry/types.h"

#include "base/text.h"
#include "registry/codes.h"
#include "registry/uscc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace tributary::registry {
namespace {

constexpr std::array levels{std::pair{Level::province, "province"},
                            std::pair{Level::prefecture, "prefecture"}, std::pair{Level::county, "county"},
                            std::pair{Level::township, "township"}, std::pair{Level::zone, "zone"}};
constexpr std::array party_kinds{
    std::pair{PartyKind::government, "government"}, std::pair{PartyKind::department, "department"},
    std::pair{PartyKind::organisation, "organisation"}, std::pair{PartyKind::household, "household"},
    std::pair{PartyKind::person, "person"}};
constexpr std::array water_kinds{std::pair{WaterKind::none, ""}, std::pair{WaterKind::river, "river"},
                                 std::pair{WaterKind::lake, "lake"}};
constexpr std::array event_kinds{
    std::pair{EventKind::suspended, "suspended"}, std::pair{EventKind::no_flow, "no_flow"},
    std::pair{EventKind::under_construction, "under_construction"},
    std::pair{EventKind::not_built, "not_built"}, std::pair{EventKind::accident, "accident"}};

template <class Table, class Enum>
std::string_view name_in(const Table& table, Enum value) {
  for (const auto& [key, name] : table)
    if (key == value) return name;
  return "";
}

template <class Table>
auto parsed_in(const Table& table, std::string_view text) -> std::optional<decltype(table[0].first)> {
  for (const auto& [key, name] : table)
    if (name == text) return key;
  return std::nullopt;
}

Where in_field(const Where& where, std::string_view field) {
  return {where.file, where.line, where.column, std::string(field)};
}

void need(const std::string& value, const Where& where, std::string_view field) {
  if (!trim(value).empty()) return;
  throw Error(codes::bad_value,
              {fmt::format("“{}”不能为空", field), fmt::format("\"{}\" must not be empty", field)},
              in_field(where, field));
}

// Groups, roles and kinds are named by packs: lower case, digits, underscore.
void need_identifier(const std::string& value, const Where& where, std::string_view field) {
  need(value, where, field);
  const bool good = std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (good) return;
  throw Error(codes::bad_value,
              {fmt::format("“{}”不是有效名称", value), fmt::format("\"{}\" is not a valid name", value)},
              in_field(where, field),
              {"只用小写英文字母、数字、下划线和连字符，例如 inter_city",
               "use lower-case letters, digits, underscore and hyphen only, for example inter_city"});
}

void need_code(const std::string& value, const Where& where, std::string_view field) {
  need(value, where, field);
  const bool good = std::all_of(value.begin(), value.end(),
                                [](char c) { return c > ' ' && c <= '~' && c != ',' && c != ';'; });
  if (good) return;
  throw Error(codes::bad_value,
              {fmt::format("代码“{}”含有空格或非英文字符", value),
               fmt::format("the code \"{}\" has spaces or letters that are not ASCII", value)},
              in_field(where, field), {"例如 gov:341600、sec:hx-01", "for example gov:341600, sec:hx-01"});
}

void need_validity(const Validity& validity, const Where& where, bool may_be_empty = false) {
  if (validity.from < validity.to || (may_be_empty && validity.from == validity.to)) return;
  throw Error(
      codes::bad_validity,
      {fmt::format("有效期的终止日 {} 不在起始日 {} 之后", to_string(validity.to), to_string(validity.from)),
       fmt::format("the validity ends on {}, not after it begins on {}", to_string(validity.to),
                   to_string(validity.from))},
      in_field(where, "valid_to"),
      {"终止日是不再有效的第一天；一直有效则留空",
       "valid_to is the first day on which it no longer holds; leave it empty if it holds on"});
}

std::string region(const std::string& code, const Where& where, std::string_view field,
                   bool may_be_empty = true) {
  if (may_be_empty && code.empty()) return code;
  try {
    return region_code(code);
  } catch (const Error& e) {
    throw e.at(in_field(where, field));
  }
}

// Which levels a 12-digit code can be of, by its zeros.
bool fits(Level level, std::string_view code) {
  const auto zeros_from = [&](std::size_t i) {
    return code.find_first_not_of('0', i) == std::string_view::npos;
  };
  switch (level) {
    case Level::province:
      return zeros_from(2);
    case Level::prefecture:
      return zeros_from(4) && !zeros_from(2);
    case Level::county:
      return zeros_from(6) && !zeros_from(4);
    case Level::township:
      return zeros_from(9) && !zeros_from(6);
    case Level::zone:
      return zeros_from(9) && !zeros_from(4);  // some zones have a county's code, most a township's
  }
  return false;
}

void check_uscc_of(Party& row) {
  if (row.uscc.empty()) {
    if (row.uscc_override)
      throw Error(codes::bad_override,
                  {"没有统一社会信用代码，却填了放行说明", "an override is given without a credit code"},
                  in_field(row.where, "override_by"));
    return;
  }
  const UsccCheck check = check_uscc(row.uscc);
  row.uscc = check.code;
  if (check.outcome == CodeCheck::ok) {
    if (!row.uscc_override) return;
    throw Error(
        codes::bad_override,
        {"统一社会信用代码校验正确，不需要放行说明", "the credit code is right; no override is needed"},
        in_field(row.where, "override_by"), {"请删去放行说明", "remove the override"});
  }
  const bool may_override =
      check.outcome == CodeCheck::bad_check || check.outcome == CodeCheck::bad_org_check;
  if (may_override && row.uscc_override) {
    const UsccOverride& o = *row.uscc_override;
    if (!trim(o.by).empty() && !trim(o.reason).empty() && !trim(o.document).empty()) return;
    throw Error(codes::bad_override, {"放行说明不完整", "the override is not complete"},
                in_field(row.where, "override_by"),
                {"要写明放行人、理由、证明文件和日期",
                 "say who accepted it, why, by which document and on which day"});
  }
  std::string zh;
  std::string en;
  switch (check.outcome) {
    case CodeCheck::bad_len:
      zh = "应为 18 位", en = "it must have 18 characters";
      break;
    case CodeCheck::bad_char:
      zh = fmt::format("第 {} 位不是允许的字符（不含 I O S V Z）", check.position);
      en = fmt::format("character {} is not allowed (there is no I O S V Z)", check.position);
      break;
    case CodeCheck::bad_check:
      zh = "第 18 位校验码不符", en = "the check character (18th) does not fit";
      break;
    default:
      zh = "第 17 位（组织机构代码校验码）不符",
      en = "the organisation code's check character (17th) does not fit";
  }
  Text hint{"请对照营业执照或登记证书核对", "compare it with the licence or certificate of registration"};
  if (may_override)
    hint = {
        "请对照证书核对；证书确实如此的，填写 override_by、override_reason、override_document、override_date "
        "后可放行",
        "compare it with the certificate; if it stands so there, fill in override_by, override_reason, "
        "override_document and override_date"};
  throw Error(
      codes::bad_uscc,
      {fmt::format("统一社会信用代码“{}”有误（{}）：{}", row.uscc, to_string(check.outcome), zh),
       fmt::format("the credit code \"{}\" is wrong ({}): {}", row.uscc, to_string(check.outcome), en)},
      in_field(row.where, "uscc"), hint);
}

}  // namespace

std::string_view to_string(Level value) {
  return name_in(levels, value);
}
std::string_view to_string(PartyKind value) {
  return name_in(party_kinds, value);
}
std::string_view to_string(WaterKind value) {
  return name_in(water_kinds, value);
}
std::string_view to_string(EventKind value) {
  return name_in(event_kinds, value);
}
std::optional<Level> parse_level(std::string_view name) {
  return parsed_in(levels, name);
}
std::optional<PartyKind> parse_party_kind(std::string_view name) {
  return parsed_in(party_kinds, name);
}
std::optional<WaterKind> parse_water_kind(std::string_view name) {
  return parsed_in(water_kinds, name);
}
std::optional<EventKind> parse_event_kind(std::string_view name) {
  return parsed_in(event_kinds, name);
}

std::string region_code(std::string_view text) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool length =
      text.size() == 2 || text.size() == 4 || text.size() == 6 || text.size() == 9 || text.size() == 12;
  if (!digits || !length || text.substr(0, 2) == "00")
    throw Error(
        codes::bad_region_code,
        {fmt::format("“{}”不是行政区划代码", text), fmt::format("\"{}\" is not a division code", text)}, {},
        {"应为 2、4、6、9 或 12 位数字，例如 341602", "2, 4, 6, 9 or 12 digits, for example 341602"});
  std::string out(text);
  out.resize(12, '0');
  return out;
}

std::string_view significant(std::string_view code) {
  for (std::size_t digits : {std::size_t{2}, std::size_t{4}, std::size_t{6}, std::size_t{9}})
    if (code.find_first_not_of('0', digits) == std::string_view::npos) return code.substr(0, digits);
  return code;
}

void RegistryData::append(RegistryData more) {
  const auto move_all = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move_all(jurisdictions, more.jurisdictions);
  move_all(parties, more.parties);
  move_all(places, more.places);
  move_all(groups, more.groups);
  move_all(roles, more.roles);
  move_all(attributes, more.attributes);
  move_all(events, more.events);
}

Jurisdiction checked(Jurisdiction row) {
  row.code = region(row.code, row.where, "code", false);
  row.parent = region(row.parent, row.where, "parent");
  row.managed_by = region(row.managed_by, row.where, "managed_by");
  row.predecessor = region(row.predecessor, row.where, "predecessor");
  need(row.name.zh, row.where, "name");
  need_validity(row.validity, row.where);
  if (!fits(row.level, row.code))
    throw Error(codes::bad_region_code,
                {fmt::format("代码 {} 与级别 {} 不符", row.code, to_string(row.level)),
                 fmt::format("the code {} cannot be that of a {}", row.code, to_string(row.level))},
                in_field(row.where, "level"));
  // That a parent's digits begin its children's also makes circles impossible.
  const std::string_view own = significant(row.code);
  const auto above = [&](std::string_view other) { return significant(other).size() < own.size(); };
  if (row.parent.empty() != (row.level == Level::province) ||
      (!row.parent.empty() && !(above(row.parent) && own.starts_with(significant(row.parent)))))
    throw Error(codes::bad_value,
                {fmt::format("{} 的上级区划“{}”不对", row.code, row.parent),
                 fmt::format("\"{}\" cannot be the parent of {}", row.parent, row.code)},
                in_field(row.where, "parent"),
                {"省级不填上级；其余填代码所属的上级，例如 341602 的上级是 341600",
                 "provinces have none; others lie in their parent by code, as 341602 in 341600"});
  if (!row.managed_by.empty() && !above(row.managed_by))
    throw Error(codes::bad_value,
                {fmt::format("管理者 {} 不是 {} 的上级", row.managed_by, row.code),
                 fmt::format("{}, which manages it, is not above {}", row.managed_by, row.code)},
                in_field(row.where, "managed_by"));
  return row;
}

Party checked(Party row) {
  need_code(row.code, row.where, "code");
  need(row.name.zh, row.where, "name");
  row.jurisdiction = region(row.jurisdiction, row.where, "jurisdiction");
  need_validity(row.validity, row.where);
  check_uscc_of(row);
  return row;
}

Place checked(Place row) {
  need_code(row.code, row.where, "code");
  need_identifier(row.kind, row.where, "kind");
  need(row.name.zh, row.where, "name");
  row.jurisdiction = region(row.jurisdiction, row.where, "jurisdiction");
  if (!row.role.empty()) need_identifier(row.role, row.where, "role");
  for (const std::string& group : row.groups) need_identifier(group, row.where, "groups");
  for (const std::string& alias : row.aliases) need(alias, row.where, "aliases");
  if (!row.inflow_section.empty()) need_code(row.inflow_section, row.where, "inflow_section");
  if (row.position) {
    const Position& p = *row.position;
    if (!(std::abs(p.longitude) <= 180) || !(std::abs(p.latitude) <= 90))
      throw Error(codes::bad_value,
                  {fmt::format("经纬度 {}, {} 超出范围", p.longitude, p.latitude),
                   fmt::format("longitude and latitude {}, {} are out of range", p.longitude, p.latitude)},
                  in_field(row.where, "lon"), {"单位为度，先经度后纬度", "in degrees, longitude first"});
    need(p.datum, row.where, "datum");
  }
  need_validity(row.validity, row.where);
  return row;
}

PlaceGroup checked(PlaceGroup row) {
  need_code(row.place, row.where, "place");
  need_identifier(row.group, row.where, "group");
  need_validity(row.validity, row.where);
  return row;
}

PlaceRole checked(PlaceRole row) {
  need_code(row.place, row.where, "place");
  need_identifier(row.role, row.where, "role");
  need_code(row.party, row.where, "party");
  if (row.share <= Decimal(0) || row.share > Decimal(1))
    throw Error(codes::bad_value,
                {fmt::format("份额 {} 应大于 0 且不超过 1", row.share.to_string()),
                 fmt::format("the share {} must be above 0 and at most 1", row.share.to_string())},
                in_field(row.where, "share"));
  row.share = row.share.normalized();
  need_validity(row.validity, row.where);
  return row;
}

PlaceAttribute checked(PlaceAttribute row) {
  need_code(row.place, row.where, "place");
  need_identifier(row.name, row.where, "name");
  need(row.source, row.where, "source");
  need_validity(row.validity, row.where);
  return row;
}

PlaceEvent checked(PlaceEvent row) {
  need_code(row.place, row.where, "place");
  need(row.source, row.where, "source");
  need_validity(row.validity, row.where, true);
  return row;
}

}  // namespace tributary::registry
