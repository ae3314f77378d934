// JSON as the routes build it: objects keep the order in which their members were written.
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "base/time.h"

#include <optional>
#include <string>

namespace tributary::api {

using Json = nlohmann::ordered_json;
using base::to_string;  // ours stand beside those of base

inline Json json_of(const Text& text) {
  return {{"zh", text.zh}, {"en", text.en.empty() ? text.zh : text.en}};
}
inline Json json_of(const std::optional<Date>& day) {
  return day ? Json(to_string(*day)) : Json(nullptr);
}
// A last day of validity that is «for ever» is null.
inline Json end_of(Date to) {
  return to == Date::max() || to >= make_date(9999, 12, 31) ? Json(nullptr) : Json(to_string(to));
}
inline Json begin_of(Date from) {
  return from == Date::min() || from <= make_date(1, 1, 1) ? Json(nullptr) : Json(to_string(from));
}
// UTF-8 text; a broken sequence in data becomes U+FFFD rather than an error.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tributary::api
