#include "document/document.h"

#include "base/text.h"
#include "document/codes.h"

#include <array>

#include <fmt/format.h>

namespace tributary::document {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// True for a three-byte sequence that must not be printed: U+2028/9 line separators are handled apart.
bool forbidden(std::string_view three) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(three[i]); };
  const unsigned point = (at(0) & 0x0FU) << 12 | (at(1) & 0x3FU) << 6 | (at(2) & 0x3FU);
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF ||
         point >= 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF);
}

std::size_t length_by_lead(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// Appends well-formed UTF-8.
void append_well_formed(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t n = length_by_lead(lead);
    const std::string_view one = text.substr(i, n);
    const bool c1_control = n == 2 && lead == 0xC2 && static_cast<unsigned char>(one[1]) < 0xA0;
    if (lead == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') out += '\n';
    } else if (n == 1 && (lead == 0x7F || (lead < 0x20 && lead != '\n' && lead != '\t'))) {
      out += replacement;
    } else if (one == "\u2028" || one == "\u2029" || one == "\u0085") {
      out += '\n';
    } else if (c1_control || (n == 3 && forbidden(one))) {
      out += replacement;
    } else {
      out += one;
    }
    i += n;
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t bad = first_bad_utf8(text);
    append_well_formed(out, text.substr(0, bad));
    if (bad == std::string_view::npos) return out;
    out += replacement;
    text.remove_prefix(bad + 1);
  }
}

std::string pick(const Text& text, Language language, std::string_view joint) {
  if (text.en.empty() || (language == Language::zh && !text.zh.empty())) return text.zh;
  if (text.zh.empty() || language == Language::en || text.zh == text.en) return text.en;
  return fmt::format("{}{}{}", text.zh, joint, text.en);
}

std::string long_date(Date day, Language language) {
  static constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                           "May",       "June",     "July",     "August",
                                                           "September", "October",  "November", "December"};
  const std::chrono::year_month_day ymd(day);
  const unsigned month = static_cast<unsigned>(ymd.month());
  const unsigned number = static_cast<unsigned>(ymd.day());
  const int year = static_cast<int>(ymd.year());
  return pick({fmt::format("{}年{}月{}日", year, month, number),
               fmt::format("{} {} {}", number, months.at(month - 1), year)},
              language);
}

Cell money_cell(const Decimal& yuan, int places) {
  return Cell(group_thousands(yuan.to_fixed(places)), yuan);
}

Cell number_cell(const Decimal& value) {
  return Cell(value.to_string(), value);
}

Align alignment(const Column& column) {
  if (column.align != Align::by_kind) return column.align;
  return column.kind == CellKind::text ? Align::left : Align::right;
}

void check(const Table& table) {
  const auto refuse = [&](std::size_t cells, const std::string& zh, const std::string& en) {
    throw Error(codes::ragged_table,
                {fmt::format("表格“{}”{}有 {} 个单元格，而表头只有 {} 列", pick(table.caption, Language::zh),
                             zh, cells, table.columns.size()),
                 fmt::format("{} of the table '{}' has {} cells but there are {} columns", en,
                             pick(table.caption, Language::en), cells, table.columns.size())},
                {{}, 0, 0, en}, {"请检查该行的单元格数", "check the number of cells of that row"});
  };
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (table.rows[i].size() > table.columns.size())
      refuse(table.rows[i].size(), fmt::format("第 {} 行", i + 1), fmt::format("row {}", i + 1));
  if (table.totals && table.totals->size() > table.columns.size())
    refuse(table.totals->size(), "合计行", "the totals row");
}

std::vector<FlatNode> flatten(const std::vector<TreeNode>& roots) {
  struct Level {
    const std::vector<TreeNode>* nodes;
    std::size_t next = 0;
  };
  std::vector<FlatNode> out;
  std::vector<Level> open{{&roots}};
  std::vector<bool> last;
  while (!open.empty()) {
    Level& level = open.back();
    last.resize(open.size());
    if (level.next == level.nodes->size()) {
      open.pop_back();
      continue;
    }
    const TreeNode& node = (*level.nodes)[level.next++];
    last.back() = level.next == level.nodes->size();
    out.push_back({&node, last});
    open.push_back({&node.children});
  }
  return out;
}

}  // namespace tributary::document
