// A printable document as plain values, independent of any format: built once, printed as PDF
// (`document/pdf.h`), saved as XLSX (`document/xlsx.h`) or shown on a terminal.
//
// Texts are in both languages; `Metadata::language` says which is printed. Where one language is empty the
// other stands in, so a document is never blank because a translation is missing.
#pragma once

#include "base/decimal.h"
#include "base/error.h"
#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tributary::document {

enum class Language : std::uint8_t { zh, en, both };
enum class Align : std::uint8_t {
  by_kind,
  left,
  centre,
  right
};  // by_kind: text left, numbers and money right
enum class CellKind : std::uint8_t { text, number, money };

// What makes a document an official paper after GB/T 9704-2012: 版头 above, 主送 before the text, 版记 at the
// foot of the last page. Its pages are numbered «— 1 —» at the outer edge.
struct Official {
  enum class Form : std::uint8_t {
    document,  // 文件: red head, number and red line below
    letter,    // 信函: the head near the edge, double red lines at head and foot of the first page
    minutes,   // 纪要: as a document, never sealed
    cover,     // a page of its own with title, issuer and day, as for reports
    plain      // no head: agreements, certificates
  };
  Form form = Form::document;
  Text head;                       // 发文机关标志
  Text recipients;                 // 主送
  Text copies;                     // 抄送
  Text printed_by;                 // 印发机关
  std::optional<Date> printed_on;  // 印发日期
};

struct Metadata {
  Text title;
  Text subtitle;
  Language language = Language::zh;
  Text issuer;
  std::string number;        // 文号 as printed, e.g. "示例〔2020〕10号"
  std::optional<Date> date;  // date of the document (成文日期)
  Text watermark;            // e.g. 示例, 草案; empty: none
  Text footer;               // at the foot of every page
  Instant created;           // goes into the file; the same instant gives the same bytes
  std::optional<Official> official{};
};

// What stands in one cell: the text as printed, already formatted, and the exact value behind it if there is
// one. XLSX writes the exact value as a number; text without an exact value stays text.
struct Cell {
  Text text;
  std::optional<Decimal> exact;

  Cell() = default;
  Cell(Text both) : text(std::move(both)) {}             // NOLINT: a text is a cell
  Cell(std::string same) : text{std::move(same), {}} {}  // NOLINT: the same in both languages
  Cell(const char* same) : text{same, {}} {}             // NOLINT
  Cell(std::string shown, Decimal value) : text{std::move(shown), {}}, exact(value) {}
};

// "1,234.50" with the value kept; `places` decimals, thousands grouped. Throws base not_exact when digits
// would be lost.
Cell money_cell(const Decimal& yuan, int places = 2);
// As many decimals as the value's scale says, not grouped.
Cell number_cell(const Decimal& value);

struct Column {
  Text title;
  CellKind kind = CellKind::text;
  Align align = Align::by_kind;
  double weight = 1;  // share of the width left over, among the text columns; > 0
};

using Row = std::vector<Cell>;

struct Table {
  Text caption;
  std::vector<Column> columns;
  std::vector<Row> rows;  // a short row is filled with empty cells; a longer one than `columns` is refused
  std::optional<Row> totals;
  bool repeat_header = true;  // on every page the table reaches
};

// One step of a derivation: «label = value unit», and what it was made from.
struct TreeNode {
  Text label;
  std::string value;
  Text unit;
  Text note;
  std::vector<TreeNode> children;
};

struct Tree {
  Text caption;
  std::vector<TreeNode> roots;
};

struct Heading {
  int level = 1;  // 1 … 4
  Text text;
};

struct Paragraph {
  Text text;
  bool indent = true;  // the first line by two characters, Chinese only
  Align align = Align::left;
};

struct KeyValue {
  Text key;
  Text value;
};

struct KeyValues {
  std::vector<KeyValue> entries;
};

// One who signs or seals. Each line of `lines` is a label such as 经办人, followed by space to write on.
struct Signatory {
  Text title;
  std::vector<Text> lines;
};

struct Signatures {
  std::vector<Signatory> parties;  // printed two beside each other
  bool issuer_and_date = true;     // the issuer and the date at the right (落款), from the metadata
};

struct PageBreak {};

struct SmallPrint {
  Text text;
};

// An address to be scanned, beside a text that says what for. XLSX has the text and the address alone.
struct QrCode {
  std::string content;  // at most 200 bytes
  Text text;
};

using Block =
    std::variant<Heading, Paragraph, KeyValues, Table, Tree, Signatures, PageBreak, SmallPrint, QrCode>;

struct Document {
  Metadata meta;
  std::vector<Block> blocks;
};

// The text in the language wanted; for `both`, Chinese and English joined by `joint` unless they are the
// same.
std::string pick(const Text& text, Language language, std::string_view joint = " / ");

// What may safely be printed: well-formed UTF-8 with line ends as \n. Ill-formed bytes, control characters
// (so also terminal escapes), bidirectional overrides (which can make an amount read otherwise) and
// non-characters become U+FFFD.
std::string printable(std::string_view text);

// "2020年10月5日", "5 October 2020"; for `both` the two joined.
std::string long_date(Date day, Language language);

Align alignment(const Column& column);  // with by_kind resolved

// Throws ragged_table naming the row when one has more cells than there are columns.
void check(const Table& table);

// A tree as a list, parents before children, for printers that draw guide lines.
struct FlatNode {
  const TreeNode* node;  // points into the tree given
  std::vector<bool>
      last_of_row;  // per level from the root's: is this ancestor (at the end: itself) the last sibling?
};
std::vector<FlatNode> flatten(const std::vector<TreeNode>& roots);

}  // namespace tributary::document
