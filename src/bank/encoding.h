// Text of banks' files, which is seldom UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::bank {

enum class Encoding : std::uint8_t { utf8, gb18030 };
std::optional<Encoding> parse_encoding(std::string_view name);  // "UTF-8", "GB18030"

// Throws bad_encoding, naming `file` and the line of the first byte that does not fit.
std::string to_utf8(const std::string& bytes, Encoding encoding, const std::string& file);
// `text` is UTF-8. GB18030 can say all of Unicode.
std::string from_utf8(const std::string& text, Encoding encoding);

}  // namespace tributary::bank
