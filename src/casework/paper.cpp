#include "casework/paper.h"

#include "base/text.h"
#include "casework/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using document::Block;
using document::Cell;

constexpr const char* blank = "＿＿＿＿";  // to be filled in by hand

Text choice_words(Voice::Choice choice) {
  switch (choice) {
    case Voice::Choice::in_favour:
      return {"同意", "for"};
    case Voice::Choice::against:
      return {"不同意", "against"};
    case Voice::Choice::abstain:
      return {"弃权", "abstains"};
    default:
      return {"回避", "stands aside"};
  }
}

class Maker {
 public:
  Maker(const Paper& paper, const PaperValues& values) : paper_(paper), v_(values) {}

  document::Document make() {
    const auto text = [&](const std::string& given) { return Text{filled(given, nullptr, nullptr), {}}; };
    document::Metadata& meta = out_.meta;
    meta.title = text(paper_.title);
    meta.issuer = text(paper_.issuer);
    meta.number = paper_.number.empty() ? v_.number : filled(paper_.number, nullptr, nullptr);
    meta.date = v_.today;
    if (const auto day = v_.form.find(paper_.date); day != v_.form.end() && day->is_string())
      meta.date = parse_date(day->get<std::string>());
    if (v_.draft)
      meta.watermark = {"草案", "DRAFT"};
    else if (v_.type.declared.example)
      meta.watermark = {"示例", "EXAMPLE"};
    meta.created = v_.made;
    document::Official official;
    official.form = static_cast<document::Official::Form>(0);
    switch (paper_.layout) {
      case Paper::Layout::document:
        official.form = document::Official::Form::document;
        break;
      case Paper::Layout::letter:
        official.form = document::Official::Form::letter;
        break;
      case Paper::Layout::minutes:
        official.form = document::Official::Form::minutes;
        break;
      case Paper::Layout::cover:
        official.form = document::Official::Form::cover;
        break;
      case Paper::Layout::plain:
        official.form = document::Official::Form::plain;
        break;
    }
    official.head = text(paper_.head);
    official.recipients = text(paper_.recipients);
    official.copies = text(paper_.copies);
    official.printed_by = text(paper_.printed_by);
    if (!paper_.printed_by.empty()) official.printed_on = v_.today;
    meta.official = official;
    blocks(paper_.blocks, nullptr, nullptr);
    // Minutes are not signed (GB/T 9704, 10.3), agreements by the parties; a cover has issuer and day
    // already.
    const bool closes = paper_.kind != Paper::Kind::minutes && paper_.kind != Paper::Kind::agreement &&
                        paper_.layout != Paper::Layout::cover;
    if (closes) add(document::Signatures{{}, true});
    return std::move(out_);
  }

 private:
  void add(Block block) { out_.blocks.push_back(std::move(block)); }

  static const Json* at(const Json& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() || found->is_null() ? nullptr : &*found;
  }

  std::string document_name(const std::string& id) const {
    for (const StoredDocument& one : v_.documents)
      if (one.id == id) return one.name;
    return id;
  }

  // A value as it is read in a text.
  std::string shown(const Field& field, const Json& value) const {
    const auto listed = [&](auto&& name) {
      std::string out;
      for (const Json& one : value) out += (out.empty() ? "" : "、") + name(one.template get<std::string>());
      return out;
    };
    switch (field.kind) {
      case FieldKind::boolean:
        return value.get<bool>() ? "是" : "否";
      case FieldKind::date:
        return document::long_date(parse_date(value.get<std::string>()), document::Language::zh);
      case FieldKind::money:
        return document::money_cell(Decimal::parse(value.get<std::string>())).text.zh;
      case FieldKind::choice:
        for (const Choice& choice : field.choices)
          if (choice.key == value.get<std::string>()) return choice.label.zh;
        return value.get<std::string>();
      case FieldKind::organisation:
      case FieldKind::party:
      case FieldKind::place:
        return v_.name_of(field.kind, value.get<std::string>());
      case FieldKind::organisations:
        return listed([&](const std::string& id) { return v_.name_of(FieldKind::organisation, id); });
      case FieldKind::documents:
        return listed([&](const std::string& id) { return document_name(id); });
      default:
        return value.is_string() ? value.get<std::string>() : std::string();
    }
  }

  // A name of a text: of the row, of the form, of the figures, or what is known of the case.
  std::string value_of(const std::string& name, const Field* table, const Json* row) const {
    if (row != nullptr)
      for (const Field& column : table->columns)
        if (column.name == name) {
          const Json* value = at(*row, name);
          return value == nullptr ? blank : shown(column, *value);
        }
    if (const Field* field = v_.type.field(name)) {
      const Json* value = at(v_.form, name);
      return value == nullptr ? blank : shown(*field, *value);
    }
    if (name == "number") return v_.number.empty() ? blank : v_.number;
    if (name == "year") return std::to_string(year_of(v_.today));
    if (name == "today") return document::long_date(v_.today, document::Language::zh);
    if (name == "applicant") return v_.name_of(FieldKind::organisation, v_.applicant);
    const auto figure = v_.computed.find(name);
    return figure == v_.computed.end() ? blank : figure->second;
  }

  std::string filled(const std::string& text, const Field* table, const Json* row) const {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] != '{') {
        out += text[i++];
        continue;
      }
      const std::size_t end = text.find('}', i);
      out += value_of(text.substr(i + 1, end - i - 1), table, row);
      i = end + 1;
    }
    return out;
  }

  bool is_given(const std::string& name, const Field* table, const Json* row) const {
    if (row != nullptr)
      for (const Field& column : table->columns)
        if (column.name == name) return at(*row, name) != nullptr;
    return at(v_.form, name) != nullptr;
  }

  void blocks(const std::vector<PaperBlock>& list, const Field* table, const Json* row) {
    for (const PaperBlock& one : list)
      if (one.given.empty() || is_given(one.given, table, row)) block(one, table, row);
  }

  void block(const PaperBlock& block, const Field* table, const Json* row) {
    using Kind = PaperBlock::Kind;
    switch (block.kind) {
      case Kind::heading:
        add(document::Heading{block.level, {filled(block.text, table, row), {}}});
        break;
      case Kind::paragraph: {
        const std::string text = filled(block.text, table, row);
        for (const std::string_view line : split(text, '\n'))
          if (!trim(line).empty()) add(document::Paragraph{{std::string(trim(line)), {}}});
        break;
      }
      case Kind::values: {
        document::KeyValues list;
        for (const std::string& name : block.names) {
          const Field* field = v_.type.field(name);
          if (row != nullptr)
            for (const Field& column : table->columns)
              if (column.name == name) field = &column;
          Text label;
          if (field != nullptr) label = field->label;
          for (const Computed& figure : v_.type.declared.computed)
            if (field == nullptr && figure.name == name) label = figure.label;
          list.entries.push_back({{label.zh, {}}, {value_of(name, table, row), {}}});
        }
        add(std::move(list));
        break;
      }
      case Kind::table:
        this->table(block, filled(block.text, table, row));
        break;
      case Kind::ballot:
        ballot(*v_.type.ballot(block.of));
        break;
      case Kind::attachments:
        if (const Json* files = at(v_.form, block.of)) {
          int n = 0;
          for (const Json& id : *files) {
            const std::string name = document_name(id.get<std::string>());
            add(document::Paragraph{{files->size() == 1
                                         ? "附件：" + name
                                         : fmt::format("{}{}. {}", n == 0 ? "附件：" : "　　　", n + 1, name),
                                     {}}});
            ++n;
          }
        }
        break;
      case Kind::signatures: {
        document::Signatures signatures;
        signatures.issuer_and_date = false;
        for (const std::string& party : block.names) {
          document::Signatory one{{filled(party, table, row), {}}, {}};
          for (const std::string& line : block.lines) one.lines.push_back({filled(line, table, row), {}});
          signatures.parties.push_back(std::move(one));
        }
        add(std::move(signatures));
        break;
      }
      case Kind::each: {
        const Field* of = v_.type.field(block.of);
        if (const Json* rows = at(v_.form, block.of))
          for (const Json& one : *rows) blocks(block.blocks, of, &one);
        break;
      }
      case Kind::page_break:
        add(document::PageBreak{});
        break;
    }
  }

  Cell cell(const Field& field, const Json* value) const {
    if (value == nullptr) return {};
    if (field.kind == FieldKind::money)
      return document::money_cell(Decimal::parse(value->get<std::string>()));
    if (field.kind == FieldKind::number)
      return document::number_cell(Decimal::parse(value->get<std::string>()));
    return Cell(shown(field, *value));
  }

  void table(const PaperBlock& block, const std::string& caption) {
    const Field& of = *v_.type.field(block.of);
    document::Table table;
    table.caption = {caption, {}};
    std::vector<const Field*> columns;
    for (const Field& column : of.columns)
      if (block.names.empty()) columns.push_back(&column);
    for (const std::string& name : block.names)
      for (const Field& column : of.columns)
        if (column.name == name) columns.push_back(&column);
    if (block.numbered)
      table.columns.push_back({{"序号", {}}, document::CellKind::text, document::Align::centre, 0.4});
    for (const Field* column : columns)
      table.columns.push_back({{column->label.zh, {}},
                               column->kind == FieldKind::money    ? document::CellKind::money
                               : column->kind == FieldKind::number ? document::CellKind::number
                                                                   : document::CellKind::text});
    const Json* rows = at(v_.form, block.of);
    std::size_t n = 0;
    if (rows != nullptr)
      for (const Json& row : *rows) {
        document::Row cells;
        if (block.numbered) cells.emplace_back(std::to_string(++n));
        for (const Field* column : columns) cells.push_back(cell(*column, at(row, column->name)));
        table.rows.push_back(std::move(cells));
      }
    if (!block.sums.empty() && rows != nullptr) table.totals = totals(block, columns, *rows);
    add(std::move(table));
  }

  // A total is said only when no row lacks its figure: missing is not zero.
  document::Row totals(const PaperBlock& block, const std::vector<const Field*>& columns,
                       const Json& rows) const {
    document::Row out;
    if (block.numbered) out.emplace_back("合计");
    for (const Field* column : columns) {
      Cell sum = out.empty() ? Cell("合计") : Cell();
      if (std::find(block.sums.begin(), block.sums.end(), column->name) != block.sums.end()) {
        Decimal all(0);
        bool whole = true;
        for (const Json& row : rows) {
          const Json* value = at(row, column->name);
          whole = whole && value != nullptr;
          if (value != nullptr) all = all + Decimal::parse(value->get<std::string>());
        }
        if (whole)
          sum = column->kind == FieldKind::money ? document::money_cell(all) : document::number_cell(all);
        else
          sum = Cell("—");
      }
      out.push_back(std::move(sum));
    }
    return out;
  }

  void ballot(const Ballot& ballot) {
    document::Table table;
    table.caption = {ballot.label.zh, {}};
    table.columns = {{{"单位", {}}},
                     {{"表态", {}}, document::CellKind::text, document::Align::centre, 0.5},
                     {{"日期", {}}, document::CellKind::text, document::Align::centre, 0.7}};
    if (!ballot.by_organisation)
      table.columns.insert(table.columns.begin() + 1,
                           {{"姓名", {}}, document::CellKind::text, document::Align::left, 0.6});
    if (ballot.score)
      table.columns.push_back({{"评分", {}}, document::CellKind::text, document::Align::centre, 0.5});
    std::vector<std::string> dissent;
    for (const SpokenVoice& voice : v_.voices) {
      if (voice.ballot != ballot.name || !voice.live) continue;
      const std::string unit = v_.name_of(FieldKind::organisation, voice.organisation);
      document::Row row{unit, choice_words(voice.choice).zh, base::to_string(day_of(voice.at))};
      if (!ballot.by_organisation) row.insert(row.begin() + 1, voice.name);
      if (ballot.score) row.push_back(voice.score);
      table.rows.push_back(std::move(row));
      if (!voice.words.empty())
        dissent.push_back(fmt::format("{}（{}）：{}", ballot.by_organisation ? unit : unit + voice.name,
                                      choice_words(voice.choice).zh, voice.words));
    }
    add(std::move(table));
    if (dissent.empty()) return;
    add(document::Paragraph{{"以下意见原文照录：", {}}});
    for (const std::string& words : dissent) add(document::Paragraph{{words, {}}});
  }

  const Paper& paper_;
  const PaperValues& v_;
  document::Document out_;
};

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace

document::Document paper_document(const Paper& paper, const PaperValues& values) {
  return Maker(paper, values).make();
}

std::string text_of(const document::Document& document) {
  std::string out;
  const auto line = [&](const Text& text) {
    if (!text.zh.empty()) out += text.zh + "\n";
  };
  line(document.meta.title);
  line({document.meta.number, {}});
  if (document.meta.official) {
    line(document.meta.official->head);
    line(document.meta.official->recipients);
  }
  for (const Block& block : document.blocks)
    std::visit(Overloaded{[&](const document::Heading& one) { line(one.text); },
                          [&](const document::Paragraph& one) { line(one.text); },
                          [&](const document::KeyValues& one) {
                            for (const auto& entry : one.entries)
                              line({entry.key.zh + "：" + entry.value.zh, {}});
                          },
                          [&](const document::Table& one) {
                            line(one.caption);
                            const auto row = [&](const document::Row& cells) {
                              for (const Cell& cell : cells) out += cell.text.zh + "|";
                              out += "\n";
                            };
                            for (const auto& cells : one.rows) row(cells);
                            if (one.totals) row(*one.totals);
                          },
                          [&](const document::Signatures& one) {
                            for (const auto& party : one.parties) line(party.title);
                          },
                          [](const auto&) {}},
               block);
  line(document.meta.issuer);
  return out;
}

}  // namespace tributary::casework
