#include "allocate/table.h"

#include "allocate/codes.h"
#include "base/csv.h"
#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::allocate {
namespace {

const std::map<std::string, std::string, std::less<>>& known() {
  static const std::map<std::string, std::string, std::less<>> list{{"unit", "unit"},
                                                                    {"单位", "unit"},
                                                                    {"乡镇", "unit"},
                                                                    {"parent", "parent"},
                                                                    {"上级", "parent"},
                                                                    {"current", "current"},
                                                                    {"现状", "current"},
                                                                    {"demand", "demand"},
                                                                    {"需求", "demand"},
                                                                    {"floor", "floor"},
                                                                    {"下限", "floor"},
                                                                    {"cap", "cap"},
                                                                    {"上限", "cap"},
                                                                    {"activity", "activity"},
                                                                    {"产量", "activity"},
                                                                    {"benchmark", "benchmark"},
                                                                    {"基准", "benchmark"},
                                                                    {"weight", "weight"},
                                                                    {"权重", "weight"},
                                                                    {"cost_linear", "cost_linear"},
                                                                    {"一次费用", "cost_linear"},
                                                                    {"cost_quadratic", "cost_quadratic"},
                                                                    {"二次费用", "cost_quadratic"},
                                                                    {"max_cut", "max_cut"},
                                                                    {"最大削减", "max_cut"},
                                                                    {"name", "name"},
                                                                    {"名称", "name"},
                                                                    {"note", "note"},
                                                                    {"备注", "note"}};
  return list;
}

struct Head {
  std::string name;
  std::string shown;
  bool text = false;
};

Head head_of(std::string_view field) {
  const std::string shown(trim(field));
  if (const auto found = known().find(shown); found != known().end()) {
    const std::string& name = found->second;
    return {name, shown, name == "unit" || name == "parent" || name == "name" || name == "note"};
  }
  if (shown.starts_with("传输:")) return {"t:" + shown.substr(std::string("传输:").size()), shown};
  return {shown, shown};
}

bool is_criterion(const std::string& name) {
  return !known().contains(name) && !name.starts_with("t:");
}

[[noreturn]] void fail(const Code& code, const Where& where, Text message, Text hint = {}) {
  throw Error(code, std::move(message), where, std::move(hint));
}

std::vector<Head> read_head(const CsvReader& csv) {
  std::vector<Head> out;
  for (std::size_t i = 0; i < csv.fields().size(); ++i) {
    Head head = head_of(csv.fields()[i]);
    if (head.name.empty()) fail(codes::bad_table, csv.where(i), {"表头有空列", "a heading is empty"});
    for (const Head& other : out)
      if (other.name == head.name)
        fail(codes::bad_table, csv.where(i),
             {fmt::format("“{}”列出现了两次", head.shown),
              fmt::format("the column \"{}\" is there twice", head.shown)});
    out.push_back(std::move(head));
  }
  if (std::none_of(out.begin(), out.end(), [](const Head& head) { return head.name == "unit"; }))
    fail(codes::bad_table, csv.where(0), {"缺少 unit（单位）列", "the column unit (单位) is missing"});
  return out;
}

}  // namespace

bool Table::has(std::string_view column) const {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

Table read_table(std::istream& in, const std::string& file) {
  Table out;
  out.file = file;
  CsvReader csv(in, file);
  if (!csv.next()) throw Error(codes::bad_table, {"文件是空的", "the file is empty"}, {file, 0, 0, {}});
  const auto check = [&] {
    if (is_utf8(csv.raw())) return;
    fail(codes::bad_table, {file, csv.line(), 0, {}},
         looks_like_gbk(csv.raw()) ? Text{"文件是 GBK 编码", "the file is in GBK"}
                                   : Text{"文件不是 UTF-8 编码", "the file is not UTF-8"},
         {"另存为“CSV UTF-8”", "save it as \"CSV UTF-8\""});
  };
  check();
  const std::vector<Head> heads = read_head(csv);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Head& head = heads[i];
    if (head.text) continue;
    out.positions.emplace(head.name, static_cast<long>(i) + 1);
    out.columns.push_back(head.name);
    if (is_criterion(head.name)) out.criteria.push_back(head.name);
    if (head.name.starts_with("t:")) out.points.push_back(head.name.substr(2));
  }
  while (csv.next()) {
    if (csv.blank()) continue;
    check();
    if (csv.fields().size() != heads.size())
      fail(codes::bad_table, csv.where(std::min(csv.fields().size(), heads.size())),
           {fmt::format("这一行有 {} 列，表头有 {} 列", csv.fields().size(), heads.size()),
            fmt::format("this row has {} fields, the heading has {}", csv.fields().size(), heads.size())});
    Unit unit;
    unit.line = csv.line();
    for (std::size_t i = 0; i < heads.size(); ++i) {
      const std::string_view cell = trim(csv.fields()[i]);
      Where where = csv.where(i);
      where.column = static_cast<long>(i) + 1;  // of the table, as in a spreadsheet
      where.field = heads[i].shown;
      if (heads[i].name == "unit") {
        if (cell.empty()) fail(codes::bad_cell, where, {"单位名称为空", "the unit has no name"});
        unit.id = cell;
      } else if (heads[i].name == "parent") {
        unit.parent = cell;
      } else if (!heads[i].text && !cell.empty()) {
        const auto number = Decimal::try_parse(cell);
        if (!number || number->sign() < 0)
          fail(codes::bad_cell, where,
               {fmt::format("“{}”不是不小于零的数", cell),
                fmt::format("\"{}\" is not a number of at least zero", cell)},
               {"不要写单位和千分位", "no units, no thousands separators"});
        unit.values.emplace(heads[i].name, Rational(*number));
      }
    }
    out.units.push_back(std::move(unit));
  }
  if (out.units.empty())
    throw Error(codes::bad_table, {"表中没有单位", "the table has no units"}, {file, 0, 0, {}});
  std::stable_sort(out.units.begin(), out.units.end(),
                   [](const Unit& a, const Unit& b) { return a.id < b.id; });
  for (std::size_t i = 1; i < out.units.size(); ++i)
    if (out.units[i].id == out.units[i - 1].id)
      fail(codes::duplicate_unit, {file, out.units[i].line, 0, "unit"},
           {fmt::format("单位“{}”出现了两次", out.units[i].id),
            fmt::format("the unit \"{}\" is there twice", out.units[i].id)});
  return out;
}

const Rational* find(const Unit& unit, std::string_view column) {
  const auto found = unit.values.find(column);
  return found == unit.values.end() ? nullptr : &found->second;
}

const Rational& value(const Table& table, const Unit& unit, std::string_view column) {
  if (!table.has(column)) {
    const auto close = near_misses(column, table.columns);
    throw Error(
        codes::missing_column,
        {fmt::format("此方法需要“{}”列", column), fmt::format("this method needs the column \"{}\"", column)},
        {table.file, 1, 0, std::string(column)},
        close.empty() ? Text{}
                      : Text{fmt::format("表中有“{}”", fmt::join(close, "”“")),
                             fmt::format("the table has \"{}\"", fmt::join(close, "\", \""))});
  }
  if (const Rational* found = find(unit, column)) return *found;
  throw Error(codes::missing_value,
              {fmt::format("单位“{}”的“{}”为空", unit.id, column),
               fmt::format("\"{}\" of the unit \"{}\" is blank", column, unit.id)},
              {table.file, unit.line, table.positions.at(std::string(column)), std::string(column)});
}

}  // namespace tributary::allocate
