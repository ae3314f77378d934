// JSON as all modules use it, its members in the order they were written.
//
// Reading and writing are declared as specialisations here, so that they are compiled once (json.cpp) and not
// in each of a hundred files; they do what the library's own do. In the precompiled header of all modules, so
// no file can miss it.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace nlohmann {

#define TRIBUTARY_JSON_PARSE(Input)                                              \
  template <>                                                                    \
  template <>                                                                    \
  ordered_json ordered_json::parse(Input text, const parser_callback_t callback, \
                                   const bool allow_exceptions, const bool ignore_comments)
TRIBUTARY_JSON_PARSE(const std::string&);
TRIBUTARY_JSON_PARSE(std::string&);
TRIBUTARY_JSON_PARSE(std::string&&);
TRIBUTARY_JSON_PARSE(const std::string_view&);
TRIBUTARY_JSON_PARSE(std::string_view&);
TRIBUTARY_JSON_PARSE(std::string_view&&);

template <>
std::string ordered_json::dump(int indent, char indent_char, bool ensure_ascii,
                               error_handler_t error_handler) const;

}  // namespace nlohmann
