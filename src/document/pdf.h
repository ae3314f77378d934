// A document as a PDF file: A4, Chinese typography after GB/T 9704-2012 (党政机关公文格式) where the sizes
// are official.
#pragma once

#include "document/document.h"

#include <string>
#include <vector>

namespace tributary::document {

enum class Sizes : std::uint8_t {
  official,  // GB/T 9704: margins 37/28/26/35 mm, text block 156 × 225 mm, body 3号 (16 pt), 22 lines of 28
             // characters
  compact,   // body 五号 (10.5 pt), narrower margins: reports, lists, annexes
};

struct PdfOptions {
  Sizes sizes = Sizes::official;
  bool landscape = false;
  // The first installed family is used, the rest fill in missing characters. 仿宋 may be put in front where a
  // licence exists.
  std::vector<std::string> serif{"Noto Serif CJK SC", "Noto Sans CJK SC", "DejaVu Serif"};
  std::vector<std::string> sans{"Noto Sans CJK SC", "Noto Serif CJK SC", "DejaVu Sans"};
};

// The bytes of the PDF. The same document and options give the same bytes (on the same fonts and libraries).
// Throws ragged_table, font_missing, pdf_failed. Costs about 0.1 s once per call for the fonts, then about 10
// ms a page; several threads may render at once.
std::string render_pdf(const Document& document, const PdfOptions& options = {});

}  // namespace tributary::document
