// Reads the first sheet of an Excel workbook (XLSX, ECMA-376) as CSV: what people fill in and send.
//
// Row for row and column for column, so that «line 7, column 3» is cell C7. Numbers come as the shortest
// decimal that gives the stored value, dates as 2020-10-05 or 2020-10-05 08:00, formulas as the value last
// computed. Everything is bounded: sizes, rows, columns; a document type declaration in the XML is refused.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace tributary::document {

// Throws bad_workbook with what is wrong (and the cell, where it is one).
std::string first_sheet_as_csv(std::string_view bytes, char separator = ',');

// A cell that may not be so, and why.
struct CellFault {
  std::string cell;  // "C7", or "A1:C1" of merged ones
  Text text;
};

// A form that somebody filled in. It holds what was typed and nothing that computes or was made unreadable on
// the way: formulas, merged cells, error values and numbers that lost digits (Excel keeps 15 of them, so of
// an 18-digit id the last three are gone) are faults, in the sheet's order. Throws as above, also for macros
// and for more than 32 MiB unpacked.
struct FilledForm {
  std::string csv;
  std::vector<CellFault> faults;
};
FilledForm filled_form(std::string_view bytes);

}  // namespace tributary::document
