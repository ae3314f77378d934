// The parts of a DOCX file that are the same but for a few words: styles, fonts, page numbers, watermark.
// Private to `document`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tributary::document::docx {

// Texts are escaped already.
struct Frame {
  std::string title;
  std::string author;
  std::string created;           // RFC 3339
  std::string watermark;         // empty: none
  bool first_page_bare = false;  // no page number on the first page
};

// Name and content of each part beside the text.
std::vector<std::pair<std::string, std::string>> fixed_parts(const Frame& frame);
// word/document.xml around its blocks.
std::string document_part(const std::string& body, const Frame& frame);

}  // namespace tributary::document::docx
