// Small text tools: UTF-8, widths for tables with Chinese, near misses, encodings.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {
inline namespace base {

std::string_view trim(std::string_view text);  // ASCII spaces, tabs, line ends and the full-width space
std::vector<std::string_view> split(std::string_view text, char separator);

// True for well-formed UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);
// Byte offset of the first ill-formed sequence, or npos.
std::size_t first_bad_utf8(std::string_view text);
// True when ill-formed as UTF-8 but well-formed as GB18030/GBK, with Chinese in it: «looks like GBK».
bool looks_like_gbk(std::string_view text);

// Columns on a terminal: CJK and full-width count 2, combining marks 0.
int display_width(std::string_view text);
// Full-width ASCII (Ａ１－) to half-width, upper case; for codes typed by people.
std::string fold_width_upper(std::string_view text);

// Names within a small edit distance of `wanted`, best first, at most three: for «did you mean …».
std::vector<std::string> near_misses(std::string_view wanted, std::span<const std::string> known);

// "1,234,567.89": thousands grouped. Input must be a plain decimal text.
std::string group_thousands(std::string_view decimal);

std::string sha256_hex(std::string_view bytes);

// The whole file. Throws file_unreadable.
std::string read_file(const std::string& path);
// Writes beside, then renames: the old file or the new one, never half. Throws file_unwritable.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace base
}  // namespace tributary
