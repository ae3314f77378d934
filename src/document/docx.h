// A document as a WordprocessingML file (DOCX, ECMA-376): what an office edits further before it is printed.
//
// The page is that of GB/T 9704-2012 (margins 37/28/26/35 mm, 22 lines of 28 characters). Fonts are named as
// offices have them (方正小标宋, 仿宋_GB2312, 黑体, 楷体_GB2312), each with others that stand in. The same
// document gives the same bytes.
#pragma once

#include "document/document.h"

#include <string>

namespace tributary::document {

// Throws ragged_table, docx_unwritable.
std::string render_docx(const Document& document);

}  // namespace tributary::document
