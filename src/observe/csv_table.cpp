#include "observe/csv_table.h"

#include "base/text.h"
#include "observe/codes.h"

#include <cstring>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

constexpr std::size_t longest_record = std::size_t{1} << 20;

CsvFormat bounded(CsvFormat format) {
  format.longest_record = std::min(format.longest_record, longest_record);
  return format;
}

// Where the part in parentheses at the end begins, and how long the opening parenthesis is.
struct Parenthesis {
  std::size_t at = std::string_view::npos;
  std::size_t open = 0;
  std::size_t close = 0;
};

Parenthesis last_parenthesis(std::string_view name) {
  if (name.ends_with(")")) return {name.rfind('('), 1, 1};
  if (name.ends_with("）")) return {name.rfind("（"), 3, 3};
  return {};
}

std::string_view without_unit(std::string_view name) {
  const Parenthesis p = last_parenthesis(name);
  return p.at == std::string_view::npos ? name : trim(name.substr(0, p.at));
}

std::string listed(const std::vector<std::string>& names, std::string_view quote_open,
                   std::string_view quote_close, std::string_view between) {
  std::string out;
  for (const std::string& one : names)
    out += fmt::format("{}{}{}{}", out.empty() ? "" : between, quote_open, one, quote_close);
  return out;
}

}  // namespace

CsvTable::CsvTable(std::istream& in, std::string name, CsvFormat format)
    : name_(std::move(name)), reader_(in, name_, bounded(format)) {
  if (!next())
    throw Error(
        codes::empty_file, {"文件是空的", "the file is empty"}, {name_, 1, 0, {}},
        {"第一行应为列名，其后为数据", "the first line must hold the names of the columns, the data follow"});
  for (const std::string_view field : reader_.fields()) header_.emplace_back(trim(field));
}

bool CsvTable::next() {
  while (reader_.next()) {
    check_bytes();
    if (!reader_.blank()) return true;
  }
  return false;
}

void CsvTable::check_bytes() {
  const std::string_view bytes = reader_.raw();
  const Where where{name_, reader_.line(), 0, {}};
  if (std::memchr(bytes.data(), 0, bytes.size()) != nullptr)
    throw Error(codes::nul_byte,
                {"文件中有空字节（NUL），不是文本文件，或是 UTF-16 编码",
                 "the file holds NUL bytes: it is not a text file, or it is UTF-16"},
                where,
                {"请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”",
                 "save it in Excel or WPS as \"CSV UTF-8 (comma delimited)\""});
  if (is_utf8(bytes)) return;
  if (looks_like_gbk(bytes))
    throw Error(
        codes::bad_encoding,
        {"文件像是 GBK（GB18030）编码，不是 UTF-8", "the file looks like GBK (GB18030), not UTF-8"}, where,
        {"请另存为 UTF-8：在 Excel 或 WPS 中选“CSV UTF-8（逗号分隔）”，在记事本中另存时编码选 UTF-8，"
         "或执行 iconv -f GB18030 -t UTF-8",
         "save it as UTF-8: \"CSV UTF-8 (comma delimited)\" in Excel or WPS, encoding UTF-8 in Notepad, or "
         "iconv -f GB18030 -t UTF-8"});
  throw Error(codes::bad_encoding,
              {fmt::format("不是 UTF-8 文本（该行第 {} 个字节起）", first_bad_utf8(bytes) + 1),
               fmt::format("not UTF-8 text (from byte {} of the line)", first_bad_utf8(bytes) + 1)},
              where, {"请另存为 UTF-8 编码", "save the file as UTF-8"});
}

std::optional<std::size_t> CsvTable::find(std::string_view name) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (header_[i] != name && !(ignore_units_ && without_unit(header_[i]) == name)) continue;
    if (found)
      throw Error(codes::duplicate_column,
                  {fmt::format("列名“{}”出现两次（第 {} 列和第 {} 列）", name, *found + 1, i + 1),
                   fmt::format("column \"{}\" stands twice (columns {} and {})", name, *found + 1, i + 1)},
                  {name_, 1, static_cast<long>(i + 1), std::string(name)},
                  {"请改名或删去其中一列", "rename or remove one of them"});
    found = i;
  }
  return found;
}

std::vector<std::size_t> CsvTable::require(const std::vector<std::string>& names) const {
  std::vector<std::size_t> out;
  std::vector<std::string> missing;
  std::vector<std::string> near;
  for (const std::string& name : names) {
    if (const auto column = find(name)) {
      out.push_back(*column);
      continue;
    }
    missing.push_back(name);
    for (std::string& candidate : near_misses(name, header_))
      if (std::find(near.begin(), near.end(), candidate) == near.end()) near.push_back(std::move(candidate));
  }
  if (missing.empty()) return out;
  Text hint{"请核对表头，或换用与此文件相符的对照表", "check the header, or use the mapping for this layout"};
  if (!near.empty())
    hint = {fmt::format("是否指{}？", listed(near, "“", "”", "、")),
            fmt::format("did you mean {}?", listed(near, "\"", "\"", ", "))};
  throw Error(codes::missing_column,
              {fmt::format("缺少列：{}", listed(missing, "“", "”", "、")),
               fmt::format("missing column: {}", listed(missing, "\"", "\"", ", "))},
              {name_, 1, 0, missing.front()}, hint);
}

std::string_view CsvTable::unit_in_header(std::size_t column) const {
  const std::string_view name = header_[column];
  const Parenthesis p = last_parenthesis(name);
  if (p.at == std::string_view::npos) return {};
  return trim(name.substr(p.at + p.open, name.size() - p.at - p.open - p.close));
}

std::optional<Error> CsvTable::problem() const {
  const std::size_t have = reader_.fields().size();
  if (have == header_.size()) return std::nullopt;
  const Where where{name_, reader_.line(), 0, {}};
  if (have < header_.size() && reader_.unended())
    return Error(codes::truncated,
                 {fmt::format("最后一行不完整：应有 {} 列，只有 {} 列，文件可能被截断", header_.size(), have),
                  fmt::format("the last line is incomplete: {} fields instead of {}; the file seems cut off",
                              have, header_.size())},
                 where, {"请重新下载或导出整个文件", "fetch or export the whole file again"});
  return Error(codes::wrong_field_count,
               {fmt::format("应有 {} 列，这一行有 {} 列", header_.size(), have),
                fmt::format("{} fields instead of {}", have, header_.size())},
               where, {"值中含逗号时请用双引号括起", "enclose values that contain commas in double quotes"});
}

Where CsvTable::where(std::size_t column) const {
  Where out = reader_.where(column);
  if (column < header_.size()) out.field = header_[column];
  return out;
}

}  // namespace tributary::observe
