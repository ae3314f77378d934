// Errors as values a clerk understands: what, where, what to do, in Chinese and English.
//
// Each module has one closed, numbered list of outcome codes in `<module>/codes.h`; numbers are never reused
// and `static_assert(dense(codes::all))` keeps the list without gaps. Ordinary code throws `Error`; the faces
// catch it.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace tributary {
inline namespace base {

// A message in both languages of the product.
struct Text {
  std::string zh;
  std::string en;
  bool operator==(const Text&) const = default;
};

// What kind of trouble it is; the faces map it to an exit code or an HTTP status.
enum class Kind : std::uint8_t { invalid_input, not_found, conflict, forbidden, unavailable, internal };

// One outcome of one module. The order of the list is the precedence when several apply.
struct Code {
  std::string_view module;
  std::uint16_t number;
  std::string_view name;
  Kind kind;
  constexpr bool operator==(const Code& o) const { return module == o.module && number == o.number; }
};

// True when the codes are numbered 1, 2, 3 … in order.
template <std::size_t N>
consteval bool dense(const std::array<Code, N>& all) {
  for (std::size_t i = 0; i < N; ++i)
    if (all[i].number != i + 1 || all[i].module != all[0].module) return false;
  return true;
}

// Where the trouble is. Lines and columns count from 1; 0 means «not known».
struct Where {
  std::string file;
  long line = 0;
  long column = 0;
  std::string field;
};

class Error : public std::exception {
 public:
  Error(Code code, Text message, Where where = {}, Text hint = {});

  const Code& code() const { return code_; }
  Kind kind() const { return code_.kind; }
  const Text& message() const { return message_; }
  const Where& where() const { return where_; }
  const Text& hint() const { return hint_; }
  // "module.name: english message (file:line:column field)"
  const char* what() const noexcept override { return what_.c_str(); }

  // The same error with a place filled in where none was known yet.
  Error at(const Where& outer) const;

 private:
  Code code_;
  Text message_;
  Where where_;
  Text hint_;
  std::string what_;
};

// "file:line:column [field]", empty when nothing is known.
std::string to_string(const Where& where);

// A broken invariant: logs the values and stops the process. Never for bad input.
[[noreturn]] void broken_invariant(const char* condition, const char* file, int line,
                                   const std::string& values);

}  // namespace base
}  // namespace tributary

// TRIBUTARY_CHECK(a <= b, fmt::format("a={} b={}", a, b)): stays on in release.
#define TRIBUTARY_CHECK(condition, values)                                                     \
  do {                                                                                         \
    if (!(condition)) ::tributary::broken_invariant(#condition, __FILE__, __LINE__, (values)); \
  } while (false)
