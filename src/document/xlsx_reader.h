// Reads the first sheet of an Excel workbook (XLSX, ECMA-376) as CSV: what people fill in and send.
//
// Row for row and column for column, so that «line 7, column 3» is cell C7. Numbers come as the shortest
// decimal that gives the stored value, dates as 2020-10-05 or 2020-10-05 08:00, formulas as the value last
// computed. Everything is bounded: sizes, rows, columns; a document type declaration in the XML is refused.
#pragma once

#include <string>
#include <string_view>

namespace tributary::document {

// Throws bad_workbook with what is wrong (and the cell, where it is one).
std::string first_sheet_as_csv(std::string_view bytes, char separator = ',');

}  // namespace tributary::document
