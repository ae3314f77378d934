#include "registry/registry_files.h"

#include "base/codes.h"
#include "base/csv.h"
#include "base/text.h"
#include "registry/codes.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace tributary::registry {
namespace {

struct Column {
  std::string_view name;
  bool required = false;
};

// One record of a file with a known header.
class Record {
 public:
  Record(const CsvReader& csv, std::span<const std::string> header) : csv_(csv), header_(header) {}

  std::string text(std::string_view column) const {
    const auto i = index(column);
    return i ? std::string(trim(csv_.fields()[*i])) : std::string();
  }
  // Where the field begins; of the record if the file has no such column.
  Where where(std::string_view column) const {
    const auto i = index(column);
    Where out = csv_.where(i.value_or(0));
    out.field = std::string(column);
    return out;
  }

  // Runs `work` and gives its errors the place of the column.
  template <class Work>
  auto here(std::string_view column, Work&& work) const {
    try {
      return work();
    } catch (const Error& e) {
      throw e.at(where(column));
    }
  }

  template <class Enum>
  Enum one_of(std::string_view column, std::optional<Enum> (*parse)(std::string_view),
              std::string_view choices) const {
    const std::string value = text(column);
    if (const auto parsed = parse(value)) return *parsed;
    throw Error(codes::bad_value,
                {fmt::format("“{}”不是“{}”的允许值", value, column),
                 fmt::format("\"{}\" is not a value of \"{}\"", value, column)},
                where(column), {fmt::format("可用：{}", choices), fmt::format("one of: {}", choices)});
  }

  bool flag(std::string_view column) const {
    const std::string value = text(column);
    if (value == "true") return true;
    if (value == "false" || value.empty()) return false;
    throw Error(
        codes::bad_value,
        {fmt::format("“{}”应为 true 或 false", value), fmt::format("\"{}\" must be true or false", value)},
        where(column));
  }

  Date day(std::string_view column) const {
    return here(column, [&] { return parse_date(text(column)); });
  }
  Date day_or(std::string_view column, Date otherwise) const {
    return text(column).empty() ? otherwise : day(column);
  }
  Validity validity() const { return {day_or("valid_from", Date::min()), day_or("valid_to", Date::max())}; }
  Decimal decimal(std::string_view column) const {
    return here(column, [&] { return Decimal::parse(text(column)); });
  }

  std::set<std::string> list(std::string_view column) const {
    std::set<std::string> out;
    const std::string value = text(column);
    for (std::string_view piece : split(value, ';'))
      if (!trim(piece).empty()) out.emplace(trim(piece));
    return out;
  }

  // A cell that must not be left empty.
  std::string filled(std::string_view column) const {
    std::string out = text(column);
    if (out.empty())
      throw Error(codes::bad_value,
                  {fmt::format("“{}”不能为空", column), fmt::format("\"{}\" must not be empty", column)}, where(column));
    return out;
  }

  // The row's own checks: the error names a field, which has a column here.
  template <class T>
  T checked_row(T row) const {
    row.where = {csv_.where(0).file, csv_.line(), 0, {}};
    try {
      checked(row);
    } catch (const Error& e) {
      throw Error(e.code(), e.message(), where(e.where().field), e.hint());
    }
    return row;
  }

 private:
  std::optional<std::size_t> index(std::string_view column) const {
    const auto at = std::find(header_.begin(), header_.end(), column);
    if (at == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - header_.begin());
  }

  const CsvReader& csv_;
  std::span<const std::string> header_;
};

std::vector<std::string> read_header(const CsvReader& csv, std::span<const Column> columns) {
  std::vector<std::string> known;
  for (const Column& column : columns) known.emplace_back(column.name);
  std::vector<std::string> header;
  for (std::string_view field : csv.fields()) {
    const std::string name(trim(field));
    const Where where = csv.where(header.size());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string guess;
      for (const std::string& near : near_misses(name, known)) guess += (guess.empty() ? "" : ", ") + near;
      Text hint{"请删去这一列", "remove the column"};
      if (!guess.empty()) hint = {"是不是：" + guess, "did you mean: " + guess};
      throw Error(codes::unknown_column,
                  {fmt::format("不认识的列“{}”", name), fmt::format("unknown column \"{}\"", name)}, where,
                  hint);
    }
    if (std::find(header.begin(), header.end(), name) != header.end())
      throw Error(codes::unknown_column,
                  {fmt::format("列“{}”出现两次", name), fmt::format("the column \"{}\" occurs twice", name)},
                  where);
    header.push_back(name);
  }
  for (const Column& column : columns)
    if (column.required && std::find(header.begin(), header.end(), column.name) == header.end())
      throw Error(
          codes::missing_column,
          {fmt::format("缺少列“{}”", column.name), fmt::format("the column \"{}\" is missing", column.name)},
          csv.where(header.size()));
  return header;
}

void check_encoding(const CsvReader& csv) {
  if (is_utf8(csv.raw())) return;
  Text hint{"请另存为 UTF-8 编码", "save the file as UTF-8"};
  if (looks_like_gbk(csv.raw()))
    hint = {"文件像是 GBK 编码，请另存为“CSV UTF-8（逗号分隔）”",
            "it looks like GBK; save it as \"CSV UTF-8 (comma delimited)\""};
  throw Error(tributary::codes::bad_encoding, {"文件不是 UTF-8 编码", "the file is not UTF-8"}, csv.where(0),
              hint);
}

template <class Read>
void read_file(const std::filesystem::path& folder, std::string_view name, std::span<const Column> columns,
               Read&& read) {
  const std::filesystem::path path = folder / name;
  if (!std::filesystem::exists(path)) return;
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw Error(tributary::codes::file_unreadable, {"无法读取文件", "cannot read the file"},
                {path.string(), 0, 0, {}}, {"请检查路径和权限", "check the path and the permissions"});
  CsvReader csv(in, path.string(), {.comments_at_top = true});
  std::vector<std::string> header;
  while (csv.next()) {
    check_encoding(csv);
    if (csv.blank()) continue;
    if (header.empty()) {
      header = read_header(csv, columns);
      continue;
    }
    const std::size_t fields = csv.fields().size();
    if (fields != header.size())
      throw Error(codes::bad_row,
                  {fmt::format("这一行有 {} 列，表头有 {} 列", fields, header.size()),
                   fmt::format("the row has {} fields, the header {}", fields, header.size())},
                  csv.where(std::min(fields, header.size())),
                  {"含逗号的内容要用双引号括起", "enclose content with commas in double quotes"});
    read(Record(csv, header));
  }
}

constexpr Column valid_from{"valid_from"};
constexpr Column valid_to{"valid_to"};
constexpr Column source{"source"};

constexpr std::array jurisdiction_file{Column{"code", true},
                                       Column{"name", true},
                                       Column{"name_en"},
                                       Column{"level", true},
                                       Column{"parent", true},
                                       Column{"managed_by"},
                                       Column{"predecessor"},
                                       valid_from,
                                       valid_to,
                                       source};
constexpr std::array party_file{Column{"code", true},
                                Column{"kind", true},
                                Column{"name", true},
                                Column{"name_en"},
                                Column{"uscc"},
                                Column{"override_by"},
                                Column{"override_reason"},
                                Column{"override_document"},
                                Column{"override_date"},
                                Column{"jurisdiction"},
                                valid_from,
                                valid_to,
                                source};
constexpr std::array place_file{Column{"code", true},
                                Column{"kind", true},
                                Column{"name", true},
                                Column{"name_en"},
                                Column{"aliases"},
                                Column{"water_body"},
                                Column{"water_kind"},
                                Column{"jurisdiction"},
                                Column{"role"},
                                Column{"groups"},
                                Column{"lon"},
                                Column{"lat"},
                                Column{"datum"},
                                Column{"position_note"},
                                Column{"inflow_section"},
                                valid_from,
                                valid_to,
                                source};
constexpr std::array group_file{Column{"place", true}, Column{"group", true}, valid_from, valid_to, source};
constexpr std::array role_file{Column{"place", true},
                               Column{"role", true},
                               Column{"party", true},
                               Column{"share", true},
                               valid_from,
                               valid_to,
                               source};
constexpr std::array attribute_file{
    Column{"place", true}, Column{"name", true},   Column{"value", true},    valid_from,       valid_to,
    Column{"known", true}, Column{"source", true}, Column{"verified", true}, Column{"example"}};
constexpr std::array event_file{
    Column{"place", true},  Column{"kind", true}, Column{"valid_from", true}, valid_to, Column{"known", true},
    Column{"source", true}, Column{"note"}};

Party read_party(const Record& r) {
  Party v;
  v.code = r.text("code");
  v.kind = r.one_of<PartyKind>("kind", parse_party_kind,
                               "government, department, organisation, household, person");
  v.name = {r.text("name"), r.text("name_en")};
  v.uscc = r.text("uscc");
  const bool overridden = !r.text("override_by").empty() || !r.text("override_reason").empty() ||
                          !r.text("override_document").empty() || !r.text("override_date").empty();
  if (overridden)
    v.uscc_override = UsccOverride{r.text("override_by"), r.text("override_reason"),
                                   r.text("override_document"), r.day("override_date")};
  v.jurisdiction = r.text("jurisdiction");
  v.validity = r.validity();
  v.source = r.text("source");
  return v;
}

std::optional<Position> read_position(const Record& r) {
  if (r.text("lon").empty() && r.text("lat").empty()) return std::nullopt;
  return Position{r.decimal("lon").to_double(), r.decimal("lat").to_double(), r.text("datum")};
}

Place read_place(const Record& r) {
  Place v;
  v.code = r.text("code");
  v.kind = r.text("kind");
  v.name = {r.text("name"), r.text("name_en")};
  v.aliases = r.list("aliases");
  v.water_body = r.text("water_body");
  v.water_kind = r.one_of<WaterKind>("water_kind", parse_water_kind, "river, lake");
  v.jurisdiction = r.text("jurisdiction");
  v.role = r.text("role");
  v.groups = r.list("groups");
  v.position = read_position(r);
  v.position_note = r.text("position_note");
  v.inflow_section = r.text("inflow_section");
  v.validity = r.validity();
  v.source = r.text("source");
  return v;
}

void refuse_unknown_files(const std::filesystem::path& folder, const std::vector<std::string>& known) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".csv" || std::find(known.begin(), known.end(), name) != known.end())
      continue;
    std::string list;
    for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
    throw Error(codes::unknown_file,
                {fmt::format("不认识的文件“{}”", name), fmt::format("unknown file \"{}\"", name)},
                {entry.path().string(), 0, 0, {}}, {"可用：" + list, "known are: " + list});
  }
}

}  // namespace

RegistryData read_registry_folder(const std::string& path) {
  const std::filesystem::path folder(path);
  if (!std::filesystem::is_directory(folder))
    throw Error(tributary::codes::file_unreadable, {"没有这个文件夹", "there is no such folder"},
                {path, 0, 0, {}}, {"请检查路径", "check the path"});
  refuse_unknown_files(folder, {"jurisdictions.csv", "parties.csv", "places.csv", "groups.csv", "roles.csv",
                                "attributes.csv", "events.csv"});
  RegistryData out;
  read_file(folder, "jurisdictions.csv", jurisdiction_file, [&](const Record& r) {
    Jurisdiction v;
    v.code = r.text("code");
    v.name = {r.text("name"), r.text("name_en")};
    v.level = r.one_of<Level>("level", parse_level, "province, prefecture, county, township, zone");
    v.parent = r.text("parent");
    v.managed_by = r.text("managed_by");
    v.predecessor = r.text("predecessor");
    v.validity = r.validity();
    v.source = r.text("source");
    out.jurisdictions.push_back(r.checked_row(std::move(v)));
  });
  read_file(folder, "parties.csv", party_file,
            [&](const Record& r) { out.parties.push_back(r.checked_row(read_party(r))); });
  read_file(folder, "places.csv", place_file,
            [&](const Record& r) { out.places.push_back(r.checked_row(read_place(r))); });
  read_file(folder, "groups.csv", group_file, [&](const Record& r) {
    out.groups.push_back(
        r.checked_row(PlaceGroup{r.text("place"), r.text("group"), r.validity(), r.text("source"), {}}));
  });
  read_file(folder, "roles.csv", role_file, [&](const Record& r) {
    out.roles.push_back(r.checked_row(PlaceRole{r.text("place"),
                                                r.text("role"),
                                                r.text("party"),
                                                r.decimal("share"),
                                                r.validity(),
                                                r.text("source"),
                                                {}}));
  });
  read_file(folder, "attributes.csv", attribute_file, [&](const Record& r) {
    out.attributes.push_back(r.checked_row(PlaceAttribute{r.text("place"),
                                                          r.text("name"),
                                                          r.filled("value"),
                                                          r.validity(),
                                                          r.day("known"),
                                                          r.text("source"),
                                                          r.flag("verified"),
                                                          r.flag("example"),
                                                          {}}));
  });
  read_file(folder, "events.csv", event_file, [&](const Record& r) {
    const auto kind = r.one_of<EventKind>("kind", parse_event_kind,
                                          "suspended, no_flow, under_construction, not_built, accident");
    out.events.push_back(r.checked_row(PlaceEvent{r.text("place"),
                                                  kind,
                                                  {r.day("valid_from"), r.day_or("valid_to", Date::max())},
                                                  r.day("known"),
                                                  r.text("source"),
                                                  r.text("note"),
                                                  {}}));
  });
  return out;
}

}  // namespace tributary::registry
