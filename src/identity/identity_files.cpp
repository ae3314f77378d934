#include "identity/identity_files.h"

#include "base/csv.h"
#include "base/text.h"
#include "identity/codes.h"
#include "identity/words.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

namespace tributary::identity {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

// Every record as a map from column to trimmed text. Columns that are not known are refused, required ones
// must be there.
void each_record(const std::string& path, const std::vector<std::string>& required,
                 const std::vector<std::string>& optional,
                 const std::function<void(const Fields&, const Where&)>& visit) {
  const std::string bytes = read_file(path);
  if (!is_utf8(bytes))
    throw Error(codes::bad_file, {"文件不是 UTF-8 编码", "the file is not UTF-8"}, {path, 0, 0, {}});
  std::ifstream in(path, std::ios::binary);
  CsvReader csv(in, path, {',', true});
  std::vector<std::string> header;
  while (csv.next()) {
    if (csv.blank()) continue;
    if (header.empty()) {
      for (std::string_view field : csv.fields()) {
        header.emplace_back(trim(field));
        if (!contains(required, header.back()) && !contains(optional, header.back()))
          throw Error(
              codes::bad_file,
              {fmt::format("没有“{}”这一列", header.back()),
               fmt::format("there is no column \"{}\"", header.back())},
              csv.where(header.size() - 1),
              {fmt::format("可用：{}、{}", fmt::join(required, "、"), fmt::join(optional, "、")),
               fmt::format("there are: {}, {}", fmt::join(required, ", "), fmt::join(optional, ", "))});
      }
      for (const std::string& name : required)
        if (!contains(header, name))
          throw Error(codes::bad_file,
                      {fmt::format("缺少列“{}”", name), fmt::format("column \"{}\" is missing", name)},
                      {path, csv.line(), 0, name});
      continue;
    }
    if (csv.fields().size() != header.size())
      throw Error(codes::bad_file,
                  {fmt::format("应有 {} 列，实有 {} 列", header.size(), csv.fields().size()),
                   fmt::format("{} fields instead of {}", csv.fields().size(), header.size())},
                  {path, csv.line(), 0, {}});
    Fields fields;
    for (std::size_t i = 0; i < header.size(); ++i) fields[header[i]] = std::string(trim(csv.fields()[i]));
    const Where where{path, csv.line(), 0, {}};
    for (const std::string& name : required)
      if (fields[name].empty())
        throw Error(codes::bad_value,
                    {fmt::format("“{}”不能为空", name), fmt::format("\"{}\" is empty", name)},
                    {path, csv.line(), 0, name});
    try {
      visit(fields, where);
    } catch (const Error& e) {
      throw e.at(where);
    }
  }
}

std::string text_at(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

void require_key(const std::string& key, const Where& where) {
  const bool good = !key.empty() && key.size() <= 40 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!good)
    throw Error(codes::bad_value,
                {fmt::format("代码“{}”应由小写字母、数字、- 和 _ 组成", key),
                 fmt::format("the code \"{}\" must be of small letters, digits, - and _", key)},
                where);
}

template <class Keys>
void require_new(Keys& seen, const std::string& key, const Where& where) {
  if (!seen.insert(key).second)
    throw Error(codes::bad_file,
                {fmt::format("“{}”写了两次", key), fmt::format("\"{}\" stands here twice", key)}, where);
}

}  // namespace

void IdentityData::append(IdentityData more) {
  for (Role& role : more.roles) {
    std::erase_if(roles, [&](const Role& r) { return r.key == role.key; });
    roles.push_back(std::move(role));
  }
  for (Organisation& o : more.organisations) {
    std::erase_if(organisations, [&](const Organisation& x) { return x.id == o.id; });
    organisations.push_back(std::move(o));
  }
}

IdentityData read_identity_folder(const std::string& path) {
  namespace fs = std::filesystem;
  IdentityData out;
  if (!fs::is_directory(path)) return out;
  for (const auto& entry : fs::directory_iterator(path))
    if (const std::string name = entry.path().filename().string();
        entry.path().extension() == ".csv" && name != "roles.csv" && name != "organisations.csv")
      throw Error(codes::bad_file,
                  {fmt::format("不认识的文件 {}", name), fmt::format("unknown file {}", name)},
                  {entry.path().string(), 0, 0, {}},
                  {"可用：roles.csv、organisations.csv", "there are: roles.csv, organisations.csv"});
  if (const std::string file = path + "/roles.csv"; fs::exists(file)) {
    std::set<std::string> seen;
    each_record(file, {"key", "title", "title_en", "scope"}, {"permissions", "excludes"},
                [&](const Fields& f, const Where& where) {
                  Role role;
                  role.key = text_at(f, "key");
                  require_key(role.key, where);
                  require_new(seen, role.key, where);
                  role.title = {text_at(f, "title"), text_at(f, "title_en")};
                  const auto scope = parse_scope(text_at(f, "scope"));
                  if (!scope)
                    throw Error(codes::bad_value, {"scope 应为 own 或 tenant", "scope is own or tenant"},
                                {where.file, where.line, 0, "scope"});
                  role.scope = *scope;
                  role.permissions = parse_permissions(text_at(f, "permissions"));
                  role.excludes = words_of(text_at(f, "excludes"));
                  out.roles.push_back(std::move(role));
                });
  }
  if (const std::string file = path + "/organisations.csv"; fs::exists(file)) {
    std::set<std::string> seen;
    each_record(file, {"code", "name", "kind"},
                {"name_en", "parent", "jurisdiction", "party", "source", "opened", "closed"},
                [&](const Fields& f, const Where& where) {
                  Organisation o;
                  o.id = {text_at(f, "code")};
                  require_key(o.id.value, where);
                  require_new(seen, o.id.value, where);
                  o.name = {text_at(f, "name"), text_at(f, "name_en")};
                  if (o.name.en.empty()) o.name.en = o.name.zh;
                  const auto kind = parse_organisation_kind(text_at(f, "kind"));
                  if (!kind)
                    throw Error(
                        codes::bad_value,
                        {fmt::format("没有单位类型“{}”", text_at(f, "kind")),
                         fmt::format("there is no kind \"{}\"", text_at(f, "kind"))},
                        {where.file, where.line, 0, "kind"},
                        {"government、office、department、township、enterprise、third_party、public",
                         "government, office, department, township, enterprise, third_party, public"});
                  o.kind = *kind;
                  o.parent = {text_at(f, "parent")};
                  o.jurisdiction = text_at(f, "jurisdiction");
                  o.party = text_at(f, "party");
                  o.source = text_at(f, "source");
                  if (const std::string day = text_at(f, "opened"); !day.empty())
                    o.exists.from = parse_date(day);
                  if (const std::string day = text_at(f, "closed"); !day.empty())
                    o.exists.to = parse_date(day);
                  out.organisations.push_back(std::move(o));
                });
  }
  return out;
}

}  // namespace tributary::identity
