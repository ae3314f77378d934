// Tables as an Excel workbook (XLSX): what clerks compute on further.
//
// - Values with an exact decimal behind them become numbers when the file then holds that very decimal;
// longer ones
//   (beyond 15 to 16 digits, e.g. amounts over about nine trillion yuan with fen) become text, so no digit is
//   lost.
// - Everything else is text and stays text when edited: codes keep leading zeros, 18-digit ids stay whole,
// and a text
//   beginning with = + - @ is never a formula.
// - The file is written beside its place and renamed: the old file or the new one, never half.
#pragma once

#include "document/document.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tributary::document {

struct Sheet {
  std::string name;  // made a legal and unique sheet name; empty: 表1, 表2 …
  Table table;
  // Further rows after `table.rows`, until it gives none: for lists too long to hold. The totals come after
  // them.
  std::function<std::optional<Row>()> more;
};

struct Workbook {
  Metadata meta;  // properties of the file; the language picks the titles
  std::vector<Sheet> sheets;
};

// A document's tables, each a sheet named by its caption, after a first sheet with its texts and before
// sheets with its trees.
Workbook workbook_of(const Document& document);

// Throws ragged_table, cell_too_long (over 32 767 characters, with the cell's address), too_many_columns
// (over 16 384), xlsx_unwritable. Rows beyond Excel's 1 048 576 go on in further sheets. The same workbook
// gives the same bytes.
void write_xlsx(const Workbook& workbook, const std::string& path);
void write_xlsx(const Document& document, const std::string& path);

// The address as Excel shows it: (0, 0) is "A1", (9, 27) is "AB10".
std::string cell_address(std::size_t row, std::size_t column);

}  // namespace tributary::document
