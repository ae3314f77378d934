// A request and a response in plain types, as the rest of the server sees them; the library that speaks HTTP
// is hidden behind `api/http_server.h`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::api {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, other };
std::string_view to_string(Method method);
// Methods that change nothing.
constexpr bool is_safe(Method method) {
  return method == Method::get || method == Method::head;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::get;
  std::string path;   // still percent-encoded, without the query; begins with "/"
  std::string query;  // without the question mark
  Headers headers;
  std::string body;
  std::string peer;     // address of the other end of the connection
  bool secure = false;  // the connection itself is TLS
  std::string id;       // given by the server, in every log line and error

  // The first header of that name (letter case does not matter), or empty.
  std::string_view header(std::string_view name) const;
  std::string_view cookie(std::string_view name) const;
};

// An answer that is not finished at once: rows of a long list, or events as they come. Thread-safe.
class Stream {
 public:
  virtual ~Stream() = default;
  // Waits while too much is on its way to a slow reader; false when the reader is gone.
  virtual bool write(std::string part) = 0;
  // Never waits; false when the reader is gone or too far behind.
  virtual bool offer(std::string part) = 0;
  virtual void finish() = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of `body`: bytes kept elsewhere, not copied
  // Instead of a body: called on the worker's thread with the open stream; a stream it keeps lives on.
  std::function<void(const std::shared_ptr<Stream>&)> producer;

  std::size_t size() const { return shared_body ? shared_body->size() : body.size(); }
  const std::string& bytes() const { return shared_body ? *shared_body : body; }
  std::string_view header(std::string_view name) const;
  Response& set(std::string name, std::string value);  // replaces one of the same name
};

// "Name: value" parts that may be sent: no control characters; everything else would let data write headers.
std::string header_safe(std::string value);

// "%E8%B0%AF" decoded; nothing for a broken escape, a NUL or text that is not UTF-8.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space = false);
std::string percent_encoded(std::string_view text);
// Pairs of a query string in order; nothing when one is not well-formed.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

bool same_ignoring_case(std::string_view a, std::string_view b);

// The server-sent event of one name; line ends in `data` are kept as the format wants them.
std::string server_sent_event(std::string_view name, std::string_view data);

}  // namespace tributary::api
