#include "allocate/table.h"

#include "allocate/codes.h"
#include "allocate/sheet.h"
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
                                                                    {"account", "account"},
                                                                    {"账户", "account"},
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
    return {name, shown, name == "unit" || name == "parent" || name == "name" || name == "account" || name == "note"};
  }
  if (shown.starts_with("传输:")) return {"t:" + shown.substr(std::string("传输:").size()), shown};
  return {shown, shown};
}

bool is_criterion(const std::string& name) {
  return !known().contains(name) && !name.starts_with("t:");
}

// Throws BadTable for what makes every row unreadable.
std::vector<Head> read_heads(Sheet& sheet) {
  std::vector<Head> out;
  for (std::size_t i = 0; i < sheet.heads().size(); ++i) {
    Head head = head_of(sheet.heads()[i]);
    if (head.name.empty())
      sheet.fault(codes::bad_table, sheet.where(1, i), {"表头有空列", "a heading is empty"});
    else if (std::any_of(out.begin(), out.end(), [&](const Head& other) { return other.name == head.name; }))
      sheet.fault(codes::bad_table, sheet.where(1, i),
                  {fmt::format("“{}”列出现了两次", head.shown),
                   fmt::format("the column \"{}\" is there twice", head.shown)});
    out.push_back(std::move(head));
  }
  if (std::none_of(out.begin(), out.end(), [](const Head& head) { return head.name == "unit"; }))
    sheet.fault(codes::bad_table, sheet.where(1, 0),
                {"缺少 unit（单位）列", "the column unit (单位) is missing"});
  sheet.finish_heading();
  return out;
}

}  // namespace

bool Table::has(std::string_view column) const {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

Table read_table(std::istream& in, const std::string& file) {
  Table out;
  out.file = file;
  Sheet sheet(in, file);
  const std::vector<Head> heads = read_heads(sheet);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Head& head = heads[i];
    if (head.text) continue;
    out.positions.emplace(head.name, static_cast<long>(i) + 1);
    out.columns.push_back(head.name);
    if (is_criterion(head.name)) out.criteria.push_back(head.name);
    if (head.name.starts_with("t:")) out.points.push_back(head.name.substr(2));
  }
  for (const Sheet::Row& row : sheet.rows()) {
    Unit unit;
    unit.line = row.line;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      if (heads[i].name == "unit") {
        sheet.name_once(row, i);
        unit.id = row.cells[i];
      } else if (heads[i].name == "parent") {
        unit.parent = row.cells[i];
      } else if (!heads[i].text) {
        if (auto number = sheet.number(row, i, false)) unit.values.emplace(heads[i].name, std::move(*number));
      }
    }
    out.units.push_back(std::move(unit));
  }
  sheet.finish();
  if (out.units.empty())
    throw BadTable({{codes::bad_table, {file, 0, 0, {}}, {"表中没有单位", "the table has no units"}}});
  std::stable_sort(out.units.begin(), out.units.end(),
                   [](const Unit& a, const Unit& b) { return a.id < b.id; });
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
