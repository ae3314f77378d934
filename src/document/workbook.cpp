// A document as a workbook: texts first, then each table, then each derivation tree as an indented list.
#include "document/xlsx.h"

#include <utility>

namespace tributary::document {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

Sheet sheet_of(const Tree& tree, Language language) {
  Sheet sheet;
  sheet.name =
      pick(tree.caption.zh.empty() && tree.caption.en.empty() ? Text{"计算过程", "Derivation"} : tree.caption,
           language, " ");
  sheet.table.columns = {{{"层级", "Level"}, CellKind::number},
                         {{"项目", "Item"}},
                         {{"数值", "Value"}, CellKind::number},
                         {{"单位", "Unit"}},
                         {{"说明", "Note"}}};
  for (const FlatNode& flat : flatten(tree.roots)) {
    const TreeNode& node = *flat.node;
    const int level = static_cast<int>(flat.last_of_row.size());
    const std::string indent(2 * static_cast<std::size_t>(level - 1), ' ');
    Text label = node.label;
    if (!label.zh.empty()) label.zh.insert(0, indent);
    if (!label.en.empty()) label.en.insert(0, indent);
    std::string digits;
    for (const char c : node.value)
      if (c != ',') digits += c;
    Cell value(node.value);
    value.exact = Decimal::try_parse(digits);
    sheet.table.rows.push_back({number_cell(Decimal(level)), label, value, node.unit, node.note});
  }
  return sheet;
}

void add_field(Table& table, Text key, Text value) {
  if (!value.zh.empty() || !value.en.empty()) table.rows.push_back({std::move(key), std::move(value)});
}

}  // namespace

Workbook workbook_of(const Document& document) {
  const Metadata& meta = document.meta;
  Workbook book{meta, {}};
  Sheet texts;
  texts.name = pick({"说明", "About"}, meta.language, " ");
  texts.table.columns = {{{"项目", "Item"}}, {{"内容", "Content"}}};
  add_field(texts.table, {"标题", "Title"}, meta.title);
  add_field(texts.table, {"副标题", "Subtitle"}, meta.subtitle);
  add_field(texts.table, {"文号", "Number"}, {meta.number, {}});
  add_field(texts.table, {"发文机关", "Issuer"}, meta.issuer);
  if (meta.date) add_field(texts.table, {"日期", "Date"}, {to_string(*meta.date), {}});
  add_field(texts.table, {"标记", "Mark"}, meta.watermark);
  std::vector<Sheet> tables, trees;
  for (const Block& block : document.blocks)
    std::visit(
        Overloaded{[&](const Heading& heading) { texts.table.rows.push_back({heading.text, Cell()}); },
                   [&](const Paragraph& paragraph) { texts.table.rows.push_back({Cell(), paragraph.text}); },
                   [&](const KeyValues& list) {
                     for (const KeyValue& entry : list.entries)
                       texts.table.rows.push_back({entry.key, entry.value});
                   },
                   [&](const Table& table) {
                     tables.push_back({pick(table.caption, meta.language, " "), table, nullptr});
                   },
                   [&](const Tree& tree) { trees.push_back(sheet_of(tree, meta.language)); },
                   [&](const QrCode& code) { texts.table.rows.push_back({code.text, Cell(code.content)}); },
                   [](const Signatures&) {}, [](const PageBreak&) {},
                   [&](const SmallPrint& small) { texts.table.rows.push_back({Cell(), small.text}); }},
        block);
  add_field(texts.table, {"页脚", "Footer"}, meta.footer);
  book.sheets.push_back(std::move(texts));
  for (auto* list : {&tables, &trees})
    for (Sheet& sheet : *list) book.sheets.push_back(std::move(sheet));
  return book;
}

}  // namespace tributary::document
