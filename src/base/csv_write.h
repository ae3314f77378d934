// Fields on their way into a CSV file (RFC 4180).
#pragma once

#include <string>

namespace tributary {
inline namespace base {

// In quotes where it has to be.
std::string csv_quoted(std::string text);
// A text of people, which a spreadsheet must not take for a formula: with an apostrophe where it would.
std::string csv_text(std::string text);

}  // namespace base
}  // namespace tributary
