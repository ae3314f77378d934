#include "document/sheet_name.h"

#include "base/text.h"

#include <fmt/format.h>

namespace tributary::document {
namespace {

constexpr std::size_t longest = 31;

// The longest beginning of `text` of at most `units` UTF-16 units.
std::string shortened(const std::string& text, std::size_t units) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    used += bytes == 4 ? 2 : 1;
    if (used > units) return text.substr(0, i);
    i += bytes;
  }
  return text;
}

}  // namespace

std::string SheetNames::take(const std::string& wanted, Language language) {
  ++count_;
  std::string name;
  for (const char c : wanted) {
    if (std::string_view("[]:*?/\\").find(c) != std::string_view::npos)
      name += "-";
    else
      name += c == '\n' || c == '\t' ? ' ' : c;
  }
  name = std::string(trim(shortened(std::string(trim(name)), longest)));
  while (name.starts_with('\'')) name.erase(0, 1);
  while (name.ends_with('\'')) name.pop_back();
  if (name.empty() || fold_width_upper(name) == "HISTORY")
    name = fmt::format("{}{}", language == Language::en ? "Sheet" : "表", count_);
  std::string unique = name;
  for (int i = 2; !taken_.insert(fold_width_upper(unique)).second; ++i) {
    const std::string suffix = fmt::format(" ({})", i);
    unique = shortened(name, longest - suffix.size()) + suffix;
  }
  return unique;
}

}  // namespace tributary::document
