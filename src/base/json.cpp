#include "base/json.h"

namespace nlohmann {

namespace {

ordered_json read(std::string_view text, const ordered_json::parser_callback_t& callback,
                  bool allow_exceptions, bool ignore_comments) {
  ordered_json out;
  auto adapter = detail::input_adapter(text);
  detail::parser<ordered_json, decltype(adapter)>(std::move(adapter), callback, allow_exceptions,
                                                  ignore_comments)
      .parse(true, out);
  return out;
}

}  // namespace

#define TRIBUTARY_JSON_READ(Input)                                  \
  TRIBUTARY_JSON_PARSE(Input) {                                     \
    return read(text, callback, allow_exceptions, ignore_comments); \
  }
TRIBUTARY_JSON_READ(const std::string&)
TRIBUTARY_JSON_READ(std::string&)
TRIBUTARY_JSON_READ(std::string&&)
TRIBUTARY_JSON_READ(const std::string_view&)
TRIBUTARY_JSON_READ(std::string_view&)
TRIBUTARY_JSON_READ(std::string_view&&)

template <>
std::string ordered_json::dump(int indent, char indent_char, bool ensure_ascii,
                               error_handler_t error_handler) const {
  std::string out;
  detail::serializer<ordered_json> writer(detail::output_adapter<char, std::string>(out), indent_char,
                                          error_handler);
  writer.dump(*this, indent >= 0, ensure_ascii, indent >= 0 ? static_cast<unsigned int>(indent) : 0);
  return out;
}

}  // namespace nlohmann
