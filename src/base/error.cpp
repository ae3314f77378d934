#include "base/error.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace tributary {
inline namespace base {

std::string to_string(const Where& where) {
  std::string out = where.file;
  if (where.line > 0) out += fmt::format(":{}", where.line);
  if (where.line > 0 && where.column > 0) out += fmt::format(":{}", where.column);
  if (!where.field.empty()) out += out.empty() ? where.field : fmt::format(" [{}]", where.field);
  return out;
}

Error::Error(Code code, Text message, Where where, Text hint)
    : code_(code), message_(std::move(message)), where_(std::move(where)), hint_(std::move(hint)) {
  what_ = fmt::format("{}.{}: {}", code_.module, code_.name, message_.en);
  if (const std::string place = to_string(where_); !place.empty()) what_ += fmt::format(" ({})", place);
}

Error Error::at(const Where& outer) const {
  Where merged = where_;
  if (merged.file.empty()) merged.file = outer.file;
  if (merged.line == 0) merged.line = outer.line, merged.column = outer.column;
  if (merged.field.empty()) merged.field = outer.field;
  return Error(code_, message_, merged, hint_);
}

void broken_invariant(const char* condition, const char* file, int line, const std::string& values) {
  std::fprintf(stderr, "tributary: broken invariant: %s at %s:%d: %s\n", condition, file, line,
               values.c_str());
  std::abort();
}

}  // namespace base
}  // namespace tributary
