// QR codes as squares. Private to `document`.
#pragma once

#include <string>
#include <vector>

namespace tributary::document {

// Rows of squares, black ones true, without the quiet zone; error correction M (ISO/IEC 18004: about 15 %).
// Throws bad_qr_code for an empty content or one over 200 bytes.
std::vector<std::vector<bool>> qr_squares(const std::string& content);

}  // namespace tributary::document
