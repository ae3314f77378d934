// How a body is packed on its way: gzip or brotli, as the reader prefers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::api {

enum class Encoding : std::uint8_t { identity, gzip, brotli };
// "", "gzip", "br": as in Content-Encoding.
std::string_view to_string(Encoding encoding);

// By an Accept-Encoding header with its weights (RFC 9110, 12.5.3); brotli where both are as welcome.
Encoding preferred_encoding(std::string_view accept_encoding);

// `once` takes more time for a smaller result, for bytes that are packed once and sent often. Empty when it
// cannot be done.
enum class Effort : std::uint8_t { each_time, once };
std::string packed(const std::string& bytes, Encoding encoding, Effort effort);

}  // namespace tributary::api
