// The text in a file that somebody sent, for finding it: no layout, no order beyond that of its parts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tributary::document {

// Of PDF, Word (DOCX), Excel (XLSX), CSV and plain text, by media type; empty for everything else and for what cannot
// be read. At most `most` bytes, whole characters. The file is not trusted: archives are unpacked no further than
// 16 MiB a part, and a PDF is read by `pdftotext` (poppler-utils) in a process of its own that may use 1 GiB and 20 seconds,
// opens no file and is ended when it has said enough.
std::string words_of(std::string_view media_type, std::string_view bytes, std::size_t most);

}  // namespace tributary::document
