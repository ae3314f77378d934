// Outcome codes of `document`.
#pragma once

#include "base/error.h"

namespace tributary::document::codes {

inline constexpr Code ragged_table{"document", 1, "ragged_table", Kind::invalid_input};
inline constexpr Code font_missing{"document", 2, "font_missing", Kind::unavailable};
inline constexpr Code pdf_failed{"document", 3, "pdf_failed", Kind::unavailable};
inline constexpr Code cell_too_long{"document", 4, "cell_too_long", Kind::invalid_input};
inline constexpr Code too_many_columns{"document", 5, "too_many_columns", Kind::invalid_input};
inline constexpr Code xlsx_unwritable{"document", 6, "xlsx_unwritable", Kind::unavailable};
inline constexpr Code bad_workbook{"document", 7, "bad_workbook", Kind::invalid_input};
inline constexpr Code bad_qr_code{"document", 8, "bad_qr_code", Kind::invalid_input};

inline constexpr Code docx_unwritable{"document", 9, "docx_unwritable", Kind::unavailable};

inline constexpr std::array all{ragged_table,     font_missing,    pdf_failed,   cell_too_long,
                                too_many_columns, xlsx_unwritable, bad_workbook, bad_qr_code, docx_unwritable};
static_assert(dense(all));

}  // namespace tributary::document::codes
