// The papers of a case type: read from its file and checked. The layout is in docs/cases.md.
#include "casework/case_type_reading.h"
#include "policy/expression.h"

#include <algorithm>

namespace tributary::casework {
namespace reading {
namespace {

using policy::YamlMap;
using policy::YamlNode;
using Block = PaperBlock::Kind;

constexpr std::array paper_kinds{Paper::Kind::letter, Paper::Kind::notice,      Paper::Kind::minutes,
                                 Paper::Kind::report, Paper::Kind::certificate, Paper::Kind::agreement};
constexpr std::array layouts{Paper::Layout::document, Paper::Layout::letter, Paper::Layout::minutes,
                             Paper::Layout::cover, Paper::Layout::plain};
constexpr std::array block_kinds{Block::heading,     Block::paragraph, Block::values,
                                 Block::table,       Block::ballot,    Block::signatures,
                                 Block::attachments, Block::each,      Block::page_break};

std::vector<PaperBlock> read_blocks(YamlMap& map, bool within);

PaperBlock read_block(const YamlNode& node, bool within) {
  YamlMap map(node, "block");
  PaperBlock out;
  out.where = node.where;
  const YamlNode* value = nullptr;
  for (const Block kind : block_kinds)
    if (const YamlNode* found = map.find(to_string(kind))) {
      if (value != nullptr) bad(node.where, "一段只能是一种内容", "a block is of one kind only");
      value = found;
      out.kind = kind;
    }
  if (value == nullptr) {
    std::vector<std::string_view> known;
    for (const Block kind : block_kinds) known.push_back(to_string(kind));
    bad(node.where, "不知道这一段是什么", "it is not said what this block is",
        {fmt::format("可用：{}", fmt::join(known, "、")), fmt::format("one of: {}", fmt::join(known, ", "))});
  }
  out.where = value->where;
  out.given = map.text_or("if");
  switch (out.kind) {
    case Block::heading:
      out.text = policy::scalar_of(*value, "heading");
      if (map.find("level") != nullptr) out.level = map.integer("level");
      if (out.level < 1 || out.level > 4) bad(out.where, "level 应在 1 到 4 之间", "level lies in 1 … 4");
      break;
    case Block::paragraph:
      out.text = policy::scalar_of(*value, "paragraph");
      break;
    case Block::values:
      out.names = words(map, "values");
      if (out.names.empty()) bad(out.where, "values 要写字段", "values needs fields");
      break;
    case Block::table:
      out.of = policy::scalar_of(*value, "table");
      out.names = words(map, "columns");
      out.sums = words(map, "sums");
      out.text = map.text_or("caption");
      out.numbered = map.boolean_or("numbered", false);
      break;
    case Block::ballot:
    case Block::attachments:
      out.of = policy::scalar_of(*value, to_string(out.kind));
      break;
    case Block::signatures:
      out.names = words(map, "signatures");
      out.lines = words(map, "lines");
      if (out.lines.empty()) out.lines = {"代表（签字）：", "日期："};
      break;
    case Block::each:
      if (within) bad(out.where, "each 中不能再有 each", "each cannot hold another");
      out.of = policy::scalar_of(*value, "each");
      out.blocks = read_blocks(map, true);
      break;
    case Block::page_break:
      if (policy::scalar_of(*value, "page_break") != "true")
        bad(out.where, "page_break 应为 true", "page_break is true");
      break;
  }
  map.finish();
  return out;
}

std::vector<PaperBlock> read_blocks(YamlMap& map, bool within) {
  const YamlNode& node = map.require("blocks");
  if (node.kind != YamlNode::Kind::sequence || node.items.empty())
    bad(node.where, "blocks 应为列表", "blocks is a list");
  std::vector<PaperBlock> out;
  for (const YamlNode& item : node.items) out.push_back(read_block(item, within));
  return out;
}

Paper::Layout usual(Paper::Kind kind) {
  switch (kind) {
    case Paper::Kind::letter:
      return Paper::Layout::letter;
    case Paper::Kind::minutes:
      return Paper::Layout::minutes;
    case Paper::Kind::certificate:
    case Paper::Kind::agreement:
      return Paper::Layout::plain;
    default:
      return Paper::Layout::document;
  }
}

}  // namespace

Paper read_paper(const YamlNode& key, const YamlNode& value) {
  YamlMap map(value, key.scalar);
  Paper out;
  out.name = key.scalar;
  out.where = key.where;
  out.where.field = key.scalar;
  out.label = map.bilingual("label");
  const YamlNode& kind = map.require("kind");
  out.kind = pick(paper_kinds, policy::scalar_of(kind, "kind"), kind.where, "kind");
  out.layout = usual(out.kind);
  if (const YamlNode* layout = map.find("layout"))
    out.layout = pick(layouts, policy::scalar_of(*layout, "layout"), layout->where, "layout");
  map.require("states");
  out.states = words(map, "states");
  out.by = read_actors(map, "by", true);
  out.personal = map.boolean_or("personal", false);
  out.title = map.text("title");
  out.number = map.text_or("number");
  out.issuer = map.text_or("issuer", "{applicant}");
  std::string head = out.issuer;
  if (out.layout == Paper::Layout::minutes) head += "会议纪要";
  if (out.layout == Paper::Layout::document) head += "文件";
  out.head = map.text_or("head", head);
  out.recipients = map.text_or("to");
  out.copies = map.text_or("copies");
  out.printed_by = map.text_or("printed_by");
  out.date = map.text_or("date");
  out.blocks = read_blocks(map, false);
  map.finish();
  return out;
}

}  // namespace reading

namespace {

using reading::bad;
using reading::require_known;

template <class Items>
std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> out;
  for (const auto& one : items) out.push_back(one.name);
  return out;
}

template <class Items>
auto find(const Items& items, const std::string& name) -> const typename Items::value_type* {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& one) { return one.name == name; });
  return found == items.end() ? nullptr : &*found;
}

class PaperCheck {
 public:
  PaperCheck(const Declaration& declared, const Paper& paper) : d_(declared), paper_(paper) {}

  void check() const {
    for (const std::string& state : paper_.states)
      require_known(names_of(d_.states), state, paper_.where, {"状态", "state"});
    if (paper_.states.empty()) bad(paper_.where, "文书要写 states", "a paper needs states");
    for (const Actor& actor : paper_.by) {
      if (actor.in.empty() || actor.in == "applicant") continue;
      require_known(names_of(d_.form), actor.in, paper_.where, {"字段", "field"});
      const FieldKind kind = find(d_.form, actor.in)->kind;
      if (kind != FieldKind::organisation && kind != FieldKind::organisations)
        bad(paper_.where, fmt::format("“{}”不是单位字段", actor.in),
            fmt::format("\"{}\" names no organisations", actor.in));
    }
    for (const std::string* text : {&paper_.title, &paper_.number, &paper_.head, &paper_.issuer,
                                    &paper_.recipients, &paper_.copies, &paper_.printed_by})
      this->text(*text, paper_.where, nullptr);
    if (!paper_.date.empty()) {
      require_known(names_of(d_.form), paper_.date, paper_.where, {"字段", "field"});
      if (find(d_.form, paper_.date)->kind != FieldKind::date)
        bad(paper_.where, "date 应是日期字段", "date names a field of dates");
    }
    for (const PaperBlock& one : paper_.blocks) block(one, nullptr);
  }

 private:
  // A field that is there, not personal unless the paper says so; `row`: of this table first.
  const Field& field(const std::string& name, const Where& where, const Field* row) const {
    const Field* found = row == nullptr ? nullptr : find(row->columns, name);
    if (found == nullptr) found = find(d_.form, name);
    if (found == nullptr) {
      std::vector<std::string> all = row == nullptr ? std::vector<std::string>() : names_of(row->columns);
      for (std::string& one : names_of(d_.form)) all.push_back(std::move(one));
      require_known(all, name, where, {"字段", "field"});
    }
    // A table is as personal as its most personal column; what of it is shown is looked at by column.
    if (found->kind != FieldKind::table) not_personal(*found, where);
    return *found;
  }

  void not_personal(const Field& field, const Where& where) const {
    if (field.sensitivity > Sensitivity::internal && !paper_.personal) personal(field.name, where);
  }

  [[noreturn]] static void personal(const std::string& name, const Where& where) {
    bad(where, fmt::format("“{}”是个人信息，这份文书没有写 personal: true", name),
        fmt::format("\"{}\" is personal, and the paper does not say personal: true", name),
        {"确有必要时写 personal: true；这样的文书加密保存、不公开、每次生成都留痕",
         "say personal: true where it must be; such a paper is sealed, never public, and its making is "
         "noted"});
  }

  const Field& table(const std::string& name, const Where& where) const {
    require_known(names_of(d_.form), name, where, {"字段", "field"});
    const Field& out = *find(d_.form, name);
    if (out.kind != FieldKind::table)
      bad(where, fmt::format("“{}”不是表格", name), fmt::format("\"{}\" is no table", name));
    return out;
  }

  void text(const std::string& text, const Where& where, const Field* row) const {
    for (const std::string& name : reading::placeholders(text, where)) {
      constexpr std::array<std::string_view, 4> own{"number", "year", "today", "applicant"};
      const bool is_field =
          find(d_.form, name) != nullptr || (row != nullptr && find(row->columns, name) != nullptr);
      if (!is_field && std::find(own.begin(), own.end(), name) != own.end()) continue;
      if (const Computed* figure = is_field ? nullptr : find(d_.computed, name)) {
        if (!paper_.personal &&
            reading::is_of_people(d_, policy::parse_expression(figure->formula, figure->where)))
          personal(name, where);
        continue;
      }
      if (field(name, where, row).kind == FieldKind::table)
        bad(where, fmt::format("“{}”是表格，请用 table", name),
            fmt::format("\"{}\" is a table: use a block of kind table", name));
    }
  }

  void block(const PaperBlock& block, const Field* row) const {
    if (!block.given.empty()) {
      const Field* found = row == nullptr ? nullptr : find(row->columns, block.given);
      if (found == nullptr) require_known(names_of(d_.form), block.given, block.where, {"字段", "field"});
    }
    text(block.text, block.where, row);
    switch (block.kind) {
      case PaperBlock::Kind::values:
        for (const std::string& name : block.names)
          if (const Computed* figure = find(d_.computed, name)) {
            if (!paper_.personal &&
                reading::is_of_people(d_, policy::parse_expression(figure->formula, figure->where)))
              personal(name, block.where);
          } else if (field(name, block.where, row).kind == FieldKind::table) {
            bad(block.where, fmt::format("“{}”是表格，请用 table", name),
                fmt::format("\"{}\" is a table: use a block of kind table", name));
          }
        break;
      case PaperBlock::Kind::table: {
        const Field& of = table(block.of, block.where);
        for (const std::string& name : block.names) {
          require_known(names_of(of.columns), name, block.where, {"栏目", "column"});
          not_personal(*find(of.columns, name), block.where);
        }
        if (block.names.empty())
          for (const Field& column : of.columns) not_personal(column, block.where);
        for (const std::string& name : block.sums) {
          require_known(names_of(of.columns), name, block.where, {"栏目", "column"});
          const FieldKind kind = find(of.columns, name)->kind;
          if (kind != FieldKind::number && kind != FieldKind::money)
            bad(block.where, fmt::format("“{}”不是数", name), fmt::format("\"{}\" is no number", name));
        }
        break;
      }
      case PaperBlock::Kind::ballot:
        require_known(names_of(d_.ballots), block.of, block.where, {"表决", "ballot"});
        break;
      case PaperBlock::Kind::attachments:
        if (field(block.of, block.where, nullptr).kind != FieldKind::documents)
          bad(block.where, fmt::format("“{}”不是材料字段", block.of),
              fmt::format("\"{}\" holds no documents", block.of));
        break;
      case PaperBlock::Kind::signatures:
        for (const std::string& name : block.names) text(name, block.where, row);
        for (const std::string& line : block.lines) text(line, block.where, row);
        break;
      case PaperBlock::Kind::each: {
        const Field& of = table(block.of, block.where);
        for (const PaperBlock& one : block.blocks) this->block(one, &of);
        break;
      }
      default:
        break;
    }
  }

  const Declaration& d_;
  const Paper& paper_;
};

}  // namespace

void check_papers(const Declaration& declared) {
  for (const Paper& paper : declared.papers) PaperCheck(declared, paper).check();
}

}  // namespace tributary::casework
