// What may stand in a body, a query or an answer: JSON Schema (2020-12, as OpenAPI 3.1 uses it), written by
// these functions, checked by check(), and printed as it is in openapi.json.
#pragma once

#include "api/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::api::schema {

struct Property {
  std::string name;
  Json schema;
  bool required = true;
};

Json text(std::size_t most = 4000);
Json line(std::size_t most = 200);  // at least one character, no line ends
Json integer(std::int64_t least = 0, std::int64_t most = 9'007'199'254'740'991);
Json number();
Json boolean();
Json decimal();  // a decimal number as text: "0.850"
Json money();    // yuan as text: "1000000.00"
Json day();      // "2020-10-05"
Json instant();  // RFC 3339
Json period();   // "2020-10-05", "2020-10", "2020-Q4", "2020"
Json both();     // {"zh", "en"}
Json one_of(const std::vector<std::string>& values);
Json list(Json items, std::size_t most = 100'000);
Json map_of(Json values);  // an object with any names
Json object(std::vector<Property> properties);
Json nullable(Json schema);
Json any();
Json named(std::string_view component);  // a schema kept under components/schemas
Property optional(std::string name, Json schema);

struct Fault {
  std::string field;  // "rule", "set.k0", "[2].id"
  Text message;
};

// Everything that is wrong, at most 20. `components` holds the named schemas.
std::vector<Fault> check(const Json& schema, const Json& value, const Json& components);

// A query value as JSON by its schema's type: "5" for an integer is 5. Unfit text stays text, for check() to
// name.
Json from_text(const Json& schema, const std::string& text, const Json& components);

}  // namespace tributary::api::schema
