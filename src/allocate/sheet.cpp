#include "allocate/sheet.h"

#include "allocate/codes.h"
#include "base/csv.h"
#include "base/text.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace tributary::allocate {

BadTable::BadTable(std::vector<TableFault> faults)
    : Error(faults.front().code, faults.front().message, faults.front().where, faults.front().hint),
      faults_(std::move(faults)) {}

Sheet::Sheet(std::istream& in, std::string file) : file_(std::move(file)) {
  CsvReader csv(in, file_);
  const auto refuse = [&](Where where, Text message, Text hint = {}) {
    throw BadTable({{codes::bad_table, std::move(where), std::move(message), std::move(hint)}});
  };
  const auto check = [&] {
    if (is_utf8(csv.raw())) return;
    refuse({file_, csv.line(), 0, {}},
           looks_like_gbk(csv.raw()) ? Text{"文件是 GBK 编码", "the file is in GBK"}
                                     : Text{"文件不是 UTF-8 编码", "the file is not UTF-8"},
           {"另存为“CSV UTF-8”", "save it as \"CSV UTF-8\""});
  };
  if (!csv.next()) refuse({file_, 0, 0, {}}, {"文件是空的", "the file is empty"});
  check();
  for (const std::string_view head : csv.fields()) heads_.emplace_back(trim(head));
  while (csv.next()) {
    if (csv.blank()) continue;
    check();
    // A row of a spreadsheet that holds nothing is none.
    if (std::all_of(csv.fields().begin(), csv.fields().end(),
                    [](std::string_view cell) { return trim(cell).empty(); }))
      continue;
    if (csv.fields().size() != heads_.size()) {
      const std::size_t at = std::min(csv.fields().size(), heads_.size());
      fault(codes::bad_table, {file_, csv.line(), static_cast<long>(at) + 1, {}},
            {fmt::format("这一行有 {} 列，表头有 {} 列", csv.fields().size(), heads_.size()),
             fmt::format("this row has {} fields, the heading has {}", csv.fields().size(), heads_.size())});
      continue;
    }
    Row row{csv.line(), {}};
    for (const std::string_view cell : csv.fields()) row.cells.emplace_back(trim(cell));
    rows_.push_back(std::move(row));
  }
}

Where Sheet::where(long line, std::size_t column) const {
  return {file_, line, static_cast<long>(column) + 1, column < heads_.size() ? heads_[column] : std::string()};
}

void Sheet::fault(const Code& code, Where where, Text message, Text hint) {
  if (faults_.size() < most_faults)
    faults_.push_back({code, std::move(where), std::move(message), std::move(hint)});
}

std::optional<Rational> Sheet::number(const Row& row, std::size_t column, bool may_be_negative) {
  const std::string& cell = row.cells[column];
  if (cell.empty()) return std::nullopt;
  const auto value = Decimal::try_parse(cell);
  if (value && (may_be_negative || value->sign() >= 0)) return Rational(*value);
  if (cell.starts_with("="))
    fault(codes::bad_cell, where(row.line, column),
          {fmt::format("“{}”是公式，这里要填数", cell), fmt::format("\"{}\" is a formula; a number belongs here", cell)},
          {"复制后用“选择性粘贴—数值”", "paste it as values"});
  else
    fault(codes::bad_cell, where(row.line, column),
          {fmt::format("“{}”不是{}数", cell, may_be_negative ? "" : "不小于零的"),
           fmt::format("\"{}\" is not a number{}", cell, may_be_negative ? "" : " of at least zero")},
          {"不要写单位和千分位", "no units, no thousands separators"});
  return std::nullopt;
}

void Sheet::name_once(const Row& row, std::size_t column) {
  const std::string& name = row.cells[column];
  if (name.empty()) {
    fault(codes::bad_cell, where(row.line, column), {"单位名称为空", "the unit has no name"});
    return;
  }
  if (const auto [first, fresh] = names_.emplace(name, row.line); !fresh)
    fault(codes::duplicate_unit, where(row.line, column),
          {fmt::format("单位“{}”出现了两次（另见第 {} 行）", name, first->second),
           fmt::format("the unit \"{}\" is there twice (also in row {})", name, first->second)});
}

void Sheet::finish_heading() {
  const auto in_rows = [](const TableFault& fault) { return fault.where.line > 1; };
  if (std::all_of(faults_.begin(), faults_.end(), in_rows)) return;
  std::erase_if(faults_, in_rows);
  finish();
}

void Sheet::finish() {
  if (faults_.empty()) return;
  std::stable_sort(faults_.begin(), faults_.end(), [](const TableFault& a, const TableFault& b) {
    return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
  });
  throw BadTable(std::move(faults_));
}

}  // namespace tributary::allocate
